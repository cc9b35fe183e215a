package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
)

// OccupancyKind says what takes somebody's time.
type OccupancyKind string

// The kinds of occupancy.
const (
	VisitTime   OccupancyKind = "visit"
	MeetingTime OccupancyKind = "meeting"
	BookingTime OccupancyKind = "booking"
	HoldTime    OccupancyKind = "hold"
	AbsenceTime OccupancyKind = "absence"
	BusyTime    OccupancyKind = "busy"
)

// Blocking reports whether it is a promise: of those, no two of one person
// overlap. Absence and imported busy time fall over promises and over each
// other.
func (k OccupancyKind) Blocking() bool { return k != AbsenceTime && k != BusyTime }

// Occupancy is time of a person that is taken: buffers and travel included,
// the end exclusive.
type Occupancy struct {
	Region, Staff string
	From, To      time.Time
	Kind          OccupancyKind
	// Ref names what it is for: a visit's id, a booking's.
	Ref string
	// Expires is when a hold ends by itself; zero for all other kinds.
	Expires time.Time
	// Location is where the person is then; empty for nowhere in particular.
	// Travel is how much of the time is the way there, in minutes, at its start.
	Location string
	Travel   int
}

type occupancyRow struct {
	ID        int64 `gorm:"primaryKey"`
	Person    int64
	Region    string
	Staff     string
	StartsAt  Instant
	EndsAt    Instant
	Kind      OccupancyKind
	Blocking  bool
	Ref       string
	Plan      *int64
	ExpiresAt Instant
	Location  string
	// TravelMinutes is the way there, at the start of the time.
	TravelMinutes int
}

func (occupancyRow) TableName() string { return "occupancy" }

func occupancyRowOf(person int64, o *Occupancy) occupancyRow {
	return occupancyRow{
		Person: person, Region: o.Region, Staff: o.Staff, StartsAt: At(o.From), EndsAt: At(o.To),
		Kind: o.Kind, Blocking: o.Kind.Blocking(), Ref: o.Ref, ExpiresAt: At(o.Expires), Location: o.Location, TravelMinutes: o.Travel,
	}
}

func (r *occupancyRow) occupancy() Occupancy {
	return Occupancy{
		Region: r.Region, Staff: r.Staff, From: r.StartsAt.Time, To: r.EndsAt.Time,
		Kind: r.Kind, Ref: r.Ref, Expires: r.ExpiresAt.Time, Location: r.Location, Travel: r.TravelMinutes,
	}
}

// longestAbsence bounds the days of an absence that is stored, in case it has
// no end.
const longestAbsence = 3 * 366

// occupyAbsences writes the absences of a state, in place of those there were.
func (t *Tx) occupyAbsences(s *planner.State, persons map[string]int64) error {
	zone, err := zoneOf(&s.Programme)
	if err != nil {
		return err
	}
	if err := t.db.Where("region = ? AND kind = ?", s.Region, AbsenceTime).Delete(&occupancyRow{}).Error; err != nil {
		return err
	}
	var rows []occupancyRow
	for i := range s.Absences {
		a := &s.Absences[i]
		for _, span := range absent(a, zone) {
			o := Occupancy{Region: s.Region, Staff: a.Staff, From: span[0], To: span[1], Kind: AbsenceTime}
			rows = append(rows, occupancyRowOf(persons[a.Staff], &o))
		}
	}
	return insert(t, rows)
}

func zoneOf(p *planner.Programme) (*time.Location, error) {
	zone, err := time.LoadLocation(p.Zone)
	if err != nil {
		return nil, fmt.Errorf("zone of programme %q: %w", p.ID, err)
	}
	return zone, nil
}

// absent returns the times that an absence takes.
func absent(a *planner.Absence, zone *time.Location) [][2]time.Time {
	first, last := a.From, a.To
	switch {
	case first == calendar.NoDate && last == calendar.NoDate:
		return nil
	case first == calendar.NoDate:
		first = last - longestAbsence + 1
	case last == calendar.NoDate || last-first >= longestAbsence:
		last = first + longestAbsence - 1
	}
	if a.Part.Empty() {
		return [][2]time.Time{{first.At(0, zone), (last + 1).At(0, zone)}}
	}
	var out [][2]time.Time
	for d := first; d <= last; d++ {
		// In the night that summer time begins, what lies in the hour that is left
		// out takes no time.
		if from, to := d.At(a.Part.From, zone), d.At(a.Part.To, zone); from.Before(to) {
			out = append(out, [2]time.Time{from, to})
		}
	}
	return out
}

// Occupy takes time of people, all of it or none. It gives ErrConflict when a
// promise would overlap another one, an absence or imported busy time of the
// same person. Holds that have expired make room first.
func (s *Store) Occupy(ctx context.Context, wanted ...Occupancy) error {
	return s.Tx(ctx, func(t *Tx) error { return t.Occupy(wanted...) })
}

// Occupy is Store.Occupy within a transaction.
func (t *Tx) Occupy(wanted ...Occupancy) error {
	persons, err := t.personsOf(wanted)
	if err != nil {
		return err
	}
	if err := t.lockPeople(persons); err != nil {
		return err
	}
	if err := t.expireHolds(persons); err != nil {
		return err
	}
	rows := make([]occupancyRow, len(wanted))
	for i := range wanted {
		o := &wanted[i]
		rows[i] = occupancyRowOf(persons[o.Region+"\x00"+o.Staff], o)
		if err := t.refuseTaken(&rows[i]); err != nil {
			return err
		}
	}
	return insert(t, rows)
}

// personsOf returns the numbers of the people whose time is wanted, by region
// and staff id.
func (t *Tx) personsOf(wanted []Occupancy) (map[string]int64, error) {
	byRegion := map[string][]string{}
	for i := range wanted {
		byRegion[wanted[i].Region] = append(byRegion[wanted[i].Region], wanted[i].Staff)
	}
	out := map[string]int64{}
	for region, staff := range byRegion {
		persons, err := t.persons(region, staff)
		if err != nil {
			return nil, err
		}
		for s, p := range persons {
			out[region+"\x00"+s] = p
		}
	}
	return out, nil
}

// expireHolds removes the holds of people that have run out: a constraint
// cannot look at the clock.
func (t *Tx) expireHolds(persons map[string]int64) error {
	for part := range slices.Chunk(numbers(persons), batch) {
		err := t.db.Where("person IN ? AND kind = ? AND expires_at <= ?", part, HoldTime, At(t.now())).Delete(&occupancyRow{}).Error
		if err != nil {
			return err
		}
	}
	return nil
}

// refuseTaken gives ErrConflict when a promise would overlap anything that the
// person has. The database refuses two promises by itself; this says which.
func (t *Tx) refuseTaken(r *occupancyRow) error {
	if !r.Blocking {
		return nil
	}
	var taken []occupancyRow
	err := t.db.Where("person = ? AND starts_at < ? AND ends_at > ?", r.Person, r.EndsAt, r.StartsAt).
		Order("starts_at, id").Limit(1).Find(&taken).Error
	if err != nil || len(taken) == 0 {
		return err
	}
	return overlapError(&taken[0], r)
}

func overlapError(a, b *occupancyRow) error {
	return &OverlapError{Overlaps: []Overlap{overlapOf(a, b)}}
}

// Release gives the time back that something took: all rows of a region with
// this kind and ref.
func (s *Store) Release(ctx context.Context, region string, kind OccupancyKind, ref string) error {
	return s.Tx(ctx, func(t *Tx) error {
		return t.scoped("region").Where("region = ? AND kind = ? AND ref = ?", region, kind, ref).Delete(&occupancyRow{}).Error
	})
}

// Occupied returns what takes the time of a region's people and touches the
// time from one instant to another, in order of start. An absence keeps no
// more than who and when.
func (s *Store) Occupied(ctx context.Context, region string, from, to time.Time) ([]Occupancy, error) {
	var rows []occupancyRow
	err := s.read(ctx, func(t *Tx) error {
		return t.scoped("region").Where("region = ? AND starts_at < ? AND ends_at > ?", region, At(to), At(from)).Find(&rows).Error
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(rows, func(a, b occupancyRow) int {
		return cmp.Or(a.StartsAt.Compare(b.StartsAt.Time), strings.Compare(a.Staff, b.Staff), cmp.Compare(a.ID, b.ID))
	})
	out := make([]Occupancy, len(rows))
	for i := range rows {
		out[i] = rows[i].occupancy()
	}
	return out, nil
}
