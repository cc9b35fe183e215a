package planner

import (
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
)

func date(s string) calendar.Date {
	d, err := calendar.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

func week(days string, spans ...calendar.Span) calendar.Week {
	var w calendar.Week
	for _, c := range days {
		w[int(c-'0')] = spans
	}
	return w
}

func span(from, to int) calendar.Span {
	return calendar.Span{From: calendar.Clock(from * 60), To: calendar.Clock(to * 60)}
}

// town is a small state in which everything can be checked by hand: two
// coordinators, one counsellor, three locations in two districts.
func town() *State {
	contract := func(role string, hours int) Contract {
		return Contract{Role: role, Budget: WithoutIndication, HoursWeek: hours * 100, From: calendar.NoDate, To: calendar.NoDate}
	}
	location := func(id, district string, lat float64) Location {
		return Location{
			ID: id, Name: "Location " + id, Organisation: "holder", Municipality: "0268", District: district,
			Point: Point{Lat: lat, Lon: 5.85}, Opening: week("12345", span(8, 18)),
			Parents: week("12345", span(8, 9), span(17, 18)), Registrations: []Registration{{LRK: "", Kind: "KDV", Places: 40}},
			Opened: calendar.NoDate, Closed: calendar.NoDate,
		}
	}
	return &State{
		Programme: Programme{
			ID: "town", Name: "Town", Zone: "Europe/Amsterdam", From: calendar.NoDate, To: calendar.NoDate,
			Municipalities: []Municipality{{Code: "0268", Name: "Nijmegen", SchoolRegion: "zuid"}},
			Roles: []Role{
				{ID: "coordinator", Assign: ByLocation, Backup: true, Pair: "counsellor"},
				{ID: "counsellor", Assign: ByDistrict},
			},
			VisitTypes: []VisitType{{ID: "discussion", Mode: OnSite, Minutes: 90, Preparation: 30, Weight: 100}},
			Requirements: []Requirement{{
				ID: "discussion", Role: "coordinator", VisitType: "discussion",
				Minimum: 1, Target: 2, MinGapDays: 120, IdealGapDays: 182,
			}},
		},
		Organisations: []Organisation{{ID: "ggd"}, {ID: "holder"}},
		Staff: []Staff{
			{ID: "c1", Organisation: "ggd", Home: Point{Lat: 51.84, Lon: 5.85}, Mode: Car, Pattern: week("1245", span(9, 17)), Contracts: []Contract{contract("coordinator", 32)}},
			{ID: "c2", Organisation: "ggd", Home: Point{Lat: 51.80, Lon: 5.85}, Mode: Bicycle, Pattern: week("12345", span(9, 17)), Contracts: []Contract{contract("coordinator", 36)}},
			{ID: "b1", Organisation: "ggd", Home: Point{Lat: 51.82, Lon: 5.85}, Mode: Car, Pattern: week("12345", span(9, 17)), Contracts: []Contract{contract("counsellor", 36)}},
		},
		Districts: []District{{ID: "N", Name: "Noord", Municipality: "0268"}, {ID: "Z", Name: "Zuid", Municipality: "0268"}},
		Locations: []Location{location("l1", "N", 51.845), location("l2", "N", 51.835), location("l3", "Z", 51.805)},
	}
}

func townFormulation(s *State) *formulation {
	f, err := newFormulation(s, Period{calendar.NewDate(2027, time.January, 1), calendar.NewDate(2027, time.December, 31)})
	if err != nil {
		panic(err)
	}
	return f
}
