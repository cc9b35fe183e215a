//go:build !race

package api_test

import (
	"encoding/base32"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/internal/chromium"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/service"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// staffFlows are what coordinators, counsellors and policy officers come to do.
func staffFlows() []flow {
	as := func(p *place) store.Membership { return p.member(townStaff) }
	return []flow{
		{"look at my weeks and why something moved", as, false, lookAtMyWeeks},
		{"close a visit", as, true, closeAVisit},
		{"say that a visit did not take place", as, false, sayNotDone},
		{"be away", as, true, beAway},
		{"change my hours", as, false, changeMyHours},
		{"my calendar with its code", as, false, myCalendar},
		{"consult moments, and a request approved", as, true, approveARequest},
		{"figures as files", (*place).auditor, false, takeFigures},
	}
}

func lookAtMyWeeks(p *place, h *hand) {
	h.Go("/my?lang=nl")
	first := h.Text("h1")
	h.Goes("a[rel=next]")
	if h.Text("h1") == first {
		p.Errorf("the next week is %q too", first)
	}
	h.Goes("a[rel=prev]")
	if h.Text("h1") != first {
		p.Errorf("back at %q, want %q", h.Text("h1"), first)
	}
	h.Go("/my/visit?id=" + strings.ReplaceAll(p.firstVisit(townStaff, false).ID, "#", "%23"))
	if h.Text("section[aria-labelledby=why]") == "" {
		p.Error("a visit does not say why it is then and theirs")
	}
	h.Goes("nav a[href='/my/changes']")
	h.Reads("h1", "veranderd")
}

func closeAVisit(p *place, h *hand) {
	h.Go("/my?lang=nl")
	h.Opens("details.card > summary")
	h.Goes(`details.card a[href*="/my/visit"]`)
	h.Writes("#minutes", "75")
	h.Goes(`form[action="/my/visit/done"] button`)
	h.Reads("#notice", "Afgerond")
	h.Reads("main", "Het duurde 75 minuten")
	h.Looks("a visit that was closed")
	outcomes, err := p.Outcomes(p.Context(), p.region)
	p.must(err)
	if !slices.ContainsFunc(slices.Collect(maps.Values(outcomes)), func(o service.VisitOutcome) bool { return o.Done && o.Minutes == 75 }) {
		p.Errorf("outcomes %+v", outcomes)
	}
}

func sayNotDone(p *place, h *hand) {
	h.Go("/my/visit?id=" + strings.ReplaceAll(p.firstVisit(townStaff, false).ID, "#", "%23") + "&lang=nl")
	h.Writes("#reason", "location_closed")
	h.Goes("button.danger")
	h.Reads("#notice", "wordt opnieuw gepland")
	outcomes, err := p.Outcomes(p.Context(), p.region)
	p.must(err)
	if !slices.ContainsFunc(slices.Collect(maps.Values(outcomes)), func(o service.VisitOutcome) bool { return !o.Done }) {
		p.Errorf("outcomes %+v", outcomes)
	}
}

func beAway(p *place, h *hand) {
	away := func() bool {
		return slices.ContainsFunc(p.state().Absences, func(a planner.Absence) bool {
			return a.Staff == townStaff && a.From == calendar.NewDate(2027, 9, 6) && a.To == calendar.NewDate(2027, 9, 10)
		})
	}
	h.Go("/my/absence?lang=nl")
	h.Writes("#from", "2027-09-06")
	h.Writes("#to", "2027-09-10")
	h.Goes(`form[action="/my/absence"] button`)
	h.Reads("main .rows", "6 september 2027")
	if !away() {
		p.Error("the absence is not kept")
	}
	h.Goes(`form[action="/my/absence/remove"]:has(input[value="2027-09-06"]) button`)
	if away() {
		p.Error("the absence is still there")
	}
}

func changeMyHours(p *place, h *hand) {
	h.Go("/my/hours?lang=nl")
	h.Writes("#mo1from", "09:30")
	h.Writes("#mo1to", "12:00")
	h.Goes(`form[action="/my/hours"] button`)
	h.Reads("#notice", "Bewaard")
	if h.value("#mo1from") != "09:30" {
		p.Errorf("Monday begins at %q", h.value("#mo1from"))
	}
}

func myCalendar(p *place, h *hand) {
	h.Go("/my/calendar?lang=nl")
	h.Goes(`form[action="/my/calendar"] button`)
	if h.Count("svg.qr") != 1 || !strings.Contains(h.Text(".address"), "/f/") {
		p.Errorf("the calendar at %q", h.Text(".address"))
	}
	h.Goes(`form[action="/my/calendar/remove"] button`)
	h.Reads("#notice", "")
	if h.Count("main .rows li") != 0 {
		p.Error("the calendar is still there")
	}
}

// approveARequest makes a rule of one's own, by which a location asks; the request
// is approved, and the rule ended.
func approveARequest(p *place, h *hand) {
	h.Go("/my/consult?lang=nl")
	h.Opens("details.card > summary")
	h.Writes("#type", "consult")
	h.Writes("#we1from", "09:00")
	h.Writes("#we1to", "12:00")
	h.Ticks("#approval")
	h.Goes(`form[action="/my/consult/rule"] button`)
	h.Reads("main", "u bevestigt elke afspraak")
	asked := p.booked(townLocation)
	if asked.State != store.BookingRequested {
		p.Fatalf("booked by a rule that asks for approval: %+v", asked)
	}
	h.Go("/my")
	h.Goes(`main a[href="/my/consult"]`)
	h.Looks("a request that waits")
	h.Goes(`form[action$="/` + asked.ID + `/approve"] button`)
	h.Reads("#notice", "dat het doorgaat")
	if got := p.booking(asked.ID); got.State != store.BookingConfirmed {
		p.Errorf("approved %+v", got)
	}
	h.Goes(`form[action="/my/consult/rule/remove"] button`)
	h.Goes(`form[action$="/` + asked.ID + `/cancel"] button`)
	if got := p.booking(asked.ID); got.State != store.BookingCancelled {
		p.Errorf("called off %+v", got)
	}
}

func (p *place) booking(id string) *service.Booking {
	p.Helper()
	b, err := p.Booking(p.Context(), p.region, id)
	p.must(err)
	return b
}

func takeFigures(p *place, h *hand) {
	h.Go("/figures?lang=nl")
	if charts, tables := h.Count("main section"), h.Count("main table"); charts != 4 || tables != 4 || h.Count(".chart svg.bar rect[class^='s-']") == 0 {
		p.Errorf("%d charts, %d tables", charts, tables)
	}
	h.Reads("#districts", "Toezeggingen per gebied")
	if text := h.Text("main"); !strings.Contains(text, "< 5") {
		p.Error("no small count is hidden")
	}
	if csv := h.Takes("a[href*='.csv']", "text/csv"); !strings.Contains(csv, ",") && !strings.Contains(csv, ";") {
		p.Errorf("figures: %q", csv)
	}
	h.Takes("a[href*='.xlsx']", "application/vnd.openxmlformats")
}

// locationFlows are what a location comes to do.
func locationFlows() []flow {
	as := func(*place) store.Membership { return contactRole(otherLocation) }
	return []flow{
		{"come in by the mailed code", func(*place) store.Membership { return nobody }, true, comeInByCode},
		{"see who is who, and the poster", as, true, seeWhoIsWho},
		{"book, move and cancel", as, true, bookMoveCancel},
		{"wait for a moment", as, true, waitForAMoment},
		{"closed days", as, true, closeDays},
		{"own meetings", as, true, ownMeetings},
		{"the location's calendar", as, true, placeCalendar},
	}
}

func comeInByCode(p *place, h *hand) {
	h.Go("/location/" + p.link(otherLocation) + "?lang=nl")
	h.Goes("section[aria-labelledby=ask] button")
	mails, err := p.Store.ClaimMail(p.Context(), 100, time.Minute, now)
	p.must(err)
	var code strings.Builder
	for i := range mails {
		code.WriteString(mails[i].Content.Code)
	}
	h.Writes("#code", "0000 0000")
	h.Goes("section[aria-labelledby=give] button")
	if h.Text("#said") == "" {
		p.Error("a wrong code says nothing")
	}
	h.Writes("#code", code.String())
	h.Goes("section[aria-labelledby=give] button")
	if at := h.Path(); !strings.HasPrefix(at, "/location?") {
		p.Errorf("the code leads to %s", at)
	}
	h.Goes("form.leave button")
	h.Go("/location")
	h.Reads("main", "link")
}

func seeWhoIsWho(p *place, h *hand) {
	h.Go("/location?lang=nl")
	if h.Count(".faces li") == 0 || h.Count(".appointments li") == 0 {
		p.Errorf("who is who, and what is planned: %s", h.Text("main"))
	}
	h.Goes("main a[href='/location/poster']")
	if text := h.Text(".poster"); !strings.Contains(text, "Wie is wie") || strings.Contains(text, "http") || h.Count(".poster a") != 0 {
		p.Errorf("the poster: %s", text)
	}
}

func bookMoveCancel(p *place, h *hand) {
	h.Go("/location?lang=en")
	h.Goes(`main a[href="/location/book"]`)
	h.Goes(`.kinds a[href*="type=consult"]`)
	h.Goes(`button[name="moment"]`)
	h.Writes("#remark", "Ring twice")
	h.Goes(`form[action^="/location/book/"] button:not(.plain)`)
	h.Reads("#notice", "The appointment is settled")
	id := strings.TrimPrefix(strings.Split(h.Path(), "?")[0], "/location/booking/")
	booked := p.booking(id)
	if booked.State != store.BookingConfirmed || booked.Remark != "Ring twice" || booked.Relation != planner.SlotOwn {
		p.Errorf("booked %+v", booked)
	}
	h.Goes(`a[href$="/move"]`)
	h.Goes(`.momentday:nth-of-type(3) button[name="moment"]`)
	h.Reads("#notice", "moved")
	moved := p.booking(id)
	if moved.Start.Equal(booked.Start) || moved.Crew[0].Staff != booked.Crew[0].Staff || moved.Moves != 1 {
		p.Errorf("moved %+v", moved)
	}
	h.Goes(`a[href$="/cancel"]`)
	h.Writes("#reason", "answered_otherwise")
	h.Goes("button.danger")
	h.Reads("#notice", "The appointment is cancelled")
	if off := p.booking(id); off.State != store.BookingCancelled || off.Reason != "answered_otherwise" {
		p.Errorf("cancelled %+v", off)
	}
}

func waitForAMoment(p *place, h *hand) {
	h.Go("/location/book?type=consult&lang=nl")
	h.Opens("details.card > summary")
	h.Goes(`form[action="/location/wait"] button`)
	h.Go("/location")
	h.Goes(`form[action$="/stop"] button`)
	if h.Count(`form[action$="/stop"]`) != 0 {
		p.Error("the location still waits")
	}
}

func closeDays(p *place, h *hand) {
	h.Go("/location/closed?lang=nl")
	h.Writes("#from", "2027-04-01")
	h.Writes("#to", "2027-03-01")
	h.Goes(`form[action="/location/closed"] button`)
	h.Reads("#to-fault", "De laatste dag ligt voor de eerste.")
	h.Looks("a form with a fault")
	h.Writes("#to", "2027-04-02")
	h.Goes(`form[action="/location/closed"] button`)
	h.Reads("main .rows", "1 april 2027")
	h.Goes(`form[action="/location/closed/remove"] button`)
	if h.Count("main .rows li") != 0 {
		p.Error("the closed days are still there")
	}
}

func ownMeetings(p *place, h *hand) {
	h.Go("/location/meetings?lang=nl")
	h.Writes("#start", "2027-03-09")
	h.Writes("#clock", "09:00")
	h.Writes("#minutes", "90")
	h.Writes("#repeat", "monthly")
	h.Goes(`form[action="/location/meetings"] button`)
	h.Reads("main .rows", "elke tweede dinsdag van de maand, 09:00–10:30")
	h.Goes(`form[action="/location/meetings/remove"] button`)
	if strings.Contains(h.Text("main"), "elke tweede dinsdag") {
		p.Error("the meeting is still there")
	}
}

func placeCalendar(p *place, h *hand) {
	h.Go("/location/calendar?lang=nl")
	h.Goes(`form[action="/location/calendar"] button`)
	if h.Count("svg.qr") != 1 || !strings.Contains(h.Text(".address"), "/f/") {
		p.Errorf("the calendar at %q", h.Text(".address"))
	}
	h.Looks("a new calendar")
	h.Go("/location/calendar")
	if h.Count(".address") != 0 || h.Count("main .rows li") != 1 {
		p.Error("the address is shown again")
	}
	h.Goes(`form[action="/location/calendar/remove"] button`)
	if h.Count("main .rows li") != 0 {
		p.Error("the calendar is still there")
	}
}

// frameFlows are what everybody comes to do.
func frameFlows() []flow {
	return []flow{
		{"sign in for the first time", func(*place) store.Membership { return nobody }, true, signInFirst},
		{"another role, and out", func(*place) store.Membership { return settled }, false, switchRole},
	}
}

// signInFirst: a password, an authenticator set up by the page, and the page that
// was wanted.
func signInFirst(p *place, h *hand) {
	u := p.withPassword(fmt.Sprintf("first%d", partways.Add(1)), p.lead())
	h.Go("/board?lang=nl")
	h.Writes("#mail", u.Mail)
	h.Writes("#password", "niet het goede")
	h.Goes("form[action^='/sign-in'] button")
	h.Reads("#said", "klopt")
	h.Writes("#password", password)
	h.Goes("form[action^='/sign-in'] button")
	secret, err := base32.StdEncoding.DecodeString(h.Text("code.address"))
	p.must(err)
	h.Writes("#code", service.TOTPCode(secret, now.Add(time.Duration(p.late.Load()))))
	h.Goes("form[action^='/sign-in/totp'] button")
	if at := h.Path(); !strings.HasPrefix(at, "/board") {
		p.Errorf("signing in leads to %s", at)
	}
}

func switchRole(p *place, h *hand) {
	h.Go("/account?lang=nl")
	h.Goes("form[action^='/account/role'] button")
	if chromium.Eval[bool](h.Page, "!!document.querySelector('nav.menu a[href=\"/board\"]')") {
		p.Error("the lead's menu is still there")
	}
	h.Go("/account")
	h.Goes("form[action^='/sign-out'] button")
	h.Go("/account")
	if at := h.Path(); !strings.HasPrefix(at, "/sign-in") {
		p.Errorf("signed out, and at %s", at)
	}
}
