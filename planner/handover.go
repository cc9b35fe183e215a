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
	// counted is when a completed visit counts for it.
	counted Period
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
			h := f.handoverOf(req, l, t)
			if h != nil {
				d := demand{requirement: r, location: l, minimum: req.Minimum, target: max(req.Target, req.Minimum), handover: h}
				d.complete(f.madeAt(req, &f.state.Locations[l]), h.counted)
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
	h := handover{from: f.state.Staff[former].ID, to: to, window: f.period.Overlap(loc.Opened, loc.Closed), counted: f.period}
	h.window.To = min(h.window.To, h.window.From+calendar.Date(req.HandoverDays)-1)
	return h.ifEmployed(&f.state.Staff[former], req.Role)
}

// ifEmployed returns the handover if its former person has the role on some day
// of its window, else nil.
func (h *handover) ifEmployed(former *Staff, role string) *handover {
	for d := h.window.From; d <= h.window.To; d++ {
		if former.has(role, d) {
			return h
		}
	}
	return nil
}

// handoverOf returns what the last change of hands at a location asks for.
func (f *formulation) handoverOf(req *Requirement, l int, t teams) *handover {
	if f.replan == nil {
		return f.handover(req, l, t[req.Role].primary[l])
	}
	return f.handoverAgain(req, l)
}

// handoverAgain returns what is asked when a plan is made again: for a location
// that changed hands when the year began as ever, for one that does so later a
// visit as long before as after the day.
func (f *formulation) handoverAgain(req *Requirement, l int) *handover {
	loc := &f.state.Locations[l]
	var h handover
	var at calendar.Date
	person := f.replan.before(req.Role, loc.ID, f.period)
	for i, a := range f.replan.serving[assignedKey{loc.ID, req.Role, Primary}] {
		if h.to = ""; a.Staff == "" {
			continue
		}
		if person != "" && person != a.Staff {
			h = handover{from: person, to: a.Staff, window: f.period.Overlap(loc.Opened, loc.Closed)}
			if at = a.From; i == 0 {
				at = h.window.From
			}
		} else if h.from != "" {
			h.to = a.Staff
		}
		person = a.Staff
	}
	who := f.staffIndex(h.from)
	if h.to == "" || h.from == h.to || who < 0 {
		return nil
	}
	first := h.window.From
	h.window.To = min(h.window.To, at+calendar.Date(req.HandoverDays)-1)
	h.window.From = max(first, at-calendar.Date(req.HandoverDays))
	if h.counted = h.window; at == first {
		h.counted = f.period
	}
	return h.ifEmployed(&f.state.Staff[who], req.Role)
}

// former returns who was first at a location on the day before the period,
// else on its first day, or "".
func (f *formulation) former(role, location string) string {
	return former(f.state.Assignments, role, location, f.period)
}

func former(of []Assignment, role, location string, p Period) string {
	for _, day := range []calendar.Date{1, 0} {
		for i := range of {
			a := &of[i]
			if a.Role == role && a.Location == location && a.Kind == Primary && a.On(p.From-day) {
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

// before returns who was first at a location on the day before a period: as
// published for that day, else as the assignments of the input say.
func (r *replanning) before(role, location string, p Period) string {
	for _, a := range r.published.Assignments {
		if a.Role == role && a.Location == location && a.Kind == Primary && a.From < p.From && within(p.From-1, a.From, a.To) {
			return a.Staff
		}
	}
	return former(r.input, role, location, p)
}
