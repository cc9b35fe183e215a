package planner_test

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/files"
)

// example reads an example folder and plans it.
func example(tb testing.TB, dir string, iterations int) (*planner.State, *planner.Plan) {
	tb.Helper()
	states, err := files.ReadFolder("../examples/" + dir)
	if err != nil {
		tb.Fatal(err)
	}
	p, err := planner.Solve(context.Background(), states[0], planner.Options{Year: 2027, Seed: 1, Iterations: iterations, Workers: 2, MaxChanges: -1})
	if err != nil {
		tb.Fatal(err)
	}
	return states[0], p
}

// TestRecommendationsOnExamples does what is recommended, for each nth location,
// in cities with several roles, and compares the full scores; in the long form
// for each eighth.
func TestRecommendationsOnExamples(t *testing.T) {
	t.Parallel()
	for dir, nth := range map[string]int{"nijmegen": 16, "passende-kinderopvang-arnhem": 24, "geldrop-mierlo": 8} {
		t.Run(dir, func(t *testing.T) {
			t.Parallel()
			if os.Getenv("WIJKPLANNER_LONG") != "" {
				nth = 8
			}
			s, p := example(t, dir, 100)
			if n := planner.CheckRecommendations(t, s, p, nth); n < 3 {
				t.Errorf("%d candidates compared", n)
			} else {
				t.Logf("%d candidates compared", n)
			}
		})
	}
}

// TestRecommendationIsQuick prints how long one takes; a second would be far
// from the milliseconds that it is.
func TestRecommendationIsQuick(t *testing.T) {
	t.Parallel()
	s, p := example(t, "nijmegen", 50)
	started := time.Now()
	for i := range 20 {
		if _, err := planner.Recommend(s, p, 2027, s.Locations[i].ID, "zorgcoordinator", planner.Primary); err != nil {
			t.Fatal(err)
		}
	}
	took := time.Since(started) / 20
	t.Logf("one recommendation among 120 locations and 11 people takes %v", took)
	if took > time.Second {
		t.Errorf("a recommendation takes %v", took)
	}
}

func BenchmarkRecommend(b *testing.B) {
	s, p := example(b, "nijmegen", 200)
	for b.Loop() {
		if _, err := planner.Recommend(s, p, 2027, s.Locations[7].ID, "zorgcoordinator", planner.Primary); err != nil {
			b.Fatal(err)
		}
	}
}
