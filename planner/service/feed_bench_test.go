package service

import (
	"fmt"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/store"
	"github.com/wijkplanner/wijkplanner/planner/verify"
)

// benchFeed publishes 500 visits of Anna and returns the reading of her feed.
func benchFeed(b *testing.B) (*Service, *Reading, string) {
	b.Helper()
	clock := func() time.Time { return testNow }
	st, err := store.Open(b.Context(), filepath.Join(b.TempDir(), "bench.db"), store.WithClock(clock))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = st.Close() })
	state := town("noord")
	plan := &planner.Plan{Region: "noord", From: calendar.NewDate(2027, 1, 1), To: calendar.NewDate(2028, 12, 31)}
	for i := range 500 {
		at := testNow.AddDate(0, 0, i*390/500).Add(time.Duration(i%3) * 2 * time.Hour).Format(time.RFC3339)
		plan.Visits = append(plan.Visits, planned(fmt.Sprintf("visit-%03d", i), "een", "visit", at, planner.CrewMember{Role: "zc", Staff: "noordanna"}))
	}
	s := New(st, slog.New(slog.DiscardHandler), clock)
	s.Prove = func([]*planner.State, []*planner.Plan) ([]verify.Fault, error) { return nil, nil }
	if err := st.ImportState(b.Context(), state); err != nil {
		b.Fatal(err)
	}
	id, err := st.SavePlan(b.Context(), plan, 1)
	if err != nil {
		b.Fatal(err)
	}
	if err := st.PublishPlan(b.Context(), id, testNow); err != nil {
		b.Fatal(err)
	}
	_, token, err := st.CreateFeed(b.Context(), store.NewFeed{Scope: annaFeed, Level: store.FullDetail})
	if err != nil {
		b.Fatal(err)
	}
	r, err := s.Feed(b.Context(), token, "", testNow)
	if err != nil {
		b.Fatal(err)
	}
	return s, r, token
}

// BenchmarkFirstRendering is what a feed of 500 events costs that nobody has
// read at its revision, and its parts.
func BenchmarkFirstRendering(b *testing.B) {
	s, r, _ := benchFeed(b)
	from, to := window(r.edition.day, r.zone)
	events, err := s.Store.FeedEvents(b.Context(), r.Calendar.Scope, from, to)
	if err != nil || len(events) != 500 {
		b.Fatalf("%d events, %v", len(events), err)
	}
	feed := calendar.Feed{Name: "x", Zone: r.zone, Revision: r.Calendar.Changed}
	for i := range events {
		feed.Events = append(feed.Events, eventOf(&r.Calendar, &events[i]))
	}
	body, err := feed.Encode()
	if err != nil {
		b.Fatal(err)
	}
	b.Run("all", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := r.render(b.Context()); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("read", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := s.Store.FeedEvents(b.Context(), r.Calendar.Scope, from, to); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("encode", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := feed.Encode(); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("zip", func(b *testing.B) {
		for b.Loop() {
			zipped(body)
		}
		b.ReportMetric(float64(len(zipped(body))), "bytes")
	})
}

// BenchmarkRepeat is what a read costs that finds everything in memory, its
// token checked.
func BenchmarkRepeat(b *testing.B) {
	s, _, token := benchFeed(b)
	b.ReportAllocs()
	for b.Loop() {
		r, err := s.Feed(b.Context(), token, "iOS/18.1 (22B83) dataaccessd/1.0", testNow)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := r.Content(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}
