package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"github.com/wijkplanner/wijkplanner/planner"
)

// BookingState says how far a booking has come.
type BookingState string

// The states of a booking.
const (
	// BookingHeld keeps a time for some minutes, while somebody fills in the rest.
	BookingHeld BookingState = "held"
	// BookingRequested has its time, and waits for approval.
	BookingRequested BookingState = "requested"
	BookingConfirmed BookingState = "confirmed"
	BookingDeclined  BookingState = "declined"
	BookingCancelled BookingState = "cancelled"
)

// What somebody does to a booking, besides making it.
const (
	ConfirmIt Verb = "confirm" // a hold becomes a booking
	ApproveIt Verb = "approve"
	DeclineIt Verb = "decline"
	CancelIt  Verb = "cancel"
	MoveIt    Verb = "move"
	OfferIt   Verb = "offer" // to who waits
)

// Takes reports whether it takes time of its crew.
func (s BookingState) Takes() bool {
	return s == BookingHeld || s == BookingRequested || s == BookingConfirmed
}

// Booking is a consult slot that a location has, had or asks for.
type Booking struct {
	ID, Region, Location, VisitType string
	State                           BookingState
	// Urgent marks an acute question: its clock runs from Asked to Start.
	Urgent     bool
	Start, End time.Time
	// Rule is the rule it was offered by; Relation says what the first of the crew
	// is to the location.
	Rule     string
	Relation planner.SlotRelation
	Crew     []planner.SlotCrew
	// Remark is at most 140 characters, screened before it comes here.
	Remark string
	// Reason is the code of a cancellation or a refusal.
	Reason string
	// By is who made it.
	By string
	// Asked is when it was asked for, Answered when it was confirmed or declined,
	// Changed when it last changed, Expires when a hold ends.
	Asked, Answered, Changed, Expires time.Time
	// Moves counts how often it moved, Sequence every change.
	Moves, Sequence int
}

// Visit is the id under which calendars and mail know it.
func (b *Booking) Visit() string { return "booking-" + b.ID }

// Staff lists its crew.
func (b *Booking) Staff() []string {
	out := make([]string, len(b.Crew))
	for i := range b.Crew {
		out[i] = b.Crew[i].Staff
	}
	return out
}

type bookingRow struct {
	ID         string `gorm:"primaryKey"`
	Region     string
	Location   string
	VisitType  string
	State      BookingState
	Urgent     bool
	StartsAt   Instant
	EndsAt     Instant
	Rule       string
	Relation   planner.SlotRelation
	Remark     string
	Reason     string
	CreatedBy  string
	AskedAt    Instant
	AnsweredAt Instant
	ChangedAt  Instant
	ExpiresAt  Instant
	Moves      int
	Sequence   int
}

func (bookingRow) TableName() string { return "bookings" }

type bookingCrewRow struct {
	Booking       string `gorm:"primaryKey"`
	Position      int    `gorm:"primaryKey;autoIncrement:false"`
	Region        string
	Staff         string
	Role          string
	TravelMinutes int
}

func (bookingCrewRow) TableName() string { return "booking_crew" }

func bookingRowOf(b *Booking) bookingRow {
	return bookingRow{
		ID: b.ID, Region: b.Region, Location: b.Location, VisitType: b.VisitType, State: b.State, Urgent: b.Urgent, StartsAt: At(b.Start), EndsAt: At(b.End),
		Rule: b.Rule, Relation: b.Relation, Remark: b.Remark, Reason: b.Reason, CreatedBy: b.By, AskedAt: At(b.Asked), AnsweredAt: At(b.Answered),
		ChangedAt: At(b.Changed), ExpiresAt: At(b.Expires), Moves: b.Moves, Sequence: b.Sequence,
	}
}

func (r *bookingRow) booking(crew []planner.SlotCrew) Booking {
	return Booking{
		ID: r.ID, Region: r.Region, Location: r.Location, VisitType: r.VisitType, State: r.State, Urgent: r.Urgent, Start: r.StartsAt.Time, End: r.EndsAt.Time,
		Rule: r.Rule, Relation: r.Relation, Crew: crew, Remark: r.Remark, Reason: r.Reason, By: r.CreatedBy, Asked: r.AskedAt.Time, Answered: r.AnsweredAt.Time,
		Changed: r.ChangedAt.Time, Expires: r.ExpiresAt.Time, Moves: r.Moves, Sequence: r.Sequence,
	}
}

// NewBookingID returns an id that nobody can guess.
func NewBookingID() string { return letters(bookingIDLetters) }

// bookingIDLetters gives an id 80 random bits.
const bookingIDLetters = 16

// AddBooking writes down a new booking that takes time, with its occupancy, what
// calendars show of it, the mail it causes and the act. The people were locked by
// LockTime. It gives ErrConflict when somebody's time is taken after all.
func (t *Tx) AddBooking(b *Booking, state *planner.State, now time.Time) error {
	if err := t.reach(b.Region); err != nil {
		return err
	}
	row := bookingRowOf(b)
	if err := t.db.Create(&row).Error; err != nil {
		return err
	}
	if err := t.putCrew(b); err != nil {
		return err
	}
	if err := t.occupyBooking(b, state); err != nil {
		return err
	}
	if err := t.Record(Act{Verb: Created, Object: "booking", ID: b.ID, Region: b.Region, Fields: []string{string(b.State)}}); err != nil {
		return err
	}
	if b.State == BookingHeld {
		return nil // nobody is told of it yet
	}
	return t.showBooking(b, nil, state, now)
}

func (t *Tx) putCrew(b *Booking) error {
	rows := make([]bookingCrewRow, len(b.Crew))
	for i, c := range b.Crew {
		rows[i] = bookingCrewRow{Booking: b.ID, Position: i, Region: b.Region, Staff: c.Staff, Role: c.Role, TravelMinutes: c.Travel}
	}
	return insert(t, rows)
}

// occupyBooking takes the time of a booking's crew, who are locked. Whatever is
// in the way was looked for under the lock; the database looks again.
func (t *Tx) occupyBooking(b *Booking, state *planner.State) error {
	persons, err := t.persons(b.Region, b.Staff())
	if err != nil {
		return err
	}
	rows := make([]occupancyRow, len(b.Crew))
	for i, c := range b.Crew {
		o := Occupancy{
			Region: b.Region, Staff: c.Staff, From: c.From, To: c.To, Kind: BookingTime, Ref: b.ID, Location: placeOf(b, state), Travel: c.Travel, Expires: b.Expires,
		}
		if b.State == BookingHeld {
			o.Kind = HoldTime
		}
		rows[i] = occupancyRowOf(persons[c.Staff], &o)
	}
	return insert(t, rows)
}

// placeOf is where the crew is while it takes place; empty when nobody travels.
func placeOf(b *Booking, state *planner.State) string {
	if vt := state.Programme.VisitType(b.VisitType); vt == nil || vt.Mode == planner.OnSite {
		return b.Location
	}
	return ""
}

// LockBooking returns a booking, its crew and others locked as by LockTime, with
// what takes their time from one instant to another. It gives ErrNotFound for a
// booking that the caller does not reach, and ErrBusy when its crew changed at
// that moment.
func (t *Tx) LockBooking(region, id string, others []string, from, to time.Time) (*Booking, map[string][]planner.Taken, TimeVersions, error) {
	before, err := t.booking(region, id)
	if err != nil {
		return nil, nil, TimeVersions{}, err
	}
	staff := slices.Concat(before.Staff(), others)
	slices.Sort(staff)
	taken, versions, err := t.LockTime(region, slices.Compact(staff), from, to)
	if err != nil {
		return nil, nil, TimeVersions{}, err
	}
	b, err := t.booking(region, id)
	if err != nil {
		return nil, nil, TimeVersions{}, err
	}
	if !slices.Equal(b.Staff(), before.Staff()) {
		return nil, nil, TimeVersions{}, fmt.Errorf("booking %s: %w", id, ErrBusy)
	}
	return b, taken, versions, nil
}

// ChangeBooking writes a booking down as it is now; was is what LockBooking gave.
// Its time, calendars and mail follow.
func (t *Tx) ChangeBooking(b, was *Booking, act Act, state *planner.State, now time.Time) error {
	b.Sequence, b.Changed = was.Sequence+1, now
	if b.State != BookingHeld {
		b.Expires = time.Time{}
	}
	row := bookingRowOf(b)
	if err := t.db.Select("*").Omit("id").Where("id = ?", b.ID).Updates(&row).Error; err != nil {
		return err
	}
	if !slices.Equal(b.Crew, was.Crew) {
		if err := t.db.Where("booking = ?", b.ID).Delete(&bookingCrewRow{}).Error; err != nil {
			return err
		}
		if err := t.putCrew(b); err != nil {
			return err
		}
	}
	if err := t.db.Where("region = ? AND ref = ? AND kind IN ?", b.Region, b.ID, []OccupancyKind{BookingTime, HoldTime}).Delete(&occupancyRow{}).Error; err != nil {
		return err
	}
	if b.State.Takes() {
		if err := t.occupyBooking(b, state); err != nil {
			return err
		}
	}
	act.Object, act.ID, act.Region, act.Reason = "booking", b.ID, b.Region, b.Reason
	if err := t.Record(act); err != nil {
		return err
	}
	return t.showBooking(b, was, state, now)
}

// bookings begins a query of the bookings of a region that the caller reaches:
// a contact those of the location, a member of staff their own.
func (t *Tx) bookings(region string) *gorm.DB {
	q := t.scoped("region").Where("region = ?", region)
	scope := &t.store.scope
	if scope.Location != "" {
		q = q.Where("location = ?", scope.Location)
	}
	if scope.Role == Member {
		q = q.Where("id IN (SELECT booking FROM booking_crew WHERE region = ? AND staff = ?)", region, scope.Staff)
	}
	return q
}

func (t *Tx) booking(region, id string) (*Booking, error) {
	var row bookingRow
	if err := t.bookings(region).Where("id = ?", id).Take(&row).Error; err != nil {
		return nil, fmt.Errorf("booking %q: %w", id, err)
	}
	all, err := t.withCrew([]bookingRow{row})
	if err != nil {
		return nil, err
	}
	return &all[0], nil
}

// withCrew reads the crews of some bookings, with the time that they take.
func (t *Tx) withCrew(rows []bookingRow) ([]Booking, error) {
	crews := map[string][]planner.SlotCrew{}
	for part := range slices.Chunk(rows, batch) {
		ids := make([]string, len(part))
		for i := range part {
			ids[i] = part[i].ID
		}
		var crew []struct {
			Booking, Staff, Role string
			TravelMinutes        int
			StartsAt, EndsAt     Instant
		}
		err := t.db.Table("booking_crew AS c").Select("c.booking, c.staff, c.role, c.travel_minutes, o.starts_at, o.ends_at").
			Joins("LEFT JOIN occupancy AS o ON o.region = c.region AND o.staff = c.staff AND o.kind IN ('booking', 'hold') AND o.ref = c.booking").
			Where("c.booking IN ?", ids).Order("c.booking, c.position").Scan(&crew).Error
		if err != nil {
			return nil, err
		}
		for _, c := range crew {
			crews[c.Booking] = append(crews[c.Booking], planner.SlotCrew{
				Staff: c.Staff, Role: c.Role, Travel: c.TravelMinutes, From: c.StartsAt.Time, To: c.EndsAt.Time,
			})
		}
	}
	out := make([]Booking, len(rows))
	for i := range rows {
		out[i] = rows[i].booking(crews[rows[i].ID])
	}
	return out, nil
}

// Booking returns a booking. It gives ErrNotFound for one that the caller does
// not reach.
func (s *Store) Booking(ctx context.Context, region, id string) (b *Booking, err error) {
	err = s.read(ctx, func(t *Tx) error {
		if err := t.reach(region); err != nil {
			return err
		}
		b, err = t.booking(region, id)
		return err
	})
	return b, err
}

// BookingFilter says which bookings are wanted; zero values want all.
type BookingFilter struct {
	Location, Staff string
	States          []BookingState
	Urgent          bool
	// From and To bound the start, To exclusive.
	From, To time.Time
	// After is the start and the id of the last one seen.
	After   time.Time
	AfterID string
	Limit   int
}

// Bookings lists the bookings of a region that the caller reaches, by start and
// id.
func (s *Store) Bookings(ctx context.Context, region string, f BookingFilter) (out []Booking, err error) {
	err = s.read(ctx, func(t *Tx) error {
		if err := t.reach(region); err != nil {
			return err
		}
		var rows []bookingRow
		if err := f.where(t.bookings(region), region).Order("starts_at, id").Find(&rows).Error; err != nil {
			return err
		}
		out, err = t.withCrew(rows)
		return err
	})
	return out, err
}

func (f *BookingFilter) where(q *gorm.DB, region string) *gorm.DB {
	if f.Location != "" {
		q = q.Where("location = ?", f.Location)
	}
	if f.Staff != "" {
		q = q.Where("id IN (SELECT booking FROM booking_crew WHERE region = ? AND staff = ?)", region, f.Staff)
	}
	if len(f.States) > 0 {
		q = q.Where("state IN ?", f.States)
	}
	if f.Urgent {
		q = q.Where("urgent")
	}
	if !f.From.IsZero() {
		q = q.Where("starts_at >= ?", At(f.From))
	}
	if !f.To.IsZero() {
		q = q.Where("starts_at < ?", At(f.To))
	}
	if f.AfterID != "" {
		q = q.Where("(starts_at > ? OR starts_at = ? AND id > ?)", At(f.After), At(f.After), f.AfterID)
	}
	if f.Limit > 0 {
		q = q.Limit(f.Limit)
	}
	return q
}

// ExpireHolds removes the holds of a region that have run out and returns how
// many. The time of their crew is free without that; this keeps the lists clean.
func (t *Tx) ExpireHolds(region string, now time.Time) (int, error) {
	if err := t.reach(region); err != nil {
		return 0, err
	}
	done := t.db.Where("region = ? AND state = ? AND expires_at <= ?", region, BookingHeld, At(now)).Delete(&bookingRow{})
	if done.Error != nil {
		return 0, done.Error
	}
	return int(done.RowsAffected), t.db.Where("region = ? AND kind = ? AND expires_at <= ?", region, HoldTime, At(now)).Delete(&occupancyRow{}).Error
}
