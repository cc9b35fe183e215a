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

	// AllDay says that DTSTART is a DATE: only the date of Start counts, the
	// rule's BYHOUR and BYMINUTE are ignored, and instances are at midnight.
	AllDay bool

	// Rule is nil for a series without a rule, which then holds its start.
	// A start that the rule does not give is no instance.
	Rule *Recurrence

	RDates  []time.Time // instances added
	EXDates []time.Time // instances left out; in an AllDay series by date
	EXDays  []Date      // days left out whole, as an EXDATE;VALUE=DATE asks
}

// All returns the first limit instances in order; see Between.
func (s Series) All(limit int) []time.Time {
	return s.Between(time.Time{}, time.Date(lastYear+1, 1, 1, 0, 0, 0, 0, time.UTC), limit)
}

// Between returns the instances t with from <= t < to, in order and without
// duplicates, limit of them at the most. The limit is at most MaxCount, and
// below 1 it means MaxInstances. A clock time that the zone skips is read
// with the offset before the gap, one that it shows twice is the first
// (RFC 5545 section 3.3.5).
func (s Series) Between(from, to time.Time, limit int) []time.Time {
	instances, _ := s.between(from, to, limit)
	return instances
}

// between also returns the work done, in steps of some tens of nanoseconds.
func (s Series) between(from, to time.Time, limit int) (found []time.Time, steps int) {
	if limit < 1 {
		limit = MaxInstances
	}
	limit = min(limit, MaxCount)
	if !from.Before(to) {
		return nil, 0
	}
	excluded := s.excluded()
	keep := func(t time.Time) {
		if !t.Before(from) && t.Before(to) && !excluded(t) {
			found = append(found, t)
		}
	}
	zone := s.Start.Location()
	for _, t := range s.RDates {
		if s.AllDay {
			t = DateOf(t, t.Location()).At(0, zone)
		}
		keep(t.In(zone).Truncate(time.Second))
	}
	if s.Rule == nil {
		keep(s.first())
	} else {
		steps = s.expand(from, to, keep, func() bool { return len(found) < limit+len(s.RDates) })
	}
	slices.SortFunc(found, time.Time.Compare)
	found = slices.CompactFunc(found, time.Time.Equal)
	return found[:min(limit, len(found))], steps
}

// first returns the start as an instance.
func (s Series) first() time.Time {
	if s.AllDay {
		return DateOf(s.Start, s.Start.Location()).At(0, s.Start.Location())
	}
	return s.Start.Truncate(time.Second)
}

// excluded returns the test for EXDATE.
func (s Series) excluded() func(time.Time) bool {
	if len(s.EXDates) == 0 && len(s.EXDays) == 0 {
		return func(time.Time) bool { return false }
	}
	zone := s.Start.Location()
	instants := make(map[int64]bool, len(s.EXDates))
	days := make(map[Date]bool, len(s.EXDays))
	for _, t := range s.EXDates {
		if s.AllDay {
			days[DateOf(t, t.Location())] = true
		} else {
			instants[t.Unix()] = true
		}
	}
	for _, d := range s.EXDays {
		days[d] = true
	}
	return func(t time.Time) bool { return instants[t.Unix()] || days[DateOf(t, zone)] }
}

// expand gives keep the instances of the rule around a window, and stops at
// the end of the day on which more has turned false.
func (s Series) expand(from, to time.Time, keep func(time.Time), more func() bool) (steps int) {
	zone := s.Start.Location()
	start := s.Start.In(zone)
	rule := *s.Rule
	x := expansion{
		rule:  &rule,
		start: DateOf(start, zone),
		// A clock reading is within a day of its instant, gaps included.
		from: dateBound(from) - 2,
		to:   dateBound(to) + 2,
	}
	if s.AllDay {
		rule.hours, rule.minutes = 0, 0
	} else {
		x.clock = start.Hour()*3600 + start.Minute()*60 + start.Second()
	}
	if rule.until.kind != endNone {
		x.to = min(x.to, dateBound(rule.until.at)+2)
	}
	current, window := NoDate, x.from
	x.emit = func(d Date, seconds int) bool {
		if d != current && !more() {
			return false
		}
		current = d
		if rule.until.passed(d, seconds, s.AllDay, zone) {
			return false
		}
		if d >= window { // with COUNT the instances before the window come too
			keep(resolve(d.Time().Add(time.Duration(seconds)*time.Second), zone))
		}
		return true
	}
	x.run()
	return x.steps
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
func (e ruleEnd) passed(d Date, seconds int, allDay bool, zone *time.Location) bool {
	switch {
	case e.kind == endNone:
		return false
	case e.kind == endDate || allDay:
		return d > DateOf(e.at, time.UTC)
	default:
		wall := d.Time().Add(time.Duration(seconds) * time.Second)
		if e.kind == endUTC {
			wall = resolve(wall, zone)
		}
		return wall.After(e.at)
	}
}
