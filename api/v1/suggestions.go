package v1

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/wijkplanner/wijkplanner/api/problem"
	"github.com/wijkplanner/wijkplanner/api/rights"
	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/service"
)

// Suggestion is a moment for one more visit.
type Suggestion struct {
	Date       string `json:"date" format:"date"`
	Clock      string `json:"time" example:"09:00"`
	Staff      string `json:"staff_id"`
	Difference int64  `json:"difference" doc:"What the plan costs more with the visit there, in hundredths of a minute-equivalent; below 0: less."`
}

// Suggestions are the moments, or why there is none.
type Suggestions struct {
	Items []Suggestion `json:"items" nullable:"false" doc:"The best first."`
	Why   *Reason      `json:"why,omitempty" doc:"With no moment at all: what stands in the way."`
}

type suggestionsIn struct {
	InRegion
	Days
	Location  string `query:"location" required:"true" minLength:"1" maxLength:"64"`
	Role      string `query:"role" required:"true" minLength:"1" maxLength:"64"`
	VisitType string `query:"visitType" required:"true" minLength:"1" maxLength:"64"`
	Limit     int    `query:"limit" minimum:"1" maximum:"50" default:"5" doc:"How many moments at most."`
}

type suggestionsOut struct{ Body Suggestions }

type historyIn struct {
	InRegion
	Paging
	On      string `query:"on" required:"true" format:"date" doc:"The day that is asked about."`
	Version int64  `query:"version" minimum:"0" doc:"As it was known at this version of the region; left out: as it is known now."`
}

// Invitation is what an invited contact of a location was told of a visit, and
// what they answered.
type Invitation struct {
	Contact   int64      `json:"contact_id"`
	Location  string     `json:"location_id"`
	Visit     string     `json:"visit_id"`
	Start     time.Time  `json:"start"`
	End       time.Time  `json:"end"`
	Cancelled bool       `json:"cancelled" doc:"They were told that it fell through."`
	Answer    string     `json:"answer,omitempty" enum:"accepted,tentative,declined" doc:"Left out while there is none."`
	Answered  *time.Time `json:"answered_at,omitempty"`
}

// aboutSuggestions registers what is asked about plans besides: moments for one
// more visit, who served what on a day, and who answered what.
func (a *API) aboutSuggestions() {
	add(a, rights.Access{Resource: rights.Plans, Act: rights.Propose}, huma.Operation{
		OperationID: "suggestVisit", Method: http.MethodGet, Path: "/regions/{region}/visit-suggestions", Tags: []string{"plans"},
		Summary: "Moments for one more visit beside what is published, the best first",
	}, a.suggestVisit)
	add(a, rights.Access{Resource: rights.Assignments, Act: rights.Read}, huma.Operation{
		OperationID: "listAssignmentHistory", Method: http.MethodGet, Path: "/regions/{region}/assignment-history", Tags: []string{"assignments"},
		Summary: "Who belonged to which location on a day, as it is known now or was known then",
	}, a.assignmentHistory)
	add(a, rights.Access{Resource: rights.Visits, Act: rights.Read}, huma.Operation{
		OperationID: "listInvitations", Method: http.MethodGet, Path: "/regions/{region}/invitations", Tags: []string{"visits"},
		Summary: "What invited contacts were told of what is to come, and their answers",
	}, a.listInvitations)
}

func (a *API) suggestVisit(ctx context.Context, in *suggestionsIn) (*suggestionsOut, error) {
	from, to := in.days()
	item := planner.OpenItem{Location: in.Location, Role: in.Role, VisitType: in.VisitType, Period: planner.Period{From: from, To: to}}
	found, why, err := a.of(ctx).SuggestVisit(ctx, in.id(), item, in.Limit)
	if err != nil {
		return nil, asked("visit", err)
	}
	out := Suggestions{Items: make([]Suggestion, len(found))}
	for i, s := range found {
		out.Items[i] = Suggestion{s.Date.String(), s.Clock.String(), s.Staff, s.Difference}
	}
	if why != nil && len(found) == 0 {
		out.Why = reasonOf(why)
	}
	return &suggestionsOut{out}, nil
}

func (a *API) assignmentHistory(ctx context.Context, in *historyIn) (*thingPage[Assignment], error) {
	state, err := a.of(ctx).State(ctx, in.id())
	if err != nil {
		return nil, err
	}
	day, err := calendar.ParseDate(in.On)
	if err != nil || day == calendar.NoDate {
		return nil, problem.New(problem.BadRequest).With(problem.InputFault{In: "query.on", Detail: "expected a date such as 2027-01-31"})
	}
	all, err := a.of(ctx).AssignmentsOn(ctx, in.id(), day, in.Version)
	if err != nil {
		return nil, err
	}
	caller := rights.CallerOf(ctx)
	out := []Assignment{}
	for i := range all {
		if w := assignmentOf(view{&caller, state}, &all[i]); caller.Own("", w.Location) {
			out = append(out, w)
		}
	}
	id := func(w Assignment) string { return w.Location + " " + w.Role + " " + w.ID }
	page, err := paged(ctx, a, "assignment-history "+in.Region+" "+in.On+" "+contentID(in.Version), sortedBy(out, id), in.Paging, id)
	return &thingPage[Assignment]{page}, err
}

func invitationOf(i *service.Invitation) Invitation {
	return Invitation{i.Contact.ID, i.Contact.Scope.ID, i.Visit, i.Start.UTC(), i.End.UTC(), i.Cancelled, string(i.Answer), moment(i.Answered)}
}

func (a *API) listInvitations(ctx context.Context, in *inRegionPaging) (*thingPage[Invitation], error) {
	if err := a.there(ctx, in.InRegion); err != nil {
		return nil, err
	}
	all, err := a.of(ctx).Invitations(ctx, in.id())
	if err != nil {
		return nil, err
	}
	caller := rights.CallerOf(ctx)
	out := []Invitation{}
	for i := range all {
		if w := invitationOf(&all[i]); caller.Own("", w.Location) {
			out = append(out, w)
		}
	}
	key := func(w Invitation) string {
		return w.Start.Format(time.RFC3339) + " " + w.Visit + " " + contentID(w.Contact)
	}
	page, err := paged(ctx, a, "invitations "+in.Region, sortedBy(out, key), in.Paging, key)
	return &thingPage[Invitation]{page}, err
}
