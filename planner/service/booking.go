package service

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// The words of bookings, by the names used above this room.
type (
	// Booking is a consult slot that a location has, had or asks for.
	Booking = store.Booking
	// BookingFilter says which bookings are wanted.
	BookingFilter = store.BookingFilter
	// BookingState says how far a booking has come.
	BookingState = store.BookingState
)

const (
	// holdTime is how long a time is kept while somebody fills in the rest.
	holdTime = 10 * time.Minute
	// mostAlternatives is how many other times a refusal names.
	mostAlternatives = 5
	// mostSlots is how many slots one question gets at most.
	mostSlots = 500
)

// BookingReasons are the codes of a cancellation or a refusal. None says anything
// about a person.
func BookingReasons() []string {
	return []string{"not_needed", "answered_otherwise", "staff_unavailable", "location_closed", "not_suitable", "other"}
}

// SlotQuestion asks which moments can be booked.
type SlotQuestion struct {
	Location, VisitType string
	// Role and Staff narrow who comes; empty for whoever is best.
	Role, Staff string
	// From and To bound the start; zero for from now, and for the horizon.
	From, To time.Time
	Urgent   bool
	// Limit is how many at most; 0 for 20.
	Limit int
}

// request completes a question at a moment.
func (q *SlotQuestion) request(now time.Time, slots *planner.Slots) *planner.SlotRequest {
	_, end := slots.Bounds()
	r := &planner.SlotRequest{
		Location: q.Location, VisitType: q.VisitType, Role: q.Role, Staff: q.Staff, From: q.From, To: q.To, Urgent: q.Urgent, Now: now, Limit: q.Limit,
	}
	if r.From.IsZero() || r.From.Before(now) {
		r.From = now
	}
	if r.To.IsZero() {
		r.To = end
	}
	if r.Limit <= 0 {
		r.Limit = 20
	}
	r.Limit = min(r.Limit, mostSlots)
	return r
}

// check gives InputErrors for a question that makes no sense, and ErrNotFound for
// a location that is not the caller's.
func (s *Service) checkQuestion(q *SlotQuestion, state *planner.State) error {
	if scope := s.Store.Scope(); scope.Location != "" && scope.Location != q.Location {
		return fmt.Errorf("location %q: %w", q.Location, ErrNotFound)
	}
	var faults InputErrors
	add := func(field, code, nl, en string) {
		faults = append(faults, planner.InputError{Field: field, Code: code, Text: planner.Text{NL: nl, EN: en}})
	}
	if !slices.ContainsFunc(state.Locations, func(l planner.Location) bool { return l.ID == q.Location }) {
		add("location", "unknown", "Deze locatie is er niet.", "There is no such location.")
	}
	switch vt := state.Programme.VisitType(q.VisitType); {
	case vt == nil:
		add("visit_type", "unknown", "Dit bezoektype is er niet.", "There is no such visit type.")
	case !vt.Bookable:
		add("visit_type", "not_bookable", "Dit bezoektype kan niet geboekt worden.", "This visit type cannot be booked.")
	}
	if q.Role != "" && state.Programme.Role(q.Role) == nil {
		add("role", "unknown", "Deze rol is er niet.", "There is no such role.")
	}
	if q.Staff != "" && !slices.ContainsFunc(state.Staff, func(m planner.Staff) bool { return m.ID == q.Staff }) {
		add("staff", "unknown", "Deze medewerker is er niet.", "There is no such member of staff.")
	}
	if !q.From.IsZero() && !q.To.IsZero() && !q.From.Before(q.To) {
		add("to", "before_from", "Kies een einde na het begin.", "Want an end after the beginning.")
	}
	if len(faults) > 0 {
		return faults
	}
	return nil
}

// Slots returns the moments at which a location can book, the best first: the
// location's own person, then the standing pair, then the backup; of one
// person's those near where they are anyway.
func (s *Service) Slots(ctx context.Context, region string, q SlotQuestion) ([]planner.Slot, error) {
	d, times, err := s.ask(ctx, region, q.Location, q.VisitType)
	if err != nil {
		return nil, err
	}
	if err := s.checkQuestion(&q, d.slots.State()); err != nil {
		return nil, err
	}
	return d.slots.Offer(q.request(s.Now(), d.slots), times), nil
}

// WhyNoSlot says what stands in the way of the moments of a period, by the same
// judgement that offers them, and when the first is free.
func (s *Service) WhyNoSlot(ctx context.Context, region string, q SlotQuestion) (*planner.WhyNoSlot, error) {
	d, times, err := s.ask(ctx, region, q.Location, q.VisitType)
	if err != nil {
		return nil, err
	}
	if err := s.checkQuestion(&q, d.slots.State()); err != nil {
		return nil, err
	}
	r := q.request(s.Now(), d.slots)
	if q.To.IsZero() {
		r.To = r.From.AddDate(0, 0, 28)
	}
	why := d.slots.WhyNone(r, times)
	return &why, nil
}

// BookingRequest asks for one moment.
type BookingRequest struct {
	SlotQuestion
	Start time.Time
	// Remark is at most 140 characters; Confirmed keeps one that was warned about.
	Remark    string
	Confirmed bool
	// Hold is the booking that holds the moment already; the rest of the question
	// then comes from there.
	Hold string
}

// Hold keeps a moment for ten minutes. It gives a TakenError with other moments
// when it cannot be had.
func (s *Service) Hold(ctx context.Context, region string, r BookingRequest) (*Booking, error) {
	return s.reserve(ctx, region, &r, func(b *Booking, _ *planner.Slot, now time.Time) {
		b.State, b.Expires = store.BookingHeld, now.Add(holdTime)
	})
}

// Book takes a moment: at once, or by the hold that keeps it. Where the rule asks
// for approval it is requested, unless the caller may approve. It gives a
// TakenError with other moments when it cannot be had, and a planner.ScreenError
// for a remark that cannot be kept.
func (s *Service) Book(ctx context.Context, region string, r BookingRequest) (*Booking, error) {
	if r.Hold != "" {
		return s.bookHeld(ctx, region, &r)
	}
	return s.reserve(ctx, region, &r, func(b *Booking, slot *planner.Slot, now time.Time) {
		s.settle(b, slot.Approval, now)
	})
}

// settle confirms a booking, or leaves it to who may.
func (s *Service) settle(b *Booking, approval bool, now time.Time) {
	b.State, b.Answered = store.BookingConfirmed, now
	if scope := s.Store.Scope(); approval && scope.Role != store.Lead && scope.Role != store.System && scope.Staff != b.Crew[0].Staff {
		b.State, b.Answered = store.BookingRequested, time.Time{}
	}
}

// screen refuses a remark that cannot be kept.
func (s *Service) screen(r *BookingRequest, location string, d *desk) error {
	if r.Remark == "" {
		return nil
	}
	var lrk []string
	for _, l := range d.slots.State().Locations {
		if l.ID == location {
			for _, x := range l.Registrations {
				lrk = append(lrk, x.LRK)
			}
		}
	}
	return planner.Screen(r.Remark, planner.RemarkLimit, calendar.DateOf(s.Now(), time.UTC), lrk...).Err(r.Confirmed)
}

// reserve takes the time of a slot for a new booking, whose state decide sets.
func (s *Service) reserve(ctx context.Context, region string, r *BookingRequest, decide func(*Booking, *planner.Slot, time.Time)) (*Booking, error) {
	var why []planner.Obstacle
	for range deskTries {
		d, times, err := s.ask(ctx, region, r.Location, r.VisitType)
		if err != nil {
			return nil, err
		}
		if err := errors.Join(s.checkQuestion(&r.SlotQuestion, d.slots.State()), s.screen(r, r.Location, d)); err != nil {
			return nil, err
		}
		now := s.Now()
		request := r.request(now, d.slots)
		slot, none := d.slots.At(request, r.Start, times)
		if len(none) > 0 {
			return nil, s.taken(none, d, request, r.Start, times)
		}
		b := s.newBooking(region, r, now)
		if why, err = s.take(ctx, d, request, &slot, b, decide); err == nil && len(why) == 0 {
			s.Log.InfoContext(ctx, "booked", "region", region, "booking", b.ID, "state", string(b.State))
			return b, nil
		}
		if err != nil && !errors.Is(err, errDesk) && !errors.Is(err, ErrConflict) {
			return nil, err
		}
	}
	return nil, &TakenError{Why: why}
}

func (s *Service) newBooking(region string, r *BookingRequest, now time.Time) *Booking {
	return &Booking{
		ID: store.NewBookingID(), Region: region, Location: r.Location, VisitType: r.VisitType, Urgent: r.Urgent, Remark: r.Remark,
		By: s.Store.Scope().Actor, Asked: now, Changed: now,
	}
}

// take writes a booking down, if under the lock its slot still stands.
func (s *Service) take(ctx context.Context, d *desk, r *planner.SlotRequest, slot *planner.Slot, b *Booking, decide func(*Booking, *planner.Slot, time.Time)) (why []planner.Obstacle, err error) {
	err = s.Store.Tx(ctx, func(t *store.Tx) error {
		from, to := d.slots.Week(slot.Start)
		taken, versions, err := t.LockTime(b.Region, staffOf(slot), from, to)
		if err != nil {
			return err
		}
		if versions.Region != d.versions.Region || versions.Rules != d.versions.Rules {
			return errDesk
		}
		// Waiting for the lock took time: a hold begins now.
		current := *r
		current.Now = s.Now()
		var stands planner.Slot
		if stands, why = d.slots.Confirm(&current, slot, d.fresh(taken)); len(why) > 0 {
			return nil // nothing was written
		}
		putAt(b, &stands)
		decide(b, &stands, current.Now)
		return t.AddBooking(b, d.slots.State(), current.Now)
	})
	return why, err
}

func staffOf(slot *planner.Slot) []string {
	out := make([]string, len(slot.Crew))
	for i := range slot.Crew {
		out[i] = slot.Crew[i].Staff
	}
	return out
}

// putAt puts a booking where a slot is.
func putAt(b *Booking, slot *planner.Slot) {
	b.Start, b.End, b.Rule, b.Relation, b.Crew = slot.Start, slot.End, slot.Rule, slot.Relation, slot.Crew
}

// taken is a refusal with the free moments nearest to the one that was wanted: of
// the days around it, and where those have none of any.
func (s *Service) taken(why []planner.Obstacle, d *desk, r *planner.SlotRequest, start time.Time, times planner.PersonTimes) error {
	other := *r
	other.Limit = 0
	if from := start.AddDate(0, 0, -2); from.After(other.From) {
		other.From = from
	}
	other.To = start.AddDate(0, 0, 3)
	all := d.slots.Offer(&other, times)
	if len(all) == 0 {
		other = *r
		other.Limit = mostAlternatives
		all = d.slots.Offer(&other, times)
	}
	distance := func(x *planner.Slot) time.Duration { return x.Start.Sub(start).Abs() }
	slices.SortStableFunc(all, func(a, b planner.Slot) int { return cmp.Compare(distance(&a), distance(&b)) })
	return &TakenError{Why: why, Alternatives: all[:min(len(all), mostAlternatives)]}
}

// bookHeld makes a hold a booking.
func (s *Service) bookHeld(ctx context.Context, region string, r *BookingRequest) (*Booking, error) {
	held, err := s.Store.Booking(ctx, region, r.Hold)
	if err != nil {
		return nil, err
	}
	r.Location, r.VisitType, r.Start = held.Location, held.VisitType, held.Start
	r.Staff = held.Crew[0].Staff
	d, times, err := s.ask(ctx, region, r.Location, r.VisitType)
	if err != nil {
		return nil, err
	}
	if err := s.screen(r, held.Location, d); err != nil {
		return nil, err
	}
	now, expired := s.Now(), false
	var out *Booking
	err = s.Store.Tx(ctx, func(t *store.Tx) error {
		b, _, _, err := t.LockBooking(region, r.Hold, nil, held.Start, held.End)
		if err != nil {
			return err
		}
		if b.State != store.BookingHeld {
			return fmt.Errorf("booking %s is %s already: %w", b.ID, b.State, ErrConflict)
		}
		// The lock let go of what had run out by then, so this looks again.
		if now = s.Now(); !b.Expires.After(now) {
			expired = true
			return nil
		}
		was := *b
		b.Remark, b.Urgent = r.Remark, b.Urgent || r.Urgent
		s.settle(b, approval(d, b.Rule), now)
		out = b
		if err := t.ChangeBooking(b, &was, store.Act{Verb: store.ConfirmIt, Fields: []string{"state"}}, d.slots.State(), now); err != nil {
			return err
		}
		return t.BookedFromWaiting(region, b.ID, now)
	})
	if err == nil && expired {
		_, why := d.slots.At(r.request(now, d.slots), r.Start, times)
		return nil, s.taken(append([]planner.Obstacle{{Who: r.Staff, Code: planner.OnHold}}, why...), d, r.request(now, d.slots), r.Start, times)
	}
	return out, err
}

func approval(d *desk, rule string) bool {
	return slices.ContainsFunc(d.slots.Rules(), func(r planner.SlotRule) bool { return r.ID == rule && r.Approval })
}

// Booking returns a booking that the caller reaches.
func (s *Service) Booking(ctx context.Context, region, id string) (*Booking, error) {
	return s.Store.Booking(ctx, region, id)
}

// Bookings lists the bookings of a region that the caller reaches.
func (s *Service) Bookings(ctx context.Context, region string, f BookingFilter) ([]Booking, error) {
	return s.Store.Bookings(ctx, region, f)
}
