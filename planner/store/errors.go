package store

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"gorm.io/gorm"
)

// The errors to match with errors.Is.
var (
	// ErrConflict: the database refuses what cannot stand beside what is
	// there: somebody's time taken twice, two primaries of one location, the
	// same id twice.
	ErrConflict = errors.New("conflict")
	// ErrStale: it was made from a version that has changed since.
	ErrStale = errors.New("stale")
	// ErrNotFound: there is no such thing, or it is not for the asker.
	ErrNotFound = errors.New("not found")
	// ErrLost: another program has taken the job over.
	ErrLost = errors.New("taken over")
	// ErrBusy: others held what it needs for too long; it can be tried again.
	ErrBusy = errors.New("database busy")
)

// SQLSTATE codes of PostgreSQL (its documentation, appendix A).
const (
	pgExclusion        = "23P01"
	pgSerialization    = "40001"
	pgDeadlock         = "40P01"
	pgLockNotAvailable = "55P03"
)

// refusals says what the constraints and triggers of both dialects guard.
var refusals = []struct{ constraint, meaning string }{
	{"occupancy_no_overlap", "the time is taken already"},
	{"assignments_one_primary", "a location has two primaries of one role on the same day"},
	{"plans_one_published", "two published plans cover the same day"},
}

// translator adds this package's errors to those that gorm translates.
type translator struct{ gorm.Dialector }

// Translate is what gorm calls for every error of a statement.
func (d translator) Translate(err error) error {
	if t, ok := d.Dialector.(gorm.ErrorTranslator); ok {
		err = t.Translate(err)
	}
	return refused(err)
}

// refused turns the databases' own words for a refusal into ErrConflict. gorm
// translates a duplicate key only.
func refused(err error) error {
	var pg *pgconn.PgError
	switch {
	case errors.As(err, &pg) && pg.Code == pgExclusion, liteConflict(err):
		for _, r := range refusals {
			if strings.Contains(err.Error(), r.constraint) {
				return fmt.Errorf("%s: %w (%w)", r.meaning, ErrConflict, err)
			}
		}
		return fmt.Errorf("%w (%w)", ErrConflict, err)
	case errors.Is(err, gorm.ErrDuplicatedKey):
		return fmt.Errorf("the same id twice: %w (%w)", ErrConflict, err)
	case errors.Is(err, gorm.ErrRecordNotFound):
		return fmt.Errorf("%w (%w)", ErrNotFound, err)
	}
	return err
}

// retryable reports whether the same transaction can succeed a moment later.
func retryable(err error) bool {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return slices.Contains([]string{pgSerialization, pgDeadlock, pgLockNotAvailable}, pg.Code)
	}
	return liteBusy(err)
}
