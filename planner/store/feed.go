package store

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/wijkplanner/wijkplanner/calendar"
)

// FeedLevel says how much a feed tells.
type FeedLevel string

// The levels of detail.
const (
	// FullDetail tells who comes where for what.
	FullDetail FeedLevel = "full"
	// NoNames leaves out the names of people.
	NoNames FeedLevel = "no_names"
	// BusyOnly tells when somebody is taken and nothing else.
	BusyOnly FeedLevel = "busy"
)

// How long a feed's token lasts, in days: unused, and in all.
const (
	feedUnusedDays = 180
	feedDays       = 400
)

// Feed is a calendar that one device may read.
type Feed struct {
	ID    string
	Scope FeedScope
	Level FeedLevel
	// Name is the person's or the location's, empty when they are gone.
	Name string
	// Zone is the IANA time zone of the region.
	Zone string
	// Revision counts the changes to the calendar; it is 0 before the first.
	Revision int64
	// Changed is when it got this revision; zero before the first.
	Changed time.Time
	Created time.Time
	// LastUsed is the last day on which it was read; NoDate for never.
	LastUsed calendar.Date
	// Revoked is when it was revoked; zero while it is not.
	Revoked time.Time
}

type feedRow struct {
	ID        string `gorm:"primaryKey"`
	Secret    []byte
	Region    string
	Kind      FeedKind
	Subject   string
	Level     FeedLevel
	CreatedAt Instant
	LastUsed  day
	RevokedAt Instant
}

func (feedRow) TableName() string { return "feeds" }

func (r *feedRow) feed() Feed {
	return Feed{
		ID: r.ID, Scope: FeedScope{r.Region, r.Kind, r.Subject}, Level: r.Level,
		Created: r.CreatedAt.Time, LastUsed: r.LastUsed.Date(), Revoked: r.RevokedAt.Time,
	}
}

// CreateFeed makes a feed of a calendar for one device and returns its token,
// which is shown once: the database keeps no more than its SHA-256. It gives
// ErrNotFound when there is no such person or location.
func (s *Store) CreateFeed(ctx context.Context, scope FeedScope, level FeedLevel) (token string, err error) {
	if level != FullDetail && level != NoNames && level != BusyOnly {
		return "", fmt.Errorf("feed level %q: want %q, %q or %q", level, FullDetail, NoNames, BusyOnly)
	}
	token, id, secret := newToken()
	row := feedRow{
		ID: id, Secret: secret[:], Region: scope.Region, Kind: scope.Kind, Subject: scope.ID, Level: level,
	}
	err = s.Tx(ctx, func(t *Tx) error {
		if err := t.subject(scope); err != nil {
			return err
		}
		row.CreatedAt = At(t.now())
		return t.db.Create(&row).Error
	})
	if err != nil {
		return "", fmt.Errorf("create a feed: %w", err)
	}
	return token, nil
}

// subject gives ErrNotFound unless the person or location exists.
func (t *Tx) subject(scope FeedScope) error {
	var row any
	switch scope.Kind {
	case StaffFeed:
		row = &staffRow{}
	case LocationFeed:
		row = &locationRow{}
	default:
		return fmt.Errorf("feed kind %q: want %q or %q", scope.Kind, StaffFeed, LocationFeed)
	}
	if err := t.db.Where("region = ? AND id = ?", scope.Region, scope.ID).Take(row).Error; err != nil {
		return fmt.Errorf("%s %q of region %q: %w", scope.Kind, scope.ID, scope.Region, err)
	}
	return nil
}

// Feeds lists the feeds of a calendar, revoked ones too, the oldest first.
func (s *Store) Feeds(ctx context.Context, scope FeedScope) ([]Feed, error) {
	var rows []feedRow
	err := s.read(ctx, func(t *Tx) error {
		return t.db.Where("region = ? AND kind = ? AND subject = ?", scope.Region, scope.Kind, scope.ID).
			Order("created_at, id").Find(&rows).Error
	})
	if err != nil {
		return nil, err
	}
	out := make([]Feed, len(rows))
	for i := range rows {
		out[i] = rows[i].feed()
	}
	return out, nil
}

// RevokeFeed ends a feed, at once and for good.
func (s *Store) RevokeFeed(ctx context.Context, id string, now time.Time) error {
	return s.Tx(ctx, func(t *Tx) error {
		done := t.db.Model(&feedRow{}).Where("id = ? AND revoked_at IS NULL", id).Update("revoked_at", At(now))
		if done.Error == nil && done.RowsAffected == 0 {
			return fmt.Errorf("feed %q: %w", id, ErrNotFound)
		}
		return done.Error
	})
}

// FeedByToken returns the feed that a token opens. It gives ErrNotFound for a token that is malformed, unknown, revoked or too
// old, all alike.
func (s *Store) FeedByToken(ctx context.Context, token string, now time.Time) (Feed, error) {
	id, secret, ok := parseToken(token)
	if !ok {
		return Feed{}, fmt.Errorf("feed: %w", ErrNotFound)
	}
	var row struct {
		Feed      feedRow `gorm:"embedded"`
		Revision  int64
		ChangedAt Instant
		Zone      string
		Name      string
	}
	err := s.db.WithContext(ctx).Table("feeds AS f").
		Select("f.*, coalesce(r.revision, 0) AS revision, r.changed_at, g.zone, coalesce(s.name, l.name, '') AS name").
		Joins("JOIN regions AS g ON g.region = f.region").
		Joins("LEFT JOIN feed_revisions AS r ON r.region = f.region AND r.kind = f.kind AND r.subject = f.subject").
		Joins("LEFT JOIN staff AS s ON f.kind = 'staff' AND s.region = f.region AND s.id = f.subject").
		Joins("LEFT JOIN locations AS l ON f.kind = 'location' AND l.region = f.region AND l.id = f.subject").
		Where("f.id = ?", id).Take(&row).Error
	unknown := errors.Is(err, gorm.ErrRecordNotFound)
	if err != nil && !unknown {
		return Feed{}, fmt.Errorf("feed: %w", err)
	}
	if unknown {
		row.Feed.Secret = make([]byte, sha256.Size) // compare all the same
	}
	sum := sha256.Sum256([]byte(secret))
	if subtle.ConstantTimeCompare(sum[:], row.Feed.Secret) != 1 || unknown || row.Feed.ended(now) {
		return Feed{}, fmt.Errorf("feed: %w", ErrNotFound)
	}
	f := row.Feed.feed()
	f.Revision, f.Changed, f.Zone, f.Name = row.Revision, row.ChangedAt.Time, row.Zone, row.Name
	return f, nil
}

func (r *feedRow) ended(now time.Time) bool {
	last := r.CreatedAt.Time
	if used := r.LastUsed.Date(); used != calendar.NoDate {
		last = used.Time()
	}
	return !r.RevokedAt.IsZero() || now.After(r.CreatedAt.AddDate(0, 0, feedDays)) || now.After(last.AddDate(0, 0, feedUnusedDays))
}

// NoteFeedUse writes the day on which a feed was read, once a day; that keeps
// the feed from ending as unused.
func (s *Store) NoteFeedUse(ctx context.Context, f *Feed, now time.Time) error {
	today := calendar.DateOf(now, time.UTC)
	if f.LastUsed != calendar.NoDate && f.LastUsed >= today {
		return nil
	}
	f.LastUsed = today
	return s.Tx(ctx, func(t *Tx) error {
		return t.db.Model(&feedRow{}).Where("id = ? AND (last_used IS NULL OR last_used < ?)", f.ID, on(today)).
			Update("last_used", on(today)).Error
	})
}
