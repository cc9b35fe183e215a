package api_test

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wijkplanner/wijkplanner/api"
	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/internal/litetest"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/service"
	"github.com/wijkplanner/wijkplanner/planner/store"
	"github.com/wijkplanner/wijkplanner/planner/verify"
)

// davWorld is a server over a real database, and an account on it with Anna's
// calendar and that of the team, in which cancelled visits are hidden.
type davWorld struct {
	*testing.T
	*service.Service
	h              http.Handler
	log            *bytes.Buffer
	now            *time.Time
	visits         map[string]string // the start of each visit, by id
	user, password string
}

func newDAV(t *testing.T) *davWorld {
	t.Helper()
	clock := time.Date(2027, 1, 12, 9, 30, 0, 0, time.UTC)
	now := func() time.Time { return clock }
	st, err := store.Open(t.Context(), litetest.File(t, prepare), store.WithClock(now))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	w := &davWorld{T: t, log: &bytes.Buffer{}, now: &clock}
	w.Service = service.New(st, slog.New(slog.NewTextHandler(w.log, nil)), now)
	w.Solve = w.plan
	w.Prove = func([]*planner.State, []*planner.Plan) ([]verify.Fault, error) { return nil, nil } // the plan is made up
	week := calendar.Week{}
	_, err = w.Import(t.Context(), []*planner.State{{
		Region:    "noord",
		Programme: planner.Programme{ID: "p", Name: "Stad", Zone: "Europe/Amsterdam", From: calendar.NoDate, To: calendar.NoDate},
		Staff:     []planner.Staff{{ID: "anna", Name: "Anna", Mode: planner.Car, Pattern: week}},
		Locations: []planner.Location{{ID: "een", Name: "Het Nest & Co", Opening: week, Opened: calendar.NoDate, Closed: calendar.NoDate}},
	}})
	w.must(err)
	w.publish(map[string]string{"past": "2026-12-20T09:00:00Z", "winter": "2027-01-20T09:00:00Z", "summer": "2027-07-07T09:00:00Z"})
	w.user, w.password, err = st.CreateAccount(t.Context(), store.NewFeed{Scope: annaScope, Level: store.FullDetail},
		store.NewFeed{Scope: store.FeedScope{Region: "noord", Kind: store.TeamFeed}, Level: store.NoNames, HideCancelled: true})
	w.must(err)
	w.serve(func(*api.Config) {})
	return w
}

var annaScope = store.FeedScope{Region: "noord", Kind: store.StaffFeed, ID: "anna"}

func (w *davWorld) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *davWorld) serve(change func(*api.Config)) {
	c := config(w.log)
	c.Now = w.Now
	c.Account = func(ctx context.Context, user, password string, now time.Time) (*service.Account, error) {
		a, err := w.Account(ctx, user, password, now)
		if errors.Is(err, service.ErrNotFound) {
			err = api.ErrNotFound
		}
		return a, err
	}
	change(&c)
	w.h = handler(w.T, c)
}

func (w *davWorld) plan(_ context.Context, _ []*planner.State, o planner.Options) ([]*planner.Plan, error) {
	p := &planner.Plan{Region: "noord", From: calendar.NewDate(2026, 12, 1), To: calendar.NewDate(2028, 12, 31), Seed: o.Seed}
	for _, id := range slices.Sorted(maps.Keys(w.visits)) {
		start, err := time.Parse(time.RFC3339, w.visits[id])
		if err != nil {
			return nil, err
		}
		p.Visits = append(p.Visits, planner.Visit{
			ID: id, Location: "een", VisitType: "visit", Start: start, End: start.Add(time.Hour), Status: planner.Planned,
			Crew: []planner.CrewMember{{Role: "zc", Staff: "anna"}},
		})
	}
	return []*planner.Plan{p}, nil
}

func (w *davWorld) publish(visits map[string]string) {
	w.Helper()
	w.visits = visits
	p, err := w.Propose(w.Context(), planner.Options{Year: 2027})
	w.must(err)
	w.must(w.Publish(w.Context(), p[0].ID))
}

// base is the path of the account.
func (w *davWorld) base() string { return "/dav/" + w.user + "/" }

// dav sends a request as the account.
func (w *davWorld) dav(method, target, body string, header ...string) answer {
	w.Helper()
	r := httptest.NewRequestWithContext(w.Context(), method, target, strings.NewReader(body))
	r.SetBasicAuth(w.user, w.password)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	rec := httptest.NewRecorder()
	w.h.ServeHTTP(rec, r)
	return answer{status: rec.Code, header: rec.Header(), text: rec.Body.String()}
}

// found is what a multistatus says of a resource.
type found struct {
	Href   string `xml:"href"`
	Status string `xml:"status"`
	Props  []struct {
		Status string `xml:"status"`
		Prop   struct {
			ETag      string    `xml:"getetag"`
			Name      string    `xml:"displayname"`
			Data      string    `xml:"calendar-data"`
			CTag      string    `xml:"getctag"`
			Principal string    `xml:"current-user-principal>href"`
			Home      string    `xml:"calendar-home-set>href"`
			Calendar  *struct{} `xml:"resourcetype>calendar"`
			Nonsense  *struct{} `xml:"nonsense"`
		} `xml:"prop"`
	} `xml:"propstat"`
}

// multistatus sends a request and reads the answer; the token is that of a
// sync.
func (w *davWorld) multistatus(method, target, body string, header ...string) (all []found, token string) {
	w.Helper()
	a := w.dav(method, target, body, header...)
	var out struct {
		Responses []found `xml:"response"`
		Token     string  `xml:"sync-token"`
	}
	if err := xml.Unmarshal([]byte(a.text), &out); err != nil || a.status != http.StatusMultiStatus {
		w.Fatalf("%s %s: %d, %v\n%s", method, target, a.status, err, a.text)
	}
	return out.Responses, out.Token
}

const (
	propfind = `<propfind xmlns="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav" xmlns:s="http://calendarserver.org/ns/"><prop>` +
		`<current-user-principal/><c:calendar-home-set/><displayname/><resourcetype/><getetag/><s:getctag/><x:nonsense xmlns:x="urn:x"/></prop></propfind>`
	query = `<c:calendar-query xmlns="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><prop><getetag/><c:calendar-data/></prop>` +
		`<c:filter><c:comp-filter name="VCALENDAR">%s</c:comp-filter></c:filter></c:calendar-query>`
	syncing = `<sync-collection xmlns="DAV:"><sync-token>%s</sync-token><sync-level>1</sync-level>%s<prop><getetag/></prop></sync-collection>`
)

func TestCalDAVDiscovery(t *testing.T) {
	t.Parallel()
	w := newDAV(t)
	for _, method := range []string{"GET", "PROPFIND"} {
		if a := w.dav(method, "/.well-known/caldav", ""); a.status != 301 || a.header.Get("Location") != "/dav/" {
			t.Errorf("%s: %d %v", method, a.status, a.header)
		}
	}
	root, _ := w.multistatus("PROPFIND", "/dav/", propfind, "Depth", "0")
	if len(root) != 1 || root[0].Props[0].Prop.Principal != w.base() {
		t.Fatalf("root %+v", root)
	}
	principal, _ := w.multistatus("PROPFIND", w.base(), propfind, "Depth", "0")
	home := principal[0].Props[0].Prop.Home
	if home != w.base()+"calendars/" {
		t.Fatalf("principal %+v", principal)
	}
	all, _ := w.multistatus("PROPFIND", home, propfind, "Depth", "1")
	if len(all) != 3 || all[0].Props[0].Prop.Calendar != nil || all[1].Props[0].Prop.Calendar == nil || all[1].Href != home+"1/" ||
		all[1].Props[0].Prop.Name != "Wijkplanner Anna" || all[2].Props[0].Prop.Name != "Wijkplanner Stad (zonder namen)" || all[1].Props[0].Prop.CTag == "" {
		t.Errorf("home %+v", all)
	}
	if len(all[1].Props) != 2 || all[1].Props[1].Prop.Nonsense == nil || !strings.Contains(all[1].Props[1].Status, "404") {
		t.Errorf("a property that is not there: %+v", all[1].Props)
	}
	if alone, _ := w.multistatus("PROPFIND", home, "", "Depth", "0"); len(alone) != 1 {
		t.Errorf("depth 0 without a body: %+v", alone)
	}
}

func TestCalDAVEvents(t *testing.T) {
	t.Parallel()
	w := newDAV(t)
	in := w.base() + "calendars/1/"
	all, _ := w.multistatus("PROPFIND", in, propfind, "Depth", "1")
	if len(all) != 4 {
		t.Fatalf("%d resources, want the calendar and 3 events: %+v", len(all), all)
	}
	event := all[2]
	a := w.dav("GET", event.Href, "")
	if a.status != 200 || a.header.Get("ETag") != event.Props[0].Prop.ETag || a.header.Get("Content-Type") != "text/calendar; charset=utf-8" ||
		!strings.Contains(a.text, "UID:winter.noord@wijkplanner\r\n") || strings.Count(a.text, "BEGIN:VEVENT") != 1 || !strings.Contains(a.text, "BEGIN:VTIMEZONE") {
		t.Errorf("%d %v\n%s", a.status, a.header, a.text)
	}
	if a := w.dav("GET", event.Href, "", "If-None-Match", a.header.Get("ETag")); a.status != 304 {
		t.Errorf("unchanged: %d", a.status)
	}
	if one, _ := w.multistatus("PROPFIND", event.Href, propfind, "Depth", "0"); len(one) != 1 || one[0].Props[0].Prop.ETag != event.Props[0].Prop.ETag {
		t.Errorf("one event: %+v", one)
	}
	if a := w.dav("GET", in, ""); a.status != 200 || strings.Count(a.text, "BEGIN:VEVENT") != 3 || a.header.Get("ETag") == "" {
		t.Errorf("the whole calendar: %d\n%s", a.status, a.text)
	}
	gets, _ := w.multistatus("REPORT", in, fmt.Sprintf(
		`<c:calendar-multiget xmlns="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><prop><getetag/><c:calendar-data/></prop>`+
			`<href>%s</href><href>https://planner.example.nl%s</href><href>%snothing.ics</href><href>%s</href></c:calendar-multiget>`,
		event.Href, all[3].Href, in, strings.Replace(event.Href, "/1/", "/2/", 1)))
	if len(gets) != 4 || !strings.Contains(gets[0].Props[0].Prop.Data, "winter") || !strings.Contains(gets[1].Props[0].Prop.Data, "summer") ||
		!strings.Contains(gets[2].Status, "404") || !strings.Contains(gets[3].Status, "404") {
		t.Errorf("multiget %+v", gets)
	}
	for _, missing := range []string{in + "nothing.ics", w.base() + "calendars/3/", w.base() + "calendars/0/", w.base() + "calendars/01/", "/dav/aaaaaaaaaa/", "/dav"} {
		if a := w.dav("PROPFIND", missing, "", "Depth", "0"); a.status != 404 {
			t.Errorf("%s: %d, want 404", missing, a.status)
		}
	}
}

func TestCalDAVQuery(t *testing.T) {
	t.Parallel()
	w := newDAV(t)
	in := w.base() + "calendars/1/"
	event := func(inner string) string { return `<c:comp-filter name="VEVENT">` + inner + `</c:comp-filter>` }
	for _, c := range []struct{ filter, want string }{
		{"", "past winter summer"},
		{event(""), "past winter summer"},
		{event(`<c:time-range start="20270101T000000Z" end="20270201T000000Z"/>`), "winter"},
		{event(`<c:time-range start="20270120T100000Z"/>`), "summer"}, // the end is no part of it
		{event(`<c:time-range end="20270120T090000Z"/>`), "past"},     // nor is the start
		{event(`<c:time-range start="20270120T095959Z" end="20270120T100000Z"/>`), "winter"},
		{event(`<c:prop-filter name="UID"><c:text-match>SUMMER</c:text-match></c:prop-filter>`), "summer"},
		{event(`<c:prop-filter name="UID"><c:text-match negate-condition="yes">summer</c:text-match></c:prop-filter>`), "past winter"},
		{event(`<c:prop-filter name="STATUS"><c:text-match>CANCELLED</c:text-match></c:prop-filter>`), ""},
		{event(`<c:prop-filter name="LOCATION"><c:is-not-defined/></c:prop-filter>`), ""},
		{event(`<c:prop-filter name="LOCATION"/>`), "past winter summer"},
		{event(`<c:is-not-defined/>`), ""},
		{event(`<c:comp-filter name="VALARM"/>`), ""},
		{event(`<c:comp-filter name="VALARM"><c:is-not-defined/></c:comp-filter>`), "past winter summer"},
		{`<c:comp-filter name="VTODO"/>`, ""},
		{`<c:comp-filter name="VTODO"><c:is-not-defined/></c:comp-filter>`, "past winter summer"},
		{`<c:comp-filter name="VTIMEZONE"/>`, "past winter summer"},
	} {
		got := []string{}
		all, _ := w.multistatus("REPORT", in, fmt.Sprintf(query, c.filter))
		for _, r := range all {
			_, uid, _ := strings.Cut(r.Props[0].Prop.Data, "UID:")
			uid, _, _ = strings.Cut(uid, ".")
			got = append(got, uid)
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: %v, want %s", c.filter, got, c.want)
		}
	}
	for body, want := range map[string]string{
		fmt.Sprintf(query, event(`<c:time-range/>`)):                                                      "valid-filter",
		fmt.Sprintf(query, event(`<c:time-range start="yesterday"/>`)):                                    "valid-filter",
		fmt.Sprintf(query, event(`<c:time-range start="20270201T000000Z" end="20270101T000000Z"/>`)):      "valid-filter",
		`<c:calendar-query xmlns:c="urn:ietf:params:xml:ns:caldav"/>`:                                     "valid-filter",
		fmt.Sprintf(query, event(`<c:prop-filter name="X-SECRET"/>`)):                                     "supported-filter",
		fmt.Sprintf(query, event(`<c:prop-filter name="UID"><c:param-filter name="X"/></c:prop-filter>`)): "supported-filter",
		fmt.Sprintf(query, `<c:prop-filter name="METHOD"/>`):                                              "supported-filter",
		`<c:free-busy-query xmlns:c="urn:ietf:params:xml:ns:caldav"/>`:                                    "supported-report",
	} {
		if a := w.dav("REPORT", in, body); a.status != 403 || !strings.Contains(a.text, want) {
			t.Errorf("%s: %d %s, want 403 %s", body, a.status, a.text, want)
		}
	}
	expanded := strings.Replace(fmt.Sprintf(query, event("")), "<c:calendar-data/>", `<c:calendar-data><c:expand start="20270101T000000Z" end="20280101T000000Z"/></c:calendar-data>`, 1)
	if all, _ := w.multistatus("REPORT", in, expanded); !strings.Contains(all[1].Props[0].Prop.Data, "DTSTART:20270120T090000Z") {
		t.Errorf("expanded:\n%s", all[1].Props[0].Prop.Data)
	}
}

// syncs returns what changed in a calendar since a token, by event, and what
// is gone, with the next token.
func (w *davWorld) syncs(n int, token string) (changed, removed int, next string) {
	w.Helper()
	all, next := w.multistatus("REPORT", fmt.Sprintf("%scalendars/%d/", w.base(), n), fmt.Sprintf(syncing, token, ""))
	for _, r := range all {
		if strings.Contains(r.Status, "404") {
			removed++
		} else {
			changed++
		}
	}
	return changed, removed, next
}

// TestCalDAVSync follows two calendars through a year: the second hides what is
// cancelled.
func TestCalDAVSync(t *testing.T) {
	t.Parallel()
	w := newDAV(t)
	tokens := map[int]string{}
	step := func(name string, want map[int][2]int) {
		t.Helper()
		for n := 1; n <= 2; n++ {
			changed, removed, next := w.syncs(n, tokens[n])
			if got := [2]int{changed, removed}; got != want[n] {
				t.Errorf("%s: calendar %d: %d changed and %d removed, want %v", name, n, changed, removed, want[n])
			}
			// The server's word must hold: what a fresh start shows is what the
			// client has by now.
			tokens[n] = next
		}
	}
	step("first", map[int][2]int{1: {3, 0}, 2: {3, 0}})
	step("nothing new", map[int][2]int{})
	w.publish(map[string]string{"past": "2026-12-20T09:00:00Z", "winter": "2027-01-21T09:00:00Z", "summer": "2027-07-07T09:00:00Z", "new": "2027-03-01T09:00:00Z"})
	step("one moved, one new", map[int][2]int{1: {2, 0}, 2: {2, 0}})
	w.publish(map[string]string{"past": "2026-12-20T09:00:00Z", "summer": "2027-07-07T09:00:00Z", "new": "2027-03-01T09:00:00Z"})
	step("winter cancelled", map[int][2]int{1: {1, 0}, 2: {0, 1}})
	*w.now = w.now.AddDate(0, 0, 8) // 20 January: what was on 20 December is 31 days ago
	step("the past leaves the window", map[int][2]int{1: {0, 1}, 2: {0, 1}})
	*w.now = w.now.AddDate(0, 0, 2)
	step("the day of what was cancelled is over", map[int][2]int{1: {0, 1}, 2: {}})
	w.publish(map[string]string{"summer": "2028-07-07T09:00:00Z", "new": "2027-03-01T09:00:00Z", "late": "2028-11-01T09:00:00Z"})
	step("moved out of the window, new outside it", map[int][2]int{1: {0, 1}, 2: {0, 1}})
	old := tokens[1]
	*w.now = w.now.AddDate(0, 0, 25)
	step("nothing new again", map[int][2]int{})
	for name, bad := range map[string]string{
		"of the other calendar": tokens[2], "of the future": strings.Replace(tokens[1], "data:,", "data:,9", 1), "none": "data:,1", "foreign": "http://sabre.io/ns/sync/1",
	} {
		if a := w.dav("REPORT", w.base()+"calendars/1/", fmt.Sprintf(syncing, bad, "")); a.status != 403 || !strings.Contains(a.text, "valid-sync-token") {
			t.Errorf("token %s: %d %s", name, a.status, a.text)
		}
	}
	*w.now = w.now.AddDate(0, 0, 10)
	if a := w.dav("REPORT", w.base()+"calendars/1/", fmt.Sprintf(syncing, old, "")); a.status != 403 {
		t.Errorf("a token of more than thirty days: %d", a.status)
	}
	if a := w.dav("REPORT", w.base()+"calendars/1/", fmt.Sprintf(syncing, "", "<limit><nresults>0</nresults></limit>")); a.status != 507 || !strings.Contains(a.text, "number-of-matches-within-limits") {
		t.Errorf("a limit: %d %s", a.status, a.text)
	}
}

// A tag changes exactly when the calendar does.
func TestCalDAVTags(t *testing.T) {
	t.Parallel()
	w := newDAV(t)
	tags := func() (ctag, etag string) {
		all, _ := w.multistatus("PROPFIND", w.base()+"calendars/1/", propfind, "Depth", "1")
		return all[0].Props[0].Prop.CTag, all[len(all)-1].Props[0].Prop.ETag
	}
	ctag, etag := tags()
	*w.now = w.now.Add(time.Hour)
	if c, e := tags(); c != ctag || e != etag {
		t.Error("nothing changed and a tag did")
	}
	w.publish(map[string]string{"winter": "2027-01-20T09:00:00Z", "summer": "2027-07-07T10:00:00Z"})
	if c, e := tags(); c == ctag || e == etag {
		t.Error("a visit moved and a tag did not change")
	}
}

func TestCalDAVRefusesChanges(t *testing.T) {
	t.Parallel()
	w := newDAV(t)
	before, _ := w.multistatus("PROPFIND", w.base()+"calendars/1/", propfind, "Depth", "1")
	for _, target := range []string{w.base() + "calendars/1/", w.base() + "calendars/new/", before[1].Href} {
		for _, method := range []string{"PUT", "DELETE", "PROPPATCH", "MKCALENDAR", "MKCOL", "MOVE", "COPY", "PATCH"} {
			if a := w.dav(method, target, "BEGIN:VCALENDAR"); a.status != 403 || !strings.Contains(a.text, "need-privileges") {
				t.Errorf("%s %s: %d %s", method, target, a.status, a.text)
			}
		}
		for _, method := range []string{"POST", "LOCK"} {
			if a := w.dav(method, target, ""); a.status != 405 || !strings.Contains(a.header.Get("Allow"), "PROPFIND") {
				t.Errorf("%s %s: %d %v", method, target, a.status, a.header)
			}
		}
	}
	a := w.dav("OPTIONS", w.base()+"calendars/1/", "")
	if a.status != 200 || a.header.Get("Allow") != "OPTIONS, GET, HEAD, PROPFIND, REPORT" || !strings.Contains(a.header.Get("DAV"), "calendar-access") {
		t.Errorf("OPTIONS: %d %v", a.status, a.header)
	}
	if after, _ := w.multistatus("PROPFIND", w.base()+"calendars/1/", propfind, "Depth", "1"); len(after) != len(before) {
		t.Error("something changed")
	}
}

// TestCalDAVSignIn: a wrong password, an unknown account and a revoked one are
// alike to the byte; nothing of a password reaches the log.
func TestCalDAVSignIn(t *testing.T) {
	t.Parallel()
	w := newDAV(t)
	user, password := w.user, w.password
	other, otherPassword, err := w.Store.CreateAccount(t.Context(), store.NewFeed{Scope: annaScope, Level: store.BusyOnly})
	w.must(err)
	w.must(w.Store.RevokeAccount(t.Context(), other, *w.now))
	_, feed, err := w.Store.CreateFeed(t.Context(), store.NewFeed{Scope: annaScope, Level: store.FullDetail})
	w.must(err)
	var first string
	for name, c := range map[string][2]string{
		"wrong": {user, "wrong"}, "another's": {user, otherPassword}, "revoked": {other, otherPassword}, "none": {user, ""},
		"other user": {"anna", password}, "a feed's token": {user, feed}, "odd": {"ü\x00", "ü\x00"},
	} {
		w.user, w.password = c[0], c[1]
		a := w.dav("PROPFIND", "/dav/", "", "Depth", "0")
		if a.status != 401 || !strings.HasPrefix(a.header.Get("WWW-Authenticate"), "Basic ") {
			t.Errorf("%s: %d %v", name, a.status, a.header)
		}
		text := anonymous(t, a)
		if first == "" {
			first = text
		}
		if text != first {
			t.Errorf("%s: %s, want %s", name, text, first)
		}
	}
	w.user, w.password = user, password
	if a := w.dav("PROPFIND", "/dav/"+other+"/", "", "Depth", "0"); a.status != 404 {
		t.Errorf("somebody else's principal: %d", a.status)
	}
	if a := w.dav("PROPFIND", "/dav/", "", "Depth", "0"); a.status != 207 {
		t.Errorf("with the right password: %d", a.status)
	}
	for _, secret := range []string{password, otherPassword, feed} {
		if strings.Contains(w.log.String(), strings.Split(secret, "_")[3]) {
			t.Error("a secret is in the log")
		}
	}
	w.must(w.Store.RevokeAccount(t.Context(), user, *w.now))
	if a := w.dav("PROPFIND", "/dav/", "", "Depth", "0"); a.status != 401 {
		t.Errorf("the request after the revocation: %d", a.status)
	}
}

func TestCalDAVLimits(t *testing.T) {
	t.Parallel()
	w := newDAV(t)
	w.serve(func(c *api.Config) { c.UnknownLimit, c.AccountLimit = 3, 5 })
	ask := func() int { return w.dav("PROPFIND", "/dav/", "", "Depth", "0").status }
	good := w.password
	w.password = "wrong"
	var got []int
	for range 4 {
		got = append(got, ask())
	}
	w.password = good
	if !slices.Equal(got, []int{401, 401, 401, 429}) {
		t.Errorf("guesses: %v", got)
	}
	// From there nobody gets into this account, and no more is guessed of others,
	// but a right password opens.
	if status := ask(); status != 429 {
		t.Errorf("the account whose password was guessed: %d", status)
	}
	user := w.user
	other, otherPassword, err := w.Store.CreateAccount(t.Context(), store.NewFeed{Scope: annaScope, Level: store.BusyOnly})
	w.must(err)
	w.user, w.password = other, otherPassword
	if status := ask(); status != 207 {
		t.Errorf("another account from the guesser's address: %d", status)
	}
	if w.password = "wrong"; ask() != 429 {
		t.Error("a miss on another account is not refused")
	}
	w.user, w.password = user, good
	// Feeds that are unknown shut no account.
	w.serve(func(c *api.Config) { c.UnknownLimit = 3 })
	if got := guess(t, w.h, "192.0.2.1:1234", 4); got != "404 429" {
		t.Errorf("unknown feeds: %s", got)
	}
	if status := ask(); status != 207 {
		t.Errorf("an account where feeds were guessed: %d", status)
	}
	w.serve(func(c *api.Config) { c.AccountLimit = 5 })
	got = nil
	for range 6 {
		got = append(got, ask())
	}
	if !slices.Equal(got, []int{207, 207, 207, 207, 207, 429}) {
		t.Errorf("reads: %v", got)
	}
}

// TestCalDAVHostileBodies: none takes long, none brings the program down.
func TestCalDAVHostileBodies(t *testing.T) {
	t.Parallel()
	w := newDAV(t)
	in := w.base() + "calendars/1/"
	for name, c := range map[string]struct {
		body string
		want int
	}{
		"not XML":       {"BEGIN:VCALENDAR", 400},
		"cut":           {"<propfind xmlns='DAV:'><prop>", 400},
		"two roots":     {"<a/><b/>", 400},
		"deep":          {strings.Repeat("<a>", 100_000), 400},
		"wide":          {"<a>" + strings.Repeat("<b/>", 100_000) + "</a>", 400},
		"large":         {"<a>" + strings.Repeat("x", 2<<20) + "</a>", 413},
		"laughs":        {`<!DOCTYPE a [<!ENTITY l "ha"><!ENTITY m "&l;&l;&l;&l;&l;&l;&l;&l;">]><a>&m;</a>`, 400},
		"outside":       {`<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>`, 400},
		"another kind":  {"<expand-property xmlns='DAV:'/>", 403},
		"empty":         {"", 400},
		"odd namespace": {`<c:calendar-query xmlns="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><prop><x xmlns="&quot;>&lt;script>"/></prop><c:filter><c:comp-filter name="VCALENDAR"/></c:filter></c:calendar-query>`, 207},
	} {
		begin := time.Now()
		a := w.dav("REPORT", in, c.body)
		if took := time.Since(begin); a.status != c.want || took > 2*time.Second {
			t.Errorf("%s: %d after %v, want %d: %.200s", name, a.status, took, c.want, a.text)
		}
		if a.status == 207 {
			if err := xml.Unmarshal([]byte(a.text), &struct{}{}); err != nil || strings.Contains(a.text, "<script>") {
				t.Errorf("%s: %v\n%s", name, err, a.text)
			}
		}
	}
	var many strings.Builder
	for i := range 5000 {
		_, _ = fmt.Fprintf(&many, "<href>%s%d.ics</href>", in, i)
	}
	if all, _ := w.multistatus("REPORT", in, `<c:calendar-multiget xmlns="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav">`+many.String()+`</c:calendar-multiget>`); len(all) != 5000 {
		t.Errorf("%d answers, want 5,000", len(all))
	}
}

// TestCalDAVAnswersAreBounded: asking for the same thing often gives no more
// than asking once, and asking for thousands of things that are not there is
// refused.
func TestCalDAVAnswersAreBounded(t *testing.T) {
	t.Parallel()
	w := newDAV(t)
	in := w.base() + "calendars/1/"
	all, _ := w.multistatus("PROPFIND", in, propfind, "Depth", "1")
	find := func(inner string) string { return `<propfind xmlns="DAV:"><prop>` + inner + `</prop></propfind>` }
	get := func(prop, hrefs string) string {
		return `<c:calendar-multiget xmlns="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><prop>` + prop + `</prop>` + hrefs + `</c:calendar-multiget>`
	}
	ask, data := fmt.Sprintf(query, ""), "<c:calendar-data/>"
	one := "<href>" + all[1].Href + "</href>"
	var spelled strings.Builder
	for i := range 400 {
		_, _ = fmt.Fprintf(&spelled, "<href>https://host%d.example%s?%d</href>", i, all[1].Href, i)
	}
	for name, c := range map[string]struct{ method, honest, greedy string }{
		"a property":         {"PROPFIND", find("<getetag/>"), find(strings.Repeat("<getetag/>", 6000))},
		"an unknown one":     {"PROPFIND", find("<nonsense/>"), find(strings.Repeat("<nonsense/>", 6000))},
		"the text":           {"REPORT", ask, strings.Replace(ask, data, strings.Repeat(data, 100), 1)},
		"a property, synced": {"REPORT", fmt.Sprintf(syncing, "", ""), strings.Replace(fmt.Sprintf(syncing, "", ""), "<getetag/>", strings.Repeat("<getetag/>", 6000), 1)},
		"an event":           {"REPORT", get(data, one), get(data, strings.Repeat(one, 400))},
		"an event, spelled":  {"REPORT", get(data, one), get(data, spelled.String())},
	} {
		honest, greedy := w.dav(c.method, in, c.honest, "Depth", "1"), w.dav(c.method, in, c.greedy, "Depth", "1")
		if honest.status != 207 || greedy.status != 207 || len(greedy.text) > len(honest.text) {
			t.Errorf("%s: %d with %d bytes, and asked for often %d with %d", name, honest.status, len(honest.text), greedy.status, len(greedy.text))
		}
	}
	var unknown strings.Builder
	for i := range 3000 {
		_, _ = fmt.Fprintf(&unknown, "<x%d/>", i)
	}
	long := "<" + strings.Repeat("x", 5000) + "/>"
	for _, props := range []string{unknown.String(), long, `<x xmlns="` + strings.Repeat("&quot;", 1000) + `"/>`} {
		for method, body := range map[string]string{"PROPFIND": find(props), "REPORT": get(props, one)} {
			if a := w.dav(method, in, body, "Depth", "1"); a.status != 400 || len(a.text) > 1000 {
				t.Errorf("%s %.20s: %d with %d bytes", method, props, a.status, len(a.text))
			}
		}
		if a := w.dav("REPORT", in, strings.Replace(ask, data, props, 1)); a.status != 400 {
			t.Errorf("query %.20s: %d", props, a.status)
		}
	}
}

func TestCalDAVWhileTheDatabaseIsAway(t *testing.T) {
	t.Parallel()
	w := newDAV(t)
	w.must(w.Store.Close())
	if a := w.dav("PROPFIND", "/dav/", "", "Depth", "0"); a.status != 503 || a.header.Get("Retry-After") == "" {
		t.Errorf("%d %v: a program would sign out, or take its calendars away", a.status, a.header)
	}
}

// A path before the address that people use stands before every href.
func TestCalDAVBelowAPath(t *testing.T) {
	t.Parallel()
	w := newDAV(t)
	w.serve(func(c *api.Config) { c.PublicURL = "https://stad.nl/planner/" })
	if a := w.dav("GET", "/.well-known/caldav", ""); a.header.Get("Location") != "/planner/dav/" {
		t.Errorf("%v", a.header)
	}
	all, _ := w.multistatus("PROPFIND", w.base()+"calendars/", propfind, "Depth", "1")
	if all[1].Href != "/planner"+w.base()+"calendars/1/" {
		t.Errorf("%+v", all[1])
	}
}

// FuzzCalDAV: whatever a program sends, it gets XML or a problem, never a
// fault of ours.
func FuzzCalDAV(f *testing.F) {
	for _, seed := range []string{propfind, fmt.Sprintf(query, ""), fmt.Sprintf(syncing, "data:,1-2-x", ""), "<a><b/></a>", "", "<!DOCTYPE a><a/>"} {
		f.Add("REPORT", seed)
		f.Add("PROPFIND", seed)
	}
	f.Fuzz(func(t *testing.T, method, body string) {
		if method != "REPORT" && method != "PROPFIND" {
			return
		}
		e, err := api.ParseXML(strings.NewReader(body))
		if err == nil && e != nil && body == "" {
			t.Error("an element out of nothing")
		}
		if _, err := api.ParseFilter(e); err != nil && err.Error() == "" {
			t.Error("an error that says nothing")
		}
	})
}
