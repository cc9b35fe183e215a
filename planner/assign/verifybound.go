package assign

import (
	"cmp"
	"slices"
)

const (
	// verifyCells limits the table of one knapsack; loads are rounded down to
	// a coarser unit beyond it, which can only lower the recomputed bound.
	verifyCells = 1 << 22
	// wildMultiplier is where a multiplier counts as nonsense; sums of saner
	// ones do not overflow.
	wildMultiplier = 1 << 44
	// noState marks a load that no choice reaches.
	noState = int64(1) << 62
)

// bound recomputes the bound from the multipliers, by a plain table over loads
// for each person, and compares.
func (c *checker) bound() {
	if certified := c.r.Amounts.Certified(); c.r.Bound > certified {
		f := about(FaultBoundAbove)
		f.Have, f.Want = c.r.Bound, certified
		c.fault(f, "the bound is %d, above the cost %d that it bounds", c.r.Bound, certified)
	}
	if c.r.Bound <= 0 {
		return // costs are not negative
	}
	for _, v := range c.r.Multipliers {
		if v > wildMultiplier || v < -wildMultiplier {
			f := about(FaultBound)
			f.Have, f.Want = v, wildMultiplier
			c.fault(f, "a multiplier of %d is beyond reason", v)
			return
		}
	}
	if proved := c.recompute(); c.r.Bound > proved {
		f := about(FaultBound)
		f.Have, f.Want = c.r.Bound, proved
		c.fault(f, "the multipliers prove a bound of %d, not %d", proved, c.r.Bound)
	}
}

// recompute returns the bound that the multipliers prove, rounded up as costs
// are integers.
func (c *checker) recompute() int64 {
	n := len(c.p.Locations)
	mult := make([]int64, n+1+len(c.p.Groups))
	copy(mult, c.r.Multipliers)
	for k := n; k < len(mult); k++ {
		mult[k] = max(mult[k], 0)
	}
	var total int64
	pinned := make(map[[2]int]bool) // (staff, district) that a pin has opened
	for j, l := range c.p.Locations {
		if l.Pinned < 0 {
			if c.r.Staff[j] >= 0 {
				total += mult[j]
			}
			continue
		}
		entry, _ := offer(l, l.Pinned)
		cost := entry.Cost
		if l.Current >= 0 && l.Current != l.Pinned {
			cost += l.Change
		}
		if key := [2]int{l.Pinned, l.District}; l.District >= 0 && !pinned[key] {
			pinned[key] = true
			cost += c.p.OpenDistrict
		}
		total += cost * MultiplierUnit
	}
	if c.p.MaxChanges >= 0 {
		total -= mult[n] * int64(max(c.p.MaxChanges-c.forcedChanges, 0))
	}
	perLoad := make([]int64, len(c.p.Staff))
	for g, group := range c.p.Groups {
		total -= mult[n+1+g] * max(group.Limit-c.groupsForced[g], 0)
		for _, i := range group.Staff {
			perLoad[i] += mult[n+1+g]
		}
	}
	for i, wishes := range c.wishes(mult, perLoad) {
		total += c.leastReduced(i, wishes, pinned)
	}
	if total > 0 {
		return (total + MultiplierUnit - 1) / MultiplierUnit
	}
	return -(-total / MultiplierUnit)
}

// wish is a location that a person would serve at a negative reduced cost.
type wish struct {
	district     int
	reduced, use int64
}

// wishes lists by staff what they would take at these multipliers.
func (c *checker) wishes(mult, perLoad []int64) [][]wish {
	all := make([][]wish, len(c.p.Staff))
	for j, l := range c.p.Locations {
		if l.Pinned >= 0 || c.r.Staff[j] < 0 {
			continue
		}
		for _, entry := range l.Candidates {
			i := entry.Staff
			reduced := entry.Cost*MultiplierUnit + perLoad[i]*entry.Load - mult[j]
			if l.Current >= 0 && l.Current != i {
				reduced += l.Change * MultiplierUnit
				if c.p.MaxChanges >= 0 {
					reduced += mult[len(c.p.Locations)]
				}
			}
			if reduced < 0 {
				all[i] = append(all[i], wish{l.District, reduced, entry.Load})
			}
		}
	}
	return all
}

// leastReduced returns the least reduced cost plus charges of one person over
// all sets of wishes within the capacity.
func (c *checker) leastReduced(i int, wishes []wish, pinned map[[2]int]bool) int64 {
	s, base := c.p.Staff[i], c.forcedLoads[i]
	room := max(s.Capacity-base, 0)
	var sum, divisor int64
	for _, w := range wishes {
		sum += w.use
		divisor = gcd(divisor, w.use)
	}
	room = min(room, sum)
	step := max(divisor, room/verifyCells+1)
	if divisor > 0 && room/divisor < verifyCells {
		step = divisor
	}
	table := make([]int64, room/step+1)
	for k := range table {
		table[k] = noState
	}
	table[0] = 0
	slices.SortStableFunc(wishes, func(a, b wish) int { return cmp.Compare(a.district, b.district) })
	for len(wishes) > 0 {
		end := 1
		for end < len(wishes) && wishes[end].district == wishes[0].district {
			end++
		}
		var charge int64
		if d := wishes[0].district; d >= 0 && !pinned[[2]int{i, d}] {
			charge = c.p.OpenDistrict * MultiplierUnit
		}
		fill(table, wishes[:end], charge, step)
		wishes = wishes[end:]
	}
	least, cheapest := noState, noState
	for k, reduced := range table {
		if reduced >= cheapest {
			continue // heavier and no cheaper
		}
		cheapest = reduced
		least = min(least, reduced+MultiplierUnit*verifyCharge(c.p.Balance, s, base+int64(k)*step))
	}
	return least
}

// fill offers the wishes of one district to the table of cheapest choices by
// load; taking any of them costs charge once.
func fill(table []int64, wishes []wish, charge, step int64) {
	open := slices.Clone(table)
	for k := range open {
		if open[k] < noState {
			open[k] += charge
		}
	}
	for _, w := range wishes {
		use := int(w.use / step)
		for k := len(open) - 1; k >= use; k-- {
			if before := open[k-use]; before < noState {
				open[k] = min(open[k], before+w.reduced)
			}
		}
	}
	for k := range table {
		table[k] = min(table[k], open[k])
	}
}

func gcd(a, b int64) int64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
