package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/wijkplanner/wijkplanner/planner/store"
)

// davLine is what the client of testdata/caldav_client.py prints.
type davLine struct {
	Calendar, UID, Start, End, Status string
	Token, Gone, Refused              string
	Changed                           bool
}

// davClient runs python3-caldav against the server.
func (s serving) davClient(t *testing.T, user, password string, args ...string) []davLine {
	t.Helper()
	out := runClient(t, "testdata", nil, append([]string{"/usr/bin/python3", "caldav_client.py", s.url + "/dav/", user, password}, args...)...)
	var lines []davLine
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var l davLine
		if err := decoder.Decode(&l); errors.Is(err, io.EOF) {
			return lines
		} else if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		lines = append(lines, l)
	}
}

// account makes a CalDAV account for a person's calendar and the team's.
func (s serving) account(t *testing.T, staff string) (user, password string) {
	t.Helper()
	user, password, err := s.Store.CreateAccount(t.Context(),
		store.NewFeed{Scope: store.FeedScope{Region: s.region, Kind: store.StaffFeed, ID: staff}, Level: store.FullDetail},
		store.NewFeed{Scope: store.FeedScope{Region: s.region, Kind: store.TeamFeed}, Level: store.BusyOnly})
	if err != nil {
		t.Fatal(err)
	}
	return user, password
}

// TestCalDAVInPython has a client that is not ours find the calendars, list
// them, and take in a change of the plan by sync token.
func TestCalDAVInPython(t *testing.T) {
	t.Parallel()
	_, rows := planVisits(t)
	server := servePlan(t)
	user, password := server.account(t, "coach-1")
	want := server.shows(rows, "staff", "coach-1")
	var got []shown
	tokens, calendars := map[string]string{}, []string{}
	name := ""
	for _, l := range server.davClient(t, user, password) {
		switch {
		case l.Token != "":
			tokens[l.Calendar] = l.Token
			calendars = append(calendars, l.Calendar)
		case len(calendars) == 0:
			name = l.Calendar
			got = append(got, shown{l.UID, l.Start, l.End, l.Status})
		}
	}
	if len(calendars) != 2 || !strings.HasPrefix(name, "Wijkplanner ") {
		t.Fatalf("calendars %v, the first %q", calendars, name)
	}
	compare(t, got, want)
	spring := server.davClient(t, user, password, "20270401", "20270501")
	inSpring := 0
	for _, e := range want {
		if e.End > "2027-04-01T00:00" && e.Start < "2027-05-01T00:00" {
			inSpring++
		}
	}
	if n := slices.IndexFunc(spring, func(l davLine) bool { return l.Token != "" }); n != inSpring || n == 0 {
		t.Errorf("%d events in April, want %d", n, inSpring)
	}

	server.replan(t)
	expected := map[string]bool{}
	for _, e := range server.events(t, "staff", "coach-1") {
		if e.Revision > 1 {
			expected[server.uid(e.Visit)] = true
		}
	}
	// What moved to before the days that a calendar shows is gone from it.
	everything, err := server.Store.FeedChanges(t.Context(), store.FeedScope{Region: server.region, Kind: store.StaffFeed, ID: "coach-1"},
		server.Now(), server.Now(), 1)
	if err != nil {
		t.Fatal(err)
	}
	left := len(everything) - len(expected)
	seen := map[string]bool{}
	refused, gone := 0, 0
	for _, l := range server.davClient(t, user, password, "sync", name, tokens[name]) {
		switch {
		case l.Changed:
			t.Errorf("it could change the calendar: %+v", l)
		case l.Gone != "":
			gone++
		case l.Refused != "":
			refused++
		default:
			seen[l.UID] = true
		}
	}
	if len(expected) == 0 || len(seen) != len(expected) || gone != left || refused != 2 {
		t.Errorf("%d changes, %d gone and %d refusals, want %d, %d and 2", len(seen), gone, refused, len(expected), left)
	}
	for uid := range expected {
		if !seen[uid] {
			t.Errorf("the change of %s was not told", uid)
		}
	}
}

const vdirsyncerDAV = `[general]
status_path = "$DIR/status/"
[pair roster]
a = "local"
b = "server"
collections = ["from b"]
conflict_resolution = "b wins"
[storage server]
type = "caldav"
url = "$ADDRESS"
username = "$USER"
password = "$PASSWORD"
read_only = true
[storage local]
type = "filesystem"
path = "$DIR/events/"
fileext = ".ics"
`

// TestCalDAVInVdirsyncer keeps a folder equal to the server over a change of
// the plan.
func TestCalDAVInVdirsyncer(t *testing.T) {
	t.Parallel()
	server := servePlan(t)
	user, password := server.account(t, "coach-1")
	dir := t.TempDir()
	text := strings.NewReplacer("$DIR", dir, "$ADDRESS", server.url+"/dav/", "$USER", user, "$PASSWORD", password).Replace(vdirsyncerDAV)
	if err := os.WriteFile(filepath.Join(dir, "vdirsyncer.conf"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for n := 1; n <= 2; n++ {
		// vdirsyncer asks before it makes a folder, so they are there.
		if err := os.MkdirAll(filepath.Join(dir, "events", fmt.Sprint(n)), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "status"), 0o700); err != nil {
		t.Fatal(err)
	}
	home := []string{"HOME=" + dir, "LC_ALL=C.UTF-8"}
	runClient(t, dir, home, "vdirsyncer", "-c", "vdirsyncer.conf", "discover", "roster")
	check := func(when string) (all string) {
		t.Helper()
		runClient(t, dir, home, "vdirsyncer", "-c", "vdirsyncer.conf", "sync", "roster")
		files, err := filepath.Glob(filepath.Join(dir, "events", "1", "*.ics"))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			body, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			all += string(body)
		}
		want := server.events(t, "staff", "coach-1")
		if len(files) != len(want) {
			t.Errorf("%s: %d events, want %d", when, len(files), len(want))
		}
		for _, e := range want {
			if !strings.Contains(all, "UID:"+server.uid(e.Visit)+"\r\n") && !strings.Contains(all, "UID:"+server.uid(e.Visit)+"\n") {
				t.Errorf("%s: %s is not there", when, e.Visit)
			}
		}
		return all
	}
	if first := check("at first"); strings.Contains(first, "STATUS:CANCELLED") {
		t.Error("something is cancelled at first")
	}
	server.replan(t)
	if second := check("after a change of the plan"); !strings.Contains(second, "STATUS:CANCELLED") {
		t.Error("nothing is cancelled after a change of the plan")
	}
}
