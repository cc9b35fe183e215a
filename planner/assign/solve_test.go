package assign

import (
	"context"
	"math/rand/v2"
	"os"
	"reflect"
	"slices"
	"testing"
	"time"
)

// instances returns how many random instances a property test looks at: n, or
// the long form where TORTURE is set.
func instances(n, long int) int {
	if os.Getenv("TORTURE") != "" {
		return long
	}
	return n
}

// TestExhaustive compares with every solution of small random instances: the
// bound never exceeds the optimum, and the search finds it.
func TestExhaustive(t *testing.T) {
	t.Parallel()
	number := instances(2000, 20000)
	missed := 0
	for k := range number {
		rng := rand.New(rand.NewPCG(7, uint64(k)))
		p := randomProblem(rng, 2+rng.IntN(2), 2+rng.IntN(4))
		if err := p.Validate(); err != nil {
			t.Fatal(err)
		}
		r := Solve(context.Background(), p, Options{Iterations: 200, Seed: uint64(k), Workers: 1})
		if faults := Verify(p, r); len(faults) > 0 {
			t.Fatalf("instance %d: %v", k, faults)
		}
		unassigned := open(r.Staff)
		random := LowerBound(p, unassigned, randomMultipliers(rng, p))
		best := Score{Hard: 1 << 40}
		least := int64(unlimited) // certified cost with the same locations unassigned
		same := func(staff []int) bool {
			return slices.Equal(open(staff), unassigned)
		}
		enumerate(p, func(staff []int, score Score, a Amounts) bool {
			return score.Less(best) || a.Total()-a.Coupled < least && same(staff)
		}, func(staff []int, score Score, a Amounts) {
			if score.Less(best) {
				best = score
			}
			if same(staff) {
				least = min(least, a.Total()-a.Coupled)
			}
		})
		if max(r.Bound, random) > least || least == unlimited {
			t.Fatalf("instance %d: bounds %d and %d, but the least cost is %d", k, r.Bound, random, least)
		}
		if best.Less(r.Score) {
			t.Logf("instance %d: found %+v, optimum %+v", k, r.Score, best)
			missed++
		}
	}
	t.Logf("the optimum was found in %d of %d instances, no bound above it", number-missed, number)
	if missed*100 > number {
		t.Errorf("the optimum was missed in %d of %d instances", missed, number)
	}
}

// open marks the locations without anyone.
func open(staff []int) []bool {
	marks := make([]bool, len(staff))
	for j, i := range staff {
		marks[j] = i == None
	}
	return marks
}

func randomMultipliers(rng *rand.Rand, p *Problem) []int64 {
	mult := make([]int64, len(p.Locations)+1+len(p.Groups))
	for k := range mult {
		mult[k] = rng.Int64N(150*MultiplierUnit) - 10*MultiplierUnit
	}
	return mult
}

func TestBoundIsReproducible(t *testing.T) {
	t.Parallel()
	for k := range 20 {
		rng := rand.New(rand.NewPCG(3, uint64(k)))
		p := randomProblem(rng, 4, 20)
		r := Solve(context.Background(), p, Options{Iterations: 100, Workers: 2})
		unassigned := open(r.Staff)
		if again := LowerBound(p, unassigned, r.Multipliers); again < r.Bound {
			t.Errorf("instance %d: bound %d, recomputed %d", k, r.Bound, again)
		}
	}
}

func TestDeterministic(t *testing.T) {
	t.Parallel()
	for k := range 5 {
		p := randomProblem(rand.New(rand.NewPCG(11, uint64(k))), 6, 40)
		one := Solve(context.Background(), p, Options{Iterations: 160, Seed: 5, Workers: 1})
		two := Solve(context.Background(), p, Options{Iterations: 160, Seed: 5, Workers: 2})
		if !reflect.DeepEqual(one, two) {
			t.Errorf("instance %d: 1 worker gives %+v, 2 give %+v", k, one, two)
		}
		if one.Iterations > 160 {
			t.Errorf("instance %d: %d iterations, asked for 160", k, one.Iterations)
		}
	}
}

func TestAgainFromItselfChangesNothing(t *testing.T) {
	t.Parallel()
	for k := range 6 {
		p := randomProblem(rand.New(rand.NewPCG(13, uint64(k))), 5, 20)
		p.MaxChanges = -1
		first := Solve(context.Background(), p, Options{Iterations: 800, Seed: 1})
		for j := range p.Locations {
			p.Locations[j].Current = first.Staff[j]
			p.Locations[j].Change += 10
		}
		again := Solve(context.Background(), p, Options{Iterations: 400, Seed: 2, Start: first.Staff})
		if !slices.Equal(first.Staff, again.Staff) {
			t.Errorf("instance %d: solved again from itself it changes", k)
		}
	}
}

func TestNeverWorseThanStart(t *testing.T) {
	t.Parallel()
	p := randomProblem(rand.New(rand.NewPCG(17, 1)), 5, 40)
	first := Solve(context.Background(), p, Options{Iterations: 800, Seed: 1})
	again := Solve(context.Background(), p, Options{Iterations: 1, Seed: 2, Start: first.Staff})
	if first.Score.Less(again.Score) {
		t.Errorf("from a start of %+v the search ends at %+v", first.Score, again.Score)
	}
}

func TestStops(t *testing.T) {
	t.Parallel()
	p := randomProblem(rand.New(rand.NewPCG(19, 1)), 10, 300)
	canceled, cancel := context.WithCancel(context.Background())
	cancel()
	for _, o := range []Options{{Iterations: 1 << 40}, {Seconds: 3600}, {}} {
		if faults := Verify(p, Solve(canceled, p, o)); len(faults) > 0 {
			t.Errorf("%+v: %v", o, faults)
		}
	}
	soon, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	if faults := Verify(p, Solve(soon, p, Options{Seconds: 3600})); len(faults) > 0 {
		t.Error(faults)
	}
}

func TestEmpty(t *testing.T) {
	t.Parallel()
	for _, p := range []*Problem{
		{},
		{MaxChanges: -1},
		{Staff: make([]Staff, 2)},
		{Locations: []Location{{District: None, Current: None, Pinned: None, Unassigned: 1}}},
	} {
		if faults := Verify(p, Solve(context.Background(), p, Options{Iterations: 10})); len(faults) > 0 {
			t.Error(faults)
		}
	}
}

func TestProgress(t *testing.T) {
	t.Parallel()
	p := randomProblem(rand.New(rand.NewPCG(23, 2)), 8, 60)
	var scores []Score
	r := Solve(context.Background(), p, Options{Iterations: 500, Progress: func(g Progress) {
		scores = append(scores, g.Score)
	}})
	for k := 1; k < len(scores); k++ {
		if !scores[k].Less(scores[k-1]) {
			t.Errorf("report %d is no better than the one before", k)
		}
	}
	if len(scores) == 0 || scores[len(scores)-1] != r.Score {
		t.Errorf("the last of %d reports is not the result", len(scores))
	}
}

// TestTinyNorms: a charge on people who should have next to nothing makes true
// multipliers larger than any sum could bear.
func TestTinyNorms(t *testing.T) {
	t.Parallel()
	for k := range 20 {
		p := randomProblem(rand.New(rand.NewPCG(59, uint64(k))), 4, 16)
		p.Balance = 1000
		for i := range p.Staff {
			p.Staff[i].Norm, p.Staff[i].Capacity = 10, 5000
		}
		for j := range p.Locations {
			for c := range p.Locations[j].Candidates {
				p.Locations[j].Candidates[c].Load += 200
			}
		}
		r := Solve(context.Background(), p, Options{Iterations: 100, Workers: 1})
		if faults := Verify(p, r); len(faults) > 0 {
			t.Errorf("instance %d: %v", k, faults)
		}
	}
}
