package service

import (
	"context"
	"errors"
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
	// askTime bounds the wait for the database where an older answer is at
	// hand, loadTime where none is.
	askTime, loadTime = 2 * time.Second, 5 * time.Second
)

// visitor is a token that was seen, with what it opens. It is never changed:
// news makes another one.
type visitor struct {
	feed *store.Feed
	// asked is when the database last said that the token is good, tried when
	// it was last asked in vain.
	asked, tried time.Time
	reading      *Reading
}

// within reports whether a moment lies from another one to a time after it. A
// clock that was put back is outside, so that no token lives longer for it.
func within(now, since time.Time, d time.Duration) bool {
	age := now.Sub(since)
	return age >= 0 && age < d
}

// fresh reports whether to trust the visitor without a question: it was good a
// moment ago, or the database was away a moment ago.
func (v *visitor) fresh(now time.Time) bool {
	return v != nil && (within(now, v.asked, tokenFresh) || within(now, v.tried, tokenFresh) && v.trusted(now))
}

// trusted reports whether to trust the visitor while the database is away.
func (v *visitor) trusted(now time.Time) bool { return v != nil && within(now, v.asked, tokenGrace+1) }

// Feed returns what a token opens at a moment, and notes that a program read
// it, by its User-Agent. It gives ErrNotFound for a token that is malformed,
// unknown, revoked or worn out, all alike. While the database is away, tokens
// seen good in the last quarter of an hour open what they last did.
func (s *Service) Feed(ctx context.Context, token, agent string, now time.Time) (*Reading, error) {
	v, asked, err := s.visit(ctx, token, now)
	if err != nil {
		return nil, err
	}
	s.feeds.uses.note(v.feed.ID, ClientFamily(agent), calendar.DateOf(now, time.UTC))
	if asked {
		s.flushUses(ctx, now)
	}
	return v.reading, nil
}

// Subscription returns what a token opens at a moment as Feed does, for
// somebody who looks at it instead of a program that reads it: nothing is
// noted.
func (s *Service) Subscription(ctx context.Context, token string, now time.Time) (*Reading, error) {
	v, _, err := s.visit(ctx, token, now)
	if err != nil {
		return nil, err
	}
	return v.reading, nil
}

// visit checks a token: from memory if it was checked less than a second ago,
// else by one indexed read. Asked says that the database answered just now.
func (s *Service) visit(ctx context.Context, token string, now time.Time) (v *visitor, asked bool, err error) {
	key, ok := store.ParseToken(store.FeedToken, token)
	if !ok {
		return nil, false, ErrNotFound
	}
	known := s.feeds.visitor(key.ID)
	if known.fresh(now) {
		if !known.feed.Opens(key, now) {
			return nil, false, ErrNotFound
		}
		return known, false, nil
	}
	since := s.feeds.asking()
	feed, err := s.askFeed(ctx, key.ID, known.trusted(now))
	switch {
	case errors.Is(err, ErrNotFound), err == nil && feed.Ended(now):
		s.feeds.forget(key.ID)
		return nil, true, ErrNotFound
	case err == nil && !feed.Opens(key, now):
		return nil, true, ErrNotFound
	case err == nil:
		v, err = s.welcome(feed, known, now, since)
		return v, true, err
	case ctx.Err() == nil && known.trusted(now) && known.feed.Opens(key, now):
		s.Log.WarnContext(ctx, "feed from its last rendering", "feed", known.feed.ID, "error", err)
		again := *known
		again.tried = now
		s.feeds.keep(key.ID, &again, since)
		return &again, false, nil
	default:
		return nil, false, err
	}
}

func (s *Service) askFeed(ctx context.Context, id string, known bool) (*store.Feed, error) {
	limit := loadTime
	if known {
		limit = askTime
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	return s.Store.FeedByID(ctx, id)
}

// welcome remembers a feed that was opened just now.
func (s *Service) welcome(feed *store.Feed, known *visitor, now time.Time, since int) (*visitor, error) {
	reading, err := s.reading(&feed.Calendar, now)
	if err != nil {
		return nil, err
	}
	if known != nil && known.reading != reading {
		reading.follow(known.reading)
	}
	v := &visitor{feed: feed, asked: now, reading: reading}
	s.feeds.keep(feed.ID, v, since)
	return v, nil
}

// RevokeFeed ends a feed: this process refuses its next request, others those
// of a second later.
func (s *Service) RevokeFeed(ctx context.Context, id string, now time.Time) error {
	if err := s.Store.RevokeFeed(ctx, id, now); err != nil {
		return err
	}
	s.feeds.revoke(id)
	s.Log.InfoContext(ctx, "feed revoked", "feed", id)
	return nil
}
