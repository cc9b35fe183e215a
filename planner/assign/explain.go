package assign

import (
	"math/bits"
	"slices"
)

// Rule names a hard rule that keeps somebody from serving a location.
type Rule string

// The rules that can block a candidate.
const (
	RulePin       Rule = "pin"       // the location is pinned to somebody else
	RuleCapacity  Rule = "capacity"  // Missing: load units short
	RuleLocations Rule = "locations" // Missing: locations too many
	RuleGroup     Rule = "group"     // Missing: load units short in Group
	RuleChanges   Rule = "changes"   // Missing: changes too many
)

// Block is one rule that keeps one person from serving a location, and by how
// much: the smallest change of that limit alone that would lift it.
type Block struct {
	Staff   int
	Rule    Rule
	Group   int // for RuleGroup, else None
	Missing int64
}

// Alternative is somebody else for one location, all others staying as they
// are.
type Alternative struct {
	Staff int
	// Difference is score with this person − score now, exactly, level by
	// level; Hard counts the rules in Blocks.
	Difference Score
	// Amounts is the same difference in soft cost by constraint.
	Amounts Amounts
	// Blocks lists the rules that this would break; empty when it is feasible.
	Blocks []Block
}

// Explanation is why one location is served by whom it is.
type Explanation struct {
	Location int
	Staff    int // None for unassigned
	// Amounts is the location's share of the solution's amounts. The balance
	// charge of a person is split over Base and locations in proportion to
	// load, the charge for a district evenly over the person's locations in
	// it, ties fall to the first location that has them; what does not divide goes to the lower location index first, so that
	// the shares of all locations and Rest add up exactly to Score.Soft.
	Amounts Amounts
	// RunnerUp is the best other feasible candidate for this location alone;
	// its Staff is None when there is none.
	RunnerUp Alternative
	// Blocked lists what blocks each candidate who could not take it.
	Blocked []Block
}

// Explain returns the reasons of one location; see Explanations for all.
func Explain(p *Problem, staff []int, location int) Explanation {
	return newLedger(p, staff).explain(location)
}

// Explanations returns the reasons of all locations, by location.
func Explanations(p *Problem, staff []int) []Explanation {
	l := newLedger(p, staff)
	all := make([]Explanation, len(p.Locations))
	for j := range all {
		all[j] = l.explain(j)
	}
	return all
}

// Reasons explains one solution, location by location.
type Reasons struct{ ledger *ledger }

// NewReasons adds up what reasons are made from.
func NewReasons(p *Problem, staff []int) Reasons { return Reasons{newLedger(p, staff)} }

// Explain returns the reasons of one location.
func (r Reasons) Explain(location int) Explanation { return r.ledger.explain(location) }

// Alternative works out what giving one location to a person would change, all
// others staying as they are; false for somebody who is no candidate there, and
// for who serves it.
func (r Reasons) Alternative(location, staff int) (Alternative, bool) {
	c, ok := r.ledger.p.Locations[location].candidate(staff)
	if !ok || r.ledger.staff[location] == staff {
		return Alternative{Staff: None}, false
	}
	return r.ledger.alternative(location, c), true
}

// Rest returns the part of Score.Soft that no location carries: the share of
// each person's balance charge that Base takes.
func Rest(p *Problem, staff []int) int64 {
	l := newLedger(p, staff)
	var rest int64
	for i := range p.Staff {
		rest += split(l.charge(i, l.loads[i]), 0, p.Staff[i].Base, l.loads[i])
	}
	return rest
}

// ledger holds the sums of one solution that reasons are made from.
type ledger struct {
	p       *Problem
	staff   []int
	loads   []int64
	before  []int64 // by location: its person's Base and locations of lower index
	counts  []int
	rank    []int          // by location: how many of its pair have a lower index
	pairs   map[[2]int]int // (staff, district): number of locations
	groups  []int64
	groupOf [][]int // by staff
	changes int
	limits  *model // for limits raised by pins
	book    *tieBook
	ties    []tieCharge // by location: its share
}

func newLedger(p *Problem, staff []int) *ledger {
	l := &ledger{
		p: p, staff: staff, loads: make([]int64, len(p.Staff)), before: make([]int64, len(staff)),
		counts: make([]int, len(p.Staff)), rank: make([]int, len(staff)), pairs: make(map[[2]int]int),
		groupOf: make([][]int, len(p.Staff)), limits: newModel(p),
	}
	for i := range l.loads {
		l.loads[i] = p.Staff[i].Base
	}
	for j, i := range staff {
		if i == None {
			continue
		}
		loc := &p.Locations[j]
		c, _ := loc.candidate(i)
		l.before[j] = l.loads[i]
		l.loads[i] += c.Load
		l.counts[i]++
		if loc.changes(i) {
			l.changes++
		}
		if loc.District != None {
			key := [2]int{i, loc.District}
			l.rank[j] = l.pairs[key]
			l.pairs[key]++
		}
	}
	l.book = newTieBook(p, staff)
	l.ties = l.book.shares(staff)
	for g := range p.Groups {
		var sum int64
		for _, i := range p.Groups[g].Staff {
			sum += l.loads[i]
			l.groupOf[i] = append(l.groupOf[i], g)
		}
		l.groups = append(l.groups, sum)
	}
	return l
}

func (l *ledger) charge(i int, load int64) int64 {
	return BalanceCharge(l.p.Balance, l.p.Staff[i].norm(), load)
}

// split returns the part of amount that falls to units from … to of whole, so
// that adjacent parts add up exactly.
func split(amount, from, to, whole int64) int64 {
	if whole == 0 {
		return 0
	}
	return proportion(amount, to, whole) - proportion(amount, from, whole)
}

// proportion returns amount × part / whole, rounded up.
func proportion(amount, part, whole int64) int64 {
	hi, lo := bits.Mul64(uint64(amount), uint64(part))
	lo, carry := bits.Add64(lo, uint64(whole-1), 0)
	q, _ := bits.Div64(hi+carry, lo, uint64(whole))
	return int64(q)
}

func (l *ledger) explain(j int) Explanation {
	i := l.staff[j]
	e := Explanation{Location: j, Staff: i, Amounts: l.share(j), RunnerUp: Alternative{Staff: None}}
	for _, c := range l.p.Locations[j].Candidates {
		if c.Staff == i {
			continue
		}
		a := l.alternative(j, c)
		if len(a.Blocks) > 0 {
			e.Blocked = append(e.Blocked, a.Blocks...)
		} else if e.RunnerUp.Staff == None || a.Difference.Less(e.RunnerUp.Difference) {
			e.RunnerUp = a
		}
	}
	return e
}

// share returns a location's part of the amounts.
func (l *ledger) share(j int) Amounts {
	i, loc := l.staff[j], &l.p.Locations[j]
	if i == None {
		return Amounts{}
	}
	c, _ := loc.candidate(i)
	a := Amounts{Travel: c.Cost, Coupled: c.Coupled}
	if loc.changes(i) {
		a.Change = loc.Change
	}
	if loc.District != None {
		rank := int64(l.rank[j])
		a.District = split(l.p.OpenDistrict, rank, rank+1, int64(l.pairs[[2]int{i, loc.District}]))
	}
	a.Balance = split(l.charge(i, l.loads[i]), l.before[j], l.before[j]+c.Load, l.loads[i])
	l.ties[j].addTo(&a)
	return a
}

// alternative works out what giving location j to candidate c would change.
func (l *ledger) alternative(j int, c Candidate) Alternative {
	i, loc := l.staff[j], &l.p.Locations[j]
	a := Alternative{Staff: c.Staff, Blocks: l.blocks(j, c)}
	to := c.Staff
	a.Amounts = Amounts{
		Travel: c.Cost, Coupled: c.Coupled,
		Balance: l.charge(to, l.loads[to]+c.Load) - l.charge(to, l.loads[to]),
	}
	if loc.changes(to) {
		a.Amounts.Change = loc.Change
	}
	if loc.District != None && l.pairs[[2]int{to, loc.District}] == 0 {
		a.Amounts.District = l.p.OpenDistrict
	}
	if i == None {
		a.Difference.Medium = -loc.Unassigned
	} else {
		l.leave(j, &a.Amounts)
	}
	l.book.shift(j, i, to).addTo(&a.Amounts)
	a.Difference.Soft = a.Amounts.Total()
	a.Difference.Hard = int64(len(a.Blocks))
	return a
}

// leave subtracts what location j costs where it is now.
func (l *ledger) leave(j int, a *Amounts) {
	i, loc := l.staff[j], &l.p.Locations[j]
	now, _ := loc.candidate(i)
	a.Travel -= now.Cost
	a.Coupled -= now.Coupled
	a.Balance += l.charge(i, l.loads[i]-now.Load) - l.charge(i, l.loads[i])
	if loc.changes(i) {
		a.Change -= loc.Change
	}
	if loc.District != None && l.pairs[[2]int{i, loc.District}] == 1 {
		a.District -= l.p.OpenDistrict
	}
}

// blocks lists the rules that candidate c would break at location j.
func (l *ledger) blocks(j int, c Candidate) []Block {
	var blocks []Block
	i, to, loc, m := l.staff[j], c.Staff, &l.p.Locations[j], l.limits
	block := func(rule Rule, group int, missing int64) {
		if missing > 0 {
			blocks = append(blocks, Block{Staff: to, Rule: rule, Group: group, Missing: missing})
		}
	}
	if loc.Pinned != None && loc.Pinned != to {
		block(RulePin, None, 1)
	}
	block(RuleCapacity, None, l.loads[to]+c.Load-m.capacity[to])
	block(RuleLocations, None, int64(l.counts[to])+1-int64(m.maxCount[to]))
	for _, g := range l.groupOf[to] {
		load := l.groups[g] + c.Load
		if i != None {
			load -= l.leaving(j, g)
		}
		block(RuleGroup, g, load-m.groupLimit[g])
	}
	if loc.changes(to) && !loc.changes(i) {
		block(RuleChanges, None, int64(l.changes)+1-int64(m.maxChanges))
	}
	return blocks
}

// leaving returns the load that group g loses when location j leaves its person.
func (l *ledger) leaving(j, g int) int64 {
	i := l.staff[j]
	if !slices.Contains(l.groupOf[i], g) {
		return 0
	}
	c, _ := l.p.Locations[j].candidate(i)
	return c.Load
}
