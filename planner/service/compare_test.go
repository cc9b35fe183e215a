package service

import (
	"errors"
	"testing"

	"github.com/wijkplanner/wijkplanner/planner"
)

func TestCompareStoredPlans(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		_, err := w.Import(w.Context(), []*planner.State{town("noord")})
		w.must(err)
		first, err := w.Propose(w.Context(), planner.Options{Year: 2027})
		w.must(err)
		second, err := w.Propose(w.Context(), planner.Options{Year: 2027})
		w.must(err)
		d, err := w.Compare(w.Context(), first[0].ID, second[0].ID)
		w.must(err)
		if !d.Empty() {
			w.Errorf("two equal plans differ: %+v", d)
		}
		if _, err := w.Compare(w.Context(), first[0].ID, 999); !errors.Is(err, ErrNotFound) {
			w.Errorf("an unknown plan: %v", err)
		}
	})
}
