package assign_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/wijkplanner/wijkplanner/planner/assign"
)

// gapOptima are the optimal values of the OR-Library instances (Chu and Beasley
// 1997; Yagiura, Ibaraki and Glover 2006; Posta, Ferland and Michelon 2012).
var gapOptima = []struct {
	name    string
	optimum int64
}{
	{"c05100", 1931},
	{"c10100", 1402},
	{"c20100", 1243},
	{"d05100", 6353},
	{"d10100", 6347},
	{"d20100", 6185},
	{"e05100", 12681},
	{"e10100", 11577},
	{"e20100", 8436},
	{"d10400", 24961},
}

// TestGAPGaps prints how far from the optimum the search ends on published
// instances; BENCH_SECONDS changes the second that each of them gets.
func TestGAPGaps(t *testing.T) { //nolint:paralleltest // it measures time
	dir := os.Getenv("BENCH_DIR")
	if dir == "" {
		t.Log("set BENCH_DIR to the folder that holds gap/ to measure gaps on published instances")
		return
	}
	seconds := benchSeconds(1)
	var sum float64
	for _, tt := range gapOptima {
		p := readGAP(t, filepath.Join(dir, "gap", tt.name))
		r := assign.Solve(context.Background(), p, assign.Options{Seconds: seconds, Seed: 1})
		if faults := assign.Verify(p, r); len(faults) > 0 {
			t.Errorf("%s: %v", tt.name, faults)
		}
		if r.Score.Medium > 0 || r.Score.Soft < tt.optimum || r.Bound > tt.optimum {
			t.Errorf("%s: score %+v and bound %d against an optimum of %d", tt.name, r.Score, r.Bound, tt.optimum)
		}
		gap := percent(r.Score.Soft-tt.optimum, tt.optimum)
		sum += gap
		t.Logf("%-8s cost %6d  gap %6.3f %%  bound %6d  below optimum %6.3f %%  iterations %d",
			tt.name, r.Score.Soft, gap, r.Bound, percent(tt.optimum-r.Bound, tt.optimum), r.Iterations)
	}
	t.Logf("mean gap %.4f %% after %g s", sum/float64(len(gapOptima)), seconds)
}

// benchSeconds returns BENCH_SECONDS, or a value where that is not set.
func benchSeconds(otherwise float64) float64 {
	if s, err := strconv.ParseFloat(os.Getenv("BENCH_SECONDS"), 64); err == nil {
		return s
	}
	return otherwise
}

func percent(part, whole int64) float64 { return 100 * float64(part) / float64(whole) }

// readGAP reads an OR-Library file that is known to be sound.
func readGAP(t *testing.T, path string) *assign.Problem {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	words := strings.Fields(string(text))
	next := func() int64 {
		var v int64
		if _, err := fmt.Sscan(words[0], &v); err != nil {
			t.Fatal(err)
		}
		words = words[1:]
		return v
	}
	m, n := int(next()), int(next())
	p := &assign.Problem{Staff: make([]assign.Staff, m), Locations: make([]assign.Location, n), MaxChanges: -1}
	for j := range p.Locations {
		p.Locations[j] = assign.Location{District: assign.None, Current: assign.None, Pinned: assign.None, Unassigned: 1}
		p.Locations[j].Candidates = make([]assign.Candidate, m)
	}
	for i := range m {
		for j := range n {
			p.Locations[j].Candidates[i] = assign.Candidate{Staff: i, Cost: next()}
		}
	}
	for i := range m {
		for j := range n {
			p.Locations[j].Candidates[i].Load = next()
		}
	}
	for i := range m {
		p.Staff[i].Capacity = next()
	}
	return p
}
