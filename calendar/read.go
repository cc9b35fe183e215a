package calendar

import (
	"cmp"
	"errors"
	"io"
	"slices"
	"strings"
	"time"
)

// ReadOptions says how a foreign calendar is read.
type ReadOptions struct {
	// From and To bound what is wanted: busy times that overlap them.
	From, To time.Time

	// Zone is the zone of times that name none; nil means UTC. What the
	// calendar itself says in X-WR-TIMEZONE goes before it.
	Zone *time.Location

	// Own are the mail addresses of the calendar's owner: an invitation that
	// one of them declined takes no time.
	Own []string
}

// BusyTime is a time that a foreign calendar takes. Nothing else of an event
// is kept. UID is there to know our own events by when they come back.
type BusyTime struct {
	UID        string
	Start, End time.Time
	AllDay     bool
}

// Reading is what a foreign calendar holds.
type Reading struct {
	Busy   []BusyTime  // by start, then end and UID; no two are alike
	Faults []ReadFault // the first hundred, by line
	Events int         // VEVENT and VFREEBUSY components read, free ones included
}

// ReadBusy reads the busy times of a foreign calendar. It passes over a bad
// line and reports a bad event; the error is a *ReadError when the file as a
// whole cannot be trusted, and then an older copy of it must stay in force.
//
// Work and memory are bounded: 5 MB, 200,000 lines, 20,000 components and
// 20,000 instances at the most.
func ReadBusy(r io.Reader, options ReadOptions) (Reading, error) {
	if options.Zone == nil {
		options.Zone = time.UTC
	}
	p := foreignReader{
		lines: newLineReader(r), options: options,
		zones: map[string]*zoneDefinition{}, ownZones: []string{""},
	}
	if err := p.read(); err != nil {
		return Reading{}, err
	}
	x := p.expansion(options.To.AddDate(2, 0, 0))
	if err := x.run(); err != nil {
		return Reading{}, err
	}
	x.sort()
	return p.reading, nil
}

// foreignReader goes through the lines and keeps the events.
type foreignReader struct {
	lines      *lineReader
	options    ReadOptions
	reading    Reading
	stack      []string
	components int
	calendars  int // VCALENDARs begun

	events   []foreignEvent
	current  *foreignEvent
	zones    map[string]*zoneDefinition
	zone     *zoneDefinition
	zoneName string
	ownZones []string // X-WR-TIMEZONE by calendar, from 1
	method   string   // of the calendar that is read

	attendee func(*contentLine) // takes the attendees of events, where they count
}

// expansion is what turns the events read into times; zones that the calendar
// defines are worked out up to a moment.
func (p *foreignReader) expansion(until time.Time) *busyExpansion {
	return &busyExpansion{
		foreignReader: p, floating: map[int]*time.Location{},
		book: &zoneBook{until: until, defined: p.zones, found: map[string]*time.Location{}},
	}
}

func (p *foreignReader) read() error {
	for {
		err := p.lines.read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		c, ok := p.lines.parseLine()
		if p.calendars == 0 && (!ok || c.name != "BEGIN" || !strings.EqualFold(c.value, "VCALENDAR")) {
			return readError(ReadNotCalendar, c.line, "begint niet met BEGIN:VCALENDAR", "does not begin with BEGIN:VCALENDAR")
		}
		if !ok {
			p.badLine(&c)
			continue
		}
		if err := p.line(&c); err != nil {
			return err
		}
	}
	switch {
	case p.calendars == 0:
		return readError(ReadNotCalendar, 0, "is leeg", "is empty")
	case len(p.stack) > 0:
		return readError(ReadTruncated, p.lines.number, "breekt af voor END:VCALENDAR", "ends before END:VCALENDAR")
	}
	return nil
}

func (p *foreignReader) line(c *contentLine) error {
	switch c.name {
	case "BEGIN":
		return p.begin(strings.ToUpper(c.value), c.line)
	case "END":
		p.end(strings.ToUpper(c.value), c.line)
		return nil
	}
	inside := ""
	if len(p.stack) > 0 {
		inside = p.stack[len(p.stack)-1]
	}
	switch inside {
	case "VEVENT":
		if p.current != nil {
			p.current.property(c, p.options.Own)
			if p.attendee != nil && c.name == "ATTENDEE" {
				p.attendee(c)
			}
		}
	case "VFREEBUSY":
		p.freeBusy(c)
	case "VTIMEZONE":
		if c.name == "TZID" {
			p.zoneName = c.value
		}
	case "STANDARD", "DAYLIGHT":
		if p.zone != nil && len(p.zone.observances) > 0 {
			p.zone.observances[len(p.zone.observances)-1].property(c)
		}
	case "VCALENDAR":
		switch c.name {
		case "X-WR-TIMEZONE":
			p.ownZones[p.calendars] = c.value
		case "METHOD":
			p.method = c.value
		}
	}
	return nil
}

func (p *foreignReader) begin(name string, line int) error {
	if len(p.stack) == maxDepth {
		return readError(ReadTooDeep, line, "heeft meer dan %d lagen", "nests deeper than %d", maxDepth)
	}
	if p.components++; p.components > maxComponents {
		return readError(ReadTooMany, line, "heeft meer dan %d onderdelen", "has more than %d components", maxComponents)
	}
	inside := ""
	if len(p.stack) > 0 {
		inside = p.stack[len(p.stack)-1]
	}
	p.stack = append(p.stack, name)
	switch {
	case name == "VCALENDAR":
		p.calendars++
		p.ownZones = append(p.ownZones, "")
		p.method = ""
	case name == "VEVENT" && inside == "VCALENDAR":
		p.reading.Events++
		p.current = &foreignEvent{line: line, calendar: p.calendars}
	case name == "VFREEBUSY" && inside == "VCALENDAR":
		p.reading.Events++
	case name == "VTIMEZONE":
		p.zone, p.zoneName = &zoneDefinition{}, ""
	case inside == "VTIMEZONE" && p.zone != nil && len(p.zone.observances) <= maxObservances:
		p.zone.observances = append(p.zone.observances, observance{})
	}
	return nil
}

// end closes a component, and those within it that were left open.
func (p *foreignReader) end(name string, line int) {
	at := len(p.stack) - 1
	for at >= 0 && p.stack[at] != name {
		at--
	}
	if at < 0 {
		p.fault(line, FaultLine, "END zonder BEGIN", "END without BEGIN")
		return
	}
	for i := len(p.stack) - 1; i >= at; i-- {
		if i > at {
			p.fault(line, FaultUnclosed, "een onderdeel is niet afgesloten", "a component is not closed")
		}
		p.close(p.stack[i])
	}
	p.stack = p.stack[:at]
}

func (p *foreignReader) close(name string) {
	switch name {
	case "VEVENT":
		if p.current != nil {
			p.current.free = p.current.free || strings.EqualFold(p.method, string(MethodCancel))
			p.events = append(p.events, *p.current)
			p.current = nil
		}
	case "VTIMEZONE":
		if _, twice := p.zones[p.zoneName]; p.zone != nil && p.zoneName != "" && !twice && len(p.zones) < maxZones {
			p.zones[p.zoneName] = p.zone
		}
		p.zone = nil
	}
}

// freeBusy takes the periods of a VFREEBUSY, each as an event of its own.
func (p *foreignReader) freeBusy(c *contentLine) {
	if c.name != "FREEBUSY" || strings.EqualFold(c.param("FBTYPE"), "FREE") {
		return
	}
	for value := range strings.SplitSeq(c.value, ",") {
		one := *c
		one.value = strings.TrimSpace(value)
		period, ok := parsePeriod(&one)
		if !ok || len(p.events) >= maxFeedInstances {
			p.fault(c.line, FaultEvent, "een periode is onleesbaar of er zijn er te veel", "a period cannot be read, or there are too many")
			return
		}
		p.events = append(p.events, foreignEvent{
			line: c.line, calendar: p.calendars, start: period.start, end: period.end, length: period.length,
		})
	}
}

// eventLines are the properties without which an event means something else.
var eventLines = []string{"DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "RECURRENCE-ID", "UID"}

// badLine reports a line that is passed over. An event that needs it is bad.
func (p *foreignReader) badLine(c *contentLine) {
	p.fault(p.lines.number, FaultLine, "een regel is onleesbaar of te lang en is overgeslagen",
		"a line cannot be read or is too long, and was skipped")
	if p.current == nil {
		return
	}
	for _, name := range eventLines {
		if c.name == name || len(p.lines.line) >= len(name) && strings.EqualFold(string(p.lines.line[:len(name)]), name) {
			p.current.bad = true
		}
	}
}

func (p *foreignReader) fault(line int, code, dutch, english string) {
	if len(p.reading.Faults) < maxKeptFaults {
		p.reading.Faults = append(p.reading.Faults, ReadFault{Line: line, Code: code, Dutch: dutch, English: english})
	}
}

func (p *foreignReader) sort() {
	slices.SortFunc(p.reading.Busy, func(a, b BusyTime) int {
		return cmp.Or(a.Start.Compare(b.Start), a.End.Compare(b.End), strings.Compare(a.UID, b.UID))
	})
	p.reading.Busy = slices.CompactFunc(p.reading.Busy, func(a, b BusyTime) bool {
		return a.Start.Equal(b.Start) && a.End.Equal(b.End) && a.UID == b.UID
	})
	slices.SortStableFunc(p.reading.Faults, func(a, b ReadFault) int { return a.Line - b.Line })
}
