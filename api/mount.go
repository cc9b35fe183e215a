package api

import (
	"errors"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-chi/chi/v5"

	"github.com/wijkplanner/wijkplanner/api/rights"
	v1 "github.com/wijkplanner/wijkplanner/api/v1"
	"github.com/wijkplanner/wijkplanner/planner/service"
)

// mountAPI puts the JSON API under its prefix and returns its policy rows.
func (h *handlers) mountAPI(r chi.Router) (rows []policy, err error) {
	if h.Service == nil {
		return nil, nil
	}
	r.Route(v1.Prefix, func(r chi.Router) {
		r.NotFound(h.notFound)
		r.MethodNotAllowed(h.methodNotAllowed)
		r.Use(h.clientAddress(), h.called, h.callerLimit)
		var api *v1.API
		api, err = v1.Mount(r, v1.Config{
			Service: h.Service, Now: h.Now, Log: h.Log, PublicURL: h.PublicURL, CursorKey: h.CursorKey, Stopping: h.Stopping, Webhooks: h.Webhooks, Busy: h.Busy,
			EndSession: h.endSession,
			Contact:    huma.Contact{Name: h.Contact.Name, Email: h.Contact.Mail, URL: h.Contact.URL},
		})
		for at := range api.Policies() {
			method, pattern, _ := strings.Cut(at, " ")
			if method != http.MethodHead {
				rows = append(rows, policy{method: method, pattern: pattern})
			}
		}
	})
	return rows, err
}

// called learns who sent the request; it is asked anew each time, so that a right
// that was taken away is gone.
func (h *handlers) called(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var caller rights.Caller
		if h.Caller != nil {
			var err error
			caller, err = h.Caller(r)
			switch {
			case errors.Is(err, ErrNotFound):
				if h.unknowns.OnLimit(w, r, address(r)) {
					h.tooMany(w, r, h.unknowns)
					return
				}
				w.Header().Set("WWW-Authenticate", `Bearer realm="Wijkplanner"`)
				h.answerFault(w, r, http.StatusUnauthorized)
				return
			case err != nil:
				h.answerError(w, r, err)
				return
			}
		}
		caller.Request = w.Header().Get(requestID)
		ctx := service.WithRequest(rights.With(r.Context(), caller), caller.Request)
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// callerLimit bounds the requests of one caller, and of one address without one.
func (h *handlers) callerLimit(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		key := rights.CallerOf(r.Context()).Actor
		if key == "" {
			key = address(r)
		}
		if h.callers.OnLimit(w, r, key) {
			h.tooMany(w, r, h.callers)
			return
		}
		next.ServeHTTP(w, r)
	})
}
