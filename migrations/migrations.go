// Package migrations is the room of the database schema: numbered SQL files
// for PostgreSQL and SQLite, embedded, and the runner that brings a database
// up to date. The two dialects have the same numbers and names.
//
// It imports nothing else of the project and is imported by planner/store
// only. A migration that has been released is never edited: the next one
// corrects it.
package migrations

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed postgres/*.sql sqlite/*.sql
var files embed.FS

// Dialect names one of the two databases; it is also the folder of its files.
type Dialect string

// The dialects.
const (
	Postgres Dialect = "postgres"
	SQLite   Dialect = "sqlite"
)

// Up applies the migrations that the database lacks, each in a transaction,
// and leaves db open. Several programs may call it at once: on PostgreSQL an
// advisory lock lets one go first, on SQLite the later ones look again. A database that
// is newer than this program is refused.
func Up(ctx context.Context, db *sql.DB, dialect Dialect) error {
	p, err := provider(db, dialect)
	if err != nil {
		return err
	}
	if err := apply(ctx, p, dialect); err != nil {
		return fmt.Errorf("migrate the %s database: %w", dialect, err)
	}
	// Only now, since the first look at a new database writes to it and Up
	// does so under the lock; in a newer database Up finds nothing to do.
	return refuseNewer(ctx, p)
}

// UpTo is Up as far as one version: what a program of that version would make.
// Nobody else may migrate the database at the same time.
func UpTo(ctx context.Context, db *sql.DB, dialect Dialect, version int64) error {
	p, err := provider(db, dialect)
	if err != nil {
		return err
	}
	if _, err := p.UpTo(ctx, version); err != nil {
		return fmt.Errorf("migrate the %s database to version %d: %w", dialect, version, err)
	}
	return nil
}

// Version returns the schema version of a database and the latest that this
// program knows.
func Version(ctx context.Context, db *sql.DB, dialect Dialect) (current, latest int64, err error) {
	p, err := provider(db, dialect)
	if err != nil {
		return 0, 0, err
	}
	if current, latest, err = p.GetVersions(ctx); err != nil {
		return 0, 0, fmt.Errorf("read the schema version: %w", err)
	}
	return current, latest, nil
}

// apply runs the pending migrations. SQLite has no lock that spans them, so of
// two programs that start together one can find that the other was first; each
// migration is a transaction, so it looks again for as long as the version
// moves.
func apply(ctx context.Context, p *goose.Provider, dialect Dialect) error {
	for {
		// The first look makes the table of versions, on PostgreSQL under the lock.
		before, err := p.GetDBVersion(ctx)
		if err != nil {
			return err
		}
		// Most starts find nothing to do, and Up would read every migration first.
		if pending, err := p.HasPending(ctx); err != nil || !pending {
			return err
		}
		if _, err = p.Up(ctx); err == nil || dialect != SQLite {
			return err
		}
		after, lookErr := p.GetDBVersion(ctx)
		if lookErr != nil {
			return errors.Join(err, lookErr)
		}
		if after == before {
			return err
		}
	}
}

func provider(db *sql.DB, dialect Dialect) (*goose.Provider, error) {
	options := []goose.ProviderOption{goose.WithDisableGlobalRegistry(true)}
	var engine goose.Dialect
	switch dialect {
	case Postgres:
		engine = goose.DialectPostgres
		// Without the lock, of three programs that start together two fail.
		locker, err := lock.NewPostgresSessionLocker()
		if err != nil {
			return nil, fmt.Errorf("migration lock: %w", err)
		}
		options = append(options, goose.WithSessionLocker(locker))
	case SQLite:
		engine = goose.DialectSQLite3
	default:
		return nil, fmt.Errorf("migrations: dialect %q: want %q or %q", dialect, Postgres, SQLite)
	}
	folder, err := fs.Sub(files, string(dialect))
	if err != nil {
		return nil, fmt.Errorf("migrations of %s: %w", dialect, err)
	}
	p, err := goose.NewProvider(engine, db, folder, options...)
	if err != nil {
		return nil, fmt.Errorf("migrations of %s: %w", dialect, err)
	}
	return p, nil
}

func refuseNewer(ctx context.Context, p *goose.Provider) error {
	current, target, err := p.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("read the schema version: %w", err)
	}
	if current > target {
		return fmt.Errorf("the database has schema version %d and this program knows up to %d: start the newer program",
			current, target)
	}
	return nil
}
