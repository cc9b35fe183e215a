package planner

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/wijkplanner/wijkplanner/planner/schedule"
)

// moved is the plan with the visit where it is asked for.
func (v *visitMover) moved() *Plan {
	out := *v.plan
	out.Visits = slices.Clone(v.f.replan.published.Visits)
	at := map[string]*Visit{}
	for i := range out.Visits {
		x := &out.Visits[i]
		x.Crew = slices.Clone(x.Crew)
		x.Reason.Amounts = slices.DeleteFunc(slices.Clone(x.Reason.Amounts), func(a Amount) bool { return a.Constraint == MoveConstraint && a.Value != 0 })
		at[x.ID] = x
	}
	x := at[v.told.ID]
	x.Start, x.End, x.Status = v.out.Is.Start, v.out.Is.End, Pinned
	req, _, _ := v.f.target(v.demand())
	for i, s := range v.is[v.dense].Staff {
		x.Crew[i].Staff = v.f.state.Staff[s].ID
		x.Crew[i].Role = v.f.roleOf(v.p.visits[v.dense].roles[i], req, s)
	}
	v.retravel(at)
	v.reprice(at)
	x.Reason.RunnerUp, x.Reason.Difference = v.f.moment(v.p, v.was[v.dense]), -v.out.Difference.Soft
	out.Unplanned = v.unplanned()
	slices.SortStableFunc(out.Visits, func(a, b Visit) int {
		return cmp.Or(a.Start.Compare(b.Start), cmp.Compare(a.ID, b.ID))
	})
	out.Constraints = v.f.totals(&out)
	out.Schedule.Soft = 0
	for _, a := range out.Constraints {
		out.Schedule.Soft += a.Value
	}
	return &out
}

// retravel gives every stop whose journey changed the new one, and charges the
// stops that are no visits of the problem for it.
func (v *visitMover) retravel(at map[string]*Visit) {
	was, is := v.p.legs(v.was), v.p.legs(v.is)
	for key, now := range is {
		before, known := was[key]
		if known && before == now {
			continue
		}
		x := at[v.stopID(key)]
		if x == nil {
			continue
		}
		for i := range x.Crew {
			if x.Crew[i].Staff == v.f.state.Staff[key.staff].ID {
				x.Crew[i].TravelMinutes = int(now.minutes)
			}
		}
		if key.visit == schedule.None {
			x.Reason.add(TravelConstraint, now.cost-before.cost)
		}
	}
}

// stopID is the id of the visit or meeting that a stop is, "" for neither.
func (v *visitMover) stopID(key legKey) string {
	if key.visit != schedule.None {
		return v.idOf(key.visit)
	}
	if id, stands := v.still[key.fixed]; stands {
		return id
	}
	if ref := v.p.fixed[key.fixed]; ref.meeting != nil {
		return fmt.Sprintf("%s-%s", ref.meeting.ID, ref.date)
	}
	return ""
}

func (v *visitMover) idOf(dense int) string {
	if told := v.p.visits[dense].told; told != nil {
		return told.ID
	}
	return ""
}

// reprice gives every visit whose share of the cost changed the new one.
func (v *visitMover) reprice(at map[string]*Visit) {
	was, is := schedule.NewReasons(v.p.Problem, v.was), schedule.NewReasons(v.p.Problem, v.is)
	for i := range v.p.Visits {
		x := at[v.idOf(i)]
		if x == nil || v.was[i] == nil {
			continue
		}
		_, _, loc := v.f.target(&v.f.demanded[v.p.visits[i].demand])
		before := v.f.whenAmounts(was.Amounts(i), loc, v.p.days[v.was[i].Day])
		for k, a := range v.f.whenAmounts(is.Amounts(i), loc, v.p.days[v.is[i].Day]) {
			x.Reason.add(a.Constraint, a.Value-before[k].Value)
		}
	}
}

// add raises an amount of a reason.
func (r *Reason) add(constraint string, by int64) {
	if by == 0 {
		return
	}
	i := slices.IndexFunc(r.Amounts, func(a Amount) bool { return a.Constraint == constraint })
	if i < 0 {
		r.Amounts = append(r.Amounts, Amount{constraint, by})
		return
	}
	r.Amounts[i].Value += by
}

// unplanned is the list of the plan's unplanned visits, with what stands in the
// way of each now.
func (v *visitMover) unplanned() []Unplanned {
	v.f.nameVisits(v.p)
	fresh := map[promiseKey][]Reason{}
	reasons := v.f.reasons(v.p, v.is)
	for i := range v.p.Visits {
		if v.is[i] == nil {
			e := reasons.Explain(i)
			u := v.f.unplanned(v.p, i, &e)
			if room := reasons.Recommend(i, 1); len(room) > 0 {
				u.Reason = v.f.fits(v.p, room[0].Placement)
			}
			fresh[promiseKey{u.Location, u.Requirement}] = append(fresh[promiseKey{u.Location, u.Requirement}], u.Reason)
		}
	}
	out := slices.Clone(v.plan.Unplanned)
	for i := range out {
		key := promiseKey{out[i].Location, out[i].Requirement}
		if all := fresh[key]; len(all) > 0 && !out[i].MissedMeeting() {
			out[i].Reason, fresh[key] = all[0], all[1:]
		}
	}
	return out
}

// blockedNothing is the code of an unplanned visit that fits again since another one
// moved: planning again finds it a place.
const blockedNothing = "free"

// fits is the reason of an unplanned visit for which there is room.
func (f *formulation) fits(p *visitProblem, at *schedule.Placement) Reason {
	return Reason{
		Blocked: []string{blockedNothing + ":1"},
		Change:  fmt.Sprintf("%s %s on %s", blockedNothing, f.state.Staff[at.Staff[0]].ID, p.days[at.Day]),
	}
}

// Fits reports whether an unplanned visit has room since another one moved.
func (r *Reason) Fits() bool { return strings.HasPrefix(r.Change, blockedNothing+" ") }

// Mover returns the visit that has to move for an unplanned one, by the code of
// its smallest change: the id of what has to give way, "" where nothing has.
func (r *Reason) Mover() string {
	_, what, given := strings.Cut(r.Change, " without ")
	if !given || what == aBreak {
		return ""
	}
	return what
}
