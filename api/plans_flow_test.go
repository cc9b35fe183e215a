package api_test

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"github.com/wijkplanner/wijkplanner/internal/chromium"
)

// From a move by hand to a proposal, its publication and back: by keyboard, on a
// phone, with the progress of the job.
func TestProposePublishUndo(t *testing.T) {
	t.Parallel()
	p := town(t)
	b := p.open(p.lead(), chromium.Settings{Width: 360, Height: 740})
	b.Go("/proposals?lang=nl")
	b.Fill("#seconds", "0")
	b.Run("document.querySelector('#seconds').removeAttribute('min')")
	b.Focus("form[action='/proposals'] button")
	b.FollowKeys(kb.Enter)
	if !strings.Contains(b.Text("#seconds-fault"), "getal") {
		t.Errorf("the fault does not stand next to its field: %q", b.Text("#seconds-fault"))
	}
	b.Check("a form with a fault")
	b.Fill("#seconds", "1")
	b.Focus("form[action='/proposals'] button")
	b.FollowKeys(kb.Enter)
	b.WaitText("#progress", "Klaar")
	b.Check("a job that is done")
	b.Focus("#progress a")
	b.FollowKeys(kb.Enter)
	b.WaitText("main", "Wie het raakt")
	b.Check("a proposal on a phone")
	b.Focus("form[action$='/publish'] button")
	b.FollowKeys(kb.Enter)
	b.WaitText("#notice", "Vastgesteld")
	b.Run("window.confirm = () => true")
	b.Focus("form[action$='/undo'] button")
	b.FollowKeys(kb.Enter)
	b.WaitText("#notice", "Teruggedraaid")
}

// An absence is noted, the year is planned again, and the page says whom that
// touches; without scripts.
func TestAbsenceAndReplan(t *testing.T) {
	t.Parallel()
	p := town(t)
	b := p.open(p.lead(), chromium.Settings{NoScript: true})
	b.Go("/timeline/zc-1?lang=nl")
	b.Fill("#from", "2027-04-05")
	b.Fill("#to", "2027-03-05")
	b.Follow("form[action$='/absences'] button")
	if b.Text("#to-fault") == "" {
		t.Error("an absence that ends before it begins is taken")
	}
	b.Fill("#to", "2027-05-28")
	b.Follow("form[action$='/absences'] button")
	b.WaitText("#notice", "Toegevoegd")
	b.Follow("a[href*='#replan']")
	b.Fill("#today", "2027-03-02")
	b.Follow("form[action='/proposals/replan'] button")
	b.WaitText("#progress", "Klaar") // the page loads itself again
	b.Follow("#progress a")
	if !strings.Contains(b.Text("main"), "Zorgcoördinator 1") {
		t.Errorf("the absence touches nobody: %s", b.Text("main"))
	}
}

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

// The ledger is narrowed by choice.
func TestCoverageByState(t *testing.T) {
	t.Parallel()
	p := town(t)
	b := p.open(p.lead(), chromium.Settings{Width: 360})
	b.Go("/coverage?lang=en")
	all := b.Count("[aria-labelledby=lines] tbody tr")
	b.Run("window.leaving = true")
	b.Fill("#state", "planned")
	b.Wait("!window.leaving && document.readyState === 'complete'")
	if some := b.Count("[aria-labelledby=lines] tbody tr"); some == 0 || some > all {
		t.Errorf("%d of %d promises are planned", some, all)
	}
}
