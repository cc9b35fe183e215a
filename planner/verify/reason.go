package verify

import (
	"fmt"
	"strconv"
	"strings"
)

// amount is what one constraint contributes to a reason, in hundredths.
type amount struct {
	name  string
	value int64
}

// amounts reads the amounts of a reason and proves that they add up to its sum.
func (c *checker) amounts(reason string, at Fault) []amount {
	out, sum, err := parseReason(reason)
	if err != nil {
		c.add(at, "reason %q: %v", reason, err)
		return nil
	}
	var total int64
	for _, a := range out {
		total += a.value
	}
	if total != sum {
		c.add(at, "reason %q: the amounts add up to %d hundredths, the sum is %d", reason, total, sum)
	}
	return out
}

// parseReason reads "travel 12.40 + spacing 3.00 = 15.40; next …", and the
// forms without amounts, "none = 0.00" and "blocked … = 0.00".
func parseReason(reason string) (amounts []amount, sum int64, err error) {
	text, _, _ := strings.Cut(reason, ";")
	left, right, found := strings.Cut(text, " = ")
	if !found {
		return nil, 0, fmt.Errorf("no sum")
	}
	if sum, err = hundredths(right); err != nil {
		return nil, 0, err
	}
	if left == "none" || strings.HasPrefix(left, "blocked ") {
		return nil, sum, nil
	}
	for term := range strings.SplitSeq(left, " + ") {
		name, value, _ := strings.Cut(term, " ")
		a := amount{name: name}
		if a.value, err = hundredths(value); err != nil {
			return nil, 0, err
		}
		amounts = append(amounts, a)
	}
	return amounts, sum, nil
}

// hundredths reads an amount with exactly two decimals.
func hundredths(s string) (int64, error) {
	s = strings.TrimSpace(s)
	whole, cents, _ := strings.Cut(s, ".")
	if len(cents) != 2 || strings.ContainsAny(cents, "+-") {
		return 0, fmt.Errorf("%q has not two decimals", s)
	}
	n, err := strconv.ParseInt(whole+cents, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("%q is no amount", s)
	}
	return n, nil
}
