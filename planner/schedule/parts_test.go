package schedule

import (
	"slices"
	"testing"
)

// TestPartsAreApart: every visit is in one part, nothing couples two, and each
// part is a problem that says the same as the whole.
func TestPartsAreApart(t *testing.T) {
	t.Parallel()
	several := 0
	for seed := range seeds(80) {
		p := randomProblem(13_000+seed, seed%2 == 0)
		for v := range p.Visits { // little that couples, so that there are parts
			if seed%3 > 0 {
				p.Visits[v].Requirement = None
			}
			for k, options := range p.Visits[v].Crew {
				p.Visits[v].Crew[k] = options[:1]
			}
			if p.Visits[v].Published != nil {
				for k := range p.Visits[v].Crew {
					p.Visits[v].Published.Staff[k] = p.Visits[v].Crew[k][0].Staff
				}
			}
		}
		start := make([]*Placement, len(p.Visits))
		for v := range p.Visits {
			start[v] = p.Visits[v].Published
		}
		parts := split(p, start)
		if len(parts) > 1 {
			several++
		}
		owner := make([]int, len(p.Visits))
		for k, part := range parts {
			if err := part.p.Check(); err != nil {
				t.Fatalf("seed %d: a part cannot be read: %v", seed, err)
			}
			for i, v := range part.visits {
				owner[v]++
				comparePart(t, p, part, i, v)
			}
			for other, x := range parts {
				if other != k && p.coupled(part.visits, x.visits) {
					t.Fatalf("seed %d: parts %d and %d are coupled", seed, k, other)
				}
			}
		}
		if slices.Min(owner) != 1 || slices.Max(owner) != 1 {
			t.Fatalf("seed %d: visits are in %v parts", seed, owner)
		}
	}
	if several < 10 {
		t.Errorf("only %d problems fell apart", several)
	}
}

// comparePart checks that visit i of a part is visit v of the whole.
func comparePart(t *testing.T, p *Problem, part *part, i, v int) {
	t.Helper()
	a, b := &p.Visits[v], &part.p.Visits[i]
	if a.Duration != b.Duration || a.Unplanned != b.Unplanned || (a.Place == None) != (b.Place == None) ||
		!slices.Equal(p.WindowSets[a.Windows], part.p.WindowSets[b.Windows]) {
		t.Fatalf("visit %+v became %+v", a, b)
	}
	for k, options := range b.Crew {
		for n, o := range options {
			staff := part.staff[o.Staff]
			if staff != a.Crew[k][n].Staff || o.Charge != a.Crew[k][n].Charge {
				t.Fatalf("option %+v became %+v", a.Crew[k][n], o)
			}
			if a.Place == None {
				continue
			}
			whole, own := &p.Staff[staff], &part.p.Staff[o.Staff]
			time, cost := p.Travel[whole.Mode].Leg(whole.Home, a.Place, 7)
			time2, cost2 := part.p.Travel[own.Mode].Leg(own.Home, b.Place, 7)
			if time != time2 || cost != cost2 {
				t.Fatalf("the way to visit %d takes %d and %d in the part, %d and %d in all", v, time2, cost2, time, cost)
			}
		}
	}
	if pl := part.start[i]; pl != nil {
		into := make([]*Placement, len(p.Visits))
		list := make([]*Placement, len(part.visits))
		list[i] = &Placement{Day: pl.Day, Start: pl.Start, Staff: slices.Clone(pl.Staff)}
		part.back(list, into)
		if !samePlacement(into[v], a.Published) {
			t.Fatalf("%+v came back as %+v", a.Published, into[v])
		}
	}
}

// coupled reports whether visits of two lists share a person, a requirement or
// the budget of moves.
func (p *Problem) coupled(a, b []int) bool {
	for _, v := range a {
		for _, u := range b {
			x, y := &p.Visits[v], &p.Visits[u]
			if x.Requirement != None && x.Requirement == y.Requirement ||
				p.MaxMoves >= 0 && x.Published != nil && y.Published != nil {
				return true
			}
			for s := range p.Staff {
				if x.couldBe(s) && y.couldBe(s) {
					return true
				}
			}
		}
	}
	return false
}

// TestPartsTogetherAreTheWhole: what parts cost together is what the whole costs.
func TestPartsTogetherAreTheWhole(t *testing.T) {
	t.Parallel()
	p := yearProblem(30, 5, false)
	r := Solve(t.Context(), p, Options{Iterations: 60})
	sum := Amounts{}
	for _, part := range split(p, r.Placements) {
		_, amounts := Evaluate(part.p, part.start)
		sum.add(&amounts)
	}
	rest := NewReasons(p, r.Placements).Rest()
	if sum.Travel < r.Amounts.Travel-rest.Travel || sum.Spacing != r.Amounts.Spacing || sum.Window != r.Amounts.Window ||
		sum.Person != r.Amounts.Person || sum.Smooth != r.Amounts.Smooth {
		t.Errorf("the parts cost %+v, the whole %+v", sum, r.Amounts)
	}
}
