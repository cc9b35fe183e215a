package chromium

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// axe is the checker of accessibility, as npm installed it for the bundle of the
// pages.
var axe = sync.OnceValues(func() (string, error) {
	root, err := os.Getwd()
	for err == nil {
		if _, missing := os.Stat(filepath.Join(root, "go.mod")); missing == nil {
			break
		}
		if filepath.Dir(root) == root {
			err = errors.New("no go.mod above the test")
		}
		root = filepath.Dir(root)
	}
	if err != nil {
		return "", err
	}
	text, err := os.ReadFile(filepath.Join(root, "api/web/bundle/node_modules/axe-core/axe.min.js"))
	if err != nil {
		err = fmt.Errorf("axe-core is not there; run make setup: %w", err)
	}
	return string(text), err
})

// findings is what is wrong with a page.
type findings struct {
	Axe     []string `json:"axe"`
	Wide    []string `json:"wide"`
	Small   []string `json:"small"`
	Shift   float64  `json:"shift"`
	Refused []string `json:"refused"`
}

// mostShift is what is still "good" by the measure of Core Web Vitals.
const mostShift = 0.1

// Check fails the test for every fault of the page as it is now: violations of
// WCAG 2.2 A and AA that axe-core finds, what sticks out of the screen, targets
// smaller than 24 pixels that have no room around them (WCAG 2.5.8), shifts of
// the layout, and what the Content-Security-Policy refused. It is said of label.
func (p *Page) Check(label string) {
	p.Helper()
	p.checkWith(label, true)
}

// CheckLayout is Check without axe-core, for another size of the screen.
func (p *Page) CheckLayout(label string) {
	p.Helper()
	p.checkWith(label, false)
}

func (p *Page) checkWith(label string, withAxe bool) {
	p.Helper()
	if withAxe && !Eval[bool](p, "!!window.axe") {
		text, err := axe()
		p.must(err)
		p.Run(text)
	}
	var f findings
	text := Eval[string](p, strings.Replace(measure, "WITH_AXE", map[bool]string{true: "true", false: "false"}[withAxe], 1))
	p.must(json.Unmarshal([]byte(text), &f))
	for what, list := range map[string][]string{"axe": f.Axe, "sticks out": f.Wide, "too small a target": f.Small, "refused by the policy": f.Refused} {
		for i, fault := range list {
			if i == mostTold {
				p.Errorf("%s: %s: and %d more", label, what, len(list)-i)
				break
			}
			p.Errorf("%s: %s: %s", label, what, fault)
		}
	}
	if f.Shift > mostShift {
		p.Errorf("%s: the layout shifts by %.3f, want at most %.1f", label, f.Shift, mostShift)
	}
}

// mostTold is how many faults of a kind are told of a page.
const mostTold = 6

// measure looks at the page and answers findings as JSON.
const measure = `(async () => {
const name = (e) => { const t = e.outerHTML.slice(0, 140).replace(/\s+/g, ' '); return t; };
const out = {axe: [], wide: [], small: [], shift: window.watched?.shift ?? 0, refused: window.watched?.refused ?? []};
if (WITH_AXE) {
  const r = await axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'], resultTypes: ['violations'], preload: false});
  for (const v of r.violations) for (const n of v.nodes) out.axe.push(v.id + ' (' + v.impact + '): ' + n.html.slice(0, 200) + ' — ' + (n.failureSummary ?? '').replace(/\s+/g, ' ').slice(0, 300));
}
const width = document.documentElement.clientWidth;
if (document.documentElement.scrollWidth > width) {
  out.wide.push('the page is ' + document.documentElement.scrollWidth + ' wide on a screen of ' + width);
  for (const e of document.querySelectorAll('body *')) {
    const r = e.getBoundingClientRect();
    if (r.width > 0 && r.right > width + 1 && !e.closest('.scroll, .menu, .leaflet-container, svg') && out.wide.length < 5) out.wide.push(Math.round(r.right) + ': ' + name(e));
  }
}
const targets = [...document.querySelectorAll('a[href], button, select, summary, input:not([type=hidden])')].filter((e) => e.checkVisibility?.({visibilityProperty: true}) && !e.closest('.skip'));
const box = (e) => (e.matches('input[type=checkbox], input[type=radio]') && e.closest('label') || e).getBoundingClientRect();
const boxes = targets.map((e) => [e, box(e)]).filter(([, r]) => r.width > 1 && r.height > 1);
for (const [e, r] of boxes) {
  if (r.width >= 23.5 && r.height >= 23.5) continue;
  const inline = e.matches('a') && getComputedStyle(e).display === 'inline';
  if (inline) continue; // in a line of text: the exception of WCAG 2.5.8
  const x = r.x + r.width / 2, y = r.y + r.height / 2;
  const near = boxes.some(([o, b]) => o !== e && Math.hypot(Math.max(b.x - x, 0, x - b.right), Math.max(b.y - y, 0, y - b.bottom)) < 12);
  if (near) out.small.push(Math.round(r.width) + '×' + Math.round(r.height) + ' ' + name(e));
}
return JSON.stringify(out);
})()`
