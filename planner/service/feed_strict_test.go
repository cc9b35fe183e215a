package service

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/internal/litetest"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// property is a content line, unfolded, as a strict reader of our own takes it
// apart: one that shares nothing with the writer.
type property struct{ name, params, value string }

// strict reads a feed by the letter of RFC 5545 section 3.1, and of what we
// promise beyond it: CRLF alone, at most 75 octets a line, whole characters of
// UTF-8, no control character.
func strict(body string) ([]property, error) {
	var out []property
	var value strings.Builder // of the last property
	end := func() {
		if len(out) > 0 {
			out[len(out)-1].value = value.String()
		}
		value.Reset()
	}
	if !strings.HasSuffix(body, "\r\n") {
		return nil, errors.New("does not end with CRLF")
	}
	for line := range strings.SplitSeq(strings.TrimSuffix(body, "\r\n"), "\r\n") {
		if len(line) > 75 || !utf8.ValidString(line) {
			return nil, fmt.Errorf("line of %d octets, or half a character: %q", len(line), line)
		}
		for _, r := range line {
			if r < ' ' || r >= 0x7f && r < 0xa0 || r == 0x2028 || r == 0x2029 || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
				return nil, fmt.Errorf("control character %U in %q", r, line)
			}
		}
		if rest, folded := strings.CutPrefix(line, " "); folded {
			if len(out) == 0 {
				return nil, errors.New("begins with a fold")
			}
			value.WriteString(rest)
			continue
		}
		end()
		head, text, found := strings.Cut(line, ":")
		name, params, _ := strings.Cut(head, ";")
		if !found || name == "" {
			return nil, fmt.Errorf("no property: %q", line)
		}
		value.WriteString(text)
		out = append(out, property{name, params, ""})
	}
	end()
	return out, nil
}

// unescaped undoes the escapes of a TEXT, and fails for one that is none.
func unescaped(s string) (string, error) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c == ';' || c == ',':
			return "", fmt.Errorf("bare %q in %q", c, s)
		case c == '\\' && i+1 < len(s):
			i++
			if !strings.ContainsRune(`\;,n`, rune(s[i])) {
				return "", fmt.Errorf("escape %q in %q", s[i], s)
			}
			if c = s[i]; c == 'n' {
				c = '\n'
			}
		case c == '\\':
			return "", fmt.Errorf("ends with a backslash: %q", s)
		}
		b.WriteByte(c)
	}
	return b.String(), nil
}

// eventNames are all the properties that an event of ours has.
var eventNames = []string{
	"BEGIN", "UID", "DTSTAMP", "LAST-MODIFIED", "SEQUENCE", "DTSTART", "DTEND", "SUMMARY", "DESCRIPTION", "LOCATION", "GEO",
	"STATUS", "TRANSP", "X-MICROSOFT-CDO-BUSYSTATUS", "END",
}

// checkFeed reads a feed strictly and wants a number of events with no property
// but ours, each once.
func checkFeed(body string, events int) error {
	lines, err := strict(body)
	if err != nil {
		return err
	}
	var seen []string
	within, count := false, 0
	for _, p := range lines {
		switch p.name + ":" + p.value {
		case "BEGIN:VEVENT":
			within, seen = true, nil
			count++
		case "END:VEVENT":
			within = false
		}
		if !within {
			continue
		}
		if !slices.Contains(eventNames, p.name) || slices.Contains(seen, p.name) {
			return fmt.Errorf("property %s, which is not ours or comes twice", p.name)
		}
		seen = append(seen, p.name)
		if slices.Contains([]string{"SUMMARY", "DESCRIPTION", "LOCATION", "UID"}, p.name) {
			if _, err := unescaped(p.value); err != nil {
				return err
			}
		}
	}
	if count != events {
		return fmt.Errorf("%d events, want %d", count, events)
	}
	return nil
}

// hostile are texts that break out of careless writers (reliability, strings).
var hostile = []string{
	"\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:forged", "\rATTENDEE:mailto:x@y", "\nURL:http://x", "\u0085X:1", "\u2028X:1", "\u2029X:1",
	"\x00\x1b[31m\x7f\v\f", `;:,\"'^n`, `\`, `\n`, strings.Repeat("é", 200), strings.Repeat("日本語", 60), "\u202egnp.exe\u2066", "\u200b\u200e",
	strings.Repeat("a\u0301", 1000), "\xff\xfe\xed\xa0\x80", "=cmd|' /C calc'!A0", "＝1+1", "<script>alert(1)</script>", "{{.}}", "%0d%0a", "../",
	"' OR 1=1 --", "BEGIN:VALARM", strings.Repeat("x", 100_000),
}

// hostileFeed is the text of a calendar in which everything is called the same.
func hostileFeed(kind store.FeedKind, level store.FeedLevel, text string, cancelled bool) (string, error) {
	content := &store.FeedContent{
		Name: planner.Text{NL: text}, Mode: planner.OnSite, Location: text, LocationName: text, Place: text, Lat: 51.8, Lon: 5.9,
		Crew: []store.FeedCrew{{Staff: "a", Name: text, Role: planner.Text{NL: text}}, {Staff: text, Name: text, Role: planner.Text{NL: text}}},
	}
	c := &store.Calendar{Scope: store.FeedScope{Region: text, Kind: kind, ID: "a"}, Level: level}
	feed := calendar.Feed{Name: text, Revision: testNow, Zone: time.UTC}
	for i := range 2 {
		feed.Events = append(feed.Events, eventOf(c, &store.FeedEvent{
			Visit: text + fmt.Sprint(i), Start: testNow, End: testNow.Add(time.Hour), Revised: testNow, FeedContent: content,
			Cancelled: cancelled, Reason: store.CancelReason(text),
		}))
	}
	body, err := feed.Encode()
	return string(body), err
}

var (
	allKinds  = []store.FeedKind{store.StaffFeed, store.LocationFeed, store.DistrictFeed, store.TeamFeed, store.RoleFeed}
	allLevels = []store.FeedLevel{store.FullDetail, store.NoNames, store.BusyOnly}
)

// TestRF1_NothingGetsOutOfItsLine puts hostile and random strings in every field
// of every kind of feed.
func TestRF1_NothingGetsOutOfItsLine(t *testing.T) {
	t.Parallel()
	cases := 0
	check := func(text string) error {
		for _, kind := range allKinds {
			for _, level := range allLevels {
				body, err := hostileFeed(kind, level, text, cases%2 == 0)
				if err == nil {
					err = checkFeed(body, 2)
				}
				if err != nil {
					return fmt.Errorf("%s, %s, %.60q: %w", kind, level, text, err)
				}
				cases++
			}
		}
		return nil
	}
	for _, text := range hostile {
		if err := check(text); err != nil {
			t.Error(err)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		if err := check(rapid.String().Draw(t, "text")); err != nil {
			t.Fatal(err)
		}
	})
	t.Logf("%d feeds, 0 lines that are not ours", cases)
}

// FuzzRF1_FeedText is the same without end.
func FuzzRF1_FeedText(f *testing.F) {
	for _, text := range hostile {
		f.Add(text, true)
	}
	f.Fuzz(func(t *testing.T, text string, cancelled bool) {
		for _, kind := range []store.FeedKind{store.StaffFeed, store.LocationFeed} {
			body, err := hostileFeed(kind, store.FullDetail, text, cancelled)
			if err == nil {
				err = checkFeed(body, 2)
			}
			if err != nil {
				t.Error(err)
			}
		}
	})
}

// TestRF1_HostileNamesInTheDatabase goes the whole way on both databases: what
// an import let in comes out harmless.
func TestRF1_HostileNamesInTheDatabase(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		state := town("noord")
		name := strings.ToValidUTF8(strings.ReplaceAll(strings.Join(hostile[:len(hostile)-1], " "), "\x00", ""), "")
		state.Locations[0].Name, state.Locations[0].Address = name, name
		state.Staff[0].Name, state.Staff[1].Name = name, name
		_, err := w.Import(w.Context(), []*planner.State{state})
		w.must(err)
		w.publishes()
		for _, scope := range []store.FeedScope{annaFeed, nestFeed, {Region: "noord", Kind: store.TeamFeed}, {Region: "noord", Kind: store.RoleFeed, ID: "zc"}} {
			body := string(w.renders(w.token(scope, store.FullDetail), testNow).Body)
			if err := checkFeed(body, strings.Count(body, "\r\nBEGIN:VEVENT\r\n")); err != nil || !strings.Contains(body, "BEGIN:VEVENT") {
				w.Errorf("%v: %v", scope, err)
			}
		}
	})
}

// TestRF2_FeedIsAFixedPoint: what a strict reader takes out of a feed, escaped
// and folded again, is the feed to the byte.
func TestRF2_FeedIsAFixedPoint(t *testing.T) {
	t.Parallel()
	count := 0
	check := func(text string) error {
		body, err := hostileFeed(store.StaffFeed, store.FullDetail, text, false)
		if err != nil {
			return err
		}
		lines, err := strict(body)
		if err != nil {
			return err
		}
		var again strings.Builder
		for _, p := range lines {
			head := p.name
			if p.params != "" {
				head += ";" + p.params
			}
			if slices.Contains([]string{"SUMMARY", "DESCRIPTION", "LOCATION", "UID"}, p.name) {
				plain, err := unescaped(p.value)
				if err != nil {
					return err
				}
				p.value = strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\n", `\n`).Replace(plain)
			}
			again.WriteString(folded(head + ":" + p.value))
		}
		count++
		if again.String() != body {
			return fmt.Errorf("%.60q: not the same again", text)
		}
		return nil
	}
	for _, text := range hostile {
		if err := check(text); err != nil {
			t.Error(err)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		if err := check(rapid.String().Draw(t, "text")); err != nil {
			t.Fatal(err)
		}
	})
	t.Logf("%d feeds, 0 different", count)
}

// folded folds a line between characters at 75 octets.
func folded(line string) string {
	var out strings.Builder
	width := 0
	for _, r := range line {
		if n := utf8.RuneLen(r); width+n > 75 {
			out.WriteString("\r\n ")
			width = 1 + n
		} else {
			width += n
		}
		out.WriteRune(r)
	}
	return out.String() + "\r\n"
}

// TestFeedFormat pins the bytes of a feed to the number of their format. A
// change of them without a new number leaves programs with what they have.
func TestFeedFormat(t *testing.T) {
	t.Parallel()
	w := open(t, litetest.File(t, prepare))
	w.published("noord")
	w.Solve = droppedPlan
	w.publishes()
	body := w.renders(w.token(annaFeed, store.FullDetail), testNow).Body
	golden := filepath.Join("testdata", fmt.Sprintf("feed.format%d.golden.ics", feedFormat))
	want, err := os.ReadFile(golden)
	if err != nil {
		if err := os.WriteFile(golden, body, 0o600); err != nil {
			t.Fatal(err)
		}
		t.Fatalf("%s is new; look at it and commit it", golden)
	}
	if string(body) != string(want) {
		t.Errorf("the bytes of a feed changed: raise feedFormat and remove %s\n%s", golden, body)
	}
}
