package api_test

import (
	"fmt"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/wijkplanner/wijkplanner/planner/service"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// The visitors of the walk who are not, or not quite, signed in; settled is who has
// all that an account can have: a password, an authenticator and two roles.
var (
	nobody    = store.Membership{}
	halfway   = store.Membership{Role: "halfway"}
	enrolling = store.Membership{Role: "enrolling"}
	settled   = store.Membership{Role: "settled"}
)

// partways counts the accounts of such visitors, for an address to each.
var partways atomic.Int64

// partway is the browser of somebody on the way in: who must set an authenticator
// up, who must give its code, and who came in by it.
func (p *place) partway(how store.Role) map[string]string {
	p.Helper()
	u := p.withPassword(fmt.Sprintf("half%d", partways.Add(1)), p.lead(), p.auditor())
	form := url.Values{"mail": {u.Mail}, "password": {password}}
	first := p.browser()
	first.post("/sign-in", form)
	if how == enrolling.Role {
		return first.cookies
	}
	first.enrolled()
	if how == settled.Role {
		return first.cookies
	}
	again := p.browser()
	again.post("/sign-in", form)
	return again.cookies
}

// frameWalk are the stops of the pages of everybody: the ways in, one's account,
// what links in mail lead to, and the progress of work.
func frameWalk(p *place) map[string]stop {
	link, err := p.Store.CreateSignInLink(p.Context(), p.account("Anna", p.lead()).ID)
	p.must(err)
	var progress []string
	for _, state := range []store.JobState{store.JobWaiting, store.JobRunning, store.JobFailed, store.JobCancelled, store.JobDone} {
		progress = append(progress, path("/progress/%d", p.job(state)))
	}
	return map[string]stop{
		"/":                     {p.lead(), []string{"/"}},
		"/sign-in":              {nobody, []string{"/sign-in", "/sign-in?out", "/sign-in?next=/board"}},
		"/sign-in/totp":         {halfway, []string{"/sign-in/totp"}},
		"/sign-in/link/{token}": {nobody, []string{"/sign-in/link/" + link}},
		"/oidc/callback":        {nobody, []string{"/oidc/callback"}},
		"/confirm":              {settled, []string{"/confirm?next=/links"}},
		"/account":              {settled, []string{"/account", "/account?saved"}},
		"/location/{token}":     {nobody, []string{"/location/" + p.link(townLocation)}},
		"/subscribe/{token}":    {nobody, []string{"/subscribe/" + goodToken}},
		"/answer/{token}":       {nobody, []string{"/answer/" + answerToken}},
		"/progress/{job}":       {p.lead(), progress},
	}
}

// job is a job of the town in a state; the worker, whose day it is not, leaves it.
func (p *place) job(state store.JobState) int64 {
	p.Helper()
	own := p.Store.As(store.Scope{Role: store.Lead, Actor: "user:1", Region: p.region})
	day := now.AddDate(1, 0, 0)
	id, _, err := own.AddJob(p.Context(), store.NewJob{Kind: service.ProposeJob, Region: p.region, Params: planParams(), Due: day}, now)
	p.must(err)
	if state == store.JobWaiting {
		return id
	}
	// One that waits is older than this one: it goes back to where it was.
	var job store.Job
	for job.ID != id {
		var ok bool
		job, ok, err = p.Store.ClaimJob(p.Context(), day.Add(time.Hour), day)
		p.must(err)
		if !ok {
			p.Fatalf("job %d is not there to be claimed", id)
		}
		if job.ID != id {
			p.must(p.Store.EndJob(p.Context(), &job, store.JobOutcome{State: store.JobWaiting, Due: day.AddDate(1, 0, 0)}, now))
		}
	}
	switch state { //nolint:exhaustive // every other state is an end
	case store.JobRunning:
		_, err = p.Store.BeatJob(p.Context(), &job, "search", 400, day.Add(time.Hour))
	case store.JobDone:
		made := service.PlanResult{Plan: p.draft()}
		err = p.Store.FinishJob(p.Context(), &job, now, func(*store.Tx) (any, error) { return made, nil })
	default:
		err = p.Store.EndJob(p.Context(), &job, store.JobOutcome{State: state, Fault: "cannot_be_planned"}, now)
	}
	p.must(err)
	return id
}
