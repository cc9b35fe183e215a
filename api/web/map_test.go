package web_test

import (
	"math"
	"testing"

	"github.com/wijkplanner/wijkplanner/api/web"
)

func TestMapDrawsEveryLocationInside(t *testing.T) {
	t.Parallel()
	for _, r := range []web.Region{small(t), generated(t, "Groot", 400, 16)} {
		for _, role := range glance(t, r, now).Roles {
			m := role.Map
			if len(m.Points)+m.Absent != len(r.State.Locations) || len(m.Outlines) != len(r.State.Districts) {
				t.Errorf("%d points, %d absent, %d outlines", len(m.Points), m.Absent, len(m.Outlines))
			}
			for _, p := range m.Points {
				if p.X < 0 || p.Y < 0 || p.X+p.Size > m.Width || p.Y+p.Size > m.Height {
					t.Errorf("%s at %d,%d lies outside %d×%d", p.Location, p.X, p.Y, m.Width, m.Height)
				}
			}
		}
	}
}

func TestMapKeepsProportions(t *testing.T) {
	t.Parallel()
	// The sample's districts are 0.04° by 0.06° around 51.835° north.
	m := glance(t, small(t), now).Roles[0].Map
	first, second := m.Outlines[0], m.Outlines[1]
	want := math.Round(float64(second.Y-first.Y) / 0.04 * 0.04)
	if first.X != second.X || want <= 0 {
		t.Fatalf("Noord %d,%d lies straight above Zuid %d,%d", first.X, first.Y, second.X, second.Y)
	}
	perDegree := float64(second.Y-first.Y) / 0.04
	eik, kwetternest := m.Points[0], m.Points[2]
	east := float64(eik.X-kwetternest.X) / 0.01
	if ratio := east / perDegree; math.Abs(ratio-math.Cos(51.835*math.Pi/180)) > 0.02 {
		t.Errorf("a degree east is %.3f of a degree north, want the cosine of the latitude", ratio)
	}
}

func TestMapSpreadsLocationsOfOnePoint(t *testing.T) {
	t.Parallel()
	points := glance(t, small(t), now).Roles[0].Map.Points
	if points[0].X == points[1].X && points[0].Y == points[1].Y {
		t.Errorf("%s hides %s", points[1].Location, points[0].Location)
	}
}

func TestMapWithoutCoordinates(t *testing.T) {
	t.Parallel()
	r := small(t)
	for i := range r.State.Locations {
		r.State.Locations[i].Point.Lat, r.State.Locations[i].Point.Lon = 0, 0
	}
	g := glance(t, r, now)
	if g.Roles[0].Map != nil {
		t.Error("a map without a location says nothing")
	}
	r.State.Districts = nil
	if glance(t, r, now).Numbered {
		t.Error("numbers need outlines")
	}
}

func TestMapOfASinglePoint(t *testing.T) {
	t.Parallel()
	r := small(t)
	r.State.Locations, r.State.Districts = r.State.Locations[:1], nil
	m := glance(t, r, now).Roles[0].Map
	if p := m.Points[0]; p.X+p.Size/2 != m.Width/2 || p.Y+p.Size/2 != m.Height/2 {
		t.Errorf("a single point stands in the middle, not at %d,%d of %d×%d", p.X, p.Y, m.Width, m.Height)
	}
}

func TestMarksDiffer(t *testing.T) {
	t.Parallel()
	seen := make(map[[2]int]int)
	for n := 1; n <= 64; n++ {
		m := web.Mark{Number: n}
		look := [2]int{m.Colour(), m.Shape()}
		if other, ok := seen[look]; ok {
			t.Errorf("persons %d and %d look the same", n, other)
		}
		seen[look] = n
	}
}

func TestMarksStayWithThePerson(t *testing.T) {
	t.Parallel()
	r := small(t)
	before := glance(t, r, now).Roles[0]
	loads := r.Plan.Roles[0].Loads
	loads[0], loads[1] = loads[1], loads[0]
	loads[0].Load, loads[1].Load = 0, 50000
	after := glance(t, r, now).Roles[0]
	if before.People[0].Name == after.People[0].Name || before.People[0].Mark != after.People[1].Mark {
		t.Errorf("marks follow the person, not the load: %+v then %+v", before.People, after.People)
	}
}
