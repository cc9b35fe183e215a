package store

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm/clause"
)

// answerCodeRow is the code that was mailed last for one act behind a link, as
// a hash that needs a key to make.
type answerCodeRow struct {
	Link      string `gorm:"primaryKey"`
	Code      []byte
	Tries     int
	ExpiresAt Instant
}

func (answerCodeRow) TableName() string { return "answer_codes" }

// ErrCode is a code that is wrong, worn out or used.
var ErrCode = errors.New("wrong code")

// codeTries is how often a code may be guessed.
const codeTries = 5

// NoticeLink returns the id of the link behind which a contact can answer about
// an event; empty for none.
func (s *Store) NoticeLink(ctx context.Context, contact int64, visit string) (string, error) {
	var links []string
	err := s.read(ctx, func(t *Tx) error {
		return t.db.Model(&noticeRow{}).Where("contact = ? AND visit = ?", contact, visit).Pluck("link", &links).Error
	})
	if err != nil || len(links) == 0 {
		return "", err
	}
	return links[0], nil
}

// AnswerLink reports whether a link is one behind which somebody can answer
// now: it gives ErrNotFound for an unknown one, and for an event that is over
// or cancelled.
func (s *Store) AnswerLink(ctx context.Context, link string, now time.Time) error {
	return s.read(ctx, func(t *Tx) error {
		_, err := t.openNotice(link, now)
		return err
	})
}

func (t *Tx) openNotice(link string, now time.Time) (*noticeRow, error) {
	var row noticeRow
	err := t.db.Where("link = ? AND link <> '' AND NOT cancelled AND ends_at > ?", link, At(now)).Take(&row).Error
	if err != nil {
		return nil, fmt.Errorf("link: %w", err)
	}
	return &row, nil
}

// MailCode queues a code to the contact of a link, and replaces the one before
// it. It gives ErrNotFound as AnswerLink does, and ErrTooMany as QueueCode does.
func (s *Store) MailCode(ctx context.Context, link, code string, hash []byte, now, expires time.Time) error {
	return s.Tx(ctx, func(t *Tx) error {
		notice, err := t.openNotice(link, now)
		if err != nil {
			return err
		}
		return t.mailCode(notice.Contact, link, code, hash, now, expires)
	})
}

// AnswerWithCode writes down an answer to an event when the hash is that of the
// code mailed last, which is used up by it. It gives ErrNotFound as AnswerLink
// does and ErrCode otherwise; five wrong guesses end a code.
func (s *Store) AnswerWithCode(ctx context.Context, link string, hash []byte, answer Answer, now time.Time) error {
	var refused error
	err := s.Tx(ctx, func(t *Tx) error {
		notice, err := t.openNotice(link, now)
		if err != nil {
			return err
		}
		refused, err = t.useCode(link, hash, now)
		if err != nil || refused != nil {
			return err
		}
		return t.db.Model(&noticeRow{}).Where("contact = ? AND visit = ?", notice.Contact, notice.Visit).
			Updates(map[string]any{"answer": answer, "answered_at": At(now)}).Error
	})
	return errors.Join(err, refused)
}

// useCode uses up the code that was mailed last for a link, when the hash is
// its; otherwise the guess counts and refused is ErrCode.
func (t *Tx) useCode(link string, hash []byte, now time.Time) (refused, err error) {
	var codes []answerCodeRow
	err = t.db.Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate}).
		Where("link = ? AND expires_at > ? AND tries < ?", link, At(now), codeTries).Find(&codes).Error
	if err != nil {
		return nil, err
	}
	if len(codes) == 0 {
		return ErrCode, nil
	}
	if subtle.ConstantTimeCompare(codes[0].Code, hash) != 1 {
		return ErrCode, t.db.Model(&codes[0]).Update("tries", codes[0].Tries+1).Error
	}
	return nil, t.db.Delete(&codes[0]).Error
}
