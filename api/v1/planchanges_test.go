package v1

import (
	"testing"

	"github.com/wijkplanner/wijkplanner/api/problem"
)

// TestEachSeesTheirOwnChanges publishes a plan in the place of another, after
// somebody's absence.
func TestEachSeesTheirOwnChanges(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		p := &peopled{world: w, plan: map[string]int64{}, draft: map[string]int64{}, job: map[string]int64{}, publication: map[string]int64{}}
		p.planned("noord")
		at := "/regions/noord/staff/anna/plan-changes"
		if first := into[struct{ Items []PlanChange }](w, w.asks(anna, "GET", at, nil), 200).Items; len(first) != 0 {
			w.Errorf("the first plan changed %+v", first)
		}
		w.made(lead, "/regions/noord/absences", `{"staff_id":"anna","from":"2027-01-13","to":"2027-11-30"}`)
		w.works()
		plan := w.proposes()
		if a := w.asks(lead, "POST", "/regions/noord/publications", map[string]int64{"plan_id": plan}); a.Code != 201 {
			w.Fatal(a.Body)
		}
		changed := into[struct{ Items []PlanChange }](w, w.asks(anna, "GET", at, nil), 200).Items
		if len(changed) != 1 || len(changed[0].Visits)+len(changed[0].Assignments) == 0 {
			w.Errorf("changed %+v", changed)
		}
		w.refused(w.asks(bram, "GET", at, nil), 404, problem.NotFound)
	})
}
