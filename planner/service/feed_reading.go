package service

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// feedFormat is part of every validator: raise it when the same events give
// other bytes, or programs will keep the old ones.
const feedFormat = 4

// edition names what a calendar says: it changes with the calendar, with how
// much the subscription tells and with the day.
type edition struct {
	scope     store.FeedScope
	level     store.FeedLevel
	language  store.Language
	hide      bool
	name      string
	zone      string
	programme int64
	revision  int64
	changed   int64 // microseconds since 1970
	day       calendar.Date
}

// Reading is a calendar as one subscription shows it on a day. Its validators
// are known; its text is rendered when it is first asked for, and kept. Its
// methods may be called concurrently.
type Reading struct {
	// ETag names the text: letters, digits and dashes. It is made of the
	// calendar's revision and the day, so nothing is rendered to tell it.
	ETag string
	// Modified is when the text or the window of days last changed.
	Modified time.Time
	// Calendar is what is read.
	Calendar store.Calendar

	service *Service
	edition edition
	zone    *time.Location

	content   atomic.Pointer[Rendering]
	resources atomic.Pointer[[]Resource]
	// before is the last good rendering of the same subscription.
	before    atomic.Pointer[Rendering]
	rendering sync.Mutex
}

// Rendering is the text of a calendar, compressed too. Its methods may be
// called concurrently.
type Rendering struct {
	// ETag and Modified are those of the reading that it is the text of.
	ETag     string
	Modified time.Time
	// Zipped is the text as gzip.
	Zipped []byte

	plain atomic.Pointer[[]byte]
}

// Body is the iCalendar text (RFC 5545).
func (r *Rendering) Body() ([]byte, error) {
	if plain := r.plain.Load(); plain != nil {
		return *plain, nil
	}
	z, err := gzip.NewReader(bytes.NewReader(r.Zipped))
	if err != nil {
		return nil, fmt.Errorf("unpack a feed: %w", err)
	}
	return io.ReadAll(z)
}

// reading returns what a calendar says at a moment.
func (s *Service) reading(c *store.Calendar, now time.Time) (*Reading, error) {
	zone, err := s.feeds.zone(c.Zone)
	if err != nil {
		return nil, err
	}
	e := edition{
		c.Scope, c.Level, c.Language, c.HideCancelled, c.Name, c.Zone, c.Programme, c.Revision, c.Changed.UnixMicro(), calendar.DateOf(now, zone),
	}
	return s.feeds.reading(e, func() *Reading {
		r := &Reading{ETag: e.tag(), Modified: c.Changed, Calendar: *c, service: s, edition: e, zone: zone}
		if midnight := e.day.At(0, zone); midnight.After(c.Changed) {
			r.Modified = midnight
		}
		return r
	}), nil
}

// tag makes a validator of the calendar's counter and the day, and of all else
// that the text depends on.
func (e *edition) tag() string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%d %q", feedFormat, fmt.Sprint(*e)))
	return fmt.Sprintf("%d-%d-%s", e.revision, e.day, hex.EncodeToString(sum[:8]))
}

// follow remembers what the subscription showed before, in case the database
// goes away before this reading is rendered.
func (r *Reading) follow(earlier *Reading) {
	if last := earlier.last(); last != nil {
		r.before.CompareAndSwap(nil, last)
	}
}

func (r *Reading) last() *Rendering {
	if c := r.content.Load(); c != nil {
		return c
	}
	return r.before.Load()
}

// Content returns the text. While the database is away it is the last one that
// the subscription had, if it had any, under its own validators.
func (r *Reading) Content(ctx context.Context) (*Rendering, error) {
	if c := r.content.Load(); c != nil {
		return c, nil
	}
	r.rendering.Lock()
	defer r.rendering.Unlock()
	if c := r.content.Load(); c != nil {
		return c, nil
	}
	c, err := r.render(ctx)
	if err == nil {
		r.content.Store(c)
		r.before.Store(nil)
		r.service.feeds.weigh(r.edition, r, len(c.Zipped)+len(*c.plain.Load()))
		return c, nil
	}
	if before := r.before.Load(); before != nil && ctx.Err() == nil {
		r.service.Log.WarnContext(ctx, "feed from its last rendering", "kind", string(r.edition.scope.Kind), "error", err)
		return before, nil
	}
	return nil, err
}

// shrink lets go of all but the compressed text.
func (r *Reading) shrink() {
	r.resources.Store(nil)
	if c := r.content.Load(); c != nil {
		c.plain.Store(nil)
	}
}

// Today is the day in the calendar's zone that it is read on.
func (r *Reading) Today() calendar.Date { return r.edition.day }

// window returns the time that a calendar shows as seen from a day.
func window(today calendar.Date, zone *time.Location) (from, to time.Time) {
	return (today - feedPast).At(0, zone), (today + feedFuture + 1).At(0, zone)
}

// shown returns what reports whether the calendar shows an event as seen from a
// day: it touches the window, and a visit that fell through is shown until its
// day, unless the subscription hides those.
func (r *Reading) shown(today calendar.Date) func(e *store.FeedEvent) bool {
	from, to := window(today, r.zone)
	midnight := today.At(0, r.zone)
	return func(e *store.FeedEvent) bool {
		if !e.Start.Before(to) || !e.End.After(from) {
			return false
		}
		return !e.Cancelled || !r.Calendar.HideCancelled && !e.Start.Before(midnight)
	}
}

// render makes the text.
func (r *Reading) render(ctx context.Context) (*Rendering, error) {
	ctx, cancel := context.WithTimeout(ctx, loadTime)
	defer cancel()
	from, to := window(r.edition.day, r.zone)
	events, err := r.service.Store.FeedEvents(ctx, r.Calendar.Scope, from, to)
	if err != nil {
		return nil, fmt.Errorf("events of a feed: %w", err)
	}
	name, err := r.Name(ctx)
	if err != nil {
		return nil, fmt.Errorf("name of a feed: %w", err)
	}
	feed := calendar.Feed{Name: name, Language: string(r.Calendar.Language), Zone: r.zone, Revision: r.Calendar.Changed}
	texts, shows := textsOf(&r.Calendar), r.shown(r.edition.day)
	feed.Events = make([]calendar.Event, 0, len(events))
	for i := range events {
		if e := &events[i]; shows(e) {
			feed.Events = append(feed.Events, texts.event(e))
		}
	}
	body, err := feed.Encode()
	if err != nil {
		return nil, fmt.Errorf("render a feed: %w", err)
	}
	c := &Rendering{ETag: r.ETag, Modified: r.Modified, Zipped: zipped(body)}
	c.plain.Store(&body)
	return c, nil
}

// zippers are gzip writers to use again: each holds most of a megabyte. A feed
// of 223 KB becomes 6.7 KB in 0.15 ms; higher levels take three times as long
// for 5.6 KB.
var zippers = sync.Pool{New: func() any {
	z, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed) // a level that there is
	return z
}}

// zipped returns bytes as gzip. The result depends on nothing but the bytes, so
// it can stand behind a strong validator.
func zipped(body []byte) []byte {
	var out bytes.Buffer
	z := zippers.Get().(*gzip.Writer) // the pool holds nothing else
	defer zippers.Put(z)
	z.Reset(&out)
	// Writing to memory does not fail.
	_, _ = z.Write(body)
	_ = z.Close()
	return out.Bytes()
}
