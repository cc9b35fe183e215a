package assign

import "slices"

// Evaluate computes a solution's score, its amounts and each person's load
// (Base included) from the problem alone. It accepts any solution, also one
// that breaks rules: Score.Hard counts one for each person over Capacity, for
// each person over MaxLocations, for each group over its limit, for each
// location served by somebody who is no candidate, for each pin not kept and,
// when passed, one for the change budget.
//
// A person who is pinned without being a candidate costs and weighs nothing
// there: list the person as a candidate to give the pin its cost and load.
func Evaluate(p *Problem, staff []int) (Score, Amounts, []int64) {
	var score Score
	var a Amounts
	loads := make([]int64, len(p.Staff))
	counts := make([]int, len(p.Staff))
	for i := range p.Staff {
		loads[i] = p.Staff[i].Base
	}
	opened := make([]bool, len(p.Staff)*p.Districts) // by staff and district
	changes := 0
	for j := range p.Locations {
		l, i := &p.Locations[j], staff[j]
		if l.Pinned != None && i != l.Pinned {
			score.Hard++
		}
		if i == None {
			score.Medium += l.Unassigned
			continue
		}
		c, ok := l.candidate(i)
		if !ok {
			score.Hard++
		}
		counts[i]++
		loads[i] += c.Load
		a.Travel += c.Cost
		a.Coupled += c.Coupled
		if l.changes(i) {
			changes++
			a.Change += l.Change
		}
		if l.District != None && !opened[i*p.Districts+l.District] {
			opened[i*p.Districts+l.District] = true
			a.District += p.OpenDistrict
		}
	}
	for i := range p.Staff {
		a.Balance += BalanceCharge(p.Balance, p.Staff[i].norm(), loads[i])
	}
	newTieBook(p, staff).total().addTo(&a)
	score.Hard += brokenLimits(p, loads, counts, changes)
	score.Soft = a.Total()
	return score, a, loads
}

// brokenLimits counts the limits that loads, numbers of locations and changes
// pass.
func brokenLimits(p *Problem, loads []int64, counts []int, changes int) int64 {
	var broken int64
	for i := range p.Staff {
		s := &p.Staff[i]
		if loads[i] > s.Capacity {
			broken++
		}
		if s.MaxLocations > 0 && counts[i] > s.MaxLocations {
			broken++
		}
	}
	for _, g := range p.Groups {
		var sum int64
		for _, i := range g.Staff {
			sum += loads[i]
		}
		if sum > g.Limit {
			broken++
		}
	}
	if p.MaxChanges >= 0 && changes > p.MaxChanges {
		broken++
	}
	return broken
}

// candidate returns the entry of person i in the list, and whether there is one.
func (l *Location) candidate(i int) (Candidate, bool) {
	k, ok := slices.BinarySearchFunc(l.Candidates, i, func(c Candidate, i int) int { return c.Staff - i })
	if !ok {
		return Candidate{Staff: i}, false
	}
	return l.Candidates[k], true
}

// changes reports whether person i would be another than today's.
func (l *Location) changes(i int) bool {
	return l.Current != None && i != None && i != l.Current
}
