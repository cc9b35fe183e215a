package store

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wijkplanner/wijkplanner/planner"
)

var (
	annaFeed = FeedScope{"noord", StaffFeed, "anna"}
	bramFeed = FeedScope{"noord", StaffFeed, "bram"}
	eenFeed  = FeedScope{"noord", LocationFeed, "een"}
)

// creates makes a feed and returns its token and what it opens.
func (w world) creates(scope FeedScope) string {
	w.Helper()
	token, err := w.CreateFeed(w.Context(), scope, FullDetail)
	w.must(err)
	return token
}

func (w world) opens(token string) Feed {
	w.Helper()
	f, err := w.FeedByToken(w.Context(), token, testNow)
	w.must(err)
	return f
}

func (w world) events(scope FeedScope) []FeedEvent {
	w.Helper()
	out, err := w.FeedEvents(w.Context(), scope, testNow, testNow.AddDate(2, 0, 0))
	w.must(err)
	return out
}

func TestFeedByToken(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.imports(town("noord"))
		token := w.creates(annaFeed)
		f := w.opens(token)
		if f.Scope != annaFeed || f.Level != FullDetail || f.Zone != "Europe/Amsterdam" || f.Name != "Coördinator anna" || f.Revision != 0 || !f.Created.Equal(testNow) {
			w.Errorf("feed %+v", f)
		}
		other := w.creates(annaFeed)
		if other == token || w.opens(other).ID == f.ID {
			w.Error("two devices share a token")
		}
		w.must(w.RevokeFeed(w.Context(), f.ID, testNow))
		for name, wrong := range map[string]string{
			"revoked": token, "empty": "", "unknown": unknownToken(), "other kind": strings.Replace(other, "_feed_", "_link_", 1),
			"one letter": other[:20] + flip(other[20]) + other[21:], "cut": other[:len(other)-1], "longer": other + "a",
		} {
			if _, err := w.FeedByToken(w.Context(), wrong, testNow); !errors.Is(err, ErrNotFound) {
				w.Errorf("%s: %v, want ErrNotFound", name, err)
			}
		}
		w.opens(other) // the other device is not touched
		if err := w.RevokeFeed(w.Context(), f.ID, testNow); !errors.Is(err, ErrNotFound) {
			w.Errorf("revoked twice: %v, want ErrNotFound", err)
		}
		feeds, err := w.Feeds(w.Context(), annaFeed)
		w.must(err)
		if len(feeds) != 2 {
			w.Errorf("%d feeds, want 2", len(feeds))
		}
	})
}

func unknownToken() string {
	token, _, _ := newToken()
	return token
}

func flip(letter byte) string {
	if letter == 'a' {
		return "b"
	}
	return "a"
}

func TestSecretIsNotInTheDatabase(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.imports(town("noord"))
		token := w.creates(annaFeed)
		_, secret, _ := parseToken(token)
		sum := sha256.Sum256([]byte(secret))
		var rows []feedRow
		w.must(w.db.Find(&rows).Error)
		if len(rows) != 1 || hex.EncodeToString(rows[0].Secret) != hex.EncodeToString(sum[:]) {
			w.Errorf("stored %x, want the SHA-256 %x", rows[0].Secret, sum)
		}
		var dump string
		query := "SELECT string_agg(f::text, ' ') FROM feeds AS f"
		if w.writer != nil {
			query = "SELECT group_concat(id || ' ' || secret || ' ' || hex(secret) || subject || level) FROM feeds"
		}
		w.must(w.db.Raw(query).Scan(&dump).Error)
		if dump == "" || strings.Contains(dump, secret) || strings.Contains(dump, hex.EncodeToString([]byte(secret))) {
			w.Errorf("the secret can be read in %q", dump)
		}
	})
}

func TestFeedsEnd(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.imports(town("noord"))
		token := w.creates(annaFeed)
		day := func(n int) time.Time { return testNow.AddDate(0, 0, n) }
		if _, err := w.FeedByToken(w.Context(), token, day(181)); !errors.Is(err, ErrNotFound) {
			w.Errorf("unused for 181 days: %v, want ErrNotFound", err)
		}
		for _, n := range []int{0, 0, 179, 350} {
			f, err := w.FeedByToken(w.Context(), token, day(n))
			w.must(err)
			w.must(w.NoteFeedUse(w.Context(), &f, day(n)))
		}
		if _, err := w.FeedByToken(w.Context(), token, day(401)); !errors.Is(err, ErrNotFound) {
			w.Errorf("401 days old: %v, want ErrNotFound", err)
		}
	})
}

func TestCreateFeedRefuses(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.imports(town("noord"))
		for name, c := range map[string]struct {
			scope FeedScope
			level FeedLevel
		}{
			"nobody":     {FeedScope{"noord", StaffFeed, "zoe"}, FullDetail},
			"nowhere":    {FeedScope{"noord", LocationFeed, "anna"}, FullDetail},
			"no region":  {FeedScope{"zuid", StaffFeed, "anna"}, FullDetail},
			"no kind":    {FeedScope{"noord", "team", "anna"}, FullDetail},
			"no level":   {annaFeed, "everything"},
			"empty kind": {FeedScope{"noord", "", "anna"}, BusyOnly},
		} {
			if token, err := w.CreateFeed(w.Context(), c.scope, c.level); err == nil || token != "" {
				w.Errorf("%s: token %q, error %v", name, token, err)
			}
		}
	})
}

func TestPublishedEvents(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.imports(town("noord"))
		meeting := planner.Visit{
			ID: "team-1", VisitType: "meeting", Requirement: "team", Meeting: true, Status: planner.Planned,
			Start: at("2027-02-02T08:00:00Z"), End: at("2027-02-02T09:00:00Z"),
			Crew: []planner.CrewMember{{Role: "zc", Staff: "anna"}},
		}
		w.publishes(plan("noord", visit("v1", "een", "anna", "2027-02-01T09:00:00Z"), meeting))
		v1 := FeedEvent{
			Visit: "v1", Revised: testNow, Start: at("2027-02-01T09:00:00Z"), End: at("2027-02-01T10:00:00Z"),
			FeedContent: FeedContent{
				Name: planner.Text{NL: "Bezoek", EN: "Visit"}, Mode: planner.OnSite, Location: "een", LocationName: "Kinderopvang een",
				Place: "Straat 1, 6511 AA Stad",
				Crew:  []FeedCrew{{Staff: "anna", Name: "Coördinator anna", Role: planner.Text{NL: "zorgcoördinator", EN: "care coordinator"}}},
			},
		}
		team := FeedEvent{
			Visit: "team-1", Revised: testNow, Start: meeting.Start, End: meeting.End,
			FeedContent: FeedContent{Name: planner.Text{NL: "Teamoverleg", EN: "Teamoverleg"}, Meeting: true, Crew: v1.Crew},
		}
		diff(w.T, w.events(annaFeed), []FeedEvent{v1, team})
		diff(w.T, w.events(eenFeed), []FeedEvent{v1})
		if got := w.events(bramFeed); len(got) != 0 {
			w.Errorf("bram sees %v", got)
		}
	})
}

// life is what matters of an event's life.
type life struct {
	visit     string
	sequence  int
	cancelled bool
}

func (w world) lives(scope FeedScope) []life {
	w.Helper()
	out := []life{}
	for _, e := range w.events(scope) {
		out = append(out, life{e.Visit, e.Sequence, e.Cancelled})
	}
	return out
}

func (w world) revision(scope FeedScope) int64 {
	w.Helper()
	var rows []feedRevisionRow
	w.must(w.db.Where("region = ? AND kind = ? AND subject = ?", scope.Region, scope.Kind, scope.ID).Find(&rows).Error)
	if len(rows) == 0 {
		return 0
	}
	return rows[0].Revision
}

func TestEventsOverTheirLife(t *testing.T) {
	t.Parallel()
	same := visit("same", "twee", "anna", "2027-01-04T09:00:00Z")
	past := visit("past", "twee", "anna", "2026-11-02T09:00:00Z")
	steps := []struct {
		name       string
		visits     []planner.Visit
		anna, bram []life
		revisions  [3]int64 // of anna, bram and location een
	}{
		{
			"published",
			[]planner.Visit{past, same, visit("v", "een", "anna", "2027-02-01T09:00:00Z")},
			[]life{{"same", 0, false}, {"v", 0, false}},
			[]life{},
			[3]int64{1, 0, 1},
		},
		{
			"moved",
			[]planner.Visit{past, same, visit("v", "een", "anna", "2027-02-08T09:00:00Z")},
			[]life{{"same", 0, false}, {"v", 1, false}},
			[]life{},
			[3]int64{2, 0, 2},
		},
		{
			"unchanged",
			[]planner.Visit{past, same, visit("v", "een", "anna", "2027-02-08T09:00:00Z")},
			[]life{{"same", 0, false}, {"v", 1, false}},
			[]life{},
			[3]int64{2, 0, 2},
		},
		{
			"given to bram",
			[]planner.Visit{past, same, visit("v", "een", "bram", "2027-02-08T09:00:00Z")},
			[]life{{"same", 0, false}, {"v", 2, true}},
			[]life{{"v", 0, false}},
			[3]int64{3, 1, 3},
		},
		{
			"dropped, the past one too",
			[]planner.Visit{same},
			[]life{{"same", 0, false}, {"v", 2, true}},
			[]life{{"v", 1, true}},
			[3]int64{3, 2, 4},
		},
		{
			"back with anna",
			[]planner.Visit{same, visit("v", "een", "anna", "2027-02-08T09:00:00Z")},
			[]life{{"same", 0, false}, {"v", 3, false}},
			[]life{{"v", 1, true}},
			[3]int64{4, 2, 5},
		},
	}
	forEachDatabase(t, func(w world) {
		w.imports(town("noord"))
		for _, step := range steps {
			p := plan("noord", step.visits...)
			p.From = date("2026-11-01")
			w.publishes(p)
			w.Log(step.name)
			if got := w.lives(annaFeed); !slices.Equal(got, step.anna) {
				w.Errorf("%s: anna sees %v, want %v", step.name, got, step.anna)
			}
			if got := w.lives(bramFeed); !slices.Equal(got, step.bram) {
				w.Errorf("%s: bram sees %v, want %v", step.name, got, step.bram)
			}
			for i, scope := range []FeedScope{annaFeed, bramFeed, eenFeed} {
				if got := w.revision(scope); got != step.revisions[i] {
					w.Errorf("%s: revision %d of %v, want %d", step.name, got, scope, step.revisions[i])
				}
			}
		}
	})
}

func TestPlace(t *testing.T) {
	t.Parallel()
	for want, r := range map[string]locationRow{
		"Straat 1, 6511 AA Stad": {Address: "Straat 1", Postcode: "6511 AA", Town: "Stad"},
		"6511 AA Stad":           {Postcode: "6511 AA", Town: "Stad"},
		"Straat 1, Stad":         {Address: "Straat 1", Town: "Stad"},
		"Straat 1":               {Address: "Straat 1"},
		"":                       {},
	} {
		if got := r.place(); got != want {
			t.Errorf("place() = %q, want %q", got, want)
		}
	}
}
