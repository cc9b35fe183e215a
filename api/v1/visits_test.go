package v1

import (
	"fmt"
	"strings"
	"testing"

	"github.com/wijkplanner/wijkplanner/api/problem"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/service"
)

// plans makes a plan of 2027 for each region and publishes it.
func (w world) plans(regions ...string) {
	w.Helper()
	for _, r := range regions {
		proposals, err := w.Propose(w.Context(), planner.Options{Year: 2027, Seed: 1, Iterations: 200, MaxChanges: -1}, r)
		if err != nil {
			w.Fatal(err)
		}
		if err := w.Publish(w.Context(), proposals[0].ID); err != nil {
			w.Fatal(err)
		}
	}
}

func (w world) visits(c service.Scope, query string) []Visit {
	w.Helper()
	return into[Page[Visit]](w, w.asks(c, "GET", "/regions/noord/visits?limit=200"+query, nil), 200).Items
}

func TestVisitsOfThePublishedPlan(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		if got := w.visits(lead, ""); len(got) != 0 {
			w.Errorf("before a plan: %d visits", len(got))
		}
		w.plans("noord")
		all := w.visits(lead, "")
		if len(all) < 6 {
			w.Fatalf("%d visits", len(all))
		}
		for _, v := range w.visits(contact, "") {
			if v.Location != "een" || v.Reason != nil || v.Crew[0].TravelMinutes != nil {
				w.Errorf("the contact of een sees %+v", v)
			}
		}
		if got := w.visits(lead, "&location=een"); len(got) != len(w.visits(contact, "")) {
			w.Errorf("%d visits at een, its contact sees %d", len(got), len(w.visits(contact, "")))
		}
		one := w.asks(lead, "GET", "/regions/noord/visits/"+all[0].ID, nil)
		if got := into[Visit](w, one, 200); got.ID != all[0].ID || one.Header().Get("ETag") == "" {
			w.Errorf("visit %+v", got)
		}
		if cov := into[Page[Coverage]](w, w.asks(lead, "GET", "/regions/noord/coverage", nil), 200); len(cov.Items) == 0 {
			w.Error("no coverage")
		}
		plan := into[Page[PlanInfo]](w, w.asks(lead, "GET", "/regions/noord/plans", nil), 200).Items[0]
		at := fmt.Sprintf("/regions/noord/plans/%d", plan.ID)
		if p := into[Plan](w, w.asks(auditor, "GET", at, nil), 200); p.Visits != len(all) || len(p.Roles) == 0 {
			w.Errorf("plan %+v", p)
		}
		for _, list := range []string{"/visits", "/assignments", "/unplanned", "/coverage"} {
			if a := w.asks(lead, "GET", at+list, nil); a.Code != 200 {
				w.Errorf("%s: %d %s", list, a.Code, a.Body)
			}
			w.refused(w.asks(southern, "GET", at+list, nil), 404, problem.NotFound)
			w.refused(w.asks(southern, "GET", strings.Replace(at, "noord", "zuid", 1)+list, nil), 404, problem.NotFound)
		}
		if a := w.asks(lead, "GET", at+fmt.Sprintf("/comparison?with=%d", plan.ID), nil); a.Code != 200 {
			w.Errorf("comparison: %d %s", a.Code, a.Body)
		}
		rec := into[Recommendation](w, w.asks(lead, "GET", "/regions/noord/recommendation?location=een&role=zc", nil), 200)
		if len(rec.Ranking) != 2 {
			w.Errorf("recommendation %+v", rec)
		}
		w.refused(w.asks(lead, "GET", "/regions/noord/recommendation?location=nowhere&role=zc", nil), 400, problem.BadRequest)
	})
}

// TestB10_AFirstTalkIsNotClosedWithoutItsNextDate follows a first talk from open
// to done: not without the next date, not in the future, and then coverage has it.
func TestB10_AFirstTalkIsNotClosedWithoutItsNextDate(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.plans("noord")
		var talk Visit
		for _, v := range w.visits(lead, "") {
			if v.VisitType == "first" {
				talk = v
				break
			}
		}
		member := service.Scope{Role: service.Member, Actor: "user:9", Region: "noord", Staff: talk.Crew[0].Staff}
		other := anna
		if member.Staff == "anna" {
			other = bram
		}
		at := "/regions/noord/visits/" + talk.ID + "/outcome"
		w.refused(w.asks(member, "GET", at, nil), 404, problem.NotFound)
		w.refused(w.asks(other, "PUT", at, `{"done":true,"date":"2027-01-11","next":"2027-03-01"}`), 404, problem.NotFound)
		for _, body := range []string{
			`{"done":true,"date":"2027-01-11"}`,                     // no next date
			`{"done":true,"date":"2027-01-11","next":"2027-01-10"}`, // the next date is before
			`{"done":true,"date":"2027-01-13","next":"2027-03-01"}`, // still to come
			`{"done":false}`, // no reason
		} {
			w.refused(w.asks(member, "PUT", at, body), 400, problem.BadRequest)
		}
		w.refused(w.asks(member, "PUT", at, `{"done":true,"date":"2027-01-11","next":"2027-03-01","note":"BSN 111222333"}`), 422, problem.TextRefused)
		done := w.asks(member, "PUT", at, `{"done":true,"date":"2027-01-11","next":"2027-03-01","note":"koffie meenemen"}`)
		if o := into[Outcome](w, done, 200); !o.Done || o.Next != "2027-03-01" || o.Note != "koffie meenemen" {
			w.Errorf("outcome %+v", o)
		}
		if o := into[Outcome](w, w.asks(lead, "GET", at, nil), 200); o.Note != "" {
			w.Errorf("the lead reads the note: %+v", o)
		}
		state, err := w.State(w.Context(), "noord")
		if err != nil || len(state.History) != 1 || state.History[0].Next.String() != "2027-03-01" || state.History[0].Staff != member.Staff {
			w.Errorf("history %+v, %v", state.History, err)
		}
		w.refused(w.asks(member, "PUT", at, `{"done":false,"reason":"closed"}`), 428, problem.NeedsIfMatch)
		w.refused(w.asks(member, "PUT", at, `{"done":false,"reason":"closed"}`, "If-Match", `"old"`), 412, problem.Changed)
		if a := w.asks(member, "PUT", at, `{"done":false,"reason":"closed"}`, "If-Match", done.Header().Get("ETag")); a.Code != 200 {
			w.Errorf("not done after all: %d %s", a.Code, a.Body)
		}
		if state, err = w.State(w.Context(), "noord"); err != nil || len(state.History) != 0 {
			w.Errorf("history %+v, %v", state.History, err)
		}
	})
}
