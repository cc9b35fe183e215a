package main

import (
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/files"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// replan takes in that a location closes and that somebody is ill in the week
// of a visit, and publishes the plan that follows: visits fall through and
// move.
func (s serving) replan(t *testing.T) {
	t.Helper()
	states, err := files.ReadFolder(feedExample)
	if err != nil {
		t.Fatal(err)
	}
	state := states[0]
	i := slices.IndexFunc(state.Locations, func(l planner.Location) bool { return l.ID == "som-005" })
	state.Locations[i].Closed = calendar.NewDate(2027, 4, 30)
	first := s.next(t, "coach-1")
	state.Absences = append(state.Absences, planner.Absence{Staff: "coach-1", From: first, To: first + 6})
	if _, err := s.Import(t.Context(), states); err != nil {
		t.Fatal(err)
	}
	p := &process{ctx: t.Context(), now: s.Now}
	proposals, err := s.Propose(t.Context(), searchFlags{Year: 2027, Seed: 2, Iterations: 300, MaxChanges: -1}.options(p))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Publish(t.Context(), proposals[0].ID); err != nil {
		t.Fatal(err)
	}
}

// next returns the day of somebody's first visit to a location from the first
// of April on.
func (s serving) next(t *testing.T, staff string) calendar.Date {
	t.Helper()
	for _, e := range s.events(t, "staff", staff) {
		if day := calendar.DateOf(e.Start, amsterdam(t)); !e.Meeting && day >= calendar.NewDate(2027, 4, 1) {
			return day
		}
	}
	t.Fatalf("%s visits nobody", staff)
	return calendar.NoDate
}

func amsterdam(t *testing.T) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Amsterdam")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// events returns what the database has for a calendar and the days that its
// feed shows; a visit that fell through is shown until its day.
func (s serving) events(t *testing.T, kind, id string) []store.FeedEvent {
	t.Helper()
	scope := store.FeedScope{Region: s.region, Kind: store.FeedKind(kind), ID: id}
	zone := amsterdam(t)
	events, err := s.Store.FeedEvents(t.Context(), scope, s.first.At(0, zone), (s.first+430).At(0, zone))
	if err != nil {
		t.Fatal(err)
	}
	today := calendar.DateOf(s.Now(), zone).At(0, zone)
	return slices.DeleteFunc(events, func(e store.FeedEvent) bool { return e.Cancelled && e.Start.Before(today) })
}

// TestChangedFeedsInReaders publishes a second plan and compares what readers
// list with the database: each visit where it is now, and those that fell
// through as such.
func TestChangedFeedsInReaders(t *testing.T) {
	t.Parallel()
	commands := readers(t)
	server := servePlan(t)
	server.replan(t)
	cancelled, moved := 0, 0
	for _, name := range []string{"staff-coach-1", "staff-coach-2", "location-som-005"} {
		kind, id, _ := strings.Cut(name, "-")
		var want []shown
		for _, e := range server.events(t, kind, id) {
			status := "CONFIRMED"
			switch {
			case e.Cancelled:
				status = "CANCELLED"
				cancelled++
			case e.Sequence > 0:
				moved++
			}
			want = append(want, shown{server.uid(e.Visit), local(t, e.Start, time.RFC3339), local(t, e.End, time.RFC3339), status})
		}
		ordered(want)
		path := filepath.Join(t.TempDir(), "feed.ics")
		if err := os.WriteFile(path, download(t, server.subscribe(t, kind, id)), 0o600); err != nil {
			t.Fatal(err)
		}
		for reader, command := range commands {
			t.Run(name+"/"+reader, func(t *testing.T) {
				t.Parallel()
				compare(t, readFeed(t, command, path), want)
			})
		}
	}
	if cancelled == 0 || moved == 0 {
		t.Errorf("%d cancelled and %d moved visits: nothing was tried", cancelled, moved)
	}
}

func local(t *testing.T, moment time.Time, layout string) string {
	t.Helper()
	return moment.In(amsterdam(t)).Format(layout)
}

// TestServedFeedsInKhal subscribes with a calendar program that people use and
// compares what it shows on screen with the database.
func TestServedFeedsInKhal(t *testing.T) {
	t.Parallel()
	server := servePlan(t)
	server.replan(t)
	for _, name := range []string{"staff-coach-1", "location-som-001", "location-som-005"} {
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

// screen returns what khal must show of a calendar.
func (s serving) screen(t *testing.T, kind, id string) []onScreen {
	t.Helper()
	var out []onScreen
	for _, e := range s.events(t, kind, id) {
		title, detail := e.Name.NL, e.LocationName
		if kind == "location" {
			detail = e.Crew[0].Name + " (" + strings.ToLower(e.Crew[0].Role.NL) + ")"
		}
		if detail != "" {
			title += ": " + detail
		}
		if e.Cancelled {
			title = "Vervallen: " + title
		}
		const layout = "2006-01-02 15:04"
		out = append(out, onScreen{title, local(t, e.Start, layout), local(t, e.End, layout)})
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
