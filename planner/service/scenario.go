package service

import (
	"context"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// The words of scenarios, by the names used above this room.
type (
	// Scenario is a what-if copy of a region.
	Scenario = store.Scenario
	// ScenarioError is a scenario that cannot be, with all that is wrong with it.
	ScenarioError = store.ScenarioError
)

// ScenarioJob makes a plan of a scenario.
const ScenarioJob = "scenario"

// scenarioParams are the parameters of a ScenarioJob.
type scenarioParams struct {
	PlanParams
	Scenario int64 `json:"scenario"`
}

// ScenarioResult is the result of a ScenarioJob.
type ScenarioResult struct {
	Scenario int64 `json:"scenario_id"`
	BasedOn  int64 `json:"based_on"`
}

// AddScenario keeps a scenario of a region; see store.AddScenario.
func (s *Service) AddScenario(ctx context.Context, region, name string, changes planner.Scenario) (Scenario, error) {
	id, err := s.Store.AddScenario(ctx, region, name, changes, s.Now())
	if err != nil {
		return Scenario{}, err
	}
	return s.Store.Scenario(ctx, id)
}

// ChangeScenario gives a scenario another name and other changes; see
// store.ChangeScenario.
func (s *Service) ChangeScenario(ctx context.Context, id int64, name string, changes planner.Scenario, check func(Scenario) error) (Scenario, error) {
	if err := s.Store.ChangeScenario(ctx, id, name, changes, check); err != nil {
		return Scenario{}, err
	}
	return s.Store.Scenario(ctx, id)
}

// RemoveScenario forgets a scenario.
func (s *Service) RemoveScenario(ctx context.Context, id int64) error {
	return s.Store.RemoveScenario(ctx, id)
}

// Scenario reads a scenario with its plan.
func (s *Service) Scenario(ctx context.Context, id int64) (Scenario, error) {
	return s.Store.Scenario(ctx, id)
}

// Scenarios lists the scenarios of a region; see store.Scenarios.
func (s *Service) Scenarios(ctx context.Context, region string, before int64, n int) ([]Scenario, error) {
	return s.Store.Scenarios(ctx, region, before, n)
}

// StartScenario queues the making of a plan of a scenario, as it comes out of
// its region as that is then. Without a year it is the next.
func (s *Service) StartScenario(ctx context.Context, id int64, p PlanParams) (Job, error) {
	sc, err := s.Store.Scenario(ctx, id)
	if err != nil {
		return Job{}, err
	}
	state, _, err := s.Store.ScenarioState(ctx, id)
	if err != nil {
		return Job{}, err
	}
	today, err := s.today(state)
	if err != nil {
		return Job{}, err
	}
	if err := p.settle(today); err != nil {
		return Job{}, err
	}
	return s.startJob(ctx, store.NewJob{Kind: ScenarioJob, Region: sc.Region, Params: scenarioParams{p, id}})
}

// scenarioJob is the handler of a ScenarioJob.
func (s *Service) scenarioJob(ctx context.Context, r *run) error {
	p, err := readParams[scenarioParams](&r.Job)
	if err != nil {
		return err
	}
	tell := planProgress(r)
	state, version, err := s.Store.ScenarioState(ctx, p.Scenario)
	if err != nil {
		return err
	}
	state, err = s.withBusy(ctx, state, calendar.NewDate(p.Year, 1, 1), calendar.NewDate(p.Year, 12, 31))
	if err != nil {
		return err
	}
	var plan *planner.Plan
	err = s.search(ctx, r, version, p.options(tell), func(o planner.Options) error {
		plan, err = s.provedPlan(ctx, r, state, o, func(*planner.Plan) error { return nil })
		return err
	})
	if err != nil {
		return err
	}
	tell("save", 0, 1)
	return r.finish(ctx, func(t *store.Tx) (any, error) {
		return ScenarioResult{p.Scenario, version}, t.SavePlanOfScenario(p.Scenario, plan, version, s.Now())
	})
}

// PublishScenario makes a scenario so; see store.PublishScenario.
func (s *Service) PublishScenario(ctx context.Context, id int64) error {
	sc, err := s.Store.Scenario(ctx, id)
	if err != nil {
		return err
	}
	if sc.Plan != nil && sc.Plan.Schedule.Hard != 0 {
		return ErrFaulty
	}
	if err := s.Store.PublishScenario(ctx, id, s.Now()); err != nil {
		return err
	}
	s.Log.InfoContext(ctx, "scenario published", "scenario", id, "region", sc.Region)
	return nil
}

// Figures are what plans are laid side by side by.
type Figures struct {
	// Visits and Unplanned count the visits that are planned and that could not be.
	Visits, Unplanned int
	Score             planner.Score
	// Nobody counts the locations without a primary, by role and location.
	Nobody int
	// TravelMinutes is the travel of a year to all locations of all primaries.
	TravelMinutes int64
	// Fullest is the highest load of a person as a part of 1000 of their capacity.
	Fullest int64
	// AtRisk counts the promises that are at risk or missed.
	AtRisk int
}

// FiguresOf returns the figures of a plan.
func FiguresOf(p *planner.Plan) Figures {
	f := Figures{Unplanned: len(p.Unplanned), Score: p.Schedule}
	for i := range p.Visits {
		if v := &p.Visits[i]; !v.Meeting && v.Status != planner.Cancelled {
			f.Visits++
		}
	}
	for i := range p.Assignments {
		if a := &p.Assignments[i]; a.Kind == planner.Primary {
			f.TravelMinutes += a.TravelMinutesYear
			if a.Staff == "" {
				f.Nobody++
			}
		}
	}
	for i := range p.Roles {
		for _, l := range p.Roles[i].Loads {
			if p.Roles[i].Kind == planner.Primary && l.Capacity > 0 {
				f.Fullest = max(f.Fullest, 1000*l.Load/l.Capacity)
			}
		}
	}
	for i := range p.Coverage {
		if s := p.Coverage[i].State; s == planner.CoverageAtRisk || s == planner.CoverageMissed {
			f.AtRisk++
		}
	}
	return f
}

// Beside is a scenario beside the plan that is published.
type Beside struct {
	Scenario
	Figures Figures
	// Difference are the changes from the published plan.
	Difference *planner.PlanDifference
	// Stale says that the region changed since it was planned.
	Stale bool
}

// CompareScenarios lays planned scenarios of a region beside its published plan,
// whose figures come first; without one those are zero. It gives ErrNotFound for
// a scenario of another region, and ErrStale for one that was not planned.
func (s *Service) CompareScenarios(ctx context.Context, region string, ids ...int64) (Figures, []Beside, error) {
	now, err := s.Store.Snapshot(ctx, region)
	if err != nil {
		return Figures{}, nil, err
	}
	was := now.Plan
	if was == nil {
		was = &planner.Plan{Region: region}
	}
	out := make([]Beside, len(ids))
	for i, id := range ids {
		sc, err := s.Store.Scenario(ctx, id)
		switch {
		case err != nil:
			return Figures{}, nil, err
		case sc.Region != region:
			return Figures{}, nil, ErrNotFound
		case sc.Plan == nil:
			return Figures{}, nil, ErrStale
		}
		out[i] = Beside{Scenario: sc, Figures: FiguresOf(sc.Plan), Difference: planner.Compare(was, sc.Plan), Stale: sc.BasedOn != now.Version}
	}
	return FiguresOf(was), out, nil
}
