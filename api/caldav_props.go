package api

import (
	"encoding/xml"
	"net/http"

	"github.com/go-chi/chi/v5"

	"github.com/wijkplanner/wijkplanner/planner/service"
)

// properties are what a resource has, by name, as XML.
type properties map[xml.Name]string

func (p properties) value(name xml.Name) (string, bool) {
	inner, ok := p[name]
	return inner, ok
}

// href is a path as an element.
func href(path string) string { return "<d:href>" + escaped(path) + "</d:href>" }

// privileges are what everybody may do with everything here: read it.
const privileges = "<d:privilege><d:read/></d:privilege><d:privilege><d:read-current-user-privilege-set/></d:privilege>"

// common are the properties of every resource of the account.
func (d *davRequest) common() properties {
	return properties{
		dav("current-user-principal"):     href(d.base),
		dav("principal-collection-set"):   href(d.handlers.base()),
		dav("owner"):                      href(d.base),
		dav("current-user-privilege-set"): privileges,
		dav("supported-report-set"):       "",
	}
}

// root is where programs begin: it tells them who they are.
func (d *davRequest) root() properties {
	p := d.common()
	p[dav("resourcetype")] = "<d:collection/>"
	p[dav("displayname")] = "Wijkplanner"
	return p
}

func (d *davRequest) principal() properties {
	p := d.common()
	p[dav("resourcetype")] = "<d:principal/><d:collection/>"
	p[dav("displayname")] = "Wijkplanner"
	p[dav("principal-URL")] = href(d.base)
	p[caldav("calendar-home-set")] = href(d.home())
	p[caldav("calendar-user-address-set")] = href(d.base)
	return p
}

func (d *davRequest) homeProperties() properties {
	p := d.common()
	p[dav("resourcetype")] = "<d:collection/>"
	p[dav("displayname")] = "Wijkplanner"
	return p
}

// reports lists the reports of a calendar (RFC 3253 section 3.1.5).
const reports = "<d:supported-report><d:report><c:calendar-query/></d:report></d:supported-report>" +
	"<d:supported-report><d:report><c:calendar-multiget/></d:report></d:supported-report>" +
	"<d:supported-report><d:report><d:sync-collection/></d:report></d:supported-report>"

func (d *davRequest) calendarProperties(c davCalendar) (properties, error) {
	name, err := c.Name(d.r.Context())
	if err != nil {
		return nil, err
	}
	p := d.common()
	p[dav("resourcetype")] = "<d:collection/><c:calendar/>"
	p[dav("displayname")] = escaped(name)
	p[dav("supported-report-set")] = reports
	p[dav("sync-token")] = escaped(c.SyncToken())
	p[xml.Name{Space: nsCS, Local: "getctag"}] = escaped(`"` + c.ETag + `"`)
	p[dav("getetag")] = escaped(`"` + c.ETag + `"`)
	p[dav("getcontenttype")] = escaped(calendarType)
	p[dav("getlastmodified")] = c.Modified.UTC().Format(http.TimeFormat)
	p[caldav("supported-calendar-component-set")] = `<c:comp name="VEVENT"/>`
	p[caldav("supported-calendar-data")] = `<c:calendar-data content-type="text/calendar" version="2.0"/>`
	p[caldav("max-resource-size")] = "65536"
	p[caldav("schedule-calendar-transp")] = "<c:opaque/>"
	return p, nil
}

// eventProperties are those of an event; its text is made only for who asks.
func (d *davRequest) eventProperties(c davCalendar, e *service.Resource, utc bool) func(xml.Name) (string, bool) {
	p := d.common()
	p[dav("resourcetype")] = ""
	p[dav("getetag")] = escaped(`"` + e.ETag + `"`)
	p[dav("getcontenttype")] = escaped(calendarType + "; component=VEVENT")
	p[dav("getlastmodified")] = e.Modified.UTC().Format(http.TimeFormat)
	return func(name xml.Name) (string, bool) {
		if name == caldav("calendar-data") {
			text, err := c.Text(e, utc)
			return escaped(string(text)), err == nil
		}
		return p.value(name)
	}
}

// every are the properties that a program gets that does not say which (RFC
// 4918 section 9.1): those that cost nothing to tell.
var every = []xml.Name{
	dav("resourcetype"), dav("displayname"), dav("getetag"), dav("getcontenttype"), dav("getlastmodified"), dav("current-user-principal"),
	dav("sync-token"),
	{Space: nsCS, Local: "getctag"},
	caldav("calendar-home-set"), caldav("supported-calendar-component-set"),
}

// asked are the properties that a PROPFIND names.
type asked struct {
	names []xml.Name
	// all says that it named none: only what a resource has is told.
	all bool
}

// among returns the names to answer for a resource.
func (a asked) among(value func(xml.Name) (string, bool)) []xml.Name {
	if !a.all {
		return a.names
	}
	var out []xml.Name
	for _, name := range every {
		if _, ok := value(name); ok {
			out = append(out, name)
		}
	}
	return out
}

func (a asked) write(m *multistatus, href string, value func(xml.Name) (string, bool)) {
	m.propertied(href, a.among(value), value)
}

// propfind tells the properties of a resource, and of what lies in it unless
// Depth is 0 (RFC 4918 section 9.1). Infinity is answered as 1.
func (d *davRequest) propfind() {
	root, ok := d.body()
	if !ok {
		return
	}
	if root != nil && root.name != dav("propfind") {
		d.answerFault(d.w, d.r, http.StatusBadRequest)
		return
	}
	prop := root.child(dav("prop"))
	named, ok := d.names(prop)
	if !ok {
		return
	}
	a := asked{named, prop == nil}
	m := newMultistatus()
	switch {
	case chi.URLParam(d.r, "calendar") != "":
		if !d.propfindCalendar(m, a) {
			return
		}
	case chi.URLParam(d.r, "user") == "":
		a.write(m, d.handlers.base(), d.root().value)
		if d.deep {
			a.write(m, d.base, d.principal().value)
		}
	case chi.RouteContext(d.r.Context()).RoutePattern() == "/dav/{user}": // chi drops the last slash
		a.write(m, d.base, d.principal().value)
		if d.deep {
			a.write(m, d.home(), d.homeProperties().value)
		}
	default:
		a.write(m, d.home(), d.homeProperties().value)
		if d.deep && !d.propfindCalendars(m, a) {
			return
		}
	}
	d.sendMultistatus(m, "")
}

func (d *davRequest) propfindCalendars(m *multistatus, a asked) bool {
	for n := range d.account.Calendars {
		c := d.nth(n + 1)
		p, err := d.calendarProperties(c)
		if err != nil {
			d.feedAway(d.w, d.r, err)
			return false
		}
		a.write(m, c.href, p.value)
	}
	return true
}

// propfindCalendar tells of a calendar and its events, or of one event.
func (d *davRequest) propfindCalendar(m *multistatus, a asked) bool {
	c, ok := d.calendar()
	if !ok {
		return false
	}
	if chi.URLParam(d.r, "event") != "" {
		e, ok := d.event(c)
		if ok {
			a.write(m, c.href+e.Name, d.eventProperties(c, e, false))
		}
		return ok
	}
	p, err := d.calendarProperties(c)
	if err != nil {
		d.feedAway(d.w, d.r, err)
		return false
	}
	a.write(m, c.href, p.value)
	if !d.deep {
		return true
	}
	events, err := c.Resources(d.r.Context())
	if err != nil {
		d.feedAway(d.w, d.r, err)
		return false
	}
	for i := range events {
		a.write(m, c.href+events[i].Name, d.eventProperties(c, &events[i], false))
	}
	return true
}
