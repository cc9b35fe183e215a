package v1

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"

	"github.com/wijkplanner/wijkplanner/planner/service"
)

// fuzzer makes requests out of the description: fitting and not.
type fuzzer struct {
	*peopled
	rng *rand.Rand
	doc *huma.OpenAPI
	// seen are the ids that answers gave, by the path of their list.
	seen                                       []string
	asked, serverFaults, undocumented, misfits int
}

func (f *fuzzer) pick(all []string) string { return all[f.rng.IntN(len(all))] }

// value makes a value for a schema; few do not fit.
func (f *fuzzer) value(s *huma.Schema, depth int) any {
	for s.Ref != "" {
		s = f.doc.Components.Schemas.SchemaFromRef(s.Ref)
	}
	if f.rng.IntN(60) == 0 || depth > 5 {
		return []any{nil, "x", -1, 1e9, true, []any{}, map[string]any{}, "\u0000", strings.Repeat("é", 300)}[f.rng.IntN(9)]
	}
	if len(s.Enum) > 0 {
		return s.Enum[f.rng.IntN(len(s.Enum))]
	}
	switch s.Type {
	case huma.TypeBoolean:
		return f.rng.IntN(2) == 0
	case huma.TypeInteger:
		return f.rng.IntN(200)
	case huma.TypeNumber:
		return float64(f.rng.IntN(2000)) / 10
	case huma.TypeArray:
		out := []any{}
		for range f.rng.IntN(3) {
			out = append(out, f.value(s.Items, depth+1))
		}
		return out
	case huma.TypeObject:
		out := map[string]any{}
		for name, p := range s.Properties {
			if slices.Contains(s.Required, name) || f.rng.IntN(2) == 0 {
				out[name] = f.value(p, depth+1)
			}
		}
		return out
	}
	return f.text(s)
}

func (f *fuzzer) text(s *huma.Schema) string {
	switch {
	case s.Format == "date":
		return fmt.Sprintf("2027-%02d-%02d", 1+f.rng.IntN(13), 1+f.rng.IntN(29))
	case s.Format == "email":
		return "a@example.nl"
	case strings.Contains(s.Pattern, ":"):
		return fmt.Sprintf("%02d:%02d", f.rng.IntN(24), f.rng.IntN(60))
	case strings.Contains(s.Pattern, "{4}"):
		return "0268"
	}
	known := append([]string{"anna", "bram", "een", "twee", "zc", "visit", "first", "yearly", "observation", "ggd", "WK01", "detour", "6511", "FREQ=DAILY", "x", ""}, f.seen...)
	return f.pick(known)
}

// request sends one request of an operation as one caller and checks the answer.
func (f *fuzzer) request(who service.Scope, path string, op *huma.Operation) {
	query := url.Values{}
	var headers []string
	at := path
	for _, p := range op.Parameters {
		v := fmt.Sprint(f.value(p.Schema, 0))
		switch {
		case p.In == "path" && p.Name == "region":
			at = strings.Replace(at, "{region}", f.pick([]string{"noord", "noord", "noord", "noord", "zuid", "nergens"}), 1)
		case p.In == "path":
			ids := append([]string{"1", "2", "nothing", "anna", "een"}, f.seen...)
			at = strings.Replace(at, "{"+p.Name+"}", url.PathEscape(f.pick(ids)), 1)
		case p.In == "query" && (p.Required || f.rng.IntN(3) == 0):
			query.Set(p.Name, v)
		case p.In == "header" && p.Name == "If-Match" && f.rng.IntN(3) > 0:
			headers = append(headers, "If-Match", "*")
		}
	}
	if len(query) > 0 {
		at += "?" + query.Encode()
	}
	var body any
	if op.RequestBody != nil {
		for kind, media := range op.RequestBody.Content {
			headers = append(headers, "Content-Type", kind)
			if body = "no zip"; media.Schema != nil && kind == "application/json" {
				raw, _ := json.Marshal(f.value(media.Schema, 0))
				body = string(raw)
			}
		}
	}
	f.check(who, at, op, f.asks(who, op.Method, at, body, headers...))
}

func (f *fuzzer) check(who service.Scope, at string, op *huma.Operation, a answer) {
	f.asked++
	told := op.Responses[strconv.Itoa(a.Code)]
	if told == nil {
		told = op.Responses["default"]
	}
	switch kind, _, _ := strings.Cut(a.Header().Get("Content-Type"), ";"); {
	case a.Code >= 500 && a.Code != http.StatusServiceUnavailable:
		f.serverFaults++
		f.Errorf("%s %s as %s: %d %s", op.Method, at, who.Role, a.Code, a.Body)
	case told == nil:
		f.undocumented++
		f.Errorf("%s %s as %s: status %d is not described: %.300s", op.Method, at, who.Role, a.Code, a.Body)
	case a.Body.Len() > 0 && told.Content[kind] == nil:
		f.misfits++
		f.Errorf("%s %s: %d with %q, described are %v", op.Method, at, a.Code, kind, slices.Collect(maps.Keys(told.Content)))
	case a.Body.Len() > 0 && strings.HasSuffix(kind, "json") && told.Content[kind].Schema != nil:
		var v any
		if err := json.Unmarshal(a.Body.Bytes(), &v); err != nil {
			f.Errorf("%s %s: %v", op.Method, at, err)
		}
		res := &huma.ValidateResult{}
		huma.Validate(f.doc.Components.Schemas, told.Content[kind].Schema, huma.NewPathBuffer(nil, 0), huma.ModeReadFromServer, v, res)
		if len(res.Errors) > 0 {
			f.misfits++
			f.Errorf("%s %s: %d does not fit its schema: %v: %.300s", op.Method, at, a.Code, res.Errors, a.Body)
		}
	}
	if one := a.Header().Get("Location"); a.Code == 201 && !strings.HasSuffix(one, "/") && one != "" && len(f.seen) < 300 {
		f.seen = append(f.seen, one[strings.LastIndex(one, "/")+1:])
	}
}

// TestRS1_Fuzz sends requests made out of the description, fitting and not, as
// every role, each building on what the ones before made: no fault of ours, no
// status and no answer that is not described.
func TestRS1_Fuzz(t *testing.T) {
	t.Parallel()
	n := 5000
	if long() {
		n = 100_000
	}
	forEachDatabase(t, func(w world) {
		f := &fuzzer{peopled: people(w), rng: rand.New(rand.NewPCG(1, 2)), doc: w.api.huma.OpenAPI()}
		type operation struct {
			path string
			op   *huma.Operation
		}
		var all []operation
		for _, path := range slices.Sorted(maps.Keys(f.doc.Paths)) {
			item := f.doc.Paths[path]
			for _, op := range []*huma.Operation{item.Get, item.Post, item.Put, item.Patch, item.Delete} {
				if op != nil && !strings.HasSuffix(path, "/events") { // a stream that ends with its job
					all = append(all, operation{path, op})
				}
			}
		}
		for range n {
			o := all[f.rng.IntN(len(all))]
			who := principals[f.rng.IntN(len(principals))].scope
			if f.rng.IntN(2) == 0 {
				who = lead // who makes what the others then meet
			}
			f.request(who, o.path, o.op)
			if f.Failed() && f.serverFaults+f.undocumented+f.misfits > 20 {
				break
			}
		}
		w.Logf("%d requests over %d operations, %d things made on the way: %d server faults, %d statuses and %d answers not described (100,000 requests in the long form)",
			f.asked, len(all), len(f.seen), f.serverFaults, f.undocumented, f.misfits)
	})
}
