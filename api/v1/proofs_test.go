package v1

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/wijkplanner/wijkplanner/api/problem"
	"github.com/wijkplanner/wijkplanner/planner/service"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// long says that the long forms of the proofs are asked for.
func long() bool { return os.Getenv("WIJKPLANNER_LONG") != "" }

// fingerprint sums up all that a database holds of the regions and what people
// wrote into it: the versions, the audit log, feeds, jobs, mails.
func (w world) fingerprint() [sha256.Size]byte {
	w.Helper()
	h := sha256.New()
	for _, region := range []string{"noord", "west", "zuid"} {
		state, version, err := w.Store.LoadState(w.Context(), region)
		if err != nil {
			continue
		}
		feeds, err := w.Feeds(w.Context(), region)
		if err != nil {
			w.Fatal(err)
		}
		plans, err := w.Plans(w.Context(), region)
		if err != nil {
			w.Fatal(err)
		}
		contacts, err := w.Contacts(w.Context(), region)
		if err != nil {
			w.Fatal(err)
		}
		outcomes, err := w.Outcomes(w.Context(), region)
		if err != nil {
			w.Fatal(err)
		}
		if err := json.NewEncoder(h).Encode([]any{state, version, feeds, plans, contacts, outcomes}); err != nil {
			w.Fatal(err)
		}
	}
	acts, err := w.Store.Audit(w.Context(), store.AuditQuery{Limit: 1000})
	if err != nil {
		w.Fatal(err)
	}
	// That something sensitive was read is written down, and nothing else is.
	acts = slices.DeleteFunc(acts, func(e store.AuditEntry) bool { return e.Verb == store.Read })
	fmt.Fprint(h, len(acts), acts[:min(1, len(acts))])
	return [sha256.Size]byte(h.Sum(nil))
}

// TestRA4_Methods asks every route by every method, with headers that name
// another one and with spellings of its path. GET and HEAD never write.
func TestRA4_Methods(t *testing.T) {
	t.Parallel()
	table := rightsTable(t)
	methods := []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"}
	forEachDatabase(t, func(w world) {
		p := people(w)
		p.fresh("feeds", own)
		p.fresh("contacts", own)
		p.fresh("caldav-accounts", own)
		does := map[string]map[string]bool{}
		for i := range table {
			if does[table[i].path] == nil {
				does[table[i].path] = map[string]bool{}
			}
			does[table[i].path][table[i].method] = true
			if table[i].method == "GET" {
				does[table[i].path]["HEAD"] = true
			}
		}
		// To fill addresses in makes what they name: all of it before the comparison.
		paths := make([]string, len(table))
		for i := range table {
			paths[i], _, _ = strings.Cut(p.address(&cell{method: "GET", path: table[i].path}, own), "?")
		}
		before, asked, writes := w.fingerprint(), 0, 0
		for i, c := range sampled(table) {
			path := paths[i]
			for _, m := range methods {
				if !does[c.path][m] {
					asked++
					if a := p.asks(lead, m, path, nil); a.Code != http.StatusMethodNotAllowed {
						w.Errorf("%s %s: %d, want 405", m, path, a.Code)
					}
				}
			}
			for _, m := range []string{"GET", "HEAD"} {
				for _, header := range []string{"X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"} {
					asked++
					p.asks(lead, m, path, nil, header, "DELETE")
				}
				for _, spelled := range []string{
					strings.Replace(path, "/regions/", "/regions%2f", 1), strings.ToUpper(path[:2]) + path[2:], "/" + path, path + "/", strings.Replace(path, "/", "/x/../", 2),
				} {
					if spelled == path {
						continue
					}
					asked++
					if a := p.asks(lead, m, spelled, nil); a.Code != http.StatusNotFound && a.Code != http.StatusMethodNotAllowed {
						w.Errorf("%s %s: %d, want 404", m, spelled, a.Code)
					}
				}
			}
		}
		if w.fingerprint() != before {
			writes++
			w.Error("GET, HEAD or a wrong method wrote something")
		}
		w.Logf("%d requests by every method, header and spelling; %d writes by GET or HEAD", asked, writes)
	})
}

// TestRA11_MassExport has somebody of the staff page through all lists: nothing
// of another region or person comes, and no cursor of another opens anything.
func TestRA11_MassExport(t *testing.T) {
	t.Parallel()
	table := rightsTable(t)
	forEachDatabase(t, func(w world) {
		p := people(w)
		rows, foreign := 0, 0
		for i := range table {
			c := &table[i]
			if c.method != "GET" || c.far["staff"] == "-" || strings.Contains(c.path, "{id}") {
				continue
			}
			path, sep := p.address(c, own), "?"
			if strings.Contains(path, "?") {
				sep = "&"
			}
			cursor, first := "", ""
			for range 1000 {
				a := p.asks(anna, "GET", path+sep+"limit=1&cursor="+cursor, nil)
				if a.Code != 200 {
					break // no list
				}
				page := into[Page[json.RawMessage]](w, a, 200)
				for _, item := range page.Items {
					rows++
					if strings.Contains(string(item), "of west") || strings.Contains(string(item), "of zuid") ||
						c.far["staff"] == "o" && strings.Contains(string(item), `"bram"`) {
						foreign++
						w.Errorf("%s gives anna %s", path, item)
					}
				}
				if first == "" {
					first = page.Next
				}
				if cursor = page.Next; cursor == "" {
					break
				}
			}
			if first == "" {
				continue
			}
			for _, forged := range []string{first[:len(first)-2] + "AA", "AAAA" + first[4:], first + "A"} {
				w.refused(p.asks(anna, "GET", path+sep+"cursor="+forged, nil), 400, problem.BadCursor)
			}
			w.refused(p.asks(lead, "GET", path+sep+"cursor="+first, nil), 400, problem.BadCursor)
		}
		w.Logf("%d rows, %d foreign", rows, foreign)
	})
}

// TestRC5_SameRequestTwice sends each request 50 times at once with one key: one
// effect, one answer; another request with the key is refused.
func TestRC5_SameRequestTwice(t *testing.T) {
	t.Parallel()
	keys, at := 20, 50
	if long() {
		keys = 10_000
	}
	forEachDatabase(t, func(w world) {
		double := 0
		for k := range keys {
			body := fmt.Sprintf(`{"organisation_id":"o%d","name":"x"}`, k)
			key := fmt.Sprintf("key-%d", k)
			answers := make([]*httptest.ResponseRecorder, at)
			var group sync.WaitGroup
			for i := range at {
				group.Go(func() {
					answers[i] = w.asks(lead, "POST", "/regions/noord/organisations", body, "Idempotency-Key", key).ResponseRecorder
				})
			}
			group.Wait()
			made := 0
			for _, a := range answers {
				switch {
				case a.Code == 201 && a.Header().Get("Idempotency-Replayed") == "":
					made++
				case a.Code == 201, a.Code == 409, a.Code == 503:
				default:
					w.Errorf("key %d: %d %s", k, a.Code, a.Body)
				}
			}
			if made != 1 {
				double++
				w.Errorf("key %d had %d effects", k, made)
			}
			w.refused(w.asks(lead, "POST", "/regions/noord/organisations", `{"organisation_id":"other","name":"x"}`, "Idempotency-Key", key), 422, problem.KeyReused)
		}
		state, err := w.State(w.Context(), "noord")
		if err != nil || len(state.Organisations) != keys+1 {
			w.Errorf("%d organisations, want %d (%v)", len(state.Organisations), keys+1, err)
		}
		w.Logf("%d keys, each %d times at once: %d double effects (10,000 keys in the long form)", keys, at, double)
	})
}

// TestRC6_StaleEdit has two people change one thing at the same moment, over and
// over: one of them is told what it is now, and no change is lost.
func TestRC6_StaleEdit(t *testing.T) {
	t.Parallel()
	races := 100
	if long() {
		races = 1000
	}
	forEachDatabase(t, func(w world) {
		one := w.made(lead, "/regions/noord/meetings", `{"meeting_id":"team","name":"0","date":"2027-06-01","time":"09:00","minutes":30,"staff":["anna"]}`)
		second, lost := service.Scope{Role: service.Lead, Actor: "user:91", Region: "noord"}, 0
		for n := range races {
			seen := w.asks(lead, "GET", one, nil)
			tag, was := seen.Header().Get("ETag"), seen.Body.String()
			var won, told atomic.Int32
			var group sync.WaitGroup
			names := []string{fmt.Sprintf("%d by one", n), fmt.Sprintf("%d by the other", n)}
			bodies := make([]string, 2)
			for i, who := range []service.Scope{lead, second} {
				var m Meeting
				if err := json.Unmarshal([]byte(was), &m); err != nil {
					w.Fatal(err)
				}
				m.Name = names[i]
				group.Go(func() {
					a := w.asks(who, "PUT", one, m, "If-Match", tag)
					bodies[i] = a.Body.String()
					switch {
					case a.Code == 200:
						won.Add(1)
					case a.Code == 412 && a.problem.Code == problem.Changed && a.problem.Current != nil:
						told.Add(1)
					default:
						w.Errorf("race %d: %d %s", n, a.Code, a.Body)
					}
				})
			}
			group.Wait()
			now := into[Meeting](w, w.asks(lead, "GET", one, nil), 200)
			if won.Load() != 1 || told.Load() != 1 || !slices.Contains(names, now.Name) {
				lost++
				w.Errorf("race %d: %d won, %d told; it is now %q: %v", n, won.Load(), told.Load(), now.Name, bodies)
			}
		}
		w.Logf("%d races, %d lost updates (1,000 races in the long form)", races, lost)
	})
}
