package service

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// RuleMark tells one state of a rule from another, as PersonMark does of people.
func RuleMark(r *planner.SlotRule) (string, error) { return markOf(r) }

// RuleSeen gives ErrStale for a rule whose mark is another than was seen.
func RuleSeen(seen string) func(planner.SlotRule) error {
	return func(r planner.SlotRule) error {
		mark, err := RuleMark(&r)
		if err == nil && mark != seen {
			err = fmt.Errorf("slot rule %q: %w", r.ID, ErrStale)
		}
		return err
	}
}

// AdoptSlotRules makes the rules that hold by default the region's own, so that
// they can be changed one by one. It gives ErrConflict when it has rules of its own.
func (s *Service) AdoptSlotRules(ctx context.Context, region string) error {
	return s.Store.Tx(ctx, func(t *store.Tx) error {
		state, _, err := t.LockState(region)
		if err != nil {
			return err
		}
		own, _, err := t.SlotRules(region)
		if err != nil {
			return err
		}
		if len(own) > 0 {
			return fmt.Errorf("slot rules of region %q: %w", region, ErrConflict)
		}
		for _, r := range planner.DefaultSlotRules(&state.Programme) {
			r.ID = ""
			if _, err := t.PutSlotRule(region, &r, s.Now()); err != nil {
				return err
			}
		}
		return nil
	})
}

// previewed is the id of a rule that is not kept yet.
const previewed = "preview"

// SlotPreview is what a rule would offer to a location.
type SlotPreview struct {
	// Slots are the first moments that the rule gives, in the order of time.
	Slots []planner.Slot
	// Why is what stands in the way of the others in the four weeks from now.
	Why planner.WhyNoSlot
}

// PreviewSlots returns what a rule would offer to a location, beside the region's
// other rules, and keeps nothing. A rule with an id stands in the place of the one
// there is. It gives InputErrors with all that is wrong.
func (s *Service) PreviewSlots(ctx context.Context, region string, r planner.SlotRule, location string, most int) (*SlotPreview, error) {
	if err := s.checkRule(ctx, region, &r); err != nil {
		return nil, err
	}
	rules, _, err := s.SlotRules(ctx, region)
	if err != nil {
		return nil, err
	}
	rules = slices.DeleteFunc(slices.Clone(rules), func(x planner.SlotRule) bool { return x.ID == r.ID })
	if r.ID == "" {
		r.ID = previewed
	}
	rules = append(rules, r)
	state, err := s.State(ctx, region)
	if err != nil {
		return nil, err
	}
	q := SlotQuestion{Location: location, VisitType: r.VisitType, Role: r.Role, Staff: r.Staff, Limit: mostSlots}
	if err := s.checkQuestion(&q, state); err != nil {
		return nil, err
	}
	zone, err := time.LoadLocation(state.Programme.Zone)
	if err != nil {
		return nil, fmt.Errorf("zone of region %q: %w", region, err)
	}
	slots, err := planner.NewSlots(state, rules, calendar.DateOf(s.Now(), zone), planner.SlotDays(rules))
	if err != nil {
		return nil, fmt.Errorf("slots of region %q: %w", region, err)
	}
	from, to := slots.Bounds()
	taken, _, err := s.Store.TakenTime(ctx, region, slots.Who(location, r.VisitType), from, to)
	if err != nil {
		return nil, err
	}
	times := func(id string) *planner.PersonTime { return slots.PersonTime(taken[id]) }
	request := q.request(s.Now(), slots)
	out := &SlotPreview{Slots: slices.DeleteFunc(slots.Offer(request, times), func(x planner.Slot) bool { return x.Rule != r.ID })}
	slices.SortStableFunc(out.Slots, func(a, b planner.Slot) int { return a.Start.Compare(b.Start) })
	out.Slots = out.Slots[:min(len(out.Slots), most)]
	request.To = request.From.AddDate(0, 0, 28)
	out.Why = slots.WhyNone(request, times)
	return out, nil
}
