package v1

import (
	"slices"
	"strings"
	"testing"

	"github.com/wijkplanner/wijkplanner/api/problem"
	"github.com/wijkplanner/wijkplanner/planner/service"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

func TestContactsChangeAndAreForgotten(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		at := "/regions/noord/contacts"
		body := `{"kind":"location","subject":"een","name":"Els","mail":"els@example.nl","language":"nl","calendar":"feed"}`
		into[Contact](w, w.asks(lead, "POST", at, body), 201)
		into[Contact](w, w.asks(lead, "POST", at, strings.Replace(body, "els@", "bea@", 1)), 201)
		token, err := w.RotateLocationLink(w.Context(), 1)
		if err != nil || token == "" {
			w.Fatal(err)
		}
		tag := w.asks(lead, "GET", at+"/1", nil).Header().Get("ETag")
		w.refused(w.asks(lead, "PUT", at+"/1", body), 428, problem.NeedsIfMatch)
		w.refused(w.asks(anna, "GET", at+"/1", nil), 404, problem.NotFound)
		w.refused(w.asks(anna, "PUT", at+"/1", body, "If-Match", tag), 404, problem.NotFound)
		w.refused(w.asks(admin, "PUT", at+"/1", body, "If-Match", tag), 403, problem.Forbidden)
		w.refused(w.asks(lead, "PUT", at+"/1", strings.Replace(body, `"een"`, `"twee"`, 1), "If-Match", tag), 400, problem.BadRequest)
		w.refused(w.asks(lead, "PUT", at+"/1", strings.Replace(body, "Els", "123456782", 1), "If-Match", tag), 400, problem.BadRequest)
		w.refused(w.asks(lead, "PUT", at+"/1", strings.Replace(body, "els@", "bea@", 1), "If-Match", tag), 409, problem.Conflict)

		// Els and Bea answer for the same location: neither gets at the other.
		own := service.Scope{Role: service.LocationContact, Actor: "location-link:1", Region: "noord", Location: "een", Contact: 1}
		bea := service.Scope{Role: service.LocationContact, Actor: "location-link:2", Region: "noord", Location: "een", Contact: 2}
		w.refused(w.asks(bea, "GET", at+"/1", nil), 404, problem.NotFound)
		w.refused(w.asks(bea, "PUT", at+"/1", body, "If-Match", tag), 404, problem.NotFound)
		w.refused(w.asks(bea, "POST", at+"/1/own-data-exports", nil), 404, problem.NotFound)
		if list := into[Page[Contact]](w, w.asks(bea, "GET", at, nil), 200); len(list.Items) != 1 || list.Items[0].ID != 2 {
			w.Errorf("a contact is shown %+v", list.Items)
		}

		named := w.asks(own, "PUT", at+"/1", strings.Replace(body, "Els", "Elsa", 1), "If-Match", tag)
		if got := into[Contact](w, named, 200); got.Name != "Elsa" {
			w.Errorf("changed %+v", got)
		}
		if links, err := w.LocationLinks(w.Context(), "noord"); err != nil || len(links) != 1 {
			w.Errorf("another name, links %v, %v", links, err)
		}
		moved := w.asks(lead, "PUT", at+"/1", strings.Replace(body, "els@", "new@", 1), "If-Match", named.Header().Get("ETag"))
		if got := into[Contact](w, moved, 200); got.Mail != "new@example.nl" || got.Name != "Els" {
			w.Errorf("changed %+v", got)
		}
		if links, err := w.LocationLinks(w.Context(), "noord"); err != nil || len(links) != 0 {
			w.Errorf("another address keeps the links %v, %v", links, err)
		}

		if a := w.asks(lead, "POST", at+"/1/own-data-exports", nil); a.Code != 200 || !strings.HasPrefix(a.Body.String(), "PK") {
			w.Errorf("own data of a contact: %d %s", a.Code, a.Body)
		}
		if a := w.asks(own, "POST", "/own-data-exports", nil); a.Code != 200 || !strings.HasPrefix(a.Body.String(), "PK") {
			w.Errorf("a contact's own data: %d %s", a.Code, a.Body)
		}
		if a := w.asks(lead, "POST", "/regions/noord/staff/anna/own-data-exports", nil); a.Code != 200 {
			w.Errorf("own data of staff: %d %s", a.Code, a.Body)
		}
		w.refused(w.asks(bram, "POST", "/regions/noord/staff/anna/own-data-exports", nil), 404, problem.NotFound)
		w.refused(w.asks(southern, "POST", "/regions/zuid/contacts/1/own-data-exports", nil), 404, problem.NotFound)

		if gone := w.asks(lead, "DELETE", at+"/1", nil); gone.Code != 204 {
			w.Errorf("removed: %d %s", gone.Code, gone.Body)
		}
		w.refused(w.asks(lead, "GET", at+"/1", nil), 404, problem.NotFound)
		// A backup from before, put back, forgets them again.
		stones := 0
		err = w.Store.ExportRows(w.Context(), func(r store.Row) error {
			if kind := slices.Index(r.Columns, "kind"); r.Table == "tombstones" && *r.Values[kind] == "contacts" {
				stones++
			}
			return nil
		})
		if err != nil || stones != 1 {
			w.Errorf("%d tombstones, %v", stones, err)
		}
	})
}
