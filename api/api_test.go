package api_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/wijkplanner/wijkplanner/api"
	"github.com/wijkplanner/wijkplanner/api/rights"
	"github.com/wijkplanner/wijkplanner/api/web"
	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/service"
)

const goodToken = "Zk3v_Qm9wLr5XbT2hN8yGc7sDpVfJa4e-Ku6tMo1iRw"

var (
	now      = time.Date(2027, 3, 1, 8, 0, 0, 0, time.UTC)
	modified = time.Date(2027, 2, 1, 9, 30, 15, 700_000_000, time.UTC)
	feedText = "BEGIN:VCALENDAR\r\n" + strings.Repeat("COMMENT:filling so that it compresses\r\n", 50) + "END:VCALENDAR\r\n"
)

// config answers for two regions, "Noord" with a plan and "Zuid" without, and
// one feed.
func config(log io.Writer) api.Config {
	return api.Config{
		Regions: func(context.Context) ([]string, error) { return []string{"Noord", "Zuid"}, nil },
		Region: func(_ context.Context, name string) (web.Region, error) {
			r := web.Region{State: &planner.State{Region: name, Programme: planner.Programme{Zone: "Europe/Amsterdam"}}}
			if name == "Noord" {
				r.Plan = &planner.Plan{From: calendar.NewDate(2027, 1, 1), To: calendar.NewDate(2027, 12, 31)}
			}
			return r, nil
		},
		Feed: func(_ context.Context, token, _ string, _ time.Time) (api.Feed, error) {
			if token != goodToken {
				return api.Feed{}, api.ErrNotFound
			}
			return goodFeed(), nil
		},
		Subscription: func(_ context.Context, token string, _ time.Time) (web.Subscription, error) {
			if token != goodToken {
				return web.Subscription{}, api.ErrNotFound
			}
			return web.Subscription{Name: "Wijkplanner Anna", Level: "full"}, nil
		},
		Account: func(context.Context, string, string, time.Time) (*service.Account, error) {
			return nil, api.ErrNotFound
		},
		Caller: func(*http.Request) (rights.Caller, error) {
			return rights.Caller{Scope: service.Scope{Role: service.Lead, Actor: "user:1", Region: "Noord"}}, nil
		},
		PublicURL: "http://localhost:8080",
		Health:    func(context.Context) error { return nil },
		Now:       func() time.Time { return now },
		Log:       slog.New(slog.NewTextHandler(log, nil)),
	}
}

const feedTag = "r7-20270301"

func goodFeed() api.Feed {
	return api.Feed{ETag: feedTag, Modified: modified, Content: func(context.Context) (api.FeedContent, error) {
		return api.FeedContent{
			ETag: feedTag, Modified: modified, Body: func() ([]byte, error) { return []byte(feedText), nil }, Zipped: deflated(feedText),
		}, nil
	}}
}

func deflated(text string) []byte {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	_, _ = z.Write([]byte(text))
	_ = z.Close()
	return out.Bytes()
}

func handler(t *testing.T, c api.Config) http.Handler {
	t.Helper()
	h, err := api.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// answer is what came back; text is the body after decompression.
type answer struct {
	status int
	header http.Header
	text   string
}

// ask sends a request with header pairs.
func ask(t *testing.T, h http.Handler, method, target string, header ...string) answer {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, target, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Add(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	a := answer{status: w.Code, header: w.Header(), text: w.Body.String()}
	if w.Header().Get("Content-Encoding") == "gzip" {
		a.text = inflated(t, w.Body)
	}
	return a
}

func inflated(t *testing.T, from io.Reader) string {
	t.Helper()
	z, err := gzip.NewReader(from)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestNewWantsACompleteConfig(t *testing.T) {
	t.Parallel()
	_, err := api.New(api.Config{Now: time.Now})
	if err == nil || !strings.Contains(err.Error(), "Account, Feed, Health, Log, Region, Regions, Subscription") {
		t.Errorf("got %v, want all that is missing", err)
	}
}

// Every answer has the security headers, whatever the route and the outcome.
func TestHeadersOnEveryAnswer(t *testing.T) {
	t.Parallel()
	c := config(io.Discard)
	c.PublicURL = "https://planner.example.nl"
	broken := config(io.Discard)
	broken.PublicURL = c.PublicURL
	broken.Regions = func(context.Context) ([]string, error) { return nil, errors.New("database away") }
	broken.Feed = func(context.Context, string, string, time.Time) (api.Feed, error) { panic("feed") }
	broken.Subscription = func(context.Context, string, time.Time) (web.Subscription, error) {
		return web.Subscription{}, errors.New("database away")
	}
	broken.Health = func(context.Context) error { return errors.New("database away") }
	good, bad := handler(t, c), handler(t, broken)
	for _, a := range []struct {
		h              http.Handler
		method, target string
		status         int
		cache          string
	}{
		{good, "GET", "/", 200, "no-store"},
		{good, "HEAD", "/?region=Zuid&lang=en", 200, "no-store"},
		{good, "GET", "/?region=Oost", 404, "no-store"},
		{good, "GET", web.AssetURL("app.css"), 200, "public, max-age=31536000, immutable"},
		{good, "GET", "/static/", 404, "no-store"},
		{good, "GET", "/f/" + goodToken + ".ics", 200, "private, no-cache"},
		{good, "GET", "/f/unknown.ics", 404, "no-store"},
		{good, "GET", "/subscribe/" + goodToken, 200, "no-store"},
		{good, "GET", "/subscribe/unknown", 404, "no-store"},
		{good, "GET", "/healthz", 200, "no-store"},
		{good, "GET", "/robots.txt", 200, "no-store"},
		{good, "GET", "/nowhere", 404, "no-store"},
		{good, "POST", "/", 405, "no-store"},
		{good, "OPTIONS", "/f/" + goodToken + ".ics", 405, "no-store"},
		{good, "BREW", "/", 405, "no-store"},
		{bad, "GET", "/", 500, "no-store"},
		{bad, "GET", "/f/" + goodToken + ".ics", 500, "no-store"},
		{bad, "GET", "/subscribe/" + goodToken, 503, "no-store"},
		{bad, "GET", "/healthz", 503, "no-store"},
	} {
		r := ask(t, a.h, a.method, a.target)
		if r.status != a.status {
			t.Errorf("%s %s: %d, want %d", a.method, a.target, r.status, a.status)
		}
		for name, want := range map[string]string{
			"Content-Security-Policy":    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
			"X-Content-Type-Options":     "nosniff",
			"Referrer-Policy":            "no-referrer",
			"X-Robots-Tag":               "noindex",
			"Cross-Origin-Opener-Policy": "same-origin",
			"Strict-Transport-Security":  "max-age=31536000",
			"Cache-Control":              a.cache,
		} {
			if got := r.header.Get(name); got != want {
				t.Errorf("%s %s: %s: %q, want %q", a.method, a.target, name, got, want)
			}
		}
		if r.status >= 300 && r.status < 400 || r.header.Get("Location") != "" || r.header.Get("Set-Cookie") != "" {
			t.Errorf("%s %s redirects or sets a cookie", a.method, a.target)
		}
	}
}

func TestNoTransportPolicyOverPlainHTTP(t *testing.T) {
	t.Parallel()
	c := config(io.Discard)
	c.PublicURL = "http://localhost:8080"
	r := ask(t, handler(t, c), "GET", "/")
	if got := r.header.Get("Strict-Transport-Security"); got != "" {
		t.Errorf("got %q", got)
	}
}

func TestFaultsAreProblems(t *testing.T) {
	t.Parallel()
	h := handler(t, config(io.Discard))
	for _, c := range []struct {
		method, target, accept string
		status                 int
		allow                  string
	}{
		{"GET", "/nowhere", "*/*", 404, ""},
		{"GET", "/v1/nowhere", "text/html", 404, ""},
		{"GET", "/f/unknown.ics", "text/html", 404, ""},
		{"GET", "/static/x", "text/html", 404, ""},
		{"GET", "/f/a/b.ics", "", 404, ""},
		{"GET", "/f/%2e%2e.ics", "", 404, ""},
		{"GET", "/f/" + strings.Repeat("a", 200) + ".ics", "", 404, ""},
		{"POST", "/", "", 405, "GET, HEAD"},
		{"DELETE", "/healthz", "text/html", 405, "GET, HEAD"},
	} {
		r := ask(t, h, c.method, c.target, "Accept", c.accept)
		var p struct {
			Type, Title, Detail string
			Status              int
			RequestID           string `json:"request_id"`
		}
		if err := json.Unmarshal([]byte(r.text), &p); err != nil {
			t.Errorf("%s %s: %v", c.method, c.target, err)
		}
		if r.status != c.status || p.Status != c.status || p.Type != "about:blank" || p.Title != http.StatusText(c.status) ||
			r.header.Get("Content-Type") != "application/problem+json" || r.header.Get("Allow") != c.allow ||
			p.Detail == "" || p.RequestID == "" || p.RequestID != r.header.Get("X-Request-Id") {
			t.Errorf("%s %s: %d %v %+v", c.method, c.target, r.status, r.header, p)
		}
	}
}

func TestProblemsSpeakTheLanguageOfTheCaller(t *testing.T) {
	t.Parallel()
	h := handler(t, config(io.Discard))
	for accept, want := range map[string][2]string{"": {"nl", "Hier is niets"}, "fr": {"nl", "Hier is niets"}, "en-GB": {"en", "nothing here"}} {
		r := ask(t, h, "GET", "/f/unknown.ics", "Accept-Language", accept)
		if r.header.Get("Content-Language") != want[0] || r.header.Get("Vary") != "Accept-Language" || !strings.Contains(r.text, want[1]) {
			t.Errorf("%q: %v %s", accept, r.header, r.text)
		}
	}
}

// Every status that the door gives has a detail in every language.
func TestEveryFaultHasItsDetail(t *testing.T) {
	t.Parallel()
	for _, status := range []int{400, 401, 404, 405, 413, 429, 500, 503} {
		for _, l := range web.Langs {
			if api.Detail(status, l) == "" {
				t.Errorf("%d in %s", status, l.Name())
			}
		}
	}
}

// The id of an answer stands in the log, also beside the fault itself, and a
// caller cannot choose it.
func TestRequestID(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	c := config(&log)
	c.Regions = func(context.Context) ([]string, error) { return nil, errors.New("database away") }
	h := handler(t, c)
	first, second := ask(t, h, "GET", "/", "X-Request-Id", "mine"), ask(t, h, "GET", "/")
	a, b := first.header.Get("X-Request-Id"), second.header.Get("X-Request-Id")
	if a == b || a == "mine" || strings.Count(log.String(), "request_id="+a) != 2 || !strings.Contains(first.text, a) {
		t.Errorf("%q, %q; log:\n%s", a, b, log.String())
	}
}

func TestFaultsArePagesForPeople(t *testing.T) {
	t.Parallel()
	c := config(io.Discard)
	c.Region = func(context.Context, string) (web.Region, error) { return web.Region{}, errors.New("password=secret") }
	h := handler(t, c)
	for target, want := range map[string]string{"/nowhere": "Deze pagina bestaat niet", "/": "Er ging iets mis", "/?region=Oost": "Deze pagina bestaat niet"} {
		r := ask(t, h, "GET", target, "Accept", "text/html,*/*;q=0.8")
		text := r.text
		if !strings.Contains(text, want) || strings.Contains(text, "secret") || r.header.Get("Content-Type") != "text/html; charset=utf-8" {
			t.Errorf("%s: %s %.200s", target, r.header.Get("Content-Type"), text)
		}
	}
}

func TestGlance(t *testing.T) {
	t.Parallel()
	h := handler(t, config(io.Discard))
	for _, c := range []struct{ target, accept, want, lang string }{
		{"/", "", "<h1>Noord</h1>", `lang="nl"`},
		{"/?region=Noord", "en", "<h1>Noord</h1>", `lang="en"`},
		{"/?region=Zuid", "", "Er is nog geen plan", `lang="nl"`},
		{"/?region=Zuid&lang=en", "nl", "There is no plan yet", `lang="en"`},
	} {
		r := ask(t, h, "GET", c.target, "Accept-Language", c.accept)
		text := r.text
		if r.status != 200 || !strings.Contains(text, c.want) || !strings.Contains(text, "<html "+c.lang) {
			t.Errorf("%s: %d, want %q and %s", c.target, r.status, c.want, c.lang)
		}
		if r.header.Get("Vary") != "Accept-Language, Cookie, Accept-Encoding" {
			t.Errorf("Vary: %q", r.header.Get("Vary"))
		}
	}
}

func TestGlanceWithoutRegions(t *testing.T) {
	t.Parallel()
	c := config(io.Discard)
	c.Regions = func(context.Context) ([]string, error) { return nil, nil }
	if text := ask(t, handler(t, c), "GET", "/").text; !strings.Contains(text, "Er zijn nog geen locaties") {
		t.Errorf("got %.300s", text)
	}
}

func TestPagesAreCompressed(t *testing.T) {
	t.Parallel()
	h := handler(t, config(io.Discard))
	for _, target := range []string{"/", web.AssetURL("app.css")} {
		plain, zipped := ask(t, h, "GET", target), ask(t, h, "GET", target, "Accept-Encoding", "gzip, br")
		if zipped.header.Get("Content-Encoding") != "gzip" || plain.header.Get("Content-Encoding") != "" {
			t.Errorf("%s: not compressed, or unasked", target)
		}
		if plain.text != zipped.text {
			t.Errorf("%s: the codings differ", target)
		}
	}
}

func TestHealth(t *testing.T) {
	t.Parallel()
	if text := ask(t, handler(t, config(io.Discard)), "GET", "/healthz").text; text != "ok\n" {
		t.Errorf("got %q", text)
	}
}

func TestServerLimits(t *testing.T) {
	t.Parallel()
	s := api.Server(":0", http.NotFoundHandler())
	if s.ReadHeaderTimeout != 5*time.Second || s.ReadTimeout != 30*time.Second || s.WriteTimeout != time.Minute ||
		s.IdleTimeout != 90*time.Second || s.MaxHeaderBytes != 16<<10 || s.Addr != ":0" {
		t.Errorf("got %+v", s)
	}
}

// Neither the token of a feed nor anything that looks like one reaches the log.
func TestLogHoldsNoSecrets(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	c := config(&log)
	h := handler(t, c)
	for _, target := range []string{
		"/f/" + goodToken + ".ics", "/f/" + goodToken, "/" + goodToken + ".ics", "/F/" + goodToken + ".ics",
		"/subscribe/" + goodToken, "/subscribe/" + goodToken + "/", "/subscribe/" + goodToken + "?lang=en",
		"/?region=" + goodToken, "/static/../f/" + goodToken + ".ics", "//f//" + goodToken + ".ics",
	} {
		ask(t, h, "GET", target, "Referer", "http://x/"+goodToken)
	}
	if text := log.String(); strings.Contains(text, goodToken[:8]) || strings.Count(text, "msg=request") != 10 {
		t.Errorf("the log holds a token, or lacks a line:\n%s", text)
	}
	if !strings.Contains(log.String(), "path=/f/{token}.ics status=200") {
		t.Errorf("the log does not name the route:\n%s", log.String())
	}
}

func TestPanicIsAnswered(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	c := config(&log)
	c.Health = func(context.Context) error { panic("broken") }
	r := ask(t, handler(t, c), "GET", "/healthz")
	if text := r.text; r.status != 500 || strings.Contains(text, "broken") {
		t.Errorf("%d %s", r.status, text)
	}
	if !strings.Contains(log.String(), "fault=broken") || !strings.Contains(log.String(), "status=500") {
		t.Errorf("log: %s", log.String())
	}
}

func TestAbortGoesOn(t *testing.T) {
	t.Parallel()
	c := config(io.Discard)
	c.Health = func(context.Context) error { panic(http.ErrAbortHandler) }
	h := handler(t, c)
	defer func() {
		if recover() == nil {
			t.Error("net/http must see the abort")
		}
	}()
	ask(t, h, "GET", "/healthz")
}

func TestCallerWhoLeavesIsNoFault(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	c := config(&log)
	c.Regions = func(ctx context.Context) ([]string, error) { return nil, ctx.Err() }
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	w := httptest.NewRecorder()
	handler(t, c).ServeHTTP(w, httptest.NewRequestWithContext(ctx, "GET", "/", nil))
	if w.Code != 503 || strings.Contains(log.String(), "level=ERROR") {
		t.Errorf("%d, log: %s", w.Code, log.String())
	}
}
