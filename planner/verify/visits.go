package verify

import (
	"slices"
	"strings"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
)

// meetingType is the visit_type of a meeting's rows.
const meetingType = "meeting"

// visit is the rows with one visit_id: one visit or one occurrence of a
// meeting.
type visit struct {
	id   string
	rows []*VisitRow
	// date and span are local, without buffers; busy is with them.
	date       calendar.Date
	span, busy calendar.Span
	// meeting is nil for a visit; promise is nil where nothing was promised.
	meeting   *meeting
	promise   *promise
	location  *planner.Location
	visitType *planner.VisitType
}

// fault returns a fault at the visit.
func (v *visit) fault(kind string) Fault {
	return Fault{Kind: kind, Visit: v.id, Location: v.rows[0].Location, Date: v.date}
}

// rowFault returns a fault at one person's row of the visit.
func (v *visit) rowFault(kind string, r *VisitRow) Fault {
	f := v.fault(kind)
	f.Staff, f.Role = r.Staff, r.Role
	return f
}

// place returns where the visit is, or nil when it is wherever the person is.
func (v *visit) place() *planner.Point {
	switch {
	case v.meeting != nil && v.meeting.Location == "" && v.meeting.Point == planner.Point{}:
		return nil
	case v.meeting != nil && v.meeting.Location == "":
		return &v.meeting.Point
	case v.location == nil, v.visitType != nil && v.visitType.Mode != planner.OnSite:
		return nil
	default:
		return &v.location.Point
	}
}

// readVisits gathers the rows of each visit that takes place.
func (c *checker) readVisits() {
	at := map[string]int{}
	for i := range c.folder.Visits {
		r := &c.folder.Visits[i]
		if r.Status == string(planner.Cancelled) || c.past(r) {
			continue
		}
		k, known := at[r.Visit]
		if !known {
			k = len(c.visits)
			at[r.Visit] = k
			c.visits = append(c.visits, c.visit(r))
		}
		c.visits[k].rows = append(c.visits[k].rows, r)
	}
	for i := range c.visits {
		if p := c.visits[i].promise; p != nil {
			p.planned++
		}
	}
	c.readDays()
}

func (c *checker) visit(r *VisitRow) visit {
	start, end := r.Start.In(c.zone), r.End.In(c.zone)
	v := visit{id: r.Visit, date: calendar.DateOf(start, c.zone), location: c.locations[r.Location]}
	v.span.From = calendar.Clock(start.Hour()*60 + start.Minute())
	v.span.To = v.span.From + calendar.Clock(end.Sub(start).Minutes())
	v.busy = v.span
	if r.VisitType == meetingType {
		v.meeting = c.meetings[r.Requirement]
		return v
	}
	v.promise = c.promised[promiseKey{r.Location, r.Requirement}]
	if v.visitType = c.types[r.VisitType]; v.visitType != nil {
		v.busy.From -= calendar.Clock(v.visitType.BufferBefore)
		v.busy.To += calendar.Clock(v.visitType.BufferAfter)
	}
	return v
}

// checkVisits proves each visit by itself.
func (c *checker) checkVisits() {
	for i := range c.visits {
		v := &c.visits[i]
		c.checkRows(v)
		if !holds(v.date, c.from, c.to) {
			c.add(v.fault(WrongPeriod), "the visit is on %s, outside the period %s to %s", v.date, c.from, c.to)
		}
		switch {
		case v.meeting != nil:
			c.checkOccurrence(v)
		case v.promise == nil:
			c.add(v.fault(WrongVisit), "requirement %q promises no visits to location %s", v.rows[0].Requirement, v.rows[0].Location)
		case v.visitType == nil || v.location == nil: // named by checkNames
		default:
			c.checkPromisedVisit(v)
		}
	}
}

// checkRows proves that the rows of one visit say the same, each person once.
func (c *checker) checkRows(v *visit) {
	first := v.rows[0]
	if first.Start.Second() != 0 || first.Start.Nanosecond() != 0 {
		c.add(v.fault(OffGrid), "the start %s is no whole minute", first.Start)
	}
	for i, r := range v.rows {
		if !r.Start.Equal(first.Start) || !r.End.Equal(first.End) {
			c.add(v.rowFault(JointTimes, r), "the rows of one visit differ: %s–%s for %s, %s–%s for %s",
				first.Start.Format(time.RFC3339), first.End.Format(time.RFC3339), first.Staff,
				r.Start.Format(time.RFC3339), r.End.Format(time.RFC3339), r.Staff)
		}
		if r.Location != first.Location || r.Requirement != first.Requirement || r.VisitType != first.VisitType {
			c.add(v.rowFault(WrongVisit, r), "the rows of one visit differ: %s %s %s and %s %s %s",
				first.Location, first.Requirement, first.VisitType, r.Location, r.Requirement, r.VisitType)
		}
		if slices.ContainsFunc(v.rows[:i], func(o *VisitRow) bool { return o.Staff == r.Staff }) {
			c.add(v.rowFault(Crew, r), "%s is in the visit twice", r.Staff)
		}
	}
}

func (c *checker) checkPromisedVisit(v *visit) {
	r := v.promise.requirement
	if v.visitType.ID != r.VisitType {
		c.add(v.fault(WrongVisit), "requirement %s is for visits of type %s, not %s", r.ID, r.VisitType, v.visitType.ID)
	}
	if got := v.span.Minutes(); got != v.visitType.Minutes {
		c.add(v.fault(WrongVisit), "a visit of type %s takes %d minutes, not %d", v.visitType.ID, v.visitType.Minutes, got)
	}
	if v.span.From%5 != 0 {
		c.add(v.fault(OffGrid), "the start %s is no multiple of five minutes", v.span.From)
	}
	c.checkPlaceAndTime(v)
	if v.promise.handover != nil {
		c.checkHandover(v)
	} else {
		c.checkCrew(v)
	}
	for _, row := range v.rows {
		if s := c.staff[row.Staff]; s != nil {
			c.checkAvailable(v, row, s)
		}
	}
}

// checkPlaceAndTime proves that the location can receive the visit.
func (c *checker) checkPlaceAndTime(v *visit) {
	l, r := v.location, v.promise.requirement
	if !holds(v.date, l.Opened, l.Closed) {
		c.add(v.fault(NotOpen), "location %s is open from %q to %q, not on %s", l.ID, l.Opened, l.Closed, v.date)
	}
	if outs := c.blackedOutFor(v.visitType, l, v.date); touches(v.span, outs) {
		c.add(v.fault(BlackedOut), "nobody can be received at %s on %s within %s", l.ID, v.date, clocks(v.span))
	}
	if !inSeason(r, v.date) {
		c.add(v.fault(OutOfSeason), "requirement %s is for %02d-%02d to %02d-%02d, the visit is on %s",
			r.ID, r.From.Month, r.From.Day, r.To.Month, r.To.Day, v.date)
	}
	if r.Anchor != nil {
		c.checkAnchor(v)
		return
	}
	if open := l.Opening[v.date.Weekday()]; !within(v.span, open) {
		c.add(v.fault(LocationClosed), "%s is open %s on %s, the visit is %s", l.ID, listed(open), v.date.Weekday(), clocks(v.span))
	}
}

// checkAnchor proves that a visit starts on an occurrence that it may use and,
// unless it is the longer of the two, ends within it.
func (c *checker) checkAnchor(v *visit) {
	for _, o := range v.promise.anchors {
		if o.date != v.date {
			continue
		}
		if v.span.From >= o.span.From && (v.span.From == o.span.From || v.span.To <= o.span.To) {
			return
		}
	}
	c.add(v.fault(OffAnchor), "the visit on %s at %s is on no %s of %s that is its turn",
		v.date, clocks(v.span), v.promise.requirement.Anchor.Kind, v.location.ID)
}

func listed(spans []calendar.Span) string {
	if len(spans) == 0 {
		return "at no time"
	}
	parts := make([]string, len(spans))
	for i, s := range spans {
		parts[i] = clocks(s)
	}
	return strings.Join(parts, " and ")
}

// checkCrew proves that everybody who must be present is, and nobody else, and
// that each belongs to the location.
func (c *checker) checkCrew(v *visit) {
	r := v.promise.requirement
	left := slices.Clone(v.rows)
	take := func(roles []string) *VisitRow {
		i := slices.IndexFunc(left, func(row *VisitRow) bool { return slices.Contains(roles, row.Role) })
		if i < 0 {
			c.add(v.fault(Crew), "nobody of role %s takes part", strings.Join(roles, " or "))
			return nil
		}
		row := left[i]
		left = slices.Delete(left, i, i+1)
		return row
	}
	for _, role := range append([]string{r.Role}, r.With...) {
		if row := take([]string{role}); row != nil {
			c.checkServes(v, row)
		}
	}
	if len(r.Pool) > 0 {
		take(r.Pool)
	}
	for _, row := range left {
		c.add(v.rowFault(Crew, row), "requirement %s asks for nobody else of role %s", r.ID, row.Role)
	}
}

// checkServes proves that a person is primary or backup of the location on the
// day of the visit, in a role that has locations of its own.
func (c *checker) checkServes(v *visit, row *VisitRow) {
	role := c.roles[row.Role]
	if role == nil || role.Assign == planner.NotAssigned {
		return
	}
	for _, kind := range []planner.AssignmentKind{planner.Primary, planner.Backup} {
		for _, a := range c.serving[servingKey{v.location.ID, row.Role, string(kind)}] {
			if a.Staff == row.Staff && holds(v.date, a.From, a.To) {
				return
			}
		}
	}
	c.add(v.rowFault(WrongPerson, row), "%s is neither primary nor backup of %s on %s", row.Staff, v.location.ID, v.date)
}

// checkAvailable proves that somebody works during the visit, buffers included.
func (c *checker) checkAvailable(v *visit, row *VisitRow, s *planner.Staff) {
	roles := []string{row.Role}
	if slices.Contains(v.promise.requirement.Pool, row.Role) {
		roles = v.promise.requirement.Pool
	}
	if !slices.ContainsFunc(roles, func(r string) bool { return contract(s, r, v.date) }) {
		c.add(v.rowFault(NoContract, row), "%s has no contract as %s on %s", s.ID, strings.Join(roles, " or "), v.date)
	}
	if c.holidays[s.Organisation][v.date] {
		c.add(v.rowFault(Holiday, row), "%s is a public holiday of %s", v.date, s.Organisation)
	}
	if away := c.away(s, v.date); touches(v.busy, away) {
		c.add(v.rowFault(Absent, row), "%s is away on %s %s, the visit takes %s", s.ID, v.date, listed(away), clocks(v.busy))
	}
	if pattern := s.Pattern[v.date.Weekday()]; !within(v.busy, pattern) {
		c.add(v.rowFault(OutsideWork, row), "%s works %s on %s, the visit takes %s", s.ID, listed(pattern), v.date.Weekday(), clocks(v.busy))
	}
	if consult := c.consult(s, "", v.date); touches(v.busy, consult) {
		c.add(v.rowFault(ConsultTime, row), "%s keeps %s free for consults, the visit takes %s", s.ID, listed(consult), clocks(v.busy))
	}
}

// checkGaps proves that the visits of a promise are far enough apart, completed
// ones included.
func (c *checker) checkGaps() {
	days := map[*promise][]*visit{}
	for i := range c.visits {
		if v := &c.visits[i]; v.promise != nil {
			days[v.promise] = append(days[v.promise], v)
		}
	}
	for i := range c.promises {
		p := &c.promises[i]
		visits := days[p]
		slices.SortStableFunc(visits, func(a, b *visit) int { return int(a.date - b.date) })
		for k, v := range visits {
			for _, d := range c.history[p.key()] {
				c.checkGap(p, v, d, "completed")
			}
			if k > 0 {
				c.checkGap(p, v, visits[k-1].date, "planned")
			}
		}
	}
}

func (c *checker) checkGap(p *promise, v *visit, other calendar.Date, what string) {
	if gap := max(v.date-other, other-v.date); int(gap) < p.gap {
		c.add(v.fault(ShortGap), "%d days from the visit %s on %s, at least %d asked", gap, what, other, p.gap)
	}
}
