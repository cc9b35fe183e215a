package api

import (
	"errors"
	"io"
	"net/http"

	"github.com/go-chi/chi/v5"

	"github.com/wijkplanner/wijkplanner/api/web"
	"github.com/wijkplanner/wijkplanner/planner/service"
)

// doorPage shows the page behind a location's link: its name, and the way in.
// Mail scanners fetch it: nothing happens by that, and it shows nothing of
// anybody.
func (h *handlers) doorPage(w http.ResponseWriter, r *http.Request) {
	if link, ok := h.location(w, r); ok { //nolint:contextcheck // the request carries it
		h.showDoor(w, r, lang(r), http.StatusOK, web.LocationDoor{Name: link.Name})
	}
}

// location returns the link of a request; it has answered otherwise.
func (h *handlers) location(w http.ResponseWriter, r *http.Request) (*service.LocationLink, bool) {
	var link *service.LocationLink
	err := h.lookUp(r, false, func() (err error) {
		link, err = h.Entrance.OpenLocationLink(r.Context(), chi.URLParam(r, "token"))
		return err
	})
	switch {
	case errors.Is(err, service.ErrNotFound):
		h.unknownFeed(w, r)
		return nil, false
	case err != nil:
		h.answerError(w, r, err)
		return nil, false
	}
	return link, true
}

func (h *handlers) showDoor(w http.ResponseWriter, r *http.Request, l web.Lang, status int, d web.LocationDoor) {
	h.page(w, r, status, func(out io.Writer) error { return web.WriteLocationDoor(out, l, d) })
}

// doorAct mails a code, or lets in who has it.
func (h *handlers) doorAct(w http.ResponseWriter, r *http.Request) {
	link, ok := h.location(w, r) //nolint:contextcheck // the request carries it
	if !ok {
		return
	}
	token := chi.URLParam(r, "token")
	language := web.MatchLang(r.PostFormValue("lang"), r.Header.Get("Accept-Language"))
	show := func(status int, said string) {
		h.showDoor(w, r, language, status, web.LocationDoor{Name: link.Name, Said: said})
	}
	if r.PostFormValue("act") == "code" {
		err := h.Entrance.MailLocationCode(r.Context(), token)
		switch {
		case errors.Is(err, service.ErrTooMany):
			w.Header().Set("Retry-After", "3600")
			show(http.StatusTooManyRequests, web.LocationMany)
		case errors.Is(err, service.ErrNoKey):
			show(http.StatusForbidden, web.SignInNoKey)
		case err != nil:
			h.answerError(w, r, notFoundHere(err))
		default:
			show(http.StatusOK, web.LocationSent)
		}
		return
	}
	s, err := h.Entrance.EnterLocation(r.Context(), token, r.PostFormValue("code"))
	switch {
	case errors.Is(err, service.ErrCode):
		show(http.StatusUnprocessableEntity, web.LocationWrong)
		return
	case err != nil:
		h.answerError(w, r, notFoundHere(err))
		return
	}
	v, err := visitOf(r, h.locations)
	if err == nil {
		err = v.become(w, s)
	}
	if err != nil {
		h.answerError(w, r, notFoundHere(err))
		return
	}
	h.goTo(w, r, "/location?lang="+string(language)) // the address with the secret is left behind
}
