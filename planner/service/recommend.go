package service

import (
	"context"

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
