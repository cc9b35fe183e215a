package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm/clause"
)

// ErrEffected is a request whose answer was lost after it had its effect: it
// must not be done again.
var ErrEffected = errors.New("done before, and the answer was lost")

// ErrKeyReused is an Idempotency-Key that came before with another request.
var ErrKeyReused = errors.New("the key was used for another request")

// Answered is the answer to a request that carried an Idempotency-Key (IETF
// draft-ietf-httpapi-idempotency-key-header-06).
type Answered struct {
	Status int
	// Header are the lines of the head that belong to the answer, in the form of
	// RFC 9112.
	Header string
	Body   []byte
}

type answeredRow struct {
	Actor   string `gorm:"primaryKey"`
	Key     string `gorm:"primaryKey"`
	Request []byte
	Status  int64
	Header  string
	Body    []byte
	// CreatedAt is when whoever works on it last said so.
	CreatedAt Instant
	Claim     int64
}

func (answeredRow) TableName() string { return "answered" }

// KeyLease is after how long a key is free again about which nobody says that
// they work on it: that program has died.
const KeyLease = 5 * time.Second

// effected is the status of a request that had its effect and has no answer yet.
const effected = -1

// noteEffect marks the key of the caller's request as done, in the transaction
// that does it: whatever happens to the answer, it is not done again. It gives
// ErrBusy when another program has taken the key over, which ends the
// transaction: the effect is theirs.
func (t *Tx) noteEffect(object string) error {
	scope := &t.store.scope
	noted := t.db.Model(&answeredRow{}).Where("actor = ? AND key = ? AND claim = ? AND status <= 0", scope.Actor, scope.Key, scope.Claim).
		Updates(map[string]any{"status": effected, "header": object})
	if noted.Error == nil && noted.RowsAffected == 0 {
		return fmt.Errorf("%w: another program works on the same request", ErrBusy)
	}
	return noted.Error
}

// BeginAnswer takes a key of the caller for a request. It returns the answer
// when the request was answered before, and else the claim with which the caller
// has to do it – Scope.Claim – saying BeatAnswer more often than every KeyLease,
// and then EndAnswer. It gives ErrBusy while the same request is being worked on,
// ErrKeyReused when the key was used for another one, and ErrEffected with the
// object when it was done and is not answered yet, or never.
func (s *Store) BeginAnswer(ctx context.Context, key string, request [sha256.Size]byte, now time.Time) (done *Answered, claim int64, err error) {
	err = s.Tx(ctx, func(t *Tx) error {
		done, claim = nil, 1
		row := answeredRow{Actor: s.scope.Actor, Key: key, Request: request[:], Body: []byte{}, CreatedAt: At(now), Claim: claim}
		made := t.db.Clauses(clause.OnConflict{DoNothing: true}).Create(&row)
		if made.Error != nil || made.RowsAffected == 1 {
			return made.Error
		}
		var have answeredRow
		err := t.db.Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate}).
			Where("actor = ? AND key = ?", s.scope.Actor, key).Take(&have).Error
		switch {
		case err != nil:
			return err
		case !bytes.Equal(have.Request, request[:]):
			return ErrKeyReused
		case have.Status > 0:
			done = &Answered{int(have.Status), have.Header, have.Body}
			return nil
		case have.Status == effected:
			return fmt.Errorf("%s: %w", have.Header, ErrEffected)
		case now.Sub(have.CreatedAt.Time) < KeyLease:
			return fmt.Errorf("%w: the same request is being worked on", ErrBusy)
		}
		claim = have.Claim + 1
		return t.db.Model(&answeredRow{}).Where("actor = ? AND key = ?", s.scope.Actor, key).
			Updates(map[string]any{"created_at": At(now), "claim": claim}).Error
	})
	return done, claim, err
}

// BeatAnswer says that somebody still works on a request.
func (s *Store) BeatAnswer(ctx context.Context, key string, claim int64, now time.Time) error {
	return s.Tx(ctx, func(t *Tx) error {
		return t.db.Model(&answeredRow{}).Where("actor = ? AND key = ? AND claim = ? AND status <= 0", s.scope.Actor, key, claim).
			Update("created_at", At(now)).Error
	})
}

// EndAnswer keeps the answer to a request, or with a nil answer gives its key
// back, unless the request had its effect after all. Where another program has
// taken the key over, the answer is that one's.
func (s *Store) EndAnswer(ctx context.Context, key string, claim int64, answer *Answered) error {
	return s.Tx(ctx, func(t *Tx) error {
		mine := t.db.Where("actor = ? AND key = ? AND claim = ?", s.scope.Actor, key, claim)
		if answer == nil {
			return mine.Where("status = 0").Delete(&answeredRow{}).Error
		}
		return mine.Model(&answeredRow{}).Updates(map[string]any{
			"status": answer.Status, "header": answer.Header, "body": append([]byte{}, answer.Body...),
		}).Error
	})
}
