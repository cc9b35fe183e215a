package v1

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/wijkplanner/wijkplanner/api/problem"
	"github.com/wijkplanner/wijkplanner/api/rights"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/service"
)

// view is what a representation is made for: a caller, and the state of the
// region.
type view struct {
	caller *rights.Caller
	state  *planner.State
}

// thing is a kind of thing of which a region has a list: how it stands in the
// state, on the wire and in an edit. Its operations are the same for all kinds.
type thing[D, W any] struct {
	resource rights.Resource
	kind     service.Kind
	part     service.Part
	// one and many are its names, "absence" and "absences"; path is the plural in
	// kebab-case and word what summaries call it, "an absence".
	one, many, path, word string
	of                    func(*planner.State) []D
	// id is unique within the list.
	id func(*planner.State, *D) string
	// wireID is the id that a representation gives itself; nil where it follows
	// from the content.
	wireID func(*W) string
	wire   func(view, *D) W
	edit   func(*W) service.Edit
	// owner says whose it is, for callers who reach no more than their own; nil
	// when it is the region's.
	owner func(*W) (staff, location string)
	// born, when set, completes a new one.
	born func(*W)
	// fixed says that it is made and removed and never changed.
	fixed bool
	// filter, when set, leaves out of a list what was not asked for.
	filter func(*Filter, *D) bool
}

// Filter is what a list can be narrowed to.
type Filter struct {
	Staff    string `query:"staff" maxLength:"64" doc:"Only those of this person."`
	Location string `query:"location" maxLength:"64" doc:"Only those of this location."`
	On       string `query:"on" format:"date" doc:"Only those in force on this day."`
}

// InThing is one thing in the path of an operation.
type InThing struct {
	InRegion
	ID string `path:"id" maxLength:"100" doc:"Its id."`
}

type thingPage[W any] struct{ Body Page[W] }

type thingOne[W any] struct {
	Location string `header:"Location"`
	ETag     string `header:"ETag"`
	Body     W
}

type thingNew[W any] struct {
	InRegion
	Body W
}

type thingPut[W any] struct {
	InThing
	IfMatch string `header:"If-Match" maxLength:"400" doc:"The ETag of what you saw; without it nothing is changed."`
	Body    W
}

type thingGone struct {
	InThing
	IfMatch string `header:"If-Match" maxLength:"400" doc:"The ETag of what you saw; without it nothing is removed."`
}

// describe registers the operations of a kind of thing.
func describe[D, W any](a *API, k *thing[D, W]) {
	at, one := "/regions/{region}/"+k.path, "/regions/{region}/"+k.path+"/{id}"
	op := func(verb, name, method, path, summary string, status int) huma.Operation {
		return huma.Operation{
			OperationID: verb + strings.ToUpper(name[:1]) + name[1:], Method: method, Path: path, Tags: []string{k.path},
			Summary: summary, DefaultStatus: status,
		}
	}
	k.describeList(a, op("list", k.many, http.MethodGet, at, "The "+strings.ReplaceAll(k.path, "-", " ")+" of a region", 200))
	add(a, rights.Access{Resource: k.resource, Act: rights.Read}, op("get", k.one, http.MethodGet, one, "One: "+k.word, 200),
		func(ctx context.Context, in *InThing) (*thingOne[W], error) {
			state, err := a.of(ctx).State(ctx, in.id())
			if err != nil {
				return nil, err
			}
			_, w, err := k.find(ctx, state, in.ID)
			if err != nil {
				return nil, err
			}
			return &thingOne[W]{ETag: etagOf(w), Body: w}, nil
		})
	add(a, rights.Access{Resource: k.resource, Act: rights.Create}, op("create", k.one, http.MethodPost, at, "Add "+k.word, 201),
		func(ctx context.Context, in *thingNew[W]) (*thingOne[W], error) { return k.create(ctx, a, in) })
	if !k.fixed {
		add(a, rights.Access{Resource: k.resource, Act: rights.Change}, needsMatch(op("replace", k.one, http.MethodPut, one, "Change "+k.word+", as a whole", 200)),
			func(ctx context.Context, in *thingPut[W]) (*thingOne[W], error) { return k.replace(ctx, a, in) })
	}
	add(a, rights.Access{Resource: k.resource, Act: rights.Remove}, needsMatch(op("remove", k.one, http.MethodDelete, one, "Remove "+k.word, 204)),
		func(ctx context.Context, in *thingGone) (*struct{}, error) { return nil, k.remove(ctx, a, in) })
}

// needsMatch names in an operation what goes wrong around If-Match.
func needsMatch(op huma.Operation) huma.Operation {
	op.Errors = append(op.Errors, http.StatusPreconditionFailed, http.StatusPreconditionRequired)
	return op
}

func (k *thing[D, W]) describeList(a *API, op huma.Operation) {
	row := rights.Access{Resource: k.resource, Act: rights.Read}
	if k.filter == nil {
		type plain struct {
			InRegion
			Paging
		}
		add(a, row, op, func(ctx context.Context, in *plain) (*thingPage[W], error) {
			return k.list(ctx, a, in.InRegion, in.Paging, nil)
		})
		return
	}
	type filtered struct {
		InRegion
		Paging
		Filter
	}
	add(a, row, op, func(ctx context.Context, in *filtered) (*thingPage[W], error) {
		return k.list(ctx, a, in.InRegion, in.Paging, &in.Filter)
	})
}

func (k *thing[D, W]) list(ctx context.Context, a *API, in InRegion, p Paging, f *Filter) (*thingPage[W], error) {
	state, err := a.of(ctx).State(ctx, in.id())
	if err != nil {
		return nil, err
	}
	caller := rights.CallerOf(ctx)
	v := view{&caller, state}
	type row struct {
		id string
		w  W
	}
	var rows []row
	items := k.of(state)
	for i := range items {
		if f != nil && !k.filter(f, &items[i]) {
			continue
		}
		if w := k.wire(v, &items[i]); k.mine(&caller, &w) {
			rows = append(rows, row{k.id(state, &items[i]), w})
		}
	}
	slices.SortFunc(rows, func(a, b row) int { return strings.Compare(a.id, b.id) })
	page, err := paged(ctx, a, fmt.Sprint(k.path, " ", in.id(), " ", f), rows, p, func(r row) string { return r.id })
	out := Page[W]{Items: make([]W, len(page.Items)), Next: page.Next}
	for i := range page.Items {
		out.Items[i] = page.Items[i].w
	}
	return &thingPage[W]{out}, err
}

// mine reports whether a thing is within the caller's reach.
func (k *thing[D, W]) mine(c *rights.Caller, w *W) bool {
	if k.owner == nil {
		return c.Reach >= rights.Region
	}
	staff, location := k.owner(w)
	return c.Own(staff, location)
}

// find returns the place of a thing and its representation; what is not the
// caller's is not there.
func (k *thing[D, W]) find(ctx context.Context, state *planner.State, id string) (at int, w W, err error) {
	caller := rights.CallerOf(ctx)
	items := k.of(state)
	at = slices.IndexFunc(items, func(d D) bool { return k.id(state, &d) == id })
	if at >= 0 {
		if w = k.wire(view{&caller, state}, &items[at]); k.mine(&caller, &w) {
			return at, w, nil
		}
	}
	return -1, w, problem.New(problem.NotFound)
}

func (k *thing[D, W]) create(ctx context.Context, a *API, in *thingNew[W]) (*thingOne[W], error) {
	caller := rights.CallerOf(ctx)
	if !k.mine(&caller, &in.Body) {
		return nil, problem.New(problem.NotFound)
	}
	if k.born != nil {
		k.born(&in.Body)
	}
	edit := k.edit(&in.Body)
	edit.Kind, edit.Programme, edit.At = k.kind, k.part, -1
	was, now, err := a.of(ctx).Edit(ctx, in.id(), func(*planner.State) (service.Edit, service.Act, error) {
		return edit, service.Act{Verb: service.Created, Object: k.one, ID: k.nameOf(&in.Body), Fields: namesOf(in.Body)}, nil
	})
	if err != nil {
		return nil, k.fault(err)
	}
	d := k.came(was, now)
	w := k.wire(view{&caller, now}, d)
	return &thingOne[W]{Prefix + "/regions/" + in.Region + "/" + k.path + "/" + k.id(now, d), etagOf(w), w}, nil
}

func (k *thing[D, W]) nameOf(w *W) string {
	if k.wireID == nil {
		return ""
	}
	return k.wireID(w)
}

// came returns what is in one state more than in another.
func (k *thing[D, W]) came(was, now *planner.State) *D {
	there := map[string]bool{}
	before, after := k.of(was), k.of(now)
	for i := range before {
		there[k.id(was, &before[i])] = true
	}
	at := slices.IndexFunc(after, func(d D) bool { return !there[k.id(now, &d)] })
	return &after[max(at, 0)]
}

func (k *thing[D, W]) replace(ctx context.Context, a *API, in *thingPut[W]) (*thingOne[W], error) {
	caller := rights.CallerOf(ctx)
	if k.wireID != nil && k.wireID(&in.Body) != in.ID {
		return nil, problem.New(problem.BadRequest).With(problem.InputFault{In: "body", Detail: "expected the id of the path: an id does not change"})
	}
	if !k.mine(&caller, &in.Body) {
		return nil, problem.New(problem.NotFound)
	}
	edit := k.edit(&in.Body)
	at := -1
	_, now, err := a.of(ctx).Edit(ctx, in.id(), func(state *planner.State) (service.Edit, service.Act, error) {
		var w W
		var err error
		if at, w, err = k.find(ctx, state, in.ID); err == nil {
			err = unchanged(in.IfMatch, w)
		}
		edit.Kind, edit.Programme, edit.At = k.kind, k.part, at
		return edit, service.Act{Verb: service.Changed, Object: k.one, ID: in.ID, Fields: differing(w, in.Body)}, err
	})
	if err != nil {
		return nil, k.fault(err)
	}
	_, w, err := k.find(ctx, now, in.ID)
	return &thingOne[W]{ETag: etagOf(w), Body: w}, err
}

func (k *thing[D, W]) remove(ctx context.Context, a *API, in *thingGone) error {
	_, _, err := a.of(ctx).Edit(ctx, in.id(), func(state *planner.State) (service.Edit, service.Act, error) {
		at, w, err := k.find(ctx, state, in.ID)
		if err == nil {
			err = unchanged(in.IfMatch, w)
		}
		return service.Edit{Kind: k.kind, Programme: k.part, At: at}, service.Act{Verb: service.Removed, Object: k.one, ID: in.ID}, err
	})
	return k.fault(err)
}

func (k *thing[D, W]) fault(err error) error {
	return faultsIn(cmp.Or(string(k.kind), string(k.part)), err)
}

// faultsIn turns the faults of an edit in a list into a problem: 400 when the
// thing itself is wrong, 409 when it does not go with what there is.
func faultsIn(list string, err error) error {
	var faults service.Faults
	if !errors.As(err, &faults) {
		return err
	}
	code := problem.Conflict
	if slices.ContainsFunc(faults, func(f service.Fault) bool { return f.File == list }) {
		code = problem.BadRequest
	}
	p := problem.New(code)
	for _, f := range faults {
		where := f.File
		if f.File == list {
			where = "body"
		}
		if f.Field != "" {
			where += "." + f.Field
		}
		p = p.With(problem.InputFault{In: where, Detail: f.Message})
	}
	return p
}
