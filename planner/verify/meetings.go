package verify

import (
	"slices"
	"strings"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
)

// meeting is a meeting with its occurrences in the period.
type meeting struct {
	*planner.Meeting
	occurrences []occurrence
}

// occurrence is when a meeting takes place once.
type occurrence struct {
	date calendar.Date
	span calendar.Span
}

// readMeetings expands every meeting.
func (c *checker) readMeetings() {
	c.meetings = make(map[string]*meeting, len(c.state.Meetings))
	for i := range c.state.Meetings {
		m := &meeting{Meeting: &c.state.Meetings[i]}
		m.occurrences = c.occurrences(m.Meeting)
		c.meetings[m.ID] = m
	}
}

func (c *checker) occurrences(m *planner.Meeting) []occurrence {
	series := calendar.Series{Start: m.Start.At(m.Clock, c.zone), Wall: m.Start.At(m.Clock, time.UTC), EXDays: m.Except, RDays: m.Besides}
	if m.Rule != "" {
		rule, err := calendar.ParseRecurrence(m.Rule)
		if err != nil {
			c.add(Fault{Kind: MeetingTime, Date: m.Start}, "meeting %s: %v", m.ID, err)
			return nil
		}
		series.Rule = &rule
	}
	var out []occurrence
	for _, t := range series.Between(c.from.At(0, c.zone), (c.to+1).At(0, c.zone), calendar.MaxInstances) {
		date := calendar.DateOf(t, c.zone)
		if n := len(out); n == 0 || out[n-1].date != date { // once a day, whatever times the rule gives
			out = append(out, occurrence{date, calendar.Span{From: m.Clock, To: m.Clock + calendar.Clock(m.Minutes)}})
		}
	}
	return out
}

// asked reports whether somebody is asked to come to a meeting.
func (m *meeting) asked(s *planner.Staff) bool {
	return slices.Contains(m.Staff, s.ID) || slices.ContainsFunc(s.Contracts, func(k planner.Contract) bool {
		return slices.Contains(m.Roles, k.Role)
	})
}

// attendable returns the occurrences of a meeting during all of which somebody
// works.
func (c *checker) attendable(s *planner.Staff, m *meeting) []occurrence {
	var out []occurrence
	for _, o := range m.occurrences {
		if within(o.span, c.working(s, o.date)) {
			out = append(out, o)
		}
	}
	return out
}

// entry is somebody at an occurrence of a meeting.
type entry struct {
	meeting, staff string
	date           calendar.Date
}

// checkMeetings compares what everybody should attend with the rows: of two
// meetings at the same time the one whose id comes first is attended, and the other
// is listed as unplanned.
func (c *checker) checkMeetings() {
	rows := map[entry]*VisitRow{}
	for i := range c.visits {
		v := &c.visits[i]
		for _, r := range v.rows {
			if v.meeting != nil {
				rows[entry{v.meeting.ID, r.Staff, v.date}] = r
			}
		}
	}
	clashes := map[entry]int{}
	expected := map[entry]bool{}
	for i := range c.state.Staff {
		c.checkAttendance(&c.state.Staff[i], rows, expected, clashes)
	}
	for i := range c.visits {
		v := &c.visits[i]
		for _, r := range v.rows {
			if v.meeting != nil && !expected[entry{v.meeting.ID, r.Staff, v.date}] {
				c.add(v.rowFault(MeetingTime, r), "%s has no such occurrence of meeting %s to attend", r.Staff, v.meeting.ID)
			}
		}
	}
	c.checkClashes(clashes)
}

// checkAttendance proves that somebody has a row for each meeting, and notes
// what is expected and what clashes.
func (c *checker) checkAttendance(s *planner.Staff, rows map[entry]*VisitRow, expected map[entry]bool, clashes map[entry]int) {
	busy := map[calendar.Date][]calendar.Span{}
	for k := range c.state.Meetings {
		m := c.meetings[c.state.Meetings[k].ID]
		if !m.asked(s) {
			continue
		}
		for _, o := range c.attendable(s, m) {
			if o.date < c.firstDay {
				continue
			}
			key := entry{m.ID, s.ID, o.date}
			if touches(o.span, busy[o.date]) {
				clashes[entry{meeting: m.ID, date: o.date}]++
				continue
			}
			busy[o.date] = append(busy[o.date], o.span)
			expected[key] = true
			if rows[key] == nil {
				c.add(Fault{Kind: MeetingMissing, Staff: s.ID, Date: o.date},
					"meeting %s takes place %s and %s has no row for it", m.ID, clocks(o.span), s.ID)
			}
		}
	}
}

// missedMeeting reports whether a row is about a meeting that somebody cannot
// attend. Only what blocks it says so: a meeting may have the id of a
// requirement, and a location.
func (r *UnplannedRow) missedMeeting() bool {
	return strings.HasPrefix(r.BlockedBy, meetingType+":")
}

// checkClashes proves that unplanned.csv lists who cannot attend a meeting
// because of another one.
func (c *checker) checkClashes(clashes map[entry]int) {
	for i := range c.folder.Unplanned {
		r := &c.folder.Unplanned[i]
		if !r.missedMeeting() {
			continue
		}
		key := entry{meeting: r.Requirement, date: r.DueBy}
		if clashes[key]--; clashes[key] < 0 {
			c.add(Fault{Kind: FalselyListed, Location: r.Location, Role: r.Role, Date: r.DueBy},
				"nobody more misses meeting %s because of another one", r.Requirement)
		}
	}
	for key, n := range clashes {
		if n > 0 {
			c.add(Fault{Kind: NotListed, Date: key.date},
				"%d miss meeting %s because of another one and are not listed as unplanned", n, key.meeting)
		}
	}
}

// checkOccurrence proves that a meeting's row is at the time of an occurrence.
func (c *checker) checkOccurrence(v *visit) {
	for _, o := range v.meeting.occurrences {
		if o.date == v.date {
			if o.span != v.span {
				c.add(v.fault(MeetingTime), "meeting %s is at %s, not %s", v.meeting.ID, clocks(o.span), clocks(v.span))
			}
			return
		}
	}
	c.add(v.fault(MeetingTime), "meeting %s does not take place on %s", v.meeting.ID, v.date)
}

func clocks(s calendar.Span) string { return s.From.String() + "–" + s.To.String() }
