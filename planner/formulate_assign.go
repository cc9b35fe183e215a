package planner

import (
	"cmp"
	"math"
	"slices"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner/assign"
)

// roleProblem is the assignment problem of one role together with what its
// dense integers stand for.
type roleProblem struct {
	role  *Role
	kind  AssignmentKind
	staff []int  // index in State.Staff, by dense staff
	items []item // by dense location
	// budget is how many locations may change hands, negative for any number.
	budget int
	// tight is the problem with the limits that keep the budget and the ceilings
	// in locations, nil where items are locations; see whole.go.
	tight *assign.Problem
	*assign.Problem
}

// item is what goes to one person as a whole: a location, or a district's
// locations together.
type item struct {
	id        string
	locations []int // indices in State.Locations, ascending
	pinned    string
}

const (
	// backupShare is the part of a primary's load that a backup is counted with,
	// in percent.
	backupShare = 10
	// loadStep is the step of loads, in minutes: a caseload known to the minute
	// would be false precision, and the bound's tables grow with it.
	loadStep = 15
)

// backupLoad returns the load of standing in where serving is so much.
func backupLoad(load int64) int64 { return ceilDiv(load*backupShare, 100*loadStep) * loadStep }

// formulatePrimary makes the problem of who serves the locations of a role.
// faces holds for each location the staff that earlier roles gave it, spent for
// each organisation the load of its staff in earlier roles.
func (f *formulation) formulatePrimary(role *Role, faces [][]string, spent map[string]int64, maxChanges int) *roleProblem {
	p := &roleProblem{role: role, kind: Primary, budget: maxChanges, Problem: &assign.Problem{
		Districts:    len(f.state.Districts),
		OpenDistrict: f.weights.OpenDistrict,
		Balance:      f.weights.Balance,
		MaxChanges:   maxChanges,
	}}
	f.addStaff(p)
	p.Groups = f.groups(p, spent)
	for _, it := range f.items(role, Primary) {
		p.items = append(p.items, it)
		p.Locations = append(p.Locations, f.item(p, it, faces))
		if today, _ := f.today(p, it); len(today) > 1 && maxChanges > 0 && p.Locations[len(p.Locations)-1].Pinned == assign.None {
			p.MaxChanges = max(0, p.MaxChanges-1) // it changes hands in any case
		}
	}
	return p
}

// formulateBackup makes the problem of who stands in, given who is first and
// what that left of everybody's capacity.
func (f *formulation) formulateBackup(role *Role, primary map[int]string, left map[string]int64) *roleProblem {
	p := &roleProblem{role: role, kind: Backup, Problem: &assign.Problem{
		Districts: len(f.state.Districts), OpenDistrict: f.weights.OpenDistrict, Balance: f.weights.Balance, MaxChanges: -1,
	}}
	f.addStaff(p)
	for i := range p.Staff {
		p.Staff[i] = assign.Staff{Capacity: max(0, left[f.state.Staff[p.staff[i]].ID])}
	}
	for _, it := range f.items(&Role{ID: role.ID, Select: role.Select, DemandPerPlace: role.DemandPerPlace}, Backup) {
		p.items = append(p.items, it)
		loc := f.item(p, it, make([][]string, len(f.state.Locations)))
		loc.Candidates = slices.DeleteFunc(loc.Candidates, func(c assign.Candidate) bool {
			return f.state.Staff[p.staff[c.Staff]].ID == primary[it.locations[0]]
		})
		for c := range loc.Candidates {
			loc.Candidates[c].Load = backupLoad(loc.Candidates[c].Load)
		}
		p.Locations = append(p.Locations, loc)
	}
	p.setEvenNorms()
	return p
}

// setEvenNorms makes everybody's even share of the load the norm of the balance
// charge: backups weigh so little that against capacity nobody would notice. Who
// has no capacity left has no share, and no charge, as among primaries.
func (p *roleProblem) setEvenNorms() {
	var load, capacity int64
	for i := range p.Locations {
		most := int64(0)
		for _, c := range p.Locations[i].Candidates {
			most = max(most, c.Load)
		}
		load += most
	}
	for i := range p.Staff {
		capacity += p.Staff[i].Capacity
	}
	for i := range p.Staff {
		p.Staff[i].Norm = ceilDiv(p.Staff[i].Capacity*load, max(1, capacity))
	}
}

// addStaff lists everybody with a contract in the role during the period.
func (f *formulation) addStaff(p *roleProblem) {
	for i := range f.state.Staff {
		m := &f.state.Staff[i]
		if !f.hasRole(m, p.role.ID) {
			continue
		}
		p.staff = append(p.staff, i)
		p.Staff = append(p.Staff, assign.Staff{
			Capacity:     f.capacity(m, p.role),
			Base:         f.base(m, p.role.ID),
			MaxLocations: f.maxLocations(m, p.role.ID),
		})
	}
}

func (f *formulation) hasRole(m *Staff, role string) bool {
	return slices.ContainsFunc(m.Contracts, func(c Contract) bool {
		return c.Role == role && f.period.Overlap(c.From, c.To).Days() > 0
	})
}

// capacity returns the minutes of the period that somebody can give to the
// locations, cases and meetings of a role.
func (f *formulation) capacity(m *Staff, role *Role) int64 {
	share := f.state.Programme.Assume(NonCaseShare, m.Organisation, f.period.From)
	var minutes float64
	for _, c := range m.Contracts {
		if c.Role == role.ID {
			days := f.period.Overlap(c.From, c.To).Days()
			minutes += float64(c.HoursWeek) / 100 * 60 * float64(days) / 7 * (100 - share) / 100
		}
	}
	reserved := 0
	if role.AcuteMinutesDay > 0 {
		reserved += role.AcuteMinutesDay * f.roster.workingDays(m, f.period)
	}
	reserved += f.consultMinutes(m, role)
	return max(0, int64(math.Floor(minutes+1e-6))-int64(reserved))
}

func (f *formulation) consultMinutes(m *Staff, role *Role) int {
	n := 0
	for d := f.period.From; d <= f.period.To; d++ {
		for _, s := range f.consult(m, role, d) {
			n += s.Minutes()
		}
	}
	return n
}

// base returns the minutes that somebody's cases and meetings take, which count
// for the first role of the person, and what the person carried above an even
// share in the role before.
func (f *formulation) base(m *Staff, role string) int64 {
	minutes := f.state.Programme.carriedMinutes(m.ID, role, f.period)
	if len(m.Contracts) == 0 || m.Contracts[0].Role != role {
		return minutes
	}
	for _, c := range f.state.Cases {
		if c.Staff == m.ID {
			days := f.period.Overlap(c.Opened, c.HandedOver).Days()
			minutes += ceilDiv(int64(c.MinutesWeek)*int64(days), 7)
		}
	}
	for i := range f.state.Meetings {
		if meeting := &f.state.Meetings[i]; meeting.attends(m) {
			minutes += int64(len(f.attended(m, meeting)) * meeting.Minutes)
		}
	}
	return minutes
}

// groups turns what is left of the yearly limits of employers into limits on
// their staff: the loads of earlier roles and what the staff of later roles
// carry anyway are gone.
func (f *formulation) groups(p *roleProblem, spent map[string]int64) []assign.Group {
	var out []assign.Group
	for _, o := range f.state.Organisations {
		if o.LimitMinutes <= 0 {
			continue
		}
		g := assign.Group{Limit: max(0, o.LimitMinutes-spent[o.ID]-f.laterBase(o.ID, p.role))}
		for i, s := range p.staff {
			if f.state.Staff[s].Organisation == o.ID {
				g.Staff = append(g.Staff, i)
			}
		}
		if len(g.Staff) > 0 {
			out = append(out, g)
		}
	}
	return out
}

// laterBase returns the base load of an organisation's staff whose first role
// comes after a role.
func (f *formulation) laterBase(organisation string, role *Role) int64 {
	var sum int64
	later := false
	for i := range f.state.Programme.Roles {
		r := &f.state.Programme.Roles[i]
		if later && r.Assign != NotAssigned {
			for k := range f.state.Staff {
				if f.state.Staff[k].Organisation == organisation {
					sum += f.base(&f.state.Staff[k], r.ID)
				}
			}
		}
		later = later || r.ID == role.ID
	}
	return sum
}

// items returns what a role hands out, in ascending order of id: locations, or
// districts and the locations pinned apart from them.
func (f *formulation) items(role *Role, kind AssignmentKind) []item {
	byID := map[string]*item{}
	for l := range f.state.Locations {
		if !f.needs(role, l) {
			continue
		}
		loc := &f.state.Locations[l]
		id, pin := loc.ID, f.pin(role.ID, loc.ID, kind)
		if role.Assign == ByDistrict {
			id = loc.District
			if pin != "" {
				id = "~" + loc.ID
			}
		}
		if byID[id] == nil {
			byID[id] = &item{id: id, pinned: pin}
		}
		byID[id].locations = append(byID[id].locations, l)
	}
	out := make([]item, 0, len(byID))
	for _, it := range byID {
		out = append(out, *it)
	}
	slices.SortFunc(out, func(a, b item) int { return cmp.Compare(a.id, b.id) })
	return out
}

// needs reports whether a location wants somebody in a role: a requirement
// asks for it, or further work is expected there.
func (f *formulation) needs(role *Role, l int) bool {
	loc := &f.state.Locations[l]
	if !role.Select.Picks(loc) || f.period.Overlap(loc.Opened, loc.Closed).Days() == 0 {
		return false
	}
	if role.DemandPerPlace > 0 {
		return true
	}
	return slices.ContainsFunc(f.byLocation[l], func(d int) bool {
		return f.state.Programme.Requirements[f.demanded[d].requirement].takesPart(role.ID)
	})
}

// item turns one item into a dense location.
func (f *formulation) item(p *roleProblem, it item, faces [][]string) assign.Location {
	first := &f.state.Locations[it.locations[0]]
	out := assign.Location{
		District: slices.IndexFunc(f.state.Districts, func(d District) bool { return d.ID == first.District }),
		Current:  assign.None,
		Pinned:   p.dense(f, it.pinned),
	}
	today, served := f.today(p, it)
	if len(today) == 1 {
		out.Current, out.Change = today[0], f.weights.Change*int64(served)
	}
	for _, i := range f.within(p, it, out.Pinned, out.Current) {
		c := f.candidate(p, it, i, faces)
		if len(today) > 1 { // whoever gets it, some of its locations change hands
			for _, l := range it.locations {
				c.Cost += f.changeCharge(p, l, i)
			}
		}
		out.Candidates = append(out.Candidates, c)
		out.Unassigned = max(out.Unassigned, c.Load)
	}
	out.Unassigned = max(1, out.Unassigned)
	return out
}

// candidate returns what it means when somebody serves an item.
func (f *formulation) candidate(p *roleProblem, it item, i int, faces [][]string) assign.Candidate {
	m := &f.state.Staff[p.staff[i]]
	c := assign.Candidate{Staff: i}
	for _, l := range it.locations {
		cost, load := f.service(m, p.role, l)
		c.Cost += cost
		c.Load += load
		if len(faces[l]) > 0 && !slices.Contains(faces[l], m.ID) {
			c.Coupled += f.weights.Face
		}
	}
	return c
}

// today returns who serves an item's locations when the period begins, each
// once, and how many of the locations have somebody.
func (f *formulation) today(p *roleProblem, it item) (people []int, served int) {
	for _, l := range it.locations {
		i := f.current(p, l)
		if i == assign.None {
			continue
		}
		served++
		if !slices.Contains(people, i) {
			people = append(people, i)
		}
	}
	return people, served
}

// within lists who may serve an item, in ascending order: those in reach by
// travel and the current person; of a pinned item only the pinned. Without a reach, a
// country's problem would grow with the square of its size.
func (f *formulation) within(p *roleProblem, it item, pinned, current int) []int {
	if pinned != assign.None {
		return []int{pinned}
	}
	var out []int
	for i, s := range p.staff {
		m := &f.state.Staff[s]
		if most := p.Staff[i].MaxLocations; most > 0 && len(it.locations) > most {
			continue // more than the ceiling in one district
		}
		if f.contractCovers(m, p.role.ID, it.locations) && !f.mustStandIn(p, m, it) {
			out = append(out, i)
		}
	}
	reach := int(f.state.Programme.Assume(Reach, "", f.period.From))
	if len(out) <= reach {
		return out
	}
	out, far := f.nearest(p, it, out, reach)
	if slices.Contains(far, current) {
		out = append(out, current)
	}
	slices.Sort(out)
	return out
}

// nearest parts the people of an item into those of the least cost, as many as
// reach says, and the others; of equal ones the first are nearer. Everybody is
// asked for every item, so it does no more for each than it must.
func (f *formulation) nearest(p *roleProblem, it item, people []int, reach int) (near, far []int) {
	trips := make([]int64, len(it.locations))
	for k, l := range it.locations {
		_, trips[k] = f.work(p.role, l)
	}
	near = make([]int, 0, reach+1)
	costs := make([]int64, 0, reach+1) // of near, ascending
	for _, i := range people {
		m := &f.state.Staff[p.staff[i]]
		var cost int64
		for k, l := range it.locations {
			cost += f.tripCost(m, l, trips[k])
		}
		if at := firstAbove(costs, cost); at < reach {
			near, costs = slices.Insert(near, at, i), slices.Insert(costs, at, cost)
		} else {
			far = append(far, i)
		}
		if len(near) > reach {
			far = append(far, near[reach])
			near, costs = near[:reach], costs[:reach]
		}
	}
	return near, far
}

// firstAbove returns the place of the first value above v.
func firstAbove(values []int64, v int64) int {
	at, _ := slices.BinarySearchFunc(values, v, func(x, v int64) int {
		if x > v {
			return 1
		}
		return -1
	})
	return at
}

// mustStandIn reports whether somebody is pinned as backup of a location of an
// item that asks for its primary: nobody is both.
func (f *formulation) mustStandIn(p *roleProblem, m *Staff, it item) bool {
	return p.kind == Primary && slices.ContainsFunc(it.locations, func(l int) bool {
		return f.pin(p.role.ID, f.state.Locations[l].ID, Backup) == m.ID
	})
}

// service returns the yearly travel cost and the load of serving a location.
func (f *formulation) service(m *Staff, role *Role, l int) (cost, load int64) {
	work, trips := f.work(role, l)
	travel := trips * 2 * f.travel.Cost(m.Home, f.state.Locations[l].Point, m.Mode)
	share := f.state.Programme.Assume(TripShare, "", f.period.From)
	load = ceilDiv(work+ceilDiv(int64(share)*travel, 10_000), loadStep) * loadStep
	return travel * f.weights.Travel / 100, load
}

// tripCost returns the cost of so many trips of a person to a location.
func (f *formulation) tripCost(m *Staff, l int, trips int64) int64 {
	return trips * 2 * f.travel.Cost(m.Home, f.state.Locations[l].Point, m.Mode) * f.weights.Travel / 100
}

// work returns the minutes that a location asks of a role in the period, and
// the trips to it.
func (f *formulation) work(role *Role, l int) (work, trips int64) {
	work = int64(f.state.Locations[l].Places() * role.DemandPerPlace)
	for _, i := range f.byLocation[l] {
		d := &f.demanded[i]
		req, vt, _ := f.target(d)
		if !req.takesPart(role.ID) {
			continue
		}
		work += int64(d.target) * ceilDiv(int64(vt.Work()*vt.Weight), 100)
		if vt.Mode == OnSite {
			trips += int64(d.target)
		}
	}
	return work, trips
}

// current returns who serves a location when the period begins, None where that
// person no longer has the role.
func (f *formulation) current(p *roleProblem, l int) int {
	a := f.inForce(p.role.ID, f.state.Locations[l].ID, p.kind)
	if a == nil {
		return assign.None
	}
	return p.dense(f, a.Staff)
}

// changeCharge returns what it costs when a location goes to somebody.
func (f *formulation) changeCharge(p *roleProblem, l, staff int) int64 {
	if c := f.current(p, l); c == assign.None || c == staff {
		return 0
	}
	return f.weights.Change
}

// inForce returns the assignment that holds when the period begins, else on
// the day before it, or nil.
func (f *formulation) inForce(role, location string, kind AssignmentKind) *Assignment {
	for _, day := range []calendar.Date{0, 1} {
		for i := range f.state.Assignments {
			a := &f.state.Assignments[i]
			if a.Role == role && a.Location == location && a.Kind == kind && a.On(f.period.From-day) {
				return a
			}
		}
	}
	return nil
}

// dense returns the dense index of a staff id, or None.
func (p *roleProblem) dense(f *formulation, id string) int {
	return slices.IndexFunc(p.staff, func(s int) bool { return f.state.Staff[s].ID == id })
}

func ceilDiv(a, b int64) int64 { return (a + b - 1) / b }
