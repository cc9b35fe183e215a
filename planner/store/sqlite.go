package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"slices"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/driver"
	"github.com/ncruces/go-sqlite3/gormlite"
	"gorm.io/gorm"
)

// This file is all that knows which SQLite library is used.

// liteConnections limits the connections to an embedded database: one writes,
// the others read.
const liteConnections = 8

// liteOldest is the first version of SQLite without the WAL-reset bug, which
// could corrupt a database with several writers.
var liteOldest = [3]int{3, 51, 3}

// litePragmas: FULL, since NORMAL loses acknowledged work at a power cut.
var litePragmas = []string{"busy_timeout(5000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)"}

// openSQLite opens a file, and once more for those who write.
func openSQLite(ctx context.Context, path string) (db *sql.DB, dialector gorm.Dialector, ahead lane, err error) {
	// Every transaction takes the write lock at its start: one that reads
	// first and then wants to write would be refused without waiting.
	q := url.Values{"_pragma": litePragmas, "_txlock": {"immediate"}}
	dsn := url.URL{Scheme: "file", Path: path, RawQuery: q.Encode()}
	if db, err = driver.Open(dsn.String()); err != nil {
		return nil, nil, ahead, err
	}
	db.SetMaxOpenConns(liteConnections)
	db.SetMaxIdleConns(liteConnections)
	var version string
	err = db.QueryRowContext(ctx, "SELECT sqlite_version()").Scan(&version)
	if err == nil {
		err = refuseOldSQLite(version)
	}
	var own *sql.DB
	if err == nil {
		own, err = driver.Open(dsn.String())
	}
	if err != nil {
		return nil, nil, ahead, errors.Join(err, db.Close())
	}
	return db, gormlite.OpenDB(db), newLane(own, gormlite.OpenDB(own)), nil
}

// openPlain opens a file as it is, for one that reads it whole.
func openPlain(path string, pragmas ...string) (*sql.DB, error) {
	dsn := url.URL{Scheme: "file", Path: path, RawQuery: url.Values{"_pragma": pragmas, "_txlock": {"exclusive"}}.Encode()}
	db, err := driver.Open(dsn.String())
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	return db, nil
}

func refuseOldSQLite(version string) error {
	var v [3]int
	if _, err := fmt.Sscanf(version, "%d.%d.%d", &v[0], &v[1], &v[2]); err != nil {
		return fmt.Errorf("SQLite version %q: %w", version, err)
	}
	if slices.Compare(v[:], liteOldest[:]) >= 0 {
		return nil
	}
	return fmt.Errorf("SQLite %s can corrupt a database: want %d.%d.%d or newer", version, liteOldest[0], liteOldest[1], liteOldest[2])
}

// liteConflict reports whether a trigger refused a row.
func liteConflict(err error) bool { return errors.Is(err, sqlite3.CONSTRAINT_TRIGGER) }

// liteBusy reports whether somebody else holds the write lock.
func liteBusy(err error) bool { return errors.Is(err, sqlite3.BUSY) }
