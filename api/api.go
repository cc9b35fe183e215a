package api

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/wijkplanner/wijkplanner/api/web"
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
	// Feed renders the feed of a token as it stands at a moment. An unknown and
	// a revoked token are both ErrNotFound.
	Feed func(ctx context.Context, token string, now time.Time) (Feed, error)
	// Health says what is wrong, nil when the service can answer.
	Health func(ctx context.Context) error
	// Now is the clock.
	Now func() time.Time
	// Log takes the access log and the faults.
	Log *slog.Logger
	// PublicURL is the address people use, "https://planner.example.nl"; with
	// https, browsers are told to stay there.
	PublicURL string
}

// validate reports everything that is missing at once.
func (c *Config) validate() error {
	var missing []string
	for name, absent := range map[string]bool{
		"Regions": c.Regions == nil, "Region": c.Region == nil, "Feed": c.Feed == nil,
		"Health": c.Health == nil, "Now": c.Now == nil, "Log": c.Log == nil,
	} {
		if absent {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		return fmt.Errorf("api: the configuration lacks %s", sortedList(missing))
	}
	return nil
}

// handlers are the routes' handlers with what they need.
type handlers struct{ Config }

// New returns the handler of all routes. It fails when the configuration lacks
// something, and when a route has no row in the policy table.
func New(c Config) (http.Handler, error) {
	if err := c.validate(); err != nil {
		return nil, err
	}
	h := &handlers{c}
	r := chi.NewRouter()
	r.Use(h.accessLog, h.securityHeaders, h.recovered)
	r.NotFound(h.notFound)
	r.MethodNotAllowed(h.methodNotAllowed)
	h.routes(r)
	if err := checkPolicies(r, policies); err != nil {
		return nil, err
	}
	return r, nil
}

func (h *handlers) routes(r chi.Router) {
	read := func(pattern string, handler http.HandlerFunc) {
		r.Get(pattern, handler)
		r.Head(pattern, handler)
	}
	read("/", h.glance)
	read(web.StaticPrefix+"*", h.static)
	read("/f/{token}.ics", h.feed)
	read("/healthz", h.health)
	read("/robots.txt", h.robots)
}

func (h *handlers) secure() bool { return strings.HasPrefix(h.PublicURL, "https://") }
