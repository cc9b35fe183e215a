package schedule

import (
	"cmp"
	"slices"
)

// Explanation says what a visit costs and why it is where it is.
type Explanation struct {
	Visit int
	// Placement is where it is, nil when unplanned.
	Placement *Placement
	// Amounts is the visit's share of the soft cost: each leg of travel counts
	// for the stop it leads to and the last leg home for the last stop; a gap
	// counts for its later visit; what a week has above its target counts for
	// the visits that lift it there, in the order of time. The shares of all
	// visits and Reasons.Rest sum to Score.Soft and its Amounts.
	Amounts Amounts
	// Medium is the visit's share of Score.Medium.
	Medium int64
	// RunnerUp is the best placement on another day or with other people, with
	// everything else where it is; nil where there is none.
	RunnerUp *Alternative
	// Blockers counts, for an unplanned visit, what stands in the way.
	Blockers []Blocker
	// Change is the smallest single change found that would allow an unplanned
	// visit; nil where no single change does.
	Change *Change
}

// Alternative is a possible placement of one visit.
type Alternative struct {
	Placement *Placement
	// Difference is what Score.Soft would be more (negative: less) than now.
	Difference int64
}

// Reasons answers questions about one solution. It is not safe for concurrent
// use.
type Reasons struct {
	// MayOpen, where not nil, says on which days a further window may be
	// proposed for an unplanned visit: not where a rule that is no part of the
	// problem forbids the visit whenever it is.
	MayOpen func(visit, day int) bool

	p          *Problem
	placements []*Placement
	ledger     *ledger
	desks      []*desk
	of         []int32 // visit → desk
	local      []int32 // visit → index at its desk
}

// desk answers for one part of the problem.
type desk struct {
	*part
	m        *model
	locked   *state // every start as it is; made when first wanted, as the next
	floating *state // starts may shift
}

// NewReasons prepares the answers about a solution, which must break no rule
// that pins do not force. Placements that cannot be read count as unplanned.
func NewReasons(p *Problem, placements []*Placement) *Reasons {
	r := &Reasons{p: p, placements: legible(p, placements)}
	r.ledger = audit(p, r.placements)
	r.of, r.local = make([]int32, len(p.Visits)), make([]int32, len(p.Visits))
	for k, t := range split(p, r.placements) {
		r.desks = append(r.desks, &desk{part: t})
		for i, v := range t.visits {
			r.of[v], r.local[v] = int32(k), int32(i)
		}
	}
	return r
}

// desk returns who answers for a visit, and the visit's index there.
func (r *Reasons) desk(visit int) (*desk, int32) {
	d := r.desks[r.of[visit]]
	if d.m == nil {
		d.m = compile(d.p)
		d.m.timeless = false // starts matter here
		d.locked = newState(d.m, 0)
		d.locked.takeAll(d.start)
		d.locked.blink = -1
	}
	return d, r.local[visit]
}

// legible leaves out placements with indices that do not exist.
func legible(p *Problem, placements []*Placement) []*Placement {
	out := make([]*Placement, len(p.Visits))
	copy(out, placements)
	for v, pl := range out {
		if p.Visits[v].Pinned && p.Visits[v].Published != nil {
			out[v] = p.Visits[v].Published
			continue
		}
		if pl == nil {
			continue
		}
		ok := len(pl.Staff) == len(p.Visits[v].Crew) && pl.Day >= 0 && pl.Day < len(p.Days)
		for _, s := range pl.Staff {
			ok = ok && s >= 0 && s < len(p.Staff)
		}
		if !ok {
			out[v] = nil
		}
	}
	return out
}

// Rest is the soft cost that no visit causes: travel to fixed stops, and home
// after a day that ends with one.
func (r *Reasons) Rest() Amounts { return r.ledger.rest }

// Amounts is a visit's share of the soft cost; see Explanation.
func (r *Reasons) Amounts(visit int) Amounts { return r.ledger.visits[visit] }

// Explain explains one visit.
func (r *Reasons) Explain(visit int) Explanation {
	e := Explanation{Visit: visit, Placement: r.placements[visit], Amounts: r.ledger.visits[visit]}
	if e.Placement != nil {
		e.RunnerUp = r.runnerUp(visit)
		return e
	}
	e.Medium = r.p.Visits[visit].Unplanned
	d, v := r.desk(visit)
	e.Blockers, e.Change = d.blocked(v, func(day int32) bool { return r.MayOpen == nil || r.MayOpen(visit, int(day)) })
	d.translate(&e)
	return e
}

// Explain explains one visit of a solution; for several, NewReasons once is
// cheaper.
func Explain(p *Problem, placements []*Placement, visit int) Explanation {
	return NewReasons(p, placements).Explain(visit)
}

// Recommend returns the best k placements of a visit, best first, with
// everything else where it is: at most one for each window and first person.
// For a planned visit they are compared with where it is, which is among them.
func Recommend(p *Problem, placements []*Placement, visit, k int) []Alternative {
	return NewReasons(p, placements).Recommend(visit, k)
}

// Recommend is as the function Recommend.
func (r *Reasons) Recommend(visit, k int) []Alternative {
	all := r.alternatives(visit)
	return all[:min(k, len(all))]
}

func (r *Reasons) runnerUp(visit int) *Alternative {
	now := r.placements[visit]
	for _, a := range r.alternatives(visit) {
		if a.Placement.Day != now.Day || !slices.Equal(a.Placement.Staff, now.Staff) {
			return &a
		}
	}
	return nil
}

// translate gives an explanation the whole problem's indices.
func (d *desk) translate(e *Explanation) {
	for i := range e.Blockers {
		if b := &e.Blockers[i]; b.Staff != None {
			b.Staff = d.staff[b.Staff]
		}
	}
	c := e.Change
	if c == nil {
		return
	}
	if c.Staff != None {
		c.Staff = d.staff[c.Staff]
	}
	if c.Other != None {
		c.Other = d.visits[c.Other]
	}
	if c.Fixed != None {
		c.Fixed = d.fixed[c.Fixed]
	}
	d.outward(c.Placement)
}

// outward gives a placement the whole problem's indices.
func (t *part) outward(pl *Placement) {
	for k, s := range pl.Staff {
		pl.Staff[k] = t.staff[s]
	}
}

// alternatives lists all placements of a visit with everything else locked.
func (r *Reasons) alternatives(visit int) []Alternative {
	d, v := r.desk(visit)
	s, j := d.locked, &d.m.visits[v]
	if j.pinned || j.crew == 0 {
		return nil
	}
	now := s.total.Total()
	s.begin()
	defer s.rollback()
	if s.held[v].day != None {
		s.remove(v)
		s.settle()
	}
	without, sound := s.total.Total(), !s.broken
	s.exact = true
	defer func() { s.exact, s.only = false, None }()
	var out []Alternative
	for _, w := range d.m.sets[j.set].periods {
		if !s.dayAllowed(v, w.day) {
			continue
		}
		for _, o := range d.p.Visits[v].Crew[0] {
			s.only = int32(o.Staff)
			if s.find(v, []period{w}) && (sound || s.mends(v)) {
				out = append(out, Alternative{s.placementOf(v, &s.best), without + s.best.delta - now})
			}
		}
	}
	for _, a := range out {
		d.outward(a.Placement)
	}
	slices.SortStableFunc(out, func(a, b Alternative) int {
		return cmp.Or(cmp.Compare(a.Difference, b.Difference), cmp.Compare(a.Placement.Day, b.Placement.Day),
			cmp.Compare(a.Placement.Start, b.Placement.Start))
	})
	return out
}

// mends reports whether the spot just found leaves no route broken: without the
// triangle inequality, a route may hold with the visit only.
func (s *state) mends(v int32) bool {
	best := s.best
	s.place(v, &best)
	ok := true
	for i := range s.undo.routes[:s.undo.used] {
		ok = s.refresh(s.undo.routes[i].index) && ok
	}
	s.remove(v)
	s.settle()
	return ok
}

// placementOf writes out an exact spot.
func (s *state) placementOf(v int32, p *spot) *Placement {
	j := &s.m.visits[v]
	out := &Placement{Day: int(p.day), Start: p.lo + j.before}
	for k := range j.crew {
		out.Staff = append(out.Staff, int(p.route[k])/s.m.days)
	}
	return out
}

// dayAllowed reports whether an absent visit of a series may be on a day with
// the others where they are.
func (s *state) dayAllowed(v, day int32) bool {
	q := s.m.visits[v].req
	if !s.patterned(q) {
		return true
	}
	days := []int{int(day)}
	for _, u := range s.m.members[q] {
		if d := s.held[u].day; d != None && u != v {
			days = append(days, int(d))
		}
	}
	slices.Sort(days)
	return slices.ContainsFunc(s.m.p.Requirements[q].Patterns, func(p []int) bool { return slices.Equal(p, days) })
}
