package service

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/files"
	"github.com/wijkplanner/wijkplanner/planner/store"
	"github.com/wijkplanner/wijkplanner/planner/verify"
)

// The errors to match, those of the store: the rooms above know this one only.
var (
	ErrConflict = store.ErrConflict
	ErrStale    = store.ErrStale
	ErrNotFound = store.ErrNotFound
	ErrBusy     = store.ErrBusy
)

// ErrFaulty is a plan that breaks a hard rule.
var ErrFaulty = errors.New("faulty plan")

// What the store gives, by the names used above this room.
type (
	// Snapshot is a region at one moment: its state and its published plan.
	Snapshot = store.Snapshot
	// Region is a region that has been imported.
	Region = store.Region
	// Scope is what one caller may reach.
	Scope = store.Scope
	// Solve makes a plan of each state, side by side.
	Solve = func(ctx context.Context, states []*planner.State, o planner.Options) ([]*planner.Plan, error)
	// Prove finds fault with plans of states, sharing no code with Solve.
	Prove = func(states []*planner.State, plans []*planner.Plan) ([]verify.Fault, error)
)

// Service is the use cases over one store. Its methods may be called
// concurrently.
type Service struct {
	Store *store.Store
	Log   *slog.Logger
	// Now is the clock.
	Now func() time.Time
	// Solve makes plans: planner.SolveAll, unless a test has another.
	Solve Solve
	// Prove finds fault with plans before they are kept: files.Prove, unless a
	// test makes up its plans.
	Prove Prove
	// Links makes the links in mail; nil leaves them out.
	Links *Links
	// Seal signs from where the audit log is checked after a purge; nil leaves
	// that log unpurged.
	Seal *Seal

	// Rights says whether somebody may still do what they started; nil for yes.
	Rights func(ctx context.Context, by Scope) error

	feeds   *feedCache
	desks   *desks
	figures *figuresCache
	wake    waker
}

// New returns a service over a store.
func New(st *store.Store, log *slog.Logger, now func() time.Time) *Service {
	return &Service{Store: st, Log: log, Now: now, Solve: planner.SolveAll, Prove: files.Prove, feeds: new(feedCache), desks: new(desks), figures: new(figuresCache), wake: make(waker, 1)}
}

// As returns the service for one caller: it reaches no more than the scope.
func (s *Service) As(scope Scope) *Service {
	out := *s
	out.Store = s.Store.As(scope)
	return &out
}

// Imported is what an import did to one region.
type Imported struct {
	Region string
	// New says that the region was not there before.
	New bool
	// Changes are the differences with what was known before; none when the
	// region is new.
	Changes []planner.Change
	// Reconciled is what becomes of pins and of what was made by hand.
	store.Reconciled
}

// Preview says what an import of states would change, without doing it.
func (s *Service) Preview(ctx context.Context, states []*planner.State) ([]Imported, error) {
	states, err := inOrder(states)
	if err != nil {
		return nil, err
	}
	out := make([]Imported, len(states))
	for i, fresh := range states {
		out[i].Region = fresh.Region
		old, _, err := s.Store.LoadState(ctx, fresh.Region)
		switch {
		case errors.Is(err, ErrNotFound):
			out[i].New = true
		case err != nil:
			return nil, err
		default:
			out[i].Changes = planner.DiffState(old, fresh)
			if out[i].Reconciled, err = s.Store.Reconcile(ctx, old, fresh, store.AskByHand); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

// Import is ImportWith without a choice about what was made by hand.
func (s *Service) Import(ctx context.Context, states []*planner.State) ([]Imported, error) {
	return s.ImportWith(ctx, states, store.AskByHand)
}

// ImportWith takes in the input of regions, all of them or none, and says what
// changed. Pins and what was made by hand stay unless the input says otherwise;
// see store.KeepByHand. It gives a *ByHandError where byHand must be given and is
// not. The states have passed the checks of planner/files.
func (s *Service) ImportWith(ctx context.Context, states []*planner.State, byHand ByHand) ([]Imported, error) {
	report, err := s.Preview(ctx, states)
	if err != nil {
		return nil, err
	}
	states, err = inOrder(states)
	if err != nil {
		return nil, err
	}
	err = s.Store.Tx(ctx, func(t *store.Tx) error {
		for i, state := range states {
			// Again, now that nobody else can change the region.
			known, _, err := t.LockState(state.Region)
			if err == nil {
				if report[i].Reconciled, err = t.Reconcile(known, state, byHand); err != nil {
					return err
				}
				if err := report[i].Refusal(byHand); err != nil {
					return err
				}
				state = report[i].State
			} else if !errors.Is(err, ErrNotFound) {
				return err
			}
			if err := t.ImportState(state); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for i := range report {
		s.Log.InfoContext(ctx, "region imported", "region", report[i].Region, "new", report[i].New, "changes", len(report[i].Changes))
	}
	return report, nil
}

// inOrder returns the states by region, the order in which everybody locks
// regions, and refuses a region that comes twice.
func inOrder(states []*planner.State) ([]*planner.State, error) {
	out := slices.SortedStableFunc(slices.Values(states), func(a, b *planner.State) int { return cmp.Compare(a.Region, b.Region) })
	for i := 1; i < len(out); i++ {
		if out[i].Region == out[i-1].Region {
			return nil, fmt.Errorf("region %q comes twice in one import", out[i].Region)
		}
	}
	return out, nil
}

// Proposal is a plan that was made and kept as a draft.
type Proposal struct {
	ID     int64
	Region string
	// BasedOn is the version of the region that it was made from.
	BasedOn int64
	Plan    *planner.Plan
}

// Propose makes a plan of each region, side by side, and keeps them as drafts;
// without names, of every region. It gives ErrNotFound for an unknown region.
func (s *Service) Propose(ctx context.Context, o planner.Options, regions ...string) ([]Proposal, error) {
	if len(regions) == 0 {
		all, err := s.Store.Regions(ctx)
		if err != nil {
			return nil, err
		}
		for _, r := range all {
			regions = append(regions, r.ID)
		}
	}
	states, out := make([]*planner.State, len(regions)), make([]Proposal, len(regions))
	for i, r := range regions {
		var err error
		if states[i], out[i].BasedOn, err = s.toPlan(ctx, r, o.Year); err != nil {
			return nil, err
		}
	}
	plans, err := s.Solve(ctx, states, o)
	if err != nil {
		return nil, fmt.Errorf("plan: %w", err)
	}
	if err := s.proved(states, plans); err != nil {
		return nil, err
	}
	err = s.Store.Tx(ctx, func(t *store.Tx) (err error) {
		for i, p := range plans {
			out[i].Region, out[i].Plan = regions[i], p
			if out[i].ID, err = t.SavePlan(p, out[i].BasedOn); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for i := range out {
		s.Log.InfoContext(ctx, "plan proposed", "region", out[i].Region, "plan", out[i].ID, "based_on", out[i].BasedOn)
	}
	return out, nil
}

// toPlan reads what a plan of a region is made from: its state, with the busy
// times of the year, and the version of it.
func (s *Service) toPlan(ctx context.Context, region string, year int) (*planner.State, int64, error) {
	state, version, err := s.Store.LoadState(ctx, region)
	if err != nil {
		return nil, 0, err
	}
	state, err = s.withBusy(ctx, state, calendar.NewDate(year, 1, 1), calendar.NewDate(year, 12, 31))
	return state, version, err
}

// proved gives ErrFaulty for plans that break a hard rule.
func (s *Service) proved(states []*planner.State, plans []*planner.Plan) error {
	faults, err := s.Prove(states, plans)
	if err != nil {
		return fmt.Errorf("prove the plan: %w", err)
	}
	if len(faults) > 0 {
		return fmt.Errorf("plan: %w: %d faults, the first: %s", ErrFaulty, len(faults), faults[0])
	}
	return nil
}

// Publish makes drafts the plans of their regions, all of them or none. It
// gives ErrFaulty for a plan that breaks a hard rule, ErrStale when a region
// changed since, and ErrConflict when somebody's time is taken already.
func (s *Service) Publish(ctx context.Context, plans ...int64) error {
	for _, id := range plans {
		p, _, err := s.Store.LoadPlan(ctx, id)
		if err != nil {
			return err
		}
		if p.Schedule.Hard != 0 {
			return fmt.Errorf("publish plan %d: %w: %d hard faults", id, ErrFaulty, p.Schedule.Hard)
		}
	}
	now := s.Now()
	err := s.Store.Tx(ctx, func(t *store.Tx) error {
		for _, id := range plans {
			if err := t.PublishPlan(id, now); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	s.Log.InfoContext(ctx, "plans published", "plans", plans)
	return nil
}

// Snapshot returns what a page needs of a region: its state and its published
// plan, read at one moment. It gives ErrNotFound for an unknown region.
func (s *Service) Snapshot(ctx context.Context, region string) (*Snapshot, error) {
	return s.Store.Snapshot(ctx, region)
}

// Regions lists the regions in the order of their ids.
func (s *Service) Regions(ctx context.Context) ([]Region, error) { return s.Store.Regions(ctx) }

// Health says whether the service can answer.
func (s *Service) Health(ctx context.Context) error { return s.Store.Ping(ctx) }
