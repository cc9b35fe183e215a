package service

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// Unchanged says whether somebody may change a booking as it is now; it is asked
// in the transaction that changes it. Nil asks nothing.
type Unchanged = func(*Booking) error

// Approve confirms a requested booking.
func (s *Service) Approve(ctx context.Context, region, id string, unchanged Unchanged) (*Booking, error) {
	return s.change(ctx, region, id, unchanged, store.Act{Verb: store.ApproveIt, Fields: []string{"state"}}, func(b *Booking, now time.Time) error {
		if b.State != store.BookingRequested {
			return wrongState(b)
		}
		b.State, b.Answered = store.BookingConfirmed, now
		return nil
	})
}

// Decline refuses a requested booking, for one of the BookingReasons.
func (s *Service) Decline(ctx context.Context, region, id, reason string, unchanged Unchanged) (*Booking, error) {
	if err := knownReason(reason); err != nil {
		return nil, err
	}
	b, err := s.change(ctx, region, id, unchanged, store.Act{Verb: store.DeclineIt, Fields: []string{"state"}}, func(b *Booking, now time.Time) error {
		if b.State != store.BookingRequested {
			return wrongState(b)
		}
		b.State, b.Answered, b.Reason = store.BookingDeclined, now, reason
		return nil
	})
	return s.freed(ctx, b, err)
}

// Cancel gives a time back, for one of the BookingReasons. What has begun cannot
// be cancelled.
func (s *Service) Cancel(ctx context.Context, region, id, reason string, unchanged Unchanged) (*Booking, error) {
	if err := knownReason(reason); err != nil {
		return nil, err
	}
	b, err := s.change(ctx, region, id, unchanged, store.Act{Verb: store.CancelIt, Fields: []string{"state"}}, func(b *Booking, now time.Time) error {
		ranOut := b.State == store.BookingHeld && !b.Expires.After(now)
		if !b.State.Takes() || ranOut || !b.Start.After(now) {
			return wrongState(b)
		}
		b.State, b.Reason = store.BookingCancelled, reason
		return nil
	})
	return s.freed(ctx, b, err)
}

func knownReason(reason string) error {
	if slices.Contains(BookingReasons(), reason) {
		return nil
	}
	return InputErrors{{Field: "reason", Code: "unknown", Text: planner.Text{
		NL: fmt.Sprintf("Kies een van %v.", BookingReasons()), EN: fmt.Sprintf("Want one of %v.", BookingReasons()),
	}}}
}

func wrongState(b *Booking) error {
	return fmt.Errorf("booking %s is %s, from %s: %w", b.ID, b.State, b.Start.Format(time.RFC3339), ErrConflict)
}

// change changes a booking without moving it.
func (s *Service) change(ctx context.Context, region, id string, unchanged Unchanged, act store.Act, f func(*Booking, time.Time) error) (out *Booking, err error) {
	d, err := s.desk(ctx, region)
	if err != nil {
		return nil, err
	}
	now := s.Now()
	err = s.Store.Tx(ctx, func(t *store.Tx) error {
		b, _, _, err := t.LockBooking(region, id, nil, now, now)
		if err != nil {
			return err
		}
		if unchanged != nil {
			if err := unchanged(b); err != nil {
				return err
			}
		}
		was := *b
		if err := f(b, now); err != nil {
			return err
		}
		out = b
		return t.ChangeBooking(b, &was, act, d.slots.State(), now)
	})
	return out, err
}

// Move takes another time for a booking and gives the old one back, both or
// neither. The person stays unless the request names another. It gives a
// TakenError when the new time cannot be had; the booking then stays as it was.
func (s *Service) Move(ctx context.Context, region, id string, start time.Time, staff string, unchanged Unchanged) (*Booking, error) {
	before, err := s.Store.Booking(ctx, region, id)
	if err != nil {
		return nil, err
	}
	q := SlotQuestion{Location: before.Location, VisitType: before.VisitType, Role: before.Crew[0].Role, Staff: before.Crew[0].Staff, Urgent: before.Urgent}
	if staff != "" {
		q.Role, q.Staff = "", staff
	}
	for range deskTries {
		out, why, err := s.moveOnce(ctx, region, before, q, start, unchanged)
		if err == nil && len(why) == 0 {
			_, err = s.freed(ctx, out, nil)
			return out, err
		}
		if err != nil && !errors.Is(err, errDesk) {
			return nil, err
		}
	}
	return nil, errDesk
}

// moveOnce tries to move a booking; obstacles say that its new time was taken at
// the last moment.
func (s *Service) moveOnce(ctx context.Context, region string, before *Booking, q SlotQuestion, start time.Time, unchanged Unchanged) (out *Booking, why []planner.Obstacle, err error) {
	d, times, err := s.ask(ctx, region, q.Location, q.VisitType)
	if err != nil {
		return nil, nil, err
	}
	if err := s.checkQuestion(&q, d.slots.State()); err != nil {
		return nil, nil, err
	}
	now := s.Now()
	r := q.request(now, d.slots)
	r.Without = before.ID
	slot, none := d.slots.At(r, start, times)
	if len(none) > 0 {
		return nil, nil, s.taken(none, d, r, start, times)
	}
	err = s.Store.Tx(ctx, func(t *store.Tx) error {
		from, to := d.slots.Week(slot.Start)
		b, taken, versions, err := t.LockBooking(region, before.ID, staffOf(&slot), from, to)
		if err != nil {
			return err
		}
		if unchanged != nil {
			if err := unchanged(b); err != nil {
				return err
			}
		}
		if b.State != store.BookingRequested && b.State != store.BookingConfirmed || !b.Start.After(now) {
			return wrongState(b)
		}
		if versions.Region != d.versions.Region || versions.Rules != d.versions.Rules {
			return errDesk
		}
		var stands planner.Slot
		if stands, why = d.slots.Confirm(r, &slot, d.fresh(taken)); len(why) > 0 {
			return nil
		}
		was := *b
		putAt(b, &stands)
		b.Moves++
		s.settle(b, stands.Approval, now)
		out = b
		return t.ChangeBooking(b, &was, store.Act{Verb: store.MoveIt, Fields: []string{"start", "end", "crew"}}, d.slots.State(), now)
	})
	return out, why, err
}

// freed offers the time that a change gave back to those who wait. What goes
// wrong with that is logged: the change stands.
func (s *Service) freed(ctx context.Context, b *Booking, err error) (*Booking, error) {
	if err != nil {
		return nil, err
	}
	if _, err := s.program("waiting-list").OfferWaiting(ctx, b.Region); err != nil && !errors.Is(err, ErrBusy) {
		s.Log.WarnContext(ctx, "waiting list not served", "region", b.Region, "error", err)
	}
	return b, nil
}

// program is the service for what the program does by itself.
func (s *Service) program(job string) *Service {
	scope := s.Store.Scope()
	return s.As(store.Scope{Role: store.System, Actor: "program:" + job, Everywhere: true, Request: scope.Request})
}
