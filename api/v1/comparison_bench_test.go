package v1

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/internal/litetest"
	"github.com/wijkplanner/wijkplanner/internal/pgtest"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/files"
	"github.com/wijkplanner/wijkplanner/planner/service"
)

// BenchmarkComparison asks the API for one scenario beside the region as it is,
// with nothing but the scenario said: from the request until the answer is read, on
// both databases, with a region made of real places in which questions are asked.
// Both are worked out whole – assignment, year plan, forecast of 18 months, waits
// of 20 drawn periods – and proved. It fails above what is asked.
func BenchmarkComparison(b *testing.B) {
	for _, c := range []struct {
		locations, staff int
		asked            time.Duration
	}{{150, 12, 5 * time.Second}, {1500, 120, time.Minute}} {
		for _, on := range []struct {
			name string
			open func(testing.TB, func(context.Context, string) error) string
		}{{"sqlite", litetest.File}, {"postgres", pgtest.Database}} {
			b.Run(fmt.Sprintf("%d/%s", c.locations, on.name), func(b *testing.B) {
				s, _, h := mounted(b, on.open(b, prepare), slog.New(slog.DiscardHandler))
				o := &benchAPI{b, h}
				o.imports(s, c.locations, c.staff)
				ctx, stop := context.WithCancel(context.WithoutCancel(b.Context()))
				ended := make(chan struct{})
				go func() {
					defer close(ended)
					(&service.Worker{Service: s, Poll: 20 * time.Millisecond}).Run(ctx)
				}()
				defer func() { stop(); <-ended }()
				var got Comparison
				for b.Loop() {
					got = o.compares()
				}
				took := b.Elapsed() / time.Duration(b.N)
				x := &got.Columns[1]
				b.ReportMetric(took.Seconds(), "s/answer")
				b.ReportMetric(c.asked.Seconds(), "s-asked")
				b.ReportMetric(x.Gap, "gap-%")
				b.ReportMetric(float64(x.Promised), "promised-unplanned")
				if took > c.asked || x.Promised > 0 || x.ConsultDays == nil || len(x.Months) != 18 {
					b.Errorf("%d locations: %v, asked %v; %+v", c.locations, took, c.asked, x)
				}
			})
		}
	}
}

// benchAPI asks as the lead of noord.
type benchAPI struct {
	*testing.B
	handler http.Handler
}

func (o *benchAPI) asks(method, path string, body, into any, status int) {
	o.Helper()
	var sent bytes.Buffer
	if err := json.NewEncoder(&sent).Encode(body); err != nil {
		o.Fatal(err)
	}
	r := httptest.NewRequestWithContext(o.Context(), method, Prefix+path, &sent)
	caller, err := json.Marshal(lead)
	if err != nil {
		o.Fatal(err)
	}
	r.Header.Set("Test-Caller", string(caller))
	r.Header.Set("Content-Type", "application/json")
	a := httptest.NewRecorder()
	o.handler.ServeHTTP(a, r)
	if a.Code != status {
		o.Fatalf("%s %s: %d %s", method, path, a.Code, a.Body)
	}
	if err := json.Unmarshal(a.Body.Bytes(), into); err != nil {
		o.Fatal(err)
	}
}

// imports puts a generated region, with consult time and a reserve, in the place
// of noord, and a scenario in which a location closes.
func (o *benchAPI) imports(s *service.Service, locations, staff int) {
	o.Helper()
	state := files.GenerateRegion(locations, staff, 1)
	state.Region = "noord"
	p := &state.Programme
	p.Roles[0].AcuteMinutesDay = 30
	p.Roles[0].Consult = calendar.Week{2: {{From: 13 * 60, To: 15 * 60}}, 4: {{From: 9 * 60, To: 11 * 60}}}
	p.VisitTypes = append(p.VisitTypes, planner.VisitType{ID: "consult", Mode: planner.ByPhone, Minutes: 45, Weight: 100, Bookable: true})
	if _, err := s.Import(o.Context(), []*planner.State{state}); err != nil {
		o.Fatal(err)
	}
	var made Scenario
	o.asks("POST", "/regions/noord/scenarios", map[string]any{
		"name": "one closes", "changes": map[string]any{"close": []any{map[string]any{"location_id": state.Locations[0].ID, "on": "2028-06-30"}}},
	}, &made, http.StatusCreated)
}

// compares asks for the comparison and follows its job until it is done.
func (o *benchAPI) compares() (out Comparison) {
	o.Helper()
	var j Job
	o.asks("POST", "/regions/noord/comparisons", ComparisonRequest{Scenarios: []int64{1}}, &j, http.StatusAccepted)
	for j.State != "done" {
		if j.State == "failed" {
			o.Fatalf("job %+v", j)
		}
		time.Sleep(20 * time.Millisecond)
		o.asks("GET", fmt.Sprintf("/jobs/%d", j.ID), nil, &j, http.StatusOK)
	}
	id, _ := j.Result["report_id"].(float64)
	o.asks("GET", fmt.Sprintf("/regions/noord/comparisons/%d", int64(id)), nil, &out, http.StatusOK)
	return out
}
