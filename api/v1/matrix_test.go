package v1

import (
	"bufio"
	"cmp"
	"iter"
	"maps"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/wijkplanner/wijkplanner/planner/service"
)

// cell is one row of testdata/rights.tsv: how far each principal may go with an
// operation, as a person wrote it down.
type cell struct {
	method, path string
	far          map[string]string
	body         string
}

// principals are the columns of the table, in its order.
var principals = []struct {
	name  string
	scope service.Scope
}{{"administrator", admin}, {"lead", lead}, {"staff", anna}, {"auditor", auditor}, {"contact", contact}, {"visitor", visitor}, {"nobody", outsider}}

func rightsTable(t *testing.T) []cell {
	t.Helper()
	f, err := os.Open("testdata/rights.tsv")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	var out []cell
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if line := lines.Text(); line != "" && line[0] != '#' {
			parts := strings.Split(line, "\t")
			c := cell{method: parts[0], path: parts[1], far: map[string]string{}}
			for i, letter := range strings.Fields(parts[2]) {
				c.far[principals[i].name] = letter
			}
			if len(parts) > 3 {
				c.body = parts[3]
			}
			out = append(out, c)
		}
	}
	return out
}

// relation is how what is asked for stands to the caller.
type relation string

const (
	own          relation = "own"
	sameTeam     relation = "same team"
	otherTeam    relation = "other team"
	otherTown    relation = "other municipality"
	missingThing relation = "missing"
)

var relations = []relation{own, sameTeam, otherTeam, otherTown, missingThing}

func (r relation) region() string {
	switch r {
	case otherTeam:
		return "west"
	case otherTown:
		return "zuid"
	case own, sameTeam, missingThing:
	}
	return "noord"
}

// who is the person and the location of a relation.
func (r relation) who() (staff, location string) {
	if r == own {
		return "anna", "een"
	}
	return "bram", "twee"
}

// address fills in the path of an operation for a relation.
func (p *peopled) address(c *cell, r relation) string {
	p.Helper()
	path := strings.TrimPrefix(c.path, Prefix)
	region := r.region()
	if r == missingThing && !strings.Contains(path, "{id}") && !strings.Contains(path, "{plan}") {
		region = "nergens"
	}
	number := func(of map[string]int64) string {
		if r == missingThing {
			return "999999"
		}
		return strconv.FormatInt(of[region], 10)
	}
	path = strings.Replace(path, "{region}", region, 1)
	plans := p.plan
	if strings.HasSuffix(path, "/preview") {
		plans = p.draft
	}
	path = strings.Replace(path, "{plan}", number(plans), 1)
	path = strings.Replace(path, "{user}", strconv.FormatInt(p.user, 10), 1)
	path = strings.Replace(path, "{membership}", "999999", 1)
	path = strings.Replace(path, "{date}", "2027-06-01", 1)
	path = strings.Replace(path, "{visit}", cmp.Or(p.ids["visits"][r], "nothing"), 1)
	path = strings.Replace(path, "{name}", "contacts", 1)
	path = strings.Replace(path, "{table}", "visits", 1)
	path = strings.Replace(path, "{kind}", "absences", 1)
	if strings.Contains(path, "{contact}") {
		at := r
		if r == missingThing {
			at = own
		}
		id, known := p.ids["contacts"][at]
		if !known || c.method == http.MethodDelete {
			id = p.contactWithLink(at)
		}
		path = strings.Replace(path, "{contact}", id, 1)
	}
	switch {
	case strings.HasPrefix(path, "/jobs/"):
		path = strings.Replace(path, "{id}", number(p.job), 1)
	case strings.HasPrefix(path, "/tokens/"):
		path = strings.Replace(path, "{id}", "nothing", 1)
	case strings.HasPrefix(path, "/outbox/"):
		path = strings.Replace(path, "{id}", "999999", 1)
	case strings.Contains(path, "/publications/"):
		path = strings.Replace(path, "{id}", number(p.publication), 1)
	case strings.Contains(path, "{id}"):
		list := strings.Split(path, "/")[3]
		if c.method == http.MethodDelete || p.taken[list+string(r)] {
			p.taken[list+string(r)] = list == "contacts" && c.method == http.MethodDelete
			p.fresh(list, r)
		}
		id, known := p.ids[list][r]
		if slices.Contains([]string{"contacts", "scenarios", "comparisons", "remedies", "programme-versions"}, list) && r == missingThing {
			id = "999999"
		}
		if !known && r == missingThing {
			id = "nothing"
		}
		if !known && r != missingThing {
			p.Errorf("the matrix has nothing of %s in relation %q: add it to populate", c.path, r)
		}
		path = strings.Replace(path, "{id}", id, 1)
	}
	switch {
	case strings.HasSuffix(path, "/scenario-comparison"):
		path += "?scenarioIds=" + map[bool]string{true: "999999", false: p.ids["scenarios"][r]}[r == missingThing]
	case strings.HasSuffix(path, "/comparison"):
		path += "?with=" + strconv.FormatInt(p.draft[region], 10)
	case strings.HasSuffix(path, "/visit-suggestions"):
		path += "?location=een&role=zc&visitType=visit&from=2027-10-01&to=2027-10-08"
	case strings.HasSuffix(path, "/move-preview"):
		path += "?date=2027-06-06&time=09:00"
	case strings.HasSuffix(path, "/assignment-history"):
		path += "?on=2027-06-01"
	case strings.HasSuffix(path, "/recommendation"):
		path += "?location=een&role=zc"
	case strings.HasSuffix(path, "/slots"), strings.HasSuffix(path, "/slots/reasons"):
		path += "?visitType=visit"
	case strings.HasSuffix(path, "/imports"), strings.HasSuffix(path, "/file-imports/absences"), strings.HasSuffix(path, "/file-imports/absences/jobs"):
		path += "?version=1"
	}
	return path
}

// filled is a body of the table with the things of a relation in it.
func (p *peopled) filled(body string, r relation) string {
	staff, location := r.who()
	scenario := p.ids["scenarios"][r]
	if r == missingThing {
		scenario = "999999"
	}
	return strings.NewReplacer("$staff", staff, "$location", location, "$plan", strconv.FormatInt(p.draft[r.region()], 10), "$membership", strconv.FormatInt(p.membership, 10),
		"$scenario", scenario).Replace(body)
}

// ask sends the request of a cell.
func (p *peopled) ask(scope service.Scope, c *cell, r relation) answer {
	p.Helper()
	path, body := p.address(c, r), p.filled(c.body, r)
	if scope.Role == service.LocationContact { // theirs is the contact in the relation own
		scope.Contact, _ = strconv.ParseInt(p.ids["contacts"][own], 10, 64)
	}
	switch {
	case body == "csv":
		return p.asks(scope, c.method, path, "staff_id,from,to\n", "Content-Type", "text/csv")
	case body == "zip":
		return p.asks(scope, c.method, path, "no zip", "Content-Type", "application/zip")
	case c.method == http.MethodPut && body == "":
		boss := service.Scope{Role: service.Lead, Actor: "user:90", Region: r.region()}
		of := path
		if r == missingThing {
			of = p.address(c, own)
		}
		body = p.asks(boss, http.MethodGet, of, nil).Body.String()
		if r == missingThing {
			body = strings.Replace(body, p.ids[strings.Split(path, "/")[3]][own], "nothing", 1)
		}
	}
	if body == "" {
		return p.asks(scope, c.method, path, nil)
	}
	return p.asks(scope, c.method, path, body)
}

// wants says what a letter of the table means for a relation: 401, 403, 404, or 0
// for an answer that is none of these and no fault of ours.
func wants(c *cell, who string, r relation) int {
	perRegion, perThing := strings.Contains(c.path, "{region}"), strings.Contains(c.path, "{id}") || strings.Contains(c.path, "{plan}")
	ours := r == own || r == sameTeam
	switch far := c.far[who]; {
	case far == "-" && who == "nobody":
		return http.StatusUnauthorized
	case far == "-":
		return http.StatusForbidden
	case far == "0":
		return http.StatusNotFound
	case !perRegion && !perThing:
		return 0
	case r == missingThing && (perThing || c.method == http.MethodGet || far != "e" || !strings.Contains(c.path, "/imports")):
		return http.StatusNotFound
	case far == "e", ours && far == "r":
		return 0
	case far == "o" && r == own:
		return 0
	case far == "o" && r == sameTeam && !perThing && c.method == http.MethodGet:
		return 0 // a list, of what is theirs
	}
	return http.StatusNotFound
}

// TestRA1_Matrix asks every operation as every principal in every relation, and
// compares with what the table says.
func TestRA1_Matrix(t *testing.T) {
	t.Parallel()
	table := rightsTable(t)
	forEachDatabase(t, func(w world) {
		w.everyRouteHasARow(table)
		p := people(w)
		cells, differences := 0, 0
		for _, c := range sampled(table) {
			for _, who := range principals {
				for _, r := range relations {
					cells++
					got, want := p.ask(who.scope, c, r), wants(c, who.name, r)
					reached := got.Code != 401 && got.Code != 403 && got.Code != 404 && got.Code < 500
					if got.Code != want && (want != 0 || !reached) {
						differences++
						w.Errorf("%s %s as %s, %s: %d, want %d (0: reached): %.300s", c.method, c.path, who.name, r, got.Code, want, got.Body)
					}
				}
			}
		}
		w.Logf("%d cells: %d operations × %d principals × %d relations; %d differences", cells, cells/len(principals)/len(relations), len(principals), len(relations), differences)
	})
}

// sampled are the operations to ask: all, or each fourth where the race detector
// watches, since nothing of it happens side by side; `make unit` asks all of them
// without it.
func sampled(table []cell) iter.Seq2[int, *cell] {
	step := 1
	if slowness > 1 {
		step = 4
	}
	return func(yield func(int, *cell) bool) {
		for i := 0; i < len(table); i += step {
			if !yield(i, &table[i]) {
				return
			}
		}
	}
}

// everyRouteHasARow fails for an operation that the table forgot, and for a row
// without one.
func (w world) everyRouteHasARow(table []cell) {
	w.Helper()
	rows := map[string]bool{}
	for i := range table {
		rows[table[i].method+" "+table[i].path] = true
	}
	for at := range maps.Keys(w.api.Policies()) {
		if !strings.HasPrefix(at, http.MethodHead) && !rows[at] {
			w.Errorf("%s has no row in testdata/rights.tsv", at)
		}
		delete(rows, at)
	}
	for at := range rows {
		w.Errorf("testdata/rights.tsv has a row for %s, which is no operation", at)
	}
}

// TestRA2_ForeignIsMissing compares what a caller learns of what is somebody
// else's and of what is not there: byte for byte the same.
func TestRA2_ForeignIsMissing(t *testing.T) {
	t.Parallel()
	table := rightsTable(t)
	forEachDatabase(t, func(w world) {
		p := people(w)
		pairs, differences := 0, 0
		for _, c := range sampled(table) {
			for _, who := range principals {
				missing := p.ask(who.scope, c, missingThing)
				for _, r := range relations {
					if wants(c, who.name, r) != http.StatusNotFound || r == missingThing {
						continue
					}
					pairs++
					foreign := p.ask(who.scope, c, r)
					same := foreign.Body.String() == missing.Body.String()
					for _, h := range []string{"Content-Type", "Etag", "Location"} {
						same = same && foreign.Header().Get(h) == missing.Header().Get(h)
					}
					if missing.Code == http.StatusNotFound && !same {
						differences++
						w.Errorf("%s %s as %s, %s: %s, missing: %s", c.method, c.path, who.name, r, foreign.Body, missing.Body)
					}
				}
			}
		}
		w.Logf("%d pairs, %d differences", pairs, differences)
	})
}
