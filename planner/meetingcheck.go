package planner

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/wijkplanner/wijkplanner/calendar"
)

// OccurrenceCheck is one occurrence of a new or changed meeting, what stands in
// its way, and where it could be instead.
type OccurrenceCheck struct {
	Date  calendar.Date
	Clock calendar.Clock
	// Obstacles is empty when everybody and every place can take part.
	Obstacles []Obstacle
	// Repairs are better moments for this occurrence, the best first.
	Repairs []Repair
}

// Repair is another moment for one occurrence of a meeting.
type Repair struct {
	Date  calendar.Date
	Clock calendar.Clock
	// Obstacles that would be left, fewer than now.
	Obstacles []Obstacle
}

const (
	// repairDays is how far from its day an occurrence may be moved, repairStep
	// the step of its time, and mostRepairs how many moments are proposed.
	repairDays  = 7
	repairStep  = 30
	mostRepairs = 3
)

// CheckMeeting looks at all occurrences of a new or changed meeting in a period
// before anybody commits to it: against working time, holidays, absences, other
// meetings, the visits of the plan with their travel, and the locations that
// take part. A meeting of the state with the same id is what it replaces. The
// error says what the meeting refers to and the state does not know.
func CheckMeeting(s *State, visits []Visit, m Meeting, p Period) ([]OccurrenceCheck, error) {
	if err := s.knows(&m); err != nil {
		return nil, err
	}
	tried := *s
	tried.Meetings = append(slices.DeleteFunc(slices.Clone(s.Meetings), func(x Meeting) bool { return x.ID == m.ID }), m)
	a, err := newAgenda(&tried, visits, p, m.ID)
	if err != nil {
		return nil, err
	}
	c := &meetingChecker{agenda: a, m: &m, place: pointOf(m.Point)}
	for i := range tried.Staff {
		if m.attends(&tried.Staff[i]) {
			c.people = append(c.people, &tried.Staff[i])
		}
	}
	for _, id := range append([]string{m.Location}, m.Locations...) {
		if l := a.locationIndex(id); l >= 0 {
			c.locations = append(c.locations, &tried.Locations[l])
			if id == m.Location {
				c.place = &tried.Locations[l].Point
			}
		}
	}
	var out []OccurrenceCheck
	c.own = a.occurrences(&m)
	for _, d := range c.own {
		out = append(out, c.check(d))
	}
	return out, nil
}

// knows reports everything that a meeting refers to and a state does not have.
func (s *State) knows(m *Meeting) error {
	var faults []error
	want := func(what string, ids []string, known func(string) bool) {
		for _, id := range ids {
			if id != "" && !known(id) {
				faults = append(faults, fmt.Errorf("meeting %s: unknown %s %q", m.ID, what, id))
			}
		}
	}
	want("staff", m.Staff, func(id string) bool {
		return slices.ContainsFunc(s.Staff, func(x Staff) bool { return x.ID == id })
	})
	want("role", m.Roles, func(id string) bool { return s.Programme.Role(id) != nil })
	want("location", append([]string{m.Location}, m.Locations...), func(id string) bool {
		return slices.ContainsFunc(s.Locations, func(x Location) bool { return x.ID == id })
	})
	want("organisation", m.Organisations, func(id string) bool {
		return slices.ContainsFunc(s.Organisations, func(x Organisation) bool { return x.ID == id })
	})
	return errors.Join(faults...)
}

// meetingChecker tries a meeting at moments.
type meetingChecker struct {
	*agenda
	m         *Meeting
	people    []*Staff
	locations []*Location
	place     *Point
	// own are the days on which the meeting itself takes place.
	own []calendar.Date
}

func (c *meetingChecker) check(d calendar.Date) OccurrenceCheck {
	out := OccurrenceCheck{Date: d, Clock: c.m.Clock, Obstacles: c.obstacles(d, c.m.Clock)}
	if len(out.Obstacles) > 0 {
		out.Repairs = c.repairs(d, len(out.Obstacles))
	}
	return out
}

// obstacles lists what stands in the way of the meeting at a moment.
func (c *meetingChecker) obstacles(d calendar.Date, at calendar.Clock) []Obstacle {
	span := calendar.Span{From: at, To: at + calendar.Clock(c.m.Minutes)}
	var out []Obstacle
	for _, s := range c.people {
		if o := c.person(s, d, span, c.place); o.Code != "" {
			out = append(out, o)
		}
	}
	for _, l := range c.locations {
		if o := c.location(l, d, span); o.Code != "" {
			out = append(out, o)
		}
	}
	for _, id := range c.m.Organisations {
		if c.holidays[id][d] {
			out = append(out, Obstacle{id, OnHoliday, ""})
		}
	}
	return out
}

// repairs proposes moments with fewer obstacles: those with the fewest first,
// then the nearest day, then the nearest time; no two on one day before other
// days had their turn.
func (c *meetingChecker) repairs(d calendar.Date, now int) []Repair {
	var best []Repair
	for day := d - repairDays; day <= d+repairDays; day++ {
		if day < c.period.From || day > c.period.To || day.Weekday() == 0 || day.Weekday() == 6 || day != d && slices.Contains(c.own, day) {
			continue
		}
		if r, found := c.bestOn(day, now); found {
			best = append(best, r)
		}
	}
	slices.SortStableFunc(best, func(a, b Repair) int {
		return cmp.Or(cmp.Compare(len(a.Obstacles), len(b.Obstacles)), cmp.Compare(apart(a.Date, d), apart(b.Date, d)), cmp.Compare(a.Date, b.Date))
	})
	return best[:min(len(best), mostRepairs)]
}

// bestOn returns the best moment of a day, if it has fewer obstacles than now.
func (c *meetingChecker) bestOn(d calendar.Date, now int) (Repair, bool) {
	best, found := Repair{}, false
	first, last := c.hours(d)
	for at := first; at+calendar.Clock(c.m.Minutes) <= last; at += repairStep {
		o := c.obstacles(d, at)
		if len(o) >= now || found && (len(o) > len(best.Obstacles) ||
			len(o) == len(best.Obstacles) && away(at, c.m.Clock) >= away(best.Clock, c.m.Clock)) {
			continue
		}
		best, found = Repair{d, at, o}, true
	}
	return best, found
}

// hours returns from when to when anybody who is asked works on a day; for a
// location's own meeting, when the locations are open.
func (c *meetingChecker) hours(d calendar.Date) (first, last calendar.Clock) {
	first, last = 24*60, 0
	add := func(spans []calendar.Span) {
		for _, s := range spans {
			first, last = min(first, up(s.From)), max(last, s.To)
		}
	}
	for _, s := range c.people {
		add(c.roster.spans(s, d))
	}
	if len(c.people) == 0 {
		for _, l := range c.locations {
			add(l.Opening[d.Weekday()])
		}
	}
	return first, last
}

func apart(a, b calendar.Date) int { return int(max(a-b, b-a)) }

func away(a, b calendar.Clock) int { return int(max(a-b, b-a)) }
