package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"gorm.io/gorm/clause"

	"github.com/wijkplanner/wijkplanner/calendar"
)

// Purge removed what was kept long enough.
const Purge Verb = "purge"

// Purged is what a purge did, or would do, to a table.
type Purged struct {
	Table, Term string
	// Wiped says that the rows stay without what is about a person.
	Wiped bool
	Rows  int64
}

// longestTerm is the longest that an installation may set, in days: a century.
const longestTerm = 36500

// RetentionTerms lists how long everything is kept here.
func (s *Store) RetentionTerms(ctx context.Context) (out []Term, err error) {
	err = s.read(ctx, func(t *Tx) error {
		out, err = t.retentionTerms()
		return err
	})
	return out, err
}

func (t *Tx) retentionTerms() ([]Term, error) {
	var own []termRow
	if err := t.db.Find(&own).Error; err != nil {
		return nil, fmt.Errorf("retention: %w", err)
	}
	out := slices.Clone(terms)
	for i := range out {
		out[i].Days = out[i].Default
		for _, o := range own {
			if o.Name == out[i].Name {
				out[i].Days = o.Days
			}
		}
	}
	return out, nil
}

// SetRetentionTerm sets how many days something is kept; 0 is the default again.
func (s *Store) SetRetentionTerm(ctx context.Context, name string, days int) error {
	known := slices.ContainsFunc(terms, func(t Term) bool { return t.Name == name })
	if !known || days < 0 || days > longestTerm {
		return fmt.Errorf("retention %q of %d days: want a term that `wijkplanner retention list` shows, and 0 to %d days", name, days, longestTerm)
	}
	return s.Tx(ctx, func(t *Tx) error {
		if err := t.reachAll(); err != nil {
			return err
		}
		err := t.db.Where("name = ?", name).Delete(&termRow{}).Error
		if err == nil && days > 0 {
			err = t.db.Create(&termRow{name, days}).Error
		}
		// The days are no personal data, and what the term was matters later.
		return errors.Join(err, t.Record(Act{Verb: Changed, Object: "retention", ID: name, Fields: []string{"days=" + strconv.Itoa(days)}}))
	})
}

// Overdue counts the rows whose term is over, by table.
func (s *Store) Overdue(ctx context.Context, now time.Time) (out []Purged, err error) {
	err = s.read(ctx, func(t *Tx) error {
		return t.eachRule(now, func(r *rule, where string, args []any) error {
			var n int64
			err := t.db.Table(r.table).Where(where, args...).Count(&n).Error
			if n > 0 {
				out = append(out, Purged{r.table, r.term, r.wipe != "", n})
			}
			return err
		})
	})
	return out, err
}

// Purge removes or wipes everything whose term is over, each table in a
// transaction of its own, and records what it did. Sign signs the checkpoint of
// the audit log; without it that log is not purged, which is the error after
// everything else is done.
func (s *Store) Purge(ctx context.Context, sign Sign, now time.Time) (out []Purged, err error) {
	var work []func() error
	err = s.read(ctx, func(t *Tx) error {
		if err := t.reachAll(); err != nil {
			return err
		}
		return t.eachRule(now, func(r *rule, where string, args []any) error {
			work = append(work, func() error {
				n, err := s.purge(ctx, r, where, args, sign, now)
				if n > 0 {
					out = append(out, Purged{r.table, r.term, r.wipe != "", n})
				}
				return err
			})
			return nil
		})
	})
	for _, do := range work {
		err = errors.Join(err, do())
	}
	return out, err
}

func (s *Store) purge(ctx context.Context, r *rule, where string, args []any, sign Sign, now time.Time) (n int64, err error) {
	if r.table == "audit" {
		removed, err := s.PurgeAudit(ctx, args[0].(Instant).Time, sign, now)
		return int64(removed), err
	}
	err = s.Tx(ctx, func(t *Tx) error {
		if r.before != nil {
			if err := r.before(t, where, args); err != nil {
				return err
			}
		}
		statement := "DELETE FROM " + r.table + " WHERE " + where
		if r.wipe != "" {
			statement = "UPDATE " + r.table + " SET " + r.wipe + " WHERE " + where
		}
		done := t.db.Exec(statement, args...)
		n = done.RowsAffected
		if done.Error != nil || n == 0 {
			return done.Error
		}
		return t.Record(Act{Verb: Purge, Object: r.table, ID: strconv.FormatInt(n, 10) + " rows", Reason: r.term})
	})
	if err != nil {
		return 0, fmt.Errorf("purge %s: %w", r.table, err)
	}
	return n, nil
}

// eachRule calls f for every table with a term, with the condition of what is
// overdue.
func (t *Tx) eachRule(now time.Time, f func(r *rule, where string, args []any) error) error {
	set, err := t.retentionTerms()
	if err != nil {
		return err
	}
	for i := range retention {
		r := &retention[i]
		if r.term == "" {
			continue
		}
		at := slices.IndexFunc(set, func(t Term) bool { return t.Name == r.term })
		limit := r.by.of(now.AddDate(0, 0, -set[at].Days))
		args := slices.Repeat([]any{limit}, strings.Count(r.overdue, "?"))
		if err := f(r, "("+r.overdue+")", args); err != nil {
			return fmt.Errorf("retention of %s: %w", r.table, err)
		}
	}
	return nil
}

// of returns the value to compare with, for what ended a term ago.
func (c cutoff) of(ago time.Time) any {
	day := calendar.DateOf(ago, time.UTC)
	switch c {
	case days:
		return on(day)
	case schoolInstants:
		return At(schoolYear(day).Time())
	case schoolDays:
		return on(schoolYear(day))
	case instants:
	}
	return At(ago)
}

// schoolYear is the first day of the school year of a day.
func schoolYear(d calendar.Date) calendar.Date {
	year := d.Year()
	if first := calendar.NewDate(year, time.August, 1); d >= first {
		return first
	}
	return calendar.NewDate(year-1, time.August, 1)
}

// countVisits keeps the number of the visits of plans that go.
func (t *Tx) countVisits(where string, args []any) error {
	var rows []struct {
		Region, VisitType string
		StartsAt          Instant
	}
	err := t.db.Table("plan_visits AS v").Select("plans.region, v.visit_type, v.starts_at").Joins("JOIN plans ON plans.id = v.plan").
		Where(where, args...).Where("v.status <> 'cancelled' AND NOT v.meeting").Scan(&rows).Error
	if err != nil {
		return err
	}
	counts := map[visitCountRow]int64{}
	for _, r := range rows {
		year := schoolYear(calendar.DateOf(r.StartsAt.Time, time.UTC)).Year()
		counts[visitCountRow{Region: r.Region, SchoolYear: year, VisitType: r.VisitType}]++
	}
	for row, n := range counts {
		row.Visits = n
		err := t.db.Clauses(clause.OnConflict{
			Columns:   []clause.Column{{Name: "region"}, {Name: "school_year"}, {Name: "visit_type"}},
			DoUpdates: clause.Assignments(map[string]any{"visits": clause.Expr{SQL: "visit_counts.visits + ?", Vars: []any{n}}}),
		}).Create(&row).Error
		if err != nil {
			return err
		}
	}
	return nil
}

// VisitCounts are the numbers of visits whose own rows are gone, by region, first
// year of the school year and type.
func (s *Store) VisitCounts(ctx context.Context, region string) (map[int]map[string]int64, error) {
	var rows []visitCountRow
	err := s.read(ctx, func(t *Tx) error {
		if err := t.reach(region); err != nil {
			return err
		}
		return t.db.Where("region = ?", region).Find(&rows).Error
	})
	out := map[int]map[string]int64{}
	for _, r := range rows {
		if out[r.SchoolYear] == nil {
			out[r.SchoolYear] = map[string]int64{}
		}
		out[r.SchoolYear][r.VisitType] = r.Visits
	}
	return out, err
}
