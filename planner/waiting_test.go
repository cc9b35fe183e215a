package planner

import (
	"math"
	"slices"
	"testing"
	"time"

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

// ruledTown is the waiting town with a consult that can be booked, and rules by
// which it is.
func ruledTown() (*State, []SlotRule) {
	s := waitingTown()
	s.Programme.VisitTypes = append(s.Programme.VisitTypes, VisitType{ID: "consult", Mode: ByPhone, Minutes: 45, Weight: 100, Bookable: true})
	for i := range s.Locations {
		s.Locations[i].Registrations[0].Places = 400
	}
	return s, []SlotRule{{
		ID: "tuesday", Role: "zc", VisitType: "consult", Windows: calendar.Week{2: {{From: 13 * 60, To: 16 * 60}}},
		BufferBefore: -1, BufferAfter: -1, NoticeMinutes: 24 * 60, HorizonDays: 56, Increment: 15,
	}}
}

func ruledWait(t *testing.T, s *State, rules []SlotRule, visits []Visit, acute bool) Wait {
	t.Helper()
	list, err := Waiting(s, WaitingOptions{From: calendar.NewDate(2027, 1, 1), Months: 12, Seed: 1, Rules: rules, Visits: visits})
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(list, func(w Wait) bool { return w.District == "" && w.Acute == acute })
	return list[i]
}

// TestWaitsFollowTheSlotRules: windows of their own in place of the consult time,
// a limit a day, less notice, a person's own rule, and a reserve that is opened
// for others late.
func TestWaitsFollowTheSlotRules(t *testing.T) {
	t.Parallel()
	s, rules := ruledTown()
	if a, b := ruledWait(t, s, rules, nil, false), ruledWait(t, s, nil, nil, false); a != b {
		t.Errorf("a rule like the default ones: %+v and %+v", a, b)
	}
	base := ruledWait(t, s, rules, nil, false)
	change := func(f func(r *SlotRule)) []SlotRule {
		r := rules[0]
		f(&r)
		return []SlotRule{r}
	}
	if w := ruledWait(t, s, change(func(r *SlotRule) { r.Windows[4] = r.Windows[2] }), nil, false); w.Mean >= base.Mean {
		t.Errorf("two days a week: %+v, one %+v", w, base)
	}
	if w := ruledWait(t, s, change(func(r *SlotRule) { r.MaxDay = 1 }), nil, false); w.Mean <= base.Mean {
		t.Errorf("one a day: %+v, four %+v", w, base)
	}
	if w := ruledWait(t, s, change(func(r *SlotRule) { r.NoticeMinutes = 7 * 24 * 60 }), nil, false); w.Low < 7 {
		t.Errorf("a week of notice: %+v", w)
	}
	if w := ruledWait(t, s, change(func(r *SlotRule) { r.Increment = 90 }), nil, false); w.Mean <= base.Mean {
		t.Errorf("two consults that begin 90 minutes apart: %+v, four %+v", w, base)
	}
	if w := ruledWait(t, s, change(func(r *SlotRule) { r.BufferBefore, r.BufferAfter = 30, 30 }), nil, false); w.Mean <= base.Mean {
		t.Errorf("two consults an afternoon with their buffers: %+v, four without %+v", w, base)
	}
	// Tuesday can be booked from Saturday on: nearly everybody waits on the list,
	// but no longer than before, as it is served in order.
	if w := ruledWait(t, s, change(func(r *SlotRule) { r.HorizonDays = 3 }), nil, false); w.Listed < 50 || base.Listed > base.Unserved || math.Abs(w.Mean-base.Mean) > 0.01 {
		t.Errorf("three days ahead: %+v, eight weeks %+v", w, base)
	}
	// A consult of another kind has windows of its own: nobody is offered them.
	other := rules[0]
	other.ID, other.VisitType, other.Windows = "visits", "visit", calendar.Week{4: {{From: 9 * 60, To: 17 * 60}}}
	if w := ruledWait(t, s, append(slices.Clone(rules), other), nil, false); w != base {
		t.Errorf("with windows for visits %+v, without %+v", w, base)
	}
	// Bram has a rule of his own, at no time that he works: Anna's locations wait
	// as before.
	own := rules[0]
	own.ID, own.Staff, own.Windows = "bram", "bram", calendar.Week{0: {{From: 9 * 60, To: 12 * 60}}}
	if w := ruledWait(t, s, append(slices.Clone(rules), own), nil, false); w.Unserved < 40 || w.Unserved > 60 {
		t.Errorf("half of the town has nobody: %+v", w)
	}
	// A reserve on Friday is for acute questions, and for others the day before.
	reserve := rules[0]
	reserve.ID, reserve.Windows, reserve.AcuteHours = "acute", calendar.Week{5: {{From: 9 * 60, To: 12 * 60}}}, 48
	with := append(slices.Clone(rules), reserve)
	s.Programme.Roles[0].AcuteMinutesDay = 0
	if a, b := ruledWait(t, s, with, nil, true), ruledWait(t, s, rules, nil, true); a.Mean >= b.Mean {
		t.Errorf("acute questions with a reserve %+v, without %+v", a, b)
	}
	if w := ruledWait(t, s, with, nil, false); w.Mean >= base.Mean {
		t.Errorf("what the reserve leaves is for others: %+v, %+v", w, base)
	}
}

// TestNobodyIsBookedDuringAVisit: a rule without windows, for a role without
// consult time, takes all working time but that of the plan's visits.
func TestNobodyIsBookedDuringAVisit(t *testing.T) {
	t.Parallel()
	s, rules := ruledTown()
	s.Programme.Roles[0].Consult, rules[0].Windows = calendar.Week{}, calendar.Week{}
	var visits []Visit
	for d := calendar.NewDate(2027, 1, 1); d <= calendar.NewDate(2027, 12, 31); d++ {
		from := d.At(9*60, amsterdam(t))
		visits = append(visits, Visit{
			VisitType: "consult", Location: "a", Status: Planned, Start: from, End: from.Add(7*time.Hour + 30*time.Minute),
			Crew: []CrewMember{{Role: "zc", Staff: "anna", TravelMinutes: 30}, {Role: "zc", Staff: "bram"}},
		})
	}
	free, busy := ruledWait(t, s, rules, nil, false), ruledWait(t, s, rules, visits, false)
	if free.Mean > 2.5 || busy.Unserved != 100 {
		t.Errorf("all day %+v, half an hour a day that no consult fits in %+v", free, busy)
	}
}
