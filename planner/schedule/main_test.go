package schedule

import (
	"fmt"
	"os"
	"testing"
)

// seeds is how many random instances a test tries: many more in the long form.
func seeds(n uint64) uint64 {
	if os.Getenv("WIJKPLANNER_LONG") != "" {
		return 50 * n
	}
	return n
}

// TestMain makes every accepted step of every search in these tests prove its
// running totals against a full evaluation.
func TestMain(m *testing.M) {
	debugCheck = func(s *state) {
		got, amounts := s.score(), s.total
		want, full := Evaluate(s.m.p, s.placements())
		if got.Medium != want.Medium || amounts != full {
			panic(fmt.Sprintf("running totals %+v %+v, full evaluation %+v %+v", got, amounts, want, full))
		}
		if l := audit(s.m.p, s.placements()); l.avoidable > 0 {
			for _, f := range Verify(s.m.p, &Result{Placements: s.placements()}) {
				fmt.Println(f.Kind, f.Message)
			}
			panic(fmt.Sprintf("%d hard faults that pins do not force", l.avoidable))
		}
	}
	os.Exit(m.Run())
}
