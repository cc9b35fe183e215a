package service

import (
	"encoding/json"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// leaves is what if somebody left at the end of the winter.
func leaves(staff string) planner.Scenario {
	return planner.Scenario{Name: "leaves", Leave: []planner.LastDay{{ID: staff, On: calendar.NewDate(2027, 3, 31)}}}
}

// scenario adds a scenario of noord and has it planned.
func (w world) scenario(changes planner.Scenario) Scenario {
	w.Helper()
	sc, err := w.AddScenario(w.Context(), "noord", changes.Name, changes)
	w.must(err)
	j, err := w.StartScenario(w.Context(), sc.ID, PlanParams{Year: 2027, Iterations: 100, MaxChanges: -1})
	w.must(err)
	w.does(w.quick(nil))
	var r ScenarioResult
	if j = w.jobOf(j.ID); j.State != store.JobDone || json.Unmarshal(j.Result, &r) != nil || r.Scenario != sc.ID {
		w.Fatalf("job is %s %q: %s", j.State, j.Fault, j.Result)
	}
	sc, err = w.Scenario(w.Context(), sc.ID)
	w.must(err)
	return sc
}

// A scenario is planned apart, laid beside what is published, published in one
// go with its changes, and taken back with them.
func TestScenarioFromCopyToPublication(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.real()
		first, err := w.StartPropose(w.Context(), "noord", PlanParams{Year: 2027, Iterations: 100, MaxChanges: -1})
		w.must(err)
		w.does(w.quick(nil))
		w.must(w.Publish(w.Context(), w.made(first.ID).Plan))
		before, version, err := w.Store.LoadState(w.Context(), "noord")
		w.must(err)
		from, to := calendar.NewDate(2027, 1, 1).At(0, time.UTC), calendar.NewDate(2028, 1, 1).At(0, time.UTC)
		taken, err := w.Store.Occupied(w.Context(), "noord", from, to)
		w.must(err)

		gone, closes := before.Staff[0].ID, before.Locations[0].ID
		one := w.scenario(leaves(gone))
		two := w.scenario(planner.Scenario{Name: "closes", Close: []planner.LastDay{{ID: closes, On: calendar.NewDate(2027, 1, 31)}}})
		still, err := w.Store.Occupied(w.Context(), "noord", from, to)
		w.must(err)
		if _, now, err := w.Store.LoadState(w.Context(), "noord"); err != nil || now != version || !slices.Equal(still, taken) {
			w.Errorf("scenarios changed the region: version %d, %v", now, err)
		}
		was, beside, err := w.CompareScenarios(w.Context(), "noord", one.ID, two.ID)
		w.must(err)
		if was.Visits == 0 || len(beside) != 2 || beside[0].Difference.Empty() || beside[0].Stale || beside[1].Figures.Visits > was.Visits ||
			len(beside[0].Difference.Of(gone).Visits)+len(beside[0].Difference.Of(gone).Assignments) == 0 {
			w.Errorf("%+v beside %+v", was, beside)
		}
		w.must(w.PublishScenario(w.Context(), one.ID))
		after, _, err := w.Store.LoadState(w.Context(), "noord")
		w.must(err)
		if c := after.Staff[0].Contracts[0]; c.To != calendar.NewDate(2027, 3, 31) {
			w.Errorf("the contract of who leaves ends on %s", c.To)
		}
		published, _, err := w.Store.LoadPublished(w.Context(), "noord")
		w.must(err)
		if len(published.Visits) != len(one.Plan.Visits) {
			w.Errorf("%d visits are published, %d were planned", len(published.Visits), len(one.Plan.Visits))
		}
		if err := w.PublishScenario(w.Context(), one.ID); !errors.Is(err, ErrStale) {
			w.Errorf("published twice: %v", err)
		}
		if err := w.PublishScenario(w.Context(), two.ID); !errors.Is(err, ErrStale) {
			w.Errorf("the region changed since: %v", err)
		}
		list, err := w.Publications(w.Context(), "noord", 0, 1)
		w.must(err)
		if !list[0].WithState {
			w.Errorf("%+v", list[0])
		}
		w.must(w.Undo(w.Context(), list[0].ID))
		back, _, err := w.Store.LoadState(w.Context(), "noord")
		w.must(err)
		same := func(a, b any) bool {
			x, errX := json.Marshal(a)
			y, errY := json.Marshal(b)
			return errors.Join(errX, errY) == nil && string(x) == string(y)
		}
		still, err = w.Store.Occupied(w.Context(), "noord", from, to)
		w.must(err)
		if !same(back, before) || len(still) != len(taken) {
			w.Error("undoing it does not bring back what was")
		}
		// Planned again, the other one can be published now.
		if _, err := w.StartScenario(w.Context(), two.ID, PlanParams{Year: 2027, Iterations: 100, MaxChanges: -1}); err != nil {
			w.Fatal(err)
		}
		w.does(w.quick(nil))
		w.must(w.PublishScenario(w.Context(), two.ID))
	})
}

// Changes that do not go with what is known are refused, all faults at once, and
// no other region sees a scenario.
func TestScenarioIsChecked(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.published("noord", "zuid")
		var fault *ScenarioError
		bad := planner.Scenario{Leave: []planner.LastDay{{ID: "nobody", On: 1}}, Close: []planner.LastDay{{ID: "nowhere", On: 1}}}
		if _, err := w.AddScenario(w.Context(), "noord", "bad", bad); !errors.As(err, &fault) || len(fault.Faults) != 2 {
			w.Errorf("%v, want two faults", err)
		}
		sc, err := w.AddScenario(w.Context(), "noord", "good", leaves("noordanna"))
		w.must(err)
		if err := w.PublishScenario(w.Context(), sc.ID); !errors.Is(err, ErrStale) {
			w.Errorf("published without a plan: %v", err)
		}
		if _, _, err := w.CompareScenarios(w.Context(), "noord", sc.ID); !errors.Is(err, ErrStale) {
			w.Errorf("compared without a plan: %v", err)
		}
		zuid := w.As(Scope{Role: store.Lead, Actor: "user:2", Region: "zuid"})
		none := func(Scenario) error { return nil }
		_, read := zuid.Scenario(w.Context(), sc.ID)
		_, change := zuid.ChangeScenario(w.Context(), sc.ID, "x", planner.Scenario{}, none)
		_, start := zuid.StartScenario(w.Context(), sc.ID, PlanParams{})
		_, list := zuid.Scenarios(w.Context(), "noord", 0, 10)
		for what, err := range map[string]error{
			"read": read, "change": change, "start": start, "list": list, "publish": zuid.PublishScenario(w.Context(), sc.ID), "remove": zuid.RemoveScenario(w.Context(), sc.ID),
		} {
			if !errors.Is(err, ErrNotFound) {
				w.Errorf("%s from another region: %v", what, err)
			}
		}
		refused := errors.New("changed meanwhile")
		if _, err := w.ChangeScenario(w.Context(), sc.ID, "x", planner.Scenario{}, func(Scenario) error { return refused }); !errors.Is(err, refused) {
			w.Errorf("the check is not asked: %v", err)
		}
		sc, err = w.ChangeScenario(w.Context(), sc.ID, "other", leaves("noordbram"), none)
		w.must(err)
		if sc.Name != "other" || sc.Changes.Leave[0].ID != "noordbram" {
			w.Errorf("%+v", sc)
		}
		if all, err := w.Scenarios(w.Context(), "noord", 0, 10); err != nil || len(all) != 1 || all[0].ID != sc.ID {
			w.Errorf("%+v (%v)", all, err)
		}
		w.must(w.RemoveScenario(w.Context(), sc.ID))
		if _, err := w.Scenario(w.Context(), sc.ID); !errors.Is(err, ErrNotFound) {
			w.Errorf("removed: %v", err)
		}
	})
}
