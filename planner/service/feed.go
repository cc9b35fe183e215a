package service

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

const (
	// feedPast and feedFuture bound the days that a feed shows, from today.
	feedPast, feedFuture = 30, 400
	// tokenFresh is how long a token is trusted without asking: a revoked one
	// is dead after it.
	tokenFresh = time.Second
	// tokenGrace is how long a token is trusted while the database is away.
	tokenGrace = 15 * time.Minute
	// cachedFeeds bounds one generation of the cache of renderings.
	cachedFeeds = 1000
)

// Rendering is a feed as a calendar program reads it.
type Rendering struct {
	// Body is the iCalendar text (RFC 5545).
	Body []byte
	// ETag names these bytes: 32 hexadecimal digits, without quotes.
	ETag string
	// Modified is when the content or the window of days last changed.
	Modified time.Time
}

// rendered names a rendering: it changes with the calendar and with the day.
type rendered struct {
	scope    store.FeedScope
	level    store.FeedLevel
	name     string
	revision int64
	day      calendar.Date
}

// visitor is a token that was seen.
type visitor struct {
	feed store.Feed
	// asked is when the database last said that the token is good.
	asked time.Time
	last  *Rendering
}

// feedCache keeps renderings, and the tokens that asked for them by their
// SHA-256.
type feedCache struct {
	mu       sync.Mutex
	tokens   generations[[sha256.Size]byte, visitor]
	rendered generations[rendered, *Rendering]
}

// RenderFeed returns the feed of a token as it stands at a moment: the events
// of thirty days back to four hundred ahead. It gives ErrNotFound for a token
// that is unknown, revoked or worn out, all alike. While the database is away,
// tokens seen good in the last quarter of an hour get the last rendering.
func (s *Service) RenderFeed(ctx context.Context, token string, now time.Time) (Rendering, error) {
	key := sha256.Sum256([]byte(token))
	known := s.feeds.visitor(key)
	r, err := s.renderFeed(ctx, key, known, token, now)
	switch {
	case err == nil:
		return *r, nil
	case errors.Is(err, ErrNotFound):
		s.feeds.forget(key)
		return Rendering{}, err
	case known.last != nil && ctx.Err() == nil && now.Sub(known.asked) <= tokenGrace:
		s.Log.WarnContext(ctx, "feed from its last rendering", "feed", known.feed.ID, "error", err)
		return *known.last, nil
	default:
		return Rendering{}, err
	}
}

func (s *Service) renderFeed(ctx context.Context, key [sha256.Size]byte, v visitor, token string, now time.Time) (*Rendering, error) {
	if v.last == nil || now.Sub(v.asked) >= tokenFresh || now.Before(v.asked) {
		feed, err := s.Store.FeedByToken(ctx, token, now)
		if err != nil {
			return nil, err
		}
		v.feed, v.asked = feed, now
		if err := s.Store.NoteFeedUse(ctx, &v.feed, now); err != nil {
			s.Log.WarnContext(ctx, "use of a feed not noted", "feed", feed.ID, "error", err)
		}
	}
	zone, err := time.LoadLocation(v.feed.Zone)
	if err != nil {
		return nil, fmt.Errorf("zone of region %q: %w", v.feed.Scope.Region, err)
	}
	name := rendered{v.feed.Scope, v.feed.Level, v.feed.Name, v.feed.Revision, calendar.DateOf(now, zone)}
	r := s.feeds.rendering(name)
	if r == nil {
		if r, err = s.render(ctx, &v.feed, name.day, zone); err != nil {
			return nil, err
		}
	}
	v.last = r
	s.feeds.keep(key, v, name)
	return r, nil
}

// render makes the feed's text for a day.
func (s *Service) render(ctx context.Context, f *store.Feed, today calendar.Date, zone *time.Location) (*Rendering, error) {
	from, to := (today-feedPast).At(0, zone), (today+feedFuture+1).At(0, zone)
	events, err := s.Store.FeedEvents(ctx, f.Scope, from, to)
	if err != nil {
		return nil, fmt.Errorf("events of feed %s: %w", f.ID, err)
	}
	changed := f.Changed
	if changed.IsZero() {
		changed = f.Created
	}
	c := calendar.Feed{Name: calendarName(f), Zone: zone, Revision: changed}
	for i := range events {
		e := &events[i]
		if e.Cancelled && calendar.DateOf(e.Start, zone) < today {
			continue // a visit that fell through is shown until its day
		}
		c.Events = append(c.Events, eventOf(f, e))
	}
	body, err := c.Encode()
	if err != nil {
		return nil, fmt.Errorf("render feed %s: %w", f.ID, err)
	}
	sum := sha256.Sum256(body)
	r := &Rendering{Body: body, ETag: hex.EncodeToString(sum[:16]), Modified: changed}
	if midnight := today.At(0, zone); midnight.After(changed) {
		r.Modified = midnight
	}
	return r, nil
}

func (c *feedCache) visitor(key [sha256.Size]byte) visitor {
	c.mu.Lock()
	defer c.mu.Unlock()
	v, _ := c.tokens.get(key)
	return v
}

func (c *feedCache) rendering(name rendered) *Rendering {
	c.mu.Lock()
	defer c.mu.Unlock()
	r, _ := c.rendered.get(name)
	return r
}

func (c *feedCache) keep(key [sha256.Size]byte, v visitor, name rendered) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.tokens.put(key, v)
	c.rendered.put(name, v.last)
}

func (c *feedCache) forget(key [sha256.Size]byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.tokens.remove(key)
}

// generations is a bounded map: when the young generation is full it becomes
// the old one, and what nobody asked for in the mean time is gone.
type generations[K comparable, V any] struct{ young, old map[K]V }

func (g *generations[K, V]) get(k K) (V, bool) {
	if v, ok := g.young[k]; ok {
		return v, true
	}
	v, ok := g.old[k]
	if ok {
		g.put(k, v)
	}
	return v, ok
}

func (g *generations[K, V]) put(k K, v V) {
	if g.young == nil {
		g.young = map[K]V{}
	}
	if _, there := g.young[k]; !there && len(g.young) >= cachedFeeds {
		g.young, g.old = map[K]V{}, g.young
	}
	g.young[k] = v
}

func (g *generations[K, V]) remove(k K) {
	delete(g.young, k)
	delete(g.old, k)
}
