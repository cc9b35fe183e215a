package service

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/wijkplanner/wijkplanner/planner/outside"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// Entrance is where people and programs prove who they are.
type Entrance struct {
	*Service
	// Seal keeps the secrets of authenticators and makes codes; without it
	// neither is possible.
	Seal *Seal
	// Provider is the identity provider; nil for none.
	Provider *outside.Provider

	hashes *hasher
}

// NewEntrance returns the entrance of a service. At most atOnce password hashes
// are made at a time; each takes 19 MiB and some 20 ms of a core.
func NewEntrance(s *Service, seal *Seal, provider *outside.Provider, atOnce int) *Entrance {
	return &Entrance{Service: s, Seal: seal, Provider: provider, hashes: newHasher(atOnce)}
}

// The refusals of a sign-in. What was wrong stays unsaid.
var (
	// ErrSignIn is an account, password or code that does not fit.
	ErrSignIn = errors.New("not signed in: mail address, password or code does not fit")
	// ErrNoRole is an account that is nothing yet.
	ErrNoRole = errors.New("this account has no role yet: ask an administrator")
	// ErrUnbound is an identity of the provider that no account is bound to.
	ErrUnbound = errors.New("no account is bound to this identity: ask an administrator for a sign-in link and bind it there")
	// ErrMail is what is no mail address.
	ErrMail = errors.New("not a mail address")
	// ErrFactor is a role that asks for a second factor which the provider did not
	// confirm.
	ErrFactor = errors.New("this role needs a second factor, and the identity provider confirmed none")
)

// TooManyTriesError refuses to try again before a moment.
type TooManyTriesError = store.TooManyTriesError

// How often a password and a code may be tried on one account.
const (
	passwordTries = 10
	codesTries    = 5
	tryWindow     = 15 * time.Minute
)

// needsFactor reports whether a role asks for a second factor.
func needsFactor(r Role) bool { return r == Administrator || r == Lead || r == Auditor }

// subject is the key under which tries are counted. It tells nothing of whether
// there is such an account.
func subject(kind, name string) string {
	sum := sha256.Sum256([]byte(kind + ":" + strings.ToLower(name)))
	return kind + ":" + hex.EncodeToString(sum[:16])
}

// SignIn signs an account in by its mail address, password and – where it has an
// authenticator – code, all at once. It gives ErrSignIn when one does not fit and
// a TooManyTriesError when the account was tried too often; for accounts that do
// not exist it answers alike and takes as long.
func (e *Entrance) SignIn(ctx context.Context, mail, password, code string) (*Session, error) {
	s, err := e.Password(ctx, mail, password)
	if err != nil || s.Stage != WantsCode {
		return s, err
	}
	return e.Code(ctx, s, code)
}

// Password is the first step of SignIn: the session says what is owed still.
func (e *Entrance) Password(ctx context.Context, mail, password string) (*Session, error) {
	key := subject("password", mail)
	if err := e.Store.TakeTry(ctx, key, passwordTries, tryWindow, e.Now()); err != nil {
		return nil, err
	}
	u, err := e.Store.UserByMail(ctx, mail)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return nil, err
	}
	hash := nobody
	if u != nil && u.Password != "" && u.Disabled.IsZero() {
		hash = u.Password
	}
	fits, err := e.hashes.matches(ctx, password, hash)
	if err != nil {
		return nil, err
	}
	if !fits || hash == nobody {
		e.Log.InfoContext(ctx, "sign-in refused", "step", "password")
		return nil, ErrSignIn
	}
	if err := e.Store.ForgetTries(ctx, key); err != nil {
		return nil, err
	}
	return e.enter(ctx, u, false, "password")
}

// enter begins the session of an account that proved to be it.
func (e *Entrance) enter(ctx context.Context, u *store.User, factor bool, how string) (*Session, error) {
	if !u.Disabled.IsZero() {
		return nil, ErrSignIn
	}
	if len(u.Memberships) == 0 {
		return nil, ErrNoRole
	}
	s := &Session{User: u.ID, Epoch: u.Epoch, Factor: factor, Since: e.Now(), Proved: e.Now()}
	switch asks := slices.ContainsFunc(u.Memberships, func(m store.Membership) bool { return needsFactor(m.Role) }); {
	case factor:
	case u.TOTP != "":
		s.Stage = WantsCode
		return s, nil
	case asks:
		if e.Seal == nil {
			return nil, ErrNoKey
		}
		s.Stage = WantsAuthenticator
		return s, nil
	}
	return s, e.entered(ctx, s, first(u.Memberships), how)
}

// byWork puts the memberships in which people plan and visit first.
var byWork = []Role{Lead, Member, Auditor, Administrator}

func first(of []store.Membership) *store.Membership {
	m := slices.MinFunc(of, func(a, b store.Membership) int {
		return cmp.Compare(slices.Index(byWork, a.Role), slices.Index(byWork, b.Role))
	})
	return &m
}

// entered makes a session one that is signed in, and writes that down.
func (e *Entrance) entered(ctx context.Context, s *Session, m *store.Membership, how string) error {
	s.Stage, s.Membership, s.Since, s.Flow = Entered, m.ID, e.Now(), nil
	return e.record(ctx, s, m, store.Act{Verb: store.SignedIn, Object: "session", ID: strconv.FormatInt(s.User, 10), Region: m.Region, Reason: how})
}

func (e *Entrance) record(ctx context.Context, s *Session, m *store.Membership, a store.Act) error {
	scope := m.Scope(store.UserActor(s.User), RequestOf(ctx))
	return e.Store.As(scope).Tx(ctx, func(t *store.Tx) error { return t.Record(a) })
}

// half returns the account of a session that is on its way in, or ErrSignIn when
// that took too long or its sessions ended.
func (e *Entrance) half(ctx context.Context, s *Session, stage Stage) (*store.User, error) {
	if s.User == 0 || s.Stage != stage || !e.Now().Before(s.Since.Add(halfWay.all)) {
		return nil, ErrSignIn
	}
	u, err := e.Store.User(ctx, s.User)
	if err != nil {
		return nil, err
	}
	if !u.Disabled.IsZero() || u.Epoch != s.Epoch || len(u.Memberships) == 0 {
		return nil, ErrSignIn
	}
	return u, nil
}

// Code is the second step of SignIn, by the code of the authenticator. Each code
// is good once.
func (e *Entrance) Code(ctx context.Context, s *Session, code string) (*Session, error) {
	u, err := e.half(ctx, s, WantsCode)
	if err != nil {
		return nil, err
	}
	if err := e.takeCode(ctx, u, code); err != nil {
		return nil, err
	}
	out := &Session{User: u.ID, Epoch: u.Epoch, Factor: true, Proved: e.Now()}
	return out, e.entered(ctx, out, first(u.Memberships), "code")
}

// takeCode uses up a code of an account's authenticator, or gives ErrSignIn.
func (e *Entrance) takeCode(ctx context.Context, u *store.User, code string) error {
	id := strconv.FormatInt(u.ID, 10)
	if err := e.Store.TakeTry(ctx, subject("code", id), codesTries, tryWindow, e.Now()); err != nil {
		return err
	}
	secret, err := e.Seal.Open(u.TOTP, totpRow(u.ID))
	if err != nil {
		return fmt.Errorf("authenticator of account %d: %w", u.ID, err)
	}
	step, fits := totpMatch([]byte(secret), digitsOf(code), e.Now())
	if fits {
		if fits, err = e.Store.UseTOTPStep(ctx, u.ID, step); err != nil {
			return err
		}
	}
	if !fits {
		e.Log.InfoContext(ctx, "sign-in refused", "step", "code", "user", u.ID)
		return ErrSignIn
	}
	return e.Store.ForgetTries(ctx, subject("code", id))
}

func totpRow(user int64) string { return "totp/" + strconv.FormatInt(user, 10) }

// Authenticator is the secret that an authenticator app takes in.
type Authenticator struct{ Secret, URL string }

// Authenticator returns the secret of the authenticator that a session may set
// up: one on its way in that must, or one that is signed in. It is the same as
// long as the session lasts and kept only by Enrol. It gives ErrSignIn or
// ErrNotFound to a session that is neither, or no longer.
func (e *Entrance) Authenticator(ctx context.Context, s *Session) (*Authenticator, error) {
	u, secret, err := e.enrolling(ctx, s)
	if err != nil {
		return nil, err
	}
	return &Authenticator{totpText(secret), totpURL(secret, cmp.Or(u.Mail, u.Name))}, nil
}

func (e *Entrance) enrolling(ctx context.Context, s *Session) (*store.User, []byte, error) {
	if e.Seal == nil {
		return nil, nil, ErrNoKey
	}
	var u *store.User
	var err error
	if s.Stage == Entered {
		if u, err = e.Me(ctx, s); err == nil && !e.Proven(s) {
			err = ErrNotProved
		}
	} else {
		u, err = e.half(ctx, s, WantsAuthenticator)
	}
	if err != nil {
		return nil, nil, err
	}
	if u.TOTP != "" {
		return nil, nil, fmt.Errorf("account %d has an authenticator: %w", u.ID, ErrConflict)
	}
	return u, e.Seal.hash("totp", strconv.FormatInt(u.ID, 10), s.ID)[:totpSecret], nil
}

// Enrol sets up the authenticator of Authenticator, proved by its first code,
// and signs the session in with it.
func (e *Entrance) Enrol(ctx context.Context, s *Session, code string) (*Session, error) {
	u, secret, err := e.enrolling(ctx, s)
	if err != nil {
		return nil, err
	}
	id := strconv.FormatInt(u.ID, 10)
	if err := e.Store.TakeTry(ctx, subject("code", id), codesTries, tryWindow, e.Now()); err != nil {
		return nil, err
	}
	step, fits := totpMatch(secret, digitsOf(code), e.Now())
	if !fits {
		return nil, ErrSignIn
	}
	sealed, err := e.Seal.Close(string(secret), totpRow(u.ID))
	if err != nil {
		return nil, err
	}
	m := first(u.Memberships)
	if at := slices.IndexFunc(u.Memberships, func(one store.Membership) bool { return one.ID == s.Membership }); at >= 0 {
		m = &u.Memberships[at]
	}
	if err := e.Store.As(m.Scope(store.UserActor(u.ID), RequestOf(ctx))).SetTOTP(ctx, u.ID, sealed, step); err != nil {
		return nil, err
	}
	if err := e.Store.ForgetTries(ctx, subject("code", id)); err != nil {
		return nil, err
	}
	out := &Session{User: u.ID, Epoch: u.Epoch, Factor: true, Proved: s.Proved}
	if err := e.entered(ctx, out, m, "authenticator"); err != nil {
		return nil, err
	}
	if s.Stage == Entered {
		out.Since = s.Since // this gives no more time
	}
	return out, nil
}

// OpenSignInLink says whether a one-time link signs somebody in, and changes
// nothing: who scans mail opens links too.
func (e *Entrance) OpenSignInLink(ctx context.Context, token string) error {
	key, ok := store.ParseToken(store.SignInToken, token)
	if !ok {
		return fmt.Errorf("sign-in link: %w", ErrNotFound)
	}
	_, err := e.Store.SignInLink(ctx, key, e.Now())
	return err
}

// UseSignInLink uses a one-time link up and signs its account in: whoever made
// it answers for who that is.
func (e *Entrance) UseSignInLink(ctx context.Context, token string) (*Session, error) {
	key, ok := store.ParseToken(store.SignInToken, token)
	if !ok {
		return nil, fmt.Errorf("sign-in link: %w", ErrNotFound)
	}
	id, err := e.Store.UseSignInLink(ctx, key, e.Now())
	if err != nil {
		return nil, err
	}
	u, err := e.Store.User(ctx, id)
	if err != nil {
		return nil, err
	}
	return e.enter(ctx, u, true, "link")
}

// Switch makes another membership of the account the active one. It gives
// ErrNotFound for one that the account does not have, and ErrFactor for one that
// asks for a second factor which the session has not shown.
func (e *Entrance) Switch(ctx context.Context, s *Session, membership int64) (*Session, error) {
	if _, err := e.SessionCaller(ctx, s); err != nil {
		return nil, err
	}
	m, _, err := e.Store.ActiveMembership(ctx, s.User, membership, s.Epoch)
	if err != nil {
		return nil, err
	}
	if needsFactor(m.Role) && !s.Factor {
		return nil, ErrFactor
	}
	out := *s
	since := s.Since
	if err := e.entered(ctx, &out, m, "switch"); err != nil {
		return nil, err
	}
	out.Since = since // another role gives no more time
	return &out, nil
}

// SignOut writes down that a session ends; EndSession ends it.
func (e *Entrance) SignOut(ctx context.Context, s *Session) error {
	m, _, err := e.Store.ActiveMembership(ctx, s.User, s.Membership, s.Epoch)
	if errors.Is(err, ErrNotFound) {
		return nil // it had ended before
	}
	if err != nil {
		return err
	}
	return e.record(ctx, s, m, store.Act{Verb: store.SignedOut, Object: "session", ID: strconv.FormatInt(s.User, 10), Region: m.Region})
}

// Me returns the account of a session that is signed in.
func (e *Entrance) Me(ctx context.Context, s *Session) (*store.User, error) {
	if _, err := e.SessionCaller(ctx, s); err != nil {
		return nil, err
	}
	return e.Store.User(ctx, s.User)
}

// SetPassword gives the account of a session another password, and a mail
// address to sign in with where it has none. The present password is asked for,
// unless there is none: then the session must be fresh, or it is ErrNotProved. All other sessions of the account end; the one that is
// returned goes on.
func (e *Entrance) SetPassword(ctx context.Context, s *Session, mail, present, fresh string) (*Session, error) {
	scope, err := e.SessionCaller(ctx, s)
	if err != nil {
		return nil, err
	}
	u, err := e.Store.User(ctx, s.User)
	if err != nil {
		return nil, err
	}
	if u.Password == "" && !e.Proven(s) {
		return nil, ErrNotProved
	}
	if err := e.knows(ctx, u, present); err != nil {
		return nil, err
	}
	mail = strings.TrimSpace(mail)
	if err := checkPassword(fresh, append(strings.Fields(u.Name), cmp.Or(mail, u.Mail))...); err != nil {
		return nil, err
	}
	own := e.Store.As(scope)
	if mail != "" && mail != u.Mail {
		if _, err := store.CleanAddress(mail); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrMail, err)
		}
		if err := own.SetMail(ctx, u.ID, mail); err != nil {
			return nil, err
		}
	}
	hash, err := e.hashes.hash(ctx, fresh)
	if err != nil {
		return nil, err
	}
	out := *s
	out.Epoch, err = own.SetPassword(ctx, u.ID, hash)
	return &out, err
}

// knows gives ErrSignIn when a password is not that of an account which has one.
func (e *Entrance) knows(ctx context.Context, u *store.User, password string) error {
	if u.Password == "" {
		return nil
	}
	if err := e.Store.TakeTry(ctx, subject("password", u.Mail), passwordTries, tryWindow, e.Now()); err != nil {
		return err
	}
	fits, err := e.hashes.matches(ctx, password, u.Password)
	if err == nil && !fits {
		err = ErrSignIn
	}
	return err
}

type requestKey struct{}

// WithRequest returns a context that names the request in the audit log.
func WithRequest(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, requestKey{}, id)
}

// RequestOf returns the name of the request that a context is of.
func RequestOf(ctx context.Context) string {
	id, _ := ctx.Value(requestKey{}).(string)
	return id
}
