package service

import (
	"context"
	"fmt"
	"slices"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// Outreach is what to do about silent locations.
type Outreach struct {
	// Version is the region's, against which it was worked out.
	Version int64
	// Proposed would ask one visit of each silent location that nothing is planned
	// for; nil when there is none, or nobody who could go.
	Proposed *planner.Requirement
	// Asked are the locations of which a visit is asked already.
	Asked []string
}

// Outreach proposes visits to the locations that were silent for so many days; see
// planner.Outreach. Nothing changes by it.
func (s *Service) Outreach(ctx context.Context, region string, days int) (*Outreach, error) {
	_, version, err := s.Store.LoadState(ctx, region)
	if err != nil {
		return nil, err
	}
	silent, err := s.Silent(ctx, region, days)
	if err != nil {
		return nil, err
	}
	state, now, err := s.Store.LoadState(ctx, region)
	if err != nil {
		return nil, err
	}
	if now != version {
		return nil, fmt.Errorf("region %q changed meanwhile: %w", region, ErrStale)
	}
	out := &Outreach{Version: version}
	if r := outreachOf(&state.Programme); r != nil {
		out.Asked = slices.Clone(r.Select.Locations)
	}
	if c, ok := planner.Outreach(state, silent, calendar.NoDate); ok {
		r := c.Requirements[0]
		r.Select.Locations = slices.DeleteFunc(r.Select.Locations, func(id string) bool { return slices.Contains(out.Asked, id) })
		if len(r.Select.Locations) > 0 {
			out.Proposed = &r
		}
	}
	return out, nil
}

// outreachOf is the requirement by which silent locations are visited, nil for none.
func outreachOf(p *planner.Programme) *planner.Requirement {
	i := slices.IndexFunc(p.Requirements, func(r planner.Requirement) bool { return r.ID == planner.OutreachRequirement })
	if i < 0 || p.Requirements[i].Select == nil {
		return nil
	}
	return &p.Requirements[i]
}

// AskOutreach lets proposed visits be planned, of some of the proposed locations or
// for none of all, as a requirement of a new version of the programme: the next
// plan, or the one that is made again, has them. Who was asked for before and is
// silent no more is left out. It gives ErrStale when the region is no longer at the
// version that was looked at, and ErrParams for a location that is not proposed.
func (s *Service) AskOutreach(ctx context.Context, region string, version int64, days int, locations ...string) (*planner.Requirement, error) {
	o, err := s.Outreach(ctx, region, days)
	if err != nil {
		return nil, err
	}
	if o.Version != version {
		return nil, fmt.Errorf("region %q is at version %d, not %d: look at the proposal again: %w", region, o.Version, version, ErrStale)
	}
	if o.Proposed == nil {
		return nil, fmt.Errorf("%w: no visit is proposed", ErrParams)
	}
	if len(locations) == 0 {
		locations = o.Proposed.Select.Locations
	}
	for _, id := range locations {
		if !slices.Contains(o.Proposed.Select.Locations, id) {
			return nil, fmt.Errorf("%w: no visit to location %q is proposed", ErrParams, id)
		}
	}
	silent, err := s.Silent(ctx, region, days)
	if err != nil {
		return nil, err
	}
	asked := *o.Proposed
	asked.Select = &planner.Selection{Locations: slices.Clone(locations)}
	for i := range silent {
		if slices.Contains(o.Asked, silent[i].Location) {
			asked.Select.Locations = append(asked.Select.Locations, silent[i].Location)
		}
	}
	slices.Sort(asked.Select.Locations)
	asked.Select.Locations = slices.Compact(asked.Select.Locations)
	return &asked, s.require(ctx, region, version, &asked)
}

// require puts a requirement in a programme, in the place of the one of its id.
func (s *Service) require(ctx context.Context, region string, version int64, r *planner.Requirement) error {
	return s.Store.Tx(ctx, func(t *store.Tx) error {
		known, now, err := t.LockState(region)
		if err != nil {
			return err
		}
		if now != version {
			return fmt.Errorf("region %q changed meanwhile: %w", region, ErrStale)
		}
		changed, act := *known, Act{Verb: Created, Object: "requirement", ID: r.ID, Region: region, Reason: "silent"}
		changed.Programme.Requirements = slices.Clone(known.Programme.Requirements)
		if was := outreachOf(&changed.Programme); was != nil {
			act.Verb, act.Fields = Changed, []string{"select"}
			*was = *r
		} else {
			changed.Programme.Requirements = append(changed.Programme.Requirements, *r)
		}
		if err := t.SaveState(known, &changed); err != nil {
			return err
		}
		return t.Record(act)
	})
}
