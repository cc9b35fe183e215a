package service

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// CapacityReport is what a job worked out about a region at length.
type CapacityReport = store.CapacityReport

// The kinds of job that make capacity reports.
const (
	// ComparisonJob works scenarios out whole and lays them side by side.
	ComparisonJob = "comparison"
	// RemediesJob looks for the least that mends a shortage.
	RemediesJob = "remedies"
)

// mostCompared is how many scenarios are laid beside the region as it is.
const mostCompared = 5

// ComparisonParams are the parameters of a ComparisonJob.
type ComparisonParams struct {
	PlanParams
	Scenarios []int64 `json:"scenarios"`
	// From is the first day of the forecast, Months how far it goes, 0 for 18.
	From   calendar.Date `json:"from"`
	Months int           `json:"months"`
	// Runs is how many times waits are simulated, 0 for 20.
	Runs int `json:"runs"`
}

// Compared is one column of a comparison: a scenario, or for Scenario 0 the
// region as it is.
type Compared struct {
	Scenario int64
	Name     string
	Figures  planner.Figures
	// Visits counts the visits that are planned.
	Visits int
	// Loads are the loads of primaries in the year.
	Loads []ComparedLoad
	// Months are demand and supply of the whole region, Misfits the first month of
	// each role that does not fit.
	Months  []planner.ForecastRow
	Misfits []planner.Misfit
	Waits   []planner.Wait
}

// ComparedLoad is one person's load in a role.
type ComparedLoad struct {
	Role string
	planner.Load
}

// Comparison is scenarios side by side, all made with the same seed and limits.
type Comparison struct {
	CapacityReport
	Asked ComparisonParams
	// Columns are the region as it is and the scenarios; nil in lists.
	Columns []Compared
	// Stale says that the region changed since.
	Stale bool
}

// reportResult is the result of a job that made a capacity report.
type reportResult struct {
	Report  int64 `json:"report_id"`
	BasedOn int64 `json:"based_on"`
}

// StartComparison queues the working out of one to five scenarios of a region and
// of the region as it is: assignment, year plan, forecast and waits. Each
// scenario's plan is kept with it, so that one can be published. It gives
// ErrNotFound for a scenario of another region, and ErrStale for one that is
// published.
func (s *Service) StartComparison(ctx context.Context, region string, p ComparisonParams) (Job, error) {
	state, _, err := s.Store.LoadState(ctx, region)
	if err != nil {
		return Job{}, err
	}
	if n := len(p.Scenarios); n < 1 || n > mostCompared || len(slices.Compact(slices.Sorted(slices.Values(p.Scenarios)))) != n {
		return Job{}, fmt.Errorf("%w: want 1 to %d scenarios, each once", ErrParams, mostCompared)
	}
	for _, id := range p.Scenarios {
		sc, err := s.Store.Scenario(ctx, id)
		switch {
		case err != nil:
			return Job{}, err
		case sc.Region != region:
			return Job{}, fmt.Errorf("scenario %d: %w", id, ErrNotFound)
		case sc.Published != 0:
			return Job{}, fmt.Errorf("scenario %d is published: %w", id, ErrStale)
		}
	}
	if err := p.settle(s, state); err != nil {
		return Job{}, err
	}
	return s.startJob(ctx, store.NewJob{Kind: ComparisonJob, Region: region, Params: p})
}

// comparedSeconds is how long each plan of a comparison is sought when nobody says:
// so that one scenario of 150 locations is answered within five seconds, and of
// 1,500 within a minute.
func comparedSeconds(locations int) float64 { return min(20, max(1, float64(locations)/150)) }

// settle fills in what depends on the clock and checks the rest.
func (p *ComparisonParams) settle(s *Service, state *planner.State) error {
	today, err := s.today(state)
	if err != nil {
		return err
	}
	if p.Seconds == 0 && p.Iterations == 0 {
		p.Seconds = comparedSeconds(len(state.Locations))
	}
	if err := p.PlanParams.settle(today); err != nil {
		return err
	}
	if p.From == 0 || p.From == calendar.NoDate {
		p.From = max(today, calendar.NewDate(p.Year, 1, 1))
	}
	if p.Months == 0 {
		p.Months = 18
	}
	if p.Runs < 0 || p.Runs > MostWaitingRuns {
		return fmt.Errorf("%w: %d runs: want at most %d", ErrParams, p.Runs, MostWaitingRuns)
	}
	return checkMonths(p.Months)
}

// settle fills in the year and the seed of a plan from nothing, and checks.
func (p *PlanParams) settle(today calendar.Date) error {
	if p.Year == 0 {
		p.Year = today.Year() + 1
	}
	if p.Seed == 0 {
		p.Seed = jobSeed
	}
	p.Today, p.MaxMoves, p.Reopen = calendar.NoDate, 0, false
	return p.check()
}

// comparisonJob is the handler of a ComparisonJob.
func (s *Service) comparisonJob(ctx context.Context, r *run) error {
	p, err := readParams[ComparisonParams](&r.Job)
	if err != nil {
		return err
	}
	state, version, err := s.toPlan(ctx, r.Region, p.Year)
	if err != nil {
		return err
	}
	scenarios, err := s.changesOf(ctx, p.Scenarios)
	if err != nil {
		return err
	}
	rules, _, err := s.Store.SlotRules(ctx, r.Region)
	if err != nil {
		return err
	}
	o := planner.WhatIfOptions{Options: p.options(eachInTurn(r, len(scenarios)+1)), From: p.From, Months: p.Months, Runs: p.Runs, Rules: rules}
	outcomes, err := planner.WhatIf(ctx, state, scenarios, o)
	if err != nil {
		return unplannable(ctx, err)
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	r.at("prove", 950)
	columns := make([]Compared, len(outcomes))
	for i := range outcomes {
		x := &outcomes[i]
		if err := s.proved([]*planner.State{x.State}, []*planner.Plan{x.Plan}); err != nil {
			return err
		}
		columns[i] = comparedOf(x)
		if i > 0 {
			columns[i].Scenario = p.Scenarios[i-1]
		}
	}
	r.at("save", 980)
	return r.finish(ctx, func(t *store.Tx) (any, error) {
		for i, id := range p.Scenarios {
			if err := t.SavePlanOfScenario(id, outcomes[i+1].Plan, version, s.Now()); err != nil {
				return nil, err
			}
		}
		return keepReport(t, r.Region, store.ComparisonReport, version, p, columns)
	})
}

// eachInTurn tells how far several searches are that go one after the other.
func eachInTurn(r *run, searches int) func(string, int, int) {
	at, last := 0, ""
	return func(step string, done, of int) {
		part, known := planStages[step]
		if !known || of <= 0 {
			return
		}
		if step == "assign" && last == "visits" {
			at = min(at+1, searches-1)
		}
		last = step
		within := part[0] + (part[1]-part[0])*done/of
		r.at(fmt.Sprintf("%s %d/%d", step, at+1, searches), 940*(1000*at+within)/(1000*searches))
	}
}

// changesOf reads what scenarios change, under the names they have.
func (s *Service) changesOf(ctx context.Context, ids []int64) ([]planner.Scenario, error) {
	out := make([]planner.Scenario, len(ids))
	for i, id := range ids {
		sc, err := s.Store.Scenario(ctx, id)
		if err != nil {
			return nil, err
		}
		out[i] = sc.Changes
		out[i].Name = sc.Name
	}
	return out, nil
}

func comparedOf(x *planner.Outcome) Compared {
	out := Compared{Name: x.Scenario, Figures: x.Figures, Misfits: x.Forecast.Misfits, Waits: x.Waits, Visits: FiguresOf(x.Plan).Visits}
	for i := range x.Plan.Roles {
		if r := &x.Plan.Roles[i]; r.Kind == planner.Primary {
			for _, l := range r.Loads {
				out.Loads = append(out.Loads, ComparedLoad{r.Role, l})
			}
		}
	}
	for _, row := range x.Forecast.Rows {
		if row.District == "" {
			out.Months = append(out.Months, row)
		}
	}
	return out
}

// keepReport writes a capacity report down and returns the result of its job.
func keepReport(t *store.Tx, region string, kind store.ReportKind, version int64, params, content any) (any, error) {
	asked, err := json.Marshal(params)
	if err != nil {
		return nil, err
	}
	body, err := json.Marshal(content)
	if err != nil {
		return nil, err
	}
	id, err := t.AddCapacityReport(&CapacityReport{Region: region, Kind: kind, BasedOn: version, Params: asked, Content: body})
	return reportResult{id, version}, err
}

// Comparison reads scenarios side by side.
func (s *Service) Comparison(ctx context.Context, region string, id int64) (*Comparison, error) {
	r, err := s.Store.CapacityReport(ctx, region, store.ComparisonReport, id)
	if err != nil {
		return nil, err
	}
	now, err := s.Store.CapacityVersions(ctx, region)
	if err != nil {
		return nil, err
	}
	return comparisonOf(&r, now.Region)
}

// Comparisons lists the comparisons of a region without their columns, the newest
// first and at most n, below an id unless that is 0.
func (s *Service) Comparisons(ctx context.Context, region string, before int64, n int) ([]Comparison, error) {
	return reports(ctx, s, region, store.ComparisonReport, before, n, comparisonOf)
}

func comparisonOf(r *CapacityReport, version int64) (*Comparison, error) {
	out := Comparison{CapacityReport: *r, Stale: r.BasedOn != version}
	return &out, readReport(r, &out.Asked, &out.Columns)
}

func readReport(r *CapacityReport, asked, content any) error {
	err := json.Unmarshal(r.Params, asked)
	if err == nil && len(r.Content) > 0 {
		err = json.Unmarshal(r.Content, content)
	}
	if err != nil {
		return fmt.Errorf("%s report %d: %w", r.Kind, r.ID, err)
	}
	return nil
}

// reports lists the reports of a kind, as what they are.
func reports[T any](ctx context.Context, s *Service, region string, kind store.ReportKind, before int64, n int, of func(*CapacityReport, int64) (*T, error)) ([]T, error) {
	now, err := s.Store.CapacityVersions(ctx, region)
	if err != nil {
		return nil, err
	}
	rows, err := s.Store.CapacityReports(ctx, region, kind, before, n)
	if err != nil {
		return nil, err
	}
	out := make([]T, 0, len(rows))
	var faults []error
	for i := range rows {
		x, err := of(&rows[i], now.Region)
		out, faults = append(out, *x), append(faults, err)
	}
	return out, errors.Join(faults...)
}

// RemedyReport is the least of each kind that mends a shortage.
type RemedyReport struct {
	CapacityReport
	Asked PlanParams
	// Remedies is empty when everything fits; nil in lists.
	Remedies []planner.Remedy
	// Stale says that the region changed since.
	Stale bool
}

// remedyIterations is how long remedies are sought when nobody says.
const remedyIterations = 2000

// StartRemedies queues the search for the least that mends the shortages of a
// region in a year; see planner.Remedies. Iterations is 2,000 when left out:
// plans are compared at a number of them, not at a time.
func (s *Service) StartRemedies(ctx context.Context, region string, p PlanParams) (Job, error) {
	state, _, err := s.Store.LoadState(ctx, region)
	if err != nil {
		return Job{}, err
	}
	today, err := s.today(state)
	if err != nil {
		return Job{}, err
	}
	if p.Iterations == 0 {
		p.Iterations = remedyIterations
	}
	p.Seconds = 0
	if err := p.settle(today); err != nil {
		return Job{}, err
	}
	return s.startJob(ctx, store.NewJob{Kind: RemediesJob, Region: region, Params: p})
}

// remediesJob is the handler of a RemediesJob.
func (s *Service) remediesJob(ctx context.Context, r *run) error {
	p, err := readParams[PlanParams](&r.Job)
	if err != nil {
		return err
	}
	state, version, err := s.toPlan(ctx, r.Region, p.Year)
	if err != nil {
		return err
	}
	// Nobody knows how many plans it takes: each brings it halfway nearer the end.
	plans := 0
	found, err := planner.Remedies(ctx, state, p.options(func(step string, _, _ int) {
		if step == "assign" {
			plans++
		}
		r.at("remedies", 950-900/(1+plans/8))
	}))
	if err != nil {
		return unplannable(ctx, err)
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return r.finish(ctx, func(t *store.Tx) (any, error) {
		return keepReport(t, r.Region, store.RemediesReport, version, p, append([]planner.Remedy{}, found...))
	})
}

// RemedyReport reads the remedies that a job found.
func (s *Service) RemedyReport(ctx context.Context, region string, id int64) (*RemedyReport, error) {
	r, err := s.Store.CapacityReport(ctx, region, store.RemediesReport, id)
	if err != nil {
		return nil, err
	}
	now, err := s.Store.CapacityVersions(ctx, region)
	if err != nil {
		return nil, err
	}
	return remediesOf(&r, now.Region)
}

// RemedyReports lists what was found for a region, the newest first and at most n,
// below an id unless that is 0.
func (s *Service) RemedyReports(ctx context.Context, region string, before int64, n int) ([]RemedyReport, error) {
	return reports(ctx, s, region, store.RemediesReport, before, n, remediesOf)
}

func remediesOf(r *CapacityReport, version int64) (*RemedyReport, error) {
	out := RemedyReport{CapacityReport: *r, Stale: r.BasedOn != version}
	return &out, readReport(r, &out.Asked, &out.Remedies)
}
