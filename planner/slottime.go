package planner

import (
	"cmp"
	"slices"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
)

// Taken is time of a person that is taken, as the occupancy says.
type Taken struct {
	// From and To are buffers and travel included, the end exclusive.
	From, To time.Time
	// Kind is visit, meeting, booking, hold, absence or busy.
	Kind string
	// Ref names what takes the time.
	Ref string
	// Location is where it is; empty for nowhere in particular.
	Location string
	// Travel is how many minutes at its start are travel.
	Travel int
	// Expires is when a hold ends by itself.
	Expires time.Time
}

// wall is a local time in minutes since 1970-01-01T00:00 on the clock on the
// wall: within the hours in which anything is offered it counts as the hours do.
type wall int32

const dayMinutes = 24 * 60

func wallOf(d calendar.Date, c calendar.Clock) wall { return wall(d)*dayMinutes + wall(c) }

func (w wall) date() calendar.Date   { return calendar.Date(w / dayMinutes) }
func (w wall) clock() calendar.Clock { return calendar.Clock(w % dayMinutes) }

func (w wall) in(zone *time.Location) time.Time { return w.date().At(w.clock(), zone).UTC() }

// wallAt returns the wall clock of an instant, a part of a minute left out.
func wallAt(t time.Time, zone *time.Location) wall {
	_, offset := t.In(zone).Zone()
	return wall((t.Unix() + int64(offset)) / 60)
}

// wallUp counts a part of a minute whole.
func wallUp(t time.Time, zone *time.Location) wall {
	return wallAt(t.Add(time.Minute-time.Nanosecond), zone)
}

// nobodysHour is the time of the night in which clocks change: nothing is
// offered then, nor travel to it.
var nobodysHour = calendar.Span{From: 2 * 60, To: 3 * 60}

// nowhere is the place of what is at no place in particular.
const nowhere = -1

// timeRow is a piece of taken time within one day.
type timeRow struct {
	// from and to are the piece, core is where its travel ends.
	from, core, to wall
	place          int32
	kind           takenKind
	// expires is when a hold ends, in seconds since 1970; 0 for never.
	expires int64
	ref     string
}

// takenKind is a Kind as the engine compares it.
type takenKind uint8

const (
	takenVisit takenKind = iota
	takenMeeting
	takenBooking
	takenHold
	takenAbsence
	takenBusy
)

var takenKinds = map[string]takenKind{
	"visit": takenVisit, "meeting": takenMeeting, "booking": takenBooking, "hold": takenHold, "absence": takenAbsence, "busy": takenBusy,
}

// obstacle is the code that says what takes the time.
func (k takenKind) obstacle() string {
	switch k {
	case takenMeeting:
		return InMeeting
	case takenBooking:
		return Booked
	case takenHold:
		return OnHold
	case takenAbsence:
		return Absent
	case takenBusy:
		return BusyElsewhere
	case takenVisit:
		return OnVisit
	}
	return OnVisit
}

// PersonTime is the time of one person, ready to be asked about. It does not
// change once it is made.
type PersonTime struct {
	rows []timeRow // by day and start
	// first holds for each day of the engine where its rows begin.
	first []int32
}

// PersonTime prepares what is taken of somebody's time in the days of the engine.
func (x *Slots) PersonTime(taken []Taken) *PersonTime {
	p := &PersonTime{first: make([]int32, x.days+1)}
	for i := range taken {
		p.cut(x, &taken[i])
	}
	slices.SortFunc(p.rows, func(a, b timeRow) int { return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to)) })
	k := 0
	for day := range x.days + 1 {
		for k < len(p.rows) && p.rows[k].from < wallOf(x.from+calendar.Date(day), 0) {
			k++
		}
		p.first[day] = int32(k)
	}
	return p
}

// cut adds the pieces of something taken, day by day.
func (p *PersonTime) cut(x *Slots, t *Taken) {
	from, to := wallAt(t.From, x.zone), wallUp(t.To, x.zone)
	row := timeRow{core: from + wall(t.Travel), place: nowhere, kind: takenKinds[t.Kind], ref: t.Ref}
	if !t.Expires.IsZero() {
		row.expires = t.Expires.Unix()
		if t.Expires.Nanosecond() > 0 {
			row.expires++
		}
	}
	if l, known := x.locations[t.Location]; known && t.Location != "" {
		row.place = int32(l)
	}
	first, last := wallOf(x.from, 0), wallOf(x.from+calendar.Date(x.days), 0)
	for from = max(from, first); from < min(to, last); from = row.to {
		row.from, row.to = from, min(to, wallOf(from.date()+1, 0))
		row.core = max(row.core, row.from)
		p.rows = append(p.rows, row)
	}
}

// on returns the rows of the nth day of the engine.
func (p *PersonTime) on(day int) []timeRow { return p.rows[p.first[day]:p.first[day+1]] }

// ignores reports whether a row does not count: a hold that has run out, or the
// booking that is to be moved.
func (q *slotQuery) ignores(r *timeRow) bool {
	return r.expires != 0 && r.expires <= q.now || q.req.Without != "" && r.ref == q.req.Without && (r.kind == takenBooking || r.kind == takenHold)
}
