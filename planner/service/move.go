package service

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/store"
	"github.com/wijkplanner/wijkplanner/planner/verify"
)

// VisitMove asks for another moment, or other people, for one planned visit.
type VisitMove = planner.VisitMove

// MovedVisit is what moving one visit means, or meant.
type MovedVisit struct {
	*planner.VisitMoveEffect
	// Base is the plan that has the visit, Published whether it is the region's.
	Base      int64
	Published bool
	// ID is the plan with the visit moved; 0 while nothing was done.
	ID int64
}

// MoveError is a move that hard rules forbid.
type MoveError struct{ Effect *planner.VisitMoveEffect }

func (e *MoveError) Error() string {
	text := []string{"the visit cannot be moved there"}
	for _, f := range e.Effect.Faults {
		text = append(text, f.Text.EN)
	}
	return strings.Join(text, ": ")
}

// Unwrap makes it an ErrFaulty.
func (e *MoveError) Unwrap() error { return ErrFaulty }

// moving is one move, worked out from what is known now.
type moving struct {
	*MovedVisit
	state   *planner.State
	plan    *planner.Plan
	version int64
}

// PreviewMove says what moving one visit of a plan would mean, and changes
// nothing: the hard rules it would break, bookings and other promises among them,
// and what it costs. The plan is a draft, or the one that is published. It gives
// ErrNotFound for an unknown plan or visit, and ErrStale for a plan that others
// took the place of, or a draft that the region changed after.
func (s *Service) PreviewMove(ctx context.Context, plan int64, m VisitMove) (*MovedVisit, error) {
	out, err := s.moving(ctx, plan, m)
	if err != nil {
		return nil, err
	}
	return out.MovedVisit, nil
}

// MoveVisit moves one visit of a plan, and pins it there. The outcome is a plan of
// its own: of a draft another draft, of the published plan its successor,
// published in the same transaction – with everybody's time, the calendars and the
// notices to those concerned – so that Undo takes the move back. Who has a
// location stays as it is.
//
// It gives a *MoveError, an ErrFaulty, when the move would break a hard rule, and
// the errors of PreviewMove: of two who move from one published plan, one wins and
// the other gets ErrStale.
func (s *Service) MoveVisit(ctx context.Context, plan int64, m VisitMove) (*MovedVisit, error) {
	out, err := s.moving(ctx, plan, m)
	if err != nil {
		return nil, err
	}
	if out.Plan == nil {
		return nil, &MoveError{out.VisitMoveEffect}
	}
	if err := s.proveMove(out); err != nil {
		return nil, err
	}
	err = s.Store.Tx(ctx, func(t *store.Tx) error {
		if out.ID, err = t.SavePlan(out.Plan, out.version); err != nil {
			return err
		}
		err := t.Record(Act{Verb: Changed, Object: "visit", ID: m.Visit, Region: out.state.Region, Fields: []string{"start", "staff"}})
		if err != nil || !out.Published {
			return err
		}
		return t.PublishVisits(out.ID, s.Now())
	})
	var taken *OverlapError
	if errors.As(err, &taken) { // it was free a moment ago
		out.take(taken.Overlaps)
		return nil, &MoveError{out.VisitMoveEffect}
	}
	if err != nil {
		return nil, fmt.Errorf("move visit %q: %w", m.Visit, err)
	}
	s.Log.InfoContext(ctx, "visit moved", "region", out.state.Region, "plan", out.ID, "based_on", plan, "published", out.Published)
	return out.MovedVisit, nil
}

// moving works a move out. The state is read first: who publishes in between
// changes the region's version, or the plan's stage.
func (s *Service) moving(ctx context.Context, plan int64, m VisitMove) (*moving, error) {
	_, info, err := s.Store.LoadPlan(ctx, plan)
	if err != nil {
		return nil, err
	}
	state, version, err := s.Store.LoadState(ctx, info.Region)
	if err != nil {
		return nil, err
	}
	p, info, err := s.Store.LoadPlan(ctx, plan)
	if err != nil {
		return nil, err
	}
	if info.Stage == store.Superseded || info.Stage == store.Draft && info.BasedOn != version {
		return nil, fmt.Errorf("move a visit of plan %d: it is %s, of version %d of the region, which is at %d: %w", plan, info.Stage, info.BasedOn, version, ErrStale)
	}
	if state, err = s.withBusy(ctx, state, p.From, p.To); err != nil {
		return nil, err
	}
	today, err := s.today(state)
	if err != nil {
		return nil, err
	}
	out := &moving{&MovedVisit{Base: plan, Published: info.Stage == store.Published}, state, p, version}
	out.VisitMoveEffect, err = planner.MoveVisit(state, p, today, m)
	if errors.Is(err, planner.ErrUnknownVisit) {
		return nil, fmt.Errorf("%w: %w", ErrNotFound, err)
	}
	if err != nil || out.Plan == nil {
		return out, err
	}
	overlaps, err := s.Store.Obstacles(ctx, plan, out.Plan)
	out.take(slices.DeleteFunc(overlaps, func(o Overlap) bool { return o.Wanted != m.Visit && o.Ref != m.Visit }))
	return out, err
}

// take adds what others promised at the same time to the faults.
func (m *moving) take(overlaps []Overlap) {
	seen := map[string]bool{}
	for _, o := range overlaps {
		if !seen[o.Staff] {
			x := planner.MoveFault{Rule: planner.MoveTaken, Staff: o.Staff}
			m.Faults = append(m.Faults, x.InWords(m.state, planner.Text{}))
			m.Difference.Hard++
			m.Plan = nil
		}
		seen[o.Staff] = true
	}
}

// proveMove proves that a move broke nothing that held before it. What the plan
// that it came from breaks already, since the region changed, is for planning
// again.
func (s *Service) proveMove(m *moving) error {
	var faults [2][]verify.Fault
	for i, p := range []*planner.Plan{m.plan, m.Plan} {
		var err error
		if faults[i], err = s.Prove([]*planner.State{m.state}, []*planner.Plan{p}); err != nil {
			return fmt.Errorf("prove the plan: %w", err)
		}
	}
	known := map[verify.Fault]bool{}
	for _, f := range faults[0] {
		known[placeOf(f)] = true
	}
	for _, f := range faults[1] {
		if !known[placeOf(f)] {
			return fmt.Errorf("move visit %q: %w: %s", m.Visit, ErrFaulty, f)
		}
	}
	return nil
}

// placeOf is a fault without its words, which hold the numbers.
func placeOf(f verify.Fault) verify.Fault {
	f.Message = ""
	return f
}
