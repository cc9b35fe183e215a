package schedule

import (
	"cmp"
	"math"
	"slices"
)

// always is the end of a day without shifts. It leaves room for sums.
const always = math.MaxInt32 / 4

// model is a Problem compiled for the search: flat, disjoint and read-only, so
// that several chains may share it.
type model struct {
	p      *Problem
	days   int
	weeks  int
	grain  int32
	week   []int32 // of a day
	number []int32 // of a day
	travel []matrix
	homes  []int32 // of staff, as rows of their tables
	visits []job
	nodes  []node
	sets   []windowSet
	// members lists the visits of each requirement.
	members [][]int32
	// alike says that the visits of a requirement are interchangeable.
	alike []bool
	// patterns are Requirement.Patterns without those that break MinGap.
	patterns [][][]int32
	lanes    []lane
	// timeless: nobody ever has to wait, so that a route's duration is its
	// travel and service.
	timeless bool
	// remote is the travel from home of a visit's first option, scarce the
	// number of (period, person) pairs it may be planned on.
	remote, scarce []int64
	// loops is the travel of a day with one visit only, for each visit and
	// option of a crew of one.
	loops [][]int64
}

// matrix is a travel table; the cost of a leg is cost × factor. The search
// speaks of its rows.
type matrix struct {
	n int
	// of lists the place of each row, rows the row of each place; nil where
	// they are the same.
	of, rows []int32
	time     []int32
	cost     []int32
	factor   int64
	// same: cost and time are one table.
	same bool
	// into is time transposed: the row of a place holds the times to it.
	into []int32
}

func (t *matrix) minutes(from, to int32) int32 { return t.time[int(from)*t.n+int(to)] }

func (t *matrix) charge(from, to int32) int64 {
	return int64(t.cost[int(from)*t.n+int(to)]) * t.factor
}

// at returns the row of a place that the table has.
func (t *matrix) at(place int32) int32 {
	if t.rows == nil {
		return place
	}
	return t.rows[place]
}

// table returns the travel table of a route and the row of its home.
func (m *model) table(r int32) (*matrix, int32) {
	staff := int(r) / m.days
	return &m.travel[m.p.Staff[staff].Mode], m.homes[staff]
}

// row is the row of a node's place in the table of a route.
func (m *model) row(r, node int32) int32 {
	t, _ := m.table(r)
	return t.at(m.nodes[node].place)
}

// job is a visit compiled.
type job struct {
	place, before, length int32
	load                  int64
	set, req              int32
	first, crew           int32 // nodes first … first+crew−1
	published             *Placement
	pinned                bool
}

// node is one person's part of a visit, or a fixed stop with a place.
type node struct {
	place, before, length int32
	visit                 int32 // None for a fixed stop
	slot                  int32
	start                 int32 // occupied start, where it does not move
	still                 bool  // a fixed stop or a pinned visit
}

// span is a period in which a person is taken wherever they are; spans are
// disjoint and ascend.
type span struct{ from, to int32 }

type spans []span

// lane is what never changes of a route (staff, day).
type lane struct {
	from, to int32
	// spare is the working time left after fixed stops and the reserve.
	spare  int32
	blocks spans   // fixed stops and pinned visits without a place
	fixed  []int32 // nodes of fixed stops with a place
}

// period is a compiled Window: those of one day are disjoint.
type period struct {
	day      int32
	from, to int32
	charge   int64
}

// windowSet holds disjoint periods in order; those of day d are
// periods[first[d]:first[d+1]].
type windowSet struct {
	periods []period
	first   []int32
}

func (w *windowSet) on(day int) []period { return w.periods[w.first[day]:w.first[day+1]] }

func compile(p *Problem) *model {
	m := &model{p: p, days: len(p.Days), grain: max(1, p.Grain)}
	for _, d := range p.Days {
		m.week = append(m.week, int32(d.Week))
		m.number = append(m.number, int32(d.Number))
		m.weeks = max(m.weeks, d.Week+1)
	}
	m.compileTravel()
	for _, ws := range p.WindowSets {
		m.sets = append(m.sets, compileSet(ws, m.days))
	}
	m.compileVisits()
	m.compileRequirements()
	m.compileLanes()
	m.timeless = m.neverWaits()
	m.compileOrders()
	return m
}

func (m *model) compileTravel() {
	places := m.p.places()
	for i := range m.p.Travel {
		t := &m.p.Travel[i]
		x := matrix{n: t.Places, time: t.Time, cost: t.Cost, factor: 1}
		if t.Cost == nil {
			x.cost, x.factor, x.same = t.Time, m.p.Weights.Travel, true
		}
		if t.Of != nil {
			x.of, x.rows = narrow(t.Of), make([]int32, places)
			for row, place := range t.Of {
				x.rows[place] = int32(row)
			}
		}
		x.into = transposed(x.time, x.n)
		m.travel = append(m.travel, x)
	}
	for i := range m.p.Staff {
		s := &m.p.Staff[i]
		m.homes = append(m.homes, m.travel[s.Mode].at(int32(s.Home)))
	}
}

// places is the number of places that tables speak of.
func (p *Problem) places() int {
	n := 0
	for i := range p.Travel {
		if t := &p.Travel[i]; t.Of == nil {
			n = max(n, t.Places)
		} else if len(t.Of) > 0 {
			n = max(n, t.Of[len(t.Of)-1]+1)
		}
	}
	return n
}

// transposed returns the table itself where it is symmetric.
func transposed(table []int32, n int) []int32 {
	for i := range n {
		for k := range i {
			if table[i*n+k] != table[k*n+i] {
				out := make([]int32, n*n)
				for a := range n {
					for b := range n {
						out[a*n+b] = table[b*n+a]
					}
				}
				return out
			}
		}
	}
	return table
}

func (m *model) compileVisits() {
	for i := range m.p.Visits {
		v := &m.p.Visits[i]
		j := job{
			place: int32(v.Place), before: v.Before, length: v.Before + v.Duration + v.After,
			load: v.Load, set: int32(v.Windows), req: int32(v.Requirement),
			first: int32(len(m.nodes)), crew: int32(len(v.Crew)),
			published: v.Published, pinned: v.Pinned && v.Published != nil,
		}
		for slot := range v.Crew {
			n := node{place: j.place, before: j.before, length: j.length, visit: int32(i), slot: int32(slot)}
			if j.pinned {
				n.still, n.start = true, v.Published.Start-v.Before
			}
			m.nodes = append(m.nodes, n)
		}
		m.visits = append(m.visits, j)
	}
}

func (m *model) compileRequirements() {
	m.members = make([][]int32, len(m.p.Requirements))
	for i, v := range m.visits {
		if v.req != None {
			m.members[v.req] = append(m.members[v.req], int32(i))
		}
	}
	m.alike = make([]bool, len(m.members))
	m.patterns = make([][][]int32, len(m.members))
	for q, vs := range m.members {
		m.alike[q] = true
		for _, v := range vs {
			m.alike[q] = m.alike[q] && interchangeable(&m.p.Visits[vs[0]], &m.p.Visits[v])
		}
		for _, days := range m.p.Requirements[q].Patterns {
			if len(days) <= len(vs) && m.apart(q, days) {
				m.patterns[q] = append(m.patterns[q], narrow(days))
			}
		}
	}
}

func narrow(list []int) []int32 {
	out := make([]int32, len(list))
	for i, x := range list {
		out[i] = int32(x)
	}
	return out
}

func interchangeable(a, b *Visit) bool {
	return a.Published == nil && b.Published == nil && a.Place == b.Place && a.Duration == b.Duration &&
		a.Before == b.Before && a.After == b.After && a.Load == b.Load && a.Windows == b.Windows &&
		slices.EqualFunc(a.Crew, b.Crew, slices.Equal[[]Option])
}

// apart reports whether visits on these days keep the requirement's MinGap.
func (m *model) apart(q int, days []int) bool {
	r := &m.p.Requirements[q]
	for i, d := range days {
		x := m.p.Days[d].Number
		if !r.clear(x) || r.HasLast && abs(x-r.Last) < r.MinGap || i > 0 && x-m.p.Days[days[i-1]].Number < r.MinGap {
			return false
		}
	}
	return true
}

func abs[T int | int32 | int64](x T) T {
	if x < 0 {
		return -x
	}
	return x
}

func (m *model) compileLanes() {
	m.lanes = make([]lane, len(m.p.Staff)*m.days)
	for s := range m.p.Staff {
		for d := range m.days {
			shift := shiftOf(m.p, s, d)
			m.lanes[s*m.days+d] = lane{from: shift.From, to: shift.To, spare: shift.To - shift.From - shift.Reserve}
		}
	}
	for _, f := range m.p.Fixed {
		l := &m.lanes[f.Staff*m.days+f.Day]
		l.spare -= max(0, min(f.End, l.to)-max(f.Start, l.from))
		switch {
		case f.Place != None:
			l.fixed = append(l.fixed, int32(len(m.nodes)))
			m.nodes = append(m.nodes, node{
				place: int32(f.Place), length: f.End - f.Start, visit: None, start: f.Start, still: true,
			})
		case f.Start < f.End:
			l.blocks = append(l.blocks, span{f.Start, f.End})
		}
	}
	for i := range m.visits {
		if v := &m.visits[i]; v.pinned && v.place == None {
			from := v.published.Start - v.before
			for _, s := range v.published.Staff {
				l := &m.lanes[s*m.days+v.published.Day]
				l.blocks = append(l.blocks, span{from, from + v.length})
			}
		}
	}
	for r := range m.lanes {
		m.lanes[r].blocks = union(m.lanes[r].blocks)
	}
}

func shiftOf(p *Problem, staff, day int) Shift {
	if p.Staff[staff].Shifts == nil {
		return Shift{From: 0, To: always}
	}
	return p.Staff[staff].Shifts[day]
}

// union merges overlapping and touching periods, in the memory of the list.
func union(list spans) spans {
	slices.SortFunc(list, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	out := list[:0]
	for _, s := range list {
		if n := len(out); n > 0 && s.from <= out[n-1].to {
			out[n-1].to = max(out[n-1].to, s.to)
		} else {
			out = append(out, s)
		}
	}
	return out
}

func (m *model) compileOrders() {
	m.remote, m.scarce = make([]int64, len(m.visits)), make([]int64, len(m.visits))
	m.loops = make([][]int64, len(m.visits))
	for i := range m.visits {
		j := &m.visits[i]
		m.scarce[i] = int64(len(m.sets[j.set].periods))
		for _, options := range m.p.Visits[i].Crew {
			m.scarce[i] *= int64(len(options))
		}
		if j.place != None && j.crew > 0 && len(m.p.Visits[i].Crew[0]) > 0 {
			t, home := m.table(int32(m.p.Visits[i].Crew[0][0].Staff * m.days))
			m.remote[i] = t.charge(home, t.at(j.place))
		}
		if j.crew == 1 {
			m.loops[i] = m.loopsOf(i)
		}
	}
}

func (m *model) loopsOf(visit int) []int64 {
	options := m.p.Visits[visit].Crew[0]
	out := make([]int64, len(options))
	if m.visits[visit].place == None {
		return out
	}
	for k, o := range options {
		t, home := m.table(int32(o.Staff * m.days))
		place := t.at(m.visits[visit].place)
		out[k] = t.charge(home, place) + t.charge(place, home)
	}
	return out
}

func (m *model) neverWaits() bool {
	if len(m.p.Fixed) > 0 || m.grain > 1 {
		return false
	}
	for s := range m.p.Staff {
		if m.p.Staff[s].Shifts != nil {
			return false
		}
	}
	for i := range m.visits {
		if m.visits[i].published != nil || m.visits[i].crew != 1 || m.visits[i].place == None {
			return false
		}
	}
	for _, set := range m.sets {
		for _, w := range set.periods {
			if w.from > 0 || w.to < always/2 {
				return false
			}
		}
	}
	return true
}

// compileSet cuts windows that overlap into disjoint periods, the cheapest
// charge winning, so that a start has exactly one charge.
func compileSet(windows []Window, days int) windowSet {
	byDay := make([][]Window, days)
	for _, w := range windows {
		if w.From <= w.To {
			byDay[w.Day] = append(byDay[w.Day], w)
		}
	}
	set := windowSet{first: make([]int32, days+1)}
	for d, ws := range byDay {
		set.first[d] = int32(len(set.periods))
		set.periods = appendDisjoint(set.periods, d, ws)
	}
	set.first[days] = int32(len(set.periods))
	return set
}

func appendDisjoint(out []period, day int, windows []Window) []period {
	var cuts []int32
	for _, w := range windows {
		cuts = append(cuts, w.From, w.To+1)
	}
	slices.Sort(cuts)
	cuts = slices.Compact(cuts)
	start := len(out)
	for i := 0; i+1 < len(cuts); i++ {
		from, to := cuts[i], cuts[i+1]-1
		charge, covered := int64(math.MaxInt64), false
		for _, w := range windows {
			if w.From <= from && to <= w.To {
				charge, covered = min(charge, w.Charge), true
			}
		}
		if !covered {
			continue
		}
		if n := len(out); n > start && out[n-1].to == from-1 && out[n-1].charge == charge {
			out[n-1].to = to
		} else {
			out = append(out, period{int32(day), from, to, charge})
		}
	}
	return out
}
