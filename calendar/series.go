package calendar

import (
	"slices"
	"time"
)

// MaxInstances is how many instances a call returns when it gives no limit of
// its own.
const MaxInstances = 2000

// Series is a recurrence set: a start, a rule, and single dates added or left
// out (RFC 5545 section 3.8.5).
type Series struct {
	// Start is DTSTART; its location is the zone in which the rule is read, so
	// that 09:00 stays 09:00 over a change of clocks. Fractions of a second
	// are dropped.
	Start time.Time

	// Wall is the clock reading that DTSTART writes, carried in UTC; the zero
	// Wall is what Start shows. It matters where the zone skips the reading:
	// 02:30 makes a Start of 03:30, and the next day has 02:30 again.
	Wall time.Time

	// AllDay says that DTSTART is a DATE: only the date of Start counts, the
	// rule's BYHOUR and BYMINUTE are ignored, and instances are at midnight.
	AllDay bool

	// Rule is nil for a series without a rule, which then holds its start.
	// A start that the rule does not give is no instance.
	Rule *Recurrence

	RDates  []time.Time // instances added; in an AllDay series by date
	RDays   []Date      // instances added at the clock time of Start, as an RDATE;VALUE=DATE asks
	EXDates []time.Time // instances left out; in an AllDay series by date
	EXDays  []Date      // days left out whole, as an EXDATE;VALUE=DATE asks
}

// All returns the first limit instances in order; see Between.
func (s Series) All(limit int) []time.Time {
	return s.Between(time.Time{}, time.Date(lastYear+1, 1, 1, 0, 0, 0, 0, time.UTC), limit)
}

// Between returns the instances t with from <= t < to, in order and without
// duplicates, limit of them at the most. The zero from is no bound. The limit
// is at most MaxCount, and below 1 it means MaxInstances. A clock time that the
// zone skips is read with the offset before the gap, one that it shows twice is
// the first (RFC 5545 section 3.3.5).
func (s Series) Between(from, to time.Time, limit int) []time.Time {
	instances, _ := s.between(from, to, limit)
	return instances
}

// between also returns the work done, in steps of some tens of nanoseconds.
func (s Series) between(from, to time.Time, limit int) (found []time.Time, steps int) {
	return s.upTo(from, to, usableLimit(limit))
}

// usableLimit turns a limit asked for into one of 1 to MaxCount.
func usableLimit(limit int) int {
	if limit < 1 {
		return MaxInstances
	}
	return min(limit, MaxCount)
}

// upTo is between with any limit above 0.
func (s Series) upTo(from, to time.Time, limit int) (found []time.Time, steps int) {
	if !from.Before(to) {
		return nil, 0
	}
	if from.IsZero() { // no bound: the first midnight of a zone can be before it
		from = from.AddDate(0, 0, -2)
	}
	zone, excluded := s.Start.Location(), s.excluded()
	keep := func(t time.Time) {
		if !t.Before(from) && t.Before(to) && !excluded.has(t, zone) {
			found = append(found, t)
		}
	}
	for _, t := range s.RDates {
		if s.AllDay {
			t = DateOf(t, t.Location()).At(0, zone)
		}
		keep(t.In(zone).Truncate(time.Second))
	}
	for _, d := range s.RDays {
		keep(s.on(d))
	}
	if s.Rule == nil {
		keep(s.first())
	} else {
		steps = s.expand(from, to, excluded.days, keep, func() bool { return len(found) < limit+len(s.RDates)+len(s.RDays) })
	}
	slices.SortFunc(found, time.Time.Compare)
	found = slices.CompactFunc(found, time.Time.Equal)
	return found[:min(limit, len(found))], steps
}

// first returns the start as an instance.
func (s Series) first() time.Time {
	if s.AllDay {
		return s.on(DateOf(s.Start, s.Start.Location()))
	}
	return s.Start.Truncate(time.Second)
}

// on returns the instance that the series would have on a day.
func (s Series) on(d Date) time.Time {
	if s.AllDay {
		return d.At(0, s.Start.Location())
	}
	h, m, sec := s.wall().Clock()
	return resolve(d.Time().Add(time.Duration(h*3600+m*60+sec)*time.Second), s.Start.Location())
}

// wall returns the clock reading of the start, in any location.
func (s Series) wall() time.Time {
	if s.Wall.IsZero() {
		return s.Start
	}
	return s.Wall
}

// exclusions are the EXDATEs of a series, by instant and by day.
type exclusions struct {
	instants map[int64]bool
	days     map[Date]bool
}

func (e *exclusions) has(t time.Time, zone *time.Location) bool {
	return e.instants[t.Unix()] || len(e.days) > 0 && e.days[DateOf(t, zone)]
}

func (s Series) excluded() (e exclusions) {
	if len(s.EXDates) == 0 && len(s.EXDays) == 0 {
		return e
	}
	e = exclusions{make(map[int64]bool, len(s.EXDates)), make(map[Date]bool, len(s.EXDays))}
	for _, t := range s.EXDates {
		if s.AllDay {
			e.days[DateOf(t, t.Location())] = true
		} else {
			e.instants[t.Unix()] = true
		}
	}
	for _, d := range s.EXDays {
		e.days[d] = true
	}
	return e
}

// A clock reading is less than this far from its instant, read as UTC: no zone
// is more than 15 hours away, and no gap is longer than a day.
const clockMargin = 40 * 3600

// expand gives keep the instances of the rule around a window, and stops once
// more has turned false; near a change of clocks at the end of the next day.
func (s Series) expand(from, to time.Time, skip map[Date]bool, keep func(time.Time), more func() bool) (steps int) {
	zone := s.Start.Location()
	start := s.wall()
	rule := *s.Rule
	window := wallSeconds(from.Unix()) - clockMargin
	x := expansion{
		rule: &rule, start: DateOf(start, start.Location()), skip: skip,
		from: window, to: dateBound(to) + 2,
	}
	if s.AllDay {
		rule.hours, rule.minutes, rule.seconds = 0, 0, 0
	} else {
		x.clock = start.Hour()*3600 + start.Minute()*60 + start.Second()
	}
	if rule.until.kind != endNone {
		x.to = min(x.to, dateBound(rule.until.at)+2)
	}
	clocks := clockReader{zone: zone}
	current, full := NoDate, NoDate
	x.emit = func(d Date, seconds int) bool {
		wall := d.wall(seconds)
		if !more() {
			// Around a change of clocks a later reading can be an earlier instant.
			if clocks.calm(wall) || d != current && full != NoDate {
				return false
			}
			if d != current {
				full = d
			}
		}
		current = d
		if wall < window { // with COUNT the instances before the window come too
			return true
		}
		at, fresh := clocks.read(wall)
		if fresh && !rule.until.passed(d, wall, at, s.AllDay) {
			keep(at)
		}
		return true
	}
	x.run()
	return x.steps
}

// clockReader maps the readings of a wall clock to instants, as resolve does. It
// keeps the run of readings of one offset that it was last in, and reads the
// others of that run at a tenth of the cost.
type clockReader struct {
	zone     *time.Location
	from, to wallSeconds // readings between these are offset seconds ahead of UTC
	offset   wallSeconds

	// Those between these are in the order of their instants, each with one of
	// its own; around a gap they need not be.
	calmFrom, calmTo wallSeconds
	seen             map[int64]bool // instants around a gap
}

// calm reports whether the readings around one are known to be in the order of
// their instants.
func (c *clockReader) calm(wall wallSeconds) bool { return wall >= c.calmFrom && wall < c.calmTo }

func (c *clockReader) holds(wall wallSeconds) bool { return wall >= c.from && wall < c.to }

// read returns the instant of a reading, and false when an earlier reading gave
// the same one: around a gap two readings can.
func (c *clockReader) read(wall wallSeconds) (at time.Time, fresh bool) {
	if !c.holds(wall) {
		c.find(wall)
	}
	if c.holds(wall) {
		at = time.Unix(int64(wall-c.offset), 0).In(c.zone)
	} else {
		at = resolve(time.Unix(int64(wall), 0).UTC(), c.zone)
	}
	if c.calm(wall) {
		c.seen = nil
		return at, true
	}
	if c.seen == nil {
		c.seen = map[int64]bool{}
	}
	fresh = !c.seen[at.Unix()]
	c.seen[at.Unix()] = true
	return at, fresh
}

// find looks for the run of a reading, and leaves none where the clocks change
// again within days: only resolve knows which offsets are meant there.
func (c *clockReader) find(wall wallSeconds) {
	now := stretchAt(time.Unix(int64(wall-c.offset), 0).In(c.zone))
	for range 3 { // the offset was a guess, so the run can be one beside it
		before, after := now.neighbour(now.begin, -1), now.neighbour(now.end, 0)
		c.offset = now.offset
		c.from, c.to, c.calmFrom, c.calmTo = -1<<62, 1<<62, -1<<62, 1<<62
		if !now.begin.IsZero() {
			// Up to here the offset before holds: in a gap, and the first time in a fold.
			c.from = wallSeconds(now.begin.Unix()) + max(before.offset, now.offset)
			c.calmFrom = c.from + max(0, now.offset-before.offset)
		}
		if !now.end.IsZero() {
			c.to = wallSeconds(now.end.Unix()) + max(now.offset, after.offset)
			c.calmTo = wallSeconds(now.end.Unix()) + now.offset
		}
		switch {
		case before.short() || now.short() || after.short():
			c.from, c.to, c.calmFrom, c.calmTo = 0, 0, 0, 0
			return
		case wall < c.from:
			now = before
		case wall >= c.to:
			now = after
		default:
			return
		}
	}
}

// stretch is a time with one offset; a zero end is none.
type stretch struct {
	begin, end time.Time
	offset     wallSeconds
}

func stretchAt(t time.Time) (s stretch) {
	s.begin, s.end = t.ZoneBounds()
	_, offset := t.Zone()
	s.offset = wallSeconds(offset)
	return s
}

// neighbour returns the stretch on the other side of an end.
func (s stretch) neighbour(end time.Time, shift time.Duration) stretch {
	if end.IsZero() {
		return s
	}
	return stretchAt(end.Add(shift * time.Second))
}

// short reports whether a stretch is so short that a reading can see across it:
// resolve looks a day to either side, and no zone is more than a day away.
func (s stretch) short() bool {
	return !s.begin.IsZero() && !s.end.IsZero() && s.end.Sub(s.begin) < 96*time.Hour
}

// dateBound returns the date in UTC of an instant, for the years 0 to 9999.
func dateBound(t time.Time) Date {
	if t.Year() > lastYear {
		return NewDate(lastYear, time.December, 31)
	}
	return DateOf(t, time.UTC)
}

// passed reports whether an instance lies after UNTIL, which is inclusive. A
// date ends with its whole day, as Outlook and others mean it, and of a time
// given for all-day instances only the date counts.
func (e ruleEnd) passed(d Date, wall wallSeconds, at time.Time, allDay bool) bool {
	switch {
	case e.kind == endNone:
		return false
	case e.kind == endDate || allDay:
		return d > DateOf(e.at, time.UTC)
	case e.kind == endUTC:
		return at.After(e.at)
	default:
		return wall > wallSeconds(e.at.Unix())
	}
}
