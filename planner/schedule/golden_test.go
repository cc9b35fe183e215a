package schedule

import (
	"context"
	"slices"
	"testing"
)

// line is a street with a place every ten minutes; home is place 0. One person,
// three days of 9:00 to 12:00 (540 to 720), windows of the whole day.
func line(visits int) *Problem {
	const places = 6
	p := &Problem{MaxMoves: -1, Weights: Weights{Travel: 1, Spacing: 1, Smooth: 1}}
	t := Travel{Places: places}
	for a := range places {
		for b := range places {
			t.Time = append(t.Time, int32(10*abs(a-b)))
		}
	}
	p.Travel = []Travel{t}
	var set []Window
	for d := range 3 {
		p.Days = append(p.Days, Day{Week: d / 2, Number: d})
		set = append(set, Window{Day: d, From: 0, To: 1440})
	}
	p.WindowSets = [][]Window{set}
	p.Staff = []Staff{{Shifts: []Shift{{From: 540, To: 720}, {From: 540, To: 720}, {From: 540, To: 720}}}}
	for range visits {
		p.Visits = append(p.Visits, Visit{
			Place: 1, Duration: 60, Crew: [][]Option{{{Staff: 0}}}, Requirement: None, Unplanned: 1000,
		})
	}
	return p
}

// on makes the window set of some visits one single day.
func (p *Problem) on(day int, visits ...int) {
	for _, v := range visits {
		p.Visits[v].Windows = len(p.WindowSets)
	}
	p.WindowSets = append(p.WindowSets, []Window{{Day: day, From: 0, To: 1440}})
}

func (p *Problem) addStaff() {
	p.Staff = append(p.Staff, p.Staff[0])
	s := &p.Staff[len(p.Staff)-1]
	s.Shifts = slices.Clone(s.Shifts)
}

// golden is one instance small enough to check by hand.
type golden struct {
	visits int // on the street
	change func(p *Problem)
	want   Amounts
	medium int64
	check  func(r *Result) bool
}

// goldens hold one instance for each constraint, and more. The comment of each
// is the calculation.
var goldens = map[string]golden{
	// Out and back: 10 + 10.
	"one visit": {visits: 1, want: Amounts{Travel: 20}},
	// Two at the same place on one day: 20, not 40.
	"travel": {visits: 2, want: Amounts{Travel: 20}},
	// 180 minutes hold 20 of travel and two visits of 60, not three.
	"shift": {visits: 3, change: func(p *Problem) { p.on(0, 0, 1, 2) }, want: Amounts{Travel: 20}, medium: 1000},
	// Leaving home at 9:00, the visit cannot start before 9:10.
	"shift start": {visits: 1, want: Amounts{Travel: 20}, check: func(r *Result) bool {
		return r.Placements[0].Start == 550
	}},
	// A buffer of 30 before and 30 after makes one of 120: two do not fit.
	"buffers": {visits: 2, change: func(p *Problem) {
		p.on(0, 0, 1)
		p.Visits[0].Before, p.Visits[0].After = 30, 30
	}, want: Amounts{Travel: 20}, medium: 1000},
	// 180 − 20 − 60 − 60 = 40 are left; 41 must be.
	"reserve": {visits: 2, change: func(p *Problem) {
		p.on(0, 0, 1)
		p.Staff[0].Shifts[0].Reserve = 41
	}, want: Amounts{Travel: 20}, medium: 1000},
	"day cap": {visits: 2, change: func(p *Problem) {
		p.on(0, 0, 1)
		p.Staff[0].DayCap = 1
	}, want: Amounts{Travel: 20}, medium: 1000},
	// Days 0 and 1 are one week; the second visit goes to day 2.
	"week cap": {visits: 2, change: func(p *Problem) { p.Staff[0].WeekCap = 1 }, want: Amounts{Travel: 40}},
	"load cap": {visits: 2, change: func(p *Problem) {
		p.Staff[0].LoadCap = 5
		p.Visits[0].Load, p.Visits[1].Load = 3, 3
	}, want: Amounts{Travel: 40}},
	// 20 + 120 = 140 is too long a day for 139.
	"max duration": {visits: 2, change: func(p *Problem) { p.Staff[0].MaxDuration = 139 }, want: Amounts{Travel: 40}},
	// The window opens at 600; being early is no cost.
	"window": {
		visits: 1, change: func(p *Problem) { p.WindowSets[0] = []Window{{Day: 1, From: 600, To: 610}} },
		want: Amounts{Travel: 20}, check: func(r *Result) bool {
			return r.Placements[0].Day == 1 && r.Placements[0].Start == 600
		},
	},
	// Where windows overlap, the cheaper one counts.
	"window charge": {visits: 1, change: func(p *Problem) {
		p.WindowSets[0] = []Window{{Day: 0, From: 0, To: 1440, Charge: 50}, {Day: 0, From: 600, To: 620, Charge: 7}}
	}, want: Amounts{Travel: 20, Window: 7}},
	// A backup at 30 is dearer than going twice (20 more).
	"person": {visits: 2, change: func(p *Problem) {
		p.addStaff()
		p.Staff[0].DayCap = 1
		for v := range p.Visits {
			p.Visits[v].Crew[0] = []Option{{Staff: 0}, {Staff: 1, Charge: 30}}
		}
	}, want: Amounts{Travel: 40}},
	// On a single day the backup it is.
	"backup": {visits: 2, change: func(p *Problem) {
		p.addStaff()
		p.on(0, 0, 1)
		p.Staff[0].DayCap = 1
		for v := range p.Visits {
			p.Visits[v].Crew[0] = []Option{{Staff: 0}, {Staff: 1, Charge: 30}}
		}
	}, want: Amounts{Travel: 40, Person: 30}},
	// A gap of 2 days leaves days 0 and 2.
	"min gap": {visits: 2, change: func(p *Problem) {
		p.Requirements = []Requirement{{MinGap: 2}}
		p.Visits[0].Requirement, p.Visits[1].Requirement = 0, 0
	}, want: Amounts{Travel: 40}},
	// The last visit was on day −1: day 1 is the first that is 2 days on.
	"last visit": {visits: 1, change: func(p *Problem) {
		p.Requirements = []Requirement{{MinGap: 2, HasLast: true, Last: -1}}
		p.Visits[0].Requirement = 0
		p.WindowSets[0] = p.WindowSets[0][:2]
	}, want: Amounts{Travel: 20}, check: func(r *Result) bool { return r.Placements[0].Day == 1 }},
	// Visits were made on days 0 and 4: day 2 alone is 2 days from both.
	"made before the last": {visits: 1, change: func(p *Problem) {
		p.Requirements = []Requirement{{MinGap: 2, HasLast: true, Last: 4, Made: []int{0}}}
		p.Visits[0].Requirement = 0
	}, want: Amounts{Travel: 20}, check: func(r *Result) bool { return r.Placements[0].Day == 2 }},
	// Ideally 30 days apart: one day costs 100, so 2 days save 20 less.
	"spacing": {visits: 2, change: func(p *Problem) {
		p.Requirements = []Requirement{{IdealGap: 30}}
		p.Weights.Spacing = 100
		p.Visits[0].Requirement, p.Visits[1].Requirement = 0, 0
	}, want: Amounts{Travel: 40, Spacing: 2800}},
	"pattern": {visits: 2, change: func(p *Problem) {
		p.Requirements = []Requirement{{Patterns: [][]int{{0, 1}, {1, 2}}}}
		p.on(0, 0)
		p.Visits[1].Windows = p.Visits[0].Windows
		p.WindowSets[1] = []Window{{Day: 1, From: 0, To: 1440}, {Day: 2, From: 0, To: 1440}}
		p.Visits[0].Requirement, p.Visits[1].Requirement = 0, 0
	}, want: Amounts{Travel: 40}, check: func(r *Result) bool {
		return r.Placements[0].Day == 1 && r.Placements[1].Day == 2
	}},
	// Half a pattern is none: the second visit has no window.
	"half a pattern": {visits: 2, change: func(p *Problem) {
		p.Requirements = []Requirement{{Patterns: [][]int{{0, 1}}}}
		p.WindowSets = append(p.WindowSets, nil)
		p.Visits[1].Windows = 1
		p.Visits[0].Requirement, p.Visits[1].Requirement = 0, 0
	}, medium: 2000},
	// One of two must leave day 0, for a day that costs as much travel: the one
	// whose move costs less.
	"move tax": {visits: 2, change: func(p *Problem) {
		p.Staff[0].DayCap = 1
		for v, move := range []int64{30, 10} {
			p.Visits[v].Published, p.Visits[v].Move = &Placement{Day: 0, Start: 550 + int32(60*v), Staff: []int{0}}, move
		}
	}, want: Amounts{Travel: 40, Move: 10}, check: func(r *Result) bool {
		return r.Placements[0].Day == 0 && r.Placements[1].Day > 0
	}},
	// 120 minutes in a week of 100: 20 over, or 20 more travel by another day
	// of the same week (days 0 and 1), or by day 2, in the next week.
	"smooth": {visits: 2, change: func(p *Problem) {
		p.Staff[0].WeekTarget = 100
		p.Weights.Smooth = 3
	}, want: Amounts{Travel: 40}},
	"smooth within a week": {visits: 2, change: func(p *Problem) {
		p.on(0, 0, 1)
		p.Staff[0].WeekTarget = 100
		p.Weights.Smooth = 3
	}, want: Amounts{Travel: 20, Smooth: 60}},
	// Two people at the same moment: the second has a meeting at home until
	// 9:40, so both start at 9:50.
	"crew": {visits: 1, change: func(p *Problem) {
		p.addStaff()
		p.on(0, 0)
		p.Visits[0].Crew = [][]Option{{{Staff: 0}}, {{Staff: 1}}}
		p.Fixed = []Fixed{{Staff: 1, Day: 0, Start: 540, End: 580, Place: 0}}
	}, want: Amounts{Travel: 40}, check: func(r *Result) bool { return r.Placements[0].Start == 590 }},
	// The same person cannot be there twice.
	"crew distinct": {visits: 1, change: func(p *Problem) {
		p.Visits[0].Crew = [][]Option{{{Staff: 0}}, {{Staff: 0}}}
	}, medium: 1000},
	// A meeting at place 3 from 10:00 to 11:00: 30 there, 30 back. The visit
	// at place 1 fits only after it, on the way home: 11:20.
	"fixed stop": {visits: 1, change: func(p *Problem) {
		p.on(0, 0)
		p.Fixed = []Fixed{{Staff: 0, Day: 0, Start: 560, End: 630, Place: 3}}
		p.Staff[0].Shifts[0].To = 730
	}, want: Amounts{Travel: 60}, check: func(r *Result) bool { return r.Placements[0].Start == 650 }},
	// A call from 9:05 to 9:30 wherever the person is: the way of 10 minutes
	// does not fit before it, so the visit starts at 9:40.
	"call": {visits: 1, change: func(p *Problem) {
		p.on(0, 0)
		p.Fixed = []Fixed{{Staff: 0, Day: 0, Start: 545, End: 570, Place: None}}
	}, want: Amounts{Travel: 20}, check: func(r *Result) bool { return r.Placements[0].Start == 580 }},
	// By phone: no travel, and it starts as the shift does.
	"phone": {visits: 1, change: func(p *Problem) { p.Visits[0].Place = None }, check: func(r *Result) bool {
		return r.Placements[0].Start == 540
	}},
	// 100 by phone, 20 of travel and 60 there fill the 180 minutes.
	"phone beside a visit": {visits: 2, change: func(p *Problem) {
		p.on(0, 0, 1)
		p.Visits[1].Place, p.Visits[1].Duration = None, 100
	}, want: Amounts{Travel: 20}},
	// 101 do not fit.
	"phone too long": {visits: 2, change: func(p *Problem) {
		p.on(0, 0, 1)
		p.Visits[1].Place, p.Visits[1].Duration, p.Visits[1].Unplanned = None, 101, 500
	}, want: Amounts{Travel: 20}, medium: 500},
	// A meeting at place 3 ends at 10:00, one at home begins at 10:40: the way
	// takes 30. A call of 10 fits before or after it, one of 15 does not.
	"phone between stops": {visits: 2, change: func(p *Problem) {
		p.WindowSets[0] = []Window{{Day: 0, From: 600, To: 630}}
		p.Fixed = []Fixed{
			{Staff: 0, Day: 0, Start: 570, End: 600, Place: 3}, {Staff: 0, Day: 0, Start: 640, End: 720, Place: 0},
		}
		p.Visits[0].Place, p.Visits[0].Duration = None, 10
		p.Visits[1].Place, p.Visits[1].Duration, p.Visits[1].Unplanned = None, 15, 500
	}, want: Amounts{Travel: 60}, medium: 500},
	// Two people on the phone together: one is free from 9:00, the other has a
	// call until 9:40 and a visit by 10:00 that is 10 away.
	"phone for two": {visits: 1, change: func(p *Problem) {
		p.addStaff()
		p.on(0, 0)
		p.Visits[0].Crew = [][]Option{{{Staff: 0}}, {{Staff: 1}}}
		p.Visits[0].Place, p.Visits[0].Duration = None, 10
		p.Fixed = []Fixed{
			{Staff: 1, Day: 0, Start: 540, End: 580, Place: None}, {Staff: 1, Day: 0, Start: 600, End: 700, Place: 1},
		}
	}, want: Amounts{Travel: 20}, check: func(r *Result) bool { return r.Placements[0].Start == 580 }},
	// A quarter of an hour as grain: 9:10 becomes 9:15.
	"grain": {
		visits: 1, change: func(p *Problem) { p.Grain = 15 }, want: Amounts{Travel: 20},
		check: func(r *Result) bool { return r.Placements[0].Start == 555 },
	},
	// Joining the other on day 0 saves 20 and costs 25: it stays.
	"move": {visits: 2, change: func(p *Problem) {
		p.on(0, 0)
		p.Visits[1].Published, p.Visits[1].Move = &Placement{Day: 1, Start: 600, Staff: []int{0}}, 25
	}, want: Amounts{Travel: 40}},
	"move worth it": {visits: 2, change: func(p *Problem) {
		p.on(0, 0)
		p.Visits[1].Published, p.Visits[1].Move = &Placement{Day: 1, Start: 600, Staff: []int{0}}, 15
	}, want: Amounts{Travel: 20, Move: 15}},
	"max moves": {visits: 2, change: func(p *Problem) {
		p.on(0, 0)
		p.MaxMoves = 0
		p.Visits[1].Published = &Placement{Day: 1, Start: 600, Staff: []int{0}}
	}, want: Amounts{Travel: 40}},
	"pinned": {visits: 2, change: func(p *Problem) {
		p.on(0, 0)
		p.Visits[1].Published, p.Visits[1].Pinned = &Placement{Day: 1, Start: 600, Staff: []int{0}}, true
	}, want: Amounts{Travel: 40}},
	// Only one fits: the one with the higher charge.
	"priority": {visits: 2, change: func(p *Problem) {
		p.on(0, 0, 1)
		p.Staff[0].DayCap = 1
		p.Visits[1].Unplanned = 5000
	}, want: Amounts{Travel: 20}, medium: 1000, check: func(r *Result) bool { return r.Placements[1] != nil }},
}

func (c *golden) problem(t *testing.T) *Problem {
	t.Helper()
	p := line(c.visits)
	if c.change != nil {
		c.change(p)
	}
	if err := p.Check(); err != nil {
		t.Fatal(err)
	}
	return p
}

// holds reports whether a result is what was worked out.
func (c *golden) holds(r *Result) bool {
	return r.Amounts == c.want && r.Score.Medium == c.medium && r.Score.Hard == 0 && (c.check == nil || c.check(r))
}

func TestGolden(t *testing.T) {
	t.Parallel()
	for name, c := range goldens {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := c.problem(t)
			r := Solve(context.Background(), p, Options{Iterations: 300})
			if !c.holds(r) {
				t.Errorf("%+v with %+v, want %+v and medium %d; the first visit is at %+v", r.Score, r.Amounts, c.want, c.medium, r.Placements[0])
			}
			for _, f := range Verify(p, r) {
				t.Error(f.Message)
			}
		})
	}
}
