package assign

// equilibrium is the weaker relaxation in which a location may be shared:
// every location spreads over its candidates so that all of those it uses cost
// the same at the present loads and none of the others costs less, as drivers
// spread over roads. Shares move from the dearer to the cheaper candidate by
// Newton steps, location after location (Dafermos and Sparrow 1969). The slopes
// of the balance charge at its loads are the prices that the dual wants.
type equilibrium struct {
	r     *relaxation
	share []int64 // by candidate, in 1/wholeShare
	flow  []int64 // by staff: load × wholeShare
	price []int64 // by staff, fixed point per unit of load
	steep []int64 // by staff: how fast the price rises, in 1/curvatureUnit
}

const (
	wholeShare = 1 << 20
	// equilibriumSweeps is how often every location gets its turn.
	equilibriumSweeps = 60
	// dearBeyond is how many times steeper prices rise above capacity.
	dearBeyond = 64
)

// balancedPrices returns the equilibrium's prices.
func (r *relaxation) balancedPrices(price, curvature []int64) []int64 {
	m := r.m
	e := &equilibrium{r: r, share: make([]int64, len(m.staff)), flow: make([]int64, m.nobody+1), price: price, steep: curvature}
	for i := range r.base {
		e.flow[i] = r.base[i] * wholeShare
	}
	for j, open := range r.open {
		if c, _ := r.cheapest(j, price); open && c >= 0 {
			e.put(c, wholeShare)
		}
	}
	for i := range r.base {
		e.reprice(int32(i))
	}
	for range equilibriumSweeps {
		for j, open := range r.open {
			if open {
				e.settle(j)
			}
		}
	}
	return e.price
}

// put adds a share of a candidate.
func (e *equilibrium) put(c int32, share int64) {
	e.share[c] += share
	e.flow[e.r.m.staff[c]] += share * e.r.m.load[c]
}

// reprice makes a price follow the load.
func (e *equilibrium) reprice(i int32) {
	r := e.r
	s := &r.m.p.Staff[i]
	charge := curve{weight: r.m.p.Balance, norm: s.norm()}
	load := e.flow[i] / wholeShare
	capacity := r.m.capacity[i]
	e.price[i] = charge.slope(min(load, capacity))
	if load > capacity {
		e.price[i] += (load - capacity) * e.steep[i] * dearBeyond / curvatureUnit
	}
}

// settle moves the shares of one location towards its cheapest candidate.
func (e *equilibrium) settle(j int) {
	m := e.r.m
	to, least := e.r.cheapest(j, e.price)
	if to < 0 {
		return
	}
	for c := m.first[j]; c < m.first[j+1]; c++ {
		if e.share[c] == 0 || c == to {
			continue
		}
		from, into := m.staff[c], m.staff[to]
		gain := m.sure[c] + e.price[from]*m.load[c] - least
		if gain <= 0 {
			continue
		}
		bend := e.bend(c) + e.bend(to)
		share := e.share[c]
		if gain < bend {
			share = min(share, mulDiv(gain, wholeShare, bend))
		}
		e.put(c, -share)
		e.put(to, share)
		e.reprice(from)
		e.reprice(into)
		least = m.sure[to] + e.price[into]*m.load[to]
	}
}

// bend returns by how much a candidate's own cost rises with its whole share.
func (e *equilibrium) bend(c int32) int64 {
	m := e.r.m
	i := m.staff[c]
	steep := e.steep[i]
	if e.flow[i]/wholeShare > m.capacity[i] {
		steep *= dearBeyond
	}
	return max(1, steep*m.load[c]/curvatureUnit*m.load[c])
}
