package api

import (
	"bytes"
	"encoding/xml"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"

	"github.com/wijkplanner/wijkplanner/api/problem"
	"github.com/wijkplanner/wijkplanner/planner/service"
)

// Read-only CalDAV (RFC 4791, with the sync of RFC 6578 and the ctag of Apple):
// an account has a principal, a home and calendars; nothing can be changed.
//
//	/dav/                            where programs begin
//	/dav/USER/                       the principal
//	/dav/USER/calendars/             the home
//	/dav/USER/calendars/N/           a calendar, the Nth of the account
//	/dav/USER/calendars/N/NAME.ics   an event

// The methods of WebDAV that net/http has no name for.
const (
	methodPropfind = "PROPFIND"
	methodReport   = "REPORT"
)

// changing are the methods that would change something: they are refused with
// a reason, where others are not known at all.
var changing = []string{
	http.MethodPut, http.MethodDelete, http.MethodPatch, "PROPPATCH", "MKCALENDAR", "MKCOL", "MOVE", "COPY",
}

func init() { // chi keeps the methods it knows in a variable of its own
	for _, method := range append([]string{methodPropfind, methodReport}, changing...) {
		chi.RegisterMethod(method)
	}
}

// davPatterns are the paths, with what can be read of each besides its
// properties.
var davPatterns = []struct {
	pattern     string
	get, report bool
}{
	{"/dav/", false, false},
	{"/dav/{user}/", false, false},
	{"/dav/{user}/calendars/", false, false},
	{"/dav/{user}/calendars/{calendar}/", true, true},
	{"/dav/{user}/calendars/{calendar}/{event}", true, false},
}

// wellKnown is where programs look first (RFC 6764 section 5).
const wellKnown = "/.well-known/caldav"

func (h *handlers) davRoutes(r chi.Router) {
	for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodOptions, methodPropfind} {
		r.Method(method, wellKnown, http.HandlerFunc(h.davBegin))
	}
	r = r.With(h.clientAddress(), davHeader)
	for _, p := range davPatterns {
		r.Method(http.MethodOptions, p.pattern, http.HandlerFunc(h.davOptions))
		r.Method(methodPropfind, p.pattern, h.account((*davRequest).propfind))
		if p.get {
			r.Method(http.MethodGet, p.pattern, h.account((*davRequest).get))
			r.Method(http.MethodHead, p.pattern, h.account((*davRequest).get))
		}
		if p.report {
			r.Method(methodReport, p.pattern, h.account((*davRequest).report))
		}
		for _, method := range changing {
			r.Method(method, p.pattern, h.account((*davRequest).refuseChange))
		}
	}
}

// davPolicies gives the rows of all of that in the policy table.
func davPolicies() []policy {
	rows := []policy{{http.MethodOptions, wellKnown, anyone}, {methodPropfind, wellKnown, anyone}}
	rows = append(rows, reading(wellKnown, anyone)...)
	for _, p := range davPatterns {
		rows = append(rows, policy{http.MethodOptions, p.pattern, anyone}, policy{methodPropfind, p.pattern, feedReader})
		if p.get {
			rows = append(rows, reading(p.pattern, feedReader)...)
		}
		if p.report {
			rows = append(rows, policy{methodReport, p.pattern, feedReader})
		}
		for _, method := range changing {
			rows = append(rows, policy{method, p.pattern, feedReader})
		}
	}
	return rows
}

// davHeader says what we are (RFC 4918 section 10.1, RFC 4791 section 5.1).
func davHeader(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("DAV", "1, 3, calendar-access")
		next.ServeHTTP(w, r)
	})
}

// base is the path of the first of our resources, as people's programs see it.
func (h *handlers) base() string {
	public, err := url.Parse(h.PublicURL)
	if err != nil {
		return "/dav/"
	}
	return strings.TrimSuffix(public.EscapedPath(), "/") + "/dav/"
}

func (h *handlers) davBegin(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Location", h.base())
	h.send(w, r, content{kind: "text/plain; charset=utf-8", body: []byte("CalDAV\n"), status: http.StatusMovedPermanently})
}

func (h *handlers) davOptions(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Allow", h.allowed(r))
	w.WriteHeader(http.StatusOK)
}

// davRequest is a request of somebody who is signed in.
type davRequest struct {
	*handlers
	account *service.Account
	// base is the path of the account's principal.
	base string
	// depth is whether what lies within is meant too.
	deep bool
	w    http.ResponseWriter
	r    *http.Request
}

// account signs the caller in by an app password (RFC 7617), within the
// limits, and looks whether the path is theirs.
func (h *handlers) account(act func(*davRequest)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		user, password, ok := r.BasicAuth()
		if ok && h.signIns.full(triedBy(r, user)) {
			h.tooMany(w, r, h.signIns)
			return
		}
		if !ok || !plausible(password) {
			h.signIn(w, r, ok)
			return
		}
		var a *service.Account
		err := h.lookUp(r, h.accounts.rate(user) > 0, func() (err error) { //nolint:contextcheck // the request carries it
			a, err = h.Account(r.Context(), user, password, h.Now())
			return err
		})
		switch {
		case errors.Is(err, ErrNotFound):
			h.signIn(w, r, true)
		case err != nil:
			h.feedAway(w, r, err)
		case h.accounts.OnLimit(w, r, user):
			h.tooMany(w, r, h.accounts)
		case chi.URLParam(r, "user") != "" && chi.URLParam(r, "user") != a.ID:
			h.answerFault(w, r, http.StatusNotFound)
		default:
			act(&davRequest{h, a, h.base() + a.ID + "/", r.Header.Get("Depth") != "0", w, r})
		}
	}
}

// triedBy is the key of the wrong passwords for one user name from one address.
func triedBy(r *http.Request, user string) string { return address(r) + " " + user }

// signIn asks for a user name and a password; a wrong one counts against the
// address that it comes from, and there against the user name.
func (h *handlers) signIn(w http.ResponseWriter, r *http.Request, tried bool) {
	if tried {
		user, _, _ := r.BasicAuth()
		h.signIns.OnLimit(w, r, triedBy(r, user)) // the next request asks
		if h.unknowns.OnLimit(w, r, address(r)) {
			h.tooMany(w, r, h.unknowns)
			return
		}
	}
	w.Header().Set("WWW-Authenticate", `Basic realm="Wijkplanner", charset="UTF-8"`)
	h.answerProblem(w, r, problem.New(problem.AppPassword))
}

// refuseChange answers every method that would change something.
func (d *davRequest) refuseChange() { d.refuse(d.w, d.r, http.StatusForbidden, dav("need-privileges")) }

// calendar returns the calendar that the path names, or answers that there is
// none.
func (d *davRequest) calendar() (c davCalendar, ok bool) {
	name := chi.URLParam(d.r, "calendar")
	n, err := strconv.Atoi(name)
	if err != nil || n < 1 || n > len(d.account.Calendars) || strconv.Itoa(n) != name {
		d.answerFault(d.w, d.r, http.StatusNotFound)
		return davCalendar{}, false
	}
	return d.nth(n), true
}

// davCalendar is a calendar of the account, with its path.
type davCalendar struct {
	*service.Reading
	n    int
	href string
}

func (d *davRequest) home() string { return d.base + "calendars/" }

func (d *davRequest) nth(n int) davCalendar {
	return davCalendar{d.account.Calendars[n-1], n, d.home() + strconv.Itoa(n) + "/"}
}

// event returns the event of a calendar that the path names, or answers that
// there is none.
func (d *davRequest) event(c davCalendar) (e *service.Resource, ok bool) {
	all, err := c.Resources(d.r.Context())
	if err != nil {
		d.feedAway(d.w, d.r, err)
		return nil, false
	}
	name := chi.URLParam(d.r, "event")
	i := slices.IndexFunc(all, func(e service.Resource) bool { return e.Name == name })
	if i < 0 {
		d.answerFault(d.w, d.r, http.StatusNotFound)
		return nil, false
	}
	return &all[i], true
}

// get sends an event, or a whole calendar.
func (d *davRequest) get() {
	c, ok := d.calendar()
	if !ok {
		return
	}
	if chi.URLParam(d.r, "event") == "" {
		d.sendFeed(d.w, d.r, FeedOf(c.Reading))
		return
	}
	e, ok := d.event(c)
	if !ok {
		return
	}
	text, err := c.Text(e, false)
	if err != nil {
		d.answerError(d.w, d.r, err)
		return
	}
	header := d.w.Header()
	header.Set("Cache-Control", "private, no-cache")
	header.Set("ETag", `"`+e.ETag+`"`)
	header.Set("Last-Modified", e.Modified.UTC().Format(http.TimeFormat))
	if unchanged(d.r, `"`+e.ETag+`"`, e.Modified) {
		d.w.WriteHeader(http.StatusNotModified)
		return
	}
	// Not compressed, so that the one validator names these bytes.
	header.Set("Content-Type", calendarType)
	header.Set("Content-Length", strconv.Itoa(len(text)))
	if _, err := d.w.Write(text); err != nil {
		d.Log.LogAttrs(d.r.Context(), slog.LevelDebug, "event not sent", slog.Any("error", err))
	}
}

// body reads the XML of the request, or answers that it is none.
func (d *davRequest) body() (root *element, ok bool) {
	var text bytes.Buffer
	if _, err := text.ReadFrom(http.MaxBytesReader(d.w, d.r.Body, maxXMLBytes)); err != nil {
		d.answerFault(d.w, d.r, http.StatusRequestEntityTooLarge)
		return nil, false
	}
	root, err := parseXML(&text)
	if err != nil {
		d.answerFault(d.w, d.r, http.StatusBadRequest)
		return nil, false
	}
	return root, true
}

// names lists the properties that a prop element names, each once, or answers
// that they are too many: every event would repeat those that it has not.
func (d *davRequest) names(prop *element) (out []xml.Name, ok bool) {
	if prop == nil {
		return nil, true
	}
	seen, bytes := map[xml.Name]bool{}, 0
	for _, c := range prop.children {
		if seen[c.name] {
			continue
		}
		seen[c.name] = true
		out = append(out, c.name)
		bytes += len(escaped(c.name.Space)) + len(c.name.Local)
		if len(out) > maxProperties || bytes > maxPropertyBytes {
			d.answerFault(d.w, d.r, http.StatusBadRequest)
			return nil, false
		}
	}
	return out, true
}

func (d *davRequest) sendMultistatus(m *multistatus, syncToken string) {
	d.send(d.w, d.r, content{kind: xmlType, body: m.end(syncToken), status: http.StatusMultiStatus})
}
