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
	for seed := range uint64(60) {
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
