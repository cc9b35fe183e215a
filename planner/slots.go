package planner

import (
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
)

// Slots answers which moments of a region's people can be booked. It holds one
// version of a region and its rules, prepared for some days; what is taken of
// people's time comes with each question, since that changes all the time. It
// knows no clock, and may be asked by many at once.
type Slots struct {
	state *State
	zone  *time.Location
	rules []SlotRule
	// from is the first of the days that are prepared.
	from calendar.Date
	days int
	// locations and staff number both by id.
	locations, staff map[string]int
	agenda           *agenda
	// work holds when staff work, by staff and day; lastWork the end of each day.
	work [][]calendar.Spans
	// assigned are the assignments of each location.
	assigned [][]Assignment
	// windows are those of each rule by weekday.
	windows [][7]calendar.Spans
	opening [][7]calendar.Spans // of locations
	travel  [2]travelCache      // by bicycle, by car
}

// NewSlots prepares a state for the days from a date on. The state must not
// change afterwards. Without rules the DefaultSlotRules hold.
func NewSlots(s *State, rules []SlotRule, from calendar.Date, days int) (*Slots, error) {
	zone, err := time.LoadLocation(s.Programme.Zone)
	if err != nil {
		return nil, fmt.Errorf("programme zone %q: %w; use a name such as Europe/Amsterdam", s.Programme.Zone, err)
	}
	if days < 1 || days > longestHorizon+7 {
		return nil, fmt.Errorf("%d days: want 1 to %d", days, longestHorizon+7)
	}
	if len(rules) == 0 {
		rules = DefaultSlotRules(&s.Programme)
	}
	x := &Slots{
		state: s, zone: zone, rules: orderRules(rules), from: from, days: days,
		locations: make(map[string]int, len(s.Locations)), staff: make(map[string]int, len(s.Staff)),
	}
	if x.agenda, err = slotAgenda(s, Period{From: from, To: from + calendar.Date(days) - 1}, zone); err != nil {
		return nil, err
	}
	x.prepareStaff()
	x.prepareLocations()
	x.prepareRules()
	places := len(s.Locations) + len(s.Staff)
	for mode := range x.travel {
		x.travel[mode].prepare(places)
	}
	return x, nil
}

// slotAgenda is an agenda that knows when people work, and nothing of what they
// do then.
func slotAgenda(s *State, p Period, zone *time.Location) (*agenda, error) {
	hours, err := newRoster(s)
	if err != nil {
		return nil, err
	}
	f := &formulation{state: s, period: p, zone: zone, first: p.From, travel: NewTravel(&s.Programme, p.From), roster: hours, blackouts: newBlackouts(s)}
	a := &agenda{formulation: f, engaged: map[engagedKey][]engagement{}}
	return a, a.setHolidays(p)
}

func (x *Slots) prepareStaff() {
	night := calendar.NewSpans(nobodysHour)
	x.work = make([][]calendar.Spans, len(x.state.Staff))
	for i := range x.state.Staff {
		m := &x.state.Staff[i]
		x.staff[m.ID] = i
		x.work[i] = make([]calendar.Spans, x.days)
		for day := range x.days {
			if spans := x.agenda.roster.spans(m, x.date(day)); len(spans) > 0 {
				x.work[i][day] = spans.Subtract(night)
			}
		}
	}
}

func (x *Slots) prepareLocations() {
	x.assigned = make([][]Assignment, len(x.state.Locations))
	x.opening = make([][7]calendar.Spans, len(x.state.Locations))
	for i := range x.state.Locations {
		l := &x.state.Locations[i]
		x.locations[l.ID] = i
		for day, spans := range l.Opening {
			x.opening[i][day] = calendar.NewSpans(spans...)
		}
	}
	for _, a := range x.state.Assignments {
		if l, known := x.locations[a.Location]; known {
			x.assigned[l] = append(x.assigned[l], a)
		}
	}
}

func (x *Slots) prepareRules() {
	x.windows = make([][7]calendar.Spans, len(x.rules))
	for i := range x.rules {
		r := &x.rules[i]
		week := r.Windows
		if role := x.state.Programme.Role(r.Role); emptyWeek(&week) && role != nil {
			week = role.Consult
		}
		for day := range week {
			x.windows[i][day] = calendar.NewSpans(week[day]...)
			if emptyWeek(&week) {
				x.windows[i][day] = calendar.NewSpans(calendar.WholeDay)
			}
		}
	}
}

func (x *Slots) date(day int) calendar.Date { return x.from + calendar.Date(day) }

// Rules returns the rules that are in force, in the order in which they are tried.
func (x *Slots) Rules() []SlotRule { return slices.Clone(x.rules) }

// State returns the state that was prepared; it must not be changed.
func (x *Slots) State() *State { return x.state }

// Covers reports whether the days that were prepared hold a moment and the
// longest horizon of the rules after it.
func (x *Slots) Covers(now time.Time) bool {
	today := calendar.DateOf(now, x.zone)
	return today >= x.from && int(today-x.from)+x.horizon() < x.days
}

// horizon is the longest of the rules, in days.
func (x *Slots) horizon() int {
	longest := 0
	for i := range x.rules {
		longest = max(longest, x.rules[i].HorizonDays)
	}
	return longest
}

// SlotDays is how many days to prepare, so that an engine serves a week long.
func SlotDays(rules []SlotRule) int {
	longest := DefaultHorizon
	for i := range rules {
		longest = max(longest, rules[i].HorizonDays)
	}
	return longest + 7
}

// travelCache remembers travel on the clock between places: locations, then the
// homes of staff. It is filled as it is asked.
type travelCache struct {
	places  int
	minutes []atomic.Int32 // one more than the minutes; 0 for not yet known
}

// mostPlaces bounds the table: 16 MB a mode.
const mostPlaces = 2000

func (c *travelCache) prepare(places int) {
	if places <= mostPlaces {
		c.places, c.minutes = places, make([]atomic.Int32, places*places)
	}
}

// way is the travel of somebody between two places, in minutes on the clock.
func (x *Slots) way(staff int, a, b int32) wall {
	mode := x.state.Staff[staff].Mode
	c := &x.travel[0]
	if mode != Bicycle {
		c = &x.travel[1]
	}
	if c.minutes == nil {
		return wall(x.agenda.travel.Clock(*x.point(a), *x.point(b), mode))
	}
	cell := &c.minutes[int(a)*c.places+int(b)]
	known := cell.Load()
	if known == 0 {
		known = x.agenda.travel.Clock(*x.point(a), *x.point(b), mode) + 1
		cell.Store(known)
	}
	return wall(known - 1)
}

func (x *Slots) home(staff int) int32 { return int32(len(x.state.Locations) + staff) }

func (x *Slots) point(place int32) *Point {
	if n := int32(len(x.state.Locations)); place >= n {
		return &x.state.Staff[place-n].Home
	}
	return &x.state.Locations[place].Point
}
