package assign

import (
	"context"
	"math/rand/v2"
	"slices"
)

// diver builds solutions along the relaxation: person after person gets the set
// of locations that the relaxation chooses, and the multipliers are adapted to
// what is left before the next. The order is random, so each dive ends
// elsewhere; all end near the bound, where local search alone rarely comes.
type diver struct {
	r        *relaxation
	base     []int64 // of the relaxation, before anything is closed
	from     []int64 // the multipliers to start from
	mult     []int64
	best     []int64
	gradient []int64
	at       []int32
	order    []int
}

// largestDive and largestPlainDive limit the work of a dive, staff × candidates,
// without and with the fast knapsack of plain problems.
const (
	largestDive      = 300_000
	largestPlainDive = 20_000_000
)

// diveStates is how finely a dive solves knapsacks; it proves nothing.
const diveStates = 96

const (
	// diveSteps is how many subgradient steps follow each closed person, or
	// several of them where there are more than diveClimbs.
	diveSteps  = 5
	diveClimbs = 20
)

// newDiver returns nil for problems so large that a dive would take too long.
func newDiver(m *model, mult []int64) *diver {
	limit := largestDive
	if m.plain {
		limit = largestPlainDive
	}
	if m.nobody*len(m.staff) > limit {
		return nil
	}
	r := newRelaxation(m, nil, 1)
	r.states = diveStates
	return &diver{
		r: r, base: slices.Clone(r.base), from: mult, mult: make([]int64, len(mult)),
		best: slices.Clone(mult), gradient: make([]int64, m.n), at: make([]int32, m.n),
	}
}

// reset opens everything but pins again.
func (d *diver) reset(rng *rand.Rand) {
	m := d.r.m
	copy(d.r.base, d.base)
	copy(d.mult, d.from)
	for j := range d.at {
		d.at[j] = -1
		if d.r.open[j] = m.p.Locations[j].Pinned == None; !d.r.open[j] {
			d.at[j] = m.first[j]
		}
	}
	d.order = d.order[:0]
	for i := range m.nobody {
		d.order = append(d.order, i)
	}
	rng.Shuffle(len(d.order), func(a, b int) { d.order[a], d.order[b] = d.order[b], d.order[a] })
}

// dive gives each person a set of locations and returns the candidates chosen.
// Where kept is a solution, only about half of the staff or fewer are given a
// new set, the others stay. Locations that end with nobody go where they cost
// least, limits passed at their penalties.
func (w *walker) dive(ctx context.Context, kept []int32) []int32 {
	d := w.diver
	d.reset(w.rng)
	if kept != nil {
		redo := min(2+w.rng.IntN(len(d.order)/2+1), len(d.order))
		for _, i := range d.order[redo:] {
			d.close(i, kept)
		}
		d.order = d.order[:redo]
		d.climb(3 * diveSteps)
	}
	pace := (len(d.r.m.p.Staff) + diveClimbs - 1) / diveClimbs
	for k, i := range d.order {
		if ctx.Err() != nil {
			break
		}
		d.r.person(i, d.mult, &d.r.kits[0])
		d.close(i, d.r.chosen[i])
		if (k+1)%pace == 0 {
			d.climb(diveSteps)
		}
	}
	w.complete(d.at)
	return d.at
}

// close gives a person, for good, those of the candidates that are this person.
func (d *diver) close(i int, candidates []int32) {
	m := d.r.m
	for _, c := range candidates {
		if j := m.loc[c]; int(m.staff[c]) == i && d.r.open[j] {
			d.r.open[j] = false
			d.at[j] = c
		}
	}
	d.r.base[i] = m.capacity[i]
}

// climb adapts the multipliers to what is open, by plain subgradient steps.
func (d *diver) climb(steps int) {
	bestValue := int64(-unlimited)
	for k := range steps + 1 {
		value := d.r.evaluate(d.mult)
		if value > bestValue {
			bestValue = value
			copy(d.best, d.mult)
		}
		square := d.subgradient()
		if k == steps || square == 0 {
			break
		}
		length := (max(bestValue, -bestValue)/300 - (value - bestValue)) / square
		for j, g := range d.gradient {
			d.mult[j] += g * length
		}
	}
	copy(d.mult, d.best)
}

// subgradient sets gradient to 1 − (how often the relaxation serves a location)
// and returns its squared length.
func (d *diver) subgradient() int64 {
	r, m := d.r, d.r.m
	for j, open := range r.open {
		d.gradient[j] = 0
		if open {
			d.gradient[j] = 1
		}
	}
	for i := range r.chosen {
		for _, c := range r.chosen[i] {
			d.gradient[m.loc[c]]--
		}
	}
	var square int64
	for _, g := range d.gradient {
		square += g * g
	}
	return square
}

// complete finds a place for what a dive left out.
func (w *walker) complete(at []int32) {
	s := w.s
	s.clear()
	for _, c := range at {
		if c >= 0 {
			s.add(c)
		}
	}
	for j, c := range at {
		if c < 0 {
			at[j], _ = w.cheapest(j, -1)
			s.add(at[j])
		}
	}
}
