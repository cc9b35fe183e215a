package files

import (
	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
)

// pinChecker finds pins that no plan can keep.
type pinChecker struct {
	programme *planner.Programme
	staff     map[string]*planner.Staff
	locations map[string]*planner.Location
	// pins holds the pins of each person so far, by location and role.
	pins map[[3]string][]*entry[planner.Assignment]
}

// checkPins faults pins of people who do not have the role as long as the
// location is open, and people pinned as both primary and backup.
func (f *folder) checkPins() {
	if f.open[refStaff] {
		return // a contract may be in a row that could not be read
	}
	c := pinChecker{
		programme: &f.programme.programme,
		staff:     make(map[string]*planner.Staff, len(f.staff.entries)),
		locations: make(map[string]*planner.Location, len(f.locations.entries)),
		pins:      make(map[[3]string][]*entry[planner.Assignment]),
	}
	for i := range f.staff.entries {
		c.staff[f.staff.entries[i].item.ID] = &f.staff.entries[i].item
	}
	for i := range f.locations.entries {
		c.locations[f.locations.entries[i].item.ID] = &f.locations.entries[i].item
	}
	for i := range f.assignments.entries {
		if e := &f.assignments.entries[i]; e.item.Pinned {
			c.contract(e)
			c.both(e)
		}
	}
}

// contract faults a pin on a day on which the person does not have the role.
// Somebody who never has it is a fault of any assignment.
func (c *pinChecker) contract(e *entry[planner.Assignment]) {
	a := &e.item
	m, l := c.staff[a.Staff], c.locations[a.Location]
	if m == nil || l == nil {
		return
	}
	first, last := common(a.From, a.To, l.Opened, l.Closed)
	first, last = common(first, last, c.programme.From, c.programme.To)
	if last != calendar.NoDate && first > last || !hasContract(m, a.Role) {
		return
	}
	if day, lacks := lacking(m, a.Role, first, last); lacks {
		e.row.get("staff_id").fault("%s is pinned as %s of %s and has no contract as %s %s; let the pin end or the contract last",
			a.Staff, a.Kind, a.Location, a.Role, day)
	}
}

func hasContract(m *planner.Staff, role string) bool {
	for _, k := range m.Contracts {
		if k.Role == role {
			return true
		}
	}
	return false
}

// lacking finds the first day of a period on which somebody has no contract in
// a role, and says it in words.
func lacking(m *planner.Staff, role string, first, last calendar.Date) (day string, lacks bool) {
	at := first
	for again := true; again; {
		again = false
		for _, k := range m.Contracts {
			if k.Role != role || k.From > at {
				continue
			}
			if k.To == calendar.NoDate || last != calendar.NoDate && k.To >= last {
				return "", false
			}
			if k.To >= at {
				at, again = k.To+1, true
			}
		}
	}
	if at == calendar.NoDate {
		return "from the beginning", true
	}
	return "on " + at.String(), true
}

// both faults a person pinned as primary and as backup of one location in one
// calendar year, which a plan gives each to one person.
func (c *pinChecker) both(e *entry[planner.Assignment]) {
	a := &e.item
	key := [3]string{a.Location, a.Role, a.Staff}
	for _, other := range c.pins[key] {
		b := &other.item
		// Those that share a day are faulted among all assignments.
		if a.Kind != b.Kind && !overlap(a.From, a.To, b.From, b.To) &&
			overlap(yearStart(a.From), yearEnd(a.To), yearStart(b.From), yearEnd(b.To)) {
			e.row.get("staff_id").fault("%s is pinned at %s as primary and as backup in one year, see line %d", a.Staff, a.Location, other.row.places[0].line)
		}
	}
	c.pins[key] = append(c.pins[key], e)
}

func yearStart(d calendar.Date) calendar.Date {
	if d == calendar.NoDate {
		return d
	}
	return calendar.NewDate(d.Year(), 1, 1)
}

func yearEnd(d calendar.Date) calendar.Date {
	if d == calendar.NoDate {
		return d
	}
	return calendar.NewDate(d.Year(), 12, 31)
}

// common returns the days that two periods share; NoDate is open.
func common(from1, to1, from2, to2 calendar.Date) (from, to calendar.Date) {
	from, to = max(from1, from2), to1
	if to == calendar.NoDate || to2 != calendar.NoDate && to2 < to {
		to = to2
	}
	return from, to
}
