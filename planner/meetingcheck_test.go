package planner

import (
	"slices"
	"testing"

	"github.com/wijkplanner/wijkplanner/calendar"
)

// team is a weekly meeting of both coordinators, on Tuesdays at nine.
func teamMeeting() Meeting {
	return Meeting{
		ID: "team", Start: date("2027-01-05"), Clock: 9 * 60, Minutes: 60, Rule: "FREQ=WEEKLY",
		Roles: []string{"coordinator"}, Budget: WithoutIndication,
	}
}

func checked(t *testing.T, s *State, visits []Visit, m Meeting, to string) map[calendar.Date]OccurrenceCheck {
	t.Helper()
	all, err := CheckMeeting(s, visits, m, Period{date("2027-01-01"), date(to)})
	if err != nil {
		t.Fatal(err)
	}
	out := map[calendar.Date]OccurrenceCheck{}
	for _, o := range all {
		out[o.Date] = o
	}
	return out
}

// TestAllOccurrencesAreChecked: the 40th as well as the first, each against
// everything that can stand in its way.
func TestAllOccurrencesAreChecked(t *testing.T) {
	t.Parallel()
	s := town()
	s.Organisations = append(s.Organisations, Organisation{ID: "partner", PublicHolidays: []string{"Bevrijdingsdag"}})
	s.Absences = []Absence{{Staff: "c2", From: date("2027-10-12"), To: date("2027-10-12"), Part: calendar.Span{From: 9*60 + 30, To: 12 * 60}}}
	s.Blackouts = []Blackout{{Location: "l2", From: date("2027-03-02"), To: date("2027-03-02")}}
	s.Meetings = []Meeting{
		{ID: "steering", Start: date("2027-02-02"), Clock: 9*60 + 30, Minutes: 60, Staff: []string{"c1"}, Budget: WithoutIndication},
		{ID: "team", Start: date("2026-01-05"), Clock: 9 * 60, Minutes: 600, Rule: "FREQ=DAILY", Roles: []string{"coordinator"}}, // what it replaces
	}
	s.Staff[1].Contracts[0].To = date("2027-11-30")
	m := teamMeeting()
	m.Locations, m.Organisations = []string{"l2"}, []string{"partner"}
	visit := Visit{ID: "v", Location: "l3", VisitType: "discussion", Crew: []CrewMember{{Role: "coordinator", Staff: "c1"}}, Status: Planned}
	zone := townFormulation(s).zone
	visit.Start, visit.End = date("2027-04-06").At(9*60+30, zone), date("2027-04-06").At(11*60, zone)
	all := checked(t, s, []Visit{visit}, m, "2027-12-31")
	if len(all) != 52 {
		t.Errorf("%d occurrences, want 52", len(all))
	}
	want := map[string][]Obstacle{
		"2027-02-02": {{"c1", InMeeting, "steering"}},
		"2027-03-02": {{"l2", PlaceOut, ""}},
		"2027-04-06": {{"c1", OnVisit, "v"}},
		"2027-04-27": {{"c1", OnHoliday, ""}, {"c2", OnHoliday, ""}}, // Koningsdag
		"2027-10-12": {{"c2", Absent, ""}},
		"2027-12-07": {{"c2", NoContract, ""}},
		"2027-10-19": nil,
	}
	for day, obstacles := range want {
		if got := all[date(day)].Obstacles; !slices.Equal(got, obstacles) {
			t.Errorf("%s: %+v, want %+v", day, got, obstacles)
		}
	}
	m = teamMeeting()
	m.Clock = 8 * 60
	if got := checked(t, s, nil, m, "2027-01-31")[date("2027-01-05")].Obstacles; len(got) != 2 || got[0].Code != NotWorking {
		t.Errorf("%+v at eight, want that both work from nine", got)
	}
}

// A repair has fewer obstacles, and everything that it leaves is said; the
// nearest comes first.
func TestEachClashHasARepair(t *testing.T) {
	t.Parallel()
	s := town()
	s.Meetings = []Meeting{{ID: "steering", Start: date("2027-02-02"), Clock: 9*60 + 30, Minutes: 60, Staff: []string{"c1"}, Budget: WithoutIndication}}
	got := checked(t, s, nil, teamMeeting(), "2027-02-28")[date("2027-02-02")]
	if len(got.Repairs) != mostRepairs {
		t.Fatalf("%d repairs, want %d", len(got.Repairs), mostRepairs)
	}
	first := got.Repairs[0]
	if first.Date != date("2027-02-02") || first.Clock != 10*60+30 || len(first.Obstacles) != 0 {
		t.Errorf("%+v, want the same day after the other meeting", first)
	}
	for i, r := range got.Repairs {
		if wd := r.Date.Weekday(); wd == 2 && r.Date != date("2027-02-02") {
			t.Errorf("repair %d on %s, when the meeting takes place anyway", i, r.Date)
		}
		m := teamMeeting()
		m.Rule, m.Start, m.Clock = "", r.Date, r.Clock
		again := checked(t, s, nil, m, "2027-02-28")[r.Date]
		if !slices.Equal(again.Obstacles, r.Obstacles) {
			t.Errorf("repair %d: %+v in its way, it says %+v", i, again.Obstacles, r.Obstacles)
		}
	}
}

// A meeting right after a visit elsewhere leaves no time to get there.
func TestCheckMeetingKnowsTheWay(t *testing.T) {
	t.Parallel()
	s := town()
	zone := townFormulation(s).zone
	visit := Visit{
		ID: "v", Location: "l3", VisitType: "discussion", Crew: []CrewMember{{Staff: "c1"}}, Status: Planned,
		Start: date("2027-02-02").At(9*60, zone), End: date("2027-02-02").At(10*60+30, zone),
	}
	m := Meeting{ID: "talk", Start: date("2027-02-02"), Clock: 10*60 + 30, Minutes: 30, Staff: []string{"c1"}, Location: "l1"}
	if got := checked(t, s, []Visit{visit}, m, "2027-02-28")[date("2027-02-02")].Obstacles; !slices.Equal(got, []Obstacle{{"c1", OnTheWay, "v"}}) {
		t.Errorf("%+v, want too little time from l3 to l1", got)
	}
	m.Location = "l3"
	if got := checked(t, s, []Visit{visit}, m, "2027-02-28")[date("2027-02-02")].Obstacles; len(got) != 0 {
		t.Errorf("%+v at the same place", got)
	}
}

func TestCheckMeetingRefusesWhatIsUnknown(t *testing.T) {
	t.Parallel()
	m := teamMeeting()
	m.Staff, m.Roles, m.Location, m.Organisations = []string{"x"}, []string{"y"}, "z", []string{"o"}
	if _, err := CheckMeeting(town(), nil, m, Period{date("2027-01-01"), date("2027-12-31")}); err == nil {
		t.Error("a meeting of nobody known is checked")
	}
}

func TestEveryObstacleHasWords(t *testing.T) {
	t.Parallel()
	for _, code := range []string{NoContract, NotWorking, OnHoliday, Absent, InMeeting, OnVisit, OnTheWay, PlaceShut, PlaceOut, PartyBusy, NobodyOf} {
		if x := ObstacleTexts()[code]; x.NL == "" || x.EN == "" {
			t.Errorf("%s has no words", code)
		}
	}
}
