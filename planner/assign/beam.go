package assign

import (
	"cmp"
	"math/bits"
	"math/rand/v2"
	"slices"
)

// mostLanes and fewestLanes are the most people whose locations are shared out
// anew at once: many where loads are coarse, and so many always.
const (
	mostLanes   = 8
	fewestLanes = 4
)

// beam shares out the locations of a few people anew, the best way it can find:
// a dynamic programme over the vector of their loads, location after location,
// in which only the most promising states are kept (a beam search; exact while
// no more than its width are alive). What a state costs beyond the least that
// prices of load allow is its excess; whatever exceeds the solution at hand is
// dropped, so that near the optimum few states are left.
type beam struct {
	m     *model
	width int
	step  int64   // the largest unit that divides all loads
	most  int     // people at once
	bits  int     // of a state's key for one person's load, in steps; those above all lanes tell who has entered the present district
	slots []int32 // by staff: its lane, -1 outside
	lanes []beamLane

	jobs    []beamJob
	options []beamOption
	states  []beamState
	next    []beamState
	trail   []beamTrace // of all layers, one after another
	index   beamIndex
	found   []int32
}

// beamLane is one of the people.
type beamLane struct {
	staff int32
	fixed int64 // load that stays
	room  uint64
	price int64 // of a unit of load
	least int64 // the least of charge − price × load
}

// beamJob is one location to share out; its options are
// options[first:last] of the beam.
type beamJob struct {
	loc, district int32 // -1 where no district is charged for
	first, last   int32
	now           int32 // the option in force
	regret        int64
	doubt         int64  // the less, the sooner it is shared out where there are many
	enters        bool   // first of its district
	paid          uint64 // lanes that have paid for the district anyway
}

// beamOption is one lane that may serve a job.
type beamOption struct {
	cand   int32
	lane   uint8
	steps  uint64
	excess int64
}

// beamState is a choice for the jobs so far.
type beamState struct {
	key    uint64 // loads by lane, and flags of lanes that have entered
	excess int64
	trace  beamTrace
}

// beamTrace remembers how a state was made.
type beamTrace struct{ parent, option int32 }

// plainWidth and chargedWidth are how many states a beam keeps. Narrow beams are
// quick, and quick ones find more: a company is looked at again and again.
const (
	plainWidth   = 50
	chargedWidth = 100
)

// newBeam returns nil where a person's load does not fit a lane.
func newBeam(m *model) *beam {
	width := chargedWidth
	if m.plain {
		width = plainWidth
	}
	b := &beam{m: m, width: width, slots: make([]int32, m.nobody+1)}
	for _, load := range m.load {
		b.step = divisor(b.step, load)
	}
	b.step = max(1, b.step)
	var most uint64
	for i := range b.slots {
		b.slots[i] = -1
		if i != m.nobody {
			most = max(most, uint64(m.capacity[i]/b.step))
		}
	}
	b.bits = max(1, bits.Len64(most))
	flags := 1
	if m.plain {
		flags = 0
	}
	if b.most = min(mostLanes, 64/(b.bits+flags)); b.most < fewestLanes {
		return nil
	}
	b.index.resize(2 * width * b.most)
	return b
}

// reshare looks for the best way to share out what the people hold in s, or the
// locations among that with the least clear choice where it is much, load being
// worth price to each. It returns the candidates that change places, none
// where it finds nothing as good as what is.
func (b *beam) reshare(s *state, staff []int32, price func(i int32) int64, rng *rand.Rand) []int32 {
	b.setUp(s, staff, price, rng)
	now := b.worth(s)
	end := b.run(now + 1)
	for _, i := range staff {
		b.slots[i] = -1
	}
	b.found = b.found[:0]
	if end.parent < 0 {
		return nil
	}
	for _, j := range slices.Backward(b.jobs) {
		if end.option != j.now {
			b.found = append(b.found, b.options[end.option].cand)
		}
		end = b.trail[end.parent]
	}
	return b.found
}

// setUp gathers lanes, jobs and options.
func (b *beam) setUp(s *state, staff []int32, price func(i int32) int64, rng *rand.Rand) {
	b.lanes, b.jobs, b.options = b.lanes[:0], b.jobs[:0], b.options[:0]
	for k, i := range staff {
		b.slots[i] = int32(k)
		b.lanes = append(b.lanes, beamLane{staff: i, fixed: s.load[i], price: price(i)})
		for _, j := range s.held[i] {
			if b.m.p.Locations[j].Pinned == None {
				b.jobs = append(b.jobs, beamJob{loc: j})
			}
		}
	}
	for k := range b.jobs {
		b.offer(s, &b.jobs[k])
	}
	if len(b.jobs) > reshareJobs {
		b.thin(b.mostJobs(rng), rng)
	}
	for k := range b.jobs {
		o := &b.options[b.jobs[k].now]
		b.lanes[o.lane].fixed -= b.m.load[o.cand]
	}
	for k := range b.lanes {
		b.settle(&b.lanes[k])
	}
	b.order(s)
}

// leeway is by what factor chance decides which choices count as less clear.
const leeway = 8

// mostJobs returns how many of too many jobs are shared out. In plain problems
// that is left to chance: few jobs leave a narrow beam nearly exact, many let it reach
// far, and neither alone finds what both do.
func (b *beam) mostJobs(rng *rand.Rand) int {
	if !b.m.plain {
		return reshareJobs
	}
	return reshareJobs - rng.IntN(reshareJobs/2)
}

// thin keeps the jobs that are not where they would cost least, and those with
// the least clear choice, others at each call.
func (b *beam) thin(most int, rng *rand.Rand) {
	for k := range b.jobs {
		j := &b.jobs[k]
		j.doubt = (min(j.regret, unlimited/8) + 1) * (1 + rng.Int64N(leeway))
		if b.options[j.now].excess > 0 {
			j.doubt = -b.options[j.now].excess
		}
	}
	slices.SortFunc(b.jobs, func(x, y beamJob) int {
		return cmp.Or(cmp.Compare(x.doubt, y.doubt), cmp.Compare(x.loc, y.loc))
	})
	b.jobs = b.jobs[:most]
}

// settle finds what a lane can cost at least.
func (b *beam) settle(l *beamLane) {
	l.room = uint64(max(0, b.m.capacity[l.staff]-l.fixed) / b.step)
	low, high := uint64(0), l.room
	for low < high {
		if middle := (low + high) / 2; b.end(l, middle+1) < b.end(l, middle) {
			low = middle + 1
		} else {
			high = middle
		}
	}
	l.least = b.end(l, low)
}

// end returns the charge on a lane that takes so many steps of load, less what
// its price has paid for them.
func (b *beam) end(l *beamLane, steps uint64) int64 {
	load := int64(steps) * b.step
	return b.m.balance(int(l.staff), l.fixed+load) - l.price*load
}

// offer lists who of the lanes may serve a job.
func (b *beam) offer(s *state, j *beamJob) {
	m := b.m
	j.first, j.district, j.regret = int32(len(b.options)), -1, unlimited
	least, second := int64(unlimited), int64(unlimited)
	for c := m.first[j.loc]; c < m.first[j.loc+1]; c++ {
		k := b.slots[m.staff[c]]
		if k < 0 {
			continue
		}
		if c == s.at[j.loc] {
			j.now = int32(len(b.options))
		}
		cost := m.cost[c] + b.lanes[k].price*m.load[c]
		if m.moves[c] && s.moved >= m.maxChanges {
			cost += s.over.changes
		}
		b.options = append(b.options, beamOption{cand: c, lane: uint8(k), steps: uint64(m.load[c] / b.step), excess: cost})
		if cost < least {
			least, second = cost, least
		} else {
			second = min(second, cost)
		}
		if m.pair[c] >= 0 {
			j.district = int32(m.p.Locations[j.loc].District)
		}
	}
	j.last, j.regret = int32(len(b.options)), second-least
	for k := j.first; k < j.last; k++ {
		b.options[k].excess -= least
	}
}

// order puts the locations of a district together and those with the clearest
// choice first: what is nearly even is left to fill the loads at the end.
func (b *beam) order(s *state) {
	slices.SortFunc(b.jobs, func(x, y beamJob) int {
		return cmp.Or(cmp.Compare(x.district, y.district), cmp.Compare(y.regret, x.regret), cmp.Compare(x.loc, y.loc))
	})
	last := int32(-1)
	for k := range b.jobs {
		j := &b.jobs[k]
		j.enters = j.district != last
		last = j.district
		if j.enters && j.district >= 0 {
			j.paid = b.paid(s, k)
		} else if k > 0 {
			j.paid = b.jobs[k-1].paid
		}
	}
}

// paid returns the lanes that keep a location in the district of job first
// whatever becomes of the jobs.
func (b *beam) paid(s *state, first int) uint64 {
	var jobs, all [mostLanes]int32
	for k := first; k < len(b.jobs) && b.jobs[k].district == b.jobs[first].district; k++ {
		j := &b.jobs[k]
		jobs[b.options[j.now].lane]++
		for _, o := range b.options[j.first:j.last] {
			if pair := b.m.pair[o.cand]; pair >= 0 {
				all[o.lane] = s.pairs[pair]
			}
		}
	}
	var lanes uint64
	for lane := range b.lanes {
		if all[lane] > jobs[lane] {
			lanes |= 1 << lane
		}
	}
	return lanes
}

// worth returns the excess of the solution at hand, penalties included.
func (b *beam) worth(s *state) int64 {
	var now int64
	var steps [mostLanes]uint64
	var flags uint64
	for k := range b.jobs {
		j := &b.jobs[k]
		o := &b.options[j.now]
		now += o.excess
		steps[o.lane] += o.steps
		if j.enters {
			flags = 0
		}
		var d int64
		d, flags = b.enter(j, flags, o.lane)
		now += d
	}
	for k := range b.lanes {
		l := &b.lanes[k]
		now += b.end(l, steps[k]) - l.least + s.over.staff[l.staff]*excess(s.load[l.staff], b.m.capacity[l.staff])
	}
	return now
}

// enter returns what a lane pays for the district of a job, and the flags after
// it. That somebody has to enter is nobody's excess.
func (b *beam) enter(j *beamJob, flags uint64, lane uint8) (int64, uint64) {
	if j.district < 0 || (flags|j.paid)>>lane&1 == 1 {
		return 0, flags
	}
	if flags|j.paid == 0 {
		return 0, 1 << lane
	}
	return b.m.open, flags | 1<<lane
}

// run goes through the jobs and returns the trace of the best end below limit.
func (b *beam) run(limit int64) beamTrace {
	b.trail = append(b.trail[:0], beamTrace{parent: -1, option: -1})
	b.states = append(b.states[:0], beamState{})
	parents := int32(0) // where the traces of states begin
	for k := range b.jobs {
		b.expand(&b.jobs[k], limit, parents)
		b.narrow()
		if k < len(b.jobs)-1 {
			parents = int32(len(b.trail))
			for x := range b.states {
				b.trail = append(b.trail, b.states[x].trace)
			}
		}
	}
	best, mask := beamTrace{parent: -1}, uint64(1)<<b.bits-1
	for _, st := range b.states {
		total := st.excess
		for k := range b.lanes {
			total += b.end(&b.lanes[k], st.key>>(k*b.bits)&mask) - b.lanes[k].least
		}
		if total < limit {
			limit, best = total, st.trace
		}
	}
	return best
}

// expand offers each option of a job to each state.
func (b *beam) expand(j *beamJob, limit int64, parents int32) {
	b.next = b.next[:0]
	b.index.clear()
	flagsAt := uint(b.most * b.bits)
	mask, loads := uint64(1)<<b.bits-1, uint64(1)<<flagsAt-1
	for x := range b.states {
		st := &b.states[x]
		flags := st.key >> flagsAt
		if j.enters {
			flags = 0
		}
		for o := j.first; o < j.last; o++ {
			op := &b.options[o]
			shift := uint(op.lane) * uint(b.bits)
			if st.key>>shift&mask+op.steps > b.lanes[op.lane].room {
				continue
			}
			d, now := b.enter(j, flags, op.lane)
			total := st.excess + op.excess + d
			if total >= limit {
				continue
			}
			key := st.key&loads + op.steps<<shift | now<<flagsAt
			b.next = b.index.put(b.next, beamState{key: key, excess: total, trace: beamTrace{parent: parents + int32(x), option: o}})
		}
	}
	b.states, b.next = b.next, b.states
}

// narrow keeps the most promising states.
func (b *beam) narrow() {
	if len(b.states) <= b.width {
		return
	}
	smallest(b.states, b.width)
	b.states = b.states[:b.width]
}

// smallest puts the n states of least excess first (quickselect).
func smallest(s []beamState, n int) {
	for len(s) > 1 {
		pivot := s[len(s)/2]
		low, high := 0, len(s)-1
		for low <= high {
			for s[low].before(&pivot) {
				low++
			}
			for pivot.before(&s[high]) {
				high--
			}
			if low <= high {
				s[low], s[high] = s[high], s[low]
				low++
				high--
			}
		}
		switch {
		case n <= high:
			s = s[:high+1]
		case n >= low:
			s, n = s[low:], n-low
		default:
			return
		}
	}
}

func (s *beamState) before(t *beamState) bool {
	return s.excess < t.excess || s.excess == t.excess && s.key < t.key
}

// beamIndex finds the state of a key.
type beamIndex struct {
	slot  []int32
	stamp []uint32
	round uint32
}

func (x *beamIndex) resize(n int) {
	size := 1
	for size < 2*n {
		size *= 2
	}
	x.slot, x.stamp = make([]int32, size), make([]uint32, size)
}

func (x *beamIndex) clear() { x.round++ }

// put adds a state, or lets it replace a dearer one of the same key.
func (x *beamIndex) put(states []beamState, st beamState) []beamState {
	mask := uint64(len(x.slot) - 1)
	at := (st.key * 0x9e3779b97f4a7c15) >> 32 & mask
	for ; x.stamp[at] == x.round; at = (at + 1) & mask {
		if have := &states[x.slot[at]]; have.key == st.key {
			if st.excess < have.excess {
				*have = st
			}
			return states
		}
	}
	x.stamp[at], x.slot[at] = x.round, int32(len(states))
	return append(states, st)
}
