package service

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/wijkplanner/wijkplanner/planner/store"
)

// TestG8_ExportComesBack: all regions with their plans and contacts, into
// another installation, and every table in the open.
func TestG8_ExportComesBack(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		ctx, dir := w.Context(), filepath.Join(w.TempDir(), "out")
		w.published("noord", "zuid")
		contact := store.Contact{Scope: store.FeedScope{Region: "noord", Kind: store.LocationFeed, ID: "een"}, Name: "=1+1", Mail: "nest@example.nl", Language: store.Dutch, Calendar: store.ByFeed}
		_, err := w.Store.AddContact(ctx, contact, testNow)
		w.must(err)
		_, token, err := w.Store.CreateFeed(ctx, store.NewFeed{Scope: store.FeedScope{Region: "noord", Kind: store.StaffFeed, ID: "noordanna"}, Level: store.FullDetail, Language: store.Dutch})
		w.must(err)
		m, err := w.Export(ctx, dir)
		w.must(err)
		if len(m.Tables) < 15 || len(m.Regions) != 2 {
			w.Errorf("exported %+v", m)
		}
		if data, err := os.ReadFile(filepath.Join(dir, "tables", "contacts.csv")); err != nil || !strings.Contains(string(data), "'=1+1") {
			w.Errorf("contacts.csv: %s (%v)", data, err)
		}
		for _, name := range []string{"feeds.csv", "audit.csv"} {
			if data, err := os.ReadFile(filepath.Join(dir, "tables", name)); err != nil || len(data) < 50 || strings.Contains(string(data), token[len(token)-30:]) {
				w.Errorf("%s: %d bytes (%v)", name, len(data), err)
			}
		}
		if _, err := w.Export(ctx, dir); err == nil {
			w.Error("exported over an export")
		}

		other := open(w.T, filepath.Join(w.TempDir(), "other.db"))
		report, err := other.ImportExport(ctx, dir)
		w.must(err)
		if len(report) != 2 || !report[0].New {
			w.Errorf("imported %+v", report)
		}
		for _, region := range m.Regions {
			a, err := w.Store.Snapshot(ctx, region)
			w.must(err)
			b, err := other.Store.Snapshot(ctx, region)
			w.must(err)
			if !reflect.DeepEqual(a.State, b.State) || !reflect.DeepEqual(a.Plan, b.Plan) {
				w.Errorf("region %s came back as another one", region)
			}
		}
		if got, err := other.Store.Contacts(ctx, "noord"); err != nil || len(got) != 1 || got[0].Name != "=1+1" {
			w.Errorf("contacts %+v (%v)", got, err)
		}
		w.must(os.Remove(filepath.Join(dir, exportFile)))
		if _, err := other.ImportExport(ctx, dir); !errors.Is(err, ErrNoExport) {
			w.Errorf("half an export: %v", err)
		}
	})
}

// entriesOf reads the JSON tables of an archive of somebody's own data.
func entriesOf(t *testing.T, data []byte) map[string][]map[string]*string {
	t.Helper()
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]map[string]*string{}
	for _, f := range archive.File {
		name, found := strings.CutSuffix(f.Name, ".json")
		if !found {
			continue
		}
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		var rows []map[string]*string
		if err := errors.Join(err, json.Unmarshal(text, &rows)); err != nil {
			t.Fatal(err)
		}
		out[name] = rows
	}
	return out
}

// TestG4_OwnData: everything about somebody, nothing of others, no key; and for
// nobody else to ask.
func TestG4_OwnData(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		ctx := w.Context()
		w.published("noord")
		scope := store.FeedScope{Region: "noord", Kind: store.LocationFeed, ID: "een"}
		contact, err := w.Store.AddContact(ctx, store.Contact{Scope: scope, Mail: "nest@example.nl", Language: store.Dutch, Calendar: store.ByInvitation}, testNow)
		w.must(err)
		user, err := w.Store.AddUser(ctx, "Anna", "anna@example.nl", store.Membership{Role: store.Member, Region: "noord", Staff: "noordanna"})
		w.must(err)
		ask := func(scope Scope, who Subject) (map[string][]map[string]*string, error) {
			var data bytes.Buffer
			if err := w.As(scope).OwnData(ctx, who, &data); err != nil {
				return nil, err
			}
			return entriesOf(w.T, data.Bytes()), nil
		}
		anna := Scope{Role: store.Member, Actor: store.UserActor(user), Region: "noord", Staff: "noordanna"}
		own, err := ask(anna, Subject{Kind: store.StaffSubject, Region: "noord", ID: "noordanna"})
		w.must(err)
		for _, table := range []string{"staff", "people", "occupancy", "plan_crew", "feed_events"} {
			if len(own[table]) == 0 {
				w.Errorf("nothing of %s in her own data", table)
			}
		}
		for table, rows := range own {
			for _, row := range rows {
				if s := row["staff"]; s != nil && *s != "noordanna" {
					w.Errorf("%s holds a row of %s", table, *s)
				}
				if row["secret"] != nil || row["password"] != nil {
					w.Errorf("%s holds a key", table)
				}
			}
		}
		account, err := ask(anna, Subject{Kind: store.UserSubject, ID: strconv.FormatInt(user, 10)})
		w.must(err)
		if len(account["users"]) != 1 || len(account["memberships"]) != 1 || len(account["audit"]) == 0 {
			w.Errorf("her account: %v", account)
		}
		nest := Scope{Role: store.LocationContact, Actor: "location-link:1", Region: "noord", Location: "een", Contact: 1}
		mail, err := ask(nest, Subject{Kind: store.ContactSubject, ID: strconv.FormatInt(contact, 10)})
		w.must(err)
		if len(mail["contacts"]) != 1 || len(mail["notices"]) == 0 || len(mail["outbox"]) == 0 {
			w.Errorf("the contact's data: %v", mail)
		}
		for name, c := range map[string]struct {
			scope Scope
			who   Subject
		}{
			"a colleague":                {anna, Subject{Kind: store.StaffSubject, Region: "noord", ID: "noordbram"}},
			"another account":            {anna, Subject{Kind: store.UserSubject, ID: "999"}},
			"a contact":                  {anna, Subject{Kind: store.ContactSubject, ID: "1"}},
			"a colleague of the contact": {Scope{Role: store.LocationContact, Actor: "c", Region: "noord", Location: "een", Contact: contact + 1}, Subject{Kind: store.ContactSubject, ID: "1"}},
			"a contact without a number": {Scope{Role: store.LocationContact, Actor: "c", Region: "noord", Location: "een"}, Subject{Kind: store.ContactSubject, ID: "1"}},
			"another location":           {Scope{Role: store.LocationContact, Actor: "c", Region: "noord", Location: "x", Contact: contact}, Subject{Kind: store.ContactSubject, ID: "1"}},
			"a lead elsewhere":           {Scope{Role: store.Lead, Actor: "user:9", Region: "zuid"}, Subject{Kind: store.StaffSubject, Region: "noord", ID: "noordanna"}},
			"a visitor":                  {Scope{Role: store.Visitor, Actor: "link", Region: "noord", Location: "een"}, Subject{Kind: store.ContactSubject, ID: "1"}},
			"nobody":                     {Scope{Role: store.Administrator, Actor: "user:9", Everywhere: true}, Subject{Kind: store.StaffSubject, Region: "noord", ID: "x"}},
			"a number that is none":      {Scope{Role: store.Administrator, Actor: "user:9", Everywhere: true}, Subject{Kind: store.UserSubject, ID: "1 OR 1=1"}},
		} {
			if _, err := ask(c.scope, c.who); !errors.Is(err, ErrNotFound) {
				w.Errorf("%s: %v", name, err)
			}
		}
	})
}
