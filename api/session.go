package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/alexedwards/scs/v2"

	"github.com/wijkplanner/wijkplanner/planner/service"
)

// sessionKey is what a session holds in scs: one service.Session.
const sessionKey = "session"

// longestCookie is longer than any cookie of ours: 32 bytes in base64.
const longestCookie = 64

// longestSession is what scs makes of the end of a session, which is the affair
// of the entrance: it only tells a cookie that stays from one that goes.
const longestSession = 24 * time.Hour

// newSessions returns the sessions of a cookie. With https its name begins with
// __Host-, so that no other host and no plain connection can set it (RFC 6265bis
// section 4.1.3.2); browsers refuse such a name over http://localhost.
func newSessions(e *service.Entrance, name string, secure bool) *scs.SessionManager {
	if secure {
		name = "__Host-" + name
	}
	// Not scs.New, which starts the clean-up of a store in memory that never ends.
	return &scs.SessionManager{
		Store: sessionStore{e}, Codec: sessionCodec{}, HashTokenInStore: true, Lifetime: longestSession,
		Cookie: scs.SessionCookie{Name: name, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: secure},
	}
}

// sessionCodec writes a session as JSON. When it ends is the affair of the
// entrance, which knows its role and has a clock of its own.
type sessionCodec struct{}

// Encode writes a session.
func (sessionCodec) Encode(_ time.Time, values map[string]any) ([]byte, error) {
	return json.Marshal(values[sessionKey])
}

// Decode reads a session.
func (sessionCodec) Decode(data []byte) (time.Time, map[string]any, error) {
	var s service.Session
	err := json.Unmarshal(data, &s)
	return time.Time{}, map[string]any{sessionKey: &s}, err
}

// sessionStore keeps sessions where everything else is kept.
type sessionStore struct{ entrance *service.Entrance }

// FindCtx returns a session by the hash of its cookie.
func (s sessionStore) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	return s.entrance.FindSession(ctx, token)
}

// CommitCtx keeps a session.
func (s sessionStore) CommitCtx(ctx context.Context, token string, data []byte, _ time.Time) error {
	return s.entrance.KeepSession(ctx, token, data)
}

// DeleteCtx forgets a session. Unlike what scs expects it says so when there was
// none: who renews a session that was signed out meanwhile must not bring it back.
func (s sessionStore) DeleteCtx(ctx context.Context, token string) error {
	return s.entrance.EndSession(ctx, token)
}

// errNoContext stands in for the methods of scs that have no context; it does not
// call them on a store that has the others.
var errNoContext = errors.New("sessions need a context")

// Find is not called.
func (sessionStore) Find(string) ([]byte, bool, error) { return nil, false, errNoContext }

// Commit is not called.
func (sessionStore) Commit(string, []byte, time.Time) error { return errNoContext }

// Delete is not called.
func (sessionStore) Delete(string) error { return errNoContext }

// visit is the session that a request came with.
type visit struct {
	*service.Session
	// ctx carries it for scs.
	ctx     context.Context //nolint:containedctx // scs keeps the session in it
	manager *scs.SessionManager
}

// visitOf reads the session of a request; without one it is an empty one.
func visitOf(r *http.Request, m *scs.SessionManager) (*visit, error) {
	token := ""
	if c, err := r.Cookie(m.Cookie.Name); err == nil && len(c.Value) <= longestCookie {
		token = c.Value
	}
	ctx, err := m.Load(r.Context(), token)
	if err != nil {
		return nil, err
	}
	v := &visit{&service.Session{}, ctx, m}
	if s, ok := m.Get(ctx, sessionKey).(*service.Session); ok {
		v.Session = s
	}
	return v, nil
}

// become puts another session in the place of this one, under a new cookie: one
// that somebody else knew is worth nothing. It gives ErrNotFound when this one
// was ended meanwhile.
func (v *visit) become(w http.ResponseWriter, s *service.Session) error {
	if err := v.manager.RenewToken(v.ctx); err != nil {
		return err
	}
	v.manager.Put(v.ctx, sessionKey, s)
	token, expiry, err := v.manager.Commit(v.ctx)
	if err != nil {
		return err
	}
	v.manager.WriteSessionCookie(v.ctx, w, token, expiry)
	w.Header().Set("Cache-Control", "no-store")
	return nil
}

// end ends the session and takes the cookie away. It gives ErrNotFound for one
// that was ended already.
func (v *visit) end(w http.ResponseWriter) error {
	err := v.manager.Destroy(v.ctx)
	v.manager.WriteSessionCookie(v.ctx, w, "", time.Time{})
	w.Header().Set("Cache-Control", "no-store")
	return err
}
