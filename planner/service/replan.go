package service

import (
	"context"
	"fmt"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/files"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// Replanned is a plan made from the published one and kept as a draft, with
// what changes for whom.
type Replanned struct {
	ID, BasedOn int64
	Region      string
	*planner.Replanned
}

// Replan plans the rest of the year of a region again, from its published plan
// and what is known now, and keeps it as a draft. Without a day in o, today is
// the clock's in the programme's zone, and without a year the published one's. It
// gives ErrNotFound for an unknown region, or one without a published plan.
func (s *Service) Replan(ctx context.Context, region string, o planner.ReplanOptions) (*Replanned, error) {
	out, err := s.replanned(ctx, region, o)
	if err != nil {
		return nil, err
	}
	err = s.Store.Tx(ctx, func(t *store.Tx) (err error) {
		out.ID, err = t.SavePlan(out.Plan, out.BasedOn)
		return err
	})
	if err != nil {
		return nil, err
	}
	s.Log.InfoContext(ctx, "plan made again", "region", region, "plan", out.ID, "based_on", out.BasedOn, "moved", out.Moved, "must", out.Must)
	return out, nil
}

// replanned is Replan without keeping the plan: it is made and proved.
func (s *Service) replanned(ctx context.Context, region string, o planner.ReplanOptions) (*Replanned, error) {
	from, err := s.withPlan(ctx, region)
	if err != nil {
		return nil, err
	}
	return s.replannedFrom(ctx, from, o)
}

// withPlan returns a region with its published plan.
func (s *Service) withPlan(ctx context.Context, region string) (*store.Snapshot, error) {
	out, err := s.Store.Snapshot(ctx, region)
	if err == nil && out.Plan == nil {
		err = fmt.Errorf("published plan of region %q: %w", region, ErrNotFound)
	}
	return out, err
}

// replannedFrom is replanned from a region as it was read.
func (s *Service) replannedFrom(ctx context.Context, from *store.Snapshot, o planner.ReplanOptions) (*Replanned, error) {
	state, was := from.State, from.Plan
	if o.Year == 0 {
		o.Year = was.From.Year()
	}
	if o.Today == 0 {
		var err error
		if o.Today, err = s.today(state); err != nil {
			return nil, err
		}
	}
	state, err := s.withBusy(ctx, state, calendar.NewDate(o.Year, 1, 1), calendar.NewDate(o.Year, 12, 31))
	if err != nil {
		return nil, err
	}
	out := &Replanned{Region: state.Region, BasedOn: from.Version}
	out.Replanned, err = planner.Replan(ctx, state, planner.Published{Visits: was.Visits, Assignments: was.Assignments}, o)
	if err != nil {
		return nil, fmt.Errorf("plan again: %w", err)
	}
	return out, proveReplan(state, out.Replanned)
}

// today returns the clock's day where a region is.
func (s *Service) today(state *planner.State) (calendar.Date, error) {
	zone, err := time.LoadLocation(state.Programme.Zone)
	if err != nil {
		return 0, fmt.Errorf("zone of region %q: %w", state.Region, err)
	}
	return calendar.DateOf(s.Now(), zone), nil
}

// proveReplan proves a plan against what it was made from.
func proveReplan(state *planner.State, r *planner.Replanned) error {
	states := []*planner.State{state}
	extra, err := files.ReplanFiles(states, []*planner.Replanned{r})
	if err != nil {
		return fmt.Errorf("prove the plan: %w", err)
	}
	faults, err := files.ProveWith(states, []*planner.Plan{r.Plan}, extra)
	if err != nil {
		return fmt.Errorf("prove the plan: %w", err)
	}
	if len(faults) > 0 {
		return fmt.Errorf("plan: %w: %d faults, the first: %s", ErrFaulty, len(faults), faults[0])
	}
	return nil
}
