package assign

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestKnapsackExact compares with all subsets, district charges and a convex
// charge on the load included.
func TestKnapsackExact(t *testing.T) {
	t.Parallel()
	k := knapsack{limit: fineStates, keep: keepAll}
	for seed := range uint64(2000) {
		rng := rand.New(rand.NewPCG(1, seed))
		items := randomItems(rng, 1+rng.IntN(9), 25)
		room, open := rng.Int64N(80), rng.Int64N(40)
		open *= unit
		for i := range items {
			items[i].cost *= unit
		}
		curve := curve{weight: rng.Int64N(4), norm: 40, base: rng.Int64N(20)}
		charge := curve.at
		sketch := knapsack{rough: true}
		lower, _ := sketch.solve(slices.Clone(items), room, open, curve, nil)
		least := knapsack{limit: fineStates, proof: true}
		proved, _ := least.solve(slices.Clone(items), room, open, curve, nil)
		got, chosen := k.solve(slices.Clone(items), room, open, curve, nil)
		want := int64(unlimited)
		for set := range 1 << len(items) {
			if cost, load := setCost(items, set, open); load <= room {
				want = min(want, cost+charge(load))
			}
		}
		if got != want || proved != want || lower > want {
			t.Fatalf("seed %d: %d, proved %d, and a lower bound of %d, want %d", seed, got, proved, lower, want)
		}
		set := 0
		for _, c := range chosen {
			set |= 1 << c
		}
		if cost, load := setCost(items, set, open); cost+charge(load) != got || load > room {
			t.Fatalf("seed %d: the chosen set costs %d and weighs %d, not %d within %d",
				seed, cost+charge(load), load, got, room)
		}
	}
}

// TestKnapsackThinned looks at a frontier too long to keep: the minimum may
// only come out lower, and hardly so.
func TestKnapsackThinned(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(2, 2))
	items := randomItems(rng, 40, 1e7)
	for i := range items {
		items[i].cost, items[i].pair = -items[i].load-rng.Int64N(1000), -1
	}
	k := knapsack{limit: fineStates, keep: keepAll}
	got, _ := k.fill(items, 1e8, 0, curve{}, nil)
	var all int64
	for _, it := range items {
		all += it.cost
	}
	if got < all || got > -1e8 {
		t.Errorf("minimum %d, want one between %d and %d", got, all, int64(-1e8))
	}
	if got < -101e6 {
		t.Errorf("minimum %d: thinning loses more than a hundredth", got)
	}
}

func randomItems(rng *rand.Rand, n int, most int64) []item {
	items := make([]item, n)
	pair := int32(-1)
	for i := range items {
		if rng.IntN(3) == 0 {
			pair++
		}
		items[i] = item{cost: -1 - rng.Int64N(50), load: rng.Int64N(most), cand: int32(i), pair: pair}
	}
	return items
}

func setCost(items []item, set int, open int64) (cost, load int64) {
	paid := make(map[int32]bool)
	for i, it := range items {
		if set&(1<<i) == 0 {
			continue
		}
		cost += it.cost
		load += it.load
		if it.pair >= 0 && !paid[it.pair] {
			paid[it.pair] = true
			cost += open
		}
	}
	return cost, load
}

// TestTableExact compares the plain table with all subsets.
func TestTableExact(t *testing.T) {
	t.Parallel()
	var tab table
	for seed := range uint64(600) {
		rng := rand.New(rand.NewPCG(3, seed))
		items := randomItems(rng, 1+rng.IntN(10), 20)
		room := rng.Int64N(80)
		var want int64
		for set := range 1 << len(items) {
			if cost, load := setCost(items, set, 0); load <= room {
				want = min(want, cost)
			}
		}
		byCand := make(map[int32]item)
		for _, it := range items {
			byCand[it.cand] = it
		}
		got, chosen := tab.solve(items, room, nil)
		var cost, load int64
		for _, c := range chosen {
			cost += byCand[c].cost
			load += byCand[c].load
			delete(byCand, c)
		}
		if got != want || cost != got || load > room {
			t.Fatalf("seed %d: %d with a set of cost %d and load %d, want %d within %d", seed, got, cost, load, want, room)
		}
	}
}

// TestReductionChangesNothing compares with the plain dynamic programme on loads
// and charges as large as those of a year's minutes.
func TestReductionChangesNothing(t *testing.T) {
	t.Parallel()
	k, plain := knapsack{limit: 1 << 20}, knapsack{limit: 1 << 20, keep: keepAll}
	for seed := range uint64(400) {
		rng := rand.New(rand.NewPCG(5, seed))
		items := randomItems(rng, 1+rng.IntN(18), 900)
		for i := range items {
			items[i].cost *= rng.Int64N(2000) * unit
		}
		items = slices.DeleteFunc(items, func(it item) bool { return it.cost == 0 })
		charge := curve{weight: rng.Int64N(60), norm: 3000 + rng.Int64N(60000), base: rng.Int64N(3000)}
		room, open := rng.Int64N(9000), rng.Int64N(20000)*unit
		want, _ := plain.fill(slices.Clone(items), room, open, charge, nil)
		got, chosen := k.solve(items, room, open, charge, nil)
		if got != want || len(k.reduced.items) > len(items) {
			t.Fatalf("seed %d: %d, want %d", seed, got, want)
		}
		for x, c := range chosen {
			if slices.Contains(chosen[:x], c) {
				t.Fatalf("seed %d: item %d is chosen twice", seed, c)
			}
		}
	}
}
