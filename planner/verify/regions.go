package verify

import (
	"fmt"
	"maps"
	"slices"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
)

// Regions proves the plan of a folder of one or more regions: each region by
// itself, that nobody who works in several is in two places at once, and that
// the sums of plan.json are those of its regions. Messages name the region.
func Regions(states []*planner.State, folder *Folder, from, to calendar.Date) []Fault {
	if len(states) == 1 && len(folder.Summary.Regions) == 0 {
		return Plan(states[0], folder, from, to)
	}
	c := &checker{}
	parts := split(states, folder, c)
	for i, s := range states {
		for _, f := range Plan(s, parts[i], from, to) {
			f.Message = "region " + s.Region + ": " + f.Message
			c.faults = append(c.faults, f)
		}
	}
	c.checkShared(states, parts, from, to)
	c.checkSums(&folder.Summary)
	return c.sorted()
}

// split gives each region the rows of its locations and people. Of rows that
// several regions could have written, each has one.
func split(states []*planner.State, folder *Folder, c *checker) []*Folder {
	parts := make([]*Folder, len(states))
	byLocation, byStaff, byMeeting := map[string][]int{}, map[string][]int{}, map[string][]int{}
	for i, s := range states {
		parts[i] = &Folder{Travel: folder.Travel, Summary: regionSummary(&folder.Summary, s.Region, c)}
		for k := range s.Locations {
			byLocation[s.Locations[k].ID] = append(byLocation[s.Locations[k].ID], i)
		}
		for k := range s.Staff {
			byStaff[s.Staff[k].ID] = append(byStaff[s.Staff[k].ID], i)
		}
		for k := range s.Meetings {
			byMeeting[s.Meetings[k].ID] = append(byMeeting[s.Meetings[k].ID], i)
		}
	}
	d := dealer{byLocation, byStaff, byMeeting, map[string]int{}, c}
	for _, r := range folder.Visits {
		if i := d.region(r.Location, r.Staff, "", "visit", r.Visit, r.Staff); i >= 0 {
			parts[i].Visits = append(parts[i].Visits, r)
		}
	}
	if folder.Replan != nil {
		d.dealReplan(folder, parts)
	}
	for _, r := range folder.Assignments {
		if i := d.region(r.Location, r.Staff, "", "assignment", r.Location, r.Role, r.Kind, r.From.String()); i >= 0 {
			parts[i].Assignments = append(parts[i].Assignments, r)
		}
	}
	for k, r := range folder.Unplanned {
		if i := d.region(r.Location, "", r.Requirement, "unplanned", fmt.Sprint(k)); i >= 0 {
			parts[i].Unplanned = append(parts[i].Unplanned, r)
		}
	}
	for _, r := range folder.Coverage {
		if i := d.region(r.Location, "", "", "coverage", r.Location, r.Requirement); i >= 0 {
			parts[i].Coverage = append(parts[i].Coverage, r)
		}
	}
	return parts
}

func regionSummary(all *Summary, region string, c *checker) Summary {
	i := slices.IndexFunc(all.Regions, func(s Summary) bool { return s.Region == region })
	if i < 0 {
		c.add(Fault{Kind: UnknownID, Date: calendar.NoDate}, "plan.json has no region %q", region)
		return Summary{}
	}
	return all.Regions[i]
}

// dealer finds the region of a row.
type dealer struct {
	byLocation, byStaff, byMeeting map[string][]int

	dealt map[string]int
	c     *checker
}

// dealReplan gives each region what was published of it, and its changes.
func (d *dealer) dealReplan(folder *Folder, parts []*Folder) {
	of := map[string]int{}
	for _, r := range folder.Published {
		if i := d.region(r.Location, r.Staff, "", "published", r.Visit, r.Staff); i >= 0 {
			parts[i].Published = append(parts[i].Published, r)
			of[r.Visit] = i
		}
	}
	for i, part := range parts {
		for _, r := range part.Visits {
			of[r.Visit] = i
		}
		replan := *folder.Replan
		replan.Changes, replan.Must = nil, 0
		part.Replan = &replan
	}
	for _, r := range folder.PublishedAssignments {
		if i := d.region(r.Location, r.Staff, "", "published assignment", r.Location, r.Role, r.Kind, r.From.String()); i >= 0 {
			parts[i].PublishedAssignments = append(parts[i].PublishedAssignments, r)
		}
	}
	for _, x := range folder.Replan.Changes {
		part := parts[of[x.Visit]]
		part.Replan.Changes = append(part.Replan.Changes, x)
	}
	for _, r := range folder.ChangeRows {
		part := parts[of[r.Visit]]
		part.ChangeRows = append(part.ChangeRows, r)
	}
}

// region returns the region of a row with this location or, without one, of
// this person or meeting; of rows with one key the regions that share it have one each. It
// is −1, with a fault, for a row of no region.
func (d *dealer) region(location, staff, meeting string, key ...string) int {
	regions := d.byLocation[location]
	if location == "" || len(regions) == 0 {
		if regions = d.byStaff[staff]; len(regions) == 0 {
			regions = d.byMeeting[meeting]
		}
	}
	if len(regions) == 0 {
		d.c.add(Fault{Kind: UnknownID, Location: location, Staff: staff, Date: calendar.NoDate}, "%v is of no region", key)
		return -1
	}
	k := fmt.Sprint(key)
	d.dealt[k]++
	return regions[(d.dealt[k]-1)%len(regions)]
}

// checkShared proves that nobody who works in several regions has visits of two
// of them at the same time.
func (c *checker) checkShared(states []*planner.State, parts []*Folder, from, to calendar.Date) {
	type booking struct {
		visit  *visit
		region int
	}
	days := map[dayKey][]booking{}
	for i, s := range states {
		one := newChecker(s, parts[i], from, to)
		one.zone = zoneOf(s)
		one.readVisits()
		for k := range one.visits {
			v := &one.visits[k]
			for _, r := range v.rows {
				key := dayKey{r.Staff, v.date}
				for _, b := range days[key] {
					if b.region != i && (v.visitType != nil || b.visit.visitType != nil) && !overlap(v.busy, b.visit.busy).Empty() {
						c.add(v.rowFault(Overlap, r), "region %s: %s is busy %s, and %s with %s of region %s",
							s.Region, r.Staff, clocks(v.busy), clocks(b.visit.busy), b.visit.id, states[b.region].Region)
					}
				}
				days[key] = append(days[key], booking{v, i})
			}
		}
	}
}

// checkSums proves that the totals of plan.json are those of its regions.
func (c *checker) checkSums(all *Summary) {
	schedule, constraints := ScheduleScore{}, map[string]int64{}
	roles := map[string]*RoleSummary{}
	for _, s := range all.Regions {
		schedule.Hard += s.Schedule.Hard
		schedule.Medium += s.Schedule.Medium
		schedule.Soft += s.Schedule.Soft
		addTo(constraints, s.Constraints)
		for role := range s.Assignments {
			r := s.Assignments[role]
			if roles[role] == nil {
				roles[role] = &RoleSummary{}
			}
			roles[role].add(&r)
		}
	}
	at := Fault{Kind: WrongTotal, Date: calendar.NoDate}
	if all.Schedule != schedule {
		c.add(at, "schedule is %+v in plan.json, the regions add up to %+v", all.Schedule, schedule)
	}
	c.checkTotals(at, "the regions", constraints, all.Constraints)
	for _, role := range slices.Sorted(maps.Keys(roles)) {
		r := all.Assignments[role]
		at.Role = role
		c.checkRoleSums(at, &r, roles[role])
	}
}

func (c *checker) checkRoleSums(at Fault, have, want *RoleSummary) {
	if have.Cost != want.Cost || have.Bound != want.Bound || have.Rest != want.Rest {
		c.add(at, "cost %d, bound %d and rest %d in plan.json, the regions add up to %d, %d and %d",
			have.Cost, have.Bound, have.Rest, want.Cost, want.Bound, want.Rest)
	}
	if have.Changed != want.Changed || have.Travel != want.Travel {
		c.add(at, "%d change hands with travel %+v in plan.json, the regions add up to %d and %+v", have.Changed, have.Travel, want.Changed, want.Travel)
	}
	c.checkTotals(at, "the regions", want.Constraints, have.Constraints)
	if have.Backup != nil && want.Backup != nil {
		c.checkRoleSums(at, have.Backup, want.Backup)
	} else if have.Backup != want.Backup {
		c.add(at, "plan.json and its regions differ in having backups")
	}
}

// add sums the summary of another region.
func (r *RoleSummary) add(other *RoleSummary) {
	r.Cost += other.Cost
	r.Bound += other.Bound
	r.Rest += other.Rest
	r.Changed += other.Changed
	r.Travel.Locations += other.Travel.Locations
	r.Travel.Before += other.Travel.Before
	r.Travel.After += other.Travel.After
	if r.Constraints == nil {
		r.Constraints = map[string]int64{}
	}
	addTo(r.Constraints, other.Constraints)
	if other.Backup != nil {
		if r.Backup == nil {
			r.Backup = &RoleSummary{}
		}
		r.Backup.add(other.Backup)
	}
}

func addTo(sum, part map[string]int64) {
	for name, value := range part {
		sum[name] += value
	}
}
