package api

import (
	"crypto/rand"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
)

// contentPolicy lets a page use our own style sheet, pictures and forms, and
// nothing else: no script, no frame, nothing from elsewhere.
const contentPolicy = "default-src 'none'; style-src 'self'; img-src 'self' data:; " +
	"form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

// securityHeaders puts the same headers on every answer, faults included.
func (h *handlers) securityHeaders(next http.Handler) http.Handler {
	headers := map[string]string{
		"Content-Security-Policy":      contentPolicy,
		"X-Content-Type-Options":       "nosniff",
		"Referrer-Policy":              "no-referrer",
		"X-Robots-Tag":                 "noindex",
		"Cross-Origin-Opener-Policy":   "same-origin",
		"Cross-Origin-Resource-Policy": "same-origin",
		"Cache-Control":                "no-store",
	}
	if h.secure() {
		headers["Strict-Transport-Security"] = "max-age=31536000"
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for name, value := range headers {
			w.Header().Set(name, value)
		}
		next.ServeHTTP(w, r)
	})
}

// requestID is the header that names a request, also in the log, so that
// somebody who reports a fault can say which. The caller has no say in it.
const requestID = "X-Request-Id"

// identified gives every answer its request id.
func identified(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set(requestID, rand.Text())
		next.ServeHTTP(w, r)
	})
}

// accessLog writes a line per request: no address of the caller, no query, and
// no secret of a path.
func (h *handlers) accessLog(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := h.Now()
		answer := middleware.NewWrapResponseWriter(w, r.ProtoMajor)
		defer func() { //nolint:contextcheck // the request carries it
			h.Log.LogAttrs(r.Context(), slog.LevelInfo, "request", idAttr(w),
				slog.String("method", r.Method), slog.String("path", maskedPath(r)),
				slog.Int("status", answer.Status()), slog.Int("bytes", answer.BytesWritten()),
				slog.Duration("took", h.Now().Sub(start)))
		}()
		next.ServeHTTP(answer, r)
	})
}

// idAttr returns the id of the request that is being answered, for the log.
func idAttr(w http.ResponseWriter) slog.Attr {
	return slog.String("request_id", w.Header().Get(requestID))
}

// longestShown is the longest part of a path that cannot be a token.
const longestShown = 12

// maskedPath returns the path for the log. Tokens stand in paths, also in ones
// that somebody mistyped and that match no route, so every long part is masked.
func maskedPath(r *http.Request) string {
	if pattern := chi.RouteContext(r.Context()).RoutePattern(); strings.Contains(pattern, "{") {
		return pattern
	}
	parts := strings.Split(r.URL.Path, "/")
	for i, part := range parts {
		if len(part) > longestShown {
			parts[i] = "***"
		}
	}
	return strings.Join(parts, "/")
}

// recovered turns a panic of a handler into a 500 and a line in the log.
func (h *handlers) recovered(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() { //nolint:contextcheck // the request carries it
			fault := recover()
			if fault == nil {
				return
			}
			if fault == http.ErrAbortHandler { //nolint:errorlint // net/http compares it so too
				panic(fault)
			}
			h.Log.LogAttrs(r.Context(), slog.LevelError, "panic", idAttr(w),
				slog.Any("fault", fault), slog.String("stack", string(debug.Stack())))
			h.answerFault(w, r, http.StatusInternalServerError)
		}()
		next.ServeHTTP(w, r)
	})
}
