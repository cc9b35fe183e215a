package v1

import (
	"fmt"
	"reflect"
	"testing"

	"github.com/wijkplanner/wijkplanner/api/problem"
	"github.com/wijkplanner/wijkplanner/planner/outside"
	"github.com/wijkplanner/wijkplanner/planner/service"
)

// A lead asks what if, has it planned, lays it beside what is published, and
// makes it so.
func TestScenarioOverTheAPI(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.works()
		at := "/regions/noord/scenarios"
		bad := w.asks(lead, "POST", at, ScenarioRequest{Name: "x", Changes: ScenarioChanges{
			Open:    []ScenarioLocation{{ID: "vier", Name: "Vier", Like: "nergens"}},
			Weights: map[string]int64{"speed": 1},
		}})
		w.refused(bad, 400, problem.BadRequest)
		if len(bad.problem.Errors) != 2 {
			w.Errorf("faults %+v, want two", bad.problem.Errors)
		}
		unknown := w.asks(lead, "POST", at, ScenarioRequest{Name: "x", Changes: ScenarioChanges{Leave: []ScenarioLeave{{"nobody", "2027-03-31"}}}})
		w.refused(unknown, 400, problem.BadRequest)
		full := ScenarioRequest{Name: "Vier opent, Bram gaat", Changes: ScenarioChanges{
			Open:     []ScenarioLocation{{ID: "vier", Name: "Vier", Like: "een", Opened: "2027-02-01"}},
			Close:    []ScenarioClose{{"drie", "2027-06-30"}},
			Leave:    []ScenarioLeave{{"bram", "2027-03-31"}},
			Hours:    []ScenarioHours{{"anna", "zc", 32.5, "2027-04-01"}},
			Absences: []ScenarioAbsence{{"anna", "2027-05-01", "2027-05-07"}},
			Weights:  map[string]int64{"travel": 120},
		}}
		made := w.asks(lead, "POST", at, full)
		s := into[Scenario](w, made, 201)
		one := fmt.Sprintf("%s/%d", at, s.ID)
		if made.Header().Get("Location") != Prefix+one || s.Changes.Hours[0].Hours != 32.5 || s.Changes.Weights["travel"] != 120 || s.Actor != lead.Actor {
			w.Errorf("made %+v", s)
		}
		// What was read can be written back.
		w.refused(w.asks(lead, "PUT", one, ScenarioRequest{s.Name, s.Changes}), 428, problem.NeedsIfMatch)
		w.refused(w.asks(lead, "PUT", one, ScenarioRequest{s.Name, s.Changes}, "If-Match", `"other"`), 412, problem.Changed)
		again := into[Scenario](w, w.asks(lead, "PUT", one, ScenarioRequest{s.Name, s.Changes}, "If-Match", made.Header().Get("ETag")), 200)
		if !reflect.DeepEqual(again.Changes, s.Changes) {
			w.Errorf("%+v came back as %+v", s.Changes, again.Changes)
		}
		compare := fmt.Sprintf("/regions/noord/scenario-comparison?scenarioIds=%d", s.ID)
		w.refused(w.asks(lead, "GET", compare, nil), 409, problem.Stale)
		w.refused(w.asks(lead, "POST", one+"/publications", nil), 409, problem.Stale)
		j := into[Job](w, w.asks(lead, "POST", one+"/proposals", map[string]int{"year": 2027, "iterations": 20}), 202)
		if done := w.ends(j.ID); done.State != "done" {
			w.Fatalf("job %+v", done)
		}
		beside := into[ScenarioComparison](w, w.asks(lead, "GET", compare, nil), 200)
		if len(beside.Scenarios) != 1 || beside.Scenarios[0].Stale {
			w.Errorf("beside %+v", beside)
		}
		if s = into[Scenario](w, w.asks(lead, "GET", one, nil), 200); s.Figures == nil || s.Planned == nil {
			w.Errorf("planned %+v", s)
		}
		for _, path := range []string{one, one + "/proposals", one + "/publications"} {
			method := "POST"
			if path == one {
				method = "GET"
			}
			w.refused(w.asks(southern, method, path, map[string]int{}), 404, problem.NotFound)
		}
		p := into[Publication](w, w.asks(lead, "POST", one+"/publications", nil), 201)
		if !p.WithState {
			w.Errorf("published %+v", p)
		}
		into[Publication](w, w.asks(lead, "POST", fmt.Sprintf("/regions/noord/publications/%d/undo", p.ID), nil), 201)
		if list := into[Page[Scenario]](w, w.asks(lead, "GET", at, nil), 200); len(list.Items) != 1 || list.Items[0].Published != p.ID {
			w.Errorf("list %+v", list)
		}
		if gone := w.asks(lead, "DELETE", one, nil); gone.Code != 204 {
			w.Errorf("removed: %d %s", gone.Code, gone.Body)
		}
		w.refused(w.asks(lead, "GET", one, nil), 404, problem.NotFound)
	})
}

func TestWebhooksOverTheAPI(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		at := "/regions/noord/webhooks"
		ask := WebhookRequest{URL: "https://example.nl/in?token=x", Events: []string{"plan.*", "job.done"}}
		w.refused(w.asks(lead, "POST", at, ask), 503, problem.Unavailable)
		seal, err := service.NewSeal(service.NewSealKey())
		if err != nil {
			w.Fatal(err)
		}
		w.Seal = seal
		w.api.Webhooks = &service.Webhooks{Service: w.Service, Hooks: outside.NewHooks(outside.GuardConfig{})}
		for _, wrong := range []WebhookRequest{{"http://example.nl", ask.Events}, {ask.URL, []string{"everything"}}, {ask.URL, []string{}}} {
			w.refused(w.asks(lead, "POST", at, wrong), 400, problem.BadRequest)
		}
		made := into[Webhook](w, w.asks(lead, "POST", at, ask), 201)
		if made.Secret == "" || made.Host != "https://example.nl" || made.Actor != lead.Actor {
			w.Errorf("made %+v", made)
		}
		list := into[Page[Webhook]](w, w.asks(lead, "GET", at, nil), 200)
		if len(list.Items) != 1 || list.Items[0].Secret != "" || list.Items[0].ID != made.ID {
			w.Errorf("list %+v", list)
		}
		w.works()
		w.proposes()
		told := into[Page[Delivery]](w, w.asks(lead, "GET", at+"/"+made.ID+"/deliveries", nil), 200)
		if len(told.Items) != 2 || told.Items[0].State != "waiting" {
			w.Errorf("deliveries %+v", told)
		}
		for _, path := range []string{at, at + "/" + made.ID + "/deliveries"} {
			w.refused(w.asks(southern, "GET", path, nil), 404, problem.NotFound)
		}
		w.refused(w.asks(southern, "DELETE", "/regions/zuid/webhooks/"+made.ID, nil), 404, problem.NotFound)
		w.refused(w.asks(anna, "GET", at, nil), 403, problem.Forbidden)
		if gone := w.asks(lead, "DELETE", at+"/"+made.ID, nil); gone.Code != 204 {
			w.Errorf("removed: %d %s", gone.Code, gone.Body)
		}
	})
}
