package service

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// SlotRules returns the rules by which a region's people can be booked, and
// whether they are its own; without own rules those are the defaults, which
// follow from the consult time of roles.
func (s *Service) SlotRules(ctx context.Context, region string) (rules []planner.SlotRule, own bool, err error) {
	rules, _, err = s.Store.SlotRules(ctx, region)
	if err != nil || len(rules) > 0 {
		return rules, true, err
	}
	d, err := s.desk(ctx, region)
	if err != nil {
		return nil, false, err
	}
	return d.slots.Rules(), false, nil
}

// AddSlotRule keeps a new rule and returns it with its id. It gives InputErrors
// with all that is wrong with it. A member of staff may only make rules of their
// own.
func (s *Service) AddSlotRule(ctx context.Context, region string, r planner.SlotRule) (planner.SlotRule, error) {
	r.ID = ""
	err := s.checkRule(ctx, region, &r)
	if err != nil {
		return r, err
	}
	err = s.Store.Tx(ctx, func(t *store.Tx) (err error) {
		r.ID, err = t.PutSlotRule(region, &r, s.Now())
		return err
	})
	return r, err
}

// ChangeSlotRule puts a rule in the place of one, if that is unchanged.
func (s *Service) ChangeSlotRule(ctx context.Context, region string, r planner.SlotRule, unchanged func(planner.SlotRule) error) error {
	rules, _, err := s.Store.SlotRules(ctx, region)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(rules, func(x planner.SlotRule) bool { return x.ID == r.ID })
	if i < 0 {
		return fmt.Errorf("slot rule %q: %w", r.ID, ErrNotFound)
	}
	if err := errors.Join(s.ownRule(&rules[i]), s.checkRule(ctx, region, &r)); err != nil {
		return err
	}
	return s.Store.Tx(ctx, func(t *store.Tx) error {
		was, err := t.LockSlotRule(region, r.ID)
		if err != nil {
			return err
		}
		if err := s.ownRule(&was); err != nil {
			return err
		}
		if unchanged != nil {
			if err := unchanged(was); err != nil {
				return err
			}
		}
		_, err = t.PutSlotRule(region, &r, s.Now())
		return err
	})
}

// RemoveSlotRule removes a rule; what was booked by it stays.
func (s *Service) RemoveSlotRule(ctx context.Context, region, id string, unchanged func(planner.SlotRule) error) error {
	return s.Store.Tx(ctx, func(t *store.Tx) error {
		was, err := t.LockSlotRule(region, id)
		if err != nil {
			return err
		}
		if err := s.ownRule(&was); err != nil {
			return err
		}
		if unchanged != nil {
			if err := unchanged(was); err != nil {
				return err
			}
		}
		return t.RemoveSlotRule(region, id)
	})
}

// checkRule refuses a rule that makes no sense, with all that is wrong.
func (s *Service) checkRule(ctx context.Context, region string, r *planner.SlotRule) error {
	d, err := s.desk(ctx, region)
	if err != nil {
		return err
	}
	if err := s.ownRule(r); err != nil {
		return err
	}
	if faults := d.slots.State().CheckSlotRule(r); len(faults) > 0 {
		return InputErrors(faults)
	}
	return nil
}

// ownRule gives ErrNotFound for a member of staff and a rule that is not theirs.
func (s *Service) ownRule(r *planner.SlotRule) error {
	if scope := s.Store.Scope(); scope.Role == store.Member && scope.Staff != r.Staff {
		return fmt.Errorf("slot rule of %q: %w", r.Staff, ErrNotFound)
	}
	return nil
}

// OwnSlotRules leaves out what a member of staff may not see.
func OwnSlotRules(rules []planner.SlotRule, staff string) []planner.SlotRule {
	return slices.DeleteFunc(slices.Clone(rules), func(r planner.SlotRule) bool { return r.Staff != "" && r.Staff != staff })
}
