package web_test

import (
	"bytes"
	"flag"
	unescape "html"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/wijkplanner/wijkplanner/api/web"
	"github.com/wijkplanner/wijkplanner/planner"
)

var update = flag.Bool("update", false, "rewrite the golden pages")

func page(t *testing.T, v web.View) string {
	t.Helper()
	var out bytes.Buffer
	if err := web.WriteGlance(&out, v); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func report(t *testing.T, lang web.Lang, regions ...web.Region) string {
	t.Helper()
	var out bytes.Buffer
	if err := web.Report(&out, regions, now, lang); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func errorPage(t *testing.T, lang web.Lang, status int) string {
	t.Helper()
	var out bytes.Buffer
	if err := web.WriteError(&out, lang, status, "R3QUEST"); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// pages are all pages and reports in a language, by name.
func pages(t *testing.T, lang web.Lang) map[string]string {
	t.Helper()
	full, big := small(t), generated(t, "Groot", 120, 9)
	perfect := small(t)
	perfect.Plan.Coverage = perfect.Plan.Coverage[2:3]
	perfect.Plan.Unplanned = nil
	perfect.Plan.Schedule.Hard = -2
	late := now.AddDate(2, 0, 0)
	regions := []string{"Noord & Oost", "Groot"}
	return map[string]string{
		"small":     page(t, web.View{Lang: lang, Region: full, Now: now}),
		"generated": page(t, web.View{Lang: lang, Region: big, Regions: regions, Current: "Groot", Now: now}),
		"faults":    page(t, web.View{Lang: lang, Region: perfect, Now: now}),
		"late":      page(t, web.View{Lang: lang, Region: full, Now: late}),
		"bare":      page(t, web.View{Lang: lang, Region: web.Region{State: full.State, Plan: &planner.Plan{From: date(t, "2027-01-01"), To: date(t, "2027-12-31")}}, Now: now}),
		"no-plan":   page(t, web.View{Lang: lang, Region: web.Region{State: full.State}, Now: now}),
		"no-data":   page(t, web.View{Lang: lang, Now: now}),
		"subscribe": subscribePage(t, lang, subscription(t)),
		"404":       errorPage(t, lang, 404),
		"500":       errorPage(t, lang, 500),
		"report":    report(t, lang, full),
		"reports":   report(t, lang, full, big, web.Region{State: full.State}),
		"reportnil": report(t, lang),
	}
}

func TestGoldenPages(t *testing.T) {
	t.Parallel()
	hash := regexp.MustCompile(`/static/[0-9a-f]{12}/`)
	for _, lang := range web.Langs {
		got := hash.ReplaceAllString(page(t, web.View{Lang: lang, Region: small(t), Now: now}), "/static/HASH/")
		file := filepath.Join("testdata", "small."+string(lang)+".golden.html")
		if *update {
			if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s: the page differs; look at it and run go test ./api/web -update", file)
		}
	}
}

func TestPagesAreAccessible(t *testing.T) {
	t.Parallel()
	for _, lang := range web.Langs {
		for name, html := range pages(t, lang) {
			t.Run(string(lang)+"/"+name, func(t *testing.T) {
				t.Parallel()
				root := parse(t, html)
				checkLandmarks(t, root, lang)
				checkHeadings(t, root)
				checkTables(t, root)
				checkNames(t, root)
				checkIDs(t, root)
				checkNoScript(t, root)
			})
		}
	}
}

func checkLandmarks(t *testing.T, root *node, lang web.Lang) {
	t.Helper()
	if html := root.all("html"); len(html) != 1 || html[0].attrs["lang"] != string(lang) {
		t.Error("the language is not on <html>")
	}
	for _, tag := range []string{"header", "main", "footer", "title"} {
		count := 0
		for _, n := range root.all(tag) {
			if !n.inside("svg") {
				count++
			}
		}
		if count != 1 {
			t.Errorf("%d <%s>, want one", count, tag)
		}
	}
	if first := root.all("body")[0].children[0]; first.attrs["href"] != "#content" || first.text() == "" {
		t.Error("the first element of the body is the skip link")
	}
}

func checkHeadings(t *testing.T, root *node) {
	t.Helper()
	last, firsts := 0, 0
	for _, h := range root.all("h1", "h2", "h3", "h4", "h5", "h6") {
		level := int(h.tag[1] - '0')
		if h.text() == "" {
			t.Errorf("empty <%s>", h.tag)
		}
		if level > last+1 {
			t.Errorf("<%s> %q follows h%d: a level is skipped", h.tag, h.text(), last)
		}
		if level == 1 {
			firsts++
		}
		last = level
	}
	if firsts != 1 {
		t.Errorf("%d <h1>, want one", firsts)
	}
}

func checkTables(t *testing.T, root *node) {
	t.Helper()
	for _, table := range root.all("table") {
		if table.children[0].tag != "caption" || table.children[0].text() == "" {
			t.Errorf("a table without caption: %.80q", table.text())
		}
		width := len(table.all("thead")[0].all("th"))
		for _, th := range table.all("th") {
			if s := th.attrs["scope"]; (s != "col" && s != "row") || th.text() == "" {
				t.Errorf("<th scope=%q> %q", s, th.text())
			}
		}
		for _, tr := range table.all("tr") {
			if len(tr.children) != width {
				t.Errorf("%d cells under %d headings: %q", len(tr.children), width, tr.text())
			}
		}
		if table.parent.attrs["class"] != "scroll" {
			t.Error("a table that cannot scroll makes a phone's page too wide")
		}
	}
}

// checkNames wants a text on everything that can be reached or that shows
// something.
func checkNames(t *testing.T, root *node) {
	t.Helper()
	for _, n := range root.all("a", "button", "summary", "label", "option", "figcaption", "caption", "li", "dt", "dd", "p") {
		if n.text() == "" {
			t.Errorf("empty <%s>", n.tag)
		}
	}
	for _, n := range root.all("svg") {
		if n.attrs["aria-hidden"] != "true" && (n.attrs["role"] != "img" || n.attrs["aria-labelledby"] == "") {
			t.Errorf("a drawing without a name: %v", n.attrs)
		}
	}
	for _, n := range root.all("nav") {
		if n.attrs["aria-label"] == "" {
			t.Error("a <nav> without a name")
		}
	}
}

func checkIDs(t *testing.T, root *node) {
	t.Helper()
	ids := make(map[string]bool)
	for _, n := range root.all() {
		if id, ok := n.attrs["id"]; ok {
			if ids[id] || id == "" {
				t.Errorf("id %q twice, or empty", id)
			}
			ids[id] = true
		}
	}
	for _, n := range root.all() {
		for _, attr := range []string{"aria-labelledby", "aria-describedby", "for"} {
			if to, ok := n.attrs[attr]; ok && !ids[to] {
				t.Errorf("%s=%q points nowhere", attr, to)
			}
		}
		if to, ok := strings.CutPrefix(n.attrs["href"], "#"); ok && !ids[to] {
			t.Errorf("href=#%s points nowhere", to)
		}
	}
}

func checkNoScript(t *testing.T, root *node) {
	t.Helper()
	for _, n := range root.all() {
		if slices.Contains([]string{"script", "iframe", "object", "embed", "base"}, n.tag) {
			t.Errorf("<%s> has no place here", n.tag)
		}
		for name, value := range n.attrs {
			if strings.HasPrefix(name, "on") || name == "style" {
				t.Errorf("<%s %s=%q> would need an unsafe policy", n.tag, name, value)
			}
			// A link that is followed loads nothing by itself.
			if link := n.tag == "a" && name == "href" && n.attrs["rel"] == "noreferrer"; link {
				continue
			}
			if strings.Contains(value, "//") || strings.Contains(value, "ZgotmplZ") {
				t.Errorf("<%s %s=%q> leads elsewhere", n.tag, name, value)
			}
		}
	}
}

func TestReportStandsAlone(t *testing.T) {
	t.Parallel()
	for _, html := range []string{report(t, web.Dutch, small(t)), report(t, web.Dutch, small(t), generated(t, "Groot", 60, 4))} {
		for _, n := range parse(t, html).all() {
			for _, name := range []string{"href", "src", "action"} {
				if v, ok := n.attrs[name]; ok && !strings.HasPrefix(v, "#") {
					t.Errorf("<%s %s=%q> is not in the file", n.tag, name, v)
				}
			}
			if n.tag == "link" {
				t.Error("<link> loads something")
			}
		}
	}
}

func TestPagesWithoutAPlanHaveNoDate(t *testing.T) {
	t.Parallel()
	for name, html := range pages(t, web.English) {
		if strings.Contains(html, "1970") {
			t.Errorf("%s is dated at the beginning of time", name)
		}
	}
}

// A browser drops the whole style sheet when the policy's hash is not that of
// the text between the tags.
func TestReportPolicyMatchesItsStyle(t *testing.T) {
	t.Parallel()
	html := report(t, web.Dutch, small(t))
	style := regexp.MustCompile(`(?s)<style>(.*?)</style>`).FindStringSubmatch(html)
	policy := regexp.MustCompile(`'sha256-[^']+'`).FindString(unescape.UnescapeString(html))
	if len(style) != 2 || policy != "'"+web.Hash(style[1])+"'" {
		t.Errorf("policy %s does not allow the style sheet", policy)
	}
}

// A country is 9,000 locations in 25 regions. Five of the regions are rendered,
// for the race detector's sake; a report grows by the region.
func TestReportOfACountry(t *testing.T) {
	t.Parallel()
	var regions []web.Region
	for i := range 5 {
		regions = append(regions, generated(t, "Regio "+string(rune('A'+i)), 360, 28))
	}
	if size := 5 * len(report(t, web.Dutch, regions...)); size > 20_000_000 {
		t.Errorf("9,000 locations in 25 regions: %d bytes", size)
	}
	one := report(t, web.Dutch, generated(t, "Groot", 9000, 700))
	if size := len(one); size > 20_000_000 || !strings.Contains(one, "Nog 8.600 rijen") {
		t.Errorf("9,000 locations in one region: %d bytes", size)
	}
}

func TestPageTexts(t *testing.T) {
	t.Parallel()
	r := small(t)
	for _, c := range []struct {
		name string
		view web.View
		want []string
	}{
		{"dutch", web.View{Lang: web.Dutch, Region: r, Now: now}, []string{
			"Anna &lt;Bakker&gt;", "boven de capaciteit", "1.100 van 1.000 uur", "110\u00a0%", "0,50\u00a0%", "dinsdag 2 maart", "3 van 4",
		}},
		{"english", web.View{Lang: web.English, Region: r, Now: now}, []string{
			"above capacity", "1,100 of 1,000 hours", "110%", "0.50%", "Tuesday 2 March", "Care coordinator", "and 2 others",
		}},
		{"regions", web.View{Lang: web.English, Region: r, Regions: []string{"A", "B&C"}, Current: "B&C", Now: now}, []string{
			`<option value="B&amp;C" selected>`, "region=B%26C",
		}},
		{"no plan", web.View{Lang: web.Dutch, Region: web.Region{State: r.State}, Now: now}, []string{"Er is nog geen plan", "5 locaties en 4 medewerkers"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			html := page(t, c.view)
			for _, want := range c.want {
				if !strings.Contains(html, want) {
					t.Errorf("%q is not on the page", want)
				}
			}
		})
	}
}

// Names come from files that others made: whatever they hold must stay text.
func TestHostileNames(t *testing.T) {
	t.Parallel()
	const hostile = `"><script>alert(1)</script><a href="javascript:alert(1)" onclick='x'>{{.}}`
	r := small(t)
	r.State.Region, r.State.Programme.Name = hostile, hostile
	r.State.Programme.Roles[0].ID = "coordinator"
	r.State.Programme.Roles[0].Name = planner.Text{NL: hostile, EN: hostile}
	r.State.Programme.Requirements[0].Name = planner.Text{NL: hostile, EN: hostile}
	for i := range r.State.Staff {
		r.State.Staff[i].Name = hostile
	}
	for i := range r.State.Locations {
		r.State.Locations[i].Name = hostile
	}
	for i := range r.State.Districts {
		r.State.Districts[i].Name = hostile
	}
	r.State.Meetings[0].Name, r.State.Organisations[0].Name = hostile, hostile
	for _, html := range []string{page(t, web.View{Region: r, Lang: web.Dutch, Regions: []string{hostile, "b"}, Current: hostile, Now: now}), report(t, web.English, r, r)} {
		root := parse(t, html)
		checkNoScriptTags(t, root)
		checkIDs(t, root)
	}
}

func checkNoScriptTags(t *testing.T, root *node) {
	t.Helper()
	for _, n := range root.all() {
		if n.tag == "script" || n.attrs["onclick"] != "" || strings.HasPrefix(n.attrs["href"], "javascript") {
			t.Errorf("<%s %v> came from a name", n.tag, n.attrs)
		}
	}
}

func BenchmarkGlance(b *testing.B) {
	v := web.View{Lang: web.Dutch, Region: generated(b, "Groot", 120, 11), Now: now}
	for b.Loop() {
		if err := web.WriteGlance(io.Discard, v); err != nil {
			b.Fatal(err)
		}
	}
}
