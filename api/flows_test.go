//go:build !race

package api_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"github.com/wijkplanner/wijkplanner/internal/chromium"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// phone is a small phone: 360 pixels wide.
var phone = chromium.Settings{Width: 360, Height: 740}

// mostTabs is how often somebody presses Tab at most to get somewhere on a page.
const mostTabs = 120

// tabTo goes to an element by the Tab key alone.
func tabTo(b *chromium.Page, selector string) {
	b.Helper()
	for range mostTabs {
		if chromium.Eval[bool](b, fmt.Sprintf("document.activeElement?.matches(%q) ?? false", selector)) {
			return
		}
		b.Keys(kb.Tab)
	}
	b.Fatalf("%s is not reached by %d times Tab", selector, mostTabs)
}

// way is how somebody goes through a flow.
type way struct {
	name     string
	settings chromium.Settings
	// keys is by the keyboard alone.
	keys bool
}

// ways are how every flow is gone through: by mouse on a desk, and by the keys
// alone on a phone of 360 pixels. Flows that say so are also gone through with a
// finger on a phone that runs no scripts; in the long form all are.
var ways = []way{
	{"mouse", chromium.Settings{Width: 1440, Height: 900}, false},
	{"keys at 360 pixels", phone, true},
	{"no scripts at 360 pixels", chromium.Settings{Width: 360, Height: 740, NoScript: true}, false},
}

// flow is something that somebody comes to do.
type flow struct {
	name string
	as   func(*place) store.Membership
	// noScript asks for the third way in every run.
	noScript bool
	do       func(*place, *hand)
}

// flows are all that the pages are there for. Each stands alone, on dates and names
// of its own, since they share a region.
func flows() []flow { return slices.Concat(leadFlows(), staffFlows(), locationFlows(), frameFlows()) }

// TestFlows goes through every flow in every way, and looks in the database at what
// came of it. A way has one region, in which its flows follow each other. For one of
// them: WIJKPLANNER_FLOW=absence.
func TestFlows(t *testing.T) {
	t.Parallel()
	for _, w := range ways {
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			p := town(t)
			gone := 0
			for _, f := range flows() {
				if w.settings.NoScript && !f.noScript && !long() || !strings.Contains(f.name, os.Getenv("WIJKPLANNER_FLOW")) {
					continue
				}
				gone++
				t.Run(f.name, func(t *testing.T) {
					at := p.under(t)
					h := &hand{Page: at.open(f.as(at), w.settings), keys: w.keys}
					f.do(at, h)
					h.CheckLayout(f.name)
				})
			}
			t.Logf("%d flows by %s", gone, w.name)
		})
	}
}

// hand does on a page what somebody does: with the mouse, or by the keys alone.
type hand struct {
	*chromium.Page
	keys bool
}

// Goes leads to another page by a link or a button.
func (h *hand) Goes(selector string) {
	h.Helper()
	if h.keys {
		tabTo(h.Page, selector)
		h.FollowKeys(kb.Enter)
		return
	}
	h.Follow(selector)
}

// Opens unfolds a part of the page.
func (h *hand) Opens(summary string) {
	h.Helper()
	if chromium.Eval[bool](h.Page, fmt.Sprintf("document.querySelector(%q).parentElement.open", summary)) {
		return
	}
	if h.keys {
		tabTo(h.Page, summary)
		h.Keys(kb.Enter)
	} else {
		h.Click(summary)
	}
	h.Wait(fmt.Sprintf("document.querySelector(%q).parentElement.open", summary))
}

// Ticks sets a box, or takes a choice of several.
func (h *hand) Ticks(selector string) {
	h.Helper()
	ticked := fmt.Sprintf("document.querySelector(%q).checked", selector)
	switch group := chromium.Eval[string](h.Page, fmt.Sprintf("(({type, name}) => type === 'radio' ? name : '')(document.querySelector(%q))", selector)); {
	case !h.keys:
		h.Click(selector)
	case group == "":
		tabTo(h.Page, selector)
		h.Keys(" ")
	default: // of several, Tab goes to one, and the arrows to the others
		tabTo(h.Page, "input[name="+group+"]")
		for range mostTabs {
			if chromium.Eval[bool](h.Page, ticked) {
				return
			}
			h.Keys(kb.ArrowDown)
		}
	}
	h.Wait(ticked)
}

// Writes puts a value into a field, by the keys as a hand does: a date by its
// numbers, a choice by the arrows.
func (h *hand) Writes(selector, value string) {
	h.Helper()
	if !h.keys {
		h.Fill(selector, value)
		return
	}
	tabTo(h.Page, selector)
	kind := chromium.Eval[string](h.Page, fmt.Sprintf("document.querySelector(%q).type", selector))
	switch kind {
	case "date":
		h.Keys(value[5:7] + value[8:] + value[:4])
	case "time":
		h.Keys(clockKeys(value))
	case "select-one":
		h.arrowsTo(selector, value)
	default:
		h.Run("document.activeElement.select()") // as Tab does for a field of text
		h.Keys(kb.Delete + value)
	}
	if got := h.value(selector); got != value {
		h.Fatalf("%s is %q after the keys for %q", selector, got, value)
	}
}

func (h *hand) value(selector string) string {
	h.Helper()
	return chromium.Eval[string](h.Page, fmt.Sprintf("document.querySelector(%q).value", selector))
}

// arrowsTo goes through the choices of a select.
func (h *hand) arrowsTo(selector, value string) {
	h.Helper()
	at := chromium.Eval[[]int](h.Page, fmt.Sprintf("(() => { const s = document.querySelector(%q); return [s.selectedIndex, [...s.options].findIndex((o) => o.value === %q)]; })()", selector, value))
	key := kb.ArrowDown
	if at[1] < at[0] {
		key = kb.ArrowUp
	}
	h.Keys(strings.Repeat(key, max(at[1]-at[0], at[0]-at[1])))
}

// clockKeys are the keys for a time of day in a field that speaks American.
func clockKeys(value string) string {
	hour, minutes, half := 0, 0, "AM"
	if _, err := fmt.Sscanf(value, "%d:%d", &hour, &minutes); err != nil {
		panic(err) // of a test's own text
	}
	if hour >= 12 {
		half = "PM"
	}
	return fmt.Sprintf("%02d%02d%s", (hour+11)%12+1, minutes, half)
}

// noScripts reports whether the page runs none.
func (h *hand) noScripts() bool {
	h.Helper()
	return !chromium.Eval[bool](h.Page, "document.documentElement.classList.contains('scripts')")
}

// Reads waits for a text.
func (h *hand) Reads(selector, text string) {
	h.Helper()
	h.WaitText(selector, text)
}

// Looks has axe-core look at what no address leads to; with one hand is enough.
func (h *hand) Looks(what string) {
	h.Helper()
	if !h.keys && !h.noScripts() {
		h.Check(what)
	}
}

// Agrees answers every question of the page with yes, which a page without scripts
// does not ask.
func (h *hand) Agrees() { h.Helper(); h.Run("window.confirm = () => true") }

// Takes asks for a file behind a link, as a click on it would.
func (h *hand) Takes(selector, kind string) string {
	h.Helper()
	if h.keys {
		tabTo(h.Page, selector)
	}
	got := chromium.Eval[[]string](h.Page, fmt.Sprintf("fetch(document.querySelector(%q).href).then(async (r) => [r.headers.get('Content-Type'), (await r.text()).slice(0, 200)])", selector))
	if !strings.HasPrefix(got[0], kind) {
		h.Errorf("%s: %s, want %s", selector, got[0], kind)
	}
	return got[1]
}
