package store

import (
	"cmp"
	"context"
	"reflect"
	"slices"
	"time"

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
	FeedContent
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

func (s *Store) feedEvents(ctx context.Context, scope FeedScope, where string, args ...any) ([]FeedEvent, error) {
	var rows []feedEventRow
	err := s.read(ctx, func(t *Tx) error {
		return t.db.Where("region = ? AND kind = ? AND subject = ?", scope.Region, scope.Kind, scope.ID).
			Where(where, args...).Order("starts_at").Find(&rows).Error
	})
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(rows, func(a, b feedEventRow) int {
		return cmp.Or(a.StartsAt.Compare(b.StartsAt.Time), cmp.Compare(a.Visit, b.Visit))
	})
	out := make([]FeedEvent, len(rows))
	for i := range rows {
		r := &rows[i]
		out[i] = FeedEvent{
			Visit: r.Visit, Sequence: r.Sequence, Revised: r.RevisedAt.Time, Revision: r.Revision, Cancelled: r.Cancelled,
			Reason: r.Reason, Start: r.StartsAt.Time, End: r.EndsAt.Time, FeedContent: r.Content.v,
		}
	}
	return out, nil
}
