package planner

import (
	"slices"
	"testing"

	"github.com/wijkplanner/wijkplanner/calendar"
)

// TestSilentLocationsAreProposedForAVisit: one that nothing is planned for is
// visited once more, one that is expected anyway is not.
func TestSilentLocationsAreProposedForAVisit(t *testing.T) {
	t.Parallel()
	s := capacityTown()
	s.Programme.Requirements[0].Select = &Selection{Locations: []string{"c", "d"}}
	from := calendar.NewDate(2027, 3, 1)
	silent, err := SilentLocations(s, nil, nil, from, 182)
	if err != nil || len(silent) != 4 {
		t.Fatalf("%+v (%v)", silent, err)
	}
	for i := range silent {
		if silent[i].Location == "d" {
			silent[i].Next = from + 20
		}
	}
	c, ok := Outreach(s, silent, from)
	if !ok || len(c.Requirements) != 1 || !slices.Equal(c.Requirements[0].Select.Locations, []string{"a", "b", "c"}) {
		t.Fatalf("%+v", c)
	}
	got, err := WhatIf(t.Context(), s, []Scenario{c}, whatIfOptions)
	if err != nil {
		t.Fatal(err)
	}
	visited := map[string]int{}
	for _, v := range got[1].Plan.Visits {
		if v.Requirement == OutreachRequirement {
			visited[v.Location]++
			if day := calendar.DateOf(v.Start, amsterdam(t)); day < from {
				t.Errorf("%s is visited on %s", v.Location, day)
			}
		}
	}
	if len(visited) != 3 || visited["a"] != 1 || visited["b"] != 1 || visited["c"] != 1 || got[1].Figures.Unplanned != 0 {
		t.Errorf("visited %v, %+v", visited, got[1].Figures)
	}
	if again, faults := c.Apply(got[1].State); len(faults) != 1 {
		t.Errorf("twice: %v %v", again, faults)
	}
	if _, ok := Outreach(s, nil, from); ok {
		t.Error("nobody is silent, and there is a proposal")
	}
	s.Programme.Roles[0].Assign = NotAssigned
	if _, ok := Outreach(s, silent, from); ok {
		t.Error("no role has locations, and there is a proposal")
	}
}
