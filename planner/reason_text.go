package planner

import (
	"fmt"
	"strconv"
	"strings"
)

// The words of a reason's text besides the names of constraints.
const (
	reasonNone    = "none"
	reasonBlocked = "blocked "
	reasonNext    = "; next "
	reasonFormer  = "; before "
	reasonNeeds   = "; needs "
)

// FormatReason writes a reason as one line: its amounts in minutes with two
// decimals, their sum, and the runner-up with its difference,
// "travel 12.40 + spacing 3.00 = 15.40; next S03 2027-03-04 +2.10", and what it
// would be with who had it before, "; before S02 +30.00" or "; before S02
// capacity", or what it needs, "; needs capacity S02 +300 minutes". An amount of
// zero is left out. ParseReason reads it back.
func FormatReason(r Reason) string {
	var b strings.Builder
	for _, a := range r.Amounts {
		if a.Value == 0 {
			continue
		}
		if b.Len() > 0 {
			b.WriteString(" + ")
		}
		b.WriteString(a.Constraint + " " + FormatAmount(a.Value))
	}
	switch {
	case b.Len() > 0:
	case len(r.Blocked) > 0:
		b.WriteString(reasonBlocked + strings.Join(r.Blocked, "|"))
	default:
		b.WriteString(reasonNone)
	}
	b.WriteString(" = " + FormatAmount(r.Total()))
	if r.RunnerUp != "" {
		b.WriteString(reasonNext + r.RunnerUp + " " + FormatDifference(r.Difference))
	}
	switch f := r.Former; {
	case f == nil:
	case len(f.Blocked) > 0:
		b.WriteString(reasonFormer + f.Staff + " " + strings.Join(f.Blocked, "|"))
	default:
		b.WriteString(reasonFormer + f.Staff + " " + FormatDifference(f.Difference))
	}
	if len(r.Blocked) > 0 && r.Change != "" {
		b.WriteString(reasonNeeds + r.Change)
	}
	return b.String()
}

// FormatDifference writes an amount with its sign, "+2.10".
func FormatDifference(hundredths int64) string {
	if hundredths < 0 {
		return FormatAmount(hundredths)
	}
	return "+" + FormatAmount(hundredths)
}

// ParseReason reads what FormatReason wrote: the amount of each constraint and
// the total that is written, both in hundredths of a minute-equivalent. It does
// not check that they agree. Something blocked has no amounts.
func ParseReason(text string) (amounts map[string]int64, total int64, err error) {
	sum, _, _ := strings.Cut(text, ";")
	i := strings.LastIndex(sum, " = ")
	if i < 0 {
		return nil, 0, fmt.Errorf("reason %q: want amounts and their sum, as “travel 12.40 + spacing 3.00 = 15.40”", text)
	}
	if total, err = ParseAmount(sum[i+len(" = "):]); err != nil {
		return nil, 0, fmt.Errorf("reason %q: %w", text, err)
	}
	amounts = make(map[string]int64)
	if sum[:i] == reasonNone || strings.HasPrefix(sum[:i], reasonBlocked) {
		return amounts, total, nil
	}
	for term := range strings.SplitSeq(sum[:i], " + ") {
		name, number, _ := strings.Cut(term, " ")
		value, err := ParseAmount(number)
		_, twice := amounts[name]
		if name == "" || err != nil || twice {
			return nil, 0, fmt.Errorf("reason %q: %q is not a constraint and its amount, given once", text, term)
		}
		amounts[name] = value
	}
	return amounts, total, nil
}

// ReadReason reads everything back that FormatReason wrote: amounts in the order
// of the text, those of zero left out.
func ReadReason(text string) (Reason, error) {
	var r Reason
	parts := strings.Split(text, "; ")
	if _, _, err := ParseReason(parts[0]); err != nil {
		return r, err
	}
	sum := parts[0][:strings.LastIndex(parts[0], " = ")]
	if blocked, is := strings.CutPrefix(sum, reasonBlocked); is {
		r.Blocked = strings.Split(blocked, "|")
	} else if sum != reasonNone {
		for term := range strings.SplitSeq(sum, " + ") {
			name, number, _ := strings.Cut(term, " ")
			value, _ := ParseAmount(number) // ParseReason has read it
			r.Amounts = append(r.Amounts, Amount{name, value})
		}
	}
	for _, part := range parts[1:] {
		if err := r.readPart("; " + part); err != nil {
			return r, fmt.Errorf("reason %q: %w", text, err)
		}
	}
	return r, nil
}

// readPart reads what follows the sum of a reason.
func (r *Reason) readPart(part string) error {
	if change, is := strings.CutPrefix(part, reasonNeeds); is {
		r.Change = change
		return nil
	}
	i := strings.LastIndexByte(part, ' ')
	amount, err := ParseAmount(strings.TrimPrefix(part[i+1:], "+"))
	if next, is := strings.CutPrefix(part[:i], reasonNext); is {
		r.RunnerUp, r.Difference = next, amount
		return err
	}
	who, is := strings.CutPrefix(part[:i], reasonFormer)
	if !is {
		return fmt.Errorf("%q: want next, before or needs", part)
	}
	if r.Former = (&Former{Staff: who, Difference: amount}); err != nil {
		r.Former.Blocked = strings.Split(part[i+1:], "|")
	}
	return nil
}

// FormatAmount writes hundredths of a minute-equivalent as minutes with two
// decimals: 1240 is "12.40".
func FormatAmount(hundredths int64) string {
	sign := ""
	n := uint64(hundredths)
	if hundredths < 0 {
		sign, n = "-", -n
	}
	return fmt.Sprintf("%s%d.%02d", sign, n/100, n%100)
}

// ParseAmount reads minutes with exactly two decimals as hundredths.
func ParseAmount(text string) (int64, error) {
	whole, cents, _ := strings.Cut(strings.TrimPrefix(text, "-"), ".")
	n, err := strconv.ParseUint(whole+cents, 10, 63)
	if err != nil || len(cents) != 2 || whole == "" {
		return 0, fmt.Errorf("amount %q: want minutes with two decimals, as 12.40", text)
	}
	if strings.HasPrefix(text, "-") {
		return -int64(n), nil
	}
	return int64(n), nil
}
