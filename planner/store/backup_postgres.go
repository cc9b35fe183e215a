package store

import (
	"archive/tar"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

// copyOut adds the rows of all tables of a PostgreSQL database, as they are at
// one moment.
func (s *Store) copyOut(ctx context.Context, archive *tar.Writer, m *BackupManifest) error {
	return s.raw(ctx, func(c *pgx.Conn) error {
		tx, err := c.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
		if err != nil {
			return err
		}
		defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }()
		if m.Tables, err = pgTables(ctx, c); err != nil {
			return err
		}
		for i := range m.Tables {
			if err := copyTable(ctx, c, archive, m, &m.Tables[i]); err != nil {
				return fmt.Errorf("table %s: %w", m.Tables[i].Name, err)
			}
		}
		return nil
	})
}

// raw runs f with a connection of its own, without what database/sql puts over
// it.
func (s *Store) raw(ctx context.Context, f func(*pgx.Conn) error) (err error) {
	conn, err := s.sql.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	return conn.Raw(func(driver any) error {
		c, ok := driver.(*stdlib.Conn)
		if !ok {
			return fmt.Errorf("a connection of %T", driver)
		}
		return f(c.Conn())
	})
}

// copyTable adds a table. It goes by a file, since an archive wants to know
// lengths beforehand.
func copyTable(ctx context.Context, c *pgx.Conn, archive *tar.Writer, m *BackupManifest, t *BackupTable) error {
	f, err := os.CreateTemp("", "wijkplanner-table-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }()
	defer func() { _ = f.Close() }()
	if err := t.copyTo(ctx, c.PgConn(), f); err != nil {
		return err
	}
	size, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	return addEntry(archive, t.entry(), f, size, m.Created)
}

func (b *BackupTable) entry() string { return "tables/" + b.Name + ".copy" }

// copyTo writes the rows by key, and counts and sums them.
func (b *BackupTable) copyTo(ctx context.Context, c *pgconn.PgConn, w io.Writer) error {
	h := sha256.New()
	done, err := c.CopyTo(ctx, io.MultiWriter(w, h),
		"COPY (SELECT "+quoted(b.Columns)+" FROM "+quoted([]string{b.Name})+" ORDER BY "+b.order()+") TO STDOUT")
	b.Rows, b.SHA256 = done.RowsAffected(), hex.EncodeToString(h.Sum(nil))
	return err
}

// order sorts rows whatever the key: by all columns, as text in the order of
// bytes, for types that have no order of their own.
func (b *BackupTable) order() string {
	columns := make([]string, len(b.Columns))
	for i, c := range b.Columns {
		columns[i] = `"` + c + `"::text COLLATE "C"`
	}
	return strings.Join(columns, ", ")
}

// pgTables lists the tables of the current schema, each after those that it
// refers to.
func pgTables(ctx context.Context, c *pgx.Conn) ([]BackupTable, error) {
	rows, err := c.Query(ctx, `SELECT t.relname,
			ARRAY(SELECT a.attname::text FROM pg_attribute a WHERE a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum),
			ARRAY(SELECT r.relname::text FROM pg_constraint f JOIN pg_class r ON r.oid = f.confrelid
				WHERE f.conrelid = t.oid AND f.contype = 'f' AND f.confrelid <> t.oid),
			coalesce((SELECT max(pg_sequence_last_value(d.objid)) FROM pg_depend d
				JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S' WHERE d.refobjid = t.oid), 0)
		FROM pg_class t JOIN pg_namespace n ON n.oid = t.relnamespace
		WHERE t.relkind = 'r' AND n.nspname = current_schema() ORDER BY t.relname`)
	if err != nil {
		return nil, err
	}
	needs := map[string][]string{}
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (t BackupTable, err error) {
		var refers []string
		err = row.Scan(&t.Name, &t.Columns, &refers, &t.Sequence)
		needs[t.Name] = refers
		return t, err
	})
	if err != nil {
		return nil, err
	}
	return inOrderOfNeed(all, needs)
}

func inOrderOfNeed(all []BackupTable, needs map[string][]string) ([]BackupTable, error) {
	var out []BackupTable
	placed := map[string]bool{}
	for len(out) < len(all) {
		before := len(out)
		for _, t := range all {
			ready := !placed[t.Name]
			for _, n := range needs[t.Name] {
				ready = ready && placed[n]
			}
			if ready {
				placed[t.Name] = true
				out = append(out, t)
			}
		}
		if len(out) == before {
			return nil, errors.New("tables refer to each other in a circle")
		}
	}
	return out, nil
}

// pgCheck compares the tables of the current schema with those of a backup.
func pgCheck(ctx context.Context, c *pgx.Conn, want []BackupTable) error {
	for _, t := range want {
		got := t
		if err := got.copyTo(ctx, c.PgConn(), io.Discard); err != nil {
			return fmt.Errorf("table %s: %w", t.Name, err)
		}
		if got.Rows != t.Rows || got.SHA256 != t.SHA256 {
			return fmt.Errorf("table %s: %w: %d rows of %d came back, or not as they were", t.Name, ErrDamaged, got.Rows, t.Rows)
		}
	}
	return nil
}

// copyTableIn copies one table in. What its triggers would count or write is in the
// backup already.
func copyTableIn(ctx context.Context, c *pgx.Conn, from io.Reader, t *BackupTable) error {
	name := quoted([]string{t.Name})
	if _, err := c.Exec(ctx, "ALTER TABLE "+name+" DISABLE TRIGGER USER"); err != nil {
		return err
	}
	if _, err := c.PgConn().CopyFrom(ctx, from, "COPY "+name+" ("+quoted(t.Columns)+") FROM STDIN"); err != nil {
		return err
	}
	_, err := c.Exec(ctx, "ALTER TABLE "+name+" ENABLE TRIGGER USER")
	return err
}

// copyIn fills the tables of the current schema from a backup. What migrations
// put there goes first.
func copyIn(ctx context.Context, c *pgx.Conn, archive *tar.Reader, m *BackupManifest) error {
	tables := map[string]*BackupTable{}
	for i := range slices.Backward(m.Tables) {
		t := &m.Tables[i]
		tables[t.entry()] = t
		if _, err := c.Exec(ctx, "DELETE FROM "+quoted([]string{t.Name})); err != nil {
			return fmt.Errorf("table %s: %w", t.Name, err)
		}
	}
	for {
		h, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		t := tables[h.Name]
		if t == nil {
			continue
		}
		if err := copyTableIn(ctx, c, archive, t); err != nil {
			return fmt.Errorf("table %s: %w", t.Name, err)
		}
		if t.Sequence > 0 {
			_, err := c.Exec(ctx, "SELECT setval(pg_get_serial_sequence($1, 'id'), $2)", quoted([]string{t.Name}), t.Sequence)
			if err != nil {
				return fmt.Errorf("numbers of %s: %w", t.Name, err)
			}
		}
	}
}
