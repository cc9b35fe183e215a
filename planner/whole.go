package planner

import (
	"context"
	"slices"

	"github.com/wijkplanner/wijkplanner/planner/assign"
)

// The search counts items. Where these are districts, the ceilings and the change
// budget ask for their locations to be counted: a plan that passes one is sought
// again with fewer districts allowed, until it keeps them all. The first,
// looser problem is a relaxation, so that its multipliers prove the bound.

// solveWhole solves the problem of a role that gives out whole districts.
func (f *formulation) solveWhole(ctx context.Context, p *roleProblem, o assign.Options) (*assign.Result, error) {
	first, err := solveRole(ctx, p, o)
	if err != nil {
		return nil, err
	}
	o.Seconds, o.Progress = o.Seconds/4, nil
	r := first
	p.tight = tightened(p.Problem)
	for f.tighten(p, r.Staff) {
		used := r.Iterations
		r = assign.Solve(ctx, p.tight, o)
		r.Iterations += used
	}
	unassigned := make([]bool, len(r.Staff))
	for k, s := range r.Staff {
		unassigned[k] = s == assign.None
	}
	r.Multipliers = first.Multipliers
	r.Bound = assign.LowerBound(p.Problem, unassigned, r.Multipliers)
	r.Score, r.Amounts, r.Loads = assign.Evaluate(p.Problem, r.Staff)
	return r, p.prove(r)
}

// tightened returns a copy of a problem whose limits can be lowered.
func tightened(p *assign.Problem) *assign.Problem {
	out := *p
	out.Staff, out.Locations = slices.Clone(p.Staff), slices.Clone(p.Locations)
	return &out
}

// tighten lowers the limits of which a solution passes the like in locations, and
// reports whether there was one.
func (f *formulation) tighten(p *roleProblem, staff []int) bool {
	changed, over := f.locationsOver(p, staff)
	for i, passes := range over {
		if !passes {
			continue
		}
		districts := 0
		for _, s := range staff {
			if s == i {
				districts++
			}
		}
		p.tight.Staff[i].MaxLocations = max(1, districts-1)
	}
	if changed {
		p.tight.MaxChanges = max(0, changedItems(p.Problem, staff)-1)
	}
	return changed || slices.Contains(over, true)
}

// changedItems counts the items that go to another person than today's.
func changedItems(p *assign.Problem, staff []int) int {
	n := 0
	for k, s := range staff {
		if today := p.Locations[k].Current; today != assign.None && s != assign.None && s != today {
			n++
		}
	}
	return n
}

// locationsOver reports whether a solution passes the change budget in
// locations, and who passes a ceiling, with more than pins ask for. What is
// pinned, and districts that several people have today, change in any case: they
// use up the budget, and may pass it.
func (f *formulation) locationsOver(p *roleProblem, staff []int) (changed bool, over []bool) {
	count, free, forced := make([]int, len(p.staff)), make([]bool, len(p.staff)), 0
	chosen := 0
	for k, s := range staff {
		if s == assign.None {
			continue
		}
		it, l := p.items[k], &p.Locations[k]
		count[s] += len(it.locations)
		free[s] = free[s] || l.Pinned == assign.None
		n := f.changesOf(p, it, s)
		if today, _ := f.today(p, it); l.Pinned != assign.None || len(today) > 1 {
			forced += n
		} else {
			chosen += n
		}
	}
	over = make([]bool, len(p.staff))
	for i := range over {
		over[i] = p.Staff[i].MaxLocations > 0 && count[i] > p.Staff[i].MaxLocations && free[i]
	}
	return p.budget >= 0 && chosen > max(0, p.budget-forced), over
}

// changesOf counts the locations of an item that go to another person of the role
// than had them.
func (f *formulation) changesOf(p *roleProblem, it item, s int) int {
	n := 0
	for _, l := range it.locations {
		if had := f.current(p, l); had != assign.None && had != s {
			n++
		}
	}
	return n
}
