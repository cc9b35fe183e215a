package service

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// WaitingEntry is a location that waits for a time.
type WaitingEntry = store.WaitingEntry

// How long a time is held for who waits: urgent questions wait for an answer
// less long than others.
const (
	offerTime       = 24 * time.Hour
	urgentOfferTime = 4 * time.Hour
	// longestWait bounds the period in which somebody waits.
	longestWait = 366 * 24 * time.Hour
)

// Wait puts a location on the waiting list; From and To of the question bound the
// start, To zero is four weeks. When a time is free it is held for the location
// and told by mail.
func (s *Service) Wait(ctx context.Context, region string, q SlotQuestion) (*WaitingEntry, error) {
	d, err := s.desk(ctx, region)
	if err != nil {
		return nil, err
	}
	if scope := s.Store.Scope(); scope.Role == store.Member && scope.Staff != q.Staff {
		return nil, fmt.Errorf("waiting for %q: %w", q.Staff, ErrNotFound)
	}
	now := s.Now()
	if q.From.IsZero() {
		q.From = now
	}
	if q.To.IsZero() {
		q.To = q.From.AddDate(0, 0, 28)
	}
	if err := s.checkQuestion(&q, d.slots.State()); err != nil {
		return nil, err
	}
	if q.To.Sub(now) > longestWait || !q.To.After(now) {
		return nil, InputErrors{{Field: "to", Code: "out_of_range", Text: planner.Text{NL: "Kies een einde binnen een jaar.", EN: "Want an end within a year."}}}
	}
	e := &WaitingEntry{
		Region: region, Location: q.Location, VisitType: q.VisitType, Role: q.Role, Staff: q.Staff, Urgent: q.Urgent, NotBefore: q.From, NotAfter: q.To,
		State: store.Waiting, By: s.Store.Scope().Actor, Asked: now, Changed: now,
	}
	err = s.Store.Tx(ctx, func(t *store.Tx) (err error) {
		e.ID, err = t.AddWaiting(e)
		return err
	})
	if err != nil {
		return nil, err
	}
	s.Log.InfoContext(ctx, "waiting", "region", region, "entry", e.ID, "urgent", e.Urgent)
	return e, nil
}

// WaitingEntries lists who waits in a region, in the order in which they are
// served.
func (s *Service) WaitingEntries(ctx context.Context, region string, open bool) ([]WaitingEntry, error) {
	return s.Store.WaitingEntries(ctx, region, open)
}

// StopWaiting takes a location off the list; what was offered to it is free
// again.
func (s *Service) StopWaiting(ctx context.Context, region, id string) error {
	now, hold := s.Now(), ""
	err := s.Store.Tx(ctx, func(t *store.Tx) error {
		e, err := t.LockWaiting(region, id)
		if err != nil {
			return err
		}
		if !e.State.Open() {
			return ErrConflict
		}
		hold = e.Booking
		e.State, e.Booking = store.WaitingWithdrawn, ""
		return t.ChangeWaiting(e, store.Act{Verb: store.Removed}, now)
	})
	if err != nil || hold == "" {
		return err
	}
	_, err = s.program("waiting-list").Cancel(ctx, region, hold, "not_needed", nil)
	if errors.Is(err, ErrNotFound) || errors.Is(err, ErrConflict) {
		return nil // it has run out meanwhile
	}
	return err
}

// OfferWaiting holds a free time for each who waits and can have one, the urgent
// first and then whoever waits longest, and mails it. It returns how many.
func (s *Service) OfferWaiting(ctx context.Context, region string) (offered int, err error) {
	entries, err := s.Store.WaitingEntries(ctx, region, true)
	if err != nil {
		return 0, err
	}
	for i := range entries {
		did, err := s.offer(ctx, &entries[i])
		if err != nil {
			return offered, err
		}
		if did {
			offered++
		}
	}
	return offered, nil
}

// offer serves one who waits.
func (s *Service) offer(ctx context.Context, e *WaitingEntry) (bool, error) {
	now := s.Now()
	if e.State == store.WaitingOffered {
		held, err := s.Store.Booking(ctx, e.Region, e.Booking)
		if err == nil && held.State == store.BookingHeld && held.Expires.After(now) {
			return false, nil
		}
		if err != nil && !errors.Is(err, ErrNotFound) {
			return false, err
		}
	}
	q := SlotQuestion{Location: e.Location, VisitType: e.VisitType, Role: e.Role, Staff: e.Staff, From: e.NotBefore, To: e.NotAfter, Urgent: e.Urgent, Limit: 1}
	d, times, err := s.ask(ctx, e.Region, e.Location, e.VisitType)
	if err != nil {
		return false, err
	}
	r := q.request(now, d.slots)
	free := d.slots.Offer(r, times)
	if len(free) == 0 {
		return false, s.stillWaits(ctx, e, now)
	}
	b := s.newBooking(e.Region, &BookingRequest{SlotQuestion: q}, now)
	did := false
	_, err = s.takeFor(ctx, d, r, &free[0], b, e, &did)
	if errors.Is(err, errDesk) || errors.Is(err, ErrConflict) {
		return false, nil // next time
	}
	return did, err
}

// takeFor holds a slot for who waits, and tells them.
func (s *Service) takeFor(ctx context.Context, d *desk, r *planner.SlotRequest, slot *planner.Slot, b *Booking, e *WaitingEntry, did *bool) (why []planner.Obstacle, err error) {
	now := r.Now
	err = s.Store.Tx(ctx, func(t *store.Tx) error {
		*did = false
		from, to := d.slots.Week(slot.Start)
		taken, versions, err := t.LockTime(b.Region, staffOf(slot), from, to)
		if err != nil {
			return err
		}
		open, err := t.LockWaiting(e.Region, e.ID)
		if err != nil {
			return err
		}
		if versions.Region != d.versions.Region || versions.Rules != d.versions.Rules || open.State != e.State || open.Booking != e.Booking {
			return errDesk
		}
		var stands planner.Slot
		if stands, why = d.slots.Confirm(r, slot, d.fresh(taken)); len(why) > 0 {
			return nil
		}
		putAt(b, &stands)
		b.State, b.Expires = store.BookingHeld, now.Add(offerTime)
		if e.Urgent {
			b.Expires = now.Add(urgentOfferTime)
		}
		if b.Expires.After(b.Start) {
			b.Expires = b.Start
		}
		b.Asked = e.Asked // the clock of an acute question runs from then
		if err := t.AddBooking(b, d.slots.State(), now); err != nil {
			return err
		}
		open.State, open.Booking, open.Offered, open.Offers = store.WaitingOffered, b.ID, now, open.Offers+1
		if err := t.ChangeWaiting(open, store.Act{Verb: store.OfferIt, Fields: []string{"state", "booking"}}, now); err != nil {
			return err
		}
		*did = true
		return t.QueueSlotOffer(b, d.slots.State(), now)
	})
	return why, err
}

// stillWaits ends an entry whose time is over, and puts one back whose offer ran
// out.
func (s *Service) stillWaits(ctx context.Context, e *WaitingEntry, now time.Time) error {
	state := store.Waiting
	if !e.NotAfter.After(now) {
		state = store.WaitingExpired
	}
	if state == e.State {
		return nil
	}
	return s.Store.Tx(ctx, func(t *store.Tx) error {
		open, err := t.LockWaiting(e.Region, e.ID)
		if err != nil || open.State != e.State || open.Booking != e.Booking {
			return err
		}
		open.State, open.Booking = state, ""
		return t.ChangeWaiting(open, store.Act{Verb: store.Changed, Fields: []string{"state"}}, now)
	})
}

// ServeBookings does what bookings need from time to time, in every region: holds
// that ran out are removed, and free times offered to those who wait.
func (s *Service) ServeBookings(ctx context.Context) error {
	regions, err := s.Store.Regions(ctx)
	if err != nil {
		return err
	}
	var faults []error
	for _, r := range regions {
		err := s.Store.Tx(ctx, func(t *store.Tx) error {
			_, err := t.ExpireHolds(r.ID, s.Now())
			return err
		})
		if err == nil {
			_, err = s.OfferWaiting(ctx, r.ID)
		}
		faults = append(faults, err)
	}
	return errors.Join(faults...)
}
