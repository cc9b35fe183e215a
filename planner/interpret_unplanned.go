package planner

import (
	"fmt"
	"strings"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner/schedule"
)

// blockedUnassigned is the code of a visit that nobody can make, for want of
// somebody in a role.
const blockedUnassigned = "unassigned"

// blockedMeeting is the code of a row that is no visit, but a meeting that
// somebody cannot attend because of another one.
const blockedMeeting = "meeting"

// MissedMeeting reports whether a row is about a meeting: its id, and its
// location, may be those of a promise.
func (u *Unplanned) MissedMeeting() bool {
	return len(u.Reason.Blocked) > 0 && strings.HasPrefix(u.Reason.Blocked[0], blockedMeeting+":")
}

// unplanned turns a visit without a placement into a row: what stands in the
// way, and the smallest change that would allow it.
func (f *formulation) unplanned(p *visitProblem, v int, e *schedule.Explanation) Unplanned {
	out := f.undone(p.visits[v])
	for _, b := range e.Blockers {
		text := fmt.Sprintf("%s:%d", b.Kind, b.Count)
		if b.Staff != schedule.None {
			text += ":" + f.state.Staff[b.Staff].ID
		}
		out.Reason.Blocked = append(out.Reason.Blocked, text)
	}
	if len(e.Blockers) == 0 {
		out.Reason.Blocked = []string{fmt.Sprintf("%s:1", schedule.FaultWindow)}
	}
	out.Reason.Change = f.change(p, e.Change)
	return out
}

// reasons prepares the answers about a solution of a problem.
func (f *formulation) reasons(p *visitProblem, placements []*schedule.Placement) *schedule.Reasons {
	out := schedule.NewReasons(p.Problem, placements)
	out.MayOpen = func(v, day int) bool { return f.mayOpen(p.visits[v], p.days[day]) }
	return out
}

// mayOpen reports whether a visit could be on a day if only its location had
// time for it then: the requirement's own rules stay. A visit on a meeting of
// the location has no other time.
func (f *formulation) mayOpen(ref visitRef, date calendar.Date) bool {
	d := &f.demanded[ref.demand]
	req, _, loc := f.target(d)
	switch {
	case req.Anchor != nil,
		!within(date, ref.from, ref.to), !within(date, loc.Opened, loc.Closed), !f.period.inYear(req.From, req.To).Contains(date):
		return false
	case d.handover == nil:
		return true
	}
	former := &f.state.Staff[f.staffIndex(d.handover.from)]
	return d.handover.window.Contains(date) && former.has(req.Role, date)
}

// aBreak is what gives way when it is no visit and no meeting.
const aBreak = "a break or consult time"

// change says which limit to lift, for whom and when.
func (f *formulation) change(p *visitProblem, c *schedule.Change) string {
	if c == nil {
		return ""
	}
	parts := []string{string(c.Kind)}
	if c.Staff != schedule.None {
		parts = append(parts, f.state.Staff[c.Staff].ID)
	}
	if c.Placement != nil {
		parts = append(parts, "on "+p.days[c.Placement.Day].String())
	}
	if c.Amount > 0 && c.Kind != schedule.FaultOverlap { // what gives way does so whole
		parts = append(parts, fmt.Sprintf("+%d", c.Amount))
	}
	switch {
	case c.Other != schedule.None:
		parts = append(parts, "without "+p.visits[c.Other].id)
	case c.Fixed != schedule.None && p.fixed[c.Fixed].meeting != nil:
		parts = append(parts, "without "+p.fixed[c.Fixed].meeting.ID)
	case c.Fixed != schedule.None:
		parts = append(parts, "without "+aBreak)
	}
	return strings.Join(parts, " ")
}
