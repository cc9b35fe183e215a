package assign

import (
	"context"
	"math/rand/v2"
	"slices"
)

// checkMoves makes every accepted move prove its delta against a full
// evaluation. Tests switch it on.
var checkMoves = false

// walker is one lane of the search: an iterated local search with its own
// solution, penalties and random numbers. Lanes share nothing while they run,
// so their number, not that of processors, decides what is found.
type walker struct {
	s     *state
	near  *neighbours
	rng   *rand.Rand
	value int64 // cost + penalties

	queue  []int32 // locations to look at again
	queued []bool
	seen   []uint32 // by location: the last chain that moved it
	stamp  uint32
	beyond int // iterations since a solution was feasible

	best     []int32 // the best feasible solution of this lane
	bestCost int64   // fixed point; unlimited while there is none
}

func newWalker(m *model, near *neighbours, price []int64, seed, lane uint64) *walker {
	w := &walker{
		s: newState(m), near: near, rng: rand.New(rand.NewPCG(seed, lane)),
		queued: make([]bool, m.n), seen: make([]uint32, m.n), best: make([]int32, m.n), bestCost: unlimited,
	}
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

// start puts the walker on a solution and queues every location.
func (w *walker) start(at []int32) {
	w.s.set(at)
	w.value = w.s.cost + w.s.penalty()
	w.keep()
	for j := range w.s.m.n {
		w.push(int32(j))
	}
}

// run does up to limit iterations and returns how many it did.
func (w *walker) run(ctx context.Context, limit int) int {
	for k := range limit {
		if ctx.Err() != nil {
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
	if s.m.n == 0 {
		return
	}
	w.descend(ctx) // whatever a new start left to do
	s.log = s.log[:0]
	before := w.value
	w.kick()
	w.descend(ctx)
	w.keep()
	if w.value > before {
		s.undo(0)
		w.value = before
	}
	w.adapt()
}

// kick moves a few locations at random.
func (w *walker) kick() {
	s, m := w.s, w.s.m
	if m.pairs > 0 && w.rng.IntN(8) == 0 {
		if j := w.rng.IntN(m.n); m.pair[s.at[j]] >= 0 && w.moveDistrict(m.pair[s.at[j]]) {
			w.moved(0)
		}
	}
	mark := len(s.log)
	for range 1 + w.rng.IntN(3) {
		j := w.rng.IntN(m.n)
		list := w.near.of[j]
		if len(list) < 2 {
			continue
		}
		c := list[w.rng.IntN(len(list)-1)]
		if c == s.at[j] {
			continue
		}
		w.value += s.remove(j)
		w.value += s.add(c)
	}
	w.moved(mark)
}

// descend runs chains from the queued locations until none helps.
func (w *walker) descend(ctx context.Context) {
	for looked := 0; len(w.queue) > 0; looked++ {
		if looked&255 == 255 && ctx.Err() != nil {
			w.drain()
			return
		}
		k := w.rng.IntN(len(w.queue))
		last := len(w.queue) - 1
		j := w.queue[k]
		w.queue[k] = w.queue[last]
		w.queue = w.queue[:last]
		w.queued[j] = false
		mark := len(w.s.log)
		if w.chain(int(j)) {
			w.moved(mark)
		}
	}
}

// moved queues what the moves since mark may have made worth a look.
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
		for _, c := range w.near.to[m.staff[c]] {
			w.push(m.loc[c])
		}
		w.push(e.loc)
	}
}

func (w *walker) push(j int32) {
	if !w.queued[j] && len(w.near.of[j]) > 0 {
		w.queued[j] = true
		w.queue = append(w.queue, j)
	}
}

func (w *walker) drain() {
	for _, j := range w.queue {
		w.queued[j] = false
	}
	w.queue = w.queue[:0]
}

// keep records the solution if it is feasible and the best yet.
func (w *walker) keep() {
	if w.s.cost < w.bestCost && w.s.feasible() {
		w.bestCost = w.s.cost
		copy(w.best, w.s.at)
	}
}

// adapt lowers the penalties while the solution is feasible and raises those of
// passed limits while it is not, the faster the longer that lasts.
func (w *walker) adapt() {
	s, m := w.s, w.s.m
	over := &s.over
	if s.feasible() {
		for i := range m.nobody {
			over.staff[i] = max(1, over.staff[i]-over.staff[i]/64)
			over.count[i] = max(unit, over.count[i]-over.count[i]/64)
		}
		for g := range over.group {
			over.group[g] = max(1, over.group[g]-over.group[g]/64)
		}
		over.changes = max(unit, over.changes-over.changes/64)
		w.value, w.beyond = s.cost, 0
		return
	}
	w.beyond++
	raise := func(price int64) int64 {
		return min(maxPenalty, price+1+price>>max(0, 4-w.beyond/8))
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
	w.value = s.cost + s.penalty()
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

// relink moves the walker part of the way from its best solution to another
// (Glover's path relinking, with the first random point as new start).
func (w *walker) relink(other []int32) {
	at := w.s.at
	if w.bestCost < unlimited {
		at = w.best
	}
	from := slices.Clone(at)
	for j := range from {
		if w.rng.IntN(2) == 0 {
			from[j] = other[j]
		}
	}
	w.drain()
	w.start(from)
}
