package store

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
)

// CeilingError is an ErrConflict: somebody would get more locations than their
// contract allows, and no reason is given.
type CeilingError struct {
	Staff, Role    string
	Locations, Max int
}

func (e *CeilingError) Error() string {
	return fmt.Sprintf("%v: %s would have %d locations as %s and may have %d (max_locations): give a reason, or somebody else the location",
		ErrConflict, e.Staff, e.Locations, e.Role, e.Max)
}

// Unwrap makes it an ErrConflict.
func (e *CeilingError) Unwrap() error { return ErrConflict }

// Assign gives a location to somebody by hand, from a day on or for a time: a
// pin that every later plan keeps. Whoever has it in that time gives way. It
// returns the region's new version.
//
// It gives ErrNotFound for an unknown location or person, ErrConflict for
// somebody without a contract in the role, and a *CeilingError above the
// contract's max_locations without a reason. Two that are made at once are
// counted one after the other.
func (s *Store) Assign(ctx context.Context, region string, a planner.Assignment) (version int64, err error) {
	err = s.Tx(ctx, func(t *Tx) (err error) {
		version, err = t.assign(region, a)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("assign %s to %s: %w", a.Staff, a.Location, err)
	}
	return version, nil
}

// AssignAll gives several locations to people by hand, all or none of them; see
// Assign.
func (s *Store) AssignAll(ctx context.Context, region string, all ...planner.Assignment) (version int64, err error) {
	err = s.Tx(ctx, func(t *Tx) error {
		for _, a := range all {
			if version, err = t.assign(region, a); err != nil {
				return fmt.Errorf("assign %s to %s: %w", a.Staff, a.Location, err)
			}
		}
		return nil
	})
	return version, err
}

func (t *Tx) assign(id string, a planner.Assignment) (int64, error) {
	region, err := t.lockRegion(id)
	if err != nil {
		return 0, err
	}
	rows, err := t.believed(id)
	if err != nil {
		return 0, err
	}
	if err := t.mayHave(id, &a, rows); err != nil {
		return 0, err
	}
	region.Version++
	a.Pinned = true
	fresh := []assignmentRow{}
	position := 0
	for i := range rows {
		r := &rows[i]
		position = max(position, r.Position+1)
		if postOf(r.assignment()) != postOf(a) {
			continue
		}
		if fresh, err = t.giveWay(region, r, []planner.Assignment{a}, fresh); err != nil {
			return 0, err
		}
	}
	if err := insert(t, append(fresh, assignmentRowOf(region, position, fromHand, a))); err != nil {
		return 0, err
	}
	if err := t.db.Model(&regionRow{}).Where("region = ?", id).Update("version", region.Version).Error; err != nil {
		return 0, err
	}
	return region.Version, t.Record(Act{
		Verb: Changed, Object: "assignment", ID: strings.Join([]string{a.Location, a.Role, string(a.Kind)}, "/"), Region: id, Fields: []string{"staff"}, Reason: a.Reason,
	})
}

// mayHave says why somebody cannot have a location.
func (t *Tx) mayHave(region string, a *planner.Assignment, rows []assignmentRow) error {
	var location locationRow
	if err := t.db.Where("region = ? AND id = ?", region, a.Location).Take(&location).Error; err != nil {
		return fmt.Errorf("location %q: %w", a.Location, err)
	}
	var contracts []contractRow
	if err := t.db.Where("region = ? AND staff = ? AND role = ?", region, a.Staff, a.Role).Find(&contracts).Error; err != nil {
		return err
	}
	if _, err := t.persons(region, []string{a.Staff}); err != nil {
		return err
	}
	contracts = slices.DeleteFunc(contracts, func(c contractRow) bool {
		return !stretchOf(*a).meets(stretch{c.ValidFrom.Date(), c.ValidTo.Date()})
	})
	if len(contracts) == 0 {
		return fmt.Errorf("%w: %s has no contract as %s then", ErrConflict, a.Staff, a.Role)
	}
	if a.Kind != planner.Primary || a.Reason != "" {
		return nil
	}
	has := len(held(rows, a)) + 1
	for _, c := range contracts {
		if c.MaxLocations > 0 && has > c.MaxLocations {
			return &CeilingError{Staff: a.Staff, Role: a.Role, Locations: has, Max: c.MaxLocations}
		}
	}
	return nil
}

// held returns the other locations that somebody has as primary on the fullest
// day of the time of an assignment.
func held(rows []assignmentRow, a *planner.Assignment) map[string]bool {
	var most map[string]bool
	on := func(d calendar.Date) {
		at := map[string]bool{}
		for i := range rows {
			r := rows[i].assignment()
			if r.Staff == a.Staff && r.Role == a.Role && r.Kind == planner.Primary && r.Location != a.Location && r.On(d) {
				at[r.Location] = true
			}
		}
		if len(at) > len(most) {
			most = at
		}
	}
	on(a.From)
	for i := range rows { // the number rises only where a row begins
		if d := rows[i].ValidFrom.Date(); d != calendar.NoDate && a.On(d) {
			on(d)
		}
	}
	return most
}
