package api

import (
	"errors"
	"net/http"
	"strings"

	"github.com/alexedwards/scs/v2"

	"github.com/wijkplanner/wijkplanner/api/rights"
	"github.com/wijkplanner/wijkplanner/planner/service"
)

// authenticate says who sent a request, by what it shows: a program's token, the
// link of a location, the cookie of a session or that of a location's contact. It
// gives ErrNotFound for a token that opens nothing; a cookie that opens nothing,
// such as one of yesterday, is nobody's.
func (h *handlers) authenticate(r *http.Request) (rights.Caller, error) {
	if header := r.Header.Values("Authorization"); len(header) > 0 {
		return h.bearer(r, header)
	}
	for _, m := range []struct {
		sessions *scs.SessionManager
		caller   func(*http.Request, *service.Session) (service.Scope, error)
	}{
		{h.sessions, func(r *http.Request, s *service.Session) (service.Scope, error) {
			return h.Entrance.SessionCaller(r.Context(), s)
		}},
		{h.locations, func(r *http.Request, s *service.Session) (service.Scope, error) {
			return h.Entrance.LocationCaller(r.Context(), s)
		}},
	} {
		if _, err := r.Cookie(m.sessions.Cookie.Name); err != nil {
			continue
		}
		v, err := visitOf(r, m.sessions)
		if err != nil {
			return rights.Caller{}, err
		}
		scope, err := m.caller(r, v.Session)
		if err == nil || !errors.Is(err, service.ErrNotFound) {
			return rights.Caller{Scope: scope, Proven: h.Entrance.Proven(v.Session)}, err
		}
	}
	return rights.Caller{}, nil
}

// bearer reads the Authorization header (RFC 6750 section 2.1). Who sends a token
// proves who they are with each request.
func (h *handlers) bearer(r *http.Request, header []string) (rights.Caller, error) {
	scheme, token, _ := strings.Cut(header[0], " ")
	if len(header) > 1 || !strings.EqualFold(scheme, "Bearer") {
		return rights.Caller{}, ErrNotFound
	}
	var scope service.Scope
	err := h.lookUp(r, false, func() (err error) {
		if strings.HasPrefix(token, "pf_loc_") {
			var link *service.LocationLink
			if link, err = h.Entrance.OpenLocationLink(r.Context(), token); err == nil {
				scope = service.VisitorScope(link)
			}
			return err
		}
		scope, err = h.Entrance.TokenCaller(r.Context(), token)
		return err
	})
	return rights.Caller{Scope: scope, Proven: true}, notFoundHere(err)
}

// notFoundHere says "not found" in the words of the API.
func notFoundHere(err error) error {
	if errors.Is(err, service.ErrNotFound) {
		return errors.Join(ErrNotFound, err)
	}
	return err
}

// signedIn lets a page pass for who is signed in, and sends others to sign in
// and back.
func (h *handlers) signedIn(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if rights.CallerOf(r.Context()).Role == rights.Nobody {
			h.toSignIn(w, r)
			return
		}
		next(w, r)
	}
}
