package files

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"slices"

	"github.com/wijkplanner/wijkplanner/planner"
)

// ReadFolder reads an input folder (docs/input.md): one state for each region,
// in ascending order of their names. It reads all files before it gives up:
// the error is a Faults with everything that is wrong in any of them.
func ReadFolder(dir string) ([]*planner.State, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, Faults{{File: dir, Message: "cannot open the folder: " + cause(err)}}
	}
	defer func() { _ = root.Close() }()
	return ReadFS(root.FS())
}

// ReadFS reads an input folder from a file system, as ReadFolder does.
func ReadFS(fsys fs.FS) ([]*planner.State, error) {
	f := &folder{rep: &report{}, fsys: fsys, ids: make(map[refKind]map[string]string), open: make(map[refKind]bool)}
	f.read()
	f.check()
	f.rep.gather()
	if err := f.rep.err(); err != nil {
		return nil, err
	}
	return f.states(), nil
}

// cause returns an error without the path it repeats.
func cause(err error) string {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err.Error()
	}
	return err.Error()
}

// folder is an input folder while it is read and checked.
type folder struct {
	rep           *report
	fsys          fs.FS
	programme     *programmeReader
	organisations list[planner.Organisation]
	staff         list[planner.Staff]
	districts     list[planner.District]
	locations     list[planner.Location]
	assignments   list[planner.Assignment]
	absences      list[planner.Absence]
	meetings      list[planner.Meeting]
	blackouts     list[planner.Blackout]
	cases         list[planner.Case]
	consents      list[planner.Consent]
	history       list[planner.CompletedVisit]
	// ids holds the region of each id, by kind.
	ids map[refKind]map[string]string
	// open marks kinds whose file is broken: any id may exist.
	open map[refKind]bool
	// undrawn says that the outlines of districts could not be read, so that a
	// location in none of them is no surprise.
	undrawn bool
	// narrowed says that the districts are those of the programme's
	// municipalities alone.
	narrowed bool
	// several says that the folder names more than one region.
	several bool
}

// content returns what a file holds; nil when it is not there.
func (f *folder) content(name string) *bytes.Reader {
	data, err := readRegular(f.fsys, name)
	switch {
	case err == nil:
		return bytes.NewReader(data)
	case !errors.Is(err, fs.ErrNotExist):
		f.rep.file(name, "cannot read: %s", cause(err))
	}
	return nil
}

// needed returns what a file holds, and reports one that is not there.
func (f *folder) needed(name, holds string) *bytes.Reader {
	r := f.content(name)
	if r == nil && !f.faulty(name) {
		f.rep.file(name, "is missing: an input folder needs it (%s)", holds)
	}
	return r
}

func (f *folder) faulty(name string) bool {
	return slices.ContainsFunc(f.rep.faults, func(x Fault) bool { return x.File == name })
}

func (f *folder) read() {
	f.programme = newProgrammeReader()
	if r := f.needed(programmeFile, "roles, visit types, requirements"); r != nil {
		f.programme = readProgramme(f.rep, programmeFile, r)
	}
	if r := f.needed("organisations.csv", "employers and holders"); r != nil {
		f.organisations = readOrganisations(f.rep, "organisations.csv", r)
	}
	if r := f.needed("staff.csv", "people and their contracts"); r != nil {
		f.staff = readStaff(f.rep, "staff.csv", r)
	}
	f.readDistricts()
	f.readLocations()
	if r := f.content("assignments.csv"); r != nil {
		f.assignments = readAssignments(f.rep, "assignments.csv", r)
	}
	if r := f.content("absences.csv"); r != nil {
		f.absences = readAbsences(f.rep, "absences.csv", r)
	}
	if r := f.content("meetings.csv"); r != nil {
		f.meetings = readMeetings(f.rep, "meetings.csv", r)
	}
	if r := f.content("blackouts.csv"); r != nil {
		f.blackouts = readBlackouts(f.rep, "blackouts.csv", r)
	}
	if r := f.content("cases.csv"); r != nil {
		f.cases = readCases(f.rep, "cases.csv", r)
	}
	if r := f.content("consents.csv"); r != nil {
		f.consents = readConsents(f.rep, "consents.csv", r)
	}
	if r := f.content("history.csv"); r != nil {
		f.history = readHistory(f.rep, "history.csv", r)
	}
}

// readDistricts reads the districts, their outlines, or both: then the CSV says
// which there are.
func (f *folder) readDistricts() {
	named, drawn := f.content("districts.csv"), f.content("districts.geojson")
	if named == nil && drawn == nil {
		if !f.faulty("districts.csv") && !f.faulty("districts.geojson") {
			f.rep.file("districts.csv", "is missing, and so is districts.geojson: an input folder needs one of them")
		}
		return
	}
	var outlined list[planner.District]
	if drawn != nil {
		outlined = readOutlines(f.rep, "districts.geojson", drawn)
	}
	f.undrawn = f.faulty("districts.geojson")
	if named == nil {
		f.districts = outlined
		f.districts.entries = slices.DeleteFunc(outlined.entries, func(e entry[planner.District]) bool {
			return !f.programme.open(refMunicipality) && !f.programme.has(refMunicipality, e.item.Municipality)
		})
		f.narrowed = !f.programme.open(refMunicipality)
		keepNeighbours(f.districts.entries)
		return
	}
	f.districts = readDistricts(f.rep, "districts.csv", named)
	f.drawDistricts(outlined.entries)
}

// drawDistricts gives the districts of the CSV file their outlines, and
// neighbours where they name none.
func (f *folder) drawDistricts(outlined []entry[planner.District]) {
	drawn := make(map[string]*planner.District, len(outlined))
	for i := range outlined {
		drawn[outlined[i].item.ID] = &outlined[i].item
	}
	for i := range f.districts.entries {
		d := &f.districts.entries[i].item
		o, ok := drawn[d.ID]
		if !ok {
			continue
		}
		d.Rings = o.Rings
		if len(d.Neighbours) == 0 {
			d.Neighbours = o.Neighbours
		}
	}
	known := districtIDs(f.districts.entries)
	for i := range f.districts.entries {
		// Neighbours that the CSV names are checked; drawn ones may be more.
		if e := &f.districts.entries[i]; e.row.get("neighbours").empty() {
			e.item.Neighbours = slices.DeleteFunc(slices.Clone(e.item.Neighbours), func(id string) bool { return !known[id] })
		}
	}
}

func districtIDs(entries []entry[planner.District]) map[string]bool {
	known := make(map[string]bool, len(entries))
	for i := range entries {
		known[entries[i].item.ID] = true
	}
	return known
}

// keepNeighbours drops neighbours that are not in the list.
func keepNeighbours(entries []entry[planner.District]) {
	known := districtIDs(entries)
	for i := range entries {
		d := &entries[i].item
		d.Neighbours = slices.DeleteFunc(d.Neighbours, func(id string) bool { return !known[id] })
	}
}

// readLocations reads the locations, a register export, or both: then the
// first adds to and corrects the second.
func (f *folder) readLocations() {
	own, register := f.content("locations.csv"), f.content("lrk.csv")
	switch {
	case own == nil && register == nil:
		if !f.faulty("locations.csv") && !f.faulty("lrk.csv") {
			f.rep.file("locations.csv", "is missing, and so is lrk.csv: an input folder needs one of them")
		}
	case register == nil:
		f.locations = readLocations(f.rep, "locations.csv", own)
	default:
		f.readRegister(register)
		if own != nil {
			f.correctLocations(own)
		}
	}
}

// states makes a state for each region.
func (f *folder) states() []*planner.State {
	regions := f.regions()
	if len(regions) == 0 {
		regions = []string{""}
	}
	out := make([]*planner.State, len(regions))
	for i, region := range regions {
		out[i] = &planner.State{
			Region:        region,
			Programme:     f.programme.programme,
			Organisations: items(f.organisations.entries, region, nil),
			Staff:         items(f.staff.entries, region, staffKey),
			Districts:     items(f.districts.entries, region, districtKey),
			Locations:     items(f.locations.entries, region, locationKey),
			Assignments:   items(f.assignments.entries, region, assignmentKey),
			Absences:      items(f.absences.entries, region, absenceKey),
			Meetings:      items(f.meetings.entries, region, meetingKey),
			Blackouts:     items(f.blackouts.entries, region, blackoutKey),
			Cases:         items(f.cases.entries, region, caseKey),
			Consents:      items(f.consents.entries, region, consentKey),
			History:       items(f.history.entries, region, historyKey),
		}
	}
	return out
}
