package verify

import (
	"cmp"
	"math"
	"slices"
)

const (
	// multiplierUnit is the number of steps of a multiplier in one amount.
	multiplierUnit = 1024
	// wildMultiplier is where a multiplier is nonsense; sums of saner ones
	// cannot overflow.
	wildMultiplier = 1 << 44
	// mostCells limits the work for one person, far above what sane multipliers
	// need.
	mostCells   = 1 << 28
	unreachable = math.MaxInt64 / 2
)

// provedBound returns the lower bound that a role's multipliers prove: the rule
// that each item goes to exactly one person is priced instead of kept, and each
// person then takes the cheapest set of items that fits. Pinned items are where
// they are, items that nobody serves are left out.
func (p *roleProof) provedBound(multipliers []int64) int64 {
	price := make([]int64, len(p.items)+1+len(p.groups))
	copy(price, multipliers)
	for k := len(p.items); k < len(price); k++ {
		price[k] = max(0, price[k])
	}
	var total int64
	for i := range p.items {
		switch it := &p.items[i]; {
		case it.pinned != nil:
			total += multiplierUnit * p.pinnedCost(it)
		case it.served:
			total += price[i]
		}
	}
	if p.maxChanges < 0 {
		price[len(p.items)] = 0
	}
	total -= price[len(p.items)] * int64(max(0, p.maxChanges-p.pinnedChanges()))
	for g := range p.groups {
		total -= price[len(p.items)+1+g] * p.groupRoom(g)
	}
	for _, s := range p.people {
		total += p.cheapest(s, price)
	}
	return ceilMultiplier(total)
}

// ceilMultiplier turns steps into amounts; costs are whole, so a bound may be
// rounded up.
func ceilMultiplier(steps int64) int64 {
	if steps >= 0 {
		return roundUp(steps, multiplierUnit)
	}
	return -(-steps / multiplierUnit)
}

// wish is an item that somebody would take at the given prices.
type wish struct {
	district string
	// price is negative: cost without the charge for the district, minus the
	// item's multiplier.
	price, load int64
}

// wishes lists what lowers somebody's cost, by district. Items of no negative
// price never do: they cost, weigh, and may open a district.
func (p *roleProof) wishes(s *person, price []int64) []wish {
	var perLoad int64
	for g, members := range p.groups {
		if slices.Contains(members.people, s) {
			perLoad += price[len(p.items)+1+g]
		}
	}
	room := s.capacity - s.forced
	var out []wish
	for i := range p.items {
		it := &p.items[i]
		if it.pinned != nil || !it.served || !p.candidate(s, it) {
			continue
		}
		cost, load := p.itemService(s, it)
		w := wish{it.district, multiplierUnit*cost + perLoad*load - price[i], load}
		if changed := p.changes(s, it); changed > 0 {
			w.price += multiplierUnit*p.c.weights.Change*int64(changed) + price[len(p.items)]
		}
		if w.price < 0 && w.load <= room {
			out = append(out, w)
		}
	}
	slices.SortStableFunc(out, func(a, b wish) int { return cmp.Compare(a.district, b.district) })
	return out
}

// cheapest returns the least price of a set of items that somebody can carry,
// with district and balance charges, by dynamic programming over the load.
func (p *roleProof) cheapest(s *person, price []int64) int64 {
	wishes := p.wishes(s, price)
	var all, sum int64
	for _, w := range wishes {
		all += w.load
		sum += w.price
	}
	room := min(all, max(0, s.capacity-s.forced))
	if room*int64(len(wishes)) > mostCells {
		return sum // as if everything fitted: a bound too, if a poor one
	}
	least := make([]int64, room+1) // by load
	for k := range least {
		least[k] = unreachable
	}
	least[0] = 0
	for len(wishes) > 0 {
		end := 1
		for end < len(wishes) && wishes[end].district == wishes[0].district {
			end++
		}
		var charge int64
		if d := wishes[0].district; d != "" && !s.pinnedDistricts[d] {
			charge = multiplierUnit * p.openDistrict
		}
		offer(least, wishes[:end], charge)
		wishes = wishes[end:]
	}
	best := int64(unreachable)
	lowest := int64(unreachable)
	for load, value := range least {
		if value < lowest { // heavier and dearer never pays
			lowest = value
			best = min(best, value+multiplierUnit*balanceCharge(p.balance, s.norm, s.forced+int64(load)))
		}
	}
	return best
}

// offer adds the choice of a district's items to the least prices by load;
// taking any of them costs the charge once.
func offer(least []int64, wishes []wish, charge int64) {
	opened := slices.Clone(least)
	for k := range opened {
		if opened[k] != unreachable {
			opened[k] += charge
		}
	}
	for _, w := range wishes {
		for k := int64(len(opened)) - 1; k >= w.load; k-- {
			if before := opened[k-w.load]; before != unreachable {
				opened[k] = min(opened[k], before+w.price)
			}
		}
	}
	for k := range least {
		least[k] = min(least[k], opened[k])
	}
}
