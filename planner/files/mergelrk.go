package files

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
)

// registerMerger takes an export of the register into what is known.
type registerMerger struct {
	*merger
	options MergeOptions
	// owner holds the index of the known location that has a registration.
	owner map[string]int
	// here marks the registrations of the export that can be used, unclear those
	// of rejected rows: what is known of them stands.
	here, unclear map[string]bool
	outlines      *outlines
}

// building is what the register holds of one visit location.
type building struct {
	// known is the index of the location it is, or -1.
	known int
	rows  []LRKRow
}

// takeRegister takes the registrations of the programme's municipalities: known
// locations keep what the register does not know, new ones get the district
// whose outline they lie in, and those that are gone stay and are reported.
func (m *merger) takeRegister(data []byte, o MergeOptions) error {
	register, err := ReadLRK(m.name, bytes.NewReader(data), LRKOptions{BSO: o.BSO, Municipalities: m.programme.programme.Municipalities})
	if err != nil {
		return err
	}
	m.out.Rejected, m.out.Skipped = register.Rejected, register.Skipped
	lines := make(map[int]bool)
	for _, fault := range register.Rejected {
		lines[fault.Line] = true
	}
	m.out.Rows = len(register.Rows) + len(lines)
	for _, n := range register.Skipped {
		m.out.Rows += n
	}
	if len(register.Rows) == 0 && len(register.Rejected) > 0 {
		return register.Rejected // nothing in it can be used
	}
	r := &registerMerger{merger: m, options: o, owner: make(map[string]int), here: make(map[string]bool)}
	r.index(register.Rows, textLines(data, lines))
	r.merge(register.Rows)
	r.report()
	m.moveMeetings()
	return nil
}

// textLines returns the text of the lines with these numbers.
func textLines(data []byte, numbers map[int]bool) string {
	var out strings.Builder
	number := 0
	for line := range bytes.Lines(registerText(data)) {
		if number++; numbers[number] {
			out.Write(line)
		}
	}
	return out.String()
}

func (r *registerMerger) index(rows []LRKRow, rejected string) {
	drawn := make([]*planner.District, len(r.districts.entries))
	for i := range drawn {
		drawn[i] = &r.districts.entries[i].item
	}
	r.outlines = newOutlines(drawn)
	for i := range rows {
		r.here[rows[i].LRK] = true
	}
	r.unclear = make(map[string]bool)
	for i := range r.locations.entries {
		l := &r.locations.entries[i].item
		if _, taken := r.owner[l.ID]; !taken {
			r.owner[l.ID] = i
		}
		for _, x := range l.Registrations {
			if x.LRK == "" {
				continue
			}
			r.owner[x.LRK] = i
			r.unclear[x.LRK] = !r.here[x.LRK] && strings.Contains(rejected, x.LRK)
		}
	}
}

// buildings groups registrations as GroupLRK does, but never over two known
// locations: whoever holds the building now, people decide whether to join them.
func (r *registerMerger) buildings(rows []LRKRow) []building {
	groups := make(map[string][]LRKRow)
	for i := range rows {
		key := buildingOf(&rows[i])
		groups[key] = append(groups[key], rows[i])
	}
	var out []building
	for _, key := range slices.Sorted(maps.Keys(groups)) {
		group := groups[key]
		slices.SortFunc(group, func(a, b LRKRow) int { return cmp.Compare(a.LRK, b.LRK) })
		out = append(out, r.split(group)...)
	}
	slices.SortFunc(out, func(a, b building) int { return cmp.Compare(a.rows[0].LRK, b.rows[0].LRK) })
	return r.claim(out)
}

// split takes a group apart by known location; what is new joins the first.
func (r *registerMerger) split(group []LRKRow) []building {
	first := -1
	for i := range group {
		if owner, ok := r.owner[group[i].LRK]; ok {
			first = owner
			break
		}
	}
	var out []building
	for i := range group {
		owner, ok := r.owner[group[i].LRK]
		if !ok {
			owner = first
		}
		at := slices.IndexFunc(out, func(b building) bool { return b.known == owner })
		if at < 0 {
			at = len(out)
			out = append(out, building{known: owner})
		}
		out[at].rows = append(out[at].rows, group[i])
	}
	return out
}

// claim leaves each known location to one building: the one with the number it
// is named after, else the first. The others are new locations.
func (r *registerMerger) claim(all []building) []building {
	taken := make(map[int]int)
	for i := range all {
		b := &all[i]
		if b.known < 0 {
			continue
		}
		id := r.locations.entries[b.known].item.ID
		named := slices.ContainsFunc(b.rows, func(x LRKRow) bool { return x.LRK == id })
		other, twice := taken[b.known]
		switch {
		case !twice:
			taken[b.known] = i
		case named:
			all[other].known, taken[b.known] = -1, i
		default:
			b.known = -1
		}
	}
	return all
}

// merge changes known locations and adds new ones.
func (r *registerMerger) merge(rows []LRKRow) {
	r.locations.sheet = &sheet{rep: r.rep, name: r.name}
	buildings := r.buildings(rows)
	unchanged := make(map[int]bool)
	for i := range buildings {
		if b := &buildings[i]; b.known >= 0 {
			unchanged[b.known] = !r.change(b)
		}
	}
	for i := range buildings {
		b := &buildings[i]
		if b.known >= 0 {
			continue
		}
		// A location that stays as it is keeps all its registrations.
		b.rows = slices.DeleteFunc(b.rows, func(x LRKRow) bool {
			owner, ok := r.owner[x.LRK]
			return ok && unchanged[owner]
		})
		if len(b.rows) > 0 {
			r.add(b)
		}
	}
}

// line returns a row that stands for a building, and remembers it.
func (r *registerMerger) line(b *building, id string) row {
	line := r.lineRow(r.name, b.rows[0].Line)
	r.rows = append(r.rows, row{sheet: line.sheet, cells: []string{id}, places: line.places})
	return line
}

// add makes a new location, unless it lies in no district.
func (r *registerMerger) add(b *building) {
	fresh := locationOf(b.rows)
	district, found := r.outlines.find(fresh.Municipality, fresh.Point)
	if !found {
		r.nowhere(b.rows[0].Line, &fresh, "it is not taken over")
		return
	}
	fresh.District, fresh.Organisation = district, r.holder(&b.rows[0], b.known)
	r.locations.entries = append(r.locations.entries, entry[planner.Location]{item: fresh, row: r.line(b, fresh.ID)})
}

// change reports whether a known location could take what the register says.
func (r *registerMerger) change(b *building) bool {
	e, fresh := &r.locations.entries[b.known], locationOf(b.rows)
	moved, ok := r.moved(&e.item, &fresh)
	if !ok {
		r.nowhere(b.rows[0].Line, &moved, "nothing of it is changed")
		return false
	}
	moved.Organisation = r.holder(&b.rows[0], b.known)
	e.item, e.row = moved, r.line(b, moved.ID)
	return true
}

func (r *registerMerger) nowhere(line int, l *planner.Location, what string) {
	r.out.Rejected = append(r.out.Rejected, Fault{
		File: r.name, Line: line, Column: 1, Field: "opvanglocatie_postcode",
		Message: fmt.Sprintf("%s, %s: location %s lies in no outline of a district of municipality %s, so %s; import it as a location with its district, or outlines",
			l.Postcode, l.Town, l.ID, l.Municipality, what),
	})
}

// moved returns a known location with what the register says of it; false when
// it moved to where no district is.
func (r *registerMerger) moved(was, fresh *planner.Location) (planner.Location, bool) {
	l := *was
	if fresh.Name != fresh.ID {
		l.Name = fresh.Name // the register can leave it empty
	}
	l.Address = cmp.Or(fresh.Address, was.Address)
	l.Town = cmp.Or(fresh.Town, was.Town)
	l.Municipality = cmp.Or(fresh.Municipality, was.Municipality)
	l.Registrations = r.registrations(was, fresh.Registrations)
	if l.Postcode = fresh.Postcode; l.Postcode == was.Postcode && l.Municipality == was.Municipality {
		return l, true
	}
	if l.Postcode != was.Postcode {
		l.Point = fresh.Point
	}
	district, found := r.outlines.find(l.Municipality, l.Point)
	if found {
		l.District = district
	}
	return l, found || l.Municipality == was.Municipality
}

// registrations adds to those of the export what it could not say: numbers of
// kinds that were not asked for and of rejected rows.
func (r *registerMerger) registrations(was *planner.Location, fresh []planner.Registration) []planner.Registration {
	out := slices.Clone(fresh)
	for _, x := range was.Registrations {
		if x.LRK != "" && !r.here[x.LRK] && (r.unclear[x.LRK] || !r.asked(x.Kind)) {
			out = append(out, x)
		}
	}
	slices.SortStableFunc(out, func(a, b planner.Registration) int { return cmp.Compare(a.LRK, b.LRK) })
	return out
}

// asked reports whether registrations of a kind are taken from the export.
func (r *registerMerger) asked(kind string) bool {
	return kind == "KDV" || (kind == "BSO" && r.options.BSO)
}

// holder returns the organisation that holds a location, which may be known by
// an id of its own, and adds one that is new.
func (r *registerMerger) holder(x *LRKRow, known int) string {
	id := holderOf(x)
	if known >= 0 && x.Holder == "" && x.HolderKvK == "" {
		return r.locations.entries[known].item.Organisation
	}
	for i := range r.organisations.entries {
		o := &r.organisations.entries[i].item
		if o.ID == id || (x.HolderKvK != "" && o.ID == "kvk-"+x.HolderKvK) ||
			(x.Holder != "" && strings.EqualFold(o.Name, x.Holder)) {
			return o.ID
		}
	}
	r.organisations.entries = append(r.organisations.entries, entry[planner.Organisation]{
		item: planner.Organisation{ID: id, Name: cmp.Or(x.Holder, id)}, row: r.lineRow(r.name, x.Line),
	})
	return id
}

// report finds the locations that the register had and has no more.
func (r *registerMerger) report() {
	for i := range r.known.Locations {
		l := &r.known.Locations[i]
		had, has := false, false
		for _, x := range l.Registrations {
			had = had || (x.LRK != "" && r.asked(x.Kind))
			has = has || r.here[x.LRK] || r.unclear[x.LRK]
		}
		if had && !has && !r.here[l.ID] && l.Closed == calendar.NoDate {
			r.out.Gone = append(r.out.Gone, l.ID)
		}
	}
	slices.SortStableFunc(r.out.Rejected, func(a, b Fault) int { return cmp.Compare(a.Line, b.Line) })
}
