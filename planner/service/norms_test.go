package service

import (
	"errors"
	"slices"
	"testing"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
)

func normNamed(all []Norm, kind NormKind, of, key string) *Norm {
	i := slices.IndexFunc(all, func(n Norm) bool { return n.Kind == kind && n.Of == of && n.Key == key })
	if i < 0 {
		return nil
	}
	return &all[i]
}

// Every assumption is listed with the value that plans are made with, and every
// norm says where it comes from.
func TestNormsAreWhatPlansUse(t *testing.T) {
	t.Parallel()
	day := calendar.NewDate(2027, 6, 1)
	p := &counter("noord").Programme
	p.Assumptions = []planner.Assumption{
		{Key: planner.NonCaseShare, Value: 20, Source: "agreed", From: calendar.NoDate},
		{Key: planner.NonCaseShare, Value: 30, Organisation: "ggd", From: calendar.NewDate(2027, 1, 1)},
		{Key: planner.NonCaseShare, Value: 40, Organisation: "ggd", From: calendar.NewDate(2028, 1, 1)},
		{Key: planner.CaseWeeks, Value: 10, From: calendar.NewDate(2028, 1, 1)},
	}
	for _, organisation := range []string{"", "ggd", "other"} {
		for _, on := range []calendar.Date{day, day + 366} {
			all := NormsOf(p, organisation, on)
			for _, n := range all {
				if n.Kind == AssumptionNorm && n.Value != p.Assume(n.Key, organisation, on) {
					t.Errorf("%s for %q on %s: %v, plans use %v", n.Key, organisation, on, n.Value, p.Assume(n.Key, organisation, on))
				}
				if n.Source == "" || n.Unit == "" {
					t.Errorf("%s says no source or unit: %+v", n.Key, n)
				}
			}
			want := len(planner.AssumptionDefaults()) + len(planner.ForecastAssumptions())
			if got := len(slices.DeleteFunc(slices.Clone(all), func(n Norm) bool { return n.Kind != AssumptionNorm })); got != want {
				t.Errorf("%d assumptions, want %d", got, want)
			}
		}
	}
	own := normNamed(NormsOf(p, "ggd", day), AssumptionNorm, "", planner.NonCaseShare)
	if own.Value != 30 || own.Default || own.Source != "assumption" || own.Organisation != "ggd" {
		t.Errorf("of the employer: %+v", own)
	}
	if n := normNamed(NormsOf(p, "", day), VisitTypeNorm, "consult", "minutes"); n == nil || n.Value != 45 {
		t.Errorf("length of a consult: %+v", n)
	}
}

// A plan shows the norms that it was made with, whatever changed since.
func TestPlanKeepsItsNorms(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		ctx := w.Context()
		state := counter("noord")
		_, err := w.Import(ctx, []*planner.State{state})
		w.must(err)
		made, err := w.Propose(ctx, planner.Options{Year: 2027}, "noord")
		w.must(err)
		state.Programme.Assumptions = []planner.Assumption{{Key: planner.NonCaseShare, Value: 10, From: calendar.NoDate}}
		_, err = w.Import(ctx, []*planner.State{state})
		w.must(err)
		for plan, want := range map[int64]struct {
			value   float64
			version int64
		}{0: {10, 2}, made[0].ID: {25, 1}} {
			all, v, err := w.Norms(ctx, "noord", plan, "", calendar.NoDate)
			w.must(err)
			if n := normNamed(all, AssumptionNorm, "", planner.NonCaseShare); n.Value != want.value || v.Version != want.version {
				w.Errorf("of plan %d: %+v in version %d, want %+v", plan, n, v.Version, want)
			}
		}
		versions, err := w.ProgrammeVersions(ctx, "noord", 0, 9)
		w.must(err)
		v, all, err := w.ProgrammeVersion(ctx, "noord", versions[1].Version)
		w.must(err)
		if n := normNamed(all, AssumptionNorm, "", planner.NonCaseShare); len(versions) != 2 || v.Since != 1 || n.Value != 25 || !n.Default {
			w.Errorf("version %+v: %+v", v, n)
		}
		if _, _, err := w.Norms(ctx, "noord", 9999, "", calendar.NoDate); !errors.Is(err, ErrNotFound) {
			w.Errorf("of no plan: %v", err)
		}
	})
}
