package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // looks into the database beside the program

	"github.com/wijkplanner/wijkplanner/internal/pgtest"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/files"
	"github.com/wijkplanner/wijkplanner/planner/service"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

const (
	crashRegion = "noord"
	// crashRate is how many bookings a second are made while it is killed.
	crashRate = 50
	// crashIterations makes a plan take about a second.
	crashIterations = 3000 / slowness
	// startTime is how long a start may take, on a machine that does more besides
	// and, with the race detector, does it slowly.
	startTime = 2 * time.Second * slowness
)

// crash is a server that is killed, with what its clients know of it.
type crash struct {
	*testing.T
	db, dir        string
	addr, loadAddr string
	client         *http.Client
	// desks are the locations at which people book, wishes the moments in the
	// order in which they ask for them, and token that of the lead who does.
	desks  []string
	wishes []*deskBooking
	token  string

	mu sync.Mutex
	// next counts the wishes that were asked for.
	next int
	// lookedUp counts those that were made although no answer came, by their keys.
	lookedUp int
	jobs     []int64
	starts   []time.Duration
}

// TestRD1_KillsLoseNothing kills a server at random moments, while people book
// and a plan is made: whatever was answered is there, nothing is there by half,
// and the plans are those that an undisturbed server makes.
func TestRD1_KillsLoseNothing(t *testing.T) {
	kills := crashKills
	if os.Getenv("WIJKPLANNER_LONG") != "" {
		kills = 200
	}
	for name, address := range map[string]func(*testing.T) string{
		"sqlite":   func(t *testing.T) string { t.Helper(); return filepath.Join(t.TempDir(), "test.db") },
		"postgres": func(t *testing.T) string { t.Helper(); return pgtest.Database(t, nil) },
	} {
		t.Run(name, func(t *testing.T) { newCrash(t, address(t)).run(kills) })
	}
}

func newCrash(t *testing.T, address string) *crash {
	t.Helper()
	c := &crash{T: t, db: address, dir: t.TempDir(), client: &http.Client{Timeout: 5 * time.Second}}
	c.addr, c.loadAddr = freeAddress(t), freeAddress(t)
	st := c.store()
	defer func() { _ = st.Close() }()
	state := files.GenerateRegion(60, 6, 1)
	state.Region = crashRegion
	if err := st.ImportState(t.Context(), state); err != nil {
		t.Fatal(err)
	}
	c.openDesk(st)
	return c
}

// freeAddress is an address at which nobody listens.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

func (c *crash) store() *store.Store {
	c.Helper()
	st, err := store.Open(c.Context(), c.db)
	if err != nil {
		c.Fatal(err)
	}
	return st
}

func (c *crash) run(kills int) {
	c.Helper()
	random := rand.New(rand.NewPCG(1, 2))
	for i := range kills {
		server := c.start()
		c.offered()
		ctx, stop := context.WithCancel(c.Context())
		var group sync.WaitGroup
		group.Go(func() { c.book(ctx) })
		group.Go(func() { c.plan(ctx) })
		c.spare()
		time.Sleep(time.Duration(200+random.IntN(1300)) * time.Millisecond)
		if err := server.Process.Kill(); err != nil {
			c.Fatal(err)
		}
		_ = server.Wait() // killed
		stop()
		group.Wait()
		c.check(i + 1)
	}
	resumed := c.resumed()
	if c.Failed() {
		return
	}
	db := c.look()
	defer func() { _ = db.Close() }()
	attempts := c.count(c.Context(), db, "SELECT sum(attempt) FROM jobs WHERE kind = 'propose'")
	slices.Sort(c.starts)
	c.Logf("%d kills at %d bookings a second over HTTP and a planning job: %d bookings acknowledged, %d of them made without an answer and not again, 0 lost, 0 by half; %d jobs done in %d attempts, with one plan; "+
		"the last resumed and done %s after the kill; starts: median %s, longest %s",
		kills, crashRate, c.acked(), c.lookedUp, len(c.jobs), attempts, resumed.Round(100*time.Millisecond), c.starts[len(c.starts)/2].Round(time.Millisecond), c.starts[len(c.starts)-1].Round(time.Millisecond))
}

// spare waits while a job has gone down with its server so often that it would
// soon be dead: ten times is the most, and on a slow machine every kill hits the
// same job.
func (c *crash) spare() {
	c.Helper()
	db := c.look()
	defer func() { _ = db.Close() }()
	for range 600 {
		if c.count(c.Context(), db, "SELECT count(*) FROM jobs WHERE failures >= 6 AND state IN ('waiting', 'running')") == 0 {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	c.Error("a job that is left alone is not done within a minute")
}

// start starts the server and waits until it answers.
func (c *crash) start() *exec.Cmd {
	c.Helper()
	cmd := program(c.T, "serve", "--addr", c.addr, "--job-lease", "1s", "--drain", "200ms", "--caller-limit", "100000000")
	cmd.Env = append(cmd.Env, asLoad+"="+c.loadAddr, "WIJKPLANNER_DB="+c.db)
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr, cmd.Dir = io.Discard, &said, c.dir
	began := time.Now()
	if err := cmd.Start(); err != nil {
		c.Fatal(err)
	}
	for c.health() != http.StatusOK {
		if time.Since(began) > 30*time.Second {
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
			c.Fatalf("it does not start: %s", said.String())
		}
		time.Sleep(10 * time.Millisecond)
	}
	took := time.Since(began)
	if c.starts = append(c.starts, took); took > startTime {
		c.Errorf("start took %s, want at most %s", took, startTime)
	}
	return cmd
}

func (c *crash) health() int {
	status, _ := c.get(c.Context(), "/healthz")
	return status
}

func (c *crash) get(ctx context.Context, path string) (int, error) {
	request, err := http.NewRequestWithContext(context.WithoutCancel(ctx), http.MethodGet, "http://"+c.addr+path, nil)
	if err != nil {
		return 0, err
	}
	answer, err := c.client.Do(request)
	if err != nil {
		return 0, err
	}
	_, err = io.Copy(io.Discard, answer.Body)
	return answer.StatusCode, errors.Join(err, answer.Body.Close())
}

// post sends something to the loaded server; it returns 0 when no answer came.
func (c *crash) post(ctx context.Context, path string, body, into any) int {
	text, err := json.Marshal(body)
	if err != nil {
		panic(err)
	}
	request, err := http.NewRequestWithContext(context.WithoutCancel(ctx), http.MethodPost, "http://"+c.loadAddr+path, bytes.NewReader(text))
	if err != nil {
		panic(err)
	}
	answer, err := c.client.Do(request)
	if err != nil {
		return 0
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode == http.StatusOK && json.NewDecoder(answer.Body).Decode(into) != nil {
		return 0
	}
	return answer.StatusCode
}

// plan keeps one planning job going.
func (c *crash) plan(ctx context.Context) {
	var id int64
	for ctx.Err() == nil {
		c.mu.Lock()
		n := len(c.jobs)
		c.mu.Unlock()
		if n == 0 || c.done(ctx, n) {
			if c.post(ctx, "/plan", service.PlanParams{Year: 2027, Iterations: crashIterations, MaxChanges: -1}, &id) == http.StatusOK {
				c.mu.Lock()
				c.jobs = append(c.jobs, id)
				c.mu.Unlock()
			}
		}
		select {
		case <-ctx.Done():
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// done reports whether so many jobs are done, by what a look beside the server
// says.
func (c *crash) done(ctx context.Context, n int) bool {
	db := c.look()
	defer func() { _ = db.Close() }()
	return c.count(ctx, db, "SELECT count(*) FROM jobs WHERE kind = 'propose' AND state = 'done'") >= n
}

func (c *crash) postgres() bool { return strings.HasPrefix(c.db, "postgres") }

// look opens the database beside the program.
func (c *crash) look() *sql.DB {
	driver, address := "sqlite3", "file:"+c.db+"?_pragma=busy_timeout(5000)"
	if c.postgres() {
		driver, address = "pgx", c.db
	}
	db, err := sql.Open(driver, address)
	if err != nil {
		panic(err)
	}
	return db
}

func (c *crash) count(ctx context.Context, db *sql.DB, query string) int {
	var n int
	if err := db.QueryRowContext(context.WithoutCancel(ctx), query).Scan(&n); err != nil {
		c.Errorf("%s: %v", query, err)
	}
	return n
}

// check looks at what a kill left.
func (c *crash) check(kill int) {
	c.Helper()
	db := c.look()
	defer func() { _ = db.Close() }()
	if c.postgres() {
		if _, err := db.ExecContext(c.Context(), "CREATE EXTENSION IF NOT EXISTS amcheck"); err != nil {
			c.Fatal(err)
		}
		c.count(c.Context(), db, `SELECT count(bt_index_check(i.indexrelid, true)::text) FROM pg_index i JOIN pg_class k ON k.oid = i.indexrelid
			JOIN pg_am a ON a.oid = k.relam JOIN pg_namespace n ON n.oid = k.relnamespace WHERE a.amname = 'btree' AND n.nspname = 'public'`)
	} else {
		var sound string
		if err := db.QueryRowContext(c.Context(), "PRAGMA integrity_check").Scan(&sound); err != nil || sound != "ok" {
			c.Errorf("kill %d: integrity_check says %q (%v)", kill, sound, err)
		}
	}
	for what, query := range map[string]string{
		"bookings by half": `SELECT count(*) FROM bookings b WHERE (SELECT count(*) FROM booking_crew w WHERE w.booking = b.id) <> 1
			OR (SELECT count(*) FROM occupancy o WHERE o.kind = 'booking' AND o.ref = b.id) <> 1`,
		"times of no booking":  `SELECT count(*) FROM occupancy o WHERE o.kind = 'booking' AND o.ref NOT IN (SELECT id FROM bookings)`,
		"bookings not audited": `SELECT count(*) FROM bookings b WHERE (SELECT count(*) FROM audit a WHERE a.object = 'booking' AND a.object_id = b.id) <> 1`,
		"moments booked twice": `SELECT count(*) FROM (SELECT location FROM bookings GROUP BY location, starts_at HAVING count(*) > 1) h`,
		"people in two places": `SELECT count(*) FROM occupancy a JOIN occupancy b ON b.person = a.person AND b.id > a.id
			AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at WHERE a.blocking AND b.blocking`,
		"plans by half":         `SELECT count(*) FROM (SELECT count(DISTINCT n) AS sizes FROM (SELECT plan, count(*) AS n FROM plan_visits GROUP BY plan) v) h WHERE sizes > 1`,
		"plans without a job":   `SELECT abs((SELECT count(*) FROM plans) - (SELECT count(*) FROM jobs WHERE kind = 'propose' AND state = 'done'))`,
		"jobs that did not end": `SELECT count(*) FROM jobs WHERE state NOT IN ('waiting', 'running', 'done')`,
	} {
		if n := c.count(c.Context(), db, query); n != 0 {
			c.Errorf("kill %d: %d %s", kill, n, what)
		}
	}
	c.checkAcked(db, kill)
	c.aMinuteLater(db)
}

// resumed starts the server once more, waits until every job is done, compares
// their plans with one that nobody disturbed, and returns how long it took.
func (c *crash) resumed() time.Duration {
	c.Helper()
	began := time.Now()
	server := c.start()
	for _, b := range c.unsure() {
		c.bookOne(c.Context(), b)
	}
	if n := len(c.unsure()); n > 0 {
		c.Errorf("%d bookings have no answer, asked for again by their keys", n)
	}
	for !c.done(c.Context(), len(c.jobs)) {
		if time.Since(began) > 120*time.Second {
			c.Fatal("jobs are not resumed within 120 s")
		}
		time.Sleep(100 * time.Millisecond)
	}
	took := time.Since(began)
	if err := server.Process.Kill(); err != nil {
		c.Fatal(err)
	}
	_ = server.Wait() // killed
	c.check(0)
	st := c.store()
	defer func() { _ = st.Close() }()
	s := service.New(st, nil, time.Now)
	state, version, err := st.LoadState(c.Context(), crashRegion)
	if err != nil {
		c.Fatal(err)
	}
	plan, err := planner.Solve(c.Context(), state, planner.Options{Year: 2027, Seed: 1, Iterations: crashIterations, MaxChanges: -1})
	if err != nil {
		c.Fatal(err)
	}
	alone, err := st.SavePlan(c.Context(), plan, version)
	if err != nil {
		c.Fatal(err)
	}
	all, err := s.Plans(c.Context(), crashRegion)
	if err != nil || len(all) < 2 {
		c.Fatalf("%d plans (%v)", len(all), err)
	}
	want := c.hash(st, alone)
	for _, p := range all {
		if c.hash(st, p.ID) != want {
			c.Errorf("plan %d is not the one that an undisturbed run makes", p.ID)
		}
	}
	return took
}

func (c *crash) hash(st *store.Store, id int64) [32]byte {
	c.Helper()
	p, _, err := st.LoadPlan(c.Context(), id)
	if err != nil {
		c.Fatal(err)
	}
	text, err := json.Marshal(p)
	if err != nil {
		c.Fatal(err)
	}
	return sha256.Sum256(text)
}
