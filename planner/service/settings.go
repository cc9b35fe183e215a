package service

import (
	"context"
	"fmt"
	"slices"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// RetentionTerm is how long something is kept.
type RetentionTerm = store.Term

// RetentionTerms lists how long everything is kept.
func (s *Service) RetentionTerms(ctx context.Context) ([]RetentionTerm, error) {
	return s.Store.RetentionTerms(ctx)
}

// RetentionTerm returns one of them, or ErrNotFound.
func (s *Service) RetentionTerm(ctx context.Context, name string) (RetentionTerm, error) {
	all, err := s.RetentionTerms(ctx)
	at := slices.IndexFunc(all, func(t RetentionTerm) bool { return t.Name == name })
	if err == nil && at < 0 {
		err = fmt.Errorf("retention term %q: %w", name, ErrNotFound)
	}
	if err != nil {
		return RetentionTerm{}, err
	}
	return all[at], nil
}

// SetRetentionTerm sets how many days something is kept, 0 for what the program
// proposes.
func (s *Service) SetRetentionTerm(ctx context.Context, name string, days int) error {
	return s.Store.SetRetentionTerm(ctx, name, days)
}

// Invitation is what an invited contact was told and answered.
type Invitation = store.Invitation

// Invitations lists what invited contacts were told of what is to come, and what
// they answered.
func (s *Service) Invitations(ctx context.Context, region string) ([]Invitation, error) {
	return s.Store.Invitations(ctx, region, s.Now())
}

// SuggestVisit ranks at most k moments for one more visit beside what is
// published, the best first; with none it says what stands in the way. Without
// days it looks from tomorrow until the end of the year. The error is a Faults for
// an item that makes no sense, and ErrNoPlan without a published plan.
func (s *Service) SuggestVisit(ctx context.Context, region string, item planner.OpenItem, k int) ([]planner.Suggestion, *planner.Reason, error) {
	snapshot, err := s.Store.Snapshot(ctx, region)
	if err != nil {
		return nil, nil, err
	}
	if snapshot.Plan == nil {
		return nil, nil, fmt.Errorf("region %q: %w", region, ErrNoPlan)
	}
	if item.Period.From == calendar.NoDate {
		today, err := s.today(snapshot.State)
		if err != nil {
			return nil, nil, err
		}
		item.Period.From = max(today+1, snapshot.Plan.From)
	}
	if item.Period.To == calendar.NoDate {
		item.Period.To = calendar.NewDate(item.Period.From.Year(), 12, 31)
	}
	state, err := s.withBusy(ctx, snapshot.State, item.Period.From, item.Period.To)
	if err != nil {
		return nil, nil, err
	}
	found, why, err := planner.SuggestVisit(state, planner.Published{Visits: snapshot.Plan.Visits, Assignments: snapshot.Plan.Assignments}, item, k)
	if err != nil {
		return nil, nil, Faults{{File: "visit", Message: err.Error()}}
	}
	return found, why, nil
}
