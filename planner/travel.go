package planner

import (
	"math"

	"github.com/wijkplanner/wijkplanner/calendar"
)

const (
	earthRadiusKm = 6371.0088
	// grid is the step of all clock times, in minutes: what is planned reads
	// well in a calendar.
	grid = 5
)

// Travel estimates travel between two points without a road map: great circle
// times a detour factor at the speed of the mode. Within one postcode area the
// points are known too coarsely for that, and half the square root of the area
// stands for the distance. Between other points a measured time comes first.
type Travel struct {
	detour, carSpeed, carFixed, bicycleSpeed float64
	// tables hold what a router measured, by mode.
	tables map[TravelMode]*indexed
}

// NewTravel takes the speeds from the programme's assumptions.
func NewTravel(p *Programme, on calendar.Date) Travel {
	return Travel{
		detour:       p.Assume(Detour, "", on),
		carSpeed:     p.Assume(CarSpeed, "", on),
		carFixed:     p.Assume(CarFixed, "", on),
		bicycleSpeed: p.Assume(BicycleSpeed, "", on),
	}
}

// Minutes returns the estimated minutes from a to b; 0 between a point and
// itself.
func (t Travel) Minutes(a, b Point, mode TravelMode) float64 {
	if a.Lat == b.Lat && a.Lon == b.Lon {
		return 0
	}
	km := greatCircle(a, b) * t.detour
	if a.PC4 != "" && a.PC4 == b.PC4 && a.PC4Area > 0 {
		km = 0.5 * math.Sqrt(a.PC4Area)
	} else if minutes, ok := t.measured(a, b, mode); ok {
		return minutes
	}
	if mode == Bicycle {
		return km / t.bicycleSpeed * 60
	}
	return km/t.carSpeed*60 + t.carFixed
}

// Cost returns the travel from a to b in hundredths of a minute, rounded up.
func (t Travel) Cost(a, b Point, mode TravelMode) int64 { return hundredths(t.Minutes(a, b, mode)) }

// Clock returns what the travel takes on the clock: whole steps of the grid.
func (t Travel) Clock(a, b Point, mode TravelMode) int32 { return onGrid(t.Minutes(a, b, mode)) }

// rounding keeps what floating point adds to a round number of minutes from
// becoming a whole step.
const rounding = 1e-6

func hundredths(minutes float64) int64 { return int64(math.Ceil(minutes*100 - rounding)) }

func onGrid(minutes float64) int32 { return int32(math.Ceil(minutes/grid-rounding)) * grid }

// greatCircle returns the distance in km by the haversine formula.
func greatCircle(a, b Point) float64 {
	rad := math.Pi / 180
	dLat, dLon := (b.Lat-a.Lat)*rad, (b.Lon-a.Lon)*rad
	north, east := math.Sin(dLat/2), math.Sin(dLon/2)
	h := float64(north*north) + float64(math.Cos(a.Lat*rad)*math.Cos(b.Lat*rad)*float64(east*east)) // never fused: the same on every machine
	return 2 * earthRadiusKm * math.Asin(math.Min(1, math.Sqrt(h)))
}
