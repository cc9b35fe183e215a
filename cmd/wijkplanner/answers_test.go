package main

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestE3ACentreCanAsk: Kijk op Kleintjes, any centre can ask for advice at any
// time. Whoever has not signed in is told so, at an address that exists.
func TestE3ACentreCanAsk(t *testing.T) {
	t.Parallel()
	if err := answers(t, http.MethodPost, "/v1/regions/-/bookings"); err != nil {
		t.Error(err)
	}
}

// answers reports whether a route of the running server exists.
func answers(t *testing.T, method, path string) error {
	t.Helper()
	p := &process{ctx: t.Context(), stdout: io.Discard, stderr: io.Discard, log: slog.New(slog.DiscardHandler), now: time.Now}
	s, err := databaseFlag{DB: filepath.Join(t.TempDir(), "planner.db")}.open(p)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Store.Close() })
	handler, err := (&serveCommand{}).handler(p, s)
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader("{}")))
	if w.Code == http.StatusNotFound || w.Code == http.StatusMethodNotAllowed {
		return fmt.Errorf("%s %s answers %d", method, path, w.Code)
	}
	return nil
}
