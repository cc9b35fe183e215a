package main

import (
	"cmp"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/wijkplanner/wijkplanner/api/web"
	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner/service"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

type feedCommand struct {
	Create   feedCreate      `cmd:"" help:"Make feeds and print their addresses, which are shown this once."`
	List     feedList        `cmd:"" help:"List feeds: what they show, and which programs read them when."`
	Revoke   feedRevoke      `cmd:"" help:"Revoke a feed."`
	Switch   feedSwitch      `cmd:"" help:"Show or hide cancelled visits in a feed."`
	QR       feedQR          `cmd:"" name:"qr" help:"Draw the QR code of a feed's address, to subscribe with a phone."`
	Password passwordCommand `cmd:"" help:"Make, list and revoke app passwords for CalDAV."`
}

// regionFlag names a region of a database.
type regionFlag struct {
	databaseFlag
	Region string `help:"Region; needed where there are several."`
}

// in runs f on the database, with the region that is meant.
func (r *regionFlag) in(p *process, f func(s *service.Service) error) (err error) {
	s, err := r.open(p)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Store.Close()) }()
	regions, err := s.Regions(p.ctx)
	if err != nil {
		return err
	}
	if err := r.only(regions); err != nil {
		return &codeError{exitInput, err}
	}
	return f(s)
}

// only takes the one region there is, or the one that is named.
func (r *regionFlag) only(regions []service.Region) error {
	var ids []string
	for _, region := range regions {
		ids = append(ids, region.ID)
	}
	switch {
	case len(ids) == 0:
		return errors.New("the database holds no region: import a folder first")
	case r.Region != "" && !slices.Contains(ids, r.Region):
		return fmt.Errorf("region %q: not found; the database holds %s", r.Region, namesOf(ids))
	case r.Region != "":
	case len(ids) > 1 && !slices.Contains(ids, ""):
		return fmt.Errorf("which region? give --region, one of %s", strings.Join(ids, ", "))
	case len(ids) == 1:
		r.Region = ids[0]
	}
	return nil
}

// namesOf lists the names of regions.
func namesOf(ids []string) string {
	if len(ids) == 1 && ids[0] == "" {
		return "one without a name: leave --region out"
	}
	return strings.Join(ids, ", ")
}

// calendarFlags say whose calendars are meant, and how much they tell.
type calendarFlags struct {
	regionFlag
	Staff         []string `help:"Ids of people."`
	Location      []string `help:"Ids of locations."`
	District      []string `help:"Ids of districts."`
	Role          []string `help:"Ids of roles."`
	Team          bool     `help:"The whole team of the region."`
	Level         string   `enum:"full,no_names,busy" default:"full" help:"How much is told: full, no_names or busy."`
	Lang          string   `enum:"nl,en" default:"nl" help:"Language of the texts: nl or en."`
	HideCancelled bool     `help:"Leave out visits that are cancelled, instead of showing them until their day."`
	PublicURL     string   `env:"WIJKPLANNER_URL" help:"Address that people use, for example https://planner.example.nl; without it, addresses are for this machine alone."`
}

// localURL is the address of a server that was started without any settings.
const localURL = "http://localhost:8080"

// address returns the address that people use.
func (c *calendarFlags) address() (string, error) {
	address := cmp.Or(c.PublicURL, localURL)
	if _, err := web.LinksOf(address, ""); err != nil {
		return "", &codeError{exitInput, err}
	}
	return address, nil
}

// print writes a table of addresses, and where nobody gave the address that
// people use it says that they work nowhere else.
func (c *calendarFlags) print(p *process, rows [][]string) error {
	if c.PublicURL == "" {
		fmt.Fprintf(p.stderr, "wijkplanner: %s works on this machine only; give --public-url (or WIJKPLANNER_URL) the address that people use\n", localURL)
	}
	return writeCSV(p.stdout, rows)
}

// calendars lists the calendars that are asked for.
func (c *calendarFlags) calendars() ([]store.NewFeed, error) {
	var out []store.NewFeed
	add := func(kind store.FeedKind, ids ...string) {
		for _, id := range ids {
			scope := store.FeedScope{Region: c.Region, Kind: kind, ID: id}
			out = append(out, store.NewFeed{
				Scope: scope, Level: store.FeedLevel(c.Level), Language: store.Language(c.Lang), HideCancelled: c.HideCancelled,
			})
		}
	}
	add(store.StaffFeed, c.Staff...)
	add(store.LocationFeed, c.Location...)
	add(store.DistrictFeed, c.District...)
	add(store.RoleFeed, c.Role...)
	if c.Team {
		add(store.TeamFeed, "")
	}
	if len(out) == 0 {
		return nil, &codeError{exitInput, errors.New("whose calendar? give --staff, --location, --district, --role or --team")}
	}
	return out, nil
}

type feedCreate struct {
	calendarFlags
	All bool `help:"Everybody and every location of the region."`
}

// Run makes the feeds and prints one CSV line for each.
func (c *feedCreate) Run(p *process) error {
	return c.in(p, func(s *service.Service) error {
		if err := c.everybody(p.ctx, s); err != nil {
			return err
		}
		calendars, err := c.calendars()
		if err != nil {
			return err
		}
		address, err := c.address()
		if err != nil {
			return err
		}
		made, err := s.Store.CreateFeeds(p.ctx, calendars...)
		if err != nil {
			return &codeError{exitInput, err}
		}
		rows := [][]string{{"kind", "id", "address", "feed", "page", "webcal", "google"}}
		for i, m := range made {
			links, err := web.LinksOf(address, m.Token)
			if err != nil {
				return &codeError{exitInput, err}
			}
			scope := &calendars[i].Scope
			rows = append(rows, []string{string(scope.Kind), scope.ID, links.Address, m.ID, links.Page, links.Webcal, links.Google})
		}
		return c.print(p, rows)
	})
}

func (c *feedCreate) everybody(ctx context.Context, s *service.Service) error {
	if !c.All {
		return nil
	}
	snapshot, err := s.Snapshot(ctx, c.Region)
	if err != nil {
		return &codeError{exitInput, err}
	}
	for i := range snapshot.State.Staff {
		c.Staff = append(c.Staff, snapshot.State.Staff[i].ID)
	}
	for i := range snapshot.State.Locations {
		c.Location = append(c.Location, snapshot.State.Locations[i].ID)
	}
	return nil
}

func writeCSV(w io.Writer, rows [][]string) error {
	out := csv.NewWriter(w)
	return errors.Join(out.WriteAll(rows), out.Error())
}

type feedList struct {
	regionFlag
	Active bool `help:"Only those that still work."`
}

// Run prints one CSV line for each feed, with the name that programs show. The
// addresses are not among them: the database does not know them.
func (c *feedList) Run(p *process) error {
	return c.in(p, func(s *service.Service) error {
		feeds, err := s.Store.Feeds(p.ctx, c.Region)
		if err != nil {
			return err
		}
		rows := [][]string{{"feed", "kind", "id", "level", "cancelled", "created", "last_used", "clients", "state", "lang", "name"}}
		for i := range feeds {
			f := &feeds[i]
			if c.Active && f.Ended(p.now()) {
				continue
			}
			name, err := s.CalendarTitle(p.ctx, &f.Calendar)
			if err != nil {
				return err
			}
			rows = append(rows, append(feedRow(f, p.now()), string(f.Language), name))
		}
		return writeCSV(p.stdout, rows)
	})
}

func feedRow(f *store.Feed, now time.Time) []string {
	var clients []string
	for _, c := range f.Clients {
		clients = append(clients, c.Client+" "+c.Last.String())
	}
	return []string{
		f.ID, string(f.Scope.Kind), f.Scope.ID, string(f.Level), cancelledWord(f.HideCancelled), f.Created.Format(time.DateOnly),
		dayOrNever(f.LastUsed), strings.Join(clients, "; "), state(f.Revoked, f.Ended(now)),
	}
}

// cancelledWord says what a calendar does with cancelled visits.
func cancelledWord(hidden bool) string {
	if hidden {
		return "hide"
	}
	return "show"
}

func dayOrNever(d calendar.Date) string {
	if d == calendar.NoDate {
		return ""
	}
	return d.String()
}

func state(revoked time.Time, ended bool) string {
	switch {
	case !revoked.IsZero():
		return "revoked"
	case ended:
		return "ended"
	}
	return "active"
}

type feedRevoke struct {
	databaseFlag
	ID string `arg:"" help:"The feed, as 'feed list' shows it, or its whole address."`
}

// Run revokes the feed: within a second its address is unknown.
func (c *feedRevoke) Run(p *process) error {
	id := feedID(c.ID)
	return c.change(p, "revoked "+id, func(s *service.Service) error { return s.RevokeFeed(p.ctx, id, p.now()) })
}

// feedID takes the id out of an address, and leaves an id as it is.
func feedID(s string) string {
	if _, token, found := strings.Cut(s, "pf_feed_"); found {
		s, _, _ = strings.Cut(token, "_")
	}
	return s
}

// change does something to one row and says so.
func (d databaseFlag) change(p *process, done string, f func(s *service.Service) error) (err error) {
	s, err := d.open(p)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Store.Close()) }()
	if err := f(s); err != nil {
		return &codeError{exitInput, err}
	}
	_, err = fmt.Fprintln(p.stdout, done)
	return err
}

type feedSwitch struct {
	databaseFlag
	ID        string `arg:"" help:"The feed, as 'feed list' shows it, or its whole address."`
	Cancelled string `required:"" enum:"show,hide" help:"What to do with cancelled visits: show them until their day, or hide them."`
}

// Run switches whether a feed shows cancelled visits.
func (c *feedSwitch) Run(p *process) error {
	id := feedID(c.ID)
	return c.change(p, "switched "+id, func(s *service.Service) error {
		return s.Store.HideCancelled(p.ctx, id, c.Cancelled == "hide", p.now())
	})
}

type feedQR struct {
	Address string `arg:"" help:"The address of a feed, as 'feed create' printed it; - reads it from the standard input."`
	PNG     string `name:"png" type:"path" help:"Write a picture to this file instead of drawing on the terminal."`
}

// Run draws the code. It opens no database: that knows no addresses.
func (c *feedQR) Run(p *process) error {
	address := c.Address
	if address == "-" {
		text, err := io.ReadAll(io.LimitReader(p.stdin, 4096))
		if err != nil {
			return err
		}
		address = strings.TrimSpace(string(text))
	}
	public, file, found := strings.Cut(address, "/f/")
	token := strings.TrimSuffix(file, ".ics")
	if _, ok := store.ParseToken(store.FeedToken, token); !found || !ok {
		return &codeError{exitInput, errors.New("this is no address of a feed: want one as 'feed create' printed it, whole")}
	}
	links, err := web.LinksOf(public, token)
	if err != nil {
		return &codeError{exitInput, err}
	}
	code, err := web.NewQR(links.Page)
	if err != nil {
		return err
	}
	if c.PNG != "" {
		return writePNG(c.PNG, code)
	}
	if err := code.WriteText(p.stdout); err != nil {
		return err
	}
	_, err = fmt.Fprintf(p.stdout, "page    %s\nwebcal  %s\nhttps   %s\ngoogle  %s\n", links.Page, links.Webcal, links.Address, links.Google)
	return err
}

// writePNG writes the code to a file that only its owner may read: it is a key.
func writePNG(path string, code web.QR) (err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return &codeError{exitInput, err}
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return code.WritePNG(f)
}
