package schedule

import (
	"math"
	"slices"
	"testing"
)

// field has a visit of ten minutes at each point, home at 0,0, some people who
// may all make every visit, and travel in straight lines, ten to a step.
func field(days, staff int, points ...[2]float64) *Problem {
	p := &Problem{MaxMoves: -1, Weights: Weights{Travel: 1}}
	var set []Window
	for d := range days {
		p.Days = append(p.Days, Day{Number: d})
		set = append(set, Window{Day: d, From: 0, To: 1440})
	}
	p.WindowSets = [][]Window{set}
	var options []Option
	for s := range staff {
		p.Staff = append(p.Staff, Staff{})
		options = append(options, Option{Staff: s})
	}
	all := append([][2]float64{{0, 0}}, points...)
	t := Travel{Places: len(all)}
	for _, a := range all {
		for _, b := range all {
			t.Time = append(t.Time, int32(math.Round(10*math.Hypot(a[0]-b[0], a[1]-b[1]))))
		}
	}
	p.Travel = []Travel{t}
	for i := range points {
		p.Visits = append(p.Visits, Visit{Place: i + 1, Duration: 10, Crew: [][]Option{options}, Requirement: None, Unplanned: 1000})
	}
	return p
}

// routed is a chain whose solution has the visits in these routes of day 0.
func routed(t *testing.T, p *Problem, routes ...[]int) *chain {
	t.Helper()
	start := make([]*Placement, len(p.Visits))
	for staff, visits := range routes {
		now, at := int32(0), 0
		for _, v := range visits {
			now += p.Travel[0].Time[at*p.Travel[0].Places+p.Visits[v].Place]
			at = p.Visits[v].Place
			start[v] = &Placement{Day: 0, Start: now, Staff: []int{staff}}
			now += p.Visits[v].Duration
		}
	}
	s := newState(compile(p), 1)
	s.load(start)
	if s.absent > 0 {
		t.Fatal("the routes do not hold")
	}
	return newChain(s)
}

func visitsOf(s *state, r int) []int {
	var out []int
	for _, st := range s.routes[r].stops {
		out = append(out, int(s.m.nodes[st.node].visit))
	}
	return out
}

// TestMoves makes each move where it gains, by hand.
func TestMoves(t *testing.T) {
	t.Parallel()
	// Two to the left of home, two to the right; a ring of four; a far pair.
	left, right := [2]float64{-3, 0}, [2]float64{3, 0}
	left2, right2 := [2]float64{-3, 1}, [2]float64{3, 1}
	for name, c := range map[string]struct {
		points [][2]float64
		routes [][]int
		move   func(s *state) bool
		want   [][]int
	}{
		"swap": {
			[][2]float64{left, right, left2, right2},
			[][]int{{0, 1}, {2, 3}},
			func(s *state) bool { return s.swap(s.endOf(1), s.endOf(2)) },
			[][]int{{0, 2}, {1, 3}},
		},
		"turn": { // the ways 1–2 and 3–home cross
			[][2]float64{{1, 1}, {2, 2}, {2, 1}, {3, 2}},
			[][]int{{0, 1, 2, 3}},
			func(s *state) bool { return s.turn(s.endOf(0), s.endOf(2)) },
			[][]int{{0, 2, 1, 3}},
		},
		"cross": { // both go from one side to the other
			[][2]float64{left, right, left2, right2},
			[][]int{{0, 1}, {3, 2}},
			func(s *state) bool { return s.cross(s.endOf(0), s.endOf(2)) },
			[][]int{{0, 2}, {3, 1}},
		},
		"chain": { // the two at the right go with the one who is there
			[][2]float64{left, right, right2, {4, 0}},
			[][]int{{0, 1, 2}, {3}},
			func(s *state) bool { return s.chainBefore(s.endOf(1), s.endOf(3)) },
			[][]int{{0}, {2, 1, 3}},
		},
		"chain in its route": {
			[][2]float64{left, right, left2, right2},
			[][]int{{0, 1, 3, 2}},
			func(s *state) bool { return s.chainAfter(s.endOf(2), s.endOf(0)) },
			[][]int{{0, 2, 1, 3}},
		},
	} {
		p := field(1, 2, c.points...)
		ch := routed(t, p, c.routes...)
		before := ch.s.score()
		if !ch.attempt(func() bool { return c.move(ch.s) }) {
			t.Errorf("%s was not made", name)
			continue
		}
		for staff, want := range c.want {
			if got := visitsOf(ch.s, staff); !slices.Equal(got, want) && !slices.Equal(got, reversed(want)) {
				t.Errorf("%s: person %d visits %v, want %v", name, staff, got, want)
			}
		}
		after, _ := Evaluate(p, ch.s.placements())
		if !after.Less(before) || after != ch.s.score() {
			t.Errorf("%s: %+v became %+v, full evaluation %+v", name, before, ch.s.score(), after)
		}
	}
}

func reversed(list []int) []int {
	out := slices.Clone(list)
	slices.Reverse(out)
	return out
}

// TestRelocateChangesDays: a visit joins its neighbour on another day, and a
// series goes over to the pattern that its neighbours are on.
func TestRelocateChangesDays(t *testing.T) {
	t.Parallel()
	p := field(4, 1, [2]float64{5, 0}, [2]float64{5, 0}, [2]float64{5, 0}, [2]float64{5, 0})
	p.Requirements = []Requirement{{Patterns: [][]int{{0, 2}, {1, 3}}}}
	p.Visits[2].Requirement, p.Visits[3].Requirement = 0, 0
	p.Visits[0].Windows, p.Visits[1].Windows = 1, 2
	p.WindowSets = append(p.WindowSets, []Window{{Day: 1, To: 1440}}, []Window{{Day: 3, To: 1440}})
	s := newState(compile(p), 1)
	var start []*Placement
	for _, day := range []int{1, 3, 0, 2} {
		start = append(start, &Placement{Day: day, Start: 50, Staff: []int{0}})
	}
	s.load(start)
	c := newChain(s)
	if !c.attempt(func() bool { return s.relocate(2) }) {
		t.Fatal("no move")
	}
	if s.held[2].day != 1 || s.held[3].day != 3 || s.total.Travel != 200 {
		t.Errorf("on days %d and %d, travel %d", s.held[2].day, s.held[3].day, s.total.Travel)
	}
}

// TestMovesKeepLimits: what a move would break, it leaves.
func TestMovesKeepLimits(t *testing.T) {
	t.Parallel()
	points := [][2]float64{{-3, 0}, {3, 0}, {-3, 1}, {3, 1}}
	for name, limit := range map[string]func(p *Problem){
		"load":     func(p *Problem) { p.Staff[0].LoadCap, p.Visits[2].Load = 5, 6 },
		"option":   func(p *Problem) { p.Visits[2].Crew = [][]Option{{{Staff: 1}}} },
		"fixed":    func(p *Problem) { p.Fixed = []Fixed{{Staff: 1, Day: 0, Start: 200, End: 210, Place: 4}} },
		"settled":  func(p *Problem) { p.Visits[1].Published = &Placement{Day: 0, Start: 100, Staff: []int{0}} },
		"no place": func(p *Problem) { p.Visits[1].Place = None },
		"window":   func(p *Problem) { p.Visits[2].Windows = 1; p.WindowSets = append(p.WindowSets, []Window{{To: 32}}) },
		"day cap":  func(p *Problem) { p.Staff[1].DayCap = 2 },
		"week cap": func(p *Problem) { p.Staff[1].WeekCap = 2 },
	} {
		p := field(1, 2, points...)
		move := func(s *state) bool { return s.swap(s.endOf(1), s.endOf(2)) }
		routes := [][]int{{0, 1}, {2, 3}}
		limit(p)
		switch name {
		case "fixed": // it would go over with the visits before it
			routes = [][]int{{0, 1}, {3, 2}}
			move = func(s *state) bool { return s.cross(s.endOf(0), s.endOf(2)) }
		case "day cap", "week cap":
			routes = [][]int{{0, 1}, {3, 2}}
			p.Visits[0].Windows = 1 // stays first
			p.WindowSets = append(p.WindowSets, []Window{{To: 30}})
			move = func(s *state) bool { return s.chainBefore(s.endOf(1), s.endOf(2)) }
		}
		if err := p.Check(); err != nil {
			t.Fatal(err)
		}
		c := routed(t, p, routes...)
		before := c.s.placements()
		if name == "no place" || name == "settled" {
			if c.s.floats(1) {
				t.Errorf("%s: the visit counts as one that floats", name)
			}
			continue
		}
		if c.attempt(func() bool { return move(c.s) }) {
			t.Errorf("%s: the move was made", name)
		}
		for v, pl := range c.s.placements() {
			if !samePlacement(pl, before[v]) {
				t.Errorf("%s: visit %d was left at %+v, not %+v", name, v, pl, before[v])
			}
		}
	}
}

// TestPolishOnlyGains: on random instances, the moves never make a solution
// worse; each is proved against full evaluation as it is made.
func TestPolishOnlyGains(t *testing.T) {
	t.Parallel()
	gained := 0
	for seed := range seeds(120) {
		p := randomProblem(10_000+seed, seed%3 == 0)
		s := newState(compile(p), seed)
		s.construct(func() bool { return false })
		c := newChain(s)
		if len(s.ruin.movable) == 0 {
			continue
		}
		before := s.score()
		c.polish(func() bool { return false }, func(*chain) { gained++ })
		if before.Less(s.score()) || c.best.score != s.score() {
			t.Fatalf("seed %d: %+v became %+v, remembered %+v", seed, before, s.score(), c.best.score)
		}
	}
	if gained < 20 {
		t.Errorf("the moves gained something only %d times", gained)
	}
}
