package api

import (
	"bytes"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/wijkplanner/wijkplanner/api/rights"
	"github.com/wijkplanner/wijkplanner/api/web"
	"github.com/wijkplanner/wijkplanner/planner/service"
)

// lang is the language that the address asks for, that was chosen before, or that
// the browser prefers.
func lang(r *http.Request) web.Lang {
	asked := r.URL.Query().Get("lang")
	if c, err := r.Cookie(languageCookie); err == nil && asked == "" {
		asked = c.Value
	}
	return web.MatchLang(asked, r.Header.Get("Accept-Language"))
}

// homes are the first pages of who has no right to what is planned.
var homes = map[service.Role]string{service.Administrator: "/account", service.LocationContact: "/location", service.Visitor: "/location"}

// glance shows the plan of one region: the one that ?region= names, else the
// first.
func (h *handlers) glance(w http.ResponseWriter, r *http.Request) {
	if to, elsewhere := homes[rights.CallerOf(r.Context()).Role]; elsewhere {
		h.goTo(w, r, to)
		return
	}
	regions, err := h.Regions(r.Context())
	if err != nil {
		h.answerError(w, r, err)
		return
	}
	view := web.View{Lang: lang(r), Regions: regions, Now: h.Now(), Signed: h.signed(r)}
	query := r.URL.Query()
	switch {
	case query.Get("region") != "":
		view.Current = query.Get("region")
		if !slices.Contains(regions, view.Current) {
			h.answerFault(w, r, http.StatusNotFound)
			return
		}
	case len(regions) > 0:
		view.Current = regions[0]
	}
	if len(regions) > 0 {
		if view.Region, err = h.Region(r.Context(), view.Current); err != nil {
			h.answerError(w, r, err)
			return
		}
	}
	var page bytes.Buffer
	if err := web.WriteGlance(&page, view); err != nil {
		h.answerError(w, r, err)
		return
	}
	w.Header().Set("Vary", "Accept-Language, Cookie")
	h.send(w, r, content{kind: htmlType, body: page.Bytes()})
}

// static serves an embedded file. Its address holds a hash of its content, so a
// browser may keep it for ever.
func (h *handlers) static(w http.ResponseWriter, r *http.Request) {
	asset, ok := web.Static(chi.URLParam(r, "*"))
	if !ok {
		h.answerFault(w, r, http.StatusNotFound)
		return
	}
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	h.send(w, r, content{kind: asset.ContentType, body: asset.Body})
}

// health answers a load balancer.
func (h *handlers) health(w http.ResponseWriter, r *http.Request) {
	if err := h.Health(r.Context()); err != nil {
		h.Log.ErrorContext(r.Context(), "not healthy", "error", err)
		h.answerFault(w, r, http.StatusServiceUnavailable)
		return
	}
	h.send(w, r, content{kind: "text/plain; charset=utf-8", body: []byte("ok\n")})
}

// robots forbids nothing: calendar services refuse to fetch a feed from a host
// whose robots.txt is missing or forbids it. X-Robots-Tag keeps us out of
// search results.
func (h *handlers) robots(w http.ResponseWriter, r *http.Request) {
	h.send(w, r, content{kind: "text/plain; charset=utf-8", body: []byte("User-agent: *\nDisallow:\n")})
}

// securityPeriod is how long the word of security.txt holds; it is made anew each
// day.
const securityPeriod = 180 * 24 * time.Hour

// securityContact says whom to tell of a weakness (RFC 9116), which Dutch
// municipalities must since 25 May 2023.
func (h *handlers) securityContact(w http.ResponseWriter, r *http.Request) {
	public := strings.TrimSuffix(h.PublicURL, "/")
	var b strings.Builder
	if h.Contact.Mail != "" {
		fmt.Fprintf(&b, "Contact: mailto:%s\n", h.Contact.Mail)
	} else {
		fmt.Fprintf(&b, "Contact: %s/\n", public)
	}
	fmt.Fprintf(&b, "Expires: %s\nPreferred-Languages: nl, en\nCanonical: %s/.well-known/security.txt\n",
		h.Now().UTC().Truncate(24*time.Hour).Add(securityPeriod).Format(time.RFC3339), public)
	h.send(w, r, content{kind: "text/plain; charset=utf-8", body: []byte(b.String())})
}
