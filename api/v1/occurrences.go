package v1

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/wijkplanner/wijkplanner/api/problem"
	"github.com/wijkplanner/wijkplanner/api/rights"
	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/service"
)

// Occurrence is one day of a meeting.
type Occurrence struct {
	Date    string `json:"date" format:"date"`
	Clock   string `json:"time" doc:"The local time of day." example:"09:00"`
	Minutes int    `json:"minutes"`
}

// Days is the period of a question.
type Days struct {
	From string `query:"from" format:"date" doc:"The first day; left out, today."`
	To   string `query:"to" format:"date" doc:"The last day, at most 366 days on; left out, that."`
}

func (d *Days) days() (from, to calendar.Date) { return dayOf(d.From), dayOf(d.To) }

// dayOf reads a day that the schema has let pass; NoDate for none.
func dayOf(text string) calendar.Date {
	d, err := calendar.ParseDate(text)
	if err != nil {
		return calendar.NoDate
	}
	return d
}

type occurrencesIn struct {
	InThing
	Days
	Paging
}

// OccurrenceMoment is where an occurrence goes.
type OccurrenceMoment struct {
	Date  string `json:"date" format:"date"`
	Clock string `json:"time" pattern:"^([01][0-9]|2[0-3]):[0-5][0-9]$" doc:"The local time of day." example:"09:00"`
}

// OccurrenceOut is what a change of an occurrence made.
type OccurrenceOut struct {
	Meeting Meeting  `json:"meeting" doc:"The meeting, as it is now."`
	Besides *Meeting `json:"besides,omitempty" doc:"The occurrence as a meeting of its own, when it has a time of day of its own."`
}

// InOccurrence is one occurrence of a meeting in the path of an operation.
type InOccurrence struct {
	InThing
	Date    string `path:"date" format:"date" doc:"The day on which it takes place."`
	IfMatch string `header:"If-Match" maxLength:"400" doc:"The ETag of the meeting as you saw it."`
}

type occurrenceMove struct {
	InOccurrence
	Body OccurrenceMoment
}

type occurrenceOne struct {
	ETag string `header:"ETag"`
	Body OccurrenceOut
}

// aboutOccurrences registers the operations on single days of meetings, and the
// questions that come before a meeting is agreed.
func (a *API) aboutOccurrences() {
	read, change := rights.Access{Resource: rights.Meetings, Act: rights.Read}, rights.Access{Resource: rights.Meetings, Act: rights.Change}
	at := "/regions/{region}/meetings/{id}/occurrences"
	add(a, read, huma.Operation{
		OperationID: "listOccurrences", Method: http.MethodGet, Path: at, Tags: []string{"meetings"}, Summary: "The days on which a meeting takes place",
	}, a.listOccurrences)
	add(a, change, needsMatch(huma.Operation{
		OperationID: "moveOccurrence", Method: http.MethodPut, Path: at + "/{date}", Tags: []string{"meetings"}, Summary: "Move one occurrence of a meeting",
	}), func(ctx context.Context, in *occurrenceMove) (*occurrenceOne, error) {
		clock, _ := calendar.ParseClock(in.Body.Clock) // the schema takes times only
		return a.changeOccurrence(ctx, &in.InOccurrence, dayOf(in.Body.Date), clock)
	})
	// 200 and not 204: the meeting that it leaves has a new ETag.
	add(a, change, needsMatch(huma.Operation{
		OperationID: "callOffOccurrence", Method: http.MethodDelete, Path: at + "/{date}", Tags: []string{"meetings"}, Summary: "Call off one occurrence of a meeting",
		DefaultStatus: http.StatusOK,
	}), func(ctx context.Context, in *InOccurrence) (*occurrenceOne, error) {
		return a.changeOccurrence(ctx, in, calendar.NoDate, 0)
	})
	a.aboutMoments()
}

func (a *API) listOccurrences(ctx context.Context, in *occurrencesIn) (*thingPage[Occurrence], error) {
	from, to := in.days()
	m, days, err := a.of(ctx).MeetingDays(ctx, in.id(), in.ID, from, to)
	if err != nil {
		return nil, asked("", err)
	}
	caller := rights.CallerOf(ctx)
	if !meetingIsOf(&caller, m) {
		return nil, problem.New(problem.NotFound)
	}
	all := make([]Occurrence, len(days))
	for i, d := range days {
		all[i] = Occurrence{d.String(), m.Clock.String(), m.Minutes}
	}
	page, err := paged(ctx, a, "occurrences "+in.Region+" "+in.ID+" "+listName(in.Days), all, in.Paging, func(o Occurrence) string { return o.Date })
	return &thingPage[Occurrence]{page}, err
}

// meetingIsOf reports whether a meeting is within the caller's reach.
func meetingIsOf(c *rights.Caller, m *planner.Meeting) bool {
	w := meetingOf(view{}, m)
	staff, location := ownerOfMeeting(&w)
	return c.Own(staff, location)
}

func (a *API) changeOccurrence(ctx context.Context, in *InOccurrence, to calendar.Date, clock calendar.Clock) (*occurrenceOne, error) {
	change := service.OccurrenceChange{Meeting: in.ID, Day: dayOf(in.Date), To: to, Clock: clock}
	m, besides, err := a.of(ctx).ChangeOccurrence(ctx, in.id(), change, func(_ *planner.State, m *planner.Meeting) error {
		return unchanged(in.IfMatch, meetingOf(view{}, m))
	})
	if err != nil {
		return nil, faultsIn(string(service.MeetingsFile), err)
	}
	out := OccurrenceOut{Meeting: meetingOf(view{}, m)}
	if besides != nil {
		w := meetingOf(view{}, besides)
		out.Besides = &w
	}
	return &occurrenceOne{etagOf(out.Meeting), out}, nil
}
