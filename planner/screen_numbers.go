package planner

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A number in a text is a row of digits, also when it is written in groups. The
// groups of one row are told apart as people write them: a day, two years, a
// telephone number, and what is left. Of what is left eight or nine digits are
// a number of a citizen when the eleven-test holds. Every number of the
// childcare register passes that test as well, so the number alone cannot tell
// the two apart; and so does one in eleven of all numbers.

// numberKind says what a number is by its form.
type numberKind int

const (
	otherNumber numberKind = iota
	// plainNumber has eight or nine digits.
	plainNumber
	bsnNumber
	phoneNumber
	dayNumber
)

// number is a number in a text: its digits without separators.
type number struct {
	kind   numberKind
	digits string
}

// digitGroup is a maximal run of digits, with what stands between it and the
// group before it.
type digitGroup struct {
	digits, gap string
	// before is the end of the text before the group.
	before string
}

// labelLength is how much of the text before a number is looked at: a label
// stands close by, and a long text must not be read again for each number.
const labelLength = 40

// longestGap is how many separators may stand between two groups of a number.
const longestGap = 3

// separates reports whether a character can stand within a number.
func separates(r rune) bool {
	return unicode.IsSpace(r) || unicode.Is(unicode.Pd, r) || unicode.Is(unicode.M, r) || strings.ContainsRune("./_·•()", r)
}

// numbersIn returns the numbers of a text, of one form of digits.
func numbersIn(plain string) []number {
	var out []number
	for _, row := range rowsOf(plain) {
		out = append(out, numbersOf(row)...)
	}
	return out
}

// rowsOf returns the groups of digits, those with only separators between them
// together.
func rowsOf(plain string) [][]digitGroup {
	var rows [][]digitGroup
	end := -1 // of the group before
	for at := 0; at < len(plain); {
		if !isDigit(plain[at]) {
			at++
			continue
		}
		from := at
		for at < len(plain) && isDigit(plain[at]) {
			at++
		}
		g := digitGroup{digits: plain[from:at], before: plain[max(0, from-labelLength):from]}
		if end >= 0 {
			g.gap = plain[end:from]
		}
		joined := end >= 0 && utf8.RuneCountInString(g.gap) <= longestGap && !strings.ContainsFunc(g.gap, func(r rune) bool { return !separates(r) })
		if !joined {
			rows = append(rows, nil)
		}
		rows[len(rows)-1] = append(rows[len(rows)-1], g)
		end = at
	}
	return rows
}

func isDigit(b byte) bool { return '0' <= b && b <= '9' }

// numbersOf tells the numbers of a row apart.
func numbersOf(row []digitGroup) []number {
	var out []number
	rest := 0 // where what is not explained begins
	for at := 0; at < len(row); {
		kind, n := explained(row, at)
		if n == 0 {
			at++
			continue
		}
		out = append(out, unexplained(row[rest:at])...)
		out = append(out, number{kind, digitsOf(row[at : at+n])})
		at += n
		rest = at
	}
	return append(out, unexplained(row[rest:])...)
}

// explained reports how many groups from one on are a number of a known form.
func explained(row []digitGroup, at int) (numberKind, int) {
	if n := accountAt(row, at); n > 0 {
		return otherNumber, n
	}
	if isDay(row, at) {
		return dayNumber, 3
	}
	if isYears(row, at) {
		return otherNumber, 2
	}
	if n := phoneAt(row, at); n > 0 {
		return phoneNumber, n
	}
	if len(row[at].digits) == 8 && chamber.MatchString(row[at].before) {
		return plainNumber, 1
	}
	return otherNumber, 0
}

// chamber is the end of a text after which a number of the Chamber of Commerce
// follows, which has eight digits.
var chamber = regexp.MustCompile(`(?i)(?:\bkvk|kamer van koophandel|\bcoc)[\s:.#-]*(?:nummer|number|nr|no)?[\s:.#-]*$`)

// accountCountry is the end of a text after which the digits of a bank account
// follow.
var accountCountry = regexp.MustCompile(`(?:^|[^\pL\pN])([A-Za-z]{2})$`)

// The digits of an account number that has no letters (ISO 13616: 15 to 34
// characters, two of them the country).
const accountLeast, accountMost = 13, 32

// accountAt returns how many groups from one on are a bank account without
// letters, such as a Belgian or German one; 0 for none. Those with letters, as
// the Dutch, leave no row of eight or nine digits.
func accountAt(row []digitGroup, at int) int {
	country := accountCountry.FindStringSubmatch(row[at].before)
	if country == nil || len(row[at].digits) < 2 {
		return 0
	}
	for n := range row[at:] {
		digits := digitsOf(row[at : at+n+1])
		if len(digits) > accountMost {
			return 0
		}
		if len(digits) >= accountLeast && remainder(digits[2:]+strings.ToUpper(country[1])+digits[:2]) == 1 {
			return n + 1
		}
	}
	return 0
}

// remainder is an account number, rearranged, modulo 97: 1 when its check digits
// are right.
func remainder(account string) int {
	rest := 0
	for _, c := range account {
		if c >= 'A' {
			rest = (100*rest + int(c-'A') + 10) % 97
		} else {
			rest = (10*rest + int(c-'0')) % 97
		}
	}
	return rest
}

// isDay reports whether three groups are day, month and year, or the other way
// round, with the same mark between them and not another one after.
func isDay(row []digitGroup, at int) bool {
	if at+3 > len(row) {
		return false
	}
	a, b, c := row[at].digits, row[at+1].digits, row[at+2].digits
	mark := row[at+1].gap
	if mark != row[at+2].gap || len(mark) != 1 || !strings.ContainsAny(mark, "-./ ") {
		return false
	}
	if at+3 < len(row) && row[at+3].gap == mark || at > 0 && row[at].gap == mark {
		return false
	}
	if len(a) == 4 {
		a, c = c, a
	}
	return len(a) <= 2 && len(b) <= 2 && valueOf(a) >= 1 && valueOf(a) <= 31 && valueOf(b) >= 1 && valueOf(b) <= 12 &&
		(len(c) == 2 || isYear(c))
}

func isYear(digits string) bool {
	return len(digits) == 4 && (strings.HasPrefix(digits, "19") || strings.HasPrefix(digits, "20"))
}

// isYears reports whether two groups are a school year, 2026-2027.
func isYears(row []digitGroup, at int) bool {
	if at+2 > len(row) || !isYear(row[at].digits) || !isYear(row[at+1].digits) {
		return false
	}
	return valueOf(row[at+1].digits) == valueOf(row[at].digits)+1
}

// The lengths of telephone numbers: in the Netherlands ten digits with the
// first zero; with a country's number at most fifteen (ITU-T E.164).
const (
	phoneDigits   = 10
	abroadLeast   = 10
	abroadLongest = 15
)

// phoneAt returns how many groups from one on are a telephone number; 0 for none.
func phoneAt(row []digitGroup, at int) int {
	plus := strings.HasSuffix(row[at].before, "+")
	first := row[at].digits
	if !plus && !strings.HasPrefix(first, "0") {
		return 0
	}
	digits, longest := "", 0
	for n, g := range row[at:] {
		digits += g.digits
		short := n > 0 && len(g.digits) == 1 && !strings.Contains(g.gap, "(")
		switch {
		case len(digits) > abroadLongest:
			return longest
		case plus && strings.HasPrefix(digits, "31"):
			if isNational(strings.TrimPrefix(digits, "31")) {
				return n + 1
			}
		case plus:
			if len(digits) >= abroadLeast {
				longest = n + 1
			}
		case strings.HasPrefix(digits, "0031"):
			if isNational(strings.TrimPrefix(digits, "0031")) {
				return n + 1
			}
		case strings.HasPrefix(first, "00") && len(first) >= 4:
			if len(digits) > abroadLeast {
				longest = n + 1
			}
		case isDomestic(digits) && !short && (len(first) <= 4 && len(first) >= 2 || len(first) == phoneDigits):
			return n + 1
		}
	}
	return longest
}

// isNational reports whether digits after the country's number are complete,
// with the zero in brackets that many write.
func isNational(digits string) bool {
	return isDomestic(digits) || isDomestic("0"+digits)
}

func isDomestic(digits string) bool {
	return len(digits) == phoneDigits && digits[0] == '0' && digits[1] != '0'
}

func digitsOf(groups []digitGroup) string {
	var b strings.Builder
	for _, g := range groups {
		b.WriteString(g.digits)
	}
	return b.String()
}

// unexplained returns the numbers of groups that no known form explains: all of
// them together, or within more than nine digits those that are written as one
// number.
func unexplained(groups []digitGroup) []number {
	if len(groups) == 0 {
		return nil
	}
	all := digitsOf(groups)
	if len(all) <= 9 {
		if !asOne(groups) {
			return nil
		}
		return numbered(all)
	}
	var out []number
	for at := range groups {
		for _, shape := range shapes {
			if fits(groups[at:], shape) {
				out = append(out, numbered(digitsOf(groups[at:at+len(shape)]))...)
			}
		}
	}
	return out
}

// shapes are the ways in which a citizen's number is written within other digits.
var shapes = [][]int{{9}, {8}, {3, 3, 3}, {4, 2, 3}, {4, 5}, {5, 4}, {2, 3, 4}, {1, 1, 1, 1, 1, 1, 1, 1, 1}}

func fits(groups []digitGroup, shape []int) bool {
	if len(groups) < len(shape) {
		return false
	}
	for i, n := range shape {
		if len(groups[i].digits) != n || i > 1 && groups[i].gap != groups[1].gap {
			return false
		}
	}
	return true
}

// asOne reports whether groups can be one number. Pairs with several marks
// between them are days and times: 13-11 10.30.
func asOne(groups []digitGroup) bool {
	long := slices.ContainsFunc(groups, func(g digitGroup) bool { return len(g.digits) > 2 })
	for i := 2; i < len(groups); i++ {
		if groups[i].gap != groups[1].gap && !long {
			return false
		}
	}
	return true
}

func numbered(digits string) []number {
	switch {
	case isBSN(digits):
		return []number{{bsnNumber, digits}}
	case len(digits) == 8 || len(digits) == 9:
		return []number{{plainNumber, digits}}
	}
	return nil
}

// isBSN is the eleven-test of a citizen service number: nine digits with the
// weights 9 to 2 and -1, also without their first zero.
func isBSN(digits string) bool {
	if len(digits) == 8 && digits[0] != '0' {
		digits = "0" + digits
	}
	if len(digits) != 9 || strings.Count(digits, digits[:1]) == 9 {
		return false
	}
	sum := 0
	for i := range 8 {
		sum += (9 - i) * int(digits[i]-'0')
	}
	return (sum-int(digits[8]-'0'))%11 == 0
}

// valueOf is the value of up to four digits.
func valueOf(digits string) int {
	n := 0
	for _, c := range digits {
		n = 10*n + int(c-'0')
	}
	return n
}

// numbers screens the numbers of a text.
func (s *Screening) numbers(plain string, lrk []string) {
	for _, n := range numbersIn(plain) {
		switch n.kind {
		case bsnNumber:
			if !slices.Contains(lrk, n.digits) {
				s.refuse(ScreenBSN)
			}
		case plainNumber:
			if !slices.Contains(lrk, n.digits) {
				s.warn(ScreenNumber)
			}
		case phoneNumber:
			s.warn(ScreenPhone)
		case dayNumber, otherNumber:
		}
	}
}
