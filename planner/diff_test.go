package planner

import (
	"slices"
	"strings"
	"testing"

	"github.com/wijkplanner/wijkplanner/calendar"
)

func diffLocation(id string, edit func(*Location)) Location {
	l := Location{
		ID: id, Name: "De Berg", Organisation: "kok", Address: "Straat 1", Postcode: "6511AB", Town: "Nijmegen", Municipality: "0268",
		Registrations: []Registration{{LRK: id, Kind: "KDV", Places: 16}}, Opened: calendar.NoDate, Closed: calendar.NoDate,
	}
	if edit != nil {
		edit(&l)
	}
	return l
}

func TestDiffLocations(t *testing.T) {
	t.Parallel()
	same := diffLocation("100000009", nil)
	two := func(l *Location) {
		l.Registrations = append(l.Registrations, Registration{LRK: "200000007", Kind: "KDV", Places: 20})
	}
	for _, c := range []struct {
		name string
		old  []Location
		new  []Location
		want []string
	}{
		{"nothing", []Location{same}, []Location{same}, nil},
		{"empty", nil, nil, nil},
		{"opened", nil, []Location{same}, []string{"location 100000009 De Berg: opened"}},
		{"closed", []Location{same}, nil, []string{"location 100000009 De Berg: closed"}},
		{
			"holder",
			[]Location{same},
			[]Location{diffLocation("100000009", func(l *Location) { l.Organisation = "partou" })},
			[]string{`location 100000009 De Berg: holder, organisation "kok" → "partou"`},
		},
		{
			"capacity",
			[]Location{same},
			[]Location{diffLocation("100000009", func(l *Location) { l.Registrations[0].Places = 24 })},
			[]string{`location 100000009 De Berg: capacity, places "16" → "24"`},
		},
		{
			"registration added",
			[]Location{same},
			[]Location{diffLocation("100000009", two)},
			[]string{
				`location 100000009 De Berg: capacity, places "16" → "36"`,
				`location 100000009 De Berg: registration, lrk "100000009" → "100000009|200000007"`,
			},
		},
		{
			"name, address, days",
			[]Location{same},
			[]Location{diffLocation("100000009", func(l *Location) {
				l.Name, l.Address, l.Closed = "Het Dal", "Straat 2", calendar.NewDate(2027, 9, 30)
				l.Opening[1] = []calendar.Span{{From: 480, To: 1080}}
			})},
			[]string{
				`location 100000009 Het Dal: field, name "De Berg" → "Het Dal"`,
				`location 100000009 Het Dal: field, address "Straat 1 6511AB Nijmegen" → "Straat 2 6511AB Nijmegen"`,
				`location 100000009 Het Dal: field, opening "" → "mo 08:00-18:00"`,
				`location 100000009 Het Dal: field, closed "" → "2027-09-30"`,
			},
		},
		{
			"found by another registration",
			[]Location{diffLocation("100000009", two)},
			[]Location{diffLocation("200000007", nil)},
			[]string{
				`location 200000007 De Berg: field, location_id "100000009" → "200000007"`,
				`location 200000007 De Berg: capacity, places "36" → "16"`,
				`location 200000007 De Berg: registration, lrk "100000009|200000007" → "200000007"`,
			},
		},
		{
			"split: the old id stays with its own",
			[]Location{diffLocation("100000009", two)},
			[]Location{diffLocation("100000009", nil), diffLocation("200000007", nil)},
			[]string{
				`location 100000009 De Berg: capacity, places "36" → "16"`,
				`location 100000009 De Berg: registration, lrk "100000009|200000007" → "100000009"`,
				`location 200000007 De Berg: opened`,
			},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := lines(DiffLocations(c.old, c.new)); !slices.Equal(got, c.want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(c.want, "\n"))
			}
		})
	}
}

func lines(changes []Change) []string {
	var out []string
	for _, c := range changes {
		out = append(out, c.String())
	}
	return out
}

func TestDiffStaff(t *testing.T) {
	t.Parallel()
	anna := Staff{
		ID: "zc-1", Name: "Anna", Organisation: "ggd", Mode: Car,
		Contracts: []Contract{{Role: "zc", Budget: WithoutIndication, HoursWeek: 2850, From: calendar.NoDate, To: calendar.NoDate}},
	}
	fewer := anna
	fewer.Contracts = []Contract{{Role: "zc", Budget: WithoutIndication, HoursWeek: 2400, From: calendar.NoDate, To: calendar.NewDate(2027, 6, 30)}}
	fewer.Mode, fewer.Skills = Bicycle, []string{"medical", "behaviour"}
	bob := Staff{ID: "ab-1", Name: "Bob"}
	got := lines(DiffStaff([]Staff{anna, bob}, []Staff{fewer, {ID: "zc-2", Name: "Cor"}}))
	want := []string{
		"staff ab-1 Bob: closed",
		`staff zc-1 Anna: capacity, contracts "zc without 28.50 hours, at most 0, –" → "zc without 24.00 hours, at most 0, –2027-06-30"`,
		`staff zc-1 Anna: field, mode "car" → "bicycle"`,
		`staff zc-1 Anna: field, skills "" → "behaviour|medical"`,
		"staff zc-2 Cor: opened",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if again := DiffStaff([]Staff{anna}, []Staff{anna}); again != nil {
		t.Errorf("the same staff: got %v", again)
	}
}

func TestDiffDistricts(t *testing.T) {
	t.Parallel()
	ring := [][2]float64{{5, 51}, {6, 51}, {6, 52}, {5, 51}}
	old := District{ID: "WK026801", Name: "Centrum", Municipality: "0268", Year: 2014, Neighbours: []string{"b", "a"}, Rings: [][][2]float64{ring}}
	fresh := old
	fresh.Neighbours = []string{"a", "b"}
	if got := DiffDistricts([]District{old}, []District{fresh}); got != nil {
		t.Errorf("another order: got %v", got)
	}
	fresh.Year, fresh.Rings = 2025, [][][2]float64{ring, ring}
	want := []string{
		`district WK026801 Centrum: field, year "2014" → "2025"`,
		`district WK026801 Centrum: field, outline "1 rings, 4 corners" → "2 rings, 8 corners (moved)"`,
	}
	if got := lines(DiffDistricts([]District{old}, []District{fresh})); !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
