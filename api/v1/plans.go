package v1

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/wijkplanner/wijkplanner/api/problem"
	"github.com/wijkplanner/wijkplanner/api/rights"
	"github.com/wijkplanner/wijkplanner/planner"
)

// Amount is what one rule contributes, in hundredths of a minute-equivalent.
type Amount struct {
	Constraint string `json:"constraint" example:"travel"`
	Value      int64  `json:"value"`
}

// Reason says why something is as it is: amounts that add up, the runner-up, or
// what stands in the way.
type Reason struct {
	Amounts    []Amount `json:"amounts" nullable:"false"`
	RunnerUp   string   `json:"runner_up,omitempty"`
	Difference int64    `json:"difference" doc:"How much worse the runner-up would be."`
	Blocked    []string `json:"blocked,omitempty" doc:"Codes of what stands in the way."`
	Change     string   `json:"change,omitempty" doc:"The smallest change that would allow it."`
}

func amountsOf(all []planner.Amount) []Amount {
	out := make([]Amount, len(all))
	for i, a := range all {
		out[i] = Amount(a)
	}
	return out
}

func reasonOf(r *planner.Reason) *Reason {
	return &Reason{amountsOf(r.Amounts), r.RunnerUp, r.Difference, r.Blocked, r.Change}
}

// PlanRole is how the assignment of one role came out.
type PlanRole struct {
	Role    string  `json:"role"`
	Kind    string  `json:"kind" enum:"primary,backup"`
	Cost    int64   `json:"cost" doc:"The certified cost."`
	Bound   int64   `json:"bound" doc:"Its proved lower bound."`
	Gap     float64 `json:"gap" doc:"(cost − bound) / cost."`
	Changed int     `json:"changed" doc:"How many locations change hands."`
}

// Plan is a plan in figures; its lists have pages of their own.
type Plan struct {
	PlanInfo
	Visits      int        `json:"visits" doc:"How many visits it has."`
	Unplanned   int        `json:"unplanned" doc:"How many it could not place."`
	Roles       []PlanRole `json:"roles" nullable:"false"`
	Constraints []Amount   `json:"constraints" nullable:"false" doc:"The total of each wish over the plan."`
}

type planOne struct {
	ETag string `header:"ETag"`
	Body Plan
}

// PlannedAssignment is one row of a plan's assignment.
type PlannedAssignment struct {
	Location      string  `json:"location_id"`
	District      string  `json:"district,omitempty"`
	Role          string  `json:"role"`
	Staff         string  `json:"staff_id,omitempty" doc:"Left out where nobody could have it."`
	Kind          string  `json:"kind" enum:"primary,backup"`
	ValidFrom     string  `json:"valid_from,omitempty" format:"date"`
	ValidTo       string  `json:"valid_to,omitempty" format:"date"`
	MinutesYear   int64   `json:"minutes_per_year"`
	TravelMinutes int64   `json:"travel_minutes_per_year"`
	Changed       bool    `json:"changed" doc:"Somebody else had it before."`
	Reason        *Reason `json:"reason"`
}

// UnplannedVisit is a visit that could not be planned.
type UnplannedVisit struct {
	Location    string  `json:"location_id"`
	Role        string  `json:"role"`
	Requirement string  `json:"requirement"`
	Level       string  `json:"level" enum:"minimum,target"`
	DueBy       string  `json:"due_by,omitempty" format:"date"`
	Reason      *Reason `json:"reason"`
}

// Coverage is one line of the coverage ledger: one requirement at one location.
type Coverage struct {
	Location    string `json:"location_id"`
	Role        string `json:"role"`
	Requirement string `json:"requirement"`
	Minimum     int    `json:"minimum"`
	Target      int    `json:"target"`
	Done        int    `json:"done"`
	Planned     int    `json:"planned"`
	State       string `json:"state" enum:"done,planned,at_risk,missed"`
}

type inPlanPaging struct {
	InPlan
	Paging
}

// aboutPlans registers the reading of plans.
func (a *API) aboutPlans() {
	read := rights.Access{Resource: rights.Plans, Act: rights.Read}
	get := func(id, path, summary string) huma.Operation {
		return huma.Operation{OperationID: id, Method: http.MethodGet, Path: "/regions/{region}/plans/{plan}" + path, Tags: []string{"plans"}, Summary: summary}
	}
	add(a, read, get("getPlan", "", "One plan, in figures"), a.getPlan)
	add(a, rights.Access{Resource: rights.Visits, Act: rights.Read}, get("listPlanVisits", "/visits", "The visits of a plan, by time"),
		func(ctx context.Context, in *inPlanPaging) (*thingPage[Visit], error) {
			plan, err := a.loadPlan(ctx, &in.InPlan)
			if err != nil {
				return nil, err
			}
			caller := rights.CallerOf(ctx)
			if caller.Reach < rights.Region {
				return nil, problem.New(problem.NotFound) // drafts are no affair of a location
			}
			return partOfPlan(ctx, a, "visits", in, byTime(plan.Visits), func(v *planner.Visit) Visit { return visitOf(&caller, v) })
		})
	add(a, rights.Access{Resource: rights.Assignments, Act: rights.Read}, get("listPlanAssignments", "/assignments", "The assignment of a plan"),
		func(ctx context.Context, in *inPlanPaging) (*thingPage[PlannedAssignment], error) {
			plan, err := a.loadPlan(ctx, &in.InPlan)
			if err != nil {
				return nil, err
			}
			if caller := rights.CallerOf(ctx); caller.Reach < rights.Region {
				return nil, problem.New(problem.NotFound)
			}
			return partOfPlan(ctx, a, "assignments", in, plan.Assignments, plannedAssignmentOf)
		})
	add(a, read, get("listUnplanned", "/unplanned", "What a plan could not place, and why"),
		func(ctx context.Context, in *inPlanPaging) (*thingPage[UnplannedVisit], error) {
			plan, err := a.loadPlan(ctx, &in.InPlan)
			if err != nil {
				return nil, err
			}
			return partOfPlan(ctx, a, "unplanned", in, plan.Unplanned, unplannedOf)
		})
	add(a, read, get("listPlanCoverage", "/coverage", "The coverage ledger of a plan"),
		func(ctx context.Context, in *inPlanPaging) (*thingPage[Coverage], error) {
			plan, err := a.loadPlan(ctx, &in.InPlan)
			if err != nil {
				return nil, err
			}
			return partOfPlan(ctx, a, "coverage", in, plan.Coverage, coverageOf)
		})
	a.aboutComparisons()
}

// loadPlan reads a plan of the region in the path.
func (a *API) loadPlan(ctx context.Context, in *InPlan) (*planner.Plan, error) {
	plan, info, err := a.of(ctx).Plan(ctx, in.Plan)
	if err == nil && info.Region != in.id() {
		err = problem.New(problem.NotFound)
	}
	return plan, err
}

func (a *API) getPlan(ctx context.Context, in *InPlan) (*planOne, error) {
	plan, info, err := a.of(ctx).Plan(ctx, in.Plan)
	if err != nil {
		return nil, err
	}
	if info.Region != in.id() {
		return nil, problem.New(problem.NotFound)
	}
	out := Plan{PlanInfo: planInfoOf(info), Visits: len(plan.Visits), Unplanned: len(plan.Unplanned), Roles: []PlanRole{}, Constraints: amountsOf(plan.Constraints)}
	for i := range plan.Roles {
		r := &plan.Roles[i]
		out.Roles = append(out.Roles, PlanRole{r.Role, string(r.Kind), r.Cost, r.Bound, r.Gap(), r.Changed})
	}
	return &planOne{etagOf(out), out}, nil
}

// partOfPlan gives a page of a list of a plan, by its place in the list: plans do
// not change.
func partOfPlan[D, W any](ctx context.Context, a *API, list string, in *inPlanPaging, all []D, wire func(*D) W) (*thingPage[W], error) {
	places := make([]int, len(all))
	for i := range places {
		places[i] = i
	}
	page, err := paged(ctx, a, fmt.Sprint("plan ", in.Plan, " ", list), places, in.Paging, func(i int) string { return fmt.Sprintf("%08d", i) })
	out := Page[W]{Items: make([]W, len(page.Items)), Next: page.Next}
	for i, at := range page.Items {
		out.Items[i] = wire(&all[at])
	}
	return &thingPage[W]{out}, err
}

// byTime orders visits by their start.
func byTime(visits []planner.Visit) []planner.Visit {
	return slices.SortedStableFunc(slices.Values(visits), func(a, b planner.Visit) int {
		if c := a.Start.Compare(b.Start); c != 0 {
			return c
		}
		return strings.Compare(a.ID, b.ID)
	})
}

func plannedAssignmentOf(x *planner.Assigned) PlannedAssignment {
	return PlannedAssignment{
		x.Location, x.District, x.Role, x.Staff, string(x.Kind), x.From.String(), x.To.String(), x.MinutesYear, x.TravelMinutesYear, x.Changed,
		reasonOf(&x.Reason),
	}
}

func unplannedOf(u *planner.Unplanned) UnplannedVisit {
	return UnplannedVisit{u.Location, u.Role, u.Requirement, string(u.Level), u.DueBy.String(), reasonOf(&u.Reason)}
}

func coverageOf(c *planner.Coverage) Coverage {
	return Coverage{c.Location, c.Role, c.Requirement, c.Minimum, c.Target, c.Done, c.Planned, string(c.State)}
}

// PlanComparison is what changes when one plan takes the place of another.
type PlanComparison struct {
	Assignments []PreviewAssignment `json:"assignments" nullable:"false"`
	Visits      []PreviewVisit      `json:"visits" nullable:"false"`
	Loads       []LoadChange        `json:"loads" nullable:"false"`
}

// LoadChange is a person's load in a role in both plans, in minutes a year.
type LoadChange struct {
	Role     string `json:"role"`
	Staff    string `json:"staff_id"`
	Was      int64  `json:"was_minutes"`
	Is       int64  `json:"is_minutes"`
	Capacity int64  `json:"capacity_minutes"`
}

type planComparisonIn struct {
	InPlan
	With int64 `query:"with" required:"true" minimum:"1" doc:"The plan that takes its place."`
}

type planComparisonOne struct{ Body PlanComparison }

// Candidate is somebody who could have a location.
type Candidate struct {
	Staff    string   `json:"staff_id"`
	Serves   bool     `json:"serves" doc:"Has it now."`
	StandsIn bool     `json:"stands_in" doc:"Is its backup now."`
	Hard     int64    `json:"hard" doc:"How many rules are in the way."`
	Medium   int64    `json:"medium"`
	Soft     int64    `json:"soft" doc:"How much worse than now, in hundredths of a minute-equivalent."`
	Amounts  []Amount `json:"amounts" nullable:"false"`
	Load     int64    `json:"load_minutes"`
	Capacity int64    `json:"capacity_minutes"`
	Blocked  []string `json:"blocked,omitempty"`
}

// Recommendation ranks who could have a location in a role.
type Recommendation struct {
	Locations []string    `json:"location_ids" nullable:"false" doc:"Those that go together."`
	Ranking   []Candidate `json:"ranking" nullable:"false"`
}

type recommendationIn struct {
	InRegion
	Location string `query:"location" required:"true" minLength:"1" maxLength:"64"`
	Role     string `query:"role" required:"true" minLength:"1" maxLength:"64"`
	Kind     string `query:"kind" enum:"primary,backup" default:"primary"`
}

type recommendationOne struct{ Body Recommendation }

func (a *API) aboutComparisons() {
	add(a, rights.Access{Resource: rights.Plans, Act: rights.Propose}, huma.Operation{
		OperationID: "comparePlans", Method: http.MethodGet, Path: "/regions/{region}/plans/{plan}/comparison", Tags: []string{"plans"},
		Summary: "What changes when another plan takes its place",
	}, a.comparePlans)
	add(a, rights.Access{Resource: rights.Plans, Act: rights.Propose}, huma.Operation{
		OperationID: "getRecommendation", Method: http.MethodGet, Path: "/regions/{region}/recommendation", Tags: []string{"plans"},
		Summary: "Who could have a location in a role, the best first",
	}, func(ctx context.Context, in *recommendationIn) (*recommendationOne, error) {
		if _, err := a.of(ctx).State(ctx, in.id()); err != nil {
			return nil, err
		}
		r, err := a.of(ctx).Recommend(ctx, in.id(), in.Location, in.Role, planner.AssignmentKind(in.Kind))
		if err != nil {
			return nil, problem.New(problem.BadRequest).With(problem.InputFault{In: "query", Detail: "expected a location that asks for somebody in this role"})
		}
		return &recommendationOne{recommendationOf(r)}, nil
	})
}

func (a *API) comparePlans(ctx context.Context, in *planComparisonIn) (*planComparisonOne, error) {
	for _, id := range []int64{in.Plan, in.With} {
		if _, err := a.planOf(ctx, in.id(), id); err != nil {
			return nil, err
		}
	}
	d, err := a.of(ctx).Compare(ctx, in.Plan, in.With)
	if err != nil {
		return nil, err
	}
	out := PlanComparison{Assignments: []PreviewAssignment{}, Visits: []PreviewVisit{}, Loads: []LoadChange{}}
	for i := range d.Assignments {
		out.Assignments = append(out.Assignments, previewAssignmentOf(&d.Assignments[i]))
	}
	for i := range d.Visits {
		out.Visits = append(out.Visits, previewVisitOf(&d.Visits[i]))
	}
	for _, l := range d.Loads {
		out.Loads = append(out.Loads, LoadChange{l.Role, l.Staff, l.Was.Load, l.Is.Load, l.Is.Capacity})
	}
	return &planComparisonOne{out}, nil
}

func recommendationOf(r *planner.Recommendation) Recommendation {
	out := Recommendation{Locations: append([]string{}, r.Locations...), Ranking: []Candidate{}}
	for i := range r.Ranking {
		c := &r.Ranking[i]
		out.Ranking = append(out.Ranking, Candidate{
			c.Staff, c.Serves, c.StandsIn, c.Difference.Hard, c.Difference.Medium, c.Difference.Soft, amountsOf(c.Amounts), c.Load, c.Capacity, c.Blocked,
		})
	}
	return out
}
