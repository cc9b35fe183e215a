package store

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"sync"
	"testing"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
)

// by returns an assignment of a location from a day on.
func by(location, staff, from string) planner.Assignment {
	return planner.Assignment{Location: location, Role: "zc", Staff: staff, Kind: planner.Primary, From: date(from), To: calendar.NoDate}
}

func TestAssignByHand(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		state := town("noord")
		state.Staff[1].Contracts[0].MaxLocations = 1
		state.Assignments = []planner.Assignment{by("een", "anna", "2026-01-01"), by("drie", "bram", "2027-09-01")}
		w.imports(state)
		lead := w.As(Scope{Role: Lead, Actor: "user:1", Region: "noord"})
		version, err := lead.Assign(w.Context(), "noord", by("een", "carla", "2027-03-01"))
		w.must(err)
		for day, want := range map[string]string{"2027-02-28": "anna", "2027-03-01": "carla", "2030-01-01": "carla"} {
			got, err := w.AssignmentsOn(w.Context(), "noord", date(day))
			w.must(err)
			if len(got) == 0 || got[len(got)-1].Location != "een" || got[len(got)-1].Staff != want {
				w.Errorf("on %s: %+v, want %s", day, got, want)
			}
		}
		if known, err := w.AssignmentsKnown(w.Context(), "noord", date("2027-03-01"), version-1); err != nil || len(known) != 1 || known[0].Staff != "anna" {
			w.Errorf("known before: %+v (%v)", known, err)
		}
		// The ceiling is about the fullest day of the time, here the first of September.
		var ceiling *CeilingError
		_, err = lead.Assign(w.Context(), "noord", by("twee", "bram", "2027-03-01"))
		if !errors.As(err, &ceiling) || ceiling.Locations != 2 || ceiling.Max != 1 || !errors.Is(err, ErrConflict) {
			w.Errorf("above the ceiling: %v", err)
		}
		until := by("twee", "bram", "2027-03-01")
		until.To = date("2027-08-31")
		_, err = lead.Assign(w.Context(), "noord", until)
		w.must(err)
		above := by("twee", "bram", "2027-03-01")
		above.Reason = "temporary"
		_, err = lead.Assign(w.Context(), "noord", above)
		w.must(err)
		for want, a := range map[error]planner.Assignment{
			ErrNotFound: by("vier", "anna", "2027-01-01"), ErrConflict: {Location: "een", Role: "ab", Staff: "anna", Kind: planner.Primary},
		} {
			if _, err := lead.Assign(w.Context(), "noord", a); !errors.Is(err, want) {
				w.Errorf("%v, want %v", err, want)
			}
		}
		if _, err := lead.Assign(w.Context(), "noord", by("een", "nobody", "2027-01-01")); !errors.Is(err, ErrNotFound) {
			w.Errorf("nobody: %v", err)
		}
		if _, err := w.As(Scope{Role: Lead, Region: "zuid"}).Assign(w.Context(), "noord", by("een", "anna", "2027-01-01")); !errors.Is(err, ErrNotFound) {
			w.Errorf("from another region: %v", err)
		}
		var acts int64
		w.must(w.db.Model(&auditRow{}).Where("object = ? AND actor = ?", "assignment", "user:1").Count(&acts).Error)
		if acts != 3 {
			w.Errorf("%d acts in the audit log, want 3", acts)
		}
	})
}

// TestRC8_CeilingHoldsInParallel: many assign at once; nobody ever has more
// locations than the contract allows, except with a reason.
func TestRC8_CeilingHoldsInParallel(t *testing.T) {
	t.Parallel()
	attempts, clients := 600, 8
	if os.Getenv("WIJKPLANNER_LONG") != "" {
		attempts, clients = 10_000, 16
	}
	const locations, ceiling = 40, 4
	forEachDatabase(t, func(w world) {
		state := town("noord")
		state.Assignments = nil
		for i := range state.Staff {
			state.Staff[i].Contracts[0].MaxLocations = ceiling
		}
		for i := range locations {
			l := state.Locations[0]
			l.ID = fmt.Sprintf("l%02d", i)
			state.Locations = append(state.Locations, l)
		}
		w.imports(state)
		var group sync.WaitGroup
		var mu sync.Mutex
		taken, refused, over := 0, 0, 0
		for c := range clients {
			group.Go(func() {
				random := rand.New(rand.NewPCG(1, uint64(c)))
				for range attempts / clients {
					staff := state.Staff[random.IntN(len(state.Staff))].ID
					_, err := w.Assign(w.Context(), "noord", by(fmt.Sprintf("l%02d", random.IntN(locations)), staff, "2027-01-01"))
					now, lookErr := w.AssignmentsOn(w.Context(), "noord", date("2027-06-01"))
					has := map[string]int{}
					for _, a := range now {
						has[a.Staff]++
					}
					mu.Lock()
					var above *CeilingError
					switch {
					case lookErr != nil:
						w.Error(lookErr)
					case err == nil:
						taken++
					case errors.As(err, &above):
						refused++
					case !errors.Is(err, ErrBusy):
						w.Error(err)
					}
					for _, n := range has {
						if n > ceiling {
							over++
						}
					}
					mu.Unlock()
				}
			})
		}
		group.Wait()
		if over != 0 || taken == 0 || refused == 0 {
			w.Errorf("%d times above the ceiling; %d taken, %d refused", over, taken, refused)
		}
		w.Logf("%d attempts by %d clients: %d taken, %d refused, %d times above the ceiling of %d", attempts, clients, taken, refused, over, ceiling)
	})
}

// An import keeps the pins of which it says nothing, and says what it does with
// each.
func TestImportKeepsPins(t *testing.T) {
	t.Parallel()
	pin := func(location, staff, from, to string) planner.Assignment {
		a := primary(location, staff, from, to)
		a.Pinned = true
		return a
	}
	for name, c := range map[string]struct {
		imported, kept, lost []planner.Assignment
		change               func(*planner.State)
	}{
		"nothing said":        {kept: []planner.Assignment{pin("een", "anna", "2027-01-01", "")}},
		"another location":    {imported: []planner.Assignment{primary("twee", "bram", "", "")}, kept: []planner.Assignment{pin("een", "anna", "2027-01-01", "")}},
		"the same":            {imported: []planner.Assignment{pin("een", "anna", "2027-01-01", "")}},
		"somebody else":       {imported: []planner.Assignment{primary("een", "bram", "", "")}, lost: []planner.Assignment{pin("een", "anna", "2027-01-01", "")}},
		"somebody until then": {imported: []planner.Assignment{primary("een", "bram", "", "2026-12-31")}, kept: []planner.Assignment{pin("een", "anna", "2027-01-01", "")}},
		"somebody in summer": {
			imported: []planner.Assignment{primary("een", "bram", "2027-06-01", "2027-08-31")},
			kept:     []planner.Assignment{pin("een", "anna", "2027-01-01", "2027-05-31"), pin("een", "anna", "2027-09-01", "")},
			lost:     []planner.Assignment{pin("een", "anna", "2027-01-01", "")},
		},
		"the person is gone": {change: func(s *planner.State) { s.Staff = s.Staff[1:] }, lost: []planner.Assignment{pin("een", "anna", "2027-01-01", "")}},
		"the place is gone":  {change: func(s *planner.State) { s.Locations = s.Locations[1:] }, lost: []planner.Assignment{pin("een", "anna", "2027-01-01", "")}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := town("noord")
			s.Assignments = c.imported
			if c.change != nil {
				c.change(s)
			}
			known := []planner.Assignment{primary("drie", "carla", "", ""), pin("een", "anna", "2027-01-01", "")}
			r := reconcile(known, nil, s, AskByHand)
			diff(t, r.Kept, c.kept)
			diff(t, r.Lost, c.lost)
			diff(t, r.State.Assignments, slices.Concat(c.imported, c.kept))
			diff(t, s.Assignments, c.imported)
		})
	}
}

// What was made by hand stays through an import, pinned or not, unless the
// import gives it to others and that is chosen.
func TestImportKeepsWhatWasMadeByHand(t *testing.T) {
	t.Parallel()
	hand := primary("een", "anna", "2027-01-01", "")
	backup := planner.Assignment{Location: "een", Role: "zc", Staff: "anna", Kind: planner.Backup, From: calendar.NoDate, To: calendar.NoDate}
	for name, c := range map[string]struct {
		imported         []planner.Assignment
		kept, replaced   []planner.Assignment
		conflicts        int
		withoutThePerson bool
	}{
		"nothing said":        {kept: []planner.Assignment{hand}, replaced: []planner.Assignment{hand}},
		"the same":            {imported: []planner.Assignment{hand}, kept: []planner.Assignment{hand}, replaced: []planner.Assignment{hand}},
		"somebody until then": {imported: []planner.Assignment{primary("een", "bram", "", "2026-12-31")}, kept: []planner.Assignment{primary("een", "bram", "", "2026-12-31"), hand}, replaced: []planner.Assignment{primary("een", "bram", "", "2026-12-31"), hand}},
		"the same person longer": {
			imported: []planner.Assignment{primary("een", "anna", "", "")},
			kept:     []planner.Assignment{primary("een", "anna", "", "2026-12-31"), hand}, replaced: []planner.Assignment{primary("een", "anna", "", "2026-12-31"), hand},
		},
		"somebody else": {
			imported: []planner.Assignment{primary("een", "bram", "", "")}, conflicts: 1,
			kept: []planner.Assignment{primary("een", "bram", "", "2026-12-31"), hand}, replaced: []planner.Assignment{primary("een", "bram", "", "")},
		},
		"somebody in summer": {
			imported: []planner.Assignment{primary("een", "bram", "2027-06-01", "2027-08-31")}, conflicts: 1, kept: []planner.Assignment{hand},
			replaced: []planner.Assignment{primary("een", "bram", "2027-06-01", "2027-08-31"), primary("een", "anna", "2027-01-01", "2027-05-31"), primary("een", "anna", "2027-09-01", "")},
		},
		"as backup": {
			imported: []planner.Assignment{backup}, conflicts: 1, replaced: []planner.Assignment{backup},
			kept: []planner.Assignment{{Location: "een", Role: "zc", Staff: "anna", Kind: planner.Backup, From: calendar.NoDate, To: calendar.NewDate(2026, 12, 31)}, hand},
		},
		"the person is gone": {withoutThePerson: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := town("noord")
			s.Assignments = c.imported
			if c.withoutThePerson {
				s.Staff = s.Staff[1:]
			}
			for rule, want := range map[ByHand][]planner.Assignment{AskByHand: c.kept, KeepByHand: c.kept, ReplaceByHand: c.replaced} {
				r := reconcile([]planner.Assignment{primary("drie", "carla", "", ""), hand}, []planner.Assignment{hand}, s, rule)
				if len(r.Conflicts) != c.conflicts || (r.Refusal(rule) != nil) != (rule == AskByHand && c.conflicts > 0) {
					t.Errorf("%q: conflicts %+v, %v", rule, r.Conflicts, r.Refusal(rule))
				}
				diff(t, r.State.Assignments, want)
			}
		})
	}
}

// An edit of the assignments is by hand too, and what is left of a row is what
// it was.
func TestOriginOfAssignments(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		s := town("noord")
		s.Assignments = []planner.Assignment{primary("een", "anna", "", "")}
		w.must(w.ImportState(w.Context(), s))
		change := func(to ...planner.Assignment) {
			w.must(w.Tx(w.Context(), func(t *Tx) error {
				known, _, err := t.LockState("noord")
				if err != nil {
					return err
				}
				now := *known
				now.Assignments = to
				return t.SaveState(known, &now)
			}))
		}
		change(primary("een", "anna", "", "2026-12-31"), primary("een", "bram", "2027-01-01", ""))
		known, _, err := w.LoadState(w.Context(), "noord")
		w.must(err)
		r, err := w.Reconcile(w.Context(), known, s, KeepByHand)
		w.must(err)
		if len(r.Conflicts) != 1 {
			w.Errorf("%+v: want bram's against the import's", r.Conflicts)
		}
		w.must(w.ImportState(w.Context(), r.State))
		now, err := w.AssignmentsOn(w.Context(), "noord", calendar.NewDate(2027, 5, 1))
		w.must(err)
		if len(now) != 1 || now[0].Staff != "bram" {
			w.Errorf("%+v after an import", now)
		}
		if r, err = w.Reconcile(w.Context(), r.State, s, AskByHand); err != nil || len(r.Conflicts) != 1 {
			w.Errorf("%+v %v: still by hand", r.Conflicts, err)
		}
	})
}
