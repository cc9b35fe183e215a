package web

import (
	"fmt"
	"html/template"
	"io"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner/service"
)

// What the pages about signing in can say.
const (
	SignInWrong     = "signin.wrong"    // mail, password or code does not fit
	SignInMany      = "signin.many"     // tried too often
	SignInBusy      = "signin.busy"     // too many sign in at this moment
	SignInNoRole    = "signin.norole"   // the account is nothing yet
	SignInNoKey     = "signin.nokey"    // the installation keeps no secrets
	SignInLink      = "signin.linkgone" // the link is used or too old
	SignInUnbound   = "signin.unbound"  // no account is bound to the identity
	SignInFactor    = "signin.factor"   // the provider confirmed no second factor
	SignInProvider  = "signin.provider.fault"
	SignInTaken     = "signin.taken" // another account is bound to the identity
	SignInOut       = "signin.out"   // signed out
	AccountPassword = "account.password.weak"
	AccountMail     = "account.mail.wrong"
	AccountMailUsed = "account.mail.used"
	AccountSaved    = "account.saved"
	AccountFactor   = "account.factor" // the role asks for an authenticator
	LocationSent    = "location.sent"
	LocationMany    = "location.many"
	LocationWrong   = "location.wrong"
)

// SignIn is the page with the form for a mail address and a password.
type SignIn struct {
	// Said is what to say of what was just done: a SignIn... constant, or empty.
	Said string
	// Mail is what was filled in, and Next the page to go to afterwards.
	Mail, Next string
	// Provider says that an identity provider can be used as well.
	Provider bool
}

// WriteSignIn writes the page. Nothing is written on error.
func WriteSignIn(w io.Writer, lang Lang, s SignIn) error {
	return writeForm(w, lang, "signin", "/sign-in", s)
}

// writeForm writes a page that is little more than a form.
func writeForm(w io.Writer, lang Lang, name, home string, body any) error {
	title, err := lang.message(name + ".title")
	if err != nil {
		return err
	}
	return write(w, name, page{Lang: lang, Title: title, Home: home, Made: calendar.NoDate, Body: body})
}

// SignInCode is the page for the code of an authenticator, and for setting one
// up.
type SignInCode struct {
	Said string
	// Secret and Link are those of an authenticator to set up; empty when there
	// is one already.
	Secret, Link string
}

// codeBody is what the template shows.
type codeBody struct {
	SignInCode
	QR *QR
	// Link shadows the address: html/template trusts no scheme but the web's.
	Link template.URL
}

// WriteSignInCode writes the page. Nothing is written on error.
func WriteSignInCode(w io.Writer, lang Lang, s SignInCode) error {
	body := codeBody{SignInCode: s, Link: template.URL(s.Link)} //nolint:gosec // made by us of our own secret
	if s.Link != "" {
		code, err := NewQR(s.Link)
		if err != nil {
			return err
		}
		body.QR = &code
	}
	return writeForm(w, lang, "code", "/sign-in/totp", body)
}

// WriteSignInLink writes the page behind a one-time link: a button, since whoever
// scans mail opens links too. Nothing is written on error.
func WriteSignInLink(w io.Writer, lang Lang) error { return writeForm(w, lang, "link", "", nil) }

// Account is the page of somebody who is signed in.
type Account struct {
	Name, Mail string
	// Signed is the role in which they are here, for the head and the menu; nil for
	// a page without.
	Signed *Signed
	// Roles are what they are; one is active.
	Roles []AccountRole
	// HasPassword and HasTOTP say what they have set up; Bound says that they can
	// come by way of the identity provider, and Provider that there is one.
	HasPassword, HasTOTP, Bound, Provider bool
	Said                                  string
	// Wrong names the field that Said is about; empty for the whole page.
	Wrong string
}

// AccountRole is a role on the page.
type AccountRole struct {
	ID int64
	// Role is a key of the messages role.…; Where is the region, empty for all.
	Role, Where string
	Active      bool
}

// WriteAccount writes the page. Nothing is written on error.
func WriteAccount(w io.Writer, lang Lang, a Account) error {
	title, err := lang.message("account.title")
	if err != nil {
		return err
	}
	p := page{Lang: lang, Title: title, Home: "/account", Made: calendar.NoDate, Signed: a.Signed, Body: a}
	if a.Signed != nil {
		p.Menu = menu(service.Role(a.Signed.Role), p.Home)
	}
	return write(w, "account", p)
}

// LocationDoor is the page behind a location's link: its name and the form for
// the code. It shows nothing of anybody, since a link in mail is as good as
// public.
type LocationDoor struct{ Name, Said string }

// WriteLocationDoor writes the page. Nothing is written on error.
func WriteLocationDoor(w io.Writer, lang Lang, d LocationDoor) error {
	return writeForm(w, lang, "door", "", d)
}

// Signed is who is signed in, as the head of a page shows it.
type Signed struct {
	Name, Role, Where string
}

// Who writes who is signed in: "Anna · Teamleider · noord".
func (l Lang) who(s *Signed) (string, error) {
	role, err := l.message("role." + s.Role)
	if err != nil {
		return "", err
	}
	text := fmt.Sprintf("%s · %s", s.Name, role)
	if s.Where != "" {
		text += " · " + s.Where
	}
	return text, nil
}
