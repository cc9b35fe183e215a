package web_test

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/wijkplanner/wijkplanner/api/web"
)

// TestSignInPages: well-formed in both languages, each field with its label,
// and what was typed never as markup.
func TestSignInPages(t *testing.T) {
	t.Parallel()
	const hostile = `"><script>alert(1)</script>`
	link := "otpauth://totp/Wijkplanner:anna?secret=GEZDGNBVGY3TQOJQ&issuer=Wijkplanner"
	account := web.Account{
		Name: "Anna " + hostile, Mail: "anna@example.nl", Provider: true, HasPassword: true, Said: web.AccountPassword, Wrong: "fresh",
		Roles: []web.AccountRole{{ID: 1, Role: "lead", Where: "noord", Active: true}, {ID: 2, Role: "administrator"}},
	}
	fresh := web.Account{Name: "Anna", HasTOTP: true, Bound: true, Provider: true, Said: web.AccountSaved}
	for name, c := range map[string]struct {
		write func(io.Writer, web.Lang) error
		want  [2]string
	}{
		"sign in": {func(w io.Writer, l web.Lang) error {
			return web.WriteSignIn(w, l, web.SignIn{Said: web.SignInWrong, Mail: hostile, Next: hostile, Provider: true})
		}, [2]string{"Dit klopt niet", "This does not fit"}},
		"code": {func(w io.Writer, l web.Lang) error {
			return web.WriteSignInCode(w, l, web.SignInCode{Said: web.SignInMany})
		}, [2]string{"Er is te vaak geprobeerd", "There were too many tries"}},
		"enrol": {func(w io.Writer, l web.Lang) error {
			return web.WriteSignInCode(w, l, web.SignInCode{Secret: "GEZDGNBVGY3TQOJQ", Link: link})
		}, [2]string{"Scan deze code", "Scan this code"}},
		"confirm": {func(w io.Writer, l web.Lang) error {
			return web.WriteConfirm(w, l, web.Confirm{Said: web.SignInWrong, Next: hostile, Mail: hostile, Password: true, Code: true, Provider: true})
		}, [2]string{"Bent u het echt?", "Is it really you?"}},
		"nothing to confirm by": {func(w io.Writer, l web.Lang) error {
			return web.WriteConfirm(w, l, web.Confirm{Next: "/"})
		}, [2]string{"nog geen wachtwoord", "no password or authenticator yet"}},
		"link":    {web.WriteSignInLink, [2]string{"Nu aanmelden", "Sign in now"}},
		"account": {func(w io.Writer, l web.Lang) error { return web.WriteAccount(w, l, account) }, [2]string{"Overschakelen", "Switch"}},
		"fresh":   {func(w io.Writer, l web.Lang) error { return web.WriteAccount(w, l, fresh) }, [2]string{"Wachtwoord instellen", "Set a password"}},
		"door": {func(w io.Writer, l web.Lang) error {
			return web.WriteLocationDoor(w, l, web.LocationDoor{Name: "Het Nest", Said: web.LocationSent})
		}, [2]string{"De code is onderweg", "The code is on its way"}},
	} {
		for i, lang := range web.Langs {
			var out bytes.Buffer
			if err := c.write(&out, lang); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			page := out.String()
			if !strings.Contains(page, c.want[i]) || strings.Contains(page, "<script") || !strings.Contains(page, `<html lang="`+string(lang)) {
				t.Errorf("%s in %s: no %q, or a script:\n%.600s", name, lang.Name(), c.want[i], page)
			}
			root, labelled := parse(t, strings.ReplaceAll(page, " required", ` required=""`)), map[string]bool{}
			for _, n := range root.all("label") {
				labelled[n.attrs["for"]] = true
			}
			for _, n := range root.all("input") {
				if n.attrs["type"] != "hidden" && !labelled[n.attrs["id"]] {
					t.Errorf("%s: field %q has no label", name, n.attrs["name"])
				}
			}
			for _, n := range root.all("h1") {
				if n.text() == "" {
					t.Errorf("%s: an empty heading", name)
				}
			}
		}
	}
}

func TestTheHeadSaysWhoIsSignedIn(t *testing.T) {
	t.Parallel()
	for lang, want := range map[web.Lang]string{web.Dutch: "Anna · Teamleider · noord", web.English: "Anna · Team lead · noord"} {
		var out bytes.Buffer
		v := web.View{Lang: lang, Signed: &web.Signed{Name: "Anna", Role: "lead", Where: "noord"}}
		if err := web.WriteGlance(&out, v); err != nil || !strings.Contains(out.String(), want) {
			t.Errorf("%s: no %q (%v)", lang.Name(), want, err)
		}
	}
}
