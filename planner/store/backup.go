package store

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/wijkplanner/wijkplanner/migrations"
)

// A backup is one file: a tar archive with what the database holds at one moment
// and, last, manifest.json; and after it the SHA-256 of all of that, 32 bytes
// that programs for tar do not look at.

// BackupManifest says what a backup holds.
type BackupManifest struct {
	// Format and Version name the form of the file.
	Format  string `json:"format"`
	Version int    `json:"version"`
	// Dialect is the database it came from; only one of the same kind takes it.
	Dialect migrations.Dialect `json:"dialect"`
	// Schema is the version of the schema.
	Schema int64 `json:"schema"`
	// Installation tells one installation from another.
	Installation string    `json:"installation"`
	Created      time.Time `json:"created"`
	// Tables lists what is in it, in the order in which it can be filled.
	Tables []BackupTable `json:"tables"`
}

// BackupTable is a table in a backup.
type BackupTable struct {
	Name    string   `json:"name"`
	Columns []string `json:"columns"`
	Rows    int64    `json:"rows"`
	// SHA256 is that of the rows in the order of their key, in hexadecimal.
	SHA256 string `json:"sha256"`
	// Sequence is the last number that was given out; 0 for none.
	Sequence int64 `json:"sequence,omitempty"`
}

const (
	backupFormat   = "wijkplanner backup"
	backupVersion  = 1
	backupManifest = "manifest.json"
	backupFile     = "database.sqlite"
	// mostManifest limits what is read into memory.
	mostManifest = 1 << 20
)

// ErrDamaged is a backup that is cut or changed.
var ErrDamaged = errors.New("the backup is damaged")

// Backup writes what the database holds at one moment to a file, which is there
// whole or not at all. Others may go on working meanwhile.
func (s *Store) Backup(ctx context.Context, path string, now time.Time) (m BackupManifest, err error) {
	if err := (&Tx{store: s}).reachAll(); err != nil {
		return m, err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".wijkplanner-backup-*") // only its owner may read it
	if err != nil {
		return m, fmt.Errorf("backup: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("backup to %s: %w", path, err), f.Close(), os.Remove(f.Name()))
		}
	}()
	sum := sha256.New()
	archive := tar.NewWriter(io.MultiWriter(f, sum))
	m, err = s.manifest(ctx, now)
	if err != nil {
		return m, err
	}
	if s.dialect == migrations.Postgres {
		err = s.copyOut(ctx, archive, &m)
	} else {
		err = s.vacuumOut(ctx, filepath.Dir(path), archive, &m)
	}
	if err != nil {
		return m, err
	}
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return m, err
	}
	if err := addEntry(archive, backupManifest, bytes.NewReader(text), int64(len(text)), now); err != nil {
		return m, err
	}
	if err := archive.Close(); err != nil {
		return m, err
	}
	if _, err := f.Write(sum.Sum(nil)); err != nil {
		return m, err
	}
	return m, settle(f, path)
}

// settle gives a finished file its name, when it is safe on disk.
func settle(f *os.File, path string) error {
	if err := f.Sync(); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(path))
}

func syncFolder(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

func addEntry(archive *tar.Writer, name string, r io.Reader, size int64, now time.Time) error {
	h := &tar.Header{Name: name, Mode: 0o600, Size: size, ModTime: now, Format: tar.FormatPAX}
	if err := archive.WriteHeader(h); err != nil {
		return err
	}
	_, err := io.Copy(archive, r)
	return err
}

func (s *Store) manifest(ctx context.Context, now time.Time) (m BackupManifest, err error) {
	m = BackupManifest{Format: backupFormat, Version: backupVersion, Dialect: s.dialect, Created: micros(now)}
	if m.Schema, _, err = migrations.Version(ctx, s.sql, s.dialect); err != nil {
		return m, err
	}
	err = s.read(ctx, func(t *Tx) error {
		m.Installation, err = t.installation()
		return err
	})
	return m, err
}

// vacuumOut adds a copy of an embedded database, of one moment.
func (s *Store) vacuumOut(ctx context.Context, folder string, archive *tar.Writer, m *BackupManifest) error {
	f, err := os.CreateTemp(folder, ".wijkplanner-copy-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }()
	defer func() { _ = f.Close() }()
	if _, err := s.sql.ExecContext(ctx, "VACUUM INTO ?", f.Name()); err != nil {
		return err
	}
	if m.Tables, err = liteTables(ctx, f.Name()); err != nil {
		return err
	}
	info, err := f.Stat()
	if err != nil {
		return err
	}
	return addEntry(archive, backupFile, f, info.Size(), m.Created)
}

// liteTables reads the tables of a file that nobody else writes.
func liteTables(ctx context.Context, path string) (out []BackupTable, err error) {
	db, err := openPlain(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	var verdict string
	if err := db.QueryRowContext(ctx, "PRAGMA integrity_check").Scan(&verdict); err != nil {
		return nil, err
	}
	if verdict != "ok" {
		return nil, fmt.Errorf("%w: %s", ErrDamaged, verdict)
	}
	names, err := texts(ctx, db, `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name`)
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		t := BackupTable{Name: name}
		if t.Columns, err = texts(ctx, db, "SELECT name FROM pragma_table_info(?) ORDER BY cid", name); err != nil {
			return nil, err
		}
		if err := t.sum(ctx, db); err != nil {
			return nil, fmt.Errorf("table %s: %w", name, err)
		}
		out = append(out, t)
	}
	return out, nil
}

// sum reads all rows by key.
func (b *BackupTable) sum(ctx context.Context, db *sql.DB) (err error) {
	key, err := texts(ctx, db, "SELECT name FROM pragma_table_info(?) WHERE pk > 0 ORDER BY pk", b.Name)
	if err != nil {
		return err
	}
	if len(key) == 0 {
		key = b.Columns
	}
	rows, err := db.QueryContext(ctx, "SELECT "+quoted(b.Columns)+" FROM "+quoted([]string{b.Name})+" ORDER BY "+quoted(key)) //nolint:gosec // names of the schema
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	h := sha256.New()
	values := make([]any, len(b.Columns))
	into := make([]any, len(values))
	for i := range values {
		into[i] = &values[i]
	}
	for ; rows.Next(); b.Rows++ {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		for _, v := range values {
			text := fmt.Sprintf("%T:%v", v, v)
			_, _ = fmt.Fprintf(h, "%d:%s", len(text), text)
		}
	}
	b.SHA256 = hex.EncodeToString(h.Sum(nil))
	return rows.Err()
}

// texts returns the one column of a query.
func texts(ctx context.Context, db *sql.DB, query string, args ...any) (out []string, err error) {
	rows, err := db.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, rows.Err()
}

func quoted(names []string) string { return `"` + strings.Join(names, `", "`) + `"` }

// ReadBackup checks a backup: that not one byte of it was changed or cut, and
// that this program can read it. It changes nothing.
func ReadBackup(path string) (m BackupManifest, err error) {
	f, archive, err := openBackup(path)
	if err != nil {
		return m, err
	}
	defer func() { _ = f.Close() }()
	for {
		h, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return m, fmt.Errorf("%s: %w: no %s", path, ErrDamaged, backupManifest)
		}
		if err != nil {
			return m, fmt.Errorf("%s: %w: %w", path, ErrDamaged, err)
		}
		if h.Name != backupManifest {
			continue
		}
		if err := json.NewDecoder(io.LimitReader(archive, mostManifest)).Decode(&m); err != nil {
			return m, fmt.Errorf("%s: %w: %w", path, ErrDamaged, err)
		}
		if m.Format != backupFormat || m.Version != backupVersion {
			return m, fmt.Errorf("%s is a %q of version %d: this program reads version %d", path, m.Format, m.Version, backupVersion)
		}
		return m, nil
	}
}

// openBackup opens a backup whose checksum is right.
func openBackup(path string) (*os.File, *tar.Reader, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, fmt.Errorf("backup: %w", err)
	}
	size, err := checkSum(f)
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("%s: %w", path, err), f.Close())
	}
	return f, tar.NewReader(io.NewSectionReader(f, 0, size)), nil
}

// checkSum compares a file with the sum at its end, and returns the length of
// what is before.
func checkSum(f *os.File) (int64, error) {
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	size := info.Size() - sha256.Size
	if size <= 0 {
		return 0, fmt.Errorf("%w: it has %d bytes", ErrDamaged, info.Size())
	}
	h := sha256.New()
	if _, err := io.Copy(h, io.NewSectionReader(f, 0, size)); err != nil {
		return 0, err
	}
	want := make([]byte, sha256.Size)
	if _, err := f.ReadAt(want, size); err != nil {
		return 0, err
	}
	if !bytes.Equal(h.Sum(nil), want) {
		return 0, fmt.Errorf("%w: its checksum differs: it was cut or changed", ErrDamaged)
	}
	return size, nil
}
