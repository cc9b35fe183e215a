package service

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

func TestPublishPreviewSaysWhomItConcerns(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		_, err := w.Import(w.Context(), []*planner.State{town("noord")})
		w.must(err)
		made, err := w.Propose(w.Context(), planner.Options{Year: 2027}, "noord")
		w.must(err)
		p, err := w.PublishPreview(w.Context(), made[0].ID)
		w.must(err)
		if p.Stale || !slices.Equal(p.Staff, []string{"noordanna", "noordbram"}) || !slices.Equal(p.Locations, []string{"een"}) || len(p.Difference.Visits) != 4 {
			w.Errorf("the first plan: %v, %v, %d visits", p.Staff, p.Locations, len(p.Difference.Visits))
		}
		w.must(w.Publish(w.Context(), made[0].ID))
		if made, err = w.Propose(w.Context(), planner.Options{Year: 2027}, "noord"); err != nil {
			w.Fatal(err)
		}
		if p, err = w.PublishPreview(w.Context(), made[0].ID); err != nil || !p.Difference.Empty() || len(p.Staff)+len(p.Locations) > 0 {
			w.Errorf("the same again: %v %+v", err, p.Difference)
		}
		if _, err := w.PublishPreview(w.Context(), 99); !errors.Is(err, ErrNotFound) {
			w.Errorf("%v, want ErrNotFound", err)
		}
	})
}

// rush is a region whose people get many visits.
type rush struct {
	world
	staff, visitsEach int
}

// plan plans an hour's visits of everybody, on the half hour or on the hour by
// turns, so that each publication moves every visit.
func (r *rush) plan(turn int) *planner.Plan {
	p := &planner.Plan{Region: "noord", From: calendar.NewDate(2027, 1, 1), To: calendar.NewDate(2027, 12, 31)}
	for m := range r.staff {
		for v := range r.visitsEach {
			start := time.Date(2027, 2, 1+v/6, 8+v%6, 30*(turn%2), 0, 0, time.UTC)
			p.Visits = append(p.Visits, planner.Visit{
				ID: fmt.Sprintf("%d-%d", m, v), Location: "een", VisitType: "visit", Requirement: "yearly", Status: planner.Planned,
				Crew: []planner.CrewMember{{Role: "zc", Staff: fmt.Sprintf("s%03d", m)}}, Start: start, End: start.Add(30 * time.Minute),
			})
		}
	}
	return p
}

// whole says what is wrong with the visits in occupancy: they are those of one
// published plan, all of them, and nobody is in two places.
func (r *rush) whole() (visits, overlaps int) {
	r.Helper()
	all, err := r.Store.Occupied(r.Context(), "noord", time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2028, 1, 1, 0, 0, 0, 0, time.UTC))
	r.must(err)
	until, minutes := map[string]time.Time{}, map[int]int{}
	for _, o := range all {
		if o.From.Before(until[o.Staff]) {
			overlaps++
		}
		until[o.Staff] = o.To
		if o.Kind == store.VisitTime {
			visits++
			minutes[o.From.Minute()]++
		}
	}
	if len(minutes) != 1 {
		r.Errorf("half a plan: visits by minute %v", minutes)
	}
	return visits, overlaps
}

// TestRC7_PublishBesideBookings publishes plans that move every visit while
// people book: each plan is taken whole or refused whole, with who and when is
// in the way, and nobody is ever in two places.
func TestRC7_PublishBesideBookings(t *testing.T) {
	t.Parallel()
	runs, staff, each, clients := 6, 20, 20, 4
	if os.Getenv("WIJKPLANNER_LONG") != "" {
		runs, staff, each, clients = 100, 50, 40, 8
	}
	forEachDatabase(t, func(w world) {
		state := town("noord")
		for i := range staff {
			state.Staff = append(state.Staff, planner.Staff{ID: fmt.Sprintf("s%03d", i), Name: "S", Mode: planner.Bicycle, Pattern: state.Staff[0].Pattern})
		}
		_, err := w.Import(w.Context(), []*planner.State{state})
		w.must(err)
		r := &rush{w, staff, each}
		ctx, stop := context.WithCancel(w.Context())
		var group sync.WaitGroup
		var mu sync.Mutex
		booked, refused := 0, 0
		for c := range clients {
			group.Go(func() {
				for i := 0; ctx.Err() == nil; i++ {
					n := (i*clients + c) * 7
					start := time.Date(2027, 2, 1+n%5, 8+n%6, 15*(n%4), 0, 0, time.UTC)
					ref := fmt.Sprintf("b%d-%d", c, i)
					err := w.Store.Occupy(ctx, store.Occupancy{
						Region: "noord", Staff: fmt.Sprintf("s%03d", n%staff), Kind: store.BookingTime, Ref: ref, From: start, To: start.Add(20 * time.Minute),
					})
					mu.Lock()
					switch {
					case err == nil:
						booked++
					case errors.Is(err, ErrConflict):
						refused++
					case ctx.Err() == nil && !errors.Is(err, ErrBusy):
						w.Error(err)
					}
					mu.Unlock()
					if err == nil && i%10 != 0 { // most are cancelled again, so that plans have a chance
						if err := w.Store.Release(ctx, "noord", store.BookingTime, ref); err != nil && ctx.Err() == nil && !errors.Is(err, ErrBusy) {
							w.Error(err)
						}
					}
					time.Sleep(time.Second / 50 * time.Duration(clients))
				}
			})
		}
		published, conflicts, overlaps := 0, 0, 0
		for turn := range runs {
			_, version, err := w.Store.LoadState(w.Context(), "noord")
			w.must(err)
			id, err := w.Store.SavePlan(w.Context(), r.plan(turn), version)
			w.must(err)
			err = w.Publish(w.Context(), id)
			var overlap *OverlapError
			switch {
			case err == nil:
				published++
			case errors.As(err, &overlap):
				conflicts++
				for _, o := range overlap.Overlaps {
					if o.Staff == "" || o.Ref == "" || o.Wanted == "" || o.From.IsZero() {
						w.Errorf("a conflict that does not say who and when: %+v", o)
					}
				}
				// Who is in the way gives way, and the next may succeed.
				for _, o := range overlap.Overlaps {
					w.must(w.Store.Release(w.Context(), "noord", store.BookingTime, o.Ref))
				}
				err = w.Publish(w.Context(), id)
				if err == nil {
					published++
				} else if !errors.Is(err, ErrConflict) && !errors.Is(err, ErrBusy) {
					w.Error(err)
				}
			case !errors.Is(err, ErrBusy): // no turn: it yields
				w.Error(err)
			}
			if published > 0 {
				visits, over := r.whole()
				if overlaps += over; visits != staff*each {
					w.Errorf("%d visits, want %d or none", visits, staff*each)
				}
			}
		}
		stop()
		group.Wait()
		if overlaps != 0 || published == 0 {
			w.Errorf("%d overlaps, %d published", overlaps, published)
		}
		w.Logf("%d publications of %d visits (%d taken, %d refused with who and when) beside %d bookings and %d refused ones: 0 half plans, %d overlaps",
			runs, staff*each, published, conflicts, booked, refused, overlaps)
	})
}
