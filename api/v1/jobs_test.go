package v1

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wijkplanner/wijkplanner/api/problem"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/service"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// works does jobs until the test ends.
func (w world) works() {
	w.Helper()
	ctx, stop := context.WithCancel(context.WithoutCancel(w.Context()))
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		(&service.Worker{Service: w.Service, Poll: 5 * time.Millisecond}).Run(ctx)
	}()
	w.Cleanup(func() { stop(); <-ended })
}

// ends waits for the end of a job.
func (w world) ends(id int64) Job {
	w.Helper()
	var last Job
	err := w.WatchJob(w.Context(), id, func(j service.Job) error { last = jobOf(&j); return nil })
	if err != nil {
		w.Fatal(err)
	}
	return last
}

// proposes has a plan made of noord and returns its id.
func (w world) proposes() int64 {
	w.Helper()
	a := w.asks(lead, "POST", "/regions/noord/proposals", ProposalRequest{Year: 2027, Iterations: 20})
	j := into[Job](w, a, 202)
	if a.Header().Get("Location") != fmt.Sprintf("/v1/jobs/%d", j.ID) || j.Kind != service.ProposeJob || j.Region != "noord" || j.StartedBy != lead.Actor {
		w.Errorf("accepted %+v at %s", j, a.Header().Get("Location"))
	}
	done := w.ends(j.ID)
	plan, _ := done.Result["plan_id"].(float64)
	if done.State != "done" || done.Progress != 1000 || plan == 0 {
		w.Fatalf("job %+v", done)
	}
	return int64(plan)
}

func TestProposePublishUndo(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.works()
		w.refused(w.asks(lead, "POST", "/regions/noord/proposals", ProposalRequest{Replan: true}), 409, problem.NeedsPlan)
		bad := w.asks(lead, "POST", "/regions/noord/proposals", map[string]any{"year": 1900, "seconds": -1, "today": "x"})
		w.refused(bad, 400, problem.BadRequest)
		if len(bad.problem.Errors) != 3 {
			w.Errorf("faults %+v, want three", bad.problem.Errors)
		}
		first := w.proposes()
		second := w.proposes()
		preview := into[PublishPreview](w, w.asks(lead, "GET", fmt.Sprintf("/regions/noord/plans/%d/preview", first), nil), 200)
		if preview.Stale || preview.Plan.ID != first || preview.Plan.Stage != "draft" || len(preview.Overlaps) != 0 {
			w.Errorf("preview %+v", preview)
		}
		at := "/regions/noord/publications"
		published := w.asks(lead, "POST", at, map[string]int64{"plan_id": first})
		p := into[Publication](w, published, 201)
		if !slices.Equal(p.Plans, []int64{first}) || len(p.Replaced) != 0 || p.Actor != lead.Actor || published.Header().Get("Location") != fmt.Sprintf("/v1%s/%d", at, p.ID) {
			w.Errorf("published %+v", p)
		}
		w.refused(w.asks(lead, "POST", at, map[string]int64{"plan_id": second}), 409, problem.Stale)
		w.refused(w.asks(lead, "POST", at, map[string]int64{"plan_id": 999}), 404, problem.NotFound)
		undo := into[Publication](w, w.asks(lead, "POST", fmt.Sprintf("%s/%d/undo", at, p.ID), nil), 201)
		if undo.Undoes != p.ID || !slices.Equal(undo.Replaced, []int64{first}) {
			w.Errorf("undone %+v", undo)
		}
		w.refused(w.asks(lead, "POST", fmt.Sprintf("%s/%d/undo", at, p.ID), nil), 409, problem.Stale)
		w.refused(w.asks(lead, "POST", at+"/999/undo", nil), 404, problem.NotFound)
		page := into[Page[Publication]](w, w.asks(lead, "GET", at+"?limit=1", nil), 200)
		rest := into[Page[Publication]](w, w.asks(lead, "GET", at+"?limit=1&cursor="+page.Next, nil), 200)
		if page.Items[0].ID != undo.ID || len(rest.Items) != 1 || rest.Items[0].ID != p.ID || rest.Next != "" {
			w.Errorf("pages %+v and %+v", page, rest)
		}
		plans := into[Page[PlanInfo]](w, w.asks(lead, "GET", "/regions/noord/plans?limit=1", nil), 200)
		others := into[Page[PlanInfo]](w, w.asks(auditor, "GET", "/regions/noord/plans", nil), 200)
		if plans.Items[0].ID != second || plans.Next == "" || len(others.Items) != 2 {
			w.Errorf("plans %+v and %+v", plans, others)
		}
		// What is another region's is not there.
		for _, path := range []string{"/regions/noord/plans", at, fmt.Sprintf("/regions/noord/plans/%d/preview", first)} {
			w.refused(w.asks(southern, "GET", path, nil), 404, problem.NotFound)
		}
		w.refused(w.asks(southern, "POST", fmt.Sprintf("/regions/zuid/publications/%d/undo", undo.ID), nil), 404, problem.NotFound)
		w.refused(w.asks(southern, "GET", fmt.Sprintf("/regions/zuid/plans/%d/preview", first), nil), 404, problem.NotFound)
	})
}

// A plan that takes time that somebody else has is refused with who and when.
func TestPublishSaysWhoIsInTheWay(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		start := time.Date(2027, 2, 1, 9, 0, 0, 0, time.UTC)
		id, err := w.Store.SavePlan(w.Context(), &planner.Plan{
			Region: "noord", From: 20454, To: 20818, Visits: []planner.Visit{{
				ID: "v", Location: "een", VisitType: "visit", Crew: []planner.CrewMember{{Role: "zc", Staff: "anna"}}, Start: start, End: start.Add(time.Hour), Status: planner.Planned,
			}},
		}, 1)
		if err != nil {
			w.Fatal(err)
		}
		err = w.Store.Occupy(w.Context(), store.Occupancy{Region: "noord", Staff: "anna", Kind: store.BookingTime, Ref: "b1", From: start, To: start.Add(time.Hour)})
		if err != nil {
			w.Fatal(err)
		}
		a := w.asks(lead, "POST", "/regions/noord/publications", map[string]int64{"plan_id": id})
		w.refused(a, 409, problem.Conflict)
		if len(a.problem.Errors) != 1 || !strings.Contains(a.problem.Errors[0].Detail, "anna from 2027-02-01T09:00:00Z") || !strings.Contains(a.Body.String(), `"ref":"b1"`) {
			w.Errorf("answer %s", a.Body)
		}
	})
}

// Whoever follows a job hears of it until it has ended, and the stream ends when
// the server stops.
func TestFollowJob(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		stopping := make(chan struct{})
		w.api.Stopping = stopping
		server := httptest.NewServer(w.handler)
		defer server.Close()
		j, err := w.As(lead).StartPropose(w.Context(), "noord", service.PlanParams{Iterations: 20, MaxChanges: -1})
		if err != nil {
			w.Fatal(err)
		}
		follow := func() *bufio.Scanner {
			request, err := http.NewRequestWithContext(w.Context(), http.MethodGet, fmt.Sprintf("%s/v1/jobs/%d/events", server.URL, j.ID), nil)
			if err != nil {
				w.Fatal(err)
			}
			caller, err := json.Marshal(lead)
			if err != nil {
				w.Fatal(err)
			}
			request.Header.Set("Test-Caller", string(caller))
			answer, err := server.Client().Do(request)
			if err != nil {
				w.Fatal(err)
			}
			w.Cleanup(func() { _ = answer.Body.Close() })
			if kind := answer.Header.Get("Content-Type"); answer.StatusCode != 200 || kind != "text/event-stream" {
				w.Fatalf("%d %s", answer.StatusCode, kind)
			}
			return bufio.NewScanner(answer.Body)
		}
		stopped := follow()
		if !stopped.Scan() || stopped.Text() != "event: job" {
			w.Fatalf("first line %q", stopped.Text())
		}
		lines := follow()
		w.works()
		var last Job
		for lines.Scan() {
			if text, isData := strings.CutPrefix(lines.Text(), "data: "); isData {
				if err := json.Unmarshal([]byte(text), &last); err != nil {
					w.Fatal(err)
				}
			}
		}
		if last.State != "done" || last.ID != j.ID {
			w.Errorf("the last that was heard: %+v", last)
		}
		j, err = w.startsDeaf()
		if err != nil {
			w.Fatal(err)
		}
		waiting := follow()
		waiting.Scan()
		close(stopping)
		for waiting.Scan() {
			continue // until the stream ends
		}
		if err := waiting.Err(); err != nil {
			w.Error(err)
		}
	})
}

// startsDeaf queues a job that is due tomorrow.
func (w world) startsDeaf() (service.Job, error) {
	id, _, err := w.Store.AddJob(w.Context(), store.NewJob{Kind: "later", Region: "noord", Due: testNow.AddDate(0, 0, 1)}, testNow)
	j, lookErr := w.Job(w.Context(), id)
	return j, errors.Join(err, lookErr)
}

func TestJobsAreListedCancelledAndRetried(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		var ids []int64
		for range 3 {
			j, err := w.startsDeaf()
			if err != nil {
				w.Fatal(err)
			}
			ids = append(ids, j.ID)
		}
		page := into[Page[Job]](w, w.asks(lead, "GET", "/jobs?limit=2&region=noord&state=waiting&kind=later", nil), 200)
		rest := into[Page[Job]](w, w.asks(lead, "GET", "/jobs?limit=2&region=noord&state=waiting&kind=later&cursor="+page.Next, nil), 200)
		if len(page.Items) != 2 || page.Items[0].ID != ids[2] || len(rest.Items) != 1 || rest.Items[0].ID != ids[0] || rest.Next != "" {
			w.Errorf("pages %+v and %+v", page, rest)
		}
		w.refused(w.asks(lead, "GET", "/jobs?limit=2&cursor="+page.Next, nil), 400, problem.BadCursor)
		one := fmt.Sprintf("/jobs/%d", ids[0])
		if j := into[Job](w, w.asks(lead, "DELETE", one, nil), 202); j.State != "cancelled" || j.Ended == nil {
			w.Errorf("cancelled %+v", j)
		}
		w.refused(w.asks(lead, "DELETE", one, nil), 409, problem.Stale)
		w.refused(w.asks(lead, "POST", one+"/retries", nil), 409, problem.Stale)
		for _, method := range []string{"GET", "DELETE"} {
			w.refused(w.asks(southern, method, one, nil), 404, problem.NotFound)
		}
		w.refused(w.asks(southern, "GET", one+"/events", nil), 404, problem.NotFound)
		w.refused(w.asks(anna, "GET", one, nil), 403, problem.Forbidden)
		j, ok, err := w.Store.ClaimJob(w.Context(), testNow.AddDate(0, 0, 2), testNow.AddDate(0, 0, 1))
		if err != nil || !ok {
			w.Fatal("no job", err)
		}
		if err := w.Store.EndJob(w.Context(), &j, store.JobOutcome{State: store.JobDead, Fault: "stuck"}, testNow); err != nil {
			w.Fatal(err)
		}
		if again := into[Job](w, w.asks(lead, "POST", fmt.Sprintf("/jobs/%d/retries", j.ID), nil), 202); again.State != "waiting" {
			w.Errorf("tried again: %+v", again)
		}
	})
}
