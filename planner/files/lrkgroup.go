package files

import (
	"bytes"
	"cmp"
	"io"
	"slices"
	"strings"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
)

// GroupLRK makes visit locations of registrations, and organisations of their
// holders. One building often holds several registrations (day care and
// out-of-school care are apart in the register): those with one BAG number,
// else with one postcode and address, and one holder are one location, named
// after its lowest number. Both results are in ascending order of id.
func GroupLRK(rows []LRKRow) ([]planner.Location, []planner.Organisation) {
	groups := make(map[string][]LRKRow)
	for _, r := range rows {
		groups[buildingOf(&r)] = append(groups[buildingOf(&r)], r)
	}
	locations := make([]planner.Location, 0, len(groups))
	holders := make(map[string]planner.Organisation)
	for _, group := range groups {
		slices.SortFunc(group, func(a, b LRKRow) int { return cmp.Compare(a.LRK, b.LRK) })
		l := locationOf(group)
		locations = append(locations, l)
		name := cmp.Or(group[0].Holder, holders[l.Organisation].Name)
		holders[l.Organisation] = planner.Organisation{ID: l.Organisation, Name: name}
	}
	organisations := make([]planner.Organisation, 0, len(holders))
	for _, o := range holders {
		o.Name = cmp.Or(o.Name, o.ID)
		organisations = append(organisations, o)
	}
	slices.SortFunc(locations, func(a, b planner.Location) int { return cmp.Compare(a.ID, b.ID) })
	slices.SortFunc(organisations, func(a, b planner.Organisation) int { return cmp.Compare(a.ID, b.ID) })
	return locations, organisations
}

func buildingOf(r *LRKRow) string {
	holder := holderOf(r)
	if r.BAG != "" {
		return r.BAG + "\x00" + holder
	}
	return r.Postcode + "\x00" + plainAddress(r.Address) + "\x00" + holder
}

func plainAddress(address string) string {
	return strings.Join(strings.Fields(strings.ToLower(address)), " ")
}

// holderOf returns the id of a holder: the number in the trade register, else
// made of the name.
func holderOf(r *LRKRow) string {
	if r.HolderKvK != "" && idPattern.MatchString(r.HolderKvK) {
		return r.HolderKvK
	}
	plain := strings.Map(func(c rune) rune {
		switch {
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9':
			return c
		}
		return '-'
	}, strings.ToLower(r.Holder))
	plain = strings.Join(strings.FieldsFunc(plain, func(c rune) bool { return c == '-' }), "-")
	if plain == "" {
		return "holder-unknown"
	}
	return "holder-" + plain[:min(len(plain), 50)]
}

// locationOf makes a location of registrations in ascending order of number.
func locationOf(group []LRKRow) planner.Location {
	first := &group[0]
	named := first
	if i := slices.IndexFunc(group, func(r LRKRow) bool { return r.Kind == "KDV" }); i > 0 {
		named = &group[i]
	}
	area, _ := FindPostcode(first.Postcode[:min(4, len(first.Postcode))])
	l := planner.Location{
		ID: first.LRK, Name: cmp.Or(named.Name, first.LRK), Organisation: holderOf(first),
		Address: first.Address, Postcode: first.Postcode, Town: first.Town, Municipality: first.Municipality,
		Point:   planner.Point{Lat: area.Lat, Lon: area.Lon, PC4: area.PC4, PC4Area: area.Area},
		Opening: value{text: defaultOpening}.week(), Opened: first.Registered, Closed: calendar.NoDate,
	}
	for _, r := range group {
		l.Registrations = append(l.Registrations, planner.Registration{LRK: r.LRK, Kind: r.Kind, Places: r.Places})
		// The building is open since the first of its registrations.
		l.Opened = min(l.Opened, r.Registered)
	}
	return l
}

// readRegister takes the locations of an export, and its holders beside the
// organisations that the folder names.
func (f *folder) readRegister(r *bytes.Reader) {
	const name = "lrk.csv"
	f.locations.sheet = &sheet{rep: f.rep, name: name, broken: true}
	register, err := ReadLRK(name, io.Reader(r), LRKOptions{Municipalities: f.programme.programme.Municipalities})
	if err != nil {
		f.rep.faults = append(f.rep.faults, faultsOf(err)...)
		return
	}
	f.rep.faults = append(f.rep.faults, register.Rejected...)
	f.locations.sheet.broken = len(register.Rejected) > 0
	lines := make(map[string]int, len(register.Rows))
	for i := range register.Rows {
		lines[register.Rows[i].LRK] = register.Rows[i].Line
	}
	locations, holders := GroupLRK(register.Rows)
	for i := range locations {
		f.locations.entries = append(f.locations.entries, entry[planner.Location]{item: locations[i], row: f.lineRow(name, lines[locations[i].ID])})
	}
	for _, o := range holders {
		if !slices.ContainsFunc(f.organisations.entries, func(e entry[planner.Organisation]) bool { return e.item.ID == o.ID }) {
			f.organisations.entries = append(f.organisations.entries, entry[planner.Organisation]{item: o, row: f.lineRow(name, 1)})
		}
	}
}

// lineRow returns a row that only has a place.
func (f *folder) lineRow(name string, line int) row {
	return row{sheet: &sheet{rep: f.rep, name: name}, cells: []string{""}, places: []place{{line, 1}}}
}

// correctLocations applies locations.csv to what the register holds: a row
// with a known id changes the cells it gives, another adds a location.
func (f *folder) correctLocations(r *bytes.Reader) {
	columns := strings.ReplaceAll(locationColumns, "!", "")
	columns = strings.Replace(columns, "location_id", "location_id!", 1)
	index := make(map[string]int, len(f.locations.entries))
	for i := range f.locations.entries {
		index[f.locations.entries[i].item.ID] = i
	}
	sheet := readSheet(f.rep, "locations.csv", r, columns)
	sheet.screen()
	seen := list[planner.Location]{sheet: sheet}
	for _, row := range sheet.rows {
		seen.entries = append(seen.entries, entry[planner.Location]{row: row})
		i, known := index[row.need("location_id").text]
		if !known {
			f.locations.entries = append(f.locations.entries, entry[planner.Location]{item: newLocation(row), region: row.get("region").text, row: row})
			continue
		}
		e := &f.locations.entries[i]
		fillLocation(&e.item, row)
		e.region, e.row = row.get("region").text, row
	}
	seen.unique("location_id")
	f.locations.sheet.broken = f.locations.sheet.broken || unknown(seen, "location_id")
}

// faultsOf returns the faults in an error of this package.
func faultsOf(err error) Faults {
	if faults, ok := err.(Faults); ok { //nolint:errorlint // never wrapped: made in this package
		return faults
	}
	return Faults{{Message: err.Error()}}
}
