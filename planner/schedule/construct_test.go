package schedule

import (
	"container/heap"
	"math"
	"slices"
	"testing"
)

// TestRegretsStayTrue: what construction does not work out again would come out
// the same.
func TestRegretsStayTrue(t *testing.T) {
	t.Parallel()
	kept, renewed := 0, 0
	for seed := range seeds(40) {
		p := randomProblem(14_000+seed, seed%3 == 0)
		s := newState(compile(p), seed)
		s.blink = -1
		q := s.units()
		at := &stamps{staff: make([]int, len(p.Staff)), requirements: make([]int, len(p.Requirements))}
		version := 0
		for _, u := range q {
			u.regret = s.regret(u)
		}
		for _, next := range q {
			moves := s.moves
			if s.plan(next) {
				version++
				s.stamp(next, at, version, moves != s.moves)
			}
			for _, u := range q {
				if u == next || u.visit != None && s.held[u.visit].day != None || u.series != None && s.planned(u.series) {
					continue
				}
				now := s.regret(u)
				if s.changedSince(u, at) {
					u.regret, u.version = now, version
					renewed++
				} else if kept++; now != u.regret {
					t.Fatalf("seed %d: the regret of %+v is %d and nothing it depends on is said to have changed", seed, u, now)
				}
			}
		}
	}
	if kept < 100 || renewed < 100 {
		t.Errorf("%d regrets kept, %d renewed", kept, renewed)
	}
}

// TestConstructPlansWhatMattersFirst: in a day with room for one visit the
// minimum goes in, though the targets would travel less.
func TestConstructPlansWhatMattersFirst(t *testing.T) {
	t.Parallel()
	p := line(4)
	p.on(0, 0, 1, 2, 3)
	p.Staff[0].DayCap = 1
	p.Visits[2].Place, p.Visits[2].Unplanned = 3, 1_000_000
	s := newState(compile(p), 0)
	s.construct(func() bool { return false })
	if s.held[2].day == None || s.absent != 3 {
		t.Errorf("planned: %+v", s.placements())
	}
}

// TestConstructByRegret: one visit can be on either day, the other on day 0
// only. Greedy would give the first the near slot that the second needs.
func TestConstructByRegret(t *testing.T) {
	t.Parallel()
	p := line(2)
	p.on(0, 1)
	p.Staff[0].DayCap = 1
	s := newState(compile(p), 0)
	s.construct(func() bool { return false })
	if s.absent > 0 || s.held[1].day != 0 {
		t.Errorf("absent %d, the second on day %d", s.absent, s.held[1].day)
	}
}

// TestConstructStops: what is planned when it is told to stop holds.
func TestConstructStops(t *testing.T) {
	t.Parallel()
	p := yearProblem(20, 3, true)
	left := 60
	s := newState(compile(p), 0)
	s.construct(func() bool { left--; return left < 0 })
	planned := len(p.Visits) - s.absent
	score, _ := Evaluate(p, s.placements())
	if planned == 0 || s.absent == 0 || score.Hard > 0 || score.Medium != s.medium {
		t.Errorf("%d planned, %d absent, %+v", planned, s.absent, score)
	}
}

// TestQueueOrder: by tier, then by regret, then by index.
func TestQueueOrder(t *testing.T) {
	t.Parallel()
	var units queue
	for v, u := range []unit{{tier: 1, regret: 9}, {tier: 2, regret: 1}, {tier: 2, regret: 5}, {tier: 1, regret: 9}} {
		u.visit, u.series = int32(v), None
		units = append(units, &u)
	}
	q := slices.Clone(units)
	heap.Init(&q)
	var got []int32
	for q.Len() > 0 {
		got = append(got, heap.Pop(&q).(*unit).visit)
	}
	if !slices.Equal(got, []int32{2, 1, 0, 3}) {
		t.Errorf("order %v", got)
	}
	if tier(1_000_000) <= tier(1000) || tier(1000) != tier(1001) {
		t.Errorf("tiers %d, %d, %d", tier(1_000_000), tier(1000), tier(1001))
	}
	k := ranking{math.MaxInt64, math.MaxInt64, math.MaxInt64, math.MaxInt64}
	for _, cost := range []int64{5, 1, 9, 3, 7} {
		k.add(cost)
	}
	if k != (ranking{1, 3, 5, 7}) {
		t.Errorf("the lowest are %v", k)
	}
}

// TestSeriesTakesTheCheapestPattern compares the pattern chosen with all of them.
func TestSeriesTakesTheCheapestPattern(t *testing.T) {
	t.Parallel()
	planned := 0
	for seed := range seeds(60) {
		p := randomProblem(15_000+seed, false)
		s := newState(compile(p), seed)
		s.blink = -1
		s.construct(func() bool { return false })
		for i := range p.Requirements {
			q := int32(i)
			if !s.patterned(q) || !s.m.alike[q] || !s.begun(q) {
				continue // others are placed one after the other
			}
			s.dropSeries(q)
			without := s.total.Total()
			best := int64(math.MaxInt64)
			for _, days := range s.m.patterns[q] {
				s.begin()
				s.forgetDays()
				ok := true
				for _, d := range days {
					ok = ok && s.spotOn(q, s.m.members[q][0], d)
				}
				if ok && s.placePattern(q, days) && !s.broken {
					best = min(best, s.total.Total()-without)
				}
				s.rollback()
			}
			if !s.placeSeries(q) || s.broken {
				s.broken = false
				continue
			}
			if planned++; !s.whole(q) || s.total.Total()-without > best {
				t.Fatalf("seed %d series %d: placed at %d, possible at %d", seed, q, s.total.Total()-without, best)
			}
		}
	}
	if planned == 0 {
		t.Error("no series was planned")
	}
}
