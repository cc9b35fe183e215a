package main

import (
	"strconv"
	"strings"
	"time"

	"github.com/wijkplanner/wijkplanner/planner/service"
)

type passwordCommand struct {
	Create passwordCreate `cmd:"" help:"Make a CalDAV account for one device; its password is shown this once."`
	List   passwordList   `cmd:"" help:"List CalDAV accounts."`
	Revoke passwordRevoke `cmd:"" help:"Revoke a CalDAV account."`
}

type passwordCreate struct{ calendarFlags }

// Run makes one account for all the calendars that are named.
func (c *passwordCreate) Run(p *process) error {
	return c.in(p, func(s *service.Service) error {
		calendars, err := c.calendars()
		if err != nil {
			return err
		}
		address, err := c.address()
		if err != nil {
			return err
		}
		user, password, err := s.Store.CreateAccount(p.ctx, calendars...)
		if err != nil {
			return &codeError{exitInput, err}
		}
		address = strings.TrimSuffix(address, "/") + "/dav/"
		return c.print(p, [][]string{{"address", "user", "password", "calendars"}, {address, user, password, strconv.Itoa(len(calendars))}})
	})
}

type passwordList struct{ regionFlag }

// Run prints one CSV line for each calendar of each account.
func (c *passwordList) Run(p *process) error {
	return c.in(p, func(s *service.Service) error {
		accounts, err := s.Store.Accounts(p.ctx, c.Region)
		if err != nil {
			return err
		}
		rows := [][]string{{"user", "kind", "id", "level", "cancelled", "created", "last_used", "state", "lang"}}
		for i := range accounts {
			a := &accounts[i]
			for j := range a.Calendars {
				k := &a.Calendars[j]
				rows = append(rows, []string{
					a.ID, string(k.Scope.Kind), k.Scope.ID, string(k.Level), cancelledWord(k.HideCancelled), a.Created.Format(time.DateOnly),
					dayOrNever(a.LastUsed), state(a.Revoked, a.Ended(p.now())), string(k.Language),
				})
			}
		}
		return writeCSV(p.stdout, rows)
	})
}

type passwordRevoke struct {
	databaseFlag
	User string `arg:"" help:"The user name of the account."`
}

// Run revokes an account: its next request is refused.
func (c *passwordRevoke) Run(p *process) error {
	return c.change(p, "revoked "+c.User, func(s *service.Service) error { return s.Store.RevokeAccount(p.ctx, c.User, p.now()) })
}
