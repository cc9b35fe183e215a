package files

import (
	"fmt"
	"os"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/wijkplanner/wijkplanner/planner"
)

// goodKinds holds the kind of each file of testdata/good.
var goodKinds = map[string]Kind{
	"organisations.csv": OrganisationsFile, "staff.csv": StaffFile, "districts.csv": DistrictsFile,
	"locations.csv": LocationsFile, "assignments.csv": AssignmentsFile, "absences.csv": AbsencesFile, "meetings.csv": MeetingsFile,
	"blackouts.csv": BlackoutsFile, "cases.csv": CasesFile, "history.csv": HistoryFile, "consents.csv": ConsentsFile, "districts.geojson": DistrictsFile,
}

func goodFile(tb testing.TB, name string) string {
	tb.Helper()
	text, err := os.ReadFile(path.Join("testdata/good", name))
	if err != nil {
		tb.Fatal(err)
	}
	return string(text)
}

func mergeText(t *testing.T, known *planner.State, kind Kind, name, text string) *Merged {
	t.Helper()
	before := stateText(known)
	out, err := Merge(known, kind, name, []byte(text), MergeOptions{})
	if err != nil {
		t.Fatalf("%s:\n%v", name, err)
	}
	if stateText(known) != before {
		t.Errorf("%s: the known state was changed", name)
	}
	return out
}

// What was read as a folder and comes again file by file changes nothing.
func TestMergeSameFile(t *testing.T) {
	t.Parallel()
	known := goodState(t)
	for name, kind := range goodKinds {
		if name == "districts.geojson" {
			continue // in the folder the CSV file names the districts
		}
		got := mergeText(t, known, kind, name, goodFile(t, name))
		if stateText(got.State) != stateText(known) || len(got.Gone) > 0 || got.Rows == 0 || len(got.Rejected) > 0 {
			t.Errorf("%s: gone %v, %d rows, rejected %v, state\n%s\nwant\n%s", name, got.Gone, got.Rows, got.Rejected, stateText(got.State), stateText(known))
		}
	}
}

// knownHelps names the folder faults that are none when the region knows what
// the file leaves out.
var knownHelps = []string{"locations.csv no district", "districts.csv unknown neighbour"}

// Every fault that a file can have in a folder, it has by itself: with its
// place, and nothing is taken from it.
func TestMergeFaults(t *testing.T) {
	t.Parallel()
	known := goodState(t)
	for _, c := range folderFaults {
		kind, one := goodKinds[c.file]
		if !one || slices.Contains(knownHelps, c.file+" "+c.name) {
			continue
		}
		text := strings.Replace(goodFile(t, c.file), c.from, c.to, 1)
		got, err := Merge(known, kind, c.file, []byte(text), MergeOptions{})
		if got != nil || err == nil {
			t.Errorf("%s, %s: got %+v, %v", c.file, c.name, got, err)
			continue
		}
		for _, f := range faultsOf(err) {
			if f.File != c.file || (f.Line == 0 && text != "") || (f.Column == 0 && text != "") {
				t.Errorf("%s, %s: a fault without its place: %v", c.file, c.name, f)
			}
		}
	}
}

func TestMergeKeepsWhatIsLeftOut(t *testing.T) {
	t.Parallel()
	known := goodState(t)
	known.Staff[1].Photo = "https://example.org/anna.jpg"
	for _, c := range []struct {
		name, text string
		gone       string
		check      func(s *planner.State) bool
	}{
		{"organisations.csv", "organisation_id,name\nnieuw,Nieuw\nggd,GGD Gelderland\n", "[driestroom kok]", func(s *planner.State) bool {
			o := s.Organisations
			return len(o) == 4 && o[0].Name == "GGD Gelderland" && o[0].LimitMinutes == 72030 && o[1].ID == "driestroom" && o[3].ID == "nieuw"
		}},
		{
			"staff.csv", "staff_id,name,organisation,role,hours_week,home_postcode,work_pattern\nzc-1,Anna,ggd,zorgcoordinator,20,6511,mo 09:00-12:00\n", "[ab-1]",
			func(s *planner.State) bool {
				anna := s.Staff[1]
				return len(s.Staff) == 2 && anna.Name == "Anna" && anna.Photo != "" && anna.Mode == planner.Bicycle && anna.Contracts[0].HoursWeek == 2000
			},
		},
		{"districts.csv", "district_id,name,municipality,area\nWK026801,Binnenstad,0268,\nWK026803,West,0268,\n", "[WK025200 WK026802]", func(s *planner.State) bool {
			d := s.Districts
			return len(d) == 4 && d[1].Name == "Binnenstad" && len(d[1].Rings) == 2 && d[1].Level == "stadsdeel" && d[1].Area == "" &&
				slices.Equal(d[1].Neighbours, []string{"WK026802"})
		}},
		{"absences.csv", "staff_id,from,to,region\nzc-1,2027-02-01,2027-02-05,\nelsewhere,2027-02-01,2027-02-05,zuid\n", "[]", func(s *planner.State) bool {
			return len(s.Absences) == 1
		}},
	} {
		got := mergeText(t, known, goodKinds[c.name], c.name, c.text)
		if !c.check(got.State) || fmt.Sprint(got.Gone) != c.gone {
			t.Errorf("%s: gone %v, want %s; state\n%s", c.name, got.Gone, c.gone, stateText(got.State))
		}
	}
}

// What is known must go with the new file: the fault is at the row that breaks
// it.
func TestMergeDisturbs(t *testing.T) {
	t.Parallel()
	known := goodState(t)
	for _, c := range []struct{ name, from, to, want string }{
		{"staff.csv", "ggd;zorgcoordinator", "ggd;ambulant_begeleider", "staff.csv:2:1: does not go with the known assignments: zc-1 has no contract as zorgcoordinator"},
		{"districts.csv", "Heumen,0252", "Heumen,0268", "districts.csv:4:1: does not go with the known locations: district WK025200 lies in municipality 0268, the location in 0252"},
	} {
		_, err := Merge(known, goodKinds[c.name], c.name, []byte(strings.Replace(goodFile(t, c.name), c.from, c.to, 1)), MergeOptions{})
		if err == nil || err.Error() != c.want {
			t.Errorf("got %v, want %s", err, c.want)
		}
	}
	// Faults that were there before are not the file's.
	known.Assignments[0].Staff = "nobody"
	if _, err := Merge(known, StaffFile, "staff.csv", []byte(goodFile(t, "staff.csv")), MergeOptions{}); err != nil {
		t.Errorf("an old fault: %v", err)
	}
	if _, err := Merge(known, "secrets", "x", nil, MergeOptions{}); err == nil {
		t.Error("an unknown kind was taken")
	}
}

// A row of locations.csv with all that a location needs says everything; one
// without corrects. Registrations keep their kinds, and exact places stay.
func TestMergeLocations(t *testing.T) {
	t.Parallel()
	known := goodState(t)
	known.Locations[0].Registrations = []planner.Registration{{LRK: "111222333", Kind: "BSO", Places: 6}, {LRK: "123456782", Kind: "KDV", Places: 10}}
	known.Locations[1].Closed = day(2027, 9, 30)
	const header = "location_id,name,organisation,postcode,municipality,places,lrk,opening,closed,tags,district\n"
	for _, c := range []struct{ name, row, want string }{
		{"the same", "123456782,'t Kaboutertje,kok,6511 ab,0268,16,123456782|111222333,,,ve|peuter,", ""},
		{"tags taken away", "123456782,'t Kaboutertje,kok,6511 ab,0268,16,,,,,", "field tags"},
		{"a correction", "123456782,,,,,,,mo 09:00-10:00,,,", "field opening"},
		{"places", "123456782,,,,,20,,,,,", "capacity places"},
		{"numbers", "123456782,,,,,,123456782,,,,", "capacity places, registration lrk"},
		{"holder", "123456782,,ggd,,,,,,,,", "holder organisation"},
		{"open again", "loc-2,De Berg,kok,6522,0268,40,,mo-th 07:30-18:30,,,", "field closed"},
		{"moved to where its outline is", "loc-2,,,6511,,,,,,,", "field address, field district"},
		{"moved and named", "loc-2,,,6511,,,,,,,WK026802", "field address"},
		{"new", "loc-4,Nieuw,kok,6511AB,0268,30,100000009,,,,", "opened "},
	} {
		got := mergeText(t, known, LocationsFile, "locations.csv", header+c.row+"\n")
		id, _, _ := strings.Cut(c.row, ",")
		var changes []string
		for _, change := range planner.DiffLocations(known.Locations, got.State.Locations) {
			changes = append(changes, string(change.Kind)+" "+change.Field)
			if change.ID != id {
				t.Errorf("%s: a change of %s", c.name, change.ID)
			}
		}
		if text := strings.Join(changes, ", "); text != c.want {
			t.Errorf("%s: got %q, want %q", c.name, text, c.want)
		}
		if slices.Contains(got.Gone, "loc-2") || !slices.Contains(got.Gone, "loc-3") {
			t.Errorf("%s: gone %v; want loc-3 and not loc-2, which closes", c.name, got.Gone)
		}
	}
	moved := mergeText(t, known, LocationsFile, "locations.csv", header+"loc-2,,,6511,,,,,,,\n").State
	if moved.Meetings[0].ID != "oo-2" || moved.Meetings[0].Point != moved.Locations[1].Point {
		t.Errorf("its meetings did not move along: %+v", moved.Meetings[0])
	}
}

// A district's new outline gives new neighbours; those that somebody named
// stay.
func TestMergeOutlines(t *testing.T) {
	t.Parallel()
	known := goodState(t)
	feature := func(id string, west float64) string {
		return fmt.Sprintf(`{"type": "Feature", "properties": {"statcode": %q, "statnaam": "N"}, "geometry": {"type": "Polygon", "coordinates":`+
			`[[[%g, 51.83], [%g, 51.83], [%g, 51.86], [%g, 51.86], [%g, 51.83]]]}}`, id, west, west+0.25, west+0.25, west, west)
	}
	text := `{"type": "FeatureCollection", "features": [` + feature("WK026803", 5.5) + "," + feature("WK026802", 5.75) + "," + feature("WK051801", 5.25) + `]}`
	got := mergeText(t, known, DistrictsFile, "districts.geojson", text)
	var lines []string
	for _, d := range got.State.Districts {
		lines = append(lines, fmt.Sprint(d.ID, d.Name, d.Level, d.Neighbours))
	}
	want := []string{"WK025200Heumenwijk[]", "WK026801Centrumstadsdeel[]", "WK026802Nstadsdeel[WK026803]", "WK026803N[WK026802]"}
	if !slices.Equal(lines, want) || got.Skipped["municipality"] != 1 || got.Rows != 3 {
		t.Errorf("got %q, skipped %v, %d rows\nwant %q", lines, got.Skipped, got.Rows, want)
	}
	known.Districts[0].Neighbours = []string{"WK026801"}
	known.Districts[1].Neighbours = []string{"WK025200", "WK026802"}
	got = mergeText(t, known, DistrictsFile, "districts.geojson", text)
	if n := got.State.Districts[1].Neighbours; !slices.Equal(n, []string{"WK025200", "WK026802"}) {
		t.Errorf("named neighbours became %v", n)
	}
}
