package api_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/service"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// townLocation and townStaff are those of the town whose pages are looked at: a
// location and its care coordinator.
const (
	townLocation = "169499388"
	townStaff    = "zc-3"
)

// contact is the role of a location's contact. A contact has no account: the
// membership only says to a test which location it is.
func contactRole(location string) store.Membership {
	return store.Membership{Role: store.LocationContact, Staff: location}
}

// contacts counts the contacts of all tests, for an address to each.
var contacts atomic.Int64

// link is the link of a new contact of a location.
func (p *place) link(location string) (token string) {
	p.Helper()
	contact, err := p.Store.AddContact(p.Context(), store.Contact{
		Scope: store.FeedScope{Region: p.region, Kind: store.LocationFeed, ID: location}, Name: "Els", Mail: fmt.Sprintf("els%d@example.nl", contacts.Add(1)),
		Language: store.Dutch, Calendar: store.ByFeed,
	}, now)
	p.must(err)
	token, err = p.Store.RotateLocationLink(p.Context(), contact)
	p.must(err)
	return token
}

// entered is the browser of a location's contact who came by the link and the
// mailed code.
func (p *place) entered(location string) *browser {
	p.Helper()
	token := p.link(location)
	p.must(p.entrance.MailLocationCode(p.Context(), token))
	mails, err := p.Store.ClaimMail(p.Context(), 100, time.Minute, now)
	p.must(err)
	b := p.browser()
	for i := range mails {
		if code := mails[i].Content.Code; code != "" {
			b.send(local(p, b.request(http.MethodPost, "/location/"+token, url.Values{"act": {"enter"}, "code": {code}}, "Sec-Fetch-Site", "same-origin")))
		}
	}
	if b.cookies["location"] == "" {
		p.Fatalf("the contact of %s is not in: %v", location, b.cookies)
	}
	return b
}

// local sends a request to the town's own address.
func local(p *place, r *http.Request) *http.Request {
	r.Host = strings.TrimPrefix(p.url, "http://")
	return r
}

// asContact is the service for the contact of a location.
func (p *place) asContact(location string) *service.Service {
	return p.As(store.Scope{Role: store.LocationContact, Actor: "location-link:test", Region: p.region, Location: location})
}

// asStaff is the service for a member of staff.
func (p *place) asStaff(staff string) *service.Service {
	return p.As(store.Scope{Role: store.Member, Actor: "user:1", Region: p.region, Staff: staff})
}

// slot is the first moment that a location can have.
func (p *place) slot(location string) planner.Slot {
	p.Helper()
	slots, err := p.asContact(location).Slots(p.Context(), p.region, service.SlotQuestion{Location: location, VisitType: "consult", Limit: 1})
	p.must(err)
	if len(slots) == 0 {
		p.Fatalf("%s has no free moment", location)
	}
	return slots[0]
}

// booked books the first moment that a location can have.
func (p *place) booked(location string) *service.Booking {
	p.Helper()
	b, err := p.asContact(location).Book(p.Context(), p.region, service.BookingRequest{
		SlotQuestion: service.SlotQuestion{Location: location, VisitType: "consult"}, Start: p.slot(location).Start,
	})
	p.must(err)
	return b
}

// held holds the first moment that a location can have.
func (p *place) held(location string) *service.Booking {
	p.Helper()
	b, err := p.asContact(location).Hold(p.Context(), p.region, service.BookingRequest{
		SlotQuestion: service.SlotQuestion{Location: location, VisitType: "consult"}, Start: p.slot(location).Start,
	})
	p.must(err)
	return b
}

// firstVisit is the first visit of somebody in the published plan, that has passed
// or is to come.
func (p *place) firstVisit(staff string, passed bool) *planner.Visit {
	p.Helper()
	snapshot, err := p.Snapshot(p.Context(), p.region)
	p.must(err)
	for i := range snapshot.Plan.Visits {
		v := &snapshot.Plan.Visits[i]
		if !v.Meeting && v.Start.Before(now) == passed && v.Crew[0].Staff == staff {
			return v
		}
	}
	p.Fatalf("%s has no such visit", staff)
	return nil
}

// peopleWalk are the stops of the pages of staff, locations and policy officers.
func peopleWalk(p *place) map[string]stop {
	contact, staff := contactRole(townLocation), p.member(townStaff)
	booked, held := p.booked(townLocation), p.held(townLocation)
	visit := "/my/visit?id=" + url.QueryEscape(p.firstVisit(townStaff, true).ID)
	return map[string]stop{
		"/location":                          {contact, []string{"/location"}},
		"/location/poster":                   {contact, []string{"/location/poster"}},
		"/location/closed":                   {contact, []string{"/location/closed"}},
		"/location/meetings":                 {contact, []string{"/location/meetings"}},
		"/location/calendar":                 {contact, []string{"/location/calendar"}},
		"/location/book":                     {contact, []string{"/location/book", "/location/book?type=consult", "/location/book?type=consult&from=2027-12-01"}},
		"/location/book/{booking}":           {contact, []string{"/location/book/" + held.ID}},
		"/location/booking/{booking}":        {contact, []string{"/location/booking/" + booked.ID}},
		"/location/booking/{booking}/move":   {contact, []string{"/location/booking/" + booked.ID + "/move"}},
		"/location/booking/{booking}/cancel": {contact, []string{"/location/booking/" + booked.ID + "/cancel"}},

		"/my":          {staff, []string{"/my", "/my?week=2027-08-30"}},
		"/my/year":     {staff, []string{"/my/year"}},
		"/my/visit":    {staff, []string{visit}},
		"/my/changes":  {staff, []string{"/my/changes"}},
		"/my/absence":  {staff, []string{"/my/absence"}},
		"/my/hours":    {staff, []string{"/my/hours"}},
		"/my/consult":  {staff, []string{"/my/consult"}},
		"/my/calendar": {staff, []string{"/my/calendar"}},

		"/figures": {p.auditor(), []string{"/figures"}},
	}
}

// peopleShots are the pictures of their pages.
func peopleShots() map[string]shot {
	contact := func(*place) store.Membership { return contactRole(townLocation) }
	staff := func(p *place) store.Membership { return p.member(townStaff) }
	auditor := func(p *place) store.Membership { return p.auditor() }
	return map[string]shot{
		"location":       {as: contact, path: "/location"},
		"location-phone": {as: contact, path: "/location", phone: true},
		"book-phone":     {as: contact, path: "/location/book?type=consult", phone: true},
		"book":           {as: contact, path: "/location/book?type=consult"},
		"poster":         {as: contact, path: "/location/poster"},
		"week-phone":     {as: staff, path: "/my", phone: true},
		"week":           {as: staff, path: "/my"},
		"year":           {as: staff, path: "/my/year"},
		"figures":        {as: auditor, path: "/figures"},
	}
}
