package store

import (
	"errors"
	"testing"
	"time"
)

// Who lost a right has it no longer for work that goes on either.
func TestStillHolds(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.imports(town("noord"), town("zuid"))
		admin := w.As(Scope{Role: Administrator, Actor: "user:99", Everywhere: true})
		_, err := admin.AddUser(w.Context(), "Administrator", "admin@example.nl", Membership{Role: Administrator, Everywhere: true})
		w.must(err)
		user, err := admin.AddUser(w.Context(), "Lead", "lead@example.nl", Membership{Role: Lead, Region: "noord"})
		w.must(err)
		var member membershipRow
		w.must(w.db.Where("user_id = ?", user).Take(&member).Error)
		lead := Scope{Role: Lead, Actor: UserActor(user), Region: "noord"}
		token, _, err := admin.CreateAPIToken(w.Context(), member.ID, "program", testNow.Add(time.Hour))
		w.must(err)
		program := lead
		program.Actor = "token:" + token
		southern, auditor, link := lead, lead, lead
		southern.Region, auditor.Role, link.Actor = "zuid", Auditor, "location-link:7"
		check := func(when string, was Scope, holds bool) {
			w.Helper()
			if err := w.StillHolds(w.Context(), was, testNow); (err == nil) != holds || err != nil && !errors.Is(err, ErrNotFound) {
				w.Errorf("%s, %s: %v, want %v", when, was.Actor, err, holds)
			}
		}
		check("at first", lead, true)
		check("at first", program, true)
		check("another region", southern, false)
		check("another role", auditor, false)
		check("a link", link, false)
		if err := w.StillHolds(w.Context(), program, testNow.Add(2*time.Hour)); !errors.Is(err, ErrNotFound) {
			w.Errorf("a token that ran out: %v", err)
		}
		w.must(admin.RevokeAPIToken(w.Context(), token))
		check("revoked", program, false)
		w.must(admin.DisableUser(w.Context(), user))
		check("disabled", lead, false)
		w.must(admin.EnableUser(w.Context(), user))
		check("enabled again", lead, true)
		w.must(admin.RemoveMembership(w.Context(), member.ID))
		check("the role is taken away", lead, false)
	})
}
