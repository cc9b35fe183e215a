package planner

import (
	"math"
	"testing"
)

func TestTravelMinutes(t *testing.T) {
	t.Parallel()
	travel := NewTravel(&Programme{}, date("2027-01-01"))
	nijmegen, arnhem := Point{Lat: 51.8425, Lon: 5.8528}, Point{Lat: 51.9851, Lon: 5.8987}
	// 16.17 km great circle × 1.3 = 21.0 km: 36 minutes at 35 km/h and 5 to park.
	for _, c := range []struct {
		name string
		a, b Point
		mode TravelMode
		want float64
	}{
		{"car", nijmegen, arnhem, Car, 41.03},
		{"bicycle", nijmegen, arnhem, Bicycle, 84.07},
		{"back", arnhem, nijmegen, Car, 41.03},
		{"nowhere", nijmegen, nijmegen, Car, 0},
		{"within a postcode", Point{51.84, 5.85, "6511", 4}, Point{51.841, 5.85, "6511", 4}, Car, 1.0/35*60 + 5},
		{"one postcode of unknown size", Point{51.84, 5.85, "6511", 0}, Point{51.85, 5.85, "6511", 0}, Bicycle, 5.782},
	} {
		if got := travel.Minutes(c.a, c.b, c.mode); math.Abs(got-c.want) > 0.01 {
			t.Errorf("%s: %.3f minutes, want %.3f", c.name, got, c.want)
		}
	}
}

func TestTravelOnTheClockAndInCost(t *testing.T) {
	t.Parallel()
	travel := NewTravel(&Programme{}, date("2027-01-01"))
	a, b := Point{Lat: 51.84, Lon: 5.85}, Point{Lat: 51.85, Lon: 5.85}
	if got := travel.Cost(a, b, Bicycle); got != 579 {
		t.Errorf("cost %d, want 579 hundredths: 5.782 minutes rounded up", got)
	}
	if got := travel.Clock(a, b, Bicycle); got != 10 {
		t.Errorf("clock %d, want 10: the next step of five minutes", got)
	}
	if travel.Clock(a, a, Car) != 0 || travel.Cost(a, a, Car) != 0 {
		t.Error("no travel to where one is")
	}
}

func TestAssume(t *testing.T) {
	t.Parallel()
	p := &Programme{Assumptions: []Assumption{
		{Key: NonCaseShare, Value: 20, From: date("2026-01-01")},
		{Key: NonCaseShare, Value: 22, From: date("2027-01-01")},
		{Key: NonCaseShare, Value: 30, Organisation: "ggd", From: date("2026-01-01")},
		{Key: NonCaseShare, Value: 99, Organisation: "ggd", From: date("2028-01-01")},
	}}
	for _, c := range []struct {
		organisation, on string
		want             float64
	}{
		{"", "2026-06-01", 20},
		{"", "2027-01-01", 22},
		{"ggd", "2027-01-01", 30},
		{"other", "2027-01-01", 22},
		{"", "2025-01-01", 25}, // the default
	} {
		if got := p.Assume(NonCaseShare, c.organisation, date(c.on)); got != c.want {
			t.Errorf("%q on %s: %v, want %v", c.organisation, c.on, got, c.want)
		}
	}
	for _, a := range AssumptionDefaults() {
		if a.Source != "assumption" || a.Unit == "" {
			t.Errorf("%s must say that it is an assumption, and its unit", a.Key)
		}
	}
}
