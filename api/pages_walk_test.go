package api_test

import (
	"bytes"
	"cmp"
	"fmt"
	"image/color"
	"image/png"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/wijkplanner/wijkplanner/api"
	"github.com/wijkplanner/wijkplanner/internal/chromium"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// stop is a page on the walk: who sees it, and at which address.
type stop struct {
	as store.Membership
	// paths are addresses of the pattern; one that differs in nothing but a part
	// of it needs no second.
	paths []string
}

// walk says for every page who looks at it and where. A page without a row fails
// the walk.
func walk(p *place) map[string]stop {
	out := leadWalk(p)
	maps.Copy(out, peopleWalk(p))
	return out
}

// TestEveryPage walks over all pages, in both languages and both schemes: none has
// a fault that axe-core sees, none sticks out of a screen of 360, 768 or 1440
// pixels, none shifts, and none has a target that is too small or asks for
// anything elsewhere.
func TestEveryPage(t *testing.T) {
	t.Parallel()
	p := town(t)
	stops := walk(p)
	for _, pattern := range api.PagePatterns() {
		if _, ok := stops[pattern]; !ok {
			t.Errorf("%s is not on the walk: add it", pattern)
		}
	}
	patterns := slices.Sorted(maps.Keys(stops))
	// Pictures of the walk are for looking at one by one: WIJKPLANNER_WALK=/board.
	if only := os.Getenv("WIJKPLANNER_WALK"); only != "" {
		patterns = slices.DeleteFunc(patterns, func(p string) bool { return !strings.HasPrefix(p, only) })
	}
	groups := map[store.Membership][]string{}
	for _, pattern := range patterns {
		if len(stops[pattern].paths) == 0 {
			continue // no page for people
		}
		groups[stops[pattern].as] = append(groups[stops[pattern].as], stops[pattern].paths...)
	}
	for as, paths := range groups {
		b := p.open(as, chromium.Settings{})
		for _, path := range paths {
			look(b, path)
		}
	}
	t.Logf("%d pages, in two languages, two schemes and three widths", len(patterns))
}

// look looks at one page: both languages, both schemes and three widths. axe-core,
// which takes the time, sees Dutch in light on a desk and English in dark on a
// phone; in the long form it sees each language in each scheme.
func look(b *chromium.Page, path string) {
	b.Helper()
	join := "?"
	if strings.Contains(path, "?") {
		join = "&"
	}
	long := os.Getenv("WIJKPLANNER_LONG") != ""
	for i, lang := range []string{"nl", "en"} {
		b.Screen(1440, 900)
		b.Scheme(i == 1)
		b.Go(path + join + "lang=" + lang)
		check(b, fmt.Sprintf("%s %s wide, scheme %d", path, lang, i), i == 0 || long)
		b.Screen(768, 1000)
		check(b, fmt.Sprintf("%s %s tablet", path, lang), false)
		b.Screen(360, 740)
		check(b, fmt.Sprintf("%s %s phone, scheme %d", path, lang, i), i == 1 || long)
		if long {
			b.Scheme(i == 0)
			b.Check(fmt.Sprintf("%s %s phone, scheme %d", path, lang, 1-i))
		}
	}
}

func check(b *chromium.Page, label string, withAxe bool) {
	b.Helper()
	if withAxe {
		b.Check(label)
	} else {
		b.CheckLayout(label)
	}
}

// shots are the main pages, by the name of their picture.
func shots() map[string]shot {
	out := leadShots()
	maps.Copy(out, peopleShots())
	return out
}

// shot is a page to take a picture of.
type shot struct {
	as   func(*place) store.Membership
	path string
	dark bool
	// phone takes it at 360 pixels.
	phone bool
	// ready is what must be there first.
	ready string
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
