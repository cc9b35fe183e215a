package service

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/files"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

func TestImportProposePublish(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		report, err := w.Import(w.Context(), []*planner.State{town("zuid"), town("noord")})
		w.must(err)
		if len(report) != 2 || report[0].Region != "noord" || !report[0].New || !report[1].New {
			w.Errorf("report %+v: want two new regions in order", report)
		}
		proposals, err := w.Propose(w.Context(), planner.Options{Year: 2027})
		w.must(err)
		if len(proposals) != 2 || proposals[1].Region != "zuid" || proposals[1].BasedOn != 1 {
			w.Fatalf("proposals %+v", proposals)
		}
		before, err := w.Snapshot(w.Context(), "noord")
		w.must(err)
		if before.Plan != nil {
			w.Error("a draft shows as the plan")
		}
		w.must(w.Publish(w.Context(), proposals[0].ID, proposals[1].ID))
		for _, region := range []string{"noord", "zuid"} {
			snap, err := w.Snapshot(w.Context(), region)
			w.must(err)
			if snap.Plan == nil || len(snap.Plan.Visits) != 4 || snap.PlanInfo.Stage != store.Published || snap.Version != 2 {
				w.Errorf("%s: %+v", region, snap)
			}
		}
		if !strings.Contains(w.log.String(), `msg="plans published"`) {
			w.Errorf("log: %s", w.log)
		}
	})
}

func TestSecondImportIsADiff(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		_, err := w.Import(w.Context(), []*planner.State{town("noord")})
		w.must(err)
		changed := town("noord")
		changed.Locations[0].Organisation = "Dolfijn"
		changed.Staff = changed.Staff[:1]
		preview, err := w.Preview(w.Context(), []*planner.State{changed})
		w.must(err)
		var lines []string
		for _, c := range preview[0].Changes {
			lines = append(lines, string(c.Kind)+" "+c.ID)
		}
		if got := strings.Join(lines, ", "); got != "closed noordbram, holder een" {
			w.Errorf("changes %q", got)
		}
		if snap, err := w.Snapshot(w.Context(), "noord"); err != nil || len(snap.State.Staff) != 2 {
			w.Errorf("a preview changed the region: %v", err)
		}
		report, err := w.Import(w.Context(), []*planner.State{changed})
		w.must(err)
		if report[0].New || len(report[0].Changes) != 2 {
			w.Errorf("report %+v", report)
		}
	})
}

// What a lead gave out by hand outlives the next import of the folder, which
// says so; also after a second import.
func TestImportKeepsWhatWasPinned(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		folder := town("noord")
		for i := range folder.Staff {
			folder.Staff[i].Contracts = []planner.Contract{{Role: "zc", HoursWeek: 3600, From: calendar.NoDate, To: calendar.NoDate}}
		}
		_, err := w.Import(w.Context(), []*planner.State{folder})
		w.must(err)
		pin := planner.Assignment{Location: "een", Role: "zc", Staff: "noordbram", Kind: planner.Primary, From: calendar.NewDate(2027, 2, 1), To: calendar.NoDate}
		_, err = w.Assign(w.Context(), "noord", pin)
		w.must(err)
		pin.Pinned = true
		preview, err := w.Preview(w.Context(), []*planner.State{folder})
		w.must(err)
		for range 2 {
			report, err := w.Import(w.Context(), []*planner.State{folder})
			w.must(err)
			report = append(report, preview...)
			for _, r := range report {
				if len(r.Kept) != 1 || r.Kept[0] != pin || len(r.Lost) != 0 {
					w.Errorf("kept %+v, lost %+v", r.Kept, r.Lost)
				}
			}
			got, err := w.AssignmentsOn(w.Context(), "noord", pin.From, 0)
			w.must(err)
			if len(got) != 1 || got[0] != pin {
				w.Errorf("after an import %+v", got)
			}
		}
		other := pin
		other.Staff, other.Pinned = "noordanna", false
		folder.Assignments = []planner.Assignment{other}
		preview, err = w.Preview(w.Context(), []*planner.State{folder})
		w.must(err)
		if c := preview[0].Conflicts; len(c) != 1 || c[0].ByHand != pin || c[0].Imported != other {
			w.Errorf("the folder names somebody else: %+v", c)
		}
		var asked *ByHandError
		if _, err := w.Import(w.Context(), []*planner.State{folder}); !errors.As(err, &asked) || !errors.Is(err, ErrConflict) || len(asked.Conflicts) != 1 {
			w.Errorf("%v: want to be asked", err)
		}
		for _, choice := range []ByHand{KeepByHand, ReplaceByHand} {
			kept, want := choice == KeepByHand, pin
			if !kept {
				want = other
			}
			report, err := w.ImportWith(w.Context(), []*planner.State{folder}, choice)
			w.must(err)
			if kept != (len(report[0].Kept) == 1) || kept == (len(report[0].Lost) == 1) {
				w.Errorf("%s: kept %+v, lost %+v", choice, report[0].Kept, report[0].Lost)
			}
			got, err := w.AssignmentsOn(w.Context(), "noord", pin.From, 0)
			w.must(err)
			if len(got) != 1 || got[0] != want {
				w.Errorf("%s: %+v, want %+v", choice, got, want)
			}
		}
	})
}

func TestImportIsAllOrNothing(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		bad := town("zuid")
		bad.Locations = append(bad.Locations, bad.Locations[0])
		if _, err := w.Import(w.Context(), []*planner.State{town("noord"), bad}); !errors.Is(err, ErrConflict) {
			w.Errorf("%v, want ErrConflict", err)
		}
		if _, err := w.Import(w.Context(), []*planner.State{town("noord"), town("noord")}); err == nil {
			w.Error("a region came twice")
		}
		regions, err := w.Regions(w.Context())
		w.must(err)
		if len(regions) != 0 {
			w.Errorf("half imported: %v", regions)
		}
	})
}

func TestPublishRefuses(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.published("noord")
		stale, err := w.Propose(w.Context(), planner.Options{Year: 2027}, "noord")
		w.must(err)
		_, err = w.Import(w.Context(), []*planner.State{town("noord")})
		w.must(err)
		if err := w.Publish(w.Context(), stale[0].ID); !errors.Is(err, ErrStale) {
			w.Errorf("%v, want ErrStale", err)
		}
		w.Solve = func(ctx context.Context, states []*planner.State, o planner.Options) ([]*planner.Plan, error) {
			plans, err := onePlan(ctx, states, o)
			plans[0].Schedule.Hard = 1
			return plans, err
		}
		faulty, err := w.Propose(w.Context(), planner.Options{Year: 2027}, "noord")
		w.must(err)
		if err := w.Publish(w.Context(), faulty[0].ID); !errors.Is(err, ErrFaulty) {
			w.Errorf("%v, want ErrFaulty", err)
		}
		if err := w.Publish(w.Context(), 999); !errors.Is(err, ErrNotFound) {
			w.Errorf("%v, want ErrNotFound", err)
		}
		if _, err := w.Propose(w.Context(), planner.Options{}, "nergens"); !errors.Is(err, ErrNotFound) {
			w.Errorf("%v, want ErrNotFound", err)
		}
	})
}

func TestSolverFaultsComeThrough(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		_, err := w.Import(w.Context(), []*planner.State{town("noord")})
		w.must(err)
		fault := errors.New("nobody to plan")
		w.Solve = func(context.Context, []*planner.State, planner.Options) ([]*planner.Plan, error) { return nil, fault }
		if _, err := w.Propose(w.Context(), planner.Options{}); !errors.Is(err, fault) {
			w.Errorf("%v, want %v", err, fault)
		}
		w.must(w.Health(w.Context()))
	})
}

// TestRealRegion takes an example through everything: import, plan, publish,
// plan again from what was published, publish that, read every feed.
func TestRealRegion(t *testing.T) {
	t.Parallel()
	states, err := files.ReadFolder(filepathOf("iedere-peuter-someren"))
	if err != nil {
		t.Fatal(err)
	}
	forEachDatabase(t, func(w world) {
		w.Solve, w.Prove = planner.SolveAll, files.Prove
		_, err := w.Import(w.Context(), states)
		w.must(err)
		for _, seed := range []uint64{1, 2} {
			proposals, err := w.Propose(w.Context(), planner.Options{Year: 2027, Iterations: 30, Seed: seed, MaxChanges: -1, Workers: 1})
			w.must(err)
			for _, p := range proposals {
				w.must(w.Publish(w.Context(), p.ID))
			}
		}
		for _, s := range states {
			snap, err := w.Snapshot(w.Context(), s.Region)
			w.must(err)
			seen := 0
			for i := range s.Staff {
				seen += w.countEvents(store.FeedScope{Region: s.Region, Kind: store.StaffFeed, ID: s.Staff[i].ID})
			}
			if seen == 0 || len(snap.Plan.Visits) == 0 {
				w.Errorf("region %q: %d visits, %d events in feeds", s.Region, len(snap.Plan.Visits), seen)
			}
		}
	})
}

func filepathOf(example string) string { return "../../examples/" + example }

// countEvents renders a feed and counts the events that still hold.
func (w world) countEvents(scope store.FeedScope) int {
	w.Helper()
	text := string(w.renders(w.token(scope, store.FullDetail), testNow).Body)
	return strings.Count(text, "BEGIN:VEVENT") - strings.Count(text, "STATUS:CANCELLED")
}
