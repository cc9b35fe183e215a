package verify

import (
	"slices"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
)

// checkSummary proves that the plan is for the period.
func (c *checker) checkSummary() {
	if s := c.folder.Summary; s.From != c.from || s.To != c.to {
		c.add(Fault{Kind: WrongPeriod, Date: calendar.NoDate}, "plan.json is for %s to %s, asked is %s to %s", s.From, s.To, c.from, c.to)
	}
}

// checkNames finds ids in the plan that the input does not know.
func (c *checker) checkNames() {
	for i := range c.folder.Visits {
		r := &c.folder.Visits[i]
		if c.past(r) || r.Status == string(planner.Cancelled) {
			continue // what was may be gone since
		}
		at := Fault{Kind: UnknownID, Visit: r.Visit, Location: r.Location, Role: r.Role, Staff: r.Staff, Date: calendar.DateOf(r.Start, c.zone)}
		c.known(at, r.Visit != "", "visit", r.Visit)
		c.known(at, c.staff[r.Staff] != nil, "staff", r.Staff)
		c.known(at, c.roles[r.Role] != nil, "role", r.Role)
		states := []string{string(planner.Planned), string(planner.Pinned), string(planner.Cancelled)}
		c.known(at, slices.Contains(states, r.Status), "status", r.Status)
		if r.VisitType == meetingType {
			c.known(at, c.meetings[r.Requirement] != nil, "meeting", r.Requirement)
			c.known(at, r.Location == "" || c.locations[r.Location] != nil, "location", r.Location)
			continue
		}
		c.known(at, c.locations[r.Location] != nil, "location", r.Location)
		c.inDistrict(at, r.District)
		c.known(at, c.requirements[r.Requirement] != nil, "requirement", r.Requirement)
		c.known(at, c.types[r.VisitType] != nil, "visit type", r.VisitType)
	}
	for i := range c.folder.Assignments {
		r := &c.folder.Assignments[i]
		if c.ended(r) {
			continue
		}
		at := Fault{Kind: UnknownID, Location: r.Location, Role: r.Role, Staff: r.Staff, Date: r.From}
		c.known(at, c.locations[r.Location] != nil, "location", r.Location)
		c.inDistrict(at, r.District)
		c.known(at, c.roles[r.Role] != nil, "role", r.Role)
		c.known(at, r.Staff == "" || c.staff[r.Staff] != nil, "staff", r.Staff)
	}
	for role := range c.folder.Summary.Assignments {
		c.known(Fault{Kind: UnknownID, Role: role, Date: calendar.NoDate}, c.roles[role] != nil, "role", role)
	}
}

func (c *checker) known(at Fault, ok bool, what, id string) {
	if !ok {
		c.add(at, "%s %q is not in the input folder", what, id)
	}
}

// inDistrict proves that a row names the district of its location.
func (c *checker) inDistrict(at Fault, district string) {
	if l := c.locations[at.Location]; l != nil && l.District != district {
		c.add(at, "location %s is in district %q, the row says %q", l.ID, l.District, district)
	}
}
