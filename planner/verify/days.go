package verify

import (
	"cmp"
	"slices"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
)

type dayKey struct {
	staff string
	date  calendar.Date
}

// day is what somebody does on a day, in order of time.
type day struct {
	stops []stop
	// travel is the travel of the day on the clock and cost what it costs, in
	// hundredths of a minute.
	travel int
	cost   int64
}

// stop is one thing that keeps somebody busy.
type stop struct {
	busy calendar.Span
	// place is nil when it is wherever the person is.
	place *planner.Point
	// visit and row are nil for a break and for consult time; fixed says that
	// the plan had no say in it.
	visit *visit
	row   *VisitRow
	fixed bool
}

// readDays gathers the stops of everybody's days.
func (c *checker) readDays() {
	c.days = map[dayKey]*day{}
	for i := range c.visits {
		v := &c.visits[i]
		for _, r := range v.rows {
			key := dayKey{r.Staff, v.date}
			if c.days[key] == nil {
				c.days[key] = &day{}
				c.dayOrder = append(c.dayOrder, key)
			}
			c.days[key].stops = append(c.days[key].stops, stop{
				busy: v.busy, place: v.place(), visit: v, row: r, fixed: v.meeting != nil,
			})
		}
	}
	slices.SortFunc(c.dayOrder, func(a, b dayKey) int {
		return cmp.Or(cmp.Compare(a.staff, b.staff), cmp.Compare(a.date, b.date))
	})
	for _, d := range c.days {
		slices.SortStableFunc(d.stops, byStart)
	}
}

func byStart(a, b stop) int {
	return cmp.Or(cmp.Compare(a.busy.From, b.busy.From), cmp.Compare(a.busy.To, b.busy.To))
}

// checkDays proves each person's day: nothing overlaps, there is time to
// travel, what must stay free stays free, and the caps hold.
func (c *checker) checkDays() {
	weeks := map[dayKey]int{}
	for _, key := range c.dayOrder {
		s := c.staff[key.staff]
		if s == nil {
			continue
		}
		d := c.days[key]
		c.checkOverlaps(d)
		c.checkLegs(s, key.date, d)
		visits := d.visits()
		weeks[dayKey{key.staff, key.date.Monday()}] += visits
		if visits == 0 {
			continue
		}
		c.checkReserve(s, key.date, d)
		most := s.DayCap
		if most == 0 {
			most = int(c.assumption("day_cap", 3, s.Organisation))
		}
		if visits > most {
			c.add(Fault{Kind: DayCap, Staff: s.ID, Date: key.date}, "%d visits on one day, at most %d", visits, most)
		}
	}
	for _, s := range c.state.Staff {
		for monday := c.from.Monday(); monday <= c.to && s.WeekCap > 0; monday += 7 {
			if n := weeks[dayKey{s.ID, monday}]; n > s.WeekCap {
				c.add(Fault{Kind: WeekCap, Staff: s.ID, Date: monday}, "%d visits in the week of %s, at most %d", n, monday, s.WeekCap)
			}
		}
	}
}

// visits counts the stops that are visits.
func (d *day) visits() int {
	n := 0
	for _, x := range d.stops {
		if !x.fixed {
			n++
		}
	}
	return n
}

func (c *checker) checkOverlaps(d *day) {
	for i := range d.stops {
		for k := range i {
			a, b := &d.stops[k], &d.stops[i]
			if overlap(a.busy, b.busy).Empty() {
				continue
			}
			c.add(b.visit.rowFault(Overlap, b.row), "%s is busy %s with %s and %s with %s",
				b.row.Staff, clocks(a.busy), a.visit.id, clocks(b.busy), b.visit.id)
		}
	}
}

// blocks returns the breaks and the consult time of a day, as stops that do not
// move and are wherever the person is.
func (c *checker) blocks(s *planner.Staff, d calendar.Date) []stop {
	var out []stop
	working := c.working(s, d)
	for i := 1; i < len(working); i++ {
		out = append(out, stop{busy: calendar.Span{From: working[i-1].To, To: working[i].From}, fixed: true})
	}
	for _, span := range c.consult(s, "", d) {
		out = append(out, stop{busy: span, fixed: true})
	}
	return out
}

// checkLegs proves that every journey – from home, between stops, and home –
// fits in one piece between what is before and after it, and that the files
// name its minutes. A journey between two things that do not move is not the
// plan's doing.
func (c *checker) checkLegs(s *planner.Staff, date calendar.Date, d *day) {
	stops := append(c.blocks(s, date), d.stops...)
	slices.SortStableFunc(stops, byStart)
	w := walk{at: &s.Home, fixed: true}
	working := c.working(s, date)
	if len(working) > 0 {
		w.free, w.open = working[0].From, working[0].From
	}
	for i := range stops {
		x := &stops[i]
		w.gap = max(w.gap, x.busy.From-w.free)
		if !x.call() {
			w.clear = max(w.clear, x.busy.From-w.open)
		}
		need := 0
		if x.place != nil {
			need = c.norms.clock(w.at, x.place, s.Mode)
			c.checkLeg(&w, x, need)
			d.travel += need
			d.cost += c.legCost(w.at, x.place, s.Mode)
			w = walk{at: x.place, last: x, fixed: x.fixed, free: w.free, open: w.open}
		}
		w.free = max(w.free, x.busy.To)
		if !x.call() {
			w.open = max(w.open, x.busy.To)
		}
		if x.row != nil && x.row.TravelMinutes != need {
			c.add(x.visit.rowFault(WrongTravel, x.row), "travel_minutes is %d, the journey takes %d", x.row.TravelMinutes, need)
		}
	}
	if w.last == nil {
		return
	}
	need := c.norms.clock(w.at, &s.Home, s.Mode)
	d.travel += need
	d.cost += c.legCost(w.at, &s.Home, s.Mode)
	if len(working) == 0 {
		return
	}
	end := working[len(working)-1].To
	w.clear = max(w.clear, end-w.open)
	if w.gap = max(w.gap, end-w.free); int(w.gap) < need && !w.forced(true, need) {
		c.add(w.last.visit.rowFault(TravelTime, w.last.row), "going home takes %d minutes and work ends at %s, %d minutes later",
			need, working[len(working)-1].To, w.gap)
	}
}

// legCost returns what a journey costs at the weight of travel.
func (c *checker) legCost(a, b *planner.Point, mode planner.TravelMode) int64 {
	return c.norms.cost(a, b, mode) * c.weights.Travel / 100
}

// walk is where somebody is in the course of a day.
type walk struct {
	at *planner.Point
	// last is the stop there, nil for home; fixed says that it does not move.
	last  *stop
	fixed bool
	// free is when the person is next free, gap the longest time that was free
	// in one piece since leaving could begin.
	free, gap calendar.Clock
	// open and clear are the same without visits that have no place.
	open, clear calendar.Clock
}

// forced reports whether a journey is late whatever the plan does: between two
// things that do not move, and not because of a visit without a place.
func (w *walk) forced(fixed bool, need int) bool { return w.fixed && fixed && int(w.clear) < need }

// call reports whether a stop is a visit without a place.
func (x *stop) call() bool { return x.place == nil && !x.fixed }

func (c *checker) checkLeg(w *walk, x *stop, need int) {
	if x.row == nil || int(w.gap) >= need || w.forced(x.fixed, need) {
		return
	}
	from := "home"
	if w.last != nil {
		from = w.last.visit.id
	}
	c.add(x.visit.rowFault(TravelTime, x.row), "the journey from %s takes %d minutes, %d are free before %s",
		from, need, max(0, w.gap), x.busy.From)
}

// checkReserve proves that the minutes for acute questions stay free on a day
// with visits: working time without visits, meetings, consults and travel.
func (c *checker) checkReserve(s *planner.Staff, date calendar.Date, d *day) {
	asked := 0
	for _, r := range c.state.Programme.Roles {
		if contract(s, r.ID, date) {
			asked += r.AcuteMinutesDay
		}
	}
	free := c.working(s, date)
	if asked == 0 || len(free) == 0 {
		return
	}
	for _, x := range d.stops {
		free = without(free, x.busy)
	}
	for _, x := range c.consult(s, "", date) {
		free = without(free, x)
	}
	if left := totalMinutes(free) - d.travel; left < asked {
		c.add(Fault{Kind: AcuteReserve, Staff: s.ID, Date: date},
			"%d minutes are left free (%d of travel), %d stay free for acute questions", left, d.travel, asked)
	}
}
