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
	"github.com/wijkplanner/wijkplanner/planner/service"
)

// BusySource is a calendar of somebody's own from which busy times are read.
// Its address is a secret that is written and never read.
type BusySource struct {
	ID         string     `json:"id"`
	Staff      string     `json:"staff_id"`
	Created    time.Time  `json:"created_at"`
	Checked    *time.Time `json:"checked_at,omitempty" doc:"When it was last asked for."`
	Good       *time.Time `json:"good_at,omitempty" doc:"When the copy that is kept was last known to be right."`
	Stale      bool       `json:"stale" doc:"The copy is so old that somebody should look at it."`
	Failures   int        `json:"failures" doc:"How many readings in a row went wrong in the same way."`
	Fault      string     `json:"fault,omitempty" doc:"The code of what went wrong."`
	Unreadable int        `json:"unreadable" doc:"How many of its events could not be read."`
}

// BusyAddress is where a calendar is.
type BusyAddress struct {
	Address string `json:"address" minLength:"1" maxLength:"2000" doc:"The https or webcal address of the calendar (iCalendar). It is a secret: no answer holds it." writeOnly:"true"`
}

// NewBusySource is a calendar to read.
type NewBusySource struct {
	Staff string `json:"staff_id,omitempty" maxLength:"64" doc:"Left out: yourself."`
	BusyAddress
}

// BusyTrial is what a calendar gave when it was tried.
type BusyTrial struct {
	Fault      string `json:"fault,omitempty" doc:"The code of what went wrong; left out when nothing did."`
	Busy       int    `json:"busy" doc:"How many busy times it has in the days that are kept."`
	Unreadable int    `json:"unreadable" doc:"How many of its events cannot be read."`
}

type (
	busyNew struct {
		InRegion
		Body NewBusySource
	}
	busyMade struct {
		Location string `header:"Location"`
		Body     BusySource
	}
	busyAddressIn struct {
		InThing
		Body BusyAddress
	}
	busyOne   struct{ Body BusySource }
	busyTried struct{ Body BusyTrial }
)

func busyOf(s *service.BusySource, now time.Time) BusySource {
	return BusySource{
		ID: s.ID, Staff: s.Staff, Created: s.Created.UTC(), Checked: moment(s.Checked), Good: moment(s.Good), Stale: service.BusyStale(s, now),
		Failures: s.Failures, Fault: s.Fault, Unreadable: s.Faults,
	}
}

// aboutBusySources registers the operations on people's own calendars. Only they
// themselves add, change, try and remove them.
func (a *API) aboutBusySources() {
	at, one := "/regions/{region}/busy-sources", "/regions/{region}/busy-sources/{id}"
	op := func(id, method, path, summary string, status int) huma.Operation {
		return huma.Operation{OperationID: id, Method: method, Path: path, Tags: []string{"busy-sources"}, Summary: summary, DefaultStatus: status}
	}
	row := func(act rights.Act) rights.Access { return rights.Access{Resource: rights.BusySources, Act: act} }
	add(a, row(rights.Read), op("listBusySources", http.MethodGet, at, "The calendars of their own from which people's busy times are read", 200), a.listBusySources)
	add(a, row(rights.Create), op("createBusySource", http.MethodPost, at, "Have busy times read from a calendar of your own, which is tried first", 201), a.createBusySource)
	add(a, row(rights.Change), op("changeBusyAddress", http.MethodPut, one+"/address", "Give a calendar of your own another address, which is tried first", 200),
		func(ctx context.Context, in *busyAddressIn) (*busyOne, error) {
			src, err := a.busySource(ctx, &in.InThing)
			if err != nil {
				return nil, err
			}
			reader, err := a.busyReader(ctx)
			if err == nil {
				err = reader.Change(ctx, src, in.Body.Address)
			}
			if err != nil {
				return nil, busyFault(err)
			}
			src, err = a.busySource(ctx, &in.InThing)
			if err != nil {
				return nil, err
			}
			return &busyOne{busyOf(src, a.Now())}, nil
		})
	add(a, row(rights.Change), op("tryBusySource", http.MethodPost, one+"/trials", "Read a calendar of your own now and tell how it went", 200),
		func(ctx context.Context, in *InThing) (*busyTried, error) {
			src, err := a.busySource(ctx, in)
			if err != nil {
				return nil, err
			}
			reader, err := a.busyReader(ctx)
			if err != nil {
				return nil, err
			}
			trial, err := reader.Try(ctx, src)
			return &busyTried{BusyTrial(trial)}, err
		})
	add(a, row(rights.Remove), op("removeBusySource", http.MethodDelete, one, "Forget a calendar of your own and its busy times", 204),
		func(ctx context.Context, in *InThing) (*struct{}, error) {
			if _, err := a.busySource(ctx, in); err != nil {
				return nil, err
			}
			return nil, a.of(ctx).RemoveBusySource(ctx, in.ID)
		})
}

// busyReader reads calendars for the caller; without a key for the addresses none
// can be read.
func (a *API) busyReader(ctx context.Context) (*service.BusyReader, error) {
	if a.Busy == nil {
		return nil, problem.New(problem.Unavailable)
	}
	return a.Busy.As(rights.CallerOf(ctx).Scope), nil
}

// busyFault says what is wrong with a calendar, without its address.
func busyFault(err error) error {
	var fetch *service.FetchError
	var read *calendar.ReadError
	switch {
	case errors.As(err, &fetch):
		return problem.New(problem.BadRequest).With(problem.InputFault{In: "body.address", Detail: fetch.English})
	case errors.As(err, &read):
		return problem.New(problem.BadRequest).With(problem.InputFault{In: "body.address", Detail: read.English})
	}
	return err
}

func (a *API) busySources(ctx context.Context, in InRegion) ([]service.BusySource, error) {
	if err := a.there(ctx, in); err != nil {
		return nil, err
	}
	all, err := a.of(ctx).BusySources(ctx, in.id())
	caller := rights.CallerOf(ctx)
	return slices.DeleteFunc(all, func(s service.BusySource) bool { return !caller.Own(s.Staff, "") }), err
}

func (a *API) busySource(ctx context.Context, in *InThing) (*service.BusySource, error) {
	all, err := a.busySources(ctx, in.InRegion)
	at := slices.IndexFunc(all, func(s service.BusySource) bool { return s.ID == in.ID })
	if err == nil && at < 0 {
		err = problem.New(problem.NotFound)
	}
	if err != nil {
		return nil, err
	}
	return &all[at], nil
}

func (a *API) listBusySources(ctx context.Context, in *inRegionPaging) (*thingPage[BusySource], error) {
	all, err := a.busySources(ctx, in.InRegion)
	if err != nil {
		return nil, err
	}
	out := make([]BusySource, len(all))
	for i := range all {
		out[i] = busyOf(&all[i], a.Now())
	}
	id := func(s BusySource) string { return s.ID }
	page, err := paged(ctx, a, "busy-sources "+in.Region, sortedBy(out, id), in.Paging, id)
	return &thingPage[BusySource]{page}, err
}

func (a *API) createBusySource(ctx context.Context, in *busyNew) (*busyMade, error) {
	if err := a.there(ctx, in.InRegion); err != nil {
		return nil, err
	}
	caller := rights.CallerOf(ctx)
	if in.Body.Staff == "" {
		in.Body.Staff = caller.Staff
	}
	if !caller.Own(in.Body.Staff, "") {
		return nil, problem.New(problem.NotFound)
	}
	reader, err := a.busyReader(ctx)
	if err != nil {
		return nil, err
	}
	id, err := reader.Add(ctx, in.id(), in.Body.Staff, in.Body.Address)
	if err != nil {
		return nil, busyFault(err)
	}
	src, err := a.busySource(ctx, &InThing{in.InRegion, id})
	if err != nil {
		return nil, err
	}
	return &busyMade{Prefix + "/regions/" + in.Region + "/busy-sources/" + id, busyOf(src, a.Now())}, nil
}
