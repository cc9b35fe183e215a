package verify

import (
	"math"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
)

const (
	earthRadius = 6371.0088 // km
	// rounding is what a floating-point result may pass a whole number by
	// before it is rounded up to the next.
	rounding = 1e-6
)

// norms are the values of the programme's assumptions that hold everywhere.
type norms struct {
	tripShare                      int64
	reach                          int
	detour                         float64
	carSpeed, carFixed, bicycleKmh float64
	// measured are the tables of a router, by mode.
	measured map[planner.TravelMode]measuredTable
}

func (c *checker) readNorms() {
	c.norms = norms{
		tripShare:  int64(c.assumption("trip_share", 50, "")),
		reach:      int(c.assumption("reach", 40, "")),
		detour:     c.assumption("detour", 1.3, ""),
		carSpeed:   c.assumption("car_kmh", 35, ""),
		carFixed:   c.assumption("car_fixed_minutes", 5, ""),
		bicycleKmh: c.assumption("bicycle_kmh", 15, ""),
	}
}

// assumption returns the norm for an employer when the period begins: the
// employer's own first, then the general one, of each the latest, else the
// default.
func (c *checker) assumption(key string, otherwise float64, organisation string) float64 {
	for _, owner := range []string{organisation, ""} {
		value, since, found := 0.0, calendar.NoDate, false
		for _, a := range c.state.Programme.Assumptions {
			if a.Key == key && a.Organisation == owner && a.From <= c.from && (!found || a.From >= since) {
				value, since, found = a.Value, a.From, true
			}
		}
		if found {
			return value
		}
	}
	return otherwise
}

// minutes estimates the travel from a to b.
func (n *norms) minutes(a, b *planner.Point, mode planner.TravelMode) float64 {
	if a.Lat == b.Lat && a.Lon == b.Lon {
		return 0
	}
	var km float64
	if a.PC4 != "" && a.PC4 == b.PC4 && a.PC4Area > 0 {
		km = math.Sqrt(a.PC4Area) / 2
	} else if minutes, ok := n.measuredMinutes(a, b, mode); ok {
		return minutes
	} else {
		km = haversine(a, b) * n.detour
	}
	if mode == planner.Bicycle {
		return 60 * km / n.bicycleKmh
	}
	return 60*km/n.carSpeed + n.carFixed
}

// cost returns the travel in hundredths of a minute.
func (n *norms) cost(a, b *planner.Point, mode planner.TravelMode) int64 {
	return int64(math.Ceil(100*n.minutes(a, b, mode) - rounding))
}

// clock returns what the travel takes on the clock: steps of five minutes.
func (n *norms) clock(a, b *planner.Point, mode planner.TravelMode) int {
	return 5 * int(math.Ceil(n.minutes(a, b, mode)/5-rounding))
}

// haversine returns the great-circle distance in km.
func haversine(a, b *planner.Point) float64 {
	const degree = math.Pi / 180
	sinLat := math.Sin((b.Lat - a.Lat) * degree / 2)
	sinLon := math.Sin((b.Lon - a.Lon) * degree / 2)
	h := sinLat*sinLat + math.Cos(a.Lat*degree)*math.Cos(b.Lat*degree)*sinLon*sinLon
	return 2 * earthRadius * math.Asin(min(1, math.Sqrt(h)))
}
