//go:build !race

package api_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"github.com/wijkplanner/wijkplanner/internal/chromium"
	"github.com/wijkplanner/wijkplanner/planner"
)

// faultsOf are the faults next to fields of a page.
func faultsOf(page string) string {
	return strings.Join(regexp.MustCompile(`-fault">[^<]*`).FindAllString(page, -1), "; ")
}

// A scenario gets several changes and loses one, with the keyboard alone and without
// scripts, on a phone.
func TestWhatIfByKeyboard(t *testing.T) {
	t.Parallel()
	p := town(t)
	id := p.whatIf(planner.Scenario{})
	b := p.open(p.lead(), chromium.Settings{NoScript: true, Width: 360, Height: 740})
	b.Go("/scenarios?lang=nl")
	b.Focus("section[aria-labelledby=list] tbody th > a")
	b.FollowKeys(kb.Enter)
	b.Fill("#hours_who", "zc-1")
	b.Fill("#hours_from", "2027-07-01")
	b.Focus("#hours_hours")
	b.Keys("veel")
	b.FollowKeys(kb.Enter)
	if b.Text("#hours_hours-fault") == "" {
		t.Errorf("a word for hours has no fault next to it")
	}
	b.Fill("#hours_hours", "21,6")
	b.Focus("#hours_hours")
	b.FollowKeys(kb.Enter)
	b.WaitText("section[aria-labelledby=changes]", "werkt 21,6 uur")
	b.Fill("#leave_who", "zc-5")
	b.Fill("#leave_from", "2027-09-01")
	b.Focus("section[aria-labelledby=add-leave] button")
	b.FollowKeys(kb.Enter)
	b.WaitText("section[aria-labelledby=changes]", "vertrekt")
	sc, err := p.Scenario(t.Context(), id)
	p.must(err)
	if len(sc.Changes.Hours) != 1 || sc.Changes.Hours[0].HoursWeek != 2160 || len(sc.Changes.Leave) != 1 {
		t.Errorf("changes %+v", sc.Changes)
	}
	b.Focus("section[aria-labelledby=changes] form button")
	b.FollowKeys(kb.Enter)
	b.WaitText("#notice", "Verwijderd")
	if sc, err = p.Scenario(t.Context(), id); err != nil || len(sc.Changes.Hours) != 0 || len(sc.Changes.Leave) != 1 {
		t.Errorf("left %+v (%v)", sc.Changes, err)
	}
}

// TestWhatIfTakesEveryKind: each kind of change comes into the scenario and goes out
// of it again, and what cannot be is refused at its form.
func TestWhatIfTakesEveryKind(t *testing.T) {
	t.Parallel()
	p := town(t)
	id := p.whatIf(planner.Scenario{})
	at := "/scenarios/" + strconv.FormatInt(id, 10)
	lead, s := p.cookies(p.lead()), p.state()
	place, one, two := p.somewhere(), s.Districts[0].ID, s.Districts[1].ID
	forms := map[string]url.Values{
		"hours":   {"hours_who": {"zc-1"}, "hours_hours": {"21,6"}, "hours_from": {"2027-07-01"}},
		"leave":   {"leave_who": {"zc-5"}, "leave_from": {"2027-07-01"}},
		"copy":    {"copy_who": {"zc-1"}, "copy_hours": {"18"}, "copy_from": {"2027-07-01"}},
		"open":    {"open_name": {"Nieuw"}, "open_like": {place}, "open_from": {"2027-07-01"}},
		"close":   {"close_where": {place}, "close_from": {"2027-07-01"}},
		"town":    {"town_name": {"Beuningen"}, "town_code": {"0209"}, "town_school": {"zuid"}, "town_places": {"3"}, "town_like": {place}, "town_from": {"2027-07-01"}},
		"norm":    {"norm_key": {planner.AssumptionDefaults()[0].Key}, "norm_value": {"12,5"}, "norm_from": {"2027-07-01"}},
		"promise": {"promise_requirement": {s.Programme.Requirements[0].ID}, "promise_minimum": {"1"}, "promise_target": {"3"}},
		"merge":   {"merge_one": {one}, "merge_two": {two}, "merge_name": {"Samen"}},
	}
	for kind, form := range forms {
		form.Set("change", kind)
		if code, _, page := p.post(lead, at, form); code != http.StatusSeeOther {
			t.Errorf("%s: %d %s", kind, code, faultsOf(page))
		}
	}
	sc, err := p.Scenario(t.Context(), id)
	p.must(err)
	c := sc.Changes
	got := fmt.Sprint(len(c.Hours), len(c.Leave), len(c.Copies), len(c.Locations), len(c.Close), len(c.Municipalities), len(c.Assumptions), len(c.Promises), len(c.Merges))
	if want := "1 1 1 4 1 1 1 1 1"; got != want {
		t.Errorf("changes by kind: %s, want %s", got, want)
	}
	b := &browser{house: p.house, cookies: lead}
	shown := b.send(local(p, b.request(http.MethodGet, at+"?lang=nl", nil))).Body.String()
	for _, words := range []string{"Gemeente Beuningen komt erbij met 3 locaties", "Nieuw komt erbij", "werkt 21,6 uur"} {
		if !strings.Contains(shown, words) {
			t.Errorf("the page does not say %q", words)
		}
	}
	for name, form := range map[string]url.Values{
		"nobody":       {"change": {"leave"}, "leave_who": {"x"}, "leave_from": {"2027-07-01"}},
		"no day":       {"change": {"leave"}, "leave_who": {"zc-2"}},
		"target below": {"change": {"promise"}, "promise_requirement": {s.Programme.Requirements[0].ID}, "promise_minimum": {"3"}, "promise_target": {"1"}},
		"twice":        {"change": {"town"}, "town_name": {"B"}, "town_code": {"0209"}, "town_school": {"zuid"}, "town_places": {"1"}, "town_like": {place}, "town_from": {"2027-07-01"}},
	} {
		if code, _, page := p.post(lead, at, form); code != http.StatusUnprocessableEntity || faultsOf(page) == "" {
			t.Errorf("%s: %d", name, code)
		}
	}
	if code, _, _ := p.post(lead, at, url.Values{"change": {"nothing"}}); code != http.StatusBadRequest {
		t.Errorf("a kind that is none: %d", code)
	}
	if code, _, _ := p.post(lead, at+"/remove", url.Values{"change": {"town 0209"}}); code != http.StatusSeeOther {
		t.Errorf("the municipality goes: %d", code)
	}
	if sc, err = p.Scenario(t.Context(), id); err != nil || len(sc.Changes.Locations) != 1 || len(sc.Changes.Districts) != 0 {
		t.Errorf("with the municipality its locations go: %d locations, %d districts (%v)", len(sc.Changes.Locations), len(sc.Changes.Districts), err)
	}
	if code, _, _ := p.post(lead, at+"/remove", url.Values{"change": {"town 0209"}}); code != http.StatusNotFound {
		t.Errorf("it goes twice: %d", code)
	}
}
