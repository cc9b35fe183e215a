package v1

import (
	"archive/zip"
	"bytes"
	"fmt"
	"testing"

	"github.com/wijkplanner/wijkplanner/api/problem"
	"github.com/wijkplanner/wijkplanner/planner/service"
)

// TestAccountsByTheAPI makes an account, gives it roles and takes them, lets a
// program in, and ends it all.
func TestAccountsByTheAPI(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		made := into[User](w, w.asks(admin, "POST", "/users", `{"name":"Anna","mail":"anna@example.nl","memberships":[{"role":"administrator"},{"role":"lead","region":"noord"}]}`), 201)
		other := into[User](w, w.asks(admin, "POST", "/users", `{"name":"Bram","memberships":[{"role":"lead","region":"zuid"}]}`), 201)
		w.refused(w.asks(admin, "POST", "/users", `{"name":"Carla","mail":"anna@example.nl","memberships":[]}`), 409, problem.Conflict)
		w.refused(w.asks(admin, "POST", "/users", `{"name":"Dirk","memberships":[{"role":"lead"}]}`), 400, problem.BadRequest)
		all := into[Page[User]](w, w.asks(admin, "GET", "/users", nil), 200).Items
		if len(all) != 2 || all[0].Mail != "a***@example.nl" || len(all[0].Memberships) != 2 || all[0].Memberships[1].Region != "noord" {
			w.Errorf("accounts %+v", all)
		}
		// A lead sees who is something in the region, and no addresses.
		if seen := into[Page[User]](w, w.asks(lead, "GET", "/users", nil), 200).Items; len(seen) != 1 || seen[0].Mail != "" || len(seen[0].Memberships) != 1 {
			w.Errorf("a lead sees %+v", seen)
		}
		more := into[Membership](w, w.asks(admin, "POST", fmt.Sprintf("/users/%d/memberships", other.ID), `{"role":"auditor"}`), 201)
		if a := w.asks(admin, "DELETE", fmt.Sprintf("/users/%d/memberships/%d", made.ID, more.ID), nil); a.Code != 404 {
			w.Errorf("a role of another account: %d", a.Code)
		}
		if a := w.asks(admin, "DELETE", fmt.Sprintf("/users/%d/memberships/%d", other.ID, more.ID), nil); a.Code != 204 {
			w.Errorf("a role is taken: %d %s", a.Code, a.Body)
		}
		// The scope of the test is the account with the first number itself.
		w.refused(w.asks(admin, "PUT", fmt.Sprintf("/users/%d/state", made.ID), `{"disabled":true}`), 409, problem.OwnRole)
		boss := service.Scope{Role: service.Administrator, Actor: "user:99", Everywhere: true}
		w.refused(w.asks(boss, "PUT", fmt.Sprintf("/users/%d/state", made.ID), `{"disabled":true}`), 409, problem.LastAdministrator)
		if a := w.asks(boss, "PUT", fmt.Sprintf("/users/%d/state", other.ID), `{"disabled":true}`); a.Code != 204 {
			w.Errorf("an account is switched off: %d %s", a.Code, a.Body)
		}

		membership := all[0].Memberships[1].ID
		token := into[NewToken](w, w.asks(admin, "POST", "/tokens", fmt.Sprintf(`{"name":"script","membership_id":%d,"expires_at":"2027-06-01T00:00:00Z"}`, membership)), 201)
		w.refused(w.asks(southern, "POST", "/tokens", fmt.Sprintf(`{"name":"script","membership_id":%d,"expires_at":"2027-06-01T00:00:00Z"}`, membership)), 404, problem.NotFound)
		w.refused(w.asks(admin, "POST", "/tokens", fmt.Sprintf(`{"name":"script","membership_id":%d,"expires_at":"2037-06-01T00:00:00Z"}`, membership)), 400, problem.BadRequest)
		if list := into[Page[Token]](w, w.asks(admin, "GET", "/tokens", nil), 200).Items; len(list) != 1 || list[0].ID != token.ID || list[0].Ended {
			w.Errorf("tokens %+v", list)
		}
		if a := w.asks(southern, "DELETE", "/tokens/"+token.ID, nil); a.Code != 404 {
			w.Errorf("somebody else's token: %d", a.Code)
		}
		if a := w.asks(admin, "DELETE", "/tokens/"+token.ID, nil); a.Code != 204 {
			w.Errorf("a token ends: %d %s", a.Code, a.Body)
		}
	})
}

// TestTheAuditLogByTheAPI: each sees their part, the newest first, and its reading
// is in it.
func TestTheAuditLogByTheAPI(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		type page struct{ Items []AuditEntry }
		into[map[string]any](w, w.asks(lead, "POST", "/regions/noord/absences", `{"staff_id":"anna","from":"2027-09-01","to":"2027-09-02"}`), 201)
		into[map[string]any](w, w.asks(anna, "POST", "/regions/noord/absences", `{"staff_id":"anna","from":"2027-10-01","to":"2027-10-02"}`), 201)
		all := into[page](w, w.asks(lead, "GET", "/regions/noord/audit-entries", nil), 200).Items
		if len(all) < 2 || all[0].Actor != anna.Actor || all[0].Object != "absence" || all[0].Verb != "create" || all[1].Actor != lead.Actor || all[0].Number <= all[1].Number {
			w.Fatalf("entries %+v", all)
		}
		again := into[page](w, w.asks(lead, "GET", fmt.Sprintf("/regions/noord/audit-entries?before=%d", all[0].Number), nil), 200).Items
		if len(again) == 0 || again[0].Number >= all[0].Number {
			w.Errorf("before %d comes %+v", all[0].Number, again)
		}
		for _, e := range into[page](w, w.asks(anna, "GET", "/regions/noord/audit-entries", nil), 200).Items {
			if e.Actor != anna.Actor {
				w.Errorf("staff see %+v", e)
			}
		}
		if reads := into[page](w, w.asks(lead, "GET", "/regions/noord/audit-entries?object=audit", nil), 200).Items; len(reads) < 3 {
			w.Errorf("readings %+v", reads)
		}
	})
}

func TestOwnDataByTheAPI(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		a := w.asks(anna, "POST", "/own-data-exports", nil)
		if a.Code != 200 || a.Header().Get("Content-Type") != "application/zip" {
			w.Fatalf("%d %v %s", a.Code, a.Header(), a.Body)
		}
		if r, err := zip.NewReader(bytes.NewReader(a.Body.Bytes()), int64(a.Body.Len())); err != nil || len(r.File) < 3 {
			w.Errorf("archive: %v", err)
		}
		w.refused(w.asks(visitor, "POST", "/own-data-exports", nil), 403, problem.Forbidden)
	})
}

// TestNoSecretIsKeptWithItsKey: a token made with an Idempotency-Key is made once,
// shown once, and its text is nowhere in what is kept of the answer.
func TestNoSecretIsKeptWithItsKey(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		body := `{"kind":"staff","subject":"anna","level":"full"}`
		made := into[NewFeed](w, w.asks(lead, "POST", "/regions/noord/feeds", body, "Idempotency-Key", "one"), 201)
		again := w.asks(lead, "POST", "/regions/noord/feeds", body, "Idempotency-Key", "one")
		if again.Code != 409 || again.problem.Code != problem.AlreadyDone || bytes.Contains(again.Body.Bytes(), []byte(made.URL)) {
			w.Errorf("again: %d %s", again.Code, again.Body)
		}
		if list := into[Page[Feed]](w, w.asks(lead, "GET", "/regions/noord/feeds", nil), 200).Items; len(list) != 1 {
			w.Errorf("%d feeds", len(list))
		}
	})
}
