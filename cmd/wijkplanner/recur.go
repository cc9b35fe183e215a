package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/wijkplanner/wijkplanner/calendar"
)

type recurCommand struct {
	Start  string   `required:"" help:"First occurrence: 2027-01-04T09:00, or a date for whole days."`
	Tz     string   `help:"IANA time zone." default:"Europe/Amsterdam"`
	From   string   `help:"Begin of the window, inclusive."`
	To     string   `help:"End of the window, exclusive."`
	Limit  int      `help:"At most so many occurrences, up to 100000; 2000 if not given."`
	Exdate []string `help:"Occurrences to leave out."`
	Rdate  []string `help:"Occurrences to add."`
	Rule   string   `arg:"" help:"RRULE, for example FREQ=WEEKLY;BYDAY=MO."`
}

// Run prints one occurrence a line; a refused rule says why in both languages.
func (c *recurCommand) Run(p *process) error {
	if strings.TrimSpace(c.Rule) == "" && len(c.Rdate) == 0 {
		return &codeError{exitInput, errors.New("the rule is empty: give one such as FREQ=WEEKLY;BYDAY=MO, or dates with --rdate")}
	}
	lines, more, err := calendar.RecurQuery{
		Start: c.Start, Zone: c.Tz, Rule: c.Rule, From: c.From, To: c.To, Limit: c.Limit,
		EXDates: c.Exdate, RDates: c.Rdate,
	}.Lines()
	if err != nil {
		return &codeError{exitInput, inBothLanguages(err)}
	}
	for _, line := range lines {
		if _, err := fmt.Fprintln(p.stdout, line); err != nil {
			return err
		}
	}
	if more {
		_, err = fmt.Fprintf(p.stderr, "wijkplanner: there are more occurrences than these %d; --limit (at most %d), --from and --to show others\n", len(lines), calendar.MaxCount)
	}
	return err
}

// inBothLanguages spells out the refusal of a rule among the faults of a query.
func inBothLanguages(err error) error {
	faults := []error{err}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		faults = joined.Unwrap()
	}
	for i, fault := range faults {
		if refused := (*calendar.RuleError)(nil); errors.As(fault, &refused) {
			faults[i] = fmt.Errorf("%s: %s / %s", refused.Code, refused.Dutch, refused.English)
		}
	}
	return errors.Join(faults...)
}
