package assign

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestBeamIsExactWhileWide compares what a beam makes of a few people with every
// way to share out what they hold.
func TestBeamIsExactWhileWide(t *testing.T) {
	t.Parallel()
	better := 0
	for k := range 300 {
		rng := rand.New(rand.NewPCG(41, uint64(k)))
		p := simple(randomProblem(rng, 3, 7))
		m := newModel(p)
		s := newState(m)
		price := make([]int64, m.nobody+1)
		for i := range price {
			price[i] = rng.Int64N(20 * unit) // what nobody would pay: far from the best
		}
		s.set(construct(m, nil, price))
		b := newBeam(m)
		if b == nil {
			t.Fatalf("instance %d: loads of a few dozen do not fit a beam", k)
		}
		b.width = 1 << 12
		b.index.resize(b.width * b.most)
		company := []int32{0, 1, 2}[:2+rng.IntN(2)]
		found := slices.Clone(b.reshare(s, company, func(int32) int64 { return 3 * unit }, rng))
		before, least := s.cost, leastReshare(s, company)
		apply(s, found)
		if !s.feasible() || s.cost != least {
			t.Fatalf("instance %d: from %d the beam finds %d, the least is %d", k, before, s.cost, least)
		}
		if least < before {
			better++
		}
	}
	if better < 50 {
		t.Errorf("only %d instances had something to improve", better)
	}
}

// simple takes out what the beam leaves to the walker.
func simple(p *Problem) *Problem {
	p.Groups, p.MaxChanges = nil, -1
	for i := range p.Staff {
		p.Staff[i].MaxLocations = 0
	}
	return p
}

func apply(s *state, found []int32) {
	for _, c := range found {
		s.remove(int(s.m.loc[c]))
	}
	for _, c := range found {
		s.add(c)
	}
}

// leastReshare returns the least cost of all feasible ways to share out what a
// company holds among themselves.
func leastReshare(s *state, company []int32) int64 {
	m := s.m
	var jobs []int32
	for _, i := range company {
		for _, j := range s.held[i] {
			if m.p.Locations[j].Pinned == None {
				jobs = append(jobs, j)
			}
		}
	}
	least, mark := int64(unlimited), len(s.log)
	var place func(k int)
	place = func(k int) {
		if k == len(jobs) {
			if s.feasible() {
				least = min(least, s.cost)
			}
			return
		}
		for c := m.first[jobs[k]]; c < m.first[jobs[k]+1]; c++ {
			if slices.Contains(company, m.staff[c]) {
				at := len(s.log)
				s.remove(int(jobs[k]))
				s.add(c)
				place(k + 1)
				s.undo(at)
			}
		}
	}
	place(0)
	s.undo(mark)
	return least
}

func TestBeamRefusesLoadsTooFineForItsKeys(t *testing.T) {
	t.Parallel()
	p := randomProblem(rand.New(rand.NewPCG(43, 1)), 3, 5)
	p.Staff[0].Capacity = 1 << 20
	p.Locations[0].Pinned = None
	p.Locations[0].Candidates = []Candidate{{Staff: 0, Load: 1}, {Staff: 1, Load: 2}}
	if newBeam(newModel(p)) != nil {
		t.Error("a capacity of a million steps fits 15 bits")
	}
	for j := range p.Locations {
		for k := range p.Locations[j].Candidates {
			p.Locations[j].Candidates[k].Load *= 60
		}
	}
	if newBeam(newModel(p)) == nil {
		t.Error("the same capacity in steps of 60 does not")
	}
}

func TestSmallest(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(47, 1))
	for range 200 {
		s := make([]beamState, 1+rng.IntN(60))
		for k := range s {
			s[k] = beamState{excess: rng.Int64N(20), key: uint64(k)}
		}
		want := slices.Clone(s)
		slices.SortFunc(want, func(a, b beamState) int {
			if a.before(&b) {
				return -1
			}
			return 1
		})
		n := 1 + rng.IntN(len(s))
		smallest(s, n)
		for k := range s {
			if slices.ContainsFunc(want[:n], func(w beamState) bool { return w.key == s[k].key }) != (k < n) {
				t.Fatalf("the %d smallest of %d are not in front", n, len(s))
			}
		}
	}
}

// TestBeamThinsLargeCompanies shares out what five people hold, more than fits
// one beam: nothing gets dearer, something gets cheaper, and whatever moves is
// among the people of the company.
func TestBeamThinsLargeCompanies(t *testing.T) {
	t.Parallel()
	better := 0
	for k := range 20 {
		rng := rand.New(rand.NewPCG(43, uint64(k)))
		p := simple(randomProblem(rng, 6, 90))
		for i := range p.Staff {
			p.Staff[i].Capacity += 400
		}
		m := newModel(p)
		s := newState(m)
		price := make([]int64, m.nobody+1)
		for i := range price {
			price[i] = rng.Int64N(4 * unit)
		}
		s.set(construct(m, nil, price))
		company := []int32{0, 1, 2, 4, 5}
		b := newBeam(m)
		found := b.reshare(s, company[:min(b.most, 5)], func(int32) int64 { return unit }, rng)
		if len(b.jobs) > reshareJobs {
			t.Fatalf("instance %d: %d jobs at once", k, len(b.jobs))
		}
		before, others := s.cost+s.penalty(), slices.Clone(s.held[3])
		apply(s, found)
		if after := s.cost + s.penalty(); after > before {
			t.Errorf("instance %d: from %d to %d", k, before, after)
		} else if after < before {
			better++
		}
		if !slices.Equal(others, s.held[3]) {
			t.Errorf("instance %d: somebody outside the company has other locations", k)
		}
	}
	if better < 10 {
		t.Errorf("only %d instances became cheaper", better)
	}
}
