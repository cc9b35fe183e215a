package planner

import (
	"fmt"
	"slices"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
)

// formulation is a state prepared for planning one period: everything looked
// up once that the numbers of both cores are made of.
type formulation struct {
	state     *State
	period    Period
	zone      *time.Location
	weights   Weights
	travel    Travel
	roster    *roster
	blackouts *blackouts
	history   map[string][]CompletedVisit // by location
	rules     map[string]calendar.Series  // by meeting
	// neighbours holds the districts across each district's borders, both ways.
	neighbours map[string][]string
	demanded   []demand
	// first is the first day on which anything can still be planned.
	first calendar.Date
	// replan is what was published, when a plan is made again; else nil.
	replan *replanning
	// byLocation holds the demands of each location, as indices in demanded.
	byLocation [][]int
	// short holds what roles are short of primaries, by role and district.
	short map[[2]string]Shortage
}

// newFormulation prepares a state for a period.
func newFormulation(s *State, p Period) (*formulation, error) {
	zone, err := time.LoadLocation(s.Programme.Zone)
	if err != nil {
		return nil, fmt.Errorf("programme zone %q: %w; use a name such as Europe/Amsterdam", s.Programme.Zone, err)
	}
	if p.Days() == 0 {
		return nil, fmt.Errorf("programme %s runs from %s to %s: nothing to plan in this year",
			s.Programme.Name, s.Programme.From, s.Programme.To)
	}
	hours, err := newRoster(s)
	if err != nil {
		return nil, err
	}
	f := &formulation{
		state: s, period: p, zone: zone, first: p.From,
		weights:   s.Programme.Weights.orDefaults(),
		travel:    NewTravel(&s.Programme, p.From).with(s.Travel),
		roster:    hours,
		blackouts: newBlackouts(s),
		history:   map[string][]CompletedVisit{},
		rules:     map[string]calendar.Series{},
		short:     map[[2]string]Shortage{},
	}
	for _, h := range s.History {
		f.history[h.Location] = append(f.history[h.Location], h)
	}
	f.neighbours = borders(s.Districts)
	if err := f.parseMeetings(); err != nil {
		return nil, err
	}
	f.demanded = f.demands()
	f.byLocation = make([][]int, len(s.Locations))
	for i, d := range f.demanded {
		f.byLocation[d.location] = append(f.byLocation[d.location], i)
	}
	return f, nil
}

// borders completes the neighbours of districts: a border has two sides, though
// a file may name only one.
func borders(districts []District) map[string][]string {
	out := map[string][]string{}
	add := func(a, b string) {
		if !slices.Contains(out[a], b) {
			out[a] = append(out[a], b)
		}
	}
	for i := range districts {
		for _, n := range districts[i].Neighbours {
			add(districts[i].ID, n)
			add(n, districts[i].ID)
		}
	}
	return out
}

func (f *formulation) parseMeetings() error {
	for i := range f.state.Meetings {
		m := &f.state.Meetings[i]
		series, err := m.series(f.zone)
		if err != nil {
			return err
		}
		f.rules[m.ID] = series
	}
	return nil
}

// mostOccurrences bounds what one meeting can have in a period: daily for
// several years.
const mostOccurrences = 5000

// occurrences returns the days of a meeting in the period, each once: it is at
// its own time whatever times of day its rule gives.
func (f *formulation) occurrences(m *Meeting) []calendar.Date {
	return daysOf(f.rules[m.ID], f.period, f.zone)
}

// target returns the demand's requirement, visit type and location.
func (f *formulation) target(d *demand) (*Requirement, *VisitType, *Location) {
	req := &f.state.Programme.Requirements[d.requirement]
	return req, f.state.Programme.VisitType(req.VisitType), &f.state.Locations[d.location]
}

// takesPart reports whether a role is needed at each visit of a requirement.
func (r *Requirement) takesPart(role string) bool {
	return r.Role == role || slices.Contains(r.With, role)
}
