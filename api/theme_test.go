package api_test

import (
	"testing"

	"github.com/wijkplanner/wijkplanner/api/web"
	"github.com/wijkplanner/wijkplanner/internal/chromium"
)

// TestThemeInABrowser looks at pages with a municipality's theme and statement. It
// sets them for this process and so runs beside no other test.
func TestThemeInABrowser(t *testing.T) { //nolint:paralleltest // it changes what all pages show
	sheet := []byte(".proef-theme { --band: #5c0f3c; --link: #7a0f4c }\n@media (prefers-color-scheme: dark) { .proef-theme { --band: #3d0a28; --link: #ffb3d9 } }")
	web.SetSite(web.Site{Theme: sheet, ThemeClass: web.ThemeClassOf(sheet), Statement: "https://example.nl/verklaring"})
	defer web.SetSite(web.Site{})
	p := town(t)
	for dark, want := range map[bool]string{false: "rgb(92, 15, 60)", true: "rgb(61, 10, 40)"} {
		b := p.open(p.lead(), chromium.Settings{Dark: dark})
		for _, path := range []string{"/sign-in", "/coverage", "/nowhere"} {
			b.Go(path)
			if got := chromium.Eval[string](b, "getComputedStyle(document.querySelector('.band')).backgroundColor"); got != want {
				t.Errorf("%s, dark %v: the band is %s, want %s", path, dark, got, want)
			}
			if got := b.Text("footer a[href='https://example.nl/verklaring']"); got == "" {
				t.Errorf("%s: no statement in the foot", path)
			}
			b.Check(path + " with a theme")
		}
	}
}
