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
		if v.promise == nil || v.promise.handover != nil {
			continue // both people of a handover come free of charge
		}
		for _, row := range v.rows {
			roles := []string{row.Role}
			if slices.Contains(v.promise.requirement.Pool, row.Role) && !takesPart(v.promise.requirement, row.Role) {
				roles = v.promise.requirement.Pool
			}
			if !slices.ContainsFunc(roles, func(role string) bool { return c.freeOn(role, v.promise.location.ID, row.Staff, v.date) }) {
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
		s, l := c.staff[staff], c.locations[location]
		return s != nil && l != nil && c.mayServe(s, role, l)
	}
	return staff != "" && c.first(role, location) == staff
}

// freeOn is as free, on a day: until a location changes hands, the former
// person is its own.
func (c *checker) freeOn(role, location, staff string, d calendar.Date) bool {
	if c.folder.Replan != nil {
		for _, a := range c.serving[servingKey{location, role, primary}] {
			if c.ended(a) && holds(d, a.From, a.To) {
				return a.Staff == staff
			}
		}
	}
	return c.free(role, location, staff)
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
		if !c.complete(p) {
			continue
		}
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
		for d := c.firstDay; d <= c.to && total[s.ID] > 0; d++ {
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

// places lists the roles of each person who must be at a visit.
func places(r *planner.Requirement) [][]string {
	out := [][]string{{r.Role}}
	for _, role := range r.With {
		out = append(out, []string{role})
	}
	if len(r.Pool) > 0 {
		out = append(out, r.Pool)
	}
	return out
}

// complete reports whether there is somebody for each place in the crew.
func (c *checker) complete(p *promise) bool {
	if p.handover != nil {
		return true
	}
	for i, roles := range places(p.requirement) {
		pooled := len(p.requirement.Pool) > 0 && i > len(p.requirement.With)
		if !slices.ContainsFunc(c.state.Staff, func(s planner.Staff) bool {
			return slices.ContainsFunc(roles, func(role string) bool {
				return c.free(role, p.location.ID, s.ID) || c.stands(role, p.location.ID, s.ID) || pooled && c.mayServe(&s, role, p.location)
			})
		}) {
			return false
		}
	}
	return true
}

// stands reports whether somebody is the backup of a location.
func (c *checker) stands(role, location, staff string) bool {
	rows := c.serving[servingKey{location, role, backup}]
	return len(rows) > 0 && rows[len(rows)-1].Staff == staff
}

// firstChoices returns who makes the visits of a promise when nothing stands in
// the way: for each place in the crew the first person who is free of charge.
func (c *checker) firstChoices(p *promise) []string {
	if h := p.handover; h != nil {
		return []string{h.fresh, h.old}
	}
	var out []string
	for _, roles := range places(p.requirement) {
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
