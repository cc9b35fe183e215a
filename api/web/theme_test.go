package web_test

import (
	"bytes"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/wijkplanner/wijkplanner/api/web"
)

const theme = `/* tokens of a municipality */
.proef-theme, :root {
  --band: #5c0f3c; --utrecht-button-border-radius: calc(2px * 2);
  --utrecht-document-font-family: "Source Sans 3", Arial, sans-serif;
}
@media (prefers-color-scheme: dark) { .proef-theme { color-scheme: dark; --band: rgb(60 10 40 / 100%) } }
`

// TestThemes: design tokens are taken, those of NL Design System's example among
// them; what could load, hide, move or run something is refused with its line.
func TestThemes(t *testing.T) {
	t.Parallel()
	example, err := os.ReadFile("bundle/node_modules/@nl-design-system-unstable/voorbeeld-design-tokens/dist/theme.css")
	if err != nil {
		t.Fatalf("run make setup: %v", err)
	}
	for name, sheet := range map[string]string{"ours": theme, "the example": string(example), "nothing": ""} {
		if err := web.CheckTheme([]byte(sheet)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for sheet, want := range map[string]string{
		`@import url("https://evil.example/x.css");`:                        "@import",
		"\n\n:root { --x: url(https://evil.example/?leak) }":                "line 3",
		`:root { --x: URL (x) }`:                                            "has no place",
		`:root { background: red }`:                                         "want a design token",
		`body { display: none }`:                                            "want a design token",
		`input[value^="a"] { --x: 1 }`:                                      "want :root",
		`.proef-theme button { --x: 1 }`:                                    "want :root",
		`*, :root { --x: 1 }`:                                               "want :root",
		`@font-face { font-family: x; src: url(x) }`:                        "only @media",
		`@media screen { @import "x"; }`:                                    "stands in no rule",
		`:root { --x: url("https://evil.example/x.png") }`:                  "url() has no place",
		`:root { --x: url("data:text/html,x") }`:                            "url() has no place",
		`:root { --x: "a\"; } body { display: none } :root { --y: "b" }`:    "does not end",
		`:root { --x: expression(alert(1)) }`:                               "expression",
		`:root { --x: u\72l(x) }`:                                           `a \ has no place`,
		`:root { --x: </style><script>alert(1)</script> }`:                  "a < has no place",
		`:root { --x: image-set("x" 1x) }`:                                  "image-set",
		`:root { --x: "a }` + "\n" + `body { display: none }`:               "does not end",
		`:root { --x: 1 } /* and on`:                                        "a comment does not end",
		`:root { --x: 1`:                                                    "a } is missing",
		`:root { --x: 1 } }`:                                                "a } too many",
		`:root { .deeper { --x: 1 } }`:                                      "a block in a rule",
		":root { --x: \xff }":                                               "UTF-8",
		`:root { --x: "` + strings.Repeat("x", 600<<10) + `" }`:             "at most",
		`:root { color: red; --y: url(x); --z: attr(x); content: "x" } ~ {`: "attr",
	} {
		if err := web.CheckTheme([]byte(sheet)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.80q: %v, want %q", sheet, err, want)
		}
	}
}

// FuzzTheme: nothing that is taken has a word by which a sheet loads something.
func FuzzTheme(f *testing.F) {
	for _, s := range []string{theme, `:root{--x:url(x)}`, `@import "x";`, `:root{--x:"url(";--y:")"}`, `:root{--x:url("data:image/png;base64,x")}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, sheet []byte) {
		if web.CheckTheme(sheet) != nil {
			return
		}
		bare := strings.ToLower(commentless(string(sheet)))
		if loads := strings.Count(unquoted(bare), "url("); loads != strings.Count(unquoted(bare), "url()") || loads > strings.Count(bare, "data:image/") {
			t.Errorf("%q loads something", sheet)
		}
		for _, word := range []string{"@import", "@font-face", "</", "\\", "expression("} {
			if strings.Contains(unquoted(bare), word) {
				t.Errorf("%q holds %s", sheet, word)
			}
		}
	})
}

func commentless(s string) string {
	for {
		before, rest, found := strings.Cut(s, "/*")
		if !found {
			return s
		}
		_, after, _ := strings.Cut(rest, "*/")
		s = before + " " + after
	}
}

// unquoted leaves out what stands in quotes.
func unquoted(s string) string {
	var out strings.Builder
	quote := byte(0)
	for i := range len(s) {
		switch c := s[i]; {
		case quote == 0 && (c == '"' || c == '\''):
			quote = c
		case c == quote:
			quote = 0
		case quote == 0:
			out.WriteByte(c)
		}
	}
	return out.String()
}

// TestSite is about what an installation shows on every page. It sets it for this
// process and so runs beside no other test.
func TestSite(t *testing.T) { //nolint:paralleltest // it changes what all pages show
	web.SetSite(web.Site{Theme: []byte(theme), ThemeClass: web.ThemeClassOf([]byte(theme)), Statement: "https://www.toegankelijkheidsverklaring.nl/register/1?a=1&b=2"})
	defer web.SetSite(web.Site{})
	address := web.AssetURL("theme.css")
	asset, found := web.Static(strings.TrimPrefix(address, web.StaticPrefix))
	if !found || string(asset.Body) != theme || asset.ContentType != "text/css; charset=utf-8" {
		t.Errorf("the theme at %q: %v %+v", address, found, asset.ContentType)
	}
	for lang, word := range map[web.Lang]string{web.Dutch: "Toegankelijkheidsverklaring", web.English: "Accessibility statement"} {
		for name, write := range map[string]func(io.Writer) error{
			"a page": func(w io.Writer) error {
				return web.WritePage(w, web.Frame{Lang: lang, Title: "x", Path: "/x"}, "blank.page", web.Blank{Title: "empty.title", Text: "empty.nodata"})
			},
			"a fault": func(w io.Writer) error { return web.WriteError(w, lang, 404, "") },
			"sign in": func(w io.Writer) error { return web.WriteSignIn(w, lang, web.SignIn{}) },
		} {
			var out bytes.Buffer
			if err := write(&out); err != nil {
				t.Fatal(err)
			}
			page := out.String()
			last := page[strings.LastIndex(page, `<link rel="stylesheet"`):]
			if !strings.Contains(page, `class="proef-theme"`) || !strings.HasPrefix(last, `<link rel="stylesheet" href="`+address+`"`) {
				t.Errorf("%s in %s: the theme is not the last sheet: %.80s", name, lang, last)
			}
			_, foot, _ := strings.Cut(page, "<footer")
			if !strings.Contains(foot, `<a href="https://www.toegankelijkheidsverklaring.nl/register/1?a=1&amp;b=2" rel="noreferrer">`+word) {
				t.Errorf("%s in %s: no statement: %s", name, lang, foot)
			}
		}
	}
}
