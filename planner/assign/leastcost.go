package assign

import "slices"

// mostCells limits the table of loads by which a knapsack with a charge is
// proved.
const mostCells = 1 << 14

// leastCost finds what fill finds, without the set that reaches it, by a plain
// table over loads in the largest unit that divides them all. Loads that are
// multiples of a quarter of an hour make that much faster than a frontier. It
// reports false where the table would be too long.
func (k *knapsack) leastCost(items []item, room, open int64, charge curve) (int64, bool) {
	var sum, step int64
	for _, it := range items {
		sum += it.load
		step = divisor(step, it.load)
	}
	step = max(1, step)
	cells := min(room, sum)/step + 1
	if cells > mostCells {
		return 0, false
	}
	least := slices.Grow(k.least[:0], int(cells))[:cells]
	for load := range least {
		least[load] = unlimited
	}
	least[0] = 0
	for len(items) > 0 {
		n := pairLength(items)
		if items[0].pair < 0 {
			offerLoads(least, items[0], step)
		} else {
			k.offerDistrict(least, items[:n], open, step)
		}
		items = items[n:]
	}
	k.least = least
	best := int64(unlimited)
	for load, cost := range least {
		if cost < best { // else the charge makes it no better
			best = min(best, cost+charge.at(int64(load)*step))
		}
	}
	return best, true
}

// offerDistrict offers the items of one pair, whose first costs open more.
func (k *knapsack) offerDistrict(least []int64, items []item, open, step int64) {
	k.within = append(k.within[:0], least...)
	for load := range k.within {
		k.within[load] = min(unlimited, k.within[load]+open)
	}
	for _, it := range items {
		offerLoads(k.within, it, step)
	}
	for load, cost := range k.within {
		least[load] = min(least[load], cost)
	}
}

// offerLoads improves each load by one item on top of a lighter set.
func offerLoads(least []int64, it item, step int64) {
	use := int(it.load / step)
	if use >= len(least) {
		return
	}
	before := least[:len(least)-use]
	after := least[use:][:len(before)]
	for load, cost := range slices.Backward(before) {
		after[load] = min(after[load], cost+it.cost)
	}
}

// divisor returns the greatest common divisor.
func divisor(a, b int64) int64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
