package assign

import "math/bits"

const (
	// ratioBits is the number of binary digits behind the point of a relative
	// load in BalanceCharge.
	ratioBits = 20
	// maxRatio is the relative load, 1024 times the norm, above which the
	// charge no longer grows.
	maxRatio = 1 << (ratioBits + 10)
	// MaxCharge is the highest value of BalanceCharge; sums of a thousand of
	// them stay far from overflow.
	MaxCharge = 1 << 50
)

// BalanceCharge returns the charge on one person's load:
//
//	weight × norm × (load / norm)⁴
//
// in fixed point: the ratio, its square and its fourth power are each rounded
// down to 20 binary digits, the product to an integer, and nothing exceeds
// MaxCharge. It is 0 for a norm, load or weight of 0 or less, never falls as
// the load grows, and is convex up to that rounding.
//
// The fourth power makes the heaviest relative load come down first: at twice
// the relative load one more minute costs eight times as much. At load = norm
// one more unit of load costs about 4 × weight.
func BalanceCharge(weight, norm, load int64) int64 {
	if weight <= 0 || norm <= 0 || load <= 0 {
		return 0
	}
	var ratio uint64 = maxRatio
	if load/norm < maxRatio>>ratioBits {
		hi, lo := bits.Mul64(uint64(load), 1<<ratioBits)
		ratio, _ = bits.Div64(hi, lo, uint64(norm))
	}
	square := ratio * ratio >> ratioBits
	fourth := shiftedProduct(square, square)
	hi, lo := bits.Mul64(uint64(weight), uint64(norm))
	if hi != 0 {
		return MaxCharge
	}
	hi, lo = bits.Mul64(lo, fourth)
	if hi >= MaxCharge>>(64-ratioBits) {
		return MaxCharge
	}
	return int64(hi<<(64-ratioBits) | lo>>ratioBits)
}

// shiftedProduct returns a × b without its last ratioBits digits; the product
// stays below 2^(64+ratioBits) for squares of ratios up to maxRatio.
func shiftedProduct(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi<<(64-ratioBits) | lo>>ratioBits
}

// norm returns the load at which the person counts as fully used.
func (s *Staff) norm() int64 {
	if s.Norm > 0 {
		return s.Norm
	}
	return s.Capacity
}
