package service

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
)

// twelve is a region with a published plan of twelve visits of anna, of which the
// test may say how long they took.
func (w world) twelve() {
	w.Helper()
	w.Solve = func(_ context.Context, _ []*planner.State, o planner.Options) ([]*planner.Plan, error) {
		p := &planner.Plan{Region: "noord", From: calendar.NewDate(o.Year, 1, 1), To: calendar.NewDate(o.Year, 12, 31)}
		for i := range 12 {
			start := time.Date(2027, 1, 13+i, 9, 0, 0, 0, time.UTC).Format(time.RFC3339)
			p.Visits = append(p.Visits, planned(fmt.Sprint("v", i), "een", "visit", start, planner.CrewMember{Role: "zc", Staff: "noordanna"}))
		}
		return []*planner.Plan{p}, nil
	}
	s := counter("noord")
	s.Programme.Requirements = []planner.Requirement{{ID: "yearly", Role: "zc", VisitType: "visit", Minimum: 1, Target: 1, MinGapDays: 1, IdealGapDays: 1}}
	_, err := w.Import(w.Context(), []*planner.State{s})
	w.must(err)
	w.publishes()
	w.at(time.Date(2027, 2, 10, 9, 0, 0, 0, time.UTC))
}

// took says of a visit that it was made, and how long it took.
func (w world) took(i, minutes int) {
	w.Helper()
	o := VisitOutcome{Region: "noord", Visit: fmt.Sprint("v", i), Done: true, Date: calendar.NoDate, Next: calendar.NoDate, Minutes: minutes}
	_, err := w.EndVisit(w.Context(), o, func(*planner.Visit, *VisitOutcome) error { return nil })
	w.must(err)
}

// Another length is proposed from ten visits on, with the evidence; taking it over
// is a new version of the programme, and what is published stays as it is.
func TestRecalibration(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.twelve()
		ctx := w.Context()
		of := func() (Recalibration, int64) {
			all, version, err := w.Recalibrations(ctx, "noord", calendar.NoDate)
			w.must(err)
			return all[0], version
		}
		for i := range 9 {
			w.took(i, 80+i)
		}
		if r, version := of(); r.Enough || r.New != 60 || r.Visits != 9 {
			w.Errorf("of nine visits: %+v", r)
		} else if _, err := w.Recalibrate(ctx, "noord", version, calendar.NoDate, "visit"); !errors.Is(err, ErrParams) {
			w.Errorf("taken over without evidence: %v", err)
		}
		w.took(9, 89)
		w.took(10, 0) // nobody said
		r, version := of()
		if want := (Recalibration{VisitType: "visit", Old: 60, New: 85, Visits: 10, Median: 84, Low: 80, High: 88, Enough: true}); r != want {
			w.Errorf("proposed %+v, want %+v", r, want)
		}
		before, err := w.Snapshot(ctx, "noord")
		w.must(err)
		plan := w.hashOf(before.PlanInfo.ID)
		if _, err := w.Recalibrate(ctx, "noord", version-1, calendar.NoDate, "visit"); !errors.Is(err, ErrStale) {
			w.Errorf("against an older version: %v", err)
		}
		if _, err := w.Recalibrate(ctx, "noord", version, calendar.NoDate, "visit", "call"); !errors.Is(err, ErrParams) {
			w.Errorf("with a type without a proposal: %v", err)
		}
		taken, err := w.Recalibrate(ctx, "noord", version, calendar.NoDate, "visit")
		w.must(err)
		after, err := w.Snapshot(ctx, "noord")
		w.must(err)
		if len(taken) != 1 || after.State.Programme.VisitType("visit").Minutes != 85 || after.Version != version+1 {
			w.Errorf("taken %+v; version %d, want %d", taken, after.Version, version+1)
		}
		if after.PlanInfo.ID != before.PlanInfo.ID || w.hashOf(after.PlanInfo.ID) != plan {
			w.Error("what is published changed")
		}
		versions, err := w.ProgrammeVersions(ctx, "noord", 0, 9)
		w.must(err)
		if len(versions) != 2 || versions[0].Since != after.Version {
			w.Errorf("versions %+v", versions)
		}
		_, used, err := w.Norms(ctx, "noord", after.PlanInfo.ID, "", calendar.NoDate)
		w.must(err)
		if used.Version != 1 {
			w.Errorf("the plan says it was made with version %d", used.Version)
		}
	})
}

// The statement has what visits took where somebody said so, and else what was
// agreed.
func TestHoursHaveWhatVisitsTook(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.twelve()
		realised := func() (n int64) {
			w.Helper()
			h, err := w.Hours(w.Context(), "noord", planner.Period{From: calendar.NewDate(2027, 1, 1), To: calendar.NewDate(2027, 1, 31)})
			w.must(err)
			for _, l := range h.Lines {
				if l.Kind == planner.VisitWork {
					n += l.Realised
				}
			}
			return n
		}
		for _, step := range []struct {
			visit, minutes int
			want           int64
		}{{0, 0, 60}, {1, 0, 120}, {2, 95, 215}, {2, 100, 220}, {3, 30, 250}} {
			if w.took(step.visit, step.minutes); realised() != step.want {
				w.Errorf("after visit %d of %d minutes: %d, want %d", step.visit, step.minutes, realised(), step.want)
			}
		}
	})
}
