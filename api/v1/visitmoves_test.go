package v1

import (
	"fmt"
	"strings"
	"testing"

	"github.com/wijkplanner/wijkplanner/api/problem"
)

// A visit is moved over the API as its caller would: ask what is better, look at
// the effect, move, see it, and take it back.
func TestMoveVisit(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.plans("noord")
		plan := into[Page[PlanInfo]](w, w.asks(lead, "GET", "/regions/noord/plans", nil), 200).Items[0]
		var visit Visit
		for _, v := range w.visits(lead, "") {
			if !v.Meeting && v.Start.Month() > 3 {
				visit = v
			}
		}
		at := fmt.Sprintf("/regions/noord/plans/%d/visits/%s", plan.ID, visit.ID)
		sunday := into[VisitMoveEffect](w, w.asks(lead, "GET", at+"/move-preview?date=2027-06-06&time=09:00", nil), 200)
		if sunday.Allowed || len(sunday.Faults) == 0 || sunday.Faults[0].Rule != "weekend" || sunday.Faults[0].Sentence.NL == "" || len(sunday.Better) == 0 || !sunday.Published {
			w.Fatalf("a Sunday: %+v", sunday)
		}
		w.refused(w.asks(lead, "POST", at+"/moves", `{"date":"2027-06-06","time":"09:00"}`), 422, problem.Faulty)
		best := sunday.Better[0]
		effect := into[VisitMoveEffect](w, w.asks(lead, "GET", fmt.Sprintf("%s/move-preview?date=%s&time=%s&staffIds=%s", at, best.Date, best.Clock, best.Staff), nil), 200)
		if !effect.Allowed || effect.Difference != best.Difference || effect.Is == nil || len(effect.Amounts) != 7 {
			w.Errorf("the best moment: %+v, promised %+v", effect, best)
		}
		answer := w.asks(lead, "POST", at+"/moves", fmt.Sprintf(`{"date":%q,"time":%q,"staff_ids":[%q]}`, best.Date, best.Clock, best.Staff))
		made := into[VisitMoveMade](w, answer, 201)
		if made.Plan == plan.ID || made.Publication == 0 || !strings.HasSuffix(answer.Header().Get("Location"), fmt.Sprintf("/plans/%d", made.Plan)) {
			w.Errorf("moved: %+v, %s", made, answer.Header().Get("Location"))
		}
		now := into[Visit](w, w.asks(lead, "GET", "/regions/noord/visits/"+visit.ID, nil), 200)
		if !now.Start.Equal(effect.Is.Start) || now.Status != "pinned" {
			w.Errorf("it is %+v", now)
		}
		w.refused(w.asks(lead, "POST", at+"/moves", fmt.Sprintf(`{"date":%q,"time":%q}`, best.Date, best.Clock)), 409, problem.Stale)
		w.refused(w.asks(lead, "GET", fmt.Sprintf("/regions/noord/plans/%d/visits/nothing/move-preview?date=2027-06-07&time=09:00", made.Plan), nil), 404, problem.NotFound)
		into[Publication](w, w.asks(lead, "POST", fmt.Sprintf("/regions/noord/publications/%d/undo", made.Publication), nil), 201)
		if back := into[Visit](w, w.asks(lead, "GET", "/regions/noord/visits/"+visit.ID, nil), 200); !back.Start.Equal(visit.Start) {
			w.Errorf("taken back: %+v", back)
		}
	})
}
