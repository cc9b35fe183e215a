package planner

import (
	"context"
	"slices"
	"testing"

	"github.com/wijkplanner/wijkplanner/calendar"
)

// solve plans a state with a fixed, small number of iterations.
func solve(t *testing.T, s *State) *Plan {
	t.Helper()
	p, err := Solve(context.Background(), s, Options{Year: 2027, Seed: 1, Iterations: 200, Workers: 1, MaxChanges: -1})
	if err != nil {
		t.Fatal(err)
	}
	if p.Schedule.Hard != 0 {
		t.Fatalf("%d hard faults", p.Schedule.Hard)
	}
	return p
}

func (p *Plan) server(location, role string, kind AssignmentKind) *Assigned {
	for i := range p.Assignments {
		if a := &p.Assignments[i]; a.Location == location && a.Role == role && a.Kind == kind {
			return a
		}
	}
	return nil
}

func (p *Plan) visitsAt(location string) []*Visit {
	var out []*Visit
	for i := range p.Visits {
		if p.Visits[i].Location == location && !p.Visits[i].Meeting {
			out = append(out, &p.Visits[i])
		}
	}
	return out
}

func amount(amounts []Amount, name string) int64 {
	for _, a := range amounts {
		if a.Constraint == name {
			return a.Value
		}
	}
	return 0
}

func total(p *Plan, role, name string) int64 {
	for i := range p.Roles {
		if p.Roles[i].Role == role && p.Roles[i].Kind == Primary {
			return amount(p.Roles[i].Constraints, name)
		}
	}
	return -1
}

// proofs holds for each constraint a small case that shows it at work.
var proofs = map[Part]map[string]func(t *testing.T){
	Who: {
		"skill": func(t *testing.T) {
			t.Helper()
			for _, a := range solve(t, town()).Assignments {
				if a.Role == "coordinator" && a.Staff == "b1" {
					t.Error("the counsellor coordinates")
				}
			}
		},
		"capacity": func(t *testing.T) {
			t.Helper()
			s := town()
			s.Programme.Roles[0].DemandPerPlace = 3000 // 120,000 minutes a location: more than anybody has
			p := solve(t, s)
			a := p.server("l1", "coordinator", Primary)
			if a.Staff != "" || len(a.Reason.Blocked) == 0 || a.Reason.Change == "" {
				t.Errorf("%+v: want nobody, with what is missing", a)
			}
		},
		"ceiling": func(t *testing.T) {
			t.Helper()
			s := town()
			s.Staff[0].Contracts[0].MaxLocations = 1
			if n := served(solve(t, s), "c1"); n > 1 {
				t.Errorf("c1 serves %d locations, the ceiling is 1", n)
			}
		},
		"employer": func(t *testing.T) {
			t.Helper()
			s := town()
			s.Organisations = append(s.Organisations, Organisation{ID: "small", LimitMinutes: 300})
			s.Staff[0].Organisation = "small"
			if n := served(solve(t, s), "c1"); n > 1 {
				t.Errorf("c1 serves %d locations with 300 minutes of its employer", n)
			}
		},
		"pin": func(t *testing.T) {
			t.Helper()
			s := town()
			s.Assignments = []Assignment{{
				Location: "l3", Role: "coordinator", Staff: "c1", Kind: Primary, Pinned: true, From: calendar.NoDate, To: calendar.NoDate,
			}}
			if a := solve(t, s).server("l3", "coordinator", Primary); a.Staff != "c1" {
				t.Errorf("l3 went to %s in spite of the pin", a.Staff)
			}
		},
		"change_budget": func(t *testing.T) {
			t.Helper()
			s := misplaced()
			p, err := Solve(context.Background(), s, Options{Year: 2027, Iterations: 200, Workers: 1, MaxChanges: 1})
			if err != nil {
				t.Fatal(err)
			}
			n := 0
			for _, a := range p.Assignments {
				if a.Changed && a.Kind == Primary {
					n++
				}
			}
			if n != 1 {
				t.Errorf("%d locations changed hands, want 1", n)
			}
		},
		"unassigned": func(t *testing.T) {
			t.Helper()
			p := solve(t, town())
			for _, l := range []string{"l1", "l2", "l3"} {
				if p.server(l, "coordinator", Primary).Staff == "" || p.server(l, "coordinator", Backup).Staff == "" {
					t.Errorf("%s has nobody", l)
				}
			}
		},
		TravelConstraint: func(t *testing.T) {
			t.Helper()
			p := solve(t, town())
			a := p.server("l3", "coordinator", Primary) // two visits there and back by bicycle
			f := townFormulation(town())
			one := f.travel.Cost(f.state.Staff[1].Home, f.state.Locations[2].Point, Bicycle)
			if a.Staff != "c2" || amount(a.Reason.Amounts, TravelConstraint) != 4*one {
				t.Errorf("%+v, want 4 × %d by c2", a, one)
			}
		},
		FaceConstraint: func(t *testing.T) {
			t.Helper()
			s := town()
			s.Programme.Requirements[0].With = []string{"counsellor"}
			if got, want := total(solve(t, s), "counsellor", FaceConstraint), 3*DefaultWeights().Face; got != want {
				t.Errorf("faces %d, want %d: the counsellor is a second face at three locations", got, want)
			}
		},
		PairConstraint: func(t *testing.T) {
			t.Helper()
			if got, want := total(solve(t, paired(1)), "counsellor", PairConstraint), int64(3); got != want {
				t.Errorf("pairs %d at a price of 1, want %d: who is near works with whom it takes", got, want)
			}
			p := solve(t, paired(1_000_000))
			if got, want := total(p, "counsellor", PairConstraint), int64(2_000_000); got != want {
				t.Errorf("pairs %d, want %d: each coordinator has a counsellor", got, want)
			}
			if with := total(p, "coordinator", PairConstraint); with != 0 {
				t.Errorf("pairs %d of the role that is assigned first, want 0", with)
			}
		},
		AreaConstraint: func(t *testing.T) {
			t.Helper()
			if got, want := total(solve(t, inARow(1)), "coordinator", AreaConstraint), int64(1); got != want {
				t.Errorf("scattered %d at a price of 1, want %d: c1 has both ends", got, want)
			}
			p := solve(t, inARow(1_000_000))
			if got := total(p, "coordinator", AreaConstraint); got != 0 {
				t.Errorf("scattered %d, want 0", got)
			}
			for _, a := range p.Roles[0].Areas {
				if a.Parts != 1 {
					t.Errorf("%+v, want one piece", a)
				}
			}
			alone := inARow(1_000_000)
			for i := range alone.Districts {
				alone.Districts[i].Neighbours = nil
			}
			if got := total(solve(t, alone), "coordinator", AreaConstraint); got != 0 {
				t.Errorf("scattered %d where no border is known, want 0", got)
			}
		},
		DistrictConstraint: func(t *testing.T) {
			t.Helper()
			if got, want := total(solve(t, town()), "coordinator", DistrictConstraint), 2*DefaultWeights().OpenDistrict; got != want {
				t.Errorf("districts %d, want %d: one person in each of two", got, want)
			}
		},
		ChangeConstraint: func(t *testing.T) {
			t.Helper()
			if got, want := total(solve(t, misplaced()), "coordinator", ChangeConstraint), int64(3); got != want {
				t.Errorf("changes %d, want %d", got, want)
			}
		},
		BalanceConstraint: func(t *testing.T) {
			t.Helper()
			s := town()
			s.Programme.Weights.Balance = 100_000
			s.Programme.Roles[0].DemandPerPlace = 400
			s.Programme.Weights.Travel = 1
			s.Programme.Weights.OpenDistrict = 1
			s.Locations = append(s.Locations, s.Locations[0])
			s.Locations[3].ID = "l4"
			if n := served(solve(t, s), "c1"); n != 2 {
				t.Errorf("c1 serves %d of 4 locations, want 2", n)
			}
		},
	},
	When: whenProofs,
}

// misplaced is the town with everybody at the wrong end of it.
func misplaced() *State {
	s := town()
	s.Programme.Weights.Change = 1
	s.Programme.Weights.Travel = 100_000
	for _, l := range s.Locations {
		wrong := "c2"
		if l.District == "Z" {
			wrong = "c1"
		}
		s.Assignments = append(s.Assignments, Assignment{
			Location: l.ID, Role: "coordinator", Staff: wrong, Kind: Primary, From: calendar.NoDate, To: calendar.NoDate,
		})
	}
	return s
}

// paired is the town with two counsellors who are given locations one by one,
// each living at another end than a coordinator does.
func paired(price int64) *State {
	s := town()
	s.Programme.Weights.Pair = price
	s.Programme.Weights.OpenDistrict = 1
	s.Programme.Roles[1].Assign = ByLocation
	s.Programme.Requirements[0].With = []string{"counsellor"}
	s.Staff = append(s.Staff, s.Staff[2])
	s.Staff[2].Home.Lat = 51.835
	s.Staff[3].ID, s.Staff[3].Home.Lat = "b2", 51.846
	s.Staff[3].Contracts = slices.Clone(s.Staff[3].Contracts)
	return s
}

// inARow is the town with three districts in a row, of which the first
// coordinator lives at both ends, so to speak: the second is near the middle.
func inARow(price int64) *State {
	s := town()
	s.Programme.Weights.Scattered = price
	s.Programme.Weights.OpenDistrict = 1
	s.Districts = []District{{ID: "N", Neighbours: []string{"M"}}, {ID: "M", Neighbours: []string{"Z"}}, {ID: "Z"}}
	for i, d := range []string{"N", "M", "Z"} {
		s.Locations[i].District = d
	}
	s.Staff[1].Mode = Car
	s.Staff[1].Home = s.Locations[1].Point
	s.Assignments = nil
	for i, who := range []string{"c1", "c2", "c1"} {
		s.Assignments = append(s.Assignments, Assignment{
			Location: s.Locations[i].ID, Role: "coordinator", Staff: who, Kind: Primary, From: calendar.NoDate, To: calendar.NoDate,
		})
	}
	return s
}

func served(p *Plan, staff string) int {
	n := 0
	for _, a := range p.Assignments {
		if a.Staff == staff && a.Kind == Primary {
			n++
		}
	}
	return n
}

func TestEveryConstraintHasAProof(t *testing.T) {
	t.Parallel()
	for _, c := range Constraints() {
		proof := proofs[c.Part][c.Name]
		if proof == nil {
			t.Errorf("constraint %s of %s has no test", c.Name, c.Part)
			continue
		}
		t.Run(string(c.Part)+"/"+c.Name, func(t *testing.T) {
			t.Parallel()
			proof(t)
		})
	}
}

func TestConstraintTableIsComplete(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, c := range Constraints() {
		key := string(c.Part) + c.Name
		if seen[key] || c.Unit == "" || c.Sentence.NL == "" || c.Sentence.EN == "" || (c.Level == Soft) != (c.Weight != nil) {
			t.Errorf("%s: twice, or something is missing", c.Name)
		}
		if c.Level == Soft && c.Weight(DefaultWeights()) <= 0 {
			t.Errorf("%s has no default weight", c.Name)
		}
		seen[key] = true
	}
}
