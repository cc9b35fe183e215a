package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
)

// writeProposals prints what each region's assignment amounts to: how many
// locations have somebody and change hands, the score by constraint with its
// bound, the travel before and after, and what is missing. The loads of people
// are printed where there is one region.
func writeProposals(w io.Writer, states []*planner.State, plans []*planner.Plan) error {
	var b strings.Builder
	for i, p := range plans {
		if len(plans) > 1 {
			fmt.Fprintf(&b, "region %s\n", states[i].Region)
		}
		for k := range p.Roles {
			writeRole(&b, states[i], p, &p.Roles[k], len(plans) == 1)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// awayNotes warns for each region of people who have locations and are away for
// most of what is planned, from a day on.
func awayNotes(states []*planner.State, plans []*planner.Plan, from calendar.Date) ([][]planner.Text, error) {
	out := make([][]planner.Text, len(states))
	for i := range states {
		var err error
		if out[i], err = planner.AwayNotes(states[i], plans[i], from); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// writeNotes prints warnings, one a line.
func writeNotes(w io.Writer, notes [][]planner.Text) error {
	for _, region := range notes {
		for _, note := range region {
			if _, err := fmt.Fprintln(w, "warning:", note.EN); err != nil {
				return err
			}
		}
	}
	return nil
}

func writeRole(b *strings.Builder, s *planner.State, p *planner.Plan, r *planner.RoleResult, loads bool) {
	name := r.Role
	if r.Kind == planner.Backup {
		name += ", backups"
	}
	all, served := locationsOf(p, r)
	fmt.Fprintf(b, "%s: %d of %d locations have somebody, %d change hands", name, served, all, r.Changed)
	if t := r.Travel; t.Locations > 0 {
		fmt.Fprintf(b, ", travel %.1f → %.1f hours a year at the %d served before and after", float64(t.Before)/60, float64(t.After)/60, t.Locations)
	}
	fmt.Fprintf(b, "\n  cost %s minutes, bound %s, gap %.2f %%: %s; besides: %s\n",
		planner.FormatAmount(r.Cost), planner.FormatAmount(r.Bound), 100*r.Gap(),
		amountsText(r.Constraints, false), amountsText(r.Constraints, true))
	for i := range r.Shortages {
		short := &r.Shortages[i]
		fmt.Fprintf(b, "  %s: %s, %d minutes a year\n", short.Sentence(s), plural(short.Locations, "location"), short.Minutes)
	}
	if loads && r.Kind == planner.Primary {
		writeLoads(b, r.Loads)
	}
}

// locationsOf counts the rows of a role and those with somebody.
func locationsOf(p *planner.Plan, r *planner.RoleResult) (all, served int) {
	for i := range p.Assignments {
		a := &p.Assignments[i]
		if a.Role != r.Role || a.Kind != r.Kind {
			continue
		}
		all++
		if a.Staff != "" {
			served++
		}
	}
	return all, served
}

// amountsText lists the amounts that the bound is about, or those apart.
func amountsText(amounts []planner.Amount, apart bool) string {
	var parts []string
	for _, a := range amounts {
		if planner.Apart(a.Constraint) == apart {
			parts = append(parts, a.Constraint+" "+planner.FormatAmount(a.Value))
		}
	}
	return strings.Join(parts, ", ")
}

func writeLoads(b *strings.Builder, loads []planner.Load) {
	t := tabwriter.NewWriter(b, 0, 0, 2, ' ', tabwriter.AlignRight)
	for _, l := range loads {
		fmt.Fprintf(t, "  load %s\t%s\t%d of %d minutes\t%s\t\n", l.Staff, share(l.Load, l.Capacity), l.Load, l.Capacity, plural(l.Locations, "location"))
	}
	_ = t.Flush() // a builder takes everything
}

// shortText sums what all roles are short of primaries, "0.40 FTE short", or
// nothing.
func shortText(plans []*planner.Plan) string {
	var fte int64
	for _, p := range plans {
		for i := range p.Roles {
			if r := &p.Roles[i]; r.Kind == planner.Primary {
				for _, s := range r.Shortages {
					fte += s.FTE
				}
			}
		}
	}
	if fte == 0 {
		return ""
	}
	return ", " + planner.FormatFTE(fte) + " short"
}
