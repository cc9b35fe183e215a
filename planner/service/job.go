package service

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// The words of jobs, by the names used above this room.
type (
	// Job is long work, who started it and what became of it.
	Job = store.Job
	// JobState says how far a job has come.
	JobState = store.JobState
	// JobFilter chooses jobs.
	JobFilter = store.JobFilter
)

// The kinds of job.
const (
	// ProposeJob makes a plan of a region and keeps it as a draft.
	ProposeJob = "propose"
	// ReplanJob plans the rest of a region's year again.
	ReplanJob = "replan"
	// ImportJob takes one file into a region.
	ImportJob = "import"
	// PurgeJob removes what was kept long enough.
	PurgeJob = "purge"
)

// PlanParams are the parameters of a ProposeJob and a ReplanJob. What depends on
// the clock is settled when the job is queued, so that an attempt after a crash
// makes the same plan.
type PlanParams struct {
	Year int    `json:"year"`
	Seed uint64 `json:"seed"`
	// Iterations limits the search by count and makes the plan repeatable;
	// without it Seconds limits it, 0 for 5.
	Iterations int     `json:"iterations"`
	Seconds    float64 `json:"seconds"`
	// MaxChanges limits how many locations of a role change hands; negative for no
	// limit.
	MaxChanges int `json:"max_changes"`
	// Today is the first day that can still change, MaxMoves limits the published
	// visits that move (negative for no limit), and Reopen plans visits again that
	// nobody says took place; a ReplanJob's alone.
	Today    calendar.Date `json:"today"`
	MaxMoves int           `json:"max_moves"`
	Reopen   bool          `json:"reopen"`
}

// PlanResult is the result of a job that made a plan.
type PlanResult struct {
	Plan    int64 `json:"plan_id"`
	BasedOn int64 `json:"based_on"`
	// Moved and Must count the published visits that move and those that had to;
	// a ReplanJob's alone.
	Moved int `json:"moved,omitempty"`
	Must  int `json:"must,omitempty"`
}

var (
	// ErrParams are parameters that no job can use.
	ErrParams = errors.New("parameters that cannot be used")
	// ErrNoPlan is a region, known, of which no plan is published yet.
	ErrNoPlan = errors.New("no published plan")
)

// The longest search of one job, in seconds and iterations, and the years that
// can be planned.
const (
	longestSearch       = 3600
	mostIterations      = 100_000_000
	firstYear, lastYear = 2000, 2100
	jobSeed             = 1
	defaultJobSeconds   = 5
)

// check refuses values that no search can use, all of them at once.
func (p *PlanParams) check() error {
	var faults []error
	if p.Year < firstYear || p.Year > lastYear {
		faults = append(faults, fmt.Errorf("year is %d: want one from %d to %d", p.Year, firstYear, lastYear))
	}
	if p.Seconds < 0 || p.Seconds > longestSearch || p.Seconds != p.Seconds {
		faults = append(faults, fmt.Errorf("seconds is %v: want a time of at most %d, 0 for %d", p.Seconds, longestSearch, defaultJobSeconds))
	}
	if p.Iterations < 0 || p.Iterations > mostIterations {
		faults = append(faults, fmt.Errorf("iterations is %d: want at most %d, 0 to let seconds limit the search", p.Iterations, mostIterations))
	}
	if len(faults) == 0 {
		return nil
	}
	return fmt.Errorf("%w: %w", ErrParams, errors.Join(faults...))
}

func (p *PlanParams) options(progress func(string, int, int)) planner.Options {
	return planner.Options{
		Year: p.Year, Seed: p.Seed, Iterations: p.Iterations, Seconds: p.Seconds, MaxChanges: p.MaxChanges, Progress: progress,
	}
}

// StartPropose queues the making of a plan of a region. Without a year it is
// the next, by the region's clock; without a seed it is 1. It gives ErrNotFound
// for an unknown region and ErrParams for parameters that cannot be used.
func (s *Service) StartPropose(ctx context.Context, region string, p PlanParams) (Job, error) {
	state, _, err := s.Store.LoadState(ctx, region)
	if err != nil {
		return Job{}, err
	}
	if p.Year == 0 {
		today, err := s.today(state)
		if err != nil {
			return Job{}, err
		}
		p.Year = today.Year() + 1
	}
	p.Today, p.MaxMoves, p.Reopen = calendar.NoDate, 0, false
	return s.startPlan(ctx, ProposeJob, region, p)
}

// StartReplan queues the planning again of the rest of a region's year. Without
// a year it is that of the published plan, without a day it is today. It gives
// ErrNotFound for an unknown region, and ErrNoPlan for one without a published
// plan.
func (s *Service) StartReplan(ctx context.Context, region string, p PlanParams) (Job, error) {
	snapshot, err := s.Store.Snapshot(ctx, region)
	if err != nil {
		return Job{}, err
	}
	if snapshot.Plan == nil {
		return Job{}, fmt.Errorf("region %q: %w", region, ErrNoPlan)
	}
	if p.Year == 0 {
		p.Year = snapshot.Plan.From.Year()
	}
	if p.Today == 0 {
		if p.Today, err = s.today(snapshot.State); err != nil {
			return Job{}, err
		}
	}
	return s.startPlan(ctx, ReplanJob, region, p)
}

func (s *Service) startPlan(ctx context.Context, kind, region string, p PlanParams) (Job, error) {
	if p.Seed == 0 {
		p.Seed = jobSeed
	}
	if err := p.check(); err != nil {
		return Job{}, err
	}
	return s.startJob(ctx, store.NewJob{Kind: kind, Region: region, Params: p})
}

// startJob queues a job and wakes this program's workers.
func (s *Service) startJob(ctx context.Context, n store.NewJob) (Job, error) {
	id, fresh, err := s.Store.AddJob(ctx, n, s.Now())
	if err != nil {
		return Job{}, fmt.Errorf("start a %s job: %w", n.Kind, err)
	}
	if fresh {
		s.Log.InfoContext(ctx, "job queued", "job", id, "kind", n.Kind, "region", n.Region)
		s.wake.signal()
	}
	return s.Store.Job(ctx, id)
}

// Job reads a job, or gives ErrNotFound.
func (s *Service) Job(ctx context.Context, id int64) (Job, error) { return s.Store.Job(ctx, id) }

// Jobs lists jobs, the newest first and at most n.
func (s *Service) Jobs(ctx context.Context, f JobFilter, n int) ([]Job, error) {
	return s.Store.Jobs(ctx, f, n)
}

// CancelJob asks for the end of a job. It gives ErrStale for one that has ended.
func (s *Service) CancelJob(ctx context.Context, id int64) error {
	if err := s.Store.CancelJob(ctx, id, s.Now()); err != nil {
		return err
	}
	s.Log.InfoContext(ctx, "job cancelled", "job", id)
	return nil
}

// RetryJob lets a dead or failed job be tried again. It gives ErrStale for any
// other.
func (s *Service) RetryJob(ctx context.Context, id int64) error {
	if err := s.Store.RetryJob(ctx, id, s.Now()); err != nil {
		return err
	}
	s.wake.signal()
	return nil
}

// watchPause is the pause between two looks at a job that somebody follows.
const watchPause = 500 * time.Millisecond

// watchRepeat is after how many looks a job is told again although nothing
// changed: a connection on which nothing happens is closed by what lies between.
const watchRepeat = 30

// WatchJob calls f with a job each time it changes, first as it is now and at
// least each fifteen seconds, until it has ended, f fails or the context ends. It
// gives ErrNotFound as soon as whoever follows it has lost the right to.
func (s *Service) WatchJob(ctx context.Context, id int64, f func(Job) error) error {
	ticker := time.NewTicker(watchPause)
	defer ticker.Stop()
	var told Job
	for looks := 0; ; looks++ {
		j, err := s.Store.Job(ctx, id)
		if err != nil {
			return err
		}
		if err := s.mayStill(ctx, s.Store.Scope()); err != nil {
			return err
		}
		if looks%watchRepeat == 0 || j.State != told.State || j.Stage != told.Stage || j.Progress != told.Progress || j.Cancelling != told.Cancelling {
			if err := f(j); err != nil {
				return err
			}
			told = j
		}
		if j.State.Ended() {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ticker.C:
		}
	}
}

// readParams reads the parameters of a job.
func readParams[P any](j *Job) (p P, err error) {
	if err := json.Unmarshal(j.Params, &p); err != nil {
		return p, faultOf("bad_parameters", err)
	}
	return p, nil
}

// waker tells the workers of this program that there is something to do, so
// that they need not wait for their next look.
type waker chan struct{}

func (w waker) signal() {
	select {
	case w <- struct{}{}:
	default:
	}
}

// mayStill gives an error that ends a job when who started it has lost the right
// to since.
func (s *Service) mayStill(ctx context.Context, by Scope) error {
	if s.Rights == nil || by.Role == store.System {
		return nil
	}
	err := s.Rights(ctx, by)
	if errors.Is(err, ErrNotFound) {
		return faultOf("not_allowed", fmt.Errorf("%s has no right to this any more: %w", by.Actor, err))
	}
	return err
}

// purgeJob is the handler of a PurgeJob: what was kept long enough goes.
func (s *Service) purgeJob(ctx context.Context, _ *run) error {
	_, err := s.Purge(ctx)
	return err
}

// QueuePeriodic queues the periodic jobs of this moment. It may be called as
// often as one likes, on any number of machines: each is queued once.
func (s *Service) QueuePeriodic(ctx context.Context) error {
	tick := s.Now().UTC().Format("2006-01-02T15")
	_, err := s.startJob(ctx, store.NewJob{Kind: PurgeJob, Cause: PurgeJob + "/" + tick})
	return err
}
