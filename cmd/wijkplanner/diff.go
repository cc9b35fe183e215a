package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/files"
)

type diffCommand struct {
	Old   string `arg:"" type:"existingdir" help:"Plan folder to compare with."`
	New   string `arg:"" type:"existingdir" help:"Plan folder that takes its place."`
	Staff string `help:"Only what concerns this person."`
}

// Run prints for each person what changes between two plans, and why.
func (c *diffCommand) Run(p *process) error {
	was, err := planOf(c.Old)
	if err != nil {
		return err
	}
	is, err := planOf(c.New)
	if err != nil {
		return err
	}
	if !shareLocations(was, is) {
		return &codeError{exitInput, fmt.Errorf("%s and %s have no location in common: they are not plans of one folder", c.Old, c.New)}
	}
	d := planner.Compare(was, is)
	if c.Staff != "" {
		if known := people(was, is); !slices.Contains(known, c.Staff) {
			return &codeError{exitInput, fmt.Errorf("--staff %q: neither plan has this person; want one of %s", c.Staff, strings.Join(known, ", "))}
		}
		d = d.Of(c.Staff)
	}
	return writeDifference(p.stdout, was, is, d, c.Staff)
}

// shareLocations reports whether two plans have a location in common, or one has
// none at all.
func shareLocations(a, b *planner.Plan) bool {
	known := map[string]bool{}
	for i := range a.Assignments {
		known[a.Assignments[i].Location] = true
	}
	return len(known) == 0 || len(b.Assignments) == 0 ||
		slices.ContainsFunc(b.Assignments, func(x planner.Assigned) bool { return known[x.Location] })
}

// people lists everybody in some plans, in ascending order.
func people(plans ...*planner.Plan) []string {
	seen := map[string]bool{}
	for _, p := range plans {
		for i := range p.Assignments {
			seen[p.Assignments[i].Staff] = true
		}
		for i := range p.Visits {
			for _, c := range p.Visits[i].Crew {
				seen[c.Staff] = true
			}
		}
		for i := range p.Roles {
			for _, l := range p.Roles[i].Loads {
				seen[l.Staff] = true
			}
		}
	}
	delete(seen, "")
	return slices.Sorted(maps.Keys(seen))
}

func planOf(dir string) (*planner.Plan, error) {
	folder, err := files.ReadPlan(dir)
	if err != nil {
		return nil, err
	}
	return files.PlanOf(folder)
}

// writeDifference prints a difference by person, and a summary at the end.
func writeDifference(w io.Writer, was, is *planner.Plan, d *planner.PlanDifference, only string) error {
	var b strings.Builder
	for _, staff := range d.Staff() {
		if only == "" || staff == only {
			writePerson(&b, staff, d.Of(staff))
		}
	}
	for i := range is.Roles {
		if r := &is.Roles[i]; only == "" {
			fmt.Fprintf(&b, "%s: cost %s → %s minutes\n", r.Role, planner.FormatAmount(costOf(was, r.Role)), planner.FormatAmount(r.Cost))
		}
	}
	fmt.Fprintf(&b, "%s to somebody else; %s; %s\n", plural(len(d.Assignments), "assignment"),
		countVisits(d.Visits, false, "visit"), countVisits(d.Visits, true, "meeting"))
	_, err := io.WriteString(w, b.String())
	return err
}

// countVisits counts the changes of visits, or of meetings, by kind.
func countVisits(changes []planner.VisitChange, meetings bool, word string) string {
	counts := map[planner.VisitChangeKind]int{}
	for i := range changes {
		if changes[i].Meeting == meetings {
			counts[changes[i].Kind]++
		}
	}
	return fmt.Sprintf("%s moved, %d by other people, %d gone, %d new", plural(counts[planner.VisitMoved], word),
		counts[planner.VisitHandedOver], counts[planner.VisitCancelled], counts[planner.VisitAdded])
}

func costOf(p *planner.Plan, role string) int64 {
	for i := range p.Roles {
		if p.Roles[i].Role == role {
			return p.Roles[i].Cost
		}
	}
	return 0
}

// writePerson prints why one person's plan changes.
func writePerson(b *strings.Builder, staff string, d *planner.PlanDifference) {
	fmt.Fprintln(b, staff)
	for _, l := range d.Loads {
		fmt.Fprintf(b, "  load   %s: %d of %d minutes, %s → %d of %d, %s\n", l.Role,
			l.Was.Load, l.Was.Capacity, plural(l.Was.Locations, "location"), l.Is.Load, l.Is.Capacity, plural(l.Is.Locations, "location"))
	}
	for i := range d.Assignments {
		c := &d.Assignments[i]
		fmt.Fprintf(b, "  %-6s %s as %s, %s: %s\n", c.For(staff), c.Location, c.Role, c.Kind, whyAssigned(c, staff))
	}
	for i := range d.Visits {
		c := &d.Visits[i]
		what := "visit"
		if c.Meeting {
			what = "meeting"
		}
		fmt.Fprintf(b, "  %-6s %s %s: %s → %s\n", c.For(staff), what, c.Visit, span(c.Was), span(c.Is))
	}
}

// whyAssigned says whom an assignment comes from or goes to, and what it would
// mean if it stayed.
func whyAssigned(c *planner.AssignmentChange, staff string) string {
	text := "to " + nobody(c.Is)
	if staff == c.Is {
		text = "from " + nobody(c.Was)
	}
	switch s := c.Staying; {
	case s == nil:
		return text + "; " + planner.FormatReason(c.Reason)
	case len(s.Blocked) > 0:
		return fmt.Sprintf("%s; staying with %s is not possible: %s", text, s.Staff, strings.Join(s.Blocked, ", "))
	default:
		return fmt.Sprintf("%s; staying with %s would make %s minutes", text, s.Staff, planner.FormatDifference(s.Difference))
	}
}

func nobody(staff string) string {
	if staff == "" {
		return "nobody"
	}
	return staff
}
