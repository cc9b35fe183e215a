package web_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/wijkplanner/wijkplanner/api/web"
)

const subscribeToken = "pf_feed_abcdefghij_abcdefghijklmnopqrstuvwxyz234567_abcdef"

func subscription(t *testing.T) web.Subscription {
	t.Helper()
	links, err := web.LinksOf("https://planner.example.nl", subscribeToken)
	if err != nil {
		t.Fatal(err)
	}
	return web.Subscription{Name: "Wijkplanner Anna <de Vries>", Level: "full", Links: links}
}

func subscribePage(t *testing.T, lang web.Lang, s web.Subscription) string {
	t.Helper()
	var out bytes.Buffer
	if err := web.WriteSubscribe(&out, lang, s); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestLinks(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ public, address, webcal string }{
		{"https://planner.example.nl", "https://planner.example.nl/f/TOKEN.ics", "webcal://planner.example.nl/f/TOKEN.ics"},
		{"http://localhost:8080/", "http://localhost:8080/f/TOKEN.ics", "webcal://localhost:8080/f/TOKEN.ics"},
		{"https://stad.nl/planner", "https://stad.nl/planner/f/TOKEN.ics", "webcal://stad.nl/planner/f/TOKEN.ics"},
	} {
		l, err := web.LinksOf(c.public, subscribeToken)
		if err != nil {
			t.Fatal(err)
		}
		address := strings.ReplaceAll(c.address, "TOKEN", subscribeToken)
		if l.Address != address || l.Webcal != strings.ReplaceAll(c.webcal, "TOKEN", subscribeToken) ||
			!strings.HasPrefix(l.Google, "https://calendar.google.com/calendar/r?cid=webcal%3A%2F%2F") ||
			!strings.Contains(l.Outlook, "url=http") || len(l.Address) >= 200 {
			t.Errorf("%s: %+v", c.public, l)
		}
	}
	for _, public := range []string{"https://user:secret@planner.example.nl", "", "planner.example.nl", "ftp://x", "https://", "https://x/?a=b", "https://" + strings.Repeat("lang.", 30) + "nl"} {
		if l, err := web.LinksOf(public, subscribeToken); err == nil {
			t.Errorf("%q: %+v", public, l)
		}
	}
}

func TestSubscribePage(t *testing.T) {
	t.Parallel()
	s := subscription(t)
	for _, lang := range web.Langs {
		html := subscribePage(t, lang, s)
		root := parse(t, html)
		links := map[string]bool{}
		for _, a := range root.all("a") {
			links[a.attrs["href"]] = true
		}
		for _, want := range []string{
			s.Links.Webcal, s.Links.Google, s.Links.Outlook,
			"/subscribe/" + subscribeToken + "?lang=nl", "/subscribe/" + subscribeToken + "?lang=en",
		} {
			if !links[want] {
				t.Errorf("%s: no link to %s", lang, want)
			}
		}
		if code := root.all("code"); len(code) != 1 || code[0].text() != s.Links.Address {
			t.Errorf("%s: the address is not there to copy", lang)
		}
		if !strings.Contains(html, "Anna &lt;de Vries&gt;") || strings.Contains(html, "ZgotmplZ") {
			t.Errorf("%s: the name is not escaped, or a link was refused", lang)
		}
	}
	texts := map[string]bool{}
	for _, level := range []string{"full", "no_names", "busy"} {
		for _, hide := range []bool{false, true} {
			s.Level, s.HideCancelled = level, hide
			texts[subscribePage(t, web.Dutch, s)] = true
		}
	}
	if len(texts) != 6 {
		t.Errorf("%d different pages, want one for each level and switch", len(texts))
	}
}
