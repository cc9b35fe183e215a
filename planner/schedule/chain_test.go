package schedule

import (
	"context"
	"math"
	"reflect"
	"testing"
)

// walked is a chain after some steps, with a solution worth remembering.
func walked(seed uint64, steps int) *chain {
	p := randomProblem(16_000+seed, seed%3 == 0)
	s := newState(compile(p), seed)
	s.construct(func() bool { return false })
	c := newChain(s)
	if len(s.ruin.movable) > 0 {
		c.scale()
		c.run(&budget{ctx: context.Background(), watch: startWatch(), iterations: steps, pause: 2})
	}
	return c
}

// TestRestoreBringsBack: after any walk, the best solution comes back as it was
// when it was remembered.
func TestRestoreBringsBack(t *testing.T) {
	t.Parallel()
	for seed := range seeds(60) {
		c := walked(seed, 20)
		c.restore(&c.best)
		if c.s.score() != c.best.score || c.s.absent != c.best.absent {
			t.Fatalf("seed %d: %+v came back as %+v", seed, c.best.score, c.s.score())
		}
		score, amounts := Evaluate(c.s.m.p, c.s.placements())
		if amounts != c.s.total || score.Medium != c.s.medium {
			t.Fatalf("seed %d: %+v, full evaluation %+v", seed, c.s.total, amounts)
		}
		before := c.s.placements()
		c.restore(&c.best)
		if !reflect.DeepEqual(before, c.s.placements()) {
			t.Fatalf("seed %d: restored twice it is another solution", seed)
		}
	}
}

// TestAdoptTakesOver: a chain that adopts another's best has the same plan.
func TestAdoptTakesOver(t *testing.T) {
	t.Parallel()
	for seed := range seeds(30) {
		c := walked(seed, 15)
		d := newChain(newState(c.s.m, seed+1))
		d.adopt(c)
		c.restore(&c.best)
		if d.best.score != c.best.score || !reflect.DeepEqual(c.s.placements(), d.s.placements()) {
			t.Fatalf("seed %d: %+v adopted as %+v", seed, c.best.score, d.best.score)
		}
		d.restore(&d.best)
		if d.s.score() != c.best.score {
			t.Fatalf("seed %d: %+v remembered as %+v", seed, c.best.score, d.s.score())
		}
	}
}

// TestBestOnlyGetsBetter: what a chain remembers never gets worse, and is never
// worse than where it is.
func TestBestOnlyGetsBetter(t *testing.T) {
	t.Parallel()
	p := yearProblem(20, 3, true)
	s := newState(compile(p), 1)
	s.construct(func() bool { return false })
	c := newChain(s)
	c.scale()
	last := c.best.score
	heard := 0
	c.run(&budget{
		ctx: context.Background(), watch: startWatch(), iterations: 300, pause: 2,
		improved: func(c *chain) {
			if heard++; !c.best.score.Less(last) {
				t.Errorf("%+v after %+v", c.best.score, last)
			}
			last = c.best.score
		},
	})
	if heard == 0 || s.score().Less(c.best.score) {
		t.Errorf("%d improvements, best %+v, now %+v", heard, c.best.score, s.score())
	}
}

// TestBudgetCounts: a limit of iterations is kept exactly, also over stretches,
// and the temperature only falls.
func TestBudgetCounts(t *testing.T) {
	t.Parallel()
	b := &budget{ctx: context.Background(), watch: startWatch(), iterations: 1000}
	done, last := 0, math.Inf(1)
	for e := 1; e <= epochs; e++ {
		if b.pause = float64(e) / epochs; e == epochs {
			b.pause = 2
		}
		b.resume()
		for b.left(done) {
			done++
			if b.temperature > last {
				t.Fatalf("the temperature rose to %v", b.temperature)
			}
			last = b.temperature
		}
		if want := 1000 * e / epochs; done != want {
			t.Errorf("%d iterations after %d stretches, want %d", done, e, want)
		}
	}
	if last > 1.1*cold || !b.over {
		t.Errorf("it ended at temperature %v, over: %v", last, b.over)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if (&budget{ctx: ctx, watch: startWatch(), pause: 2}).left(0) {
		t.Error("it goes on after the end")
	}
	late := &budget{ctx: context.Background(), watch: startWatch(), deadline: 1e-9, pause: 2}
	if late.left(0) {
		t.Error("it goes on after its deadline")
	}
}
