package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strings"

	"github.com/go-chi/chi/v5"

	"github.com/wijkplanner/wijkplanner/api/problem"
	"github.com/wijkplanner/wijkplanner/api/web"
	"github.com/wijkplanner/wijkplanner/planner/service"
)

// answerFault writes the fault that a status tells.
func (h *handlers) answerFault(w http.ResponseWriter, r *http.Request, status int) {
	h.answerProblem(w, r, problem.OfStatus(status))
}

// answerProblem writes a fault: a page for people, problem+json for programs.
func (h *handlers) answerProblem(w http.ResponseWriter, r *http.Request, p *problem.Problem) {
	if wantsPage(r) {
		var page bytes.Buffer
		if err := web.WriteError(&page, lang(r), p.Status, w.Header().Get(requestID)); err == nil {
			w.Header().Set("Vary", "Accept, Accept-Language")
			h.send(w, r, content{kind: htmlType, body: page.Bytes(), status: p.Status})
			return
		}
	}
	language := lang(r)
	w.Header().Set("Content-Language", string(language))
	w.Header().Set("Vary", "Accept-Language")
	// Strings and numbers always have a JSON form.
	body, _ := json.Marshal(p.In(language, w.Header().Get(requestID)))
	h.send(w, r, content{kind: problem.ContentType, body: append(body, '\n'), status: p.Status})
}

// wantsPage reports whether a person with a browser asks for a page, rather
// than a program for a feed, a file or a state.
func wantsPage(r *http.Request) bool {
	for _, machine := range []string{"/f/", "/dav/", "/.well-known/", "/static/", "/v1/", "/healthz"} {
		if strings.HasPrefix(r.URL.Path, machine) {
			return false
		}
	}
	return strings.Contains(r.Header.Get("Accept"), "text/html")
}

// retryBusy is after how many seconds to come back to a database that had no turn.
const retryBusy = "5"

// answerError writes what went wrong in the service: 404 for what is not
// there, 503 when the database had no turn for it; anything else goes to the log and the caller learns no more than 500.
func (h *handlers) answerError(w http.ResponseWriter, r *http.Request, err error) {
	switch {
	case errors.Is(err, ErrNotFound):
		h.answerFault(w, r, http.StatusNotFound)
	case errors.Is(err, context.Canceled) && r.Context().Err() != nil:
		// The caller has gone; nobody reads the answer and nothing is wrong.
		h.answerFault(w, r, http.StatusServiceUnavailable)
	case errors.Is(err, service.ErrBusy), errors.Is(err, context.DeadlineExceeded):
		w.Header().Set("Retry-After", retryBusy)
		h.answerFault(w, r, http.StatusServiceUnavailable)
	default:
		h.Log.LogAttrs(r.Context(), slog.LevelError, "request failed", idAttr(w),
			slog.String("path", maskedPath(r)), slog.Any("error", err))
		h.answerFault(w, r, http.StatusInternalServerError)
	}
}

func (h *handlers) notFound(w http.ResponseWriter, r *http.Request) {
	h.answerFault(w, r, http.StatusNotFound)
}

// methodNotAllowed names the methods that the path does have (RFC 9110 section
// 15.5.6).
func (h *handlers) methodNotAllowed(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Allow", h.allowed(r))
	h.answerFault(w, r, http.StatusMethodNotAllowed)
}

// allowed lists the methods that the path of a request has, but for those that
// it has only to refuse them.
func (h *handlers) allowed(r *http.Request) string {
	routes := chi.RouteContext(r.Context()).Routes
	methods := []string{http.MethodOptions, http.MethodGet, http.MethodHead, http.MethodPost}
	if strings.HasPrefix(r.URL.Path, "/dav/") {
		methods = append(methods, methodPropfind, methodReport)
	} else {
		methods = append(methods, http.MethodPut, http.MethodPatch, http.MethodDelete)
	}
	var allowed []string
	for _, method := range methods {
		if routes.Match(chi.NewRouteContext(), method, r.URL.Path) {
			allowed = append(allowed, method)
		}
	}
	return strings.Join(allowed, ", ")
}
