package schedule

import "math"

// crewSteps limits the search for a common moment on one day.
const crewSteps = 4000

// fit is a range of occupied starts at one position of one route; all of it is
// free of blocks.
type fit struct {
	lo, hi     int32
	route, pos int32
	staff      int32
	person     int64
	cost       int64 // travel, person and smooth
}

// crewFinder is the scratch memory for visits whose start is part of the
// decision: those with several people or no place, and published ones.
type crewFinder struct {
	fits   [maxCrew][]fit
	chosen [maxCrew]fit
	steps  int
}

// findCrew tries all people and positions of one day.
func (s *state) findCrew(v int32, w *period, base int64) {
	j, f := &s.m.visits[v], &s.crew
	for slot, options := range s.m.p.Visits[v].Crew {
		list := f.fits[slot][:0]
		for k, o := range options {
			if (slot > 0 || s.only == None || s.only == int32(o.Staff)) && !s.hopeless(v, k, w, base) {
				list = s.appendFits(list, v, o, w)
			}
		}
		f.fits[slot] = list
		if len(list) == 0 {
			return
		}
	}
	f.steps = crewSteps
	s.join(v, w, 0, w.from-j.before, math.MaxInt32, base)
}

// hopeless reports that an option of a visit for one person cannot beat the best
// spot: most days of a year are empty, and their travel is known.
func (s *state) hopeless(v int32, option int, w *period, base int64) bool {
	if s.m.visits[v].crew != 1 {
		return false
	}
	o := s.m.p.Visits[v].Crew[0][option]
	least := base + o.Charge - s.returnBonus(v)
	if len(s.routes[o.Staff*s.m.days+int(w.day)].stops) == 0 {
		least += s.m.loops[v][option]
	}
	return least >= s.best.delta
}

// appendFits adds the ranges of one person on one day.
func (s *state) appendFits(list []fit, v int32, o Option, w *period) []fit {
	j, m := &s.m.visits[v], s.m
	r := int32(o.Staff*m.days) + w.day
	room, ok := s.room(r, j)
	lo, hi := s.bounds(r, j, w)
	if !ok || lo > hi {
		return list
	}
	f := fit{route: r, staff: int32(o.Staff), person: o.Charge, lo: lo, hi: hi}
	base := o.Charge + s.smoothDelta(r, j.length)
	if j.place == None {
		if f.cost = base; room < 0 {
			return list
		}
		return s.appendCallFits(list, f, j.length)
	}
	l, stops, taken := &m.lanes[r], s.routes[r].stops, s.routes[r].taken
	t, home := m.table(r)
	x := t.at(j.place)
	prev, ready := home, l.from
	for i := 0; i <= len(stops) && ready <= hi; i++ {
		next, latest := home, l.to
		var more int32
		if i < len(stops) {
			next, latest = stops[i].place, stops[i].latest
			more = t.minutes(prev, x) + t.minutes(x, next) - stops[i].leg
			f.cost = base + t.charge(prev, x) + t.charge(x, next) - t.charge(prev, next)
		} else {
			more, f.cost = s.lastLeg(r, t, x, prev, home)
			f.cost += base
		}
		if more <= room {
			f.pos = int32(i)
			f.lo = max(lo, taken.after(ready, t.minutes(prev, x)))
			f.hi = min(hi, taken.until(latest, t.minutes(x, next))-j.length)
			list = taken.appendFree(list, f, j.length)
		}
		if i < len(stops) {
			prev, ready = next, stops[i].depart
		}
	}
	return list
}

// appendCallFits adds the ranges of one person's day for a visit without a
// place: the journey between two stops must fit before it or after it. Where
// two stops that do not move are too near each other anyhow, it is enough to
// leave the stops alone.
func (s *state) appendCallFits(list []fit, all fit, length int32) []fit {
	rt, l := &s.routes[all.route], &s.m.lanes[all.route]
	t, home := s.m.table(all.route)
	prev, ready, still := home, l.from, true
	for i := 0; i <= len(rt.stops) && ready <= all.hi; i++ {
		next, latest, stays, leg := home, l.to, true, int32(0)
		if i < len(rt.stops) {
			st := &rt.stops[i]
			next, latest, stays, leg = st.place, st.latest, s.m.nodes[st.node].still, st.leg
		} else if i > 0 {
			leg = t.minutes(prev, home)
		}
		if still && stays && l.blocks.after(ready, leg) > latest {
			leg = 0
		}
		before, after := all, all
		before.lo, before.hi = max(all.lo, ready), min(all.hi, rt.taken.until(latest, leg)-length)
		after.lo, after.hi = max(all.lo, rt.taken.after(ready, leg)), min(all.hi, latest-length)
		if after.lo <= before.hi+1 {
			after.lo = min(before.lo, after.lo)
		} else {
			list = rt.taken.appendFree(list, before, length)
		}
		list = rt.taken.appendFree(list, after, length)
		if i < len(rt.stops) {
			prev, ready, still = next, rt.stops[i].depart, stays
		}
	}
	return list
}

// appendFree cuts a range at the blocks.
func (l spans) appendFree(list []fit, f fit, length int32) []fit {
	lo := f.lo
	for _, b := range l {
		if lo <= b.from {
			part := f
			part.lo, part.hi = lo, min(f.hi, b.from-length)
			if part.lo <= part.hi {
				list = append(list, part)
			}
		}
		lo = max(lo, b.to)
	}
	f.lo = lo
	if f.lo <= f.hi {
		list = append(list, f)
	}
	return list
}

// join chooses a person for each place in the crew, depth first, and keeps the
// cheapest common moment.
func (s *state) join(v int32, w *period, slot int, lo, hi int32, cost int64) {
	f, j := &s.crew, &s.m.visits[v]
	if slot == int(j.crew) {
		s.agree(v, w, lo, hi, cost)
		return
	}
	for i := range f.fits[slot] {
		c := &f.fits[slot][i]
		if f.steps--; f.steps < 0 {
			return
		}
		if max(lo, c.lo) > min(hi, c.hi) || s.taken(slot, c.staff) {
			continue
		}
		if next := cost + c.cost; next-s.returnBonus(v) < s.best.delta {
			f.chosen[slot] = *c
			s.join(v, w, slot+1, max(lo, c.lo), min(hi, c.hi), next)
		}
	}
}

// returnBonus is what a published visit saves where it was published.
func (s *state) returnBonus(v int32) int64 {
	if s.m.visits[v].published == nil {
		return 0
	}
	return s.m.p.Visits[v].Move
}

func (s *state) taken(slot int, staff int32) bool {
	for k := range slot {
		if s.crew.chosen[k].staff == staff {
			return true
		}
	}
	return false
}

// agree fixes the moment of a chosen crew and keeps the spot if it is the best:
// where it was published, or else as early as can be. Where that makes somebody's
// day too long, starting so much later may do: the day then begins later.
func (s *state) agree(v int32, w *period, lo, hi int32, cost int64) {
	j := &s.m.visits[v]
	h := holding{day: w.day, window: w.charge}
	if pl := j.published; pl != nil {
		start := pl.Start - j.before
		if s.sameCrew(pl, w.day) && lo <= start && start <= hi && s.settleAt(v, h, start, cost-s.m.p.Visits[v].Move) {
			return
		}
		h.moved = true
		if s.m.p.MaxMoves >= 0 && s.moves >= s.m.p.MaxMoves && !s.waived(FaultMoves, None) {
			return
		}
	}
	excess := int32(always)
	for o := s.m.up(lo, j.before); o <= hi && !s.settleAt(v, h, o, cost); o = s.m.up(o+s.excess, j.before) {
		if s.excess <= 0 || s.excess >= excess {
			return // later is no better
		}
		excess = s.excess
	}
}

// settleAt tries one moment of a chosen crew; false when somebody's day does not
// hold then, and excess tells by how much one was too long.
func (s *state) settleAt(v int32, h holding, o int32, cost int64) bool {
	if cost >= s.best.delta {
		return true
	}
	j := &s.m.visits[v]
	h.lo, h.hi = o, o
	s.excess = 0
	for k := range j.crew {
		c := &s.crew.chosen[k]
		h.person += c.person
		if s.m.p.Staff[c.staff].MaxDuration > 0 && !s.fits(c.route, int(c.pos), j.first+k, h) {
			return false
		}
	}
	if s.blinks() {
		return true
	}
	s.found, s.best.holding, s.best.delta = true, h, cost
	for k := range j.crew {
		s.best.route[k], s.best.pos[k] = s.crew.chosen[k].route, s.crew.chosen[k].pos
	}
	return true
}

func (s *state) sameCrew(pl *Placement, day int32) bool {
	if int32(pl.Day) != day {
		return false
	}
	for k, staff := range pl.Staff {
		if s.crew.chosen[k].staff != int32(staff) {
			return false
		}
	}
	return true
}

// admit places a visit exactly as told where that breaks nothing, and reports
// whether it did.
func (s *state) admit(v int32, pl *Placement) bool {
	j, m := &s.m.visits[v], s.m
	o := pl.Start - j.before
	returns := j.published != nil && samePlacement(pl, j.published)
	if len(pl.Staff) != int(j.crew) || j.crew > maxCrew || m.up(o, j.before) != o && !returns {
		return false
	}
	if j.published != nil && !returns && m.p.MaxMoves >= 0 && s.moves >= m.p.MaxMoves {
		return false
	}
	if _, ok := s.spacing(v, int32(pl.Day)); !ok {
		return false
	}
	for _, w := range m.sets[j.set].on(pl.Day) {
		if w.from > pl.Start || pl.Start > w.to {
			continue
		}
		p := spot{holding: holding{day: w.day, lo: o, hi: o, window: w.charge, moved: j.published != nil && !returns}}
		for slot, staff := range pl.Staff {
			if !s.admitPerson(v, slot, staff, &w, &p) {
				return false
			}
		}
		s.place(v, &p)
		return true
	}
	return false
}

// admitPerson finds the position of one person of a told placement.
func (s *state) admitPerson(v int32, slot, staff int, w *period, p *spot) bool {
	for k := range slot {
		if int(p.route[k])/s.m.days == staff {
			return false
		}
	}
	for _, option := range s.m.p.Visits[v].Crew[slot] {
		if option.Staff != staff {
			continue
		}
		s.crew.fits[0] = s.appendFits(s.crew.fits[0][:0], v, option, w)
		for _, f := range s.crew.fits[0] {
			node := s.m.visits[v].first + int32(slot)
			if f.lo <= p.lo && p.lo <= f.hi &&
				(s.m.p.Staff[staff].MaxDuration == 0 || s.fits(f.route, int(f.pos), node, p.holding)) {
				p.route[slot], p.pos[slot] = f.route, f.pos
				p.person += option.Charge
				return true
			}
		}
		return false
	}
	return false
}

func samePlacement(a, b *Placement) bool {
	if a.Day != b.Day || a.Start != b.Start || len(a.Staff) != len(b.Staff) {
		return false
	}
	for i := range a.Staff {
		if a.Staff[i] != b.Staff[i] {
			return false
		}
	}
	return true
}
