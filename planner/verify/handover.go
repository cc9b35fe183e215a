package verify

import (
	"slices"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
)

// handover is what a location that changes hands is promised: one visit of the
// old and the new person together.
type handover struct {
	old, fresh  string // staff ids
	first, last calendar.Date
	// countedFrom and countedTo are when a completed visit counts for it.
	countedFrom, countedTo calendar.Date
}

// handoverOf returns what the last change of hands at a location asks for: at
// the beginning of the year in its first days, later as many days before as
// after.
func (c *checker) handoverOf(r *planner.Requirement, l *planner.Location) handover {
	h := handover{old: c.lastBefore(r.Role, l.ID), fresh: c.first(r.Role, l.ID), countedFrom: c.from, countedTo: c.to}
	h.first, h.last = c.between(l.Opened, l.Closed)
	begin, at := h.first, h.first
	if c.folder.Replan != nil {
		rows := slices.Clone(c.serving[servingKey{l.ID, r.Role, primary}])
		slices.SortStableFunc(rows, func(a, b *AssignmentRow) int { return int(a.From - b.From) })
		had := c.hadBefore(r.Role, l.ID, h.old)
		h.old = ""
		for i, a := range rows {
			if a.Staff == "" || a.Staff == had {
				continue
			}
			if had != "" {
				if h.old, at = had, a.From; i == 0 {
					at = begin
				}
			}
			had = a.Staff
		}
	}
	n := calendar.Date(r.HandoverDays)
	h.first, h.last = max(h.first, at-n), min(h.last, at+n-1)
	if at != begin {
		h.countedFrom, h.countedTo = h.first, h.last
	}
	return h
}

// readHandovers adds the promises that follow from who serves what in the plan
// and who did before it.
func (c *checker) readHandovers() {
	for i := range c.state.Locations {
		l := &c.state.Locations[i]
		for j := range c.state.Programme.Requirements {
			r := &c.state.Programme.Requirements[j]
			if r.HandoverDays == 0 || c.types[r.VisitType] == nil || !c.openInPeriod(l) {
				continue
			}
			h := c.handoverOf(r, l)
			if h.old == "" || h.fresh == "" || h.old == h.fresh || !c.employedBetween(h.old, r.Role, h.first, h.last) {
				continue
			}
			p := promise{
				requirement: r, location: l, visitType: c.types[r.VisitType],
				minimum: r.Minimum, target: max(r.Minimum, r.Target), handover: &h,
			}
			for _, d := range c.history[p.key()] {
				if holds(d, h.countedFrom, h.countedTo) {
					p.done++
				}
			}
			c.promises = append(c.promises, p)
		}
	}
}

// lastBefore returns who was first at a location the day before the period; if
// nobody was, who is on its first day.
func (c *checker) lastBefore(role, location string) string {
	key := servingKey{location, role, primary}
	before := c.given
	for _, a := range before[key] {
		if holds(c.from-1, a.From, a.To) {
			return a.Staff
		}
	}
	for _, a := range before[key] {
		if holds(c.from, a.From, a.To) {
			return a.Staff
		}
	}
	return ""
}

// employedBetween reports whether somebody has a contract in a role on any of
// some days.
func (c *checker) employedBetween(staff, role string, first, last calendar.Date) bool {
	s := c.staff[staff]
	for d := first; s != nil && d <= last; d++ {
		if contract(s, role, d) {
			return true
		}
	}
	return false
}

// checkHandover proves that the old and the new person come together, and on a
// day on which the visit is due.
func (c *checker) checkHandover(v *visit) {
	h, role := v.promise.handover, v.promise.requirement.Role
	if v.date < h.first || v.date > h.last {
		c.add(v.fault(OutOfSeason), "the handover from %s to %s is due from %s to %s, the visit is on %s", h.old, h.fresh, h.first, h.last, v.date)
	}
	present := map[string]bool{}
	for _, row := range v.rows {
		present[row.Staff] = true
		if row.Staff != h.old && row.Staff != h.fresh || row.Role != role {
			c.add(v.rowFault(Crew, row), "the handover is of %s and %s as %s, nobody else", h.old, h.fresh, role)
		}
	}
	for _, who := range []string{h.old, h.fresh} {
		if !present[who] {
			c.add(v.fault(Crew), "%s does not take part in the handover from %s to %s", who, h.old, h.fresh)
		}
	}
}

// hadBefore returns who was published to be first at a location on the day
// before the period, else what the input says.
func (c *checker) hadBefore(role, location, otherwise string) string {
	for i := range c.folder.PublishedAssignments {
		a := &c.folder.PublishedAssignments[i]
		if a.Role == role && a.Location == location && a.Kind == primary && a.From < c.from && holds(c.from-1, a.From, a.To) {
			return a.Staff
		}
	}
	return otherwise
}
