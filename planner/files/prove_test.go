package files

import (
	"context"
	"testing"

	"github.com/wijkplanner/wijkplanner/planner"
)

func TestProveFindsWhatVerifyWould(t *testing.T) {
	t.Parallel()
	s := GenerateRegion(20, 3, 1)
	p, err := planner.Solve(context.Background(), s, planner.Options{Year: 2027, Iterations: 50, Workers: 1, MaxChanges: -1})
	if err != nil {
		t.Fatal(err)
	}
	states, plans := []*planner.State{s}, []*planner.Plan{p}
	faults, err := Prove(states, plans)
	if err != nil || len(faults) > 0 {
		t.Fatalf("%v, %v", faults, err)
	}
	p.Visits = p.Visits[1:]
	if faults, err = Prove(states, plans); err != nil || len(faults) == 0 {
		t.Errorf("%v, %v; want the missing visit", faults, err)
	}
}
