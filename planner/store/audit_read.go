package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm"
)

// AuditEntry is a line of the audit log as it is read.
type AuditEntry struct {
	// Number is the number of the row, in the order of writing.
	Number int64
	When   time.Time
	// Actor, Role and Request come from the scope of whoever did it.
	Actor   string
	Role    Role
	Request string
	Act
}

// AuditQuery narrows a reading of the audit log; what is empty does not.
type AuditQuery struct {
	Region, Actor, Object, ID string
	Verb                      Verb
	// From and To are the first moment and the one after the last.
	From, To time.Time
	// Before is the number of the entry above; zero begins with the newest.
	Before int64
	// Limit is at most how many entries; zero is 100, and more than 1,000 is that.
	Limit int
}

// The most and the usual number of entries of one reading.
const (
	mostEntries  = 1000
	usualEntries = 100
)

// Audit lists entries of the audit log that the caller may see, the newest
// first: an administrator and an auditor all within their regions, a lead those
// of the region, a member of staff what they did themselves. Nobody else sees
// any (ErrNotFound).
func (s *Store) Audit(ctx context.Context, q AuditQuery) ([]AuditEntry, error) {
	var rows []auditRow
	err := s.read(ctx, func(t *Tx) error {
		query, err := t.visibleAudit()
		if err != nil {
			return err
		}
		return q.narrow(query).Order("id DESC").Find(&rows).Error
	})
	if err != nil {
		return nil, fmt.Errorf("audit log: %w", err)
	}
	out := make([]AuditEntry, len(rows))
	for i := range rows {
		out[i] = rows[i].entry()
	}
	return out, nil
}

func (t *Tx) visibleAudit() (*gorm.DB, error) {
	scope := &t.store.scope
	switch scope.Role {
	case System, Administrator, Auditor, Lead:
		return t.scoped("region"), nil
	case Member:
		return t.scoped("region").Where("actor = ?", scope.Actor), nil
	case LocationContact, Visitor:
	}
	return nil, ErrNotFound
}

func (q *AuditQuery) narrow(db *gorm.DB) *gorm.DB {
	for column, value := range map[string]string{
		"region": q.Region, "actor": q.Actor, "object": q.Object, "object_id": q.ID, "verb": string(q.Verb),
	} {
		if value != "" {
			db = db.Where(column+" = ?", value)
		}
	}
	if !q.From.IsZero() {
		db = db.Where("recorded_at >= ?", At(q.From))
	}
	if !q.To.IsZero() {
		db = db.Where("recorded_at < ?", At(q.To))
	}
	if q.Before > 0 {
		db = db.Where("id < ?", q.Before)
	}
	limit := q.Limit
	if limit <= 0 {
		limit = usualEntries
	}
	return db.Limit(min(limit, mostEntries))
}

func (r *auditRow) entry() AuditEntry {
	return AuditEntry{
		Number: r.ID, When: r.RecordedAt.Time, Actor: r.Actor, Role: r.Role, Request: r.Request,
		Act: Act{Verb: r.Verb, Object: r.Object, ID: r.ObjectID, Region: r.Region, Fields: strings.Fields(r.Fields), Reason: r.Reason},
	}
}
