package service

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/internal/litetest"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/outside"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// busyTime is a time that a foreign calendar takes.
type busyTime = calendar.BusyTime

// busyWorld is a region of which Anna has a calendar elsewhere.
type busyWorld struct {
	*mover
	reader  *BusyReader
	address string
	// answer is what the calendar's server does.
	answer atomic.Pointer[http.HandlerFunc]
	id     string
}

// gives makes the server answer with a text.
func (b *busyWorld) gives(text string) {
	handler := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, text) })
	b.answer.Store(&handler)
}

func (b *busyWorld) does(handler http.HandlerFunc) { b.answer.Store(&handler) }

// calendarOf puts events into a calendar.
func calendarOf(events ...string) string {
	var b strings.Builder
	b.WriteString("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Elders//NL\r\n")
	for i, e := range events {
		fmt.Fprintf(&b, "BEGIN:VEVENT\r\nUID:elders-%d\r\n%s\r\nEND:VEVENT\r\n", i, e)
	}
	b.WriteString("END:VCALENDAR\r\n")
	return b.String()
}

const dentist = "DTSTART:20270120T130000Z\r\nDTEND:20270120T140000Z\r\nSUMMARY:Tandarts"

// dentistTime is how the dentist's is listed.
const dentistTime = "0120T1300-0120T1400"

func newBusyWorld(w world) *busyWorld {
	w.Helper()
	b := &busyWorld{mover: newMover(w)}
	b.gives(calendarOf(dentist))
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { (*b.answer.Load())(w, r) }))
	w.Cleanup(server.Close)
	u, err := url.Parse(server.URL)
	w.must(err)
	port, err := strconv.ParseUint(u.Port(), 10, 16)
	w.must(err)
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	fetcher := outside.NewFetcher(outside.GuardConfig{
		Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, Ports: []uint16{uint16(port)},
		TLS: &tls.Config{RootCAs: roots, ServerName: "example.com", MinVersion: tls.VersionTLS12},
	})
	seal, err := NewSeal(NewSealKey())
	w.must(err)
	b.reader = &BusyReader{Service: b.Service, Fetcher: fetcher, Seal: seal}
	b.address = server.URL + "/secret-canary/anna.ics"
	return b
}

// adds makes the calendar one of Anna's and reads it.
func (b *busyWorld) adds() *busyWorld {
	b.Helper()
	var err error
	b.id, err = b.reader.Add(b.Context(), "", "anna", b.address)
	b.must(err)
	b.refreshes()
	return b
}

// refreshes lets an hour and a half go by and reads what is due.
func (b *busyWorld) refreshes() {
	b.Helper()
	_, _, err := b.reader.Refresh(b.Context())
	b.must(err)
}

func (b *busyWorld) later() {
	b.Helper()
	b.wait(90 * time.Minute)
	b.refreshes()
}

// busy lists the busy times of Anna.
func (b *busyWorld) busy() string {
	b.Helper()
	list, err := b.Store.Busy(b.Context(), "", testNow.AddDate(-1, 0, 0), testNow.AddDate(3, 0, 0))
	b.must(err)
	var out []string
	for _, o := range list {
		out = append(out, o.From.UTC().Format("0102T1504")+"-"+o.To.UTC().Format("0102T1504"))
	}
	return strings.Join(out, " ")
}

func (b *busyWorld) source() store.BusySource {
	b.Helper()
	list, err := b.Store.BusySources(b.Context(), "")
	b.must(err)
	if len(list) != 1 {
		b.Fatalf("%d calendars", len(list))
	}
	return list[0]
}

func TestBusyTimesAreReadAndRefreshed(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		b := newBusyWorld(w).adds()
		if got := b.busy(); got != dentistTime {
			w.Fatalf("busy %s", got)
		}
		asked, unchanged := 0, 0
		b.does(func(w http.ResponseWriter, r *http.Request) {
			asked++
			w.Header().Set("ETag", `"v2"`)
			if r.Header.Get("If-None-Match") == `"v2"` {
				unchanged++
				w.WriteHeader(http.StatusNotModified)
				return
			}
			_, _ = io.WriteString(w, calendarOf(dentist, "DTSTART:20270121T130000Z\r\nDURATION:PT30M"))
		})
		b.refreshes()
		if asked != 0 {
			w.Errorf("read before it was due")
		}
		for range 3 {
			b.later()
		}
		if got := b.busy(); got != dentistTime+" 0121T1300-0121T1330" || asked != 3 || unchanged != 2 {
			w.Errorf("busy %s after %d questions, %d unchanged", got, asked, unchanged)
		}
		if s := b.source(); !s.Good.Equal(b.Now()) || !s.Filled || s.Fault != "" {
			w.Errorf("source %+v", s)
		}
		w.must(b.Store.RemoveBusySource(w.Context(), b.id))
		if got := b.busy(); got != "" {
			w.Errorf("after the calendar was removed: %s", got)
		}
		if err := b.Store.RemoveBusySource(w.Context(), b.id); !errors.Is(err, ErrNotFound) {
			w.Errorf("removing twice: %v", err)
		}
	})
}

// TestOwnEventsThatComeBack: an accepted invitation, or our feed in somebody's
// other calendar, is no reason to keep away from itself.
func TestOwnEventsThatComeBack(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		b := newBusyWorld(w)
		b.publishes()
		b.gives("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n" +
			"BEGIN:VEVENT\r\nUID:WINTER@wijkplanner\r\nDTSTART:20270120T083000Z\r\nDTEND:20270120T101500Z\r\nEND:VEVENT\r\n" + // with travel added
			"BEGIN:VEVENT\r\nUID:other-1\r\nDTSTART:20270707T090000Z\r\nDTEND:20270707T100000Z\r\nEND:VEVENT\r\n" + // summer, under another UID
			"BEGIN:VEVENT\r\nUID:other-2\r\n" + dentist + "\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n")
		b.adds()
		if got := b.busy(); got != dentistTime {
			w.Errorf("busy %s, want the dentist's alone", got)
		}
	})
}

// TestNewPromisesKeepClear: the plan is made around busy times, a booking is
// refused there, publishing is refused there, and what was promised before is a
// conflict to repair.
func TestNewPromisesKeepClear(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		b := newBusyWorld(w)
		b.publishes()
		const call = "DTSTART:20270210T124500Z\r\nDTEND:20270210T131500Z" // over the call that is promised
		b.gives(calendarOf(dentist, call))
		b.adds()
		conflicts, err := b.Store.BusyConflicts(w.Context(), "", b.Now())
		if err != nil || len(conflicts) != 1 || conflicts[0].Visit != "call" || conflicts[0].Staff != "anna" {
			w.Errorf("conflicts %+v, %v, want the call", conflicts, err)
		}
		taken := store.Occupancy{Staff: "anna", Kind: store.BookingTime, Ref: "b1"}
		taken.From, taken.To = time.Date(2027, 1, 20, 13, 30, 0, 0, time.UTC), time.Date(2027, 1, 20, 15, 0, 0, 0, time.UTC)
		if err := b.Store.Occupy(w.Context(), taken); !errors.Is(err, ErrConflict) {
			w.Errorf("a booking over the dentist's: %v", err)
		}
		var seen []planner.Absence
		solve := b.Solve
		b.Solve = func(ctx context.Context, states []*planner.State, o planner.Options) ([]*planner.Plan, error) {
			seen = states[0].Absences
			return solve(ctx, states, o)
		}
		b.publishes() // the call stays where it was promised
		want := planner.Absence{Staff: "anna", From: calendar.NewDate(2027, 1, 20), To: calendar.NewDate(2027, 1, 20)}
		want.Part.From, want.Part.To = 14*60, 15*60
		if !slices.Contains(seen, want) || len(seen) != 2 {
			w.Errorf("the plan was made with %+v, want %+v among them", seen, want)
		}
		b.move("summer", 0)
		if i := slices.IndexFunc(b.plan.Visits, func(v planner.Visit) bool { return v.ID == "summer" }); i >= 0 {
			b.plan.Visits[i].Start, b.plan.Visits[i].End = taken.From, taken.To
		}
		proposals, err := b.Propose(w.Context(), planner.Options{Year: 2027})
		w.must(err)
		if err := b.Publish(w.Context(), proposals[0].ID); !errors.Is(err, ErrConflict) {
			w.Errorf("a plan with a new visit over the dentist's: %v", err)
		}
		if state, _, err := b.Store.LoadState(w.Context(), ""); err != nil || len(state.Absences) != 0 {
			w.Errorf("busy times became absences of the region: %+v, %v", state.Absences, err)
		}
	})
}

// TestBusyIsBounded: four at once, each in its own time.
func TestBusyIsBounded(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		b := newBusyWorld(w)
		const sources = 10
		for i := range sources {
			staff := []string{"anna", "bram"}[i%2]
			sealed, err := b.reader.Seal.Close(b.address, fmt.Sprint(i))
			w.must(err)
			w.must(b.Store.AddBusySource(w.Context(), fmt.Sprint(i), "", staff, sealed, b.Now()))
		}
		if err := b.Store.AddBusySource(w.Context(), "x", "", "anna", "", b.Now()); !errors.Is(err, ErrConflict) {
			w.Errorf("a sixth calendar of one person: %v", err)
		}
		var mu sync.Mutex
		now, most := 0, 0
		b.does(func(w http.ResponseWriter, _ *http.Request) {
			mu.Lock()
			now++
			most = max(most, now)
			mu.Unlock()
			time.Sleep(20 * time.Millisecond)
			mu.Lock()
			now--
			mu.Unlock()
			_, _ = io.WriteString(w, calendarOf(dentist))
		})
		read, failed, err := b.reader.Refresh(w.Context())
		if err != nil || read != sources || failed != 0 || most > busyTogether {
			w.Errorf("%d read, %d failed, %d at once, %v", read, failed, most, err)
		}
		due := map[time.Duration]bool{}
		for range 80 {
			b.wait(time.Minute)
			claimed, err := b.Store.ClaimBusy(w.Context(), sources, time.Hour, b.Now())
			w.must(err)
			for range claimed {
				due[b.Now().Sub(testNow)] = true
			}
		}
		if len(due) < 3 {
			w.Errorf("%d calendars are due at %d different minutes", sources, len(due))
		}
	})
}

func TestSeal(t *testing.T) {
	t.Parallel()
	key := NewSealKey()
	seal, err := NewSeal(key)
	if err != nil {
		t.Fatal(err)
	}
	const address = "https://example.nl/secret-canary"
	sealed, err := seal.Close(address, "row")
	if err != nil || strings.Contains(sealed, "canary") {
		t.Fatalf("%q, %v", sealed, err)
	}
	if text, err := seal.Open(sealed, "row"); text != address || err != nil {
		t.Errorf("%q, %v", text, err)
	}
	if again, err := seal.Close(address, "row"); err != nil || again == sealed {
		t.Error("twice the same")
	}
	other, err := NewSeal(NewSealKey())
	if err != nil {
		t.Fatal(err)
	}
	changed := []byte(sealed)
	changed[20] ^= 1
	for name, open := range map[string]func() (string, error){
		"another row":        func() (string, error) { return seal.Open(sealed, "other") },
		"another key":        func() (string, error) { return other.Open(sealed, "row") },
		"changed":            func() (string, error) { return seal.Open(string(changed), "row") },
		"cut":                func() (string, error) { return seal.Open(sealed[:8], "row") },
		"no key":             func() (string, error) { return (*Seal)(nil).Open(sealed, "row") },
		"no key, to close":   func() (string, error) { return (*Seal)(nil).Close(address, "row") },
		"a key of no length": func() (string, error) { _, err := NewSeal("c2hvcnQ="); return "", err },
		"a key that is text": func() (string, error) { _, err := NewSeal("canary of a key"); return "", err },
	} {
		if text, err := open(); err == nil || text != "" || strings.Contains(err.Error(), "canary") {
			t.Errorf("%s: %q, %v", name, text, err)
		}
	}
	if bytes.Contains([]byte(key), []byte(" ")) {
		t.Error("a key of more than one word")
	}
}

// TestBusyNeedsAKey: without one, no address is kept.
func TestBusyNeedsAKey(t *testing.T) {
	t.Parallel()
	w := open(t, litetest.File(t, prepare))
	b := newBusyWorld(w)
	b.reader.Seal = nil
	if _, err := b.reader.Add(t.Context(), "", "anna", b.address); !errors.Is(err, ErrNoKey) {
		t.Errorf("added without a key: %v", err)
	}
	for _, address := range []string{strings.Replace(b.address, "https://", "https://user:canary@", 1), "http://example.nl/canary"} {
		if _, err := b.reader.Add(t.Context(), "", "anna", address); err == nil || strings.Contains(err.Error(), "canary") {
			t.Errorf("%s: %v", address, err)
		}
	}
	if list, err := b.Store.BusySources(t.Context(), ""); err != nil || len(list) != 0 {
		t.Errorf("kept %v, %v", list, err)
	}
}
