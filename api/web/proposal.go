package web

import (
	"cmp"
	"slices"

	"github.com/wijkplanner/wijkplanner/planner"
)

// ProposalView is what the assignment of a role amounts to.
type ProposalView struct {
	// Changed locations go to somebody else; Before and After are the travel in
	// minutes a year to the Compared locations that somebody has today and then.
	Changed, Compared int
	Before, After     int64
	// Cost and Bound are in minutes; Scores take the cost apart, and name what is
	// beside it.
	Cost, Bound float64
	Scores      []ScoreRow
	Shortages   []ShortageRow
	// Why says of each location why it has its person, those that change hands
	// first.
	Why List[WhyRow]
}

// ScoreRow is what one constraint costs, in minutes; Apart says that the bound is
// not about it.
type ScoreRow struct {
	What    planner.Text
	Minutes float64
	Apart   bool
}

// ShortageRow is the work of a district that nobody has, in full-time people.
type ShortageRow struct {
	District  string
	Locations int
	FTE       float64
}

// WhyRow is the reason of one assignment: what it costs in minutes, who came
// second and by how much, and what it would be with who had it before.
type WhyRow struct {
	Location, Person string
	Minutes          float64
	Next, Former     string
	NextBy, FormerBy float64
	// Forbidden says that a rule keeps the former person from having it.
	Changed, Forbidden bool
}

// proposal makes the view of a role's primaries.
func (f *facts) proposal(r *planner.RoleResult, limit int) ProposalView {
	out := ProposalView{
		Changed: r.Changed, Compared: r.Travel.Locations, Before: r.Travel.Before, After: r.Travel.After,
		Cost: float64(r.Cost) / 100, Bound: float64(r.Bound) / 100,
	}
	said := map[string]planner.Text{}
	for _, c := range planner.SoftConstraints(planner.Who) {
		said[c.Name] = c.Sentence
	}
	for _, a := range r.Constraints {
		if a.Value != 0 {
			out.Scores = append(out.Scores, ScoreRow{named(said[a.Constraint], a.Constraint), float64(a.Value) / 100, planner.Apart(a.Constraint)})
		}
	}
	for _, s := range r.Shortages {
		out.Shortages = append(out.Shortages, ShortageRow{f.districtName(s.District), s.Locations, float64(s.FTE) / 100})
	}
	out.Why = limited(f.reasons(r.Role), limit)
	return out
}

// reasons lists the reasons of a role's primaries.
func (f *facts) reasons(role string) []WhyRow {
	var rows []WhyRow
	for i := range f.plan.Assignments {
		a := &f.plan.Assignments[i]
		if a.Role != role || a.Kind != planner.Primary || a.Staff == "" {
			continue
		}
		row := WhyRow{
			Location: f.locationName(a.Location), Person: f.staffName(a.Staff), Minutes: float64(a.Reason.Total()) / 100,
			Changed: a.Changed, NextBy: float64(a.Reason.Difference) / 100,
		}
		if a.Reason.RunnerUp != "" {
			row.Next = f.staffName(a.Reason.RunnerUp)
		}
		if former := a.Reason.Former; former != nil {
			row.Former, row.FormerBy, row.Forbidden = f.staffName(former.Staff), float64(former.Difference)/100, len(former.Blocked) > 0
		}
		rows = append(rows, row)
	}
	slices.SortStableFunc(rows, func(a, b WhyRow) int {
		if a.Changed != b.Changed {
			if a.Changed {
				return -1
			}
			return 1
		}
		return cmp.Compare(a.Location, b.Location)
	})
	return rows
}
