package v1

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/wijkplanner/wijkplanner/api/problem"
	"github.com/wijkplanner/wijkplanner/api/rights"
	"github.com/wijkplanner/wijkplanner/planner/service"
)

// AccountCalendar is a calendar that an app password opens.
type AccountCalendar struct {
	Kind          string `json:"kind" enum:"staff,location,district,role,team" doc:"Whose calendar it is."`
	Subject       string `json:"subject,omitempty" maxLength:"64" doc:"The id of the person, location, district or role; left out for the team."`
	Level         string `json:"level" enum:"full,no_names,busy" doc:"How much it tells."`
	HideCancelled bool   `json:"hide_cancelled,omitempty" doc:"Leave out visits that fell through."`
}

// AppPassword is an app password of one device, without its secret.
type AppPassword struct {
	ID        string            `json:"id" readOnly:"true" doc:"The user name too."`
	Calendars []AccountCalendar `json:"calendars" minItems:"1" maxItems:"50" nullable:"false"`
	Created   *time.Time        `json:"created_at,omitempty" readOnly:"true"`
	LastUsed  string            `json:"last_used,omitempty" readOnly:"true" format:"date" doc:"The last day on which it was read."`
	Ended     bool              `json:"ended" readOnly:"true" doc:"Revoked, or not used for long."`
}

// NewAppPassword is an account that was just made.
type NewAppPassword struct {
	AppPassword
	URL      string `json:"url" doc:"The address to give to the calendar program, with id as the user name."`
	Password string `json:"password" doc:"The app password. It is shown once: give it to one device, and to nobody."`
}

type accountNew struct {
	InRegion
	Body AppPassword
}

type accountMade struct {
	Location string `header:"Location"`
	Body     NewAppPassword
}

func caldavOf(x *service.CalDAVAccount, now time.Time) AppPassword {
	w := AppPassword{ID: x.ID, Calendars: []AccountCalendar{}, Created: moment(x.Created), LastUsed: x.LastUsed.String(), Ended: x.Ended(now)}
	for i := range x.Calendars {
		c := &x.Calendars[i]
		w.Calendars = append(w.Calendars, AccountCalendar{string(c.Scope.Kind), c.Scope.ID, string(c.Level), c.HideCancelled})
	}
	return w
}

// ownAccount reports whether an account is within the caller's reach: the
// region's, or one that opens the caller's own calendars alone.
func ownAccount(c *rights.Caller, w *AppPassword) bool {
	return !slices.ContainsFunc(w.Calendars, func(x AccountCalendar) bool { return !ownFeed(c, &Feed{Kind: x.Kind, Subject: x.Subject}) })
}

// aboutCalDAV registers the operations on app passwords, which open calendars as
// feeds do.
func (a *API) aboutCalDAV() {
	at := "/regions/{region}/caldav-accounts"
	op := func(id, method, path, summary string, status int) huma.Operation {
		return huma.Operation{OperationID: id, Method: method, Path: path, Tags: []string{"caldav-accounts"}, Summary: summary, DefaultStatus: status}
	}
	add(a, rights.Access{Resource: rights.Feeds, Act: rights.Read}, op("listCalDAVAccounts", http.MethodGet, at, "The app passwords by which devices read calendars (CalDAV)", 200),
		func(ctx context.Context, in *inRegionPaging) (*thingPage[AppPassword], error) {
			all, err := a.caldavAccounts(ctx, in.InRegion)
			if err != nil {
				return nil, err
			}
			page, err := paged(ctx, a, "caldav-accounts "+in.Region, all, in.Paging, func(w AppPassword) string { return w.ID })
			return &thingPage[AppPassword]{page}, err
		})
	add(a, rights.Access{Resource: rights.Feeds, Act: rights.Create}, op("createCalDAVAccount", http.MethodPost, at, "Make an app password for one device; it is shown once", 201), a.createCalDAVAccount)
	add(a, rights.Access{Resource: rights.Feeds, Act: rights.Remove}, op("removeCalDAVAccount", http.MethodDelete, at+"/{id}", "Revoke an app password", 204),
		func(ctx context.Context, in *InThing) (*struct{}, error) {
			all, err := a.caldavAccounts(ctx, in.InRegion)
			if err == nil && !slices.ContainsFunc(all, func(w AppPassword) bool { return w.ID == in.ID }) {
				err = problem.New(problem.NotFound)
			}
			if err != nil {
				return nil, err
			}
			return nil, a.of(ctx).EndCalDAVAccount(ctx, in.id(), in.ID)
		})
}

// caldavAccounts returns the accounts within the caller's reach, by id.
func (a *API) caldavAccounts(ctx context.Context, in InRegion) ([]AppPassword, error) {
	if err := a.there(ctx, in); err != nil {
		return nil, err
	}
	all, err := a.of(ctx).CalDAVAccounts(ctx, in.id())
	if err != nil {
		return nil, err
	}
	caller := rights.CallerOf(ctx)
	out := []AppPassword{}
	for i := range all {
		if w := caldavOf(&all[i], a.Now()); ownAccount(&caller, &w) {
			out = append(out, w)
		}
	}
	slices.SortFunc(out, func(x, y AppPassword) int { return strings.Compare(x.ID, y.ID) })
	return out, nil
}

func (a *API) createCalDAVAccount(ctx context.Context, in *accountNew) (*accountMade, error) {
	if err := a.there(ctx, in.InRegion); err != nil {
		return nil, err
	}
	caller := rights.CallerOf(ctx)
	if !ownAccount(&caller, &in.Body) {
		return nil, problem.New(problem.NotFound)
	}
	calendars := make([]service.NewFeed, len(in.Body.Calendars))
	for i, c := range in.Body.Calendars {
		calendars[i] = service.NewFeed{
			Scope: service.FeedScope{Region: in.id(), Kind: service.FeedKind(c.Kind), ID: c.Subject}, Level: service.FeedLevel(c.Level), HideCancelled: c.HideCancelled,
		}
	}
	user, password, err := a.of(ctx).CreateCalDAVAccount(ctx, calendars...)
	if errors.Is(err, service.ErrNotFound) {
		return nil, problem.New(problem.BadRequest).With(problem.InputFault{In: "body.calendars", Detail: "expected ids of people, locations, districts and roles of the region, and none for the team"})
	}
	if err != nil {
		return nil, err
	}
	w := AppPassword{ID: user, Calendars: in.Body.Calendars, Created: moment(a.Now())}
	return &accountMade{Prefix + "/regions/" + in.Region + "/caldav-accounts/" + user, NewAppPassword{w, a.PublicURL + "/dav/", password}}, nil
}
