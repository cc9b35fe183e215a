package api_test

import (
	"fmt"
	"maps"
	"mime"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"

	"github.com/wijkplanner/wijkplanner/planner/store"
)

// stop is a page on the walk: who sees it, and at which address.
type stop struct {
	as store.Membership
	// paths are addresses of the pattern; one that differs in nothing but a part
	// of it needs no second.
	paths []string
}

// walk says for every page who looks at it and where.
func walk(p *place) map[string]stop {
	out := leadWalk(p)
	maps.Copy(out, peopleWalk(p))
	maps.Copy(out, teamWalk(p))
	maps.Copy(out, frameWalk(p))
	return out
}

// shot is a page to take a picture of.
type shot struct {
	as   func(*place) store.Membership
	path string
	dark bool
	// phone takes it at 360 pixels.
	phone bool
	// ready is what must be there first.
	ready string
}

// noPages says of every route that is read and is no page for people what it is,
// with an address of it to ask for as a team lead; TestNoPages looks whether that
// is so. A route ends with * for all below it.
var noPages = map[string]struct{ why, address string }{
	"/static/*":                 {"style sheets, scripts and pictures", "/static/x/y.css"},
	"/healthz":                  {"a word for load balancers", "/healthz"},
	"/robots.txt":               {"a file for search engines", "/robots.txt"},
	"/.well-known/security.txt": {"a file for who finds a weakness", "/.well-known/security.txt"},
	"/.well-known/caldav":       {"sends calendar programs on", "/.well-known/caldav"},
	"/f/{token}.ics":            {"a calendar", "/f/" + goodToken + ".ics"},
	"/dav/*":                    {"calendars for programs", "/dav/"},
	"/v1/*":                     {"the JSON API", "/v1/regions"},
	"/board/map.json":           {"what the map is drawn of", "/board/map.json"},
	"/photos/{photo}":           {"a picture", "/photos/anna.jpg"},
	"/figures/{table}.csv":      {"a file to take away", "/figures/loads.csv"},
	"/figures.xlsx":             {"a file to take away", "/figures.xlsx"},
}

// readRoutes are the patterns of all routes that a browser can open.
func readRoutes(t *testing.T, handler http.Handler) []string {
	t.Helper()
	routes, ok := handler.(chi.Routes)
	if !ok {
		t.Fatal("the handler is no router")
	}
	seen := map[string]bool{}
	if err := chi.Walk(routes, func(method, pattern string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
		if method == http.MethodGet {
			seen[strings.Replace(pattern, "/*/", "/", 1)] = true
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return slices.Sorted(maps.Keys(seen))
}

// unwalked compares the routes with the walk: each is a stop or no page, and each
// row of both is a route.
func unwalked(routes []string, stops map[string]stop) (faults []string) {
	left := map[string]bool{}
	for pattern := range noPages {
		left[pattern] = true
	}
	for pattern, s := range stops {
		if !slices.Contains(routes, pattern) {
			faults = append(faults, pattern+" is on the walk and is no route")
		}
		if len(s.paths) == 0 && noPages[pattern].why == "" {
			faults = append(faults, pattern+" is on the walk without an address, and noPages has no reason")
		}
	}
	for _, pattern := range routes {
		row, is := noPageOf(pattern)
		delete(left, row)
		switch walked := len(stops[pattern].paths) > 0; {
		case walked && is:
			faults = append(faults, pattern+" is on the walk and among noPages")
		case !walked && !is:
			faults = append(faults, pattern+" is not on the walk: add it, or say in noPages what it is")
		}
	}
	for pattern := range left {
		faults = append(faults, pattern+" is among noPages and is no route")
	}
	slices.Sort(faults)
	return faults
}

// noPageOf finds the row of noPages that a route falls under.
func noPageOf(pattern string) (row string, is bool) {
	if _, is := noPages[pattern]; is {
		return pattern, true
	}
	for row := range noPages {
		if below, all := strings.CutSuffix(row, "*"); all && strings.HasPrefix(pattern, below) {
			return row, true
		}
	}
	return "", false
}

// TestEveryRouteIsOnTheWalk proves that the walk leaves no page out, and that it
// would be seen: a page, a stop and a reason too many.
func TestEveryRouteIsOnTheWalk(t *testing.T) {
	t.Parallel()
	p := town(t)
	routes, stops := readRoutes(t, p.handler), walk(p)
	for _, fault := range unwalked(routes, stops) {
		t.Error(fault)
	}
	t.Logf("%d routes are read: %d are pages on the walk", len(routes), len(stops))
	fresh := unwalked(append(slices.Clone(routes), "/new"), stops)
	if len(fresh) != 1 || !strings.HasPrefix(fresh[0], "/new is not on the walk") {
		t.Errorf("a page without a stop: %v", fresh)
	}
	gone := slices.DeleteFunc(slices.Clone(routes), func(p string) bool { return p == "/board" || p == "/healthz" })
	if faults := unwalked(gone, stops); len(faults) != 2 {
		t.Errorf("a stop and a reason without a route: %v", faults)
	}
}

// TestNoPages asks for what is said to be no page: a browser gets none.
func TestNoPages(t *testing.T) {
	t.Parallel()
	p := town(t)
	lead, auditor := p.cookies(p.lead()), p.cookies(p.auditor())
	for pattern, row := range noPages {
		cookies := lead
		if strings.HasPrefix(pattern, "/figures") {
			cookies = auditor
		}
		w := p.fetch(cookies, row.address)
		kind, _, err := mime.ParseMediaType(w.Header().Get("Content-Type"))
		missing := w.Code == http.StatusNotFound && pattern == "/photos/{photo}" // the town has none
		if kind == "text/html" && !missing || err != nil && w.Code < 300 {
			t.Errorf("%s (%s): %d %q", row.address, row.why, w.Code, kind)
		}
		if want := fmt.Sprintf("%s is said to be %s", pattern, row.why); row.why == "" || row.address == "" {
			t.Errorf("%s: a reason and an address are wanted", want)
		}
	}
	for _, pattern := range readRoutes(t, p.handler) {
		if !strings.HasPrefix(pattern, "/v1/") || strings.HasSuffix(pattern, "/events") {
			continue // events come as long as somebody listens
		}
		w := p.fetch(lead, pathParameter.ReplaceAllString(strings.Replace(pattern, "{region}", p.region, 1), "1"))
		if strings.HasPrefix(w.Header().Get("Content-Type"), "text/html") {
			t.Errorf("%s gives a page", pattern)
		}
	}
}

// wrong is a page about a fault: who gets it, of what, and with which status.
type wrong struct {
	as     store.Membership
	path   string
	form   map[string]string // what is sent; nil to open the address
	status int
}

// wrongs are the pages about faults: those of the frame and those around it.
func wrongs(p *place) []wrong {
	return []wrong{
		{nobody, "/nowhere", nil, http.StatusNotFound},
		{nobody, "/location", nil, http.StatusNotFound},
		{nobody, "/location/pf_loc_none", nil, http.StatusNotFound},
		{nobody, "/sign-in/link/none", nil, http.StatusNotFound},
		{nobody, "/subscribe/none", nil, http.StatusNotFound},
		{nobody, "/answer/none", nil, http.StatusNotFound},
		{nobody, "/sign-out", nil, http.StatusMethodNotAllowed},
		{nobody, "/?x=%ff", nil, http.StatusBadRequest},
		{nobody, "/oidc/callback", nil, http.StatusForbidden},
		{nobody, "/sign-in", map[string]string{"mail": "x@example.nl", "password": "not this"}, http.StatusUnprocessableEntity},
		{nobody, "/sign-in", map[string]string{"mail": strings.Repeat("x", 5000)}, http.StatusRequestEntityTooLarge},
		{nobody, "/account/role", map[string]string{"role": "1"}, http.StatusUnauthorized},
		{nobody, "/answer/" + answerToken, map[string]string{"act": "answer"}, http.StatusUnprocessableEntity},
		{nobody, "/location/" + p.link(townLocation), map[string]string{"act": "enter", "code": "0"}, http.StatusUnprocessableEntity},
		{enrolling, "/sign-in/totp", nil, http.StatusOK}, // the other form of the page
		{halfway, "/sign-in/totp", map[string]string{"code": "000000"}, http.StatusUnprocessableEntity},
		{settled, "/account/password", map[string]string{"mail": "x", "present": password, "fresh": "kort"}, http.StatusUnprocessableEntity},
		{settled, "/confirm", map[string]string{"password": "x"}, http.StatusUnprocessableEntity},
		{p.auditor(), "/board", nil, http.StatusForbidden},
		{p.lead(), "/board?region=elsewhere", nil, http.StatusNotFound},
		{p.lead(), "/proposals/999", nil, http.StatusNotFound},
		{p.lead(), "/progress/999", nil, http.StatusNotFound},
		{p.member(townStaff), "/my/visit?id=none", nil, http.StatusNotFound},
		{contactRole(townLocation), "/location/booking/none", nil, http.StatusNotFound},
	}
}
