package planner

import (
	"slices"

	"github.com/wijkplanner/wijkplanner/calendar"
)

// demand is one requirement at one location in a period: how many visits, and
// on which occasions.
type demand struct {
	requirement, location int // indices in the state
	minimum, target       int
	minGap                int
	// made are the days of the visits that ever took place, last is the latest
	// of them, or NoDate; done counts those of the period.
	made []calendar.Date
	last calendar.Date
	done int
	// anchors are the occurrences of the location's own meeting, after the last
	// completed visit, on which the open visits take place; nil when the
	// requirement has no anchor.
	anchors []occurrence
	// gated says that each visit needs the parents' consent; consents are the
	// days of those given and not used yet, ascending: one visit each, from its
	// day on.
	gated    bool
	consents []calendar.Date
	// handover says which joint visit it is, nil for any other demand.
	handover *handover
}

// open returns how many visits are still to be planned.
func (d *demand) open() int { return max(0, d.target-d.done) }

// occurrence is one day of a meeting.
type occurrence struct {
	meeting *Meeting
	date    calendar.Date
}

// Picks reports whether a selection picks a location; nil picks all.
func (s *Selection) Picks(l *Location) bool {
	if s == nil {
		return true
	}
	return listed(s.Locations, l.ID) && listed(s.Districts, l.District) &&
		listed(s.Municipalities, l.Municipality) && listed(s.Organisations, l.Organisation) &&
		tagged(s.Tags, l.Tags) && flagged(s.StandAlone, l.StandAlone) && flagged(s.Subsidised, l.Subsidised)
}

func listed(want []string, have string) bool { return len(want) == 0 || slices.Contains(want, have) }

func flagged(want *bool, have bool) bool { return want == nil || *want == have }

func tagged(want, have []string) bool {
	return len(want) == 0 || slices.ContainsFunc(want, func(t string) bool { return slices.Contains(have, t) })
}

// demands lists every requirement at every location it concerns, by location
// and then by requirement.
func (f *formulation) demands() []demand {
	var out []demand
	for l := range f.state.Locations {
		loc := &f.state.Locations[l]
		if f.period.Overlap(loc.Opened, loc.Closed).Days() == 0 {
			continue
		}
		for r := range f.state.Programme.Requirements {
			req := &f.state.Programme.Requirements[r]
			if req.HandoverDays == 0 && f.concerns(req, loc) {
				out = append(out, f.demand(r, l))
			}
		}
	}
	return out
}

func (f *formulation) concerns(req *Requirement, l *Location) bool {
	return req.Select.Picks(l) && f.state.Programme.Role(req.Role).Select.Picks(l)
}

func (f *formulation) demand(r, l int) demand {
	req, loc := &f.state.Programme.Requirements[r], &f.state.Locations[l]
	d := demand{requirement: r, location: l, minimum: req.Minimum, target: req.Target, minGap: req.MinGapDays}
	every := 0
	if req.Anchor != nil {
		every = req.Anchor.Every
	}
	for _, o := range req.Overrides {
		if o.Location == loc.ID {
			d.minimum, d.target = overridden(d.minimum, o.Minimum), overridden(d.target, o.Target)
			d.minGap, every = overridden(d.minGap, o.MinGapDays), overridden(every, o.Every)
		}
	}
	d.complete(f.madeAt(req, loc), f.period)
	d.gated = f.state.Programme.VisitType(req.VisitType).Consent
	if d.gated {
		d.consents = f.consentsLeft(req, loc)
	}
	if req.Anchor == nil {
		d.target = max(d.target, d.minimum)
		return d
	}
	used := f.anchors(req, loc, every)
	d.target = len(used)
	d.minimum = min(d.minimum, d.target)
	d.anchors = slices.DeleteFunc(used, func(o occurrence) bool { return d.done > 0 && o.date <= d.last })
	return d
}

// madeAt returns the days of the visits of a requirement to a location that took
// place, ascending.
func (f *formulation) madeAt(req *Requirement, l *Location) []calendar.Date {
	var out []calendar.Date
	for _, h := range f.history[l.ID] {
		if h.Requirement == req.ID {
			out = append(out, h.Date)
		}
	}
	slices.Sort(out)
	return out
}

// complete notes which visits of a demand took place, on ascending days, and
// counts those in a period.
func (d *demand) complete(made []calendar.Date, in Period) {
	d.made, d.last, d.done = made, calendar.NoDate, 0
	for _, day := range made {
		if in.Contains(day) {
			d.done++
		}
		d.last = day
	}
}

// tooSoon reports whether a day is nearer to a visit that was made than the
// demand allows; visits on a location's own meetings have no gap.
func (d *demand) tooSoon(day calendar.Date) bool {
	return d.anchors == nil && slices.ContainsFunc(d.made, func(made calendar.Date) bool {
		return int(max(day-made, made-day)) < d.minGap
	})
}

// consentsLeft returns the days of the consents given for the visits of a
// requirement that no completed visit has used: each uses the earliest of those
// given by its day.
func (f *formulation) consentsLeft(req *Requirement, l *Location) []calendar.Date {
	var left []calendar.Date
	for _, c := range f.state.Consents {
		if c.Given && c.Location == l.ID && c.Requirement == req.ID {
			left = append(left, c.Date)
		}
	}
	slices.Sort(left)
	for _, d := range f.madeAt(req, l) {
		if len(left) > 0 && left[0] <= d {
			left = left[1:]
		}
	}
	return left
}

// The changes that would allow a visit without an occasion.
const (
	changePassed  = "the meetings it could be on are over"
	changeConsent = "the parents' consent, with its date"
)

// occasion says from which day on the kth open visit may be planned, or why it
// cannot.
func (d *demand) occasion(k int) (from calendar.Date, blocked, change string) {
	switch {
	case d.anchors != nil && k >= len(d.anchors):
		return 0, "passed", changePassed
	case d.gated && k >= len(d.consents):
		return 0, "consent", changeConsent
	case d.gated:
		return d.consents[k], "", ""
	}
	return calendar.NoDate, "", ""
}

// plannable returns how many open visits have an occasion.
func (d *demand) plannable() int {
	n := 0
	for k := range d.open() {
		if _, blocked, _ := d.occasion(k); blocked == "" {
			n++
		}
	}
	return n
}

func overridden(value, override int) int {
	if override < 0 {
		return value
	}
	return override
}

// anchors returns the occurrences of the location's own meetings that a
// requirement uses: every nth on which the location can be visited.
func (f *formulation) anchors(req *Requirement, l *Location, every int) []occurrence {
	if every <= 0 {
		return nil
	}
	period := f.period.inYear(req.From, req.To).Overlap(l.Opened, l.Closed)
	outs := f.blackouts.of(l)
	var out []occurrence
	for m := range f.state.Meetings {
		meeting := &f.state.Meetings[m]
		if meeting.Location != l.ID || meeting.Kind != req.Anchor.Kind || !meeting.ownedByLocation() {
			continue
		}
		span := calendar.NewSpans(meeting.span())
		for _, d := range f.occurrences(meeting) {
			if period.Contains(d) && free(span, outs, d).Contains(meeting.span()) {
				out = append(out, occurrence{meeting, d})
			}
		}
	}
	slices.SortStableFunc(out, func(a, b occurrence) int { return int(a.date - b.date) })
	return everyNth(out, every, req.Anchor.Offset)
}

func everyNth(all []occurrence, every, offset int) []occurrence {
	var out []occurrence
	for i := offset; i < len(all); i += every {
		out = append(out, all[i])
	}
	return out
}

// ownedByLocation reports whether a meeting is a location's own: no staff of
// ours is asked to attend.
func (m *Meeting) ownedByLocation() bool { return len(m.Staff) == 0 && len(m.Roles) == 0 }

// span returns the meeting's time of day.
func (m *Meeting) span() calendar.Span {
	return calendar.Span{From: m.Clock, To: m.Clock + calendar.Clock(m.Minutes)}
}

// attends reports whether somebody is asked to come to a meeting.
func (m *Meeting) attends(s *Staff) bool {
	return slices.Contains(m.Staff, s.ID) || slices.ContainsFunc(s.Contracts, func(c Contract) bool {
		return slices.Contains(m.Roles, c.Role)
	})
}

// Role returns a role by id, nil when there is none.
func (p *Programme) Role(id string) *Role {
	i := slices.IndexFunc(p.Roles, func(r Role) bool { return r.ID == id })
	if i < 0 {
		return nil
	}
	return &p.Roles[i]
}

// VisitType returns a visit type by id, nil when there is none.
func (p *Programme) VisitType(id string) *VisitType {
	i := slices.IndexFunc(p.VisitTypes, func(v VisitType) bool { return v.ID == id })
	if i < 0 {
		return nil
	}
	return &p.VisitTypes[i]
}
