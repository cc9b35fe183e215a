package api

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/wijkplanner/wijkplanner/api/problem"
	"github.com/wijkplanner/wijkplanner/api/web"
	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner/service"
)

// links lists the calendars of a region and the links of locations.
func (v *visitor) links() error {
	s, err := v.snapshot()
	if err != nil {
		return err
	}
	return v.showLinks(http.StatusOK, s, v.feedFields(s), web.Block{})
}

// feedFields ask whose calendar a new address opens.
func (v *visitor) feedFields(s *service.Snapshot) []web.Field {
	var whose []string
	whose = append(whose, "team", v.text("links.team"))
	for _, r := range s.State.Programme.Roles {
		name := r.Name.NL
		if v.lang == web.English {
			name = r.Name.EN
		}
		whose = append(whose, "role "+r.ID, name)
	}
	for _, p := range s.State.Staff {
		whose = append(whose, "staff "+p.ID, p.Name)
	}
	for _, d := range s.State.Districts {
		whose = append(whose, "district "+d.ID, s.State.DistrictName(d.ID))
	}
	for _, l := range s.State.Locations {
		whose = append(whose, "location "+l.ID, l.Name)
	}
	return []web.Field{
		{Name: "whose", Label: "links.whose", Kind: "select", Options: choices(v.value("whose"), whose...), Required: true},
		{Name: "level", Label: "links.level", Kind: "select", Required: true, Options: choices(v.value("level"),
			"full", v.text("links.level.full"), "no_names", v.text("links.level.no_names"), "busy", v.text("links.level.busy"))},
	}
}

func (v *visitor) showLinks(status int, s *service.Snapshot, fields []web.Field, first web.Block) error {
	region := s.State.Region
	feeds, err := v.service.Feeds(v.ctx(), region)
	if err != nil {
		return err
	}
	list := web.Block{
		ID: "feeds", Head: "links.feeds", About: "links.feeds.about", Heads: []string{"links.whose", "links.level", "links.used", "links.state"},
		Blank: &web.Blank{Title: "links.none", Text: "links.none.text"},
	}
	for i := range feeds {
		f := &feeds[i]
		row := web.SheetRow{Cells: []string{nameOf(s, v, string(f.Scope.Kind), f.Scope.ID), v.text("links.level." + string(f.Level)), v.lastUsed(f.LastUsed), v.text("links.good")}}
		if f.Ended(v.Now()) {
			row.Cells[3] = v.text("links.ended")
		} else {
			row.Actions = []web.SheetAction{{Path: "/links/feed/end", Label: "links.end", Confirm: "links.sure", Danger: true, Hidden: map[string]string{"feed": f.ID}}}
		}
		list.Rows = append(list.Rows, row)
	}
	add := web.Block{ID: "add", Head: "links.add", About: "links.add.about", Form: &web.SheetForm{Path: "/links/feed", Do: "links.do", Fields: fields}}
	contacts, err := v.contactRows(s)
	if err != nil {
		return err
	}
	blocks := []web.Block{list, add, contacts}
	if first.ID != "" {
		blocks = append([]web.Block{first}, blocks...)
	}
	return v.sheet(status, "lead.links", web.Sheet{Lead: "links.lead", Region: region, Blocks: blocks})
}

// contactRows lists the contacts of locations with their links.
func (v *visitor) contactRows(s *service.Snapshot) (web.Block, error) {
	out := web.Block{
		ID: "contacts", Head: "links.contacts", About: "links.contacts.about", Heads: []string{"links.contact", "location", "links.expires", "links.used"},
		Blank: &web.Blank{Title: "links.contacts.none", Text: "links.contacts.none.text"},
	}
	contacts, err := v.service.Contacts(v.ctx(), s.State.Region)
	if err != nil {
		return out, err
	}
	good, err := v.service.LocationLinks(v.ctx(), s.State.Region)
	if err != nil {
		return out, err
	}
	for i := range contacts {
		c := &contacts[i]
		if c.Scope.Kind != "location" {
			continue
		}
		row := web.SheetRow{
			Cells:   []string{c.Name, nameOf(s, v, "location", c.Scope.ID), "–", "–"},
			Actions: []web.SheetAction{{Path: "/links/location", Label: "links.rotate", Confirm: "links.rotate.sure", Hidden: map[string]string{"contact": strconv.FormatInt(c.ID, 10)}}},
		}
		for k := range good {
			if good[k].Contact == c.ID {
				row.Cells[2], row.Cells[3] = v.lang.Date(calendar.DateOf(good[k].Expires, time.UTC)), v.lastUsed(good[k].LastUsed)
			}
		}
		out.Rows = append(out.Rows, row)
	}
	return out, nil
}

func (v *visitor) lastUsed(d calendar.Date) string {
	if d == calendar.NoDate {
		return v.text("links.never")
	}
	return v.lang.Date(d)
}

// nameOf is whose calendar it is, in words.
func nameOf(s *service.Snapshot, v *visitor, kind, id string) string {
	switch kind {
	case "team":
		return v.text("links.team")
	case "staff":
		for _, p := range s.State.Staff {
			if p.ID == id {
				return p.Name
			}
		}
	case "location":
		for _, l := range s.State.Locations {
			if l.ID == id {
				return l.Name
			}
		}
	case "district":
		return s.State.DistrictName(id)
	}
	return id
}

// makeTeamFeed makes an address, and shows it this once.
func (v *visitor) makeTeamFeed() error {
	s, err := v.snapshot()
	if err != nil {
		return err
	}
	fields := v.feedFields(s)
	if !slices.ContainsFunc(fields[0].Options, func(o web.Option) bool { return o.Chosen }) {
		fields[0].Fault = v.text("fault.choice")
		return v.showLinks(http.StatusUnprocessableEntity, s, fields, web.Block{})
	}
	kind, id, _ := strings.Cut(v.value("whose"), " ")
	_, token, err := v.service.CreateFeed(v.ctx(), service.NewFeed{
		Scope: service.FeedScope{Region: s.State.Region, Kind: service.FeedKind(kind), ID: id}, Level: service.FeedLevel(v.value("level")),
		Language: service.Language(v.lang),
	})
	if err != nil {
		return err
	}
	return v.showLinks(http.StatusOK, s, v.feedFields(s), web.Block{ID: "made", Head: "links.made", About: "links.made.about", Secret: v.PublicURL + "/subscribe/" + token})
}

// endTeamFeed ends an address: the next request for it is refused.
func (v *visitor) endTeamFeed() error {
	region, err := v.region()
	if err != nil {
		return err
	}
	if err := v.service.EndFeed(v.ctx(), region, v.value("feed")); err != nil {
		return err
	}
	return v.done(v.at("/links", region), "said.ended")
}

// rotateLink makes a new link for a contact, and shows it this once; the old one
// is dead.
func (v *visitor) rotateLink() error {
	s, err := v.snapshot()
	if err != nil {
		return err
	}
	id, err := strconv.ParseInt(v.value("contact"), 10, 64)
	if err != nil {
		return problem.New(problem.NotFound)
	}
	secret, err := v.service.RotateLocationLink(v.ctx(), id)
	if err != nil {
		return err
	}
	return v.showLinks(http.StatusOK, s, v.feedFields(s), web.Block{ID: "made", Head: "links.made.location", About: "links.made.about", Secret: v.PublicURL + "/location/" + secret})
}
