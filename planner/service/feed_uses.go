package service

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// flushTime bounds the wait to write who read which feed: the reader waits.
const flushTime = 250 * time.Millisecond

// feedUses gathers who read which feed today, so that one transaction writes
// it for many.
type feedUses struct {
	mu      sync.Mutex
	today   calendar.Date
	seen    map[store.FeedUse]bool
	pending []store.FeedUse
	flushed time.Time
}

// note remembers a use, once a day.
func (u *feedUses) note(feed, client string, today calendar.Date) {
	use := store.FeedUse{Feed: feed, Client: client}
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.seen == nil || u.today != today {
		u.today, u.seen, u.pending = today, map[store.FeedUse]bool{}, nil
	}
	if !u.seen[use] {
		u.seen[use] = true
		u.pending = append(u.pending, use)
	}
}

// due takes what is to be written, at most once a second.
func (u *feedUses) due(now time.Time) ([]store.FeedUse, calendar.Date) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if within(now, u.flushed, time.Second) {
		return nil, u.today
	}
	u.flushed = now
	return u.take()
}

// take takes what is to be written. The caller holds the lock.
func (u *feedUses) take() ([]store.FeedUse, calendar.Date) {
	out := u.pending
	u.pending = nil
	return out, u.today
}

// again puts back what could not be written.
func (u *feedUses) again(uses []store.FeedUse, today calendar.Date) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.today == today {
		u.pending = append(u.pending, uses...)
	}
}

// flushUses writes who read which feed. It is no fault of the reader when that
// does not work; it is tried again.
func (s *Service) flushUses(ctx context.Context, now time.Time) {
	uses, today := s.feeds.uses.due(now)
	s.writeUses(ctx, uses, today)
}

// Close writes what is still to be written of who read which feed.
func (s *Service) Close(ctx context.Context) {
	s.feeds.uses.mu.Lock()
	uses, today := s.feeds.uses.take()
	s.feeds.uses.mu.Unlock()
	s.writeUses(ctx, uses, today)
}

func (s *Service) writeUses(ctx context.Context, uses []store.FeedUse, today calendar.Date) {
	if len(uses) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, flushTime)
	defer cancel()
	if err := s.Store.NoteFeedUses(ctx, uses, today); err != nil {
		s.feeds.uses.again(uses, today)
		s.Log.WarnContext(ctx, "use of feeds not noted", "feeds", len(uses), "error", err)
	}
}

// clientFamilies names families of calendar programs by a part of their
// User-Agent, the first that fits. The header itself is never kept.
var clientFamilies = []struct{ part, family string }{
	{"google-calendar", "google"},
	{"googlebot", "google"},
	{"microsoft exchange", "outlook"},
	{"outlook", "outlook"},
	{"microsoft office", "outlook"},
	{"ms-office", "outlook"},
	{"microsoft.exchange", "outlook"},
	{"dataaccessd", "apple"},
	{"ios/", "apple"},
	{"calendaragent", "apple"},
	{"macos", "apple"},
	{"mac os x/", "apple"},
	{"thunderbird", "thunderbird"},
	{"davx5", "davx5"},
	{"icsx5", "icsx5"},
	{"evolution", "gnome"},
	{"gnome", "gnome"},
	{"nextcloud", "nextcloud"},
	{"vdirsyncer", "vdirsyncer"},
	{"khal", "vdirsyncer"},
	{"akonadi", "kde"},
	{"kontact", "kde"},
	{"yahoo", "yahoo"},
	{"zimbra", "zimbra"},
	{"python", "script"},
	{"curl", "script"},
	{"wget", "script"},
	{"go-http-client", "script"},
	{"mozilla", "browser"},
}

// ClientFamily returns the family of calendar programs that a User-Agent names,
// "other" for one that is not known.
func ClientFamily(agent string) string {
	agent = strings.ToLower(agent)
	for _, f := range clientFamilies {
		if strings.Contains(agent, f.part) {
			return f.family
		}
	}
	return "other"
}
