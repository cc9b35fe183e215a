package schedule

import (
	"context"
	"slices"
	"testing"
)

// published makes a solution the promise that the next one is measured by.
func published(p *Problem, r *Result, move int64) {
	for v, pl := range r.Placements {
		p.Visits[v].Published, p.Visits[v].Move = pl, move
	}
}

// dropOut takes a person away from one day to another and returns how many
// published visits that breaks.
func dropOut(p *Problem, staff, from, to int) int {
	for d := from; d < to; d++ {
		p.Staff[staff].Shifts[d] = Shift{}
	}
	broken := 0
	for v := range p.Visits {
		if pl := p.Visits[v].Published; pl != nil && slices.Contains(pl.Staff, staff) && pl.Day >= from && pl.Day < to {
			broken++
		}
	}
	return broken
}

// busiest is the person and the first of some days that hold the most
// published visits.
func busiest(p *Problem, days int) (staff, from int) {
	most := -1
	for s := range p.Staff {
		for d := 0; d+days <= len(p.Days); d++ {
			n := 0
			for v := range p.Visits {
				if pl := p.Visits[v].Published; pl != nil && pl.Staff[0] == s && pl.Day >= d && pl.Day < d+days {
					n++
				}
			}
			if n > most {
				most, staff, from = n, s, d
			}
		}
	}
	return staff, from
}

func movedVisits(p *Problem, r *Result) int {
	moved := 0
	for v, pl := range r.Placements {
		if pub := p.Visits[v].Published; pub != nil && (pl == nil || !samePlacement(pub, pl)) {
			moved++
		}
	}
	return moved
}

// cityYear is a year of 360 locations and twelve people, with visits by phone
// and visits by two.
func cityYear() *Problem {
	p := yearProblem(360, 12, true)
	for v := range p.Visits {
		switch v % 20 {
		case 3:
			p.Visits[v].Place, p.Visits[v].Duration = None, 30
		case 8:
			second := (p.Visits[v].Crew[0][0].Staff + 2) % len(p.Staff)
			p.Visits[v].Crew = [][]Option{p.Visits[v].Crew[0], {{Staff: second}, {Staff: (second + 1) % len(p.Staff), Charge: 6000}}}
		}
	}
	return p
}

// TestRepair: one of twelve drops out for six weeks. Everything is planned
// again at once, and hardly more moves than must, whether a move costs an hour
// of travel or eight.
func TestRepair(t *testing.T) {
	t.Parallel()
	p := cityYear()
	first := Solve(context.Background(), p, Options{Iterations: 300})
	staff, from, broken := None, 0, 0
	for _, move := range []int64{6000, 48_000} {
		published(p, first, move)
		if staff == None {
			staff, from = busiest(p, 30)
			broken = dropOut(p, staff, from, from+30)
		}
		r := Solve(context.Background(), p, Options{Iterations: 300})
		if r.Score.Hard != 0 || r.Score.Medium != 0 {
			t.Errorf("after the repair: %+v", r.Score)
		}
		for _, f := range Verify(p, r) {
			t.Error(f.Message)
		}
		moved := movedVisits(p, r)
		t.Logf("a move costs %d: %d of %d visits had to move and %d did; complete after %.3f s",
			move, broken, len(p.Visits), moved, r.FirstComplete)
		if broken == 0 || 10*moved > 12*broken || r.FirstComplete < 0 || r.FirstComplete > 1 {
			t.Errorf("%d visits moved, %d had to, complete after %.3f s", moved, broken, r.FirstComplete)
		}
	}
}

// TestMaxMovesHolds: with no moves to spare, what broke stays unplanned and all
// else keeps its place.
func TestMaxMovesHolds(t *testing.T) {
	t.Parallel()
	p := yearProblem(60, 6, true)
	published(p, Solve(context.Background(), p, Options{Iterations: 200}), 10)
	broken := dropOut(p, 2, 40, 140)
	for _, budget := range []int{0, 1, 3} {
		p.MaxMoves = budget
		r := Solve(context.Background(), p, Options{Iterations: 50})
		moved, unplanned := 0, 0
		for v, pl := range r.Placements {
			switch {
			case pl == nil:
				unplanned++
			case !samePlacement(p.Visits[v].Published, pl):
				moved++
			}
		}
		if moved > budget || unplanned != broken-budget {
			t.Errorf("budget %d: %d moved, %d unplanned, %d broken", budget, moved, unplanned, broken)
		}
		for _, f := range Verify(p, r) {
			t.Error(f.Message)
		}
	}
}

func BenchmarkRepair(b *testing.B) {
	debugCheck = nil
	p := cityYear()
	published(p, Solve(context.Background(), p, Options{Seconds: 2}), 48_000)
	staff, from := busiest(p, 30)
	broken := dropOut(p, staff, from, from+30)
	for b.Loop() {
		r := Solve(context.Background(), p, Options{Seconds: 0.8})
		b.ReportMetric(r.FirstComplete, "s/complete")
		b.ReportMetric(float64(movedVisits(p, r))/float64(broken), "moved/broken")
		b.ReportMetric(float64(r.Iterations), "iterations")
		b.Logf("broken %d moved %d %+v", broken, movedVisits(p, r), r.Score)
	}
}
