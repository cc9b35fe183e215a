package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/wijkplanner/wijkplanner/planner"
)

type suggestCommand struct {
	Dir      string `arg:"" type:"existingdir" help:"Input folder."`
	Location string `required:"" help:"Id of the location."`
	Type     string `required:"" help:"Id of the visit type."`
	Role     string `required:"" help:"Id of the role that makes the visit."`
	Best     int    `short:"k" help:"How many moments to propose." default:"5"`
	agendaFlags
}

// Validate refuses what makes no sense, all of it at once.
func (c *suggestCommand) Validate() error {
	faults := append(c.faults(), bestFaults(c.Best)...)
	if c.Plan == "" {
		faults = append(faults, errors.New("--plan is needed: the plan folder in force, which the visit is to fit into"))
	}
	return errors.Join(faults...)
}

// Run ranks moments for one more visit in the plan that is in force.
func (c *suggestCommand) Run(p *process) error {
	a, err := c.read(c.Dir)
	if err != nil {
		return err
	}
	period, err := c.period(p.now(), a, a.end)
	if err != nil {
		return err
	}
	if plan := a.folder.Summary; period.From < plan.From || period.To > plan.To {
		return &codeError{exitInput, fmt.Errorf("%s to %s is not within the plan in %s, which is from %s to %s", period.From, period.To, c.Plan, plan.From, plan.To)}
	}
	item := planner.OpenItem{Location: c.Location, VisitType: c.Type, Role: c.Role, Period: period}
	found, why, err := planner.SuggestVisit(a.state, a.published(), item, c.Best)
	if err != nil {
		return &codeError{exitInput, err}
	}
	if why != nil {
		return &codeError{exitFault, fmt.Errorf("no moment: %s; %s", strings.Join(why.Blocked, "|"), planner.ChangeText(why.Change).EN)}
	}
	for _, x := range found {
		if _, err := fmt.Fprintf(p.stdout, "%sT%s by %s, %s minutes more\n", x.Date, x.Clock, x.Staff, planner.FormatAmount(x.Difference)); err != nil {
			return err
		}
	}
	return nil
}
