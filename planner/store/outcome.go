package store

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm/clause"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
)

// VisitOutcome is what became of a visit of a published plan.
type VisitOutcome struct {
	Region, Visit string
	// Done says that it took place, on Date; else it did not, for Reason, a code.
	Done   bool
	Date   calendar.Date
	Reason string
	// Minutes is how long it took in fact, without travel; 0 for not said.
	Minutes int
	// Next is the day agreed for what follows, NoDate for none.
	Next calendar.Date
	// Note is what Actor wrote for themselves; nobody else reads it.
	Note, Actor string
	Recorded    time.Time
}

type outcomeRow struct {
	Region     string `gorm:"primaryKey"`
	Visit      string `gorm:"primaryKey"`
	Done       bool
	Day        day
	NextDay    day
	Reason     string
	Minutes    int
	Note       string
	Actor      string
	RecordedAt Instant
}

func (outcomeRow) TableName() string { return "visit_outcomes" }

func (r *outcomeRow) outcome() VisitOutcome {
	return VisitOutcome{r.Region, r.Visit, r.Done, r.Day.Date(), r.Reason, r.Minutes, r.NextDay.Date(), r.Note, r.Actor, r.RecordedAt.Time}
}

// PublishedPlan is LoadPublished within a transaction.
func (t *Tx) PublishedPlan(region string) (*planner.Plan, error) {
	if err := t.reach(region); err != nil {
		return nil, err
	}
	p, _, err := t.published(region)
	return p, err
}

// Outcome returns what became of a visit, nil when nobody said.
func (t *Tx) Outcome(region, visit string) (*VisitOutcome, error) {
	if err := t.reach(region); err != nil {
		return nil, err
	}
	var row outcomeRow
	err := t.db.Where("region = ? AND visit = ?", region, visit).Take(&row).Error
	if errors.Is(err, ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	out := row.outcome()
	return &out, nil
}

// SaveOutcome keeps what became of a visit, in place of what was said before.
func (t *Tx) SaveOutcome(o *VisitOutcome) error {
	if err := t.reach(o.Region); err != nil {
		return err
	}
	return t.db.Clauses(clause.OnConflict{UpdateAll: true}).Create(&outcomeRow{
		Region: o.Region, Visit: o.Visit, Done: o.Done, Day: on(o.Date), NextDay: on(o.Next), Reason: o.Reason, Minutes: o.Minutes, Note: o.Note, Actor: o.Actor,
		RecordedAt: At(o.Recorded),
	}).Error
}

// Outcomes returns what became of the visits of a region, by visit.
func (s *Store) Outcomes(ctx context.Context, region string) (map[string]VisitOutcome, error) {
	out := map[string]VisitOutcome{}
	err := s.read(ctx, func(t *Tx) error {
		if err := t.reach(region); err != nil {
			return err
		}
		rows, err := rowsOf[outcomeRow](t, region, "visit")
		for i := range rows {
			out[rows[i].Visit] = rows[i].outcome()
		}
		return err
	})
	return out, err
}
