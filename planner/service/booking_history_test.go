package service

import (
	"errors"
	"math/rand/v2"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// deskOp is what a client does to the one day of one person, and deskResult what
// came of it. The model is a set of moments that do not overlap, each with the
// booking that has it.
type deskOp struct {
	kind   string // book, hold, confirm, cancel, move, expire
	id     string // of the booking it is about, or that it made
	at, to int    // moments, by number
}

// deskState says which booking has each moment; holds are marked.
type deskState [4]struct {
	id   string
	held bool
}

// deskModel explains a history: a moment is had by one booking at a time, and is
// refused only while another has it.
var deskModel = porcupine.Model{
	Init: func() any { return deskState{} },
	Step: func(state, input, output any) (bool, any) {
		s, op, ok := state.(deskState), input.(deskOp), output.(bool)
		switch op.kind {
		case "book", "hold":
			free := s[op.at].id == ""
			if ok {
				s[op.at].id, s[op.at].held = op.id, op.kind == "hold"
			}
			return free == ok, s
		case "confirm":
			has := s[op.at].id == op.id && s[op.at].held
			if ok {
				s[op.at].held = false
			}
			return has == ok, s
		case "cancel":
			has := s[op.at].id == op.id
			if ok {
				s[op.at] = deskState{}[0]
			}
			return has == ok, s
		case "move":
			can := s[op.at].id == op.id && !s[op.at].held && (s[op.to].id == "" || op.to == op.at)
			if ok {
				s[op.at] = deskState{}[0]
				s[op.to].id = op.id
			}
			return can == ok, s
		case "expire":
			for i := range s {
				if s[i].held {
					s[i] = deskState{}[0]
				}
			}
			return true, s
		}
		return false, s
	},
}

// TestRC4_HistoriesAreExplained lets clients book, hold, confirm, cancel and move
// at random on one person's day, while the clock at times jumps past the end of
// every hold, and has a checker of linearizability explain what each was told.
func TestRC4_HistoriesAreExplained(t *testing.T) {
	t.Parallel()
	histories, clients, each := 10, 4, 8
	if os.Getenv("WIJKPLANNER_LONG") != "" {
		histories, clients, each = 1000, 8, 12
	}
	forEachDatabase(t, func(w world) {
		w.booth(func(r *planner.SlotRule) {
			r.Staff, r.Increment = "noordanna", 60
			for day := range r.Windows {
				r.Windows[day] = []calendar.Span{{From: 9 * 60, To: 13 * 60}}
			}
		})
		bad, operations, expiries := 0, 0, 0
		for h := range histories {
			events := w.deskHistory(h, clients, each)
			operations += len(events)
			for i := range events {
				if events[i].Input.(deskOp).kind == "expire" { //nolint:forcetypeassert // all are
					expiries++
				}
			}
			if !porcupine.CheckOperations(deskModel, events) {
				bad++
				w.Errorf("history %d is not explained: %+v", h, events)
			}
		}
		if expiries == 0 {
			w.Error("no hold ran out")
		}
		w.Logf("%d histories of %d clients, %d operations and %d jumps past the end of all holds, %d not explained",
			histories, clients, operations-expiries, expiries, bad)
	})
}

// deskKinds are what a client does, as often as they are here.
var deskKinds = []string{"book", "book", "hold", "hold", "hold", "confirm", "confirm", "cancel", "move", "expire"}

// deskHistory is what clients did on one day.
func (w world) deskHistory(h, clients, each int) []porcupine.Operation {
	w.Helper()
	day := time.Date(2027, 1, 13+h%3, 8, 0, 0, 0, time.UTC)
	w.at(testNow).clearDay(day)
	began := time.Now()
	var mu sync.Mutex
	var events []porcupine.Operation
	var group sync.WaitGroup
	for c := range clients {
		group.Go(func() {
			rng := rand.New(rand.NewPCG(uint64(h), uint64(c)))
			mine := map[string]int{}
			for range each {
				op := deskOp{at: rng.IntN(4), to: rng.IntN(4), kind: deskKinds[rng.IntN(len(deskKinds))]}
				if op.kind == "confirm" || op.kind == "cancel" || op.kind == "move" {
					for op.id, op.at = range mine {
						break
					}
					if op.id == "" {
						continue
					}
				}
				call := time.Since(began)
				ok, err := w.carriesOut(&op, day)
				back := time.Since(began)
				if err != nil {
					w.Error(err)
					return
				}
				if op.id == "" {
					op.id = "none"
				}
				switch {
				case !ok:
				case op.kind == "cancel":
					delete(mine, op.id)
				case op.kind == "move":
					mine[op.id] = op.to
				case op.kind == "book", op.kind == "hold":
					mine[op.id] = op.at
				}
				mu.Lock()
				events = append(events, porcupine.Operation{ClientId: c, Input: op, Call: int64(call), Output: ok, Return: int64(back)})
				mu.Unlock()
			}
		})
	}
	group.Wait()
	return events
}

// carriesOut carries an operation out: ok says whether it was granted.
func (w world) carriesOut(op *deskOp, day time.Time) (ok bool, err error) {
	s := w.As(contact)
	moment := func(n int) time.Time { return day.Add(time.Duration(n) * time.Hour) }
	var b *Booking
	switch op.kind {
	case "book":
		b, err = s.Book(w.Context(), "noord", consult(moment(op.at)))
	case "hold":
		b, err = s.Hold(w.Context(), "noord", consult(moment(op.at)))
	case "confirm":
		b, err = s.Book(w.Context(), "noord", BookingRequest{Hold: op.id})
	case "expire":
		w.passed.Add(int64(holdTime + time.Minute))
	case "cancel":
		_, err = s.Cancel(w.Context(), "noord", op.id, "not_needed", nil)
	case "move":
		_, err = s.Move(w.Context(), "noord", op.id, moment(op.to), "", nil)
	}
	if b != nil {
		op.id = b.ID
	}
	if errors.Is(err, ErrConflict) {
		return false, nil
	}
	return err == nil, err
}

// clearDay frees a day: holds by their expiry, bookings by cancelling.
func (w world) clearDay(day time.Time) {
	w.Helper()
	all, err := w.Bookings(w.Context(), "noord", BookingFilter{From: day, To: day.Add(12 * time.Hour), States: []BookingState{store.BookingHeld, store.BookingConfirmed}})
	w.must(err)
	for i := range all {
		_, err := w.Cancel(w.Context(), "noord", all[i].ID, "other", nil)
		w.must(err)
	}
}
