package verify

import (
	"slices"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
)

// checkSchedule proves the amounts of plan.json for the visits: what the
// reasons of the rows add up to, and what the visits themselves cost.
func (c *checker) checkSchedule() {
	told := map[string]int64{}
	var soft int64
	for i := range c.folder.Visits {
		r := &c.folder.Visits[i]
		at := Fault{Kind: ReasonSum, Location: r.Location, Role: r.Role, Staff: r.Staff, Visit: r.Visit, Date: calendar.DateOf(r.Start, c.zone)}
		for _, a := range c.amounts(r.Reason, at) {
			told[a.name] += a.value
			soft += a.value
		}
	}
	at := Fault{Date: calendar.NoDate}
	s := c.folder.Summary.Schedule
	c.checkTotals(at, "the reasons of the visits", told, c.folder.Summary.Constraints)
	at.Kind = WrongTotal
	if s.Soft != soft {
		c.add(at, "schedule.soft is %d in plan.json, the reasons of the visits add up to %d", s.Soft, soft)
	}
	if s.Hard != 0 {
		c.add(at, "schedule.hard is %d in plan.json: a rule is broken", s.Hard)
	}
	at.Kind = WrongAmount
	for _, x := range []struct {
		name string
		want int64
	}{
		{"travel", c.travelCost()},
		{"spacing", c.spacingCost()},
		{"school_holiday", c.schoolCost()},
		{"no_parents", c.parentsCost()},
		{"backup", c.backupCost()},
		{"smooth", c.smoothCost()},
	} {
		if have := c.folder.Summary.Constraints[x.name]; have != x.want {
			c.add(at, "%s is %d in plan.json, the visits make it %d", x.name, have, x.want)
		}
	}
}

func (c *checker) travelCost() (sum int64) {
	for _, d := range c.days {
		sum += d.cost
	}
	return sum
}

// spacingCost prices each day between two successive visits of a promise that
// is more or less than the ideal; the last completed one counts as a visit.
func (c *checker) spacingCost() (sum int64) {
	days := map[*promise][]calendar.Date{}
	for i := range c.visits {
		if v := &c.visits[i]; v.promise != nil {
			days[v.promise] = append(days[v.promise], v.date)
		}
	}
	for p, on := range days {
		if p.requirement.Anchor != nil || p.requirement.IdealGapDays == 0 {
			continue
		}
		if h := c.history[p.key()]; len(h) > 0 {
			on = append(on, h[len(h)-1])
		}
		slices.Sort(on)
		for i := 1; i < len(on); i++ {
			off := int64(on[i]-on[i-1]) - int64(p.requirement.IdealGapDays)
			sum += max(off, -off) * c.weights.Spacing
		}
	}
	return sum
}

func (c *checker) schoolCost() (sum int64) {
	region := map[string]string{}
	for _, m := range c.state.Programme.Municipalities {
		region[m.Code] = m.SchoolRegion
	}
	for i := range c.visits {
		v := &c.visits[i]
		if v.promise == nil {
			continue
		}
		if r, known := region[v.promise.location.Municipality]; known {
			if _, off := calendar.SchoolHoliday(v.date, r); off {
				sum += c.weights.SchoolHoliday
			}
		}
	}
	return sum
}

// parentsCost prices each visit that wishes parents and meets none; a visit on
// the location's own meeting meets them there.
func (c *checker) parentsCost() (sum int64) {
	for i := range c.visits {
		v := &c.visits[i]
		if v.promise == nil || !v.promise.visitType.ParentsPresent || v.promise.requirement.Anchor != nil {
			continue
		}
		if !touches(v.span, v.promise.location.Parents[v.date.Weekday()]) {
			sum += c.weights.NoParents
		}
	}
	return sum
}

// backupCost prices each person at a visit who is not the location's own.
func (c *checker) backupCost() (sum int64) {
	for i := range c.visits {
		v := &c.visits[i]
		if v.promise == nil {
			continue
		}
		for _, row := range v.rows {
			if handingOver(v, row) {
				continue
			}
			roles := []string{row.Role}
			if slices.Contains(v.promise.requirement.Pool, row.Role) && !takesPart(v.promise.requirement, row.Role) {
				roles = v.promise.requirement.Pool
			}
			if !slices.ContainsFunc(roles, func(role string) bool { return c.free(role, v.promise.location.ID, row.Staff) }) {
				sum += c.weights.Backup
			}
		}
	}
	return sum
}

// free reports whether somebody visits a location in a role without a charge:
// as its primary, or in a role that has no locations of its own.
func (c *checker) free(role, location, staff string) bool {
	if r := c.roles[role]; r != nil && r.Assign == planner.NotAssigned {
		s := c.staff[staff]
		return s != nil && c.inRole(s, role)
	}
	return staff != "" && c.first(role, location) == staff
}

type weekKey struct {
	staff  string
	monday calendar.Date
}

// smoothCost prices each minute of visits above a person's even week.
func (c *checker) smoothCost() (sum int64) {
	minutes := map[weekKey]int64{}
	for i := range c.visits {
		v := &c.visits[i]
		if v.promise == nil {
			continue
		}
		for _, row := range v.rows {
			minutes[weekKey{row.Staff, v.date.Monday()}] += occupied(v.promise.visitType)
		}
	}
	even := c.evenWeeks()
	for key, n := range minutes {
		if e := even[key.staff]; e > 0 && n > e {
			sum += (n - e) * c.weights.Smooth
		}
	}
	return sum
}

// occupied returns how long a visit takes somebody's time: minutes and buffers,
// each in steps of five.
func occupied(v *planner.VisitType) int64 {
	return 5 * (roundUp(int64(v.Minutes), 5) + roundUp(int64(v.BufferBefore), 5) + roundUp(int64(v.BufferAfter), 5))
}

// evenWeeks returns for each person the visit time of an even week: all visits
// that are the person's in the first place over the weeks with work, at least
// the longest of them.
func (c *checker) evenWeeks() map[string]int64 {
	total, longest := map[string]int64{}, map[string]int64{}
	for i := range c.promises {
		p := &c.promises[i]
		open := int64(c.plannable(p))
		for _, s := range c.firstChoices(p) {
			total[s] += open * occupied(p.visitType)
			if open > 0 {
				longest[s] = max(longest[s], occupied(p.visitType))
			}
		}
	}
	out := map[string]int64{}
	for i := range c.state.Staff {
		s := &c.state.Staff[i]
		weeks := map[calendar.Date]bool{}
		for d := c.from; d <= c.to && total[s.ID] > 0; d++ {
			if len(c.working(s, d)) > 0 {
				weeks[d.Monday()] = true
			}
		}
		if len(weeks) > 0 {
			out[s.ID] = max(longest[s.ID], roundUp(total[s.ID], int64(len(weeks))))
		}
	}
	return out
}

// firstChoices returns who makes the visits of a promise when nothing stands in
// the way: for each place in the crew the first person who is free of charge.
func (c *checker) firstChoices(p *promise) []string {
	if h := p.handover; h != nil {
		return []string{h.fresh, h.old}
	}
	r := p.requirement
	places := [][]string{{r.Role}}
	for _, role := range r.With {
		places = append(places, []string{role})
	}
	if len(r.Pool) > 0 {
		places = append(places, r.Pool)
	}
	var out []string
	for _, roles := range places {
		i := slices.IndexFunc(c.state.Staff, func(s planner.Staff) bool {
			return slices.ContainsFunc(roles, func(role string) bool {
				return c.free(role, p.location.ID, s.ID)
			})
		})
		if i >= 0 {
			out = append(out, c.state.Staff[i].ID)
		}
	}
	return out
}

// inRole reports whether somebody has a contract in a role in the period.
func (c *checker) inRole(s *planner.Staff, role string) bool {
	return slices.ContainsFunc(s.Contracts, func(k planner.Contract) bool {
		return k.Role == role && c.daysBetween(k.From, k.To) > 0
	})
}
