package store

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm/clause"

	"github.com/wijkplanner/wijkplanner/planner"
)

// Region is a region that has been imported.
type Region struct {
	ID string
	// Name is its programme's name.
	Name string
	// Zone is its IANA time zone.
	Zone string
	// Version counts the changes to its state, from 1.
	Version int64
	// Imported is when its input was last taken in.
	Imported time.Time
}

// Regions lists the regions in the order of their ids.
func (s *Store) Regions(ctx context.Context) ([]Region, error) {
	var out []Region
	err := s.read(ctx, func(t *Tx) error {
		var rows []regionRow
		if err := t.scoped("region").Order("region").Find(&rows).Error; err != nil {
			return err
		}
		for _, r := range rows {
			programme, err := t.programme(&r)
			if err != nil {
				return err
			}
			out = append(out, Region{ID: r.Region, Name: programme.Name, Zone: r.Zone, Version: r.Version, Imported: r.ImportedAt.Time})
		}
		return nil
	})
	return out, err
}

// ImportState replaces the input of the state's region and gives it a new
// version. Assignments keep their history: those that the new state no longer
// has are marked as replaced, and those that a published plan made stay, but
// where an imported one takes over. Absences become rows of occupancy.
func (s *Store) ImportState(ctx context.Context, state *planner.State) error {
	return s.Tx(ctx, func(t *Tx) error { return t.ImportState(state) })
}

// ImportState is Store.ImportState within a transaction. Several regions are
// imported in the order of their ids, so that two imports do not wait for each
// other.
func (t *Tx) ImportState(state *planner.State) error {
	if err := t.importState(state); err != nil {
		return fmt.Errorf("import region %q: %w", state.Region, err)
	}
	return nil
}

func (t *Tx) importState(state *planner.State) error {
	region, err := t.openRegion(state.Region)
	if err != nil {
		return err
	}
	if err := t.replaceState(region, state); err != nil {
		return err
	}
	return t.importAssignments(region, state.Assignments)
}

// replaceState writes a state, but for its assignments, in place of the one
// there was.
func (t *Tx) replaceState(region *regionRow, state *planner.State) error {
	persons, err := t.enlist(state)
	if err != nil {
		return err
	}
	if err := t.lockPeople(persons); err != nil {
		return err
	}
	if err := t.clear(state.Region); err != nil {
		return err
	}
	if err := t.insertState(state); err != nil {
		return err
	}
	if err := t.occupyAbsences(state, persons); err != nil {
		return err
	}
	return t.closeRegion(region, &state.Programme)
}

// openRegion locks the region and returns its row with the next version; it
// makes a region that is new.
func (t *Tx) openRegion(id string) (*regionRow, error) {
	if err := t.reach(id); err != nil {
		return nil, err
	}
	row := regionRow{Region: id, Version: 1, ImportedAt: At(t.now())}
	made := t.db.Clauses(clause.OnConflict{DoNothing: true}).Create(&row)
	if made.Error != nil {
		return nil, made.Error
	}
	if made.RowsAffected == 1 {
		return &row, t.leadAlone(id)
	}
	locked, err := t.lockRegion(id)
	if err != nil {
		return nil, err
	}
	locked.Version++
	return locked, nil
}

// lockRegion keeps other writers of the region away until the end.
func (t *Tx) lockRegion(id string) (*regionRow, error) {
	if err := t.reach(id); err != nil {
		return nil, err
	}
	var row regionRow
	err := t.db.Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate}).Where("region = ?", id).Take(&row).Error
	if err != nil {
		return nil, fmt.Errorf("region %q: %w", id, err)
	}
	return &row, nil
}

// closeRegion records the programme, when it changed, and the new version.
func (t *Tx) closeRegion(region *regionRow, programme *planner.Programme) error {
	changed, err := t.programmeChanged(region, programme)
	if err != nil {
		return err
	}
	if changed {
		region.Programme++
		err := t.db.Create(&programmeRow{
			Region: region.Region, Version: region.Programme, Document: doc(*programme), RecordedAt: At(t.now()), Since: region.Version,
		}).Error
		if err != nil {
			return err
		}
	}
	region.Zone, region.ImportedAt = programme.Zone, At(t.now())
	// By its key in words: gorm takes an empty key, the region without a name,
	// for none.
	return t.db.Model(&regionRow{}).Where("region = ?", region.Region).Select("*").Updates(region).Error
}

func (t *Tx) programmeChanged(region *regionRow, programme *planner.Programme) (bool, error) {
	if region.Programme == 0 {
		return true, nil
	}
	have, err := t.programme(region)
	if err != nil {
		return false, err
	}
	a, errA := json.Marshal(have)
	b, errB := json.Marshal(programme)
	return !bytes.Equal(a, b), errors.Join(errA, errB)
}

// clear removes the rows that an import replaces as a whole.
func (t *Tx) clear(region string) error {
	for _, row := range []any{
		&organisationRow{}, &contractRow{}, &staffRow{}, &districtRow{}, &registrationRow{}, &locationRow{},
		&absenceRow{}, &meetingRow{}, &blackoutRow{}, &caseRow{}, &consentRow{}, &completedRow{},
	} {
		if err := t.db.Where("region = ?", region).Delete(row).Error; err != nil {
			return err
		}
	}
	return nil
}

// LoadState reads everything that is known of a region, and its version. It
// gives ErrNotFound for a region that was never imported.
func (s *Store) LoadState(ctx context.Context, region string) (*planner.State, int64, error) {
	var state *planner.State
	var version int64
	err := s.read(ctx, func(t *Tx) (err error) {
		state, version, err = t.state(region)
		return err
	})
	if err != nil {
		return nil, 0, err
	}
	return state, version, nil
}

// Snapshot is a region at one moment: its state and its plan.
type Snapshot struct {
	State   *planner.State
	Version int64
	// Plan is the plan that was published last, nil before the first.
	Plan     *planner.Plan
	PlanInfo PlanInfo
}

// Snapshot reads a region as it is at one moment. It gives ErrNotFound for a
// region that was never imported.
func (s *Store) Snapshot(ctx context.Context, region string) (*Snapshot, error) {
	var out Snapshot
	err := s.read(ctx, func(t *Tx) (err error) {
		if out.State, out.Version, err = t.state(region); err != nil {
			return err
		}
		out.Plan, out.PlanInfo, err = t.published(region)
		if errors.Is(err, ErrNotFound) {
			return nil
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return &out, nil
}

func (t *Tx) state(region string) (*planner.State, int64, error) {
	row, err := t.region(region)
	if err != nil {
		return nil, 0, err
	}
	programme, err := t.programme(row)
	if err != nil {
		return nil, 0, err
	}
	state := &planner.State{Region: region, Programme: *programme}
	if state.Assignments, err = t.assignments(region); err != nil {
		return nil, 0, err
	}
	return state, row.Version, t.loadState(state)
}

func (t *Tx) region(id string) (*regionRow, error) {
	if err := t.reach(id); err != nil {
		return nil, err
	}
	var row regionRow
	if err := t.db.Where("region = ?", id).Take(&row).Error; err != nil {
		return nil, fmt.Errorf("region %q: %w", id, err)
	}
	return &row, nil
}

func (t *Tx) programme(region *regionRow) (*planner.Programme, error) {
	var row programmeRow
	err := t.db.Where("region = ? AND version = ?", region.Region, region.Programme).Take(&row).Error
	if err != nil {
		return nil, fmt.Errorf("programme of region %q: %w", region.Region, err)
	}
	return &row.Document.v, nil
}
