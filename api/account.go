package api

import (
	"errors"
	"io"
	"net/http"
	"strconv"

	"github.com/alexedwards/scs/v2"

	"github.com/wijkplanner/wijkplanner/api/rights"
	"github.com/wijkplanner/wijkplanner/api/web"
	"github.com/wijkplanner/wijkplanner/planner/service"
)

// kinds are the two kinds of session: of accounts, and of locations' contacts.
func (h *handlers) kinds() []*scs.SessionManager {
	return []*scs.SessionManager{h.sessions, h.locations}
}

// accountPage shows somebody what they are and how they sign in.
func (h *handlers) accountPage(w http.ResponseWriter, r *http.Request) {
	if v, ok := h.visiting(w, r); ok {
		said := ""
		if r.URL.Query().Has("saved") {
			said = web.AccountSaved
		}
		h.showAccount(w, r, v, http.StatusOK, said, "")
	}
}

func (h *handlers) showAccount(w http.ResponseWriter, r *http.Request, v *visit, status int, said, wrong string) {
	me, err := h.Entrance.Me(r.Context(), v.Session)
	if errors.Is(err, service.ErrNotFound) { // a location's contact, or a program
		h.goTo(w, r, "/sign-in")
		return
	}
	if err != nil {
		h.answerError(w, r, err)
		return
	}
	body := web.Account{
		Name: me.Name, Mail: me.Mail, HasPassword: me.Password != "", HasTOTP: me.TOTP != "", Bound: me.Subject != "",
		Provider: h.Entrance.Provider != nil, Said: said, Wrong: wrong, Signed: h.signed(r),
	}
	for _, m := range me.Memberships {
		body.Roles = append(body.Roles, web.AccountRole{ID: m.ID, Role: string(m.Role), Where: m.Region, Active: m.ID == v.Membership})
	}
	h.page(w, r, status, func(out io.Writer) error { return web.WriteAccount(out, lang(r), body) })
}

// setPassword gives the account another password.
func (h *handlers) setPassword(w http.ResponseWriter, r *http.Request) {
	v, ok := h.visiting(w, r)
	if !ok {
		return
	}
	s, err := h.Entrance.SetPassword(r.Context(), v.Session, r.PostFormValue("mail"), r.PostFormValue("present"), r.PostFormValue("fresh"))
	switch {
	case err == nil:
		if err := v.become(w, s); err != nil {
			h.answerError(w, r, notFoundHere(err))
			return
		}
		h.goTo(w, r, "/account?saved&lang="+string(lang(r)))
	case errors.Is(err, service.ErrNotProved):
		h.toConfirm(w, r, "/account")
	case errors.Is(err, service.ErrPassword):
		h.showAccount(w, r, v, http.StatusUnprocessableEntity, web.AccountPassword, "fresh")
	case errors.Is(err, service.ErrMail):
		h.showAccount(w, r, v, http.StatusUnprocessableEntity, web.AccountMail, "mail")
	case errors.Is(err, service.ErrConflict):
		h.showAccount(w, r, v, http.StatusConflict, web.AccountMailUsed, "mail")
	default:
		if status, said, ok := h.said(w, err); ok {
			h.showAccount(w, r, v, status, said, "present")
			return
		}
		h.answerError(w, r, notFoundHere(err))
	}
}

// switchRole makes another of the account's roles the active one.
func (h *handlers) switchRole(w http.ResponseWriter, r *http.Request) {
	v, ok := h.visiting(w, r)
	if !ok {
		return
	}
	id, err := strconv.ParseInt(r.PostFormValue("role"), 10, 64)
	if err != nil {
		h.answerFault(w, r, http.StatusNotFound)
		return
	}
	s, err := h.Entrance.Switch(r.Context(), v.Session, id)
	switch {
	case errors.Is(err, service.ErrFactor):
		h.showAccount(w, r, v, http.StatusForbidden, web.AccountFactor, "")
	case err != nil:
		h.answerError(w, r, notFoundHere(err))
	default:
		h.enter(w, r, v, s, "/")
	}
}

// signed is who is signed in, for the head of a page; nil for nobody with a name.
func (h *handlers) signed(r *http.Request) *web.Signed {
	caller := rights.CallerOf(r.Context())
	if h.Entrance == nil || caller.Actor == "" {
		return nil
	}
	v, err := visitOf(r, h.sessions)
	if err != nil || v.User == 0 {
		return nil
	}
	me, err := h.Entrance.Me(r.Context(), v.Session)
	if err != nil {
		return nil
	}
	return &web.Signed{Name: me.Name, Role: string(caller.Role), Where: caller.Region}
}
