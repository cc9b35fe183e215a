package store

import (
	"errors"
	"testing"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
)

// primary is somebody at a location between two days; "" is an open end.
func primary(location, staff, from, to string) planner.Assignment {
	return planner.Assignment{Location: location, Role: "zc", Staff: staff, Kind: planner.Primary, From: date(from), To: date(to)}
}

// assigned is the same in a plan.
func assigned(location, staff, from, to string) planner.Assigned {
	return planner.Assigned{Location: location, Role: "zc", Staff: staff, Kind: planner.Primary, From: date(from), To: date(to)}
}

func (w world) on(region, day string) []planner.Assignment {
	w.Helper()
	got, err := w.AssignmentsOn(w.Context(), region, date(day))
	w.must(err)
	return got
}

func TestAssignmentsByDate(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		s := town("noord")
		early, late := primary("een", "anna", "", "2026-12-31"), primary("een", "bram", "2027-01-01", "")
		backup := primary("een", "carla", "2026-01-01", "2027-06-30")
		backup.Kind = planner.Backup
		s.Assignments = []planner.Assignment{late, backup, early}
		w.imports(s)
		for day, want := range map[string][]planner.Assignment{
			"2025-12-31": {early},
			"2026-12-31": {early, backup},
			"2027-01-01": {late, backup},
			"2027-07-01": {late},
		} {
			diff(w.T, w.on("noord", day), want)
		}
	})
}

func TestTwoPrimariesAreRefused(t *testing.T) {
	t.Parallel()
	for name, pair := range map[string][2]planner.Assignment{
		"inside":    {primary("een", "anna", "2027-01-01", "2027-12-31"), primary("een", "bram", "2027-03-01", "2027-04-01")},
		"one day":   {primary("een", "anna", "", "2027-03-01"), primary("een", "bram", "2027-03-01", "")},
		"both open": {primary("een", "anna", "", ""), primary("een", "bram", "", "")},
		"same":      {primary("een", "anna", "2027-01-01", ""), primary("een", "anna", "2027-01-01", "")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			forEachDatabase(t, func(w world) {
				s := town("noord")
				s.Assignments = pair[:]
				if err := w.ImportState(w.Context(), s); !errors.Is(err, ErrConflict) {
					w.Errorf("%v, want ErrConflict", err)
				}
			})
		})
	}
}

func TestPrimariesThatMayStandTogether(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		s := town("noord")
		otherRole, backup := primary("een", "bram", "", ""), primary("een", "bram", "", "")
		otherRole.Role, backup.Kind = "wijkcoach", planner.Backup
		s.Assignments = []planner.Assignment{
			primary("een", "anna", "", "2026-12-31"), primary("een", "bram", "2027-01-01", ""),
			primary("twee", "anna", "", ""), otherRole, backup,
		}
		w.imports(s)
	})
}

func TestUpdateCannotMakeTwoPrimaries(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		s := town("noord")
		s.Assignments = []planner.Assignment{primary("een", "anna", "", "2026-12-31"), primary("een", "bram", "2027-01-01", "")}
		w.imports(s)
		err := w.db.Model(&assignmentRow{}).Where("staff = ?", "bram").Update("valid_from", on(date("2026-12-31"))).Error
		if !errors.Is(err, ErrConflict) {
			w.Errorf("%v, want ErrConflict", err)
		}
	})
}

func TestAssignmentHistoryIsKept(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		s := town("noord")
		s.Assignments = []planner.Assignment{primary("een", "anna", "", ""), primary("twee", "anna", "", "")}
		w.imports(s)
		s.Assignments = []planner.Assignment{primary("twee", "anna", "", ""), primary("een", "bram", "", "")}
		w.imports(s)
		got, _, err := w.LoadState(w.Context(), "noord")
		w.must(err)
		diff(w.T, got.Assignments, s.Assignments)
		var rows []assignmentRow
		w.must(w.db.Order("id").Find(&rows).Error)
		if len(rows) != 3 || rows[0].Replaced == nil || *rows[0].Replaced != 2 || rows[1].Replaced != nil || rows[2].Recorded != 2 {
			w.Errorf("rows %+v: want the first replaced by version 2, the second kept, the third recorded by version 2", rows)
		}
	})
}

func TestPublishedAssignmentsTakeOver(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		s := town("noord")
		s.Assignments = []planner.Assignment{
			primary("een", "anna", "", ""), primary("twee", "anna", "2026-01-01", ""), primary("drie", "carla", "", ""),
		}
		w.imports(s)
		p := plan("noord")
		p.Assignments = []planner.Assigned{
			assigned("een", "anna", "2027-01-01", "2027-12-31"),
			assigned("twee", "bram", "2027-01-01", "2027-12-31"),
			assigned("drie", "", "2027-01-01", "2027-12-31"), // nobody
		}
		w.publishes(p)
		diff(w.T, w.on("noord", "2026-12-31"), []planner.Assignment{
			primary("drie", "carla", "", "2026-12-31"), primary("een", "anna", "", ""), primary("twee", "anna", "2026-01-01", "2026-12-31"),
		})
		for _, day := range []string{"2027-01-01", "2027-12-31"} {
			diff(w.T, w.on("noord", day), []planner.Assignment{
				primary("een", "anna", "", ""), primary("twee", "bram", "2027-01-01", "2027-12-31"),
			})
		}
		// Who lost a post does not come back when the plan's year is over.
		diff(w.T, w.on("noord", "2028-01-01"), []planner.Assignment{primary("een", "anna", "", "")})
	})
}

func TestImportAndPublishedAssignments(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		s := town("noord")
		w.imports(s)
		p := plan("noord")
		p.Assignments = []planner.Assigned{
			assigned("een", "anna", "2027-01-01", "2027-12-31"), assigned("twee", "bram", "2027-01-01", "2027-12-31"),
		}
		w.publishes(p)
		// A folder that says nothing of assignments leaves the published ones,
		// one that names somebody for a time takes over for that time.
		s.Assignments = []planner.Assignment{primary("een", "carla", "2027-03-01", "2027-03-31")}
		w.imports(s)
		diff(w.T, w.on("noord", "2027-02-28")[0], primary("een", "anna", "2027-01-01", "2027-02-28"))
		diff(w.T, w.on("noord", "2027-03-31")[0], primary("een", "carla", "2027-03-01", "2027-03-31"))
		diff(w.T, w.on("noord", "2027-04-01"), []planner.Assignment{
			primary("een", "anna", "2027-04-01", "2027-12-31"), primary("twee", "bram", "2027-01-01", "2027-12-31"),
		})
		// What was loaded can be imported again and changes nothing.
		before, _, err := w.LoadState(w.Context(), "noord")
		w.must(err)
		w.imports(before)
		after, _, err := w.LoadState(w.Context(), "noord")
		w.must(err)
		diff(w.T, after, before)
	})
}

func TestStretches(t *testing.T) {
	t.Parallel()
	open := stretch{calendar.NoDate, calendar.NoDate}
	for name, c := range map[string]struct {
		of, by    stretch
		cut, ends []stretch
	}{
		"apart":     {stretch{1, 5}, stretch{6, 9}, []stretch{{1, 5}}, []stretch{{1, 5}}},
		"inside":    {stretch{1, 9}, stretch{4, 5}, []stretch{{1, 3}, {6, 9}}, []stretch{{1, 3}}},
		"covered":   {stretch{4, 5}, stretch{1, 9}, nil, nil},
		"at start":  {stretch{1, 9}, stretch{1, 1}, []stretch{{2, 9}}, nil},
		"at end":    {stretch{1, 9}, stretch{9, 12}, []stretch{{1, 8}}, []stretch{{1, 8}}},
		"from open": {open, stretch{4, 5}, []stretch{{calendar.NoDate, 3}, {6, calendar.NoDate}}, []stretch{{calendar.NoDate, 3}}},
		"by open":   {stretch{4, 5}, open, nil, nil},
		"open tail": {stretch{1, calendar.NoDate}, stretch{3, calendar.NoDate}, []stretch{{1, 2}}, []stretch{{1, 2}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			diff(t, cut([]stretch{c.of}, c.by), c.cut)
			diff(t, end([]stretch{c.of}, c.by), c.ends)
		})
	}
}
