//go:build !race

package api_test

import (
	"bytes"
	"image"
	"image/jpeg"
	"maps"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/internal/chromium"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/service"
)

// somebody is one of the town's staff, with the mark of what is seen.
func (p *place) somebody(id string) (planner.Staff, string) {
	p.Helper()
	state := p.state()
	at := slices.IndexFunc(state.Staff, func(s planner.Staff) bool { return s.ID == id })
	if at < 0 {
		p.Fatalf("nobody is %s", id)
	}
	mark, err := service.PersonMark(&state.Staff[at])
	p.must(err)
	return state.Staff[at], mark
}

// Somebody comes in, gets other hours from a day on, and leaves again, with the
// keyboard alone and without scripts, on a phone.
func TestSomebodyComesAndGoesByKeyboard(t *testing.T) {
	t.Parallel()
	p := town(t)
	b := p.open(p.lead(), chromium.Settings{NoScript: true, Width: 360, Height: 740})
	b.Go("/people?lang=nl")
	b.Focus(".pagehead a.button")
	b.FollowKeys(kb.Enter)
	fill := func(selector, keys string) {
		b.Focus(selector)
		b.Keys(keys)
	}
	fill("#name", "Fenna Nieuw")
	fill("#hours_week", "veel")
	fill("#home_postcode", "6511")
	fill("#staff_id", "fenna")
	b.FollowKeys(kb.Enter)
	if b.Text("#hours_week-fault") == "" {
		t.Errorf("a word for hours has no fault next to it: %s", b.Text("main"))
	}
	b.Fill("#hours_week", "28,5")
	b.Focus("#staff_id")
	b.FollowKeys(kb.Enter)
	b.WaitText("#notice", "Toegevoegd")
	if got, _ := p.somebody("fenna"); got.Contracts[0].HoursWeek != 2850 || got.Home.PC4 != "6511" || got.Pattern[1][0].From != 9*60 {
		t.Errorf("came in as %+v", got)
	}

	b.Focus("section[aria-labelledby=contracts] td a.button")
	b.FollowKeys(kb.Enter)
	b.Fill("#hours_week", "20")
	b.Fill("#valid_from", "2027-05-01")
	b.Focus("#hours_week")
	b.FollowKeys(kb.Enter)
	b.WaitText("#notice", "Het contract is vastgelegd")
	got, _ := p.somebody("fenna")
	if len(got.Contracts) != 2 || got.Contracts[0].To != calendar.NewDate(2027, 4, 30) || got.Contracts[1].HoursWeek != 2000 {
		t.Errorf("contracts %+v", got.Contracts)
	}

	b.Focus("#leave summary")
	b.Keys(kb.Enter)
	b.Fill("#last", "2027-08-31")
	b.Focus("#last")
	b.Focus("#leave button")
	b.FollowKeys(kb.Enter)
	b.WaitText("main", "Er blijft niets achter")
	b.Focus("section[aria-labelledby=end] button")
	b.FollowKeys(kb.Enter)
	b.WaitText("#notice", "De contracten eindigen")
	if got, _ = p.somebody("fenna"); got.Contracts[1].To != calendar.NewDate(2027, 8, 31) {
		t.Errorf("contracts %+v", got.Contracts)
	}
	b.WaitText("h1", "tot en met 31 augustus 2027")
}

// A portrait is put in by a page, seen by the location, and taken away.
func TestPortraitByPage(t *testing.T) {
	t.Parallel()
	p := town(t)
	at := filepath.Join(t.TempDir(), "anna.jpg")
	var picture bytes.Buffer
	p.must(jpeg.Encode(&picture, image.NewGray(image.Rect(0, 0, 300, 400)), nil))
	p.must(os.WriteFile(at, picture.Bytes(), 0o600))
	b := p.open(p.lead(), chromium.Settings{})
	b.Go("/people/" + townStaff + "?open=portrait&lang=en")
	b.Files("#photo", at)
	b.Check("the form of a portrait")
	b.Click("#agreed")
	b.Follow("form[action$='/photo'] button")
	b.WaitText("#notice", "Saved")
	b.Wait("document.querySelector('.portrait img')?.naturalWidth === 480")
	who, _ := p.somebody(townStaff)
	w := p.fetch(p.cookies(contactRole(townLocation)), who.Photo)
	if w.Code != http.StatusOK || w.Header().Get("Content-Type") != "image/jpeg" || w.Header().Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("the location sees %d %v", w.Code, w.Header())
	}
	// The button asks first, which a browser shows in a window of its own.
	if code, _, _ := p.post(p.cookies(p.lead()), "/people/"+townStaff+"/photo/remove", nil); code != http.StatusSeeOther {
		t.Errorf("taken away: %d", code)
	}
	if w := p.fetch(p.cookies(p.lead()), who.Photo); w.Code != http.StatusNotFound {
		t.Errorf("the picture that was taken away: %d", w.Code)
	}
}

// upload sends a file and fields as a page does.
func (p *place) upload(cookies map[string]string, path, field, name string, body []byte, fields map[string]string) (code int, page string) {
	p.Helper()
	var form bytes.Buffer
	m := multipart.NewWriter(&form)
	for k, v := range fields {
		p.must(m.WriteField(k, v))
	}
	part, err := m.CreateFormFile(field, name)
	p.must(err)
	_, err = part.Write(body)
	p.must(err)
	p.must(m.Close())
	b := &browser{house: p.house, cookies: cookies}
	r := local(p, b.request(http.MethodPost, path, nil, "Sec-Fetch-Site", "same-origin"))
	r.Body, r.ContentLength = http.NoBody, int64(form.Len())
	r.Body = readCloser{&form}
	r.Header.Set("Content-Type", m.FormDataContentType())
	a := b.send(r)
	return a.Code, a.Body.String()
}

type readCloser struct{ *bytes.Buffer }

func (readCloser) Close() error { return nil }

// TestPeoplePagesRefuse: what cannot be is refused next to its field, what was seen
// by another is a conflict, and nobody but a lead gets in.
func TestPeoplePagesRefuse(t *testing.T) {
	t.Parallel()
	p := town(t)
	lead := p.cookies(p.lead())
	_, mark := p.somebody("zc-1")
	details := url.Values{
		"mark": {mark}, "name": {"Zoë de Vries"}, "organisation": {"ggd"}, "home_postcode": {"6511"}, "mode": {"bicycle"}, "skills": {"gedrag, medisch, gedrag"}, "day_cap": {"4"},
	}
	for i := range p.state().Organisations {
		details.Set("organisation", p.state().Organisations[i].ID)
	}
	with := func(pairs ...string) url.Values {
		out := maps.Clone(details)
		for i := 0; i < len(pairs); i += 2 {
			out.Set(pairs[i], pairs[i+1])
		}
		return out
	}
	contract := url.Values{"mark": {mark}, "role": {"zorgcoordinator"}, "hours_week": {"10"}, "budget": {"with"}}
	for name, c := range map[string]struct {
		path string
		form url.Values
		code int
		says string
	}{
		"no name":             {"/people/zc-1", with("name", ""), http.StatusUnprocessableEntity, `id="name-fault"`},
		"no such employer":    {"/people/zc-1", with("organisation", "nobody"), http.StatusUnprocessableEntity, `id="organisation-fault"`},
		"a word for a cap":    {"/people/zc-1", with("day_cap", "veel"), http.StatusUnprocessableEntity, `id="day_cap-fault"`},
		"no such postcode":    {"/people/zc-1", with("home_postcode", "0000"), http.StatusUnprocessableEntity, `id="home_postcode-fault"`},
		"of another person":   {"/people/nobody", details, http.StatusNotFound, ""},
		"what was not seen":   {"/people/zc-1", with("mark", "0123456789abcdef"), http.StatusConflict, ""},
		"no hours":            {"/people/zc-1/contracts", url.Values{"role": {"zorgcoordinator"}, "hours_week": {"0"}, "budget": {"with"}}, http.StatusUnprocessableEntity, `id="hours_week-fault"`},
		"hours that are none": {"/people/zc-1/contracts", url.Values{"role": {"zorgcoordinator"}, "hours_week": {"NaN"}, "budget": {"with"}}, http.StatusUnprocessableEntity, `id="hours_week-fault"`},
		"no such role":        {"/people/zc-1/contracts", url.Values{"role": {"x"}, "hours_week": {"8"}, "budget": {"with"}}, http.StatusUnprocessableEntity, `id="role-fault"`},
		"backwards":           {"/people/zc-1/contracts", url.Values{"role": {"zorgcoordinator"}, "hours_week": {"8"}, "budget": {"with"}, "valid_from": {"2027-05-01"}, "valid_to": {"2027-04-01"}}, http.StatusUnprocessableEntity, `id="valid_to-fault"`},
		"twice at once":       {"/people/zc-1/contracts", url.Values{"mark": {mark}, "role": {"zorgcoordinator"}, "hours_week": {"8"}, "budget": {"without"}}, http.StatusUnprocessableEntity, `id="role-fault"`},
		"one more":            {"/people/zc-2/contracts", contract, http.StatusConflict, ""}, // zc-1's mark
		"the last contract":   {"/people/zc-1/contracts/remove", url.Values{"mark": {mark}, "contract": {"0"}}, http.StatusBadRequest, ""},
		"absence backwards":   {"/people/zc-1/absences", url.Values{"from": {"2027-05-02"}, "to": {"2027-05-01"}}, http.StatusUnprocessableEntity, `id="to-fault"`},
		"an empty week":       {"/people/zc-1/hours", url.Values{}, http.StatusUnprocessableEntity, `id="mo-fault"`},
		"no last day":         {"/people/zc-1/leave", url.Values{"mark": {mark}}, http.StatusUnprocessableEntity, `id="last-fault"`},
		"somebody nameless":   {"/people/new", with("name", ""), http.StatusUnprocessableEntity, `id="name-fault"`},
		"a BSN for a name":    {"/people/new", with("name", "Jan 111222333", "role", "zorgcoordinator", "hours_week", "8", "budget", "without", "mo1from", "09:00", "mo1to", "17:00"), http.StatusUnprocessableEntity, `id="name-fault"`},
	} {
		code, _, page := p.post(lead, c.path, c.form)
		if code != c.code || !strings.Contains(page, c.says) {
			t.Errorf("%s: %d, want %d and %s", name, code, c.code, c.says)
		}
	}
	if code, _, _ := p.post(lead, "/people/zc-1", details); code != http.StatusSeeOther {
		t.Errorf("details: %d", code)
	}
	if got, _ := p.somebody("zc-1"); got.Name != "Zoë de Vries" || got.DayCap != 4 || !slices.Equal(got.Skills, []string{"gedrag", "medisch"}) {
		t.Errorf("changed to %+v", got)
	}
	agreed := map[string]string{"agreed": "on"}
	for name, c := range map[string]struct {
		body   []byte
		fields map[string]string
		code   int
	}{
		"a drawing":     {[]byte("<svg xmlns='http://www.w3.org/2000/svg'/>"), agreed, http.StatusUnprocessableEntity},
		"not agreed":    {[]byte("x"), nil, http.StatusUnprocessableEntity},
		"far too large": {make([]byte, 6<<20), agreed, http.StatusRequestEntityTooLarge},
	} {
		if code, _ := p.upload(lead, "/people/zc-1/photo", "photo", "x.jpg", c.body, c.fields); code != c.code {
			t.Errorf("%s: %d, want %d", name, code, c.code)
		}
	}
	for name, cookies := range map[string]map[string]string{"staff": p.cookies(p.member("zc-1")), "an auditor": p.cookies(p.auditor()), "a contact": p.cookies(contactRole(townLocation))} {
		for _, path := range []string{"/people", "/people/new", "/people/zc-1", "/people/zc-1/leave"} {
			if w := p.fetch(cookies, path); w.Code != http.StatusForbidden {
				t.Errorf("%s for %s: %d", path, name, w.Code)
			}
		}
		if code, _, _ := p.post(cookies, "/people/zc-1", details); code != http.StatusForbidden {
			t.Errorf("a change by %s: %d", name, code)
		}
	}
}
