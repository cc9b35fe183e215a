package schedule

import (
	"cmp"
	"slices"
)

// Evaluate computes the score of a solution from nothing but the problem, and
// its soft cost by constraint. Placements holds one entry for each visit, nil
// for unplanned. The hard faults it counts are those that Verify lists.
func Evaluate(p *Problem, placements []*Placement) (Score, Amounts) {
	l := audit(p, placements)
	sum := l.rest
	for i := range l.visits {
		sum.add(&l.visits[i])
	}
	return Score{Hard: l.hard, Medium: l.medium, Soft: sum.Total()}, sum
}

func (a *Amounts) add(b *Amounts) {
	a.Travel += b.Travel
	a.Spacing += b.Spacing
	a.Window += b.Window
	a.Person += b.Person
	a.Smooth += b.Smooth
	a.Move += b.Move
}

// ledger is a solution's cost, visit by visit.
type ledger struct {
	p          *Problem
	placements []*Placement
	visits     []Amounts
	// rest is what no visit causes: the way to fixed stops, and home after
	// them.
	rest   Amounts
	medium int64
	// hard counts the faults; avoidable those in which a visit takes part that
	// is not pinned.
	hard, avoidable int64
}

func (l *ledger) fault(forced bool) {
	l.hard++
	if !forced {
		l.avoidable++
	}
}

// pinned reports that a visit's place is not the search's choice; neither is a
// fixed stop's.
func (l *ledger) pinned(visit int) bool {
	return visit == None || l.p.Visits[visit].Pinned && l.p.Visits[visit].Published != nil
}

// call is one stop of the evaluation.
type call struct {
	route    int // staff × days + day
	from, to int32
	place    int
	visit    int // None for a fixed stop
}

func audit(p *Problem, placements []*Placement) *ledger {
	l := &ledger{p: p, placements: placements, visits: make([]Amounts, len(p.Visits))}
	calls := l.calls()
	for i := 0; i < len(calls); {
		k := i
		for k < len(calls) && calls[k].route == calls[i].route {
			k++
		}
		l.route(calls[i:k])
		i = k
	}
	l.weeks(calls)
	moves := 0
	for v := range p.Visits {
		moves += l.visit(v)
	}
	if p.MaxMoves >= 0 && moves > p.MaxMoves {
		l.fault(false)
	}
	l.requirements()
	return l
}

// calls lists all stops, of all routes with something in them, in order.
func (l *ledger) calls() []call {
	days := len(l.p.Days)
	var out []call
	for v, pl := range l.placements {
		if pl == nil {
			continue
		}
		x := &l.p.Visits[v]
		for _, s := range pl.Staff {
			out = append(out, call{s*days + pl.Day, pl.Start - x.Before, pl.Start + x.Duration + x.After, x.Place, v})
		}
	}
	for _, f := range l.p.Fixed {
		if f.Place != None || f.Start < f.End {
			out = append(out, call{f.Staff*days + f.Day, f.Start, f.End, f.Place, None})
		}
	}
	slices.SortStableFunc(out, func(a, b call) int {
		return cmp.Or(cmp.Compare(a.route, b.route), cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to))
	})
	return out
}

// day is one route under evaluation.
type day struct {
	lane lane
	// still are the periods that fixed stops and pinned visits without a place
	// take, taken those and the ones of other visits without a place.
	still, taken spans
	staff        *Staff
	table        *Travel
	travel       int32
	busy         int32
	visits       int
	free         int // visits that are not pinned
	load         int64
	first        int32 // leaving home
	last         int32 // being back
}

// route charges the travel of one route and counts its faults.
func (l *ledger) route(calls []call) {
	d := l.open(calls)
	l.overlaps(calls)
	prev, ready, visit := d.staff.Home, d.lane.from, None
	moving := 0
	for i := range calls {
		c := &calls[i]
		if c.visit != None {
			l.occupy(d, c)
		}
		if c.place == None {
			continue
		}
		leg := l.leg(d, prev, c.place, c.visit)
		if moving == 0 {
			d.first = c.from - leg
		}
		l.journey(d, ready, leg, c.from, visit, c.visit)
		if moving == 0 {
			ready = c.to
		}
		ready = max(ready, c.to)
		prev, visit = c.place, c.visit
		moving++
	}
	if moving > 0 {
		leg := l.leg(d, prev, d.staff.Home, visit)
		d.last = ready + leg
		l.journey(d, ready, leg, d.lane.to, visit, None)
	}
	l.limits(d)
}

// journey checks that one leg of travel, from one visit to another (None for a
// fixed stop or home), is in time.
func (l *ledger) journey(d *day, from, leg, to int32, a, b int) {
	if d.taken.after(from, leg) <= to {
		return
	}
	possible := d.still.after(from, leg) <= to
	if a == None && b == None && !possible {
		return
	}
	l.fault(!possible && l.pinned(a) && l.pinned(b))
}

func (l *ledger) open(calls []call) *day {
	days := len(l.p.Days)
	staff := &l.p.Staff[calls[0].route/days]
	shift := shiftOf(l.p, calls[0].route/days, calls[0].route%days)
	d := &day{staff: staff, table: &l.p.Travel[staff.Mode]}
	d.lane = lane{from: shift.From, to: shift.To, spare: shift.To - shift.From - shift.Reserve}
	for _, c := range calls {
		if c.visit == None {
			d.lane.spare -= max(0, min(c.to, shift.To)-max(c.from, shift.From))
		}
		if c.place != None {
			continue
		}
		d.taken = append(d.taken, span{c.from, c.to})
		if l.pinned(c.visit) {
			d.still = append(d.still, span{c.from, c.to})
		}
	}
	d.taken, d.still = union(d.taken), union(d.still)
	return d
}

// leg charges one leg of travel to the visit that it leads to (or home from).
func (l *ledger) leg(d *day, from, to, visit int) int32 {
	time, cost := d.table.Leg(from, to, l.p.Weights.Travel)
	if visit == None {
		l.rest.Travel += cost
	} else {
		l.visits[visit].Travel += cost
	}
	d.travel += time
	return time
}

// occupy counts a visit in the sums of its day and checks its time against the
// shift; what else the person does is checked stop by stop.
func (l *ledger) occupy(d *day, c *call) {
	d.visits++
	if !l.pinned(c.visit) {
		d.free++
	}
	d.busy += c.to - c.from
	d.load += l.p.Visits[c.visit].Load
	if c.from < d.lane.from || c.to > d.lane.to || d.lane.to <= d.lane.from {
		l.fault(l.pinned(c.visit))
	}
}

// overlaps checks that no visit takes place while the person is busy without
// being anywhere, and no visit without a place while the person is busy at all.
func (l *ledger) overlaps(calls []call) {
	for i := range calls {
		a := &calls[i]
		for k := i + 1; k < len(calls) && calls[k].from < a.to; k++ {
			b := &calls[k]
			if (a.visit != None || b.visit != None) && (a.place == None || b.place == None) && a.from < b.to {
				l.fault(l.pinned(a.visit) && l.pinned(b.visit))
			}
		}
	}
}

func (l *ledger) limits(d *day) {
	if d.visits == 0 {
		return
	}
	for _, broken := range []bool{
		d.staff.DayCap > 0 && d.visits > d.staff.DayCap,
		d.staff.LoadCap > 0 && d.load > d.staff.LoadCap,
		d.travel+d.busy > d.lane.spare,
		d.staff.MaxDuration > 0 && d.last-d.first > d.staff.MaxDuration,
	} {
		if broken {
			l.fault(d.free == 0)
		}
	}
}

// weeks looks at each person's weeks.
func (l *ledger) weeks(calls []call) {
	days := len(l.p.Days)
	for i := 0; i < len(calls); {
		staff, week := calls[i].route/days, l.p.Days[calls[i].route%days].Week
		k := i
		for k < len(calls) && calls[k].route/days == staff && l.p.Days[calls[k].route%days].Week == week {
			k++
		}
		l.week(&l.p.Staff[staff], calls[i:k])
		i = k
	}
}

// week charges smoothness to the visits that lift a week above its target, in
// the order of time, and checks the week's cap.
func (l *ledger) week(staff *Staff, calls []call) {
	time, count, free := int64(0), 0, 0
	for _, c := range calls {
		if c.visit == None {
			continue
		}
		before := time
		time += int64(c.to - c.from)
		count++
		if !l.pinned(c.visit) {
			free++
		}
		if target := int64(staff.WeekTarget); target > 0 {
			over := max(0, time-target) - max(0, before-target)
			l.visits[c.visit].Smooth += over * l.p.Weights.Smooth
		}
	}
	if staff.WeekCap > 0 && count > staff.WeekCap {
		l.fault(free == 0)
	}
}

// visit charges what concerns one visit alone and returns 1 when it moved.
func (l *ledger) visit(v int) int {
	x, pl, a := &l.p.Visits[v], l.placements[v], &l.visits[v]
	away := x.Published != nil && (pl == nil || !samePlacement(pl, x.Published))
	if away {
		a.Move = x.Move
		if x.Pinned {
			l.fault(false)
		}
	}
	if pl == nil {
		l.medium += x.Unplanned
		return 0
	}
	l.window(x, pl, a)
	l.people(x, pl, a)
	kept := x.Published != nil && !away
	if !kept && l.p.Grain > 1 && pl.Start%l.p.Grain != 0 {
		l.fault(false)
	}
	if away {
		return 1
	}
	return 0
}

// window charges the cheapest window that a start is in.
func (l *ledger) window(x *Visit, pl *Placement, a *Amounts) {
	found := false
	for _, w := range l.p.WindowSets[x.Windows] {
		if w.Day == pl.Day && w.From <= pl.Start && pl.Start <= w.To && (!found || w.Charge < a.Window) {
			found, a.Window = true, w.Charge
		}
	}
	if !found {
		l.fault(x.Pinned && x.Published != nil)
	}
}

// people charges the options and checks the crew.
func (l *ledger) people(x *Visit, pl *Placement, a *Amounts) {
	if len(pl.Staff) != len(x.Crew) {
		l.fault(x.Pinned)
		return
	}
	for slot, s := range pl.Staff {
		i := slices.IndexFunc(x.Crew[slot], func(o Option) bool { return o.Staff == s })
		if i >= 0 {
			a.Person += x.Crew[slot][i].Charge
		}
		if i < 0 || slices.Contains(pl.Staff[:slot], s) {
			l.fault(x.Pinned && x.Published != nil)
		}
	}
}

// requirements charges each gap to its later visit and checks gaps and
// patterns.
func (l *ledger) requirements() {
	members := make([][]int, len(l.p.Requirements))
	for v := range l.p.Visits {
		if q := l.p.Visits[v].Requirement; q != None && l.placements[v] != nil {
			members[q] = append(members[q], v)
		}
	}
	for q, vs := range members {
		slices.SortStableFunc(vs, func(a, b int) int {
			return cmp.Compare(l.placements[a].Day, l.placements[b].Day)
		})
		l.requirement(&l.p.Requirements[q], vs)
	}
}

func (l *ledger) requirement(rq *Requirement, vs []int) {
	type date struct{ number, visit int }
	var dates []date
	var days []int
	for _, v := range vs {
		days = append(days, l.placements[v].Day)
		dates = append(dates, date{l.p.Days[l.placements[v].Day].Number, v})
	}
	for _, d := range dates {
		if slices.ContainsFunc(rq.Made, func(made int) bool { return abs(made-d.number) < rq.MinGap }) {
			l.fault(l.pinned(d.visit))
		}
	}
	if rq.HasLast {
		i := slices.IndexFunc(dates, func(d date) bool { return d.number >= rq.Last })
		if i < 0 {
			i = len(dates)
		}
		dates = slices.Insert(dates, i, date{rq.Last, None})
	}
	for i := 1; i < len(dates); i++ {
		gap := dates[i].number - dates[i-1].number
		if gap < rq.MinGap {
			l.fault(l.pinned(dates[i].visit) && l.pinned(dates[i-1].visit))
		}
		later := dates[i].visit
		if later == None { // Last is inside the horizon: the visit before it pays
			later = dates[i-1].visit
		}
		if rq.IdealGap > 0 {
			l.visits[later].Spacing += int64(abs(gap-rq.IdealGap)) * l.p.Weights.Spacing
		}
	}
	if len(rq.Patterns) > 0 && len(days) > 0 &&
		!slices.ContainsFunc(rq.Patterns, func(p []int) bool { return slices.Equal(p, days) }) {
		l.fault(!slices.ContainsFunc(vs, func(v int) bool { return !l.pinned(v) }))
	}
}
