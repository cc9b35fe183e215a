package v1

import (
	"slices"
	"testing"

	"github.com/wijkplanner/wijkplanner/api/problem"
	"github.com/wijkplanner/wijkplanner/planner"
)

// Silent locations are proposed for a visit; what the lead asks for is planned, by
// the next plan, and not proposed again.
func TestOutreachVisitsArePlanned(t *testing.T) {
	t.Parallel()
	const path = "/regions/noord/outreach-visits"
	forEachDatabase(t, func(w world) {
		w.works()
		w.refused(w.asks(anna, "GET", path, nil), 403, problem.Forbidden)
		seen := into[OutreachVisits](w, w.asks(lead, "GET", path, nil), 200)
		if !slices.Equal(slices.Sorted(slices.Values(seen.Locations)), []string{"drie", "een", "twee"}) || len(seen.Asked) != 0 || seen.Role != "zc" {
			w.Fatalf("proposed %+v", seen)
		}
		w.refused(w.asks(lead, "POST", path, map[string]any{"region_version": seen.Region + 1}), 409, problem.Stale)
		w.refused(w.asks(lead, "POST", path, map[string]any{"region_version": seen.Region, "location_ids": []string{"vier"}}), 400, problem.BadRequest)
		asked := into[OutreachVisits](w, w.asks(lead, "POST", path, map[string]any{"region_version": seen.Region, "location_ids": []string{"een"}}), 201)
		if asked.Region != seen.Region+1 || !slices.Equal(asked.Asked, []string{"een"}) {
			w.Errorf("asked %+v", asked)
		}
		rest := into[OutreachVisits](w, w.asks(lead, "GET", path, nil), 200)
		if rest.Region != asked.Region || !slices.Equal(rest.Asked, []string{"een"}) || slices.Contains(rest.Locations, "een") || len(rest.Locations) != 2 {
			w.Errorf("then %+v", rest)
		}
		plan, _, err := w.Plan(w.Context(), w.proposes())
		if err != nil {
			w.Fatal(err)
		}
		var visits []string
		for i := range plan.Visits {
			if plan.Visits[i].Requirement == planner.OutreachRequirement {
				visits = append(visits, plan.Visits[i].Location)
			}
		}
		if !slices.Equal(visits, []string{"een"}) {
			w.Errorf("visits by the next plan: %v", visits)
		}
		more := into[OutreachVisits](w, w.asks(lead, "POST", path, map[string]any{"region_version": rest.Region}), 201)
		if len(more.Asked) != 3 {
			w.Errorf("all of them: %+v", more)
		}
		w.refused(w.asks(lead, "POST", path, map[string]any{"region_version": more.Region}), 400, problem.BadRequest)
	})
}
