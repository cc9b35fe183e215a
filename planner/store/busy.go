package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/migrations"
	"github.com/wijkplanner/wijkplanner/planner"
)

// BusySource is a calendar of somebody's own from which busy times are read.
type BusySource struct {
	ID, Region, Staff string
	// Address is the encrypted address of the calendar.
	Address string
	Created time.Time
	// Lease names this claim.
	Lease int64
	// ETag and LastModified are the validators of the copy that is kept.
	ETag, LastModified string
	// Filled says that the copy had events at all; how many is kept nowhere.
	Filled bool
	// Faults counts what in it could not be read.
	Faults int
	// Checked is when it was last asked for; Good when the copy that is kept was
	// last known to be right, zero for never.
	Checked, Good time.Time
	// Failures counts the last attempts that failed alike; Fault is their code.
	Failures int
	Fault    string
}

type busySourceRow struct {
	ID           string `gorm:"primaryKey"`
	Region       string
	Staff        string
	Address      string
	CreatedAt    Instant
	DueAt        Instant
	Lease        int64
	LeasedUntil  Instant
	Etag         string
	LastModified string
	Filled       bool
	Faults       int
	CheckedAt    Instant
	GoodAt       Instant
	Failures     int
	Fault        string
}

func (busySourceRow) TableName() string { return "busy_sources" }

func (r *busySourceRow) source() BusySource {
	return BusySource{
		ID: r.ID, Region: r.Region, Staff: r.Staff, Address: r.Address, Created: r.CreatedAt.Time, Lease: r.Lease,
		ETag: r.Etag, LastModified: r.LastModified, Filled: r.Filled, Faults: r.Faults,
		Checked: r.CheckedAt.Time, Good: r.GoodAt.Time, Failures: r.Failures, Fault: r.Fault,
	}
}

// maxBusySources limits the calendars of one person.
const maxBusySources = 5

// NewBusyID returns an id for a busy source; the address is encrypted with it.
func NewBusyID() string { return letters(tokenIDLength) }

// CheckStaff gives ErrNotFound for somebody whom a region does not know.
func (s *Store) CheckStaff(ctx context.Context, region, staff string) error {
	return s.read(ctx, func(t *Tx) error {
		_, err := t.persons(region, []string{staff})
		return err
	})
}

// AddBusySource keeps a calendar of a person, due at once. It gives ErrNotFound
// for an unknown person and ErrConflict above five calendars.
func (s *Store) AddBusySource(ctx context.Context, id, region, staff, address string, now time.Time) error {
	err := s.Tx(ctx, func(t *Tx) error {
		persons, err := t.persons(region, []string{staff})
		if err != nil {
			return err
		}
		if err := t.lockPeople(persons); err != nil {
			return err
		}
		var have int64
		if err := t.db.Model(&busySourceRow{}).Where("region = ? AND staff = ?", region, staff).Count(&have).Error; err != nil {
			return err
		}
		if have >= maxBusySources {
			return fmt.Errorf("%w: %s has %d calendars already, the most there can be", ErrConflict, staff, have)
		}
		made := t.db.Create(&busySourceRow{ID: id, Region: region, Staff: staff, Address: address, CreatedAt: At(now), DueAt: At(now)})
		return errors.Join(made.Error, t.Record(Act{Verb: Created, Object: "busy-source", ID: id, Region: region}))
	})
	if err != nil {
		return fmt.Errorf("add a calendar: %w", err)
	}
	return nil
}

// RemoveBusySource forgets a calendar and its busy times, at once.
func (s *Store) RemoveBusySource(ctx context.Context, id string) error {
	return s.Tx(ctx, func(t *Tx) error {
		var row busySourceRow
		if err := t.scoped("region").Where("id = ?", id).Take(&row).Error; err != nil {
			return fmt.Errorf("calendar %q: %w", id, err)
		}
		return errors.Join(
			t.db.Where("id = ?", id).Delete(&busySourceRow{}).Error,
			t.Record(Act{Verb: Removed, Object: "busy-source", ID: id, Region: row.Region}),
			t.db.Where("kind = ? AND ref = ?", BusyTime, id).Delete(&occupancyRow{}).Error,
			t.bury("busy_sources", id, t.now()),
		)
	})
}

// ChangeBusySource gives a calendar of a person another address, due at once. The
// copy that is kept stays until the new one is read; what went wrong before is
// forgotten.
func (s *Store) ChangeBusySource(ctx context.Context, id, address string, now time.Time) error {
	return s.changeBusy(ctx, id, []string{"address"}, map[string]any{
		"address": address, "due_at": At(now), "leased_until": nil, "lease": gorm.Expr("lease + 1"), "etag": "", "last_modified": "", "failures": 0, "fault": "",
	})
}

// DueBusySource has a calendar read again at once.
func (s *Store) DueBusySource(ctx context.Context, id string, now time.Time) error {
	return s.changeBusy(ctx, id, []string{"due_at"}, map[string]any{"due_at": At(now)})
}

func (s *Store) changeBusy(ctx context.Context, id string, fields []string, set map[string]any) error {
	return s.Tx(ctx, func(t *Tx) error {
		var row busySourceRow
		if err := t.scoped("region").Where("id = ?", id).Take(&row).Error; err != nil {
			return fmt.Errorf("calendar %q: %w", id, err)
		}
		return errors.Join(
			t.db.Model(&busySourceRow{}).Where("id = ?", id).Updates(set).Error,
			t.Record(Act{Verb: Changed, Object: "busy-source", ID: id, Region: row.Region, Fields: fields}),
		)
	})
}

// BusySources lists the calendars of a region by person and age.
func (s *Store) BusySources(ctx context.Context, region string) ([]BusySource, error) {
	var rows []busySourceRow
	err := s.read(ctx, func(t *Tx) error {
		return t.scoped("region").Where("region = ?", region).Order("created_at, id").Find(&rows).Error
	})
	slices.SortStableFunc(rows, func(a, b busySourceRow) int { return strings.Compare(a.Staff, b.Staff) })
	out := make([]BusySource, len(rows))
	for i := range rows {
		out[i] = rows[i].source()
	}
	return out, err
}

// ClaimBusy takes up to n calendars that are due, for as long as the lease lasts.
func (s *Store) ClaimBusy(ctx context.Context, n int, lease time.Duration, now time.Time) ([]BusySource, error) {
	var rows []busySourceRow
	err := s.Tx(ctx, func(t *Tx) error {
		if err := t.reachAll(); err != nil {
			return err
		}
		skip := ""
		if s.dialect == migrations.Postgres {
			skip = "FOR UPDATE SKIP LOCKED"
		}
		rows = nil
		return t.db.Raw(`UPDATE busy_sources SET lease = lease + 1, leased_until = ? WHERE id IN (
			SELECT id FROM busy_sources WHERE due_at <= ? AND (leased_until IS NULL OR leased_until <= ?)
			ORDER BY due_at, id LIMIT ? `+skip+`) RETURNING *`, At(now.Add(lease)), At(now), At(now), n).Scan(&rows).Error
	})
	out := make([]BusySource, len(rows))
	for i := range rows {
		out[i] = rows[i].source()
	}
	return out, err
}

// BusyOutcome is what became of reading a calendar.
type BusyOutcome struct {
	// Due is when it is read again.
	Due time.Time
	// Fault is the code of what went wrong; the copy that is kept stays.
	Fault string
	// Unchanged says that the copy that is kept is still right.
	Unchanged bool
	// Busy are the busy times of the new copy otherwise.
	Busy               []calendar.BusyTime
	ETag, LastModified string
	Filled             bool
	Faults             int
}

// SaveBusy writes down what became of a claimed calendar: a new copy takes the
// place of the old one, whole, in the transaction that locks the person, so
// that a promise made at the same time meets either. Events of our own that
// come back are left out: those whose UID is known, and those that take exactly
// the time of something planned. uid gives the UID of a visit.
func (s *Store) SaveBusy(ctx context.Context, src *BusySource, o BusyOutcome, uid func(region, visit string) string, now time.Time) error {
	return s.Tx(ctx, func(t *Tx) error {
		set := map[string]any{"leased_until": nil, "due_at": At(o.Due), "checked_at": At(now), "fault": o.Fault}
		switch {
		case o.Fault != "":
			set["failures"] = gorm.Expr("CASE WHEN fault = ? THEN failures + 1 ELSE 1 END", o.Fault)
		default:
			set["failures"], set["good_at"] = 0, At(now)
		}
		fresh := o.Fault == "" && !o.Unchanged
		if fresh {
			set["etag"], set["last_modified"], set["filled"], set["faults"] = o.ETag, o.LastModified, o.Filled, o.Faults
		}
		done := t.db.Model(&busySourceRow{}).Where("id = ? AND lease = ?", src.ID, src.Lease).Updates(set)
		if done.Error != nil || done.RowsAffected == 0 || !fresh {
			return done.Error // taken over by another, or removed
		}
		return t.replaceBusy(src, o.Busy, uid)
	})
}

func (t *Tx) replaceBusy(src *BusySource, busy []calendar.BusyTime, uid func(region, visit string) string) error {
	persons, err := t.persons(src.Region, []string{src.Staff})
	if err != nil {
		return err
	}
	if err := t.lockPeople(persons); err != nil {
		return err
	}
	own, err := t.ownEvents(persons[src.Staff], uid)
	if err != nil {
		return err
	}
	if err := t.db.Where("kind = ? AND ref = ?", BusyTime, src.ID).Delete(&occupancyRow{}).Error; err != nil {
		return err
	}
	var rows []occupancyRow
	for _, span := range merged(own.without(busy)) {
		rows = append(rows, occupancyRowOf(persons[src.Staff], &Occupancy{
			Region: src.Region, Staff: src.Staff, From: span.from, To: span.to, Kind: BusyTime, Ref: src.ID,
		}))
	}
	return insert(t, rows)
}

type timeSpan struct{ from, to time.Time }

// ownEvents knows the events of a person that we published.
type ownEvents struct {
	uids  map[string]bool
	spans map[timeSpan]bool
}

func (t *Tx) ownEvents(person int64, uid func(region, visit string) string) (*ownEvents, error) {
	var events []feedEventRow
	err := t.db.Table("feed_events AS e").Select("e.*").
		Joins("JOIN people AS p ON p.region = e.region AND p.staff = e.subject").
		Where("p.person = ? AND e.kind = ?", person, StaffFeed).Find(&events).Error
	own := &ownEvents{map[string]bool{}, map[timeSpan]bool{}}
	for i := range events {
		e := &events[i]
		own.uids[strings.ToLower(uid(e.Region, e.Visit))] = true
		if !e.Cancelled {
			own.spans[timeSpan{e.StartsAt.Time, e.EndsAt.Time}] = true
		}
	}
	return own, err
}

func (o *ownEvents) without(busy []calendar.BusyTime) []timeSpan {
	var out []timeSpan
	for _, b := range busy {
		span := timeSpan{micros(b.Start), micros(b.End)}
		if !o.uids[strings.ToLower(b.UID)] && !o.spans[span] && span.from.Before(span.to) {
			out = append(out, span)
		}
	}
	return out
}

// merged joins spans that touch: fewer rows, and nobody learns how many
// appointments somebody has.
func merged(spans []timeSpan) []timeSpan {
	slices.SortFunc(spans, func(a, b timeSpan) int { return cmp.Or(a.from.Compare(b.from), a.to.Compare(b.to)) })
	var out []timeSpan
	for _, s := range spans {
		if last := len(out) - 1; last >= 0 && !s.from.After(out[last].to) {
			out[last].to = latest(out[last].to, s.to)
			continue
		}
		out = append(out, s)
	}
	return out
}

// Busy lists the busy times of a region's people that touch a time, those read
// in another region included: a person is one.
func (s *Store) Busy(ctx context.Context, region string, from, to time.Time) ([]Occupancy, error) {
	var rows []occupancyRow
	err := s.read(ctx, func(t *Tx) error {
		return t.scoped("p.region").Table("occupancy AS o").Select("p.staff, o.starts_at, o.ends_at, o.kind, o.ref").
			Joins("JOIN people AS p ON p.person = o.person").
			Where("p.region = ? AND o.kind = ? AND o.starts_at < ? AND o.ends_at > ?", region, BusyTime, At(to), At(from)).
			Order("o.starts_at, o.id").Find(&rows).Error
	})
	out := make([]Occupancy, len(rows))
	for i := range rows {
		out[i] = rows[i].occupancy()
		out[i].Region = region
	}
	return out, err
}

// BusyConflict is something promised that a busy time came to lie over: it is
// for the planner to repair.
type BusyConflict struct {
	Region, Staff, Visit string
	Start, End           time.Time
}

// BusyConflicts lists what is planned for the people of a region, from a moment
// on, within their busy times.
func (s *Store) BusyConflicts(ctx context.Context, region string, from time.Time) ([]BusyConflict, error) {
	var rows []feedEventRow
	err := s.read(ctx, func(t *Tx) error {
		return t.scoped("e.region").Table("feed_events AS e").Distinct("e.subject, e.visit, e.starts_at, e.ends_at").
			Joins("JOIN people AS p ON p.region = e.region AND p.staff = e.subject").
			Joins("JOIN occupancy AS o ON o.person = p.person AND o.kind = ? AND o.starts_at < e.ends_at AND o.ends_at > e.starts_at", BusyTime).
			Where("e.region = ? AND e.kind = ? AND NOT e.cancelled AND e.ends_at > ?", region, StaffFeed, At(from)).Find(&rows).Error
	})
	out := make([]BusyConflict, len(rows))
	for i := range rows {
		r := &rows[i]
		out[i] = BusyConflict{Region: region, Staff: r.Subject, Visit: r.Visit, Start: r.StartsAt.Time, End: r.EndsAt.Time}
	}
	slices.SortFunc(out, func(a, b BusyConflict) int {
		return cmp.Or(a.Start.Compare(b.Start), strings.Compare(a.Staff, b.Staff), strings.Compare(a.Visit, b.Visit))
	})
	return out, err
}

// busyOverlaps returns the visits that the plan would put within somebody's busy
// time. What the earlier plans promised at that time stays: it is a conflict to
// repair, not a new promise.
func (t *Tx) busyOverlaps(earlier []int64, p *planner.Plan, programme *planner.Programme, persons map[string]int64) ([]Overlap, error) {
	busy, err := t.busyOf(persons, p)
	if err != nil || len(busy) == 0 {
		return nil, err
	}
	promised, err := t.promisedBy(earlier)
	if err != nil {
		return nil, err
	}
	var out []Overlap
	for i := range p.Visits {
		v := &p.Visits[i]
		if v.Status == planner.Cancelled || v.Status == planner.Pinned {
			continue // a pin is a lead's own decision
		}
		from, to := v.Start, v.End
		if vt := programme.VisitType(v.VisitType); vt != nil && !v.Meeting {
			from = from.Add(-time.Duration(vt.BufferBefore) * time.Minute)
			to = to.Add(time.Duration(vt.BufferAfter) * time.Minute)
		}
		for _, c := range v.Crew {
			if promised[promise{v.ID, c.Staff, micros(v.Start)}] {
				continue
			}
			for _, o := range busy[persons[c.Staff]] {
				if o.StartsAt.Before(to) && from.Before(o.EndsAt.Time) {
					out = append(out, Overlap{Region: p.Region, Staff: c.Staff, From: o.StartsAt.Time, To: o.EndsAt.Time, Kind: BusyTime, Wanted: v.ID})
				}
			}
		}
	}
	return out, nil
}

// busyOf returns the busy times of people in the period of a plan.
func (t *Tx) busyOf(persons map[string]int64, p *planner.Plan) (map[int64][]occupancyRow, error) {
	out := map[int64][]occupancyRow{}
	for part := range slices.Chunk(numbers(persons), batch) {
		var rows []occupancyRow
		err := t.db.Where("kind = ? AND person IN ? AND ends_at > ? AND starts_at < ?", BusyTime, part,
			At(p.From.Time().AddDate(0, 0, -1)), At(p.To.Time().AddDate(0, 0, 2))).Find(&rows).Error
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			out[r.Person] = append(out[r.Person], r)
		}
	}
	return out, nil
}

// promise is a visit at a time by one of those who come.
type promise struct {
	visit, staff string
	start        time.Time
}

func (t *Tx) promisedBy(plans []int64) (map[promise]bool, error) {
	var rows []struct {
		ID, Staff string
		StartsAt  Instant
	}
	err := t.db.Table("plan_visits AS v").Select("v.id, c.staff, v.starts_at").
		Joins("JOIN plan_crew AS c ON c.plan = v.plan AND c.visit = v.position").Where("v.plan IN ?", plans).Scan(&rows).Error
	out := make(map[promise]bool, len(rows))
	for _, r := range rows {
		out[promise{r.ID, r.Staff, r.StartsAt.Time}] = true
	}
	return out, err
}
