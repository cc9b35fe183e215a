package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner/files"
	"github.com/wijkplanner/wijkplanner/planner/verify"
)

type verifyCommand struct {
	Dir string `arg:"" type:"existingdir" help:"Input folder."`
	Out string `arg:"" type:"existingdir" help:"Plan folder."`
}

// Run proves each region's plan and prints every fault; the exit code is 1 when
// there is one.
func (c *verifyCommand) Run(p *process) error {
	states, err := files.ReadFolder(c.Dir)
	if err != nil {
		return err
	}
	folder, err := files.ReadPlan(c.Out)
	if err != nil {
		return err
	}
	if err := files.SameFolder(states, folder); err != nil {
		return fmt.Errorf("%s: %w", c.Out, err)
	}
	year := folder.Summary.From.Year()
	faults := verify.Regions(states, folder,
		calendar.NewDate(year, time.January, 1), calendar.NewDate(year, time.December, 31))
	for _, fault := range faults {
		if _, err := fmt.Fprintln(p.stdout, fault); err != nil {
			return err
		}
	}
	if len(faults) > 0 {
		return &codeError{exitFault, errors.New(plural(len(faults), "fault") + " found")}
	}
	_, err = fmt.Fprintf(p.stdout, "proved: %s, %s, %s\n",
		plural(len(folder.Assignments), "assignment"), plural(len(folder.Visits), "visit row"), plural(len(states), "region"))
	return err
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
