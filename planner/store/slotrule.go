package store

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
)

type slotRuleRow struct {
	Region        string `gorm:"primaryKey"`
	ID            string `gorm:"primaryKey"`
	Role          string
	Staff         string
	VisitType     string
	Windows       document[calendar.Week]
	BufferBefore  int
	BufferAfter   int
	NoticeMinutes int
	HorizonDays   int
	Increment     int
	MaxDay        int
	Approval      bool
	AcuteHours    int
	Along         document[[]string]
	Pool          document[[]string]
	ChangedAt     Instant
}

func (slotRuleRow) TableName() string { return "slot_rules" }

func (r *slotRuleRow) rule() planner.SlotRule {
	return planner.SlotRule{
		ID: r.ID, Role: r.Role, Staff: r.Staff, VisitType: r.VisitType, Windows: r.Windows.v, BufferBefore: r.BufferBefore,
		BufferAfter: r.BufferAfter, NoticeMinutes: r.NoticeMinutes, HorizonDays: r.HorizonDays, Increment: r.Increment, MaxDay: r.MaxDay,
		Approval: r.Approval, AcuteHours: r.AcuteHours, With: r.Along.v, Pool: r.Pool.v,
	}
}

// slotRuleVersionRow counts the changes to a region's rules.
type slotRuleVersionRow struct {
	Region  string `gorm:"primaryKey"`
	Version int64
}

func (slotRuleVersionRow) TableName() string { return "slot_rule_versions" }

// SlotRules returns the rules of a region by id, with their version: 0 before
// the first.
func (s *Store) SlotRules(ctx context.Context, region string) (rules []planner.SlotRule, version int64, err error) {
	err = s.read(ctx, func(t *Tx) error {
		rules, version, err = t.SlotRules(region)
		return err
	})
	return rules, version, err
}

// SlotRules is Store.SlotRules within a transaction.
func (t *Tx) SlotRules(region string) ([]planner.SlotRule, int64, error) {
	if err := t.reach(region); err != nil {
		return nil, 0, err
	}
	rows, err := rowsOf[slotRuleRow](t, region, "id")
	if err != nil {
		return nil, 0, err
	}
	rules := make([]planner.SlotRule, len(rows))
	for i := range rows {
		rules[i] = rows[i].rule()
	}
	var versions []int64
	err = t.db.Model(&slotRuleVersionRow{}).Where("region = ?", region).Pluck("version", &versions).Error
	if err != nil || len(versions) == 0 {
		return rules, 0, err
	}
	return rules, versions[0], nil
}

// LockSlotRule returns a rule and keeps others who change rules of the region
// away until the end of the transaction. It gives ErrNotFound when there is none.
func (t *Tx) LockSlotRule(region, id string) (planner.SlotRule, error) {
	if err := t.nextSlotRules(region); err != nil {
		return planner.SlotRule{}, err
	}
	var row slotRuleRow
	if err := t.db.Where("region = ? AND id = ?", region, id).Take(&row).Error; err != nil {
		return planner.SlotRule{}, fmt.Errorf("slot rule %q of region %q: %w", id, region, err)
	}
	return row.rule(), nil
}

// nextSlotRules raises the version of a region's rules, which locks them.
func (t *Tx) nextSlotRules(region string) error {
	if err := t.reach(region); err != nil {
		return err
	}
	if _, err := t.programmeOf(region); err != nil {
		return err
	}
	raised := clause.Assignments(map[string]any{"version": gorm.Expr("slot_rule_versions.version + 1")})
	return t.db.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "region"}}, DoUpdates: raised}).
		Create(&slotRuleVersionRow{Region: region, Version: 1}).Error
}

// PutSlotRule writes a rule down, under an id of its own when it has none, and
// returns the id.
func (t *Tx) PutSlotRule(region string, r *planner.SlotRule, now time.Time) (string, error) {
	if err := t.nextSlotRules(region); err != nil {
		return "", err
	}
	act := Act{Verb: Changed, Object: "slot-rule", Region: region, ID: r.ID}
	if r.ID == "" {
		act.Verb, act.ID = Created, letters(tokenIDLength)
	}
	row := slotRuleRow{
		Region: region, ID: act.ID, Role: r.Role, Staff: r.Staff, VisitType: r.VisitType, Windows: doc(r.Windows), BufferBefore: r.BufferBefore,
		BufferAfter: r.BufferAfter, NoticeMinutes: r.NoticeMinutes, HorizonDays: r.HorizonDays, Increment: r.Increment, MaxDay: r.MaxDay,
		Approval: r.Approval, AcuteHours: r.AcuteHours, Along: doc(r.With), Pool: doc(r.Pool), ChangedAt: At(now),
	}
	if err := upsert(t, []slotRuleRow{row}); err != nil {
		return "", err
	}
	return act.ID, t.Record(act)
}

// RemoveSlotRule removes a rule; what was booked by it stays. It gives
// ErrNotFound when there is none.
func (t *Tx) RemoveSlotRule(region, id string) error {
	if err := t.nextSlotRules(region); err != nil {
		return err
	}
	done := t.db.Where("region = ? AND id = ?", region, id).Delete(&slotRuleRow{})
	if done.Error == nil && done.RowsAffected == 0 {
		return fmt.Errorf("slot rule %q of region %q: %w", id, region, ErrNotFound)
	}
	if done.Error != nil {
		return done.Error
	}
	return t.Record(Act{Verb: Removed, Object: "slot-rule", Region: region, ID: id})
}
