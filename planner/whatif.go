package planner

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/wijkplanner/wijkplanner/calendar"
)

// Outcome is what becomes of a region in a scenario: who, when, whether it fits,
// and how long questions wait.
type Outcome struct {
	// Scenario is its name; empty for the region as it is.
	Scenario string
	State    *State
	Plan     *Plan
	Forecast *Forecast
	Waits    []Wait
	Figures  Figures
}

// Figures put scenarios side by side, in the words of people who choose.
type Figures struct {
	// Locations and Staff are how many take part in the year.
	Locations, Staff int
	// Heaviest is the greatest load against capacity, in percent, and HeaviestStaff
	// whose it is, of those who have any time; NoTime counts who has work and none:
	// somebody who is pinned and whose contract ends.
	Heaviest      float64
	HeaviestStaff string
	NoTime        int
	// TravelHours is the travel of the planned visits in the year.
	TravelHours float64
	// Faces is how many people a location sees on average, over all roles.
	Faces float64
	// Changed is how many locations change hands from today, in any role.
	Changed int
	// Unplanned is how many visits could not be planned, UnplannedMinimum those of
	// them that were promised.
	Unplanned, UnplannedMinimum int
	// ShortFTE is the greatest shortage of any role and month of the forecast, in
	// hundredths of a full-time person, and ShortMonth when; 0 for none.
	ShortFTE   int64
	ShortMonth Month
	// UnassignedFTE is the work of the locations that nobody has.
	UnassignedFTE int64
	// ConsultDays and AcuteDays are the expected waits in the whole region;
	// negative where nobody asks or nobody is served.
	ConsultDays, AcuteDays float64
	// Gap is how far the assignment is from the best there can be, in percent, at
	// most.
	Gap float64
}

// WhatIfOptions steer the comparison of scenarios.
type WhatIfOptions struct {
	Options
	// From is the day from which the forecast goes, Months how far.
	From   calendar.Date
	Months int
	// Runs is how many times the waits are simulated; 0 for 20.
	Runs int
	// Rules are the slot rules of the region; without any the default ones.
	Rules []SlotRule
}

// WhatIf works out the region as it is and each scenario, all with the same seed
// and limits: the assignment, the year plan, the forecast and the waits. The
// first outcome is the region as it is. The faults of a scenario come as an error.
func WhatIf(ctx context.Context, s *State, scenarios []Scenario, o WhatIfOptions) ([]Outcome, error) {
	states := []*State{s}
	names := []string{""}
	for i := range scenarios {
		changed, faults := scenarios[i].Apply(s)
		if len(faults) > 0 {
			return nil, &ScenarioError{scenarios[i].Name, faults}
		}
		states, names = append(states, changed), append(names, scenarios[i].Name)
	}
	out := make([]Outcome, len(states))
	for i, state := range states {
		var err error
		if out[i], err = o.outcome(ctx, state); err != nil {
			if i == 0 {
				return nil, err
			}
			return nil, fmt.Errorf("scenario %q: %w", names[i], err)
		}
		out[i].Scenario = names[i]
	}
	return out, nil
}

// ScenarioError is everything that is wrong with a scenario.
type ScenarioError struct {
	Scenario string
	Faults   []InputError
}

// Error lists the faults, in English.
func (e *ScenarioError) Error() string {
	lines := []string{fmt.Sprintf("scenario %q:", e.Scenario)}
	for _, f := range e.Faults {
		lines = append(lines, "  "+f.Error())
	}
	return strings.Join(lines, "\n")
}

func (o *WhatIfOptions) outcome(ctx context.Context, s *State) (out Outcome, err error) {
	out.State = s
	if out.Plan, err = Solve(ctx, s, o.Options); err != nil {
		return out, err
	}
	planned := s.withAssigned(out.Plan)
	if out.Forecast, err = MakeForecast(planned, o.From, o.Months); err != nil {
		return out, err
	}
	if out.Waits, err = Waiting(planned, WaitingOptions{From: o.From, Months: o.Months, Runs: o.Runs, Seed: o.Seed, Rules: o.Rules, Visits: out.Plan.Visits}); err != nil {
		return out, err
	}
	out.Figures = figures(s, &out)
	return out, nil
}

// withAssigned returns the state in which the plan's assignments are those there
// are: the forecast and the waits are about the plan, not about today.
func (s *State) withAssigned(p *Plan) *State {
	out := *s
	out.Assignments = nil
	for i := range p.Assignments {
		if a := &p.Assignments[i]; a.Staff != "" {
			out.Assignments = append(out.Assignments, Assignment{
				Location: a.Location, Role: a.Role, Staff: a.Staff, Kind: a.Kind, From: calendar.NoDate, To: calendar.NoDate,
			})
		}
	}
	return &out
}

func figures(s *State, o *Outcome) Figures {
	out := Figures{Staff: len(s.Staff), ConsultDays: -1, AcuteDays: -1}
	faces := map[string][]string{}
	for i := range o.Plan.Assignments {
		a := &o.Plan.Assignments[i]
		if a.Kind != Primary {
			continue
		}
		seen := faces[a.Location]
		if a.Staff != "" && !slices.Contains(seen, a.Staff) {
			seen = append(seen, a.Staff)
		}
		faces[a.Location] = seen // also where nobody is: it takes part
		if a.Changed {
			out.Changed++
		}
	}
	out.Locations = len(faces)
	for _, f := range faces {
		out.Faces += float64(len(f)) / float64(len(faces))
	}
	var cost, bound int64
	for i := range o.Plan.Roles {
		r := &o.Plan.Roles[i]
		if r.Kind != Primary {
			continue
		}
		cost, bound = cost+r.Cost, bound+r.Bound
		for _, x := range r.Shortages {
			out.UnassignedFTE += x.FTE
		}
		for _, l := range r.Loads {
			if l.Capacity <= 0 && l.Load > 0 {
				out.NoTime++
			}
			if l.Capacity > 0 && 100*float64(l.Load)/float64(l.Capacity) > out.Heaviest {
				out.Heaviest, out.HeaviestStaff = 100*float64(l.Load)/float64(l.Capacity), l.Staff
			}
		}
	}
	if cost > 0 {
		out.Gap = 100 * float64(cost-bound) / float64(cost)
	}
	out.count(o)
	return out
}

func (x *Figures) count(o *Outcome) {
	for i := range o.Plan.Visits {
		for _, c := range o.Plan.Visits[i].Crew {
			x.TravelHours += float64(c.TravelMinutes) / 60
		}
	}
	for i := range o.Plan.Unplanned {
		x.Unplanned++
		if o.Plan.Unplanned[i].Level == Minimum {
			x.UnplannedMinimum++
		}
	}
	for i := range o.Forecast.Rows {
		if r := &o.Forecast.Rows[i]; r.District == "" && r.ShortFTE > x.ShortFTE {
			x.ShortFTE, x.ShortMonth = r.ShortFTE, r.Month
		}
	}
	for _, w := range o.Waits {
		switch {
		case w.District != "":
		case w.Acute:
			x.AcuteDays = w.Mean
		default:
			x.ConsultDays = w.Mean
		}
	}
}
