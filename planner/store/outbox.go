package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm/clause"

	"github.com/wijkplanner/wijkplanner/migrations"
	"github.com/wijkplanner/wijkplanner/planner"
)

// MailKind says what a mail is for.
type MailKind string

// The kinds of mail.
const (
	// InvitationMail invites to an event (METHOD:REQUEST).
	InvitationMail MailKind = "invitation"
	// UpdateMail tells of another time or place (METHOD:REQUEST, higher SEQUENCE).
	UpdateMail MailKind = "update"
	// CancellationMail takes an event away (METHOD:CANCEL).
	CancellationMail MailKind = "cancellation"
	// ReminderMail reminds of an event that comes.
	ReminderMail MailKind = "reminder"
	// ShortNoticeMail tells who has a feed what changed in the coming days.
	ShortNoticeMail MailKind = "short_notice"
	// DigestMail lists somebody's coming week.
	DigestMail MailKind = "digest"
	// CodeMail holds the code for one act behind a link.
	CodeMail MailKind = "code"
	// SlotOfferMail offers a time to somebody who waits for one.
	SlotOfferMail MailKind = "slot_offer"
	// CeilingMail tells somebody that an agreed ceiling is near or passed.
	CeilingMail MailKind = "ceiling"
)

// MailState says how far a mail has come.
type MailState string

// The states of a mail.
const (
	MailWaiting MailState = "waiting"
	MailSent    MailState = "sent"
	// MailDead could not be delivered and waits for an operator.
	MailDead MailState = "dead"
	// MailDropped was overtaken by a later mail or by time.
	MailDropped MailState = "dropped"
)

// MailContent is what a mail is about; the text is written when it is sent.
type MailContent struct {
	Events []MailEvent
	// Code is the code of a CodeMail.
	Code string
	// Until is how long a SlotOfferMail's time is held.
	Until time.Time `json:",omitzero"`
	// Ceilings are what a CeilingMail tells of, and Of whose they are, by name, when
	// its reader is the team lead; empty for the reader's own.
	Ceilings []planner.CeilingLine `json:",omitempty"`
	Of       string                `json:",omitempty"`
}

// MailEvent is an event in a mail.
type MailEvent struct {
	FeedEvent
	// Told is what the reader knew of it before; nil when it is new to them.
	Told *ToldTime
}

// ToldTime is a time of which somebody was told.
type ToldTime struct {
	Start, End time.Time
	Cancelled  bool
}

// OutboxMail is a mail in the outbox.
type OutboxMail struct {
	ID      int64
	Kind    MailKind
	Contact Contact
	Visit   string
	// MessageID is the local part of the Message-ID, the same at every attempt.
	MessageID string
	Content   MailContent
	State     MailState
	// Attempts counts how often sending was begun.
	Attempts int
	// Lease names this claim; the outcome of an older one is not taken.
	Lease        int64
	Due, Created time.Time
	// Ended is when it was sent, died or was dropped.
	Ended time.Time
	// Fault is why the last attempt failed: codes only, no text of others.
	Fault string
}

type outboxRow struct {
	ID          int64 `gorm:"primaryKey"`
	Region      string
	Contact     int64
	Kind        MailKind
	Visit       string
	Cause       string
	Link        string
	MessageID   string
	Content     document[MailContent]
	State       MailState
	Attempts    int
	Lease       int64
	LeasedUntil Instant
	DueAt       Instant
	ExpiresAt   Instant
	CreatedAt   Instant
	EndedAt     Instant
	Fault       string
}

func (outboxRow) TableName() string { return "outbox" }

func (r *outboxRow) mail(c *contactRow) OutboxMail {
	return OutboxMail{
		ID: r.ID, Kind: r.Kind, Contact: c.contact(), Visit: r.Visit, MessageID: r.MessageID, Content: r.Content.v,
		State: r.State, Attempts: r.Attempts, Lease: r.Lease, Due: r.DueAt.Time, Created: r.CreatedAt.Time,
		Ended: r.EndedAt.Time, Fault: r.Fault,
	}
}

// messageIDLetters gives a Message-ID 120 random bits.
const messageIDLetters = 24

// queue puts a mail in the outbox, in the transaction of what causes it; the
// same cause is queued once. It reports whether the mail is new.
func (t *Tx) queue(c *contactRow, kind MailKind, visit, cause string, content MailContent, now, expires time.Time) (bool, error) {
	return t.put(&outboxRow{
		Region: c.Region, Contact: c.ID, Kind: kind, Visit: visit, Cause: fmt.Sprintf("%s/%d/%s", kind, c.ID, cause),
		Content: doc(content), ExpiresAt: At(expires),
	}, now)
}

func (t *Tx) put(row *outboxRow, now time.Time) (bool, error) {
	row.MessageID, row.State, row.DueAt, row.CreatedAt = letters(messageIDLetters), MailWaiting, At(now), At(now)
	done := t.db.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "cause"}}, DoNothing: true}).Create(row)
	return done.RowsAffected == 1, done.Error
}

// overtake drops the mails about an event that have not left yet.
func (t *Tx) overtake(contact int64, visit string, now time.Time) error {
	return t.db.Model(&outboxRow{}).
		Where("contact = ? AND visit = ? AND state = ?", contact, visit, MailWaiting).
		Where("leased_until IS NULL OR leased_until <= ?", At(now)).
		Updates(map[string]any{"state": MailDropped, "ended_at": At(now), "fault": "overtaken"}).Error
}

// inFlight reports whether a mail about an event is being sent at this moment.
func (t *Tx) inFlight(contact int64, visit string) (bool, error) {
	var n int64
	err := t.db.Model(&outboxRow{}).Where("contact = ? AND visit = ? AND state = ?", contact, visit, MailWaiting).Count(&n).Error
	return n > 0, err
}

// ClaimMail takes up to n mails that are due, for as long as the lease lasts:
// nobody else sends them in that time, and if this program dies they are due
// again after it. Mails that came too late are dropped.
func (s *Store) ClaimMail(ctx context.Context, n int, lease time.Duration, now time.Time) ([]OutboxMail, error) {
	var out []OutboxMail
	err := s.Tx(ctx, func(t *Tx) error {
		out = nil
		if err := t.reachAll(); err != nil {
			return err
		}
		if err := t.dropLate(now); err != nil {
			return err
		}
		rows, err := t.claim(n, lease, now)
		if err != nil || len(rows) == 0 {
			return err
		}
		contacts, err := t.contactsOf(rows)
		if err != nil {
			return err
		}
		for i := range rows {
			out = append(out, rows[i].mail(contacts[rows[i].Contact]))
		}
		return t.noteTried(rows)
	})
	if err != nil {
		return nil, fmt.Errorf("claim mail: %w", err)
	}
	return out, nil
}

func (t *Tx) dropLate(now time.Time) error {
	return t.db.Model(&outboxRow{}).
		Where("state = ? AND expires_at <= ? AND (leased_until IS NULL OR leased_until <= ?)", MailWaiting, At(now), At(now)).
		Updates(map[string]any{"state": MailDropped, "ended_at": At(now), "fault": "too late"}).Error
}

func (t *Tx) claim(n int, lease time.Duration, now time.Time) ([]outboxRow, error) {
	skip := ""
	if t.store.dialect == migrations.Postgres {
		skip = "FOR UPDATE SKIP LOCKED"
	}
	var rows []outboxRow
	err := t.db.Raw(`UPDATE outbox SET lease = lease + 1, attempts = attempts + 1, leased_until = ? WHERE id IN (
		SELECT id FROM outbox WHERE state = 'waiting' AND due_at <= ? AND (leased_until IS NULL OR leased_until <= ?)
		ORDER BY due_at, id LIMIT ? `+skip+`) RETURNING *`, At(now.Add(lease)), At(now), At(now), n).Scan(&rows).Error
	slices.SortFunc(rows, func(a, b outboxRow) int { return int(a.ID - b.ID) })
	return rows, err
}

func (t *Tx) contactsOf(rows []outboxRow) (map[int64]*contactRow, error) {
	ids := make([]int64, len(rows))
	for i := range rows {
		ids[i] = rows[i].Contact
	}
	var contacts []contactRow
	if err := t.db.Where("id IN ?", ids).Find(&contacts).Error; err != nil {
		return nil, err
	}
	out := make(map[int64]*contactRow, len(contacts))
	for i := range contacts {
		out[contacts[i].ID] = &contacts[i]
	}
	return out, nil
}

// noteTried remembers which events somebody may have heard of by now.
func (t *Tx) noteTried(rows []outboxRow) error {
	for i := range rows {
		if rows[i].Visit == "" {
			continue
		}
		err := t.db.Model(&noticeRow{}).Where("contact = ? AND visit = ? AND NOT tried", rows[i].Contact, rows[i].Visit).
			Update("tried", true).Error
		if err != nil {
			return err
		}
	}
	return nil
}

// MailOutcome is what became of an attempt.
type MailOutcome struct {
	// Fault is empty when the mail was taken by the server.
	Fault string
	// Dead ends the mail; otherwise Due says when it is tried again.
	Dead bool
	Due  time.Time
	// Uncounted leaves the attempt out: the server could not be reached, which
	// says nothing about the mail.
	Uncounted bool
}

// EndMail writes down what became of a claimed mail. The outcome of a claim
// that has run out, and that somebody else took over, changes nothing.
func (s *Store) EndMail(ctx context.Context, m *OutboxMail, o MailOutcome, now time.Time) error {
	set := map[string]any{"leased_until": nil, "fault": o.Fault}
	switch {
	case o.Fault == "":
		set["state"], set["ended_at"] = MailSent, At(now)
		if m.Kind == CodeMail {
			set["content"] = doc(MailContent{}) // nobody needs to read it here
		}
	case o.Dead:
		set["state"], set["ended_at"] = MailDead, At(now)
	default:
		set["due_at"] = At(o.Due)
	}
	if o.Uncounted {
		set["attempts"] = m.Attempts - 1
	}
	return s.Tx(ctx, func(t *Tx) error {
		return t.db.Model(&outboxRow{}).Where("id = ? AND lease = ? AND state = ?", m.ID, m.Lease, MailWaiting).Updates(set).Error
	})
}

// RequeueMail lets a dead mail be tried again, from its first attempt on.
func (s *Store) RequeueMail(ctx context.Context, id int64, now time.Time) error {
	return s.Tx(ctx, func(t *Tx) error {
		done := t.scoped("region").Model(&outboxRow{}).Where("id = ? AND state = ?", id, MailDead).
			Updates(map[string]any{"state": MailWaiting, "attempts": 0, "due_at": At(now), "ended_at": nil})
		if done.Error == nil && done.RowsAffected == 0 {
			return fmt.Errorf("dead mail %d: %w", id, ErrNotFound)
		}
		return done.Error
	})
}

// Outbox lists the mails in a state, the newest first and at most n; what they
// say is left out.
func (s *Store) Outbox(ctx context.Context, state MailState, n int) ([]OutboxMail, error) {
	var out []OutboxMail
	err := s.read(ctx, func(t *Tx) error {
		var rows []outboxRow
		if err := t.scoped("region").Omit("content").Where("state = ?", state).Order("id DESC").Limit(n).Find(&rows).Error; err != nil {
			return err
		}
		contacts, err := t.contactsOf(rows)
		for i := range rows {
			if c := contacts[rows[i].Contact]; c != nil {
				out = append(out, rows[i].mail(c))
			}
		}
		return err
	})
	return out, err
}

// OutboxCount is how many mails of a kind are in a state.
type OutboxCount struct {
	Kind  MailKind
	State MailState
	Count int
}

// OutboxCounts counts the outbox by kind and state.
func (s *Store) OutboxCounts(ctx context.Context) ([]OutboxCount, error) {
	var out []OutboxCount
	err := s.read(ctx, func(t *Tx) error {
		return t.scoped("region").Model(&outboxRow{}).Select("kind, state, count(*) AS count").Group("kind, state").Scan(&out).Error
	})
	slices.SortFunc(out, func(a, b OutboxCount) int {
		return strings.Compare(string(a.Kind)+" "+string(a.State), string(b.Kind)+" "+string(b.State))
	})
	return out, err
}

// ErrTooMany is a request for more mail than an address or a link may cause.
var ErrTooMany = errors.New("too many mails")

// What others can cause by a link: mails to one address in an hour, and by one
// link in a day.
const (
	mailsPerAddressHour = 3
	mailsPerLinkDay     = 20
)

// QueueCode queues a mail with a code, asked for by whoever holds a link. It
// gives ErrTooMany above 3 such mails to an address in an hour or 20 by a link
// in a day, so that nobody can be buried in mail. The code is good until it
// expires.
func (t *Tx) QueueCode(contact int64, link, code string, now, expires time.Time) error {
	// The two counts and the insert must not interleave with another's.
	if err := t.advisoryLock([]int64{mailLock}); err != nil {
		return err
	}
	var c contactRow
	if err := t.db.Take(&c, contact).Error; err != nil {
		return fmt.Errorf("contact %d: %w", contact, err)
	}
	var toAddress, byLink int64
	err := errors.Join(
		t.db.Table("outbox AS o").Joins("JOIN contacts AS c ON c.id = o.contact").
			Where("c.mail = ? AND o.link <> '' AND o.created_at > ?", c.Mail, At(now.Add(-time.Hour))).Count(&toAddress).Error,
		t.db.Model(&outboxRow{}).Where("link = ? AND created_at > ?", link, At(now.Add(-24*time.Hour))).Count(&byLink).Error,
	)
	if err != nil {
		return err
	}
	if toAddress >= mailsPerAddressHour || byLink >= mailsPerLinkDay {
		return ErrTooMany
	}
	_, err = t.put(&outboxRow{
		Region: c.Region, Contact: c.ID, Kind: CodeMail, Cause: "code/" + letters(messageIDLetters), Link: link,
		Content: doc(MailContent{Code: code}), ExpiresAt: At(expires),
	}, now)
	return err
}
