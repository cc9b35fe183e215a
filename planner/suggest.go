package planner

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner/schedule"
)

// OpenItem is one visit that somebody asks for beside what is promised: a
// consult, an observation, an extra talk.
type OpenItem struct {
	Location, VisitType, Role string
	// Period holds the days that are possible, within one year.
	Period Period
}

// Suggestion is a moment for an open item.
type Suggestion struct {
	Date  calendar.Date
	Clock calendar.Clock
	Staff string
	// Difference is what the plan costs more (negative: less) with the visit
	// there: travel, evenness of weeks, school holidays, a backup, in hundredths
	// of a minute-equivalent.
	Difference int64
}

// openItem is the id of the requirement that an open item is tried as.
const openItem = "open-item"

// SuggestVisit ranks the best k moments of an open item, the best first, with
// everything that is published where it is: by the location's own person or
// backup, within working time and opening hours, with time to travel, within the
// caps and with the acute minutes left free. At most one moment is given for each
// window of a day and person. With no moment at all it says what stands in the
// way, as the reason of an unplanned visit.
func SuggestVisit(s *State, published Published, item OpenItem, k int) ([]Suggestion, *Reason, error) {
	if err := item.check(s); err != nil {
		return nil, nil, err
	}
	tried := *s
	tried.Programme.Requirements = append(slices.Clone(s.Programme.Requirements), Requirement{
		ID: openItem, Role: item.Role, VisitType: item.VisitType, Target: 1, Select: &Selection{Locations: []string{item.Location}},
		From: monthDay(item.Period.From), To: monthDay(item.Period.To),
	})
	period := s.Programme.YearPeriod(item.Period.From.Year())
	r := newReplanning(&tried, published.in(s.Programme.Zone), ReplanOptions{Today: item.Period.From, MaxMoves: -1}, period.From)
	r.unfrozen = true
	f, err := newFormulation(r.state(&tried, period), period)
	if err != nil {
		return nil, nil, err
	}
	f.replan = r
	f.startFrom(max(period.From, item.Period.From))
	p := f.formulateVisits(f.publishedTeams())
	at := slices.IndexFunc(p.visits, func(v visitRef) bool {
		return f.state.Programme.Requirements[f.demanded[v.demand].requirement].ID == openItem
	})
	if at < 0 {
		return nil, f.whyOpen(p), nil
	}
	placements := p.standing()
	return f.suggestions(p, placements, at, k)
}

// check reports everything about an open item that makes no sense.
func (o *OpenItem) check(s *State) error {
	var faults []error
	if o.Period.Days() == 0 || o.Period.From.Year() != o.Period.To.Year() {
		faults = append(faults, fmt.Errorf("from %s to %s: want days of one year", o.Period.From, o.Period.To))
	}
	if s.Programme.VisitType(o.VisitType) == nil {
		faults = append(faults, fmt.Errorf("unknown visit type %q", o.VisitType))
	}
	role := s.Programme.Role(o.Role)
	if role == nil {
		faults = append(faults, fmt.Errorf("unknown role %q", o.Role))
	}
	i := slices.IndexFunc(s.Locations, func(l Location) bool { return l.ID == o.Location })
	switch {
	case i < 0:
		faults = append(faults, fmt.Errorf("unknown location %q", o.Location))
	case role != nil && !role.Select.Picks(&s.Locations[i]):
		faults = append(faults, fmt.Errorf("role %s is not for location %s", o.Role, o.Location))
	}
	return errors.Join(faults...)
}

// publishedTeams returns who serves each location as published.
func (f *formulation) publishedTeams() teams {
	t := teams{}
	for _, a := range latest(f.replan.published.Assignments) {
		l := f.locationIndex(a.Location)
		if l < 0 {
			continue
		}
		if _, known := t[a.Role]; !known {
			t[a.Role] = team{primary: map[int]string{}, backup: map[int]string{}}
		}
		if a.Kind == Backup {
			t[a.Role].backup[l] = a.Staff
		} else {
			t[a.Role].primary[l] = a.Staff
		}
	}
	return t
}

// standing returns the published placements that can all be held together.
func (p *visitProblem) standing() []*schedule.Placement {
	for v := range p.Visits {
		p.Visits[v].Pinned = p.Visits[v].Published != nil
	}
	for p.thaw() {
	}
	out := make([]*schedule.Placement, len(p.Visits))
	for v := range p.Visits {
		if p.Visits[v].Pinned {
			out[v], p.Visits[v].Pinned = p.Visits[v].Published, false
		}
	}
	return out
}

// whyOpen says why an open item is no part of the problem at all.
func (f *formulation) whyOpen(p *visitProblem) *Reason {
	for _, ref := range p.orphans {
		if f.state.Programme.Requirements[f.demanded[ref.demand].requirement].ID == openItem {
			return &Reason{Blocked: []string{ref.blocked + ":1"}, Change: ref.change}
		}
	}
	return &Reason{Blocked: []string{string(schedule.FaultWindow) + ":1"}}
}

func (f *formulation) suggestions(p *visitProblem, placements []*schedule.Placement, at, k int) ([]Suggestion, *Reason, error) {
	reasons := f.reasons(p, placements)
	var out []Suggestion
	for _, a := range reasons.Recommend(at, len(p.days)*len(p.Staff)) {
		out = append(out, Suggestion{
			p.days[a.Placement.Day], calendar.Clock(a.Placement.Start), f.state.Staff[a.Placement.Staff[0]].ID, a.Difference,
		})
	}
	if len(out) == 0 {
		f.nameVisits(p)
		e := reasons.Explain(at)
		why := f.unplanned(p, at, &e).Reason
		return nil, &why, nil
	}
	slices.SortStableFunc(out, func(a, b Suggestion) int {
		return cmp.Or(cmp.Compare(a.Difference, b.Difference), cmp.Compare(a.Date, b.Date), cmp.Compare(a.Clock, b.Clock))
	})
	return out[:min(k, len(out))], nil, nil
}

// monthDay returns the day of the year that a date is.
func monthDay(d calendar.Date) MonthDay { return MonthDay{int(d.Time().Month()), d.Time().Day()} }
