package calendar

import (
	"encoding/binary"
	"slices"
	"strings"
	"time"

	ics "github.com/arran4/golang-ical"
)

// zoneBook finds the zone that a TZID means.
type zoneBook struct {
	until   time.Time // the zones of the file are worked out up to here
	defined map[string]*zoneDefinition
	found   map[string]*time.Location // nil: not known
	steps   int
}

// zoneDefinition is a VTIMEZONE.
type zoneDefinition struct{ observances []observance }

// observance is a STANDARD or DAYLIGHT part.
type observance struct {
	start        time.Time // wall clock, in UTC
	before, with int       // offsets in seconds east
	hasFrom      bool
	hasTo        bool
	rule         string
	dates        []time.Time
}

// The most parts of one zone, and zones of one file, that are worked out.
const (
	maxObservances = 200
	maxZones       = 200
	mostChanges    = 10 // of the clocks in a year; Morocco has four
)

// lookup returns the zone of a TZID, false when nothing is known of it. IANA
// names come first; then the file's own definition, IANA names behind a
// vendor's prefix, and the names that Windows uses. A time without a zone is
// in the floating one.
func (b *zoneBook) lookup(tzid string, floating *time.Location) (*time.Location, bool) {
	if tzid == "" || strings.EqualFold(tzid, "local") || strings.EqualFold(tzid, "floating") {
		return floating, true
	}
	zone, known := b.found[tzid]
	if !known && len(b.found) < maxZones { // each costs a search on the disk
		zone = b.find(tzid)
		b.found[tzid] = zone
	}
	return zone, zone != nil
}

func (b *zoneBook) find(tzid string) *time.Location {
	if zone := ianaZone(tzid); zone != nil {
		return zone
	}
	if d := b.defined[tzid]; d != nil {
		if zone := b.define(d); zone != nil {
			return zone
		}
	}
	// /vendor/Area/City, /vendor/version/Area/Place/City and the like
	for rest := tzid; ; {
		_, after, found := strings.Cut(rest, "/")
		if !found {
			break
		}
		if zone := ianaZone(after); zone != nil && strings.Contains(after, "/") {
			return zone
		}
		rest = after
	}
	if zone := ics.WindowsTimezoneToIANA(tzid); zone != nil {
		return zone
	}
	return ianaZone(zoneByWord(tzid))
}

// zoneByWord knows the names that Exchange gives zones without a definition.
func zoneByWord(tzid string) string {
	name := strings.ToLower(tzid)
	name = strings.TrimPrefix(name, "tzone://microsoft/")
	switch {
	case name == "utc" || name == "gmt":
		return "UTC"
	case strings.HasPrefix(name, "(utc") && strings.Contains(name, "amsterdam"),
		strings.HasPrefix(name, "(gmt") && strings.Contains(name, "amsterdam"),
		name == "amsterdam":
		return amsterdam
	}
	return ""
}

// ianaZone returns a zone of the database. LoadLocation takes more than such
// names: the zone of the server under several, zones with leap seconds, paths.
func ianaZone(name string) *time.Location {
	for _, r := range name {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', strings.ContainsRune("/_+-", r):
		default:
			return nil
		}
	}
	if len(name) > 64 || name == "" || name[0] == '/' || strings.HasPrefix(name, "right/") {
		return nil
	}
	switch strings.ToLower(name) {
	case "local", "localtime", "posixrules", "factory":
		return nil
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil
	}
	return zone
}

// transition is a change of the offset from UTC.
type transition struct {
	at           int64 // Unix time
	before, with int
}

// define makes a zone of a VTIMEZONE, exact until some years after the window.
func (b *zoneBook) define(d *zoneDefinition) *time.Location {
	if len(d.observances) == 0 || len(d.observances) > maxObservances {
		return nil
	}
	var changes []transition
	for i := range d.observances {
		o := &d.observances[i]
		if o.start.IsZero() || !o.hasTo || b.steps > maxFeedSteps {
			return nil
		}
		if !o.hasFrom {
			o.before = o.with
		}
		local := time.FixedZone("", o.before)
		start := time.Date(o.start.Year(), o.start.Month(), o.start.Day(), o.start.Hour(), o.start.Minute(), o.start.Second(), 0, local)
		onsets := []time.Time{start}
		if o.rule != "" {
			rule, err := ParseRecurrence(o.rule)
			if err != nil {
				return nil
			}
			s := Series{Start: start, Rule: &rule}
			found, steps := s.between(time.Time{}, b.until, MaxInstances)
			b.steps += steps + 10*len(found)
			onsets = append(onsets, found...)
		}
		for _, t := range o.dates {
			onsets = append(onsets, t.Add(-time.Duration(o.before)*time.Second))
		}
		for _, t := range onsets {
			changes = append(changes, transition{t.Unix(), o.before, o.with})
		}
	}
	slices.SortFunc(changes, func(a, b transition) int {
		switch {
		case a.at < b.at:
			return -1
		case a.at > b.at:
			return 1
		}
		return a.with - b.with
	})
	changes = slices.CompactFunc(changes, func(a, b transition) bool { return a.at == b.at })
	for i := mostChanges; i < len(changes); i++ {
		if changes[i].at-changes[i-mostChanges].at < 365*86400 {
			return nil // made to cost time
		}
	}
	return zoneOf(changes)
}

// zoneOf writes the changes as a TZif file (RFC 8536) and reads it back: the
// one way to make a time.Location of them.
func zoneOf(changes []transition) *time.Location {
	// Type 0 holds before the first change, and Go asks that no change use it.
	offsets := []int{changes[0].before}
	kinds := make([]byte, len(changes))
	for i, c := range changes {
		kind := slices.Index(offsets[1:], c.with) + 1
		if kind == 0 {
			offsets = append(offsets, c.with)
			kind = len(offsets) - 1
		}
		kinds[i] = byte(kind)
	}
	if len(offsets) > maxObservances+1 {
		return nil
	}
	header := func(out []byte, counts ...uint32) []byte {
		out = append(out, "TZif2"...)
		out = append(out, make([]byte, 15)...)
		for _, n := range counts {
			out = binary.BigEndian.AppendUint32(out, n)
		}
		return out
	}
	out := header(nil, 0, 0, 0, 0, 0, 0)
	out = header(out, 0, 0, 0, uint32(len(changes)), uint32(len(offsets)), 4)
	for _, c := range changes {
		out = binary.BigEndian.AppendUint64(out, uint64(c.at))
	}
	out = append(out, kinds...)
	for _, offset := range offsets {
		out = binary.BigEndian.AppendUint32(out, uint32(offset))
		out = append(out, 0, 0)
	}
	out = append(out, "LMT\x00\n\n"...)
	zone, err := time.LoadLocationFromTZData("file", out)
	if err != nil {
		return nil
	}
	return zone
}

// property takes a line of a STANDARD or DAYLIGHT part.
func (o *observance) property(c *contentLine) {
	switch c.name {
	case "DTSTART":
		if t, ok := parseStamp(c); ok {
			o.start = t.wall
		}
	case "TZOFFSETFROM":
		o.before, o.hasFrom = parseOffset(c.value)
	case "TZOFFSETTO":
		o.with, o.hasTo = parseOffset(c.value)
	case "RRULE":
		o.rule = c.value
	case "RDATE":
		for value := range strings.SplitSeq(c.value, ",") {
			part := *c
			part.value = value
			if t, ok := parseStamp(&part); ok && len(o.dates) < maxSeriesDates {
				o.dates = append(o.dates, t.wall)
			}
		}
	}
}

// parseOffset reads +0100 and +001938 as seconds.
func parseOffset(s string) (seconds int, ok bool) {
	if len(s) != 5 && len(s) != 7 || s[0] != '+' && s[0] != '-' {
		return 0, false
	}
	for i := 1; i < len(s); i += 2 {
		if s[i] < '0' || s[i] > '5' || s[i+1] < '0' || s[i+1] > '9' {
			return 0, false
		}
		seconds = seconds*60 + int(s[i]-'0')*10 + int(s[i+1]-'0')
	}
	if len(s) == 5 {
		seconds *= 60
	}
	if s[0] == '-' {
		seconds = -seconds
	}
	return seconds, seconds > -86400 && seconds < 86400
}
