package service

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// Recalibration is what visits of one type took in fact, against what is planned
// for them.
type Recalibration struct {
	VisitType string
	// Old is what is planned, in minutes; New what is proposed: the median in whole
	// five minutes, or Old where there is too little evidence.
	Old, New int
	// Visits is how many said how long they took.
	Visits int
	// Median is the middle, Low and High are the band in which four of five lie.
	Median, Low, High int
	// Enough says that there is evidence enough for a proposal.
	Enough bool
}

// leastEvidence is how many visits it takes to propose another length.
const leastEvidence = 10

// lengthStep is in what steps lengths are proposed, in minutes.
const lengthStep = 5

// Recalibrations proposes lengths of visits from how long those took that were
// made since a day, and the version of the region that they are against. Without
// a day it is a year ago. Nothing changes by it.
func (s *Service) Recalibrations(ctx context.Context, region string, since calendar.Date) ([]Recalibration, int64, error) {
	today, err := s.dayOr(ctx, region, calendar.NoDate)
	if err != nil {
		return nil, 0, err
	}
	if since == 0 || since == calendar.NoDate {
		since = today - 365
	}
	made, err := s.Store.RealisedVisits(ctx, region, since, today)
	if err != nil {
		return nil, 0, err
	}
	state, version, err := s.Store.LoadState(ctx, region)
	if err != nil {
		return nil, 0, err
	}
	return recalibrated(&state.Programme, made), version, nil
}

// recalibrated proposes the length of each visit type, in their order.
func recalibrated(p *planner.Programme, made []store.RealisedVisit) []Recalibration {
	took, seen := map[string][]int{}, map[string]bool{}
	for i := range made {
		if v := &made[i]; v.Minutes > 0 && !seen[v.Visit] { // once, however many people were there
			seen[v.Visit] = true
			took[v.VisitType] = append(took[v.VisitType], v.Minutes)
		}
	}
	var out []Recalibration
	for i := range p.VisitTypes {
		vt := &p.VisitTypes[i]
		minutes := took[vt.ID]
		slices.Sort(minutes)
		r := Recalibration{VisitType: vt.ID, Old: vt.Minutes, New: vt.Minutes, Visits: len(minutes), Enough: len(minutes) >= leastEvidence}
		if len(minutes) > 0 {
			r.Median, r.Low, r.High = percentile(minutes, 50), percentile(minutes, 10), percentile(minutes, 90)
		}
		if r.Enough {
			r.New = max(lengthStep, (r.Median+lengthStep/2)/lengthStep*lengthStep)
		}
		out = append(out, r)
	}
	return out
}

// percentile is that of ascending values, by the nearest rank.
func percentile(ascending []int, p int) int {
	return ascending[max(0, (len(ascending)*p+99)/100-1)]
}

// Recalibrate takes proposed lengths over for some visit types, as a new version
// of the programme. Plans that were made stay as they are: what is published is
// not changed, and drafts are stale. It gives ErrStale when the region is no
// longer at the version against which the proposals were shown, and ErrParams for
// a type without a proposal.
func (s *Service) Recalibrate(ctx context.Context, region string, version int64, since calendar.Date, types ...string) ([]Recalibration, error) {
	proposed, at, err := s.Recalibrations(ctx, region, since)
	if err != nil {
		return nil, err
	}
	if at != version {
		return nil, fmt.Errorf("region %q is at version %d, not %d: look at the proposals again: %w", region, at, version, ErrStale)
	}
	taken := slices.DeleteFunc(proposed, func(r Recalibration) bool { return !slices.Contains(types, r.VisitType) || r.New == r.Old })
	if len(taken) == 0 || len(taken) != len(slices.Compact(slices.Sorted(slices.Values(types)))) {
		return nil, fmt.Errorf("%w: want visit types of which another length is proposed", ErrParams)
	}
	slices.SortFunc(taken, func(a, b Recalibration) int { return cmp.Compare(a.VisitType, b.VisitType) })
	err = s.Store.Tx(ctx, func(t *store.Tx) error {
		known, now, err := t.LockState(region)
		if err != nil {
			return err
		}
		if now != version {
			return fmt.Errorf("region %q changed meanwhile: %w", region, ErrStale)
		}
		changed := *known
		changed.Programme.VisitTypes = slices.Clone(known.Programme.VisitTypes)
		for _, r := range taken {
			changed.Programme.VisitType(r.VisitType).Minutes = r.New
		}
		if err := t.SaveState(known, &changed); err != nil {
			return err
		}
		for _, r := range taken {
			if err := t.Record(Act{Verb: Changed, Object: "visitType", ID: r.VisitType, Region: region, Fields: []string{"minutes"}, Reason: "recalibrated"}); err != nil {
				return err
			}
		}
		return nil
	})
	return taken, err
}
