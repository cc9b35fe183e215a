package schedule

import (
	"cmp"
	"slices"
)

// load admits the placements of a starting solution that break nothing, then
// lets visits whose start may float do so.
func (s *state) load(start []*Placement) {
	if s.sound(start) {
		s.takeAll(start)
	} else {
		s.admitAll(start)
	}
	s.release()
}

// sound reports whether a whole start breaks no more than the pins do.
func (s *state) sound(start []*Placement) bool {
	full := make([]*Placement, len(s.held))
	copy(full, start)
	for v := range full {
		if s.m.visits[v].pinned {
			full[v] = s.m.visits[v].published
		}
		if pl := full[v]; pl != nil && len(pl.Staff) != int(s.m.visits[v].crew) {
			return false
		}
	}
	return audit(s.m.p, full).avoidable == 0
}

// takeAll places a sound start at once.
func (s *state) takeAll(start []*Placement) {
	for v, pl := range start {
		j := &s.m.visits[v]
		if pl == nil || j.pinned {
			continue
		}
		o := pl.Start - j.before
		s.enter(int32(v), holding{
			day: int32(pl.Day), lo: o, hi: o, window: s.m.windowCharge(j, pl),
			person: s.m.personCharge(int32(v), pl.Staff),
			moved:  j.published != nil && !samePlacement(pl, j.published),
		})
		for slot, staff := range pl.Staff {
			s.insertInOrder(int32(staff*s.m.days+pl.Day), j.first+int32(slot))
		}
	}
	s.settle()
	s.broken = false
}

// admitAll places what it can exactly as told. Visits that stay where they are
// published come first, so that a start that conflicts with them gives way.
func (s *state) admitAll(start []*Placement) {
	var order []int32
	for v := range start {
		if start[v] != nil && !s.m.visits[v].pinned {
			order = append(order, int32(v))
		}
	}
	rank := func(v int32) int {
		if pub := s.m.visits[v].published; pub != nil && samePlacement(pub, start[v]) {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(order, func(a, b int32) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)),
			-cmp.Compare(s.m.p.Visits[a].Unplanned, s.m.p.Visits[b].Unplanned))
	})
	for _, v := range order {
		s.admit(v, start[v])
	}
	for q := range s.m.members {
		if s.patterned(int32(q)) && !s.whole(int32(q)) {
			s.dropSeries(int32(q))
		}
	}
	s.broken = false
}

// release lets the starts of visits float that need one person and were never
// published.
func (s *state) release() {
	for v := range s.held {
		j, h := &s.m.visits[v], &s.held[v]
		if h.day == None || j.crew != 1 || j.published != nil || j.place == None {
			continue
		}
		r := s.at[j.first]
		for _, w := range s.m.sets[j.set].on(int(h.day)) {
			if start := h.lo + j.before; w.from <= start && start <= w.to {
				h.lo, h.hi = s.bounds(r, j, &w)
				break
			}
		}
		s.touch(r)
	}
	s.settle()
	s.broken = false
}
