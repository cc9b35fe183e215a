package main

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/wijkplanner/wijkplanner/planner/service"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

type userCommand struct {
	Add       userAdd       `cmd:"" help:"Make an account; 'user link' lets it in."`
	List      userList      `cmd:"" help:"List accounts with their roles, one line for each role."`
	Disable   userDisable   `cmd:"" help:"Switch an account off: its next request is refused."`
	Enable    userEnable    `cmd:"" help:"Switch an account on again."`
	Role      userRole      `cmd:"" help:"Give a role to an account, or take one."`
	Link      userLink      `cmd:"" help:"Print a link that signs an account in once, within a quarter of an hour."`
	TOTPReset userTOTPReset `cmd:"" name:"totp-reset" help:"Take an account's authenticator away, for whoever lost it."`
}

// roleFlags say what an account is.
type roleFlags struct {
	Role   string `enum:"administrator,lead,staff,auditor,," default:"" help:"administrator (accounts and settings, no rights to what is planned), lead (plans a region), staff (a person of a region) or auditor (reads)."`
	Region string `help:"Region of a lead, of staff, or of an auditor of one region; needed where there are several."`
	Staff  string `help:"Id of the person that staff are."`
}

// membership returns what is asked for; the one region there is goes without
// saying.
func (f *roleFlags) membership(p *process, s *service.Service) (store.Membership, error) {
	m := store.Membership{Role: store.Role(f.Role), Region: f.Region, Staff: f.Staff}
	if m.Role == store.Administrator || m.Role == store.Auditor && f.Region == "" {
		m.Everywhere = true
		return m, nil
	}
	if m.Region == "" {
		regions, err := s.Regions(p.ctx)
		if err != nil {
			return m, err
		}
		r := regionFlag{}
		if err := r.only(regions); err != nil {
			return m, err
		}
		m.Region = r.Region
	}
	return m, nil
}

type userAdd struct {
	databaseFlag
	roleFlags
	Name string `required:"" help:"What others see."`
	Mail string `help:"Mail address to sign in with; needed for a password."`
}

// Run makes an account and prints its id.
func (c *userAdd) Run(p *process) error {
	return c.within(p, func(s *service.Service) error {
		var memberships []store.Membership
		if c.Role != "" {
			m, err := c.membership(p, s)
			if err != nil {
				return &codeError{exitInput, err}
			}
			memberships = append(memberships, m)
		}
		id, err := s.Store.AddUser(p.ctx, c.Name, c.Mail, memberships...)
		if err != nil {
			return &codeError{exitInput, err}
		}
		return writeCSV(p.stdout, [][]string{{"user", "name"}, {strconv.FormatInt(id, 10), strings.TrimSpace(c.Name)}})
	})
}

type userList struct{ databaseFlag }

// Run prints one CSV line for each role of each account.
func (c *userList) Run(p *process) error {
	return c.within(p, func(s *service.Service) error {
		users, err := s.Store.Users(p.ctx)
		if err != nil {
			return err
		}
		rows := [][]string{{"user", "name", "mail", "state", "proof", "created", "role_id", "role", "region", "staff"}}
		for i := range users {
			u := &users[i]
			head := []string{strconv.FormatInt(u.ID, 10), u.Name, u.Mail, userState(u), proofs(u), u.Created.Format(time.DateOnly)}
			for _, m := range u.Memberships {
				region := m.Region
				if m.Everywhere {
					region = "*"
				}
				rows = append(rows, append(head[:len(head):len(head)], strconv.FormatInt(m.ID, 10), string(m.Role), region, m.Staff))
			}
			if len(u.Memberships) == 0 {
				rows = append(rows, append(head, "", "", "", ""))
			}
		}
		return writeCSV(p.stdout, rows)
	})
}

func userState(u *store.User) string {
	if u.Disabled.IsZero() {
		return "active"
	}
	return "disabled"
}

// proofs says how somebody can prove who they are.
func proofs(u *store.User) string {
	var out []string
	for _, p := range []struct {
		has  string
		name string
	}{{u.Password, "password"}, {u.TOTP, "authenticator"}, {u.Subject, "provider"}} {
		if p.has != "" {
			out = append(out, p.name)
		}
	}
	return cmp.Or(strings.Join(out, "+"), "link")
}

// userArg names an account.
type userArg struct {
	databaseFlag
	ID int64 `arg:"" help:"The account, as 'user list' shows it."`
}

type userDisable struct{ userArg }

// Run switches an account off.
func (c *userDisable) Run(p *process) error {
	return c.change(p, fmt.Sprintf("disabled %d", c.ID), func(s *service.Service) error { return s.Store.DisableUser(p.ctx, c.ID) })
}

type userEnable struct{ userArg }

// Run switches an account on.
func (c *userEnable) Run(p *process) error {
	return c.change(p, fmt.Sprintf("enabled %d", c.ID), func(s *service.Service) error { return s.Store.EnableUser(p.ctx, c.ID) })
}

type userTOTPReset struct{ userArg }

// Run takes an authenticator away.
func (c *userTOTPReset) Run(p *process) error {
	return c.change(p, fmt.Sprintf("authenticator of %d taken away", c.ID), func(s *service.Service) error { return s.Store.ResetTOTP(p.ctx, c.ID) })
}

type userRole struct {
	userArg
	roleFlags
	Remove int64 `placeholder:"ROLE-ID" help:"Take this role, as 'user list' shows it, instead of giving one."`
}

// Validate wants one of the two.
func (c *userRole) Validate() error {
	if (c.Role == "") == (c.Remove == 0) {
		return fmt.Errorf("give --role to add one, or --remove to take one")
	}
	return nil
}

// Run gives a role or takes one.
func (c *userRole) Run(p *process) error {
	if c.Remove != 0 {
		return c.change(p, fmt.Sprintf("role %d removed", c.Remove), func(s *service.Service) error { return c.take(p, s) })
	}
	return c.change(p, fmt.Sprintf("%d is %s", c.ID, c.Role), func(s *service.Service) error {
		m, err := c.membership(p, s)
		if err != nil {
			return err
		}
		m.User = c.ID
		_, err = s.Store.AddMembership(p.ctx, m)
		return err
	})
}

// take takes a role from the account that is named, and from no other.
func (c *userRole) take(p *process, s *service.Service) error {
	u, err := s.Store.User(p.ctx, c.ID)
	if err != nil {
		return err
	}
	for _, m := range u.Memberships {
		if m.ID == c.Remove {
			return s.Store.RemoveMembership(p.ctx, m.ID)
		}
	}
	return fmt.Errorf("account %d has no role %d: see 'user list'", c.ID, c.Remove)
}

type userLink struct {
	userArg
	PublicURL string `env:"WIJKPLANNER_URL" help:"Address that people use, for example https://planner.example.nl; without it, the link is for this machine alone."`
}

// Run prints a link; this is the only time that it is shown.
func (c *userLink) Run(p *process) error {
	return c.within(p, func(s *service.Service) error {
		token, err := s.Store.CreateSignInLink(p.ctx, c.ID)
		if err != nil {
			return &codeError{exitInput, err}
		}
		_, err = fmt.Fprintln(p.stdout, signInURL(cmp.Or(c.PublicURL, localURL), token))
		return err
	})
}

type tokenCommand struct {
	Create tokenCreate `cmd:"" help:"Make a token with which a program acts as an account, by one of its roles; it is shown this once."`
	List   tokenList   `cmd:"" help:"List tokens."`
	Revoke tokenRevoke `cmd:"" help:"Revoke a token: its next request is refused."`
}

type tokenCreate struct {
	databaseFlag
	RoleID int64  `arg:"" name:"role-id" help:"The role, as 'user list' shows it in role_id."`
	Name   string `required:"" help:"What the token is for."`
	Days   int    `default:"90" help:"How many days it is good, at most 400."`
}

// Run makes a token.
func (c *tokenCreate) Run(p *process) error {
	return c.within(p, func(s *service.Service) error {
		expires := p.now().AddDate(0, 0, c.Days)
		id, token, err := s.Store.CreateAPIToken(p.ctx, c.RoleID, c.Name, expires)
		if err != nil {
			return &codeError{exitInput, err}
		}
		return writeCSV(p.stdout, [][]string{{"id", "token", "expires"}, {id, token, expires.Format(time.DateOnly)}})
	})
}

type tokenList struct{ databaseFlag }

// Run prints one CSV line for each token.
func (c *tokenList) Run(p *process) error {
	return c.within(p, func(s *service.Service) error {
		tokens, err := s.Store.APITokens(p.ctx)
		if err != nil {
			return err
		}
		rows := [][]string{{"id", "name", "user", "role", "region", "created", "expires", "last_used", "state"}}
		for i := range tokens {
			t := &tokens[i]
			rows = append(rows, []string{
				t.ID, t.Name, strconv.FormatInt(t.Membership.User, 10), string(t.Membership.Role), t.Membership.Region,
				t.Created.Format(time.DateOnly), t.Expires.Format(time.DateOnly), dayOrNever(t.LastUsed), state(t.Revoked, t.Ended(p.now())),
			})
		}
		return writeCSV(p.stdout, rows)
	})
}

type tokenRevoke struct {
	databaseFlag
	ID string `arg:"" help:"The token's id, as 'token list' shows it."`
}

// Run revokes a token.
func (c *tokenRevoke) Run(p *process) error {
	return c.change(p, "revoked "+c.ID, func(s *service.Service) error { return s.Store.RevokeAPIToken(p.ctx, c.ID) })
}

type locationCommand struct {
	Link   locationLink   `cmd:"" help:"Print a new link for a location's contact; the one before it ends. It shows the location's name and free times; an act needs a code that is mailed."`
	Rotate locationLink   `cmd:"" help:"The same as link, for when a link got into the wrong hands."`
	List   locationList   `cmd:"" help:"List the links of a region that are good."`
	Revoke locationRevoke `cmd:"" help:"End the link of a contact."`
}

type locationLink struct {
	databaseFlag
	Contact   int64  `arg:"" help:"The contact, as 'mail contacts' shows it."`
	PublicURL string `env:"WIJKPLANNER_URL" help:"Address that people use, for example https://planner.example.nl; without it, the link is for this machine alone."`
}

// Run prints a link; this is the only time that it is shown.
func (c *locationLink) Run(p *process) error {
	return c.within(p, func(s *service.Service) error {
		token, err := s.Store.RotateLocationLink(p.ctx, c.Contact)
		if err != nil {
			return &codeError{exitInput, err}
		}
		_, err = fmt.Fprintln(p.stdout, strings.TrimSuffix(cmp.Or(c.PublicURL, localURL), "/")+"/location/"+token)
		return err
	})
}

type locationList struct{ regionFlag }

// Run prints one CSV line for each link.
func (c *locationList) Run(p *process) error {
	return c.in(p, func(s *service.Service) error {
		links, err := s.Store.LocationLinks(p.ctx, c.Region, p.now())
		if err != nil {
			return err
		}
		rows := [][]string{{"contact", "location", "name", "created", "expires", "last_used"}}
		for i := range links {
			l := &links[i]
			rows = append(rows, []string{
				strconv.FormatInt(l.Contact, 10), l.Location, l.Name, l.Created.Format(time.DateOnly), l.Expires.Format(time.DateOnly), dayOrNever(l.LastUsed),
			})
		}
		return writeCSV(p.stdout, rows)
	})
}

type locationRevoke struct {
	databaseFlag
	Contact int64 `arg:"" help:"The contact, as 'location list' shows it."`
}

// Run ends a link.
func (c *locationRevoke) Run(p *process) error {
	return c.change(p, fmt.Sprintf("link of contact %d revoked", c.Contact), func(s *service.Service) error {
		return s.Store.RevokeLocationLink(p.ctx, c.Contact)
	})
}
