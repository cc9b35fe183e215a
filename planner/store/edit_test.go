package store

import (
	"reflect"
	"slices"
	"testing"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
)

// TestSaveStateWritesWhatDiffers: what is read afterwards is what was saved, with
// one version more, and assignments keep their history.
func TestSaveStateWritesWhatDiffers(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.imports(fullState("noord"))
		w.must(w.Tx(w.Context(), func(t *Tx) error {
			was, version, err := t.LockState("noord")
			if err != nil {
				return err
			}
			now := *was
			now.Absences = append(slices.Clone(was.Absences), planner.Absence{Staff: was.Staff[0].ID, From: calendar.NewDate(2027, 5, 1), To: calendar.NewDate(2027, 5, 2)})
			now.Assignments = was.Assignments[1:]
			now.Organisations = slices.Clone(was.Organisations)
			now.Organisations[0].Name = "Another name"
			if err := t.SaveState(was, &now); err != nil {
				return err
			}
			got, after, err := t.LockState("noord")
			if err != nil {
				return err
			}
			if after != version+1 {
				w.Errorf("version %d after %d", after, version)
			}
			if !reflect.DeepEqual(got, &now) {
				w.Errorf("read %+v\nsaved %+v", got, &now)
			}
			var rows, held int64
			if err := t.db.Model(&assignmentRow{}).Where("region = ?", "noord").Count(&rows).Error; err != nil {
				return err
			}
			if err := t.db.Model(&assignmentRow{}).Where("region = ? AND replaced IS NULL", "noord").Count(&held).Error; err != nil {
				return err
			}
			if int(rows) != len(was.Assignments) || int(held) != len(now.Assignments) {
				w.Errorf("%d rows, %d held true; want %d and %d", rows, held, len(was.Assignments), len(now.Assignments))
			}
			return nil
		}))
	})
}
