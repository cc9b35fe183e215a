package store

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/wijkplanner/wijkplanner/internal/pgtest"
	"github.com/wijkplanner/wijkplanner/migrations"
)

// place is where databases of one kind are made.
type place struct {
	*testing.T
	fresh func(t *testing.T) string
}

func forEachPlace(t *testing.T, f func(p place)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		f(place{t, func(t *testing.T) string { t.Helper(); return filepath.Join(t.TempDir(), "test.db") }})
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		f(place{t, func(t *testing.T) string { t.Helper(); return pgtest.Database(t, nil) }})
	})
}

func (p place) world(address string) world {
	p.Helper()
	return world{p.T, open(p.T, address)}
}

func options() RestoreOptions { return RestoreOptions{Now: clock, Sign: testSign} }

func forced() RestoreOptions {
	return RestoreOptions{Now: clock, Sign: testSign, Force: true, Reason: "disk lost"}
}

// inhabited makes a database with something of most kinds in it.
func (p place) inhabited() (world, string) {
	p.Helper()
	address := p.fresh(p.T)
	w := p.world(address)
	w.imports(fullState("vol"), town("noord"))
	w.publishes(plan("noord", visit("v", "een", "anna", "2027-03-09T09:00:00Z")))
	_, err := w.AddContact(w.Context(), Contact{Scope: FeedScope{"noord", LocationFeed, "een"}, Mail: "nest@example.nl", Name: "Jan\tmet\\tab\nen regel", Language: Dutch, Calendar: ByInvitation}, testNow)
	if err == nil {
		w.Fatal("a line break in a name was taken")
	}
	_, err = w.AddContact(w.Context(), Contact{Scope: FeedScope{"noord", LocationFeed, "een"}, Mail: "nest@example.nl", Name: `Jan "\N" é €`, Language: Dutch, Calendar: ByInvitation}, testNow)
	w.must(err)
	w.acts(12)
	w.seals()
	return w, address
}

func (w world) backup() (BackupManifest, string) {
	w.Helper()
	path := filepath.Join(w.TempDir(), "backup.tar")
	m, err := w.Backup(w.Context(), path, testNow)
	w.must(err)
	return m, path
}

func sumsOf(m BackupManifest) map[string]string {
	out := map[string]string{}
	for _, t := range m.Tables {
		out[t.Name] = fmt.Sprintf("%d %s", t.Rows, t.SHA256)
	}
	return out
}

func TestRO4_BackupComesBack(t *testing.T) {
	t.Parallel()
	forEachPlace(t, func(p place) {
		w, _ := p.inhabited()
		m, path := w.backup()
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
			p.Errorf("mode %v (%v), want 0600", info.Mode(), err)
		}
		state, version, err := w.LoadState(w.Context(), "vol")
		w.must(err)

		address := p.fresh(p.T)
		report, err := Restore(p.Context(), address, path, options())
		w.must(err)
		if report.Installation != m.Installation || len(report.Tables) < 50 {
			p.Errorf("restored %+v", report.BackupManifest)
		}
		back := p.world(address)
		again, _ := back.backup()
		want, got, equal := sumsOf(m), sumsOf(again), 0
		for table := range want {
			switch {
			case want[table] == got[table]:
				equal++
			case table != "audit" && table != "audit_chain": // the restore itself is recorded
				p.Errorf("table %s: %s came back as %s", table, want[table], got[table])
			}
		}
		p.Logf("R-O4: %d of %d tables with equal row hashes, besides the record of the restore itself", equal, len(want))
		same, sameVersion, err := back.LoadState(p.Context(), "vol")
		w.must(err)
		if sameVersion != version || !reflect.DeepEqual(state, same) {
			p.Errorf("the region came back as another one")
		}
		back.seals()
		if r := back.verified(); len(r.Faults) > 0 || r.Checked < 13 {
			p.Errorf("audit log: %+v", r)
		}
		back.imports(town("later")) // numbers go on where they were
		back.publishes(plan("later", visit("v", "een", "anna", "2028-03-09T09:00:00Z")))
	})
}

// TestRO5_WrongRestoresAreRefused, and change nothing.
func TestRO5_WrongRestoresAreRefused(t *testing.T) {
	t.Parallel()
	forEachPlace(t, func(p place) {
		w, address := p.inhabited()
		_, path := w.backup()
		w.must(w.Close())
		other, foreign := p.inhabited()
		must := other.must
		must(other.Close())
		refused := func(what, address, path string, o RestoreOptions, want error) {
			p.Helper()
			if _, err := Restore(p.Context(), address, path, o); err == nil || want != nil && !errors.Is(err, want) {
				p.Errorf("%s: %v, want %v", what, err, want)
			}
		}
		refused("not empty", address, path, options(), ErrNotEmpty)
		refused("without a reason", address, path, RestoreOptions{Now: clock, Force: true, Reason: " "}, ErrNotEmpty)
		refused("another installation", foreign, path, forced(), ErrOtherInstallation)
		refused("a number of a citizen as reason", address, path, RestoreOptions{Now: clock, Force: true, Reason: "123456782"}, nil)
		refused("newer", p.fresh(p.T), p.rewritten(path, func(m *BackupManifest) { m.Schema += 1000 }), forced(), ErrNewer)
		refused("another form", p.fresh(p.T), p.rewritten(path, func(m *BackupManifest) { m.Version++ }), forced(), nil)
		refused("rows that are not those counted", p.fresh(p.T), p.rewritten(path, func(m *BackupManifest) { m.Tables[3].SHA256 = "00" }), forced(), ErrDamaged)
		elsewhere := map[migrations.Dialect]migrations.Dialect{migrations.Postgres: migrations.SQLite, migrations.SQLite: migrations.Postgres}
		refused("another kind", p.fresh(p.T), p.rewritten(path, func(m *BackupManifest) { m.Dialect = elsewhere[m.Dialect] }), forced(), nil)
		refused("no file", address, path+"x", forced(), os.ErrNotExist)
		back := p.world(address)
		if regions, err := back.Regions(p.Context()); err != nil || len(regions) != 2 {
			p.Errorf("afterwards %v (%v)", regions, err)
		}
	})
}

// TestRD7_EveryFlipIsFound: 100 bytes changed and 100 places cut.
func TestRD7_EveryFlipIsFound(t *testing.T) {
	t.Parallel()
	forEachPlace(t, func(p place) {
		w, _ := p.inhabited()
		_, path := w.backup()
		whole, err := os.ReadFile(path)
		w.must(err)
		r, found := rand.New(rand.NewPCG(7, 8)), 0
		const times = 100
		for range times {
			bad := slices.Clone(whole)
			bad[r.IntN(len(bad))] ^= byte(1 + r.IntN(255))
			for _, data := range [][]byte{bad, whole[:r.IntN(len(whole))]} {
				w.must(os.WriteFile(path, data, 0o600))
				if _, err := ReadBackup(path); errors.Is(err, ErrDamaged) {
					found++
				}
			}
		}
		p.Logf("R-D7: %d of %d flips and cuts found", found, 2*times)
		if found != 2*times {
			p.Errorf("%d of %d found", found, 2*times)
		}
	})
}

func TestRestoreOverADatabase(t *testing.T) {
	t.Parallel()
	forEachPlace(t, func(p place) {
		ctx := p.Context()
		w, address := p.inhabited()
		_, path := w.backup()
		contacts, err := w.Contacts(ctx, "noord")
		w.must(err)
		w.must(w.RemoveContact(ctx, contacts[0].ID))
		w.imports(town("zuid"))
		w.must(w.Close())
		report, err := Restore(ctx, address, path, forced())
		w.must(err)
		if report.Removed != 1 {
			p.Errorf("removed again: %d, want 1", report.Removed)
		}
		back := p.world(address)
		if regions, err := back.Regions(ctx); err != nil || len(regions) != 2 {
			p.Errorf("regions %v (%v), want the two of the backup", regions, err)
		}
		if left, err := back.Contacts(ctx, "noord"); err != nil || len(left) != 0 {
			p.Errorf("contacts %v (%v): the removed one is back", left, err)
		}
		entries, err := back.Audit(ctx, AuditQuery{Verb: Restored})
		if err != nil || len(entries) != 1 || entries[0].Reason != "disk lost" {
			p.Errorf("audit %+v (%v)", entries, err)
		}
		if n, err := filepath.Glob(filepath.Join(filepath.Dir(address), ".wijkplanner-*")); err != nil || len(n) > 0 {
			p.Errorf("left behind: %v", n)
		}
	})
}

// TestRestoreOfAnOlderSchema: a backup made by an earlier program is brought up
// to date.
func TestRestoreOfAnOlderSchema(t *testing.T) {
	t.Parallel()
	const older = 36
	forEachPlace(t, func(p place) {
		address := p.fresh(p.T)
		s := &Store{scope: systemScope, now: clock}
		dialector, err := s.dial(p.Context(), address)
		if err != nil {
			p.Fatal(err)
		}
		w := world{p.T, s}
		w.must(migrations.UpTo(p.Context(), s.sql, s.dialect, older))
		w.must(s.connect(dialector))
		w.must(w.db.Exec("INSERT INTO retention_terms (name, days) VALUES ('mail', 12)").Error)
		m, path := w.backup()
		w.must(w.Close())
		if m.Schema != older {
			p.Errorf("schema %d in the backup, want %d", m.Schema, older)
		}
		target := p.fresh(p.T)
		_, err = Restore(p.Context(), target, path, options())
		w.must(err)
		back := p.world(target)
		terms, err := back.RetentionTerms(p.Context())
		w.must(err)
		if i := slices.IndexFunc(terms, func(t Term) bool { return t.Name == "mail" }); terms[i].Days != 12 {
			p.Errorf("terms %+v", terms)
		}
		back.imports(town("noord"))
	})
}

// TestRO4_BackupUnderLoad: others write meanwhile; what was acknowledged before
// the backup began is in it, and the rows are those of one moment.
func TestRO4_BackupUnderLoad(t *testing.T) {
	t.Parallel()
	forEachPlace(t, func(p place) {
		w, _ := p.inhabited()
		var acknowledged atomic.Int64
		stop := make(chan struct{})
		var group sync.WaitGroup
		for range 4 {
			group.Go(func() {
				for {
					select {
					case <-stop:
						return
					default:
					}
					// Two rows in one transaction: half of them would show.
					err := w.Tx(context.WithoutCancel(p.Context()), func(t *Tx) error {
						return errors.Join(t.Record(Act{Verb: Changed, Object: "load"}), t.Record(Act{Verb: Changed, Object: "load"}))
					})
					if err != nil {
						p.Error(err)
						return
					}
					acknowledged.Add(2)
				}
			})
		}
		for acknowledged.Load() < 100 {
			w.must(wait(p.Context(), time.Millisecond))
		}
		before := acknowledged.Load()
		_, path := w.backup()
		during := acknowledged.Load() - before
		close(stop)
		group.Wait()
		address := p.fresh(p.T)
		_, err := Restore(p.Context(), address, path, options())
		w.must(err)
		back := p.world(address)
		var n int64
		w.must(back.db.Model(&auditRow{}).Where("object = 'load'").Count(&n).Error)
		p.Logf("R-O4: %d writes acknowledged before the backup began, %d while it was made; %d in it", before, during, n)
		if n < before || n%2 != 0 || n > before+during+8 {
			p.Errorf("%d rows came back of %d acknowledged before and %d meanwhile", n, before, during)
		}
	})
}

// TestNoHalfBackup: one that fails leaves no file.
func TestNoHalfBackup(t *testing.T) {
	t.Parallel()
	forEachPlace(t, func(p place) {
		w, _ := p.inhabited()
		folder := p.TempDir()
		ctx, cancel := context.WithCancel(p.Context())
		cancel()
		if _, err := w.Backup(ctx, filepath.Join(folder, "b.tar"), testNow); err == nil {
			p.Error("a backup that was cancelled succeeded")
		}
		if left, err := os.ReadDir(folder); err != nil || len(left) > 0 {
			p.Errorf("left behind: %v (%v)", left, err)
		}
		if _, err := w.As(Scope{Role: Lead, Region: "noord"}).Backup(p.Context(), filepath.Join(folder, "b.tar"), testNow); !errors.Is(err, ErrNotFound) {
			p.Errorf("by a lead: %v", err)
		}
	})
}

func TestRestoreWhileInUse(t *testing.T) {
	t.Parallel()
	w, address := place{t, func(t *testing.T) string { t.Helper(); return filepath.Join(t.TempDir(), "test.db") }}.inhabited()
	_, path := w.backup()
	if _, err := Restore(t.Context(), address, path, forced()); err == nil {
		t.Error("restored under a program that has the file open")
	}
	if _, err := w.Regions(t.Context()); err != nil {
		t.Error(err)
	}
}

// rewritten makes a backup with another manifest, whose checksum is right.
func (p place) rewritten(path string, change func(*BackupManifest)) string {
	p.Helper()
	out := filepath.Join(p.TempDir(), "changed.tar")
	f, archive, err := openBackup(path)
	if err != nil {
		p.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	to, err := os.Create(out)
	if err != nil {
		p.Fatal(err)
	}
	sum := sha256.New()
	fresh := tar.NewWriter(io.MultiWriter(to, sum))
	for {
		h, err := archive.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		data, readErr := io.ReadAll(archive)
		if err = errors.Join(err, readErr); err != nil {
			p.Fatal(err)
		}
		if h.Name == backupManifest {
			var m BackupManifest
			if err := json.Unmarshal(data, &m); err != nil {
				p.Fatal(err)
			}
			change(&m)
			data, _ = json.Marshal(m)
		}
		if err := addEntry(fresh, h.Name, bytes.NewReader(data), int64(len(data)), testNow); err != nil {
			p.Fatal(err)
		}
	}
	if err := fresh.Close(); err != nil {
		p.Fatal(err)
	}
	if _, err := to.Write(sum.Sum(nil)); err != nil {
		p.Fatal(err)
	}
	if err := to.Close(); err != nil {
		p.Fatal(err)
	}
	return out
}
