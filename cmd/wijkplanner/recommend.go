package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/alecthomas/kong"

	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/files"
)

type recommendCommand struct {
	Dir      string `arg:"" type:"existingdir" help:"Input folder (docs/input.md)."`
	Location string `required:"" help:"Id of the location that wants somebody."`
	Role     string `required:"" help:"Id of the role."`
	Kind     string `help:"Whom to look for: ${enum}." enum:"primary,backup" default:"primary"`
	Plan     string `type:"existingdir" help:"Plan folder to start from (default who serves what when the year begins)."`
	Year     int    `help:"Year (default the plan's, else next year)."`
}

// Validate refuses a year that nobody plans.
func (c *recommendCommand) Validate(ctx *kong.Context) error {
	return errors.Join(yearFaults(c.Year, givenFlags(ctx))...)
}

// Run prints everybody who could have the location, the best first.
func (c *recommendCommand) Run(p *process) error {
	states, err := files.ReadFolder(c.Dir)
	if err != nil {
		return err
	}
	year := c.Year
	if year == 0 {
		year = p.now().Year() + 1
	}
	var plan *planner.Plan
	if c.Plan != "" {
		folder, err := planFor(states, c.Plan)
		if err != nil {
			return err
		}
		if plan, err = files.PlanOf(folder); err != nil {
			return err
		}
		if year, err = yearAfter(c.Year, plan.From.Year(), c.Plan); err != nil {
			return err
		}
	}
	r, err := planner.Recommend(stateOf(states, c.Location), plan, year, c.Location, c.Role, planner.AssignmentKind(c.Kind))
	if err != nil {
		return &codeError{exitInput, err}
	}
	return writeRecommendation(p.stdout, r)
}

// stateOf returns the region that a location is in, the first where none has it.
func stateOf(states []*planner.State, location string) *planner.State {
	i := slices.IndexFunc(states, func(s *planner.State) bool {
		return slices.ContainsFunc(s.Locations, func(l planner.Location) bool { return l.ID == location })
	})
	return states[max(0, i)]
}

func writeRecommendation(w io.Writer, r *planner.Recommendation) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s as %s, %s; differences in minutes with now\n", strings.Join(r.Locations, ", "), r.Role, r.Kind)
	t := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "rank\tstaff_id\tdifference\tload\t\tbecause")
	for i, c := range r.Ranking {
		fmt.Fprintf(t, "%d\t%s\t%s\t%d of %d\t%s\t%s\n", i+1, c.Staff,
			planner.FormatDifference(c.Difference.Soft), c.Load, c.Capacity, share(c.Load, c.Capacity), because(&c))
	}
	for _, x := range r.Excluded {
		fmt.Fprintf(t, "–\t%s\t\t\t\tno candidate: %s\n", x.Staff, x.Why)
	}
	_ = t.Flush() // a builder takes everything
	_, err := io.WriteString(w, b.String())
	return err
}

// because says what a candidate's difference is made of, or what forbids it.
func because(c *planner.Ranked) string {
	var parts []string
	switch {
	case c.Serves:
		parts = append(parts, "has it now")
	case len(c.Blocked) > 0:
		parts = append(parts, "blocked "+strings.Join(c.Blocked, "|"))
	}
	if c.StandsIn {
		parts = append(parts, "is the backup there")
	}
	for _, a := range c.Amounts {
		if a.Value != 0 {
			parts = append(parts, a.Constraint+" "+planner.FormatDifference(a.Value))
		}
	}
	return strings.Join(parts, ", ")
}

func share(load, capacity int64) string {
	if capacity <= 0 {
		return "–"
	}
	return fmt.Sprintf("%.1f %%", 100*float64(load)/float64(capacity))
}
