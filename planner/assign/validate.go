package assign

import (
	"errors"
	"fmt"
)

// Validate reports every fault of a problem at once: an index out of range,
// candidates out of order, a negative cost or load, a priority that is not
// positive. The other functions of this package expect a valid problem.
func (p *Problem) Validate() error {
	var errs []error
	fault := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if p.OpenDistrict < 0 || p.Balance < 0 || p.Districts < 0 {
		fault("district charge %d, balance weight %d and number of districts %d must not be negative",
			p.OpenDistrict, p.Balance, p.Districts)
	}
	for i := range p.Staff {
		if s := &p.Staff[i]; s.Capacity < 0 || s.Norm < 0 || s.Base < 0 || s.MaxLocations < 0 {
			fault("staff %d: capacity %d, norm %d, base %d and most locations %d must not be negative",
				i, s.Capacity, s.Norm, s.Base, s.MaxLocations)
		}
	}
	for g := range p.Groups {
		seen := make(map[int]bool)
		for _, i := range p.Groups[g].Staff {
			if i < 0 || i >= len(p.Staff) || seen[i] {
				fault("group %d: staff %d is unknown or listed twice", g, i)
			}
			seen[i] = true
		}
	}
	for j := range p.Locations {
		if err := p.validateLocation(j); err != nil {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

func (p *Problem) validateLocation(j int) error {
	l := &p.Locations[j]
	m := len(p.Staff)
	switch {
	case l.District < None || l.District >= p.Districts:
		return fmt.Errorf("location %d: district %d is not below %d", j, l.District, p.Districts)
	case l.Current < None || l.Current >= m:
		return fmt.Errorf("location %d: current staff %d is unknown", j, l.Current)
	case l.Pinned < None || l.Pinned >= m:
		return fmt.Errorf("location %d: pinned staff %d is unknown", j, l.Pinned)
	case l.Unassigned <= 0:
		return fmt.Errorf("location %d: priority %d must be positive", j, l.Unassigned)
	case l.Change < 0:
		return fmt.Errorf("location %d: change charge %d must not be negative", j, l.Change)
	}
	last := None
	for _, c := range l.Candidates {
		if c.Staff <= last || c.Staff >= m {
			return fmt.Errorf("location %d: candidate %d is unknown or out of order", j, c.Staff)
		}
		if c.Cost < 0 || c.Load < 0 || c.Coupled < 0 {
			return fmt.Errorf("location %d: candidate %d has a negative cost, load or coupled cost", j, c.Staff)
		}
		last = c.Staff
	}
	return nil
}
