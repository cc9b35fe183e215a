package assign

import (
	"cmp"
	"slices"
)

// ladder is the dual ascent of Erlenkotter (1978) for locations whose staff pay
// a charge for each district they enter: with loads priced, every district is an
// uncapacitated facility location problem by itself. Each location's bid climbs
// from one candidate's cost to the next as long as the pairs that it outbids
// still have part of their charge left. The bids are multipliers; they prove
// what the charges cost, which prices alone do not.
type ladder struct {
	r     *relaxation
	slack []int64   // by pair: what is left of its charge
	rungs [][]int32 // by location: candidates, cheapest first
	cost  []int64   // by candidate, load priced
	at    []int32   // by location: how many rungs lie at or below its bid
	bid   []int64
}

// bids returns multipliers for prices of load.
func (r *relaxation) bids(price []int64) []int64 {
	m := r.m
	l := &ladder{
		r: r, slack: make([]int64, m.pairs), rungs: make([][]int32, m.n), cost: make([]int64, len(m.staff)),
		at: make([]int32, m.n), bid: make([]int64, r.multipliers()),
	}
	for pair, paid := range r.paid {
		if !paid {
			l.slack[pair] = m.open
		}
	}
	var active []int32
	for j, open := range r.open {
		if open && l.enter(int32(j), price) {
			active = append(active, int32(j))
		}
	}
	for len(active) > 0 {
		still := active[:0]
		for _, j := range active {
			if l.raise(j) {
				still = append(still, j)
			}
		}
		active = still
	}
	return l.bid
}

// enter ranks a location's candidates and bids the cheapest one's cost; it
// reports whether the bid may rise.
func (l *ladder) enter(j int32, price []int64) bool {
	m := l.r.m
	for c := m.first[j]; c < m.first[j+1]; c++ {
		i := m.staff[c]
		if int(i) == m.nobody || m.load[c] > m.capacity[i]-l.r.base[i] {
			continue
		}
		l.cost[c] = m.sure[c] + price[i]*m.load[c]
		l.rungs[j] = append(l.rungs[j], c)
	}
	rungs := l.rungs[j]
	if len(rungs) == 0 {
		return false
	}
	slices.SortFunc(rungs, func(a, b int32) int { return cmp.Or(cmp.Compare(l.cost[a], l.cost[b]), cmp.Compare(a, b)) })
	l.bid[j] = min(l.cost[rungs[0]], l.r.despair[j])
	return true
}

// raise lifts a bid to the next rung, or as far as the charges below allow, and
// reports whether it may rise again.
func (l *ladder) raise(j int32) bool {
	m, rungs, bid := l.r.m, l.rungs[j], l.bid[j]
	at := l.at[j]
	for int(at) < len(rungs) && l.cost[rungs[at]] <= bid {
		at++
	}
	l.at[j] = at
	goal := l.r.despair[j]
	if int(at) < len(rungs) {
		goal = min(goal, l.cost[rungs[at]])
	}
	rise := goal - bid
	for _, c := range rungs[:at] {
		if m.pair[c] < 0 {
			return false
		}
		rise = min(rise, l.slack[m.pair[c]])
	}
	if rise <= 0 {
		return false
	}
	for _, c := range rungs[:at] {
		l.slack[m.pair[c]] -= rise
	}
	l.bid[j] += rise
	return l.bid[j] == goal && goal < l.r.despair[j]
}
