package store

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"gorm.io/gorm/clause"

	"github.com/wijkplanner/wijkplanner/calendar"
)

// LocationLink is the link by which a location's contact comes in. Whoever has
// it sees the location's name and its free times; an act needs a mailed code.
type LocationLink struct {
	ID      string
	Contact int64
	// Region and Location are what the contact answers for, Name the location's.
	Region, Location, Name string
	Created, Expires       time.Time
	// LastUsed is the last day on which it was opened; NoDate for never.
	LastUsed calendar.Date
}

// Actor is how the audit log names what is done by the link.
func (l *LocationLink) Actor() string { return "location-link:" + l.ID }

type locationLinkRow struct {
	ID        string `gorm:"primaryKey"`
	Secret    []byte
	Contact   int64
	CreatedAt Instant
	ExpiresAt Instant
	LastUsed  day
	RevokedAt Instant
}

func (locationLinkRow) TableName() string { return "location_links" }

// locationLinkJoin is a link with what its contact answers for.
type locationLinkJoin struct {
	Link     locationLinkRow `gorm:"embedded"`
	Region   string
	Location string
	Name     string
}

func (r *locationLinkJoin) link() LocationLink {
	k := &r.Link
	return LocationLink{
		ID: k.ID, Contact: k.Contact, Region: r.Region, Location: r.Location, Name: r.Name,
		Created: k.CreatedAt.Time, Expires: k.ExpiresAt.Time, LastUsed: k.LastUsed.Date(),
	}
}

// LocationLinkTime is how long a location's link is good.
const LocationLinkTime = 400 * 24 * time.Hour

// RotateLocationLink makes a new link for the contact of a location and ends
// the one before it. It returns the token, which is shown once. It gives
// ErrNotFound for a contact that is none of a location.
func (s *Store) RotateLocationLink(ctx context.Context, contact int64) (string, error) {
	token, key := newToken(LocationToken)
	err := s.Tx(ctx, func(t *Tx) error {
		var c contactRow
		if err := t.scoped("region").Where("id = ? AND kind = ?", contact, LocationFeed).Take(&c).Error; err != nil {
			return err
		}
		now := t.now()
		ended := t.db.Model(&locationLinkRow{}).Where("contact = ? AND revoked_at IS NULL", contact).Update("revoked_at", At(now))
		if ended.Error != nil {
			return ended.Error
		}
		row := locationLinkRow{ID: key.ID, Secret: key.sum[:], Contact: contact, CreatedAt: At(now), ExpiresAt: At(now.Add(LocationLinkTime))}
		if err := t.db.Create(&row).Error; err != nil {
			return err
		}
		return t.Record(Act{Verb: Created, Object: "location-link", ID: key.ID, Region: c.Region})
	})
	if err != nil {
		return "", fmt.Errorf("link of contact %d: %w", contact, err)
	}
	return token, nil
}

// RevokeLocationLink ends the link of a contact.
func (s *Store) RevokeLocationLink(ctx context.Context, contact int64) error {
	return s.TxAhead(ctx, func(t *Tx) error {
		var c contactRow
		if err := t.scoped("region").Take(&c, contact).Error; err != nil {
			return fmt.Errorf("contact %d: %w", contact, err)
		}
		done := t.db.Model(&locationLinkRow{}).Where("contact = ? AND revoked_at IS NULL", contact).Update("revoked_at", At(t.now()))
		if done.Error == nil && done.RowsAffected == 0 {
			return fmt.Errorf("link of contact %d: %w", contact, ErrNotFound)
		}
		return errors.Join(done.Error, t.Record(Act{Verb: Revoked, Object: "location-link", ID: strconv.FormatInt(contact, 10), Region: c.Region}))
	})
}

// LocationLinks lists the links of a region that are good at a moment.
func (s *Store) LocationLinks(ctx context.Context, region string, now time.Time) ([]LocationLink, error) {
	var out []LocationLink
	err := s.read(ctx, func(t *Tx) error {
		if err := t.reach(region); err != nil {
			return err
		}
		rows, err := t.locationLinks("c.region = ? AND k.revoked_at IS NULL AND k.expires_at > ?", region, At(now))
		for i := range rows {
			out = append(out, rows[i].link())
		}
		return err
	})
	return out, err
}

func (t *Tx) locationLinks(where string, args ...any) ([]locationLinkJoin, error) {
	var rows []locationLinkJoin
	err := t.db.Table("location_links AS k").Select("k.*, c.region, c.subject AS location, l.name").
		Joins("JOIN contacts AS c ON c.id = k.contact AND c.kind = ?", LocationFeed).
		Joins("JOIN locations AS l ON l.region = c.region AND l.id = c.subject").
		Where(where, args...).Order("k.created_at, k.id").Scan(&rows).Error
	return rows, err
}

// LocationLinkByKey returns the link that a key opens at a moment. It gives
// ErrNotFound for one that is unknown, ended, or of a location that is gone.
func (s *Store) LocationLinkByKey(ctx context.Context, key Key, now time.Time) (*LocationLink, error) {
	row, err := s.locationLink(ctx, key.ID, now)
	if err != nil {
		return nil, err
	}
	if !key.opens(row.Link.Secret) {
		return nil, fmt.Errorf("location link: %w", ErrNotFound)
	}
	link := row.link()
	return &link, nil
}

// LocationLinkByID returns a link that is good at a moment, for whoever proved
// before that they hold it and got the code.
func (s *Store) LocationLinkByID(ctx context.Context, id string, now time.Time) (*LocationLink, error) {
	row, err := s.locationLink(ctx, id, now)
	if err != nil {
		return nil, err
	}
	link := row.link()
	return &link, nil
}

func (s *Store) locationLink(ctx context.Context, id string, now time.Time) (*locationLinkJoin, error) {
	t := &Tx{db: s.db.WithContext(ctx), store: s}
	rows, err := t.locationLinks("k.id = ? AND k.revoked_at IS NULL AND k.expires_at > ?", id, At(now))
	if err == nil && len(rows) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("location link: %w", err)
	}
	return &rows[0], nil
}

// NoteLocationLinkUse writes the day on which a link was opened.
func (s *Store) NoteLocationLinkUse(ctx context.Context, id string, today calendar.Date) error {
	return s.Tx(ctx, func(t *Tx) error {
		return t.db.Model(&locationLinkRow{}).Where("id = ? AND (last_used IS NULL OR last_used < ?)", id, on(today)).
			Update("last_used", on(today)).Error
	})
}

// MailLocationCode queues a code to the contact of a link, and replaces the one
// before it. It gives ErrTooMany as QueueCode does.
func (s *Store) MailLocationCode(ctx context.Context, link *LocationLink, code string, hash []byte, now, expires time.Time) error {
	return s.Tx(ctx, func(t *Tx) error { return t.mailCode(link.Contact, link.ID, code, hash, now, expires) })
}

// UseLocationCode uses up the code that was mailed last for a link. It gives
// ErrCode for another; five wrong guesses end a code.
func (s *Store) UseLocationCode(ctx context.Context, link *LocationLink, hash []byte, now time.Time) error {
	var refused error
	err := s.Tx(ctx, func(t *Tx) (err error) {
		refused, err = t.useCode(link.ID, hash, now)
		if err != nil || refused != nil {
			return err
		}
		return t.Record(Act{Verb: SignedIn, Object: "location", ID: link.Location, Region: link.Region})
	})
	return errors.Join(err, refused)
}

// mailCode queues a code and keeps its hash.
func (t *Tx) mailCode(contact int64, link, code string, hash []byte, now, expires time.Time) error {
	if err := t.QueueCode(contact, link, code, now, expires); err != nil {
		return err
	}
	return t.db.Clauses(clause.OnConflict{UpdateAll: true}).
		Create(&answerCodeRow{Link: link, Code: hash, ExpiresAt: At(expires)}).Error
}
