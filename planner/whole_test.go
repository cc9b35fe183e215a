package planner

import (
	"context"
	"fmt"
	"testing"

	"github.com/wijkplanner/wijkplanner/calendar"
)

// quarters is a town of five districts of one to five locations, given out whole,
// in which everybody lives at the other end of what they have.
func quarters() *State {
	s := misplaced()
	s.Programme.Roles[0].Assign, s.Programme.Roles[0].Backup = ByDistrict, false
	s.Districts, s.Assignments = nil, nil
	model := s.Locations[0]
	s.Locations = nil
	for d := range 5 {
		s.Districts = append(s.Districts, District{ID: fmt.Sprint("D", d)})
		for k := range d + 1 {
			l := model
			l.ID, l.District = fmt.Sprintf("l%d%d", d, k), s.Districts[d].ID
			l.Point.Lat = 51.80 + 0.01*float64(d)
			s.Locations = append(s.Locations, l)
			who := "c1" // who lives at 51.84
			if d > 2 {
				who = "c2"
			}
			s.Assignments = append(s.Assignments, Assignment{
				Location: l.ID, Role: "coordinator", Staff: who, Kind: Primary, From: calendar.NoDate, To: calendar.NoDate,
			})
		}
	}
	return s
}

// A change budget counts locations, not the districts that hold them.
func TestChangeBudgetOfWholeDistricts(t *testing.T) {
	t.Parallel()
	reached := false
	for budget := -1; budget <= 15; budget++ {
		p, err := Solve(context.Background(), quarters(), Options{Year: 2027, Iterations: 60, Workers: 1, MaxChanges: budget})
		if err != nil {
			t.Fatal(err)
		}
		r := p.role(t, "coordinator", Primary)
		if budget >= 0 && r.Changed > budget {
			t.Errorf("%d locations change hands with a budget of %d", r.Changed, budget)
		}
		if r.Bound > r.Cost || r.Bound <= 0 {
			t.Errorf("budget %d: bound %d, cost %d", budget, r.Bound, r.Cost)
		}
		reached = reached || budget > 0 && r.Changed == budget
		if budget < 0 && r.Changed < 10 {
			t.Errorf("%d locations change hands without a budget", r.Changed)
		}
	}
	if !reached {
		t.Error("no budget was ever used up")
	}
}

// A ceiling counts locations too: a district that alone has more is out of
// reach, and districts together do not pass it.
func TestCeilingOfWholeDistricts(t *testing.T) {
	t.Parallel()
	for most := 1; most <= 9; most++ {
		s := quarters()
		s.Staff[0].Contracts[0].MaxLocations = most
		if n := served(solve(t, s), "c1"); n > most {
			t.Errorf("c1 serves %d locations with a ceiling of %d", n, most)
		} else if most >= 5 && n == 0 {
			t.Errorf("c1 serves none with a ceiling of %d", most)
		}
	}
}

// What a district with several people today changes anyhow uses up the budget.
func TestChangeBudgetWhereDistrictsAreShared(t *testing.T) {
	t.Parallel()
	s := quarters()
	s.Assignments[14].Staff = "c1" // the fifth location of D4, which is c2's
	for _, budget := range []int{0, 1, 3} {
		p, err := Solve(context.Background(), s, Options{Year: 2027, Iterations: 200, Workers: 1, MaxChanges: budget})
		if err != nil {
			t.Fatal(err)
		}
		forced, chosen := 0, 0
		for i := range p.Assignments {
			switch a := &p.Assignments[i]; {
			case a.Role != "coordinator" || !a.Changed:
			case a.District == "D4":
				forced++
			default:
				chosen++
			}
		}
		if forced == 0 || chosen > max(0, budget-forced) {
			t.Errorf("budget %d: %d changes that must be and %d others", budget, forced, chosen)
		}
	}
}
