package planner

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/wijkplanner/wijkplanner/planner/assign"
)

// pin returns whom a lead pinned to a location in what is left of the period, or
// "".
func (f *formulation) pin(role, location string, kind AssignmentKind) string {
	if a := f.pinRow(role, location, kind); a != nil {
		return a.Staff
	}
	return ""
}

// pinRow returns the first pin of a location in what is left of the period, or
// nil.
func (f *formulation) pinRow(role, location string, kind AssignmentKind) *Assignment {
	for i := range f.state.Assignments {
		if a := &f.state.Assignments[i]; f.pins(a, role, location, kind) {
			return a
		}
	}
	return nil
}

// pins reports whether an assignment is a pin of a location in what is left of
// the period.
func (f *formulation) pins(a *Assignment, role, location string, kind AssignmentKind) bool {
	rest := Period{max(f.period.From, f.first), f.period.To}
	return a.Pinned && a.Kind == kind && a.Role == role && a.Location == location && rest.Overlap(a.From, a.To).Days() > 0
}

// pinsOf returns all whom a lead pinned to a location in what is left of the
// period, each once: more than one cannot hold.
func (f *formulation) pinsOf(role, location string, kind AssignmentKind) []string {
	var out []string
	for i := range f.state.Assignments {
		if a := &f.state.Assignments[i]; f.pins(a, role, location, kind) && !slices.Contains(out, a.Staff) {
			out = append(out, a.Staff)
		}
	}
	return out
}

// checkPins refuses pins that no plan can keep, of all roles at once.
func (f *formulation) checkPins(roles []*Role) error {
	var faults []error
	for _, role := range roles {
		faults = append(faults, f.emptyPins(role), f.idlePins(role))
	}
	return errors.Join(faults...)
}

// kinds returns the kinds of assignment that a role gives out.
func (r *Role) kinds() []AssignmentKind {
	if r.Backup {
		return []AssignmentKind{Primary, Backup}
	}
	return []AssignmentKind{Primary}
}

// mostNamed bounds the locations that one fault names.
const mostNamed = 10

// idlePins refuses backup pins where a role has no backups.
func (f *formulation) idlePins(role *Role) error {
	if role.Backup {
		return nil
	}
	var at []string
	for l := range f.state.Locations {
		if id := f.state.Locations[l].ID; f.needs(role, l) && f.pin(role.ID, id, Backup) != "" {
			at = append(at, id)
		}
	}
	if len(at) == 0 {
		return nil
	}
	more := ""
	if n := len(at) - mostNamed; n > 0 {
		at, more = at[:mostNamed], fmt.Sprintf(" and %d more", n)
	}
	return fmt.Errorf("role %s: assignments.csv pins backups at %s%s, and the role has none (backup: false in programme.yaml); "+
		"end these pins, or set backup: true", role.ID, strings.Join(at, ", "), more)
}

// emptyPins refuses pins of people who do not have the role as long as the
// location is open, and of several people one after the other.
func (f *formulation) emptyPins(role *Role) error {
	var faults []error
	for l := range f.state.Locations {
		if !f.needs(role, l) {
			continue
		}
		for _, kind := range role.kinds() {
			pins := f.pinsOf(role.ID, f.state.Locations[l].ID, kind)
			if len(pins) == 0 {
				continue
			}
			id := pins[0]
			if len(pins) > 1 {
				faults = append(faults, fmt.Errorf("location %s: %s are both pinned as %s %s between %s and %s, and a plan gives it to one person; "+
					"pin the first, and plan again when it goes to the other", f.state.Locations[l].ID, strings.Join(pins, " and "), kind, role.ID, f.period.From, f.period.To))
			}
			if i := f.staffIndex(id); i < 0 || !f.contractCovers(&f.state.Staff[i], role.ID, []int{l}) {
				faults = append(faults, fmt.Errorf("location %s: %s is pinned as %s %s but has no contract in the role for the whole period %s to %s; "+
					"end the pin or extend the contract", f.state.Locations[l].ID, id, kind, role.ID, f.period.From, f.period.To))
			}
		}
	}
	return errors.Join(faults...)
}

// unexplainedPins refuses pins above a capacity or a ceiling that give no
// reason: the lead must know.
func (f *formulation) unexplainedPins(p *roleProblem, r *assign.Result) error {
	counts, reasoned := make([]int, len(p.staff)), make([]bool, len(p.staff))
	for k, s := range r.Staff {
		if s == assign.None {
			continue
		}
		counts[s] += len(p.items[k].locations)
		reasoned[s] = reasoned[s] || f.explained(p, p.items[k])
	}
	pins, left := "pins", ""
	if p.kind == Backup {
		pins, left = "backup pins", " left"
	}
	var faults []error
	for i, s := range p.staff {
		if reasoned[i] {
			continue
		}
		id, limit := f.state.Staff[s].ID, &p.Staff[i]
		if r.Loads[i] > max(limit.Capacity, limit.Base) {
			faults = append(faults, fmt.Errorf("role %s: the %s of %s ask for %d minutes a year with a capacity of %d%s; "+
				"take some away, or give one a reason in assignments.csv", p.role.ID, pins, id, r.Loads[i], limit.Capacity, left))
		}
		if limit.MaxLocations > 0 && counts[i] > limit.MaxLocations {
			faults = append(faults, fmt.Errorf("role %s: the %s of %s ask for %d locations with max_locations %d; "+
				"take some away, or give one a reason in assignments.csv", p.role.ID, pins, id, counts[i], limit.MaxLocations))
		}
	}
	return errors.Join(faults...)
}

// explained reports whether an item is pinned and the pin gives a reason.
func (f *formulation) explained(p *roleProblem, it item) bool {
	if it.pinned == "" {
		return false
	}
	return slices.ContainsFunc(it.locations, func(l int) bool {
		pin := f.pinRow(p.role.ID, f.state.Locations[l].ID, p.kind)
		return pin != nil && pin.Reason != ""
	})
}
