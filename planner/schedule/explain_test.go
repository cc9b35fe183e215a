package schedule

import (
	"context"
	"slices"
	"testing"
)

func solved(t *testing.T, seed uint64, pins bool) (*Problem, *Result) {
	t.Helper()
	p := randomProblem(seed, pins)
	return p, Solve(context.Background(), p, Options{Seed: seed, Iterations: 40})
}

// TestReasonsAddUp: the shares of all visits and the rest are the score.
func TestReasonsAddUp(t *testing.T) {
	t.Parallel()
	for seed := range seeds(100) {
		p, r := solved(t, 3000+seed, seed%2 == 0)
		reasons := NewReasons(p, r.Placements)
		sum, medium := reasons.Rest(), int64(0)
		for v := range p.Visits {
			a := reasons.Amounts(v)
			sum.add(&a)
			if r.Placements[v] == nil {
				medium += p.Visits[v].Unplanned
			}
		}
		if sum != r.Amounts || sum.Total() != r.Score.Soft || medium != r.Score.Medium {
			t.Fatalf("seed %d: reasons sum to %+v and %d, the score is %+v", seed, sum, medium, r.Score)
		}
	}
}

// TestAlternativesAreExact puts every recommended placement into the plan: the
// difference must be the stated one, and no rule may break.
func TestAlternativesAreExact(t *testing.T) {
	t.Parallel()
	tried := 0
	for seed := range seeds(120) {
		p, r := solved(t, 4000+seed, false)
		reasons := NewReasons(p, r.Placements)
		for v := range p.Visits {
			for _, a := range reasons.Recommend(v, 5) {
				tried++
				changed := slices.Clone(r.Placements)
				changed[v] = a.Placement
				score, amounts := Evaluate(p, changed)
				if score.Soft-r.Score.Soft != a.Difference {
					t.Fatalf("seed %d visit %d at %+v: difference %d, stated %d",
						seed, v, a.Placement, score.Soft-r.Score.Soft, a.Difference)
				}
				for _, f := range Verify(p, &Result{Placements: changed, Score: score, Amounts: amounts}) {
					t.Fatalf("seed %d visit %d at %+v: %s", seed, v, a.Placement, f.Message)
				}
			}
		}
	}
	if tried < 200 {
		t.Fatalf("only %d alternatives were tried", tried)
	}
}

// TestBlockersAreTrue makes the change that an explanation names and plans the
// visit where it says.
func TestBlockersAreTrue(t *testing.T) {
	t.Parallel()
	tried := make(map[FaultKind]int)
	for seed := range seeds(250) {
		p, r := solved(t, 5000+seed, false)
		for v := range p.Visits {
			if r.Placements[v] != nil {
				continue
			}
			e := Explain(p, r.Placements, v)
			if len(e.Blockers) == 0 {
				t.Fatalf("seed %d visit %d: unplanned without a blocker", seed, v)
			}
			if e.Medium != p.Visits[v].Unplanned {
				t.Fatalf("seed %d visit %d: medium %d", seed, v, e.Medium)
			}
			if c := e.Change; c != nil {
				tried[c.Kind]++
				q, start := applied(p, r.Placements, v, c)
				s := newState(compile(q), 0)
				s.load(start)
				s.blink = -1
				if !s.admit(int32(v), c.Placement) {
					t.Fatalf("seed %d visit %d: still unplanned after %+v; blockers %+v", seed, v, *c, e.Blockers)
				}
			}
		}
	}
	for _, kind := range []FaultKind{
		FaultGap, FaultMoves, FaultDayCap, FaultWeekCap, FaultLoadCap, FaultReserve, FaultMaxDuration, FaultAway, FaultOverlap, FaultWindow,
	} {
		if tried[kind] == 0 {
			t.Errorf("no change of kind %s was tried: %v", kind, tried)
		}
	}
}

// applied returns the problem with a change made, and the plan without the
// stop that the change takes away. All other visits keep their place.
func applied(p *Problem, placements []*Placement, v int, c *Change) (*Problem, []*Placement) {
	q := *p
	q.Visits = slices.Clone(p.Visits)
	q.Staff = slices.Clone(p.Staff)
	q.Requirements = slices.Clone(p.Requirements)
	q.Fixed = slices.Clone(p.Fixed)
	start := slices.Clone(placements)
	switch c.Kind { //nolint:exhaustive // a change has only these
	case FaultGap:
		q.Requirements[p.Visits[v].Requirement].MinGap -= int(c.Amount)
	case FaultMoves:
		q.MaxMoves++
	case FaultDayCap:
		q.Staff[c.Staff].DayCap++
	case FaultWeekCap:
		q.Staff[c.Staff].WeekCap++
	case FaultLoadCap:
		q.Staff[c.Staff].LoadCap += c.Amount
	case FaultMaxDuration:
		q.Staff[c.Staff].MaxDuration += int32(c.Amount)
	case FaultReserve:
		q.Staff[c.Staff].Shifts = slices.Clone(q.Staff[c.Staff].Shifts)
		q.Staff[c.Staff].Shifts[c.Day].Reserve -= int32(c.Amount)
	case FaultAway:
		q.Staff[c.Staff].Shifts = slices.Clone(q.Staff[c.Staff].Shifts)
		q.Staff[c.Staff].Shifts[c.Day] = c.Shift
	case FaultOverlap:
		if c.Other != None {
			start[c.Other] = nil
			q.Visits[c.Other].Windows = len(p.WindowSets)
			q.WindowSets = append(slices.Clone(p.WindowSets), nil)
		} else {
			q.Fixed = slices.Delete(q.Fixed, c.Fixed, c.Fixed+1)
		}
	case FaultWindow:
		q.Visits[v].Windows = len(p.WindowSets)
		q.WindowSets = append(slices.Clone(p.WindowSets),
			[]Window{{Day: c.Day, From: c.Placement.Start, To: c.Placement.Start}})
	}
	return &q, start
}

func BenchmarkReasons(b *testing.B) {
	debugCheck = nil
	p := yearProblem(150, 12, true)
	r := Solve(context.Background(), p, Options{Iterations: 100})
	dropped := slices.Clone(r.Placements)
	dropped[7] = nil
	b.Run("new", func(b *testing.B) {
		for b.Loop() {
			NewReasons(p, dropped).Recommend(7, 3)
		}
	})
	b.Run("recommend", func(b *testing.B) {
		reasons := NewReasons(p, dropped)
		for b.Loop() {
			reasons.Recommend(7, 3)
		}
	})
	b.Run("planned", func(b *testing.B) {
		reasons := NewReasons(p, dropped)
		for b.Loop() {
			reasons.Explain(8)
		}
	})
	b.Run("unplanned", func(b *testing.B) {
		for i := range p.Requirements {
			p.Requirements[i].MinGap = 300
		}
		reasons := NewReasons(p, dropped)
		for b.Loop() {
			reasons.Explain(7)
		}
	})
}
