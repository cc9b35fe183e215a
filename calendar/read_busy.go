package calendar

import (
	"cmp"
	"errors"
	"strings"
	"time"
)

// busyExpansion turns the events of a foreign calendar into busy times.
type busyExpansion struct {
	*foreignReader
	book     *zoneBook
	floating map[int]*time.Location // by calendar of the stream
	steps    int
}

// eventKey tells the versions of one event apart from other events.
type eventKey struct {
	uid      string
	instance stamp
}

func (x *busyExpansion) run() error {
	newest := map[eventKey]int{}
	for i := range x.events {
		e := &x.events[i]
		if e.uid == "" {
			continue
		}
		key := eventKey{e.uid, e.instance}
		if before, known := newest[key]; !known || x.newer(e, &x.events[before]) {
			newest[key] = i
		}
	}
	// The instances that a series gives up to an event of their own.
	moved := map[string][]stamp{}
	for i := range x.events {
		e := &x.events[i]
		if e.uid != "" && e.instance.form != stampNone && newest[eventKey{e.uid, e.instance}] == i {
			moved[e.uid] = append(moved[e.uid], e.instance)
		}
	}
	for i := range x.events {
		e := &x.events[i]
		if e.uid != "" && newest[eventKey{e.uid, e.instance}] != i {
			continue
		}
		if e.instance.form == stampNone && e.uid != "" {
			e.excluded = append(e.excluded, moved[e.uid]...)
		}
		if err := x.event(e); err != nil {
			return err
		}
	}
	return nil
}

// newer reports whether a version of an event replaces an earlier line's.
func (x *busyExpansion) newer(e, before *foreignEvent) bool {
	return cmp.Or(cmp.Compare(e.sequence, before.sequence), e.stamped.Compare(before.stamped)) >= 0
}

func (x *busyExpansion) event(e *foreignEvent) error {
	if e.bad || e.start.form == stampNone {
		x.fault(e.line, FaultEvent, "een afspraak heeft geen leesbare tijd en is overgeslagen",
			"an event has no readable time and was skipped")
		return nil
	}
	if e.free {
		return nil
	}
	if e.futureRange {
		x.fault(e.line, FaultRange, "een wijziging vanaf een datum is als wijziging van één keer gelezen",
			"a change from a date on was read as a change of one instance")
	}
	start, margin := x.instant(e, e.start)
	end := x.endOf(e, start, e.end, e.length)
	if end.Before(start) {
		x.fault(e.line, FaultEvent, "een afspraak eindigt voor zijn begin en is overgeslagen",
			"an event ends before it starts and was skipped")
		return nil
	}
	if margin > 0 {
		x.fault(e.line, FaultZone, "de tijdzone is onbekend; de afspraak geldt van een dag ervoor tot een dag erna",
			"the zone is not known; the event is taken from a day before to a day after")
	}
	return x.instances(e, start, end, margin)
}

// instances adds the busy times of an event in the window.
func (x *busyExpansion) instances(e *foreignEvent, start, end time.Time, margin time.Duration) error {
	length := end.Sub(start)
	from, to := x.options.From.Add(-length-margin), x.options.To.Add(margin)
	s := Series{Start: start, AllDay: e.start.form == stampDate}
	if e.start.form == stampLocal {
		s.Wall = e.start.wall
	}
	for _, t := range e.excluded {
		if at, _ := x.instant(e, t); t.form == stampDate {
			s.EXDays = append(s.EXDays, DateOf(t.wall, time.UTC))
		} else {
			s.EXDates = append(s.EXDates, at)
		}
	}
	excluded := s.excluded()
	for _, p := range e.extra {
		at, _ := x.instant(e, p.start)
		if p.start.form == stampDate {
			at = s.on(DateOf(p.start.wall, time.UTC))
		}
		if p.end.form != stampNone || p.length.given {
			if !excluded.has(at, start.Location()) {
				x.add(e, at, x.endOf(e, at, p.end, p.length), margin)
			}
			continue
		}
		s.RDates = append(s.RDates, at)
	}
	rules := x.rules(e)
	// The start of a series counts even when its rule does not give it: better
	// an hour too much than an appointment overlooked.
	found, _ := s.between(from, to, MaxInstances)
	s.RDates = nil
	for i := range rules {
		s.Rule = &rules[i]
		more, steps := s.between(from, to, MaxInstances)
		x.steps += steps
		if len(more) == MaxInstances {
			x.fault(e.line, FaultInstances, "een reeks heeft meer dan 2.000 keren; de eerste 2.000 gelden",
				"a series has more than 2,000 instances; the first 2,000 count")
		}
		found = append(found, more...)
	}
	if e.tooManyDates {
		x.fault(e.line, FaultInstances, "een afspraak heeft meer dan 2.000 losse data; de eerste 2.000 gelden",
			"an event has more than 2,000 single dates; the first 2,000 count")
	}
	for _, at := range found {
		until := at.Add(length)
		if at.Equal(start) {
			until = end // which may be further away than a length can say
		} else if s.AllDay { // whole days, also where one has 23 hours
			until = x.endOf(e, at, shifted(e.end, e.start, at), e.length)
		}
		x.add(e, at, until, margin)
	}
	return x.affordable()
}

// shifted moves the end of an all-day event along with its start.
func shifted(end, start stamp, to time.Time) stamp {
	if end.form != stampNone {
		end.wall = DateOf(to, to.Location()).Time().Add(end.wall.Sub(start.wall))
	}
	return end
}

func (x *busyExpansion) affordable() error {
	if len(x.reading.Busy) > maxFeedInstances {
		return readError(ReadTooMany, 0, "heeft in dit tijdvak meer dan %d afspraken", "has more than %d instances in this window", maxFeedInstances)
	}
	if x.steps+x.book.steps > maxFeedSteps {
		return readError(ReadTooMuchWork, 0, "heeft herhaalregels die samen te veel rekenwerk vragen", "has recurrence rules that need too much work together")
	}
	return nil
}

// rules reads the RRULEs of an event. Of one that is refused, the start is
// what remains.
func (x *busyExpansion) rules(e *foreignEvent) []Recurrence {
	var rules []Recurrence
	for _, text := range e.rules {
		rule, err := ParseRecurrence(strings.Join(strings.Fields(text), "")) // spaces after commas are seen
		if ruleErr := (*RuleError)(nil); errors.As(err, &ruleErr) {
			x.fault(e.line, FaultRule, "een herhaling ("+ruleErr.Code+") wordt niet aangenomen; alleen de eerste keer geldt",
				"a recurrence ("+ruleErr.Code+") is not accepted; only its first instance counts")
			continue
		}
		if len(rules) == maxRules {
			x.fault(e.line, FaultRule, "een afspraak heeft te veel herhalingen; de eerste vier gelden",
				"an event has too many recurrences; the first four count")
			break
		}
		rules = append(rules, rule)
	}
	return rules
}

// add keeps a busy time that overlaps the window.
func (x *busyExpansion) add(e *foreignEvent, start, end time.Time, margin time.Duration) {
	start, end = start.Add(-margin), end.Add(margin)
	if start.Before(end) && start.Before(x.options.To) && end.After(x.options.From) {
		x.reading.Busy = append(x.reading.Busy, BusyTime{
			UID: e.uid, Start: start, End: end, AllDay: e.start.form == stampDate,
		})
	}
}

// instant maps a time to the zone it names. The margin is a day when that zone
// is not known.
func (x *busyExpansion) instant(e *foreignEvent, t stamp) (at time.Time, margin time.Duration) {
	floating := x.zoneOf(e.calendar)
	switch t.form {
	case stampUTC:
		return t.wall, 0
	case stampDate:
		return resolve(t.wall, floating), 0
	case stampLocal, stampNone:
	}
	zone, known := x.book.lookup(t.tzid, floating)
	if !known {
		return resolve(t.wall, floating), 24 * time.Hour
	}
	return resolve(t.wall, zone), 0
}

// zoneOf returns the zone of times that name none, in a calendar of the stream.
func (x *busyExpansion) zoneOf(calendar int) *time.Location {
	zone := x.floating[calendar]
	if zone == nil {
		var known bool
		if zone, known = x.book.lookup(x.ownZones[calendar], x.options.Zone); !known {
			zone = x.options.Zone
		}
		x.floating[calendar] = zone
	}
	return zone
}

// endOf returns the end of an event: what DTEND or DURATION says, else a day
// for a date and nothing for a time (RFC 5545 section 3.6.1).
func (x *busyExpansion) endOf(e *foreignEvent, start time.Time, end stamp, length eventLength) time.Time {
	zone := start.Location()
	switch {
	case end.form != stampNone:
		at, _ := x.instant(e, end)
		return at
	case length.given:
		if length.days > 0 {
			_, offset := start.Zone()
			wall := start.UTC().Add(time.Duration(offset) * time.Second)
			start = resolve(wall.AddDate(0, 0, length.days), zone)
		}
		return start.Add(length.exact)
	case e.start.form == stampDate:
		return (DateOf(start, zone) + 1).At(0, zone)
	default:
		return start
	}
}
