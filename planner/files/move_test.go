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
	today := calendar.NewDate(2027, time.March, 1) // the plan began before
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
	for _, c := range proved(t, s, plan, today).Changes {
		if slices.Contains(moved, c.Visit) {
			t.Errorf("%s was moved by hand and moved again: %+v", c.Visit, c)
		}
	}
	// What cannot stay goes, whatever the reason, and the verifier agrees.
	for _, what := range []func(s *planner.State, v *planner.Visit){
		func(s *planner.State, v *planner.Visit) {
			day := calendar.DateOf(v.Start, v.Start.Location())
			s.Absences = append(s.Absences, planner.Absence{Staff: v.Crew[0].Staff, From: day - 20, To: day + 20})
		},
		func(s *planner.State, v *planner.Visit) {
			day := calendar.DateOf(v.Start, v.Start.Location())
			s.Blackouts = append(s.Blackouts, planner.Blackout{Location: v.Location, From: day, To: day, Reason: "study"})
		},
		func(s *planner.State, v *planner.Visit) {
			day := calendar.DateOf(v.Start, v.Start.Location())
			s.Meetings = append(s.Meetings, planner.Meeting{ID: "new", Name: "New", Start: day, Clock: 9 * 60, Minutes: 420, Staff: []string{v.Crew[0].Staff}})
		},
		func(s *planner.State, v *planner.Visit) {
			for i := range s.Staff {
				if s.Staff[i].ID == v.Crew[0].Staff {
					s.Staff[i].WeekCap, s.Staff[i].DayCap = 1, 1
				}
			}
		},
		func(s *planner.State, v *planner.Visit) {
			s.History = append(s.History, planner.CompletedVisit{Location: v.Location, Role: v.Crew[0].Role, Requirement: v.Requirement, VisitType: v.VisitType, Date: today - 1, Next: calendar.NoDate})
		},
		func(s *planner.State, v *planner.Visit) {
			for i := range s.Staff {
				if m := &s.Staff[i]; m.ID != v.Crew[0].Staff && slices.ContainsFunc(m.Contracts, func(c planner.Contract) bool { return c.Role == v.Crew[0].Role }) {
					s.Assignments = append(s.Assignments, planner.Assignment{
						Location: v.Location, Role: v.Crew[0].Role, Staff: m.ID, Kind: planner.Primary, From: today, To: calendar.NoDate, Pinned: true, Reason: "request",
					})
					return
				}
			}
		},
	} {
		for _, id := range moved[:3] {
			changed := *s
			changed.Absences, changed.Blackouts, changed.Meetings = slices.Clone(s.Absences), slices.Clone(s.Blackouts), slices.Clone(s.Meetings)
			changed.Staff, changed.History, changed.Assignments = slices.Clone(s.Staff), slices.Clone(s.History), slices.Clone(s.Assignments)
			what(&changed, &plan.Visits[slices.IndexFunc(plan.Visits, func(v planner.Visit) bool { return v.ID == id })])
			proved(t, &changed, plan, today)
		}
	}
}

// proved plans again and has the outcome proved.
func proved(t *testing.T, s *planner.State, plan *planner.Plan, today calendar.Date) *planner.Replanned {
	t.Helper()
	again, err := planner.Replan(context.Background(), s, planner.Published{Visits: plan.Visits, Assignments: plan.Assignments},
		planner.ReplanOptions{Options: planner.Options{Year: 2027, Seed: 1, Iterations: 100, Workers: 2}, Today: today, MaxMoves: -1})
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
	return again
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
