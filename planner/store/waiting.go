package store

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/wijkplanner/wijkplanner/planner"
)

// WaitingState says how far a waiting entry has come.
type WaitingState string

// The states of a waiting entry.
const (
	Waiting WaitingState = "waiting"
	// WaitingOffered has a time held for it, which can be booked until the hold
	// ends.
	WaitingOffered WaitingState = "offered"
	WaitingBooked  WaitingState = "booked"
	// WaitingExpired is past its last day.
	WaitingExpired   WaitingState = "expired"
	WaitingWithdrawn WaitingState = "withdrawn"
)

// Open reports whether somebody still waits.
func (s WaitingState) Open() bool { return s == Waiting || s == WaitingOffered }

// WaitingEntry is a location that waits for a time.
type WaitingEntry struct {
	ID, Region, Location, VisitType string
	// Role and Staff narrow whom it is waiting for; empty for anybody.
	Role, Staff string
	Urgent      bool
	// NotBefore and NotAfter bound the start.
	NotBefore, NotAfter time.Time
	State               WaitingState
	// Booking is the hold that is offered, or the booking it became.
	Booking string
	// Offers counts the times that were offered.
	Offers                  int
	By                      string
	Asked, Offered, Changed time.Time
}

type waitingRow struct {
	ID        string `gorm:"primaryKey"`
	Region    string
	Location  string
	VisitType string
	Role      string
	Staff     string
	Urgent    bool
	NotBefore Instant
	NotAfter  Instant
	State     WaitingState
	Booking   string
	Offers    int
	CreatedBy string
	AskedAt   Instant
	OfferedAt Instant
	ChangedAt Instant
}

func (waitingRow) TableName() string { return "waiting_entries" }

func waitingRowOf(e *WaitingEntry) waitingRow {
	return waitingRow{
		ID: e.ID, Region: e.Region, Location: e.Location, VisitType: e.VisitType, Role: e.Role, Staff: e.Staff, Urgent: e.Urgent, NotBefore: At(e.NotBefore),
		NotAfter: At(e.NotAfter), State: e.State, Booking: e.Booking, Offers: e.Offers, CreatedBy: e.By, AskedAt: At(e.Asked), OfferedAt: At(e.Offered), ChangedAt: At(e.Changed),
	}
}

func (r *waitingRow) entry() WaitingEntry {
	return WaitingEntry{
		ID: r.ID, Region: r.Region, Location: r.Location, VisitType: r.VisitType, Role: r.Role, Staff: r.Staff, Urgent: r.Urgent, NotBefore: r.NotBefore.Time,
		NotAfter: r.NotAfter.Time, State: r.State, Booking: r.Booking, Offers: r.Offers, By: r.CreatedBy, Asked: r.AskedAt.Time, Offered: r.OfferedAt.Time, Changed: r.ChangedAt.Time,
	}
}

// AddWaiting puts a location on the waiting list and returns the entry's id.
func (t *Tx) AddWaiting(e *WaitingEntry) (string, error) {
	if err := t.reach(e.Region); err != nil {
		return "", err
	}
	e.ID = letters(bookingIDLetters)
	row := waitingRowOf(e)
	if err := t.db.Create(&row).Error; err != nil {
		return "", err
	}
	return e.ID, t.Record(Act{Verb: Created, Object: "waiting-entry", ID: e.ID, Region: e.Region})
}

// waiting begins a query of the entries of a region that the caller reaches.
func (t *Tx) waiting(region string) *gorm.DB {
	q := t.scoped("region").Where("region = ?", region)
	scope := &t.store.scope
	if scope.Location != "" {
		q = q.Where("location = ?", scope.Location)
	}
	if scope.Role == Member {
		q = q.Where("(staff = ? OR location IN (SELECT location FROM assignments WHERE region = ? AND staff = ? AND replaced IS NULL))", scope.Staff, region, scope.Staff)
	}
	return q
}

// WaitingEntries lists those of a region that the caller reaches, in the order in
// which they are served: the urgent first, then whoever waits longest. Open ones
// only, or all.
func (s *Store) WaitingEntries(ctx context.Context, region string, open bool) (out []WaitingEntry, err error) {
	err = s.read(ctx, func(t *Tx) error {
		if err := t.reach(region); err != nil {
			return err
		}
		q := t.waiting(region)
		if open {
			q = q.Where("state IN ?", []WaitingState{Waiting, WaitingOffered})
		}
		var rows []waitingRow
		err := q.Order("urgent DESC, asked_at, id").Find(&rows).Error
		for i := range rows {
			out = append(out, rows[i].entry())
		}
		return err
	})
	return out, err
}

// LockWaiting returns an entry and keeps it from others until the end of the
// transaction. It gives ErrNotFound for one that the caller does not reach.
func (t *Tx) LockWaiting(region, id string) (*WaitingEntry, error) {
	if err := t.reach(region); err != nil {
		return nil, err
	}
	var row waitingRow
	err := t.waiting(region).Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate}).Where("id = ?", id).Take(&row).Error
	if err != nil {
		return nil, fmt.Errorf("waiting entry %q: %w", id, err)
	}
	e := row.entry()
	return &e, nil
}

// ChangeWaiting writes an entry down as it is now.
func (t *Tx) ChangeWaiting(e *WaitingEntry, act Act, now time.Time) error {
	e.Changed = now
	row := waitingRowOf(e)
	if err := t.db.Select("*").Omit("id").Where("id = ?", e.ID).Updates(&row).Error; err != nil {
		return err
	}
	act.Object, act.ID, act.Region = "waiting-entry", e.ID, e.Region
	return t.Record(act)
}

// QueueSlotOffer queues a mail to each contact of a location about the time that
// is held for it, as long as it is.
func (t *Tx) QueueSlotOffer(b *Booking, state *planner.State, now time.Time) error {
	var contacts []contactRow
	err := t.db.Where("region = ? AND kind = ? AND subject = ?", b.Region, LocationFeed, b.Location).Order("id").Find(&contacts).Error
	if err != nil {
		return err
	}
	v := visitOf(b)
	content := namesFor(&v, state).content(&v)
	event := FeedEvent{Visit: v.ID, Sequence: b.Sequence, Revised: now, Start: b.Start, End: b.End, FeedContent: &content}
	for i := range contacts {
		mail := MailContent{Events: []MailEvent{{FeedEvent: event}}, Until: b.Expires}
		if _, err := t.queue(&contacts[i], SlotOfferMail, "", b.ID, mail, now, b.Expires); err != nil {
			return err
		}
	}
	return nil
}

// BookedFromWaiting ends the waiting of whom a booking was offered to, if it was.
func (t *Tx) BookedFromWaiting(region, booking string, now time.Time) error {
	return t.db.Model(&waitingRow{}).Where("region = ? AND booking = ? AND state = ?", region, booking, WaitingOffered).
		Updates(map[string]any{"state": WaitingBooked, "changed_at": At(now)}).Error
}
