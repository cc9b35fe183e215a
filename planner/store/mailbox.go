package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm/clause"
)

// Mailbox is how far a mailbox was read (RFC 3501 section 2.3.1.1).
type Mailbox struct {
	Name string
	// Validity names the numbering of its messages; under another one Last
	// means nothing.
	Validity uint32
	// Last is the highest number that was taken in.
	Last uint32
	// Lease names this claim.
	Lease int64
	// Read is when it was last read to its end; Fault says what went wrong since.
	Read  time.Time
	Fault string
}

type mailboxRow struct {
	Name        string `gorm:"primaryKey"`
	Validity    int64
	Last        int64
	Lease       int64
	LeasedUntil Instant
	ReadAt      Instant
	Fault       string
}

func (mailboxRow) TableName() string { return "mailboxes" }

type replyRow struct {
	Digest  string `gorm:"primaryKey"`
	SeenAt  Instant
	Outcome ReplyOutcome
}

func (replyRow) TableName() string { return "replies" }

// ClaimMailbox takes a mailbox for as long as the lease lasts. It gives ErrBusy
// when somebody else reads it.
func (s *Store) ClaimMailbox(ctx context.Context, name string, lease time.Duration, now time.Time) (Mailbox, error) {
	var row mailboxRow
	err := s.Tx(ctx, func(t *Tx) error {
		if err := t.reachAll(); err != nil {
			return err
		}
		if err := t.db.Clauses(clause.OnConflict{DoNothing: true}).Create(&mailboxRow{Name: name}).Error; err != nil {
			return err
		}
		done := t.db.Model(&mailboxRow{}).Where("name = ? AND (leased_until IS NULL OR leased_until <= ?)", name, At(now)).
			Updates(map[string]any{"leased_until": At(now.Add(lease)), "lease": clause.Expr{SQL: "lease + 1"}})
		if done.Error == nil && done.RowsAffected == 0 {
			return fmt.Errorf("mailbox: %w: another program reads it", ErrBusy)
		}
		if done.Error != nil {
			return done.Error
		}
		row = mailboxRow{}
		return t.db.Where("name = ?", name).Take(&row).Error
	})
	return Mailbox{
		Name: row.Name, Validity: uint32(row.Validity), Last: uint32(row.Last), Lease: row.Lease,
		Read: row.ReadAt.Time, Fault: row.Fault,
	}, err
}

// LeaveMailbox writes down how far a mailbox was read and lets others read it.
func (s *Store) LeaveMailbox(ctx context.Context, m *Mailbox, now time.Time) error {
	set := map[string]any{
		"validity": int64(m.Validity), "last": int64(m.Last), "leased_until": nil, "fault": m.Fault,
	}
	if m.Fault == "" {
		set["read_at"] = At(now)
	}
	return s.Tx(ctx, func(t *Tx) error {
		return t.db.Model(&mailboxRow{}).Where("name = ? AND lease = ?", m.Name, m.Lease).Updates(set).Error
	})
}

// Mailboxes lists the mailboxes that were read.
func (s *Store) Mailboxes(ctx context.Context) ([]Mailbox, error) {
	var rows []mailboxRow
	err := s.read(ctx, func(t *Tx) error {
		if err := t.reachAll(); err != nil {
			return err
		}
		return t.db.Order("name").Find(&rows).Error
	})
	out := make([]Mailbox, len(rows))
	for i, r := range rows {
		out[i] = Mailbox{Name: r.Name, Validity: uint32(r.Validity), Last: uint32(r.Last), Read: r.ReadAt.Time, Fault: r.Fault}
	}
	return out, err
}

// ReplyOutcome says what became of a message in the mailbox: it is stored.
type ReplyOutcome string

// The outcomes.
const (
	ReplyTaken ReplyOutcome = "taken"
	// ReplySeen was taken in before.
	ReplySeen ReplyOutcome = "seen"
	// ReplyAutomatic was written by a machine: an absence notice, a bounce.
	ReplyAutomatic ReplyOutcome = "automatic"
	// ReplyNoAnswer holds no calendar answer.
	ReplyNoAnswer ReplyOutcome = "no_answer"
	// ReplyMalformed cannot be read.
	ReplyMalformed ReplyOutcome = "malformed"
	// ReplyStranger comes from nobody who was invited to this, or answers for
	// somebody else.
	ReplyStranger ReplyOutcome = "stranger"
	// ReplyStale answers an earlier time, or is older than the last answer.
	ReplyStale ReplyOutcome = "stale"
)

// Invited is one event that an address was invited to.
type Invited struct {
	Region, Visit string
	contact       int64
}

// Reply is a calendar answer: no more is taken from it (RFC 5546 section 3.2.3).
type Reply struct {
	Answer   Answer
	Sequence int
	Stamp    time.Time
}

// Seen notes that a message was looked at and reports whether that is new. It
// comes first in the transaction that takes the message in.
func (t *Tx) Seen(digest string, outcome ReplyOutcome, now time.Time) (bool, error) {
	done := t.db.Clauses(clause.OnConflict{DoNothing: true}).Create(&replyRow{Digest: digest, SeenAt: At(now), Outcome: outcome})
	return done.RowsAffected == 1, done.Error
}

// InvitedTo lists what an address was invited to.
func (t *Tx) InvitedTo(mail string) ([]Invited, error) {
	var out []Invited
	var rows []struct {
		Region, Visit string
		Contact       int64
	}
	err := t.db.Table("notices AS n").Select("c.region, n.visit, n.contact").Joins("JOIN contacts AS c ON c.id = n.contact").
		Where("c.mail = ? AND c.calendar = ?", mail, ByInvitation).Scan(&rows).Error
	for _, r := range rows {
		out = append(out, Invited{r.Region, r.Visit, r.Contact})
	}
	return out, err
}

// TakeReply writes down an answer, unless it is to an earlier time of the event
// or older than the answer there is.
func (t *Tx) TakeReply(to Invited, r Reply) (ReplyOutcome, error) {
	done := t.db.Model(&noticeRow{}).
		Where("contact = ? AND visit = ? AND sequence = ? AND NOT cancelled", to.contact, to.Visit, r.Sequence).
		Where("answered_at IS NULL OR answered_at < ?", At(r.Stamp)).
		Updates(map[string]any{"answer": r.Answer, "answered_at": At(r.Stamp)})
	if done.Error == nil && done.RowsAffected == 0 {
		return ReplyStale, nil
	}
	return ReplyTaken, done.Error
}

// MarkReply replaces the outcome noted by Seen.
func (t *Tx) MarkReply(digest string, outcome ReplyOutcome) error {
	return t.db.Model(&replyRow{}).Where("digest = ?", digest).Update("outcome", outcome).Error
}

// Invitation is an event that a contact was told of, with the answer.
type Invitation struct {
	Contact    Contact
	Visit      string
	Start, End time.Time
	Sequence   int
	Cancelled  bool
	Answer     Answer
	Answered   time.Time
}

// Invitations lists what the contacts of a region were invited to from a moment
// on, in order of start.
func (s *Store) Invitations(ctx context.Context, region string, from time.Time) ([]Invitation, error) {
	var out []Invitation
	err := s.read(ctx, func(t *Tx) error {
		contacts, err := t.contacts(region)
		if err != nil {
			return err
		}
		for i := range contacts {
			if contacts[i].Calendar != ByInvitation {
				continue
			}
			var rows []noticeRow
			if err := t.db.Where("contact = ? AND ends_at > ?", contacts[i].ID, At(from)).Find(&rows).Error; err != nil {
				return err
			}
			for _, r := range rows {
				out = append(out, Invitation{
					Contact: contacts[i].contact(), Visit: r.Visit, Start: r.StartsAt.Time, End: r.EndsAt.Time,
					Sequence: r.Sequence, Cancelled: r.Cancelled, Answer: r.Answer, Answered: r.AnsweredAt.Time,
				})
			}
		}
		return nil
	})
	slices.SortStableFunc(out, func(a, b Invitation) int {
		if c := a.Start.Compare(b.Start); c != 0 {
			return c
		}
		return strings.Compare(a.Visit, b.Visit)
	})
	return out, err
}
