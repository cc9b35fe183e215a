package store

import (
	"context"
	"database/sql"

	"gorm.io/gorm"
)

// lane is the one connection of those who do not wait for others: in an embedded
// database of all who write, one at a time, and else of those who go ahead. It is
// made when it is first wanted, and kept.
type lane struct {
	sql       *sql.DB
	dialector gorm.Dialector
	db        *gorm.DB
}

func newLane(db *sql.DB, dialector gorm.Dialector) lane {
	db.SetMaxOpenConns(1)
	db.SetMaxIdleConns(1)
	return lane{sql: db, dialector: dialector}
}

// TxAhead is Tx for what must not wait behind the crowd: who takes a right away
// does so while everybody else asks for something. It has a connection of its
// own, and waits for no turn; in an embedded database only for the write that is
// going on, for there is one at a time.
func (s *Store) TxAhead(ctx context.Context, f func(*Tx) error) error {
	return s.retried(ctx, func() error { return s.own(ctx, f) })
}

// own runs f in one transaction on the lane.
func (s *Store) own(ctx context.Context, f func(*Tx) error) error {
	return s.ahead.db.WithContext(ctx).Transaction(func(db *gorm.DB) error { return f(&Tx{db: db, store: s}) })
}
