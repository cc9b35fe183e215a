package api

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/wijkplanner/wijkplanner/api/problem"
	"github.com/wijkplanner/wijkplanner/api/rights"
	"github.com/wijkplanner/wijkplanner/api/web"
	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/service"
)

// bookingPages are the pages by which a location books, moves and cancels.
func bookingPages(book func(rights.Act) rights.Access) []pageRoute {
	slots := rights.Access{Resource: rights.Slots, Act: rights.Read}
	return []pageRoute{
		page("/location/book", slots, (*visitor).choosePage),
		form("/location/book", book(rights.Create), (*visitor).holdMoment),
		page("/location/book/{booking}", book(rights.Create), (*visitor).confirmPage),
		form("/location/book/{booking}", book(rights.Create), (*visitor).confirmBooking),
		form("/location/book/{booking}/back", book(rights.Remove), (*visitor).giveBack),
		form("/location/wait", rights.Access{Resource: rights.WaitingEntries, Act: rights.Create}, (*visitor).joinWaiting),
		form("/location/wait/{entry}/stop", rights.Access{Resource: rights.WaitingEntries, Act: rights.Remove}, (*visitor).stopWaiting),
		page("/location/booking/{booking}", book(rights.Read), (*visitor).bookingPage),
		page("/location/booking/{booking}/move", book(rights.Change), (*visitor).momentsPage),
		form("/location/booking/{booking}/move", book(rights.Change), (*visitor).moveBooking),
		page("/location/booking/{booking}/cancel", book(rights.Remove), (*visitor).cancelPage),
		form("/location/booking/{booking}/cancel", book(rights.Remove), (*visitor).cancelBooking),
	}
}

// mostMoments bounds the moments of one page.
const mostMoments = 200

// choosePage shows the moments of two weeks, and why there are none.
func (v *visitor) choosePage() error {
	p, err := v.place()
	if err != nil {
		return err
	}
	c := &web.Choosing{Place: *p, VisitType: v.value("type"), Urgent: v.value("urgent") != ""}
	if kinds := bookableTypes(p.Region.State); c.VisitType == "" && len(kinds) == 1 {
		c.VisitType = kinds[0]
	} else if !slices.Contains(kinds, c.VisitType) {
		c.VisitType = ""
	}
	return v.showMoments(http.StatusOK, "place.choose", c)
}

// bookableTypes are the visit types that a location can choose from.
func bookableTypes(s *planner.State) (out []string) {
	for i := range s.Programme.VisitTypes {
		if vt := &s.Programme.VisitTypes[i]; vt.Bookable {
			out = append(out, vt.ID)
		}
	}
	return out
}

// showMoments fills in what is free and shows the page.
func (v *visitor) showMoments(status int, title string, c *web.Choosing) error {
	zone, err := time.LoadLocation(c.Region.State.Programme.Zone)
	if err != nil {
		return err
	}
	c.From, c.To = web.ChooseDays(v.day("from"), calendar.DateOf(c.Now, zone))
	if c.VisitType != "" {
		q := service.SlotQuestion{
			Location: c.Location, VisitType: c.VisitType, Urgent: c.Urgent, From: c.From.At(0, zone), To: (c.To + 1).At(0, zone), Limit: mostMoments,
		}
		if c.Move != nil && !c.Anyone {
			q.Role, q.Staff = c.Move.Crew[0].Role, c.Move.Crew[0].Staff
		}
		if c.Slots, err = v.service.Slots(v.ctx(), v.caller.Region, q); err != nil {
			return err
		}
		if len(c.Slots) == 0 {
			if c.Why, err = v.whyNone(q); err != nil {
				return err
			}
		}
	}
	body, err := web.NewChoosePage(c)
	if err != nil {
		return err
	}
	return v.showAs(status, v.ours(title), "place.choose", body)
}

// whyNone says why a period has no moment, and when the first is, before the
// period too.
func (v *visitor) whyNone(q service.SlotQuestion) (*planner.WhyNoSlot, error) {
	why, err := v.service.WhyNoSlot(v.ctx(), v.caller.Region, q)
	if err != nil || why.First != nil {
		return why, err
	}
	q.From, q.To, q.Limit = time.Time{}, q.From, mostMoments
	slots, err := v.service.Slots(v.ctx(), v.caller.Region, q)
	for i := range slots {
		if why.First == nil || slots[i].Start.Before(why.First.Start) {
			why.First = &slots[i]
		}
	}
	return why, err
}

// moment reads a moment that was chosen: when, and with whom.
func (v *visitor) moment() (start time.Time, staff string, err error) {
	when, staff, _ := strings.Cut(v.value("moment"), " ")
	if start, err = time.Parse(time.RFC3339, when); err != nil {
		return start, "", problem.New(problem.BadRequest)
	}
	return start, staff, nil
}

// holdMoment keeps a moment for who chose it. Who chooses it twice has it once.
func (v *visitor) holdMoment() error {
	p, err := v.place()
	if err != nil {
		return err
	}
	start, staff, err := v.moment()
	if err != nil {
		return err
	}
	q := service.SlotQuestion{Location: p.Location, VisitType: v.value("type"), Staff: staff, Urgent: v.value("urgent") != ""}
	b, err := v.service.Hold(v.ctx(), p.Region.State.Region, service.BookingRequest{SlotQuestion: q, Start: start})
	var taken *service.TakenError
	switch {
	case errors.As(err, &taken):
		if own, err := v.ownHold(p.Location, start); err != nil || own != "" {
			return v.orElse(err, "/location/book/"+own)
		}
		return v.showMoments(http.StatusConflict, "place.choose", &web.Choosing{Place: *p, VisitType: q.VisitType, Urgent: q.Urgent, Taken: taken})
	case err != nil:
		if _, about := web.ProblemsOf(err); about {
			return problem.New(problem.BadRequest)
		}
		return err
	}
	return v.done("/location/book/"+b.ID, "")
}

// orElse gives the error, or goes on to a page.
func (v *visitor) orElse(err error, path string) error {
	if err != nil {
		return err
	}
	return v.done(path, "")
}

// ownHold is the hold or booking that the location has at a moment already.
func (v *visitor) ownHold(location string, start time.Time) (string, error) {
	all, err := v.service.Bookings(v.ctx(), v.caller.Region, service.BookingFilter{
		Location: location, From: start, To: start.Add(time.Minute), States: []service.BookingState{service.BookingHeld, service.BookingRequested, service.BookingConfirmed},
	})
	for i := range all {
		if b := &all[i]; b.State != service.BookingHeld || b.Expires.After(v.Now()) {
			return b.ID, nil
		}
	}
	return "", err
}

// booking is the one in the path, of the caller's own location.
func (v *visitor) booking() (*service.Booking, error) {
	region, _, err := v.contact()
	if err != nil {
		return nil, err
	}
	return v.service.Booking(v.ctx(), region, v.param("booking"))
}

func (v *visitor) confirmPage() error {
	b, err := v.booking()
	if err != nil {
		return err
	}
	if b.State != service.BookingHeld {
		return v.done("/location/booking/"+b.ID, "")
	}
	if !b.Expires.After(v.Now()) {
		return v.done("/location/book?type="+b.VisitType, "said.late")
	}
	return v.showConfirm(http.StatusOK, web.Confirming{Booking: b})
}

func (v *visitor) showConfirm(status int, c web.Confirming) error {
	p, err := v.place()
	if err != nil {
		return err
	}
	c.Place = *p
	body, err := web.NewConfirmPage(&c)
	if err != nil {
		return err
	}
	return v.showAs(status, v.ours("place.confirm"), "place.confirm", body)
}

// confirmBooking makes a hold a booking. Who sends the form twice has one booking.
func (v *visitor) confirmBooking() error {
	b, err := v.booking()
	if err != nil {
		return err
	}
	if b.State != service.BookingHeld {
		return v.done("/location/booking/"+b.ID, "")
	}
	booked, err := v.service.Book(v.ctx(), b.Region, service.BookingRequest{Hold: b.ID, Remark: v.value("remark"), Confirmed: v.value("confirmed") != ""})
	var (
		screened *planner.ScreenError
		taken    *service.TakenError
	)
	switch {
	case errors.As(err, &screened):
		return v.showConfirm(http.StatusUnprocessableEntity, web.Confirming{
			Booking: b, Warned: len(screened.Refused) == 0, Values: v.filled("remark"),
			Problems: web.Problems{"remark": web.ScreenProblem(screened)},
		})
	case errors.As(err, &taken):
		return v.showTaken(b, taken)
	case errors.Is(err, service.ErrConflict): // sent twice: the other one was first
		return v.done("/location/booking/"+b.ID, "")
	case err != nil:
		return err
	}
	said := "said.booked"
	if booked.State == service.BookingRequested {
		said = "said.requested"
	}
	return v.done("/location/booking/"+b.ID, said)
}

// showTaken offers other moments to who came too late.
func (v *visitor) showTaken(b *service.Booking, taken *service.TakenError) error {
	p, err := v.place()
	if err != nil {
		return err
	}
	return v.showMoments(http.StatusConflict, "place.choose", &web.Choosing{Place: *p, VisitType: b.VisitType, Urgent: b.Urgent, Taken: taken})
}

// giveBack gives a hold back, to choose another moment.
func (v *visitor) giveBack() error {
	b, err := v.booking()
	if err != nil {
		return err
	}
	if b.State == service.BookingHeld {
		if _, err := v.service.Cancel(v.ctx(), b.Region, b.ID, "not_needed", nil); err != nil && !errors.Is(err, service.ErrConflict) && !errors.Is(err, service.ErrNotFound) {
			return err
		}
	}
	return v.done("/location/book?type="+b.VisitType, "")
}

func (v *visitor) bookingPage() error {
	b, err := v.booking()
	if err != nil {
		return err
	}
	if b.State == service.BookingHeld {
		return v.done("/location/book/"+b.ID, "")
	}
	return v.showBooking(http.StatusOK, "place.booking", web.Shown{Booking: b})
}

func (v *visitor) showBooking(status int, name string, s web.Shown) error {
	p, err := v.place()
	if err != nil {
		return err
	}
	s.Place = *p
	body, err := web.NewBookingPage(&s)
	if err != nil {
		return err
	}
	return v.showAs(status, v.ours(name), name, body)
}

// changeable reports whether a booking can still be moved and cancelled.
func (v *visitor) changeable(b *service.Booking) bool {
	return (b.State == service.BookingRequested || b.State == service.BookingConfirmed) && b.Start.After(v.Now())
}

func (v *visitor) momentsPage() error {
	b, err := v.booking()
	if err != nil {
		return err
	}
	if !v.changeable(b) {
		return v.done("/location/booking/"+b.ID, "")
	}
	p, err := v.place()
	if err != nil {
		return err
	}
	return v.showMoments(http.StatusOK, "place.move.title", &web.Choosing{
		Place: *p, VisitType: b.VisitType, Urgent: b.Urgent, Move: b, Anyone: v.value("anyone") != "",
	})
}

// moveBooking moves a booking; the same form twice moves it once.
func (v *visitor) moveBooking() error {
	b, err := v.booking()
	if err != nil {
		return err
	}
	start, staff, err := v.moment()
	if err != nil {
		return err
	}
	own := "/location/booking/" + b.ID
	switch {
	case b.Start.Equal(start) && b.Crew[0].Staff == staff:
		return v.done(own, "said.rebooked")
	case !v.changeable(b):
		return v.done(own, "")
	case b.Crew[0].Staff == staff:
		staff = "" // the person stays
	}
	_, err = v.service.Move(v.ctx(), b.Region, b.ID, start, staff, nil)
	var taken *service.TakenError
	switch {
	case errors.As(err, &taken):
		p, err := v.place()
		if err != nil {
			return err
		}
		return v.showMoments(http.StatusConflict, "place.move.title", &web.Choosing{Place: *p, VisitType: b.VisitType, Urgent: b.Urgent, Move: b, Taken: taken})
	case err != nil:
		return err
	}
	return v.done(own, "said.rebooked")
}

func (v *visitor) cancelPage() error {
	b, err := v.booking()
	if err != nil {
		return err
	}
	if !v.changeable(b) {
		return v.done("/location/booking/"+b.ID, "")
	}
	return v.showBooking(http.StatusOK, "place.cancel", web.Shown{Booking: b, Cancelling: true})
}

// cancelBooking cancels a booking; the same form twice cancels it once.
func (v *visitor) cancelBooking() error {
	b, err := v.booking()
	if err != nil {
		return err
	}
	if b.State == service.BookingCancelled {
		return v.done("/location/booking/"+b.ID, "said.off")
	}
	if _, err := v.service.Cancel(v.ctx(), b.Region, b.ID, v.value("reason"), nil); err != nil {
		if problems, about := web.ProblemsOf(err); about {
			return v.showBooking(http.StatusUnprocessableEntity, "place.cancel", web.Shown{Booking: b, Cancelling: true, Problems: problems})
		}
		return err
	}
	return v.done("/location/booking/"+b.ID, "said.off")
}

// joinWaiting puts the location on the waiting list, once for each kind of visit.
func (v *visitor) joinWaiting() error {
	p, err := v.place()
	if err != nil {
		return err
	}
	kind, urgent := v.value("type"), v.value("urgent") != ""
	entries, err := v.service.WaitingEntries(v.ctx(), v.caller.Region, true)
	if err != nil {
		return err
	}
	for i := range entries {
		if e := &entries[i]; e.Location == p.Location && e.VisitType == kind && e.Urgent == urgent {
			return v.done("/location", "said.waits")
		}
	}
	err = v.wait(p, kind, urgent)
	if problems, about := web.ProblemsOf(err); about {
		return v.showMoments(http.StatusUnprocessableEntity, "place.choose", &web.Choosing{
			Place: *p, VisitType: kind, Urgent: urgent, Problems: problems, Values: v.filled("until"),
		})
	}
	if err != nil {
		return err
	}
	return v.done("/location", "said.waits")
}

func (v *visitor) wait(p *web.Place, kind string, urgent bool) error {
	until := v.day("until")
	if until == calendar.NoDate {
		return service.InputErrors{{Field: "until", Code: "required", Text: planner.Text{NL: "Vul een dag in.", EN: "Fill in a day."}}}
	}
	zone, err := time.LoadLocation(p.Region.State.Programme.Zone)
	if err != nil {
		return err
	}
	_, err = v.service.Wait(v.ctx(), v.caller.Region, service.SlotQuestion{Location: p.Location, VisitType: kind, Urgent: urgent, To: (until + 1).At(0, zone)})
	var faults service.InputErrors
	if errors.As(err, &faults) {
		for i := range faults {
			if faults[i].Field == "to" {
				faults[i].Field = "until"
			}
		}
	}
	return err
}

func (v *visitor) stopWaiting() error {
	region, _, err := v.contact()
	if err != nil {
		return err
	}
	if err := v.service.StopWaiting(v.ctx(), region, v.param("entry")); err != nil && !errors.Is(err, service.ErrConflict) {
		return err
	}
	return v.done("/location", "said.waits.not")
}
