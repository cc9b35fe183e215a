package planner

import (
	"slices"
	"strings"
	"testing"
)

// A consult is suggested where the person is anyway, exactly at what it costs
// more, and by the backup while the primary is away.
func TestSuggestVisit(t *testing.T) {
	t.Parallel()
	s := town()
	s.Programme.VisitTypes = append(s.Programme.VisitTypes, VisitType{ID: "consult", Mode: OnSite, Minutes: 30, Weight: 100, Bookable: true})
	p := solve(t, s)
	item := OpenItem{Location: "l1", VisitType: "consult", Role: "coordinator", Period: Period{date("2027-03-01"), date("2027-12-31")}}
	got, why, err := SuggestVisit(s, told(p), item, 5)
	if err != nil || why != nil || len(got) != 5 {
		t.Fatalf("%+v, %+v, %v", got, why, err)
	}
	own := p.server("l1", "coordinator", Primary).Staff
	there := map[string]bool{}
	for _, v := range p.visitsAt("l1") {
		there[v.on().String()] = true
	}
	if got[0].Difference > 0 && !there[got[0].Date.String()] || got[0].Staff != own {
		t.Errorf("%+v first, want %s on a day of a visit to l1 %v", got[0], own, there)
	}
	for i, x := range got {
		if !item.Period.Contains(x.Date) || i > 0 && x.Difference < got[i-1].Difference {
			t.Errorf("%d: %+v after %+v", i, x, got[max(0, i-1)])
		}
	}
	s.Absences = []Absence{{Staff: own, From: date("2027-03-01"), To: date("2027-12-31")}}
	got, _, err = SuggestVisit(s, told(p), item, 1)
	if err != nil || len(got) != 1 || got[0].Staff != p.server("l1", "coordinator", Backup).Staff || got[0].Difference < DefaultWeights().Backup {
		t.Errorf("%+v, %v: want the backup, at the charge", got, err)
	}
}

// What is said about why there is no moment is about the days asked for alone:
// the town is closed in the weekend, and on Friday, when the people work, the
// location cannot be visited.
func TestSuggestVisitSpeaksOfTheDaysAskedFor(t *testing.T) {
	t.Parallel()
	s := town()
	p := solve(t, s)
	item := OpenItem{Location: "l1", VisitType: "discussion", Role: "coordinator", Period: Period{date("2027-03-06"), date("2027-03-07")}}
	got, why, err := SuggestVisit(s, told(p), item, 5)
	if err != nil || len(got) != 0 || why == nil || !slices.Equal(why.Blocked, []string{"window:1"}) || why.Change != "" {
		t.Errorf("%+v, %+v, %v: want no window in the weekend, and no change of another day", got, why, err)
	}
	item.Period.From = date("2027-03-05")
	s.Blackouts = []Blackout{{Location: "l1", From: date("2027-03-05"), To: date("2027-03-05")}}
	got, why, err = SuggestVisit(s, told(p), item, 5)
	if err != nil || len(got) != 0 || why == nil || why.Change != "window on 2027-03-05" {
		t.Errorf("%+v, %+v, %v: want a window on the one day that is possible", got, why, err)
	}
}

func TestSuggestVisitSaysWhyNot(t *testing.T) {
	t.Parallel()
	s := town()
	p := solve(t, s)
	item := OpenItem{Location: "l1", VisitType: "discussion", Role: "coordinator", Period: Period{date("2027-03-01"), date("2027-03-12")}}
	for i := range s.Staff {
		s.Absences = append(s.Absences, Absence{Staff: s.Staff[i].ID, From: date("2027-01-01"), To: date("2027-12-31")})
	}
	got, why, err := SuggestVisit(s, told(p), item, 5)
	if err != nil || len(got) != 0 || why == nil || !strings.HasPrefix(why.Blocked[0], "away:") {
		t.Errorf("%+v, %+v, %v: want nothing, because everybody is away", got, why, err)
	}
	s.Programme.VisitTypes[0].Consent = true
	if _, why, err = SuggestVisit(s, told(p), item, 5); err != nil || why == nil || why.Blocked[0] != "consent:1" {
		t.Errorf("%+v, %v: want the missing consent", why, err)
	}
	item.Location, item.Role, item.VisitType, item.Period.To = "x", "y", "z", date("2026-01-01")
	if _, _, err := SuggestVisit(s, told(p), item, 5); err == nil || strings.Count(err.Error(), "unknown") != 3 || !strings.Contains(err.Error(), "one year") {
		t.Errorf("%v, want all four faults", err)
	}
}
