package schedule

import "slices"

// randomProblem makes a small problem in which every rule of the package can
// occur. With pins, the rules may contradict each other.
func randomProblem(seed uint64, pins bool) *Problem {
	r := rng(seed)
	p := &Problem{
		Weights:  Weights{Travel: int64(1 + r.below(3)), Spacing: int64(r.below(20)), Smooth: int64(r.below(4))},
		MaxMoves: -1,
	}
	if r.below(2) == 0 {
		p.MaxMoves = r.below(4)
	}
	if r.below(2) == 0 {
		p.Grain = 5
	}
	number := 0
	for d := range 5 + r.below(10) {
		number += 1 + r.below(2)
		p.Days = append(p.Days, Day{Week: d / 4, Number: number})
	}
	places := 4 + r.below(6)
	randomTravel(&r, p, places)
	randomStaff(&r, p, places)
	randomWindows(&r, p)
	randomRequirements(&r, p)
	randomVisits(&r, p, places, pins)
	randomFixed(&r, p, places)
	if r.below(2) == 0 {
		ownTables(p)
	}
	return p
}

// ownTables gives each person a travel table of the places that the person can
// ever be at.
func ownTables(p *Problem) {
	shared := p.Travel
	p.Travel = nil
	for i := range p.Staff {
		s := &p.Staff[i]
		of := []int{s.Home}
		for _, f := range p.Fixed {
			if f.Staff == i {
				of = append(of, f.Place)
			}
		}
		for k := range p.Visits {
			if v := &p.Visits[k]; v.couldBe(i) {
				of = append(of, v.Place)
			}
		}
		slices.Sort(of)
		of = slices.DeleteFunc(slices.Compact(of), func(place int) bool { return place == None })
		t := &shared[s.Mode]
		own := Travel{Places: len(of), Of: of, Time: submatrix(t.Time, t.Places, of)}
		if t.Cost != nil {
			own.Cost = submatrix(t.Cost, t.Places, of)
		}
		s.Mode = len(p.Travel)
		p.Travel = append(p.Travel, own)
	}
}

// couldBe reports whether a person may ever be at a visit.
func (v *Visit) couldBe(staff int) bool {
	return v.Published != nil && slices.Contains(v.Published.Staff, staff) ||
		slices.ContainsFunc(v.Crew, func(options []Option) bool {
			return slices.ContainsFunc(options, func(o Option) bool { return o.Staff == staff })
		})
}

func randomTravel(r *rng, p *Problem, places int) {
	x, y := make([]int, places), make([]int, places)
	for i := range places {
		x[i], y[i] = r.below(60), r.below(60)
	}
	rough := r.below(3) == 0 // asymmetric and against the triangle inequality
	for mode := range 2 {
		t := Travel{Places: places}
		for i := range places {
			for k := range places {
				time := (abs(x[i]-x[k]) + abs(y[i]-y[k])) / (1 + mode)
				if rough && i != k {
					time += r.below(15)
				}
				t.Time = append(t.Time, int32(time))
			}
		}
		if r.below(3) == 0 {
			for _, time := range t.Time {
				t.Cost = append(t.Cost, time*2)
			}
		}
		p.Travel = append(p.Travel, t)
	}
}

func randomStaff(r *rng, p *Problem, places int) {
	for range 1 + r.below(4) {
		s := Staff{Home: r.below(places), Mode: r.below(2)}
		if r.below(4) > 0 {
			for range p.Days {
				from := int32(400 + r.below(200))
				shift := Shift{From: from, To: from + int32(200+r.below(300)), Reserve: int32(r.below(150))}
				if r.below(5) == 0 {
					shift = Shift{}
				}
				s.Shifts = append(s.Shifts, shift)
			}
		}
		if r.below(3) == 0 {
			s.DayCap = 1 + r.below(3)
		}
		if r.below(3) == 0 {
			s.WeekCap = 2 + r.below(4)
		}
		if r.below(3) == 0 {
			s.LoadCap = int64(1 + r.below(8))
		}
		if r.below(3) == 0 {
			s.MaxDuration = int32(100 + r.below(300))
		}
		if r.below(2) == 0 {
			s.WeekTarget = int32(r.below(200))
		}
		p.Staff = append(p.Staff, s)
	}
}

func randomWindows(r *rng, p *Problem) {
	for range 1 + r.below(4) {
		var set []Window
		for d := range p.Days {
			if r.below(4) == 0 {
				continue
			}
			from := int32(400 + r.below(100))
			for range 1 + r.below(3) {
				to := from + int32(r.below(250))
				set = append(set, Window{Day: d, From: from, To: to, Charge: int64(r.below(3) * 50)})
				from += int32(r.below(200))
			}
		}
		p.WindowSets = append(p.WindowSets, set)
	}
}

func randomRequirements(r *rng, p *Problem) {
	for range 2 + r.below(5) {
		q := Requirement{MinGap: r.below(4), IdealGap: r.below(8), Last: -r.below(5), HasLast: r.below(2) == 0}
		for range r.below(3) {
			q.Made = append(q.Made, r.below(20)-4)
		}
		if r.below(3) == 0 {
			for range 1 + r.below(4) {
				var days []int
				for d := range p.Days {
					if r.below(4) == 0 && len(days) < 3 {
						days = append(days, d)
					}
				}
				if len(days) > 0 {
					q.Patterns = append(q.Patterns, days)
				}
			}
		}
		p.Requirements = append(p.Requirements, q)
	}
}

func randomVisits(r *rng, p *Problem, places int, pins bool) {
	for range 3 + r.below(15) {
		v := Visit{
			Place: r.below(places), Duration: int32(r.below(80)), Before: int32(r.below(2) * 10), After: int32(r.below(2) * 5),
			Load: int64(r.below(5)), Windows: r.below(len(p.WindowSets)), Requirement: r.below(len(p.Requirements)+1) - 1,
			Unplanned: int64(1000 * (1 + r.below(50))),
		}
		crew := 1
		if r.below(4) == 0 {
			crew = 2 + r.below(2)
		}
		if r.below(4) == 0 {
			v.Place, v.Duration = None, v.Duration+1 // by phone
		}
		for range crew {
			v.Crew = append(v.Crew, randomOptions(r, p))
		}
		if r.below(3) == 0 {
			v.Move = int64(r.below(300))
			v.Published = randomPlacement(r, p, &v)
			v.Pinned = pins && r.below(3) == 0
		}
		p.Visits = append(p.Visits, v)
		if q := v.Requirement; q != None && len(p.Requirements[q].Patterns) > 0 && r.below(2) == 0 {
			p.Visits = append(p.Visits, v) // two that are alike
		}
	}
}

func randomOptions(r *rng, p *Problem) []Option {
	var out []Option
	for s := range p.Staff {
		if r.below(2) == 0 {
			out = append(out, Option{Staff: s, Charge: int64(r.below(2) * 40)})
		}
	}
	if len(out) == 0 {
		out = append(out, Option{Staff: r.below(len(p.Staff))})
	}
	return out
}

func randomPlacement(r *rng, p *Problem, v *Visit) *Placement {
	pl := &Placement{Day: r.below(len(p.Days)), Start: int32(400 + r.below(300))}
	for _, options := range v.Crew {
		pl.Staff = append(pl.Staff, options[r.below(len(options))].Staff)
	}
	return pl
}

func randomFixed(r *rng, p *Problem, places int) {
	for range r.below(8) {
		start := int32(400 + r.below(400))
		p.Fixed = append(p.Fixed, Fixed{
			Staff: r.below(len(p.Staff)), Day: r.below(len(p.Days)),
			Start: start, End: start + int32(r.below(90)), Place: r.below(places+1) - 1,
		})
	}
}
