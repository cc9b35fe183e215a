package web

import (
	"cmp"
	"slices"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/service"
)

// Place is what the pages of one location are made of.
type Place struct {
	Lang     Lang
	Now      time.Time
	Location string
	Region   Region
	// Bookings are the location's, Waiting what it waits for.
	Bookings []service.Booking
	Waiting  []service.WaitingEntry
}

// PlacePage is what every page of a location shows.
type PlacePage struct {
	Name, Address string
	Fields        []Field
	// Wrong says that the form was not taken.
	Wrong        bool
	Faces        []Face
	Appointments []Appointment
	Waiting      []Waits
	Bookable     bool
	Today        calendar.Date
}

// Appointment is a visit or a booking that is to come.
type Appointment struct {
	Date  calendar.Date
	Clock string
	What  planner.Text
	Who   []string
	// Booking is the id of a booking; empty for a visit that was planned.
	Booking string
	// Held is a moment that is kept until Until, Asked one that waits for
	// approval, Closed one at which the location says it is closed.
	Held, Asked, Closed, Cancelled bool
	Until                          string

	start time.Time
}

// Waits is something that the location waits for.
type Waits struct {
	ID    string
	What  planner.Text
	Until calendar.Date
}

func (p *Place) page(f *facts) PlacePage {
	b := PlacePage{Name: f.locationName(p.Location), Bookable: len(f.bookable()) > 0, Today: f.today}
	if l := f.locations[p.Location]; l != nil {
		b.Address = join(l.Address, join(l.Postcode, l.Town, " "), ", ")
	}
	return b
}

// join puts two texts together where both are there.
func join(a, b, between string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + between + b
}

// bookable are the visit types that can be booked.
func (f *facts) bookable() []*planner.VisitType {
	var out []*planner.VisitType
	for i := range f.state.Programme.VisitTypes {
		if vt := &f.state.Programme.VisitTypes[i]; vt.Bookable {
			out = append(out, vt)
		}
	}
	return out
}

// NewPlaceHome makes the first page of a location: who is who, what is to come and
// what can be arranged.
func NewPlaceHome(p *Place) (PlacePage, error) {
	f, err := factsOf(p.Region, p.Now)
	if err != nil {
		return PlacePage{}, err
	}
	b := p.page(f)
	b.Faces = f.facesOf(p.Location)
	b.Appointments = p.appointments(f)
	for i := range p.Waiting {
		if e := &p.Waiting[i]; e.State == service.Waits {
			b.Waiting = append(b.Waiting, Waits{e.ID, f.typeName(e.VisitType), calendar.DateOf(e.NotAfter, f.zone)})
		}
	}
	return b, nil
}

// facesOf are the people of a location by role, those who stand in after the
// others of the role.
func (f *facts) facesOf(location string) []Face {
	var out []Face
	for i := range f.state.Programme.Roles {
		role := &f.state.Programme.Roles[i]
		for _, kind := range []planner.AssignmentKind{planner.Primary, planner.Backup} {
			for k := range f.state.Assignments {
				a := &f.state.Assignments[k]
				if a.Location == location && a.Role == role.ID && a.Kind == kind && a.Staff != "" && a.On(f.today) {
					out = append(out, f.face(a.Staff, named(role.Name, role.ID), kind == planner.Backup))
				}
			}
		}
	}
	return out
}

// shownAppointments is how many days ahead a location sees its visits.
const shownAppointments = 400

// appointments are the visits and bookings of the location that are to come, by
// time, with those that fell through.
func (p *Place) appointments(f *facts) []Appointment {
	var out []Appointment
	for i := range f.plan.Visits {
		v := &f.plan.Visits[i]
		if v.Location != p.Location || v.Meeting || v.End.Before(p.Now) || calendar.DateOf(v.Start, f.zone) > f.today+shownAppointments {
			continue
		}
		a := Appointment{
			Date: calendar.DateOf(v.Start, f.zone), Clock: clockSpan(v.Start, v.End, f.zone), What: f.visitName(v), start: v.Start,
			Cancelled: v.Status == planner.Cancelled, Closed: f.closed(p.Location, v.Start, v.End),
		}
		for _, c := range v.Crew {
			a.Who = append(a.Who, f.staffName(c.Staff))
		}
		out = append(out, a)
	}
	for i := range p.Bookings {
		b := &p.Bookings[i]
		if !b.State.Takes() || b.End.Before(p.Now) || b.State == service.BookingHeld && !b.Expires.After(p.Now) {
			continue
		}
		out = append(out, p.appointment(f, b))
	}
	slices.SortStableFunc(out, func(a, b Appointment) int { return cmp.Compare(a.start.Unix(), b.start.Unix()) })
	return out
}

func (p *Place) appointment(f *facts, b *service.Booking) Appointment {
	a := Appointment{
		Date: calendar.DateOf(b.Start, f.zone), Clock: clockSpan(b.Start, b.End, f.zone), What: f.typeName(b.VisitType), start: b.Start,
		Booking: b.ID, Held: b.State == service.BookingHeld, Asked: b.State == service.BookingRequested, Closed: f.closed(b.Location, b.Start, b.End),
		Cancelled: b.State == service.BookingCancelled || b.State == service.BookingDeclined,
	}
	if a.Held {
		a.Until = p.Lang.dayClock(b.Expires, f.zone)
	}
	for _, c := range b.Crew {
		a.Who = append(a.Who, f.staffName(c.Staff))
	}
	return a
}

// dayClock writes maandag 4 januari, 13:00.
func (l Lang) dayClock(t time.Time, zone *time.Location) string {
	return l.weekday(calendar.DateOf(t, zone)) + ", " + t.In(zone).Format("15:04")
}

// typeName is what a visit type is called.
func (f *facts) typeName(id string) planner.Text {
	if vt := f.state.Programme.VisitType(id); vt != nil {
		return named(vt.Name, vt.ID)
	}
	return planner.Text{NL: id, EN: id}
}

// closed reports whether a location has said that it is closed at a time.
func (f *facts) closed(location string, from, to time.Time) bool {
	d := calendar.DateOf(from, f.zone)
	at := from.In(f.zone)
	span := calendar.Span{From: calendar.Clock(at.Hour()*60 + at.Minute())}
	span.To = span.From + calendar.Clock(to.Sub(from).Minutes())
	return slices.ContainsFunc(f.state.Blackouts, func(b planner.Blackout) bool {
		if b.Location != location || d < b.From || d > b.To {
			return false
		}
		return b.Part.Empty() || b.Part.From < span.To && span.From < b.Part.To
	})
}
