package planner

import (
	"testing"

	"github.com/wijkplanner/wijkplanner/calendar"
)

func TestFirstTalkIsNotClosedWithoutItsNext(t *testing.T) {
	t.Parallel()
	p := &Programme{VisitTypes: []VisitType{{ID: "first", Next: "progress"}, {ID: "progress"}}}
	on := date("2027-03-01")
	for _, c := range []struct {
		visitType string
		next      calendar.Date
		ok        bool
	}{
		{"first", calendar.NoDate, false},
		{"first", on, false},
		{"first", on + 1, true},
		{"progress", calendar.NoDate, true},
		{"unknown", calendar.NoDate, true},
	} {
		err := p.CheckClosing(&CompletedVisit{VisitType: c.visitType, Date: on, Next: c.next})
		if (err == nil) != c.ok {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

// Each consent serves one visit from its day on; a completed visit used one.
func TestConsentsServeOneVisitEach(t *testing.T) {
	t.Parallel()
	s := town()
	s.Programme.VisitTypes[0].Consent = true
	s.Programme.Requirements[0].MinGapDays = 0
	s.Programme.Requirements[0].Target = 3
	for _, d := range []string{"2026-11-01", "2027-02-01", "2027-06-01"} {
		s.Consents = append(s.Consents, Consent{Location: "l1", Requirement: "discussion", Given: true, Date: date(d)})
	}
	s.Consents = append(s.Consents, Consent{Location: "l2", Requirement: "discussion", Date: date("2027-01-01")})
	s.History = []CompletedVisit{
		{Location: "l1", Requirement: "discussion", Date: date("2026-10-01")}, // before any consent that is known
		{Location: "l1", Requirement: "discussion", Date: date("2026-12-01")},
	}
	p := solve(t, s)
	at := p.visitsAt("l1")
	if len(at) != 2 || len(p.visitsAt("l2")) != 0 {
		t.Fatalf("%d visits at l1 and %d at l2, want 2 and 0", len(at), len(p.visitsAt("l2")))
	}
	for i, from := range []string{"2027-02-01", "2027-06-01"} {
		if d := calendar.DateOf(at[i].Start, at[i].Start.Location()); d < date(from) {
			t.Errorf("visit %d on %s, consent from %s", i, d, from)
		}
	}
}
