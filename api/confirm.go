package api

import (
	"errors"
	"io"
	"net/http"
	"net/url"

	"github.com/wijkplanner/wijkplanner/api/web"
	"github.com/wijkplanner/wijkplanner/planner/service"
)

// toConfirm sends somebody to prove who they are, and to a page of ours after
// that. What was filled in is lost: it does not go along on a way on which another
// may take over.
func (h *handlers) toConfirm(w http.ResponseWriter, r *http.Request, next string) {
	h.goTo(w, r, withQuery("/confirm", url.Values{"next": {next}, "lang": {string(lang(r))}}))
}

// confirmPage asks who is signed in to prove it again.
func (h *handlers) confirmPage(w http.ResponseWriter, r *http.Request) {
	if v, ok := h.visiting(w, r); ok {
		h.showConfirm(w, r, v, http.StatusOK, r.URL.Query().Get("next"), "")
	}
}

func (h *handlers) showConfirm(w http.ResponseWriter, r *http.Request, v *visit, status int, next, said string) {
	me, err := h.Entrance.Me(r.Context(), v.Session)
	if errors.Is(err, service.ErrNotFound) { // a location's contact, or a program
		h.goTo(w, r, "/sign-in")
		return
	}
	if err != nil {
		h.answerError(w, r, err)
		return
	}
	body := web.Confirm{
		Said: said, Next: localPath(next), Mail: me.Mail, Password: me.Password != "", Code: me.TOTP != "",
		Provider: h.Entrance.Provider != nil && me.Subject != "",
	}
	h.page(w, r, status, func(out io.Writer) error { return web.WriteConfirm(out, lang(r), body) })
}

// confirm takes the proof. The session goes on under a new cookie.
func (h *handlers) confirm(w http.ResponseWriter, r *http.Request) {
	v, ok := h.visiting(w, r)
	if !ok {
		return
	}
	next := r.PostFormValue("next")
	s, err := h.Entrance.Confirm(r.Context(), v.Session, r.PostFormValue("password"), r.PostFormValue("code"))
	switch {
	case err == nil:
		h.enter(w, r, v, s, next)
	case errors.Is(err, service.ErrNoProof):
		h.showConfirm(w, r, v, http.StatusForbidden, next, "")
	default:
		if status, said, ok := h.said(w, err); ok {
			h.showConfirm(w, r, v, status, next, said)
			return
		}
		h.answerError(w, r, notFoundHere(err))
	}
}
