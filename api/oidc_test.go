package api_test

import (
	"crypto"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wijkplanner/wijkplanner/planner/outside"
)

// fakeProvider is an identity provider that tells what the test wants.
type fakeProvider struct {
	*httptest.Server
	mu sync.Mutex
	// keys are the keys that it has published, by id; the last signs.
	keys []*rsa.PrivateKey
	// codes are what each code stands for; each is good once.
	codes map[string]grant
	// namesIssuer says that its redirects carry iss.
	namesIssuer bool
}

// grant is what a code stands for: the challenge of PKCE and the token's claims.
type grant struct {
	challenge string
	token     string
	fault     bool
}

func newFakeProvider(t *testing.T) *fakeProvider {
	t.Helper()
	p := &fakeProvider{codes: map[string]grant{}}
	p.rotate(t)
	mux := http.NewServeMux()
	answer := func(w http.ResponseWriter, v any) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(v)
	}
	mux.HandleFunc("/.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, map[string]any{
			"issuer": p.URL, "authorization_endpoint": p.URL + "/auth", "token_endpoint": p.URL + "/token", "jwks_uri": p.URL + "/keys",
			"id_token_signing_alg_values_supported":          []string{"RS256", "HS256", "none"},
			"authorization_response_iss_parameter_supported": p.namesIssuer,
		})
	})
	mux.HandleFunc("/keys", func(w http.ResponseWriter, _ *http.Request) {
		p.mu.Lock()
		defer p.mu.Unlock()
		var keys []map[string]string
		for i, k := range p.keys {
			keys = append(keys, map[string]string{
				"kty": "RSA", "use": "sig", "alg": "RS256", "kid": fmt.Sprint(i), "n": b64(k.N.Bytes()), "e": b64(big.NewInt(int64(k.E)).Bytes()),
			})
		}
		answer(w, map[string]any{"keys": keys})
	})
	mux.HandleFunc("/token", func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		g, known := p.codes[r.PostFormValue("code")]
		delete(p.codes, r.PostFormValue("code"))
		p.mu.Unlock()
		sum := sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
		if !known || g.fault || b64(sum[:]) != g.challenge {
			w.WriteHeader(http.StatusBadRequest)
			answer(w, map[string]string{"error": "invalid_grant"})
			return
		}
		answer(w, map[string]any{"access_token": "access", "token_type": "Bearer", "id_token": g.token})
	})
	p.Server = httptest.NewServer(mux)
	t.Cleanup(p.Close)
	return p
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// rotate publishes a new key and signs with it from now on.
func (p *fakeProvider) rotate(t *testing.T) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.keys = append(p.keys, key)
}

type claims = map[string]any

// sign signs claims with the last key; head changes the head.
func (p *fakeProvider) sign(t *testing.T, c claims, head claims) string {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	h := claims{"alg": "RS256", "kid": fmt.Sprint(len(p.keys) - 1), "typ": "JWT"}
	maps.Copy(h, head)
	hj, _ := json.Marshal(h)
	cj, _ := json.Marshal(c)
	body := b64(hj) + "." + b64(cj)
	sum := sha256.Sum256([]byte(body))
	sig, err := rsa.SignPKCS1v15(rand.Reader, p.keys[len(p.keys)-1], crypto.SHA256, sum[:])
	if err != nil {
		t.Fatal(err)
	}
	return body + "." + b64(sig)
}

const clientID = "wijkplanner"

// oidcHouse is a house with a fake provider, and an account of staff bound to
// its subject "anna".
func oidcHouse(t *testing.T, address string, p *fakeProvider, classes ...string) *house {
	t.Helper()
	provider, err := outside.NewProvider(outside.ProviderConfig{
		Issuer: p.URL, ClientID: clientID, Redirect: publicURL + "/oidc/callback", Classes: classes, Now: func() time.Time { return now },
	})
	if err != nil {
		t.Fatal(err)
	}
	h := openHouse(t, address, provider)
	u := h.withPassword("anna", staffRole)
	h.must(h.Store.BindSubject(h.Context(), u.ID, p.URL, "anna"))
	lead := h.withPassword("lead", leadRole)
	h.must(h.Store.BindSubject(h.Context(), lead.ID, p.URL, "lead"))
	return h
}

// attempt is one way through the provider.
type attempt struct {
	*testing.T
	house    *house
	provider *fakeProvider
	b        *browser
	// sent is what we sent along.
	sent url.Values
	// claims, head and token make the ID token; token wins.
	claims claims
	head   claims
	token  func() string
	// query is the provider's redirect.
	query url.Values
	grant grant
	code  string
}

// begun begins a sign-in.
func begun(t *testing.T, h *house, p *fakeProvider) *attempt {
	t.Helper()
	return begins(t, h, p, h.browser(), url.Values{"next": {"/?region=noord"}})
}

// begins sends a browser to the provider.
func begins(t *testing.T, h *house, p *fakeProvider, b *browser, form url.Values) *attempt {
	t.Helper()
	a := &attempt{T: t, house: h, provider: p, b: b}
	w := a.b.post("/oidc/start", form)
	to, err := url.Parse(w.Header().Get("Location"))
	if err != nil || w.Code != http.StatusSeeOther || to.Host != strings.TrimPrefix(p.URL, "http://") {
		t.Fatalf("start: %d %s", w.Code, w.Header().Get("Location"))
	}
	a.sent = to.Query()
	a.claims = claims{
		"iss": p.URL, "sub": "anna", "aud": clientID, "nonce": a.sent.Get("nonce"), "exp": now.Add(5 * time.Minute).Unix(), "iat": now.Unix(),
	}
	a.code = rand.Text()
	a.grant = grant{challenge: a.sent.Get("code_challenge")}
	a.query = url.Values{"code": {a.code}, "state": {a.sent.Get("state")}}
	return a
}

// back lets the provider send the browser back and reports whether somebody is
// signed in.
func (a *attempt) back() bool {
	a.Helper()
	a.grant.token = a.provider.sign(a.T, a.claims, a.head)
	if a.token != nil {
		a.grant.token = a.token()
	}
	a.provider.mu.Lock()
	a.provider.codes[a.code] = a.grant
	a.provider.mu.Unlock()
	w := a.b.get("/oidc/callback?" + a.query.Encode())
	if w.Code >= 500 {
		a.Errorf("%d %s", w.Code, w.Body)
	}
	return a.b.in()
}

// hostile lists what must not sign anybody in.
var hostile = map[string]func(a *attempt){
	"another issuer":           func(a *attempt) { a.claims["iss"] = "https://evil.example" },
	"issuer with a slash":      func(a *attempt) { a.claims["iss"] = a.provider.URL + "/" },
	"no issuer":                func(a *attempt) { delete(a.claims, "iss") },
	"another audience":         func(a *attempt) { a.claims["aud"] = "another" },
	"no audience":              func(a *attempt) { delete(a.claims, "aud") },
	"two audiences":            func(a *attempt) { a.claims["aud"] = []string{clientID, "another"} },
	"two audiences, our party": func(a *attempt) { a.claims["aud"], a.claims["azp"] = []string{clientID, "another"}, clientID },
	"another party":            func(a *attempt) { a.claims["azp"] = "another" },
	"another nonce":            func(a *attempt) { a.claims["nonce"] = "another" },
	"no nonce":                 func(a *attempt) { delete(a.claims, "nonce") },
	"nonce of another sign-in": func(a *attempt) { a.claims["nonce"] = begun(a.T, a.house, a.provider).sent.Get("nonce") },
	"expired":                  func(a *attempt) { a.claims["exp"] = now.Add(-time.Minute).Unix() },
	"no expiry":                func(a *attempt) { delete(a.claims, "exp") },
	"not yet":                  func(a *attempt) { a.claims["nbf"] = now.Add(time.Hour).Unix() },
	"made in the future":       func(a *attempt) { a.claims["iat"] = now.Add(time.Hour).Unix() },
	"no subject":               func(a *attempt) { delete(a.claims, "sub") },
	"empty subject":            func(a *attempt) { a.claims["sub"] = "" },
	"unknown subject":          func(a *attempt) { a.claims["sub"] = "stranger" },
	"subject of other letters": func(a *attempt) { a.claims["sub"] = "Anna" },
	"long subject":             func(a *attempt) { a.claims["sub"] = strings.Repeat("anna", 100) },
	"mail of an account": func(a *attempt) {
		a.claims["sub"], a.claims["email"], a.claims["email_verified"] = "stranger", "anna@example.nl", true
	},
	"unverified mail": func(a *attempt) {
		a.claims["sub"], a.claims["email"], a.claims["email_verified"] = "x", "anna@example.nl", false
	},
	"name of an account":           func(a *attempt) { a.claims["sub"], a.claims["preferred_username"] = "stranger", "anna" },
	"algorithm none":               func(a *attempt) { a.token = a.unsigned("none", "") },
	"algorithm None":               func(a *attempt) { a.token = a.unsigned("None", "") },
	"none with a signature":        func(a *attempt) { a.token = a.unsigned("none", "AAAA") },
	"HS256 with the public key":    func(a *attempt) { a.token = a.shared(func() []byte { return a.provider.keys[0].N.Bytes() }) },
	"HS256 with our id":            func(a *attempt) { a.token = a.shared(func() []byte { return []byte(clientID) }) },
	"signed by another":            func(a *attempt) { a.token = a.foreign("0") },
	"signed by another, no key id": func(a *attempt) { a.token = a.foreign("") },
	"key of another address":       func(a *attempt) { a.head = claims{"jku": "https://evil.example/keys", "kid": "evil"} },
	"changed after signing": func(a *attempt) {
		a.token = func() string {
			parts := strings.Split(a.provider.sign(a.T, a.claims, nil), ".")
			a.claims["sub"] = "lead"
			cj, _ := json.Marshal(a.claims)
			return parts[0] + "." + b64(cj) + "." + parts[2]
		}
	},
	"no ID token":                func(a *attempt) { a.token = func() string { return "" } },
	"no token at all":            func(a *attempt) { a.token = func() string { return "a.b.c" } },
	"access token of others":     func(a *attempt) { a.claims["at_hash"] = b64([]byte("0123456789abcdef")) },
	"code refused":               func(a *attempt) { a.grant.fault = true },
	"another verifier":           func(a *attempt) { a.grant.challenge = "another" },
	"another state":              func(a *attempt) { a.query.Set("state", "another") },
	"no state":                   func(a *attempt) { a.query.Del("state") },
	"state of another sign-in":   func(a *attempt) { a.query.Set("state", begun(a.T, a.house, a.provider).sent.Get("state")) },
	"state twice":                func(a *attempt) { a.query.Add("state", "another") },
	"code twice":                 func(a *attempt) { a.query.Add("code", "another") },
	"no code":                    func(a *attempt) { a.query.Del("code") },
	"long code":                  func(a *attempt) { a.query.Set("code", strings.Repeat("x", 5000)) },
	"the provider refuses":       func(a *attempt) { a.query.Set("error", "access_denied") },
	"redirect of another issuer": func(a *attempt) { a.query.Set("iss", "https://evil.example") },
	"no session":                 func(a *attempt) { a.b = a.house.browser() },
	"session of another":         func(a *attempt) { a.b = begun(a.T, a.house, a.provider).b },
	"state used again": func(a *attempt) {
		a.claims["sub"] = "stranger"
		a.back() // uses it up
		a.claims["sub"], a.code = "anna", rand.Text()
		a.query.Set("code", a.code)
	},
	"too late": func(a *attempt) {
		a.house.wait(16 * time.Minute)
		a.Cleanup(func() { a.house.wait(-16 * time.Minute) })
	},
	"lead without a second factor":      func(a *attempt) { a.claims["sub"] = "lead" },
	"lead with one method that is none": func(a *attempt) { a.claims["sub"], a.claims["amr"] = "lead", []string{"pwd"} },
}

func (a *attempt) unsigned(alg, signature string) func() string {
	return func() string {
		hj, _ := json.Marshal(claims{"alg": alg})
		cj, _ := json.Marshal(a.claims)
		return b64(hj) + "." + b64(cj) + "." + signature
	}
}

func (a *attempt) shared(key func() []byte) func() string {
	return func() string {
		hj, _ := json.Marshal(claims{"alg": "HS256", "kid": "0"})
		cj, _ := json.Marshal(a.claims)
		body := b64(hj) + "." + b64(cj)
		m := hmac.New(sha256.New, key())
		m.Write([]byte(body))
		return body + "." + b64(m.Sum(nil))
	}
}

// foreign signs with a key that the provider does not have.
func (a *attempt) foreign(kid string) func() string {
	return func() string {
		other := &fakeProvider{}
		other.rotate(a.T)
		return other.sign(a.T, a.claims, claims{"kid": kid})
	}
}

// TestRA10_OIDC: what a hostile provider, network or person sends signs nobody
// in, and what is right does, key rotation included.
func TestRA10_OIDC(t *testing.T) {
	t.Parallel()
	for name, address := range map[string]func(*testing.T) string{
		"sqlite": func(t *testing.T) string { t.Helper(); return t.TempDir() + "/test.db" }, "postgres": postgresDB,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newFakeProvider(t)
			h := oidcHouse(t, address(t), p)
			accepted := 0
			for what, change := range hostile {
				a := begun(t, h, p)
				change(a)
				if a.back() {
					accepted++
					t.Errorf("%s: signed in", what)
				}
			}
			t.Logf("%d hostile cases, %d accepted", len(hostile), accepted)
			if len(hostile) < 40 {
				t.Error("want 40 cases")
			}
			h.goodWays(t, p)
		})
	}
}

// goodWays: what is right signs in.
func (h *house) goodWays(t *testing.T, p *fakeProvider) {
	t.Helper()
	a := begun(t, h, p)
	for key, want := range map[string]string{
		"response_type": "code", "client_id": clientID, "code_challenge_method": "S256", "scope": "openid", "redirect_uri": publicURL + "/oidc/callback",
	} {
		if a.sent.Get(key) != want {
			t.Errorf("%s is %q, want %q", key, a.sent.Get(key), want)
		}
	}
	if !a.back() {
		t.Error("anna is not signed in")
	}
	if w := a.b.get("/oidc/callback?" + a.query.Encode()); w.Code < 400 {
		t.Errorf("the same answer again: %d", w.Code)
	}
	a = begun(t, h, p)
	a.claims["sub"], a.claims["amr"], a.claims["azp"] = "lead", []string{"pwd", "mfa"}, clientID
	if !a.back() {
		t.Error("a lead with a second factor is not signed in")
	}
	p.rotate(t) // the keys change while the server runs
	a = begun(t, h, p)
	a.query.Set("iss", p.URL)
	if !a.back() {
		t.Error("nobody is signed in after the keys were rotated")
	}
	u := h.withPassword("new", staffRole)
	b := h.signedIn(u) // binds the account to an identity that nobody has
	w := b.post("/oidc/start", url.Values{"next": {"/account"}, "bind": {"yes"}})
	to, err := url.Parse(w.Header().Get("Location"))
	h.must(err)
	a = begun(t, h, p)
	a.b, a.sent, a.claims["sub"], a.claims["nonce"] = b, to.Query(), "new", to.Query().Get("nonce")
	a.grant.challenge = a.sent.Get("code_challenge")
	a.query.Set("state", a.sent.Get("state"))
	if !a.back() {
		t.Error("an account is not bound")
	}
	if bound, err := h.Store.UserBySubject(h.Context(), p.URL, "new"); err != nil || bound.ID != u.ID {
		t.Errorf("bound: %v %v", bound, err)
	}
}

// TestProviderBindsOnlyWhenAsked: whoever signs in by way of the provider at the
// browser of somebody else is themselves, and the other account stays unbound.
func TestProviderBindsOnlyWhenAsked(t *testing.T) {
	t.Parallel()
	p := newFakeProvider(t)
	h := oidcHouse(t, t.TempDir()+"/test.db", p)
	other := h.account("other", staffRole)
	b := h.signedIn(other)
	w := b.post("/oidc/start", url.Values{"next": {"/"}})
	to, err := url.Parse(w.Header().Get("Location"))
	h.must(err)
	a := begun(t, h, p)
	a.b, a.claims["nonce"] = b, to.Query().Get("nonce")
	a.grant.challenge = to.Query().Get("code_challenge")
	a.query.Set("state", to.Query().Get("state"))
	if !a.back() || !strings.Contains(b.get("/account").Body.String(), "anna") {
		t.Error("anna is not signed in")
	}
	if u, err := h.Store.User(h.Context(), other.ID); err != nil || u.Subject != "" {
		t.Errorf("the other account is bound to %q (%v)", u.Subject, err)
	}
}

// TestProviderClasses: where classes are set, they alone stand for a second
// factor; and a provider that names itself in redirects always must.
func TestProviderClasses(t *testing.T) {
	t.Parallel()
	p := newFakeProvider(t)
	p.namesIssuer = true
	h := oidcHouse(t, t.TempDir()+"/test.db", p, "urn:high", "urn:higher")
	for what, c := range map[string]struct {
		acr, iss string
		in       bool
	}{
		"the class": {"urn:higher", p.URL, true}, "another": {"urn:low", p.URL, false}, "none": {"", p.URL, false}, "no issuer": {"urn:high", "", false},
	} {
		a := begun(t, h, p)
		if a.sent.Get("acr_values") != "urn:high urn:higher" {
			t.Errorf("acr_values %q", a.sent.Get("acr_values"))
		}
		a.claims["sub"], a.claims["acr"], a.claims["amr"] = "lead", c.acr, []string{"mfa"}
		if c.iss != "" {
			a.query.Set("iss", c.iss)
		}
		if a.back() != c.in {
			t.Errorf("%s: want %v", what, c.in)
		}
	}
}

// TestProviderAway: without the provider people sign in by other ways, and the
// page says what is wrong.
func TestProviderAway(t *testing.T) {
	t.Parallel()
	p := newFakeProvider(t)
	h := oidcHouse(t, t.TempDir()+"/test.db", p)
	p.Close()
	b := h.browser()
	if a := b.post("/oidc/start?lang=en", url.Values{}); a.Code != http.StatusForbidden || !strings.Contains(a.Body.String(), "did not work") {
		t.Errorf("%d %s", a.Code, a.Body)
	}
	if a := b.post("/sign-in", url.Values{"mail": {"anna@example.nl"}, "password": {password}}); a.Code != http.StatusSeeOther {
		t.Errorf("%d", a.Code)
	}
}
