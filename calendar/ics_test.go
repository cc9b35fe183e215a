package calendar

import (
	"bytes"
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	ics "github.com/arran4/golang-ical"
)

// sampleFeed has a visit in winter and in summer, both nights on which the
// clocks change, a day, a visit that fell through and texts that need care.
func sampleFeed(tb testing.TB) Feed {
	tb.Helper()
	zone := mustZone(tb, amsterdam)
	at := func(month time.Month, day, hour, minute int) time.Time {
		return time.Date(2027, month, day, hour, minute, 0, 0, zone)
	}
	return Feed{
		Name: "Rooster – Zoë van 't Hoff", Zone: zone, Source: "https://plan.example.org/f/abc.ics",
		Revision: time.Date(2026, 11, 20, 8, 30, 0, 0, time.UTC),
		Events: []Event{
			{UID: "zomer@example.org", Start: at(7, 5, 9, 0), End: at(7, 5, 10, 30), Summary: "Bezoek De Regenboog", Place: "Dorpsstraat 1, Nijmegen", Geo: &GeoPoint{Lat: 51.8126, Lon: 5.8372}, Categories: []string{"Bezoek", "Groep, 0-4"}},
			{UID: "winter@example.org", Start: at(1, 11, 9, 0), End: at(1, 11, 10, 30), Summary: "Bezoek; met \\ en, komma", Description: "Eerste regel\r\nTweede: 日本語テキスト 日本語テキスト 日本語テキスト 日本語テキスト", URL: "https://plan.example.org/v/1?a=1;b=2"},
			{UID: "nacht-lente@example.org", Start: at(3, 27, 23, 0), End: at(3, 28, 7, 0), Summary: "Nacht zomertijd"},
			{UID: "nacht-herfst@example.org", Start: at(10, 30, 23, 0), End: at(10, 31, 7, 0), Summary: "Nacht wintertijd"},
			{UID: "tweede-uur@example.org", Start: time.Date(2027, 10, 31, 1, 30, 0, 0, time.UTC), End: time.Date(2027, 10, 31, 2, 0, 0, 0, time.UTC), Summary: "Half drie, de tweede keer"},
			{UID: "verlof@example.org", Start: at(5, 3, 0, 0), End: at(5, 8, 0, 0), AllDay: true, Summary: "Verlof", Transparent: true},
			{UID: "vervallen@example.org", Sequence: 2, Revised: time.Date(2026, 11, 19, 12, 0, 0, 0, time.UTC), Start: at(2, 8, 13, 0), End: at(2, 8, 14, 0), Summary: "Bezoek De Ark", Cancelled: true},
		},
	}
}

func mustEncode(tb testing.TB, f Feed) []byte {
	tb.Helper()
	out, err := f.Encode()
	if err != nil {
		tb.Fatal(err)
	}
	return out
}

func TestFeedGolden(t *testing.T) {
	t.Parallel()
	got := mustEncode(t, sampleFeed(t))
	path := filepath.Join("testdata", "feed.golden.ics")
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("feed differs from %s; UPDATE_GOLDEN=1 writes it anew:\n%s", path, got)
	}
	checkStream(t, got)
}

func TestFeedIsDeterministic(t *testing.T) {
	t.Parallel()
	f := sampleFeed(t)
	want := mustEncode(t, f)
	for i := range f.Events { // any order
		f.Events[i], f.Events[0] = f.Events[0], f.Events[i]
		if got := mustEncode(t, f); !bytes.Equal(got, want) {
			t.Fatalf("order %d gives other bytes", i)
		}
	}
	f.Events[0].Sequence++
	if bytes.Equal(mustEncode(t, f), want) {
		t.Error("another SEQUENCE gives the same bytes")
	}
}

func TestFeedEmpty(t *testing.T) {
	t.Parallel()
	for _, f := range []Feed{{Revision: time.Unix(1.8e9, 0)}, {Zone: mustZone(t, amsterdam), Revision: time.Unix(1.8e9, 0)}} {
		out := mustEncode(t, f)
		checkStream(t, out)
		if !bytes.Contains(out, []byte("BEGIN:VTIMEZONE\r\nTZID:Europe/Amsterdam\r\n")) {
			t.Error("no VTIMEZONE")
		}
	}
}

func TestFeedInUTC(t *testing.T) {
	t.Parallel()
	f := sampleFeed(t)
	f.Zone = mustZone(t, "America/New_York")
	out := string(mustEncode(t, f))
	if !strings.Contains(out, "DTSTART:20270111T080000Z\r\n") || strings.Contains(out, "DTSTART;TZID") {
		t.Errorf("times of another zone are not in UTC:\n%s", out)
	}
}

func TestFeedFaults(t *testing.T) {
	t.Parallel()
	at := time.Date(2027, 1, 4, 9, 0, 0, 0, time.UTC)
	_, err := (&Feed{Revision: at, Events: []Event{
		{Start: at},
		{UID: "a", Start: at},
		{UID: "a", Start: at},
		{UID: strings.Repeat("u", 256), Start: at},
		{UID: "\r\n\x00", Start: at},
		{UID: "long ago", Start: at.AddDate(-1000, 0, 0)},
		{UID: "far", Start: at.AddDate(9000, 0, 0)},
	}}).Encode()
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{"event 1, 2027", "another event", "256 octets", "long ago", "far"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error does not hold %q:\n%v", want, err)
		}
	}
	if _, err := (&Feed{}).Encode(); err == nil {
		t.Error("no revision: no error")
	}
}

func TestFeedEventForms(t *testing.T) {
	t.Parallel()
	zone := mustZone(t, amsterdam)
	at := time.Date(2027, 1, 4, 9, 0, 0, 0, zone)
	for _, c := range []struct {
		name  string
		event Event
		want  []string
		not   []string
	}{
		{"cancelled", Event{Cancelled: true, Summary: "Bezoek"}, []string{"SUMMARY:Vervallen: Bezoek", "STATUS:CANCELLED", "TRANSP:TRANSPARENT", "X-MICROSOFT-CDO-BUSYSTATUS:FREE"}, nil},
		{"cancelled twice", Event{Cancelled: true, Summary: "Vervallen: Bezoek"}, []string{"SUMMARY:Vervallen: Bezoek"}, nil},
		{"cancelled without a title", Event{Cancelled: true}, []string{"SUMMARY:Vervallen:"}, nil},
		{"busy", Event{}, []string{"STATUS:CONFIRMED", "TRANSP:OPAQUE", "X-MICROSOFT-CDO-BUSYSTATUS:BUSY"}, []string{"SUMMARY", "DESCRIPTION", "LOCATION", "GEO", "URL", "CATEGORIES"}},
		{"no end", Event{End: at}, []string{"DTSTART;TZID=Europe/Amsterdam:20270104T090000"}, []string{"DTEND"}},
		{"end within the second", Event{End: at.Add(time.Millisecond)}, nil, []string{"DTEND"}},
		{"one day", Event{AllDay: true}, []string{"DTSTART;VALUE=DATE:20270104", "DTEND;VALUE=DATE:20270105"}, nil},
		{"categories", Event{Categories: []string{"a,b", "", "c;d"}}, []string{`CATEGORIES:a\,b,c\;d`}, nil},
		{"geo", Event{Geo: &GeoPoint{Lat: -51.5, Lon: 5.25}}, []string{"GEO:-51.500000;5.250000"}, nil},
		{"no such place", Event{Geo: &GeoPoint{Lat: 91}}, nil, []string{"GEO"}},
		{"script", Event{URL: "javascript:alert(1)"}, nil, []string{"URL"}},
		{"injected address", Event{URL: "https://a.example/\r\nATTENDEE:x"}, nil, []string{"URL", "ATTENDEE"}},
		{"injected title", Event{Summary: "a\r\nATTENDEE:mailto:x\rb\u2028c\x00\td\u202e"}, []string{"SUMMARY:a ATTENDEE:mailto:x b c d"}, nil},
		{"lines", Event{Description: "a\r\nb\rc\n\nd"}, []string{`DESCRIPTION:a\nb\nc\n\nd`}, nil},
		{"not UTF-8", Event{Summary: "caf\xe9 \xff"}, []string{"SUMMARY:caf\uFFFD \uFFFD"}, nil},
		{"negative sequence", Event{Sequence: -1}, []string{"SEQUENCE:0"}, nil},
		{"before the rules", Event{Start: time.Date(1990, 7, 1, 9, 0, 0, 0, zone)}, []string{"DTSTART:19900701T070000Z"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.event.UID = "u"
			if c.event.Start.IsZero() {
				c.event.Start = at
			}
			out := mustEncode(t, Feed{Zone: zone, Revision: at, Events: []Event{c.event}})
			lines := unfold(t, out)
			for _, want := range c.want {
				if !slices.Contains(lines, want) {
					t.Errorf("no line %q in\n%s", want, strings.Join(lines[30:], "\n"))
				}
			}
			for _, not := range c.not {
				for _, line := range lines[35:] {
					if strings.HasPrefix(line, not) {
						t.Errorf("line %q", line)
					}
				}
			}
		})
	}
}

// unfold checks the form of the lines and returns them whole.
func unfold(tb testing.TB, out []byte) []string {
	tb.Helper()
	text := string(out)
	if !utf8.ValidString(text) || !strings.HasSuffix(text, "\r\n") {
		tb.Fatal("not UTF-8, or no line end at the end")
	}
	var whole strings.Builder
	for line := range strings.SplitSeq(strings.TrimSuffix(text, "\r\n"), "\r\n") {
		if len(line) > lineLimit || line == "" || !utf8.ValidString(line) {
			tb.Fatalf("line of %d octets: %q", len(line), line)
		}
		if strings.ContainsFunc(line, unicode.IsControl) {
			tb.Fatalf("control character in %q", line)
		}
		if line[0] == ' ' {
			whole.WriteString(line[1:])
		} else {
			whole.WriteString("\r\n" + line)
		}
	}
	return strings.Split(whole.String(), "\r\n")[1:]
}

// checkStream reads a feed with a parser that is not ours.
func checkStream(tb testing.TB, out []byte) *ics.Calendar {
	tb.Helper()
	lines := unfold(tb, out)
	parsed, err := ics.ParseCalendar(bytes.NewReader(out))
	if err != nil {
		tb.Fatalf("golang-ical: %v\n%s", err, out)
	}
	properties := len(parsed.CalendarProperties) + 2 // BEGIN and END
	for _, component := range parsed.Components {
		properties += 2 + len(component.UnknownPropertiesIANAProperties())
		for _, inner := range component.SubComponents() {
			properties += 2 + len(inner.UnknownPropertiesIANAProperties())
		}
	}
	if properties != len(lines) {
		tb.Fatalf("golang-ical finds %d lines of %d\n%s", properties, len(lines), out)
	}
	return parsed
}

// FuzzFeed puts any text into every field: the number of lines and properties
// stays what the fields ask for, and two readers find the event.
func FuzzFeed(f *testing.F) {
	f.Add("u", "Titel", "Tekst", "Plek", "https://a.example/", "Soort", int64(1.8e9), int64(3600), uint8(0))
	f.Add("u\r\nUID:x", "a\nb", "\r\nEND:VEVENT", "\x00\u2028", "https://a\r\nb", ",;\\", int64(1.8e9), int64(-1), uint8(7))
	f.Add("ü", strings.Repeat("日本", 60), strings.Repeat("\\", 80), "\xff\xfe", "http://[::1]:80/;,", "\"", int64(-1), int64(1<<40), uint8(3))
	zone := mustZone(f, amsterdam)
	f.Fuzz(func(t *testing.T, uid, summary, description, place, address, category string, start, length int64, flags uint8) {
		event := Event{
			UID: uid, Start: time.Unix(start, 0), End: time.Unix(start+length, 0),
			Summary: summary, Description: description, Place: place, URL: address, Categories: []string{category, summary},
			AllDay: flags&1 != 0, Cancelled: flags&2 != 0, Transparent: flags&4 != 0,
		}
		feed := Feed{Name: summary, ProdID: place, Source: address, Zone: zone, Revision: time.Unix(1.8e9, 0), Events: []Event{event}}
		out, err := feed.Encode()
		if err != nil {
			return
		}
		parsed := checkStream(t, out)
		if events := parsed.Events(); len(events) != 1 {
			t.Fatalf("golang-ical finds %d events\n%s", len(events), out)
		}
		plain := Event{UID: "u", Start: event.Start, End: event.End, AllDay: event.AllDay}
		plainFeed := feed
		plainFeed.Name, plainFeed.Source, plainFeed.Events = "", "", []Event{plain}
		want := len(unfold(t, mustEncode(t, plainFeed)))
		for _, field := range []string{
			oneLine(feed.Name), oneLine(feed.Name), webAddress(address), webAddress(address), oneLine(place),
			manyLines(description), cmp.Or(oneLine(category), oneLine(summary)),
		} {
			if field != "" {
				want++
			}
		}
		if oneLine(summary) != "" || event.Cancelled {
			want++
		}
		if got := len(unfold(t, out)); got != want {
			t.Fatalf("%d lines, want %d\n%s", got, want, out)
		}
	})
}

func BenchmarkFeed500(b *testing.B) {
	f := sampleFeed(b)
	base := f.Events[0]
	for i := range 500 {
		e := base
		e.UID = strings.Repeat("x", 20) + time.Unix(int64(i), 0).String()
		e.Start = base.Start.AddDate(0, 0, i)
		e.End = e.Start.Add(time.Hour)
		e.Description = "Neem het dossier mee. Vragen: planning@example.org of bel het team van de dag."
		f.Events = append(f.Events, e)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := f.Encode(); err != nil {
			b.Fatal(err)
		}
	}
}
