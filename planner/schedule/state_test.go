package schedule

import (
	"context"
	"reflect"
	"testing"
	"time"
)

// TestRollbackRestores: a step that is taken back leaves no trace.
func TestRollbackRestores(t *testing.T) {
	t.Parallel()
	for seed := range seeds(60) {
		p := randomProblem(6000+seed, seed%2 == 0)
		s := newState(compile(p), seed)
		s.construct(func() bool { return false })
		s.prepareSearch()
		if len(s.ruin.movable) == 0 {
			continue
		}
		for range 20 {
			before, total, medium, moves, used := s.placements(), s.total, s.medium, s.moves, s.used
			s.begin()
			s.tear()
			s.recreate()
			s.rollback()
			if !reflect.DeepEqual(before, s.placements()) || total != s.total || medium != s.medium || moves != s.moves || used != s.used {
				t.Fatalf("seed %d: the step left a trace", seed)
			}
		}
	}
}

// TestCallKeepsItsVisit: from a meeting that ends at 10:00 it is 30 minutes to
// one at 10:40. Half-way a visit from 10:15 to 10:20 leaves room for a call at
// 10:10; without the visit that call would fall into the journey.
func TestCallKeepsItsVisit(t *testing.T) {
	t.Parallel()
	p := line(2)
	p.Fixed = []Fixed{{Staff: 0, Day: 0, Start: 570, End: 600, Place: 0}, {Staff: 0, Day: 0, Start: 640, End: 700, Place: 3}}
	p.Staff[0].Shifts[0].To = 800
	p.Visits[0].Duration = 5
	p.Visits[1].Place, p.Visits[1].Duration = None, 5
	plan := []*Placement{{Day: 0, Start: 615, Staff: []int{0}}, {Day: 0, Start: 610, Staff: []int{0}}}
	s := newState(compile(p), 0)
	s.load(plan)
	if s.absent > 0 {
		t.Fatalf("the plan was not taken over: %+v", s.placements())
	}
	s.remove(0)
	s.settle()
	plan[0] = nil
	if score, _ := Evaluate(p, plan); !s.broken || score.Hard == 0 || len(Verify(p, &Result{Placements: plan, Score: score})) == 0 {
		t.Errorf("the journey through the call went unnoticed: broken %v, %+v", s.broken, score)
	}
}

func TestSplitTakesApart(t *testing.T) {
	t.Parallel()
	p := yearProblem(80, 4, false)
	if parts := split(p, nil); len(parts) != 4 {
		t.Errorf("%d parts of four people whom nothing couples", len(parts))
	}
	p.Visits[0].Crew = append(p.Visits[0].Crew, []Option{{Staff: 0}, {Staff: 1}, {Staff: 2}, {Staff: 3}})
	if parts := split(p, nil); len(parts) != 1 {
		t.Errorf("%d parts where one visit couples all", len(parts))
	}
}

// TestSolveKeepsTime: a limit in seconds is kept, with parts and without.
func TestSolveKeepsTime(t *testing.T) {
	t.Parallel()
	for _, backups := range []bool{false, true} {
		start := time.Now()
		r := Solve(context.Background(), yearProblem(40, 4, backups), Options{Seconds: 0.3, Workers: 1})
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("0.3 s took %v", took)
		}
		if r.Score.Medium != 0 || r.FirstComplete < 0 {
			t.Errorf("%+v, complete after %v", r.Score, r.FirstComplete)
		}
	}
}

// TestProgressTells: what Progress hears ends with the result.
func TestProgressTells(t *testing.T) {
	t.Parallel()
	var last Progress
	p := yearProblem(20, 4, false)
	r := Solve(context.Background(), p, Options{Iterations: 200, Progress: func(now Progress) {
		if last.Planned == len(p.Visits) && last.Score.Less(now.Score) {
			t.Errorf("%+v after %+v", now, last)
		}
		last = now
	}})
	if last.Score != r.Score || last.Planned != len(p.Visits) {
		t.Errorf("heard %+v last, the result is %+v", last, r.Score)
	}
}
