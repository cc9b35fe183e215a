package schedule

import (
	"cmp"
	"context"
	"runtime"
	"slices"
	"sync"
)

const (
	// epochs is how often the two chains of a large part meet.
	epochs = 10
	// movesShare is how much of its time a chain may spend on single moves before
	// it begins to ruin and recreate.
	movesShare = 0.2
)

// Solve plans the visits of a problem that passes Check: it builds a solution
// by regret insertion, from Options.Start or from what is published, improves it
// by single moves and then by ruin and recreate under simulated annealing until
// the context ends or the options' limits are reached. It always returns the best
// solution so far; it never breaks a hard rule that pinned visits do not break.
//
// Parts of the problem that nothing couples are solved side by side.
//
// Ruin and recreate: Christiaens and Vanden Berghe, Slack Induction by String
// Removals for Vehicle Routing Problems, Transportation Science 54 (2020).
func Solve(ctx context.Context, p *Problem, o Options) *Result {
	if o.Iterations == 0 && o.Seconds == 0 {
		o.Seconds = 1
	}
	if o.Workers <= 0 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	start := o.Start
	if start == nil {
		start = make([]*Placement, len(p.Visits))
		for i := range p.Visits {
			start[i] = p.Visits[i].Published
		}
	}
	start = legible(p, start)
	v := &solver{ctx: ctx, p: p, o: o, watch: startWatch()}
	for _, t := range split(p, start) {
		v.jobs = append(v.jobs, &partJob{part: t, complete: -1})
	}
	v.plan()
	v.parallel(len(v.jobs), v.construct)
	v.keepFirst()
	v.parallel(len(v.jobs), v.improve)
	return v.result()
}

// solver is one call of Solve.
type solver struct {
	ctx     context.Context //nolint:containedctx // lives as long as the call
	p       *Problem
	o       Options
	watch   watch
	jobs    []*partJob
	mu      sync.Mutex // guards what follows, and Progress
	sum     Score
	planned int
	count   int
	began   float64
	kept    keeper
}

// partJob is the work on one part.
type partJob struct {
	*part
	chains     []*chain
	chainCount int
	weight     float64 // share of all visits
	complete   float64 // seconds until complete, or −1
	told       Score   // what Progress has heard
	toldPlan   int
}

// plan orders the parts by size and decides, from the problem alone, how many
// chains each gets.
func (v *solver) plan() {
	for _, j := range v.jobs {
		j.weight = float64(len(j.visits)) / float64(len(v.p.Visits))
		j.chainCount = 1
		if j.weight > 0.5 {
			j.chainCount = 2
		}
	}
	slices.SortStableFunc(v.jobs, func(a, b *partJob) int { return -cmp.Compare(a.weight, b.weight) })
}

// parallel calls fn(0) … fn(n−1) from as many goroutines as there are workers.
func (v *solver) parallel(n int, fn func(i int)) {
	var wg sync.WaitGroup
	next := make(chan int)
	for range min(n, v.o.Workers) {
		wg.Go(func() {
			for i := range next {
				fn(i)
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	wg.Wait()
}

// construct makes the first solution of a part. Only the context can cut it
// short: a plan that is half built says nothing true about what does not fit.
func (v *solver) construct(i int) {
	j := v.jobs[i]
	m := compile(j.p)
	s := newState(m, mix(v.o.Seed, i))
	s.load(j.start)
	s.construct(func() bool { return v.ctx.Err() != nil })
	if s.absent == 0 {
		j.complete = v.watch.seconds()
	}
	j.chains = append(j.chains, newChain(s))
	for k := 1; k < j.chainCount; k++ {
		c := newChain(newState(m, mix(v.o.Seed, i+k*len(v.jobs))))
		c.adopt(j.chains[0])
		j.chains = append(j.chains, c)
	}
	v.tell(j, j.chains[0])
}

// mix makes different streams of random numbers from one seed.
func mix(seed uint64, stream int) uint64 {
	r := rng(seed ^ uint64(stream)<<32)
	return r.next()
}

// improve spends a part's share of the limits.
func (v *solver) improve(i int) {
	j := v.jobs[i]
	budgets := make([]*budget, len(j.chains))
	for k := range j.chains {
		budgets[k] = v.budget(j, k)
	}
	v.parallel(len(j.chains), func(k int) { j.chains[k].polish(v.share(budgets[k]), budgets[k].better) })
	for e := 1; e <= epochs; e++ {
		if e <= 2 { // the first solution may be far from typical
			for _, c := range j.chains {
				c.scale()
			}
		}
		v.stretch(j, budgets, float64(e)/epochs)
		v.keep(j)
		if e < epochs && 2*e >= epochs { // before that they had better differ
			j.exchange()
		}
	}
}

// share stops the moves that come first when they have had their part of a
// budget in time.
func (v *solver) share(b *budget) func() bool {
	began := v.watch.seconds()
	return func() bool {
		return v.ctx.Err() != nil || b.seconds > 0 && v.watch.seconds()-began > movesShare*b.seconds
	}
}

// stretch lets the chains of a part work until a share of their budgets is
// used.
func (v *solver) stretch(j *partJob, budgets []*budget, share float64) {
	v.parallel(len(j.chains), func(k int) {
		budgets[k].pause = share
		if share == 1 {
			budgets[k].pause = 2 // the limits themselves end it
		}
		j.chains[k].run(budgets[k])
	})
}

// budget divides the limits: by size over the parts, evenly over chains that
// share one worker.
func (v *solver) budget(j *partJob, k int) *budget {
	b := &budget{ctx: v.ctx, watch: v.watch, deadline: v.o.Seconds}
	b.improved = func(c *chain) { v.hear(j, c) }
	if v.o.Iterations > 0 {
		n := max(1, int(float64(v.o.Iterations)*j.weight))
		b.iterations = max(1, (n+len(j.chains)-1-k)/len(j.chains))
	}
	if v.o.Seconds > 0 {
		left := max(0.001, v.o.Seconds-v.watchedStart())
		workers := float64(v.o.Workers)
		b.seconds = min(left, left*workers*j.weight)
		if n := len(j.chains); n > v.o.Workers {
			b.seconds = left * workers * j.weight / float64(n)
		}
	}
	return b
}

// watchedStart is when the improvement began, the same for all parts.
func (v *solver) watchedStart() float64 {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.began == 0 {
		v.began = v.watch.seconds()
	}
	return v.began
}

// exchange gives the worse chain the better one's best solution.
func (j *partJob) exchange() {
	best := j.leader()
	for _, c := range j.chains {
		if best.best.score.Less(c.best.score) {
			c.adopt(best)
		}
	}
}

func (j *partJob) leader() *chain {
	best := j.chains[0]
	for _, c := range j.chains[1:] {
		if c.best.score.Less(best.best.score) {
			best = c
		}
	}
	return best
}

// hear takes note of a better solution of one chain.
func (v *solver) hear(j *partJob, c *chain) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if c.best.absent == 0 && j.complete < 0 {
		j.complete = v.watch.seconds()
	}
	if c.best.score.Less(j.told) {
		v.tellLocked(j, c)
	}
}

func (v *solver) tell(j *partJob, c *chain) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.tellLocked(j, c)
}

func (v *solver) tellLocked(j *partJob, c *chain) {
	planned := len(j.visits) - c.best.absent
	v.sum.Medium += c.best.score.Medium - j.told.Medium
	v.sum.Soft += c.best.score.Soft - j.told.Soft
	v.planned += planned - j.toldPlan
	j.told, j.toldPlan = c.best.score, planned
	if v.o.Progress != nil {
		v.count = max(v.count, c.iterations)
		v.o.Progress(Progress{Iteration: v.count, Score: v.sum, Planned: v.planned})
	}
}

// result puts the parts together again.
func (v *solver) result() *Result {
	r := &Result{Placements: make([]*Placement, len(v.p.Visits)), FirstComplete: 0}
	for _, j := range v.jobs {
		c := j.leader()
		c.restore(&c.best)
		j.back(c.s.placements(), r.Placements)
		for _, c := range j.chains {
			r.Iterations += c.iterations
		}
		if j.complete < 0 || r.FirstComplete < 0 {
			r.FirstComplete = -1
		} else {
			r.FirstComplete = max(r.FirstComplete, j.complete)
		}
	}
	r.Score, r.Amounts = Evaluate(v.p, r.Placements)
	if r.Score.Hard > 0 {
		r.FirstComplete = -1
	}
	return r
}
