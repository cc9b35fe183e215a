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
	Actor     string `gorm:"primaryKey"`
	Key       string `gorm:"primaryKey"`
	Request   []byte
	Status    int64
	Header    string
	Body      []byte
	CreatedAt Instant
}

func (answeredRow) TableName() string { return "answered" }

// keyTakenOver is after how long an unanswered key is free again: the program
// that worked on it has died.
const keyTakenOver = time.Minute

// effected is the status of a request that had its effect and has no answer yet.
const effected = -1

// noteEffect marks the key of the caller's request as done, in the transaction
// that does it: whatever happens to the answer, it is not done again.
func (t *Tx) noteEffect(object string) error {
	scope := &t.store.scope
	return t.db.Model(&answeredRow{}).Where("actor = ? AND key = ? AND status = 0", scope.Actor, scope.Key).
		Updates(map[string]any{"status": effected, "header": object}).Error
}

// BeginAnswer takes a key of the caller for a request. It returns the answer
// when the request was answered before, and nil when the caller has to do it
// and then call EndAnswer. It gives ErrBusy while the same request is being
// worked on, ErrKeyReused when the key was used for another one, and ErrEffected
// with the object when it was done and never answered.
func (s *Store) BeginAnswer(ctx context.Context, key string, request [sha256.Size]byte, now time.Time) (done *Answered, err error) {
	err = s.Tx(ctx, func(t *Tx) error {
		done = nil
		row := answeredRow{Actor: s.scope.Actor, Key: key, Request: request[:], Body: []byte{}, CreatedAt: At(now)}
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
		case have.Status == effected:
			return fmt.Errorf("%s: %w", have.Header, ErrEffected)
		case have.Status != 0:
			done = &Answered{int(have.Status), have.Header, have.Body}
			return nil
		case now.Sub(have.CreatedAt.Time) < keyTakenOver:
			return fmt.Errorf("%w: the same request is being worked on", ErrBusy)
		}
		return t.db.Model(&answeredRow{}).Where("actor = ? AND key = ?", s.scope.Actor, key).Update("created_at", At(now)).Error
	})
	return done, err
}

// EndAnswer keeps the answer to a request, or with a nil answer gives its key
// back, unless the request had its effect after all.
func (s *Store) EndAnswer(ctx context.Context, key string, answer *Answered) error {
	return s.Tx(ctx, func(t *Tx) error {
		mine := t.db.Where("actor = ? AND key = ?", s.scope.Actor, key)
		if answer == nil {
			return mine.Where("status = 0").Delete(&answeredRow{}).Error
		}
		return mine.Model(&answeredRow{}).Updates(map[string]any{
			"status": answer.Status, "header": answer.Header, "body": append([]byte{}, answer.Body...),
		}).Error
	})
}
