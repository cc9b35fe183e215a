package files

import (
	"io"
	"path"
	"slices"
	"strings"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
)

// takeDistricts reads a CSV file or, by its name, outlines.
func (m *merger) takeDistricts(r io.Reader) {
	before := drawnNeighbours(m.districts.entries)
	ext := strings.ToLower(path.Ext(m.name))
	outlined := ext == ".geojson" || ext == ".json"
	var file list[planner.District]
	elsewhere := 0
	if outlined {
		file = readOutlines(m.rep, m.name, r)
		elsewhere = m.dropElsewhere(&file)
	} else {
		file = readDistricts(m.rep, m.name, r)
	}
	m.districts = over(m, m.districts, file, districtKey, func(now, was *planner.District, r row) {
		if outlined {
			keepNames(now, was)
		} else {
			keepOutline(now, was, r)
		}
		if (outlined || !r.sheet.has("neighbours")) && !slices.Equal(was.Neighbours, before[was.ID]) {
			now.Neighbours = was.Neighbours // somebody named them
		}
	})
	m.out.Rows += elsewhere
	m.redraw(before)
}

// dropElsewhere leaves out the outlines of other municipalities, as for a
// folder. Neighbours are drawn anew with those that are known.
func (m *merger) dropElsewhere(file *list[planner.District]) int {
	all := len(file.entries)
	file.entries = slices.DeleteFunc(file.entries, func(e entry[planner.District]) bool {
		return municipalityPattern.MatchString(e.item.Municipality) && !m.programme.has(refMunicipality, e.item.Municipality)
	})
	for i := range file.entries {
		file.entries[i].item.Neighbours = nil
	}
	if n := all - len(file.entries); n > 0 {
		m.out.Skipped["municipality"] = n
		return n
	}
	return 0
}

// keepNames keeps what the properties of an outline do not say.
func keepNames(now, was *planner.District) {
	if now.Level == "" {
		now.Level = was.Level
	}
	if now.Year == 0 {
		now.Year = was.Year
	}
	if now.Area == "" {
		now.Area = was.Area
	}
}

// keepOutline keeps the outline and the columns that a CSV file does not have.
func keepOutline(now, was *planner.District, r row) {
	now.Rings = was.Rings
	if !r.sheet.has("level") {
		now.Level = was.Level
	}
	if !r.sheet.has("year") {
		now.Year = was.Year
	}
	if !r.sheet.has("area") {
		now.Area = was.Area
	}
}

// redraw gives the districts whose neighbours nobody named those that share a
// border with them now.
func (m *merger) redraw(before map[string][]string) {
	after := drawnNeighbours(m.districts.entries)
	for i := range m.districts.entries {
		d := &m.districts.entries[i].item
		if slices.Equal(d.Neighbours, before[d.ID]) || len(d.Neighbours) == 0 {
			d.Neighbours = after[d.ID]
		}
	}
}

// drawnNeighbours returns the neighbours that follow from the outlines.
func drawnNeighbours(entries []entry[planner.District]) map[string][]string {
	drawn := make([]*planner.District, len(entries))
	for i := range entries {
		drawn[i] = &planner.District{ID: entries[i].item.ID, Rings: entries[i].item.Rings}
	}
	joinNeighbours(drawn)
	out := make(map[string][]string, len(drawn))
	for _, d := range drawn {
		out[d.ID] = d.Neighbours
	}
	return out
}

// takeLocations reads a locations.csv over the known locations. A row with all
// that a new location needs says everything that the file has a column for; a
// row without some of it corrects a known location in the cells it gives.
func (m *merger) takeLocations(r io.Reader) {
	columns := strings.ReplaceAll(locationColumns, "!", "")
	columns = strings.Replace(columns, "location_id", "location_id!", 1)
	known := make(map[string]*planner.Location, len(m.locations.entries))
	for i := range m.locations.entries {
		known[m.locations.entries[i].item.ID] = &m.locations.entries[i].item
	}
	file := readList(m.rep, m.name, r, columns, func(r row) planner.Location {
		if was := known[r.need("location_id").text]; was != nil {
			return correctedLocation(was, r)
		}
		return newLocation(r)
	})
	file.unique("location_id")
	m.locations = over(m, m.locations, file, locationKey, func(_, _ *planner.Location, _ row) {})
	m.locationsGone(func(*planner.Location) bool { return true })
	m.moveMeetings()
}

// locationsGone keeps those of the locations gone that somebody should look at:
// not those whose closing day is known.
func (m *merger) locationsGone(expected func(*planner.Location) bool) {
	m.out.Gone = slices.DeleteFunc(m.out.Gone, func(id string) bool {
		i := slices.IndexFunc(m.known.Locations, func(l planner.Location) bool { return l.ID == id })
		l := &m.known.Locations[i]
		return l.Closed != calendar.NoDate || !expected(l)
	})
}

func correctedLocation(was *planner.Location, r row) planner.Location {
	l := *was
	l.Registrations = slices.Clone(was.Registrations)
	if describes(r) {
		clearLocation(&l, r)
	}
	fillLocation(&l, r)
	keepPoint(&l, was, r)
	keepRegistrations(&l, was, r)
	if r.get("district").empty() && (l.Point != was.Point || l.Municipality != was.Municipality) {
		l.District = "" // it moved: the outlines say where to
	}
	return l
}

// describes reports whether a row has all that a new location needs.
func describes(r row) bool {
	for _, column := range []string{"name", "organisation", "postcode", "municipality"} {
		if r.get(column).empty() {
			return false
		}
	}
	return true
}

// clearLocation takes back to the default what the file has a column for.
func clearLocation(l *planner.Location, r row) {
	var none planner.Location
	has := r.sheet.has
	if has("address") {
		l.Address = ""
	}
	if has("town") {
		l.Town = ""
	}
	if has("opening") {
		l.Opening = value{text: defaultOpening}.week()
	}
	if has("parents") {
		l.Parents = none.Parents
	}
	if has("stand_alone") {
		l.StandAlone = false
	}
	if has("subsidised") {
		l.Subsidised = false
	}
	if has("artificial") {
		l.Artificial = false
	}
	if has("opened") {
		l.Opened = calendar.NoDate
	}
	if has("closed") {
		l.Closed = calendar.NoDate
	}
	if has("tags") {
		l.Tags = nil
	}
}

// keepPoint keeps exact coordinates when the file has no better place.
func keepPoint(l, was *planner.Location, r row) {
	given := !r.get("lat").empty() || !r.get("lon").empty()
	taken := describes(r) && r.sheet.has("lat") && r.sheet.has("lon")
	if !given && !taken && l.Postcode == was.Postcode {
		l.Point = was.Point
	}
}

// keepRegistrations keeps kinds and places apart, which a row gives as one sum
// of one kind.
func keepRegistrations(l, was *planner.Location, r row) {
	if !r.get("registrations").empty() {
		return // each by itself
	}
	same := len(l.Registrations) == len(was.Registrations)
	for i := range l.Registrations {
		at := slices.IndexFunc(was.Registrations, func(x planner.Registration) bool { return x.LRK == l.Registrations[i].LRK })
		if at < 0 {
			same = false
			continue
		}
		l.Registrations[i].Kind = was.Registrations[at].Kind
		if r.get("places").empty() {
			l.Registrations[i].Places = was.Registrations[at].Places
		}
	}
	if same && l.Places() == was.Places() {
		l.Registrations = was.Registrations
	}
}

// moveMeetings lets meetings at a location move with it.
func (m *merger) moveMeetings() {
	old := make(map[string]planner.Point, len(m.known.Locations))
	for i := range m.known.Locations {
		old[m.known.Locations[i].ID] = m.known.Locations[i].Point
	}
	for i := range m.meetings.entries {
		if meeting := &m.meetings.entries[i].item; meeting.Location != "" && meeting.Point == old[meeting.Location] {
			meeting.Point = planner.Point{}
		}
	}
}
