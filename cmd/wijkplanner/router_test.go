package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// roads is a router on which every journey takes twelve minutes.
func roads(t *testing.T) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, asked, _ := strings.Cut(r.URL.RawQuery, "sources=")
		sources, destinations, _ := strings.Cut(asked, "&")
		n, m := strings.Count(sources, ";")+1, strings.Count(destinations, ";")+1
		rows := make([][]int, n)
		for i := range rows {
			rows[i] = make([]int, m)
			for j := range rows[i] {
				rows[i][j] = 720
			}
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"code": "Ok", "durations": rows})
	}))
	t.Cleanup(server.Close)
	return server
}

// TestPlanWithARouter: the measured times are in the plan, and prove it; with a
// time changed, the plan proves no more.
func TestPlanWithARouter(t *testing.T) {
	t.Parallel()
	out := filepath.Join(t.TempDir(), "out")
	_, stderr, code := call(t, "plan", example, "--out", out, "--iterations", "300", "--year", "2027", "--router", "car="+roads(t).URL)
	if code != 0 || stderr != "" {
		t.Fatalf("plan: exit %d, %q", code, stderr)
	}
	name := filepath.Join(out, "travel.json")
	text, err := os.ReadFile(name)
	if err != nil || !strings.Contains(string(text), "720") {
		t.Fatalf("%v: the measured times are not in the plan", err)
	}
	if stdout, _, code := call(t, "verify", example, out); code != 0 {
		t.Errorf("verify: %s", stdout)
	}
	again := filepath.Join(t.TempDir(), "again")
	if _, stderr, code := call(t, "replan", example, "--from", out, "--today", "2027-03-01", "--iterations", "100", "--out", again); code != 0 {
		t.Fatalf("replan: exit %d, %q", code, stderr)
	}
	if kept, err := os.ReadFile(filepath.Join(again, "travel.json")); err != nil || !bytes.Equal(kept, text) {
		t.Errorf("%v: the plan made again does not keep the measured times", err)
	}
	if stdout, _, code := call(t, "verify", example, again); code != 0 {
		t.Errorf("verify of the plan made again: %s", stdout)
	}
	longer := func() string { // what a location costs, by the times in travel.json
		stdout, stderr, code := call(t, "recommend", example, "--plan", out, "--location", "gm-001", "--role", "externe_coach")
		if code != 0 {
			t.Fatalf("recommend: exit %d, %q", code, stderr)
		}
		return stdout
	}
	before := longer()
	if err := os.WriteFile(name, []byte(strings.ReplaceAll(string(text), "720", "1720")), 0o600); err != nil {
		t.Fatal(err)
	}
	if stdout, _, code := call(t, "verify", example, out); code != exitFault || !strings.Contains(stdout, "travel") {
		t.Errorf("verify with other times: exit %d, %s", code, stdout)
	}
	if longer() == before {
		t.Error("recommend says the same with other times")
	}
	if err := os.WriteFile(name, []byte(`{"source":"osrm","modes":{"car":{"points":[[1,2],[3,4]],"seconds":[[0]]}}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, stderr, code := call(t, "recommend", example, "--plan", out, "--location", "gm-001", "--role", "externe_coach"); code != exitInput || !strings.Contains(stderr, "travel.json: the table of car") {
		t.Errorf("half a table: exit %d, %q", code, stderr)
	}
}

func TestPlanWithoutTheRouterThatWasNamed(t *testing.T) {
	t.Parallel()
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	out := filepath.Join(t.TempDir(), "out")
	_, stderr, code := call(t, "plan", example, "--out", out, "--iterations", "100", "--year", "2027", "--router", "car="+gone.URL)
	if code != 0 || !strings.Contains(stderr, "router_unreachable") {
		t.Fatalf("exit %d, %q: want a plan, and a word about the router", code, stderr)
	}
	if report, err := os.ReadFile(filepath.Join(out, "report.html")); err != nil || !strings.Contains(string(report), "Reistijden zijn geschat: de routeplanner antwoordde niet.") {
		t.Errorf("%v: the report does not say that travel is estimated", err)
	}
	text, err := os.ReadFile(filepath.Join(out, "travel.json"))
	if err != nil || !strings.Contains(string(text), `"source":"estimate","why":"router_unreachable"`) {
		t.Errorf("travel.json: %s, %v", text, err)
	}
	if stdout, _, code := call(t, "verify", example, out); code != 0 {
		t.Errorf("verify: %s", stdout)
	}
	for _, bad := range []string{"car=nowhere", "horse=http://localhost"} {
		if _, stderr, code := call(t, "plan", example, "--out", out, "--router", bad); code != exitInput || !strings.Contains(stderr, "--router") {
			t.Errorf("%s: exit %d, %q", bad, code, stderr)
		}
	}
}
