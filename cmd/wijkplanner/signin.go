package main

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"runtime"
	"strings"

	"github.com/wijkplanner/wijkplanner/planner/outside"
	"github.com/wijkplanner/wijkplanner/planner/service"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// providerFlags say which identity provider people may come by.
type providerFlags struct {
	Issuer       string   `name:"oidc-issuer" env:"WIJKPLANNER_OIDC_ISSUER" placeholder:"URL" help:"Address of an OpenID Connect provider by which people can sign in, exactly as it writes it itself."`
	ClientID     string   `name:"oidc-client-id" env:"WIJKPLANNER_OIDC_CLIENT_ID" placeholder:"ID" help:"What the provider knows this installation by."`
	ClientSecret string   `name:"oidc-client-secret" env:"WIJKPLANNER_OIDC_CLIENT_SECRET" placeholder:"SECRET" help:"Our secret with the provider. Better in the environment than on the command line."`
	Classes      []string `name:"oidc-acr" env:"WIJKPLANNER_OIDC_ACR" placeholder:"CLASS" help:"Authentication classes (acr) that stand for a second factor there; without them the provider must say mfa in amr."`
}

// provider returns the identity provider; nil when none is configured.
func (f *providerFlags) provider(p *process, publicURL string) (*outside.Provider, error) {
	if f.Issuer == "" && f.ClientID == "" {
		return nil, nil //nolint:nilnil // people sign in here only
	}
	provider, err := outside.NewProvider(outside.ProviderConfig{
		Issuer: f.Issuer, ClientID: f.ClientID, ClientSecret: f.ClientSecret, Classes: f.Classes,
		Redirect: strings.TrimSuffix(publicURL, "/") + "/oidc/callback", Now: p.now,
	})
	if err != nil {
		return nil, &codeError{exitInput, err}
	}
	return provider, nil
}

// entrance is where people and programs prove who they are.
func (c *serveCommand) entrance(p *process, s *service.Service) (*service.Entrance, error) {
	var seal *service.Seal
	if c.SecretKey != "" {
		var err error
		if seal, err = service.NewSeal(c.SecretKey); err != nil {
			return nil, &codeError{exitInput, err}
		}
	}
	provider, err := c.provider(p, c.PublicURL)
	if err != nil {
		return nil, err
	}
	// Half of the cores at most make password hashes: the others go on working.
	return service.NewEntrance(s, seal, provider, runtime.GOMAXPROCS(0)/2), nil
}

// safeAddress refuses a public address on which everybody on the way could read
// cookies and links.
func (c *serveCommand) safeAddress() error {
	u, err := url.Parse(c.PublicURL)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return errors.New("the public address: want one such as https://planner.example.nl; give it with --public-url")
	}
	if u.Scheme == "https" || loopback(u.Hostname()) || c.PlainHTTP {
		return nil
	}
	return fmt.Errorf("the public address http://%s can be read and changed on its way, cookies and links included: "+
		"want https://; --plain-http allows it all the same", u.Host)
}

func loopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// firstName is what the account is called that a new installation begins with.
const firstName = "Beheerder"

// welcome lets the first person in: a new installation gets an account that keeps
// the accounts and leads the teams there are, and as long as nobody can sign in
// otherwise, a start shows a link for it. The link is a key, so it goes to
// somebody at a terminal, and into no log.
func (c *serveCommand) welcome(p *process, s *service.Service) error {
	first, err := c.firstAccount(p, s)
	if err != nil || first == 0 {
		return err
	}
	if !isTerminal(p.stdout) {
		fmt.Fprintf(p.stdout, "Nobody can sign in yet. For a link that signs you in once: wijkplanner user link %d\n", first)
		return nil
	}
	token, err := s.Store.CreateSignInLink(p.ctx, first)
	if err != nil {
		return err
	}
	fmt.Fprintf(p.stdout, "Sign in, once and within %.0f minutes: %s\n", store.SignInLinkTime.Minutes(), signInURL(c.PublicURL, token))
	return nil
}

func signInURL(publicURL, token string) string {
	return strings.TrimSuffix(publicURL, "/") + "/sign-in/link/" + token
}

// firstAccount returns the administrator to let in, and 0 when somebody can sign
// in without a link.
func (c *serveCommand) firstAccount(p *process, s *service.Service) (int64, error) {
	memberships := []store.Membership{{Role: store.Administrator, Everywhere: true}}
	regions, err := s.Regions(p.ctx)
	if err != nil {
		return 0, err
	}
	for _, r := range regions {
		memberships = append(memberships, store.Membership{Role: store.Lead, Region: r.ID})
	}
	id, err := s.Store.AddFirstUser(p.ctx, firstName, memberships...)
	if err == nil || !errors.Is(err, service.ErrConflict) {
		return id, err
	}
	users, err := s.Store.Users(p.ctx)
	if err != nil {
		return 0, err
	}
	for i := range users {
		u := &users[i]
		if !u.Disabled.IsZero() {
			continue
		}
		// Without a key there are no authenticators, which administrators need
		// beside a password.
		if u.Subject != "" || u.Password != "" && c.SecretKey != "" {
			return 0, nil
		}
		for _, m := range u.Memberships {
			if m.Role == store.Administrator && id == 0 {
				id = u.ID
			}
		}
	}
	return id, nil
}
