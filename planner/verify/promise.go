package verify

import (
	"slices"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
)

type promiseKey struct{ location, requirement string }

// promise is one requirement at one location in the period.
type promise struct {
	requirement     *planner.Requirement
	location        *planner.Location
	visitType       *planner.VisitType
	minimum, target int
	gap             int
	// done counts the visits of the period that took place.
	done int
	// anchors are the occurrences that an anchored visit may be on.
	anchors []occurrence
	// gated says that visits need consent; consents are the days of those left.
	gated    bool
	consents []calendar.Date
	// planned counts the visits of the plan.
	planned int
	// handover says which joint visit it is, nil for any other promise.
	handover *handover
}

func (p *promise) key() promiseKey { return promiseKey{p.location.ID, p.requirement.ID} }

// readPromises works out which requirement concerns which location, and what
// it asks.
func (c *checker) readPromises() {
	for i := range c.state.Locations {
		l := &c.state.Locations[i]
		if !c.openInPeriod(l) {
			continue
		}
		for j := range c.state.Programme.Requirements {
			r := &c.state.Programme.Requirements[j]
			if role := c.roles[r.Role]; role != nil && r.HandoverDays == 0 && picks(r.Select, l) && picks(role.Select, l) && c.types[r.VisitType] != nil {
				c.promises = append(c.promises, c.promise(r, l))
			}
		}
	}
	c.readHandovers()
	c.promised = make(map[promiseKey]*promise, len(c.promises))
	c.byPlace = make(map[string][]*promise, len(c.state.Locations))
	for i := range c.promises {
		p := &c.promises[i]
		c.promised[p.key()] = p
		if p.handover != nil {
			continue // counts in nobody's load
		}
		c.byPlace[p.location.ID] = append(c.byPlace[p.location.ID], p)
	}
}

func (c *checker) promise(r *planner.Requirement, l *planner.Location) promise {
	p := promise{
		requirement: r, location: l, visitType: c.types[r.VisitType],
		minimum: r.Minimum, target: r.Target, gap: r.MinGapDays,
	}
	every := 0
	if r.Anchor != nil {
		every = r.Anchor.Every
	}
	for _, o := range r.Overrides {
		if o.Location != l.ID {
			continue
		}
		for _, x := range []struct {
			value *int
			by    int
		}{{&p.minimum, o.Minimum}, {&p.target, o.Target}, {&p.gap, o.MinGapDays}, {&every, o.Every}} {
			if x.by >= 0 {
				*x.value = x.by
			}
		}
	}
	for _, d := range c.history[p.key()] {
		if holds(d, c.from, c.to) {
			p.done++
		}
	}
	p.target = max(p.target, p.minimum)
	if p.gated = p.visitType.Consent; p.gated {
		p.consents = c.consentsLeft(&p)
	}
	if r.Anchor != nil {
		p.anchors = c.anchors(r, l, every)
		p.target = len(p.anchors)
		p.minimum = min(p.minimum, p.target)
		p.gap = 0
	}
	return p
}

// anchors returns every nth occurrence of the location's own meetings of the
// anchor's kind, of those on which the location can be visited.
func (c *checker) anchors(r *planner.Requirement, l *planner.Location, every int) []occurrence {
	var all []occurrence
	for i := range c.state.Meetings {
		m := c.meetings[c.state.Meetings[i].ID]
		if m.Location != l.ID || m.Kind != r.Anchor.Kind || len(m.Staff) > 0 || len(m.Roles) > 0 {
			continue
		}
		for _, o := range m.occurrences {
			if holds(o.date, l.Opened, l.Closed) && inSeason(r, o.date) && !touches(o.span, c.blackedOut(l, o.date)) {
				all = append(all, o)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b occurrence) int { return int(a.date - b.date) })
	var used []occurrence
	for i, o := range all {
		if every > 0 && i >= r.Anchor.Offset && (i-r.Anchor.Offset)%every == 0 {
			used = append(used, o)
		}
	}
	return used
}

// inSeason reports whether a day lies in the requirement's part of the year.
func inSeason(r *planner.Requirement, d calendar.Date) bool {
	year := d.Year()
	if r.From != (planner.MonthDay{}) && d < calendar.NewDate(year, time.Month(r.From.Month), r.From.Day) {
		return false
	}
	return r.To == (planner.MonthDay{}) || d <= calendar.NewDate(year, time.Month(r.To.Month), r.To.Day)
}

// picks reports whether a selection picks a location; nil picks all.
func picks(s *planner.Selection, l *planner.Location) bool {
	if s == nil {
		return true
	}
	for _, x := range []struct {
		list  []string
		value string
	}{
		{s.Locations, l.ID},
		{s.Districts, l.District},
		{s.Municipalities, l.Municipality},
		{s.Organisations, l.Organisation},
	} {
		if len(x.list) > 0 && !slices.Contains(x.list, x.value) {
			return false
		}
	}
	if len(s.Tags) > 0 && !slices.ContainsFunc(l.Tags, func(t string) bool { return slices.Contains(s.Tags, t) }) {
		return false
	}
	return (s.StandAlone == nil || *s.StandAlone == l.StandAlone) && (s.Subsidised == nil || *s.Subsidised == l.Subsidised)
}
