package outside

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"reflect"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/wijkplanner/wijkplanner/planner"
)

// osrm serves a handler as the router of cars.
func osrm(t *testing.T, handler http.HandlerFunc) *Router {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return &Router{Addresses: map[planner.TravelMode]string{planner.Car: server.URL + "/"}, Client: server.Client()}
}

func measure(t *testing.T, r *Router, points [][2]float64) *planner.TravelTable {
	t.Helper()
	table, err := r.Measure(t.Context(), map[planner.TravelMode][][2]float64{planner.Car: points, planner.Bicycle: points})
	if err != nil {
		t.Fatal(err)
	}
	return table
}

// nijmegen are three points, latitude first.
var nijmegen = [][2]float64{{51.8433, 5.853}, {51.8227, 5.8657}, {51.8201, 5.821}}

// The answer is written after the format of OSRM's table service, version 1.
func TestRouterReadsARecordedAnswer(t *testing.T) {
	t.Parallel()
	recorded, err := os.ReadFile("testdata/osrm_table.json")
	if err != nil {
		t.Fatal(err)
	}
	var asked string
	r := osrm(t, func(w http.ResponseWriter, r *http.Request) {
		asked = r.URL.String()
		_, _ = w.Write(recorded)
	})
	table := measure(t, r, nijmegen)
	want := "/table/v1/driving/5.85300,51.84330;5.86570,51.82270;5.82100,51.82010?annotations=duration&sources=0;1;2&destinations=0;1;2"
	if asked != want {
		t.Errorf("asked %s, want %s", asked, want)
	}
	car := table.Modes[planner.Car]
	if table.Source != "osrm" || table.Why != RouterIncomplete || table.Modes[planner.Bicycle] != nil {
		t.Errorf("%s, %q, %v: want an incomplete table of cars alone", table.Source, table.Why, table.Modes)
	}
	if want := [][]int32{{0, 413, 655}, {398, 0, 301}, {640, planner.Unknown, 0}}; !reflect.DeepEqual(car.Seconds, want) {
		t.Errorf("%v, want %v", car.Seconds, want)
	}
}

// TestRouterFallsBack: whatever a router does, there is a plan with estimates,
// and a code that says why.
func TestRouterFallsBack(t *testing.T) {
	t.Parallel()
	answers := func(text string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(text)) }
	}
	status := func(code int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
	}
	for name, c := range map[string]struct {
		handler http.HandlerFunc
		want    string
	}{
		"too busy":            {status(http.StatusServiceUnavailable), RouterRefused},
		"broken":              {status(http.StatusInternalServerError), RouterRefused},
		"too big":             {status(http.StatusBadRequest), RouterRefused},
		"elsewhere":           {func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/other", http.StatusFound) }, RouterRefused},
		"another code":        {answers(`{"code":"NoTable","message":"no"}`), RouterRefused},
		"no code":             {answers(`{}`), RouterRefused},
		"no JSON":             {answers(`<html>`), RouterGarbled},
		"half an answer":      {answers(`{"code":"Ok","durations":[[0,1`), RouterGarbled},
		"too few rows":        {answers(`{"code":"Ok","durations":[[0,1,2]]}`), RouterGarbled},
		"too short a row":     {answers(`{"code":"Ok","durations":[[0,1],[0,1],[0,1]]}`), RouterGarbled},
		"words for numbers":   {answers(`{"code":"Ok","durations":[["a",1,2],[0,1,2],[0,1,2]]}`), RouterGarbled},
		"a huge answer":       {answers(`{"code":"Ok","x":"` + strings.Repeat("x", mostAnswer) + `"}`), RouterGarbled},
		"nothing but nulls":   {answers(`{"code":"Ok","durations":[[null,null,null],[null,null,null],[null,null,null]]}`), RouterIncomplete},
		"negative times":      {answers(`{"code":"Ok","durations":[[0,-1,-1],[-1,0,-1],[-1,-1,0]]}`), RouterIncomplete},
		"a connection closed": {func(_ http.ResponseWriter, _ *http.Request) { panic(http.ErrAbortHandler) }, RouterUnreachable},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := osrm(t, c.handler)
			r.Client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
			if table := measure(t, r, nijmegen); table.Why != c.want {
				t.Errorf("why %q, want %q", table.Why, c.want)
			}
		})
	}
}

func TestRouterThatIsSlow(t *testing.T) {
	t.Parallel()
	done := make(chan struct{})
	r := osrm(t, func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-r.Context().Done():
		case <-done:
		}
	})
	defer close(done)
	r.Timeout = 50 * time.Millisecond
	if table := measure(t, r, nijmegen); table.Why != RouterUnreachable || table.Source != "estimate" {
		t.Errorf("%s, %q: want an estimate because nobody answers", table.Source, table.Why)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := r.Measure(ctx, map[planner.TravelMode][][2]float64{planner.Car: nijmegen}); err == nil {
		t.Error("somebody who gives up gets a table")
	}
}

// grid answers with a time that follows from the two points, and counts.
func grid(t *testing.T, requests *atomic.Int64, most int) http.HandlerFunc {
	t.Helper()
	return func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		points := strings.Split(strings.TrimPrefix(r.URL.Path, "/table/v1/driving/"), ";")
		if len(points) > most {
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprint(w, `{"code":"TooBig","message":"Too many table coordinates"}`)
			return
		}
		var rows [][]float64
		for s := range strings.SplitSeq(param(r, "sources"), ";") {
			var row []float64
			for d := range strings.SplitSeq(param(r, "destinations"), ";") {
				row = append(row, number(t, points, s)*1000+number(t, points, d))
			}
			rows = append(rows, row)
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"code": "Ok", "durations": rows})
	}
}

// param returns a parameter as it was sent: package url takes no semicolons.
func param(r *http.Request, name string) string {
	_, rest, _ := strings.Cut("&"+r.URL.RawQuery, "&"+name+"=")
	value, _, _ := strings.Cut(rest, "&")
	return value
}

// number is the number of a point, from its longitude.
func number(t *testing.T, points []string, index string) float64 {
	t.Helper()
	i, err := strconv.Atoi(index)
	if err != nil || i >= len(points) {
		t.Errorf("index %q of %d points", index, len(points))
		return 0
	}
	lon, _, _ := strings.Cut(points[i], ",")
	x, err := strconv.ParseFloat(lon, 64)
	if err != nil {
		t.Error(err)
	}
	return (x - 5) * 1000
}

// TestRouterAsksInBlocks: more points than a request may have are asked in
// blocks, and each time lands where it belongs.
func TestRouterAsksInBlocks(t *testing.T) {
	t.Parallel()
	var points [][2]float64
	for i := range 85 {
		points = append(points, [2]float64{52, 5 + float64(i)/1000})
	}
	var requests atomic.Int64
	r := osrm(t, grid(t, &requests, 100))
	r.Client.Transport.(*http.Transport).DisableKeepAlives = true
	table := measure(t, r, points).Modes[planner.Car]
	for i := range points {
		for j := range points {
			if want := int32(i*1000 + j); table.Seconds[i][j] != want && want <= 24*60*60 {
				t.Fatalf("from %d to %d: %d, want %d", i, j, table.Seconds[i][j], want)
			}
		}
	}
	if n := requests.Load(); n != 4 {
		t.Errorf("%d requests for 85 points, want 4", n)
	}
	if table := measure(t, r, make([][2]float64, MostPoints+1)); table.Why != RouterTooMany || requests.Load() != 4 {
		t.Errorf("%q after %d requests: want no request for too many points", table.Why, requests.Load())
	}
}

func TestParseRouter(t *testing.T) {
	t.Parallel()
	for address, ok := range map[string]bool{
		"http://localhost:5000": true, "https://osrm.example.org/nl": true,
		"": false, "localhost:5000": false, "ftp://a": false, "http://": false, "http://a?x=1": false, "http://a b": false,
	} {
		if err := ParseRouter(address); (err == nil) != ok {
			t.Errorf("%q: %v", address, err)
		}
	}
}
