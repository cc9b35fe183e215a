package v1

import (
	"context"
	"net/http"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"github.com/wijkplanner/wijkplanner/api/problem"
	"github.com/wijkplanner/wijkplanner/api/rights"
	"github.com/wijkplanner/wijkplanner/planner"
)

// PlanChange is a publication and what it changed for one person.
type PlanChange struct {
	Publication Publication         `json:"publication"`
	Visits      []PreviewVisit      `json:"visits" nullable:"false"`
	Assignments []PreviewAssignment `json:"assignments" nullable:"false"`
}

type planChanges struct {
	Body struct {
		Items []PlanChange `json:"items" nullable:"false" doc:"The latest first."`
	}
}

// aboutPlanChanges registers what the last publications changed for somebody.
func (a *API) aboutPlanChanges() {
	add(a, rights.Access{Resource: rights.Reports, Act: rights.Read}, huma.Operation{
		OperationID: "listPlanChanges", Method: http.MethodGet, Path: "/regions/{region}/staff/{id}/plan-changes", Tags: []string{"publications"},
		Summary: "What the last publications changed for a member of staff",
	}, func(ctx context.Context, in *InThing) (*planChanges, error) {
		state, err := a.of(ctx).State(ctx, in.id())
		if err != nil {
			return nil, err
		}
		caller := rights.CallerOf(ctx)
		known := slices.ContainsFunc(state.Staff, func(s planner.Staff) bool { return s.ID == in.ID })
		if !known || !caller.Own(in.ID, "") {
			return nil, problem.New(problem.NotFound)
		}
		all, err := a.of(ctx).ChangesFor(ctx, in.id(), in.ID)
		out := &planChanges{}
		out.Body.Items = []PlanChange{}
		for i := range all {
			c := &all[i]
			w := PlanChange{publicationOf(&c.Publication), []PreviewVisit{}, []PreviewAssignment{}}
			for j := range c.Visits {
				w.Visits = append(w.Visits, previewVisitOf(&c.Visits[j]))
			}
			for j := range c.Assignments {
				w.Assignments = append(w.Assignments, previewAssignmentOf(&c.Assignments[j]))
			}
			out.Body.Items = append(out.Body.Items, w)
		}
		return out, err
	})
}
