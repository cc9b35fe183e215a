package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
)

// Account is a CalDAV account: an app password and the calendars it opens.
type Account struct {
	// ID is also the user name.
	ID, Region string
	Created    time.Time
	// LastUsed is the last day on which it was read; NoDate for never.
	LastUsed calendar.Date
	// Revoked is when it was revoked; zero while it is not.
	Revoked time.Time
	// Calendars are known by their place in the account, from 0.
	Calendars []Calendar

	secret []byte
}

// Opens reports whether the key of an app password opens the account at a
// moment.
func (a *Account) Opens(key Key, now time.Time) bool { return key.opens(a.secret) && !a.Ended(now) }

// Ended reports whether the account is revoked or worn out, as a feed is.
func (a *Account) Ended(now time.Time) bool {
	f := Feed{Created: a.Created, LastUsed: a.LastUsed, Revoked: a.Revoked}
	return f.Ended(now)
}

type accountRow struct {
	ID        string `gorm:"primaryKey"`
	Secret    []byte
	Region    string
	CreatedAt Instant
	LastUsed  day
	RevokedAt Instant
}

type accountCalendarRow struct {
	Account       string `gorm:"primaryKey"`
	Position      int    `gorm:"primaryKey;autoIncrement:false"`
	Kind          FeedKind
	Subject       string
	Level         FeedLevel
	Language      Language
	HideCancelled bool
}

func (accountRow) TableName() string         { return "caldav_accounts" }
func (accountCalendarRow) TableName() string { return "caldav_calendars" }

// CreateAccount makes a CalDAV account for one device that opens calendars of
// one region. It returns the user name and the app password, which is shown
// once.
func (s *Store) CreateAccount(ctx context.Context, calendars ...NewFeed) (user, password string, err error) {
	if len(calendars) == 0 {
		return "", "", errors.New("create a CalDAV account: it opens no calendar")
	}
	password, key := newToken(AppPassword)
	account := accountRow{ID: key.ID, Secret: key.sum[:], Region: calendars[0].Scope.Region}
	rows := list(calendars, func(i int, n *NewFeed) accountCalendarRow {
		return accountCalendarRow{
			Account: key.ID, Position: i, Kind: n.Scope.Kind, Subject: n.Scope.ID, Level: n.Level, Language: n.language(), HideCancelled: n.HideCancelled,
		}
	})
	err = s.Tx(ctx, func(t *Tx) error {
		for i := range calendars {
			if calendars[i].Scope.Region != account.Region {
				return fmt.Errorf("calendars of regions %q and %q: want one", account.Region, calendars[i].Scope.Region)
			}
		}
		if err := t.calendars(calendars); err != nil {
			return err
		}
		account.CreatedAt = At(t.now())
		if err := t.db.Create(&account).Error; err != nil {
			return err
		}
		return errors.Join(insert(t, rows), t.Record(Act{Verb: Created, Object: "caldav-account", ID: key.ID, Region: account.Region}))
	})
	if err != nil {
		return "", "", fmt.Errorf("no CalDAV account is made: %w", err)
	}
	return key.ID, password, nil
}

// AccountByID returns an account, also a revoked one, or ErrNotFound.
func (s *Store) AccountByID(ctx context.Context, id string) (*Account, error) {
	t := &Tx{db: s.db.WithContext(ctx), store: s}
	out, err := t.accounts("a.id = ?", id)
	switch {
	case err != nil:
		return nil, fmt.Errorf("CalDAV account: %w", err)
	case len(out) == 0, !s.scope.Reaches(out[0].Region):
		return nil, fmt.Errorf("CalDAV account: %w", ErrNotFound)
	}
	return &out[0], nil
}

// Accounts lists the accounts of a region, revoked ones too, the oldest first.
func (s *Store) Accounts(ctx context.Context, region string) ([]Account, error) {
	t := &Tx{db: s.db.WithContext(ctx), store: s}
	if err := t.reach(region); err != nil {
		return nil, err
	}
	return t.accounts("a.region = ?", region)
}

func (t *Tx) accounts(where string, args ...any) (out []Account, err error) {
	rows, err := t.db.Raw("SELECT a.id, a.secret, a.region, a.created_at, a.last_used, a.revoked_at, "+calendarColumns+` FROM caldav_accounts a
		JOIN (SELECT c.*, o.region FROM caldav_calendars c JOIN caldav_accounts o ON o.id = c.account) f ON f.account = a.id`+
		calendarTables+" WHERE "+where+" ORDER BY a.created_at, a.id, f.position", args...).Rows()
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var a Account
		var c Calendar
		var created, revoked, changed Instant
		var used day
		if err := rows.Scan(append([]any{&a.ID, &a.secret, &a.Region, &created, &used, &revoked}, c.columns(&changed)...)...); err != nil {
			return nil, err
		}
		if len(out) == 0 || out[len(out)-1].ID != a.ID {
			a.Created, a.LastUsed, a.Revoked = created.Time, used.Date(), revoked.Time
			out = append(out, a)
		}
		last := &out[len(out)-1]
		if c.Changed = changed.Time; c.Changed.IsZero() {
			c.Changed = last.Created
		}
		last.Calendars = append(last.Calendars, c)
	}
	return out, rows.Err()
}

// RevokeAccount ends an account, at once and for good.
func (s *Store) RevokeAccount(ctx context.Context, id string, now time.Time) error {
	return s.TxAhead(ctx, func(t *Tx) error {
		done := t.scoped("region").Model(&accountRow{}).Where("id = ? AND revoked_at IS NULL", id).Update("revoked_at", At(now))
		if done.Error == nil && done.RowsAffected == 0 {
			return fmt.Errorf("CalDAV account %q: %w", id, ErrNotFound)
		}
		return done.Error
	})
}

// NoteAccountUse writes the day on which an account was read.
func (s *Store) NoteAccountUse(ctx context.Context, id string, today calendar.Date) error {
	return s.Tx(ctx, func(t *Tx) error {
		return t.db.Model(&accountRow{}).Where("id = ? AND (last_used IS NULL OR last_used < ?)", id, on(today)).
			Update("last_used", on(today)).Error
	})
}
