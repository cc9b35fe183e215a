package assign

import (
	"context"
	"math/rand/v2"
	"slices"
)

// checkMoves makes every accepted move prove its delta against a full
// evaluation. Tests switch it on.
var checkMoves = false

const (
	// shortestTrip is how many iterations follow each new start at least; for
	// many locations it is a tenth of their number.
	shortestTrip = 10
	// patienceWithout is how many times as many follow one that has not led to
	// any feasible solution yet.
	patienceWithout = 8
)

// walker is one lane of the search. It travels in trips: a new start, found
// along the relaxation (dive) or between two elite solutions (relink), then an
// iterated local search from there. It has its own solution, penalties and
// random numbers. Lanes share nothing while they run, so their number, not that
// of processors, decides what is found.
type walker struct {
	s     *state
	near  *neighbours
	price []int64 // what the relaxation pays per unit of load, by staff
	rng   *rand.Rand
	value int64 // cost + penalties

	queue   []int32 // staff to look at again
	queued  []bool
	seen    []uint32 // by location: the last chain that moved it
	stamp   uint32
	members []int32 // scratch
	beyond  int     // iterations since a solution was feasible
	scarce  bool    // some locations have to stay unassigned

	beam    *beam   // nil where loads are too fine for one
	company []int32 // scratch of reshare
	land    *territory

	diver *diver // nil where a dive would take too long
	elite []elite
	apart []int32 // scratch of relink
	trip  int     // iterations of this trip

	here elite // the best feasible solution of this trip
	best elite // and of this lane
}

func newWalker(m *model, near *neighbours, land *territory, price []int64, seed, lane uint64) *walker {
	w := &walker{
		s: newState(m), near: near, land: land, price: price, rng: rand.New(rand.NewPCG(seed, lane)),
		queued: make([]bool, m.nobody+1), seen: make([]uint32, m.n),
		here: elite{at: make([]int32, m.n), cost: unlimited}, best: elite{at: make([]int32, m.n), cost: unlimited},
	}
	w.beam = newBeam(m)
	over := &w.s.over
	for i := range m.nobody {
		over.staff[i] = max(unit, 2*price[i])
	}
	typical := typicalCost(m)
	for i := range over.count {
		over.count[i] = typical
	}
	for g := range over.group {
		over.group[g] = unit
	}
	over.changes = typical
	return w
}

// typicalCost returns the mean cost of a real candidate, in fixed point.
func typicalCost(m *model) int64 {
	var sum, number int64
	for c := range m.cost {
		if int(m.staff[c]) != m.nobody {
			sum += m.cost[c] / 16
			number++
		}
	}
	return max(unit, sum/max(1, number)*16)
}

// start puts the walker on a solution and queues all staff.
func (w *walker) start(at []int32) {
	w.drain()
	w.s.set(at)
	w.value = w.s.cost + w.s.penalty()
	w.keep()
	w.enqueueAll()
}

func (w *walker) enqueueAll() {
	for i := range w.queued {
		w.enqueue(int32(i))
	}
}

// resume puts the walker on a solution that has been descended from before.
func (w *walker) resume(at []int32) {
	w.s.set(at)
	w.value = w.s.cost + w.s.penalty()
	w.keep()
	w.trip = 0
}

// run does up to limit iterations and returns how many it did.
func (w *walker) run(ctx context.Context, limit int) int {
	for k := range limit {
		if ctx.Err() != nil || len(w.land.locs) == 0 {
			return k
		}
		w.iterate(ctx)
	}
	return limit
}

// iterate kicks the solution, descends to a local optimum and takes it all back
// if that is worse than before; then it adapts the penalties.
func (w *walker) iterate(ctx context.Context) {
	s := w.s
	long := max(shortestTrip, s.m.n/10)
	if !s.m.plain { // charges leave much to gain nearby
		long = max(long, 2*s.m.n)
	}
	if w.trip++; w.trip > long && (w.here.cost < unlimited || w.trip > patienceWithout*long) {
		w.depart(ctx)
	}
	w.descend(ctx) // whatever a new start left to do
	w.keep()
	s.log = s.log[:0]
	before := w.value
	if w.beam != nil && w.rng.IntN(100) < s.m.reshareShare() {
		w.reshare()
	} else {
		w.kick()
	}
	w.descend(ctx)
	w.keep()
	if w.value > before {
		s.undo(0)
		w.value = before
	}
	w.adapt()
}

// depart ends a trip and begins the next.
func (w *walker) depart(ctx context.Context) {
	w.remember(w.here)
	w.trip, w.here.cost = 0, unlimited
	draw := w.rng.IntN(8)
	switch {
	case w.diver != nil && (len(w.elite) < eliteSize || draw < 2):
		w.start(w.dive(ctx, nil))
	case w.diver != nil && draw < 4:
		w.start(w.dive(ctx, w.elite[w.rng.IntN(len(w.elite))].at))
	case len(w.elite) >= eliteSize:
		w.relink()
	default:
		for range 1 + w.s.m.n/16 {
			w.kick()
		}
	}
	w.s.log = w.s.log[:0]
}

// draw picks a location at random.
func (w *walker) draw() int { return int(w.land.locs[w.rng.IntN(len(w.land.locs))]) }

// kick moves a few locations at random.
func (w *walker) kick() {
	s, m := w.s, w.s.m
	mark := len(s.log)
	if m.pairs > 0 && w.rng.IntN(8) == 0 {
		w.kickDistrict()
		w.moved(mark)
		return
	}
	if m.pairs > 0 && w.rng.IntN(8) == 0 {
		if c := s.at[w.draw()]; m.pair[c] >= 0 {
			w.moveDistrict(m.pair[c])
		}
	}
	for range 1 + w.rng.IntN(3) {
		j := w.draw()
		list := w.near.of[j]
		if len(list) < 2 {
			continue
		}
		if c := list[w.rng.IntN(len(list)-1)]; c != s.at[j] && w.land.staff[m.staff[c]] {
			w.value += s.remove(j)
			w.value += s.add(c)
		}
	}
	w.moved(mark)
}

// descend runs chains into and out of the queued staff until none helps.
func (w *walker) descend(ctx context.Context) {
	for looked := 0; len(w.queue) > 0; looked++ {
		if looked&15 == 15 && ctx.Err() != nil {
			w.drain()
			return
		}
		k := w.rng.IntN(len(w.queue))
		last := len(w.queue) - 1
		i := w.queue[k]
		w.queue[k] = w.queue[last]
		w.queue = w.queue[:last]
		w.queued[i] = false
		if w.land.staff[i] {
			w.work(i)
		}
	}
}

// work tries the chains of one person until one helps.
func (w *walker) work(i int32) {
	mark := len(w.s.log)
	if w.pull(i) {
		w.moved(mark)
		return
	}
	w.members = append(w.members[:0], w.s.held[i]...)
	for len(w.members) > 0 {
		k, last := w.rng.IntN(len(w.members)), len(w.members)-1
		j := w.members[k]
		w.members[k] = w.members[last]
		w.members = w.members[:last]
		if len(w.near.of[j]) > 0 && w.push(j) {
			w.moved(mark)
			return
		}
	}
}

// moved queues the staff whom the moves since mark touched.
func (w *walker) moved(mark int) {
	if checkMoves {
		w.check()
	}
	m := w.s.m
	for _, e := range w.s.log[mark:] {
		c := e.from
		if c < 0 {
			c = w.s.at[e.loc]
		}
		if c >= 0 {
			w.enqueue(m.staff[c])
		}
	}
}

func (w *walker) enqueue(i int32) {
	if !w.queued[i] {
		w.queued[i] = true
		w.queue = append(w.queue, i)
	}
}

func (w *walker) drain() {
	for _, i := range w.queue {
		w.queued[i] = false
	}
	w.queue = w.queue[:0]
}

// keep records the solution if it is feasible and the best yet.
func (w *walker) keep() {
	if w.s.cost < w.here.cost && w.s.feasible() {
		w.here.cost = w.s.cost
		copy(w.here.at, w.s.at)
	}
	if w.here.cost < w.best.cost {
		w.best.cost = w.here.cost
		copy(w.best.at, w.here.at)
	}
}

// adapt lowers the penalties while the solution is feasible and raises those of
// passed limits while it is not, the faster the longer that lasts.
func (w *walker) adapt() {
	s, m, over := w.s, w.s.m, &w.s.over
	if s.feasible() {
		w.beyond = 0
		w.relax()
	} else {
		w.beyond++
		w.tighten()
	}
	for i := range m.nobody {
		over.staff[i] = min(over.staff[i], w.ceiling(i))
	}
	w.value = s.cost + s.penalty()
}

func (w *walker) relax() {
	over := &w.s.over
	for i := range w.s.m.nobody {
		over.staff[i] = max(1, w.price[i]*3/2, over.staff[i]-over.staff[i]/64)
		over.count[i] = max(unit, over.count[i]-over.count[i]/64)
	}
	for g := range over.group {
		over.group[g] = max(1, over.group[g]-over.group[g]/64)
	}
	over.changes = max(unit, over.changes-over.changes/64)
}

func (w *walker) tighten() {
	s, m, over := w.s, w.s.m, &w.s.over
	raise := func(price int64) int64 {
		return min(maxPenalty, price+1+price>>max(0, 3-w.beyond/8))
	}
	for i := range m.nobody {
		if s.load[i] > m.capacity[i] {
			over.staff[i] = raise(over.staff[i])
		}
		if s.count[i] > m.maxCount[i] {
			over.count[i] = raise(over.count[i])
		}
	}
	for g := range over.group {
		if s.group[g] > m.groupLimit[g] {
			over.group[g] = raise(over.group[g])
		}
	}
	if s.moved > m.maxChanges {
		over.changes = raise(over.changes)
	}
}

// ceiling returns the highest useful penalty on a person's load. Where
// everything can be assigned it stays near the price, so that cost keeps its
// say; where not, it must outbid the charge for leaving somebody out.
func (w *walker) ceiling(i int) int64 {
	if w.scarce {
		return maxPenalty
	}
	return max(16*unit, 16*w.price[i])
}

// maxPenalty keeps penalties far from overflow.
const maxPenalty = 1 << 40

// check panics when the running value differs from a full evaluation.
func (w *walker) check() {
	s := w.s
	staff := s.staff()
	score, _, loads := Evaluate(s.m.p, staff)
	cost := score.Soft*unit + score.Medium*s.m.mediumScale
	if cost != s.cost || w.value != cost+s.penalty() || !slices.Equal(loads, s.load[:s.m.nobody]) {
		panic("assign: a move's delta differs from the full evaluation")
	}
}

// staff returns who serves each location.
func (s *state) staff() []int {
	return s.m.staffOf(s.at)
}

// staffOf turns candidates into staff indices.
func (m *model) staffOf(at []int32) []int {
	staff := make([]int, len(at))
	for j, c := range at {
		if staff[j] = int(m.staff[c]); staff[j] == m.nobody {
			staff[j] = None
		}
	}
	return staff
}
