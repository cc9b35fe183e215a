package schedule

import (
	"context"
	"testing"
)

// TestKeepHandsOnTheBest: what a search tells of while it is at work breaks no
// rule, gets no worse, and a search that begins with it ends no worse.
func TestKeepHandsOnTheBest(t *testing.T) {
	t.Parallel()
	p := yearProblem(40, 6, true)
	var kept [][]*Placement
	var scores []Score
	r := Solve(context.Background(), p, Options{Seed: 1, Iterations: 400, Workers: 2, Keep: func(at []*Placement, _ float64) {
		kept = append(kept, at)
		score, amounts := Evaluate(p, at)
		scores = append(scores, score)
		for _, f := range Verify(p, &Result{Placements: at, Score: score, Amounts: amounts}) {
			t.Error(f.Message)
		}
	}})
	if len(kept) < epochs {
		t.Fatalf("told %d times", len(kept))
	}
	for i := 1; i < len(scores); i++ {
		if scores[i-1].Less(scores[i]) {
			t.Errorf("%+v became %+v", scores[i-1], scores[i])
		}
	}
	if last := scores[len(scores)-1]; last != r.Score {
		t.Errorf("the last is %+v, the result %+v", last, r.Score)
	}
	half := len(kept) / 2
	again := Solve(context.Background(), p, Options{Seed: 2, Iterations: 10, Start: kept[half]})
	if scores[half].Less(again.Score) {
		t.Errorf("begun with %+v, ended with %+v", scores[half], again.Score)
	}
	t.Logf("%d told, from %+v to %+v", len(kept), scores[0], r.Score)
}

// TestKeepChangesNothing: a search finds the same whether or not it tells.
func TestKeepChangesNothing(t *testing.T) {
	t.Parallel()
	p := yearProblem(20, 4, false)
	with := Solve(context.Background(), p, Options{Seed: 5, Iterations: 100, Keep: func([]*Placement, float64) {}})
	if without := Solve(context.Background(), p, Options{Seed: 5, Iterations: 100}); with.Score != without.Score {
		t.Errorf("%+v with, %+v without", with.Score, without.Score)
	}
}
