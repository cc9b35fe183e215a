package service

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// Stage is how far a sign-in has come.
type Stage string

// The stages.
const (
	// Entered is signed in.
	Entered Stage = ""
	// WantsCode has the right password and owes the code of the authenticator.
	WantsCode Stage = "code"
	// WantsAuthenticator has the right password and must set up an authenticator
	// first, since the role asks for one.
	WantsAuthenticator Stage = "authenticator"
	// Away is with the identity provider.
	Away Stage = "away"
)

// Session is what a browser's session holds: who that is, and nothing of what
// they may do, which is asked anew each time.
type Session struct {
	// ID is the hash of the cookie.
	ID string `json:"id,omitempty"`
	// User is the account, and Epoch its epoch when it signed in.
	User  int64 `json:"user,omitempty"`
	Epoch int64 `json:"epoch,omitempty"`
	// Membership is what the account is at this moment.
	Membership int64 `json:"membership,omitempty"`
	Stage      Stage `json:"stage,omitempty"`
	// Factor says that a second factor was shown.
	Factor bool `json:"factor,omitempty"`
	// Link is the location link of a location's contact.
	Link string `json:"link,omitempty"`
	// Flow is what must come back from the identity provider.
	Flow *Flow `json:"flow,omitempty"`
	// Since is when the present stage began, Seen when it was used last, and Proved
	// when who it is last proved to be it.
	Since  time.Time `json:"since"`
	Seen   time.Time `json:"seen,omitzero"`
	Proved time.Time `json:"proved,omitzero"`
}

// lifetime is how long a session lasts, in all and unused.
type lifetime struct{ all, idle time.Duration }

var (
	// halfWay is for what is not signed in yet.
	halfWay = lifetime{15 * time.Minute, 15 * time.Minute}
	// visiting is for a location's contact.
	visiting = lifetime{30 * time.Minute, 30 * time.Minute}
	// watchful is for who can change or see much.
	watchful = lifetime{8 * time.Hour, 15 * time.Minute}
	// daily is for who plans and visits.
	daily = lifetime{10 * time.Hour, 30 * time.Minute}
)

func lifetimeOf(r Role) lifetime {
	switch r {
	case Lead, Member:
		return daily
	case LocationContact:
		return visiting
	default:
		return watchful
	}
}

// over reports whether a session has come to its end.
func (l lifetime) over(s *Session, now time.Time) bool {
	return !now.Before(s.Since.Add(l.all)) || !now.Before(s.Seen.Add(l.idle)) || now.Before(s.Since.Add(-clockSlack))
}

const (
	// clockSlack is how far the clocks of two servers may be apart; what begins
	// later than that was made by a clock that has been put back since.
	clockSlack = 5 * time.Minute
	// seenEvery is how exactly it is known when a session was used last: a write
	// each time would cost more than the request.
	seenEvery = time.Minute
)

// FindSession returns a session by the hash of its cookie, as JSON; found is
// false when it is not there or has run out.
func (e *Entrance) FindSession(ctx context.Context, token string) (data []byte, found bool, err error) {
	kept, err := e.Store.Session(ctx, token, e.Now())
	if errors.Is(err, ErrNotFound) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	var s Session
	if err := json.Unmarshal(kept.Data, &s); err != nil {
		return nil, false, fmt.Errorf("session: %w", err)
	}
	s.ID, s.Seen = token, kept.Seen
	data, err = json.Marshal(s)
	return data, true, err
}

// KeepSession keeps a session under the hash of its cookie.
func (e *Entrance) KeepSession(ctx context.Context, token string, data []byte) error {
	var s Session
	if err := json.Unmarshal(data, &s); err != nil {
		return fmt.Errorf("session: %w", err)
	}
	s.ID, s.Seen = "", time.Time{}
	data, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("session: %w", err)
	}
	now := e.Now()
	return e.Store.PutSession(ctx, token, data, now, now.Add(daily.all))
}

// EndSession forgets a session. It gives ErrNotFound for one that is gone.
func (e *Entrance) EndSession(ctx context.Context, token string) error {
	return e.Store.EndSession(ctx, token)
}

// SessionCaller returns what a session reaches now. It gives ErrNotFound when
// that is nothing: it is not signed in, has come to its end, or its rights were
// taken away.
func (e *Entrance) SessionCaller(ctx context.Context, s *Session) (Scope, error) {
	if s.User == 0 || s.Stage != Entered {
		return Scope{}, fmt.Errorf("session: not signed in: %w", ErrNotFound)
	}
	m, _, err := e.Store.ActiveMembership(ctx, s.User, s.Membership, s.Epoch)
	if err != nil {
		return Scope{}, err
	}
	if err := e.alive(ctx, s, m.Role); err != nil {
		return Scope{}, err
	}
	return m.Scope(store.UserActor(s.User), ""), nil
}

// alive gives ErrNotFound for a session that has come to its end, and notes that
// another is in use.
func (e *Entrance) alive(ctx context.Context, s *Session, r Role) error {
	now := e.Now()
	if lifetimeOf(r).over(s, now) {
		return fmt.Errorf("session: over: %w", ErrNotFound)
	}
	if now.Sub(s.Seen) >= seenEvery {
		return e.Store.TouchSession(ctx, s.ID, now)
	}
	return nil
}

// TokenCaller returns what a program's token reaches now, or ErrNotFound.
func (e *Entrance) TokenCaller(ctx context.Context, token string) (Scope, error) {
	key, ok := store.ParseToken(store.APITokenKind, token)
	if !ok {
		// An unknown token takes a look into the database as well.
		key, _ = store.ParseToken(store.APITokenKind, unknownToken)
	}
	a, err := e.Store.APITokenByKey(ctx, key, e.Now())
	if err != nil {
		return Scope{}, err
	}
	if today := calendar.DateOf(e.Now(), time.UTC); a.LastUsed < today {
		if err := e.Store.NoteAPITokenUse(ctx, a.ID, today); err != nil && !errors.Is(err, ErrBusy) {
			return Scope{}, err
		}
	}
	return a.Membership.Scope(a.Actor(), ""), nil
}

// unknownToken has the form of a token and opens nothing.
var unknownToken = store.MakeToken(store.APITokenKind, "aaaaaaaaaa", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")
