package api_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"

	"github.com/wijkplanner/wijkplanner/api"
)

func TestPolicyTable(t *testing.T) {
	t.Parallel()
	nothing := func(http.ResponseWriter, *http.Request) {}
	for _, c := range []struct {
		name  string
		build func(chi.Router)
		want  []string
	}{
		{"all have a row", func(chi.Router) {}, nil},
		{"a route without a row", func(r chi.Router) { r.Get("/secret", nothing) }, []string{"GET /secret has no row"}},
		{"another method", func(r chi.Router) { r.Post("/", nothing) }, []string{"POST / has no row"}},
		{"inside a group", func(r chi.Router) {
			r.Route("/admin", func(r chi.Router) { r.Delete("/users/{id}", nothing) })
		}, []string{"DELETE /admin/users/{id} has no row"}},
		{"two at once", func(r chi.Router) {
			r.Get("/a", nothing)
			r.Get("/b", nothing)
		}, []string{"GET /a", "GET /b"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := chi.NewRouter()
			for _, p := range api.PolicyRoutes() {
				r.MethodFunc(p[0], p[1], nothing)
			}
			c.build(r)
			err := api.CheckPolicies(r)
			if (err == nil) != (c.want == nil) {
				t.Fatalf("got %v", err)
			}
			for _, want := range c.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q is not in %v", want, err)
				}
			}
		})
	}
}

func TestPolicyRowWithoutRoute(t *testing.T) {
	t.Parallel()
	err := api.CheckPolicies(chi.NewRouter())
	if err == nil || !strings.Contains(err.Error(), "row for GET /healthz, which is no route") {
		t.Errorf("got %v", err)
	}
}
