package api

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/go-chi/chi/v5"

	"github.com/wijkplanner/wijkplanner/api/rights"
	"github.com/wijkplanner/wijkplanner/api/web"
	"github.com/wijkplanner/wijkplanner/planner/service"
)

// ErrNotFound is what the functions of a Config return, wrapped or not, for a
// region or feed that is not there.
var ErrNotFound = errors.New("not found")

// Config is what the routes need: the questions they put to the service, and
// the edges of the program.
type Config struct {
	// Regions lists the regions by name, in the order of the picker.
	Regions func(ctx context.Context) ([]string, error)
	// Region returns a region's state and its published plan; its Plan is nil
	// when none is published.
	Region func(ctx context.Context, name string) (web.Region, error)
	// Feed opens the feed of a token at a moment for a program that names itself
	// in its User-Agent. An unknown and a revoked token are both ErrNotFound;
	// any other error means that the feed cannot be read now.
	Feed func(ctx context.Context, token, agent string, now time.Time) (Feed, error)
	// Subscription says what the feed of a token is, for the page about it; the
	// links are made here. Its errors are those of Feed.
	Subscription func(ctx context.Context, token string, now time.Time) (web.Subscription, error)
	// Account opens a CalDAV account by its app password. A wrong password and
	// an unknown or revoked account are all ErrNotFound.
	Account func(ctx context.Context, user, password string, now time.Time) (*service.Account, error)
	// Answering is what stands behind the links in mail; the zero value knows no
	// link.
	Answering Answering
	// Service answers the JSON API; nil leaves it out.
	Service *service.Service
	// Caller says who sent a request: the zero value for nobody, ErrNotFound when
	// what they showed opens nothing; nil knows nobody.
	Caller func(r *http.Request) (rights.Caller, error)
	// Webhooks tells other programs what happens; nil without a key.
	Webhooks *service.Webhooks
	// Busy reads people's own calendars; nil without a key.
	Busy *service.BusyReader
	// Stopping is closed when the server begins to stop; nil for never.
	Stopping <-chan struct{}
	// Entrance is where people and programs prove who they are; nil leaves its
	// routes out. Where Caller is nil it says who sent a request.
	Entrance *service.Entrance
	// Photos are the portraits of staff, by the names of their files; nil for none.
	Photos fs.FS
	// CursorKey signs the cursors of lists.
	CursorKey []byte
	// Contact is whom to ask about the API.
	Contact Contact
	// Health says what is wrong, nil when the service can answer.
	Health func(ctx context.Context) error
	// Now is the clock.
	Now func() time.Time
	// Log takes the access log and the faults.
	Log *slog.Logger
	// PublicURL is the address people use, "https://planner.example.nl"; with
	// https, browsers are told to stay there.
	PublicURL string
	// FeedLimit is how often a feed may be read in an hour, HEAD and 304
	// included; 0 for 240.
	FeedLimit int
	// UnknownLimit is how many unknown or revoked feeds one address (IPv6: one
	// network of 64 bits) may ask for in an hour, and how many wrong passwords it
	// may try on one CalDAV account; 0 for 600.
	UnknownLimit int
	// AccountLimit is how many requests a CalDAV account may make in an hour; 0
	// for 1,200.
	AccountLimit int
	// CallerLimit is how many requests a caller of the JSON API may make in an
	// hour, and how many one address may make without signing in; 0 for 36,000.
	CallerLimit int
	// EntryLimit is how often one address may try in an hour to sign in, by a
	// password, code, link or identity provider; 0 for 300.
	EntryLimit int
	// TrustedProxies are the networks whose X-Forwarded-For is believed. With
	// none, the address of a caller is that of the connection.
	TrustedProxies []netip.Prefix
}

// Contact is whom to ask about the API: its description names them.
type Contact struct{ Name, Mail, URL string }

// validate reports everything that is missing or wrong at once.
func (c *Config) validate() error {
	var missing []string
	for name, absent := range map[string]bool{
		"Regions": c.Regions == nil, "Region": c.Region == nil, "Feed": c.Feed == nil, "Subscription": c.Subscription == nil, "Account": c.Account == nil,
		"Health": c.Health == nil, "Now": c.Now == nil, "Log": c.Log == nil,
	} {
		if absent {
			missing = append(missing, name)
		}
	}
	var faults []error
	if len(missing) > 0 {
		faults = append(faults, fmt.Errorf("api: the configuration lacks %s", sortedList(missing)))
	}
	if c.FeedLimit < 0 || c.UnknownLimit < 0 || c.AccountLimit < 0 {
		faults = append(faults, fmt.Errorf("api: FeedLimit %d, UnknownLimit %d, AccountLimit %d: want at least 1, or 0 for the usual limit",
			c.FeedLimit, c.UnknownLimit, c.AccountLimit))
	}
	for _, p := range c.TrustedProxies {
		if !p.IsValid() {
			faults = append(faults, errors.New("api: TrustedProxies: not a network, such as 10.0.0.0/8"))
		}
	}
	return errors.Join(faults...)
}

// handlers are the routes' handlers with what they need.
type handlers struct {
	Config
	// feeds counts the reads of each token that is good, accounts those of each
	// CalDAV account, unknowns the misses of each address, signIns those of each
	// address for each user name.
	feeds, accounts, unknowns, signIns, callers limiter
	// entries counts the tries of each address to sign in.
	entries limiter
	// sessions are those of accounts, locations those of locations' contacts.
	sessions, locations *scs.SessionManager
	// turns are taken by questions from addresses with too many misses.
	turns chan struct{}
	// crossOrigin refuses what a page of somebody else makes a browser send.
	crossOrigin *http.CrossOriginProtection
}

// New returns the handler of all routes. It fails when the configuration lacks
// something, and when a route has no row in the policy table.
func New(c Config) (http.Handler, error) {
	if err := c.validate(); err != nil {
		return nil, err
	}
	h := &handlers{
		Config: c,
		feeds:  newLimiter(cmp.Or(c.FeedLimit, defaultFeedLimit)), accounts: newLimiter(cmp.Or(c.AccountLimit, defaultAccountLimit)),
		unknowns: newLimiter(cmp.Or(c.UnknownLimit, defaultUnknownLimit)), signIns: newLimiter(cmp.Or(c.UnknownLimit, defaultUnknownLimit)),
		callers: newLimiter(cmp.Or(c.CallerLimit, defaultCallerLimit)), entries: newLimiter(cmp.Or(c.EntryLimit, defaultEntryLimit)),
		turns: make(chan struct{}, doubtfulTurns), crossOrigin: http.NewCrossOriginProtection(),
	}
	h.trustOwnOrigin()
	if h.Entrance != nil {
		h.sessions, h.locations = newSessions(h.Entrance, "session", h.secure()), newSessions(h.Entrance, "location", h.secure())
		if h.Caller == nil {
			h.Caller = h.authenticate
		}
	}
	r := chi.NewRouter()
	r.Use(identified, h.accessLog, h.securityHeaders, h.recovered, h.sameSite, h.readable)
	r.NotFound(h.notFound)
	r.MethodNotAllowed(h.methodNotAllowed)
	pages, err := h.routes(r)
	if err != nil {
		return nil, err
	}
	table := policies
	if h.Entrance != nil {
		table = slices.Concat(policies, signInPolicies)
	}
	rows, err := h.mountAPI(r)
	if err != nil {
		return nil, err
	}
	if err := checkPolicies(r, slices.Concat(rows, pages, table)); err != nil {
		return nil, err
	}
	return r, nil
}

// routes mounts everything but the JSON API, and returns the policy rows of the
// pages, which carry their own.
func (h *handlers) routes(r chi.Router) (pages []policy, err error) {
	read := func(r chi.Router, pattern string, handler http.HandlerFunc) {
		r.Get(pattern, handler)
		r.Head(pattern, handler)
	}
	r.Group(func(r chi.Router) {
		r.Use(h.clientAddress(), h.called, h.callerLimit)
		read(r, "/", h.signedIn(h.glance))
		if h.Entrance != nil {
			h.signInRoutes(r)
			pages, err = h.mountPages(r)
		}
	})
	read(r, web.StaticPrefix+"*", h.static)
	read(r.With(h.clientAddress()), "/f/{token}.ics", h.feed)
	read(r.With(h.clientAddress()), "/subscribe/{token}", h.subscribe)
	h.davRoutes(r)
	read(r.With(h.clientAddress()), "/answer/{token}", h.answerPage)
	r.With(h.clientAddress()).Post("/answer/{token}", h.answerAct)
	read(r, "/healthz", h.health)
	read(r, "/robots.txt", h.robots)
	read(r, "/.well-known/security.txt", h.securityContact)
	return pages, err
}

// trustOwnOrigin takes the address that people use for our own, also where a
// proxy sends another Host along.
func (h *handlers) trustOwnOrigin() {
	if u, err := url.Parse(h.PublicURL); err == nil && u.Host != "" {
		// The address was read, so it is an origin.
		_ = h.crossOrigin.AddTrustedOrigin(u.Scheme + "://" + u.Host)
	}
}

func (h *handlers) secure() bool { return strings.HasPrefix(h.PublicURL, "https://") }
