package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"os"
	"runtime"
	"strings"

	"github.com/alecthomas/kong"
	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"github.com/wijkplanner/wijkplanner/api/web"
	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/files"
	"github.com/wijkplanner/wijkplanner/planner/verify"
)

// searchFlags steer every search.
type searchFlags struct {
	Seconds    float64 `help:"Time to search, in seconds (default 5)." xor:"limit"`
	Iterations int     `help:"Search so many iterations instead: a repeatable plan." xor:"limit"`
	Seed       uint64  `help:"Seed of the search." default:"1"`
	Year       int     `help:"Year to plan (default next year)."`
	MaxChanges int     `help:"How many locations of a role may change hands; -1 for no limit." default:"-1"`
}

// limitFaults lists limits that no search can use.
func limitFaults(seconds float64, iterations int, given map[string]bool) []error {
	var faults []error
	if given["seconds"] && (math.IsNaN(seconds) || seconds <= 0 || seconds > maxSeconds) {
		faults = append(faults, fmt.Errorf("--seconds is %v: want a time above 0, for example 5, and at most a week (%d)", seconds, maxSeconds))
	}
	if iterations < 0 {
		faults = append(faults, fmt.Errorf("--iterations is %d: want 1 or more, or 0 to let --seconds limit the search", iterations))
	}
	return faults
}

// givenFlags names the flags on the command line, also those of zero.
func givenFlags(ctx *kong.Context) map[string]bool {
	given := make(map[string]bool)
	for _, path := range ctx.Path {
		if path.Flag != nil {
			given[path.Flag.Name] = true
		}
	}
	return given
}

// The years that can be planned and the longest search, a week in seconds:
// others are typing errors.
const firstYear, lastYear, maxSeconds = 2000, 2100, 7 * 24 * 3600

// Validate refuses values that no search can use, all of them at once. It sees
// only by ctx whether a flag of zero was given.
func (f searchFlags) Validate(ctx *kong.Context) error {
	given := givenFlags(ctx)
	faults := limitFaults(f.Seconds, f.Iterations, given)
	if f.MaxChanges < -1 {
		faults = append(faults, fmt.Errorf("--max-changes is %d: want how many locations of a role may change hands, or -1 for no limit", f.MaxChanges))
	}
	return errors.Join(append(faults, yearFaults(f.Year, given)...)...)
}

// yearFaults refuses a year that nobody plans.
func yearFaults(year int, given map[string]bool) []error {
	if given["year"] && (year < firstYear || year > lastYear) {
		return []error{fmt.Errorf("--year is %d: want a year from %d to %d", year, firstYear, lastYear)}
	}
	return nil
}

func (f searchFlags) options(p *process) planner.Options {
	o := planner.Options{
		Year: f.Year, Seed: f.Seed, Iterations: f.Iterations, Seconds: f.Seconds,
		MaxChanges: f.MaxChanges, Workers: runtime.GOMAXPROCS(0),
	}
	if o.Year == 0 {
		o.Year = p.now().Year() + 1
	}
	return o
}

type planCommand struct {
	Dir string `arg:"" type:"existingdir" help:"Input folder (docs/input.md)."`
	Out string `required:"" help:"Folder to write the plan to (docs/output.md)."`
	searchFlags
	routerFlag
}

// Run reads, plans and writes; nothing is written unless everything went well.
func (c *planCommand) Run(p *process) error {
	started := p.now()
	if err := files.MayWritePlan(c.Out); err != nil {
		return &codeError{exitInput, fmt.Errorf("--out: %w", err)}
	}
	states, err := files.ReadFolder(c.Dir)
	if err != nil {
		return err
	}
	o := c.options(p)
	o.Progress = progress(p.stderr)
	travel, err := c.measure(p, states)
	if err != nil {
		return err
	}
	plans, err := planner.SolveAll(p.ctx, states, o)
	if err != nil {
		return &codeError{exitInput, err}
	}
	extra, err := files.TravelFile(travel)
	if err != nil {
		return err
	}
	if err := p.proved(files.ProveWith(states, plans, extra)); err != nil {
		return err
	}
	notes, err := awayNotes(states, plans, calendar.NoDate)
	if err != nil {
		return err
	}
	var report bytes.Buffer
	shown := regions(states, plans)
	for i := range shown {
		shown[i].Notes = append(travelNotes(travel), notes[i]...)
	}
	if err := web.Report(&report, shown, p.now(), web.Dutch); err != nil {
		return err
	}
	further := map[string][]byte{"report.html": report.Bytes()}
	maps.Copy(further, extra)
	if err := files.WritePlan(c.Out, states, plans, further); err != nil {
		return err
	}
	if err := writeProposals(p.stdout, states, plans); err != nil {
		return err
	}
	if err := writeNotes(p.stdout, notes); err != nil {
		return err
	}
	_, err = fmt.Fprintln(p.stdout, summary(plans), fmt.Sprintf("in %.1f s; written to %s", p.now().Sub(started).Seconds(), c.Out))
	return err
}

// proved refuses plans that the prover finds fault with; it prints the faults.
func (p *process) proved(faults []verify.Fault, err error) error {
	for _, fault := range faults {
		fmt.Fprintln(p.stderr, fault)
	}
	if err == nil && len(faults) > 0 {
		err = fmt.Errorf("the plan is not written: %s found; please report it", plural(len(faults), "fault"))
	}
	return err
}

// regions pairs each state with its plan.
func regions(states []*planner.State, plans []*planner.Plan) []web.Region {
	out := make([]web.Region, len(states))
	for i := range states {
		out[i] = web.Region{State: states[i], Plan: plans[i]}
	}
	return out
}

// progress returns a reporter that draws a bar on a terminal and is silent
// elsewhere.
func progress(w io.Writer) func(string, int, int) {
	if !isTerminal(w) {
		return nil
	}
	var bar *progressbar.ProgressBar
	var step string
	return func(name string, done, of int) {
		if bar == nil || name != step {
			bar, step = progressbar.NewOptions(of, progressbar.OptionSetWriter(w),
				progressbar.OptionSetDescription(name), progressbar.OptionClearOnFinish()), name
		}
		_ = bar.Set(done)
	}
}

// isTerminal reports whether somebody sees what is written, as it is.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// summary says in one line what a plan amounts to.
func summary(plans []*planner.Plan) string {
	var hard, soft int64
	var visits, unplanned, locations int
	var gaps []string
	for _, p := range plans {
		hard, soft = hard+p.Schedule.Hard, soft+p.Schedule.Soft
		unplanned += len(p.Unplanned)
		for i := range p.Visits {
			if !p.Visits[i].Meeting && p.Visits[i].Status != planner.Cancelled {
				visits++
			}
		}
		for i := range p.Assignments {
			if p.Assignments[i].Kind == planner.Primary && p.Assignments[i].Staff != "" {
				locations++
			}
		}
		if len(plans) == 1 {
			for i := range p.Roles {
				if r := &p.Roles[i]; r.Kind == planner.Primary {
					gaps = append(gaps, fmt.Sprintf("%s %.2f %%", r.Role, 100*r.Gap()))
				}
			}
		}
	}
	text := fmt.Sprintf("planned %d assignments and %d visits, %d unplanned, %d hard faults, soft cost %.0f minutes",
		locations, visits, unplanned, hard, float64(soft)/100)
	if len(gaps) > 0 {
		text += ", gap " + strings.Join(gaps, ", ")
	}
	return text + shortText(plans)
}
