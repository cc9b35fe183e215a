package planner

import (
	"slices"
	"testing"
)

func TestShapeOfAnArea(t *testing.T) {
	t.Parallel()
	s := town()
	// A – B – C in a row, D apart.
	s.Districts = []District{
		{ID: "A", Neighbours: []string{"B"}},
		{ID: "B", Neighbours: []string{"A", "C"}},
		{ID: "C", Neighbours: []string{"B"}},
		{ID: "D"},
	}
	f := townFormulation(s)
	for _, c := range []struct {
		area        []string
		parts, want int
	}{
		{[]string{"A"}, 1, 100},
		{[]string{"A", "B"}, 1, 100},
		{[]string{"A", "B", "C"}, 1, 83}, // 1, 1 and ½ over three pairs
		{[]string{"A", "C"}, 2, 0},       // the way leads through B, which is not theirs
		{[]string{"A", "B", "D"}, 2, 33},
	} {
		if parts, got := f.shape(c.area); parts != c.parts || got != c.want {
			t.Errorf("%v: %d parts, %d; want %d, %d", c.area, parts, got, c.parts, c.want)
		}
	}
}

func TestAreasOfAPlan(t *testing.T) {
	t.Parallel()
	s := town()
	s.Districts[0].Neighbours = []string{"Z"} // said once is enough
	p := solve(t, s)
	for _, r := range p.Roles {
		if r.Role == "counsellor" {
			if len(r.Areas) != 0 {
				t.Errorf("%+v: nothing asks for the counsellor", r.Areas)
			}
			continue
		}
		if r.Kind == Backup {
			continue
		}
		total := 0
		for _, a := range r.Areas {
			total += len(a.Districts)
			if !slices.IsSorted(a.Districts) || a.Parts != 1 || a.Compactness != 100 {
				t.Errorf("%+v", a)
			}
		}
		if total != 2 {
			t.Errorf("%+v: want one person in each district", r.Areas)
		}
	}
}
