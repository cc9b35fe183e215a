package service

import (
	"context"

	"github.com/wijkplanner/wijkplanner/planner"
)

// Compare says what changes when one stored plan takes the place of another,
// drafts and published ones alike. It gives ErrNotFound for an unknown plan.
func (s *Service) Compare(ctx context.Context, was, is int64) (*planner.PlanDifference, error) {
	old, _, err := s.Store.LoadPlan(ctx, was)
	if err != nil {
		return nil, err
	}
	fresh, _, err := s.Store.LoadPlan(ctx, is)
	if err != nil {
		return nil, err
	}
	return planner.Compare(old, fresh), nil
}
