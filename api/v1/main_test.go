package v1

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"
	"go.uber.org/goleak"

	"github.com/wijkplanner/wijkplanner/api/problem"
	"github.com/wijkplanner/wijkplanner/api/rights"
	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/internal/litetest"
	"github.com/wijkplanner/wijkplanner/internal/pgtest"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/service"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

func TestMain(m *testing.M) {
	if !long() {
		// The same draws in each run, unless the command line says others; the long
		// forms draw anew.
		if err := flag.Set("rapid.seed", "20261128"); err != nil {
			panic(err)
		}
	}
	code := m.Run()
	pgtest.Stop()
	if code == 0 {
		if err := goleak.Find(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	os.Exit(code)
}

// testNow is the moment at which the tests take place: a winter morning.
var testNow = time.Date(2027, 1, 12, 9, 30, 0, 0, time.UTC)

// world is the API over a real database with two regions, noord and zuid.
type world struct {
	*testing.T
	*service.Service
	api     *API
	handler http.Handler
	log     *bytes.Buffer
}

// forEachDatabase runs a test on both databases.
func forEachDatabase(t *testing.T, f func(w world)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		f(open(t, litetest.File(t, prepare)))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		f(open(t, pgtest.Database(t, prepare)))
	})
}

// prepare makes a template database, with two regions in it.
func prepare(ctx context.Context, address string) error {
	s, err := store.Open(ctx, address, store.WithClock(clock))
	if err != nil {
		return err
	}
	_, err = service.New(s, slog.New(slog.DiscardHandler), clock).Import(ctx, []*planner.State{town("noord"), town("zuid")})
	return errors.Join(err, s.Close())
}

// clock stands still at testNow.
func clock() time.Time { return testNow }

func open(t *testing.T, address string) world {
	t.Helper()
	w := world{T: t, log: &bytes.Buffer{}}
	w.Service, w.api, w.handler = mounted(t, address, slog.New(slog.NewTextHandler(w.log, nil)))
	return w
}

// mounted is the API over the database at an address.
func mounted(tb testing.TB, address string, log *slog.Logger) (s *service.Service, a *API, h http.Handler) {
	tb.Helper()
	st, err := store.Open(tb.Context(), address, store.WithClock(clock))
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = st.Close() })
	s = service.New(st, log, clock)
	r := chi.NewRouter()
	r.Route(Prefix, func(r chi.Router) {
		r.Use(callers)
		a, err = Mount(r, Config{Service: s, Now: clock, Log: log, PublicURL: "https://planner.example.nl", CursorKey: []byte("a key for tests")})
	})
	if err != nil {
		tb.Fatal(err)
	}
	return s, a, r
}

// The callers of the tests.
var (
	outsider = service.Scope{}
	admin    = service.Scope{Role: service.Administrator, Actor: "user:1", Everywhere: true}
	lead     = service.Scope{Role: service.Lead, Actor: "user:2", Region: "noord"}
	anna     = service.Scope{Role: service.Member, Actor: "user:3", Region: "noord", Staff: "anna"}
	bram     = service.Scope{Role: service.Member, Actor: "user:4", Region: "noord", Staff: "bram"}
	auditor  = service.Scope{Role: service.Auditor, Actor: "user:5", Region: "noord"}
	contact  = service.Scope{Role: service.LocationContact, Actor: "location-link:6", Region: "noord", Location: "een", Contact: 6}
	visitor  = service.Scope{Role: service.Visitor, Actor: "location-link:7", Region: "noord", Location: "een"}
	southern = service.Scope{Role: service.Lead, Actor: "user:8", Region: "zuid"}
)

// callers reads the caller from a header: who that is in earnest is the affair
// of package api.
func callers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var c rights.Caller
		// Written by the test itself.
		_ = json.Unmarshal([]byte(r.Header.Get("Test-Caller")), &c.Scope)
		c.Request, c.Proven = "the-request", r.Header.Get("Test-Unproven") == ""
		next.ServeHTTP(w, r.WithContext(rights.With(r.Context(), c)))
	})
}

// answer is what a request gave.
type answer struct {
	*httptest.ResponseRecorder
	problem problem.Problem
}

// asks sends a request of a caller; the body is JSON, nil for none; headers come
// in pairs.
func (w world) asks(c service.Scope, method, path string, body any, headers ...string) answer {
	w.Helper()
	var sent bytes.Buffer
	if raw, ok := body.(string); ok {
		sent.WriteString(raw)
	} else if body != nil {
		if err := json.NewEncoder(&sent).Encode(body); err != nil {
			w.Fatal(err)
		}
	}
	r := httptest.NewRequestWithContext(w.Context(), method, Prefix+path, &sent)
	caller, err := json.Marshal(c)
	if err != nil {
		w.Fatal(err)
	}
	r.Header.Set("Test-Caller", string(caller))
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	a := answer{ResponseRecorder: httptest.NewRecorder()}
	w.handler.ServeHTTP(a, r)
	if strings.HasPrefix(a.Header().Get("Content-Type"), problem.ContentType) {
		if err := json.Unmarshal(a.Body.Bytes(), &a.problem); err != nil {
			w.Fatal(err)
		}
	}
	return a
}

// into reads an answer that must have a status.
func into[T any](w world, a answer, status int) T {
	w.Helper()
	var out T
	if a.Code != status {
		w.Fatalf("status %d, want %d: %s", a.Code, status, a.Body)
	}
	if err := json.Unmarshal(a.Body.Bytes(), &out); err != nil {
		w.Fatalf("%v: %s", err, a.Body)
	}
	return out
}

// refused checks that an answer is a problem.
func (w world) refused(a answer, status int, code problem.Code) {
	w.Helper()
	if a.Code != status || a.problem.Code != code || a.problem.Status != status || a.problem.RequestID != "the-request" || a.problem.Details.EN == "" || a.problem.Details.NL == "" {
		w.Errorf("answer %d %s, want %d %s: %s", a.Code, a.problem.Code, status, code, a.Body)
	}
}

// town returns a small region: two coordinators and three locations.
func town(region string) *planner.State {
	day := calendar.Span{From: 8 * 60, To: 17 * 60}
	week := calendar.Week{nil, {day}, {day}, {day}, {day}, {day}, nil}
	s := &planner.State{Region: region, Programme: planner.Programme{
		ID: "p", Name: "Stad " + region, Zone: "Europe/Amsterdam", From: calendar.NoDate, To: calendar.NoDate,
		Roles: []planner.Role{{ID: "zc", Name: planner.Text{NL: "zorgcoördinator", EN: "care coordinator"}}},
		VisitTypes: []planner.VisitType{
			{ID: "visit", Name: planner.Text{NL: "Bezoek", EN: "Visit"}, Mode: planner.OnSite, Minutes: 60, BufferBefore: 5, BufferAfter: 10, Weight: 100},
			{ID: "first", Name: planner.Text{NL: "Eerste gesprek", EN: "First talk"}, Mode: planner.OnSite, Minutes: 60, Weight: 100, Next: "visit"},
			{ID: "observing", Name: planner.Text{NL: "Observatie", EN: "Observation"}, Mode: planner.OnSite, Minutes: 60, Weight: 100, Consent: true},
		},
		Municipalities: []planner.Municipality{{Code: "0268", Name: "Stad", SchoolRegion: "zuid"}},
		Requirements: []planner.Requirement{
			{ID: "yearly", Name: planner.Text{NL: "Bezoek", EN: "Visit"}, Role: "zc", VisitType: "visit", Minimum: 1, Target: 2, MinGapDays: 120, IdealGapDays: 182},
			{ID: "intake", Name: planner.Text{NL: "Kennismaking", EN: "Intake"}, Role: "zc", VisitType: "first", Minimum: 1, Target: 1, MinGapDays: 120, IdealGapDays: 182},
			{ID: "observation", Name: planner.Text{NL: "Observatie", EN: "Observation"}, Role: "zc", VisitType: "observing", MinGapDays: 120, IdealGapDays: 182},
		},
	}}
	s.Organisations = []planner.Organisation{{ID: "ggd", Name: "GGD"}}
	for _, id := range []string{"anna", "bram"} {
		s.Staff = append(s.Staff, planner.Staff{
			ID: id, Name: "Coördinator " + id + " of " + region, Organisation: "ggd", Mode: planner.Bicycle, Pattern: week,
			Contracts: []planner.Contract{{Role: "zc", HoursWeek: 3600, From: calendar.NoDate, To: calendar.NoDate}},
		})
	}
	s.Districts = []planner.District{{ID: "WK01", Name: "Noord", Municipality: "0268"}}
	for _, id := range []string{"een", "twee", "drie"} {
		s.Locations = append(s.Locations, planner.Location{
			ID: id, Name: "Kinderopvang " + id, District: "WK01", Municipality: "0268", Postcode: "6511 AA", Town: "Stad",
			Address: "Straat 1", Opening: week, Opened: calendar.NoDate, Closed: calendar.NoDate,
		})
	}
	return s
}
