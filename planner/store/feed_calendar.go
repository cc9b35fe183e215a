package store

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/wijkplanner/wijkplanner/planner"
)

// FeedKind says whose calendar a feed is.
type FeedKind string

// The feed kinds.
const (
	StaffFeed    FeedKind = "staff"
	LocationFeed FeedKind = "location"
	DistrictFeed FeedKind = "district"
	// TeamFeed is everybody of a region.
	TeamFeed FeedKind = "team"
	RoleFeed FeedKind = "role"
)

// FeedScope names a calendar: that of a person, a location, a district, a role
// or the whole team.
type FeedScope struct {
	Region string
	Kind   FeedKind
	// ID is the id of the person, location, district or role; empty for a team.
	ID string
}

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

// Calendar is a calendar as one subscription shows it.
type Calendar struct {
	Scope FeedScope
	Level FeedLevel
	// Language is that of the texts.
	Language Language
	// HideCancelled leaves visits out that fell through.
	HideCancelled bool
	// Name is the name of the person, location or district, empty when they
	// are gone. Those of a role and a team come from CalendarName.
	Name string
	// Zone is the IANA time zone of the region.
	Zone string
	// Programme is the version of the region's programme.
	Programme int64
	// Revision counts the changes to the calendar; it is 0 before the first.
	Revision int64
	// Changed is when it got this revision, or when the subscription changed if
	// that was later; before the first revision, when somebody subscribed.
	Changed time.Time

	secret []byte // of the installation
}

// Pseudonym names a visit for a reader who is not to know which it is: 128 bits
// in hex that stay the same in this calendar, and that nobody without the
// installation's secret can compare with the ids of visits or with those of
// another calendar (HMAC-SHA256, RFC 2104).
func (c *Calendar) Pseudonym(visit string) string {
	mac := hmac.New(sha256.New, c.secret)
	// Writing to a hash does not fail.
	_, _ = fmt.Fprintf(mac, "%q", []string{c.Scope.Region, string(c.Scope.Kind), c.Scope.ID, visit})
	return hex.EncodeToString(mac.Sum(nil)[:16])
}

// calendarColumns selects what scanCalendar reads, of a subscription f in
// calendarTables.
const calendarColumns = `f.region, f.kind, f.subject, f.level, f.language, f.hide_cancelled,
	g.zone, g.programme, coalesce(r.revision, 0), r.changed_at, coalesce(s.name, l.name, d.name, ''),
	(SELECT secret FROM feed_secret)`

const calendarTables = `
	JOIN regions g ON g.region = f.region
	LEFT JOIN feed_revisions r ON r.region = f.region AND r.kind = f.kind AND r.subject = f.subject
	LEFT JOIN staff s ON f.kind = 'staff' AND s.region = f.region AND s.id = f.subject
	LEFT JOIN locations l ON f.kind = 'location' AND l.region = f.region AND l.id = f.subject
	LEFT JOIN districts d ON f.kind = 'district' AND d.region = f.region AND d.id = f.subject`

// columns returns where to scan calendarColumns to.
func (c *Calendar) columns(changed *Instant) []any {
	return []any{
		&c.Scope.Region, &c.Scope.Kind, &c.Scope.ID, &c.Level, &c.Language, &c.HideCancelled,
		&c.Zone, &c.Programme, &c.Revision, changed, &c.Name, &c.secret,
	}
}

// CalendarName returns the name of a role or a team; for anything else it is
// the calendar's own.
func (s *Store) CalendarName(ctx context.Context, c *Calendar) (name planner.Text, err error) {
	if c.Scope.Kind != RoleFeed && c.Scope.Kind != TeamFeed {
		return planner.Text{NL: c.Name}, nil
	}
	err = s.read(ctx, func(t *Tx) error {
		programme, err := t.programme(&regionRow{Region: c.Scope.Region, Programme: c.Programme})
		if err != nil {
			return err
		}
		if name = (planner.Text{NL: programme.Name}); c.Scope.Kind == RoleFeed {
			name = roleName(programme, c.Scope.ID)
		}
		return nil
	})
	return name, err
}

func roleName(p *planner.Programme, id string) planner.Text {
	for i := range p.Roles {
		if p.Roles[i].ID == id {
			return p.Roles[i].Name
		}
	}
	return planner.Text{}
}

// calendars refuses calendars that are none, each with its fault.
func (t *Tx) calendars(feeds []NewFeed) error {
	var faults []error
	for i := range feeds {
		err := t.calendar(&feeds[i])
		if err != nil && !slices.ContainsFunc(faults, func(f error) bool { return f.Error() == err.Error() }) {
			faults = append(faults, err)
		}
	}
	return errors.Join(faults...)
}

// calendar refuses a calendar that is none: an unknown level, language, kind or
// subject.
func (t *Tx) calendar(n *NewFeed) error {
	scope, level := n.Scope, n.Level
	if err := t.reach(scope.Region); err != nil {
		return err
	}
	if level != FullDetail && level != NoNames && level != BusyOnly {
		return fmt.Errorf("feed level %q: want %q, %q or %q", level, FullDetail, NoNames, BusyOnly)
	}
	if l := n.language(); l != Dutch && l != English {
		return fmt.Errorf("language %q: want %q or %q", l, Dutch, English)
	}
	var row any
	switch scope.Kind {
	case StaffFeed:
		row = &staffRow{}
	case LocationFeed:
		row = &locationRow{}
	case DistrictFeed:
		row = &districtRow{}
	case RoleFeed, TeamFeed:
		return t.programmeSubject(scope)
	default:
		return fmt.Errorf("feed kind %q: want %q, %q, %q, %q or %q",
			scope.Kind, StaffFeed, LocationFeed, DistrictFeed, TeamFeed, RoleFeed)
	}
	if err := t.db.Where("region = ? AND id = ?", scope.Region, scope.ID).Take(row).Error; err != nil {
		return scope.unknown(err)
	}
	return nil
}

// programmeSubject refuses a role that the programme does not have, and a team
// with an id: a region is one team.
func (t *Tx) programmeSubject(scope FeedScope) error {
	var region regionRow
	if err := t.db.Where("region = ?", scope.Region).Take(&region).Error; err != nil {
		return scope.unknown(err)
	}
	programme, err := t.programme(&region)
	if err != nil {
		return err
	}
	if scope.Kind == TeamFeed && scope.ID != "" || scope.Kind == RoleFeed && roleName(programme, scope.ID) == (planner.Text{}) {
		return scope.unknown(ErrNotFound)
	}
	return nil
}

func (s FeedScope) unknown(err error) error {
	if errors.Is(err, ErrNotFound) {
		err = ErrNotFound // without the words of the database
	}
	if s.Region == "" {
		return fmt.Errorf("%s %q: %w", s.Kind, s.ID, err)
	}
	return fmt.Errorf("%s %q of region %q: %w", s.Kind, s.ID, s.Region, err)
}
