//go:build !race

package api_test

import (
	"image"
	"image/png"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync/atomic"
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

// TestTilesInABrowser: without a tile server the map asks nobody for anything; with
// one its page, and no other, may show that server's pictures. It sets it for this
// process and so runs beside no other test.
func TestTilesInABrowser(t *testing.T) { //nolint:paralleltest // it changes what all pages show
	var asked atomic.Int64
	tiles := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !regexp.MustCompile(`^/\d+/\d+/\d+\.png$`).MatchString(r.URL.Path) || r.Header.Get("Referer") != "" || r.Header.Get("Cookie") != "" {
			t.Errorf("asked for %s with %v", r.URL, r.Header)
		}
		asked.Add(1)
		w.Header().Set("Content-Type", "image/png")
		_ = png.Encode(w, image.NewGray(image.Rect(0, 0, 256, 256))) // the browser hears of it
	}))
	defer tiles.Close()
	// Another host, as cookies see it.
	at := strings.Replace(tiles.URL, "127.0.0.1", "localhost", 1)
	site := web.Site{Tiles: web.Tiles{Address: at + "/{z}/{x}/{y}.png", By: "© Kaartmakers <b>&"}}
	if err := site.Tiles.Check(); err != nil {
		t.Fatal(err)
	}
	p := town(t)
	if policy := p.fetch(p.cookies(p.lead()), "/board").Header().Get("Content-Security-Policy"); strings.Contains(policy, "http") {
		t.Errorf("without tiles the board's policy is %q", policy)
	}
	web.SetSite(site)
	defer web.SetSite(web.Site{})
	b := p.open(p.lead(), chromium.Settings{Also: at})
	b.Go("/board")
	b.Wait(mapReady)
	b.Wait("document.querySelectorAll('.leaflet-tile-loaded').length > 1")
	if by := b.Text(".leaflet-control-attribution"); by != site.Tiles.By || asked.Load() < 2 {
		t.Errorf("%d tiles, by %q", asked.Load(), by)
	}
	b.Check("the board with tiles")
	for _, path := range []string{"/proposals", "/account", "/sign-in"} {
		if policy := p.fetch(p.cookies(p.lead()), path).Header().Get("Content-Security-Policy"); strings.Contains(policy, "http") {
			t.Errorf("%s may load from the tile server: %q", path, policy)
		}
	}
}
