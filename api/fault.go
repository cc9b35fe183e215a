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

	"github.com/wijkplanner/wijkplanner/api/web"
)

// problem is the body of a fault for programs (RFC 9457). It has no instance:
// a path can hold a secret.
type problem struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	// Detail says in the caller's language what to do.
	Detail string `json:"detail"`
	// RequestID names the request in the log.
	RequestID string `json:"request_id"`
}

// details says for each status what to do about it. It is all that a caller
// learns, so it holds for every fault of that status.
var details = map[int]map[web.Lang]string{
	http.StatusBadRequest: {
		web.Dutch:   "Deze vraag is niet te lezen. Controleer wat u stuurt.",
		web.English: "This request cannot be read. Check what you send.",
	},
	http.StatusUnauthorized: {
		web.Dutch:   "Geef de gebruikersnaam en het app-wachtwoord die u voor dit apparaat kreeg.",
		web.English: "Give the user name and the app password that you got for this device.",
	},
	http.StatusRequestEntityTooLarge: {
		web.Dutch:   "Deze vraag is te groot. Vraag om minder tegelijk.",
		web.English: "This request is too large. Ask for less at once.",
	},
	http.StatusForbidden: {
		web.Dutch:   "Dit kwam van een pagina van een ander. Open de link zelf en probeer het daar.",
		web.English: "This came from a page of somebody else. Open the link yourself and try there.",
	},
	http.StatusNotFound: {
		web.Dutch:   "Hier is niets, of niet meer. Controleer het adres, of vraag wie het u gaf om een nieuw.",
		web.English: "There is nothing here, or no longer. Check the address, or ask whoever gave it to you for a new one.",
	},
	http.StatusMethodNotAllowed: {
		web.Dutch:   "Dit kan niet op dit adres. Wat wel kan, staat in de kop Allow.",
		web.English: "This address does not do that. What it does is in the Allow header.",
	},
	http.StatusTooManyRequests: {
		web.Dutch:   "U vraagt dit te vaak. Probeer het opnieuw na het aantal seconden in de kop Retry-After.",
		web.English: "You ask for this too often. Try again after the number of seconds in the Retry-After header.",
	},
	http.StatusInternalServerError: {
		web.Dutch:   "Er ging bij ons iets mis. Probeer het later opnieuw; meldt u het, noem dan het nummer in request_id.",
		web.English: "Something went wrong on our side. Try again later; if you report it, mention the request_id.",
	},
	http.StatusServiceUnavailable: {
		web.Dutch:   "Wijkplanner kan nu niet antwoorden. Probeer het over een minuut opnieuw.",
		web.English: "Wijkplanner cannot answer now. Try again in a minute.",
	},
}

// answerFault writes a fault: a page for people, problem+json for programs.
func (h *handlers) answerFault(w http.ResponseWriter, r *http.Request, status int) {
	if wantsPage(r) && (status == http.StatusNotFound || status == http.StatusInternalServerError) {
		var page bytes.Buffer
		if err := web.WriteError(&page, lang(r), status); err == nil {
			w.Header().Set("Vary", "Accept, Accept-Language")
			h.send(w, r, content{kind: htmlType, body: page.Bytes(), status: status})
			return
		}
	}
	language := lang(r)
	w.Header().Set("Content-Language", string(language))
	w.Header().Set("Vary", "Accept-Language")
	// A struct of strings and a number always has a JSON form.
	body, _ := json.Marshal(problem{
		Type: "about:blank", Title: http.StatusText(status), Status: status,
		Detail: details[status][language], RequestID: w.Header().Get(requestID),
	})
	h.send(w, r, content{kind: "application/problem+json", body: append(body, '\n'), status: status})
}

// wantsPage reports whether a person with a browser asks for a page, rather
// than a program for a feed, a file or a state.
func wantsPage(r *http.Request) bool {
	for _, machine := range []string{"/f/", "/dav/", "/.well-known/", "/static/", "/api/", "/healthz"} {
		if strings.HasPrefix(r.URL.Path, machine) {
			return false
		}
	}
	return strings.Contains(r.Header.Get("Accept"), "text/html")
}

// answerError writes what went wrong in the service: 404 for what is not
// there; anything else goes to the log and the caller learns no more than 500.
func (h *handlers) answerError(w http.ResponseWriter, r *http.Request, err error) {
	switch {
	case errors.Is(err, ErrNotFound):
		h.answerFault(w, r, http.StatusNotFound)
	case errors.Is(err, context.Canceled) && r.Context().Err() != nil:
		// The caller has gone; nobody reads the answer and nothing is wrong.
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
