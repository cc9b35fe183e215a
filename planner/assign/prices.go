package assign

import (
	"math"
	"math/bits"
	"slices"
)

// priceSteps is how many cheap steps go before the ascent proper.
const priceSteps = 200

// capacityPrices solves the other, weaker relaxation: every location is served
// once, but each person's capacity is only priced. Its steps cost next to
// nothing and give prices that are good first multipliers. A location may stay
// without anyone at its despair cost, so that prices stay finite where demand
// exceeds capacity. Prices are fixed point per unit of load, by staff.
func (r *relaxation) capacityPrices() []int64 {
	price, curvature := r.evenPrices()
	if r.m.p.Balance > 0 {
		return r.balancedPrices(price, curvature)
	}
	best := slices.Clone(price)
	used := make([]int64, r.m.nobody)
	bestValue, theta, stale := int64(math.MinInt64), 1.5, 0
	for range priceSteps {
		value := r.priced(price, used)
		if value > bestValue {
			bestValue, stale = value, 0
			copy(best, price)
		} else if stale++; stale > 8 {
			stale, theta = 0, theta*0.7
		}
		square := 0.0
		for _, g := range used {
			square = float64(square + float64(float64(g)*float64(g)))
		}
		if square == 0 {
			break
		}
		length := theta * float64(bestValue/32-(value-bestValue)+unit) / square
		for i, g := range used {
			price[i] = max(0, price[i]+int64(length*float64(g)))
		}
	}
	return best
}

// curvatureUnit is the fixed-point scale of a price per unit of load.
const curvatureUnit = 1 << 10

// evenPrices returns what one more unit of load costs everybody where all work
// is shared in proportion to capacity: about where a strong balance charge ends,
// and far from 0, from where small steps would take long; and by how much that
// changes with the load, in 1/curvatureUnit.
func (r *relaxation) evenPrices() (price, curvature []int64) {
	m := r.m
	price, curvature = make([]int64, m.nobody+1), make([]int64, m.nobody+1)
	var demand, capacity int64
	for j, open := range r.open {
		if c, _ := r.cheapest(j, price); open && c >= 0 {
			demand += m.load[c]
		}
	}
	for i := range r.base {
		demand += r.base[i]
		capacity += m.capacity[i]
	}
	for i := range r.base {
		load := min(m.capacity[i], mulDiv(m.capacity[i], demand, max(1, capacity)))
		step := max(1, m.capacity[i]/64)
		rise := m.balance(i, load+step) - m.balance(i, load)
		fall := m.balance(i, load) - m.balance(i, max(0, load-step))
		price[i] = rise / step
		curvature[i] = max(1, (rise-fall)/step*curvatureUnit/step)
	}
	return price, curvature
}

// mulDiv returns a × b / c for amounts that are not negative, without overflow
// in between.
func mulDiv(a, b, c int64) int64 {
	hi, lo := bits.Mul64(uint64(a), uint64(b))
	if hi >= uint64(c) {
		return math.MaxInt64
	}
	q, _ := bits.Div64(hi, lo, uint64(c))
	return int64(min(q, math.MaxInt64))
}

// priced evaluates the prices; used becomes by how much each person's load lies
// above what the prices pay for.
func (r *relaxation) priced(price, used []int64) int64 {
	m := r.m
	value := r.sum
	for i := range used {
		load := r.paidLoad(i, price[i])
		value += m.balance(i, load) - price[i]*(load-r.base[i])
		used[i] = r.base[i] - load
	}
	for j, open := range r.open {
		if !open {
			continue
		}
		c, cost := r.cheapest(j, price)
		if c < 0 || cost > r.despair[j] {
			value += r.despair[j]
			continue
		}
		value += cost
		used[m.staff[c]] += m.load[c]
	}
	return value
}

// cheapest returns a location's least certified cost at the prices, and where.
func (r *relaxation) cheapest(j int, price []int64) (int32, int64) {
	m := r.m
	best, least := int32(-1), int64(unlimited)
	for c := m.first[j]; c < m.first[j+1]; c++ {
		i := m.staff[c]
		if int(i) == m.nobody || m.load[c] > m.capacity[i]-r.base[i] {
			continue
		}
		if cost := m.sure[c] + price[i]*m.load[c]; cost < least {
			best, least = c, cost
		}
	}
	return best, least
}

// paidLoad returns the load up to capacity at which the balance charge begins
// to rise faster than the price pays.
func (r *relaxation) paidLoad(i int, price int64) int64 {
	m := r.m
	low, high := r.base[i], m.capacity[i]
	if m.p.Balance == 0 {
		return high
	}
	step := max(1, m.capacity[i]/1000)
	for high-low > step {
		if middle := (low + high) / 2; m.balance(i, middle+step)-m.balance(i, middle) > price*step {
			high = middle
		} else {
			low = middle
		}
	}
	return high
}
