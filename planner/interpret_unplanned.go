package planner

import (
	"fmt"
	"strings"

	"github.com/wijkplanner/wijkplanner/planner/schedule"
)

// blockedUnassigned is the code of a visit that nobody can make, for want of
// somebody in a role.
const blockedUnassigned = "unassigned"

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
	if c.Amount > 0 {
		parts = append(parts, fmt.Sprintf("+%d", c.Amount))
	}
	switch {
	case c.Other != schedule.None:
		parts = append(parts, "without "+p.visits[c.Other].id)
	case c.Fixed != schedule.None && p.fixed[c.Fixed].meeting != nil:
		parts = append(parts, "without "+p.fixed[c.Fixed].meeting.ID)
	case c.Fixed != schedule.None:
		parts = append(parts, "without a break or consult time")
	}
	return strings.Join(parts, " ")
}
