package service

import (
	"context"
	"slices"

	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// The words of publishing, by the names used above this room.
type (
	// Publication is one change of a region's plan.
	Publication = store.Publication
	// Overlap is time of somebody that is taken and wanted once more.
	Overlap = store.Overlap
	// OverlapError is an ErrConflict that lists what is in the way.
	OverlapError = store.OverlapError
	// TouchedError is an ErrStale that lists what others changed since.
	TouchedError = store.TouchedError
	// PlanInfo is what is known about a plan besides its content.
	PlanInfo = store.PlanInfo
)

// PublishPreview is what publishing a draft would mean, for whom and where.
type PublishPreview struct {
	*store.Preview
	// Difference are the changes, from the plan that is published now, or from
	// nothing.
	Difference *planner.PlanDifference
	// Staff and Locations are the ids of everybody and everything concerned, in
	// ascending order.
	Staff, Locations []string
}

// PublishPreview says what publishing a draft would mean, and changes nothing.
func (s *Service) PublishPreview(ctx context.Context, id int64) (*PublishPreview, error) {
	p, err := s.Store.Preview(ctx, id)
	if err != nil {
		return nil, err
	}
	was := p.Was
	if was == nil {
		was = &planner.Plan{Region: p.Info.Region, From: p.Plan.From, To: p.Plan.To}
	}
	out := &PublishPreview{Preview: p, Difference: planner.Compare(was, p.Plan)}
	out.Staff, out.Locations = out.Difference.Staff(), locationsOf(out.Difference)
	return out, nil
}

// locationsOf lists the locations whom a difference concerns.
func locationsOf(d *planner.PlanDifference) []string {
	var out []string
	for i := range d.Assignments {
		out = append(out, d.Assignments[i].Location)
	}
	for i := range d.Visits {
		if l := d.Visits[i].Location; l != "" {
			out = append(out, l)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Publications lists the publications of a region, the newest first and at most
// n, below an id unless that is 0. It gives ErrNotFound for an unknown region.
func (s *Service) Publications(ctx context.Context, region string, before int64, n int) ([]Publication, error) {
	return s.Store.Publications(ctx, region, before, n)
}

// Undo takes the last publication of a region back: the plan that it replaced is
// the region's again, and everybody hears of it. What else changed since stays.
// It gives ErrStale when it is not the last, and as a *TouchedError when others
// changed what it would take back or bring back, and ErrConflict, as an
// *OverlapError, when somebody's time is taken by something else now.
func (s *Service) Undo(ctx context.Context, publication int64) error {
	if err := s.Store.UndoPublication(ctx, publication, s.Now()); err != nil {
		return err
	}
	s.Log.InfoContext(ctx, "publication undone", "publication", publication)
	return nil
}

// Plans lists the plans of a region, the newest first. It gives ErrNotFound for
// an unknown region.
func (s *Service) Plans(ctx context.Context, region string) ([]PlanInfo, error) {
	plans, err := s.Store.Plans(ctx, region)
	if err != nil || len(plans) > 0 {
		return plans, err
	}
	_, _, err = s.Store.LoadState(ctx, region)
	return nil, err
}
