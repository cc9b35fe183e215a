package planner

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// teamed is the town with a weekly team meeting on Tuesdays at ten.
func teamed() *State {
	s := town()
	s.Meetings = []Meeting{{
		ID: "team", Start: date("2027-01-05"), Clock: 600, Minutes: 60, Rule: "FREQ=WEEKLY;COUNT=40",
		Staff: []string{"c1", "c2"}, Budget: WithoutIndication,
	}}
	return s
}

// line writes a change of a meeting as one line.
func (c *VisitChange) line() string {
	at := func(m Moment) string {
		if m.Start.IsZero() {
			return "–"
		}
		return m.Start.Format("01-02 15:04")
	}
	return strings.TrimSpace(fmt.Sprintf("%s %s %s→%s %s %s", c.Kind, c.Visit, at(c.Was), at(c.Is), c.Code, c.Detail))
}

// TestMeetingsThatChange plans again after a meeting changed, and compares the
// two plans: each says the same.
func TestMeetingsThatChange(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(s *State, m *Meeting)
		want   []string // before July
		after  int      // how many changes there are later
	}{
		"one occurrence to another day": {func(_ *State, m *Meeting) {
			m.Except = append(m.Except, date("2027-06-08"))
			m.Besides = append(m.Besides, date("2027-06-10"))
		}, []string{"moved team-2027-06-08 06-08 10:00→06-10 10:00 rescheduled team"}, 0},
		"another time": {func(_ *State, m *Meeting) { m.Clock = 630 }, []string{
			"moved team-2027-06-08 06-08 10:00→06-08 10:30 rescheduled team",
			"moved team-2027-06-15 06-15 10:00→06-15 10:30 rescheduled team",
			"moved team-2027-06-22 06-22 10:00→06-22 10:30 rescheduled team",
			"moved team-2027-06-29 06-29 10:00→06-29 10:30 rescheduled team",
		}, 14},
		// On Friday 4 June there is one more than before: that of 1 June was.
		"from Tuesdays to Fridays": {func(_ *State, m *Meeting) { m.Start += 3 }, []string{
			"added team-2027-06-04 –→06-04 10:00 new team",
			"moved team-2027-06-08 06-08 10:00→06-11 10:00 rescheduled team",
			"moved team-2027-06-15 06-15 10:00→06-18 10:00 rescheduled team",
			"moved team-2027-06-22 06-22 10:00→06-25 10:00 rescheduled team",
			"moved team-2027-06-29 06-29 10:00→07-02 10:00 rescheduled team",
		}, 14},
		"one that falls out and one far away": {func(_ *State, m *Meeting) {
			m.Except = append(m.Except, date("2027-06-08"))
			m.Besides = append(m.Besides, date("2027-06-24"))
		}, []string{
			"cancelled team-2027-06-08 06-08 10:00→– called_off team",
			"added team-2027-06-24 –→06-24 10:00 new team",
		}, 0},
		"over in June": {func(_ *State, m *Meeting) { m.Rule = "FREQ=WEEKLY;COUNT=25" }, []string{
			"cancelled team-2027-06-29 06-29 10:00→– called_off team",
		}, 14},
		"somebody away": {func(s *State, _ *Meeting) {
			s.Absences = []Absence{{Staff: "c2", From: date("2027-06-14"), To: date("2027-06-18")}}
		}, []string{"handed_over team-2027-06-15 06-15 10:00→06-15 10:00 away c2"}, 0},
		"somebody not asked any more": {func(_ *State, m *Meeting) { m.Rule, m.Staff = "FREQ=WEEKLY;COUNT=23", []string{"c1"} }, []string{
			"handed_over team-2027-06-08 06-08 10:00→06-08 10:00 people team",
			"cancelled team-2027-06-15 06-15 10:00→– called_off team",
			"cancelled team-2027-06-22 06-22 10:00→– called_off team",
			"cancelled team-2027-06-29 06-29 10:00→– called_off team",
		}, 14},
		"another meeting first": {func(s *State, _ *Meeting) {
			board := s.Meetings[0]
			board.ID, board.Rule, board.Start, board.Staff = "board", "", date("2027-06-15"), []string{"c2"}
			s.Meetings = []Meeting{board, s.Meetings[0]}
		}, []string{
			"added board-2027-06-15 –→06-15 10:00 new board",
			"handed_over team-2027-06-15 06-15 10:00→06-15 10:00 meeting board",
		}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := teamed()
			p := solve(t, s)
			c.change(s, &s.Meetings[0])
			r := again(t, s, told(p), "2027-06-02", nil)
			var got []string
			later := 0
			for i := range r.Changes {
				x := &r.Changes[i]
				switch {
				case !x.Meeting:
				case x.when().Before(time.Date(2027, 7, 1, 0, 0, 0, 0, time.UTC)):
					got = append(got, x.line())
				default:
					later++
				}
			}
			if !slices.Equal(got, c.want) || later != c.after {
				t.Errorf("%d later, want %d; and\n%s\nwant\n%s", later, c.after, strings.Join(got, "\n"), strings.Join(c.want, "\n"))
			}
			kinds := map[string]VisitChangeKind{}
			for _, x := range r.Changes {
				if x.Meeting {
					kinds[x.Visit+" "+x.Now] = x.Kind
				}
			}
			d := Compare(p, r.Plan)
			for _, x := range d.Visits {
				if x.Meeting && kinds[x.Visit+" "+x.Now] != x.Kind {
					t.Errorf("the difference of the plans says %s of %s, planning again says %q", x.Kind, x.Visit, kinds[x.Visit+" "+x.Now])
				}
				delete(kinds, x.Visit+" "+x.Now)
			}
			if len(kinds) > 0 {
				t.Errorf("the difference of the plans does not say %v", kinds)
			}
		})
	}
}

// TestDesertedMeetingsDidNotMove: somebody who alone attends a meeting takes
// another week off than was told. The meeting is where it was: one occurrence is
// without anybody now, and one has somebody again.
func TestDesertedMeetingsDidNotMove(t *testing.T) {
	t.Parallel()
	s := teamed()
	s.Meetings[0].Staff = []string{"c2"}
	s.Absences = []Absence{{Staff: "c2", From: date("2027-06-14"), To: date("2027-06-18")}}
	p := solve(t, s)
	s.Absences = []Absence{{Staff: "c2", From: date("2027-06-07"), To: date("2027-06-11")}}
	r := again(t, s, told(p), "2027-06-02", nil)
	var got []string
	for i := range r.Changes {
		if x := &r.Changes[i]; x.Meeting {
			got = append(got, x.line())
		}
	}
	if want := []string{"cancelled team-2027-06-08 06-08 10:00→– away c2", "added team-2027-06-15 –→06-15 10:00 new team"}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// TestNearestPairsAreTheBest compares with trying all ways to pair two lists in
// order.
func TestNearestPairsAreTheBest(t *testing.T) {
	t.Parallel()
	at := func(hours ...int) []*Visit {
		var out []*Visit
		for _, h := range hours {
			out = append(out, &Visit{Start: time.Date(2027, 3, 1, h, 0, 0, 0, time.UTC)})
		}
		return out
	}
	var least func(a, b []*Visit) (float64, int)
	least = func(a, b []*Visit) (float64, int) {
		if len(a) == 0 || len(b) == 0 {
			return 0, 0
		}
		sum, n := least(a[1:], b[1:])
		sum, n = sum+hoursApart(a[0], b[0]), n+1
		for _, other := range [][2][]*Visit{{a[1:], b}, {a, b[1:]}} {
			if s, m := least(other[0], other[1]); m > n || m == n && s < sum {
				sum, n = s, m
			}
		}
		return sum, n
	}
	for _, c := range [][2][]*Visit{
		{at(), at()},
		{at(1, 50), at()},
		{at(10, 20, 30), at(11, 29)},
		{at(10, 20), at(0, 9, 30, 40)},
		{at(5, 6, 7), at(1, 2, 6, 8, 90)},
	} {
		sum, n := 0.0, 0
		var was, is []*Visit
		for _, p := range nearestPairs(c[0], c[1]) {
			if p.was != nil {
				was = append(was, p.was)
			}
			if p.is != nil {
				is = append(is, p.is)
			}
			if p.was != nil && p.is != nil {
				sum, n = sum+hoursApart(p.was, p.is), n+1
			}
		}
		if s, m := least(c[0], c[1]); s != sum || m != n || len(was) != len(c[0]) || len(is) != len(c[1]) {
			t.Errorf("%d pairs %v hours apart, of %d and %d; want %d and %v", n, sum, len(was), len(is), m, s)
		}
	}
}
