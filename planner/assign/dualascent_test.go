package assign

import (
	"math/rand/v2"
	"testing"
)

// sharedRegion makes a region whose cost is mostly balance: staff and locations
// in a square, districts in a grid of three by three.
func sharedRegion(staff, locations int) *Problem {
	rng := rand.New(rand.NewPCG(uint64(staff), uint64(locations)))
	p := &Problem{
		Staff: make([]Staff, staff), Locations: make([]Location, locations),
		Districts: 9, OpenDistrict: 6000, Balance: 100, MaxChanges: -1,
	}
	x, y := make([]int64, staff), make([]int64, staff)
	for i := range p.Staff {
		x[i], y[i] = rng.Int64N(90), rng.Int64N(90)
		p.Staff[i].Capacity = 6000 * int64(locations) / int64(staff) * (8 + rng.Int64N(5)) / 10
	}
	for j := range p.Locations {
		u, v, load := rng.Int64N(90), rng.Int64N(90), 15*(200+rng.Int64N(200))
		l := Location{District: int(u/30*3 + v/30), Current: None, Pinned: None, Unassigned: load}
		for i := range p.Staff {
			trip := max(x[i]-u, u-x[i]) + max(y[i]-v, v-y[i])
			l.Candidates = append(l.Candidates, Candidate{Staff: i, Cost: 100 * trip, Load: load + trip/3*15})
		}
		p.Locations[j] = l
	}
	return p
}

// TestFirstMultipliers holds what the bound starts from against a short search:
// they have to be within a few percent of each other, the bound below.
func TestFirstMultipliers(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ staff, locations int }{{8, 90}, {20, 150}} {
		p := sharedRegion(tt.staff, tt.locations)
		r := newRelaxation(newModel(p), nil, 1)
		if !r.rough {
			t.Fatal("want a problem large enough for tangents")
		}
		bound := ceilUnit(r.evaluate(r.bids(r.capacityPrices())))
		found := Solve(t.Context(), p, Options{Iterations: 64, Seed: 1})
		if cost := found.Certified(); bound > cost || bound < cost*96/100 {
			t.Errorf("%d staff: bound %d, cost %d", tt.staff, bound, cost)
		}
		if found.Bound < bound {
			t.Errorf("%d staff: a final bound of %d below the first, %d", tt.staff, found.Bound, bound)
		}
		if faults := Verify(p, found); len(faults) > 0 {
			t.Errorf("%d staff: %v", tt.staff, faults)
		}
	}
}

// TestEquilibrium asks that no location would gain much by another split.
func TestEquilibrium(t *testing.T) {
	t.Parallel()
	p := sharedRegion(8, 90)
	m := newModel(p)
	r := newRelaxation(m, nil, 1)
	price := r.capacityPrices()
	lowest, highest := price[0], price[0]
	for i := range m.nobody {
		lowest, highest = min(lowest, price[i]), max(highest, price[i])
	}
	if lowest <= 0 || highest > 2*lowest {
		t.Errorf("prices from %d to %d: work that may be shared is not shared", lowest, highest)
	}
}
