package store

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"time"

	"github.com/wijkplanner/wijkplanner/migrations"
	"github.com/wijkplanner/wijkplanner/planner"
)

// FeedEvent is an event as the readers of one calendar know it: for life under
// one visit id, with a sequence that rises with every change.
type FeedEvent struct {
	Visit    string
	Sequence int
	// Revised is when it last changed.
	Revised time.Time
	// Revision is that of the calendar which brought the last change.
	Revision int64
	// Cancelled events are kept, so that a calendar program takes them away,
	// with a code that says why.
	Cancelled  bool
	Reason     CancelReason
	Start, End time.Time
	// FeedContent is shared with other events that have the same; it is not to
	// be changed.
	*FeedContent
}

// FeedContent is what a calendar shows of a visit or a meeting, with the names
// of the day on which it was published.
type FeedContent struct {
	// Name is the visit type's name, or the meeting's.
	Name planner.Text
	// Meeting says that it is an occurrence of a meeting.
	Meeting bool
	// Mode is how a visit takes place; empty for a meeting.
	Mode planner.VisitMode
	// Location is the location's id; empty for a meeting without one.
	Location     string
	LocationName string
	// Place is the address in one line.
	Place    string
	Lat, Lon float64
	Crew     []FeedCrew
}

// FeedCrew is somebody who comes.
type FeedCrew struct {
	Staff, Name string
	Role        planner.Text
}

type feedEventRow struct {
	Region    string   `gorm:"primaryKey"`
	Kind      FeedKind `gorm:"primaryKey"`
	Subject   string   `gorm:"primaryKey"`
	Visit     string   `gorm:"primaryKey"`
	Plan      int64
	Sequence  int
	RevisedAt Instant
	Cancelled bool
	StartsAt  Instant
	EndsAt    Instant
	Content   document[FeedContent]
	Revision  int64
	Reason    CancelReason
}

func (feedEventRow) TableName() string { return "feed_events" }

func (r *feedEventRow) scope() FeedScope { return FeedScope{r.Region, r.Kind, r.Subject} }

// key is the row's primary key.
func (r *feedEventRow) key() feedEventKey { return feedEventKey{r.scope(), r.Visit} }

type feedEventKey struct {
	FeedScope
	visit string
}

// same reports whether the readers would see no difference.
func (r *feedEventRow) same(o *feedEventRow) bool {
	return r.Cancelled == o.Cancelled && r.StartsAt.Equal(o.StartsAt.Time) && r.EndsAt.Equal(o.EndsAt.Time) &&
		reflect.DeepEqual(r.Content.v, o.Content.v)
}

type feedRevisionRow struct {
	Region    string   `gorm:"primaryKey"`
	Kind      FeedKind `gorm:"primaryKey"`
	Subject   string   `gorm:"primaryKey"`
	Revision  int64
	ChangedAt Instant
}

func (feedRevisionRow) TableName() string { return "feed_revisions" }

// FeedEvents returns the events of a calendar that touch the time from one
// instant to another, the cancelled ones among them, in order of start.
func (s *Store) FeedEvents(ctx context.Context, scope FeedScope, from, to time.Time) ([]FeedEvent, error) {
	return s.feedEvents(ctx, scope, "starts_at < ? AND ends_at > ?", At(to), At(from))
}

// FeedChanges returns, besides those of FeedEvents, every event that changed
// after a revision of its calendar, wherever it is now.
func (s *Store) FeedChanges(ctx context.Context, scope FeedScope, from, to time.Time, revision int64) ([]FeedEvent, error) {
	return s.feedEvents(ctx, scope, "(starts_at < ? AND ends_at > ? OR revision > ?)", At(to), At(from), revision)
}

// feedEvents reads past gorm, and decodes equal contents once: a first rendering
// is half reading, and one person goes to a few dozen places over and over.
func (s *Store) feedEvents(ctx context.Context, scope FeedScope, where string, args ...any) (out []FeedEvent, err error) {
	if !s.scope.Reaches(scope.Region) {
		return nil, ErrNotFound
	}
	args = append([]any{scope.Region, scope.Kind, scope.ID}, args...)
	rows, err := s.db.WithContext(ctx).Raw(`SELECT visit, sequence, revised_at, revision, cancelled, reason, starts_at, ends_at, `+s.contentBytes()+`
		FROM feed_events WHERE region = ? AND kind = ? AND subject = ? AND `+where+" ORDER BY starts_at", args...).Rows()
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	var r feedEventScan
	to := r.columns()
	for rows.Next() {
		if err := rows.Scan(to...); err != nil {
			return nil, err
		}
		e, err := r.event()
		if err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	slices.SortStableFunc(out, func(a, b FeedEvent) int {
		return cmp.Or(a.Start.Compare(b.Start), cmp.Compare(a.Visit, b.Visit))
	})
	return out, rows.Err()
}

// contentBytes selects the content so that the driver lends its bytes; it would
// make a string of SQLite's text for each row.
func (s *Store) contentBytes() string {
	if s.dialect == migrations.SQLite {
		return "CAST(content AS BLOB)"
	}
	return "content"
}

// feedEventScan is where the rows of feedEvents are read to, one after the
// other: plain types, which database/sql copies without reflection.
type feedEventScan struct {
	visit, reason       string
	sequence, revision  int64
	cancelled           bool
	revised, start, end Instant
	content             sql.RawBytes
	// contents are those of earlier rows.
	contents map[string]*FeedContent
}

func (r *feedEventScan) columns() []any {
	return []any{&r.visit, &r.sequence, &r.revised, &r.revision, &r.cancelled, &r.reason, &r.start, &r.end, &r.content}
}

func (r *feedEventScan) event() (FeedEvent, error) {
	content := r.contents[string(r.content)]
	if content == nil {
		content = &FeedContent{}
		if err := json.Unmarshal(r.content, content); err != nil {
			return FeedEvent{}, fmt.Errorf("content of visit %q: %w", r.visit, err)
		}
		if r.contents == nil {
			r.contents = map[string]*FeedContent{}
		}
		r.contents[string(r.content)] = content
	}
	return FeedEvent{
		Visit: r.visit, Sequence: int(r.sequence), Revised: r.revised.Time, Revision: r.revision,
		Cancelled: r.cancelled, Reason: CancelReason(r.reason), Start: r.start.Time, End: r.end.Time, FeedContent: content,
	}, nil
}
