package api_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/wijkplanner/wijkplanner/api"
)

const feedPath = "/f/" + goodToken + ".ics"

func TestFeed(t *testing.T) {
	t.Parallel()
	h := handler(t, config(io.Discard))
	for _, c := range []struct{ coding, tag string }{{"", `"r7-20270301"`}, {"gzip", `"r7-20270301-gz"`}} {
		r := ask(t, h, "GET", feedPath, "Accept-Encoding", c.coding)
		for name, want := range map[string]string{
			"Content-Type":        "text/calendar; charset=utf-8",
			"Content-Disposition": `inline; filename="wijkplanner.ics"`,
			"Cache-Control":       "private, no-cache",
			"Vary":                "Accept-Encoding",
			"Last-Modified":       "Mon, 01 Feb 2027 09:30:15 GMT",
			"Etag":                c.tag,
			"Content-Encoding":    c.coding,
		} {
			if got := r.header.Get(name); got != want {
				t.Errorf("%q: %s: %q, want %q", c.coding, name, got, want)
			}
		}
		if r.text != feedText {
			t.Errorf("%q: the text differs", c.coding)
		}
	}
}

func TestFeedConditions(t *testing.T) {
	t.Parallel()
	h := handler(t, config(io.Discard))
	const tag, zipped = `"r7-20270301"`, `"r7-20270301-gz"`
	for _, c := range []struct {
		name   string
		header []string
		want   int
	}{
		{"none", nil, 200},
		{"same", []string{"If-None-Match", tag}, 304},
		{"weak comparison", []string{"If-None-Match", "W/" + tag}, 304},
		{"any", []string{"If-None-Match", "*"}, 304},
		{"in a list", []string{"If-None-Match", `"x", ` + tag}, 304},
		{"in a second line", []string{"If-None-Match", `"x"`, "If-None-Match", tag}, 304},
		{"another", []string{"If-None-Match", `"r6-20270301"`}, 200},
		{"without quotes", []string{"If-None-Match", "r7-20270301"}, 200},
		{"tag of the other coding", []string{"If-None-Match", zipped}, 200},
		{"same, gzip", []string{"If-None-Match", zipped, "Accept-Encoding", "gzip"}, 304},
		{"plain tag, gzip", []string{"If-None-Match", tag, "Accept-Encoding", "gzip"}, 200},
		{"same second", []string{"If-Modified-Since", "Mon, 01 Feb 2027 09:30:15 GMT"}, 304},
		{"a second before", []string{"If-Modified-Since", "Mon, 01 Feb 2027 09:30:14 GMT"}, 200},
		{"later", []string{"If-Modified-Since", "Tue, 02 Feb 2027 00:00:00 GMT"}, 304},
		{"no date", []string{"If-Modified-Since", "yesterday"}, 200},
		{"tag wins from date", []string{"If-None-Match", `"x"`, "If-Modified-Since", "Tue, 02 Feb 2027 00:00:00 GMT"}, 200},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			for _, method := range []string{"GET", "HEAD"} {
				r := ask(t, h, method, feedPath, c.header...)
				text := r.text
				if r.status != c.want {
					t.Errorf("%s: %d, want %d", method, r.status, c.want)
				}
				if c.want == 304 && (text != "" || r.header.Get("ETag") == "" || r.header.Get("Vary") == "" ||
					r.header.Get("Cache-Control") != "private, no-cache" || r.header.Get("Content-Encoding") != "") {
					t.Errorf("%s: a 304 carries its validators and no body: %v %q", method, r.header, text)
				}
			}
		})
	}
}

// While the database is away a feed may come with the content of before; its
// validators come with it.
func TestFeedWithEarlierContent(t *testing.T) {
	t.Parallel()
	c := config(io.Discard)
	c.Feed = func(context.Context, string, string, time.Time) (api.Feed, error) {
		f := goodFeed()
		f.ETag, f.Modified = "r8-20270302", modified.Add(time.Hour)
		return f, nil
	}
	h := handler(t, c)
	r := ask(t, h, "GET", feedPath)
	if r.status != 200 || r.header.Get("ETag") != `"`+feedTag+`"` || r.header.Get("Last-Modified") != "Mon, 01 Feb 2027 09:30:15 GMT" {
		t.Errorf("%d %v", r.status, r.header)
	}
	if r := ask(t, h, "GET", feedPath, "If-None-Match", `"`+feedTag+`"`); r.status != 304 || r.header.Get("ETag") != `"`+feedTag+`"` {
		t.Errorf("%d %v", r.status, r.header)
	}
}

// A feed that cannot be read is no empty calendar: programs keep what they
// have when they get a 503.
func TestFeedAway(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	noToken, noContent := config(&log), config(&log)
	noToken.Feed = func(context.Context, string, string, time.Time) (api.Feed, error) {
		return api.Feed{}, errors.New("away")
	}
	noContent.Feed = func(context.Context, string, string, time.Time) (api.Feed, error) {
		f := goodFeed()
		f.Content = func(context.Context) (api.FeedContent, error) { return api.FeedContent{}, errors.New("away") }
		return f, nil
	}
	for name, c := range map[string]api.Config{"token": noToken, "content": noContent} {
		r := ask(t, handler(t, c), "GET", feedPath)
		if r.status != 503 || r.header.Get("Retry-After") == "" || r.header.Get("ETag") != "" || r.header.Get("Cache-Control") != "no-store" ||
			r.header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: %d %v %s", name, r.status, r.header, r.text)
		}
	}
	if strings.Count(log.String(), "feed not available") != 2 || strings.Contains(log.String(), goodToken) {
		t.Errorf("log: %s", log.String())
	}
}

// Over a real connection HEAD has the headers of GET and no body.
func TestFeedHead(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(handler(t, config(io.Discard)))
	defer server.Close()
	headers := make(map[string]http.Header)
	for _, method := range []string{"GET", "HEAD"} {
		req, err := http.NewRequestWithContext(t.Context(), method, server.URL+feedPath, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Accept-Encoding", "identity")
		r, err := server.Client().Do(req)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r.Body)
		if err != nil || (len(text) == 0) != (method == "HEAD") {
			t.Errorf("%s: body of %d bytes, %v", method, len(text), err)
		}
		if err := r.Body.Close(); err != nil {
			t.Error(err)
		}
		r.Header.Del("Date")
		r.Header.Del("X-Request-Id")
		headers[method] = r.Header
	}
	for name := range headers["GET"] {
		if headers["GET"].Get(name) != headers["HEAD"].Get(name) {
			t.Errorf("%s: %q for GET, %q for HEAD", name, headers["GET"].Get(name), headers["HEAD"].Get(name))
		}
	}
}

// The answer gives no hint whether a token ever existed: but for the request
// id it is the same to the byte.
func TestUnknownFeedsAreAlike(t *testing.T) {
	t.Parallel()
	revoked := false
	c := config(io.Discard)
	known := c.Feed
	c.Feed = func(ctx context.Context, token, agent string, now time.Time) (api.Feed, error) {
		if revoked {
			return api.Feed{}, fmt.Errorf("feed of Anna: revoked: %w", api.ErrNotFound)
		}
		return known(ctx, token, agent, now)
	}
	h := handler(t, c)
	if r := ask(t, h, "GET", feedPath); r.status != 200 {
		t.Fatalf("%d before the revocation", r.status)
	}
	revoked = true
	first := ask(t, h, "GET", "/f/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.ics")
	want := anonymous(t, first)
	for _, target := range []string{
		feedPath, "/f/" + goodToken + "x.ics", "/f/%00.ics", "/f/a%20b.ics", "/f/" + strings.Repeat("a", 129) + ".ics",
	} {
		r := ask(t, h, "GET", target)
		if got := anonymous(t, r); got != want || r.status != 404 || !reflect.DeepEqual(r.header, first.header) {
			t.Errorf("%s: %d %v\n%s\nwant %v\n%s", target, r.status, r.header, got, first.header, want)
		}
	}
}

// anonymous returns a problem without its request id, which it checks and takes
// out of the header too.
func anonymous(t *testing.T, a answer) string {
	t.Helper()
	id := a.header.Get("X-Request-Id")
	if len(id) < 16 || strings.Count(a.text, id) != 1 {
		t.Errorf("request id %q; want it once in %s", id, a.text)
	}
	a.header.Del("X-Request-Id")
	return strings.ReplaceAll(a.text, id, "")
}

func TestAcceptEncoding(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]bool{
		"": false, "gzip": true, "GZIP": true, "x-gzip": true, "br, zstd": false, "*": true,
		"gzip;q=0": false, "gzip; q=0.5": true, "*;q=0": false, "*;q=1, gzip;q=0": false,
		"gzip;q=0, *": false, "identity": false, "gzip;q=oops": false, "deflate, gzip;q=1.0, *;q=0.5": true,
	} {
		r := httptest.NewRequestWithContext(t.Context(), "GET", "/", nil)
		r.Header.Set("Accept-Encoding", header)
		if got := api.AcceptsGzip(r); got != want {
			t.Errorf("%q: %v, want %v", header, got, want)
		}
	}
}

func FuzzFeedPath(f *testing.F) {
	for _, seed := range []string{goodToken, "", "..", "a/b", "%", "\x00", "a.ics.ics", strings.Repeat("a", 300)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, token string) {
		r := httptest.NewRequestWithContext(t.Context(), "GET", "/", nil)
		r.URL.Path = "/f/" + token + ".ics"
		w := httptest.NewRecorder()
		handler(t, config(io.Discard)).ServeHTTP(w, r)
		if w.Code != 200 && w.Code != 404 {
			t.Errorf("%q: %d", token, w.Code)
		}
	})
}
