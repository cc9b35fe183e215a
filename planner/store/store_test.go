package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"gorm.io/gorm/schema"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/internal/litetest"
	"github.com/wijkplanner/wijkplanner/internal/pgtest"
	"github.com/wijkplanner/wijkplanner/migrations"
)

// tables holds a row of every table.
var tables = []any{
	installationRow{},
	sealRow{},
	chainRow{},
	checkpointRow{},
	termRow{},
	tombstoneRow{},
	visitCountRow{},
	regionRow{},
	programmeRow{},
	organisationRow{},
	staffRow{},
	contractRow{},
	portraitRow{},
	districtRow{},
	locationRow{},
	registrationRow{},
	assignmentRow{},
	absenceRow{},
	meetingRow{},
	blackoutRow{},
	caseRow{},
	consentRow{},
	completedRow{},
	outcomeRow{},
	planRow{},
	plannedAssignmentRow{},
	visitRow{},
	crewRow{},
	unplannedRow{},
	coverageRow{},
	roleRow{},
	personRow{},
	occupancyRow{},
	feedRow{},
	feedClientRow{},
	accountRow{},
	accountCalendarRow{},
	feedRevisionRow{},
	feedEventRow{},
	contactRow{},
	noticeRow{},
	outboxRow{},
	mailboxRow{},
	replyRow{},
	busySourceRow{},
	answerCodeRow{},
	userRow{},
	membershipRow{},
	sessionRow{},
	signInLinkRow{},
	tryRow{},
	apiTokenRow{},
	locationLinkRow{},
	feedSecretRow{},
	auditRow{},
	answeredRow{},
	jobRow{},
	publicationRow{},
	scenarioRow{},
	reportRow{},
	ceilingNoticeRow{},
	closedPeriodRow{},
	periodLoadRow{},
	webhookRow{},
	deliveryRow{},
	slotRuleRow{},
	slotRuleVersionRow{},
	occupancyVersionRow{},
	bookingRow{},
	bookingCrewRow{},
	waitingRow{},
}

// feedSecretRow is a row that only queries look into.
type feedSecretRow struct{ Secret []byte }

func (feedSecretRow) TableName() string { return "feed_secret" }

// columnTypes lists the type a column has for a row's field, on each database.
var columnTypes = map[string][2]string{
	"string": {"text", "TEXT"}, "bool": {"boolean", "INTEGER"}, "int": {"bigint", "INTEGER"},
	"float": {"double precision", "REAL"}, "bytes": {"bytea", "BLOB"},
	"instant": {"timestamp with time zone", "INTEGER"}, "day": {"date", "TEXT"}, "json": {"jsonb", "TEXT"},
}

func TestRowsAgreeWithTheSchema(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		have := w.columns()
		var want []string
		for _, row := range tables {
			s, err := schema.Parse(row, &sync.Map{}, schema.NamingStrategy{})
			w.must(err)
			for _, f := range s.Fields {
				kind, known := columnTypes[string(f.DataType)]
				if !known {
					w.Errorf("%s.%s has data type %q", s.Table, f.DBName, f.DataType)
				}
				i := 0
				if w.dialect == migrations.SQLite {
					i = 1
				}
				want = append(want, fmt.Sprintf("%s.%s %s", s.Table, f.DBName, kind[i]))
			}
		}
		slices.Sort(want)
		for _, c := range want {
			if !slices.Contains(have, c) {
				w.Errorf("row field without its column: %s", c)
			}
		}
		for _, c := range have {
			if !slices.Contains(want, c) {
				w.Errorf("column without its row field: %s", c)
			}
		}
	})
}

func (w world) columns() []string {
	w.Helper()
	query := `SELECT table_name || '.' || column_name || ' ' || data_type FROM information_schema.columns
		WHERE table_schema = 'public' AND table_name <> 'goose_db_version'`
	if w.dialect == migrations.SQLite {
		query = `SELECT m.name || '.' || c.name || ' ' || c.type FROM sqlite_schema m, pragma_table_info(m.name) c
			WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name <> 'goose_db_version'`
	}
	var out []string
	w.must(w.db.Raw(query).Scan(&out).Error)
	slices.Sort(out)
	return out
}

func TestSQLiteTablesAreStrict(t *testing.T) {
	t.Parallel()
	s := open(t, litetest.File(t, prepare))
	var loose []string
	err := s.db.Raw(`SELECT name FROM pragma_table_list
		WHERE schema = 'main' AND type = 'table' AND NOT strict AND name NOT LIKE 'sqlite_%' AND name <> 'goose_db_version'`).Scan(&loose).Error
	if err != nil || len(loose) > 0 {
		t.Errorf("tables that are not STRICT: %v (%v)", loose, err)
	}
}

func TestSQLiteSettings(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "folder", "with space & 100%?.db")
	s := open(t, "sqlite:"+path)
	for pragma, want := range map[string]string{
		"busy_timeout": "5000", "journal_mode": "wal", "synchronous": "2", "foreign_keys": "1",
	} {
		var got string
		if err := s.db.Raw("PRAGMA " + pragma).Scan(&got).Error; err != nil || got != want {
			t.Errorf("%s = %q (%v), want %q", pragma, got, err, want)
		}
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, want 0600: the file holds personal data", info.Mode().Perm())
	}
}

func TestOldSQLiteIsRefused(t *testing.T) {
	t.Parallel()
	for version, ok := range map[string]bool{
		"3.51.3": true, "3.53.0": true, "4.0.0": true, "3.51.2": false, "3.9.9": false, "2.99.99": false, "new": false,
	} {
		if err := refuseOldSQLite(version); (err == nil) != ok {
			t.Errorf("SQLite %s: %v", version, err)
		}
	}
}

func TestPostgresSettings(t *testing.T) {
	t.Parallel()
	s := open(t, pgtest.Database(t, prepare))
	for name, want := range map[string]string{"lock_timeout": "3s", "TimeZone": "UTC", "application_name": "wijkplanner"} {
		var got string
		if err := s.db.Raw("SHOW " + name).Scan(&got).Error; err != nil || got != want {
			t.Errorf("%s = %q (%v), want %q", name, got, err, want)
		}
	}
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	for address, say := range map[string]string{
		"mysql://localhost/x":                    "want postgres",
		":memory:":                               "want the path of a file",
		"sqlite::memory:":                        "want the path of a file",
		"/dev/null/x.db":                         "folder of the database",
		t.TempDir():                              "database file",
		"postgres://u:geheim@localhost:notaport": "database address",
		"postgres:///x?host=/nonexistent/folder": "connect to the database",
	} {
		s, err := Open(t.Context(), address)
		if err == nil {
			_ = s.Close()
		}
		if err == nil || !strings.Contains(err.Error(), say) || strings.Contains(err.Error(), "geheim") {
			t.Errorf("Open(%q): %v, want %q and no password", address, err, say)
		}
	}
}

func TestDamagedFileIsRefused(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "test.db")
	if err := os.WriteFile(path, []byte("this is not a database, whatever its name says it is; far from it, it is a text"), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := Open(t.Context(), path)
	if err == nil {
		_ = s.Close()
		t.Fatal("opened")
	}
	if !strings.Contains(err.Error(), path) {
		t.Errorf("%v does not name the file", err)
	}
}

func TestTimesKeepTheirOrder(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.imports(town("noord"))
		// As text, .5Z sorts before Z: the case that a native time gets wrong.
		zone := time.FixedZone("", 3600)
		half := time.Date(2027, 2, 1, 10, 0, 0, 500_000_999, zone)
		w.must(w.Occupy(w.Context(), Occupancy{Region: "noord", Staff: "anna", Kind: BusyTime, From: half, To: half.Add(time.Second)}))
		whole := half.Truncate(time.Second)
		for name, c := range map[string]struct {
			from, to time.Time
			want     int
		}{
			"before": {whole.Add(-time.Second), whole, 0}, "around": {whole, whole.Add(time.Second), 1},
			"after": {whole.Add(2 * time.Second), whole.Add(3 * time.Second), 0},
		} {
			got, err := w.Occupied(w.Context(), "noord", c.from, c.to)
			w.must(err)
			if len(got) != c.want {
				w.Errorf("%s: %v, want %d", name, got, c.want)
			}
			for _, o := range got {
				if o.From.Location() != time.UTC || !o.From.Equal(half.Truncate(time.Microsecond)) {
					w.Errorf("%v came back as %v, want UTC and microseconds", half, o.From)
				}
			}
		}
	})
}

func TestScanRefusesOtherTypes(t *testing.T) {
	t.Parallel()
	for name, scan := range map[string]func() error{
		"instant":       func() error { return new(Instant).Scan("2027-01-01") },
		"day":           func() error { return new(day).Scan(7) },
		"day text":      func() error { return new(day).Scan("1 januari") },
		"document":      func() error { return new(document[int]).Scan(7) },
		"document text": func() error { return new(document[int]).Scan("[") },
	} {
		if err := scan(); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	var d day
	if err := errors.Join(d.Scan(nil), new(Instant).Scan(nil)); err != nil || d.Date() != calendar.NoDate {
		t.Errorf("NULL: %v, %v", d.Date(), err)
	}
}

// failing returns a function that fails so many times with err.
func failing(times int, err error, runs *int) func(*Tx) error {
	return func(*Tx) error {
		*runs++
		if *runs <= times {
			return fmt.Errorf("statement: %w", err)
		}
		return nil
	}
}

func TestTxTriesAgain(t *testing.T) {
	t.Parallel()
	deadlock, check := &pgconn.PgError{Code: "40P01"}, &pgconn.PgError{Code: "23514"}
	forEachDatabase(t, func(w world) {
		for name, c := range map[string]struct {
			times int
			err   error
			runs  int
			want  error
		}{
			"at once": {0, deadlock, 1, nil}, "third retry": {3, deadlock, 4, nil}, "too often": {4, deadlock, 4, ErrBusy},
			"lock timeout": {1, &pgconn.PgError{Code: "55P03"}, 2, nil}, "serialization": {1, &pgconn.PgError{Code: "40001"}, 2, nil},
			"another fault": {1, check, 1, check}, "conflict": {1, ErrConflict, 1, ErrConflict},
		} {
			runs := 0
			if err := w.Tx(w.Context(), failing(c.times, c.err, &runs)); !errors.Is(err, c.want) || runs != c.runs {
				w.Errorf("%s: %v after %d runs, want %v after %d", name, err, runs, c.want, c.runs)
			}
		}
	})
}

func TestTxListensToItsContext(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		ctx, cancel := context.WithCancel(w.Context())
		runs := 0
		err := w.Tx(ctx, func(*Tx) error {
			runs++
			cancel()
			return &pgconn.PgError{Code: "40P01"}
		})
		if err == nil || runs != 1 {
			w.Errorf("%v after %d runs, want an error after one", err, runs)
		}
	})
}

func TestWaitListensToItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := wait(ctx, time.Hour); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v, want DeadlineExceeded", err)
		}
		if err := wait(t.Context(), time.Hour); err != nil {
			t.Error(err)
		}
	})
}

// TestBusyWriter holds the write lock of a file from outside this program.
func TestBusyWriter(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "test.db")
	s := open(t, path)
	if _, err := s.sql.ExecContext(t.Context(), "PRAGMA busy_timeout(1)"); err != nil {
		t.Fatal(err)
	}
	s.sql.SetMaxOpenConns(1)
	other := sqliteFile(t, path)
	tx, err := other.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.ExecContext(t.Context(), "DELETE FROM feeds"); err != nil {
		t.Fatal(err)
	}
	if err := s.Tx(t.Context(), func(tx *Tx) error { return tx.db.Where("true").Delete(&feedRow{}).Error }); !errors.Is(err, ErrBusy) {
		t.Errorf("%v, want ErrBusy", err)
	}
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	if err := s.ImportState(t.Context(), town("noord")); err != nil {
		t.Error(err)
	}
}

func sqliteFile(t *testing.T, path string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite3", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}
