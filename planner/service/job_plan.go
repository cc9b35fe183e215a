package service

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// The stages of a job that makes a plan, with where each begins and ends, in
// parts of 1000.
var planStages = map[string][2]int{
	"assign": {10, 480}, "visits": {480, 900}, "prove": {900, 970}, "save": {970, 1000},
}

// planProgress tells how far a search is in terms of the whole job.
func planProgress(r *run) func(string, int, int) {
	return func(step string, done, of int) {
		part, known := planStages[step]
		if !known || of <= 0 {
			return
		}
		r.at(step, part[0]+(part[1]-part[0])*done/of)
	}
}

// proposeJob is the handler of a ProposeJob.
func (s *Service) proposeJob(ctx context.Context, r *run) error {
	p, err := readParams[PlanParams](&r.Job)
	if err != nil {
		return err
	}
	tell := planProgress(r)
	state, version, err := s.toPlan(ctx, r.Region, p.Year)
	if err != nil {
		return err
	}
	plan, err := s.solvedBefore(ctx, r, state, version)
	if err != nil {
		return err
	}
	if plan == nil {
		err := s.search(ctx, r, version, p.options(tell), func(o planner.Options) error {
			plan, err = s.provedPlan(ctx, r, state, o, func(plan *planner.Plan) error {
				return r.keep(ctx, planResume{BasedOn: version, Plan: plan})
			})
			return err
		})
		if err != nil {
			return err
		}
	}
	tell("save", 0, 1)
	return r.finish(ctx, func(t *store.Tx) (any, error) {
		id, err := t.SavePlan(plan, version)
		return PlanResult{Plan: id, BasedOn: version}, err
	})
}

// provedPlan searches for a plan of one region, gives it to keep, and proves it.
func (s *Service) provedPlan(
	ctx context.Context, r *run, state *planner.State, o planner.Options, keep func(*planner.Plan) error,
) (*planner.Plan, error) {
	states := []*planner.State{state}
	plans, err := s.Solve(ctx, states, o)
	if err != nil {
		return nil, unplannable(ctx, err)
	}
	if ctx.Err() != nil {
		return nil, ctx.Err() // what a search has when it is stopped is not what was asked
	}
	if err := keep(plans[0]); err != nil {
		return nil, err
	}
	planProgress(r)("prove", 0, 1)
	return plans[0], s.proved(states, plans)
}

// solvedBefore returns the plan that an earlier attempt found, when the region is
// still what it was made from and it is proved; else nil.
func (s *Service) solvedBefore(ctx context.Context, r *run, state *planner.State, version int64) (*planner.Plan, error) {
	was := r.resumed(version)
	if was.Plan == nil {
		return nil, nil //nolint:nilnil // it is found again
	}
	zone, err := time.LoadLocation(state.Programme.Zone)
	if err != nil {
		return nil, fmt.Errorf("zone of region %q: %w", state.Region, err)
	}
	for i := range was.Plan.Visits {
		v := &was.Plan.Visits[i]
		v.Start, v.End = v.Start.In(zone), v.End.In(zone)
	}
	planProgress(r)("prove", 0, 1)
	err = s.proved([]*planner.State{state}, []*planner.Plan{was.Plan})
	if err != nil {
		s.Log.InfoContext(ctx, "plan of an earlier attempt not used", "job", r.ID, "error", err)
		return nil, nil //nolint:nilnil // busy times changed since: it is found again
	}
	return was.Plan, nil
}

// replanJob is the handler of a ReplanJob.
func (s *Service) replanJob(ctx context.Context, r *run) error {
	p, err := readParams[PlanParams](&r.Job)
	if err != nil {
		return err
	}
	tell := planProgress(r)
	from, err := s.withPlan(ctx, r.Region)
	if err != nil {
		return err
	}
	var made *Replanned
	err = s.search(ctx, r, from.Version, p.options(tell), func(o planner.Options) error {
		again := planner.ReplanOptions{Options: o, Today: p.Today, MaxMoves: p.MaxMoves, Reopen: p.Reopen}
		if made, err = s.replannedFrom(ctx, from, again); err != nil {
			return unplannable(ctx, err)
		}
		return ctx.Err()
	})
	if err != nil {
		return err
	}
	tell("save", 0, 1)
	return r.finish(ctx, func(t *store.Tx) (any, error) {
		id, err := t.SavePlan(made.Plan, made.BasedOn)
		return PlanResult{Plan: id, BasedOn: made.BasedOn, Moved: made.Moved, Must: made.Must}, err
	})
}

// unplannable says that a state cannot be planned, which another attempt would
// not change; but not of a search that was stopped or a database that failed.
func unplannable(ctx context.Context, err error) error {
	var fault *jobError
	switch {
	case ctx.Err() != nil, errors.As(err, &fault), errors.Is(err, ErrNotFound), errors.Is(err, ErrBusy), errors.Is(err, ErrFaulty):
		return err
	}
	return faultOf("cannot_be_planned", err)
}
