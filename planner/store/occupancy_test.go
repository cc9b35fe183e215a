package store

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"
)

// slot returns time of anna, in minutes after nine.
func slot(kind OccupancyKind, from, to int) Occupancy {
	nine := at("2027-02-01T09:00:00Z")
	o := Occupancy{
		Region: "noord", Staff: "anna", Kind: kind,
		From: nine.Add(time.Duration(from) * time.Minute), To: nine.Add(time.Duration(to) * time.Minute),
	}
	if kind == HoldTime {
		o.Expires = testNow.Add(5 * time.Minute)
	}
	return o
}

// raw writes rows past every check of the program: what refuses is the
// database.
func (w world) raw(rows ...Occupancy) error {
	for i := range rows {
		var p personRow
		w.must(w.db.Where("region = ? AND staff = ?", rows[i].Region, rows[i].Staff).Take(&p).Error)
		r := occupancyRowOf(p.Person, &rows[i])
		if err := w.db.Create(&r).Error; err != nil {
			return err
		}
	}
	return nil
}

func TestDatabaseRefusesOverlap(t *testing.T) {
	t.Parallel()
	somebodyElse := slot(VisitTime, 30, 90)
	somebodyElse.Staff = "bram"
	tests := map[string]struct {
		second Occupancy
		want   error
	}{
		"the same":      {slot(VisitTime, 0, 60), ErrConflict},
		"one minute":    {slot(BookingTime, 59, 90), ErrConflict},
		"inside":        {slot(MeetingTime, 10, 20), ErrConflict},
		"around":        {slot(HoldTime, -10, 70), ErrConflict},
		"before":        {slot(VisitTime, -60, 0), nil},
		"after":         {slot(VisitTime, 60, 90), nil},
		"absence":       {slot(AbsenceTime, 0, 60), nil},
		"busy":          {slot(BusyTime, 0, 60), nil},
		"somebody else": {somebodyElse, nil},
	}
	forEachDatabase(t, func(w world) {
		for name, c := range tests {
			w.Run(name, func(t *testing.T) {
				w.imports(town("noord"))
				w.must(w.db.Where("true").Delete(&occupancyRow{}).Error)
				// Neighbours on both sides, so that the last one that starts
				// before the new end is not always the one in the way.
				w.must(w.raw(slot(VisitTime, -300, -240), slot(VisitTime, 0, 60), slot(VisitTime, 240, 300)))
				if err := w.raw(c.second); !errors.Is(err, c.want) {
					t.Errorf("%v, want %v", err, c.want)
				}
			})
		}
	})
}

func TestDatabaseRefusesOverlapByUpdate(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.imports(town("noord"))
		w.must(w.raw(slot(VisitTime, 0, 60), slot(VisitTime, 60, 120), slot(BusyTime, 30, 90)))
		for name, change := range map[string]map[string]any{
			"moved":    {"starts_at": At(slot(VisitTime, 59, 0).From)},
			"promised": {"blocking": true, "kind": VisitTime},
		} {
			kind := VisitTime
			if name == "promised" {
				kind = BusyTime
			}
			err := w.db.Model(&occupancyRow{}).Where("kind = ? AND starts_at > ?", kind, At(slot(VisitTime, 0, 0).From)).
				Updates(change).Error
			if !errors.Is(err, ErrConflict) {
				w.Errorf("%s: %v, want ErrConflict", name, err)
			}
		}
		err := w.db.Model(&occupancyRow{}).Where("starts_at = ?", At(slot(VisitTime, 60, 0).From)).
			Update("ends_at", At(slot(VisitTime, 0, 110).To)).Error
		w.must(err) // a row is not in its own way
	})
}

func TestDatabaseRefusesNonsense(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.imports(town("noord"))
		eternal, lasting := slot(HoldTime, 0, 60), slot(VisitTime, 0, 60)
		eternal.Expires, lasting.Expires = time.Time{}, testNow
		for name, o := range map[string]Occupancy{
			"no time":               slot(VisitTime, 0, 0),
			"backwards":             slot(VisitTime, 60, 0),
			"unknown kind":          slot("party", 0, 60),
			"a hold without an end": eternal,
			"a visit that runs out": lasting,
		} {
			if err := w.raw(o); err == nil {
				w.Errorf("%s was taken", name)
			}
		}
	})
}

func TestOccupyChecksWhatIsThere(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.imports(town("noord"))
		w.must(w.Occupy(w.Context(), slot(BusyTime, 0, 60), slot(AbsenceTime, 120, 180), slot(VisitTime, 240, 300)))
		for name, c := range map[string]struct {
			o    Occupancy
			want error
		}{
			"busy":         {slot(BookingTime, 30, 90), ErrConflict},
			"absent":       {slot(BookingTime, 100, 130), ErrConflict},
			"visiting":     {slot(BookingTime, 299, 310), ErrConflict},
			"free":         {slot(BookingTime, 60, 120), nil},
			"ill, visited": {slot(AbsenceTime, 240, 300), nil},
		} {
			if err := w.Occupy(w.Context(), c.o); !errors.Is(err, c.want) {
				w.Errorf("%s: %v, want %v", name, err, c.want)
			}
		}
		unknown := slot(BookingTime, 600, 660)
		unknown.Staff = "zoe"
		if err := w.Occupy(w.Context(), unknown); !errors.Is(err, ErrNotFound) {
			w.Errorf("unknown person: %v, want ErrNotFound", err)
		}
	})
}

func TestOccupyIsAllOrNothing(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.imports(town("noord"))
		if err := w.Occupy(w.Context(), slot(BookingTime, 0, 60), slot(BookingTime, 30, 90)); !errors.Is(err, ErrConflict) {
			w.Errorf("two at once: %v, want ErrConflict", err)
		}
		w.must(w.Occupy(w.Context(), slot(BookingTime, 0, 90)))
	})
}

func TestExpiredHoldsMakeRoom(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.imports(town("noord"))
		hold, old := slot(HoldTime, 0, 60), slot(HoldTime, 60, 120)
		old.Expires = testNow
		w.must(w.raw(hold, old))
		if err := w.Occupy(w.Context(), slot(BookingTime, 0, 60)); !errors.Is(err, ErrConflict) {
			w.Errorf("held: %v, want ErrConflict", err)
		}
		w.must(w.Occupy(w.Context(), slot(BookingTime, 60, 120)))
	})
}

func TestRelease(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.imports(town("noord"))
		booking, other := slot(BookingTime, 0, 60), slot(BookingTime, 60, 120)
		booking.Ref, other.Ref = "b1", "b2"
		w.must(w.Occupy(w.Context(), booking, other))
		w.must(w.Release(w.Context(), "noord", BookingTime, "b1"))
		got, err := w.Occupied(w.Context(), "noord", booking.From, other.To)
		w.must(err)
		diff(w.T, got, []Occupancy{other})
	})
}

// TestRushOnOneSlot is R-C1 (iii) in small: 64 callers, overlapping starts.
func TestRushOnOneSlot(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		const callers, rounds = 64, 3
		w.imports(town("noord"))
		for round := range rounds {
			errs := make([]error, callers)
			var wg sync.WaitGroup
			for i := range callers {
				wg.Go(func() {
					// Every slot holds minute 45, so only one can win.
					start := 1000*round + i%4*10
					errs[i] = w.Occupy(w.Context(), slot(BookingTime, start, start+60))
				})
			}
			wg.Wait()
			won := 0
			for _, err := range errs {
				switch {
				case err == nil:
					won++
				case !errors.Is(err, ErrConflict):
					w.Errorf("round %d: %v, want ErrConflict", round, err)
				}
			}
			if won != 1 {
				w.Errorf("round %d: %d winners, want 1", round, won)
			}
		}
		w.noDeadlocks()
	})
}

// noDeadlocks asks the server itself.
func (w world) noDeadlocks() {
	w.Helper()
	if w.writer != nil {
		return
	}
	var n int64
	w.must(w.db.Raw("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()").Scan(&n).Error)
	if n > 0 {
		w.Errorf("%d deadlocks", n)
	}
}

// TestRushOfPairs books two people at once, named in either order, among four.
func TestRushOfPairs(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		const callers = 48
		w.imports(town("noord"))
		staff := []string{"anna", "bram", "carla"}
		var wg sync.WaitGroup
		for i := range callers {
			rng := rand.New(rand.NewPCG(1, uint64(i)))
			wg.Go(func() {
				start := 30 * rng.IntN(8)
				one, two := slot(BookingTime, start, start+60), slot(BookingTime, start, start+60)
				order := rng.Perm(len(staff))
				one.Staff, two.Staff = staff[order[0]], staff[order[1]]
				one.Ref = fmt.Sprint(i)
				two.Ref = one.Ref
				if err := w.Occupy(w.Context(), one, two); err != nil && !errors.Is(err, ErrConflict) {
					w.Error(err)
				}
			})
		}
		wg.Wait()
		got, err := w.Occupied(w.Context(), "noord", slot(BusyTime, 0, 0).From, slot(BusyTime, 0, 600).To)
		w.must(err)
		pairs := map[string]int{}
		last := map[string]time.Time{}
		for _, o := range got {
			pairs[o.Ref]++
			if o.From.Before(last[o.Staff]) {
				w.Errorf("%s is taken twice at %v", o.Staff, o.From)
			}
			last[o.Staff] = o.To
		}
		for ref, n := range pairs {
			if n != 2 {
				w.Errorf("booking %s has %d people, want both or none", ref, n)
			}
		}
		w.noDeadlocks()
	})
}

// TestPublishBesideBookings is R-C7 in small: no half plan, no overlap.
func TestPublishBesideBookings(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.imports(town("noord"))
		a := plan("noord", visit("v1", "een", "anna", "2027-02-01T09:00:00Z"), visit("v2", "twee", "bram", "2027-02-01T09:00:00Z"))
		id := w.saves(a)
		var wg sync.WaitGroup
		var booked, published error
		wg.Go(func() { published = w.PublishPlan(w.Context(), id, testNow) })
		wg.Go(func() { booked = w.Occupy(w.Context(), slot(BookingTime, 0, 60)) })
		wg.Wait()
		if (booked == nil) == (published == nil) {
			w.Errorf("booking: %v, publication: %v; want one of the two", booked, published)
		}
		got, err := w.Occupied(w.Context(), "noord", at("2027-02-01T00:00:00Z"), at("2027-02-02T00:00:00Z"))
		w.must(err)
		if want := map[bool]int{true: 1, false: 2}[booked == nil]; len(got) != want {
			w.Errorf("%v: want %d rows", got, want)
		}
	})
}
