package calendar

import (
	"bytes"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	ics "github.com/arran4/golang-ical"
)

// TestRF1_HostileTexts puts each hostile text into every field, alone and amid
// others, and has a second parser count what comes out.
func TestRF1_HostileTexts(t *testing.T) {
	t.Parallel()
	zone := mustZone(t, amsterdam)
	at := time.Date(2027, 1, 4, 9, 0, 0, 0, zone)
	fields := []func(*Feed, string){
		func(f *Feed, s string) { f.Name = s },
		func(f *Feed, s string) { f.ProdID = s },
		func(f *Feed, s string) { f.Source = "https://a.example/" + s },
		func(f *Feed, s string) { f.Events[0].UID = s },
		func(f *Feed, s string) { f.Events[0].Summary = s },
		func(f *Feed, s string) { f.Events[0].Description = s },
		func(f *Feed, s string) { f.Events[0].Place = s },
		func(f *Feed, s string) { f.Events[0].URL = "https://a.example/" + s },
		func(f *Feed, s string) { f.Events[0].Categories = []string{s, "x" + s} },
	}
	const longField = 5
	cases := 0
	for _, evil := range hostileTexts {
		for i, set := range fields {
			texts := []string{evil, "voor " + evil + " na", evil + evil}
			if len(evil) > 1<<16 {
				texts = texts[:1]
				if i != longField { // a megabyte is tried in one field
					continue
				}
			}
			for _, text := range texts {
				feed := Feed{Name: "n", Zone: zone, Revision: at, Events: []Event{{UID: "u", Start: at, End: at.Add(time.Hour), Summary: "s"}}}
				set(&feed, text)
				out, err := feed.Encode()
				if uid := oneLine(feed.Events[0].UID); err != nil && (uid == "" || len(uid) > maxUIDBytes) {
					continue // refused, with its reason
				}
				if err != nil {
					t.Fatalf("field %d, %.40q: %v", i, text, err)
				}
				parsed := checkStream(t, out)
				if n := len(parsed.Events()); n != 1 || bytes.Count(out, []byte("\nBEGIN:")) != 4 || bytes.Contains(out, []byte("\nATTENDEE")) {
					t.Errorf("field %d, %.40q: %d events in\n%.2000s", i, text, n, out)
				}
				cases++
			}
		}
	}
	t.Logf("%d feeds", cases)
}

// TestRF2_RoundTrip: a feed that a second parser reads and that is written again
// is the same, byte for byte.
func TestRF2_RoundTrip(t *testing.T) {
	t.Parallel()
	n := 2_000
	if os.Getenv("WIJKPLANNER_LONG") != "" {
		n = 1_000_000
	}
	rng := rand.New(rand.NewPCG(7, 8))
	zone := mustZone(t, amsterdam)
	for range n {
		feed := randomFeed(rng, zone)
		first := mustEncode(t, feed)
		parsed, err := ics.ParseCalendar(bytes.NewReader(first))
		if err != nil {
			t.Fatal(err)
		}
		again := Feed{Zone: zone, Revision: feed.Revision, Refresh: feed.Refresh}
		for _, p := range parsed.CalendarProperties {
			switch p.IANAToken {
			case "NAME":
				again.Name = p.Value
			case "PRODID":
				again.ProdID = p.Value
			case "SOURCE":
				again.Source = p.Value
			}
		}
		for _, e := range parsed.Events() {
			again.Events = append(again.Events, eventBack(t, e, zone))
		}
		if second := mustEncode(t, again); !bytes.Equal(first, second) {
			one, two := unfold(t, first), unfold(t, second)
			for i := range min(len(one), len(two)) {
				if one[i] != two[i] {
					t.Fatalf("line %d was\n%s\nand is\n%s", i, one[i], two[i])
				}
			}
			t.Fatalf("%d lines, and again %d", len(one), len(two))
		}
	}
	t.Logf("%d feeds", n)
}

var roundTexts = []string{"", "Bezoek", "a;b,c\\d", "é日本語 😀", strings.Repeat("lang ", 40), strings.Repeat("日本", 60), `"tussen" aanhaling`, "x:y=z", "\\n", "n\\", "0 1"}

func randomFeed(rng *rand.Rand, zone *time.Location) Feed {
	text := func() string { return roundTexts[rng.IntN(len(roundTexts))] + roundTexts[rng.IntN(len(roundTexts))] }
	feed := Feed{
		Name: text(), Zone: zone, Revision: time.Unix(1.8e9+rng.Int64N(1e7), 0), Source: "https://plan.example.org/f/" + strconv.Itoa(rng.IntN(99)),
		Refresh: time.Duration(1+rng.IntN(300)) * time.Minute,
	}
	for i := range rng.IntN(8) {
		start := time.Unix(1.8e9+rng.Int64N(1e8), 0)
		feed.Events = append(feed.Events, Event{
			UID: strconv.Itoa(i) + "@example.org", Sequence: rng.IntN(9), Revised: feed.Revision.Add(-time.Duration(rng.IntN(1e6)) * time.Second),
			Start: start, End: start.Add(time.Duration(1+rng.IntN(1e5)) * time.Second), AllDay: rng.IntN(4) == 0,
			Summary: text(), Description: text() + "\n" + text(), Place: text(), URL: []string{"", "https://plan.example.org/?a=1;b=2,3"}[rng.IntN(2)],
			Cancelled: rng.IntN(4) == 0, Transparent: rng.IntN(4) == 0,
		})
	}
	return feed
}

// eventBack makes an event of what the other parser read.
func eventBack(t *testing.T, e *ics.VEvent, zone *time.Location) (out Event) {
	t.Helper()
	for _, p := range e.Properties {
		switch p.IANAToken {
		case "UID":
			out.UID = p.Value
		case "SEQUENCE":
			out.Sequence, _ = strconv.Atoi(p.Value)
		case "DTSTAMP":
			out.Revised = stampBack(t, p.Value, zone)
		case "DTSTART":
			out.Start = stampBack(t, p.Value, zone)
			out.AllDay = len(p.Value) == len(icsDate)
		case "DTEND":
			out.End = stampBack(t, p.Value, zone)
		case "SUMMARY":
			out.Summary = p.Value
		case "DESCRIPTION":
			out.Description = p.Value
		case "LOCATION":
			out.Place = p.Value
		case "URL":
			out.URL = p.Value
		case "STATUS":
			out.Cancelled = p.Value == "CANCELLED"
		case "TRANSP":
			out.Transparent = p.Value == "TRANSPARENT"
		}
	}
	return out
}

func stampBack(t *testing.T, value string, zone *time.Location) time.Time {
	t.Helper()
	layouts := []string{icsDate, icsLocal, icsUTC}
	i := slices.IndexFunc(layouts, func(l string) bool { return len(l) == len(value) })
	wall, err := time.Parse(layouts[max(i, 0)], value)
	if err != nil {
		t.Fatal(err)
	}
	if layouts[i] == icsUTC {
		return wall
	}
	return oracleZone(wall, zone)
}
