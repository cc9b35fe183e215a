package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
)

// Answer is what an invited contact answered.
type Answer string

// The answers; NoAnswer is none yet.
const (
	NoAnswer  Answer = ""
	Accepted  Answer = "accepted"
	Tentative Answer = "tentative"
	Declined  Answer = "declined"
)

// noticeRow is what a contact was last told of an event, and their answer.
type noticeRow struct {
	Contact    int64  `gorm:"primaryKey;autoIncrement:false"`
	Visit      string `gorm:"primaryKey"`
	Sequence   int
	StartsAt   Instant
	EndsAt     Instant
	Cancelled  bool
	Tried      bool
	Answer     Answer
	AnsweredAt Instant
	Link       string
}

func (noticeRow) TableName() string { return "notices" }

func (r *noticeRow) told() *ToldTime {
	return &ToldTime{Start: r.StartsAt.Time, End: r.EndsAt.Time, Cancelled: r.Cancelled}
}

type noticeKey struct {
	contact int64
	visit   string
}

// Notify queues what the contacts of a region do not know yet: invitations,
// updates and cancellations for those who are invited, and for those who read a
// feed the changes of the coming days. It compares the calendars with what each
// was told last, so it may be called after any change, in the transaction of
// that change, and does nothing twice.
func (t *Tx) Notify(region string, now time.Time) error {
	contacts, err := t.contacts(region)
	if err != nil || len(contacts) == 0 {
		return err
	}
	n, err := t.newNotifier(region, now, contacts)
	if err != nil {
		return err
	}
	for i := range contacts {
		if err := n.contact(&contacts[i]); err != nil {
			return fmt.Errorf("notify contact %d: %w", contacts[i].ID, err)
		}
	}
	return n.save()
}

// notifier brings the contacts of a region up to date.
type notifier struct {
	*Tx
	now time.Time
	// soon is the end of the time in which a change is told by mail.
	soon   time.Time
	events map[FeedScope][]feedEventRow
	told   map[noticeKey]*noticeRow
	// crew says which address belongs to which member of staff.
	crew  map[string][]string
	write []noticeRow
	// asked are those whose answer was to another time.
	asked []noticeKey
}

// save writes what everybody knows from here on. What senders and answers write
// in the mean time – tried and answer – is left alone.
func (n *notifier) save() error {
	if len(n.write) > 0 {
		known := clause.AssignmentColumns([]string{"sequence", "starts_at", "ends_at", "cancelled", "link"})
		key := []clause.Column{{Name: "contact"}, {Name: "visit"}}
		if err := n.db.Clauses(clause.OnConflict{Columns: key, DoUpdates: known}).CreateInBatches(n.write, batch).Error; err != nil {
			return err
		}
	}
	for _, k := range n.asked {
		err := n.db.Model(&noticeRow{}).Where("contact = ? AND visit = ?", k.contact, k.visit).
			Updates(map[string]any{"answer": NoAnswer, "answered_at": nil}).Error
		if err != nil {
			return err
		}
	}
	return nil
}

func (t *Tx) newNotifier(region string, now time.Time, contacts []contactRow) (*notifier, error) {
	programme, err := t.programmeOf(region)
	if err != nil {
		return nil, err
	}
	var events []feedEventRow
	if err := t.db.Where("region = ? AND kind IN ? AND ends_at > ?", region, []FeedKind{StaffFeed, LocationFeed}, At(now)).Order("starts_at, visit").Find(&events).Error; err != nil {
		return nil, err
	}
	return t.notifierOf(programme, now, contacts, events, t.db)
}

// notifierOf returns a notifier of some contacts and events; of what they were
// told it reads what the query leaves.
func (t *Tx) notifierOf(programme *planner.Programme, now time.Time, contacts []contactRow, events []feedEventRow, told *gorm.DB) (*notifier, error) {
	days := programme.Assume(planner.ShortNoticeDays, "", calendar.DateOf(now, time.UTC))
	n := &notifier{
		Tx: t, now: now, soon: now.Add(time.Duration(days * float64(24*time.Hour))),
		events: map[FeedScope][]feedEventRow{}, told: map[noticeKey]*noticeRow{}, crew: map[string][]string{},
	}
	for i := range events {
		n.events[events[i].scope()] = append(n.events[events[i].scope()], events[i])
	}
	ids := make([]int64, len(contacts))
	for i := range contacts {
		ids[i] = contacts[i].ID
		if contacts[i].Kind == StaffFeed {
			n.crew[contacts[i].Mail] = append(n.crew[contacts[i].Mail], contacts[i].Subject)
		}
	}
	for part := range slices.Chunk(ids, batch) {
		var rows []noticeRow
		if err := told.Where("contact IN ?", part).Find(&rows).Error; err != nil {
			return nil, err
		}
		for i := range rows {
			n.told[noticeKey{rows[i].Contact, rows[i].Visit}] = &rows[i]
		}
	}
	return n, nil
}

// programmeOf returns the programme in force of a region.
func (t *Tx) programmeOf(region string) (*planner.Programme, error) {
	var row regionRow
	if err := t.db.Where("region = ?", region).Take(&row).Error; err != nil {
		return nil, fmt.Errorf("region %q: %w", region, err)
	}
	return t.programme(&row)
}

func (n *notifier) contact(c *contactRow) error {
	var changes []MailEvent
	for i := range n.events[FeedScope{c.Region, c.Kind, c.Subject}] {
		e := &n.events[FeedScope{c.Region, c.Kind, c.Subject}][i]
		told := n.told[noticeKey{c.ID, e.Visit}]
		if told != nil && told.Sequence == e.Sequence {
			continue
		}
		if c.Calendar == ByInvitation {
			if err := n.invite(c, e, told); err != nil {
				return err
			}
			continue
		}
		if n.shortNotice(c, e, told) {
			m := MailEvent{FeedEvent: e.event()}
			if told != nil {
				m.Told = told.told()
			}
			changes = append(changes, m)
		}
		n.tell(c, e, told)
	}
	if len(changes) == 0 {
		return nil
	}
	_, err := n.queue(c, ShortNoticeMail, "", n.now.UTC().Format(time.RFC3339Nano), MailContent{Events: changes}, n.now, n.soon)
	return err
}

// tell writes down what the contact knows from here on. A new time wants a new
// answer.
func (n *notifier) tell(c *contactRow, e *feedEventRow, told *noticeRow) {
	row := noticeRow{Contact: c.ID, Visit: e.Visit}
	if told != nil {
		row = *told
	}
	if row.Link == "" && c.Kind == LocationFeed {
		row.Link = letters(tokenIDLength)
	}
	if !row.StartsAt.Equal(e.StartsAt.Time) || !row.EndsAt.Equal(e.EndsAt.Time) || row.Cancelled != e.Cancelled {
		row.Answer, row.AnsweredAt = NoAnswer, Instant{}
		n.asked = append(n.asked, noticeKey{c.ID, e.Visit})
	}
	row.Sequence, row.StartsAt, row.EndsAt, row.Cancelled = e.Sequence, e.StartsAt, e.EndsAt, e.Cancelled
	n.write = append(n.write, row)
}

// shortNotice reports whether somebody who reads a feed should hear of a change
// by mail: it is about the coming days, as planned now or as they knew it.
func (n *notifier) shortNotice(c *contactRow, e *feedEventRow, told *noticeRow) bool {
	if told == nil {
		// What stood there before the contact came is no change to them.
		return !e.Cancelled && n.isSoon(e.StartsAt) && !e.RevisedAt.Before(c.CreatedAt.Time)
	}
	moved := !told.StartsAt.Equal(e.StartsAt.Time) || !told.EndsAt.Equal(e.EndsAt.Time) || told.Cancelled != e.Cancelled
	return moved && (n.isSoon(e.StartsAt) && !e.Cancelled || n.isSoon(told.StartsAt) && !told.Cancelled)
}

func (n *notifier) isSoon(t Instant) bool { return t.After(n.now) && t.Before(n.soon) }

// invite queues an invitation, an update or a cancellation.
func (n *notifier) invite(c *contactRow, e *feedEventRow, told *noticeRow) error {
	gone := e.Cancelled || n.comes(c, e)
	if gone && (told == nil || told.Cancelled) {
		return nil
	}
	heard, err := n.heard(c, e, told)
	if err != nil {
		return err
	}
	if gone && !heard {
		// Nobody heard of it: there is nothing to take back.
		return n.db.Delete(&noticeRow{}, "contact = ? AND visit = ?", c.ID, e.Visit).Error
	}
	m := MailEvent{FeedEvent: e.event()}
	kind := InvitationMail
	if heard {
		m.Told = told.told()
		kind = UpdateMail
	}
	known := *e
	if gone {
		kind, m.Cancelled, known.Cancelled = CancellationMail, true, true
	}
	n.tell(c, &known, told)
	cause := fmt.Sprintf("%s/%d/%s", e.Visit, e.Sequence, n.now.UTC().Format(time.RFC3339Nano))
	_, err = n.queue(c, kind, e.Visit, cause, MailContent{Events: []MailEvent{m}}, n.now, e.EndsAt.Time)
	return err
}

// heard drops what was not sent yet about an event and reports whether the
// contact may have heard of it.
func (n *notifier) heard(c *contactRow, e *feedEventRow, told *noticeRow) (bool, error) {
	if err := n.overtake(c.ID, e.Visit, n.now); err != nil || told == nil || told.Tried {
		return told != nil, err
	}
	return n.inFlight(c.ID, e.Visit)
}

// withdraw takes back the invitations of a contact who reads a feed from here
// on: nobody has an event in both ways.
func (t *Tx) withdraw(c *contactRow, now time.Time) error {
	n, err := t.newNotifier(c.Region, now, []contactRow{*c})
	if err != nil {
		return err
	}
	events := n.events[FeedScope{c.Region, c.Kind, c.Subject}]
	for i := range events {
		e := &events[i]
		told := n.told[noticeKey{c.ID, e.Visit}]
		if told == nil || told.Cancelled {
			continue
		}
		heard, err := n.heard(c, e, told)
		if err != nil {
			return err
		}
		if !heard {
			continue
		}
		m := MailEvent{FeedEvent: e.event(), Told: told.told()}
		m.Cancelled = true
		cause := fmt.Sprintf("%s/%d/%s", e.Visit, e.Sequence, now.UTC().Format(time.RFC3339Nano))
		if _, err := n.queue(c, CancellationMail, e.Visit, cause, MailContent{Events: []MailEvent{m}}, now, e.EndsAt.Time); err != nil {
			return err
		}
	}
	return nil
}

// comes reports whether the contact is one of those who come: they have the
// event in their feed, and would have it twice.
func (n *notifier) comes(c *contactRow, e *feedEventRow) bool {
	return slices.ContainsFunc(e.Content.v.Crew, func(m FeedCrew) bool { return slices.Contains(n.crew[c.Mail], m.Staff) })
}

func (r *feedEventRow) event() FeedEvent {
	return FeedEvent{
		Visit: r.Visit, Sequence: r.Sequence, Revised: r.RevisedAt.Time, Cancelled: r.Cancelled, Reason: r.Reason,
		Start: r.StartsAt.Time, End: r.EndsAt.Time, FeedContent: &r.Content.v,
	}
}

// QueueReminders queues a reminder to each contact of a location of what takes
// place in the coming days, as the programme says; each event at each time
// once. It returns how many are new.
func (s *Store) QueueReminders(ctx context.Context, region string, now time.Time) (queued int, err error) {
	err = s.Tx(ctx, func(t *Tx) error {
		queued = 0
		programme, err := t.programmeOf(region)
		if err != nil {
			return err
		}
		days := programme.Assume(planner.ReminderDays, "", calendar.DateOf(now, time.UTC))
		until := now.Add(time.Duration(days * float64(24*time.Hour)))
		return t.eachEvent(region, LocationFeed, now, until, func(c *contactRow, e *feedEventRow) error {
			cause := fmt.Sprintf("%s/%s", e.Visit, e.StartsAt.UTC().Format(time.RFC3339))
			fresh, err := t.queue(c, ReminderMail, "", cause, MailContent{Events: []MailEvent{{FeedEvent: e.event()}}}, now, e.StartsAt.Time)
			if fresh {
				queued++
			}
			return err
		})
	})
	return queued, err
}

// eachEvent calls f for every contact of a kind and every event of their
// calendar that starts in a time and goes on.
func (t *Tx) eachEvent(region string, kind FeedKind, from, to time.Time, f func(*contactRow, *feedEventRow) error) error {
	contacts, err := t.contacts(region)
	if err != nil || len(contacts) == 0 {
		return err
	}
	var events []feedEventRow
	err = t.db.Where("region = ? AND kind = ? AND NOT cancelled AND starts_at >= ? AND starts_at < ?", region, kind, At(from), At(to)).
		Order("starts_at, visit").Find(&events).Error
	if err != nil {
		return err
	}
	for i := range contacts {
		for j := range events {
			if events[j].scope() != (FeedScope{region, contacts[i].Kind, contacts[i].Subject}) {
				continue
			}
			if err := f(&contacts[i], &events[j]); err != nil {
				return err
			}
		}
	}
	return nil
}

// QueueDigests queues for each member of staff what the week from a day on
// holds, once for that day; nothing to those who have nothing. It returns how
// many are new.
func (s *Store) QueueDigests(ctx context.Context, region string, first calendar.Date, zone *time.Location, now time.Time) (queued int, err error) {
	from, to := first.At(0, zone), (first+7).At(0, zone)
	err = s.Tx(ctx, func(t *Tx) error {
		queued = 0
		week := map[*contactRow][]MailEvent{}
		var order []*contactRow
		err := t.eachEvent(region, StaffFeed, from, to, func(c *contactRow, e *feedEventRow) error {
			if week[c] == nil {
				order = append(order, c)
			}
			week[c] = append(week[c], MailEvent{FeedEvent: e.event()})
			return nil
		})
		if err != nil {
			return err
		}
		for _, c := range order {
			fresh, err := t.queue(c, DigestMail, "", first.String(), MailContent{Events: week[c]}, now, to)
			if err != nil {
				return err
			}
			if fresh {
				queued++
			}
		}
		return nil
	})
	return queued, err
}
