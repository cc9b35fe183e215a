package planner

import (
	"fmt"
	"slices"
	"strings"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner/schedule"
)

// targetPriority is the medium-level charge of an unplanned target visit; a
// minimum weighs a thousand times as much, so that it always goes first.
const (
	targetPriority  = 1
	minimumPriority = 1000
)

// visitProblem is the scheduling problem of a region together with what its
// dense integers stand for.
type visitProblem struct {
	days   []calendar.Date // by dense day
	visits []visitRef      // by dense visit
	fixed  []fixedRef      // by dense fixed stop
	// orphans are visits that are no part of the dense problem: nobody is
	// assigned, or there is no occasion left.
	orphans []visitRef
	// clashes are meetings that somebody cannot attend because of another one.
	clashes []fixedRef
	*schedule.Problem
}

// visitRef says which visit of which demand a dense visit is.
type visitRef struct {
	demand int // index in formulation.demanded
	number int // 1 for the first open visit of the demand
	level  Level
	roles  []string // by crew list
	told   *Visit   // the published visit that it is, or nil
	id     string
	// from and to bound the days on which its consent, the freeze and its crew
	// allow it; either may be NoDate.
	from, to calendar.Date
	// blocked and change say why it is no part of the dense problem, if so.
	blocked, change string
}

func (r visitRef) because(blocked, change string) visitRef {
	r.blocked, r.change = blocked, change
	return r
}

// fixedRef says what a fixed stop is: a meeting's occurrence, or time kept free
// (meeting nil).
type fixedRef struct {
	meeting *Meeting
	staff   int
	date    calendar.Date
}

// team says who serves each location in one role: staff ids by location index.
type team struct{ primary, backup map[int]string }

// teams are the teams by role.
type teams map[string]team

// formulateVisits makes the problem of when the open visits of all demands take
// place, given who serves which location.
func (f *formulation) formulateVisits(t teams) *visitProblem {
	p := &visitProblem{Problem: &schedule.Problem{
		MaxMoves: -1,
		Grain:    grid,
		Weights:  schedule.Weights{Travel: f.weights.Travel, Spacing: f.weights.Spacing, Smooth: f.weights.Smooth},
	}}
	f.addDays(p)
	for i := range f.state.Staff {
		p.Staff = append(p.Staff, f.scheduleStaff(p, i))
	}
	f.addFixed(p)
	windows := &windowSets{formulation: f, problem: p, index: map[string]int{}}
	for i := range f.demanded {
		f.addVisits(p, windows, t, i)
	}
	f.dropUnpromised()
	f.addTravel(p)
	f.setWeekTargets(p, t)
	return p
}

// addDays lists the working days of the horizon: Monday to Friday, and weekend
// days on which a pattern has work.
func (f *formulation) addDays(p *visitProblem) {
	var weekend [7]bool
	for i := range f.state.Staff {
		for _, d := range []int{0, 6} {
			weekend[d] = weekend[d] || len(f.state.Staff[i].Pattern[d]) > 0
		}
	}
	week, monday := -1, calendar.NoDate
	for d := f.first; d <= f.period.To; d++ {
		if wd := d.Weekday(); (wd == 0 || wd == 6) && !weekend[wd] {
			continue
		}
		if d.Monday() != monday {
			week, monday = week+1, d.Monday()
		}
		p.days = append(p.days, d)
		p.Days = append(p.Days, schedule.Day{Week: week, Number: int(d - f.period.From)})
	}
}

// scheduleStaff turns one person into dense numbers: a shift for each day from
// the first to the last working minute; breaks within it become fixed stops.
func (f *formulation) scheduleStaff(p *visitProblem, i int) schedule.Staff {
	m := &f.state.Staff[i]
	s := schedule.Staff{
		Home: i, DayCap: m.DayCap, WeekCap: m.WeekCap,
		Shifts: make([]schedule.Shift, len(p.days)),
	}
	if s.DayCap == 0 {
		s.DayCap = int(f.state.Programme.Assume(DayCapAssumption, m.Organisation, f.period.From))
	}
	for d, date := range p.days {
		spans := f.roster.spans(m, date)
		if len(spans) == 0 {
			continue
		}
		first, last := spans[0].From, spans[len(spans)-1].To
		s.Shifts[d] = schedule.Shift{From: int32(first), To: int32(last), Reserve: int32(f.acute(m, date))}
		for k := 1; k < len(spans); k++ {
			p.addFixed(schedule.Fixed{
				Staff: i, Day: d, Start: int32(spans[k-1].To), End: int32(spans[k].From), Place: schedule.None,
			}, fixedRef{staff: i, date: date})
		}
	}
	return s
}

func (p *visitProblem) addFixed(x schedule.Fixed, ref fixedRef) {
	p.Fixed = append(p.Fixed, x)
	p.fixed = append(p.fixed, ref)
}

// acute returns the minutes kept free on a day for acute questions: of all the
// person's roles in force.
func (f *formulation) acute(m *Staff, d calendar.Date) int {
	n := 0
	for _, role := range m.rolesOn(d) {
		n += f.state.Programme.Role(role).AcuteMinutesDay
	}
	return n
}

// rolesOn returns the roles that somebody has a contract for on a day, each
// once, in the order of the contracts.
func (m *Staff) rolesOn(d calendar.Date) []string {
	var out []string
	for _, c := range m.Contracts {
		if within(d, c.From, c.To) && !slices.Contains(out, c.Role) {
			out = append(out, c.Role)
		}
	}
	return out
}

// consult returns the time that somebody keeps free for consult slots on a day:
// the role's hours as far as the person works then.
func (f *formulation) consult(m *Staff, role *Role, d calendar.Date) calendar.Spans {
	if len(role.Consult[d.Weekday()]) == 0 || !slices.Contains(m.rolesOn(d), role.ID) {
		return nil
	}
	return calendar.NewSpans(role.Consult[d.Weekday()]...).Intersect(f.roster.spans(m, d))
}

// attended returns the occurrences of a meeting at which somebody can be: the
// person works the whole time.
func (f *formulation) attended(m *Staff, meeting *Meeting) []calendar.Date {
	return slices.DeleteFunc(f.occurrences(meeting), func(d calendar.Date) bool {
		return !f.roster.spans(m, d).Contains(meeting.span())
	})
}

// addFixed adds the meetings of staff, and then the consult hours as far as
// meetings leave them.
func (f *formulation) addFixed(p *visitProblem) {
	dense := map[calendar.Date]int{}
	for d, date := range p.days {
		dense[date] = d
	}
	for i := range f.state.Staff {
		m := &f.state.Staff[i]
		busy := map[calendar.Date]calendar.Spans{}
		for k := range f.state.Meetings {
			meeting := &f.state.Meetings[k]
			if !meeting.attends(m) {
				continue
			}
			for _, date := range f.attended(m, meeting) {
				if date < f.first {
					continue
				}
				ref := fixedRef{meeting: meeting, staff: i, date: date}
				span := calendar.NewSpans(meeting.span())
				if busy[date].Intersect(span).Minutes() > 0 {
					p.clashes = append(p.clashes, ref)
					continue
				}
				busy[date] = busy[date].Union(span)
				p.addFixed(schedule.Fixed{
					Staff: i, Day: dense[date], Start: int32(meeting.Clock),
					End: int32(meeting.span().To), Place: f.meetingPlace(k),
				}, ref)
			}
		}
		f.addConsult(p, i, busy)
	}
}

func (f *formulation) addConsult(p *visitProblem, i int, busy map[calendar.Date]calendar.Spans) {
	m := &f.state.Staff[i]
	for d, date := range p.days {
		var spans calendar.Spans
		for _, role := range m.rolesOn(date) {
			spans = spans.Union(f.consult(m, f.state.Programme.Role(role), date))
		}
		for _, s := range spans.Subtract(busy[date]) {
			p.addFixed(schedule.Fixed{
				Staff: i, Day: d, Start: int32(s.From), End: int32(s.To), Place: schedule.None,
			}, fixedRef{staff: i, date: date})
		}
	}
}

// Places are numbered: homes by staff, then locations, then meetings.

// visitPlace returns where the visits of a demand are: at the location, or
// wherever the person is, by phone and online.
func (f *formulation) visitPlace(d *demand) int {
	if _, vt, _ := f.target(d); vt.Mode != OnSite {
		return schedule.None
	}
	return f.locationPlace(d.location)
}

func (f *formulation) locationPlace(l int) int { return len(f.state.Staff) + l }

// meetingPlace returns the place of a meeting: a location, a point of its own,
// or None for a meeting without one.
func (f *formulation) meetingPlace(k int) int {
	m := &f.state.Meetings[k]
	if m.Location != "" {
		return f.locationPlace(f.locationIndex(m.Location))
	}
	if m.Point == (Point{}) {
		return schedule.None
	}
	return len(f.state.Staff) + len(f.state.Locations) + k
}

func (f *formulation) locationIndex(id string) int {
	return slices.IndexFunc(f.state.Locations, func(l Location) bool { return l.ID == id })
}

func (f *formulation) places() []Point {
	var out []Point
	for i := range f.state.Staff {
		out = append(out, f.state.Staff[i].Home)
	}
	for l := range f.state.Locations {
		out = append(out, f.state.Locations[l].Point)
	}
	for k := range f.state.Meetings {
		out = append(out, f.state.Meetings[k].Point)
	}
	return out
}

// addVisits adds the open visits of one demand.
func (f *formulation) addVisits(p *visitProblem, w *windowSets, t teams, i int) {
	d := &f.demanded[i]
	told := f.told(d)
	if d.open() == 0 {
		return
	}
	req, vt, _ := f.target(d)
	crew, roles := f.crew(d, t)
	requirement := schedule.None
	if req.Anchor == nil {
		requirement = len(p.Requirements)
		p.Requirements = append(p.Requirements, f.requirement(d))
	}
	for k := range d.open() {
		ref := d.ref(i, k, roles)
		from, blocked, change := d.occasion(k)
		if blocked != "" {
			p.orphans = append(p.orphans, ref.because(blocked, change))
			continue
		}
		s := f.shiftOf(d, told[k], shift{crew, roles, max(from, f.notBefore(told[k])), calendar.NoDate})
		if incomplete(s.crew) {
			p.orphans = append(p.orphans, ref.because(blockedUnassigned, "assign somebody as "+strings.Join(roles, " and ")))
			f.drop(told[k])
			continue
		}
		ref.roles, ref.told, ref.from, ref.to = s.roles, told[k], s.from, s.to
		p.visits = append(p.visits, ref)
		p.Visits = append(p.Visits, schedule.Visit{
			Place:    f.visitPlace(d),
			Duration: steps(vt.Minutes), Before: steps(vt.BufferBefore), After: steps(vt.BufferAfter),
			Crew: s.crew, Windows: w.of(d, k, s.from, s.to), Requirement: requirement, Unplanned: ref.level.priority(),
		})
		if told[k] != nil {
			f.publish(p, told[k])
		}
	}
}

// incomplete reports whether somebody who must be present can be nobody.
func incomplete(crew [][]schedule.Option) bool {
	return slices.ContainsFunc(crew, func(options []schedule.Option) bool { return len(options) == 0 })
}

// ref names the kth open visit of a demand: the first ones are for the minimum.
func (d *demand) ref(i, k int, roles []string) visitRef {
	out := visitRef{demand: i, number: d.done + k + 1, level: Minimum, roles: roles}
	if d.done+k >= d.minimum {
		out.level = Target
	}
	return out
}

func (l Level) priority() int64 {
	if l == Minimum {
		return minimumPriority
	}
	return targetPriority
}

// steps rounds minutes up to the grid.
func steps(minutes int) int32 { return int32(ceilDiv(int64(minutes), grid) * grid) }

func (f *formulation) requirement(d *demand) schedule.Requirement {
	req := &f.state.Programme.Requirements[d.requirement]
	out := schedule.Requirement{MinGap: d.minGap, IdealGap: req.IdealGapDays}
	if d.last != calendar.NoDate {
		out.Last, out.HasLast = int(d.last-f.period.From), true
	}
	for _, made := range d.made {
		if made != d.last && int(f.first-made) < d.minGap { // the others are out of reach
			out.Made = append(out.Made, int(made-f.period.From))
		}
	}
	return out
}

// crew lists who may make the visits of a demand: the primary of each role, the
// backup at a charge; without an assignment, everybody with the role.
func (f *formulation) crew(d *demand, t teams) (crew [][]schedule.Option, roles []string) {
	req := &f.state.Programme.Requirements[d.requirement]
	if d.handover != nil {
		return f.handoverCrew(d), []string{req.Role, req.Role}
	}
	for _, role := range append([]string{req.Role}, req.With...) {
		crew, roles = append(crew, f.options(role, d.location, t)), append(roles, role)
	}
	if len(req.Pool) > 0 {
		var pool []schedule.Option
		for _, role := range req.Pool {
			pool = merge(pool, f.options(role, d.location, t))
			pool = merge(pool, f.everybody(role, d.location, f.weights.Backup))
		}
		crew, roles = append(crew, pool), append(roles, req.Pool[0])
	}
	return crew, roles
}

func (f *formulation) options(role string, l int, t teams) []schedule.Option {
	if f.state.Programme.Role(role).Assign == NotAssigned {
		return f.everybody(role, l, 0)
	}
	var out []schedule.Option
	if s := f.staffIndex(t[role].primary[l]); s >= 0 {
		out = append(out, schedule.Option{Staff: s})
	}
	if s := f.staffIndex(t[role].backup[l]); s >= 0 {
		out = merge(out, []schedule.Option{{Staff: s, Charge: f.weights.Backup}})
	}
	return out
}

// everybody lists all who have a role for as long as a location is open.
func (f *formulation) everybody(role string, l int, charge int64) []schedule.Option {
	var out []schedule.Option
	for i := range f.state.Staff {
		if f.contractCovers(&f.state.Staff[i], role, []int{l}) {
			out = append(out, schedule.Option{Staff: i, Charge: charge})
		}
	}
	return out
}

// merge adds options of people who are not listed yet, in order of staff.
func merge(have, more []schedule.Option) []schedule.Option {
	for _, o := range more {
		if !slices.ContainsFunc(have, func(h schedule.Option) bool { return h.Staff == o.Staff }) {
			have = append(have, o)
		}
	}
	slices.SortFunc(have, func(a, b schedule.Option) int { return a.Staff - b.Staff })
	return have
}

func (f *formulation) staffIndex(id string) int {
	if id == "" {
		return schedule.None
	}
	return slices.IndexFunc(f.state.Staff, func(m Staff) bool { return m.ID == id })
}

// setWeekTargets gives everybody the even week: the visit time of all visits
// for which the person is first choice over the weeks with work in them.
func (f *formulation) setWeekTargets(p *visitProblem, t teams) {
	total, longest := make([]int32, len(p.Staff)), make([]int32, len(p.Staff))
	for i := range f.demanded {
		d := &f.demanded[i]
		n := d.plannable()
		if n == 0 {
			continue
		}
		crew, _ := f.crew(d, t)
		if incomplete(crew) {
			continue
		}
		_, vt, _ := f.target(d)
		time := steps(vt.BufferBefore) + steps(vt.Minutes) + steps(vt.BufferAfter)
		for _, options := range crew {
			if s := firstChoice(options); s >= 0 {
				total[s] += time * int32(n)
				longest[s] = max(longest[s], time)
			}
		}
	}
	for s := range p.Staff {
		if weeks := int32(p.workingWeeks(s)); weeks > 0 && total[s] > 0 {
			p.Staff[s].WeekTarget = max(longest[s], (total[s]+weeks-1)/weeks)
		}
	}
}

func firstChoice(options []schedule.Option) int {
	for _, o := range options {
		if o.Charge == 0 {
			return o.Staff
		}
	}
	return schedule.None
}

func (p *visitProblem) workingWeeks(s int) int {
	weeks := map[int]bool{}
	for d, shift := range p.Staff[s].Shifts {
		if shift.To > shift.From {
			weeks[p.Days[d].Week] = true
		}
	}
	return len(weeks)
}

// key names what a demand's windows depend on, so that equal ones are shared.
func (f *formulation) key(d *demand) string {
	req, vt, loc := f.target(d)
	return fmt.Sprint(loc.Opening, loc.Parents, loc.Opened, loc.Closed, f.blackouts.against(vt, loc), loc.Municipality,
		vt.Minutes, vt.ParentsPresent, req.From, req.To)
}
