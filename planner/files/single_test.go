package files

import (
	"io"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
)

// Each file can be read by itself, as an importer does: rows or all faults.
func TestReadSingleFiles(t *testing.T) {
	t.Parallel()
	count := func(n int, err error) func() (int, error) { return func() (int, error) { return n, err } }
	for _, c := range []struct {
		file string
		want int
		read func(name string, r io.Reader) func() (int, error)
		bad  string
	}{
		{"organisations.csv", 3, func(n string, r io.Reader) func() (int, error) {
			x, err := ReadOrganisations(n, r)
			return count(len(x), err)
		}, "organisation_id,name\n,x\na b,y\n"},
		{"staff.csv", 2, func(n string, r io.Reader) func() (int, error) {
			x, err := ReadStaff(n, r)
			return count(len(x), err)
		}, "staff_id,name,organisation,role,hours_week,work_pattern\n,A,ggd,zc,20,mo 9-10\n"},
		{"districts.csv", 3, func(n string, r io.Reader) func() (int, error) {
			x, err := ReadDistricts(n, r)
			return count(len(x), err)
		}, "district_id,name,municipality,year\nd,,1,12\n"},
		{"districts.geojson", 2, func(n string, r io.Reader) func() (int, error) {
			x, err := ReadDistrictOutlines(n, r)
			return count(len(x), err)
		}, `{"type": "FeatureCollection", "features": [{"type": "Feature"}, 5]}`},
		{"locations.csv", 3, func(n string, r io.Reader) func() (int, error) {
			x, err := ReadLocations(n, r)
			return count(len(x), err)
		}, "location_id,name,organisation,postcode,municipality\nl,,kok,0511,268\n"},
		{"assignments.csv", 3, func(n string, r io.Reader) func() (int, error) {
			x, err := ReadAssignments(n, r)
			return count(len(x), err)
		}, "location_id,role,staff_id,kind\n,zc,,third\n"},
		{"absences.csv", 2, func(n string, r io.Reader) func() (int, error) {
			x, err := ReadAbsences(n, r)
			return count(len(x), err)
		}, "staff_id,from,to\n,,\nx,1-1-2027,\n"},
		{"meetings.csv", 2, func(n string, r io.Reader) func() (int, error) {
			x, err := ReadMeetings(n, "", r)
			return count(len(x), err)
		}, "meeting_id,name,start,minutes,rrule\nm,M,2027-01-01T25:00,0,DAILY\n"},
		{"blackouts.csv", 3, func(n string, r io.Reader) func() (int, error) {
			x, err := ReadBlackouts(n, r)
			return count(len(x), err)
		}, "location_id,from,to,reason\n,2027-01-01,2027-01-01,a b\n"},
		{"cases.csv", 1, func(n string, r io.Reader) func() (int, error) {
			x, err := ReadCases(n, r)
			return count(len(x), err)
		}, "case_ref,staff_id,kind,minutes_week,opened\nc,s,k,-1,\n"},
		{"consents.csv", 2, func(n string, r io.Reader) func() (int, error) {
			x, err := ReadConsents(n, r)
			return count(len(x), err)
		}, "location_id,requirement,given,date\nl,,perhaps,2027-13-01\n"},
		{"history.csv", 1, func(n string, r io.Reader) func() (int, error) {
			x, err := ReadHistory(n, r)
			return count(len(x), err)
		}, "location_id,role,requirement,date\nl,,,2027-13-01\n"},
	} {
		t.Run(c.file, func(t *testing.T) {
			t.Parallel()
			file, err := os.Open("testdata/good/" + c.file)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = file.Close() }()
			if n, err := c.read(c.file, file)(); err != nil || n != c.want {
				t.Errorf("got %d rows, %v; want %d", n, err, c.want)
			}
			n, err := c.read(c.file, strings.NewReader(c.bad))()
			if n != 0 || len(faultsOf(err)) < 2 {
				t.Errorf("bad: got %d rows, %v; want at least two faults", n, err)
			}
			for _, f := range faultsOf(err) {
				if f.File != c.file || f.Line == 0 || f.Column == 0 {
					t.Errorf("a fault without its place: %v", f)
				}
			}
			if _, err := c.read(c.file, badReader{})(); err == nil || !strings.Contains(err.Error(), "cannot read: io: read/write on closed pipe") {
				t.Errorf("unreadable: got %v", err)
			}
		})
	}
}

type badReader struct{}

func (badReader) Read([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestReadProgrammeAlone(t *testing.T) {
	t.Parallel()
	file, err := os.Open("testdata/good/programme.yaml")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	p, err := ReadProgramme("programme.yaml", file)
	if err != nil {
		t.Fatal(err)
	}
	first, second := p.Requirements[0], p.Requirements[1]
	if p.ID != "voorbeeld" || len(p.Roles) != 2 || *p.Roles[0].Select.Subsidised != true || p.Roles[0].Select.StandAlone != nil || len(p.Roles[0].Consult[2]) != 1 {
		t.Errorf("got %+v", p)
	}
	if first.MinGapDays != 120 || first.IdealGapDays != 182 || first.From != (planner.MonthDay{Month: 1, Day: 15}) || first.Overrides[0].Minimum != -1 || first.Overrides[0].Target != 1 {
		t.Errorf("requirement: got %+v", first)
	}
	if *second.Anchor != (planner.Anchor{Kind: "ouderochtend", Every: 4, Offset: 1}) || second.Name.EN != "Ouderochtend" {
		t.Errorf("anchored: got %+v", second)
	}
	if p.Weights.Spacing != 20 || p.Weights.Balance != 0 || p.Assumptions[0].Value != 27.5 || p.Assumptions[0].Unit != "percent" {
		t.Errorf("weights and assumptions: got %+v, %+v", p.Weights, p.Assumptions)
	}
	for _, text := range []string{"", "# nothing\n", "- a\n", "a: 1\n---\nb: 2\n", "id: &x [*x]\n", "\xff", "id: {<<: {a: 1}}\n"} {
		if _, err := ReadProgramme("programme.yaml", strings.NewReader(text)); err == nil {
			t.Errorf("%q was read", text)
		}
	}
}

func TestValues(t *testing.T) {
	t.Parallel()
	read := func(text string, as func(value) any) (any, int) {
		rep := &report{}
		got := as(value{rep: rep, file: "f", line: 1, column: 1, text: text})
		return got, len(rep.faults)
	}
	decimal := func(v value) any { return v.decimal(0, 60) }
	number := func(v value) any { return v.number(0, 10) }
	postcode := func(v value) any { full, pc4 := v.postcode(); return full + " " + pc4 }
	for _, c := range []struct {
		text   string
		as     func(value) any
		want   any
		faults int
	}{
		{"", decimal, 0.0, 0},
		{"28,5", decimal, 28.5, 0},
		{"1.000,5", decimal, 0.0, 1},
		{"NaN", decimal, 0.0, 1},
		{"inf", decimal, 0.0, 1},
		{"-1", decimal, 0.0, 1},
		{"10", number, 10, 0},
		{"11", number, 0, 1},
		{"1.0", number, 0, 1},
		{"6511 ab", postcode, "6511AB 6511", 0},
		{"6511", postcode, "6511 6511", 0},
		{"0511AB", postcode, " ", 1},
		{"6511A", postcode, " ", 1},
		{"Ja", func(v value) any { return v.flag() }, true, 0},
		{"NEE", func(v value) any { return v.flag() }, false, 0},
		{"1", func(v value) any { return v.flag() }, false, 1},
		{"2027-02-29", func(v value) any { return v.date() }, calendar.NoDate, 1},
		{"12:00-24:00", func(v value) any { return v.span() }, calendar.Span{From: 720, To: 1440}, 0},
		{"12:00", func(v value) any { return v.span() }, calendar.Span{}, 1},
		{"a| b |c", func(v value) any { return strings.Join(v.list(), "+") }, "a+b+c", 0},
		{"a||a", func(v value) any { return strings.Join(v.list(), "+") }, "a", 2},
		{"sa-mo 09:00-10:00", func(v value) any { w := v.week(); return len(w[6]) + 10*len(w[0]) + 100*len(w[1]) + len(w[2]) }, 111, 0},
		{"mo", func(v value) any { return len(v.week()[1]) }, 0, 1},
		{"mo 10:00-12:00|mo 08:00-10:00", func(v value) any { return v.week()[1][0].From }, calendar.Clock(480), 0},
	} {
		if got, faults := read(c.text, c.as); got != c.want || faults != c.faults {
			t.Errorf("%q: got %v with %d faults, want %v with %d", c.text, got, faults, c.want, c.faults)
		}
	}
}

func TestPostcodeAreas(t *testing.T) {
	t.Parallel()
	areas := PostcodeAreas()
	children := 0
	for i, a := range areas {
		if a.Lat < 50 || a.Lat > 54 || a.Lon < 3 || a.Lon > 8 || a.Area < 0 || i > 0 && areas[i-1].PC4 >= a.PC4 {
			t.Errorf("got %+v", a)
		}
		children += a.Children
	}
	if len(areas) != 4067 || children < 600_000 {
		t.Errorf("got %d areas and %d children", len(areas), children)
	}
	a, ok := FindPostcode("6511")
	if !ok || a.Municipality != "Nijmegen" || math.Abs(a.Lat-51.85) > 0.02 {
		t.Errorf("6511: got %+v", a)
	}
	if _, ok := FindPostcode("1000"); ok {
		t.Error("1000 was found")
	}
}

// Of two districts side by side, a point lies in the one whose outline holds
// it, and in neither when it is elsewhere or the municipality another.
func TestOutlinesFind(t *testing.T) {
	t.Parallel()
	square := func(west float64) [][2]float64 {
		return [][2]float64{{west, 51}, {west + 1, 51}, {west + 1, 52}, {west, 52}, {west, 51}}
	}
	islands := &planner.District{ID: "b", Municipality: "0268", Rings: [][][2]float64{square(6), square(7.5)}}
	o := newOutlines([]*planner.District{islands, {ID: "a", Municipality: "0268", Rings: [][][2]float64{square(5)}}, {ID: "c", Municipality: "0268"}})
	for _, c := range []struct {
		municipality string
		lon          float64
		want         string
	}{
		{"0268", 5.5, "a"}, {"0268", 6.5, "b"}, {"0268", 7.7, "b"}, {"0268", 7.2, ""}, {"0268", 9, ""}, {"0269", 5.5, ""},
	} {
		if id, ok := o.find(c.municipality, planner.Point{Lat: 51.5, Lon: c.lon}); id != c.want || ok != (c.want != "") {
			t.Errorf("%v: got %q, want %q", c, id, c.want)
		}
	}
}

func TestPlaceOf(t *testing.T) {
	t.Parallel()
	text := []byte("aé\nbc\n")
	for _, c := range []struct{ offset, line, column int }{{0, 1, 1}, {1, 1, 2}, {3, 1, 3}, {4, 2, 1}, {7, 3, 1}, {99, 3, 1}, {-1, 1, 1}} {
		if line, column := placeOf(text, c.offset); line != c.line || column != c.column {
			t.Errorf("offset %d: got %d:%d, want %d:%d", c.offset, line, column, c.line, c.column)
		}
	}
}

// TestMeetingsOfARegion: a region has its own rows and those of nobody in
// particular.
func TestMeetingsOfARegion(t *testing.T) {
	t.Parallel()
	const text = "meeting_id,name,start,minutes,roles,region\nn,N,2027-01-05T09:00,60,zc,noord\nz,Z,2027-01-05T09:00,60,zc,zuid\nb,B,2027-01-05T09:00,60,zc,\n"
	for region, want := range map[string]string{"": "b n z", "noord": "b n", "zuid": "b z", "west": "b"} {
		meetings, err := ReadMeetings("meetings.csv", region, strings.NewReader(text))
		var got []string
		for i := range meetings {
			got = append(got, meetings[i].ID)
		}
		if err != nil || strings.Join(got, " ") != want {
			t.Errorf("%q: %v, %v, want %s", region, got, err, want)
		}
	}
}
