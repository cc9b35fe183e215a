package assign

import "slices"

// ascent improves multipliers by deflected subgradient steps (Held, Wolfe and
// Crowder 1974; Camerini, Fratta and Maffioli 1975), in integers throughout, so
// that it is the same on every machine.
type ascent struct {
	r         *relaxation
	price     []int64 // of a unit of load, by staff, from which it started
	mult      []int64 // where the ascent stands
	best      []int64 // the best multipliers so far
	bestValue int64   // and their bound, fixed point
	direction []int64 // running mean of subgradients, in 1/1024
	served    []int32 // by location: how often the relaxation serves it
	weight    int64   // mean load of a candidate: it scales the groups' steps
	theta     int64   // step length in 1/1024
	stale     int     // steps since the last better bound
}

const (
	firstTheta = 256
	// smallestTheta ends the ascent: further steps move nothing.
	smallestTheta = 4
	patience      = 12
)

// newAscent starts from the multipliers that capacity prices give.
func newAscent(r *relaxation) *ascent {
	a := &ascent{
		r: r, mult: make([]int64, r.multipliers()), direction: make([]int64, r.multipliers()),
		served: make([]int32, r.m.n), theta: firstTheta, weight: 1,
	}
	m := r.m
	a.price = r.capacityPrices()
	a.mult = r.bids(a.price)
	var sum int64
	for _, load := range m.load {
		sum += load
	}
	a.weight = max(1, sum/int64(max(1, len(m.load))))
	a.best = slices.Clone(a.mult)
	a.bestValue = r.evaluate(a.best)
	return a
}

// done reports whether further steps are pointless: the step length has run
// out, or the bound has met a solution of cost target.
func (a *ascent) done(target int64) bool {
	return a.theta < smallestTheta || target < unlimited && ceilUnit(a.bestValue)*unit >= target
}

// step evaluates the multipliers, keeps them if they are the best, and moves
// them towards the target, the fixed-point cost of a known solution, or
// unlimited when none is known.
func (a *ascent) step(target int64) {
	target = min(target, a.bestValue+max(a.bestValue, -a.bestValue)/128+unit)
	value := a.r.evaluate(a.mult)
	if value > a.bestValue {
		a.bestValue, a.stale = value, 0
		copy(a.best, a.mult)
	} else if a.stale++; a.stale > patience {
		a.stale = 0
		a.theta = a.theta * 3 / 4
	}
	a.deflect()
	var square int64
	for _, d := range a.direction {
		square += d * d >> 10
	}
	if square == 0 {
		a.theta = 0
		return
	}
	a.move(max(target-value, unit), square)
}

// deflect mixes the present subgradient into the direction.
func (a *ascent) deflect() {
	m, r := a.r.m, a.r
	clear(a.served)
	changes := -r.changes
	groups := make([]int64, len(r.groups))
	for g := range groups {
		groups[g] = -r.groups[g]
	}
	for i := range r.chosen {
		for _, c := range r.chosen[i] {
			a.served[m.loc[c]]++
			if m.moves[c] {
				changes++
			}
			for _, g := range m.groupsOf[i] {
				groups[g] += m.load[c]
			}
		}
	}
	for j, open := range r.open {
		if open {
			a.mix(j, int64(1-a.served[j])*1024)
		}
	}
	if m.p.MaxChanges >= 0 {
		a.mix(m.n, changes*1024)
	}
	for g := range groups {
		a.mix(m.n+1+g, groups[g]*1024/a.weight)
	}
}

func (a *ascent) mix(k int, gradient int64) {
	if k >= a.r.m.n && a.mult[k] == 0 && gradient < 0 {
		a.direction[k] = 0 // it may not fall below 0
		return
	}
	a.direction[k] = (a.direction[k] + 2*gradient) / 3
}

// move takes one step of length theta × distance / |direction|².
func (a *ascent) move(distance, square int64) {
	n := a.r.m.n
	length := max(1, a.theta*distance/square)
	for k, d := range a.direction {
		change := length * d / 1024
		if k > n {
			change /= a.weight
		}
		a.mult[k] += change
		if k >= n {
			a.mult[k] = max(a.mult[k], 0)
		} else {
			a.mult[k] = min(a.mult[k], a.r.despair[k])
		}
	}
}

// fits reports whether the ascent is for these unassigned locations.
func (a *ascent) fits(unassigned []bool) bool {
	for j := range unassigned {
		if a.r.m.p.Locations[j].Pinned == None && a.r.open[j] == unassigned[j] {
			return false
		}
	}
	return true
}

// resume takes over multipliers found for other unassigned locations.
func (a *ascent) resume(mult []int64) {
	if value := a.r.evaluate(mult); value > a.bestValue {
		a.bestValue = value
		copy(a.best, mult)
		copy(a.mult, mult)
		a.theta = firstTheta / 4
	}
}
