package service

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wijkplanner/wijkplanner/internal/mailtest"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// lockedLog is a log that several goroutines may write.
type lockedLog struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *lockedLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lockedLog) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// TestBackground: mail goes by itself, calendars are read by themselves, and it
// stops when it is told to.
func TestBackground(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		b := newBusyWorld(w)
		log := &lockedLog{}
		b.Log = slog.New(slog.NewTextHandler(log, nil))
		server := mailtest.StartSMTP(w.T, nil)
		sealed, err := b.reader.Seal.Close(b.address, "source")
		w.must(err)
		w.must(b.Store.AddBusySource(w.Context(), "source", "", "anna", sealed, b.Now()))
		b.contact(store.LocationFeed, "een", "nest@example.nl", store.Dutch, store.ByInvitation)
		b.publishes()
		ctx, stop := context.WithCancel(w.Context())
		ended := make(chan struct{})
		work := &Background{Service: b.Service, Sender: b.sender(server), Busy: b.reader, Often: 10 * time.Millisecond, Seldom: 10 * time.Millisecond}
		go func() {
			defer close(ended)
			work.Run(ctx)
		}()
		for range 1000 {
			if len(server.Mails()) == 3 && b.busy() == dentistTime {
				break
			}
			time.Sleep(10 * time.Millisecond)
		}
		if n := len(server.Mails()); n != 3 || b.busy() != dentistTime {
			w.Errorf("%d mails went by themselves, want 3; busy %q", n, b.busy())
		}
		stop()
		<-ended
		if text := log.String(); strings.Contains(text, "level=ERROR") {
			w.Errorf("log: %s", text)
		}
	})
}

// TestBackgroundGoesOn: neither an error nor a panic ends it.
func TestBackgroundGoesOn(t *testing.T) {
	t.Parallel()
	log := &lockedLog{}
	b := &Background{Service: &Service{Log: slog.New(slog.NewTextHandler(log, nil))}}
	ctx, stop := context.WithCancel(t.Context())
	times := 0
	b.repeat(ctx, time.Millisecond, "try", func(context.Context) error {
		switch times++; times {
		case 1:
			return errors.New("broken")
		case 2:
			panic("canary")
		case 3:
			return ErrBusy
		case 4:
			stop()
		}
		return nil
	})
	if text := log.String(); times != 4 || !strings.Contains(text, "error=broken") || !strings.Contains(text, "panic=canary") || strings.Count(text, "\n") != 2 {
		t.Errorf("%d times; log %s", times, text)
	}
}
