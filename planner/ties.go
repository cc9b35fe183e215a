package planner

import (
	"context"
	"slices"

	"github.com/wijkplanner/wijkplanner/planner/assign"
)

// ties returns the charges of a role that couple its locations: work areas in
// one piece, where borders are known, and standing pairs with the people of
// roles that were assigned before. It is nil where there are neither.
func (f *formulation) ties(p *roleProblem, before teams) *assign.Ties {
	out := &assign.Ties{Borders: f.denseBorders()}
	if len(f.neighbours) > 0 {
		out.Scattered = f.weights.Scattered
	}
	partners := make([][]int, len(p.items))
	paired := false
	for i := range f.state.Programme.Roles {
		other := &f.state.Programme.Roles[i]
		team, done := before[other.ID]
		if !done || other.ID == p.role.ID || other.Pair != p.role.ID && p.role.Pair != other.ID {
			continue
		}
		paired = true
		for k, it := range p.items {
			for _, l := range it.locations {
				if s := f.staffIndex(team.primary[l]); s >= 0 && !slices.Contains(partners[k], s) {
					partners[k] = append(partners[k], s)
				}
			}
		}
	}
	if paired {
		out.Pair, out.Partners, out.Self = f.weights.Pair, partners, p.staff
	}
	if out.Scattered == 0 && !paired {
		return nil
	}
	return out
}

// denseBorders holds the neighbours of each district by index, in order.
func (f *formulation) denseBorders() [][]int {
	index := make(map[string]int, len(f.state.Districts))
	for i := range f.state.Districts {
		index[f.state.Districts[i].ID] = i
	}
	out := make([][]int, len(f.state.Districts))
	for i := range f.state.Districts {
		for _, n := range f.neighbours[f.state.Districts[i].ID] {
			if k, known := index[n]; known {
				out[i] = append(out[i], k)
			}
		}
		slices.Sort(out[i])
	}
	return out
}

// gather improves a result by the ties that the search did not know and by what
// a short search left, and has it proved again. The bound stays: it is one for any solution that leaves the
// same unassigned.
func (f *formulation) gather(ctx context.Context, p *roleProblem, r *assign.Result) error {
	if p.tight == nil {
		r.Staff = assign.Gather(ctx, p.Problem, r.Staff)
	} else {
		p.tight.Ties = p.Ties
		staff := assign.Gather(ctx, p.tight, r.Staff)
		if changed, over := f.locationsOver(p, staff); !changed && !slices.Contains(over, true) {
			r.Staff = staff
		}
	}
	r.Score, r.Amounts, r.Loads = assign.Evaluate(p.Problem, r.Staff)
	return p.prove(r)
}
