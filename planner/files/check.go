package files

import (
	"slices"
	"strings"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
)

// check looks at what rows say of each other: unknown ids, regions that do not
// fit, districts to be found, two primaries on one day.
func (f *folder) check() {
	f.index()
	f.checkCapitals()
	f.checkDistricts()
	f.checkStaff()
	f.checkLocations()
	for _, r := range f.programme.refs {
		f.refer(r.kind, r.at)
	}
	f.checkAssignments()
	f.checkPins()
	f.checkAbsences()
	f.checkMeetings()
	f.checkBlackouts()
	f.checkCases()
	f.checkConsents()
	f.checkHistory()
}

// index gathers all ids with their regions.
func (f *folder) index() {
	f.ids[refOrganisation] = indexOf(f.organisations, organisationKey)
	f.ids[refStaff] = indexOf(f.staff, staffKey)
	f.ids[refDistrict] = indexOf(f.districts, districtKey)
	f.ids[refLocation] = indexOf(f.locations, locationKey)
	f.open[refOrganisation] = unknown(f.organisations, "organisation_id")
	f.open[refStaff] = unknown(f.staff, "staff_id")
	f.open[refDistrict] = unknown(f.districts, "district_id")
	f.open[refLocation] = unknown(f.locations, "location_id")
	for _, kind := range []refKind{refRole, refVisitType, refMunicipality, refRequirement} {
		f.open[kind] = f.programme.open(kind)
	}
	f.several = len(f.regions()) > 1
}

func indexOf[T any](l list[T], key func(*T) string) map[string]string {
	ids := make(map[string]string, len(l.entries))
	for i := range l.entries {
		ids[key(&l.entries[i].item)] = l.entries[i].region
	}
	return ids
}

// checkCapitals faults ids that only capitals tell apart: they name files, and
// some systems take such names for one.
func (f *folder) checkCapitals() {
	capitals(f.organisations, organisationKey, "organisation_id")
	capitals(f.staff, staffKey, "staff_id")
	capitals(f.districts, districtKey, "district_id")
	capitals(f.locations, locationKey, "location_id")
	capitals(f.meetings, meetingKey, "meeting_id")
	capitals(f.cases, caseKey, "case_ref")
}

func capitals[T any](l list[T], key func(*T) string, column string) {
	first := make(map[string]string, len(l.entries))
	for i := range l.entries {
		e := &l.entries[i]
		id := key(&e.item)
		small := strings.ToLower(id)
		if other, again := first[small]; again && other != id {
			e.row.get(column).fault("%q differs from %q in capitals only, which some computers take for one name; choose another id", id, other)
		}
		first[small] = id
	}
}

// unknown reports a list whose file is missing or broken, or has a row without
// an id that can be used: what refers to one that is not there may mean that
// row, and is no fault of its own.
func unknown[T any](l list[T], id string) bool {
	if l.sheet == nil || l.sheet.broken {
		return true
	}
	return slices.ContainsFunc(l.sheet.rep.faults, func(x Fault) bool {
		lost := x.Field == "" && x.Line > 1 || featurePattern.MatchString(x.Field)
		return x.File == l.sheet.name && (lost || x.Field == id)
	})
}

// regions returns the names of the regions in ascending order.
func (f *folder) regions() []string {
	var names []string
	names = append(names, regionsOf(f.staff)...)
	names = append(names, regionsOf(f.districts)...)
	names = append(names, regionsOf(f.locations)...)
	slices.Sort(names)
	return slices.Compact(names)
}

func regionsOf[T any](l list[T]) []string {
	var names []string
	for i := range l.entries {
		if region := l.entries[i].region; region != "" {
			names = append(names, region)
		}
	}
	return names
}

// refer faults an id that nothing has.
func (f *folder) refer(kind refKind, v value) {
	_, known := f.ids[kind][v.text]
	if kind == refMunicipality && !municipalityPattern.MatchString(v.text) {
		return // a fault already
	}
	if !v.empty() && !known && !f.open[kind] && !f.programme.has(kind, v.text) {
		v.fault("unknown %s %q", kind, v.text)
	}
}

// belongs checks what a row refers to and returns its region: its own, else
// the one of what it refers to.
func (f *folder) belongs(r row, refs ...reference) string {
	region := r.get("region").text
	for _, ref := range refs {
		f.refer(ref.kind, ref.at)
		other := f.ids[ref.kind][ref.at.text]
		switch {
		case ref.at.empty() || other == "" || other == region:
		case region == "":
			region = other
		default:
			ref.at.fault("%s %q is in region %q, not in %q", ref.kind, ref.at.text, other, region)
		}
	}
	return region
}

func ref(kind refKind, at value) []reference { return []reference{{kind, at}} }

func refs(kind refKind, at []value) []reference {
	out := make([]reference, len(at))
	for i := range at {
		out[i] = reference{kind, at[i]}
	}
	return out
}

func (f *folder) checkDistricts() {
	index := make(map[string]int, len(f.districts.entries))
	for i := range f.districts.entries {
		e := &f.districts.entries[i]
		index[e.item.ID] = i
		f.refer(refMunicipality, e.row.get("municipality"))
		for _, n := range e.row.get("neighbours").each() {
			f.refer(refDistrict, n)
		}
	}
	// A border has two sides, whichever of them the file names.
	for i := range f.districts.entries {
		d := &f.districts.entries[i].item
		for _, id := range d.Neighbours {
			if j, ok := index[id]; ok && !slices.Contains(f.districts.entries[j].item.Neighbours, d.ID) {
				other := &f.districts.entries[j].item
				other.Neighbours = append(other.Neighbours, d.ID)
				slices.Sort(other.Neighbours)
			}
		}
	}
}

func (f *folder) checkStaff() {
	if f.staff.sheet == nil {
		return
	}
	for _, r := range f.staff.sheet.rows {
		f.refer(refRole, r.get("role"))
	}
	for i := range f.staff.entries {
		e := &f.staff.entries[i]
		f.refer(refOrganisation, e.row.get("organisation"))
		f.needRegion(e.region, e.row, e.item.ID)
	}
}

// needRegion faults a person or location that would be planned in each of
// several regions.
func (f *folder) needRegion(region string, r row, id string) {
	if f.several && region == "" {
		r.get("region").fault("%s needs a region: the folder has more than one, and each is planned by itself", id)
	}
}

func (f *folder) checkLocations() {
	districts := make(map[string]*planner.District, len(f.districts.entries))
	drawn := make([]*planner.District, len(f.districts.entries))
	for i := range f.districts.entries {
		drawn[i] = &f.districts.entries[i].item
		districts[drawn[i].ID] = drawn[i]
	}
	outlines := newOutlines(drawn)
	registered := make(map[string]string)
	for i := range f.locations.entries {
		e := &f.locations.entries[i]
		organisation := e.row.get("organisation")
		organisation.text = e.item.Organisation
		f.refer(refOrganisation, organisation)
		f.refer(refMunicipality, e.row.get("municipality"))
		f.checkRegistrations(e, registered)
		f.findDistrict(e, outlines, districts)
		if e.region == "" {
			e.region = f.ids[refDistrict][e.item.District]
			f.ids[refLocation][e.item.ID] = e.region
		}
		f.needRegion(e.region, e.row, e.item.ID)
	}
}

// checkRegistrations faults a registration that two locations have.
func (f *folder) checkRegistrations(e *entry[planner.Location], registered map[string]string) {
	for _, r := range e.item.Registrations {
		if other, twice := registered[r.LRK]; twice && r.LRK != "" {
			e.row.get("lrk").fault("registration %s is also at location %s", r.LRK, other)
		}
		registered[r.LRK] = e.item.ID
	}
}

// findDistrict checks the district that a row names, or takes the one whose
// outline holds the location.
func (f *folder) findDistrict(e *entry[planner.Location], outlines *outlines, districts map[string]*planner.District) {
	at := e.row.get("district")
	// What is said of its municipality says enough.
	known := f.open[refMunicipality] || f.programme.has(refMunicipality, e.item.Municipality)
	if f.narrowed && !known {
		return
	}
	if e.item.District == "" && !f.open[refDistrict] {
		id, found := outlines.find(e.item.Municipality, e.item.Point)
		if !found && (f.undrawn || !known) {
			return
		}
		if !found {
			at.fault("%s lies in no district of municipality %s; name its district", e.item.ID, e.item.Municipality)
			return
		}
		e.item.District = id
	}
	at.text = e.item.District
	f.refer(refDistrict, at)
	if d, ok := districts[e.item.District]; ok && d.Municipality != e.item.Municipality && e.item.Municipality != "" && d.Municipality != "" {
		at.fault("district %s lies in municipality %s, the location in %s", d.ID, d.Municipality, e.item.Municipality)
	}
	region, other := e.region, f.ids[refDistrict][e.item.District]
	if region != "" && other != "" && region != other {
		at.fault("district %q is in region %q, not in %q", e.item.District, other, region)
	}
}

func (f *folder) checkAssignments() {
	inRole := make(map[string]map[string]bool)
	for i := range f.staff.entries {
		roles := make(map[string]bool)
		for _, c := range f.staff.entries[i].item.Contracts {
			roles[c.Role] = true
		}
		inRole[f.staff.entries[i].item.ID] = roles
	}
	byPlace := make(map[string][]*entry[planner.Assignment])
	for i := range f.assignments.entries {
		e := &f.assignments.entries[i]
		f.refer(refRole, e.row.get("role"))
		e.region = f.belongs(e.row, reference{refLocation, e.row.get("location_id")}, reference{refStaff, e.row.get("staff_id")})
		if roles, known := inRole[e.item.Staff]; known && !f.open[refStaff] && !roles[e.item.Role] && f.programme.has(refRole, e.item.Role) {
			e.row.get("staff_id").fault("%s has no contract as %s", e.item.Staff, e.item.Role)
		}
		key := e.item.Location + "\x00" + e.item.Role
		for _, other := range byPlace[key] {
			checkTogether(e, other)
		}
		byPlace[key] = append(byPlace[key], e)
	}
}

// checkTogether faults two assignments that cannot both hold: exactly one
// primary serves a location in a role on any day, and nobody backs up oneself.
func checkTogether(e, other *entry[planner.Assignment]) {
	a, b := &e.item, &other.item
	if !overlap(a.From, a.To, b.From, b.To) {
		return
	}
	line := other.row.places[0].line
	switch {
	case a.Kind == planner.Primary && b.Kind == planner.Primary:
		e.row.get("staff_id").fault("%s has two primaries as %s on the same days: %s here and %s in line %d",
			a.Location, a.Role, a.Staff, b.Staff, line)
	case a.Staff == b.Staff:
		e.row.get("staff_id").fault("%s stands twice at %s as %s on the same days, see line %d", a.Staff, a.Location, a.Role, line)
	}
}

func (f *folder) checkAbsences() {
	for i := range f.absences.entries {
		e := &f.absences.entries[i]
		e.region = f.belongs(e.row, ref(refStaff, e.row.get("staff_id"))...)
	}
}

func (f *folder) checkMeetings() {
	points := make(map[string]planner.Point, len(f.locations.entries))
	for i := range f.locations.entries {
		points[f.locations.entries[i].item.ID] = f.locations.entries[i].item.Point
	}
	for i := range f.meetings.entries {
		e := &f.meetings.entries[i]
		all := ref(refLocation, e.row.get("location_id"))
		all = append(all, refs(refStaff, e.row.get("staff").each())...)
		all = append(all, refs(refLocation, e.row.get("locations").each())...)
		e.region = f.belongs(e.row, all...)
		for _, v := range e.row.get("roles").each() {
			f.refer(refRole, v)
		}
		for _, v := range e.row.get("organisations").each() {
			f.refer(refOrganisation, v)
		}
		if e.item.Location != "" && e.item.Point == (planner.Point{}) {
			e.item.Point = points[e.item.Location]
		}
	}
}

func (f *folder) checkBlackouts() {
	for i := range f.blackouts.entries {
		e := &f.blackouts.entries[i]
		f.refer(refMunicipality, e.row.get("municipality"))
		e.region = f.belongs(e.row, reference{refLocation, e.row.get("location_id")}, reference{refDistrict, e.row.get("district")})
	}
}

func (f *folder) checkCases() {
	for i := range f.cases.entries {
		e := &f.cases.entries[i]
		e.region = f.belongs(e.row, reference{refStaff, e.row.get("staff_id")}, reference{refLocation, e.row.get("location_id")})
	}
}

// checkConsents faults answers to a question that no visit asks.
func (f *folder) checkConsents() {
	for i := range f.consents.entries {
		e := &f.consents.entries[i]
		e.region = f.belongs(e.row, ref(refLocation, e.row.get("location_id"))...)
		at := e.row.get("requirement")
		f.refer(refRequirement, at)
		if vt := f.programme.programme.VisitType(f.visitTypeOf(e.item.Requirement)); vt != nil && !vt.Consent {
			at.fault("visits of requirement %s need no consent: visit type %s has no consent gate", e.item.Requirement, vt.ID)
		}
	}
}

func (f *folder) checkHistory() {
	for i := range f.history.entries {
		e := &f.history.entries[i]
		e.region = f.belongs(e.row, reference{refLocation, e.row.get("location_id")}, reference{refStaff, e.row.get("staff_id")})
		f.refer(refRole, e.row.get("role"))
		f.refer(refRequirement, e.row.get("requirement"))
		f.refer(refVisitType, e.row.get("visit_type"))
		if last := f.programme.programme.To; last != calendar.NoDate && e.item.Date > last {
			e.row.get("date").fault("%s is after the programme's last day %s", e.item.Date, last)
		}
		if e.item.VisitType == "" {
			e.item.VisitType = f.visitTypeOf(e.item.Requirement)
		}
		if err := f.programme.programme.CheckClosing(&e.item); err != nil && e.item.Date != calendar.NoDate {
			e.row.get("next").fault("%v", err)
		}
	}
}

func (f *folder) visitTypeOf(requirement string) string {
	for i := range f.programme.programme.Requirements {
		if r := &f.programme.programme.Requirements[i]; r.ID == requirement {
			return r.VisitType
		}
	}
	return ""
}
