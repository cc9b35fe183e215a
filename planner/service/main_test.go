package service

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/internal/litetest"
	"github.com/wijkplanner/wijkplanner/internal/pgtest"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/store"
	"github.com/wijkplanner/wijkplanner/planner/verify"
)

func TestMain(m *testing.M) {
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

// world is one test over one database.
type world struct {
	*testing.T
	*Service
	log *bytes.Buffer
	// passed is the time since testNow.
	passed *atomic.Int64
}

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

// prepare makes a template database.
func prepare(ctx context.Context, address string) error {
	s, err := store.Open(ctx, address)
	if err != nil {
		return err
	}
	return s.Close()
}

func open(t *testing.T, address string) world {
	t.Helper()
	passed := new(atomic.Int64)
	clock := func() time.Time { return testNow.Add(time.Duration(passed.Load())) }
	st, err := store.Open(t.Context(), address, store.WithClock(clock))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	log := &bytes.Buffer{}
	s := New(st, slog.New(slog.NewTextHandler(log, nil)), clock)
	s.Solve = onePlan
	s.Prove = func([]*planner.State, []*planner.Plan) ([]verify.Fault, error) { return nil, nil } // onePlan is made up
	return world{t, s, log, passed}
}

// at sets the clock.
func (w world) at(t time.Time) world {
	w.passed.Store(int64(t.Sub(testNow)))
	return w
}

func (w world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// town returns a small region.
func town(region string) *planner.State {
	day := calendar.Span{From: 8 * 60, To: 17 * 60}
	week := calendar.Week{nil, {day}, {day}, {day}, {day}, {day}, nil}
	s := &planner.State{Region: region, Programme: planner.Programme{
		ID: "p", Name: "Town", Zone: "Europe/Amsterdam", From: calendar.NoDate, To: calendar.NoDate,
		Roles: []planner.Role{
			{ID: "zc", Name: planner.Text{NL: "Zorgcoördinator", EN: "Care coordinator"}},
			{ID: "ab", Name: planner.Text{NL: "Ambulant begeleider", EN: "Counsellor"}},
		},
		VisitTypes: []planner.VisitType{
			{ID: "visit", Name: planner.Text{NL: "Bezoek", EN: "Visit"}, Mode: planner.OnSite, Minutes: 60},
			{ID: "call", Name: planner.Text{NL: "Consult", EN: "Consult"}, Mode: planner.ByPhone, Minutes: 30},
		},
	}}
	for _, id := range []string{"anna", "bram"} {
		s.Staff = append(s.Staff, planner.Staff{ID: region + id, Name: strings.ToUpper(id[:1]) + id[1:], Mode: planner.Bicycle, Pattern: week})
	}
	s.Locations = []planner.Location{{
		ID: "een", Name: "Het Nest", Address: "Straat 1", Postcode: "6511 AA", Town: "Stad", Opening: week,
		Point: planner.Point{Lat: 51.84, Lon: 5.86}, Opened: calendar.NoDate, Closed: calendar.NoDate,
	}}
	s.Meetings = []planner.Meeting{{ID: "team", Name: "Teamoverleg", Start: calendar.NewDate(2027, 1, 19), Clock: 540, Minutes: 60}}
	return s
}

// onePlan plans a joint visit in winter and one in summer, a call and a
// meeting, whatever the state.
func onePlan(_ context.Context, states []*planner.State, o planner.Options) ([]*planner.Plan, error) {
	plans := make([]*planner.Plan, len(states))
	for i, s := range states {
		anna := planner.CrewMember{Role: "zc", Staff: s.Region + "anna"}
		bram := planner.CrewMember{Role: "ab", Staff: s.Region + "bram"}
		plans[i] = &planner.Plan{
			Region: s.Region, From: calendar.NewDate(o.Year, 1, 1), To: calendar.NewDate(o.Year, 12, 31), Seed: o.Seed,
			Visits: []planner.Visit{
				planned("winter", "een", "visit", "2027-01-20T09:00:00Z", anna, bram),
				planned("summer", "een", "visit", "2027-07-07T09:00:00Z", anna),
				planned("call", "een", "call", "2027-02-10T13:00:00Z", anna),
				planned("team-1", "", "meeting", "2027-01-19T08:00:00Z", anna, bram),
			},
		}
	}
	return plans, nil
}

func planned(id, location, kind, start string, crew ...planner.CrewMember) planner.Visit {
	from, err := time.Parse(time.RFC3339, start)
	if err != nil {
		panic(err)
	}
	v := planner.Visit{
		ID: id, Location: location, VisitType: kind, Requirement: "yearly", Crew: crew,
		Start: from, End: from.Add(time.Hour), Status: planner.Planned,
	}
	if kind == "meeting" {
		v.Meeting, v.Requirement = true, "team"
	}
	return v
}

// published imports, plans and publishes regions.
func (w world) published(regions ...string) {
	w.Helper()
	var states []*planner.State
	for _, r := range regions {
		states = append(states, town(r))
	}
	_, err := w.Import(w.Context(), states)
	w.must(err)
	w.publishes()
}

func (w world) publishes() {
	w.Helper()
	proposals, err := w.Propose(w.Context(), planner.Options{Year: 2027})
	w.must(err)
	for _, p := range proposals {
		w.must(w.Publish(w.Context(), p.ID))
	}
}
