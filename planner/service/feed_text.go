package service

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// busy is all that a feed of the level busy says of an event.
const busy = "Bezet"

// product is the first word of a calendar's name.
const product = "Wijkplanner"

// longestUID keeps a UID within what RFC 7986 section 5.3 allows.
const longestUID = 200

// Name names the calendar; only the full level says whose it is.
func (r *Reading) Name(ctx context.Context) (string, error) {
	c := &r.Calendar
	if c.Level != store.FullDetail {
		return product, nil
	}
	name, err := r.service.Store.CalendarName(ctx, c)
	return join(" ", product, name), err
}

// eventOf writes an event for its reader, as much as the calendar's level
// tells.
func eventOf(c *store.Calendar, e *store.FeedEvent) calendar.Event {
	return textsOf(c).event(e)
}

// texts writes the events of a calendar. What events with the same content say
// is put together once.
type texts struct {
	calendar *store.Calendar
	uid      func(visit string) string
	said     map[said]calendar.Event
}

// said is what an event's text depends on, besides its time.
type said struct {
	content   *store.FeedContent
	cancelled bool
	reason    store.CancelReason
}

func textsOf(c *store.Calendar) *texts {
	return &texts{c, uids(c), map[said]calendar.Event{}}
}

func (t *texts) event(e *store.FeedEvent) calendar.Event {
	key := said{e.FeedContent, e.Cancelled, e.Reason}
	out, known := t.said[key]
	if !known {
		out = t.say(e)
		t.said[key] = out
	}
	out.UID, out.Sequence, out.Revised = t.uid(e.Visit), e.Sequence, e.Revised
	out.Start, out.End = e.Start, e.End
	return out
}

func (t *texts) say(e *store.FeedEvent) calendar.Event {
	c := t.calendar
	out := calendar.Event{Cancelled: e.Cancelled, Summary: busy}
	if c.Level == store.BusyOnly {
		return out
	}
	out.Place = place(e)
	if e.Lat != 0 || e.Lon != 0 {
		out.Geo = &calendar.GeoPoint{Lat: e.Lat, Lon: e.Lon}
	}
	names := c.Level == store.FullDetail
	all := people(e.Crew, "", names)
	switch c.Scope.Kind {
	case store.LocationFeed:
		out.Summary = join(": ", title(e), all)
	case store.StaffFeed:
		out.Summary = join(": ", title(e), e.LocationName)
		if others := people(e.Crew, c.Scope.ID, names); others != "" {
			out.Description = "Met " + others
		}
	case store.DistrictFeed, store.TeamFeed, store.RoleFeed:
		out.Summary = join(": ", title(e), join(" – ", e.LocationName, all))
	}
	if e.Cancelled {
		out.Description = join("\n", "Reden: "+reason(c.Scope.Kind, e.Reason), out.Description)
	}
	return out
}

// cancelReasons says in words why a visit fell through.
var cancelReasons = map[store.CancelReason]string{
	store.StaffUnavailable: "medewerker niet beschikbaar",
	store.LocationClosed:   "locatie niet te bezoeken",
	store.HandedOver:       "overgedragen aan een collega",
	store.Replanned:        "planning gewijzigd",
}

// reason says why a visit fell through. Outside the team, at a location, it is
// always the same: what goes on among staff is not theirs to know.
func reason(kind store.FeedKind, code store.CancelReason) string {
	if text := cancelReasons[code]; kind != store.LocationFeed && text != "" {
		return text
	}
	return cancelReasons[store.StaffUnavailable]
}

// uids returns what names the events of a calendar for life. The id of a visit
// tells its location and what it is for, which busy leaves out.
func uids(c *store.Calendar) func(visit string) string {
	if c.Level == store.BusyOnly {
		return func(visit string) string { return c.Pseudonym(visit) + uidSuffix("") }
	}
	suffix := uidSuffix(c.Scope.Region)
	return func(visit string) string { return uidWith(visit, suffix) }
}

// uid is the event's name for life where it may tell which visit it is.
func uid(region, visit string) string { return uidWith(visit, uidSuffix(region)) }

func uidWith(visit, suffix string) string {
	if len(visit)+len(suffix) <= longestUID {
		return visit + suffix
	}
	sum := sha256.Sum256([]byte(visit + suffix))
	return hex.EncodeToString(sum[:]) + "@wijkplanner"
}

// uidSuffix ends the UIDs of a region. The region is part of it where regions
// have names, since their visits may have the same ids.
func uidSuffix(region string) string {
	if region != "" {
		region = "." + region
	}
	return region + "@wijkplanner"
}

// title names the kind of visit, or the meeting.
func title(e *store.FeedEvent) string {
	switch {
	case e.Name.NL != "":
		return e.Name.NL
	case e.Meeting:
		return "Overleg"
	default:
		return "Bezoek"
	}
}

// place says where it is, or that it is no trip.
func place(e *store.FeedEvent) string {
	switch e.Mode {
	case planner.ByPhone:
		return "Telefonisch"
	case planner.Online:
		return "Online"
	case planner.OnSite:
	}
	return join(", ", e.LocationName, e.Place)
}

// people names a crew, but for one of them: with names and roles, or with
// roles alone.
func people(crew []store.FeedCrew, except string, names bool) string {
	var out []string
	for _, c := range crew {
		if c.Staff == except {
			continue
		}
		role := strings.ToLower(c.Role.NL)
		switch {
		case !names:
			out = append(out, role)
		case role == "":
			out = append(out, c.Name)
		default:
			out = append(out, c.Name+" ("+role+")")
		}
	}
	return join(", ", out...)
}

// join puts the parts that are not empty together.
func join(between string, parts ...string) string {
	var b strings.Builder
	for _, p := range parts {
		if p == "" {
			continue
		}
		if b.Len() > 0 {
			b.WriteString(between)
		}
		b.WriteString(p)
	}
	return b.String()
}
