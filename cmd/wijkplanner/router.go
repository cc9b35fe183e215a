package main

import (
	"errors"
	"fmt"

	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/outside"
)

// routerFlag names the road routers to ask for travel times.
type routerFlag struct {
	Router map[string]string `help:"OSRM server for a mode of travel, as car=http://localhost:5000; without one, travel is estimated." placeholder:"MODE=URL"`
}

// travelNotes says where travel comes from, if a router was asked.
func travelNotes(t *planner.TravelTable) []planner.Text {
	if t == nil {
		return nil
	}
	return []planner.Text{t.Note()}
}

// measure asks the routers, if there are any, and gives the regions what they
// said; without one, they keep what was measured for the plan that they go on
// from. A router that does not answer is no reason not to plan: travel is
// estimated then, and that is said.
func (f routerFlag) measure(p *process, states []*planner.State) (*planner.TravelTable, error) {
	if len(f.Router) == 0 {
		return states[0].Travel, nil
	}
	r := outside.Router{Addresses: map[planner.TravelMode]string{}}
	var faults []error
	for mode, address := range f.Router {
		if m := planner.TravelMode(mode); m != planner.Car && m != planner.Bicycle {
			faults = append(faults, fmt.Errorf("--router %s=…: want car or bicycle", mode))
			continue
		}
		if err := outside.ParseRouter(address); err != nil {
			faults = append(faults, fmt.Errorf("--router %s=%s: %w", mode, address, err))
		}
		r.Addresses[planner.TravelMode(mode)] = address
	}
	if err := errors.Join(faults...); err != nil {
		return nil, &codeError{exitInput, err}
	}
	table, err := r.Measure(p.ctx, planner.PlacesToMeasure(states))
	if err == nil && table.Why != "" {
		fmt.Fprintf(p.stderr, "%s (%s)\n", table.Note().EN, table.Why)
	}
	if err != nil {
		return nil, err
	}
	for _, s := range states {
		s.Travel = table
	}
	return table, nil
}
