package web_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/wijkplanner/wijkplanner/api/web"
	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
)

// now is a Monday in the sample's year, in winter time.
var now = time.Date(2027, 3, 1, 8, 0, 0, 0, time.UTC)

func date(tb testing.TB, s string) calendar.Date {
	tb.Helper()
	d, err := calendar.ParseDate(s)
	if err != nil {
		tb.Fatal(err)
	}
	return d
}

// amsterdam returns the instant of a local time, 2027-03-02T09:00.
func amsterdam(tb testing.TB, s string) time.Time {
	tb.Helper()
	zone, err := time.LoadLocation("Europe/Amsterdam")
	if err != nil {
		tb.Fatal(err)
	}
	at, err := time.ParseInLocation("2006-01-02T15:04", s, zone)
	if err != nil {
		tb.Fatal(err)
	}
	return at
}

// small is a region of two districts, five locations, two roles and four
// people, with something of everything: a joint visit, a meeting, a cancelled
// visit, a backup, somebody above capacity, a location without a counsellor,
// one without coordinates, promises at risk and missed.
func small(tb testing.TB) web.Region {
	tb.Helper()
	return web.Region{State: smallState(tb), Plan: smallPlan(tb)}
}

func smallState(tb testing.TB) *planner.State {
	tb.Helper()
	at := func(lat, lon float64) planner.Point { return planner.Point{Lat: lat, Lon: lon} }
	square := func(lat, lon float64) [][][2]float64 {
		return [][][2]float64{{{lon, lat}, {lon + .04, lat}, {lon + .04, lat + .03}, {lon, lat + .03}, {lon, lat}}}
	}
	return &planner.State{
		Programme: planner.Programme{
			ID: "proef", Name: "Proeftuin", Zone: "Europe/Amsterdam",
			Municipalities: []planner.Municipality{{Code: "0268", Name: "Nijmegen", SchoolRegion: "zuid"}},
			Roles: []planner.Role{
				{ID: "coordinator", Name: planner.Text{NL: "Zorgcoördinator", EN: "Care coordinator"}, Assign: planner.ByLocation, Pair: "counsellor"},
				{ID: "counsellor", Name: planner.Text{NL: "Ambulant begeleider", EN: "Counsellor"}, Assign: planner.ByDistrict},
				{ID: "lead", Name: planner.Text{NL: "Teamleider", EN: "Team lead"}, Assign: planner.NotAssigned},
			},
			VisitTypes: []planner.VisitType{{ID: "round", Name: planner.Text{NL: "Rondgang", EN: "Round"}, Minutes: 60}},
			Requirements: []planner.Requirement{
				{ID: "yearly", Name: planner.Text{NL: "Kindbespreking", EN: "Child discussion"}, Role: "coordinator", VisitType: "round", Minimum: 1, Target: 2},
				{ID: "look", Name: planner.Text{NL: "Kennismaking"}, Role: "counsellor", VisitType: "round", Minimum: 1, Target: 1},
			},
		},
		Organisations: []planner.Organisation{{ID: "ggd", Name: "GGD Proef"}, {ID: "holder", Name: "Houder & Zn."}},
		Staff: []planner.Staff{
			{ID: "c1", Name: "Anna <Bakker>", Organisation: "ggd"},
			{ID: "c2", Name: "Cem Demir", Organisation: "ggd"},
			{ID: "b1", Name: "Eva Fransen", Organisation: "elders"},
			{ID: "b2", Name: "Gijs Hendriks"},
		},
		Districts: []planner.District{
			{ID: "D1", Name: "Noord", Municipality: "0268", Rings: square(51.84, 5.84)},
			{ID: "D2", Name: "Zuid", Municipality: "0268", Rings: square(51.80, 5.84)},
		},
		Locations: []planner.Location{
			{ID: "L1", Name: "De Eik", District: "D1", Point: at(51.85, 5.86)},
			{ID: "L2", Name: "De Beuk", District: "D1", Point: at(51.85, 5.86)},
			{ID: "L3", Name: "'t Kwetternest", District: "D2", Point: at(51.82, 5.85), Artificial: true},
			{ID: "L4", Name: "De Wilg", District: "D2", Point: at(51.81, 5.87)},
			{ID: "L5", Name: "De Linde"},
		},
		Meetings: []planner.Meeting{{ID: "team", Name: "Teamoverleg"}},
	}
}

func smallPlan(tb testing.TB) *planner.Plan {
	tb.Helper()
	var rows []planner.Assigned
	add := func(location, role, who string, kind planner.AssignmentKind) {
		rows = append(rows, planner.Assigned{Location: location, Role: role, Staff: who, Kind: kind, From: calendar.NoDate, To: calendar.NoDate})
	}
	for i, who := range []string{"c1", "c1", "c2", "c2", "c2"} {
		add(fmt.Sprint("L", i+1), "coordinator", who, planner.Primary)
	}
	for i, who := range []string{"b1", "b1", "b2", "b2"} {
		add(fmt.Sprint("L", i+1), "counsellor", who, planner.Primary)
	}
	add("L5", "counsellor", "", planner.Primary)
	add("L1", "coordinator", "c2", planner.Backup)
	rows[2].Changed = true
	rows[2].Reason = planner.Reason{
		Amounts: []planner.Amount{{Constraint: "travel", Value: 4400}}, RunnerUp: "c1", Difference: 27600, Former: &planner.Former{Staff: "c1", Difference: 27600},
	}
	rows[3].Changed = true
	rows[3].Reason = planner.Reason{Former: &planner.Former{Staff: "c1", Blocked: []string{"capacity"}}}
	visit := func(id, location, requirement, start string, minutes int, crew ...string) planner.Visit {
		v := planner.Visit{
			ID: id, Location: location, Requirement: requirement, VisitType: "round", Status: planner.Planned,
			Start: amsterdam(tb, start), End: amsterdam(tb, start).Add(time.Duration(minutes) * time.Minute),
		}
		for _, who := range crew {
			v.Crew = append(v.Crew, planner.CrewMember{Staff: who})
		}
		return v
	}
	meeting := visit("m1", "", "team", "2027-03-02T15:00", 60, "c1", "c2", "b1", "b2", "x8", "x9")
	meeting.Meeting = true
	gone := visit("v4", "L2", "yearly", "2027-04-01T13:30", 60, "c1")
	gone.Status = planner.Cancelled
	states := []planner.Coverage{
		{Location: "L1", Requirement: "yearly", Minimum: 1, Target: 2, Done: 1, Planned: 1, State: planner.CoveragePlanned},
		{Location: "L2", Requirement: "yearly", Minimum: 1, Target: 2, Planned: 1, State: planner.CoverageAtRisk},
		{Location: "L3", Requirement: "yearly", Minimum: 1, Target: 2, Done: 2, State: planner.CoverageDone},
		{Location: "L5", Requirement: "look", Minimum: 1, Target: 1, State: planner.CoverageMissed},
	}
	return &planner.Plan{
		From: date(tb, "2027-01-01"), To: date(tb, "2027-12-31"), Assignments: rows,
		Visits: []planner.Visit{
			visit("v3", "L3", "look", "2027-03-30T09:30", 60, "b2"),
			visit("v1", "L1", "yearly", "2027-03-02T09:00", 90, "c1", "b1"), meeting, gone,
			visit("v0", "L4", "yearly", "2027-02-01T09:00", 60, "c2"),
		},
		Unplanned: []planner.Unplanned{{Location: "L5", Role: "counsellor", Requirement: "look", Level: planner.Minimum, Reason: planner.Reason{
			Blocked: []string{"skill", "gap:2", "sunspots:9"},
		}}},
		Coverage: states,
		Roles: []planner.RoleResult{
			{Role: "coordinator", Kind: planner.Primary, Cost: 10000, Bound: 9950, Changed: 2, Travel: planner.TravelChange{Locations: 5, Before: 600, After: 480}, Constraints: []planner.Amount{
				{Constraint: "travel", Value: 4400}, {Constraint: "face", Value: 3000}, {Constraint: "change", Value: 0}, {Constraint: "balance", Value: 5600},
			}, Loads: []planner.Load{
				{Staff: "c1", Load: 30000, Capacity: 60000, Locations: 2}, {Staff: "c2", Load: 66000, Capacity: 60000, Locations: 3},
			}, Areas: []planner.Area{
				{Staff: "c1", Districts: []string{"n"}, Parts: 1, Compactness: 100},
				{Staff: "c2", Districts: []string{"n", "z", "w"}, Parts: 2, Compactness: 33},
			}},
			{Role: "coordinator", Kind: planner.Backup, Cost: 100, Bound: 100},
			{Role: "counsellor", Kind: planner.Primary, Cost: 20000, Bound: 19999, Shortages: []planner.Shortage{{District: "D2", Locations: 1, Minutes: 30000, FTE: 40}}, Loads: []planner.Load{
				{Staff: "b1", Load: 48000, Capacity: 60000, Locations: 2}, {Staff: "b2", Load: 1200, Capacity: 0, Locations: 2},
			}},
		},
	}
}

// generated is a region of many locations spread over a grid of districts, by
// arithmetic alone, so that it is the same everywhere.
func generated(tb testing.TB, name string, locations, people int) web.Region {
	tb.Helper()
	s, p := smallState(tb), smallPlan(tb)
	s.Region, s.Locations, s.Staff, s.Districts = name, nil, nil, nil
	p.Region, p.Assignments, p.Visits, p.Coverage, p.Unplanned = name, nil, nil, nil, nil
	loads := make([]planner.Load, people)
	for i := range loads {
		id := fmt.Sprintf("s%d", i)
		s.Staff = append(s.Staff, planner.Staff{ID: id, Name: "Medewerker " + id, Organisation: "ggd"})
		loads[i] = planner.Load{Staff: id, Capacity: 60000}
	}
	grid := max(1, int(math.Sqrt(float64(people))))
	for i := range grid * grid {
		lat, lon := 51.6+.05*float64(i/grid), 5.5+.08*float64(i%grid)
		s.Districts = append(s.Districts, planner.District{
			ID: fmt.Sprint("W", i), Name: fmt.Sprint("Wijk ", i), Municipality: "0268",
			Rings: [][][2]float64{{{lon, lat}, {lon + .08, lat}, {lon + .08, lat + .05}, {lon, lat + .05}}},
		})
	}
	begin := amsterdam(tb, "2027-03-01T09:00")
	for i := range locations {
		id, w := fmt.Sprint("K", i), i%(grid*grid)
		corner := s.Districts[w].Rings[0][0]
		s.Locations = append(s.Locations, planner.Location{
			ID: id, Name: "Kinderopvang " + id, District: s.Districts[w].ID,
			Point: planner.Point{Lat: corner[1] + .05*math.Mod(float64(i)*.618, 1), Lon: corner[0] + .08*math.Mod(float64(i)*.414, 1)},
		})
		load := &loads[w%people]
		load.Load, load.Locations = load.Load+int64(60000*people/locations)*8/10, load.Locations+1
		for _, role := range []string{"coordinator", "counsellor"} {
			p.Assignments = append(p.Assignments, planner.Assigned{Location: id, Role: role, Staff: load.Staff, Kind: planner.Primary, From: calendar.NoDate, To: calendar.NoDate})
		}
		start := begin.AddDate(0, 0, i%200).Add(time.Duration(i%5) * time.Hour)
		p.Visits = append(p.Visits, planner.Visit{
			ID: fmt.Sprintf("v%05d", i), Location: id, Requirement: "yearly", Start: start, End: start.Add(time.Hour),
			Status: planner.Planned, Crew: []planner.CrewMember{{Staff: load.Staff}},
		})
		p.Coverage = append(p.Coverage, planner.Coverage{Location: id, Requirement: "yearly", Minimum: 1, Target: 2, Planned: 1, State: planner.CoverageAtRisk})
	}
	p.Roles[0].Loads, p.Roles[2].Loads = loads, loads
	return web.Region{State: s, Plan: p}
}
