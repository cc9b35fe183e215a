package calendar

import (
	"math"
	"time"
)

// firstLocal is the first moment, in seconds since 1970, from which on the two
// rules of the VTIMEZONE hold: the year 1997.
const firstLocal = 852076800

// icsClock tells what the clocks of Amsterdam show. It keeps the time between
// two changes of the clocks that it was last asked about, since looking the
// zone up for each time of a feed would be much of the cost of writing it.
type icsClock struct {
	zone *time.Location // nil where times are written in UTC
	// from inclusive and to exclusive, in seconds since 1970, are times at which
	// the clocks are this many seconds ahead of UTC. The days after a change
	// are left out: what the clocks show then may have been shown before it.
	from, to, ahead int64
}

func (f *Feed) clock() icsClock {
	if !f.inAmsterdam() {
		return icsClock{}
	}
	return icsClock{zone: f.Zone}
}

// shows returns the clock reading of a moment, as seconds since 1970 by that
// clock, and whether the moment can be written that way. An hour that comes
// twice means the first in that form; other times are written in UTC.
func (c *icsClock) shows(t time.Time) (reading int64, ok bool) {
	moment := t.Unix()
	switch {
	case c.zone == nil || moment < firstLocal:
		return 0, false
	case moment >= c.from && moment < c.to:
		return moment + c.ahead, true
	}
	in := t.In(c.zone)
	_, ahead := in.Zone()
	if !resolve(t.UTC().Add(time.Duration(ahead)*time.Second), c.zone).Equal(t) {
		return 0, false
	}
	begin, end := in.ZoneBounds()
	c.from, c.to, c.ahead = firstLocal, math.MaxInt64, int64(ahead)
	if !begin.IsZero() {
		c.from = max(firstLocal, begin.AddDate(0, 0, 2).Unix())
	}
	if !end.IsZero() {
		c.to = end.Unix()
	}
	return moment + c.ahead, true
}

// stamp appends a property that is a moment, in UTC.
func (w *icsWriter) stamp(name string, t time.Time) {
	begin := w.reading(name, t.Unix())
	w.out = append(w.out, 'Z')
	w.end(begin)
}

// wall appends a property that is a clock reading, in seconds since 1970.
func (w *icsWriter) wall(name string, reading int64) { w.end(w.reading(name, reading)) }

// reading appends YYYYMMDDTHHMMSS after a name, digit by digit: a layout costs
// four times as much. The year has four digits, which Feed.check sees to.
func (w *icsWriter) reading(name string, seconds int64) (begin int) {
	begin = len(w.out)
	t := time.Unix(seconds, 0).UTC()
	year, month, day := t.Date()
	hour, minute, second := t.Clock()
	w.out = append(append(w.out, name...), ':')
	w.pair(year / 100)
	w.pair(year % 100)
	w.pair(int(month))
	w.pair(day)
	w.out = append(w.out, 'T')
	w.pair(hour)
	w.pair(minute)
	w.pair(second)
	return begin
}

// pair appends a number below 100 as two digits.
func (w *icsWriter) pair(n int) { w.out = append(w.out, byte('0'+n/10), byte('0'+n%10)) }
