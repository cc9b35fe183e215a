package assign

import (
	"sync"
	"sync/atomic"
)

// relaxation is the problem without the rule that each location is served
// exactly once. With a multiplier for each location in its place it falls
// apart into one knapsack per person, in which capacity, balance and district
// charges stay exact (Fisher 1981). The change budget and the groups have
// multipliers as well; ceilings on the number of locations are left out, which
// can only lower the bound.
type relaxation struct {
	m    *model
	open []bool // locations that are neither pinned nor left unassigned

	despair []int64 // highest sensible multiplier: dearer than any candidate

	base    []int64 // by staff: load of Base and pins
	paid    []bool  // by pair: a pin has paid the district charge
	sum     int64   // fixed-point certified cost of the pins
	changes int64   // what is left of the change budget
	groups  []int64 // what is left of each group's limit

	values  []int64   // by staff: least reduced cost, of the last evaluation
	chosen  [][]int32 // by staff: the candidates that reach it
	states  int       // most states of a knapsack's frontier
	proof   bool      // values alone are wanted, chosen may be anything
	rough   bool      // bounds by tangents do for knapsacks with a charge
	workers int
	kits    []kit
}

// largestExact is the number of candidates up to which the ascent solves
// knapsacks with a charge exactly.
const largestExact = 600

// mostMultiplier is the largest multiplier that a result has: sums of such stay
// far from overflow.
const mostMultiplier = 1 << 44

// kit is the working memory of one goroutine.
type kit struct {
	sack  knapsack
	table table
	items []item
}

// newRelaxation leaves out the locations marked unassigned (nil: none).
func newRelaxation(m *model, unassigned []bool, workers int) *relaxation {
	r := &relaxation{
		m: m, open: make([]bool, m.n), despair: make([]int64, m.n), base: make([]int64, m.nobody), paid: make([]bool, m.pairs),
		values: make([]int64, m.nobody), chosen: make([][]int32, m.nobody),
		workers: workers, kits: make([]kit, workers), states: coarseStates, rough: len(m.staff) > largestExact,
		changes: int64(m.maxChanges), groups: append([]int64(nil), m.groupLimit...),
	}
	for i := range r.base {
		r.base[i] = m.p.Staff[i].Base
	}
	for j := range m.n {
		if m.p.Locations[j].Pinned == None {
			r.open[j] = unassigned == nil || !unassigned[j]
			r.despair[j] = m.despair(j)
		} else {
			r.pin(m.first[j])
		}
	}
	for i := range r.base {
		for _, g := range m.groupsOf[i] {
			r.groups[g] -= r.base[i]
		}
	}
	return r
}

// despair returns a cost well above that of any candidate of a location.
func (m *model) despair(j int) int64 {
	var most int64
	for c := m.first[j]; c < m.first[j+1]; c++ {
		if i := int(m.staff[c]); i != m.nobody {
			full := m.capacity[i]
			most = max(most, m.sure[c]+m.balance(i, full)-m.balance(i, max(0, full-m.load[c])))
		}
	}
	return 3*most + m.open + unit
}

// pin takes the cost of a pinned candidate out of the choice.
func (r *relaxation) pin(c int32) {
	m := r.m
	r.base[m.staff[c]] += m.load[c]
	r.sum += m.sure[c]
	if m.moves[c] {
		r.changes--
	}
	if pair := m.pair[c]; pair >= 0 && !r.paid[pair] {
		r.paid[pair] = true
		r.sum += m.open
	}
}

// multipliers returns how many multipliers the relaxation takes.
func (r *relaxation) multipliers() int { return r.m.n + 1 + len(r.groups) }

// evaluate returns the bound, in fixed point, for the multipliers; values and
// chosen hold the minimum of each person.
func (r *relaxation) evaluate(mult []int64) int64 {
	total := r.sum
	for j, open := range r.open {
		if open {
			total += mult[j]
		}
	}
	total -= mult[r.m.n] * r.changes
	for g, room := range r.groups {
		total -= mult[r.m.n+1+g] * room
	}
	r.each(func(i int, k *kit) { r.person(i, mult, k) })
	for _, v := range r.values {
		total += v
	}
	return total
}

// each calls f for every staff member, on all workers.
func (r *relaxation) each(f func(i int, k *kit)) {
	if r.workers == 1 || len(r.m.staff) < 1000 {
		for i := range r.m.nobody {
			f(i, &r.kits[0])
		}
		return
	}
	var next atomic.Int64
	var wg sync.WaitGroup
	for w := range r.workers {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < r.m.nobody; i = int(next.Add(1)) - 1 {
				f(i, &r.kits[w])
			}
		})
	}
	wg.Wait()
}

// person solves the knapsack of one person.
func (r *relaxation) person(i int, mult []int64, k *kit) {
	m := r.m
	var perLoad int64
	for _, g := range m.groupsOf[i] {
		perLoad += mult[m.n+1+int(g)]
	}
	room := m.capacity[i] - r.base[i]
	k.items = k.items[:0]
	for _, c := range m.of[i] {
		j := m.loc[c]
		if !r.open[j] || m.load[c] > room {
			continue
		}
		cost := m.sure[c] + perLoad*m.load[c] - mult[j]
		if m.moves[c] {
			cost += mult[m.n]
		}
		if cost < 0 {
			pair := m.pair[c]
			if pair >= 0 && r.paid[pair] {
				pair = -1
			}
			k.items = append(k.items, item{cost: cost, load: m.load[c], cand: c, pair: pair})
		}
	}
	if m.p.Balance == 0 && m.open == 0 && room < largestTable {
		r.values[i], r.chosen[i] = k.table.solve(k.items, room, r.chosen[i][:0])
		return
	}
	k.sack.limit, k.sack.rough, k.sack.proof = r.states, r.rough, r.proof
	charge := curve{weight: m.p.Balance, norm: m.p.Staff[i].norm(), base: r.base[i]}
	r.values[i], r.chosen[i] = k.sack.solve(k.items, room, m.open, charge, r.chosen[i][:0])
}

// LowerBound returns a proved lower bound on the certified cost (the soft score
// without coupled terms) of every solution that leaves exactly the marked
// locations without anyone (nil: none) and breaks no rule but what pins force.
//
// Any multipliers give a valid bound, good ones a tight one; see
// Result.Multipliers for their order and unit. Missing ones count as 0, and so
// do negative ones of the change budget and of groups. All arithmetic is in
// integers; what is rounded is rounded so that the bound can only fall, but for
// the last step: costs are integers, so the bound is the next integer up.
func LowerBound(p *Problem, unassigned []bool, multipliers []int64) int64 {
	r := newRelaxation(newModel(p), unassigned, 1)
	r.states, r.rough, r.proof = fineStates, false, true
	mult := make([]int64, r.multipliers())
	copy(mult, multipliers)
	for k := len(p.Locations); k < len(mult); k++ {
		mult[k] = max(mult[k], 0)
	}
	if p.MaxChanges < 0 {
		mult[len(p.Locations)] = 0
	}
	return ceilUnit(r.evaluate(mult))
}

// ceilUnit turns fixed point into cost units, rounding up.
func ceilUnit(v int64) int64 {
	if v >= 0 {
		return (v + unit - 1) / unit
	}
	return -(-v / unit)
}
