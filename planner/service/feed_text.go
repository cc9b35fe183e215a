package service

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// busy is all that a feed of the level busy says of an event.
const busy = "Bezet"

// longestUID keeps a UID within what RFC 7986 section 5.3 allows.
const longestUID = 200

// calendarName names the calendar; only the full level says whose it is.
func calendarName(f *store.Feed) string {
	if f.Level != store.FullDetail || f.Name == "" {
		return "Wijkplanner"
	}
	return "Wijkplanner " + f.Name
}

// eventOf writes an event for its reader, as much as the feed's level tells.
func eventOf(f *store.Feed, e *store.FeedEvent) calendar.Event {
	out := calendar.Event{
		UID: uid(f.Scope.Region, e.Visit), Sequence: e.Sequence, Revised: e.Revised,
		Start: e.Start, End: e.End, Cancelled: e.Cancelled, Summary: busy,
	}
	if f.Level == store.BusyOnly {
		return out
	}
	out.Summary, out.Place = title(e), place(e)
	if e.Lat != 0 || e.Lon != 0 {
		out.Geo = &calendar.GeoPoint{Lat: e.Lat, Lon: e.Lon}
	}
	names := f.Level == store.FullDetail
	if f.Scope.Kind == store.LocationFeed {
		out.Summary = join(": ", out.Summary, people(e.Crew, "", names))
		return out
	}
	out.Summary = join(": ", out.Summary, e.LocationName)
	if others := people(e.Crew, f.Scope.ID, names); others != "" {
		out.Description = "Met " + others
	}
	return out
}

// uid is the event's name for life. The region is part of it where regions
// have names, since their visits may have the same ids.
func uid(region, visit string) string {
	id := join(".", visit, region)
	if len(id) > longestUID {
		sum := sha256.Sum256([]byte(id))
		id = hex.EncodeToString(sum[:])
	}
	return id + "@wijkplanner"
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
