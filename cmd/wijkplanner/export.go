package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"

	"github.com/wijkplanner/wijkplanner/planner/service"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

type exportCommand struct {
	databaseFlag
	Dir string `arg:"" help:"New folder for everything, as JSON and CSV. With --staff, --user or --contact the zip file for what is kept of that person."`
	// One of these asks for one person's data.
	Staff   string `help:"Only what is kept of this member of staff."`
	Region  string `help:"Region of the member of staff."`
	User    string `placeholder:"NUMBER" help:"Only what is kept of this account."`
	Contact string `placeholder:"NUMBER" help:"Only what is kept of this contact."`
}

// Run exports everything, or one person's data.
func (c *exportCommand) Run(p *process) error {
	return c.within(p, func(s *service.Service) error {
		who := store.Subject{Kind: store.StaffSubject, Region: c.Region, ID: c.Staff}
		switch {
		case c.User != "":
			who = store.Subject{Kind: store.UserSubject, ID: c.User}
		case c.Contact != "":
			who = store.Subject{Kind: store.ContactSubject, ID: c.Contact}
		}
		if who.ID != "" {
			return c.person(p, s, who)
		}
		m, err := s.Export(p.ctx, c.Dir)
		if errors.Is(err, os.ErrExist) {
			return &codeError{exitInput, fmt.Errorf("%w: name a new folder", err)}
		}
		if err == nil {
			fmt.Fprintf(p.stdout, "%s: %d regions, %d tables\n", c.Dir, len(m.Regions), len(m.Tables))
		}
		return err
	})
}

func (c *exportCommand) person(p *process, s *service.Service, who store.Subject) error {
	var data bytes.Buffer
	err := s.OwnData(p.ctx, who, &data)
	if errors.Is(err, service.ErrNotFound) {
		return &codeError{exitInput, err}
	}
	if err != nil {
		return err
	}
	f, err := os.OpenFile(c.Dir, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return &codeError{exitInput, err}
	}
	_, err = f.Write(data.Bytes())
	return errors.Join(err, f.Close())
}
