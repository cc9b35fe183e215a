package main

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/files"
)

type suggestCommand struct {
	Dir      string `arg:"" type:"existingdir" help:"Input folder."`
	Location string `required:"" help:"Id of the location."`
	Type     string `required:"" help:"Id of the visit type."`
	Role     string `required:"" help:"Id of the role that makes the visit."`
	Best     int    `short:"k" help:"How many moments to propose." default:"5"`
	agendaFlags
}

// Run ranks moments for one more visit in the plan that is in force.
func (c *suggestCommand) Run(p *process) error {
	if c.Plan == "" {
		return &codeError{exitInput, errors.New("--plan is needed: the plan folder in force, which the visit is to fit into")}
	}
	period, err := c.period(p.now(), func(from calendar.Date) calendar.Date {
		return calendar.NewDate(from.Year(), time.December, 31)
	})
	if err != nil {
		return err
	}
	state, at, states, err := c.region(c.Dir)
	if err != nil {
		return err
	}
	folder, err := files.ReadPlan(c.Plan)
	if err != nil {
		return err
	}
	item := planner.OpenItem{Location: c.Location, VisitType: c.Type, Role: c.Role, Period: period}
	found, why, err := planner.SuggestVisit(state, files.PublishedOf(states, folder)[at], item, max(1, c.Best))
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
