package store

import (
	"cmp"
	"slices"

	"github.com/wijkplanner/wijkplanner/planner"
)

// planEvents returns an event for every calendar that shows a visit of the
// plan: those of the people who come, their roles, the location, its district
// and the team.
func (t *Tx) planEvents(plan int64, p *planner.Plan, programme *planner.Programme) ([]feedEventRow, error) {
	n, err := t.names(p.Region, programme)
	if err != nil {
		return nil, err
	}
	var out []feedEventRow
	for i := range p.Visits {
		v := &p.Visits[i]
		if v.Status == planner.Cancelled {
			continue
		}
		row := feedEventRow{
			Region: p.Region, Visit: v.ID, Plan: plan, StartsAt: At(v.Start), EndsAt: At(v.End), Content: doc(n.content(v)),
		}
		for _, s := range n.calendars(v) {
			row.Kind, row.Subject = s.Kind, s.ID
			out = append(out, row)
		}
	}
	return out, nil
}

// calendars lists the calendars that show a visit, each once.
func (n *names) calendars(v *planner.Visit) []FeedScope {
	out := []FeedScope{{Kind: TeamFeed}}
	add := func(kind FeedKind, id string) {
		if s := (FeedScope{Kind: kind, ID: id}); id != "" && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	for _, c := range v.Crew {
		add(StaffFeed, c.Staff)
		add(RoleFeed, c.Role)
	}
	add(LocationFeed, v.Location)
	add(DistrictFeed, cmp.Or(v.District, n.locations[v.Location].District))
	return out
}

// names looks up what readers call things.
type names struct {
	types           map[string]planner.VisitType
	roles, meetings map[string]planner.Text
	staff           map[string]string
	locations       map[string]locationRow
}

func (t *Tx) names(region string, programme *planner.Programme) (*names, error) {
	n := &names{
		types: map[string]planner.VisitType{}, roles: map[string]planner.Text{}, meetings: map[string]planner.Text{},
		staff: map[string]string{}, locations: map[string]locationRow{},
	}
	for _, vt := range programme.VisitTypes {
		n.types[vt.ID] = vt
	}
	for _, r := range programme.Roles {
		n.roles[r.ID] = r.Name
	}
	staff, err := rowsOf[staffRow](t, region, "position")
	if err != nil {
		return nil, err
	}
	for _, s := range staff {
		n.staff[s.ID] = s.Name
	}
	locations, err := rowsOf[locationRow](t, region, "position")
	if err != nil {
		return nil, err
	}
	for _, l := range locations {
		n.locations[l.ID] = l
	}
	meetings, err := rowsOf[meetingRow](t, region, "position")
	if err != nil {
		return nil, err
	}
	for _, m := range meetings {
		n.meetings[m.ID] = planner.Text{NL: m.Name, EN: m.Name}
	}
	return n, nil
}

func (n *names) content(v *planner.Visit) FeedContent {
	l := n.locations[v.Location]
	c := FeedContent{
		Name: n.types[v.VisitType].Name, Meeting: v.Meeting, Mode: n.types[v.VisitType].Mode,
		Location: v.Location, LocationName: l.Name, Place: l.place(), Lat: l.Point.Lat, Lon: l.Point.Lon,
	}
	if v.Meeting {
		c.Name, c.Mode = n.meetings[v.Requirement], ""
	}
	for _, m := range v.Crew {
		c.Crew = append(c.Crew, FeedCrew{Staff: m.Staff, Name: n.staff[m.Staff], Role: n.roles[m.Role]})
	}
	return c
}

// place returns the address in one line.
func (r *locationRow) place() string {
	town := r.Postcode
	if r.Town != "" {
		if town != "" {
			town += " "
		}
		town += r.Town
	}
	if r.Address == "" || town == "" {
		return r.Address + town
	}
	return r.Address + ", " + town
}
