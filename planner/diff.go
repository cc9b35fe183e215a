package planner

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/wijkplanner/wijkplanner/calendar"
)

// ChangeKind says what a new import changes.
type ChangeKind string

// The kinds of change.
const (
	// ChangeOpened is something that was not there before.
	ChangeOpened ChangeKind = "opened"
	// ChangeClosed is something that is gone; nothing is deleted for it.
	ChangeClosed ChangeKind = "closed"
	// ChangeHolder is a location that went to another holder.
	ChangeHolder ChangeKind = "holder"
	// ChangeCapacity is another number of child places, or other hours.
	ChangeCapacity ChangeKind = "capacity"
	// ChangeRegistration is a registration that came or went at a location that
	// stays.
	ChangeRegistration ChangeKind = "registration"
	// ChangeField is any other value that differs.
	ChangeField ChangeKind = "field"
)

// Change is one difference between what is known and what a new import says:
// a list for people to look through, for nothing is deleted by itself.
type Change struct {
	// What is location, staff or district; ID and Name are its own, the new ones
	// where both are known.
	What, ID, Name string
	Kind           ChangeKind
	// Field names the value that differs and From and To are what it was and
	// is; empty for something opened or closed.
	Field, From, To string
}

// String returns the change as one line.
func (c Change) String() string {
	line := fmt.Sprintf("%s %s %s: %s", c.What, c.ID, c.Name, c.Kind)
	if c.Field == "" {
		return line
	}
	return fmt.Sprintf("%s, %s %q → %q", line, c.Field, c.From, c.To)
}

// DiffLocations compares the locations that are known with those of a new
// import. A location whose lowest registration has gone is found back by
// another of its registrations. The result is in ascending order of id.
func DiffLocations(old, fresh []Location) []Change {
	d := differ[Location]{what: "location", key: func(l *Location) string { return l.ID }, name: func(l *Location) string { return l.Name }}
	byNumber := make(map[string]string)
	for i := range old {
		for _, r := range old[i].Registrations {
			byNumber[r.LRK] = old[i].ID
		}
	}
	delete(byNumber, "")
	d.alias = func(l *Location) string {
		for _, r := range l.Registrations {
			if id, ok := byNumber[r.LRK]; ok {
				return id
			}
		}
		return ""
	}
	d.compare = compareLocations
	return d.diff(old, fresh)
}

func compareLocations(c *comparison, a, b *Location) {
	c.value(ChangeField, "location_id", a.ID, b.ID)
	c.value(ChangeField, "name", a.Name, b.Name)
	c.value(ChangeHolder, "organisation", a.Organisation, b.Organisation)
	c.value(ChangeCapacity, "places", strconv.Itoa(a.Places()), strconv.Itoa(b.Places()))
	c.value(ChangeRegistration, "lrk", numbers(a), numbers(b))
	c.value(ChangeField, "address", addressOf(a), addressOf(b))
	c.value(ChangeField, "municipality", a.Municipality, b.Municipality)
	c.value(ChangeField, "district", a.District, b.District)
	c.value(ChangeField, "opening", weekText(&a.Opening), weekText(&b.Opening))
	c.value(ChangeField, "parents", weekText(&a.Parents), weekText(&b.Parents))
	c.value(ChangeField, "stand_alone", yesNo(a.StandAlone), yesNo(b.StandAlone))
	c.value(ChangeField, "subsidised", yesNo(a.Subsidised), yesNo(b.Subsidised))
	c.value(ChangeField, "opened", a.Opened.String(), b.Opened.String())
	c.value(ChangeField, "closed", a.Closed.String(), b.Closed.String())
	c.value(ChangeField, "tags", listText(a.Tags), listText(b.Tags))
}

// numbers lists the registrations of a location in ascending order.
func numbers(l *Location) string {
	all := make([]string, 0, len(l.Registrations))
	for _, r := range l.Registrations {
		if r.LRK != "" {
			all = append(all, r.LRK)
		}
	}
	return listText(all)
}

func addressOf(l *Location) string {
	return strings.TrimSpace(strings.Join([]string{l.Address, l.Postcode, l.Town}, " "))
}

// DiffStaff compares the people that are known with those of a new import. The
// result is in ascending order of id.
func DiffStaff(old, fresh []Staff) []Change {
	d := differ[Staff]{what: "staff", key: func(s *Staff) string { return s.ID }, name: func(s *Staff) string { return s.Name }}
	d.compare = func(c *comparison, a, b *Staff) {
		c.value(ChangeField, "name", a.Name, b.Name)
		c.value(ChangeField, "organisation", a.Organisation, b.Organisation)
		c.value(ChangeCapacity, "contracts", contractsText(a), contractsText(b))
		c.value(ChangeField, "home", pointText(a.Home), pointText(b.Home))
		c.value(ChangeField, "mode", string(a.Mode), string(b.Mode))
		c.value(ChangeField, "work_pattern", weekText(&a.Pattern), weekText(&b.Pattern))
		c.value(ChangeField, "skills", listText(a.Skills), listText(b.Skills))
		c.value(ChangeField, "photo", a.Photo, b.Photo)
		c.value(ChangeField, "day_cap", strconv.Itoa(a.DayCap), strconv.Itoa(b.DayCap))
		c.value(ChangeField, "week_cap", strconv.Itoa(a.WeekCap), strconv.Itoa(b.WeekCap))
	}
	return d.diff(old, fresh)
}

func contractsText(s *Staff) string {
	all := make([]string, len(s.Contracts))
	for i, c := range s.Contracts {
		all[i] = fmt.Sprintf("%s %s %d.%02d hours, at most %d, %s–%s",
			c.Role, c.Budget, c.HoursWeek/100, c.HoursWeek%100, c.MaxLocations, c.From, c.To)
	}
	return listText(all)
}

// pointText names a place to about a metre.
func pointText(p Point) string { return fmt.Sprintf("%.5f, %.5f %s", p.Lat, p.Lon, p.PC4) }

// DiffDistricts compares the districts that are known with those of a new
// import. The result is in ascending order of id.
func DiffDistricts(old, fresh []District) []Change {
	d := differ[District]{what: "district", key: func(x *District) string { return x.ID }, name: func(x *District) string { return x.Name }}
	d.compare = func(c *comparison, a, b *District) {
		c.value(ChangeField, "name", a.Name, b.Name)
		c.value(ChangeField, "municipality", a.Municipality, b.Municipality)
		c.value(ChangeField, "level", a.Level, b.Level)
		c.value(ChangeField, "year", strconv.Itoa(a.Year), strconv.Itoa(b.Year))
		c.value(ChangeField, "area", a.Area, b.Area)
		c.value(ChangeField, "neighbours", listText(a.Neighbours), listText(b.Neighbours))
		if !slices.EqualFunc(a.Rings, b.Rings, slices.Equal) {
			c.value(ChangeField, "outline", outlineText(a), outlineText(b)+" (moved)")
		}
	}
	return d.diff(old, fresh)
}

func outlineText(d *District) string {
	corners := 0
	for _, ring := range d.Rings {
		corners += len(ring)
	}
	return fmt.Sprintf("%d rings, %d corners", len(d.Rings), corners)
}

// differ compares two lists of one kind of thing.
type differ[T any] struct {
	what      string
	key, name func(*T) string
	// alias returns the old id of something whose id is new, or nothing.
	alias   func(*T) string
	compare func(*comparison, *T, *T)
}

func (d *differ[T]) diff(old, fresh []T) []Change {
	before := make(map[string]*T, len(old))
	for i := range old {
		before[d.key(&old[i])] = &old[i]
	}
	now := make(map[string]bool, len(fresh))
	for i := range fresh {
		now[d.key(&fresh[i])] = true
	}
	var out []Change
	matched := make(map[string]bool, len(old))
	for i := range fresh {
		b := &fresh[i]
		id := d.key(b)
		// What has kept its own id is not found under another's.
		if alias := d.oldID(b); before[id] == nil && alias != "" && !now[alias] && !matched[alias] {
			id = alias
		}
		a := before[id]
		if a == nil {
			out = append(out, d.change(b, ChangeOpened))
			continue
		}
		matched[id] = true
		c := comparison{template: d.change(b, ChangeField)}
		d.compare(&c, a, b)
		out = append(out, c.changes...)
	}
	for i := range old {
		if !matched[d.key(&old[i])] {
			out = append(out, d.change(&old[i], ChangeClosed))
		}
	}
	slices.SortStableFunc(out, func(a, b Change) int { return cmp.Compare(a.ID, b.ID) })
	return out
}

func (d *differ[T]) oldID(x *T) string {
	if d.alias == nil {
		return ""
	}
	return d.alias(x)
}

func (d *differ[T]) change(x *T, kind ChangeKind) Change {
	return Change{What: d.what, ID: d.key(x), Name: d.name(x), Kind: kind}
}

// comparison gathers the values in which two versions of one thing differ.
type comparison struct {
	template Change
	changes  []Change
}

func (c *comparison) value(kind ChangeKind, field, from, to string) {
	if from == to {
		return
	}
	change := c.template
	change.Kind, change.Field, change.From, change.To = kind, field, from, to
	c.changes = append(c.changes, change)
}

// listText writes a list whose order does not matter.
func listText(items []string) string {
	items = slices.Clone(items)
	slices.Sort(items)
	return strings.Join(items, "|")
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// weekText writes a weekly pattern as input files do, from Monday on.
func weekText(w *calendar.Week) string {
	days := [...]string{"su", "mo", "tu", "we", "th", "fr", "sa"}
	var parts []string
	for i := range days {
		day := (i + 1) % len(days)
		for _, s := range w[day] {
			parts = append(parts, fmt.Sprintf("%s %s-%s", days[day], s.From, s.To))
		}
	}
	return strings.Join(parts, "|")
}

// DiffState lists what an import of a whole region would change in its districts,
// staff and locations.
func DiffState(old, fresh *State) []Change {
	return slices.Concat(DiffDistricts(old.Districts, fresh.Districts), DiffStaff(old.Staff, fresh.Staff), DiffLocations(old.Locations, fresh.Locations))
}
