package schedule

import "slices"

// route is one person's day: stops at places in order, with what insertion needs to know
// in constant time.
type route struct {
	stops  []stop
	cost   int64 // travel
	time   int32 // travel
	back   int32 // travel time of the last leg, home
	busy   int32 // occupied time of the visits
	visits int32
	load   int64
	// calls are the nodes of visits without a place, taken the periods that
	// they and the lane's blocks take. Both are replaced, never changed.
	calls []int32
	taken spans
}

// stop is one stop of a route.
type stop struct {
	node int32
	// place is a row of the person's travel table.
	place int32
	// depart is the earliest moment at which the person can leave.
	depart int32
	// latest is the latest occupied start that keeps the rest in time.
	latest int32
	// leg is the travel time into the stop.
	leg int32
}

// after returns the end of a journey of some length that begins at t or later
// and is not interrupted by a block.
func (l spans) after(t, length int32) int32 {
	if length > 0 {
		for _, b := range l {
			if t+length <= b.from {
				break
			}
			t = max(t, b.to)
		}
	}
	return t + length
}

// until returns the latest begin of a journey that ends at t or earlier.
func (l spans) until(t, length int32) int32 {
	t -= length
	if length > 0 {
		for _, b := range slices.Backward(l) {
			if t < b.to {
				t = min(t, b.from-length)
			} else {
				break
			}
		}
	}
	return t
}

// earliest returns the first occupied start at or after t that leaves blocks
// alone and puts the visit's start on the grain.
func (m *model) earliest(l spans, t, before, length int32) int32 {
	t = m.up(t, before)
	for _, b := range l {
		if t+length <= b.from {
			break
		}
		if t < b.to {
			t = m.up(b.to, before)
		}
	}
	return t
}

// last returns the last occupied start at or before t, as earliest.
func (m *model) last(l spans, t, before, length int32) int32 {
	t = m.down(t, before)
	for _, b := range slices.Backward(l) {
		if t >= b.to {
			break
		}
		if t+length > b.from {
			t = m.down(b.from-length, before)
		}
	}
	return t
}

func (m *model) up(t, before int32) int32 {
	if m.grain == 1 {
		return t
	}
	return ceilDiv(t+before, m.grain)*m.grain - before
}

func (m *model) down(t, before int32) int32 {
	if m.grain == 1 {
		return t
	}
	return -ceilDiv(-t-before, m.grain)*m.grain - before
}

func ceilDiv(a, b int32) int32 {
	q := a / b
	if a%b > 0 {
		q++
	}
	return q
}

// refresh recomputes all that follows from the order of the stops, and reports
// whether the route holds. A stop that does not move is where it is: a leg that
// is too tight between two of them is not the route's fault.
func (s *state) refresh(r int32) bool {
	if s.fast {
		s.refreshTravel(r)
		return s.limitsHold(r)
	}
	m, rt, l := s.m, &s.routes[r], &s.m.lanes[r]
	table, home := m.table(r)
	s.total.Travel -= rt.cost
	rt.cost, rt.time, rt.back = 0, 0, 0
	holds, still := true, true
	t, place := l.from, home
	for i := range rt.stops {
		st := &rt.stops[i]
		n := &m.nodes[st.node]
		leg := table.minutes(place, st.place)
		rt.cost += table.charge(place, st.place)
		rt.time += leg
		st.leg = leg
		if n.still {
			if still {
				holds = holds && !s.cutShort(r, t, leg, n.start)
			} else {
				holds = holds && rt.taken.after(t, leg) <= n.start
			}
			t = max(t, n.start+n.length)
			if i == 0 {
				t = n.start + n.length
			}
		} else {
			h := &s.held[n.visit]
			o := max(rt.taken.after(t, leg), h.lo)
			if h.lo < h.hi {
				o = m.earliest(rt.taken, o, n.before, n.length)
			}
			holds = holds && o <= h.hi
			t = o + n.length
		}
		st.depart, place, still = t, st.place, n.still
	}
	if len(rt.stops) > 0 {
		leg := table.minutes(place, home)
		rt.cost += table.charge(place, home)
		rt.time += leg
		rt.back = leg
		if still {
			holds = holds && !s.cutShort(r, t, leg, l.to)
		} else {
			holds = holds && rt.taken.after(t, leg) <= l.to
		}
	}
	s.total.Travel += rt.cost
	s.refreshLatest(rt, l, table, home)
	return holds && s.limitsHold(r)
}

// cutShort reports that a journey between two stops that do not move would be
// in time but for the visits without a place that may.
func (s *state) cutShort(r, from, leg, to int32) bool {
	rt := &s.routes[r]
	return len(rt.calls) > 0 && rt.taken.after(from, leg) > to && s.m.lanes[r].blocks.after(from, leg) <= to
}

// refreshTravel is refresh where time plays no part.
func (s *state) refreshTravel(r int32) {
	m, rt := s.m, &s.routes[r]
	table, home := m.table(r)
	cost, time, prev := int64(0), int32(0), home
	for i := range rt.stops {
		st := &rt.stops[i]
		k := int(prev)*table.n + int(st.place)
		st.leg = table.time[k]
		time += st.leg
		cost += int64(table.cost[k])
		prev = st.place
	}
	rt.back = 0
	if len(rt.stops) > 0 {
		k := int(prev)*table.n + int(home)
		rt.back = table.time[k]
		time += rt.back
		cost += int64(table.cost[k])
	}
	cost *= table.factor
	s.total.Travel += cost - rt.cost
	rt.cost, rt.time = cost, time
}

// refreshLatest is the backward pass.
func (s *state) refreshLatest(rt *route, l *lane, table *matrix, home int32) {
	m := s.m
	limit, place := l.to, home
	for k := range rt.stops {
		st := &rt.stops[len(rt.stops)-1-k]
		n := &m.nodes[st.node]
		if n.still {
			limit = n.start
		} else {
			h := &s.held[n.visit]
			o := min(rt.taken.until(limit, table.minutes(st.place, place))-n.length, h.hi)
			if h.lo < h.hi {
				o = m.last(rt.taken, o, n.before, n.length)
			}
			limit = o
		}
		st.latest, place = limit, st.place
	}
}

// limitsHold reports whether a route with visits that may move keeps the
// limits that travel counts in. Where the triangle inequality does not hold, a
// removal can break them.
func (s *state) limitsHold(r int32) bool {
	rt, staff := &s.routes[r], &s.m.p.Staff[int(r)/s.m.days]
	if rt.visits == s.pins[r] {
		return true
	}
	who := int(r) / s.m.days
	if rt.time+rt.busy > s.m.lanes[r].spare && !s.waived(FaultReserve, who) {
		return false
	}
	if staff.MaxDuration == 0 || s.waived(FaultMaxDuration, who) {
		return true
	}
	if s.m.timeless {
		return rt.time+rt.busy <= staff.MaxDuration
	}
	over := s.duration(r) - staff.MaxDuration
	s.excess = max(s.excess, over)
	return over <= 0
}

// compact gives every stop of a route its occupied start, as early as possible;
// where the duration of the day is limited, as late as the earliest end allows.
func (s *state) compact(r int32, starts []int32) []int32 {
	m, rt := s.m, &s.routes[r]
	staff := &m.p.Staff[int(r)/m.days]
	starts = starts[:0]
	for i := range rt.stops {
		n := &m.nodes[rt.stops[i].node]
		if n.still {
			starts = append(starts, n.start)
		} else {
			starts = append(starts, rt.stops[i].depart-n.length)
		}
	}
	if staff.MaxDuration == 0 || len(starts) == 0 {
		return starts
	}
	table, _ := m.table(r)
	for i := len(starts) - 2; i >= 0; i-- {
		n, next := &m.nodes[rt.stops[i].node], rt.stops[i+1]
		if n.still {
			continue
		}
		h := &s.held[n.visit]
		o := min(rt.taken.until(starts[i+1], table.minutes(rt.stops[i].place, next.place))-n.length, h.hi)
		if h.lo < h.hi {
			o = m.last(rt.taken, o, n.before, n.length)
		}
		starts[i] = max(o, starts[i])
	}
	return starts
}

// duration is the time from leaving home to being back, of the compact route.
func (s *state) duration(r int32) int32 {
	rt := &s.routes[r]
	if len(rt.stops) == 0 {
		return 0
	}
	s.starts = s.compact(r, s.starts)
	table, home := s.m.table(r)
	first, last := rt.stops[0], rt.stops[len(rt.stops)-1]
	end := int32(0)
	for i, st := range rt.stops { // fixed stops may overlap each other
		end = max(end, s.starts[i]+s.m.nodes[st.node].length)
	}
	return end + table.minutes(last.place, home) - s.starts[0] + table.minutes(home, first.place)
}
