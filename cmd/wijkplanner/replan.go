package main

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"github.com/wijkplanner/wijkplanner/api/web"
	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/files"
)

type replanCommand struct {
	Dir        string  `arg:"" type:"existingdir" help:"Input folder, as it is now."`
	From       string  `required:"" type:"existingdir" help:"Plan folder that was published."`
	Year       int     `help:"Year to plan (default that of the published plan); with the next, its visits count as made."`
	Today      string  `help:"First day that can still change, as 2027-03-01 (default today)."`
	Out        string  `required:"" help:"Folder to write the new plan to."`
	MaxMoves   int     `help:"How many published visits may get another day, time or person; -1 for no limit." default:"-1"`
	MaxChanges int     `help:"How many locations of a role may change hands beside those that must; -1 for no limit." default:"0"`
	Reopen     bool    `help:"Visits before today that history.csv does not have did not take place: plan them again."`
	Seconds    float64 `help:"Time to search, in seconds (default 5)." xor:"limit"`
	Iterations int     `help:"Search so many iterations instead: a repeatable plan." xor:"limit"`
	routerFlag
	Seed uint64 `help:"Seed of the search." default:"1"`
}

// Validate refuses values that no search can use, all of them at once.
func (c *replanCommand) Validate(ctx *kong.Context) error {
	given := givenFlags(ctx)
	faults := append(limitFaults(c.Seconds, c.Iterations, given), yearFaults(c.Year, given)...)
	if c.MaxMoves < -1 {
		faults = append(faults, fmt.Errorf("--max-moves is %d: want how many published visits may move, or -1 for no limit", c.MaxMoves))
	}
	if c.MaxChanges < -1 {
		faults = append(faults, fmt.Errorf("--max-changes is %d: want how many locations of a role may change hands, or -1 for no limit", c.MaxChanges))
	}
	if _, err := c.today(time.Time{}); err != nil {
		faults = append(faults, err)
	}
	return errors.Join(faults...)
}

func (c *replanCommand) today(now time.Time) (calendar.Date, error) {
	if c.Today == "" {
		return calendar.DateOf(now, now.Location()), nil
	}
	d, err := calendar.ParseDate(c.Today)
	if err != nil {
		return d, fmt.Errorf("--today is %q: want a day as 2027-03-01", c.Today)
	}
	return d, nil
}

// Run reads what is and what was published, plans the rest of the year again,
// proves it, and tells everybody what changed.
func (c *replanCommand) Run(p *process) error {
	started := p.now()
	if err := files.MayWritePlan(c.Out); err != nil {
		return &codeError{exitInput, fmt.Errorf("--out: %w", err)}
	}
	states, err := files.ReadFolder(c.Dir)
	if err != nil {
		return err
	}
	folder, err := planFor(states, c.From)
	if err != nil {
		return err
	}
	today, err := c.today(p.now())
	if err != nil {
		return &codeError{exitInput, err}
	}
	year, err := yearAfter(c.Year, folder.Summary.From.Year(), c.From)
	if err != nil {
		return err
	}
	o := planner.ReplanOptions{
		Options: planner.Options{
			Year: year, Seed: c.Seed, Iterations: c.Iterations, Seconds: c.Seconds,
			MaxChanges: c.MaxChanges, Workers: runtime.GOMAXPROCS(0), Progress: progress(p.stderr),
		},
		Today: today, MaxMoves: c.MaxMoves, Reopen: c.Reopen,
	}
	travel, err := c.measure(p, states)
	if err != nil {
		return err
	}
	replans, err := planner.ReplanAll(p.ctx, states, files.PublishedOf(states, folder), o)
	if err != nil {
		return &codeError{exitInput, err}
	}
	notes, err := awayNotes(states, files.PlansOf(replans), today)
	if err != nil {
		return err
	}
	if err := c.write(p, states, replans, travel, notes); err != nil {
		return err
	}
	if err := writeNotes(p.stdout, notes); err != nil {
		return err
	}
	if err := tellChanges(p, states, replans); err != nil {
		return err
	}
	moved, must := 0, 0
	for _, r := range replans {
		moved, must = moved+r.Moved, must+r.Must
	}
	_, err = fmt.Fprintf(p.stdout, "%s; %s moved, %d could not stay, in %.1f s; written to %s\n",
		summary(files.PlansOf(replans)), plural(moved, "published visit"), must, p.now().Sub(started).Seconds(), c.Out)
	return err
}

// yearAfter returns the year that is asked for, by default that of a plan. Any
// other than the next does not follow from the plan.
func yearAfter(asked, year int, plan string) (int, error) {
	switch asked {
	case 0, year:
		return year, nil
	case year + 1:
		return asked, nil
	}
	return 0, &codeError{exitInput, fmt.Errorf("--year is %d: the plan in %s is of %d; want that year or %d", asked, plan, year, year+1)}
}

// write proves the plans and writes their folder.
func (c *replanCommand) write(
	p *process, states []*planner.State, replans []*planner.Replanned, travel *planner.TravelTable, notes [][]planner.Text,
) error {
	plans := files.PlansOf(replans)
	var report bytes.Buffer
	shown := regions(states, plans)
	for i := range shown {
		shown[i].Notes = slices.Concat([]planner.Text{replans[i].Note()}, travelNotes(travel), notes[i])
	}
	if err := web.Report(&report, shown, p.now(), web.Dutch); err != nil {
		return err
	}
	extra, err := files.ReplanFiles(states, replans)
	if err != nil {
		return err
	}
	measured, err := files.TravelFile(travel)
	if err != nil {
		return err
	}
	maps.Copy(extra, measured)
	if err := p.proved(files.ProveWith(states, plans, extra)); err != nil {
		return err
	}
	extra["report.html"] = report.Bytes()
	return files.WritePlan(c.Out, states, plans, extra)
}

// tellChanges prints everybody's own list of changes.
func tellChanges(p *process, states []*planner.State, replans []*planner.Replanned) error {
	why := planner.WhyTexts()
	for i, r := range replans {
		if len(r.Unconfirmed) > 0 {
			fmt.Fprintf(p.stderr, "%s before today count as made without a row in history.csv: %s (--reopen plans them again)\n",
				plural(len(r.Unconfirmed), "visit"), shortList(r.Unconfirmed))
		}
		for k := range states[i].Staff {
			m := &states[i].Staff[k]
			changes := r.ChangesOf(m.ID)
			if len(changes) == 0 {
				continue
			}
			if _, err := fmt.Fprintf(p.stdout, "%s %s\n", m.ID, m.Name); err != nil {
				return err
			}
			for _, x := range changes {
				if _, err := fmt.Fprintf(p.stdout, "  %-9s %s %s %s: %s\n",
					x.For(m.ID), x.Visit, span(x.Was), span(x.Is), why[x.Code].EN); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// span writes a moment as day, time and people, or a dash for none.
func span(m planner.Moment) string {
	if m.Start.IsZero() {
		return "–"
	}
	return m.Start.Format("2006-01-02 15:04 ") + strings.Join(m.Staff, "+")
}

// shortList names the first few.
func shortList(ids []string) string {
	const few = 5
	if len(ids) <= few {
		return strings.Join(ids, ", ")
	}
	return fmt.Sprintf("%s and %d more, in replan.json", strings.Join(ids[:few], ", "), len(ids)-few)
}
