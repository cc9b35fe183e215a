package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/wijkplanner/wijkplanner/planner/service"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

type backupCommand struct {
	databaseFlag
	File string `arg:"" help:"File to write; it is there whole or not at all, and only you may read it."`
}

// Run writes a backup.
func (c *backupCommand) Run(p *process) error {
	return c.within(p, func(s *service.Service) error {
		m, err := s.Store.Backup(p.ctx, c.File, p.now())
		if err != nil {
			return err
		}
		rows := int64(0)
		for _, t := range m.Tables {
			rows += t.Rows
		}
		fmt.Fprintf(p.stdout, "%s: %d rows of %d tables, schema %d, installation %s\n", c.File, rows, len(m.Tables), m.Schema, m.Installation)
		return nil
	})
}

type restoreCommand struct {
	databaseFlag
	secretFlag
	File   string `arg:"" help:"A file that backup wrote."`
	Force  bool   `help:"Restore over a database that is not empty."`
	Reason string `placeholder:"TEXT" help:"Why; the audit log keeps it."`
}

// Run restores a backup.
func (c *restoreCommand) Run(p *process) error {
	service := &service.Service{}
	if err := c.unlock(service); err != nil {
		return err
	}
	report, err := store.Restore(p.ctx, c.DB, c.File, store.RestoreOptions{
		Force: c.Force, Reason: c.Reason, Sign: service.Sign(), Now: p.now,
	})
	for _, refusal := range []error{
		store.ErrDamaged, store.ErrNotEmpty, store.ErrOtherInstallation, store.ErrNewer, os.ErrNotExist,
	} {
		if errors.Is(err, refusal) {
			return &codeError{exitInput, err}
		}
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(p.stdout, "restored the backup of %s: %d tables, every row as it was counted\n", report.Created.Format("2006-01-02 15:04:05Z"), len(report.Tables))
	if report.Removed > 0 {
		fmt.Fprintf(p.stdout, "%d rows were removed since then, and are removed again\n", report.Removed)
	}
	rights := &report.Rights
	fmt.Fprintf(p.stdout, "%d sessions and %d tokens of programs end with it: sign in again, and make new tokens\n", rights.Sessions, rights.Tokens)
	if rights.Blind {
		fmt.Fprintf(p.stdout, "what was ended after %s works again, for there was no database to know it from: look through user list, feed list, feed password list and location list\n",
			report.Created.Format("2006-01-02 15:04:05Z"))
	} else {
		fmt.Fprintf(p.stdout, "%d calendars and links, %d accounts and %d roles were ended or changed since, and are so again\n", rights.Links, rights.Accounts, rights.Roles)
	}
	for _, d := range report.Purged {
		fmt.Fprintf(p.stdout, "%s: %d rows past their term (%s)\n", d.Table, d.Rows, d.Term)
	}
	return nil
}
