package v1

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/wijkplanner/wijkplanner/api/problem"
	"github.com/wijkplanner/wijkplanner/api/rights"
	"github.com/wijkplanner/wijkplanner/planner/service"
)

// Booking is a consult slot that a location has, had or asks for.
type Booking struct {
	ID        string     `json:"id"`
	Location  string     `json:"location_id"`
	VisitType string     `json:"visit_type"`
	State     string     `json:"state" enum:"held,requested,confirmed,declined,cancelled"`
	Urgent    bool       `json:"urgent"`
	Start     time.Time  `json:"start"`
	End       time.Time  `json:"end"`
	Relation  string     `json:"relation" enum:"own,pair,backup,team"`
	Crew      []SlotCrew `json:"crew" nullable:"false"`
	Remark    string     `json:"remark,omitempty"`
	Reason    string     `json:"reason,omitempty" doc:"The code of a cancellation or a refusal."`
	Asked     time.Time  `json:"asked_at"`
	Answered  *time.Time `json:"answered_at,omitempty" doc:"When it was confirmed or declined."`
	Expires   *time.Time `json:"expires_at,omitempty" doc:"When a hold ends by itself."`
	Moves     int        `json:"moves" doc:"How often it moved."`
	Sequence  int        `json:"sequence" doc:"Counts its changes."`
}

func bookingOf(b *service.Booking) Booking {
	return Booking{
		ID: b.ID, Location: b.Location, VisitType: b.VisitType, State: string(b.State), Urgent: b.Urgent, Start: b.Start.UTC(), End: b.End.UTC(),
		Relation: string(b.Relation), Crew: crewOf(b.Crew), Remark: b.Remark, Reason: b.Reason, Asked: b.Asked.UTC(), Answered: moment(b.Answered),
		Expires: moment(b.Expires), Moves: b.Moves, Sequence: b.Sequence,
	}
}

type bookingOne struct {
	ETag string `header:"ETag"`
	Body Booking
}

type bookingMade struct {
	ETag     string `header:"ETag"`
	Location string `header:"Location" doc:"Where the booking is."`
	Body     Booking
}

func shownBooking(b *service.Booking) *bookingOne {
	out := bookingOf(b)
	return &bookingOne{etagOf(out), out}
}

// BookingInput asks for one moment.
type BookingInput struct {
	Location  string    `json:"location_id,omitempty" maxLength:"100" doc:"The location; a contact may leave it out."`
	VisitType string    `json:"visit_type,omitempty" maxLength:"100" doc:"The kind of visit; needed unless hold_id is given." example:"consult"`
	Role      string    `json:"role,omitempty" maxLength:"100" doc:"Somebody of this role."`
	Staff     string    `json:"staff_id,omitempty" maxLength:"100" doc:"This person; left out for whoever is best."`
	Start     time.Time `json:"start,omitzero" required:"false" doc:"The start of a slot; needed unless hold_id is given."`
	Urgent    bool      `json:"urgent,omitempty" doc:"For an acute question: its clock starts."`
	Remark    string    `json:"remark,omitempty" maxLength:"1000" doc:"At most 140 characters, and nothing about a child or a family."`
	Confirmed bool      `json:"confirmed,omitempty" doc:"Keep a remark that was warned about."`
	Hold      string    `json:"hold_id,omitempty" maxLength:"40" doc:"The hold that keeps the moment."`
}

type bookingIn struct {
	InRegion
	Body BookingInput
}

// request is what the caller asks of the service: a contact books for the own
// location, a member of staff with themselves.
func (in *bookingIn) request(ctx context.Context) (service.BookingRequest, error) {
	c, b := rights.CallerOf(ctx), &in.Body
	if b.Location == "" {
		b.Location = c.Location
	}
	if c.Reach == rights.Own && c.Staff != "" && b.Hold == "" {
		if b.Staff != "" && b.Staff != c.Staff {
			return service.BookingRequest{}, problem.New(problem.NotFound)
		}
		b.Staff = c.Staff
	}
	if b.Hold == "" && b.Start.IsZero() {
		return service.BookingRequest{}, problem.New(problem.BadRequest).With(problem.InputFault{In: "body.start", Detail: "expected the start of a slot, or hold_id"})
	}
	return service.BookingRequest{
		SlotQuestion: service.SlotQuestion{Location: b.Location, VisitType: b.VisitType, Role: b.Role, Staff: b.Staff, Urgent: b.Urgent},
		Start:        b.Start, Remark: b.Remark, Confirmed: b.Confirmed, Hold: b.Hold,
	}, nil
}

// InBooking names a booking in the path of an operation.
type InBooking struct {
	InRegion
	ID string `path:"id" maxLength:"40" doc:"The booking's id."`
}

// BookingWriting is a change of a booking that somebody has seen.
type BookingWriting struct {
	InBooking
	IfMatch string `header:"If-Match" doc:"The ETag of the booking as you saw it."`
}

// unchanged compares the booking with what the caller saw.
func (w *BookingWriting) unchanged(b *service.Booking) error {
	return unchanged(w.IfMatch, bookingOf(b))
}

type moving struct {
	BookingWriting
	Body struct {
		Start time.Time `json:"start" doc:"The start of the slot to move to."`
		Staff string    `json:"staff_id,omitempty" maxLength:"100" doc:"Another person; left out, the person stays."`
	}
}

type refusing struct {
	BookingWriting
	Body struct {
		Reason string `json:"reason" enum:"not_needed,answered_otherwise,staff_unavailable,location_closed,not_suitable,other" doc:"Why, as a code."`
	}
}

// Bookings is what the list of bookings can be asked.
type Bookings struct {
	InRegion
	Paging
	Location string    `query:"location" maxLength:"100"`
	Staff    string    `query:"staff" maxLength:"100"`
	State    string    `query:"state" enum:"held,requested,confirmed,declined,cancelled"`
	Urgent   bool      `query:"urgent" doc:"Acute questions only."`
	From     time.Time `query:"from" doc:"Starting from."`
	To       time.Time `query:"to" doc:"Starting before."`
}

type bookingList struct{ Body Page[Booking] }

func (a *API) aboutBookings() {
	a.aboutSlots()
	a.makeBookings()
	a.changeBookings()
	a.aboutSlotRules()
	a.aboutWaiting()
	read := rights.Access{Resource: rights.Bookings, Act: rights.Read}
	add(a, read, huma.Operation{
		OperationID: "listBookings", Method: http.MethodGet, Path: "/regions/{region}/bookings", Tags: []string{"bookings"}, Summary: "The bookings you may see, by start",
	}, a.listBookings)
	add(a, read, huma.Operation{
		OperationID: "getBooking", Method: http.MethodGet, Path: "/regions/{region}/bookings/{id}", Tags: []string{"bookings"}, Summary: "One booking",
	}, func(ctx context.Context, in *InBooking) (*bookingOne, error) {
		b, err := a.of(ctx).Booking(ctx, in.id(), in.ID)
		if err != nil {
			return nil, err
		}
		return shownBooking(b), nil
	})
}

// listBookings pages by start and id, which is the order of the list.
func (a *API) listBookings(ctx context.Context, in *Bookings) (*bookingList, error) {
	f := service.BookingFilter{Location: in.Location, Staff: in.Staff, Urgent: in.Urgent, From: in.From, To: in.To, Limit: in.Limit + 1}
	if in.State != "" {
		f.States = append(f.States, service.BookingState(in.State))
	}
	list := "bookings " + in.Region + " " + in.Location + " " + in.Staff + " " + in.State
	if in.Cursor != "" {
		after, err := a.openCursor(ctx, list, in.Cursor)
		if err != nil {
			return nil, err
		}
		if f.After, f.AfterID, err = bookingKey(after); err != nil {
			return nil, problem.New(problem.BadCursor)
		}
	}
	all, err := a.of(ctx).Bookings(ctx, in.id(), f)
	if err != nil {
		return nil, err
	}
	page := Page[Booking]{Items: []Booking{}}
	for i := range all[:min(len(all), in.Limit)] {
		page.Items = append(page.Items, bookingOf(&all[i]))
	}
	if len(all) > in.Limit {
		last := &all[in.Limit-1]
		page.Next = a.cursor(ctx, list, last.Start.UTC().Format(time.RFC3339Nano)+" "+last.ID)
	}
	return &bookingList{page}, nil
}

func (a *API) makeBookings() {
	create := rights.Access{Resource: rights.Bookings, Act: rights.Create}
	made := func(in *bookingIn, b *service.Booking) *bookingMade {
		out := shownBooking(b)
		return &bookingMade{out.ETag, a.PublicURL + Prefix + "/regions/" + in.Region + "/bookings/" + b.ID, out.Body}
	}
	add(a, create, huma.Operation{
		OperationID: "holdSlot", Method: http.MethodPost, Path: "/regions/{region}/holds", Tags: []string{"bookings"}, DefaultStatus: http.StatusCreated,
		Summary: "Keep a moment for ten minutes",
	}, func(ctx context.Context, in *bookingIn) (*bookingMade, error) {
		r, err := in.request(ctx)
		if err != nil {
			return nil, err
		}
		b, err := a.of(ctx).Hold(ctx, in.id(), r)
		if err != nil {
			return nil, bookingFault(ctx, "body", err)
		}
		return made(in, b), nil
	})
	add(a, create, huma.Operation{
		OperationID: "createBooking", Method: http.MethodPost, Path: "/regions/{region}/bookings", Tags: []string{"bookings"}, DefaultStatus: http.StatusCreated,
		Summary: "Book a moment, or make a hold a booking",
	}, func(ctx context.Context, in *bookingIn) (*bookingMade, error) {
		r, err := in.request(ctx)
		if err != nil {
			return nil, err
		}
		b, err := a.of(ctx).Book(ctx, in.id(), r)
		if err != nil {
			return nil, bookingFault(ctx, "body", err)
		}
		return made(in, b), nil
	})
}

func (a *API) changeBookings() {
	change := rights.Access{Resource: rights.Bookings, Act: rights.Change}
	decide := rights.Access{Resource: rights.Bookings, Act: rights.Decide}
	shown := func(ctx context.Context, b *service.Booking, err error) (*bookingOne, error) {
		if err != nil {
			return nil, bookingFault(ctx, "body", err)
		}
		return shownBooking(b), nil
	}
	add(a, change, huma.Operation{
		OperationID: "moveBooking", Method: http.MethodPut, Path: "/regions/{region}/bookings/{id}/time", Tags: []string{"bookings"}, Errors: []int{412, 428},
		Summary: "Move a booking; the person stays unless you name another",
	}, func(ctx context.Context, in *moving) (*bookingOne, error) {
		b, err := a.of(ctx).Move(ctx, in.id(), in.ID, in.Body.Start, in.Body.Staff, in.unchanged)
		return shown(ctx, b, err)
	})
	add(a, decide, huma.Operation{
		OperationID: "approveBooking", Method: http.MethodPost, Path: "/regions/{region}/bookings/{id}/approval", Tags: []string{"bookings"}, Errors: []int{412, 428},
		Summary: "Approve a booking that waits for it",
	}, func(ctx context.Context, in *BookingWriting) (*bookingOne, error) {
		b, err := a.of(ctx).Approve(ctx, in.id(), in.ID, in.unchanged)
		return shown(ctx, b, err)
	})
	add(a, decide, huma.Operation{
		OperationID: "declineBooking", Method: http.MethodPost, Path: "/regions/{region}/bookings/{id}/refusal", Tags: []string{"bookings"}, Errors: []int{412, 428},
		Summary: "Decline a booking that waits for approval",
	}, func(ctx context.Context, in *refusing) (*bookingOne, error) {
		b, err := a.of(ctx).Decline(ctx, in.id(), in.ID, in.Body.Reason, in.unchanged)
		return shown(ctx, b, err)
	})
	add(a, rights.Access{Resource: rights.Bookings, Act: rights.Remove}, huma.Operation{
		OperationID: "cancelBooking", Method: http.MethodPost, Path: "/regions/{region}/bookings/{id}/cancellation", Tags: []string{"bookings"}, Errors: []int{412, 428},
		Summary: "Cancel a booking, or give a hold back",
	}, func(ctx context.Context, in *refusing) (*bookingOne, error) {
		b, err := a.of(ctx).Cancel(ctx, in.id(), in.ID, in.Body.Reason, in.unchanged)
		return shown(ctx, b, err)
	})
}
