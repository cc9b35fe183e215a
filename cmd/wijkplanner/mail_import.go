package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/wijkplanner/wijkplanner/planner/service"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

type mailImport struct {
	regionFlag
	Path string `arg:"" type:"existingfile" help:"CSV file with the columns kind, id and mail, and optionally name, language and calendar."`
}

// Run adds the contacts.
func (c *mailImport) Run(p *process) error {
	contacts, lines, err := c.read()
	if err != nil {
		return &codeError{exitInput, err}
	}
	return c.in(p, func(s *service.Service) error {
		ids, err := s.Store.AddContacts(p.ctx, c.Region, contacts, p.now())
		var faults store.ContactsError
		if errors.As(err, &faults) {
			var all []error
			for i := range contacts {
				if faults[i] != nil {
					all = append(all, fmt.Errorf("%s:%d: %w", c.Path, lines[i], faults[i]))
				}
			}
			err = errors.Join(all...)
		}
		if err != nil {
			return &codeError{exitInput, err}
		}
		fmt.Fprintln(p.stdout, "contacts:", len(ids))
		return nil
	})
}

// contactColumns are the columns of the file; the first three are needed.
var contactColumns = []string{"kind", "id", "mail", "name", "language", "calendar"}

// read reads the file: the contacts, and the line of each.
func (c *mailImport) read() (contacts []store.Contact, lines []int, err error) {
	f, err := os.Open(c.Path)
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = f.Close() }()
	r := csv.NewReader(f)
	head, err := r.Read()
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", c.Path, err)
	}
	if err := c.checkHead(head); err != nil {
		return nil, nil, err
	}
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return contacts, lines, nil
		}
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", c.Path, err)
		}
		line, _ := r.FieldPos(0)
		contacts, lines = append(contacts, contactOf(head, row)), append(lines, line)
	}
}

func (c *mailImport) checkHead(head []string) error {
	var faults []error
	head[0] = strings.TrimPrefix(head[0], "\ufeff") // Excel begins a file with it
	for _, name := range head {
		if !slices.Contains(contactColumns, name) {
			faults = append(faults, fmt.Errorf("%s:1: unknown column %q; known are %s", c.Path, name, strings.Join(contactColumns, ", ")))
		}
	}
	for _, name := range contactColumns[:3] {
		if !slices.Contains(head, name) {
			faults = append(faults, fmt.Errorf("%s:1: the column %s is missing", c.Path, name))
		}
	}
	return errors.Join(faults...)
}

// contactOf reads a row; what is left empty gets the usual value.
func contactOf(head, row []string) store.Contact {
	cell := func(name, usual string) string {
		if i := slices.Index(head, name); i >= 0 && strings.TrimSpace(row[i]) != "" {
			return strings.TrimSpace(row[i])
		}
		return usual
	}
	kind, way := cell("kind", ""), string(store.ByInvitation)
	if kind == string(store.StaffFeed) {
		way = string(store.ByFeed)
	}
	return store.Contact{
		Scope: store.FeedScope{Kind: store.FeedKind(kind), ID: cell("id", "")}, Mail: cell("mail", ""), Name: cell("name", ""),
		Language: store.Language(cell("language", string(store.Dutch))), Calendar: store.CalendarWay(cell("calendar", way)),
	}
}
