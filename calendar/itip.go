package calendar

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Method is what an invitation asks or answers (RFC 5546 section 1.4).
type Method string

// The methods that this package writes and reads.
const (
	MethodRequest Method = "REQUEST" // an invitation, or a newer version of one
	MethodCancel  Method = "CANCEL"  // the appointment falls through
	MethodReply   Method = "REPLY"   // the answer of one attendee
	MethodCounter Method = "COUNTER" // an attendee proposes another time
)

// Answer is the PARTSTAT of an attendee: what somebody says to an invitation.
type Answer string

// The answers of RFC 5545 section 3.2.12 that an event knows.
const (
	NoAnswer  Answer = "NEEDS-ACTION"
	Accepted  Answer = "ACCEPTED"
	Declined  Answer = "DECLINED"
	Tentative Answer = "TENTATIVE"
	Delegated Answer = "DELEGATED"
)

// Participant is the organiser or an attendee of an invitation.
type Participant struct {
	Name    string // shown beside the address; may be empty
	Address string // plain mail address, jan@example.org

	// Optional says that the appointment goes on without this attendee.
	Optional bool

	// Answer is what the attendee said before, empty for nothing. Programs
	// show buttons to an attendee without one only, so a version at another
	// time asks again: leave it empty then.
	Answer Answer
}

// Invitation is one appointment sent by mail: an iTIP object (RFC 5546) for an
// iMIP message (RFC 6047). Encode writes it. The message that carries it needs
//
//   - the part with the bytes of Encode typed exactly ContentType, inside
//     multipart/alternative as the last of text/plain, text/html and it, and
//     once more as an attachment invite.ics;
//   - one invitation a message, sent to one attendee;
//   - the organiser's address where answers are received and, for DKIM, in the
//     domain of From.
//
// A change is the same UID with a higher Event.Sequence and a later
// Event.Revised; it falls through with MethodCancel, again one higher, to the
// same organiser and attendees. ReadReply reads what comes back. Whoever has an
// event in a feed gets no invitation to it: programs would show it twice.
type Invitation struct {
	Method Method // MethodRequest or MethodCancel

	// Event is the appointment as in a feed. Summary and Revised, the DTSTAMP,
	// are needed. Cancelled is set by the method.
	Event Event

	Organizer Participant
	Attendees []Participant // at least one

	// Zone is the zone in which times are written, as in Feed.
	Zone *time.Location
	// Language is that of the reader, as in Feed.
	Language string
}

// ContentType is the media type of the message part that holds the invitation.
// Its method equals that in the bytes, which Gmail and Outlook insist on.
func (i *Invitation) ContentType() string {
	return "text/calendar; charset=utf-8; method=" + string(i.Method)
}

// Encode returns the invitation as an iCalendar object. The error names all
// that is missing or wrong: a method that is not ours to send, no UID, summary,
// start or revision, an end that is not after the start, no attendee, an
// address that is none, or an attendee given twice.
func (i *Invitation) Encode() ([]byte, error) {
	feed := Feed{Zone: i.Zone, Revision: i.Event.Revised}
	event := i.Event
	event.Cancelled = i.Method == MethodCancel
	if err := errors.Join(i.check(), feed.check([]Event{event})); err != nil {
		return nil, fmt.Errorf("invitation: %w", err)
	}
	w := &icsWriter{out: make([]byte, 0, 2048), icsWords: wordsOf(i.Language), clock: feed.clock()}
	w.lines("BEGIN:VCALENDAR", "VERSION:2.0")
	w.text("PRODID", w.prodID)
	w.lines("CALSCALE:GREGORIAN", "METHOD:"+string(i.Method))
	if feed.inAmsterdam() {
		w.lines(amsterdamZone...)
	}
	feed.event(w, &event, func() {
		w.participant("ORGANIZER", &i.Organizer)
		for a := range i.Attendees {
			w.participant(i.attendeeHead(&i.Attendees[a]), &i.Attendees[a])
		}
	})
	w.lines("END:VCALENDAR")
	return w.out, nil
}

func (i *Invitation) check() error {
	var faults []error
	fault := func(format string, args ...any) { faults = append(faults, fmt.Errorf(format, args...)) }
	if i.Method != MethodRequest && i.Method != MethodCancel {
		fault("method %q: want %s or %s", i.Method, MethodRequest, MethodCancel)
	}
	if oneLine(i.Event.Summary) == "" {
		fault("no summary")
	}
	if i.Event.Revised.IsZero() {
		fault("no time of revision")
	}
	if !i.Event.AllDay && i.Event.End.Unix() <= i.Event.Start.Unix() {
		fault("ends at %s, which is not after its start", i.Event.End)
	}
	if len(i.Attendees) == 0 {
		fault("no attendee")
	}
	if !isMailAddress(i.Organizer.Address) {
		fault("organiser: %q is not a mail address", clip(i.Organizer.Address))
	}
	seen := make(map[string]bool, len(i.Attendees))
	for n := range i.Attendees {
		address := strings.ToLower(i.Attendees[n].Address)
		switch {
		case !isMailAddress(address):
			fault("attendee %d: %q is not a mail address", n, clip(i.Attendees[n].Address))
		case seen[address]:
			fault("attendee %d: %q is given twice", n, clip(i.Attendees[n].Address))
		}
		seen[address] = true
		if _, known := answers[cmp.Or(i.Attendees[n].Answer, NoAnswer)]; !known {
			fault("attendee %d: no answer is called %q", n, clip(string(i.Attendees[n].Answer)))
		}
	}
	return errors.Join(faults...)
}

// answers are those that are known, with what they mean for a time.
var answers = map[Answer]struct{}{NoAnswer: {}, Accepted: {}, Declined: {}, Tentative: {}, Delegated: {}}

// attendeeHead is the property of an attendee up to the name. Gmail shows
// buttons where RSVP is TRUE and the reader is among the attendees.
func (i *Invitation) attendeeHead(p *Participant) string {
	role, asked := "REQ-PARTICIPANT", ";RSVP=TRUE"
	if p.Optional {
		role = "OPT-PARTICIPANT"
	}
	answer := cmp.Or(p.Answer, NoAnswer)
	if i.Method == MethodCancel || answer != NoAnswer {
		asked = ""
	}
	return "ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=" + role + ";PARTSTAT=" + string(answer) + asked
}

// participant writes a property whose value is a mail address.
func (w *icsWriter) participant(head string, p *Participant) {
	name := ""
	if clean := oneLine(p.Name); clean != "" {
		name = ";CN=" + paramValue(clean)
	}
	w.line(head, name, ":mailto:", mailtoEscaper.Replace(p.Address))
}

// mailtoEscaper keeps an address from reading as more than one (RFC 6068).
var mailtoEscaper = strings.NewReplacer("%", "%25", "?", "%3F", "#", "%23", "&", "%26", "/", "%2F")

// paramValue writes a clean text as a parameter value: a quote and a circumflex
// as RFC 6868 asks, and quotes around what RFC 5545 section 3.2 would not take
// bare. A parameter knows no backslash, but some readers take one for an escape.
func paramValue(s string) string {
	s = strings.NewReplacer("^", "^^", `"`, "^'", `\`, "/").Replace(s)
	if strings.ContainsAny(s, ":;,") {
		return `"` + s + `"`
	}
	return s
}

// The lengths of a mail address (RFC 5321 section 4.5.3.1), in octets.
const (
	mostAddress = 254
	mostLocal   = 64
)

// isMailAddress reports whether a text is one plain mail address, in ASCII: no
// list, no name, no comment, no quoted local part and nothing that could end a
// header or a line. Domains in other scripts come in their ASCII form.
func isMailAddress(s string) bool {
	local, domain, found := strings.Cut(s, "@")
	if !found || len(s) > mostAddress || len(local) > mostLocal || !isAtoms(local, ".!#$%&'*+/=?^_`{|}~-") {
		return false
	}
	return strings.Contains(domain, ".") && isAtoms(domain, ".-")
}

// isAtoms reports whether a text is letters, digits and marks, with dots only
// between them.
func isAtoms(s, marks string) bool {
	if s == "" || s[0] == '.' || s[len(s)-1] == '.' || strings.Contains(s, "..") {
		return false
	}
	for i := range len(s) {
		c := s[i]
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
		if !letter && strings.IndexByte(marks, c) < 0 {
			return false
		}
	}
	return true
}
