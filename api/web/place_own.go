package web

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/service"
)

// PlaceForm is a page of a location with one form.
type PlaceForm struct {
	Place
	Problems Problems
	Values   map[string]string
}

// ClosedRow is one time in which a location cannot be visited.
type ClosedRow struct {
	From, To calendar.Date
	Part     string
	// Hit counts the visits that are planned in it.
	Hit int
}

// ClosedPage is what the page shows.
type ClosedPage struct {
	PlacePage
	Rows []ClosedRow
}

// NewClosedPage makes the page with the days on which a location cannot be visited.
func NewClosedPage(p *PlaceForm) (ClosedPage, error) {
	f, err := factsOf(p.Region, p.Now)
	if err != nil {
		return ClosedPage{}, err
	}
	b := ClosedPage{PlacePage: p.page(f)}
	for i := range f.state.Blackouts {
		x := &f.state.Blackouts[i]
		if x.Location != p.Location || x.To < f.today {
			continue
		}
		row := ClosedRow{From: x.From, To: x.To, Part: partText(x.Part)}
		for k := range f.plan.Visits {
			v := &f.plan.Visits[k]
			d := calendar.DateOf(v.Start, f.zone)
			if v.Location == p.Location && v.Status != planner.Cancelled && d >= x.From && d <= x.To && f.closed(p.Location, v.Start, v.End) {
				row.Hit++
			}
		}
		b.Rows = append(b.Rows, row)
	}
	slices.SortFunc(b.Rows, func(x, y ClosedRow) int { return cmp.Or(cmp.Compare(x.From, y.From), cmp.Compare(x.To, y.To)) })
	form := Form{p.Lang, p.Values, p.Problems}
	b.Fields, b.Wrong = periodFields(&form, f.today), form.Wrong()
	return b, nil
}

// partText writes the part of a day as a form sends it back, 13:00-17:00.
func partText(part calendar.Span) string {
	if part.Empty() {
		return ""
	}
	return part.From.String() + "-" + part.To.String()
}

// ParsePart reads the two times of a part of a day; both empty is the whole day.
func ParsePart(from, to string) (calendar.Span, bool) {
	if from == "" && to == "" {
		return calendar.Span{}, true
	}
	a, err1 := calendar.ParseClock(from)
	b, err2 := calendar.ParseClock(to)
	return calendar.Span{From: a, To: b}, err1 == nil && err2 == nil && a < b
}

// periodFields ask for days, and a part of each day.
func periodFields(f *Form, today calendar.Date) []Field {
	from, to := f.Need("date", "from", "form.from"), f.Need("date", "to", "form.to")
	from.Min, to.Min = today.String(), today.String()
	begin, end := f.Field("time", "begin", "form.begin"), f.Field("time", "end", "form.end")
	if part, bad := f.Problems["part"]; bad {
		end.Fault = f.Lang.text(part)
	}
	begin.Hint = "form.part.help"
	return []Field{from, to, begin, end}
}

// MeetingRow is a meeting of a location itself.
type MeetingRow struct {
	ID, Clock string
	Name      planner.Text
	Start     calendar.Date
	Repeat    planner.Text
}

// MeetingsPage is what the page shows.
type MeetingsPage struct {
	PlacePage
	Rows []MeetingRow
}

// NewMeetingsPage makes the page with a location's own meetings.
func NewMeetingsPage(p *PlaceForm) (MeetingsPage, error) {
	f, err := factsOf(p.Region, p.Now)
	if err != nil {
		return MeetingsPage{}, err
	}
	b := MeetingsPage{PlacePage: p.page(f)}
	for _, m := range service.OwnMeetings(f.state, p.Location) {
		if m.Rule == "" && m.Start < f.today {
			continue
		}
		b.Rows = append(b.Rows, MeetingRow{
			ID: m.ID, Clock: m.Clock.String() + "–" + (m.Clock + calendar.Clock(m.Minutes)).String(), Name: planner.Text{NL: m.Name, EN: m.Name},
			Start: m.Start, Repeat: ruleText(&m),
		})
	}
	form := Form{p.Lang, p.Values, p.Problems}
	var kinds, repeats []Option
	for _, k := range MeetingKinds(f.state) {
		kinds = append(kinds, Option{Value: k, Text: p.Lang.text(KindText(k))})
	}
	for _, r := range service.Repeats() {
		repeats = append(repeats, Option{Value: string(r), Text: p.Lang.text(messages["repeat."+string(r)])})
	}
	start := form.Need("date", "start", "place.meeting.start")
	start.Min = f.today.String()
	minutes := form.Need("number", "minutes", "place.meeting.minutes")
	minutes.Min, minutes.Max = "15", "480"
	b.Fields = []Field{
		form.Choice("kind", "place.meeting.kind", kinds...), start, form.Need("time", "clock", "place.meeting.clock"), minutes,
		form.Choice("repeat", "place.meeting.repeat", repeats...),
	}
	b.Wrong = form.Wrong()
	return b, nil
}

// MeetingKinds are the kinds of own meetings that promises look at, and "other".
func MeetingKinds(s *planner.State) []string {
	var out []string
	for i := range s.Programme.Requirements {
		if a := s.Programme.Requirements[i].Anchor; a != nil && !slices.Contains(out, a.Kind) {
			out = append(out, a.Kind)
		}
	}
	slices.Sort(out)
	if !slices.Contains(out, "parent_morning") {
		out = append(out, "parent_morning")
	}
	return append(out, "other")
}

// kindTexts are the kinds that we have words for.
var kindTexts = map[string]planner.Text{
	"parent_morning": {NL: "Ouderochtend", EN: "Morning for parents"},
	"parent_meeting": {NL: "Ouderbijeenkomst", EN: "Meeting with parents"},
	"parent_evening": {NL: "Ouderavond", EN: "Evening for parents"},
	"other":          {NL: "Andere eigen bijeenkomst", EN: "Another meeting of our own"},
}

// KindText says what a kind of own meeting is called.
func KindText(kind string) planner.Text {
	if t, known := kindTexts[kind]; known {
		return t
	}
	plain := strings.ReplaceAll(kind, "_", " ")
	return planner.Text{NL: plain, EN: plain}
}

// ruleText says in words how often a meeting is; what it has no words for repeats.
func ruleText(m *planner.Meeting) planner.Text {
	if text, ok := ruleWords(m); ok {
		return text
	}
	return planner.Text{NL: "herhaalt zich", EN: "repeats"}
}

// RuleText says in words how often a meeting is, or gives its rule where there are
// no words for it.
func (l Lang) RuleText(m *planner.Meeting) string {
	if text, ok := ruleWords(m); ok {
		return l.text(text)
	}
	return m.Rule
}

// ordinals are the places of a day in its month, the last first.
var ordinals = map[int]planner.Text{
	-1: {NL: "laatste", EN: "last"}, 1: {NL: "eerste", EN: "first"}, 2: {NL: "tweede", EN: "second"}, 3: {NL: "derde", EN: "third"}, 4: {NL: "vierde", EN: "fourth"},
}

// ruleWords has words for rules of every so many weeks, and of one day of every so
// many months.
func ruleWords(m *planner.Meeting) (planner.Text, bool) {
	if m.Rule == "" {
		return planner.Text{NL: "eenmalig", EN: "once"}, true
	}
	freq, every, by, until := "", 1, "", calendar.NoDate
	for part := range strings.SplitSeq(m.Rule, ";") {
		name, value, _ := strings.Cut(part, "=")
		var err error
		switch name {
		case "FREQ":
			freq = value
		case "INTERVAL":
			every, err = strconv.Atoi(value)
		case "BYDAY":
			by = value
		case "UNTIL": // RFC 5545 section 3.3.10: 20271231, with or without a time
			day, parseErr := time.Parse("20060102", value[:min(8, len(value))])
			until, err = calendar.DateOf(day, time.UTC), parseErr
		default:
			return planner.Text{}, false
		}
		if err != nil {
			return planner.Text{}, false
		}
	}
	day := m.Start.Weekday()
	if by != "" {
		at := slices.Index([]string{"SU", "MO", "TU", "WE", "TH", "FR", "SA"}, by[max(0, len(by)-2):])
		if at < 0 {
			return planner.Text{}, false
		}
		day = time.Weekday(at)
	}
	text, ok := everyDay(freq, every, by, day)
	if ok && until != calendar.NoDate {
		text.NL, text.EN = text.NL+", tot en met "+Dutch.date(until), text.EN+", until "+English.date(until)
	}
	return text, ok
}

// everyDay has words for a rule by its parts.
func everyDay(freq string, every int, by string, day time.Weekday) (planner.Text, bool) {
	nl, en := Dutch.dayName(day), English.dayName(day)
	switch place, monthly := ordinals[ordinalOf(by)]; {
	case freq == "WEEKLY" && len(by) <= 2:
		return everyWeeks(every, nl, en), true
	case freq != "MONTHLY" || !monthly:
		return planner.Text{}, false
	case every == 1:
		return planner.Text{NL: "elke " + place.NL + " " + nl + " van de maand", EN: "every " + place.EN + " " + en + " of the month"}, true
	default:
		return planner.Text{NL: fmt.Sprintf("elke %d maanden op de %s %s", every, place.NL, nl), EN: fmt.Sprintf("every %d months on the %s %s", every, place.EN, en)}, true
	}
}

// ordinalOf is the number before a day, 2 of 2TU; 0 for none.
func ordinalOf(by string) int {
	n, err := strconv.Atoi(by[:max(0, len(by)-2)])
	if err != nil {
		return 0
	}
	return n
}

func everyWeeks(n int, nl, en string) planner.Text {
	switch n {
	case 1:
		return planner.Text{NL: "elke " + nl, EN: "every " + en}
	case 2:
		return planner.Text{NL: "om de week op " + nl, EN: "every other " + en}
	}
	return planner.Text{NL: fmt.Sprintf("elke %d weken op %s", n, nl), EN: fmt.Sprintf("every %d weeks on %s", n, en)}
}

// PlaceCalendar is the page about a location's calendar.
type PlaceCalendar struct {
	Place
	Feeds []service.Feed
	// Made is the address of a calendar that was made just now; it is shown once.
	Made *Subscription
}

// FeedRow is a calendar that somebody subscribed to.
type FeedRow struct {
	ID      string
	Made    calendar.Date
	Last    calendar.Date
	Clients []string
	Level   string
}

// CalendarPage is what the page shows.
type CalendarPage struct {
	PlacePage
	Feeds []FeedRow
	Made  *subscribeBody
}

// NewCalendarPage makes the page about a location's calendar.
func NewCalendarPage(p *PlaceCalendar) (CalendarPage, error) {
	f, err := factsOf(p.Region, p.Now)
	if err != nil {
		return CalendarPage{}, err
	}
	b := CalendarPage{PlacePage: p.page(f), Feeds: f.feedRows(p.Feeds)}
	b.Made, err = newSubscribeBody(p.Made)
	return b, err
}

// feedRows are the calendars that are alive, the newest first.
func (f *facts) feedRows(feeds []service.Feed) []FeedRow {
	var out []FeedRow
	for i := range feeds {
		x := &feeds[i]
		row := FeedRow{ID: x.ID, Made: calendar.DateOf(x.Created, f.zone), Last: x.LastUsed, Level: string(x.Level)}
		for _, c := range x.Clients {
			row.Clients = append(row.Clients, c.Client)
		}
		out = append(out, row)
	}
	slices.SortStableFunc(out, func(a, b FeedRow) int { return cmp.Compare(b.Made, a.Made) })
	return out
}

// newSubscribeBody prepares the links and the QR code of a calendar; nil of nil.
func newSubscribeBody(s *Subscription) (*subscribeBody, error) {
	if s == nil {
		return nil, nil
	}
	code, err := NewQR(s.Links.Page)
	if err != nil {
		return nil, err
	}
	return &subscribeBody{*s, trusted(s.Links.Webcal), code, delays}, nil
}
