package api_test

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/wijkplanner/wijkplanner/api"
	"github.com/wijkplanner/wijkplanner/api/rights"
	"github.com/wijkplanner/wijkplanner/api/web"
	"github.com/wijkplanner/wijkplanner/internal/chromium"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/files"
	"github.com/wijkplanner/wijkplanner/planner/service"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// townIterations keeps the searches of the tests short and their plans the same.
const townIterations = 60

// plannedTown is the example region, planned and published, as a database file
// that each town starts from.
var plannedTown = sync.OnceValues(func() (data []byte, err error) {
	folder, err := os.MkdirTemp("", "wijkplanner-town-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	at := filepath.Join(folder, "town.db")
	ctx := context.Background()
	st, err := store.Open(ctx, at, store.WithClock(func() time.Time { return now }))
	if err != nil {
		return nil, err
	}
	s := service.New(st, slog.New(slog.DiscardHandler), func() time.Time { return now })
	states, err := files.ReadFolder("../examples/nijmegen")
	if err != nil {
		return nil, err
	}
	if _, err := s.Import(ctx, states); err != nil {
		return nil, err
	}
	plans, err := s.Propose(ctx, planner.Options{Year: 2027, Seed: 1, Iterations: townIterations, MaxChanges: -1}, states[0].Region)
	if err != nil {
		return nil, err
	}
	if err := s.Publish(ctx, plans[0].ID); err != nil {
		return nil, err
	}
	if err := st.Close(); err != nil {
		return nil, err
	}
	return os.ReadFile(at)
})

// place is a town with the whole program around it, at an address of its own.
type place struct {
	*house
	url    string
	region string
}

// town opens a copy of the example region, planned and published, on 1 March
// 2027, with somebody who does the jobs.
func town(t *testing.T) *place {
	t.Helper()
	data, err := plannedTown()
	if err != nil {
		t.Fatal(err)
	}
	at := filepath.Join(t.TempDir(), "town.db")
	if err := os.WriteFile(at, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return townAt(t, at)
}

// townAt is the town of a database file.
func townAt(t *testing.T, at string) *place {
	t.Helper()
	h := &house{T: t, log: &lockedBuffer{}, address: at, late: new(atomic.Int64)}
	clock := func() time.Time { return now.Add(time.Duration(h.late.Load())) }
	st, err := store.Open(t.Context(), at, store.WithClock(clock))
	h.must(err)
	h.Service = service.New(st, slog.New(slog.NewJSONHandler(h.log, nil)), clock)
	seal, err := service.NewSeal(service.NewSealKey())
	h.must(err)
	h.entrance = service.NewEntrance(h.Service, seal, nil, 2)
	regions, err := h.Regions(t.Context())
	h.must(err)

	server := httptest.NewUnstartedServer(nil)
	p := &place{house: h, url: "http://" + server.Listener.Addr().String(), region: regions[0].ID}
	h.handler = handler(t, p.config(clock))
	server.Config.Handler = h.handler
	server.Start()
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	var working sync.WaitGroup
	working.Go(func() { (&service.Worker{Service: h.Service, Poll: 50 * time.Millisecond}).Run(ctx) })
	t.Cleanup(func() {
		server.Close()
		cancel()
		working.Wait()
		_ = st.Close()
	})
	return p
}

// beside is the same town behind another server, with something changed.
func (p *place) beside(change func(*api.Config)) *place {
	p.Helper()
	server := httptest.NewUnstartedServer(nil)
	house := *p.house
	other := &place{house: &house, url: "http://" + server.Listener.Addr().String(), region: p.region}
	c := other.config(func() time.Time { return now.Add(time.Duration(p.late.Load())) })
	change(&c)
	other.handler = handler(p.T, c)
	server.Config.Handler = other.handler
	server.Start()
	p.Cleanup(server.Close)
	return other
}

// under is the town for a part of its test.
func (p *place) under(t *testing.T) *place {
	t.Helper()
	house := *p.house
	house.T = t
	return &place{house: &house, url: p.url, region: p.region}
}

// config is the whole program's, over the town's database.
func (p *place) config(clock func() time.Time) api.Config {
	c := config(p.log)
	c.Caller, c.Entrance, c.Service, c.CursorKey, c.PublicURL, c.Now = nil, p.entrance, p.Service, []byte("key"), p.url, clock
	c.Log = slog.New(slog.NewJSONHandler(p.log, nil))
	c.Answering.Open = func(_ context.Context, token string) error {
		if token != answerToken {
			return api.ErrNotFound
		}
		return nil
	}
	c.EntryLimit, c.UnknownLimit, c.CallerLimit = 1_000_000, 1_000_000, 10_000_000
	c.Regions = func(ctx context.Context) ([]string, error) {
		regions, err := p.As(rights.CallerOf(ctx).Scope).Regions(ctx)
		var names []string
		for _, r := range regions {
			names = append(names, r.ID)
		}
		return names, err
	}
	c.Region = func(ctx context.Context, name string) (web.Region, error) {
		snapshot, err := p.As(rights.CallerOf(ctx).Scope).Snapshot(ctx, name)
		if err != nil {
			return web.Region{}, err
		}
		return web.Region{State: snapshot.State, Plan: snapshot.Plan}, nil
	}
	return c
}

// lead, member and auditor are the roles of a town.
func (p *place) lead() store.Membership {
	return store.Membership{Role: store.Lead, Region: p.region}
}

func (p *place) member(staff string) store.Membership {
	return store.Membership{Role: store.Member, Region: p.region, Staff: staff}
}

func (p *place) auditor() store.Membership {
	return store.Membership{Role: store.Auditor, Region: p.region}
}

// cookies are those of somebody who is signed in with a role.
func (p *place) cookies(m store.Membership) map[string]string {
	p.Helper()
	if m.Role == nobody.Role {
		return nil
	}
	if slices.Contains([]store.Role{halfway.Role, enrolling.Role, settled.Role}, m.Role) {
		return p.partway(m.Role)
	}
	if m.Role == store.LocationContact {
		return p.entered(m.Staff).cookies
	}
	return p.signedIn(p.account("Noor de Wit", m)).cookies
}

// open opens a page of a browser for somebody with a role.
func (p *place) open(m store.Membership, s chromium.Settings) *chromium.Page {
	p.Helper()
	s.Cookies = p.cookies(m)
	return chromium.Open(p.T, p.url, s)
}

// fetch gets a page without a browser.
func (p *place) fetch(cookies map[string]string, path string) *httptest.ResponseRecorder {
	r := httptest.NewRequestWithContext(p.Context(), http.MethodGet, path, http.NoBody)
	r.Header.Set("Accept", "text/html")
	r.Header.Set("Accept-Encoding", "gzip")
	for name, value := range cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	w := httptest.NewRecorder()
	w.Body = new(bytes.Buffer)
	p.handler.ServeHTTP(w, r)
	return w
}
