package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/wijkplanner/wijkplanner/planner/outside"
	"github.com/wijkplanner/wijkplanner/planner/service"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// busyFlags say how people's own calendars are read.
type busyFlags struct {
	SecretKey    string   `env:"WIJKPLANNER_SECRET_KEY" placeholder:"KEY" help:"Key with which addresses of calendars and webhooks are encrypted, as busy key prints it. Better in the environment than on the command line."`
	BusyNetworks []string `env:"WIJKPLANNER_BUSY_NETWORKS" placeholder:"NETWORK" help:"Networks of your own in which calendars and webhooks may be, although they are not public, for example 10.1.0.0/16."`
	BusyPorts    []uint16 `env:"WIJKPLANNER_BUSY_PORTS" default:"443" help:"Ports on which calendars and webhooks may be."`
}

// reader returns the reader of busy times, nil without a key.
func (f *busyFlags) reader(s *service.Service) (*service.BusyReader, error) {
	if f.SecretKey == "" {
		return nil, nil //nolint:nilnil // busy times are not read
	}
	seal, err := service.NewSeal(f.SecretKey)
	if err != nil {
		return nil, &codeError{exitInput, err}
	}
	guard, err := f.guard()
	if err != nil {
		return nil, err
	}
	return &service.BusyReader{Service: s, Fetcher: outside.NewFetcher(guard), Seal: seal}, nil
}

// guard says where addresses that others chose may lead.
func (f *busyFlags) guard() (outside.GuardConfig, error) {
	networks, err := outside.ParseNetworks(f.BusyNetworks)
	if err != nil {
		return outside.GuardConfig{}, &codeError{exitInput, err}
	}
	return outside.GuardConfig{Allow: networks, Ports: f.BusyPorts}, nil
}

// webhooks returns what tells other programs, nil without a key.
func (f *busyFlags) webhooks(s *service.Service) (*service.Webhooks, error) {
	if f.SecretKey == "" {
		return nil, nil //nolint:nilnil // nobody is told
	}
	guard, err := f.guard()
	if err != nil {
		return nil, err
	}
	return &service.Webhooks{Service: s, Hooks: outside.NewHooks(guard)}, nil
}

// needed is reader for a command that cannot do without.
func (f *busyFlags) needed(s *service.Service) (*service.BusyReader, error) {
	b, err := f.reader(s)
	if err == nil && b == nil {
		return nil, &codeError{exitInput, fmt.Errorf("%w; set WIJKPLANNER_SECRET_KEY to what `wijkplanner busy key` prints", service.ErrNoKey)}
	}
	return b, err
}

type busyCommand struct {
	Add       busyAdd       `cmd:"" help:"Read busy times from a person's own calendar; its address is read from standard input."`
	Remove    busyRemove    `cmd:"" help:"Forget a calendar and its busy times."`
	List      busyList      `cmd:"" help:"List the calendars, how old their copies are and what went wrong."`
	Refresh   busyRefresh   `cmd:"" help:"Read the calendars that are due, once; serve does so by itself."`
	Conflicts busyConflicts `cmd:"" help:"List what is planned where somebody turned out to be busy."`
	Key       busyKey       `cmd:"" help:"Print a new key for WIJKPLANNER_SECRET_KEY."`
}

type busyKey struct{}

// Run prints a key; the database can only be used with the same one later.
func (busyKey) Run(p *process) error {
	_, err := fmt.Fprintln(p.stdout, service.NewSealKey())
	return err
}

type busyAdd struct {
	regionFlag
	busyFlags
	Staff string `required:"" help:"Id of the person."`
	From  string `name:"address-file" default:"-" help:"File with the calendar's address; - is standard input."`
}

// Run adds the calendar. Its address is a secret, so it is not an argument, which
// every user of the machine could see.
func (c *busyAdd) Run(p *process) error {
	line, err := firstLine(c.From)
	if err != nil {
		return &codeError{exitInput, err}
	}
	if strings.TrimSpace(line) == "" {
		return &codeError{exitInput, errors.New("which calendar? give its address on standard input or in --address-file")}
	}
	return c.in(p, func(s *service.Service) error {
		b, err := c.needed(s)
		if err != nil {
			return err
		}
		id, err := b.Add(p.ctx, c.Region, c.Staff, line)
		if err != nil {
			return &codeError{exitInput, err}
		}
		if _, _, err := b.Refresh(p.ctx); err != nil {
			return err
		}
		fmt.Fprintln(p.stdout, "calendar", id)
		return nil
	})
}

// firstLine reads the first line of a file, or of standard input.
func firstLine(path string) (string, error) {
	in := os.Stdin
	if path != "-" {
		f, err := os.Open(path)
		if err != nil {
			return "", err
		}
		defer func() { _ = f.Close() }()
		in = f
	}
	line, err := bufio.NewReader(io.LimitReader(in, 4096)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	return line, nil
}

type busyRemove struct {
	databaseFlag
	ID string `arg:"" help:"The calendar's id."`
}

// Run forgets the calendar.
func (c *busyRemove) Run(p *process) error {
	return c.within(p, func(s *service.Service) error {
		if err := s.Store.RemoveBusySource(p.ctx, c.ID); err != nil {
			return &codeError{exitInput, err}
		}
		fmt.Fprintln(p.stdout, "removed calendar", c.ID)
		return nil
	})
}

type busyList struct {
	regionFlag
}

// Run prints one CSV line for each calendar; never its address.
func (c *busyList) Run(p *process) error {
	return c.in(p, func(s *service.Service) error {
		sources, err := s.Store.BusySources(p.ctx, c.Region)
		if err != nil {
			return err
		}
		var rows [][]string
		for i := range sources {
			x := &sources[i]
			state := "good"
			switch {
			case service.BusyStale(x, p.now()):
				state = "stale"
			case x.Fault != "":
				state = "failing"
			}
			rows = append(rows, []string{
				x.ID, x.Staff, state, stamp(x.Good), stamp(x.Checked), content(x), strconv.Itoa(x.Faults), x.Fault,
			})
		}
		return csvTable(p, []string{"calendar", "staff", "state", "last_good", "last_checked", "copy", "unreadable", "fault"}, rows)
	})
}

// content says whether the copy that is kept has any appointments; how many is
// known to nobody.
func content(x *store.BusySource) string {
	switch {
	case x.Good.IsZero():
		return ""
	case x.Filled:
		return "filled"
	}
	return "empty"
}

type busyRefresh struct {
	databaseFlag
	busyFlags
}

// Run reads what is due.
func (c *busyRefresh) Run(p *process) error {
	return c.within(p, func(s *service.Service) error {
		b, err := c.needed(s)
		if err != nil {
			return err
		}
		read, failed, err := b.Refresh(p.ctx)
		fmt.Fprintf(p.stdout, "read %d calendars, %d failed\n", read, failed)
		return err
	})
}

type busyConflicts struct {
	regionFlag
}

// Run prints one CSV line for each conflict.
func (c *busyConflicts) Run(p *process) error {
	return c.in(p, func(s *service.Service) error {
		list, err := s.Store.BusyConflicts(p.ctx, c.Region, p.now())
		if err != nil {
			return err
		}
		var rows [][]string
		for _, x := range list {
			rows = append(rows, []string{x.Staff, x.Visit, stamp(x.Start), stamp(x.End)})
		}
		return csvTable(p, []string{"staff", "visit", "start", "end"}, rows)
	})
}
