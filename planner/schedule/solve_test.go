package schedule

import (
	"context"
	"reflect"
	"testing"
)

// TestSolveKeepsEveryRule solves many small random problems: the verifier must
// find nothing that pins do not force, and Evaluate the same score.
func TestSolveKeepsEveryRule(t *testing.T) {
	t.Parallel()
	for seed := range seeds(250) {
		pins := seed%3 == 0
		p := randomProblem(seed, pins)
		if err := p.Check(); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		r := Solve(context.Background(), p, Options{Seed: seed, Iterations: 60, Workers: 1})
		for _, f := range Verify(p, r) {
			if !f.Forced {
				t.Fatalf("seed %d: %s: %s", seed, f.Kind, f.Message)
			}
			if !pins {
				t.Fatalf("seed %d: forced without pins: %s", seed, f.Message)
			}
		}
	}
}

// TestOwnTablesChangeNothing: a plan costs and breaks the same with one travel
// table for all as with one for each person.
func TestOwnTablesChangeNothing(t *testing.T) {
	t.Parallel()
	for seed := range seeds(50) {
		p := yearProblem(5, 3, seed%2 == 0)
		p.MaxMoves = int(seed % 3)
		r := Solve(context.Background(), p, Options{Seed: seed, Iterations: 20})
		ownTables(p)
		if err := p.Check(); err != nil {
			t.Fatal(err)
		}
		if score, amounts := Evaluate(p, r.Placements); score != r.Score || amounts != r.Amounts {
			t.Fatalf("%+v %+v became %+v %+v", r.Score, r.Amounts, score, amounts)
		}
		for _, f := range Verify(p, r) {
			t.Fatal(f.Message)
		}
	}
}

func TestSolveIsDeterministicForAnyWorkers(t *testing.T) {
	t.Parallel()
	for seed := range seeds(40) {
		p := randomProblem(1000+seed, false)
		one := Solve(context.Background(), p, Options{Seed: seed, Iterations: 200, Workers: 1})
		two := Solve(context.Background(), p, Options{Seed: seed, Iterations: 200, Workers: 2})
		if !reflect.DeepEqual(one.Placements, two.Placements) || one.Score != two.Score {
			t.Fatalf("seed %d: %+v with one worker, %+v with two", seed, one.Score, two.Score)
		}
	}
}

func TestSolveFromItselfIsNotWorse(t *testing.T) {
	t.Parallel()
	for seed := range seeds(150) {
		p := randomProblem(2000+seed, seed%2 == 0)
		first := Solve(context.Background(), p, Options{Seed: seed, Iterations: 30})
		again := Solve(context.Background(), p, Options{Seed: seed + 1, Iterations: 1, Start: first.Placements})
		if first.Score.Less(again.Score) {
			t.Fatalf("seed %d: %+v became %+v", seed, first.Score, again.Score)
		}
	}
}
