package verify

import (
	"cmp"
	"slices"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
)

const (
	primary = string(planner.Primary)
	backup  = string(planner.Backup)
)

// wants reports whether a location wants somebody in a role: a requirement
// asks for it, or further work is expected there.
func (c *checker) wants(role *planner.Role, l *planner.Location) bool {
	if role.Assign == planner.NotAssigned || !picks(role.Select, l) || !c.openInPeriod(l) {
		return false
	}
	return role.DemandPerPlace > 0 ||
		slices.ContainsFunc(c.byPlace[l.ID], func(p *promise) bool { return takesPart(p.requirement, role.ID) })
}

// takesPart reports whether a role is present at each visit of a requirement.
func takesPart(r *planner.Requirement, role string) bool {
	return r.Role == role || slices.Contains(r.With, role)
}

// checkAssignments proves that each location has exactly one person on each
// day for each role that it wants, or a row that says why not.
func (c *checker) checkAssignments() {
	for i := range c.state.Programme.Roles {
		role := &c.state.Programme.Roles[i]
		for k := range c.state.Locations {
			if l := &c.state.Locations[k]; c.wants(role, l) {
				c.checkServed(role, l)
			}
		}
		c.checkDistricts(role)
	}
	for i := range c.folder.Assignments {
		c.checkAssignment(&c.folder.Assignments[i])
	}
	c.checkPins()
}

// checkServed proves that rows of primaries cover the days that a location is
// open, each day once, and that its backup is somebody else.
func (c *checker) checkServed(role *planner.Role, l *planner.Location) {
	first, last := c.between(l.Opened, l.Closed)
	rows := slices.Clone(c.serving[servingKey{l.ID, role.ID, primary}])
	slices.SortStableFunc(rows, func(a, b *AssignmentRow) int { return cmp.Compare(a.From, b.From) })
	next := first // the first day without a row
	for i, a := range rows {
		if a.From > last {
			break // it begins after the location has closed
		}
		if from := max(a.From, first); from > next {
			c.add(Fault{Kind: MissingLocation, Location: l.ID, Role: role.ID, Date: next},
				"no row for %s to %s", next, from-1)
		}
		if i > 0 && max(a.From, first) < next {
			c.add(Fault{Kind: TwoPrimaries, Location: l.ID, Role: role.ID, Staff: a.Staff, Date: a.From},
				"%q and %q are both first from %s", rows[i-1].Staff, a.Staff, max(a.From, first))
		}
		next = max(next, until(a, last)+1)
	}
	if next <= last {
		c.add(Fault{Kind: MissingLocation, Location: l.ID, Role: role.ID, Date: next}, "no row for %s to %s", next, last)
	}
	c.checkBackup(role, l, rows)
}

// until returns the last day of a row, at most last.
func until(a *AssignmentRow, last calendar.Date) calendar.Date {
	if a.To == calendar.NoDate {
		return last
	}
	return min(a.To, last)
}

func (c *checker) checkBackup(role *planner.Role, l *planner.Location, primaries []*AssignmentRow) {
	backups := c.serving[servingKey{l.ID, role.ID, backup}]
	if role.Backup && len(backups) == 0 {
		c.add(Fault{Kind: MissingLocation, Location: l.ID, Role: role.ID, Date: calendar.NoDate}, "no row for a backup")
	}
	for i, b := range backups {
		for _, a := range primaries {
			if b.Staff != "" && b.Staff == a.Staff && meet(a, b) {
				c.add(Fault{Kind: BackupIsPrimary, Location: l.ID, Role: role.ID, Staff: b.Staff, Date: calendar.NoDate},
					"%s is first and backup at the same location", b.Staff)
			}
		}
		for _, o := range backups[:i] {
			if meet(o, b) {
				c.add(Fault{Kind: TwoPrimaries, Location: l.ID, Role: role.ID, Staff: b.Staff, Date: calendar.NoDate},
					"%q and %q are both backup at the same time", o.Staff, b.Staff)
			}
		}
	}
}

// meet reports whether two rows are in force on a common day.
func meet(a, b *AssignmentRow) bool {
	return (a.To == calendar.NoDate || b.From <= a.To) && (b.To == calendar.NoDate || a.From <= b.To)
}

// checkAssignment proves that a row is wanted and that its person may have it.
func (c *checker) checkAssignment(a *AssignmentRow) {
	if c.ended(a) {
		return // checkEnded proves it
	}
	role, l, s := c.roles[a.Role], c.locations[a.Location], c.staff[a.Staff]
	at := Fault{Location: a.Location, Role: a.Role, Staff: a.Staff, Date: a.From}
	switch {
	case role == nil || l == nil: // named by checkNames
		return
	case a.Kind != primary && a.Kind != backup:
		at.Kind = UnknownID
		c.add(at, "kind %q is neither primary nor backup", a.Kind)
	case !c.wants(role, l) || a.Kind == backup && !role.Backup:
		at.Kind = MissingLocation
		c.add(at, "location %s asks for no %s of role %s", l.ID, a.Kind, role.ID)
	case s != nil && !c.mayServe(s, role.ID, l) && c.pinned(role.ID, l.ID, a.Kind) != s.ID:
		at.Kind = NotCandidate
		c.add(at, "%s has no contract as %s for all days that %s is open in the period", s.ID, role.ID, l.ID)
	}
}

// mayServe reports whether somebody has a contract in the role on each day that
// the location is open in the period, or in what is left of it: on the first of
// them, and on the day after each contract that ends before the last.
func (c *checker) mayServe(s *planner.Staff, role string, l *planner.Location) bool {
	first, last := c.between(l.Opened, l.Closed)
	if first = max(first, c.firstDay); first > last {
		return true
	}
	if !contract(s, role, first) {
		return false
	}
	for _, k := range s.Contracts {
		if k.Role == role && k.To != calendar.NoDate && k.To >= first && k.To < last && !contract(s, role, k.To+1) {
			return false
		}
	}
	return true
}

// pinned returns whom a lead pinned to a location in the period, or "".
func (c *checker) pinned(role, location, kind string) string {
	if a := c.pinOf(role, location, kind); a != nil {
		return a.Staff
	}
	return ""
}

func (c *checker) pinOf(role, location, kind string) *planner.Assignment {
	return c.pins[servingKey{location, role, kind}]
}

// readAssignments looks up the assignments of the input folder, and the pins
// that are in force in the period: the first of each location, role and kind.
func (c *checker) readAssignments() {
	c.given = map[servingKey][]*planner.Assignment{}
	c.pins = map[servingKey]*planner.Assignment{}
	for i := range c.state.Assignments {
		a := &c.state.Assignments[i]
		key := servingKey{a.Location, a.Role, string(a.Kind)}
		c.given[key] = append(c.given[key], a)
		first, last := c.between(a.From, a.To)
		if !a.Pinned || max(first, c.firstDay) > last {
			continue
		}
		if p := c.pins[key]; p == nil {
			c.pins[key] = a
		} else if p.Staff != a.Staff && c.locations[a.Location] != nil {
			c.add(Fault{Kind: PinBroken, Location: a.Location, Role: a.Role, Staff: a.Staff, Date: a.From},
				"%s and %s are both pinned as %s in the period, which a plan gives to one person", p.Staff, a.Staff, a.Kind)
		}
	}
	if c.before = c.given; c.folder.Replan == nil {
		return
	}
	c.before = map[servingKey][]*planner.Assignment{}
	// Whoever was published has the location today, as far as the contract lasts.
	c.formerly = c.publishedServers()
	for key, a := range c.formerly {
		s, l := c.staff[a.Staff], c.locations[a.Location]
		if s != nil && l != nil && c.mayServe(s, a.Role, l) {
			c.before[key] = append(c.before[key], &planner.Assignment{Staff: a.Staff, From: calendar.NoDate, To: calendar.NoDate})
		}
	}
	// Else whom a lead had pinned there when the period began.
	for i := range c.state.Assignments {
		if a := &c.state.Assignments[i]; a.Pinned {
			key := servingKey{a.Location, a.Role, string(a.Kind)}
			c.before[key] = append(c.before[key], a)
		}
	}
}

// checkPins proves that whom a lead pinned has the location.
func (c *checker) checkPins() {
	for i := range c.state.Assignments {
		a := &c.state.Assignments[i]
		role, l := c.roles[a.Role], c.locations[a.Location]
		if c.pinOf(a.Role, a.Location, string(a.Kind)) != a || role == nil || l == nil || !c.wants(role, l) {
			continue
		}
		kept := slices.ContainsFunc(c.serving[servingKey{a.Location, a.Role, string(a.Kind)}], func(r *AssignmentRow) bool {
			return r.Staff == a.Staff
		})
		if !kept {
			c.add(Fault{Kind: PinBroken, Location: a.Location, Role: a.Role, Staff: a.Staff, Date: a.From},
				"%s is pinned as %s and has no row", a.Staff, a.Kind)
		}
	}
}

// checkDistricts proves that a role that gives out whole districts splits none,
// but for locations pinned apart.
func (c *checker) checkDistricts(role *planner.Role) {
	if role.Assign != planner.ByDistrict {
		return
	}
	first := map[string]*AssignmentRow{}
	for i := range c.folder.Assignments {
		a := &c.folder.Assignments[i]
		l := c.locations[a.Location]
		if l == nil || c.ended(a) || a.Role != role.ID || a.Kind != primary || c.pinned(role.ID, l.ID, primary) != "" {
			continue
		}
		f := first[l.District]
		if f == nil {
			first[l.District] = a
			continue
		}
		if f.Staff != a.Staff {
			c.add(Fault{Kind: SplitDistrict, Location: l.ID, Role: role.ID, Staff: a.Staff, Date: a.From},
				"district %s is with %q at %s and with %q at %s", l.District, f.Staff, f.Location, a.Staff, l.ID)
		}
	}
}

// inForce returns who had a location when the period began, else on the day
// before it, or "".
func (c *checker) inForce(role, location, kind string) string {
	for _, day := range []calendar.Date{c.from, c.from - 1} {
		for _, a := range c.before[servingKey{location, role, kind}] {
			if holds(day, a.From, a.To) {
				return a.Staff
			}
		}
	}
	return ""
}

// formerOf returns who had a location before this plan, also when that person
// can serve it no longer.
func (c *checker) formerOf(role, location, kind string) string {
	if a := c.formerly[servingKey{location, role, kind}]; a != nil {
		return a.Staff
	}
	return c.inForce(role, location, kind)
}
