package verify

import (
	"slices"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
)

// Travel is the content of travel.json: what a road router measured. A plan takes
// it as given; what is missing in it is estimated.
type Travel struct {
	Source string `json:"source"`
	// Why is a code when something is estimated although a router was asked.
	Why   string                 `json:"why"`
	Modes map[string]TravelTable `json:"modes"`
}

// TravelTable is the travel of one mode: points by latitude and longitude, and
// the seconds from each to each, −1 for unknown.
type TravelTable struct {
	Points  [][2]float64 `json:"points"`
	Seconds [][]int32    `json:"seconds"`
}

// highestSpeed is the speed in km/h above which nothing travels: a measured time
// shorter than that is not used.
const highestSpeed = 200

// measuredTable finds measured travel by coordinates.
type measuredTable struct {
	row     map[[2]float64]int
	seconds [][]int32
}

// readTravel takes over measured tables that can be read.
func (c *checker) readTravel() {
	if c.folder.Travel == nil {
		return
	}
	c.norms.measured = map[planner.TravelMode]measuredTable{}
	for mode, t := range c.folder.Travel.Modes {
		whole := len(t.Seconds) == len(t.Points) && !slices.ContainsFunc(t.Seconds, func(r []int32) bool { return len(r) != len(t.Points) })
		row := make(map[[2]float64]int, len(t.Points))
		for i, p := range t.Points {
			row[p] = i
		}
		if !whole || len(row) != len(t.Points) {
			c.add(Fault{Kind: WrongTravel, Date: calendar.NoDate}, "travel.json: the table of %s is not one row and column for each point", mode)
			continue
		}
		c.norms.measured[planner.TravelMode(mode)] = measuredTable{row, t.Seconds}
	}
}

// measuredMinutes returns the mean of both directions, with the fixed minutes
// of a trip by car; false where a direction is unknown or too fast to be true.
func (n *norms) measuredMinutes(a, b *planner.Point, mode planner.TravelMode) (float64, bool) {
	t := n.measured[mode]
	i, known := t.row[[2]float64{a.Lat, a.Lon}]
	k, both := t.row[[2]float64{b.Lat, b.Lon}]
	if !known || !both {
		return 0, false
	}
	for _, s := range []int32{t.seconds[i][k], t.seconds[k][i]} {
		if s < 0 || float64(s) < haversine(a, b)/highestSpeed*3600 {
			return 0, false
		}
	}
	minutes := float64(t.seconds[i][k]+t.seconds[k][i]) / 2 / 60
	if mode != planner.Bicycle {
		minutes += n.carFixed
	}
	return minutes, true
}
