package planner

import (
	"slices"
	"testing"
)

// Where nobody has a role, its locations say so, and what would help.
func TestNobodyHasTheRole(t *testing.T) {
	t.Parallel()
	s := town()
	for i := range s.Staff {
		s.Staff[i].Contracts = slices.DeleteFunc(s.Staff[i].Contracts, func(c Contract) bool { return c.Role == "coordinator" })
	}
	s.Assignments = nil
	p := solve(t, s)
	rows := 0
	for i := range p.Assignments {
		a := &p.Assignments[i]
		if a.Role != "coordinator" {
			continue
		}
		rows++
		if a.Staff != "" || FormatReason(a.Reason) != "blocked nobody:1 = 0.00; needs somebody with a contract as coordinator" || a.Reason.Change != "somebody with a contract as coordinator" {
			t.Errorf("%s: got %q, %q, %q", a.Location, a.Staff, FormatReason(a.Reason), a.Reason.Change)
		}
	}
	if rows == 0 {
		t.Error("no row for the role")
	}
	for i := range p.Unplanned {
		if u := &p.Unplanned[i]; u.Role == "coordinator" && !slices.Equal(u.Reason.Blocked, []string{"unassigned:1"}) {
			t.Errorf("%s: got %v", u.Requirement, u.Reason.Blocked)
		}
	}
}
