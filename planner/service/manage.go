package service

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path"

	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/files"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// What the store gives, by the names used above this room.
type (
	// Feed is a feed without its secret.
	Feed = store.Feed
	// NewFeed is a feed to make.
	NewFeed = store.NewFeed
	// FeedScope is whose calendar it is.
	FeedScope = store.FeedScope
	// FeedKind is a kind of calendar.
	FeedKind = store.FeedKind
	// FeedLevel is how much of it is shown.
	FeedLevel = store.FeedLevel
	// Language is that of a contact's mail.
	Language = store.Language
	// CalendarWay is how a contact's calendar learns of events.
	CalendarWay = store.CalendarWay
	// ContactsError is what is wrong with contacts.
	ContactsError = store.ContactsError
	// MailState is how far a mail is.
	MailState = store.MailState
)

// Feeds lists the feeds of a region, the oldest first.
func (s *Service) Feeds(ctx context.Context, region string) ([]Feed, error) {
	return s.Store.Feeds(ctx, region)
}

// CreateFeed makes a feed and returns its id and its token, which is shown once.
func (s *Service) CreateFeed(ctx context.Context, n NewFeed) (id, token string, err error) {
	return s.Store.CreateFeed(ctx, n)
}

// EndFeed ends a feed of a region: this process refuses its next request, others
// those of a second later.
func (s *Service) EndFeed(ctx context.Context, region, id string) error {
	if err := s.Store.RevokeFeedOf(ctx, region, id, s.Now()); err != nil {
		return err
	}
	s.feeds.revoke(id)
	return nil
}

// CalDAVAccount is an app password and the calendars that it opens, without its
// secret.
type CalDAVAccount = store.Account

// CalDAVAccounts lists the accounts of a region, revoked ones too, the oldest
// first.
func (s *Service) CalDAVAccounts(ctx context.Context, region string) ([]CalDAVAccount, error) {
	return s.Store.Accounts(ctx, region)
}

// CreateCalDAVAccount makes an account for one device and returns its user name
// and its app password, which is shown once.
func (s *Service) CreateCalDAVAccount(ctx context.Context, calendars ...NewFeed) (user, password string, err error) {
	return s.Store.CreateAccount(ctx, calendars...)
}

// EndCalDAVAccount ends an account of a region, at once and for good.
func (s *Service) EndCalDAVAccount(ctx context.Context, region, id string) error {
	return s.Store.RevokeAccountOf(ctx, region, id, s.Now())
}

// BusySources lists the calendars of their own of the people of a region.
func (s *Service) BusySources(ctx context.Context, region string) ([]BusySource, error) {
	return s.Store.BusySources(ctx, region)
}

// RemoveBusySource forgets a calendar and its busy times, at once and in backups
// that are put back.
func (s *Service) RemoveBusySource(ctx context.Context, id string) error {
	return s.Store.RemoveBusySource(ctx, id)
}

// Contacts lists the contacts of a region.
func (s *Service) Contacts(ctx context.Context, region string) ([]Contact, error) {
	return s.Store.Contacts(ctx, region)
}

// ContactMark tells one state of a contact from another, as PersonMark does of people.
func ContactMark(c *Contact) (string, error) { return markOf(c) }

// AddContact makes somebody a contact; see store.AddContact.
func (s *Service) AddContact(ctx context.Context, c Contact) (int64, error) {
	return s.Store.AddContactOf(ctx, c, s.Now())
}

// ChangeContact changes a contact of a region; see store.ChangeContactOf.
func (s *Service) ChangeContact(ctx context.Context, region string, id int64, c Contact, check func(Contact) error) (Contact, error) {
	return s.Store.ChangeContactOf(ctx, region, id, c, check, s.Now())
}

// RemoveContact forgets a contact of a region, for good: a backup that is put
// back forgets them again.
func (s *Service) RemoveContact(ctx context.Context, region string, id int64) error {
	return s.Store.RemoveContactOf(ctx, region, id)
}

// Outbox lists the mails in a state, the newest first and at most n.
func (s *Service) Outbox(ctx context.Context, state MailState, n int) ([]OutboxMail, error) {
	return s.Store.Outbox(ctx, state, n)
}

// RequeueMail lets a dead mail be tried again.
func (s *Service) RequeueMail(ctx context.Context, id int64) error {
	return s.Store.RequeueMailOf(ctx, id, s.Now())
}

// FolderImport takes the zip file of an input folder in place of what is known of
// one region, or with dry says what it would change. Pins stay unless the folder
// says otherwise, and so does what was made by hand; see store.KeepByHand. It gives
// ErrStale when the region has another version than expected (0: it must not be
// there yet; below 0: any), and a *ByHandError where by hand must be given and is
// not. The error of what cannot be used is a Faults.
func (s *Service) FolderImport(ctx context.Context, region string, archive []byte, expected int64, o ImportOptions) (*FolderReport, error) {
	if scope := s.Store.Scope(); !scope.Reaches(region) {
		return nil, fmt.Errorf("region %q: %w", region, ErrNotFound)
	}
	states, err := readArchive(archive)
	if err != nil {
		return nil, err
	}
	if len(states) != 1 {
		return nil, Faults{{File: "folder.zip", Message: fmt.Sprintf("holds %d regions: import them one by one", len(states))}}
	}
	state := states[0]
	if state.Region == "" {
		state = inRegion(state, region)
	}
	if state.Region != region {
		return nil, Faults{{File: "folder.zip", Message: "is of another region than the address says"}}
	}
	out := &FolderReport{Region: region, Written: !o.DryRun}
	err = s.Store.Tx(ctx, func(t *store.Tx) error {
		known, version, err := t.LockState(region)
		switch {
		case errors.Is(err, ErrNotFound):
			out.New = true
		case err != nil:
			return err
		default:
			if out.Reconciled, err = t.Reconcile(known, state, o.ByHand); err != nil {
				return err
			}
			state = out.State
			out.Changes = allChanges(known, state)
		}
		out.Version = version
		if o.DryRun {
			return nil
		}
		if expected >= 0 && expected != version {
			return fmt.Errorf("region %q has version %d, not %d: %w", region, version, expected, ErrStale)
		}
		if err := out.Refusal(o.ByHand); err != nil {
			return err
		}
		if err := t.ImportState(state); err != nil {
			return err
		}
		out.Version = version + 1
		return t.Record(Act{Verb: store.Imported, Object: "region", ID: region, Region: region})
	})
	return out, err
}

// FolderReport is what an import of a folder did, or would do.
type FolderReport struct {
	Region  string
	New     bool
	Version int64
	Changes []planner.Change
	store.Reconciled
	Written bool
}

// inRegion names the region of a folder that does not name its own.
func inRegion(s *planner.State, region string) *planner.State {
	out := *s
	out.Region = region
	return &out
}

// The limits of an archive: nothing that unpacks without end.
const (
	maxArchived  = 40
	maxUnpacked  = 64 << 20
	archiveFault = "folder.zip"
)

// readArchive reads the files of an input folder out of a zip file, in memory.
func readArchive(archive []byte) ([]*planner.State, error) {
	z, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		return nil, Faults{{File: archiveFault, Message: "expected a zip file with the files of an input folder"}}
	}
	content, left := map[string][]byte{}, int64(maxUnpacked)
	for i, f := range z.File {
		if i >= maxArchived {
			return nil, Faults{{File: archiveFault, Message: fmt.Sprintf("holds more than %d files", maxArchived)}}
		}
		if f.FileInfo().IsDir() {
			continue
		}
		data, err := unpack(f, left)
		if err != nil {
			return nil, Faults{{File: archiveFault, Message: path.Base(f.Name) + " cannot be unpacked, or is too large"}}
		}
		left -= int64(len(data))
		content[path.Base(f.Name)] = data
	}
	return files.ReadMemory(content)
}

func unpack(f *zip.File, limit int64) (data []byte, err error) {
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	data, err = io.ReadAll(io.LimitReader(r, limit+1))
	if err == nil && int64(len(data)) > limit {
		err = errors.New("too large")
	}
	return data, err
}
