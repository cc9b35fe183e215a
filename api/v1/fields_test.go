package v1

import (
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"

	"github.com/wijkplanner/wijkplanner/api/problem"
)

var update = flag.Bool("update", false, "write testdata/fields.tsv again")

// secretFields are fields that not everybody may see who may read the thing they
// belong to, as a person wrote them down from the table of rights: by the path of
// the list and the field, the principals that may, of their own and of others.
var secretFields = []struct {
	path, field string
	own, others []string
}{
	{"staff", "contracts", []string{"lead", "staff"}, []string{"lead"}},
	{"staff", "home", []string{"lead", "staff"}, []string{"lead"}},
	{"staff", "mode", []string{"lead", "staff"}, []string{"lead"}},
	{"staff", "skills", []string{"lead", "staff"}, []string{"lead"}},
	{"staff", "work_pattern", []string{"lead", "staff"}, []string{"lead"}},
	{"locations", "registrations", []string{"administrator", "lead", "staff", "auditor"}, []string{"administrator", "lead", "staff", "auditor"}},
	{"bookings", "remark", []string{"lead", "staff", "contact"}, []string{"lead"}},
	{"outcome", "note", []string{"staff"}, nil},
	{"users", "mail", []string{"administrator"}, []string{"administrator"}},
	{"feeds", "url", nil, nil},
	{"tokens", "token", nil, nil},
	{"webhooks", "secret", nil, nil},
	{"webhooks", "url", nil, nil},
}

// fieldNames are the names of all fields that the description knows.
func fieldNames(doc *huma.OpenAPI) map[string]bool {
	names := map[string]bool{}
	for _, s := range doc.Components.Schemas.Map() {
		for name := range s.Properties {
			names[name] = true
		}
	}
	return names
}

// fieldsIn collects the paths of the fields of an answer: items[].crew[].staff_id.
// What is a key of a map rather than a field is a star.
func fieldsIn(v any, at string, names, into map[string]bool) {
	switch v := v.(type) {
	case map[string]any:
		for name, one := range v {
			if !names[name] {
				name = "*"
			}
			path := strings.TrimPrefix(at+"."+name, ".")
			into[path] = true
			fieldsIn(one, path, names, into)
		}
	case []any:
		for _, one := range v {
			fieldsIn(one, at+"[]", names, into)
		}
	}
}

// seenFields asks a read as a principal and returns the fields that came, in all
// relations and in those of others.
func (p *peopled) seenFields(c *cell, who int, names map[string]bool) (all, others map[string]bool) {
	p.Helper()
	all, others = map[string]bool{}, map[string]bool{}
	for _, r := range []relation{own, sameTeam} {
		a := p.ask(principals[who].scope, c, r)
		var v any
		if a.Code != http.StatusOK || json.Unmarshal(a.Body.Bytes(), &v) != nil {
			continue // refused, which is the matrix's affair, or no JSON
		}
		fieldsIn(v, "", names, all)
		if r == sameTeam && strings.Contains(c.path, "{id}") {
			fieldsIn(v, "", names, others)
		}
	}
	return all, others
}

// TestRA3_FieldsRead compares what each read shows each principal with
// testdata/fields.tsv, field by field: a field that is new there, or gone, wants
// somebody to look. -update writes the table again; look at the difference.
func TestRA3_FieldsRead(t *testing.T) {
	t.Parallel()
	const file = "testdata/fields.tsv"
	table := rightsTable(t)
	old, err := os.ReadFile(file)
	if err != nil && !*update {
		t.Fatal(err)
	}
	want := map[string]string{}
	for line := range strings.Lines(string(old)) {
		if at, fields, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "\t"); ok && !strings.HasPrefix(line, "#") {
			want[at] = fields
		}
	}
	forEachDatabase(t, func(w world) {
		p, names := people(w), fieldNames(w.api.huma.OpenAPI())
		got, extra, cells := map[string]string{}, 0, 0
		for i := range table {
			c := &table[i]
			if c.method != http.MethodGet || c.path == Prefix+"/openapi.json" || strings.HasSuffix(c.path, "/events") {
				continue
			}
			for who := range principals {
				all, others := p.seenFields(c, who, names)
				if len(all) == 0 {
					continue
				}
				cells++
				at := principals[who].name + " " + c.path
				got[at] = strings.Join(slices.Sorted(maps.Keys(all)), " ")
				for _, s := range secretFields {
					if !strings.HasSuffix(strings.TrimSuffix(c.path, "/{id}"), "/"+s.path) {
						continue
					}
					name := principals[who].name
					bare := others[s.field] && !slices.Contains(s.others, name)
					if bare || (all[s.field] || all["items[]."+s.field]) && !slices.Contains(s.own, name) {
						extra++
						w.Errorf("%s sees %s of %s", name, s.field, c.path)
					}
				}
				if want[at] != got[at] && !*update {
					extra++
					w.Errorf("%s: fields differ from %s (go test ./api/v1 -run RA3 -update, and look):\n%s", at, file, difference(want[at], got[at]))
				}
			}
		}
		for at := range want {
			if got[at] == "" && !*update {
				w.Errorf("%s has a row for %s, which shows nothing", file, at)
			}
		}
		w.Logf("R-A3: %d reads by principals, field by field, %d rules about fields: %d differences", cells, len(secretFields), extra)
		if *update && strings.HasSuffix(w.Name(), "sqlite") {
			var out strings.Builder
			out.WriteString("# The fields that each read shows each principal; TestRA3_FieldsRead compares.\n")
			for _, at := range slices.Sorted(maps.Keys(got)) {
				out.WriteString(at + "\t" + got[at] + "\n")
			}
			if err := os.WriteFile(file, []byte(out.String()), 0o600); err != nil {
				w.Fatal(err)
			}
		}
	})
}

// difference names the fields that one list has and the other has not.
func difference(want, got string) string {
	w, g := strings.Fields(want), strings.Fields(got)
	var out []string
	for _, f := range g {
		if !slices.Contains(w, f) {
			out = append(out, "+"+f)
		}
	}
	for _, f := range w {
		if !slices.Contains(g, f) {
			out = append(out, "-"+f)
		}
	}
	return strings.Join(out, " ")
}

// TestRA3_FieldsWritten sends each write every field that the API knows and that
// write does not: each is refused by name, and nothing is written. What is only
// for reading cannot be set either.
func TestRA3_FieldsWritten(t *testing.T) {
	t.Parallel()
	table := rightsTable(t)
	forEachDatabase(t, func(w world) {
		p, doc := people(w), w.api.huma.OpenAPI()
		names := fieldNames(doc)
		writes, sent, taken, changes := 0, 0, 0, 0
		for i := range table {
			c := &table[i]
			item := doc.Paths[strings.TrimPrefix(c.path, Prefix)]
			op := map[string]*huma.Operation{http.MethodPost: item.Post, http.MethodPut: item.Put, http.MethodPatch: item.Patch}[c.method]
			if op == nil || op.RequestBody == nil || op.RequestBody.Content["application/json"] == nil {
				continue
			}
			s := op.RequestBody.Content["application/json"].Schema
			for s.Ref != "" {
				s = doc.Components.Schemas.SchemaFromRef(s.Ref)
			}
			body, foreign := map[string]any{}, []string{}
			for name := range names {
				if s.Properties[name] == nil {
					body[name] = "x"
					foreign = append(foreign, name)
				}
			}
			for who := range principals {
				if far := c.far[principals[who].name]; far == "-" {
					continue
				}
				writes++
				at := p.address(c, own)
				before := w.fingerprint()
				a := p.asks(principals[who].scope, c.method, at, body, "If-Match", "*")
				if w.fingerprint() != before {
					changes++
					w.Errorf("%s %s as %s wrote something", c.method, c.path, principals[who].name)
				}
				if a.Code != http.StatusBadRequest {
					w.Errorf("%s %s as %s with foreign fields: %d", c.method, c.path, principals[who].name, a.Code)
					continue
				}
				for _, name := range foreign {
					sent++
					if !slices.ContainsFunc(a.problem.Errors, func(e problem.InputFault) bool { return e.In == "body."+name }) {
						taken++
						w.Errorf("%s %s as %s says nothing of %q", c.method, c.path, principals[who].name, name)
					}
				}
			}
		}
		w.Logf("R-A3: %d writes by principals with %d fields that are not theirs: %d taken, %d changes", writes, sent, taken, changes)
	})
}

// TestRA3_ReadOnlyFields makes one of each kind with all that is only for reading
// given other values: what comes back has its own.
func TestRA3_ReadOnlyFields(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		people(w)
		set := 0
		for path, c := range map[string]struct {
			who  int
			body string
			hers map[string]any
		}{
			"/users":                         {0, `{"name":"x","memberships":[{"role":"lead","region":"noord","id":777}],`, map[string]any{"id": 777, "disabled": true}},
			"/regions/noord/staff":           {1, `{"staff_id":"zoe","name":"Zoe","organisation":"ggd","contracts":[{"role":"zc","hours_week":20}],`, map[string]any{"roles": []string{"chief"}}},
			"/regions/noord/absences":        {1, `{"staff_id":"anna","from":"2027-09-01","to":"2027-09-02",`, map[string]any{"id": "mine"}},
			"/regions/noord/feeds":           {1, `{"kind":"staff","subject":"anna","level":"busy",`, map[string]any{"id": "mine"}},
			"/regions/noord/waiting-entries": {1, `{"location_id":"een","visit_type":"visit",`, map[string]any{"id": "mine", "state": "offered"}},
		} {
			given, _ := json.Marshal(c.hers)
			a := w.asks(principals[c.who].scope, http.MethodPost, path, c.body+string(given[1:]))
			if a.Code == http.StatusBadRequest {
				continue // it refuses, which is as good
			}
			got := into[map[string]any](w, a, http.StatusCreated)
			for name, v := range c.hers {
				if fmt.Sprint(got[name]) == fmt.Sprint(v) {
					set++
					w.Errorf("POST %s took %s=%v", path, name, v)
				}
			}
		}
		w.Logf("R-A3: %d fields set that are only for reading", set)
	})
}
