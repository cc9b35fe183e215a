package verify

import (
	"math"
	"slices"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
)

// checkAreas proves the work areas of plan.json: the districts that people
// serve, and their shape from shared borders.
func (p *roleProof) checkAreas() {
	at := Fault{Kind: WrongArea, Role: p.role.ID, Date: calendar.NoDate}
	told := map[string]AreaRow{}
	for _, a := range p.summary.Areas {
		if _, twice := told[a.Staff]; twice || p.byID[a.Staff] == nil {
			p.c.add(at, "plan.json names the area of %q, who has none or another", a.Staff)
		}
		told[a.Staff] = a
	}
	for _, s := range p.people {
		at.Staff = s.ID
		want := p.area(s)
		have, named := told[s.ID]
		same := slices.Equal(have.Districts, want.Districts) && have.Parts == want.Parts && have.Compactness == want.Compactness
		if named != (len(want.Districts) > 0) || named && !same {
			p.c.add(at, "plan.json gives the area %v in %d parts, compactness %d; it is %v, %d, %d",
				have.Districts, have.Parts, have.Compactness, want.Districts, want.Parts, want.Compactness)
		}
	}
}

// area works out somebody's work area from who serves what.
func (p *roleProof) area(s *person) AreaRow {
	out := AreaRow{Staff: s.ID}
	for i := range p.items {
		for _, l := range p.items[i].locations {
			if p.server(l) == s.ID && l.District != "" && !slices.Contains(out.Districts, l.District) {
				out.Districts = append(out.Districts, l.District)
			}
		}
	}
	slices.Sort(out.Districts)
	out.Parts, out.Compactness = p.c.measure(out.Districts)
	return out
}

// measure works with a table of distances, by Floyd and Warshall.
func (c *checker) measure(area []string) (parts, compactness int) {
	n := len(area)
	if n < 2 {
		return n, 100 * n
	}
	const far = math.MaxInt32
	distance := make([][]int, n)
	for i := range distance {
		distance[i] = slices.Repeat([]int{far}, n)
		distance[i][i] = 0
	}
	for i := range c.state.Districts {
		d := &c.state.Districts[i]
		a := slices.Index(area, d.ID)
		for _, next := range d.Neighbours {
			if b := slices.Index(area, next); a >= 0 && b >= 0 && a != b {
				distance[a][b], distance[b][a] = 1, 1
			}
		}
	}
	for k := range n {
		for a := range n {
			for b := range n {
				distance[a][b] = min(distance[a][b], distance[a][k]+distance[k][b])
			}
		}
	}
	sum := 0.0
	for a := range n {
		first := true
		for b := range n {
			if distance[a][b] >= far {
				continue
			}
			first = first && b >= a
			if b != a {
				sum += 1 / float64(distance[a][b])
			}
		}
		if first {
			parts++
		}
	}
	return parts, int(math.Round(100 * sum / float64(n*(n-1))))
}

// scattered prices each part of somebody's work area beyond the first; where no
// border is known, nothing hangs together and nothing is charged.
func (p *roleProof) scattered(s *person) int64 {
	if !slices.ContainsFunc(p.c.state.Districts, func(d planner.District) bool { return len(d.Neighbours) > 0 }) {
		return 0
	}
	known := slices.DeleteFunc(p.area(s).Districts, func(d string) bool { return p.knownDistrict(d) == "" })
	parts, _ := p.c.measure(known)
	return p.c.weights.Scattered * int64(max(0, parts-1))
}

// paired prices each different person with whom somebody shares locations, in
// roles assigned before of which one names the other as its pair.
func (p *roleProof) paired(s *person) int64 {
	met := map[string]bool{}
	for i := range p.c.state.Programme.Roles {
		other := &p.c.state.Programme.Roles[i]
		if other.ID == p.role.ID {
			break
		}
		if other.Pair != p.role.ID && p.role.Pair != other.ID {
			continue
		}
		for k := range p.items {
			for _, l := range p.items[k].locations {
				if with := p.c.first(other.ID, l.ID); p.server(l) == s.ID && with != "" && with != s.ID {
					met[with] = true
				}
			}
		}
	}
	return p.c.weights.Pair * int64(len(met))
}
