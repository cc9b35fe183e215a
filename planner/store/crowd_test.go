package store

import (
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/wijkplanner/wijkplanner/internal/litetest"
	"github.com/wijkplanner/wijkplanner/internal/pgtest"
	"github.com/wijkplanner/wijkplanner/migrations"
)

// TestRN3_PoolExhaustion: two hundred clients with a slow query and four
// connections. Everybody gets an answer, in turn or ErrBusy (503) after a while,
// and the question whether the database is well is answered all the time.
func TestRN3_PoolExhaustion(t *testing.T) {
	t.Parallel()
	const clients, connections, patience, slow = 200, 4, 500 * time.Millisecond, 50 * time.Millisecond
	crowd := func(t *testing.T, address string) {
		t.Helper()
		s, err := Open(t.Context(), address, WithClock(clock), WithConnections(connections, patience))
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = s.Close() }()
		query := func() error {
			return s.read(t.Context(), func(t *Tx) error { return t.db.Exec("SELECT pg_sleep(0.05)").Error })
		}
		if s.dialect == migrations.SQLite { // where readers do not wait, but writers do
			query = func() error { return s.Tx(t.Context(), func(*Tx) error { time.Sleep(slow); return nil }) }
		}
		var mu sync.Mutex
		served, refused := 0, 0
		longest := time.Duration(0)
		var group sync.WaitGroup
		for range clients {
			group.Go(func() {
				began := time.Now()
				err := query()
				mu.Lock()
				defer mu.Unlock()
				longest = max(longest, time.Since(began))
				switch {
				case err == nil:
					served++
				case errors.Is(err, ErrBusy):
					refused++
				default:
					t.Error(err)
				}
			})
		}
		ended := make(chan struct{})
		go func() { defer close(ended); group.Wait() }()
		var health []time.Duration
		for going := true; going; {
			began := time.Now()
			if err := s.Ping(t.Context()); err != nil {
				t.Error(err)
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
		if served == 0 || refused == 0 || served+refused != clients || p95 > 100*time.Millisecond {
			t.Errorf("%d served, %d refused of %d; health p95 %s", served, refused, clients, p95)
		}
		t.Logf("%d clients, %d connections: %d served, %d refused as busy, the longest wait %s; health p95 %s over %d questions; 0 deadlocks",
			clients, connections, served, refused, longest.Round(time.Millisecond), p95.Round(time.Microsecond), len(health))
	}
	t.Run("sqlite", func(t *testing.T) { crowd(t, litetest.File(t, prepare)) })
	t.Run("postgres", func(t *testing.T) { crowd(t, pgtest.Database(t, prepare)) })
}
