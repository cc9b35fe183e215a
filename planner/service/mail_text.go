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

// phrases are the sentences of mail. No text of a location, no remark and no
// reason goes into mail; who comes, where and when does.
var phrases = struct {
	greeting, nameless                        planner.Text
	invitation, update, cancellation          planner.Text
	reminder, shortNotice, digest, code       planner.Text
	slotOffer, offered                        planner.Text
	invited, updated, cancelled, reminded     planner.Text
	changed, week, codeIs, codeHolds          planner.Text
	was, fresh, gone, back, with, where, when planner.Text
	answer, byLink, lag, closing              planner.Text
	and, visit, meeting, phone, online        planner.Text
}{
	greeting:     planner.Text{NL: "Dag %s,", EN: "Hello %s,"},
	nameless:     planner.Text{NL: "Dag,", EN: "Hello,"},
	invitation:   planner.Text{NL: "Uitnodiging: %s", EN: "Invitation: %s"},
	update:       planner.Text{NL: "Gewijzigd: %s", EN: "Changed: %s"},
	cancellation: planner.Text{NL: "Vervallen: %s", EN: "Cancelled: %s"},
	reminder:     planner.Text{NL: "Herinnering: %s", EN: "Reminder: %s"},
	shortNotice:  planner.Text{NL: "Uw planning van de komende dagen is gewijzigd", EN: "Your plan for the coming days has changed"},
	digest:       planner.Text{NL: "Uw week vanaf %s", EN: "Your week from %s"},
	code:         planner.Text{NL: "Uw code", EN: "Your code"},
	slotOffer:    planner.Text{NL: "Er is een moment vrij: %s", EN: "A time is free: %s"},
	offered: planner.Text{
		NL: "U staat op de wachtlijst. Dit moment is nu vrij en wordt voor u vastgehouden tot %s. Boek het voor die tijd; daarna gaat het naar een ander.",
		EN: "You are on the waiting list. This time is free now and is kept for you until %s. Book it before then; after that somebody else can have it.",
	},
	invited: planner.Text{
		NL: "Hierbij de uitnodiging voor dit bezoek. U kunt die in uw agenda aannemen.",
		EN: "This is the invitation to this visit. You can accept it in your calendar.",
	},
	updated: planner.Text{
		NL: "Dit bezoek is gewijzigd. Wilt u de nieuwe tijd in uw agenda bevestigen?",
		EN: "This visit has changed. Would you confirm the new time in your calendar?",
	},
	cancelled: planner.Text{NL: "Dit bezoek gaat niet door. Uw agenda haalt het weg.", EN: "This visit will not take place. Your calendar takes it away."},
	reminded:  planner.Text{NL: "Een herinnering aan dit bezoek.", EN: "A reminder of this visit."},
	changed: planner.Text{
		NL: "Dit is voor de komende dagen gewijzigd. Agendaprogramma's halen wijzigingen soms pas na uren op; daarom ook deze mail.",
		EN: "This has changed for the coming days. Calendar programs can take hours to fetch a change; hence this mail as well.",
	},
	week:   planner.Text{NL: "Dit staat er voor de komende week in uw agenda.", EN: "This is in your calendar for the coming week."},
	codeIs: planner.Text{NL: "Uw code is %s.", EN: "Your code is %s."},
	codeHolds: planner.Text{
		NL: "De code geldt een kwartier en werkt één keer. Hebt u er niet om gevraagd? Dan hoeft u niets te doen.",
		EN: "The code holds for a quarter of an hour and works once. Did you not ask for it? Then there is nothing to do.",
	},
	was:   planner.Text{NL: "was %s", EN: "was %s"},
	fresh: planner.Text{NL: "nieuw", EN: "new"},
	gone:  planner.Text{NL: "vervallen", EN: "cancelled"},
	back:  planner.Text{NL: "gaat toch door", EN: "takes place after all"},
	with:  planner.Text{NL: "Met", EN: "With"},
	where: planner.Text{NL: "Waar", EN: "Where"},
	when:  planner.Text{NL: "Wanneer", EN: "When"},
	answer: planner.Text{
		NL: "Antwoorden kan met de knoppen van uw agendaprogramma. Uw antwoord komt vanzelf in de planning.",
		EN: "Answer with the buttons of your calendar program. Your answer reaches the plan by itself.",
	},
	byLink: planner.Text{
		NL: "Geen knoppen in uw mailprogramma? Antwoord dan op deze pagina; u krijgt daarvoor een code per e-mail:",
		EN: "No buttons in your mail program? Then answer on this page; you get a code by mail for it:",
	},
	lag:     planner.Text{NL: "Dit bericht komt van Wijkplanner.", EN: "This message comes from Wijkplanner."},
	closing: planner.Text{NL: "Zet in een antwoord nooit iets over een kind of gezin.", EN: "Never write anything about a child or a family in an answer."},
	and:     planner.Text{NL: "tot", EN: "to"},
	visit:   planner.Text{NL: "bezoek", EN: "visit"},
	meeting: planner.Text{NL: "overleg", EN: "meeting"},
	phone:   planner.Text{NL: "telefonisch", EN: "by phone"},
	online:  planner.Text{NL: "online", EN: "online"},
}

// calendarNames are those of the days of the week, from Sunday, and of the months.
type calendarNames struct{ days, months []string }

var calendarWords = map[store.Language]calendarNames{
	store.Dutch: {
		days:   []string{"zondag", "maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag"},
		months: []string{"januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september", "oktober", "november", "december"},
	},
	store.English: {
		days:   []string{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"},
		months: []string{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"},
	},
}

// newMailWriter returns a writer in the language of a mail's reader.
func newMailWriter(m *store.OutboxMail, zone *time.Location) (*mailWriter, error) {
	names, known := calendarWords[m.Contact.Language]
	if !known {
		return nil, fmt.Errorf("no texts in language %q", m.Contact.Language)
	}
	return &mailWriter{calendarNames: names, language: m.Contact.Language, zone: zone}, nil
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
		w.subject = w.in(phrases.code)
		w.lead = []string{fmt.Sprintf(w.in(phrases.codeIs), m.Content.Code), w.in(phrases.codeHolds)}
		return w.finish(m)
	}
	if m.Kind == store.CeilingMail {
		w.ceilings(m.Content.Ceilings, m.Content.Of)
		return w.finish(m)
	}
	if len(m.Content.Events) == 0 {
		return nil, fmt.Errorf("%s about nothing", m.Kind)
	}
	w.compose(m)
	return w.finish(m)
}

type mailWriter struct {
	calendarNames
	language store.Language
	zone     *time.Location
	subject  string
	lead     []string
	lines    []mailLine
	foot     []string
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
		subject(w.in(phrases.invitation))
		lead, w.foot = w.in(phrases.invited), []string{w.in(phrases.answer), w.in(phrases.closing)}
	case store.UpdateMail:
		subject(w.in(phrases.update))
		lead, w.foot = w.in(phrases.updated), []string{w.in(phrases.answer), w.in(phrases.closing)}
	case store.CancellationMail:
		subject(w.in(phrases.cancellation))
		lead = w.in(phrases.cancelled)
	case store.ReminderMail:
		subject(w.in(phrases.reminder))
		lead = w.in(phrases.reminded)
	case store.SlotOfferMail:
		subject(w.in(phrases.slotOffer))
		until := w.day(m.Content.Until) + " " + m.Content.Until.In(w.zone).Format("15:04")
		lead, w.foot = fmt.Sprintf(w.in(phrases.offered), until), []string{w.in(phrases.closing)}
	case store.ShortNoticeMail:
		w.subject, lead = w.in(phrases.shortNotice), w.in(phrases.changed)
	case store.DigestMail:
		w.subject, lead = fmt.Sprintf(w.in(phrases.digest), w.day(w.monday(first.Start))), w.in(phrases.week)
	case store.CodeMail, store.CeilingMail:
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
		at += " – " + w.in(phrases.gone)
	case m.Kind == store.ShortNoticeMail && e.Told == nil:
		at += " – " + w.in(phrases.fresh)
	case e.Told != nil && e.Told.Cancelled:
		at += " – " + w.in(phrases.back)
	case e.Told != nil && !e.Told.Start.Equal(e.Start):
		at += " (" + fmt.Sprintf(w.in(phrases.was), w.span(e.Told.Start, e.Told.End)) + ")"
	}
	l.Detail = append(l.Detail, w.in(phrases.when)+": "+at)
	if place := w.place(e); place != "" {
		l.Detail = append(l.Detail, w.in(phrases.where)+": "+place)
	}
	if crew := w.crew(e, m.Contact.Scope); crew != "" {
		l.Detail = append(l.Detail, w.in(phrases.with)+": "+crew)
	}
	return l
}

func (w *mailWriter) in(t planner.Text) string { return inLanguage(w.language, t) }

func (w *mailWriter) title(e *store.MailEvent) string {
	name := w.in(e.Name)
	if name == "" {
		name = w.in(phrases.visit)
		if e.Meeting {
			name = w.in(phrases.meeting)
		}
	}
	return join(", ", name, e.LocationName)
}

func (w *mailWriter) place(e *store.MailEvent) string {
	switch e.Mode {
	case planner.ByPhone:
		return w.in(phrases.phone)
	case planner.Online:
		return w.in(phrases.online)
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
	return fmt.Sprintf("%s, %s %s %s", w.day(from), from.In(w.zone).Format("15:04"), w.in(phrases.and), to.In(w.zone).Format("15:04"))
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
	greeting := w.in(phrases.nameless)
	if m.Contact.Name != "" {
		greeting = fmt.Sprintf(w.in(phrases.greeting), m.Contact.Name)
	}
	w.foot = append(w.foot, w.in(phrases.lag))
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
		paragraph(w.in(phrases.byLink), w.link)
	}
	for _, l := range w.foot {
		paragraph(l)
	}
	var html strings.Builder
	err := mailPage.Execute(&html, map[string]any{
		"Language": m.Contact.Language, "Subject": w.subject, "Greeting": greeting, "Lead": w.lead, "Lines": w.lines, "Foot": w.foot, "Link": w.link, "ByLink": w.in(phrases.byLink),
	})
	if err != nil {
		return nil, fmt.Errorf("write mail: %w", err)
	}
	return &written{w.subject, strings.TrimRight(plain.String(), "\n") + "\n", html.String()}, nil
}
