package bookbench

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/internal/pgtest"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/files"
	"github.com/wijkplanner/wijkplanner/planner/service"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

const (
	locations, people = 150, 40
	// What is asked: so many a second, with 99 of 100 answered within a time.
	queryRate, queryBound     = 500, 50 * time.Millisecond
	bookingRate, bookingBound = 200, 100 * time.Millisecond
	senders                   = 64
)

func TestMain(m *testing.M) {
	code := m.Run()
	pgtest.Stop()
	os.Exit(code)
}

// bench is one run.
type bench struct {
	*testing.T
	address, token, region string
	state                  *planner.State
	client                 *http.Client
	store                  *store.Store
}

// TestBookingLoad measures; BOOKBENCH_SECONDS is how long each load lasts, and
// asks for the bounds to hold.
func TestBookingLoad(t *testing.T) {
	d, full := 2*time.Second, false
	if s, err := strconv.Atoi(os.Getenv("BOOKBENCH_SECONDS")); err == nil && s > 0 {
		d, full = time.Duration(s)*time.Second, true
	}
	b := start(t)
	queries := b.pace(queryRate, d, func(i int) (string, string, any) {
		return "GET", "/slots?visitType=consult&limit=20&location=" + b.state.Locations[i%locations].ID, nil
	}, 200)
	b.report("slot queries", queryRate, queries, queryBound, full)
	slots := b.slots()
	bookings := b.pace(bookingRate, d, func(i int) (string, string, any) {
		mine := slots[i%people]
		if i/people >= len(mine) {
			b.Fatalf("person %d has %d slots: too few for this long", i%people, len(mine))
		}
		return "POST", "/bookings", map[string]any{"location_id": b.state.Locations[i%people].ID, "visit_type": "consult", "start": mine[i/people]}
	}, 201)
	b.report("bookings over different people", bookingRate, bookings, bookingBound, full)
	b.sealed(len(bookings))
}

// start makes the region and starts the program.
func start(t *testing.T) *bench {
	t.Helper()
	folder := t.TempDir()
	binary := os.Getenv("BOOKBENCH_SERVER")
	if binary == "" {
		binary = filepath.Join(folder, "wijkplanner")
		if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", binary, "../../cmd/wijkplanner").CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	db := pgtest.Database(t, nil)
	b := &bench{T: t, region: "-", client: &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: senders}}}
	b.seed(db)
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b.address = l.Addr().String()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	log, err := os.Create(filepath.Join(folder, "server.log"))
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), binary, "serve", "--addr", b.address, "--db", db, "--caller-limit", "100000000", "--drain", "1ms")
	cmd.Stdout, cmd.Stderr, cmd.Dir = log, log, folder
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
		_ = log.Close()
	})
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", b.address)
		if err == nil {
			_ = conn.Close()
			return b
		}
		if time.Now().After(end) {
			said, _ := os.ReadFile(log.Name())
			t.Fatalf("the server does not listen: %s", said)
		}
	}
}

// seed imports the region, with a coordinator for each location, a rule and a lead
// with a token.
func (b *bench) seed(db string) {
	b.Helper()
	st, err := store.Open(b.Context(), db)
	if err != nil {
		b.Fatal(err)
	}
	b.store = st
	b.Cleanup(func() { _ = st.Close() })
	b.state = files.GenerateRegion(locations, people, 1)
	day := []calendar.Span{{From: 8 * 60, To: 18 * 60}}
	for i := range b.state.Staff {
		m := &b.state.Staff[i]
		m.Pattern, m.DayCap, m.WeekCap = calendar.Week{nil, day, day, day, day, day, nil}, 0, 0
	}
	for i := range b.state.Locations {
		b.state.Locations[i].Opening = b.state.Staff[0].Pattern
		b.state.Assignments = append(b.state.Assignments, planner.Assignment{
			Location: b.state.Locations[i].ID, Role: "coordinator", Staff: b.state.Staff[i%people].ID, Kind: planner.Primary, From: calendar.NoDate, To: calendar.NoDate,
		})
	}
	b.state.Programme.VisitTypes = append(b.state.Programme.VisitTypes, planner.VisitType{
		ID: "consult", Name: planner.Text{NL: "Consult", EN: "Consult"}, Mode: planner.OnSite, Minutes: 45, Bookable: true,
	})
	s := service.New(st, slog.New(slog.DiscardHandler), time.Now)
	if _, err := s.Import(b.Context(), []*planner.State{b.state}); err != nil {
		b.Fatal(err)
	}
	rule := planner.SlotRule{Role: "coordinator", VisitType: "consult", BufferBefore: -1, BufferAfter: -1, HorizonDays: 56, Increment: 60, NoticeMinutes: 60}
	if _, err := s.AddSlotRule(b.Context(), b.state.Region, rule); err != nil {
		b.Fatal(err)
	}
	b.publish(s)
	b.token = b.lead(st)
}

// publish plans the year and publishes it, so that slots are looked for between visits.
func (b *bench) publish(s *service.Service) {
	b.Helper()
	proposals, err := s.Propose(b.Context(), planner.Options{Seed: 1, Iterations: 2000, Year: time.Now().AddDate(0, 1, 0).Year()}, b.state.Region)
	if err != nil {
		b.Fatal(err)
	}
	if err := s.Publish(b.Context(), proposals[0].ID); err != nil {
		b.Fatal(err)
	}
	plan, _, err := s.Plan(b.Context(), proposals[0].ID)
	if err != nil {
		b.Fatal(err)
	}
	b.Logf("%d locations, %d people, %d visits planned", locations, people, len(plan.Visits))
}

// lead makes an account and a token for it.
func (b *bench) lead(st *store.Store) string {
	b.Helper()
	id, err := st.AddUser(b.Context(), "Bench", "bench@example.nl", store.Membership{Role: store.Lead, Region: b.state.Region})
	if err != nil {
		b.Fatal(err)
	}
	u, err := st.User(b.Context(), id)
	if err != nil {
		b.Fatal(err)
	}
	_, token, err := st.CreateAPIToken(b.Context(), u.Memberships[0].ID, "bench", time.Now().Add(time.Hour))
	if err != nil {
		b.Fatal(err)
	}
	return token
}

// send sends a request and returns the body.
func (b *bench) send(ctx context.Context, method, path string, body any, want int) ([]byte, error) {
	var sent io.Reader
	if body != nil {
		raw, err := json.Marshal(body)
		if err != nil {
			return nil, err
		}
		sent = bytes.NewReader(raw)
	}
	r, err := http.NewRequestWithContext(ctx, method, "http://"+b.address+"/v1/regions/"+b.region+path, sent)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Authorization", "Bearer "+b.token)
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	resp, err := b.client.Do(r)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	got, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != want {
		err = fmt.Errorf("%s %s: %d %s", method, path, resp.StatusCode, got)
	}
	return got, err
}

// pace sends requests at a steady pace and returns how long each took from when
// it should have gone.
func (b *bench) pace(rate int, d time.Duration, request func(int) (string, string, any), want int) []time.Duration {
	b.Helper()
	n := rate * int(d/time.Second)
	took := make([]time.Duration, n)
	type turn struct {
		i   int
		due time.Time
	}
	turns := make(chan turn, n)
	var group sync.WaitGroup
	for range senders {
		group.Go(func() {
			for t := range turns {
				method, path, body := request(t.i)
				if _, err := b.send(b.Context(), method, path, body, want); err != nil {
					b.Error(err)
				}
				took[t.i] = time.Since(t.due)
			}
		})
	}
	began := time.Now()
	for i := range n {
		due := began.Add(time.Duration(i) * time.Second / time.Duration(rate))
		time.Sleep(time.Until(due))
		turns <- turn{i, due}
	}
	close(turns)
	group.Wait()
	b.Logf("%d requests in %v", n, time.Since(began).Round(time.Millisecond))
	return took
}

func (b *bench) report(what string, rate int, took []time.Duration, bound time.Duration, full bool) {
	b.Helper()
	slices.Sort(took)
	p := func(k float64) time.Duration {
		return took[int(float64(len(took)-1)*k)].Round(100 * time.Microsecond)
	}
	b.Logf("%s: %d at %d a second, p50 %v, p95 %v, p99 %v (asked: under %v), worst %v", what, len(took), rate, p(.5), p(.95), p(.99), bound, p(1))
	if full && p(.99) >= bound {
		b.Errorf("%s: p99 %v, want under %v", what, p(.99), bound)
	}
}

// slots returns the free moments of each person at the first location of theirs.
func (b *bench) slots() [][]string {
	b.Helper()
	out := make([][]string, people)
	for i := range out {
		got, err := b.send(b.Context(), "GET", "/slots?visitType=consult&limit=500&location="+b.state.Locations[i].ID, nil, 200)
		if err != nil {
			b.Fatal(err)
		}
		var list struct{ Items []struct{ Start string } }
		if err := json.Unmarshal(got, &list); err != nil {
			b.Fatal(err)
		}
		for _, s := range list.Items {
			out[i] = append(out[i], s.Start)
		}
	}
	return out
}

// sealed checks that every booking is in the audit log, and sealed.
func (b *bench) sealed(want int) {
	b.Helper()
	made, err := b.store.Bookings(b.Context(), b.state.Region, store.BookingFilter{})
	if err != nil {
		b.Fatal(err)
	}
	s := service.New(b.store, slog.New(slog.DiscardHandler), time.Now)
	time.Sleep(2 * time.Second) // the sealer looks each second
	report, err := s.VerifyAudit(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	b.Logf("%d bookings, %d acts sealed, %d waiting, %d faults in the chain", len(made), report.Checked, report.Waiting, len(report.Faults))
	if len(made) != want || report.Checked < want || report.Waiting > 0 || len(report.Faults) > 0 {
		b.Errorf("%d bookings of %d; audit %+v", len(made), want, report)
	}
}
