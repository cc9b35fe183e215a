package assign

import (
	"context"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
)

// TestReasonsAddUp checks on random solutions that the shares of all locations
// and the rest are the score, exactly and amount by amount.
func TestReasonsAddUp(t *testing.T) {
	t.Parallel()
	for k := range uint64(100) {
		rng := rand.New(rand.NewPCG(31, k))
		p := randomProblem(rng, 2+rng.IntN(4), rng.IntN(30))
		r := Solve(context.Background(), p, Options{Iterations: 8, Seed: k})
		var sum Amounts
		for _, e := range Explanations(p, r.Staff) {
			if e.Amounts.Balance < 0 || e.Amounts.District < 0 {
				t.Fatalf("instance %d: negative share %+v", k, e)
			}
			sum.Travel += e.Amounts.Travel
			sum.Coupled += e.Amounts.Coupled
			sum.District += e.Amounts.District
			sum.Change += e.Amounts.Change
			sum.Balance += e.Amounts.Balance
		}
		sum.Balance += Rest(p, r.Staff)
		if sum != r.Amounts || sum.Total() != r.Score.Soft {
			t.Fatalf("instance %d: shares add up to %+v, the score is %+v", k, sum, r.Amounts)
		}
	}
}

// TestDifferencesAreExact gives each location to each candidate and compares
// the announced difference with two full evaluations.
func TestDifferencesAreExact(t *testing.T) {
	t.Parallel()
	for k := range uint64(100) {
		rng := rand.New(rand.NewPCG(37, k))
		p := randomProblem(rng, 2+rng.IntN(4), 1+rng.IntN(15))
		r := Solve(context.Background(), p, Options{Iterations: 8, Seed: k})
		for j := range p.Locations {
			ranked := Recommend(p, r.Staff, j)
			if len(ranked) != len(p.Locations[j].Candidates) {
				t.Fatalf("%d of %d candidates ranked", len(ranked), len(p.Locations[j].Candidates))
			}
			for _, a := range ranked {
				checkAlternative(t, p, r, j, a)
			}
			checkRunnerUp(t, Explain(p, r.Staff, j), ranked)
		}
	}
}

func checkAlternative(t *testing.T, p *Problem, r *Result, j int, a Ranked) {
	t.Helper()
	other := slices.Clone(r.Staff)
	other[j] = a.Staff
	score, amounts, loads := Evaluate(p, other)
	if score.Soft-r.Score.Soft != a.Difference.Soft || score.Medium-r.Score.Medium != a.Difference.Medium {
		t.Fatalf("location %d to %d: difference %+v, in fact from %+v to %+v", j, a.Staff, a.Difference, r.Score, score)
	}
	if amounts.Total()-r.Amounts.Total() != a.Amounts.Total() {
		t.Fatalf("location %d to %d: amounts %+v", j, a.Staff, a.Amounts)
	}
	hard := slices.ContainsFunc(Verify(p, &Result{Staff: other, Score: score, Amounts: amounts, Loads: loads}),
		func(Fault) bool { return true })
	if hard != (len(a.Blocks) > 0) {
		t.Fatalf("location %d to %d: blocks %+v, the verifier says %v", j, a.Staff, a.Blocks, hard)
	}
}

func checkRunnerUp(t *testing.T, e Explanation, ranked []Ranked) {
	t.Helper()
	for _, a := range ranked {
		if a.Serves || len(a.Blocks) > 0 {
			continue
		}
		if e.RunnerUp.Staff == None || a.Difference.Less(e.RunnerUp.Difference) {
			t.Fatalf("location %d: runner-up %+v, but %+v is better", e.Location, e.RunnerUp, a)
		}
	}
}

// TestBlocked names for each rule what is missing.
func TestBlocked(t *testing.T) {
	t.Parallel()
	p := plain(4)
	p.Staff[0].Capacity, p.Staff[1] = 100, Staff{Capacity: 20, MaxLocations: 1}
	p.Groups = []Group{{Staff: []int{0, 1}, Limit: 95}}
	p.Locations[0].Current, p.Locations[3].Current, p.MaxChanges = 1, 1, 1
	staff := []int{0, 0, 0, None}
	want := []Block{
		{Staff: 0, Rule: RuleCapacity, Group: None, Missing: 20},
		{Staff: 0, Rule: RuleGroup, Group: 0, Missing: 25},
		{Staff: 0, Rule: RuleChanges, Group: None, Missing: 1},
		{Staff: 1, Rule: RuleCapacity, Group: None, Missing: 10},
		{Staff: 1, Rule: RuleGroup, Group: 0, Missing: 25},
	}
	e := Explain(p, staff, 3)
	if !reflect.DeepEqual(e.Blocked, want) || e.RunnerUp.Staff != None || e.Amounts != (Amounts{}) {
		t.Errorf("%+v, want blocks %+v", e, want)
	}
	p.Locations[0].Pinned = 0
	if e := Explain(p, staff, 0); e.Blocked[0].Rule != RulePin {
		t.Errorf("a pinned location: %+v", e)
	}
}
