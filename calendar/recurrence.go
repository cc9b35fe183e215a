package calendar

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The limits of an accepted rule. They keep every expansion below 100 ms and
// are far above what a calendar holds. A BY part may have each of its values.
const (
	MaxInterval  = 100_000 // 273 years of days
	MaxCount     = 100_000
	maxRuleBytes = 16 << 10 // all 366 days of a year from both ends are 3,500
)

// Recurrence is a recurrence rule, the RRULE of RFC 5545 section 3.3.10, from
// DAILY to YEARLY. The zero value is no rule; ParseRecurrence makes one.
//
// The expansion is our own. rrule-go, which was meant to do it, was measured
// first: it hangs or panics on rules that a foreign calendar can hold, cannot
// seek, knows neither a DATE start nor the first of two equal clock times, and
// returns a wrong set for mixed BYDAY=1MO,WE, for BYSETPOS in a part week and
// for week numbers at the end of a year. All but the hangs would have to be
// worked around outside it, which is longer than the engine in expand.go.
// It stays as the oracle of the differential tests, on the rules it reads well.
//
// Where RFC 5545 leaves a choice, the reading is the one of libical and thus of
// Thunderbird, GNOME and Apple: what a rule does not say comes from its start.
// docs/recurrence.md lists each choice.
type Recurrence struct {
	freq      frequency
	interval  int
	count     int // 0: no COUNT
	until     ruleEnd
	weekStart time.Weekday
	months    uint16 // bit 1 to 12; 0: no BYMONTH
	weeks     []int
	yearDays  []int
	monthDays uint32 // bit i is day i+1
	backDays  uint32 // bit i is the (i+1)th day from the end of the month
	weekdays  uint8  // BYDAY without a number, bit per time.Weekday
	numbered  []numberedDay
	hours     uint32 // 0: no BYHOUR
	minutes   uint64 // 0: no BYMINUTE
	seconds   uint64 // 0: no BYSECOND
	setPos    []int  // ascending
	text      string
}

type frequency uint8

const (
	daily frequency = iota + 1
	weekly
	monthly
	yearly
)

// numberedDay is a BYDAY value such as -1FR: the last Friday.
type numberedDay struct {
	nth int
	day time.Weekday
}

// ruleEnd is an UNTIL. A local time is a wall clock reading carried in UTC.
type ruleEnd struct {
	kind endKind
	at   time.Time
}

type endKind uint8

const (
	endNone endKind = iota
	endDate
	endLocal
	endUTC
)

// String returns the rule as it was given, in upper case without a trailing
// semicolon or the RRULE: before it.
func (r Recurrence) String() string { return r.text }

// ParseRecurrence reads the value of an RRULE property. It accepts upper and
// lower case, the property name before the value and a semicolon at the end,
// as calendars in the wild write them, and refuses with a *RuleError whatever
// RFC 5545 does not define, is finer than a day, or exceeds the limits above.
// Values given twice count once.
func ParseRecurrence(rule string) (Recurrence, error) {
	if len(rule) > maxRuleBytes {
		return Recurrence{}, ruleError(RuleTooLong, "", "de herhaalregel is langer dan %d tekens",
			"the rule is longer than %d characters", maxRuleBytes)
	}
	text := strings.ToUpper(strings.TrimSpace(rule))
	text = strings.TrimSuffix(strings.TrimPrefix(text, "RRULE:"), ";")
	p := ruleParser{
		rule: Recurrence{interval: 1, weekStart: time.Monday, text: text},
		seen: make(map[string]bool),
	}
	for part := range strings.SplitSeq(text, ";") {
		if err := p.part(part); err != nil {
			return Recurrence{}, err
		}
	}
	if err := p.check(); err != nil {
		return Recurrence{}, err
	}
	return p.rule, nil
}

type ruleParser struct {
	rule Recurrence
	seen map[string]bool
}

func (p *ruleParser) part(part string) error {
	name, value, found := strings.Cut(part, "=")
	if !found || value == "" {
		return ruleError(RuleSyntax, "", "%q is geen NAAM=WAARDE", "%q is not NAME=VALUE", clip(part))
	}
	if p.seen[name] {
		return ruleError(RuleRepeatedPart, partName(name), "%q staat er tweemaal in", "%q is given twice", clip(name))
	}
	p.seen[name] = true
	switch name {
	case "FREQ":
		return p.freq(value)
	case "INTERVAL":
		return bounded(&p.rule.interval, RuleInterval, name, value, MaxInterval)
	case "COUNT":
		return bounded(&p.rule.count, RuleCount, name, value, MaxCount)
	case "UNTIL":
		return p.until(value)
	case "WKST":
		day, ok := weekdayCodes[value]
		if !ok {
			return valueError(name, value)
		}
		p.rule.weekStart = day
		return nil
	default:
		return p.list(name, value)
	}
}

var weekdayCodes = map[string]time.Weekday{
	"SU": time.Sunday, "MO": time.Monday, "TU": time.Tuesday, "WE": time.Wednesday,
	"TH": time.Thursday, "FR": time.Friday, "SA": time.Saturday,
}

func (p *ruleParser) freq(value string) error {
	switch value {
	case "DAILY":
		p.rule.freq = daily
	case "WEEKLY":
		p.rule.freq = weekly
	case "MONTHLY":
		p.rule.freq = monthly
	case "YEARLY":
		p.rule.freq = yearly
	case "HOURLY", "MINUTELY", "SECONDLY":
		return ruleError(RuleFreq, "FREQ", "FREQ=%s wordt niet aangenomen: een afspraak herhaalt hoogstens per dag",
			"FREQ=%s is not accepted: an appointment repeats once a day at the most", value)
	default:
		return ruleError(RuleFreq, "FREQ", "FREQ=%q bestaat niet; gebruik DAILY, WEEKLY, MONTHLY of YEARLY",
			"FREQ=%q does not exist; use DAILY, WEEKLY, MONTHLY or YEARLY", clip(value))
	}
	return nil
}

func bounded(to *int, code, name, value string, most int) error {
	n, err := strconv.Atoi(value)
	if err != nil || n < 1 || n > most || value[0] == '+' {
		return ruleError(code, name, "%[1]s=%[2]q valt buiten 1 tot en met %[3]d",
			"%[1]s=%[2]q is outside 1 to %[3]d", name, clip(value), most)
	}
	*to = n
	return nil
}

func (p *ruleParser) until(value string) error {
	for _, form := range []struct {
		kind   endKind
		layout string
	}{{endDate, "20060102"}, {endLocal, "20060102T150405"}, {endUTC, "20060102T150405Z"}} {
		if at, err := time.Parse(form.layout, value); err == nil && len(value) == len(form.layout) {
			p.rule.until = ruleEnd{kind: form.kind, at: at}
			return nil
		}
	}
	return ruleError(RuleUntil, "UNTIL", "UNTIL=%q is geen datum (20270131) of tijdstip (20270131T080000Z)",
		"UNTIL=%q is neither a date (20270131) nor a time (20270131T080000Z)", clip(value))
}

// list reads a BY part, a list of values between commas.
func (p *ruleParser) list(name, value string) error {
	part, ok := ruleParts[name]
	if !ok {
		return ruleError(RuleUnknownPart, partName(name), "%q kent de standaard (RFC 5545) niet",
			"%q is not a rule part of RFC 5545", clip(name))
	}
	if n := 1 + strings.Count(value, ","); n > part.most {
		return ruleError(RuleTooMany, name, "%s heeft %d waarden, en er bestaan er maar %d",
			"%s has %d values, and there are only %d", name, n, part.most)
	}
	for item := range strings.SplitSeq(value, ",") {
		if !part.set(&p.rule, item) {
			return valueError(name, item)
		}
	}
	return nil
}

// rulePart is a BY part: how many values it can have that differ, and what
// takes one of them, false when it is out of range.
type rulePart struct {
	most int
	set  func(*Recurrence, string) bool
}

var ruleParts = map[string]rulePart{
	"BYMONTH": {12, func(r *Recurrence, s string) bool {
		n, ok := ruleInt(s, 1, 12, false)
		r.months |= 1 << n
		return ok
	}},
	"BYWEEKNO": {2 * 53, func(r *Recurrence, s string) bool {
		n, ok := ruleInt(s, 1, 53, true)
		r.weeks = append(r.weeks, n)
		return ok
	}},
	"BYYEARDAY": {2 * 366, func(r *Recurrence, s string) bool {
		n, ok := ruleInt(s, 1, 366, true)
		r.yearDays = append(r.yearDays, n)
		return ok
	}},
	"BYMONTHDAY": {2 * 31, func(r *Recurrence, s string) bool {
		n, ok := ruleInt(s, 1, 31, true)
		if n > 0 {
			r.monthDays |= 1 << (n - 1)
		} else if n < 0 {
			r.backDays |= 1 << (-n - 1)
		}
		return ok
	}},
	"BYDAY": {7 * (1 + 2*53), (*Recurrence).addWeekday},
	"BYHOUR": {24, func(r *Recurrence, s string) bool {
		n, ok := ruleInt(s, 0, 23, false)
		r.hours |= 1 << n
		return ok
	}},
	"BYMINUTE": {60, func(r *Recurrence, s string) bool {
		n, ok := ruleInt(s, 0, 59, false)
		r.minutes |= 1 << n
		return ok
	}},
	// A leap second is the second before it where clocks know none
	// (RFC 5545 section 3.3.12).
	"BYSECOND": {61, func(r *Recurrence, s string) bool {
		n, ok := ruleInt(s, 0, 60, false)
		r.seconds |= 1 << min(n, 59)
		return ok
	}},
	"BYSETPOS": {2 * 366, func(r *Recurrence, s string) bool {
		n, ok := ruleInt(s, 1, 366, true)
		r.setPos = append(r.setPos, n)
		return ok
	}},
}

func (r *Recurrence) addWeekday(s string) bool {
	if len(s) < 2 {
		return false
	}
	day, ok := weekdayCodes[s[len(s)-2:]]
	if number := s[:len(s)-2]; ok && number != "" {
		nth, good := ruleInt(number, 1, 53, true)
		r.numbered = append(r.numbered, numberedDay{nth, day})
		return good
	}
	r.weekdays |= 1 << day
	return ok
}

// ruleInt reads an integer of low to high, or its negative where signed.
func ruleInt(s string, low, high int, signed bool) (int, bool) {
	n, err := strconv.Atoi(s)
	size := n
	if signed && n < 0 {
		size = -n
	}
	if err != nil || len(s) > 4 || size < low || size > high || !signed && s[0] == '+' {
		return 0, false
	}
	return n, true
}

// check refuses the combinations that RFC 5545 forbids and sorts the lists.
func (p *ruleParser) check() error {
	r := &p.rule
	if r.freq == 0 {
		return ruleError(RuleFreqMissing, "FREQ", "FREQ ontbreekt", "FREQ is missing")
	}
	if r.count > 0 && r.until.kind != endNone {
		return ruleError(RuleCountAndUntil, "COUNT", "COUNT en UNTIL mogen niet samen",
			"COUNT and UNTIL must not both be given")
	}
	if r.freq != yearly && len(r.weeks) > 0 {
		return together("BYWEEKNO", "een andere FREQ dan YEARLY", "a FREQ other than YEARLY")
	}
	if r.freq != yearly && len(r.yearDays) > 0 {
		return together("BYYEARDAY", "een andere FREQ dan YEARLY", "a FREQ other than YEARLY")
	}
	if r.freq == weekly && r.monthDays|r.backDays != 0 {
		return together("BYMONTHDAY", "FREQ=WEEKLY", "FREQ=WEEKLY")
	}
	if err := r.checkNumbered(); err != nil {
		return err
	}
	if len(r.setPos) > 0 && !r.selects() {
		return ruleError(RuleSetPosAlone, "BYSETPOS", "BYSETPOS kiest uit een ander BY-deel, en dat ontbreekt",
			"BYSETPOS selects from another BY part, and there is none")
	}
	slices.Sort(r.setPos)
	r.setPos = slices.Compact(r.setPos)
	slices.SortFunc(r.numbered, func(a, b numberedDay) int { return cmp.Or(int(a.day-b.day), a.nth-b.nth) })
	r.numbered = slices.Compact(r.numbered)
	return nil
}

// selects reports whether the rule has a BY part besides BYSETPOS.
func (r *Recurrence) selects() bool {
	return r.months != 0 || len(r.weeks) > 0 || len(r.yearDays) > 0 || r.monthDays|r.backDays != 0 ||
		r.hasWeekdays() || r.hours != 0 || r.minutes|r.seconds != 0
}

func (r *Recurrence) hasWeekdays() bool { return r.weekdays != 0 || len(r.numbered) > 0 }

func (r *Recurrence) checkNumbered() error {
	if len(r.numbered) == 0 {
		return nil
	}
	if r.freq == daily || r.freq == weekly {
		return ruleError(RuleNumberedDay, "BYDAY", "een nummer bij een weekdag kan alleen per maand of per jaar",
			"a numbered weekday needs FREQ=MONTHLY or FREQ=YEARLY")
	}
	if len(r.weeks) > 0 {
		return together("BYWEEKNO", "een genummerde weekdag", "a numbered weekday")
	}
	most := 53
	if r.freq == monthly || r.months != 0 {
		most = 5
	}
	for _, n := range r.numbered {
		if n.nth > most || n.nth < -most {
			return ruleError(RuleNumberedDay, "BYDAY", "een maand heeft hoogstens %d van een weekdag",
				"a month has at most %d of a weekday", most)
		}
	}
	return nil
}

func together(part, dutch, english string) error {
	return &RuleError{
		Code: RuleCombination, Part: part,
		Dutch:   part + " mag niet samen met " + dutch,
		English: part + " must not be used with " + english,
	}
}

func valueError(name, value string) error {
	return ruleError(RuleValue, name, "%s kent de waarde %q niet", "%s has no value %q", name, clip(value))
}

// partName is the name of a rule part where it could be one, else nothing: what
// reads an error need not expect foreign text in it.
func partName(s string) string {
	if s == "" || len(s) > 30 || !isAtoms(s, "-") {
		return ""
	}
	return s
}

// clip keeps foreign text in a message short.
func clip(s string) string {
	if len(s) > 30 {
		return strings.ToValidUTF8(s[:30], "") + "…"
	}
	return s
}
