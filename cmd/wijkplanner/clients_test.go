package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// shown is an event as a calendar program lists it, its times in Amsterdam in
// the form of visits.csv.
type shown struct{ UID, Start, End, Status string }

// clients is where the programs that list a feed are: those of package calendar.
var clients = filepath.Join("..", "..", "calendar", "testdata", "clients")

// readers returns iCalendar readers that are not ours, by the command that lists
// a feed; FEED stands for its file.
func readers(t *testing.T) map[string][]string {
	t.Helper()
	libical := filepath.Join(t.TempDir(), "read_feed")
	runClient(t, clients, nil, "cc", "-O1", "-o", libical, "read_feed.c", "-lical")
	return map[string][]string{
		"python3-icalendar": {"/usr/bin/python3", "read_feed.py", "FEED", "2026-01-01", "2029-01-01"},
		"ical.js":           {"node", "read_feed.mjs", "ical.js", "FEED"},
		"node-ical":         {"node", "read_feed.mjs", "node-ical", "FEED"},
		"libical":           {libical, "FEED"},
	}
}

// readFeed returns what a reader finds in a feed's file.
func readFeed(t *testing.T, command []string, path string) []shown {
	t.Helper()
	args := strings.Split(strings.ReplaceAll(strings.Join(command, "\n"), "FEED", path), "\n")
	out := runClient(t, clients, nil, args...)
	var events []shown
	for lines := json.NewDecoder(bytes.NewReader(out)); ; {
		var e shown
		if err := lines.Decode(&e); errors.Is(err, io.EOF) {
			return events
		} else if err != nil {
			t.Fatalf("%v: %v\n%s", args, err, out)
		}
		events = append(events, e)
	}
}

// onScreen is an event as khal shows it, its times as on the clock on the wall.
// There is no UID: vdirsyncer gives the events of a feed ids of its own.
type onScreen struct{ Title, Start, End string }

// syncFeed subscribes to a feed with vdirsyncer and returns what khal then
// shows of the days from one to another.
func syncFeed(t *testing.T, address, from, to string) []onScreen {
	t.Helper()
	dir := t.TempDir()
	for name, content := range map[string]string{"vdirsyncer.conf": vdirsyncerConfig, "khal.conf": khalConfig} {
		content = strings.NewReplacer("$DIR", dir, "$ADDRESS", address).Replace(content)
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"events", "status"} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	home := []string{"HOME=" + dir, "XDG_DATA_HOME=" + dir, "XDG_CONFIG_HOME=" + dir, "XDG_CACHE_HOME=" + dir, "LC_ALL=C.UTF-8"}
	runClient(t, dir, home, "vdirsyncer", "-c", "vdirsyncer.conf", "discover", "roster")
	runClient(t, dir, home, "vdirsyncer", "-c", "vdirsyncer.conf", "sync", "roster")
	out := runClient(t, dir, home, "khal", "-c", "khal.conf", "list",
		"--format", "{title}|{start-long}|{end-long}", "--day-format", "", from, to)
	var events []onScreen
	for line := range strings.Lines(string(out)) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		fields := strings.Split(line, "|")
		if len(fields) != 3 {
			t.Fatalf("khal: %q", line)
		}
		events = append(events, onScreen{fields[0], fields[1], fields[2]})
	}
	return events
}

// runClient runs a calendar program and returns what it prints. One that is not
// installed is a failure: a test that skips proves nothing.
func runClient(t *testing.T, dir string, env []string, args ...string) []byte {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Dir = dir
	cmd.Env = append(append(os.Environ(), "TZ=Pacific/Auckland"), env...) // the zone of the machine must not matter
	var out, faults bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &faults
	if err := cmd.Run(); err != nil {
		t.Fatal(fmt.Errorf("%v: %w\n%s%s\nIs it installed? `make setup` installs the calendar clients", args, err, &out, &faults))
	}
	return out.Bytes()
}

const vdirsyncerConfig = `[general]
status_path = "$DIR/status/"
[pair roster]
a = "local"
b = "feed"
collections = null
conflict_resolution = "b wins"
[storage feed]
type = "http"
url = "$ADDRESS"
[storage local]
type = "filesystem"
path = "$DIR/events/"
fileext = ".ics"
`

const khalConfig = `[calendars]
[[roster]]
path = $DIR/events/
readonly = True
[locale]
timeformat = %H:%M
dateformat = %Y-%m-%d
longdateformat = %Y-%m-%d
datetimeformat = %Y-%m-%d %H:%M
longdatetimeformat = %Y-%m-%d %H:%M
local_timezone = Europe/Amsterdam
default_timezone = Europe/Amsterdam
[sqlite]
path = $DIR/khal.db
`
