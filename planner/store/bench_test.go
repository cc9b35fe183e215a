package store

import (
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/wijkplanner/wijkplanner/internal/pgtest"
	"github.com/wijkplanner/wijkplanner/planner"
)

// eachDatabase runs a benchmark on both databases, with a region in it.
func eachDatabase(b *testing.B, f func(b *testing.B, s *Store)) {
	b.Helper()
	for name, address := range map[string]func(b *testing.B) string{
		"sqlite":   func(b *testing.B) string { b.Helper(); return filepath.Join(b.TempDir(), "test.db") },
		"postgres": func(b *testing.B) string { b.Helper(); return pgtest.Database(b, prepare) },
	} {
		b.Run(name, func(b *testing.B) {
			s := open(b, address(b))
			if err := s.ImportState(b.Context(), town("noord")); err != nil {
				b.Fatal(err)
			}
			f(b, s)
		})
	}
}

// busyYear returns a plan of 2,000 visits: a big team's year.
func busyYear() *planner.Plan {
	p := plan("noord")
	start := at("2027-01-01T06:00:00Z")
	for i := range 2000 {
		v := visit(fmt.Sprintf("v%d", i), "een", []string{"anna", "bram"}[i%2], "2027-01-01T00:00:00Z")
		v.Start = start.Add(time.Duration(i/2) * 2 * time.Hour)
		v.End = v.Start.Add(time.Hour)
		p.Visits = append(p.Visits, v)
	}
	return p
}

func BenchmarkPublish(b *testing.B) {
	p := busyYear()
	eachDatabase(b, func(b *testing.B, s *Store) {
		b.Helper()
		for b.Loop() {
			_, version, err := s.LoadState(b.Context(), "noord")
			if err != nil {
				b.Fatal(err)
			}
			id, err := s.SavePlan(b.Context(), p, version)
			if err != nil {
				b.Fatal(err)
			}
			if err := s.PublishPlan(b.Context(), id, testNow); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkOccupy(b *testing.B) {
	eachDatabase(b, func(b *testing.B, s *Store) {
		b.Helper()
		n := 0
		for b.Loop() {
			if err := s.Occupy(b.Context(), slot(BookingTime, n, n+1)); err != nil {
				b.Fatal(err)
			}
			n++
		}
	})
}

// BenchmarkFeedByID is what a repeated request costs the database.
func BenchmarkFeedByID(b *testing.B) {
	eachDatabase(b, func(b *testing.B, s *Store) {
		b.Helper()
		id, _, err := s.CreateFeed(b.Context(), NewFeed{Scope: annaFeed, Level: FullDetail})
		if err != nil {
			b.Fatal(err)
		}
		for b.Loop() {
			if _, err := s.FeedByID(b.Context(), id); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkSaveState renames one of 9,000 locations, as an edit over the API does.
func BenchmarkSaveState(b *testing.B) {
	eachDatabase(b, func(b *testing.B, s *Store) {
		b.Helper()
		state := town("noord")
		for i := len(state.Locations); i < 9000; i++ {
			l := state.Locations[0]
			l.ID = fmt.Sprintf("l%d", i)
			l.Registrations = []planner.Registration{{LRK: fmt.Sprint(100_000_000 + i), Kind: "KDV", Places: 40}}
			state.Locations = append(state.Locations, l)
		}
		if err := s.ImportState(b.Context(), state); err != nil {
			b.Fatal(err)
		}
		n := 0
		for b.Loop() {
			b.StopTimer()
			was, _, err := s.LoadState(b.Context(), "noord")
			if err != nil {
				b.Fatal(err)
			}
			now := *was
			now.Locations = slices.Clone(was.Locations)
			n++
			now.Locations[4500].Name = fmt.Sprintf("Renamed %d", n)
			b.StartTimer()
			if err := s.Tx(b.Context(), func(t *Tx) error { return t.SaveState(was, &now) }); err != nil {
				b.Fatal(err)
			}
		}
	})
}
