package planner

import (
	"context"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/wijkplanner/wijkplanner/calendar"
)

func TestReasonsAddUp(t *testing.T) {
	t.Parallel()
	s := town()
	s.Meetings = []Meeting{{
		ID: "team", Start: date("2027-01-05"), Clock: 600, Minutes: 60, Rule: "FREQ=MONTHLY;BYDAY=1TU",
		Roles: []string{"coordinator"}, Point: Point{Lat: 51.83, Lon: 5.84},
	}}
	p := solve(t, s)
	var visits int64
	for i := range p.Visits {
		visits += p.Visits[i].Reason.Total()
	}
	if visits != p.Schedule.Soft {
		t.Errorf("the visits' reasons sum to %d, the score is %d", visits, p.Schedule.Soft)
	}
	for _, r := range p.Roles {
		var rows, constraints int64
		for i := range p.Assignments {
			if a := &p.Assignments[i]; a.Role == r.Role && a.Kind == r.Kind {
				rows += a.Reason.Total()
			}
		}
		for _, c := range r.Constraints {
			constraints += c.Value
		}
		if rows+r.Rest != constraints || r.Bound > r.Cost {
			t.Errorf("%s %s: rows %d and rest %d, constraints %d, bound %d, cost %d", r.Role, r.Kind, rows, r.Rest, constraints, r.Bound, r.Cost)
		}
	}
}

func TestSameSeedSamePlan(t *testing.T) {
	t.Parallel()
	make2 := func(workers int) *Plan {
		p, err := Solve(context.Background(), town(), Options{Year: 2027, Seed: 7, Iterations: 300, Workers: workers, MaxChanges: -1})
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	if !reflect.DeepEqual(make2(1), make2(2)) {
		t.Error("one and two workers make different plans")
	}
}

func TestSolveAllKeepsRegionsApart(t *testing.T) {
	t.Parallel()
	a, b := town(), town()
	a.Region, b.Region = "a", "b"
	plans, err := SolveAll(context.Background(), []*State{a, b}, Options{Year: 2027, Iterations: 100, Workers: 2, MaxChanges: -1})
	if err != nil {
		t.Fatal(err)
	}
	if len(plans) != 2 || plans[0].Region != "a" || plans[1].Region != "b" || len(plans[1].Visits) != len(plans[0].Visits) {
		t.Errorf("%d plans", len(plans))
	}
	b.Programme.Zone = "Nowhere/Land"
	if _, err := SolveAll(context.Background(), []*State{a, b}, Options{Year: 2027, Iterations: 1}); err == nil || !strings.Contains(err.Error(), "region b") {
		t.Errorf("error %v, want the region named", err)
	}
}

func TestProgrammeThatHasEnded(t *testing.T) {
	t.Parallel()
	s := town()
	s.Programme.To = date("2026-12-31")
	if _, err := Solve(context.Background(), s, Options{Year: 2027}); err == nil {
		t.Error("want an error: nothing to plan")
	}
}

func TestPlanStaysWithinTheProgramme(t *testing.T) {
	t.Parallel()
	s := town()
	s.Programme.To = date("2027-06-30")
	for _, v := range solve(t, s).Visits {
		if v.Start.Month() > 6 {
			t.Errorf("%s after the programme's end", v.ID)
		}
	}
}

func TestWholeDistricts(t *testing.T) {
	t.Parallel()
	s := town()
	s.Programme.Roles[0].Assign = ByDistrict
	p := solve(t, s)
	if p.server("l1", "coordinator", Primary).Staff != p.server("l2", "coordinator", Primary).Staff {
		t.Error("two locations of one district have two coordinators")
	}
}

func TestCoverageStates(t *testing.T) {
	t.Parallel()
	period := Period{date("2027-01-01"), date("2027-12-31")}
	for _, c := range []struct {
		done, planned int
		last          string
		want          CoverageState
	}{
		{0, 0, "2027-01-01", CoverageMissed},
		{0, 1, "2027-05-01", CoverageAtRisk}, // the target is missed
		{0, 2, "2027-11-01", CoveragePlanned},
		{2, 0, "2027-01-01", CoverageDone},
		{1, 1, "2027-12-20", CoveragePlanned}, // the minimum is done already
	} {
		d := &demand{minimum: 1, target: 2, done: c.done}
		if got := coverageState(d, c.planned, date(c.last), period); got != c.want {
			t.Errorf("done %d, planned %d: %s, want %s", c.done, c.planned, got, c.want)
		}
	}
	late := &demand{minimum: 1, target: 1}
	if got := coverageState(late, 1, date("2027-12-20"), period); got != CoverageAtRisk {
		t.Errorf("the only visit in the last weeks: %s, want at risk", got)
	}
}

func TestMeetingsAreVisitsOfAllWhoAttend(t *testing.T) {
	t.Parallel()
	s := town()
	s.Meetings = []Meeting{
		{ID: "team", Start: date("2027-01-05"), Clock: 600, Minutes: 60, Roles: []string{"coordinator"}},
		{ID: "clash", Start: date("2027-01-05"), Clock: 630, Minutes: 60, Staff: []string{"c1"}},
	}
	p := solve(t, s)
	var meeting *Visit
	for i := range p.Visits {
		if p.Visits[i].Meeting {
			meeting = &p.Visits[i]
		}
	}
	if meeting == nil || len(meeting.Crew) != 2 || meeting.Start.Hour() != 10 {
		t.Errorf("%+v, want both coordinators at ten", meeting)
	}
	last := p.Unplanned[len(p.Unplanned)-1]
	if len(p.Unplanned) != 1 || last.Requirement != "clash" {
		t.Errorf("%+v, want the clash reported", p.Unplanned)
	}
}

// TestMeetingsOnTheirDays: a meeting is once a day whatever times its rule gives,
// and one whose first time the clock skips keeps to its own days.
func TestMeetingsOnTheirDays(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		m    Meeting
		want []string
	}{
		"two times of day": {
			Meeting{Start: date("2027-01-05"), Clock: 540, Rule: "FREQ=DAILY;BYHOUR=9,14;COUNT=6"},
			[]string{"2027-01-05", "2027-01-06", "2027-01-07"},
		},
		"the hour that the clock skips": {
			Meeting{
				Start: date("2027-03-28"), Clock: 150, Rule: "FREQ=DAILY;COUNT=4", Except: []calendar.Date{date("2027-03-28"), date("2027-03-30")},
				Besides: []calendar.Date{date("2027-04-05")},
			},
			[]string{"2027-03-29", "2027-03-31", "2027-04-05"},
		},
		"besides what the rule gives": {
			Meeting{Start: date("2027-01-05"), Clock: 540, Rule: "FREQ=DAILY;COUNT=2", Besides: []calendar.Date{date("2027-01-06")}},
			[]string{"2027-01-05", "2027-01-06"},
		},
	} {
		s := town()
		c.m.ID, c.m.Minutes = "m", 60
		s.Meetings = []Meeting{c.m}
		var got []string
		for _, d := range townFormulation(s).occurrences(&s.Meetings[0]) {
			got = append(got, d.String())
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

// A missed meeting is no missed visit, also when it has the id of a requirement
// and is at a location that the requirement promises a visit.
func TestMissedMeetingWithTheNameOfARequirement(t *testing.T) {
	t.Parallel()
	s := town()
	s.Meetings = []Meeting{
		{ID: "a", Start: date("2027-01-05"), Clock: 600, Minutes: 60, Roles: []string{"coordinator"}},
		{ID: "discussion", Location: "l1", Start: date("2027-01-05"), Clock: 630, Minutes: 60, Staff: []string{"c1"}},
	}
	p := solve(t, s)
	if len(p.Unplanned) != 1 || !p.Unplanned[0].MissedMeeting() || p.Schedule.Medium != 0 {
		t.Errorf("%+v with medium %d, want only the meeting, which weighs nothing", p.Unplanned, p.Schedule.Medium)
	}
}

func TestConsultTimeAndBreaksStayFree(t *testing.T) {
	t.Parallel()
	s := town()
	s.Programme.Roles[0].Consult = week("12345", span(9, 12))
	for i := range s.Staff {
		for d := range s.Staff[i].Pattern {
			if len(s.Staff[i].Pattern[d]) > 0 {
				s.Staff[i].Pattern[d] = []calendar.Span{span(9, 13), span(14, 17)}
			}
		}
	}
	for _, v := range solve(t, s).Visits {
		clock := v.Start.Hour()*60 + v.Start.Minute()
		if clock < 12*60 || (clock < 14*60 && clock+90 > 13*60) {
			t.Errorf("%s at %s: consult until 12, break from 13 to 14", v.ID, v.Start.Format("15:04"))
		}
	}
}
