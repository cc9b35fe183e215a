package files

import (
	"encoding/json"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
)

// again writes a state as an input folder and reads it back.
func again(t *testing.T, s *planner.State) *planner.State {
	t.Helper()
	content, err := WriteInput(s)
	if err != nil {
		t.Fatal(err)
	}
	states, err := ReadMemory(content)
	if err != nil {
		t.Fatalf("region %q: %v", s.Region, err)
	}
	if len(states) != 1 {
		t.Fatalf("%d regions", len(states))
	}
	return states[0]
}

// same compares two states as documents.
func same(t *testing.T, what string, was, is *planner.State) {
	t.Helper()
	a, _ := json.MarshalIndent(was, "", " ")
	b, _ := json.MarshalIndent(is, "", " ")
	if string(a) == string(b) {
		return
	}
	x, y := strings.Split(string(a), "\n"), strings.Split(string(b), "\n")
	for i := range x {
		if i >= len(y) || x[i] != y[i] {
			t.Errorf("%s: line %d of the document was\n%s\nand is\n%s", what, i, strings.Join(x[max(0, i-5):min(len(x), i+3)], "\n"), strings.Join(y[min(len(y), max(0, i-5)):min(len(y), i+3)], "\n"))
			return
		}
	}
	t.Errorf("%s: more than there was", what)
}

// examples reads the input folders of the five systems, region by region.
func exampleStates(t *testing.T) []*planner.State {
	t.Helper()
	folders, err := filepath.Glob("../../examples/*/programme.yaml")
	if err != nil || len(folders) < 5 {
		t.Fatal(folders, err)
	}
	var out []*planner.State
	for _, f := range folders {
		states, err := ReadFolder(filepath.Dir(f))
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, states...)
	}
	return out
}

// TestWriteInputGivesTheStateBack writes every example and reads it again:
// nothing differs.
func TestWriteInputGivesTheStateBack(t *testing.T) {
	t.Parallel()
	states := exampleStates(t)
	for _, s := range states {
		same(t, s.Programme.Name+" "+s.Region, s, again(t, s))
	}
	t.Logf("%d regions, written and read again: 0 differences", len(states))
}

// nasty are texts that spreadsheets, CSV or YAML take for something else.
var nasty = []string{
	"=1+1", "+31 24 123", "-aan de Waal", "@home", "'=quoted", "''twice", "a, b", `say "so"`, "semi;colon", "0268", "yes", "null", "~", "# no comment", "1e3", "é – ü",
	"key: value", "- item", "{a}", "[b]", "*star", "&and", "!bang", "%per cent", "|pipe"[1:], "`tick`", "2027-01-31", "01:30", "<<",
}

// TestWriteInputKeepsEveryText puts such texts where people write what they like.
func TestWriteInputKeepsEveryText(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(1, 2))
	text := func() string { return nasty[rng.IntN(len(nasty))] }
	states := exampleStates(t)
	const rounds = 60
	for range rounds {
		s := *states[rng.IntN(len(states))]
		s.Region = ""
		mutate(&s, rng, text)
		read := again(t, &s)
		same(t, s.Programme.Name, &s, read)
		if t.Failed() {
			return
		}
	}
	t.Logf("%d states with texts of %d kinds, written and read again: 0 differences", rounds, len(nasty))
}

// mutate changes a state in ways that people can.
func mutate(s *planner.State, rng *rand.Rand, text func() string) {
	half := func() bool { return rng.IntN(2) == 0 }
	p := &s.Programme
	p.Name = text()
	p.Roles = append([]planner.Role{}, p.Roles...)
	p.Roles[0].Name = planner.Text{NL: text(), EN: text()}
	p.Roles[0].FullTime = 3600 + rng.IntN(400)
	p.Requirements = append([]planner.Requirement{}, p.Requirements...)
	r := &p.Requirements[rng.IntN(len(p.Requirements))]
	r.Name, r.IdealGapDays = planner.Text{NL: text(), EN: text()}, rng.IntN(300)
	if half() {
		r.From, r.To = planner.MonthDay{Month: 2, Day: 29}, planner.MonthDay{Month: 12, Day: 1 + rng.IntN(31)}
	}
	if half() {
		no := half()
		r.Select = &planner.Selection{Tags: []string{text()}, StandAlone: &no}
	}
	p.Weights.Travel = int64(rng.IntN(300))
	s.Locations = append([]planner.Location{}, s.Locations...)
	for range 5 {
		l := &s.Locations[rng.IntN(len(s.Locations))]
		l.Name, l.Address, l.Town = text(), text(), text()
		l.Tags = []string{text()}
		l.Registrations = []planner.Registration{{Kind: "BSO", Places: rng.IntN(90)}, {Kind: "KDV", Places: 3, LRK: ""}}
		l.Opening = calendar.Week{nil, {{From: 480, To: 720}, {From: 780, To: 1080}}, nil, {{From: 0, To: 24 * 60}}, nil, nil, nil}
		l.StandAlone, l.Subsidised = half(), half()
		if half() {
			l.Closed = calendar.NewDate(2031, 5, 1)
		}
	}
	s.Staff = append([]planner.Staff{}, s.Staff...)
	m := &s.Staff[rng.IntN(len(s.Staff))]
	m.Name, m.Skills, m.Photo, m.DayCap = text(), []string{text()}, "https://example.nl/="+text(), rng.IntN(5)
	m.Contracts = append([]planner.Contract{}, m.Contracts...)
	m.Contracts[0].HoursWeek = rng.IntN(4000)
	s.Absences = []planner.Absence{{Staff: m.ID, From: calendar.NewDate(2027, 3, 1), To: calendar.NewDate(2027, 3, 2), Part: calendar.Span{From: 540, To: 24 * 60}}}
	s.Cases = []planner.Case{{
		Ref: "c1", Staff: m.ID, Kind: "trajectory", Points: rng.IntN(3), MinutesWeek: rng.IntN(100), Budget: planner.WithIndication,
		Opened: calendar.NewDate(2027, 1, 4), HandedOver: calendar.NoDate,
	}}
	s.Blackouts = []planner.Blackout{{Municipality: p.Municipalities[0].Code, From: calendar.NewDate(2027, 7, 20), To: calendar.NewDate(2027, 7, 20), Reason: "concert"}}
	s.Organisations = append([]planner.Organisation{}, s.Organisations...)
	s.Organisations[0].Name, s.Organisations[0].LimitMinutes = text(), int64(rng.IntN(100_000))
	s.Meetings = []planner.Meeting{{
		ID: "m1", Name: text(), Kind: text(), Start: calendar.NewDate(2027, 1, 5), Clock: 545, Minutes: 30, Rule: "FREQ=MONTHLY;BYDAY=1TU", Staff: []string{m.ID},
		Except: []calendar.Date{calendar.NewDate(2027, 2, 2)}, Besides: []calendar.Date{calendar.NewDate(2027, 2, 3)}, Budget: planner.WithoutIndication,
	}}
}
