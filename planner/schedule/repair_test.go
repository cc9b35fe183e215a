package schedule

import (
	"context"
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
		if pl := p.Visits[v].Published; pl != nil && pl.Staff[0] == staff && pl.Day >= from && pl.Day < to {
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

// TestRepair: one of twelve drops out for six weeks. Everything is planned
// again, and hardly more moves than must.
func TestRepair(t *testing.T) {
	t.Parallel()
	p := yearProblem(120, 12, true)
	published(p, Solve(context.Background(), p, Options{Iterations: 1000}), 50_000)
	staff, from := busiest(p, 30)
	broken := dropOut(p, staff, from, from+30)
	r := Solve(context.Background(), p, Options{Iterations: 300})
	if r.Score.Hard != 0 || r.Score.Medium != 0 {
		t.Errorf("after the repair: %+v", r.Score)
	}
	if moved := movedVisits(p, r); broken == 0 || 10*moved > 12*broken {
		t.Errorf("%d visits moved, %d had to", moved, broken)
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
	p := yearProblem(360, 12, true)
	published(p, Solve(context.Background(), p, Options{Seconds: 2}), 50_000)
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
