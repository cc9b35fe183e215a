package api

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
)

// errFilter is a filter that is right and that we do not support.
var errFilter = errors.New("filter not supported")

// passes reports whether an event passes a filter.
type passes func(e *calendar.Event) bool

// parseFilter reads a filter (RFC 4791 section 9.7). Every one of our calendar
// objects is a VCALENDAR with a VTIMEZONE and one VEVENT, without alarms.
func parseFilter(filter *element) (passes, error) {
	if n := filter.size(); n > maxFilterElements {
		return nil, fmt.Errorf("%d elements, at most %d: %w", n, maxFilterElements, errFilter)
	}
	top := filter.child(caldav("comp-filter"))
	if top == nil || top.attr("name") != "VCALENDAR" {
		return nil, errors.New("a filter begins with VCALENDAR")
	}
	var all []passes
	for _, c := range top.children {
		if c.name != caldav("comp-filter") {
			return nil, fmt.Errorf("%s of VCALENDAR: %w", c.name.Local, errFilter)
		}
		p, err := parseComponent(c)
		if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	return allOf(all), nil
}

// allOf passes what passes all of them.
func allOf(all []passes) passes {
	return func(e *calendar.Event) bool {
		for _, p := range all {
			if !p(e) {
				return false
			}
		}
		return true
	}
}

func always(yes bool) passes { return func(*calendar.Event) bool { return yes } }

func parseComponent(c *element) (passes, error) {
	absent := c.child(caldav("is-not-defined")) != nil
	switch c.attr("name") {
	case "VEVENT":
		if absent {
			return always(false), nil
		}
	case "VTIMEZONE":
		return always(!absent), nil
	default: // VTODO, VJOURNAL, VFREEBUSY …: there are none
		return always(absent), nil
	}
	var all []passes
	for _, part := range c.children {
		p, err := parseEventPart(part)
		if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	return allOf(all), nil
}

func parseEventPart(part *element) (passes, error) {
	switch part.name {
	case caldav("time-range"):
		return parseRange(part)
	case caldav("prop-filter"):
		return parseProperty(part)
	case caldav("comp-filter"): // a VALARM: there are none
		return always(part.child(caldav("is-not-defined")) != nil), nil
	default:
		return nil, fmt.Errorf("%s of VEVENT: %w", part.name.Local, errFilter)
	}
}

// parseRange reads a time-range: from start, before end, either of them open
// (RFC 4791 section 9.9).
func parseRange(e *element) (passes, error) {
	var bounds [2]time.Time
	for i, name := range []string{"start", "end"} {
		text := e.attr(name)
		if text == "" {
			continue
		}
		t, err := time.Parse("20060102T150405Z", text)
		if err != nil {
			return nil, fmt.Errorf("time-range %s: %w", name, err)
		}
		bounds[i] = t
	}
	from, to := bounds[0], bounds[1]
	if from.IsZero() && to.IsZero() || !from.IsZero() && !to.IsZero() && !from.Before(to) {
		return nil, errors.New("time-range: want a start, an end, or a start before an end")
	}
	return func(e *calendar.Event) bool {
		return (to.IsZero() || e.Start.Before(to)) && (from.IsZero() || e.End.After(from))
	}, nil
}

// parseProperty reads a condition on a property (RFC 4791 section 9.7.2).
func parseProperty(e *element) (passes, error) {
	value, known := eventProperty[e.attr("name")]
	if !known {
		return nil, fmt.Errorf("property %.40q: %w", e.attr("name"), errFilter)
	}
	all := []passes{}
	for _, part := range e.children {
		switch part.name {
		case caldav("is-not-defined"):
			all = append(all, func(e *calendar.Event) bool { return value(e) == "" })
		case caldav("text-match"):
			text, negate := strings.ToLower(part.text()), part.attr("negate-condition") == "yes"
			all = append(all, func(e *calendar.Event) bool { return strings.Contains(strings.ToLower(value(e)), text) != negate })
		default:
			return nil, fmt.Errorf("%s of a property: %w", part.name.Local, errFilter)
		}
	}
	if len(all) == 0 {
		all = append(all, func(e *calendar.Event) bool { return value(e) != "" })
	}
	return allOf(all), nil
}

// eventProperty are the properties that a filter can look at.
var eventProperty = map[string]func(*calendar.Event) string{
	"UID":         func(e *calendar.Event) string { return e.UID },
	"SUMMARY":     func(e *calendar.Event) string { return e.Summary },
	"DESCRIPTION": func(e *calendar.Event) string { return e.Description },
	"LOCATION":    func(e *calendar.Event) string { return e.Place },
	"STATUS": func(e *calendar.Event) string {
		if e.Cancelled {
			return "CANCELLED"
		}
		return "CONFIRMED"
	},
}
