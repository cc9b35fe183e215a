package store

import (
	"crypto/sha256"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"
)

// TestNoMethodReachesAnotherRegion calls every method of the store that takes a
// region as the lead of another one: all of them answer as if it did not exist.
func TestNoMethodReachesAnotherRegion(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.imports(town("noord"), town("zuid"))
		w.publishes(plan("noord", visit("v", "een", "anna", "2027-02-01T09:00:00Z")))
		w.must(w.Occupy(w.Context(), Occupancy{Region: "noord", Staff: "anna", From: testNow, To: testNow.Add(time.Hour), Kind: BusyTime}))
		south := w.As(Scope{Role: Lead, Actor: "user:1", Region: "zuid"})
		year := testNow.AddDate(1, 0, 0)
		seen := map[string]func() (any, error){
			"LoadState":     func() (any, error) { s, _, err := south.LoadState(w.Context(), "noord"); return s, err },
			"Snapshot":      func() (any, error) { return south.Snapshot(w.Context(), "noord") },
			"LoadPublished": func() (any, error) { p, _, err := south.LoadPublished(w.Context(), "noord"); return p, err },
			"LoadPlan":      func() (any, error) { p, _, err := south.LoadPlan(w.Context(), 1); return p, err },
			"Plans":         func() (any, error) { return south.Plans(w.Context(), "noord") },
			"AssignmentsOn": func() (any, error) { return south.AssignmentsOn(w.Context(), "noord", date("2027-02-01")) },
			"Occupied":      func() (any, error) { return south.Occupied(w.Context(), "noord", testNow, year) },
			"Busy":          func() (any, error) { return south.Busy(w.Context(), "noord", testNow, year) },
			"BusyConflicts": func() (any, error) { return south.BusyConflicts(w.Context(), "noord", testNow) },
			"Feeds":         func() (any, error) { return south.Feeds(w.Context(), "noord") },
			"Accounts":      func() (any, error) { return south.Accounts(w.Context(), "noord") },
			"Contacts":      func() (any, error) { return south.Contacts(w.Context(), "noord") },
			"Invitations":   func() (any, error) { return south.Invitations(w.Context(), "noord", testNow) },
			"BusySources":   func() (any, error) { return south.BusySources(w.Context(), "noord") },
			"PublishPlan":   func() (any, error) { return nil, south.PublishPlan(w.Context(), 1, testNow) },
			"ImportState":   func() (any, error) { return nil, south.ImportState(w.Context(), town("noord")) },
			"Outbox":        func() (any, error) { return south.Outbox(w.Context(), MailWaiting, 10) },
			"Mailboxes":     func() (any, error) { return south.Mailboxes(w.Context()) },
			"ClaimMail":     func() (any, error) { return south.ClaimMail(w.Context(), 1, time.Minute, testNow) },
			"Occupy": func() (any, error) {
				return nil, south.Occupy(w.Context(), Occupancy{Region: "noord", Staff: "anna", From: year, To: year.Add(1), Kind: VisitTime})
			},
			"QueueReminders": func() (any, error) { n, err := south.QueueReminders(w.Context(), "noord", testNow); return n, err },
		}
		for name, call := range seen {
			got, err := call()
			if err == nil && holds(got) {
				w.Errorf("%s shows the lead of another region %+v", name, got)
			}
			if err == nil && got == nil || err != nil && !errors.Is(err, ErrNotFound) {
				w.Errorf("%s for the lead of another region: %v", name, err)
			}
		}
		if regions, err := south.Regions(w.Context()); err != nil || len(regions) != 1 || regions[0].ID != "zuid" {
			w.Errorf("the lead of zuid sees regions %+v (%v)", regions, err)
		}
		if _, err := w.As(Scope{}).Regions(w.Context()); err != nil {
			w.Error(err)
		}
		if s, _, err := w.As(Scope{}).LoadState(w.Context(), ""); !errors.Is(err, ErrNotFound) {
			w.Errorf("a scope of nobody reads %v (%v)", s, err)
		}
	})
}

func TestActsAreRecordedAndStay(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.must(w.Tx(w.Context(), func(t *Tx) error {
			return t.Record(Act{Verb: Created, Object: "absence", ID: "7", Region: "noord", Fields: []string{"to", "from"}, Reason: "ill"})
		}))
		var rows []auditRow
		w.must(w.db.Find(&rows).Error)
		if len(rows) != 1 || rows[0].Fields != "from to" || rows[0].Actor != "command" || !rows[0].RecordedAt.Equal(micros(testNow)) {
			w.Errorf("audit %+v", rows)
		}
		if err := w.db.Model(&auditRow{}).Where("id > 0").Update("actor", "x").Error; err == nil {
			w.Error("a row of the audit log was changed")
		}
		if err := w.db.Where("id > 0").Delete(&auditRow{}).Error; err == nil {
			w.Error("a row of the audit log was removed")
		}
		if err := w.Tx(w.Context(), func(t *Tx) error { return t.Record(Act{Verb: Created}) }); err == nil {
			w.Error("an act upon nothing was recorded")
		}
	})
}

func TestAnswersByKey(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		ctx, one, other := w.Context(), sha256.Sum256([]byte("one")), sha256.Sum256([]byte("other"))
		begin := func(request [32]byte, now time.Time) (*Answered, error) {
			done, _, err := w.BeginAnswer(ctx, "k", request, now)
			return done, err
		}
		if done, err := begin(one, testNow); done != nil || err != nil {
			w.Fatal(done, err)
		}
		if _, err := begin(one, testNow); !errors.Is(err, ErrBusy) {
			w.Errorf("the same request meanwhile: %v", err)
		}
		if _, err := begin(other, testNow); !errors.Is(err, ErrKeyReused) {
			w.Errorf("another request: %v", err)
		}
		w.must(w.EndAnswer(ctx, "k", 1, nil))
		if done, err := begin(one, testNow); done != nil || err != nil {
			w.Fatal("after it came to nothing", done, err)
		}
		w.must(w.EndAnswer(ctx, "k", 1, &Answered{Status: 201, Header: "Location: /x", Body: []byte("{}")}))
		if done, err := begin(one, testNow); err != nil || done == nil || done.Status != 201 || string(done.Body) != "{}" {
			w.Errorf("again: %+v, %v", done, err)
		}
		w.keyTakenOver(one)
		w.must(second(w.Purge(ctx, nil, testNow.AddDate(0, 0, 2))))
		if done, err := begin(other, testNow); done != nil || err != nil {
			w.Errorf("after the purge: %v, %v", done, err)
		}
	})
}

// holds reports whether a value tells anything.
func holds(v any) bool {
	r := reflect.ValueOf(v)
	return v != nil && !r.IsZero() && (r.Kind() != reflect.Slice || r.Len() > 0)
}

// keyTakenOver lets programs die before and after the effect of a request, or
// only be slow.
func (w world) keyTakenOver(request [sha256.Size]byte) {
	w.Helper()
	ctx := w.Context()
	as := func(claim int64) *Store {
		return w.As(Scope{Role: Lead, Actor: "user:1", Everywhere: true, Key: "l", Claim: claim})
	}
	effect := func(claim int64, id string) error {
		return as(claim).Tx(ctx, func(t *Tx) error { return t.Record(Act{Verb: Created, Object: "booking", ID: id}) })
	}
	begin := func(now time.Time) (int64, error) {
		_, claim, err := as(0).BeginAnswer(ctx, "l", request, now)
		return claim, err
	}
	first, err := begin(testNow)
	w.must(err)
	w.must(as(first).BeatAnswer(ctx, "l", first, testNow.Add(4*time.Second)))
	if _, err := begin(testNow.Add(8 * time.Second)); !errors.Is(err, ErrBusy) {
		w.Errorf("taken over from a program that lives: %v", err)
	}
	next, err := begin(testNow.Add(9 * time.Second))
	if err != nil || next == first {
		w.Fatalf("not taken over from a program that died: %d, %v", next, err)
	}
	w.must(effect(next, "3"))
	if err := effect(first, "4"); !errors.Is(err, ErrBusy) {
		w.Errorf("a program that was only slow did it again: %v", err)
	}
	w.must(as(first).EndAnswer(ctx, "l", first, &Answered{Status: 201, Body: []byte("wrong")}))
	if _, err := begin(testNow.Add(time.Hour)); !errors.Is(err, ErrEffected) || !strings.Contains(err.Error(), "booking 3") {
		w.Errorf("done and not answered: %v", err)
	}
	w.must(as(next).EndAnswer(ctx, "l", next, &Answered{Status: 201, Body: []byte("right")}))
	if done, _, err := as(0).BeginAnswer(ctx, "l", request, testNow.Add(time.Hour)); err != nil || done == nil || string(done.Body) != "right" {
		w.Errorf("%+v, %v", done, err)
	}
}
