package main

import (
	"encoding/csv"
	"errors"
	"fmt"

	"github.com/wijkplanner/wijkplanner/planner/service"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

type feedCommand struct {
	Create feedCreate `cmd:"" help:"Make feeds and print their addresses, which are shown this once."`
	Revoke feedRevoke `cmd:"" help:"Revoke a feed."`
}

type feedCreate struct {
	databaseFlag
	Region    string   `help:"Region, where there are several."`
	Staff     []string `help:"Ids of people."`
	Location  []string `help:"Ids of locations."`
	All       bool     `help:"Everybody and every location of the region."`
	Level     string   `enum:"full,no_names,busy" default:"full" help:"How much the feeds tell: full, no_names or busy."`
	PublicURL string   `env:"WIJKPLANNER_URL" default:"http://localhost:8080" help:"Address that people use."`
}

// Run makes the feeds and prints one CSV line for each.
func (c *feedCreate) Run(p *process) (err error) {
	s, err := c.open(p)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Store.Close()) }()
	scopes, err := c.scopes(p, s)
	if err != nil {
		return err
	}
	out := csv.NewWriter(p.stdout)
	if err := out.Write([]string{"kind", "id", "address"}); err != nil {
		return err
	}
	for _, scope := range scopes {
		_, token, err := s.Store.CreateFeed(p.ctx, store.NewFeed{Scope: scope, Level: store.FeedLevel(c.Level)})
		if err != nil {
			return &codeError{exitInput, err}
		}
		if err := out.Write([]string{string(scope.Kind), scope.ID, c.PublicURL + "/f/" + token + ".ics"}); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// scopes lists the calendars that are asked for.
func (c *feedCreate) scopes(p *process, s *service.Service) ([]store.FeedScope, error) {
	var out []store.FeedScope
	if c.All {
		snapshot, err := s.Snapshot(p.ctx, c.Region)
		if err != nil {
			return nil, &codeError{exitInput, err}
		}
		for _, m := range snapshot.State.Staff {
			c.Staff = append(c.Staff, m.ID)
		}
		for i := range snapshot.State.Locations {
			c.Location = append(c.Location, snapshot.State.Locations[i].ID)
		}
	}
	for _, id := range c.Staff {
		out = append(out, store.FeedScope{Region: c.Region, Kind: store.StaffFeed, ID: id})
	}
	for _, id := range c.Location {
		out = append(out, store.FeedScope{Region: c.Region, Kind: store.LocationFeed, ID: id})
	}
	if len(out) == 0 {
		return nil, &codeError{exitInput, errors.New("whose calendar? give --staff, --location or --all")}
	}
	return out, nil
}

type feedRevoke struct {
	databaseFlag
	ID string `arg:"" help:"The feed: the part of its address between the second and the third underscore."`
}

// Run revokes the feed: from the next request on its address is unknown.
func (c *feedRevoke) Run(p *process) (err error) {
	s, err := c.open(p)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Store.Close()) }()
	if err := s.Store.RevokeFeed(p.ctx, c.ID, p.now()); err != nil {
		return &codeError{exitInput, err}
	}
	_, err = fmt.Fprintln(p.stdout, "revoked", c.ID)
	return err
}
