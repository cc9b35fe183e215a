package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/wijkplanner/wijkplanner/planner"
)

// CeilingNotice is that somebody came near an agreed ceiling, or passed it. It is
// told once, and is over when it is no longer so.
type CeilingNotice struct {
	ID     int64
	Region string
	// Line is how it stood when the notice was raised.
	Line   planner.CeilingLine
	Raised time.Time
	// Cleared is when it was over; the zero time before.
	Cleared time.Time
}

type ceilingNoticeRow struct {
	ID        int64 `gorm:"primaryKey"`
	Region    string
	Staff     string
	Ceiling   string
	State     planner.CeilingState
	Line      document[planner.CeilingLine]
	RaisedAt  Instant
	ClearedAt Instant
}

func (ceilingNoticeRow) TableName() string { return "ceiling_notices" }

func (r *ceilingNoticeRow) notice() CeilingNotice {
	return CeilingNotice{r.ID, r.Region, r.Line.v, r.RaisedAt.Time, r.ClearedAt.Time}
}

// ceilingMailDays is how long a mail about a ceiling is worth sending.
const ceilingMailDays = 7

// NoteCeilings writes down how people stand to their ceilings now. What is new
// is raised once: it goes to the contacts of the person and of the team leads by the
// outbox and to the programs that listen; what is no longer so is cleared. It returns what is new.
func (s *Store) NoteCeilings(ctx context.Context, region string, lines []planner.CeilingLine, now time.Time) (fresh []CeilingNotice, err error) {
	err = s.Tx(ctx, func(t *Tx) error {
		fresh = nil
		if _, err := t.lockRegion(region); err != nil {
			return err
		}
		var open []ceilingNoticeRow
		if err := t.db.Where("region = ? AND cleared_at IS NULL", region).Order("id").Find(&open).Error; err != nil {
			return err
		}
		left := map[ceilingKey]*ceilingNoticeRow{}
		for i := range open {
			left[ceilingKey{open[i].Staff, open[i].Ceiling, open[i].State}] = &open[i]
		}
		for _, l := range lines {
			key := ceilingKey{l.Staff, ceilingName(&l.Ceiling), l.State}
			if l.State == planner.CeilingFine || left[key] != nil {
				delete(left, key)
				continue
			}
			n, err := t.raiseCeiling(region, &l, now)
			if err != nil {
				return err
			}
			fresh = append(fresh, n)
		}
		return t.clearCeilings(left, now)
	})
	if err != nil {
		return nil, fmt.Errorf("note the ceilings of region %q: %w", region, err)
	}
	return fresh, nil
}

// ceilingKey is what one open notice is about.
type ceilingKey struct {
	staff, ceiling string
	state          planner.CeilingState
}

// ceilingName tells the ceilings over one person apart: those of contracts have
// one id, and a role each.
func ceilingName(c *planner.Ceiling) string { return strings.TrimSpace(c.ID + " " + c.Role) }

func (t *Tx) raiseCeiling(region string, l *planner.CeilingLine, now time.Time) (CeilingNotice, error) {
	row := ceilingNoticeRow{Region: region, Staff: l.Staff, Ceiling: ceilingName(&l.Ceiling), State: l.State, Line: doc(*l), RaisedAt: At(now)}
	if err := t.db.Create(&row).Error; err != nil {
		return CeilingNotice{}, err
	}
	id := strconv.FormatInt(row.ID, 10)
	if err := t.Record(Act{Verb: Created, Object: "ceiling_notice", ID: id, Region: region, Reason: string(l.State)}); err != nil {
		return CeilingNotice{}, err
	}
	var contacts []contactRow
	err := t.db.Where("region = ? AND kind = ? AND subject = ?", region, StaffFeed, l.Staff).Order("id").Find(&contacts).Error
	if err != nil {
		return CeilingNotice{}, err
	}
	leads, err := t.leadContacts(region, contacts)
	if err != nil {
		return CeilingNotice{}, err
	}
	of, err := t.nameOfStaff(region, l.Staff)
	if err != nil {
		return CeilingNotice{}, err
	}
	own := len(contacts)
	for i, c := range append(contacts, leads...) {
		content := MailContent{Ceilings: []planner.CeilingLine{*l}}
		if i >= own {
			content.Of = of
		}
		if _, err := t.queue(&c, CeilingMail, "", id, content, now, now.AddDate(0, 0, ceilingMailDays)); err != nil {
			return CeilingNotice{}, err
		}
	}
	return row.notice(), nil
}

// leadContacts lists the contacts of a region at whose address somebody has an
// account as its team lead, each address once, without those who are told already.
func (t *Tx) leadContacts(region string, told []contactRow) ([]contactRow, error) {
	var rows []contactRow
	err := t.db.Where("region = ? AND kind = ?", region, StaffFeed).Where(`mail IN (SELECT lower(u.mail) FROM users u
		JOIN memberships m ON m.user_id = u.id
		WHERE m.role = ? AND (m.everywhere OR m.region = ?) AND u.disabled_at IS NULL)`, Lead, region).Order("id").Find(&rows).Error
	seen := map[string]bool{}
	for i := range told {
		seen[told[i].Mail] = true
	}
	return slices.DeleteFunc(rows, func(c contactRow) bool {
		again := seen[c.Mail]
		seen[c.Mail] = true
		return again
	}), err
}

// nameOfStaff is the name of somebody of a region, or the id of who is gone.
func (t *Tx) nameOfStaff(region, id string) (string, error) {
	var names []string
	err := t.db.Model(&staffRow{}).Where("region = ? AND id = ?", region, id).Pluck("name", &names).Error
	return cmp.Or(append(names, id)[0], id), err
}

func (t *Tx) clearCeilings(rows map[ceilingKey]*ceilingNoticeRow, now time.Time) error {
	ids := make([]int64, 0, len(rows))
	for _, r := range rows {
		ids = append(ids, r.ID)
	}
	if len(ids) == 0 {
		return nil
	}
	return t.db.Model(&ceilingNoticeRow{}).Where("id IN ?", ids).Update("cleared_at", At(now)).Error
}

// CeilingNotices lists the notices of a region, or of one of its people unless
// staff is empty, the newest first and at most n, below an id unless that is 0.
func (s *Store) CeilingNotices(ctx context.Context, region, staff string, before int64, n int) ([]CeilingNotice, error) {
	var rows []ceilingNoticeRow
	err := s.read(ctx, func(t *Tx) error {
		if _, err := t.region(region); err != nil {
			return err
		}
		q := t.db.Where("region = ?", region).Order("id DESC").Limit(n)
		if staff != "" {
			q = q.Where("staff = ?", staff)
		}
		if before > 0 {
			q = q.Where("id < ?", before)
		}
		return q.Find(&rows).Error
	})
	out := make([]CeilingNotice, len(rows))
	for i := range rows {
		out[i] = rows[i].notice()
	}
	return out, err
}
