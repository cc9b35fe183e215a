package store

import (
	"context"
	"crypto/sha256"
	"fmt"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
)

// APIToken lets a program act as an account, by one of its memberships.
type APIToken struct {
	ID string
	// Name says what it is for.
	Name       string
	Membership Membership
	Created    time.Time
	Expires    time.Time
	// LastUsed is the last day on which it was used; NoDate for never.
	LastUsed calendar.Date
	// Revoked is when it was revoked; zero while it is not.
	Revoked time.Time
}

// Actor is how the audit log names what is done by the token.
func (a *APIToken) Actor() string { return "token:" + a.ID }

// Ended reports whether the token is revoked or has run out.
func (a *APIToken) Ended(now time.Time) bool { return !a.Revoked.IsZero() || !now.Before(a.Expires) }

type apiTokenRow struct {
	ID         string `gorm:"primaryKey"`
	Secret     []byte
	Membership int64
	Name       string
	CreatedAt  Instant
	ExpiresAt  Instant
	LastUsed   day
	RevokedAt  Instant
}

func (apiTokenRow) TableName() string { return "api_tokens" }

// LongestToken is how long a token can be good.
const LongestToken = 400 * 24 * time.Hour

// CreateAPIToken makes a token that acts by a membership until it expires, and
// returns it; it is shown once. Administrators make them for anybody, others for
// themselves.
func (s *Store) CreateAPIToken(ctx context.Context, membership int64, name string, expires time.Time) (id, token string, err error) {
	if name, err = cleanName(name); err != nil {
		return "", "", err
	}
	token, key := newToken(APITokenKind)
	err = s.Tx(ctx, func(t *Tx) error {
		now := t.now()
		if !expires.After(now) || expires.After(now.Add(LongestToken)) {
			return fmt.Errorf("a token ends after now and within %d days", LongestToken/(24*time.Hour))
		}
		var m membershipRow
		if err := t.db.Take(&m, membership).Error; err != nil {
			return fmt.Errorf("role %d: %w", membership, err)
		}
		if t.keepsAccounts() != nil && t.ownAccount(m.UserID) != nil {
			return fmt.Errorf("role %d: %w", membership, ErrNotFound)
		}
		row := apiTokenRow{ID: key.ID, Secret: key.sum[:], Membership: membership, Name: name, CreatedAt: At(now), ExpiresAt: At(expires)}
		if err := t.db.Create(&row).Error; err != nil {
			return err
		}
		return t.Record(Act{Verb: Created, Object: "token", ID: key.ID, Region: m.Region})
	})
	if err != nil {
		return "", "", fmt.Errorf("create a token: %w", err)
	}
	return key.ID, token, nil
}

// apiTokenJoin is a token with its membership and the account's state.
type apiTokenJoin struct {
	Token      apiTokenRow `gorm:"embedded"`
	UserID     int64
	Role       Role
	Everywhere bool
	Region     string
	Staff      string
}

func (r *apiTokenJoin) token() APIToken {
	a := &r.Token
	return APIToken{
		ID: a.ID, Name: a.Name, Created: a.CreatedAt.Time, Expires: a.ExpiresAt.Time, LastUsed: a.LastUsed.Date(), Revoked: a.RevokedAt.Time,
		Membership: Membership{ID: a.Membership, User: r.UserID, Role: r.Role, Everywhere: r.Everywhere, Region: r.Region, Staff: r.Staff},
	}
}

func (t *Tx) apiTokens(where string, args ...any) ([]apiTokenJoin, error) {
	var rows []apiTokenJoin
	err := t.db.Table("api_tokens AS a").Select("a.*, m.user_id, m.role, m.everywhere, m.region, m.staff").
		Joins("JOIN memberships AS m ON m.id = a.membership").Joins("JOIN users AS u ON u.id = m.user_id").
		Where(where, args...).Order("a.created_at, a.id").Scan(&rows).Error
	return rows, err
}

// APITokens lists the tokens of all accounts for administrators, and one's own
// for others, ended ones too, the oldest first.
func (s *Store) APITokens(ctx context.Context) ([]APIToken, error) {
	var out []APIToken
	err := s.read(ctx, func(t *Tx) error {
		all := t.keepsAccounts() == nil
		rows, err := t.apiTokens("true")
		for i := range rows {
			if all || UserActor(rows[i].UserID) == s.scope.Actor {
				out = append(out, rows[i].token())
			}
		}
		return err
	})
	return out, err
}

// APITokenByKey returns the token that a key opens at a moment. It gives
// ErrNotFound for one that is unknown, ended, or of a disabled account. It is
// asked at each request.
func (s *Store) APITokenByKey(ctx context.Context, key Key, now time.Time) (*APIToken, error) {
	t := &Tx{db: s.db.WithContext(ctx), store: s}
	// An unknown id gets a secret as well, one that no token has: it takes as long
	// as a wrong secret.
	var kept struct{ Secret []byte }
	err := t.db.Raw("SELECT coalesce(a.secret, ?) AS secret FROM (SELECT CAST(? AS text) AS id) AS wanted LEFT JOIN api_tokens AS a ON a.id = wanted.id",
		make([]byte, sha256.Size), key.ID).Scan(&kept).Error
	if err == nil && !key.opens(kept.Secret) {
		err = ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("token: %w", err)
	}
	rows, err := t.apiTokens("a.id = ? AND u.disabled_at IS NULL", key.ID)
	if err != nil {
		return nil, fmt.Errorf("token: %w", err)
	}
	if len(rows) == 0 {
		return nil, fmt.Errorf("token: %w", ErrNotFound)
	}
	token := rows[0].token()
	if token.Ended(now) {
		return nil, fmt.Errorf("token: %w", ErrNotFound)
	}
	return &token, nil
}

// RevokeAPIToken ends a token, at once and for good.
func (s *Store) RevokeAPIToken(ctx context.Context, id string) error {
	return s.TxAhead(ctx, func(t *Tx) error {
		rows, err := t.apiTokens("a.id = ? AND a.revoked_at IS NULL", id)
		if err != nil {
			return err
		}
		if len(rows) == 0 || t.keepsAccounts() != nil && t.ownAccount(rows[0].UserID) != nil {
			return fmt.Errorf("token %q: %w", id, ErrNotFound)
		}
		if err := t.db.Model(&apiTokenRow{}).Where("id = ?", id).Update("revoked_at", At(t.now())).Error; err != nil {
			return err
		}
		return t.Record(Act{Verb: Revoked, Object: "token", ID: id, Region: rows[0].Region})
	})
}

// NoteAPITokenUse writes the day on which a token was used.
func (s *Store) NoteAPITokenUse(ctx context.Context, id string, today calendar.Date) error {
	return s.Tx(ctx, func(t *Tx) error {
		return t.db.Model(&apiTokenRow{}).Where("id = ? AND (last_used IS NULL OR last_used < ?)", id, on(today)).
			Update("last_used", on(today)).Error
	})
}
