package store

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// account makes an account with one membership.
func (w world) account(name string, m Membership) (user, membership int64) {
	w.Helper()
	id, err := w.AddUser(w.Context(), name, name+"@example.nl", m)
	w.must(err)
	u, err := w.User(w.Context(), id)
	w.must(err)
	return id, u.Memberships[0].ID
}

// as is the world of somebody who is signed in.
func (w world) as(m Membership, user int64) world {
	return world{w.T, w.As(m.Scope(UserActor(user), "r"))}
}

var (
	administrator = Membership{Role: Administrator, Everywhere: true}
	lead          = Membership{Role: Lead, Region: "noord"}
)

func TestUsers(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.imports(town("noord"), town("zuid"))
		id, err := w.AddUser(w.Context(), " Anna ", "Anna@Example.nl", administrator, lead, Membership{Role: Member, Region: "zuid", Staff: "anna"})
		w.must(err)
		u, err := w.UserByMail(w.Context(), "ANNA@example.nl")
		w.must(err)
		if u.ID != id || u.Name != "Anna" || u.Mail != "anna@example.nl" || len(u.Memberships) != 3 || u.Memberships[2].Staff != "anna" {
			w.Errorf("%+v", u)
		}
		if _, err := w.UserByMail(w.Context(), ""); !errors.Is(err, ErrNotFound) {
			w.Errorf("no address: %v", err)
		}
		if _, err := w.AddUser(w.Context(), "Other", "anna@example.nl"); !errors.Is(err, ErrConflict) {
			w.Errorf("the same address: %v", err)
		}
		for _, none := range []string{"Bram", "Carla"} { // without an address there can be many
			_, err := w.AddUser(w.Context(), none, "")
			w.must(err)
		}
		all, err := w.Users(w.Context())
		w.must(err)
		if n, err := w.CountUsers(w.Context()); len(all) != 3 || n != 3 || err != nil || all[0].Name != "Anna" {
			w.Errorf("%d accounts, counted %d (%v)", len(all), n, err)
		}
	})
}

func TestImpossibleAccounts(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.imports(town("noord"))
		for say, m := range map[string]Membership{
			"role \"boss\"":            {Role: "boss"},
			"role \"system\"":          {Role: System, Everywhere: true},
			"person of the staff":      {Role: Member, Region: "noord"},
			"everywhere, an auditor":   {Role: Administrator, Region: "noord"},
			"others are so in one":     {Role: Lead, Everywhere: true},
			"or in region":             {Role: Auditor, Everywhere: true, Region: "noord"},
			"region \"west\"":          {Role: Lead, Region: "west"},
			"staff \"niemand\" of reg": {Role: Member, Region: "noord", Staff: "niemand"},
		} {
			if _, err := w.AddUser(w.Context(), "X", "", m); err == nil || !strings.Contains(err.Error(), say) {
				w.Errorf("%+v: %v, want %q", m, err, say)
			}
		}
		for _, name := range []string{"", "   ", "a\nb", strings.Repeat("x", 121)} {
			if _, err := w.AddUser(w.Context(), name, ""); err == nil {
				w.Errorf("name %q was taken", name)
			}
		}
		if _, err := w.AddUser(w.Context(), "X", "no address"); err == nil {
			w.Error("a wrong address was taken")
		}
		if n, _ := w.CountUsers(w.Context()); n != 0 {
			w.Errorf("%d accounts were made by refused calls", n)
		}
	})
}

// TestWhoSeesAccounts: administrators all, a lead those of the region and what
// they are there, others themselves.
func TestWhoSeesAccounts(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.imports(town("noord"), town("zuid"))
		boss, _ := w.account("boss", administrator)
		anna, err := w.AddUser(w.Context(), "anna", "", lead, Membership{Role: Lead, Region: "zuid"}, administrator)
		w.must(err)
		bram, _ := w.account("bram", Membership{Role: Lead, Region: "zuid"})
		carla, _ := w.account("carla", Membership{Role: Member, Region: "noord", Staff: "carla"})
		team, err := w.as(lead, anna).Users(w.Context())
		w.must(err)
		if len(team) != 2 || team[0].ID != anna || team[1].ID != carla || len(team[0].Memberships) != 1 {
			w.Errorf("a lead sees %+v", team)
		}
		if all, err := w.as(administrator, boss).Users(w.Context()); err != nil || len(all) != 4 {
			w.Errorf("an administrator sees %d (%v)", len(all), err)
		}
		mine := w.as(Membership{Role: Member, Region: "noord", Staff: "carla"}, carla)
		if _, err := mine.Users(w.Context()); !errors.Is(err, ErrNotFound) {
			w.Errorf("staff see accounts: %v", err)
		}
		if _, err := mine.User(w.Context(), carla); err != nil {
			w.Errorf("nobody sees themselves: %v", err)
		}
		for what, err := range map[string]error{
			"another":          second(mine.User(w.Context(), bram)),
			"add":              second(mine.AddUser(w.Context(), "X", "")),
			"a role":           second(mine.AddMembership(w.Context(), Membership{User: bram, Role: Lead, Region: "noord"})),
			"disable":          mine.DisableUser(w.Context(), bram),
			"enable":           mine.EnableUser(w.Context(), bram),
			"link":             second(mine.CreateSignInLink(w.Context(), bram)),
			"reset":            mine.ResetTOTP(w.Context(), bram),
			"a lead's link":    second(w.as(lead, anna).CreateSignInLink(w.Context(), carla)),
			"another password": second(w.as(administrator, boss).SetPassword(w.Context(), bram, "x")),
			"another TOTP":     w.as(administrator, boss).SetTOTP(w.Context(), bram, "x", 1),
			"another mail":     w.as(administrator, boss).SetMail(w.Context(), bram, "x@example.nl"),
			"another identity": w.as(administrator, boss).BindSubject(w.Context(), bram, "i", "s"),
		} {
			if !errors.Is(err, ErrNotFound) {
				w.Errorf("%s: %v, want ErrNotFound", what, err)
			}
		}
	})
}

func second[V any](_ V, err error) error { return err }

// TestLastAdministratorStays: also when two take each other's rights at once.
func TestLastAdministratorStays(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		one, role := w.account("one", administrator)
		if err := w.DisableUser(w.Context(), one); !errors.Is(err, ErrLastAdministrator) {
			w.Errorf("disabled: %v", err)
		}
		if err := w.RemoveMembership(w.Context(), role); !errors.Is(err, ErrLastAdministrator) {
			w.Errorf("role removed: %v", err)
		}
		two, _ := w.account("two", administrator)
		if err := w.as(administrator, one).DisableUser(w.Context(), one); !errors.Is(err, ErrOwnRole) {
			w.Errorf("disabled themselves: %v", err)
		}
		if err := w.as(administrator, one).RemoveMembership(w.Context(), role); !errors.Is(err, ErrOwnRole) {
			w.Errorf("took the own role: %v", err)
		}
		if _, err := w.as(administrator, one).AddMembership(w.Context(), Membership{User: one, Role: Auditor, Everywhere: true}); !errors.Is(err, ErrOwnRole) {
			w.Errorf("gave themselves a role: %v", err)
		}
		var group sync.WaitGroup
		var done atomic.Int64
		for _, c := range [][2]int64{{one, two}, {two, one}} {
			group.Go(func() {
				if err := w.as(administrator, c[0]).DisableUser(w.Context(), c[1]); err == nil {
					done.Add(1)
				} else if !errors.Is(err, ErrLastAdministrator) {
					w.Error(err)
				}
			})
		}
		group.Wait()
		if done.Load() != 1 {
			w.Errorf("%d of two disabled each other, want 1", done.Load())
		}
	})
}

// TestActiveMembership: whatever ends a right ends it with the next request.
func TestActiveMembership(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.imports(town("noord"))
		w.account("boss", administrator)
		user, role := w.account("anna", lead)
		m, name, err := w.ActiveMembership(w.Context(), user, role, 0)
		if err != nil || m.Role != Lead || m.Region != "noord" || name != "anna" {
			w.Errorf("%+v %q %v", m, name, err)
		}
		refused := func(what string, epoch int64) {
			w.Helper()
			if _, _, err := w.ActiveMembership(w.Context(), user, role, epoch); !errors.Is(err, ErrNotFound) {
				w.Errorf("%s: %v, want ErrNotFound", what, err)
			}
		}
		w.must(w.DisableUser(w.Context(), user))
		refused("disabled", 1)
		w.must(w.EnableUser(w.Context(), user))
		refused("a session of before", 0)
		epoch, err := w.SetPassword(w.Context(), user, "hash")
		if err != nil || epoch != 3 {
			w.Errorf("epoch %d (%v), want 3", epoch, err)
		}
		if _, _, err := w.ActiveMembership(w.Context(), user, role, epoch); err != nil {
			w.Errorf("signed in again: %v", err)
		}
		w.must(w.ResetTOTP(w.Context(), user))
		refused("authenticator taken away", epoch)
		w.must(w.RemoveMembership(w.Context(), role))
		refused("role gone", epoch+1)
		if err := w.RemoveMembership(w.Context(), role); !errors.Is(err, ErrNotFound) {
			w.Errorf("removed twice: %v", err)
		}
	})
}

func TestIdentities(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		one, _ := w.account("one", administrator)
		two, _ := w.account("two", administrator)
		w.must(w.BindSubject(w.Context(), one, "https://id.example.nl", "123"))
		u, err := w.UserBySubject(w.Context(), "https://id.example.nl", "123")
		if err != nil || u.ID != one {
			w.Errorf("%+v %v", u, err)
		}
		for _, c := range []struct{ issuer, subject string }{{"https://id.example.nl", ""}, {"https://other.nl", "123"}, {"", ""}} {
			if _, err := w.UserBySubject(w.Context(), c.issuer, c.subject); !errors.Is(err, ErrNotFound) {
				w.Errorf("%v: %v", c, err)
			}
		}
		if err := w.BindSubject(w.Context(), two, "https://id.example.nl", "123"); !errors.Is(err, ErrConflict) {
			w.Errorf("bound to a second account: %v", err)
		}
		if err := w.BindSubject(w.Context(), one, "https://id.example.nl", "456"); !errors.Is(err, ErrConflict) {
			w.Errorf("bound anew: %v", err)
		}
	})
}

// TestTOTPStepIsUsedOnce also when many try at once.
func TestTOTPStepIsUsedOnce(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		user, _ := w.account("anna", administrator)
		w.must(w.SetTOTP(w.Context(), user, "sealed", 100))
		if err := w.SetTOTP(w.Context(), user, "other", 100); !errors.Is(err, ErrConflict) {
			w.Errorf("a second authenticator: %v", err)
		}
		const races, tries = 20, 8
		for step := int64(101); step <= 100+races; step++ {
			var group sync.WaitGroup
			var used atomic.Int64
			for range tries {
				group.Go(func() {
					fresh, err := w.UseTOTPStep(w.Context(), user, step)
					if err != nil {
						w.Error(err)
					}
					if fresh {
						used.Add(1)
					}
				})
			}
			group.Wait()
			if used.Load() != 1 {
				w.Fatalf("step %d was used %d times", step, used.Load())
			}
		}
		w.Logf("%d steps, %d tries each at once: each used once", races, tries)
		if fresh, err := w.UseTOTPStep(w.Context(), user, 100); fresh || err != nil {
			w.Errorf("an older step: %v %v", fresh, err)
		}
	})
}

func TestAccountWritesAreAudited(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.imports(town("noord"))
		boss, _ := w.account("boss", administrator)
		a := w.as(administrator, boss)
		id, err := a.AddUser(w.Context(), "anna", "")
		w.must(err)
		role, err := a.AddMembership(w.Context(), Membership{User: id, Role: Lead, Region: "noord"})
		w.must(err)
		_, _, err = a.CreateAPIToken(w.Context(), role, "script", testNow.Add(time.Hour))
		w.must(err)
		w.must(second(a.CreateSignInLink(w.Context(), id)))
		w.must(errors.Join(a.DisableUser(w.Context(), id), a.EnableUser(w.Context(), id), a.RemoveMembership(w.Context(), role)))
		var rows []auditRow
		w.must(w.db.Where("actor = ?", UserActor(boss)).Order("id").Find(&rows).Error)
		var got []string
		for _, r := range rows {
			got = append(got, fmt.Sprint(r.Verb, " ", r.Object, " ", r.Fields, " ", r.Region))
		}
		want := []string{
			"create user  ", "create membership lead noord", "create token  noord", "create sign-in-link  ",
			"change user disabled ", "change user disabled ", "remove membership lead noord",
		}
		if !slices.Equal(got, want) {
			w.Errorf("got  %q\nwant %q", got, want)
		}
	})
}

// The one account that there is leads the regions that come after it too; with
// two, somebody has to say so.
func TestFirstAccountLeadsLaterRegions(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.imports(town("noord"))
		id, err := w.AddFirstUser(w.Context(), "Beheerder", Membership{Role: Administrator, Everywhere: true}, Membership{Role: Lead, Region: "noord"})
		w.must(err)
		leads := func() (out []string) {
			u, err := w.User(w.Context(), id)
			w.must(err)
			for _, m := range u.Memberships {
				if m.Role == Lead {
					out = append(out, m.Region)
				}
			}
			slices.Sort(out)
			return out
		}
		w.imports(town("zuid"), town("noord"))
		if got := leads(); !slices.Equal(got, []string{"noord", "zuid"}) {
			w.Errorf("leads %q", got)
		}
		_, err = w.AddUser(w.Context(), "Bea", "bea@example.nl", Membership{Role: Lead, Region: "zuid"})
		w.must(err)
		w.imports(town("west"))
		if got := leads(); !slices.Equal(got, []string{"noord", "zuid"}) {
			w.Errorf("with a second account it leads %q", got)
		}
	})
}
