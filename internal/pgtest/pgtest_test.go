package pgtest_test

import (
	"context"
	"os"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/wijkplanner/wijkplanner/internal/pgtest"
)

func TestMain(m *testing.M) {
	code := m.Run()
	pgtest.Stop()
	os.Exit(code)
}

func query(t *testing.T, url, sql string) string {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(t.Context())) }()
	var out string
	if err := conn.QueryRow(t.Context(), sql).Scan(&out); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestDatabasesAreCopiesOfTheTemplateAndApart(t *testing.T) {
	t.Parallel()
	prepare := func(ctx context.Context, url string) error {
		conn, err := pgx.Connect(ctx, url)
		if err != nil {
			return err
		}
		defer func() { _ = conn.Close(ctx) }()
		_, err = conn.Exec(ctx, "CREATE TABLE notes (text text); INSERT INTO notes VALUES ('template')")
		return err
	}
	one, two := pgtest.Database(t, prepare), pgtest.Database(t, prepare)
	query(t, one, "UPDATE notes SET text = 'one' RETURNING text")
	if got := query(t, two, "SELECT text FROM notes"); got != "template" {
		t.Errorf("the second database reads %q, want the template's row", got)
	}
}

func TestEmptyDatabaseHasNoTables(t *testing.T) {
	t.Parallel()
	url := pgtest.Database(t, nil)
	if got := query(t, url, "SELECT count(*)::text FROM pg_tables WHERE schemaname = 'public'"); got != "0" {
		t.Errorf("%s tables in an empty database", got)
	}
}

func TestServerListensOnASocketOnly(t *testing.T) {
	t.Parallel()
	if os.Getenv(pgtest.EnvServer) != "" {
		t.Log("a given server: its settings are its own")
		return
	}
	if got := query(t, pgtest.Database(t, nil), "SHOW listen_addresses"); got != "" {
		t.Errorf("listen_addresses = %q, want none", got)
	}
}
