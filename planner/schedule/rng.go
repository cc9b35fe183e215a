package schedule

import "math"

// rng is SplitMix64 (Steele, Lea and Flood, 2014): one word of state, the same
// numbers on every machine, and cheap enough for the innermost loop.
type rng uint64

func (r *rng) next() uint64 {
	*r += 0x9e3779b97f4a7c15
	z := uint64(*r)
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb
	return z ^ (z >> 31)
}

// below returns a number from 0 to n−1; n must be positive and below 2³².
func (r *rng) below(n int) int {
	return int((r.next() >> 32) * uint64(n) >> 32)
}

// unit returns a number in [0, 1).
func (r *rng) unit() float64 {
	return float64(r.next()>>11) / (1 << 53)
}

// exponential returns a number from the exponential distribution of mean 1.
func (r *rng) exponential() float64 {
	return -math.Log(1 - r.unit())
}

// shuffle puts the list in a random order.
func (r *rng) shuffle(list []int32) {
	for i := len(list) - 1; i > 0; i-- {
		j := r.below(i + 1)
		list[i], list[j] = list[j], list[i]
	}
}
