package calendar

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// RecurQuery asks which instances a rule has, in the words of a command line.
// All texts but Start and Rule may be empty.
type RecurQuery struct {
	// Start is 2027-01-04T09:00, with seconds or with Z if need be, or the
	// date 2027-01-04 for all-day instances.
	Start string
	Zone  string // IANA name; empty: Europe/Amsterdam
	Rule  string // as ParseRecurrence reads it; empty: the start only

	From, To string // window, as Start; From inclusive, To exclusive
	Limit    int    // at most MaxCount; 0 means MaxInstances

	// EXDates and RDates are as Start. With a Start that is a time, a date among
	// them means the whole day or the clock time of Start on it; an RDate may be a
	// period (RFC 5545 section 3.3.9), of which the beginning counts.
	EXDates, RDates []string
}

// Lines returns the instances in order: RFC 3339 times in the zone, or dates
// when Start is a date. More says that the limit leaves some out. The error holds
// every fault found; errors.As finds the *RuleError in it when the rule is
// refused.
func (q RecurQuery) Lines() (lines []string, more bool, err error) {
	series, from, to, err := q.series()
	if err != nil {
		return nil, false, err
	}
	layout := time.RFC3339
	if series.AllDay {
		layout = time.DateOnly
	}
	limit := usableLimit(q.Limit)
	instances, _ := series.upTo(from, to, limit+1)
	if more = len(instances) > limit; more {
		instances = instances[:limit]
	}
	for _, t := range instances {
		lines = append(lines, t.Format(layout))
	}
	return lines, more, nil
}

func (q RecurQuery) series() (s Series, from, to time.Time, err error) {
	var faults []error
	zone := ianaZone(defaultText(q.Zone, amsterdam))
	if zone == nil {
		faults = append(faults, fmt.Errorf("zone %q: not known; want an IANA name such as Europe/Amsterdam", clip(q.Zone)))
		zone = time.UTC
	}
	read := func(name, text string) (time.Time, bool) {
		t, dateOnly, err := parseMoment(text, zone)
		if err != nil {
			faults = append(faults, fmt.Errorf("%s: %w", name, err))
		}
		return t, dateOnly
	}
	s.Start, s.AllDay = read("start", q.Start)
	s.Wall, _ = parseWall(q.Start)
	to = time.Date(lastYear+1, 1, 1, 0, 0, 0, 0, time.UTC)
	if q.From != "" {
		from, _ = read("from", q.From)
	}
	if q.To != "" {
		to, _ = read("to", q.To)
	}
	if q.To != "" && len(faults) == 0 && !from.Before(to) {
		faults = append(faults, fmt.Errorf("the window is empty: from %q is not before to %q", q.From, q.To))
	}
	if q.Limit < 0 {
		faults = append(faults, fmt.Errorf("limit is %d: want 1 to %d", q.Limit, MaxCount))
	}
	for _, text := range q.EXDates {
		if t, dateOnly := read("exdate", text); dateOnly {
			s.EXDays = append(s.EXDays, DateOf(t, zone))
		} else {
			s.EXDates = append(s.EXDates, t)
		}
	}
	for _, text := range q.RDates {
		begin, _, isPeriod := strings.Cut(text, "/")
		if _, ok := parsePeriod(&contentLine{value: text}); isPeriod && !ok {
			faults = append(faults, fmt.Errorf("rdate: %q: want a period such as 20270104T080000Z/PT1H", text))
			continue
		}
		if t, dateOnly := read("rdate", begin); dateOnly {
			s.RDays = append(s.RDays, DateOf(t, zone))
		} else {
			s.RDates = append(s.RDates, t)
		}
	}
	if q.Rule != "" {
		rule, err := ParseRecurrence(q.Rule)
		if err != nil {
			faults = append(faults, err)
		}
		s.Rule = &rule
	}
	return s, from, to, errors.Join(faults...)
}

func defaultText(s, instead string) string {
	if s == "" {
		return instead
	}
	return s
}

// parseMoment reads a wall clock time of a zone, a UTC time, or a date, within
// the years that RFC 5545 can write.
func parseMoment(text string, zone *time.Location) (t time.Time, dateOnly bool, err error) {
	t, dateOnly, ok := readMoment(text, zone)
	switch {
	case !ok:
		return t, false, fmt.Errorf("%q: want a time such as 2027-01-04T09:00 or a date such as 2027-01-04", clip(text))
	case t.Year() < 1 || t.Year() > lastYear:
		return t, false, fmt.Errorf("%q: want a year from 1 to %d", clip(text), lastYear)
	}
	return t, dateOnly, nil
}

func readMoment(text string, zone *time.Location) (t time.Time, dateOnly, ok bool) {
	if wall, ok := parseWall(text); ok {
		return resolve(wall, zone), false, true
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04Z07:00", "20060102T150405Z"} {
		if t, err := time.Parse(layout, text); err == nil {
			return t.In(zone), false, true
		}
	}
	for _, layout := range []string{time.DateOnly, "20060102"} {
		if day, err := time.Parse(layout, text); err == nil {
			return resolve(day, zone), true, true
		}
	}
	return t, false, false
}

// parseWall reads a wall clock time, which it carries in UTC.
func parseWall(text string) (wall time.Time, ok bool) {
	for _, layout := range []string{"2006-01-02T15:04:05", "2006-01-02T15:04", "20060102T150405"} {
		if wall, err := time.Parse(layout, text); err == nil {
			return wall, true
		}
	}
	return time.Time{}, false
}
