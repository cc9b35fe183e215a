package planner

import (
	"slices"
	"testing"

	"github.com/wijkplanner/wijkplanner/calendar"
)

// whenProofs are the cases of the constraints on visits.
var whenProofs = map[string]func(t *testing.T){
	"working_time": func(t *testing.T) {
		t.Helper()
		s := town()
		s.Absences = []Absence{
			{Staff: "c1", From: date("2027-01-01"), To: date("2027-11-30")},
			{Staff: "c2", From: date("2027-01-01"), To: date("2027-11-30")},
		}
		for _, v := range solve(t, s).Visits {
			if v.Start.Month() != 12 {
				t.Errorf("%s on %s, everybody is away until December", v.ID, v.Start)
			}
		}
	},
	"opening": func(t *testing.T) {
		t.Helper()
		s := town()
		s.Locations[0].Opening = week("2", span(13, 15))
		for _, v := range solve(t, s).visitsAt("l1") {
			if v.Start.Weekday() != 2 || v.Start.Hour() < 13 || v.End.Hour() > 15 {
				t.Errorf("%s at %s, open on Tuesdays from 13 to 15", v.ID, v.Start)
			}
		}
	},
	"overlap": func(t *testing.T) {
		t.Helper()
		s := town()
		for i := range s.Locations {
			s.Locations[i].Opening = week("2", span(9, 13))
		}
		p := solve(t, s)
		for i := range p.Visits {
			for k := range p.Visits[:i] {
				a, b := &p.Visits[i], &p.Visits[k]
				if a.Crew[0].Staff == b.Crew[0].Staff && a.Start.Before(b.End) && b.Start.Before(a.End) {
					t.Errorf("%s and %s overlap", a.ID, b.ID)
				}
			}
		}
	},
	"gap": func(t *testing.T) {
		t.Helper()
		s := town()
		s.History = []CompletedVisit{{Location: "l1", Requirement: "discussion", Date: date("2026-12-15")}}
		last := date("2026-12-15")
		for _, v := range solve(t, s).visitsAt("l1") {
			d := calendar.DateOf(v.Start, v.Start.Location())
			if d-last < 120 {
				t.Errorf("%s is %d days after the visit before", v.ID, d-last)
			}
			last = d
		}
		for _, day := range []string{"2027-08-20", "2027-04-20"} { // in any order, in the year itself
			s.History = append(s.History, CompletedVisit{Location: "l1", Requirement: "discussion", Date: date(day)})
		}
		s.Programme.Requirements[0].Target = 3
		visits := solve(t, s).visitsAt("l1")
		if len(visits) != 1 || visits[0].on()-date("2027-08-20") < 120 {
			t.Errorf("%d visits, the first on %s, want one after the last of August", len(visits), visits[0].on())
		}
	},
	"cap": func(t *testing.T) {
		t.Helper()
		s := town()
		for i := range s.Staff {
			s.Staff[i].DayCap = 1
		}
		for i := range s.Locations {
			s.Locations[i].Opened, s.Locations[i].Closed = date("2027-03-02"), date("2027-03-02")
		}
		s.Programme.Requirements[0].Target = 1
		p := solve(t, s)
		if len(p.Visits)+len(p.Unplanned) != 3 || len(p.Unplanned) == 0 {
			t.Errorf("%d planned and %d not: one day, one visit each", len(p.Visits), len(p.Unplanned))
		}
	},
	"reserve": func(t *testing.T) {
		t.Helper()
		s := town()
		s.Programme.Roles[0].AcuteMinutesDay = 8*60 - 100
		if p := solve(t, s); len(p.visitsAt("l1")) != 0 {
			t.Error("a visit of 90 minutes and the way fit in 100 minutes beside the reserve")
		}
	},
	"together": func(t *testing.T) {
		t.Helper()
		s := town()
		s.Programme.Requirements[0].With = []string{"counsellor"}
		for _, v := range solve(t, s).Visits {
			if len(v.Crew) != 2 || v.Crew[0].Role != "coordinator" || v.Crew[1].Staff != "b1" {
				t.Errorf("%s by %+v, want the coordinator and the counsellor", v.ID, v.Crew)
			}
		}
	},
	"anchor": func(t *testing.T) {
		t.Helper()
		s := mornings()
		var on []string
		for _, v := range solve(t, s).visitsAt("l1") {
			if v.Start.Hour() != 9 || v.End.Hour()*60+v.End.Minute() > 10*60+30 {
				t.Errorf("%s at %s, the parent morning is from 9:00 to 10:30", v.ID, v.Start)
			}
			on = append(on, v.on().String())
		}
		// Every 4th Wednesday from the second on, but for 5 May, when the location is closed.
		want := []string{"2027-01-13", "2027-02-10", "2027-03-10", "2027-04-07", "2027-05-12", "2027-06-09"}
		if !slices.Equal(on, want) {
			t.Errorf("visits on %v, want %v", on, want)
		}
	},
	"consent": func(t *testing.T) {
		t.Helper()
		s := town()
		s.Programme.VisitTypes[0].Consent = true
		s.Consents = []Consent{{Location: "l2", Requirement: "discussion", Given: true, Date: date("2027-09-01")}}
		p := solve(t, s)
		if at := p.visitsAt("l2"); len(at) != 1 || at[0].on() < date("2027-09-01") || len(p.Visits) != 1 {
			t.Errorf("%d visits, at l2 %d: want one, from the day of the consent on", len(p.Visits), len(at))
		}
	},
	"frozen": func(t *testing.T) {
		t.Helper()
		s := town()
		p := solve(t, s)
		v := nextOf(t, p, "2027-06-01")
		s.Programme.Weights.Move, s.Programme.Weights.Spacing, s.Programme.Weights.SchoolHoliday = 1, 100_000, 1_000_000
		fresh := s.Locations[0]
		fresh.ID = "l4"
		s.Locations = append(s.Locations, fresh)
		r := again(t, s, told(p), (v.on() - 3).String(), nil)
		if c := r.change(v.ID); c != nil {
			t.Errorf("%+v: it was three days off", c)
		}
		for _, x := range r.visitsAt("l4") {
			if x.on() < v.on()-3+7 {
				t.Errorf("%s is added on %s, within a week", x.ID, x.on())
			}
		}
	},
	"move_budget": func(t *testing.T) {
		t.Helper()
		s := town()
		p := solve(t, s)
		s.Absences = []Absence{{Staff: "c1", From: date("2027-06-01"), To: date("2027-12-31")}, {Staff: "c2", From: date("2027-06-01"), To: date("2027-10-31")}}
		for _, budget := range []int{0, 1, 2} {
			r := again(t, s, told(p), "2027-06-01", func(o *ReplanOptions) { o.MaxMoves = budget })
			if r.Moved > budget {
				t.Errorf("%d visits moved, %d allowed", r.Moved, budget)
			}
		}
	},
	"unplanned": func(t *testing.T) {
		t.Helper()
		s := town()
		s.Locations[0].Opening = calendar.Week{}
		p := solve(t, s)
		if len(p.Unplanned) != 2 || p.Unplanned[0].Level != Minimum || len(p.Unplanned[0].Reason.Blocked) == 0 {
			t.Errorf("%+v, want the two visits of l1 with what stands in the way", p.Unplanned)
		}
	},
	TravelConstraint: func(t *testing.T) {
		t.Helper()
		s := town()
		s.Locations = s.Locations[2:]
		s.Programme.Requirements[0].Target = 1
		p := solve(t, s)
		f := townFormulation(s)
		want := 2 * f.travel.Cost(s.Staff[1].Home, s.Locations[0].Point, Bicycle)
		if got := amount(p.Constraints, TravelConstraint); got != want || p.Schedule.Soft < want {
			t.Errorf("travel %d, want %d: there and back", got, want)
		}
	},
	SpacingConstraint: func(t *testing.T) {
		t.Helper()
		s := town()
		s.Locations = s.Locations[2:]
		s.Programme.Requirements[0].To = MonthDay{Month: 6, Day: 30} // 180 days apart at most, so 2 short
		s.Programme.Weights.Spacing = 100_000
		p := solve(t, s)
		got := amount(p.Constraints, SpacingConstraint)
		first, second := p.Visits[0].Start, p.Visits[1].Start
		days := int64(calendar.DateOf(second, second.Location()) - calendar.DateOf(first, first.Location()))
		if got != (182-days)*100_000 || days < 170 {
			t.Errorf("spacing %d for %d days", got, days)
		}
	},
	SchoolConstraint: func(t *testing.T) {
		t.Helper()
		s := town()
		s.Locations = s.Locations[2:]
		s.Programme.Requirements[0].Target = 1
		s.Locations[0].Opened, s.Locations[0].Closed = date("2027-08-02"), date("2027-08-06")
		if got := amount(solve(t, s).Constraints, SchoolConstraint); got != DefaultWeights().SchoolHoliday {
			t.Errorf("school holiday %d, want one charge: there is only August", got)
		}
	},
	ParentsConstraint: func(t *testing.T) {
		t.Helper()
		s := town()
		s.Locations = s.Locations[2:]
		s.Programme.VisitTypes[0].ParentsPresent = true
		s.Programme.Requirements[0].Target = 1
		s.Locations[0].Parents = week("12345", span(9, 10))
		p := solve(t, s)
		if got := amount(p.Constraints, ParentsConstraint); got != 0 || p.Visits[0].Start.Hour() > 9 {
			t.Errorf("no parents %d at %s, want a visit when they bring the children", got, p.Visits[0].Start)
		}
		s.Locations[0].Parents = calendar.Week{}
		if got := amount(solve(t, s).Constraints, ParentsConstraint); got != DefaultWeights().NoParents {
			t.Errorf("no parents %d, want one charge", got)
		}
	},
	BackupConstraint: func(t *testing.T) {
		t.Helper()
		s := town()
		s.Locations = s.Locations[2:]
		s.Programme.Requirements[0].Target = 1
		s.Absences = []Absence{{Staff: "c2", From: date("2027-01-01"), To: date("2027-12-31")}}
		s.Assignments = []Assignment{{
			Location: "l3", Role: "coordinator", Staff: "c2", Kind: Primary, Pinned: true, From: calendar.NoDate, To: calendar.NoDate,
		}}
		p := solve(t, s)
		if got := amount(p.Constraints, BackupConstraint); got != DefaultWeights().Backup || p.Visits[0].Crew[0].Staff != "c1" {
			t.Errorf("backup %d by %+v, want one charge and c1", got, p.Visits[0].Crew)
		}
	},
	SmoothConstraint: func(t *testing.T) {
		t.Helper()
		s := town()
		for i := range s.Locations {
			s.Locations[i].Opened, s.Locations[i].Closed = date("2027-03-01"), date("2027-03-05")
		}
		s.Programme.Requirements[0].Target = 1
		s.Staff = s.Staff[1:]
		// c2 makes three visits of 90 minutes in one week; the even week is the longest visit.
		if got, want := amount(solve(t, s).Constraints, SmoothConstraint), 180*DefaultWeights().Smooth; got != want {
			t.Errorf("smooth %d, want %d", got, want)
		}
	},
	MoveConstraint: func(t *testing.T) {
		t.Helper()
		s := town()
		p := solve(t, s)
		if got := amount(p.Constraints, MoveConstraint); got != 0 {
			t.Errorf("move %d, want 0: nothing was published", got)
		}
		v := nextOf(t, p, "2027-06-20")
		s.Blackouts = []Blackout{{Location: v.Location, From: v.on(), To: v.on()}}
		f := townFormulation(s)
		f.replan = &replanning{o: ReplanOptions{Today: date("2027-06-01")}}
		if got, want := amount(again(t, s, told(p), "2027-06-01", nil).Constraints, MoveConstraint), f.moveCharge(v.on()); got != want {
			t.Errorf("move %d, want the charge %d of one visit", got, want)
		}
	},
}

// mornings is the town in which l1 has a parent morning each Wednesday, and the
// coordinator comes to every 4th until June.
func mornings() *State {
	s := town()
	s.Staff[0].Pattern = week("12345", span(8, 17))
	s.Staff[1].Pattern = s.Staff[0].Pattern
	s.Meetings = []Meeting{{
		ID: "own", Kind: "parents", Start: date("2026-01-07"), Clock: 9 * 60, Minutes: 90, Rule: "FREQ=WEEKLY;BYDAY=WE", Location: "l1", Budget: WithoutIndication,
	}}
	s.Blackouts = []Blackout{{Location: "l1", From: date("2027-05-05"), To: date("2027-05-05")}}
	s.Programme.Requirements = []Requirement{{
		ID: "mornings", Role: "coordinator", VisitType: "discussion", Minimum: 1, To: MonthDay{Month: 6, Day: 30},
		Anchor: &Anchor{Kind: "parents", Every: 4, Offset: 1},
	}}
	return s
}
