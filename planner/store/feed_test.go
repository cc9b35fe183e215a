package store

import (
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
)

var (
	annaFeed = FeedScope{"noord", StaffFeed, "anna"}
	bramFeed = FeedScope{"noord", StaffFeed, "bram"}
	eenFeed  = FeedScope{"noord", LocationFeed, "een"}
)

// creates makes a feed and returns its id and the key of its token.
func (w world) creates(scope FeedScope) (id string, key Key) {
	w.Helper()
	id, token, err := w.CreateFeed(w.Context(), NewFeed{Scope: scope, Level: FullDetail})
	w.must(err)
	key, ok := ParseToken(FeedToken, token)
	if !ok || key.ID != id {
		w.Fatalf("feed %q has token %q", id, token)
	}
	return id, key
}

func (w world) feed(id string) *Feed {
	w.Helper()
	f, err := w.FeedByID(w.Context(), id)
	w.must(err)
	return f
}

func (w world) events(scope FeedScope) []FeedEvent {
	w.Helper()
	out, err := w.FeedEvents(w.Context(), scope, testNow, testNow.AddDate(2, 0, 0))
	w.must(err)
	return out
}

func TestFeedOpens(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.imports(town("noord"))
		id, key := w.creates(annaFeed)
		f := w.feed(id)
		if f.Scope != annaFeed || f.Level != FullDetail || f.HideCancelled || f.Zone != "Europe/Amsterdam" ||
			f.Name != "Coördinator anna" || f.Revision != 0 || !f.Created.Equal(testNow) || !f.Changed.Equal(testNow) {
			w.Errorf("feed %+v", f)
		}
		other, otherKey := w.creates(annaFeed)
		if other == id || !f.Opens(key, testNow) || f.Opens(otherKey, testNow) || f.Opens(Key{ID: id}, testNow) {
			w.Error("a feed opens to its own token and no other")
		}
		w.must(w.RevokeFeed(w.Context(), id, testNow))
		if w.feed(id).Opens(key, testNow) {
			w.Error("revoked and open")
		}
		if !w.feed(other).Opens(otherKey, testNow) {
			w.Error("the other device lost its feed too")
		}
		for name, err := range map[string]error{
			"revoked twice":   w.RevokeFeed(w.Context(), id, testNow),
			"revoked unknown": w.RevokeFeed(w.Context(), "aaaaaaaaaa", testNow),
			"switched":        w.HideCancelled(w.Context(), id, true, testNow),
		} {
			if !errors.Is(err, ErrNotFound) {
				w.Errorf("%s: %v, want ErrNotFound", name, err)
			}
		}
		if _, err := w.FeedByID(w.Context(), "aaaaaaaaaa"); !errors.Is(err, ErrNotFound) {
			w.Errorf("unknown: %v, want ErrNotFound", err)
		}
	})
}

func TestHideCancelledIsAChange(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.imports(town("noord"))
		id, _ := w.creates(annaFeed)
		later := testNow.Add(time.Hour)
		w.must(w.HideCancelled(w.Context(), id, true, later))
		if f := w.feed(id); !f.HideCancelled || !f.Changed.Equal(later) {
			w.Errorf("hidden: %v, changed %v", f.HideCancelled, f.Changed)
		}
	})
}

func TestFeedsAreListedWithTheirClients(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.imports(town("noord"), town("zuid"))
		first, _ := w.creates(annaFeed)
		second, _ := w.creates(eenFeed)
		w.creates(FeedScope{"zuid", StaffFeed, "anna"})
		monday := date("2026-11-23")
		w.must(w.NoteFeedUses(w.Context(), []FeedUse{{first, "google"}, {second, "apple"}}, monday))
		w.must(w.NoteFeedUses(w.Context(), []FeedUse{{first, "google"}, {first, "outlook"}}, monday+2))
		w.must(w.RevokeFeed(w.Context(), second, testNow))
		feeds, err := w.Feeds(w.Context(), "noord")
		w.must(err)
		got := map[string][]FeedClient{}
		for _, f := range feeds {
			got[f.ID] = f.Clients
			if f.ID == first && f.LastUsed != monday+2 || f.ID == second && (f.LastUsed != monday || f.Revoked.IsZero()) {
				w.Errorf("feed %+v", f)
			}
		}
		diff(w.T, got, map[string][]FeedClient{first: {{"google", monday + 2}, {"outlook", monday + 2}}, second: {{"apple", monday}}})
	})
}

// everything returns all that the tables about access hold, as text.
func (w world) everything() string {
	w.Helper()
	var all strings.Builder
	for table, columns := range map[string]string{
		"feeds":           "id || ' ' || %s || ' ' || region || kind || subject || level",
		"caldav_accounts": "id || ' ' || %s || ' ' || region",
		"feed_clients":    "feed || ' ' || client",
	} {
		var dump string
		query := "SELECT string_agg(f::text, ' ') FROM " + table + " AS f"
		if w.writer != nil {
			query = "SELECT group_concat(" + strings.ReplaceAll(columns, "%s", "secret || ' ' || hex(secret)") + ") FROM " + table
		}
		w.must(w.db.Raw(query).Scan(&dump).Error)
		all.WriteString(dump)
	}
	return strings.ToLower(all.String())
}

// TestRA6_SecretsAreNotInTheDatabase issues tokens of each kind and looks for
// them in all that is stored: only hashes are there.
func TestRA6_SecretsAreNotInTheDatabase(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.imports(town("noord"))
		var secrets []string
		for range 100 {
			id, token, err := w.CreateFeed(w.Context(), NewFeed{Scope: annaFeed, Level: BusyOnly})
			w.must(err)
			user, password, err := w.CreateAccount(w.Context(), NewFeed{Scope: annaFeed, Level: BusyOnly})
			w.must(err)
			w.must(w.NoteFeedUses(w.Context(), []FeedUse{{id, "other"}}, date("2026-11-20")))
			w.must(w.NoteAccountUse(w.Context(), user, date("2026-11-20")))
			secrets = append(secrets, token, password)
		}
		dump := w.everything()
		for _, token := range secrets {
			kind := FeedToken
			if strings.HasPrefix(token, AppPassword.prefix()) {
				kind = AppPassword
			}
			key, _ := ParseToken(kind, token)
			secret := strings.Split(token, "_")[3]
			if !strings.Contains(dump, hex.EncodeToString(key.sum[:])) {
				w.Fatalf("the hash of %s is not stored", key.ID)
			}
			if strings.Contains(dump, secret) || strings.Contains(dump, hex.EncodeToString([]byte(secret))) {
				w.Fatalf("the secret of %s can be read", key.ID)
			}
		}
		w.Logf("%d tokens, 0 in the clear", len(secrets))
	})
}

func TestFeedsEnd(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.imports(town("noord"))
		id, key := w.creates(annaFeed)
		day := func(n int) time.Time { return testNow.AddDate(0, 0, n) }
		if w.feed(id).Opens(key, day(181)) {
			w.Error("unused for 181 days and open")
		}
		for _, n := range []int{0, 0, 179, 350} {
			if !w.feed(id).Opens(key, day(n)) {
				w.Errorf("day %d: closed", n)
			}
			w.must(w.NoteFeedUses(w.Context(), []FeedUse{{id, "other"}}, calendar.DateOf(day(n), time.UTC)))
		}
		if w.feed(id).Opens(key, day(401)) {
			w.Error("401 days old and open")
		}
	})
}

func TestCreateFeedRefuses(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.imports(town("noord"))
		for name, n := range map[string]NewFeed{
			"nobody":        {Scope: FeedScope{"noord", StaffFeed, "zoe"}, Level: FullDetail},
			"nowhere":       {Scope: FeedScope{"noord", LocationFeed, "anna"}, Level: FullDetail},
			"no district":   {Scope: FeedScope{"noord", DistrictFeed, "WK99"}, Level: FullDetail},
			"no role":       {Scope: FeedScope{"noord", RoleFeed, "anna"}, Level: FullDetail},
			"team of one":   {Scope: FeedScope{"noord", TeamFeed, "anna"}, Level: FullDetail},
			"no region":     {Scope: FeedScope{"zuid", StaffFeed, "anna"}, Level: FullDetail},
			"no region too": {Scope: FeedScope{"zuid", TeamFeed, ""}, Level: FullDetail},
			"no kind":       {Scope: FeedScope{"noord", "everybody", "anna"}, Level: FullDetail},
			"no level":      {Scope: annaFeed, Level: "everything"},
			"no language":   {Scope: annaFeed, Level: FullDetail, Language: "fr"},
			"empty kind":    {Scope: FeedScope{"noord", "", "anna"}, Level: BusyOnly},
		} {
			if id, token, err := w.CreateFeed(w.Context(), n); err == nil || id != "" || token != "" {
				w.Errorf("%s: token %q, error %v", name, token, err)
			}
			if user, password, err := w.CreateAccount(w.Context(), n); err == nil || user != "" || password != "" {
				w.Errorf("%s: password %q, error %v", name, password, err)
			}
		}
	})
}

func TestCreateFeedsIsWhole(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.imports(town("noord"))
		good := NewFeed{Scope: annaFeed, Level: FullDetail}
		bad := []NewFeed{
			good,
			{Scope: FeedScope{"noord", StaffFeed, "zoe"}, Level: FullDetail},
			{Scope: eenFeed, Level: "all"},
			{Scope: FeedScope{"noord", RoleFeed, "king"}, Level: BusyOnly},
		}
		_, err := w.CreateFeeds(w.Context(), bad...)
		if !errors.Is(err, ErrNotFound) {
			w.Errorf("%v, want ErrNotFound", err)
		}
		for _, want := range []string{`staff "zoe"`, `level "all"`, `role "king"`} {
			if !strings.Contains(err.Error(), want) {
				w.Errorf("%v does not name %s", err, want)
			}
		}
		made, err := w.CreateFeeds(w.Context(), good, good)
		w.must(err)
		feeds, err := w.Feeds(w.Context(), "noord")
		w.must(err)
		if len(feeds) != 2 || len(made) != 2 || made[0].Token == made[1].Token {
			w.Errorf("%d feeds after %v", len(feeds), made)
		}
	})
}

func TestCalendarNames(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.imports(town("noord"))
		for want, scope := range map[string]FeedScope{
			"Coördinator anna": annaFeed, "Kinderopvang een": eenFeed, "Noord": {"noord", DistrictFeed, "WK01"},
			"Town": {"noord", TeamFeed, ""}, "zorgcoördinator": {"noord", RoleFeed, "zc"},
		} {
			id, _ := w.creates(scope)
			if got, err := w.CalendarName(w.Context(), &w.feed(id).Calendar); got.NL != want || err != nil {
				w.Errorf("%v is called %q, %v; want %q", scope, got, err, want)
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
			Visit: "v1", Revised: testNow, Revision: 1, Start: at("2027-02-01T09:00:00Z"), End: at("2027-02-01T10:00:00Z"),
			FeedContent: &FeedContent{
				Name: planner.Text{NL: "Bezoek", EN: "Visit"}, Mode: planner.OnSite, Location: "een", LocationName: "Kinderopvang een",
				Place: "Straat 1, 6511 AA Stad",
				Crew:  []FeedCrew{{Staff: "anna", Name: "Coördinator anna", Role: planner.Text{NL: "zorgcoördinator", EN: "care coordinator"}}},
			},
		}
		team := FeedEvent{
			Visit: "team-1", Revised: testNow, Revision: 1, Start: meeting.Start, End: meeting.End,
			FeedContent: &FeedContent{Name: planner.Text{NL: "Teamoverleg", EN: "Teamoverleg"}, Meeting: true, Crew: v1.Crew},
		}
		diff(w.T, w.events(annaFeed), []FeedEvent{v1, team})
		diff(w.T, w.events(eenFeed), []FeedEvent{v1})
		diff(w.T, w.events(FeedScope{"noord", DistrictFeed, "WK01"}), []FeedEvent{v1})
		diff(w.T, w.events(FeedScope{"noord", TeamFeed, ""}), []FeedEvent{v1, team})
		diff(w.T, w.events(FeedScope{"noord", RoleFeed, "zc"}), []FeedEvent{v1, team})
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
