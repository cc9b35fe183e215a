package planner

import (
	"slices"

	"github.com/wijkplanner/wijkplanner/planner/schedule"
)

// Halfway is a plan in the making: who serves which location is settled, and
// when each visit takes place is being searched for. It goes through JSON, so
// that another program can go on with it; what comes of it is proved like any
// other plan.
type Halfway struct {
	// Who is the plan as far as it is settled: its assignments and their roles.
	Who Plan
	// When is the best schedule so far, one placement for each visit of the
	// problem, nil for one that is not planned; empty when there is none yet.
	When []*schedule.Placement `json:",omitempty"`
	// Seconds is how long the search for When has taken.
	Seconds float64 `json:",omitempty"`
}

// leastShare is the part of the time for the visits that a search has that goes
// on from a schedule, however long the schedule was searched for before.
const leastShare = 0.1

// keepEvery is the least number of seconds between two schedules that a search
// tells of.
const keepEvery = 5

// fromHalfway returns the plan and the teams that Options.From holds, or false when
// there is nothing to go on from.
func (f *formulation) fromHalfway(o Options) (*Plan, teams, bool) {
	if o.From == nil || len(o.From.Who.Roles) == 0 {
		return nil, nil, false
	}
	p := o.From.Who
	p.Assignments, p.Roles = slices.Clone(p.Assignments), slices.Clone(p.Roles)
	t := teams{}
	for _, role := range f.assignedRoles() {
		t[role.ID] = team{primary: f.placed(&p, role.ID, Primary), backup: f.placed(&p, role.ID, Backup)}
	}
	for i := range p.Roles {
		f.noteShortages(&p.Roles[i])
	}
	return &p, t, true
}

// placed returns who serves each location in a role, by location index.
func (f *formulation) placed(p *Plan, role string, kind AssignmentKind) map[int]string {
	index := make(map[string]int, len(f.state.Locations))
	for l := range f.state.Locations {
		index[f.state.Locations[l].ID] = l
	}
	out := map[int]string{}
	for i := range p.Assignments {
		a := &p.Assignments[i]
		if l, known := index[a.Location]; known && a.Role == role && a.Kind == kind && a.Staff != "" {
			out[l] = a.Staff
		}
	}
	return out
}

// tellHalfway tells that who serves is settled, and lets the search for the
// visits tell of its best schedules. With Iterations a plan is repeatable, also
// when it was interrupted: its schedule is then searched for from the beginning.
func (o Options) tellHalfway(p *Plan, search *schedule.Options) {
	if o.Halfway == nil {
		return
	}
	who := *p
	before := 0.0
	if o.From != nil && o.Iterations == 0 {
		before = o.From.Seconds
	}
	o.Halfway(&Halfway{Who: who, When: search.Start, Seconds: before})
	if o.Iterations > 0 {
		return
	}
	search.KeepEvery = keepEvery
	search.Keep = func(placements []*schedule.Placement, seconds float64) {
		o.Halfway(&Halfway{Who: who, When: placements, Seconds: before + seconds})
	}
}

// goOn lets a search for so many visits begin with the schedule of Options.From,
// with the time that is left of its part.
func (o Options) goOn(search *schedule.Options, visits int) {
	if o.From == nil || o.Iterations > 0 || len(o.From.When) != visits {
		return
	}
	search.Start = o.From.When
	search.Seconds = max(leastShare*search.Seconds, search.Seconds-o.From.Seconds)
}
