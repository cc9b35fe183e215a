package files

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
)

// feedWriter makes the calendars of one region: each person's, with where to
// be and with whom, and each location's, with who comes and nothing else.
type feedWriter struct {
	*names
	plan *planner.Plan
	// types holds the visit types, roles and meetings by id.
	types    map[string]*planner.VisitType
	roles    map[string]*planner.Role
	meetings map[string]*planner.Meeting
}

// addFeeds renders all calendars into the content of a plan folder.
func addFeeds(content map[string][]byte, states []*planner.State, plans []*planner.Plan) error {
	for i, s := range states {
		n, err := newNames(s)
		if err != nil {
			return err
		}
		if err := newFeedWriter(n, s, plans[i]).all(content, s); err != nil {
			return err
		}
	}
	return nil
}

func newFeedWriter(n *names, s *planner.State, p *planner.Plan) *feedWriter {
	w := &feedWriter{
		names: n, plan: p, types: make(map[string]*planner.VisitType),
		roles: make(map[string]*planner.Role), meetings: make(map[string]*planner.Meeting),
	}
	for i := range s.Programme.VisitTypes {
		w.types[s.Programme.VisitTypes[i].ID] = &s.Programme.VisitTypes[i]
	}
	for i := range s.Programme.Roles {
		w.roles[s.Programme.Roles[i].ID] = &s.Programme.Roles[i]
	}
	for i := range s.Meetings {
		w.meetings[s.Meetings[i].ID] = &s.Meetings[i]
	}
	return w
}

func (w *feedWriter) all(content map[string][]byte, s *planner.State) error {
	ofStaff, ofLocation := make(map[string][]calendar.Event), make(map[string][]calendar.Event)
	for i := range w.plan.Visits {
		v := &w.plan.Visits[i]
		if v.Location != "" {
			ofLocation[v.Location] = append(ofLocation[v.Location], w.event(v, w.crew(v), ""))
		}
		for j, c := range v.Crew {
			if w.again(v, j) {
				continue
			}
			ofStaff[c.Staff] = append(ofStaff[c.Staff], w.event(v, w.location(v.Location), w.others(v, c.Staff)))
		}
	}
	for i := range s.Staff {
		if err := w.write(content, "staff", s.Staff[i].ID, s.Staff[i].Name, ofStaff[s.Staff[i].ID]); err != nil {
			return err
		}
	}
	for i := range s.Locations {
		if err := w.write(content, "location", s.Locations[i].ID, s.Locations[i].Name, ofLocation[s.Locations[i].ID]); err != nil {
			return err
		}
	}
	return nil
}

// again reports somebody who stands in the crew before: one event is enough.
func (w *feedWriter) again(v *planner.Visit, j int) bool {
	return slices.ContainsFunc(v.Crew[:j], func(c planner.CrewMember) bool { return c.Staff == v.Crew[j].Staff })
}

// write renders one calendar, also an empty one: whoever subscribes early finds
// it.
func (w *feedWriter) write(content map[string][]byte, kind, id, name string, events []calendar.Event) error {
	if !idPattern.MatchString(id) {
		return fmt.Errorf("%s %q: not an id that can name a file", kind, id)
	}
	feed := calendar.Feed{
		Name: name, Zone: w.zone, Events: events,
		// A plan has no moment of its own: the same plan gives the same bytes.
		Revision: w.plan.From.At(0, w.zone),
	}
	data, err := feed.Encode()
	if err != nil {
		return fmt.Errorf("calendar of %s %s: %w", kind, id, err)
	}
	content["feeds/"+kind+"-"+id+".ics"] = data
	return nil
}

// event makes the event of a visit; detail follows its name in the summary.
func (w *feedWriter) event(v *planner.Visit, detail, description string) calendar.Event {
	summary := w.title(v)
	if detail != "" {
		summary += ": " + detail
	}
	return calendar.Event{
		UID: v.ID + "@wijkplanner", Start: v.Start, End: v.End, Summary: summary, Description: description,
		Place: w.place(v), Cancelled: v.Status == planner.Cancelled,
	}
}

// title names the kind of visit, or the meeting.
func (w *feedWriter) title(v *planner.Visit) string {
	if m := w.meetings[v.Requirement]; v.Meeting && m != nil {
		return m.Name
	}
	if t := w.types[v.VisitType]; t != nil {
		return cmp.Or(t.Name.NL, t.ID)
	}
	return v.VisitType
}

// place returns the address of a visit, or that it is no trip.
func (w *feedWriter) place(v *planner.Visit) string {
	if t := w.types[v.VisitType]; t != nil && !v.Meeting {
		switch t.Mode {
		case planner.ByPhone:
			return "Telefonisch"
		case planner.Online:
			return "Online"
		case planner.OnSite:
		}
	}
	l := w.locations[v.Location]
	if l == nil {
		return ""
	}
	var parts []string
	for _, part := range []string{l.Name, l.Address, strings.TrimSpace(l.Postcode + " " + l.Town)} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, ", ")
}

// crew names who makes a visit.
func (w *feedWriter) crew(v *planner.Visit) string {
	people := make([]string, len(v.Crew))
	for i, c := range v.Crew {
		people[i] = w.withRole(c)
	}
	return strings.Join(people, ", ")
}

// others names who else makes a visit.
func (w *feedWriter) others(v *planner.Visit, staff string) string {
	var people []string
	for _, c := range v.Crew {
		if c.Staff != staff {
			people = append(people, w.withRole(c))
		}
	}
	if len(people) == 0 {
		return ""
	}
	return "Met " + strings.Join(people, ", ")
}

func (w *feedWriter) withRole(c planner.CrewMember) string {
	name := cmp.Or(w.person(c.Staff), c.Staff)
	if r := w.roles[c.Role]; r != nil && r.Name.NL != "" {
		name += " (" + strings.ToLower(r.Name.NL) + ")"
	}
	return name
}
