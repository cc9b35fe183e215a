package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/wijkplanner/wijkplanner/migrations"
)

// DefaultPath is the file of the embedded database when none is named.
const DefaultPath = "data/wijkplanner.db"

// pgConnections limits the connections of one program to PostgreSQL, unless it
// is told otherwise; spareConnections of them are kept for the short questions
// that every request begins with, and for Ping.
const (
	pgConnections    = 16
	spareConnections = 2
)

// patience is how long a transaction waits for its turn.
const patience = 5 * time.Second

// lockTimeout ends the waiting for somebody else's lock; a transaction then
// tries again and in the end gives ErrBusy.
const lockTimeout = "3s"

// Store is an open database as one caller may see it. Its methods may be called
// concurrently.
type Store struct {
	scope   Scope
	db      *gorm.DB
	sql     *sql.DB
	dialect migrations.Dialect
	now     func() time.Time
	// searchPath is where tables are, in PostgreSQL; empty for where the
	// database has them.
	searchPath string
	// writer lets one writer at a time into an embedded database, in order of
	// arrival; SQLite itself would let them in by luck. Nil on PostgreSQL.
	writer chan struct{}
	// queue is before the writer: who goes ahead passes it by; see TxAhead.
	queue chan struct{}
	// ahead is the connection of those who go ahead.
	ahead lane
	// connections and slots bound what goes on at once on PostgreSQL; who finds
	// no slot within patience gets ErrBusy.
	connections int
	slots       chan struct{}
	patience    time.Duration
}

// Option changes how a store is opened.
type Option func(*Store)

// WithClock sets the clock that dates rows; the default is the system's.
func WithClock(now func() time.Time) Option { return func(s *Store) { s.now = now } }

// WithConnections limits the connections to PostgreSQL, 3 or more, and says how
// long a transaction waits for one before it gives ErrBusy; the defaults are 16
// and 5 seconds.
func WithConnections(n int, patience time.Duration) Option {
	return func(s *Store) { s.connections, s.patience = n, patience }
}

// Open opens a database and applies the migrations it lacks. The address is
// "postgres://…" for PostgreSQL, and a path, or "sqlite:" and a path, for an
// embedded database, made when it is not there; empty means DefaultPath. The
// store reaches everything, as the program itself; As narrows it.
func Open(ctx context.Context, address string, options ...Option) (*Store, error) {
	s := &Store{scope: systemScope, now: time.Now, connections: pgConnections, patience: patience} //nolint:forbidigo // the default of the one clock of the store; WithClock replaces it
	for _, o := range options {
		o(s)
	}
	dialector, err := s.dial(ctx, address)
	if err != nil {
		return nil, err
	}
	if err := s.setUp(ctx, dialector); err != nil {
		_ = s.Close()
		return nil, err
	}
	return s, nil
}

func (s *Store) dial(ctx context.Context, address string) (gorm.Dialector, error) {
	scheme, rest, found := strings.Cut(address, ":")
	switch {
	case found && (scheme == "postgres" || scheme == "postgresql"):
		return s.openPostgres(address)
	case found && scheme == "sqlite":
		return s.openFile(ctx, rest)
	case strings.Contains(address, "://"):
		return nil, fmt.Errorf("database address with scheme %q: want postgres://… or sqlite:PATH", scheme)
	default:
		return s.openFile(ctx, address)
	}
}

func (s *Store) openFile(ctx context.Context, path string) (gorm.Dialector, error) {
	if path == "" {
		path = DefaultPath
	}
	if strings.HasPrefix(path, ":") {
		return nil, fmt.Errorf("database %q: want the path of a file", path)
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("database %s: %w", path, err)
	}
	// The file holds personal data: nobody else on the machine may read it,
	// nor the journals, which inherit its mode.
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("folder of the database: %w", err)
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("database file: %w", err)
	}
	if err := f.Close(); err != nil {
		return nil, fmt.Errorf("database file: %w", err)
	}
	s.writer, s.queue = make(chan struct{}, 1), make(chan struct{}, 1)
	s.dialect = migrations.SQLite
	db, dialector, ahead, err := openSQLite(ctx, path)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	s.sql, s.ahead = db, ahead
	return dialector, nil
}

func (s *Store) openPostgres(address string) (gorm.Dialector, error) {
	config, err := pgx.ParseConfig(address)
	if err != nil {
		return nil, fmt.Errorf("database address: %w", withoutSecret(err))
	}
	if s.searchPath != "" {
		config.RuntimeParams["search_path"] = s.searchPath
	}
	config.RuntimeParams["lock_timeout"] = lockTimeout
	config.RuntimeParams["timezone"] = "UTC"
	if config.RuntimeParams["application_name"] == "" {
		config.RuntimeParams["application_name"] = "wijkplanner"
	}
	s.dialect = migrations.Postgres
	s.sql = stdlib.OpenDB(*config)
	s.connections = max(s.connections, spareConnections+1)
	s.slots = make(chan struct{}, s.connections-spareConnections)
	s.sql.SetMaxOpenConns(s.connections)
	s.sql.SetMaxIdleConns(s.connections)
	ahead := stdlib.OpenDB(*config)
	s.ahead = newLane(ahead, postgres.New(postgres.Config{Conn: ahead}))
	return postgres.New(postgres.Config{Conn: s.sql}), nil
}

// withoutSecret drops the address, which can hold a password, from the error
// that net/url makes of it.
func withoutSecret(err error) error {
	if u, ok := err.(*url.Error); ok { //nolint:errorlint // pgx wraps nothing around it that is worth keeping
		return u.Err
	}
	return err
}

func (s *Store) setUp(ctx context.Context, dialector gorm.Dialector) error {
	if err := s.sql.PingContext(ctx); err != nil {
		return fmt.Errorf("connect to the database: %w", err)
	}
	if s.dialect == migrations.Postgres {
		if err := s.refuseUnfit(ctx); err != nil {
			return err
		}
	}
	if err := migrations.Up(ctx, s.sql, s.dialect); err != nil {
		return err
	}
	return s.connect(dialector)
}

// connect puts gorm over a database whose schema is up to date.
func (s *Store) connect(dialector gorm.Dialector) (err error) {
	if s.db, err = s.over(dialector); err == nil {
		s.ahead.db, err = s.over(s.ahead.dialector)
	}
	return err
}

// over puts gorm over connections.
func (s *Store) over(dialector gorm.Dialector) (*gorm.DB, error) {
	db, err := gorm.Open(translator{dialector}, &gorm.Config{
		TranslateError: true,
		NowFunc:        func() time.Time { return micros(s.now()) },
		// One transaction is one Tx; gorm adds none of its own.
		SkipDefaultTransaction:   true,
		DisableNestedTransaction: true,
		DisableAutomaticPing:     true,
		// Errors are returned and logged once, at the edge; a statement that
		// is ever printed shows no values.
		Logger: logger.New(nil, logger.Config{LogLevel: logger.Silent, ParameterizedQueries: true}),
	})
	if err != nil {
		return nil, fmt.Errorf("open the database: %w", err)
	}
	return db, nil
}

// Ping says whether the database answers.
func (s *Store) Ping(ctx context.Context) error {
	if err := s.sql.PingContext(ctx); err != nil {
		return fmt.Errorf("the database does not answer: %w", err)
	}
	return nil
}

// Close closes the database.
func (s *Store) Close() error {
	err := s.sql.Close()
	if s.ahead.sql != nil {
		err = errors.Join(err, s.ahead.sql.Close())
	}
	if err != nil {
		return fmt.Errorf("close the database: %w", err)
	}
	return nil
}
