package api_test

import (
	"encoding/base32"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/wijkplanner/wijkplanner/api/problem"
	"github.com/wijkplanner/wijkplanner/planner/outside"
	"github.com/wijkplanner/wijkplanner/planner/service"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// makesAccount asks the JSON API for what a session must be fresh for, and
// returns the code of its refusal.
func (b *browser) makesAccount() problem.Code {
	b.Helper()
	before, err := b.Store.Users(b.Context())
	b.must(err)
	a := b.makes("Sec-Fetch-Site", "same-origin")
	after, err := b.Store.Users(b.Context())
	b.must(err)
	if a.Code == http.StatusCreated {
		return ""
	}
	if len(after) != len(before) {
		b.Errorf("%d, and there is one more account", a.Code)
	}
	var p problem.Problem
	b.must(json.Unmarshal(a.Body.Bytes(), &p))
	return p.Code
}

// makes asks for an account.
func (b *browser) makes(headers ...string) *httptest.ResponseRecorder {
	r := b.request(http.MethodPost, "/v1/users", nil, append(headers, "Content-Type", "application/json", "Accept", "application/json")...)
	return b.send(withBody(r, `{"name":"Nieuw","memberships":[{"role":"lead","region":"noord"}]}`))
}

// withBody gives a request another body.
func withBody(r *http.Request, body string) *http.Request {
	r.Body, r.ContentLength = io.NopCloser(strings.NewReader(body)), int64(len(body))
	return r
}

// enrolled sets an authenticator up and returns what makes its codes.
func (b *browser) enrolled() func() string {
	b.Helper()
	secret, err := base32.StdEncoding.DecodeString(totpSecretIn(b.T, b.get("/sign-in/totp").Body.String()))
	b.must(err)
	code := func() string { return service.TOTPCode(secret, now.Add(time.Duration(b.late.Load()))) }
	if a := b.post("/sign-in/totp", url.Values{"code": {code()}}); a.Code != http.StatusSeeOther {
		b.Fatalf("set up an authenticator: %d %s", a.Code, a.Body)
	}
	return code
}

// TestConfirm_APassingSessionMakesNoAccounts: ten minutes after signing in the
// session does everything but what lets others in; the password and the code make
// it fresh again, under a new cookie.
func TestConfirm_APassingSessionMakesNoAccounts(t *testing.T) {
	t.Parallel()
	forEachHouse(t, func(h *house) {
		u := h.account("boss", adminRole)
		b := h.signedIn(u)
		if a := b.post("/account/password", url.Values{"mail": {"boss@example.nl"}, "fresh": {password}}); a.Code != http.StatusSeeOther {
			h.Fatalf("set a password: %d %s", a.Code, a.Body)
		}
		code := b.enrolled()
		h.wait(service.ProofLasts - time.Second)
		if refused := b.makesAccount(); refused != "" {
			h.Errorf("just in time: %s", refused)
		}
		h.wait(time.Second)
		if refused := b.makesAccount(); refused != problem.NeedsProof {
			h.Errorf("ten minutes later: %q", refused)
		}
		if a := b.get("/v1/users", "Accept", "application/json"); a.Code != 200 {
			h.Errorf("reading needs no proof: %d", a.Code)
		}
		if page := b.get("/confirm?next=/account&lang=en").Body.String(); !strings.Contains(page, "Is it really you?") ||
			!strings.Contains(page, `name="password"`) || !strings.Contains(page, `name="code"`) || !strings.Contains(page, `name="next" value="/account"`) {
			h.Errorf("the page: %s", page)
		}
		for what, form := range map[string]url.Values{
			"another password": {"password": {"paars paard zwemt"}, "code": {code()}},
			"no code":          {"password": {password}},
			"another code":     {"password": {password}, "code": {"000000"}},
			"nothing":          {},
		} {
			if a := b.post("/confirm", form); a.Code != 422 || b.makesAccount() != problem.NeedsProof {
				h.Errorf("%s: %d", what, a.Code)
			}
		}
		old := b.copied()
		form := url.Values{"password": {password}, "code": {code()}, "next": {"https://evil.example/"}}
		if a := b.post("/confirm", form); a.Code != http.StatusSeeOther || a.Header().Get("Location") != "/" {
			h.Errorf("confirmed: %d %s", a.Code, a.Header().Get("Location"))
		}
		if refused := b.makesAccount(); refused != "" {
			h.Errorf("confirmed, and then: %s", refused)
		}
		if old.in() {
			h.Error("the cookie of before is alive")
		}
		h.wait(service.ProofLasts)
		if refused := b.makesAccount(); refused != problem.NeedsProof {
			h.Errorf("ten minutes after that: %q", refused)
		}
		if strings.Contains(h.log.String(), password) {
			h.Error("the password stands in the log")
		}
	})
}

// TestConfirm_TriesAreCounted: who has somebody's session has ten guesses at
// their password in a quarter of an hour, here and where people sign in together.
func TestConfirm_TriesAreCounted(t *testing.T) {
	t.Parallel()
	forEachHouse(t, func(h *house) {
		b := h.browser()
		h.withPassword("anna", staffRole)
		b.post("/sign-in", url.Values{"mail": {"anna@example.nl"}, "password": {password}})
		wrong, refused := url.Values{"password": {"niet het goede"}}, 0
		for range 30 {
			switch a := b.post("/confirm", wrong); a.Code {
			case 422:
			case http.StatusTooManyRequests:
				refused++
			default:
				h.Fatalf("%d %s", a.Code, a.Body)
			}
		}
		if a := h.browser().post("/sign-in", url.Values{"mail": {"anna@example.nl"}, "password": {password}}); a.Code != http.StatusTooManyRequests {
			h.Errorf("signing in meanwhile: %d", a.Code)
		}
		if refused != 20 {
			h.Errorf("%d of 30 guesses refused, want 20", refused)
		}
	})
}

// TestConfirm_NothingToProveBy: whoever came by a link and let ten minutes pass
// cannot make themselves a password, an authenticator or an identity to prove by.
func TestConfirm_NothingToProveBy(t *testing.T) {
	t.Parallel()
	p := newFakeProvider(t)
	h := oidcHouse(t, t.TempDir()+"/test.db", p)
	b := h.signedIn(h.account("boss", adminRole))
	h.wait(service.ProofLasts)
	for what, a := range map[string]string{
		"password":      b.post("/account/password", url.Values{"mail": {"boss@example.nl"}, "fresh": {password}}).Header().Get("Location"),
		"authenticator": b.get("/sign-in/totp").Header().Get("Location"),
		"its code":      b.post("/sign-in/totp", url.Values{"code": {"123456"}}).Header().Get("Location"),
		"identity":      b.post("/oidc/start", url.Values{"bind": {"yes"}}).Header().Get("Location"),
	} {
		if !strings.HasPrefix(a, "/confirm?") {
			h.Errorf("%s: sent to %q, want /confirm", what, a)
		}
	}
	if a := b.get("/confirm"); a.Code != 200 || !strings.Contains(a.Body.String(), "aanmeldlink") || strings.Contains(a.Body.String(), "<button type=\"submit\">Bevestigen") {
		h.Errorf("the page: %d %s", a.Code, a.Body)
	}
	if a := b.post("/confirm", url.Values{}); a.Code != http.StatusForbidden {
		h.Errorf("confirmed by nothing: %d", a.Code)
	}
	u, err := h.Store.UserByMail(h.Context(), "boss@example.nl")
	if err == nil {
		h.Errorf("the account has a mail address now: %v", u)
	}
	// A token proves itself with each request.
	m := b.membershipOf("boss")
	_, token, err := h.Store.CreateAPIToken(h.Context(), m, "script", now.Add(24*time.Hour))
	h.must(err)
	program := h.browser()
	if a := program.makes("Authorization", "Bearer "+token); a.Code != http.StatusCreated {
		h.Errorf("a program: %d %s", a.Code, a.Body)
	}
}

func (b *browser) membershipOf(name string) int64 {
	b.Helper()
	users, err := b.Store.Users(b.Context())
	b.must(err)
	for i := range users {
		if users[i].Name == name {
			return users[i].Memberships[0].ID
		}
	}
	b.Fatalf("no account %q", name)
	return 0
}

// TestConfirm_AtTheProvider: it is asked to have people prove who they are, and
// believed only when it says that they did just now, as who they are here.
func TestConfirm_AtTheProvider(t *testing.T) {
	t.Parallel()
	p := newFakeProvider(t)
	h := oidcHouse(t, t.TempDir()+"/test.db", p)
	boss := h.account("boss", adminRole)
	h.must(h.Store.BindSubject(h.Context(), boss.ID, p.URL, "boss"))
	at := func() int64 { return now.Add(-time.Hour).Unix() }
	accepted := 0
	for what, c := range map[string]struct {
		change func(a *attempt)
		fresh  bool
	}{
		"proved there":            {func(*attempt) {}, true},
		"an hour ago":             {func(a *attempt) { a.claims["auth_time"] = at() }, false},
		"it does not say when":    {func(a *attempt) { delete(a.claims, "auth_time") }, false},
		"somebody else":           {func(a *attempt) { a.claims["sub"] = "lead" }, false},
		"nobody that we know":     {func(a *attempt) { a.claims["sub"] = "stranger" }, false},
		"one factor where two":    {func(a *attempt) { delete(a.claims, "amr") }, false},
		"another state":           {func(a *attempt) { a.query.Set("state", "another") }, false},
		"it refused":              {func(a *attempt) { a.query = url.Values{"error": {"login_required"}, "state": a.query["state"]} }, false},
		"of another conversation": {func(a *attempt) { a.claims["nonce"] = "another" }, false},
	} {
		b := h.signedIn(boss)
		h.wait(service.ProofLasts)
		a := begins(t, h, p, b, url.Values{"confirm": {"yes"}, "next": {"/account"}})
		if a.sent.Get("prompt") != "login" || a.sent.Get("max_age") != "0" {
			t.Errorf("%s: asked %v", what, a.sent)
		}
		a.claims["sub"], a.claims["amr"], a.claims["auth_time"] = "boss", []string{"mfa"}, now.Unix()
		c.change(a)
		a.back()
		if fresh := a.b.in() && a.b.makesAccount() == ""; fresh != c.fresh {
			t.Errorf("%s: fresh %v, want %v", what, fresh, c.fresh)
		} else if !fresh {
			continue
		}
		accepted++
	}
	if accepted != 1 {
		t.Errorf("%d accepted, want 1", accepted)
	}
	// What the provider knew still is no proof of this minute.
	for what, c := range map[string]struct {
		auth  int64
		fresh bool
	}{"signed in there an hour ago": {at(), false}, "it does not say when": {0, false}, "signed in there now": {now.Unix(), true}} {
		a := begun(t, h, p)
		a.claims["sub"], a.claims["amr"] = "boss", []string{"mfa"}
		if c.auth != 0 {
			a.claims["auth_time"] = c.auth
		}
		if !a.back() {
			t.Errorf("%s: not signed in", what)
		}
		if fresh := a.b.makesAccount() == ""; fresh != c.fresh {
			t.Errorf("%s: fresh %v, want %v", what, fresh, c.fresh)
		}
	}
}

// TestConfirm_RealProvider sends somebody to a provider that others wrote.
func TestConfirm_RealProvider(t *testing.T) {
	t.Parallel()
	issuer := realProvider(t)
	provider, err := outside.NewProvider(outside.ProviderConfig{Issuer: issuer, ClientID: clientID, Redirect: publicURL + "/oidc/callback", Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	h := openHouse(t, t.TempDir()+"/test.db", provider)
	u := h.account("boss", store.Membership{Role: store.Administrator, Everywhere: true})
	h.must(h.Store.BindSubject(h.Context(), u.ID, issuer, "boss"))
	for who, fresh := range map[string]bool{"boss": true, "lead": false} {
		b := h.signedIn(u)
		h.wait(service.ProofLasts)
		start := b.post("/oidc/start", url.Values{"confirm": {"yes"}, "next": {"/account"}})
		b.get(through(t, start.Header().Get("Location"), who, "pwd mfa"))
		if got := b.in() && b.makesAccount() == ""; got != fresh {
			t.Errorf("as %s: fresh %v, want %v: %s", who, got, fresh, h.log)
		}
	}
}
