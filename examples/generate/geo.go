package main

import (
	"hash/fnv"
	"math"
	"math/rand/v2"
	"strings"
)

// point is a place in degrees (WGS 84).
type point struct{ lat, lon float64 }

// district is a CBS wijk with its outline, lon before lat as in GeoJSON.
type district struct {
	id, name, municipality, level, area, region string
	year                                        int
	rings                                       [][][2]float64
}

// source returns a random source that depends on the names alone, so that a
// new row never changes the numbers of the others.
func source(names ...string) *rand.Rand {
	h := fnv.New64a()
	_, _ = h.Write([]byte(strings.Join(names, "\x00")))
	return rand.New(rand.NewPCG(h.Sum64(), 2027))
}

// holds reports whether a point lies within the outline: even–odd rule over
// all rings.
func (d *district) holds(p point) bool {
	in := false
	for _, ring := range d.rings {
		for i, j := 0, len(ring)-1; i < len(ring); j, i = i, i+1 {
			a, b := ring[i], ring[j]
			if (a[1] > p.lat) != (b[1] > p.lat) &&
				p.lon < (b[0]-a[0])*(p.lat-a[1])/(b[1]-a[1])+a[0] {
				in = !in
			}
		}
	}
	return in
}

// districtAt returns the district of a point, or nil.
func districtAt(districts []district, p point) *district {
	for i := range districts {
		if districts[i].holds(p) {
			return &districts[i]
		}
	}
	return nil
}

const degreeKm = 111.195 // one degree of latitude

// near returns a point within km of the centre, evenly spread over the disc
// and rounded to five decimals (a metre).
func near(r *rand.Rand, centre point, km float64) point {
	distance := km * math.Sqrt(r.Float64())
	angle := 2 * math.Pi * r.Float64()
	return point{
		lat: round5(centre.lat + distance*math.Sin(angle)/degreeKm),
		lon: round5(centre.lon + distance*math.Cos(angle)/(degreeKm*math.Cos(centre.lat*math.Pi/180))),
	}
}

func round5(x float64) float64 { return math.Round(x*1e5) / 1e5 }

// radius returns the radius in km of a disc as big as most of the area: points
// in it lie around the centre and seldom beyond the border.
func (a *area) radius() float64 { return 0.75 * math.Sqrt(a.km2/math.Pi) }

// settle returns a point near the area's centre that lies in one of the
// districts, and that district. The disc grows until there is one.
func settle(r *rand.Rand, a *area, districts []district) (point, *district) {
	for km := a.radius(); ; km *= 1.3 {
		for range 100 {
			p := near(r, a.centre, km)
			if d := districtAt(districts, p); d != nil {
				return p, d
			}
		}
	}
}
