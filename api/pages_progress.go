package api

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/wijkplanner/wijkplanner/api/problem"
	"github.com/wijkplanner/wijkplanner/api/rights"
	"github.com/wijkplanner/wijkplanner/api/web"
	"github.com/wijkplanner/wijkplanner/planner/service"
)

// The states of a job that a page tells apart; what ended otherwise failed.
const (
	waiting   service.JobState = "waiting"
	done      service.JobState = "done"
	cancelled service.JobState = "cancelled"
)

// framePages are the pages that others lead to.
func framePages() []pageRoute {
	return []pageRoute{
		page("/progress/{job}", rights.Access{Resource: rights.Jobs, Act: rights.Read}, (*visitor).progressPage),
		form("/progress/{job}/cancel", rights.Access{Resource: rights.Jobs, Act: rights.Remove}, (*visitor).cancelJob),
	}
}

// progressPage follows a job until it ends; without scripts it loads itself anew.
func (v *visitor) progressPage() error {
	job, err := v.job()
	if err != nil {
		return err
	}
	p := progressOf(&job)
	if v.value("part") != "" && v.partial() {
		return v.part("progress", p)
	}
	f := v.frame("progress.title")
	if !p.Ended() {
		f.Refresh = 2
	}
	return v.show(f, "progress.page", p)
}

func (v *visitor) cancelJob() error {
	job, err := v.job()
	if err != nil {
		return err
	}
	if err := v.service.CancelJob(v.ctx(), job.ID); err != nil {
		return err
	}
	return v.done(progressPath(job.ID), "said.cancelling")
}

func progressPath(job int64) string { return fmt.Sprintf("/progress/%d", job) }

// job is the one in the path; what is outside the caller's regions is not there.
func (v *visitor) job() (service.Job, error) {
	id, err := strconv.ParseInt(v.param("job"), 10, 64)
	if err != nil {
		return service.Job{}, problem.New(problem.NotFound)
	}
	return v.service.Job(v.ctx(), id)
}

// progressOf says how far a job is, in the words of people.
func progressOf(j *service.Job) web.Progress {
	p := web.Progress{ID: j.ID, Stage: "progress.working", Percent: j.Progress / 10}
	stage, _, _ := strings.Cut(j.Stage, " ") // which of how many follows
	if key := "progress." + stage; web.KnownMessage(key) {
		p.Stage = key
	}
	switch {
	case j.State == waiting:
		p.Stage = "progress.waiting"
	case j.State == done:
		p.Done, p.Next = true, resultPath(j)
	case j.State == cancelled:
		p.Cancelled = true
	case j.State.Ended():
		p.Failed, p.Stage = true, "progress.fault.error"
		if key := "progress.fault." + j.Fault; web.KnownMessage(key) {
			p.Stage = key
		}
	}
	return p
}

// resultPath is the page of what a job made.
func resultPath(j *service.Job) string {
	var made service.PlanResult
	if json.Unmarshal(j.Result, &made) == nil && made.Plan != 0 {
		return fmt.Sprintf("/proposals/%d", made.Plan)
	}
	if j.Kind == service.ScenarioJob {
		return "/scenarios"
	}
	var worked struct {
		Report int64 `json:"report_id"`
	}
	if json.Unmarshal(j.Result, &worked) != nil {
		return ""
	}
	return reportPath(j.Kind, j.Region, worked.Report)
}
