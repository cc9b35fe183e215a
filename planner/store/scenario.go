package store

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/wijkplanner/wijkplanner/planner"
)

// Scenario is a what-if copy of a region: changes to one version of it, and a
// plan of what that makes. It takes nobody's time and nobody's calendar shows it
// until it is published.
type Scenario struct {
	ID      int64
	Region  string
	Name    string
	Changes planner.Scenario
	// BasedOn is the version of the region that its plan, or its check, is of.
	BasedOn int64
	// Plan is nil until it was planned, and in lists.
	Plan    *planner.Plan
	Planned time.Time
	Actor   string
	Created time.Time
	// Published is the publication that made it so, 0 for none.
	Published int64
}

type scenarioRow struct {
	ID        int64 `gorm:"primaryKey"`
	Region    string
	Name      string
	BasedOn   int64
	Changes   document[planner.Scenario]
	Plan      document[*planner.Plan]
	PlannedAt Instant
	Actor     string
	CreatedAt Instant
	Published *int64
}

func (scenarioRow) TableName() string { return "scenarios" }

func (r *scenarioRow) scenario() Scenario {
	out := Scenario{
		ID: r.ID, Region: r.Region, Name: r.Name, Changes: r.Changes.v, BasedOn: r.BasedOn, Plan: r.Plan.v, Planned: r.PlannedAt.Time,
		Actor: r.Actor, Created: r.CreatedAt.Time,
	}
	if r.Published != nil {
		out.Published = *r.Published
	}
	return out
}

// ScenarioError is a scenario that cannot be, with all that is wrong with it.
type ScenarioError struct{ Faults []planner.InputError }

func (e *ScenarioError) Error() string {
	errs := make([]error, len(e.Faults))
	for i := range e.Faults {
		errs[i] = e.Faults[i]
	}
	return errors.Join(errs...).Error()
}

// recordScenario writes down what somebody did with a scenario.
func (t *Tx) recordScenario(v Verb, r *scenarioRow) error {
	return t.Record(Act{Verb: v, Object: "scenario", ID: strconv.FormatInt(r.ID, 10), Region: r.Region})
}

// applied returns a region's state as a scenario would make it, and its version.
func (t *Tx) applied(region string, changes *planner.Scenario) (*planner.State, int64, error) {
	state, version, err := t.state(region)
	if err != nil {
		return nil, 0, err
	}
	out, faults := changes.Apply(state)
	if len(faults) > 0 {
		return nil, 0, &ScenarioError{faults}
	}
	return out, version, nil
}

// AddScenario keeps a scenario of a region and returns its id. It gives a
// *ScenarioError for changes that do not go with what is known.
func (s *Store) AddScenario(ctx context.Context, region, name string, changes planner.Scenario, now time.Time) (id int64, err error) {
	err = s.Tx(ctx, func(t *Tx) error {
		_, version, err := t.applied(region, &changes)
		if err != nil {
			return err
		}
		row := scenarioRow{Region: region, Name: name, BasedOn: version, Changes: doc(changes), Actor: t.store.scope.Actor, CreatedAt: At(now)}
		if err := t.db.Create(&row).Error; err != nil {
			return err
		}
		id = row.ID
		return t.recordScenario(Created, &row)
	})
	if err != nil {
		return 0, fmt.Errorf("add a scenario: %w", err)
	}
	return id, nil
}

// ChangeScenario gives a scenario another name and other changes; its plan is
// gone with those. check is asked first, inside the transaction.
func (s *Store) ChangeScenario(ctx context.Context, id int64, name string, changes planner.Scenario, check func(Scenario) error) error {
	return s.Tx(ctx, func(t *Tx) error {
		row, err := t.openScenario(id)
		if err != nil {
			return err
		}
		if err := check(row.scenario()); err != nil {
			return err
		}
		_, version, err := t.applied(row.Region, &changes)
		if err != nil {
			return fmt.Errorf("scenario %d: %w", id, err)
		}
		set := map[string]any{"name": name, "changes": doc(changes), "based_on": version, "plan": document[*planner.Plan]{}, "planned_at": nil}
		return errors.Join(t.db.Model(row).Updates(set).Error, t.recordScenario(Changed, row))
	})
}

// openScenario locks the region of a scenario that is not published yet.
func (t *Tx) openScenario(id int64) (*scenarioRow, error) {
	var row scenarioRow
	if err := t.scoped("region").Take(&row, id).Error; err != nil {
		return nil, fmt.Errorf("scenario %d: %w", id, err)
	}
	if _, err := t.lockRegion(row.Region); err != nil {
		return nil, err
	}
	if err := t.db.Take(&row, id).Error; err != nil {
		return nil, fmt.Errorf("scenario %d: %w", id, err)
	}
	if row.Published != nil {
		return nil, fmt.Errorf("scenario %d is published: %w", id, ErrStale)
	}
	return &row, nil
}

// RemoveScenario forgets a scenario.
func (s *Store) RemoveScenario(ctx context.Context, id int64) error {
	return s.Tx(ctx, func(t *Tx) error {
		var row scenarioRow
		if err := t.scoped("region").Omit("plan").Take(&row, id).Error; err != nil {
			return fmt.Errorf("scenario %d: %w", id, err)
		}
		return errors.Join(t.db.Delete(&scenarioRow{}, id).Error, t.recordScenario(Removed, &row))
	})
}

// Scenario reads a scenario with its plan, or gives ErrNotFound.
func (s *Store) Scenario(ctx context.Context, id int64) (Scenario, error) {
	var row scenarioRow
	err := s.read(ctx, func(t *Tx) error { return t.scoped("region").Take(&row, id).Error })
	if err != nil {
		return Scenario{}, fmt.Errorf("scenario %d: %w", id, err)
	}
	return row.scenario(), nil
}

// Scenarios lists the scenarios of a region without their plans, the newest
// first and at most n, below an id unless that is 0.
func (s *Store) Scenarios(ctx context.Context, region string, before int64, n int) ([]Scenario, error) {
	var rows []scenarioRow
	err := s.read(ctx, func(t *Tx) error {
		if _, err := t.region(region); err != nil {
			return err
		}
		q := t.db.Omit("plan").Where("region = ?", region).Order("id DESC").Limit(n)
		if before > 0 {
			q = q.Where("id < ?", before)
		}
		return q.Find(&rows).Error
	})
	out := make([]Scenario, len(rows))
	for i := range rows {
		out[i] = rows[i].scenario()
	}
	return out, err
}

// ScenarioState returns the state that a scenario makes of its region as it is
// now, and the region's version.
func (s *Store) ScenarioState(ctx context.Context, id int64) (state *planner.State, version int64, err error) {
	err = s.read(ctx, func(t *Tx) error {
		var row scenarioRow
		if err := t.scoped("region").Omit("plan").Take(&row, id).Error; err != nil {
			return err
		}
		state, version, err = t.applied(row.Region, &row.Changes.v)
		return err
	})
	if err != nil {
		return nil, 0, fmt.Errorf("scenario %d: %w", id, err)
	}
	return state, version, nil
}

// SavePlanOfScenario keeps the plan that was made of a scenario, of a version of
// its region.
func (t *Tx) SavePlanOfScenario(id int64, p *planner.Plan, version int64, now time.Time) error {
	row, err := t.openScenario(id)
	if err != nil {
		return err
	}
	return t.db.Model(row).Updates(map[string]any{"plan": doc(p), "based_on": version, "planned_at": At(now)}).Error
}

// PublishScenario makes a scenario so, in one transaction: its changes come over
// the region and its plan is published. Undoing the publication takes both back.
// It gives ErrStale when it was not planned, or the region changed since, and
// ErrConflict, as an *OverlapError, when somebody's time is taken.
func (s *Store) PublishScenario(ctx context.Context, id int64, now time.Time) error {
	err := s.Tx(ctx, func(t *Tx) error { return t.publishScenario(id, now) })
	if err != nil {
		return fmt.Errorf("publish scenario %d: %w", id, err)
	}
	return nil
}

func (t *Tx) publishScenario(id int64, now time.Time) error {
	row, err := t.openScenario(id)
	if err != nil {
		return err
	}
	before, version, err := t.state(row.Region)
	switch {
	case err != nil:
		return err
	case row.Plan.v == nil:
		return fmt.Errorf("it is not planned yet: %w", ErrStale)
	case version != row.BasedOn:
		return fmt.Errorf("planned from version %d of the region, which is at %d now: plan it again: %w", row.BasedOn, version, ErrStale)
	}
	after, faults := row.Changes.v.Apply(before)
	if len(faults) > 0 {
		return &ScenarioError{faults}
	}
	after.Assignments = planner.Settled(before.Assignments, after, row.Plan.v)
	if err := t.importState(after); err != nil {
		return err
	}
	plan, err := t.SavePlan(row.Plan.v, version+1)
	if err != nil {
		return err
	}
	note := &publicationRow{Since: version, Before: doc(before)}
	if err := t.publish(plan, note, (*Tx).takeOver, now); err != nil {
		return err
	}
	return t.db.Model(row).Update("published", note.ID).Error
}
