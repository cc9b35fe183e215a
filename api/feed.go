package api

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"
)

// Feed is one rendering of a calendar feed.
type Feed struct {
	// Body is the iCalendar text (RFC 5545).
	Body []byte
	// ETag names this rendering: letters, digits and dashes, without quotes.
	ETag string
	// Modified is when the content last changed.
	Modified time.Time
}

// longestToken keeps garbage away from the database; a token has 128 bits or
// more, in at most this many characters.
const longestToken = 128

// feed answers a calendar program. Nothing here redirects or shows a page: the
// program would take that for the calendar. An unknown and a revoked token get
// the same answer.
func (h *handlers) feed(w http.ResponseWriter, r *http.Request) {
	token := chi.URLParam(r, "token")
	if h.guesses(r, token) {
		h.tooMany(w, r, h.unknowns)
		return
	}
	if !plausible(token) {
		h.unknownFeed(w, r)
		return
	}
	f, err := h.Feed(r.Context(), token, h.Now())
	switch {
	case errors.Is(err, ErrNotFound):
		h.unknownFeed(w, r)
	case err != nil:
		h.answerError(w, r, err)
	case h.feeds.OnLimit(w, r, token):
		h.tooMany(w, r, h.feeds)
	default:
		h.sendFeed(w, r, f)
	}
}

// sendFeed sends a rendering, or that it is unchanged.
func (h *handlers) sendFeed(w http.ResponseWriter, r *http.Request, f Feed) {
	header := w.Header()
	header.Set("Cache-Control", "private, no-cache")
	header.Set("Last-Modified", f.Modified.UTC().Format(http.TimeFormat))
	header.Set("Vary", "Accept-Encoding")
	body, tag := f.Body, `"`+f.ETag+`"`
	if acceptsGzip(r) {
		// A strong validator names one sequence of bytes, so each coding has its
		// own (RFC 9110 section 8.8.1).
		tag = `"` + f.ETag + `-gz"`
		header.Set("Content-Encoding", "gzip")
		body = nil
	}
	header.Set("ETag", tag)
	if unchanged(r, tag, f.Modified) {
		header.Del("Content-Encoding")
		w.WriteHeader(http.StatusNotModified)
		return
	}
	if body == nil {
		body = compressed(f.Body)
	}
	header.Set("Content-Type", "text/calendar; charset=utf-8")
	header.Set("Content-Disposition", `inline; filename="wijkplanner.ics"`)
	header.Set("Content-Length", strconv.Itoa(len(body)))
	if _, err := w.Write(body); err != nil {
		h.Log.DebugContext(r.Context(), "feed not sent", "error", err)
	}
}

// plausible reports whether a text can be a token: base64url of a fair length.
func plausible(token string) bool {
	if token == "" || len(token) > longestToken {
		return false
	}
	for _, c := range token {
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '-' && c != '_' {
			return false
		}
	}
	return true
}

// unchanged evaluates the conditions of a read (RFC 9110 section 13.2.2):
// If-None-Match where it is given, else If-Modified-Since.
func unchanged(r *http.Request, tag string, modified time.Time) bool {
	if lines := r.Header.Values("If-None-Match"); len(lines) > 0 {
		for candidate := range strings.SplitSeq(strings.Join(lines, ","), ",") {
			candidate = strings.TrimPrefix(strings.TrimSpace(candidate), "W/")
			if candidate == tag || candidate == "*" {
				return true
			}
		}
		return false
	}
	since, err := http.ParseTime(r.Header.Get("If-Modified-Since"))
	return err == nil && !modified.Truncate(time.Second).After(since)
}
