package files

import (
	"bytes"
	"fmt"
	"io"
	"slices"

	"github.com/wijkplanner/wijkplanner/planner"
)

// Kind is a kind of file that can be taken in by itself.
type Kind string

// The kinds. What a file of the first five leaves out stays as it is; a file
// of the others replaces the whole list.
const (
	LRKFile           Kind = "lrk"
	OrganisationsFile Kind = "organisations"
	StaffFile         Kind = "staff"
	DistrictsFile     Kind = "districts"
	LocationsFile     Kind = "locations"
	AssignmentsFile   Kind = "assignments"
	AbsencesFile      Kind = "absences"
	MeetingsFile      Kind = "meetings"
	BlackoutsFile     Kind = "blackouts"
	CasesFile         Kind = "cases"
	ConsentsFile      Kind = "consents"
	HistoryFile       Kind = "history"
	// ProgrammeFile is a programme.yaml, which replaces the whole programme.
	ProgrammeFile Kind = "programme"
)

// MergeOptions says how one file is taken in.
type MergeOptions struct {
	// BSO takes out-of-school care from the register too.
	BSO bool
}

// Merged is a region with one file taken in.
type Merged struct {
	State *planner.State
	// Rows counts the rows that were read, without blank ones.
	Rows int
	// Rejected holds the rows of a register export that could not be used; a
	// file of another kind is taken whole or not at all.
	Rejected Faults
	// Skipped counts rows that were not asked for, by reason.
	Skipped map[string]int
	// Gone holds the ids, in ascending order, of what is known but not in the
	// file any more. It stays in the State: people decide what becomes of it.
	Gone []string
}

// ReadAll reads a whole file for Merge, at most 64 MB. The error is a Faults.
func ReadAll(name string, r io.Reader) ([]byte, error) {
	data, err := readText(r)
	if err != nil {
		return nil, Faults{{File: name, Message: "cannot read: " + cause(err)}}
	}
	return data, nil
}

// Merge takes one file into what is known of a region and checks the whole. A
// row of another region (its region column) is left out. The known state is not
// changed. The error is a Faults with everything that is wrong; faults that the
// region had before are not the file's.
func Merge(known *planner.State, kind Kind, name string, data []byte, o MergeOptions) (*Merged, error) {
	m := &merger{known: known, name: name, knownRep: &report{}, out: &Merged{Skipped: make(map[string]int)}}
	m.folder = knownFolder(known, m.knownRep)
	if err := m.take(kind, data, o); err != nil {
		return nil, err
	}
	m.check()
	if kind == ProgrammeFile {
		m.clash()
	} else {
		m.disturb(knownFaults(known))
	}
	if err := m.rep.err(); err != nil {
		return nil, err
	}
	m.finish(kind)
	return m.out, nil
}

// merger is a known folder into which one file is taken.
type merger struct {
	*folder
	known *planner.State
	// knownRep collects the faults of what is known.
	knownRep *report
	name     string
	// rows are those of the file, each with its id in the first cell.
	rows []row
	out  *Merged
}

// take reads the file in place of, or over, the known list.
func (m *merger) take(kind Kind, data []byte, o MergeOptions) error {
	r := bytes.NewReader(data)
	switch kind {
	case LRKFile:
		return m.takeRegister(data, o)
	case OrganisationsFile:
		m.organisations = over(m, m.organisations, readOrganisations(m.rep, m.name, r), organisationKey, keepOrganisation)
	case StaffFile:
		m.staff = over(m, m.staff, readStaff(m.rep, m.name, r), staffKey, keepStaff)
	case DistrictsFile:
		m.takeDistricts(r)
	case LocationsFile:
		m.takeLocations(r)
	case AssignmentsFile:
		m.assignments = own(m, readAssignments(m.rep, m.name, r), nil)
	case AbsencesFile:
		m.absences = own(m, readAbsences(m.rep, m.name, r), nil)
	case MeetingsFile:
		m.meetings = own(m, readMeetings(m.rep, m.name, r), nil)
	case BlackoutsFile:
		m.blackouts = own(m, readBlackouts(m.rep, m.name, r), nil)
	case CasesFile:
		m.cases = own(m, readCases(m.rep, m.name, r), nil)
	case ConsentsFile:
		m.consents = own(m, readConsents(m.rep, m.name, r), nil)
	case HistoryFile:
		m.history = own(m, readHistory(m.rep, m.name, r), nil)
	case ProgrammeFile:
		m.programme = readProgramme(m.rep, m.name, r)
	default:
		return Faults{{File: m.name, Message: fmt.Sprintf("unknown kind of file %q", kind)}}
	}
	return nil
}

// own keeps the rows of this region, and makes sure that each has its id first.
func own[T any](m *merger, l list[T], key func(*T) string) list[T] {
	m.out.Rows = max(len(l.sheet.rows), len(l.entries))
	mine := l.entries[:0:0]
	for _, e := range l.entries {
		if e.region != "" && e.region != m.known.Region {
			m.out.Skipped["region "+e.region]++
			continue
		}
		e.region = ""
		mine = append(mine, e)
		if key != nil {
			m.rows = append(m.rows, row{sheet: l.sheet, cells: []string{key(&e.item)}, places: e.row.places})
		}
	}
	l.entries = mine
	return l
}

// over puts the rows of a file over what is known. Keep fills in what a row
// does not say of something known. What is not in the file comes first, so
// that faults between the two are found at the file's rows.
func over[T any](m *merger, known, file list[T], key func(*T) string, keep func(now *T, was *T, r row)) list[T] {
	file = own(m, file, key)
	was := make(map[string]*T, len(known.entries))
	for i := range known.entries {
		was[key(&known.entries[i].item)] = &known.entries[i].item
	}
	here := make(map[string]bool, len(file.entries))
	for i := range file.entries {
		e := &file.entries[i]
		here[key(&e.item)] = true
		if old := was[key(&e.item)]; old != nil {
			keep(&e.item, old, e.row)
		}
	}
	out := list[T]{sheet: file.sheet}
	for _, e := range known.entries {
		if id := key(&e.item); !here[id] {
			m.out.Gone = append(m.out.Gone, id)
			out.entries = append(out.entries, e)
		}
	}
	out.entries = append(out.entries, file.entries...)
	return out
}

// A column that the file does not have leaves what is known.
func keepOrganisation(now, was *planner.Organisation, r row) {
	if !r.sheet.has("limit_hours") {
		now.LimitMinutes = was.LimitMinutes
	}
	if !r.sheet.has("public_holidays") {
		now.PublicHolidays = was.PublicHolidays
	}
}

func keepStaff(now, was *planner.Staff, r row) {
	if !r.sheet.has("skills") {
		now.Skills = was.Skills
	}
	if !r.sheet.has("photo") {
		now.Photo = was.Photo
	}
	if !r.sheet.has("mode") {
		now.Mode = was.Mode
	}
	if !r.sheet.has("day_cap") {
		now.DayCap = was.DayCap
	}
	if !r.sheet.has("week_cap") {
		now.WeekCap = was.WeekCap
	}
}

// finish makes the state: what the file touched anew, the rest as it is.
func (m *merger) finish(kind Kind) {
	s := *m.known
	switch kind {
	case LRKFile, LocationsFile:
		s.Organisations = m.employers()
		s.Locations = items(m.locations.entries, "", locationKey)
		s.Meetings = items(m.meetings.entries, "", nil)
	case OrganisationsFile:
		s.Organisations = m.employers()
	case StaffFile:
		s.Staff = items(m.staff.entries, "", staffKey)
	case DistrictsFile:
		s.Districts = items(m.districts.entries, "", districtKey)
	case AssignmentsFile:
		s.Assignments = items(m.assignments.entries, "", assignmentKey)
	case AbsencesFile:
		s.Absences = items(m.absences.entries, "", absenceKey)
	case MeetingsFile:
		s.Meetings = items(m.meetings.entries, "", meetingKey)
	case BlackoutsFile:
		s.Blackouts = items(m.blackouts.entries, "", blackoutKey)
	case CasesFile:
		s.Cases = items(m.cases.entries, "", caseKey)
	case ConsentsFile:
		s.Consents = items(m.consents.entries, "", consentKey)
	case HistoryFile:
		s.History = items(m.history.entries, "", historyKey)
	case ProgrammeFile:
		s.Programme = m.programme.programme
	}
	slices.Sort(m.out.Gone)
	m.out.State = &s
}

// employers returns the organisations, the known ones in their order.
func (m *merger) employers() []planner.Organisation {
	place := make(map[string]int, len(m.known.Organisations))
	for i := range m.known.Organisations {
		place[m.known.Organisations[i].ID] = i - len(m.known.Organisations)
	}
	out := items(m.organisations.entries, "", nil)
	slices.SortStableFunc(out, func(a, b planner.Organisation) int { return place[a.ID] - place[b.ID] })
	return out
}
