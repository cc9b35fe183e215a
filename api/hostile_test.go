package api_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"
)

// hostileTexts are texts that databases, parsers and pages have choked upon.
var hostileTexts = []string{
	"\x00", "a\x00b", "\xff\xfe", "\xed\xa0\x80", "\u202e", "\r\nX-Evil: 1", "' OR 1=1 --", "%s%n", "../../etc/passwd", "{{.}}", "<script>", strings.Repeat("a", 3000),
	"9223372036854775808", "-1", "1e400", "NaN",
}

// TestRO7_HostileTextsInEveryPlace puts hostile texts wherever a request has room
// for one – in the path and the query of every route, and in every field of the
// forms – as somebody who is signed in and as nobody: no answer is a fault of ours.
func TestRO7_HostileTextsInEveryPlace(t *testing.T) {
	t.Parallel()
	texts := hostileTexts
	if raceFactor > 1 && !long() {
		texts = texts[:4] // what databases choke upon
	}
	forEachHouse(t, func(h *house) {
		u := h.withPassword("lead", leadRole, adminRole)
		_, token, err := h.Store.CreateAPIToken(h.Context(), u.Memberships[0].ID, "script", now.Add(24*time.Hour))
		h.must(err)
		nobody, in := h.browser(), h.signedIn(u)
		asked, faults := 0, 0
		check := func(b *browser, r *http.Request) {
			asked++
			if a := b.send(r); a.Code >= 500 && a.Code != http.StatusServiceUnavailable {
				faults++
				h.Errorf("%s %.200q: %d %.300s", r.Method, r.URL.RequestURI(), a.Code, a.Body)
			}
		}
		routes, ok := h.handler.(chi.Routes)
		if !ok {
			h.Fatal("the handler is no router")
		}
		h.must(chi.Walk(routes, func(method, pattern string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
			if method == http.MethodHead || strings.HasPrefix(pattern, "/dav") || strings.HasSuffix(pattern, "/events") || pattern == "/sign-out" {
				return nil
			}
			for i, text := range texts {
				first := strings.Replace(pattern, "{region}", "noord", 1) // the region is there, so that what follows is looked at
				if i%4 == 0 {
					first = pattern
				}
				path := pathParameter.ReplaceAllString(first, strings.ReplaceAll(url.PathEscape(text), "$", "$$"))
				query := "?" + url.Values{"staff": {text}, "location": {text}, "region": {text}, "next": {text}, "lang": {text}}.Encode()
				headers := []string{"Authorization", "Bearer " + token, "If-Match", "*"}
				if strings.HasPrefix(pattern, "/v1/") {
					query = ""
				} else {
					headers = nil
				}
				r := nobody.request(method, strings.TrimSuffix(path, "*")+query, nil, append(headers, "Sec-Fetch-Site", "same-origin", "Content-Type", "application/json")...)
				if headers == nil {
					check(nobody, r)
					continue
				}
				check(nobody, withBody(r, `{}`))
				for _, name := range []string{"staff", "location", "from", "to", "cursor", "visitType", "state", "kind", "with", "role", "before", "object"} {
					if method != http.MethodGet || i > 6 {
						break
					}
					plain := pathParameter.ReplaceAllString(strings.Replace(pattern, "{region}", "noord", 1), "1")
					check(nobody, nobody.request(method, plain+"?"+url.Values{name: {text}}.Encode(), nil, headers...))
				}
			}
			return nil
		}))
		for _, text := range texts {
			for page, form := range map[string]url.Values{
				"/sign-in":              {"mail": {text}, "password": {text}, "next": {text}},
				"/sign-in/totp":         {"code": {text}},
				"/confirm":              {"password": {text}, "code": {text}, "next": {text}},
				"/account/password":     {"mail": {text}, "present": {password}, "fresh": {text + "paars paard vliegt"}},
				"/account/role":         {"role": {text}},
				"/oidc/start":           {"next": {text}, "bind": {text}, "confirm": {text}},
				"/location/" + "pf_loc": {"act": {text}, "code": {text}},
				"/answer/" + "pf_ans":   {"act": {text}, "code": {text}, "answer": {text}},
			} {
				for _, b := range []*browser{nobody, in} {
					check(b, b.request(http.MethodPost, page, form, "Sec-Fetch-Site", "same-origin"))
				}
			}
			for _, method := range []string{"PROPFIND", "REPORT", "OPTIONS"} {
				r := nobody.request(method, "/dav/", nil)
				r.SetBasicAuth(text, text)
				check(nobody, r)
			}
			for _, name := range []string{"Cookie", "Authorization", "Accept-Language", "Idempotency-Key", "User-Agent", "X-Forwarded-For", "Accept", "Content-Type", "If-Match", "If-None-Match"} {
				for _, path := range []string{"/", "/v1/users", "/f/x.ics", "/sign-in"} {
					r := nobody.request(http.MethodGet, path, nil)
					r.Header[name] = []string{text}
					check(nobody, r)
				}
			}
		}
		h.Logf("R-O7: %d requests with hostile texts in paths, queries, forms and heads: %d faults of ours", asked, faults)
	})
}

// TestRO7_AFormThatIsTooLarge: 413, and nothing is looked at.
func TestRO7_AFormThatIsTooLarge(t *testing.T) {
	t.Parallel()
	h := openHouse(t, t.TempDir()+"/test.db", nil)
	b := h.browser()
	if a := b.post("/sign-in", url.Values{"mail": {strings.Repeat("a", 1<<20)}}); a.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("a form of a megabyte: %d", a.Code)
	}
}
