package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"gorm.io/gorm/clause"
)

// Session is what is kept of one browser's session.
type Session struct {
	// Data is what the session holds, as JSON.
	Data json.RawMessage
	// Seen is when it was used last, to the minute.
	Seen time.Time
}

type sessionRow struct {
	Token     string `gorm:"primaryKey"`
	Data      document[json.RawMessage]
	SeenAt    Instant
	ExpiresAt Instant
}

func (sessionRow) TableName() string { return "sessions" }

// Session returns the session with the hash of a token, or ErrNotFound when it
// is not there or expired.
func (s *Store) Session(ctx context.Context, token string, now time.Time) (*Session, error) {
	var row sessionRow
	err := s.db.WithContext(ctx).Where("token = ? AND expires_at > ?", token, At(now)).Take(&row).Error
	if err != nil {
		return nil, fmt.Errorf("session: %w", err)
	}
	return &Session{row.Data.v, row.SeenAt.Time}, nil
}

// PutSession keeps a session until it expires.
func (s *Store) PutSession(ctx context.Context, token string, data json.RawMessage, now, expires time.Time) error {
	return s.Tx(ctx, func(t *Tx) error {
		row := sessionRow{Token: token, Data: doc(data), SeenAt: At(now), ExpiresAt: At(expires)}
		return t.db.Clauses(clause.OnConflict{UpdateAll: true}).Create(&row).Error
	})
}

// TouchSession notes that a session is in use. One that is gone stays gone.
func (s *Store) TouchSession(ctx context.Context, token string, now time.Time) error {
	return s.Tx(ctx, func(t *Tx) error {
		return t.db.Model(&sessionRow{}).Where("token = ?", token).Update("seen_at", At(now)).Error
	})
}

// EndSession forgets a session. It gives ErrNotFound for one that is gone: of
// two that end it at once, one knows that it was second.
func (s *Store) EndSession(ctx context.Context, token string) error {
	return s.TxAhead(ctx, func(t *Tx) error {
		done := t.db.Where("token = ?", token).Delete(&sessionRow{})
		if done.Error == nil && done.RowsAffected == 0 {
			return fmt.Errorf("session: %w", ErrNotFound)
		}
		return done.Error
	})
}
