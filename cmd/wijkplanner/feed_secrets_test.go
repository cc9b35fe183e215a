package main

import (
	"bytes"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wijkplanner/wijkplanner/planner/files"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// safeBuffer is a buffer that requests may write to at once.
type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// TestLogsHoldNoToken asks the server as people start it for everything that a
// token is part of, in the right way and in wrong ones, with the database there
// and away, and looks for the secrets in all that it wrote.
func TestLogsHoldNoToken(t *testing.T) {
	t.Parallel()
	log := &safeBuffer{}
	p := &process{ctx: t.Context(), stdout: log, stderr: log, log: slog.New(slog.NewJSONHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})), now: time.Now}
	s, err := databaseFlag{DB: filepath.Join(t.TempDir(), "planner.db")}.open(p)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Store.Close() })
	states, err := files.ReadFolder(feedExample)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Import(p.ctx, states); err != nil {
		t.Fatal(err)
	}
	scope := store.NewFeed{Scope: store.FeedScope{Region: states[0].Region, Kind: store.StaffFeed, ID: "coach-1"}, Level: store.FullDetail}
	_, token, err := s.Store.CreateFeed(p.ctx, scope)
	if err != nil {
		t.Fatal(err)
	}
	user, password, err := s.Store.CreateAccount(p.ctx, scope)
	if err != nil {
		t.Fatal(err)
	}
	handler, err := (&serveCommand{PublicURL: "http://localhost"}).handler(p, s)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(handler)
	server.Config.ErrorLog = slog.NewLogLogger(p.log.Handler(), slog.LevelError)
	server.Start()
	t.Cleanup(server.Close)
	asked := 0
	ask := func() {
		for _, path := range []string{
			"/f/" + token + ".ics", "/f/" + token, "/f/" + token + ".ics/", "/F/" + token + ".ics", "/subscribe/" + token, "/subscribe/" + token + "?lang=en",
			"/" + token, "/?" + token, "/?region=" + token, "/dav/" + token + "/", "/dav/" + user + "/calendars/" + token + "/", "/f/" + token + "%0a.ics", "//f/" + token + ".ics",
		} {
			for _, method := range []string{"GET", "HEAD", "POST", "PROPFIND", "REPORT", "PUT"} {
				r, err := http.NewRequestWithContext(t.Context(), method, server.URL+path, strings.NewReader(token))
				if err != nil {
					t.Fatal(err)
				}
				r.SetBasicAuth(user, password)
				r.Header.Set("Referer", server.URL+"/subscribe/"+token)
				r.Header.Set("User-Agent", "probe "+token)
				answer, err := http.DefaultTransport.RoundTrip(r)
				if err != nil {
					t.Fatal(err)
				}
				_, _ = io.Copy(io.Discard, answer.Body)
				_ = answer.Body.Close()
				asked++
			}
		}
	}
	ask()
	if err := s.Store.Close(); err != nil {
		t.Fatal(err)
	}
	ask()
	s.Close(t.Context())
	text := log.String()
	for _, secret := range []string{token, strings.Split(token, "_")[3], password, strings.Split(password, "_")[3]} {
		if strings.Contains(text, secret) {
			t.Errorf("a secret is in the log:\n%.2000s", text[max(0, strings.Index(text, secret)-300):])
		}
	}
	if lines := strings.Count(text, `"msg":"request"`); lines != asked || asked < 100 {
		t.Errorf("%d lines about %d requests", lines, asked)
	}
	t.Logf("%d requests, 0 secrets in %d bytes of log", asked, len(text))
}

// TestRF1_HostileFeedInReaders has readers that are not ours list a feed whose
// every place tries to break out of its line.
func TestRF1_HostileFeedInReaders(t *testing.T) {
	t.Parallel()
	states, err := files.ReadFolder(feedExample)
	if err != nil {
		t.Fatal(err)
	}
	// Line ends and control characters never get this far: a plan with them is
	// refused. What is left must be escaped.
	name := `De "Ring"; a,b:\n END:VEVENT\r\nBEGIN:VEVENT\nUID:forged ^n^' ; ; , , \\ \` + strings.Repeat("日本é", 60)
	for i := range states[0].Locations {
		states[0].Locations[i].Name, states[0].Locations[i].Address = name, name
	}
	server := serveStates(t, states)
	want := []shown{}
	for _, e := range server.events(t, "staff", "coach-1") {
		want = append(want, shown{server.uid(e.Visit), local(t, e.Start, time.RFC3339), local(t, e.End, time.RFC3339), "CONFIRMED"})
	}
	ordered(want)
	path := filepath.Join(t.TempDir(), "feed.ics")
	if err := os.WriteFile(path, download(t, server.subscribe(t, "staff", "coach-1")), 0o600); err != nil {
		t.Fatal(err)
	}
	for reader, command := range readers(t) {
		t.Run(reader, func(t *testing.T) {
			t.Parallel()
			compare(t, readFeed(t, command, path), want)
		})
	}
}

// TestDemoShowsNoKeyToALog: what serve prints goes into a journal more often than
// not, where an address would open a calendar to everybody who reads it.
func TestDemoShowsNoKeyToALog(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	p := &process{ctx: t.Context(), stdout: &out, stderr: io.Discard, log: slog.New(slog.DiscardHandler), now: time.Now}
	s, err := databaseFlag{DB: imported(t)}.open(p)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Store.Close() })
	states, err := files.ReadFolder(feedExample)
	if err != nil {
		t.Fatal(err)
	}
	if err := (&serveCommand{}).showFeed(p, s, states[0]); err != nil {
		t.Fatal(err)
	}
	feeds, err := s.Store.Feeds(t.Context(), states[0].Region)
	if err != nil || len(feeds) != 0 || strings.Contains(out.String(), "pf_feed_") || !strings.Contains(out.String(), "feed create --all") {
		t.Errorf("%d feeds, %v, %q", len(feeds), err, out.String())
	}
}
