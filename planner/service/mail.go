package service

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner/outside"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// The words of mail, by the names used above this room.
type (
	// Contact is somebody who gets mail about a calendar.
	Contact = store.Contact
	// OutboxMail is a mail in the outbox.
	OutboxMail = store.OutboxMail
)

// ErrTooMany is a request for more mail than an address or a link may cause.
var ErrTooMany = store.ErrTooMany

const (
	// mailBatch is how many mails are claimed at once, and mailLease for how
	// long: longer than a batch takes at the slowest.
	mailBatch = 20
	mailLease = 15 * time.Minute
	// mailTries is how often a mail is tried before it is dead.
	mailTries = 10
	// The pauses between tries double from the first to the longest: ten tries
	// take about a day.
	firstMailPause   = time.Minute
	longestMailPause = 6 * time.Hour
	// unreachedPause is the pause after the server was not reached.
	unreachedPause = time.Minute
)

// SendMail sends what is due, batch after batch, until nothing is left or the
// server is not reached. It returns how many mails the server took. Mail is sent
// at least once: when this program dies between the server's word and ours, the
// same mail goes again, with the same Message-ID, UID and SEQUENCE.
func (s *Service) SendMail(ctx context.Context, sender *outside.Sender) (int, error) {
	total := 0
	for {
		batch, err := s.Store.ClaimMail(ctx, mailBatch, mailLease, s.Now())
		if err != nil || len(batch) == 0 {
			return total, err
		}
		sent, reached, err := s.sendBatch(ctx, sender, batch)
		total += sent
		if err != nil || !reached {
			return total, err
		}
	}
}

// sendBatch sends claimed mails and writes down what became of each, at once
// after it.
func (s *Service) sendBatch(ctx context.Context, sender *outside.Sender, batch []store.OutboxMail) (sent int, reached bool, err error) {
	messages := make([]outside.Message, 0, len(batch))
	mails := make([]*store.OutboxMail, 0, len(batch))
	var faults []error
	end := func(m *store.OutboxMail, o store.MailOutcome) {
		// Also when the program is told to stop: what was sent must not go again.
		if err := s.Store.EndMail(context.WithoutCancel(ctx), m, o, s.Now()); err != nil {
			faults = append(faults, err)
		}
	}
	for i := range batch {
		m := &batch[i]
		message, err := s.message(ctx, sender, m)
		if err != nil {
			s.Log.ErrorContext(ctx, "mail cannot be written", "mail", m.ID, "kind", m.Kind, "error", err)
			fault := "cannot be written"
			if errors.Is(err, errPrivate) {
				fault = "holds what looks like a BSN"
			}
			end(m, store.MailOutcome{Fault: fault, Dead: true})
			continue
		}
		messages, mails = append(messages, *message), append(mails, m)
	}
	reached = true
	sender.Send(ctx, messages, func(i int, err error) {
		o := s.outcome(mails[i], err)
		switch {
		case o.Fault == "":
			sent++
		case o.Uncounted:
			reached = false
		default:
			s.Log.WarnContext(ctx, "mail not taken", "mail", mails[i].ID, "kind", mails[i].Kind, "fault", o.Fault,
				"attempts", mails[i].Attempts, "dead", o.Dead)
		}
		end(mails[i], o)
	})
	if !reached {
		s.Log.WarnContext(ctx, "mail server not reached", "waiting", len(batch)-sent)
	}
	return sent, reached, errors.Join(faults...)
}

// outcome decides what comes after an attempt.
func (s *Service) outcome(m *store.OutboxMail, err error) store.MailOutcome {
	if err == nil {
		return store.MailOutcome{}
	}
	var fault *outside.MailError
	if !errors.As(err, &fault) {
		fault = &outside.MailError{Code: "unknown"}
	}
	o := store.MailOutcome{Fault: fault.Code, Uncounted: fault.Unreached}
	switch {
	case fault.Unreached:
		o.Due = s.Now().Add(jittered(unreachedPause))
	case fault.Permanent || m.Attempts >= mailTries:
		o.Dead = true
	default:
		o.Due = s.Now().Add(jittered(mailPause(m.Attempts)))
	}
	return o
}

// mailPause is the pause after so many attempts.
func mailPause(attempts int) time.Duration {
	pause := firstMailPause
	for range attempts - 1 {
		if pause *= 2; pause >= longestMailPause {
			return longestMailPause
		}
	}
	return pause
}

// jittered is d and up to a quarter more, so that programs which failed together
// do not come back together.
func jittered(d time.Duration) time.Duration {
	return d + rand.N(d/4) //nolint:forbidigo // no plan depends on it
}

// message writes a mail in its reader's language.
func (s *Service) message(ctx context.Context, sender *outside.Sender, m *store.OutboxMail) (*outside.Message, error) {
	zone, err := s.zoneOf(ctx, m.Contact.Scope.Region)
	if err != nil {
		return nil, err
	}
	link, err := s.answerURL(ctx, m)
	if err != nil {
		return nil, err
	}
	text, err := writeMail(m, zone, link)
	if err != nil {
		return nil, err
	}
	if err := s.screenMail(ctx, m, text, link); err != nil {
		return nil, err
	}
	out := &outside.Message{
		ID: sender.MessageID(m.MessageID), Date: m.Created, To: m.Contact.Mail, ToName: m.Contact.Name,
		Subject: text.subject, Plain: text.plain, HTML: text.html,
	}
	method := calendar.MethodRequest
	switch m.Kind {
	case store.CancellationMail:
		method = calendar.MethodCancel
	case store.InvitationMail, store.UpdateMail:
	case store.ReminderMail, store.ShortNoticeMail, store.DigestMail, store.CodeMail, store.SlotOfferMail, store.CeilingMail:
		return out, nil
	}
	address, name := sender.From()
	out.Method = string(method)
	out.Calendar, err = invitation(m, method, calendar.Participant{Name: name, Address: address}, zone)
	return out, err
}

// answerURL is the link behind which the reader of a mail can answer; empty for
// mail that asks for none, and where links cannot be made.
func (s *Service) answerURL(ctx context.Context, m *store.OutboxMail) (string, error) {
	asks := m.Kind == store.InvitationMail || m.Kind == store.UpdateMail || m.Kind == store.ReminderMail
	if s.Links == nil || !asks || len(m.Content.Events) != 1 {
		return "", nil
	}
	link, err := s.Store.NoticeLink(ctx, m.Contact.ID, m.Content.Events[0].Visit)
	if err != nil || link == "" {
		return "", err
	}
	return s.Links.url(link), nil
}

// invitation writes the calendar object of a mail to one contact.
func invitation(m *store.OutboxMail, method calendar.Method, organizer calendar.Participant, zone *time.Location) ([]byte, error) {
	if len(m.Content.Events) != 1 {
		return nil, fmt.Errorf("%s with %d events, want one", m.Kind, len(m.Content.Events))
	}
	w, err := newMailWriter(m, zone)
	if err != nil {
		return nil, err
	}
	// The reader sees the location's calendar at full detail, as in a feed.
	e := &m.Content.Events[0]
	event := eventOf(&store.Calendar{Scope: m.Contact.Scope, Level: store.FullDetail, Language: m.Contact.Language}, &e.FeedEvent)
	// DTSTAMP is when this mail was made (RFC 5546 section 2.1.5): of two with one
	// SEQUENCE the later counts.
	event.Revised = m.Created
	event.Summary, event.Place, event.Description = join(": ", w.title(e), w.crew(e, m.Contact.Scope)), w.place(e), ""
	i := calendar.Invitation{
		Method: method, Event: event, Organizer: organizer, Zone: zone, Language: string(m.Contact.Language),
		Attendees: []calendar.Participant{{Name: m.Contact.Name, Address: m.Contact.Mail}},
	}
	return i.Encode()
}

// zoneOf returns the zone of a region.
func (s *Service) zoneOf(ctx context.Context, region string) (*time.Location, error) {
	regions, err := s.Store.Regions(ctx)
	if err != nil {
		return nil, err
	}
	for _, r := range regions {
		if r.ID == region {
			return time.LoadLocation(cmp.Or(r.Zone, "UTC"))
		}
	}
	return nil, fmt.Errorf("region %q: %w", region, ErrNotFound)
}

// The time of the week at which the digest is queued: Monday morning.
const (
	digestDay  = time.Monday
	digestHour = 6
)

// QueueRegularMail queues the reminders and, on Monday morning, the digests of
// all regions. It may run as often as one likes, on any number of machines:
// every mail is queued once.
func (s *Service) QueueRegularMail(ctx context.Context) error {
	regions, err := s.Store.Regions(ctx)
	if err != nil {
		return err
	}
	now := s.Now()
	var faults []error
	for _, r := range regions {
		zone, err := time.LoadLocation(r.Zone)
		if err != nil {
			faults = append(faults, fmt.Errorf("zone of region %q: %w", r.ID, err))
			continue
		}
		reminders, err := s.Store.QueueReminders(ctx, r.ID, now)
		digests := 0
		if local := now.In(zone); err == nil && local.Weekday() == digestDay && local.Hour() >= digestHour {
			digests, err = s.Store.QueueDigests(ctx, r.ID, calendar.DateOf(now, zone), zone, now)
		}
		if err != nil {
			faults = append(faults, fmt.Errorf("regular mail of region %q: %w", r.ID, err))
		}
		if reminders+digests > 0 {
			s.Log.InfoContext(ctx, "mail queued", "region", r.ID, "reminders", reminders, "digests", digests)
		}
	}
	return errors.Join(faults...)
}
