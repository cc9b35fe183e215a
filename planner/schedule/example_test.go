package schedule_test

import (
	"context"
	"fmt"

	"github.com/wijkplanner/wijkplanner/planner/schedule"
)

// One person, two days, two visits of an hour, ten minutes from home and from
// each other.
func ExampleSolve() {
	p := &schedule.Problem{
		Days:   []schedule.Day{{Number: 0}, {Number: 1}},
		Staff:  []schedule.Staff{{Home: 0, Shifts: []schedule.Shift{{From: 540, To: 720}, {}}}},
		Travel: []schedule.Travel{{Places: 3, Time: []int32{0, 10, 10, 10, 0, 10, 10, 10, 0}}},
		WindowSets: [][]schedule.Window{
			{{Day: 0, From: 540, To: 600}, {Day: 1, From: 540, To: 600}}, // mornings
			{{Day: 0, From: 540, To: 1020}, {Day: 1, From: 540, To: 1020}},
		},
		Weights:  schedule.Weights{Travel: 1},
		MaxMoves: -1,
	}
	for place := 1; place <= 2; place++ {
		p.Visits = append(p.Visits, schedule.Visit{
			Place: place, Duration: 60, Windows: place - 1, Crew: [][]schedule.Option{{{Staff: 0}}},
			Requirement: schedule.None, Unplanned: 1000,
		})
	}
	r := schedule.Solve(context.Background(), p, schedule.Options{Iterations: 100})
	for v, pl := range r.Placements {
		fmt.Printf("visit %d on day %d at %d:%02d\n", v, pl.Day, pl.Start/60, pl.Start%60)
	}
	fmt.Println("travel", r.Amounts.Travel, "faults", len(schedule.Verify(p, r)))
	// Output:
	// visit 0 on day 0 at 9:10
	// visit 1 on day 0 at 10:20
	// travel 30 faults 0
}

// Two visits, and a cap of one a day: the reasons say so.
func ExampleExplain() {
	p := &schedule.Problem{
		Days:       []schedule.Day{{Number: 0}},
		Staff:      []schedule.Staff{{DayCap: 1}},
		Travel:     []schedule.Travel{{Places: 1, Time: []int32{0}}},
		WindowSets: [][]schedule.Window{{{Day: 0, From: 540, To: 1020}}},
		MaxMoves:   -1,
	}
	for range 2 {
		p.Visits = append(p.Visits, schedule.Visit{
			Duration: 60, Crew: [][]schedule.Option{{{Staff: 0}}}, Requirement: schedule.None, Unplanned: 1000,
		})
	}
	placements := []*schedule.Placement{{Day: 0, Start: 540, Staff: []int{0}}, nil}
	e := schedule.Explain(p, placements, 1)
	fmt.Println(e.Blockers[0].Kind, "of person", e.Blockers[0].Staff)
	fmt.Println("smallest change:", e.Change.Kind, "+", e.Change.Amount)
	// Output:
	// day_cap of person 0
	// smallest change: day_cap + 1
}
