package files

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/wijkplanner/wijkplanner/planner"
)

// Part is a list of the programme. Its things come as a document with the keys
// of programme.yaml instead of rows.
type Part string

// The parts that can be changed.
const (
	Requirements Part = "requirements"
	VisitTypes   Part = "visit-types"
	Assumptions  Part = "assumptions"
	Ceilings     Part = "ceilings"
)

// list names the list that the thing is in.
func (e *Edit) list() string { return cmp.Or(string(e.Kind), string(e.Programme)) }

// Cells is what one row says: the text of each column, by its name.
type Cells map[string]string

// Edit is a change of one thing of a region.
type Edit struct {
	// Kind or Programme says which list it is in.
	Kind      Kind
	Programme Part
	// At is the place in its list of what gives way, -1 for nothing.
	At int
	// Rows say what comes in its place, as rows of a file of the kind do: one,
	// and for a person one for each contract. Without any, the thing goes.
	Rows []Cells
	// Registrations are those of a location, which a row says without their
	// kinds; nil leaves what the row says.
	Registrations []planner.Registration
	// Document is a thing of the programme, as programme.yaml has it.
	Document []byte
}

// Apply makes one change in what is known of a region and checks the whole, as
// Merge does for a file. The known state is not changed. The error is a Faults
// with everything that is wrong: those of the thing itself in a file named as
// its kind, with the column in Field; the others are what no longer goes with it.
func Apply(known *planner.State, e Edit) (*planner.State, error) {
	m := &merger{known: known, name: e.list(), knownRep: &report{}, out: &Merged{Skipped: map[string]int{}}}
	m.folder = knownFolder(known, m.knownRep)
	if err := m.edit(e); err != nil {
		return nil, err
	}
	m.check()
	m.clash()
	if err := m.rep.err(); err != nil {
		return nil, err
	}
	if e.Programme == "" {
		m.finish(e.Kind)
		return m.out.State, nil
	}
	out := *known
	out.Programme, m.out.State = m.programme.programme, &out
	return m.out.State, nil
}

func (m *merger) edit(e Edit) error {
	if e.Programme != "" {
		m.editProgramme(e)
		m.mentioned(e)
		return nil
	}
	r := bytes.NewReader(sheetOf(e.Rows))
	switch e.Kind {
	case OrganisationsFile:
		m.organisations = instead(m, m.organisations, e, readOrganisations(m.rep, m.name, r), "organisation_id", organisationKey)
	case StaffFile:
		m.staff = instead(m, m.staff, e, readStaff(m.rep, m.name, r), "staff_id", staffKey)
	case DistrictsFile:
		m.districts = instead(m, m.districts, e, m.outlined(e, readDistricts(m.rep, m.name, r)), "district_id", districtKey)
	case LocationsFile:
		m.locations = instead(m, m.locations, e, withRegistrations(e, readLocations(m.rep, m.name, r)), "location_id", locationKey)
	case AssignmentsFile:
		m.assignments = instead(m, m.assignments, e, readAssignments(m.rep, m.name, r), "", nil)
	case AbsencesFile:
		m.absences = instead(m, m.absences, e, readAbsences(m.rep, m.name, r), "", nil)
	case MeetingsFile:
		m.meetings = instead(m, m.meetings, e, readMeetings(m.rep, m.name, r), "meeting_id", meetingKey)
	case BlackoutsFile:
		m.blackouts = instead(m, m.blackouts, e, readBlackouts(m.rep, m.name, r), "", nil)
	case CasesFile:
		m.cases = instead(m, m.cases, e, readCases(m.rep, m.name, r), "case_ref", caseKey)
	case ConsentsFile:
		m.consents = instead(m, m.consents, e, readConsents(m.rep, m.name, r), "", nil)
	case HistoryFile:
		m.history = instead(m, m.history, e, readHistory(m.rep, m.name, r), "", nil)
	case LRKFile, ProgrammeFile:
		fallthrough
	default:
		return Faults{{File: m.name, Message: fmt.Sprintf("unknown kind of thing %q", m.name)}}
	}
	m.mentioned(e)
	return nil
}

// sheetOf writes rows as a CSV file with the columns that any of them has.
func sheetOf(rows []Cells) []byte {
	columns := map[string]bool{}
	for _, r := range rows {
		for c := range r {
			columns[c] = true
		}
	}
	header := slices.Sorted(maps.Keys(columns))
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	// A buffer takes everything.
	_ = w.Write(header)
	for _, r := range rows {
		cells := make([]string, len(header))
		for i, c := range header {
			cells[i] = QuoteFormula(r[c])
		}
		_ = w.Write(cells)
	}
	w.Flush()
	return b.Bytes()
}

// instead puts what was read in the place of what gives way.
func instead[T any](m *merger, known list[T], e Edit, read list[T], column string, key func(*T) string) list[T] {
	out := list[T]{sheet: known.sheet, entries: slices.Clone(known.entries)}
	if e.At >= 0 && e.At < len(out.entries) {
		out.entries = slices.Delete(out.entries, e.At, e.At+1)
	}
	if len(e.Rows) == 0 {
		m.rep.faults = nil // an empty file is no fault of somebody who takes something away
		return out
	}
	for _, x := range read.entries {
		if key != nil && slices.ContainsFunc(out.entries, func(o entry[T]) bool { return strings.EqualFold(key(&o.item), key(&x.item)) }) {
			x.row.get(column).fault("%q is there already", key(&x.item))
		}
		if key == nil && slices.ContainsFunc(out.entries, func(o entry[T]) bool { return reflect.DeepEqual(o.item, x.item) }) {
			m.rep.file(m.name, "this is there already")
		}
		x.region = ""
		out.entries = append(out.entries, x)
	}
	if len(read.entries) == 0 && len(m.rep.faults) == 0 {
		m.rep.file(m.name, "is empty")
	}
	return out
}

// outlined keeps the outline of a district, which a row does not have.
func (m *merger) outlined(e Edit, l list[planner.District]) list[planner.District] {
	if e.At >= 0 && e.At < len(m.known.Districts) && len(l.entries) == 1 {
		l.entries[0].item.Rings = m.known.Districts[e.At].Rings
	}
	return l
}

func withRegistrations(e Edit, l list[planner.Location]) list[planner.Location] {
	if e.Registrations != nil && len(l.entries) == 1 {
		l.entries[0].item.Registrations = slices.Clone(e.Registrations)
	}
	return l
}

// editProgramme reads a thing of the programme over the known one.
func (m *merger) editProgramme(e Edit) {
	was := m.known.Programme
	without := was
	switch e.Programme {
	case Requirements:
		without.Requirements = take(was.Requirements, e.At)
	case VisitTypes:
		without.VisitTypes = take(was.VisitTypes, e.At)
	case Assumptions:
		without.Assumptions = take(was.Assumptions, e.At)
	case Ceilings:
		without.Ceilings = take(was.Ceilings, e.At)
	}
	p := knownProgramme(&without)
	if len(e.Document) > 0 {
		root, ok := parseYAML(m.rep, m.name, e.Document)
		if !ok {
			return
		}
		switch e.Programme {
		case Requirements:
			p.requirement(root)
			p.programme.Requirements = putBack(p.programme.Requirements, e.At)
		case VisitTypes:
			p.visitType(root)
			p.programme.VisitTypes = putBack(p.programme.VisitTypes, e.At)
		case Assumptions:
			p.assumption(root)
			m.assumedOnce(p.programme.Assumptions)
			p.programme.Assumptions = putBack(p.programme.Assumptions, e.At)
		case Ceilings:
			p.ceiling(root)
			p.programme.Ceilings = putBack(p.programme.Ceilings, e.At)
		}
		p.checkOwn()
	}
	m.programme = p
}

// assumedOnce faults a last assumption that holds for the same people from the
// same day as another.
func (m *merger) assumedOnce(all []planner.Assumption) {
	last := all[len(all)-1]
	for _, a := range all[:len(all)-1] {
		if a.Key == last.Key && a.Organisation == last.Organisation && a.From == last.From {
			m.rep.add(Fault{File: m.name, Field: "from", Message: "there is one from this day already"})
		}
	}
}

// take returns a list of its own without one place.
func take[T any](l []T, at int) []T {
	out := slices.Clone(l)
	if at >= 0 && at < len(out) {
		out = slices.Delete(out, at, at+1)
	}
	return out
}

// putBack brings the last of a list to a place in it.
func putBack[T any](l []T, at int) []T {
	if at < 0 || at >= len(l) {
		return l
	}
	last := l[len(l)-1]
	return slices.Insert(l[:len(l)-1], at, last)
}

// clash reports what no longer goes with the rest: faults among known rows that
// were not there before.
func (m *merger) clash() {
	before := knownFaults(m.known)
	for _, fault := range m.knownRep.sorted() {
		if !slices.Contains(before, fault) {
			m.rep.add(fault)
		}
	}
}
