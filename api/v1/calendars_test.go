package v1

import (
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/wijkplanner/wijkplanner/api/problem"
	"github.com/wijkplanner/wijkplanner/planner/outside"
	"github.com/wijkplanner/wijkplanner/planner/service"
)

func TestAppPasswordsAreMadeAndRevoked(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		at := "/regions/noord/caldav-accounts"
		body := `{"calendars":[{"kind":"staff","subject":"anna","level":"full"}]}`
		made := into[NewAppPassword](w, w.asks(anna, "POST", at, body, "Idempotency-Key", "one"), 201)
		if made.URL != "https://planner.example.nl/dav/" || made.Password == "" {
			w.Errorf("made %+v", made)
		}
		if again := w.asks(anna, "POST", at, body, "Idempotency-Key", "one"); again.Code != 409 || again.problem.Code != problem.AlreadyDone {
			w.Errorf("again: %d %s", again.Code, again.Body)
		}
		if _, err := w.Account(w.Context(), made.ID, made.Password, testNow); err != nil {
			w.Error(err)
		}
		w.refused(w.asks(anna, "POST", at, strings.Replace(body, `"anna"`, `"bram"`, 1)), 404, problem.NotFound)
		w.refused(w.asks(lead, "POST", at, strings.Replace(body, `"anna"`, `"nobody"`, 1)), 400, problem.BadRequest)
		team := into[NewAppPassword](w, w.asks(lead, "POST", at, `{"calendars":[{"kind":"team","level":"busy"},{"kind":"location","subject":"een","level":"no_names"}]}`), 201)
		if list := w.asks(lead, "GET", at, nil); strings.Contains(list.Body.String(), made.Password) || len(into[Page[AppPassword]](w, list, 200).Items) != 2 {
			w.Errorf("list %s", list.Body)
		}
		if mine := into[Page[AppPassword]](w, w.asks(anna, "GET", at, nil), 200).Items; len(mine) != 1 || mine[0].ID != made.ID {
			w.Errorf("anna's %+v", mine)
		}
		w.refused(w.asks(anna, "DELETE", at+"/"+team.ID, nil), 404, problem.NotFound)
		if a := w.asks(anna, "DELETE", at+"/"+made.ID, nil); a.Code != 204 {
			w.Errorf("revoked: %d %s", a.Code, a.Body)
		}
		if _, err := w.Account(w.Context(), made.ID, made.Password, testNow); err == nil {
			w.Error("a revoked app password opens")
		}
		if lines := into[struct{ Items []AuditEntry }](w, w.asks(auditor, "GET", "/regions/noord/audit-entries?object=caldav-account", nil), 200).Items; len(lines) != 3 {
			w.Errorf("recorded %+v", lines)
		}
	})
}

const busyCalendar = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Elders//NL\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART:20270120T130000Z\r\nDTEND:20270120T140000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"

// reads lets the API read calendars from a server of this machine, and returns
// its address.
func (w world) reads() string {
	w.Helper()
	server := httptest.NewTLSServer(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		if !strings.HasSuffix(r.URL.Path, ".ics") {
			http.NotFound(out, r)
			return
		}
		out.Header().Set("Content-Type", "text/calendar")
		_, _ = out.Write([]byte(busyCalendar))
	}))
	w.Cleanup(server.Close)
	u, err := url.Parse(server.URL)
	if err != nil {
		w.Fatal(err)
	}
	port, err := strconv.ParseUint(u.Port(), 10, 16)
	if err != nil {
		w.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	seal, err := service.NewSeal(service.NewSealKey())
	if err != nil {
		w.Fatal(err)
	}
	w.api.Busy = &service.BusyReader{Service: w.Service, Seal: seal, Fetcher: outside.NewFetcher(outside.GuardConfig{
		Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, Ports: []uint16{uint16(port)},
		TLS: &tls.Config{RootCAs: roots, ServerName: "example.com", MinVersion: tls.VersionTLS12},
	})}
	return server.URL
}

func TestBusySourcesAreTheirOwners(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		at := "/regions/noord/busy-sources"
		w.refused(w.asks(anna, "POST", at, `{"address":"https://example.nl/a.ics"}`), 503, problem.Unavailable)
		server := w.reads()
		address := func(path string) string { return `{"address":"` + server + path + `"}` }
		w.refused(w.asks(anna, "POST", at, address("/nothing")), 400, problem.BadRequest)
		w.refused(w.asks(anna, "POST", at, `{"address":"https://10.0.0.1/a.ics"}`), 400, problem.BadRequest)
		w.refused(w.asks(lead, "POST", at, address("/a.ics")), 403, problem.Forbidden)
		made := w.asks(anna, "POST", at, address("/canary-a.ics"))
		src := into[BusySource](w, made, 201)
		one := at + "/" + src.ID
		if src.Staff != "anna" || made.Header().Get("Location") != Prefix+one {
			w.Errorf("made %+v at %s", src, made.Header().Get("Location"))
		}
		if trial := into[BusyTrial](w, w.asks(anna, "POST", one+"/trials", nil), 200); trial != (BusyTrial{Busy: 1}) {
			w.Errorf("tried %+v", trial)
		}
		w.refused(w.asks(bram, "POST", one+"/trials", nil), 404, problem.NotFound)
		w.refused(w.asks(anna, "PUT", one+"/address", address("/gone")), 400, problem.BadRequest)
		into[BusySource](w, w.asks(anna, "PUT", one+"/address", address("/canary-b.ics")), 200)
		if read, failed, err := w.api.Busy.Refresh(w.Context()); read != 1 || failed != 0 || err != nil {
			w.Errorf("read %d, failed %d, %v", read, failed, err)
		}
		list := w.asks(lead, "GET", at, nil)
		if all := into[Page[BusySource]](w, list, 200).Items; len(all) != 1 || all[0].Good == nil || all[0].Fault != "" {
			w.Errorf("the lead sees %+v", all)
		}
		if strings.Contains(list.Body.String()+w.log.String(), "canary") {
			w.Error("an address is told")
		}
		if a := w.asks(anna, "DELETE", one, nil); a.Code != 204 {
			w.Errorf("removed: %d %s", a.Code, a.Body)
		}
		if lines := into[struct{ Items []AuditEntry }](w, w.asks(auditor, "GET", "/regions/noord/audit-entries?object=busy-source", nil), 200).Items; len(lines) != 4 {
			w.Errorf("recorded %+v", lines)
		}
	})
}

func TestSessionSaysWhoYouAre(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		me := into[Session](w, w.asks(anna, "GET", "/session", nil, "Accept-Language", "en"), 200)
		if me.Actor != "user:3" || me.Role != "staff" || me.Region != "noord" || me.Staff != "anna" || me.Language != "en" {
			w.Errorf("anna is %+v", me)
		}
		for _, c := range []struct {
			who  service.Scope
			has  Right
			want bool
		}{
			{anna, Right{"absences", "create", "own"}, true},
			{anna, Right{"exports", "read", "region"}, false},
			{lead, Right{"exports", "read", "region"}, true},
			{admin, Right{"users", "create", "everywhere"}, true},
		} {
			all := into[Session](w, w.asks(c.who, "GET", "/session", nil), 200).Rights
			if slices.Contains(all, c.has) != c.want {
				w.Errorf("%s: %+v is %t", c.who.Role, c.has, !c.want)
			}
		}
		w.refused(w.asks(outsider, "GET", "/session", nil), 401, problem.Unauthorized)
		w.refused(w.asks(lead, "DELETE", "/session", nil), 404, problem.NotFound)
		ended := 0
		w.api.EndSession = func(out http.ResponseWriter, r *http.Request) error {
			ended++
			http.SetCookie(out, &http.Cookie{Name: "session", MaxAge: -1})
			if r.Method != http.MethodDelete {
				return service.ErrNotFound
			}
			return nil
		}
		if a := w.asks(lead, "DELETE", "/session", nil); a.Code != 204 || ended != 1 || a.Header().Get("Set-Cookie") == "" {
			w.Errorf("signed out: %d %v", a.Code, a.Header())
		}
	})
}
