package schedule

import "slices"

// The moves of a local search: a visit goes elsewhere (relocate, on another day
// too, and a series to another pattern), two change places (swap), a chain of
// stops goes elsewhere (or-opt), a part of a route is turned round (2-opt), two
// routes of a day exchange their ends (2-opt*). What a move does to travel is
// worked out in constant time; only a move that saves travel is made, and undone
// where the whole solution does not gain by it.

const (
	// nearest is how many of the nearest places a visit looks at.
	nearest = 20
	// longestChain is how many stops go elsewhere together.
	longestChain = 3
	// rounds limits how often the moves of all visits are tried.
	rounds = 4
)

// polish makes moves until none gains anything, or stop says so; heard hears of
// a better solution.
func (c *chain) polish(stop func() bool, heard func(c *chain)) {
	s := c.s
	order := slices.Clone(s.ruin.movable)
	for range rounds {
		before := s.score()
		s.rng.shuffle(order)
		for i, v := range order {
			if i%16 == 0 && stop() {
				break
			}
			if s.held[v].day != None {
				c.improve(v)
			}
		}
		if !s.score().Less(before) {
			break
		}
	}
	if s.score().Less(c.best.score) {
		c.remember()
		heard(c)
	}
}

// improve tries the moves of one visit, each until the first that gains.
func (c *chain) improve(v int32) {
	s := c.s
	c.attempt(func() bool { return s.relocate(v) })
	if !s.floats(v) {
		return
	}
	places := s.nearTo(s.m.visits[v].place)
	for _, place := range places[:min(nearest, len(places))] {
		for _, u := range s.ruin.atPlace[place] {
			if u != v && s.floats(u) && s.held[u].day == s.held[v].day {
				c.improvePair(v, u)
			}
		}
	}
}

func (c *chain) improvePair(v, u int32) {
	s := c.s
	for _, move := range []func(a, b end) bool{s.swap, s.turn, s.cross, s.chainAfter, s.chainBefore} {
		a, b := s.endOf(v), s.endOf(u)
		if c.attempt(func() bool { return move(a, b) }) {
			return
		}
	}
}

// attempt keeps a move that is possible and gains.
func (c *chain) attempt(move func() bool) bool {
	s := c.s
	before := s.score()
	s.begin()
	if !move() || s.broken || !s.score().Less(before) {
		s.rollback()
		return false
	}
	c.note()
	s.commit()
	if debugCheck != nil {
		debugCheck(s)
	}
	return true
}

// floats reports whether a visit is planned and its start is not settled.
func (s *state) floats(v int32) bool {
	j := &s.m.visits[v]
	return s.held[v].day != None && j.crew == 1 && j.published == nil && j.place != None
}

// relocate takes a visit out, or its whole series, and plans it anew.
func (s *state) relocate(v int32) bool {
	b := &s.rebuild
	b.absentees = b.absentees[:0]
	s.drop(v)
	if q := s.m.visits[v].req; s.patterned(q) {
		s.tearSeries()
	}
	s.settle()
	every := s.blink
	s.blink = -1
	s.recreate()
	s.blink = every
	return true
}

// end is where a visit stands in its route.
type end struct {
	r   int32
	pos int
}

func (s *state) endOf(v int32) end {
	n := s.m.visits[v].first
	r := s.at[n]
	return end{r, slices.IndexFunc(s.routes[r].stops, func(st stop) bool { return st.node == n })}
}

// placeAt is the place of a route's stop, home before the first and after the
// last, as a row of another route's table where that is of another person.
func (s *state) placeAt(r int32, pos int, on int32) int32 {
	stops := s.routes[r].stops
	t, home := s.m.table(on)
	if pos < 0 || pos >= len(stops) {
		return home
	}
	if t2, _ := s.m.table(r); t2 == t {
		return stops[pos].place
	}
	return t.at(s.m.nodes[stops[pos].node].place)
}

// leg is what the way between two stops costs the person of route on.
func (s *state) leg(on int32, a end, b end) int64 {
	t, _ := s.m.table(on)
	return t.charge(s.placeAt(a.r, a.pos, on), s.placeAt(b.r, b.pos, on))
}

func (e end) next(k int) end { return end{e.r, e.pos + k} }

// may reports whether all stops of a part of a route can be another's.
func (s *state) may(e end, count int, r int32) bool {
	for _, st := range s.routes[e.r].stops[e.pos : e.pos+count] {
		n := &s.m.nodes[st.node]
		if n.visit == None || !s.floats(n.visit) {
			return false
		}
		if _, ok := s.holdingIn(n.visit, r); !ok {
			return false
		}
	}
	return true
}

// holdingIn is how a floating visit would be held by another route of its day.
func (s *state) holdingIn(v, r int32) (holding, bool) {
	j, h := &s.m.visits[v], s.held[v]
	staff := int(r) / s.m.days
	for _, o := range s.m.p.Visits[v].Crew[0] {
		if o.Staff != staff {
			continue
		}
		h.person = o.Charge
		for i := range s.m.sets[j.set].on(int(h.day)) {
			w := &s.m.sets[j.set].on(int(h.day))[i]
			if start := h.lo + j.before; w.from <= start && start <= w.to {
				h.lo, h.hi = s.bounds(r, j, w)
				return h, h.lo <= h.hi
			}
		}
	}
	return h, false
}

// swap lets two visits of different routes change places.
func (s *state) swap(a, b end) bool {
	if a.r == b.r {
		return false
	}
	saved := s.leg(a.r, a.next(-1), a) + s.leg(a.r, a, a.next(1)) + s.leg(b.r, b.next(-1), b) + s.leg(b.r, b, b.next(1))
	if !s.may(a, 1, b.r) || !s.may(b, 1, a.r) {
		return false
	}
	cost := s.leg(a.r, a.next(-1), b) + s.leg(a.r, b, a.next(1)) + s.leg(b.r, b.next(-1), a) + s.leg(b.r, a, b.next(1))
	if cost >= saved {
		return false
	}
	one, two := s.order(a.r), s.order(b.r)
	one[a.pos], two[b.pos] = two[b.pos], one[a.pos]
	return s.rewire(a.r, one, b.r, two)
}

// turn makes two stops of a route neighbours by turning round what is between.
func (s *state) turn(a, b end) bool {
	if a.r != b.r || a.pos >= b.pos {
		return false
	}
	saved := s.leg(a.r, a, a.next(1)) + s.leg(a.r, b, b.next(1))
	cost := s.leg(a.r, a, b) + s.leg(a.r, a.next(1), b.next(1))
	if cost >= saved || !s.may(a.next(1), b.pos-a.pos, a.r) {
		return false
	}
	one := s.order(a.r)
	slices.Reverse(one[a.pos+1 : b.pos+1])
	return s.rewire(a.r, one, a.r, nil)
}

// cross makes the second stop and all after it follow the first, and what
// followed the first go with the second's route.
func (s *state) cross(a, b end) bool {
	if a.r == b.r {
		return false
	}
	after, from := a.next(1), b
	tailA, tailB := len(s.routes[a.r].stops)-after.pos, len(s.routes[b.r].stops)-from.pos
	if !s.may(after, tailA, b.r) || !s.may(from, tailB, a.r) {
		return false
	}
	saved := s.leg(a.r, a, after) + s.leg(b.r, b.next(-1), b)
	if cost := s.leg(a.r, a, b) + s.tailLeg(b, after, tailA); cost >= saved {
		return false
	}
	one, two := s.order(a.r), s.order(b.r)
	return s.rewire(a.r, slices.Concat(one[:after.pos], two[from.pos:]),
		b.r, slices.Concat(two[:from.pos], one[after.pos:]))
}

// tailLeg is the way from the stop before b to a tail, or home where it is empty.
func (s *state) tailLeg(b, tail end, length int) int64 {
	if length == 0 {
		tail = end{b.r, len(s.routes[b.r].stops)}
	}
	return s.leg(b.r, b.next(-1), tail)
}

// chainAfter moves the chain of stops that starts with the first one to right
// after the second, chainBefore to right before it.
func (s *state) chainAfter(a, b end) bool { return s.moveChain(a, b.next(1)) }

func (s *state) chainBefore(a, b end) bool { return s.moveChain(a, b) }

// moveChain moves up to three stops from a on to before the stop at b, as they
// are or turned round: what saves most travel.
func (s *state) moveChain(a, b end) bool {
	best, count, turned := int64(0), 0, false
	for length := 1; length <= longestChain && a.pos+length <= len(s.routes[a.r].stops); length++ {
		last := a.next(length - 1)
		if a.r == b.r && b.pos >= a.pos && b.pos <= a.pos+length || !s.may(last, 1, b.r) {
			break
		}
		saved := s.leg(a.r, a.next(-1), a) + s.leg(a.r, last, last.next(1)) - s.leg(a.r, a.next(-1), last.next(1)) +
			s.leg(b.r, b.next(-1), b)
		asIs := s.leg(b.r, b.next(-1), a) + s.leg(b.r, last, b)
		round := s.leg(b.r, b.next(-1), last) + s.leg(b.r, a, b)
		if gain := saved - min(asIs, round); gain > best {
			best, count, turned = gain, length, round < asIs
		}
	}
	return count > 0 && s.carry(a, count, b, turned)
}

// carry moves some stops to before the stop at b.
func (s *state) carry(a end, length int, b end, turned bool) bool {
	one := s.order(a.r)
	chain := slices.Clone(one[a.pos : a.pos+length])
	if turned {
		slices.Reverse(chain)
	}
	one = slices.Delete(one, a.pos, a.pos+length)
	if a.r != b.r {
		return s.rewire(a.r, one, b.r, slices.Insert(s.order(b.r), b.pos, chain...))
	}
	if b.pos > a.pos {
		b.pos -= length
	}
	return s.rewire(a.r, slices.Insert(one, b.pos, chain...), a.r, nil)
}

// order copies the nodes of a route.
func (s *state) order(r int32) []int32 {
	list := make([]int32, 0, len(s.routes[r].stops))
	for _, st := range s.routes[r].stops {
		list = append(list, st.node)
	}
	return list
}

// rewire gives one or two routes of a day new stops in a new order, and reports
// whether the limits of both hold.
func (s *state) rewire(r1 int32, one []int32, r2 int32, two []int32) bool {
	s.adopt(r1, one)
	if r2 != r1 {
		s.adopt(r2, two)
	}
	s.arrange(r1, one)
	if r2 != r1 {
		s.arrange(r2, two)
	}
	s.settle()
	return s.capsHold(r1) && s.capsHold(r2)
}

// adopt takes the visits that come to a route from where they are.
func (s *state) adopt(r int32, nodes []int32) {
	for _, n := range nodes {
		if s.at[n] == r {
			continue
		}
		v := s.m.nodes[n].visit
		h, _ := s.holdingIn(v, r)
		s.remove(v)
		s.enter(v, h)
	}
}

// arrange puts the stops of a route in order; those that are nowhere join it.
func (s *state) arrange(r int32, nodes []int32) {
	s.touch(r)
	rt := &s.routes[r]
	rt.stops = rt.stops[:0]
	for _, n := range nodes {
		rt.stops = append(rt.stops, stop{node: n, place: s.m.row(r, n)})
		if s.at[n] == None {
			s.at[n] = r
			s.count(r, &s.m.nodes[n], 1)
		}
	}
}

// capsHold reports whether a route keeps the limits that count visits and load.
func (s *state) capsHold(r int32) bool {
	rt, staff := &s.routes[r], &s.m.p.Staff[int(r)/s.m.days]
	if rt.visits == s.pins[r] {
		return true
	}
	return (staff.DayCap == 0 || int(rt.visits) <= staff.DayCap) &&
		(staff.WeekCap == 0 || int(s.weekVisits[s.weekOf(r)]) <= staff.WeekCap) &&
		(staff.LoadCap == 0 || rt.load <= staff.LoadCap)
}
