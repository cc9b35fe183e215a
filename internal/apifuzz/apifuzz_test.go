package apifuzz

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/wijkplanner/wijkplanner/internal/pgtest"
)

func TestMain(m *testing.M) {
	code := m.Run()
	pgtest.Stop()
	os.Exit(code)
}

// notChecked are checks of schemathesis that are left out: whether a cursor, an
// id or a moment is a good one no description says, so not all that fits it is
// accepted.
const notChecked = "positive_data_acceptance"

// notAsked are operations that take an archive, which schemathesis cannot write;
// the fuzzer of api/v1 asks those too.
const notAsked = "/imports"

// server is the program behind a proxy that counts.
type server struct {
	*testing.T
	binary, db, address  string
	requests, serverSide atomic.Int64
	statuses             [600]atomic.Int64
}

// TestRS1_Schemathesis has schemathesis send requests as each role until there
// were SCHEMATHESIS_REQUESTS of them (100,000 in `make torture`), half to each
// database. SCHEMATHESIS is the tool.
func TestRS1_Schemathesis(t *testing.T) {
	tool := os.Getenv("SCHEMATHESIS")
	if tool == "" {
		t.Log("not run: set SCHEMATHESIS to the tool, or run make schemathesis, as make torture does")
		return
	}
	total, err := strconv.Atoi(os.Getenv("SCHEMATHESIS_REQUESTS"))
	if err != nil || total < 2 {
		t.Fatal("SCHEMATHESIS_REQUESTS: want how many requests")
	}
	binary := filepath.Join(t.TempDir(), "wijkplanner")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", binary, "../../cmd/wijkplanner").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	t.Run("sqlite", func(t *testing.T) { ask(t, tool, binary, filepath.Join(t.TempDir(), "test.db"), total/2) })
	t.Run("postgres", func(t *testing.T) { ask(t, tool, binary, pgtest.Database(t, nil), total/2) })
}

func ask(t *testing.T, tool, binary, db string, total int) {
	t.Helper()
	s := &server{T: t, binary: binary, db: db}
	address := s.start()
	tokens := s.tokens()
	for round := 0; int(s.requests.Load()) < total; round++ {
		role := []string{"lead", "administrator", "staff", "auditor"}[round%4]
		s.round(tool, address, role, tokens[role], round)
		if t.Failed() {
			break
		}
	}
	var seen []string
	for status := range s.statuses {
		if n := s.statuses[status].Load(); n > 0 {
			seen = append(seen, fmt.Sprintf("%d: %d", status, n))
		}
	}
	t.Logf("R-S1: %d requests of schemathesis, %d server faults (%s)", s.requests.Load(), s.serverSide.Load(), strings.Join(seen, ", "))
	if s.serverSide.Load() > 0 {
		t.Error("want no server faults")
	}
}

// round is one run of schemathesis.
func (s *server) round(tool, address, role, token string, seed int) {
	s.Helper()
	ctx, stop := context.WithTimeout(s.Context(), 40*time.Minute)
	defer stop()
	run := exec.CommandContext(ctx, tool, "run", address+"/v1/openapi.json", "-H", "Authorization: Bearer "+token,
		"--mode", "all", "--max-examples", "10", "--phases", "coverage,fuzzing,stateful", "--max-time", "240", "--exclude-checks", notChecked,
		"--exclude-path-regex", notAsked, "--continue-on-failure", "--no-shrink", "--request-timeout", "30", "--seed", strconv.Itoa(seed+1),
		"--output-truncate", "true", "--warnings", "off")
	run.Dir = s.TempDir()
	out, err := run.CombinedOutput()
	if err == nil {
		return
	}
	_, failures, found := bytes.Cut(out, []byte("FAILURES ="))
	if !found {
		failures = out
	}
	s.Errorf("schemathesis as %s: %v\n%s", role, err, failures[:min(len(failures), 20_000)])
}

// start starts the program and the proxy before it, and returns the proxy's
// address.
func (s *server) start() string {
	s.Helper()
	l, err := new(net.ListenConfig).Listen(s.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		s.Fatal(err)
	}
	s.address = l.Addr().String()
	_ = l.Close()
	var log bytes.Buffer
	command := exec.CommandContext(context.WithoutCancel(s.Context()), s.binary, "serve", "--addr", s.address, "--db", s.db, "--demo", "../../examples/geldrop-mierlo",
		"--caller-limit", "100000000", "--unknown-limit", "100000000")
	key, err := exec.CommandContext(s.Context(), s.binary, "busy", "key").Output()
	if err != nil {
		s.Fatal(err)
	}
	command.Env = append(os.Environ(), "WIJKPLANNER_SECRET_KEY="+strings.TrimSpace(string(key))) // webhooks have secrets
	command.Stdout, command.Stderr = &log, &log
	if err := command.Start(); err != nil {
		s.Fatal(err)
	}
	s.Cleanup(func() {
		_ = command.Process.Signal(syscall.SIGTERM)
		_ = command.Wait()
		if panics := strings.Count(log.String(), "panic"); panics > 0 {
			s.Errorf("%d panics", panics)
		}
	})
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(100 * time.Millisecond) {
		r, err := http.NewRequestWithContext(s.Context(), http.MethodGet, "http://"+s.address+"/healthz", nil)
		if err != nil {
			s.Fatal(err)
		}
		if a, err := http.DefaultClient.Do(r); err == nil {
			_ = a.Body.Close()
			break
		}
		if time.Now().After(end) {
			s.Fatal("the server does not listen")
		}
	}
	proxy := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: s.address})
	proxy.FlushInterval = -1 // streams
	proxy.ModifyResponse = func(a *http.Response) error {
		s.requests.Add(1)
		s.statuses[min(a.StatusCode, 599)].Add(1)
		if a.StatusCode >= 500 && a.StatusCode != http.StatusServiceUnavailable {
			s.serverSide.Add(1)
		}
		return nil
	}
	front := httptest.NewServer(proxy)
	s.Cleanup(front.Close)
	return front.URL
}

var tokenForm = regexp.MustCompile(`pf_api_[a-z2-7_]+`)

// tokens makes an account of each role and a token for it.
func (s *server) tokens() map[string]string {
	s.Helper()
	tokens := map[string]string{}
	command := func(args ...string) string {
		out, err := exec.CommandContext(s.Context(), s.binary, append(args, "--db", s.db)...).CombinedOutput()
		if err != nil {
			s.Fatalf("%v: %v: %s", args, err, out)
		}
		return string(out)
	}
	// The demo made an account that is administrator and lead: roles 1 and 2.
	for i, role := range []string{"administrator", "lead", "staff", "auditor"} {
		switch role {
		case "staff":
			command("user", "add", "--name", role, "--role", role, "--region", "", "--staff", "coach-1")
		case "auditor":
			command("user", "add", "--name", role, "--role", role)
		}
		token := tokenForm.FindString(command("token", "create", strconv.Itoa(i+1), "--name", "schemathesis"))
		if token == "" {
			s.Fatalf("no token for %s", role)
		}
		tokens[role] = token
	}
	return tokens
}
