package schedule

import "slices"

// prober tries single changes in the solution of a state and keeps the smallest
// that makes a visit possible. Effort is measured in time: what a change asks
// of people, with a visit's own length where the rule counts visits.
type prober struct {
	s    *state
	v    int32
	best *Change
}

// effortPerDay is what one day less between two visits counts as.
const effortPerDay = 10

func (p *prober) offer(c Change) {
	if p.best == nil || c.effort < p.best.effort {
		p.best = &c
	}
}

// find looks for an exact spot in one period as things are.
func (p *prober) find(w *period) bool {
	s := p.s
	s.exact, s.only = true, None
	found := s.find(p.v, []period{*w})
	s.exact = false
	return found
}

// try relaxes the rule that blocks a person (None: everyone) in a window.
func (p *prober) try(w *period, kind FaultKind, staff int) {
	switch kind { //nolint:exhaustive // only rules that block a day or a person
	case FaultGap:
		p.tryGap(w)
	case FaultMoves:
		p.waive(w, kind, None, 1)
	case FaultDayCap, FaultWeekCap, FaultLoadCap, FaultReserve, FaultMaxDuration:
		amount := int64(1)
		if kind == FaultLoadCap {
			r := staff*p.s.m.days + int(w.day)
			amount = p.s.routes[r].load + p.s.m.visits[p.v].load - p.s.m.p.Staff[staff].LoadCap
		}
		if !p.waive(w, kind, staff, amount) { // more than the limit is in the way
			p.tryWithout(w, staff)
		}
	case FaultAway, FaultTravel, FaultTogether:
		p.tryShift(w, staff)
		p.tryWithout(w, staff)
		p.tryWithoutFixed(w, staff)
	}
}

func (p *prober) tryGap(w *period) {
	s := p.s
	s.gapless = true
	found := p.find(w)
	s.gapless = false
	if !found {
		return
	}
	q := s.m.visits[p.v].req
	rq, x := &s.m.p.Requirements[q], int(s.m.number[w.day])
	gap := rq.MinGap
	if rq.HasLast {
		gap = min(gap, abs(x-rq.Last))
	}
	for _, y := range rq.Made {
		gap = min(gap, abs(x-y))
	}
	for _, u := range s.m.members[q] {
		if d := s.held[u].day; d != None && u != p.v {
			gap = min(gap, abs(x-int(s.m.number[d])))
		}
	}
	short := int64(rq.MinGap - gap)
	p.offer(Change{
		Kind: FaultGap, Staff: None, Day: int(w.day), Other: None, Fixed: None, Amount: short,
		Placement: s.placementOf(p.v, &s.best), effort: short * effortPerDay,
	})
}

// waive looks whether the visit fits when one rule is overlooked, and reports it.
func (p *prober) waive(w *period, kind FaultKind, staff int, amount int64) bool {
	s := p.s
	s.waiver = waiver{kind, int32(staff)}
	found := p.find(w)
	s.waiver = waiver{}
	if !found {
		return false
	}
	c := Change{
		Kind: kind, Staff: staff, Day: int(w.day), Other: None, Fixed: None, Amount: amount,
		Placement: s.placementOf(p.v, &s.best), effort: int64(s.m.visits[p.v].length),
	}
	if kind == FaultReserve || kind == FaultMaxDuration {
		c.Amount = p.excess(kind, staff, int(w.day))
		c.effort = c.Amount
	}
	p.offer(c)
	return true
}

// excess is by how much the spot just found passes a limit of a person's day.
func (p *prober) excess(kind FaultKind, staff, day int) int64 {
	s, r := p.s, int32(staff*p.s.m.days+day)
	best := s.best
	s.begin()
	defer s.rollback()
	s.place(p.v, &best)
	if kind == FaultReserve {
		return int64(s.routes[r].time + s.routes[r].busy - s.m.lanes[r].spare)
	}
	return int64(s.duration(r) - s.m.p.Staff[staff].MaxDuration)
}

// tryShift looks whether a longer shift, or one at all, would do.
func (p *prober) tryShift(w *period, staff int) {
	s := p.s
	if s.m.p.Staff[staff].Shifts == nil {
		return // there is none to lengthen
	}
	r := int32(staff*s.m.days) + w.day
	l := &s.m.lanes[r]
	was := *l
	defer func() {
		*l = was
		s.refresh(r)
	}()
	for _, open := range []lane{
		{from: was.from, to: always}, {from: -always, to: was.to}, {from: -always, to: always},
	} {
		if was.to <= was.from && (open.to < always || open.from > -always) {
			continue
		}
		l.from, l.to, l.spare = open.from, open.to, always
		s.refresh(r)
		if p.find(w) {
			p.offerShift(r, was)
			return
		}
	}
}

// offerShift works out the least shift for the spot just found.
func (p *prober) offerShift(r int32, was lane) {
	s, best := p.s, p.s.best
	pl := s.placementOf(p.v, &best)
	staff := int(r) / s.m.days
	if !slices.Contains(pl.Staff, staff) {
		return
	}
	s.begin()
	s.place(p.v, &best)
	need := s.needed(r)
	taken := s.routes[r].time + s.routes[r].busy
	s.rollback()
	if was.to > was.from {
		need.From, need.To = min(need.From, was.from), max(need.To, was.to)
	}
	need.Reserve = shiftOf(s.m.p, staff, int(r)%s.m.days).Reserve
	missing := func() int32 {
		return taken + s.fixedWithin(staff, pl.Day, need) + need.Reserve - (need.To - need.From)
	}
	for m := missing(); m > 0; m = missing() { // a longer shift may take in more of the fixed stops
		need.To += m
	}
	extra := int64(need.To-need.From) - max(0, int64(was.to-was.from))
	if extra <= 0 {
		return // the visit fits as things are
	}
	p.offer(Change{
		Kind: FaultAway, Staff: staff, Day: pl.Day, Other: None, Fixed: None,
		Amount: extra, Shift: need, Placement: pl, effort: extra,
	})
}

// fixedWithin is how much of a shift a day's fixed stops take.
func (s *state) fixedWithin(staff, day int, shift Shift) int32 {
	sum := int32(0)
	for i := range s.m.p.Fixed {
		if f := &s.m.p.Fixed[i]; f.Staff == staff && f.Day == day {
			sum += max(0, min(f.End, shift.To)-max(f.Start, shift.From))
		}
	}
	return sum
}

// needed is a shift in which the visits of a route can be as they are.
func (s *state) needed(r int32) Shift {
	rt := &s.routes[r]
	out := Shift{From: always, To: -always}
	for _, n := range rt.calls {
		out.From, out.To = min(out.From, s.start(n)), max(out.To, s.start(n)+s.m.nodes[n].length)
	}
	for i, st := range rt.stops {
		n := &s.m.nodes[st.node]
		if n.visit == None && len(rt.calls) == 0 { // calls may cut the way to a fixed stop short
			continue
		}
		from, to := st.depart-n.length, st.depart
		if i == 0 {
			from = rt.taken.until(from, st.leg)
		}
		if i == len(rt.stops)-1 {
			to = rt.taken.after(to, rt.back)
		}
		out.From, out.To = min(out.From, from), max(out.To, to)
	}
	return out
}

// tryWithout looks whether one stop less would do: another visit or a fixed
// stop.
func (p *prober) tryWithout(w *period, staff int) {
	s := p.s
	r := int32(staff*s.m.days) + w.day
	nodes := slices.Clone(s.routes[r].calls)
	for _, st := range s.routes[r].stops {
		nodes = append(nodes, st.node)
	}
	for _, n := range nodes {
		u := s.m.nodes[n].visit
		if u == None || s.m.visits[u].pinned || s.patterned(s.m.visits[u].req) {
			continue
		}
		s.begin()
		s.remove(u)
		s.settle()
		if p.find(w) {
			p.offer(Change{
				Kind: FaultOverlap, Staff: staff, Day: int(w.day), Other: int(u), Fixed: None, Amount: 1,
				Placement: s.placementOf(p.v, &s.best), effort: 2 * int64(s.m.visits[u].length),
			})
		}
		s.rollback()
	}
}

// tryWithoutFixed looks whether one fixed stop less would do.
func (p *prober) tryWithoutFixed(w *period, staff int) {
	s := p.s
	r := int32(staff*s.m.days) + w.day
	l, rt := &s.m.lanes[r], &s.routes[r]
	was, stops, taken := *l, rt.stops, rt.taken
	placed := 0
	for i := range s.m.p.Fixed {
		f := &s.m.p.Fixed[i]
		if f.Staff != staff || f.Day != int(w.day) {
			continue
		}
		if f.Place == None {
			l.blocks = s.m.blocksWithout(i)
			s.setCalls(r, rt.calls)
		} else {
			node := was.fixed[placed]
			placed++
			rt.stops = slices.DeleteFunc(slices.Clone(stops), func(st stop) bool { return st.node == node })
		}
		l.spare += max(0, min(f.End, l.to)-max(f.Start, l.from))
		s.refresh(r)
		if p.find(w) {
			p.offer(Change{
				Kind: FaultOverlap, Staff: staff, Day: int(w.day), Other: None, Fixed: i, Amount: 1,
				Placement: s.placementOf(p.v, &s.best), effort: 2 * int64(f.End-f.Start),
			})
		}
		*l, rt.stops, rt.taken = was, stops, taken
	}
	s.refresh(r)
}

// blocksWithout are the blocks of a fixed stop's day without that stop.
func (m *model) blocksWithout(fixed int) spans {
	var out spans
	g := &m.p.Fixed[fixed]
	for i := range m.p.Fixed {
		f := &m.p.Fixed[i]
		if i != fixed && f.Staff == g.Staff && f.Day == g.Day && f.Place == None && f.Start < f.End {
			out = append(out, span{f.Start, f.End})
		}
	}
	for i := range m.visits {
		v := &m.visits[i]
		if v.pinned && v.place == None && v.published.Day == g.Day && slices.Contains(v.published.Staff, g.Staff) {
			from := v.published.Start - v.before
			out = append(out, span{from, from + v.length})
		}
	}
	return union(out)
}
