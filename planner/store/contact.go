package store

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/wijkplanner/wijkplanner/planner"
)

// Language is the language in which somebody gets mail.
type Language string

// The languages.
const (
	Dutch   Language = "nl"
	English Language = "en"
)

// CalendarWay is how a contact's calendar learns of events. Nobody has both
// ways for one event: programs would show it twice.
type CalendarWay string

// The ways.
const (
	// ByInvitation mails an invitation for each event (RFC 6047).
	ByInvitation CalendarWay = "invitation"
	// ByFeed leaves the calendar to a feed and mails short-notice changes,
	// since calendar programs read feeds late.
	ByFeed CalendarWay = "feed"
)

// Contact is somebody who gets mail about the events of a person's or a
// location's calendar: the person, or who answers for the location.
type Contact struct {
	ID    int64
	Scope FeedScope
	Name  string
	// Mail is one bare address, in lower case.
	Mail     string
	Language Language
	Calendar CalendarWay
	Created  time.Time
}

type contactRow struct {
	ID        int64 `gorm:"primaryKey"`
	Region    string
	Kind      FeedKind
	Subject   string
	Name      string
	Mail      string
	Language  Language
	Calendar  CalendarWay
	CreatedAt Instant
}

func (contactRow) TableName() string { return "contacts" }

func (r *contactRow) contact() Contact {
	return Contact{
		ID: r.ID, Scope: FeedScope{r.Region, r.Kind, r.Subject}, Name: r.Name, Mail: r.Mail,
		Language: r.Language, Calendar: r.Calendar, Created: r.CreatedAt.Time,
	}
}

// plainAddress is the part of RFC 5321 section 4.1.2 that people have: no
// quotes, comments, lists, names or line ends, so nothing of an address can be
// taken for something else on its way.
var plainAddress = regexp.MustCompile(`^[a-z0-9!#$%&'*+/=?^_{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_{|}~-]+)*@([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}$`)

// The longest address and name that are kept (RFC 5321 section 4.5.3.1.3).
const (
	longestAddress = 254
	longestLocal   = 64
	longestName    = 120
)

// CleanAddress returns a mail address as it is kept, in lower case. It refuses
// whatever is not exactly one plain address of at most 254 octets; the address
// itself is not in the error.
func CleanAddress(s string) (string, error) {
	s = strings.ToLower(s)
	if len(s) > longestAddress || strings.IndexByte(s, '@') > longestLocal || !plainAddress.MatchString(s) {
		return "", fmt.Errorf("mail address: want one plain address such as name@example.nl, of at most %d characters", longestAddress)
	}
	return s, nil
}

func (c *Contact) check() (err error) {
	if c.Mail, err = CleanAddress(c.Mail); err != nil {
		return err
	}
	c.Name = strings.TrimSpace(c.Name)
	switch {
	case planner.HasBSN(c.Name) || planner.HasBSN(c.Mail):
		return errors.New("contact: the name or address looks like a citizen service number (BSN), which may not be kept")
	case len(c.Name) > longestName || strings.ContainsFunc(c.Name, isControl):
		return fmt.Errorf("name of a contact: want at most %d octets without control characters", longestName)
	case c.Language != Dutch && c.Language != English:
		return fmt.Errorf("language %q: want %q or %q", c.Language, Dutch, English)
	case c.Scope.Kind != StaffFeed && c.Scope.Kind != LocationFeed:
		return fmt.Errorf("contact of a %q: want %q or %q", c.Scope.Kind, StaffFeed, LocationFeed)
	case c.Scope.Kind == StaffFeed && c.Calendar == ByInvitation:
		return fmt.Errorf("calendar %q: staff have feeds; want %q", c.Calendar, ByFeed)
	case c.Calendar != ByInvitation && c.Calendar != ByFeed:
		return fmt.Errorf("calendar %q: want %q or %q", c.Calendar, ByInvitation, ByFeed)
	}
	return nil
}

func isControl(r rune) bool {
	return r < ' ' || r >= 0x7f && r < 0xa0 || r == 0x2028 || r == 0x2029 || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069
}

// AddContact makes somebody a contact and queues what they should know: the
// invitations to what is planned. An address that the calendar has already gets
// the new name, language and way. It gives ErrNotFound when there is no such
// person or location.
func (s *Store) AddContact(ctx context.Context, c Contact, now time.Time) (id int64, err error) {
	ids, err := s.AddContacts(ctx, c.Scope.Region, []Contact{c}, now)
	if err != nil {
		var rows ContactsError
		if errors.As(err, &rows) {
			err = rows[0]
		}
		return 0, fmt.Errorf("add a contact: %w", err)
	}
	return ids[0], nil
}

// ContactsError is what is wrong with contacts, by their index.
type ContactsError map[int]error

// Error lists them in order.
func (e ContactsError) Error() string {
	var lines []string
	for _, i := range slices.Sorted(maps.Keys(e)) {
		lines = append(lines, fmt.Sprintf("contact %d: %v", i+1, e[i]))
	}
	return strings.Join(lines, "\n")
}

// AddContacts is AddContact for several contacts of a region, all or none. The
// error is a ContactsError with all faults when contacts are at fault.
func (s *Store) AddContacts(ctx context.Context, region string, contacts []Contact, now time.Time) (ids []int64, err error) {
	err = s.Tx(ctx, func(t *Tx) error {
		ids = nil
		if _, err := t.lockRegion(region); err != nil {
			return err
		}
		faults := ContactsError{}
		for i := range contacts {
			c := contacts[i]
			c.Scope.Region = region
			if err := errors.Join(c.check(), t.calendar(&NewFeed{Scope: c.Scope, Level: FullDetail})); err != nil {
				faults[i] = err
				continue
			}
			id, err := t.putContact(&c, now)
			if err != nil {
				return err
			}
			ids = append(ids, id)
		}
		if len(faults) > 0 {
			return faults
		}
		return t.Notify(region, now)
	})
	return ids, err
}

func (t *Tx) putContact(c *Contact, now time.Time) (int64, error) {
	row := contactRow{
		Region: c.Scope.Region, Kind: c.Scope.Kind, Subject: c.Scope.ID, Name: c.Name, Mail: c.Mail,
		Language: c.Language, Calendar: c.Calendar, CreatedAt: At(now),
	}
	var have []contactRow
	err := t.db.Where("region = ? AND kind = ? AND subject = ? AND mail = ?", row.Region, row.Kind, row.Subject, row.Mail).Find(&have).Error
	if err != nil {
		return 0, err
	}
	if len(have) == 0 {
		err := t.db.Create(&row).Error
		return row.ID, err
	}
	if have[0].Calendar == ByInvitation && c.Calendar == ByFeed {
		if err := t.withdraw(&have[0], now); err != nil {
			return 0, err
		}
	}
	if have[0].Calendar == ByFeed && c.Calendar == ByInvitation {
		// What they know from a feed they were not invited to.
		if err := t.db.Where("contact = ?", have[0].ID).Delete(&noticeRow{}).Error; err != nil {
			return 0, err
		}
	}
	return have[0].ID, t.db.Model(&have[0]).Updates(map[string]any{
		"name": c.Name, "language": c.Language, "calendar": c.Calendar,
	}).Error
}

// RemoveContact forgets a contact with all that was and would be mailed.
func (s *Store) RemoveContact(ctx context.Context, id int64) error {
	return s.Tx(ctx, func(t *Tx) error {
		done := t.scoped("region").Delete(&contactRow{}, id)
		if done.Error == nil && done.RowsAffected == 0 {
			return fmt.Errorf("contact %d: %w", id, ErrNotFound)
		}
		return errors.Join(done.Error, t.bury("contacts", strconv.FormatInt(id, 10), t.now()))
	})
}

// Contacts lists the contacts of a region, by calendar and address.
func (s *Store) Contacts(ctx context.Context, region string) ([]Contact, error) {
	var out []Contact
	err := s.read(ctx, func(t *Tx) error {
		rows, err := t.contacts(region)
		for i := range rows {
			out = append(out, rows[i].contact())
		}
		return err
	})
	return out, err
}

func (t *Tx) contacts(region string) ([]contactRow, error) {
	var rows []contactRow
	if err := t.scoped("region").Where("region = ?", region).Find(&rows).Error; err != nil {
		return nil, err
	}
	// Here and not by the database, whose order of letters is its own affair.
	slices.SortFunc(rows, func(a, b contactRow) int {
		return slices.Compare([]string{string(a.Kind), a.Subject, a.Mail}, []string{string(b.Kind), b.Subject, b.Mail})
	})
	return rows, nil
}
