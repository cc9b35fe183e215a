package v1

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/wijkplanner/wijkplanner/api/problem"
	"github.com/wijkplanner/wijkplanner/api/rights"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/service"
)

// Scenario is a what-if copy of a region.
type Scenario struct {
	ID        int64            `json:"id"`
	Name      string           `json:"name"`
	Changes   ScenarioChanges  `json:"changes"`
	BasedOn   int64            `json:"based_on" doc:"The version of the region that its plan, or its check, is of."`
	Planned   *time.Time       `json:"planned_at,omitempty" doc:"When it was planned; left out before."`
	Figures   *ScenarioFigures `json:"figures,omitempty" doc:"Those of its plan; left out in lists."`
	Actor     string           `json:"created_by" example:"user:12"`
	Created   time.Time        `json:"created_at"`
	Published int64            `json:"publication_id,omitempty" doc:"The publication that made it so."`
}

// ScenarioFigures are what plans are laid side by side by.
type ScenarioFigures struct {
	Visits    int   `json:"visits"`
	Unplanned int   `json:"unplanned"`
	Nobody    int   `json:"without_primary" doc:"Locations without a primary, by role and location."`
	Travel    int64 `json:"travel_minutes_year" doc:"The travel of all primaries in a year."`
	Fullest   int64 `json:"fullest_load" doc:"The highest load of a person, in parts of 1000 of their capacity."`
	AtRisk    int   `json:"at_risk" doc:"Promises at risk or missed."`
	Hard      int64 `json:"hard"`
	Medium    int64 `json:"medium"`
	Soft      int64 `json:"soft" doc:"Cost of the wishes, in hundredths of a minute."`
}

func figuresOf(f service.Figures) ScenarioFigures {
	return ScenarioFigures{
		Visits: f.Visits, Unplanned: f.Unplanned, Nobody: f.Nobody, Travel: f.TravelMinutes, Fullest: f.Fullest, AtRisk: f.AtRisk,
		Hard: f.Score.Hard, Medium: f.Score.Medium, Soft: f.Score.Soft,
	}
}

// ScenarioBeside is a scenario beside the plan that is published.
type ScenarioBeside struct {
	ID          int64               `json:"id"`
	Name        string              `json:"name"`
	Stale       bool                `json:"stale" doc:"The region changed since it was planned."`
	Figures     ScenarioFigures     `json:"figures"`
	Staff       []string            `json:"staff_ids" nullable:"false" doc:"Everybody for whom something would change."`
	Assignments []PreviewAssignment `json:"assignments" nullable:"false"`
	Visits      []PreviewVisit      `json:"visits" nullable:"false"`
}

// ScenarioComparison lays scenarios beside the plan that is published.
type ScenarioComparison struct {
	Published ScenarioFigures  `json:"published" doc:"The plan that is published; zeros without one."`
	Scenarios []ScenarioBeside `json:"scenarios" nullable:"false"`
}

func scenarioOf(s *service.Scenario) Scenario {
	out := Scenario{
		ID: s.ID, Name: s.Name, Changes: changesOf(&s.Changes), BasedOn: s.BasedOn, Planned: moment(s.Planned), Actor: s.Actor,
		Created: s.Created.UTC(), Published: s.Published,
	}
	if s.Plan != nil {
		f := figuresOf(service.FiguresOf(s.Plan))
		out.Figures = &f
	}
	return out
}

// ScenarioRequest is a scenario as it is asked for.
type ScenarioRequest struct {
	Name    string          `json:"name" minLength:"1" maxLength:"100"`
	Changes ScenarioChanges `json:"changes"`
}

type scenarioIn struct {
	InRegion
	Body ScenarioRequest
}

// InScenario names a scenario in the path of an operation.
type InScenario struct {
	InRegion
	ID int64 `path:"id" minimum:"1" doc:"The scenario's id."`
}

type scenarioPut struct {
	InScenario
	IfMatch string `header:"If-Match" maxLength:"400" doc:"The ETag of what you saw; without it nothing is changed."`
	Body    ScenarioRequest
}

type scenarioPropose struct {
	InScenario
	Body struct {
		Year       int     `json:"year,omitempty" minimum:"2000" maximum:"2100" doc:"The year to plan; the next one when left out."`
		Seed       uint64  `json:"seed,omitempty" doc:"Seed of the search, 1 when left out."`
		Iterations int     `json:"iterations,omitempty" minimum:"0" maximum:"100000000" doc:"Search so many iterations: a repeatable plan."`
		Seconds    float64 `json:"seconds,omitempty" minimum:"0" maximum:"3600" doc:"Search so many seconds, 5 when left out."`
		MaxChanges *int    `json:"max_changes,omitempty" minimum:"0" doc:"How many locations of a role may change hands; no limit when left out."`
	}
}

type scenarioOne struct {
	Location string `header:"Location"`
	ETag     string `header:"ETag"`
	Body     Scenario
}

type scenarioList struct{ Body Page[Scenario] }

type comparisonIn struct {
	InRegion
	IDs []int64 `query:"scenarioIds" minItems:"1" maxItems:"10" required:"true" doc:"The planned scenarios to lay side by side."`
}

type comparisonOne struct{ Body ScenarioComparison }

// aboutScenarios registers the operations on scenarios.
func (a *API) aboutScenarios() {
	at, one := "/regions/{region}/scenarios", "/regions/{region}/scenarios/{id}"
	op := func(id, method, path, summary string, status int) huma.Operation {
		return huma.Operation{OperationID: id, Method: method, Path: path, Tags: []string{"scenarios"}, Summary: summary, DefaultStatus: status}
	}
	may := func(act rights.Act) rights.Access { return rights.Access{Resource: rights.Scenarios, Act: act} }
	add(a, may(rights.Read), op("listScenarios", http.MethodGet, at, "The scenarios of a region, the newest first", 200), a.listScenarios)
	add(a, may(rights.Create), op("createScenario", http.MethodPost, at, "What if: changes to a copy of the region", 201), a.createScenario)
	add(a, may(rights.Read), op("getScenario", http.MethodGet, one, "One scenario", 200), func(ctx context.Context, in *InScenario) (*scenarioOne, error) {
		s, err := a.scenario(ctx, in)
		return shownScenario(in.InRegion, s, err)
	})
	put := op("replaceScenario", http.MethodPut, one, "Change a scenario; its plan is gone with that", 200)
	put.Errors = []int{412, 428}
	add(a, may(rights.Change), put, a.replaceScenario)
	add(a, may(rights.Remove), op("removeScenario", http.MethodDelete, one, "Forget a scenario", 204), func(ctx context.Context, in *InScenario) (*struct{}, error) {
		if _, err := a.scenario(ctx, in); err != nil {
			return nil, err
		}
		return nil, a.of(ctx).RemoveScenario(ctx, in.ID)
	})
	add(a, may(rights.Propose), op("createScenarioProposal", http.MethodPost, one+"/proposals", "Have a scenario planned, as a job", 202), a.planScenario)
	add(a, may(rights.Publish), op("createScenarioPublication", http.MethodPost, one+"/publications", "Make a scenario so: its changes and its plan, all or nothing", 201), a.publishScenario)
	add(a, may(rights.Read), op("compareScenarios", http.MethodGet, "/regions/{region}/scenario-comparison", "Scenarios beside the plan that is published", 200), a.compareScenarios)
}

func (a *API) listScenarios(ctx context.Context, in *inRegionPaging) (*scenarioList, error) {
	list := "scenarios " + in.Region
	before, err := a.before(ctx, list, in.Paging)
	if err != nil {
		return nil, err
	}
	all, err := a.of(ctx).Scenarios(ctx, in.id(), before, in.Limit+1)
	return &scenarioList{newest(ctx, a, list, all, in.Paging, scenarioOf, func(s *service.Scenario) int64 { return s.ID })}, err
}

// scenario reads a scenario of the region in the path.
func (a *API) scenario(ctx context.Context, in *InScenario) (service.Scenario, error) {
	s, err := a.of(ctx).Scenario(ctx, in.ID)
	if err == nil && s.Region != in.id() {
		return s, problem.New(problem.NotFound)
	}
	return s, err
}

func shownScenario(in InRegion, s service.Scenario, err error) (*scenarioOne, error) {
	if err != nil {
		return nil, scenarioFault(err)
	}
	out := scenarioOf(&s)
	return &scenarioOne{fmt.Sprintf("%s/regions/%s/scenarios/%d", Prefix, in.Region, s.ID), etagOf(out), out}, nil
}

// scenarioFault says all that is wrong with a scenario.
func scenarioFault(err error) error {
	var wrong *service.ScenarioError
	if !errors.As(err, &wrong) {
		return err
	}
	p := problem.New(problem.BadRequest)
	for _, f := range wrong.Faults {
		p = p.With(problem.InputFault{In: "body.changes." + f.Field, Detail: f.Text.EN})
	}
	return p
}

func (a *API) createScenario(ctx context.Context, in *scenarioIn) (*scenarioOne, error) {
	changes, err := a.changes(ctx, in.InRegion, &in.Body, planner.Scenario{})
	if err != nil {
		return nil, err
	}
	s, err := a.of(ctx).AddScenario(ctx, in.id(), in.Body.Name, changes)
	return shownScenario(in.InRegion, s, err)
}

func (a *API) replaceScenario(ctx context.Context, in *scenarioPut) (*scenarioOne, error) {
	was, err := a.scenario(ctx, &in.InScenario)
	if err != nil {
		return nil, err
	}
	changes, err := a.changes(ctx, in.InRegion, &in.Body, was.Changes)
	if err != nil {
		return nil, err
	}
	s, err := a.of(ctx).ChangeScenario(ctx, in.ID, in.Body.Name, changes, func(s service.Scenario) error { return unchanged(in.IfMatch, scenarioOf(&s)) })
	return shownScenario(in.InRegion, s, err)
}

func (a *API) planScenario(ctx context.Context, in *scenarioPropose) (*jobAccepted, error) {
	if _, err := a.scenario(ctx, &in.InScenario); err != nil {
		return nil, err
	}
	b := &in.Body
	j, err := a.of(ctx).StartScenario(ctx, in.ID, service.PlanParams{
		Year: b.Year, Seed: b.Seed, Iterations: b.Iterations, Seconds: b.Seconds, MaxChanges: limitOf(b.MaxChanges),
	})
	return accepted(j, scenarioFault(err))
}

func (a *API) publishScenario(ctx context.Context, in *InScenario) (*publicationOne, error) {
	if _, err := a.scenario(ctx, in); err != nil {
		return nil, err
	}
	if err := a.of(ctx).PublishScenario(ctx, in.ID); err != nil {
		return nil, inTheWay(scenarioFault(err))
	}
	return a.lastPublication(ctx, in.InRegion)
}

func (a *API) compareScenarios(ctx context.Context, in *comparisonIn) (*comparisonOne, error) {
	was, all, err := a.of(ctx).CompareScenarios(ctx, in.id(), in.IDs...)
	if err != nil {
		return nil, err
	}
	out := ScenarioComparison{Published: figuresOf(was), Scenarios: []ScenarioBeside{}}
	for i := range all {
		b := &all[i]
		one := ScenarioBeside{
			ID: b.ID, Name: b.Name, Stale: b.Stale, Figures: figuresOf(b.Figures), Staff: append([]string{}, b.Difference.Staff()...),
			Assignments: []PreviewAssignment{}, Visits: []PreviewVisit{},
		}
		for k := range b.Difference.Assignments {
			one.Assignments = append(one.Assignments, previewAssignmentOf(&b.Difference.Assignments[k]))
		}
		for k := range b.Difference.Visits {
			one.Visits = append(one.Visits, previewVisitOf(&b.Difference.Visits[k]))
		}
		out.Scenarios = append(out.Scenarios, one)
	}
	return &comparisonOne{out}, nil
}
