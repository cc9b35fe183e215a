package store

import (
	"slices"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
)

// CancelReason is a code that says why a visit fell through.
type CancelReason string

// The reasons. Who may know which is the feed's business, not the store's.
const (
	// StaffUnavailable: somebody of the crew is absent then; never why.
	StaffUnavailable CancelReason = "staff_unavailable"
	// LocationClosed: the location cannot be visited then.
	LocationClosed CancelReason = "location_closed"
	// HandedOver: the visit goes on, with somebody else.
	HandedOver CancelReason = "handed_over"
	// Replanned: the plan changed.
	Replanned CancelReason = "replanned"
	// BookingWithdrawn: the booking was cancelled, declined or moved to somebody
	// else.
	BookingWithdrawn CancelReason = "booking_withdrawn"
)

// cancelReasons knows why visits fall through.
type cancelReasons struct {
	zone *time.Location
	// goesOn holds the visits that the plan still has.
	goesOn    map[string]bool
	absent    map[string][]occupancyRow
	blackouts []blackoutRow
	locations map[string]locationRow
}

func (t *Tx) cancelReasons(region string, gone []*feedEventRow, want []feedEventRow, programme *planner.Programme) (*cancelReasons, error) {
	zone, err := zoneOf(programme)
	if err != nil {
		return nil, err
	}
	why := &cancelReasons{zone: zone, goesOn: map[string]bool{}, absent: map[string][]occupancyRow{}, locations: map[string]locationRow{}}
	for i := range want {
		why.goesOn[want[i].Visit] = true
	}
	from, to := gone[0].StartsAt.Time, gone[0].EndsAt.Time
	for _, g := range gone {
		from, to = earliest(from, g.StartsAt.Time), latest(to, g.EndsAt.Time)
	}
	var absent []occupancyRow
	err = t.db.Where("region = ? AND kind = ? AND starts_at < ? AND ends_at > ?", region, AbsenceTime, At(to), At(from)).Find(&absent).Error
	if err != nil {
		return nil, err
	}
	for _, a := range absent {
		why.absent[a.Staff] = append(why.absent[a.Staff], a)
	}
	if why.blackouts, err = rowsOf[blackoutRow](t, region, "position"); err != nil {
		return nil, err
	}
	locations, err := rowsOf[locationRow](t, region, "position")
	for _, l := range locations {
		why.locations[l.ID] = l
	}
	return why, err
}

// of returns why an event fell through, for the readers of its calendar.
func (w *cancelReasons) of(row *feedEventRow) CancelReason {
	switch {
	case slices.ContainsFunc(row.Content.v.Crew, func(c FeedCrew) bool { return w.away(c.Staff, row) }):
		return StaffUnavailable
	case w.goesOn[row.Visit]:
		return HandedOver
	case w.closed(row):
		return LocationClosed
	default:
		return Replanned
	}
}

func (w *cancelReasons) away(staff string, row *feedEventRow) bool {
	return slices.ContainsFunc(w.absent[staff], func(a occupancyRow) bool {
		return a.StartsAt.Before(row.EndsAt.Time) && row.StartsAt.Before(a.EndsAt.Time)
	})
}

func (w *cancelReasons) closed(row *feedEventRow) bool {
	l, known := w.locations[row.Content.v.Location]
	if row.Content.v.Location == "" {
		return false
	}
	day := calendar.DateOf(row.StartsAt.Time, w.zone)
	if !known || l.Closed.Date() != calendar.NoDate && day > l.Closed.Date() {
		return true
	}
	return slices.ContainsFunc(w.blackouts, func(b blackoutRow) bool {
		concerns := b.Location == l.ID || b.District != "" && b.District == l.District || b.Municipality != "" && b.Municipality == l.Municipality
		if !concerns || b.FirstDay.Date() != calendar.NoDate && day < b.FirstDay.Date() || b.LastDay.Date() != calendar.NoDate && day > b.LastDay.Date() {
			return false
		}
		if b.PartFrom >= b.PartTo {
			return true
		}
		return row.StartsAt.Before(day.At(b.PartTo, w.zone)) && day.At(b.PartFrom, w.zone).Before(row.EndsAt.Time)
	})
}
