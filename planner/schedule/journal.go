package schedule

import "slices"

// journal remembers what a step changes, so that a rejected step costs as much
// as it changed and no more.
type journal struct {
	on     bool
	marked []bool
	routes []savedRoute
	used   int // of routes; the rest is spare memory
	visits []savedVisit
	weeks  []savedWeek
	total  Amounts
	medium int64
	moves  int
	absent int
	routed int
}

type savedRoute struct {
	index int32
	route route
}

type savedVisit struct {
	index   int32
	holding holding
}

type savedWeek struct {
	index        int
	time, visits int32
}

func (j *journal) visit(v int32, h holding) {
	if j.on {
		j.visits = append(j.visits, savedVisit{v, h})
	}
}

func (j *journal) week(w int, time, visits int32) {
	if j.on {
		j.weeks = append(j.weeks, savedWeek{w, time, visits})
	}
}

// begin starts a step.
func (s *state) begin() {
	j := &s.undo
	j.on, j.used, s.broken = true, 0, false
	j.visits, j.weeks = j.visits[:0], j.weeks[:0]
	j.total, j.medium, j.moves, j.absent, j.routed = s.total, s.medium, s.moves, s.absent, s.used
}

// touch must come before any change of a route.
func (s *state) touch(r int32) {
	if !s.isStale[r] {
		s.isStale[r] = true
		s.stale = append(s.stale, r)
	}
	j := &s.undo
	if !j.on || j.marked[r] {
		return
	}
	j.marked[r] = true
	if j.used == len(j.routes) {
		j.routes = append(j.routes, savedRoute{})
	}
	saved := &j.routes[j.used]
	j.used++
	spare := saved.route.stops[:0]
	saved.index, saved.route = r, s.routes[r]
	spare = append(spare, s.routes[r].stops...)
	saved.route.stops = spare
}

// commit ends a step and keeps it.
func (s *state) commit() {
	for i := range s.undo.routes[:s.undo.used] {
		s.undo.marked[s.undo.routes[i].index] = false
	}
	s.undo.on = false
}

// rollback ends a step and undoes it.
func (s *state) rollback() {
	j := &s.undo
	for i := range j.routes[:j.used] {
		saved := &j.routes[i]
		j.marked[saved.index] = false
		rt := &s.routes[saved.index]
		for _, st := range rt.stops {
			s.at[st.node] = None
		}
		for _, n := range rt.calls {
			s.at[n] = None
		}
	}
	for i := range j.routes[:j.used] {
		saved := &j.routes[i]
		rt := &s.routes[saved.index]
		stops := rt.stops[:0]
		stops = append(stops, saved.route.stops...)
		*rt = saved.route
		rt.stops = stops
		for _, st := range stops {
			s.at[st.node] = saved.index
		}
		for _, n := range rt.calls {
			s.at[n] = saved.index
		}
	}
	for _, v := range slices.Backward(j.visits) {
		s.held[v.index] = v.holding
	}
	for _, w := range slices.Backward(j.weeks) {
		s.weekTime[w.index], s.weekVisits[w.index] = w.time, w.visits
	}
	s.total, s.medium, s.moves, s.absent, s.used = j.total, j.medium, j.moves, j.absent, j.routed
	for _, r := range s.stale {
		s.isStale[r] = false
	}
	s.stale = s.stale[:0]
	s.broken, j.on = false, false
}
