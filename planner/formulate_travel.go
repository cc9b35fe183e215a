package planner

import (
	"math"
	"slices"

	"github.com/wijkplanner/wijkplanner/planner/schedule"
)

// addTravel gives each person a table of the places where that person may ever
// be, so that a large region needs little: clock steps and exact cost. People
// with many places share one table for each mode, so that the tables together
// never hold much more than a table of everything would.
func (f *formulation) addTravel(p *visitProblem) {
	points := f.places()
	visited := p.placesOf()
	many := int(float64(len(points)) / math.Sqrt(float64(max(1, len(p.Staff)))))
	for _, mode := range f.modes() {
		var shared []int // people
		var union []int  // places
		for i := range p.Staff {
			switch {
			case f.state.Staff[i].Mode != mode:
			case len(visited[i]) > many:
				shared, union = append(shared, i), append(union, visited[i]...)
			default:
				p.Staff[i].Mode = len(p.Travel)
				p.Travel = append(p.Travel, f.table(points, visited[i], mode))
			}
		}
		for _, i := range shared {
			p.Staff[i].Mode = len(p.Travel)
		}
		if len(shared) > 0 {
			p.Travel = append(p.Travel, f.table(points, ordered(union), mode))
		}
	}
}

// table is the travel between some places. Travel is the same both ways.
func (f *formulation) table(points []Point, of []int, mode TravelMode) schedule.Travel {
	n := len(of)
	t := schedule.Travel{Places: n, Of: of, Time: make([]int32, n*n), Cost: make([]int32, n*n)}
	for a := range n {
		for b := range a {
			minutes := f.travel.Minutes(points[of[a]], points[of[b]], mode)
			clock, cost := onGrid(minutes), int32(hundredths(minutes)*f.weights.Travel/100)
			t.Time[a*n+b], t.Cost[a*n+b] = clock, cost
			t.Time[b*n+a], t.Cost[b*n+a] = clock, cost
		}
	}
	return t
}

// placesOf lists the places where each person may ever be, in order: home,
// meetings, and the visits that the person may make or was to make.
func (p *visitProblem) placesOf() [][]int {
	out := make([][]int, len(p.Staff))
	add := func(staff, place int) {
		if place != schedule.None {
			out[staff] = append(out[staff], place)
		}
	}
	for i := range p.Staff {
		add(i, p.Staff[i].Home)
	}
	for _, x := range p.Fixed {
		add(x.Staff, x.Place)
	}
	for i := range p.Visits {
		v := &p.Visits[i]
		for _, options := range v.Crew {
			for _, o := range options {
				add(o.Staff, v.Place)
			}
		}
		if v.Published != nil {
			for _, s := range v.Published.Staff {
				add(s, v.Place)
			}
		}
	}
	for i := range out {
		out[i] = ordered(out[i])
	}
	return out
}

// ordered sorts a list and leaves out what is in it twice.
func ordered(list []int) []int {
	slices.Sort(list)
	return slices.Clip(slices.Compact(list))
}

// modes lists the travel modes in use, in the order in which staff name them.
func (f *formulation) modes() []TravelMode {
	var out []TravelMode
	for i := range f.state.Staff {
		if m := f.state.Staff[i].Mode; !slices.Contains(out, m) {
			out = append(out, m)
		}
	}
	return out
}
