package store

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/wijkplanner/wijkplanner/migrations"
)

func testSign(message []byte) []byte {
	h := hmac.New(sha256.New, []byte("a key of the tests"))
	_, _ = h.Write(message)
	return h.Sum(nil)
}

// acts records so many acts, a few in each transaction.
func (w world) acts(n int) {
	w.Helper()
	for i := 0; i < n; i += 5 {
		w.must(w.Tx(w.Context(), func(t *Tx) error {
			for j := i; j < min(n, i+5); j++ {
				a := Act{Verb: Changed, Object: "absence", ID: fmt.Sprint(j), Region: "noord", Fields: []string{"to"}, Reason: "ill"}
				if err := t.Record(a); err != nil {
					return err
				}
			}
			return nil
		}))
	}
}

func (w world) seals() (int, AuditHead) {
	w.Helper()
	n, head, err := w.SealAudit(w.Context(), testNow)
	w.must(err)
	return n, head
}

func (w world) verified(noted ...AuditHead) AuditReport {
	w.Helper()
	r, err := w.VerifyAudit(w.Context(), testSign, noted...)
	w.must(err)
	return r
}

func TestAuditIsSealed(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.acts(7)
		if r := w.verified(); len(r.Faults) > 0 || r.Waiting != 7 || r.Checked != 0 {
			w.Errorf("before sealing: %+v", r)
		}
		n, head := w.seals()
		if n != 7 || head.Position != 7 {
			w.Errorf("sealed %d, head %s", n, head)
		}
		if again, same := w.seals(); again != 0 || same != head {
			w.Errorf("sealed %d more, head %s, want none and %s", again, same, head)
		}
		w.acts(3)
		w.seals()
		if r := w.verified(head); len(r.Faults) > 0 || r.Checked != 10 || r.Head.Position != 10 {
			w.Errorf("after sealing: %+v", r)
		}
		back, err := ParseAuditHead(head.String())
		if err != nil || back != head {
			w.Errorf("%s comes back as %s (%v)", head, back, err)
		}
		head.Hash[0]++
		if r := w.verified(head); len(r.Faults) != 1 || r.Faults[0].Kind != AuditHeadDiffers {
			w.Errorf("with another head noted: %+v", r.Faults)
		}
		for _, bad := range []string{"", "x", "3:", "3:abcd", "-1:" + head.String()[2:]} {
			if _, err := ParseAuditHead(bad); err == nil {
				w.Errorf("%q is taken for a head", bad)
			}
		}
	})
}

// tampering is one way to change the log behind the program's back, and what a
// check must say of it.
type tampering struct {
	name string
	do   func(t *Tx, r *rand.Rand, rows int) ([]AuditFault, error)
}

var tamperings = []tampering{
	{"edit", func(t *Tx, r *rand.Rand, rows int) ([]AuditFault, error) {
		id := 1 + r.IntN(rows)
		column := []string{"actor", "role", "region", "verb", "object", "object_id", "fields", "reason", "request"}[r.IntN(9)]
		return []AuditFault{{AuditRowChanged, int64(id), int64(id)}}, t.db.Exec("UPDATE audit SET "+column+" = "+column+" || 'x' WHERE id = ?", id).Error
	}},
	{"move by a microsecond", func(t *Tx, r *rand.Rand, rows int) ([]AuditFault, error) {
		id := 1 + r.IntN(rows)
		return []AuditFault{{AuditRowChanged, int64(id), int64(id)}},
			t.db.Exec("UPDATE audit SET recorded_at = ? WHERE id = ?", At(testNow.Add(time.Microsecond)), id).Error
	}},
	{"delete", func(t *Tx, r *rand.Rand, rows int) ([]AuditFault, error) {
		id := 1 + r.IntN(rows)
		return []AuditFault{{AuditRowGone, int64(id), int64(id)}}, t.db.Exec("DELETE FROM audit WHERE id = ?", id).Error
	}},
	{"delete with its seal", func(t *Tx, r *rand.Rand, rows int) ([]AuditFault, error) {
		id := 1 + r.IntN(rows)
		return []AuditFault{{AuditSealGone, 0, int64(id)}},
			errors.Join(t.db.Exec("DELETE FROM audit WHERE id = ?", id).Error, t.db.Exec("DELETE FROM audit_seals WHERE position = ?", id).Error)
	}},
	{"swap rows", func(t *Tx, r *rand.Rand, rows int) ([]AuditFault, error) {
		a := 1 + r.IntN(rows-1)
		b := a + 1 + r.IntN(rows-a)
		var err error
		for _, step := range [][2]int{{a, -1}, {b, a}, {-1, b}} {
			err = errors.Join(err, t.db.Exec("UPDATE audit SET id = ? WHERE id = ?", step[1], step[0]).Error)
		}
		return []AuditFault{{AuditRowChanged, int64(a), int64(a)}, {AuditRowChanged, int64(b), int64(b)}}, err
	}},
	{"swap seals", func(t *Tx, r *rand.Rand, rows int) ([]AuditFault, error) {
		a := 1 + r.IntN(rows-1)
		b := a + 1 + r.IntN(rows-a)
		var err error
		for _, step := range [][2]int{{a, -1}, {b, a}, {-1, b}} {
			err = errors.Join(err, t.db.Exec("UPDATE audit_seals SET audit = ? WHERE audit = ?", step[1], step[0]).Error)
		}
		return []AuditFault{{AuditRowChanged, int64(b), int64(a)}, {AuditRowChanged, int64(a), int64(b)}}, err
	}},
	{"edit and seal anew", func(t *Tx, r *rand.Rand, rows int) ([]AuditFault, error) {
		id := 1 + r.IntN(rows-1)
		if err := t.db.Exec("UPDATE audit SET reason = 'other' WHERE id = ?", id).Error; err != nil {
			return nil, err
		}
		var row auditRow
		before := sealRow{Hash: make([]byte, sha256.Size)}
		err := errors.Join(t.db.Take(&row, id).Error, t.db.Where("position = ?", id-1).Find(&before).Error)
		if before.Hash == nil {
			before.Hash = make([]byte, sha256.Size)
		}
		// The row fits its seal again, so the next one no longer does.
		return []AuditFault{{AuditRowChanged, int64(id + 1), int64(id + 1)}},
			errors.Join(err, t.db.Exec("UPDATE audit_seals SET hash = ? WHERE position = ?", sealOf(before.Hash, &row), id).Error)
	}},
	{"cut the end", func(t *Tx, r *rand.Rand, rows int) ([]AuditFault, error) {
		from := rows - r.IntN(3)
		var want []AuditFault
		for p := from; p <= rows; p++ {
			want = append(want, AuditFault{AuditSealGone, 0, int64(p)})
		}
		return want, errors.Join(t.db.Exec("DELETE FROM audit WHERE id >= ?", from).Error, t.db.Exec("DELETE FROM audit_seals WHERE position >= ?", from).Error)
	}},
	{"take a seal", func(t *Tx, r *rand.Rand, rows int) ([]AuditFault, error) {
		id := 1 + r.IntN(rows)
		return []AuditFault{{AuditSealGone, 0, int64(id)}, {AuditRowAdded, int64(id), 0}}, t.db.Exec("DELETE FROM audit_seals WHERE position = ?", id).Error
	}},
}

// errUndo takes back what a test did in a transaction.
var errUndo = errors.New("undo")

func (t *Tx) withoutGuards() error {
	for _, table := range []string{"audit", "audit_seals"} {
		if t.store.dialect == migrations.Postgres {
			if err := t.db.Exec("ALTER TABLE " + table + " DISABLE TRIGGER USER").Error; err != nil {
				return err
			}
			continue
		}
		for _, act := range []string{"update", "delete"} {
			if err := t.db.Exec("DROP TRIGGER " + table + "_no_" + act).Error; err != nil {
				return err
			}
		}
	}
	return nil
}

// TestRV5_EveryChangeOfTheAuditLogIsFound: 1,000 edits, deletions and swaps.
func TestRV5_EveryChangeOfTheAuditLogIsFound(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		const rows, changes = 60, 1000
		w.acts(rows)
		w.seals()
		// Nothing waits for a transaction of before, as a minute later.
		w.must(w.db.Model(&chainRow{}).Where("true").Update("sealed", rows).Error)
		r := rand.New(rand.NewPCG(5, 6))
		found := 0
		for i := range changes {
			c := tamperings[i%len(tamperings)]
			var want []AuditFault
			var report AuditReport
			err := w.Tx(w.Context(), func(t *Tx) (err error) {
				if err := t.withoutGuards(); err != nil {
					return err
				}
				if want, err = c.do(t, r, rows); err != nil {
					return err
				}
				if report, err = t.verifyAudit(testSign, nil); err != nil {
					return err
				}
				return errUndo
			})
			if !errors.Is(err, errUndo) {
				w.Fatalf("%s: %v", c.name, err)
			}
			if !slices.Equal(report.Faults, want) {
				w.Errorf("%s: %v, want %v", c.name, report.Faults, want)
				continue
			}
			found++
		}
		w.Logf("R-V5: %d of %d changes of %d kinds found, each with its row", found, changes, len(tamperings))
		if r := w.verified(); len(r.Faults) > 0 || r.Checked != rows {
			w.Errorf("after all was taken back: %+v", r)
		}
	})
}

func TestAuditGrowsOnly(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.acts(5)
		w.seals()
		for _, statement := range []string{
			"UPDATE audit SET actor = 'x'", "DELETE FROM audit", "UPDATE audit_seals SET audit = audit + 100", "DELETE FROM audit_seals",
			"DELETE FROM audit WHERE id = 5", "DELETE FROM audit_seals WHERE position = 5",
		} {
			if err := w.db.Exec(statement).Error; err == nil {
				w.Errorf("%s: done", statement)
			}
		}
		if w.dialect == migrations.Postgres {
			for _, table := range []string{"audit", "audit_seals"} {
				if err := w.db.Exec("TRUNCATE " + table).Error; err == nil {
					w.Errorf("TRUNCATE %s: done", table)
				}
			}
		}
	})
}

// TestLateRowsAreSealed: on PostgreSQL a transaction can end after one that
// began later and whose rows have higher numbers.
func TestLateRowsAreSealed(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		if w.dialect == migrations.SQLite {
			w.acts(1) // there is one writer, so nobody is late
			w.seals()
			return
		}
		wrote, end, ended := make(chan struct{}), make(chan struct{}), make(chan error, 1)
		go func() {
			ended <- w.Tx(context.WithoutCancel(w.Context()), func(t *Tx) error {
				err := t.Record(Act{Verb: Changed, Object: "absence", ID: "late"})
				close(wrote)
				<-end
				return err
			})
		}()
		<-wrote
		w.acts(3)
		for later := range 5 {
			_, _, err := w.SealAudit(w.Context(), testNow.Add(time.Duration(later)*time.Hour))
			w.must(err)
		}
		chain, err := (&Tx{db: w.db, store: w.Store}).chain()
		w.must(err)
		if chain.Position != 3 || chain.Sealed != 0 {
			w.Errorf("while a row is on its way: %+v, want three sealed and no mark", chain)
		}
		close(end)
		w.must(<-ended)
		n, head := w.seals()
		if n != 1 || head.Position != 4 {
			w.Errorf("the late row: %d sealed, head %s", n, head)
		}
		// Transactions of other tests on this server hold the mark back as well.
		for later := 0; later < 400 && chain.Sealed < 4; later++ {
			_, _, err := w.SealAudit(w.Context(), testNow.Add(time.Duration(10+later)*time.Hour))
			w.must(errors.Join(err, wait(w.Context(), 25*time.Millisecond)))
			chain, err = (&Tx{db: w.db, store: w.Store}).chain()
			w.must(err)
		}
		if chain.Sealed != 4 {
			w.Errorf("afterwards: %+v (%v), want the mark at 4", chain, err)
		}
		if r := w.verified(); len(r.Faults) > 0 || r.Checked != 4 {
			w.Errorf("%+v", r)
		}
	})
}

// TestOneSealerAtATime: several seal while others write; the chain is one.
func TestOneSealerAtATime(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		stop, ended := make(chan struct{}), make(chan error, 4)
		for range 4 {
			go func() {
				for {
					select {
					case <-stop:
						ended <- nil
						return
					default:
					}
					if _, _, err := w.SealAudit(context.WithoutCancel(w.Context()), testNow); err != nil && !errors.Is(err, ErrBusy) {
						ended <- err
						return
					}
				}
			}()
		}
		w.acts(200)
		close(stop)
		for range 4 {
			w.must(<-ended)
		}
		w.seals()
		if r := w.verified(); len(r.Faults) > 0 || r.Checked != 200 {
			w.Errorf("%+v", r)
		}
	})
}

func TestWhatWasOverlookedIsSealed(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.acts(3)
		w.must(w.db.Model(&chainRow{}).Where("true").Updates(map[string]any{"sealed": 3, "seen": 3}).Error)
		if n, _ := w.seals(); n != 0 {
			w.Fatalf("sealed %d below the mark", n)
		}
		if r := w.verified(); len(r.Faults) != 3 || r.Faults[0] != (AuditFault{AuditRowAdded, 1, 0}) {
			w.Errorf("rows without a seal: %v", r.Faults)
		}
		n, _, err := w.SealAuditWhole(w.Context(), testNow)
		w.must(err)
		if r := w.verified(); n != 3 || len(r.Faults) > 0 {
			w.Errorf("sealed %d, then %v", n, r.Faults)
		}
	})
}

func TestAuditIsPurgedAtACheckpoint(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		ctx, later := w.Context(), testNow.Add(time.Hour)
		w.acts(6)
		w.seals()
		if n, err := w.PurgeAudit(ctx, testNow, testSign, later); err != nil || n != 0 {
			w.Fatalf("purged %d that are not old enough (%v)", n, err)
		}
		if _, err := w.PurgeAudit(ctx, later, nil, later); err == nil {
			w.Fatal("purged without a key")
		}
		n, err := w.PurgeAudit(ctx, later, testSign, later)
		w.must(err)
		if n != 6 {
			w.Errorf("purged %d, want 6", n)
		}
		w.acts(2)
		w.seals()
		r := w.verified()
		if len(r.Faults) > 0 || r.From.Position != 6 || r.Checked != 2 || r.Head.Position != 8 {
			w.Errorf("after the purge: %+v", r)
		}
		forged := func(message []byte) []byte { return testSign(append(message, 'x')) }
		if r, err := w.VerifyAudit(ctx, forged); err != nil || len(r.Faults) != 1 || r.Faults[0].Kind != AuditCheckpointForged {
			w.Errorf("with another key: %v (%v)", r.Faults, err)
		}
		if _, err := w.VerifyAudit(ctx, nil); err == nil {
			w.Error("checked from a checkpoint without a key")
		}
		if _, err := w.PurgeAudit(ctx, later, forged, later); err == nil {
			w.Error("purged on top of a checkpoint of another key")
		}
	})
}

func TestAuditIsReadByScope(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		ctx := w.Context()
		for _, c := range []struct{ actor, region string }{{"user:1", "noord"}, {"user:2", "noord"}, {"user:1", "zuid"}, {"user:3", ""}} {
			scope := Scope{Role: Lead, Actor: c.actor, Everywhere: true, Request: "r"}
			w.must(w.As(scope).Tx(ctx, func(t *Tx) error {
				return t.Record(Act{Verb: Created, Object: "visit", ID: c.actor + c.region, Region: c.region, Fields: []string{"start", "end"}})
			}))
		}
		for name, c := range map[string]struct {
			scope Scope
			query AuditQuery
			want  []int64
		}{
			"administrator": {Scope{Role: Administrator, Everywhere: true}, AuditQuery{}, []int64{4, 3, 2, 1}},
			"lead":          {Scope{Role: Lead, Region: "noord"}, AuditQuery{}, []int64{2, 1}},
			"lead, another": {Scope{Role: Lead, Region: "noord"}, AuditQuery{Region: "zuid"}, nil},
			"staff":         {Scope{Role: Member, Region: "noord", Actor: "user:2"}, AuditQuery{}, []int64{2}},
			"page":          {systemScope, AuditQuery{Before: 4, Limit: 2}, []int64{3, 2}},
			"actor":         {systemScope, AuditQuery{Actor: "user:1", Verb: Created, Object: "visit"}, []int64{3, 1}},
			"object":        {systemScope, AuditQuery{ID: "user:2noord"}, []int64{2}},
			"from":          {systemScope, AuditQuery{From: testNow.Add(time.Second)}, nil},
			"to":            {systemScope, AuditQuery{To: testNow}, nil},
			"both":          {systemScope, AuditQuery{From: testNow, To: testNow.Add(time.Microsecond), Limit: 5000}, []int64{4, 3, 2, 1}},
		} {
			got, err := w.As(c.scope).Audit(ctx, c.query)
			w.must(err)
			var ids []int64
			for _, e := range got {
				ids = append(ids, e.Number)
			}
			if !slices.Equal(ids, c.want) {
				w.Errorf("%s: %v, want %v", name, ids, c.want)
			}
		}
		for _, role := range []Role{LocationContact, Visitor, ""} {
			if _, err := w.As(Scope{Role: role, Everywhere: true}).Audit(ctx, AuditQuery{}); !errors.Is(err, ErrNotFound) {
				w.Errorf("role %q: %v", role, err)
			}
		}
	})
}
