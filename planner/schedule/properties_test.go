package schedule

import (
	"context"
	"reflect"
	"slices"
	"testing"
)

// pairMoves are the moves of two visits.
var pairMoves = []struct {
	name string
	move func(s *state, a, b end) bool
}{
	{"swap", (*state).swap},
	{"turn", (*state).turn},
	{"cross", (*state).cross},
	{"chain after", (*state).chainAfter},
	{"chain before", (*state).chainBefore},
}

// shuffled is a day on which two or three people go round points at random, in
// any order: much is to be gained, and some of it is forbidden by loads and
// windows.
func shuffled(t *testing.T, seed uint64) *state {
	t.Helper()
	r := rng(seed)
	var points [][2]float64
	routes := make([][]int, 2+r.below(2))
	for v := range 6 + r.below(6) {
		points = append(points, [2]float64{float64(r.below(9)), float64(r.below(9))})
		who := r.below(len(routes))
		routes[who] = append(routes[who], v)
	}
	p := field(1, len(routes), points...)
	p.Weights.Smooth = int64(r.below(3))
	for i := range p.Staff {
		p.Staff[i].WeekTarget = int32(r.below(60))
		p.Staff[i].DayCap = r.below(2) * (len(routes[i]) + r.below(2))
		p.Staff[i].MaxDuration = int32(r.below(2) * 1000)
	}
	for v := range p.Visits {
		for k := range p.Visits[v].Crew[0] {
			p.Visits[v].Crew = [][]Option{slices.Clone(p.Visits[v].Crew[0])}
			p.Visits[v].Crew[0][k].Charge = int64(r.below(20))
		}
	}
	return routed(t, p, routes...).s
}

// TestMovesSayWhatTheyDo tries each move on all pairs of visits of random
// solutions, built by regret or at random: one that is kept changes the score by
// what a full evaluation says, gains, and breaks no rule; one that is not leaves
// no trace.
func TestMovesSayWhatTheyDo(t *testing.T) {
	t.Parallel()
	made, left := map[string]int{}, map[string]int{}
	for seed := range seeds(150) {
		var s *state
		if seed%2 == 0 {
			s = newState(compile(randomProblem(21_000+seed, seed%4 == 0)), seed)
			s.construct(func() bool { return false })
		} else {
			s = shuffled(t, seed)
		}
		c := newChain(s)
		for v := range int32(len(s.held)) {
			for u := range int32(len(s.held)) {
				for _, x := range pairMoves {
					if v == u || !s.floats(v) || !s.floats(u) || s.held[v].day != s.held[u].day {
						continue
					}
					if tryMove(t, c, seed, func() bool { return x.move(s, s.endOf(v), s.endOf(u)) }) {
						made[x.name]++
					} else {
						left[x.name]++
					}
				}
			}
		}
	}
	for _, x := range pairMoves {
		if made[x.name] < 20 || left[x.name] < 100 {
			t.Errorf("%s was made %d times and left %d times", x.name, made[x.name], left[x.name])
		}
	}
}

// tryMove attempts a move and compares what it says with a full evaluation.
func tryMove(t *testing.T, c *chain, seed uint64, move func() bool) bool {
	t.Helper()
	s := c.s
	before, amounts, at := s.score(), s.total, s.placements()
	was, _ := Evaluate(s.m.p, at)
	if !c.attempt(move) {
		if s.score() != before || s.total != amounts || !reflect.DeepEqual(at, s.placements()) {
			t.Fatalf("seed %d: a move that is not made left a trace", seed)
		}
		return false
	}
	now := s.placements()
	score, full := Evaluate(s.m.p, now)
	if score.Soft != s.score().Soft || full != s.total || !score.Less(was) || score.Medium != was.Medium {
		t.Fatalf("seed %d: %+v became %+v, by full evaluation %+v", seed, before, s.score(), score)
	}
	for _, f := range Verify(s.m.p, &Result{Placements: now, Score: score, Amounts: full}) {
		if !f.Forced {
			t.Fatalf("seed %d: %s", seed, f.Message)
		}
	}
	return true
}

// TestAdmitsWhatVerifyProves puts random placements into random solutions: what
// Verify finds no fault in is admitted, and what is admitted breaks no rule.
func TestAdmitsWhatVerifyProves(t *testing.T) {
	t.Parallel()
	admitted, refused, joint := 0, 0, 0
	for seed := range seeds(100) {
		p, r := solved(t, 22_000+seed, false)
		rnd := rng(seed)
		for v := range p.Visits {
			if q := p.Visits[v].Requirement; q != None && len(p.Requirements[q].Patterns) > 0 {
				continue // it comes with its series
			}
			rest := slices.Clone(r.Placements)
			rest[v] = nil
			if score, _ := Evaluate(p, rest); score.Hard > 0 {
				continue // holds with the visit only
			}
			for range 10 {
				pl := randomPlacement(&rnd, p, &p.Visits[v])
				if now := r.Placements[v]; now != nil && rnd.below(3) == 0 {
					pl = &Placement{Day: now.Day, Start: now.Start + int32(5*(rnd.below(7)-3)), Staff: slices.Clone(now.Staff)}
				}
				with := slices.Clone(rest)
				with[v] = pl
				score, amounts := Evaluate(p, with)
				sound := len(Verify(p, &Result{Placements: with, Score: score, Amounts: amounts})) == 0
				if sound != (score.Hard == 0) {
					t.Fatalf("seed %d visit %d at %+v: %d hard faults, Verify says %v", seed, v, pl, score.Hard, sound)
				}
				s := newState(compile(p), 0)
				s.load(rest)
				if s.broken {
					t.Fatalf("seed %d: the solution is not taken over", seed)
				}
				ok := s.admit(int32(v), pl)
				if sound && !ok {
					t.Fatalf("seed %d visit %d at %+v: proved and not admitted", seed, v, pl)
				}
				if !ok {
					refused++
					continue
				}
				s.settle()
				if s.broken {
					continue // without the triangle inequality, seen only afterwards
				}
				if admitted++; len(pl.Staff) > 1 {
					joint++
				}
				placed := s.placements()
				if !samePlacement(placed[v], pl) && !s.floats(int32(v)) {
					t.Fatalf("seed %d visit %d: told %+v, placed %+v", seed, v, pl, placed[v])
				}
				score, amounts = Evaluate(p, placed)
				for _, f := range Verify(p, &Result{Placements: placed, Score: score, Amounts: amounts}) {
					t.Fatalf("seed %d visit %d admitted at %+v: %s", seed, v, pl, f.Message)
				}
			}
		}
	}
	if admitted < 150 || refused < 150 || joint < 20 {
		t.Errorf("%d admitted, %d of them by several people, %d refused", admitted, joint, refused)
	}
}

// TestLimitsAtTheirEdge: with room for k of four visits, exactly k are planned,
// whatever makes the room.
func TestLimitsAtTheirEdge(t *testing.T) {
	t.Parallel()
	for name, limit := range map[string]func(p *Problem, k int){
		"day cap":  func(p *Problem, k int) { p.Staff[0].DayCap = k },
		"week cap": func(p *Problem, k int) { p.Staff[0].WeekCap = k },
		"load cap": func(p *Problem, k int) {
			p.Staff[0].LoadCap = int64(7*k + 6)
			for v := range p.Visits {
				p.Visits[v].Load = 7
			}
		},
		// At home, so that no travel counts: k visits of 30 and 29 minutes more.
		"shift":        func(p *Problem, k int) { p.Staff[0].Shifts[0].To = 540 + int32(30*k+29) },
		"reserve":      func(p *Problem, k int) { p.Staff[0].Shifts[0].Reserve = int32(180 - 30*k - 29) },
		"max duration": func(p *Problem, k int) { p.Staff[0].MaxDuration = int32(30*k + 29) },
		"windows": func(p *Problem, k int) {
			p.WindowSets[len(p.WindowSets)-1][0] = Window{Day: 0, From: 540, To: 540 + int32(30*(k-1)+29)}
		},
		"fixed stops": func(p *Problem, k int) {
			p.Fixed = []Fixed{{Staff: 0, Day: 0, Start: 540 + int32(30*k+29), End: 720, Place: None}}
		},
		"moves": func(p *Problem, k int) {
			p.MaxMoves = k
			for v := range p.Visits {
				p.Visits[v].Published = &Placement{Day: 1, Start: 540, Staff: []int{0}}
			}
		},
		"gap": func(p *Problem, k int) {
			p.Requirements = []Requirement{{MinGap: 1, Made: []int{-1}}}
			for v := range p.Visits[:4-k+1] { // of these one, the others are free
				p.Visits[v].Requirement = 0
			}
		},
	} {
		for k := 1; k <= 4; k++ {
			p := line(4)
			p.on(0, 0, 1, 2, 3)
			for v := range p.Visits {
				p.Visits[v].Place, p.Visits[v].Duration = 0, 30
			}
			limit(p, k)
			if err := p.Check(); err != nil {
				t.Fatal(err)
			}
			r := Solve(context.Background(), p, Options{Iterations: 200})
			planned := 0
			for _, pl := range r.Placements {
				if pl != nil {
					planned++
				}
			}
			if planned != k || r.Score.Medium != int64(1000*(4-k)) || r.Score.Hard != 0 {
				t.Errorf("%s: %d of 4 planned with room for %d, %+v", name, planned, k, r.Score)
			}
			for _, f := range Verify(p, r) {
				t.Errorf("%s for %d: %s", name, k, f.Message)
			}
		}
	}
}

// timeless is a random problem in which nobody ever waits: whole days, any
// start, a limit on load and on how long a day is.
func timeless(seed uint64) *Problem {
	p := randomProblem(seed, false)
	p.Fixed, p.Grain, p.MaxMoves = nil, 0, -1
	for i := range p.WindowSets {
		for k := range p.WindowSets[i] {
			p.WindowSets[i][k].From, p.WindowSets[i][k].To = -always, always
		}
	}
	for i := range p.Staff {
		p.Staff[i].Shifts = nil
	}
	for v := range p.Visits {
		x := &p.Visits[v]
		x.Published, x.Before, x.After, x.Crew = nil, 0, 0, x.Crew[:1]
		if x.Place == None {
			x.Place = p.Staff[x.Crew[0][0].Staff].Home
			x.Crew[0] = x.Crew[0][:1]
		}
	}
	return p
}

// TestWithoutAClock: where nobody ever waits the search leaves times out; what it
// returns is proved with them, and is the same as when it looks at them.
func TestWithoutAClock(t *testing.T) {
	t.Parallel()
	quick := 0
	for seed := range seeds(80) {
		p := timeless(23_000 + seed)
		if err := p.Check(); err != nil {
			t.Fatal(err)
		}
		if m := compile(p); m.timeless {
			quick++
		}
		r := Solve(context.Background(), p, Options{Seed: seed, Iterations: 60})
		for _, f := range Verify(p, r) {
			t.Fatalf("seed %d: %s", seed, f.Message)
		}
		if score, amounts := Evaluate(p, r.Placements); score != r.Score || amounts != r.Amounts {
			t.Fatalf("seed %d: %+v, full evaluation %+v", seed, r.Score, score)
		}
	}
	if quick < 40 {
		t.Errorf("only %d problems are without a clock", quick)
	}
}

// TestMadeVisitsKeepTheirDistance: a visit made on a day of the horizon or before
// it keeps MinGap free on both sides, in any order, and leaves the ideal gap
// alone.
func TestMadeVisitsKeepTheirDistance(t *testing.T) {
	t.Parallel()
	for made := -6; made <= 12; made++ {
		for gap := range 5 {
			p := field(10, 1, [2]float64{1, 0})
			p.Requirements = []Requirement{{MinGap: gap, IdealGap: 3, Made: []int{20, made, -20}}}
			p.Visits[0].Requirement = 0
			s := newState(compile(p), 0)
			for day := range 10 {
				cost, ok := s.spacing(0, int32(day))
				if want := abs(day-made) >= gap; ok != want || cost != 0 {
					t.Errorf("made on %d, gap %d: day %d is allowed %v at %d, want %v at 0", made, gap, day, ok, cost, want)
				}
				placements := []*Placement{{Day: day, Start: 100, Staff: []int{0}}}
				score, amounts := Evaluate(p, placements)
				faults := Verify(p, &Result{Placements: placements, Score: score, Amounts: amounts})
				if (score.Hard == 0) != ok || (len(faults) == 0) != ok {
					t.Errorf("made on %d, gap %d: day %d has %d hard faults, Verify finds %d", made, gap, day, score.Hard, len(faults))
				}
			}
		}
	}
}

// TestJointVisitsAreTogether: whoever of several people must be present is there
// at once, each from their own list and nobody twice, also where one of them is
// the only one for two places.
func TestJointVisitsAreTogether(t *testing.T) {
	t.Parallel()
	several := 0
	for seed := range seeds(120) {
		p, r := solved(t, 24_000+seed, seed%2 == 0)
		for v, pl := range r.Placements {
			if pl == nil || len(p.Visits[v].Crew) < 2 {
				continue
			}
			several++
			for slot, s := range pl.Staff {
				if slices.Contains(pl.Staff[:slot], s) && !p.Visits[v].Pinned {
					t.Fatalf("seed %d visit %d: person %d twice", seed, v, s)
				}
				if !p.Visits[v].Pinned && !slices.ContainsFunc(p.Visits[v].Crew[slot], func(o Option) bool { return o.Staff == s }) {
					t.Fatalf("seed %d visit %d: person %d is no option for place %d", seed, v, s, slot)
				}
			}
		}
	}
	if several < 50 {
		t.Errorf("only %d joint visits", several)
	}
	// Two places, one list with both people and one with the second only.
	p := line(1)
	p.addStaff()
	p.Visits[0].Crew = [][]Option{{{Staff: 0, Charge: 50}, {Staff: 1}}, {{Staff: 1}}}
	r := Solve(context.Background(), p, Options{Iterations: 50})
	if r.Placements[0] == nil || !slices.Equal(r.Placements[0].Staff, []int{0, 1}) || r.Amounts.Person != 50 {
		t.Errorf("%+v at %+v, want the dearer one in the first place", r.Placements[0], r.Amounts)
	}
}

// TestMovesWithinTheBudgetPayOff: each move more that is allowed never makes the
// solution worse, no more are used than allowed, and with enough of them it is
// the one without a limit.
func TestMovesWithinTheBudgetPayOff(t *testing.T) {
	t.Parallel()
	p := yearProblem(40, 4, true)
	published(p, Solve(context.Background(), p, Options{Iterations: 150}), 10)
	broken := dropOut(p, 1, 30, 120)
	if broken < 3 {
		t.Fatalf("only %d visits are broken", broken)
	}
	last := int64(-1)
	for budget := range broken + 2 {
		p.MaxMoves = budget
		r := Solve(context.Background(), p, Options{Iterations: 60})
		moved := movedVisits(p, r)
		for _, pl := range r.Placements {
			if pl == nil { // it has no place, and did not move
				moved--
			}
		}
		if moved > budget || r.Score.Hard != 0 {
			t.Errorf("budget %d: %d moved, %+v", budget, moved, r.Score)
		}
		if last >= 0 && r.Score.Medium > last {
			t.Errorf("budget %d leaves %d unplanned, one less left %d", budget, r.Score.Medium, last)
		}
		last = r.Score.Medium
	}
	if last != 0 {
		t.Errorf("%d unplanned with a move for each of the %d", last, broken)
	}
}
