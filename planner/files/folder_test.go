package files

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"testing/fstest"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
)

func TestReadFolderGood(t *testing.T) {
	t.Parallel()
	s := goodState(t)
	if s.Programme.Zone != "Europe/Amsterdam" || len(s.Organisations) != 3 || len(s.Staff) != 2 || len(s.Districts) != 3 || len(s.Locations) != 3 ||
		len(s.Assignments) != 3 || len(s.Absences) != 2 || len(s.Meetings) != 2 || len(s.Blackouts) != 3 || len(s.Cases) != 1 || len(s.History) != 1 || len(s.Consents) != 2 {
		t.Fatalf("got %+v", s)
	}
	ab, zc := s.Staff[0], s.Staff[1]
	if ab.ID != "ab-1" || len(ab.Contracts) != 2 || ab.Contracts[1].Budget != planner.WithIndication || ab.Home.Lat != 51.84 || ab.Mode != planner.Car {
		t.Errorf("staff: got %+v", ab)
	}
	if zc.Contracts[0].HoursWeek != 2850 || zc.Home.PC4 != "6511" || zc.Home.PC4Area == 0 || len(zc.Pattern[1]) != 2 || len(zc.Pattern[3]) != 1 || len(zc.Pattern[5]) != 0 {
		t.Errorf("staff: got %+v", zc)
	}
	l := s.Locations[0]
	if l.Name != "'t Kaboutertje" || l.District != "WK026801" || l.Postcode != "6511AB" || l.Places() != 16 || len(l.Registrations) != 2 ||
		len(l.Parents[1]) != 2 || len(l.Opening[5]) != 1 || !l.Subsidised || !slices.Equal(l.Tags, []string{"ve", "peuter"}) {
		t.Errorf("location: got %+v", l)
	}
	if d := s.Districts[1]; len(d.Rings) != 2 || !slices.Equal(s.Districts[2].Neighbours, []string{"WK026801"}) || d.Name != "Centrum" {
		t.Errorf("districts: got %+v", s.Districts)
	}
	if m := s.Meetings[0]; m.Point != s.Locations[1].Point || m.Start != day(2027, 1, 7) || m.Clock != 510 {
		t.Errorf("meeting: got %+v", m)
	}
	if s.History[0].VisitType != "kindbespreking" || s.Assignments[1].Kind != planner.Backup || s.Assignments[1].To != calendar.NoDate {
		t.Errorf("got %+v and %+v", s.History, s.Assignments)
	}
}

// spoiled returns a file system with one text replaced in one file; without a
// text the file is left out.
func spoiled(t *testing.T, from fs.FS, file, old, fresh string) fstest.MapFS {
	t.Helper()
	out := fstest.MapFS{}
	err := fs.WalkDir(from, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(from, path)
		if path == file && old == "" {
			return err
		}
		if path == file && !strings.Contains(string(data), old) {
			t.Fatalf("%s does not hold %q", file, old)
		}
		if path == file {
			data = []byte(strings.Replace(string(data), old, fresh, 1))
		}
		out[path] = &fstest.MapFile{Data: data}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// Each class of fault in each file, with its place. Rewrite with -update, and
// read what changed.
func TestFolderFaults(t *testing.T) {
	t.Parallel()
	good := os.DirFS("testdata/good")
	var got strings.Builder
	for _, c := range folderFaults {
		fsys := spoiled(t, good, c.file, c.from, c.to)
		states, err := ReadFS(fsys)
		if err == nil || states != nil {
			t.Errorf("%s, %s: got %v, %v", c.file, c.name, states, err)
			continue
		}
		checkPlaces(t, fsys, err)
		fmt.Fprintf(&got, "# %s, %s: %q becomes %q\n%v\n\n", c.file, c.name, c.from, c.to, err)
	}
	golden(t, "testdata/faults.golden", got.String())
}

func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s: got\n%s\nwant\n%s", path, got, want)
	}
}

// checkPlaces looks up each fault that quotes a text: it must stand there.
func checkPlaces(t *testing.T, fsys fs.FS, err error) {
	t.Helper()
	for _, f := range faultsOf(err) {
		quoted, e := strconv.QuotedPrefix(f.Message)
		if e != nil || f.Line == 0 {
			continue
		}
		want, _ := strconv.Unquote(quoted)
		data, _ := fs.ReadFile(fsys, f.File)
		lines := strings.SplitAfter(strings.TrimPrefix(string(data), "\ufeff"), "\n")
		at := strings.TrimLeft(string([]rune(strings.Join(lines[f.Line-1:], ""))[f.Column-1:]), "\"")
		// An item of a list has the place of its cell.
		cell, _, _ := strings.Cut(at, ",")
		if !strings.HasPrefix(at, want) && !strings.Contains(cell, want) {
			t.Errorf("%v: there stands %.40q", f, at)
		}
	}
}

// All faults of all files come at once, in order.
func TestFolderReportsEverything(t *testing.T) {
	t.Parallel()
	fsys := spoiled(t, os.DirFS("testdata/good"), "staff.csv", "28,5", "x")
	for file, edit := range map[string][2]string{
		"locations.csv": {"0252,WK025200", "252,WK025299"}, "absences.csv": {"2027-02-05", "2026-02-05"}, "programme.yaml": {"minutes: 90", "minutes: -1"},
	} {
		fsys[file] = spoiled(t, fsys, file, edit[0], edit[1])[file]
	}
	delete(fsys, "organisations.csv")
	_, err := ReadFS(fsys)
	want := strings.Join([]string{
		`absences.csv:2:17: to: 2026-02-05 is before from 2027-02-01`,
		`locations.csv:4:41: municipality: "252": want the municipality's four digits, for example 0268`,
		`locations.csv:4:45: district: unknown district "WK025299"`,
		`organisations.csv: is missing: an input folder needs it (employers and holders)`,
		`programme.yaml:25:14: visit_types[0].minutes: "-1": want a whole number from 5 to 1440`,
		`staff.csv:2:40: hours_week: "x": want a number from 0 to 60`,
	}, "\n")
	var faults Faults
	if !errors.As(err, &faults) || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
}

func TestFolderMissing(t *testing.T) {
	t.Parallel()
	_, err := ReadFolder(filepath.Join(t.TempDir(), "none"))
	if err == nil || !strings.HasSuffix(err.Error(), "none: cannot open the folder: no such file or directory") {
		t.Errorf("no folder: got %v", err)
	}
	_, err = ReadFolder(t.TempDir())
	want := `districts.csv: is missing, and so is districts.geojson: an input folder needs one of them
locations.csv: is missing, and so is lrk.csv: an input folder needs one of them
organisations.csv: is missing: an input folder needs it (employers and holders)
programme.yaml: is missing: an input folder needs it (roles, visit types, requirements)
staff.csv: is missing: an input folder needs it (people and their contracts)`
	if err == nil || err.Error() != want {
		t.Errorf("empty folder: got\n%v", err)
	}
}

// A link out of the folder is not followed.
func TestFolderStaysInside(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("testdata/good")); err != nil {
		t.Fatal(err)
	}
	outside := filepath.Join(t.TempDir(), "x.csv")
	if err := os.WriteFile(outside, []byte("staff_id,from,to\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.Remove(filepath.Join(dir, "absences.csv")), os.Symlink(outside, filepath.Join(dir, "absences.csv"))); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadFolder(dir); err == nil || !strings.HasPrefix(err.Error(), "absences.csv: cannot read: ") {
		t.Errorf("got %v", err)
	}
}

// What is no regular file is refused without opening it: a pipe would hang.
func TestFolderOfPipes(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"absences.csv", "programme.yaml", "districts.geojson", "locations.csv"} {
		dir := t.TempDir()
		if err := os.CopyFS(dir, os.DirFS("testdata/good")); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, name)
		if err := errors.Join(os.Remove(path), syscall.Mkfifo(path, 0o600)); err != nil {
			t.Fatal(err)
		}
		want := name + ": cannot read: it is no regular file"
		if _, err := ReadFolder(dir); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
		if _, err := ReadPlan(dir); err == nil {
			t.Error("a plan folder of other files was read")
		}
	}
}

// The districts' outlines alone are enough: they give names, municipalities
// and neighbours, and each location its district.
func TestFolderWithOutlinesOnly(t *testing.T) {
	t.Parallel()
	fsys := spoiled(t, os.DirFS("testdata/good"), "districts.csv", "", "")
	fsys["locations.csv"] = &fstest.MapFile{Data: []byte(
		"location_id,name,organisation,postcode,municipality,lat,lon\n" +
			"123456782,A,kok,6511AB,0268,,\nloc-2,B,kok,6522,0268,51.85,5.88\n")}
	states, err := ReadFS(fsys)
	if err != nil {
		t.Fatal(err)
	}
	s := states[0]
	if len(s.Districts) != 2 || s.Districts[0].Name != "Wijk 01" || s.Districts[0].Municipality != "0268" || !slices.Equal(s.Districts[0].Neighbours, []string{"WK026802"}) {
		t.Errorf("got %+v", s.Districts)
	}
	if s.Locations[0].District != "WK026801" || s.Locations[1].District != "WK026802" {
		t.Errorf("got %+v", s.Locations)
	}
	// The hole of the first district.
	fsys["locations.csv"].Data = bytes.Replace(fsys["locations.csv"].Data, []byte("0268,,"), []byte("0268,51.8351,5.8508"), 1)
	want := "locations.csv:2:1: district: 123456782 lies in no district of municipality 0268; name its district"
	if _, err := ReadFS(fsys); err == nil || err.Error() != want {
		t.Errorf("in the hole: got %v, want %s", err, want)
	}
}

// regionFolder is a folder of two regions.
func regionFolder(t *testing.T) fstest.MapFS {
	t.Helper()
	fsys := fstest.MapFS{}
	for name, text := range map[string]string{
		"organisations.csv": "organisation_id,name\nggd,GGD\ndriestroom,D\nkok,Kok\n",
		"staff.csv": "staff_id,name,organisation,role,hours_week,home_postcode,work_pattern,region\n" +
			"zc-1,A,ggd,zorgcoordinator,20,6511,mo-fr 09:00-17:00,noord\nzc-2,B,ggd,zorgcoordinator,20,6511,mo-fr 09:00-17:00,zuid\n",
		"districts.csv": "district_id,name,municipality,region\nd1,Een,0268,noord\nd2,Twee,0268,zuid\n",
		"locations.csv": "location_id,name,organisation,postcode,municipality,district\n" +
			"123456782,A,kok,6511AB,0268,d1\nloc-2,B,kok,6522,0268,d2\n",
		"assignments.csv": "location_id,role,staff_id\n123456782,zorgcoordinator,zc-1\nloc-2,zorgcoordinator,zc-2\n",
		"absences.csv":    "staff_id,from,to\nzc-2,2027-01-01,2027-01-02\n",
		"meetings.csv":    "meeting_id,name,start,minutes,roles,location_id\nteam,Team,2027-01-05T09:00,60,zorgcoordinator,\nown,Eigen,2027-01-05T09:00,60,,loc-2\n",
	} {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	programme, err := os.ReadFile("testdata/good/programme.yaml")
	if err != nil {
		t.Fatal(err)
	}
	fsys["programme.yaml"] = &fstest.MapFile{Data: programme}
	return fsys
}

func TestFolderRegions(t *testing.T) {
	t.Parallel()
	states, err := ReadFS(regionFolder(t))
	if err != nil {
		t.Fatal(err)
	}
	if len(states) != 2 || states[0].Region != "noord" || states[1].Region != "zuid" {
		t.Fatalf("got %+v", states)
	}
	for i, want := range []struct{ staff, location, meetings, absences int }{{1, 1, 1, 0}, {1, 1, 2, 1}} {
		s := states[i]
		if len(s.Staff) != want.staff || len(s.Locations) != want.location || len(s.Meetings) != want.meetings || len(s.Absences) != want.absences ||
			len(s.Assignments) != 1 || len(s.Organisations) != 3 || len(s.Districts) != 1 {
			t.Errorf("region %s: got %+v", s.Region, s)
		}
	}
}

func TestFolderRegionFaults(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, file, from, to, want string }{
		{
			"across", "assignments.csv", "123456782,zorgcoordinator,zc-1", "123456782,zorgcoordinator,zc-2",
			`assignments.csv:2:27: staff_id: staff "zc-2" is in region "zuid", not in "noord"`,
		},
		{
			"staff without", "staff.csv", ",zuid", ",",
			`staff.csv:3:54: region: zc-2 needs a region: the folder has more than one, and each is planned by itself`,
		},
		{
			"location of another district", "locations.csv", "location_id,name,organisation,postcode,municipality,district\n123456782,A,kok,6511AB,0268,d1\nloc-2,B,kok,6522,0268,d2",
			"location_id,name,organisation,postcode,municipality,district,region\n123456782,A,kok,6511AB,0268,d1,noord\nloc-2,B,kok,6522,0268,d2,noord",
			`assignments.csv:3:23: staff_id: staff "zc-2" is in region "zuid", not in "noord"` + "\n" +
				`locations.csv:3:23: district: district "d2" is in region "zuid", not in "noord"`,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if _, err := ReadFS(spoiled(t, regionFolder(t), c.file, c.from, c.to)); err == nil || err.Error() != c.want {
				t.Errorf("got\n%v\nwant\n%s", err, c.want)
			}
		})
	}
}

// The order of rows in a file does not matter.
func TestFolderOrder(t *testing.T) {
	t.Parallel()
	good := os.DirFS("testdata/good")
	shuffled := spoiled(t, good, "locations.csv", "loc", "loc")
	for name, file := range shuffled {
		if !strings.HasSuffix(name, ".csv") || name == "staff.csv" || name == "organisations.csv" {
			continue // contracts and organisations keep their order
		}
		rows := strings.Split(strings.TrimSuffix(string(file.Data), "\n"), "\n")
		slices.Reverse(rows[1:])
		file.Data = []byte(strings.Join(rows, "\n") + "\n")
	}
	want, err := ReadFS(good)
	if err != nil {
		t.Fatal(err)
	}
	got, err := ReadFS(shuffled)
	if err != nil {
		t.Fatal(err)
	}
	if a, b := stateText(want[0]), stateText(got[0]); a != b {
		t.Errorf("got\n%s\nwant\n%s", b, a)
	}
}

// Whatever stands in one file, the folder is read or refused with faults that
// have a place in it.
func FuzzFolderCSV(f *testing.F) {
	good := os.DirFS("testdata/good")
	names, err := fs.Glob(good, "*")
	if err != nil {
		f.Fatal(err)
	}
	base := fstest.MapFS{}
	for i, name := range names {
		data, err := fs.ReadFile(good, name)
		if err != nil {
			f.Fatal(err)
		}
		base[name] = &fstest.MapFile{Data: data}
		f.Add(uint8(i), data)
	}
	f.Add(uint8(0), []byte("staff_id;from;to\n\"\n;;\n\xff"))
	f.Fuzz(func(t *testing.T, which uint8, data []byte) {
		fsys := maps.Clone(base)
		fsys[names[int(which)%len(names)]] = &fstest.MapFile{Data: data}
		states, err := ReadFS(fsys)
		if err == nil {
			if len(states) == 0 {
				t.Fatal("neither a state nor a fault")
			}
			return
		}
		for _, fault := range faultsOf(err) {
			text := fsys[fault.File]
			if text == nil || fault.Message == "" || fault.Line > 1+bytes.Count(text.Data, []byte{'\n'})+bytes.Count(text.Data, []byte{'\r'}) {
				t.Fatalf("a fault without its place: %+v", fault)
			}
		}
	})
}
