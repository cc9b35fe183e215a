package calendar

import (
	"strings"
	"time"
)

// stamp is a time as a calendar writes it, before its zone is known.
type stamp struct {
	wall time.Time // clock reading, carried in UTC
	form stampForm
	tzid string
}

type stampForm uint8

const (
	stampNone stampForm = iota
	stampDate
	stampLocal
	stampUTC
)

// parseStamp reads a DATE or DATE-TIME.
func parseStamp(c *contentLine) (s stamp, ok bool) {
	form, layout := stampDate, icsDate
	switch len(c.value) {
	case len(icsDate):
	case len(icsLocal):
		form, layout = stampLocal, icsLocal
	case len(icsUTC):
		form, layout = stampUTC, icsUTC
	default:
		return stamp{}, false
	}
	value := strings.ToUpper(c.value)
	if form != stampDate && value[13:15] == "60" { // a leap second
		value = value[:13] + "59" + value[15:]
	}
	wall, err := time.Parse(layout, value)
	if err != nil {
		return stamp{}, false
	}
	s = stamp{wall: wall, form: form}
	if form == stampLocal {
		s.tzid = c.param("TZID")
	}
	return s, true
}

// foreignEvent is what is kept of a VEVENT.
type foreignEvent struct {
	line         int
	calendar     int // of the stream, for its own zone
	uid          string
	sequence     int64
	stamped      time.Time
	start, end   stamp
	length       eventLength
	instance     stamp // RECURRENCE-ID
	rules        []string
	extra        []foreignPeriod // RDATE
	excluded     []stamp         // EXDATE
	free         bool
	bad          bool // a time that cannot be read
	futureRange  bool
	tooManyDates bool
}

// eventLength is a DURATION: days by the calendar, the rest by the clock.
type eventLength struct {
	given bool
	days  int
	exact time.Duration
}

// foreignPeriod is an RDATE; end and length are empty unless it is a PERIOD.
type foreignPeriod struct {
	start, end stamp
	length     eventLength
}

// property takes a line of a VEVENT.
func (e *foreignEvent) property(c *contentLine, own []string) {
	switch c.name {
	case "DTSTART", "DTEND", "RECURRENCE-ID", "EXDATE", "RDATE":
		c.splitLast()
	}
	switch c.name {
	case "UID":
		e.uid = strings.ToValidUTF8(c.value, "\uFFFD")
	case "SEQUENCE":
		e.sequence = parseCount(c.value)
	case "DTSTAMP", "LAST-MODIFIED":
		if t, ok := parseStamp(c); ok && t.wall.After(e.stamped) {
			e.stamped = t.wall
		}
	case "DTSTART":
		e.take(&e.start, c)
	case "DTEND":
		e.take(&e.end, c)
	case "RECURRENCE-ID":
		e.take(&e.instance, c)
		e.futureRange = strings.EqualFold(c.param("RANGE"), "THISANDFUTURE")
	case "DURATION":
		if e.length = parseLength(c.value); !e.length.given {
			e.bad = true
		}
	case "RRULE":
		e.rules = append(e.rules, c.value)
	case "EXDATE":
		e.eachValue(c, func(one *contentLine) {
			if t, ok := parseStamp(one); ok {
				e.excluded = append(e.excluded, t)
			}
		})
	case "RDATE":
		e.eachValue(c, func(one *contentLine) {
			if p, ok := parsePeriod(one); ok {
				e.extra = append(e.extra, p)
			}
		})
	default:
		e.freedom(c, own)
	}
}

// freedom takes the lines that say whether the event takes time.
func (e *foreignEvent) freedom(c *contentLine, own []string) {
	switch c.name {
	case "TRANSP":
		e.free = e.free || strings.EqualFold(c.value, "TRANSPARENT")
	case "STATUS":
		e.free = e.free || strings.EqualFold(c.value, "CANCELLED")
	case "X-MICROSOFT-CDO-BUSYSTATUS":
		e.free = e.free || strings.EqualFold(c.value, "FREE")
	case "ATTENDEE":
		if strings.EqualFold(c.param("PARTSTAT"), "DECLINED") {
			for _, address := range own {
				e.free = e.free || strings.EqualFold(strings.TrimPrefix(strings.ToLower(c.value), "mailto:"), address)
			}
		}
	}
}

func (e *foreignEvent) take(to *stamp, c *contentLine) {
	t, ok := parseStamp(c)
	if !ok {
		e.bad = true
	}
	*to = t
}

func (e *foreignEvent) eachValue(c *contentLine, take func(*contentLine)) {
	for value := range strings.SplitSeq(c.value, ",") {
		if len(e.extra)+len(e.excluded) >= maxSeriesDates {
			e.tooManyDates = true
			return
		}
		one := *c
		one.value = strings.TrimSpace(value)
		take(&one)
	}
}

func parsePeriod(c *contentLine) (p foreignPeriod, ok bool) {
	one := *c
	first, second, found := strings.Cut(c.value, "/")
	one.value = first
	if p.start, ok = parseStamp(&one); !ok || !found {
		return p, ok
	}
	if p.length = parseLength(second); p.length.given {
		return p, true
	}
	one.value = second
	p.end, ok = parseStamp(&one)
	return p, ok
}

func parseCount(s string) (n int64) {
	for _, r := range s {
		if r < '0' || r > '9' || n > 1<<40 {
			return n
		}
		n = n*10 + int64(r-'0')
	}
	return n
}

// mostDays bounds a DURATION, to some thirty years.
const mostDays = 10_000

// parseLength reads a positive DURATION such as P1D or PT1H30M.
func parseLength(s string) (l eventLength) {
	rest := strings.TrimPrefix(strings.ToUpper(s), "+")
	rest, found := strings.CutPrefix(rest, "P")
	if !found || rest == "" {
		return eventLength{}
	}
	clock := false
	for rest != "" {
		if rest[0] == 'T' && !clock {
			clock, rest = true, rest[1:]
			continue
		}
		digits := strings.IndexFunc(rest, func(r rune) bool { return r < '0' || r > '9' })
		if digits < 1 || digits > 9 {
			return eventLength{}
		}
		n := int(parseCount(rest[:digits]))
		switch unit := rest[digits]; {
		case unit == 'W' && !clock:
			l.days += 7 * n
		case unit == 'D' && !clock:
			l.days += n
		case unit == 'H' && clock:
			l.exact += time.Duration(n) * time.Hour
		case unit == 'M' && clock:
			l.exact += time.Duration(n) * time.Minute
		case unit == 'S' && clock:
			l.exact += time.Duration(n) * time.Second
		default:
			return eventLength{}
		}
		rest = rest[digits+1:]
	}
	l.days = min(l.days, mostDays)
	l.exact = min(l.exact, mostDays*24*time.Hour)
	l.given = true
	return l
}
