package v1

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"
	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"

	"github.com/wijkplanner/wijkplanner/api/problem"
	"github.com/wijkplanner/wijkplanner/api/rights"
	"github.com/wijkplanner/wijkplanner/api/web"
	"github.com/wijkplanner/wijkplanner/planner/service"
)

// Version is the version of the API (semantic versioning); its first number is
// that of the path.
const Version = "1.0.0"

// Prefix is where the API is.
const Prefix = "/v1"

// Config is what the API needs.
type Config struct {
	// Service answers; each request goes to it in the scope of its caller.
	Service *service.Service
	// Now is the clock.
	Now func() time.Time
	// Log takes the faults.
	Log *slog.Logger
	// PublicURL is the address people use.
	PublicURL string
	// CursorKey signs cursors; the same for all processes of an installation.
	CursorKey []byte
	// Webhooks tells other programs what happens; nil without a key.
	Webhooks *service.Webhooks
	// Busy reads people's own calendars; nil without a key.
	Busy *service.BusyReader
	// EndSession ends the session that a request came with and takes its cookie
	// away; nil where there are none. It gives ErrNotFound for a request without.
	EndSession func(http.ResponseWriter, *http.Request) error
	// Stopping is closed when the server begins to stop, which ends streams; nil
	// for never.
	Stopping <-chan struct{}
	// Contact is whom to ask about the API, for its description.
	Contact huma.Contact
}

// API is the mounted API.
type API struct {
	Config
	huma huma.API
	// policies is the policy row of every operation, by method and path.
	policies map[string]rights.Access
	faults   []error
}

// Mount puts the API under a router that knows its caller already
// (rights.With). It fails when an operation has no row in the table of rights.
func Mount(r chi.Router, c Config) (*API, error) {
	a := &API{Config: c, policies: map[string]rights.Access{}}
	r.Use(middleware.GetHead, a.versioned, a.readable, a.once, a.suspicious)
	a.huma = humachi.New(r, a.description())
	for _, operations := range []func(){
		a.aboutDescription,
		a.aboutRegions,
		a.aboutOrganisations, a.aboutStaff, a.aboutDistricts, a.aboutLocations,
		a.aboutAssignments,
		a.aboutAbsences, a.aboutBlackouts, a.aboutCases, a.aboutConsents, a.aboutMeetings, a.aboutOccurrences,
		a.aboutVisitTypes, a.aboutRequirements, a.aboutAssumptions,
		a.aboutPlans,
		a.aboutVisits,
		a.aboutFeeds, a.aboutContacts, a.aboutContact, a.aboutOutbox, a.aboutImports, a.aboutFileImports, a.aboutExports,
		a.aboutJobs,
		a.aboutPublications, a.aboutPlanChanges, a.aboutVisitMoves,
		a.aboutScenarios,
		a.aboutCapacity, a.aboutCapacityReports, a.aboutCeilings, a.aboutNorms, a.aboutHours,
		a.aboutWebhooks,
		a.aboutCalDAV, a.aboutBusySources, a.aboutSession, a.aboutSettings, a.aboutSuggestions,
		a.aboutBookings,
		a.aboutUsers, a.aboutTokens, a.aboutLocationLinks, a.aboutAudit,
	} {
		operations()
	}
	a.describeHeaders()
	a.describeBodies()
	return a, errors.Join(a.faults...)
}

// describeHeaders names in the description the version that every answer carries
// (NL API Design Rules, /core/version-header).
func (a *API) describeHeaders() {
	for _, path := range a.huma.OpenAPI().Paths {
		for _, op := range []*huma.Operation{path.Get, path.Post, path.Put, path.Patch, path.Delete} {
			if op == nil {
				continue
			}
			for _, answer := range op.Responses {
				if answer.Headers == nil {
					answer.Headers = map[string]*huma.Param{}
				}
				answer.Headers["API-Version"] = &huma.Param{
					Description: "The full version of the API.", Schema: &huma.Schema{Type: huma.TypeString}, Example: Version,
				}
			}
		}
	}
}

// Policies returns the policy row of every operation, by method and path, the
// prefix included: "GET /v1/regions".
func (a *API) Policies() map[string]rights.Access { return a.policies }

func (a *API) description() huma.Config {
	c := huma.DefaultConfig("Wijkplanner", Version)
	c.Info.Description = "Wie ondersteunt welk kindercentrum, en wanneer: toewijzen, plannen, vaststellen, abonneren en boeken. " +
		"Fields and paths are in English, the language of the code."
	c.Info.Contact = &a.Contact
	c.Info.License = &huma.License{Name: "EUPL-1.2", Identifier: "EUPL-1.2"}
	c.Servers = []*huma.Server{{URL: a.PublicURL + Prefix, Description: "This installation"}}
	c.OpenAPIPath, c.DocsPath, c.SchemasPath, c.CreateHooks = "", "", "", nil
	c.RejectUnknownQueryParameters = true
	c.Transformers = []huma.Transformer{spoken}
	c.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"token":   {Type: "http", Scheme: "bearer", Description: "An API token, pf_api_…"},
		"session": {Type: "apiKey", In: "cookie", Name: "__Host-session", Description: "The cookie of a session in a browser"},
	}
	return c
}

// add registers an operation with its policy row. What the handler returns as an
// error becomes a problem; what the caller may not do it never sees.
func add[In, Out any](a *API, row rights.Access, op huma.Operation, handle func(context.Context, *In) (*Out, error)) {
	if !rights.Known(row) {
		a.faults = append(a.faults, fmt.Errorf("api: %s %s%s: no row for %s of %s in the table of rights", op.Method, Prefix, op.Path, row.Act, row.Resource))
	}
	a.policies[op.Method+" "+Prefix+op.Path] = row
	if op.Method == http.MethodGet {
		a.policies[http.MethodHead+" "+Prefix+op.Path] = row
	}
	if op.OperationID == "" {
		a.faults = append(a.faults, fmt.Errorf("api: %s %s%s has no id", op.Method, Prefix, op.Path))
	}
	op.Middlewares = append(huma.Middlewares{a.allowed(row), a.strict}, op.Middlewares...)
	op.Errors = append([]int{400, 401, 403, 404, 406, 429, 500, 503}, op.Errors...)
	if op.Method != http.MethodGet {
		op.Errors = append(op.Errors, 409, 413, 415, 422)
	}
	if rights.Of(rights.Nobody, row) == rights.None {
		op.Security = []map[string][]string{{"token": {}}, {"session": {}}}
	}
	if rights.NeedsProof(row) {
		op.Description = "A session in a browser must have proved less than ten minutes ago who it is; else the answer is 403 with the code " +
			string(problem.NeedsProof) + "."
	}
	huma.Register(a.huma, op, func(ctx context.Context, in *In) (*Out, error) {
		out, err := handle(ctx, in)
		if err != nil {
			return nil, a.fault(ctx, err)
		}
		return out, nil
	})
}

// allowed lets a request pass when the caller's role has the right at all; how
// far it goes is in the context from then on.
func (a *API) allowed(row rights.Access) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		caller := rights.CallerOf(ctx.Context())
		caller.Reach = rights.Of(caller.Role, row)
		switch {
		case caller.Reach != rights.None && rights.NeedsProof(row) && !caller.Proven:
			a.refuse(ctx, problem.NeedsProof)
		case caller.Reach != rights.None:
			next(huma.WithContext(ctx, rights.With(ctx.Context(), caller)))
		case caller.Role == rights.Nobody:
			ctx.SetHeader("WWW-Authenticate", `Bearer realm="Wijkplanner"`)
			a.refuse(ctx, problem.Unauthorized)
		default:
			a.refuse(ctx, problem.Forbidden)
		}
	}
}

func (a *API) refuse(ctx huma.Context, code problem.Code) {
	// Writing the answer is all that is left to do; the caller may have gone.
	_ = huma.WriteErr(a.huma, ctx, problem.New(code).Status, string(code))
}

// fault turns an error into a problem; one that is ours goes to the log.
func (a *API) fault(ctx context.Context, err error) error {
	p := problem.Of(err)
	if p.Code == problem.Internal {
		a.Log.ErrorContext(ctx, "request failed", "request_id", rights.CallerOf(ctx).Request, "error", err)
	}
	return p
}

// of returns the service in the scope of the request's caller.
func (a *API) of(ctx context.Context) *service.Service {
	return a.Service.As(rights.CallerOf(ctx).Scope)
}

// versioned names the version in every answer (NL API Design Rules,
// /core/version-header).
func (*API) versioned(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("API-Version", Version)
		next.ServeHTTP(w, r)
	})
}

// spoken puts a problem into the caller's language and names the request.
func spoken(ctx huma.Context, _ string, v any) (any, error) {
	p, ok := v.(*problem.Problem)
	if !ok {
		return v, nil
	}
	lang := web.MatchLang("", ctx.Header("Accept-Language"))
	ctx.SetHeader("Content-Language", string(lang))
	return p.In(lang, rights.CallerOf(ctx.Context()).Request), nil
}
