package assign_test

import (
	"context"
	"fmt"

	"github.com/wijkplanner/wijkplanner/planner/assign"
)

// Two people, three locations; the first person has time for one location only.
func ExampleSolve() {
	location := func(first, second int64) assign.Location {
		return assign.Location{
			District: assign.None, Current: assign.None, Pinned: assign.None, Unassigned: 1,
			Candidates: []assign.Candidate{
				{Staff: 0, Cost: first, Load: 90},
				{Staff: 1, Cost: second, Load: 90},
			},
		}
	}
	p := &assign.Problem{
		Staff:      []assign.Staff{{Capacity: 100}, {Capacity: 200}},
		Locations:  []assign.Location{location(10, 12), location(10, 40), location(15, 20)},
		MaxChanges: -1,
	}
	r := assign.Solve(context.Background(), p, assign.Options{Iterations: 100})
	fmt.Println("staff", r.Staff, "cost", r.Score.Soft, "bound", r.Bound, "faults", len(assign.Verify(p, r)))
	why := assign.Explain(p, r.Staff, 0)
	fmt.Printf("staff %d is %s short of %d\n", why.Blocked[0].Staff, why.Blocked[0].Rule, why.Blocked[0].Missing)
	// Output:
	// staff [1 0 1] cost 42 bound 42 faults 0
	// staff 0 is capacity short of 80
}
