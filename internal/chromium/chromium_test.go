package chromium_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/wijkplanner/wijkplanner/internal/chromium"
)

func TestMain(m *testing.M) {
	code := m.Run()
	chromium.Stop()
	os.Exit(code)
}

// recorder is a test that fails without failing the one that looks.
type recorder struct {
	testing.TB
	faults []string
}

func (r *recorder) Errorf(format string, args ...any) {
	r.faults = append(r.faults, fmt.Sprintf(format, args...))
}

// A check that cannot fail is worth nothing: a page with one fault of each kind.
func TestFaultsAreSeen(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("Content-Security-Policy", "default-src 'self'; style-src 'unsafe-inline'")
		fmt.Fprint(w, `<!doctype html><html><head><title>t</title></head><body><main><h1>Faults</h1><img src="/x.png">
<div style="width:2000px">wide</div><button style="width:9px;height:9px;padding:0;border:0">a</button><button style="width:9px;height:9px;padding:0;border:0">b</button>
<script>window.ran = true</script></main></body></html>`)
	}))
	defer server.Close()
	r := &recorder{TB: t}
	p := chromium.Open(r, server.URL, chromium.Settings{Width: 360})
	p.Go("/")
	p.Check("page")
	all := strings.Join(r.faults, "\n")
	for _, want := range []string{"axe: image-alt", "axe: html-has-lang", "sticks out", "too small a target", "refused by the policy: script-src"} {
		if !strings.Contains(all, want) {
			t.Errorf("%q is not among what was found:\n%s", want, all)
		}
	}
	if chromium.Eval[bool](p, "!!window.ran") {
		t.Error("the policy let a script run")
	}
}

// A page that may be kept, and that asks another host, is told of at the end.
func TestComplaintsAreMade(t *testing.T) {
	t.Parallel()
	elsewhere := httptest.NewServer(http.NotFoundHandler())
	defer elsewhere.Close()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprintf(w, `<!doctype html><title>t</title><img src="%s/x.png"><script>throw new Error('x')</script>`, elsewhere.URL)
	}))
	defer server.Close()
	for also, want := range map[string]int{"": 1, elsewhere.URL: 0} {
		r := &recorder{TB: t}
		t.Run("also "+also, func(t *testing.T) {
			r.TB = t
			p := chromium.Open(r, server.URL, chromium.Settings{Also: also})
			p.Go("/")
			p.Wait("document.readyState === 'complete'")
		})
		all := strings.Join(r.faults, "\n")
		if strings.Count(all, "asked another host") != want || !strings.Contains(all, "may keep the page") || !strings.Contains(all, "a script failed") {
			t.Errorf("with %q: %s", also, all)
		}
	}
}
