package files

import (
	"fmt"
	"maps"
	"slices"

	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/verify"
)

// PlanOf returns the plan in a folder, all regions together: its assignments with
// their reasons, its visits, and the loads and costs of its roles. The error is a
// Faults.
func PlanOf(folder *verify.Folder) (*planner.Plan, error) {
	out := &planner.Plan{
		Region: folder.Summary.Region, From: folder.Summary.From, To: folder.Summary.To,
		Visits: visitsOf(folder.Visits, func(string, string) bool { return true }),
	}
	for i := range folder.Assignments {
		a := assignedOf(&folder.Assignments[i])
		var err error
		if a.Reason, err = planner.ReadReason(folder.Assignments[i].Reason); err != nil {
			return nil, Faults{{File: "assignments.csv", Message: fmt.Sprintf("location %s: %v", a.Location, err)}}
		}
		a.Changed = folder.Assignments[i].Changed
		out.Assignments = append(out.Assignments, a)
	}
	summaries := folder.Summary.Regions
	if len(summaries) == 0 {
		summaries = []verify.Summary{folder.Summary}
	}
	for i := range summaries {
		for _, role := range slices.Sorted(maps.Keys(summaries[i].Assignments)) {
			r := summaries[i].Assignments[role]
			made := planner.RoleResult{Role: role, Kind: planner.Primary, Cost: r.Cost, Bound: r.Bound, Changed: r.Changed, Travel: planner.TravelChange(r.Travel)}
			for _, l := range r.Loads {
				made.Loads = append(made.Loads, planner.Load(l))
			}
			out.Roles = append(out.Roles, made)
		}
	}
	return out, nil
}

func assignedOf(a *verify.AssignmentRow) planner.Assigned {
	return planner.Assigned{
		Location: a.Location, District: a.District, Role: a.Role, Staff: a.Staff, Kind: planner.AssignmentKind(a.Kind),
		From: a.From, To: a.To, MinutesYear: a.MinutesYear, TravelMinutesYear: a.TravelMinutesYear,
	}
}
