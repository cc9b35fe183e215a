package service

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"time"

	"github.com/wijkplanner/wijkplanner/planner/outside"
)

// Flow is a sign-in that is with the identity provider: what was sent along, and
// must fit what comes back (RFC 6749 section 10.12, RFC 7636, OpenID Connect Core
// section 3.1.2.1). It is good once.
type Flow struct {
	State    string `json:"state"`
	Nonce    string `json:"nonce"`
	Verifier string `json:"verifier"`
	// Next is the page to go to afterwards, and Bind the account that asked to be
	// bound to the identity; 0 to sign in.
	Next string `json:"next,omitempty"`
	Bind int64  `json:"bind,omitempty"`
	// Before is the session that asked to be bound, or to prove anew who it is.
	Before *Session `json:"before,omitempty"`
}

// ErrProvider is an answer of the identity provider that is not to be trusted,
// or none.
var ErrProvider = errors.New("the identity provider gave no answer that can be trusted")

// ProviderAnswer is what the provider's redirect says.
type ProviderAnswer struct{ State, Code, Issuer, Fault string }

// StartProvider begins a sign-in by way of the identity provider: it returns the
// address to go to, and the session that must be there on the way back. Where a
// session is given that is signed in, its account is bound to the identity, or
// with again proves anew that it is who it is. To be bound it must be fresh.
func (e *Entrance) StartProvider(ctx context.Context, before *Session, again bool, next string) (address string, s *Session, err error) {
	if e.Provider == nil {
		return "", nil, fmt.Errorf("identity provider: none is configured: %w", ErrNotFound)
	}
	flow := &Flow{State: rand.Text(), Nonce: rand.Text(), Verifier: rand.Text() + rand.Text(), Next: next}
	if before != nil {
		switch _, err := e.SessionCaller(ctx, before); {
		case err != nil: // nobody: somebody signs in
			again = false
		case !again && !e.Proven(before):
			return "", nil, ErrNotProved
		default:
			kept := *before
			flow.Before = &kept
			if !again {
				flow.Bind = before.User
			}
		}
	}
	address, err = e.Provider.Address(ctx, flow.State, flow.Nonce, flow.Verifier, again)
	if err != nil {
		return "", nil, fmt.Errorf("%w: %w", ErrProvider, err)
	}
	return address, &Session{Stage: Away, Flow: flow, Since: e.Now()}, nil
}

// FinishProvider takes the provider's answer to a flow that has been used up: an
// account is found by the issuer and subject of the identity, never by its mail
// address. It gives ErrProvider for an answer that cannot be trusted, ErrUnbound
// for an identity that no account is bound to, and ErrFactor when a role needs
// more than was shown there.
func (e *Entrance) FinishProvider(ctx context.Context, s *Session, a ProviderAnswer) (*Session, error) {
	if s.Stage != Away || s.Flow == nil || e.Provider == nil || !e.Now().Before(s.Since.Add(halfWay.all)) {
		return nil, fmt.Errorf("%w: no sign-in was under way", ErrProvider)
	}
	if subtle.ConstantTimeCompare([]byte(a.State), []byte(s.Flow.State)) != 1 {
		return nil, fmt.Errorf("%w: another state", ErrProvider)
	}
	if a.Fault != "" || a.Code == "" {
		return nil, fmt.Errorf("%w: it refused", ErrProvider)
	}
	if err := e.Provider.Answered(ctx, a.Issuer); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrProvider, err)
	}
	who, err := e.Provider.Exchange(ctx, a.Code, s.Flow.Verifier, s.Flow.Nonce)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrProvider, err)
	}
	switch {
	case s.Flow.Bind != 0:
		return e.bind(ctx, s.Flow, who)
	case s.Flow.Before != nil:
		return e.provedThere(ctx, s, who)
	}
	u, err := e.Store.UserBySubject(ctx, who.Issuer, who.Subject)
	if errors.Is(err, ErrNotFound) {
		e.Log.InfoContext(ctx, "an identity without an account", "issuer", who.Issuer, "subject", who.Subject)
		return nil, ErrUnbound
	}
	if err != nil {
		return nil, err
	}
	if !who.Factor {
		for _, m := range u.Memberships {
			if needsFactor(m.Role) {
				return nil, ErrFactor
			}
		}
	}
	out, err := e.enter(ctx, u, true, "provider")
	if out != nil {
		out.Factor = who.Factor
		out.Proved = time.Time{} // it may have let them pass for what it knew still
		if who.Dated {
			out.Proved = e.Now().Add(-max(0, who.Proved))
		}
	}
	return out, err
}

// bind binds the account of the session that asked for it to an identity.
func (e *Entrance) bind(ctx context.Context, f *Flow, who *outside.Identity) (*Session, error) {
	scope, err := e.SessionCaller(ctx, f.Before)
	if err != nil {
		return nil, err
	}
	scope.Request = RequestOf(ctx)
	if err := e.Store.As(scope).BindSubject(ctx, f.Bind, who.Issuer, who.Subject); err != nil {
		return nil, err
	}
	return f.Before, nil
}
