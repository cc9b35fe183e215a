package files

import (
	"encoding/json"

	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/verify"
)

// planVersion is the version of the plan folder's format.
const planVersion = "1"

// planJSON renders plan.json: a plan, or the sums of several with each apart.
func planJSON(plans []*planner.Plan) ([]byte, error) {
	all := summaryOf(plans[0])
	if len(plans) > 1 {
		all.Assignments, all.Constraints = make(map[string]verify.RoleSummary), make(map[string]int64)
		all.Region, all.Iterations, all.Schedule = "", 0, verify.ScheduleScore{}
		for _, p := range plans {
			one := summaryOf(p)
			addSummary(all, one)
			all.Regions = append(all.Regions, *one)
		}
	}
	out, err := json.MarshalIndent(all, "", " ")
	if err != nil {
		return nil, err
	}
	return append(out, '\n'), nil
}

func summaryOf(p *planner.Plan) *verify.Summary {
	s := &verify.Summary{
		Version: planVersion, Region: p.Region, From: p.From, To: p.To, Seed: p.Seed, Iterations: p.Iterations, MaxChanges: &p.MaxChanges,
		Assignments: make(map[string]verify.RoleSummary), Schedule: verify.ScheduleScore(p.Schedule), Constraints: amountsOf(p.Constraints),
	}
	for i := range p.Roles {
		r := &p.Roles[i]
		made, role := roleSummary(r), s.Assignments[r.Role]
		if r.Kind == planner.Backup {
			role.Backup = &made
		} else {
			role = made
		}
		s.Assignments[r.Role] = role
	}
	return s
}

func roleSummary(r *planner.RoleResult) verify.RoleSummary {
	out := emptyRole()
	out.Cost, out.Bound, out.Gap, out.Rest = r.Cost, r.Bound, r.Gap(), r.Rest
	out.Multipliers = append(out.Multipliers, r.Multipliers...)
	out.Constraints = amountsOf(r.Constraints)
	for _, l := range r.Loads {
		out.Loads = append(out.Loads, verify.LoadRow(l))
	}
	for _, a := range r.Areas {
		out.Areas = append(out.Areas, verify.AreaRow(a))
	}
	out.Changed, out.Travel = r.Changed, verify.TravelRow(r.Travel)
	for _, s := range r.Shortages {
		out.Shortages = append(out.Shortages, verify.ShortageRow{
			District: s.District, Locations: s.Locations, Minutes: s.Minutes, FTE: float64(s.FTE) / 100,
		})
	}
	return out
}

// emptyRole has no nil lists: they are written as [].
func emptyRole() verify.RoleSummary {
	return verify.RoleSummary{Multipliers: []int64{}, Loads: []verify.LoadRow{}, Constraints: make(map[string]int64)}
}

func amountsOf(amounts []planner.Amount) map[string]int64 {
	out := make(map[string]int64, len(amounts))
	for _, a := range amounts {
		out[a.Constraint] += a.Value
	}
	return out
}

// addSummary sums another region into s.
func addSummary(s, other *verify.Summary) {
	s.From, s.To = min(s.From, other.From), max(s.To, other.To)
	s.Iterations += other.Iterations
	s.Schedule.Hard += other.Schedule.Hard
	s.Schedule.Medium += other.Schedule.Medium
	s.Schedule.Soft += other.Schedule.Soft
	addAmounts(s.Constraints, other.Constraints)
	for id, role := range other.Assignments {
		sum, known := s.Assignments[id]
		if !known {
			sum = emptyRole()
		}
		addRole(&sum, &role)
		s.Assignments[id] = sum
	}
}

func addRole(r, other *verify.RoleSummary) {
	sum := planner.RoleResult{Cost: r.Cost + other.Cost, Bound: r.Bound + other.Bound}
	r.Cost, r.Bound, r.Gap = sum.Cost, sum.Bound, sum.Gap()
	r.Rest += other.Rest
	r.Changed += other.Changed
	r.Travel.Locations += other.Travel.Locations
	r.Travel.Before += other.Travel.Before
	r.Travel.After += other.Travel.After
	addAmounts(r.Constraints, other.Constraints)
	if other.Backup == nil {
		return
	}
	if r.Backup == nil {
		backup := emptyRole()
		r.Backup = &backup
	}
	addRole(r.Backup, other.Backup)
}

func addAmounts(to, from map[string]int64) {
	for name, value := range from {
		to[name] += value
	}
}
