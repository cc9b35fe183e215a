package api_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wijkplanner/wijkplanner/api"
)

// from asks for a path as somebody at an address, with header pairs.
func from(t *testing.T, h http.Handler, address, method, target string, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, target, nil)
	r.RemoteAddr = address
	for i := 0; i < len(header); i += 2 {
		r.Header.Add(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// guess asks for n unknown feeds and returns the statuses, each once.
func guess(t *testing.T, h http.Handler, address string, n int, header ...string) string {
	t.Helper()
	var out []string
	for i := range n {
		status := strconv.Itoa(from(t, h, address, "GET", fmt.Sprintf("/f/guess%d.ics", i), header...).Code)
		if len(out) == 0 || out[len(out)-1] != status {
			out = append(out, status)
		}
	}
	return strings.Join(out, " ")
}

// The limit fires as the program is configured by default; GET, HEAD and 304
// count alike, from wherever they come.
func TestFeedLimit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := config(io.Discard)
		known := c.Feed
		c.Feed = func(ctx context.Context, _, agent string, now time.Time) (api.Feed, error) {
			f, _ := known(ctx, goodToken, agent, now)
			return f, nil
		}
		h := handler(t, c)
		for i := range 80 {
			for method, header := range map[string][]string{"GET": nil, "HEAD": nil, "OPTIONS": nil} {
				if r := ask(t, h, method, feedPath, header...); r.status == 429 {
					t.Fatalf("429 to %s in round %d", method, i)
				}
			}
			if r := ask(t, h, "GET", feedPath, "If-None-Match", "*"); r.status != 304 {
				t.Fatalf("%d in round %d", r.status, i)
			}
			time.Sleep(time.Second)
		}
		for _, method := range []string{"GET", "HEAD"} {
			r := ask(t, h, method, feedPath)
			if r.status != 429 || r.header.Get("Content-Type") != "application/problem+json" ||
				r.header.Get("Cache-Control") != "no-store" || r.header.Get("ETag") != "" || !strings.Contains(r.text, `"status":429`) {
				t.Errorf("%s: %d %v %s", method, r.status, r.header, r.text)
			}
		}
		if r := ask(t, h, "GET", "/f/another.ics"); r.status != 200 {
			t.Errorf("another feed: %d", r.status)
		}
		waitAsTold(t, h)
		if r := ask(t, h, "GET", feedPath); r.status != 200 {
			t.Errorf("%d after the time told", r.status)
		}
	})
}

// waitAsTold waits for what Retry-After says.
func waitAsTold(t *testing.T, h http.Handler) {
	t.Helper()
	seconds, err := strconv.Atoi(ask(t, h, "GET", feedPath).header.Get("Retry-After"))
	if err != nil || seconds < 1 || seconds > 2*3600 {
		t.Fatalf("Retry-After: %d, %v", seconds, err)
	}
	time.Sleep(time.Duration(seconds) * time.Second)
}

// A burst in the first moment of a window is the hardest case for Retry-After.
func TestRetryAfterHolds(t *testing.T) {
	t.Parallel()
	for _, limit := range []int{1, 2, 7, 240, 3600} {
		for _, start := range []time.Duration{0, time.Nanosecond, 17 * time.Minute, time.Hour - time.Nanosecond} {
			synctest.Test(t, func(t *testing.T) {
				c := config(io.Discard)
				c.FeedLimit = limit
				h := handler(t, c)
				time.Sleep(start)
				for i := range limit {
					if r := ask(t, h, "HEAD", feedPath); r.status != 200 {
						t.Fatalf("limit %d: %d to request %d", limit, r.status, i)
					}
				}
				if r := ask(t, h, "HEAD", feedPath); r.status != 429 {
					t.Fatalf("limit %d: %d past it", limit, r.status)
				}
				waitAsTold(t, h)
				if r := ask(t, h, "GET", feedPath); r.status != 200 {
					t.Errorf("limit %d, %v into the window: %d after the time told", limit, start, r.status)
				}
			})
		}
	}
}

// Misses past the limit are refused; what is good passes from the same address,
// also when it was never asked for before.
func TestUnknownLimit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := config(io.Discard)
		c.Answering = (&acts{}).answering()
		h := handler(t, c)
		const guesser, neighbour = "192.0.2.7:40000", "192.0.2.8:40000"
		if got := guess(t, h, guesser, 600); got != "404" {
			t.Errorf("%s within the limit", got)
		}
		if got := guess(t, h, "192.0.2.7:50000", 100); got != "429" {
			t.Errorf("%s past the limit", got)
		}
		for _, miss := range []string{"/f/x.ics", "/subscribe/x", "/answer/x"} {
			if w := from(t, h, guesser, "HEAD", miss); w.Code != 429 || w.Header().Get("Retry-After") == "" {
				t.Errorf("%s: %d %v", miss, w.Code, w.Header())
			}
		}
		for _, good := range []string{feedPath, "/subscribe/" + goodToken, "/answer/" + answerToken, "/healthz"} {
			if w := from(t, h, guesser, "GET", good); w.Code != 200 {
				t.Errorf("%s from the address of the guesser: %d", good, w.Code)
			}
		}
		if got := guess(t, h, neighbour, 1); got != "404" {
			t.Errorf("a neighbour: %s", got)
		}
		time.Sleep(2 * time.Hour)
		if got := guess(t, h, guesser, 1); got != "404" {
			t.Errorf("two hours later: %s", got)
		}
	})
}

// However many ask at once from an address with too many misses, few of them
// are at the database; others do not wait for them, nor does a feed in use.
func TestGuessersTakeTurns(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var asking, most atomic.Int32
		c := config(io.Discard)
		c.UnknownLimit = 1
		known := c.Feed
		c.Feed = func(ctx context.Context, token, agent string, now time.Time) (api.Feed, error) {
			if strings.HasPrefix(token, "guess") {
				most.Store(max(most.Load(), asking.Add(1)))
				time.Sleep(time.Second)
				asking.Add(-1)
			}
			return known(ctx, token, agent, now)
		}
		h := handler(t, c)
		const guesser, neighbour = "192.0.2.7:40000", "192.0.2.8:40000"
		if w := from(t, h, guesser, "GET", feedPath); w.Code != 200 {
			t.Fatal(w.Code)
		}
		guess(t, h, guesser, 1)
		for range 50 {
			go guess(t, h, guesser, 1)
		}
		synctest.Wait()
		begin := time.Now()
		for _, address := range []string{guesser, neighbour} {
			if w := from(t, h, address, "GET", feedPath); w.Code != 200 || time.Since(begin) > 0 {
				t.Errorf("%s: %d after %v", address, w.Code, time.Since(begin))
			}
		}
		// Somebody who goes away waits no longer.
		ctx, cancel := context.WithTimeout(t.Context(), time.Second/2)
		defer cancel()
		r := httptest.NewRequestWithContext(ctx, "GET", "/f/guess.ics", nil)
		r.RemoteAddr = guesser
		w := httptest.NewRecorder()
		if h.ServeHTTP(w, r); w.Code != 503 || time.Since(begin) > time.Second {
			t.Errorf("%d after %v", w.Code, time.Since(begin))
		}
		time.Sleep(time.Minute)
		if most.Load() != 2 || asking.Load() != 0 {
			t.Errorf("%d questions at once, %d left", most.Load(), asking.Load())
		}
	})
}

// With a limit of one unknown feed, a second request from what counts as the
// same caller is refused.
func TestCallerAddress(t *testing.T) {
	t.Parallel()
	proxy := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
	const forwarded = "X-Forwarded-For"
	for _, c := range []struct {
		name          string
		trusted       []netip.Prefix
		first, second string // address, and X-Forwarded-For after a space
		want          string
	}{
		{"another port", nil, "192.0.2.7:1", "192.0.2.7:2", "429"},
		{"another address", nil, "192.0.2.7:1", "192.0.2.8:1", "404"},
		{"IPv4 in IPv6", nil, "192.0.2.7:1", "[::ffff:192.0.2.7]:1", "429"},
		{"the same network of 64 bits", nil, "[2001:db8::1]:1", "[2001:db8::2:3]:1", "429"},
		{"another network", nil, "[2001:db8::1]:1", "[2001:db8:0:1::1]:1", "404"},
		{"forged without a proxy", nil, "192.0.2.7:1 198.51.100.1", "192.0.2.7:1 198.51.100.2", "429"},
		{"forged past the proxy", proxy, "192.0.2.7:1 198.51.100.1", "192.0.2.7:1 198.51.100.2", "429"},
		{"through the proxy", proxy, "10.1.1.1:1 198.51.100.1", "10.1.1.1:1 198.51.100.2", "404"},
		{"through two of the proxies", proxy, "10.1.1.1:1 198.51.100.1", "10.1.1.2:1 198.51.100.1, 10.1.1.1", "429"},
		{"forged through the proxy", proxy, "10.1.1.1:1 1.1.1.1, 198.51.100.1", "10.1.1.1:1 2.2.2.2, 198.51.100.1", "429"},
		{"rubbish through the proxy", proxy, "10.1.1.1:1 rubbish", "10.1.1.1:1 more", "429"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			config := config(io.Discard)
			config.UnknownLimit, config.TrustedProxies = 1, c.trusted
			h := handler(t, config)
			var got string
			for _, caller := range []string{c.first, c.second} {
				address, chain, _ := strings.Cut(caller, " ")
				got = guess(t, h, address, 1, forwarded, chain)
			}
			if got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}

func TestLimitsAreChecked(t *testing.T) {
	t.Parallel()
	c := config(io.Discard)
	c.FeedLimit, c.TrustedProxies = -1, []netip.Prefix{{}}
	_, err := api.New(c)
	if err == nil || !strings.Contains(err.Error(), "FeedLimit -1") || !strings.Contains(err.Error(), "TrustedProxies") {
		t.Errorf("got %v, want both faults", err)
	}
}
