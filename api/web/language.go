package web

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
)

// Lang is a language of the pages, as its BCP 47 tag.
type Lang string

// The languages. Dutch is the default.
const (
	Dutch   Lang = "nl"
	English Lang = "en"
)

// Langs lists the languages in the order in which a page offers them.
var Langs = []Lang{Dutch, English}

// Name returns the language's name in the language itself.
func (l Lang) Name() string {
	if l == English {
		return "English"
	}
	return "Nederlands"
}

// MatchLang chooses the language of a page: what the reader asked for (the
// value of ?lang=), else the best of the Accept-Language header (RFC 9110
// section 12.5.4), else Dutch.
func MatchLang(asked, accept string) Lang {
	if l, ok := known(asked); ok {
		return l
	}
	best, quality := Dutch, 0.0
	for part := range strings.SplitSeq(accept, ",") {
		tag, params, _ := strings.Cut(part, ";")
		l, ok := known(tag)
		if q := acceptQuality(params); ok && q > quality {
			best, quality = l, q
		}
	}
	return best
}

func known(tag string) (Lang, bool) {
	tag, _, _ = strings.Cut(strings.ToLower(strings.TrimSpace(tag)), "-")
	for _, l := range Langs {
		if tag == string(l) {
			return l, true
		}
	}
	return Dutch, false
}

// acceptQuality reads "q=0.8"; a missing value is 1 and a faulty one 0.
func acceptQuality(params string) float64 {
	name, value, found := strings.Cut(strings.TrimSpace(params), "=")
	if !found || strings.TrimSpace(name) != "q" {
		return 1
	}
	q, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
	if err != nil || math.IsNaN(q) || q < 0 || q > 1 {
		return 0
	}
	return q
}

// message returns a text of the message table with its arguments filled in. A
// key that is not there is an error, so that no page shows a hole.
func (l Lang) message(key string, args ...any) (string, error) {
	m, ok := messages[key]
	if !ok {
		return "", fmt.Errorf("message %q is not in the table", key)
	}
	if len(args) == 0 {
		return l.text(m), nil
	}
	return fmt.Sprintf(l.text(m), args...), nil
}

// count returns "1 location" or "12 locations": the message key with ".one" or
// ".other", which holds one %s.
func (l Lang) count(key string, n int) (string, error) {
	form := ".other"
	if n == 1 {
		form = ".one"
	}
	return l.message(key+form, l.number(n))
}

// text returns a text in the language, or in the other one where it lacks.
func (l Lang) text(t planner.Text) string {
	if (l == English && t.EN != "") || t.NL == "" {
		return t.EN
	}
	return t.NL
}

// number writes a whole number with its thousands apart.
func (l Lang) number(n int) string {
	digits := strconv.Itoa(n)
	sign := ""
	if n < 0 {
		sign, digits = "−", digits[1:]
	}
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + l.separator() + digits[i:]
	}
	return sign + digits
}

func (l Lang) separator() string {
	if l == English {
		return ","
	}
	return "."
}

// decimal writes a number with a fixed number of decimals.
func (l Lang) decimal(x float64, decimals int) string {
	s := strconv.FormatFloat(x, 'f', decimals, 64)
	if l == English {
		return s
	}
	return strings.Replace(s, ".", ",", 1)
}

// percent writes a share, 0.123, as a percentage with the decimals given.
func (l Lang) percent(share float64, decimals int) string {
	s := l.decimal(share*100, decimals)
	if l == English {
		return s + "%"
	}
	return s + "\u00a0%"
}

// hours writes minutes as whole hours.
func (l Lang) hours(minutes int64) string {
	return l.number(int(math.Round(float64(minutes) / 60)))
}

// date writes 4 januari 2027.
func (l Lang) date(d calendar.Date) string {
	if d == calendar.NoDate {
		return "–"
	}
	t := d.Time()
	return fmt.Sprintf("%d %s %d", t.Day(), l.month(t.Month()), t.Year())
}

// shortDate writes 4 jan, for tables.
func (l Lang) shortDate(d calendar.Date) string {
	if d == calendar.NoDate {
		return "–"
	}
	t := d.Time()
	name := l.month(t.Month())
	if t.Month() == time.March && l == Dutch {
		return fmt.Sprintf("%d mrt", t.Day())
	}
	return fmt.Sprintf("%d %s", t.Day(), name[:3])
}

// weekday writes maandag 4 januari.
func (l Lang) weekday(d calendar.Date) string {
	t := d.Time()
	return fmt.Sprintf("%s %d %s", l.dayName(t.Weekday()), t.Day(), l.month(t.Month()))
}

// dayNumber writes ma 4.
func (l Lang) dayNumber(d calendar.Date) string {
	t := d.Time()
	return fmt.Sprintf("%.2s %d", l.dayName(t.Weekday()), t.Day())
}

// signed writes an amount in a unit with its sign: +12, −3, 0.
func (l Lang) signed(amount int64, unit int64) string {
	n := int(math.Round(float64(amount) / float64(unit)))
	if n > 0 {
		return "+" + l.number(n)
	}
	return l.number(n)
}

// clock writes 09:30.
func (l Lang) clock(t time.Time) string { return t.Format("15:04") }

// moment writes 4 januari 2027 09:30; the time is in the zone that it carries.
func (l Lang) moment(t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	return fmt.Sprintf("%d %s %d %s", t.Day(), l.month(t.Month()), t.Year(), l.clock(t))
}

var (
	dutchMonths = [...]string{
		"januari", "februari", "maart", "april", "mei", "juni",
		"juli", "augustus", "september", "oktober", "november", "december",
	}
	dutchDays = [...]string{"zondag", "maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag"}
)

func (l Lang) month(m time.Month) string {
	if l == English {
		return m.String()
	}
	return dutchMonths[m-1]
}

func (l Lang) dayName(d time.Weekday) string {
	if l == English {
		return d.String()
	}
	return dutchDays[d]
}
