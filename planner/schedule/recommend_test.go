package schedule

import (
	"context"
	"slices"
	"testing"
	"time"
)

// everyPlacement calls try with each placement of a visit that its windows,
// grain and options allow.
func everyPlacement(p *Problem, visit int, try func(pl *Placement)) {
	v := &p.Visits[visit]
	step := max(1, p.Grain)
	var crews [][]int
	var choose func(crew []int)
	choose = func(crew []int) {
		if len(crew) == len(v.Crew) {
			crews = append(crews, slices.Clone(crew))
			return
		}
		for _, o := range v.Crew[len(crew)] {
			if !slices.Contains(crew, o.Staff) {
				choose(append(crew, o.Staff))
			}
		}
	}
	choose(nil)
	for _, w := range p.WindowSets[v.Windows] {
		for start := w.From; start <= w.To; start++ {
			if start%step == 0 || v.Published != nil && start == v.Published.Start {
				for _, crew := range crews {
					try(&Placement{Day: w.Day, Start: start, Staff: crew})
				}
			}
		}
	}
}

// TestRecommendFindsTheBest compares the first recommendation with the best of
// all placements there are, by full evaluation: for one person and for several,
// for open visits and planned ones, at a place and by phone.
func TestRecommendFindsTheBest(t *testing.T) {
	t.Parallel()
	found := map[string]int{}
	for seed := range seeds(60) {
		p, r := solved(t, 8000+seed, false)
		visit := int(seed) % len(p.Visits)
		if q := p.Visits[visit].Requirement; q != None && len(p.Requirements[q].Patterns) > 0 {
			continue // of a series all or none is planned
		}
		best, possible := int64(0), false
		everyPlacement(p, visit, func(pl *Placement) {
			changed := slices.Clone(r.Placements)
			changed[visit] = pl
			score, _ := Evaluate(p, changed)
			if difference := score.Soft - r.Score.Soft; score.Hard == 0 && (!possible || difference < best) {
				best, possible = difference, true
			}
		})
		list := Recommend(p, r.Placements, visit, 3)
		switch {
		case possible != (len(list) > 0):
			t.Fatalf("seed %d visit %d: %d recommendations, possible: %v", seed, visit, len(list), possible)
		case possible && list[0].Difference != best:
			t.Fatalf("seed %d visit %d: the best difference is %d, recommended %+v at %d",
				seed, visit, best, list[0].Placement, list[0].Difference)
		case possible && len(p.Visits[visit].Crew) > 1:
			found["several"]++
		case possible && p.Visits[visit].Place == None:
			found["phone"]++
		case possible && r.Placements[visit] == nil:
			found["open"]++
		case possible:
			found["planned"]++
		}
	}
	for _, kind := range []string{"several", "phone", "planned"} {
		if found[kind] == 0 {
			t.Errorf("no visit of the kind %s was tried: %v", kind, found)
		}
	}
}

// TestRecommendTellsBothLevels: an open visit that has a recommendation is
// planned by it at exactly the stated difference at both levels.
func TestRecommendTellsBothLevels(t *testing.T) {
	t.Parallel()
	for seed := range seeds(80) {
		p, r := solved(t, 9000+seed, false)
		for v := range p.Visits {
			if r.Placements[v] == nil {
				continue
			}
			open := slices.Clone(r.Placements)
			open[v] = nil
			before, _ := Evaluate(p, open)
			if before.Hard > 0 {
				continue // without the triangle inequality a visit can be needed
			}
			for _, a := range Recommend(p, open, v, 2) {
				open[v] = a.Placement
				after, _ := Evaluate(p, open)
				open[v] = nil
				if after != (Score{Medium: before.Medium - p.Visits[v].Unplanned, Soft: before.Soft + a.Difference}) {
					t.Fatalf("seed %d visit %d: %+v became %+v, stated %d", seed, v, before, after, a.Difference)
				}
			}
		}
	}
}

// TestRecommendIsQuick: one open item of a city's year, among 300 visits, with
// and without preparation.
func TestRecommendIsQuick(t *testing.T) {
	t.Parallel()
	p := yearProblem(150, 12, true)
	r := Solve(context.Background(), p, Options{Iterations: 1})
	p.Visits[7].Crew = append(p.Visits[7].Crew, []Option{{Staff: 10}, {Staff: 11, Charge: 10}})
	open := slices.Clone(r.Placements)
	open[7] = nil
	start := time.Now()
	reasons := NewReasons(p, open)
	first := reasons.Recommend(7, 5)
	prepared := time.Now()
	const times = 20
	for range times {
		reasons.Recommend(7, 5)
	}
	each := time.Since(prepared) / times
	t.Logf("%d candidates; the first after %v, each after that %v", len(first), prepared.Sub(start), each)
	if len(first) != 5 || each > 100*time.Millisecond {
		t.Errorf("%d candidates in %v", len(first), each)
	}
}
