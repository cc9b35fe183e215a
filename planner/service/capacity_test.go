package service

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// Loads are the same to the minute however they are broken down, and asked twice
// they come from what was worked out; after a change they are worked out anew.
func TestFiguresAgreeAndAreKept(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.real()
		ctx, year := w.Context(), planner.Period{From: calendar.NewDate(2027, 1, 1), To: calendar.NewDate(2027, 12, 31)}
		proposals, err := w.Propose(ctx, planner.Options{Year: 2027, Seed: 1, Iterations: 50, MaxChanges: -1}, "noord")
		w.must(err)
		w.must(w.Publish(ctx, proposals[0].ID))
		lines, at, err := w.Loads(ctx, "noord", year)
		w.must(err)
		if len(lines) == 0 || at.Plan != proposals[0].ID {
			w.Fatalf("%d lines of %+v", len(lines), at)
		}
		total := func(by ...Heading) (minutes, points int64) {
			for _, c := range BreakLoads(lines, by...) {
				minutes, points = minutes+c.Minutes, points+c.Points
			}
			return minutes, points
		}
		minutes, points := total()
		for _, by := range [][]Heading{{ByStaff}, {ByMonth}, {ByDistrict}, {ByBudget}, {ByOrganisation, ByKind}, {ByRole, ByDetail, ByMonth, ByStaff}} {
			if m, p := total(by...); m != minutes || p != points {
				w.Errorf("by %v: %d minutes and %d points, want %d and %d", by, m, p, minutes, points)
			}
		}
		again, _, err := w.Loads(ctx, "noord", year)
		w.must(err)
		if &again[0] != &lines[0] {
			w.Error("worked out twice although nothing changed")
		}
		forecast, before, err := w.Forecast(ctx, "noord", calendar.NoDate, 18)
		w.must(err)
		if forecast.Period.From != calendar.NewDate(2027, 1, 12) || len(forecast.Rows) == 0 {
			w.Errorf("forecast of %v with %d rows", forecast.Period, len(forecast.Rows))
		}
		state, _, err := w.Store.LoadState(ctx, "noord")
		w.must(err)
		state.Staff = state.Staff[1:]
		state.Assignments = nil
		w.must(w.Store.ImportState(ctx, state))
		less, after, err := w.Forecast(ctx, "noord", calendar.NoDate, 18)
		w.must(err)
		if before == after || reflect.DeepEqual(less.Rows, forecast.Rows) {
			w.Error("the forecast is still that of before somebody left")
		}
		w.refusesCapacity()
	})
}

func (w world) refusesCapacity() {
	ctx := w.Context()
	other := w.As(Scope{Role: store.Lead, Actor: "user:9", Region: "zuid"})
	day := calendar.NewDate(2027, 1, 1)
	for name, c := range map[string]struct {
		err  error
		want error
	}{
		"no region":    {errOf3(w.Loads(ctx, "west", planner.Period{From: day, To: day})), ErrNotFound},
		"out of reach": {errOf3(other.Forecast(ctx, "noord", day, 12)), ErrNotFound},
		"backwards":    {errOf3(w.Loads(ctx, "noord", planner.Period{From: day, To: day - 1})), ErrParams},
		"too long":     {errOf3(w.Supply(ctx, "noord", planner.Period{From: day, To: day + 3000})), ErrParams},
		"no months":    {errOf3(w.Forecast(ctx, "noord", day, 0)), ErrParams},
		"many runs":    {errOf3(w.Waits(ctx, "noord", planner.WaitingOptions{Months: 12, Runs: 1000})), ErrParams},
		"no days":      {errOf2(w.Silent(ctx, "noord", 0)), ErrParams},
	} {
		if !errors.Is(c.err, c.want) {
			w.Errorf("%s: %v, want %v", name, c.err, c.want)
		}
	}
}

func errOf2[T any](_ T, err error) error { return err }

func errOf3[T, U any](_ T, _ U, err error) error { return err }

func TestWaitsAreTheSameForASeed(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.real()
		o := planner.WaitingOptions{Months: 12, Runs: 5, Seed: 7}
		one, _, err := w.Waits(w.Context(), "noord", o)
		w.must(err)
		w.figures = new(figuresCache)
		two, _, err := w.Waits(w.Context(), "noord", o)
		w.must(err)
		if len(one) == 0 || !reflect.DeepEqual(one, two) {
			w.Errorf("waits %+v and %+v", one, two)
		}
	})
}

// Waits by request and in a comparison are those of the region's own slot rules
// and of the visits of the plan: with three weeks of notice nobody waits less, and
// who is at visits all day cannot be booked.
func TestWaitsKnowTheRulesAndTheVisits(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.real()
		ctx := w.Context()
		state, _, err := w.Store.LoadState(ctx, "noord")
		w.must(err)
		state.Programme.VisitTypes = append(state.Programme.VisitTypes, planner.VisitType{ID: "consult", Mode: planner.ByPhone, Minutes: 45, Weight: 100, Bookable: true})
		state.Assignments = nil
		for i := range state.Locations {
			state.Assignments = append(state.Assignments, planner.Assignment{
				Location: state.Locations[i].ID, Role: state.Programme.Roles[0].ID, Staff: state.Staff[0].ID, Kind: planner.Primary, From: calendar.NoDate, To: calendar.NoDate,
			})
		}
		w.must(w.Store.ImportState(ctx, state))
		_, err = w.As(theLead).AddSlotRule(ctx, "noord", planner.SlotRule{
			Role: state.Programme.Roles[0].ID, VisitType: "consult", BufferBefore: -1, BufferAfter: -1, NoticeMinutes: 21 * 24 * 60, HorizonDays: 60, Increment: 15,
		})
		w.must(err)
		whole := func(all []planner.Wait, err error) planner.Wait {
			w.must(err)
			i := slices.IndexFunc(all, func(x planner.Wait) bool { return x.District == "" && !x.Acute })
			return all[i]
		}
		o := planner.WaitingOptions{From: calendar.NewDate(2027, 1, 1), Months: 6, Runs: 2, Seed: 1}
		asked, _, err := w.Waits(ctx, "noord", o)
		if x := whole(asked, err); x.Low < 21 || x.Unserved > 50 {
			w.Errorf("by request: %+v", x)
		}
		same, err := w.AddScenario(ctx, "noord", "as it is", planner.Scenario{})
		w.must(err)
		id := w.report(w.StartComparison(ctx, "noord", ComparisonParams{
			PlanParams: PlanParams{Year: 2027, Iterations: 5, MaxChanges: -1}, Scenarios: []int64{same.ID}, From: o.From, Months: 6, Runs: 2,
		}))
		c, err := w.Comparison(ctx, "noord", id)
		w.must(err)
		for i := range c.Columns {
			if x := whole(c.Columns[i].Waits, nil); x.Low < 21 {
				w.Errorf("column %d: %+v", i, x)
			}
		}
		// The published plan keeps everybody at visits from morning to night.
		plan := &planner.Plan{Region: "noord", From: calendar.NewDate(2027, 1, 1), To: calendar.NewDate(2027, 12, 31)}
		for d := plan.From; d <= plan.To; d++ {
			plan.Visits = append(plan.Visits, planner.Visit{
				ID: "v" + d.String(), VisitType: state.Programme.VisitTypes[0].ID, Location: state.Locations[0].ID, Status: planner.Planned,
				Start: d.At(6*60, time.UTC), End: d.At(20*60, time.UTC), Crew: []planner.CrewMember{{Role: state.Programme.Roles[0].ID, Staff: state.Staff[0].ID}},
			})
		}
		_, version, err := w.Store.LoadState(ctx, "noord")
		w.must(err)
		saved, err := w.Store.SavePlan(ctx, plan, version)
		w.must(err)
		w.must(w.Publish(ctx, saved))
		asked, _, err = w.Waits(ctx, "noord", o)
		if x := whole(asked, err); x.Unserved != 100 {
			w.Errorf("at visits all day: %+v", x)
		}
	})
}

// Whoever sees figures only learns nothing of fewer than five people, and nothing
// to the minute.
func TestSuppressedShowsNobody(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var lines []planner.LoadLine
		for range rapid.IntRange(0, 60).Draw(t, "lines") {
			lines = append(lines, planner.LoadLine{
				Staff: fmt.Sprint(rapid.IntRange(1, 9).Draw(t, "staff")), Role: rapid.SampledFrom([]string{"zc", "ab"}).Draw(t, "role"),
				Month: planner.Month(rapid.IntRange(1, 2).Draw(t, "month")), Kind: planner.VisitWork, Minutes: rapid.Int64Range(1, 5000).Draw(t, "minutes"),
			})
		}
		cells := BreakLoads(lines, ByMonth, ByRole, ByKind)
		shown := Suppressed(cells)
		for _, c := range shown {
			people := map[string]bool{}
			for _, l := range lines {
				if l.Role == c.Role && l.Month == c.Month {
					people[l.Staff] = true
				}
			}
			if len(people) < planner.Fewest || c.Minutes%300 != 0 || c.Points%5 != 0 || c.Staff != "" || c.People != 0 {
				t.Fatalf("%+v shows %d people", c, len(people))
			}
		}
		for _, c := range cells {
			if c.People >= planner.Fewest && !slices.ContainsFunc(shown, func(s LoadCell) bool { return s.Role == c.Role && s.Month == c.Month }) {
				t.Fatalf("%+v is hidden", c)
			}
		}
	})
}

// report starts a job that makes a report, does it and returns the report's id.
func (w world) report(j Job, err error) int64 {
	w.Helper()
	w.must(err)
	w.does(w.quick(nil))
	var r reportResult
	if j = w.jobOf(j.ID); j.State != store.JobDone || json.Unmarshal(j.Result, &r) != nil || r.Report == 0 {
		w.Fatalf("job is %s %q: %s", j.State, j.Fault, j.Result)
	}
	return r.Report
}

// Scenarios are laid beside the region as it is, all made alike: one without
// changes is that to the figure. One of them can be published from there.
func TestScenariosSideBySide(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.real()
		ctx := w.Context()
		state, _, err := w.Store.LoadState(ctx, "noord")
		w.must(err)
		same, err := w.AddScenario(ctx, "noord", "as it is", planner.Scenario{})
		w.must(err)
		gone, err := w.AddScenario(ctx, "noord", "somebody leaves", leaves(state.Staff[0].ID))
		w.must(err)
		ask := ComparisonParams{PlanParams: PlanParams{Year: 2027, Iterations: 30, MaxChanges: -1}, Scenarios: []int64{same.ID, gone.ID}, Months: 12, Runs: 3}
		id := w.report(w.StartComparison(ctx, "noord", ask))
		c, err := w.Comparison(ctx, "noord", id)
		w.must(err)
		if len(c.Columns) != 3 || c.Stale || c.Columns[0].Scenario != 0 || c.Columns[2].Scenario != gone.ID || c.Columns[2].Name != "somebody leaves" {
			w.Fatalf("comparison %+v", c)
		}
		base, twin := c.Columns[0], c.Columns[1]
		base.Name, base.Scenario, twin.Name, twin.Scenario = "", 0, "", 0
		if !reflect.DeepEqual(base, twin) {
			w.Errorf("a scenario without changes differs from the region:\n%+v\n%+v", base, twin)
		}
		if c.Columns[2].Figures.Staff != len(state.Staff) || reflect.DeepEqual(c.Columns[2].Months, base.Months) || len(base.Loads) == 0 {
			w.Errorf("column %+v", c.Columns[2])
		}
		list, err := w.Comparisons(ctx, "noord", 0, 9)
		w.must(err)
		if len(list) != 1 || list[0].ID != id || list[0].Columns != nil || list[0].Asked.Months != 12 {
			w.Errorf("list %+v", list)
		}
		w.must(w.PublishScenario(ctx, gone.ID))
		if c, err = w.Comparison(ctx, "noord", id); err != nil || !c.Stale {
			w.Errorf("after publishing: stale %v, %v", c.Stale, err)
		}
		w.refusesComparisons(gone.ID, same.ID)
	})
}

func (w world) refusesComparisons(published, open int64) {
	ctx := w.Context()
	plan := PlanParams{Year: 2027, Iterations: 5}
	for name, c := range map[string]struct {
		ask  ComparisonParams
		want error
	}{
		"a published one":  {ComparisonParams{PlanParams: plan, Scenarios: []int64{published}}, ErrStale},
		"one twice":        {ComparisonParams{PlanParams: plan, Scenarios: []int64{open, open}}, ErrParams},
		"none":             {ComparisonParams{PlanParams: plan}, ErrParams},
		"one of elsewhere": {ComparisonParams{PlanParams: plan, Scenarios: []int64{9999}}, ErrNotFound},
		"for ever":         {ComparisonParams{PlanParams: plan, Scenarios: []int64{open}, Months: 99}, ErrParams},
		"in no year":       {ComparisonParams{PlanParams: PlanParams{Year: 3}, Scenarios: []int64{open}}, ErrParams},
	} {
		if _, err := w.StartComparison(ctx, "noord", c.ask); !errors.Is(err, c.want) {
			w.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	if _, err := w.Comparison(ctx, "zuid", 1); !errors.Is(err, ErrNotFound) {
		w.Errorf("of another region: %v", err)
	}
}

// A region whose people have hardly any time is short; the least that mends it is
// kept as a report.
func TestRemediesAreKept(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.Solve = planner.SolveAll
		state := counter("noord")
		state.Programme.Roles = state.Programme.Roles[:1]
		state.Programme.Requirements = []planner.Requirement{{
			ID: "yearly", Role: "zc", VisitType: "visit", Minimum: 1, Target: 2, MinGapDays: 120, IdealGapDays: 182,
		}}
		state.Meetings, state.Assignments = nil, nil
		for i := range state.Staff {
			state.Staff[i].Contracts[0].To = calendar.NewDate(2026, 12, 31)
		}
		_, err := w.Import(w.Context(), []*planner.State{state})
		w.must(err)
		id := w.report(w.StartRemedies(w.Context(), "noord", PlanParams{Year: 2027, Iterations: 10, MaxChanges: -1}))
		r, err := w.RemedyReport(w.Context(), "noord", id)
		w.must(err)
		if len(r.Remedies) == 0 || r.Remedies[0].Kind != planner.MoreHours || !r.Remedies[0].Enough || r.Remedies[0].Steps != 1 || r.Asked.Iterations != 10 {
			w.Errorf("remedies %+v", r)
		}
		list, err := w.RemedyReports(w.Context(), "noord", 0, 9)
		w.must(err)
		if len(list) != 1 || list[0].Remedies != nil {
			w.Errorf("list %+v", list)
		}
	})
}
