package v1

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/wijkplanner/wijkplanner/api/problem"
	"github.com/wijkplanner/wijkplanner/api/rights"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/service"
)

// Slot is a moment that can be booked.
type Slot struct {
	Start     time.Time         `json:"start"`
	End       time.Time         `json:"end"`
	VisitType string            `json:"visit_type"`
	Relation  string            `json:"relation" enum:"own,pair,backup,team" doc:"What the first of the crew is to the location."`
	Crew      []SlotCrew        `json:"crew" nullable:"false" doc:"Who comes; the one to ask for first."`
	Added     int               `json:"added_travel_minutes" doc:"How much more the crew travels because of it."`
	Approval  bool              `json:"needs_approval" doc:"A booking has to be approved."`
	Acute     bool              `json:"acute_reserve" doc:"It is kept for acute questions until shortly before."`
	Reason    problem.Sentences `json:"reason" doc:"Why it is at its place in the list."`
}

// SlotCrew is somebody who comes.
type SlotCrew struct {
	Staff string `json:"staff_id"`
	Role  string `json:"role"`
}

func slotOf(s *planner.Slot) Slot {
	return Slot{
		Start: s.Start.UTC(), End: s.End.UTC(), VisitType: s.VisitType, Relation: string(s.Relation), Crew: crewOf(s.Crew), Added: s.Added,
		Approval: s.Approval, Acute: s.Acute, Reason: problem.Sentences(s.Reason()),
	}
}

func slotsOf(all []planner.Slot) []Slot {
	out := make([]Slot, len(all))
	for i := range all {
		out[i] = slotOf(&all[i])
	}
	return out
}

func crewOf(crew []planner.SlotCrew) []SlotCrew {
	out := make([]SlotCrew, len(crew))
	for i, c := range crew {
		out[i] = SlotCrew{c.Staff, c.Role}
	}
	return out
}

// SlotQuery asks which moments can be booked.
type SlotQuery struct {
	InRegion
	Location  string    `query:"location" maxLength:"100" doc:"The location; a contact may leave it out."`
	VisitType string    `query:"visitType" maxLength:"100" required:"true" doc:"The kind of visit." example:"consult"`
	Role      string    `query:"role" maxLength:"100" doc:"Somebody of this role."`
	Staff     string    `query:"staff" maxLength:"100" doc:"This person."`
	From      time.Time `query:"from" doc:"Starting from; left out for now."`
	To        time.Time `query:"to" doc:"Starting before; left out for as far ahead as can be booked."`
	Urgent    bool      `query:"urgent" doc:"For an acute question: the reserve is open, the soonest comes first."`
}

// question is what the caller asks of the service.
func (q *SlotQuery) question(ctx context.Context) service.SlotQuestion {
	if c := rights.CallerOf(ctx); q.Location == "" {
		q.Location = c.Location
	}
	return service.SlotQuestion{Location: q.Location, VisitType: q.VisitType, Role: q.Role, Staff: q.Staff, From: q.From, To: q.To, Urgent: q.Urgent}
}

type slotsQuery struct {
	SlotQuery
	Limit int `query:"limit" minimum:"1" maximum:"500" default:"20" doc:"How many at most."`
}

// SlotList is what can be booked, the best first.
type SlotList struct {
	Items []Slot `json:"items" nullable:"false"`
}

type slotList struct{ Body SlotList }

// WhyNoSlot says what stands in the way.
type WhyNoSlot struct {
	Code   string            `json:"code,omitempty" doc:"Why nobody was looked at." enum:"not_booked,nobody"`
	Detail problem.Sentences `json:"detail"`
	People []WhyPerson       `json:"people" nullable:"false"`
	First  *Slot             `json:"first_free,omitempty" doc:"The first moment that is free, also after the period."`
}

// WhyPerson says it of one person.
type WhyPerson struct {
	Staff    string      `json:"staff_id"`
	Role     string      `json:"role"`
	Relation string      `json:"relation" enum:"own,pair,backup,team"`
	Tried    int         `json:"tried" doc:"How many moments the rules have in the period."`
	Free     int         `json:"free" doc:"How many of them can be booked."`
	Reasons  []WhyReason `json:"reasons" nullable:"false" doc:"What takes the others away, the most frequent first."`
}

// WhyReason is how many moments a reason takes away.
type WhyReason struct {
	Code   string            `json:"code" example:"notice"`
	Count  int               `json:"count"`
	Detail problem.Sentences `json:"detail"`
}

// unavailable is all that those outside the team learn of what somebody does.
const unavailable = "unavailable"

// public are the reasons that are about the rules or the location, not about a
// person.
var public = map[string]bool{
	planner.TooSoon: true, planner.TooFar: true, planner.Reserved: true, planner.PlaceShut: true, planner.PlaceOut: true,
	planner.OffRule: true, planner.NotBookable: true, planner.NobodyAssigned: true, planner.OnHold: true,
}

// shownReason is a reason as the caller may see it.
func shownReason(ctx context.Context, code string) (string, problem.Sentences) {
	c := rights.CallerOf(ctx)
	outside := c.Role == service.LocationContact || c.Role == service.Visitor
	if outside && code != "" && !public[code] {
		return unavailable, problem.Sentences{NL: "is dan niet beschikbaar", EN: "is not available then"}
	}
	return code, problem.Sentences(planner.SlotObstacleTexts()[code])
}

func whyOf(ctx context.Context, w *planner.WhyNoSlot) WhyNoSlot {
	out := WhyNoSlot{People: []WhyPerson{}}
	out.Code, out.Detail = shownReason(ctx, w.Code)
	for i := range w.People {
		p := &w.People[i]
		row := WhyPerson{Staff: p.Staff, Role: p.Role, Relation: string(p.Relation), Tried: p.Tried, Free: p.Free, Reasons: []WhyReason{}}
		for _, r := range p.Reasons {
			row.add(ctx, r)
		}
		out.People = append(out.People, row)
	}
	if w.First != nil {
		s := slotOf(w.First)
		out.First = &s
	}
	return out
}

// add counts a reason; several can look alike to the caller.
func (p *WhyPerson) add(ctx context.Context, r planner.WhyCount) {
	code, detail := shownReason(ctx, r.Code)
	for i := range p.Reasons {
		if p.Reasons[i].Code == code {
			p.Reasons[i].Count += r.Count
			return
		}
	}
	p.Reasons = append(p.Reasons, WhyReason{code, r.Count, detail})
}

type whyOne struct{ Body WhyNoSlot }

func (a *API) aboutSlots() {
	read := rights.Access{Resource: rights.Slots, Act: rights.Read}
	add(a, read, huma.Operation{
		OperationID: "listSlots", Method: http.MethodGet, Path: "/regions/{region}/slots", Tags: []string{"bookings"},
		Summary: "Which moments can be booked, the best first",
	}, func(ctx context.Context, in *slotsQuery) (*slotList, error) {
		q := in.question(ctx)
		q.Limit = in.Limit
		all, err := a.of(ctx).Slots(ctx, in.id(), q)
		if err != nil {
			return nil, bookingFault(ctx, "query", err)
		}
		return &slotList{SlotList{slotsOf(all)}}, nil
	})
	add(a, read, huma.Operation{
		OperationID: "getSlotReasons", Method: http.MethodGet, Path: "/regions/{region}/slots/reasons", Tags: []string{"bookings"},
		Summary: "Why there is no moment, or so few",
	}, func(ctx context.Context, in *SlotQuery) (*whyOne, error) {
		why, err := a.of(ctx).WhyNoSlot(ctx, in.id(), in.question(ctx))
		if err != nil {
			return nil, bookingFault(ctx, "query", err)
		}
		return &whyOne{whyOf(ctx, why)}, nil
	})
}

// bookingFault turns what the service says about bookings into a problem; in is
// where the input came from.
func bookingFault(ctx context.Context, in string, err error) error {
	var taken *service.TakenError
	var input service.InputErrors
	var screened *planner.ScreenError
	switch {
	case errors.As(err, &taken):
		p := problem.New(problem.TimeTaken)
		for _, o := range taken.Why {
			_, detail := shownReason(ctx, o.Code)
			p = p.With(problem.InputFault{In: in + ".start", Detail: o.Who + " " + detail.EN})
		}
		p.Alternatives = slotsOf(taken.Alternatives)
		return p
	case errors.As(err, &input):
		p := problem.New(problem.BadRequest)
		for _, f := range input {
			p = p.With(problem.InputFault{In: in + "." + f.Field, Detail: f.Text.EN})
		}
		return p
	case errors.As(err, &screened):
		p := problem.New(problem.TextWarned)
		codes := screened.Warned
		if len(screened.Refused) > 0 {
			p, codes = problem.New(problem.TextRefused), screened.Refused
		}
		for _, code := range codes {
			p = p.With(problem.InputFault{In: in + ".remark", Detail: string(code)})
		}
		return p
	}
	return err
}
