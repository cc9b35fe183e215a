package files

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
)

// A permitted move makes a plan with which the verifier, which knows nothing of
// how moves are judged, finds no fault: no rule, no sum, no journey. And planning
// again keeps what was moved.
func TestMovedPlansAreProved(t *testing.T) {
	t.Parallel()
	const tried = 60
	s := GenerateRegion(24, 4, 1)
	plan, err := planner.Solve(context.Background(), s, planner.Options{Year: 2027, Seed: 1, Iterations: 200, Workers: 2, MaxChanges: -1})
	if err != nil {
		t.Fatal(err)
	}
	faultless(t, s, plan)
	today := calendar.NewDate(2027, time.January, 1)
	rng := rand.New(rand.NewPCG(1, 2))
	var moved []string
	refused := map[string]int{}
	for range tried {
		v := &plan.Visits[rng.IntN(len(plan.Visits))]
		m := planner.VisitMove{
			Visit: v.ID, Date: calendar.DateOf(v.Start, v.Start.Location()) + calendar.Date(rng.IntN(57)-28), Clock: calendar.Clock(9*60 + 5*rng.IntN(90)),
		}
		e, err := planner.MoveVisit(s, plan, today, m)
		if err != nil {
			t.Fatal(err)
		}
		if e.Plan == nil {
			for _, f := range e.Faults {
				refused[f.Rule]++
			}
			continue
		}
		plan = e.Plan
		faultless(t, s, plan)
		moved = append(moved, v.ID)
	}
	t.Logf("%d of %d moves permitted, the others refused for %v", len(moved), tried, refused)
	if len(moved) < tried/10 || len(refused) < 3 {
		t.Error("too few moves to say anything")
	}
	again, err := planner.Replan(context.Background(), s, planner.Published{Visits: plan.Visits, Assignments: plan.Assignments},
		planner.ReplanOptions{Options: planner.Options{Year: 2027, Seed: 1, Iterations: 200, Workers: 2}, Today: today, MaxMoves: -1})
	if err != nil {
		t.Fatal(err)
	}
	extra, err := ReplanFiles([]*planner.State{s}, []*planner.Replanned{again})
	if err != nil {
		t.Fatal(err)
	}
	if faults, err := ProveWith([]*planner.State{s}, []*planner.Plan{again.Plan}, extra); err != nil || len(faults) > 0 {
		t.Errorf("planned again: %v, %v", faults, err)
	}
	for _, c := range again.Changes {
		if slices.Contains(moved, c.Visit) {
			t.Errorf("%s was moved by hand and moved again: %+v", c.Visit, c)
		}
	}
}

func faultless(t *testing.T, s *planner.State, p *planner.Plan) {
	t.Helper()
	if faults, err := Prove([]*planner.State{s}, []*planner.Plan{p}); err != nil || len(faults) > 0 {
		t.Fatalf("%v, %v", faults, err)
	}
}

// BenchmarkMoveVisit is one preview in a region of 150 locations.
func BenchmarkMoveVisit(b *testing.B) {
	s := GenerateRegion(150, 12, 1)
	plan, err := planner.Solve(context.Background(), s, planner.Options{Year: 2027, Seed: 1, Iterations: 50, Workers: 2, MaxChanges: -1})
	if err != nil {
		b.Fatal(err)
	}
	v := &plan.Visits[len(plan.Visits)/2]
	date := calendar.DateOf(v.Start, v.Start.Location())
	for b.Loop() {
		if _, err := planner.MoveVisit(s, plan, calendar.NewDate(2027, time.January, 1), planner.VisitMove{Visit: v.ID, Date: date, Clock: 10 * 60}); err != nil {
			b.Fatal(err)
		}
	}
}
