package store

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"
)

// SignInLinkTime is how long a one-time link lets its account in.
const SignInLinkTime = 15 * time.Minute

type signInLinkRow struct {
	ID        string `gorm:"primaryKey"`
	Secret    []byte
	UserID    int64
	CreatedAt Instant
	ExpiresAt Instant
}

func (signInLinkRow) TableName() string { return "sign_in_links" }

// CreateSignInLink makes the token of a link that signs an account in once,
// within a quarter of an hour; a link before it ends. The token is shown once.
func (s *Store) CreateSignInLink(ctx context.Context, user int64) (string, error) {
	token, key := newToken(SignInToken)
	err := s.Tx(ctx, func(t *Tx) error {
		if err := t.keepsAccounts(); err != nil {
			return err
		}
		if err := t.db.Where("disabled_at IS NULL").Select("id").Take(&userRow{}, user).Error; err != nil {
			return err
		}
		now := t.now()
		row := signInLinkRow{ID: key.ID, Secret: key.sum[:], UserID: user, CreatedAt: At(now), ExpiresAt: At(now.Add(SignInLinkTime))}
		err := errors.Join(t.db.Where("user_id = ?", user).Delete(&signInLinkRow{}).Error, t.db.Create(&row).Error)
		if err != nil {
			return err
		}
		return t.Record(Act{Verb: Created, Object: "sign-in-link", ID: strconv.FormatInt(user, 10)})
	})
	if err != nil {
		return "", fmt.Errorf("sign-in link of account %d: %w", user, err)
	}
	return token, nil
}

// SignInLink returns the account that a link is for. It changes nothing. It
// gives ErrNotFound for a link that is unknown, used or too old.
func (s *Store) SignInLink(ctx context.Context, key Key, now time.Time) (user int64, err error) {
	err = s.read(ctx, func(t *Tx) error {
		user, err = t.signInLink(key, now)
		return err
	})
	return user, err
}

func (t *Tx) signInLink(key Key, now time.Time) (int64, error) {
	var row signInLinkRow
	err := t.db.Where("id = ? AND expires_at > ?", key.ID, At(now)).Take(&row).Error
	if !key.opens(row.Secret) && err == nil {
		err = ErrNotFound
	}
	if err != nil {
		return 0, fmt.Errorf("sign-in link: %w", err)
	}
	return row.UserID, nil
}

// UseSignInLink uses a link up and returns its account. It gives ErrNotFound as
// SignInLink does: of two that use it at once, one comes too late.
func (s *Store) UseSignInLink(ctx context.Context, key Key, now time.Time) (user int64, err error) {
	err = s.Tx(ctx, func(t *Tx) error {
		if user, err = t.signInLink(key, now); err != nil {
			return err
		}
		done := t.db.Where("id = ?", key.ID).Delete(&signInLinkRow{})
		if done.Error == nil && done.RowsAffected == 0 {
			return fmt.Errorf("sign-in link: %w", ErrNotFound)
		}
		return done.Error
	})
	return user, err
}

type tryRow struct {
	Subject string `gorm:"primaryKey"`
	Tries   int
	Since   Instant
}

func (tryRow) TableName() string { return "sign_in_tries" }

// TooManyTriesError refuses to try again before a moment.
type TooManyTriesError struct{ Until time.Time }

func (e *TooManyTriesError) Error() string {
	return "too many tries; again at " + e.Until.Format(time.RFC3339)
}

// TakeTry counts a try to prove something, before it is looked at, so that no
// number of tries at once passes the limit. It gives a TooManyTriesError when
// there were limit of them within the window.
func (s *Store) TakeTry(ctx context.Context, subject string, limit int, window time.Duration, now time.Time) error {
	var refused error
	err := s.Tx(ctx, func(t *Tx) error {
		refused = nil
		var row tryRow
		err := t.db.Raw(`INSERT INTO sign_in_tries AS s (subject, tries, since) VALUES (?, 1, ?)
			ON CONFLICT (subject) DO UPDATE SET
			tries = CASE WHEN s.since <= ? THEN 1 ELSE s.tries + 1 END,
			since = CASE WHEN s.since <= ? THEN excluded.since ELSE s.since END
			RETURNING *`, subject, At(now), At(now.Add(-window)), At(now.Add(-window))).Scan(&row).Error
		if err == nil && row.Tries > limit {
			refused = &TooManyTriesError{row.Since.Add(window)}
		}
		return err
	})
	return errors.Join(err, refused)
}

// ForgetTries starts the count anew, after a success.
func (s *Store) ForgetTries(ctx context.Context, subject string) error {
	return s.Tx(ctx, func(t *Tx) error { return t.db.Where("subject = ?", subject).Delete(&tryRow{}).Error })
}
