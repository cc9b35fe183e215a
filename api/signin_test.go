package api_test

import (
	"bytes"
	"context"
	"encoding/base32"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/wijkplanner/wijkplanner/api"
	"github.com/wijkplanner/wijkplanner/api/rights"
	"github.com/wijkplanner/wijkplanner/api/web"
	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/internal/litetest"
	"github.com/wijkplanner/wijkplanner/internal/pgtest"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/outside"
	"github.com/wijkplanner/wijkplanner/planner/service"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// house is the whole of the program's door over a real database, with a clock
// that the test moves.
type house struct {
	*testing.T
	*service.Service
	entrance *service.Entrance
	handler  http.Handler
	log      *lockedBuffer
	// address is the database's.
	address string
	late    *atomic.Int64
}

// lockedBuffer is a buffer that many may write to.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

const (
	publicURL = "https://planner.example.nl"
	password  = "paars paard vliegt"
)

// forEachHouse runs a test on both databases.
func forEachHouse(t *testing.T, f func(h *house), changes ...func(*api.Config)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		f(openHouse(t, litetest.File(t, prepare), nil, changes...))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		f(openHouse(t, postgresDB(t), nil, changes...))
	})
}

func postgresDB(t *testing.T) string {
	t.Helper()
	return pgtest.Database(t, prepare)
}

// prepare makes a template database.
func prepare(ctx context.Context, address string) error {
	s, err := store.Open(ctx, address)
	if err != nil {
		return err
	}
	return s.Close()
}

func openHouse(t *testing.T, address string, provider *outside.Provider, changes ...func(*api.Config)) *house {
	t.Helper()
	h := &house{T: t, log: &lockedBuffer{}, address: address, late: new(atomic.Int64)}
	clock := func() time.Time { return now.Add(time.Duration(h.late.Load())) }
	st, err := store.Open(t.Context(), address, store.WithClock(clock))
	h.must(err)
	t.Cleanup(func() { _ = st.Close() })
	log := slog.New(slog.NewJSONHandler(h.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	h.Service = service.New(st, log, clock)
	_, err = h.Import(t.Context(), []*planner.State{hamlet("noord"), hamlet("zuid")})
	h.must(err)
	seal, err := service.NewSeal(service.NewSealKey())
	h.must(err)
	h.entrance = service.NewEntrance(h.Service, seal, provider, 2)
	c := config(h.log)
	c.Caller, c.Entrance, c.Service, c.CursorKey, c.PublicURL, c.Now, c.Log = nil, h.entrance, h.Service, []byte("key"), publicURL, clock, log
	c.EntryLimit, c.UnknownLimit, c.CallerLimit = 1_000_000, 1_000_000, 10_000_000
	c.Regions = func(ctx context.Context) ([]string, error) {
		regions, err := h.As(rights.CallerOf(ctx).Scope).Regions(ctx)
		var names []string
		for _, r := range regions {
			names = append(names, r.ID)
		}
		return names, err
	}
	c.Region = func(_ context.Context, name string) (web.Region, error) {
		return web.Region{State: &planner.State{Region: name, Programme: planner.Programme{Zone: "Europe/Amsterdam"}}}, nil
	}
	for _, change := range changes {
		change(&c)
	}
	h.handler = handler(t, c)
	return h
}

func (h *house) must(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

func (h *house) wait(d time.Duration) { h.late.Add(int64(d)) }

// hamlet is a region with two people and a location.
func hamlet(region string) *planner.State {
	day := calendar.Span{From: 8 * 60, To: 17 * 60}
	week := calendar.Week{nil, {day}, {day}, {day}, {day}, {day}, nil}
	s := &planner.State{Region: region, Programme: planner.Programme{
		ID: "p", Name: "Stad " + region, Zone: "Europe/Amsterdam", From: calendar.NoDate, To: calendar.NoDate,
		Roles: []planner.Role{{ID: "zc", Name: planner.Text{NL: "zorgcoördinator", EN: "care coordinator"}}},
	}}
	for _, id := range []string{"anna", "bram"} {
		s.Staff = append(s.Staff, planner.Staff{ID: id, Name: "Coördinator " + id, Mode: planner.Bicycle, Pattern: week})
	}
	s.Locations = []planner.Location{{
		ID: "een", Name: "Het Nest", Address: "Straat 1", Postcode: "6511 AA", Town: "Stad", Opening: week, Opened: calendar.NoDate, Closed: calendar.NoDate,
	}}
	return s
}

var (
	adminRole = store.Membership{Role: store.Administrator, Everywhere: true}
	leadRole  = store.Membership{Role: store.Lead, Region: "noord"}
	staffRole = store.Membership{Role: store.Member, Region: "noord", Staff: "anna"}
)

// account makes an account that can sign in by a link.
func (h *house) account(name string, memberships ...store.Membership) *store.User {
	h.Helper()
	id, err := h.Store.AddUser(h.Context(), name, "", memberships...)
	h.must(err)
	u, err := h.Store.User(h.Context(), id)
	h.must(err)
	return u
}

// withPassword makes an account with a password.
func (h *house) withPassword(name string, memberships ...store.Membership) *store.User {
	h.Helper()
	u := h.account(name, memberships...)
	b := h.signedIn(u)
	if a := b.post("/account/password", url.Values{"mail": {name + "@example.nl"}, "fresh": {password}}); a.Code != http.StatusSeeOther {
		h.Fatalf("set a password: %d %s", a.Code, a.Body)
	}
	u, err := h.Store.User(h.Context(), u.ID)
	h.must(err)
	return u
}

// browser is one person's browser.
type browser struct {
	*house
	cookies map[string]string
	// set are the Set-Cookie lines of the last answer.
	set []*http.Cookie
}

func (h *house) browser() *browser { return &browser{house: h, cookies: map[string]string{}} }

// signedIn is the browser of somebody who came by a one-time link.
func (h *house) signedIn(u *store.User) *browser {
	h.Helper()
	token, err := h.Store.CreateSignInLink(h.Context(), u.ID)
	h.must(err)
	b := h.browser()
	if a := b.post("/sign-in/link/"+token, nil); a.Code != http.StatusSeeOther {
		h.Fatalf("sign in by link: %d %s", a.Code, a.Body)
	}
	return b
}

func (b *browser) request(method, path string, form url.Values, headers ...string) *http.Request {
	r := httptest.NewRequestWithContext(b.Context(), method, path, strings.NewReader(form.Encode()))
	r.Host = "planner.example.nl"
	if form != nil || method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	r.Header.Set("Accept", "text/html")
	for name, value := range b.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return r
}

func (b *browser) send(r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	b.handler.ServeHTTP(w, r)
	b.set = w.Result().Cookies()
	for _, c := range b.set {
		if c.MaxAge < 0 {
			delete(b.cookies, c.Name)
		} else {
			b.cookies[c.Name] = c.Value
		}
	}
	return w
}

func (b *browser) get(path string, headers ...string) *httptest.ResponseRecorder {
	return b.send(b.request(http.MethodGet, path, nil, headers...))
}

func (b *browser) post(path string, form url.Values, headers ...string) *httptest.ResponseRecorder {
	return b.send(b.request(http.MethodPost, path, form, append([]string{"Sec-Fetch-Site", "same-origin"}, headers...)...))
}

// with is the browser of somebody who has these cookies.
func (b *browser) copied() *browser {
	return &browser{house: b.house, cookies: maps.Clone(b.cookies)}
}

// in reports whether somebody is signed in.
func (b *browser) in() bool {
	b.Helper()
	a := b.get("/account")
	if a.Code != http.StatusOK && a.Code != http.StatusSeeOther {
		b.Fatalf("account: %d %s", a.Code, a.Body)
	}
	return a.Code == http.StatusOK
}

// long reports whether tests run in their long form.
func long() bool { return os.Getenv("WIJKPLANNER_LONG") != "" }

func TestSigningInByPassword(t *testing.T) {
	t.Parallel()
	forEachHouse(t, func(h *house) {
		h.withPassword("anna", staffRole)
		b := h.browser()
		if a := b.get("/?region=noord"); a.Code != http.StatusSeeOther || a.Header().Get("Location") != "/sign-in?next=%2F%3Fregion%3Dnoord" {
			t.Errorf("signed out: %d %s", a.Code, a.Header().Get("Location"))
		}
		if a := b.get("/sign-in?next=%2F%3Fregion%3Dnoord"); !strings.Contains(a.Body.String(), `name="next" value="/?region=noord"`) {
			t.Errorf("the form: %s", a.Body)
		}
		form := url.Values{"mail": {"anna@example.nl"}, "password": {"niet het goede"}, "next": {"/?region=noord"}}
		if a := b.post("/sign-in?lang=en", form); a.Code != 422 || !strings.Contains(a.Body.String(), "This does not fit") || len(b.cookies) != 0 ||
			!strings.Contains(a.Body.String(), `value="anna@example.nl"`) || strings.Contains(a.Body.String(), "niet het goede") {
			t.Errorf("a wrong password: %d %s", a.Code, a.Body)
		}
		form.Set("password", password)
		if a := b.post("/sign-in", form); a.Code != http.StatusSeeOther || a.Header().Get("Location") != "/?region=noord" {
			t.Errorf("signed in: %d %s", a.Code, a.Header())
		}
		if a := b.get("/?region=noord"); a.Code != 200 || !strings.Contains(a.Body.String(), "anna · Medewerker · noord") {
			t.Errorf("the plan: %d %s", a.Code, a.Body)
		}
		if a := b.get("/?region=zuid"); a.Code != 404 {
			t.Errorf("another region: %d", a.Code)
		}
		if a := b.post("/sign-out", nil); a.Code != http.StatusSeeOther || len(b.cookies) != 0 || a.Header().Get("Location") != "/sign-in?out=" {
			t.Errorf("signed out: %d %v", a.Code, b.cookies)
		}
		if strings.Contains(h.log.String(), password) {
			t.Error("a password stands in the log")
		}
	})
}

// TestSigningInByAuthenticator goes the whole way of a team lead: password, new
// authenticator, and the next time its code.
func TestSigningInByAuthenticator(t *testing.T) {
	t.Parallel()
	forEachHouse(t, func(h *house) {
		h.withPassword("boss", leadRole, adminRole)
		form := url.Values{"mail": {"boss@example.nl"}, "password": {password}}
		b := h.browser()
		if a := b.post("/sign-in?lang=en", form); a.Header().Get("Location") != "/sign-in/totp?lang=en" {
			t.Fatalf("%d %s", a.Code, a.Header().Get("Location"))
		}
		if b.in() {
			t.Error("in after half a sign-in")
		}
		page := b.get("/sign-in/totp").Body.String()
		secret, err := base32.StdEncoding.DecodeString(totpSecretIn(t, page))
		h.must(err)
		code := func() url.Values {
			return url.Values{"code": {service.TOTPCode(secret, now.Add(time.Duration(h.late.Load())))}}
		}
		if a := b.post("/sign-in/totp", url.Values{"code": {"000000"}}); a.Code != 422 || b.in() {
			t.Errorf("a wrong code: %d", a.Code)
		}
		if a := b.post("/sign-in/totp", code()); a.Code != http.StatusSeeOther || !b.in() {
			t.Errorf("a right code: %d %s", a.Code, a.Body)
		}
		again := h.browser()
		again.post("/sign-in", form)
		if a := again.post("/sign-in/totp", code()); a.Code != 422 || again.in() {
			t.Errorf("the same code again: %d", a.Code)
		}
		h.wait(time.Minute)
		if a := again.post("/sign-in/totp", code()); a.Code != http.StatusSeeOther || !again.in() {
			t.Errorf("the next code: %d %s", a.Code, a.Body)
		}
		account := again.get("/account").Body.String()
		role := regexp.MustCompile(`name="role" value="(\d+)"`).FindStringSubmatch(account)
		before := again.copied()
		if a := again.post("/account/role", url.Values{"role": {role[1]}}); a.Code != http.StatusSeeOther {
			t.Errorf("switch: %d", a.Code)
		}
		if a := again.get("/"); a.Header().Get("Location") != "/account" {
			t.Errorf("an administrator sees a plan: %d", a.Code)
		}
		if before.in() {
			t.Error("the cookie of before the switch is alive")
		}
		if a := again.post("/account/role", url.Values{"role": {"999"}}); a.Code != 404 {
			t.Errorf("a role of nobody: %d", a.Code)
		}
	})
}

// totpSecretIn reads the secret of a new authenticator from its page.
func totpSecretIn(t *testing.T, page string) string {
	t.Helper()
	m := regexp.MustCompile(`<code class="address">([A-Z2-7]{32})</code>`).FindStringSubmatch(page)
	if m == nil {
		t.Fatalf("no secret in %s", page)
	}
	return m[1]
}

// TestOneTimeLink: looking uses nothing up, acting does.
func TestOneTimeLink(t *testing.T) {
	t.Parallel()
	forEachHouse(t, func(h *house) {
		u := h.account("anna", staffRole)
		token, err := h.Store.CreateSignInLink(h.Context(), u.ID)
		h.must(err)
		b := h.browser()
		for range 100 { // as mail scanners do
			for _, method := range []string{http.MethodGet, http.MethodHead} {
				if a := b.send(b.request(method, "/sign-in/link/"+token, nil)); a.Code != 200 || len(b.set) > 0 || strings.Contains(a.Body.String(), "anna") {
					t.Fatalf("%s: %d %v", method, a.Code, b.set)
				}
			}
		}
		if a := b.post("/sign-in/link/"+token, nil); a.Code != http.StatusSeeOther || !b.in() {
			t.Errorf("%d", a.Code)
		}
		other := h.browser()
		for _, a := range []*httptest.ResponseRecorder{other.post("/sign-in/link/"+token, nil), other.get("/sign-in/link/" + token), other.get("/sign-in/link/x")} {
			if a.Code != 404 || !strings.Contains(a.Body.String(), "al gebruikt of te oud") {
				t.Errorf("used: %d %s", a.Code, a.Body)
			}
		}
		if strings.Contains(h.log.String(), token) {
			t.Error("the link stands in the log")
		}
	})
}

// TestLocationLinkNeedsTheCode: the page shows no personal data, and the code
// opens a session of half an hour for that location.
func TestLocationLinkNeedsTheCode(t *testing.T) {
	t.Parallel()
	forEachHouse(t, func(h *house) {
		contact, err := h.Store.AddContact(h.Context(), store.Contact{
			Scope: store.FeedScope{Region: "noord", Kind: store.LocationFeed, ID: "een"}, Name: "Els Geheim", Mail: "els@example.nl",
			Language: store.Dutch, Calendar: store.ByFeed,
		}, now)
		h.must(err)
		token, err := h.Store.RotateLocationLink(h.Context(), contact)
		h.must(err)
		page, b := "/location/"+token, h.browser()
		for range 50 {
			for _, method := range []string{http.MethodGet, http.MethodHead} {
				a := b.send(b.request(method, page, nil))
				if a.Code != 200 || len(b.set) > 0 || strings.Contains(a.Body.String(), "Els") || strings.Contains(a.Body.String(), "oördinator") {
					t.Fatalf("%s: %d %v %s", method, a.Code, b.set, a.Body)
				}
			}
		}
		if mails, _ := h.Store.Outbox(h.Context(), store.MailWaiting, 10); len(mails) != 0 {
			t.Errorf("%d mails by looking", len(mails))
		}
		if a := b.get("/location"); a.Code != 404 && a.Code != 401 {
			t.Errorf("inside without a code: %d", a.Code)
		}
		if a := b.post(page, url.Values{"act": {"code"}}); a.Code != 200 || !strings.Contains(a.Body.String(), "onderweg") {
			t.Errorf("%d %s", a.Code, a.Body)
		}
		mails, err := h.Store.ClaimMail(h.Context(), 10, time.Minute, now)
		h.must(err)
		if a := b.post(page, url.Values{"act": {"enter"}, "code": {"1"}}); a.Code != 422 || len(b.cookies) != 0 {
			t.Errorf("a wrong code: %d", a.Code)
		}
		a := b.post(page, url.Values{"act": {"enter"}, "code": {mails[0].Content.Code}})
		if a.Code != http.StatusSeeOther || a.Header().Get("Location") != "/location?lang=nl" || b.cookies["__Host-location"] == "" {
			t.Fatalf("%d %v", a.Code, a.Header())
		}
		if a := b.get("/location"); a.Code != 200 || !strings.Contains(a.Body.String(), "Het Nest") {
			t.Errorf("inside: %d %s", a.Code, a.Body)
		}
		if b.in() {
			t.Error("a location's contact has an account")
		}
		h.wait(30 * time.Minute)
		if a := b.get("/location"); a.Code != 404 {
			t.Errorf("after half an hour: %d", a.Code)
		}
	})
}

func TestSecurityTxt(t *testing.T) {
	t.Parallel()
	c := config(&lockedBuffer{})
	c.PublicURL, c.Contact.Mail = publicURL, "security@example.nl"
	a := ask(t, handler(t, c), "GET", "/.well-known/security.txt")
	for _, want := range []string{"Contact: mailto:security@example.nl\n", "Expires: 2027-08-28T00:00:00Z\n", "Canonical: " + publicURL + "/.well-known/security.txt\n"} {
		if a.status != 200 || !strings.Contains(a.text, want) {
			t.Errorf("%d %q, want %q", a.status, a.text, want)
		}
	}
}
