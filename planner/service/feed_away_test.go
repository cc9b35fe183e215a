package service

import (
	"cmp"
	"context"
	"errors"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wijkplanner/wijkplanner/internal/litetest"
	"github.com/wijkplanner/wijkplanner/internal/pgtest"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// TestRN2_FeedWhileTheDatabaseIsAway takes the database away: a feed goes on
// with its last good rendering for a quarter of an hour, and then it is not
// available; it is never empty.
func TestRN2_FeedWhileTheDatabaseIsAway(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.published("noord")
		seen, unseen := w.token(annaFeed, store.FullDetail), w.token(annaFeed, store.FullDetail)
		first := w.renders(seen, testNow)
		if len(lines(first.Body, "UID")) != 4 {
			w.Fatalf("feed:\n%s", first.Body)
		}
		w.must(w.Store.Close())
		for _, later := range []time.Duration{0, time.Second, time.Minute, tokenGrace} {
			if r := w.renders(seen, testNow.Add(later)); r.ETag != first.ETag || string(r.Body) != string(first.Body) {
				w.Errorf("%v later: another rendering than the last", later)
			}
		}
		for name, c := range map[string]struct {
			token string
			now   time.Time
		}{
			"a quarter of an hour is over": {seen, testNow.Add(tokenGrace + 1)}, "never seen": {unseen, testNow},
			"the clock was put back": {seen, testNow.Add(-time.Hour)},
		} {
			if _, err := w.Feed(w.Context(), c.token, "", c.now); err == nil || errors.Is(err, ErrNotFound) {
				w.Errorf("%s: %v, want a fault that is not ErrNotFound", name, err)
			}
		}
		if w.Health(w.Context()) == nil {
			w.Error("healthy without a database")
		}
		if !strings.Contains(w.log.String(), "feed from its last rendering") || strings.Contains(w.log.String(), seen) {
			w.Errorf("log: %s", w.log)
		}
	})
}

// TestRN2_FeedOverMidnightWhileTheDatabaseIsAway: the new day has no rendering
// of its own yet, so the old one is served with the old validators.
func TestRN2_FeedOverMidnightWhileTheDatabaseIsAway(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.published("noord")
		token := w.token(annaFeed, store.FullDetail)
		evening := time.Date(2027, 1, 12, 22, 59, 30, 0, time.UTC) // half a minute to midnight in Amsterdam
		first := w.renders(token, evening)
		midnight := w.opens(token, evening.Add(time.Minute))
		if midnight.ETag == first.ETag {
			w.Fatal("the day is not in the validator")
		}
		w.must(w.Store.Close())
		if r := w.content(midnight); r.ETag != first.ETag || string(r.Body) != string(first.Body) || !r.Modified.Equal(first.Modified) {
			w.Errorf("rendering %s, want the last one %s", r.ETag, first.ETag)
		}
	})
}

// TestRN2_LostCacheIsNotLost: what was driven out of memory in its plain form
// is still served, from what is compressed.
func TestRN2_LostCacheIsNotLost(t *testing.T) {
	t.Parallel()
	w := open(t, litetest.File(t, prepare))
	w.published("noord")
	token := w.token(annaFeed, store.FullDetail)
	first := w.renders(token, testNow)
	r := w.opens(token, testNow)
	r.shrink()
	w.must(w.Store.Close())
	if got := w.renders(token, testNow); string(got.Body) != string(first.Body) {
		t.Error("another text")
	}
}

// TestCallerWhoLeavesGetsNothing: a reader that goes away is no sign that the
// database is away.
func TestCallerWhoLeavesGetsNothing(t *testing.T) {
	t.Parallel()
	w := open(t, litetest.File(t, prepare))
	w.published("noord")
	token := w.token(annaFeed, store.FullDetail)
	w.renders(token, testNow)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := w.Feed(ctx, token, "", testNow.Add(time.Minute)); !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want that the caller left", err)
	}
}

// gate stands between a program and its PostgreSQL, so that a test can take the
// database away for one program alone.
type gate struct {
	t       *testing.T
	folder  string // of the socket that the program knows
	behind  string // the socket of the server
	mu      sync.Mutex
	open    bool
	stalled bool
	conns   []net.Conn
}

// newGate returns a gate and the address of the database behind it.
func newGate(t *testing.T, address string) (*gate, string) {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	query := u.Query()
	folder, err := os.MkdirTemp("", "gate-") //nolint:usetesting // a socket's path must be short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	name := ".s.PGSQL." + cmp.Or(query.Get("port"), "5432")
	g := &gate{t: t, folder: filepath.Join(folder, name), behind: filepath.Join(query.Get("host"), name), open: true}
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "unix", g.folder)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { g.shut(); _ = l.Close() })
	go g.serve(l)
	query.Set("host", folder)
	u.RawQuery = query.Encode()
	return g, u.String()
}

func (g *gate) serve(l net.Listener) {
	for {
		in, err := l.Accept()
		if err != nil {
			return
		}
		g.mu.Lock()
		open := g.open
		g.mu.Unlock()
		if !open {
			_ = in.Close()
			continue
		}
		out, err := (&net.Dialer{}).DialContext(g.t.Context(), "unix", g.behind)
		if err != nil {
			_ = in.Close()
			continue
		}
		g.mu.Lock()
		g.conns = append(g.conns, in, out)
		g.mu.Unlock()
		go g.pass(in, out)
		go g.pass(out, in)
	}
}

// pass moves bytes until an end closes; while the gate is stalled they wait.
func (g *gate) pass(from, to net.Conn) {
	defer func() { _, _ = from.Close(), to.Close() }()
	buffer := make([]byte, 32<<10)
	for {
		n, err := from.Read(buffer)
		for g.waits() {
			time.Sleep(10 * time.Millisecond)
		}
		if _, wrote := to.Write(buffer[:n]); err != nil || wrote != nil {
			return
		}
	}
}

func (g *gate) waits() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.stalled && g.open
}

// shut cuts every connection and takes no new ones.
func (g *gate) shut() { g.set(false, false) }

func (g *gate) set(open, stalled bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.open, g.stalled = open, stalled
	if !open {
		for _, c := range g.conns {
			_ = c.Close()
		}
		g.conns = nil
	}
}

// TestRN2_PostgresGoesAwayAndComesBack takes a server away by cutting every
// connection, and then by silence, and gives it back each time: the feed goes
// on, nobody waits longer than five seconds, and a revocation that happened
// meanwhile holds as soon as it can be known.
func TestRN2_PostgresGoesAwayAndComesBack(t *testing.T) {
	t.Parallel()
	address := pgtest.Database(t, prepare)
	g, behind := newGate(t, address)
	w := open(t, behind)
	w.published("noord")
	id, token := w.feed(store.NewFeed{Scope: annaFeed})
	first := w.renders(token, testNow)
	now := testNow
	for name, away := range map[string]func(){"cut": g.shut, "silent": func() { g.set(true, true) }} {
		unseen := w.token(annaFeed, store.FullDetail)
		away()
		for range 3 {
			now = now.Add(2 * time.Second)
			begin := time.Now()
			if r := w.renders(token, now); r.ETag != first.ETag || string(r.Body) != string(first.Body) {
				t.Errorf("%s: another rendering than the last", name)
			}
			if took := time.Since(begin); took > askTime+time.Second {
				t.Errorf("%s: the reader waited %v", name, took)
			}
		}
		begin := time.Now()
		_, err := w.Feed(t.Context(), unseen, "", now)
		if err == nil || errors.Is(err, ErrNotFound) || time.Since(begin) > loadTime+time.Second {
			t.Errorf("%s: a token never seen: %v after %v", name, err, time.Since(begin))
		}
		g.set(true, false)
		now = now.Add(2 * time.Second)
		if r := w.opens(token, now); r.ETag != first.ETag {
			t.Errorf("%s: back again: tag %s", name, r.ETag)
		}
		if _, err := w.Feed(t.Context(), unseen, "", now); err != nil {
			t.Errorf("%s: back again, a token never seen: %v", name, err)
		}
	}
	w.must(w.Store.RevokeFeed(t.Context(), id, now))
	if _, err := w.Feed(t.Context(), token, "", now.Add(tokenFresh)); !errors.Is(err, ErrNotFound) {
		t.Errorf("revoked: %v, want ErrNotFound", err)
	}
}
