package main

import (
	"cmp"
	"encoding/csv"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner/files"
	"github.com/wijkplanner/wijkplanner/planner/service"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// feedExample is a small system with people in several crews and meetings.
const feedExample = "../../examples/iedere-peuter-someren"

// visitRow is a row of visits.csv: one of the people at a visit or a meeting.
type visitRow struct{ visit, location, staff, start, end string }

// planVisits plans the example and returns the folder and the rows of its
// visits.csv.
func planVisits(t *testing.T) (dir string, rows []visitRow) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "out")
	if _, stderr, code := call(t, "plan", feedExample, "--out", dir, "--iterations", "300", "--year", "2027"); code != 0 {
		t.Fatal(stderr)
	}
	f, err := os.Open(filepath.Join(dir, "visits.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	table, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	column := func(name string) int { return slices.Index(table[0], name) }
	for _, r := range table[1:] {
		rows = append(rows, visitRow{
			r[column("visit_id")], r[column("location_id")], r[column("staff_id")], r[column("start")], r[column("end")],
		})
	}
	return dir, rows
}

// calendarOf returns the events that the calendar of a person or a location
// must show. Region is the part of a UID after the visit's id.
func calendarOf(rows []visitRow, kind, id, region string) []shown {
	var events []shown
	for _, r := range rows {
		if kind == "staff" && r.staff == id || kind == "location" && r.location == id {
			events = append(events, shown{r.visit + region + "@wijkplanner", r.start, r.end})
		}
	}
	// The crew of a location's visit has a row each, the calendar one event.
	return slices.Compact(ordered(events))
}

func ordered(events []shown) []shown {
	slices.SortFunc(events, func(a, b shown) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.UID, b.UID), cmp.Compare(a.End, b.End))
	})
	return events
}

// compare reports what a reader misses and what it has too much.
func compare(t *testing.T, got, want []shown) {
	t.Helper()
	if ordered(got); slices.Equal(got, want) {
		return
	}
	for _, e := range want {
		if !slices.Contains(got, e) {
			t.Errorf("missing: %+v", e)
		}
	}
	for _, e := range got {
		if !slices.Contains(want, e) {
			t.Errorf("not in visits.csv: %+v", e)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d events, want %d", len(got), len(want))
	}
}

// coversTheYear makes sure that a comparison is about something: the calendar
// has visits in winter and in summer.
func coversTheYear(t *testing.T, events []shown) {
	t.Helper()
	for _, offset := range []string{"+01:00", "+02:00"} {
		if !slices.ContainsFunc(events, func(e shown) bool { return strings.HasSuffix(e.Start, offset) && strings.HasSuffix(e.End, offset) }) {
			t.Errorf("no event at %s among %d", offset, len(events))
		}
	}
}

// TestFeedFilesInReaders has readers that are not ours list every calendar of a
// plan folder, and compares with visits.csv.
func TestFeedFilesInReaders(t *testing.T) {
	t.Parallel()
	dir, rows := planVisits(t)
	paths, err := filepath.Glob(filepath.Join(dir, "feeds", "*.ics"))
	if err != nil {
		t.Fatal(err)
	}
	if want := 3 + 12; len(paths) != want {
		t.Errorf("%d calendars, want %d", len(paths), want)
	}
	var atLocations []shown
	for _, path := range paths {
		name := strings.TrimSuffix(filepath.Base(path), ".ics")
		kind, id, _ := strings.Cut(name, "-")
		want := calendarOf(rows, kind, id, "")
		if kind == "staff" {
			coversTheYear(t, want)
		} else {
			atLocations = append(atLocations, want...)
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for reader, command := range readers {
				t.Run(reader, func(t *testing.T) {
					t.Parallel()
					compare(t, readFeed(t, command, path), want)
				})
			}
		})
	}
	coversTheYear(t, atLocations)
}

// serving is a server with the example published, at a moment in 2027.
type serving struct {
	*service.Service
	url    string
	region string
	// first is the first day that its feeds show.
	first calendar.Date
}

// servePlan imports, plans and publishes the example at the end of 2026 and
// serves it in the spring of 2027.
func servePlan(t *testing.T) serving {
	t.Helper()
	clock := time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC)
	p := &process{
		ctx: t.Context(), stdout: io.Discard, stderr: io.Discard,
		log: slog.New(slog.DiscardHandler), now: func() time.Time { return clock },
	}
	s, err := databaseFlag{DB: filepath.Join(t.TempDir(), "planner.db")}.open(p)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Store.Close() })
	states, err := files.ReadFolder(feedExample)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Import(p.ctx, states); err != nil {
		t.Fatal(err)
	}
	o := searchFlags{Year: 2027, Seed: 1, Iterations: 300, MaxChanges: -1}.options(p)
	proposals, err := s.Propose(p.ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Publish(p.ctx, proposals[0].ID); err != nil {
		t.Fatal(err)
	}
	clock = time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC)
	handler, err := (&serveCommand{}).handler(p, s)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return serving{s, server.URL, states[0].Region, calendar.NewDate(2027, 1, 30)}
}

// subscribe returns the address of a new feed.
func (s serving) subscribe(t *testing.T, kind, id string) string {
	t.Helper()
	scope := store.FeedScope{Region: s.region, Kind: store.FeedKind(kind), ID: id}
	token, err := s.Store.CreateFeed(t.Context(), scope, store.FullDetail)
	if err != nil {
		t.Fatal(err)
	}
	return s.url + "/f/" + token + ".ics"
}

// shows returns the events of a calendar on the days that its feed shows.
func (s serving) shows(rows []visitRow, kind, id string) []shown {
	region := ""
	if s.region != "" {
		region = "." + s.region
	}
	return slices.DeleteFunc(calendarOf(rows, kind, id, region), func(e shown) bool { return e.Start < s.first.String() })
}

// TestServedFeedsInReaders has the same readers list what the server gives of
// the same plan.
func TestServedFeedsInReaders(t *testing.T) {
	t.Parallel()
	_, rows := planVisits(t)
	server := servePlan(t)
	server.hasPublished(t, rows)
	for _, name := range []string{
		"staff-coach-1", "staff-coach-2", "staff-specialist-1", "location-som-001", "location-som-008", "location-138849705",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			kind, id, _ := strings.Cut(name, "-")
			want := server.shows(rows, kind, id)
			if kind == "staff" {
				coversTheYear(t, want)
			}
			path := filepath.Join(t.TempDir(), "feed.ics")
			if err := os.WriteFile(path, download(t, server.subscribe(t, kind, id)), 0o600); err != nil {
				t.Fatal(err)
			}
			for reader, command := range readers {
				t.Run(reader, func(t *testing.T) {
					t.Parallel()
					compare(t, readFeed(t, command, path), want)
				})
			}
		})
	}
}

// hasPublished compares the plan in the database with the rows of visits.csv.
func (s serving) hasPublished(t *testing.T, rows []visitRow) {
	t.Helper()
	snapshot, err := s.Snapshot(t.Context(), s.region)
	if err != nil {
		t.Fatal(err)
	}
	zone, err := time.LoadLocation(snapshot.State.Programme.Zone)
	if err != nil {
		t.Fatal(err)
	}
	var have []visitRow
	for i := range snapshot.Plan.Visits {
		v := &snapshot.Plan.Visits[i]
		for _, c := range v.Crew {
			have = append(have, visitRow{
				v.ID, v.Location, c.Staff, v.Start.In(zone).Format(time.RFC3339), v.End.In(zone).Format(time.RFC3339),
			})
		}
	}
	if !slices.Equal(have, rows) {
		t.Errorf("the database has another plan than visits.csv:\n%v\n%v", have, rows)
	}
}

func download(t *testing.T, address string) []byte {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("%s: %d, %v: %s", address, answer.StatusCode, err, body)
	}
	return body
}

// TestServedFeedsInKhal subscribes with a calendar program that people use and
// compares what it shows on screen with the database.
func TestServedFeedsInKhal(t *testing.T) {
	t.Parallel()
	server := servePlan(t)
	for _, name := range []string{"staff-coach-1", "location-som-001"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			kind, id, _ := strings.Cut(name, "-")
			want := server.screen(t, kind, id)
			got := syncFeed(t, server.subscribe(t, kind, id), "2026-01-01", "2028-12-31")
			slices.SortFunc(got, byTime)
			if len(want) == 0 || !slices.Equal(got, want) {
				t.Errorf("khal shows\n%s\nwant\n%s", screenText(got), screenText(want))
			}
		})
	}
}

// screen returns what the database has for a calendar on the days that its
// feed shows.
func (s serving) screen(t *testing.T, kind, id string) []onScreen {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Amsterdam")
	if err != nil {
		t.Fatal(err)
	}
	scope := store.FeedScope{Region: s.region, Kind: store.FeedKind(kind), ID: id}
	events, err := s.Store.FeedEvents(t.Context(), scope, s.first.At(0, zone), s.first.At(0, zone).AddDate(2, 0, 0))
	if err != nil {
		t.Fatal(err)
	}
	var out []onScreen
	for i := range events {
		e := &events[i]
		title, detail := e.Name.NL, e.LocationName
		if kind == "location" {
			detail = e.Crew[0].Name + " (" + strings.ToLower(e.Crew[0].Role.NL) + ")"
		}
		if detail != "" {
			title += ": " + detail
		}
		const layout = "2006-01-02 15:04"
		out = append(out, onScreen{title, e.Start.In(zone).Format(layout), e.End.In(zone).Format(layout)})
	}
	slices.SortFunc(out, byTime)
	return out
}

func byTime(a, b onScreen) int {
	return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.Title, b.Title), cmp.Compare(a.End, b.End))
}

func screenText(events []onScreen) string {
	var b strings.Builder
	for _, e := range events {
		b.WriteString(e.Start + " | " + e.End + " | " + e.Title + "\n")
	}
	return b.String()
}

// TestFeedLimitOfTheServer shows that the server as people start it refuses a
// program that reads a feed without end.
func TestFeedLimitOfTheServer(t *testing.T) {
	t.Parallel()
	feed := servePlan(t).subscribe(t, "staff", "coach-1")
	for range 240 {
		download(t, feed)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodHead, feed, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	if answer.StatusCode != http.StatusTooManyRequests || answer.Header.Get("Retry-After") == "" {
		t.Errorf("%d %v", answer.StatusCode, answer.Header)
	}
}
