package service

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/files"
)

const goodFolder = "../files/testdata/good"

// goodRegion imports the folder that the tests of package files read.
func (w world) goodRegion() {
	w.Helper()
	states, err := files.ReadFolder(goodFolder)
	w.must(err)
	_, err = w.Import(w.Context(), states)
	w.must(err)
}

func (w world) goodText(kind Kind) string {
	w.Helper()
	text, err := os.ReadFile(filepath.Join(goodFolder, string(kind)+".csv"))
	w.must(err)
	return string(text)
}

// dump returns everything that is known of the region, with its version.
func (w world) dump() string {
	w.Helper()
	state, version, err := w.Store.LoadState(w.Context(), "")
	w.must(err)
	text, err := json.Marshal(state)
	w.must(err)
	return fmt.Sprint(version, string(text))
}

func (w world) imports(kind Kind, text string, o ImportOptions) *FileReport {
	w.Helper()
	report, err := w.ImportFile(w.Context(), "", kind, string(kind)+".csv", strings.NewReader(text), o)
	w.must(err)
	return report
}

func reportLines(r *FileReport) string {
	var out []string
	for _, c := range r.Changes {
		out = append(out, c.String())
	}
	return strings.Join(out, "\n")
}

// registerText is an export of three locations.
func registerText(edit ...string) string {
	text := `lrk_id;type_oko;actuele_naam_oko;aantal_kindplaatsen;status;inschrijfdatum;opvanglocatie_adres;opvanglocatie_postcode;naam_houder;kvk_nummer_houder;cbs_code
123456782;KDV;'t Kaboutertje;16;Ingeschreven;01-01-2010;Straat 1;6511AB;'t Kaboutertje;;0268
200000007;KDV;De Fee;16;Ingeschreven;01-01-2010;Straat 1;6511AA;Kok;01234567;0268
220000025;BSO;De Fee BSO;30;Ingeschreven;01-01-2012;Straat 1;6511AA;Kok;01234567;0268
230000034;KDV;De Zee;40;Ingeschreven;01-01-2015;Laan 2;6511AB;Dolfijn;07654321;0268
250000052;KDV;Elders;12;Ingeschreven;01-01-2015;Laan 2;6582AA;Kok;01234567;0252
`
	return strings.NewReplacer(edit...).Replace(text)
}

func TestImportRegisterTwice(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.goodRegion()
		first := w.imports(files.LRKFile, registerText(), ImportOptions{})
		if got := reportLines(first); got != "location 123456782 't Kaboutertje: registration, lrk \"111222333|123456782\" → \"123456782\"\n"+
			"location 200000007 De Fee: opened\nlocation 230000034 De Zee: opened" {
			w.Errorf("first: %s", got)
		}
		if len(first.Rejected) != 1 || first.Rejected[0].Line != 6 || first.Rows != 5 || first.Skipped["BSO"] != 1 || !first.Written {
			w.Errorf("first: %+v", first)
		}
		changed := registerText("De Fee;16", "De Fee;24", "Kaboutertje;16", "Kaboutertje;many", "Dolfijn;07654321", "Nieuw;11112222", "Elders;12;Ingeschreven;01-01-2015;Laan 2;6582AA", "Elders;12;Ingeschreven;01-01-2015;Laan 2;6511AC", "0252", "0268")
		want := "location 200000007 De Fee: capacity, places \"16\" → \"24\"\nlocation 230000034 De Zee: holder, organisation \"07654321\" → \"11112222\"\nlocation 250000052 Elders: opened"
		before := w.dump()
		dry := w.imports(files.LRKFile, changed, ImportOptions{DryRun: true})
		if reportLines(dry) != want || dry.Written || w.dump() != before {
			w.Errorf("dry run: %s, written %v", reportLines(dry), dry.Written)
		}
		second := w.imports(files.LRKFile, changed, ImportOptions{})
		if reportLines(second) != want || !second.Written || w.dump() == before {
			w.Errorf("second: %s, written %v", reportLines(second), second.Written)
		}
		before = w.dump()
		third := w.imports(files.LRKFile, changed, ImportOptions{})
		if len(third.Changes) != 0 || third.Written || w.dump() != before {
			w.Errorf("the same again: %s, written %v", reportLines(third), third.Written)
		}
		last := w.imports(files.LRKFile, registerText("Zee;40;Ingeschreven", "Zee;40;Uitgeschreven"), ImportOptions{BSO: true})
		if got := reportLines(last); !strings.Contains(got, "location 230000034 De Zee: closed") || !strings.Contains(got, `"200000007|220000025"`) {
			w.Errorf("closed, with out-of-school care: %s", got)
		}
		if state, _, err := w.Store.LoadState(w.Context(), ""); err != nil || len(state.Locations) != 6 {
			w.Errorf("a location was deleted: %d, %v", len(state.Locations), err)
		}
	})
}

// Each list changes as its file says, and the report says just that.
func TestImportEachKind(t *testing.T) {
	t.Parallel()
	tests := []struct {
		kind     Kind
		from, to string
		want     string
	}{
		{files.OrganisationsFile, "1200.5", "1300", `organisation ggd GGD Gelderland-Zuid: field, limit_hours "1200.5" → "1300"`},
		{files.OrganisationsFile, "driestroom,Driestroom,,\n", "", `organisation driestroom Driestroom: closed`},
		{files.StaffFile, ";28,5;", ";30;", `staff zc-1 Anna de Vries: capacity, contracts`},
		{files.DistrictsFile, "Oost", "Oosten", `district WK026802 Oosten: field, name "Oost" → "Oosten"`},
		{files.LocationsFile, "5.88,40", "5.88,44", `location loc-2 De Berg: capacity, places "40" → "44"`},
		{files.AssignmentsFile, "wish", "promise", "assignment 123456782 zorgcoordinator primary zc-1 2026-01-01– pinned promise: opened\nassignment 123456782 zorgcoordinator primary zc-1 2026-01-01– pinned wish: closed"},
		{files.AbsencesFile, "zc-1,2027-03-01,2027-03-01,13:00-17:00\n", "", `absence zc-1 2027-03-01–2027-03-01 13:00-17:00: closed`},
		{files.MeetingsFile, "T08:30,60", "T09:00,45", "meeting oo-2 Ouderochtend De Berg: field, start \"2027-01-07T08:30\" → \"2027-01-07T09:00\"\nmeeting oo-2 Ouderochtend De Berg: field, minutes \"60\" → \"45\""},
		{files.BlackoutsFile, "2027-06-01,12:00-24:00", "2027-06-02,", "blackout 0252 2027-06-01–2027-06-02: opened\nblackout 0252 2027-06-01–2027-06-01 12:00-24:00: closed"},
		{files.CasesFile, "3,60", "3,90", `case c-7f3a trajectory: field, minutes_week "60" → "90"`},
		{files.HistoryFile, "2026-10-12\n", "2026-10-12\nloc-2,zorgcoordinator,kindbespreking,,zc-1,2026-10-13\n", `visit loc-2 2026-10-13 zorgcoordinator kindbespreking kindbespreking zc-1: opened`},
	}
	forEachDatabase(t, func(w world) {
		w.goodRegion()
		for _, c := range tests {
			text := w.goodText(c.kind)
			if same := w.imports(c.kind, text, ImportOptions{}); same.Written || len(same.Changes) > 0 {
				w.Errorf("%s, unchanged: %+v", c.kind, same)
			}
			changed := strings.Replace(text, c.from, c.to, 1)
			if got := w.imports(c.kind, changed, ImportOptions{}); !strings.HasPrefix(reportLines(got), c.want) {
				w.Errorf("%s: got\n%s\nwant\n%s", c.kind, reportLines(got), c.want)
			}
			w.imports(c.kind, text, ImportOptions{}) // and back
		}
	})
}

// A file with a fault, or one that does not go with the rest, changes nothing.
func TestImportRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct {
		kind     Kind
		from, to string
		want     string
	}{
		{files.OrganisationsFile, "ggd,", "g d,", "organisations.csv:2:1: organisation_id: "},
		{files.StaffFile, "driestroom", "nobody", "staff.csv:3:17: organisation: unknown organisation"},
		{files.StaffFile, "ggd;zorgcoordinator", "ggd;ambulant_begeleider", "staff.csv:2:1: does not go with the known assignments"},
		{files.DistrictsFile, ",0268", ",268", "districts.csv:2:18: municipality: "},
		{files.LocationsFile, "De Berg,kok", "De Berg,kak", "locations.csv:3:15: organisation: "},
		{files.AssignmentsFile, "backup,2027-07-01", "primary,2027-06-30", "assignments.csv:4:27: staff_id: loc-2 has two primaries"},
		{files.AbsencesFile, "zc-1", "zc-9", "absences.csv:2:1: staff_id: unknown staff"},
		{files.MeetingsFile, "MONTHLY", "HOURLY", "meetings.csv:2:43: rrule: "},
		{files.BlackoutsFile, "2027-04-02", "2027-03-02", "blackouts.csv:2:20: to: "},
		{files.CasesFile, "3,60", "3,-60", "cases.csv:2:32: minutes_week: "},
		{files.HistoryFile, "kindbespreking", "gesprek", "history.csv:2:27: requirement: "},
		{files.LRKFile, "lrk_id", "id", "lrk.csv:1:1: not an export"},
	}
	forEachDatabase(t, func(w world) {
		w.goodRegion()
		before := w.dump()
		for _, c := range tests {
			text := registerText()
			if c.kind != files.LRKFile {
				text = w.goodText(c.kind)
			}
			report, err := w.ImportFile(w.Context(), "", c.kind, string(c.kind)+".csv", strings.NewReader(strings.Replace(text, c.from, c.to, 1)), ImportOptions{})
			var faults files.Faults
			if !errors.As(err, &faults) || report != nil || !strings.HasPrefix(err.Error(), c.want) {
				w.Errorf("%s: got %v, want %s", c.kind, err, c.want)
			}
			if w.dump() != before {
				w.Fatalf("%s: a refused file changed the region", c.kind)
			}
		}
		if _, err := w.ImportFile(w.Context(), "nergens", files.StaffFile, "staff.csv", strings.NewReader(""), ImportOptions{}); !errors.Is(err, ErrNotFound) {
			w.Errorf("an unknown region: %v", err)
		}
		if _, err := w.ImportFile(w.Context(), "", files.StaffFile, "staff.csv", badReader{}, ImportOptions{}); err == nil {
			w.Error("a file that cannot be read was taken")
		}
	})
}

type badReader struct{}

func (badReader) Read([]byte) (int, error) { return 0, io.ErrClosedPipe }

// Assignments that a published plan made stay when a file leaves them out, and
// the report does not call them closed.
func TestImportAssignmentsAfterAPlan(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.goodRegion()
		made := planner.Assigned{
			Location: "loc-3", Role: "ambulant_begeleider", Kind: planner.Primary, Staff: "ab-1",
			From: calendar.NewDate(2027, 1, 1), To: calendar.NewDate(2027, 12, 31),
		}
		plan := &planner.Plan{From: made.From, To: made.To, Assignments: []planner.Assigned{made}}
		id, err := w.Store.SavePlan(w.Context(), plan, 1)
		w.must(err)
		w.must(w.Publish(w.Context(), id))
		report := w.imports(files.AssignmentsFile, w.goodText(files.AssignmentsFile), ImportOptions{})
		state, _, err := w.Store.LoadState(w.Context(), "")
		w.must(err)
		kept := slices.ContainsFunc(state.Assignments, func(a planner.Assignment) bool { return a.Location == "loc-3" })
		if len(report.Changes) != 0 || !kept {
			w.Errorf("changes %v, kept %v", report.Changes, kept)
		}
		if report := w.imports(files.StaffFile, w.goodText(files.StaffFile), ImportOptions{}); report.Written {
			w.Errorf("staff: %+v", report)
		}
	})
}

// Imports at the same moment wait for each other: none is lost.
func TestImportsTogether(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.goodRegion()
		kinds := []Kind{files.OrganisationsFile, files.DistrictsFile, files.CasesFile, files.HistoryFile}
		texts := []string{
			strings.Replace(w.goodText(kinds[0]), "GGD Gelderland-Zuid", "GGD", 1), strings.Replace(w.goodText(kinds[1]), "Oost", "Oosten", 1),
			strings.Replace(w.goodText(kinds[2]), "3,60", "4,90", 1), strings.Replace(w.goodText(kinds[3]), "2026-10-12", "2026-10-11", 1),
		}
		errs := make([]error, len(kinds))
		var all sync.WaitGroup
		for i := range kinds {
			all.Go(func() {
				_, errs[i] = w.ImportFile(w.Context(), "", kinds[i], string(kinds[i])+".csv", strings.NewReader(texts[i]), ImportOptions{})
			})
		}
		all.Wait()
		w.must(errors.Join(errs...))
		for i, kind := range kinds {
			if report := w.imports(kind, texts[i], ImportOptions{DryRun: true}); len(report.Changes) > 0 {
				w.Errorf("%s was lost: %s", kind, reportLines(report))
			}
		}
	})
}

func TestKindsAreAllKnown(t *testing.T) {
	t.Parallel()
	known := town("")
	for _, kind := range Kinds() {
		if _, err := files.Merge(known, kind, "x.csv", nil, files.MergeOptions{}); err == nil || strings.Contains(err.Error(), "unknown kind") {
			t.Errorf("%s: %v", kind, err)
		}
	}
	if got := changes("secrets", known, known, nil); got != nil {
		t.Errorf("changes of no kind: %v", got)
	}
}
