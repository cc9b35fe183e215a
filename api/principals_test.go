package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/wijkplanner/wijkplanner/api"
	"github.com/wijkplanner/wijkplanner/planner/outside"
	"github.com/wijkplanner/wijkplanner/planner/service"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// credential is what a request shows that must open nothing.
type credential struct{ cookie, location, bearer string }

// dead makes one of each kind of proof that is no longer, or was never, good: run
// out, ended, of an account that is switched off, forged, and good for something
// else.
func (h *house) dead() map[string]credential {
	h.Helper()
	out := map[string]credential{}
	session := func(b *browser) string { return b.cookies["__Host-session"] }
	token := func(u *store.User, lasts time.Duration) (id, token string) {
		id, token, err := h.Store.CreateAPIToken(h.Context(), u.Memberships[0].ID, "script", now.Add(h.sofar()+lasts))
		h.must(err)
		return id, token
	}
	boss := h.account("boss", adminRole, leadRole)
	feed := store.NewFeed{Scope: store.FeedScope{Region: "noord", Kind: store.StaffFeed, ID: "anna"}, Level: store.FullDetail}
	_, feedToken, err := h.Store.CreateFeed(h.Context(), feed)
	h.must(err)
	_, app, err := h.Store.CreateAccount(h.Context(), feed)
	h.must(err)
	link, err := h.Store.CreateSignInLink(h.Context(), boss.ID)
	h.must(err)
	// What runs out goes first, since the clock only goes forward.
	unused := h.signedIn(boss)
	_, old := token(boss, time.Hour)
	h.wait(2 * time.Hour)
	out["a session unused for too long"] = credential{cookie: session(unused)}
	out["a token that ran out"] = credential{bearer: old}
	disabled := h.account("gone", leadRole)
	was := h.signedIn(disabled)
	_, its := token(disabled, time.Hour)
	h.must(h.Store.DisableUser(h.Context(), disabled.ID))
	out["a session of a disabled account"] = credential{cookie: session(was)}
	out["a token of a disabled account"] = credential{bearer: its}
	left := h.signedIn(boss)
	kept := left.copied()
	left.post("/sign-out", nil)
	out["a session that signed out"] = credential{cookie: session(kept)}
	id, revoked := token(boss, time.Hour)
	h.must(h.Store.RevokeAPIToken(h.Context(), id))
	out["a revoked token"] = credential{bearer: revoked}
	half := h.withPassword("half", leadRole)
	halfway := h.browser()
	halfway.post("/sign-in", map[string][]string{"mail": {half.Mail}, "password": {password}})
	out["half a sign-in"] = credential{cookie: session(halfway)}
	// Forged.
	good := session(h.signedIn(boss))
	goodID, goodToken := token(boss, time.Hour)
	out["a session made up"] = credential{cookie: strings.Repeat("A", len(good))}
	out["a session with its end changed"] = credential{cookie: good[:len(good)-2] + "AA"}
	out["a long cookie"] = credential{cookie: strings.Repeat("A", 4000)}
	out["a token's id with another secret"] = credential{bearer: store.MakeToken(store.APITokenKind, goodID, strings.Repeat("b", 32))}
	out["a token with its end cut off"] = credential{bearer: goodToken[:len(goodToken)-1]}
	out["an unsigned JWT"] = credential{bearer: "e30.e30."}
	// Good for something else.
	out["a sign-in link as a token"] = credential{bearer: link}
	out["a feed as a token"] = credential{bearer: feedToken}
	out["an app password as a token"] = credential{bearer: app}
	out["a cookie as a token"] = credential{bearer: good}
	out["a token as a cookie"] = credential{cookie: goodToken}
	out["a session as a location's"] = credential{location: good}
	return out
}

var pathParameter = regexp.MustCompile(`\{[^}]*\}`)

// TestRA1_DeadPrincipals asks every route of the API and every page that is for
// somebody with every proof that is not good: run out, switched off, forged, and
// made for another door. None opens anything, and nothing is written.
func TestRA1_DeadPrincipals(t *testing.T) {
	t.Parallel()
	forEachHouse(t, func(h *house) {
		variants := h.dead()
		acts := func() int {
			all, err := h.Store.Audit(h.Context(), store.AuditQuery{Limit: 10_000})
			h.must(err)
			return len(all)
		}
		routes, ok := h.handler.(chi.Routes)
		if !ok {
			h.Fatal("the handler is no router")
		}
		before, cells, leaks, ofAPI := acts(), 0, 0, 0
		h.must(chi.Walk(routes, func(method, pattern string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
			page := pattern == "/" || pattern == "/account" || pattern == "/account/password" || pattern == "/account/role" || pattern == "/confirm"
			if !page && !strings.HasPrefix(pattern, "/v1/") {
				return nil // for anybody, or by a proof in the address
			}
			ofAPI++
			path := pathParameter.ReplaceAllString(pattern, "1")
			for name, c := range variants {
				cells++
				b := h.browser()
				if c.cookie != "" {
					b.cookies["__Host-session"] = c.cookie
				}
				if c.location != "" {
					b.cookies["__Host-location"] = c.location
				}
				headers := []string{"Sec-Fetch-Site", "same-origin"}
				if c.bearer != "" {
					headers = append(headers, "Authorization", "Bearer "+c.bearer)
				}
				a := b.send(b.request(method, path, nil, headers...))
				want := http.StatusUnauthorized
				switch {
				case c.bearer != "":
				case page && (method == http.MethodGet || method == http.MethodHead):
					want = http.StatusSeeOther // to sign in
				case pattern == "/v1/openapi.json":
					want = http.StatusOK // for anybody
				}
				if a.Code != want || want == http.StatusSeeOther && !strings.HasPrefix(a.Header().Get("Location"), "/sign-in") {
					leaks++
					h.Errorf("%s %s with %s: %d, want %d", method, pattern, name, a.Code, want)
				}
			}
			return nil
		}))
		if after := acts(); after != before {
			h.Errorf("%d acts were written down", after-before)
		}
		h.Logf("R-A1: %d routes × %d proofs that are not good, %d cells: %d differences, 0 writes", ofAPI, len(variants), cells, leaks)
		if ofAPI < 100 {
			h.Errorf("only %d routes", ofAPI)
		}
	})
}

// TestRA6_SecretsOfRepeatedRequests makes what has a secret by requests with an
// Idempotency-Key and repeats each: the secret comes once, and neither the
// database, where answers are kept to be repeated, nor the log holds it.
func TestRA6_SecretsOfRepeatedRequests(t *testing.T) {
	t.Parallel()
	each := 50
	if long() {
		each = 1000
	}
	forEachHouse(t, func(h *house) {
		admin, lead := h.account("boss", adminRole), h.account("lead", leadRole)
		asks := map[string]struct {
			who          *browser
			path, body   string
			secretsField string
		}{
			"token": {
				h.signedIn(admin), "/v1/tokens", fmt.Sprintf(`{"name":"x","membership_id":%d,"expires_at":%q}`, admin.Memberships[0].ID, now.Add(240*time.Hour).Format(time.RFC3339)), "token",
			},
			"feed":    {h.signedIn(lead), "/v1/regions/noord/feeds", `{"kind":"staff","subject":"anna","level":"full"}`, "url"},
			"webhook": {h.signedIn(lead), "/v1/regions/noord/webhooks", `{"url":"https://example.nl/in?key=%s","events":["plan.*"]}`, "secret"},
		}
		var secrets []string
		for kind, a := range asks {
			for n := range each {
				key := fmt.Sprintf("%s-%d", kind, n)
				body := a.body
				if strings.Contains(body, "%s") {
					mark := fmt.Sprintf("geheim%dgeheim", n)
					body = fmt.Sprintf(body, mark)
					secrets = append(secrets, mark)
				}
				send := func() (int, string) {
					r := a.who.request(http.MethodPost, a.path, nil, "Sec-Fetch-Site", "same-origin", "Content-Type", "application/json", "Accept", "application/json", "Idempotency-Key", key)
					answer := a.who.send(withBody(r, body))
					return answer.Code, answer.Body.String()
				}
				status, first := send()
				var fields map[string]any
				h.must(json.Unmarshal([]byte(first), &fields))
				secret, _ := fields[a.secretsField].(string)
				if status != http.StatusCreated || secret == "" {
					h.Fatalf("%s: %d %s", kind, status, first)
				}
				secret = strings.TrimSuffix(secret[strings.LastIndexByte(secret, '/')+1:], ".ics")
				if parts := strings.SplitN(secret, "_", 4); parts[0] == "pf" && len(parts) == 4 {
					secret = parts[3] // what comes before it is kept, to find it by
				}
				if len(secret) < 16 {
					h.Fatalf("%s: not the whole secret", kind)
				}
				secrets = append(secrets, secret)
				for range 2 {
					if status, again := send(); status != http.StatusConflict || strings.Contains(again, secret) {
						h.Errorf("%s, repeated: %d %s", kind, status, again)
					}
				}
				if kind == "webhook" { // of which a region has few
					a.who.send(a.who.request(http.MethodDelete, fmt.Sprint(a.path, "/", fields["id"]), nil, "Sec-Fetch-Site", "same-origin"))
				}
			}
		}
		kept, found := h.dump()+h.log.String(), 0
		for _, secret := range secrets {
			if strings.Contains(kept, secret) {
				found++
				h.Errorf("a secret of a repeated request is kept: %.6s…", secret)
			}
		}
		h.Logf("R-A6: %d secrets by requests that came three times, a dump of %d bytes: %d found (1,000 of each in the long form)", len(secrets), len(kept), found)
	}, func(c *api.Config) {
		seal, err := service.NewSeal(service.NewSealKey())
		if err != nil {
			panic(err)
		}
		c.Service.Seal = seal
		c.Webhooks = &service.Webhooks{Service: c.Service, Hooks: outside.NewHooks(outside.GuardConfig{})}
	})
}
