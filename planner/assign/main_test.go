package assign

import (
	"math/rand/v2"
	"os"
	"testing"
)

func TestMain(m *testing.M) {
	checkMoves = os.Getenv("BENCH_DIR") == "" // measured runs go without
	os.Exit(m.Run())
}

// randomProblem makes a small problem that uses every part of the model, often
// too tight for all locations.
func randomProblem(rng *rand.Rand, staff, locations int) *Problem {
	p := &Problem{
		Staff: make([]Staff, staff), Locations: make([]Location, locations),
		Districts: 3, MaxChanges: -1,
	}
	if rng.IntN(2) == 0 {
		p.OpenDistrict = rng.Int64N(60)
	}
	if rng.IntN(2) == 0 {
		p.Balance = 1 + rng.Int64N(5)
	}
	if rng.IntN(2) == 0 {
		p.MaxChanges = rng.IntN(4)
	}
	for i := range p.Staff {
		s := &p.Staff[i]
		s.Capacity = 20 + rng.Int64N(30*int64(locations)/int64(staff)+1)
		if rng.IntN(3) == 0 {
			s.Norm = 30 + rng.Int64N(40)
		}
		if rng.IntN(3) == 0 {
			s.Base = rng.Int64N(25)
		}
		if rng.IntN(6) == 0 {
			s.MaxLocations = 1 + rng.IntN(2)
		}
	}
	if rng.IntN(4) == 0 {
		g := Group{Limit: 30 + rng.Int64N(60)}
		for i := range staff {
			if rng.IntN(3) > 0 {
				g.Staff = append(g.Staff, i)
			}
		}
		p.Groups = append(p.Groups, g)
	}
	for j := range p.Locations {
		p.Locations[j] = randomLocation(rng, staff)
	}
	return p
}

func randomLocation(rng *rand.Rand, staff int) Location {
	l := Location{
		District: rng.IntN(4) - 1, Current: rng.IntN(staff+1) - 1, Pinned: None,
		Change: rng.Int64N(20), Unassigned: 1 + rng.Int64N(3),
	}
	if rng.IntN(8) == 0 {
		l.Pinned = rng.IntN(staff)
	}
	for i := range staff {
		if rng.IntN(5) > 0 {
			l.Candidates = append(l.Candidates, Candidate{
				Staff: i, Cost: rng.Int64N(100), Load: rng.Int64N(40), Coupled: rng.Int64N(2) * rng.Int64N(30),
			})
		}
	}
	return l
}

// enumerate calls visit with every wanted solution that breaks no rule but what
// pins force, the verifier being the judge. The slice is reused.
func enumerate(p *Problem, wanted func(staff []int, score Score, a Amounts) bool, visit func(staff []int, score Score, a Amounts)) {
	staff := make([]int, len(p.Locations))
	var place func(j int)
	place = func(j int) {
		if j < len(staff) {
			if l := p.Locations[j]; l.Pinned != None {
				staff[j] = l.Pinned
				place(j + 1)
				return
			}
			staff[j] = None
			place(j + 1)
			for _, c := range p.Locations[j].Candidates {
				staff[j] = c.Staff
				place(j + 1)
			}
			return
		}
		score, a, loads := Evaluate(p, staff)
		if !wanted(staff, score, a) {
			return
		}
		if len(Verify(p, &Result{Staff: staff, Score: score, Amounts: a, Loads: loads})) == 0 {
			visit(staff, score, a)
		}
	}
	place(0)
}
