package main

import (
	"errors"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/alecthomas/kong"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/files"
)

type capacityCommand struct {
	Dir        string   `arg:"" type:"existingdir" help:"Input folder (docs/input.md)."`
	Months     int      `default:"18" help:"How many months to look ahead."`
	From       string   `help:"First day, YYYY-MM-DD; its year is planned (default today, and next year's plan)."`
	WhatIf     []string `type:"existingfile" help:"What-if file (docs/capacity.md); may be given several times, to compare them."`
	Region     string   `help:"Region, where the folder has several (default the first)."`
	Seconds    float64  `help:"Time to search for each plan, in seconds (default 2)." xor:"limit"`
	Iterations int      `help:"Search so many iterations for each plan instead: repeatable." xor:"limit"`
	Seed       uint64   `help:"Seed of the search and of the simulation." default:"1"`
	Remedies   bool     `help:"Look for the least that mends a shortage as well; needs --iterations."`
}

// mostMonths is how far a forecast looks.
const mostMonths = 60

// Validate refuses what no forecast can use, all of it at once.
func (c *capacityCommand) Validate(ctx *kong.Context) error {
	faults := limitFaults(c.Seconds, c.Iterations, givenFlags(ctx))
	if c.Months < 1 || c.Months > mostMonths {
		faults = append(faults, fmt.Errorf("--months is %d: want 1 to %d", c.Months, mostMonths))
	}
	if _, err := c.from(time.Time{}); err != nil {
		faults = append(faults, err)
	}
	if c.Remedies && c.Iterations == 0 {
		faults = append(faults, errors.New("--remedies: give --iterations too, so that plans can be compared"))
	}
	return errors.Join(faults...)
}

func (c *capacityCommand) from(now time.Time) (calendar.Date, error) {
	if c.From == "" {
		return calendar.DateOf(now, time.UTC), nil
	}
	d, err := calendar.ParseDate(c.From)
	if err != nil || d.Year() < firstYear || d.Year() > lastYear {
		return 0, fmt.Errorf("--from is %q: want a day from %d to %d, such as 2027-01-31", c.From, firstYear, lastYear)
	}
	return d, nil
}

// Run prints what fits, how long questions wait, and what if.
func (c *capacityCommand) Run(p *process) error {
	states, err := files.ReadFolder(c.Dir)
	if err != nil {
		return err
	}
	state, err := c.state(states)
	if err != nil {
		return &codeError{exitInput, err}
	}
	from, err := c.from(p.now())
	if err != nil {
		return &codeError{exitInput, err}
	}
	var scenarios []planner.Scenario
	var faults []error
	for _, path := range c.WhatIf {
		s, err := files.ReadScenario(path, state)
		if err != nil {
			faults = append(faults, err)
			continue
		}
		scenarios = append(scenarios, *s)
	}
	if len(faults) > 0 {
		return &codeError{exitInput, errors.Join(faults...)}
	}
	year := from.Year()
	if c.From == "" {
		year = p.now().Year() + 1 // as plans are made
	}
	o := planner.WhatIfOptions{From: from, Months: c.Months}
	o.Options = planner.Options{Year: year, Seed: c.Seed, Iterations: c.Iterations, Seconds: c.Seconds, MaxChanges: -1}
	if c.Seconds == 0 && c.Iterations == 0 {
		o.Seconds = 2
	}
	outcomes, err := planner.WhatIf(p.ctx, state, scenarios, o)
	if err != nil {
		return &codeError{exitInput, err}
	}
	if err := writeOutcomes(p.stdout, outcomes); err != nil || !c.Remedies {
		return err
	}
	remedies, err := planner.Remedies(p.ctx, state, o.Options)
	if err != nil {
		return err
	}
	return writeRemedies(p.stdout, remedies)
}

func (c *capacityCommand) state(states []*planner.State) (*planner.State, error) {
	if c.Region == "" {
		return states[0], nil
	}
	for _, s := range states {
		if s.Region == c.Region {
			return s, nil
		}
	}
	return nil, fmt.Errorf("--region is %q: the folder has no such region", c.Region)
}

// writeOutcomes prints the forecast and the waits of each outcome, and then the
// figures side by side.
func writeOutcomes(w io.Writer, outcomes []planner.Outcome) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for i := range outcomes {
		o := &outcomes[i]
		fmt.Fprintf(t, "== %s\n", nameOf(o))
		writeForecast(t, o.Forecast)
		writeWaits(t, o.Waits)
		fmt.Fprintln(t)
	}
	if len(outcomes) > 1 {
		writeFigures(t, outcomes)
	}
	return t.Flush()
}

func nameOf(o *planner.Outcome) string {
	if o.Scenario == "" {
		return "as it is"
	}
	return o.Scenario
}

func inHours(minutes int64) string { return fmt.Sprintf("%.1f", float64(minutes)/60) }

func writeForecast(w io.Writer, f *planner.Forecast) {
	fmt.Fprintln(w, "role\tmonth\tpromised\tsecond\tfurther\tcases\tacute\tdemand (four of five)\tsupply\tshort\tFTE")
	for i := range f.Rows {
		r := &f.Rows[i]
		if r.District != "" || r.Demand()+r.Supply == 0 {
			continue
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s (%s–%s)\t%s\t%s\t%.2f\n", r.Role, r.Month, inHours(r.Minimum), inHours(r.Target), inHours(r.Further),
			inHours(r.Cases), inHours(r.Acute), inHours(r.Demand()), inHours(r.Low), inHours(r.High), inHours(r.Supply), inHours(r.Short), float64(r.ShortFTE)/100)
	}
	if len(f.Misfits) == 0 {
		fmt.Fprintln(w, "everything fits")
	}
	for _, m := range f.Misfits {
		fmt.Fprintf(w, "%s does not fit from %s on: %s hours short, by %s", m.Role, m.Month, inHours(m.Short), m.Cause)
		if len(m.Districts) > 0 {
			fmt.Fprintf(w, ", in %v", m.Districts)
		}
		fmt.Fprintln(w)
	}
}

func writeWaits(w io.Writer, waits []planner.Wait) {
	if len(waits) == 0 {
		fmt.Fprintln(w, "nobody asks: no role has consult time or an acute reserve, or no location has places")
		return
	}
	fmt.Fprintln(w, "wait\tdistrict\tquestions a year\tmean days\tfour of five\tnot served")
	for _, x := range waits {
		kind, district, high := "consult", x.District, fmt.Sprintf("%.1f", x.High)
		if x.Acute {
			kind = "acute"
		}
		if district == "" {
			district = "all"
		}
		if x.High < 0 {
			high = "longer"
		}
		fmt.Fprintf(w, "%s\t%s\t%.0f\t%.1f\t%.1f–%s\t%.1f %%\n", kind, district, x.Questions, x.Mean, max(x.Low, 0), high, x.Unserved)
	}
}

func writeFigures(w io.Writer, outcomes []planner.Outcome) {
	row := func(label string, value func(*planner.Figures) string) {
		fmt.Fprint(w, label)
		for i := range outcomes {
			fmt.Fprintf(w, "\t%s", value(&outcomes[i].Figures))
		}
		fmt.Fprintln(w)
	}
	fmt.Fprint(w, "side by side")
	for i := range outcomes {
		fmt.Fprintf(w, "\t%s", nameOf(&outcomes[i]))
	}
	fmt.Fprintln(w)
	row("locations", func(f *planner.Figures) string { return fmt.Sprint(f.Locations) })
	row("people", func(f *planner.Figures) string { return fmt.Sprint(f.Staff) })
	row("heaviest load", func(f *planner.Figures) string { return fmt.Sprintf("%.0f %% (%s)", f.Heaviest, f.HeaviestStaff) })
	row("travel, hours", func(f *planner.Figures) string { return fmt.Sprintf("%.0f", f.TravelHours) })
	row("faces a location", func(f *planner.Figures) string { return fmt.Sprintf("%.2f", f.Faces) })
	row("change hands", func(f *planner.Figures) string { return fmt.Sprint(f.Changed) })
	row("unplanned visits", func(f *planner.Figures) string {
		return fmt.Sprintf("%d, %d promised", f.Unplanned, f.UnplannedMinimum)
	})
	row("without anybody, FTE", func(f *planner.Figures) string { return fmt.Sprintf("%.2f", float64(f.UnassignedFTE)/100) })
	row("worst month, FTE short", func(f *planner.Figures) string {
		if f.ShortFTE == 0 {
			return "none"
		}
		return fmt.Sprintf("%.2f in %s", float64(f.ShortFTE)/100, f.ShortMonth)
	})
	row("consult, days", func(f *planner.Figures) string { return inDays(f.ConsultDays) })
	row("acute, days", func(f *planner.Figures) string { return inDays(f.AcuteDays) })
	row("at most from the best, %", func(f *planner.Figures) string { return fmt.Sprintf("%.2f", f.Gap) })
}

func inDays(days float64) string {
	if days < 0 {
		return "–"
	}
	return fmt.Sprintf("%.1f", days)
}

// remedyText says what each kind of remedy is and in what it is counted.
var remedyText = map[planner.RemedyKind]func(r *planner.Remedy) string{
	planner.MoreHours: func(r *planner.Remedy) string {
		return fmt.Sprintf("%d.%d FTE more as %s", r.Steps/10, r.Steps%10, r.Role)
	},
	planner.MoveLocations: func(r *planner.Remedy) string { return fmt.Sprintf("%d locations change hands", r.Steps) },
	planner.DropSecondVisits: func(r *planner.Remedy) string {
		return fmt.Sprintf("%d visits beyond the promised ones are taken back", r.Steps)
	},
}

func writeRemedies(w io.Writer, remedies []planner.Remedy) error {
	if len(remedies) == 0 {
		_, err := fmt.Fprintln(w, "everything fits: nothing to mend")
		return err
	}
	for i := range remedies {
		r := &remedies[i]
		sure := "one step less was tried, and is not enough"
		switch {
		case !r.Enough:
			sure = "nothing of this kind is enough"
		case r.Proved:
			sure = "one step less is proved not to be enough"
		}
		text := remedyText[r.Kind](r)
		if !r.Enough {
			text = string(r.Kind)
		}
		if _, err := fmt.Fprintf(w, "least remedy: %s – %s\n", text, sure); err != nil {
			return err
		}
	}
	return nil
}
