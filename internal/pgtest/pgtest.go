// Package pgtest gives tests a real PostgreSQL: one private cluster for each
// test process, in a temporary folder, reached by a Unix socket only, with one
// database for each test, copied from a template.
//
// Only tests import it. It imports nothing of the project. The cluster dies
// with the test process, also when that is killed.
package pgtest

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"net/url"
	"os"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
)

// EnvServer names the environment variable with the URL of a running server to
// use instead of a private cluster, PostgreSQL 15 or newer. Its user must be
// allowed to create databases.
const EnvServer = "WIJKPLANNER_TEST_POSTGRES"

// server is the one server of this test process.
var server struct {
	sync.Mutex
	started  bool
	err      error
	base     *url.URL
	cluster  *cluster
	template string
}

// Database makes a database for one test and returns its URL; it is dropped
// when the test ends. The first call in a process makes a template and hands
// its URL to prepare (which creates the schema and closes all its
// connections); every database is a copy of it. With a nil prepare the
// database is empty. It fails the test when there is no PostgreSQL: it never
// skips.
func Database(tb testing.TB, prepare func(ctx context.Context, url string) error) string {
	tb.Helper()
	server.Lock()
	defer server.Unlock()
	if err := start(tb.Context()); err != nil {
		tb.Fatalf("these tests need PostgreSQL: %v", err)
	}
	template := "template0"
	if prepare != nil {
		if err := makeTemplate(tb.Context(), prepare); err != nil {
			tb.Fatalf("template database: %v", err)
		}
		template = server.template
	}
	name, err := create(tb.Context(), template)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		// The test's own context is done by now.
		if err := admin(context.WithoutCancel(tb.Context()), "DROP DATABASE "+name+" WITH (FORCE)"); err != nil {
			tb.Error(err)
		}
	})
	return at(name)
}

// Standby starts a server that is a standby, and returns the URL of its one
// database; it stops when the test ends.
func Standby(tb testing.TB) string {
	tb.Helper()
	s, err := startStandby(context.WithoutCancel(tb.Context()))
	if err != nil {
		tb.Fatalf("standby: %v", err)
	}
	tb.Cleanup(s.stop)
	return s.url().String()
}

// Stop ends the private cluster and removes its folder. TestMain calls it
// after the tests.
func Stop() {
	server.Lock()
	defer server.Unlock()
	if server.template != "" {
		if err := admin(context.Background(), "DROP DATABASE "+server.template); err != nil {
			fmt.Fprintln(os.Stderr, "pgtest:", err)
		}
	}
	if server.cluster != nil {
		server.cluster.stop()
	}
	server.started, server.cluster, server.template = false, nil, ""
}

// start finds or starts the server, once; a failure is remembered.
func start(ctx context.Context) error {
	if server.started {
		return server.err
	}
	server.started = true
	if given := os.Getenv(EnvServer); given != "" {
		server.base, server.err = url.Parse(given)
		return server.err
	}
	server.cluster, server.err = startCluster(context.WithoutCancel(ctx))
	if server.err == nil {
		server.base = server.cluster.url()
	}
	return server.err
}

func makeTemplate(ctx context.Context, prepare func(ctx context.Context, url string) error) error {
	if server.template != "" {
		return nil
	}
	name, err := create(ctx, "template0")
	if err != nil {
		return err
	}
	server.template = name
	return prepare(ctx, at(name))
}

func create(ctx context.Context, template string) (string, error) {
	var random [6]byte
	_, _ = rand.Read(random[:]) // never fails, as its documentation says
	name := "wijkplanner_test_" + hex.EncodeToString(random[:])
	// Copying the files takes half the time of logging each of their pages.
	return name, admin(ctx, "CREATE DATABASE "+name+" TEMPLATE "+template+" STRATEGY FILE_COPY")
}

// admin runs one statement on the server's maintenance database.
func admin(ctx context.Context, statement string) error {
	conn, err := pgx.Connect(ctx, server.base.String())
	if err != nil {
		return fmt.Errorf("connect to the test server: %w", err)
	}
	_, err = conn.Exec(ctx, statement)
	if closing := conn.Close(ctx); err == nil {
		err = closing
	}
	if err != nil {
		return fmt.Errorf("%s: %w", statement, err)
	}
	return nil
}

func at(database string) string {
	u := *server.base
	u.Path = "/" + database
	// A setting of our own, which the server only remembers: its data may go.
	q := u.Query()
	q.Set("wijkplanner.durability", "unchecked")
	u.RawQuery = q.Encode()
	return u.String()
}
