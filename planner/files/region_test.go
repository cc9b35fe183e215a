package files

import (
	"context"
	"reflect"
	"testing"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/verify"
)

func TestGenerateRegion(t *testing.T) {
	t.Parallel()
	s := GenerateRegion(150, 12, 1)
	if len(s.Locations) != 150 || len(s.Staff) != 12 || len(s.Districts) == 0 || len(s.Programme.Municipalities) != len(s.Districts) {
		t.Fatalf("%d locations, %d staff, %d districts", len(s.Locations), len(s.Staff), len(s.Districts))
	}
	if !reflect.DeepEqual(s, GenerateRegion(150, 12, 1)) {
		t.Error("the same arguments make different regions")
	}
	if reflect.DeepEqual(s.Locations, GenerateRegion(150, 12, 2).Locations) {
		t.Error("another seed makes the same region")
	}
	for i := range s.Locations {
		l := &s.Locations[i]
		if !l.Artificial || l.Places() == 0 || l.Point.PC4 == "" || l.Point.Lat < 50 || l.Point.Lat > 54 {
			t.Errorf("%+v", l)
		}
	}
}

// A region with more people than are considered for one location: the planner
// and the prover must agree on who those are.
func TestRegionBeyondReachIsProved(t *testing.T) {
	t.Parallel()
	s := GenerateRegion(180, 50, 3)
	p, err := planner.Solve(context.Background(), s, planner.Options{Year: 2027, Iterations: 100, Workers: 2, MaxChanges: -1})
	if err != nil {
		t.Fatal(err)
	}
	out := t.TempDir() + "/out"
	if err := WritePlan(out, []*planner.State{s}, []*planner.Plan{p}, nil); err != nil {
		t.Fatal(err)
	}
	folder, err := ReadPlan(out)
	if err != nil {
		t.Fatal(err)
	}
	from, to := calendar.NewDate(2027, time.January, 1), calendar.NewDate(2027, time.December, 31)
	for _, f := range verify.Plan(s, folder, from, to) {
		t.Error(f)
	}
	if p.Schedule.Medium != 0 {
		t.Errorf("%d visits unplanned", len(p.Unplanned))
	}
}
