package api_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/wijkplanner/wijkplanner/api"
	"github.com/wijkplanner/wijkplanner/api/rights"
	"github.com/wijkplanner/wijkplanner/api/web"
)

// The first page is there in 50 ms and 150 kB, style sheets and scripts included.
const (
	firstPageTime = 50 * time.Millisecond
	firstPageSize = 150_000
)

// TestFirstPage measures the first page of each role on the example region. It
// runs beside no other test, since it takes the time.
func TestFirstPage(t *testing.T) {
	p := town(t)
	limit := firstPageTime * raceFactor
	for path, cookies := range map[string]map[string]string{
		"/board": p.cookies(p.lead()), "/": p.cookies(p.member("zc-1")), "/?auditor": p.cookies(p.auditor()),
	} {
		best := time.Hour
		for range 20 {
			start := spent()
			if w := p.fetch(cookies, path); w.Code != http.StatusOK {
				t.Fatalf("%s: %d %.300s", path, w.Code, w.Body)
			}
			best = min(best, spent()-start)
		}
		w := p.fetch(cookies, path)
		size := w.Body.Len()
		for _, name := range []string{"nl.css", "app.css", "frame.css", "frame.js", "icon.svg"} {
			size += p.fetch(nil, web.AssetURL(name)).Body.Len()
		}
		t.Logf("%s: %v, %d bytes of page and %d with what it loads", path, best, w.Body.Len(), size)
		if best > limit || size > firstPageSize {
			t.Errorf("%s: %v and %d bytes, want at most %v and %d", path, best, size, limit, firstPageSize)
		}
	}
}

// spent is the processor time of this process so far: on a machine that others
// use too, the clock on the wall tells of them.
func spent() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u) // fails for no value that is valid
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// TestPagesNeedRights asks for every page as nobody, who is sent to sign in (and
// away from the pages of a location, whose contacts have no account), and
// looks at the policy of the answers.
func TestPagesNeedRights(t *testing.T) {
	t.Parallel()
	p := town(t)
	for _, pattern := range api.PagePatterns() {
		w := p.fetch(nil, strings.NewReplacer("{", "", "}", "").Replace(pattern))
		open := api.PageOpen(pattern, rights.Nobody)
		if strings.HasPrefix(pattern, "/location") { // the way in is the link in the mail
			if w.Code != http.StatusNotFound {
				t.Errorf("%s as nobody: %d", pattern, w.Code)
			}
		} else if to := w.Header().Get("Location"); !open && (w.Code != http.StatusSeeOther || !strings.HasPrefix(to, "/sign-in")) {
			t.Errorf("%s as nobody: %d to %q", pattern, w.Code, to)
		}
		policy := w.Header().Get("Content-Security-Policy")
		if !strings.Contains(policy, "script-src 'nonce-") || strings.Contains(policy, "unsafe") {
			t.Errorf("%s: policy %q", pattern, policy)
		}
	}
	first, second := p.fetch(nil, "/board"), p.fetch(nil, "/board")
	if first.Header().Get("Content-Security-Policy") == second.Header().Get("Content-Security-Policy") {
		t.Error("a nonce is used twice")
	}
	if w := p.fetch(p.cookies(p.auditor()), "/board"); w.Code != http.StatusForbidden {
		t.Errorf("the board for an auditor: %d", w.Code)
	}
}

// TestFormsAreText: what is no text in a form of a page is refused before anything
// sees it. PostgreSQL would make a fault of ours of it.
func TestFormsAreText(t *testing.T) {
	t.Parallel()
	p := town(t)
	cookies := p.cookies(p.lead())
	for name, value := range map[string]string{"NUL": "%00", "broken UTF-8": "%ff", "half a letter": "caf%c3"} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/links/feed", strings.NewReader("region="+p.region+"&whose=location+"+value+"&level=full"))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		for name, value := range cookies {
			r.AddCookie(&http.Cookie{Name: name, Value: value})
		}
		w := httptest.NewRecorder()
		p.handler.ServeHTTP(w, r)
		if w.Code != http.StatusBadRequest {
			t.Errorf("%s: %d %.200s", name, w.Code, w.Body)
		}
	}
}
