package service

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/wijkplanner/wijkplanner/planner/outside"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// ProofLasts is how long it counts as fresh that somebody proved who they are:
// for what a stolen or forgotten session must not do, such as making accounts.
const ProofLasts = 10 * time.Minute

// providerPause is how far the provider's clock may be behind ours when it says
// when somebody proved who they are.
const providerPause = time.Minute

var (
	// ErrNotProved is a session that did not prove lately who it is.
	ErrNotProved = errors.New("prove first that it is you: this needs a proof of less than ten minutes ago")
	// ErrNoProof is an account that has nothing to prove itself by here.
	ErrNoProof = errors.New("this account has no password and no authenticator: ask an administrator for a sign-in link")
)

// Proven reports whether a session proved lately who it is. A clock that was put
// back makes nothing fresh.
func (e *Entrance) Proven(s *Session) bool {
	age := e.Now().Sub(s.Proved)
	return !s.Proved.IsZero() && age < ProofLasts && age > -clockSlack
}

// Confirm proves again that a session is who it is, by all that its account has
// set up: the password, and the code of the authenticator. It gives ErrNoProof
// when that is nothing, ErrSignIn when one does not fit, and a TooManyTriesError;
// the tries are those of signing in. The session that is returned is fresh.
func (e *Entrance) Confirm(ctx context.Context, s *Session, password, code string) (*Session, error) {
	u, err := e.Me(ctx, s)
	if err != nil {
		return nil, err
	}
	if u.Password == "" && u.TOTP == "" {
		return nil, ErrNoProof
	}
	if err := e.knows(ctx, u, password); err != nil {
		return nil, err
	}
	if u.TOTP != "" {
		if e.Seal == nil {
			return nil, ErrNoKey
		}
		if err := e.takeCode(ctx, u, code); err != nil {
			return nil, err
		}
	}
	if u.Password != "" {
		if err := e.Store.ForgetTries(ctx, subject("password", u.Mail)); err != nil {
			return nil, err
		}
	}
	return e.proved(ctx, s)
}

// provedThere takes the provider's word that a session proved just now who it
// is: as the identity that its account is bound to, after it was sent there, and
// with a second factor where the session had shown one.
func (e *Entrance) provedThere(ctx context.Context, s *Session, who *outside.Identity) (*Session, error) {
	before := s.Flow.Before
	u, err := e.Me(ctx, before)
	if err != nil {
		return nil, err
	}
	switch {
	case u.Subject == "" || u.Issuer != who.Issuer || u.Subject != who.Subject:
		return nil, fmt.Errorf("%w: somebody else proved who they are", ErrProvider)
	case !who.Dated || who.Proved > e.Now().Sub(s.Since)+providerPause:
		return nil, fmt.Errorf("%w: it did not ask again who that is", ErrProvider)
	case before.Factor && !who.Factor:
		return nil, ErrFactor
	}
	return e.proved(ctx, before)
}

// proved makes a session fresh, and writes that down.
func (e *Entrance) proved(ctx context.Context, s *Session) (*Session, error) {
	m, _, err := e.Store.ActiveMembership(ctx, s.User, s.Membership, s.Epoch)
	if err != nil {
		return nil, err
	}
	out := *s
	out.Proved = e.Now()
	return &out, e.record(ctx, s, m, store.Act{
		Verb: store.SignedIn, Object: "session", ID: strconv.FormatInt(s.User, 10), Region: m.Region, Reason: "confirm",
	})
}
