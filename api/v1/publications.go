package v1

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/wijkplanner/wijkplanner/api/problem"
	"github.com/wijkplanner/wijkplanner/api/rights"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/service"
)

// PlanInfo is what is known about a plan besides its content.
type PlanInfo struct {
	ID        int64      `json:"id"`
	Version   int64      `json:"version" doc:"Numbers the region's plans, from 1."`
	Stage     string     `json:"stage" enum:"draft,published,superseded"`
	BasedOn   int64      `json:"based_on" doc:"The version of the region that it was made from."`
	From      string     `json:"from" format:"date"`
	To        string     `json:"to" format:"date"`
	Hard      int64      `json:"hard" doc:"Hard rules broken; only a plan with none can be published."`
	Medium    int64      `json:"medium" doc:"Priority of what could not be planned."`
	Soft      int64      `json:"soft" doc:"Cost of the wishes, in hundredths of a minute."`
	Created   time.Time  `json:"created_at"`
	Published *time.Time `json:"published_at,omitempty"`
}

func planInfoOf(i *service.PlanInfo) PlanInfo {
	return PlanInfo{
		ID: i.ID, Version: i.Version, Stage: string(i.Stage), BasedOn: i.BasedOn, From: i.From.String(), To: i.To.String(),
		Hard: i.Score.Hard, Medium: i.Score.Medium, Soft: i.Score.Soft, Created: i.Created.UTC(), Published: moment(i.Published),
	}
}

// Publication is one change of a region's plan.
type Publication struct {
	ID        int64     `json:"id"`
	Plans     []int64   `json:"plan_ids" nullable:"false" doc:"The plans that were published."`
	Replaced  []int64   `json:"replaced_plan_ids" nullable:"false" doc:"The plans that they took the place of."`
	Since     int64     `json:"since_version" doc:"The region's version before."`
	Version   int64     `json:"version" doc:"The region's version after."`
	WithState bool      `json:"with_state" doc:"It changed the region's state too, as a scenario does."`
	Undoes    int64     `json:"undoes,omitempty" doc:"The publication that it takes back."`
	Actor     string    `json:"published_by" example:"user:12"`
	Published time.Time `json:"published_at"`
}

func publicationOf(p *service.Publication) Publication {
	out := Publication{
		ID: p.ID, Plans: p.Plans, Replaced: p.Replaced, Since: p.Since, Version: p.Version, WithState: p.WithState,
		Undoes: p.Undoes, Actor: p.Actor, Published: p.Published.UTC(),
	}
	if out.Plans == nil {
		out.Plans = []int64{}
	}
	if out.Replaced == nil {
		out.Replaced = []int64{}
	}
	return out
}

// Overlap is time of somebody that is taken and wanted once more.
type Overlap struct {
	Staff  string    `json:"staff_id"`
	From   time.Time `json:"from" doc:"The time that is taken."`
	To     time.Time `json:"to"`
	Kind   string    `json:"kind" enum:"visit,meeting,booking,hold,busy" doc:"What takes it."`
	Ref    string    `json:"ref,omitempty" doc:"Which one; left out when it belongs to another region."`
	Wanted string    `json:"wanted_for" doc:"The visit that would take it too."`
}

// PreviewVisit is one visit that comes, goes, moves or gets other people.
type PreviewVisit struct {
	Visit    string     `json:"visit_id"`
	Location string     `json:"location_id,omitempty"`
	Change   string     `json:"change" doc:"What becomes of it." example:"moved"`
	WasStart *time.Time `json:"was_start,omitempty"`
	IsStart  *time.Time `json:"is_start,omitempty"`
	WasStaff []string   `json:"was_staff_ids" nullable:"false"`
	IsStaff  []string   `json:"is_staff_ids" nullable:"false"`
}

// PreviewAssignment is one location that goes to somebody else.
type PreviewAssignment struct {
	Location string `json:"location_id"`
	Role     string `json:"role"`
	Kind     string `json:"kind" enum:"primary,backup"`
	Was      string `json:"was_staff_id,omitempty"`
	Is       string `json:"is_staff_id,omitempty"`
	From     string `json:"from,omitempty" format:"date" doc:"The day from which the new person has it."`
}

// PublishPreview is what publishing a draft would mean.
type PublishPreview struct {
	Plan        PlanInfo            `json:"plan"`
	Stale       bool                `json:"stale" doc:"The region changed since the draft was made: it cannot be published."`
	Replaces    []int64             `json:"replaces_plan_ids" nullable:"false"`
	Staff       []string            `json:"staff_ids" nullable:"false" doc:"Everybody whom it concerns."`
	Locations   []string            `json:"location_ids" nullable:"false" doc:"Every location that it concerns."`
	Assignments []PreviewAssignment `json:"assignments" nullable:"false"`
	Visits      []PreviewVisit      `json:"visits" nullable:"false"`
	Overlaps    []Overlap           `json:"overlaps" nullable:"false" doc:"What is in its way."`
}

// InPlan names a plan in the path of an operation.
type InPlan struct {
	InRegion
	Plan int64 `path:"plan" minimum:"1" doc:"The plan's id."`
}

// InPublication names a publication in the path of an operation.
type InPublication struct {
	InRegion
	ID int64 `path:"id" minimum:"1" doc:"The publication's id."`
}

type inRegionPaging struct {
	InRegion
	Paging
}

type publishIn struct {
	InRegion
	Body struct {
		Plan int64 `json:"plan_id" minimum:"1" doc:"The draft to publish."`
	}
}

type planList struct{ Body Page[PlanInfo] }

type previewOne struct{ Body PublishPreview }

type publicationList struct{ Body Page[Publication] }

type publicationOne struct {
	Location string `header:"Location"`
	Body     Publication
}

// aboutPublications registers the operations by which drafts become the plan of
// a region, and back.
func (a *API) aboutPublications() {
	read, publish := rights.Access{Resource: rights.Plans, Act: rights.Read}, rights.Access{Resource: rights.Plans, Act: rights.Publish}
	add(a, read, huma.Operation{
		OperationID: "listPlans", Method: http.MethodGet, Path: "/regions/{region}/plans", Tags: []string{"plans"}, Summary: "The plans of a region, the newest first",
	}, a.listPlans)
	add(a, publish, huma.Operation{
		OperationID: "previewPublication", Method: http.MethodGet, Path: "/regions/{region}/plans/{plan}/preview", Tags: []string{"plans"},
		Summary: "What publishing a draft would mean: whom and what it concerns, and what is in its way",
	}, a.previewPublication)
	add(a, read, huma.Operation{
		OperationID: "listPublications", Method: http.MethodGet, Path: "/regions/{region}/publications", Tags: []string{"publications"},
		Summary: "What was published, the newest first",
	}, a.listPublications)
	add(a, publish, huma.Operation{
		OperationID: "createPublication", Method: http.MethodPost, Path: "/regions/{region}/publications", Tags: []string{"publications"},
		Summary: "Make a draft the plan of the region, all of it or nothing", DefaultStatus: http.StatusCreated,
	}, func(ctx context.Context, in *publishIn) (*publicationOne, error) {
		if _, err := a.planOf(ctx, in.id(), in.Body.Plan); err != nil {
			return nil, err
		}
		if err := a.of(ctx).Publish(ctx, in.Body.Plan); err != nil {
			return nil, inTheWay(err)
		}
		return a.lastPublication(ctx, in.InRegion)
	})
	add(a, publish, huma.Operation{
		OperationID: "undoPublication", Method: http.MethodPost, Path: "/regions/{region}/publications/{id}/undo", Tags: []string{"publications"},
		Summary: "Take the last publication back: what it replaced is the plan again", DefaultStatus: http.StatusCreated,
	}, func(ctx context.Context, in *InPublication) (*publicationOne, error) {
		found, err := a.of(ctx).Publications(ctx, in.id(), in.ID+1, 1)
		if err != nil {
			return nil, err
		}
		if len(found) == 0 || found[0].ID != in.ID {
			return nil, problem.New(problem.NotFound)
		}
		if err := a.of(ctx).Undo(ctx, in.ID); err != nil {
			return nil, inTheWay(err)
		}
		return a.lastPublication(ctx, in.InRegion)
	})
}

func (a *API) listPlans(ctx context.Context, in *inRegionPaging) (*planList, error) {
	list := "plans " + in.Region
	before, err := a.before(ctx, list, in.Paging)
	if err != nil {
		return nil, err
	}
	plans, err := a.of(ctx).Plans(ctx, in.id())
	if err != nil {
		return nil, err
	}
	if before > 0 {
		plans = slices.DeleteFunc(plans, func(p service.PlanInfo) bool { return p.ID >= before })
	}
	return &planList{newest(ctx, a, list, plans, in.Paging, planInfoOf, func(p *service.PlanInfo) int64 { return p.ID })}, nil
}

// planOf returns what is known about a plan of a region.
func (a *API) planOf(ctx context.Context, region string, id int64) (*service.PlanInfo, error) {
	plans, err := a.of(ctx).Plans(ctx, region)
	if err != nil {
		return nil, err
	}
	for i := range plans {
		if plans[i].ID == id {
			return &plans[i], nil
		}
	}
	return nil, problem.New(problem.NotFound)
}

func (a *API) previewPublication(ctx context.Context, in *InPlan) (*previewOne, error) {
	info, err := a.planOf(ctx, in.id(), in.Plan)
	if err != nil {
		return nil, err
	}
	p, err := a.of(ctx).PublishPreview(ctx, in.Plan)
	if err != nil {
		return nil, err
	}
	out := PublishPreview{
		Plan: planInfoOf(info), Stale: p.Stale, Replaces: append([]int64{}, p.Replaces...), Staff: append([]string{}, p.Staff...),
		Locations: append([]string{}, p.Locations...), Assignments: []PreviewAssignment{}, Visits: []PreviewVisit{}, Overlaps: []Overlap{},
	}
	for i := range p.Difference.Assignments {
		out.Assignments = append(out.Assignments, previewAssignmentOf(&p.Difference.Assignments[i]))
	}
	for i := range p.Difference.Visits {
		out.Visits = append(out.Visits, previewVisitOf(&p.Difference.Visits[i]))
	}
	for i := range p.Overlaps {
		out.Overlaps = append(out.Overlaps, overlapOf(&p.Overlaps[i]))
	}
	return &previewOne{out}, nil
}

func previewAssignmentOf(c *planner.AssignmentChange) PreviewAssignment {
	return PreviewAssignment{Location: c.Location, Role: c.Role, Kind: string(c.Kind), Was: c.Was, Is: c.Is, From: c.From.String()}
}

func previewVisitOf(c *planner.VisitChange) PreviewVisit {
	return PreviewVisit{
		Visit: c.Visit, Location: c.Location, Change: string(c.Kind), WasStart: moment(c.Was.Start), IsStart: moment(c.Is.Start),
		WasStaff: append([]string{}, c.Was.Staff...), IsStaff: append([]string{}, c.Is.Staff...),
	}
}

func overlapOf(o *service.Overlap) Overlap {
	return Overlap{Staff: o.Staff, From: o.From.UTC(), To: o.To.UTC(), Kind: string(o.Kind), Ref: o.Ref, Wanted: o.Wanted}
}

func (a *API) listPublications(ctx context.Context, in *inRegionPaging) (*publicationList, error) {
	list := "publications " + in.Region
	before, err := a.before(ctx, list, in.Paging)
	if err != nil {
		return nil, err
	}
	all, err := a.of(ctx).Publications(ctx, in.id(), before, in.Limit+1)
	return &publicationList{newest(ctx, a, list, all, in.Paging, publicationOf, func(p *service.Publication) int64 { return p.ID })}, err
}

func (a *API) lastPublication(ctx context.Context, in InRegion) (*publicationOne, error) {
	last, err := a.of(ctx).Publications(ctx, in.id(), 0, 1)
	if err != nil {
		return nil, err
	}
	p := publicationOf(&last[0])
	return &publicationOne{fmt.Sprintf("%s/regions/%s/publications/%d", Prefix, in.Region, p.ID), p}, nil
}

// inTheWay lists whose time is taken when that keeps a plan from being published,
// or what others changed since when that keeps it from being undone.
func inTheWay(err error) error {
	var touched *service.TouchedError
	if errors.As(err, &touched) {
		return problem.New(problem.Stale).With(problem.InputFault{In: "path.id", Detail: touched.Error()})
	}
	var taken *service.OverlapError
	if !errors.As(err, &taken) {
		return err
	}
	p := problem.New(problem.Conflict)
	var all []Overlap
	for i := range taken.Overlaps {
		all = append(all, overlapOf(&taken.Overlaps[i]))
		p = p.With(problem.InputFault{In: "body.plan_id", Detail: taken.Overlaps[i].String()})
	}
	p.Current = all
	return p
}
