package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
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
	Out        string   `help:"Folder to write the tables (CSV, XLSX), the chart (SVG) and a page with both to."`
	Language   string   `help:"Language of the page and the chart: nl or en." enum:"nl,en" default:"nl"`
	Outreach   bool     `help:"Also work out a visit to each silent location that nothing is planned for."`
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
	if c.Out != "" {
		if err := files.MayWriteCapacity(c.Out); err != nil {
			return &codeError{exitInput, fmt.Errorf("--out: %w", err)}
		}
	}
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
	scenarios, err := c.scenarios(state)
	if err != nil {
		return &codeError{exitInput, err}
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
	if c.Outreach {
		if scenarios, err = withOutreach(p.ctx, state, scenarios, o); err != nil {
			return &codeError{exitInput, err}
		}
	}
	outcomes, err := planner.WhatIf(p.ctx, state, scenarios, o)
	if err != nil {
		return &codeError{exitInput, err}
	}
	answer, err := answerOf(state, outcomes, from)
	if err != nil {
		return err
	}
	if err := writeAnswer(p.stdout, answer); err != nil {
		return err
	}
	if c.Out != "" {
		if err := files.WriteCapacity(c.Out, answer, c.Language); err != nil {
			return err
		}
		fmt.Fprintf(p.stdout, "written to %s\n", c.Out)
	}
	if !c.Remedies {
		return nil
	}
	remedies, err := planner.Remedies(p.ctx, state, o.Options)
	if err != nil {
		return err
	}
	return writeRemedies(p.stdout, remedies)
}

// scenarios reads the what-if files; all faults of all of them come at once.
func (c *capacityCommand) scenarios(state *planner.State) ([]planner.Scenario, error) {
	var out []planner.Scenario
	var faults []error
	for _, path := range c.WhatIf {
		s, err := files.ReadScenario(path, state)
		if err != nil {
			faults = append(faults, err)
			continue
		}
		if s.Name == files.AsItIs || slices.ContainsFunc(out, func(o planner.Scenario) bool { return o.Name == s.Name }) {
			faults = append(faults, fmt.Errorf("%s: name: %q is the name of another column; name each scenario by itself", path, s.Name))
			continue
		}
		out = append(out, *s)
	}
	return out, errors.Join(faults...)
}

// withOutreach adds the scenario in which silent locations are visited, when there
// are any that somebody could visit.
func withOutreach(ctx context.Context, state *planner.State, scenarios []planner.Scenario, o planner.WhatIfOptions) ([]planner.Scenario, error) {
	plan, err := planner.Solve(ctx, state, o.Options)
	if err != nil {
		return nil, err
	}
	days := int(state.Programme.Assume(planner.SilentDays, "", o.From))
	silent, err := planner.SilentLocations(state, plan.Visits, nil, o.From, days)
	if err != nil {
		return nil, err
	}
	if proposed, ok := planner.Outreach(state, silent, o.From); ok {
		scenarios = append(scenarios, proposed)
	}
	return scenarios, nil
}

// answerOf gathers what is said of the region as it is besides the scenarios: the
// loads and hours of the plan's year, the ceilings and the silent locations on the
// first day.
func answerOf(state *planner.State, outcomes []planner.Outcome, from calendar.Date) (*files.Capacity, error) {
	out := &files.Capacity{Outcomes: outcomes}
	plan := outcomes[0].Plan
	year := planner.Period{From: plan.From, To: plan.To}
	var errs [5]error
	out.Loads, errs[0] = planner.Loads(state, plan.Visits, year)
	out.Hours, errs[1] = planner.StateHours(state, plan.Visits, planner.Realised{}, year, from-1)
	out.Ceilings, errs[2] = planner.CheckCeilings(state, from)
	days := int(state.Programme.Assume(planner.SilentDays, "", from))
	out.Silent, errs[3] = planner.SilentLocations(state, plan.Visits, nil, from, days)
	out.Budgets, errs[4] = planner.BudgetBalance(state, plan.Visits, year)
	return out, errors.Join(errs[:]...)
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

// writeAnswer prints the forecast and the waits of each outcome, then the figures
// side by side, and who is near a ceiling and which locations are silent.
func writeAnswer(w io.Writer, c *files.Capacity) error {
	outcomes := c.Outcomes
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for i := range outcomes {
		o := &outcomes[i]
		fmt.Fprintf(t, "== %s\n", files.ScenarioName(o))
		writeForecast(t, o.Forecast)
		writeWaits(t, o.Waits)
		fmt.Fprintln(t)
	}
	writeFigures(t, outcomes)
	writeOver(t, c.Budgets)
	writeCeilings(t, c.Ceilings)
	writeSilent(t, c.Silent)
	return t.Flush()
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
	fmt.Fprintln(w, "wait\tdistrict\tquestions a year\tmean days\tfour of five\tnot served\ton the list first")
	for _, x := range waits {
		kind, district, high := "consult", x.District, fmt.Sprintf("%.1f", x.High)
		if x.Acute {
			kind = "acute"
		}
		if district == "" {
			district = "all"
		}
		low := fmt.Sprintf("%.1f", x.Low)
		if x.Low < 0 {
			low = "longer"
		}
		if x.High < 0 {
			high = "longer"
		}
		mean := "–"
		if x.Mean >= 0 {
			mean = fmt.Sprintf("%.1f", x.Mean)
		}
		fmt.Fprintf(w, "%s\t%s\t%.0f\t%s\t%s–%s\t%.1f %%\t%.1f %%\n", kind, district, x.Questions, mean, low, high, x.Unserved, x.Listed)
	}
}

func writeFigures(w io.Writer, outcomes []planner.Outcome) {
	t := files.FiguresTable(outcomes)
	fmt.Fprint(w, "side by side\t")
	for _, name := range t.Header[2:] {
		fmt.Fprintf(w, "\t%s", name)
	}
	fmt.Fprintln(w)
	for _, row := range t.Rows {
		for k, cell := range row {
			if k > 0 {
				fmt.Fprint(w, "\t")
			}
			if cell == nil {
				cell = "–"
			}
			fmt.Fprint(w, cell)
		}
		fmt.Fprintln(w)
	}
	fmt.Fprintln(w)
}

// writeOver names who has more work than time in a budget.
func writeOver(w io.Writer, lines []planner.BudgetLine) {
	for i := range lines {
		if b := &lines[i]; b.Over() > 0 {
			fmt.Fprintf(w, "over: %s as %s, %s indication: %s hours of work in %s\n", b.Staff, b.Role, b.Budget, inHours(b.Work), inHours(b.Net))
		}
	}
}

// choiceText says what each way out of a ceiling is.
var choiceText = map[planner.CeilingChoiceKind]func(c *planner.CeilingChoice) string{
	planner.HandOver: func(c *planner.CeilingChoice) string {
		to := c.To
		if to == "" {
			to = "somebody: no colleague has room"
		}
		return fmt.Sprintf("hand over %s to %s", strings.Join(c.Items, ", "), to)
	},
	planner.TakeNoNew: func(c *planner.CeilingChoice) string { return fmt.Sprintf("take no new ones until %s", c.By) },
	planner.AgreeMore: func(c *planner.CeilingChoice) string { return fmt.Sprintf("agree on %d", c.Limit) },
}

// writeCeilings names who is near or past what was agreed, and the choices.
func writeCeilings(w io.Writer, lines []planner.CeilingLine) {
	for i := range lines {
		l := &lines[i]
		if l.State == planner.CeilingFine {
			continue
		}
		state := "is near"
		if l.State == planner.CeilingPassed {
			state = "is past"
		}
		fmt.Fprintf(w, "ceiling: %s %s %s: %d %s of at most %d\n", l.Staff, state, l.Ceiling.ID, l.Value, l.Ceiling.Measure, l.Ceiling.Limit)
		for k := range l.Choices {
			fmt.Fprintf(w, "  choice: %s\n", choiceText[l.Choices[k].Kind](&l.Choices[k]))
		}
	}
}

// mostSilent is how many silent locations are named; a file holds all.
const mostSilent = 10

func writeSilent(w io.Writer, silent []planner.Silent) {
	if len(silent) == 0 {
		return
	}
	fmt.Fprintf(w, "%s without contact", plural(len(silent), "location"))
	for i, x := range silent {
		if i == mostSilent {
			fmt.Fprint(w, ", …")
			break
		}
		fmt.Fprintf(w, "%s %s", map[bool]string{true: ":", false: ","}[i == 0], x.Location)
	}
	fmt.Fprintln(w)
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
