package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/wijkplanner/wijkplanner/migrations"
)

const (
	// retries is how often a transaction that met another one is tried again.
	retries = 3
	// firstPause is the pause before the first retry; each further one doubles.
	firstPause = 25 * time.Millisecond
)

// Tx is a running transaction. Whatever in it takes somebody's time first
// locks the region, then the people, then reads, then writes.
type Tx struct {
	db    *gorm.DB
	store *Store
}

// Tx runs f in a transaction and commits when f returns nil. It runs f again,
// at most three times, when another transaction was in the way, so f changes
// nothing but the database. There is no nesting: f calls the methods of its
// Tx, never those of the Store. When others stay in the way it gives ErrBusy.
func (s *Store) Tx(ctx context.Context, f func(*Tx) error) error {
	first, err := s.turn(ctx, s.queue)
	if err != nil {
		return err
	}
	defer first()
	return s.retried(ctx, func() error {
		if s.writer != nil {
			return s.own(ctx, f) // whose turn it is to write does not wait for readers
		}
		return s.transaction(ctx, f)
	})
}

// retried does a transaction when it is its turn to write, and again when
// another one was in the way.
func (s *Store) retried(ctx context.Context, once func() error) error {
	done, err := s.turn(ctx, s.writer)
	if err != nil {
		return err
	}
	defer done()
	pause := firstPause
	for try := 0; ; try++ {
		err := once()
		if err == nil {
			return nil
		}
		if !retryable(err) {
			return err
		}
		if try == retries {
			return fmt.Errorf("%w after %d tries (%w)", ErrBusy, try+1, err)
		}
		if err := wait(ctx, pause); err != nil {
			return err
		}
		pause *= 2
	}
}

// read runs f on one unchanging view of the database, without a write lock.
func (s *Store) read(ctx context.Context, f func(*Tx) error) error {
	options := &sql.TxOptions{ReadOnly: true}
	if s.dialect == migrations.Postgres {
		options.Isolation = sql.LevelRepeatableRead
	}
	return s.transaction(ctx, f, options)
}

// transaction runs f in one transaction, when a connection is free for it.
func (s *Store) transaction(ctx context.Context, f func(*Tx) error, options ...*sql.TxOptions) error {
	done, err := s.turn(ctx, s.slots)
	if err != nil {
		return err
	}
	defer done()
	return s.db.WithContext(ctx).Transaction(func(db *gorm.DB) error {
		return f(&Tx{db: db, store: s})
	}, options...)
}

// turn waits for a place among those that go on at once, and returns what gives
// it back. Who waits too long gets ErrBusy: a queue that only grows helps nobody.
func (s *Store) turn(ctx context.Context, places chan struct{}) (done func(), err error) {
	if places == nil {
		return func() {}, nil
	}
	select {
	case places <- struct{}{}:
		return func() { <-places }, nil
	default:
	}
	t := time.NewTimer(s.patience)
	defer t.Stop()
	select {
	case places <- struct{}{}:
		return func() { <-places }, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("wait for the database: %w", ctx.Err())
	case <-t.C:
		return nil, fmt.Errorf("%w: no turn within %s", ErrBusy, s.patience)
	}
}

func wait(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// now is the moment that dates rows, in UTC microseconds.
func (t *Tx) now() time.Time { return micros(t.store.now()) }
