package api_test

import (
	"log/slog"
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/wijkplanner/wijkplanner/planner/files"
	"github.com/wijkplanner/wijkplanner/planner/service"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// menuLink is an entry of a page's menu.
var menuLink = regexp.MustCompile(`<a[^>]* href="([^"]+)"`)

// TestPagesBeforeThereIsAPlan: on the first day there are people and locations and
// no plan; every page of every menu opens all the same.
func TestPagesBeforeThereIsAPlan(t *testing.T) {
	t.Parallel()
	at := filepath.Join(t.TempDir(), "fresh.db")
	st, err := store.Open(t.Context(), at, store.WithClock(func() time.Time { return now }))
	if err != nil {
		t.Fatal(err)
	}
	states, err := files.ReadFolder("../examples/nijmegen")
	if err != nil {
		t.Fatal(err)
	}
	_, err = service.New(st, slog.New(slog.DiscardHandler), func() time.Time { return now }).Import(t.Context(), states)
	if err := st.Close(); err != nil {
		t.Fatal(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	p := townAt(t, at)
	for who, m := range map[string]store.Membership{"lead": p.lead(), "staff": p.member("zc-1"), "auditor": p.auditor()} {
		b, opened := p.signedIn(p.account("Noor de Wit", m)), 0
		for _, lang := range []string{"nl", "en"} {
			home := b.get("/?lang=" + lang)
			if home.Code == http.StatusSeeOther {
				home = b.get(home.Header().Get("Location"))
			}
			_, menu, _ := strings.Cut(home.Body.String(), `<nav class="menu"`)
			menu, _, _ = strings.Cut(menu, "</nav>")
			for _, link := range menuLink.FindAllStringSubmatch(menu, -1) {
				opened++
				if w := b.get(link[1]); w.Code != http.StatusOK {
					t.Errorf("%s of %s before there is a plan: %d", link[1], who, w.Code)
				}
			}
		}
		if opened < 2 || who == "lead" && opened < 20 {
			t.Errorf("the menu of %s leads to %d pages", who, opened)
		}
		t.Logf("%s: %d pages before there is a plan", who, opened)
	}
}
