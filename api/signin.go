package api

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"

	"github.com/wijkplanner/wijkplanner/api/problem"
	"github.com/wijkplanner/wijkplanner/api/web"
	"github.com/wijkplanner/wijkplanner/planner/service"
)

// signInPolicies are the rows of the routes by which people come in. They prove
// themselves what they ask for.
var signInPolicies = slices.Concat(
	reading("/sign-in", anyone), acting("/sign-in", anyone),
	reading("/sign-in/totp", anyone), acting("/sign-in/totp", anyone),
	reading("/sign-in/link/{token}", linkHolder), acting("/sign-in/link/{token}", linkHolder),
	acting("/sign-out", anyone),
	acting("/oidc/start", anyone), []policy{{http.MethodGet, "/oidc/callback", anyone}},
	reading("/confirm", account), acting("/confirm", account),
	reading("/account", account), acting("/account/password", account), acting("/account/role", account),
	reading("/location/{token}", linkHolder), acting("/location/{token}", linkHolder),
)

// acting gives the row of a route that changes something.
func acting(pattern string, p principal) []policy { return []policy{{http.MethodPost, pattern, p}} }

// signInRoutes are the pages for signing in; r knows the caller and refuses what
// other sites send.
func (h *handlers) signInRoutes(r chi.Router) {
	read := func(pattern string, handler http.HandlerFunc) {
		r.Get(pattern, handler)
		r.Head(pattern, handler)
	}
	read("/sign-in", h.signInPage)
	read("/sign-in/totp", h.codePage)
	read("/sign-in/link/{token}", h.linkPage)
	read("/confirm", h.signedIn(h.confirmPage))
	read("/account", h.signedIn(h.accountPage))
	read("/location/{token}", h.doorPage)
	r.Get("/oidc/callback", h.counted(h.providerCallback))
	act := func(pattern string, handler http.HandlerFunc) { r.Post(pattern, h.counted(h.formed(handler))) }
	act("/sign-in", h.signInPassword)
	act("/sign-in/totp", h.signInCode)
	act("/sign-in/link/{token}", h.signInLink)
	r.Post("/sign-out", h.formed(h.signOut))
	act("/oidc/start", h.providerStart)
	act("/confirm", h.signedIn(h.confirm))
	act("/account/password", h.signedIn(h.setPassword))
	r.Post("/account/role", h.formed(h.signedIn(h.switchRole)))
	act("/location/{token}", h.doorAct)
}

// counted bounds the tries of one address to prove something.
func (h *handlers) counted(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if h.entries.OnLimit(w, r, address(r)) {
			h.tooMany(w, r, h.entries)
			return
		}
		next(w, r)
	}
}

// formed reads a form of bounded size in which every field is a text and none
// comes twice.
func (h *handlers) formed(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, longestForm)
		err := r.ParseForm()
		for _, values := range r.PostForm {
			if len(values) > 1 || !problem.IsText(values[0]) {
				err = errors.New("a field comes twice, or is no text")
			}
		}
		var large *http.MaxBytesError
		switch {
		case errors.As(err, &large):
			h.answerFault(w, r, http.StatusRequestEntityTooLarge)
		case err != nil:
			h.answerFault(w, r, http.StatusBadRequest)
		default:
			next(w, r)
		}
	}
}

// localPath returns the path of a page of ours, and "/" for anything else: what
// a browser could take for another host is no path (RFC 3986 section 4.2, and
// what browsers make of \ and of control characters).
func localPath(next string) string {
	u, err := url.Parse(next)
	clean := err == nil && u.Scheme == "" && u.Host == "" && u.User == nil && u.Opaque == "" && len(next) <= 500
	if !clean || !strings.HasPrefix(u.Path, "/") || strings.HasPrefix(u.Path, "//") || strings.ContainsAny(u.Path, "\\\r\n\t\x00") ||
		strings.ContainsFunc(next, func(c rune) bool { return c < ' ' || c == '\\' || c == 0x7f }) {
		return "/"
	}
	return (&url.URL{Path: u.Path, RawQuery: u.Query().Encode()}).String()
}

// toSignIn sends somebody to sign in and back; a program hears that it must.
func (h *handlers) toSignIn(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		h.answerFault(w, r, http.StatusUnauthorized)
		return
	}
	query := url.Values{}
	if next := localPath(r.URL.RequestURI()); next != "/" {
		query.Set("next", next)
	}
	if asked := r.URL.Query().Get("lang"); asked != "" {
		query.Set("lang", string(lang(r)))
	}
	h.goTo(w, r, withQuery("/sign-in", query))
}

func withQuery(path string, query url.Values) string {
	if len(query) == 0 {
		return path
	}
	return path + "?" + query.Encode()
}

// goTo sends a browser to a page of ours. The address has no host, so that it
// stays where it is, whatever a Host header says.
func (h *handlers) goTo(w http.ResponseWriter, _ *http.Request, path string) {
	w.Header().Set("Location", path)
	w.WriteHeader(http.StatusSeeOther)
}

// page answers with a page that write writes.
func (h *handlers) page(w http.ResponseWriter, r *http.Request, status int, write func(io.Writer) error) {
	var out bytes.Buffer
	if err := write(&out); err != nil {
		h.answerError(w, r, err)
		return
	}
	w.Header().Set("Vary", "Accept-Language, Cookie")
	h.send(w, r, content{kind: htmlType, body: out.Bytes(), status: status})
}

func (h *handlers) signInPage(w http.ResponseWriter, r *http.Request) {
	said := ""
	if r.URL.Query().Has("out") {
		said = web.SignInOut
	}
	h.showSignIn(w, r, http.StatusOK, web.SignIn{Said: said, Next: r.URL.Query().Get("next")})
}

func (h *handlers) showSignIn(w http.ResponseWriter, r *http.Request, status int, s web.SignIn) {
	if s.Next != "" {
		s.Next = localPath(s.Next)
	}
	s.Provider = h.Entrance.Provider != nil
	h.page(w, r, status, func(out io.Writer) error { return web.WriteSignIn(out, lang(r), s) })
}

// said is what a page says of a refused sign-in, with its status; ok is false for
// a fault of ours.
func (h *handlers) said(w http.ResponseWriter, err error) (status int, said string, ok bool) {
	var many *service.TooManyTriesError
	switch {
	case errors.As(err, &many):
		w.Header().Set("Retry-After", strconv.Itoa(max(1, int(many.Until.Sub(h.Now()).Seconds())+1)))
		return http.StatusTooManyRequests, web.SignInMany, true
	case errors.Is(err, service.ErrSignIn):
		return http.StatusUnprocessableEntity, web.SignInWrong, true
	case errors.Is(err, service.ErrNoRole):
		return http.StatusForbidden, web.SignInNoRole, true
	case errors.Is(err, service.ErrNoKey):
		return http.StatusForbidden, web.SignInNoKey, true
	case errors.Is(err, service.ErrUnbound):
		return http.StatusForbidden, web.SignInUnbound, true
	case errors.Is(err, service.ErrFactor):
		return http.StatusForbidden, web.SignInFactor, true
	case errors.Is(err, service.ErrProvider):
		return http.StatusForbidden, web.SignInProvider, true
	case errors.Is(err, service.ErrBusy):
		w.Header().Set("Retry-After", "5")
		return http.StatusServiceUnavailable, web.SignInBusy, true
	case errors.Is(err, service.ErrConflict):
		return http.StatusConflict, web.SignInTaken, true
	}
	return 0, "", false
}

// signInPassword takes a mail address and a password.
func (h *handlers) signInPassword(w http.ResponseWriter, r *http.Request) {
	form := web.SignIn{Mail: r.PostFormValue("mail"), Next: r.PostFormValue("next")}
	v, err := visitOf(r, h.sessions)
	if err != nil {
		h.answerError(w, r, err)
		return
	}
	s, err := h.Entrance.Password(r.Context(), form.Mail, r.PostFormValue("password"))
	if err != nil {
		if status, said, ok := h.said(w, err); ok {
			form.Said = said
			h.showSignIn(w, r, status, form)
			return
		}
		h.answerError(w, r, err)
		return
	}
	h.enter(w, r, v, s, form.Next)
}

// enter begins a session and goes on to the page that was wanted, or to the next
// step.
func (h *handlers) enter(w http.ResponseWriter, r *http.Request, v *visit, s *service.Session, next string) {
	next = localPath(next)
	if s.Stage != service.Entered {
		s.Flow = &service.Flow{Next: next}
	}
	if err := v.become(w, s); err != nil {
		h.answerError(w, r, notFoundHere(err))
		return
	}
	if s.Stage != service.Entered {
		query := url.Values{}
		if r.URL.Query().Has("lang") {
			query.Set("lang", string(lang(r)))
		}
		next = withQuery("/sign-in/totp", query)
	}
	h.goTo(w, r, next)
}

// codePage asks for the code of the authenticator, or shows the one to set up.
func (h *handlers) codePage(w http.ResponseWriter, r *http.Request) {
	if v, ok := h.visiting(w, r); ok {
		h.showCode(w, r, v, http.StatusOK, "")
	}
}

// visiting returns the session of a request; it has answered otherwise.
func (h *handlers) visiting(w http.ResponseWriter, r *http.Request) (*visit, bool) {
	v, err := visitOf(r, h.sessions)
	if err != nil {
		h.answerError(w, r, err)
		return nil, false
	}
	return v, true
}

func (h *handlers) showCode(w http.ResponseWriter, r *http.Request, v *visit, status int, said string) {
	body := web.SignInCode{Said: said}
	switch {
	case v.Stage == service.WantsCode:
	case v.User != 0:
		a, err := h.Entrance.Authenticator(r.Context(), v.Session)
		switch {
		case errors.Is(err, service.ErrConflict):
			h.goTo(w, r, "/account")
			return
		case errors.Is(err, service.ErrNotProved):
			h.toConfirm(w, r, "/sign-in/totp")
			return
		case errors.Is(err, service.ErrNoKey):
			h.showSignIn(w, r, http.StatusForbidden, web.SignIn{Said: web.SignInNoKey})
			return
		case errors.Is(err, service.ErrSignIn), errors.Is(err, service.ErrNotFound):
			h.goTo(w, r, "/sign-in")
			return
		case err != nil:
			h.answerError(w, r, err)
			return
		}
		body.Secret, body.Link = a.Secret, a.URL
	default:
		h.goTo(w, r, "/sign-in")
		return
	}
	h.page(w, r, status, func(out io.Writer) error { return web.WriteSignInCode(out, lang(r), body) })
}

// signInCode takes a code: of an authenticator, or the first of a new one.
func (h *handlers) signInCode(w http.ResponseWriter, r *http.Request) {
	v, ok := h.visiting(w, r)
	if !ok {
		return
	}
	if v.User == 0 {
		h.goTo(w, r, "/sign-in")
		return
	}
	next := "/"
	if v.Flow != nil {
		next = v.Flow.Next
	}
	prove := h.Entrance.Enrol
	if v.Stage == service.WantsCode {
		prove = h.Entrance.Code
	}
	s, err := prove(r.Context(), v.Session, r.PostFormValue("code"))
	if errors.Is(err, service.ErrNotProved) {
		h.toConfirm(w, r, "/sign-in/totp")
		return
	}
	if err != nil {
		if status, said, ok := h.said(w, err); ok {
			h.showCode(w, r, v, status, said)
			return
		}
		h.answerError(w, r, notFoundHere(err))
		return
	}
	h.enter(w, r, v, s, next)
}

// linkPage shows the button behind a one-time link. Nothing happens by it.
func (h *handlers) linkPage(w http.ResponseWriter, r *http.Request) {
	err := h.lookUp(r, false, func() error { //nolint:contextcheck // the request carries it
		return h.Entrance.OpenSignInLink(r.Context(), chi.URLParam(r, "token"))
	})
	if h.linkGone(w, r, err) {
		return
	}
	h.page(w, r, http.StatusOK, func(out io.Writer) error { return web.WriteSignInLink(out, lang(r)) })
}

// linkGone answers a link that opens nothing; it reports whether it answered.
func (h *handlers) linkGone(w http.ResponseWriter, r *http.Request, err error) bool {
	switch {
	case err == nil:
		return false
	case errors.Is(err, service.ErrNotFound):
		if h.unknowns.OnLimit(w, r, address(r)) {
			h.tooMany(w, r, h.unknowns)
			return true
		}
		h.showSignIn(w, r, http.StatusNotFound, web.SignIn{Said: web.SignInLink})
	default:
		if status, said, ok := h.said(w, err); ok {
			h.showSignIn(w, r, status, web.SignIn{Said: said})
			return true
		}
		h.answerError(w, r, err)
	}
	return true
}

// signInLink uses a one-time link up.
func (h *handlers) signInLink(w http.ResponseWriter, r *http.Request) {
	v, ok := h.visiting(w, r)
	if !ok {
		return
	}
	s, err := h.Entrance.UseSignInLink(r.Context(), chi.URLParam(r, "token"))
	if !h.linkGone(w, r, err) {
		h.enter(w, r, v, s, "/")
	}
}

// signOut ends the sessions of a browser, that of a location included.
func (h *handlers) signOut(w http.ResponseWriter, r *http.Request) {
	if err := h.endSession(w, r); err != nil && !errors.Is(err, service.ErrNotFound) {
		h.answerError(w, r, err)
		return
	}
	query := url.Values{"out": {""}}
	if r.URL.Query().Has("lang") {
		query.Set("lang", string(lang(r)))
	}
	h.goTo(w, r, withQuery("/sign-in", query))
}

// endSession ends whatever sessions a request came with. It gives ErrNotFound for
// one that came with none.
func (h *handlers) endSession(w http.ResponseWriter, r *http.Request) error {
	if h.Entrance == nil {
		return service.ErrNotFound
	}
	ended := service.ErrNotFound
	for _, m := range h.kinds() {
		v, err := visitOf(r, m)
		if err == nil && v.ID == "" {
			continue
		}
		if err == nil && v.User != 0 {
			err = h.Entrance.SignOut(r.Context(), v.Session)
		}
		if err == nil {
			err = v.end(w)
		}
		if err != nil && !errors.Is(err, service.ErrNotFound) {
			return err
		}
		ended = nil
	}
	return ended
}
