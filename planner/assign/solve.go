package assign

import (
	"context"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"time"
)

const (
	// lanes is the number of walkers. It is fixed, so that a search finds the
	// same on any number of processors.
	lanes = 4
	// quota is how many iterations a walker does between two exchanges.
	quota = 64
	// firstSteps, roundSteps and lastSteps limit the ascent before, between
	// and after the rounds of the search.
	firstSteps = 400
	roundSteps = 40
	// roundWork limits the ascent of one round on large problems: steps ×
	// candidates.
	roundWork = 200_000
	lastSteps = 400
	// stagnation is how many rounds without a new best of all a walker goes on
	// before it hears of that best.
	stagnation = 4
)

// Solve searches for the best assignment until the context ends or a limit of
// the options is reached, or until the bound proves the best one optimal, and
// always returns the best found: at least as good as Options.Start, with no
// rule broken but what pins force, whatever does not fit left unassigned.
//
// The search is an iterated local search over shifts, swaps and ejection chains
// with adaptive penalties for passed limits, guided by the prices of the
// Lagrangian relaxation that also proves the bound. Limited by iterations
// alone it is deterministic for (problem, seed, iterations), whatever Workers.
func Solve(ctx context.Context, p *Problem, o Options) *Result {
	o = o.withDefaults()
	sv := &solver{m: newModel(p), o: o, rng: rand.New(rand.NewPCG(o.Seed, lanes))}
	stop := func() {}
	searching := ctx
	if o.Seconds > 0 {
		searching, stop = context.WithTimeout(ctx, seconds(0.93*o.Seconds))
	}
	sv.prepare(searching)
	sv.search(searching)
	stop()
	if o.Seconds > 0 {
		ctx, stop = context.WithTimeout(ctx, seconds(0.05*o.Seconds))
		defer stop()
	}
	return sv.finish(ctx)
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

func (o Options) withDefaults() Options {
	if o.Seconds <= 0 && o.Iterations <= 0 {
		o.Seconds = 1
	}
	if o.Workers <= 0 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	return o
}

// solver is one call of Solve.
type solver struct {
	m       *model
	o       Options
	up      *ascent
	near    *neighbours
	price   []int64
	walkers []*walker
	rng     *rand.Rand
	rounds  int
	apart   bool // the lanes divide the people among themselves in this round
	still   int  // rounds apart without anything better
	whole   *territory
	lands   []*territory // by lane, in rounds apart
	idle    []int        // rounds since a walker last found something better

	best       []int32
	bestCost   int64 // fixed point
	iterations int
}

// prepare finds first solutions, multipliers and neighbours.
func (sv *solver) prepare(ctx context.Context) {
	m := sv.m
	sv.bestCost = unlimited
	sv.price = make([]int64, m.nobody+1)
	if at := m.candidates(sv.o.Start); at != nil {
		sv.offer(at) // first, so that only something strictly better replaces it
	}
	sv.offer(construct(m, nil, sv.price))
	if today := m.p.today(); slices.Max(append(today, None)) > None {
		sv.offer(construct(m, today, sv.price))
	}
	if sv.o.Start != nil {
		sv.offer(construct(m, sv.o.Start, sv.price))
	}
	if sv.o.Seconds > 0 {
		var stop context.CancelFunc
		ctx, stop = context.WithTimeout(ctx, seconds(0.2*sv.o.Seconds))
		defer stop()
	}
	sv.up = newAscent(newRelaxation(m, nil, sv.o.Workers))
	sv.climb(ctx, firstSteps)
	if sv.price = sv.up.price; m.p.Balance == 0 {
		sv.price = sv.up.r.prices(sv.up.best)
	}
	sv.near = newNeighbours(m, sv.price, sv.up.best)
	first := construct(m, nil, sv.price)
	sv.offer(first)
	sv.relax()
	sv.whole = everything(m)
	for lane := range lanes {
		sv.lands = append(sv.lands, newTerritory(m))
		w := newWalker(m, sv.near, sv.whole, sv.price, sv.o.Seed, uint64(lane))
		switch {
		case sv.divides():
			w.enqueueAll()
		case lane%2 == 0:
			w.start(sv.best)
		default:
			w.start(first)
		}
		w.diver = newDiver(m, slices.Clone(sv.up.best))
		sv.walkers = append(sv.walkers, w)
	}
	sv.idle = make([]int, lanes)
	sv.scarcity()
}

// scarcity tells the walkers whether some location has to stay unassigned, as
// far as known.
func (sv *solver) scarcity() {
	scarce := slices.Contains(sv.unassigned(), true)
	for _, w := range sv.walkers {
		w.scarce = scarce
	}
}

// today returns who serves each location now.
func (p *Problem) today() []int {
	staff := make([]int, len(p.Locations))
	for j := range staff {
		staff[j] = p.Locations[j].Current
	}
	return staff
}

// offer keeps a feasible solution if it is better than the best.
func (sv *solver) offer(at []int32) {
	s := newState(sv.m)
	s.set(at)
	if s.cost < sv.bestCost && s.feasible() {
		sv.bestCost = s.cost
		sv.best = slices.Clone(at)
	}
}

// unassigned marks the locations that the best solution leaves without anyone.
func (sv *solver) unassigned() []bool {
	open := make([]bool, sv.m.n)
	for j, c := range sv.best {
		open[j] = int(sv.m.staff[c]) == sv.m.nobody
	}
	return open
}

// relax makes the relaxation fit the best solution's unassigned locations,
// keeping the multipliers.
func (sv *solver) relax() {
	unassigned := sv.unassigned()
	if sv.up != nil && sv.up.fits(unassigned) {
		return
	}
	next := newAscent(newRelaxation(sv.m, unassigned, sv.o.Workers))
	if sv.up != nil {
		next.resume(sv.up.best)
	}
	sv.up = next
}

// target returns the certified cost of the best solution, in fixed point, if
// the relaxation is about its locations, else unlimited.
func (sv *solver) target() int64 {
	if !sv.up.fits(sv.unassigned()) {
		return unlimited
	}
	score, a, _ := Evaluate(sv.m.p, sv.m.staffOf(sv.best))
	return (score.Soft - a.Coupled) * unit
}

// climb improves the multipliers by at most limit steps.
func (sv *solver) climb(ctx context.Context, limit int) {
	target := sv.target()
	for range limit {
		if ctx.Err() != nil || sv.up.done(target) {
			return
		}
		sv.up.step(target)
	}
}

// search runs rounds of all walkers, the ascent beside them, until a limit.
func (sv *solver) search(ctx context.Context) {
	for ctx.Err() == nil && sv.m.n > 0 && !sv.proved() {
		sv.muster()
		limit := sv.quota()
		if sv.o.Iterations > 0 {
			if limit = min(limit, (sv.o.Iterations-sv.iterations)/lanes); limit <= 0 {
				return
			}
		}
		sv.round(ctx, limit)
		sv.rounds++
		if sv.apart {
			sv.unite()
		} else {
			sv.exchange()
		}
	}
}

// proved reports whether the bound shows that nothing better exists.
func (sv *solver) proved() bool {
	for _, c := range sv.best {
		if int(sv.m.staff[c]) == sv.m.nobody {
			return false
		}
	}
	return ceilUnit(sv.up.bestValue)*unit >= sv.bestCost
}

// quota is how many iterations a walker does in one round.
func (sv *solver) quota() int {
	if sv.apart {
		return max(quota, sv.m.n/teamQuota)
	}
	return quota
}

// round lets every walker and the ascent work, on all workers.
func (sv *solver) round(ctx context.Context, limit int) {
	sv.up.r.workers = 1
	done := make([]int, lanes)
	tasks := make(chan int, lanes+1)
	for k := range lanes + 1 {
		tasks <- k
	}
	close(tasks)
	var wg sync.WaitGroup
	for range sv.o.Workers {
		wg.Go(func() {
			for k := range tasks {
				if k == lanes {
					sv.climb(ctx, max(2, min(roundSteps, roundWork/(len(sv.m.staff)+1))))
				} else {
					done[k] = sv.walkers[k].run(ctx, limit)
				}
			}
		})
	}
	wg.Wait()
	for _, d := range done {
		sv.iterations += d
	}
}

// exchange gathers what the walkers found, in lane order, and shows those that
// stand still the best of all.
func (sv *solver) exchange() {
	better := false
	for k, w := range sv.walkers {
		sv.idle[k]++
		if w.best.cost < sv.bestCost {
			sv.bestCost, better = w.best.cost, true
			sv.best = slices.Clone(w.best.at)
			sv.idle[k] = 0
		}
	}
	for k, w := range sv.walkers {
		if sv.idle[k] >= stagnation {
			sv.idle[k] = 0
			w.remember(elite{at: sv.best, cost: sv.bestCost})
		}
	}
	if better {
		sv.improved()
	}
}

// improved follows a new best solution.
func (sv *solver) improved() {
	sv.relax()
	sv.scarcity()
	sv.report()
}

func (sv *solver) report() {
	if sv.o.Progress == nil {
		return
	}
	score, _, _ := Evaluate(sv.m.p, sv.m.staffOf(sv.best))
	sv.o.Progress(Progress{Iteration: sv.iterations, Score: score, Bound: ceilUnit(sv.up.bestValue)})
}

// finish tightens the bound for the final set of unassigned locations and
// gathers the result.
func (sv *solver) finish(ctx context.Context) *Result {
	p := sv.m.p
	sv.relax()
	sv.up.r.workers = sv.o.Workers
	sv.climb(ctx, lastSteps)
	r := &Result{Staff: sv.m.staffOf(sv.best), Iterations: sv.iterations}
	r.Score, r.Amounts, r.Loads = Evaluate(p, r.Staff)
	sv.up.r.states, sv.up.r.rough, sv.up.r.proof = fineStates, false, true
	r.Multipliers = slices.Clone(sv.up.best)
	for k, v := range r.Multipliers { // any are valid; tiny norms can make them huge
		r.Multipliers[k] = max(-mostMultiplier, min(v, mostMultiplier))
	}
	r.Bound = ceilUnit(sv.up.r.evaluate(r.Multipliers))
	return r
}
