package service

import (
	"context"
	"fmt"
	"time"

	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// PolicyFigures are what a policy officer may see of a region: sums of its
// published plan and of how soon questions were answered, without small counts.
// They are nil before the first plan is published.
func (s *Service) PolicyFigures(ctx context.Context, region string) (*planner.State, *planner.PolicyFigures, error) {
	snapshot, err := s.Snapshot(ctx, region)
	if err != nil || snapshot.Plan == nil {
		return nil, nil, err
	}
	state, plan := snapshot.State, snapshot.Plan
	zone, err := time.LoadLocation(state.Programme.Zone)
	if err != nil {
		return nil, nil, fmt.Errorf("zone of region %q: %w", region, err)
	}
	// Only their moments are used; the bookings themselves are not for the caller.
	bookings, err := s.program("figures").Bookings(ctx, region, BookingFilter{
		From: plan.From.At(0, zone), States: []store.BookingState{store.BookingRequested, store.BookingConfirmed},
	})
	if err != nil {
		return nil, nil, err
	}
	questions := make([]planner.Question, len(bookings))
	for i := range bookings {
		questions[i] = planner.Question{Location: bookings[i].Location, Acute: bookings[i].Urgent, Asked: bookings[i].Asked, Visited: bookings[i].Start}
	}
	return state, planner.MakePolicyFigures(state, plan, questions, s.Now(), zone), nil
}

// NoteExport writes in the audit log that the caller took figures out.
func (s *Service) NoteExport(ctx context.Context, region, what string) error {
	return s.Store.Tx(ctx, func(t *store.Tx) error {
		return t.Record(Act{Verb: store.Read, Object: "report", ID: what, Region: region})
	})
}
