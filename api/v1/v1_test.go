package v1

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-chi/chi/v5"

	"github.com/wijkplanner/wijkplanner/api/problem"
	"github.com/wijkplanner/wijkplanner/api/rights"
	"github.com/wijkplanner/wijkplanner/planner/service"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

func TestEachCallerSeesTheirRegions(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		ids := func(p Page[Region]) (out []string) {
			for _, r := range p.Items {
				out = append(out, r.ID)
			}
			return out
		}
		if got := ids(into[Page[Region]](w, w.asks(admin, "GET", "/regions", nil), 200)); !slices.Equal(got, []string{"noord", "zuid"}) {
			w.Errorf("an administrator sees %v", got)
		}
		if got := ids(into[Page[Region]](w, w.asks(lead, "GET", "/regions", nil), 200)); !slices.Equal(got, []string{"noord"}) {
			w.Errorf("the lead of noord sees %v", got)
		}
		w.refused(w.asks(outsider, "GET", "/regions", nil), 401, problem.Unauthorized)
		for _, c := range []service.Scope{visitor, contact} {
			w.refused(w.asks(c, "GET", "/regions", nil), 403, problem.Forbidden)
		}
		for _, c := range []service.Scope{anna, bram, auditor} {
			if got := ids(into[Page[Region]](w, w.asks(c, "GET", "/regions", nil), 200)); !slices.Equal(got, []string{"noord"}) {
				w.Errorf("%s sees %v", c.Actor, got)
			}
		}
		foreign, missing := w.asks(lead, "GET", "/regions/zuid", nil), w.asks(lead, "GET", "/regions/nergens", nil)
		w.refused(foreign, 404, problem.NotFound)
		if foreign.Body.String() != missing.Body.String() {
			w.Errorf("a foreign region answers %s, a missing one %s", foreign.Body, missing.Body)
		}
		one := w.asks(lead, "GET", "/regions/noord", nil)
		if r := into[Region](w, one, 200); r.Name != "Stad noord" || r.Version != 1 || one.Header().Get("ETag") != etagOf(r) {
			w.Errorf("region %+v with tag %s", r, one.Header().Get("ETag"))
		}
		if head := w.asks(lead, "HEAD", "/regions/noord", nil); head.Code != 200 {
			w.Errorf("HEAD answers %d", head.Code)
		}
	})
}

func TestPagesGoOnWhereTheyEnded(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		first := into[Page[Region]](w, w.asks(admin, "GET", "/regions?limit=1", nil), 200)
		second := into[Page[Region]](w, w.asks(admin, "GET", "/regions?limit=1&cursor="+first.Next, nil), 200)
		if len(first.Items) != 1 || first.Items[0].ID != "noord" || len(second.Items) != 1 || second.Items[0].ID != "zuid" || second.Next != "" {
			w.Errorf("pages %+v and %+v", first, second)
		}
		// A cursor is for its caller and its list, and nobody makes one.
		for _, cursor := range []string{first.Next[1:], "x" + first.Next[1:], "AAAA", strings.Repeat("A", 300)} {
			w.refused(w.asks(admin, "GET", "/regions?cursor="+cursor, nil), 400, problem.BadCursor)
		}
		w.refused(w.asks(lead, "GET", "/regions?cursor="+first.Next, nil), 400, problem.BadCursor)
		bad := w.asks(admin, "GET", "/regions?limit=0&cursor="+strings.Repeat("A", 500), nil)
		w.refused(bad, 400, problem.BadRequest)
		if len(bad.problem.Errors) != 2 {
			w.Errorf("faults %+v, want two", bad.problem.Errors)
		}
	})
}

func TestProblemsSpeakTheCallersLanguage(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		dutch, english := w.asks(outsider, "GET", "/regions", nil), w.asks(outsider, "GET", "/regions", nil, "Accept-Language", "en")
		if dutch.problem.Detail != dutch.problem.Details.NL || english.problem.Detail != dutch.problem.Details.EN || dutch.problem.Detail == english.problem.Detail {
			w.Errorf("details %q and %q", dutch.problem.Detail, english.problem.Detail)
		}
		if dutch.Header().Get("API-Version") != Version || dutch.Header().Get("WWW-Authenticate") == "" {
			w.Errorf("headers %v", dutch.Header())
		}
	})
}

// TestAnOperationWithoutAPolicyDoesNotStart: the table of rights is the only way in.
func TestAnOperationWithoutAPolicyDoesNotStart(t *testing.T) {
	t.Parallel()
	a := &API{policies: map[string]rights.Access{}}
	r := chi.NewRouter()
	full, err := Mount(r, Config{})
	if err != nil {
		t.Fatal(err)
	}
	a.huma = full.huma
	add(a, rights.Access{Resource: "secrets", Act: rights.Read}, huma.Operation{OperationID: "x", Method: http.MethodGet, Path: "/secrets"},
		func(context.Context, *struct{}) (*struct{}, error) { return nil, nil })
	if len(a.faults) != 1 {
		t.Errorf("faults %v", a.faults)
	}
}

// TestOneKeyHasOneEffect sends one request over and over, in turn and with
// another body.
func TestOneKeyHasOneEffect(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		effects := 0
		type in struct{ Body struct{ N int } }
		type out struct {
			Location string `header:"Location"`
			Body     struct{ Effects int }
		}
		add(w.api, rights.Access{Resource: rights.Imports, Act: rights.Create}, huma.Operation{OperationID: "try", Method: http.MethodPost, Path: "/tries", DefaultStatus: 201},
			func(ctx context.Context, i *in) (*out, error) {
				effects++
				if i.Body.N < 0 {
					return nil, errTest
				}
				err := w.api.of(ctx).Store.Tx(ctx, func(t *store.Tx) error {
					return t.Record(store.Act{Verb: store.Created, Object: "try", ID: "1"})
				})
				o := &out{Location: "/tries/1"}
				o.Body.Effects = effects
				return o, err
			})
		first := w.asks(lead, "POST", "/tries", `{"N":1}`, "Idempotency-Key", "k1")
		again := w.asks(lead, "POST", "/tries", `{"N":1}`, "Idempotency-Key", "k1")
		if first.Code != 201 || again.Code != 201 || effects != 1 || first.Body.String() != again.Body.String() ||
			again.Header().Get("Location") != "/tries/1" || again.Header().Get("Idempotency-Replayed") != "true" {
			w.Errorf("%d effects; first %d %s, again %d %s %v", effects, first.Code, first.Body, again.Code, again.Body, again.Header())
		}
		w.refused(w.asks(lead, "POST", "/tries", `{"N":2}`, "Idempotency-Key", "k1"), 422, problem.KeyReused)
		w.refused(w.asks(lead, "POST", "/tries", `{"N":2}`, "Idempotency-Key", strings.Repeat("k", 101)), 400, problem.BadRequest)
		if other := w.asks(southern, "POST", "/tries", `{"N":1}`, "Idempotency-Key", "k1"); other.Code != 201 || effects != 2 {
			w.Errorf("the key of another caller: %d, %d effects", other.Code, effects)
		}
		// A fault of ours may be tried again.
		for range 2 {
			w.refused(w.asks(lead, "POST", "/tries", `{"N":-1}`, "Idempotency-Key", "k2"), 500, problem.Internal)
		}
		if effects != 4 {
			w.Errorf("%d effects, want 4", effects)
		}
	})
}

var errTest = errors.New("the disk is on fire")

func TestIfMatch(t *testing.T) {
	t.Parallel()
	now := Region{ID: "x", Version: 2}
	for _, c := range []struct {
		ifMatch string
		code    problem.Code
	}{{"", problem.NeedsIfMatch}, {`"other"`, problem.Changed}, {`"other", ` + etagOf(now), ""}, {"*", ""}} {
		err := unchanged(c.ifMatch, now)
		if p := problem.Of(err); err == nil != (c.code == "") || err != nil && p.Code != c.code || c.code == problem.Changed && p.Current != any(now) {
			t.Errorf("If-Match %s: %v", c.ifMatch, err)
		}
	}
}
