package service

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/files"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// real lets a world make real plans of a generated region.
func (w world) real() {
	w.Helper()
	w.Solve, w.Prove = planner.SolveAll, files.Prove
	state := files.GenerateRegion(20, 3, 1)
	state.Region = "noord"
	_, err := w.Import(w.Context(), []*planner.State{state})
	w.must(err)
}

// hashOf is the hash of a stored plan: everything in it.
func (w world) hashOf(id int64) [32]byte {
	w.Helper()
	p, _, err := w.Store.LoadPlan(w.Context(), id)
	w.must(err)
	text, err := json.Marshal(p)
	w.must(err)
	return sha256.Sum256(text)
}

// made is what a job that has ended made.
func (w world) made(id int64) PlanResult {
	w.Helper()
	j := w.jobOf(id)
	var r PlanResult
	if err := json.Unmarshal(j.Result, &r); err != nil || j.State != store.JobDone || r.Plan == 0 {
		w.Fatalf("job %d is %s %q: %s", id, j.State, j.Fault, j.Result)
	}
	return r
}

// TestRJ1_ResumedJobMakesTheSamePlan: a program dies at any point of a planning
// job – here it just never writes again –; within 120 seconds another one has it
// and makes the plan that an undisturbed run makes.
func TestRJ1_ResumedJobMakesTheSamePlan(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.real()
		ahead := w.moves()
		params := PlanParams{Year: 2027, Seed: 3, Iterations: 200, MaxChanges: -1}
		solves, assigned := 0, false
		w.Solve = func(ctx context.Context, states []*planner.State, o planner.Options) ([]*planner.Plan, error) {
			solves++
			tell := o.Progress
			o.Progress = func(step string, done, of int) {
				assigned = assigned || step == "assign"
				tell(step, done, of)
			}
			return planner.SolveAll(ctx, states, o)
		}
		first, err := w.StartPropose(w.Context(), "noord", params)
		w.must(err)
		w.does(w.quick(nil))
		want := w.hashOf(w.made(first.ID).Plan)
		died := errors.New("died")
		for _, point := range []string{"at once", "in the search", "with who settled", "with a plan"} {
			j, err := w.StartPropose(w.Context(), "noord", params)
			w.must(err)
			w.dies(point, died)
			solves, assigned = 0, false
			waited := time.Duration(0)
			for w.jobOf(j.ID).State != store.JobDone {
				if waited += 10 * time.Second; waited > 120*time.Second {
					w.Fatalf("%s: not resumed within 120 s", point)
				}
				ahead.Add(int64(10 * time.Second))
				_, err := w.quick(nil).one(w.Context())
				w.must(err)
			}
			if got := w.hashOf(w.made(j.ID).Plan); got != want {
				w.Errorf("%s: another plan than an undisturbed run makes", point)
			}
			if again := point != "with a plan"; again != (solves == 1) {
				w.Errorf("%s: %d further searches", point, solves)
			}
			if again := point == "at once" || point == "in the search"; again != assigned {
				w.Errorf("%s: who serves was searched for again is %v", point, assigned)
			}
			w.Logf("%s: resumed after %s, the same plan, %d further searches, who serves among them: %v", point, waited, solves, assigned)
		}
	})
}

// dies claims the due job and gets as far as a point, and no further.
func (w world) dies(point string, died error) {
	w.Helper()
	j, ok, err := w.Store.ClaimJob(w.Context(), w.Now().Add(time.Minute), w.Now())
	if w.must(err); !ok {
		w.Fatal("no job was due")
	}
	s := *w.Service
	switch point {
	case "in the search":
		s.Solve = func(context.Context, []*planner.State, planner.Options) ([]*planner.Plan, error) { return nil, died }
	case "with who settled":
		s.Solve = func(ctx context.Context, states []*planner.State, o planner.Options) ([]*planner.Plan, error) {
			keep := o.Halfway
			o.Halfway = func(h *planner.Halfway) {
				keep(h)
				panic(died)
			}
			return planner.SolveAll(ctx, states, o)
		}
	case "with a plan":
		s.Prove = nil // dies of it
	default:
		return
	}
	if err := handled(w.Context(), &s, &run{Job: j, store: s.Store, now: s.Now}, (*Service).proposeJob); err == nil {
		w.Error("it did not die")
	}
}

func TestReplanJob(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.real()
		w.Now = func() time.Time { return time.Date(2027, 3, 1, 8, 0, 0, 0, time.UTC) }
		if _, err := w.StartReplan(w.Context(), "noord", PlanParams{}); !errors.Is(err, ErrNoPlan) {
			w.Errorf("%v for a region without a published plan", err)
		}
		j, err := w.StartPropose(w.Context(), "noord", PlanParams{Year: 2027, Iterations: 100, MaxChanges: -1})
		w.must(err)
		w.does(w.quick(nil))
		w.must(w.Publish(w.Context(), w.made(j.ID).Plan))
		if j, err = w.StartReplan(w.Context(), "noord", PlanParams{Iterations: 100, MaxMoves: -1}); err != nil {
			w.Fatal(err)
		}
		w.does(w.quick(nil))
		if r := w.made(j.ID); r.Moved != 0 || r.BasedOn == 0 {
			w.Errorf("%+v: nothing happened since", r)
		}
		w.must(w.Publish(w.Context(), w.made(j.ID).Plan))
	})
}

// What cannot succeed ends at once, and says what is wrong.
func TestJobThatCannotSucceed(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.published("noord")
		_, err := w.StartPropose(w.Context(), "noord", PlanParams{Year: 1900, Seconds: math.NaN(), Iterations: -1})
		if !errors.Is(err, ErrParams) || !strings.Contains(err.Error(), "year is 1900") || !strings.Contains(err.Error(), "iterations is -1") || !strings.Contains(err.Error(), "seconds is NaN") {
			w.Errorf("%v: want all faults", err)
		}
		if _, err := w.StartPropose(w.Context(), "zuid", PlanParams{}); !errors.Is(err, ErrNotFound) {
			w.Errorf("%v for an unknown region", err)
		}
		w.Solve = func(context.Context, []*planner.State, planner.Options) ([]*planner.Plan, error) {
			return nil, errors.New("region noord: nobody has the role zc")
		}
		j, err := w.StartPropose(w.Context(), "noord", PlanParams{})
		w.must(err)
		w.does(w.quick(nil))
		if j = w.jobOf(j.ID); j.State != store.JobFailed || j.Fault != "cannot_be_planned" || !strings.Contains(string(j.Result), "nobody has the role zc") {
			w.Errorf("%s %q %s", j.State, j.Fault, j.Result)
		}
	})
}

// The periodic jobs of an hour are queued once, and done.
func TestPeriodicJobs(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		ahead := w.moves()
		for range 3 {
			w.must(w.QueuePeriodic(w.Context()))
			w.must(w.QueuePeriodic(w.Context()))
			ahead.Add(int64(time.Hour))
		}
		for range 3 {
			w.does(w.quick(nil))
		}
		if done, err := w.Jobs(w.Context(), JobFilter{Kind: PurgeJob, State: store.JobDone}, 10); err != nil || len(done) != 3 {
			w.Errorf("%d purges done (%v), want 3", len(done), err)
		}
	})
}
