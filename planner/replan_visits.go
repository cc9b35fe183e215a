package planner

import (
	"context"
	"fmt"
	"slices"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner/schedule"
)

// scheduleAgain plans the visits from today on, beginning with what was told.
func (f *formulation) scheduleAgain(ctx context.Context, out *Replanned, who *Plan, t teams) error {
	f.demanded = append(f.demanded, f.handovers(t)...)
	problem := f.formulateVisits(t)
	problem.MaxMoves = f.replan.o.MaxMoves
	f.freeze(problem)
	result, err := f.solveVisits(ctx, f.replan.o.Options, who, problem)
	if err != nil {
		return err
	}
	f.take(out.Plan, problem, result)
	f.noteChanges(out, problem, result)
	return nil
}

// told returns for each open visit of a demand the published visit that it is,
// or nil. Visits on the location's own meetings keep their meeting where it
// still is. What is published beyond what is due falls away: first visits too
// near to one that was made since, then the last.
func (f *formulation) told(d *demand) []*Visit {
	out := make([]*Visit, d.open())
	if f.replan == nil {
		return out
	}
	req, _, loc := f.target(d)
	due := slices.Clone(f.replan.due[promiseKey{loc.ID, req.ID}])
	var free []int // open visits that have an occasion
	for k := range out {
		if _, blocked, _ := d.occasion(k); blocked == "" {
			free = append(free, k)
		}
	}
	for d.anchors != nil {
		k, v := d.sameMeeting(free, due)
		if v < 0 {
			break
		}
		out[free[k]] = due[v]
		free, due = slices.Delete(free, k, k+1), slices.Delete(due, v, v+1)
	}
	for len(due) > len(free) {
		i := slices.IndexFunc(due, func(v *Visit) bool { return d.tooSoon(v.date()) })
		if i < 0 {
			i = len(due) - 1
		}
		f.replan.dropped = append(f.replan.dropped, due[i])
		due = slices.Delete(due, i, i+1)
	}
	for i, v := range due {
		out[free[i]] = v
	}
	return out
}

// drop lets a published visit fall away that nobody can make; nil is none.
func (f *formulation) drop(told *Visit) {
	if told != nil {
		f.replan.dropped = append(f.replan.dropped, told)
	}
}

// dropUnpromised lets the published visits fall away that no demand is about:
// the location is gone, or the requirement.
func (f *formulation) dropUnpromised() {
	if f.replan == nil {
		return
	}
	promised := map[promiseKey]bool{}
	for i := range f.demanded {
		req, _, loc := f.target(&f.demanded[i])
		promised[promiseKey{loc.ID, req.ID}] = true
	}
	for i := range f.replan.published.Visits {
		v := &f.replan.published.Visits[i]
		if !v.Meeting && v.Status != Cancelled && v.date() >= f.first && !promised[promiseKey{v.Location, v.Requirement}] {
			f.replan.dropped = append(f.replan.dropped, v)
		}
	}
}

// sameMeeting finds an open anchored visit and a published one on the same day.
func (d *demand) sameMeeting(free []int, due []*Visit) (k, v int) {
	for k, open := range free {
		for v := range due {
			if due[v].date() == d.anchors[open].date {
				return k, v
			}
		}
	}
	return -1, -1
}

// shift says who may make an open visit and when: before a location changes
// hands those who have it, from then on those who get it.
type shift struct {
	crew     [][]schedule.Option
	roles    []string
	from, to calendar.Date
}

// shiftOf returns the shift of an open visit, told as it was published or new
// (nil): who serves the location on the day that was told, or in the end, and
// the days on which they all do.
func (f *formulation) shiftOf(d *demand, told *Visit, now shift) shift {
	if f.replan == nil || d.handover != nil {
		return now
	}
	req, _, loc := f.target(d)
	on, changes := teams{}, false
	for _, role := range slices.Concat([]string{req.Role}, req.With, req.Pool) {
		t := team{primary: map[int]string{}, backup: map[int]string{}}
		for kind, of := range map[AssignmentKind]map[int]string{Primary: t.primary, Backup: t.backup} {
			a, others := f.replan.server(assignedKey{loc.ID, role, kind}, told)
			if of[d.location] = a.Staff; !others {
				continue
			}
			changes = true
			if now.from = max(now.from, a.From); a.To != calendar.NoDate && (now.to == calendar.NoDate || a.To < now.to) {
				now.to = a.To
			}
		}
		on[role] = t
	}
	if changes {
		now.crew, now.roles = f.crew(d, on)
	}
	return now
}

// server returns the row of who serves a location on the day of a published
// visit, or in the end, and whether there are other rows besides.
func (r *replanning) server(key assignedKey, told *Visit) (a Assigned, others bool) {
	rows := r.serving[key]
	if len(rows) == 0 {
		return Assigned{}, false
	}
	a = rows[len(rows)-1]
	for _, x := range rows {
		if told != nil && within(told.date(), x.From, x.To) {
			a = x
		}
	}
	return a, len(rows) > 1
}

// publish makes the last added visit the published one that it is, with the
// charge for moving it.
func (f *formulation) publish(p *visitProblem, told *Visit) {
	v := &p.Visits[len(p.Visits)-1]
	day := slices.Index(p.days, told.date())
	if day < 0 || len(told.Crew) != len(v.Crew) {
		return
	}
	place := &schedule.Placement{Day: day, Start: int32(told.clock())}
	for _, c := range told.Crew {
		s := f.staffIndex(c.Staff)
		if s < 0 {
			return
		}
		place.Staff = append(place.Staff, s)
	}
	v.Published, v.Move = place, f.moveCharge(told.date())
}

// clock returns the local time of day at which a visit starts.
func (v *Visit) clock() calendar.Clock {
	return calendar.Clock(v.Start.Hour()*60 + v.Start.Minute())
}

// moveCharge returns what it costs to move a visit published for a day: as
// little as half the weight for a draft, once the weight at the end of what is
// published, growing to three times the weight today.
func (f *formulation) moveCharge(d calendar.Date) int64 {
	told := int64(f.state.Programme.Assume(PublishedDays, "", f.period.From))
	left := int64(d - f.replan.o.Today)
	if left > told {
		return max(1, f.weights.Move/2)
	}
	return f.weights.Move * (3*told - 2*left) / told
}

// frozenUntil returns the first day after the near term.
func (f *formulation) frozenUntil() calendar.Date {
	return f.replan.o.Today + calendar.Date(f.state.Programme.Assume(FrozenDays, "", f.period.From))
}

// notBefore returns the first day for a visit: nothing new comes into the near
// term, and what was told for it and cannot stay may go anywhere from today.
func (f *formulation) notBefore(told *Visit) calendar.Date {
	switch {
	case f.replan == nil, !f.replan.unfrozen && told != nil && told.date() < f.frozenUntil():
		return calendar.NoDate
	case f.replan.unfrozen:
		return f.replan.o.Today
	}
	return f.frozenUntil()
}

// freeze pins the published visits of the near term and those that a lead pinned,
// as far as they can all still be held together.
func (f *formulation) freeze(p *visitProblem) {
	for v := range p.Visits {
		if x := &p.Visits[v]; x.Published != nil {
			x.Pinned = p.days[x.Published.Day] < f.frozenUntil() || p.visits[v].told.Status == Pinned
		}
	}
	for p.thaw() {
	}
}

// thaw unpins visits that break a rule where they were, and reports whether
// there were any.
func (p *visitProblem) thaw() bool {
	r := &schedule.Result{Placements: make([]*schedule.Placement, len(p.Visits))}
	for v := range p.Visits {
		if p.Visits[v].Pinned {
			r.Placements[v] = p.Visits[v].Published
		}
	}
	r.Score, r.Amounts = schedule.Evaluate(p.Problem, r.Placements)
	for _, fault := range schedule.Verify(p.Problem, r) {
		v := fault.Visit
		if v == schedule.None {
			v = p.lastPinned(fault.Staff, fault.Day)
		}
		if v != schedule.None && p.Visits[v].Pinned {
			p.Visits[v].Pinned = false
			return true
		}
	}
	return false
}

// lastPinned returns the last pinned visit of somebody's day, or of anybody's
// week when the day is None.
func (p *visitProblem) lastPinned(staff, day int) int {
	out := schedule.None
	for v := range p.Visits {
		x := &p.Visits[v]
		if !x.Pinned || staff != schedule.None && !slices.Contains(x.Published.Staff, staff) ||
			day != schedule.None && p.Days[x.Published.Day].Week != p.Days[day].Week {
			continue
		}
		if out == schedule.None || x.Published.Day >= p.Visits[out].Published.Day {
			out = v
		}
	}
	return out
}

// newID returns the id of a visit that was not told, apart from those that were.
func (f *formulation) newID(ref visitRef) string {
	req, _, loc := f.target(&f.demanded[ref.demand])
	for n := ref.number; ; n++ {
		id := fmt.Sprintf("%s-%s-%d-%d", req.ID, loc.ID, f.period.From.Year(), n)
		if f.replan == nil || !f.replan.used(id) {
			return id
		}
	}
}

// used reports whether a published visit has an id, or a new one got it.
func (r *replanning) used(id string) bool {
	if r.ids == nil {
		r.ids = map[string]bool{}
		for i := range r.published.Visits {
			r.ids[r.published.Visits[i].ID] = true
		}
	}
	was := r.ids[id]
	r.ids[id] = true
	return was
}

// cancelled returns a published visit as one that does not take place; the
// reason of one that is still due carries the charge for moving it.
func cancelled(v *Visit, charge int64) Visit {
	out := *v
	out.Status = Cancelled
	out.Reason = Reason{Amounts: []Amount{{MoveConstraint, charge}}}
	return out
}

// remember adds to a plan what no search decides: the past as it was, and
// published visits that nothing promises any more.
func (f *formulation) remember(p *Plan) {
	for _, v := range f.replan.past {
		v.Status, v.Reason = Pinned, Reason{}
		p.Visits = append(p.Visits, v)
	}
	for i := range f.replan.reopened {
		p.Visits = append(p.Visits, cancelled(&f.replan.reopened[i], 0))
	}
	for _, v := range f.replan.dropped {
		p.Visits = append(p.Visits, cancelled(v, 0))
	}
}
