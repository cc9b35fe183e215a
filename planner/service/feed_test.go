package service

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/crc32"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/internal/litetest"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

var (
	annaFeed = store.FeedScope{Region: "noord", Kind: store.StaffFeed, ID: "noordanna"}
	nestFeed = store.FeedScope{Region: "noord", Kind: store.LocationFeed, ID: "een"}
)

// feed makes a feed and returns its id and token.
func (w world) feed(n store.NewFeed) (id, token string) {
	w.Helper()
	if n.Level == "" {
		n.Level = store.FullDetail
	}
	id, token, err := w.Store.CreateFeed(w.Context(), n)
	w.must(err)
	return id, token
}

func (w world) token(scope store.FeedScope, level store.FeedLevel) string {
	w.Helper()
	_, token := w.feed(store.NewFeed{Scope: scope, Level: level})
	return token
}

// opens opens a feed as some program does.
func (w world) opens(token string, now time.Time) *Reading {
	w.Helper()
	r, err := w.Feed(w.Context(), token, "curl/8", now)
	w.must(err)
	return r
}

// text is a feed as its reader gets it.
type text struct {
	Body     []byte
	ETag     string
	Modified time.Time
}

func (w world) renders(token string, now time.Time) text {
	w.Helper()
	return w.content(w.opens(token, now))
}

func (w world) content(r *Reading) text {
	w.Helper()
	c, err := r.Content(w.Context())
	w.must(err)
	body, err := c.Body()
	w.must(err)
	return text{body, c.ETag, c.Modified}
}

// lines unfolds a feed and returns its lines of some properties.
func lines(body []byte, properties ...string) []string {
	var out []string
	for line := range strings.SplitSeq(strings.ReplaceAll(string(body), "\r\n ", ""), "\r\n") {
		name, _, _ := strings.Cut(line, ":")
		name, _, _ = strings.Cut(name, ";")
		if slices.Contains(properties, name) {
			out = append(out, line)
		}
	}
	return out
}

func TestFeedText(t *testing.T) {
	t.Parallel()
	team := store.FeedScope{Region: "noord", Kind: store.TeamFeed}
	role := store.FeedScope{Region: "noord", Kind: store.RoleFeed, ID: "zc"}
	tests := []struct {
		name     string
		scope    store.FeedScope
		level    store.FeedLevel
		language store.Language
		want     []string
	}{
		{"staff, full", annaFeed, store.FullDetail, "", []string{
			"X-WR-CALNAME:Wijkplanner Anna",
			"SUMMARY:Teamoverleg", "DESCRIPTION:Met Bram (ambulant begeleider)",
			"SUMMARY:Bezoek: Het Nest", "DESCRIPTION:Met Bram (ambulant begeleider)", `LOCATION:Het Nest\, Straat 1\, 6511 AA Stad`,
			"SUMMARY:Consult: Het Nest", "LOCATION:Telefonisch",
			"SUMMARY:Bezoek: Het Nest", `LOCATION:Het Nest\, Straat 1\, 6511 AA Stad`,
		}},
		{"staff, full, in English", annaFeed, store.FullDetail, store.English, []string{
			"X-WR-CALNAME:Wijkplanner Anna",
			"SUMMARY:Teamoverleg", "DESCRIPTION:With Bram (counsellor)",
			"SUMMARY:Visit: Het Nest", "DESCRIPTION:With Bram (counsellor)", `LOCATION:Het Nest\, Straat 1\, 6511 AA Stad`,
			"SUMMARY:Consult: Het Nest", "LOCATION:By phone",
			"SUMMARY:Visit: Het Nest", `LOCATION:Het Nest\, Straat 1\, 6511 AA Stad`,
		}},
		{"staff, no names", annaFeed, store.NoNames, "", []string{
			"X-WR-CALNAME:Wijkplanner MARK (zonder namen)",
			"SUMMARY:Teamoverleg", "DESCRIPTION:Met ambulant begeleider",
			"SUMMARY:Bezoek: Het Nest", "DESCRIPTION:Met ambulant begeleider", `LOCATION:Het Nest\, Straat 1\, 6511 AA Stad`,
			"SUMMARY:Consult: Het Nest", "LOCATION:Telefonisch",
			"SUMMARY:Bezoek: Het Nest", `LOCATION:Het Nest\, Straat 1\, 6511 AA Stad`,
		}},
		{"staff, busy", annaFeed, store.BusyOnly, "", []string{
			"X-WR-CALNAME:Wijkplanner MARK (bezet)", "SUMMARY:Bezet", "SUMMARY:Bezet", "SUMMARY:Bezet", "SUMMARY:Bezet",
		}},
		{"staff, busy, in English", annaFeed, store.BusyOnly, store.English, []string{
			"X-WR-CALNAME:Wijkplanner MARK (busy)", "SUMMARY:Busy", "SUMMARY:Busy", "SUMMARY:Busy", "SUMMARY:Busy",
		}},
		{"location, full", nestFeed, store.FullDetail, "", []string{
			"X-WR-CALNAME:Wijkplanner Het Nest",
			"SUMMARY:Bezoek: Anna (zorgcoördinator)\\, Bram (ambulant begeleider)", `LOCATION:Het Nest\, Straat 1\, 6511 AA Stad`,
			"SUMMARY:Consult: Anna (zorgcoördinator)", "LOCATION:Telefonisch",
			"SUMMARY:Bezoek: Anna (zorgcoördinator)", `LOCATION:Het Nest\, Straat 1\, 6511 AA Stad`,
		}},
		{"location, no names", nestFeed, store.NoNames, "", []string{
			"X-WR-CALNAME:Wijkplanner Het Nest (zonder namen)",
			"SUMMARY:Bezoek: zorgcoördinator\\, ambulant begeleider", `LOCATION:Het Nest\, Straat 1\, 6511 AA Stad`,
			"SUMMARY:Consult: zorgcoördinator", "LOCATION:Telefonisch",
			"SUMMARY:Bezoek: zorgcoördinator", `LOCATION:Het Nest\, Straat 1\, 6511 AA Stad`,
		}},
		{"location, busy", nestFeed, store.BusyOnly, "", []string{
			"X-WR-CALNAME:Wijkplanner MARK (bezet)", "SUMMARY:Bezet", "SUMMARY:Bezet", "SUMMARY:Bezet",
		}},
	}
	forEachDatabase(t, func(w world) {
		w.published("noord")
		marks := map[string]bool{}
		for _, c := range tests {
			_, token := w.feed(store.NewFeed{Scope: c.scope, Level: c.level, Language: c.language})
			r := w.renders(token, testNow)
			got := lines(r.Body, "X-WR-CALNAME", "SUMMARY", "DESCRIPTION", "LOCATION")
			if found := markPattern.FindString(got[0]); found != "" {
				marks[found] = true
				got[0] = strings.Replace(got[0], found, " MARK ", 1)
			}
			if !slices.Equal(got, c.want) {
				w.Errorf("%s:\n%s\nwant\n%s", c.name, strings.Join(got, "\n"), strings.Join(c.want, "\n"))
			}
			if c.level == store.NoNames && (strings.Contains(string(r.Body), "Anna") || strings.Contains(string(r.Body), "Bram")) {
				w.Errorf("%s: a name in\n%s", c.name, r.Body)
			}
			if c.level == store.BusyOnly && strings.Contains(string(r.Body), "Nest") {
				w.Errorf("%s: a place in\n%s", c.name, r.Body)
			}
		}
		if len(marks) != 2 { // that of Anna, at two levels, and that of the location
			w.Errorf("marks %v: want those of two calendars", marks)
		}
		for want, n := range map[string]store.NewFeed{
			"Wijkplanner Town (without names)":           {Scope: team, Level: store.NoNames, Language: store.English},
			"Wijkplanner Care coordinator":               {Scope: role, Language: store.English},
			"Wijkplanner Zorgcoördinator (zonder namen)": {Scope: role, Level: store.NoNames},
		} {
			_, token := w.feed(n)
			if got := lines(w.renders(token, testNow).Body, "NAME"); !slices.Equal(got, []string{"NAME:" + want}) {
				w.Errorf("%v, want %s", got, want)
			}
		}
	})
}

// markPattern finds the mark in a calendar's name.
var markPattern = regexp.MustCompile(` [0-9A-F]{4} `)

// TestRolesAreCounted: without names, five of one role are told once.
func TestRolesAreCounted(t *testing.T) {
	t.Parallel()
	zc, ab := planner.Text{NL: "Zorgcoördinator", EN: "Care coordinator"}, planner.Text{NL: "Ambulant begeleider", EN: "Mobile counsellor"}
	e := &store.FeedEvent{FeedContent: &store.FeedContent{Meeting: true, Crew: []store.FeedCrew{
		{Staff: "a", Name: "A", Role: zc}, {Staff: "b", Name: "B", Role: ab}, {Staff: "c", Name: "C", Role: zc}, {Staff: "d", Name: "D", Role: zc}, {Staff: "e", Name: "E"},
	}}}
	for _, c := range []struct {
		scope    store.FeedScope
		language store.Language
		want     string
	}{
		{store.FeedScope{Kind: store.StaffFeed, ID: "a"}, store.Dutch, "Overleg|Met ambulant begeleider, 2 × zorgcoördinator"},
		{store.FeedScope{Kind: store.TeamFeed}, store.Dutch, "Overleg: 3 × zorgcoördinator, ambulant begeleider|"},
		{store.FeedScope{Kind: store.TeamFeed}, store.English, "Meeting: 3 × care coordinator, mobile counsellor|"},
	} {
		got := eventOf(&store.Calendar{Scope: c.scope, Level: store.NoNames, Language: c.language}, e)
		if got := got.Summary + "|" + got.Description; got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

// TestCancelledInEnglish says why a visit fell through, and that it did, in the
// language of the feed.
func TestCancelledInEnglish(t *testing.T) {
	t.Parallel()
	w := open(t, litetest.File(t, prepare))
	w.published("noord")
	_, token := w.feed(store.NewFeed{Scope: annaFeed, Language: store.English})
	w.Solve = droppedPlan
	w.publishes()
	got := strings.Join(lines(w.renders(token, testNow).Body, "PRODID", "SUMMARY", "DESCRIPTION"), "\n")
	for _, want := range []string{"//EN", "SUMMARY:Cancelled: Visit: Het Nest", "DESCRIPTION:Reason: plan changed"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	for word := range feedDutch() {
		if strings.Contains(got, word) {
			t.Errorf("%q in\n%s", word, got)
		}
	}
}

// feedDutch are the Dutch words of feeds that differ from the English ones.
func feedDutch() map[string]bool {
	words := map[string]bool{"Vervallen": true}
	for _, t := range cancelReasons {
		words[t.NL] = true
	}
	for _, t := range []planner.Text{feedPhrases.busy, feedPhrases.with, feedPhrases.reason, feedPhrases.meeting, feedPhrases.visit, feedPhrases.phone} {
		words[t.NL] = true
	}
	return words
}

func TestFeedTimesAreLocal(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.published("noord")
		got := lines(w.renders(w.token(nestFeed, store.FullDetail), testNow).Body, "DTSTART", "UID")
		for _, want := range []string{
			"DTSTART;TZID=Europe/Amsterdam:20270120T100000", "DTSTART;TZID=Europe/Amsterdam:20270707T110000",
			"UID:winter.noord@wijkplanner",
		} {
			if !slices.Contains(got, want) {
				w.Errorf("no %s in %v", want, got)
			}
		}
	})
}

func TestFeedWindow(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.published("noord")
		token := w.token(nestFeed, store.FullDetail)
		winter := time.Date(2027, 1, 20, 12, 0, 0, 0, time.UTC)
		for name, c := range map[string]struct {
			now  time.Time
			want int
		}{
			"before all": {winter.AddDate(0, 0, -200), 3}, "too early for summer": {winter.AddDate(0, 0, -300), 2},
			"thirty days later": {winter.AddDate(0, 0, 30), 3}, "thirty-one": {winter.AddDate(0, 0, 31), 2},
		} {
			// Tokens are younger than that, so the text is asked for directly.
			f, err := w.Store.FeedByID(w.Context(), strings.Split(token, "_")[2])
			w.must(err)
			r, err := w.reading(&f.Calendar, c.now)
			w.must(err)
			if got := len(lines(w.content(r).Body, "UID")); got != c.want {
				w.Errorf("%s: %d events, want %d", name, got, c.want)
			}
		}
	})
}

func TestCancelledUntilItsDay(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.published("noord")
		token := w.token(nestFeed, store.FullDetail)
		w.Solve = droppedPlan
		w.publishes()
		visit := time.Date(2027, 1, 20, 20, 0, 0, 0, time.UTC)
		r := w.renders(token, visit)
		got := strings.Join(lines(r.Body, "STATUS", "SEQUENCE", "UID"), " ")
		if !strings.Contains(got, "UID:winter.noord@wijkplanner") || !strings.Contains(got, "STATUS:CANCELLED") || !strings.Contains(got, "SEQUENCE:1") {
			w.Errorf("on its day: %s", got)
		}
		if got := lines(w.renders(token, visit.AddDate(0, 0, 1)).Body, "UID"); slices.Contains(got, "UID:winter.noord@wijkplanner") {
			w.Errorf("the day after: %v", got)
		}
	})
}

func TestFeedValidators(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.published("noord")
		id, token := w.feed(store.NewFeed{Scope: nestFeed})
		seen := map[string]string{}
		differs := func(name string, now time.Time) *Reading {
			r := w.opens(token, now)
			for earlier, tag := range seen {
				if r.ETag == tag {
					w.Errorf("%s has the tag of %s", name, earlier)
				}
			}
			seen[name] = r.ETag
			if c := w.content(r); c.ETag != r.ETag || !c.Modified.Equal(r.Modified) {
				w.Errorf("%s: its text has the tag %s, want %s", name, c.ETag, r.ETag)
			}
			return r
		}
		first := differs("first", testNow)
		if again := w.opens(token, testNow.Add(time.Hour)); again.ETag != first.ETag || !again.Modified.Equal(first.Modified) {
			w.Errorf("unchanged: %s %v, want %s %v", again.ETag, again.Modified, first.ETag, first.Modified)
		}
		if other := w.opens(w.token(nestFeed, store.FullDetail), testNow); other != first {
			w.Error("two devices with the same calendar do not share its text")
		}
		if busy := w.opens(w.token(nestFeed, store.BusyOnly), testNow); busy.ETag == first.ETag {
			w.Error("two levels of detail have one tag")
		}
		tomorrow := testNow.AddDate(0, 0, 1)
		next := differs("next day", tomorrow)
		if !next.Modified.After(first.Modified) {
			w.Errorf("next day: modified %v, after %v", next.Modified, first.Modified)
		}
		// A change of the plan shows a second later, at most.
		w.Solve = movedPlan
		w.publishes()
		moved := differs("moved", tomorrow.Add(time.Second))
		if moved.Modified.Before(next.Modified) {
			w.Errorf("moved: modified goes back to %v", moved.Modified)
		}
		w.must(w.Store.HideCancelled(w.Context(), id, true, tomorrow.Add(2*time.Second)))
		hidden := differs("hidden", tomorrow.Add(2*time.Second))
		if !hidden.Modified.After(moved.Modified) {
			w.Errorf("hidden: modified %v, after %v", hidden.Modified, moved.Modified)
		}
		state := town("noord")
		state.Locations[0].Name = "De Kwekerij"
		_, err := w.Import(w.Context(), []*planner.State{state})
		w.must(err)
		differs("renamed", tomorrow.Add(4*time.Second))
	})
}

// movedPlan is onePlan with the winter visit an hour earlier.
func movedPlan(ctx context.Context, states []*planner.State, o planner.Options) ([]*planner.Plan, error) {
	plans, err := onePlan(ctx, states, o)
	plans[0].Visits[0].Start = plans[0].Visits[0].Start.Add(-time.Hour)
	return plans, err
}

// droppedPlan is onePlan without the winter visit.
func droppedPlan(ctx context.Context, states []*planner.State, o planner.Options) ([]*planner.Plan, error) {
	plans, err := onePlan(ctx, states, o)
	plans[0].Visits = plans[0].Visits[1:]
	return plans, err
}

// emptyPlan is onePlan with the meeting alone.
func emptyPlan(ctx context.Context, states []*planner.State, o planner.Options) ([]*planner.Plan, error) {
	plans, err := onePlan(ctx, states, o)
	plans[0].Visits = plans[0].Visits[3:]
	return plans, err
}

// A validator is told before anything is rendered: an unchanged feed costs one
// read, also of a program that has just started.
func TestValidatorsNeedNoText(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.published("noord")
		token := w.token(nestFeed, store.FullDetail)
		want := w.renders(token, testNow).ETag
		fresh := New(w.Store, w.Log, w.Now)
		r, err := fresh.Feed(w.Context(), token, "", testNow)
		w.must(err)
		if r.ETag != want || r.content.Load() != nil {
			w.Errorf("tag %s, want %s; rendered %v", r.ETag, want, r.content.Load() != nil)
		}
	})
}

func TestFeedWithoutEvents(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		_, err := w.Import(w.Context(), []*planner.State{town("noord")})
		w.must(err)
		r := w.renders(w.token(annaFeed, store.FullDetail), testNow)
		if !strings.Contains(string(r.Body), "BEGIN:VCALENDAR") || len(lines(r.Body, "UID")) != 0 {
			w.Errorf("feed before the first plan:\n%s", r.Body)
		}
	})
}

// TestRA5_RevokedFeedIsGoneWithinASecond: another process revokes.
func TestRA5_RevokedFeedIsGoneWithinASecond(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.published("noord")
		id, token := w.feed(store.NewFeed{Scope: annaFeed})
		w.renders(token, testNow)
		w.must(w.Store.RevokeFeed(w.Context(), id, testNow))
		w.opens(token, testNow.Add(tokenFresh-1)) // still trusted
		for _, later := range []time.Duration{tokenFresh, 2 * tokenFresh, 0} {
			if _, err := w.Feed(w.Context(), token, "", testNow.Add(later)); !errors.Is(err, ErrNotFound) {
				w.Errorf("%v later: %v, want ErrNotFound", later, err)
			}
		}
		if strings.Contains(w.log.String(), token) {
			w.Error("the token is in the log")
		}
	})
}

// TestRA5_RevocationActsOnTheNextRequest: this process revokes, while readers
// run.
func TestRA5_RevocationActsOnTheNextRequest(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.published("noord")
		const races = 100
		late := 0
		for range races {
			id, token := w.feed(store.NewFeed{Scope: annaFeed})
			var revoked atomic.Bool
			done := make(chan int)
			for range 4 {
				go func() {
					n := 0
					for range 20 {
						after := revoked.Load()
						if _, err := w.Feed(w.Context(), token, "", testNow); err == nil && after {
							n++
						}
					}
					done <- n
				}()
			}
			w.must(w.RevokeFeed(w.Context(), id, testNow))
			revoked.Store(true)
			for range 4 {
				late += <-done
			}
			if _, err := w.Feed(w.Context(), token, "", testNow); !errors.Is(err, ErrNotFound) {
				w.Fatalf("after the revocation: %v, want ErrNotFound", err)
			}
		}
		w.Logf("%d races, %d late reads", races, late)
		if late > 0 {
			w.Errorf("%d reads after a revocation, want 0", late)
		}
	})
}

// TestTokensThatOpenNothing are all alike, and a wrong secret for a feed that
// is known does not disturb its owner.
func TestTokensThatOpenNothing(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.published("noord")
		_, token := w.feed(store.NewFeed{Scope: annaFeed})
		_, password, err := w.Store.CreateAccount(w.Context(), store.NewFeed{Scope: annaFeed, Level: store.FullDetail})
		w.must(err)
		want := w.opens(token, testNow)
		_, stranger := w.feed(store.NewFeed{Scope: annaFeed})
		parts, other := strings.Split(token, "_"), strings.Split(stranger, "_")
		parts[3] = other[3]
		for name, wrong := range map[string]string{
			"none": "", "malformed": "pf_feed_x", "an app password": password, "another's secret": resealed(parts), "one letter less": token[:len(token)-1],
		} {
			for _, now := range []time.Time{testNow, testNow.Add(time.Hour)} {
				if _, err := w.Feed(w.Context(), wrong, "", now); !errors.Is(err, ErrNotFound) {
					w.Errorf("%s: %v, want ErrNotFound", name, err)
				}
			}
		}
		if got := w.opens(token, testNow); got != want {
			w.Error("the owner's feed was forgotten")
		}
	})
}

// resealed puts the parts of a token together with a check that fits.
func resealed(parts []string) string {
	body := strings.Join(parts[:4], "_")
	sum := crc32.ChecksumIEEE([]byte(body))
	letters := base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)
	return body + "_" + letters.EncodeToString([]byte{byte(sum >> 24), byte(sum >> 16), byte(sum >> 8), byte(sum)})[:6]
}

func TestUID(t *testing.T) {
	t.Parallel()
	for want, c := range map[string][2]string{
		"v1@wijkplanner": {"", "v1"}, "v1.noord@wijkplanner": {"noord", "v1"},
	} {
		if got := uid(c[0], c[1]); got != want {
			t.Errorf("uid(%q, %q) = %q, want %q", c[0], c[1], got, want)
		}
	}
	if got := uid("", strings.Repeat("x", 300)); len(got) > 255 {
		t.Errorf("uid of %d octets", len(got))
	}
}

// guesses are what somebody without the secret can make of the ids of visits.
func guesses(uids []string) (out []string) {
	for _, line := range uids {
		uid := strings.TrimPrefix(line, "UID:")
		visit, _, _ := strings.Cut(uid, ".noord@")
		for _, text := range []string{visit, uid, fmt.Sprintf("%q", []string{"noord", "staff", annaFeed.ID, visit})} {
			plain, keyless := sha256.Sum256([]byte(text)), hmac.New(sha256.New, nil)
			_, _ = keyless.Write([]byte(text))
			out = append(out, text, hex.EncodeToString(plain[:16]), hex.EncodeToString(keyless.Sum(nil)[:16]))
		}
	}
	return out
}

// The id of a visit tells its location and its kind: at the level busy nothing
// in a feed or in the names of its events may follow from it, and the UIDs stay.
func TestBusyTellsNoVisit(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.published("noord")
		uids := func(scope store.FeedScope, level store.FeedLevel) []string {
			out := lines(w.renders(w.token(scope, level), testNow).Body, "UID")
			if len(out) == 0 {
				w.Fatal("no events")
			}
			return out
		}
		busy, full := uids(annaFeed, store.BusyOnly), uids(annaFeed, store.FullDetail)
		if again := uids(annaFeed, store.BusyOnly); !slices.Equal(again, busy) {
			w.Errorf("%v to one device and %v to another", busy, again)
		}
		elsewhere := uids(nestFeed, store.BusyOnly)
		for i, line := range busy {
			if !regexp.MustCompile(`^UID:[0-9a-f]{32}@wijkplanner$`).MatchString(line) || slices.Contains(elsewhere, line) || slices.Contains(busy[:i], line) {
				w.Errorf("%s", line)
			}
			for _, guess := range guesses(full) {
				if strings.Contains(line, guess) {
					w.Errorf("%s follows from the id of the visit", line)
				}
			}
		}
		all, err := w.opens(w.token(annaFeed, store.BusyOnly), testNow).Resources(w.Context())
		w.must(err)
		for _, e := range all {
			for _, known := range full {
				if e.Name == resourceName(strings.TrimPrefix(known, "UID:")) {
					w.Errorf("the name %s follows from %s", e.Name, known)
				}
			}
		}
	})
}

func TestGenerationsAreBounded(t *testing.T) {
	t.Parallel()
	var g generations[int, int]
	const limit = 1000
	gone := map[int]bool{}
	for i := range 5 * limit {
		for _, v := range g.put(i, i, 1, limit) {
			gone[v] = true
		}
		if v, ok := g.get(0, limit); !ok || v != 0 {
			t.Fatalf("what is asked for all the time is gone after %d", i)
		}
	}
	if n := len(g.young) + len(g.old); n > 2*limit {
		t.Errorf("%d entries, want at most %d", n, 2*limit)
	}
	if _, ok := g.get(limit/2, limit); ok || !gone[limit/2] || gone[0] {
		t.Error("what nobody asked for is still there, or what is in use was driven out")
	}
	g.remove(0)
	if _, ok := g.get(0, limit); ok {
		t.Error("removed and still there")
	}
	g.put(1, 1, limit, limit)
	if weight := g.weight; weight > limit+1 {
		t.Errorf("weight %d, want about %d", weight, limit)
	}
}

func TestClientFamily(t *testing.T) {
	t.Parallel()
	for agent, want := range map[string]string{
		"Google-Calendar-Importer": "google",
		"Mozilla/5.0 (compatible; Google-Calendar-Importer; +http://www.google.com/googlebot.html)": "google",
		"Microsoft.Exchange/15.20 (Windows NT 10.0; Win64; x64)":                                    "outlook",
		"Mozilla/4.0 (compatible; ms-office; MSOffice 16)":                                          "outlook",
		"iOS/18.1 (22B83) dataaccessd/1.0":                                                          "apple",
		"macOS/15.1 (24B83) CalendarAgent/1094":                                                     "apple",
		"Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Thunderbird/153.7.0":              "thunderbird",
		"DAVx5/4.4.3.2-ose (dav4jvm; okhttp/4.12.0) Android/14":                                     "davx5",
		"ICSx5/2.2.5 (ical4j/3.2.19)":                                                               "icsx5",
		"Evolution/3.46.4":                                                                          "gnome",
		"Nextcloud Webcal Service":                                                                  "nextcloud",
		"vdirsyncer/0.19.0":                                                                         "vdirsyncer",
		"Python-urllib/3.11":                                                                        "script",
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Safari/605.1.15":      "browser",
		"": "other", "Kalender van tante Truus": "other",
	} {
		if got := ClientFamily(agent); got != want {
			t.Errorf("%q is %s, want %s", agent, got, want)
		}
	}
}

// Each family is written once a day, whatever the number of reads.
func TestLastFetchedByDayAndClient(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.published("noord")
		id, token := w.feed(store.NewFeed{Scope: annaFeed})
		read := func(agent string, now time.Time) {
			_, err := w.Feed(w.Context(), token, agent, now)
			w.must(err)
		}
		for i := range 20 {
			read("iOS/18.1 (22B83) dataaccessd/1.0", testNow.Add(time.Duration(i)*time.Minute))
		}
		read("Evolution/3.46.4", testNow.Add(30*time.Minute))
		read("iOS/18.2 (22C152) dataaccessd/1.0", testNow.AddDate(0, 0, 2))
		read("ICSx5/2.2.5", testNow.AddDate(0, 0, 2)) // within the second: written at the end
		w.Close(w.Context())
		_, err := w.Subscription(w.Context(), token, testNow.AddDate(0, 0, 9)) // looking is not reading
		w.must(err)
		feeds, err := w.Store.Feeds(w.Context(), "noord")
		w.must(err)
		today := calendar.DateOf(testNow, time.UTC)
		want := []store.FeedClient{{Client: "apple", Last: today + 2}, {Client: "gnome", Last: today}, {Client: "icsx5", Last: today + 2}}
		if len(feeds) != 1 || feeds[0].ID != id || feeds[0].LastUsed != today+2 || !slices.Equal(feeds[0].Clients, want) {
			w.Errorf("feeds %+v, want clients %+v", feeds, want)
		}
	})
}
