package calendar

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// clientEvent is an event as a calendar program lists it, times in Amsterdam.
type clientEvent struct {
	UID, Start, End, Summary, Status, Description string
}

// TestFeedInClients has parsers that are not ours read a feed, and compares
// what they show with what was put in.
func TestFeedInClients(t *testing.T) {
	t.Parallel()
	feed := sampleFeed(t)
	feed.Events = append(feed.Events, Event{
		UID: "vreemd@example.org", Start: time.Date(2027, 9, 1, 8, 0, 0, 0, feed.Zone), End: time.Date(2027, 9, 1, 8, 45, 0, 0, feed.Zone),
		Summary:     "Titel\r\nATTENDEE:mailto:x@example.org",
		Description: "Komma, puntkomma; schuin \\ streep\r\nen \"aanhaling\" 日本語テキスト日本語テキスト日本語テキスト日本語テキスト ☎",
	})
	path := filepath.Join(t.TempDir(), "feed.ics")
	if err := os.WriteFile(path, mustEncode(t, feed), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, command := range map[string][]string{
		"python3-icalendar": {"/usr/bin/python3", "read_feed.py", path, "2027-01-01", "2027-12-31"},
		"ical.js":           {"node", "read_feed.mjs", "ical.js", path},
		"node-ical":         {"node", "read_feed.mjs", "node-ical", path},
		"libical":           {buildLibical(t), path},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := runClient(t, command)
			for _, e := range feed.Events {
				if want := asClient(&e, feed.Zone); got[e.UID] != want {
					t.Errorf("got %+v\nwant %+v", got[e.UID], want)
				}
				delete(got, e.UID)
			}
			if len(got) > 0 {
				t.Errorf("events that were not put in: %v", slices.Sorted(maps.Keys(got)))
			}
		})
	}
}

func asClient(e *Event, zone *time.Location) clientEvent {
	layout := time.RFC3339
	if e.AllDay {
		layout = time.DateOnly
	}
	c := clientEvent{
		UID: e.UID, Start: e.Start.In(zone).Format(layout), End: e.End.In(zone).Format(layout),
		Summary: oneLine(e.Summary), Status: "CONFIRMED", Description: manyLines(e.Description),
	}
	if e.Cancelled {
		c.Summary, c.Status = dutchWords.cancelled+" "+c.Summary, "CANCELLED"
	}
	return c
}

// buildLibical compiles the program that lists a feed with libical, which is
// what GNOME, KDE and many servers read calendars with.
func buildLibical(t *testing.T) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "read_feed")
	clientOutput(t, nil, "cc", "-O1", "-o", program, "read_feed.c", "-lical")
	return program
}

// clientOutput runs a program in the folder of the clients. One that is not
// installed is a failure: a test that skips proves nothing.
func clientOutput(t *testing.T, input io.Reader, command ...string) []byte {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.Dir, cmd.Stdin = filepath.Join("testdata", "clients"), input
	cmd.Env = append(os.Environ(), "TZ=Pacific/Auckland") // the zone of the machine must not matter
	var faults bytes.Buffer
	cmd.Stderr = &faults
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %v\n%s\nIs it installed? `make setup` installs the calendar clients.", command, err, faults.String())
	}
	return out
}

// runClient returns what a client lists, by UID.
func runClient(t *testing.T, command []string) map[string]clientEvent {
	t.Helper()
	out := clientOutput(t, nil, command...)
	events := map[string]clientEvent{}
	for lines := json.NewDecoder(bytes.NewReader(out)); ; {
		var e clientEvent
		if err := lines.Decode(&e); errors.Is(err, io.EOF) {
			return events
		} else if err != nil {
			t.Fatalf("%v: %v\n%s", command, err, out)
		}
		if _, twice := events[e.UID]; twice {
			t.Errorf("%s is listed twice", e.UID)
		}
		events[e.UID] = e
	}
}
