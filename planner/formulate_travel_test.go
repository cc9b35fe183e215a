package planner

import (
	"slices"
	"testing"

	"github.com/wijkplanner/wijkplanner/planner/schedule"
)

// TestTablesOfTheirOwn: of four people who cycle, one may go everywhere. That
// one and the one by car have no room to share; the tables hold what each needs.
func TestTablesOfTheirOwn(t *testing.T) {
	t.Parallel()
	const staff, locations = 4, 12
	f := &formulation{state: &State{}, weights: DefaultWeights(), travel: NewTravel(&Programme{}, date("2027-01-01"))}
	p := &visitProblem{Problem: &schedule.Problem{}}
	for i := range staff {
		mode := Bicycle
		if i == 3 {
			mode = Car
		}
		f.state.Staff = append(f.state.Staff, Staff{Home: Point{Lat: 52, Lon: 5 + float64(i)/100}, Mode: mode})
		p.Staff = append(p.Staff, schedule.Staff{Home: i})
	}
	for l := range locations {
		f.state.Locations = append(f.state.Locations, Location{Point: Point{Lat: 52.1, Lon: 5 + float64(l)/100}})
		p.Visits = append(p.Visits, schedule.Visit{
			Place: f.locationPlace(l), Crew: [][]schedule.Option{{{Staff: l / 4}, {Staff: 1}}},
		})
	}
	p.Fixed = []schedule.Fixed{{Staff: 0, Place: 15}, {Staff: 0, Place: schedule.None}}
	p.Visits[11].Published = &schedule.Placement{Staff: []int{3}}
	f.addTravel(p)

	want := [][]int{{0, 4, 5, 6, 7, 15}, {1, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}, {2, 12, 13, 14, 15}, {3, 15}}
	points := f.places()
	for i := range p.Staff {
		table := &p.Travel[p.Staff[i].Mode]
		if len(want[i]) <= 8 && !slices.Equal(table.Of, want[i]) {
			t.Errorf("person %d has %v, want %v", i, table.Of, want[i])
		}
		for _, a := range want[i] {
			for _, b := range want[i] {
				clock, cost := table.Leg(a, b, 0)
				mode := f.state.Staff[i].Mode
				if clock != f.travel.Clock(points[a], points[b], mode) || cost != f.travel.Cost(points[a], points[b], mode) {
					t.Fatalf("person %d, %d to %d: %d and %d", i, a, b, clock, cost)
				}
			}
		}
	}
}

// TestWideTablesAreShared: two who may go everywhere have one table.
func TestWideTablesAreShared(t *testing.T) {
	t.Parallel()
	f := &formulation{state: &State{Staff: make([]Staff, 2)}, weights: DefaultWeights(), travel: NewTravel(&Programme{}, date("2027-01-01"))}
	p := &visitProblem{Problem: &schedule.Problem{Staff: []schedule.Staff{{Home: 0}, {Home: 1}}}}
	for l := range 10 {
		f.state.Locations = append(f.state.Locations, Location{})
		p.Visits = append(p.Visits, schedule.Visit{Place: f.locationPlace(l), Crew: [][]schedule.Option{{{Staff: 0}, {Staff: 1}}}})
	}
	f.addTravel(p)
	if len(p.Travel) != 1 || p.Travel[0].Places != 12 || p.Staff[0].Mode != 0 || p.Staff[1].Mode != 0 {
		t.Errorf("%d tables, the first with %d places", len(p.Travel), p.Travel[0].Places)
	}
}
