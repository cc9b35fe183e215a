package assign

import (
	"cmp"
	"slices"
)

// Ranked is one candidate in a recommendation.
type Ranked struct {
	Alternative
	// Serves marks who serves the location now; the difference is 0.
	Serves bool
}

// Recommend ranks all candidates for one location, the others staying as they
// are: those that break no rule first, by their exact score difference against
// now, then the others with what blocks them. Ties go to the lower staff index.
func Recommend(p *Problem, staff []int, location int) []Ranked {
	l := newLedger(p, staff)
	ranked := make([]Ranked, 0, len(p.Locations[location].Candidates))
	for _, c := range p.Locations[location].Candidates {
		if c.Staff == staff[location] {
			ranked = append(ranked, Ranked{Alternative: Alternative{Staff: c.Staff}, Serves: true})
			continue
		}
		ranked = append(ranked, Ranked{Alternative: l.alternative(location, c)})
	}
	slices.SortStableFunc(ranked, func(a, b Ranked) int {
		x, y := a.Difference, b.Difference
		return cmp.Or(cmp.Compare(x.Hard, y.Hard), cmp.Compare(x.Medium, y.Medium),
			cmp.Compare(x.Soft, y.Soft), cmp.Compare(a.Staff, b.Staff))
	})
	return ranked
}
