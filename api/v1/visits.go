package v1

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/wijkplanner/wijkplanner/api/problem"
	"github.com/wijkplanner/wijkplanner/api/rights"
	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/service"
)

// CrewMember is one of the people who make a visit.
type CrewMember struct {
	Role          string `json:"role"`
	Staff         string `json:"staff_id"`
	TravelMinutes *int   `json:"travel_minutes,omitempty" doc:"The travel to this stop in the person's day; for colleagues."`
}

// Visit is one visit or one occurrence of a meeting. A location sees when, what
// and who, and not why.
type Visit struct {
	ID          string       `json:"visit_id"`
	Location    string       `json:"location_id,omitempty"`
	District    string       `json:"district,omitempty"`
	VisitType   string       `json:"visit_type,omitempty"`
	Requirement string       `json:"requirement,omitempty" doc:"The requirement it counts for, or the meeting's id."`
	Meeting     bool         `json:"meeting"`
	Start       time.Time    `json:"start"`
	End         time.Time    `json:"end"`
	Status      string       `json:"status" enum:"planned,pinned,cancelled"`
	Crew        []CrewMember `json:"crew" nullable:"false"`
	Reason      *Reason      `json:"reason,omitempty"`
	Outcome     string       `json:"outcome,omitempty" enum:"done,not_done" doc:"What became of it; left out while nobody said."`
}

func visitOf(c *rights.Caller, v *planner.Visit) Visit {
	w := Visit{
		ID: v.ID, Location: v.Location, District: v.District, VisitType: v.VisitType, Requirement: v.Requirement, Meeting: v.Meeting,
		Start: v.Start.UTC(), End: v.End.UTC(), Status: string(v.Status), Crew: []CrewMember{},
	}
	inside := c.Reach >= rights.Region
	for _, m := range v.Crew {
		member := CrewMember{Role: m.Role, Staff: m.Staff}
		if inside {
			travel := m.TravelMinutes
			member.TravelMinutes = &travel
		}
		w.Crew = append(w.Crew, member)
	}
	if inside {
		w.Reason = reasonOf(&v.Reason)
	}
	return w
}

// VisitFilter is what the list of visits can be narrowed to.
type VisitFilter struct {
	Staff    string `query:"staff" maxLength:"64" doc:"Only those of this person."`
	Location string `query:"location" maxLength:"64" doc:"Only those at this location."`
	From     string `query:"from" format:"date" doc:"Only from this day on."`
	To       string `query:"to" format:"date" doc:"Only until this day."`
}

type visitsIn struct {
	InRegion
	Paging
	VisitFilter
}

type visitOne struct {
	ETag string `header:"ETag"`
	Body Visit
}

// Outcome is what became of a visit. The note is read by who wrote it alone.
type Outcome struct {
	Done   bool   `json:"done" doc:"It took place; else it did not."`
	Date   string `json:"date,omitempty" format:"date" doc:"The day it took place; left out, the planned one."`
	Next   string `json:"next,omitempty" format:"date" doc:"The day agreed for the visit that follows; needed where the visit type has one that must."`
	Reason string `json:"reason,omitempty" maxLength:"64" pattern:"^[a-z0-9_-]*$" doc:"A code; needed when it did not take place." example:"closed"`
	// Minutes is how long it took in fact.
	Minutes int    `json:"minutes,omitempty" minimum:"0" maximum:"720" doc:"How long it took in fact, without travel; left out when nobody said."`
	Note    string `json:"note,omitempty" maxLength:"280" doc:"For yourself. Nothing about a child or family."`
}

type outcomeOne struct {
	ETag string `header:"ETag"`
	Body Outcome
}

type outcomeIn struct {
	InThing
	IfMatch   string `header:"If-Match" maxLength:"400" doc:"The ETag of what was said before; needed from the second time on."`
	Confirmed bool   `query:"confirmed" doc:"The note was looked at again and is right, whatever it seems to hold."`
	Body      Outcome
}

// aboutVisits registers the visits of the published plan.
func (a *API) aboutVisits() {
	read := rights.Access{Resource: rights.Visits, Act: rights.Read}
	op := func(id, method, path, summary string) huma.Operation {
		return huma.Operation{OperationID: id, Method: method, Path: "/regions/{region}/visits" + path, Tags: []string{"visits"}, Summary: summary}
	}
	add(a, read, op("listVisits", http.MethodGet, "", "The visits of the published plan, by time"), a.listVisits)
	add(a, read, op("getVisit", http.MethodGet, "/{id}", "One visit of the published plan"), func(ctx context.Context, in *InThing) (*visitOne, error) {
		caller := rights.CallerOf(ctx)
		v, err := a.visit(ctx, in)
		if err != nil {
			return nil, err
		}
		outcomes, err := a.of(ctx).Outcomes(ctx, in.id())
		w := withOutcome(visitOf(&caller, v), outcomes)
		return &visitOne{etagOf(w), w}, err
	})
	add(a, rights.Access{Resource: rights.Visits, Act: rights.Change}, op("getOutcome", http.MethodGet, "/{id}/outcome", "What became of a visit"), a.getOutcome)
	add(a, rights.Access{Resource: rights.Visits, Act: rights.Change}, needsMatch(op("putOutcome", http.MethodPut, "/{id}/outcome", "Say what became of a visit")), a.putOutcome)
	add(a, rights.Access{Resource: rights.Reports, Act: rights.Read}, huma.Operation{
		OperationID: "listCoverage", Method: http.MethodGet, Path: "/regions/{region}/coverage", Tags: []string{"coverage"},
		Summary: "The coverage ledger of the published plan: done, planned, at risk, missed",
	}, a.listCoverage)
}

// published returns the published plan of a region, nil before the first.
func (a *API) published(ctx context.Context, in InRegion) (*planner.Plan, error) {
	snapshot, err := a.of(ctx).Snapshot(ctx, in.id())
	if err != nil {
		return nil, err
	}
	return snapshot.Plan, nil
}

// ownVisit reports whether a visit is within the caller's reach.
func ownVisit(c *rights.Caller, v *planner.Visit) bool {
	return c.Own("", v.Location) || slices.ContainsFunc(v.Crew, func(m planner.CrewMember) bool { return c.Own(m.Staff, "") })
}

func withOutcome(w Visit, outcomes map[string]service.VisitOutcome) Visit {
	if o, said := outcomes[w.ID]; said {
		if w.Outcome = "not_done"; o.Done {
			w.Outcome = "done"
		}
	}
	return w
}

func (a *API) listVisits(ctx context.Context, in *visitsIn) (*thingPage[Visit], error) {
	plan, err := a.published(ctx, in.InRegion)
	if err != nil || plan == nil {
		return &thingPage[Visit]{Page[Visit]{Items: []Visit{}}}, err
	}
	outcomes, err := a.of(ctx).Outcomes(ctx, in.id())
	if err != nil {
		return nil, err
	}
	caller := rights.CallerOf(ctx)
	var mine []planner.Visit
	for _, v := range byTime(plan.Visits) {
		if ownVisit(&caller, &v) && in.takes(&v) {
			mine = append(mine, v)
		}
	}
	key := func(v planner.Visit) string { return v.Start.UTC().Format(time.RFC3339) + " " + v.ID }
	page, err := paged(ctx, a, "visits "+in.Region+" "+listName(in.VisitFilter), mine, in.Paging, key)
	out := Page[Visit]{Items: make([]Visit, len(page.Items)), Next: page.Next}
	for i := range page.Items {
		out.Items[i] = withOutcome(visitOf(&caller, &page.Items[i]), outcomes)
	}
	return &thingPage[Visit]{out}, err
}

// listName names a list by what was asked of it.
func listName(filter any) string { return contentID(filter) }

func (f *VisitFilter) takes(v *planner.Visit) bool {
	// The schema takes dates only; the day is UTC's, as the instants are.
	day := calendar.DateOf(v.Start, time.UTC)
	from, _ := calendar.ParseDate(f.From)
	to, _ := calendar.ParseDate(f.To)
	staff := f.Staff == "" || slices.ContainsFunc(v.Crew, func(m planner.CrewMember) bool { return m.Staff == f.Staff })
	return staff && (f.Location == "" || f.Location == v.Location) && (f.From == "" || day >= from) && (f.To == "" || day <= to)
}

func (a *API) visit(ctx context.Context, in *InThing) (*planner.Visit, error) {
	plan, err := a.published(ctx, in.InRegion)
	if err != nil {
		return nil, err
	}
	caller := rights.CallerOf(ctx)
	if plan != nil {
		for i := range plan.Visits {
			if v := &plan.Visits[i]; v.ID == in.ID && ownVisit(&caller, v) {
				return v, nil
			}
		}
	}
	return nil, problem.New(problem.NotFound)
}

func outcomeOf(c *rights.Caller, o *service.VisitOutcome) Outcome {
	w := Outcome{Done: o.Done, Date: o.Date.String(), Next: o.Next.String(), Reason: o.Reason, Minutes: o.Minutes}
	if o.Actor == c.Actor {
		w.Note = o.Note
	}
	return w
}

func (a *API) getOutcome(ctx context.Context, in *InThing) (*outcomeOne, error) {
	if _, err := a.visit(ctx, in); err != nil {
		return nil, err
	}
	outcomes, err := a.of(ctx).Outcomes(ctx, in.id())
	if err != nil {
		return nil, err
	}
	o, said := outcomes[in.ID]
	if !said {
		return nil, problem.New(problem.NotFound)
	}
	caller := rights.CallerOf(ctx)
	w := outcomeOf(&caller, &o)
	return &outcomeOne{etagOf(w), w}, nil
}

func (a *API) putOutcome(ctx context.Context, in *outcomeIn) (*outcomeOne, error) {
	caller := rights.CallerOf(ctx)
	s := a.of(ctx)
	if _, err := a.visit(ctx, &in.InThing); err != nil {
		return nil, err
	}
	if err := s.ScreenNote(in.Body.Note, in.Confirmed); err != nil {
		return nil, screened(err)
	}
	date, _ := calendar.ParseDate(in.Body.Date) // the schema takes dates only
	next, _ := calendar.ParseDate(in.Body.Next)
	o, err := s.EndVisit(ctx, service.VisitOutcome{
		Region: in.id(), Visit: in.ID, Done: in.Body.Done, Date: date, Next: next, Reason: in.Body.Reason, Minutes: in.Body.Minutes, Note: in.Body.Note,
	}, func(v *planner.Visit, before *service.VisitOutcome) error {
		switch {
		case !ownVisit(&caller, v):
			return problem.New(problem.NotFound)
		case before == nil:
			return nil
		}
		return unchanged(in.IfMatch, outcomeOf(&caller, before))
	})
	if err != nil {
		return nil, faultsIn("history", err)
	}
	w := outcomeOf(&caller, o)
	return &outcomeOne{etagOf(w), w}, nil
}

// screened says what a text seems to hold.
func screened(err error) error {
	var s *planner.ScreenError
	if !errors.As(err, &s) {
		return err
	}
	p := problem.New(problem.TextWarned)
	if len(s.Refused) > 0 {
		p = problem.New(problem.TextRefused)
	}
	for _, code := range slices.Concat(s.Refused, s.Warned) {
		p = p.With(problem.InputFault{In: "body.note", Detail: string(code)})
	}
	return p
}

func (a *API) listCoverage(ctx context.Context, in *inRegionPaging) (*thingPage[Coverage], error) {
	plan, err := a.published(ctx, in.InRegion)
	if err != nil {
		return nil, err
	}
	var rows []planner.Coverage
	if plan != nil {
		rows = plan.Coverage
	}
	if caller := rights.CallerOf(ctx); caller.Reach < rights.Region {
		own := map[string]bool{}
		state, err := a.of(ctx).State(ctx, in.id())
		if err != nil {
			return nil, err
		}
		for i := range state.Assignments {
			if x := &state.Assignments[i]; x.Staff == caller.Staff {
				own[x.Location] = true
			}
		}
		rows = slices.DeleteFunc(slices.Clone(rows), func(c planner.Coverage) bool { return !own[c.Location] })
	}
	return partOfPlan(ctx, a, "published coverage of "+in.Region, &inPlanPaging{Paging: in.Paging}, rows, coverageOf)
}
