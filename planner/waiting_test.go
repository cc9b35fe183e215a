package planner

import (
	"slices"
	"testing"

	"github.com/wijkplanner/wijkplanner/calendar"
)

// waitingTown is the town of the forecast with consult time on Tuesday afternoon.
func waitingTown() *State {
	s := forecastTown()
	s.Programme.Roles[0].Consult = calendar.Week{2: {{From: 13 * 60, To: 16 * 60}}}
	return s
}

func waits(t *testing.T, s *State) map[[2]any]Wait {
	t.Helper()
	list, err := Waiting(s, WaitingOptions{From: calendar.NewDate(2027, 1, 1), Months: 12, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	out := map[[2]any]Wait{}
	for _, w := range list {
		out[[2]any{w.District, w.Acute}] = w
	}
	return out
}

func TestWaitsOfATown(t *testing.T) {
	t.Parallel()
	got := waits(t, waitingTown())
	if len(got) != 6 {
		t.Fatalf("%d waits: %+v", len(got), got)
	}
	consult, acute := got[[2]any{"", false}], got[[2]any{"", true}]
	// 166 places, and 8 consults a year for each hundred.
	if want := 166.0 / 100 * 8; consult.Questions < want-0.01 || consult.Questions > want+0.01 {
		t.Errorf("%v questions a year, want %v", consult.Questions, want)
	}
	// A day's notice, and consults on Tuesdays only: three to four days and a half
	// on average. An acute question waits for the end of a day.
	if consult.Mean < 3 || consult.Mean > 5.5 || consult.Low > consult.Mean || consult.High < consult.Mean || consult.Unserved > 5 {
		t.Errorf("consults %+v", consult)
	}
	if acute.Mean < 0.1 || acute.Mean > 7 || acute.Mean >= consult.Mean+1 {
		t.Errorf("acute %+v", acute)
	}
	again := waits(t, waitingTown())
	for k, w := range got {
		if again[k] != w {
			t.Errorf("%v: %+v and then %+v", k, w, again[k])
		}
	}
}

// TestMoreConsultTimeShortensTheWait: with the same questions, no district waits
// longer when there is more time.
func TestMoreConsultTimeShortensTheWait(t *testing.T) {
	t.Parallel()
	before := waits(t, waitingTown())
	s := waitingTown()
	s.Programme.Roles[0].Consult[4] = []calendar.Span{{From: 9 * 60, To: 12 * 60}}
	after := waits(t, s)
	for k, w := range before {
		if k[1] == false && after[k].Mean >= w.Mean {
			t.Errorf("%v waits %.2f days with consults on two days, %.2f on one", k, after[k].Mean, w.Mean)
		}
	}
}

// TestAnAbsenceLengthensTheWait: Anna is away for half a year, and nobody stands
// in.
func TestAnAbsenceLengthensTheWait(t *testing.T) {
	t.Parallel()
	before := waits(t, waitingTown())
	s := waitingTown()
	s.Absences = []Absence{{Staff: "anna", From: calendar.NewDate(2027, 3, 1), To: calendar.NewDate(2027, 8, 31)}}
	after := waits(t, s)
	if a, b := after[[2]any{"WK01", false}], before[[2]any{"WK01", false}]; a.Mean < b.Mean+10 {
		t.Errorf("her district waits %.1f days, and %.1f with her", a.Mean, b.Mean)
	}
	if a, b := after[[2]any{"WK02", false}], before[[2]any{"WK02", false}]; a != b {
		t.Errorf("the other district waits %+v, and %+v before", a, b)
	}
	for i := range s.Assignments {
		if a := s.Assignments[i]; a.Staff == "anna" {
			a.Staff, a.Kind = "bram", Backup
			s.Assignments = append(s.Assignments, a)
		}
	}
	if a := waits(t, s)[[2]any{"WK01", false}]; a.Mean > before[[2]any{"WK01", false}].Mean+3 {
		t.Errorf("with a backup her district waits %.1f days", a.Mean)
	}
}

func TestNobodyAsksAndNobodyWaits(t *testing.T) {
	t.Parallel()
	s := waitingTown()
	for i := range s.Locations {
		s.Locations[i].Registrations = nil
	}
	if got := waits(t, s); len(got) != 0 {
		t.Errorf("%+v", got)
	}
	s = waitingTown()
	s.Assignments = nil
	w := waits(t, s)[[2]any{"", false}]
	if w.Unserved != 100 || w.High >= 0 {
		t.Errorf("with nobody to go: %+v", w)
	}
	if slices.ContainsFunc(WorkKinds(), func(k WorkKind) bool { return k == "" }) {
		t.Error("a kind of work without a name")
	}
}
