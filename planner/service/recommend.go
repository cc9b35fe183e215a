package service

import (
	"context"
	"fmt"

	"github.com/wijkplanner/wijkplanner/planner"
)

// Recommend ranks who could have a location of a region in a role, given the
// region's published plan; before the first, who serves what when the year
// begins. It gives ErrNotFound for an unknown region, and an error for a
// location that asks for nobody in the role.
func (s *Service) Recommend(ctx context.Context, region, location, role string, kind planner.AssignmentKind) (*planner.Recommendation, error) {
	snapshot, err := s.Store.Snapshot(ctx, region)
	if err != nil {
		return nil, err
	}
	year := s.Now().Year()
	if snapshot.Plan != nil {
		year = snapshot.Plan.From.Year()
	}
	return planner.Recommend(snapshot.State, snapshot.Plan, year, location, role, kind)
}

// Effects works out for everybody with a role what it would mean if they got some
// locations of a region, and returns what it was worked out of. It gives ErrNoPlan
// before the first plan is published.
func (s *Service) Effects(ctx context.Context, region, role string, locations ...string) ([]planner.Effect, *Snapshot, error) {
	snapshot, err := s.Store.Snapshot(ctx, region)
	if err != nil {
		return nil, nil, err
	}
	if snapshot.Plan == nil {
		return nil, nil, ErrNoPlan
	}
	effects, err := planner.Effects(snapshot.State, snapshot.Plan, role, locations)
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %w", ErrParams, err)
	}
	return effects, snapshot, nil
}
