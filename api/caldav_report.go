package api

import (
	"encoding/xml"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/wijkplanner/wijkplanner/planner/service"
)

// report answers what programs ask of a calendar.
func (d *davRequest) report() {
	c, ok := d.calendar()
	if !ok {
		return
	}
	root, ok := d.body()
	if !ok {
		return
	}
	switch {
	case root == nil:
		d.answerFault(d.w, d.r, http.StatusBadRequest)
	case root.name == caldav("calendar-query"):
		d.query(c, root)
	case root.name == caldav("calendar-multiget"):
		d.multiget(c, root)
	case root.name == dav("sync-collection"):
		d.sync(c, root)
	default:
		d.refuse(d.w, d.r, http.StatusForbidden, dav("supported-report"))
	}
}

// reporter writes events as a report asks for them.
type reporter struct {
	*davRequest
	calendar davCalendar
	asked    []xml.Name
	utc      bool
	out      *multistatus
}

// reporter prepares a report, or answers that too much is asked.
func (d *davRequest) reporter(c davCalendar, root *element) (p *reporter, ok bool) {
	prop := root.child(dav("prop"))
	asked, ok := d.names(prop)
	if !ok {
		return nil, false
	}
	if prop == nil {
		asked = []xml.Name{dav("getetag")}
	}
	expand := prop.child(caldav("calendar-data")).child(caldav("expand"))
	return &reporter{d, c, asked, expand != nil, newMultistatus()}, true
}

func (p *reporter) event(e *service.Resource) {
	p.out.propertied(p.calendar.href+e.Name, p.asked, p.eventProperties(p.calendar, e, p.utc))
}

// query tells of the events that pass a filter (RFC 4791 section 7.8).
func (d *davRequest) query(c davCalendar, root *element) {
	passes, err := parseFilter(root.child(caldav("filter")))
	if err != nil {
		condition := caldav("valid-filter")
		if errors.Is(err, errFilter) {
			condition = caldav("supported-filter")
		}
		d.refuse(d.w, d.r, http.StatusForbidden, condition)
		return
	}
	all, err := c.Resources(d.r.Context())
	if err != nil {
		d.feedAway(d.w, d.r, err)
		return
	}
	p, ok := d.reporter(c, root)
	if !ok {
		return
	}
	for i := range all {
		if passes(&all[i].Event) {
			p.event(&all[i])
		}
	}
	d.sendMultistatus(p.out, "")
}

// multiget tells of the events that are named (RFC 4791 section 7.9), of each
// once.
func (d *davRequest) multiget(c davCalendar, root *element) {
	all, err := c.Resources(d.r.Context())
	if err != nil {
		d.feedAway(d.w, d.r, err)
		return
	}
	byName := make(map[string]*service.Resource, len(all))
	for i := range all {
		byName[all[i].Name] = &all[i]
	}
	p, ok := d.reporter(c, root)
	if !ok {
		return
	}
	told := map[string]bool{}
	for _, e := range root.children {
		if e.name != dav("href") {
			continue
		}
		text := strings.TrimSpace(e.text())
		name, within := strings.CutPrefix(pathOf(text), c.href)
		event := byName[name]
		if within && event != nil {
			text = c.href + name // one event has many spellings
		}
		switch {
		case told[text]:
		case within && event != nil:
			p.event(event)
		default:
			p.out.gone(text)
		}
		told[text] = true
	}
	d.sendMultistatus(p.out, "")
}

// pathOf returns the path of a reference, which may be a whole address.
func pathOf(reference string) string {
	u, err := url.Parse(reference)
	if err != nil {
		return ""
	}
	return u.Path
}

// sync tells what changed since a token (RFC 6578 section 3.2). A limit is kept
// by refusing what would pass it: there is no state between two revisions.
func (d *davRequest) sync(c davCalendar, root *element) {
	token := root.child(dav("sync-token"))
	changed, removed, err := d.changes(c, token)
	switch {
	case errors.Is(err, service.ErrSyncToken):
		d.refuse(d.w, d.r, http.StatusForbidden, dav("valid-sync-token"))
		return
	case err != nil:
		d.feedAway(d.w, d.r, err)
		return
	}
	if limit := root.child(dav("limit")).child(dav("nresults")); limit != nil {
		most, err := strconv.Atoi(strings.TrimSpace(limit.text()))
		if err != nil || most < len(changed)+len(removed) {
			d.refuse(d.w, d.r, http.StatusInsufficientStorage, dav("number-of-matches-within-limits"))
			return
		}
	}
	p, ok := d.reporter(c, root)
	if !ok {
		return
	}
	for i := range changed {
		p.event(&changed[i])
	}
	slices.Sort(removed)
	for _, name := range removed {
		p.out.gone(c.href + name)
	}
	d.sendMultistatus(p.out, c.SyncToken())
}

func (d *davRequest) changes(c davCalendar, token *element) ([]service.Resource, []string, error) {
	if token == nil || strings.TrimSpace(token.text()) == "" {
		all, err := c.Resources(d.r.Context())
		return all, nil, err
	}
	return c.Changes(d.r.Context(), strings.TrimSpace(token.text()))
}
