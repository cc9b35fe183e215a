package assign

import (
	"cmp"
	"slices"
)

// nearest is how many candidates of a location the search looks at first.
const nearest = 8

// neighbours are the candidates worth trying: for each location the cheapest
// ones at the prices that the relaxation puts on each person's load, and nobody.
type neighbours struct {
	of [][]int32 // candidates by location, cheapest first, nobody last
	to [][]int32 // the same candidates by staff, the most promising first; nobody's list is empty
}

// newNeighbours ranks a location's candidates by cost + price × load, a person's
// by that less the location's multiplier, so that the first would gain most.
// Where only capacities limit, what fills a person's room best is worth most:
// there load has no price. price is by staff, in fixed point per unit of load.
func newNeighbours(m *model, price, mult []int64) *neighbours {
	nb := &neighbours{of: make([][]int32, m.n), to: make([][]int32, m.nobody+1)}
	for j := range m.n {
		if m.p.Locations[j].Pinned != None {
			continue
		}
		last := m.first[j+1] - 1
		list := make([]int32, 0, last-m.first[j]+1)
		for c := m.first[j]; c < last; c++ {
			list = append(list, c)
		}
		rank := func(c int32) int64 { return m.cost[c] + price[m.staff[c]]*m.load[c] }
		slices.SortFunc(list, func(a, b int32) int {
			return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a, b))
		})
		list = slices.Clip(list[:min(len(list), nearest)])
		for _, c := range list {
			nb.to[m.staff[c]] = append(nb.to[m.staff[c]], c)
		}
		nb.of[j] = append(list, last)
	}
	worth := func(c int32) int64 {
		gain := m.cost[c] - mult[m.loc[c]]
		if !m.plain {
			gain += price[m.staff[c]] * m.load[c]
		}
		return gain
	}
	for _, list := range nb.to {
		slices.SortFunc(list, func(a, b int32) int {
			return cmp.Or(cmp.Compare(worth(a), worth(b)), cmp.Compare(a, b))
		})
	}
	return nb
}

// prices estimates what one unit of load is worth to each person: the cost per
// load of the item that no longer fits, when items are taken in order of
// reduced cost per load, and the slope of the balance charge there.
func (r *relaxation) prices(mult []int64) []int64 {
	m := r.m
	price := make([]int64, m.nobody+1)
	r.evaluate(mult)
	r.each(func(i int, k *kit) {
		load := r.base[i]
		for _, c := range r.chosen[i] {
			load += m.load[c]
		}
		step := max(1, m.capacity[i]/50)
		slope := (m.balance(i, load) - m.balance(i, max(0, load-step))) / step
		r.person(i, mult, k)
		price[i] = max(slope, critical(k.items, m.capacity[i]-r.base[i]))
	})
	return price
}

// critical returns the reduced cost per load of the first item that does not
// fit room, the most valuable ones taken first; 0 when all fit.
func critical(items []item, room int64) int64 {
	slices.SortFunc(items, func(a, b item) int {
		return cmp.Or(cmp.Compare(a.cost*max(1, b.load), b.cost*max(1, a.load)), cmp.Compare(a.cand, b.cand))
	})
	for _, it := range items {
		if room -= it.load; room < 0 {
			return -it.cost / max(1, it.load)
		}
	}
	return 0
}
