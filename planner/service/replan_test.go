package service

import (
	"errors"
	"testing"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/files"
)

// A region is planned and published; somebody falls ill; the rest of the year is
// planned again from what the database holds, proved, and published in turn.
func TestReplanFromWhatIsPublished(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.Solve, w.Prove = planner.SolveAll, files.Prove
		w.Now = func() time.Time { return time.Date(2027, 3, 1, 8, 0, 0, 0, time.UTC) }
		state := files.GenerateRegion(20, 3, 1)
		state.Region = "noord"
		o := planner.Options{Year: 2027, Seed: 1, Iterations: 200, Workers: 1, MaxChanges: -1}
		if _, err := w.Replan(w.Context(), "noord", planner.ReplanOptions{}); !errors.Is(err, ErrNotFound) {
			w.Errorf("%v for a region that nobody knows", err)
		}
		_, err := w.Import(w.Context(), []*planner.State{state})
		w.must(err)
		if _, err := w.Replan(w.Context(), "noord", planner.ReplanOptions{}); !errors.Is(err, ErrNotFound) {
			w.Errorf("%v for a region without a published plan", err)
		}
		made, err := w.Propose(w.Context(), o, "noord")
		w.must(err)
		w.must(w.Publish(w.Context(), made[0].ID))

		first := calendar.NewDate(2027, 3, 15)
		ill := who(made[0].Plan, first)
		state.Absences = append(state.Absences, planner.Absence{Staff: ill, From: first, To: first + 41})
		_, err = w.Import(w.Context(), []*planner.State{state})
		w.must(err)
		o.Year, o.MaxChanges = 0, 0
		again, err := w.Replan(w.Context(), "noord", planner.ReplanOptions{Options: o, MaxMoves: -1})
		w.must(err)
		if again.Must == 0 || again.Moved > again.Must || again.Today != calendar.NewDate(2027, 3, 1) || len(again.ChangesOf(ill)) == 0 {
			w.Errorf("%d moved, %d had to, from %s", again.Moved, again.Must, again.Today)
		}
		w.must(w.Publish(w.Context(), again.ID))
		kept, _, err := w.Store.LoadPublished(w.Context(), "noord")
		w.must(err)
		if len(kept.Visits) != len(again.Visits) {
			w.Errorf("%d visits are published, %d were planned", len(kept.Visits), len(again.Visits))
		}
		// And once more, from that.
		if more, err := w.Replan(w.Context(), "noord", planner.ReplanOptions{Options: o, MaxMoves: -1}); err != nil || len(more.Changes) != 0 {
			w.Errorf("%v: nothing happened since", err)
		}
	})
}

// who makes the first visit from a day on.
func who(p *planner.Plan, from calendar.Date) string {
	for i := range p.Visits {
		if v := &p.Visits[i]; calendar.DateOf(v.Start, v.Start.Location()) >= from {
			return v.Crew[0].Staff
		}
	}
	return ""
}
