package service

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/files"
)

// changes lists the differences that a file made. What is gone from the file
// is kept in the state, and shown as closed.
func changes(kind Kind, was, now *planner.State, gone []string) []planner.Change {
	switch kind {
	case files.LRKFile, files.LocationsFile:
		return planner.DiffLocations(was.Locations, without(now.Locations, gone, func(l *planner.Location) string { return l.ID }))
	case files.StaffFile:
		return planner.DiffStaff(was.Staff, without(now.Staff, gone, func(p *planner.Staff) string { return p.ID }))
	case files.DistrictsFile:
		return planner.DiffDistricts(was.Districts, without(now.Districts, gone, func(d *planner.District) string { return d.ID }))
	case files.OrganisationsFile:
		here := without(now.Organisations, gone, func(o *planner.Organisation) string { return o.ID })
		return diff("organisation", was.Organisations, here, organisationItem)
	case files.AssignmentsFile:
		return diff("assignment", was.Assignments, now.Assignments, assignmentItem)
	case files.AbsencesFile:
		return diff("absence", was.Absences, now.Absences, absenceItem)
	case files.MeetingsFile:
		return diff("meeting", was.Meetings, now.Meetings, meetingItem)
	case files.BlackoutsFile:
		return diff("blackout", was.Blackouts, now.Blackouts, blackoutItem)
	case files.CasesFile:
		return diff("case", was.Cases, now.Cases, caseItem)
	case files.ConsentsFile:
		return diff("consent", was.Consents, now.Consents, consentItem)
	case files.HistoryFile:
		return diff("visit", was.History, now.History, visitItem)
	case files.ProgrammeFile:
		return files.ProgrammeChanges(&was.Programme, &now.Programme)
	}
	return nil
}

// allChanges lists the differences between two states, kind by kind.
func allChanges(was, now *planner.State) []planner.Change {
	var out []planner.Change
	for _, kind := range Kinds() {
		if kind != files.LRKFile { // its locations are those of the locations
			out = append(out, changes(kind, was, now, nil)...)
		}
	}
	return out
}

// without returns a list without some of its ids.
func without[T any](list []T, gone []string, key func(*T) string) []T {
	return slices.DeleteFunc(slices.Clone(list), func(x T) bool { return slices.Contains(gone, key(&x)) })
}

// item is one thing in a list that is compared. A thing without an id of its
// own is named by all that it says, so that it comes or goes and never changes.
type item struct {
	id, name string
	fields   []field
	// named says that the id alone tells it from others.
	named bool
}

type field struct{ name, value string }

func (x *item) key() string {
	if x.named {
		return x.id
	}
	return x.id + "\x00" + x.name
}

// diff compares two lists, in ascending order of id. Equal things are counted.
func diff[T any](what string, old, fresh []T, describe func(*T) item) []planner.Change {
	before := make(map[string][]item)
	for i := range old {
		x := describe(&old[i])
		before[x.key()] = append(before[x.key()], x)
	}
	var out []planner.Change
	for i := range fresh {
		x := describe(&fresh[i])
		was := before[x.key()]
		if len(was) == 0 {
			out = append(out, planner.Change{What: what, ID: x.id, Name: x.name, Kind: planner.ChangeOpened})
			continue
		}
		out = append(out, x.since(what, &was[0])...)
		before[x.key()] = was[1:]
	}
	for i := range old {
		x := describe(&old[i])
		if left := before[x.key()]; len(left) > 0 {
			out = append(out, planner.Change{What: what, ID: x.id, Name: x.name, Kind: planner.ChangeClosed})
			before[x.key()] = left[1:]
		}
	}
	slices.SortStableFunc(out, func(a, b planner.Change) int { return cmp.Compare(a.ID, b.ID) })
	return out
}

// since returns the fields in which a thing differs from what it was.
func (x *item) since(what string, was *item) []planner.Change {
	var out []planner.Change
	for i, f := range x.fields {
		if from := was.fields[i].value; from != f.value {
			out = append(out, planner.Change{
				What: what, ID: x.id, Name: x.name, Kind: planner.ChangeField, Field: f.name, From: from, To: f.value,
			})
		}
	}
	return out
}

func organisationItem(o *planner.Organisation) item {
	return item{id: o.ID, name: o.Name, named: true, fields: []field{
		{"name", o.Name},
		{"limit_hours", strconv.FormatFloat(float64(o.LimitMinutes)/60, 'f', -1, 64)},
		{"public_holidays", strings.Join(o.PublicHolidays, "|")},
	}}
}

func meetingItem(m *planner.Meeting) item {
	return item{id: m.ID, name: m.Name, named: true, fields: []field{
		{"name", m.Name},
		{"kind", m.Kind},
		{"start", m.Start.String() + "T" + m.Clock.String()},
		{"minutes", strconv.Itoa(m.Minutes)},
		{"rrule", m.Rule},
		{"except", datesText(m.Except)},
		{"besides", datesText(m.Besides)},
		{"location_id", m.Location},
		{"place_postcode", m.Point.PC4},
		{"staff", strings.Join(m.Staff, "|")},
		{"roles", strings.Join(m.Roles, "|")},
		{"locations", strings.Join(m.Locations, "|")},
		{"organisations", strings.Join(m.Organisations, "|")},
		{"budget", string(m.Budget)},
	}}
}

func caseItem(c *planner.Case) item {
	return item{id: c.Ref, named: true, name: c.Kind, fields: []field{
		{"staff_id", c.Staff},
		{"location_id", c.Location},
		{"kind", c.Kind},
		{"points", strconv.Itoa(c.Points)},
		{"minutes_week", strconv.Itoa(c.MinutesWeek)},
		{"budget", string(c.Budget)},
		{"opened", c.Opened.String()},
		{"handed_over", c.HandedOver.String()},
	}}
}

func assignmentItem(a *planner.Assignment) item {
	text := []string{a.Role, string(a.Kind), a.Staff, period(a.From, a.To)}
	if a.Pinned {
		text = append(text, "pinned")
	}
	return item{id: a.Location, name: words(append(text, a.Reason)...)}
}

func absenceItem(a *planner.Absence) item {
	return item{id: a.Staff, name: words(period(a.From, a.To), partText(a.Part))}
}

func blackoutItem(b *planner.Blackout) item {
	return item{id: b.Location + b.District + b.Municipality, name: words(period(b.From, b.To), partText(b.Part), b.Reason)}
}

func consentItem(c *planner.Consent) item {
	answer := "no"
	if c.Given {
		answer = "yes"
	}
	return item{id: c.Location, name: words(c.Date.String(), c.Requirement, answer)}
}

func visitItem(v *planner.CompletedVisit) item {
	return item{id: v.Location, name: words(v.Date.String(), v.Role, v.Requirement, v.VisitType, v.Staff, v.Next.String())}
}

// words joins those that are given.
func words(all ...string) string {
	return strings.Join(slices.DeleteFunc(all, func(w string) bool { return w == "" }), " ")
}

func period(from, to calendar.Date) string { return from.String() + "–" + to.String() }

func partText(part calendar.Span) string {
	if part == (calendar.Span{}) {
		return ""
	}
	return part.From.String() + "-" + part.To.String()
}

func datesText(dates []calendar.Date) string {
	all := make([]string, len(dates))
	for i, d := range dates {
		all[i] = d.String()
	}
	return strings.Join(all, "|")
}
