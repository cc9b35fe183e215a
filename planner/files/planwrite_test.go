package files

import (
	"errors"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func goodState(t *testing.T) *planner.State {
	t.Helper()
	states, err := ReadFolder("testdata/good")
	if err != nil {
		t.Fatal(err)
	}
	return states[0]
}

func day(year int, month time.Month, d int) calendar.Date { return calendar.NewDate(year, month, d) }

// handmadePlan is a plan of testdata/good with one of everything.
func handmadePlan(t *testing.T) *planner.Plan {
	t.Helper()
	return &planner.Plan{
		From: day(2027, 1, 1), To: day(2027, 12, 31), Seed: 1, Iterations: 1000,
		Assignments: []planner.Assigned{
			{
				Location: "123456782", District: "WK026801", Role: "zorgcoordinator", Staff: "zc-1", Kind: planner.Primary,
				From: day(2026, 1, 1), To: calendar.NoDate, MinutesYear: 540, TravelMinutesYear: 40,
				Reason: planner.Reason{Amounts: []planner.Amount{{Constraint: "travel", Value: 1240}}, RunnerUp: "zc-2", Difference: 210},
			},
			{
				Location: "loc-2", District: "WK026802", Role: "zorgcoordinator", Kind: planner.Primary,
				From: day(2027, 1, 1), To: calendar.NoDate, Changed: true, Reason: planner.Reason{Blocked: []string{"capacity:3", "skill:1"}},
			},
		},
		Visits: handmadeVisits(t),
		Unplanned: []planner.Unplanned{{
			Location: "loc-2", Role: "zorgcoordinator", Requirement: "kindbespreking", Level: planner.Minimum, DueBy: day(2027, 12, 15),
			Reason: planner.Reason{Blocked: []string{"nobody:1"}, Change: "capacity zc-1 +120 minutes (0.00 FTE)"},
		}},
		Coverage: []planner.Coverage{{
			Location: "123456782", Role: "zorgcoordinator", Requirement: "kindbespreking", Minimum: 1, Target: 1, Planned: 1, State: planner.CoveragePlanned,
		}},
		Roles: []planner.RoleResult{
			{
				Role: "zorgcoordinator", Kind: planner.Primary, Cost: 1240, Bound: 1200, Multipliers: []int64{5, 7}, Rest: 3,
				Loads:       []planner.Load{{Staff: "zc-1", Load: 540, Capacity: 61000, Locations: 1}},
				Constraints: []planner.Amount{{Constraint: "travel", Value: 1240}},
			},
			{Role: "zorgcoordinator", Kind: planner.Backup, Cost: 10, Bound: 10},
		},
		Schedule:    planner.Score{Soft: 1200},
		Constraints: []planner.Amount{{Constraint: "travel", Value: 900}, {Constraint: "spacing", Value: 300}},
	}
}

// handmadeVisits are a joint visit in winter, a meeting in summer and a visit
// that fell through.
func handmadeVisits(t *testing.T) []planner.Visit {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Amsterdam")
	if err != nil {
		t.Fatal(err)
	}
	at := func(d calendar.Date, clock calendar.Clock) time.Time { return d.At(clock, zone) }
	winter, summer := day(2027, 2, 9), day(2027, 7, 6)
	return []planner.Visit{
		{
			ID: "kindbespreking-123456782-2027-1", Location: "123456782", District: "WK026801", VisitType: "kindbespreking",
			Requirement: "kindbespreking", Start: at(winter, 9*60), End: at(winter, 10*60+30), Status: planner.Planned,
			Crew: []planner.CrewMember{
				{Role: "zorgcoordinator", Staff: "zc-1", TravelMinutes: 10}, {Role: "ambulant_begeleider", Staff: "ab-1", TravelMinutes: 15},
			},
			Reason: planner.Reason{Amounts: []planner.Amount{{Constraint: "travel", Value: 900}, {Constraint: "spacing", Value: 300}}},
		},
		{
			ID: "team-2027-07-06", VisitType: "meeting", Requirement: "team", Meeting: true,
			Start: at(summer, 9*60), End: at(summer, 10*60+30), Status: planner.Planned,
			Crew: []planner.CrewMember{{Role: "zorgcoordinator", Staff: "zc-1"}},
		},
		{
			ID: "ouderochtend-loc-2-2027-1", Location: "loc-2", District: "WK026802", VisitType: "ouderochtend",
			Requirement: "ouderochtend", Start: at(summer, 13*60), End: at(summer, 14*60), Status: planner.Cancelled,
			Crew: []planner.CrewMember{{Role: "ambulant_begeleider", Staff: "ab-1", TravelMinutes: 5}},
		},
	}
}

// Every file of the plan folder, byte for byte. Rewrite with -update.
func TestWritePlanGolden(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "out")
	states, plans := []*planner.State{goodState(t)}, []*planner.Plan{handmadePlan(t)}
	if err := WritePlan(dir, states, plans, map[string][]byte{"report.html": []byte("<p>plan</p>\n")}); err != nil {
		t.Fatal(err)
	}
	const golden = "testdata/plan"
	if *update {
		if err := os.RemoveAll(golden); err != nil {
			t.Fatal(err)
		}
		if err := os.CopyFS(golden, os.DirFS(dir)); err != nil {
			t.Fatal(err)
		}
	}
	got, want := tree(t, dir), tree(t, golden)
	if !reflect.DeepEqual(keys(got), keys(want)) {
		t.Fatalf("files: got %q, want %q", keys(got), keys(want))
	}
	for name := range want {
		if got[name] != want[name] {
			t.Errorf("%s differs:\n%s\nwant\n%s", name, got[name], want[name])
		}
	}
}

func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := make(map[string]string)
	err := fs.WalkDir(os.DirFS(dir), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(os.DirFS(dir), path)
		out[path] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func keys(m map[string]string) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// A plan takes the place of a plan, and of nothing else.
func TestWritePlanReplaces(t *testing.T) {
	t.Parallel()
	states, plans := []*planner.State{goodState(t)}, []*planner.Plan{handmadePlan(t)}
	parent := t.TempDir()
	dir := filepath.Join(parent, "out")
	for _, extra := range []map[string][]byte{{"report.html": []byte("old")}, nil} {
		if err := WritePlan(dir, states, plans, extra); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "report.html")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the old report is still there: %v", err)
	}
	if entries, _ := os.ReadDir(parent); len(entries) != 1 {
		t.Errorf("something is left beside the plan: %v", entries)
	}
	if err := os.WriteFile(filepath.Join(dir, "thesis.txt"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	before := tree(t, dir)
	err := WritePlan(dir, states, plans, nil)
	if err == nil || !strings.Contains(err.Error(), "thesis.txt") {
		t.Errorf("a folder with other things: got %v", err)
	}
	if after := tree(t, dir); !reflect.DeepEqual(before, after) {
		t.Error("a refused plan changed the folder")
	}
}

// Whatever goes wrong, nothing is left behind.
func TestWritePlanFailsWhole(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(*planner.State, *planner.Plan) map[string][]byte{
		"zone": func(s *planner.State, _ *planner.Plan) map[string][]byte {
			s.Programme.Zone = "Mars/Base"
			return nil
		},
		"id of a path": func(s *planner.State, _ *planner.Plan) map[string][]byte {
			s.Staff[0].ID = "../x"
			return nil
		},
		"same visit id": func(_ *planner.State, p *planner.Plan) map[string][]byte {
			p.Visits[1].ID = p.Visits[0].ID
			return nil
		},
		"extra outside":  func(*planner.State, *planner.Plan) map[string][]byte { return map[string][]byte{"../x": nil} },
		"extra absolute": func(*planner.State, *planner.Plan) map[string][]byte { return map[string][]byte{"/x": nil} },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			parent := t.TempDir()
			state, plan := goodState(t), handmadePlan(t)
			extra := spoil(state, plan)
			if err := WritePlan(filepath.Join(parent, "out"), []*planner.State{state}, []*planner.Plan{plan}, extra); err == nil {
				t.Error("no error")
			}
			if entries, _ := os.ReadDir(parent); len(entries) != 0 {
				t.Errorf("left behind: %v", entries)
			}
		})
	}
}

func TestQuoteFormula(t *testing.T) {
	t.Parallel()
	for cell, want := range map[string]string{
		"": "", "a": "a", "=1+1": "'=1+1", "-3": "'-3", "+31": "'+31", "@x": "'@x", "'t Kaboutertje": "'t Kaboutertje",
		"'=1": "''=1", "\tx": "'\tx", "'": "'", "''": "''",
	} {
		if got := QuoteFormula(cell); got != want || unquoteFormula(got) != cell {
			t.Errorf("%q: got %q and back %q, want %q", cell, got, unquoteFormula(got), want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		cell := rapid.StringMatching(`['=+@x-]{0,6}`).Draw(t, "cell")
		quoted := QuoteFormula(cell)
		if unquoteFormula(quoted) != cell || strings.ContainsAny(quoted[:min(1, len(quoted))], "=+-@") {
			t.Fatalf("%q became %q and %q", cell, quoted, unquoteFormula(quoted))
		}
	})
}
