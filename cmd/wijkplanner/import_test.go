package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/wijkplanner/wijkplanner/planner/store"
)

const nijmegen = "../../examples/kijk-op-kleintjes-nijmegen"

// database is a database in a temporary folder with one region in it.
type database struct {
	*testing.T
	dir, path string
}

func filled(t *testing.T, folder string) database {
	t.Helper()
	dir := t.TempDir()
	d := database{t, dir, filepath.Join(dir, "test.db")}
	stdout, stderr, code := call(t, "import", "folder", folder, "--db", d.path)
	if code != 0 || stderr != "" || stdout != "1 region, 1 new; no changes; written\n" {
		t.Fatalf("import folder: exit %d, %q, %q", code, stdout, stderr)
	}
	return d
}

// write makes a file of a text with some of it changed.
func (d database) write(name, text string, edits ...string) string {
	d.Helper()
	for i := 0; i < len(edits); i += 2 {
		if !strings.Contains(text, edits[i]) {
			d.Fatalf("%q is not in %s", edits[i], name)
		}
		text = strings.Replace(text, edits[i], edits[i+1], 1)
	}
	path := filepath.Join(d.dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		d.Fatal(err)
	}
	return path
}

func (d database) read(path string) string {
	d.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		d.Fatal(err)
	}
	return string(text)
}

// dump returns what the database knows of the region, with its version.
func (d database) dump() string {
	d.Helper()
	s, err := store.Open(d.Context(), d.path, store.WithClock(func() time.Time { return time.Unix(0, 0) }))
	if err != nil {
		d.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	state, version, err := s.LoadState(d.Context(), "")
	if err != nil {
		d.Fatal(err)
	}
	text, err := json.Marshal(state)
	if err != nil {
		d.Fatal(err)
	}
	return fmt.Sprint(version, string(text))
}

const register = "../../planner/files/testdata/lrk/sample_regio.csv"

// A real export comes twice; the second time some rows have changed.
func TestImportRegisterTwice(t *testing.T) {
	t.Parallel()
	d := filled(t, nijmegen)
	text := d.read(register)
	stdout, stderr, code := call(t, "import", "lrk", d.write("lrk.csv", text), "--db", d.path)
	if code != 0 || stderr != "" || !strings.Contains(stdout, "74 rows read, left out: BSO 35, GOB 2, municipality 22; 14 changes: 14 field; written") {
		t.Fatalf("first: exit %d, %q, %q", code, stdout, stderr)
	}
	// The line of a day-care centre in Heumen becomes one in Nijmegen.
	changed := d.write("lrk.csv", text,
		"KDV 757964989;", "Zonnetje;", // another name
		"KDV 368045523;25;", "KDV 368045523;29;", // more places
		"6663AA;Lent;;;76655601", "6663AA;Lent;;;11112222", // another holder
		"KDV 862089840;64;;Ingeschreven", "KDV 862089840;64;;Uitgeschreven", // closed
		"6581HN;Malden;;;17201935;;;;;;;;;;;;;;;;;0252;Heumen", "6511AA;Nijmegen;;;17201935;;;;;;;;;;;;;;;;;0268;Nijmegen", // opened
		"KDV 124087681;16;", "KDV 124087681;many;", // rejected
	)
	want := regexp.MustCompile(`^location 128110776 .*: holder, organisation "kvk-76655601" → "11112222"
location 257245698 .*: opened
location 368045523 .*: capacity, places "25" → "29"
location 757964989 \[naam niet in bron\] Zonnetje: field, name .*
location 862089840 .*: closed
74 rows read, 1 rejected, left out: BSO 35, GOB 2, municipality 21, status Uitgeschreven 1; 5 changes: 1 capacity, 1 closed, 1 field, 1 holder, 1 opened; (.*)
$`)
	before := d.dump()
	for _, c := range []struct {
		flag    string
		outcome string
		writes  bool
	}{{"--dry-run", "nothing written: a dry run", false}, {"--region=", "written", true}} {
		stdout, stderr, code = call(t, "import", "lrk", changed, "--db", d.path, c.flag)
		match := want.FindStringSubmatch(stdout)
		if code != 0 || match == nil || match[1] != c.outcome {
			t.Errorf("%s: exit %d, %s", c.flag, code, stdout)
		}
		if !regexp.MustCompile(`^\S+lrk\.csv:\d+:\d+: aantal_kindplaatsen: "many": .*\n$`).MatchString(stderr) {
			t.Errorf("%s: rejected %q", c.flag, stderr)
		}
		if (d.dump() != before) != c.writes {
			t.Errorf("%s: written %v, want %v", c.flag, !c.writes, c.writes)
		}
	}
	stdout, _, _ = call(t, "import", "lrk", changed, "--db", d.path)
	if !strings.HasPrefix(stdout, "location 862089840 ") || strings.Count(stdout, "\n") != 2 || !strings.Contains(stdout, "nothing to write") {
		t.Errorf("the same again: %s", stdout)
	}
}

func TestImportFolderAgain(t *testing.T) {
	t.Parallel()
	d := filled(t, example)
	in := filepath.Join(d.dir, "in")
	if err := os.CopyFS(in, os.DirFS(example)); err != nil {
		t.Fatal(err)
	}
	d.write("in/staff.csv", d.read(filepath.Join(in, "staff.csv")), "without,28,", "without,24,")
	before := d.dump()
	for _, c := range []struct {
		args    []string
		outcome string
	}{{[]string{"--dry-run"}, "nothing written: a dry run"}, {nil, "written"}} {
		stdout, stderr, code := call(t, append([]string{"import", "folder", in, "--db", d.path}, c.args...)...)
		if code != 0 || stderr != "" || !strings.HasPrefix(stdout, "staff coach-1 Externe coach 1: capacity, contracts ") ||
			!strings.HasSuffix(stdout, "\n1 region, 0 new; 1 change: 1 capacity; "+c.outcome+"\n") {
			t.Errorf("%v: exit %d, %s, %s", c.args, code, stdout, stderr)
		}
		if (d.dump() == before) != (c.args != nil) {
			t.Errorf("%v: changed %v", c.args, c.args == nil)
		}
	}
	d.write("in/staff.csv", d.read(filepath.Join(in, "staff.csv")), "without,24,", "without,many,")
	before = d.dump()
	if _, stderr, code := call(t, "import", "folder", in, "--db", d.path); code != exitInput || !strings.Contains(stderr, "staff.csv:2:") || d.dump() != before {
		t.Errorf("exit %d, %s", code, stderr)
	}
}

// A bad file of any kind leaves the database as it is.
func TestImportBadFile(t *testing.T) {
	t.Parallel()
	d := filled(t, example)
	before := d.dump()
	for _, c := range append([]struct{ file, old, spoilt, want string }{
		{"lrk.csv", "type_oko", "kind", `lrk\.csv:1:1: not an export of the childcare register: the column "type_oko" is missing`},
		{"districts.csv", "WK1", "W/K1", `districts\.csv:2:1: district_id: `},
	}, damages...) {
		var text string
		switch c.file {
		case "programme.yaml":
			continue // comes with a folder only
		case "lrk.csv":
			text = d.read(register)
		case "districts.csv":
			text = "district_id,name,municipality\nWK1,Een,1771\n"
		default:
			text = d.read(filepath.Join(example, c.file))
		}
		kind, _, _ := strings.Cut(c.file, ".")
		stdout, stderr, code := call(t, "import", kind, d.write(c.file, text, c.old, c.spoilt), "--db", d.path)
		if code != exitInput || stdout != "" || !regexp.MustCompile(c.want).MatchString(stderr) {
			t.Errorf("%s: exit %d, %q, %q; want %s", c.file, code, stdout, stderr, c.want)
		}
		if d.dump() != before {
			t.Errorf("%s changed the database", c.file)
		}
	}
}

func TestImportWhichRegion(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db := filepath.Join(dir, "test.db")
	staff := filepath.Join(example, "staff.csv")
	if _, stderr, code := call(t, "import", "staff", staff, "--db", db); code != exitInput || !strings.Contains(stderr, "begin with wijkplanner import folder DIR") {
		t.Errorf("no region: exit %d, %s", code, stderr)
	}
	writeRegions(t, filepath.Join(dir, "in"))
	if stdout, stderr, code := call(t, "import", "folder", filepath.Join(dir, "in"), "--db", db); code != 0 || !strings.HasPrefix(stdout, "2 regions, 2 new;") {
		t.Fatalf("two regions: exit %d, %s, %s", code, stdout, stderr)
	}
	absences := filepath.Join(dir, "in", "absences.csv")
	for _, c := range []struct {
		args           []string
		code           int
		stdout, stderr string
	}{
		{nil, exitInput, "", "which region? give --region: noord, zuid"},
		{[]string{"--region", "west"}, exitInput, "", `region "west"`},
		{[]string{"--region", "zuid"}, 0, "absence bram 2027-02-01–2027-02-02: opened\n2 rows read, left out: region noord 1; 1 change: 1 opened; written\n", ""},
	} {
		text := "staff_id,from,to,region\nanna,2027-02-01,2027-02-02,noord\nbram,2027-02-01,2027-02-02,zuid\n"
		if err := os.WriteFile(absences, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		stdout, stderr, code := call(t, append([]string{"import", "absences", absences, "--db", db}, c.args...)...)
		if code != c.code || stdout != c.stdout || !strings.Contains(stderr, c.stderr) {
			t.Errorf("%v: exit %d, %q, %q", c.args, code, stdout, stderr)
		}
	}
	for _, args := range [][]string{{"folder", filepath.Join(dir, "in"), "--region", "noord"}, {"staff", filepath.Join(dir, "nothing.csv")}, {"people", staff}} {
		if _, stderr, code := call(t, append([]string{"import", "--db", db}, args...)...); code != exitInput || stderr == "" {
			t.Errorf("%v: exit %d, %q", args, code, stderr)
		}
	}
}

// writeRegions writes a folder of two regions.
func writeRegions(t *testing.T, dir string) {
	t.Helper()
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"programme.yaml": "id: p\nname: P\nzone: Europe/Amsterdam\nmunicipalities: [{code: \"0268\", name: Nijmegen}]\nroles: [{id: coach, name: Coach}]\n" +
			"visit_types: [{id: visit, name: Bezoek, minutes: 60}]\nrequirements: [{id: visit, name: Bezoek, role: coach, visit_type: visit, minimum: 1}]\n",
		"organisations.csv": "organisation_id,name\nggd,GGD\n",
		"staff.csv": "staff_id,name,organisation,role,hours_week,home_postcode,work_pattern,region\n" +
			"anna,Anna,ggd,coach,20,6511,mo-fr 09:00-17:00,noord\nbram,Bram,ggd,coach,20,6511,mo-fr 09:00-17:00,zuid\n",
		"districts.csv": "district_id,name,municipality,region\nd1,Noord,0268,noord\nd2,Zuid,0268,zuid\n",
		"locations.csv": "location_id,name,organisation,postcode,municipality,district\nl1,Een,ggd,6511AA,0268,d1\nl2,Twee,ggd,6511AA,0268,d2\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
