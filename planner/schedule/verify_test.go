package schedule

import (
	"slices"
	"testing"
)

// planted puts one fault of each kind into a sound solution.
var planted = map[FaultKind]func(p *Problem, r *Result){
	FaultShape: func(_ *Problem, r *Result) { r.Placements[0].Staff = []int{7} },
	FaultCrew: func(p *Problem, r *Result) {
		p.addStaff()
		r.Placements[0].Staff = []int{1}
	},
	FaultWindow:  func(p *Problem, _ *Result) { p.WindowSets[0][1].To = 500 },
	FaultGrain:   func(p *Problem, _ *Result) { p.Grain = 15 },
	FaultAway:    func(p *Problem, _ *Result) { p.Staff[0].Shifts[1] = Shift{} },
	FaultTravel:  func(_ *Problem, r *Result) { r.Placements[1].Start = 545 },
	FaultOverlap: func(_ *Problem, r *Result) { r.Placements[1].Day = 0; r.Placements[1].Start = 580 },
	FaultDayCap: func(p *Problem, r *Result) {
		p.Staff[0].DayCap = 1
		r.Placements[1].Day, r.Placements[1].Start = 0, 610
	},
	FaultWeekCap:     func(p *Problem, _ *Result) { p.Staff[0].WeekCap = 1 },
	FaultLoadCap:     func(p *Problem, _ *Result) { p.Staff[0].LoadCap, p.Visits[0].Load = 3, 4 },
	FaultReserve:     func(p *Problem, _ *Result) { p.Staff[0].Shifts[2].Reserve = 101 },
	FaultMaxDuration: func(p *Problem, _ *Result) { p.Staff[0].MaxDuration = 79 },
	FaultGap:         func(p *Problem, _ *Result) { p.Requirements[0].MinGap = 2 },
	FaultPattern:     func(p *Problem, _ *Result) { p.Requirements[0].Patterns = [][]int{{0, 1}, {0, 2}} },
	FaultMoves: func(p *Problem, _ *Result) {
		p.MaxMoves, p.Visits[0].Published = 0, &Placement{Day: 2, Start: 610, Staff: []int{0}}
	},
	FaultPin: func(p *Problem, _ *Result) {
		p.Visits[0].Published, p.Visits[0].Pinned = &Placement{Day: 2, Start: 610, Staff: []int{0}}, true
	},
	FaultScore: func(_ *Problem, r *Result) { r.Amounts.Travel++ },
}

// TestVerifyFindsEachFault plants one fault of each kind in a sound solution of
// the street: three visits at place 1, on days 0, 1 and 2 from 9:10.
func TestVerifyFindsEachFault(t *testing.T) {
	t.Parallel()
	for kind, plant := range planted {
		p := line(3)
		p.Requirements = []Requirement{{}}
		r := &Result{}
		for v := range p.Visits {
			p.Visits[v].Requirement = 0
			r.Placements = append(r.Placements, &Placement{Day: v, Start: 550, Staff: []int{0}})
		}
		r.Score, r.Amounts = Evaluate(p, r.Placements)
		if faults := Verify(p, r); len(faults) > 0 {
			t.Fatalf("%s: sound solution has %+v", kind, faults)
		}
		plant(p, r)
		faults := Verify(p, r)
		if !slices.ContainsFunc(faults, func(f Fault) bool { return f.Kind == kind && !f.Forced && f.Message != "" }) {
			t.Errorf("%s was not found: %+v", kind, faults)
		}
		if kind == FaultShape || kind == FaultScore {
			continue
		}
		if score, _ := Evaluate(p, r.Placements); score.Hard == 0 {
			t.Errorf("%s: Evaluate counts no hard fault", kind)
		}
	}
}

// TestCheckFindsFaults breaks one thing at a time.
func TestCheckFindsFaults(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(p *Problem){
		"home":          func(p *Problem) { p.Staff[0].Home = 6 },
		"mode":          func(p *Problem) { p.Staff[0].Mode = 1 },
		"shifts":        func(p *Problem) { p.Staff[0].Shifts = p.Staff[0].Shifts[:2] },
		"negative cap":  func(p *Problem) { p.Staff[0].DayCap = -1 },
		"reserve":       func(p *Problem) { p.Staff[0].Shifts[0].Reserve = -1 },
		"place":         func(p *Problem) { p.Visits[0].Place = 6 },
		"windows":       func(p *Problem) { p.Visits[0].Windows = 1 },
		"requirement":   func(p *Problem) { p.Visits[0].Requirement = 0 },
		"duration":      func(p *Problem) { p.Visits[0].Duration = -1 },
		"unplanned":     func(p *Problem) { p.Visits[0].Unplanned = 0 },
		"no crew":       func(p *Problem) { p.Visits[0].Crew = nil },
		"large crew":    func(p *Problem) { p.Visits[0].Crew = make([][]Option, maxCrew+1) },
		"option":        func(p *Problem) { p.Visits[0].Crew[0][0].Staff = 1 },
		"published":     func(p *Problem) { p.Visits[0].Published = &Placement{Day: 3, Staff: []int{0}} },
		"window day":    func(p *Problem) { p.WindowSets[0][0].Day = 3 },
		"day order":     func(p *Problem) { p.Days[2].Number = 1 },
		"week order":    func(p *Problem) { p.Days[2].Week = -1 },
		"row names":     func(p *Problem) { p.Travel[0].Of = []int{0, 1, 2, 4, 3, 5} },
		"missing place": func(p *Problem) { p.Travel[0].Of = []int{0, 2, 3, 4, 5, 6} },
		"place nowhere": func(p *Problem) { p.Visits[0].Crew, p.Visits[0].Place = [][]Option{{}}, 7 },
		"no time":       func(p *Problem) { p.Visits[0].Place, p.Visits[0].Duration = None, 0 },
		"no home":       func(p *Problem) { p.Staff[0].Home = None },
		"table":         func(p *Problem) { p.Travel[0].Time = p.Travel[0].Time[1:] },
		"negative time": func(p *Problem) { p.Travel[0].Time[1] = -1 },
		"pattern":       func(p *Problem) { p.Requirements = []Requirement{{Patterns: [][]int{{1, 0}}}} },
		"fixed":         func(p *Problem) { p.Fixed = []Fixed{{Day: 3}} },
		"fixed end":     func(p *Problem) { p.Fixed = []Fixed{{Start: 2, End: 1}} },
		"weights":       func(p *Problem) { p.Weights.Travel = -1 },
	} {
		p := line(1)
		if err := p.Check(); err != nil {
			t.Fatal(err)
		}
		spoil(p)
		if p.Check() == nil {
			t.Errorf("%s: no fault", name)
		}
	}
}
