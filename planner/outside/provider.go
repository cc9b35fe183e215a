package outside

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// ProviderConfig says which identity provider is asked, and as whom.
type ProviderConfig struct {
	// Issuer is its address, exactly as it writes it itself.
	Issuer string
	// ClientID and ClientSecret are what it knows us by; the secret may be empty.
	ClientID, ClientSecret string
	// Redirect is the address to which it sends people back.
	Redirect string
	// Classes are the authentication classes (acr) that stand for a second factor
	// there; they are asked for. Without them the methods (amr, RFC 8176) decide.
	Classes []string
	// Now is the clock.
	Now func() time.Time
}

// Provider is an OpenID Connect identity provider. It is discovered when it is
// first needed, so that we start when it is away.
type Provider struct {
	config ProviderConfig
	client *http.Client

	mu    sync.Mutex
	found *discovered
}

type discovered struct {
	oauth    oauth2.Config
	verifier *oidc.IDTokenVerifier
	// namesIssuer says that its redirects carry iss (RFC 9207 section 3).
	namesIssuer bool
}

// Identity is who the provider says that somebody is. The two first name an
// account for ever; a mail address does not, since it can be given to another.
type Identity struct {
	Issuer, Subject string
	// Factor says that a second factor was shown.
	Factor bool
	// Proved is how long ago they proved it there, negative when its clock is
	// ahead of ours; Dated is false when it did not say.
	Proved time.Duration
	Dated  bool
}

const (
	providerTime = 10 * time.Second
	// providerAnswer bounds what it may send at a time.
	providerAnswer = 1 << 20
	// providerSlack is how far its clock may be ahead of ours.
	providerSlack = 5 * time.Minute
)

// providerAlgorithms are the signatures that are taken: those of a key that only
// the provider has. "none" and those with a shared secret are not among them.
var providerAlgorithms = []string{
	oidc.RS256, oidc.RS384, oidc.RS512, oidc.ES256, oidc.ES384, oidc.ES512, oidc.PS256, oidc.PS384, oidc.PS512, oidc.EdDSA,
}

// manyFactors is the method (RFC 8176 section 2) that says that there were
// several; a method of another name may have been the only one.
const manyFactors = "mfa"

// NewProvider returns a provider; it is not asked yet.
func NewProvider(c ProviderConfig) (*Provider, error) {
	if c.Issuer == "" || c.ClientID == "" || c.Redirect == "" || c.Now == nil {
		return nil, errors.New("identity provider: want its issuer, our client id and the address to come back to")
	}
	client := &http.Client{
		Timeout:   providerTime,
		Transport: limited{&http.Transport{Proxy: nil, TLSHandshakeTimeout: providerTime, IdleConnTimeout: time.Minute, MaxIdleConns: 4}},
		CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse // an issuer is what it says it is
		},
	}
	return &Provider{config: c, client: client}, nil
}

// limited bounds what an answer may hold.
type limited struct{ below *http.Transport }

// RoundTrip sends a request.
func (l limited) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := l.below.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	answer.Body = struct {
		io.Reader
		io.Closer
	}{io.LimitReader(answer.Body, providerAnswer), answer.Body}
	return answer, nil
}

// discover reads the provider's description once (OpenID Connect Discovery).
func (p *Provider) discover(ctx context.Context) (*discovered, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.found != nil {
		return p.found, nil
	}
	// The keys are read later, when this request is over.
	found, err := oidc.NewProvider(oidc.ClientContext(context.WithoutCancel(ctx), p.client), p.config.Issuer)
	if err != nil {
		return nil, fmt.Errorf("discover the identity provider: %w", err)
	}
	var about struct {
		NamesIssuer bool `json:"authorization_response_iss_parameter_supported"`
	}
	if err := found.Claims(&about); err != nil {
		return nil, fmt.Errorf("description of the identity provider: %w", err)
	}
	p.found = &discovered{
		oauth: oauth2.Config{
			ClientID: p.config.ClientID, ClientSecret: p.config.ClientSecret, RedirectURL: p.config.Redirect,
			Endpoint: found.Endpoint(), Scopes: []string{oidc.ScopeOpenID},
		},
		verifier:    found.Verifier(&oidc.Config{ClientID: p.config.ClientID, SupportedSigningAlgs: providerAlgorithms, Now: p.config.Now}),
		namesIssuer: about.NamesIssuer,
	}
	return p.found, nil
}

// Address returns where to send somebody to sign in, with PKCE (RFC 7636, S256).
// With again the provider is to have them prove who they are, also where it knows
// them still, and to say when they did (OpenID Connect Core section 3.1.2.1).
func (p *Provider) Address(ctx context.Context, state, nonce, verifier string, again bool) (string, error) {
	d, err := p.discover(ctx)
	if err != nil {
		return "", err
	}
	options := []oauth2.AuthCodeOption{oidc.Nonce(nonce), oauth2.S256ChallengeOption(verifier)}
	if len(p.config.Classes) > 0 {
		options = append(options, oauth2.SetAuthURLParam("acr_values", strings.Join(p.config.Classes, " ")))
	}
	if again {
		options = append(options, oauth2.SetAuthURLParam("prompt", "login"), oauth2.SetAuthURLParam("max_age", "0"))
	}
	return d.oauth.AuthCodeURL(state, options...), nil
}

// Answered refuses a redirect that names another issuer, and one that names none
// although the provider always does (RFC 9207 section 2.4).
func (p *Provider) Answered(ctx context.Context, issuer string) error {
	d, err := p.discover(ctx)
	if err != nil {
		return err
	}
	if issuer != p.config.Issuer && (issuer != "" || d.namesIssuer) {
		return errors.New("the answer is of another issuer")
	}
	return nil
}

// Exchange changes a code into an identity. It refuses whatever OpenID Connect
// Core section 3.1.3.7 refuses.
func (p *Provider) Exchange(ctx context.Context, code, verifier, nonce string) (*Identity, error) {
	d, err := p.discover(ctx)
	if err != nil {
		return nil, err
	}
	token, err := d.oauth.Exchange(oidc.ClientContext(ctx, p.client), code, oauth2.VerifierOption(verifier))
	if err != nil {
		return nil, withoutAnswer(err)
	}
	raw, ok := token.Extra("id_token").(string)
	if !ok {
		return nil, errors.New("the answer holds no ID token")
	}
	id, err := d.verifier.Verify(oidc.ClientContext(ctx, p.client), raw)
	if err != nil {
		return nil, fmt.Errorf("ID token: %w", err)
	}
	return p.identity(id, token.AccessToken, nonce)
}

// withoutAnswer drops what the provider wrote, which could end up in a log.
func withoutAnswer(err error) error {
	var refused *oauth2.RetrieveError
	if errors.As(err, &refused) {
		return fmt.Errorf("the code was refused: %q", refused.ErrorCode)
	}
	return fmt.Errorf("exchange the code: %w", err)
}

// identity checks what the verifier leaves to us.
func (p *Provider) identity(id *oidc.IDToken, access, nonce string) (*Identity, error) {
	var claims struct {
		Party   string   `json:"azp"`
		Class   string   `json:"acr"`
		Methods []string `json:"amr"`
		Proved  int64    `json:"auth_time"`
	}
	if err := id.Claims(&claims); err != nil {
		return nil, fmt.Errorf("claims: %w", err)
	}
	switch {
	case id.Subject == "" || len(id.Subject) > 255:
		return nil, errors.New("ID token: no subject of at most 255 characters")
	case subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(nonce)) != 1:
		return nil, errors.New("ID token: another nonce")
	case len(id.Audience) != 1:
		return nil, errors.New("ID token: made for others as well")
	case claims.Party != "" && claims.Party != p.config.ClientID:
		return nil, errors.New("ID token: made for another party")
	case id.IssuedAt.After(p.config.Now().Add(providerSlack)):
		return nil, errors.New("ID token: made in the future")
	}
	if id.AccessTokenHash != "" {
		if err := id.VerifyAccessToken(access); err != nil {
			return nil, fmt.Errorf("access token: %w", err)
		}
	}
	return &Identity{
		Issuer: id.Issuer, Subject: id.Subject, Factor: p.factor(claims.Class, claims.Methods),
		Proved: p.config.Now().Sub(time.Unix(claims.Proved, 0)), Dated: claims.Proved > 0,
	}, nil
}

// factor reports whether a second factor was shown.
func (p *Provider) factor(class string, methods []string) bool {
	if len(p.config.Classes) > 0 {
		return slices.Contains(p.config.Classes, class)
	}
	return slices.Contains(methods, manyFactors)
}
