package planner

import (
	"testing"
)

// A measured time comes before the estimate, the mean of both directions; what
// is unknown or too fast to be true is estimated.
func TestMeasuredTravelComesFirst(t *testing.T) {
	t.Parallel()
	p := Programme{}
	estimate := NewTravel(&p, 0)
	a, b, c := Point{Lat: 51.80, Lon: 5.85}, Point{Lat: 51.84, Lon: 5.85}, Point{Lat: 51.88, Lon: 5.85}
	table := NewModeTable([][2]float64{a.coordinates(), b.coordinates(), c.coordinates()})
	table.Set(0, 1, 600.4)
	table.Set(1, 0, 660)
	table.Set(0, 2, 1) // 9 km in a second
	table.Set(2, 0, 1)
	table.Set(1, 2, 700)
	table.Set(2, 1, -5)
	travel := estimate.with(&TravelTable{Modes: map[TravelMode]*ModeTable{Car: table}})
	if got := travel.Minutes(a, b, Car); got != 10.5+5 {
		t.Errorf("%v minutes by car, want the mean of 10 and 11 and 5 to park", got)
	}
	for name, x := range map[string]struct {
		from, to Point
		mode     TravelMode
	}{"one way only": {b, c, Car}, "too fast": {a, c, Car}, "another mode": {a, b, Bicycle}, "unknown point": {a, Point{Lat: 52, Lon: 5}, Car}} {
		if got, want := travel.Minutes(x.from, x.to, x.mode), estimate.Minutes(x.from, x.to, x.mode); got != want {
			t.Errorf("%s: %v, want the estimate %v", name, got, want)
		}
	}
	near := Point{Lat: 51.8, Lon: 5.85, PC4: "6511", PC4Area: 4}
	far := Point{Lat: 51.84, Lon: 5.85, PC4: "6511", PC4Area: 4}
	if got, want := travel.Minutes(near, far, Car), estimate.Minutes(near, far, Car); got != want {
		t.Errorf("%v within a postcode area, want %v: the points are too coarse to measure", got, want)
	}
	if known, all := table.Known(); known != 5 || all != 6 {
		t.Errorf("%d of %d pairs known", known, all)
	}
	if n := len(PlacesToMeasure([]*State{town()})[Bicycle]); n != 4 {
		t.Errorf("%d points by bicycle, want a home and three locations", n)
	}
}
