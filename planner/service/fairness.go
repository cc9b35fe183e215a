package service

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// FairShare is what one person carried in one role over the closed periods,
// against what all of the role carried.
type FairShare struct {
	Staff, Role string
	// Periods is in how many closed periods there was time or work.
	Periods int
	// Minutes, Points and Capacity are sums over those periods.
	Minutes, Points, Capacity int64
	// Fair is what the person would have carried had everybody of the role, in each
	// period, carried the same part of the time there was; Ahead is how much more
	// it was, negative for less. Over a role the sums of Ahead are 0, but for
	// rounding.
	Fair, Ahead int64
}

// FairShares sets what everybody carried over the closed periods of a region
// against an even share, by role, who is furthest ahead first.
func (s *Service) FairShares(ctx context.Context, region string) ([]FairShare, error) {
	periods, err := s.Store.ClosedPeriods(ctx, region)
	if err != nil {
		return nil, err
	}
	return fairShares(periods), nil
}

func fairShares(periods []ClosedPeriod) []FairShare {
	of := map[[2]string]*FairShare{}
	for _, p := range periods {
		work, time := map[string]int64{}, map[string]int64{}
		for _, l := range p.Loads {
			work[l.Role] += l.Minutes
			time[l.Role] += l.Capacity
		}
		for _, l := range p.Loads {
			k := [2]string{l.Staff, l.Role}
			if of[k] == nil {
				of[k] = &FairShare{Staff: l.Staff, Role: l.Role}
			}
			x := of[k]
			x.Periods++
			x.Minutes, x.Points, x.Capacity = x.Minutes+l.Minutes, x.Points+l.Points, x.Capacity+l.Capacity
			if time[l.Role] > 0 {
				x.Fair += (work[l.Role]*l.Capacity + time[l.Role]/2) / time[l.Role]
			}
		}
	}
	out := make([]FairShare, 0, len(of))
	for _, x := range of {
		x.Ahead = x.Minutes - x.Fair
		out = append(out, *x)
	}
	slices.SortFunc(out, func(a, b FairShare) int {
		return cmp.Or(cmp.Compare(a.Role, b.Role), cmp.Compare(b.Ahead, a.Ahead), cmp.Compare(a.Staff, b.Staff))
	})
	return out
}

// CarryShares lets what people are ahead count in the assignments of a period, as
// a new version of the programme: it takes the place of what counted before. Those
// who left, and roles that are gone, are left out. It gives ErrStale when the region
// is no longer at the version that was looked at, and ErrParams for a period that
// ends before it begins.
func (s *Service) CarryShares(ctx context.Context, region string, version int64, in planner.Period) ([]planner.Carried, error) {
	if in.Days() <= 0 {
		return nil, fmt.Errorf("%w: want a last day that is not before the first", ErrParams)
	}
	shares, err := s.FairShares(ctx, region)
	if err != nil {
		return nil, err
	}
	var carried []planner.Carried
	err = s.Store.Tx(ctx, func(t *store.Tx) error {
		known, now, err := t.LockState(region)
		if err != nil {
			return err
		}
		if now != version {
			return fmt.Errorf("region %q is at version %d, not %d: look at the shares again: %w", region, now, version, ErrStale)
		}
		changed := *known
		carried = carriedOf(known, shares, in)
		changed.Programme.Carried = carried
		if err := t.SaveState(known, &changed); err != nil {
			return err
		}
		return t.Record(Act{Verb: Changed, Object: "programme", Region: region, Fields: []string{"carried"}})
	})
	return carried, err
}

// carriedOf is what counts of shares: what somebody who is there is ahead.
func carriedOf(s *planner.State, shares []FairShare, in planner.Period) []planner.Carried {
	var out []planner.Carried
	for _, x := range shares {
		there := slices.ContainsFunc(s.Staff, func(m planner.Staff) bool { return m.ID == x.Staff })
		if there && x.Ahead > 0 && s.Programme.Role(x.Role) != nil {
			out = append(out, planner.Carried{Staff: x.Staff, Role: x.Role, Minutes: x.Ahead, From: in.From, To: in.To})
		}
	}
	return out
}
