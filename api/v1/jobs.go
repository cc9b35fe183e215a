package v1

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"

	"github.com/wijkplanner/wijkplanner/api/problem"
	"github.com/wijkplanner/wijkplanner/api/rights"
	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner/service"
)

// Job is long work and what became of it.
type Job struct {
	ID         int64          `json:"id" example:"7"`
	Kind       string         `json:"kind" doc:"What it does." example:"propose"`
	Region     string         `json:"region" doc:"The region it works on; a hyphen for the region without a name, and for work of no one region."`
	State      string         `json:"state" enum:"waiting,running,done,failed,cancelled,dead"`
	Cancelling bool           `json:"cancelling" doc:"Somebody asked for its end while it ran."`
	Stage      string         `json:"stage" doc:"The code of the step it is at." example:"visits"`
	Progress   int            `json:"progress" minimum:"0" maximum:"1000" doc:"How far it is, in parts of 1000."`
	Failures   int64          `json:"failures" doc:"How many attempts failed."`
	Fault      string         `json:"fault,omitempty" doc:"The code of what went wrong in the last attempt." example:"cannot_be_planned"`
	Result     map[string]any `json:"result,omitempty" doc:"What it made: plan_id; or detail, what is wrong."`
	StartedBy  string         `json:"started_by" doc:"Who started it." example:"user:12"`
	Created    time.Time      `json:"created_at"`
	Started    *time.Time     `json:"started_at,omitempty"`
	Ended      *time.Time     `json:"ended_at,omitempty"`
}

func jobOf(j *service.Job) Job {
	out := Job{
		ID: j.ID, Kind: j.Kind, Region: shownRegion(j.Region), State: string(j.State), Cancelling: j.Cancelling, Stage: j.Stage,
		Progress: j.Progress, Failures: j.Failures, Fault: j.Fault, StartedBy: j.By.Actor, Created: j.Created.UTC(),
		Started: moment(j.Started), Ended: moment(j.Ended),
	}
	// An object or null, written by us.
	_ = json.Unmarshal(j.Result, &out.Result)
	return out
}

// moment is a time, nil for none.
func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

// InJob names a job in the path of an operation.
type InJob struct {
	ID int64 `path:"id" minimum:"1" doc:"The job's id."`
}

type jobOne struct{ Body Job }

type jobAccepted struct {
	Location string `header:"Location" doc:"Where the job can be followed."`
	Body     Job
}

type jobList struct{ Body Page[Job] }

// Jobs is what the list of jobs can be asked.
type Jobs struct {
	Paging
	Region string `query:"region" maxLength:"100" doc:"Those of one region."`
	Kind   string `query:"kind" maxLength:"50" doc:"Those of one kind."`
	State  string `query:"state" enum:"waiting,running,done,failed,cancelled,dead" doc:"Those in one state."`
}

// ProposalRequest says what plan to make.
type ProposalRequest struct {
	Replan     bool    `json:"replan,omitempty" doc:"Plan the rest of the year again from the published plan, moving as little as can be."`
	Year       int     `json:"year,omitempty" minimum:"2000" maximum:"2100" doc:"The year to plan; without it the next one, or with replan that of the published plan."`
	Seed       uint64  `json:"seed,omitempty" doc:"Seed of the search, 1 when left out; the same seed and iterations give the same plan."`
	Iterations int     `json:"iterations,omitempty" minimum:"0" maximum:"100000000" doc:"Search so many iterations: a repeatable plan."`
	Seconds    float64 `json:"seconds,omitempty" minimum:"0" maximum:"3600" doc:"Search so many seconds, 5 when left out."`
	MaxChanges *int    `json:"max_changes,omitempty" minimum:"0" doc:"How many locations of a role may change hands; no limit when left out."`
	Today      string  `json:"today,omitempty" format:"date" doc:"With replan: the first day that can still change; today when left out."`
	MaxMoves   *int    `json:"max_moves,omitempty" minimum:"0" doc:"With replan: how many published visits may move; no limit when left out."`
	Reopen     bool    `json:"reopen,omitempty" doc:"With replan: plan visits again of which nobody said that they took place."`
}

type proposalIn struct {
	InRegion
	Body ProposalRequest
}

func limitOf(n *int) int {
	if n == nil {
		return -1
	}
	return *n
}

func (r *ProposalRequest) params() (service.PlanParams, error) {
	today, err := calendar.ParseDate(r.Today)
	p := service.PlanParams{
		Year: r.Year, Seed: r.Seed, Iterations: r.Iterations, Seconds: r.Seconds, MaxChanges: limitOf(r.MaxChanges),
		MaxMoves: limitOf(r.MaxMoves), Reopen: r.Reopen,
	}
	if today != calendar.NoDate {
		p.Today = today
	}
	return p, err
}

// aboutJobs registers the operations on jobs, and those that start them.
func (a *API) aboutJobs() {
	add(a, rights.Access{Resource: rights.Plans, Act: rights.Propose}, huma.Operation{
		OperationID: "createProposal", Method: http.MethodPost, Path: "/regions/{region}/proposals", Tags: []string{"plans"},
		Summary: "Have a plan made, as a job; its result names the draft", DefaultStatus: http.StatusAccepted,
	}, a.propose)
	add(a, rights.Access{Resource: rights.Jobs, Act: rights.Read}, huma.Operation{
		OperationID: "listJobs", Method: http.MethodGet, Path: "/jobs", Tags: []string{"jobs"}, Summary: "Jobs, the newest first",
	}, a.listJobs)
	add(a, rights.Access{Resource: rights.Jobs, Act: rights.Read}, huma.Operation{
		OperationID: "getJob", Method: http.MethodGet, Path: "/jobs/{id}", Tags: []string{"jobs"}, Summary: "One job",
	}, func(ctx context.Context, in *InJob) (*jobOne, error) {
		j, err := a.of(ctx).Job(ctx, in.ID)
		return &jobOne{jobOf(&j)}, err
	})
	add(a, rights.Access{Resource: rights.Jobs, Act: rights.Read}, huma.Operation{
		OperationID: "followJob", Method: http.MethodGet, Path: "/jobs/{id}/events", Tags: []string{"jobs"},
		Summary: "Follow a job: an event for each change until it has ended (server-sent events)",
		Responses: map[string]*huma.Response{"200": {
			Description: "Events named job, each with the job as JSON", Content: map[string]*huma.MediaType{"text/event-stream": {}}, // what a schema would be of, the stream or an event, tools do not agree upon
		}},
	}, a.followJob)
	add(a, rights.Access{Resource: rights.Jobs, Act: rights.Remove}, huma.Operation{
		OperationID: "cancelJob", Method: http.MethodDelete, Path: "/jobs/{id}", Tags: []string{"jobs"},
		Summary: "Ask for the end of a job; it stays in the list", DefaultStatus: http.StatusAccepted,
	}, func(ctx context.Context, in *InJob) (*jobOne, error) {
		if err := a.of(ctx).CancelJob(ctx, in.ID); err != nil {
			return nil, err
		}
		j, err := a.of(ctx).Job(ctx, in.ID)
		return &jobOne{jobOf(&j)}, err
	})
	add(a, rights.Access{Resource: rights.Jobs, Act: rights.Create}, huma.Operation{
		OperationID: "retryJob", Method: http.MethodPost, Path: "/jobs/{id}/retries", Tags: []string{"jobs"},
		Summary: "Have a dead or failed job tried again", DefaultStatus: http.StatusAccepted,
	}, func(ctx context.Context, in *InJob) (*jobOne, error) {
		if err := a.of(ctx).RetryJob(ctx, in.ID); err != nil {
			return nil, err
		}
		j, err := a.of(ctx).Job(ctx, in.ID)
		return &jobOne{jobOf(&j)}, err
	})
}

func (a *API) propose(ctx context.Context, in *proposalIn) (*jobAccepted, error) {
	p, err := in.Body.params()
	if err != nil {
		return nil, problem.New(problem.BadRequest).With(problem.InputFault{In: "body.today", Detail: "expected a date such as 2027-01-31"})
	}
	start := a.of(ctx).StartPropose
	if in.Body.Replan {
		start = a.of(ctx).StartReplan
	}
	return accepted(start(ctx, in.id(), p))
}

// accepted answers that a job was queued.
func accepted(j service.Job, err error) (*jobAccepted, error) {
	if err != nil {
		return nil, err
	}
	return &jobAccepted{fmt.Sprintf("%s/jobs/%d", Prefix, j.ID), jobOf(&j)}, nil
}

func (a *API) listJobs(ctx context.Context, in *Jobs) (*jobList, error) {
	list := fmt.Sprintf("jobs %q %q %q", in.Region, in.Kind, in.State)
	before, err := a.before(ctx, list, in.Paging)
	if err != nil {
		return nil, err
	}
	f := service.JobFilter{Kind: in.Kind, State: service.JobState(in.State), Before: before}
	if in.Region != "" {
		region := InRegion{in.Region}.id()
		f.Region = &region
	}
	jobs, err := a.of(ctx).Jobs(ctx, f, in.Limit+1)
	return &jobList{newest(ctx, a, list, jobs, in.Paging, jobOf, func(j *service.Job) int64 { return j.ID })}, err
}

// before returns the id below which a list that begins with the newest goes on;
// 0 for its beginning.
func (a *API) before(ctx context.Context, list string, p Paging) (int64, error) {
	if p.Cursor == "" {
		return 0, nil
	}
	after, err := a.openCursor(ctx, list, p.Cursor)
	if err != nil {
		return 0, err
	}
	return strconv.ParseInt(after, 10, 64) // signed by us
}

// newest makes a page of one item more than fits on it, if there are so many.
func newest[D, W any](ctx context.Context, a *API, list string, all []D, p Paging, wire func(*D) W, id func(*D) int64) Page[W] {
	out := Page[W]{Items: []W{}}
	for i := range all[:min(len(all), p.Limit)] {
		out.Items = append(out.Items, wire(&all[i]))
	}
	if len(all) > p.Limit {
		out.Next = a.cursor(ctx, list, strconv.FormatInt(id(&all[p.Limit-1]), 10))
	}
	return out
}

// eventTime is how long one event may take to be written.
const eventTime = 20 * time.Second

// followJob answers with a stream: it goes on until the job has ended, the reader
// has gone or the server stops.
func (a *API) followJob(ctx context.Context, in *InJob) (*huma.StreamResponse, error) {
	s := a.of(ctx)
	if _, err := s.Job(ctx, in.ID); err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(out huma.Context) {
		out.SetHeader("Content-Type", "text/event-stream")
		out.SetHeader("Cache-Control", "no-store")
		out.SetHeader("X-Accel-Buffering", "no") // proxies that buffer would hold events back
		_, w := humachi.Unwrap(out)
		stream := http.NewResponseController(w)
		ctx, stop := context.WithCancel(ctx)
		defer stop()
		go func() {
			select {
			case <-a.Stopping:
				stop()
			case <-ctx.Done():
			}
		}()
		// The reader learns of a fault in the middle only by the end of the stream.
		_ = s.WatchJob(ctx, in.ID, func(j service.Job) error {
			body, err := json.Marshal(jobOf(&j))
			if err != nil {
				return err
			}
			// Not every writer has deadlines; the server's own then holds.
			_ = stream.SetWriteDeadline(a.Now().Add(eventTime))
			if _, err := fmt.Fprintf(w, "event: job\nid: %d-%d\ndata: %s\n\n", j.ID, j.Progress, body); err != nil {
				return err
			}
			return stream.Flush()
		})
	}}, nil
}
