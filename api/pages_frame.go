package api

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/go-chi/chi/v5"

	"github.com/wijkplanner/wijkplanner/api/problem"
	"github.com/wijkplanner/wijkplanner/api/rights"
	"github.com/wijkplanner/wijkplanner/api/web"
	"github.com/wijkplanner/wijkplanner/planner/service"
)

// pageRoute is a page, or what a form on one does, with its row in the table of
// rights.
type pageRoute struct {
	method, pattern string
	access          rights.Access
	// own lets pass whose right is for their own things alone; the handler looks
	// to it that they are (Caller.Own). Others need it for a region.
	own bool
	// door says that it is for a location's contact: who is not in any more is told
	// the way back, which is the link in the mail.
	door   bool
	handle func(*visitor) error
	// longest bounds the body of a form, in bytes; 0 for 16 kB.
	longest int64
}

// page gives the row of a page.
func page(pattern string, access rights.Access, handle func(*visitor) error) pageRoute {
	return pageRoute{method: http.MethodGet, pattern: pattern, access: access, handle: handle}
}

// form gives the row of what a form does.
func form(pattern string, access rights.Access, handle func(*visitor) error) pageRoute {
	return pageRoute{method: http.MethodPost, pattern: pattern, access: access, handle: handle}
}

// mine lets a route pass for people's own things.
func (p pageRoute) mine() pageRoute {
	p.own = true
	return p
}

// pageRoutes are all pages that the frame serves.
func pageRoutes() []pageRoute { return slices.Concat(framePages(), leadPages(), peoplePages()) }

// longestPageForm is the longest body of a page's form.
const longestPageForm = 16 << 10

// mountPages puts the pages under a router that knows the caller, and returns
// their policy rows. A page without a row in the table of rights does not start.
func (h *handlers) mountPages(r chi.Router) (rows []policy, err error) {
	if h.Service == nil {
		return nil, nil
	}
	var faults []error
	for _, p := range pageRoutes() {
		if !rights.Known(p.access) {
			faults = append(faults, fmt.Errorf("api: %s %s: no row for %s of %s in the table of rights", p.method, p.pattern, p.access.Act, p.access.Resource))
		}
		serve := h.serve(p)
		r.MethodFunc(p.method, p.pattern, serve)
		rows = append(rows, policy{method: p.method, pattern: p.pattern})
		if p.method == http.MethodGet {
			r.Head(p.pattern, serve)
			rows = append(rows, policy{method: http.MethodHead, pattern: p.pattern})
		}
	}
	return rows, errors.Join(faults...)
}

// visitor is who asks for a page, with what a handler needs to answer.
type visitor struct {
	*handlers
	w      http.ResponseWriter
	r      *http.Request
	caller rights.Caller
	lang   web.Lang
	nonce  string
	// service is that of the caller: it reaches no more than their scope.
	service *service.Service
}

// serve answers a request for a page: it sends who is not signed in to do so,
// refuses who has no right, and turns an error of the handler into a page.
func (h *handlers) serve(p pageRoute) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		caller := rights.CallerOf(r.Context())
		caller.Reach = rights.Of(caller.Role, p.access)
		v := &visitor{
			handlers: h, w: w, r: r.WithContext(rights.With(r.Context(), caller)), caller: caller, lang: lang(r), nonce: rand.Text(),
			service: h.Service.As(caller.Scope),
		}
		w.Header().Set("Content-Security-Policy", scriptPolicy(v.nonce))
		v.keepLanguage()
		switch {
		case p.door && (caller.Role == rights.Nobody || caller.Role == service.Visitor):
			if err := v.away(); err != nil { //nolint:contextcheck // the visitor carries the request
				v.fail(err) //nolint:contextcheck // the visitor carries the request
			}
		case caller.Role == rights.Nobody && caller.Reach == rights.None:
			h.toSignIn(w, r)
		case caller.Reach == rights.None, caller.Reach == rights.Own && !p.own:
			v.fail(problem.New(problem.Forbidden)) //nolint:contextcheck // the visitor carries the request
		case rights.NeedsProof(p.access) && !caller.Proven:
			h.toConfirm(w, r, r.URL.Path)
		default:
			if err := v.readForm(p.longest); err != nil {
				v.fail(err) //nolint:contextcheck // the visitor carries the request
			} else if err := p.handle(v); err != nil {
				v.fail(err) //nolint:contextcheck // the visitor carries the request
			}
		}
	}
}

// scriptPolicy lets a page use scripts that carry its nonce, and our own style
// sheets, pictures, forms and answers; nothing inline and nothing from elsewhere.
func scriptPolicy(nonce string) string {
	return contentPolicy + "; script-src 'nonce-" + nonce + "'; connect-src 'self'"
}

// tilePolicy lets the pictures of a page come from the tile server too; without one
// it changes nothing.
func tilePolicy(policy string, t web.Tiles) string {
	if origin := t.Origin(); origin != "" {
		return strings.Replace(policy, "img-src ", "img-src "+origin+" ", 1)
	}
	return policy
}

// languageCookie keeps the language that somebody chose.
const languageCookie = "lang"

// keepLanguage remembers a language that the address asks for, so that the links
// of a page need not.
func (v *visitor) keepLanguage() {
	if !v.r.URL.Query().Has("lang") {
		return
	}
	http.SetCookie(v.w, &http.Cookie{ //nolint:gosec // over plain http, on one's own machine, it cannot be secure
		Name: languageCookie, Value: string(v.lang), Path: "/", MaxAge: 365 * 24 * 60 * 60, HttpOnly: true, Secure: v.secure(), SameSite: http.SameSiteLaxMode,
	})
}

func (v *visitor) readForm(longest int64) error {
	if v.r.Method != http.MethodPost {
		return nil
	}
	if longest == 0 {
		longest = longestPageForm
	}
	v.r.Body = http.MaxBytesReader(v.w, v.r.Body, longest)
	err := v.r.ParseForm()
	if strings.HasPrefix(v.r.Header.Get("Content-Type"), "multipart/form-data") {
		err = v.r.ParseMultipartForm(longest)
	}
	var tooLong *http.MaxBytesError
	switch {
	case errors.As(err, &tooLong):
		return problem.OfStatus(http.StatusRequestEntityTooLarge)
	case err != nil:
		return problem.New(problem.BadRequest)
	}
	for _, values := range v.r.PostForm {
		if !problem.IsText(strings.Join(values, "")) {
			return problem.New(problem.BadRequest)
		}
	}
	return nil
}

func (v *visitor) ctx() context.Context { return v.r.Context() }

// value is a field of the form, or of the address; spaces around it do not count.
func (v *visitor) value(name string) string {
	if v.r.Method == http.MethodPost {
		return strings.TrimSpace(v.r.PostFormValue(name))
	}
	return strings.TrimSpace(v.r.URL.Query().Get(name))
}

// param is a part of the path.
func (v *visitor) param(name string) string { return chi.URLParam(v.r, name) }

// text returns a message in the caller's language; a key that is not there comes
// back itself, which the tests of the pages see.
func (v *visitor) text(key string, args ...any) string {
	text, err := v.lang.Message(key, args...)
	if err != nil {
		return key
	}
	return text
}

// region is the one that the page is about: the one asked for, the caller's own,
// or the first that they reach.
func (v *visitor) region() (string, error) {
	if asked := v.value("region"); asked != "" && v.caller.Reaches(asked) {
		return asked, nil
	} else if asked != "" {
		return "", problem.New(problem.NotFound)
	}
	if v.caller.Region != "" {
		return v.caller.Region, nil
	}
	names, err := v.Regions(v.ctx())
	if err == nil && len(names) == 0 {
		err = problem.New(problem.NotFound)
	}
	if err != nil {
		return "", err
	}
	return names[0], nil
}

// partial reports whether htmx asks for a part of a page.
func (v *visitor) partial() bool {
	return v.r.Header.Get("Hx-Request") == "true" && v.r.Header.Get("Hx-Boosted") == ""
}

// frame is what stands around a page of the caller's, with the message of that
// key as its title.
func (v *visitor) frame(title string) web.Frame {
	f := web.Frame{
		Lang: v.lang, Title: v.text(title), Path: v.r.URL.Path, Query: v.r.URL.Query(), Nonce: v.nonce,
		Signed: v.signed(v.r), Role: v.caller.Role,
	}
	f.Query.Del("lang")
	f.Query.Del("said")
	if said := v.r.URL.Query().Get("said"); strings.HasPrefix(said, "said.") && web.KnownMessage(said) {
		f.Said = said
	}
	if v.caller.Everywhere {
		f.Regions, _ = v.Regions(v.ctx()) // without them there is no choice, and the page is whole
	}
	return f
}

// show answers with a page: the template of that name around a body.
func (v *visitor) show(f web.Frame, name string, body any) error {
	return v.showAs(http.StatusOK, f, name, body)
}

// showAs answers with a page and a status, 422 for a form with faults in it.
func (v *visitor) showAs(status int, f web.Frame, name string, body any) error {
	var out bytes.Buffer
	if err := web.WritePage(&out, f, name, body); err != nil {
		return err
	}
	v.w.Header().Set("Vary", "Accept-Language, Cookie")
	v.send(v.w, v.r, content{kind: htmlType, body: out.Bytes(), status: status})
	return nil
}

// part answers with a part of a page.
func (v *visitor) part(name string, body any) error {
	var out bytes.Buffer
	if err := web.WritePart(&out, v.lang, name, body); err != nil {
		return err
	}
	v.w.Header().Set("Vary", "Accept-Language, Cookie, HX-Request")
	v.send(v.w, v.r, content{kind: htmlType, body: out.Bytes()})
	return nil
}

// done sends the browser on to a page of ours after a form was taken; said is the
// key of a message to show there, empty for none. For htmx it is a new page too.
func (v *visitor) done(path, said string) error {
	if said != "" {
		u, err := url.Parse(path)
		if err != nil {
			return err
		}
		query := u.Query()
		query.Set("said", said)
		u.RawQuery = query.Encode()
		path = u.String()
	}
	if v.partial() {
		v.w.Header().Set("HX-Redirect", path)
		v.w.WriteHeader(http.StatusNoContent)
		return nil
	}
	v.goTo(v.w, v.r, path)
	return nil
}

// faultBody is what a page about a fault says.
type faultBody struct {
	Text   string
	Faults []string
	Back   string
}

// fail turns an error into a page, or for htmx into a notice on the page that is
// there. What is ours goes to the log.
func (v *visitor) fail(err error) {
	p, faults := problem.Of(notFoundThere(err)), v.inputFaults(err)
	if p.Code == problem.Internal && len(faults) > 0 {
		p = problem.New(problem.BadRequest)
	}
	if p.Code == problem.Internal && v.r.Context().Err() == nil {
		v.Log.ErrorContext(v.ctx(), "request failed", "request_id", v.caller.Request, "path", maskedPath(v.r), "error", err)
	}
	said := p.In(v.lang, v.caller.Request)
	body := faultBody{Text: said.Detail, Back: v.r.URL.Path}
	for _, f := range append(p.Errors, faults...) {
		body.Faults = append(body.Faults, strings.TrimPrefix(f.In+": "+f.Detail, ": "))
	}
	if v.r.Method == http.MethodGet {
		body.Back = "/"
	}
	var out bytes.Buffer
	if v.partial() {
		v.w.Header().Set("HX-Retarget", "#notice")
		v.w.Header().Set("HX-Reswap", "innerHTML show:window:top")
		err = web.WritePart(&out, v.lang, "said.fault", body)
	} else {
		err = web.WritePage(&out, v.frame("fault.title"), "fault", body)
	}
	if err != nil {
		v.answerError(v.w, v.r, err)
		return
	}
	v.w.Header().Set("Vary", "Accept-Language, Cookie")
	v.send(v.w, v.r, content{kind: htmlType, body: out.Bytes(), status: p.Status})
}

// inputFaults are the faults that the service finds in what was filled in.
func (v *visitor) inputFaults(err error) (out []problem.InputFault) {
	var input service.InputErrors
	if errors.As(err, &input) {
		for _, f := range input {
			out = append(out, problem.InputFault{Detail: v.lang.Text(f.Text)})
		}
	}
	var faults service.Faults
	if errors.As(err, &faults) {
		for _, f := range faults {
			out = append(out, problem.InputFault{In: f.Field, Detail: f.Message})
		}
	}
	var scenario *service.ScenarioError
	if errors.As(err, &scenario) {
		for _, f := range scenario.Faults {
			out = append(out, problem.InputFault{Detail: f.Error()})
		}
	}
	return out
}

// notFoundThere says "not found" in the words of the service.
func notFoundThere(err error) error {
	if errors.Is(err, ErrNotFound) {
		return errors.Join(service.ErrNotFound, err)
	}
	return err
}
