package files

import (
	"math"
	"slices"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"

	"github.com/wijkplanner/wijkplanner/planner"
)

// outlines finds the district that a point lies in. A postcode area alone does
// not: half of them lie in more than one district.
type outlines struct{ districts []outline }

type outline struct {
	id, municipality string
	bound            orb.Bound
	rings            []orb.Ring
}

func newOutlines(districts []*planner.District) *outlines {
	o := &outlines{}
	for _, d := range districts {
		if len(d.Rings) == 0 {
			continue
		}
		one := outline{id: d.ID, municipality: d.Municipality}
		for i, ring := range d.Rings {
			r := make(orb.Ring, len(ring))
			for j, p := range ring {
				r[j] = orb.Point(p)
			}
			one.rings = append(one.rings, r)
			if i == 0 {
				one.bound = r.Bound()
			}
			one.bound = one.bound.Union(r.Bound())
		}
		o.districts = append(o.districts, one)
	}
	slices.SortFunc(o.districts, func(a, b outline) int {
		if a.id < b.id {
			return -1
		}
		return 1
	})
	return o
}

// find returns the first district of a municipality, by id, that holds a point.
func (o *outlines) find(municipality string, p planner.Point) (id string, ok bool) {
	at := orb.Point{p.Lon, p.Lat}
	for i := range o.districts {
		d := &o.districts[i]
		if d.municipality == municipality && d.bound.Contains(at) && d.contains(at) {
			return d.id, true
		}
	}
	return "", false
}

// contains counts rings: a point in an even number of them lies outside or in
// a hole.
func (d *outline) contains(p orb.Point) bool {
	inside := false
	for _, ring := range d.rings {
		if planar.RingContains(ring, p) {
			inside = !inside
		}
	}
	return inside
}

// grid is the step in degrees, about a decimetre, to which two outlines must
// agree to share a corner.
const grid = 1e-6

// joinNeighbours makes neighbours of districts whose outlines share a border:
// two corners or more. Districts that name neighbours keep them.
func joinNeighbours(districts []*planner.District) {
	corners := make(map[[2]int64][]int)
	for i, d := range districts {
		for _, ring := range d.Rings {
			for _, p := range ring {
				key := [2]int64{int64(math.Round(p[0] / grid)), int64(math.Round(p[1] / grid))}
				if at := corners[key]; len(at) == 0 || at[len(at)-1] != i {
					corners[key] = append(at, i)
				}
			}
		}
	}
	shared := make(map[[2]int]int)
	for _, at := range corners {
		for i := range at {
			for _, j := range at[i+1:] {
				shared[[2]int{at[i], j}]++
			}
		}
	}
	for pair, n := range shared {
		if n >= 2 && pair[0] != pair[1] {
			a, b := districts[pair[0]], districts[pair[1]]
			a.Neighbours = append(a.Neighbours, b.ID)
			b.Neighbours = append(b.Neighbours, a.ID)
		}
	}
	for _, d := range districts {
		slices.Sort(d.Neighbours)
		d.Neighbours = slices.Compact(d.Neighbours)
	}
}
