package assign_test

import (
	"context"
	"math"
	"math/rand/v2"
	"os"
	"syscall"
	"testing"

	"github.com/wijkplanner/wijkplanner/planner/assign"
)

// lookAlike makes an instance as those of the literature were made (Chu and
// Beasley 1997; Laguna et al. 1995 for kind e): capacities are 0.8 of an even
// share of everything.
func lookAlike(kind byte, staff, locations int, seed uint64) *assign.Problem {
	rng := rand.New(rand.NewPCG(seed, uint64(kind)))
	p := &assign.Problem{Staff: make([]assign.Staff, staff), Locations: make([]assign.Location, locations), MaxChanges: -1}
	for j := range p.Locations {
		p.Locations[j] = assign.Location{District: assign.None, Current: assign.None, Pinned: assign.None, Unassigned: 1}
		for i := range staff {
			cost, load := costAndLoad(kind, rng)
			p.Locations[j].Candidates = append(p.Locations[j].Candidates, assign.Candidate{Staff: i, Cost: cost, Load: load})
			p.Staff[i].Capacity += load
		}
	}
	for i := range p.Staff {
		p.Staff[i].Capacity = p.Staff[i].Capacity * 8 / int64(10*staff)
	}
	return p
}

func costAndLoad(kind byte, rng *rand.Rand) (cost, load int64) {
	switch kind {
	case 'c':
		return 10 + rng.Int64N(41), 5 + rng.Int64N(21)
	case 'd':
		load = 1 + rng.Int64N(100)
		return 111 - load + rng.Int64N(21) - 10, load
	default:
		use := 1 - 10*math.Log(1-rng.Float64())
		return int64(math.Round(1000/use - 10*rng.Float64())), int64(math.Round(use))
	}
}

// TestLookAlikes solves instances of the kinds of the literature and prints the
// certified gap and the most memory; BENCH_SECONDS gives each of the long form
// another time than two seconds.
func TestLookAlikes(t *testing.T) { //nolint:paralleltest // it measures memory
	type size struct{ staff, locations int }
	sizes := []size{{5, 60}, {20, 160}}
	o := assign.Options{Iterations: 1200, Seed: 1}
	if os.Getenv("TORTURE") != "" {
		sizes = []size{{5, 200}, {20, 400}, {40, 400}, {80, 1600}}
		o = assign.Options{Seconds: benchSeconds(2), Seed: 1}
	}
	for _, kind := range []byte("cde") {
		for _, s := range sizes {
			p := lookAlike(kind, s.staff, s.locations, 1)
			r := assign.Solve(context.Background(), p, o)
			if faults := assign.Verify(p, r); len(faults) > 0 || r.Score.Medium > 0 {
				t.Errorf("%c %d × %d: score %+v, %v", kind, s.staff, s.locations, r.Score, faults)
			}
			gap, memory := percent(r.Score.Soft-r.Bound, r.Score.Soft), peakMemory(t)
			t.Logf("%c %2d × %4d: cost %6d  bound %6d  gap %.3f %%  most memory %d MB", kind, s.staff, s.locations, r.Score.Soft, r.Bound, gap, memory>>20)
			if gap > 3 || memory > 1<<30 {
				t.Errorf("%c %d × %d: gap %.2f %%, %d MB; want at most 3 %% and 1 GB", kind, s.staff, s.locations, gap, memory>>20)
			}
		}
	}
}

// peakMemory returns the most memory that the program has had, in bytes.
func peakMemory(t *testing.T) int64 {
	t.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		t.Fatal(err)
	}
	return usage.Maxrss << 10
}
