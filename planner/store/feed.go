package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/wijkplanner/wijkplanner/calendar"
)

// How long a feed's token lasts, in days: unused, and in all.
const (
	feedUnusedDays = 180
	feedDays       = 400
)

// Feed is a calendar that one device may read.
type Feed struct {
	ID string
	Calendar
	Created time.Time
	// LastUsed is the last day on which it was read; NoDate for never.
	LastUsed calendar.Date
	// Revoked is when it was revoked; zero while it is not.
	Revoked time.Time
	// Clients are the families of calendar programs that read it, with the day
	// on which each last did. Only Feeds fills them.
	Clients []FeedClient

	secret []byte
}

// FeedClient is a family of calendar programs and the day on which one of them
// last read a feed.
type FeedClient struct {
	Client string
	Last   calendar.Date
}

// Opens reports whether the key of a token opens this feed at a moment: its
// secret is the feed's, and the feed is neither revoked nor worn out.
func (f *Feed) Opens(key Key, now time.Time) bool { return key.opens(f.secret) && !f.Ended(now) }

// Ended reports whether the feed is revoked or worn out.
func (f *Feed) Ended(now time.Time) bool {
	last := f.Created
	if f.LastUsed != calendar.NoDate {
		last = f.LastUsed.Time()
	}
	return !f.Revoked.IsZero() || now.After(f.Created.AddDate(0, 0, feedDays)) || now.After(last.AddDate(0, 0, feedUnusedDays))
}

type feedRow struct {
	ID            string `gorm:"primaryKey"`
	Secret        []byte
	Region        string
	Kind          FeedKind
	Subject       string
	Level         FeedLevel
	Language      Language
	CreatedAt     Instant
	LastUsed      day
	RevokedAt     Instant
	HideCancelled bool
	ChangedAt     Instant
}

type feedClientRow struct {
	Feed     string `gorm:"primaryKey"`
	Client   string `gorm:"primaryKey"`
	LastUsed day
}

func (feedRow) TableName() string       { return "feeds" }
func (feedClientRow) TableName() string { return "feed_clients" }

// NewFeed is a feed to make.
type NewFeed struct {
	Scope FeedScope
	Level FeedLevel
	// Language is that of its texts; empty means Dutch.
	Language      Language
	HideCancelled bool
}

func (n *NewFeed) language() Language { return cmp.Or(n.Language, Dutch) }

// MadeFeed is a feed that was made: its id, and its token, which is shown once,
// since the database keeps no more than its SHA-256.
type MadeFeed struct{ ID, Token string }

// CreateFeed makes one feed, as CreateFeeds does.
func (s *Store) CreateFeed(ctx context.Context, n NewFeed) (id, token string, err error) {
	made, err := s.CreateFeeds(ctx, n)
	if err != nil {
		return "", "", err
	}
	return made[0].ID, made[0].Token, nil
}

// CreateFeeds makes feeds of calendars, each for one device, all or none. The
// error names each that cannot be made, and is ErrNotFound where there is no
// such person, location, district or role.
func (s *Store) CreateFeeds(ctx context.Context, feeds ...NewFeed) ([]MadeFeed, error) {
	made := make([]MadeFeed, len(feeds))
	rows := list(feeds, func(i int, n *NewFeed) feedRow {
		token, key := newToken(FeedToken)
		made[i] = MadeFeed{key.ID, token}
		return feedRow{
			ID: key.ID, Secret: key.sum[:], Region: n.Scope.Region, Kind: n.Scope.Kind, Subject: n.Scope.ID,
			Level: n.Level, Language: n.language(), HideCancelled: n.HideCancelled,
		}
	})
	err := s.Tx(ctx, func(t *Tx) error {
		if err := t.calendars(feeds); err != nil {
			return err
		}
		for i := range rows {
			rows[i].CreatedAt = At(t.now())
		}
		if err := insert(t, rows); err != nil {
			return err
		}
		for i := range rows {
			if err := t.Record(Act{Verb: Created, Object: "feed", ID: rows[i].ID, Region: rows[i].Region}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("no feed is made: %w", err)
	}
	return made, nil
}

// Feeds lists the feeds of a region, revoked ones too, the oldest first.
func (s *Store) Feeds(ctx context.Context, region string) ([]Feed, error) {
	var out []Feed
	err := s.read(ctx, func(t *Tx) (err error) {
		if err := t.reach(region); err != nil {
			return err
		}
		if out, err = t.feeds("f.region = ? ORDER BY f.created_at, f.id", region); err != nil {
			return err
		}
		return t.clients(region, out)
	})
	return out, err
}

// clients fills in who read the feeds.
func (t *Tx) clients(region string, feeds []Feed) error {
	var rows []feedClientRow
	err := t.db.Joins("JOIN feeds ON feeds.id = feed_clients.feed AND feeds.region = ?", region).
		Order("feed, client").Find(&rows).Error
	of := map[string][]FeedClient{}
	for _, r := range rows {
		of[r.Feed] = append(of[r.Feed], FeedClient{r.Client, r.LastUsed.Date()})
	}
	for i := range feeds {
		feeds[i].Clients = of[feeds[i].ID]
	}
	return err
}

// FeedByID returns a feed, also one that is revoked or worn out, by one read
// of an index. It gives ErrNotFound when there is none.
func (s *Store) FeedByID(ctx context.Context, id string) (*Feed, error) {
	t := &Tx{db: s.db.WithContext(ctx), store: s}
	out, err := t.feeds("f.id = ?", id)
	switch {
	case err != nil:
		return nil, fmt.Errorf("feed: %w", err)
	case len(out) == 0, !s.scope.Reaches(out[0].Scope.Region):
		return nil, fmt.Errorf("feed: %w", ErrNotFound)
	}
	return &out[0], nil
}

func (t *Tx) feeds(where string, args ...any) (out []Feed, err error) {
	rows, err := t.db.Raw("SELECT f.id, f.secret, f.created_at, f.changed_at, f.last_used, f.revoked_at, "+calendarColumns+
		" FROM feeds f"+calendarTables+" WHERE "+where, args...).Rows()
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var f Feed
		var created, switched, revoked, changed Instant
		var used day
		to := append([]any{&f.ID, &f.secret, &created, &switched, &used, &revoked}, f.columns(&changed)...)
		if err := rows.Scan(to...); err != nil {
			return nil, err
		}
		f.Created, f.LastUsed, f.Revoked = created.Time, used.Date(), revoked.Time
		// Devices that show the same share one rendering, so the moment at which
		// each subscribed counts only before the first revision.
		if f.Changed = latest(changed.Time, switched.Time); f.Changed.IsZero() {
			f.Changed = f.Created
		}
		out = append(out, f)
	}
	return out, rows.Err()
}

// RevokeFeed ends a feed, at once and for good.
func (s *Store) RevokeFeed(ctx context.Context, id string, now time.Time) error {
	return s.changeFeed(ctx, id, map[string]any{"revoked_at": At(now)})
}

// HideCancelled switches whether a feed leaves out the visits that fell
// through.
func (s *Store) HideCancelled(ctx context.Context, id string, hide bool, now time.Time) error {
	return s.changeFeed(ctx, id, map[string]any{"hide_cancelled": hide, "changed_at": At(now)})
}

// changeFeed changes a feed that is not revoked, else it gives ErrNotFound.
func (s *Store) changeFeed(ctx context.Context, id string, change map[string]any) error {
	return s.TxAhead(ctx, func(t *Tx) error {
		done := t.scoped("region").Model(&feedRow{}).Where("id = ? AND revoked_at IS NULL", id).Updates(change)
		if done.Error == nil && done.RowsAffected == 0 {
			return fmt.Errorf("feed %q: %w", id, ErrNotFound)
		}
		return done.Error
	})
}

// FeedUse is that a family of calendar programs read a feed.
type FeedUse struct{ Feed, Client string }

// NoteFeedUses writes the day on which feeds were read and by which family of
// programs, in one transaction; that keeps a feed from ending as unused.
func (s *Store) NoteFeedUses(ctx context.Context, uses []FeedUse, today calendar.Date) error {
	rows := make([]feedClientRow, len(uses))
	ids := make([]string, len(uses))
	for i, u := range uses {
		rows[i], ids[i] = feedClientRow{Feed: u.Feed, Client: u.Client, LastUsed: on(today)}, u.Feed
	}
	return s.Tx(ctx, func(t *Tx) error {
		err := t.db.Model(&feedRow{}).Where("id IN ? AND (last_used IS NULL OR last_used < ?)", ids, on(today)).
			Update("last_used", on(today)).Error
		if err != nil {
			return err
		}
		return t.db.Clauses(clause.OnConflict{
			Columns:   []clause.Column{{Name: "feed"}, {Name: "client"}},
			DoUpdates: clause.Assignments(map[string]any{"last_used": gorm.Expr("excluded.last_used")}),
		}).CreateInBatches(rows, batch).Error
	})
}
