package api_test

import (
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"
	_ "github.com/jackc/pgx/v5/stdlib" // reads the dump

	"github.com/wijkplanner/wijkplanner/api"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// TestRA9_Sessions: the cookie's flags, fixation, replay after signing out,
// parallel use, idle and absolute end.
func TestRA9_Sessions(t *testing.T) {
	t.Parallel()
	forEachHouse(t, func(h *house) {
		anna := h.account("anna", staffRole, adminRole)
		b := h.signedIn(anna)
		if len(b.set) != 1 {
			h.Fatalf("cookies: %v", b.set)
		}
		c := b.set[0]
		if c.Name != "__Host-session" || !c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" ||
			!c.Expires.IsZero() || c.MaxAge != 0 || len(c.Value) < 43 {
			h.Errorf("cookie %v", c)
		}
		h.fixation(anna)
		h.replay(anna)
		h.outAndSwitch(anna)
		h.ends(anna)
	})
}

// fixation: a cookie that was there before the sign-in is worth nothing after.
func (h *house) fixation(u *store.User) {
	h.Helper()
	for _, planted := range []string{"x", strings.Repeat("A", 43), strings.Repeat("A", 4000)} {
		token, err := h.Store.CreateSignInLink(h.Context(), u.ID)
		h.must(err)
		victim := h.browser()
		victim.cookies["__Host-session"] = planted
		attacker := victim.copied()
		victim.post("/sign-in/link/"+token, nil)
		if !victim.in() || victim.cookies["__Host-session"] == planted || attacker.in() {
			h.Errorf("a planted cookie of %d letters was taken over", len(planted))
		}
	}
	attacker := h.signedIn(h.account("attacker", staffRole)) // and one of the attacker's own
	victim := attacker.copied()
	token, err := h.Store.CreateSignInLink(h.Context(), u.ID)
	h.must(err)
	victim.post("/sign-in/link/"+token, nil)
	if a := attacker.get("/account"); strings.Contains(a.Body.String(), u.Name+"</p>") || !victim.in() {
		h.Errorf("the attacker's session became the victim's")
	}
}

// replay: after signing out the cookie opens nothing, also of requests that were
// under way.
func (h *house) replay(u *store.User) {
	h.Helper()
	const rounds, readers = 10, 8
	for range rounds {
		b := h.signedIn(u)
		var out atomic.Bool
		var group sync.WaitGroup
		var late atomic.Int64
		for range readers {
			copied := b.copied()
			group.Go(func() {
				for range 6 {
					after := out.Load()
					if copied.copied().in() && after {
						late.Add(1)
					}
				}
			})
		}
		b.copied().post("/sign-out", nil)
		out.Store(true)
		group.Wait()
		if late.Load() > 0 || b.in() {
			h.Fatalf("%d requests passed after signing out", late.Load())
		}
	}
	h.Logf("%d sign-outs under %d parallel readers: 0 later reads", rounds, readers)
}

// outAndSwitch: a switch of role that is under way brings no session back that
// was signed out.
func (h *house) outAndSwitch(u *store.User) {
	h.Helper()
	const rounds = 20
	revived := 0
	for range rounds {
		b := h.signedIn(u)
		switcher, leaver := b.copied(), b.copied()
		var group sync.WaitGroup
		var switched *httptest.ResponseRecorder
		group.Go(func() {
			switched = switcher.post("/account/role", url.Values{"role": {fmt.Sprint(u.Memberships[1].ID)}})
		})
		group.Go(func() { leaver.post("/sign-out", nil) })
		group.Wait()
		if b.in() {
			h.Fatal("the cookie of before is alive")
		}
		if switcher.in() && switched.Code == http.StatusSeeOther && switched.Header().Get("Location") != "/sign-in" {
			revived++ // it was first: signing out then ended a session that was no more
		}
	}
	h.Logf("%d switches beside a sign-out: 0 sessions back, %d were first", rounds, revived)
}

// ends: unused and in all, by the clock of the house.
func (h *house) ends(u *store.User) {
	h.Helper()
	b := h.signedIn(u) // staff: 10 hours, 30 minutes
	h.wait(30*time.Minute - time.Second)
	if !b.in() {
		h.Error("over before half an hour unused")
	}
	h.wait(30 * time.Minute)
	if b.in() {
		h.Error("alive after half an hour unused")
	}
	b = h.signedIn(u)
	for range 29 { // 9 hours and 40 minutes in use
		h.wait(20 * time.Minute)
		if !b.in() {
			h.Fatal("over while in use")
		}
	}
	h.wait(20 * time.Minute)
	if b.in() {
		h.Error("alive after ten hours")
	}
}

// TestSessionsOverPlainHTTP: on this machine alone, browsers need another name.
func TestSessionsOverPlainHTTP(t *testing.T) {
	t.Parallel()
	h := openHouse(t, t.TempDir()+"/test.db", nil, func(c *api.Config) { c.PublicURL = "http://localhost:8080" })
	b := h.signedIn(h.account("anna", staffRole))
	if c := b.set[0]; c.Name != "session" || c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode {
		t.Errorf("cookie %v", c)
	}
}

// TestRA5_RevocationActsOnTheNextRequest takes rights away while a hundred
// readers use them: whatever begins afterwards is refused.
func TestRA5_RevocationActsOnTheNextRequest(t *testing.T) {
	t.Parallel()
	races, readers := 10, 100
	if long() {
		races = 1000
	}
	forEachHouse(t, func(h *house) {
		h.account("boss", adminRole)
		var late, reads, refused atomic.Int64
		var slowest time.Duration
		for race := range races {
			u := h.account(fmt.Sprintf("reader-%d", race), leadRole)
			id, token, err := h.Store.CreateAPIToken(h.Context(), u.Memberships[0].ID, "script", now.Add(h.sofar()+time.Hour))
			h.must(err)
			session := h.signedIn(u)
			revoke, byToken, bySession := h.revocation(race, u, id)
			var revoked atomic.Bool
			var group sync.WaitGroup
			for reader := range readers {
				b := h.browser()
				header := []string{"Authorization", "Bearer " + token}
				ends := byToken
				if reader%2 == 0 {
					b, header, ends = session.copied(), nil, bySession
				}
				if !ends {
					continue
				}
				group.Go(func() {
					for {
						after := revoked.Load()
						a := b.get("/v1/regions", header...)
						reads.Add(1)
						if a.Code == http.StatusOK && after {
							late.Add(1)
						}
						if a.Code == http.StatusUnauthorized {
							refused.Add(1)
						} else if a.Code != http.StatusOK {
							h.Errorf("%d %s", a.Code, a.Body)
						}
						if after {
							return
						}
					}
				})
			}
			begun := time.Now()
			h.must(revoke())
			revoked.Store(true)
			slowest = max(slowest, time.Since(begun))
			group.Wait()
		}
		h.Logf("%d races, %d readers: %d reads, %d refused, %d later reads; slowest revocation %v", races, readers, reads.Load(), refused.Load(), late.Load(), slowest)
		if late.Load() > 0 || refused.Load() == 0 {
			h.Error("want no later reads, and refusals")
		}
	})
}

func (h *house) sofar() time.Duration { return time.Duration(h.late.Load()) }

// revocation returns one of the ways to take a right away, and whether it ends
// the token and the session.
func (h *house) revocation(race int, u *store.User, token string) (revoke func() error, byToken, bySession bool) {
	switch race % 4 {
	case 0:
		return func() error { return h.Store.DisableUser(h.Context(), u.ID) }, true, true
	case 1:
		return func() error { return h.Store.RemoveMembership(h.Context(), u.Memberships[0].ID) }, true, true
	case 2:
		return func() error { return h.Store.RevokeAPIToken(h.Context(), token) }, true, false
	default:
		return func() error { return h.Store.ResetTOTP(h.Context(), u.ID) }, false, true
	}
}

// TestRA8_CSRF sends every request that can change something as other sites make
// browsers send it, with the cookie of somebody signed in.
func TestRA8_CSRF(t *testing.T) {
	t.Parallel()
	h := openHouse(t, t.TempDir()+"/test.db", nil)
	b := h.signedIn(h.account("boss", leadRole, adminRole))
	forged := [][]string{
		{"Origin", "https://evil.example"},
		{"Origin", "null"},
		{"Origin", "http://planner.example.nl"}, // the same host, readable on its way
		{"Origin", publicURL + ".evil.example"},
		{"Sec-Fetch-Site", "cross-site"},
		{"Sec-Fetch-Site", "same-site"},
		{"Sec-Fetch-Site", "cross-site", "Content-Type", "text/plain"},
		{"Sec-Fetch-Site", "cross-site", "X-HTTP-Method-Override", "GET"},
		{"Origin", "https://evil.example", "Content-Type", "application/json"},
	}
	routes, sent := 0, 0
	var benign []func()
	h.must(chi.Walk(h.handler.(chi.Routes), func(method, pattern string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
		if slices.Contains([]string{http.MethodGet, http.MethodHead, http.MethodOptions}, method) {
			return nil
		}
		routes++
		path := strings.NewReplacer("{", "", "}", "", "*", "x").Replace(pattern)
		for _, header := range forged {
			sent++
			if a := b.copied().send(b.request(method, path, url.Values{"a": {"b"}}, header...)); a.Code != http.StatusForbidden {
				t.Errorf("%s %s with %v: %d, want 403", method, path, header, a.Code)
			}
		}
		for _, header := range [][]string{{"Sec-Fetch-Site", "same-origin"}, {"Origin", publicURL}, {}} {
			benign = append(benign, func() {
				if a := b.copied().send(b.request(method, path, url.Values{"a": {"b"}}, header...)); strings.Contains(a.Body.String(), "other_site") {
					t.Errorf("%s %s with %v is taken for another site's", method, path, header)
				}
			})
		}
		return nil
	}))
	if !b.in() {
		t.Error("a forged request signed somebody out")
	}
	for _, send := range benign {
		send()
	}
	if a := h.browser().post("/sign-in", url.Values{"mail": {"x@example.nl"}}, "Sec-Fetch-Site", "cross-site"); a.Code != http.StatusForbidden {
		t.Errorf("sign-in by another site: %d", a.Code)
	}
	t.Logf("%d unsafe routes, %d forged requests, all refused with 403", routes, sent)
	if routes < 10 {
		t.Error("that are not all routes")
	}
}

// TestRF7_OpenRedirect: no address leads away, whatever is asked and whatever
// host is named.
func TestRF7_OpenRedirect(t *testing.T) {
	t.Parallel()
	h := openHouse(t, t.TempDir()+"/test.db", nil)
	u := h.withPassword("anna", staffRole)
	bases := []string{
		"//evil.example", "/\\evil.example", "\\\\evil.example", "/%2f%2fevil.example", "%2f%2fevil.example", "https://evil.example", "HTTPS:evil.example",
		"///evil.example", "/\t/evil.example", "/\n/evil.example", "/\r/evil.example", " //evil.example", "javascript:alert(1)", "data:text/html,x",
		"//user@evil.example", "/.//evil.example", "/..//evil.example", "http:///evil.example", "/\x00/evil.example", "evil.example", "//evil.example/%2e%2e",
		"/%5cevil.example", "/%09/evil.example", "//%65vil.example", "/\u2028/evil.example",
	}
	cases := 0
	check := func(location, what string) {
		t.Helper()
		cases++
		at, err := url.Parse(publicURL + "/sign-in")
		h.must(err)
		to, err := at.Parse(strings.NewReplacer("\\", "/", "\t", "", "\n", "", "\r", "").Replace(location))
		if err != nil || to.Host != "planner.example.nl" || to.Scheme != "https" {
			t.Errorf("%s leads to %q", what, location)
		}
	}
	for _, base := range bases {
		for _, next := range []string{base, base + "/path", base + "?a=b", base + "#f", "/" + base, "/?x=" + url.QueryEscape(base), strings.ToUpper(base)} {
			check(api.LocalPath(next), fmt.Sprintf("%q", next))
		}
		b := h.browser()
		a := b.post("/sign-in", url.Values{"mail": {u.Mail}, "password": {password}, "next": {base}})
		check(a.Header().Get("Location"), "sign-in with "+base)
	}
	for _, header := range [][]string{{"X-Forwarded-Host", "evil.example"}, {"X-Forwarded-Proto", "http"}, {"Forwarded", "host=evil.example"}, {"X-Original-URL", "//evil.example"}} {
		b := h.browser()
		check(b.get("/?region=noord", header...).Header().Get("Location"), header[0])
		r := b.request(http.MethodGet, "/", nil, header...)
		r.Host = "evil.example"
		a := b.send(r)
		check(a.Header().Get("Location"), "Host")
		if strings.Contains(a.Body.String(), "evil.example") {
			t.Errorf("%v stands on the page", header)
		}
	}
	if got := api.LocalPath("/?region=noord&lang=en"); got != "/?lang=en&region=noord" {
		t.Errorf("a page of ours became %q", got)
	}
	t.Logf("%d cases, none leads away", cases)
	if cases < 200 {
		t.Error("want 200 cases")
	}
}

// TestRA6_TokensAtRest makes a thousand of each kind of secret and looks for
// them in all that the database and the log hold.
func TestRA6_TokensAtRest(t *testing.T) {
	t.Parallel()
	each := 1000 / min(raceFactor, 4)
	if long() {
		each = 1000
	}
	forEachHouse(t, func(h *house) {
		secrets := h.secrets(each)
		dump := h.dump() + h.log.String()
		found := 0
		for kind, of := range secrets {
			for _, secret := range of {
				for _, form := range []string{secret, hex.EncodeToString([]byte(secret)), base64.StdEncoding.EncodeToString([]byte(secret))} {
					if strings.Contains(dump, form) {
						found++
						h.Errorf("a secret of kind %s is in the database or the log", kind)
						break
					}
				}
			}
		}
		total := 0
		for _, of := range secrets {
			total += len(of)
		}
		h.Logf("%d kinds, %d of each, %d secrets, a dump of %d bytes: %d found", len(secrets), each, total, len(dump), found)
		// What is kept gives no access: the hash of a cookie is no cookie.
		cookie := secrets["session"][0]
		sum := sha256.Sum256([]byte(cookie))
		hash := base64.RawURLEncoding.EncodeToString(sum[:])
		if !strings.Contains(dump, hash) {
			h.Error("the dump does not hold the hash of a session, so it is not whole")
		}
		b := h.browser()
		b.cookies["__Host-session"] = hash
		if b.in() {
			h.Error("the hash of a cookie signs in")
		}
	})
}

// secrets makes n secrets of each kind and uses each once, so that it passes
// through the log.
func (h *house) secrets(n int) map[string][]string {
	h.Helper()
	boss := h.account("boss", adminRole, leadRole)
	out := map[string][]string{}
	secret := func(token string) string { return strings.Split(token, "_")[3] }
	contact, err := h.Store.AddContact(h.Context(), store.Contact{
		Scope: store.FeedScope{Region: "noord", Kind: store.LocationFeed, ID: "een"}, Name: "Els", Mail: "els@example.nl", Language: store.Dutch, Calendar: store.ByFeed,
	}, now)
	h.must(err)
	feed := store.NewFeed{Scope: store.FeedScope{Region: "noord", Kind: store.StaffFeed, ID: "anna"}, Level: store.FullDetail}
	for range n {
		link, err := h.Store.CreateSignInLink(h.Context(), boss.ID)
		h.must(err)
		b := h.browser()
		b.post("/sign-in/link/"+link, nil)
		_, token, err := h.Store.CreateAPIToken(h.Context(), boss.Memberships[1].ID, "x", now.Add(time.Hour))
		h.must(err)
		h.browser().get("/v1/regions", "Authorization", "Bearer "+token)
		door, err := h.Store.RotateLocationLink(h.Context(), contact)
		h.must(err)
		h.browser().get("/location/" + door)
		_, feedToken, err := h.Store.CreateFeed(h.Context(), feed)
		h.must(err)
		h.browser().get("/f/" + feedToken + ".ics")
		_, app, err := h.Store.CreateAccount(h.Context(), feed)
		h.must(err)
		for kind, s := range map[string]string{
			"session": b.cookies["__Host-session"], "sign-in link": secret(link), "API token": secret(token), "location link": secret(door),
			"feed": secret(feedToken), "app password": secret(app),
		} {
			out[kind] = append(out[kind], s)
		}
	}
	return out
}

// dump returns everything that the database holds, as text.
func (h *house) dump() string {
	h.Helper()
	if !strings.HasPrefix(h.address, "postgres") {
		var all strings.Builder
		for _, name := range []string{h.address, h.address + "-wal"} {
			text, err := os.ReadFile(name)
			if err != nil && !os.IsNotExist(err) {
				h.Fatal(err)
			}
			all.Write(text)
		}
		return all.String()
	}
	db, err := sql.Open("pgx", h.address)
	h.must(err)
	defer func() { h.must(db.Close()) }()
	var tables []string
	rows, err := db.QueryContext(h.Context(), "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
	h.must(err)
	tables = append(tables, texts(h, rows)...)
	var all strings.Builder
	for _, table := range tables {
		rows, err := db.QueryContext(h.Context(), `SELECT row_to_json(t)::text FROM "`+table+`" t`)
		h.must(err)
		all.WriteString(strings.Join(texts(h, rows), "\n"))
	}
	return all.String()
}

func texts(h *house, rows *sql.Rows) (out []string) {
	h.Helper()
	defer func() { h.must(rows.Close()) }()
	for rows.Next() {
		var text string
		h.must(rows.Scan(&text))
		out = append(out, text)
	}
	h.must(rows.Err())
	return out
}

// TestRO10_Flood: a flood from one and from many addresses is refused with 429,
// with the limits that serve has by itself, while somebody signed in goes on.
func TestRO10_Flood(t *testing.T) {
	t.Parallel()
	size := 4000
	if long() {
		size = 100_000
	}
	h := openHouse(t, t.TempDir()+"/test.db", nil, func(c *api.Config) {
		c.EntryLimit, c.UnknownLimit, c.CallerLimit = 0, 0, 0
	})
	staff := h.signedIn(h.account("anna", staffRole))
	wrong := url.Values{"mail": {"anna@example.nl"}, "password": {"raden maar"}}
	for kind, c := range []struct {
		name    string
		request func(b *browser, i int) *http.Request
		limit   int // of one address
	}{
		{"sign-in", func(b *browser, _ int) *http.Request { return b.request(http.MethodPost, "/sign-in/totp", wrong) }, 300},
		{"one-time link", func(b *browser, _ int) *http.Request { return b.request(http.MethodGet, "/sign-in/link/x", nil) }, 600},
		{"location link", func(b *browser, _ int) *http.Request { return b.request(http.MethodGet, "/location/x", nil) }, 600},
		{"API", func(b *browser, i int) *http.Request {
			return b.request(http.MethodGet, "/v1/regions", nil, "Authorization", fmt.Sprintf("Bearer pf_api_%d", i))
		}, 600},
	} {
		for _, addresses := range []int{1, 1000} {
			many := 0
			for i := range c.limit * 2 {
				b := h.browser()
				r := c.request(b, i)
				r.RemoteAddr = fmt.Sprintf("10.%d.%d.%d:1000", 10*kind+min(addresses, 9), i%addresses/250, i%addresses%250)
				if a := b.send(r); a.Code == http.StatusTooManyRequests {
					many++
					if a.Header().Get("Retry-After") == "" {
						t.Errorf("%s: 429 without Retry-After", c.name)
					}
				}
			}
			t.Logf("%s from %d addresses: %d of %d refused with 429", c.name, addresses, many, c.limit*2)
			if want := c.limit; addresses == 1 && many != want || addresses > 1 && many != 0 {
				t.Errorf("%s from %d addresses: %d refused, want %d from one and none from many", c.name, addresses, many, want)
			}
		}
	}
	h.staffDuring(staff, size)
}

// staffDuring measures somebody at work during a flood of strangers.
func (h *house) staffDuring(staff *browser, size int) {
	h.Helper()
	var group sync.WaitGroup
	var sent atomic.Int64
	for worker := range 8 {
		group.Go(func() {
			for i := 0; sent.Add(1) <= int64(size); i++ {
				b := h.browser()
				r := b.request(http.MethodGet, "/", nil)
				if i%10 == 0 {
					r = b.request(http.MethodPost, "/sign-in", url.Values{"mail": {fmt.Sprintf("x%d@example.nl", i)}, "password": {"raden maar"}})
				}
				r.RemoteAddr = fmt.Sprintf("10.9.%d.%d:1000", worker, i%125)
				b.send(r)
			}
		})
	}
	var took []time.Duration
	for sent.Load() < int64(size) {
		begun := time.Now()
		if a := staff.get("/"); a.Code != http.StatusOK {
			h.Errorf("staff: %d", a.Code)
		}
		took = append(took, time.Since(begun))
		time.Sleep(5 * time.Millisecond)
	}
	group.Wait()
	slices.Sort(took)
	p95 := took[len(took)*95/100]
	h.Logf("a flood of %d requests from 1,000 addresses: staff p95 %v over %d pages", size, p95, len(took))
	if limit := 500 * time.Millisecond; p95 > limit*raceFactor {
		h.Errorf("want p95 under %v", limit*raceFactor)
	}
}
