package v1

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/go-chi/chi/v5"
	"pgregory.net/rapid"

	"github.com/wijkplanner/wijkplanner/planner/service"
)

// decoders teaches the validator the two bodies that are no JSON.
var decoders = sync.OnceFunc(func() {
	openapi3filter.RegisterBodyDecoder("application/zip", openapi3filter.FileBodyDecoder)
	openapi3filter.RegisterBodyDecoder("text/event-stream", openapi3filter.FileBodyDecoder)
})

// fuzzer makes requests out of the description, fitting and not, and has a
// validator that others wrote compare the answers with it.
type fuzzer struct {
	*peopled
	doc *huma.OpenAPI
	// told is the description as anybody reads it.
	told *openapi3.T
	all  []operation
	// good are bodies that operations take.
	good map[string]string
	// seen are the ids that answers gave.
	seen []string
	// asked counts the requests, fitting and accepted those that fit the
	// description and those that were carried out; streams are followed jobs.
	asked, fitting, accepted, streams int
	// What must not happen: a fault of ours, an answer that is not described, the
	// acceptance of what does not fit, what was made and cannot be had, and what was
	// removed and can.
	serverFaults, undescribed, swallowed, unavailable, freed int
	// made and removed count the things that were looked for afterwards.
	made, removed int
}

// operation is one operation with its place in the description.
type operation struct {
	path string
	op   *huma.Operation
}

func newFuzzer(w world) *fuzzer {
	w.Helper()
	decoders()
	f := &fuzzer{peopled: people(w), doc: w.api.huma.OpenAPI(), good: map[string]string{}}
	body, err := f.doc.MarshalJSON()
	if err != nil {
		w.Fatal(err)
	}
	if f.told, err = openapi3.NewLoader().LoadFromData(body); err != nil {
		w.Fatal(err)
	}
	if err := f.told.Validate(w.Context(), openapi3.IsOpenAPI31OrLater()); err != nil {
		w.Errorf("the description: %v", err)
	}
	table := rightsTable(w.T)
	for i := range table {
		if c := &table[i]; strings.HasPrefix(c.body, "{") {
			f.good[c.method+" "+c.path] = f.filled(c.body, own)
		}
	}
	for _, path := range slices.Sorted(maps.Keys(f.doc.Paths)) {
		item := f.doc.Paths[path]
		for _, op := range []*huma.Operation{item.Get, item.Post, item.Put, item.Patch, item.Delete} {
			if op != nil {
				f.all = append(f.all, operation{path, op})
			}
		}
	}
	return f
}

// oneIn is true about once in n times.
func oneIn(t *rapid.T, n int) bool {
	return rapid.Uint64().Draw(t, "chance")%uint64(n) == uint64(n)/2
}

// value makes a value for a schema; few do not fit.
func (f *fuzzer) value(t *rapid.T, s *huma.Schema, depth int) any {
	for s.Ref != "" {
		s = f.doc.Components.Schemas.SchemaFromRef(s.Ref)
	}
	if oneIn(t, 60) || depth > 5 {
		return rapid.SampledFrom([]any{nil, "x", -1, 1e9, true, []any{}, map[string]any{}, "\u0000", strings.Repeat("é", 300)}).Draw(t, "odd")
	}
	if len(s.Enum) > 0 {
		return rapid.SampledFrom(s.Enum).Draw(t, "enum")
	}
	switch s.Type {
	case huma.TypeBoolean:
		return rapid.Bool().Draw(t, "flag")
	case huma.TypeInteger:
		return rapid.IntRange(0, 200).Draw(t, "integer")
	case huma.TypeNumber:
		return float64(rapid.IntRange(0, 2000).Draw(t, "number")) / 10
	case huma.TypeArray:
		out := []any{}
		for range rapid.IntRange(0, 2).Draw(t, "length") {
			out = append(out, f.value(t, s.Items, depth+1))
		}
		return out
	case huma.TypeObject:
		out := map[string]any{}
		for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
			if slices.Contains(s.Required, name) || rapid.Bool().Draw(t, "given") {
				out[name] = f.field(t, name, s.Properties[name], depth+1)
			}
		}
		return out
	}
	return f.text(t, s)
}

// sent makes a body: in one of two a body that the operation takes, with few of its
// fields changed, so that things come about on which others then work.
func (f *fuzzer) sent(t *rapid.T, o *operation, s *huma.Schema) any {
	good := f.good[o.op.Method+" "+Prefix+o.path]
	if good == "" || rapid.Bool().Draw(t, "made up") {
		return f.value(t, s, 0)
	}
	var out map[string]any
	if err := json.Unmarshal([]byte(good), &out); err != nil {
		f.Fatal(err)
	}
	for s.Ref != "" {
		s = f.doc.Components.Schemas.SchemaFromRef(s.Ref)
	}
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		if oneIn(t, 8) {
			out[name] = f.field(t, name, s.Properties[name], 1)
		}
	}
	return out
}

// names are things that are there, by the fields that name them.
var names = map[string][]string{
	"location_id": {"een", "twee"}, "staff_id": {"anna", "bram"}, "role": {"zc"}, "visit_type": {"visit", "first", "observing"},
	"requirement": {"yearly", "intake"}, "organisation": {"ggd"}, "district_id": {"WK01"}, "district": {"WK01"},
}

// field makes a value for a field: mostly a thing that is there, where its name
// says which.
func (f *fuzzer) field(t *rapid.T, name string, s *huma.Schema, depth int) any {
	if known := names[name]; known != nil && s.Type == huma.TypeString && !oneIn(t, 6) {
		return rapid.SampledFrom(known).Draw(t, "name")
	}
	return f.value(t, s, depth)
}

func (f *fuzzer) text(t *rapid.T, s *huma.Schema) string {
	switch {
	case s.Format == "date":
		return fmt.Sprintf("2027-%02d-%02d", rapid.IntRange(1, 13).Draw(t, "month"), rapid.IntRange(1, 29).Draw(t, "day"))
	case s.Format == "date-time":
		return testNow.Add(time.Duration(rapid.IntRange(-1, 400).Draw(t, "days")) * 24 * time.Hour).Format(time.RFC3339)
	case s.Format == "email":
		return "a@example.nl"
	case strings.Contains(s.Pattern, ":"):
		return fmt.Sprintf("%02d:%02d", rapid.IntRange(0, 23).Draw(t, "hour"), rapid.IntRange(0, 59).Draw(t, "minute"))
	case strings.Contains(s.Pattern, "{4}"):
		return "0268"
	}
	known := append([]string{"anna", "bram", "een", "twee", "zc", "visit", "first", "yearly", "observation", "ggd", "WK01", "detour", "6511", "FREQ=DAILY", "x", ""}, f.seen...)
	return rapid.SampledFrom(known).Draw(t, "text")
}

// attempt is one request, in our words and in the validator's.
type attempt struct {
	who     service.Scope
	at      string
	body    string
	headers []string
	input   *openapi3filter.RequestValidationInput
}

// request makes a request of an operation.
func (f *fuzzer) request(t *rapid.T, who service.Scope, o *operation) *attempt {
	f.Helper()
	query, parameters := url.Values{}, map[string]string{}
	a := &attempt{who: who, at: o.path}
	for _, p := range o.op.Parameters {
		switch {
		case p.In == "path" && p.Name == "region":
			parameters[p.Name] = rapid.SampledFrom([]string{"noord", "noord", "noord", "noord", "zuid", "nergens"}).Draw(t, "region")
		case p.In == "path" && strings.HasPrefix(o.path, "/jobs/") && rapid.Bool().Draw(t, "that job"):
			parameters[p.Name] = strconv.FormatInt(f.job["noord"], 10) // there is one to follow however the draws fall
		case p.In == "path":
			parameters[p.Name] = rapid.SampledFrom(append([]string{"1", "2", "nothing", "anna", "een"}, f.seen...)).Draw(t, "id")
		case p.In == "query" && (p.Required || oneIn(t, 3)):
			query.Set(p.Name, fmt.Sprint(f.value(t, p.Schema, 0)))
		case p.In == "header" && p.Name == "If-Match" && !oneIn(t, 3):
			a.headers = append(a.headers, "If-Match", "*")
		}
	}
	for name, v := range parameters {
		a.at = strings.Replace(a.at, "{"+name+"}", url.PathEscape(v), 1)
	}
	if len(query) > 0 {
		a.at += "?" + query.Encode()
	}
	if o.op.RequestBody != nil {
		for kind, media := range o.op.RequestBody.Content {
			a.headers = append(a.headers, "Content-Type", kind)
			if a.body = "no zip"; media.Schema != nil && kind == "application/json" {
				raw, _ := json.Marshal(f.sent(t, o, media.Schema))
				a.body = string(raw)
			}
		}
	}
	r := httptest.NewRequestWithContext(f.Context(), o.op.Method, f.told.Servers[0].URL+a.at, strings.NewReader(a.body))
	for i := 0; i < len(a.headers); i += 2 {
		r.Header.Set(a.headers[i], a.headers[i+1])
	}
	item := f.told.Paths.Value(o.path)
	a.input = &openapi3filter.RequestValidationInput{
		Request: r, PathParams: parameters, QueryParams: query,
		Route:   &routers.Route{Spec: f.told, Server: f.told.Servers[0], Path: o.path, PathItem: item, Method: o.op.Method, Operation: item.GetOperation(o.op.Method)},
		Options: &openapi3filter.Options{IncludeResponseStatus: true, AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, ExcludeReadOnlyValidations: true},
	}
	return a
}

// send sends a request and compares the answer with the description.
func (f *fuzzer) send(a *attempt, o *operation) {
	f.Helper()
	f.asked++
	misfit := openapi3filter.ValidateRequest(f.Context(), a.input)
	if misfit == nil {
		f.fitting++
	}
	w := f.world
	if strings.HasSuffix(o.path, "/events") {
		w.handler = http.HandlerFunc(f.untilToldOf)
	}
	var body any
	if a.body != "" {
		body = a.body
	}
	got := w.asks(a.who, o.op.Method, a.at, body, a.headers...)
	words := fmt.Sprintf("%s %s as %s with %.200s: %d", o.op.Method, a.at, a.who.Role, a.body, got.Code)
	if got.Code < 300 {
		f.accepted++
		if misfit != nil {
			f.swallowed++
			f.Errorf("%s, which does not fit: %v", words, misfit)
		}
	}
	if got.Code >= 500 && got.Code != http.StatusServiceUnavailable {
		f.serverFaults++
		f.Errorf("%s %s", words, got.Body)
	}
	err := openapi3filter.ValidateResponse(f.Context(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: a.input, Status: got.Code, Header: got.Header(), Body: io.NopCloser(bytes.NewReader(got.Body.Bytes())), Options: a.input.Options,
	})
	if got.Code == http.StatusOK && strings.HasSuffix(o.path, "/events") {
		f.streams++
		err = errors.Join(err, f.events(got))
	}
	if err != nil {
		f.undescribed++
		f.Errorf("%s is not described: %v: %.400s", words, err, got.Body)
	}
	f.afterwards(a, o, got)
	if one := got.Header().Get("Location"); got.Code == 201 && !strings.HasSuffix(one, "/") && one != "" && len(f.seen) < 300 {
		f.seen = append(f.seen, one[strings.LastIndex(one, "/")+1:])
	}
}

// afterwards looks whether what was made is there, and what was removed is not.
func (f *fuzzer) afterwards(a *attempt, o *operation, got answer) {
	f.Helper()
	at, _, _ := strings.Cut(a.at, "?")
	switch {
	case got.Code == http.StatusCreated && f.readable(got.Header().Get("Location")):
		f.made++
		if there := f.asks(a.who, "GET", strings.TrimPrefix(got.Header().Get("Location"), Prefix), nil); there.Code != http.StatusOK {
			f.unavailable++
			f.Errorf("%s %s as %s made %s, which then is %d", o.op.Method, a.at, a.who.Role, got.Header().Get("Location"), there.Code)
		}
	case o.op.Method == http.MethodDelete && got.Code == http.StatusNoContent && o.op.OperationID != "cancelJob" && f.readable(Prefix+at):
		f.removed++
		if there := f.asks(a.who, "GET", at, nil); there.Code != http.StatusNotFound {
			f.freed++
			f.Errorf("DELETE %s as %s, which then is %d: %.300s", at, a.who.Role, there.Code, there.Body)
		}
	}
}

// readable says whether an address is that of one thing that can be read.
func (f *fuzzer) readable(address string) bool {
	routes, ok := f.handler.(chi.Routes)
	return ok && address != "" && routes.Match(chi.NewRouteContext(), http.MethodGet, address)
}

// untilToldOf serves a stream and goes when something was written to it: a job
// that nobody works on would be followed for ever.
func (f *fuzzer) untilToldOf(out http.ResponseWriter, r *http.Request) {
	ctx, stop := context.WithTimeout(r.Context(), time.Minute)
	defer stop()
	f.handler.ServeHTTP(&listener{out, stop}, r.WithContext(ctx))
}

// listener passes an answer on, and goes with its first event.
type listener struct {
	http.ResponseWriter
	leave func()
}

// Write passes on what is written.
func (l *listener) Write(p []byte) (int, error) {
	if bytes.Contains(p, []byte("data: ")) {
		defer l.leave()
	}
	return l.ResponseWriter.Write(p)
}

// Unwrap is for what looks for a Flusher.
func (l *listener) Unwrap() http.ResponseWriter { return l.ResponseWriter }

// events compares each event of a stream with the job that the description has.
func (f *fuzzer) events(got answer) error {
	job, lines := f.told.Components.Schemas["Job"], 0
	for s := bufio.NewScanner(bytes.NewReader(got.Body.Bytes())); s.Scan(); {
		data, ok := strings.CutPrefix(s.Text(), "data: ")
		if !ok {
			continue
		}
		lines++
		var v any
		if err := json.Unmarshal([]byte(data), &v); err != nil {
			return err
		}
		if err := job.Value.VisitJSON(v, openapi3.EnableJSONSchema2020()); err != nil {
			return err
		}
	}
	if lines == 0 {
		return errors.New("a stream without an event")
	}
	return nil
}

// TestRS1_Fuzz sends requests made out of the description, fitting and not, as
// every role, each building on what the ones before made: no fault of ours, no
// status, head or body that is not described, and nothing accepted that does not
// fit. The requests are of rapid, the judge is kin-openapi.
func TestRS1_Fuzz(t *testing.T) {
	t.Parallel()
	n := 5000
	switch {
	case long():
		n = 100_000
	case slowness > 1: // `make unit` sends all of them without the race detector
		n = 600
	}
	forEachDatabase(t, func(w world) {
		f := newFuzzer(w)
		// rapid makes a hundred rounds; in a round each operation has its turns.
		rapid.Check(quiet{w.T}, func(t *rapid.T) {
			for range max(1, n/100) {
				o := &f.all[f.asked%len(f.all)]
				who := lead // who makes what the others then meet
				if rapid.Bool().Draw(t, "another") {
					who = rapid.SampledFrom(principals).Draw(t, "who").scope
				}
				f.send(f.request(t, who, o), o)
			}
		})
		w.Logf("R-S1: %d requests over %d operations, %d of them fitting and %d accepted, %d streams, %d things made on the way: %d server faults, %d answers not described, %d accepted that do not fit, %d of %d made and then not there, %d of %d removed and still there (100,000 requests in the long form)",
			f.asked, len(f.all), f.fitting, f.accepted, f.streams, len(f.seen), f.serverFaults, f.undescribed, f.swallowed, f.unavailable, f.made, f.freed, f.removed)
		if f.fitting < f.asked/3 || f.accepted < f.asked/20 || (f.streams == 0 || f.made == 0 || f.removed == 0) && n > 1000 {
			w.Errorf("too little of it gets anywhere: %s", strconv.Itoa(f.accepted))
		}
	})
}

// quiet is a test of which rapid tells nothing but what is wrong.
type quiet struct{ *testing.T }

// Logf says nothing.
func (quiet) Logf(string, ...any) {}
