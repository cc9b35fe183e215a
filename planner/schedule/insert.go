package schedule

import (
	"math"
	"slices"
)

// maxCrew is the largest number of people that one visit can ask for.
const maxCrew = 12

// spot is a place in the plan for one visit: where, and what it adds to the
// soft cost.
type spot struct {
	holding
	delta      int64
	route, pos [maxCrew]int32
}

// finder is the scratch memory of the search for the best spot.
type finder struct {
	best  spot
	found bool
	// blink counts down to the next position that is overlooked on purpose;
	// it never gets there where it starts below zero.
	blink, blinkEvery int
	// gapless leaves spacing and gaps out: the caller sees to them.
	gapless bool
	// dates are the day numbers of the other visits of the requirement.
	dates []int32
	// exact settles the start of every visit; only leaves all people out but
	// one in the first place of the crew, where it is not None.
	exact  bool
	only   int32
	waiver waiver
	crew   crewFinder
	// excess is by how much the days tried last were longer than allowed.
	excess int32
}

// find looks for the best spot for an absent visit in some of its periods.
func (s *state) find(v int32, periods []period) bool {
	s.found, s.best.delta = false, math.MaxInt64
	j := &s.m.visits[v]
	moved := j.published != nil
	if j.pinned || j.crew == 0 || j.crew > maxCrew {
		return false
	}
	bonus := s.returnBonus(v)
	var rq *Requirement
	if j.req != None && !s.gapless {
		rq = &s.m.p.Requirements[j.req]
		s.gatherDates(v, rq)
	}
	day, space, ok := int32(None), int64(0), true
	for i := range periods {
		w := &periods[i]
		if w.day != day {
			if day = w.day; rq != nil {
				space, ok = s.spacingAt(rq, s.m.number[day])
			}
		}
		if !ok || space+w.charge-bonus >= s.best.delta {
			continue
		}
		if j.crew == 1 && !moved && !s.exact && j.place != None {
			s.findSingle(v, w, space+w.charge)
		} else {
			s.findCrew(v, w, space+w.charge)
		}
	}
	return s.found
}

// findSingle tries all people on one day for a visit that needs one person and
// was never published: its start may float.
func (s *state) findSingle(v int32, w *period, base int64) {
	j := &s.m.visits[v]
	for k, o := range s.m.p.Visits[v].Crew[0] {
		r := int32(o.Staff*s.m.days) + w.day
		delta := base + o.Charge
		if len(s.routes[r].stops) == 0 && delta+s.m.loops[v][k] >= s.best.delta {
			continue // most days of a year are empty
		}
		room, ok := s.room(r, j)
		if !ok {
			continue
		}
		delta += s.smoothDelta(r, j.length)
		if delta >= s.best.delta {
			continue
		}
		h := holding{day: w.day, window: w.charge, person: o.Charge}
		h.lo, h.hi = s.bounds(r, j, w)
		if h.lo > h.hi {
			continue
		}
		if s.m.timeless {
			s.scanTimeless(r, j, &h, delta, room)
		} else {
			s.scan(r, j, &h, delta, room)
		}
	}
}

// bounds are the occupied starts that a period and a shift leave.
func (s *state) bounds(r int32, j *job, w *period) (lo, hi int32) {
	l := &s.m.lanes[r]
	return max(w.from-j.before, l.from), min(w.to-j.before, l.to-j.length)
}

// room checks the limits that do not depend on the position in a route and
// returns how much longer its travel may become.
func (s *state) room(r int32, j *job) (int32, bool) {
	l, rt := &s.m.lanes[r], &s.routes[r]
	if l.to <= l.from {
		return 0, false
	}
	staff := &s.m.p.Staff[int(r)/s.m.days]
	who := int(r) / s.m.days
	if staff.DayCap > 0 && int(rt.visits) >= staff.DayCap && !s.waived(FaultDayCap, who) ||
		staff.WeekCap > 0 && int(s.weekVisits[s.weekOf(r)]) >= staff.WeekCap && !s.waived(FaultWeekCap, who) ||
		staff.LoadCap > 0 && rt.load+j.load > staff.LoadCap && !s.waived(FaultLoadCap, who) {
		return 0, false
	}
	used := rt.busy + rt.time + j.length
	room := l.spare - used
	if s.waived(FaultReserve, who) {
		room = always
	}
	if staff.MaxDuration > 0 && s.m.timeless { // otherwise the position matters
		room = min(room, staff.MaxDuration-used)
	}
	return room, true
}

func (s *state) smoothDelta(r, length int32) int64 {
	target := s.m.p.Staff[int(r)/s.m.days].WeekTarget
	if target == 0 {
		return 0
	}
	w := s.weekOf(r)
	return s.m.smooth(s.weekTime[w]+length, target) - s.m.smooth(s.weekTime[w], target)
}

// blinks reports whether to overlook a position: Christiaens and Vanden Berghe
// (2020) found that a greedy rebuild which now and then misses the best
// position escapes from where a perfect one would fall back.
func (s *state) blinks() bool {
	s.blink--
	if s.blink != 0 {
		return false
	}
	s.blink = 1 + s.rng.below(2*s.blinkEvery)
	return true
}

// scanTimeless tries all positions of a route in which nobody ever waits.
func (s *state) scanTimeless(r int32, j *job, h *holding, base int64, room int32) {
	t, home := s.m.table(r)
	stops := s.routes[r].stops
	x := t.at(j.place)
	row := int(x) * t.n
	into, from := t.into[row:row+t.n], t.time[row:row+t.n]
	prev := home
	limit := s.best.delta
	pos := -1
	for i := range stops {
		next := stops[i].place
		more := into[prev] + from[next] - stops[i].leg
		delta := base + int64(more)*t.factor
		if !t.same {
			delta = base + t.charge(prev, x) + t.charge(x, next) - t.charge(prev, next)
		}
		prev = next
		if delta < limit && more <= room && !s.blinks() {
			limit, pos = delta, i
		}
	}
	more, delta := s.lastLeg(r, t, x, prev, home)
	if delta += base; delta < limit && more <= room && !s.blinks() {
		limit, pos = delta, len(stops)
	}
	if pos >= 0 {
		s.keep(r, pos, h, limit)
	}
}

// lastLeg is what a stop at the end of a route adds to travel.
func (s *state) lastLeg(r int32, t *matrix, x, prev, home int32) (more int32, delta int64) {
	more = t.minutes(prev, x) + t.minutes(x, home)
	delta = t.charge(prev, x) + t.charge(x, home)
	if len(s.routes[r].stops) > 0 {
		more -= s.routes[r].back
		delta -= t.charge(prev, home)
	}
	return more, delta
}

func (s *state) keep(r int32, pos int, h *holding, delta int64) {
	s.found = true
	s.best.holding, s.best.delta = *h, delta
	s.best.route[0], s.best.pos[0] = r, int32(pos)
}

// scan tries all positions of a route: forward slack makes each constant time.
func (s *state) scan(r int32, j *job, h *holding, base int64, room int32) {
	m, l, stops, taken := s.m, &s.m.lanes[r], s.routes[r].stops, s.routes[r].taken
	t, home := m.table(r)
	x := t.at(j.place)
	exact := m.p.Staff[int(r)/m.days].MaxDuration > 0
	prev, ready := home, l.from
	for i := 0; i <= len(stops); i++ {
		if ready > h.hi {
			break
		}
		next, latest := home, l.to
		var more int32
		var delta int64
		if i < len(stops) {
			next, latest = stops[i].place, stops[i].latest
			more = t.minutes(prev, x) + t.minutes(x, next) - stops[i].leg
			delta = t.charge(prev, x) + t.charge(x, next) - t.charge(prev, next)
		} else {
			more, delta = s.lastLeg(r, t, x, prev, home)
		}
		delta += base
		if delta < s.best.delta && more <= room {
			o := m.earliest(taken, max(taken.after(ready, t.minutes(prev, x)), h.lo), j.before, j.length)
			if o <= h.hi && taken.after(o+j.length, t.minutes(x, next)) <= latest &&
				(!exact || s.fits(r, i, j.first, *h)) && !s.blinks() {
				s.keep(r, i, h, delta)
			}
		}
		if i < len(stops) {
			prev, ready = next, stops[i].depart
		}
	}
}

// fits inserts a node for a moment and reports whether the route holds.
func (s *state) fits(r int32, pos int, n int32, h holding) bool {
	rt, v := &s.routes[r], s.m.nodes[n].visit
	old := s.held[v]
	s.held[v] = h
	if s.m.nodes[n].place == None {
		return s.fitsCall(r, n, old)
	}
	rt.stops = append(rt.stops, stop{})
	copy(rt.stops[pos+1:], rt.stops[pos:])
	rt.stops[pos] = stop{node: n, place: s.m.row(r, n)}
	rt.visits++
	rt.busy += s.m.nodes[n].length
	ok := s.refresh(r)
	rt.visits--
	rt.busy -= s.m.nodes[n].length
	rt.stops = append(rt.stops[:pos], rt.stops[pos+1:]...)
	s.held[v] = old
	s.refresh(r)
	return ok
}

// fitsCall is fits for a visit without a place; old is how it was held.
func (s *state) fitsCall(r, n int32, old holding) bool {
	rt, v := &s.routes[r], s.m.nodes[n].visit
	calls, taken, length := rt.calls, rt.taken, s.m.nodes[n].length
	s.setCalls(r, append(slices.Clone(calls), n))
	rt.visits++
	rt.busy += length
	ok := s.refresh(r)
	rt.visits--
	rt.busy -= length
	rt.calls, rt.taken = calls, taken
	s.held[v] = old
	s.refresh(r)
	return ok
}
