package store

import (
	"context"
	"errors"
	"fmt"
)

// The refusals to start on a PostgreSQL server.
var (
	// ErrReadOnly is a server that takes no writes: a standby, most often.
	ErrReadOnly = errors.New("the database is read-only")
	// ErrNotDurable is a server that can lose what it acknowledged.
	ErrNotDurable = errors.New("the database can lose what it acknowledged")
)

// unchecked is the parameter of an address with which a server that is not
// durable is taken as it is: for tests, whose data nobody needs.
const unchecked = "wijkplanner.durability"

// refuseUnfit refuses a PostgreSQL server that takes no writes or that loses
// acknowledged ones at a power cut, before anything is written to it.
func (s *Store) refuseUnfit(ctx context.Context) error {
	var standby bool
	var readOnly, fsync, pages, commit, exempt string
	err := s.sql.QueryRowContext(ctx, `SELECT pg_is_in_recovery(), current_setting('transaction_read_only'), current_setting('fsync'),
		current_setting('full_page_writes'), current_setting('synchronous_commit'), coalesce(current_setting('`+unchecked+`', true), '')`).
		Scan(&standby, &readOnly, &fsync, &pages, &commit, &exempt)
	switch {
	case err != nil:
		return fmt.Errorf("settings of the database: %w", err)
	case standby:
		return fmt.Errorf("%w: it is a standby; name the primary, or all hosts with target_session_attrs=read-write", ErrReadOnly)
	case readOnly == "on":
		return fmt.Errorf("%w: default_transaction_read_only is on", ErrReadOnly)
	case exempt == "unchecked":
		return nil
	case fsync == "off" || pages == "off" || commit == "off":
		return fmt.Errorf("%w: it has fsync=%s, full_page_writes=%s, synchronous_commit=%s; all must be on, or the address says %s=unchecked",
			ErrNotDurable, fsync, pages, commit, unchecked)
	}
	return nil
}
