package capacity

// Least returns the least number of steps from 0 to most that is enough, and
// whether any is. enough may be dear, and it may be the word of a search: what is
// returned is enough, and one step less is not, both asked for. Where more steps
// can fail after fewer were enough, it is one such number, not surely the least.
func Least(most int, enough func(steps int) (bool, error)) (steps int, found bool, err error) {
	ok, err := enough(0)
	if err != nil || ok {
		return 0, ok, err
	}
	low, high := 0, 1 // low is not enough
	for {
		high = min(high, most)
		if high <= low {
			return 0, false, nil
		}
		if ok, err = enough(high); err != nil {
			return 0, false, err
		}
		if ok {
			break
		}
		low, high = high, 2*high
	}
	for high-low > 1 {
		middle := (low + high) / 2
		if ok, err = enough(middle); err != nil {
			return 0, false, err
		}
		if ok {
			high = middle
		} else {
			low = middle
		}
	}
	return high, true, nil
}
