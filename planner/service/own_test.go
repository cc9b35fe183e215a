package service

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// contactOf and memberOf are the service for a location's contact and for a member
// of staff of noord.
func (w world) contactOf(location string) *Service {
	return w.As(store.Scope{Role: store.LocationContact, Actor: "location-link:x", Region: "noord", Location: location})
}

func (w world) memberOf(staff string) *Service {
	return w.As(store.Scope{Role: store.Member, Actor: "user:1", Region: "noord", Staff: staff})
}

// faultFields are the fields of what is wrong with a form.
func faultFields(err error) (out []string) {
	var faults InputErrors
	if errors.As(err, &faults) {
		for _, f := range faults {
			out = append(out, f.Field)
		}
	}
	return out
}

func day(month time.Month, d int) calendar.Date { return calendar.NewDate(2027, month, d) }

func TestALocationClosesItself(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.published("noord")
		ctx := w.Context()
		one := planner.Blackout{Location: "een", From: day(5, 3), To: day(5, 7)}
		part := planner.Blackout{Location: "een", From: day(6, 1), To: day(6, 1), Part: calendar.Span{From: 13 * 60, To: 17 * 60}}
		for _, b := range []planner.Blackout{one, one, part} {
			w.must(w.contactOf("een").CloseLocation(ctx, "noord", b))
		}
		state, err := w.State(ctx, "noord")
		w.must(err)
		one.Reason, part.Reason = closedReason, closedReason
		if !slices.Equal(state.Blackouts, []planner.Blackout{one, part}) {
			w.Errorf("blackouts %+v", state.Blackouts)
		}
		for name, err := range map[string]error{
			"another location": w.contactOf("twee").CloseLocation(ctx, "noord", one),
			"a member":         w.memberOf("noordanna").CloseLocation(ctx, "noord", one),
			"another's":        w.contactOf("twee").OpenLocation(ctx, "noord", one),
		} {
			if !errors.Is(err, ErrNotFound) {
				w.Errorf("%s: %v", name, err)
			}
		}
		bad := planner.Blackout{Location: "een", From: calendar.NoDate, To: day(1, 3), Part: calendar.Span{From: 700, To: 600}}
		if got := faultFields(w.contactOf("een").CloseLocation(ctx, "noord", bad)); !slices.Equal(got, []string{"from", "to", "part"}) {
			w.Errorf("faults in %v", got)
		}
		for range 2 { // the second finds nothing, which is no fault
			w.must(w.contactOf("een").OpenLocation(ctx, "noord", one))
		}
		if state, err = w.State(ctx, "noord"); err != nil || !slices.Equal(state.Blackouts, []planner.Blackout{part}) {
			w.Errorf("blackouts %+v, %v", state.Blackouts, err)
		}
	})
}

func TestALocationHasItsOwnMeetings(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.published("noord")
		ctx := w.Context()
		m := OwnMeeting{Location: "een", Kind: "parent_morning", Name: "Ouderochtend", Start: day(2, 9), Clock: 9 * 60, Minutes: 60, Repeat: Monthly}
		for range 2 {
			w.must(w.contactOf("een").AddOwnMeeting(ctx, "noord", m))
		}
		state, err := w.State(ctx, "noord")
		w.must(err)
		own := OwnMeetings(state, "een")
		if len(own) != 1 || own[0].Rule != "FREQ=MONTHLY;BYDAY=2TU" || own[0].Clock != 540 || own[0].Kind != "parent_morning" {
			w.Fatalf("meetings %+v", own)
		}
		if got := faultFields(w.contactOf("een").AddOwnMeeting(ctx, "noord", OwnMeeting{Location: "een", Start: day(1, 1), Clock: -1, Repeat: "daily"})); !slices.Equal(got, []string{"start", "clock", "minutes", "repeat"}) {
			w.Errorf("faults in %v", got)
		}
		for name, err := range map[string]error{
			"another location":    w.contactOf("twee").AddOwnMeeting(ctx, "noord", m),
			"the team's":          w.contactOf("een").RemoveOwnMeeting(ctx, "noord", "een", "team"),
			"of another location": w.contactOf("twee").RemoveOwnMeeting(ctx, "noord", "twee", own[0].ID),
		} {
			if !errors.Is(err, ErrNotFound) {
				w.Errorf("%s: %v", name, err)
			}
		}
		for range 2 {
			w.must(w.contactOf("een").RemoveOwnMeeting(ctx, "noord", "een", own[0].ID))
		}
		if state, err = w.State(ctx, "noord"); err != nil || len(OwnMeetings(state, "een")) != 0 || len(state.Meetings) != 1 {
			w.Errorf("meetings %+v, %v", state.Meetings, err)
		}
	})
}

func TestOwnMeetingsRepeat(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		start  calendar.Date
		repeat Repeat
		want   string
	}{
		{day(3, 1), Once, ""},
		{day(3, 1), Weekly, "FREQ=WEEKLY"},
		{day(3, 1), Biweekly, "FREQ=WEEKLY;INTERVAL=2"},
		{day(3, 1), Monthly, "FREQ=MONTHLY;BYDAY=1MO"},
		{day(3, 28), Monthly, "FREQ=MONTHLY;BYDAY=4SU"},
		{day(3, 29), Monthly, "FREQ=MONTHLY;BYDAY=-1MO"},
	} {
		if got := (&OwnMeeting{Start: c.start, Repeat: c.repeat}).rule(); got != c.want {
			t.Errorf("%s from %s: %q, want %q", c.repeat, c.start, got, c.want)
		}
	}
}

func TestOneIsAwayAndHasHours(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.published("noord")
		ctx, anna := w.Context(), w.memberOf("noordanna")
		a := planner.Absence{Staff: "noordanna", From: day(5, 3), To: day(5, 7)}
		for range 2 {
			w.must(anna.AddAbsence(ctx, "noord", a))
		}
		week := calendar.Week{1: {{From: 540, To: 720}, {From: 780, To: 1020}}, 4: {{From: 540, To: 1020}}}
		w.must(anna.SetHours(ctx, "noord", "noordanna", week))
		state, err := w.State(ctx, "noord")
		w.must(err)
		if !slices.Equal(state.Absences, []planner.Absence{a}) || len(state.Staff[0].Pattern[1]) != 2 || len(state.Staff[0].Pattern[2]) != 0 || len(state.Staff[1].Pattern[2]) != 1 {
			w.Errorf("absences %+v, staff %+v", state.Absences, state.Staff)
		}
		of := func(s planner.Absence) planner.Absence { s.Staff = "noordbram"; return s }
		for name, err := range map[string]error{
			"another's absence":   anna.AddAbsence(ctx, "noord", of(a)),
			"removed by another":  w.memberOf("noordbram").RemoveAbsence(ctx, "noord", a),
			"another's hours":     anna.SetHours(ctx, "noord", "noordbram", week),
			"a location's":        w.contactOf("een").AddAbsence(ctx, "noord", a),
			"another's changes":   second(anna.ChangesFor(ctx, "noord", "noordbram")),
			"hours in the region": anna.SetHours(ctx, "zuid", "noordanna", week),
		} {
			if !errors.Is(err, ErrNotFound) {
				w.Errorf("%s: %v", name, err)
			}
		}
		if got := faultFields(anna.SetHours(ctx, "noord", "noordanna", calendar.Week{2: {{From: 600, To: 700}, {From: 650, To: 800}}, 3: {{From: 700, To: 600}}})); !slices.Equal(got, []string{"tu", "we"}) {
			w.Errorf("faults in %v", got)
		}
		if got := faultFields(anna.SetHours(ctx, "noord", "noordanna", calendar.Week{})); !slices.Equal(got, []string{"mo"}) {
			w.Errorf("no hours: faults in %v", got)
		}
		for range 2 {
			w.must(anna.RemoveAbsence(ctx, "noord", a))
		}
	})
}

func second[T any](_ T, err error) error { return err }

// TestOneHearsWhatChanged: the second plan moves a visit, and its people hear it,
// nobody else.
func TestOneHearsWhatChanged(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.published("noord")
		if c, err := w.memberOf("noordanna").ChangesFor(w.Context(), "noord", "noordanna"); err != nil || len(c) != 0 {
			w.Errorf("after the first plan: %+v, %v", c, err)
		}
		w.Solve = func(ctx context.Context, states []*planner.State, o planner.Options) ([]*planner.Plan, error) {
			plans, err := onePlan(ctx, states, o)
			v := &plans[0].Visits[1]
			v.Start, v.End = v.Start.AddDate(0, 0, 1), v.End.AddDate(0, 0, 1)
			return plans, err
		}
		w.publishes()
		c, err := w.memberOf("noordanna").ChangesFor(w.Context(), "noord", "noordanna")
		w.must(err)
		if len(c) != 1 || len(c[0].Visits) != 1 || c[0].Visits[0].Visit != "summer" || c[0].Visits[0].For("noordanna") != "moved" {
			w.Errorf("changes %+v", c)
		}
		if c, err := w.memberOf("noordbram").ChangesFor(w.Context(), "noord", "noordbram"); err != nil || len(c) != 0 {
			w.Errorf("for who does not come: %+v, %v", c, err)
		}
	})
}

// TestFiguresAreForPolicyOfficers: they are sums, and taking them out is written
// down.
func TestFiguresAreForPolicyOfficers(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		_, err := w.Import(w.Context(), []*planner.State{town("noord")})
		w.must(err)
		auditor := w.As(store.Scope{Role: store.Auditor, Actor: "user:2", Region: "noord"})
		if _, f, err := auditor.PolicyFigures(w.Context(), "noord"); err != nil || f != nil {
			w.Errorf("before the first plan: %+v, %v", f, err)
		}
		w.publishes()
		state, f, err := auditor.PolicyFigures(w.Context(), "noord")
		w.must(err)
		if state.Region != "noord" || f.Period.From != day(1, 1) || len(f.Leads) != 1 {
			w.Errorf("figures %+v", f)
		}
		if _, _, err := auditor.PolicyFigures(w.Context(), "zuid"); !errors.Is(err, ErrNotFound) {
			w.Errorf("another region: %v", err)
		}
		w.must(auditor.NoteExport(w.Context(), "noord", "loads"))
		acts, err := w.Audit(w.Context(), AuditQuery{Region: "noord"})
		w.must(err)
		if !slices.ContainsFunc(acts, func(a AuditEntry) bool { return a.Object == "report" && a.Verb == store.Read && a.Actor == "user:2" }) {
			w.Errorf("audit %+v", acts)
		}
	})
}

func TestAnOutcomeKeepsItsMinutes(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		promised := town("noord")
		promised.Programme.Requirements = []planner.Requirement{{ID: "yearly", Role: "zc", VisitType: "visit", Minimum: 1, Target: 2}}
		_, err := w.Import(w.Context(), []*planner.State{promised})
		w.must(err)
		w.publishes()
		w = w.at(testNow.AddDate(0, 0, 10))
		anyone := func(*planner.Visit, *VisitOutcome) error { return nil }
		o := VisitOutcome{Region: "noord", Visit: "winter", Done: true, Date: day(1, 20), Next: calendar.NoDate, Minutes: 75}
		_, err = w.memberOf("noordanna").EndVisit(w.Context(), o, anyone)
		w.must(err)
		all, err := w.Outcomes(w.Context(), "noord")
		if w.must(err); all["winter"].Minutes != 75 {
			w.Errorf("outcome %+v", all["winter"])
		}
		o.Minutes = 721
		var faults Faults
		if _, err := w.EndVisit(w.Context(), o, anyone); !errors.As(err, &faults) || faults[0].Field != "minutes" {
			w.Errorf("721 minutes: %v", err)
		}
	})
}
