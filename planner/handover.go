package planner

import (
	"slices"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner/schedule"
)

// handover is the joint visit at a location that changes hands: the person who
// had it introduces the one who gets it.
type handover struct {
	// from and to are staff ids: who had the location and who has it now.
	from, to string
	// window is when the visit is due, the last day included.
	window Period
}

// handovers lists the joint visits that an assignment asks for: one for each
// location and role that somebody else had before the period and whose former
// person still has the role on some day of the visit's window. They count in
// nobody's load: who changes is only known once the loads are.
func (f *formulation) handovers(t teams) []demand {
	var out []demand
	for l := range f.state.Locations {
		for r := range f.state.Programme.Requirements {
			req := &f.state.Programme.Requirements[r]
			if req.HandoverDays == 0 {
				continue
			}
			if h := f.handover(req, l, t[req.Role].primary[l]); h != nil {
				d := demand{requirement: r, location: l, minimum: req.Minimum, target: max(req.Target, req.Minimum), handover: h}
				d.done, d.last = f.completed(req, &f.state.Locations[l])
				out = append(out, d)
			}
		}
	}
	return out
}

// handover returns what somebody who gets a location needs of whom had it, nil
// for nothing.
func (f *formulation) handover(req *Requirement, l int, to string) *handover {
	loc := &f.state.Locations[l]
	former := f.staffIndex(f.former(req.Role, loc.ID))
	if to == "" || former < 0 || f.state.Staff[former].ID == to {
		return nil
	}
	h := handover{from: f.state.Staff[former].ID, to: to, window: f.period.Overlap(loc.Opened, loc.Closed)}
	h.window.To = min(h.window.To, h.window.From+calendar.Date(req.HandoverDays)-1)
	for d := h.window.From; d <= h.window.To; d++ {
		if f.state.Staff[former].has(req.Role, d) {
			return &h
		}
	}
	return nil
}

// former returns who was first at a location on the day before the period,
// else on its first day, or "".
func (f *formulation) former(role, location string) string {
	for _, day := range []calendar.Date{1, 0} {
		for i := range f.state.Assignments {
			a := &f.state.Assignments[i]
			if a.Role == role && a.Location == location && a.Kind == Primary && a.On(f.period.From-day) {
				return a.Staff
			}
		}
	}
	return ""
}

// has reports whether somebody has a contract in a role on a day.
func (m *Staff) has(role string, d calendar.Date) bool { return slices.Contains(m.rolesOn(d), role) }

// handoverCrew is the new person and the former one: nobody can stand in for
// either.
func (f *formulation) handoverCrew(d *demand) [][]schedule.Option {
	return [][]schedule.Option{
		{{Staff: f.staffIndex(d.handover.to)}},
		{{Staff: f.staffIndex(d.handover.from)}},
	}
}

// handedOver returns the windows of a handover visit: those of any visit to the
// location, within its own days and while the former person has the role.
func (w *windowSets) handedOver(d *demand) []schedule.Window {
	req := &w.state.Programme.Requirements[d.requirement]
	former := &w.state.Staff[w.staffIndex(d.handover.from)]
	return slices.DeleteFunc(w.plain(d), func(x schedule.Window) bool {
		date := w.problem.days[x.Day]
		return !d.handover.window.Contains(date) || !former.has(req.Role, date)
	})
}
