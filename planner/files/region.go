package files

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
)

// fullLoad is how much of everybody's capacity a generated region asks for.
const fullLoad = 0.75

// GenerateRegion makes a region of the wished size out of real postcode areas:
// locations by the number of young children, staff spread over the same areas,
// districts that are the municipalities. The region grows around an area that
// the seed picks; the same arguments always give the same region.
func GenerateRegion(locations, staff int, seed uint64) *planner.State {
	g := &generator{rng: rand.New(rand.NewPCG(seed, 0x5eed))}
	g.state.Programme = generatedProgramme()
	g.state.Organisations = []planner.Organisation{{ID: "employer", Name: "Werkgever"}, {ID: "holder", Name: "Houder"}}
	g.pickAreas(locations)
	g.addLocations(locations)
	g.addStaff(staff)
	g.setDemand()
	return &g.state
}

type generator struct {
	rng   *rand.Rand
	state planner.State
	areas []PostcodeArea
}

func generatedProgramme() planner.Programme {
	return planner.Programme{
		ID: "region", Name: "Region", Zone: "Europe/Amsterdam", From: calendar.NoDate, To: calendar.NoDate,
		Roles: []planner.Role{{
			ID: "coordinator", Name: planner.Text{NL: "Zorgcoördinator", EN: "Care coordinator"}, Assign: planner.ByLocation,
		}},
		VisitTypes: []planner.VisitType{{
			ID: "visit", Name: planner.Text{NL: "Bezoek", EN: "Visit"}, Mode: planner.OnSite,
			Minutes: 90, Preparation: 30, FollowUp: 15, Weight: 100,
		}},
		Requirements: []planner.Requirement{{
			ID: "visit", Name: planner.Text{NL: "Bezoek", EN: "Visit"}, Role: "coordinator", VisitType: "visit",
			Minimum: 1, Target: 2, MinGapDays: 120, IdealGapDays: 182,
		}},
	}
}

// childrenPerLocation is about how many children of 0–4 years there are in the
// country for each childcare location.
const childrenPerLocation = 95

// pickAreas takes the areas around a start until they hold enough children.
func (g *generator) pickAreas(locations int) {
	all := PostcodeAreas()
	start := all[g.rng.IntN(len(all))]
	near := slices.Clone(all)
	slices.SortStableFunc(near, func(a, b PostcodeArea) int {
		return cmp.Compare(planeDistance(a, start), planeDistance(b, start))
	})
	children := 0
	for _, a := range near {
		if a.Children == 0 {
			continue
		}
		g.areas = append(g.areas, a)
		children += a.Children
		if children >= locations*childrenPerLocation {
			return
		}
	}
}

func planeDistance(a, b PostcodeArea) float64 {
	return math.Hypot(a.Lat-b.Lat, (a.Lon-b.Lon)*math.Cos(a.Lat*math.Pi/180))
}

// place returns an area drawn by its children, and a point in it.
func (g *generator) place() (PostcodeArea, planner.Point) {
	total := 0
	for _, a := range g.areas {
		total += a.Children
	}
	at := g.rng.IntN(total)
	area := g.areas[0]
	for _, area = range g.areas {
		if at -= area.Children; at < 0 {
			break
		}
	}
	radius := math.Sqrt(area.Area) / 2 / 111 // about half the area's width, in degrees
	return area, planner.Point{
		Lat: area.Lat + (g.rng.Float64()*2-1)*radius, Lon: area.Lon + (g.rng.Float64()*2-1)*radius*1.6,
		PC4: area.PC4, PC4Area: area.Area,
	}
}

func (g *generator) addLocations(n int) {
	districts := map[string]bool{}
	for i := range n {
		area, point := g.place()
		if !districts[area.Municipality] {
			districts[area.Municipality] = true
			g.state.Districts = append(g.state.Districts, planner.District{
				ID: area.Municipality, Name: area.Municipality, Municipality: area.Municipality,
			})
		}
		g.state.Locations = append(g.state.Locations, planner.Location{
			ID: fmt.Sprintf("l%05d", i+1), Name: fmt.Sprintf("Locatie %d (kunstmatig)", i+1), Organisation: "holder",
			Town: area.Place, Municipality: area.Municipality, District: area.Municipality, Point: point, Artificial: true,
			Registrations: []planner.Registration{{Kind: "KDV", Places: 16 + 8*g.rng.IntN(8)}},
			Opening:       g.opening(), Opened: calendar.NoDate, Closed: calendar.NoDate,
		})
	}
	slices.SortFunc(g.state.Districts, func(a, b planner.District) int { return cmp.Compare(a.ID, b.ID) })
	for _, d := range g.state.Districts {
		region, _ := calendar.SchoolRegion(d.ID)
		g.state.Programme.Municipalities = append(g.state.Programme.Municipalities,
			planner.Municipality{Code: d.ID, Name: d.Name, SchoolRegion: region})
	}
}

// opening returns a week; some locations are closed on Wednesday or Friday.
func (g *generator) opening() calendar.Week {
	var w calendar.Week
	for d := 1; d <= 5; d++ {
		w[d] = []calendar.Span{{From: 8 * 60, To: 18 * 60}}
	}
	switch g.rng.IntN(8) {
	case 0:
		w[3] = nil
	case 1:
		w[5] = nil
	}
	return w
}

func (g *generator) addStaff(n int) {
	for i := range n {
		_, home := g.place()
		days := 3 + g.rng.IntN(3)
		m := planner.Staff{
			ID: fmt.Sprintf("s%04d", i+1), Name: fmt.Sprintf("Medewerker %d (kunstmatig)", i+1), Organisation: "employer",
			Home: home, Mode: planner.Car, DayCap: 3,
			Contracts: []planner.Contract{{
				Role: "coordinator", Budget: planner.WithoutIndication, HoursWeek: days * 800,
				From: calendar.NoDate, To: calendar.NoDate,
			}},
		}
		for _, d := range g.rng.Perm(5)[:days] {
			m.Pattern[d+1] = []calendar.Span{{From: 8*60 + 30, To: 17 * 60}}
		}
		g.state.Staff = append(g.state.Staff, m)
	}
}

// setDemand chooses the further work for each child place so that the region
// asks for fullLoad of the capacity there is.
func (g *generator) setDemand() {
	var capacity, visits, places float64
	for _, m := range g.state.Staff {
		capacity += float64(m.Contracts[0].HoursWeek) / 100 * 60 * 365 / 7 * 0.75
	}
	for i := range g.state.Locations {
		visits += 2*135 + 2*25
		places += float64(g.state.Locations[i].Places())
	}
	g.state.Programme.Roles[0].DemandPerPlace = max(0, int((capacity*fullLoad-visits)/places))
}
