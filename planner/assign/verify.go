package assign

import (
	"fmt"
	"math/big"
	"slices"
)

// FaultKind names what Verify found wrong.
type FaultKind string

// The kinds of fault.
const (
	FaultShape      FaultKind = "shape"       // a list of the wrong length, an unknown index
	FaultCandidate  FaultKind = "candidate"   // served by somebody who may not
	FaultPin        FaultKind = "pin"         // a pin is not kept
	FaultCapacity   FaultKind = "capacity"    // more load than the capacity
	FaultLocations  FaultKind = "locations"   // more locations than the ceiling
	FaultGroup      FaultKind = "group"       // more load than a group's limit
	FaultChanges    FaultKind = "changes"     // more changes than the budget
	FaultLoad       FaultKind = "load"        // a reported load is wrong
	FaultAmount     FaultKind = "amount"      // a reported amount is wrong
	FaultScore      FaultKind = "score"       // the reported score is wrong
	FaultBound      FaultKind = "bound"       // the multipliers do not prove the bound
	FaultBoundAbove FaultKind = "bound-above" // the bound exceeds the cost it bounds
)

// Fault is one thing wrong with a result. Indices that do not apply are None.
type Fault struct {
	Kind     FaultKind
	Location int
	Staff    int
	Group    int
	// Amount names the amount or score level that is wrong, if one is.
	Amount string
	// Have is what the result has or says, Want what it should be, or may be
	// at most.
	Have, Want int64
	Message    string
}

// String returns the message.
func (f Fault) String() string { return f.Message }

// Verify proves a result again from the problem alone: every hard rule, every
// sum, and the bound from its multipliers. It shares no code with the search,
// Evaluate and LowerBound. A limit may be passed only by what pins and base
// loads force: a person above the capacity has nothing but pinned locations.
// It returns all faults, none for a sound result.
func Verify(p *Problem, r *Result) []Fault {
	c := &checker{p: p, r: r}
	if !c.shape() {
		return c.faults
	}
	c.tally()
	c.limits()
	c.sums()
	c.bound()
	return c.faults
}

// checker gathers the sums and the faults of one verification.
type checker struct {
	p      *Problem
	r      *Result
	faults []Fault

	loads, forcedLoads       []int64 // by staff; forced: base and pins alone
	counts, forcedCounts     []int
	changes, forcedChanges   int
	districts                map[int]map[int]bool // by staff: districts served
	amounts                  Amounts
	medium, hard             int64
	groupLoads, groupsForced []int64
}

func (c *checker) fault(f Fault, format string, args ...any) {
	f.Message = fmt.Sprintf(format, args...)
	c.faults = append(c.faults, f)
}

// about returns a fault of a kind without any index.
func about(kind FaultKind) Fault { return Fault{Kind: kind, Location: None, Staff: None, Group: None} }

// shape checks lengths and indices, without which nothing else can be checked.
func (c *checker) shape() bool {
	if have, want := len(c.r.Staff), len(c.p.Locations); have != want {
		f := about(FaultShape)
		f.Have, f.Want = int64(have), int64(want)
		c.fault(f, "the result has %d locations, the problem %d", have, want)
		return false
	}
	for j, i := range c.r.Staff {
		if i < None || i >= len(c.p.Staff) {
			f := about(FaultShape)
			f.Location, f.Staff = j, i
			c.fault(f, "location %d: staff %d is unknown", j, i)
		}
	}
	return len(c.faults) == 0
}

// tally adds everything up and checks candidates and pins on the way.
func (c *checker) tally() {
	m := len(c.p.Staff)
	c.loads, c.forcedLoads = make([]int64, m), make([]int64, m)
	c.counts, c.forcedCounts = make([]int, m), make([]int, m)
	c.districts = make(map[int]map[int]bool)
	for i, s := range c.p.Staff {
		c.loads[i], c.forcedLoads[i] = s.Base, s.Base
	}
	for j, l := range c.p.Locations {
		i := c.r.Staff[j]
		if l.Pinned >= 0 {
			c.force(l)
			if i != l.Pinned {
				f := about(FaultPin)
				f.Location, f.Staff = j, i
				c.hard++
				c.fault(f, "location %d is pinned to staff %d but goes to %d", j, l.Pinned, i)
			}
		}
		if i < 0 {
			c.medium += l.Unassigned
			continue
		}
		c.serve(j, i)
	}
	for i, s := range c.p.Staff {
		c.amounts.Balance += verifyCharge(c.p.Balance, s, c.loads[i])
	}
	if c.p.Ties != nil {
		c.tie(c.p.Ties)
	}
	for _, g := range c.p.Groups {
		var load, forced int64
		for _, i := range g.Staff {
			load += c.loads[i]
			forced += c.forcedLoads[i]
		}
		c.groupLoads = append(c.groupLoads, load)
		c.groupsForced = append(c.groupsForced, forced)
	}
}

// offer looks a person up in a location's list, entry by entry.
func offer(l Location, i int) (Candidate, bool) {
	for _, c := range l.Candidates {
		if c.Staff == i {
			return c, true
		}
	}
	return Candidate{}, false
}

// force adds a pin to what is forced.
func (c *checker) force(l Location) {
	entry, _ := offer(l, l.Pinned)
	c.forcedLoads[l.Pinned] += entry.Load
	c.forcedCounts[l.Pinned]++
	if l.Current >= 0 && l.Current != l.Pinned {
		c.forcedChanges++
	}
}

// serve adds location j, served by person i.
func (c *checker) serve(j, i int) {
	l := c.p.Locations[j]
	entry, listed := offer(l, i)
	if !listed {
		c.hard++
		if l.Pinned != i {
			f := about(FaultCandidate)
			f.Location, f.Staff = j, i
			c.fault(f, "location %d: staff %d is no candidate", j, i)
		}
	}
	c.loads[i] += entry.Load
	c.counts[i]++
	c.amounts.Travel += entry.Cost
	c.amounts.Coupled += entry.Coupled
	if l.Current >= 0 && l.Current != i {
		c.changes++
		c.amounts.Change += l.Change
	}
	if l.District < 0 || c.districts[i][l.District] {
		return
	}
	if c.districts[i] == nil {
		c.districts[i] = make(map[int]bool)
	}
	c.districts[i][l.District] = true
	c.amounts.District += c.p.OpenDistrict
}

// limit checks one limit: broken counts for the score, but is a fault only
// beyond what is forced.
func (c *checker) limit(f Fault, have, limit, forced int64, what string) {
	if have > limit {
		c.hard++
	}
	if allowed := max(limit, forced); have > allowed {
		f.Have, f.Want = have, allowed
		c.fault(f, "%s: %d, at most %d", what, have, allowed)
	}
}

func (c *checker) limits() {
	for i, s := range c.p.Staff {
		f := about(FaultCapacity)
		f.Staff = i
		c.limit(f, c.loads[i], s.Capacity, c.forcedLoads[i], fmt.Sprintf("load of staff %d", i))
		if s.MaxLocations > 0 {
			f.Kind = FaultLocations
			c.limit(f, int64(c.counts[i]), int64(s.MaxLocations), int64(c.forcedCounts[i]),
				fmt.Sprintf("locations of staff %d", i))
		}
	}
	for g, group := range c.p.Groups {
		f := about(FaultGroup)
		f.Group = g
		c.limit(f, c.groupLoads[g], group.Limit, c.groupsForced[g], fmt.Sprintf("load of group %d", g))
	}
	if c.p.MaxChanges >= 0 {
		c.limit(about(FaultChanges), int64(c.changes), int64(c.p.MaxChanges), int64(c.forcedChanges), "changes")
	}
}

// sums compares what the result says with what was added up.
func (c *checker) sums() {
	a, b := c.r.Amounts, c.amounts
	for _, x := range []struct {
		kind       FaultKind
		name       string
		have, want int64
	}{
		{FaultAmount, "travel", a.Travel, b.Travel},
		{FaultAmount, "coupled", a.Coupled, b.Coupled},
		{FaultAmount, "district", a.District, b.District},
		{FaultAmount, "change", a.Change, b.Change},
		{FaultAmount, "balance", a.Balance, b.Balance},
		{FaultAmount, "scattered", a.Scattered, b.Scattered},
		{FaultAmount, "pair", a.Pair, b.Pair},
		{FaultScore, "hard", c.r.Score.Hard, c.hard},
		{FaultScore, "medium", c.r.Score.Medium, c.medium},
		{FaultScore, "soft", c.r.Score.Soft, b.Travel + b.Coupled + b.District + b.Change + b.Balance + b.Scattered + b.Pair},
	} {
		if x.have != x.want {
			f := about(x.kind)
			f.Amount, f.Have, f.Want = x.name, x.have, x.want
			c.fault(f, "%s %s is %d, the sum is %d", x.name, x.kind, x.have, x.want)
		}
	}
	if !slices.Equal(c.r.Loads, c.loads) {
		for i, want := range c.loads {
			f := about(FaultLoad)
			f.Staff, f.Want = i, want
			if i < len(c.r.Loads) {
				f.Have = c.r.Loads[i]
			}
			if f.Have != want || i >= len(c.r.Loads) {
				c.fault(f, "load of staff %d is reported as %d, the sum is %d", i, f.Have, want)
			}
		}
	}
}

// verifyCharge computes the balance charge by its definition, in big integers.
func verifyCharge(weight int64, s Staff, load int64) int64 {
	norm := s.Norm
	if norm == 0 {
		norm = s.Capacity
	}
	if weight <= 0 || norm <= 0 || load <= 0 {
		return 0
	}
	ratio := new(big.Int).Lsh(big.NewInt(load), 20)
	ratio.Div(ratio, big.NewInt(norm))
	if most := big.NewInt(1 << 30); ratio.Cmp(most) > 0 {
		ratio = most
	}
	square := new(big.Int).Mul(ratio, ratio)
	square.Rsh(square, 20)
	charge := new(big.Int).Mul(square, square)
	charge.Rsh(charge, 20)
	charge.Mul(charge, big.NewInt(weight)).Mul(charge, big.NewInt(norm)).Rsh(charge, 20)
	if most := big.NewInt(1 << 50); charge.Cmp(most) > 0 {
		return 1 << 50
	}
	return charge.Int64()
}
