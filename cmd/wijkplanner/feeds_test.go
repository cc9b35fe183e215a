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
	"github.com/wijkplanner/wijkplanner/planner"
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
// must show; uid makes a visit's UID.
func calendarOf(rows []visitRow, kind, id string, uid func(visit string) string) []shown {
	var events []shown
	for _, r := range rows {
		if kind == "staff" && r.staff == id || kind == "location" && r.location == id {
			events = append(events, shown{uid(r.visit), r.start, r.end, "CONFIRMED"})
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
	commands := readers(t)
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
		want := calendarOf(rows, kind, id, func(visit string) string { return visit + "@wijkplanner" })
		if kind == "staff" {
			coversTheYear(t, want)
		} else {
			atLocations = append(atLocations, want...)
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for reader, command := range commands {
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
	states, err := files.ReadFolder(feedExample)
	if err != nil {
		t.Fatal(err)
	}
	return serveStates(t, states)
}

// serveStates is servePlan of other states than the example's.
func serveStates(t *testing.T, states []*planner.State) serving {
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
	_, token, err := s.Store.CreateFeed(t.Context(), store.NewFeed{Scope: scope, Level: store.FullDetail})
	if err != nil {
		t.Fatal(err)
	}
	return s.url + "/f/" + token + ".ics"
}

// uid is a visit's UID in a served feed.
func (s serving) uid(visit string) string {
	if s.region != "" {
		visit += "." + s.region
	}
	return visit + "@wijkplanner"
}

// shows returns the events of a calendar on the days that its feed shows.
func (s serving) shows(rows []visitRow, kind, id string) []shown {
	return slices.DeleteFunc(calendarOf(rows, kind, id, s.uid), func(e shown) bool { return e.Start < s.first.String() })
}

// TestServedFeedsInReaders has the same readers list what the server gives of
// the same plan.
func TestServedFeedsInReaders(t *testing.T) {
	t.Parallel()
	commands := readers(t)
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
			for reader, command := range commands {
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

// answer is what the server sent.
type answer struct {
	status int
	header http.Header
	body   string
}

func get(t *testing.T, method, address string) answer {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, address, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{response.StatusCode, response.Header, string(body)}
}

func download(t *testing.T, address string) []byte {
	t.Helper()
	a := get(t, http.MethodGet, address)
	if a.status != http.StatusOK {
		t.Fatalf("%s: %d: %s", address, a.status, a.body)
	}
	return []byte(a.body)
}

// TestRevokedFeedIsUnknown compares what a revoked feed answers with what one
// that never was does: but for the request id they are equal to the byte.
func TestRevokedFeedIsUnknown(t *testing.T) {
	t.Parallel()
	server := servePlan(t)
	revoked := server.subscribe(t, "staff", "coach-1")
	if err := server.Store.RevokeFeed(t.Context(), strings.Split(revoked, "_")[2], server.Now()); err != nil {
		t.Fatal(err)
	}
	wrong := "A.ics" // for the last character of the secret
	if strings.HasSuffix(revoked, wrong) {
		wrong = "B.ics"
	}
	unknown := revoked[:len(revoked)-len(wrong)] + wrong
	var bodies []string
	for _, address := range []string{revoked, unknown, server.url + "/f/nothing.ics"} {
		a := get(t, http.MethodGet, address)
		id := a.header.Get("X-Request-Id")
		if a.status != http.StatusNotFound || id == "" {
			t.Errorf("%s: %d %v", address, a.status, a.header)
		}
		bodies = append(bodies, strings.ReplaceAll(a.body, id, ""))
	}
	if bodies[0] != bodies[1] || bodies[1] != bodies[2] {
		t.Errorf("the answers differ:\n%s", strings.Join(bodies, "\n"))
	}
}

// TestFeedLimitOfTheServer shows that the server as people start it refuses a
// program that reads a feed without end.
func TestFeedLimitOfTheServer(t *testing.T) {
	t.Parallel()
	feed := servePlan(t).subscribe(t, "staff", "coach-1")
	for range 240 {
		download(t, feed)
	}
	for _, method := range []string{http.MethodHead, http.MethodGet} {
		if a := get(t, method, feed); a.status != http.StatusTooManyRequests || a.header.Get("Retry-After") == "" {
			t.Errorf("%s: %d %v", method, a.status, a.header)
		}
	}
}
