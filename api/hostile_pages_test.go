//go:build !race

package api_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/internal/chromium"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/service"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// What a hostile text is made of: what could end the place that it stands in, what
// could run there, and how it is written so that a filter does not know it.
var (
	breakers = []string{
		"", `">`, `'>`, `>`, `</title>`, `</textarea>`, `</script>`, `</style>`, `</select>`, `</svg>`, `-->`, `]]>`, "`", `" `, `' `, `\`, `{{`, `${`, `&quot;>`, `&#34;&gt;`, `%22%3e`,
		`</noscript>`, `</option></select>`, `</summary></details>`, `/`, `';`, `");`, `<!--`,
	}
	vectors = []string{
		`<script>RUN</script>`, `<img src=x onerror="RUN">`, `<img/src="x"/onerror=RUN>`, `<svg onload=RUN>`, `<svg><animate onbegin=RUN attributeName=x dur=1s>`,
		`<details open ontoggle=RUN>`, `<iframe srcdoc="<script>parent.RUN</script>">`, `<iframe src="javascript:parent.RUN">`, `<a href="javascript:RUN">x</a>`,
		`javascript:RUN`, `jav&#x09;ascript:RUN`, `data:text/html,<script>RUN</script>`, `<input autofocus onfocus=RUN>`, `autofocus onfocus=RUN x=`,
		`<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=RUN&gt;">`, `<meta http-equiv=refresh content="0;url=javascript:RUN">`,
		`<base href=//evil.example/>`, `<object data="javascript:RUN">`, `<embed src="javascript:RUN">`, `<style>@import"//evil.example"</style>`, `<link rel=stylesheet href=//evil.example>`,
		`<p style="background:url(//evil.example/x)">`, `<div hx-get="/x" hx-trigger="load" hx-on::load="RUN">`, `<div hx-vals='js:{x:RUN}' hx-post=/x hx-trigger=load>`,
		`<form action="javascript:RUN"><button autofocus>x`, `<button formaction="javascript:RUN">x`, `constructor.constructor('RUN')()}}`, `RUN}`, `RUN//`,
		`<noscript><p title="</noscript><img src=x onerror=RUN>">`, `<template><script>RUN</script></template>`, `<xss id=x tabindex=1 onfocus=RUN>`, `<body onload=RUN>`,
		`<video><source onerror=RUN>`, `<marquee onstart=RUN>`, `<use href="data:image/svg+xml,<svg id='x' onload='RUN'/>#x">`,
	}
	disguises = []func(string) string{
		func(s string) string { return s }, func(s string) string { return s }, func(s string) string { return s },
		func(s string) string {
			return strings.NewReplacer("script", "sCriPt", "img", "IMG", "on", "oN").Replace(s)
		},
		url.QueryEscape,
		func(s string) string { return strings.NewReplacer("<", "&lt;", ">", "&gt;").Replace(s) },
		func(s string) string { return strings.ReplaceAll(s, "<", "<<") },
		func(s string) string { return strings.NewReplacer("<", "\uff1c", ">", "\uff1e").Replace(s) },
		func(s string) string { return "é" + s + "\u00a0ﬁ" },
	}
)

// hostileText draws texts each of which says its number in window.pwned where it runs.
var hostileText = rapid.Custom(func(t *rapid.T) string {
	breaker, vector := rapid.SampledFrom(breakers).Draw(t, "breaker"), rapid.SampledFrom(vectors).Draw(t, "vector")
	run := fmt.Sprintf("window.pwned=%d", rapid.IntRange(1, 1_000_000).Draw(t, "number"))
	disguise := rapid.SampledFrom(disguises).Draw(t, "disguise")
	text := disguise(breaker + strings.ReplaceAll(strings.ReplaceAll(vector, "parent.RUN", "parent."+strings.TrimPrefix(run, "window.")), "RUN", run))
	return text
})

// attack looks at pages for what hostile texts do on them.
type attack struct {
	*place
	seed, texts, pages, forms int
}

// next is another hostile text.
func (a *attack) next() string {
	a.seed++
	a.texts++
	return hostileText.Example(a.seed)
}

// short is one of at most n characters without digits enough for a number of
// somebody, as the fields for a remark take.
func (a *attack) short(n int) string {
	for {
		if text := a.next(); len(text) <= n && len(planner.Screen(text, n, calendar.NewDate(2027, 3, 1)).Refused)+len(planner.Screen(text, n, calendar.NewDate(2027, 3, 1)).Warned) == 0 {
			return text
		}
	}
}

// hurt says what ran on the page, what the policy had to refuse, and what of the
// markup is not ours: attributes with scripts in them.
const hurt = `(() => {
const out = [];
for (const e of document.querySelectorAll('input, textarea, select, button, a, summary, [tabindex]')) { e.focus(); if (e.tagName === 'SUMMARY') e.click(); }
if (window.pwned) out.push('ran ' + window.pwned);
for (const r of window.watched?.refused ?? []) out.push('refused ' + r);
for (const e of document.querySelectorAll('*')) for (const a of e.attributes) {
  if (/^on|^hx-on|^srcdoc$/i.test(a.name) || a.name === 'style' && /url\(/i.test(a.value) || /^(href|src|action|formaction|data|xlink:href)$/i.test(a.name) && /^\s*(javascript|data|vbscript):/i.test(a.value)) out.push('markup ' + e.outerHTML.slice(0, 200));
}
if (document.querySelector('iframe, object, embed, base, meta[http-equiv=refresh]:not(noscript *), script:not([nonce]), style, main link')) out.push('an element that is not ours');
return out;
})()`

// look fails for whatever a text did on the page.
func (a *attack) look(b *chromium.Page, what string) {
	a.Helper()
	a.pages++
	b.Wait("document.readyState === 'complete'")
	for _, harm := range chromium.Eval[[]string](b, hurt) {
		a.Errorf("%s: %s", what, harm)
	}
}

// form is one of the page, as its markup says.
type formOnPage struct {
	Action, Method, Kind string
	Fields               [][3]string
}

// forms are those of the page.
func formsOf(b *chromium.Page) (out []formOnPage) {
	b.Helper()
	text := chromium.Eval[string](b, `JSON.stringify([...document.forms].map((f) => ({Action: f.getAttribute('action') || location.pathname, Method: f.method, Kind: f.enctype,
Fields: [...f.elements].filter((e) => e.name).map((e) => [e.name, e.type, e.value])})))`)
	if err := json.Unmarshal([]byte(text), &out); err != nil {
		b.Fatal(err)
	}
	return out
}

// fill sends every form that was not sent yet with a hostile text in every field,
// those included that a page offers no choice of, and looks at what comes back.
func (a *attack) fill(b *chromium.Page, page string, sent map[string]bool) {
	a.Helper()
	for _, f := range formsOf(b) {
		if f.Method != "post" || f.Kind == "multipart/form-data" || sent[pathOnly(f.Action)] || strings.HasPrefix(f.Action, "/sign-out") || len(f.Fields) == 0 {
			continue
		}
		sent[pathOnly(f.Action)] = true
		values := map[string]string{}
		for _, field := range f.Fields {
			if values[field[0]] = field[2]; field[0] != "region" {
				values[field[0]] = a.next()
			}
		}
		a.forms++
		b.Post(f.Action, values)
		a.look(b, "the form "+f.Action+" of "+page)
		b.Go(page)
	}
}

// pathOnly is an address without what differs from thing to thing.
func pathOnly(address string) string {
	parts := strings.Split(strings.Split(address, "?")[0], "/")
	for i, part := range parts {
		if i > 2 && len(part) > 9 || strings.ContainsAny(part, "0123456789") {
			parts[i] = "{}"
		}
	}
	return strings.Join(parts, "/")
}

// addressed is a page's address with a hostile text in every parameter that any page
// knows.
func (a *attack) addressed(page string) string {
	query := url.Values{}
	for _, name := range []string{"region", "lang", "said", "next", "role", "to", "week", "type", "from", "id", "state", "meeting", "location", "staff", "district", "part", "version", "urgent"} {
		query.Set(name, a.next())
	}
	return strings.Split(page, "?")[0] + "?" + query.Encode()
}

// TestRF4_HostileTexts (R-F4) generates hostile texts into whatever people can give:
// every name and text of a region, remarks, what-ifs, contacts and accounts, every
// field of every form, every parameter of every page, and files with their names. It
// opens every page: none runs, the policy has nothing to refuse, and no markup is
// made. The long form does so ten times.
func TestRF4_HostileTexts(t *testing.T) {
	t.Parallel()
	rounds := 1
	if long() {
		rounds = 10
	}
	total := attack{}
	for round := range rounds {
		a := &attack{place: town(t), seed: round * 1_000_000}
		stops := walk(a.place) // made while the names are as they were
		a.poison()
		groups := map[store.Membership][]string{}
		for _, pattern := range slices.Sorted(maps.Keys(stops)) {
			if s := stops[pattern]; len(s.paths) > 0 {
				groups[s.as] = append(groups[s.as], s.paths...)
			}
		}
		groups[contactRole(otherLocation)] = []string{"/location", "/location/book?type=consult"}
		for as, paths := range groups {
			b, sent := a.open(as, chromium.Settings{}), map[string]bool{}
			for _, path := range paths {
				b.Go(path)
				a.look(b, path)
				a.fill(b, path, sent)
				b.Go(a.addressed(path))
				a.look(b, path+" with hostile parameters")
			}
		}
		a.upload()
		total.texts, total.pages, total.forms = total.texts+a.texts, total.pages+a.pages, total.forms+a.forms
	}
	if total.texts < 1000*rounds || total.forms < 25*rounds {
		t.Errorf("only %d texts and %d forms", total.texts, total.forms)
	}
	t.Logf("R-F4: %d hostile texts, %d forms and %d pages: 0 executions, 0 reports (ten times in the long form)", total.texts, total.forms, total.pages)
}

// unheard is a test to which a browser complains in vain.
type unheard struct{ testing.TB }

func (unheard) Errorf(string, ...any) {}

// TestRF4_HarmIsSeen: on a page that writes texts as they are, under our own policy,
// every kind of markup is seen. What would find nothing there proves nothing above.
func TestRF4_HarmIsSeen(t *testing.T) {
	t.Parallel()
	policy := town(t).fetch(nil, "/board").Header().Get("Content-Security-Policy")
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", policy)
		fmt.Fprintf(w, "<!doctype html><title>t</title><main>%s</main>", r.URL.Query().Get("text"))
	}))
	defer server.Close()
	b := chromium.Open(unheard{t}, server.URL, chromium.Settings{})
	seen, all := 0, 0
	for _, vector := range vectors {
		if !strings.HasPrefix(vector, "<") {
			continue // harmless where no attribute or script is around it
		}
		all++
		b.Go("/?text=" + url.QueryEscape(strings.ReplaceAll(vector, "RUN", "window.pwned=1")))
		b.Wait("document.readyState === 'complete'")
		if len(chromium.Eval[[]string](b, hurt)) > 0 {
			seen++
		} else if !strings.HasPrefix(vector, "<template") && !strings.HasPrefix(vector, "<div hx-vals") { // inert by themselves
			t.Errorf("%s is not seen", vector)
		}
	}
	t.Logf("%d of %d kinds of markup are seen", seen, all)
}

// poison gives the town hostile texts wherever it takes a text.
func (a *attack) poison() {
	a.Helper()
	state, err := a.State(a.Context(), a.region)
	a.must(err)
	_, err = a.Import(a.Context(), []*planner.State{poisoned(state, a.next)})
	a.must(err)
	slot := a.slot(otherLocation)
	_, err = a.asContact(otherLocation).Book(a.Context(), a.region, service.BookingRequest{
		SlotQuestion: service.SlotQuestion{Location: otherLocation, VisitType: "consult"}, Start: slot.Start, Remark: a.short(planner.RemarkLimit),
	})
	a.must(err)
	own := a.As(store.Scope{Role: store.Lead, Actor: "user:1", Region: a.region})
	for range 3 {
		_, err = own.AddScenario(a.Context(), a.region, a.next(), planner.Scenario{Leave: []planner.LastDay{{ID: "zc-5", On: calendar.NewDate(2027, 6, 1)}}})
		a.must(err)
		_, err = a.Store.AddContact(a.Context(), store.Contact{
			Scope: store.FeedScope{Region: a.region, Kind: store.LocationFeed, ID: otherLocation}, Name: a.short(110), Mail: fmt.Sprintf("x%d@example.nl", contacts.Add(1)),
			Language: store.Dutch, Calendar: store.ByFeed,
		}, now)
		a.must(err)
	}
}

// upload sends files with hostile names and cells, good and bad ones, and looks at
// what the page says of them.
func (a *attack) upload() {
	a.Helper()
	b := a.open(a.lead(), chromium.Settings{})
	for i, kind := range []string{"staff", "locations", "districts", "absences", "meetings", "lrk"} {
		head, err := os.ReadFile(filepath.Join("../examples/nijmegen", kind+".csv"))
		text := "staff_id,name\n"
		if err == nil {
			text = strings.SplitN(string(head), "\n", 2)[0] + "\n"
		}
		for range 3 {
			cells := make([]string, strings.Count(text, ",")+1)
			for c := range cells {
				cells[c] = `"` + strings.ReplaceAll(a.next(), `"`, `""`) + `"`
			}
			text += strings.Join(cells, ",") + "\n"
		}
		name := strings.NewReplacer("/", "∕", "\x00", "").Replace(a.short(120))
		at := filepath.Join(a.TempDir(), fmt.Sprint(i)+name+".csv")
		a.must(os.WriteFile(at, []byte(text), 0o600))
		b.Go("/import")
		b.Fill("#kind", kind)
		b.Files("#file", at)
		b.Follow("form[action='/import'] button")
		a.look(b, "the import of "+kind)
		if b.Text("#file-fault")+b.Text("section[aria-labelledby=diff]") == "" {
			a.Errorf("the import of %s says nothing: %.300s", kind, b.Text("main"))
		}
	}
}

// poisoned is a state in which every text that people gave is hostile.
func poisoned(s *planner.State, next func() string) *planner.State {
	out := *s
	both := func() planner.Text { return planner.Text{NL: next(), EN: next()} }
	out.Programme.Name = next()
	out.Programme.Roles = slices.Clone(s.Programme.Roles)
	for i := range out.Programme.Roles {
		out.Programme.Roles[i].Name = both()
	}
	out.Programme.VisitTypes = slices.Clone(s.Programme.VisitTypes)
	for i := range out.Programme.VisitTypes {
		out.Programme.VisitTypes[i].Name = both()
	}
	out.Programme.Requirements = slices.Clone(s.Programme.Requirements)
	for i := range out.Programme.Requirements {
		out.Programme.Requirements[i].Name = both()
	}
	out.Organisations, out.Staff = slices.Clone(s.Organisations), slices.Clone(s.Staff)
	for i := range out.Organisations {
		out.Organisations[i].Name = next()
	}
	for i := range out.Staff {
		out.Staff[i].Name, out.Staff[i].Photo = next(), next()
	}
	out.Districts, out.Locations, out.Meetings = slices.Clone(s.Districts), slices.Clone(s.Locations), slices.Clone(s.Meetings)
	for i := range out.Districts {
		out.Districts[i].Name = next()
	}
	for i := range out.Locations {
		l := &out.Locations[i]
		l.Name, l.Address, l.Town, l.Tags = next(), next(), next(), []string{next()}
	}
	for i := range out.Meetings {
		out.Meetings[i].Name, out.Meetings[i].Kind = next(), next()
	}
	for _, a := range planner.AssumptionDefaults() {
		out.Programme.Assumptions = append(out.Programme.Assumptions, planner.Assumption{Key: a.Key, Value: a.Value, From: calendar.NoDate, Source: next()})
	}
	return &out
}
