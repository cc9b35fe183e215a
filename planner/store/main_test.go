package store

import (
	"context"
	"fmt"
	"os"
	"reflect"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/internal/litetest"
	"github.com/wijkplanner/wijkplanner/internal/pgtest"
	"github.com/wijkplanner/wijkplanner/planner"
)

func TestMain(m *testing.M) {
	if what := os.Getenv(asWriter); what != "" {
		if err := writes(what); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
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

// world is one test on one database.
type world struct {
	*testing.T
	*Store
}

// testNow is the moment at which the tests take place.
var testNow = time.Date(2026, 11, 20, 9, 30, 0, 123456000, time.UTC)

func clock() time.Time { return testNow }

// forEachDatabase runs a test on both databases: the same answers on both.
func forEachDatabase(t *testing.T, f func(w world)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		f(world{t, open(t, litetest.File(t, prepare))})
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		f(world{t, open(t, pgtest.Database(t, prepare))})
	})
}

// prepare makes a template database.
func prepare(ctx context.Context, address string) error {
	s, err := Open(ctx, address)
	if err != nil {
		return err
	}
	return s.Close()
}

func open(tb testing.TB, address string) *Store {
	tb.Helper()
	s, err := Open(tb.Context(), address, WithClock(clock))
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := s.Close(); err != nil {
			tb.Error(err)
		}
	})
	return s
}

func (w world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w world) imports(states ...*planner.State) {
	w.Helper()
	for _, s := range states {
		w.must(w.ImportState(w.Context(), s))
	}
}

// filler gives every field of a value something of its own, so that a field
// that is not stored shows.
type filler struct{ n int }

var fixed = map[reflect.Type]any{
	reflect.TypeFor[planner.AssignmentKind](): planner.Primary,
	reflect.TypeFor[planner.VisitStatus]():    planner.Pinned,
	reflect.TypeFor[*planner.TravelTable]():   (*planner.TravelTable)(nil), // a plan folder has it, no input
}

func (f *filler) fill(v reflect.Value) {
	f.n++
	if x, ok := fixed[v.Type()]; ok {
		v.Set(reflect.ValueOf(x))
		return
	}
	switch v.Interface().(type) {
	case time.Time:
		v.Set(reflect.ValueOf(testNow.Add(time.Duration(f.n) * time.Hour)))
		return
	case calendar.Date:
		v.SetInt(int64(calendar.NewDate(2027, 1, f.n)))
		return
	}
	switch v.Kind() { //nolint:exhaustive // the kinds that the domain uses; another one panics
	case reflect.String:
		v.SetString(fmt.Sprintf("text-%d", f.n))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int32, reflect.Int64:
		v.SetInt(int64(f.n))
	case reflect.Uint64:
		v.SetUint(1<<63 + uint64(f.n)) // beyond what a signed column holds as it is
	case reflect.Float64:
		v.SetFloat(float64(f.n) + 0.1)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		f.fill(v.Elem())
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		f.each(v)
	case reflect.Array:
		f.each(v)
	case reflect.Struct:
		for _, field := range v.Fields() {
			f.fill(field)
		}
	default:
		panic("filler: " + v.Type().String())
	}
}

func (f *filler) each(v reflect.Value) {
	for i := range v.Len() {
		f.fill(v.Index(i))
	}
}

// fullState returns a state in which no field is zero.
func fullState(region string) *planner.State {
	s := &planner.State{}
	(&filler{}).fill(reflect.ValueOf(s).Elem())
	s.Region, s.Programme.Zone = region, "Europe/Amsterdam"
	for i := range s.Absences {
		s.Absences[i].Staff = s.Staff[i].ID
	}
	return s
}

// fullPlan returns a plan in which no field is zero.
func fullPlan(region string) *planner.Plan {
	p := &planner.Plan{}
	(&filler{}).fill(reflect.ValueOf(p).Elem())
	p.Region = region
	return p
}

// town returns a small region: two coordinators, a counsellor, three locations.
func town(region string) *planner.State {
	day := calendar.Span{From: 8 * 60, To: 17 * 60}
	week := calendar.Week{nil, {day}, {day}, {day}, {day}, {day}, nil}
	s := &planner.State{Region: region, Programme: planner.Programme{
		ID: "p", Name: "Town", Zone: "Europe/Amsterdam", From: calendar.NoDate, To: calendar.NoDate,
		Roles:      []planner.Role{{ID: "zc", Name: planner.Text{NL: "zorgcoördinator", EN: "care coordinator"}}},
		VisitTypes: []planner.VisitType{{ID: "visit", Name: planner.Text{NL: "Bezoek", EN: "Visit"}, Mode: planner.OnSite, Minutes: 60, BufferBefore: 5, BufferAfter: 10}},
	}}
	s.Organisations = []planner.Organisation{{ID: "ggd", Name: "GGD"}}
	for _, id := range []string{"anna", "bram", "carla"} {
		s.Staff = append(s.Staff, planner.Staff{
			ID: id, Name: "Coördinator " + id, Organisation: "ggd", Mode: planner.Bicycle, Pattern: week,
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
	s.Meetings = []planner.Meeting{{ID: "team", Name: "Teamoverleg", Start: date("2027-01-05"), Clock: 9 * 60, Minutes: 60, Staff: []string{"anna"}}}
	return s
}

func date(s string) calendar.Date {
	d, err := calendar.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

func at(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return t
}

// visit returns an hour's visit of one person to a location.
func visit(id, location, staff, start string) planner.Visit {
	v := planner.Visit{
		ID: id, Location: location, District: "WK01", VisitType: "visit", Requirement: "yearly",
		Crew: []planner.CrewMember{{Role: "zc", Staff: staff, TravelMinutes: 15}}, Start: at(start), Status: planner.Planned,
	}
	v.End = v.Start.Add(time.Hour)
	return v
}

// plan returns a plan of a region for 2027.
func plan(region string, visits ...planner.Visit) *planner.Plan {
	return &planner.Plan{Region: region, From: date("2027-01-01"), To: date("2027-12-31"), Seed: 1, Visits: visits}
}

// saves saves a plan from the present version and returns its id.
func (w world) saves(p *planner.Plan) int64 {
	w.Helper()
	_, version, err := w.LoadState(w.Context(), p.Region)
	w.must(err)
	id, err := w.SavePlan(w.Context(), p, version)
	w.must(err)
	return id
}

// publishes saves and publishes a plan.
func (w world) publishes(p *planner.Plan) int64 {
	w.Helper()
	id := w.saves(p)
	w.must(w.PublishPlan(w.Context(), id, testNow))
	return id
}
