package schedule

import "slices"

// state is a solution under search: routes, where each visit stands, and the
// totals, all kept up to date by place and remove.
type state struct {
	m      *model
	rng    rng
	routes []route
	at     []int32 // node → route, or None
	held   []holding
	// weekTime and weekVisits are per staff × week.
	weekTime   []int32
	weekVisits []int32
	pins       []int32 // pinned visits per route
	total      Amounts
	medium     int64
	moves      int
	absent     int // visits without a placement
	used       int // routes with a visit
	stale      []int32
	isStale    []bool
	// broken is set when a route no longer holds: where the triangle
	// inequality fails, even a removal can do that.
	broken bool
	// fast leaves the times of stops out while a search runs in which nobody
	// ever waits.
	fast   bool
	undo   journal
	starts []int32
	finder
	series  series
	rebuild rebuilder
	ruin    ruiner
}

// holding is where a visit stands.
type holding struct {
	day int32 // None when unplanned
	// lo and hi bound the occupied start; they are equal where the start is
	// part of the decision: several people, no place, or a published visit.
	lo, hi         int32
	window, person int64
	moved          bool // away from its published placement
}

func newState(m *model, seed uint64) *state {
	s := &state{
		m: m, rng: rng(seed),
		routes:     make([]route, len(m.lanes)),
		at:         make([]int32, len(m.nodes)),
		held:       make([]holding, len(m.visits)),
		weekTime:   make([]int32, len(m.p.Staff)*m.weeks),
		weekVisits: make([]int32, len(m.p.Staff)*m.weeks),
		pins:       make([]int32, len(m.lanes)),
		isStale:    make([]bool, len(m.lanes)),
	}
	s.only = None
	s.undo.marked = make([]bool, len(m.lanes))
	for i := range s.at {
		s.at[i] = None
	}
	for r := range s.routes {
		s.routes[r].taken = m.lanes[r].blocks
	}
	for v := range s.held {
		s.held[v].day = None
		s.medium += m.p.Visits[v].Unplanned
		if m.visits[v].published != nil {
			s.total.Move += m.p.Visits[v].Move
		}
	}
	s.absent = len(s.held)
	for r := range m.lanes {
		for _, n := range m.lanes[r].fixed {
			s.insertInOrder(int32(r), n)
		}
	}
	s.pinAll()
	s.settle()
	return s
}

// insertInOrder puts a stop that does not move where its time belongs.
func (s *state) insertInOrder(r, n int32) {
	rt := &s.routes[r]
	if s.m.nodes[n].place == None {
		s.insert(r, 0, n)
		return
	}
	from := s.start(n)
	to := from + s.m.nodes[n].length
	pos := len(rt.stops)
	for pos > 0 {
		before := rt.stops[pos-1].node
		begin := s.start(before)
		if begin < from || begin == from && begin+s.m.nodes[before].length <= to {
			break
		}
		pos--
	}
	s.insert(r, pos, n)
}

// start is the occupied start of a stop whose time is settled.
func (s *state) start(n int32) int32 {
	if v := s.m.nodes[n].visit; v != None {
		return s.held[v].lo
	}
	return s.m.nodes[n].start
}

// pinAll places the pinned visits, whatever that breaks.
func (s *state) pinAll() {
	for i := range s.m.visits {
		v := &s.m.visits[i]
		if !v.pinned {
			continue
		}
		day := int32(v.published.Day)
		s.enter(int32(i), holding{
			day: day, lo: v.published.Start - v.before, hi: v.published.Start - v.before,
			window: s.m.windowCharge(v, v.published), person: s.m.personCharge(int32(i), v.published.Staff),
		})
		for slot, staff := range v.published.Staff {
			r := int32(staff*s.m.days) + day
			s.insertInOrder(r, v.first+int32(slot))
			s.pins[r]++
		}
	}
}

// windowCharge is the charge of the window in which a placement starts, 0
// outside all windows.
func (m *model) windowCharge(v *job, pl *Placement) int64 {
	for _, w := range m.sets[v.set].on(pl.Day) {
		if w.from <= pl.Start && pl.Start <= w.to {
			return w.charge
		}
	}
	return 0
}

// personCharge is the summed charge of the people of a placement.
func (m *model) personCharge(visit int32, staff []int) int64 {
	sum := int64(0)
	for slot, options := range m.p.Visits[visit].Crew {
		for _, o := range options {
			if o.Staff == staff[slot] {
				sum += o.Charge
				break
			}
		}
	}
	return sum
}

// insert puts a node into a route; settle must follow.
func (s *state) insert(r int32, pos int, n int32) {
	s.touch(r)
	rt, j := &s.routes[r], &s.m.nodes[n]
	switch {
	case j.place != None:
		rt.stops = slices.Insert(rt.stops, pos, stop{node: n, place: s.m.row(r, n)})
	case !j.still: // the lane has those that are pinned
		s.setCalls(r, append(slices.Clone(rt.calls), n))
	}
	s.at[n] = r
	s.count(r, j, 1)
}

// cut takes a node out of its route; settle must follow.
func (s *state) cut(n int32) {
	r := s.at[n]
	s.touch(r)
	rt := &s.routes[r]
	if s.m.nodes[n].place == None {
		s.setCalls(r, slices.DeleteFunc(slices.Clone(rt.calls), func(k int32) bool { return k == n }))
	}
	for i := range rt.stops {
		if rt.stops[i].node == n {
			rt.stops = append(rt.stops[:i], rt.stops[i+1:]...)
			break
		}
	}
	s.at[n] = None
	s.count(r, &s.m.nodes[n], -1)
}

// setCalls makes some nodes the visits without a place of a route; where they
// stand must be known.
func (s *state) setCalls(r int32, calls []int32) {
	rt, blocks := &s.routes[r], s.m.lanes[r].blocks
	rt.calls, rt.taken = calls, blocks
	if len(calls) == 0 {
		return
	}
	taken := slices.Clone(blocks)
	for _, n := range calls {
		from := s.start(n)
		taken = append(taken, span{from, from + s.m.nodes[n].length})
	}
	rt.taken = union(taken)
}

// count adds a visit's node to the sums of its route and week, or takes it off.
func (s *state) count(r int32, n *node, sign int32) {
	if n.visit == None {
		return
	}
	rt := &s.routes[r]
	if rt.visits == 0 {
		s.used++
	}
	rt.visits += sign
	if rt.visits == 0 {
		s.used--
	}
	rt.busy += sign * n.length
	rt.load += int64(sign) * s.m.visits[n.visit].load
	w := s.weekOf(r)
	target := s.m.p.Staff[int(r)/s.m.days].WeekTarget
	s.undo.week(w, s.weekTime[w], s.weekVisits[w])
	s.total.Smooth -= s.m.smooth(s.weekTime[w], target)
	s.weekTime[w] += sign * n.length
	s.weekVisits[w] += sign
	s.total.Smooth += s.m.smooth(s.weekTime[w], target)
}

// weekOf returns the index of (staff, week) of a route.
func (s *state) weekOf(r int32) int {
	return int(r)/s.m.days*s.m.weeks + int(s.m.week[int(r)%s.m.days])
}

// smooth is the charge of a week's visit time.
func (m *model) smooth(time, target int32) int64 {
	if target == 0 || time <= target {
		return 0
	}
	return int64(time-target) * m.p.Weights.Smooth
}

// enter books a visit as planned, except for its nodes.
func (s *state) enter(v int32, h holding) {
	s.undo.visit(v, s.held[v])
	space, _ := s.spacing(v, h.day)
	s.held[v] = h
	s.total.Spacing += space
	s.total.Window += h.window
	s.total.Person += h.person
	s.medium -= s.m.p.Visits[v].Unplanned
	s.absent--
	if s.m.visits[v].published == nil {
		return
	}
	if h.moved {
		s.moves++
	} else {
		s.total.Move -= s.m.p.Visits[v].Move
	}
}

// remove makes a visit unplanned; settle must follow.
func (s *state) remove(v int32) {
	j, h := &s.m.visits[v], s.held[v]
	for k := range j.crew {
		s.cut(j.first + k)
	}
	s.undo.visit(v, h)
	s.held[v].day = None
	space, _ := s.spacing(v, h.day)
	s.total.Spacing -= space
	s.total.Window -= h.window
	s.total.Person -= h.person
	s.medium += s.m.p.Visits[v].Unplanned
	s.absent++
	if j.published == nil {
		return
	}
	if h.moved {
		s.moves--
	} else {
		s.total.Move += s.m.p.Visits[v].Move
	}
}

// place plans a visit on a spot that a finder returned for the present state.
func (s *state) place(v int32, p *spot) {
	s.enter(v, p.holding)
	j := &s.m.visits[v]
	for k := range j.crew {
		s.insert(p.route[k], int(p.pos[k]), j.first+k)
	}
	s.settle()
}

// settle refreshes the routes that changed.
func (s *state) settle() {
	for _, r := range s.stale {
		s.isStale[r] = false
		if !s.refresh(r) {
			s.broken = true
		}
	}
	s.stale = s.stale[:0]
}

// spacing returns what planning an absent visit on a day adds to the spacing
// cost, and whether the requirement's MinGap allows it.
func (s *state) spacing(v, day int32) (int64, bool) {
	q := s.m.visits[v].req
	if q == None {
		return 0, true
	}
	rq := &s.m.p.Requirements[q]
	s.gatherDates(v, rq)
	return s.spacingAt(rq, s.m.number[day])
}

// gatherDates lists the day numbers of a requirement's visits but one.
func (s *state) gatherDates(v int32, rq *Requirement) {
	s.dates = s.dates[:0]
	if rq.MinGap == 0 && rq.IdealGap == 0 {
		return
	}
	if rq.HasLast {
		s.dates = append(s.dates, int32(rq.Last))
	}
	for _, u := range s.m.members[s.m.visits[v].req] {
		if d := s.held[u].day; d != None && u != v {
			s.dates = append(s.dates, s.m.number[d])
		}
	}
}

// clear reports whether a day number keeps MinGap from the visits that were
// made before the last.
func (rq *Requirement) clear(x int) bool {
	for _, y := range rq.Made {
		if abs(x-y) < rq.MinGap {
			return false
		}
	}
	return true
}

// spacingAt is spacing for a day number, with the dates gathered.
func (s *state) spacingAt(rq *Requirement, x int32) (int64, bool) {
	ok := rq.clear(int(x))
	if len(s.dates) == 0 {
		return 0, ok
	}
	before, after := int32(-always), int32(always)
	for _, y := range s.dates {
		before, after = nearer(before, after, y, x)
	}
	ok = ok && int(x-before) >= rq.MinGap && int(after-x) >= rq.MinGap
	if rq.IdealGap == 0 {
		return 0, ok
	}
	cost := int64(0)
	ideal := int32(rq.IdealGap)
	if before != -always {
		cost += int64(abs(x - before - ideal))
	}
	if after != always {
		cost += int64(abs(after - x - ideal))
	}
	if before != -always && after != always {
		cost -= int64(abs(after - before - ideal))
	}
	return cost * s.m.p.Weights.Spacing, ok
}

// nearer narrows the neighbours of day number x by y.
func nearer(before, after, y, x int32) (int32, int32) {
	if y <= x {
		return max(before, y), after
	}
	return before, min(after, y)
}

func (s *state) score() Score {
	return Score{Medium: s.medium, Soft: s.total.Total()}
}

// placements writes the solution out.
func (s *state) placements() []*Placement {
	out := make([]*Placement, len(s.held))
	for r := range s.routes {
		rt := &s.routes[r]
		if rt.visits == 0 {
			continue
		}
		if s.fast {
			s.fast = false
			s.refresh(int32(r))
			s.fast = true
		}
		s.starts = s.compact(int32(r), s.starts)
		for i, st := range rt.stops {
			n := &s.m.nodes[st.node]
			if n.visit == None {
				continue
			}
			if out[n.visit] == nil {
				out[n.visit] = &Placement{
					Day: r % s.m.days, Start: s.starts[i] + n.before, Staff: make([]int, s.m.visits[n.visit].crew),
				}
			}
			out[n.visit].Staff[n.slot] = r / s.m.days
		}
	}
	for v := range s.held {
		if s.held[v].day != None && s.m.visits[v].place == None {
			out[v] = s.placementOf(int32(v), s.spotOf(int32(v)))
		}
	}
	return out
}

// spotOf is where a planned visit stands; its start must be settled.
func (s *state) spotOf(v int32) *spot {
	p := &spot{holding: s.held[v]}
	for k := range s.m.visits[v].crew {
		p.route[k] = s.at[s.m.visits[v].first+k]
	}
	return p
}
