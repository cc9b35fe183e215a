package v1

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/wijkplanner/wijkplanner/api/problem"
	"github.com/wijkplanner/wijkplanner/api/rights"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/service"
)

// Feed is a calendar to subscribe to, without its secret.
type Feed struct {
	ID            string     `json:"id" readOnly:"true"`
	Kind          string     `json:"kind" enum:"staff,location,district,role,team" doc:"Whose calendar it is."`
	Subject       string     `json:"subject,omitempty" maxLength:"64" doc:"The id of the person, location, district or role; left out for the team."`
	Level         string     `json:"level" enum:"full,no_names,busy" doc:"How much it tells."`
	HideCancelled bool       `json:"hide_cancelled,omitempty" doc:"Leave out visits that fell through."`
	Created       *time.Time `json:"created_at,omitempty" readOnly:"true"`
	LastUsed      string     `json:"last_used,omitempty" readOnly:"true" format:"date" doc:"The last day on which it was read."`
	Ended         bool       `json:"ended" readOnly:"true" doc:"Revoked, or not used for long."`
}

// NewFeed is a feed that was just made, with the address that is shown once.
type NewFeed struct {
	Feed
	URL string `json:"url" doc:"The address to subscribe to. It is shown once: keep it, and give it to nobody."`
}

type feedNew struct {
	InRegion
	Body Feed
}

type feedMade struct {
	Location string `header:"Location"`
	Body     NewFeed
}

func feedOf(f *service.Feed, now time.Time) Feed {
	return Feed{
		f.ID, string(f.Scope.Kind), f.Scope.ID, string(f.Level), f.HideCancelled, moment(f.Created),
		f.LastUsed.String(), f.Ended(now),
	}
}

func ownFeed(c *rights.Caller, f *Feed) bool {
	if c.Reach == rights.Own {
		return f.Kind == "staff" && c.Own(f.Subject, "")
	}
	return c.Reach >= rights.Region
}

func (a *API) aboutFeeds() {
	read := rights.Access{Resource: rights.Feeds, Act: rights.Read}
	add(a, read, huma.Operation{
		OperationID: "listFeeds", Method: http.MethodGet, Path: "/regions/{region}/feeds", Tags: []string{"feeds"}, Summary: "The calendars that can be subscribed to",
	}, func(ctx context.Context, in *inRegionPaging) (*thingPage[Feed], error) {
		all, err := a.feeds(ctx, in.InRegion)
		if err != nil {
			return nil, err
		}
		page, err := paged(ctx, a, "feeds "+in.Region, all, in.Paging, func(f Feed) string { return f.ID })
		return &thingPage[Feed]{page}, err
	})
	add(a, rights.Access{Resource: rights.Feeds, Act: rights.Create}, huma.Operation{
		OperationID: "createFeed", Method: http.MethodPost, Path: "/regions/{region}/feeds", Tags: []string{"feeds"},
		Summary: "Make a calendar to subscribe to; its address is shown once", DefaultStatus: http.StatusCreated,
	}, a.createFeed)
	add(a, rights.Access{Resource: rights.Feeds, Act: rights.Remove}, huma.Operation{
		OperationID: "removeFeed", Method: http.MethodDelete, Path: "/regions/{region}/feeds/{id}", Tags: []string{"feeds"},
		Summary: "Revoke a calendar: its address opens nothing any more", DefaultStatus: http.StatusNoContent,
	}, func(ctx context.Context, in *InThing) (*struct{}, error) {
		all, err := a.feeds(ctx, in.InRegion)
		if err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(all, func(f Feed) bool { return f.ID == in.ID }) {
			return nil, problem.New(problem.NotFound)
		}
		return nil, a.of(ctx).EndFeed(ctx, in.id(), in.ID)
	})
}

// feeds returns the feeds of a region that are within the caller's reach, by id.
func (a *API) feeds(ctx context.Context, in InRegion) ([]Feed, error) {
	if err := a.there(ctx, in); err != nil {
		return nil, err
	}
	all, err := a.of(ctx).Feeds(ctx, in.id())
	if err != nil {
		return nil, err
	}
	caller := rights.CallerOf(ctx)
	out := []Feed{}
	for i := range all {
		if f := feedOf(&all[i], a.Now()); ownFeed(&caller, &f) {
			out = append(out, f)
		}
	}
	slices.SortFunc(out, func(x, y Feed) int { return strings.Compare(x.ID, y.ID) })
	return out, nil
}

// there says that a region in a path is not there, or not the caller's.
func (a *API) there(ctx context.Context, in InRegion) error {
	all, err := a.of(ctx).Regions(ctx)
	if err == nil && !slices.ContainsFunc(all, func(r service.Region) bool { return r.ID == in.id() }) {
		err = problem.New(problem.NotFound)
	}
	return err
}

func (a *API) createFeed(ctx context.Context, in *feedNew) (*feedMade, error) {
	if err := a.there(ctx, in.InRegion); err != nil {
		return nil, err
	}
	caller := rights.CallerOf(ctx)
	if !ownFeed(&caller, &in.Body) {
		return nil, problem.New(problem.NotFound)
	}
	id, token, err := a.of(ctx).CreateFeed(ctx, service.NewFeed{
		Scope: service.FeedScope{Region: in.id(), Kind: service.FeedKind(in.Body.Kind), ID: in.Body.Subject},
		Level: service.FeedLevel(in.Body.Level), HideCancelled: in.Body.HideCancelled,
	})
	if errors.Is(err, service.ErrNotFound) || err != nil && (in.Body.Kind == "team") != (in.Body.Subject == "") {
		return nil, problem.New(problem.BadRequest).With(problem.InputFault{In: "body.subject", Detail: "expected the id of a " + in.Body.Kind + " of the region, and none for the team"})
	}
	if err != nil {
		return nil, err
	}
	f := in.Body
	f.ID, f.Created, f.LastUsed, f.Ended = id, moment(a.Now()), "", false
	return &feedMade{Prefix + "/regions/" + in.Region + "/feeds/" + id, NewFeed{f, a.PublicURL + "/f/" + token + ".ics"}}, nil
}

// Contact is somebody who gets mail about a person's or a location's events.
type Contact struct {
	ID       int64  `json:"id,omitempty" readOnly:"true"`
	Kind     string `json:"kind" enum:"staff,location"`
	Subject  string `json:"subject" minLength:"1" maxLength:"64" doc:"The id of the person or location."`
	Name     string `json:"name,omitempty" maxLength:"120"`
	Mail     string `json:"mail" format:"email" maxLength:"254" doc:"An administrator sees no more of it than its domain."`
	Language string `json:"language" enum:"nl,en"`
	Calendar string `json:"calendar" enum:"invitation,feed" doc:"How their calendar learns of events."`
}

type contactNew struct {
	InRegion
	Body Contact
}

type contactMade struct {
	Location string `header:"Location"`
	Body     Contact
}

func contactOf(caller *rights.Caller, c *service.Contact) Contact {
	w := Contact{c.ID, string(c.Scope.Kind), c.Scope.ID, c.Name, c.Mail, string(c.Language), string(c.Calendar)}
	if caller.Role == service.Administrator {
		_, domain, _ := strings.Cut(w.Mail, "@")
		w.Mail = "hidden@" + domain
	}
	return w
}

// ownContact reports whether a contact is within the caller's reach: the lead's
// all, somebody's own, and those of the locations that somebody serves; a contact's
// is themselves, and none of a colleague at the same location.
func ownContact(c *rights.Caller, served map[string]bool, x *service.Contact) bool {
	if c.Reach >= rights.Region {
		return true
	}
	if x.Scope.Kind == "staff" {
		return c.Own(x.Scope.ID, "")
	}
	if c.Role == service.LocationContact {
		return c.Own("", x.Scope.ID) && x.ID == c.Contact
	}
	return served[x.Scope.ID]
}

func (a *API) aboutContacts() {
	add(a, rights.Access{Resource: rights.Contacts, Act: rights.Read}, huma.Operation{
		OperationID: "listContacts", Method: http.MethodGet, Path: "/regions/{region}/contacts", Tags: []string{"contacts"}, Summary: "Who gets mail about what is planned",
	}, a.listContacts)
	add(a, rights.Access{Resource: rights.Contacts, Act: rights.Create}, huma.Operation{
		OperationID: "createContact", Method: http.MethodPost, Path: "/regions/{region}/contacts", Tags: []string{"contacts"},
		Summary: "Add a contact, or change the one with this address", DefaultStatus: http.StatusCreated,
	}, func(ctx context.Context, in *contactNew) (*contactMade, error) {
		c := service.Contact{
			Scope: service.FeedScope{Region: in.id(), Kind: service.FeedKind(in.Body.Kind), ID: in.Body.Subject}, Name: in.Body.Name, Mail: in.Body.Mail,
			Language: service.Language(in.Body.Language), Calendar: service.CalendarWay(in.Body.Calendar),
		}
		if err := a.there(ctx, in.InRegion); err != nil {
			return nil, err
		}
		id, err := a.of(ctx).AddContact(ctx, c)
		var faults service.ContactsError
		switch {
		case errors.As(err, &faults):
			return nil, problem.New(problem.BadRequest).With(problem.InputFault{In: "body", Detail: faults[0].Error()})
		case errors.Is(err, service.ErrNotFound):
			return nil, problem.New(problem.BadRequest).With(problem.InputFault{In: "body.subject", Detail: "expected a person or location of the region"})
		case err != nil:
			return nil, err
		}
		c.ID, c.Mail = id, strings.ToLower(c.Mail)
		caller := rights.CallerOf(ctx)
		return &contactMade{fmt.Sprintf("%s/regions/%s/contacts/%d", Prefix, in.Region, id), contactOf(&caller, &c)}, nil
	})
	add(a, rights.Access{Resource: rights.Contacts, Act: rights.Remove}, huma.Operation{
		OperationID: "removeContact", Method: http.MethodDelete, Path: "/regions/{region}/contacts/{id}", Tags: []string{"contacts"},
		Summary: "Forget a contact, with all that was and would be mailed", DefaultStatus: http.StatusNoContent,
	}, func(ctx context.Context, in *InContact) (*struct{}, error) {
		return nil, a.of(ctx).RemoveContact(ctx, in.id(), in.ID)
	})
}

func (a *API) listContacts(ctx context.Context, in *inRegionPaging) (*thingPage[Contact], error) {
	state, err := a.of(ctx).State(ctx, in.id())
	if err != nil {
		return nil, err
	}
	all, err := a.of(ctx).Contacts(ctx, in.id())
	if err != nil {
		return nil, err
	}
	caller := rights.CallerOf(ctx)
	served := servedBy(state, caller.Staff)
	out := []Contact{}
	for i := range all {
		if ownContact(&caller, served, &all[i]) {
			out = append(out, contactOf(&caller, &all[i]))
		}
	}
	slices.SortFunc(out, func(x, y Contact) int { return int(x.ID - y.ID) })
	page, err := paged(ctx, a, "contacts "+in.Region, out, in.Paging, func(c Contact) string { return fmt.Sprintf("%019d", c.ID) })
	return &thingPage[Contact]{page}, err
}

// Mail is a mail in the outbox: how far it is, and never what it says.
type Mail struct {
	ID       int64      `json:"id"`
	Kind     string     `json:"kind"`
	About    string     `json:"contact_kind" enum:"staff,location"`
	Subject  string     `json:"contact_subject" doc:"The person or location that it is about."`
	State    string     `json:"state" enum:"waiting,sent,dead,dropped"`
	Attempts int        `json:"attempts"`
	Fault    string     `json:"fault,omitempty" doc:"The code of why the last attempt failed."`
	Created  time.Time  `json:"created_at"`
	Ended    *time.Time `json:"ended_at,omitempty"`
}

type outboxIn struct {
	State string `query:"state" enum:"waiting,sent,dead,dropped" default:"dead" doc:"How far the mails are."`
	Limit int    `query:"limit" minimum:"1" maximum:"200" default:"50" doc:"How many of the newest."`
}

type inMail struct {
	ID int64 `path:"id" minimum:"1" doc:"The mail's id."`
}

func (a *API) aboutOutbox() {
	add(a, rights.Access{Resource: rights.Outbox, Act: rights.Read}, huma.Operation{
		OperationID: "listOutbox", Method: http.MethodGet, Path: "/outbox", Tags: []string{"outbox"}, Summary: "Mails, the newest first, without what they say",
	}, func(ctx context.Context, in *outboxIn) (*thingPage[Mail], error) {
		all, err := a.of(ctx).Outbox(ctx, service.MailState(in.State), in.Limit)
		if err != nil {
			return nil, err
		}
		out := Page[Mail]{Items: []Mail{}}
		for i := range all {
			m := &all[i]
			out.Items = append(out.Items, Mail{
				m.ID, string(m.Kind), string(m.Contact.Scope.Kind), m.Contact.Scope.ID, string(m.State), m.Attempts, m.Fault, m.Created.UTC(), moment(m.Ended),
			})
		}
		return &thingPage[Mail]{out}, nil
	})
	add(a, rights.Access{Resource: rights.Outbox, Act: rights.Change}, huma.Operation{
		OperationID: "requeueMail", Method: http.MethodPost, Path: "/outbox/{id}/requeue", Tags: []string{"outbox"},
		Summary: "Try a dead mail again", DefaultStatus: http.StatusNoContent,
	}, func(ctx context.Context, in *inMail) (*struct{}, error) {
		return nil, a.of(ctx).RequeueMail(ctx, in.ID)
	})
}

// Change is one difference between what is known and what an import says.
type Change struct {
	What  string `json:"what" example:"location"`
	ID    string `json:"id"`
	Name  string `json:"name"`
	Kind  string `json:"kind" enum:"opened,closed,holder,capacity,registration,field"`
	Field string `json:"field,omitempty"`
	From  string `json:"from,omitempty"`
	To    string `json:"to,omitempty"`
}

// ImportReport is what an import did, or would do.
type ImportReport struct {
	Region  string   `json:"region"`
	New     bool     `json:"new" doc:"The region was not there before."`
	Version int64    `json:"version" doc:"The region's version: after the import, or for a preview the one to accept it against."`
	Written bool     `json:"written" doc:"It was taken in; a preview never is."`
	Changes []Change `json:"changes" nullable:"false"`
	Kept    []Pin    `json:"kept" nullable:"false" doc:"Pins made before of which the folder says nothing: they stay."`
	Lost    []Pin    `json:"lost" nullable:"false" doc:"Pins made before of which the folder gives days to others, or no longer has the place or the person."`

	Conflicts []ByHandConflict `json:"conflicts" nullable:"false" doc:"What was made by hand and the import gives to others: byHand of the import says which is to be."`
}

// ByHandConflict is an assignment that somebody made by hand and one of an
// import that cannot both be.
type ByHandConflict struct {
	ByHand   Pin `json:"by_hand"`
	Imported Pin `json:"imported"`
}

func byHandConflicts(all []service.ByHandConflict) []ByHandConflict {
	out := make([]ByHandConflict, len(all))
	for i, c := range all {
		out[i] = ByHandConflict{pin(&c.ByHand), pin(&c.Imported)}
	}
	return out
}

// InByHand is the choice of an import about what was made by hand.
type InByHand struct {
	ByHand string `query:"byHand" enum:"keep,replace" doc:"What becomes of assignments made by hand that the import gives to others. Left out, an import with such is refused with 409."`
}

// Pin is an assignment that somebody made by hand.
type Pin struct {
	Location  string `json:"location_id"`
	Role      string `json:"role"`
	Staff     string `json:"staff_id"`
	Kind      string `json:"kind" enum:"primary,backup"`
	ValidFrom string `json:"valid_from,omitempty" format:"date" doc:"The first day; left out for open."`
	ValidTo   string `json:"valid_to,omitempty" format:"date" doc:"The last day; left out for open."`
}

func pins(all []planner.Assignment) []Pin {
	out := make([]Pin, len(all))
	for i := range all {
		out[i] = pin(&all[i])
	}
	return out
}

func pin(a *planner.Assignment) Pin {
	return Pin{a.Location, a.Role, a.Staff, string(a.Kind), a.From.String(), a.To.String()}
}

type importIn struct {
	InRegion
	RawBody []byte `contentType:"application/zip"`
}

type importAccept struct {
	InRegion
	InByHand
	Version int64  `query:"version" required:"true" minimum:"0" doc:"The version that the preview showed; 0 for a region that is new."`
	RawBody []byte `contentType:"application/zip"`
}

type importOne struct{ Body ImportReport }

// largestImport bounds a zip file, in bytes.
const largestImport = 32 << 20

func (a *API) aboutImports() {
	op := func(id, path, summary string, status int) huma.Operation {
		return huma.Operation{
			OperationID: id, Method: http.MethodPost, Path: "/regions/{region}/imports" + path, Tags: []string{"imports"}, Summary: summary,
			DefaultStatus: status, MaxBodyBytes: largestImport, BodyReadTimeout: time.Minute,
		}
	}
	row := rights.Access{Resource: rights.Imports, Act: rights.Create}
	add(a, row, op("previewImport", "/preview", "What the zip file of an input folder would change; nothing is written", http.StatusOK),
		func(ctx context.Context, in *importIn) (*importOne, error) {
			return imported(a.of(ctx).FolderImport(ctx, in.id(), in.RawBody, -1, service.ImportOptions{DryRun: true}))
		})
	add(a, row, op("createImport", "", "Take in the zip file of an input folder, all of it or nothing, against the version that was previewed", http.StatusCreated),
		func(ctx context.Context, in *importAccept) (*importOne, error) {
			return imported(a.of(ctx).FolderImport(ctx, in.id(), in.RawBody, in.Version, service.ImportOptions{ByHand: service.ByHand(in.ByHand)}))
		})
}

func imported(r *service.FolderReport, err error) (*importOne, error) {
	if err != nil {
		return nil, fileFaults(err)
	}
	return &importOne{ImportReport{
		Region: shownRegion(r.Region), New: r.New, Version: r.Version, Written: r.Written, Changes: importChanges(r.Changes), Kept: pins(r.Kept), Lost: pins(r.Lost), Conflicts: byHandConflicts(r.Conflicts),
	}}, nil
}

func importChanges(all []planner.Change) []Change {
	out := make([]Change, len(all))
	for i, c := range all {
		out[i] = Change{c.What, c.ID, c.Name, string(c.Kind), c.Field, c.From, c.To}
	}
	return out
}
