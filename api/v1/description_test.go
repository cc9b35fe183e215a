package v1

import (
	"encoding/json"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-chi/chi/v5"

	"github.com/wijkplanner/wijkplanner/api/problem"
)

// bare is the API without anything behind it: enough to be described.
func bare(t *testing.T) (*API, chi.Routes) {
	t.Helper()
	r := chi.NewRouter()
	var a *API
	r.Route(Prefix, func(r chi.Router) {
		var err error
		a, err = Mount(r, Config{PublicURL: "https://planner.example.nl", Contact: huma.Contact{Name: "Beheer", Email: "beheer@example.nl", URL: "https://planner.example.nl/contact"}})
		if err != nil {
			t.Fatal(err)
		}
	})
	return a, r
}

// described returns the operations of the description, "GET /v1/regions".
func described(a *API) []string {
	var out []string
	for path, item := range a.huma.OpenAPI().Paths {
		for method, op := range map[string]*huma.Operation{
			http.MethodGet: item.Get, http.MethodPost: item.Post, http.MethodPut: item.Put, http.MethodPatch: item.Patch, http.MethodDelete: item.Delete,
			http.MethodHead: item.Head, http.MethodOptions: item.Options, http.MethodTrace: item.Trace,
		} {
			if op != nil {
				out = append(out, method+" "+Prefix+path)
			}
		}
	}
	slices.Sort(out)
	return out
}

// TestRS1_EveryRouteIsDescribed compares the router with the description, both
// ways, and with the policy rows.
func TestRS1_EveryRouteIsDescribed(t *testing.T) {
	t.Parallel()
	a, routes := bare(t)
	var routed []string
	err := chi.Walk(routes, func(method, pattern string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
		routed = append(routed, method+" "+pattern)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(routed)
	if got := described(a); !slices.Equal(got, routed) {
		t.Errorf("described %v\nrouted %v", got, routed)
	}
	var rows []string
	for at := range maps.Keys(a.Policies()) {
		if !strings.HasPrefix(at, http.MethodHead) {
			rows = append(rows, at)
		}
	}
	slices.Sort(rows)
	if !slices.Equal(rows, routed) {
		t.Errorf("policies for %v\nrouted %v", rows, routed)
	}
	t.Logf("%d operations, each routed, described and with a policy row", len(routed))
}

// TestEveryOperationSaysEnough: an id, a tag, a summary, and problem details for
// what can go wrong.
func TestEveryOperationSaysEnough(t *testing.T) {
	t.Parallel()
	a, _ := bare(t)
	for path, item := range a.huma.OpenAPI().Paths {
		for _, op := range []*huma.Operation{item.Get, item.Post, item.Put, item.Patch, item.Delete} {
			if op == nil {
				continue
			}
			if len(op.Tags) != 1 || op.Summary == "" {
				t.Errorf("%s %s: tags %v, summary %q", op.Method, path, op.Tags, op.Summary)
			}
			for status, answer := range op.Responses {
				if status >= "400" && (len(answer.Content) != 1 || answer.Content[problem.ContentType] == nil) {
					t.Errorf("%s %s answers %s with %v", op.Method, path, status, slices.Collect(maps.Keys(answer.Content)))
				}
			}
		}
	}
}

// spectral is the linter, as `make setup` installs it.
const spectral = "../testdata/spectral/node_modules/.bin/spectral"

// TestDescriptionKeepsTheDesignRules has Spectral check the description against
// the ruleset of the NL API Design Rules that API_RULES names.
func TestDescriptionKeepsTheDesignRules(t *testing.T) {
	t.Parallel()
	rules := os.Getenv("API_RULES")
	if rules == "" {
		t.Log("not run: set API_RULES to the file of the NL API Design Rules' ruleset for Spectral")
		return
	}
	if _, err := os.Stat(spectral); err != nil {
		t.Fatalf("Spectral is not installed: run make setup (%v)", err)
	}
	a, _ := bare(t)
	body, err := a.huma.OpenAPI().MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "openapi.json")
	if err := os.WriteFile(path, body, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), spectral, "lint", "--quiet", "--format", "json", "--fail-severity", "hint", "--ruleset", rules, path).Output()
	if err == nil {
		t.Logf("0 errors and 0 warnings over %d operations", len(described(a)))
		return
	}
	var found []struct {
		Code, Message string
		Severity      int
		Path          []any
	}
	if json.Unmarshal(out, &found) != nil {
		t.Fatalf("spectral: %v\n%s", err, out)
	}
	for _, f := range found {
		t.Errorf("severity %d: %s at %v: %s", f.Severity, f.Code, f.Path, f.Message)
	}
}
