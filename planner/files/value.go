package files

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
)

// value is a cell of a CSV file or a scalar of a YAML file, and where it
// stands. Its methods read it as some type; a text that does not fit is a
// fault and gives the zero value.
type value struct {
	rep          *report
	file         string
	line, column int
	field        string
	text         string
}

func (v value) fault(format string, args ...any) {
	v.rep.add(Fault{File: v.file, Line: v.line, Column: v.column, Field: v.field, Message: fmt.Sprintf(format, args...)})
}

func (v value) empty() bool { return v.text == "" }

// or returns the value with a default for an empty text.
func (v value) or(text string) value {
	if v.text == "" {
		v.text = text
	}
	return v
}

// An id becomes part of file names, addresses and lists, so it is plain.
var idPattern = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)

// id reads an identifier.
func (v value) id() string {
	if v.text != "" && !idPattern.MatchString(v.text) {
		v.fault("%q: want letters, digits, '-', '_' and '.', starting with a letter or digit, at most 64", v.text)
	}
	return v.text
}

// list reads a list separated by '|'.
func (v value) list() []string {
	if v.text == "" {
		return nil
	}
	var out []string
	for part := range strings.SplitSeq(v.text, "|") {
		part = strings.TrimSpace(part)
		switch {
		case part == "":
			v.fault("%q: empty item in the list", v.text)
		case slices.Contains(out, part):
			v.fault("%q is in the list twice", part)
		default:
			out = append(out, part)
		}
	}
	return out
}

// each returns the items of a list as values at the same place.
func (v value) each() []value {
	items := v.list()
	out := make([]value, len(items))
	for i, item := range items {
		out[i] = v
		out[i].text = item
	}
	return out
}

// choice reads one of a few words.
func (v value) choice(words ...string) string {
	if v.text == "" || slices.Contains(words, v.text) {
		return v.text
	}
	v.fault("%q: want %s", v.text, strings.Join(words, ", "))
	return ""
}

// flag reads yes or no, also in Dutch; empty is no.
func (v value) flag() bool {
	switch strings.ToLower(v.text) {
	case "yes", "ja", "true":
		return true
	case "", "no", "nee", "false":
		return false
	}
	v.fault("%q: want yes or no", v.text)
	return false
}

// number reads a whole number between two bounds; empty is 0.
func (v value) number(low, high int) int {
	if v.text == "" {
		return 0
	}
	n, err := strconv.Atoi(v.text)
	if err != nil || n < low || n > high {
		v.fault("%q: want a whole number from %d to %d", v.text, low, high)
		return 0
	}
	return n
}

// decimal reads a number between two bounds; a comma may stand for the point.
func (v value) decimal(low, high float64) float64 {
	if v.text == "" {
		return 0
	}
	x, err := strconv.ParseFloat(strings.Replace(v.text, ",", ".", 1), 64)
	if err != nil || math.IsNaN(x) || x < low || x > high {
		v.fault("%q: want a number from %v to %v", v.text, low, high)
		return 0
	}
	return x
}

// The years that make sense; far ones are typing errors and would make long
// loops.
const firstYear, lastYear = 1900, 2200

// date reads a date; empty is calendar.NoDate.
func (v value) date() calendar.Date {
	d, err := calendar.ParseDate(v.text)
	if err != nil {
		v.fault("%q: want a date as 2027-01-31", v.text)
		return calendar.NoDate
	}
	if d != calendar.NoDate && (d.Year() < firstYear || d.Year() > lastYear) {
		v.fault("%q: want a year from %d to %d", v.text, firstYear, lastYear)
		return calendar.NoDate
	}
	return d
}

// dates reads a list of dates.
func (v value) dates() []calendar.Date {
	var out []calendar.Date
	for _, item := range v.each() {
		out = append(out, item.date())
	}
	return out
}

// period reads a first and a last day and faults a reversed pair.
func period(from, to value) (first, last calendar.Date) {
	first, last = from.date(), to.date()
	if first != calendar.NoDate && last != calendar.NoDate && last < first {
		to.fault("%s is before %s %s", last, from.field, first)
	}
	return first, last
}

// moment reads a local date and time.
func (v value) moment() (calendar.Date, calendar.Clock) {
	if v.text == "" {
		return calendar.NoDate, 0
	}
	t, err := time.Parse("2006-01-02T15:04", v.text)
	if err != nil || t.Year() < firstYear || t.Year() > lastYear {
		v.fault("%q: want a local date and time as 2027-01-05T09:00", v.text)
		return calendar.NoDate, 0
	}
	return calendar.DateOf(t, time.UTC), calendar.Clock(t.Hour()*60 + t.Minute())
}

// span reads a part of a day, 13:00-17:00.
func (v value) span() calendar.Span {
	if v.text == "" {
		return calendar.Span{}
	}
	span, ok := parseSpan(v.text)
	if !ok {
		v.fault("%q: want a part of a day as 13:00-17:00", v.text)
	}
	return span
}

func parseSpan(text string) (calendar.Span, bool) {
	a, b, found := strings.Cut(text, "-")
	from, err1 := calendar.ParseClock(strings.TrimSpace(a))
	to, err2 := calendar.ParseClock(strings.TrimSpace(b))
	if !found || err1 != nil || err2 != nil || to <= from {
		return calendar.Span{}, false
	}
	return calendar.Span{From: from, To: to}, true
}

var weekdays = []string{"su", "mo", "tu", "we", "th", "fr", "sa"}

// week reads a weekly pattern, "mo-fr 08:30-12:30|tu 13:00-17:00".
func (v value) week() calendar.Week {
	var week calendar.Week
	for _, item := range v.each() {
		days, spanText, _ := strings.Cut(item.text, " ")
		span, ok := parseSpan(strings.TrimSpace(spanText))
		first, last, okDays := parseDays(strings.ToLower(days))
		if !ok || !okDays {
			v.fault("%q: want a day and times as “mo 08:30-12:30” or “mo-fr 08:00-18:00”", item.text)
			continue
		}
		for day := first; ; day = (day + 1) % 7 {
			week[day] = append(week[day], span)
			if day == last {
				break
			}
		}
	}
	v.sortWeek(&week)
	return week
}

// parseDays reads a day or a range of days, which may pass the weekend.
func parseDays(text string) (first, last int, ok bool) {
	a, b, isRange := strings.Cut(text, "-")
	first = slices.Index(weekdays, a)
	last = first
	if isRange {
		last = slices.Index(weekdays, b)
	}
	return first, last, first >= 0 && last >= 0
}

// sortWeek orders the spans of each day and faults those that overlap.
func (v value) sortWeek(week *calendar.Week) {
	for day, spans := range week {
		slices.SortFunc(spans, func(a, b calendar.Span) int { return int(a.From - b.From) })
		for i := 1; i < len(spans); i++ {
			if spans[i].From < spans[i-1].To {
				v.fault("%q: two parts of %s overlap", v.text, weekdays[day])
				break
			}
		}
	}
}

var municipalityPattern = regexp.MustCompile(`^[0-9]{4}$`)

// municipality reads a municipality code of four digits.
func (v value) municipality() string {
	if v.text != "" && !municipalityPattern.MatchString(v.text) {
		v.fault("%q: want the municipality's four digits, for example 0268", v.text)
	}
	return v.text
}

var postcodePattern = regexp.MustCompile(`^([1-9][0-9]{3}) ?([A-Za-z]{2})?$`)

// postcode reads a Dutch postcode, 6511 or 6511AB, and returns it without a
// space and in capitals, with its four digits.
func (v value) postcode() (full, pc4 string) {
	if v.text == "" {
		return "", ""
	}
	m := postcodePattern.FindStringSubmatch(v.text)
	if m == nil {
		v.fault("%q: want a postcode as 6511AB or 6511", v.text)
		return "", ""
	}
	return m[1] + strings.ToUpper(m[2]), m[1]
}
