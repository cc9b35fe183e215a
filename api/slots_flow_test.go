//go:build !race

package api_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"github.com/wijkplanner/wijkplanner/internal/chromium"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/service"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// ownRules are the rules of the town, and whether they are its own.
func (p *place) ownRules() ([]planner.SlotRule, bool) {
	p.Helper()
	rules, own, err := p.As(store.Scope{Role: store.Lead, Actor: "user:1", Region: p.region}).SlotRules(p.Context(), p.region)
	p.must(err)
	return rules, own
}

// The rules are taken over, one is made for a person, looked at before it is kept,
// and changed, with the keyboard alone and without scripts, on a phone.
func TestSlotRulesByKeyboard(t *testing.T) {
	t.Parallel()
	p := town(t)
	b := p.open(p.lead(), chromium.Settings{NoScript: true, Width: 360, Height: 740})
	b.Go("/slot-rules?lang=nl")
	b.Focus("form[action='/slot-rules/adopt'] button")
	b.FollowKeys(kb.Enter)
	b.WaitText("#notice", "van de regio zelf")
	before, own := p.ownRules()
	if !own || len(before) == 0 {
		t.Fatalf("own rules: %v %v", own, before)
	}
	b.Fill("#visit_type", before[0].VisitType)
	b.Fill("#role", "zorgcoordinator")
	b.Fill("#staff", "zc-1")
	b.Fill("#tu1from", "13:00")
	b.Fill("#tu1to", "15:00")
	b.Fill("#increment", "7")
	for _, a := range p.state().Assignments {
		if a.Staff == "zc-1" && a.Kind == planner.Primary {
			b.Fill("#location", a.Location)
		}
	}
	b.Focus("button[value=look]")
	b.FollowKeys(kb.Enter)
	if b.Text("#increment-fault") == "" {
		t.Error("a step of 7 minutes has no fault next to it")
	}
	b.Fill("#increment", "30")
	b.Focus("button[value=look]")
	b.FollowKeys(kb.Enter)
	if !strings.Contains(b.Text("main"), "Waarom er geen moment is") {
		t.Fatalf("no preview: %s", b.Text("main"))
	}
	if rules, _ := p.ownRules(); len(rules) != len(before) {
		t.Error("looking kept a rule")
	}
	b.Focus("button[value=keep]")
	b.FollowKeys(kb.Enter)
	rules, _ := p.ownRules()
	if len(rules) != len(before)+1 {
		t.Fatalf("%d rules, want one more than %d: %s", len(rules), len(before), b.Text("main"))
	}
	for _, r := range rules {
		if r.Staff == "zc-1" && (r.Increment != 30 || len(r.Windows[2]) != 1 || r.NoticeMinutes != planner.DefaultNotice || r.BufferBefore != -1) {
			t.Errorf("kept %+v", r)
		}
	}
}

// TestSlotRulesRefuse: what was changed by another is a conflict, what is no number
// has its fault next to it.
func TestSlotRulesRefuse(t *testing.T) {
	t.Parallel()
	p := town(t)
	lead := p.cookies(p.lead())
	p.must(p.As(store.Scope{Role: store.Lead, Actor: "user:1", Region: p.region}).AdoptSlotRules(p.Context(), p.region))
	rules, _ := p.ownRules()
	mark, err := service.RuleMark(&rules[0])
	p.must(err)
	form := func(pairs ...string) url.Values {
		out := url.Values{
			"rule": {rules[0].ID}, "mark": {mark}, "visit_type": {rules[0].VisitType}, "role": {rules[0].Role}, "notice_minutes": {"48"}, "horizon_days": {"28"}, "increment": {"15"},
			"location": {p.somewhere()}, "do": {"keep"},
		}
		for i := 0; i < len(pairs); i += 2 {
			out.Set(pairs[i], pairs[i+1])
		}
		return out
	}
	counsellor := ""
	for _, s := range p.state().Staff {
		if s.Contracts[0].Role != "zorgcoordinator" {
			counsellor = s.ID
		}
	}
	for name, c := range map[string]struct {
		form url.Values
		code int
		says string
	}{
		"what was not seen":       {form("mark", "0123456789abcdef"), http.StatusConflict, ""},
		"a rule that is none":     {form("rule", "nothing"), http.StatusNotFound, ""},
		"a word":                  {form("horizon_days", "ver"), http.StatusUnprocessableEntity, `id="horizon_days-fault"`},
		"nothing for the horizon": {form("horizon_days", ""), http.StatusUnprocessableEntity, `id="horizon_days-fault"`},
		"not in the role":         {form("role", "zorgcoordinator", "staff", counsellor), http.StatusUnprocessableEntity, `id="staff-fault"`},
		"no such location":        {form("do", "look", "location", "nowhere"), http.StatusUnprocessableEntity, `id="location-fault"`},
		"a day backwards":         {form("mo1from", "12:00", "mo1to", "11:00"), http.StatusUnprocessableEntity, `id="mo-fault"`},
		"a time off the grid":     {form("mo1from", "12:01", "mo1to", "13:00"), http.StatusUnprocessableEntity, `id="mo-fault"`},
	} {
		code, _, page := p.post(lead, "/slot-rules", c.form)
		if code != c.code || !strings.Contains(page, c.says) {
			t.Errorf("%s: %d, want %d and %s", name, code, c.code, c.says)
		}
	}
	if code, _, _ := p.post(lead, "/slot-rules", form()); code != http.StatusSeeOther {
		t.Errorf("changed: %d", code)
	}
	if code, _, _ := p.post(lead, "/slot-rules/remove", form()); code != http.StatusConflict {
		t.Errorf("removed as it was before: %d", code)
	}
	if code, _, _ := p.post(p.cookies(p.auditor()), "/slot-rules", form()); code != http.StatusForbidden {
		t.Errorf("an auditor: %d", code)
	}
}
