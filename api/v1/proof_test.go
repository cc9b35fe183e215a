package v1

import (
	"fmt"
	"maps"
	"net/http"
	"testing"

	"github.com/wijkplanner/wijkplanner/api/problem"
	"github.com/wijkplanner/wijkplanner/api/rights"
)

// TestConfirm_DangerousRoutes asks every operation that lets others in, or takes
// much out or away, in a session that did not prove lately who it is: all say
// where to prove it, and do nothing; who may not do it at all hears that instead.
func TestConfirm_DangerousRoutes(t *testing.T) {
	t.Parallel()
	table := rightsTable(t)
	must := map[string]bool{
		"POST /v1/users": true, "PUT /v1/users/{user}/state": true, "POST /v1/users/{user}/memberships": true,
		"DELETE /v1/users/{user}/memberships/{membership}": true, "POST /v1/tokens": true, "POST /v1/own-data-exports": true,
		"POST /v1/regions/{region}/contacts/{id}/own-data-exports": true, "POST /v1/regions/{region}/staff/{id}/own-data-exports": true,
		"GET /v1/regions/{region}/folder": true, "GET /v1/regions/{region}/exports/{table}": true, "PUT /v1/retention-terms/{name}": true,
		"POST /v1/regions/{region}/webhooks": true,
	}
	forEachDatabase(t, func(w world) {
		p := people(w)
		before, asked, want := w.fingerprint(), 0, maps.Clone(must)
		for i := range table {
			c := &table[i]
			row := w.api.Policies()[c.method+" "+c.path]
			if !rights.NeedsProof(row) {
				if want[c.method+" "+c.path] {
					w.Errorf("%s %s needs no proof", c.method, c.path)
				}
				continue
			}
			delete(want, c.method+" "+c.path)
			for _, who := range principals {
				asked++
				a := p.asks(who.scope, c.method, p.address(c, own), c.body, "Test-Unproven", "yes")
				status, code := http.StatusForbidden, problem.NeedsProof
				switch {
				case c.far[who.name] == "-" && who.name == "nobody":
					status, code = http.StatusUnauthorized, problem.Unauthorized
				case c.far[who.name] == "-":
					code = problem.Forbidden
				}
				w.refused(a, status, code)
			}
		}
		if w.fingerprint() != before {
			w.Error("something was written without a proof")
		}
		w.Logf("%d requests of dangerous acts without a fresh proof: 0 done", asked)
		for at := range want {
			w.Errorf("%s is no operation any more", at)
		}
	})
}

// TestATokenMakesNoTokens: whoever ends a token that got into wrong hands ends all
// that came of it.
func TestATokenMakesNoTokens(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		p, program := people(w), admin
		program.Actor = "token:abcdefghij"
		body := fmt.Sprintf(`{"name":"x","membership_id":%d,"expires_at":"2027-02-01T00:00:00Z"}`, p.membership)
		w.refused(w.asks(program, "POST", "/tokens", body), http.StatusForbidden, problem.Forbidden)
		if a := w.asks(admin, "POST", "/tokens", body); a.Code != http.StatusCreated {
			w.Errorf("a person: %d %s", a.Code, a.Body)
		}
	})
}
