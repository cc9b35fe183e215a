package files

import (
	"reflect"
	"testing"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
)

// full is a state that says something in every field there is.
func full() *planner.State {
	day, later := calendar.NewDate(2027, 3, 1), calendar.NewDate(2031, 3, 1)
	part := calendar.Span{From: 540, To: 720}
	week := calendar.Week{nil, {part}, {part}, {part}, {part}, {part}, nil}
	yes := true
	text := planner.Text{NL: "Woord", EN: "Word"}
	place := planner.Point{Lat: 51.84, Lon: 5.86, PC4: "6511", PC4Area: areaOf("6511")}
	selection := &planner.Selection{
		Locations: []string{"een"}, Districts: []string{"WK026801"}, Municipalities: []string{"0268"}, Organisations: []string{"ggd"},
		Tags: []string{"tag"}, StandAlone: &yes, Subsidised: &yes,
	}
	return &planner.State{
		Region: "noord",
		Programme: planner.Programme{
			ID: "p", Name: "Programma", Zone: "Europe/Amsterdam", From: day, To: later,
			Municipalities: []planner.Municipality{{Code: "0268", Name: "Nijmegen", SchoolRegion: "zuid"}},
			Roles: []planner.Role{
				{ID: "ab", Name: text, Assign: planner.NotAssigned},
				{
					ID: "zc", Name: text, Assign: planner.ByDistrict, Backup: true, Pair: "ab", Select: selection, DemandPerPlace: 5,
					AcuteMinutesDay: 30, Consult: week, FullTime: 3600,
				},
			},
			VisitTypes: []planner.VisitType{{
				ID: "visit", Name: text, Mode: planner.Online, Minutes: 60, Preparation: 1, FollowUp: 2, BufferBefore: 3, BufferAfter: 4, Weight: 120,
				Points: 2, ParentsPresent: true, Consent: true, Next: "visit", Bookable: true,
			}},
			Requirements: []planner.Requirement{{
				ID: "yearly", Name: text, Role: "zc", VisitType: "visit", With: []string{"ab"}, Pool: []string{"ab"}, Minimum: 1, Target: 2, MinGapDays: 60,
				IdealGapDays: 100, From: planner.MonthDay{Month: 2, Day: 1}, To: planner.MonthDay{Month: 11, Day: 30}, HandoverDays: 56,
				Anchor: &planner.Anchor{Kind: "parents", Every: 4, Offset: 1}, Select: selection,
				Overrides: []planner.Override{{Location: "een", Minimum: 1, Target: 3, MinGapDays: 50, Every: 2}},
			}},
			Assumptions: []planner.Assumption{{Key: planner.Detour, Value: 1.35, Unit: "x", Source: "measured", Organisation: "ggd", From: day}},
			Carried:     []planner.Carried{{Staff: "anna", Role: "zc", Minutes: 1200, From: day, To: later}},
			Ceilings: []planner.Ceiling{{
				ID: "most", Measure: planner.CeilingMeasures()[0], Limit: 20, WarnAt: 90, Role: "zc", Organisation: "ggd", Staff: "anna", StarterDays: 180,
				From: day, To: later, Source: "agreed",
			}},
			Weights: planner.Weights{
				Travel: 1, Balance: 2, OpenDistrict: 3, Change: 4, Face: 5, Pair: 6, Scattered: 7, Spacing: 8, SchoolHoliday: 9, NoParents: 10, Backup: 11, Smooth: 12, Move: 13,
			},
		},
		Organisations: []planner.Organisation{{ID: "ggd", Name: "GGD", LimitMinutes: 100_001, PublicHolidays: []string{"koningsdag"}}},
		Staff: []planner.Staff{{
			ID: "anna", Name: "Anna", Organisation: "ggd", Home: place, Mode: planner.Bicycle, Skills: []string{"skill"}, Photo: "photo", Pattern: week, DayCap: 3, WeekCap: 9,
			Contracts: []planner.Contract{{Role: "zc", Budget: planner.WithIndication, HoursWeek: 2833, MaxLocations: 4, From: day, To: later}},
		}},
		Districts: []planner.District{
			{
				ID: "WK026801", Name: "Centrum", Municipality: "0268", Level: "wijk", Year: 2026, Area: "west", Neighbours: []string{"WK026802"},
				Rings: [][][2]float64{{{5, 51}, {6, 51}, {6, 52}, {5, 52}, {5, 51}}, {{5.2, 51.2}, {5.4, 51.2}, {5.4, 51.4}, {5.2, 51.2}}, {{7, 51}, {7.5, 51}, {7.5, 51.5}, {7, 51}}},
			},
			{ID: "WK026802", Name: "Oost", Municipality: "0268", Level: "wijk", Year: 2026, Area: "west", Neighbours: []string{"WK026801"}},
		},
		Locations: []planner.Location{{
			ID: "een", Name: "Het Nest", Organisation: "ggd", Registrations: []planner.Registration{{LRK: "123456782", Kind: "VGO", Places: 7}}, Address: "Straat 1",
			Postcode: "6511AB", Town: "Stad", Municipality: "0268", District: "WK026801", Point: place, Opening: week, Parents: week, StandAlone: true,
			Subsidised: true, Artificial: true, Opened: day, Closed: later, Tags: []string{"tag"},
		}},
		Assignments: []planner.Assignment{{Location: "een", Role: "zc", Staff: "anna", Kind: planner.Primary, From: day, To: later, Pinned: true, Reason: "agreed"}},
		Absences:    []planner.Absence{{Staff: "anna", From: day, To: later, Part: part}},
		Meetings: []planner.Meeting{
			{
				ID: "m1", Name: "Overleg", Kind: "team", Start: day, Clock: 540, Minutes: 60, Rule: "FREQ=WEEKLY", Except: []calendar.Date{day + 7}, Besides: []calendar.Date{day + 8},
				Location: "een", Point: place, Staff: []string{"anna"}, Roles: []string{"zc"}, Locations: []string{"een"}, Organisations: []string{"ggd"}, Budget: planner.WithIndication,
			},
		},
		Blackouts: []planner.Blackout{
			{Municipality: "0268", From: day, To: later},
			{District: "WK026801", From: day, To: later},
			{Location: "een", From: day, To: later, Part: part, Reason: "study_day"},
		},
		Cases: []planner.Case{{
			Ref: "c1", Staff: "anna", Location: "een", Kind: "trajectory", Points: 3, MinutesWeek: 45, Budget: planner.WithIndication, Opened: day, HandedOver: later,
		}},
		Consents: []planner.Consent{{Location: "een", Requirement: "yearly", Given: true, Date: day}},
		History:  []planner.CompletedVisit{{Location: "een", Role: "zc", Requirement: "yearly", VisitType: "visit", Staff: "anna", Date: day, Next: later}},
	}
}

func areaOf(pc4 string) float64 {
	a, _ := FindPostcode(pc4)
	return a.Area
}

// silent lists the fields of which nothing in a value says anything; those of a
// list count over all its items.
func silent(v reflect.Value, at string, said map[string]bool) {
	kind := v.Kind()
	if kind == reflect.Pointer && !v.IsNil() {
		silent(v.Elem(), at, said)
	}
	if kind == reflect.Slice || kind == reflect.Array {
		for i := range v.Len() {
			silent(v.Index(i), at, said)
		}
	}
	if kind == reflect.Struct {
		for i := range v.NumField() {
			name := at + "." + v.Type().Field(i).Name
			said[name] = said[name] || !v.Field(i).IsZero()
			silent(v.Field(i), name, said)
		}
	}
}

// TestWriteInputKeepsEveryField writes a state that says something in every
// field, so that a new one that is not written is found.
func TestWriteInputKeepsEveryField(t *testing.T) {
	t.Parallel()
	s := full()
	said := map[string]bool{}
	silent(reflect.ValueOf(s), "State", said)
	for name, ok := range said {
		if !ok && name != "State.Travel" { // no input has it
			t.Errorf("the state says nothing in %s: fill it here, and see that WriteInput writes it", name)
		}
	}
	same(t, "the full state", s, again(t, s))
	t.Logf("%d fields", len(said)-1)
}
