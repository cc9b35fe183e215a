package assign

import (
	"context"
	"reflect"
	"testing"
)

// plain returns a problem without charges: two people of capacity 100 and
// locations of load 30 that cost 10 with the first and 20 with the second.
func plain(locations int) *Problem {
	p := &Problem{Staff: []Staff{{Capacity: 100}, {Capacity: 100}}, Districts: 2, MaxChanges: -1}
	for range locations {
		p.Locations = append(p.Locations, Location{
			District: None, Current: None, Pinned: None, Change: 5, Unassigned: 1,
			Candidates: []Candidate{{Staff: 0, Cost: 10, Load: 30}, {Staff: 1, Cost: 20, Load: 30}},
		})
	}
	return p
}

// TestConstraints has one small problem per constraint, whose optimum is plain
// to see.
func TestConstraints(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		change func(p *Problem)
		size   int
		staff  []int // nil where several are equally good
		score  Score
	}{
		{"travel", func(*Problem) {}, 2, []int{0, 0}, Score{Soft: 20}},
		{"capacity", func(p *Problem) { p.Staff[0].Capacity = 59 }, 2, nil, Score{Soft: 30}},
		{"base counts in capacity", func(p *Problem) { p.Staff[0].Base = 50 }, 2, nil, Score{Soft: 30}},
		{"what does not fit stays unassigned", func(p *Problem) {
			p.Staff[1].Capacity = 0
			p.Locations[3].Unassigned = 2
			p.Locations[0].Unassigned = 2
			p.Locations[1].Unassigned = 2
		}, 4, []int{0, 0, None, 0}, Score{Medium: 1, Soft: 30}},
		{"candidates", func(p *Problem) { p.Locations[0].Candidates = p.Locations[0].Candidates[1:] }, 2, []int{1, 0}, Score{Soft: 30}},
		{"starter ceiling", func(p *Problem) { p.Staff[0].MaxLocations = 1 }, 2, nil, Score{Soft: 30}},
		{"group", func(p *Problem) { p.Groups = []Group{{Staff: []int{0}, Limit: 45}} }, 2, nil, Score{Soft: 30}},
		{"group of both", func(p *Problem) { p.Groups = []Group{{Staff: []int{0, 1}, Limit: 45}} }, 2, nil, Score{Medium: 1, Soft: 10}},
		{"pin", func(p *Problem) { p.Locations[1].Pinned = 1 }, 2, []int{0, 1}, Score{Soft: 30}},
		{"pin over capacity", func(p *Problem) {
			p.Staff[1].Capacity = 10
			p.Locations[1].Pinned = 1
		}, 2, []int{0, 1}, Score{Hard: 1, Soft: 30}},
		{"pin of nobody's candidate", func(p *Problem) {
			p.Locations[0].Pinned = 1
			p.Locations[0].Candidates = p.Locations[0].Candidates[:1]
		}, 2, []int{1, 0}, Score{Hard: 1, Soft: 10}},
		{"coupled", func(p *Problem) { p.Locations[0].Candidates[0].Coupled = 50 }, 2, []int{1, 0}, Score{Soft: 30}},
		{"change is charged", func(p *Problem) { p.Locations[0].Current = 1 }, 2, []int{0, 0}, Score{Soft: 25}},
		{"a high change charge keeps", func(p *Problem) {
			p.Locations[0].Current = 1
			p.Locations[0].Change = 11
		}, 2, []int{1, 0}, Score{Soft: 30}},
		{"change budget", func(p *Problem) {
			p.Locations[0].Current, p.Locations[1].Current = 1, 1
			p.Locations[0].Change = 2
			p.MaxChanges = 1
		}, 2, []int{0, 1}, Score{Soft: 32}},
		{"district charge", func(p *Problem) {
			p.OpenDistrict = 50
			p.Staff[0].Capacity = 70
			for j := range p.Locations {
				p.Locations[j].District = j / 2
			}
		}, 4, nil, Score{Soft: 160}},
		{"balance", func(p *Problem) { p.Balance = 10 }, 2, nil, Score{Soft: 30 + 2*8}},
		{"balance by norm", func(p *Problem) {
			p.Balance = 10
			p.Staff[0].Norm, p.Staff[1].Norm = 50, 1000
		}, 2, []int{1, 1}, Score{Soft: 40}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := plain(tt.size)
			tt.change(p)
			r := Solve(context.Background(), p, Options{Iterations: 400})
			if faults := Verify(p, r); len(faults) > 0 {
				t.Fatal(faults)
			}
			if r.Score != tt.score {
				t.Errorf("score %+v of %v, want %+v", r.Score, r.Staff, tt.score)
			}
			if tt.staff != nil && !reflect.DeepEqual(r.Staff, tt.staff) {
				t.Errorf("staff %v, want %v", r.Staff, tt.staff)
			}
		})
	}
}

func TestValidateReportsAll(t *testing.T) {
	t.Parallel()
	p := plain(9)
	p.Balance = -1
	p.Staff[0].Base = -1
	p.Groups = []Group{{Staff: []int{0, 0}}, {Staff: []int{7}}}
	p.Locations[0].District = 2
	p.Locations[1].Current = 2
	p.Locations[2].Pinned = -2
	p.Locations[3].Unassigned = 0
	p.Locations[4].Change = -1
	p.Locations[5].Candidates[1].Staff = 0
	p.Locations[6].Candidates[1].Staff = 2
	p.Locations[7].Candidates[0].Load = -1
	err := p.Validate()
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		t.Fatalf("error %v, want a joined one", err)
	}
	if n := len(joined.Unwrap()); n != 12 {
		t.Errorf("%d faults, want 12:\n%v", n, err)
	}
	if err := plain(3).Validate(); err != nil {
		t.Error(err)
	}
}
