package planner

import (
	"maps"
	"slices"

	"github.com/wijkplanner/wijkplanner/calendar"
)

// Why a moment cannot be booked, besides the obstacles of an agenda.
const (
	Booked         = "booking"    // has a booking
	OnHold         = "hold"       // somebody else is choosing that moment
	BusyElsewhere  = "busy"       // has something in their own calendar
	TooSoon        = "notice"     // too soon: the rule asks for more notice
	TooFar         = "horizon"    // further ahead than can be booked
	FullDay        = "full_day"   // has as much as a day may hold
	FullWeek       = "full_week"  // has as much as a week may hold
	Reserved       = "reserve"    // kept for acute questions until shortly before
	OffRule        = "rule"       // outside the windows or the steps of the rules
	NotBookable    = "not_booked" // this kind of visit cannot be booked
	NobodyAssigned = "nobody"     // nobody of the location can be booked for it
)

// SlotObstacleTexts says in words what the codes mean, those of an agenda too.
func SlotObstacleTexts() map[string]Text {
	out := ObstacleTexts()
	maps.Copy(out, map[string]Text{
		Booked:         {"heeft een andere afspraak", "has another booking"},
		OnHold:         {"wordt op dit moment door iemand anders gekozen", "is being chosen by somebody else"},
		BusyElsewhere:  {"heeft iets in de eigen agenda", "has something in their own calendar"},
		TooSoon:        {"te kort van tevoren", "too soon"},
		TooFar:         {"verder vooruit dan geboekt kan worden", "further ahead than can be booked"},
		FullDay:        {"heeft die dag al genoeg afspraken", "has enough on that day"},
		FullWeek:       {"heeft die week al genoeg afspraken", "has enough in that week"},
		Reserved:       {"wordt vrijgehouden voor acute vragen", "is kept for acute questions"},
		OffRule:        {"valt buiten de boekbare tijden", "is outside the times that can be booked"},
		NotBookable:    {"kan niet geboekt worden", "cannot be booked"},
		NobodyAssigned: {"voor deze locatie is niemand te boeken", "nobody can be booked for this location"},
	})
	return out
}

// early says why a rule does not offer a start, whoever has time: too soon, too
// far, or kept in reserve.
func (q *slotQuery) early(c *candidate, start wall) (code, detail string) {
	r := &q.rules[c.rule]
	switch {
	case start.date() > q.soonest.date()+calendar.Date(r.HorizonDays):
		return TooFar, r.ID
	case start < q.soonest+wall(r.NoticeMinutes):
		return TooSoon, r.ID
	case r.AcuteHours > 0 && !q.req.Urgent && start > q.soonest+wall(60*r.AcuteHours):
		return Reserved, r.ID
	}
	return "", ""
}

// judge says whether a candidate and those who come along can be there at a
// start: how long the candidate travels to it, how much more the crew travels,
// and who comes along. The start is in the days prepared.
func (q *slotQuery) judge(c *candidate, start wall) (travel wall, added int, along []joiner, why Obstacle) {
	if o := q.open(start); o.Code != "" {
		return 0, 0, nil, o
	}
	r := &q.rules[c.rule]
	travel, added, why = q.fits(c.staff, c.time, r, start)
	if why.Code != "" || len(r.With)+len(r.Pool) == 0 {
		return travel, added, nil, why
	}
	groups := make([][]string, 0, len(r.With)+1)
	for _, role := range r.With {
		groups = append(groups, []string{role})
	}
	if len(r.Pool) > 0 {
		groups = append(groups, r.Pool)
	}
	for i, roles := range groups {
		p := q.companion(roles, c, along, start, i >= len(r.With))
		if p == nil {
			return 0, 0, nil, Obstacle{Who: roles[0], Code: NobodyOf}
		}
		along, added = append(along, *p), added+p.added
	}
	return travel, added, along, Obstacle{}
}

// judgeCrew is judge for a crew that is known.
func (q *slotQuery) judgeCrew(c *candidate, start wall, known []SlotCrew) (f foundSlot, why Obstacle) {
	if o := q.open(start); o.Code != "" {
		return f, o
	}
	f.start = start
	for i, m := range known {
		s, there := q.staff[m.Staff]
		if !there {
			return f, Obstacle{Who: m.Staff, Code: NoContract}
		}
		travel, more, o := q.fits(s, q.times(m.Staff), &q.rules[c.rule], start)
		if o.Code != "" {
			return f, o
		}
		f.added += int32(more)
		if i == 0 {
			f.travel = travel
			continue
		}
		f.along = append(f.along, joiner{s, m.Role, travel, more})
	}
	return f, Obstacle{}
}

// companion finds who of some roles comes along, nil for nobody: of those who are
// assigned to the location the primary before the backup; else, for a pool and
// for roles without locations, whoever travels least for it.
func (q *slotQuery) companion(roles []string, c *candidate, along []joiner, start wall, pool bool) *joiner {
	d := start.date()
	try := func(staff int, role string) *joiner {
		if staff == c.staff || slices.ContainsFunc(along, func(p joiner) bool { return p.staff == staff }) {
			return nil
		}
		travel, more, o := q.fits(staff, q.times(q.state.Staff[staff].ID), &q.rules[c.rule], start)
		if o.Code != "" {
			return nil
		}
		return &joiner{staff, role, travel, more}
	}
	for _, kind := range []AssignmentKind{Primary, Backup} {
		for i := range q.assigned[q.location] {
			a := &q.assigned[q.location][i]
			s, known := q.staff[a.Staff]
			if !known || a.Kind != kind || !a.On(d) || !slices.Contains(roles, a.Role) {
				continue
			}
			if p := try(s, a.Role); p != nil {
				return p
			}
		}
	}
	var best *joiner
	for s := range q.state.Staff {
		role := q.roleOf(s, roles, d)
		if role == "" || !pool && q.state.Programme.Role(role).Assign != NotAssigned {
			continue
		}
		if p := try(s, role); p != nil && (best == nil || p.added < best.added) {
			best = p
		}
	}
	return best
}

// roleOf returns the first of some roles that somebody has on a day, or "".
func (q *slotQuery) roleOf(staff int, roles []string, d calendar.Date) string {
	for _, r := range roles {
		if q.state.Staff[staff].has(r, d) {
			return r
		}
	}
	return ""
}

// open says why the location cannot have the visit at a start. Somebody who is
// called must be there as well, where opening times are known.
func (q *slotQuery) open(start wall) Obstacle {
	l, d := &q.state.Locations[q.location], start.date()
	span := calendar.Span{From: start.clock(), To: start.clock() + calendar.Clock(steps(q.visitType.Minutes))}
	day := q.opening[q.location][d.Weekday()]
	switch {
	case !within(d, l.Opened, l.Closed):
		return Obstacle{l.ID, PlaceShut, ""}
	case !holds(day, span) && (q.place != nowhere || !emptyWeek(&l.Opening)):
		return Obstacle{l.ID, PlaceShut, ""}
	case len(q.outs) > 0 && !free(calendar.NewSpans(span), q.outs, d).Contains(span):
		return Obstacle{l.ID, PlaceOut, ""}
	}
	return Obstacle{}
}

// holds reports whether one of some spans in order holds another; it allocates
// nothing.
func holds(spans calendar.Spans, s calendar.Span) bool {
	for _, x := range spans {
		if x.From <= s.From && s.To <= x.To {
			return true
		}
	}
	return false
}

// fits says whether somebody can be there at a start, and how long they travel
// to it and how much more because of it, in minutes on the clock.
func (q *slotQuery) fits(staff int, t *PersonTime, r *SlotRule, start wall) (travel wall, added int, why Obstacle) {
	m := &q.state.Staff[staff]
	before, after := r.buffers(q.visitType)
	from, to := start-wall(before), start+wall(steps(q.visitType.Minutes))+wall(after)
	day := int(start.date() - q.from)
	work := q.work[staff][day]
	core := calendar.Span{From: from.clock(), To: from.clock() + calendar.Clock(to-from)}
	if from.date() != start.date() || !holds(work, core) {
		return 0, 0, Obstacle{m.ID, q.notAtWork(m, start.date(), core), ""}
	}
	var rows []timeRow
	if t != nil {
		rows = t.on(day)
	}
	n := q.neighbours(rows, from, to)
	if n.taken != nil {
		return 0, 0, Obstacle{m.ID, n.taken.kind.obstacle(), n.taken.ref}
	}
	travel, added, ok := q.ways(staff, &n, work, from, to)
	if !ok {
		return 0, 0, Obstacle{m.ID, OnTheWay, n.near()}
	}
	if code := q.full(m, t, day, rows, r); code != "" {
		return 0, 0, Obstacle{m.ID, code, ""}
	}
	return travel, added, Obstacle{}
}

// notAtWork says why somebody does not work at a time. The hour in which clocks
// change is nobody's working time.
func (q *slotQuery) notAtWork(m *Staff, d calendar.Date, core calendar.Span) string {
	if q.quick {
		return NotWorking
	}
	if code := q.agenda.notWorking(m, d, core); code != "" {
		return code
	}
	return NotWorking
}

// neighbours are what somebody does around a time on a day.
type neighbours struct {
	// taken is what overlaps the time itself.
	taken *timeRow
	// free is when the time before begins, at the earliest.
	free wall
	// until is when what is after begins, travel included.
	until wall
	// before and after are the nearest things at a place.
	before, after *timeRow
}

func (n *neighbours) near() string {
	switch {
	case n.before != nil:
		return n.before.ref
	case n.after != nil:
		return n.after.ref
	}
	return ""
}

func (q *slotQuery) neighbours(rows []timeRow, from, to wall) neighbours {
	n := neighbours{free: wallOf(from.date(), 0), until: wallOf(from.date()+1, 0)}
	for i := range rows {
		row := &rows[i]
		switch {
		case q.ignores(row):
		case row.to <= from:
			n.free = max(n.free, row.to)
			if row.place != nowhere && (n.before == nil || row.to >= n.before.to) {
				n.before = row
			}
		case row.core >= to:
			n.until = min(n.until, row.from)
			if row.place != nowhere && (n.after == nil || row.core < n.after.core) {
				n.after = row
			}
		default:
			n.taken = row
			return n
		}
	}
	return n
}

// ways says whether there is time to travel to and from a place, all of it in
// working time, and how much.
func (q *slotQuery) ways(staff int, n *neighbours, work calendar.Spans, from, to wall) (travel wall, added int, ok bool) {
	if q.place == nowhere {
		return 0, 0, n.until >= to
	}
	last, next := q.home(staff), q.home(staff)
	if n.before != nil {
		last = n.before.place
	}
	if n.after != nil {
		next = n.after.place
	}
	in, out := q.way(staff, last, q.place), q.way(staff, q.place, next)
	leave := from - in
	block := calendar.Span{From: leave.clock(), To: leave.clock() + calendar.Clock(to-leave)}
	end := wallOf(from.date(), work[len(work)-1].To)
	if n.after != nil {
		end = n.after.core
	}
	ok = leave.date() == from.date() && leave >= n.free && holds(work, block) && n.until >= to && to+out <= end
	return in, max(0, int(in+out-q.way(staff, last, next))), ok
}

// full says whether a day or a week holds as much as it may.
func (q *slotQuery) full(m *Staff, t *PersonTime, day int, rows []timeRow, r *SlotRule) string {
	bookings, all := q.count(rows)
	switch {
	case r.MaxDay > 0 && bookings >= r.MaxDay, m.DayCap > 0 && all >= m.DayCap:
		return FullDay
	case m.WeekCap == 0 || t == nil:
		return ""
	}
	monday := int(q.date(day).Monday() - q.from)
	week := 0
	for d := max(0, monday); d < min(monday+7, q.days); d++ {
		_, n := q.count(t.on(d))
		week += n
	}
	if week >= m.WeekCap {
		return FullWeek
	}
	return ""
}

// count returns how many bookings a day has, and with visits how much in all.
func (q *slotQuery) count(rows []timeRow) (bookings, all int) {
	for i := range rows {
		switch row := &rows[i]; {
		case q.ignores(row):
		case row.kind == takenBooking || row.kind == takenHold:
			bookings++
			all++
		case row.kind == takenVisit:
			all++
		}
	}
	return bookings, all
}
