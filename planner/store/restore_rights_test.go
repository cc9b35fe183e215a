package store

import (
	"encoding/json"
	"errors"
	"testing"
	"time"
)

// TestRestoreGivesNoRightsBack: what was ended after a backup was made does not
// work again when the backup is put back, and no session or token outlives it.
func TestRestoreGivesNoRightsBack(t *testing.T) {
	t.Parallel()
	forEachPlace(t, func(p place) {
		ctx := p.Context()
		w, address := p.inhabited()
		add := func(name string) *User {
			id, err := w.AddUser(ctx, name, name+"@example.nl", Membership{Role: Administrator, Everywhere: true}, Membership{Role: Lead, Region: "noord"})
			w.must(err)
			u, err := w.User(ctx, id)
			w.must(err)
			return u
		}
		stays, leaves, moves := add("stays"), add("leaves"), add("moves")
		w.must(second(w.SetPassword(ctx, stays.ID, "hash of then")))
		w.must(w.PutSession(ctx, "a session", json.RawMessage(`{}`), testNow, testNow.Add(time.Hour)))
		_, token, err := w.CreateAPIToken(ctx, stays.Memberships[1].ID, "script", testNow.Add(time.Hour))
		w.must(err)
		lost, _, err := w.CreateFeed(ctx, NewFeed{Scope: annaFeed, Level: FullDetail})
		w.must(err)
		kept, _, err := w.CreateFeed(ctx, NewFeed{Scope: annaFeed, Level: FullDetail})
		w.must(err)
		contacts, err := w.Contacts(ctx, "noord")
		w.must(err)
		w.must(second(w.RotateLocationLink(ctx, contacts[0].ID)))
		_, path := w.backup()

		w.must(w.RevokeFeed(ctx, lost, testNow))
		w.must(w.RevokeLocationLink(ctx, contacts[0].ID))
		w.must(w.DisableUser(ctx, leaves.ID))
		w.must(w.RemoveMembership(ctx, moves.Memberships[1].ID))
		w.must(second(w.SetPassword(ctx, stays.ID, "hash of now")))
		w.must(w.Close())

		report, err := Restore(ctx, address, path, forced())
		w.must(err)
		if want := (RightsReport{Sessions: 1, Tokens: 1, Links: 2, Accounts: 2, Roles: 1}); report.Rights != want {
			p.Errorf("%+v, want %+v", report.Rights, want)
		}
		back := p.world(address)
		if _, err := back.Session(ctx, "a session", testNow); !errors.Is(err, ErrNotFound) {
			p.Errorf("a session of then: %v", err)
		}
		if _, err := back.APITokenByKey(ctx, back.key(APITokenKind, token), testNow); !errors.Is(err, ErrNotFound) {
			p.Errorf("a token of then: %v", err)
		}
		feeds, err := back.Feeds(ctx, "noord")
		w.must(err)
		for _, f := range feeds {
			if revoked := !f.Revoked.IsZero(); revoked != (f.ID == lost) || f.ID != lost && f.ID != kept {
				p.Errorf("calendar %+v", f)
			}
		}
		if links, err := back.LocationLinks(ctx, "noord", testNow); err != nil || len(links) != 0 {
			p.Errorf("links %+v, %v", links, err)
		}
		for _, want := range []struct {
			id       int64
			disabled bool
			roles    int
			password string
		}{{stays.ID, false, 2, "hash of now"}, {leaves.ID, true, 2, ""}, {moves.ID, false, 1, ""}} {
			u, err := back.User(ctx, want.id)
			w.must(err)
			if !u.Disabled.IsZero() != want.disabled || len(u.Memberships) != want.roles || u.Password != want.password {
				p.Errorf("account %+v, want %+v", u, want)
			}
		}

		empty := p.fresh(p.T)
		report, err = Restore(ctx, empty, path, options())
		w.must(err)
		if want := (RightsReport{Sessions: 1, Tokens: 1, Blind: true}); report.Rights != want {
			p.Errorf("into an empty database %+v, want %+v", report.Rights, want)
		}
	})
}
