package planner

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner/schedule"
)

// scheduleAll plans the visits of all demands and writes them, the meetings and
// what stays unplanned into the plan.
func (f *formulation) scheduleAll(ctx context.Context, o Options, p *Plan, t teams) error {
	o.report("visits", 0, 1)
	f.demanded = append(f.demanded, f.handovers(t)...)
	problem := f.formulateVisits(t)
	result, err := f.solveVisits(ctx, o, p, problem)
	if err != nil {
		return err
	}
	f.take(p, problem, result)
	return nil
}

// solveVisits solves a problem and has the answer proved before anybody uses it.
// Who is the plan as far as it is settled.
func (f *formulation) solveVisits(ctx context.Context, o Options, who *Plan, problem *visitProblem) (*schedule.Result, error) {
	o.report("visits", 0, 1)
	options := schedule.Options{Seed: o.Seed, Iterations: o.Iterations, Workers: o.Workers}
	if o.Iterations == 0 {
		options.Seconds = o.seconds() * (1 - o.whoShare())
	}
	if o.Complete != nil {
		first := sync.OnceFunc(o.Complete)
		options.Progress = func(at schedule.Progress) {
			if at.Planned == len(problem.visits) && at.Score.Hard == 0 {
				first()
			}
		}
	}
	o.goOn(&options, len(problem.visits))
	o.tellHalfway(who, &options)
	result := schedule.Solve(ctx, problem.Problem, options)
	for _, fault := range schedule.Verify(problem.Problem, result) {
		if !fault.Forced {
			return nil, fmt.Errorf("the schedule found breaks its own rules: %s", fault.Message)
		}
	}
	o.report("visits", 1, 1)
	return result, nil
}

// take writes a solved problem into the plan, with its sums.
func (f *formulation) take(p *Plan, problem *visitProblem, result *schedule.Result) {
	p.Iterations += result.Iterations
	p.Schedule = Score(result.Score)
	f.interpretVisits(p, problem, result)
	p.Schedule.Medium = f.relabel(p)
	p.Constraints = f.totals(p)
}

// interpretVisits turns placements into visits and unplanned rows, fixed stops
// into meetings.
func (f *formulation) interpretVisits(p *Plan, problem *visitProblem, r *schedule.Result) {
	legs := problem.legs(r.Placements)
	reasons := f.reasons(problem, r.Placements)
	f.nameVisits(problem)
	for v, place := range r.Placements {
		e := reasons.Explain(v)
		if place == nil {
			p.Unplanned = append(p.Unplanned, f.unplanned(problem, v, &e))
			if told := problem.visits[v].told; told != nil {
				p.Visits = append(p.Visits, cancelled(told, e.Amounts.Move))
			}
			continue
		}
		p.Visits = append(p.Visits, f.visit(problem, v, place, legs, &e))
	}
	if f.replan != nil {
		f.remember(p)
	}
	p.Visits = append(p.Visits, f.meetings(problem, legs)...)
	for _, ref := range problem.orphans {
		p.Unplanned = append(p.Unplanned, f.orphan(ref))
	}
	for _, ref := range problem.clashes {
		p.Unplanned = append(p.Unplanned, f.clash(ref))
	}
	slices.SortStableFunc(p.Visits, func(a, b Visit) int {
		return cmp.Or(a.Start.Compare(b.Start), cmp.Compare(a.ID, b.ID))
	})
	slices.SortStableFunc(p.Unplanned, func(a, b Unplanned) int {
		return cmp.Or(cmp.Compare(a.Location, b.Location), cmp.Compare(a.Requirement, b.Requirement), cmp.Compare(a.Level, b.Level))
	})
}

// nameVisits gives each visit its id: what was told keeps its own.
func (f *formulation) nameVisits(p *visitProblem) {
	for v := range p.visits {
		if told := p.visits[v].told; told != nil {
			p.visits[v].id = told.ID
		} else {
			p.visits[v].id = f.newID(p.visits[v])
		}
	}
}

// visit turns one placement into a visit.
func (f *formulation) visit(
	p *visitProblem, v int, place *schedule.Placement, legs map[legKey]leg, e *schedule.Explanation,
) Visit {
	ref := p.visits[v]
	req, vt, loc := f.target(&f.demanded[ref.demand])
	date := p.days[place.Day]
	out := Visit{
		ID:       ref.id,
		Location: loc.ID, District: loc.District, VisitType: vt.ID, Requirement: req.ID, Status: Planned,
		Start: date.At(calendar.Clock(place.Start), f.zone),
		End:   date.At(calendar.Clock(place.Start)+calendar.Clock(vt.Minutes), f.zone),
	}
	if p.Visits[v].Pinned {
		out.Status = Pinned
	}
	for i, s := range place.Staff {
		out.Crew = append(out.Crew, CrewMember{
			Role: f.roleOf(ref.roles[i], req, s), Staff: f.state.Staff[s].ID,
			TravelMinutes: int(legs[legKey{visit: v, staff: s}].minutes),
		})
	}
	out.Reason = f.whenReason(p, date, loc, e)
	return out
}

// roleOf returns the role in which somebody takes part: for a pool, the role of
// the pool that the person has.
func (f *formulation) roleOf(role string, req *Requirement, s int) string {
	for _, r := range req.Pool {
		if slices.Contains(req.Pool, role) && f.hasRole(&f.state.Staff[s], r) {
			return r
		}
	}
	return role
}

// whenReason names the amounts of a visit and the next best moment.
func (f *formulation) whenReason(p *visitProblem, date calendar.Date, loc *Location, e *schedule.Explanation) Reason {
	out := Reason{Amounts: f.whenAmounts(e.Amounts, loc, date)}
	if next := e.RunnerUp; next != nil {
		out.RunnerUp = f.moment(p, next.Placement)
		out.Difference = next.Difference
	}
	return out
}

// whenAmounts names the amounts of a visit: what a window costs beyond the school
// holidays is for want of parents.
func (f *formulation) whenAmounts(a schedule.Amounts, loc *Location, date calendar.Date) []Amount {
	school := min(a.Window, f.holidayCharge(loc, date))
	return []Amount{
		{TravelConstraint, a.Travel},
		{SpacingConstraint, a.Spacing},
		{SchoolConstraint, school},
		{ParentsConstraint, a.Window - school},
		{BackupConstraint, a.Person},
		{SmoothConstraint, a.Smooth},
		{MoveConstraint, a.Move},
	}
}

// moment names a placement: who and when.
func (f *formulation) moment(p *visitProblem, m *schedule.Placement) string {
	ids := make([]string, len(m.Staff))
	for i, s := range m.Staff {
		ids[i] = f.state.Staff[s].ID
	}
	return fmt.Sprintf("%s %s %s", strings.Join(ids, "+"), p.days[m.Day], calendar.Clock(m.Start))
}

// meetings turns the fixed stops that are meetings into visits: one for each
// occurrence, with everybody who attends.
func (f *formulation) meetings(p *visitProblem, legs map[legKey]leg) []Visit {
	type key struct {
		meeting string
		date    calendar.Date
	}
	index := map[key]int{}
	var out []Visit
	for i, ref := range p.fixed {
		m := ref.meeting
		if m == nil {
			continue
		}
		k := key{m.ID, ref.date}
		at, ok := index[k]
		if !ok {
			at = len(out)
			index[k] = at
			out = append(out, f.meetingVisit(m, ref.date))
		}
		l := legs[legKey{visit: schedule.None, staff: ref.staff, fixed: i}]
		out[at].Crew = append(out[at].Crew, CrewMember{
			Role: f.state.Staff[ref.staff].rolesOn(ref.date)[0], Staff: f.state.Staff[ref.staff].ID, TravelMinutes: int(l.minutes),
		})
		out[at].Reason.Amounts[0].Value += l.cost
	}
	return out
}

func (f *formulation) meetingVisit(m *Meeting, date calendar.Date) Visit {
	out := Visit{
		ID: fmt.Sprintf("%s-%s", m.ID, date), Location: m.Location, VisitType: "meeting", Requirement: m.ID,
		Meeting: true, Status: Planned,
		Start:  date.At(m.Clock, f.zone),
		End:    date.At(m.span().To, f.zone),
		Reason: Reason{Amounts: []Amount{{TravelConstraint, 0}}},
	}
	if m.Location != "" {
		out.District = f.state.Locations[f.locationIndex(m.Location)].District
	}
	return out
}

// orphan reports a visit that was no part of the dense problem.
func (f *formulation) orphan(ref visitRef) Unplanned {
	out := f.undone(ref)
	out.Reason = Reason{Blocked: []string{ref.blocked + ":1"}, Change: ref.change}
	for _, role := range ref.roles {
		district := f.state.Locations[f.demanded[ref.demand].location].District
		if short, ok := f.short[[2]string{role, district}]; ok && ref.blocked == blockedUnassigned {
			out.Reason.Change += ": " + short.Sentence(f.state)
			break
		}
	}
	return out
}

// relabel gives the unplanned visits their level by count – as long as what is
// done and planned meets the minimum, only targets are missing – and returns
// what they weigh. It matters for visits that cannot stand in for each other,
// such as those on a location's own meetings.
func (f *formulation) relabel(p *Plan) int64 {
	type key struct{ location, requirement string }
	missing := map[key]int{}
	for i := range f.demanded {
		d := &f.demanded[i]
		req, _, loc := f.target(d)
		missing[key{loc.ID, req.ID}] = d.minimum - d.done
	}
	for i := range p.Visits {
		if v := &p.Visits[i]; !v.Meeting && v.Status != Cancelled && v.date() >= f.first {
			missing[key{v.Location, v.Requirement}]--
		}
	}
	var medium int64
	for i := range p.Unplanned {
		u := &p.Unplanned[i]
		if u.MissedMeeting() {
			continue
		}
		k := key{u.Location, u.Requirement}
		u.Level = Target
		if missing[k] > 0 {
			u.Level = Minimum
			missing[k]--
		}
		medium += u.Level.priority()
	}
	return medium
}

// undone returns the row of a visit that is not planned, without its reason.
func (f *formulation) undone(ref visitRef) Unplanned {
	d := &f.demanded[ref.demand]
	req, _, loc := f.target(d)
	return Unplanned{Location: loc.ID, Role: req.Role, Requirement: req.ID, Level: ref.level, DueBy: f.possible(d).To}
}

// clash reports a meeting that somebody cannot attend because of another one.
func (f *formulation) clash(ref fixedRef) Unplanned {
	m := &f.state.Staff[ref.staff]
	return Unplanned{
		Location: ref.meeting.Location, Role: m.rolesOn(ref.date)[0], Requirement: ref.meeting.ID, Level: Target, DueBy: ref.date,
		Reason: Reason{
			Blocked: []string{blockedMeeting + ":1"},
			Change:  fmt.Sprintf("move %s on %s for %s", ref.meeting.ID, ref.date, m.ID),
		},
	}
}

// totals returns the sum of each soft constraint over all visits, in table
// order.
func (f *formulation) totals(p *Plan) []Amount {
	sums := map[string]int64{}
	for i := range p.Visits {
		for _, a := range p.Visits[i].Reason.Amounts {
			sums[a.Constraint] += a.Value
		}
	}
	var out []Amount
	for _, c := range SoftConstraints(When) {
		out = append(out, Amount{c.Name, sums[c.Name]})
	}
	return out
}
