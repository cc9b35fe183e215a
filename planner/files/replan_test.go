package files

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/verify"
)

// dropOut plans a generated region, lets the person with the most visits in the
// six weeks from 1 March drop out for them, and plans again.
func dropOut(tb testing.TB, locations, staff int, plan, again planner.Options) (*planner.State, *planner.Replanned, time.Duration) {
	tb.Helper()
	s := GenerateRegion(locations, staff, 1)
	plan.Year, plan.Seed, plan.MaxChanges, plan.Workers = 2027, 1, -1, 2
	was, err := planner.Solve(context.Background(), s, plan)
	if err != nil {
		tb.Fatal(err)
	}
	first := calendar.NewDate(2027, time.March, 1)
	count, most := map[string]int{}, ""
	for i := range was.Visits {
		v := &was.Visits[i]
		if d := calendar.DateOf(v.Start, v.Start.Location()); d >= first && d < first+42 {
			count[v.Crew[0].Staff]++
			if most == "" || count[v.Crew[0].Staff] > count[most] {
				most = v.Crew[0].Staff
			}
		}
	}
	s.Absences = append(s.Absences, planner.Absence{Staff: most, From: first, To: first + 41})
	again.Year, again.Seed, again.Workers = 2027, 1, 2
	began := time.Now()
	r, err := planner.Replan(context.Background(), s, planner.Published{Visits: was.Visits, Assignments: was.Assignments},
		planner.ReplanOptions{Options: again, Today: first, MaxMoves: -1})
	if err != nil {
		tb.Fatal(err)
	}
	return s, r, time.Since(began)
}

// repaired checks that nothing is lost and hardly more moved than had to.
func repaired(tb testing.TB, r *planner.Replanned) {
	tb.Helper()
	if r.Schedule.Hard != 0 || r.Must == 0 || 10*r.Moved > 12*r.Must {
		tb.Errorf("%d hard faults, %d moved, %d had to", r.Schedule.Hard, r.Moved, r.Must)
	}
	for _, c := range r.Coverage {
		if c.State == planner.CoverageMissed {
			tb.Errorf("%s misses its minimum", c.Location)
		}
	}
}

// One of twelve drops out for six weeks: everything is planned again, and hardly
// more moves than must.
func TestReplanAfterDropOut(t *testing.T) {
	t.Parallel()
	s, r, _ := dropOut(t, 150, 12, planner.Options{Iterations: 3000}, planner.Options{Iterations: 400})
	repaired(t, r)
	extra, err := ReplanFiles([]*planner.State{s}, []*planner.Replanned{r})
	if err != nil {
		t.Fatal(err)
	}
	faults, err := ProveWith([]*planner.State{s}, []*planner.Plan{r.Plan}, extra)
	if err != nil || len(faults) > 0 {
		t.Errorf("%v, %v", faults, err)
	}
	t.Logf("%d visits moved, %d had to", r.Moved, r.Must)
}

// BenchmarkReplan plans again after one person drops out for six weeks: one of
// twelve within a second, and one of 120 in a region ten times as large.
func BenchmarkReplan(b *testing.B) {
	for _, size := range []struct {
		name             string
		locations, staff int
		seconds          float64
	}{{"150", 150, 12, 0.8}, {"1500", 1500, 120, 3}} {
		b.Run(size.name, func(b *testing.B) {
			for b.Loop() {
				_, r, took := dropOut(b, size.locations, size.staff, planner.Options{Seconds: 5}, planner.Options{Seconds: size.seconds})
				repaired(b, r)
				b.ReportMetric(took.Seconds(), "s/replan")
				b.ReportMetric(float64(r.Moved)/float64(r.Must), "moved/must")
				b.ReportMetric(float64(r.Must), "must")
			}
		})
	}
}

// BenchmarkSuggest ranks moments for one more visit in the plan of 150 locations.
func BenchmarkSuggest(b *testing.B) {
	s := GenerateRegion(150, 12, 1)
	p, err := planner.Solve(context.Background(), s, planner.Options{Year: 2027, Seed: 1, Iterations: 2000, Workers: 2, MaxChanges: -1})
	if err != nil {
		b.Fatal(err)
	}
	item := planner.OpenItem{
		Location: s.Locations[7].ID, VisitType: "visit", Role: "coordinator",
		Period: planner.Period{From: calendar.NewDate(2027, 3, 1), To: calendar.NewDate(2027, 3, 31)},
	}
	for b.Loop() {
		if got, _, err := planner.SuggestVisit(s, planner.Published{Visits: p.Visits, Assignments: p.Assignments}, item, 5); err != nil || len(got) == 0 {
			b.Fatal(got, err)
		}
	}
}

// twoRegions are two generated regions in one folder.
func twoRegions(t *testing.T) []*planner.State {
	t.Helper()
	var out []*planner.State
	for i, region := range []string{"noord", "zuid"} {
		s := GenerateRegion(20, 3, uint64(i+1))
		s.Region = region
		for k := range s.Locations {
			s.Locations[k].ID = region + "-" + s.Locations[k].ID
		}
		for k := range s.Staff {
			s.Staff[k].ID = region + "-" + s.Staff[k].ID
		}
		s.Meetings = []planner.Meeting{{
			ID: region + "-team", Name: "Team", Kind: "team", Start: calendar.NewDate(2027, 1, 4), Clock: 9 * 60, Minutes: 60,
			Rule: "FREQ=WEEKLY", Roles: []string{"coordinator"}, Budget: planner.WithoutIndication,
		}}
		out = append(out, s)
	}
	return out
}

// A folder of several regions is planned again from its own files, and a further
// time from those; each plan is proved from what was written.
func TestReplanOfSeveralRegionsFromFiles(t *testing.T) {
	t.Parallel()
	states := twoRegions(t)
	o := planner.Options{Year: 2027, Seed: 1, Iterations: 200, Workers: 1, MaxChanges: -1}
	plans, err := planner.SolveAll(context.Background(), states, o)
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "out")
	if err := WritePlan(dir, states, plans, nil); err != nil {
		t.Fatal(err)
	}
	from, to := calendar.NewDate(2027, 1, 1), calendar.NewDate(2027, 12, 31)
	o.MaxChanges = 0
	for round, today := range []calendar.Date{calendar.NewDate(2027, 3, 1), calendar.NewDate(2027, 6, 1)} {
		folder, err := ReadPlan(dir)
		if err != nil {
			t.Fatal(err)
		}
		who := states[round].Staff[0].ID
		states[round].Absences = append(states[round].Absences, planner.Absence{Staff: who, From: today, To: today + 120})
		replans, err := planner.ReplanAll(context.Background(), states, PublishedOf(states, folder), planner.ReplanOptions{Options: o, Today: today, MaxMoves: -1})
		if err != nil {
			t.Fatal(err)
		}
		extra, err := ReplanFiles(states, replans)
		if err != nil {
			t.Fatal(err)
		}
		if err := WritePlan(dir, states, PlansOf(replans), extra); err != nil {
			t.Fatal(err)
		}
		again, err := ReadPlan(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range verify.Regions(states, again, from, to) {
			t.Errorf("round %d: %s", round, f)
		}
		if again.Replan == nil || again.Replan.Must == 0 || len(again.ChangeRows) == 0 ||
			!slices.ContainsFunc(again.ChangeRows, func(r verify.ChangeRow) bool { return r.Staff == who }) {
			t.Errorf("round %d: %+v: the change is not told to %s", round, again.Replan, who)
		}
	}
	// A plan made anew takes the place of a replan with its further files.
	if err := WritePlan(dir, states, plans, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, replanFile)); err == nil {
		t.Error("a file of the replan is left")
	}
}

func TestReadReplanFaults(t *testing.T) {
	t.Parallel()
	base := planFolder(t)
	for name, text := range map[string]string{replanFile: `{"today": 5`, travelFile: `[1]`} {
		dir := filepath.Join(t.TempDir(), "out")
		if err := os.CopyFS(dir, os.DirFS(base)); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := ReadPlan(dir)
		if faults := faultsOf(err); len(faults) == 0 || faults[0].File != name && !slices.ContainsFunc(faults, func(f Fault) bool { return f.File == name }) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// planFolder is a written plan of a small region.
func planFolder(t *testing.T) string {
	t.Helper()
	s := GenerateRegion(5, 2, 1)
	p, err := planner.Solve(context.Background(), s, planner.Options{Year: 2027, Iterations: 20, Workers: 1, MaxChanges: -1})
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "plan")
	if err := WritePlan(dir, []*planner.State{s}, []*planner.Plan{p}, nil); err != nil {
		t.Fatal(err)
	}
	return dir
}
