package planner

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner/assign"
)

// assignAll solves the roles one after another – earlier ones are faces for the
// later – and writes their rows into the plan.
func (f *formulation) assignAll(ctx context.Context, o Options, p *Plan) (teams, error) {
	t := teams{}
	faces, spent := make([][]string, len(f.state.Locations)), map[string]int64{}
	roles := f.assignedRoles()
	if err := f.checkPins(roles); err != nil {
		return nil, err
	}
	problems := countProblems(roles)
	for i, role := range roles {
		o.report("assign", i, len(roles))
		problem := f.formulatePrimary(role, faces, spent, o.MaxChanges)
		options := o.assign(problems)
		if o.Better != nil {
			options.Progress = func(g assign.Progress) { o.Better(role.ID, g.Score) }
		}
		find := solveRole
		if role.Assign == ByDistrict {
			find = f.solveWhole
		}
		result, err := find(ctx, problem, options)
		if err != nil {
			return nil, err
		}
		problem.Ties = f.ties(problem, t)
		if err := f.gather(ctx, problem, result); err != nil {
			return nil, err
		}
		if err := f.unexplainedPins(problem, result); err != nil {
			return nil, err
		}
		for i, m := range problem.staff {
			spent[f.state.Staff[m].Organisation] += result.Loads[i]
		}
		team := team{primary: f.servers(problem, result.Staff)}
		for l, s := range team.primary {
			if !slices.Contains(faces[l], s) {
				faces[l] = append(faces[l], s)
			}
		}
		f.interpretRole(p, problem, result)
		if role.Backup {
			if team.backup, err = f.assignBackups(ctx, o.assign(problems), p, problem, result, team.primary); err != nil {
				return nil, err
			}
		}
		t[role.ID] = team
		p.Iterations += result.Iterations
	}
	return t, nil
}

// solveRole solves one problem and has the answer proved before anybody uses
// it: the verifier shares no code with the search.
func solveRole(ctx context.Context, p *roleProblem, o assign.Options) (*assign.Result, error) {
	r := assign.Solve(ctx, p.Problem, o)
	return r, p.prove(r)
}

func (p *roleProblem) prove(r *assign.Result) error {
	if faults := assign.Verify(p.Problem, r); len(faults) > 0 {
		return fmt.Errorf("role %s, %s: the assignment found breaks its own rules: %s", p.role.ID, p.kind, faults[0].Message)
	}
	return nil
}

// assignBackups solves the second, lighter assignment of a role.
func (f *formulation) assignBackups(
	ctx context.Context, o assign.Options, p *Plan, primary *roleProblem, r *assign.Result, first map[int]string,
) (map[int]string, error) {
	left := map[string]int64{}
	for i, s := range primary.staff {
		left[f.state.Staff[s].ID] = primary.Staff[i].Capacity - r.Loads[i]
	}
	problem := f.formulateBackup(primary.role, first, left)
	result, err := solveRole(ctx, problem, o)
	if err != nil {
		return nil, err
	}
	if err := f.gather(ctx, problem, result); err != nil {
		return nil, err
	}
	if err := f.unexplainedPins(problem, result); err != nil {
		return nil, err
	}
	f.interpretRole(p, problem, result)
	p.Iterations += result.Iterations
	return f.servers(problem, result.Staff), nil
}

func (f *formulation) assignedRoles() []*Role {
	var out []*Role
	for i := range f.state.Programme.Roles {
		if r := &f.state.Programme.Roles[i]; r.Assign != NotAssigned {
			out = append(out, r)
		}
	}
	return out
}

// countProblems returns how many problems the roles are: backups are one more.
func countProblems(roles []*Role) int {
	n := len(roles)
	for _, r := range roles {
		if r.Backup {
			n++
		}
	}
	return n
}

// assignIterations is how many iterations of the visits' search take about as
// long as one of the assignment's.
const assignIterations = 200

// assign returns the options of one of so many problems.
func (o Options) assign(problems int) assign.Options {
	out := assign.Options{Seed: o.Seed, Workers: o.Workers}
	if o.Iterations > 0 {
		out.Iterations = max(1, o.Iterations/assignIterations)
	} else {
		out.Seconds = o.seconds() * o.whoShare() / float64(problems)
	}
	return out
}

// servers returns who serves each location, by location index.
func (f *formulation) servers(p *roleProblem, staff []int) map[int]string {
	out := map[int]string{}
	for i, s := range staff {
		if s == assign.None {
			continue
		}
		for _, l := range p.items[i].locations {
			out[l] = f.state.Staff[p.staff[s]].ID
		}
	}
	return out
}

// interpretRole turns a solved role into rows of the plan.
func (f *formulation) interpretRole(p *Plan, problem *roleProblem, r *assign.Result) {
	out := RoleResult{
		Role: problem.role.ID, Kind: problem.kind, Cost: r.Certified(), Bound: r.Bound,
		Multipliers: r.Multipliers, Rest: assign.Rest(problem.Problem, r.Staff),
	}
	var sum assign.Amounts
	counts := make([]int, len(problem.staff))
	reasons := assign.NewReasons(problem.Problem, r.Staff)
	out.Shortages = f.shortages(problem, r.Staff)
	f.noteShortages(&out)
	for i, s := range r.Staff {
		if s != assign.None {
			counts[s] += len(problem.items[i].locations)
		}
		rows := f.assigned(problem, r, i, reasons, &sum)
		for k := range rows {
			if rows[k].Changed {
				out.Changed++
			}
		}
		p.Assignments = append(p.Assignments, rows...)
	}
	out.Travel = f.travelChange(problem, r.Staff)
	sum.Balance += out.Rest
	out.Constraints = assignAmounts(sum)
	for i, s := range problem.staff {
		out.Loads = append(out.Loads, Load{
			Staff: f.state.Staff[s].ID, Load: r.Loads[i], Capacity: problem.Staff[i].Capacity, Locations: counts[i],
		})
	}
	if problem.kind == Primary {
		out.Areas = f.areas(problem, r.Staff)
	}
	p.Roles = append(p.Roles, out)
}

// assigned returns the rows of one item: one for each of its locations, with
// the location's own travel and change; what belongs to a district as a whole is
// on the last. It adds the amounts to sum.
func (f *formulation) assigned(p *roleProblem, r *assign.Result, i int, reasons assign.Reasons, sum *assign.Amounts) []Assigned {
	var out []Assigned
	e := reasons.Explain(i)
	rest := e.Amounts
	locations := p.items[i].locations
	for k, l := range locations {
		loc := &f.state.Locations[l]
		row := Assigned{
			Location: loc.ID, District: loc.District, Role: p.role.ID, Kind: p.kind,
			From: max(f.period.From, loc.Opened), To: calendar.NoDate, Reason: f.whoReason(p, &e),
		}
		var own assign.Amounts
		if s := r.Staff[i]; s != assign.None {
			own.Travel, own.Change = f.fillServed(p, &row, s, l), f.changeCharge(p, l, s)
			if row.Changed {
				row.Reason.Former = f.formerReason(p, reasons, i, l)
			}
		}
		if k == len(locations)-1 {
			rest.Travel, rest.Change = own.Travel, own.Change
			own = rest
		}
		addAmounts(sum, own)
		row.Reason.Amounts = assignAmounts(own)
		out = append(out, row)
	}
	return out
}

func addAmounts(sum *assign.Amounts, a assign.Amounts) {
	sum.Travel += a.Travel
	sum.Coupled += a.Coupled
	sum.District += a.District
	sum.Change += a.Change
	sum.Balance += a.Balance
	sum.Scattered += a.Scattered
	sum.Pair += a.Pair
}

// fillServed writes who serves a location into its row and returns the travel
// in hundredths of a minute.
func (f *formulation) fillServed(p *roleProblem, row *Assigned, s, l int) (travel int64) {
	m := &f.state.Staff[p.staff[s]]
	row.Staff = m.ID
	travel, row.MinutesYear = f.service(m, p.role, l)
	row.TravelMinutesYear = (travel + 50) / 100
	if p.kind == Backup {
		row.MinutesYear = backupLoad(row.MinutesYear)
	}
	before := f.inForce(p.role.ID, row.Location, p.kind)
	if before == nil {
		return travel
	}
	row.Changed = before.Staff != m.ID
	if !row.Changed {
		row.From = before.From
	}
	return travel
}

// The codes for people who are no candidates: what keeps the others is a rule.
const (
	blockedSkill    = "skill"
	blockedContract = "contract"
)

// partly counts the people with a contract in the role that does not last as
// long as an item's locations are open in the period.
func (f *formulation) partly(p *roleProblem, it item) int {
	n := 0
	for _, s := range p.staff {
		if !f.contractCovers(&f.state.Staff[s], p.role.ID, it.locations) {
			n++
		}
	}
	return n
}

// whoReason says who came second, or what stands in the way of everybody.
func (f *formulation) whoReason(p *roleProblem, e *assign.Explanation) Reason {
	var out Reason
	item := p.items[e.Location]
	if next := e.RunnerUp; next.Staff != assign.None {
		out.RunnerUp, out.Difference = f.staffID(p, next.Staff), next.Difference.Soft
	}
	if e.Staff != assign.None {
		return out
	}
	if len(p.staff) == 0 {
		return Reason{Blocked: []string{"nobody:1"}, Change: "somebody with a contract as " + p.role.ID}
	}
	counts := map[assign.Rule]int{}
	for _, b := range e.Blocked {
		counts[b.Rule]++
	}
	for _, rule := range []assign.Rule{assign.RulePin, assign.RuleCapacity, assign.RuleLocations, assign.RuleGroup, assign.RuleChanges} {
		if counts[rule] > 0 {
			out.Blocked = append(out.Blocked, fmt.Sprintf("%s:%d", rule, counts[rule]))
		}
	}
	if n := f.partly(p, item); n > 0 {
		out.Blocked = append(out.Blocked, fmt.Sprintf("%s:%d", blockedContract, n))
	}
	if len(out.Blocked) == 0 {
		out.Blocked = []string{blockedSkill + ":" + strconv.Itoa(len(p.staff))}
	}
	out.Change = f.smallestLift(p, e.Blocked)
	if out.Change == "" {
		out.Change = f.longerContract(p, item)
	}
	return out
}

// longerContract names the first person whose contract only has to last longer
// for an item.
func (f *formulation) longerContract(p *roleProblem, it item) string {
	for _, s := range p.staff {
		if m := &f.state.Staff[s]; !f.contractCovers(m, p.role.ID, it.locations) {
			first := &f.state.Locations[it.locations[0]]
			want := f.period.Overlap(first.Opened, first.Closed)
			return fmt.Sprintf("contract %s as %s from %s to %s", m.ID, p.role.ID, want.From, want.To)
		}
	}
	return ""
}

// formerReason says what it would mean if item i stayed with the person who had
// location l before.
func (f *formulation) formerReason(p *roleProblem, reasons assign.Reasons, i, l int) *Former {
	out := &Former{Staff: f.inForce(p.role.ID, f.state.Locations[l].ID, p.kind).Staff}
	s := p.dense(f, out.Staff)
	if s == assign.None || !f.contractCovers(&f.state.Staff[p.staff[s]], p.role.ID, []int{l}) {
		out.Blocked = []string{blockedContract}
		return out
	}
	a, ok := reasons.Alternative(i, s)
	if !ok {
		out.Blocked = []string{blockedSkill}
		return out
	}
	for _, b := range a.Blocks {
		out.Blocked = append(out.Blocked, string(b.Rule))
	}
	if len(out.Blocked) == 0 {
		out.Difference = a.Difference.Soft
	}
	return out
}

func (f *formulation) staffID(p *roleProblem, s int) string { return f.state.Staff[p.staff[s]].ID }

// smallestLift names the least capacity that would let somebody serve: the
// blocked person with the least missing whom nothing else blocks.
func (f *formulation) smallestLift(p *roleProblem, blocks []assign.Block) string {
	rules := map[int]int{}
	for _, b := range blocks {
		rules[b.Staff]++
	}
	best := assign.Block{Staff: assign.None}
	for _, b := range blocks {
		if b.Rule == assign.RuleCapacity && rules[b.Staff] == 1 && (best.Staff == assign.None || b.Missing < best.Missing) {
			best = b
		}
	}
	if best.Staff == assign.None {
		return ""
	}
	return fmt.Sprintf("capacity %s +%d minutes (%s)", f.staffID(p, best.Staff), best.Missing, FormatFTE(f.fte(p.role, best.Missing)))
}

// assignAmounts names the amounts of the assignment in table order.
func assignAmounts(a assign.Amounts) []Amount {
	return []Amount{
		{TravelConstraint, a.Travel},
		{FaceConstraint, a.Coupled},
		{PairConstraint, a.Pair},
		{DistrictConstraint, a.District},
		{AreaConstraint, a.Scattered},
		{ChangeConstraint, a.Change},
		{BalanceConstraint, a.Balance},
	}
}
