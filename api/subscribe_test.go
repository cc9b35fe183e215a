package api_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/wijkplanner/wijkplanner/api"
	"github.com/wijkplanner/wijkplanner/api/web"
)

func TestSubscribe(t *testing.T) {
	t.Parallel()
	c := config(io.Discard)
	c.PublicURL = "https://planner.example.nl"
	h := handler(t, c)
	for _, q := range []struct{ target, accept, title string }{
		{"", "", "Zet deze agenda op uw telefoon"}, {"?lang=en", "", "Put this calendar on your phone"}, {"", "en", "Put this calendar on your phone"},
	} {
		r := ask(t, h, "GET", "/subscribe/"+goodToken+q.target, "Accept-Language", q.accept)
		for _, want := range []string{
			q.title, "webcal://planner.example.nl/f/" + goodToken + ".ics", ">https://planner.example.nl/f/" + goodToken + ".ics<", "<svg class=\"qr\"",
		} {
			if r.status != 200 || !strings.Contains(r.text, want) {
				t.Errorf("%q, %q: %d, no %q", q.target, q.accept, r.status, want)
			}
		}
		if strings.Contains(r.text, "<script") || r.header.Get("Referrer-Policy") != "no-referrer" || r.header.Get("Cache-Control") != "no-store" {
			t.Errorf("%q: a script, or %v", q.target, r.header)
		}
	}
}

// TestRM4_ScannersChangeNothing fetches the page and the feed as link scanners
// do, a hundred times by GET and HEAD: nothing is written and the token still
// works. What is noted of a feed's reader is the day alone.
func TestRM4_ScannersChangeNothing(t *testing.T) {
	t.Parallel()
	c := config(io.Discard)
	c.FeedLimit = 1000
	looked, read := 0, 0
	subscription, feed := c.Subscription, c.Feed
	c.Subscription = func(ctx context.Context, token string, now time.Time) (web.Subscription, error) {
		looked++
		return subscription(ctx, token, now)
	}
	c.Feed = func(ctx context.Context, token, agent string, now time.Time) (api.Feed, error) {
		read++
		return feed(ctx, token, agent, now)
	}
	h := handler(t, c)
	for range 100 {
		for _, method := range []string{"GET", "HEAD"} {
			if r := ask(t, h, method, "/subscribe/"+goodToken, "User-Agent", "Mozilla/5.0 (SafeLinks)"); r.status != 200 {
				t.Fatalf("%s: %d", method, r.status)
			}
		}
	}
	for _, method := range []string{"POST", "PUT", "PATCH", "DELETE"} {
		if r := ask(t, h, method, "/subscribe/"+goodToken); r.status != 405 {
			t.Errorf("%s: %d, want 405: there is no act behind the page", method, r.status)
		}
	}
	if looked != 200 || read != 0 {
		t.Errorf("looked %d times and read %d", looked, read)
	}
	if r := ask(t, h, "GET", feedPath); r.status != 200 {
		t.Errorf("the token is dead: %d", r.status)
	}
}

func TestSubscribeIsHonestAboutFaults(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	c := config(&log)
	c.Subscription = func(context.Context, string, time.Time) (web.Subscription, error) {
		return web.Subscription{}, errors.New("database away")
	}
	r := ask(t, handler(t, c), "GET", "/subscribe/"+goodToken, "Accept", "text/html")
	if r.status != 503 || strings.Contains(r.text, "database") || strings.Contains(log.String(), goodToken) {
		t.Errorf("%d %s; log %s", r.status, r.text, log.String())
	}
	if r := ask(t, handler(t, c), "GET", "/subscribe/a%20b", "Accept", "text/html"); r.status != 404 || !strings.Contains(r.text, "Deze pagina bestaat niet") {
		t.Errorf("%d %.200s", r.status, r.text)
	}
}
