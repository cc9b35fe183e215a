package files

import (
	"slices"
	"strings"

	"github.com/wijkplanner/wijkplanner/planner"
)

// knownFolder makes a folder of what is known of a region, as if its files had
// been read, so that one new file can be checked against all the rest. The
// faults of known rows go into a report of their own; they have no place.
func knownFolder(s *planner.State, known *report) *folder {
	join := func(items []string) string { return strings.Join(items, "|") }
	f := &folder{
		rep:       &report{},
		ids:       make(map[refKind]map[string]string),
		open:      make(map[refKind]bool),
		programme: knownProgramme(&s.Programme),
		organisations: knownList(known, "organisations", "organisation_id", s.Organisations, func(o *planner.Organisation) []string {
			return []string{o.ID}
		}),
		staff: knownList(known, "staff", "staff_id organisation", s.Staff, func(p *planner.Staff) []string {
			return []string{p.ID, p.Organisation}
		}),
		districts: knownList(known, "districts", "district_id municipality", s.Districts, func(d *planner.District) []string {
			return []string{d.ID, d.Municipality}
		}),
		locations: knownList(known, "locations", "location_id municipality", s.Locations, func(l *planner.Location) []string {
			return []string{l.ID, l.Municipality}
		}),
		assignments: knownList(known, "assignments", "location_id role staff_id", s.Assignments, func(a *planner.Assignment) []string {
			return []string{a.Location, a.Role, a.Staff}
		}),
		absences: knownList(known, "absences", "staff_id", s.Absences, func(a *planner.Absence) []string {
			return []string{a.Staff}
		}),
		meetings: knownList(known, "meetings", "meeting_id location_id staff roles locations organisations", s.Meetings, func(m *planner.Meeting) []string {
			return []string{m.ID, m.Location, join(m.Staff), join(m.Roles), join(m.Locations), join(m.Organisations)}
		}),
		blackouts: knownList(known, "blackouts", "location_id district municipality", s.Blackouts, func(b *planner.Blackout) []string {
			return []string{b.Location, b.District, b.Municipality}
		}),
		cases: knownList(known, "cases", "case_ref staff_id location_id", s.Cases, func(c *planner.Case) []string {
			return []string{c.Ref, c.Staff, c.Location}
		}),
		consents: knownList(known, "consents", "location_id requirement", s.Consents, func(c *planner.Consent) []string {
			return []string{c.Location, c.Requirement}
		}),
		history: knownList(known, "history", "location_id role requirement visit_type staff_id", s.History, func(v *planner.CompletedVisit) []string {
			return []string{v.Location, v.Role, v.Requirement, v.VisitType, v.Staff}
		}),
	}
	for i := range f.districts.entries {
		// The check completes these lists in place.
		d := &f.districts.entries[i].item
		d.Neighbours = slices.Clone(d.Neighbours)
	}
	return f
}

// knownProgramme knows the ids of a programme that was read before. What it
// refers to in other files was checked then, and no file takes that away.
func knownProgramme(p *planner.Programme) *programmeReader {
	out := newProgrammeReader()
	out.programme = *p
	at := value{rep: &report{}}
	see := func(kind refKind, id string) {
		at.text = id
		out.once(kind, at)
	}
	for i := range p.Municipalities {
		see(refMunicipality, p.Municipalities[i].Code)
	}
	for i := range p.Roles {
		see(refRole, p.Roles[i].ID)
	}
	for i := range p.VisitTypes {
		see(refVisitType, p.VisitTypes[i].ID)
	}
	for i := range p.Requirements {
		see(refRequirement, p.Requirements[i].ID)
	}
	for i := range p.Ceilings {
		see(refCeiling, p.Ceilings[i].ID)
	}
	return out
}

// knownList makes rows of known things, with the cells that checks look at.
func knownList[T any](rep *report, name, columns string, items []T, cells func(*T) []string) list[T] {
	s := &sheet{rep: rep, name: name, columns: make(map[string]int)}
	for i, column := range strings.Fields(columns) {
		s.columns[column] = i
	}
	l := list[T]{sheet: s, entries: make([]entry[T], len(items))}
	for i := range items {
		r := row{sheet: s, cells: cells(&items[i])}
		r.places = make([]place, len(r.cells))
		l.entries[i] = entry[T]{item: items[i], row: r}
	}
	return l
}

// knownFaults returns the faults that a region has before anything new comes.
func knownFaults(s *planner.State) Faults {
	rep := &report{}
	knownFolder(s, rep).check()
	return rep.faults
}

// disturb reports the faults that a file makes in what was known before: it
// takes a role from somebody who serves locations in it, or moves a district
// to another municipality than its locations'. What follows from a fault in
// the row itself is left out.
func (m *merger) disturb(before Faults) {
	faulty := make(map[int]bool)
	for _, fault := range m.rep.faults {
		faulty[fault.Line] = true
	}
	for _, fault := range m.knownRep.sorted() {
		at := m.rowAbout(fault.Message)
		if slices.Contains(before, fault) || faulty[at.line] {
			continue
		}
		m.rep.add(Fault{
			File: m.name, Line: at.line, Column: at.column,
			Message: "does not go with the known " + fault.File + ": " + fault.Message,
		})
	}
}

// rowAbout returns the place of the first row of the file whose id stands in a
// message.
func (m *merger) rowAbout(message string) place {
	words := strings.Fields(message)
	for _, r := range m.rows {
		if slices.Contains(words, r.cells[0]) {
			return r.places[0]
		}
	}
	return place{1, 1}
}
