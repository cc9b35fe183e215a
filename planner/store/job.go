package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/wijkplanner/wijkplanner/migrations"
)

// JobState says how far a job has come.
type JobState string

// The states of a job.
const (
	JobWaiting JobState = "waiting"
	JobRunning JobState = "running"
	JobDone    JobState = "done"
	// JobFailed cannot succeed, however often it is tried: its input is at fault.
	JobFailed    JobState = "failed"
	JobCancelled JobState = "cancelled"
	// JobDead was tried as often as a job is, or did not stop when it had to, and
	// waits for an operator.
	JobDead JobState = "dead"
)

// Ended reports whether nothing more will happen to the job by itself.
func (s JobState) Ended() bool { return s != JobWaiting && s != JobRunning }

// NewJob is work to be done.
type NewJob struct {
	Kind string
	// Region is the region it works on; empty for work of no one region, which the
	// program alone starts, and for the region without a name.
	Region string
	// Cause makes the same work queue once, for good: "purge/2027-01-12T09".
	// Empty for none.
	Cause string
	// Params is what its handler reads, as JSON.
	Params any
	// Due is when it may start; zero for at once.
	Due time.Time
}

// Job is long work, who started it and what became of it.
type Job struct {
	ID           int64
	Kind, Region string
	// By is the scope of who started it: the job reaches no more than that.
	By     Scope
	Params json.RawMessage
	State  JobState
	// Cancelling says that somebody asked for its end while it ran.
	Cancelling bool
	// Stage is the code of the step it is at, Progress its part of 1000.
	Stage    string
	Progress int
	// Attempt names the claim; Failures counts those that failed or whose program
	// died.
	Attempt, Failures int64
	// Resume is what an earlier attempt left for the next, Result what a done job
	// made. In lists Resume is left out.
	Resume, Result json.RawMessage
	// Fault is the code of what went wrong in the last attempt.
	Fault                        string
	Due, Created, Started, Ended time.Time
}

type jobRow struct {
	ID          int64 `gorm:"primaryKey"`
	Kind        string
	Region      string
	StartedBy   document[Scope]
	Cause       string
	Params      document[json.RawMessage]
	State       JobState
	Cancelling  bool
	Stage       string
	Progress    int
	Attempt     int64
	Failures    int64
	LeasedUntil Instant
	RunAt       Instant
	Resume      document[json.RawMessage]
	Result      document[json.RawMessage]
	Fault       string
	CreatedAt   Instant
	StartedAt   Instant
	EndedAt     Instant
}

func (jobRow) TableName() string { return "jobs" }

func (r *jobRow) job() Job {
	return Job{
		ID: r.ID, Kind: r.Kind, Region: r.Region, By: r.StartedBy.v, Params: r.Params.v, State: r.State, Cancelling: r.Cancelling,
		Stage: r.Stage, Progress: r.Progress, Attempt: r.Attempt, Failures: r.Failures, Resume: r.Resume.v, Result: r.Result.v,
		Fault: r.Fault, Due: r.RunAt.Time, Created: r.CreatedAt.Time, Started: r.StartedAt.Time, Ended: r.EndedAt.Time,
	}
}

// nothing is the JSON of what there is not.
var nothing = json.RawMessage("null")

// AddJob queues work in the name of the store's caller and returns its id. Of
// one cause it is queued once: fresh says whether it was now.
func (s *Store) AddJob(ctx context.Context, n NewJob, now time.Time) (id int64, fresh bool, err error) {
	err = s.Tx(ctx, func(t *Tx) (err error) {
		id, fresh, err = t.AddJob(n, now)
		return err
	})
	return id, fresh, err
}

// AddJob is Store.AddJob within a transaction: the job is there when what
// causes it is.
func (t *Tx) AddJob(n NewJob, now time.Time) (id int64, fresh bool, err error) {
	if err := t.reach(n.Region); err != nil {
		return 0, false, err
	}
	params, err := json.Marshal(n.Params)
	if err != nil {
		return 0, false, fmt.Errorf("parameters of a %s job: %w", n.Kind, err)
	}
	by := t.store.scope
	by.Key, by.Claim = "", 0 // of the request, which ends long before the job
	row := jobRow{
		Kind: n.Kind, Region: n.Region, StartedBy: doc(by), Cause: n.Cause, Params: doc(json.RawMessage(params)),
		State: JobWaiting, RunAt: At(latest(n.Due, now)), Resume: doc(nothing), Result: doc(nothing), CreatedAt: At(now),
	}
	made := t.db.Clauses(clause.OnConflict{DoNothing: true}).Create(&row)
	if made.Error != nil {
		return 0, false, made.Error
	}
	if made.RowsAffected == 1 {
		return row.ID, true, t.recordJob(Created, &row)
	}
	var have jobRow
	err = t.db.Select("id").Where("cause = ?", n.Cause).Take(&have).Error
	return have.ID, false, err
}

// recordJob writes down what somebody did with a job; what the program itself
// does with jobs is in their rows.
func (t *Tx) recordJob(v Verb, r *jobRow) error {
	if t.store.scope.Role == System {
		return nil
	}
	return t.Record(Act{Verb: v, Object: "job", ID: strconv.FormatInt(r.ID, 10), Region: r.Region, Reason: r.Kind})
}

// ClaimJob takes the job that has waited longest of those that are due, or
// whose program died, until a moment; ok is false when there is none. Nobody
// else takes it in that time, and the claim can be prolonged with BeatJob.
func (s *Store) ClaimJob(ctx context.Context, until, now time.Time) (j Job, ok bool, err error) {
	skip := ""
	if s.dialect == migrations.Postgres {
		skip = "FOR UPDATE SKIP LOCKED"
	}
	var rows []jobRow
	err = s.Tx(ctx, func(t *Tx) error {
		rows = nil
		return t.db.Raw(`UPDATE jobs SET attempt = attempt + 1, failures = failures + CASE WHEN state = 'running' THEN 1 ELSE 0 END,
			state = 'running', leased_until = ?, started_at = coalesce(started_at, ?) WHERE id = (
			SELECT id FROM jobs WHERE state IN ('waiting', 'running')
			AND (state = 'waiting' AND run_at <= ? OR state = 'running' AND leased_until <= ?)
			ORDER BY run_at, id LIMIT 1 `+skip+`) RETURNING *`, At(until), At(now), At(now), At(now)).Scan(&rows).Error
	})
	if err != nil || len(rows) == 0 {
		return Job{}, false, err
	}
	return rows[0].job(), true, nil
}

// held begins a query for the job as this claim holds it: the fence before
// every write. A claim that has run out still holds while nobody else took over.
func (t *Tx) held(j *Job) *gorm.DB {
	return t.db.Model(&jobRow{}).Where("id = ? AND attempt = ? AND state = ?", j.ID, j.Attempt, JobRunning)
}

func (t *Tx) changeHeld(j *Job, set map[string]any) error {
	done := t.held(j).Updates(set)
	if done.Error == nil && done.RowsAffected == 0 {
		return fmt.Errorf("job %d, attempt %d: %w", j.ID, j.Attempt, ErrLost)
	}
	return done.Error
}

// BeatJob prolongs a claim, tells how far the job is, and says whether somebody
// asked for its end. It gives ErrLost when another program has taken the job
// over: whoever held it must stop.
func (s *Store) BeatJob(ctx context.Context, j *Job, stage string, progress int, until time.Time) (cancelling bool, err error) {
	err = s.Tx(ctx, func(t *Tx) error {
		err := t.changeHeld(j, map[string]any{"leased_until": At(until), "stage": stage, "progress": progress})
		if err != nil {
			return err
		}
		return t.held(j).Pluck("cancelling", &cancelling).Error
	})
	return cancelling, err
}

// SaveResume keeps what the next attempt can go on from. What is more than so
// many bytes is not kept: what was kept before stays.
func (s *Store) SaveResume(ctx context.Context, j *Job, resume any, most int) error {
	text, err := json.Marshal(resume)
	if err != nil {
		return fmt.Errorf("resume state of job %d: %w", j.ID, err)
	}
	if len(text) > most {
		return nil
	}
	return s.Tx(ctx, func(t *Tx) error {
		return t.changeHeld(j, map[string]any{"resume": doc(json.RawMessage(text))})
	})
}

// FinishJob writes down what a job made: f and the end of the job are one
// transaction, so that what it makes is made once, by whoever holds the job. f
// returns the result, for JSON.
func (s *Store) FinishJob(ctx context.Context, j *Job, now time.Time, f func(*Tx) (any, error)) error {
	return s.Tx(ctx, func(t *Tx) error {
		// The row first: nobody takes the job over while this goes on.
		err := t.changeHeld(j, map[string]any{
			"state": JobDone, "leased_until": nil, "ended_at": At(now), "progress": jobWhole, "fault": "", "resume": doc(nothing),
		})
		if err != nil {
			return err
		}
		result, err := f(t)
		if err != nil {
			return err
		}
		text, err := json.Marshal(result)
		if err != nil {
			return fmt.Errorf("result of job %d: %w", j.ID, err)
		}
		if err := t.db.Model(&jobRow{}).Where("id = ?", j.ID).Update("result", doc(json.RawMessage(text))).Error; err != nil {
			return err
		}
		return t.tell(j.Region, "job", strconv.FormatInt(j.ID, 10), string(JobDone))
	})
}

// ForgetParams empties the parameters of a job, in the transaction that finishes
// it: what they hold is kept elsewhere from then on.
func (t *Tx) ForgetParams(j *Job) error {
	return t.db.Model(&jobRow{}).Where("id = ?", j.ID).Update("params", doc(nothing)).Error
}

// jobWhole is the progress of a job that is done.
const jobWhole = 1000

// JobOutcome is what became of an attempt that made nothing.
type JobOutcome struct {
	// State is where the job goes: JobWaiting to try it again, or one of the ends.
	State JobState
	// Fault is the code of what went wrong; empty for nothing, as when the program
	// stops in the middle of it.
	Fault string
	// Detail says what is wrong with a job that failed, as its result.
	Detail string
	// Due is when a waiting job is tried again.
	Due time.Time
}

// EndJob writes down what became of a claimed job. A fault counts as a failure.
func (s *Store) EndJob(ctx context.Context, j *Job, o JobOutcome, now time.Time) error {
	set := map[string]any{"state": o.State, "leased_until": nil, "fault": o.Fault, "run_at": At(latest(o.Due, now))}
	if o.Fault != "" {
		set["failures"] = gorm.Expr("failures + 1")
	}
	if o.State.Ended() {
		set["ended_at"] = At(now)
	}
	if o.Detail != "" {
		text, err := json.Marshal(map[string]string{"detail": o.Detail})
		if err != nil {
			return fmt.Errorf("detail of job %d: %w", j.ID, err)
		}
		set["result"] = doc(json.RawMessage(text))
	}
	return s.Tx(ctx, func(t *Tx) error {
		if err := t.changeHeld(j, set); err != nil || !o.State.Ended() {
			return err
		}
		return t.tell(j.Region, "job", strconv.FormatInt(j.ID, 10), string(o.State))
	})
}

// CancelJob asks for the end of a job: one that waits ends at once, one that
// runs when its handler hears of it. It gives ErrStale for a job that has ended.
func (s *Store) CancelJob(ctx context.Context, id int64, now time.Time) error {
	return s.Tx(ctx, func(t *Tx) error {
		row, err := t.lockJob(id)
		if err != nil {
			return err
		}
		set := map[string]any{"cancelling": true}
		switch {
		case row.State.Ended():
			return fmt.Errorf("job %d has ended, it is %s: %w", id, row.State, ErrStale)
		case row.State == JobWaiting:
			set["state"], set["ended_at"] = JobCancelled, At(now)
		}
		return errors.Join(t.recordJob(Revoked, row), t.db.Model(row).Updates(set).Error)
	})
}

func (t *Tx) lockJob(id int64) (*jobRow, error) {
	var row jobRow
	err := t.scoped("region").Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate}).Omit("resume").Take(&row, id).Error
	if err != nil {
		return nil, fmt.Errorf("job %d: %w", id, err)
	}
	return &row, nil
}

// RetryJob lets a dead or failed job be tried again, from its first attempt on
// and with what the last one left. It gives ErrStale for any other.
func (s *Store) RetryJob(ctx context.Context, id int64, now time.Time) error {
	return s.Tx(ctx, func(t *Tx) error {
		row, err := t.lockJob(id)
		if err != nil {
			return err
		}
		if row.State != JobDead && row.State != JobFailed {
			return fmt.Errorf("job %d is %s, only a dead or failed one is tried again: %w", id, row.State, ErrStale)
		}
		return errors.Join(t.recordJob(Changed, row), t.db.Model(row).Updates(map[string]any{
			"state": JobWaiting, "failures": 0, "cancelling": false, "run_at": At(now), "ended_at": nil, "progress": 0, "stage": "",
		}).Error)
	})
}

// Job reads a job, or gives ErrNotFound.
func (s *Store) Job(ctx context.Context, id int64) (Job, error) {
	var row jobRow
	err := s.read(ctx, func(t *Tx) error { return t.scoped("region").Omit("resume").Take(&row, id).Error })
	if err != nil {
		return Job{}, fmt.Errorf("job %d: %w", id, err)
	}
	return row.job(), nil
}

// JobFilter chooses jobs; what is nil or empty chooses all.
type JobFilter struct {
	Region *string
	Kind   string
	State  JobState
	// Before is the id that the list goes on from: those below it.
	Before int64
}

// Jobs lists jobs, the newest first and at most n.
func (s *Store) Jobs(ctx context.Context, f JobFilter, n int) ([]Job, error) {
	var rows []jobRow
	err := s.read(ctx, func(t *Tx) error {
		q := t.scoped("region").Omit("resume").Order("id DESC").Limit(n)
		if f.Region != nil {
			q = q.Where("region = ?", *f.Region)
		}
		if f.Kind != "" {
			q = q.Where("kind = ?", f.Kind)
		}
		if f.State != "" {
			q = q.Where("state = ?", f.State)
		}
		if f.Before > 0 {
			q = q.Where("id < ?", f.Before)
		}
		return q.Find(&rows).Error
	})
	out := make([]Job, len(rows))
	for i := range rows {
		out[i] = rows[i].job()
	}
	return out, err
}
