package store

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/wijkplanner/wijkplanner/migrations"
	"github.com/wijkplanner/wijkplanner/planner"
)

// Restored is the verb of a restore in the audit log.
const Restored Verb = "restore"

// The refusals to restore.
var (
	// ErrNotEmpty is a database that holds something already.
	ErrNotEmpty = errors.New("the database is not empty")
	// ErrOtherInstallation is a backup of another installation.
	ErrOtherInstallation = errors.New("the backup is of another installation")
	// ErrNewer is a backup of a newer program.
	ErrNewer = errors.New("the backup is of a newer program")
)

// RestoreOptions say how a backup is restored.
type RestoreOptions struct {
	// Force restores over a database that is not empty, for a reason that the
	// audit log keeps.
	Force  bool
	Reason string
	// Sign signs the checkpoint of the audit log, should it be purged.
	Sign Sign
	// Now is the clock.
	Now func() time.Time
}

// RestoreReport says what a restore did.
type RestoreReport struct {
	BackupManifest
	// Removed counts rows that were removed since the backup was made, and again
	// now.
	Removed int64
	Purged  []Purged
	// Rights is what was ended, so that the backup opens nothing to anybody.
	Rights RightsReport
}

// longestReason limits a reason, in characters.
const longestReason = 200

// Restore replaces what a database holds by a backup, whole or not at all, and
// brings it up to date: the schema, the terms of retention, and what was removed
// in the meantime as far as the database knows it. It refuses a backup that is
// damaged (ErrDamaged), of a newer program (ErrNewer) or another kind of
// database, and for a database that is not empty one of another installation
// (ErrOtherInstallation) or without Force and a reason (ErrNotEmpty).
func Restore(ctx context.Context, address, path string, o RestoreOptions) (report RestoreReport, err error) {
	if report.BackupManifest, err = ReadBackup(path); err != nil {
		return report, err
	}
	if len([]rune(o.Reason)) > longestReason || planner.HasBSN(o.Reason) {
		return report, fmt.Errorf("reason: want at most %d characters, and no number of a citizen", longestReason)
	}
	was, err := mayRestore(ctx, address, &report.BackupManifest, &o)
	if err != nil {
		return report, err
	}
	r := restorer{RestoreReport: report, address: address, path: path, options: o, was: was}
	if report.Dialect == migrations.Postgres {
		err = r.postgres(ctx)
	} else {
		err = r.sqlite(ctx)
	}
	if err != nil {
		return r.RestoreReport, fmt.Errorf("restore %s: %w", path, err)
	}
	return r.RestoreReport, nil
}

// before is what the database that is replaced knows of the time since the
// backup: what was removed, and who may no longer come in.
type before struct {
	removed []tombstoneRow
	rights  rightsNow
}

// mayRestore refuses what must not be restored into a database, and returns
// what that database knows.
func mayRestore(ctx context.Context, address string, m *BackupManifest, o *RestoreOptions) (was before, err error) {
	s := &Store{}
	if _, err := s.dial(ctx, address); err != nil {
		return was, err
	}
	_, latest, err := migrations.Version(ctx, s.sql, s.dialect)
	if err = errors.Join(err, s.Close()); err != nil {
		return was, err
	}
	switch {
	case s.dialect != m.Dialect:
		return was, fmt.Errorf("the backup is of a %s database and this is a %s one: move between them with export and import", m.Dialect, s.dialect)
	case m.Schema > latest:
		return was, fmt.Errorf("%w: its schema has version %d and this program knows up to %d", ErrNewer, m.Schema, latest)
	}
	present, err := Open(ctx, address, WithClock(o.Now))
	if err != nil {
		return was, err
	}
	was, err = present.mayBeReplaced(ctx, m, o)
	return was, errors.Join(err, present.Close())
}

// seeded are the tables into which migrations put rows.
var seeded = []string{"installation", "feed_secret", "audit_chain", "goose_db_version"}

func (s *Store) mayBeReplaced(ctx context.Context, m *BackupManifest, o *RestoreOptions) (was before, err error) {
	err = s.read(ctx, func(t *Tx) error {
		var full []string
		for _, r := range retention {
			var n int64
			if err := t.db.Table(r.table).Limit(1).Count(&n).Error; err != nil {
				return err
			}
			if n > 0 && !slices.Contains(seeded, r.table) {
				full = append(full, r.table)
			}
		}
		full = slices.Compact(full)
		if len(full) == 0 {
			return nil
		}
		id, err := t.installation()
		switch {
		case err != nil:
			return err
		case id != m.Installation:
			return fmt.Errorf("%w: make a new database for it", ErrOtherInstallation)
		case !o.Force || strings.TrimSpace(o.Reason) == "":
			return fmt.Errorf("%w (%s, …): restore over it with --force and a --reason", ErrNotEmpty, full[0])
		}
		if was.rights, err = t.rightsNow(); err != nil {
			return err
		}
		return t.db.Find(&was.removed).Error
	})
	return was, err
}

// restorer is one restore.
type restorer struct {
	RestoreReport
	address, path string
	options       RestoreOptions
	was           before
}

// open opens the backup at its entries.
func (r *restorer) entries(f func(*tar.Reader) error) error {
	file, archive, err := openBackup(r.path)
	if err != nil {
		return err
	}
	return errors.Join(f(archive), file.Close())
}

// sqlite makes the new file beside the old one and lets it take its place.
func (r *restorer) sqlite(ctx context.Context) error {
	target, err := filepath.Abs(strings.TrimPrefix(orDefault(r.address), "sqlite:"))
	if err != nil {
		return err
	}
	fresh, err := r.extract(target)
	if err != nil {
		return err
	}
	defer func() {
		for _, end := range []string{"", "-wal", "-shm"} {
			_ = os.Remove(fresh + end)
		}
	}()
	tables, err := liteTables(ctx, fresh)
	if err != nil {
		return err
	}
	if !slices.EqualFunc(tables, r.Tables, sameTable) {
		return fmt.Errorf("%w: its rows are not those that were counted", ErrDamaged)
	}
	s, err := Open(ctx, fresh, WithClock(r.options.Now))
	if err != nil {
		return err
	}
	if err := errors.Join(r.bringUpToDate(ctx, s), s.Close()); err != nil {
		return err
	}
	if err := alone(ctx, fresh); err != nil {
		return err
	}
	if err := alone(ctx, target); err != nil {
		return fmt.Errorf("another program has the database open: stop it first (%w)", err)
	}
	f, err := os.OpenFile(fresh, os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	return settle(f, target)
}

func orDefault(address string) string {
	if address == "" {
		return DefaultPath
	}
	return address
}

func sameTable(a, b BackupTable) bool {
	return a.Name == b.Name && a.Rows == b.Rows && a.SHA256 == b.SHA256 && slices.Equal(a.Columns, b.Columns)
}

// extract writes the database of the backup to a file beside the target.
func (r *restorer) extract(target string) (path string, err error) {
	f, err := os.CreateTemp(filepath.Dir(target), ".wijkplanner-restore-*")
	if err != nil {
		return "", err
	}
	defer func() {
		if err = errors.Join(err, f.Close()); err != nil {
			_ = os.Remove(f.Name())
		}
	}()
	return f.Name(), r.entries(func(archive *tar.Reader) error {
		for {
			h, err := archive.Next()
			if errors.Is(err, io.EOF) {
				return fmt.Errorf("%w: no %s", ErrDamaged, backupFile)
			}
			if err != nil {
				return err
			}
			if h.Name == backupFile {
				if _, err := io.Copy(f, archive); err != nil {
					return err
				}
				return f.Sync()
			}
		}
	})
}

// alone makes a file whole, without a journal beside it; it fails while another
// program has the file open.
func alone(ctx context.Context, path string) error {
	db, err := openPlain(path, "busy_timeout(1000)", "locking_mode(EXCLUSIVE)")
	if err != nil {
		return err
	}
	var mode string
	err = db.QueryRowContext(ctx, "PRAGMA journal_mode = DELETE").Scan(&mode)
	if err == nil && mode != "delete" {
		err = fmt.Errorf("journal mode %q", mode)
	}
	return errors.Join(err, db.Close())
}

// scratch is the schema in which a PostgreSQL database is made anew.
const scratch = "wijkplanner_restore"

// postgres makes the tables anew in a schema of their own and exchanges them
// for the old ones in one transaction.
func (r *restorer) postgres(ctx context.Context) error {
	present, err := Open(ctx, r.address, WithClock(r.options.Now))
	if err != nil {
		return err
	}
	defer func() { _ = present.Close() }()
	var home string
	err = present.db.WithContext(ctx).Raw("SELECT current_schema()").Scan(&home).Error
	if err != nil {
		return err
	}
	for _, statement := range []string{"DROP SCHEMA IF EXISTS " + scratch + " CASCADE", "CREATE SCHEMA " + scratch} {
		if err := present.db.WithContext(ctx).Exec(statement).Error; err != nil {
			return err
		}
	}
	if err := r.fill(ctx, home); err != nil {
		return errors.Join(err, present.db.WithContext(context.WithoutCancel(ctx)).Exec("DROP SCHEMA IF EXISTS "+scratch+" CASCADE").Error)
	}
	return present.Tx(ctx, func(t *Tx) error { return t.takeScratch(home) })
}

// fill makes the tables as of the backup's schema, fills them, compares them
// with what was counted, and brings them up to date.
func (r *restorer) fill(ctx context.Context, home string) (err error) {
	s := &Store{scope: systemScope, now: r.options.Now, searchPath: scratch + ", " + home}
	dialector, err := s.openPostgres(r.address)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if err := migrations.UpTo(ctx, s.sql, s.dialect, r.Schema); err != nil {
		return err
	}
	err = s.raw(ctx, func(c *pgx.Conn) error {
		if err := r.entries(func(archive *tar.Reader) error { return copyIn(ctx, c, archive, &r.BackupManifest) }); err != nil {
			return err
		}
		return pgCheck(ctx, c, r.Tables)
	})
	if err != nil {
		return err
	}
	if err := s.setUp(ctx, dialector); err != nil {
		return err
	}
	return r.bringUpToDate(ctx, s)
}

// takeScratch puts the tables and functions of the scratch schema in the place of
// those of the same names.
func (t *Tx) takeScratch(home string) error {
	var moves []string
	err := t.db.Raw(`SELECT statement FROM (
		SELECT 1 AS step, format('DROP TABLE IF EXISTS %I.%I CASCADE', ?::text, c.relname) AS statement
			FROM pg_class c WHERE c.relnamespace = ?::regnamespace AND c.relkind = 'r'
		UNION ALL SELECT 2, format('DROP FUNCTION IF EXISTS %I.%I(%s)', ?::text, p.proname, pg_get_function_identity_arguments(p.oid))
			FROM pg_proc p WHERE p.pronamespace = ?::regnamespace
		UNION ALL SELECT 3, format('ALTER TABLE %I.%I SET SCHEMA %I', ?::text, c.relname, ?::text)
			FROM pg_class c WHERE c.relnamespace = ?::regnamespace AND c.relkind = 'r'
		UNION ALL SELECT 4, format('ALTER FUNCTION %I.%I(%s) SET SCHEMA %I', ?::text, p.proname, pg_get_function_identity_arguments(p.oid), ?::text)
			FROM pg_proc p WHERE p.pronamespace = ?::regnamespace
		UNION ALL SELECT 5, 'DROP SCHEMA ' || ?::text) AS moves ORDER BY step, statement`,
		home, scratch, home, scratch, scratch, home, scratch, scratch, home, scratch, scratch).Scan(&moves).Error
	if err != nil {
		return err
	}
	for _, m := range moves {
		if err := t.db.Exec(m).Error; err != nil {
			return fmt.Errorf("%s: %w", m, err)
		}
	}
	return nil
}

// bringUpToDate removes again what was removed since the backup, and what is
// past its term by now, and records the restore.
func (r *restorer) bringUpToDate(ctx context.Context, s *Store) (err error) {
	err = s.Tx(ctx, func(t *Tx) error {
		if r.Removed, err = t.removeAgain(r.was.removed); err != nil {
			return err
		}
		if r.Rights, err = t.endRights(&r.was.rights, r.options.Now()); err != nil {
			return err
		}
		// Numbers of transactions mean nothing on another server.
		if err := t.db.Exec("UPDATE audit_chain SET seen = sealed, horizon = ''").Error; err != nil {
			return err
		}
		made := "backup=" + r.Created.Format(time.RFC3339)
		return t.Record(Act{Verb: Restored, Object: "database", ID: r.Installation, Fields: []string{made}, Reason: r.options.Reason})
	})
	if err != nil {
		return err
	}
	r.Purged, err = s.Purge(ctx, r.options.Sign, r.options.Now())
	if errors.Is(err, errNoSignature) {
		err = nil // the daily purge says so as well
	}
	return err
}

// buried are the tables whose rows leave a tombstone when they are removed.
var buried = map[string]func(t *Tx, ref string, at Instant) (int64, error){
	"portraits": func(t *Tx, ref string, at Instant) (int64, error) {
		done := t.db.Where("name = ? AND created_at <= ?", ref, at).Delete(&portraitRow{})
		if done.Error == nil && done.RowsAffected > 0 {
			done.Error = t.db.Model(&staffRow{}).Where("photo = ?", photoPath+ref).Update("photo", "").Error
		}
		return done.RowsAffected, done.Error
	},
	"contacts": func(t *Tx, ref string, at Instant) (int64, error) {
		id, err := strconv.ParseInt(ref, 10, 64)
		if err != nil {
			return 0, err
		}
		done := t.db.Where("id = ? AND created_at <= ?", id, at).Delete(&contactRow{})
		return done.RowsAffected, done.Error
	},
	"webhooks": func(t *Tx, ref string, at Instant) (int64, error) {
		done := t.db.Where("id = ? AND created_at <= ?", ref, at).Delete(&webhookRow{})
		return done.RowsAffected, done.Error
	},
	"busy_sources": func(t *Tx, ref string, at Instant) (int64, error) {
		done := t.db.Where("id = ? AND created_at <= ?", ref, at).Delete(&busySourceRow{})
		if done.Error != nil {
			return 0, done.Error
		}
		return done.RowsAffected, t.db.Where("kind = ? AND ref = ?", BusyTime, ref).Delete(&occupancyRow{}).Error
	},
}

// bury notes that a row of a table was removed.
func (t *Tx) bury(table, ref string, now time.Time) error {
	return t.db.Create(&tombstoneRow{Kind: table, Ref: ref, RemovedAt: At(now)}).Error
}

// removeAgain removes what tombstones name, and keeps the tombstones.
func (t *Tx) removeAgain(tombstones []tombstoneRow) (removed int64, err error) {
	for _, stone := range tombstones {
		again, known := buried[stone.Kind]
		if !known {
			return removed, fmt.Errorf("tombstone of %q: no such table leaves any", stone.Kind)
		}
		n, err := again(t, stone.Ref, stone.RemovedAt)
		if err != nil {
			return removed, err
		}
		removed += n
		var have int64
		err = t.db.Model(&tombstoneRow{}).Where("kind = ? AND ref = ? AND removed_at = ?", stone.Kind, stone.Ref, stone.RemovedAt).Count(&have).Error
		if err == nil && have == 0 {
			err = t.bury(stone.Kind, stone.Ref, stone.RemovedAt.Time)
		}
		if err != nil {
			return removed, err
		}
	}
	return removed, nil
}
