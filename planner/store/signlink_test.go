package store

import (
	"encoding/json"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
)

// key takes a token of a kind apart.
func (w world) key(kind TokenKind, token string) Key {
	w.Helper()
	key, ok := ParseToken(kind, token)
	if !ok {
		w.Fatalf("%s is no token of kind %s", token, kind)
	}
	return key
}

// foreign returns a key with the id of another and a secret of its own.
func (w world) foreign(kind TokenKind, key Key) Key {
	w.Helper()
	return w.key(kind, MakeToken(kind, key.ID, letters(tokenSecretLength)))
}

func TestSignInLink(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		user, _ := w.account("anna", administrator)
		w.account("bram", administrator)
		first, err := w.CreateSignInLink(w.Context(), user)
		w.must(err)
		token, err := w.CreateSignInLink(w.Context(), user)
		w.must(err)
		key := w.key(SignInToken, token)
		gone := func(what string, key Key, now time.Time) {
			w.Helper()
			_, err := w.SignInLink(w.Context(), key, now)
			_, errUse := w.UseSignInLink(w.Context(), key, now)
			if !errors.Is(err, ErrNotFound) || !errors.Is(errUse, ErrNotFound) {
				w.Errorf("%s: %v, %v, want ErrNotFound", what, err, errUse)
			}
		}
		gone("the one before", w.key(SignInToken, first), testNow)
		gone("another secret", w.foreign(SignInToken, key), testNow)
		gone("too late", key, testNow.Add(SignInLinkTime))
		for range 3 { // looking uses nothing up
			if got, err := w.SignInLink(w.Context(), key, testNow); err != nil || got != user {
				w.Errorf("%d %v", got, err)
			}
		}
		var group sync.WaitGroup
		var used atomic.Int64
		for range 8 {
			group.Go(func() {
				if got, err := w.UseSignInLink(w.Context(), key, testNow); err == nil && got == user {
					used.Add(1)
				} else if !errors.Is(err, ErrNotFound) {
					w.Error(err)
				}
			})
		}
		group.Wait()
		if used.Load() != 1 {
			w.Errorf("used %d times, want once", used.Load())
		}
		token, err = w.CreateSignInLink(w.Context(), user)
		w.must(err)
		w.must(w.DisableUser(w.Context(), user))
		gone("of a disabled account", w.key(SignInToken, token), testNow)
		if _, err := w.CreateSignInLink(w.Context(), user); !errors.Is(err, ErrNotFound) {
			w.Errorf("made for a disabled account: %v", err)
		}
	})
}

// TestTriesAreCounted: never more than the limit, however many come at once.
func TestTriesAreCounted(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		var group sync.WaitGroup
		var passed atomic.Int64
		for range 40 {
			group.Go(func() {
				var refused *TooManyTriesError
				switch err := w.TakeTry(w.Context(), "a", 10, time.Hour, testNow); {
				case err == nil:
					passed.Add(1)
				case !errors.As(err, &refused) || !refused.Until.Equal(micros(testNow).Add(time.Hour)):
					w.Error(err)
				}
			})
		}
		group.Wait()
		if passed.Load() != 10 {
			w.Errorf("%d of 40 tries passed, want 10", passed.Load())
		}
		w.must(w.TakeTry(w.Context(), "b", 10, time.Hour, testNow))
		w.must(w.TakeTry(w.Context(), "a", 10, time.Hour, testNow.Add(time.Hour)))
		w.must(w.TakeTry(w.Context(), "a", 1, time.Hour, testNow.Add(2*time.Hour)))
		w.must(w.ForgetTries(w.Context(), "a"))
		w.must(w.TakeTry(w.Context(), "a", 1, time.Hour, testNow))
	})
}

func TestSessionsAreKept(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		end := testNow.Add(time.Hour)
		w.must(w.PutSession(w.Context(), "hash", json.RawMessage(`{"user":"1"}`), testNow, end))
		got, err := w.Session(w.Context(), "hash", testNow)
		w.must(err)
		var data map[string]string
		if json.Unmarshal(got.Data, &data) != nil || data["user"] != "1" || !got.Seen.Equal(micros(testNow)) {
			w.Errorf("%s %v", got.Data, got.Seen)
		}
		w.must(w.TouchSession(w.Context(), "hash", testNow.Add(time.Minute)))
		got, err = w.Session(w.Context(), "hash", testNow)
		w.must(err)
		if !got.Seen.Equal(micros(testNow).Add(time.Minute)) {
			w.Errorf("seen %v", got.Seen)
		}
		for token, now := range map[string]time.Time{"other": testNow, "hash": end} {
			if _, err := w.Session(w.Context(), token, now); !errors.Is(err, ErrNotFound) {
				w.Errorf("%s at %v: %v", token, now, err)
			}
		}
		w.must(w.EndSession(w.Context(), "hash"))
		w.must(w.TouchSession(w.Context(), "hash", testNow)) // does not bring it back
		if _, err := w.Session(w.Context(), "hash", testNow); !errors.Is(err, ErrNotFound) {
			w.Errorf("ended: %v", err)
		}
		if err := w.EndSession(w.Context(), "hash"); !errors.Is(err, ErrNotFound) {
			w.Errorf("ended twice: %v", err)
		}
	})
}

func TestAPITokens(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.imports(town("noord"))
		w.account("boss", administrator)
		user, role := w.account("anna", lead)
		_, other := w.account("bram", lead)
		mine := w.as(lead, user)
		id, token, err := mine.CreateAPIToken(w.Context(), role, "script", testNow.Add(time.Hour))
		w.must(err)
		key := w.key(APITokenKind, token)
		got, err := w.APITokenByKey(w.Context(), key, testNow)
		if err != nil || got.Membership.Role != Lead || got.Membership.Region != "noord" || got.Membership.User != user || got.ID != id {
			w.Errorf("%+v %v", got, err)
		}
		refused := func(what string, key Key, now time.Time) {
			w.Helper()
			if _, err := w.APITokenByKey(w.Context(), key, now); !errors.Is(err, ErrNotFound) {
				w.Errorf("%s: %v, want ErrNotFound", what, err)
			}
		}
		refused("another secret", w.foreign(APITokenKind, key), testNow)
		refused("unknown", Key{ID: "aaaaaaaaaa"}, testNow)
		refused("run out", key, testNow.Add(time.Hour))
		if _, ok := ParseToken(FeedToken, token); ok {
			w.Error("a token of a program is taken for a feed's")
		}
		w.must(w.NoteAPITokenUse(w.Context(), id, date("2026-11-20")))
		list, err := mine.APITokens(w.Context())
		w.must(err)
		if len(list) != 1 || list[0].LastUsed != date("2026-11-20") || list[0].Name != "script" {
			w.Errorf("%+v", list)
		}
		for what, err := range map[string]error{
			"of another":        second(noID(mine.CreateAPIToken(w.Context(), other, "x", testNow.Add(time.Hour)))),
			"unknown":           second(noID(w.CreateAPIToken(w.Context(), 999, "x", testNow.Add(time.Hour)))),
			"revoke of another": w.as(lead, user+1).RevokeAPIToken(w.Context(), id),
		} {
			if !errors.Is(err, ErrNotFound) {
				w.Errorf("%s: %v, want ErrNotFound", what, err)
			}
		}
		for _, expires := range []time.Time{testNow, testNow.Add(LongestToken + time.Hour)} {
			if _, _, err := w.CreateAPIToken(w.Context(), role, "x", expires); err == nil {
				w.Errorf("a token until %v", expires)
			}
		}
		w.must(w.DisableUser(w.Context(), user))
		refused("disabled", key, testNow)
		w.must(w.EnableUser(w.Context(), user))
		w.must(mine.RevokeAPIToken(w.Context(), id))
		refused("revoked", key, testNow)
		if err := mine.RevokeAPIToken(w.Context(), id); !errors.Is(err, ErrNotFound) {
			w.Errorf("revoked twice: %v", err)
		}
		_, token, err = w.CreateAPIToken(w.Context(), role, "script", testNow.Add(time.Hour))
		w.must(err)
		w.must(w.RemoveMembership(w.Context(), role))
		refused("role gone", w.key(APITokenKind, token), testNow)
	})
}

func noID(_, token string, err error) (string, error) { return token, err }

// invited makes a contact of a location.
func (w world) invited(region, location string) int64 {
	w.Helper()
	id, err := w.AddContact(w.Context(), Contact{
		Scope: FeedScope{region, LocationFeed, location}, Name: "Els", Mail: location + "@example.nl", Language: Dutch, Calendar: ByInvitation,
	}, testNow)
	w.must(err)
	return id
}

func TestLocationLinks(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.imports(town("noord"), town("zuid"))
		contact := w.invited("noord", "een")
		old, err := w.RotateLocationLink(w.Context(), contact)
		w.must(err)
		token, err := w.RotateLocationLink(w.Context(), contact)
		w.must(err)
		key := w.key(LocationToken, token)
		link, err := w.LocationLinkByKey(w.Context(), key, testNow)
		if err != nil || link.Region != "noord" || link.Location != "een" || link.Name != "Kinderopvang een" || link.Contact != contact {
			w.Errorf("%+v %v", link, err)
		}
		refused := func(what string, key Key, now time.Time) {
			w.Helper()
			if _, err := w.LocationLinkByKey(w.Context(), key, now); !errors.Is(err, ErrNotFound) {
				w.Errorf("%s: %v, want ErrNotFound", what, err)
			}
		}
		refused("the one before", w.key(LocationToken, old), testNow)
		refused("another secret", w.foreign(LocationToken, key), testNow)
		refused("run out", key, testNow.Add(LocationLinkTime))
		w.must(w.NoteLocationLinkUse(w.Context(), link.ID, date("2026-11-20")))
		if list, err := w.LocationLinks(w.Context(), "noord", testNow); err != nil || len(list) != 1 || list[0].LastUsed == calendar.NoDate {
			w.Errorf("%+v %v", list, err)
		}
		outside := world{w.T, w.As(Scope{Role: Lead, Actor: "user:9", Region: "zuid"})}
		for what, err := range map[string]error{
			"rotate": second(outside.RotateLocationLink(w.Context(), contact)), "revoke": outside.RevokeLocationLink(w.Context(), contact),
			"list": second(outside.LocationLinks(w.Context(), "noord", testNow)), "unknown": second(w.RotateLocationLink(w.Context(), 999)),
		} {
			if !errors.Is(err, ErrNotFound) {
				w.Errorf("%s: %v, want ErrNotFound", what, err)
			}
		}
		w.must(w.RevokeLocationLink(w.Context(), contact))
		refused("revoked", key, testNow)
		token, err = w.RotateLocationLink(w.Context(), contact)
		w.must(err)
		w.must(w.RemoveContact(w.Context(), contact))
		refused("contact gone", w.key(LocationToken, token), testNow)
	})
}

func TestLocationCodes(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.imports(town("noord"))
		token, err := w.RotateLocationLink(w.Context(), w.invited("noord", "een"))
		w.must(err)
		link, err := w.LocationLinkByKey(w.Context(), w.key(LocationToken, token), testNow)
		w.must(err)
		good, bad := hashOf("good"), hashOf("bad")
		use := func(hash []byte, now time.Time) error { return w.UseLocationCode(w.Context(), link, hash, now) }
		mail := func() error {
			return w.MailLocationCode(w.Context(), link, "1234 5678", good, testNow, testNow.Add(15*time.Minute))
		}
		if err := use(good, testNow); !errors.Is(err, ErrCode) {
			w.Errorf("before it was mailed: %v", err)
		}
		w.must(mail())
		if err := use(bad, testNow); !errors.Is(err, ErrCode) {
			w.Errorf("wrong: %v", err)
		}
		w.must(use(good, testNow))
		if err := use(good, testNow); !errors.Is(err, ErrCode) {
			w.Errorf("twice: %v", err)
		}
		w.must(mail())
		if err := use(good, testNow.Add(15*time.Minute)); !errors.Is(err, ErrCode) {
			w.Errorf("too late: %v", err)
		}
		w.must(mail())
		for range codeTries {
			_ = use(bad, testNow)
		}
		if err := use(good, testNow); !errors.Is(err, ErrCode) {
			w.Errorf("worn out: %v", err)
		}
		if err := mail(); !errors.Is(err, ErrTooMany) {
			w.Errorf("a fourth mail in an hour: %v", err)
		}
	})
}

func hashOf(s string) []byte {
	k := Key{}
	copy(k.sum[:], s)
	return k.sum[:]
}

func TestSignInIsPurged(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.imports(town("noord"))
		user, role := w.account("anna", administrator)
		w.must(second(w.CreateSignInLink(w.Context(), user)))
		_, _, err := w.CreateAPIToken(w.Context(), role, "script", testNow.Add(time.Hour))
		w.must(err)
		w.must(second(w.RotateLocationLink(w.Context(), w.invited("noord", "een"))))
		w.must(w.PutSession(w.Context(), "hash", json.RawMessage("{}"), testNow, testNow.Add(time.Hour)))
		w.must(w.TakeTry(w.Context(), "a", 10, time.Hour, testNow))
		count := func() (total int64) {
			for _, row := range []any{&sessionRow{}, &signInLinkRow{}, &tryRow{}, &apiTokenRow{}, &locationLinkRow{}} {
				var n int64
				w.must(w.db.Model(row).Count(&n).Error)
				total += n
			}
			return total
		}
		w.must(second(w.Purge(w.Context(), nil, testNow)))
		if n := count(); n != 5 {
			w.Errorf("%d rows, want 5: nothing has ended", n)
		}
		w.must(second(w.Purge(w.Context(), nil, testNow.Add(LocationLinkTime).AddDate(0, 0, 91))))
		if n := count(); n != 0 {
			w.Errorf("%d rows, want none", n)
		}
	})
}
