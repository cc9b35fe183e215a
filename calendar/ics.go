package calendar

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Feed is a calendar to publish: single events, each expanded already, since
// calendar programs show exceptions of a series in different ways.
//
// It is written by an encoder of our own. golang-ical, the other choice, puts
// backslashes into parameters, lets a line end through in URLs and escapes the
// commas between categories; what is left of it would be a quarter of the work
// at four times the time. It reads the feeds back in the tests, and its table
// of Windows zones serves the reader.
type Feed struct {
	Name   string // shown by the calendar program; may be empty
	ProdID string // who wrote this; empty: Wijkplanner
	Source string // https address of the feed; may be empty

	// Language is that of the words which the feed adds to those of its events,
	// by its code: nl or en; anything else is nl.
	Language string

	// Zone is the zone in which times are written. Europe/Amsterdam gets its
	// VTIMEZONE; with any other zone, and with nil, times are written in UTC.
	Zone *time.Location

	// Revision is when the content last changed. It is the DTSTAMP of every
	// event that has no Revised, so the bytes change only with the content.
	Revision time.Time

	// Refresh is how often a program should fetch the feed, in whole minutes;
	// zero means an hour. Few listen.
	Refresh time.Duration

	Events []Event
}

// Event is one appointment of a feed.
type Event struct {
	UID      string // for life, never used again; 1 to 255 octets
	Sequence int    // rises with every change that matters; from 0
	Revised  time.Time

	// Start and End bound the event. AllDay takes their dates in the feed's
	// zone, the end date being exclusive; an event that does not end after it
	// starts is written without an end, or as one day.
	Start, End time.Time
	AllDay     bool

	Summary     string
	Description string
	Place       string
	URL         string // http or https; anything else is left out
	Categories  []string
	Geo         *GeoPoint

	Cancelled   bool // shown as fallen through, taking no time
	Transparent bool // takes no time
}

// GeoPoint is a position in degrees of WGS 84.
type GeoPoint struct{ Lat, Lon float64 }

// icsWords are the words that a feed adds in one language.
type icsWords struct {
	prodID    string
	cancelled string // comes before the summary of an event that fell through
}

var (
	dutchWords   = icsWords{"-//Wijkplanner//Wijkplanner//NL", "Vervallen:"}
	englishWords = icsWords{"-//Wijkplanner//Wijkplanner//EN", "Cancelled:"}
)

func wordsOf(language string) *icsWords {
	if language == "en" {
		return &englishWords
	}
	return &dutchWords
}

const (
	maxUIDBytes = 255
	amsterdam   = "Europe/Amsterdam"

	icsLocal = "20060102T150405"
	icsUTC   = "20060102T150405Z"
	icsDate  = "20060102"
)

// amsterdamZone is the form that every client takes: two rules, no history.
// Outlook reduces longer ones, and outlook.com refuses those with seconds.
var amsterdamZone = strings.Split(`BEGIN:VTIMEZONE
TZID:Europe/Amsterdam
BEGIN:DAYLIGHT
TZNAME:CEST
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
DTSTART:19700329T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
END:DAYLIGHT
BEGIN:STANDARD
TZNAME:CET
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
DTSTART:19701025T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
END:STANDARD
END:VTIMEZONE`, "\n")

// Encode returns the feed as an iCalendar stream (RFC 5545, RFC 7986), the same
// bytes for the same content in whatever order its events are. It always holds
// a VTIMEZONE, since a calendar must have a component. The error names every
// event without a usable UID, with one that another event has, or outside the
// years 1 to 9999.
func (f *Feed) Encode() ([]byte, error) {
	events := f.ordered()
	if err := f.check(events); err != nil {
		return nil, err
	}
	w := &icsWriter{out: make([]byte, 0, 1024+512*len(events)), icsWords: wordsOf(f.Language), clock: f.clock()}
	f.head(w)
	for i := range events {
		f.event(w, &events[i])
	}
	w.lines("END:VCALENDAR")
	return w.out, nil
}

// ordered returns the events in the order in which they are written. It sorts a
// copy, unless they are in order: those of a database are.
func (f *Feed) ordered() []Event {
	compare := func(a, b *Event) int {
		return cmp.Or(cmp.Compare(f.written(a), f.written(b)), strings.Compare(a.UID, b.UID))
	}
	for i := 1; i < len(f.Events); i++ {
		if compare(&f.Events[i-1], &f.Events[i]) > 0 {
			events := slices.Clone(f.Events)
			slices.SortStableFunc(events, func(a, b Event) int { return compare(&a, &b) })
			return events
		}
	}
	return f.Events
}

// written returns the start of an event as a reader of the feed has it, in
// seconds since 1970.
func (f *Feed) written(e *Event) int64 {
	if e.AllDay {
		return DateOf(e.Start, f.dayZone()).At(0, f.dayZone()).Unix()
	}
	return e.Start.Unix()
}

// dayZone is the zone that decides on which date an all-day event is.
func (f *Feed) dayZone() *time.Location {
	if f.Zone == nil {
		return time.UTC
	}
	return f.Zone
}

// The years that a feed holds: dates in four digits, a day after them included.
const (
	firstFeedYear = 1900
	lastFeedYear  = lastYear - 1
)

func (f *Feed) check(events []Event) error {
	var faults []error
	if outsideYears(f.Revision) {
		faults = append(faults, fmt.Errorf("revision %s: want the years %d to %d", f.Revision, firstFeedYear, lastFeedYear))
	}
	seen := make(map[string]bool, len(events))
	for i := range events {
		e := &events[i]
		uid := oneLine(e.UID)
		switch {
		case uid == "" || len(uid) > maxUIDBytes:
			faults = append(faults, fmt.Errorf("event %d, %s: UID of %d octets; want 1 to %d",
				i, e.Start.Format(time.DateOnly), len(uid), maxUIDBytes))
		case seen[uid]:
			faults = append(faults, fmt.Errorf("event %d, UID %q: another event has it", i, uid))
		}
		seen[uid] = true
		if outsideYears(e.Start) || !e.End.IsZero() && outsideYears(e.End) || !e.Revised.IsZero() && outsideYears(e.Revised) {
			faults = append(faults, fmt.Errorf("event %d, UID %q: a time outside the years %d to %d", i, uid, firstFeedYear, lastFeedYear))
		}
	}
	return errors.Join(faults...)
}

func outsideYears(t time.Time) bool {
	y := t.UTC().Year()
	return y < firstFeedYear || y > lastFeedYear
}

func (f *Feed) head(w *icsWriter) {
	w.lines("BEGIN:VCALENDAR", "VERSION:2.0")
	w.text("PRODID", cmp.Or(oneLine(f.ProdID), w.prodID))
	w.lines("CALSCALE:GREGORIAN")
	name := oneLine(f.Name)
	w.text("NAME", name)
	w.text("X-WR-CALNAME", name)
	if f.inAmsterdam() {
		w.line("X-WR-TIMEZONE:", amsterdam)
	}
	if source := webAddress(f.Source); source != "" {
		w.line("SOURCE;VALUE=URI:", source)
	}
	w.stamp("LAST-MODIFIED", f.Revision)
	refresh := f.refresh()
	w.line("REFRESH-INTERVAL;VALUE=DURATION:", refresh)
	w.line("X-PUBLISHED-TTL:", refresh)
	w.lines(amsterdamZone...)
}

func (f *Feed) refresh() string {
	minutes := max(1, int(cmp.Or(f.Refresh, time.Hour)/time.Minute))
	if minutes%60 == 0 {
		return fmt.Sprintf("PT%dH", minutes/60)
	}
	return fmt.Sprintf("PT%dM", minutes)
}

func (f *Feed) inAmsterdam() bool { return f.Zone != nil && f.Zone.String() == amsterdam }

// event writes a VEVENT; more adds the lines that only an invitation has.
func (f *Feed) event(w *icsWriter, e *Event, more ...func()) {
	revised := e.Revised
	if revised.IsZero() {
		revised = f.Revision
	}
	w.lines("BEGIN:VEVENT")
	w.text("UID", oneLine(e.UID))
	w.stamp("DTSTAMP", revised)
	w.stamp("LAST-MODIFIED", revised)
	w.line("SEQUENCE:", strconv.Itoa(max(0, e.Sequence)))
	f.times(w, e)
	w.words(e)
	for _, add := range more {
		add()
	}
	w.lines("END:VEVENT")
}

// words is what an event says besides when it is.
type words struct {
	summary, description, place, url string
	geo                              GeoPoint
	located, cancelled, transparent  bool
}

// words writes what an event says. Many visits of a feed say the same: for those
// the lines are copied from the first.
func (w *icsWriter) words(e *Event) {
	key := words{
		summary: e.Summary, description: e.Description, place: e.Place, url: e.URL,
		located: e.Geo != nil, cancelled: e.Cancelled, transparent: e.Transparent,
	}
	if e.Geo != nil {
		key.geo = *e.Geo
	}
	at, said := w.said[key]
	if said && len(e.Categories) == 0 {
		w.out = append(w.out, w.out[at[0]:at[1]]...)
		return
	}
	begin := len(w.out)
	w.say(e)
	if len(e.Categories) == 0 {
		if w.said == nil {
			w.said = map[words][2]int{}
		}
		w.said[key] = [2]int{begin, len(w.out)}
	}
}

func (w *icsWriter) say(e *Event) {
	summary := oneLine(e.Summary)
	if e.Cancelled && !strings.HasPrefix(summary, w.cancelled) {
		summary = strings.TrimSpace(w.cancelled + " " + summary)
	}
	w.text("SUMMARY", summary)
	w.text("DESCRIPTION", manyLines(e.Description))
	w.text("LOCATION", oneLine(e.Place))
	if g := e.Geo; g != nil && g.Lat >= -90 && g.Lat <= 90 && g.Lon >= -180 && g.Lon <= 180 {
		w.line("GEO:", strconv.FormatFloat(g.Lat, 'f', 6, 64), ";", strconv.FormatFloat(g.Lon, 'f', 6, 64))
	}
	if address := webAddress(e.URL); address != "" {
		w.line("URL:", address)
	}
	w.categories(e.Categories)
	w.state(e)
}

func (w *icsWriter) categories(names []string) {
	begin, separator := len(w.out), "CATEGORIES:"
	for _, name := range names {
		if name = oneLine(name); name != "" {
			w.out = append(w.out, separator...) // the commas between stay plain
			w.escape(name)
			separator = ","
		}
	}
	if len(w.out) > begin {
		w.end(begin)
	}
}

// state writes whether the event goes on and takes time.
func (w *icsWriter) state(e *Event) {
	if e.Cancelled {
		w.lines("STATUS:CANCELLED")
	} else {
		w.lines("STATUS:CONFIRMED")
	}
	if e.Cancelled || e.Transparent {
		w.lines("TRANSP:TRANSPARENT", "X-MICROSOFT-CDO-BUSYSTATUS:FREE")
	} else {
		w.lines("TRANSP:OPAQUE", "X-MICROSOFT-CDO-BUSYSTATUS:BUSY")
	}
}

// times writes DTSTART and DTEND.
func (f *Feed) times(w *icsWriter, e *Event) {
	if e.AllDay {
		first := DateOf(e.Start, f.dayZone())
		end := max(first+1, DateOf(e.End, f.dayZone()))
		w.line("DTSTART;VALUE=DATE:", first.Time().Format(icsDate))
		w.line("DTEND;VALUE=DATE:", end.Time().Format(icsDate))
		return
	}
	// Whole seconds are written, and an end must be after the start in these.
	ends := e.End.Unix() > e.Start.Unix()
	start, local := w.clock.shows(e.Start)
	end := int64(0)
	if ends && local {
		end, local = w.clock.shows(e.End)
	}
	switch {
	case local:
		w.wall("DTSTART;TZID="+amsterdam, start)
		if ends {
			w.wall("DTEND;TZID="+amsterdam, end)
		}
	default:
		w.stamp("DTSTART", e.Start)
		if ends {
			w.stamp("DTEND", e.End)
		}
	}
}

// webAddress returns an address fit for a URI property, or nothing.
func webAddress(s string) string {
	u, err := url.Parse(strings.TrimSpace(s))
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		return ""
	}
	if address := u.String(); isPlain(address) && !strings.Contains(address, " ") {
		return address
	}
	return ""
}
