package api

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/wijkplanner/wijkplanner/api/rights"
	"github.com/wijkplanner/wijkplanner/api/web"
	"github.com/wijkplanner/wijkplanner/planner/service"
)

// contactPages are about who gets mail of a location or a person.
func contactPages() []pageRoute {
	of := func(act rights.Act) rights.Access { return rights.Access{Resource: rights.Contacts, Act: act} }
	return []pageRoute{
		page("/contacts", of(rights.Create), (*visitor).contacts),
		form("/contacts", of(rights.Create), (*visitor).keepContact),
		form("/contacts/remove", of(rights.Remove), (*visitor).removeContact),
	}
}

// contacts lists who gets mail, with a form for another or for the one that the
// address names.
func (v *visitor) contacts() error { return v.showContacts(http.StatusOK, nil) }

// contactFields ask who somebody is and how they learn of events; of one who is there
// already it is not asked of whom.
func (v *visitor) contactFields(s *service.Snapshot, c *service.Contact) []web.Field {
	var whose []string
	for _, l := range s.State.Locations {
		whose = append(whose, "location "+l.ID, l.Name)
	}
	for _, p := range s.State.Staff {
		whose = append(whose, "staff "+p.ID, p.Name)
	}
	fields := []web.Field{
		{Name: "name", Label: "contact.name", Kind: "text", Value: c.Name, MaxLength: 100, Required: true, Autocomplete: "off"},
		{Name: "mail", Label: "contact.mail", Kind: "email", Value: c.Mail, MaxLength: 254, Required: true, Autocomplete: "off"},
		{Name: "language", Label: "contact.language", Kind: "select", Required: true, Options: choices(string(c.Language), "nl", web.Dutch.Name(), "en", web.English.Name())},
		{Name: "calendar", Label: "contact.way", Hint: "contact.way.hint", Kind: "select", Required: true, Options: choices(string(c.Calendar), "invitation", v.text("contact.invitation"), "feed", v.text("contact.feed"))},
	}
	if c.ID == 0 {
		return append([]web.Field{{Name: "whose", Label: "contact.whose", Kind: "select", Required: true, Options: choices("", whose...)}}, fields...)
	}
	fields[1].Hint = "contact.mail.hint"
	return fields
}

// contactAsked is the contact that the form or the address names, empty for a new
// one.
func (v *visitor) contactAsked(all []service.Contact) (service.Contact, error) {
	if v.value("contact") == "" {
		return service.Contact{}, nil
	}
	at := slices.IndexFunc(all, func(c service.Contact) bool { return strconv.FormatInt(c.ID, 10) == v.value("contact") })
	if at < 0 {
		return service.Contact{}, service.ErrNotFound
	}
	return all[at], nil
}

// showContacts shows the page; filled are the fields that were filled in, nil for
// what is kept.
func (v *visitor) showContacts(status int, filled []web.Field) error {
	s, err := v.snapshot()
	if err != nil {
		return err
	}
	region := s.State.Region
	all, err := v.service.Contacts(v.ctx(), region)
	if err != nil {
		return err
	}
	asked, err := v.contactAsked(all)
	if err != nil {
		return err
	}
	if filled == nil {
		filled = v.contactFields(s, &asked)
	}
	form := web.Block{ID: "form", Head: "contact.add", About: "contact.add.about", Form: &web.SheetForm{Path: "/contacts", Do: "contact.do", Fields: filled}}
	if asked.ID != 0 {
		mark, err := service.ContactMark(&asked)
		if err != nil {
			return err
		}
		if sent := v.value("mark"); sent != "" {
			mark = sent
		}
		form.Head, form.About, form.Form.Do = "contact.change", "contact.change.about", "form.save"
		form.Form.Fields = append([]web.Field{{Name: "contact", Kind: "hidden", Value: v.value("contact")}, {Name: "mark", Kind: "hidden", Value: mark}}, filled...)
	}
	blocks := []web.Block{v.contactList(s, all), form}
	if asked.ID != 0 {
		slices.Reverse(blocks) // what was asked for comes first
	}
	return v.sheet(status, "lead.contacts", web.Sheet{Lead: "contact.lead", Region: region, Blocks: blocks})
}

// contactList is the table of contacts.
func (v *visitor) contactList(s *service.Snapshot, all []service.Contact) web.Block {
	list := web.Block{
		ID: "list", Head: "contact.list", About: "contact.list.about", Heads: []string{"contact.name", "contact.whose", "contact.mail", "contact.language", "contact.way"},
		Blank: &web.Blank{Title: "contact.none", Text: "contact.none.text"},
	}
	for i := range all {
		c := &all[i]
		id := strconv.FormatInt(c.ID, 10)
		list.Rows = append(list.Rows, web.SheetRow{
			Cells:   []string{c.Name, nameOf(s, v, string(c.Scope.Kind), c.Scope.ID), c.Mail, web.Lang(c.Language).Name(), v.text("contact." + string(c.Calendar))},
			Link:    "/contacts?" + url.Values{"region": {s.State.Region}, "contact": {id}}.Encode(),
			Actions: []web.SheetAction{{Path: "/contacts/remove", Label: "remove", Confirm: "contact.sure", Danger: true, Hidden: map[string]string{"contact": id}}},
		})
	}
	return list
}

// keepContact makes somebody a contact, or changes one.
func (v *visitor) keepContact() error {
	s, err := v.snapshot()
	if err != nil {
		return err
	}
	all, err := v.service.Contacts(v.ctx(), s.State.Region)
	if err != nil {
		return err
	}
	asked, err := v.contactAsked(all)
	if err != nil {
		return err
	}
	fields := v.contactFields(s, &asked)
	_, _, ok := v.read(fields)
	for i := range fields {
		if f := &fields[i]; f.Kind == "select" {
			ok = v.chosen(f) && ok
		}
	}
	kind, id, _ := strings.Cut(v.value("whose"), " ")
	c := service.Contact{
		Scope: service.FeedScope{Region: s.State.Region, Kind: service.FeedKind(kind), ID: id}, Name: v.value("name"), Mail: v.value("mail"),
		Language: service.Language(v.value("language")), Calendar: service.CalendarWay(v.value("calendar")),
	}
	if asked.ID != 0 {
		c.Scope = asked.Scope
	}
	if way := &fields[len(fields)-1]; c.Scope.Kind == service.StaffFeed && c.Calendar == "invitation" {
		way.Fault, ok = v.text("contact.staff"), false
	}
	if ok {
		err = v.writeContact(&asked, &c)
		ok = !v.contactFault(err, fields)
	}
	if !ok {
		return v.showContacts(http.StatusUnprocessableEntity, fields)
	}
	if err != nil {
		return err
	}
	return v.done(v.at("/contacts", s.State.Region), "said.saved")
}

// writeContact adds a contact, or puts it in the place of the one that was seen.
func (v *visitor) writeContact(asked, c *service.Contact) error {
	if asked.ID == 0 {
		_, err := v.service.AddContact(v.ctx(), *c)
		return err
	}
	_, err := v.service.ChangeContact(v.ctx(), c.Scope.Region, asked.ID, *c, func(now service.Contact) error {
		mark, err := service.ContactMark(&now)
		if err == nil && mark != v.value("mark") {
			err = fmt.Errorf("contact %d: %w", now.ID, service.ErrStale)
		}
		return err
	})
	return err
}

// contactFault says next to the address what is wrong with a contact, and reports
// whether anything is.
func (v *visitor) contactFault(err error, fields []web.Field) bool {
	at := slices.IndexFunc(fields, func(f web.Field) bool { return f.Name == "mail" })
	var faults service.ContactsError
	switch {
	case errors.As(err, &faults):
		fields[at].Fault = v.text("contact.fault")
	case errors.Is(err, service.ErrConflict):
		fields[at].Fault = v.text("contact.twice")
	default:
		return false
	}
	return true
}

// removeContact forgets a contact, for good.
func (v *visitor) removeContact() error {
	region, err := v.region()
	if err != nil {
		return err
	}
	id, err := strconv.ParseInt(v.value("contact"), 10, 64)
	if err != nil {
		return service.ErrNotFound
	}
	if err := v.service.RemoveContact(v.ctx(), region, id); err != nil {
		return err
	}
	return v.done(v.at("/contacts", region), "said.removed")
}
