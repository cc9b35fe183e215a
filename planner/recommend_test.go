package planner

import (
	"slices"
	"strings"
	"testing"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner/assign"
)

// fullScore adds up the scores of all roles' primaries from nothing but who
// serves what: each role formulated on its own, as when a plan is made.
func fullScore(f *formulation, who teams) (sum Score) {
	faces, before := make([][]string, len(f.state.Locations)), teams{}
	for _, role := range f.assignedRoles() {
		p := f.formulatePrimary(role, faces, map[string]int64{}, -1)
		p.Ties = f.ties(p, before)
		score, _, _ := assign.Evaluate(p.Problem, p.solution(f, who[role.ID].primary))
		sum.Medium += score.Medium
		sum.Soft += score.Soft
		for l, s := range who[role.ID].primary {
			faces[l] = append(faces[l], s)
		}
		before[role.ID] = who[role.ID]
	}
	return sum
}

// CheckRecommendations asks for each nth location of a plan and compares what is
// announced with the scores before and after doing it. It returns how many
// candidates it compared.
func CheckRecommendations(t *testing.T, s *State, p *Plan, nth int) int {
	t.Helper()
	f, err := newFormulation(s, Period{p.From, p.To})
	if err != nil {
		t.Fatal(err)
	}
	before := fullScore(f, f.teamsOf(p.Assignments))
	n := 0
	for _, role := range f.assignedRoles() {
		for l := range s.Locations {
			if l%nth != 0 || !f.needs(role, l) {
				continue
			}
			r, err := Recommend(s, p, p.From.Year(), s.Locations[l].ID, role.ID, Primary)
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range r.Ranking {
				n++
				after := fullScore(f, f.teamsOf(given(p, r, c.Staff)))
				if got := c.Difference; got.Soft != after.Soft-before.Soft || got.Medium != after.Medium-before.Medium {
					t.Fatalf("%s to %s as %s: announced %+v, the scores are %+v and %+v", s.Locations[l].ID, c.Staff, role.ID, got, before, after)
				}
				var sum int64
				for _, a := range c.Amounts {
					sum += a.Value
				}
				if sum != c.Difference.Soft || (len(c.Blocked) > 0) != (c.Difference.Hard > 0) {
					t.Fatalf("%s to %s: amounts add up to %d of %+v, blocked by %v", s.Locations[l].ID, c.Staff, sum, c.Difference, c.Blocked)
				}
			}
		}
	}
	return n
}

// TestRecommendANobodyLeft: a person without any capacity is blocked, and the
// amounts are still amounts: no balance charge on what cannot be.
func TestRecommendANobodyLeft(t *testing.T) {
	t.Parallel()
	s := town()
	p := solve(t, s)
	other := "c2"
	if p.server("l1", "coordinator", Primary).Staff == other {
		other = "c1"
	}
	for i := range s.Staff {
		if s.Staff[i].ID == other {
			s.Staff[i].Contracts[0].HoursWeek = 0
		}
	}
	r, err := Recommend(s, p, 2027, "l1", "coordinator", Backup)
	if err != nil {
		t.Fatal(err)
	}
	k := slices.IndexFunc(r.Ranking, func(c Ranked) bool { return c.Staff == other })
	if k < 0 {
		t.Fatalf("%+v: want %s among them", r, other)
	}
	if c := r.Ranking[k]; c.Capacity != 0 || !c.Serves && len(c.Blocked) == 0 || amount(c.Amounts, BalanceConstraint) != 0 {
		t.Errorf("%+v, want it blocked and no charge", c)
	}
}

// given is a plan's assignments with the locations of a recommendation given to
// somebody.
func given(p *Plan, r *Recommendation, staff string) []Assigned {
	rows := slices.Clone(p.Assignments)
	for i := range rows {
		if a := &rows[i]; a.Role == r.Role && a.Kind == Primary && slices.Contains(r.Locations, a.Location) {
			a.Staff = staff
		}
	}
	return rows
}

func TestRecommendationsAreExact(t *testing.T) {
	t.Parallel()
	for name, s := range map[string]*State{"town": town(), "misplaced": misplaced(), "paired": paired(5000), "in a row": inARow(5000)} {
		p := solve(t, s)
		if n := CheckRecommendations(t, s, p, 1); n < 6 {
			t.Errorf("%s: %d candidates compared", name, n)
		}
	}
}

func TestRecommendForAnOpenLocation(t *testing.T) {
	t.Parallel()
	s := town()
	p := solve(t, s)
	for i := range p.Assignments {
		if a := &p.Assignments[i]; a.Location == "l3" && a.Role == "coordinator" {
			a.Staff = ""
		}
	}
	r, err := Recommend(s, p, 2027, "l3", "coordinator", Primary)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Ranking) != 2 || r.Ranking[0].Staff != "c2" || r.Ranking[0].Difference.Medium >= 0 || r.Ranking[0].Serves ||
		r.Ranking[0].Difference.Soft >= r.Ranking[1].Difference.Soft || r.Ranking[0].Load <= 0 || r.Ranking[0].Capacity != 84_471 {
		t.Errorf("%+v, want c2, who lives nearby, before c1", r.Ranking)
	}
	if best := p.server("l1", "coordinator", Backup).Staff; best != "c2" {
		t.Fatalf("the backup of l1 is %q", best)
	}
	r, err = Recommend(s, p, 2027, "l1", "coordinator", Primary)
	if err != nil || !r.Ranking[0].Serves || r.Ranking[0].Difference != (Score{}) || !r.Ranking[1].StandsIn {
		t.Errorf("%+v, %v: want c1, who serves, and c2, who stands in", r, err)
	}
}

// Whom a rule forbids stands below, with what is missing; whoever is no
// candidate is named too.
func TestRecommendSaysWhyNot(t *testing.T) {
	t.Parallel()
	s := town()
	s.Staff[0].Contracts[0].MaxLocations = 2
	s.Staff = append(s.Staff, s.Staff[1])
	s.Staff[3].ID = "c3"
	s.Staff[3].Contracts = []Contract{s.Staff[1].Contracts[0]}
	s.Staff[3].Contracts[0].To = date("2027-06-30")
	s.Assignments = []Assignment{{Location: "l3", Role: "coordinator", Staff: "c2", Kind: Primary, Pinned: true, From: calendar.NoDate, To: calendar.NoDate}}
	p := solve(t, s)
	r, err := Recommend(s, p, 2027, "l3", "coordinator", Primary)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Ranking) != 2 || !slices.Equal(r.Ranking[1].Blocked, []string{"pin", "locations:1"}) || !r.Ranking[0].Serves {
		t.Errorf("%+v, want c1 forbidden by the pin and the ceiling", r.Ranking)
	}
	if !slices.Equal(r.Excluded, []Excluded{{"c3", "contract"}}) {
		t.Errorf("%+v, want c3, whose contract ends", r.Excluded)
	}
	b, err := Recommend(s, p, 2027, "l3", "coordinator", Backup)
	if err != nil || len(b.Ranking) != 1 || !b.Ranking[0].Serves || len(b.Excluded) != 2 || b.Excluded[0] != (Excluded{"c2", "primary"}) {
		t.Errorf("%+v, %v: want c1 alone to stand in", b, err)
	}
}

// Without a plan, what is in force today counts, also where a district that
// goes whole has two people.
func TestRecommendWithoutAPlan(t *testing.T) {
	t.Parallel()
	s := misplaced()
	r, err := Recommend(s, nil, 2027, "l1", "coordinator", Primary)
	if err != nil || r.Ranking[0].Staff != "c1" || r.Ranking[0].Difference.Soft >= 0 || !r.Ranking[1].Serves {
		t.Errorf("%+v, %v: want c1 better than c2, who serves", r, err)
	}
	s.Programme.Roles[0].Assign = ByDistrict
	if r, err = Recommend(s, nil, 2027, "l1", "coordinator", Primary); err != nil || !slices.Equal(r.Locations, []string{"l1", "l2"}) {
		t.Errorf("%+v, %v: want the whole district", r, err)
	}
	s.Assignments[0].Staff = "c1"
	if r, err = Recommend(s, nil, 2027, "l1", "coordinator", Primary); err != nil || !slices.Equal(r.Locations, []string{"l1"}) {
		t.Errorf("%+v, %v: want the location alone, the district has two people", r, err)
	}
	for _, c := range []struct{ location, role, want string }{
		{"l9", "coordinator", `location "l9" is unknown`},
		{"l1", "mayor", `role "mayor" is unknown`},
		{"l1", "counsellor", "location l1 asks for no primary as counsellor in 2027"},
	} {
		if _, err := Recommend(s, nil, 2027, c.location, c.role, Primary); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got %v, want %s", err, c.want)
		}
	}
}
