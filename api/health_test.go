package api_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/wijkplanner/wijkplanner/api/web"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// TestRN3_HealthStaysUp: two hundred clients ask for a page whose query is slow,
// four connections serve them, and a load balancer asks for /healthz all the
// while, over the same network. Clients wait or are told to come back; the load
// balancer waits for nobody.
func TestRN3_HealthStaysUp(t *testing.T) {
	t.Parallel()
	const clients, rounds, slow = 200, 2, 50 * time.Millisecond
	crowd := func(t *testing.T, address string) {
		t.Helper()
		st, err := store.Open(t.Context(), address, store.WithClock(func() time.Time { return now }), store.WithConnections(4, 500*time.Millisecond))
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = st.Close() }()
		c := config(io.Discard)
		c.Health, c.CallerLimit = st.Ping, 1_000_000
		c.Regions = func(context.Context) ([]string, error) { return []string{"Noord"}, nil }
		c.Region = func(ctx context.Context, name string) (web.Region, error) {
			err := st.Tx(ctx, func(*store.Tx) error { time.Sleep(slow); return nil })
			return web.Region{State: &planner.State{Region: name, Programme: planner.Programme{Zone: "Europe/Amsterdam"}}}, err
		}
		server := httptest.NewServer(handler(t, c))
		defer server.Close()
		ask := func(path string) (int, string) {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+path, nil)
			if err != nil {
				t.Error(err)
				return 0, ""
			}
			a, err := server.Client().Do(r)
			if err != nil {
				t.Error(err)
				return 0, ""
			}
			_ = a.Body.Close()
			return a.StatusCode, a.Header.Get("Retry-After")
		}
		var mu sync.Mutex
		served, refused := 0, 0
		var group sync.WaitGroup
		for range clients {
			group.Go(func() {
				for range rounds {
					status, after := ask("/?region=Noord")
					mu.Lock()
					switch {
					case status == http.StatusOK:
						served++
					case status == http.StatusServiceUnavailable && after != "":
						refused++
					default:
						t.Errorf("a client got %d, Retry-After %q", status, after)
					}
					mu.Unlock()
				}
			})
		}
		ended := make(chan struct{})
		go func() { defer close(ended); group.Wait() }()
		var health []time.Duration
		for going := true; going; {
			began := time.Now()
			if status, _ := ask("/healthz"); status != http.StatusOK {
				t.Errorf("/healthz: %d", status)
			}
			health = append(health, time.Since(began))
			select {
			case <-ended:
				going = false
			case <-time.After(5 * time.Millisecond):
			}
		}
		slices.Sort(health)
		p95 := health[len(health)*95/100]
		t.Logf("R-N3: %d clients, 4 connections, %d requests: %d served, %d told to come back; /healthz p95 %v over %d questions; 0 deadlocks",
			clients, clients*rounds, served, refused, p95.Round(time.Microsecond), len(health))
		if served == 0 || refused == 0 || len(health) < 20 {
			t.Errorf("%d served, %d refused, %d questions: there was no crowd", served, refused, len(health))
		}
		if limit := 100 * time.Millisecond * min(raceFactor, 3); p95 > limit {
			t.Errorf("/healthz p95 %v, want at most %v", p95, limit)
		}
	}
	t.Run("sqlite", func(t *testing.T) { crowd(t, filepath.Join(t.TempDir(), "test.db")) })
	t.Run("postgres", func(t *testing.T) { crowd(t, postgresDB(t)) })
}
