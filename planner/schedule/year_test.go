package schedule

import (
	"context"
	"math"
	"os"
	"testing"
	"time"
)

// yearProblem makes a working year: each person has locations around a home,
// two visits a year to each, one day off a week, meetings on Mondays, a reserve
// of an hour a day, and school holidays to avoid. With backups, a neighbour can
// stand in for each person, which ties everybody together.
func yearProblem(locations, staff int, backups bool) *Problem {
	r := rng(uint64(locations))
	p := &Problem{MaxMoves: -1, Grain: 5, Weights: Weights{Travel: 100, Spacing: 50, Smooth: 20}}
	for d := range 365 {
		if d%7 < 5 {
			p.Days = append(p.Days, Day{Week: d / 7, Number: d})
		}
	}
	var sets [][]Window
	for kind := range 3 {
		var set []Window
		for i, d := range p.Days {
			charge := int64(0)
			if week := d.Week; week == 8 || week == 18 || week >= 28 && week < 34 || week == 42 || week == 51 {
				charge = 3000
			}
			if (i+kind)%5 == 4 {
				continue // the location is closed one day a week
			}
			set = append(set, Window{Day: i, From: 510, To: 555, Charge: charge}, Window{Day: i, From: 556, To: 960, Charge: charge + 500})
		}
		sets = append(sets, set)
	}
	p.WindowSets = sets
	side := 3 * math.Sqrt(float64(staff))
	x, y := make([]float64, 0, staff+locations), make([]float64, 0, staff+locations)
	for range staff + locations {
		x, y = append(x, side*r.unit()), append(y, side*r.unit())
	}
	for s := range staff {
		p.Staff = append(p.Staff, yearStaff(p, s))
		for i := range p.Days {
			if i%5 == 0 && i/5%2 == 0 && p.Staff[s].Shifts[i].To > 0 {
				p.Fixed = append(p.Fixed, Fixed{Staff: s, Day: i, Start: 540, End: 630, Place: s / 10 * 10})
			}
		}
	}
	for l := range locations {
		place, best := staff+l, 0
		for s := range staff {
			if math.Hypot(x[s]-x[place], y[s]-y[place])+float64(s%7)/10 < math.Hypot(x[best]-x[place], y[best]-y[place])+float64(best%7)/10 {
				best = s
			}
		}
		options := []Option{{Staff: best}}
		if backups {
			options = append(options, Option{Staff: (best + 1) % staff, Charge: 6000})
		}
		p.Requirements = append(p.Requirements, Requirement{MinGap: 120, IdealGap: 182, HasLast: l%3 > 0, Last: -r.below(200)})
		for k := range 2 {
			p.Visits = append(p.Visits, Visit{
				Place: place, Duration: 75, Before: 5, After: 10, Crew: [][]Option{options}, Windows: l % 3,
				Requirement: l, Unplanned: []int64{1e9, 1e7}[k],
			})
		}
	}
	n := len(x)
	t := Travel{Places: n, Time: make([]int32, n*n)}
	for a := range n {
		for b := range a {
			minutes := int32(5 + 1.3*60/35*math.Hypot(x[a]-x[b], y[a]-y[b]))
			t.Time[a*n+b], t.Time[b*n+a] = minutes, minutes
		}
	}
	p.Travel = []Travel{t}
	return p
}

func yearStaff(p *Problem, s int) Staff {
	out := Staff{Home: s, DayCap: 4, WeekTarget: 400}
	for i := range p.Days {
		shift := Shift{From: 510, To: 1020, Reserve: 60}
		if i%5 == s%5 {
			shift = Shift{}
		}
		out.Shifts = append(out.Shifts, shift)
	}
	return out
}

// TestYearIsComplete plans a city's year: everything is planned by construction
// alone, and the search makes it better.
func TestYearIsComplete(t *testing.T) {
	t.Parallel()
	for _, backups := range []bool{false, true} {
		p := yearProblem(60, 6, backups)
		if err := p.Check(); err != nil {
			t.Fatal(err)
		}
		first := Solve(context.Background(), p, Options{Iterations: 1})
		if first.Score.Hard != 0 || first.Score.Medium != 0 {
			t.Fatalf("backups %v: %+v after construction", backups, first.Score)
		}
		r := Solve(context.Background(), p, Options{Iterations: 500})
		if !r.Score.Less(first.Score) {
			t.Errorf("backups %v: %+v is no better than %+v", backups, r.Score, first.Score)
		}
		for _, f := range Verify(p, r) {
			t.Error(f.Message)
		}
	}
}

// TestSolveStops: a context that is over ends the search at once, with the
// pinned visits in place.
func TestSolveStops(t *testing.T) {
	t.Parallel()
	p := yearProblem(30, 3, false)
	p.Visits[0].Published, p.Visits[0].Pinned = &Placement{Day: 7, Start: 600, Staff: []int{p.Visits[0].Crew[0][0].Staff}}, true
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	start := time.Now()
	r := Solve(ctx, p, Options{Seconds: 60})
	if time.Since(start) > 5*time.Second {
		t.Error("it went on")
	}
	if r.Placements[0] == nil || r.FirstComplete != -1 {
		t.Errorf("placement %v, complete after %v", r.Placements[0], r.FirstComplete)
	}
}

func BenchmarkYear(b *testing.B) {
	debugCheck = nil
	only := os.Getenv("YEAR_ONLY")
	for _, c := range []struct {
		name             string
		locations, staff int
		backups          bool
		seconds          float64
	}{
		{"150", 150, 12, false, 2},
		{"150backups", 150, 12, true, 2},
		{"1500", 1500, 110, false, 4},
		{"1500backups", 1500, 110, true, 8},
		{"9000", 9000, 700, false, 20},
	} {
		if only != "" && only != c.name {
			continue
		}
		p := yearProblem(c.locations, c.staff, c.backups)
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				r := Solve(context.Background(), p, Options{Seconds: c.seconds})
				b.ReportMetric(r.FirstComplete, "s/complete")
				b.ReportMetric(float64(r.Score.Soft)/float64(len(p.Visits)), "soft/visit")
				b.ReportMetric(float64(r.Iterations), "iterations")
				b.ReportMetric(float64(r.Score.Medium), "medium")
				b.Logf("%+v %+v", r.Score, r.Amounts)
			}
		})
	}
}
