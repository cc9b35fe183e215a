package planner

import (
	"cmp"
	"slices"
	"sync"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
)

// SlotRequest asks for moments at which a location can have a visit.
type SlotRequest struct {
	Location, VisitType string
	// Role asks for somebody of a role; empty for the first role, in the order of
	// the programme, in which the location has somebody who can be booked.
	Role string
	// Staff asks for one person; empty for anybody.
	Staff string
	// From and To bound the start, To exclusive.
	From, To time.Time
	// Urgent marks an acute question: its reserve is open, and the soonest comes
	// first.
	Urgent bool
	// Now is the moment of asking.
	Now time.Time
	// Limit is how many slots are wanted at most.
	Limit int
	// Without is the reference of a booking that is to be moved: its own time
	// counts as free.
	Without string
}

// PersonTimes gives the time of a person by staff id; nil is nothing taken.
type PersonTimes func(staff string) *PersonTime

// candidate is somebody who can be booked at a location, by one rule.
type candidate struct {
	staff    int
	role     string
	relation SlotRelation
	rule     int
	// from and to are the days of the assignment.
	from, to calendar.Date
	time     *PersonTime
}

// slotQuery is one question while it is answered.
type slotQuery struct {
	*Slots
	req       *SlotRequest
	times     PersonTimes
	visitType *VisitType
	location  int
	outs      []Blackout
	place     int32 // nowhere unless the visit is on site
	now       int64 // in seconds
	// first and last bound the starts, both inclusive, in the days prepared.
	first, last wall
	soonest     wall // now, on the wall
	// quick says that nobody asks for the reasons.
	quick bool
	found []foundSlot
}

// foundSlot is a slot before it is written out.
type foundSlot struct {
	start, travel    wall
	candidate, added int32
	along            []joiner
}

// joiner is somebody who comes along.
type joiner struct {
	staff  int
	role   string
	travel wall
	added  int
}

var foundPool = sync.Pool{New: func() any { return new([]foundSlot) }}

// query prepares a question. It returns nil when the location or the visit type
// is unknown or cannot be booked.
func (x *Slots) query(req *SlotRequest, times PersonTimes) *slotQuery {
	l, known := x.locations[req.Location]
	vt := x.state.Programme.VisitType(req.VisitType)
	if !known || vt == nil || !vt.Bookable {
		return nil
	}
	q := &slotQuery{
		Slots: x, req: req, times: times, visitType: vt, location: l, place: nowhere, now: req.Now.Unix(), soonest: wallUp(req.Now, x.zone),
		first: max(wallUp(req.From, x.zone), wallOf(x.from, 0)), last: min(wallUp(req.To, x.zone), wallOf(x.date(x.days), 0)) - 1,
	}
	q.outs = x.agenda.blackouts.against(vt, &x.state.Locations[l])
	if vt.Mode == OnSite {
		q.place = int32(l)
	}
	return q
}

// Offer returns the moments that can be booked, the best first. Whoever is the
// location's own comes first, then the standing pair, the backup and others of
// the team; of one person's moments those first for which the crew travels least,
// in steps of ten minutes, then the earliest. For an urgent question days come
// before all that.
func (x *Slots) Offer(req *SlotRequest, times PersonTimes) []Slot {
	q := x.query(req, times)
	if q == nil {
		return nil
	}
	buffer := foundPool.Get().(*[]foundSlot) //nolint:forcetypeassert // the pool holds nothing else
	q.found, q.quick = (*buffer)[:0], true
	defer func() { *buffer = q.found; foundPool.Put(buffer) }()
	all := q.candidates()
	for i := range all {
		if !req.Urgent && q.enough(all, i) {
			break
		}
		q.scan(&all[i], i)
	}
	q.rank(all)
	return q.write(all)
}

// enough reports whether the slots of those before a candidate are enough: all
// of them come before any of this one.
func (q *slotQuery) enough(all []candidate, i int) bool {
	return q.req.Limit > 0 && len(q.found) >= q.req.Limit && (all[i].staff != all[i-1].staff || all[i].relation != all[i-1].relation)
}

// scan finds the slots of a candidate.
func (q *slotQuery) scan(c *candidate, index int) {
	for day := range q.daysOf(c) {
		if len(q.work[c.staff][day]) == 0 {
			continue
		}
		q.starts(c, day, func(start wall) {
			if code, _ := q.early(c, start); code != "" {
				return
			}
			if travel, added, along, o := q.judge(c, start); o.Code == "" {
				q.found = append(q.found, foundSlot{start, travel, int32(index), int32(added), along})
			}
		})
	}
}

// daysOf yields the days on which a candidate may be asked for.
func (q *slotQuery) daysOf(c *candidate) func(yield func(int) bool) {
	r := &q.rules[c.rule]
	first, last := max(q.first.date(), c.from), min(q.last.date(), q.soonest.date()+calendar.Date(r.HorizonDays))
	if c.to != calendar.NoDate {
		last = min(last, c.to)
	}
	return func(yield func(int) bool) {
		for d := first; d <= last; d++ {
			if !yield(int(d - q.from)) {
				return
			}
		}
	}
}

// starts calls f for each start that the rule's windows have on a day.
func (q *slotQuery) starts(c *candidate, day int, f func(wall)) {
	r, d := &q.rules[c.rule], q.date(day)
	minutes, step := calendar.Clock(steps(q.visitType.Minutes)), calendar.Clock(r.Increment)
	for _, w := range q.windows[c.rule][d.Weekday()] {
		for at := (w.From + step - 1) / step * step; at+minutes <= w.To; at += step {
			if start := wallOf(d, at); start >= q.first && start <= q.last {
				f(start)
			}
		}
	}
}

// rank puts the best first.
func (q *slotQuery) rank(all []candidate) {
	slices.SortFunc(q.found, func(a, b foundSlot) int {
		if q.req.Urgent {
			if c := cmp.Compare(a.start.date(), b.start.date()); c != 0 {
				return c
			}
		}
		x, y := &all[a.candidate], &all[b.candidate]
		return cmp.Or(cmp.Compare(x.relation.order(), y.relation.order()), cmp.Compare(x.staff, y.staff),
			cmp.Compare(a.added/nearby, b.added/nearby), cmp.Compare(a.start, b.start), cmp.Compare(a.candidate, b.candidate))
	})
}

// write turns the best into slots, each moment of a person once.
func (q *slotQuery) write(all []candidate) []Slot {
	n := len(q.found)
	if q.req.Limit > 0 {
		n = min(n, q.req.Limit)
	}
	out := make([]Slot, 0, n)
	for i := range q.found {
		if len(out) == n {
			break
		}
		s := q.slot(&all[q.found[i].candidate], &q.found[i])
		if !slices.ContainsFunc(out, func(o Slot) bool { return o.Start.Equal(s.Start) && o.Crew[0].Staff == s.Crew[0].Staff }) {
			out = append(out, s)
		}
	}
	return out
}

func (q *slotQuery) slot(c *candidate, f *foundSlot) Slot {
	r := &q.rules[c.rule]
	minutes := wall(steps(q.visitType.Minutes))
	before, after := r.buffers(q.visitType)
	s := Slot{
		Start: f.start.in(q.zone), End: (f.start + minutes).in(q.zone), VisitType: q.visitType.ID, Relation: c.relation,
		Added: int(f.added), Rule: r.ID, Approval: r.Approval, Acute: r.AcuteHours > 0,
	}
	add := func(staff int, role string, travel wall) {
		s.Crew = append(s.Crew, SlotCrew{
			Staff: q.state.Staff[staff].ID, Role: role, Travel: int(travel),
			From: (f.start - wall(before) - travel).in(q.zone), To: (f.start + minutes + wall(after)).in(q.zone),
		})
	}
	add(c.staff, c.role, f.travel)
	for _, p := range f.along {
		add(p.staff, p.role, p.travel)
	}
	return s
}

// At returns the slot that starts at a moment: with the person that the request
// names, or with the best. Without one it says what stands in the way of each.
func (x *Slots) At(req *SlotRequest, start time.Time, times PersonTimes) (Slot, []Obstacle) {
	moment := *req
	moment.From, moment.To, moment.Limit = start, start.Add(time.Minute), 1
	q := x.query(&moment, times)
	if q == nil {
		return Slot{}, []Obstacle{{Who: req.VisitType, Code: NotBookable}}
	}
	if found := x.Offer(&moment, times); len(found) == 1 && found[0].Start.Equal(start) {
		return found[0], nil
	}
	var out []Obstacle
	for _, c := range q.candidates() {
		out = append(out, q.obstacle(&c, start))
	}
	if len(out) == 0 {
		out = []Obstacle{{Who: req.Location, Code: NobodyAssigned}}
	}
	return Slot{}, out
}

// obstacle says why a candidate cannot come at a moment.
func (q *slotQuery) obstacle(c *candidate, start time.Time) Obstacle {
	at := wallAt(start, q.zone)
	who := q.state.Staff[c.staff].ID
	code, detail := q.early(c, at)
	if code == "" && at.date() >= q.from && int(at.date()-q.from) < q.days {
		_, _, _, o := q.judge(c, at)
		if o.Code != "" {
			return o
		}
	}
	return Obstacle{Who: who, Code: cmp.Or(code, OffRule), Detail: detail}
}

// Confirm says whether a slot that was offered still stands, given what is taken
// of its crew's time by now, and returns it with the travel of now. It gives the
// obstacles when it does not.
func (x *Slots) Confirm(req *SlotRequest, s *Slot, times PersonTimes) (Slot, []Obstacle) {
	one := *req
	one.Staff, one.From, one.To, one.Limit = s.Crew[0].Staff, s.Start, s.Start.Add(time.Minute), 0
	q := x.query(&one, times)
	if q == nil {
		return Slot{}, []Obstacle{{Who: req.VisitType, Code: NotBookable}}
	}
	all := q.candidates()
	var why []Obstacle
	for i := range all {
		c := &all[i]
		if q.rules[c.rule].ID != s.Rule || c.role != s.Crew[0].Role {
			continue
		}
		at := wallAt(s.Start, q.zone)
		if code, detail := q.early(c, at); code != "" {
			why = append(why, Obstacle{s.Crew[0].Staff, code, detail})
			continue
		}
		f, o := q.judgeCrew(c, at, s.Crew)
		if o.Code == "" {
			return q.slot(c, &f), nil
		}
		why = append(why, o)
	}
	if len(why) == 0 {
		why = []Obstacle{{Who: s.Crew[0].Staff, Code: OffRule}}
	}
	return Slot{}, why
}
