package store

import (
	"fmt"
	"time"
)

// Overlap is time of somebody that is taken and wanted once more.
type Overlap struct {
	Region, Staff string
	// From and To are the time that is taken, by what Kind and Ref say; Ref is
	// empty for what belongs to a region that the caller does not reach.
	From, To time.Time
	Kind     OccupancyKind
	Ref      string
	// Wanted names what would take it too: a visit's id, a booking's.
	Wanted string
}

// String says who, when, and by what.
func (o *Overlap) String() string {
	if o.Kind == BusyTime {
		return fmt.Sprintf("%s has %s to %s taken in their own calendar, where visit %s is planned",
			o.Staff, o.From.Format(time.RFC3339), o.To.Format(time.RFC3339), o.Wanted)
	}
	return fmt.Sprintf("%s from %s to %s is taken by %s %s", o.Staff, o.From.Format(time.RFC3339), o.To.Format(time.RFC3339), o.Kind, o.Ref)
}

// OverlapError is an ErrConflict about people's time. It lists all of it.
type OverlapError struct{ Overlaps []Overlap }

func (e *OverlapError) Error() string {
	text := fmt.Sprintf("%v: %s", ErrConflict, &e.Overlaps[0])
	if more := len(e.Overlaps) - 1; more > 0 {
		text += fmt.Sprintf(", and %d more", more)
	}
	return text
}

// Unwrap makes it an ErrConflict.
func (e *OverlapError) Unwrap() error { return ErrConflict }

// overlapOf says how two rows of one person are in each other's way. A row that
// is not in the database is the one that is wanted; of two the second.
func overlapOf(a, b *occupancyRow) Overlap {
	if a.ID == 0 && b.ID != 0 {
		a, b = b, a
	}
	return Overlap{Region: b.Region, Staff: b.Staff, From: a.StartsAt.Time, To: a.EndsAt.Time, Kind: a.Kind, Ref: a.Ref, Wanted: b.Ref}
}

// overlapping returns where rows of one person overlap. The database would
// refuse the first of them too, without saying which.
func (t *Tx) overlapping(rows []occupancyRow) []Overlap {
	sortTimes(rows)
	var out []Overlap
	var longest *occupancyRow // of the person's rows so far, the one that ends last
	for i := range rows {
		r := &rows[i]
		switch {
		case longest == nil || longest.Person != r.Person:
			longest = r
			continue
		case r.StartsAt.Before(longest.EndsAt.Time):
			o := overlapOf(longest, r)
			if !t.store.scope.Reaches(longest.Region) || !t.store.scope.Reaches(r.Region) {
				o.Ref = ""
			}
			out = append(out, o)
		}
		if r.EndsAt.After(longest.EndsAt.Time) {
			longest = r
		}
	}
	return out
}
