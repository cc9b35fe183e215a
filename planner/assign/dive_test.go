package assign

import (
	"context"
	"math/rand/v2"
	"testing"
)

// TestDiveIsComplete checks that a dive, from nothing or from a solution, gives
// every location one of its candidates and keeps every pin.
func TestDiveIsComplete(t *testing.T) {
	t.Parallel()
	for k := range uint64(50) {
		rng := rand.New(rand.NewPCG(41, k))
		m := newModel(randomProblem(rng, 2+rng.IntN(6), 1+rng.IntN(40)))
		price := make([]int64, m.nobody+1)
		w := newWalker(m, newNeighbours(m, price, make([]int64, m.n)), everything(m), price, k, 0)
		up := newAscent(newRelaxation(m, nil, 1))
		w.diver = newDiver(m, up.best)
		first := append([]int32(nil), w.dive(context.Background(), nil)...)
		for _, at := range [][]int32{first, w.dive(context.Background(), first)} {
			for j, c := range at {
				if c < m.first[j] || c >= m.first[j+1] {
					t.Fatalf("instance %d: location %d gets candidate %d", k, j, c)
				}
			}
		}
	}
}

// TestRelinkStaysBetween checks that a path only mixes its two ends.
func TestRelinkStaysBetween(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(43, 1))
	m := newModel(randomProblem(rng, 5, 40))
	price := make([]int64, m.nobody+1)
	w := newWalker(m, newNeighbours(m, price, make([]int64, m.n)), everything(m), price, 1, 0)
	a, b := construct(m, nil, price), make([]int32, m.n)
	for j := range b {
		b[j] = m.first[j] + int32(rng.IntN(int(m.first[j+1]-m.first[j])))
	}
	w.remember(elite{at: a, cost: 1})
	w.remember(elite{at: b, cost: 2})
	for range 20 {
		w.relink()
		for j, c := range w.s.at {
			if c != a[j] && c != b[j] {
				t.Fatalf("location %d has candidate %d, the ends %d and %d", j, c, a[j], b[j])
			}
		}
	}
}

func TestRememberKeepsTheBest(t *testing.T) {
	t.Parallel()
	m := newModel(plain(12))
	price := make([]int64, m.nobody+1)
	w := newWalker(m, newNeighbours(m, price, make([]int64, m.n)), everything(m), price, 1, 0)
	rng := rand.New(rand.NewPCG(47, 1))
	lowest := int64(unlimited)
	for range 200 {
		at := make([]int32, m.n)
		for j := range at {
			at[j] = m.first[j] + int32(rng.IntN(2))
		}
		cost := rng.Int64N(1000)
		lowest = min(lowest, cost)
		w.remember(elite{at: at, cost: cost})
	}
	best := int64(unlimited)
	for k, e := range w.elite {
		best = min(best, e.cost)
		for _, other := range w.elite[:k] {
			if distance(e.at, other.at) == 0 {
				t.Error("a solution is there twice")
			}
		}
	}
	if len(w.elite) != eliteSize || best != lowest {
		t.Errorf("%d elite solutions, the best %d; want %d and %d", len(w.elite), best, eliteSize, lowest)
	}
}
