package store

import (
	"context"
	"errors"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/wijkplanner/wijkplanner/internal/pgtest"
	"github.com/wijkplanner/wijkplanner/migrations"
)

// asWriter makes the test binary write so many transactions to a file and end.
const asWriter = "WIJKPLANNER_TEST_WRITES"

// writes is what the test binary does then: "120:/tmp/x.db".
func writes(what string) error {
	number, path, _ := strings.Cut(what, ":")
	n, err := strconv.Atoi(number)
	if err != nil {
		return err
	}
	ctx := context.Background()
	s, err := Open(ctx, path)
	if err != nil {
		return err
	}
	for range n {
		err = errors.Join(err, s.Tx(ctx, func(t *Tx) error { return t.Record(Act{Verb: Changed, Object: "test"}) }))
	}
	return errors.Join(err, s.Close())
}

// TestRD3_FsyncPerAck counts with strace how often a writer of transactions
// waits for the disk: at least once for each that is acknowledged.
func TestRD3_FsyncPerAck(t *testing.T) {
	t.Parallel()
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Fatal("no strace in PATH: run `make setup` (Debian package strace)")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	const acks = 100
	count := func(n int) int {
		folder := t.TempDir()
		log := filepath.Join(folder, "calls")
		cmd := exec.CommandContext(t.Context(), strace, "-f", "-e", "trace=fsync,fdatasync", "-o", log, self)
		cmd.Env = append(os.Environ(), asWriter+"="+strconv.Itoa(n)+":"+filepath.Join(folder, "test.db"))
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		calls, err := os.ReadFile(log)
		if err != nil {
			t.Fatal(err)
		}
		return len(regexp.MustCompile(`(?m)(fsync|fdatasync).*= 0$`).FindAll(calls, -1))
	}
	without, with := count(0), count(acks)
	t.Logf("R-D3: %d waits for the disk for %d acknowledged transactions, besides %d of opening and closing: %.2f each",
		with-without, acks, without, float64(with-without)/acks)
	if with-without < acks {
		t.Errorf("%d waits for the disk for %d acknowledged transactions", with-without, acks)
	}
}

// TestRD3_ServersThatLoseWritesAreRefused: the server of these tests is one.
func TestRD3_ServersThatLoseWritesAreRefused(t *testing.T) {
	t.Parallel()
	address := pgtest.Database(t, nil)
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	q.Del(unchecked)
	u.RawQuery = q.Encode()
	s, err := Open(t.Context(), u.String())
	if err == nil {
		_ = s.Close()
	}
	if !errors.Is(err, ErrNotDurable) || !strings.Contains(err.Error(), "fsync=off") {
		t.Errorf("%v, want ErrNotDurable and which setting", err)
	}
	open(t, address) // flagged
}

// TestRN5_UnfitDatabasesAreRefused: a standby as the only host, a read-only
// database, a newer schema; an older one is brought up to date.
func TestRN5_UnfitDatabasesAreRefused(t *testing.T) {
	t.Parallel()
	refused := func(what, address string, want error, say string) {
		t.Helper()
		s, err := Open(t.Context(), address)
		if err == nil {
			_ = s.Close()
		}
		if err == nil || want != nil && !errors.Is(err, want) || !strings.Contains(err.Error(), say) {
			t.Errorf("%s: %v, want %q", what, err, say)
		}
	}
	address := pgtest.Database(t, prepare)
	refused("a standby", pgtest.Standby(t), ErrReadOnly, "standby")
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	q.Set("default_transaction_read_only", "on")
	u.RawQuery = q.Encode()
	refused("a read-only database", u.String(), ErrReadOnly, "default_transaction_read_only")

	forEachPlace(t, func(p place) {
		address := p.fresh(p.T)
		w := p.world(address)
		w.must(w.db.Exec("INSERT INTO goose_db_version (version_id, is_applied) VALUES (9000, ?)", true).Error)
		w.must(w.Close())
		refused("a newer schema", address, nil, "start the newer program")

		old := p.fresh(p.T)
		s := &Store{scope: systemScope, now: clock}
		_, err := s.dial(p.Context(), old)
		w.must(err)
		w.must(migrations.UpTo(p.Context(), s.sql, s.dialect, 25))
		w.must(s.Close())
		p.world(old).imports(town("noord")) // as if it had never been older
	})
}
