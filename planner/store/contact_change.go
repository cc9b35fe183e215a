package store

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"gorm.io/gorm/clause"
)

// ChangeContactOf gives a contact of a region another name, address, language or
// way, and writes down which. Whoever has another address has not heard of
// anything and is told anew; a link that went to the address before is ended.
// Check looks at the contact as it is, within the transaction. It gives
// ErrNotFound for one that is not there, ErrConflict for an address that the
// calendar has already, and a ContactsError for what cannot be kept.
func (s *Store) ChangeContactOf(ctx context.Context, region string, id int64, to Contact, check func(Contact) error, now time.Time) (out Contact, err error) {
	err = s.Tx(ctx, func(t *Tx) error {
		if _, err := t.lockRegion(region); err != nil {
			return err
		}
		var row contactRow
		found := t.scoped("region").Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate}).Where("region = ?", region).Take(&row, id)
		if found.Error != nil {
			return fmt.Errorf("contact %d: %w", id, found.Error)
		}
		if err := check(row.contact()); err != nil {
			return err
		}
		if to.Scope = row.contact().Scope; to.check() != nil {
			return ContactsError{0: to.check()}
		}
		fields, err := t.changeContact(&row, &to, now)
		if err != nil {
			return err
		}
		out = row.contact()
		if err := t.Notify(region, now); err != nil {
			return err
		}
		return t.Record(Act{Verb: Changed, Object: "contact", ID: strconv.FormatInt(id, 10), Region: region, Fields: fields})
	})
	return out, err
}

// changeContact writes what differs and returns the names of it.
func (t *Tx) changeContact(row *contactRow, to *Contact, now time.Time) ([]string, error) {
	set := map[string]any{}
	var fields []string
	for _, f := range []struct {
		name    string
		was, is string
	}{{"name", row.Name, to.Name}, {"mail", row.Mail, to.Mail}, {"language", string(row.Language), string(to.Language)}, {"calendar", string(row.Calendar), string(to.Calendar)}} {
		if f.was != f.is {
			set[f.name] = f.is
			fields = append(fields, f.name)
		}
	}
	if len(fields) == 0 {
		return nil, nil
	}
	var err error
	switch _, other := set["mail"]; {
	case other:
		err = t.otherAddress(row, to.Mail, now)
	case row.Calendar == ByInvitation && to.Calendar == ByFeed:
		err = t.withdraw(row, now)
	case row.Calendar == ByFeed && to.Calendar == ByInvitation:
		// What they know from a feed they were not invited to.
		err = t.db.Where("contact = ?", row.ID).Delete(&noticeRow{}).Error
	}
	if err != nil {
		return nil, err
	}
	err = t.db.Model(row).Updates(set).Error
	row.Name, row.Mail, row.Language, row.Calendar = to.Name, to.Mail, to.Language, to.Calendar
	return fields, err
}

// otherAddress forgets what the address before was told, and ends its link.
func (t *Tx) otherAddress(row *contactRow, mail string, now time.Time) error {
	var taken int64
	err := t.db.Model(&contactRow{}).Where("region = ? AND kind = ? AND subject = ? AND mail = ?", row.Region, row.Kind, row.Subject, mail).Count(&taken).Error
	if err != nil {
		return err
	}
	if taken > 0 {
		return fmt.Errorf("contact %d: %w: the address is one of another contact of the same calendar", row.ID, ErrConflict)
	}
	return errors.Join(
		t.db.Where("contact = ?", row.ID).Delete(&noticeRow{}).Error,
		t.db.Where("contact = ? AND state = ?", row.ID, MailWaiting).Delete(&outboxRow{}).Error,
		t.db.Model(&locationLinkRow{}).Where("contact = ? AND revoked_at IS NULL", row.ID).Update("revoked_at", At(now)).Error,
	)
}
