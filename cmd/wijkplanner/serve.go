package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"slices"
	"time"

	"github.com/wijkplanner/wijkplanner/api"
	"github.com/wijkplanner/wijkplanner/api/rights"
	"github.com/wijkplanner/wijkplanner/api/web"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/files"
	"github.com/wijkplanner/wijkplanner/planner/service"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// databaseFlag names the database of a command.
type databaseFlag struct {
	DB            string `name:"db" env:"WIJKPLANNER_DB" help:"Database: postgres://… or a path; empty for the embedded one in ./data."`
	DBConnections int    `name:"db-connections" default:"16" env:"WIJKPLANNER_DB_CONNECTIONS" help:"How many connections to PostgreSQL this program may have; 3 or more."`
}

// databasePatience is how long a request waits for its turn in the database
// before it is answered 503.
const databasePatience = 5 * time.Second

// open opens the database, migrated, with a service over it.
func (d databaseFlag) open(p *process) (*service.Service, error) {
	st, err := store.Open(p.ctx, d.DB, store.WithClock(p.now), store.WithConnections(d.DBConnections, databasePatience))
	if err != nil {
		return nil, &codeError{exitInput, err}
	}
	return service.New(st, p.log, p.now), nil
}

type migrateCommand struct{ databaseFlag }

// Run opens the database, which applies the migrations it lacks.
func (c *migrateCommand) Run(p *process) error {
	s, err := c.open(p)
	if err != nil {
		return err
	}
	return s.Store.Close()
}

type serveCommand struct {
	databaseFlag
	smtpFlags
	imapFlags
	busyFlags
	jobLease
	providerFlags
	Jobs         int            `default:"1" env:"WIJKPLANNER_JOBS" help:"How many jobs to do at once beside serving; 0 leaves them to 'wijkplanner worker'."`
	Drain        time.Duration  `default:"1s" env:"WIJKPLANNER_DRAIN" help:"How long to go on serving after /healthz says that the server stops, so that load balancers notice."`
	Addr         string         `default:":8080" env:"WIJKPLANNER_ADDR" help:"Address to listen on."`
	PublicURL    string         `env:"WIJKPLANNER_URL" help:"Address that people use (default: http:// and the address listened on)."`
	ContactName  string         `default:"Wijkplanner" env:"WIJKPLANNER_CONTACT_NAME" help:"Whom to ask about the API."`
	ContactMail  string         `env:"WIJKPLANNER_CONTACT_MAIL" help:"Their mail address (default: postmaster at the public address)."`
	TrustedProxy []netip.Prefix `env:"WIJKPLANNER_TRUSTED_PROXIES" help:"Networks of proxies whose X-Forwarded-For is believed, for example 10.0.0.0/8."`
	FeedLimit    int            `default:"240" env:"WIJKPLANNER_FEED_LIMIT" help:"How often a feed may be read in an hour."`
	UnknownLimit int            `default:"600" env:"WIJKPLANNER_UNKNOWN_LIMIT" help:"How many unknown feeds one address may ask for in an hour."`
	CallerLimit  int            `default:"36000" env:"WIJKPLANNER_CALLER_LIMIT" help:"How many requests a caller of pages and API, or an address without signing in, may make in an hour."`
	EntryLimit   int            `default:"300" env:"WIJKPLANNER_ENTRY_LIMIT" help:"How often one address may try to sign in, in an hour."`
	Theme        string         `type:"existingfile" env:"WIJKPLANNER_THEME" help:"Style sheet with a municipality's design tokens (NL Design System), loaded last on every page."`
	Photos       string         `type:"existingdir" env:"WIJKPLANNER_PHOTOS" help:"Folder with portraits of staff (jpg, png, webp); the column photo of staff.csv names one: /photos/anna.jpg."`
	Statement    string         `env:"WIJKPLANNER_ACCESSIBILITY" help:"Address of the accessibility statement, for the foot of every page."`
	Tiles        string         `env:"WIJKPLANNER_TILES" help:"Tile server for the pictures under the map, https://tiles.example.nl/{z}/{x}/{y}.png (default: none; the map draws districts and locations alone)."`
	TilesBy      string         `env:"WIJKPLANNER_TILES_BY" help:"What the map says of their origin, such as '© OpenStreetMap contributors'."`
	PlainHTTP    bool           `env:"WIJKPLANNER_PLAIN_HTTP" help:"Allow a public http:// address although it can be read on its way; for networks that are safe by other means."`
	Demo         string         `type:"existingdir" help:"Input folder to load, assign and plan first, when the database does not know it yet."`
	Year         int            `help:"Year to plan for the demo (default next year)."`
}

// Validate refuses a year that nobody plans.
func (c *serveCommand) Validate() error {
	if c.Year != 0 && (c.Year < firstYear || c.Year > lastYear) {
		return fmt.Errorf("--year is %d: want a year from %d to %d", c.Year, firstYear, lastYear)
	}
	return c.check()
}

// shutdownTime is how long requests may take to end when the server stops.
const shutdownTime = 10 * time.Second

// Run serves until it is told to stop.
func (c *serveCommand) Run(p *process) (err error) {
	s, err := c.open(p)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Store.Close()) }()
	if c.Demo != "" {
		if err := c.load(p, s); err != nil {
			return err
		}
	}
	listener, err := (&net.ListenConfig{}).Listen(p.ctx, "tcp", c.Addr)
	if err != nil {
		return &codeError{exitInput, fmt.Errorf("%w; choose another with --addr", err)}
	}
	if c.PublicURL == "" {
		c.PublicURL = fmt.Sprintf("http://localhost:%d", listener.Addr().(*net.TCPAddr).Port)
	}
	if err := c.safeAddress(); err != nil {
		return &codeError{exitInput, err}
	}
	if s.Links, err = links(c.PublicURL, c.SecretKey); err != nil {
		return err
	}
	if err := c.site(); err != nil {
		return err
	}
	handler, err := c.handler(p, s)
	if err != nil {
		return err
	}
	defer s.Close(context.WithoutCancel(p.ctx))
	if err := (secretFlag{c.SecretKey}).unlock(s); err != nil {
		return err
	}
	background, err := background(s, c.Jobs, c.JobLease, &c.smtpFlags, &c.imapFlags, &c.busyFlags)
	if err != nil {
		return err
	}
	defer background.start(p.ctx)()
	if err := c.welcome(p, s); err != nil {
		return err
	}
	fmt.Fprintf(p.stdout, "Wijkplanner is at %s – stop with Ctrl+C\n", c.PublicURL)
	return serve(p.ctx, api.Server(c.Addr, handler), listener, c.Drain)
}

// serve runs a server until the context ends: then it goes on for a while, so
// that load balancers see that it stops, and lets requests finish.
func serve(ctx context.Context, server *http.Server, listener net.Listener, drain time.Duration) error {
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	time.Sleep(drain)
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTime)
	defer cancel()
	return server.Shutdown(last)
}

// ready says whether the server wants requests: not when it stops.
func ready(p *process, s *service.Service) func(context.Context) error {
	return func(ctx context.Context) error {
		if p.ctx.Err() != nil {
			return errors.New("the server stops")
		}
		return s.Health(ctx)
	}
}

// handler wires the routes to the service.
func (c *serveCommand) handler(p *process, s *service.Service) (http.Handler, error) {
	cursors, err := s.CursorKey(p.ctx)
	if err != nil {
		return nil, err
	}
	entrance, err := c.entrance(p, s)
	if err != nil {
		return nil, err
	}
	hooks, err := c.webhooks(s)
	if err != nil {
		return nil, err
	}
	busy, err := c.reader(s)
	if err != nil {
		return nil, err
	}
	photos, err := c.photos()
	if err != nil {
		return nil, err
	}
	return api.New(api.Config{
		Busy: busy, Entrance: entrance, CallerLimit: c.CallerLimit, EntryLimit: c.EntryLimit,
		Service: s, CursorKey: cursors, Stopping: p.ctx.Done(), Webhooks: hooks, Contact: c.whom(),
		Regions: func(ctx context.Context) ([]string, error) {
			regions, err := s.As(rights.CallerOf(ctx).Scope).Regions(ctx)
			names := make([]string, len(regions))
			for i, r := range regions {
				names[i] = r.ID
			}
			return names, err
		},
		Region: func(ctx context.Context, name string) (web.Region, error) {
			snapshot, err := s.As(rights.CallerOf(ctx).Scope).Snapshot(ctx, name)
			if err != nil {
				return web.Region{}, notFound(err)
			}
			return web.Region{State: snapshot.State, Plan: snapshot.Plan}, nil
		},
		Feed: func(ctx context.Context, token, agent string, now time.Time) (api.Feed, error) {
			r, err := s.Feed(ctx, token, agent, now)
			if err != nil {
				return api.Feed{}, notFound(err)
			}
			return api.FeedOf(r), nil
		},
		Subscription: func(ctx context.Context, token string, now time.Time) (web.Subscription, error) {
			r, err := s.Subscription(ctx, token, now)
			if err != nil {
				return web.Subscription{}, notFound(err)
			}
			name, err := r.Name(ctx)
			return web.Subscription{Name: name, Level: string(r.Calendar.Level), HideCancelled: r.Calendar.HideCancelled}, err
		},
		Account: func(ctx context.Context, user, password string, now time.Time) (*service.Account, error) {
			a, err := s.Account(ctx, user, password, now)
			return a, notFound(err)
		},
		FeedLimit: c.FeedLimit, UnknownLimit: c.UnknownLimit,
		Answering: answering(s),
		Photos:    photos,
		Health:    ready(p, s), Now: p.now, Log: p.log, PublicURL: c.PublicURL, TrustedProxies: c.TrustedProxy,
	})
}

// photos opens the folder with portraits; nothing outside it can be reached.
func (c *serveCommand) photos() (fs.FS, error) {
	if c.Photos == "" {
		return nil, nil
	}
	root, err := os.OpenRoot(c.Photos)
	if err != nil {
		return nil, &codeError{exitInput, err}
	}
	return root.FS(), nil
}

// site reads what the installation shows on every page.
func (c *serveCommand) site() error {
	site := web.Site{Statement: c.Statement, Tiles: web.Tiles{Address: c.Tiles, By: c.TilesBy}}
	if err := site.Tiles.Check(); err != nil {
		return &codeError{exitInput, fmt.Errorf("--tiles: %w", err)}
	}
	if u, err := url.Parse(c.Statement); err != nil || c.Statement != "" && u.Scheme != "https" && u.Scheme != "http" {
		return &codeError{exitInput, fmt.Errorf("--statement is %q: want an address that begins with https://", c.Statement)}
	}
	if c.Theme != "" {
		var err error
		if site.Theme, err = os.ReadFile(c.Theme); err != nil {
			return &codeError{exitInput, err}
		}
		if err := web.CheckTheme(site.Theme); err != nil {
			return &codeError{exitInput, fmt.Errorf("--theme %s: %w", c.Theme, err)}
		}
		site.ThemeClass = web.ThemeClassOf(site.Theme)
	}
	web.SetSite(site)
	return nil
}

// whom says whom to ask about the API.
func (c *serveCommand) whom() api.Contact {
	host := "localhost"
	if u, err := url.Parse(c.PublicURL); err == nil && u.Hostname() != "" {
		host = u.Hostname()
	}
	return api.Contact{Name: cmp.Or(c.ContactName, "Wijkplanner"), Mail: cmp.Or(c.ContactMail, "postmaster@"+host), URL: c.PublicURL}
}

// answering wires the links in mail.
func answering(s *service.Service) api.Answering {
	return api.Answering{
		Open:     func(ctx context.Context, token string) error { return notFound(s.AnswerLink(ctx, token)) },
		MailCode: func(ctx context.Context, token string) error { return notFound(s.MailCode(ctx, token)) },
		Answer: func(ctx context.Context, token, code, answer string) error {
			return notFound(s.AnswerWithCode(ctx, token, code, answer))
		},
	}
}

// notFound says "not found" in the words of the API.
func notFound(err error) error {
	if errors.Is(err, service.ErrNotFound) {
		return fmt.Errorf("%w: %w", api.ErrNotFound, err)
	}
	return err
}

// load imports, plans and publishes a folder, unless all of its regions are
// planned already and it says nothing new about them.
func (c *serveCommand) load(p *process, s *service.Service) error {
	states, err := files.ReadFolder(c.Demo)
	if err != nil {
		return err
	}
	if c.planned(p, s, states) {
		fmt.Fprintf(p.stdout, "%s is loaded and planned already\n", c.Demo)
		return nil
	}
	err = c.plan(p, s, states)
	if errors.Is(err, service.ErrStale) && c.planned(p, s, states) {
		fmt.Fprintln(p.stdout, "another server has just planned it")
		return nil
	}
	if err != nil {
		return err
	}
	return c.showFeed(p, s, states[0])
}

// planned reports whether each region has a published plan and is known as the
// folder describes it.
func (c *serveCommand) planned(p *process, s *service.Service, states []*planner.State) bool {
	for _, state := range states {
		if snapshot, err := s.Snapshot(p.ctx, state.Region); err != nil || snapshot.Plan == nil {
			return false
		}
	}
	report, err := s.Preview(p.ctx, states)
	return err == nil && !slices.ContainsFunc(report, func(r service.Imported) bool { return len(r.Changes) > 0 })
}

// plan imports the states, plans them and publishes the plans.
func (c *serveCommand) plan(p *process, s *service.Service, states []*planner.State) error {
	if _, err := s.ImportWith(p.ctx, states, service.KeepByHand); err != nil {
		return err
	}
	regions := make([]string, len(states))
	for i, state := range states {
		regions[i] = state.Region
	}
	fmt.Fprintf(p.stdout, "Planning %s …\n", c.Demo)
	o := searchFlags{Year: c.Year, Seed: 1, MaxChanges: -1}.options(p)
	proposals, err := s.Propose(p.ctx, o, regions...)
	if err != nil {
		return err
	}
	ids := make([]int64, len(proposals))
	for i, proposal := range proposals {
		ids[i] = proposal.ID
	}
	fmt.Fprintln(p.stdout, summary(plansOf(proposals)))
	return s.Publish(p.ctx, ids...)
}

func plansOf(proposals []service.Proposal) []*planner.Plan {
	out := make([]*planner.Plan, len(proposals))
	for i := range proposals {
		out[i] = proposals[i].Plan
	}
	return out
}

// showFeed makes one feed, so that a newcomer can subscribe at once. Its address
// is a key: it goes to somebody at a terminal, and into no log.
func (c *serveCommand) showFeed(p *process, s *service.Service, state *planner.State) error {
	if len(state.Staff) == 0 {
		return nil
	}
	more := "wijkplanner feed create --all"
	if !isTerminal(p.stdout) {
		_, err := fmt.Fprintf(p.stdout, "Calendars to subscribe to: %s\n", more)
		return err
	}
	scope := store.FeedScope{Region: state.Region, Kind: store.StaffFeed, ID: state.Staff[0].ID}
	_, token, err := s.Store.CreateFeed(p.ctx, store.NewFeed{Scope: scope, Level: store.FullDetail})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(p.stdout, "A calendar to subscribe to, that of %s: /subscribe/%s\nMore of them: %s\n",
		state.Staff[0].Name, token, more)
	return err
}
