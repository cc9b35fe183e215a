package planner

import (
	"slices"

	"github.com/wijkplanner/wijkplanner/calendar"
)

// OutreachRequirement is the id of the requirement by which silent locations are
// visited.
const OutreachRequirement = "outreach"

// Outreach proposes to visit silent locations once: a scenario that asks the
// scheduler for one visit of the first role that is given out to each that nothing
// is planned for, on any day of the year from a day on, NoDate for the whole year. It is a wish, no promise: what does not fit is
// listed as unplanned with its reason. The visit type is that of the role's first
// requirement. ok is false when there is nobody to visit, or nobody who could.
func Outreach(s *State, silent []Silent, from calendar.Date) (c Scenario, ok bool) {
	role, visitType := outreachBy(s)
	if role == nil {
		return c, false
	}
	r := Requirement{
		ID: OutreachRequirement, Name: Text{"Contact leggen", "Making contact"}, Role: role.ID, VisitType: visitType, Target: 1,
		From: monthDayOf(from), Select: &Selection{},
	}
	for _, x := range silent {
		i := slices.IndexFunc(s.Locations, func(l Location) bool { return l.ID == x.Location })
		if i >= 0 && x.Next == calendar.NoDate && role.Select.Picks(&s.Locations[i]) {
			r.Select.Locations = append(r.Select.Locations, x.Location)
		}
	}
	if len(r.Select.Locations) == 0 {
		return c, false
	}
	return Scenario{Name: OutreachRequirement, Requirements: []Requirement{r}}, true
}

func monthDayOf(d calendar.Date) MonthDay {
	if d == calendar.NoDate {
		return MonthDay{}
	}
	t := d.Time()
	return MonthDay{Month: int(t.Month()), Day: t.Day()}
}

// outreachBy returns the first role that is given out and has a requirement, and
// the visit type of that.
func outreachBy(s *State) (*Role, string) {
	for i := range s.Programme.Roles {
		role := &s.Programme.Roles[i]
		for _, r := range s.Programme.Requirements {
			if role.Assign != NotAssigned && r.Role == role.ID && r.HandoverDays == 0 && r.Anchor == nil {
				return role, r.VisitType
			}
		}
	}
	return nil, ""
}
