package service

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

var (
	annaFeed = store.FeedScope{Region: "noord", Kind: store.StaffFeed, ID: "noordanna"}
	nestFeed = store.FeedScope{Region: "noord", Kind: store.LocationFeed, ID: "een"}
)

func (w world) token(scope store.FeedScope, level store.FeedLevel) string {
	w.Helper()
	token, err := w.Store.CreateFeed(w.Context(), scope, level)
	w.must(err)
	return token
}

func (w world) renders(token string, now time.Time) Rendering {
	w.Helper()
	r, err := w.RenderFeed(w.Context(), token, now)
	w.must(err)
	return r
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
	tests := []struct {
		name  string
		scope store.FeedScope
		level store.FeedLevel
		want  []string
	}{
		{"staff, full", annaFeed, store.FullDetail, []string{
			"X-WR-CALNAME:Wijkplanner Anna",
			"SUMMARY:Teamoverleg", "DESCRIPTION:Met Bram (ambulant begeleider)",
			"SUMMARY:Bezoek: Het Nest", "DESCRIPTION:Met Bram (ambulant begeleider)", `LOCATION:Het Nest\, Straat 1\, 6511 AA Stad`,
			"SUMMARY:Consult: Het Nest", "LOCATION:Telefonisch",
			"SUMMARY:Bezoek: Het Nest", `LOCATION:Het Nest\, Straat 1\, 6511 AA Stad`,
		}},
		{"staff, no names", annaFeed, store.NoNames, []string{
			"X-WR-CALNAME:Wijkplanner",
			"SUMMARY:Teamoverleg", "DESCRIPTION:Met ambulant begeleider",
			"SUMMARY:Bezoek: Het Nest", "DESCRIPTION:Met ambulant begeleider", `LOCATION:Het Nest\, Straat 1\, 6511 AA Stad`,
			"SUMMARY:Consult: Het Nest", "LOCATION:Telefonisch",
			"SUMMARY:Bezoek: Het Nest", `LOCATION:Het Nest\, Straat 1\, 6511 AA Stad`,
		}},
		{"staff, busy", annaFeed, store.BusyOnly, []string{
			"X-WR-CALNAME:Wijkplanner", "SUMMARY:Bezet", "SUMMARY:Bezet", "SUMMARY:Bezet", "SUMMARY:Bezet",
		}},
		{"location, full", nestFeed, store.FullDetail, []string{
			"X-WR-CALNAME:Wijkplanner Het Nest",
			"SUMMARY:Bezoek: Anna (zorgcoördinator)\\, Bram (ambulant begeleider)", `LOCATION:Het Nest\, Straat 1\, 6511 AA Stad`,
			"SUMMARY:Consult: Anna (zorgcoördinator)", "LOCATION:Telefonisch",
			"SUMMARY:Bezoek: Anna (zorgcoördinator)", `LOCATION:Het Nest\, Straat 1\, 6511 AA Stad`,
		}},
		{"location, no names", nestFeed, store.NoNames, []string{
			"X-WR-CALNAME:Wijkplanner",
			"SUMMARY:Bezoek: zorgcoördinator\\, ambulant begeleider", `LOCATION:Het Nest\, Straat 1\, 6511 AA Stad`,
			"SUMMARY:Consult: zorgcoördinator", "LOCATION:Telefonisch",
			"SUMMARY:Bezoek: zorgcoördinator", `LOCATION:Het Nest\, Straat 1\, 6511 AA Stad`,
		}},
	}
	forEachDatabase(t, func(w world) {
		w.published("noord")
		for _, c := range tests {
			r := w.renders(w.token(c.scope, c.level), testNow)
			if got := lines(r.Body, "X-WR-CALNAME", "SUMMARY", "DESCRIPTION", "LOCATION"); !slices.Equal(got, c.want) {
				w.Errorf("%s:\n%s\nwant\n%s", c.name, strings.Join(got, "\n"), strings.Join(c.want, "\n"))
			}
			if c.level == store.NoNames && (strings.Contains(string(r.Body), "Anna") || strings.Contains(string(r.Body), "Bram")) {
				w.Errorf("%s: a name in\n%s", c.name, r.Body)
			}
			if c.level == store.BusyOnly && strings.Contains(string(r.Body), "Nest") {
				w.Errorf("%s: a place in\n%s", c.name, r.Body)
			}
		}
	})
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
			f, err := w.Store.FeedByToken(w.Context(), token, testNow)
			w.must(err)
			r, err := w.render(w.Context(), &f, dateIn(w, c.now), zoneOf(w))
			w.must(err)
			if got := len(lines(r.Body, "UID")); got != c.want {
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
		w.Solve = func(ctx context.Context, states []*planner.State, o planner.Options) ([]*planner.Plan, error) {
			plans, err := onePlan(ctx, states, o)
			plans[0].Visits = plans[0].Visits[1:]
			return plans, err
		}
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
		token := w.token(nestFeed, store.FullDetail)
		first := w.renders(token, testNow)
		if again := w.renders(token, testNow.Add(time.Hour)); again.ETag != first.ETag || !again.Modified.Equal(first.Modified) {
			w.Errorf("unchanged: %s %v, want %s %v", again.ETag, again.Modified, first.ETag, first.Modified)
		}
		next := w.renders(token, testNow.AddDate(0, 0, 1))
		if next.ETag != first.ETag || !next.Modified.After(first.Modified) {
			w.Errorf("next day: %s %v; want the same bytes, looked at again", next.ETag, next.Modified)
		}
		if after := w.renders(token, testNow.AddDate(0, 0, 60)); after.ETag == first.ETag {
			w.Error("the winter visit left the window and the tag is the same")
		}
		if first.ETag == w.renders(w.token(nestFeed, store.BusyOnly), testNow).ETag {
			w.Error("two levels of detail have one tag")
		}
		// A change of the plan shows a second later, at most.
		w.Solve = func(ctx context.Context, states []*planner.State, o planner.Options) ([]*planner.Plan, error) {
			plans, err := onePlan(ctx, states, o)
			plans[0].Visits[0].Start = plans[0].Visits[0].Start.Add(-time.Hour)
			return plans, err
		}
		w.publishes()
		if changed := w.renders(token, testNow.AddDate(0, 0, 1).Add(time.Second)); changed.ETag == first.ETag {
			w.Error("a moved visit and the same tag")
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

func TestRevokedFeedIsGoneWithinASecond(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.published("noord")
		token := w.token(annaFeed, store.FullDetail)
		w.renders(token, testNow)
		feeds, err := w.Store.Feeds(w.Context(), annaFeed)
		w.must(err)
		w.must(w.Store.RevokeFeed(w.Context(), feeds[0].ID, testNow))
		w.renders(token, testNow.Add(tokenFresh-1)) // still trusted
		for _, later := range []time.Duration{tokenFresh, 2 * tokenFresh, 0} {
			if _, err := w.RenderFeed(w.Context(), token, testNow.Add(later)); !errors.Is(err, ErrNotFound) {
				w.Errorf("%v later: %v, want ErrNotFound", later, err)
			}
		}
		if _, err := w.RenderFeed(w.Context(), "pf_feed_x", testNow); !errors.Is(err, ErrNotFound) {
			w.Errorf("a token that is none: %v, want ErrNotFound", err)
		}
		if strings.Contains(w.log.String(), token) {
			w.Error("the token is in the log")
		}
	})
}

func TestFeedWhileTheDatabaseIsAway(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.published("noord")
		seen, unseen := w.token(annaFeed, store.FullDetail), w.token(annaFeed, store.FullDetail)
		first := w.renders(seen, testNow)
		w.must(w.Store.Close())
		if r := w.renders(seen, testNow.Add(tokenGrace)); r.ETag != first.ETag {
			w.Error("another rendering than the last")
		}
		for name, c := range map[string]struct {
			token string
			now   time.Time
		}{"a quarter of an hour is over": {seen, testNow.Add(tokenGrace + 1)}, "never seen": {unseen, testNow}} {
			if _, err := w.RenderFeed(w.Context(), c.token, c.now); err == nil || errors.Is(err, ErrNotFound) {
				w.Errorf("%s: %v, want a fault that is not ErrNotFound", name, err)
			}
		}
		if w.Health(w.Context()) == nil {
			w.Error("healthy without a database")
		}
		if !strings.Contains(w.log.String(), "feed from its last rendering") {
			w.Errorf("log: %s", w.log)
		}
	})
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

func TestGenerationsAreBounded(t *testing.T) {
	t.Parallel()
	var g generations[int, int]
	for i := range 5 * cachedFeeds {
		g.put(i, i)
		if v, ok := g.get(0); !ok || v != 0 {
			t.Fatalf("what is asked for all the time is gone after %d", i)
		}
	}
	if n := len(g.young) + len(g.old); n > 2*cachedFeeds {
		t.Errorf("%d entries, want at most %d", n, 2*cachedFeeds)
	}
	if _, ok := g.get(cachedFeeds / 2); ok {
		t.Error("what nobody asked for is still there")
	}
	g.remove(0)
	if _, ok := g.get(0); ok {
		t.Error("removed and still there")
	}
}
