package schedule

import "testing"

// TestBlockersByHand: the street, one visit that is not planned, and what stands
// in its way on day 0, worked out in the comment.
func TestBlockersByHand(t *testing.T) {
	t.Parallel()
	at := func(day int, start int32, staff ...int) *Placement {
		return &Placement{Day: day, Start: start, Staff: staff}
	}
	for name, c := range map[string]struct {
		visits int // the first is the one that is not planned
		change func(p *Problem) []*Placement
		kind   FaultKind // of the first blocker
		want   Change
	}{
		"no window": {1, func(p *Problem) []*Placement {
			p.WindowSets[0] = nil
			return nil
		}, FaultWindow, Change{Kind: FaultWindow, Staff: None, Other: None, Fixed: None}},
		// 10 there, 60, 10 back: 80 minutes of work would do.
		"away": {1, func(p *Problem) []*Placement {
			p.Staff[0].Shifts[0] = Shift{}
			return nil
		}, FaultAway, Change{Kind: FaultAway, Staff: 0, Other: None, Fixed: None, Amount: 80}},
		// A shift of 70: ten minutes more.
		"shift too short": {1, func(p *Problem) []*Placement {
			p.Staff[0].Shifts[0].To = 610
			return nil
		}, FaultTravel, Change{Kind: FaultAway, Staff: 0, Other: None, Fixed: None, Amount: 10}},
		"day cap": {2, func(p *Problem) []*Placement {
			p.Staff[0].DayCap = 1
			return []*Placement{nil, at(0, 550, 0)}
		}, FaultDayCap, Change{Kind: FaultDayCap, Staff: 0, Other: None, Fixed: None, Amount: 1}},
		// Day 1 is in the same week.
		"week cap": {2, func(p *Problem) []*Placement {
			p.Staff[0].WeekCap = 1
			return []*Placement{nil, at(1, 550, 0)}
		}, FaultWeekCap, Change{Kind: FaultWeekCap, Staff: 0, Other: None, Fixed: None, Amount: 1}},
		// 3 and 4 against 5.
		"load cap": {2, func(p *Problem) []*Placement {
			p.Staff[0].LoadCap, p.Visits[0].Load, p.Visits[1].Load = 5, 3, 4
			return []*Placement{nil, at(0, 550, 0)}
		}, FaultLoadCap, Change{Kind: FaultLoadCap, Staff: 0, Other: None, Fixed: None, Amount: 2}},
		// 180 less 20 of travel and 60 leaves 100; 110 are to be free.
		"reserve": {1, func(p *Problem) []*Placement {
			p.Staff[0].Shifts[0].Reserve = 110
			return nil
		}, FaultReserve, Change{Kind: FaultReserve, Staff: 0, Other: None, Fixed: None, Amount: 10}},
		// 80 against 75.
		"too long a day": {1, func(p *Problem) []*Placement {
			p.Staff[0].MaxDuration = 75
			return nil
		}, FaultMaxDuration, Change{Kind: FaultMaxDuration, Staff: 0, Other: None, Fixed: None, Amount: 5}},
		// The last visit was three days before day 0, ten are asked.
		"gap": {1, func(p *Problem) []*Placement {
			p.Requirements = []Requirement{{MinGap: 10, HasLast: true, Last: -3}}
			p.Visits[0].Requirement = 0
			return nil
		}, FaultGap, Change{Kind: FaultGap, Staff: None, Other: None, Fixed: None, Amount: 7}},
		"no more moves": {1, func(p *Problem) []*Placement {
			p.MaxMoves = 0
			p.Visits[0].Published = at(2, 550, 0)
			return nil
		}, FaultMoves, Change{Kind: FaultMoves, Staff: None, Other: None, Fixed: None, Amount: 1}},
		// The first has a call from 10:00 on, so it must be over by then; the second
		// has one until 10:00 and is there at 10:10. A longer day of one is of no
		// help to the other; without the shorter call the two could meet.
		"never together": {1, func(p *Problem) []*Placement {
			p.addStaff()
			p.Visits[0].Crew = [][]Option{{{Staff: 0}}, {{Staff: 1}}}
			p.Visits[0].Duration = 40
			p.Fixed = []Fixed{
				{Staff: 0, Day: 0, Start: 600, End: 720, Place: None}, {Staff: 1, Day: 0, Start: 540, End: 600, Place: None},
			}
			return nil
		}, FaultTogether, Change{Kind: FaultOverlap, Staff: 1, Other: None, Fixed: 1, Amount: 1}},
	} {
		p := line(c.visits)
		p.on(0, 0)
		if c.visits > 1 {
			p.WindowSets[0] = p.WindowSets[0][:2]
		}
		if name == "no window" {
			p.Visits[0].Windows = 0
		}
		placements := c.change(p)
		if placements == nil {
			placements = make([]*Placement, c.visits)
		}
		e := Explain(p, placements, 0)
		if len(e.Blockers) == 0 || e.Blockers[0].Kind != c.kind || e.Change == nil {
			t.Errorf("%s: blockers %+v, change %+v", name, e.Blockers, e.Change)
			continue
		}
		got := *e.Change
		got.Day, got.Shift, got.Placement, got.effort = 0, Shift{}, nil, 0
		if got != c.want {
			t.Errorf("%s: the change is %+v, want %+v", name, got, c.want)
		}
	}
}

// TestNoLongerShiftForWhatFits: a visit that fits as things are is not said to
// need a shift longer by nothing.
func TestNoLongerShiftForWhatFits(t *testing.T) {
	t.Parallel()
	p := line(1)
	p.on(0, 0)
	if c := Explain(p, make([]*Placement, 1), 0).Change; c != nil && c.Kind == FaultAway {
		t.Errorf("the change is %+v", *c)
	}
}

// TestRunnerUpIsTheNextBest compares the runner-up with all placements on another
// day or with other people.
func TestRunnerUpIsTheNextBest(t *testing.T) {
	t.Parallel()
	compared := 0
	for seed := range seeds(40) {
		p, r := solved(t, 17_000+seed, false)
		for v, now := range r.Placements {
			if q := p.Visits[v].Requirement; now == nil || q != None && len(p.Requirements[q].Patterns) > 0 || v%3 > 0 {
				continue
			}
			best, possible := int64(0), false
			everyPlacement(p, v, func(pl *Placement) {
				if pl.Day == now.Day && samePlacement(&Placement{Staff: pl.Staff}, &Placement{Staff: now.Staff}) {
					return
				}
				changed := append([]*Placement(nil), r.Placements...)
				changed[v] = pl
				score, _ := Evaluate(p, changed)
				if d := score.Soft - r.Score.Soft; score.Hard == 0 && (!possible || d < best) {
					best, possible = d, true
				}
			})
			e := Explain(p, r.Placements, v)
			if possible && len(p.Visits[v].Crew) > 1 && e.RunnerUp == nil {
				continue // at most one proposal for each first person and window
			}
			if possible != (e.RunnerUp != nil) || possible && len(p.Visits[v].Crew) == 1 && e.RunnerUp.Difference != best {
				t.Fatalf("seed %d visit %d: the next best costs %d more (%v), the runner-up is %+v", seed, v, best, possible, e.RunnerUp)
			}
			compared++
		}
	}
	if compared < 20 {
		t.Errorf("only %d compared", compared)
	}
}
