package planner_test

import (
	"testing"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/files"
)

// TestWhoCarriedMoreGetsLess: of two people alike, the one who carried more before
// gets less of a generated region now, the checker agrees, and what concerns
// another year changes nothing.
func TestWhoCarriedMoreGetsLess(t *testing.T) {
	t.Parallel()
	loads := func(carried ...planner.Carried) map[string]int64 {
		s := files.GenerateRegion(20, 2, 3)
		s.Staff[1].Home = s.Staff[0].Home
		s.Programme.Carried = carried
		o := planner.Options{Year: 2027, Seed: 1, Iterations: 2000, Workers: 1, MaxChanges: -1}
		p, err := planner.Solve(t.Context(), s, o)
		if err != nil {
			t.Fatal(err)
		}
		faults, err := files.Prove([]*planner.State{s}, []*planner.Plan{p})
		if err != nil || len(faults) > 0 {
			t.Fatalf("%v %v", faults, err)
		}
		out := map[string]int64{}
		for _, a := range p.Assignments {
			out[a.Staff] += a.MinutesYear
		}
		return out
	}
	first := files.GenerateRegion(20, 2, 3).Staff[0].ID
	even := loads()
	before := planner.Carried{Staff: first, Role: "coordinator", Minutes: even[first] / 2, From: calendar.NewDate(2027, 1, 1), To: calendar.NewDate(2027, 12, 31)}
	less := loads(before)
	t.Logf("%d minutes with an even past, %d after %d carried more", even[first], less[first], before.Minutes)
	if less[first] > even[first]*9/10 {
		t.Errorf("%d minutes after carrying more, %d without", less[first], even[first])
	}
	before.From, before.To = calendar.NewDate(2028, 1, 1), calendar.NewDate(2028, 12, 31)
	if other := loads(before); other[first] != even[first] {
		t.Errorf("%d minutes with what concerns 2028, %d without", other[first], even[first])
	}
}
