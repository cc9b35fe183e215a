package chromium

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// Executable is Debian's Chromium.
const Executable = "/usr/bin/chromium"

// patience bounds one step on a page; a machine that does much else is slow.
const patience = 60 * time.Second

// one is the browser of this test process.
var one struct {
	sync.Mutex
	//nolint:containedctx // chromedp keeps the browser in it
	ctx    context.Context
	stop   []func()
	folder string
	err    error
}

// start starts the browser, once.
func start() (context.Context, error) {
	one.Lock()
	defer one.Unlock()
	if one.ctx != nil || one.err != nil {
		return one.ctx, one.err
	}
	if _, one.err = os.Stat(Executable); one.err != nil {
		return nil, one.err
	}
	if one.folder, one.err = os.MkdirTemp("", "wijkplanner-chromium-"); one.err != nil {
		return nil, one.err
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(Executable), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(one.folder),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true), chromedp.Flag("hide-scrollbars", true),
		chromedp.WSURLReadTimeout(patience))
	allocator, stopAllocator := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, stop := chromedp.NewContext(allocator)
	one.stop = []func(){stop, stopAllocator}
	if one.err = chromedp.Do(ctx); one.err != nil {
		return nil, one.err
	}
	one.ctx = ctx
	return ctx, nil
}

// Stop ends the browser and removes what it wrote. TestMain calls it after the
// tests.
func Stop() {
	one.Lock()
	defer one.Unlock()
	if one.ctx != nil {
		// Its end is waited for; that it was not orderly does not matter any more.
		_ = chromedp.Cancel(one.ctx)
	}
	for _, stop := range one.stop {
		stop()
	}
	if one.folder != "" {
		_ = os.RemoveAll(one.folder)
	}
	one.ctx, one.stop, one.folder, one.err = nil, nil, "", nil
}

// Settings are how somebody looks at a page.
type Settings struct {
	// Width and Height are those of the screen in CSS pixels: 1440 × 900 when left
	// out. Below 600 it is a phone.
	Width, Height int64
	Dark          bool
	NoScript      bool
	// Also is the address of another host that the page may ask; empty for none.
	Also string
	// Cookies are those that the page's host gets from the start.
	Cookies map[string]string
}

// Page is a tab of the browser.
type Page struct {
	testing.TB
	//nolint:containedctx // chromedp keeps the tab in it
	ctx context.Context
	// Base is the address that paths are of.
	Base string
	also string

	mu       sync.Mutex
	foreign  []string
	complain []string
	kept     []string
	received int64
}

// Open opens a page of its own with cookies of its own; base is the address of a
// server, and no other host may be asked for anything. It fails the test when
// there is no browser: it never skips.
func Open(tb testing.TB, base string, s Settings) *Page {
	tb.Helper()
	parent, err := start()
	if err != nil {
		tb.Fatalf("these tests need Chromium, as root: apt-get install chromium: %v", err)
	}
	ctx, cancel := chromedp.NewContext(parent, chromedp.WithNewBrowserContext())
	p := &Page{TB: tb, ctx: ctx, Base: base, also: s.Also}
	tb.Cleanup(func() {
		p.complaints()
		cancel()
	})
	p.must(chromedp.Listen(ctx, p.hear))
	if s.Width == 0 {
		s.Width, s.Height = 1440, 900
	}
	if s.Height == 0 {
		s.Height = 800
	}
	p.Screen(s.Width, s.Height)
	p.Scheme(s.Dark)
	p.must(call(p, network.Enable, network.EnableParams{}))
	p.must(call(p, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: watch}))
	if s.NoScript {
		p.must(call(p, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}))
	}
	for name, value := range s.Cookies {
		p.must(call(p, network.SetCookie, network.SetCookieParams{Name: name, Value: value, URL: base}))
	}
	return p
}

// watch counts on every page what must not happen on it.
const watch = `window.watched = {shift: 0, refused: []};
document.addEventListener('securitypolicyviolation', (e) => window.watched.refused.push(e.violatedDirective + ' ' + e.blockedURI + ' ' + e.sourceFile + ':' + e.lineNumber));
new PerformanceObserver((list) => { for (const e of list.getEntries()) if (!e.hadRecentInput) window.watched.shift += e.value; }).observe({type: 'layout-shift', buffered: true});`

func (p *Page) must(err error) {
	p.Helper()
	if err != nil {
		p.Fatal(err)
	}
}

// hear notes what the tab tells.
func (p *Page) hear(event any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		if u, err := url.Parse(e.Request.URL); err == nil && u.Host != "" && !strings.HasPrefix(e.Request.URL, p.Base) &&
			(p.also == "" || !strings.HasPrefix(e.Request.URL, p.also)) {
			p.foreign = append(p.foreign, e.Request.URL)
		}
	case *network.EventResponseReceived:
		if kept := fmt.Sprint(e.Response.Headers["Cache-Control"]); e.Type == network.ResourceTypeDocument && kept != "no-store" {
			p.kept = append(p.kept, fmt.Sprintf("%s: Cache-Control %s", e.Response.URL, kept))
		}
	case *network.EventLoadingFinished:
		p.received += int64(e.EncodedDataLength)
	case *runtime.EventExceptionThrown:
		p.complain = append(p.complain, fmt.Sprintf("%s at line %d of %s", e.ExceptionDetails.Text, e.ExceptionDetails.LineNumber, e.ExceptionDetails.URL))
	}
}

// complaints fails the test for what must happen on no page.
func (p *Page) complaints() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, address := range p.foreign {
		p.Errorf("the page asked another host: %s", address)
	}
	for _, page := range p.kept {
		p.Errorf("a browser may keep the page: %s", page)
	}
	for _, fault := range p.complain {
		p.Errorf("a script failed: %s", fault)
	}
}

// Received is how many bytes came over the wire since it was asked last.
func (p *Page) Received() int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := p.received
	p.received = 0
	return n
}

func (p *Page) do(steps ...chromedp.Action[chromedp.Void]) {
	p.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		p.Fatalf("%v\non %s", err, p.where())
	}
}

// where says in a fault on which page it was, and what stood there.
func (p *Page) where() string {
	ctx, cancel := context.WithTimeout(p.ctx, 5*time.Second)
	defer cancel()
	at, err := chromedp.Run(ctx, chromedp.Evaluate[string]("location.pathname + location.search + '\\n' + (document.querySelector('main')?.innerText ?? '').slice(0, 1500)"))
	if err != nil {
		return err.Error()
	}
	return at
}

// Screen makes the screen another size; below 600 pixels it is a phone.
func (p *Page) Screen(width, height int64) {
	p.Helper()
	p.do(chromedp.EmulateViewport(width, height))
}

// Scheme chooses the dark or the light scheme.
func (p *Page) Scheme(dark bool) {
	p.Helper()
	value := "light"
	if dark {
		value = "dark"
	}
	p.must(call(p, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: value}, {Name: "prefers-reduced-motion", Value: "reduce"},
	}}))
}

// Go goes to a path of the server.
func (p *Page) Go(path string) {
	p.Helper()
	p.do(chromedp.Navigate(p.Base + path))
}

// Post sends a form to a path of the server, as a form on the page would, and
// waits for the answer.
func (p *Page) Post(path string, form map[string]string) {
	p.Helper()
	fields, err := json.Marshal(form)
	p.must(err)
	p.leave(func() {
		p.Run(fmt.Sprintf(`(() => {
const f = Object.assign(document.createElement('form'), {method: 'post', action: %q});
for (const [name, value] of Object.entries(%s)) f.append(Object.assign(document.createElement('textarea'), {name, value}));
document.body.append(f);
f.submit();
})()`, path, fields))
	})
}

// Click clicks the first element of a CSS selector.
func (p *Page) Click(selector string) {
	p.Helper()
	p.do(chromedp.Click(chromedp.CSS(selector)))
}

// Follow clicks what leads to another page and waits for it.
func (p *Page) Follow(selector string) {
	p.Helper()
	p.leave(func() { p.Click(selector) })
}

// leave waits until another document is there.
func (p *Page) leave(act func()) {
	p.Helper()
	p.Run("window.leaving = true")
	act()
	p.Wait("!window.leaving && document.readyState === 'complete'")
}

// FollowKeys presses keys that lead to another page and waits for it.
func (p *Page) FollowKeys(keys string) {
	p.Helper()
	p.leave(func() { p.Keys(keys) })
}

// Fill writes into a field, in the place of what is there; a select gets the
// option of that value.
func (p *Page) Fill(selector, value string) {
	p.Helper()
	p.do(chromedp.WaitReady(chromedp.CSS(selector)))
	p.Run(fmt.Sprintf("(() => { const e = document.querySelector(%q); e.value = %q; e.dispatchEvent(new Event('input', {bubbles: true})); e.dispatchEvent(new Event('change', {bubbles: true})); })()", selector, value))
}

// Files chooses files in a field.
func (p *Page) Files(selector string, paths ...string) {
	p.Helper()
	p.do(chromedp.SetUploadFiles(chromedp.CSS(selector), paths))
}

// Keys presses keys, those of package kb included, on what has the focus.
func (p *Page) Keys(keys string) {
	p.Helper()
	p.do(chromedp.KeyEvent(keys))
}

// Focus puts the focus on an element, as somebody who tabs there would.
func (p *Page) Focus(selector string) {
	p.Helper()
	p.do(chromedp.Focus(chromedp.CSS(selector)))
}

// Drag drags with the mouse from the middle of one element to that of another.
func (p *Page) Drag(from, to string) {
	p.Helper()
	a, b := p.middle(from), p.middle(to)
	p.do(chromedp.DragAndDropXY(a[0], a[1], b[0], b[1], 12))
}

func (p *Page) middle(selector string) [2]float64 {
	p.Helper()
	at := Eval[[]float64](p, fmt.Sprintf("(() => { const e = document.querySelector(%q); e.scrollIntoView({block: 'nearest'}); const r = e.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]; })()", selector))
	return [2]float64{at[0], at[1]}
}

// Text is what can be read in an element.
func (p *Page) Text(selector string) string {
	p.Helper()
	return Eval[string](p, fmt.Sprintf("document.querySelector(%q)?.innerText ?? ''", selector))
}

// Count counts the elements of a selector.
func (p *Page) Count(selector string) int {
	p.Helper()
	return Eval[int](p, fmt.Sprintf("document.querySelectorAll(%q).length", selector))
}

// Path is the address without its host.
func (p *Page) Path() string {
	p.Helper()
	return Eval[string](p, "location.pathname + location.search")
}

// Run runs a script on the page, whatever its policy is.
func (p *Page) Run(script string) {
	p.Helper()
	p.do(chromedp.Evaluate[chromedp.Void](script))
}

// Wait waits until an expression is true, also over a change of page.
func (p *Page) Wait(expression string) {
	p.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	for {
		ok, err := chromedp.Run(ctx, chromedp.Evaluate[bool]("!!("+expression+")"))
		if err == nil && ok {
			return
		}
		if ctx.Err() != nil {
			p.Fatalf("not true in %v: %s: %v\non %s", patience, expression, err, p.where())
		}
		_ = chromedp.Do(ctx, chromedp.Sleep(30*time.Millisecond)) // the end of the time is seen above
	}
}

// WaitText waits until an element holds a text.
func (p *Page) WaitText(selector, text string) {
	p.Helper()
	p.Wait(fmt.Sprintf("(document.querySelector(%q)?.innerText ?? '').includes(%q)", selector, text))
}

// Eval evaluates an expression on the page; a promise is waited for.
func Eval[T any](p *Page, expression string) T {
	p.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		p.Fatalf("%v: %.200s\non %s", err, expression, p.where())
	}
	return v
}

// Picture writes what is to be seen as a PNG: the screen, or the whole page.
func (p *Page) Picture(path string, whole bool) {
	p.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	action := chromedp.CaptureScreenshot()
	if whole {
		action = chromedp.FullScreenshot(100)
	}
	body, err := chromedp.Run(ctx, action)
	p.must(errors.Join(err, os.MkdirAll(filepath.Dir(path), 0o755)))
	p.must(os.WriteFile(path, body, 0o600))
}
