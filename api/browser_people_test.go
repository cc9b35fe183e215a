package api_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"github.com/wijkplanner/wijkplanner/internal/chromium"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/service"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// phone is a small phone: 360 pixels wide.
var phone = chromium.Settings{Width: 360, Height: 740}

// mostTabs is how often somebody presses Tab at most to get somewhere on a page.
const mostTabs = 120

// tabTo goes to an element by the Tab key alone.
func tabTo(b *chromium.Page, selector string) {
	b.Helper()
	for range mostTabs {
		if chromium.Eval[bool](b, fmt.Sprintf("document.activeElement?.matches(%q) ?? false", selector)) {
			return
		}
		b.Keys(kb.Tab)
	}
	b.Fatalf("%s is not reached by %d times Tab", selector, mostTabs)
}

// press goes to a button or link by the Tab key and presses Enter.
func press(b *chromium.Page, selector string) {
	b.Helper()
	tabTo(b, selector)
	b.FollowKeys(kb.Enter)
}

// bookings are those of a location, and fails for another number.
func (p *place) bookings(location string, want int) []service.Booking {
	p.Helper()
	all, err := p.Bookings(p.Context(), p.region, service.BookingFilter{Location: location})
	p.must(err)
	if len(all) != want {
		p.Fatalf("%d bookings, want %d: %+v", len(all), want, all)
	}
	return all
}

// TestBookingWithoutScripts books, moves and cancels a consult on a phone that
// runs no scripts.
func TestBookingWithoutScripts(t *testing.T) {
	t.Parallel()
	p := town(t)
	settings := phone
	settings.NoScript = true
	b := p.open(contactRole(townLocation), settings)
	b.Go("/location?lang=nl")
	b.Follow(`main a[href="/location/book"]`)
	b.Follow(`.kinds a[href*="type=consult"]`)
	b.Follow(`button[name="moment"]`)
	b.Fill("#remark", "Bel bij de zij-ingang aan.")
	b.Follow(`form[action^="/location/book/"] button:not(.plain)`)
	b.WaitText("#notice", "De afspraak staat vast")
	booked := p.bookings(townLocation, 1)[0]
	if booked.State != store.BookingConfirmed || booked.Remark != "Bel bij de zij-ingang aan." || booked.Relation != planner.SlotOwn {
		t.Errorf("booked %+v", booked)
	}
	b.Follow(`a[href$="/move"]`)
	b.Follow(`button[name="moment"]:last-of-type`)
	b.WaitText("#notice", "De afspraak is verzet")
	moved := p.bookings(townLocation, 1)[0]
	if moved.Start.Equal(booked.Start) || moved.Crew[0].Staff != booked.Crew[0].Staff || moved.Moves != 1 {
		t.Errorf("moved %+v", moved)
	}
	b.Follow(`a[href$="/cancel"]`)
	b.Fill("#reason", "answered_otherwise")
	b.Follow(`button.danger`)
	b.WaitText("#notice", "De afspraak is afgezegd")
	if off := p.bookings(townLocation, 1)[0]; off.State != store.BookingCancelled || off.Reason != "answered_otherwise" {
		t.Errorf("cancelled %+v", off)
	}
}

// TestBookingByKeyboard does the same by the keys alone, in English.
func TestBookingByKeyboard(t *testing.T) {
	t.Parallel()
	p := town(t)
	b := p.open(contactRole(townLocation), phone)
	b.Go("/location/book?type=consult&lang=en")
	press(b, `button[name="moment"]`)
	tabTo(b, "#remark")
	b.Keys("Ring twice")
	press(b, `form[action^="/location/book/"] button:not(.plain)`)
	b.WaitText("#notice", "The appointment is settled")
	press(b, `a[href$="/cancel"]`)
	press(b, "button.danger")
	b.WaitText("#notice", "The appointment is cancelled")
	if off := p.bookings(townLocation, 1)[0]; off.State != store.BookingCancelled || off.Remark != "Ring twice" {
		t.Errorf("booked and cancelled %+v", off)
	}
}

// TestALocationArrangesItsOwn: closed days, a meeting, a calendar and the poster.
func TestALocationArrangesItsOwn(t *testing.T) {
	t.Parallel()
	p := town(t)
	b := p.open(contactRole(townLocation), phone)
	b.Go("/location/closed?lang=nl")
	b.Fill("#from", "2027-04-01")
	b.Fill("#to", "2027-03-01")
	b.Follow(`form[action="/location/closed"] button`)
	b.WaitText("#to-fault", "De laatste dag ligt voor de eerste.")
	b.Check("a form with a fault")
	b.Fill("#to", "2027-04-02")
	b.Follow(`form[action="/location/closed"] button`)
	b.WaitText("main .rows", "1 april 2027")
	b.WaitText("main .rows", "gepland bezoek valt hierin")
	b.Follow(`form[action="/location/closed/remove"] button`)
	if b.Count("main .rows li") != 0 {
		t.Error("the closed days are still there")
	}
	b.Go("/location/meetings")
	b.Fill("#start", "2027-03-09")
	b.Fill("#clock", "09:00")
	b.Fill("#minutes", "90")
	b.Fill("#repeat", "monthly")
	b.Follow(`form[action="/location/meetings"] button`)
	b.WaitText("main .rows", "elke tweede dinsdag van de maand, 09:00–10:30")
	b.Go("/location/calendar")
	b.Follow(`form[action="/location/calendar"] button`)
	address := b.Text(".address")
	if b.Count("svg.qr") != 1 || !strings.HasPrefix(address, p.url+"/f/pf_feed_") && !strings.Contains(address, "/f/") {
		t.Errorf("the calendar at %q", address)
	}
	b.Check("a new calendar")
	b.Go("/location/calendar")
	if b.Count(".address") != 0 || b.Count("main .rows li") != 1 {
		t.Error("the address is shown again")
	}
	b.Follow(`form[action="/location/calendar/remove"] button`)
	if b.Count("main .rows li") != 0 {
		t.Error("the calendar is still there")
	}
	b.Go("/location/poster")
	if text := b.Text(".poster"); !strings.Contains(text, "Wie is wie") || strings.Contains(text, "http") || b.Count(".poster a") != 0 {
		t.Errorf("the poster: %s", text)
	}
}

// TestAWeekOnThePhone closes a visit by the keys alone, says that one is away and
// changes the hours.
func TestAWeekOnThePhone(t *testing.T) {
	t.Parallel()
	p := town(t)
	visit := p.firstVisit(townStaff, true)
	b := p.open(p.member(townStaff), phone)
	b.Go("/my?lang=nl")
	b.Click("details.card > summary")
	press(b, `details.card a[href*="/my/visit"]`)
	tabTo(b, "#minutes")
	b.Keys(kb.Backspace + kb.Backspace + kb.Backspace + "75")
	press(b, `form[action="/my/visit/done"] button`)
	b.WaitText("#notice", "Afgerond")
	b.WaitText("main", "Het duurde 75 minuten")
	b.Check("a visit that was closed")
	outcomes, err := p.Outcomes(t.Context(), p.region)
	p.must(err)
	for _, o := range outcomes {
		if !o.Done || o.Minutes != 75 {
			t.Errorf("outcome %+v", o)
		}
	}
	if len(outcomes) != 1 {
		t.Errorf("%d outcomes", len(outcomes))
	}
	b.Go("/my/visit?id=" + strings.ReplaceAll(visit.ID, "#", "%23"))
	b.Fill("#reason", "location_closed")
	b.Follow("button.danger")
	b.WaitText("#notice", "wordt opnieuw gepland")
	b.Go("/my/absence")
	b.Fill("#from", "2027-03-04")
	b.Fill("#to", "2027-03-05")
	b.Follow(`form[action="/my/absence"] button`)
	b.WaitText("main .rows", "uw teamleider plant ze opnieuw")
	b.Go("/my")
	b.WaitText("main", "afwezig")
	b.Go("/my/hours")
	b.Fill("#mo1from", "09:00")
	b.Fill("#mo1to", "12:00")
	b.Follow(`form[action="/my/hours"] button`)
	b.WaitText("#notice", "Bewaard")
	b.Go("/my/year")
	b.Click(".month:nth-of-type(4) > summary")
	b.Check("a month of the year")
}

// TestARequestIsApproved: somebody asks for approval, a location asks for a
// moment, and both hear of the answer.
func TestARequestIsApproved(t *testing.T) {
	t.Parallel()
	p := town(t)
	staff, contact := p.open(p.member(townStaff), phone), p.open(contactRole(townLocation), phone)
	staff.Go("/my/consult?lang=nl")
	staff.Click("details.card > summary")
	staff.Fill("#type", "consult")
	staff.Fill("#we1from", "09:00")
	staff.Fill("#we1to", "12:00")
	staff.Run("document.querySelector('#approval').checked = true")
	staff.Follow(`form[action="/my/consult/rule"] button`)
	staff.WaitText("main", "u bevestigt elke afspraak")
	contact.Go("/location/book?type=consult&lang=nl")
	contact.Follow(`button[name="moment"]`)
	contact.Follow(`form[action^="/location/book/"] button:not(.plain)`)
	contact.WaitText("#notice", "De aanvraag is verstuurd")
	staff.Go("/my")
	staff.Follow(`a[href="/my/consult"]:not(nav a)`)
	staff.Check("a request that waits")
	staff.Follow(`form[action$="/approve"] button`)
	staff.WaitText("#notice", "dat het doorgaat")
	if b := p.bookings(townLocation, 1)[0]; b.State != store.BookingConfirmed {
		t.Errorf("approved %+v", b)
	}
	contact.Go("/location")
	if text := contact.Text("main"); strings.Contains(text, "wacht op bevestiging") {
		t.Error("the location still waits")
	}
}

// TestFiguresInABrowser: each drawing has its table.
func TestFiguresInABrowser(t *testing.T) {
	t.Parallel()
	p := town(t)
	b := p.open(p.auditor(), phone)
	b.Go("/figures?lang=nl")
	if charts, tables := b.Count("main section"), b.Count("main table"); charts != 4 || tables != 4 || b.Count(".chart svg.bar rect[class^='s-']") == 0 {
		t.Errorf("%d charts, %d tables", charts, tables)
	}
	b.WaitText("#districts", "Toezeggingen per gebied")
	if text := b.Text("main"); !strings.Contains(text, "< 5") {
		t.Error("no small count is hidden")
	}
}
