package v1

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/wijkplanner/wijkplanner/api/rights"
	"github.com/wijkplanner/wijkplanner/planner/service"
)

// WaitingEntry is a location that waits for a moment.
type WaitingEntry struct {
	ID        string    `json:"id"`
	Location  string    `json:"location_id"`
	VisitType string    `json:"visit_type"`
	Role      string    `json:"role,omitempty"`
	Staff     string    `json:"staff_id,omitempty"`
	Urgent    bool      `json:"urgent"`
	From      time.Time `json:"from"`
	To        time.Time `json:"to"`
	State     string    `json:"state" enum:"waiting,offered,booked,expired,withdrawn"`
	Booking   string    `json:"booking_id,omitempty" doc:"The hold that is offered, or the booking that it became."`
	Offers    int       `json:"offers" doc:"How many moments were offered."`
	Asked     time.Time `json:"asked_at"`
}

func waitingOf(e *service.WaitingEntry) WaitingEntry {
	return WaitingEntry{
		ID: e.ID, Location: e.Location, VisitType: e.VisitType, Role: e.Role, Staff: e.Staff, Urgent: e.Urgent, From: e.NotBefore.UTC(), To: e.NotAfter.UTC(),
		State: string(e.State), Booking: e.Booking, Offers: e.Offers, Asked: e.Asked.UTC(),
	}
}

type waitingIn struct {
	InRegion
	Body struct {
		Location  string    `json:"location_id,omitempty" maxLength:"100" doc:"The location; a contact may leave it out."`
		VisitType string    `json:"visit_type" maxLength:"100"`
		Role      string    `json:"role,omitempty" maxLength:"100"`
		Staff     string    `json:"staff_id,omitempty" maxLength:"100"`
		Urgent    bool      `json:"urgent,omitempty" doc:"For an acute question: served first, and its clock starts."`
		From      time.Time `json:"from,omitzero" required:"false" doc:"Starting from; left out for now."`
		To        time.Time `json:"to,omitzero" required:"false" doc:"Starting before; left out for four weeks."`
	}
}

type waitingOne struct{ Body WaitingEntry }

// InWaiting names a waiting entry in the path of an operation.
type InWaiting struct {
	InRegion
	ID string `path:"id" maxLength:"40" doc:"The entry's id."`
}

// WaitingList is who waits, in the order in which they are served.
type WaitingList struct {
	Items []WaitingEntry `json:"items" nullable:"false"`
}

type waitingList struct{ Body WaitingList }

type waitingQuery struct {
	InRegion
	All bool `query:"all" doc:"Those who wait no longer too."`
}

// AcuteQuestion is an acute question and its clock.
type AcuteQuestion struct {
	Booking   string     `json:"booking_id,omitempty"`
	Waiting   string     `json:"waiting_entry_id,omitempty"`
	Location  string     `json:"location_id"`
	VisitType string     `json:"visit_type"`
	Asked     time.Time  `json:"asked_at"`
	Due       time.Time  `json:"due_at"`
	First     *time.Time `json:"first_visit_at,omitempty"`
	Minutes   int        `json:"working_minutes" doc:"From the question to the first visit, or to now."`
	InTime    bool       `json:"in_time"`
}

// AcuteLane is how soon acute questions were answered.
type AcuteLane struct {
	Hours    float64         `json:"due_within_hours" doc:"Within how many working hours one is due."`
	Answered int             `json:"answered"`
	InTime   int             `json:"in_time"`
	Median   int             `json:"median_working_minutes"`
	Items    []AcuteQuestion `json:"items" nullable:"false"`
}

type acuteQuery struct {
	InRegion
	From time.Time `query:"from" doc:"Asked from; left out for a year ago."`
	To   time.Time `query:"to" doc:"Asked before; left out for now."`
}

type acuteOne struct{ Body AcuteLane }

func laneOf(l *service.AcuteLane) AcuteLane {
	out := AcuteLane{Hours: l.Hours, Answered: l.Answered, InTime: l.InTime, Median: l.Median, Items: []AcuteQuestion{}}
	for i := range l.Questions {
		q := &l.Questions[i]
		out.Items = append(out.Items, AcuteQuestion{
			q.Booking, q.Waiting, q.Location, q.VisitType, q.Asked.UTC(), q.Due.UTC(), moment(q.First), q.Minutes, q.InTime,
		})
	}
	return out
}

func (a *API) aboutWaiting() {
	access := func(act rights.Act) rights.Access { return rights.Access{Resource: rights.WaitingEntries, Act: act} }
	const path = "/regions/{region}/waiting-entries"
	add(a, access(rights.Read), huma.Operation{
		OperationID: "listWaitingEntries", Method: http.MethodGet, Path: path, Tags: []string{"bookings"}, Summary: "Who waits, in the order in which they are served",
	}, func(ctx context.Context, in *waitingQuery) (*waitingList, error) {
		all, err := a.of(ctx).WaitingEntries(ctx, in.id(), !in.All)
		out := &waitingList{WaitingList{[]WaitingEntry{}}}
		for i := range all {
			out.Body.Items = append(out.Body.Items, waitingOf(&all[i]))
		}
		return out, err
	})
	add(a, access(rights.Create), huma.Operation{
		OperationID: "createWaitingEntry", Method: http.MethodPost, Path: path, Tags: []string{"bookings"}, DefaultStatus: http.StatusCreated,
		Summary: "Wait for a moment: when one is free it is held for you and told by mail",
	}, func(ctx context.Context, in *waitingIn) (*waitingOne, error) {
		b := &in.Body
		if b.Location == "" {
			b.Location = rights.CallerOf(ctx).Location
		}
		e, err := a.of(ctx).Wait(ctx, in.id(), service.SlotQuestion{
			Location: b.Location, VisitType: b.VisitType, Role: b.Role, Staff: b.Staff, Urgent: b.Urgent, From: b.From, To: b.To,
		})
		if err != nil {
			return nil, bookingFault(ctx, "body", err)
		}
		return &waitingOne{waitingOf(e)}, nil
	})
	add(a, access(rights.Remove), huma.Operation{
		OperationID: "removeWaitingEntry", Method: http.MethodDelete, Path: path + "/{id}", Tags: []string{"bookings"}, Summary: "Wait no longer",
	}, func(ctx context.Context, in *InWaiting) (*struct{}, error) {
		return nil, a.of(ctx).StopWaiting(ctx, in.id(), in.ID)
	})
	add(a, rights.Access{Resource: rights.Reports, Act: rights.Read}, huma.Operation{
		OperationID: "listAcuteQuestions", Method: http.MethodGet, Path: "/regions/{region}/acute-questions", Tags: []string{"bookings"},
		Summary: "Acute questions, and how soon they were answered",
	}, func(ctx context.Context, in *acuteQuery) (*acuteOne, error) {
		if in.To.IsZero() {
			in.To = a.Now()
		}
		if in.From.IsZero() {
			in.From = in.To.AddDate(-1, 0, 0)
		}
		lane, err := a.of(ctx).AcuteLane(ctx, in.id(), in.From, in.To)
		if err != nil {
			return nil, err
		}
		return &acuteOne{laneOf(lane)}, nil
	})
}
