package v1

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"github.com/wijkplanner/wijkplanner/api/problem"
	"github.com/wijkplanner/wijkplanner/api/rights"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/service"
)

// InContact names a contact in the path of an operation.
type InContact struct {
	InRegion
	ID int64 `path:"id" minimum:"1" doc:"The contact's id."`
}

type contactPut struct {
	InContact
	IfMatch string `header:"If-Match" maxLength:"400" doc:"The ETag of the contact as you saw it."`
	Body    Contact
}

type contactOne struct {
	ETag string `header:"ETag"`
	Body Contact
}

// aboutContact registers the operations on one contact.
func (a *API) aboutContact() {
	at := "/regions/{region}/contacts/{id}"
	add(a, rights.Access{Resource: rights.Contacts, Act: rights.Read}, huma.Operation{
		OperationID: "getContact", Method: http.MethodGet, Path: at, Tags: []string{"contacts"}, Summary: "One contact",
	}, func(ctx context.Context, in *InContact) (*contactOne, error) {
		w, err := a.contact(ctx, in)
		return &contactOne{etagOf(w), w}, err
	})
	add(a, rights.Access{Resource: rights.Contacts, Act: rights.Change}, needsMatch(huma.Operation{
		OperationID: "replaceContact", Method: http.MethodPut, Path: at, Tags: []string{"contacts"},
		Summary: "Change a contact; with another address their link ends and they are told anew what is planned",
	}), a.replaceContact)
	add(a, rights.Access{Resource: rights.OwnData, Act: rights.Create}, ownDataOperation("exportContactData", at+"/own-data-exports",
		"Everything that is kept about a contact, as a zip archive of JSON and CSV"),
		func(ctx context.Context, in *InContact) (*archiveOut, error) {
			if _, err := a.contact(ctx, in); err != nil {
				return nil, err
			}
			return a.ownData(ctx, service.Subject{Kind: service.ContactSubject, ID: strconv.FormatInt(in.ID, 10)})
		})
	add(a, rights.Access{Resource: rights.OwnData, Act: rights.Create}, ownDataOperation("exportStaffData", "/regions/{region}/staff/{id}/own-data-exports",
		"Everything that is kept about a member of staff, as a zip archive of JSON and CSV"),
		func(ctx context.Context, in *InThing) (*archiveOut, error) {
			if err := a.there(ctx, in.InRegion); err != nil {
				return nil, err
			}
			return a.ownData(ctx, service.Subject{Kind: service.StaffSubject, Region: in.id(), ID: in.ID})
		})
}

func ownDataOperation(id, path, summary string) huma.Operation {
	return huma.Operation{
		OperationID: id, Method: http.MethodPost, Path: path, Tags: []string{"own data"}, Summary: summary, DefaultStatus: http.StatusOK,
		Responses: archiveResponse("application/zip"),
	}
}

// archiveResponse describes an answer that is a file.
func archiveResponse(types ...string) map[string]*huma.Response {
	content := map[string]*huma.MediaType{}
	for _, t := range types {
		content[t] = &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}
	}
	return map[string]*huma.Response{"200": {Description: "The file", Content: content}}
}

func (a *API) ownData(ctx context.Context, who service.Subject) (*archiveOut, error) {
	var archive bytes.Buffer
	if err := a.of(ctx).OwnData(ctx, who, &archive); err != nil {
		return nil, err
	}
	return &archiveOut{"application/zip", `attachment; filename="wijkplanner.zip"`, archive.Bytes()}, nil
}

// contact returns a contact that is within the caller's reach.
func (a *API) contact(ctx context.Context, in *InContact) (w Contact, err error) {
	state, err := a.of(ctx).State(ctx, in.id())
	if err != nil {
		return w, err
	}
	all, err := a.of(ctx).Contacts(ctx, in.id())
	if err != nil {
		return w, err
	}
	caller := rights.CallerOf(ctx)
	at := slices.IndexFunc(all, func(c service.Contact) bool { return c.ID == in.ID })
	if at < 0 || !ownContact(&caller, servedBy(state, caller.Staff), &all[at]) {
		return w, problem.New(problem.NotFound)
	}
	return contactOf(&caller, &all[at]), nil
}

// servedBy returns the locations that somebody is assigned to.
func servedBy(state *planner.State, staff string) map[string]bool {
	served := map[string]bool{}
	for i := range state.Assignments {
		if x := &state.Assignments[i]; staff != "" && x.Staff == staff {
			served[x.Location] = true
		}
	}
	return served
}

func (a *API) replaceContact(ctx context.Context, in *contactPut) (*contactOne, error) {
	caller := rights.CallerOf(ctx)
	state, err := a.of(ctx).State(ctx, in.id())
	if err != nil {
		return nil, err
	}
	served := servedBy(state, caller.Staff)
	c, err := a.of(ctx).ChangeContact(ctx, in.id(), in.ID, service.Contact{
		Name: in.Body.Name, Mail: in.Body.Mail, Language: service.Language(in.Body.Language), Calendar: service.CalendarWay(in.Body.Calendar),
	}, func(c service.Contact) error {
		if !ownContact(&caller, served, &c) {
			return problem.New(problem.NotFound)
		}
		if err := unchanged(in.IfMatch, contactOf(&caller, &c)); err != nil {
			return err
		}
		if in.Body.Kind != string(c.Scope.Kind) || in.Body.Subject != c.Scope.ID {
			return problem.New(problem.BadRequest).With(problem.InputFault{In: "body.subject", Detail: "expected what it was: whose contact it is does not change"})
		}
		return nil
	})
	var faults service.ContactsError
	if errors.As(err, &faults) {
		return nil, problem.New(problem.BadRequest).With(problem.InputFault{In: "body", Detail: faults[0].Error()})
	}
	if err != nil {
		return nil, err
	}
	w := contactOf(&caller, &c)
	return &contactOne{etagOf(w), w}, nil
}
