package service

import (
	"context"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// CeilingError is an ErrConflict: somebody would get more locations than their
// contract allows, and no reason is given.
type CeilingError = store.CeilingError

// Assign gives a location to somebody by hand; see store.Assign.
func (s *Service) Assign(ctx context.Context, region string, a planner.Assignment) (version int64, err error) {
	version, err = s.Store.Assign(ctx, region, a)
	if err != nil {
		return 0, err
	}
	s.Log.InfoContext(ctx, "assigned by hand", "region", region, "location", a.Location, "role", a.Role, "kind", a.Kind, "version", version)
	return version, nil
}

// AssignAll gives several locations to people by hand, all or none; see Assign.
func (s *Service) AssignAll(ctx context.Context, region string, all ...planner.Assignment) (version int64, err error) {
	version, err = s.Store.AssignAll(ctx, region, all...)
	if err != nil {
		return 0, err
	}
	s.Log.InfoContext(ctx, "assigned by hand", "region", region, "locations", len(all), "version", version)
	return version, nil
}

// AssignmentsOn returns who belongs to which location on a day: as it is known
// now, or as it was known at a version of the region when that is not 0.
func (s *Service) AssignmentsOn(ctx context.Context, region string, d calendar.Date, version int64) ([]planner.Assignment, error) {
	if version == 0 {
		return s.Store.AssignmentsOn(ctx, region, d)
	}
	return s.Store.AssignmentsKnown(ctx, region, d, version)
}
