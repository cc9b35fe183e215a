package planner

import "testing"

// A visit by phone costs no travel, goes on when the area is closed, and takes
// the person's time.
func TestVisitsByPhoneDoNotTravel(t *testing.T) {
	t.Parallel()
	for _, mode := range []VisitMode{ByPhone, Online} {
		s := town()
		s.Programme.VisitTypes[0].Mode = mode
		s.Blackouts = []Blackout{
			{Municipality: "0268", From: date("2027-01-01"), To: date("2027-12-31")},
			{Location: "l1", From: date("2027-01-01"), To: date("2027-06-30")},
		}
		p := solve(t, s)
		if got := amount(p.Constraints, TravelConstraint); got != 0 {
			t.Errorf("%s: travel %d, want none", mode, got)
		}
		for _, l := range []string{"l2", "l3"} {
			if n := len(p.visitsAt(l)); n != 2 {
				t.Errorf("%s: %d calls to %s, want 2: only the area is closed", mode, n, l)
			}
		}
		for _, v := range p.visitsAt("l1") {
			if v.on() < date("2027-07-01") || v.Crew[0].TravelMinutes != 0 {
				t.Errorf("%s: %s on %s with %d minutes of travel; l1 itself is closed until July", mode, v.ID, v.on(), v.Crew[0].TravelMinutes)
			}
		}
	}
}
