//go:build !race

package api_test

import (
	"html"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/internal/chromium"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/service"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// A contact is added, changed and removed with the keyboard alone and without
// scripts, on a phone.
func TestContactsByKeyboard(t *testing.T) {
	t.Parallel()
	p := town(t)
	all := func() []service.Contact {
		list, err := p.Contacts(t.Context(), p.region)
		p.must(err)
		return list
	}
	b := p.open(p.lead(), chromium.Settings{NoScript: true, Width: 360, Height: 740})
	b.Go("/contacts?lang=en")
	b.Fill("#whose", "location "+p.somewhere())
	b.Focus("#name")
	b.Keys("Els Jansen")
	b.Focus("#mail")
	b.Keys("els@localhost")
	b.FollowKeys(kb.Enter)
	if b.Text("#mail-fault") == "" {
		t.Errorf("an address that is none has no fault next to it: %.300s", b.Text("main"))
	}
	b.Fill("#mail", "els@example.nl")
	b.Focus("#mail")
	b.FollowKeys(kb.Enter)
	b.WaitText("#notice", "Saved")
	made := all()
	if len(made) != 1 || made[0].Name != "Els Jansen" || made[0].Calendar != "invitation" || made[0].Scope.ID != p.somewhere() {
		t.Fatalf("contacts %+v", made)
	}
	b.Focus("section[aria-labelledby=list] tbody th > a")
	b.FollowKeys(kb.Enter)
	b.Fill("#calendar", "feed")
	b.Focus("#name")
	b.FollowKeys(kb.Enter)
	b.WaitText("#notice", "Saved")
	if got := all(); got[0].Calendar != "feed" || got[0].ID != made[0].ID {
		t.Errorf("changed to %+v", got)
	}
	b.Focus("form[action='/contacts/remove'] button")
	b.FollowKeys(kb.Enter)
	b.WaitText("#notice", "Removed")
	if got := all(); len(got) != 0 {
		t.Errorf("left: %+v", got)
	}
}

// TestContactsRefuse: what cannot be is refused next to its field, and what another
// changed meanwhile is a conflict.
func TestContactsRefuse(t *testing.T) {
	t.Parallel()
	p := town(t)
	lead := p.cookies(p.lead())
	own := p.As(store.Scope{Role: store.Lead, Actor: "user:1", Region: p.region})
	var ids []int64
	for _, mail := range []string{"els@example.nl", "bea@example.nl"} {
		id, err := own.AddContact(t.Context(), service.Contact{Scope: service.FeedScope{Region: p.region, Kind: "location", ID: p.somewhere()}, Name: "X", Mail: mail, Language: "nl", Calendar: "feed"})
		p.must(err)
		ids = append(ids, id)
	}
	list, err := own.Contacts(t.Context(), p.region)
	p.must(err)
	marks := map[int64]string{}
	for i := range list {
		marks[list[i].ID], err = service.ContactMark(&list[i])
		p.must(err)
	}
	form := func(pairs ...string) url.Values {
		out := url.Values{"whose": {"location " + p.somewhere()}, "name": {"Els"}, "mail": {"els@example.nl"}, "language": {"nl"}, "calendar": {"invitation"}}
		for i := 0; i < len(pairs); i += 2 {
			out.Set(pairs[i], pairs[i+1])
		}
		return out
	}
	second := strconv.FormatInt(ids[1], 10)
	for name, c := range map[string]struct {
		form url.Values
		code int
		says string
	}{
		"nobody's":          {form("whose", "location nowhere"), http.StatusUnprocessableEntity, `id="whose-fault"`},
		"no name":           {form("name", ""), http.StatusUnprocessableEntity, `id="name-fault"`},
		"two addresses":     {form("mail", "a@example.nl,b@example.nl"), http.StatusUnprocessableEntity, `id="mail-fault"`},
		"a BSN":             {form("name", "111222333"), http.StatusUnprocessableEntity, `id="mail-fault"`},
		"no such language":  {form("language", "fr"), http.StatusUnprocessableEntity, `id="language-fault"`},
		"staff are invited": {form("whose", "staff zc-1"), http.StatusUnprocessableEntity, `id="calendar-fault"`},
		"another's address": {form("contact", second, "mark", marks[ids[1]]), http.StatusUnprocessableEntity, `id="mail-fault"`},
		"what was not seen": {form("contact", second, "mark", marks[ids[0]], "mail", "new@example.nl"), http.StatusConflict, ""},
		"nobody's number":   {form("contact", "999"), http.StatusNotFound, ""},
	} {
		code, _, page := p.post(lead, "/contacts", c.form)
		if code != c.code || !strings.Contains(page, c.says) {
			t.Errorf("%s: %d, want %d and %s", name, code, c.code, c.says)
		}
	}
	for name, cookies := range map[string]map[string]string{"staff": p.cookies(p.member("zc-1")), "an auditor": p.cookies(p.auditor())} {
		if code, _, _ := p.post(cookies, "/contacts", form()); code != http.StatusForbidden {
			t.Errorf("added by %s: %d", name, code)
		}
	}
}

// TestStaleImportIsShownAnew: differences that are out of date are not taken; they
// are shown again, and those can be.
func TestStaleImportIsShownAnew(t *testing.T) {
	t.Parallel()
	p := town(t)
	lead := p.cookies(p.lead())
	csv, err := os.ReadFile("../examples/nijmegen/staff.csv")
	p.must(err)
	file := []byte(strings.Replace(string(csv), "Zorgcoördinator 2", "Anna de Boer", 1))
	named := func() bool { who, _ := p.somebody("zc-2"); return who.Name == "Anna de Boer" }
	shown := func(page string) url.Values {
		out := url.Values{"region": {p.region}}
		for _, m := range regexp.MustCompile(`<input type="hidden" name="(kind|name|version|content)" value="([^"]*)"`).FindAllStringSubmatch(page, -1) {
			out.Set(m[1], html.UnescapeString(m[2]))
		}
		return out
	}
	code, page := p.upload(lead, "/import", "file", "staff.csv", file, map[string]string{"kind": "staff", "region": p.region})
	first := shown(page)
	if code != http.StatusOK || first.Get("version") == "" || first.Get("content") == "" {
		t.Fatalf("the differences: %d %v", code, first)
	}
	own := p.As(store.Scope{Role: store.Lead, Actor: "user:2", Region: p.region})
	p.must(own.AddAbsence(t.Context(), p.region, planner.Absence{Staff: "zc-2", From: calendar.NewDate(2027, 9, 6), To: calendar.NewDate(2027, 9, 7)}))
	code, _, page = p.post(lead, "/import/accept", first)
	if code != http.StatusConflict || !strings.Contains(page, `id="stale"`) || !strings.Contains(page, "Anna de Boer") || named() {
		t.Errorf("differences that are out of date: %d, taken %v", code, named())
	}
	if code, _, _ := p.post(lead, "/import/accept", url.Values{"kind": {"staff"}, "content": {first.Get("content")}}); code != http.StatusBadRequest {
		t.Errorf("differences of no version: %d", code)
	}
	if code, _, _ := p.post(lead, "/import/accept", shown(page)); code != http.StatusSeeOther || !named() {
		t.Errorf("those that were shown anew: %d, taken %v", code, named())
	}
}
