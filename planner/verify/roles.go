package verify

import (
	"cmp"
	"slices"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
)

// roleProof is the assignment of one role, first or backup, worked out again.
type roleProof struct {
	c       *checker
	role    *planner.Role
	kind    string
	summary *RoleSummary
	people  []*person // in the order of staff.csv
	byID    map[string]*person
	items   []item // in ascending order of id
	groups  []group
	// maxChanges is the change budget, negative for none.
	maxChanges            int
	openDistrict, balance int64
	// faces holds by location who earlier roles gave it.
	faces map[string][]string
	// employed holds by organisation what its staff carry in earlier roles.
	employed map[string]int64
	// amounts are the soft costs by constraint, travel of each row included.
	amounts map[string]int64
}

// person is somebody with a contract in the role in the period.
type person struct {
	*planner.Staff
	// norm is the load that counts as fully used in the balance charge.
	capacity, norm, base int64
	// load is with base; forced is base and pins.
	load, forced int64
	// locations counts what the person serves, free those that no pin gave.
	locations, free int
	// ceiling is the most locations that the person may have, 0 for any number.
	ceiling int
	// reasoned says that one of the pins names its reason.
	reasoned        bool
	pinnedDistricts map[string]bool
}

// item is what goes to one person as a whole: a location, or the locations of a
// district.
type item struct {
	id, district string
	locations    []*planner.Location
	demands      []demand
	// pinned is who must have it, nil for nobody; served says that somebody has
	// it in the plan.
	pinned *person
	served bool
	// near holds who is in reach, made when first wanted.
	near map[string]bool
}

// group is an employer with a yearly limit.
type group struct {
	*planner.Organisation
	people []*person
}

// checkRoles proves loads, capacities, costs and bounds, role after role.
func (c *checker) checkRoles() {
	faces := map[string][]string{}
	employed, forced := map[string]int64{}, map[string]int64{}
	for i := range c.state.Programme.Roles {
		role := &c.state.Programme.Roles[i]
		summary, listed := c.folder.Summary.Assignments[role.ID]
		if role.Assign == planner.NotAssigned {
			continue
		}
		if !listed {
			c.add(Fault{Kind: WrongTotal, Role: role.ID, Date: calendar.NoDate}, "plan.json has no assignments for the role")
		}
		p := c.proof(role, primary, &summary, faces)
		p.employed = employed
		p.check()
		for _, s := range p.people {
			employed[s.Organisation] += s.load
			forced[s.Organisation] += s.forced
		}
		for _, it := range p.items {
			for _, l := range it.locations {
				if s := p.server(l); s != "" && !slices.Contains(faces[l.ID], s) {
					faces[l.ID] = append(faces[l.ID], s)
				}
			}
		}
		if role.Backup {
			c.checkBackups(p, summary.Backup)
		}
	}
	for _, o := range c.state.Organisations {
		if o.LimitMinutes > 0 && employed[o.ID] > max(o.LimitMinutes, forced[o.ID]) {
			c.add(Fault{Kind: OverLimit, Date: calendar.NoDate}, "the staff of %s carry %d minutes together in all roles, at most %d; %d are pinned or base",
				o.ID, employed[o.ID], o.LimitMinutes, forced[o.ID])
		}
	}
}

func (c *checker) checkBackups(first *roleProof, summary *RoleSummary) {
	if summary == nil {
		c.add(Fault{Kind: WrongTotal, Role: first.role.ID, Date: calendar.NoDate}, "plan.json has no backups for the role")
		summary = &RoleSummary{}
	}
	c.backupProof(first, summary).check()
}

// backupProof prepares the proof of a role's backups: they have what the
// primaries left of everybody's capacity, and their norm is the even share.
func (c *checker) backupProof(first *roleProof, summary *RoleSummary) *roleProof {
	p := c.proof(first.role, backup, summary, nil)
	var all, capacity int64
	for i := range p.items {
		var most int64
		for _, s := range p.people {
			if p.candidate(s, &p.items[i]) {
				_, load := p.itemService(s, &p.items[i])
				most = max(most, load)
			}
		}
		all += most
	}
	for _, s := range p.people {
		s.capacity = max(0, s.capacity-first.byID[s.ID].load)
		capacity += s.capacity
	}
	for _, s := range p.people {
		s.norm = roundUp(s.capacity*all, max(1, capacity))
	}
	return p
}

func (p *roleProof) check() {
	p.addUp()
	p.checkChanges()
	p.checkRows()
	p.checkPeople()
	if p.kind == primary {
		p.checkAreas()
	}
	p.checkTold()
	p.checkAmounts()
	p.checkBound()
}

// proof prepares the proof of one role.
func (c *checker) proof(role *planner.Role, kind string, summary *RoleSummary, faces map[string][]string) *roleProof {
	p := &roleProof{
		c: c, role: role, kind: kind, summary: summary, byID: map[string]*person{}, faces: faces,
		maxChanges: -1, openDistrict: c.weights.OpenDistrict, balance: c.weights.Balance,
		amounts: map[string]int64{},
	}
	for i := range c.state.Staff {
		s := &person{Staff: &c.state.Staff[i], pinnedDistricts: map[string]bool{}}
		if !slices.ContainsFunc(s.Contracts, func(k planner.Contract) bool {
			return k.Role == role.ID && c.daysBetween(k.From, k.To) > 0
		}) {
			continue
		}
		s.capacity, s.ceiling = c.capacity(s.Staff, role), c.ceiling(s.Staff, role.ID)
		s.norm = s.capacity
		if kind == primary {
			s.base = c.baseLoad(s.Staff, role.ID)
		}
		p.people = append(p.people, s)
		p.byID[s.ID] = s
	}
	if most := c.folder.Summary.MaxChanges; most != nil && kind == primary {
		p.maxChanges = *most
	}
	p.readItems()
	p.readGroups()
	return p
}

// readItems lists what the role gives out.
func (p *roleProof) readItems() {
	at := map[string]*item{}
	for i := range p.c.state.Locations {
		l := &p.c.state.Locations[i]
		if !p.c.wants(p.role, l) {
			continue
		}
		id := l.ID
		pin := p.byID[p.c.pinned(p.role.ID, l.ID, p.kind)]
		if p.role.Assign == planner.ByDistrict && p.kind == primary {
			if id = l.District; p.c.pinned(p.role.ID, l.ID, p.kind) != "" {
				id = "~" + l.ID
			}
		}
		if at[id] == nil {
			at[id] = &item{id: id, pinned: pin, district: p.knownDistrict(l.District)}
		}
		at[id].locations = append(at[id].locations, l)
		at[id].demands = append(at[id].demands, p.c.demandOf(p.role, l))
		at[id].served = at[id].served || p.server(l) != ""
	}
	for _, it := range at {
		p.items = append(p.items, *it)
	}
	slices.SortFunc(p.items, func(a, b item) int { return cmp.Compare(a.id, b.id) })
}

// knownDistrict returns a district's id, and "" for one that the input does not
// know: it cannot be opened.
func (p *roleProof) knownDistrict(id string) string {
	if slices.ContainsFunc(p.c.state.Districts, func(d planner.District) bool { return d.ID == id }) {
		return id
	}
	return ""
}

// readGroups lists the employers with a limit that have people in the role.
func (p *roleProof) readGroups() {
	for i := range p.c.state.Organisations {
		g := group{Organisation: &p.c.state.Organisations[i]}
		if g.LimitMinutes <= 0 || p.kind == backup {
			continue
		}
		for _, s := range p.people {
			if s.Organisation == g.ID {
				g.people = append(g.people, s)
			}
		}
		if len(g.people) > 0 {
			p.groups = append(p.groups, g)
		}
	}
}

// server returns who serves a location in the plan: the person of the latest
// row, or "".
func (p *roleProof) server(l *planner.Location) string {
	rows := p.c.serving[servingKey{l.ID, p.role.ID, p.kind}]
	if len(rows) == 0 {
		return ""
	}
	return rows[len(rows)-1].Staff
}

// candidate reports whether somebody may be given an item.
func (p *roleProof) candidate(s *person, it *item) bool {
	if it.pinned != nil {
		return it.pinned == s
	}
	if p.tooMany(s, it) {
		return false
	}
	for _, l := range it.locations {
		if !p.c.mayServe(s.Staff, p.role.ID, l) || p.kind == backup && p.c.first(p.role.ID, l.ID) == s.ID || p.mustStandIn(s, l) {
			return false
		}
	}
	return p.inReach(s, it)
}

// tooMany reports whether a whole district alone has more locations than somebody
// may have.
func (p *roleProof) tooMany(s *person, it *item) bool {
	if p.kind == backup || len(it.locations) < 2 {
		return false
	}
	return s.ceiling > 0 && len(it.locations) > s.ceiling
}

// mustStandIn reports whether somebody is pinned as the backup where a primary
// is sought.
func (p *roleProof) mustStandIn(s *person, l *planner.Location) bool {
	pin := p.c.pinOf(p.role.ID, l.ID, backup)
	return p.kind == primary && pin != nil && pin.Staff == s.ID
}

// inReach reports whether somebody is among those who travel least to an item,
// or has all of it today.
func (p *roleProof) inReach(s *person, it *item) bool {
	if len(p.people) <= p.c.norms.reach {
		return true
	}
	if it.near == nil {
		it.near = p.nearest(it)
	}
	return it.near[s.ID]
}

func (p *roleProof) nearest(it *item) map[string]bool {
	type traveller struct {
		id   string
		cost int64
	}
	var all []traveller
	for _, s := range p.people {
		if p.tooMany(s, it) || slices.ContainsFunc(it.locations, func(l *planner.Location) bool {
			return !p.c.mayServe(s.Staff, p.role.ID, l) || p.mustStandIn(s, l)
		}) {
			continue
		}
		t := traveller{id: s.ID}
		t.cost, _ = p.itemService(s, it)
		all = append(all, t)
	}
	slices.SortStableFunc(all, func(a, b traveller) int { return cmp.Compare(a.cost, b.cost) })
	near := map[string]bool{}
	for _, t := range all[:min(len(all), p.c.norms.reach)] {
		near[t.id] = true
	}
	if today := p.former(it); len(today) == 1 {
		near[today[0].ID] = true
	}
	return near
}

// former lists the people of the role who have an item's locations today, each
// once.
func (p *roleProof) former(it *item) []*person {
	var out []*person
	for _, l := range it.locations {
		if s := p.byID[p.c.inForce(p.role.ID, l.ID, p.kind)]; s != nil && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// first returns who is primary at a location in the plan, or "".
func (c *checker) first(role, location string) string {
	rows := c.serving[servingKey{location, role, primary}]
	if len(rows) == 0 {
		return ""
	}
	return rows[len(rows)-1].Staff
}

// itemService returns cost and load of an item for somebody.
func (p *roleProof) itemService(s *person, it *item) (cost, load int64) {
	for i, l := range it.locations {
		c, m := p.c.service(s.Staff, l, it.demands[i], p.kind)
		cost += c
		load += m
	}
	return cost, load
}

// changes counts the locations of an item that go to another person of the role
// than the one who had them.
func (p *roleProof) changes(s *person, it *item) int {
	n := 0
	for _, l := range it.locations {
		if before := p.byID[p.c.inForce(p.role.ID, l.ID, p.kind)]; before != nil && before != s {
			n++
		}
	}
	return n
}

// addUp works out loads and amounts from who serves what.
func (p *roleProof) addUp() {
	opened := map[[2]string]bool{}
	for _, s := range p.people {
		s.load, s.forced = s.base, s.base
	}
	for i := range p.items {
		it := &p.items[i]
		for k, l := range it.locations {
			s := p.byID[p.server(l)]
			if s == nil {
				continue
			}
			cost, load := p.c.service(s.Staff, l, it.demands[k], p.kind)
			p.amounts["travel"] += cost
			s.load += load
			s.locations++
			if it.pinned == s {
				p.force(s, it, l, load)
			} else {
				s.free++
			}
			if it.district != "" && !opened[[2]string{s.ID, it.district}] {
				opened[[2]string{s.ID, it.district}] = true
				p.amounts["district"] += p.openDistrict
			}
			if len(p.faces[l.ID]) > 0 && !slices.Contains(p.faces[l.ID], s.ID) {
				p.amounts["face"] += p.c.weights.Face
			}
			p.amounts["change"] += p.c.weights.Change * int64(p.changes(s, &item{locations: it.locations[k : k+1]}))
		}
	}
	for _, s := range p.people {
		p.amounts["balance"] += balanceCharge(p.balance, s.norm, s.load)
		if p.kind == primary {
			p.amounts["scattered"] += p.scattered(s)
			p.amounts["pair"] += p.paired(s)
		}
	}
}

// force notes what a pin makes of its person.
func (p *roleProof) force(s *person, it *item, l *planner.Location, load int64) {
	s.forced += load
	s.pinnedDistricts[it.district] = true
	pin := p.c.pinOf(p.role.ID, l.ID, p.kind)
	s.reasoned = s.reasoned || pin.Reason != ""
}

// pinnedCost returns the certified cost of a pinned item, without the charge
// for a district that an earlier pin of the person has opened.
func (p *roleProof) pinnedCost(it *item) int64 {
	cost, _ := p.itemService(it.pinned, it)
	cost += p.c.weights.Change * int64(p.changes(it.pinned, it))
	for i := range p.items {
		other := &p.items[i]
		if other == it {
			break
		}
		if other.pinned == it.pinned && other.district == it.district {
			return cost
		}
	}
	if it.district == "" {
		return cost
	}
	return cost + p.openDistrict
}

func (p *roleProof) pinnedChanges() int {
	n := 0
	for i := range p.items {
		if it := &p.items[i]; it.pinned != nil {
			n += p.changes(it.pinned, it)
		}
	}
	return n
}

// groupRoom returns what earlier roles, base and pins leave of an employer's
// limit.
func (p *roleProof) groupRoom(g int) int64 {
	room := p.groups[g].LimitMinutes - p.employed[p.groups[g].ID]
	for _, s := range p.groups[g].people {
		room -= s.forced
	}
	return max(0, room)
}
