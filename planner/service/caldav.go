package service

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// ErrSyncToken is a sync token that is not one of this calendar, or too old:
// the program starts again with an empty one.
var ErrSyncToken = errors.New("no usable sync token")

// syncDays is how many days a sync token can be used.
const syncDays = 30

// Account is a CalDAV account that was opened by its app password.
type Account struct {
	// ID is also the user name.
	ID string
	// Calendars are known by their place in the account.
	Calendars []*Reading
}

// Account opens a CalDAV account at a moment. It gives ErrNotFound for a user
// and a password that do not belong together, are unknown or are revoked, all
// alike. The database is asked each time.
func (s *Service) Account(ctx context.Context, user, password string, now time.Time) (*Account, error) {
	key, ok := store.ParseToken(store.AppPassword, password)
	if !ok || key.ID != user {
		return nil, ErrNotFound
	}
	ctx, cancel := context.WithTimeout(ctx, loadTime)
	defer cancel()
	a, err := s.Store.AccountByID(ctx, user)
	switch {
	case err != nil:
		return nil, err
	case !a.Opens(key, now):
		return nil, ErrNotFound
	}
	if today := calendar.DateOf(now, time.UTC); a.LastUsed < today {
		if err := s.Store.NoteAccountUse(ctx, a.ID, today); err != nil {
			s.Log.WarnContext(ctx, "use of a CalDAV account not noted", "account", a.ID, "error", err)
		}
	}
	out := &Account{ID: a.ID}
	for i := range a.Calendars {
		r, err := s.reading(&a.Calendars[i], now)
		if err != nil {
			return nil, err
		}
		out.Calendars = append(out.Calendars, r)
	}
	return out, nil
}

// Resource is an event as a calendar object resource (RFC 4791 section 4.1).
type Resource struct {
	// Name is the last part of its path.
	Name string
	// ETag changes whenever its text does.
	ETag string
	// Modified is when it last changed.
	Modified time.Time
	Event    calendar.Event
}

// Resources returns what the calendar shows, in order of start.
func (r *Reading) Resources(ctx context.Context) ([]Resource, error) {
	if all := r.resources.Load(); all != nil {
		return *all, nil
	}
	from, to := window(r.edition.day, r.zone)
	events, err := r.service.Store.FeedEvents(ctx, r.Calendar.Scope, from, to)
	if err != nil {
		return nil, fmt.Errorf("events of a calendar: %w", err)
	}
	all, shows := []Resource{}, r.shown(r.edition.day)
	for i := range events {
		if e := &events[i]; shows(e) {
			all = append(all, r.resource(e))
		}
	}
	r.resources.Store(&all)
	return all, nil
}

func (r *Reading) resource(e *store.FeedEvent) Resource {
	event := eventOf(&r.Calendar, e)
	return Resource{
		Name: resourceName(event.UID), ETag: fmt.Sprintf("%d-%d-%s", e.Sequence, e.Revised.UnixMicro(), r.kin()),
		Modified: e.Revised, Event: event,
	}
}

// resourceName makes a path of a UID, which can hold anything.
func resourceName(uid string) string {
	sum := sha256.Sum256([]byte(uid))
	return hex.EncodeToString(sum[:16]) + ".ics"
}

// Text is a resource's iCalendar text. In UTC is for programs that ask for
// instances expanded (RFC 4791 section 9.6.5).
func (r *Reading) Text(e *Resource, utc bool) ([]byte, error) {
	feed := calendar.Feed{Language: string(r.Calendar.Language), Zone: r.zone, Revision: e.Modified, Events: []calendar.Event{e.Event}}
	if utc {
		feed.Zone = nil
	}
	return feed.Encode()
}

// kin names what makes the texts of two readings of one calendar comparable.
func (r *Reading) kin() string {
	e := r.edition
	sum := sha256.Sum256(fmt.Appendf(nil, "%d %q", feedFormat, []string{
		e.scope.Region, string(e.scope.Kind), e.scope.ID, string(e.level), string(e.language), fmt.Sprint(e.hide), e.zone,
	}))
	return hex.EncodeToString(sum[:4])
}

// syncPrefix makes a URI of a sync token (RFC 6578 section 3.7).
const syncPrefix = "data:,"

// SyncToken names the state of the calendar: its revision and the day.
func (r *Reading) SyncToken() string {
	return fmt.Sprintf("%s%d-%d-%s", syncPrefix, r.edition.revision, r.edition.day, r.kin())
}

// Changes returns what changed in the calendar since a sync token, and the
// names of the resources that it no longer shows. It gives ErrSyncToken for a
// token that it cannot answer.
func (r *Reading) Changes(ctx context.Context, token string) (changed []Resource, removed []string, err error) {
	revision, day, err := r.parseSync(token)
	if err != nil {
		return nil, nil, err
	}
	from, _ := window(day, r.zone)
	_, to := window(r.edition.day, r.zone)
	events, err := r.service.Store.FeedChanges(ctx, r.Calendar.Scope, from, to, revision)
	if err != nil {
		return nil, nil, fmt.Errorf("changes of a calendar: %w", err)
	}
	then, shows, name := r.shown(day), r.shown(r.edition.day), uids(&r.Calendar)
	for i := range events {
		e := &events[i]
		before, now, news := then(e), shows(e), e.Revision > revision
		switch {
		case now && (news || !before):
			changed = append(changed, r.resource(e))
		case !now && (before || news && e.Sequence > 0): // an event of sequence 0 was never shown elsewhere
			removed = append(removed, resourceName(name(e.Visit)))
		}
	}
	return changed, removed, nil
}

func (r *Reading) parseSync(token string) (revision int64, day calendar.Date, err error) {
	var kin string
	text, ok := strings.CutPrefix(token, syncPrefix)
	_, err = fmt.Sscanf(strings.ReplaceAll(text, "-", " "), "%d %d %s", &revision, &day, &kin)
	today := r.edition.day
	if !ok || err != nil || kin != r.kin() || revision < 0 || revision > r.edition.revision || day > today || day < today-syncDays {
		return 0, 0, ErrSyncToken
	}
	return revision, day, nil
}
