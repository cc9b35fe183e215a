package assign

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestVerifyFinds plants one fault of each kind in a sound result.
func TestVerifyFinds(t *testing.T) {
	t.Parallel()
	tests := []struct {
		kind  FaultKind
		plant func(p *Problem, r *Result)
	}{
		{FaultShape, func(_ *Problem, r *Result) { r.Staff = r.Staff[1:] }},
		{FaultShape, func(_ *Problem, r *Result) { r.Staff[0] = 2 }},
		{FaultCandidate, func(p *Problem, _ *Result) { p.Locations[1].Candidates = p.Locations[1].Candidates[1:] }},
		{FaultPin, func(p *Problem, _ *Result) { p.Locations[1].Pinned = 1 }},
		{FaultCapacity, func(p *Problem, _ *Result) { p.Staff[0].Capacity = 89 }},
		{FaultCapacity, func(p *Problem, _ *Result) { p.Locations[0].Pinned, p.Staff[0].Capacity = 0, 20 }},
		{FaultLocations, func(p *Problem, _ *Result) { p.Staff[0].MaxLocations = 2 }},
		{FaultGroup, func(p *Problem, _ *Result) { p.Groups = []Group{{Staff: []int{0, 1}, Limit: 119}} }},
		{FaultChanges, func(p *Problem, _ *Result) { p.Locations[0].Current, p.MaxChanges = 1, 0 }},
		{FaultLoad, func(_ *Problem, r *Result) { r.Loads[1]++ }},
		{FaultLoad, func(_ *Problem, r *Result) { r.Loads = nil }},
		{FaultAmount, func(_ *Problem, r *Result) { r.Amounts.Travel++ }},
		{FaultAmount, func(p *Problem, _ *Result) { p.Balance = 10 }},
		{FaultScore, func(_ *Problem, r *Result) { r.Score.Soft-- }},
		{FaultScore, func(_ *Problem, r *Result) { r.Score.Medium++ }},
		{FaultScore, func(_ *Problem, r *Result) { r.Score.Hard++ }},
		{FaultBound, func(_ *Problem, r *Result) { clear(r.Multipliers) }},
		{FaultBound, func(_ *Problem, r *Result) { r.Multipliers[0] = 1 << 50 }},
		{FaultBoundAbove, func(_ *Problem, r *Result) { r.Bound = 51 }},
	}
	for _, tt := range tests {
		t.Run(string(tt.kind), func(t *testing.T) {
			t.Parallel()
			p := plain(4)
			r := Solve(context.Background(), p, Options{Iterations: 100})
			if faults := Verify(p, r); len(faults) > 0 || r.Bound != 50 {
				t.Fatalf("faults %v, bound %d, want none and 50", faults, r.Bound)
			}
			// Three locations go to the first person, in whatever order.
			r.Staff = []int{0, 0, 0, 1}
			tt.plant(p, r)
			found := slices.ContainsFunc(Verify(p, r), func(f Fault) bool {
				return f.Kind == tt.kind && f.String() != ""
			})
			if !found {
				t.Errorf("no fault of kind %q in %v", tt.kind, Verify(p, r))
			}
		})
	}
}

func TestVerifyAcceptsWhatPinsForce(t *testing.T) {
	t.Parallel()
	p := plain(3)
	p.Staff[0] = Staff{Capacity: 50, MaxLocations: 1}
	p.Groups = []Group{{Staff: []int{0}, Limit: 10}}
	p.MaxChanges = 0
	for j := range 2 {
		p.Locations[j].Pinned, p.Locations[j].Current = 0, 1
	}
	r := Solve(context.Background(), p, Options{Iterations: 100})
	if faults := Verify(p, r); len(faults) > 0 {
		t.Error(faults)
	}
	if r.Score.Hard != 4 {
		t.Errorf("%d broken rules, want capacity, ceiling, group and budget", r.Score.Hard)
	}
	r.Staff[2] = 0
	if faults := Verify(p, r); !slices.ContainsFunc(faults, func(f Fault) bool { return f.Kind == FaultCapacity }) {
		t.Errorf("a third location above the capacity is accepted: %v", faults)
	}
}

// TestVerifyAgreesWithBound compares the two implementations of the bound.
func TestVerifyAgreesWithBound(t *testing.T) {
	t.Parallel()
	for k := range uint64(300) {
		rng := rand.New(rand.NewPCG(29, k))
		p := randomProblem(rng, 2+rng.IntN(4), 1+rng.IntN(20))
		at := construct(newModel(p), nil, make([]int64, len(p.Staff)+1))
		r := &Result{Staff: newModel(p).staffOf(at), Multipliers: randomMultipliers(rng, p)}
		c := &checker{p: p, r: r}
		c.tally()
		if got, want := c.recompute(), LowerBound(p, open(r.Staff), r.Multipliers); got != want {
			t.Errorf("instance %d: the verifier's bound is %d, LowerBound gives %d", k, got, want)
		}
	}
}
