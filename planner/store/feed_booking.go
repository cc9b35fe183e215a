package store

import (
	"fmt"
	"slices"
	"time"

	"github.com/wijkplanner/wijkplanner/planner"
)

// asked begins the name of a booking that waits for approval.
var asked = planner.Text{NL: "Aanvraag: ", EN: "Request: "}

// showBooking brings the calendars of a booking's crew, location, district and
// team up to it, and queues the mail about it. Was is the booking before, nil for
// a new one.
func (t *Tx) showBooking(b, was *Booking, state *planner.State, now time.Time) error {
	want := bookingEvents(b, state)
	have := map[feedEventKey]*feedEventRow{}
	crew := b.Staff()
	if was != nil {
		crew = append(crew, was.Staff()...)
		var rows []feedEventRow
		if err := t.db.Where("region = ? AND plan = 0 AND visit = ?", b.Region, b.Visit()).Find(&rows).Error; err != nil {
			return err
		}
		for i := range rows {
			have[rows[i].key()] = &rows[i]
		}
	}
	r := &revision{region: b.Region, now: now}
	for i := range want {
		w := &want[i]
		h := have[w.key()]
		delete(have, w.key())
		if h == nil {
			r.change(w)
		} else if !h.same(w) {
			w.Sequence = h.Sequence + 1
			r.change(w)
		}
	}
	for _, h := range have {
		if !h.Cancelled {
			h.Cancelled, h.Reason = true, BookingWithdrawn
			h.Sequence++
			r.change(h)
		}
	}
	if len(r.changed) == 0 {
		return nil
	}
	if err := t.notifyBooking(b, crew, r.write, &state.Programme, now); err != nil {
		return err
	}
	// Calendars are raised last: whoever changes one of them too waits until the
	// end.
	if err := t.raise(r); err != nil {
		return err
	}
	return upsert(t, r.write)
}

// notifyBooking is Notify for what changed of one booking.
func (t *Tx) notifyBooking(b *Booking, crew []string, changed []feedEventRow, programme *planner.Programme, now time.Time) error {
	var contacts []contactRow
	err := t.db.Where("region = ? AND (kind = ? AND subject = ? OR kind = ? AND subject IN ?)", b.Region, LocationFeed, b.Location, StaffFeed, crew).
		Order("id").Find(&contacts).Error
	if err != nil || len(contacts) == 0 || !b.End.After(now) {
		return err
	}
	n, err := t.notifierOf(programme, now, contacts, changed, t.db.Where("visit = ?", b.Visit()))
	if err != nil {
		return err
	}
	for i := range contacts {
		if err := n.contact(&contacts[i]); err != nil {
			return fmt.Errorf("notify contact %d: %w", contacts[i].ID, err)
		}
	}
	return n.save()
}

// bookingEvents are the events by which calendars show a booking; none for one
// that is held, declined or cancelled.
func bookingEvents(b *Booking, state *planner.State) []feedEventRow {
	if b.State != BookingRequested && b.State != BookingConfirmed {
		return nil
	}
	v := visitOf(b)
	n := namesFor(&v, state)
	content := n.content(&v)
	if b.State == BookingRequested {
		content.Name = planner.Text{NL: asked.NL + content.Name.NL, EN: asked.EN + content.Name.EN}
	}
	var out []feedEventRow
	for _, s := range n.calendars(&v) {
		out = append(out, feedEventRow{
			Region: b.Region, Kind: s.Kind, Subject: s.ID, Visit: v.ID, Sequence: b.Sequence, StartsAt: At(b.Start), EndsAt: At(b.End), Content: doc(content),
		})
	}
	return out
}

// visitOf is a booking as calendars show visits.
func visitOf(b *Booking) planner.Visit {
	v := planner.Visit{ID: b.Visit(), Location: b.Location, VisitType: b.VisitType, Start: b.Start, End: b.End}
	for _, c := range b.Crew {
		v.Crew = append(v.Crew, planner.CrewMember{Role: c.Role, Staff: c.Staff, TravelMinutes: c.Travel})
	}
	return v
}

// namesFor looks up what one visit needs in a state.
func namesFor(v *planner.Visit, state *planner.State) *names {
	n := &names{
		types: map[string]planner.VisitType{}, roles: map[string]planner.Text{}, meetings: map[string]planner.Text{},
		staff: map[string]string{}, locations: map[string]locationRow{},
	}
	if vt := state.Programme.VisitType(v.VisitType); vt != nil {
		n.types[vt.ID] = *vt
	}
	for _, c := range v.Crew {
		if role := state.Programme.Role(c.Role); role != nil {
			n.roles[role.ID] = role.Name
		}
		if i := slices.IndexFunc(state.Staff, func(m planner.Staff) bool { return m.ID == c.Staff }); i >= 0 {
			n.staff[c.Staff] = state.Staff[i].Name
		}
	}
	if i := slices.IndexFunc(state.Locations, func(l planner.Location) bool { return l.ID == v.Location }); i >= 0 {
		l := &state.Locations[i]
		n.locations[l.ID] = locationRow{
			ID: l.ID, Name: l.Name, Address: l.Address, Postcode: l.Postcode, Town: l.Town, District: l.District, Point: pointIn(l.Point),
		}
	}
	return n
}
