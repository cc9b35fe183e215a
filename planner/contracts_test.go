package planner

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/wijkplanner/wijkplanner/calendar"
)

// follow gives somebody contracts that follow each other.
func follow(m *Staff, ceilings ...int) {
	days := []calendar.Date{calendar.NoDate, date("2027-05-01"), date("2027-09-01")}
	role := m.Contracts[0]
	m.Contracts = nil
	for i, most := range ceilings {
		c := role
		c.From, c.To, c.MaxLocations = days[i], calendar.NoDate, most
		if i+1 < len(ceilings) {
			c.To = days[i+1] - 1
		}
		m.Contracts = append(m.Contracts, c)
	}
}

// Contracts that follow each other are as good as one; a day between is not.
func TestContractsThatFollowEachOther(t *testing.T) {
	t.Parallel()
	s := town()
	follow(&s.Staff[0], 0, 0, 0)
	slices.Reverse(s.Staff[0].Contracts) // in any order
	p := solve(t, s)
	if a := p.server("l1", "coordinator", Primary); a.Staff != "c1" {
		t.Errorf("l1 went to %q, want c1, who lives nearby and has a contract all year", a.Staff)
	}
	s.Staff[0].Contracts[0].From++ // the last one
	if served(solve(t, s), "c1") != 0 {
		t.Error("c1 has no contract for a day and serves all year")
	}
}

// The starter's ceiling of the lower of two contracts that follow each other
// holds; those in force together add up.
func TestStarterCeilings(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		ceilings []int
		want     int
	}{
		{"one", []int{2}, 2},
		{"a starter who grows", []int{1, 3}, 1},
		{"no ceiling later", []int{2, 0}, 2},
		{"none", []int{0}, 0},
	} {
		s := town()
		follow(&s.Staff[0], c.ceilings...)
		if got := townFormulation(s).maxLocations(&s.Staff[0], "coordinator"); got != c.want {
			t.Errorf("%s: ceiling %d, want %d", c.name, got, c.want)
		}
	}
	s := town()
	with := s.Staff[0].Contracts[0]
	s.Staff[0].Contracts[0].MaxLocations = 1
	with.Budget, with.MaxLocations, with.To = WithIndication, 2, date("2027-06-30")
	s.Staff[0].Contracts = append(s.Staff[0].Contracts, with)
	if got := townFormulation(s).maxLocations(&s.Staff[0], "coordinator"); got != 1 {
		t.Errorf("both budgets until June: ceiling %d, want the 1 that is left", got)
	}
	s.Staff[0].Contracts[1].To = calendar.NoDate
	if got := townFormulation(s).maxLocations(&s.Staff[0], "coordinator"); got != 3 {
		t.Errorf("both budgets: ceiling %d, want 3", got)
	}
}

func TestTwoPeoplePinnedOneAfterTheOther(t *testing.T) {
	t.Parallel()
	s := town()
	s.Assignments = []Assignment{
		{Location: "l1", Role: "coordinator", Staff: "c1", Kind: Primary, Pinned: true, From: calendar.NoDate, To: date("2027-06-30")},
		{Location: "l1", Role: "coordinator", Staff: "c2", Kind: Primary, Pinned: true, From: date("2027-07-01"), To: calendar.NoDate},
	}
	_, err := Solve(context.Background(), s, Options{Year: 2027, Iterations: 1, MaxChanges: -1})
	if err == nil || !strings.Contains(err.Error(), "c1 and c2 are both pinned as primary coordinator") {
		t.Errorf("got %v, want both names", err)
	}
	// Later in the year only the second is left.
	f := townFormulation(s)
	f.startFrom(date("2027-07-01"))
	if err := f.emptyPins(&s.Programme.Roles[0]); err != nil || f.pin("coordinator", "l1", Primary) != "c2" {
		t.Errorf("from July on %q is pinned, %v; want c2", f.pin("coordinator", "l1", Primary), err)
	}
	s.Assignments[1].Staff = "c1" // the same person twice is one pin
	if a := solve(t, s).server("l1", "coordinator", Primary); a.Staff != "c1" {
		t.Errorf("l1 went to %q, want c1", a.Staff)
	}
}

// An employer's limit holds over all roles together: what the coordinators take
// is gone for the counsellors.
func TestEmployersLimitOverAllRoles(t *testing.T) {
	t.Parallel()
	s := paired(1)
	s.Organisations[0].LimitMinutes = 1000
	s.Organisations = append(s.Organisations, Organisation{ID: "unlimited"})
	for i := range s.Staff {
		s.Staff[i].Organisation = "ggd"
	}
	s.Staff[3].Organisation = "unlimited"
	p := solve(t, s)
	carried := int64(0)
	for i := range p.Roles {
		if p.Roles[i].Kind != Primary {
			continue
		}
		for _, l := range p.Roles[i].Loads {
			if l.Staff != "b2" {
				carried += l.Load
			}
		}
	}
	if carried > 1000 || served(p, "b2") == 0 {
		t.Errorf("the employer's people carry %d of 1,000 minutes and b2 has %d locations", carried, served(p, "b2"))
	}
	s.Staff[3].Organisation = "ggd"
	short := solve(t, s)
	a := slices.IndexFunc(short.Assignments, func(a Assigned) bool { return a.Staff == "" && a.Role == "counsellor" })
	if a < 0 || !slices.ContainsFunc(short.Assignments[a].Reason.Blocked, func(b string) bool { return strings.HasPrefix(b, "group:") }) {
		t.Errorf("%+v, want a location without a counsellor for want of the employer's minutes", short.Assignments)
	}
}
