package service

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/wijkplanner/wijkplanner/planner/store"
)

// quick is a worker with short pauses and handlers of its own.
func (w world) quick(handlers map[string]handler) *Worker {
	return (&Worker{
		Service: w.Service, Poll: 2 * time.Millisecond, Lease: time.Minute, Limit: time.Minute, Grace: time.Second, handlers: handlers,
	}).withDefaults()
}

// queues queues a job of a kind that only a test has.
func (w world) queues(kind string) int64 {
	w.Helper()
	j, err := w.startJob(w.Context(), store.NewJob{Kind: kind})
	w.must(err)
	return j.ID
}

// does lets a worker do one attempt of the job that is due.
func (w world) does(worker *Worker) {
	w.Helper()
	done, err := worker.one(w.Context())
	w.must(err)
	if !done {
		w.Fatal("no job was due")
	}
}

func (w world) jobOf(id int64) Job {
	w.Helper()
	j, err := w.Job(w.Context(), id)
	w.must(err)
	return j
}

// moves returns the service's clock, which the test moves from here on.
func (w world) moves() *atomic.Int64 {
	var ahead atomic.Int64
	w.Now = func() time.Time { return testNow.Add(time.Duration(ahead.Load())) }
	return &ahead
}

// TestRJ2_StuckJobGivesItsSlotBack: a handler that does not listen is marked,
// told of, and left behind; the slot goes on with other work, and what the
// handler still makes is refused.
func TestRJ2_StuckJobGivesItsSlotBack(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		log := &lockedLog{}
		w.Log = slog.New(slog.NewTextHandler(log, nil))
		release, late := make(chan struct{}), make(chan error, 1)
		worker := w.quick(map[string]handler{
			"deaf": func(_ *Service, ctx context.Context, r *run) error {
				<-release
				err := r.finish(context.WithoutCancel(ctx), func(*store.Tx) (any, error) { return "too late", nil })
				late <- err
				return err
			},
			"good": func(*Service, context.Context, *run) error { return nil },
		})
		worker.Limit, worker.Grace = 2*time.Second, 50*time.Millisecond
		deaf, good := w.queues("deaf"), w.queues("good")
		ctx, stop := context.WithCancel(w.Context())
		ended := make(chan struct{})
		go func() { defer close(ended); worker.Run(ctx) }()
		w.waitsFor(func() bool { return w.jobOf(good).State == store.JobDone })
		close(release)
		if err := <-late; !errors.Is(err, store.ErrLost) {
			w.Errorf("what a stuck job makes: %v, want ErrLost", err)
		}
		stop()
		<-ended
		if j := w.jobOf(deaf); j.State != store.JobDead || j.Fault != "stuck" || !strings.Contains(log.String(), "level=ERROR msg=\"job is dead\"") {
			w.Errorf("%s %q; log %s", j.State, j.Fault, log)
		}
	})
}

// waitsFor waits until something is so, at most a minute.
func (w world) waitsFor(so func() bool) {
	w.Helper()
	for range 12000 {
		if so() {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	w.Fatal("waited in vain")
}

// TestRJ3_PoisonJobDies: a job that always fails is tried at most ten times,
// with pauses, and nothing waits for it.
func TestRJ3_PoisonJobDies(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		ahead := w.moves()
		tries := 0
		worker := w.quick(map[string]handler{
			"poison": func(*Service, context.Context, *run) error { tries++; return errors.New("always") },
			"good":   func(*Service, context.Context, *run) error { return nil },
		})
		poison := w.queues("poison")
		good := 0
		for range 200 {
			if w.jobOf(poison).State.Ended() {
				break
			}
			id := w.queues("good")
			for w.jobOf(id).State != store.JobDone {
				w.does(worker)
			}
			good++
			ahead.Add(int64(time.Minute))
		}
		j := w.jobOf(poison)
		dead, err := w.Jobs(w.Context(), JobFilter{State: store.JobDead}, 10)
		w.must(err)
		if tries != jobTries || j.State != store.JobDead || j.Failures != jobTries || len(dead) != 1 || dead[0].ID != poison {
			w.Errorf("%d tries, %s after %d failures, %d in the dead list", tries, j.State, j.Failures, len(dead))
		}
		w.Logf("%d tries of the poison job; %d other jobs done meanwhile", tries, good)
		w.must(w.RetryJob(w.Context(), poison))
		w.does(worker)
		if tries != jobTries+1 {
			w.Error("an operator cannot try it again")
		}
	})
}

// A job that takes its program along each time ends too.
func TestCrashingJobDies(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		ahead := w.moves()
		worker := w.quick(map[string]handler{"crash": func(*Service, context.Context, *run) error { w.Error("ran"); return nil }})
		id := w.queues("crash")
		for range jobTries + 1 {
			_, ok, err := w.Store.ClaimJob(w.Context(), w.Now().Add(time.Minute), w.Now())
			if w.must(err); !ok {
				w.Fatal("not to be had after its lease")
			}
			ahead.Add(int64(time.Minute)) // and the program died
		}
		w.does(worker)
		if j := w.jobOf(id); j.State != store.JobDead || j.Fault != "crashed" {
			w.Errorf("%s %q", j.State, j.Fault)
		}
	})
}

// TestRD8_PanicsOfJobsDoNotEnd: a thousand panics in handlers; every job is tried
// again and done in the end.
func TestRD8_PanicsOfJobsDoNotEnd(t *testing.T) {
	t.Parallel()
	const jobs, panicsEach = 200, 5
	forEachDatabase(t, func(w world) {
		w.Log = slog.New(slog.DiscardHandler)
		ahead := w.moves()
		var mu sync.Mutex
		panics, byJob := 0, map[int64]int{}
		worker := w.quick(map[string]handler{"try": func(_ *Service, _ context.Context, r *run) error {
			mu.Lock()
			defer mu.Unlock()
			if byJob[r.ID]++; byJob[r.ID] <= panicsEach {
				panics++
				panic("canary")
			}
			return nil
		}})
		for range jobs {
			w.queues("try")
		}
		for range panicsEach + 1 {
			var group sync.WaitGroup
			for range 4 {
				group.Go(func() {
					for done := true; done; {
						var err error
						if done, err = worker.one(w.Context()); err != nil {
							w.Error(err)
						}
					}
				})
			}
			group.Wait()
			ahead.Add(int64(longestJobPause))
		}
		done, err := w.Jobs(w.Context(), JobFilter{State: store.JobDone}, jobs+1)
		w.must(err)
		if panics != jobs*panicsEach || len(done) != jobs {
			w.Errorf("%d panics, %d of %d jobs done", panics, len(done), jobs)
		}
		w.Logf("%d panics in %d jobs: all retried, all done, 0 exits", panics, jobs)
	})
}

// A job stops when somebody cancels it, when the program stops and when another
// program has it; each ends as it should.
func TestJobStops(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		started := make(chan struct{})
		worker := w.quick(map[string]handler{"long": func(_ *Service, ctx context.Context, r *run) error {
			r.at("search", 300)
			started <- struct{}{}
			<-ctx.Done()
			return ctx.Err()
		}})
		worker.Lease = 40 * time.Millisecond // so that it looks often
		begin := func(ctx context.Context) (id int64, ended chan struct{}) {
			j, err := w.startJob(ctx, store.NewJob{Kind: "long"})
			w.must(err)
			id, ended = j.ID, make(chan struct{})
			go func() {
				defer close(ended)
				if _, err := worker.one(ctx); err != nil {
					w.Error(err)
				}
			}()
			<-started
			return id, ended
		}
		id, ended := begin(w.Context())
		w.waitsFor(func() bool { return w.jobOf(id).Progress == 300 })
		w.must(w.CancelJob(w.Context(), id))
		<-ended
		if j := w.jobOf(id); j.State != store.JobCancelled || j.Failures != 0 {
			w.Errorf("cancelled: %s, %d failures", j.State, j.Failures)
		}
		ctx, stop := context.WithCancel(w.Context())
		id, ended = begin(ctx)
		stop()
		<-ended
		if j := w.jobOf(id); j.State != store.JobWaiting || j.Failures != 0 || j.Fault != "" {
			w.Errorf("the program stopped: %s, %d failures, %q", j.State, j.Failures, j.Fault)
		}
		w.must(w.CancelJob(w.Context(), id))
		id, ended = begin(w.Context())
		other, ok, err := w.Store.ClaimJob(w.Context(), testNow.Add(3*time.Hour), testNow.Add(2*time.Hour))
		if w.must(err); !ok || other.ID != id {
			w.Fatal("not taken over")
		}
		<-ended
		if j := w.jobOf(id); j.State != store.JobRunning || j.Attempt != 2 {
			w.Errorf("taken over: %s, attempt %d", j.State, j.Attempt)
		}
	})
}

// Who lost the right since does not get the job done.
func TestJobRightsAreCheckedAtTheStart(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.published("noord")
		lead := Scope{Role: store.Lead, Actor: "user:1", Region: "noord"}
		var asked []Scope
		w.Rights = func(_ context.Context, by Scope) error {
			asked = append(asked, by)
			return ErrNotFound
		}
		j, err := w.As(lead).StartPropose(w.Context(), "noord", PlanParams{})
		w.must(err)
		if _, err := w.As(lead).StartPropose(w.Context(), "zuid", PlanParams{}); !errors.Is(err, ErrNotFound) {
			w.Errorf("another region: %v", err)
		}
		w.does(w.quick(nil))
		if j = w.jobOf(j.ID); j.State != store.JobFailed || j.Fault != "not_allowed" || len(asked) != 1 || asked[0].Actor != "user:1" {
			w.Errorf("%s %q; asked %+v", j.State, j.Fault, asked)
		}
		w.Rights = nil
		w.must(w.RetryJob(w.Context(), j.ID))
		w.does(w.quick(nil))
		if j = w.jobOf(j.ID); j.State != store.JobDone {
			w.Errorf("%s %q %s", j.State, j.Fault, j.Result)
		}
	})
}

// Whoever follows a job hears of each change and of the end.
func TestWatchJob(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		step := make(chan struct{})
		worker := w.quick(map[string]handler{"long": func(_ *Service, ctx context.Context, r *run) error {
			r.at("half", 500)
			<-step
			return r.finish(ctx, func(*store.Tx) (any, error) { return map[string]int{"plan_id": 7}, nil })
		}})
		id := w.queues("long")
		go func() { _, _ = worker.one(w.Context()) }()
		var heard []string
		var last Job
		err := w.WatchJob(w.Context(), id, func(j Job) error {
			heard, last = append(heard, j.Stage), j
			if j.Stage == "half" && j.State == store.JobRunning {
				close(step)
			}
			return nil
		})
		var result PlanResult
		if err != nil || len(heard) < 2 || last.State != store.JobDone || json.Unmarshal(last.Result, &result) != nil || result.Plan != 7 {
			w.Errorf("%v: heard %q, last %+v", err, heard, last)
		}
		if err := w.WatchJob(w.Context(), 99, nil); !errors.Is(err, ErrNotFound) {
			w.Errorf("%v, want ErrNotFound", err)
		}
	})
}

// TestRA5_WatchingEnds: who loses the right to see a job while following it is
// told nothing more of it.
func TestRA5_WatchingEnds(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.published("noord")
		j, err := w.StartPropose(w.Context(), "noord", PlanParams{Year: 2027, Iterations: 10})
		w.must(err)
		lead := Scope{Role: store.Lead, Actor: "user:7", Region: "noord"}
		var revoked atomic.Bool
		w.Rights = func(_ context.Context, by Scope) error {
			if revoked.Load() && by == lead {
				return ErrNotFound
			}
			return nil
		}
		told := 0
		err = w.As(lead).WatchJob(w.Context(), j.ID, func(Job) error {
			told++
			revoked.Store(true)
			return w.Store.CancelJob(w.Context(), j.ID, w.Now()) // there is something to tell
		})
		if told != 1 || !errors.Is(err, ErrNotFound) {
			w.Errorf("told %d times, %v: want once, and then nothing", told, err)
		}
	})
}
