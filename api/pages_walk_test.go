//go:build !race

package api_test

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"image/color"
	"image/png"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/wijkplanner/wijkplanner/api"
	"github.com/wijkplanner/wijkplanner/internal/chromium"
	"github.com/wijkplanner/wijkplanner/planner/service"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// atOnce is how many pages one tab looks at; more of a role go to another, and two
// tabs look at a time.
const atOnce = 6

// TestEveryPage walks over all pages, in both languages and both schemes: none has
// a fault that axe-core sees in any of the four, none sticks out of a screen of
// 360, 768 or 1440 pixels, none shifts, and none has a target that is too small or
// asks for anything elsewhere.
func TestEveryPage(t *testing.T) {
	t.Parallel()
	p := town(t)
	stops := walk(p)
	for _, fault := range unwalked(readRoutes(t, p.handler), stops) {
		t.Error(fault)
	}
	groups := map[store.Membership][]string{}
	for _, pattern := range slices.Sorted(maps.Keys(stops)) {
		groups[stops[pattern].as] = append(groups[stops[pattern].as], stops[pattern].paths...)
	}
	// Pictures of the walk are for looking at one by one: WIJKPLANNER_WALK=/board.
	only := os.Getenv("WIJKPLANNER_WALK")
	pages := 0
	for as, paths := range groups {
		paths = slices.DeleteFunc(paths, func(p string) bool { return !strings.HasPrefix(p, only) })
		pages += len(paths)
		for part := range slices.Chunk(paths, atOnce) {
			t.Run(fmt.Sprintf("%s %s", cmp.Or(as.Role, "nobody"), part[0]), func(t *testing.T) {
				t.Parallel()
				b := p.under(t).open(as, chromium.Settings{})
				for _, path := range part {
					look(b, path, func(lang string) { b.Go(inLanguage(path, lang)) })
				}
			})
		}
	}
	t.Logf("%d pages at %d addresses: axe-core in two languages and two schemes, the layout in three widths", len(stops), pages)
}

// TestPagesOfFaults looks at what people see when something is wrong in the same
// way: refused, not there, filled in badly, too often, too much, and a fault of
// ours.
func TestPagesOfFaults(t *testing.T) {
	t.Parallel()
	p := town(t)
	strict := p.beside(func(c *api.Config) { c.EntryLimit = 1 })
	broken := p.beside(func(c *api.Config) {
		c.Regions = func(context.Context) ([]string, error) { return nil, errors.New("broken") }
	})
	busy := p.beside(func(c *api.Config) {
		c.Regions = func(context.Context) ([]string, error) { return nil, service.ErrBusy }
	})
	kinds := map[string][]wrong{}
	all := wrongs(p)
	for part := range slices.Chunk(all, atOnce) {
		kinds["part "+part[0].path] = part
	}
	places := map[string]*place{"often": strict, "broken": broken, "busy": busy}
	kinds["often"] = []wrong{{nobody, "/sign-in", map[string]string{"mail": "x@example.nl"}, http.StatusTooManyRequests}}
	kinds["broken"] = []wrong{{p.lead(), "/", nil, http.StatusInternalServerError}}
	kinds["busy"] = []wrong{{p.lead(), "/", nil, http.StatusServiceUnavailable}}
	for name, part := range kinds {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			at := cmp.Or(places[name], p).under(t)
			tabs := map[store.Membership]*chromium.Page{}
			for _, w := range part {
				if tabs[w.as] == nil {
					tabs[w.as] = at.open(w.as, chromium.Settings{})
				}
				if w.status == http.StatusTooManyRequests { // the first is not one too many
					tabs[w.as].Go(w.path)
					tabs[w.as].Post(w.path, w.form)
				}
				lookAtFault(tabs[w.as], w)
			}
		})
	}
	t.Logf("%d pages of faults", len(all)+len(places))
}

// lookAtFault opens a page about a fault and looks at it.
func lookAtFault(b *chromium.Page, w wrong) {
	b.Helper()
	label := fmt.Sprintf("%s, which gives %d,", w.path, w.status)
	look(b, label, func(lang string) {
		address := inLanguage(w.path, lang)
		if w.form == nil {
			b.Go(address)
		} else {
			form := maps.Clone(w.form)
			form["lang"] = lang
			b.Go(inLanguage("/sign-in", lang))
			b.Post(address, form)
		}
		if status := chromium.Eval[int](b, "performance.getEntriesByType('navigation')[0].responseStatus"); status != w.status {
			b.Errorf("%s in %s: %d", label, lang, status)
		}
		if got := chromium.Eval[string](b, "document.documentElement.lang"); got != lang {
			b.Errorf("%s in %s: is in %q: %.300s", label, lang, got, b.Text("body"))
		}
	})
}

func inLanguage(path, lang string) string {
	if strings.Contains(path, "?") {
		return path + "&lang=" + lang
	}
	return path + "?lang=" + lang
}

// lacking is a text without the argument that it needs.
var lacking = regexp.MustCompile(`.{0,40}%[sd!].{0,100}`)

// look looks at one page: axe-core in both languages and both schemes, the layout
// in both languages and three widths. A language is one load of the page: the rest
// changes while it stands.
func look(b *chromium.Page, label string, open func(lang string)) {
	b.Helper()
	b.Screen(1440, 900)
	b.Scheme(false)
	open("nl")
	b.Check(label + " in Dutch on a desk, light")
	b.Screen(768, 1000)
	b.CheckLayout(label + " in Dutch on a tablet, light")
	if lack := lacking.FindString(b.Text("body")); lack != "" {
		b.Errorf("%s: a text lacks what it is about: %s", label, lack)
	}
	b.Screen(360, 740)
	b.Scheme(true)
	b.Check(label + " in Dutch on a phone, dark")

	b.Scheme(false)
	open("en")
	b.Check(label + " in English on a phone, light")
	b.Screen(768, 1000)
	b.CheckLayout(label + " in English on a tablet, light")
	b.Screen(1440, 900)
	b.Scheme(true)
	b.Check(label + " in English on a desk, dark")
}

// shots are the main pages, by the name of their picture.
func shots() map[string]shot {
	out := leadShots()
	maps.Copy(out, peopleShots())
	return out
}

// TestScreenshots takes the pictures of the main pages: into the folder that make
// screenshots names, else into one that is thrown away, so that every page of them
// is seen to be drawn. The documents have each of them, and no other.
func TestScreenshots(t *testing.T) {
	t.Parallel()
	folder := cmp.Or(os.Getenv("WIJKPLANNER_SCREENSHOTS"), t.TempDir())
	p := town(t)
	for name, s := range shots() {
		if only := os.Getenv("WIJKPLANNER_SHOT"); !strings.Contains(name, only) {
			continue
		}
		settings := chromium.Settings{Width: 1440, Height: 900, Dark: s.dark}
		if s.phone {
			settings.Width, settings.Height = 360, 740
		}
		b := p.open(s.as(p), settings)
		b.Go(s.path)
		if s.ready != "" {
			b.Wait(s.ready)
		}
		file := filepath.Join(folder, name+".png")
		b.Picture(file, false)
		drawn(t, file, int(settings.Width))
	}
	kept, err := filepath.Glob("../docs/screenshots/*.png")
	if err != nil {
		t.Fatal(err)
	}
	for i := range kept {
		kept[i] = strings.TrimSuffix(filepath.Base(kept[i]), ".png")
	}
	slices.Sort(kept)
	if want := slices.Sorted(maps.Keys(shots())); !slices.Equal(kept, want) {
		t.Errorf("docs/screenshots has %v, want %v: make screenshots", kept, want)
	}
}

// drawn fails for a picture that is not as wide as its page or all of one colour.
func drawn(t *testing.T, file string, width int) {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	picture, err := png.Decode(bytes.NewReader(raw))
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	size := picture.Bounds()
	colours := map[color.Color]bool{}
	for y := 0; y < size.Dy(); y += 7 {
		for x := 0; x < size.Dx(); x += 7 {
			colours[picture.At(x, y)] = true
		}
	}
	if size.Dx() != width || len(colours) < 10 {
		t.Errorf("%s: %d pixels wide, %d colours; want %d and a drawn page", file, size.Dx(), len(colours), width)
	}
}
