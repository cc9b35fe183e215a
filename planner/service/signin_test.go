package service

import (
	"bytes"
	"context"
	"encoding/base32"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/wijkplanner/wijkplanner/planner/store"
)

// door is an entrance with a clock that the test moves.
type door struct {
	*testing.T
	*Entrance
	log  *bytes.Buffer
	late *atomic.Int64
}

func (d door) must(err error) {
	d.Helper()
	if err != nil {
		d.Fatal(err)
	}
}

func (d door) wait(t time.Duration) { d.late.Add(int64(t)) }

func forEachDoor(t *testing.T, f func(d door)) {
	t.Helper()
	forEachDatabase(t, func(w world) {
		w.published("noord")
		seal, err := NewSeal(NewSealKey())
		w.must(err)
		d := door{w.T, NewEntrance(w.Service, seal, nil, 2), w.log, new(atomic.Int64)}
		w.Now = func() time.Time { return testNow.Add(time.Duration(d.late.Load())) }
		f(d)
	})
}

const goodPassword = "paars paard vliegt"

// account makes an account with a password.
func (d door) account(name string, memberships ...store.Membership) *store.User {
	d.Helper()
	id, err := d.Store.AddUser(d.Context(), name, name+"@example.nl", memberships...)
	d.must(err)
	hash, err := d.hashes.hash(d.Context(), goodPassword)
	d.must(err)
	_, err = d.Store.SetPassword(d.Context(), id, hash)
	d.must(err)
	u, err := d.Store.User(d.Context(), id)
	d.must(err)
	return u
}

var (
	adminRole = store.Membership{Role: Administrator, Everywhere: true}
	leadRole  = store.Membership{Role: Lead, Region: "noord"}
	annaRole  = store.Membership{Role: Member, Region: "noord", Staff: "noordanna"}
)

// kept puts a session through the database, as a request does.
func (d door) kept(s *Session) *Session {
	d.Helper()
	data, err := json.Marshal(s)
	d.must(err)
	token := "hash-" + time.Now().String()
	d.must(d.KeepSession(d.Context(), token, data))
	return d.found(token)
}

func (d door) found(token string) *Session {
	d.Helper()
	data, ok, err := d.FindSession(d.Context(), token)
	d.must(err)
	if !ok {
		return nil
	}
	var s Session
	d.must(json.Unmarshal(data, &s))
	return &s
}

// enrolled signs somebody in for the first time, with a new authenticator, and
// returns its secret.
func (d door) enrolled(u *store.User) []byte {
	d.Helper()
	s, err := d.Password(d.Context(), u.Mail, goodPassword)
	d.must(err)
	s = d.kept(s)
	a, err := d.Authenticator(d.Context(), s)
	d.must(err)
	secret, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(a.Secret)
	d.must(err)
	if !strings.Contains(a.URL, "otpauth://totp/Wijkplanner:") || len(secret) != 20 {
		d.Errorf("%+v", a)
	}
	_, err = d.Enrol(d.Context(), s, d.code(secret))
	d.must(err)
	return secret
}

func (d door) code(secret []byte) string { return totpCode(secret, d.Now().Unix()/30) }

// TestTOTPVectors are those of RFC 6238, appendix B, in six digits.
func TestTOTPVectors(t *testing.T) {
	t.Parallel()
	secret := []byte("12345678901234567890")
	for seconds, want := range map[int64]string{
		59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037", 20000000000: "353130",
	} {
		if got := totpCode(secret, seconds/30); got != want {
			t.Errorf("at %d: %s, want %s", seconds, got, want)
		}
		for _, off := range []int64{-60, -30, 0, 30, 60} {
			step, ok := totpMatch(secret, want, time.Unix(seconds-seconds%30+off, 0))
			if ok != (off >= -30 && off <= 30) || ok && step != seconds/30 {
				t.Errorf("%d seconds off: %d %v", off, step, ok)
			}
		}
	}
}

func TestPasswords(t *testing.T) {
	t.Parallel()
	h := newHasher(1)
	hash, err := h.hash(t.Context(), "Ünïcode paard 12")
	if err != nil || !strings.HasPrefix(hash, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Fatalf("%q %v", hash, err)
	}
	for password, want := range map[string]bool{
		"Ünïcode paard 12": true, "U\u0308ni\u0308code paard 12": true, "ünïcode paard 12": false, "": false, strings.Repeat("x", 600): false, "a\x00b": false,
	} {
		if got, err := h.matches(t.Context(), password, hash); got != want || err != nil {
			t.Errorf("%q: %v %v", password, got, err)
		}
	}
	for _, broken := range []string{"", "x", "$argon2id$v=19$m=1,t=0,p=0$$", "$argon2i$v=19$m=19456,t=2,p=1$AAAA$AAAA", "$argon2id$v=19$m=a$AAAA$AAAA"} {
		if _, err := h.matches(t.Context(), "x", broken); err == nil {
			t.Errorf("hash %q was taken", broken)
		}
	}
	for password, ok := range map[string]bool{
		goodPassword: true, "elf letters": false, "aaaaaaaaaaaaaaaa": false, "ababababcdcdab": false, "Anna de Groot!": false,
		"anna@example.nl": false, "wijkplanner12": false, "wijkplanner van het noorden": true, "\x07 lang genoeg zeker": false,
	} {
		if err := checkPassword(password, "Anna", "de", "Groot", "anna@example.nl"); (err == nil) != ok {
			t.Errorf("%q: %v", password, err)
		}
	}
}

// TestFloodOfSignInsHasAnEnd: a hash takes 19 MiB, so few are made at once, few
// wait, and the rest hears that it is busy.
func TestFloodOfSignInsHasAnEnd(t *testing.T) {
	t.Parallel()
	h := newHasher(2)
	var group sync.WaitGroup
	var most, running, refused atomic.Int64
	begin := make(chan struct{})
	for range 500 {
		group.Go(func() {
			<-begin
			err := h.turn(t.Context(), func() {
				if n := running.Add(1); n > most.Load() {
					most.Store(n)
				}
				time.Sleep(time.Millisecond)
				running.Add(-1)
			})
			if errors.Is(err, ErrBusy) {
				refused.Add(1)
			} else if err != nil {
				t.Error(err)
			}
		})
	}
	close(begin)
	group.Wait()
	t.Logf("500 at once: at most %d hashes of 19 MiB at a time, %d refused", most.Load(), refused.Load())
	if most.Load() > 2 || refused.Load() == 0 {
		t.Error("want at most 2 at a time and some refused")
	}
}

func TestSignIn(t *testing.T) {
	t.Parallel()
	forEachDoor(t, func(d door) {
		boss := d.account("boss", adminRole, leadRole)
		anna := d.account("anna", annaRole)
		d.account("nothing")
		s, err := d.SignIn(d.Context(), "ANNA@example.nl", goodPassword, "")
		d.must(err)
		scope, err := d.SessionCaller(d.Context(), d.kept(s))
		d.must(err)
		if scope.Role != Member || scope.Staff != "noordanna" || scope.Region != "noord" || scope.Actor != anna.Actor() {
			d.Errorf("%+v", scope)
		}
		for what, c := range map[string]struct {
			mail, password, code string
			want                 error
		}{
			"wrong password": {"anna@example.nl", "iets anders dan dat", "", ErrSignIn}, "unknown": {"niemand@example.nl", goodPassword, "", ErrSignIn},
			"no mail": {"", goodPassword, "", ErrSignIn}, "no password": {"anna@example.nl", "", "", ErrSignIn}, "no role": {"nothing@example.nl", goodPassword, "", ErrNoRole},
		} {
			if _, err := d.SignIn(d.Context(), c.mail, c.password, c.code); !errors.Is(err, c.want) {
				d.Errorf("%s: %v, want %v", what, err, c.want)
			}
		}
		secret := d.enrolled(boss)
		d.wait(time.Minute)
		if s, err = d.SignIn(d.Context(), boss.Mail, goodPassword, d.code(secret)); err != nil || !s.Factor {
			d.Fatalf("%+v %v", s, err)
		}
		if scope, err = d.SessionCaller(d.Context(), d.kept(s)); err != nil || scope.Role != Lead {
			d.Errorf("%+v %v, want the role with work first", scope, err)
		}
		if _, err := d.SignIn(d.Context(), boss.Mail, goodPassword, d.code(secret)); !errors.Is(err, ErrSignIn) {
			d.Errorf("the same code again: %v", err)
		}
		if strings.Contains(d.log.String(), goodPassword) {
			d.Error("a password stands in the log")
		}
	})
}

// TestHalfASignInReachesNothing: a session before its code, or before its
// authenticator, is nobody.
func TestHalfASignInReachesNothing(t *testing.T) {
	t.Parallel()
	forEachDoor(t, func(d door) {
		boss := d.account("boss", adminRole)
		s, err := d.Password(d.Context(), boss.Mail, goodPassword)
		d.must(err)
		if s.Stage != WantsAuthenticator {
			d.Fatalf("stage %q", s.Stage)
		}
		if _, err := d.SessionCaller(d.Context(), d.kept(s)); !errors.Is(err, ErrNotFound) {
			d.Errorf("without an authenticator: %v", err)
		}
		if _, err := d.Code(d.Context(), s, "123456"); !errors.Is(err, ErrSignIn) {
			d.Errorf("a code without an authenticator: %v", err)
		}
		if _, err := d.Enrol(d.Context(), d.kept(s), "000000"); !errors.Is(err, ErrSignIn) {
			d.Errorf("enrolled with a wrong code: %v", err)
		}
		secret := d.enrolled(boss)
		d.wait(time.Minute)
		s, err = d.Password(d.Context(), boss.Mail, goodPassword)
		d.must(err)
		if s.Stage != WantsCode {
			d.Fatalf("stage %q", s.Stage)
		}
		if _, err := d.SessionCaller(d.Context(), d.kept(s)); !errors.Is(err, ErrNotFound) {
			d.Errorf("without its code: %v", err)
		}
		if _, err := d.Authenticator(d.Context(), d.kept(s)); err == nil {
			d.Error("a second authenticator before the code of the first")
		}
		d.wait(16 * time.Minute)
		if _, err := d.Code(d.Context(), s, d.code(secret)); !errors.Is(err, ErrSignIn) {
			d.Errorf("a code after a quarter of an hour: %v", err)
		}
		s, err = d.Password(d.Context(), boss.Mail, goodPassword)
		d.must(err)
		for range codesTries {
			if _, err := d.Code(d.Context(), s, "000000"); !errors.Is(err, ErrSignIn) {
				d.Errorf("a wrong code: %v", err)
			}
		}
		var many *TooManyTriesError
		if _, err := d.Code(d.Context(), s, d.code(secret)); !errors.As(err, &many) {
			d.Errorf("a sixth code: %v", err)
		}
		none := NewEntrance(d.Service, nil, nil, 1)
		other := d.account("other", leadRole)
		if _, err := none.Password(d.Context(), other.Mail, goodPassword); !errors.Is(err, ErrNoKey) {
			d.Errorf("without a key: %v", err)
		}
	})
}

// TestEndedSessionSetsUpNothing: a session that is over, or whose rights were
// taken away, gets no authenticator and by it no way in.
func TestEndedSessionSetsUpNothing(t *testing.T) {
	t.Parallel()
	forEachDoor(t, func(d door) {
		d.account("boss", adminRole)
		for what, end := range map[string]func(u *store.User){
			"unused":          func(*store.User) { d.wait(31 * time.Minute) },
			"disabled":        func(u *store.User) { d.must(d.Store.DisableUser(d.Context(), u.ID)) },
			"role taken away": func(u *store.User) { d.must(d.Store.RemoveMembership(d.Context(), u.Memberships[0].ID)) },
			"signed out everywhere": func(u *store.User) {
				d.must(d.Store.DisableUser(d.Context(), u.ID))
				d.must(d.Store.EnableUser(d.Context(), u.ID))
			},
		} {
			u := d.account(strings.ReplaceAll(what, " ", ""), annaRole)
			s, err := d.Password(d.Context(), u.Mail, goodPassword)
			d.must(err)
			s = d.kept(s)
			a, err := d.Authenticator(d.Context(), s)
			d.must(err)
			secret, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(a.Secret)
			d.must(err)
			end(u)
			if _, err := d.Authenticator(d.Context(), s); !errors.Is(err, ErrNotFound) {
				d.Errorf("%s: shown: %v", what, err)
			}
			if _, err := d.Enrol(d.Context(), s, d.code(secret)); !errors.Is(err, ErrNotFound) {
				d.Errorf("%s: set up: %v", what, err)
			}
		}
	})
}

// TestAccountIsLockedForAWhile, whether it exists or not.
func TestAccountIsLockedForAWhile(t *testing.T) {
	t.Parallel()
	forEachDoor(t, func(d door) {
		d.account("anna", annaRole)
		for _, mail := range []string{"anna@example.nl", "niemand@example.nl"} {
			for range passwordTries {
				if _, err := d.SignIn(d.Context(), mail, "nee dit is het niet", ""); !errors.Is(err, ErrSignIn) {
					d.Errorf("%s: %v", mail, err)
				}
			}
			var many *TooManyTriesError
			if _, err := d.SignIn(d.Context(), strings.ToUpper(mail), goodPassword, ""); !errors.As(err, &many) || !many.Until.Equal(testNow.Add(tryWindow)) {
				d.Errorf("%s: %v", mail, err)
			}
		}
		d.wait(tryWindow)
		if _, err := d.SignIn(d.Context(), "anna@example.nl", goodPassword, ""); err != nil {
			d.Errorf("after the window: %v", err)
		}
	})
}

// TestSessionsEnd: unused and in all, each role by its own time.
func TestSessionsEnd(t *testing.T) {
	t.Parallel()
	forEachDoor(t, func(d door) {
		for _, c := range []struct {
			role      store.Membership
			all, idle time.Duration
		}{
			{adminRole, 8 * time.Hour, 15 * time.Minute},
			{store.Membership{Role: Auditor, Everywhere: true}, 8 * time.Hour, 15 * time.Minute},
			{leadRole, 10 * time.Hour, 30 * time.Minute},
			{annaRole, 10 * time.Hour, 30 * time.Minute},
		} {
			u := d.account(string(c.role.Role), c.role)
			in := func() string {
				s, err := d.enter(d.Context(), u, true, "test")
				d.must(err)
				return d.kept(s).ID
			}
			alive := func(id string) bool {
				s := d.found(id)
				if s == nil {
					return false
				}
				_, err := d.SessionCaller(d.Context(), s)
				if err != nil && !errors.Is(err, ErrNotFound) {
					d.Error(err)
				}
				return err == nil
			}
			id := in()
			d.wait(c.idle - time.Second)
			if !alive(id) {
				d.Errorf("%s: over before %v unused", c.role.Role, c.idle)
			}
			d.wait(c.idle)
			if alive(id) {
				d.Errorf("%s: alive after %v unused", c.role.Role, c.idle)
			}
			id = in()
			for range int(c.all/(10*time.Minute)) - 1 {
				d.wait(10 * time.Minute)
				if !alive(id) {
					d.Fatalf("%s: over while in use", c.role.Role)
				}
			}
			d.wait(10 * time.Minute)
			if alive(id) {
				d.Errorf("%s: alive after %v in all", c.role.Role, c.all)
			}
		}
	})
}

func TestSwitchMembership(t *testing.T) {
	t.Parallel()
	forEachDoor(t, func(d door) {
		u := d.account("boss", adminRole, leadRole, annaRole)
		s, err := d.enter(d.Context(), u, true, "test")
		d.must(err)
		s = d.kept(s)
		d.wait(time.Minute)
		other, err := d.Switch(d.Context(), s, u.Memberships[0].ID)
		d.must(err)
		scope, err := d.SessionCaller(d.Context(), d.kept(other))
		if err != nil || scope.Role != Administrator || !scope.Everywhere || !other.Since.Equal(s.Since) {
			d.Errorf("%+v %+v %v", scope, other, err)
		}
		alien := d.account("alien", leadRole)
		for what, id := range map[string]int64{"of another": alien.Memberships[0].ID, "unknown": 999} {
			if _, err := d.Switch(d.Context(), s, id); !errors.Is(err, ErrNotFound) {
				d.Errorf("%s: %v", what, err)
			}
		}
		plain := *s
		plain.Factor = false
		if _, err := d.Switch(d.Context(), &plain, u.Memberships[0].ID); !errors.Is(err, ErrFactor) {
			d.Errorf("without a second factor: %v", err)
		}
	})
}

func TestNewPassword(t *testing.T) {
	t.Parallel()
	forEachDoor(t, func(d door) {
		id, err := d.Store.AddUser(d.Context(), "Eerste", "", adminRole, annaRole)
		d.must(err)
		token, err := d.Store.CreateSignInLink(d.Context(), id)
		d.must(err)
		d.must(d.OpenSignInLink(d.Context(), token))
		s, err := d.UseSignInLink(d.Context(), token)
		d.must(err)
		if _, err := d.UseSignInLink(d.Context(), token); !errors.Is(err, ErrNotFound) {
			d.Errorf("used twice: %v", err)
		}
		s = d.kept(s)
		for what, c := range map[string][2]string{"short": {"a@example.nl", "kort"}, "mail": {"a@example.nl", "a@example.nl"}, "address": {"geen adres", goodPassword}} {
			if _, err := d.SetPassword(d.Context(), s, c[0], "", c[1]); err == nil {
				d.Errorf("%s: taken", what)
			}
		}
		fresh, err := d.SetPassword(d.Context(), s, "eerste@example.nl", "", goodPassword)
		d.must(err)
		if _, err := d.SessionCaller(d.Context(), s); !errors.Is(err, ErrNotFound) {
			d.Errorf("the session of before: %v", err)
		}
		fresh = d.kept(fresh)
		if _, err := d.SessionCaller(d.Context(), fresh); err != nil {
			d.Errorf("the session that did it: %v", err)
		}
		if _, err := d.SetPassword(d.Context(), fresh, "", "niet het goede", goodPassword+"!"); !errors.Is(err, ErrSignIn) {
			d.Errorf("with a wrong present one: %v", err)
		}
		if _, err := d.SetPassword(d.Context(), fresh, "", goodPassword, goodPassword+"!"); err != nil {
			d.Errorf("with the present one: %v", err)
		}
		if s, err := d.Password(d.Context(), "eerste@example.nl", goodPassword+"!"); err != nil || s.Stage != WantsAuthenticator {
			d.Errorf("%+v %v", s, err)
		}
	})
}

// TestLocationSession: the link alone is a visitor, the mailed code makes it the
// location's contact for half an hour.
func TestLocationSession(t *testing.T) {
	t.Parallel()
	forEachDoor(t, func(d door) {
		contact, err := d.Store.AddContact(d.Context(), store.Contact{
			Scope: store.FeedScope{Region: "noord", Kind: store.LocationFeed, ID: "een"}, Name: "Els", Mail: "els@example.nl",
			Language: store.Dutch, Calendar: store.ByFeed,
		}, testNow)
		d.must(err)
		token, err := d.Store.RotateLocationLink(d.Context(), contact)
		d.must(err)
		link, err := d.OpenLocationLink(d.Context(), token)
		d.must(err)
		if v := VisitorScope(link); v.Role != Visitor || v.Location != "een" || v.Region != "noord" || v.Everywhere {
			d.Errorf("%+v", v)
		}
		d.must(d.MailLocationCode(d.Context(), token))
		mails, err := d.Store.ClaimMail(d.Context(), 10, time.Minute, testNow)
		d.must(err)
		code := mails[len(mails)-1].Content.Code
		if _, err := d.EnterLocation(d.Context(), token, "0000 0000"); !errors.Is(err, ErrCode) && code != "0000 0000" {
			d.Errorf("a wrong code: %v", err)
		}
		s, err := d.EnterLocation(d.Context(), token, code)
		d.must(err)
		if _, err := d.EnterLocation(d.Context(), token, code); !errors.Is(err, ErrCode) {
			d.Errorf("the code twice: %v", err)
		}
		s = d.kept(s)
		scope, err := d.LocationCaller(d.Context(), s)
		if err != nil || scope.Role != LocationContact || scope.Location != "een" || scope.Actor != "location-link:"+link.ID {
			d.Errorf("%+v %v", scope, err)
		}
		if _, err := d.SessionCaller(d.Context(), s); !errors.Is(err, ErrNotFound) {
			d.Errorf("taken for an account's: %v", err)
		}
		d.wait(29 * time.Minute)
		if _, err := d.LocationCaller(d.Context(), d.found(s.ID)); err != nil {
			d.Errorf("after 29 minutes: %v", err)
		}
		d.wait(time.Minute)
		if _, err := d.LocationCaller(d.Context(), d.found(s.ID)); !errors.Is(err, ErrNotFound) {
			d.Errorf("after half an hour: %v", err)
		}
		d.wait(-time.Minute)
		_, err = d.Store.RotateLocationLink(d.Context(), contact)
		d.must(err)
		if _, err := d.LocationCaller(d.Context(), d.found(s.ID)); !errors.Is(err, ErrNotFound) {
			d.Errorf("after the link was rotated: %v", err)
		}
	})
}

// TestWhatIsNoTokenOpensNothing.
func TestWhatIsNoTokenOpensNothing(t *testing.T) {
	t.Parallel()
	forEachDoor(t, func(d door) {
		for _, token := range []string{"", "x", unknownToken, strings.Repeat("pf_api_", 100)} {
			_, api := d.TokenCaller(d.Context(), token)
			_, link := d.UseSignInLink(d.Context(), token)
			_, loc := d.OpenLocationLink(d.Context(), token)
			for _, err := range []error{api, link, loc, d.OpenSignInLink(d.Context(), token)} {
				if !errors.Is(err, ErrNotFound) {
					d.Errorf("%q: %v", token, err)
				}
			}
		}
		if _, _, err := d.StartProvider(context.Background(), nil, false, "/"); !errors.Is(err, ErrNotFound) {
			d.Errorf("no provider: %v", err)
		}
	})
}
