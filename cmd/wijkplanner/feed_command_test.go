package main

import (
	"bytes"
	"encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// table runs a command that prints CSV and returns its rows by column name.
func table(t *testing.T, args ...string) []map[string]string {
	t.Helper()
	stdout, stderr, code := call(t, args...)
	if code != 0 {
		t.Fatalf("%v: exit %d, %s", args, code, stderr)
	}
	rows, err := csv.NewReader(strings.NewReader(stdout)).ReadAll()
	if err != nil || len(rows) == 0 {
		t.Fatalf("%v: %v\n%s", args, err, stdout)
	}
	var out []map[string]string
	for _, r := range rows[1:] {
		row := map[string]string{}
		for i, name := range rows[0] {
			row[name] = r[i]
		}
		out = append(out, row)
	}
	return out
}

// imported returns the path of a database with the example in it.
func imported(t *testing.T) string {
	t.Helper()
	db := filepath.Join(t.TempDir(), "planner.db")
	if _, stderr, code := call(t, "import", "folder", feedExample, "--db", db); code != 0 {
		t.Fatal(stderr)
	}
	return db
}

func TestFeedCommand(t *testing.T) {
	t.Parallel()
	db := imported(t)
	made := table(t, "feed", "create", "--db", db, "--staff", "coach-1", "--location", "som-001", "--role", "coach", "--team",
		"--level", "no_names", "--lang", "en", "--hide-cancelled", "--public-url", "https://planner.example.nl/")
	var kinds []string
	for _, r := range made {
		kinds = append(kinds, r["kind"]+" "+r["id"])
		if !strings.HasPrefix(r["address"], "https://planner.example.nl/f/pf_feed_"+r["feed"]+"_") || !strings.HasSuffix(r["address"], ".ics") ||
			len(r["address"]) >= 200 || !strings.HasPrefix(r["webcal"], "webcal://planner.example.nl/f/") ||
			!strings.HasPrefix(r["google"], "https://calendar.google.com/") || !strings.Contains(r["page"], "/subscribe/pf_feed_") {
			t.Errorf("%v", r)
		}
	}
	if got := strings.Join(kinds, ", "); got != "staff coach-1, location som-001, role coach, team " {
		t.Errorf("made %s", got)
	}
	secret := strings.Split(made[0]["address"], "_")[3]
	listed := table(t, "feed", "list", "--db", db)
	if len(listed) != 4 || listed[0]["state"] != "active" || listed[0]["level"] != "no_names" || listed[0]["cancelled"] != "hide" || listed[0]["last_used"] != "" ||
		listed[0]["lang"] != "en" || !strings.HasSuffix(listed[0]["name"], " (without names)") {
		t.Errorf("listed %v", listed)
	}
	for _, args := range [][]string{
		{"feed", "switch", listed[0]["feed"], "--cancelled", "show", "--db", db},
		{"feed", "revoke", made[1]["address"], "--db", db}, // the whole address does too
	} {
		if _, stderr, code := call(t, args...); code != 0 || strings.Contains(stderr, secret) {
			t.Errorf("%v: %d %s", args, code, stderr)
		}
	}
	states := map[string]string{}
	for _, r := range table(t, "feed", "list", "--db", db) {
		states[r["feed"]] = r["state"] + " " + r["cancelled"]
	}
	if states[made[0]["feed"]] != "active show" || states[made[1]["feed"]] != "revoked hide" {
		t.Errorf("after: %v", states)
	}
	if left := table(t, "feed", "list", "--active", "--db", db); len(left) != 3 {
		t.Errorf("%d active, want 3", len(left))
	}
}

func TestFeedCommandRefuses(t *testing.T) {
	t.Parallel()
	db := imported(t)
	for want, args := range map[string][]string{
		"whose calendar":                 {"feed", "create"},
		"not found":                      {"feed", "create", "--staff", "nobody"},
		"not found ":                     {"feed", "revoke", "aaaaaaaaaa"},
		"not found  ":                    {"feed", "password", "revoke", "aaaaaaaaaa"},
		"the public address":             {"feed", "create", "--staff", "coach-1", "--public-url", "planner"},
		"must be one of":                 {"feed", "create", "--staff", "coach-1", "--level", "all"},
		"must be one of ":                {"feed", "create", "--staff", "coach-1", "--lang", "fr"},
		"unknown region":                 {"feed", "create", "--region", "zuid", "--all"},
		"whose calendar? give --staff, ": {"feed", "password", "create"},
	} {
		stdout, stderr, code := call(t, append(args, "--db", db)...)
		if code != exitInput || stdout != "" && !strings.Contains(stdout, "kind") || !strings.Contains(stderr, strings.TrimSpace(strings.Replace(want, "unknown region", "not found", 1))) {
			t.Errorf("%v: exit %d, %q, %q; want %q", args, code, stdout, stderr, want)
		}
	}
	empty := filepath.Join(t.TempDir(), "empty.db")
	if _, stderr, code := call(t, "feed", "list", "--db", empty); code != exitInput || !strings.Contains(stderr, "import a folder first") {
		t.Errorf("empty database: %d %s", code, stderr)
	}
}

// TestFeedCreateIsWhole: of several feeds with one that cannot be, none is made,
// and every fault is named.
func TestFeedCreateIsWhole(t *testing.T) {
	t.Parallel()
	db := imported(t)
	for _, what := range [][]string{{"feed", "create"}, {"feed", "password", "create"}} {
		stdout, stderr, code := call(t, append(what, "--db", db, "--staff", "coach-1,nobody", "--location", "som-001,nowhere", "--role", "king")...)
		if code != exitInput || stdout != "" {
			t.Errorf("%v: exit %d, %q", what, code, stdout)
		}
		for _, want := range []string{`staff "nobody": not found`, `location "nowhere": not found`, `role "king": not found`, " is made"} {
			if !strings.Contains(stderr, want) {
				t.Errorf("%v does not say %s: %q", what, want, stderr)
			}
		}
	}
	if made := table(t, "feed", "list", "--db", db); len(made) != 0 {
		t.Errorf("made %v", made)
	}
	if made := table(t, "feed", "password", "list", "--db", db); len(made) != 0 {
		t.Errorf("made %v", made)
	}
}

// TestFeedCreateSaysItIsLocal: nobody mails addresses of his own machine around
// unawares.
func TestFeedCreateSaysItIsLocal(t *testing.T) {
	t.Setenv("WIJKPLANNER_URL", "")
	db := imported(t)
	for _, what := range [][]string{{"feed", "create"}, {"feed", "password", "create"}} {
		args := slices.Concat(what, []string{"--db", db, "--staff", "coach-1"})
		stdout, stderr, code := call(t, args...)
		if code != 0 || !strings.Contains(stdout, "http://localhost:8080/") || !strings.Contains(stderr, "--public-url") {
			t.Errorf("%v: exit %d, %q, %q", what, code, stdout, stderr)
		}
		if _, stderr, code := call(t, append(args, "--public-url", "https://planner.example.nl")...); code != 0 || stderr != "" {
			t.Errorf("%v with an address: exit %d, %q", what, code, stderr)
		}
	}
}

// TestQRCodeInAReader has zbar, a reader that is not ours, read the picture.
func TestQRCodeInAReader(t *testing.T) {
	t.Parallel()
	db := imported(t)
	feed := table(t, "feed", "create", "--db", db, "--staff", "coach-1", "--public-url", "https://planner.gemeente-voorbeeld.nl")[0]
	file := filepath.Join(t.TempDir(), "code.png")
	if _, stderr, code := call(t, "feed", "qr", feed["address"], "--png", file); code != 0 {
		t.Fatal(stderr)
	}
	if got := strings.TrimSpace(string(runClient(t, t.TempDir(), nil, "zbarimg", "--quiet", "--raw", file))); got != feed["page"] {
		t.Errorf("zbar reads %q, want %q", got, feed["page"])
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the picture of a key: %v, %v", info.Mode(), err)
	}
	var out bytes.Buffer
	if err := (&feedQR{Address: "-"}).Run(&process{stdin: strings.NewReader(feed["address"] + "\n"), stdout: &out}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "█") || !strings.Contains(out.String(), "webcal  "+feed["webcal"]) || !strings.Contains(out.String(), feed["google"]) {
		t.Errorf("on the terminal:\n%s", out.String())
	}
	for _, wrong := range []string{"", "https://planner.nl", feed["address"][:len(feed["address"])-6], "https://planner.nl/f/pf_feed_x.ics"} {
		if stdout, stderr, code := call(t, "feed", "qr", "--", wrong); code != exitInput || stdout != "" || strings.Contains(stderr, "pf_feed") {
			t.Errorf("%q: exit %d, %q, %q", wrong, code, stdout, stderr)
		}
	}
}

func TestPasswordCommand(t *testing.T) {
	t.Parallel()
	db := imported(t)
	made := table(t, "feed", "password", "create", "--db", db, "--staff", "coach-1", "--team", "--public-url", "https://planner.nl")[0]
	if made["address"] != "https://planner.nl/dav/" || len(made["user"]) != 10 || !strings.HasPrefix(made["password"], "pf_dav_"+made["user"]+"_") || made["calendars"] != "2" {
		t.Errorf("made %v", made)
	}
	if listed := table(t, "feed", "password", "list", "--db", db); len(listed) != 2 || listed[0]["state"] != "active" || listed[1]["kind"] != "team" {
		t.Errorf("listed %v", listed)
	}
	if _, stderr, code := call(t, "feed", "password", "revoke", made["user"], "--db", db); code != 0 {
		t.Error(stderr)
	}
	if listed := table(t, "feed", "password", "list", "--db", db); listed[0]["state"] != "revoked" {
		t.Errorf("listed %v", listed)
	}
}
