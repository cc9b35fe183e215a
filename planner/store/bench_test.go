package store

import (
	"fmt"
	"path/filepath"
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
