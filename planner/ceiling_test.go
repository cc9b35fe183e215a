package planner

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/wijkplanner/wijkplanner/calendar"
)

// ceilingTown has Anna with cases, and Bram with none.
func ceilingTown(points ...int) *State {
	s := forecastTown()
	for i, p := range points {
		s.Cases = append(s.Cases, Case{
			Ref: fmt.Sprintf("c%d", i), Staff: "anna", Points: p, MinutesWeek: 10 * p,
			Opened: calendar.NewDate(2027, 1, 1), HandedOver: calendar.NoDate,
		})
	}
	s.Programme.Ceilings = []Ceiling{{ID: "points", Measure: CeilingPoints, Limit: 10, From: calendar.NoDate, To: calendar.NoDate}}
	return s
}

func ceilingOf(t *testing.T, s *State, staff, id string) CeilingLine {
	t.Helper()
	lines, err := CheckCeilings(s, calendar.NewDate(2027, 6, 1))
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(lines, func(l CeilingLine) bool { return l.Staff == staff && l.Ceiling.ID == id })
	if i < 0 {
		return CeilingLine{}
	}
	return lines[i]
}

func TestACeilingWarnsBeforeItIsPassed(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		points []int
		state  CeilingState
	}{{[]int{4, 4}, CeilingFine}, {[]int{4, 5}, CeilingNear}, {[]int{5, 5}, CeilingNear}, {[]int{5, 6}, CeilingPassed}} {
		if got := ceilingOf(t, ceilingTown(c.points...), "anna", "points"); got.State != c.state {
			t.Errorf("%v points: %+v, want %s", c.points, got, c.state)
		}
	}
	s := ceilingTown(4, 5)
	s.Programme.Ceilings[0].WarnAt = 95
	if got := ceilingOf(t, s, "anna", "points"); got.State != CeilingFine {
		t.Errorf("warned at %d of 10: %+v", got.Value, got)
	}
	if got := ceilingOf(t, s, "bram", "points"); got.State != CeilingFine || got.Value != 0 {
		t.Errorf("%+v", got)
	}
}

// TestAPassedCeilingNamesTheChoices: who could take what, when it ends by itself,
// and what would have to be agreed.
func TestAPassedCeilingNamesTheChoices(t *testing.T) {
	t.Parallel()
	s := ceilingTown(2, 7, 4)
	s.Cases[0].HandedOver = calendar.NewDate(2027, 7, 1)
	s.Cases[2].HandedOver = calendar.NewDate(2027, 7, 20)
	got := ceilingOf(t, s, "anna", "points")
	want := []CeilingChoice{
		{Kind: HandOver, Items: []string{"c1"}, To: "bram", By: calendar.NoDate},
		{Kind: TakeNoNew, By: calendar.NewDate(2027, 7, 21)},
		{Kind: AgreeMore, By: calendar.NoDate, Limit: 13},
	}
	if got.Value != 13 || len(got.Choices) != 3 {
		t.Fatalf("%+v", got)
	}
	for i, w := range want {
		if g := got.Choices[i]; g.Kind != w.Kind || !slices.Equal(g.Items, w.Items) || g.To != w.To || g.By != w.By || g.Limit != w.Limit {
			t.Errorf("choice %+v, want %+v", g, w)
		}
	}
	// Bram has no room for seven points, and the others never end.
	s.Cases = append(s.Cases, Case{Ref: "his", Staff: "bram", Points: 4, Opened: calendar.NewDate(2027, 1, 1), HandedOver: calendar.NoDate})
	s.Cases[0].HandedOver, s.Cases[2].HandedOver = calendar.NoDate, calendar.NoDate
	if got = ceilingOf(t, s, "anna", "points"); len(got.Choices) != 2 || got.Choices[0].To != "" {
		t.Errorf("%+v", got.Choices)
	}
}

func TestCeilingsOfStartersAndContracts(t *testing.T) {
	t.Parallel()
	s := ceilingTown(5)
	s.Programme.Ceilings = []Ceiling{{ID: "starter", Measure: CeilingCases, Limit: 1, StarterDays: 100, From: calendar.NoDate, To: calendar.NoDate}}
	s.Staff[0].Contracts[0].From = calendar.NewDate(2027, 5, 1)
	s.Staff[1].Contracts[0].MaxLocations = 1
	if got := ceilingOf(t, s, "anna", "starter"); got.State != CeilingNear || got.Value != 1 {
		t.Errorf("a starter: %+v", got)
	}
	if got := ceilingOf(t, s, "bram", "starter"); got.Staff != "" {
		t.Errorf("Bram is no starter: %+v", got)
	}
	// Bram has two locations, and a contract that says one.
	got := ceilingOf(t, s, "bram", "contract")
	if got.State != CeilingPassed || got.Value != 2 || len(got.Choices) != 2 || len(got.Choices[0].Items) != 1 || got.Choices[0].To != "anna" {
		t.Errorf("%+v", got)
	}
	s.Staff[0].Contracts[0].From = calendar.NewDate(2027, 1, 1)
	if got := ceilingOf(t, s, "anna", "starter"); got.Staff != "" {
		t.Errorf("a starter for ever: %+v", got)
	}
}

// TestHandingOverIsEnoughAndNoMore: for many caseloads, what is handed over brings
// it under the ceiling, and without the last of it does not.
func TestHandingOverIsEnoughAndNoMore(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		points := rapid.SliceOfN(rapid.IntRange(1, 9), 0, 12).Draw(t, "points")
		s := ceilingTown(points...)
		lines, err := CheckCeilings(s, calendar.NewDate(2027, 6, 1))
		if err != nil {
			t.Fatal(err)
		}
		worth := map[string]int64{}
		for _, c := range s.Cases {
			worth[c.Ref] = int64(c.Points)
		}
		for _, l := range lines {
			if (l.State == CeilingPassed) != (l.Value > 10) || (l.State != CeilingPassed) != (l.Choices == nil) {
				t.Fatalf("%+v", l)
			}
			if l.State != CeilingPassed {
				continue
			}
			left := l.Value
			items := l.Choices[0].Items
			for _, id := range items[:len(items)-1] {
				left -= worth[id]
			}
			if left <= 10 || left-worth[items[len(items)-1]] > 10 {
				t.Fatalf("%d points, hand over %v", l.Value, items)
			}
			if to := l.Choices[0].To; (to != "") != (left-worth[items[len(items)-1]] >= l.Value-10) {
				t.Fatalf("%d points, %v to %q", l.Value, items, to)
			}
		}
	})
}
