package planner

import (
	"cmp"
	"slices"

	"github.com/wijkplanner/wijkplanner/planner/schedule"
)

// legKey names a stop of somebody: a visit, or (visit None) a fixed stop.
type legKey struct{ visit, staff, fixed int }

// leg is the travel to a stop, and at the last stop of a day the way home too.
type leg struct {
	// minutes is the way to the stop on the clock.
	minutes int32
	// home is the way home after it on the clock, 0 but for the day's last stop.
	home int32
	// cost includes the way home after the day's last stop.
	cost int64
}

// stop is a stop of one route.
type stop struct {
	key   legKey
	day   int
	start int32
	place int
	staff int
}

// legs returns the travel to each stop of a solution.
func (p *visitProblem) legs(placements []*schedule.Placement) map[legKey]leg {
	stops := p.stops(placements)
	slices.SortStableFunc(stops, func(a, b stop) int {
		return cmp.Or(cmp.Compare(a.staff, b.staff), cmp.Compare(a.day, b.day), cmp.Compare(a.start, b.start))
	})
	out := map[legKey]leg{}
	for i, s := range stops {
		m := &p.Staff[s.staff]
		t := &p.Travel[m.Mode]
		from := m.Home
		if i > 0 && stops[i-1].staff == s.staff && stops[i-1].day == s.day {
			from = stops[i-1].place
		}
		var l leg
		l.minutes, l.cost = t.Leg(from, s.place, p.Weights.Travel)
		if i == len(stops)-1 || stops[i+1].staff != s.staff || stops[i+1].day != s.day {
			home, cost := t.Leg(s.place, m.Home, p.Weights.Travel)
			l.home = home
			l.cost += cost
		}
		out[s.key] = l
	}
	return out
}

// stops lists every stop that has a place.
func (p *visitProblem) stops(placements []*schedule.Placement) []stop {
	var out []stop
	for i, x := range p.Fixed {
		if x.Place != schedule.None {
			out = append(out, stop{
				key: legKey{visit: schedule.None, staff: x.Staff, fixed: i},
				day: x.Day, start: x.Start, place: x.Place, staff: x.Staff,
			})
		}
	}
	for v, place := range placements {
		if place == nil || p.Visits[v].Place == schedule.None {
			continue
		}
		for _, s := range place.Staff {
			out = append(out, stop{
				key: legKey{visit: v, staff: s}, day: place.Day, start: place.Start, place: p.Visits[v].Place, staff: s,
			})
		}
	}
	return out
}
