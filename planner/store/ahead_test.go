package store

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/wijkplanner/wijkplanner/migrations"
)

// TestRA5_NothingGoesBefore: who takes a right away waits for none of those who
// ask for something. On PostgreSQL every connection and every place is taken when
// it is done; in an embedded database, of a row of writers only the one that was
// at it goes before.
func TestRA5_NothingGoesBefore(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		const crowd = 50
		var mu sync.Mutex
		var order []string
		note := func(who string) {
			mu.Lock()
			defer mu.Unlock()
			order = append(order, who)
		}
		release, holding := make(chan struct{}), make(chan struct{}, crowd)
		var group sync.WaitGroup
		for range crowd {
			group.Go(func() {
				err := w.Tx(w.Context(), func(t *Tx) error {
					if err := t.db.Exec("SELECT 1").Error; err != nil {
						return err
					}
					holding <- struct{}{}
					<-release
					note("one of the crowd")
					return nil
				})
				if err != nil && !retryable(err) && w.Context().Err() == nil {
					w.Error(err)
				}
			})
		}
		places := 1
		if w.dialect == migrations.Postgres {
			places = w.connections - spareConnections
			for range spareConnections { // and who asks without a transaction
				group.Go(func() {
					ctx, stop := context.WithCancel(w.Context())
					defer stop()
					conn, err := w.sql.Conn(ctx)
					w.must(err)
					holding <- struct{}{}
					<-release
					w.must(conn.Close())
				})
			}
			places += spareConnections
		}
		for range places {
			<-holding
		}
		if w.dialect == migrations.SQLite {
			time.AfterFunc(100*time.Millisecond, func() { close(release) }) // the others stand in a row by then
		}
		began := time.Now()
		w.must(w.TxAhead(w.Context(), func(t *Tx) error {
			note("who takes a right away")
			return t.db.Exec("SELECT 1").Error
		}))
		took := time.Since(began)
		mu.Lock()
		before := slices.Index(order, "who takes a right away")
		mu.Unlock()
		if w.dialect == migrations.Postgres {
			close(release)
		}
		group.Wait()
		if before > 1 || before > 0 && w.dialect == migrations.Postgres {
			w.Errorf("%d of %d went before", before, crowd)
		}
		w.Logf("%d in the crowd, %d at it: %d went before, after %s", crowd, places, before, took.Round(time.Millisecond))
	})
}
