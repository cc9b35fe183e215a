package web_test

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/wijkplanner/wijkplanner/api/web"
)

func sheet(t *testing.T) string {
	t.Helper()
	css, err := os.ReadFile("static/app.css")
	if err != nil {
		t.Fatal(err)
	}
	return string(css)
}

// schemes reads the colour tokens of the light and the dark scheme; the dark
// one inherits what it does not name.
func schemes(t *testing.T) map[string]map[string]string {
	t.Helper()
	blocks := regexp.MustCompile(`(?s):root \{(.*?)\}`).FindAllStringSubmatch(sheet(t), -1)
	if len(blocks) != 2 {
		t.Fatalf("%d :root blocks, want light and dark", len(blocks))
	}
	token := regexp.MustCompile(`--([a-z0-9-]+): (#[0-9a-f]{6});`)
	light, dark := make(map[string]string), make(map[string]string)
	for i, block := range blocks {
		for _, m := range token.FindAllStringSubmatch(block[1], -1) {
			dark[m[1]] = m[2]
			if i == 0 {
				light[m[1]] = m[2]
			}
		}
	}
	return map[string]map[string]string{"light": light, "dark": dark}
}

// contrast is that of WCAG 2.2, success criterion 1.4.3.
func contrast(t *testing.T, a, b string) float64 {
	t.Helper()
	la, lb := luminance(t, a), luminance(t, b)
	return (max(la, lb) + .05) / (min(la, lb) + .05)
}

func luminance(t *testing.T, colour string) float64 {
	t.Helper()
	sum := 0.0
	for i, weight := range []float64{.2126, .7152, .0722} {
		v, err := strconv.ParseUint(colour[1+2*i:3+2*i], 16, 8)
		if err != nil {
			t.Fatalf("colour %q: %v", colour, err)
		}
		c := float64(v) / 255
		if c <= .04045 {
			sum += weight * c / 12.92
		} else {
			sum += weight * math.Pow((c+.055)/1.055, 2.4)
		}
	}
	return sum
}

func TestContrast(t *testing.T) {
	t.Parallel()
	for scheme, colour := range schemes(t) {
		for _, c := range []struct {
			least       float64
			front, back string
		}{
			{4.5, "ink", "paper surface tint risk-tint miss-tint"},
			{4.5, "soft", "paper surface tint land"},
			{4.5, "link", "paper surface"},
			{4.5, "band-ink", "band"},
			{4.5, "good", "surface"},
			{4.5, "risk", "surface risk-tint"},
			{4.5, "miss", "surface miss-tint"},
			// Drawings and borders of fields: success criterion 1.4.11.
			{3, "fill", "surface track"},
			{3, "miss", "track"},
			{3, "focus", "paper surface"},
			{3, "c0 c1 c2 c3 c4 c5 c6 c7 miss", "land surface"},
		} {
			for front := range strings.FieldsSeq(c.front) {
				for back := range strings.FieldsSeq(c.back) {
					if got := contrast(t, colour[front], colour[back]); got < c.least {
						t.Errorf("%s: %s on %s has contrast %.2f, want %.1f", scheme, front, back, got, c.least)
					}
				}
			}
		}
	}
}

// sheets are all our own, by name.
func sheets(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob("static/*.css")
	if err != nil || len(files) < 5 {
		t.Fatalf("%v: %v", files, err)
	}
	out := make(map[string]string)
	for _, file := range files {
		css, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		out[filepath.Base(file)] = string(css)
	}
	return out
}

// A colour outside the tokens would escape the contrast test and a theme.
func TestColoursAreTokens(t *testing.T) {
	t.Parallel()
	known := schemes(t)["light"]
	for name, css := range sheets(t) {
		rest := css
		if name == "app.css" {
			rest = regexp.MustCompile(`(?s):root \{.*?\}`).ReplaceAllString(css, "")
		}
		if c := regexp.MustCompile(`#[0-9a-fA-F]{3,8}\b[^{]*[;}]|rgb\(|hsl\(|:\s*(?:white|black|red|gray|grey)\b`).FindString(rest); c != "" {
			t.Errorf("%s: %s is not a token", name, c)
		}
		for _, m := range regexp.MustCompile(`var\(--([a-z0-9-]+)\)`).FindAllStringSubmatch(rest, -1) {
			if known[m[1]] == "" {
				t.Errorf("%s: --%s is used and not set", name, m[1])
			}
		}
	}
}

// pairings are the colours of text on their backgrounds as the sheets pair them: in
// one rule, or in the tokens of one component.
func pairings(css string) (out [][2]string) {
	front := regexp.MustCompile(`(?:^|[;{\s])color: var\(--([a-z0-9-]+)\)`)
	back := regexp.MustCompile(`background(?:-color)?: var\(--([a-z0-9-]+)\)`)
	for _, rule := range regexp.MustCompile(`\{([^{}]*)\}`).FindAllStringSubmatch(css, -1) {
		if f, b := front.FindStringSubmatch(rule[1]), back.FindStringSubmatch(rule[1]); f != nil && b != nil {
			out = append(out, [2]string{f[1], b[1]})
		}
	}
	tokens := map[string]string{}
	for _, m := range regexp.MustCompile(`--(utrecht-[a-z-]+): var\(--([a-z0-9-]+)\)`).FindAllStringSubmatch(css, -1) {
		tokens[m[1]] = m[2]
	}
	for name, b := range tokens {
		if f := tokens[strings.TrimSuffix(name, "background-color")+"color"]; f != "" && strings.HasSuffix(name, "-background-color") {
			out = append(out, [2]string{f, b})
		}
	}
	return out
}

// TestContrastOfEverySheet computes the contrast of each pair that a sheet makes, in
// light and dark.
func TestContrastOfEverySheet(t *testing.T) {
	t.Parallel()
	pairs := 0
	for name, css := range sheets(t) {
		for _, pair := range pairings(css) {
			pairs++
			for scheme, colour := range schemes(t) {
				if colour[pair[0]] == "" || colour[pair[1]] == "" {
					t.Errorf("%s: --%s on --%s is no pair of tokens", name, pair[0], pair[1])
				} else if got := contrast(t, colour[pair[0]], colour[pair[1]]); got < 4.5 {
					t.Errorf("%s, %s: %s on %s has contrast %.2f, want 4.5", name, scheme, pair[0], pair[1], got)
				}
			}
		}
	}
	if pairs < 25 {
		t.Errorf("%d pairs are found", pairs)
	}
	t.Logf("%d pairs of text and background", pairs)
}

// TestContrastOfWeeks: the weeks of the timeline are mixed of tokens.
func TestContrastOfWeeks(t *testing.T) {
	t.Parallel()
	mixed := regexp.MustCompile(`color-mix\(in srgb, var\(--([a-z]+)\) (\d+)%, var\(--([a-z]+)\)\)`).FindAllStringSubmatch(sheets(t)["year.css"], -1)
	if len(mixed) != 3 {
		t.Fatalf("%d mixtures, want 3", len(mixed))
	}
	for scheme, colour := range schemes(t) {
		for _, m := range mixed {
			part, err := strconv.ParseFloat(m[2], 64)
			if err != nil {
				t.Fatal(err)
			}
			back := mix(t, colour[m[1]], colour[m[3]], part/100)
			if got := contrast(t, colour["ink"], back); got < 4.5 {
				t.Errorf("%s: ink on %s%% of %s has contrast %.2f, want 4.5", scheme, m[2], m[1], got)
			}
		}
	}
}

// mix is what color-mix in srgb makes of two colours.
func mix(t *testing.T, a, b string, part float64) string {
	t.Helper()
	var out strings.Builder
	out.WriteString("#")
	for i := 1; i < 7; i += 2 {
		x, errX := strconv.ParseUint(a[i:i+2], 16, 8)
		y, errY := strconv.ParseUint(b[i:i+2], 16, 8)
		if errX != nil || errY != nil {
			t.Fatalf("colours %q and %q", a, b)
		}
		fmt.Fprintf(&out, "%02x", int(math.Round(float64(x)*part+float64(y)*(1-part))))
	}
	return out.String()
}

func TestStyleSheetLoadsNothing(t *testing.T) {
	t.Parallel()
	css := sheet(t)
	if len(css) > 15_000 {
		t.Errorf("the style sheet is %d bytes, want at most 15,000", len(css))
	}
	for _, bad := range []string{"url(", "@import", "<", "!important"} {
		if strings.Contains(css, bad) {
			t.Errorf("the style sheet holds %s", bad)
		}
	}
}

func TestStatic(t *testing.T) {
	t.Parallel()
	url := web.AssetURL("app.css")
	name, ok := strings.CutPrefix(url, web.StaticPrefix)
	asset, found := web.Static(name)
	if !ok || !found || asset.ContentType != "text/css; charset=utf-8" || string(asset.Body) != sheet(t) {
		t.Errorf("app.css at %q: found %v, %s", url, found, asset.ContentType)
	}
	for _, name := range []string{"", "app.css", "000000000000/app.css", "../static.go", ".gitkeep"} {
		if _, ok := web.Static(name); ok {
			t.Errorf("%q is served", name)
		}
	}
	if web.AssetURL("nothing.css") != "" {
		t.Error("a file that does not exist has no address")
	}
}
