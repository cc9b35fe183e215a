package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/files"
	"github.com/wijkplanner/wijkplanner/planner/verify"
)

// agendaFlags name what people's agendas are read from.
type agendaFlags struct {
	Plan   string `type:"existingdir" help:"Plan folder in force: its visits are kept free." placeholder:"OUT"`
	From   string `help:"First day, as 2027-03-01 (default tomorrow; with a plan that begins later its first day)."`
	To     string `help:"Last day (default the end of the plan, without one twelve months in all; for find four weeks)."`
	Region string `help:"Region of the folder; needed where there are several."`
}

// Validate refuses days that are none, all of them at once.
func (f agendaFlags) Validate() error { return errors.Join(f.faults()...) }

func (f agendaFlags) faults() []error {
	var faults []error
	for _, x := range []struct{ flag, text string }{{"from", f.From}, {"to", f.To}} {
		if _, err := calendar.ParseDate(x.text); x.text != "" && err != nil {
			faults = append(faults, fmt.Errorf("--%s is %q: want a day as 2027-03-01", x.flag, x.text))
		}
	}
	return faults
}

// bestFaults refuses to propose nothing.
func bestFaults(best int) []error {
	if best < 1 {
		return []error{fmt.Errorf("-k is %d: want how many moments to propose, 1 or more", best)}
	}
	return nil
}

// planFor reads the plan folder of some regions; that of another folder is
// refused. Measured travel goes to the regions.
func planFor(states []*planner.State, dir string) (*verify.Folder, error) {
	folder, err := files.ReadPlan(dir)
	if err != nil {
		return nil, err
	}
	if err := files.SameFolder(states, folder); err != nil {
		return nil, fmt.Errorf("%s: %w", dir, err)
	}
	travel, err := files.MeasuredTravel(folder)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", dir, err)
	}
	for _, s := range states {
		s.Travel = travel
	}
	return folder, nil
}

// agendas are a region and the plan that is in force there.
type agendas struct {
	state  *planner.State
	states []*planner.State
	folder *verify.Folder // nil without a plan
}

// read reads the folder, and the plan where there is one.
func (f agendaFlags) read(dir string) (*agendas, error) {
	states, err := files.ReadFolder(dir)
	if err != nil {
		return nil, err
	}
	a := &agendas{state: states[0], states: states}
	if len(states) > 1 || f.Region != "" {
		at := slices.IndexFunc(states, func(s *planner.State) bool { return s.Region == f.Region })
		if at < 0 {
			return nil, &codeError{exitInput, fmt.Errorf("--region %q: want %s", f.Region, regionNames(states))}
		}
		a.state = states[at]
	}
	if f.Plan != "" {
		a.folder, err = planFor(states, f.Plan)
	}
	return a, err
}

func regionNames(states []*planner.State) string {
	if len(states) == 1 && states[0].Region == "" {
		return "none, for the folder has no regions"
	}
	names := make([]string, len(states))
	for i, s := range states {
		names[i] = s.Region
	}
	return "one of " + strings.Join(names, ", ")
}

// published returns what the plan in force has of the region, nothing without a
// plan.
func (a *agendas) published() planner.Published {
	if a.folder == nil {
		return planner.Published{}
	}
	return files.PublishedOf(a.states, a.folder)[slices.Index(a.states, a.state)]
}

// end returns the last day to look at by default: of the plan, or twelve months
// from a first day.
func (a *agendas) end(from calendar.Date) calendar.Date {
	if a.folder != nil {
		return a.folder.Summary.To
	}
	return calendar.DateOf(from.Time().AddDate(1, 0, -1), time.UTC)
}

// period returns the days from … to: by default from tomorrow or the first day of
// the plan, if later, to the last that a function gives.
func (f agendaFlags) period(now time.Time, a *agendas, last func(calendar.Date) calendar.Date) (planner.Period, error) {
	p := planner.Period{From: calendar.DateOf(now, now.Location()) + 1}
	if a.folder != nil {
		p.From = max(p.From, a.folder.Summary.From)
	}
	if f.From != "" {
		p.From, _ = calendar.ParseDate(f.From) // Validate has refused what is none
	}
	p.To = last(p.From)
	if f.To != "" {
		p.To, _ = calendar.ParseDate(f.To)
	}
	switch {
	case p.Days() > 0:
		return p, nil
	case a.folder != nil && f.To == "":
		return p, &codeError{exitInput, fmt.Errorf("the plan in %s ends on %s, before %s: give a later plan, or --from and --to", f.Plan, p.To, p.From)}
	}
	return p, &codeError{exitInput, fmt.Errorf("--to %s is before the first day, %s", p.To, p.From)}
}
