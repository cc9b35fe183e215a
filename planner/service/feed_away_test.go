package service

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/wijkplanner/wijkplanner/planner/store"
)

// TestRN2_FeedWhileTheDatabaseIsAway takes the database away: a feed goes on
// with its last good rendering for a quarter of an hour, and then it is not
// available; it is never empty.
func TestRN2_FeedWhileTheDatabaseIsAway(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.published("noord")
		seen, unseen := w.token(annaFeed, store.FullDetail), w.token(annaFeed, store.FullDetail)
		first := w.renders(seen, testNow)
		if len(lines(first.Body, "UID")) != 4 {
			w.Fatalf("feed:\n%s", first.Body)
		}
		w.must(w.Store.Close())
		for _, later := range []time.Duration{0, time.Second, time.Minute, tokenGrace} {
			if r := w.renders(seen, testNow.Add(later)); r.ETag != first.ETag || string(r.Body) != string(first.Body) {
				w.Errorf("%v later: another rendering than the last", later)
			}
		}
		for name, c := range map[string]struct {
			token string
			now   time.Time
		}{
			"a quarter of an hour is over": {seen, testNow.Add(tokenGrace + 1)}, "never seen": {unseen, testNow},
			"the clock was put back": {seen, testNow.Add(-time.Hour)},
		} {
			if _, err := w.Feed(w.Context(), c.token, "", c.now); err == nil || errors.Is(err, ErrNotFound) {
				w.Errorf("%s: %v, want a fault that is not ErrNotFound", name, err)
			}
		}
		if w.Health(w.Context()) == nil {
			w.Error("healthy without a database")
		}
		if !strings.Contains(w.log.String(), "feed from its last rendering") || strings.Contains(w.log.String(), seen) {
			w.Errorf("log: %s", w.log)
		}
	})
}

// TestRN2_FeedOverMidnightWhileTheDatabaseIsAway: the new day has no rendering
// of its own yet, so the old one is served with the old validators.
func TestRN2_FeedOverMidnightWhileTheDatabaseIsAway(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.published("noord")
		token := w.token(annaFeed, store.FullDetail)
		evening := time.Date(2027, 1, 12, 22, 59, 30, 0, time.UTC) // half a minute to midnight in Amsterdam
		first := w.renders(token, evening)
		midnight := w.opens(token, evening.Add(time.Minute))
		if midnight.ETag == first.ETag {
			w.Fatal("the day is not in the validator")
		}
		w.must(w.Store.Close())
		if r := w.content(midnight); r.ETag != first.ETag || string(r.Body) != string(first.Body) || !r.Modified.Equal(first.Modified) {
			w.Errorf("rendering %s, want the last one %s", r.ETag, first.ETag)
		}
	})
}

// TestRN2_LostCacheIsNotLost: what was driven out of memory in its plain form
// is still served, from what is compressed.
func TestRN2_LostCacheIsNotLost(t *testing.T) {
	t.Parallel()
	w := open(t, filepath.Join(t.TempDir(), "test.db"))
	w.published("noord")
	token := w.token(annaFeed, store.FullDetail)
	first := w.renders(token, testNow)
	r := w.opens(token, testNow)
	r.shrink()
	w.must(w.Store.Close())
	if got := w.renders(token, testNow); string(got.Body) != string(first.Body) {
		t.Error("another text")
	}
}

// TestCallerWhoLeavesGetsNothing: a reader that goes away is no sign that the
// database is away.
func TestCallerWhoLeavesGetsNothing(t *testing.T) {
	t.Parallel()
	w := open(t, filepath.Join(t.TempDir(), "test.db"))
	w.published("noord")
	token := w.token(annaFeed, store.FullDetail)
	w.renders(token, testNow)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := w.Feed(ctx, token, "", testNow.Add(time.Minute)); !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want that the caller left", err)
	}
}
