package store

import (
	"fmt"
	"reflect"

	"gorm.io/gorm/clause"

	"github.com/wijkplanner/wijkplanner/planner"
)

// rowKey tells the rows of one region in one table apart; what a table's key
// does not have is left empty.
type rowKey struct {
	id       string
	position int
}

// saveLists writes the rows of people, places and time that differ.
func (t *Tx) saveLists(was, now *planner.State) error {
	for _, save := range []func() error{
		saving(t, was, now, organisationRows, func(r *organisationRow) rowKey { return rowKey{id: r.ID} }),
		saving(t, was, now, staffRows, func(r *staffRow) rowKey { return rowKey{id: r.ID} }),
		saving(t, was, now, contractRows, func(r *contractRow) rowKey { return rowKey{r.Staff, r.Position} }),
		saving(t, was, now, districtRows, func(r *districtRow) rowKey { return rowKey{id: r.ID} }),
		saving(t, was, now, locationRows, func(r *locationRow) rowKey { return rowKey{id: r.ID} }),
		saving(t, was, now, registrationRows, func(r *registrationRow) rowKey { return rowKey{r.Location, r.Position} }),
		saving(t, was, now, absenceRows, func(r *absenceRow) rowKey { return rowKey{position: r.Position} }),
		saving(t, was, now, meetingRows, func(r *meetingRow) rowKey { return rowKey{id: r.ID} }),
		saving(t, was, now, blackoutRows, func(r *blackoutRow) rowKey { return rowKey{position: r.Position} }),
		saving(t, was, now, caseRows, func(r *caseRow) rowKey { return rowKey{id: r.Ref} }),
		saving(t, was, now, consentRows, func(r *consentRow) rowKey { return rowKey{position: r.Position} }),
		saving(t, was, now, completedRows, func(r *completedRow) rowKey { return rowKey{position: r.Position} }),
	} {
		if err := save(); err != nil {
			return err
		}
	}
	return nil
}

// saving makes the rows of one table those of a state, given those that are
// there.
func saving[Row any](t *Tx, was, now *planner.State, rows func(*planner.State) []Row, key func(*Row) rowKey) func() error {
	return func() error {
		have := map[rowKey]*Row{}
		old := rows(was)
		for i := range old {
			have[key(&old[i])] = &old[i]
		}
		seen := map[rowKey]bool{}
		var fresh, changed []Row
		list := rows(now)
		for i := range list {
			k := key(&list[i])
			if seen[k] {
				return fmt.Errorf("the same id twice: %w", ErrConflict)
			}
			seen[k] = true
			if r := have[k]; r == nil {
				fresh = append(fresh, list[i])
			} else if !reflect.DeepEqual(*r, list[i]) {
				changed = append(changed, list[i])
			}
		}
		var gone []*Row
		for k, r := range have {
			if !seen[k] {
				gone = append(gone, r)
			}
		}
		if err := remove(t, gone); err != nil {
			return err
		}
		if len(changed) > 0 {
			if err := t.db.Clauses(clause.OnConflict{UpdateAll: true}).CreateInBatches(changed, batch).Error; err != nil {
				return err
			}
		}
		return insert(t, fresh)
	}
}

// remove deletes rows by their whole keys. gorm itself leaves the parts of a key
// that are zero out of the condition, as a first position is.
func remove[Row any](t *Tx, rows []*Row) error {
	if len(rows) == 0 {
		return nil
	}
	q := t.db.Model(rows[0])
	if err := q.Statement.Parse(rows[0]); err != nil {
		return err
	}
	keys := q.Statement.Schema.PrimaryFields
	for _, r := range rows {
		where := map[string]any{}
		for _, f := range keys {
			where[f.DBName], _ = f.ValueOf(t.db.Statement.Context, reflect.ValueOf(r))
		}
		if err := t.db.Where(where).Delete(new(Row)).Error; err != nil {
			return err
		}
	}
	return nil
}
