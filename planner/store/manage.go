package store

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"
)

// What people do to feeds, accounts, contacts, calendars and mail is one
// transaction with its line in the audit log, whoever asks.

// managed runs a change and writes down the act.
func (s *Store) managed(ctx context.Context, a Act, change func(*Tx) error) error {
	transaction := s.Tx
	if a.Verb == Revoked {
		transaction = s.TxAhead
	}
	return transaction(ctx, func(t *Tx) error {
		if err := change(t); err != nil {
			return err
		}
		return t.Record(a)
	})
}

// RevokeFeedOf ends a feed of a region, at once and for good, and writes it down.
// It gives ErrNotFound for one that is not there or ended already.
func (s *Store) RevokeFeedOf(ctx context.Context, region, id string, now time.Time) error {
	return s.managed(ctx, Act{Verb: Revoked, Object: "feed", ID: id, Region: region}, func(t *Tx) error {
		return t.setOne(&feedRow{}, "id = ? AND region = ? AND revoked_at IS NULL", []any{id, region}, map[string]any{"revoked_at": At(now)}, "feed "+id)
	})
}

// RevokeAccountOf ends a CalDAV account of a region, as RevokeFeedOf does a feed.
func (s *Store) RevokeAccountOf(ctx context.Context, region, id string, now time.Time) error {
	return s.managed(ctx, Act{Verb: Revoked, Object: "caldav-account", ID: id, Region: region}, func(t *Tx) error {
		return t.setOne(&accountRow{}, "id = ? AND region = ? AND revoked_at IS NULL", []any{id, region}, map[string]any{"revoked_at": At(now)}, "account "+id)
	})
}

// RequeueMailOf lets a dead mail be tried again, and writes it down.
func (s *Store) RequeueMailOf(ctx context.Context, id int64, now time.Time) error {
	return s.managed(ctx, Act{Verb: Changed, Object: "mail", ID: strconv.FormatInt(id, 10), Fields: []string{"state"}}, func(t *Tx) error {
		return t.setOne(&outboxRow{}, "id = ? AND state = ?", []any{id, MailDead},
			map[string]any{"state": MailWaiting, "attempts": 0, "due_at": At(now), "ended_at": nil}, "dead mail "+strconv.FormatInt(id, 10))
	})
}

// RemoveContactOf forgets a contact of a region, and writes it down.
func (s *Store) RemoveContactOf(ctx context.Context, region string, id int64) error {
	return s.managed(ctx, Act{Verb: Removed, Object: "contact", ID: strconv.FormatInt(id, 10), Region: region}, func(t *Tx) error {
		done := t.scoped("region").Where("region = ?", region).Delete(&contactRow{}, id)
		if done.Error == nil && done.RowsAffected == 0 {
			return fmt.Errorf("contact %d: %w", id, ErrNotFound)
		}
		return errors.Join(done.Error, t.bury("contacts", strconv.FormatInt(id, 10), t.now()))
	})
}

// setOne changes the one row that a condition picks, within the scope.
func (t *Tx) setOne(model any, where string, args []any, set map[string]any, what string) error {
	done := t.scoped("region").Model(model).Where(where, args...).Updates(set)
	if done.Error == nil && done.RowsAffected == 0 {
		return fmt.Errorf("%s: %w", what, ErrNotFound)
	}
	return done.Error
}

// AddContactOf makes somebody a contact as AddContact does, and writes it down.
func (s *Store) AddContactOf(ctx context.Context, c Contact, now time.Time) (id int64, err error) {
	err = s.Tx(ctx, func(t *Tx) error {
		if _, err := t.lockRegion(c.Scope.Region); err != nil {
			return err
		}
		if err := c.check(); err != nil {
			return ContactsError{0: err}
		}
		if err := t.calendar(&NewFeed{Scope: c.Scope, Level: FullDetail}); err != nil {
			return err
		}
		var err error
		if id, err = t.putContact(&c, now); err != nil {
			return err
		}
		if err := t.Notify(c.Scope.Region, now); err != nil {
			return err
		}
		return t.Record(Act{Verb: Created, Object: "contact", ID: strconv.FormatInt(id, 10), Region: c.Scope.Region})
	})
	return id, err
}
