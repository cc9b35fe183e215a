package service

import (
	"context"
	"errors"
	"fmt"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// CeilingNotice is that somebody came near an agreed ceiling, or passed it.
type CeilingNotice = store.CeilingNotice

// CeilingLines sets what everybody carries on a day against the ceilings that were
// agreed; see planner.CheckCeilings. Without a day it is today.
func (s *Service) CeilingLines(ctx context.Context, region string, on calendar.Date) ([]planner.CeilingLine, CapacityVersions, error) {
	on, err := s.dayOr(ctx, region, on)
	if err != nil {
		return nil, CapacityVersions{}, err
	}
	return figured(ctx, s, region, fmt.Sprint("ceilings ", on), func(now *Snapshot) ([]planner.CeilingLine, error) {
		return planner.CheckCeilings(now.State, on)
	})
}

// NoteCeilings raises a notice, once, for everybody who came near an agreed
// ceiling or passed it, in all regions; who is below it again is told anew the
// next time. It may run as often as one likes, on any number of machines.
func (s *Service) NoteCeilings(ctx context.Context) error {
	regions, err := s.Store.Regions(ctx)
	if err != nil {
		return err
	}
	var faults []error
	for _, r := range regions {
		lines, _, err := s.CeilingLines(ctx, r.ID, calendar.NoDate)
		if err != nil {
			faults = append(faults, err)
			continue
		}
		fresh, err := s.Store.NoteCeilings(ctx, r.ID, lines, s.Now())
		if err != nil {
			faults = append(faults, err)
		}
		if len(fresh) > 0 {
			s.Log.InfoContext(ctx, "ceilings near or passed", "region", r.ID, "notices", len(fresh))
		}
	}
	return errors.Join(faults...)
}

// CeilingNotices lists the notices of a region, or of one of its people unless
// staff is empty, the newest first and at most n, below an id unless that is 0.
func (s *Service) CeilingNotices(ctx context.Context, region, staff string, before int64, n int) ([]CeilingNotice, error) {
	return s.Store.CeilingNotices(ctx, region, staff, before, n)
}
