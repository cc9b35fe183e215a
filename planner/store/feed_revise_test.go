package store

import (
	"testing"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
)

// TestCancelReasons takes one visit out of a plan for each reason there is.
func TestCancelReasons(t *testing.T) {
	t.Parallel()
	const day = "2027-02-01"
	lost := visit("v", "een", "anna", day+"T09:00:00Z") // 10:00 to 11:00 in Amsterdam
	tests := []struct {
		name   string
		change func(*planner.State)
		visits []planner.Visit
		anna   CancelReason
		een    CancelReason // empty: it goes on
	}{
		{"nothing known", func(*planner.State) {}, nil, Replanned, Replanned},
		{
			"absent all day", func(s *planner.State) {
				s.Absences = []planner.Absence{{Staff: "anna", From: date(day), To: date(day)}}
			},
			nil, StaffUnavailable, StaffUnavailable,
		},
		{
			"absent that hour", func(s *planner.State) {
				s.Absences = []planner.Absence{{Staff: "anna", From: date(day), To: date(day), Part: calendar.Span{From: 630, To: 700}}}
			}, nil, StaffUnavailable, StaffUnavailable,
		},
		{
			"absent another hour", func(s *planner.State) {
				s.Absences = []planner.Absence{{Staff: "anna", From: date(day), To: date(day), Part: calendar.Span{From: 660, To: 700}}}
			}, nil, Replanned, Replanned,
		},
		{
			"somebody else absent", func(s *planner.State) {
				s.Absences = []planner.Absence{{Staff: "bram", From: date(day), To: date(day)}}
			},
			nil, Replanned, Replanned,
		},
		{
			"absent, and a colleague goes", func(s *planner.State) {
				s.Absences = []planner.Absence{{Staff: "anna", From: date(day), To: date(day)}}
			},
			[]planner.Visit{visit("v", "een", "bram", day+"T09:00:00Z")},
			StaffUnavailable, "",
		},
		{"a colleague goes", func(*planner.State) {}, []planner.Visit{visit("v", "een", "bram", day+"T09:00:00Z")}, HandedOver, ""},
		{
			"location blacked out", func(s *planner.State) {
				s.Blackouts = []planner.Blackout{{Location: "een", From: date(day), To: date(day), Reason: "study_day"}}
			}, nil, LocationClosed, LocationClosed,
		},
		{
			"district blacked out that hour", func(s *planner.State) {
				s.Blackouts = []planner.Blackout{{District: "WK01", From: date(day) - 1, To: date(day) + 1, Part: calendar.Span{From: 600, To: 610}}}
			}, nil, LocationClosed, LocationClosed,
		},
		{
			"municipality blacked out another day", func(s *planner.State) {
				s.Blackouts = []planner.Blackout{{Municipality: "0268", From: date(day) + 1, To: date(day) + 2}}
			}, nil, Replanned, Replanned,
		},
		{"location closed", func(s *planner.State) { s.Locations[0].Closed = date(day) - 1 }, nil, LocationClosed, LocationClosed},
		{"location gone", func(s *planner.State) { s.Locations = s.Locations[1:] }, nil, LocationClosed, LocationClosed},
	}
	for _, c := range tests {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			forEachDatabase(t, func(w world) {
				w.imports(town("noord"))
				w.publishes(plan("noord", lost))
				s := town("noord")
				c.change(s)
				w.imports(s)
				w.publishes(plan("noord", c.visits...))
				for scope, want := range map[FeedScope]CancelReason{annaFeed: c.anna, eenFeed: c.een, {"noord", TeamFeed, ""}: c.een} {
					e := w.events(scope)
					if len(e) != 1 || e[0].Reason != want || e[0].Cancelled != (want != "") {
						w.Errorf("%v: %+v, want reason %q", scope, e, want)
					}
				}
			})
		})
	}
}

// TestFeedChanges: what changed after a revision is known, also where it left
// the window.
func TestFeedChanges(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.imports(town("noord"))
		stays := visit("stays", "een", "anna", "2027-02-02T09:00:00Z")
		w.publishes(plan("noord", stays, visit("moves", "een", "anna", "2027-02-01T09:00:00Z"), visit("goes", "een", "anna", "2027-02-03T09:00:00Z")))
		w.publishes(plan("noord", stays, visit("moves", "een", "anna", "2027-11-01T09:00:00Z")))
		from, to := at("2027-02-02T00:00:00Z"), at("2027-02-03T00:00:00Z")
		for revision, want := range map[int64][]string{0: {"stays", "goes", "moves"}, 1: {"stays", "goes", "moves"}, 2: {"stays"}} {
			changes, err := w.FeedChanges(w.Context(), annaFeed, from, to, revision)
			w.must(err)
			var got []string
			for _, e := range changes {
				got = append(got, e.Visit)
				if e.Revision != map[string]int64{"stays": 1, "goes": 2, "moves": 2}[e.Visit] {
					w.Errorf("%s came with revision %d", e.Visit, e.Revision)
				}
			}
			diff(w.T, got, want)
		}
	})
}

func TestAccounts(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.imports(town("noord"), town("zuid"))
		w.publishes(plan("noord", visit("v", "een", "anna", "2027-02-01T09:00:00Z")))
		user, password, err := w.CreateAccount(w.Context(), NewFeed{Scope: annaFeed, Level: FullDetail},
			NewFeed{Scope: FeedScope{"noord", TeamFeed, ""}, Level: NoNames, HideCancelled: true})
		w.must(err)
		key, ok := ParseToken(AppPassword, password)
		a, err := w.AccountByID(w.Context(), user)
		w.must(err)
		if !ok || !a.Opens(key, testNow) || a.Opens(Key{ID: user}, testNow) || len(a.Calendars) != 2 {
			w.Fatalf("account %+v", a)
		}
		own, team := a.Calendars[0], a.Calendars[1]
		if own.Scope != annaFeed || own.Revision != 1 || own.HideCancelled || team.Scope.Kind != TeamFeed || !team.HideCancelled || team.Level != NoNames {
			w.Errorf("calendars %+v and %+v", own, team)
		}
		w.must(w.NoteAccountUse(w.Context(), user, date("2026-11-21")))
		w.must(w.RevokeAccount(w.Context(), user, testNow))
		all, err := w.Accounts(w.Context(), "noord")
		w.must(err)
		if len(all) != 1 || all[0].Opens(key, testNow) || all[0].LastUsed != date("2026-11-21") || len(all[0].Calendars) != 2 {
			w.Errorf("revoked: %+v", all)
		}
		if err := w.RevokeAccount(w.Context(), user, testNow); err == nil {
			w.Error("revoked twice")
		}
		if _, _, err := w.CreateAccount(w.Context()); err == nil {
			w.Error("an account without calendars")
		}
		mixed := NewFeed{Scope: FeedScope{"zuid", StaffFeed, "anna"}, Level: FullDetail}
		if _, _, err := w.CreateAccount(w.Context(), NewFeed{Scope: annaFeed, Level: FullDetail}, mixed); err == nil {
			w.Error("an account over two regions")
		}
	})
}
