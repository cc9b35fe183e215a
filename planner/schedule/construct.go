package schedule

import (
	"cmp"
	"container/heap"
	"math"
	"math/bits"
	"slices"
)

// regretDepth is how many alternatives a regret looks at.
const regretDepth = 4

// unit is what construction plans at once: a visit, or a series.
type unit struct {
	visit, series int32 // one of them None
	tier          int   // what matters most goes first
	regret        int64
	version       int // of the solution that the regret belongs to
}

// stamps tell for each person and requirement in which version of the solution
// it last changed, and when the number of moves did.
type stamps struct {
	staff, requirements []int
	moves               int
}

// queue is a heap of units, the most urgent first.
type queue []*unit

func (q queue) Len() int { return len(q) }

func (q queue) Less(i, j int) bool { return q[i].compare(q[j]) < 0 }

func (q queue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }

// Push is for container/heap.
func (q *queue) Push(x any) { *q = append(*q, x.(*unit)) }

// Pop is for container/heap.
func (q *queue) Pop() any {
	old := *q
	u := old[len(old)-1]
	*q = old[:len(old)-1]
	return u
}

func (u *unit) compare(w *unit) int {
	return cmp.Or(-cmp.Compare(u.tier, w.tier), -cmp.Compare(u.regret, w.regret),
		cmp.Compare(u.visit, w.visit), cmp.Compare(u.series, w.series))
}

// construct plans absent visits by regret: first those that lose most by
// waiting, counting an alternative that is missing as unplanned. Regrets are
// brought up to date only when a unit comes to the top, and only where a person
// or requirement that they depend on has changed since.
func (s *state) construct(stop func() bool) {
	every := s.blink
	s.blink = -1
	defer func() { s.blink = every }()
	q := s.units()
	version := 0
	at := &stamps{staff: make([]int, len(s.m.p.Staff)), requirements: make([]int, len(s.m.members))}
	for _, u := range q {
		if stop() {
			return
		}
		u.regret, u.version = s.regret(u), version
	}
	heap.Init(&q)
	for len(q) > 0 && !stop() {
		u := q[0]
		if s.changedSince(u, at) {
			u.regret, u.version = s.regret(u), version
			heap.Fix(&q, 0)
			continue
		}
		heap.Pop(&q)
		moves := s.moves
		if s.plan(u) {
			version++
			s.stamp(u, at, version, moves != s.moves)
		}
	}
}

// anyVisit calls fn with the visits of a unit, until it returns true; it reports
// whether it did.
func (s *state) anyVisit(u *unit, fn func(v int32) bool) bool {
	if u.series == None {
		return fn(u.visit)
	}
	return slices.ContainsFunc(s.m.members[u.series], fn)
}

// changedSince reports whether something that a unit's regret depends on has
// changed since it was worked out.
func (s *state) changedSince(u *unit, at *stamps) bool {
	return s.anyVisit(u, func(v int32) bool {
		j := &s.m.visits[v]
		if j.published != nil && at.moves > u.version || j.req != None && at.requirements[j.req] > u.version {
			return true
		}
		for _, options := range s.m.p.Visits[v].Crew {
			for _, o := range options {
				if at.staff[o.Staff] > u.version {
					return true
				}
			}
		}
		return false
	})
}

// stamp notes what planning a unit has changed.
func (s *state) stamp(u *unit, at *stamps, version int, moved bool) {
	if moved {
		at.moves = version
	}
	s.anyVisit(u, func(v int32) bool {
		j := &s.m.visits[v]
		if j.req != None {
			at.requirements[j.req] = version
		}
		for k := range j.crew {
			if r := s.at[j.first+k]; r != None {
				at.staff[int(r)/s.m.days] = version
			}
		}
		return false
	})
}

// units lists what is absent.
func (s *state) units() queue {
	var q queue
	for v := range s.m.visits {
		if s.held[v].day == None && !s.patterned(s.m.visits[v].req) {
			q = append(q, &unit{visit: int32(v), series: None, tier: tier(s.m.p.Visits[v].Unplanned)})
		}
	}
	for i := range s.m.members {
		if r := int32(i); s.patterned(r) && !s.begun(r) && (!s.whole(r) || !s.planned(r)) {
			q = append(q, &unit{visit: None, series: r, tier: tier(s.priority(r))})
		}
	}
	return q
}

// tier groups priorities by size, a factor of eight each.
func tier(charge int64) int { return bits.Len64(uint64(charge)) / 3 }

func (s *state) planned(q int32) bool {
	return slices.ContainsFunc(s.m.members[q], func(v int32) bool { return s.held[v].day != None })
}

func (s *state) priority(q int32) int64 {
	sum := int64(0)
	for _, v := range s.m.members[q] {
		sum += s.m.p.Visits[v].Unplanned
	}
	return sum
}

func (s *state) plan(u *unit) bool {
	if u.series != None {
		return s.placeSeries(u.series)
	}
	if !s.find(u.visit, s.m.sets[s.m.visits[u.visit].set].periods) {
		return false
	}
	s.place(u.visit, &s.best)
	return true
}

// ranking holds the lowest few costs seen.
type ranking [regretDepth]int64

func (k *ranking) add(cost int64) {
	for i := range k {
		if cost < k[i] {
			cost, k[i] = k[i], cost
		}
	}
}

// regret is how much worse the next best days (or patterns) are than the best.
func (s *state) regret(u *unit) int64 {
	var k ranking
	missing := int64(math.MaxInt64)
	for i := range k {
		k[i] = missing
	}
	priority := int64(0)
	if u.series != None {
		priority = s.priority(u.series)
		s.forgetDays()
		for _, days := range s.m.patterns[u.series] {
			if c, ok := s.patternCost(u.series, days, missing); ok {
				k.add(c)
			}
		}
	} else {
		priority = s.m.p.Visits[u.visit].Unplanned
		s.rankDays(u.visit, &k)
	}
	sum := int64(0)
	for _, c := range k[1:] {
		if c == missing {
			sum += priority
		} else {
			sum += c - k[0]
		}
	}
	return sum
}

func (s *state) rankDays(v int32, k *ranking) {
	set := &s.m.sets[s.m.visits[v].set]
	for d := range s.m.days {
		if on := set.on(d); len(on) > 0 && s.find(v, on) {
			k.add(s.best.delta)
		}
	}
}
