package api

import (
	"errors"
	"log/slog"
	"net/http"

	"github.com/wijkplanner/wijkplanner/api/web"
	"github.com/wijkplanner/wijkplanner/planner/service"
)

// providerStart sends somebody to the identity provider.
func (h *handlers) providerStart(w http.ResponseWriter, r *http.Request) {
	v, ok := h.visiting(w, r)
	if !ok {
		return
	}
	var before *service.Session
	again := r.PostFormValue("confirm") != ""
	if again || r.PostFormValue("bind") != "" { // only who says so: another may sit at this browser
		before = v.Session
	}
	address, s, err := h.Entrance.StartProvider(r.Context(), before, again, localPath(r.PostFormValue("next")))
	if errors.Is(err, service.ErrNotProved) {
		h.toConfirm(w, r, "/account")
		return
	}
	if err != nil {
		h.providerFault(w, r, err)
		return
	}
	if err := v.become(w, s); err != nil {
		h.answerError(w, r, notFoundHere(err))
		return
	}
	// The one address that leaves us; it is the provider's own word.
	h.goTo(w, r, address)
}

// longestProvided bounds each parameter of the provider's redirect.
const longestProvided = 2048

// providerCallback takes somebody back from the identity provider. It is a GET
// that acts, as OAuth 2.0 has it: once, and only with the session that the
// sign-in began in.
func (h *handlers) providerCallback(w http.ResponseWriter, r *http.Request) {
	v, ok := h.visiting(w, r)
	if !ok {
		return
	}
	answer, err := providerAnswer(r)
	if err != nil || v.Stage != service.Away {
		h.providerFault(w, r, errors.Join(service.ErrProvider, err))
		return
	}
	flow := *v.Session
	if err := v.end(w); err != nil { // used up, whatever comes of it
		h.providerFault(w, r, errors.Join(service.ErrProvider, notFoundHere(err)))
		return
	}
	s, err := h.Entrance.FinishProvider(r.Context(), &flow, answer)
	if err != nil {
		h.providerFault(w, r, err)
		return
	}
	w.Header().Del("Set-Cookie")
	h.enter(w, r, v, s, flow.Flow.Next)
}

// providerAnswer reads the provider's redirect: no parameter twice, none too
// long.
func providerAnswer(r *http.Request) (service.ProviderAnswer, error) {
	query := r.URL.Query()
	for _, values := range query {
		if len(values) > 1 || len(values[0]) > longestProvided {
			return service.ProviderAnswer{}, errors.New("a parameter comes twice or is too long")
		}
	}
	return service.ProviderAnswer{
		State: query.Get("state"), Code: query.Get("code"), Issuer: query.Get("iss"), Fault: query.Get("error"),
	}, nil
}

func (h *handlers) providerFault(w http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(err, service.ErrNotFound) && !errors.Is(err, service.ErrProvider) {
		h.answerFault(w, r, http.StatusNotFound)
		return
	}
	status, said, ok := h.said(w, err)
	if !ok {
		h.answerError(w, r, err)
		return
	}
	h.Log.LogAttrs(r.Context(), slog.LevelInfo, "sign-in by way of the identity provider refused", idAttr(w), slog.Any("error", err))
	h.showSignIn(w, r, status, web.SignIn{Said: said})
}
