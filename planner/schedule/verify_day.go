package schedule

import (
	"fmt"
	"math"
	"sort"
)

// day checks one person's day.
func (c *checker) day(s, d int) {
	stays := c.stays[s][d]
	sort.SliceStable(stays, func(i, j int) bool {
		if stays[i].from != stays[j].from {
			return stays[i].from < stays[j].from
		}
		return stays[i].to < stays[j].to
	})
	f := Fault{Visit: None, Other: None, Staff: s, Day: d, Requirement: None}
	var calls []stay // what happens wherever the person is
	var stops []stay
	for i, a := range stays {
		for _, b := range stays[:i] {
			c.overlap(f, b, a)
		}
		if a.place == None {
			calls = append(calls, a)
		} else {
			stops = append(stops, a)
		}
	}
	travel := c.journey(f, stops, calls)
	c.limits(f, stays, stops, travel)
}

func (c *checker) overlap(f Fault, a, b stay) {
	if a.visit == None && b.visit == None || a.from >= b.to || b.from >= a.to {
		return
	}
	f.Kind, f.Visit, f.Other = FaultOverlap, b.visit, a.visit
	if f.Visit == None {
		f.Visit, f.Other = a.visit, None
	}
	f.Forced = c.forced(a) && c.forced(b)
	f.Amount = min(a.to, b.to) - max(a.from, b.from)
	f.Message = fmt.Sprintf("person %d is in two places at once on day %d, for %d", f.Staff, f.Day, f.Amount)
	c.add(f)
}

// forced: the stay is nobody's choice.
func (c *checker) forced(a stay) bool { return a.visit == None || c.pinned(a.visit) }

func (c *checker) shift(s, d int) (from, to, reserve int64) {
	if c.p.Staff[s].Shifts == nil {
		return 0, math.MaxInt32, 0
	}
	x := c.p.Staff[s].Shifts[d]
	return int64(x.From), int64(x.To), int64(x.Reserve)
}

func (c *checker) travelTime(s, from, to int) int64 {
	t := c.p.Travel[c.p.Staff[s].Mode]
	i := rowOf(t, from)*t.Places + rowOf(t, to)
	if t.Cost != nil {
		c.sums.Travel += int64(t.Cost[i])
	} else {
		c.sums.Travel += int64(t.Time[i]) * c.p.Weights.Travel
	}
	return int64(t.Time[i])
}

// rowOf is the row of a place in a table.
func rowOf(t Travel, place int) int {
	if t.Of == nil {
		return place
	}
	return sort.SearchInts(t.Of, place)
}

// journey checks that each leg that leads to or from a visit has the time it
// takes, and that no visit without a place takes it from the others; it returns
// all travel time of the day.
func (c *checker) journey(f Fault, stops, calls []stay) int64 {
	if len(stops) == 0 {
		return 0
	}
	from, to, _ := c.shift(f.Staff, f.Day)
	home := c.p.Staff[f.Staff].Home
	f.Kind = FaultTravel
	total, ready := int64(0), from
	start := stay{place: home, visit: None}
	end := stay{place: home, visit: None, from: to}
	for i := 0; i <= len(stops); i++ {
		a, b := start, end
		if i > 0 {
			a = stops[i-1]
			ready = max(ready, a.to)
		}
		if i == 1 {
			ready = a.to
		}
		if i < len(stops) {
			b = stops[i]
		}
		leg := c.travelTime(f.Staff, a.place, b.place)
		total += leg
		if c.reaches(ready, b.from, leg, calls) {
			continue
		}
		f.Visit, f.Other = b.visit, a.visit
		if f.Visit == None {
			f.Visit, f.Other = a.visit, None
		}
		without := c.reaches(ready, b.from, leg, c.givens(calls))
		if a.visit == None && b.visit == None {
			if !without {
				continue // the fixed stops are too near each other by themselves
			}
			f.Visit = c.caller(calls)
		}
		f.Forced = c.forced(a) && c.forced(b) && !without
		f.Amount = ready + leg - b.from
		f.Message = fmt.Sprintf("person %d cannot get to the stop at %d on day %d in time", f.Staff, b.from, f.Day)
		c.add(f)
	}
	return total
}

// givens are the calls that are nobody's choice.
func (c *checker) givens(calls []stay) []stay {
	var out []stay
	for _, k := range calls {
		if c.forced(k) {
			out = append(out, k)
		}
	}
	return out
}

// caller is a visit among some calls that is somebody's choice, or None.
func (c *checker) caller(calls []stay) int {
	for _, k := range calls {
		if !c.forced(k) {
			return k.visit
		}
	}
	return None
}

// reaches reports whether a journey fits between two moments without a call
// in the middle of it.
func (c *checker) reaches(from, to, length int64, calls []stay) bool {
	if length == 0 {
		return from <= to
	}
	starts := []int64{from}
	for _, k := range calls {
		starts = append(starts, k.to)
	}
	for _, u := range starts {
		ok := u >= from && u+length <= to
		for _, k := range calls {
			ok = ok && (u >= k.to || k.from >= u+length)
		}
		if ok {
			return true
		}
	}
	return false
}

// limits checks a day's sums.
func (c *checker) limits(f Fault, stays, stops []stay, travel int64) {
	person := c.p.Staff[f.Staff]
	from, to, reserve := c.shift(f.Staff, f.Day)
	visits, load, taken := 0, int64(0), travel
	f.Forced = true
	for _, a := range stays {
		if a.visit == None {
			taken += max(0, min(a.to, to)-max(a.from, from))
			continue
		}
		visits++
		load += c.p.Visits[a.visit].Load
		taken += a.to - a.from
		f.Forced = f.Forced && c.pinned(a.visit)
		f.Visit = a.visit
		if a.from < from || a.to > to {
			g := f
			g.Kind, g.Forced = FaultAway, c.pinned(a.visit)
			g.Message = fmt.Sprintf("person %d does not work on day %d from %d to %d", f.Staff, f.Day, a.from, a.to)
			c.add(g)
		}
	}
	if visits == 0 {
		return
	}
	c.limit(f, FaultDayCap, int64(visits), int64(person.DayCap))
	c.limit(f, FaultLoadCap, load, person.LoadCap)
	if free := to - from - taken; free < reserve {
		f.Kind, f.Amount = FaultReserve, reserve-free
		f.Message = fmt.Sprintf("person %d keeps %d of %d free on day %d", f.Staff, free, reserve, f.Day)
		c.add(f)
	}
	if len(stops) == 0 {
		return
	}
	t, first, last := c.p.Travel[person.Mode], stops[0], stops[len(stops)-1]
	home := rowOf(t, person.Home)
	out := int64(t.Time[home*t.Places+rowOf(t, first.place)])
	back := int64(t.Time[rowOf(t, last.place)*t.Places+home])
	end := last.to
	for _, a := range stops {
		end = max(end, a.to)
	}
	c.limit(f, FaultMaxDuration, end+back-first.from+out, int64(person.MaxDuration))
}

// limit checks one sum against a limit, 0 for none.
func (c *checker) limit(f Fault, kind FaultKind, sum, limit int64) {
	if limit == 0 || sum <= limit {
		return
	}
	f.Kind, f.Amount = kind, sum-limit
	f.Message = fmt.Sprintf("person %d has %d on day %d, at most %d allowed (%s)", f.Staff, sum, f.Day, limit, kind)
	c.add(f)
}

// weeksOf checks a person's weeks.
func (c *checker) weeksOf(s int) {
	person := c.p.Staff[s]
	for d := 0; d < len(c.p.Days); {
		week := c.p.Days[d].Week
		f := Fault{Visit: None, Other: None, Staff: s, Day: d, Requirement: None, Forced: true}
		visits, time := int64(0), int64(0)
		for ; d < len(c.p.Days) && c.p.Days[d].Week == week; d++ {
			for _, a := range c.stays[s][d] {
				if a.visit != None {
					visits++
					time += a.to - a.from
					f.Forced = f.Forced && c.pinned(a.visit)
					f.Visit = a.visit
				}
			}
		}
		c.limit(f, FaultWeekCap, visits, int64(person.WeekCap))
		if over := time - int64(person.WeekTarget); person.WeekTarget > 0 && over > 0 {
			c.sums.Smooth += over * c.p.Weights.Smooth
		}
	}
}

// score compares the stated sums with the true ones.
func (c *checker) score() {
	hard := int64(len(c.faults))
	f := Fault{Kind: FaultScore, Visit: None, Other: None, Staff: None, Day: None, Requirement: None}
	wrong := func(what string, stated, actual int64) {
		if stated != actual {
			f.Amount, f.Message = stated-actual, fmt.Sprintf("%s is stated as %d and is %d", what, stated, actual)
			c.add(f)
		}
	}
	a, b, s := c.r.Amounts, c.sums, c.r.Score
	wrong("medium", s.Medium, c.medium)
	wrong("travel", a.Travel, b.Travel)
	wrong("spacing", a.Spacing, b.Spacing)
	wrong("window", a.Window, b.Window)
	wrong("person", a.Person, b.Person)
	wrong("smooth", a.Smooth, b.Smooth)
	wrong("move", a.Move, b.Move)
	wrong("soft", s.Soft, b.Travel+b.Spacing+b.Window+b.Person+b.Smooth+b.Move)
	if (s.Hard == 0) != (hard == 0) {
		f.Amount, f.Message = s.Hard-hard, fmt.Sprintf("hard is stated as %d and %d faults were found", s.Hard, hard)
		c.add(f)
	}
}
