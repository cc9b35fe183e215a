package schedule

import (
	"context"
	"math"
	"time"
)

// watch measures the seconds since a search began.
type watch struct{ start time.Time }

func startWatch() watch {
	return watch{time.Now()} //nolint:forbidigo // a limit in seconds is a length of time, not a moment: no result but its depth depends on it
}

func (w watch) seconds() float64 {
	return time.Since(w.start).Seconds() //nolint:forbidigo // as above
}

// budget is what one chain may use: iterations, seconds of its own work, or
// both, with a common deadline.
type budget struct {
	ctx        context.Context //nolint:containedctx // lives as long as one Solve
	watch      watch
	iterations int     // in all; 0 for no limit
	seconds    float64 // of own work in all; 0 for no limit
	deadline   float64 // on the watch; 0 for none
	spent      float64 // seconds of own work before the last resume
	resumed    float64
	pause      float64 // share of the budget at which the chain pauses
	share      float64 // used so far, 0 to 1
	over       bool
	// temperature is the annealing temperature in units of the chain's heat.
	temperature float64
	improved    func(c *chain)
}

func (b *budget) better(c *chain) {
	if b.improved != nil {
		b.improved(c)
	}
}

// resume starts a stretch of work.
func (b *budget) resume() { b.resumed = b.watch.seconds() }

// left reports whether the chain may go on with another iteration.
func (b *budget) left(iteration int) bool {
	if b.iterations > 0 {
		b.share = float64(iteration) / float64(b.iterations)
		if iteration >= b.iterations {
			b.over = true
		}
	}
	if iteration%16 == 0 {
		b.look()
		b.temperature = hot * math.Pow(cold/hot, min(1, b.share))
	}
	if b.over || b.share >= b.pause {
		b.spent += b.watch.seconds() - b.resumed
		return false
	}
	return true
}

// look reads the clock.
func (b *budget) look() {
	if b.ctx.Err() != nil {
		b.over = true
		return
	}
	if b.seconds == 0 && b.deadline == 0 {
		return
	}
	now := b.watch.seconds()
	if b.seconds > 0 {
		used := b.spent + now - b.resumed
		b.share = max(b.share, used/b.seconds)
		b.over = b.over || used >= b.seconds
	}
	b.over = b.over || b.deadline > 0 && now >= b.deadline
}
