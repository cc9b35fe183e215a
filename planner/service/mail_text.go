package service

import (
	"fmt"
	"html/template"
	"strings"
	"time"

	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// written is a mail's text.
type written struct{ subject, plain, html string }

// phrases are the sentences of mail in one language. No text of a location, no
// remark and no reason goes into mail; who comes, where and when does.
type phrases struct {
	greeting, nameless                        string
	invitation, update, cancellation          string
	reminder, shortNotice, digest, code       string
	invited, updated, cancelled, reminded     string
	changed, week, codeIs, codeHolds          string
	was, fresh, gone, back, with, where, when string
	answer, byLink, lag, closing              string
	days, months                              []string
	and, visit, meeting, phone, online        string
}

var mailWords = map[store.Language]*phrases{
	store.Dutch: {
		greeting: "Dag %s,", nameless: "Dag,",
		invitation: "Uitnodiging: %s", update: "Gewijzigd: %s", cancellation: "Vervallen: %s",
		reminder: "Herinnering: %s", shortNotice: "Uw planning van de komende dagen is gewijzigd", digest: "Uw week vanaf %s", code: "Uw code",
		invited:   "Hierbij de uitnodiging voor dit bezoek. U kunt die in uw agenda aannemen.",
		updated:   "Dit bezoek is gewijzigd. Wilt u de nieuwe tijd in uw agenda bevestigen?",
		cancelled: "Dit bezoek gaat niet door. Uw agenda haalt het weg.",
		reminded:  "Een herinnering aan dit bezoek.",
		changed:   "Dit is voor de komende dagen gewijzigd. Agendaprogramma's halen wijzigingen soms pas na uren op; daarom ook deze mail.",
		week:      "Dit staat er voor de komende week in uw agenda.",
		codeIs:    "Uw code is %s.", codeHolds: "De code geldt een kwartier en werkt één keer. Hebt u er niet om gevraagd? Dan hoeft u niets te doen.",
		was: "was %s", fresh: "nieuw", gone: "vervallen", back: "gaat toch door", with: "Met", where: "Waar", when: "Wanneer",
		answer:  "Antwoorden kan met de knoppen van uw agendaprogramma. Uw antwoord komt vanzelf in de planning.",
		byLink:  "Geen knoppen in uw mailprogramma? Antwoord dan op deze pagina; u krijgt daarvoor een code per e-mail:",
		lag:     "Dit bericht komt van Wijkplanner.",
		closing: "Zet in een antwoord nooit iets over een kind of gezin.",
		days:    []string{"zondag", "maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag"},
		months:  []string{"januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september", "oktober", "november", "december"},
		and:     "tot", visit: "bezoek", meeting: "overleg", phone: "telefonisch", online: "online",
	},
	store.English: {
		greeting: "Hello %s,", nameless: "Hello,",
		invitation: "Invitation: %s", update: "Changed: %s", cancellation: "Cancelled: %s",
		reminder: "Reminder: %s", shortNotice: "Your plan for the coming days has changed", digest: "Your week from %s", code: "Your code",
		invited:   "This is the invitation to this visit. You can accept it in your calendar.",
		updated:   "This visit has changed. Would you confirm the new time in your calendar?",
		cancelled: "This visit will not take place. Your calendar takes it away.",
		reminded:  "A reminder of this visit.",
		changed:   "This has changed for the coming days. Calendar programs can take hours to fetch a change; hence this mail as well.",
		week:      "This is in your calendar for the coming week.",
		codeIs:    "Your code is %s.", codeHolds: "The code holds for a quarter of an hour and works once. Did you not ask for it? Then there is nothing to do.",
		was: "was %s", fresh: "new", gone: "cancelled", back: "takes place after all", with: "With", where: "Where", when: "When",
		answer:  "Answer with the buttons of your calendar program. Your answer reaches the plan by itself.",
		byLink:  "No buttons in your mail program? Then answer on this page; you get a code by mail for it:",
		lag:     "This message comes from Wijkplanner.",
		closing: "Never write anything about a child or a family in an answer.",
		days:    []string{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"},
		months:  []string{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"},
		and:     "to", visit: "visit", meeting: "meeting", phone: "by phone", online: "online",
	},
}

// newMailWriter returns a writer in the language of a mail's reader.
func newMailWriter(m *store.OutboxMail, zone *time.Location) (*mailWriter, error) {
	w := &mailWriter{phrases: mailWords[m.Contact.Language], zone: zone, english: m.Contact.Language == store.English}
	if w.phrases == nil {
		return nil, fmt.Errorf("no texts in language %q", m.Contact.Language)
	}
	return w, nil
}

// writeMail writes a mail in its reader's language, with times in a zone.
// Link is where the reader can answer, or empty.
func writeMail(m *store.OutboxMail, zone *time.Location, link string) (*written, error) {
	w, err := newMailWriter(m, zone)
	if err != nil {
		return nil, err
	}
	w.link = link
	if m.Kind == store.CodeMail {
		w.subject = w.code
		w.lead = []string{fmt.Sprintf(w.codeIs, m.Content.Code), w.codeHolds}
		return w.finish(m)
	}
	if len(m.Content.Events) == 0 {
		return nil, fmt.Errorf("%s about nothing", m.Kind)
	}
	w.compose(m)
	return w.finish(m)
}

type mailWriter struct {
	*phrases
	zone    *time.Location
	english bool
	subject string
	lead    []string
	lines   []mailLine
	foot    []string
	// link is where the reader can answer, or empty.
	link string
}

// mailLine is one event: a head and what there is to say of it.
type mailLine struct {
	Head   string
	Detail []string
}

func (w *mailWriter) compose(m *store.OutboxMail) {
	first := &m.Content.Events[0]
	subject := func(format string) {
		w.subject = fmt.Sprintf(format, w.title(first)+", "+w.day(first.Start)+" "+first.Start.In(w.zone).Format("15:04"))
	}
	lead := ""
	switch m.Kind {
	case store.InvitationMail:
		subject(w.invitation)
		lead, w.foot = w.invited, []string{w.answer, w.closing}
	case store.UpdateMail:
		subject(w.update)
		lead, w.foot = w.updated, []string{w.answer, w.closing}
	case store.CancellationMail:
		subject(w.cancellation)
		lead = w.cancelled
	case store.ReminderMail:
		subject(w.reminder)
		lead = w.reminded
	case store.ShortNoticeMail:
		w.subject, lead = w.shortNotice, w.changed
	case store.DigestMail:
		w.subject, lead = fmt.Sprintf(w.digest, w.day(w.monday(first.Start))), w.week
	case store.CodeMail:
	}
	w.lead = []string{lead}
	for i := range m.Content.Events {
		w.lines = append(w.lines, w.line(m, &m.Content.Events[i]))
	}
}

// line says what, when, where and with whom.
func (w *mailWriter) line(m *store.OutboxMail, e *store.MailEvent) mailLine {
	l := mailLine{Head: w.title(e)}
	at := w.span(e.Start, e.End)
	switch {
	case m.Kind == store.ShortNoticeMail && e.Cancelled, m.Kind == store.CancellationMail:
		at += " – " + w.gone
	case m.Kind == store.ShortNoticeMail && e.Told == nil:
		at += " – " + w.fresh
	case e.Told != nil && e.Told.Cancelled:
		at += " – " + w.back
	case e.Told != nil && !e.Told.Start.Equal(e.Start):
		at += " (" + fmt.Sprintf(w.was, w.span(e.Told.Start, e.Told.End)) + ")"
	}
	l.Detail = append(l.Detail, w.when+": "+at)
	if place := w.place(e); place != "" {
		l.Detail = append(l.Detail, w.where+": "+place)
	}
	if crew := w.crew(e, m.Contact.Scope); crew != "" {
		l.Detail = append(l.Detail, w.with+": "+crew)
	}
	return l
}

func (w *mailWriter) in(t planner.Text) string {
	if w.english && t.EN != "" {
		return t.EN
	}
	return t.NL
}

func (w *mailWriter) title(e *store.MailEvent) string {
	name := w.in(e.Name)
	if name == "" {
		name = w.visit
		if e.Meeting {
			name = w.meeting
		}
	}
	return join(", ", name, e.LocationName)
}

func (w *mailWriter) place(e *store.MailEvent) string {
	switch e.Mode {
	case planner.ByPhone:
		return w.phone
	case planner.Online:
		return w.online
	case planner.OnSite:
	}
	return join(", ", e.LocationName, e.Place)
}

func (w *mailWriter) crew(e *store.MailEvent, reader store.FeedScope) string {
	var out []string
	for _, c := range e.Crew {
		if reader.Kind == store.StaffFeed && c.Staff == reader.ID {
			continue
		}
		name, role := c.Name, strings.ToLower(w.in(c.Role))
		if role != "" {
			name += " (" + role + ")"
		}
		out = append(out, name)
	}
	return join(", ", out...)
}

func (w *mailWriter) day(t time.Time) string {
	t = t.In(w.zone)
	return fmt.Sprintf("%s %d %s", w.days[t.Weekday()], t.Day(), w.months[t.Month()-1])
}

// monday is the day on which the week of a moment begins.
func (w *mailWriter) monday(t time.Time) time.Time {
	t = t.In(w.zone)
	return t.AddDate(0, 0, -(int(t.Weekday())+6)%7)
}

func (w *mailWriter) span(from, to time.Time) string {
	return fmt.Sprintf("%s, %s %s %s", w.day(from), from.In(w.zone).Format("15:04"), w.and, to.In(w.zone).Format("15:04"))
}

var mailPage = template.Must(template.New("mail").Parse(`<!doctype html>
<html lang="{{.Language}}"><head><meta charset="utf-8"><title>{{.Subject}}</title></head>
<body style="font-family: sans-serif; line-height: 1.5">
<p>{{.Greeting}}</p>
{{range .Lead}}<p>{{.}}</p>
{{end}}{{range .Lines}}<p><strong>{{.Head}}</strong>{{range .Detail}}<br>{{.}}{{end}}</p>
{{end}}{{with .Link}}<p>{{$.ByLink}}<br><a href="{{.}}" rel="noreferrer">{{.}}</a></p>
{{end}}{{range .Foot}}<p>{{.}}</p>
{{end}}</body></html>
`))

// finish puts the parts together, as plain text and as HTML.
func (w *mailWriter) finish(m *store.OutboxMail) (*written, error) {
	greeting := w.nameless
	if m.Contact.Name != "" {
		greeting = fmt.Sprintf(w.greeting, m.Contact.Name)
	}
	w.foot = append(w.foot, w.lag)
	var plain strings.Builder
	paragraph := func(lines ...string) {
		plain.WriteString(strings.Join(lines, "\n"))
		plain.WriteString("\n\n")
	}
	paragraph(greeting)
	for _, l := range w.lead {
		paragraph(l)
	}
	for _, l := range w.lines {
		paragraph(append([]string{l.Head}, l.Detail...)...)
	}
	if w.link != "" {
		paragraph(w.byLink, w.link)
	}
	for _, l := range w.foot {
		paragraph(l)
	}
	var html strings.Builder
	err := mailPage.Execute(&html, map[string]any{
		"Language": m.Contact.Language, "Subject": w.subject, "Greeting": greeting, "Lead": w.lead, "Lines": w.lines, "Foot": w.foot, "Link": w.link, "ByLink": w.byLink,
	})
	if err != nil {
		return nil, fmt.Errorf("write mail: %w", err)
	}
	return &written{w.subject, strings.TrimRight(plain.String(), "\n") + "\n", html.String()}, nil
}
