package store

import (
	"context"
	"fmt"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
)

// ClosedPeriod is what people carried in a period that is over: it does not
// change any more, whatever happens to plans and history.
type ClosedPeriod struct {
	Region string
	// From and To are its first and last day.
	From, To calendar.Date
	Actor    string
	Closed   time.Time
	Loads    []PeriodLoad
}

// PeriodLoad is what one person carried in one role in a closed period.
type PeriodLoad struct {
	Staff, Role string
	// Minutes is the work that was planned, Points the agreed weights, Capacity the
	// minutes that there were for it.
	Minutes, Points, Capacity int64
	// Realised is the work that was done, in minutes; negative for a period that was
	// closed before that was kept.
	Realised int64
}

type closedPeriodRow struct {
	Region   string `gorm:"primaryKey"`
	FirstDay day    `gorm:"primaryKey"`
	LastDay  day
	Actor    string
	ClosedAt Instant
}

func (closedPeriodRow) TableName() string { return "closed_periods" }

type periodLoadRow struct {
	Region   string `gorm:"primaryKey"`
	FirstDay day    `gorm:"primaryKey"`
	Staff    string `gorm:"primaryKey"`
	Role     string `gorm:"primaryKey"`
	Minutes  int64
	Points   int64
	Capacity int64
	Realised int64
}

func (periodLoadRow) TableName() string { return "period_loads" }

// ClosePeriod keeps what people carried in a period. It gives ErrConflict when
// some of its days are in a period that is closed already.
func (s *Store) ClosePeriod(ctx context.Context, p ClosedPeriod, now time.Time) error {
	err := s.Tx(ctx, func(t *Tx) error {
		if _, err := t.lockRegion(p.Region); err != nil {
			return err
		}
		var overlapping int64
		err := t.db.Model(&closedPeriodRow{}).Where("region = ? AND first_day <= ? AND last_day >= ?", p.Region, on(p.To), on(p.From)).Count(&overlapping).Error
		switch {
		case err != nil:
			return err
		case overlapping > 0:
			return fmt.Errorf("some of its days are in a closed period: %w", ErrConflict)
		}
		row := closedPeriodRow{Region: p.Region, FirstDay: on(p.From), LastDay: on(p.To), Actor: t.store.scope.Actor, ClosedAt: At(now)}
		if err := t.db.Create(&row).Error; err != nil {
			return err
		}
		err = insert(t, list(p.Loads, func(_ int, l *PeriodLoad) periodLoadRow {
			return periodLoadRow{p.Region, on(p.From), l.Staff, l.Role, l.Minutes, l.Points, l.Capacity, l.Realised}
		}))
		if err != nil {
			return err
		}
		return t.Record(Act{Verb: Created, Object: "closed_period", ID: p.From.String(), Region: p.Region})
	})
	if err != nil {
		return fmt.Errorf("close %s to %s: %w", p.From, p.To, err)
	}
	return nil
}

// ReopenPeriod forgets what people carried in the closed period that begins on a
// day, or gives ErrNotFound.
func (s *Store) ReopenPeriod(ctx context.Context, region string, from calendar.Date) error {
	return s.Tx(ctx, func(t *Tx) error {
		if _, err := t.lockRegion(region); err != nil {
			return err
		}
		gone := t.db.Where("region = ? AND first_day = ?", region, on(from)).Delete(&closedPeriodRow{})
		if gone.Error == nil && gone.RowsAffected == 0 {
			return fmt.Errorf("closed period from %s: %w", from, ErrNotFound)
		}
		if gone.Error != nil {
			return gone.Error
		}
		return t.Record(Act{Verb: Removed, Object: "closed_period", ID: from.String(), Region: region})
	})
}

// ClosedPeriods lists the closed periods of a region in order of time, with what
// everybody carried.
func (s *Store) ClosedPeriods(ctx context.Context, region string) (out []ClosedPeriod, err error) {
	err = s.read(ctx, func(t *Tx) (err error) {
		if _, err := t.region(region); err != nil {
			return err
		}
		out, err = t.closedPeriods(region)
		return err
	})
	return out, err
}

func (t *Tx) closedPeriods(region string) ([]ClosedPeriod, error) {
	rows, err := rowsOf[closedPeriodRow](t, region, "first_day")
	if err != nil {
		return nil, err
	}
	loads, err := rowsOf[periodLoadRow](t, region, "first_day, staff, role")
	if err != nil {
		return nil, err
	}
	of := map[calendar.Date][]PeriodLoad{}
	for _, l := range loads {
		of[l.FirstDay.Date()] = append(of[l.FirstDay.Date()], PeriodLoad{l.Staff, l.Role, l.Minutes, l.Points, l.Capacity, l.Realised})
	}
	out := make([]ClosedPeriod, len(rows))
	for i, r := range rows {
		out[i] = ClosedPeriod{region, r.FirstDay.Date(), r.LastDay.Date(), r.Actor, r.ClosedAt.Time, of[r.FirstDay.Date()]}
	}
	return out, nil
}
