package service

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// summerTime is the law of the European Union, written down anew: from the last
// Sunday of March to that of October, each at 01:00 UTC.
func summerTime(t time.Time) bool {
	last := func(m time.Month) time.Time {
		d := time.Date(t.UTC().Year(), m, 31, 1, 0, 0, 0, time.UTC)
		return d.AddDate(0, 0, -int(d.Weekday()))
	}
	return !t.Before(last(time.March)) && t.Before(last(time.October))
}

// oracle turns a written time into an instant by RFC 5545 section 3.3.5: a local
// time that comes twice is the first.
func oracle(p property) (time.Time, error) {
	if p.params == "" {
		return time.Parse("20060102T150405Z", p.value)
	}
	wall, err := time.Parse("20060102T150405", p.value)
	if err != nil || p.params != "TZID=Europe/Amsterdam" {
		return wall, fmt.Errorf("%s;%s:%s: %w", p.name, p.params, p.value, err)
	}
	if first := wall.Add(-2 * time.Hour); summerTime(first) {
		return first, nil
	}
	return wall.Add(-time.Hour), nil
}

// timesIn returns the times of the events of a feed, by the oracle.
func timesIn(t *testing.T, body []byte, name string) []time.Time {
	t.Helper()
	lines, err := strict(string(body))
	if err != nil {
		t.Fatal(err)
	}
	var out []time.Time
	within := false
	for _, p := range lines {
		within = within && p.name+p.value != "ENDVEVENT" || p.name+p.value == "BEGINVEVENT"
		if within && p.name == name {
			at, err := oracle(p)
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, at)
		}
	}
	return out
}

// amsterdamEvents writes events at instants as a feed does.
func amsterdamEvents(t *testing.T, starts []time.Time) []byte {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Amsterdam")
	if err != nil {
		t.Fatal(err)
	}
	feed := calendar.Feed{Zone: zone, Revision: testNow}
	for i, at := range starts {
		feed.Events = append(feed.Events, eventOf(&store.Calendar{Level: store.BusyOnly}, &store.FeedEvent{
			Visit: fmt.Sprint(i), Start: at, End: at.Add(time.Hour), Revised: testNow, FeedContent: &store.FeedContent{},
		}))
	}
	body, err := feed.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// TestRT1_FeedTimes writes visits from 2024 to 2036 and reads them back with a
// clock of our own making.
func TestRT1_FeedTimes(t *testing.T) {
	t.Parallel()
	const cases = 10_000
	random := rand.New(rand.NewPCG(1, 2))
	starts := make([]time.Time, cases)
	first := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range starts {
		starts[i] = first.Add(time.Duration(random.IntN(13*365*24*12)) * 5 * time.Minute)
	}
	slices.SortFunc(starts, time.Time.Compare)
	body := amsterdamEvents(t, starts)
	if got := timesIn(t, body, "DTSTART"); !slices.EqualFunc(got, starts, time.Time.Equal) {
		t.Error("starts differ")
	}
	for i, end := range timesIn(t, body, "DTEND") {
		if !end.Equal(starts[i].Add(time.Hour)) {
			t.Fatalf("%v ends at %v", starts[i], end)
		}
	}
	t.Logf("%d visits, 0 differences", cases)
}

// TestRT2_FeedInTheGapAndTheFold pins the two nights of 2026.
func TestRT2_FeedInTheGapAndTheFold(t *testing.T) {
	t.Parallel()
	starts := []time.Time{
		time.Date(2026, 3, 29, 0, 30, 0, 0, time.UTC), time.Date(2026, 3, 29, 1, 0, 0, 0, time.UTC),
		time.Date(2026, 10, 25, 0, 30, 0, 0, time.UTC), time.Date(2026, 10, 25, 1, 30, 0, 0, time.UTC),
	}
	body := amsterdamEvents(t, starts)
	if got := timesIn(t, body, "DTSTART"); !slices.EqualFunc(got, starts, time.Time.Equal) {
		t.Errorf("got %v, want %v", got, starts)
	}
	for _, want := range []string{
		"DTSTART;TZID=Europe/Amsterdam:20260329T013000\r\n", "DTSTART;TZID=Europe/Amsterdam:20260329T030000\r\n",
		// The second 02:30 has no local form, so what begins or ends then is in UTC.
		"DTSTART:20261025T003000Z\r\nDTEND:20261025T013000Z\r\n", "DTSTART:20261025T013000Z\r\n",
	} {
		if !strings.Contains(string(body), want) {
			t.Errorf("no %q", want)
		}
	}
}

// TestRT3_ClockJumps: whatever the clock does, no token lives longer for it and
// none is refused for it.
func TestRT3_ClockJumps(t *testing.T) {
	t.Parallel()
	jumps := []time.Duration{-24 * time.Hour, -time.Hour, -10 * time.Minute, 0, 10 * time.Minute, time.Hour, 24 * time.Hour}
	forEachDatabase(t, func(w world) {
		w.published("noord")
		for _, jump := range jumps {
			id, token := w.feed(store.NewFeed{Scope: annaFeed})
			w.opens(token, testNow)
			w.opens(token, testNow.Add(jump))
			w.must(w.Store.RevokeFeed(w.Context(), id, testNow))
			for _, later := range jumps {
				if later-jump >= 0 && later-jump < tokenFresh {
					continue // within the second in which another process may not know
				}
				if _, err := w.Feed(w.Context(), token, "", testNow.Add(later)); !errors.Is(err, ErrNotFound) {
					w.Errorf("clock %v, then %v: %v, want ErrNotFound", jump, later, err)
				}
			}
		}
		_, token := w.feed(store.NewFeed{Scope: annaFeed})
		w.opens(token, testNow)
		w.must(w.Store.Close())
		for _, jump := range jumps {
			if _, err := w.Feed(w.Context(), token, "", testNow.Add(jump)); (err == nil) != (jump >= 0 && jump <= tokenGrace) {
				w.Errorf("database away, clock %v: %v", jump, err)
			}
		}
	})
}

// TestRT4_OneClock: nothing about feeds asks the database what time it is.
func TestRT4_OneClock(t *testing.T) {
	t.Parallel()
	clock := regexp.MustCompile(`(?i)\b(now\(\)|current_timestamp|current_date|localtimestamp|clock_timestamp|datetime\('now|strftime\('|unixepoch\()`)
	var files []string
	for _, pattern := range []string{"../store/*.go", "../../migrations/*/*.sql"} {
		found, err := filepath.Glob(pattern)
		if err != nil || len(found) == 0 {
			t.Fatalf("%s: %v", pattern, err)
		}
		files = append(files, found...)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			code, _, _ := strings.Cut(line, "//")
			if m := clock.FindString(code); m != "" && !strings.Contains(code, "t.now()") && !strings.Contains(code, "s.now()") && strings.Contains(line, `"`+m) {
				t.Errorf("%s: %s", file, strings.TrimSpace(line))
			}
		}
	}
	t.Logf("%d files ask no database for the time", len(files))
}

// TestRT6_WindowAtTheEdges: the days that a feed shows, at the ends of years, in
// a week 53 and around a leap day.
func TestRT6_WindowAtTheEdges(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("Europe/Amsterdam")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ today, from, to string }{
		{"2026-12-31", "2026-12-01T00:00:00+01:00", "2028-02-05T00:00:00+01:00"},
		{"2027-01-01", "2026-12-02T00:00:00+01:00", "2028-02-06T00:00:00+01:00"}, // Friday of week 53 of 2026
		{"2028-02-29", "2028-01-30T00:00:00+01:00", "2029-04-05T00:00:00+02:00"},
		{"2027-01-25", "2026-12-26T00:00:00+01:00", "2028-03-01T00:00:00+01:00"}, // up to 29 February
		{"2026-03-29", "2026-02-27T00:00:00+01:00", "2027-05-04T00:00:00+02:00"}, // the day of 23 hours
		{"2026-10-25", "2026-09-25T00:00:00+02:00", "2027-11-30T00:00:00+01:00"}, // the day of 25 hours
	} {
		today, err := calendar.ParseDate(c.today)
		if err != nil {
			t.Fatal(err)
		}
		from, to := window(today, zone)
		if got := from.Format(time.RFC3339) + " " + to.Format(time.RFC3339); got != c.from+" "+c.to {
			t.Errorf("%s: %s, want %s %s", c.today, got, c.from, c.to)
		}
	}
}

// TestCancelledInEachCalendar: inside the team the reason is told, at the
// location never; a feed that hides them shows none.
func TestCancelledInEachCalendar(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.published("noord")
		state := town("noord")
		day := calendar.NewDate(2027, 1, 20)
		state.Absences = []planner.Absence{{Staff: "noordbram", From: day, To: day}}
		_, err := w.Import(w.Context(), []*planner.State{state})
		w.must(err)
		w.Solve = droppedPlan
		w.publishes()
		team, role := store.FeedScope{Region: "noord", Kind: store.TeamFeed}, store.FeedScope{Region: "noord", Kind: store.RoleFeed, ID: "ab"}
		for _, scope := range []store.FeedScope{annaFeed, team, role, nestFeed} {
			got := lines(w.renders(w.token(scope, store.NoNames), testNow).Body, "SUMMARY", "DESCRIPTION", "STATUS", "SEQUENCE")
			i := slices.IndexFunc(got, func(l string) bool { return strings.HasPrefix(l, "SUMMARY:Vervallen: Bezoek") })
			if i < 1 || got[i-1] != "SEQUENCE:1" || !strings.HasPrefix(got[i+1], "DESCRIPTION:Reden: medewerker niet beschikbaar") || got[i+2] != "STATUS:CANCELLED" {
				w.Errorf("%v: %q", scope, got)
			}
			_, hidden := w.feed(store.NewFeed{Scope: scope, HideCancelled: true})
			if body := string(w.renders(hidden, testNow).Body); strings.Contains(body, "CANCELLED") || !strings.Contains(body, "BEGIN:VEVENT") {
				w.Errorf("%v: hidden and shown:\n%s", scope, body)
			}
		}
		// The next plan drops another visit for no reason of anybody's.
		w.Solve = emptyPlan
		w.publishes()
		for scope, want := range map[store.FeedScope]string{annaFeed: "planning gewijzigd", nestFeed: "medewerker niet beschikbaar"} {
			body := string(w.renders(w.token(scope, store.FullDetail), testNow.Add(time.Minute)).Body)
			if !strings.Contains(body, want) || scope == nestFeed && strings.Contains(body, "gewijzigd") {
				w.Errorf("%v: no %q in\n%s", scope, want, body)
			}
		}
		if body := string(w.renders(w.token(annaFeed, store.BusyOnly), testNow).Body); strings.Contains(body, "Reden") {
			w.Error("a reason in a feed that tells only when somebody is busy")
		}
	})
}
