package store

import (
	"errors"
	"fmt"
	"math/rand/v2"
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

// TestSavedRowsAreTheState changes lists at random, in the middle and at the
// ends, and reads back what was saved each time.
func TestSavedRowsAreTheState(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		rng := rand.New(rand.NewPCG(3, 4))
		w.imports(town("noord"))
		for round := range 40 {
			was, _, err := w.LoadState(w.Context(), "noord")
			w.must(err)
			now := *was
			now.Locations = mixed(rng, was.Locations, func(l *planner.Location, n int) {
				l.ID, l.Registrations = fmt.Sprintf("l%d-%d", round, n), nil
				for i := range rng.IntN(4) {
					l.Registrations = append(l.Registrations, planner.Registration{LRK: fmt.Sprint(round, n, i)})
				}
			}, func(l *planner.Location) { l.Name, l.Registrations = fmt.Sprint("name ", round), half(l.Registrations) })
			now.Staff = mixed(rng, was.Staff, func(p *planner.Staff, n int) {
				p.ID, p.Contracts = fmt.Sprintf("p%d-%d", round, n), append(slices.Clone(p.Contracts), planner.Contract{Role: "zc", From: calendar.NoDate, To: calendar.NoDate})
			}, func(p *planner.Staff) { p.Name, p.Contracts = fmt.Sprint("name ", round), half(p.Contracts) })
			blackout := planner.Blackout{From: date("2027-03-01"), To: date("2027-03-02"), Reason: "feest"}
			now.Blackouts = mixed(rng, append(slices.Clone(was.Blackouts), blackout), func(b *planner.Blackout, n int) { b.To += calendar.Date(n) },
				func(b *planner.Blackout) { b.Reason = fmt.Sprint("reason ", round) })
			now.Meetings = nil
			w.must(w.Tx(w.Context(), func(t *Tx) error { return t.SaveState(was, &now) }))
			got, _, err := w.LoadState(w.Context(), "noord")
			w.must(err)
			diff(w.T, got.Locations, now.Locations)
			diff(w.T, got.Staff, now.Staff)
			diff(w.T, got.Blackouts, now.Blackouts)
		}
		twice, _, err := w.LoadState(w.Context(), "noord")
		w.must(err)
		now := *twice
		now.Districts = append(slices.Clone(now.Districts), now.Districts[0])
		if err := w.Tx(w.Context(), func(t *Tx) error { return t.SaveState(twice, &now) }); !errors.Is(err, ErrConflict) {
			w.Errorf("the same id twice: %v", err)
		}
	})
}

// half returns the first half of a list, nil for nothing.
func half[T any](list []T) []T { return append([]T(nil), list[:len(list)/2]...) }

// mixed returns a list with something taken out, something put in, something
// changed and two things that changed places.
func mixed[T any](rng *rand.Rand, list []T, name func(*T, int), change func(*T)) []T {
	out := slices.Clone(list)
	change(&out[rng.IntN(len(out))])
	fresh := list[rng.IntN(len(list))]
	for n := range 1 + rng.IntN(2) {
		name(&fresh, n)
		out = slices.Insert(out, rng.IntN(len(out)+1), fresh)
	}
	if rng.IntN(2) == 0 && len(out) > 3 {
		i := rng.IntN(len(out))
		out = slices.Delete(out, i, i+1)
	}
	i, j := rng.IntN(len(out)), rng.IntN(len(out))
	out[i], out[j] = out[j], out[i]
	return out
}
