package schedule

import (
	"cmp"
	"slices"
)

// The orders in which a rebuild goes over the absent visits; the weights are
// those of Christiaens and Vanden Berghe (2020), with "few days" in place of
// their time-window order.
const (
	orderRandom = iota
	orderLong
	orderFar
	orderNear
	orderScarce
)

// rebuilder is the scratch memory of a rebuild.
type rebuilder struct {
	absentees []int32 // visits to plan again
	keys      []int64 // by visit
	// home is the day that a visit of a series had before it was removed.
	home []int32
	late []int32 // series to plan anew
}

// recreate plans the absent visits of the list one by one, each on its best
// spot; what has none stays absent.
func (s *state) recreate() {
	s.sortAbsentees()
	b := &s.rebuild
	b.late = b.late[:0]
	for _, v := range b.absentees {
		if s.held[v].day != None {
			continue
		}
		if q := s.m.visits[v].req; s.patterned(q) {
			s.recreateMember(q, v)
		} else if s.find(v, s.m.sets[s.m.visits[v].set].periods) {
			s.place(v, &s.best)
		}
	}
	for _, q := range b.late {
		if !s.whole(q) {
			s.dropSeries(q)
			s.placeSeries(q)
		}
	}
}

// recreateMember plans one visit of a series: where the others still stand, on
// the day it had.
func (s *state) recreateMember(q, v int32) {
	if !s.begun(q) {
		s.placeSeries(q)
		for _, u := range s.m.members[q] {
			s.rebuild.home[u] = None // the old days are no guide any more
		}
		return
	}
	s.gapless = true
	found := s.rebuild.home[v] != None &&
		s.find(v, s.m.sets[s.m.visits[v].set].on(int(s.rebuild.home[v])))
	s.gapless = false
	if found {
		s.place(v, &s.best)
	} else {
		s.rebuild.late = append(s.rebuild.late, q)
	}
}

// begun reports whether a visit of a series is planned that is not pinned.
func (s *state) begun(q int32) bool {
	for _, v := range s.m.members[q] {
		if s.held[v].day != None && !s.m.visits[v].pinned {
			return true
		}
	}
	return false
}

// sortAbsentees brings the list into a random one of the orders.
func (s *state) sortAbsentees() {
	b := &s.rebuild
	s.rng.shuffle(b.absentees)
	order := s.pickOrder()
	if order == orderRandom {
		return
	}
	for _, v := range b.absentees {
		b.keys[v] = s.sortKey(v, order)
	}
	slices.SortStableFunc(b.absentees, func(a, c int32) int { return cmp.Compare(b.keys[a], b.keys[c]) })
}

func (s *state) pickOrder() int {
	switch k := s.rng.below(13); {
	case k < 4:
		return orderRandom
	case k < 8:
		return orderLong
	case k < 10:
		return orderFar
	case k < 11:
		return orderNear
	default:
		return orderScarce
	}
}

func (s *state) sortKey(v int32, order int) int64 {
	j := &s.m.visits[v]
	switch order {
	case orderLong:
		return -j.load<<16 - int64(j.length)
	case orderFar:
		return -s.m.remote[v]
	case orderNear:
		return s.m.remote[v]
	default:
		return s.m.scarce[v]
	}
}
