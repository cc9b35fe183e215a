package assign

import (
	"cmp"
	"context"
	"slices"
)

const (
	// gatherTries limits the exchanges that Gather tries, so that it is as
	// repeatable as a search by iterations.
	gatherTries = 1_000_000
	// gatherReach is how many of a location's candidates, the cheapest first, are
	// asked for an exchange.
	gatherReach = 8
)

// Gather improves a solution as long as the whole soft score falls, ties
// included: it gives people's scattered districts, and locations with a partner
// of their own, to others – one by one, a district at a time, or in exchange –
// and of everybody else single locations, so that no other candidate for a
// location alone is better. No rule is broken, nobody's pin moved and nothing
// left unassigned that had somebody. It is deterministic but for the context,
// and returns the solution itself where nothing can be gained.
func Gather(ctx context.Context, p *Problem, staff []int) []int {
	if p.Ties == nil {
		plain := *p
		plain.Ties = &Ties{}
		p = &plain
	}
	g := newGatherer(p, staff)
	for improved := true; improved; {
		improved = false
		for i := range p.Staff {
			if ctx.Err() != nil || g.tries <= 0 {
				return g.staff
			}
			if g.singles(i) || g.book.charge(i).total() > 0 && g.relieve(i) {
				improved = true
			}
		}
	}
	return g.staff
}

// gatherer is a solution that is being improved.
type gatherer struct {
	p       *Problem
	limits  *model
	book    *tieBook
	staff   []int
	loads   []int64
	counts  []int
	groups  []int64
	changes int
	pairs   map[[2]int]int // (staff, district): number of locations
	of      [][]int        // locations by staff, ascending
	near    [][]int        // candidates of each location, the cheapest first
	tries   int
}

func newGatherer(p *Problem, staff []int) *gatherer {
	l := newLedger(p, staff)
	g := &gatherer{
		p: p, limits: l.limits, book: newTieBook(p, staff), staff: slices.Clone(staff),
		loads: l.loads, counts: l.counts, groups: l.groups, changes: l.changes, pairs: l.pairs,
		of: make([][]int, len(p.Staff)), near: make([][]int, len(p.Locations)), tries: gatherTries,
	}
	for j, i := range staff {
		if i != None {
			g.of[i] = append(g.of[i], j)
		}
		list := slices.SortedStableFunc(slices.Values(p.Locations[j].Candidates), func(a, b Candidate) int {
			return cmp.Compare(a.Cost+a.Coupled, b.Cost+b.Coupled)
		})
		for _, c := range list {
			g.near[j] = append(g.near[j], c.Staff)
		}
	}
	return g
}

// shift is one location that goes to another person.
type shift struct{ location, to int }

// relieve looks for an exchange that lowers the score and the ties of person i.
func (g *gatherer) relieve(i int) bool {
	return g.bundles(i) || g.bridges(i) || g.swaps(i)
}

// bundles gives all locations of person i in a district, or with a partner, to
// somebody else.
func (g *gatherer) bundles(i int) bool {
	for _, d := range sortedKeys(g.book.districts[i]) {
		if g.giveAway(g.within(i, d)) {
			return true
		}
	}
	for _, q := range sortedKeys(g.book.partners[i]) {
		if g.giveAway(g.with(i, q)) {
			return true
		}
	}
	return false
}

// giveAway gives some locations of one person to another who may have them all.
func (g *gatherer) giveAway(locations []int) bool {
	if len(locations) == 0 {
		return false
	}
	for _, t := range g.near[locations[0]] {
		if t != g.staff[locations[0]] && g.try(shiftsTo(locations, t)) {
			return true
		}
	}
	return false
}

// bridges gives person i what others serve in a district next to its own.
func (g *gatherer) bridges(i int) bool {
	if g.book.Scattered == 0 {
		return false
	}
	for _, d := range sortedKeys(g.book.districts[i]) {
		for _, b := range g.book.Borders[d] {
			if g.book.districts[i][b] > 0 {
				continue
			}
			for t := range g.p.Staff {
				if t != i && g.book.districts[t][b] > 0 && g.try(shiftsTo(g.within(t, b), i)) {
					return true
				}
			}
		}
	}
	return false
}

// singles gives one location of person i away.
func (g *gatherer) singles(i int) bool {
	for _, j := range slices.Clone(g.of[i]) {
		for _, t := range g.near[j] {
			if t != i && g.try([]shift{{j, t}}) {
				return true
			}
		}
	}
	return false
}

// swaps gives one location of person i away in exchange for one in a district or
// with a partner that the person keeps.
func (g *gatherer) swaps(i int) bool {
	for _, j := range slices.Clone(g.of[i]) {
		for _, t := range g.near[j][:min(len(g.near[j]), gatherReach)] {
			if t == i {
				continue
			}
			for _, k := range g.of[t] {
				if g.fits(i, k) && g.try([]shift{{j, t}, {k, i}}) {
					return true
				}
			}
		}
	}
	return false
}

// fits reports whether a location lies in a district, or has a partner, that
// person i has already.
func (g *gatherer) fits(i, k int) bool {
	return g.book.districts[i][g.p.Locations[k].District] > 0 ||
		slices.ContainsFunc(g.partnersOf(k), func(q int) bool { return g.book.partners[i][q] > 0 })
}

func (g *gatherer) partnersOf(j int) []int {
	if g.book.Pair == 0 {
		return nil
	}
	return g.book.Partners[j]
}

func (g *gatherer) within(i, district int) []int {
	return slices.DeleteFunc(slices.Clone(g.of[i]), func(j int) bool { return g.p.Locations[j].District != district })
}

func (g *gatherer) with(i, partner int) []int {
	return slices.DeleteFunc(slices.Clone(g.of[i]), func(j int) bool { return !slices.Contains(g.partnersOf(j), partner) })
}

func shiftsTo(locations []int, to int) []shift {
	out := make([]shift, len(locations))
	for k, j := range locations {
		out[k] = shift{j, to}
	}
	return out
}

func sortedKeys(counts map[int]int) []int {
	out := make([]int, 0, len(counts))
	for k := range counts {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// try makes some shifts if they break no rule and lower the score, else none.
func (g *gatherer) try(shifts []shift) bool {
	g.tries--
	for _, s := range shifts {
		l := &g.p.Locations[s.location]
		if _, ok := l.candidate(s.to); !ok || l.Pinned != None {
			return false
		}
	}
	var delta int64
	back := make([]shift, len(shifts))
	for k, s := range shifts {
		back[len(shifts)-1-k] = shift{s.location, g.staff[s.location]}
		delta += g.apply(s)
	}
	if delta < 0 && g.allowed(shifts, back) {
		return true
	}
	for _, s := range back {
		g.apply(s)
	}
	return false
}

// allowed reports whether the people concerned keep their limits.
func (g *gatherer) allowed(shifts, back []shift) bool {
	for _, s := range slices.Concat(shifts, back) {
		i := s.to
		if g.loads[i] > g.limits.capacity[i] || g.counts[i] > int(g.limits.maxCount[i]) {
			return false
		}
		for _, k := range g.limits.groupsOf[i] {
			if g.groups[k] > g.limits.groupLimit[k] {
				return false
			}
		}
	}
	return g.changes <= int(g.limits.maxChanges)
}

// apply makes one shift and returns by how much the soft score grows.
func (g *gatherer) apply(s shift) int64 {
	from := g.staff[s.location]
	delta := g.book.shift(s.location, from, s.to).total()
	delta += g.put(s.location, from, -1) + g.put(s.location, s.to, 1)
	g.staff[s.location] = s.to
	return delta
}

// put enters a location for a person, or with −1 takes it out, and returns by
// how much the soft score without ties grows.
func (g *gatherer) put(j, i, by int) int64 {
	l := &g.p.Locations[j]
	c, _ := l.candidate(i)
	sign := int64(by)
	delta := sign * (c.Cost + c.Coupled)
	if l.changes(i) {
		g.changes += by
		delta += sign * l.Change
	}
	if key := [2]int{i, l.District}; l.District != None {
		if before := g.pairs[key]; before == 0 || before+by == 0 {
			delta += sign * g.p.OpenDistrict
		}
		g.pairs[key] += by
	}
	before := BalanceCharge(g.p.Balance, g.p.Staff[i].norm(), g.loads[i])
	g.loads[i] += sign * c.Load
	g.counts[i] += by
	for _, k := range g.limits.groupsOf[i] {
		g.groups[k] += sign * c.Load
	}
	g.book.count(j, i, by)
	if at, has := slices.BinarySearch(g.of[i], j); by > 0 && !has {
		g.of[i] = slices.Insert(g.of[i], at, j)
	} else if by < 0 && has {
		g.of[i] = slices.Delete(g.of[i], at, at+1)
	}
	return delta + BalanceCharge(g.p.Balance, g.p.Staff[i].norm(), g.loads[i]) - before
}
