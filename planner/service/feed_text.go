package service

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// product is the first word of a calendar's name.
const product = "Wijkplanner"

// feedPhrases are the words of feeds besides those that the programme gives.
var feedPhrases = struct {
	busy, with, reason, meeting, visit, phone, online, withoutNames, onlyBusy planner.Text
}{
	// busy is all that a feed of the level busy says of an event.
	busy:         planner.Text{NL: "Bezet", EN: "Busy"},
	with:         planner.Text{NL: "Met ", EN: "With "},
	reason:       planner.Text{NL: "Reden: ", EN: "Reason: "},
	meeting:      planner.Text{NL: "Overleg", EN: "Meeting"},
	visit:        planner.Text{NL: "Bezoek", EN: "Visit"},
	phone:        planner.Text{NL: "Telefonisch", EN: "By phone"},
	online:       planner.Text{NL: "Online", EN: "Online"},
	withoutNames: planner.Text{NL: "(zonder namen)", EN: "(without names)"},
	onlyBusy:     planner.Text{NL: "(bezet)", EN: "(busy)"},
}

// inLanguage returns a text in a language; what has no English is in Dutch.
func inLanguage(l store.Language, t planner.Text) string {
	if l == store.English && t.EN != "" {
		return t.EN
	}
	return t.NL
}

// longestUID keeps a UID within what RFC 7986 section 5.3 allows.
const longestUID = 200

// Name names the calendar as programs show it. Without names of people, that of
// a person is told by a mark, and at the level busy any calendar is: somebody who
// reads several of them can tell them apart, and nobody else learns whose it is.
func (r *Reading) Name(ctx context.Context) (string, error) {
	return r.service.CalendarTitle(ctx, &r.Calendar)
}

// CalendarTitle is what programs call a calendar, as Name returns it.
func (s *Service) CalendarTitle(ctx context.Context, c *store.Calendar) (string, error) {
	switch {
	case c.Level == store.BusyOnly:
		return join(" ", product, mark(c), inLanguage(c.Language, feedPhrases.onlyBusy)), nil
	case c.Level == store.NoNames && c.Scope.Kind == store.StaffFeed:
		return join(" ", product, mark(c), inLanguage(c.Language, feedPhrases.withoutNames)), nil
	}
	name, err := s.Store.CalendarName(ctx, c)
	if err != nil {
		return "", err
	}
	title := join(" ", product, inLanguage(c.Language, name))
	if c.Level == store.NoNames {
		title += " " + inLanguage(c.Language, feedPhrases.withoutNames)
	}
	return title, nil
}

// markLength is enough to tell a few dozen calendars apart.
const markLength = 4

// mark is a short name for a calendar that tells nothing about it.
func mark(c *store.Calendar) string { return strings.ToUpper(c.Pseudonym("")[:markLength]) }

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
	out := calendar.Event{Cancelled: e.Cancelled, Summary: t.in(feedPhrases.busy)}
	if c.Level == store.BusyOnly {
		return out
	}
	out.Place = t.place(e)
	if e.Lat != 0 || e.Lon != 0 {
		out.Geo = &calendar.GeoPoint{Lat: e.Lat, Lon: e.Lon}
	}
	names := c.Level == store.FullDetail
	all := t.people(e.Crew, "", names)
	switch c.Scope.Kind {
	case store.LocationFeed:
		out.Summary = join(": ", t.title(e), all)
	case store.StaffFeed:
		out.Summary = join(": ", t.title(e), e.LocationName)
		if others := t.people(e.Crew, c.Scope.ID, names); others != "" {
			out.Description = t.in(feedPhrases.with) + others
		}
	case store.DistrictFeed, store.TeamFeed, store.RoleFeed:
		out.Summary = join(": ", t.title(e), join(" – ", e.LocationName, all))
	}
	if e.Cancelled {
		out.Description = join("\n", t.in(feedPhrases.reason)+t.in(reason(c.Scope.Kind, e.Reason)), out.Description)
	}
	return out
}

func (t *texts) in(text planner.Text) string { return inLanguage(t.calendar.Language, text) }

// cancelReasons says in words why a visit fell through.
var cancelReasons = map[store.CancelReason]planner.Text{
	store.StaffUnavailable: {NL: "medewerker niet beschikbaar", EN: "member of staff not available"},
	store.LocationClosed:   {NL: "locatie niet te bezoeken", EN: "location cannot be visited"},
	store.HandedOver:       {NL: "overgedragen aan een collega", EN: "handed over to a colleague"},
	store.Replanned:        {NL: "planning gewijzigd", EN: "plan changed"},
	store.BookingWithdrawn: {NL: "afspraak afgezegd", EN: "booking withdrawn"},
}

// reason says why a visit fell through. Outside the team, at a location, it is
// always the same: what goes on among staff is not theirs to know. Only that a
// booking was withdrawn they know already.
func reason(kind store.FeedKind, code store.CancelReason) planner.Text {
	if text, known := cancelReasons[code]; known && (kind != store.LocationFeed || code == store.BookingWithdrawn) {
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
func (t *texts) title(e *store.FeedEvent) string {
	switch {
	case e.Name.NL != "":
		return t.in(e.Name)
	case e.Meeting:
		return t.in(feedPhrases.meeting)
	default:
		return t.in(feedPhrases.visit)
	}
}

// place says where it is, or that it is no trip.
func (t *texts) place(e *store.FeedEvent) string {
	switch e.Mode {
	case planner.ByPhone:
		return t.in(feedPhrases.phone)
	case planner.Online:
		return t.in(feedPhrases.online)
	case planner.OnSite:
	}
	return join(", ", e.LocationName, e.Place)
}

// people names a crew, but for one of them: with names and roles, or with roles
// alone, each once with how many have it.
func (t *texts) people(crew []store.FeedCrew, except string, names bool) string {
	var out []string
	count := map[string]int{}
	for _, c := range crew {
		role := strings.ToLower(t.in(c.Role))
		switch {
		case c.Staff == except:
		case names && role == "":
			out = append(out, c.Name)
		case names:
			out = append(out, c.Name+" ("+role+")")
		case role != "":
			if count[role]++; count[role] == 1 {
				out = append(out, role)
			}
		}
	}
	for i, role := range out {
		if n := count[role]; n > 1 {
			out[i] = fmt.Sprintf("%d × %s", n, role)
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
