package api_test

import (
	"archive/zip"
	"bytes"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/service"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// post sends a form of the town's own pages.
func (p *place) post(cookies map[string]string, path string, form url.Values) (int, string, string) {
	b := &browser{house: p.house, cookies: cookies}
	a := b.send(local(p, b.request(http.MethodPost, path, form, "Sec-Fetch-Site", "same-origin")))
	return a.Code, a.Header().Get("Location"), a.Body.String()
}

// other is a location that is not townLocation, and otherStaff who is not
// townStaff.
const (
	otherLocation = "368045523"
	otherStaff    = "zc-1"
)

// TestEachSeesOnlyTheirOwn asks for the pages of a location and of a person as
// everybody else: what is another's is not there, and changes by nobody's hand.
func TestEachSeesOnlyTheirOwn(t *testing.T) {
	t.Parallel()
	p := town(t)
	booked := p.booked(townLocation)
	visit := p.firstVisit(townStaff, true).ID
	contact, stranger := p.cookies(contactRole(townLocation)), p.cookies(contactRole(otherLocation))
	staff, colleague := p.cookies(p.member(townStaff)), p.cookies(p.member(otherStaff))
	lead, auditor := p.cookies(p.lead()), p.cookies(p.auditor())

	for path, who := range map[string]map[string]map[string]string{
		"/location/booking/" + booked.ID:             {"another location": stranger},
		"/location/booking/" + booked.ID + "/move":   {"another location": stranger},
		"/location/booking/" + booked.ID + "/cancel": {"another location": stranger},
		"/my/visit?id=" + url.QueryEscape(visit):     {"a colleague": colleague},
	} {
		for name, cookies := range who {
			if w := p.fetch(cookies, path); w.Code != http.StatusNotFound {
				t.Errorf("%s for %s: %d", path, name, w.Code)
			}
		}
	}
	for name, cookies := range map[string]map[string]string{"a lead": lead, "an auditor": auditor, "staff": staff} {
		for _, path := range []string{"/location", "/location/book", "/location/closed", "/location/calendar", "/location/poster"} {
			if w := p.fetch(cookies, path); w.Code != http.StatusNotFound && w.Code != http.StatusForbidden {
				t.Errorf("%s for %s: %d", path, name, w.Code)
			}
		}
	}
	for name, cookies := range map[string]map[string]string{"a lead": lead, "an auditor": auditor, "a contact": contact} {
		for _, path := range []string{"/my", "/my/year", "/my/absence", "/my/hours", "/my/consult", "/my/calendar", "/my/changes"} {
			if w := p.fetch(cookies, path); w.Code != http.StatusNotFound && w.Code != http.StatusForbidden {
				t.Errorf("%s for %s: %d", path, name, w.Code)
			}
		}
	}
	for name, cookies := range map[string]map[string]string{"staff": staff, "a contact": contact} {
		for _, path := range []string{"/figures", "/figures.xlsx", "/figures/loads.csv"} {
			if w := p.fetch(cookies, path); w.Code != http.StatusForbidden {
				t.Errorf("%s for %s: %d", path, name, w.Code)
			}
		}
	}
	for path, c := range map[string]struct {
		cookies map[string]string
		form    url.Values
	}{
		"/location/booking/" + booked.ID + "/cancel": {stranger, url.Values{"reason": {"not_needed"}}},
		"/location/booking/" + booked.ID + "/move":   {stranger, url.Values{"moment": {booked.Start.Format(time.RFC3339) + " zc-3"}}},
		"/location/book/" + booked.ID:                {stranger, url.Values{}},
		"/my/visit/done":                             {colleague, url.Values{"id": {visit}, "date": {"2027-02-01"}, "minutes": {"60"}}},
		"/my/visit/undone":                           {colleague, url.Values{"id": {visit}, "reason": {"other"}}},
		"/my/consult/" + booked.ID + "/cancel":       {colleague, url.Values{}},
		"/my/consult/" + booked.ID + "/approve":      {colleague, url.Values{}},
		"/my/consult/" + booked.ID + "/decline":      {colleague, url.Values{"reason": {"other"}}},
		"/location/closed":                           {staff, url.Values{"from": {"2027-05-01"}, "to": {"2027-05-02"}}},
		"/my/absence":                                {contact, url.Values{"from": {"2027-05-01"}, "to": {"2027-05-02"}}},
	} {
		if code, _, _ := p.post(c.cookies, path, c.form); code != http.StatusNotFound && code != http.StatusForbidden {
			t.Errorf("POST %s: %d", path, code)
		}
	}
	after, err := p.Booking(t.Context(), p.region, booked.ID)
	p.must(err)
	if after.State != store.BookingConfirmed || after.Sequence != booked.Sequence {
		t.Errorf("the booking changed: %+v", after)
	}
}

// TestWhatASlotHidesFromOutside: a location hears that somebody cannot come, and
// never why.
func TestWhatASlotHidesFromOutside(t *testing.T) {
	t.Parallel()
	p := town(t)
	p.must(p.asStaff(townStaff).AddAbsence(t.Context(), p.region, planner.Absence{Staff: townStaff, From: 20759, To: 21100}))
	contact := p.cookies(contactRole(townLocation))
	_, _, taken := p.post(contact, "/location/book?lang=nl", url.Values{"type": {"consult"}, "moment": {"2027-03-09T12:00:00Z " + townStaff}})
	if !strings.Contains(taken, "is dan niet beschikbaar") || !strings.Contains(taken, "Dit moment kan niet meer") {
		t.Errorf("a moment of somebody who is away: %s", taken)
	}
	why := unzipped(t, p.fetch(contact, "/location/book?type=consult&from=2027-04-28&lang=nl").Body.Bytes())
	if !strings.Contains(why, "Waarom is er geen moment?") || !strings.Contains(why, "Het eerste vrije moment is") {
		t.Errorf("a period without moments says nothing of why: %s", why)
	}
	for _, word := range []string{"afwezig", "eigen agenda", "ander overleg", "op bezoek", "feestdag"} {
		if strings.Contains(taken+why, word) {
			t.Errorf("the page says %q", word)
		}
	}
}

func unzipped(t *testing.T, body []byte) string {
	t.Helper()
	return inflated(t, bytes.NewReader(body))
}

// TestFormsSentTwice: who presses a button twice has one of what it makes.
func TestFormsSentTwice(t *testing.T) {
	t.Parallel()
	p := town(t)
	contact, staff := p.cookies(contactRole(townLocation)), p.cookies(p.member(townStaff))
	slot := p.slot(townLocation)
	hold := url.Values{"type": {"consult"}, "moment": {slot.Start.UTC().Format(time.RFC3339) + " " + slot.Crew[0].Staff}}
	_, first, _ := p.post(contact, "/location/book", hold)
	_, again, _ := p.post(contact, "/location/book", hold)
	if !strings.HasPrefix(first, "/location/book/") || first != again {
		t.Fatalf("held at %q and %q", first, again)
	}
	for i := range 2 {
		if code, to, body := p.post(contact, first, url.Values{"remark": {"Bel aan bij de zij-ingang."}}); code != http.StatusSeeOther || !strings.Contains(to, "/location/booking/") {
			t.Fatalf("confirmed %d: %d %q %s", i, code, to, body)
		}
	}
	all, err := p.Bookings(t.Context(), p.region, service.BookingFilter{Location: townLocation})
	p.must(err)
	if len(all) != 1 || all[0].State != store.BookingConfirmed || all[0].Remark == "" {
		t.Errorf("bookings %+v", all)
	}
	id := all[0].ID
	slots, err := p.asContact(townLocation).Slots(t.Context(), p.region, service.SlotQuestion{Location: townLocation, VisitType: "consult", Staff: all[0].Crew[0].Staff, Limit: 5})
	p.must(err)
	move := url.Values{"moment": {slots[4].Start.UTC().Format(time.RFC3339) + " " + slots[4].Crew[0].Staff}}
	for range 2 {
		p.post(contact, "/location/booking/"+id+"/move", move)
	}
	for range 2 {
		p.post(contact, "/location/booking/"+id+"/cancel", url.Values{"reason": {"not_needed"}})
	}
	b, err := p.Booking(t.Context(), p.region, id)
	p.must(err)
	if b.Moves != 1 || !b.Start.Equal(slots[4].Start) || b.State != store.BookingCancelled || b.Sequence != all[0].Sequence+2 {
		t.Errorf("moved and cancelled: %+v", b)
	}
	for range 2 {
		p.post(contact, "/location/wait", url.Values{"type": {"consult"}, "until": {"2027-04-01"}})
		p.post(contact, "/location/closed", url.Values{"from": {"2027-05-03"}, "to": {"2027-05-04"}})
		p.post(contact, "/location/meetings", url.Values{"kind": {"parent_morning"}, "start": {"2027-03-09"}, "clock": {"09:00"}, "minutes": {"60"}, "repeat": {"weekly"}})
		p.post(staff, "/my/absence", url.Values{"from": {"2027-05-10"}, "to": {"2027-05-11"}})
	}
	waiting, err := p.WaitingEntries(t.Context(), p.region, true)
	p.must(err)
	state, err := p.State(t.Context(), p.region)
	p.must(err)
	absences := slices.DeleteFunc(slices.Clone(state.Absences), func(a planner.Absence) bool { return a.From.String() != "2027-05-10" })
	blackouts := slices.DeleteFunc(slices.Clone(state.Blackouts), func(b planner.Blackout) bool { return b.Location != townLocation })
	if len(waiting) != 1 || len(blackouts) != 1 || len(absences) != 1 || len(service.OwnMeetings(state, townLocation)) != 1 {
		t.Errorf("waiting %d, closed %d, absences %d, meetings %d", len(waiting), len(blackouts), len(absences), len(service.OwnMeetings(state, townLocation)))
	}
}

// TestFormsSayWhatIsWrong: each fault stands beside its field, in both languages,
// with what was filled in.
func TestFormsSayWhatIsWrong(t *testing.T) {
	t.Parallel()
	p := town(t)
	contact, staff := p.cookies(contactRole(townLocation)), p.cookies(p.member(townStaff))
	held := p.held(townLocation)
	visit := p.firstVisit(townStaff, true).ID
	for _, c := range []struct {
		cookies map[string]string
		path    string
		form    url.Values
		nl, en  string
		field   string
	}{
		{contact, "/location/closed", url.Values{"from": {"2027-05-09"}, "to": {"2027-05-01"}}, "De laatste dag ligt voor de eerste.", "The last day is before the first.", "to"},
		{contact, "/location/meetings", url.Values{"kind": {"other"}, "start": {"2027-03-09"}, "clock": {"09:00"}, "minutes": {"5"}, "repeat": {"once"}}, "Kies een duur", "Choose 15 minutes", "minutes"},
		{contact, "/location/book/" + held.ID, url.Values{"remark": {"het gaat om 111222333"}}, "BSN", "citizen service number", "remark"},
		{contact, "/location/wait", url.Values{"type": {"consult"}, "until": {""}}, "Vul een dag in.", "Fill in a day.", "until"},
		{staff, "/my/absence", url.Values{"from": {""}, "to": {"2027-05-01"}}, "Vul de eerste dag in.", "Fill in the first day.", "from"},
		{staff, "/my/hours", url.Values{"mo1from": {"12:00"}, "mo1to": {"09:00"}}, "Vul een begin", "Fill in a beginning", "mo"},
		{staff, "/my/visit/done", url.Values{"id": {visit}, "date": {"2027-03-09"}, "minutes": {"60"}}, "tot en met vandaag", "until today", "date"},
		{staff, "/my/visit/done", url.Values{"id": {visit}, "date": {"2027-02-01"}, "minutes": {"60"}, "note": {"bsn 111222333"}}, "BSN", "citizen service number", "note"},
		{staff, "/my/consult/rule", url.Values{"type": {"consult"}, "role": {"zorgcoordinator"}, "notice": {"veel"}, "horizon": {"30"}}, "Vul een getal in", "Fill in a number", "notice"},
	} {
		for lang, want := range map[string]string{"nl": c.nl, "en": c.en} {
			code, _, body := p.post(c.cookies, c.path+"?lang="+lang, c.form)
			if code != http.StatusUnprocessableEntity || !strings.Contains(body, want) || !strings.Contains(body, `id="`+c.field+`-fault"`) || !strings.Contains(body, `role="alert"`) {
				t.Errorf("%s %s: %d, want %q beside %s", c.path, lang, code, want, c.field)
			}
		}
	}
	if code, _, body := p.post(contact, "/location/book/"+held.ID, url.Values{"remark": {"Tim (3 jaar) is ziek"}}); code != http.StatusUnprocessableEntity || !strings.Contains(body, `name="confirmed"`) {
		t.Errorf("a remark to look at again: %d", code)
	}
	if code, to, _ := p.post(contact, "/location/book/"+held.ID, url.Values{"remark": {"Tim (3 jaar) is ziek"}, "confirmed": {"on"}}); code != http.StatusSeeOther || !strings.Contains(to, "booking") {
		t.Errorf("looked at again: %d %q", code, to)
	}
}

// TestFiguresToTakeAway: no cell is a formula, none is a small count, and who took
// them is written down.
func TestFiguresToTakeAway(t *testing.T) {
	t.Parallel()
	p := town(t)
	auditor := p.cookies(p.auditor())
	for _, table := range []string{"districts", "roles", "leadtimes", "loads"} {
		w := p.fetch(auditor, "/figures/"+table+".csv?lang=nl")
		text := w.Body.String()
		if w.Header().Get("Content-Encoding") == "gzip" {
			text = unzipped(t, w.Body.Bytes())
		}
		if w.Code != http.StatusOK || !strings.HasPrefix(w.Header().Get("Content-Disposition"), "attachment") || strings.Count(text, "\n") < 3 {
			t.Errorf("%s.csv: %d %q", table, w.Code, text)
		}
	}
	w := p.fetch(auditor, "/figures.xlsx")
	body := w.Body.Bytes()
	if w.Header().Get("Content-Encoding") == "gzip" {
		body = []byte(unzipped(t, body))
	}
	z, err := zip.NewReader(bytes.NewReader(body), int64(len(body)))
	p.must(err)
	sheets := 0
	for _, f := range z.File {
		if !strings.HasPrefix(f.Name, "xl/worksheets/sheet") {
			continue
		}
		sheets++
		r, err := f.Open()
		p.must(err)
		sheet, err := io.ReadAll(r)
		p.must(err)
		if bytes.Contains(sheet, []byte("<f>")) || bytes.Contains(sheet, []byte("<f ")) {
			t.Errorf("%s holds a formula", f.Name)
		}
	}
	if sheets != 4 {
		t.Errorf("%d sheets", sheets)
	}
	entries, err := p.Audit(t.Context(), store.AuditQuery{Region: p.region, Object: "report"})
	p.must(err)
	if len(entries) != 5 || entries[0].Actor == "" {
		t.Errorf("%d entries of the audit log, want 5", len(entries))
	}
	if w := p.fetch(auditor, "/figures/nothing.csv"); w.Code != http.StatusNotFound {
		t.Errorf("a table that is not there: %d", w.Code)
	}
}

// TestPortraits: who sees a location sees the portraits of its people, of our own
// folder and nothing else.
func TestPortraits(t *testing.T) {
	t.Parallel()
	p := town(t)
	c := p.config(func() time.Time { return now })
	c.Photos = fstest.MapFS{
		"anna.jpg": {Data: []byte("\xff\xd8 picture")}, "notes.txt": {Data: []byte("secret")}, "big.png": {Data: make([]byte, 1<<20+1)}, "folder.jpg/x.jpg": {Data: []byte("x")},
	}
	p.handler = handler(t, c)
	contact := p.cookies(contactRole(townLocation))
	w := p.fetch(contact, "/photos/anna.jpg")
	if w.Code != http.StatusOK || w.Header().Get("Content-Type") != "image/jpeg" || w.Header().Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("a portrait: %d %v", w.Code, w.Header())
	}
	for path, want := range map[string]int{
		"/photos/notes.txt": 404, "/photos/bram.jpg": 404, "/photos/folder.jpg": 404, "/photos/..%2fanna.jpg": 404, "/photos/.jpg": 404, "/photos/big.png": 500,
	} {
		if w := p.fetch(contact, path); w.Code != want {
			t.Errorf("%s: %d, want %d", path, w.Code, want)
		}
	}
	if w := p.fetch(nil, "/photos/anna.jpg"); w.Code != http.StatusSeeOther {
		t.Errorf("for nobody: %d", w.Code)
	}
	state, err := p.State(t.Context(), p.region)
	p.must(err)
	with := *state
	with.Staff = slices.Clone(state.Staff)
	for i := range with.Staff {
		with.Staff[i].Photo = []string{"/photos/anna.jpg", "https://elsewhere.example/anna.jpg", "//elsewhere.example/a.jpg"}[i%3]
	}
	_, err = p.Import(t.Context(), []*planner.State{&with})
	p.must(err)
	for _, path := range []string{"/location", "/location/poster", "/location/book?type=consult"} {
		page := unzipped(t, p.fetch(contact, path).Body.Bytes())
		if strings.Contains(page, "elsewhere") {
			t.Errorf("%s loads a portrait from elsewhere", path)
		}
	}
}
