//go:build !race

package api_test

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"github.com/wijkplanner/wijkplanner/internal/chromium"
)

// The timeline goes by arrow keys, and Enter opens the week.
func TestTimelineByKeyboard(t *testing.T) {
	t.Parallel()
	p := town(t)
	b := p.open(p.lead(), chromium.Settings{})
	b.Go("/timeline?lang=nl")
	b.Focus("[data-timeline] tbody th a")
	b.Keys(kb.ArrowRight)
	first := chromium.Eval[string](b, "document.activeElement.getAttribute('href')")
	b.Keys(kb.ArrowDown)
	second := chromium.Eval[string](b, "document.activeElement.getAttribute('href')")
	if !strings.Contains(first, "#w") || first == second {
		t.Errorf("the arrows go to %q and %q", first, second)
	}
	if n := b.Count("[data-timeline] [tabindex='0']"); n != 1 {
		t.Errorf("%d stops for the Tab key", n)
	}
	b.FollowKeys(kb.Enter)
	b.WaitText("main", "Week voor week")
}
