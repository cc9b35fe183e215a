package store

import (
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
)

// diff shows where two values differ, as JSON lines.
func diff(t *testing.T, got, want any) {
	t.Helper()
	if reflect.DeepEqual(got, want) {
		return
	}
	g, _ := json.MarshalIndent(got, "", " ")
	w, _ := json.MarshalIndent(want, "", " ")
	t.Errorf("got\n%s\nwant\n%s", g, w)
}

func TestStateComesBackWhole(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		want := fullState("noord")
		w.imports(want)
		got, version, err := w.LoadState(w.Context(), "noord")
		w.must(err)
		if version != 1 {
			w.Errorf("version %d, want 1", version)
		}
		diff(w.T, got, want)
	})
}

func TestSmallStateComesBackWhole(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		// The region without a name, open dates, empty lists.
		want := town("")
		w.imports(want)
		got, _, err := w.LoadState(w.Context(), "")
		w.must(err)
		diff(w.T, got, want)
	})
}

func TestImportReplacesTheRegionAndNoOther(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		other, first, second := town("zuid"), fullState("noord"), town("noord")
		w.imports(other, first, second)
		got, version, err := w.LoadState(w.Context(), "noord")
		w.must(err)
		if version != 2 {
			w.Errorf("version %d after two imports, want 2", version)
		}
		second.Assignments = got.Assignments // their history is another test's
		diff(w.T, got, second)
		still, _, err := w.LoadState(w.Context(), "zuid")
		w.must(err)
		diff(w.T, still, other)
		regions, err := w.Regions(w.Context())
		w.must(err)
		diff(w.T, regions, []Region{
			{ID: "noord", Name: "Town", Zone: "Europe/Amsterdam", Version: 2, Imported: testNow},
			{ID: "zuid", Name: "Town", Zone: "Europe/Amsterdam", Version: 1, Imported: testNow},
		})
	})
}

func TestProgrammeVersionsAreKept(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		s := town("noord")
		w.imports(s, s)
		s.Programme.Name = "Town, second edition"
		w.imports(s)
		var rows []programmeRow
		w.must(w.db.Order("version").Find(&rows).Error)
		if len(rows) != 2 || rows[0].Document.v.Name != "Town" || rows[1].Document.v.Name != "Town, second edition" {
			w.Errorf("programmes %+v, want two: an equal one adds none", rows)
		}
	})
}

func TestUnknownRegion(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		if _, _, err := w.LoadState(w.Context(), "nergens"); !errors.Is(err, ErrNotFound) {
			w.Errorf("LoadState: %v, want ErrNotFound", err)
		}
		if _, err := w.Snapshot(w.Context(), "nergens"); !errors.Is(err, ErrNotFound) {
			w.Errorf("Snapshot: %v, want ErrNotFound", err)
		}
		if _, err := w.SavePlan(w.Context(), plan("nergens"), 1); !errors.Is(err, ErrNotFound) {
			w.Errorf("SavePlan: %v, want ErrNotFound", err)
		}
	})
}

func TestFaultyImportChangesNothing(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.imports(town("noord"))
		bad := town("noord")
		bad.Organisations[0].Name = "changed"
		bad.Cases = []planner.Case{{Ref: "c1"}, {Ref: "c1"}}
		if err := w.ImportState(w.Context(), bad); !errors.Is(err, ErrConflict) {
			w.Errorf("the same reference twice: %v, want ErrConflict", err)
		}
		got, version, err := w.LoadState(w.Context(), "noord")
		w.must(err)
		diff(w.T, got, town("noord"))
		if version != 1 {
			w.Errorf("version %d, want 1", version)
		}
	})
}

func TestSeveralRegionsInOneTransaction(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		bad := town("zuid")
		bad.Programme.Zone = "Europe/Nowhere"
		err := w.Tx(w.Context(), func(tx *Tx) error {
			return errors.Join(tx.ImportState(town("noord")), tx.ImportState(bad))
		})
		if err == nil {
			w.Error("an unknown zone was taken")
		}
		regions, err := w.Regions(w.Context())
		w.must(err)
		if len(regions) != 0 {
			w.Errorf("half imported: %v", regions)
		}
	})
}

func TestAbsencesAreOccupancy(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		s := town("noord")
		s.Absences = []planner.Absence{
			{Staff: "anna", From: date("2027-03-26"), To: date("2027-03-29")}, // over the start of summer time
			{Staff: "bram", From: date("2027-03-29"), To: date("2027-03-30"), Part: calendar.Span{From: 9 * 60, To: 12 * 60}},
		}
		w.imports(s, s)
		got, err := w.Occupied(w.Context(), "noord", at("2027-01-01T00:00:00Z"), at("2028-01-01T00:00:00Z"))
		w.must(err)
		diff(w.T, got, []Occupancy{
			{Region: "noord", Staff: "anna", From: at("2027-03-25T23:00:00Z"), To: at("2027-03-29T22:00:00Z"), Kind: AbsenceTime},
			{Region: "noord", Staff: "bram", From: at("2027-03-29T07:00:00Z"), To: at("2027-03-29T10:00:00Z"), Kind: AbsenceTime},
			{Region: "noord", Staff: "bram", From: at("2027-03-30T07:00:00Z"), To: at("2027-03-30T10:00:00Z"), Kind: AbsenceTime},
		})
	})
}

func TestOpenAbsenceIsBounded(t *testing.T) {
	t.Parallel()
	forever := planner.Absence{From: date("2027-01-01"), To: calendar.NoDate, Part: calendar.Span{From: 60, To: 120}}
	if n := len(absent(&forever, calendarZone(t))); n != longestAbsence {
		t.Errorf("%d days, want %d", n, longestAbsence)
	}
	never := planner.Absence{From: calendar.NoDate, To: calendar.NoDate}
	night := planner.Absence{Staff: "anna", From: date("2027-03-27"), To: date("2027-03-29"), Part: calendar.Span{From: 2*60 + 3, To: 3*60 + 2}}
	if n := len(absent(&night, calendarZone(t))); n != 2 {
		t.Errorf("%d nights from 02:03 to 03:02, want 2: one has no such hour", n)
	}
	if n := len(absent(&never, calendarZone(t))); n != 0 {
		t.Errorf("%d days without a date, want none", n)
	}
}

func TestSharedStaffIsOnePerson(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		noord, zuid, oost := town("noord"), town("zuid"), town("oost")
		oost.Staff[0].Name = "Somebody else called anna"
		w.imports(noord, zuid, oost)
		at9 := Occupancy{Staff: "anna", From: at("2027-01-05T09:00:00Z"), To: at("2027-01-05T10:00:00Z"), Kind: BookingTime}
		for _, c := range []struct {
			region string
			want   error
		}{{"noord", nil}, {"zuid", ErrConflict}, {"oost", nil}} {
			at9.Region = c.region
			if err := w.Occupy(w.Context(), at9); !errors.Is(err, c.want) {
				w.Errorf("region %s: %v, want %v", c.region, err, c.want)
			}
		}
	})
}

func TestPeopleKeepTheirNumber(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		s := town("noord")
		w.imports(s)
		var before, after []personRow
		w.must(w.db.Order("staff").Find(&before).Error)
		s.Staff = s.Staff[1:]
		slices.Reverse(s.Staff)
		s.Meetings = nil
		w.imports(s)
		w.must(w.db.Order("staff").Find(&after).Error)
		diff(w.T, after, before)
	})
}

func calendarZone(t *testing.T) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Amsterdam")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}
