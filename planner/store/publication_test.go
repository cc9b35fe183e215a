package store

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
)

// picture is everything that a publication changes.
type picture struct {
	Assignments []planner.Assignment
	Occupied    []Occupancy
	Published   int64
	Events      map[string]string
}

// picture takes it, and the sequence of each event.
func (w world) picture(region string) (picture, map[string]int) {
	w.Helper()
	p, sequences := picture{Events: map[string]string{}}, map[string]int{}
	state, _, err := w.LoadState(w.Context(), region)
	w.must(err)
	p.Assignments = state.Assignments
	p.Occupied, err = w.Occupied(w.Context(), region, at("2026-01-01T00:00:00Z"), at("2029-01-01T00:00:00Z"))
	w.must(err)
	_, info, err := w.LoadPublished(w.Context(), region)
	if p.Published = info.ID; !errors.Is(err, ErrNotFound) {
		w.must(err)
	}
	var events []feedEventRow
	w.must(w.db.Where("region = ?", region).Find(&events).Error)
	for _, e := range events {
		key := string(e.Kind) + " " + e.Subject + " " + e.Visit
		sequences[key] = e.Sequence
		if !e.Cancelled {
			p.Events[key] = e.StartsAt.Format(time.RFC3339)
		}
	}
	return p, sequences
}

// twoPlans publishes a plan and then another: a visit moves, one goes, one
// comes, and a location changes hands.
func (w world) twoPlans() (before, after picture) {
	w.Helper()
	p := plan("noord", visit("moves", "een", "anna", "2027-02-01T09:00:00Z"), visit("goes", "twee", "anna", "2027-02-08T09:00:00Z"))
	p.Assignments = []planner.Assigned{assigned("een", "anna", "2027-01-01", "2027-12-31"), assigned("twee", "anna", "2027-01-01", "2027-12-31")}
	w.publishes(p)
	before, _ = w.picture("noord")
	p = plan("noord", visit("moves", "een", "anna", "2027-02-08T09:00:00Z"), visit("comes", "drie", "bram", "2027-02-01T09:00:00Z"))
	p.Assignments = []planner.Assigned{assigned("een", "anna", "2027-01-01", "2027-12-31"), assigned("twee", "bram", "2027-03-01", "2027-12-31")}
	w.publishes(p)
	after, _ = w.picture("noord")
	return before, after
}

func (w world) lastPublication() Publication {
	w.Helper()
	list, err := w.Publications(w.Context(), "noord", 0, 1)
	w.must(err)
	if len(list) != 1 {
		w.Fatal("no publication")
	}
	return list[0]
}

// Undoing brings back plan, assignments and times; undoing that restores what
// was undone; and in the feeds every change raises SEQUENCE, so that calendar
// programs follow.
func TestUndoPublication(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.imports(town("noord"))
		before, after := w.twoPlans()
		_, sequences := w.picture("noord")
		last := w.lastPublication()
		for i, want := range []picture{before, after, before} {
			w.must(w.UndoPublication(w.Context(), w.lastPublication().ID, testNow))
			got, now := w.picture("noord")
			diff(w.T, got, want)
			for key, n := range now {
				if changed := before.Events[key] != after.Events[key]; changed && n != sequences[key]+1 || !changed && n != sequences[key] {
					w.Errorf("undo %d: %s went from sequence %d to %d", i+1, key, sequences[key], n)
				}
			}
			sequences = now
		}
		undo := w.lastPublication()
		if undo.Undoes == 0 || len(undo.Plans) != 1 || undo.Plans[0] != last.Replaced[0] || undo.Actor != "command" {
			w.Errorf("%+v", undo)
		}
		// The history of assignments is whole: at each version what was known then.
		for version, want := range map[int64]string{last.Since: "anna", last.Version: "bram", undo.Version: "anna"} {
			known, err := w.AssignmentsKnown(w.Context(), "noord", date("2027-06-01"), version)
			w.must(err)
			i := slices.IndexFunc(known, func(a planner.Assignment) bool { return a.Location == "twee" })
			if i < 0 || known[i].Staff != want {
				w.Errorf("at version %d: %+v, want %s", version, known, want)
			}
		}
	})
}

// The first publication can be undone too: then nothing is planned.
func TestUndoTheFirstPublication(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.imports(town("noord"))
		none, _ := w.picture("noord")
		p := plan("noord", visit("a", "een", "anna", "2027-02-01T09:00:00Z"))
		p.Assignments = []planner.Assigned{assigned("een", "anna", "2027-01-01", "2027-12-31")}
		w.publishes(p)
		first, _ := w.picture("noord")
		for _, want := range []picture{none, first, none} {
			w.must(w.UndoPublication(w.Context(), w.lastPublication().ID, testNow))
			got, _ := w.picture("noord")
			diff(w.T, got, want)
		}
	})
}

// What cannot be undone changes nothing, and says why.
func TestUndoIsRefused(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.imports(town("noord"), town("zuid"))
		_, after := w.twoPlans()
		last := w.lastPublication()
		if err := w.UndoPublication(w.Context(), last.ID-1, testNow); !errors.Is(err, ErrStale) {
			w.Errorf("not the last: %v", err)
		}
		zuid := w.As(Scope{Role: Lead, Actor: "user:2", Region: "zuid"})
		if err := zuid.UndoPublication(w.Context(), last.ID, testNow); !errors.Is(err, ErrNotFound) {
			w.Errorf("of another region: %v", err)
		}
		if _, err := zuid.Publications(w.Context(), "noord", 0, 10); !errors.Is(err, ErrNotFound) {
			w.Errorf("list of another region: %v", err)
		}
		// Somebody booked where a visit was before.
		w.must(w.Occupy(w.Context(), Occupancy{
			Region: "noord", Staff: "anna", Kind: BookingTime, Ref: "b1", From: at("2027-02-01T09:30:00Z"), To: at("2027-02-01T10:30:00Z"),
		}))
		var overlap *OverlapError
		err := w.UndoPublication(w.Context(), last.ID, testNow)
		if !errors.As(err, &overlap) || len(overlap.Overlaps) != 1 || overlap.Overlaps[0] != (Overlap{
			Region: "noord", Staff: "anna", From: at("2027-02-01T09:30:00Z"), To: at("2027-02-01T10:30:00Z"), Kind: BookingTime, Ref: "b1", Wanted: "moves",
		}) {
			w.Errorf("a booking in the way: %v", err)
		}
		w.must(w.Release(w.Context(), "noord", BookingTime, "b1"))
		got, _ := w.picture("noord")
		diff(w.T, got, after)
	})
}

// What else changed since a publication is no reason to refuse its undoing, and
// stays; what undoing would take back is, and the refusal names it.
func TestUndoWhenOthersWentOn(t *testing.T) {
	t.Parallel()
	type change func(w world)
	gives := func(location string) change {
		return func(w world) {
			_, err := w.Assign(w.Context(), "noord", planner.Assignment{Location: location, Role: "zc", Staff: "carla", Kind: planner.Primary, From: date("2027-04-01"), To: calendar.NoDate})
			w.must(err)
		}
	}
	says := func(visit string) change {
		return func(w world) {
			w.must(w.Tx(w.Context(), func(t *Tx) error {
				return t.SaveOutcome(&VisitOutcome{Region: "noord", Visit: visit, Done: true, Date: date("2027-02-08"), Recorded: testNow})
			}))
			w.imports(town("noord")) // as the visit that joins the history makes a new version
		}
	}
	for name, c := range map[string]struct {
		change change
		want   TouchedError
	}{
		"an import":                  {func(w world) { w.imports(town("noord")) }, TouchedError{}},
		"another location":           {gives("drie"), TouchedError{}},
		"a location it gave":         {gives("twee"), TouchedError{Assignments: []string{"twee/zc/primary"}}},
		"a visit that would go":      {says("comes"), TouchedError{Visits: []string{"comes"}}},
		"a visit that would move":    {says("moves"), TouchedError{Visits: []string{"moves"}}},
		"a person who was needed":    {func(w world) { s := town("noord"); s.Staff = s.Staff[1:]; s.Meetings = nil; w.imports(s) }, TouchedError{Staff: []string{"anna"}}},
		"a location that was needed": {func(w world) { s := town("noord"); s.Locations = s.Locations[:1]; w.imports(s) }, TouchedError{Locations: []string{"twee"}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			forEachDatabase(t, func(w world) {
				w.imports(town("noord"))
				before, after := w.twoPlans()
				last := w.lastPublication()
				c.change(w)
				changed, _ := w.picture("noord")
				err := w.UndoPublication(w.Context(), last.ID, testNow)
				var touched *TouchedError
				if errors.As(err, &touched) {
					diff(w.T, *touched, c.want)
					if !errors.Is(err, ErrStale) || !strings.Contains(err.Error(), strings.Join(slices.Concat(c.want.Assignments, c.want.Visits, c.want.Staff, c.want.Locations), ", ")) {
						w.Errorf("%v", err)
					}
					got, _ := w.picture("noord")
					diff(w.T, got, changed)
					return
				}
				w.must(err)
				diff(w.T, TouchedError{}, c.want)
				got, _ := w.picture("noord")
				diff(w.T, got.Occupied, before.Occupied)
				for _, a := range changed.Assignments {
					if !slices.Contains(after.Assignments, a) && !slices.Contains(got.Assignments, a) {
						w.Errorf("%+v is lost", a)
					}
				}
			})
		})
	}
}

// The preview of a publication says what it replaces and all that is in its way.
func TestPreview(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.imports(town("noord"), town("zuid"))
		first := w.publishes(plan("noord", visit("a", "een", "anna", "2027-02-01T09:00:00Z")))
		id := w.saves(plan("noord", visit("a", "een", "anna", "2027-02-01T09:30:00Z"), visit("b", "twee", "bram", "2027-02-08T09:00:00Z")))
		for i, o := range []Occupancy{
			{Region: "noord", Staff: "bram", Kind: BookingTime, Ref: "b1", From: at("2027-02-08T08:50:00Z"), To: at("2027-02-08T09:20:00Z")},
			{Region: "noord", Staff: "bram", Kind: BookingTime, Ref: "b2", From: at("2027-02-08T09:30:00Z"), To: at("2027-02-08T10:00:00Z")},
			{Region: "zuid", Staff: "anna", Kind: BookingTime, Ref: "secret", From: at("2027-02-01T10:30:00Z"), To: at("2027-02-01T10:40:00Z")},
			{Region: "noord", Staff: "bram", Kind: HoldTime, Ref: "gone", From: at("2027-02-08T10:05:00Z"), To: at("2027-02-08T10:09:00Z"), Expires: testNow.Add(-time.Second)},
		} {
			if err := w.Occupy(w.Context(), o); err != nil {
				w.Fatalf("%d: %v", i, err)
			}
		}
		lead := w.As(Scope{Role: Lead, Actor: "user:1", Region: "noord"})
		p, err := lead.Preview(w.Context(), id)
		w.must(err)
		if p.Stale || len(p.Replaces) != 1 || p.Replaces[0] != first || p.Was == nil || p.Was.Visits[0].Start != at("2027-02-01T09:00:00Z") {
			w.Errorf("%+v", p)
		}
		var got []string
		for _, o := range p.Overlaps {
			got = append(got, o.Staff+" "+string(o.Kind)+" "+o.Ref+" for "+o.Wanted)
		}
		diff(w.T, got, []string{"anna booking  for a", "bram booking b1 for b", "bram booking b2 for b"})
		var overlap *OverlapError
		if err := lead.PublishPlan(w.Context(), id, testNow); !errors.As(err, &overlap) || len(overlap.Overlaps) != 3 {
			w.Errorf("publish: %v, want the three", err)
		}
		if _, err := w.As(Scope{Role: Lead, Region: "zuid"}).Preview(w.Context(), id); !errors.Is(err, ErrNotFound) {
			w.Errorf("from another region: %v", err)
		}
		w.imports(town("noord"))
		if p, err = lead.Preview(w.Context(), id); err != nil || !p.Stale {
			w.Errorf("%v, stale %v", err, p.Stale)
		}
	})
}
