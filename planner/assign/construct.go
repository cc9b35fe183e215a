package assign

import (
	"cmp"
	"slices"
)

// construct builds a solution that passes no limit: pins first, then whoever
// prefer names where that fits (nil: nobody is preferred), then the rest from
// the largest difference between best and second-best candidate downwards, each
// to whoever is cheapest at the given prices among those who fit.
func construct(m *model, prefer []int, price []int64) []int32 {
	s := newState(m)
	for j := range m.n {
		if m.p.Locations[j].Pinned != None {
			s.add(m.first[j])
		}
	}
	for j := range m.n {
		if prefer == nil || s.at[j] >= 0 || prefer[j] == None {
			continue
		}
		if c := m.find(j, prefer[j]); c >= 0 && s.fits(c) {
			s.add(c)
		}
	}
	regret := make([]int64, m.n)
	var rest []int
	for j := range m.n {
		if s.at[j] < 0 {
			rest = append(rest, j)
			regret[j] = m.regret(j, price)
		}
	}
	slices.SortStableFunc(rest, func(a, b int) int { return cmp.Compare(regret[b], regret[a]) })
	for _, j := range rest {
		s.add(s.firstFit(j, price))
	}
	return s.at
}

// regret returns by how much the second-best candidate of a location is dearer
// than the best at the given prices.
func (m *model) regret(j int, price []int64) int64 {
	lowest, second := int64(unlimited), int64(unlimited)
	for c := m.first[j]; c < m.first[j+1]; c++ {
		cost := m.cost[c] + price[m.staff[c]]*m.load[c]
		if cost < lowest {
			lowest, second = cost, lowest
		} else {
			second = min(second, cost)
		}
	}
	return second - lowest
}

// firstFit returns the candidate that fits at the least cost and price; nobody
// always fits.
func (s *state) firstFit(j int, price []int64) int32 {
	m := s.m
	best, bestCost := int32(-1), int64(0)
	for c := m.first[j]; c < m.first[j+1]; c++ {
		if !s.fits(c) {
			continue
		}
		if d := s.addCost(c) + price[m.staff[c]]*m.load[c]; best < 0 || d < bestCost {
			best, bestCost = c, d
		}
	}
	return best
}
