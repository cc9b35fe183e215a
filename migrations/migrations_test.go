package migrations

import (
	"context"
	"database/sql"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib"
	_ "github.com/ncruces/go-sqlite3/driver"

	"github.com/wijkplanner/wijkplanner/internal/pgtest"
)

func TestMain(m *testing.M) {
	code := m.Run()
	pgtest.Stop()
	os.Exit(code)
}

func open(t *testing.T, driver, url string) *sql.DB {
	t.Helper()
	db, err := sql.Open(driver, url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// database makes an empty database of one kind and returns its opener.
type database struct {
	dialect Dialect
	create  func(t *testing.T) func() *sql.DB
}

var databases = []database{
	{Postgres, func(t *testing.T) func() *sql.DB {
		t.Helper()
		url := pgtest.Database(t, nil)
		return func() *sql.DB { return open(t, "pgx", url) }
	}},
	{SQLite, func(t *testing.T) func() *sql.DB {
		t.Helper()
		url := "file:" + filepath.Join(t.TempDir(), "test.db") + "?_pragma=busy_timeout(5000)&_txlock=immediate"
		return func() *sql.DB { return open(t, "sqlite3", url) }
	}},
}

func names(t *testing.T, d Dialect) []string {
	t.Helper()
	paths, err := fs.Glob(files, string(d)+"/*.sql")
	if err != nil {
		t.Fatal(err)
	}
	for i := range paths {
		paths[i] = filepath.Base(paths[i])
	}
	return paths
}

func TestDialectsHaveTheSameNumbersAndNames(t *testing.T) {
	t.Parallel()
	pg, lite := names(t, Postgres), names(t, SQLite)
	if !slices.Equal(pg, lite) {
		t.Errorf("postgres has %v, sqlite has %v", pg, lite)
	}
	if len(pg) == 0 {
		t.Error("no migrations")
	}
}

// TestDialectsHaveTheSameColumns catches a column added to one dialect only.
func TestDialectsHaveTheSameColumns(t *testing.T) {
	t.Parallel()
	pg := open(t, "pgx", pgtest.Database(t, nil))
	lite := open(t, "sqlite3", "file:"+filepath.Join(t.TempDir(), "test.db"))
	up(t, pg, Postgres)
	up(t, lite, SQLite)
	a, b := columns(t, pg, Postgres), columns(t, lite, SQLite)
	for _, c := range a {
		if !slices.Contains(b, c) {
			t.Errorf("%s is in postgres only", c)
		}
	}
	for _, c := range b {
		if !slices.Contains(a, c) {
			t.Errorf("%s is in sqlite only", c)
		}
	}
}

func up(t *testing.T, db *sql.DB, d Dialect) {
	t.Helper()
	if err := Up(t.Context(), db, d); err != nil {
		t.Fatal(err)
	}
}

// columns lists "table.column null|not null" of the project's own tables.
func columns(t *testing.T, db *sql.DB, d Dialect) []string {
	t.Helper()
	query := `SELECT table_name || '.' || column_name || CASE is_nullable WHEN 'YES' THEN ' null' ELSE ' not null' END
		FROM information_schema.columns WHERE table_schema = 'public'`
	if d == SQLite {
		// A primary key of one INTEGER column is never null without saying so.
		query = `SELECT m.name || '.' || c.name || CASE WHEN c."notnull" = 0 AND c.pk = 0 THEN ' null' ELSE ' not null' END
			FROM sqlite_schema m, pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'`
	}
	rows, err := db.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	var out []string
	for rows.Next() {
		var c string
		if err := rows.Scan(&c); err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(c, "goose_db_version.") {
			out = append(out, c)
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	slices.Sort(out)
	return out
}

func TestUpDownUp(t *testing.T) {
	t.Parallel()
	for _, c := range databases {
		t.Run(string(c.dialect), func(t *testing.T) {
			t.Parallel()
			open, d := c.create(t), c.dialect
			db := open()
			up(t, db, d)
			first := columns(t, db, d)
			p, err := provider(db, d)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := p.DownTo(t.Context(), 0); err != nil {
				t.Fatal(err)
			}
			if left := columns(t, db, d); len(left) > 0 {
				t.Errorf("left after down: %v", left)
			}
			up(t, db, d)
			if again := columns(t, db, d); !slices.Equal(first, again) {
				t.Errorf("up after down gives %v, want %v", again, first)
			}
			up(t, db, d) // and once more has nothing to do
		})
	}
}

func TestProgramsThatStartTogether(t *testing.T) {
	t.Parallel()
	for _, c := range databases {
		t.Run(string(c.dialect), func(t *testing.T) {
			t.Parallel()
			open, d := c.create(t), c.dialect
			const programs = 3
			errs := make(chan error, programs)
			for range programs {
				db := open()
				go func() { errs <- Up(context.WithoutCancel(t.Context()), db, d) }()
			}
			for range programs {
				if err := <-errs; err != nil {
					t.Error(err)
				}
			}
		})
	}
}

func TestNewerDatabaseIsRefused(t *testing.T) {
	t.Parallel()
	for _, c := range databases {
		t.Run(string(c.dialect), func(t *testing.T) {
			t.Parallel()
			open, d := c.create(t), c.dialect
			db := open()
			up(t, db, d)
			insert := "INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, true)"
			if _, err := db.ExecContext(t.Context(), insert); err != nil {
				t.Fatal(err)
			}
			err := Up(t.Context(), db, d)
			if err == nil || !strings.Contains(err.Error(), "start the newer program") {
				t.Errorf("Up on a newer database: %v, want a refusal that says what to do", err)
			}
		})
	}
}

func TestUnknownDialect(t *testing.T) {
	t.Parallel()
	if err := Up(t.Context(), nil, "oracle"); err == nil {
		t.Error("no error")
	}
}
