package planner

import "testing"

// TestWhatIfIsSaidOfWhatNeedsIt: a scenario that is published leaves its reason on
// pins above a capacity or a ceiling, and on no other.
func TestWhatIfIsSaidOfWhatNeedsIt(t *testing.T) {
	t.Parallel()
	pin := func(staff, reason string) Assignment {
		return Assignment{Location: "of " + staff, Role: "zc", Staff: staff, Kind: Primary, Pinned: true, Reason: reason}
	}
	before := []Assignment{pin("fits", ""), pin("full", ""), pin("many", ""), pin("asked", "asked_by_location"), pin("own", WhatIfReason)}
	after := &State{
		Assignments: []Assignment{pin("fits", WhatIfReason), pin("full", WhatIfReason), pin("many", WhatIfReason), pin("asked", "asked_by_location"), pin("own", WhatIfReason)},
		Staff: []Staff{
			{ID: "fits", Contracts: []Contract{{Role: "zc", MaxLocations: 9}}},
			{ID: "full", Contracts: []Contract{{Role: "zc"}}},
			{ID: "many", Contracts: []Contract{{Role: "zc", MaxLocations: 3}}},
			{ID: "own", Contracts: []Contract{{Role: "zc"}}},
		},
	}
	plan := &Plan{Roles: []RoleResult{{Role: "zc", Kind: Primary, Loads: []Load{
		{Staff: "fits", Load: 90, Capacity: 100, Locations: 9}, {Staff: "full", Load: 101, Capacity: 100, Locations: 2}, {Staff: "many", Load: 10, Capacity: 100, Locations: 4},
	}}}}
	want := map[string]string{"fits": "", "full": WhatIfReason, "many": WhatIfReason, "asked": "asked_by_location", "own": WhatIfReason}
	for _, a := range Settled(before, after, plan) {
		if a.Reason != want[a.Staff] {
			t.Errorf("%s: reason %q, want %q", a.Staff, a.Reason, want[a.Staff])
		}
	}
	if after.Assignments[0].Reason != WhatIfReason {
		t.Error("what was there changed")
	}
}
