package schedule

import "math"

// Temperatures of the annealing, relative to the mean change that a step
// proposes, and the number of steps that measure it.
const (
	hot    = 0.7
	cold   = 0.015
	probes = 100
)

// debugCheck, when set by tests, compares the running totals with a full
// evaluation after every accepted step.
var debugCheck func(s *state)

// chain is one annealed walk of ruin and recreate over the solutions of a
// part, with the best solution that it has seen.
type chain struct {
	s          *state
	best       snapshot
	iterations int
	heat       float64 // mean change of the soft cost that a step proposes
	penalty    float64 // soft cost of one unit of medium charge
}

// snapshot is a remembered solution, brought up to date by what changed.
type snapshot struct {
	score  Score
	absent int
	nodes  [][]int32 // by route
	held   []holding
	routes []int32 // changed since
	isOld  []bool
	visits []int32
}

func newChain(s *state) *chain {
	c := &chain{s: s}
	s.prepareSearch()
	c.best.nodes = make([][]int32, len(s.routes))
	c.best.isOld = make([]bool, len(s.routes))
	c.best.held = make([]holding, len(s.held))
	for r := range s.routes {
		if s.routes[r].visits > 0 {
			c.best.routes = append(c.best.routes, int32(r))
			c.best.isOld[r] = true
		}
	}
	for v := range s.held {
		c.best.visits = append(c.best.visits, int32(v))
	}
	c.remember()
	return c
}

// note lists what a step changed.
func (c *chain) note() {
	j, b := &c.s.undo, &c.best
	for i := range j.routes[:j.used] {
		if r := j.routes[i].index; !b.isOld[r] {
			b.isOld[r] = true
			b.routes = append(b.routes, r)
		}
	}
	for i := range j.visits {
		b.visits = append(b.visits, j.visits[i].index)
	}
	if len(b.visits) > 4*len(b.held)+64 {
		b.visits = b.visits[:0]
		for v := range b.held {
			b.visits = append(b.visits, int32(v))
		}
	}
}

// remember makes the present solution the best one.
func (c *chain) remember() {
	b, s := &c.best, c.s
	b.score, b.absent = s.score(), s.absent
	for _, r := range b.routes {
		b.isOld[r] = false
		b.nodes[r] = b.nodes[r][:0]
		for _, st := range s.routes[r].stops {
			b.nodes[r] = append(b.nodes[r], st.node)
		}
		b.nodes[r] = append(b.nodes[r], s.routes[r].calls...)
	}
	for _, v := range b.visits {
		b.held[v] = s.held[v]
	}
	b.routes, b.visits = b.routes[:0], b.visits[:0]
}

// restore makes a remembered solution of the same model the present one.
func (c *chain) restore(b *snapshot) {
	s := c.s
	for v := range s.held {
		if s.held[v].day != None && !s.m.visits[v].pinned {
			s.remove(int32(v))
		}
	}
	for v := range s.held {
		if b.held[v].day != None && !s.m.visits[v].pinned {
			s.enter(int32(v), b.held[v])
		}
	}
	for r, nodes := range b.nodes {
		for i, n := range nodes {
			if s.at[n] == None {
				s.insert(int32(r), i, n)
			}
		}
	}
	s.settle()
	s.broken = false
}

// adopt makes another chain's best solution this one's present and best.
func (c *chain) adopt(other *chain) {
	c.restore(&other.best)
	c.best.routes, c.best.visits = c.best.routes[:0], c.best.visits[:0]
	for r := range c.s.routes {
		c.best.isOld[r] = true
		c.best.routes = append(c.best.routes, int32(r))
	}
	for v := range c.s.held {
		c.best.visits = append(c.best.visits, int32(v))
	}
	c.remember()
}

// scale sets temperature and penalty from the solution at hand: heat is the
// mean size of the change that a step proposes, the penalty makes up for what a
// visit costs.
func (c *chain) scale() {
	s := c.s
	cost := max(1, float64(s.total.Total())/float64(max(1, len(s.held)-s.absent)))
	least := int64(math.MaxInt64)
	for i := range s.m.p.Visits {
		least = min(least, s.m.p.Visits[i].Unplanned)
	}
	c.penalty = 10 * cost / float64(max(1, least))
	c.heat = max(1, c.probe(cost))
}

// probe tries some steps, takes them back, and returns the mean change of the
// soft cost in those that plan as many visits as before.
func (c *chain) probe(otherwise float64) float64 {
	s := c.s
	if len(s.ruin.movable) == 0 {
		return otherwise
	}
	sum, n := int64(0), 0
	for range min(probes, len(s.held)) {
		before, absent := s.total.Total(), s.absent
		s.begin()
		s.tear()
		s.recreate()
		if s.absent == absent && !s.broken {
			sum += abs(s.total.Total() - before)
			n++
		}
		s.rollback()
	}
	if n == 0 || sum == 0 {
		return otherwise
	}
	return float64(sum) / float64(n)
}

func (c *chain) energy() float64 {
	return float64(c.s.total.Total()) + c.penalty*float64(c.s.medium)
}

// run walks until the budget ends. The share of the budget that is used sets
// the temperature.
func (c *chain) run(b *budget) {
	s := c.s
	if len(s.ruin.movable) == 0 {
		return
	}
	b.resume()
	for b.left(c.iterations) {
		c.iterations++
		temperature := c.heat * b.temperature
		before := c.energy()
		s.begin()
		s.tear()
		s.recreate()
		if s.broken || c.energy() > before+temperature*s.rng.exponential() {
			s.rollback()
			continue
		}
		c.note()
		s.commit()
		if debugCheck != nil {
			debugCheck(s)
		}
		if s.score().Less(c.best.score) {
			c.remember()
			b.better(c)
		}
	}
}
