package planner

import (
	"context"
	"fmt"
	"sync"
)

// Solve plans one region: who serves which location, and when each visit takes
// place. It returns the best plan found when the limits of o or the context end
// it; an error means that the state cannot be planned at all.
func Solve(ctx context.Context, s *State, o Options) (*Plan, error) {
	f, err := newFormulation(s, s.Programme.YearPeriod(o.Year))
	if err != nil {
		return nil, regionError(s, err)
	}
	p, t, err := f.who(ctx, o)
	if err != nil {
		return nil, regionError(s, err)
	}
	if err := f.scheduleAll(ctx, o, p, t); err != nil {
		return nil, regionError(s, err)
	}
	p.Coverage = f.coverage(p.Visits)
	return p, nil
}

// who settles who serves which location, unless an earlier program did.
func (f *formulation) who(ctx context.Context, o Options) (*Plan, teams, error) {
	if p, t, ok := f.fromHalfway(o); ok {
		return p, t, nil
	}
	p := &Plan{Region: f.state.Region, From: f.period.From, To: f.period.To, Seed: o.Seed, MaxChanges: o.MaxChanges}
	t, err := f.assignAll(ctx, o, p)
	return p, t, err
}

func regionError(s *State, err error) error {
	if s.Region == "" {
		return err
	}
	return fmt.Errorf("region %s: %w", s.Region, err)
}

// SolveAll plans the regions of a folder side by side. The time of o is shared
// among them by size.
func SolveAll(ctx context.Context, states []*State, o Options) ([]*Plan, error) {
	if len(states) == 1 {
		p, err := Solve(ctx, states[0], o)
		return []*Plan{p}, err
	}
	workers := max(1, min(o.Workers, len(states)))
	plans, errs := make([]*Plan, len(states)), make([]error, len(states))
	next := make(chan int)
	var done counter
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for i := range next {
				plans[i], errs[i] = Solve(ctx, states[i], o.share(states, i, workers))
				o.report("regions", done.up(), len(states))
			}
		})
	}
	for i := range states {
		next <- i
	}
	close(next)
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return plans, nil
}

// share returns the options of one region among several: one worker, its part
// of the time by number of locations.
func (o Options) share(states []*State, i, workers int) Options {
	all := 0
	for _, s := range states {
		all += len(s.Locations)
	}
	if o.Iterations == 0 {
		o.Seconds = o.seconds() * float64(workers) * float64(len(states[i].Locations)) / float64(max(1, all))
	}
	o.Workers, o.Progress, o.From, o.Halfway = 1, nil, nil, nil
	return o
}

// counter counts over goroutines.
type counter struct {
	mu sync.Mutex
	n  int
}

func (c *counter) up() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n++
	return c.n
}
