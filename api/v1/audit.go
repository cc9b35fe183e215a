package v1

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/wijkplanner/wijkplanner/api/problem"
	"github.com/wijkplanner/wijkplanner/api/rights"
	"github.com/wijkplanner/wijkplanner/planner/service"
)

// AuditEntry is a line of the audit log: who did what, and never a value.
type AuditEntry struct {
	Number  int64     `json:"number" doc:"In the order of writing."`
	When    time.Time `json:"recorded_at"`
	Actor   string    `json:"actor" example:"user:12"`
	Role    string    `json:"role"`
	Region  string    `json:"region,omitempty"`
	Verb    string    `json:"verb" example:"change"`
	Object  string    `json:"object" example:"booking"`
	ID      string    `json:"object_id,omitempty"`
	Fields  []string  `json:"fields,omitempty" doc:"The names of what changed."`
	Reason  string    `json:"reason,omitempty" doc:"A code."`
	Request string    `json:"request_id,omitempty"`
}

type auditIn struct {
	InRegion
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50" doc:"How many at most."`
	Before int64  `query:"before" minimum:"0" doc:"Only those written before this number: the last one of the answer before."`
	Actor  string `query:"actor" maxLength:"100"`
	Object string `query:"object" maxLength:"64"`
}

type auditOut struct {
	Body struct {
		Items []AuditEntry `json:"items" nullable:"false"`
	}
}

type archiveOut struct {
	ContentType        string `header:"Content-Type"`
	ContentDisposition string `header:"Content-Disposition"`
	Body               []byte
}

func (a *API) aboutAudit() {
	add(a, rights.Access{Resource: rights.Audit, Act: rights.Read}, huma.Operation{
		OperationID: "listAudit", Method: http.MethodGet, Path: "/regions/{region}/audit-entries", Tags: []string{"audit"},
		Summary: "Who did what, the newest first; reading it is recorded too",
	}, func(ctx context.Context, in *auditIn) (*auditOut, error) {
		if err := a.there(ctx, in.InRegion); err != nil {
			return nil, err
		}
		all, err := a.of(ctx).Audit(ctx, service.AuditQuery{Region: in.id(), Actor: in.Actor, Object: in.Object, Before: in.Before, Limit: in.Limit})
		out := &auditOut{}
		out.Body.Items = make([]AuditEntry, len(all))
		for i := range all {
			e := &all[i]
			out.Body.Items[i] = AuditEntry{
				e.Number, e.When.UTC(), e.Actor, string(e.Role), e.Region, string(e.Verb), e.Object, e.ID, e.Fields, e.Reason, e.Request,
			}
		}
		return out, err
	})
	add(a, rights.Access{Resource: rights.OwnData, Act: rights.Read}, ownDataOperation("exportOwnData", "/own-data-exports",
		"Everything that is kept about you, as a zip archive of JSON and CSV"), a.exportOwnData)
}

// exportOwnData writes what is kept about the caller: the contact, the person of
// the staff, or else the account.
func (a *API) exportOwnData(ctx context.Context, _ *struct{}) (*archiveOut, error) {
	caller := rights.CallerOf(ctx)
	who := service.Subject{Kind: service.StaffSubject, Region: caller.Region, ID: caller.Staff}
	switch {
	case caller.Role == service.LocationContact:
		who = service.Subject{Kind: service.ContactSubject, ID: strconv.FormatInt(caller.Contact, 10)}
	case caller.Staff == "":
		who = service.Subject{Kind: service.UserSubject, ID: strings.TrimPrefix(caller.Actor, "user:")}
	}
	return a.ownData(ctx, who)
}

// LocationLink is the link by which a location's contact comes in, without its
// secret.
type LocationLink struct {
	ID       string    `json:"id"`
	Contact  int64     `json:"contact_id"`
	Location string    `json:"location_id"`
	Created  time.Time `json:"created_at"`
	Expires  time.Time `json:"expires_at"`
	LastUsed string    `json:"last_used,omitempty" format:"date"`
}

type (
	linkPage struct{ Body Page[LocationLink] }
	linkIn   struct {
		InRegion
		Contact int64 `path:"contact" minimum:"1"`
	}
	linkMade struct {
		Body struct {
			URL string `json:"url" doc:"The link. It is shown once."`
		}
	}
)

func (a *API) aboutLocationLinks() {
	op := func(id, method, path, summary string, status int) huma.Operation {
		return huma.Operation{OperationID: id, Method: method, Path: path, Tags: []string{"location-links"}, Summary: summary, DefaultStatus: status}
	}
	add(a, rights.Access{Resource: rights.LocationLinks, Act: rights.Read}, op("listLocationLinks", http.MethodGet, "/regions/{region}/location-links", "The links of locations that are good", 200),
		func(ctx context.Context, in *inRegionPaging) (*linkPage, error) {
			all, err := a.of(ctx).LocationLinks(ctx, in.id())
			if err == nil {
				err = a.there(ctx, in.InRegion)
			}
			if err != nil {
				return nil, err
			}
			out := make([]LocationLink, len(all))
			for i := range all {
				l := &all[i]
				out[i] = LocationLink{l.ID, l.Contact, l.Location, l.Created.UTC(), l.Expires.UTC(), l.LastUsed.String()}
			}
			id := func(l LocationLink) string { return l.ID }
			page, err := paged(ctx, a, "location-links "+in.Region, sortedBy(out, id), in.Paging, id)
			return &linkPage{page}, err
		})
	add(a, rights.Access{Resource: rights.LocationLinks, Act: rights.Change}, op("rotateLocationLink", http.MethodPut, "/regions/{region}/contacts/{contact}/location-link", "Make a new link for a contact; the one before ends", 200),
		func(ctx context.Context, in *linkIn) (*linkMade, error) {
			if err := a.contactThere(ctx, in); err != nil {
				return nil, err
			}
			token, err := a.of(ctx).RotateLocationLink(ctx, in.Contact)
			out := &linkMade{}
			out.Body.URL = a.PublicURL + "/location/" + token
			return out, err
		})
	add(a, rights.Access{Resource: rights.LocationLinks, Act: rights.Remove}, op("removeLocationLink", http.MethodDelete, "/regions/{region}/contacts/{contact}/location-link", "End the link of a contact", 204),
		func(ctx context.Context, in *linkIn) (*struct{}, error) {
			if err := a.contactThere(ctx, in); err != nil {
				return nil, err
			}
			return nil, a.of(ctx).RevokeLocationLink(ctx, in.Contact)
		})
}

// contactThere says that a contact is not of the region in the path.
func (a *API) contactThere(ctx context.Context, in *linkIn) error {
	all, err := a.of(ctx).Contacts(ctx, in.id())
	if err == nil && !slices.ContainsFunc(all, func(c service.Contact) bool { return c.ID == in.Contact }) {
		err = problem.New(problem.NotFound)
	}
	return err
}

func sortedBy[T any](list []T, key func(T) string) []T {
	slices.SortFunc(list, func(a, b T) int { return cmp.Compare(key(a), key(b)) })
	return list
}
