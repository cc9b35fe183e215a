package assign

import (
	"context"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
)

// randomTies gives a problem three districts in a row, now and then broken, and
// up to three partners.
func randomTies(rng *rand.Rand, p *Problem) *Ties {
	t := &Ties{Scattered: max(0, rng.Int64N(200)-50), Pair: max(0, rng.Int64N(120)-30), Borders: [][]int{{1}, {0, 2}, {1}}}
	if rng.IntN(3) == 0 {
		t.Borders = [][]int{{1}, {0}, nil}
	}
	for range p.Locations {
		var q []int
		for n := range 3 {
			if rng.IntN(3) == 0 {
				q = append(q, n)
			}
		}
		t.Partners = append(t.Partners, q)
	}
	for range p.Staff {
		t.Self = append(t.Self, rng.IntN(6)-1) // 0 to 2 is a partner
	}
	return t
}

// TestTiesAreWhatTheySay has one person with two districts apart and the same
// partner at both, another with two partners of whom one is the person.
func TestTiesAreWhatTheySay(t *testing.T) {
	t.Parallel()
	p := plain(4)
	p.Districts = 3
	p.Locations[0].District, p.Locations[1].District, p.Locations[2].District = 0, 2, 1
	p.Ties = &Ties{
		Scattered: 7, Borders: [][]int{{1}, {0, 2}, {1}},
		Pair: 5, Partners: [][]int{{3}, {3}, {3, 4}, {4}}, Self: []int{None, 4},
	}
	_, a, _ := Evaluate(p, []int{0, 0, 1, 1})
	if a.Scattered != 7 || a.Pair != 10 {
		t.Errorf("scattered %d and pairs %d, want 7 and 10", a.Scattered, a.Pair)
	}
	_, a, _ = Evaluate(p, []int{0, 0, 0, None})
	if a.Scattered != 0 || a.Pair != 10 {
		t.Errorf("scattered %d and pairs %d, want nothing and 10: the district between is theirs", a.Scattered, a.Pair)
	}
	if a.Certified() != a.Total()-10 {
		t.Errorf("certified %d of %d: ties are no part of it", a.Certified(), a.Total())
	}
}

// TestTiesInReasons checks on random problems that shares add up to the score
// and announced differences to two full evaluations, ties included.
func TestTiesInReasons(t *testing.T) {
	t.Parallel()
	tied := 0
	for k := range uint64(200) {
		rng := rand.New(rand.NewPCG(41, k))
		p := randomProblem(rng, 2+rng.IntN(4), 1+rng.IntN(15))
		r := Solve(context.Background(), p, Options{Iterations: 4, Seed: k})
		p.Ties = randomTies(rng, p)
		r.Score, r.Amounts, r.Loads = Evaluate(p, r.Staff)
		if faults := Verify(p, r); len(faults) > 0 {
			t.Fatalf("instance %d: %v", k, faults)
		}
		sum := Amounts{Balance: Rest(p, r.Staff)}
		for _, e := range Explanations(p, r.Staff) {
			a := e.Amounts
			sum = Amounts{
				sum.Travel + a.Travel, sum.Coupled + a.Coupled, sum.District + a.District, sum.Change + a.Change,
				sum.Balance + a.Balance, sum.Scattered + a.Scattered, sum.Pair + a.Pair,
			}
		}
		if sum != r.Amounts {
			t.Fatalf("instance %d: shares add up to %+v, the score is %+v", k, sum, r.Amounts)
		}
		if sum.Scattered > 0 && sum.Pair > 0 {
			tied++
		}
		for j := range p.Locations {
			for _, a := range Recommend(p, r.Staff, j) {
				checkAlternative(t, p, r, j, a)
			}
		}
	}
	if tied < 20 {
		t.Errorf("ties of both kinds in %d of 200 problems only", tied)
	}
}

// TestGather improves solutions step by step and never breaks a rule: what it
// tells of a shift is the difference of two full scores.
func TestGather(t *testing.T) {
	t.Parallel()
	better, best, tried := 0, 0, 0
	for k := range uint64(400) {
		rng := rand.New(rand.NewPCG(43, k))
		p := randomProblem(rng, 2+rng.IntN(2), 3+rng.IntN(5))
		r := Solve(context.Background(), p, Options{Iterations: 8, Seed: k})
		p.Ties = randomTies(rng, p)
		before, _, _ := Evaluate(p, r.Staff)
		old := slices.Clone(r.Staff)
		r.Staff = Gather(context.Background(), p, r.Staff)
		r.Score, r.Amounts, r.Loads = Evaluate(p, r.Staff)
		if faults := Verify(p, r); len(faults) > 0 || before.Less(r.Score) || r.Score.Medium != before.Medium {
			t.Fatalf("instance %d: from %+v to %+v, %v", k, before, r.Score, faults)
		}
		if same := r.Score == before; same != reflect.DeepEqual(old, r.Staff) {
			t.Fatalf("instance %d: %v became %v at the same score", k, old, r.Staff)
		}
		if r.Score.Less(before) {
			better++
		}
		if best0, ok := bestOf(p, r.Score); ok {
			tried++
			if best0 == r.Score.Soft {
				best++
			}
		}
	}
	t.Logf("better in %d of 400, the very best in %d of %d", better, best, tried)
	if better < 40 || best*100 < 80*tried {
		t.Errorf("better in %d of 400, the very best in %d of %d", better, best, tried)
	}
}

// bestOf returns the least soft score of all solutions that leave as much
// unassigned as a given one.
func bestOf(p *Problem, than Score) (int64, bool) {
	least, found := than.Soft, false
	enumerate(p, func(_ []int, score Score, _ Amounts) bool {
		return score.Medium == than.Medium && score.Hard <= than.Hard && score.Soft <= least
	}, func(_ []int, score Score, _ Amounts) {
		least, found = score.Soft, true
	})
	return least, found
}

// TestGatherTellsTheTruth compares each shift's difference with two full scores.
func TestGatherTellsTheTruth(t *testing.T) {
	t.Parallel()
	for k := range uint64(50) {
		rng := rand.New(rand.NewPCG(47, k))
		p := randomProblem(rng, 3, 12)
		r := Solve(context.Background(), p, Options{Iterations: 4, Seed: k})
		p.Ties = randomTies(rng, p)
		g := newGatherer(p, r.Staff)
		for range 40 {
			j := rng.IntN(len(p.Locations))
			l := &p.Locations[j]
			if g.staff[j] == None || len(l.Candidates) == 0 || l.Pinned != None {
				continue
			}
			before, _, _ := Evaluate(p, g.staff)
			got := g.apply(shift{j, l.Candidates[rng.IntN(len(l.Candidates))].Staff})
			after, _, loads := Evaluate(p, g.staff)
			if got != after.Soft-before.Soft || !slices.Equal(loads, g.loads) {
				t.Fatalf("instance %d: a shift is told as %d, the scores differ by %d", k, got, after.Soft-before.Soft)
			}
		}
	}
}

// Without ties, too, no other candidate for one location alone is better in the
// end.
func TestGatherWithoutTies(t *testing.T) {
	t.Parallel()
	for k := range uint64(50) {
		rng := rand.New(rand.NewPCG(53, k))
		p := randomProblem(rng, 3, 12)
		r := Solve(context.Background(), p, Options{Iterations: 1, Seed: k})
		before := r.Score
		r.Staff = Gather(context.Background(), p, r.Staff)
		r.Score, r.Amounts, r.Loads = Evaluate(p, r.Staff)
		if faults := Verify(p, r); len(faults) > 0 || before.Less(r.Score) || p.Ties != nil {
			t.Fatalf("instance %d: from %+v to %+v, %v", k, before, r.Score, faults)
		}
		for j, i := range r.Staff {
			if next := Explain(p, r.Staff, j).RunnerUp; i != None && next.Staff != None && next.Difference.Less(Score{}) {
				t.Fatalf("instance %d: location %d would be better with %d: %+v", k, j, next.Staff, next.Difference)
			}
		}
	}
	p := plain(3)
	if got := Gather(context.Background(), p, []int{0, 1, None}); !slices.Equal(got, []int{0, 0, None}) {
		t.Errorf("got %v, want both with the nearer person and nothing that had nobody", got)
	}
}
