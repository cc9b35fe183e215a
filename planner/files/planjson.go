package files

import (
	"encoding/json"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
)

// planVersion is the version of the plan folder's format.
const planVersion = "1"

// summaryJSON is plan.json, or the part of one region in it.
type summaryJSON struct {
	Version     string               `json:"version"`
	Region      string               `json:"region"`
	From        calendar.Date        `json:"from"`
	To          calendar.Date        `json:"to"`
	Seed        uint64               `json:"seed"`
	Iterations  int                  `json:"iterations"`
	MaxChanges  int                  `json:"max_changes"`
	Assignments map[string]*roleJSON `json:"assignments"`
	Schedule    scoreJSON            `json:"schedule"`
	Constraints map[string]int64     `json:"constraints"`
	Regions     []*summaryJSON       `json:"regions,omitempty"`
}

type roleJSON struct {
	Cost        int64            `json:"cost"`
	Bound       int64            `json:"bound"`
	Gap         float64          `json:"gap"`
	Multipliers []int64          `json:"multipliers"`
	Rest        int64            `json:"rest"`
	Loads       []loadJSON       `json:"loads"`
	Constraints map[string]int64 `json:"constraints"`
	Backup      *roleJSON        `json:"backup,omitempty"`
}

type loadJSON struct {
	Staff     string `json:"staff"`
	Load      int64  `json:"load"`
	Capacity  int64  `json:"capacity"`
	Locations int    `json:"locations"`
}

type scoreJSON struct {
	Hard   int64 `json:"hard"`
	Medium int64 `json:"medium"`
	Soft   int64 `json:"soft"`
}

// planJSON renders plan.json: a plan, or the sums of several with each apart.
func planJSON(plans []*planner.Plan) ([]byte, error) {
	all := summaryOf(plans[0])
	if len(plans) > 1 {
		all.Assignments, all.Constraints = make(map[string]*roleJSON), make(map[string]int64)
		all.Region, all.Iterations, all.Schedule = "", 0, scoreJSON{}
		for _, p := range plans {
			one := summaryOf(p)
			all.add(one)
			all.Regions = append(all.Regions, one)
		}
	}
	out, err := json.MarshalIndent(all, "", " ")
	if err != nil {
		return nil, err
	}
	return append(out, '\n'), nil
}

func summaryOf(p *planner.Plan) *summaryJSON {
	s := &summaryJSON{
		Version: planVersion, Region: p.Region, From: p.From, To: p.To, Seed: p.Seed, Iterations: p.Iterations, MaxChanges: p.MaxChanges,
		Assignments: make(map[string]*roleJSON), Schedule: scoreJSON(p.Schedule), Constraints: amountsOf(p.Constraints),
	}
	for i := range p.Roles {
		r := &p.Roles[i]
		role := s.role(r.Role)
		if r.Kind == planner.Backup {
			role.Backup = &roleJSON{}
			role = role.Backup
		}
		fillRole(role, r)
	}
	return s
}

// role returns the entry of a role, which its primaries and backups share.
func (s *summaryJSON) role(id string) *roleJSON {
	if s.Assignments[id] == nil {
		s.Assignments[id] = newRoleJSON()
	}
	return s.Assignments[id]
}

func newRoleJSON() *roleJSON {
	return &roleJSON{Multipliers: []int64{}, Loads: []loadJSON{}, Constraints: make(map[string]int64)}
}

func fillRole(to *roleJSON, r *planner.RoleResult) {
	to.Cost, to.Bound, to.Gap, to.Rest = r.Cost, r.Bound, r.Gap(), r.Rest
	to.Multipliers = append([]int64{}, r.Multipliers...)
	to.Constraints = amountsOf(r.Constraints)
	to.Loads = make([]loadJSON, len(r.Loads))
	for i, l := range r.Loads {
		to.Loads[i] = loadJSON(l)
	}
}

func amountsOf(amounts []planner.Amount) map[string]int64 {
	out := make(map[string]int64, len(amounts))
	for _, a := range amounts {
		out[a.Constraint] += a.Value
	}
	return out
}

// add sums another region into s.
func (s *summaryJSON) add(other *summaryJSON) {
	s.From, s.To = min(s.From, other.From), max(s.To, other.To)
	s.Iterations += other.Iterations
	s.Schedule.Hard += other.Schedule.Hard
	s.Schedule.Medium += other.Schedule.Medium
	s.Schedule.Soft += other.Schedule.Soft
	addAmounts(s.Constraints, other.Constraints)
	for id, role := range other.Assignments {
		s.role(id).add(role)
	}
}

func (r *roleJSON) add(other *roleJSON) {
	sum := planner.RoleResult{Cost: r.Cost + other.Cost, Bound: r.Bound + other.Bound}
	r.Cost, r.Bound, r.Gap = sum.Cost, sum.Bound, sum.Gap()
	r.Rest += other.Rest
	addAmounts(r.Constraints, other.Constraints)
	if other.Backup == nil {
		return
	}
	if r.Backup == nil {
		r.Backup = newRoleJSON()
	}
	r.Backup.add(other.Backup)
}

func addAmounts(to, from map[string]int64) {
	for name, value := range from {
		to[name] += value
	}
}
