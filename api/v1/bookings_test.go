package v1

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"
	_ "github.com/jackc/pgx/v5/stdlib" // looks at PostgreSQL's own counters

	"github.com/wijkplanner/wijkplanner/api/problem"
	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/internal/litetest"
	"github.com/wijkplanner/wijkplanner/internal/pgtest"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/service"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// rushPeople is how many people and locations a rush is on, rushTimes how many
// moments each of them has: a hundred slots.
const rushPeople, rushTimes = 20, 5

// square is a region in which each location has a coordinator of its own, who can
// be booked.
func square() *planner.State {
	s := town("noord")
	s.Programme.VisitTypes = append(s.Programme.VisitTypes, planner.VisitType{
		ID: "consult", Name: planner.Text{NL: "Consult", EN: "Consult"}, Mode: planner.OnSite, Minutes: 60, Bookable: true,
	})
	for i := range rushPeople {
		m, l := s.Staff[0], s.Locations[0]
		m.ID, m.Name, l.ID = fmt.Sprintf("p%02d", i), fmt.Sprintf("Person %d", i), fmt.Sprintf("l%02d", i)
		s.Staff, s.Locations = append(s.Staff, m), append(s.Locations, l)
		s.Assignments = append(s.Assignments, planner.Assignment{Location: l.ID, Role: "zc", Staff: m.ID, Kind: planner.Primary, From: calendar.NoDate, To: calendar.NoDate})
	}
	return s
}

// bookable imports the square with a rule for it.
func (w world) bookable() {
	w.Helper()
	if _, err := w.Import(w.Context(), []*planner.State{square()}); err != nil {
		w.Fatal(err)
	}
	into[SlotRule](w, w.asks(lead, "POST", "/regions/noord/slot-rules", map[string]any{
		"role": "zc", "visit_type": "consult", "horizon_days": 56, "increment_minutes": 15, "notice_minutes": 60,
	}), 201)
}

var booker = service.Scope{Role: service.LocationContact, Actor: "contact:1", Region: "noord", Location: "l00"}

func TestBookingsOverTheAPI(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.bookable()
		slots := into[SlotList](w, w.asks(booker, "GET", "/regions/noord/slots?visitType=consult&limit=3", nil), 200)
		if len(slots.Items) != 3 || slots.Items[0].Crew[0].Staff != "p00" || slots.Items[0].Relation != "own" || slots.Items[0].Reason.NL == "" {
			w.Fatalf("slots %+v", slots)
		}
		start := slots.Items[0].Start
		made := w.asks(booker, "POST", "/regions/noord/bookings", map[string]any{"visit_type": "consult", "start": start, "remark": "Graag bellen bij aankomst"}, "Idempotency-Key", "k")
		b := into[Booking](w, made, 201)
		again := into[Booking](w, w.asks(booker, "POST", "/regions/noord/bookings", map[string]any{"visit_type": "consult", "start": start, "remark": "Graag bellen bij aankomst"}, "Idempotency-Key", "k"), 201)
		if b.ID != again.ID || b.State != "confirmed" || !b.Start.Equal(start) || !strings.HasSuffix(made.Header().Get("Location"), b.ID) {
			w.Errorf("booked %+v and %+v", b, again)
		}
		taken := w.asks(lead, "POST", "/regions/noord/bookings", map[string]any{"location_id": "l00", "visit_type": "consult", "start": start})
		w.refused(taken, 409, problem.TimeTaken)
		if others, _ := taken.problem.Alternatives.([]any); len(others) == 0 {
			w.Errorf("no alternatives in %s", taken.Body)
		}
		path := "/regions/noord/bookings/" + b.ID
		w.refused(w.asks(booker, "PUT", path+"/time", map[string]any{"start": start.Add(2 * time.Hour)}), 428, problem.NeedsIfMatch)
		moved := w.asks(booker, "PUT", path+"/time", map[string]any{"start": start.Add(2 * time.Hour)}, "If-Match", made.Header().Get("ETag"))
		if got := into[Booking](w, moved, 200); got.Moves != 1 || got.Crew[0].Staff != "p00" {
			w.Errorf("moved %+v", got)
		}
		w.refused(w.asks(booker, "POST", path+"/cancellation", map[string]any{"reason": "because"}, "If-Match", "*"), 400, problem.BadRequest)
		if got := into[Booking](w, w.asks(booker, "POST", path+"/cancellation", map[string]any{"reason": "not_needed"}, "If-Match", moved.Header().Get("ETag")), 200); got.State != "cancelled" {
			w.Errorf("cancelled %+v", got)
		}
		if list := into[Page[Booking]](w, w.asks(booker, "GET", "/regions/noord/bookings?state=cancelled", nil), 200); len(list.Items) != 1 || list.Items[0].ID != b.ID {
			w.Errorf("list %+v", list)
		}
		w.refused(w.asks(contact, "GET", path, nil), 404, problem.NotFound)
		w.refused(w.asks(visitor, "POST", "/regions/noord/bookings", map[string]any{"visit_type": "consult", "start": start}), 403, problem.Forbidden)
		w.refused(w.asks(booker, "POST", "/regions/noord/bookings", map[string]any{"visit_type": "consult", "start": start, "remark": "bsn 111222333"}), 422, problem.TextRefused)
	})
}

// TestE8ALocationLearnsNoReasonOfAPerson: outside the team somebody is available
// or not, never why.
func TestE8ALocationLearnsNoReasonOfAPerson(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.bookable()
		from := time.Date(2027, 1, 13, 8, 0, 0, 0, time.UTC)
		err := w.Store.Occupy(w.Context(), store.Occupancy{Region: "noord", Staff: "p00", From: from, To: from.Add(3 * time.Hour), Kind: store.AbsenceTime})
		if err != nil {
			w.Fatal(err)
		}
		path := "/regions/noord/slots/reasons?visitType=consult&location=l00&from=2027-01-13T08:00:00Z&to=2027-01-13T09:00:00Z"
		if got := into[WhyNoSlot](w, w.asks(lead, "GET", path, nil), 200); got.People[0].Reasons[0].Code != planner.Absent || got.First == nil {
			w.Errorf("for the lead: %+v", got)
		}
		if got := into[WhyNoSlot](w, w.asks(booker, "GET", path, nil), 200); len(got.People[0].Reasons) != 1 || got.People[0].Reasons[0].Code != unavailable {
			w.Errorf("for the location: %+v", got)
		}
	})
}

func TestSlotRulesAndWaitingOverTheAPI(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.bookable()
		bad := w.asks(lead, "POST", "/regions/noord/slot-rules", map[string]any{
			"role": "x", "visit_type": "visit", "horizon_days": 999, "increment_minutes": 7, "windows": []Window{{1, "10:00", "09:00"}},
		})
		w.refused(bad, 400, problem.BadRequest)
		if len(bad.problem.Errors) < 4 {
			w.Errorf("faults %+v, want all at once", bad.problem.Errors)
		}
		list := into[SlotRuleList](w, w.asks(lead, "GET", "/regions/noord/slot-rules", nil), 200)
		one := w.asks(lead, "GET", "/regions/noord/slot-rules/"+list.Items[0].ID, nil)
		rule := into[SlotRule](w, one, 200)
		rule.MaxDay = 3
		changed := w.asks(lead, "PUT", "/regions/noord/slot-rules/"+rule.ID, rule.SlotRuleInput, "If-Match", one.Header().Get("ETag"))
		if got := into[SlotRule](w, changed, 200); got.MaxDay != 3 || len(list.Items) != 1 || !list.Own {
			w.Errorf("changed %+v of %+v", got, list)
		}
		w.refused(w.asks(lead, "PUT", "/regions/noord/slot-rules/"+rule.ID, rule.SlotRuleInput, "If-Match", one.Header().Get("ETag")), 412, problem.Changed)
		w.refused(w.asks(booker, "GET", "/regions/noord/slot-rules", nil), 403, problem.Forbidden)
		entry := into[WaitingEntry](w, w.asks(booker, "POST", "/regions/noord/waiting-entries", map[string]any{"visit_type": "consult", "urgent": true}), 201)
		if all := into[WaitingList](w, w.asks(lead, "GET", "/regions/noord/waiting-entries", nil), 200); len(all.Items) != 1 || all.Items[0].ID != entry.ID {
			w.Errorf("waiting %+v", all)
		}
		if lane := into[AcuteLane](w, w.asks(lead, "GET", "/regions/noord/acute-questions?to=2027-01-13T00:00:00Z", nil), 200); len(lane.Items) != 1 || lane.Items[0].Waiting != entry.ID {
			w.Errorf("lane %+v", lane)
		}
		if a := w.asks(booker, "DELETE", "/regions/noord/waiting-entries/"+entry.ID, nil); a.Code != 204 {
			w.Errorf("removed with %d %s", a.Code, a.Body)
		}
		if a := w.asks(lead, "DELETE", "/regions/noord/slot-rules/"+rule.ID, nil, "If-Match", changed.Header().Get("ETag")); a.Code != 204 {
			w.Errorf("removed with %d %s", a.Code, a.Body)
		}
	})
}

// rush is a crowd that books over HTTP.
type rush struct {
	world
	servers []*httptest.Server
	mu      sync.Mutex
	status  map[int]int
	times   []time.Duration
}

// rushClients is how many book at once.
const rushClients = 64

func rushSize() int {
	if os.Getenv("WIJKPLANNER_LONG") != "" {
		return 10_000
	}
	if slowness > 1 {
		return 600 // all of them come without the race detector
	}
	return 2_000
}

// book posts a booking of a location by the contact's own right.
func (r *rush) book(server *httptest.Server, location int, start time.Time) {
	scope, _ := json.Marshal(service.Scope{Role: service.LocationContact, Actor: fmt.Sprintf("contact:%d", location), Region: "noord", Location: fmt.Sprintf("l%02d", location)})
	body, _ := json.Marshal(map[string]any{"visit_type": "consult", "start": start})
	req, err := http.NewRequestWithContext(r.Context(), http.MethodPost, server.URL+Prefix+"/regions/noord/bookings", bytes.NewReader(body))
	if err != nil {
		r.Error(err)
		return
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Test-Caller", string(scope))
	began := time.Now()
	resp, err := server.Client().Do(req)
	if err != nil {
		r.Error(err)
		return
	}
	var p problem.Problem
	err = json.NewDecoder(resp.Body).Decode(&p)
	_ = resp.Body.Close()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.times = append(r.times, time.Since(began))
	r.status[resp.StatusCode]++
	if others, _ := p.Alternatives.([]any); resp.StatusCode == http.StatusConflict && len(others) == 0 || err != nil {
		r.Errorf("refused without alternatives: %v %+v", err, p)
	}
}

// run sends n bookings, each of a location at a moment, and prints what came of
// them.
func (r *rush) run(what string, n int, pick func(i int) (location int, start time.Time)) (won int) {
	r.Helper()
	r.status, r.times = map[int]int{}, nil
	work := make(chan int)
	var group sync.WaitGroup
	for range rushClients {
		group.Go(func() {
			for i := range work {
				location, start := pick(i)
				r.book(r.servers[i%len(r.servers)], location, start)
			}
		})
	}
	for i := range n {
		work <- i
	}
	close(work)
	group.Wait()
	slices.Sort(r.times)
	p99 := r.times[len(r.times)*99/100]
	r.Logf("%s: %d POSTs by %d clients, answers %v, p99 %v", what, n, rushClients, r.status, p99.Round(time.Millisecond))
	if r.status[201]+r.status[409] != n {
		r.Errorf("%s: answers %v, want 201 and 409 only", what, r.status)
	}
	if most := 1500 * time.Millisecond * slowness; p99 > most {
		r.Errorf("%s: p99 %v, want at most %v", what, p99, most)
	}
	return r.status[201]
}

// overlaps counts pairs of promises of one person at one time.
func (r *rush) overlaps() (pairs, rows int) {
	r.Helper()
	all, err := r.Store.Occupied(r.Context(), "noord", testNow, testNow.AddDate(1, 0, 0))
	if err != nil {
		r.Fatal(err)
	}
	for i := range all {
		for j := range all[:i] {
			if all[i].Staff == all[j].Staff && all[i].From.Before(all[j].To) && all[j].From.Before(all[i].To) {
				pairs++
			}
		}
	}
	return pairs, len(all)
}

// TestRC1_RushOnSlots: sixty-four clients on a hundred slots; R-C2 afterwards.
func TestRC1_RushOnSlots(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { rushOn(open(t, litetest.File(t, prepare)), "") })
	t.Run("postgres", func(t *testing.T) {
		address := pgtest.Database(t, prepare)
		rushOn(open(t, address), address)
	})
}

func rushOn(w world, address string) {
	w.bookable()
	r := &rush{world: w, servers: []*httptest.Server{httptest.NewServer(w.handler)}}
	w.Cleanup(func() {
		for _, s := range r.servers {
			s.Close()
		}
	})
	day := func(n int) time.Time { return time.Date(2027, 1, 13+n, 8, 0, 0, 0, time.UTC) }
	hundred := func(n int) func(int) (int, time.Time) {
		return func(i int) (int, time.Time) {
			slot := i % (rushPeople * rushTimes)
			return slot % rushPeople, day(n).Add(time.Duration(slot/rushPeople) * time.Hour)
		}
	}
	n := rushSize()
	if won := r.run("identical", n, hundred(0)); won != rushPeople*rushTimes {
		w.Errorf("%d winners, want exactly %d", won, rushPeople*rushTimes)
	}
	r.run("overlapping by 15 minutes", n, func(int) (int, time.Time) {
		return rand.IntN(rushPeople), day(1).Add(time.Duration(rand.IntN(16)) * 15 * time.Minute)
	})
	r.everyFreeSlot(day(1))
	if won := r.run("one hot slot", n, func(int) (int, time.Time) { return 7, day(2) }); won != 1 {
		w.Errorf("%d winners of one slot", won)
	}
	if address != "" {
		second := open2(w, address)
		r.servers = append(r.servers, httptest.NewServer(second))
		if won := r.run("two programs on one PostgreSQL", n, hundred(5)); won != rushPeople*rushTimes {
			w.Errorf("%d winners, want exactly %d", won, rushPeople*rushTimes)
		}
		w.Logf("deadlocks: %d", deadlocks(w, address))
	}
	pairs, rows := r.overlaps()
	w.Logf("%d overlapping pairs among %d promises", pairs, rows)
	if pairs > 0 {
		w.Errorf("%d overlapping pairs", pairs)
	}
}

// everyFreeSlot books whatever still reads free on a day: all of it can be booked
// (R-C2).
func (r *rush) everyFreeSlot(day time.Time) {
	r.Helper()
	booked := 0
	for l := range rushPeople {
		scope := service.Scope{Role: service.LocationContact, Actor: "contact:2", Region: "noord", Location: fmt.Sprintf("l%02d", l)}
		s := r.As(scope)
		for {
			free, err := s.Slots(r.Context(), "noord", service.SlotQuestion{Location: scope.Location, VisitType: "consult", From: day, To: day.Add(16 * time.Hour), Limit: 1})
			if err != nil {
				r.Fatal(err)
			}
			if len(free) == 0 {
				break
			}
			if _, err := s.Book(r.Context(), "noord", service.BookingRequest{SlotQuestion: service.SlotQuestion{Location: scope.Location, VisitType: "consult"}, Start: free[0].Start}); err != nil {
				r.Fatalf("R-C2: a free slot is refused: %v", err)
			}
			booked++
		}
	}
	all, err := r.Bookings(r.Context(), "noord", service.BookingFilter{})
	if err != nil {
		r.Fatal(err)
	}
	ghosts := 0
	for i := range all {
		for _, c := range all[i].Crew {
			if c.From.IsZero() == all[i].State.Takes() {
				ghosts++
			}
		}
	}
	r.Logf("R-C2: %d free slots booked, none refused; %d ghosts among %d bookings", booked, ghosts, len(all))
	if ghosts > 0 || booked == 0 {
		r.Errorf("R-C2: %d ghosts, %d booked", ghosts, booked)
	}
}

// open2 is a second program on the same database.
func open2(w world, address string) http.Handler {
	w.Helper()
	clock := func() time.Time { return testNow }
	st, err := store.Open(w.Context(), address, store.WithClock(clock))
	if err != nil {
		w.Fatal(err)
	}
	w.Cleanup(func() { _ = st.Close() })
	r := chi.NewRouter()
	r.Route(Prefix, func(r chi.Router) {
		r.Use(callers)
		_, err = Mount(r, Config{Service: service.New(st, w.Log, clock), Now: clock, Log: w.Log, CursorKey: []byte("a key for tests")})
	})
	if err != nil {
		w.Fatal(err)
	}
	return r
}

// deadlocks asks PostgreSQL how many it has seen in the database.
func deadlocks(w world, address string) (n int) {
	w.Helper()
	db, err := sql.Open("pgx", address)
	if err != nil {
		w.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if err := db.QueryRowContext(w.Context(), "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()").Scan(&n); err != nil {
		w.Fatal(err)
	}
	if n > 0 {
		w.Errorf("%d deadlocks", n)
	}
	return n
}

// TestRC6_StaleEditOfABooking: of two who move what they both saw, one gets 412
// with what there is now.
func TestRC6_StaleEditOfABooking(t *testing.T) {
	t.Parallel()
	const races = 25
	forEachDatabase(t, func(w world) {
		w.bookable()
		made := w.asks(booker, "POST", "/regions/noord/bookings", map[string]any{"visit_type": "consult", "start": "2027-01-13T08:00:00Z"})
		b := into[Booking](w, made, 201)
		tag := made.Header().Get("ETag")
		lost := 0
		for i := range races {
			var group sync.WaitGroup
			answers := make([]answer, 2)
			for k := range answers {
				group.Go(func() {
					start := time.Date(2027, 1, 14+i%2, 8+k, 0, 0, 0, time.UTC)
					answers[k] = w.asks(booker, "PUT", "/regions/noord/bookings/"+b.ID+"/time", map[string]any{"start": start}, "If-Match", tag)
				})
			}
			group.Wait()
			won := slices.IndexFunc(answers, func(a answer) bool { return a.Code == 200 })
			if won < 0 || answers[1-won].Code != 412 || answers[1-won].problem.Current == nil {
				lost++
				w.Errorf("race %d: %d %s and %d %s", i, answers[0].Code, answers[0].Body, answers[1].Code, answers[1].Body)
				break
			}
			tag = answers[won].Header().Get("ETag")
		}
		w.Logf("%d races, %d lost updates", races, lost)
	})
}
