package files

import (
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/wijkplanner/wijkplanner/planner/schedule"
)

// Four customers on the corners of a square around the depot; two want both
// days, two want one of them. Together a vehicle can hold three.
const square = `1 1 4 2
0 3
0 3
0 0 0 0 0 0 0
1 10 10 0 1 2 1 3
2 10 -10 0 1 2 1 3
3 -10 -10 0 1 1 2 1 2
4 -10 10 0 1 1 2 1 2
`

func TestReadPVRP(t *testing.T) {
	t.Parallel()
	p, err := ReadPVRP(strings.NewReader(square))
	if err != nil {
		t.Fatal(err)
	}
	if p.Vehicles != 1 || len(p.Limits) != 2 || len(p.Nodes) != 5 || p.Limits[1].Load != 3 {
		t.Fatalf("read %+v", p)
	}
	if got := p.Nodes[3].Patterns; len(got) != 2 || got[0][0] != 1 || got[1][0] != 0 {
		t.Errorf("patterns %v: code 1 is the last day, code 2 the first", got)
	}
}

func TestReadPVRPFaults(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ text, want string }{
		"empty":    {"", "line 1"},
		"type":     {"2 1 4 2\n", "line 1"},
		"word":     {strings.Replace(square, "10 -10", "ten -10", 1), "line 6, field 2"},
		"short":    {strings.Replace(square, "0 3\n", "0\n", 1), "line 2"},
		"cut":      {square[:len(square)-30], "line 7"},
		"pattern":  {strings.Replace(square, "2 1 3\n", "2 1 1\n", 1), "line 5"},
		"too few":  {strings.Replace(square, "1 2 1 2\n", "1 3 1 2\n", 1), "line 7"},
		"negative": {strings.Replace(square, "0 1 2 1 3", "0 -1 2 1 3", 1), "line 5"},
	} {
		if _, err := ReadPVRP(strings.NewReader(c.text)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want one that names %s", name, err, c.want)
		}
	}
}

func TestPVRPSolved(t *testing.T) {
	t.Parallel()
	p, err := ReadPVRP(strings.NewReader(square))
	if err != nil {
		t.Fatal(err)
	}
	q := NewPVRPProblem(p)
	r := schedule.Solve(context.Background(), q.Problem, schedule.Options{Iterations: 200})
	routes := q.Routes(r.Placements)
	if faults := p.Faults(routes); len(faults) > 0 {
		t.Fatal(faults)
	}
	// Each day: out, two sides of the square, back.
	want := 2 * (40 + 2*math.Hypot(10, 10))
	if got := p.Cost(routes); math.Abs(got-want) > 1e-9 {
		t.Errorf("cost %v, want %v", got, want)
	}
}

func TestPVRPFaults(t *testing.T) {
	t.Parallel()
	p, err := ReadPVRP(strings.NewReader(square))
	if err != nil {
		t.Fatal(err)
	}
	for name, routes := range map[string][]PVRPRoute{
		"nothing":       nil,
		"overloaded":    {{1, 1, []int{1, 2, 3, 4}}, {2, 1, []int{1, 2}}},
		"twice":         {{1, 1, []int{1, 2}}, {1, 1, []int{3}}, {2, 1, []int{1, 2, 4}}},
		"no vehicle":    {{1, 2, []int{1, 2, 3}}, {2, 1, []int{1, 2, 4}}},
		"no customer":   {{1, 1, []int{1, 2, 9}}, {2, 1, []int{1, 2, 4}}},
		"wrong pattern": {{1, 1, []int{1, 3}}, {2, 1, []int{1, 2, 4}}},
	} {
		if len(p.Faults(routes)) == 0 {
			t.Errorf("%s: no fault found", name)
		}
	}
}

// bestKnown holds the best known values of Vidal et al. (Operations Research
// 60, 2012).
var bestKnown = map[string]float64{
	"p01": 524.61, "p02": 1322.87, "p04": 835.26, "p05": 2024.96, "p07": 826.14, "p08": 2022.47, "p14": 954.81,
	"p17": 1597.75, "p24": 3687.46, "p27": 21833.87, "pr01": 2209.02, "pr02": 3767.50, "pr07": 4996.14,
}

// TestPVRPInstances solves the instances of BENCH_DIR/pvrp for a short while
// (PVRP_SECONDS each, half a second by default; or PVRP_ITERATIONS) and prints
// the gap to the best known, which may not pass 5 % from five seconds on.
// PVRP_ONLY is the beginning of a file name, PVRP_SEED the seed.
func TestPVRPInstances(t *testing.T) {
	dir := os.Getenv("BENCH_DIR")
	if dir == "" {
		t.Log("not run: set BENCH_DIR to the folder that holds pvrp/*.txt")
		return
	}
	names, err := filepath.Glob(filepath.Join(dir, "pvrp", os.Getenv("PVRP_ONLY")+"*.txt"))
	if err != nil || len(names) == 0 {
		t.Fatalf("no instances in %s: %v", dir, err)
	}
	seconds, err := strconv.ParseFloat(os.Getenv("PVRP_SECONDS"), 64)
	if err != nil {
		seconds = 0.5
	}
	iterations, _ := strconv.Atoi(os.Getenv("PVRP_ITERATIONS"))
	if iterations > 0 {
		seconds = 0
	}
	seed, _ := strconv.Atoi(os.Getenv("PVRP_SEED"))
	sum := 0.0
	for _, name := range names {
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		p, err := ReadPVRP(f)
		if err := errors.Join(err, f.Close()); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		q := NewPVRPProblem(p)
		r := schedule.Solve(context.Background(), q.Problem, schedule.Options{Seconds: seconds, Iterations: iterations, Seed: uint64(seed)})
		routes := q.Routes(r.Placements)
		if long := seconds >= 5 || iterations >= 100_000; r.Score.Medium > 0 && !long {
			t.Logf("%s: not complete yet; half a second is short with the race detector on a busy machine", name)
			continue
		}
		for _, fault := range p.Faults(routes) {
			t.Errorf("%s: %s", name, fault)
		}
		key := strings.TrimSuffix(filepath.Base(name), ".txt")
		gap := 100 * (p.Cost(routes)/bestKnown[key] - 1)
		sum += gap
		if gap > 5 && (seconds >= 5 || iterations >= 100_000) {
			t.Errorf("%s: gap %.2f %%", key, gap)
		}
		t.Logf("%-5s %10.2f  gap %6.2f %%  %8d iterations, complete after %.3f s", key, p.Cost(routes), gap, r.Iterations, r.FirstComplete)
	}
	t.Logf("mean gap of the complete ones %.2f %%", sum/float64(len(names)))
}
