package main

import (
	"errors"
	"fmt"

	"github.com/wijkplanner/wijkplanner/calendar"
)

type recurCommand struct {
	Start  string   `required:"" help:"First occurrence: 2027-01-04T09:00, or a date for whole days."`
	Tz     string   `help:"IANA time zone." default:"Europe/Amsterdam"`
	From   string   `help:"Begin of the window, inclusive."`
	To     string   `help:"End of the window, exclusive."`
	Limit  int      `help:"At most so many occurrences."`
	Exdate []string `help:"Occurrences to leave out."`
	Rdate  []string `help:"Occurrences to add."`
	Rule   string   `arg:"" help:"RRULE, for example FREQ=WEEKLY;BYDAY=MO."`
}

// Run prints one occurrence a line; a refused rule says why in both languages.
func (c *recurCommand) Run(p *process) error {
	lines, err := calendar.RecurQuery{
		Start: c.Start, Zone: c.Tz, Rule: c.Rule, From: c.From, To: c.To, Limit: c.Limit,
		EXDates: c.Exdate, RDates: c.Rdate,
	}.Lines()
	var refused *calendar.RuleError
	if errors.As(err, &refused) {
		return &codeError{exitInput, fmt.Errorf("%s: %s / %s", refused.Code, refused.Dutch, refused.English)}
	}
	if err != nil {
		return &codeError{exitInput, err}
	}
	for _, line := range lines {
		if _, err := fmt.Fprintln(p.stdout, line); err != nil {
			return err
		}
	}
	return nil
}
