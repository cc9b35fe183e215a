package store

import (
	"fmt"
	"reflect"

	"github.com/wijkplanner/wijkplanner/planner"
)

// SaveState writes what changed in a region that LockState read, as a new
// version: of its lists only the rows that differ. Drafts made from an older version
// are stale from then on.
func (t *Tx) SaveState(was, now *planner.State) error {
	if err := t.saveState(was, now); err != nil {
		return fmt.Errorf("change region %q: %w", now.Region, err)
	}
	return nil
}

func (t *Tx) saveState(was, now *planner.State) error {
	region, err := t.openRegion(now.Region)
	if err != nil {
		return err
	}
	if err := t.saveLists(was, now); err != nil {
		return err
	}
	if !reflect.DeepEqual(was.Assignments, now.Assignments) {
		if err := t.saveAssignments(region, now.Assignments); err != nil {
			return err
		}
	}
	if err := t.saveAbsences(was, now); err != nil {
		return err
	}
	return t.closeRegion(region, &now.Programme)
}

// saveAbsences gives new people their numbers and writes absences as time that
// is taken.
func (t *Tx) saveAbsences(was, now *planner.State) error {
	if reflect.DeepEqual(was.Staff, now.Staff) && reflect.DeepEqual(was.Absences, now.Absences) {
		return nil
	}
	persons, err := t.enlist(now)
	if err != nil {
		return err
	}
	if err := t.lockPeople(persons); err != nil {
		return err
	}
	return t.occupyAbsences(now, persons)
}

// saveAssignments ends the belief in rows that are no longer there, whoever made
// them, and adds the new ones.
func (t *Tx) saveAssignments(region *regionRow, now []planner.Assignment) error {
	rows, err := t.believed(region.Region)
	if err != nil {
		return err
	}
	left := map[planner.Assignment]int{}
	for _, a := range now {
		left[a]++
	}
	for i := range rows {
		if a := rows[i].assignment(); left[a] > 0 {
			left[a]--
		} else if err := t.replace(region, &rows[i]); err != nil {
			return err
		}
	}
	var fresh []assignmentRow
	for i, a := range now {
		if left[a] > 0 {
			left[a]--
			fresh = append(fresh, assignmentRowOf(region, i, fromHand, a))
		}
	}
	return insert(t, fresh)
}
