package service

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"github.com/wijkplanner/wijkplanner/planner/store"
)

// Worker does jobs. Any number of them, in any number of programs, share out
// the jobs of one database. The zero values of its fields mean the defaults.
type Worker struct {
	Service *Service
	// Slots is how many jobs it does at once; 0 means 1.
	Slots int
	// Lease is how long a job stays with a program that does not answer any more:
	// 60 seconds. The claim is prolonged long before.
	Lease time.Duration
	// Poll is the pause between two looks for work that another program queued: a
	// second.
	Poll time.Duration
	// Limit is how long one attempt may take, two hours; Grace how long it may
	// then take to stop, 20 seconds. One that does not is stuck.
	Limit, Grace time.Duration
	// handlers does the jobs of each kind; nil means jobHandlers.
	handlers map[string]handler
}

// handler does one attempt of a job, with the service as whoever started it may
// use it. It ends with run.finish, or with an error: a *jobError ends the job,
// any other lets it be tried again.
type handler func(s *Service, ctx context.Context, r *run) error

// jobHandlers are the handlers of the kinds of job.
func jobHandlers() map[string]handler {
	return map[string]handler{
		ProposeJob: (*Service).proposeJob, ReplanJob: (*Service).replanJob, PurgeJob: (*Service).purgeJob, ScenarioJob: (*Service).scenarioJob,
		ImportJob: (*Service).importJob, ComparisonJob: (*Service).comparisonJob, RemediesJob: (*Service).remediesJob,
	}
}

// jobTries is how often a job is tried before it is dead.
const jobTries = 10

// The pauses between tries double from the first to the longest.
const (
	firstJobPause   = 2 * time.Second
	longestJobPause = 5 * time.Minute
)

// Why an attempt is told to stop.
var (
	errStopping  = errors.New("the program stops")
	errCancelled = errors.New("cancelled")
	errLost      = errors.New("another program has the job")
	errTooLong   = errors.New("longer than an attempt may take")
	errStuck     = errors.New("it does not stop")
	errCrashed   = errors.New("its attempts ended with their programs")
	errPanic     = errors.New("panic")
)

// jobError ends a job: trying it again would change nothing. Code is stable.
type jobError struct {
	Code string
	err  error
}

func (f *jobError) Error() string { return f.Code + ": " + f.err.Error() }

func (f *jobError) Unwrap() error { return f.err }

func faultOf(code string, err error) error { return &jobError{code, err} }

// run is one attempt of a job.
type run struct {
	Job
	store *store.Store
	now   func() time.Time

	mu       sync.Mutex
	stage    string
	progress int
	finished bool
}

// at tells how far the attempt is; it may be called often.
func (r *run) at(stage string, progress int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.stage, r.progress = stage, max(r.progress, min(progress, 1000))
}

func (r *run) where() (string, int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.stage, r.progress
}

// keep writes down what the next attempt can go on from, as far as that is not
// more than mostResume.
func (r *run) keep(ctx context.Context, resume any) error {
	return r.store.SaveResume(ctx, &r.Job, resume, mostResume)
}

// finish writes down what the job made, once.
func (r *run) finish(ctx context.Context, f func(*store.Tx) (any, error)) error {
	err := r.store.FinishJob(ctx, &r.Job, r.now(), f)
	r.finished = r.finished || err == nil
	return err
}

// withDefaults returns the worker with its defaults filled in.
func (w *Worker) withDefaults() *Worker {
	out := *w
	for _, f := range []struct {
		have *time.Duration
		def  time.Duration
	}{{&out.Lease, time.Minute}, {&out.Poll, time.Second}, {&out.Limit, 2 * time.Hour}, {&out.Grace, 20 * time.Second}} {
		if *f.have == 0 {
			*f.have = f.def
		}
	}
	out.Slots = max(out.Slots, 1)
	if out.handlers == nil {
		out.handlers = jobHandlers()
	}
	return &out
}

// Run does jobs until the context ends. What it is at then stops, and goes on
// in another program or when this one comes back.
func (w *Worker) Run(ctx context.Context) {
	w = w.withDefaults()
	var group sync.WaitGroup
	for range w.Slots {
		group.Go(func() { w.slot(ctx) })
	}
	group.Wait()
}

// slot does one job after another.
func (w *Worker) slot(ctx context.Context) {
	ticker := time.NewTicker(w.Poll)
	defer ticker.Stop()
	for ctx.Err() == nil {
		done, err := w.one(ctx)
		switch {
		case err != nil && ctx.Err() == nil && !errors.Is(err, ErrBusy):
			w.Service.Log.ErrorContext(ctx, "no jobs to be had", "error", err)
		case done:
			continue
		}
		select {
		case <-ctx.Done():
		case <-ticker.C:
		case <-w.Service.wake:
		}
	}
}

// one does the job that is due first; it returns false when there is none.
func (w *Worker) one(ctx context.Context) (bool, error) {
	now := w.Service.Now()
	j, ok, err := w.Service.Store.ClaimJob(ctx, now.Add(w.Lease), now)
	if err != nil || !ok {
		return false, err
	}
	w.Service.wake.signal() // there may be more
	w.attempt(ctx, j)
	return true, nil
}

// attempt does one attempt of a claimed job and writes down what became of it.
func (w *Worker) attempt(ctx context.Context, j Job) {
	log := w.Service.Log.With("job", j.ID, "kind", j.Kind, "region", j.Region, "attempt", j.Attempt)
	err := w.refuse(ctx, &j)
	if err == nil {
		log.InfoContext(ctx, "job started", "failures", j.Failures, "started_by", j.By.Actor)
		err = w.guarded(ctx, &j)
	}
	if err == nil {
		log.InfoContext(ctx, "job done")
		return
	}
	if errors.Is(err, errLost) || errors.Is(err, store.ErrLost) {
		log.WarnContext(ctx, "job taken over by another program")
		return
	}
	o := w.outcome(&j, err)
	switch {
	case o.State == store.JobDead:
		log.ErrorContext(ctx, "job is dead", "fault", o.Fault, "error", err)
	case o.Fault != "":
		log.WarnContext(ctx, "job failed", "fault", o.Fault, "state", o.State, "again", o.Due, "error", err)
	default:
		log.InfoContext(ctx, "job stopped", "state", o.State)
	}
	// Also when the program is told to stop: another one goes on with it at once.
	if err := w.Service.Store.EndJob(context.WithoutCancel(ctx), &j, o, w.Service.Now()); err != nil {
		log.WarnContext(ctx, "end of a job not written", "error", err)
	}
}

// refuse says why an attempt is not begun.
func (w *Worker) refuse(ctx context.Context, j *Job) error {
	switch {
	case j.Cancelling:
		return errCancelled
	case j.Failures >= jobTries: // it took its program along, time and again
		return errCrashed
	case w.handlers[j.Kind] == nil:
		return faultOf("unknown_kind", fmt.Errorf("kind %q", j.Kind))
	}
	return w.Service.mayStill(ctx, j.By)
}

// guarded runs the handler under a lease that is prolonged, within its time. A
// handler that does not stop when it must is left behind: its slot goes on with
// other jobs, and what it still makes is refused.
func (w *Worker) guarded(ctx context.Context, j *Job) error {
	s := w.Service.As(j.By)
	r := &run{Job: *j, store: s.Store, now: s.Now}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	ended := make(chan error, 1)
	go func() { ended <- handled(ctx, s, r, w.handlers[j.Kind]) }()
	err := w.hold(ctx, r, stop, ended)
	if err == nil || ctx.Err() == nil || errors.Is(err, errStuck) {
		return err
	}
	cause := context.Cause(ctx)
	for _, own := range []error{errCancelled, errLost, errTooLong} {
		if errors.Is(cause, own) {
			return fmt.Errorf("%w (%w)", own, err)
		}
	}
	return fmt.Errorf("%w (%w)", errStopping, err)
}

// handled runs a handler and makes an error of a panic.
func handled(ctx context.Context, s *Service, r *run, handle handler) (err error) {
	defer func() {
		if p := recover(); p != nil {
			s.Log.ErrorContext(ctx, "job panicked", "job", r.ID, "kind", r.Kind, "panic", p, "stack", string(debug.Stack()))
			err = fmt.Errorf("%w: %v", errPanic, p)
		}
	}()
	if err := handle(s, ctx, r); err != nil || r.finished {
		return err
	}
	return r.finish(ctx, func(*store.Tx) (any, error) { return struct{}{}, nil })
}

// hold prolongs the claim of an attempt until it has ended.
func (w *Worker) hold(ctx context.Context, r *run, stop context.CancelCauseFunc, ended <-chan error) error {
	pause := min(w.Poll, w.Lease/4)
	ticker, limit := time.NewTicker(pause), time.NewTimer(w.Limit)
	defer ticker.Stop()
	defer limit.Stop()
	stopped := ctx.Done()
	var grace <-chan time.Time
	b := beat{every: int(w.Lease / 4 / pause)}
	for {
		select {
		case err := <-ended:
			return err
		case <-limit.C:
			stop(errTooLong)
		case <-stopped:
			stopped = nil
			t := time.NewTimer(w.Grace)
			defer t.Stop()
			grace = t.C
		case <-grace:
			return errStuck
		case <-ticker.C:
			if cause := w.prolong(context.WithoutCancel(ctx), r, &b); cause != nil {
				stop(cause)
			}
		}
	}
}

// beat says when a claim is prolonged: when there is something to tell, and
// every so many looks.
type beat struct {
	every, looks, progress int
	stage                  string
}

// prolong prolongs the claim of an attempt when it is time to, and returns why
// the attempt must end, if it must.
func (w *Worker) prolong(ctx context.Context, r *run, b *beat) error {
	stage, progress := r.where()
	if b.looks++; stage == b.stage && progress == b.progress && b.looks < b.every {
		return nil
	}
	b.looks, b.stage, b.progress = 0, stage, progress
	cancelling, err := r.store.BeatJob(ctx, &r.Job, stage, progress, w.Service.Now().Add(w.Lease))
	switch {
	case errors.Is(err, store.ErrLost):
		return errLost
	case err != nil:
		w.Service.Log.WarnContext(ctx, "claim of a job not prolonged", "job", r.ID, "error", err)
	case cancelling:
		return errCancelled
	}
	return nil
}

// outcome decides what becomes of a job after an attempt that made nothing.
func (w *Worker) outcome(j *Job, err error) store.JobOutcome {
	var fault *jobError
	switch {
	case errors.Is(err, errCancelled):
		return store.JobOutcome{State: store.JobCancelled}
	case errors.Is(err, errStopping):
		return store.JobOutcome{State: store.JobWaiting}
	case errors.Is(err, errCrashed), errors.Is(err, errStuck):
		return store.JobOutcome{State: store.JobDead, Fault: faultWord(err)}
	case errors.As(err, &fault):
		return store.JobOutcome{State: store.JobFailed, Fault: fault.Code, Detail: fault.err.Error()}
	case errors.Is(err, ErrNotFound), errors.Is(err, ErrFaulty), errors.Is(err, ErrStale), errors.Is(err, ErrConflict), errors.Is(err, errTooLong):
		return store.JobOutcome{State: store.JobFailed, Fault: faultWord(err), Detail: err.Error()}
	case j.Failures+1 >= jobTries:
		return store.JobOutcome{State: store.JobDead, Fault: faultWord(err)}
	}
	pause := firstJobPause
	for range j.Failures {
		pause = min(2*pause, longestJobPause)
	}
	return store.JobOutcome{State: store.JobWaiting, Fault: faultWord(err), Due: w.Service.Now().Add(jittered(pause))}
}

// faultWord is the code of an error.
func faultWord(err error) string {
	for _, f := range []struct {
		err  error
		code string
	}{
		{errPanic, "panic"},
		{errStuck, "stuck"},
		{errCrashed, "crashed"},
		{errTooLong, "too_long"},
		{ErrBusy, "busy"},
		{ErrNotFound, "not_found"},
		{ErrFaulty, "faulty_plan"},
		{ErrStale, "stale"},
		{ErrConflict, "conflict"},
	} {
		if errors.Is(err, f.err) {
			return f.code
		}
	}
	return "error"
}
