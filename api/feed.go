package api

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/wijkplanner/wijkplanner/api/web"
	"github.com/wijkplanner/wijkplanner/planner/service"
)

// Feed is a calendar feed as a token opens it: its validators, and its content
// for whoever does not have it yet.
type Feed struct {
	// ETag names the content: letters, digits and dashes, without quotes.
	ETag string
	// Modified is when the content last changed.
	Modified time.Time
	// Content gives the content.
	Content func(ctx context.Context) (FeedContent, error)
}

// FeedContent is one rendering of a calendar feed. Its validators are those of
// the Feed, or earlier ones while the database is away.
type FeedContent struct {
	ETag     string
	Modified time.Time
	// Body gives the iCalendar text (RFC 5545).
	Body func() ([]byte, error)
	// Zipped is the same as gzip.
	Zipped []byte
}

// FeedOf is a reading of the service as the API sends it.
func FeedOf(r *service.Reading) Feed {
	return Feed{ETag: r.ETag, Modified: r.Modified, Content: func(ctx context.Context) (FeedContent, error) {
		c, err := r.Content(ctx)
		if err != nil {
			return FeedContent{}, err
		}
		return FeedContent{ETag: c.ETag, Modified: c.Modified, Body: c.Body, Zipped: c.Zipped}, nil
	}}
}

// longestToken keeps garbage away from the database; a token has 128 bits or
// more, in at most this many characters.
const longestToken = 128

// feed answers a calendar program. Nothing here redirects or shows a page: the
// program would take that for the calendar. An unknown and a revoked token get
// the same answer.
func (h *handlers) feed(w http.ResponseWriter, r *http.Request) {
	h.withToken(w, r, func(token string) (func(), error) { //nolint:contextcheck // the request carries it
		f, err := h.Feed(r.Context(), token, r.UserAgent(), h.Now())
		return func() { h.sendFeed(w, r, f) }, err
	})
}

// withToken opens what the token in the path opens, within the limits, and
// answers.
func (h *handlers) withToken(w http.ResponseWriter, r *http.Request, open func(token string) (answer func(), err error)) {
	token := chi.URLParam(r, "token")
	if !plausible(token) {
		h.unknownFeed(w, r)
		return
	}
	var answer func()
	err := h.lookUp(r, h.feeds.rate(token) > 0, func() (err error) {
		answer, err = open(token)
		return err
	})
	switch {
	case errors.Is(err, ErrNotFound):
		h.unknownFeed(w, r)
	case err != nil:
		h.feedAway(w, r, err)
	case h.feeds.OnLimit(w, r, token):
		h.tooMany(w, r, h.feeds)
	default:
		answer()
	}
}

// subscribe shows how to subscribe to the feed of a token.
func (h *handlers) subscribe(w http.ResponseWriter, r *http.Request) {
	h.withToken(w, r, func(token string) (func(), error) { //nolint:contextcheck // the request carries it
		s, err := h.Subscription(r.Context(), token, h.Now())
		if err != nil {
			return nil, err
		}
		if s.Links, err = web.LinksOf(h.PublicURL, token); err != nil {
			return nil, err
		}
		var page bytes.Buffer
		err = web.WriteSubscribe(&page, lang(r), s)
		return func() {
			w.Header().Set("Vary", "Accept-Language")
			h.send(w, r, content{kind: htmlType, body: page.Bytes()})
		}, err
	})
}

// sendFeed sends a feed, or that it is unchanged.
func (h *handlers) sendFeed(w http.ResponseWriter, r *http.Request, f Feed) {
	zip := acceptsGzip(r)
	if h.unchangedFeed(w, r, f.ETag, f.Modified, zip) {
		return
	}
	c, err := f.Content(r.Context())
	var body []byte
	if err == nil {
		if c.ETag != f.ETag && h.unchangedFeed(w, r, c.ETag, c.Modified, zip) {
			return
		}
		if body = c.Zipped; !zip {
			body, err = c.Body()
		}
	}
	if err != nil {
		h.feedAway(w, r, err)
		return
	}
	header := w.Header()
	if zip {
		header.Set("Content-Encoding", "gzip")
	}
	header.Set("Content-Type", calendarType)
	header.Set("Content-Disposition", `inline; filename="wijkplanner.ics"`)
	header.Set("Content-Length", strconv.Itoa(len(body)))
	if _, err := w.Write(body); err != nil {
		h.Log.DebugContext(r.Context(), "feed not sent", "error", err)
	}
}

const calendarType = "text/calendar; charset=utf-8"

// unchangedFeed writes the validators of a feed, and the whole answer when the
// caller has the content already.
func (h *handlers) unchangedFeed(w http.ResponseWriter, r *http.Request, tag string, modified time.Time, zip bool) bool {
	if zip {
		// A strong validator names one sequence of bytes, so each coding has its
		// own (RFC 9110 section 8.8.1).
		tag += "-gz"
	}
	tag = `"` + tag + `"`
	header := w.Header()
	header.Set("Cache-Control", "private, no-cache")
	header.Set("Last-Modified", modified.UTC().Format(http.TimeFormat))
	header.Set("Vary", "Accept-Encoding")
	header.Set("ETag", tag)
	if !unchanged(r, tag, modified) {
		return false
	}
	w.WriteHeader(http.StatusNotModified)
	return true
}

// feedAway says that a feed cannot be read now. A program that is told so keeps
// what it has, where it would take an empty calendar for the truth.
func (h *handlers) feedAway(w http.ResponseWriter, r *http.Request, err error) {
	header := w.Header()
	for _, name := range []string{"ETag", "Last-Modified"} {
		header.Del(name)
	}
	header.Set("Cache-Control", "no-store")
	header.Set("Retry-After", "300")
	if r.Context().Err() == nil {
		h.Log.LogAttrs(r.Context(), slog.LevelError, "feed not available", idAttr(w), slog.Any("error", err))
	}
	h.answerFault(w, r, http.StatusServiceUnavailable)
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
