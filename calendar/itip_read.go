package calendar

import (
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"
)

// Reply is the answer of one attendee to an invitation: all that is taken from
// a REPLY or a COUNTER. What else such an object says about the appointment
// counts for nothing, since anybody can write it.
type Reply struct {
	Method   Method    // MethodReply or MethodCounter
	UID      string    // of the invitation
	Sequence int       // of the version that is answered
	Stamp    time.Time // DTSTAMP: when it was answered, in UTC

	// Address is the attendee's mail address in lower case, and SentBy that of
	// whoever answered in the attendee's name, mostly empty.
	Address, SentBy string
	Answer          Answer // never empty; of a COUNTER mostly Tentative or NoAnswer

	// Instance is the RECURRENCE-ID: the original start of the one instance of a
	// series that is answered; zero for the whole appointment.
	Instance time.Time

	// Start and End are the proposal of a COUNTER; zero in a REPLY.
	Start, End time.Time
}

// maxReplyBytes bounds an answer, of which a kilobyte is needed.
const maxReplyBytes = 256 << 10

// ReadReply reads the text/calendar part of a mail that answers an invitation,
// within the limits of ReadBusy and 256 KB. The error is a *ReadError:
// ReadNotReply when it is another kind of object, such as an invitation that
// somebody forwards, or not exactly one answer to one event. Whether the answer
// may be believed is for Reply.Check to say.
func ReadReply(r io.Reader, zone *time.Location) (Reply, error) {
	if zone == nil {
		zone = time.UTC
	}
	var attendees []contentLine
	p := foreignReader{
		lines:   newLineReader(io.LimitReader(r, maxReplyBytes)),
		options: ReadOptions{Zone: zone}, zones: map[string]*zoneDefinition{}, ownZones: []string{""},
	}
	p.attendee = func(c *contentLine) {
		if len(attendees) < 2 {
			attendees = append(attendees, *c)
		}
	}
	if err := p.read(); err != nil {
		return Reply{}, err
	}
	method := Method(strings.ToUpper(p.method))
	switch {
	case method != MethodReply && method != MethodCounter:
		return Reply{}, notReply(0, "is geen antwoord op een uitnodiging", "is no answer to an invitation")
	case p.calendars != 1 || len(p.events) != 1:
		return Reply{}, notReply(0, "gaat niet over precies één afspraak", "is not about exactly one event")
	case len(attendees) != 1:
		return Reply{}, notReply(p.events[0].line, "noemt niet precies één genodigde", "does not name exactly one attendee")
	}
	return p.reply(method, &p.events[0], &attendees[0])
}

func notReply(line int, dutch, english string) error {
	return &ReadError{Code: ReadNotReply, Line: line, Dutch: "de agenda " + dutch, English: "the calendar " + english}
}

// reply takes what counts from the event and its attendee.
func (p *foreignReader) reply(method Method, e *foreignEvent, attendee *contentLine) (Reply, error) {
	r := Reply{
		Method: method, UID: e.uid, Sequence: int(min(e.sequence, 1<<30)), Stamp: e.stamped,
		Address: mailAddress(attendee.value), SentBy: mailAddress(attendee.param("SENT-BY")),
		Answer: Answer(strings.ToUpper(attendee.param("PARTSTAT"))),
	}
	if r.Answer == "" {
		r.Answer = NoAnswer
	}
	switch _, known := answers[r.Answer]; {
	case r.UID == "" || e.stamped.IsZero():
		return Reply{}, notReply(e.line, "mist een UID of een DTSTAMP", "lacks a UID or a DTSTAMP")
	case r.Address == "":
		return Reply{}, notReply(attendee.line, "noemt een genodigde zonder mailadres", "names an attendee without a mail address")
	case !known:
		return Reply{}, notReply(attendee.line, "geeft een antwoord dat niet bestaat", "gives an answer that does not exist")
	}
	x := p.expansion(e.stamped.AddDate(10, 0, 0))
	if e.instance.form != stampNone {
		r.Instance, _ = x.instant(e, e.instance)
	}
	if method == MethodCounter {
		if e.bad || e.start.form == stampNone {
			return Reply{}, notReply(e.line, "stelt geen leesbare tijd voor", "proposes no readable time")
		}
		r.Start, _ = x.instant(e, e.start)
		r.End = x.endOf(e, r.Start, e.end, e.length)
	}
	return r, nil
}

// mailAddress returns the address of a mailto: value in lower case, and nothing
// where there is none.
func mailAddress(value string) string {
	const scheme = "mailto:"
	if len(value) < len(scheme) || !strings.EqualFold(value[:len(scheme)], scheme) {
		return ""
	}
	address, err := url.PathUnescape(value[len(scheme):])
	if err != nil || !isMailAddress(address) {
		return ""
	}
	return strings.ToLower(address)
}

// Sent is what is known of an invitation when an answer to it comes back.
type Sent struct {
	UID      string
	Sequence int    // of the newest version sent
	Address  string // of the attendee

	// Answered is the Stamp of the newest answer taken, zero for none.
	Answered time.Time
}

// The reasons for which Reply.Check does not believe an answer.
const (
	ReplyOther    = "other_event"    // about another event
	ReplyStranger = "not_invited"    // of somebody who was not invited
	ReplySender   = "other_sender"   // mailed by somebody else
	ReplyVersion  = "older_version"  // about a version that is no longer in force
	ReplyOlder    = "older_answer"   // a later answer is in force
	ReplyInstance = "other_instance" // about one instance, while no series was sent
)

// ReplyError says why an answer is not believed.
type ReplyError struct {
	Code    string // one of the Reply... constants
	Dutch   string
	English string
}

// Error returns the English sentence.
func (e *ReplyError) Error() string { return "answer to an invitation: " + e.English }

// Check returns nil when an answer may be believed: it is about the invitation,
// by the person invited, mailed from that person's own address, about no
// older version than the one sent last, and newer than the answer in force. Sender is the address
// of the mail's From after the receiving server has verified it (SPF, DKIM): a
// From alone proves nothing. The same answer twice is an older one.
func (r *Reply) Check(sent Sent, sender string) error {
	for _, c := range []struct {
		wrong                bool
		code, dutch, english string
	}{
		{r.UID != sent.UID, ReplyOther, "gaat over een andere afspraak", "is about another event"},
		{!strings.EqualFold(r.Address, sent.Address), ReplyStranger, "komt van iemand die niet is uitgenodigd", "is of somebody who was not invited"},
		{!strings.EqualFold(sender, r.Address), ReplySender, "is door een ander verstuurd", "was mailed by somebody else"},
		{!r.Instance.IsZero(), ReplyInstance, "gaat over één keer van een reeks", "is about one instance of a series"},
		{
			r.Sequence < sent.Sequence, ReplyVersion,
			fmt.Sprintf("gaat over versie %d, en versie %d geldt", r.Sequence, sent.Sequence),
			fmt.Sprintf("is about version %d, and version %d is in force", r.Sequence, sent.Sequence),
		},
		{!r.Stamp.After(sent.Answered), ReplyOlder, "is ouder dan het antwoord dat geldt", "is older than the answer in force"},
	} {
		if c.wrong {
			return &ReplyError{Code: c.code, Dutch: "het antwoord " + c.dutch, English: "the answer " + c.english}
		}
	}
	return nil
}
