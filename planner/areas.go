package planner

import (
	"math"
	"slices"
)

// Area is somebody's work area in a role: the districts of the locations that
// the person serves.
type Area struct {
	Staff string
	// Districts are ids, in ascending order.
	Districts []string
	// Parts is the number of connected groups that the districts form by shared
	// borders: 1 is contiguous.
	Parts int
	// Compactness is 0 to 100: the mean over all pairs of the area's districts
	// of 1 ÷ the number of borders to cross between them without leaving the
	// area, 0 where there is no such way. One district alone has 100.
	Compactness int
}

// areas returns the work areas of a role's primaries, in the order of staff.
func (f *formulation) areas(p *roleProblem, staff []int) []Area {
	out := make([]Area, len(p.staff))
	for i, s := range p.staff {
		out[i].Staff = f.state.Staff[s].ID
	}
	for i, s := range staff {
		if s < 0 {
			continue
		}
		for _, l := range p.items[i].locations {
			d := f.state.Locations[l].District
			if d != "" && !slices.Contains(out[s].Districts, d) {
				out[s].Districts = append(out[s].Districts, d)
			}
		}
	}
	out = slices.DeleteFunc(out, func(a Area) bool { return len(a.Districts) == 0 })
	for i := range out {
		slices.Sort(out[i].Districts)
		out[i].Parts, out[i].Compactness = f.shape(out[i].Districts)
	}
	return out
}

// shape measures a set of districts; see Area.
func (f *formulation) shape(districts []string) (parts, compactness int) {
	if len(districts) == 1 {
		return 1, 100
	}
	closeness, pairs := 0.0, 0
	seen := map[string]bool{}
	for _, from := range districts {
		hops := f.hops(from, districts)
		if !seen[from] {
			parts++
		}
		for _, to := range districts {
			if h, reached := hops[to]; reached {
				seen[to] = true
				if h > 0 {
					closeness += 1 / float64(h)
				}
			}
			pairs++
		}
	}
	return parts, int(math.Round(100 * closeness / float64(pairs-len(districts))))
}

// hops counts the borders between a district and each that can be reached from
// it within an area.
func (f *formulation) hops(from string, area []string) map[string]int {
	out := map[string]int{from: 0}
	for queue := []string{from}; len(queue) > 0; queue = queue[1:] {
		at := queue[0]
		for _, next := range f.neighbours[at] {
			if _, known := out[next]; !known && slices.Contains(area, next) {
				out[next] = out[at] + 1
				queue = append(queue, next)
			}
		}
	}
	return out
}
