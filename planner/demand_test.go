package planner

import (
	"testing"

	"github.com/wijkplanner/wijkplanner/calendar"
)

func TestDemandsAndOverrides(t *testing.T) {
	t.Parallel()
	s := town()
	s.Programme.Requirements[0].Overrides = []Override{{Location: "l2", Minimum: 3, Target: -1, MinGapDays: 90, Every: -1}}
	s.Programme.Requirements[0].Select = &Selection{Districts: []string{"N"}}
	d := townFormulation(s).demanded
	if len(d) != 2 {
		t.Fatalf("%d demands, want 2: l3 is not selected", len(d))
	}
	if d[0].minimum != 1 || d[0].target != 2 || d[0].minGap != 120 {
		t.Errorf("l1: %+v", d[0])
	}
	if d[1].minimum != 3 || d[1].target != 3 || d[1].minGap != 90 {
		t.Errorf("l2: %+v; the target is at least the minimum", d[1])
	}
}

func TestDemandCountsHistory(t *testing.T) {
	t.Parallel()
	s := town()
	s.History = []CompletedVisit{
		{Location: "l1", Requirement: "discussion", Date: date("2026-11-03")},
		{Location: "l1", Requirement: "discussion", Date: date("2027-02-04")},
		{Location: "l1", Requirement: "other", Date: date("2027-06-04")},
	}
	d := townFormulation(s).demanded[0]
	if d.done != 1 || d.open() != 1 || d.last != date("2027-02-04") {
		t.Errorf("done %d, open %d, last %s; want 1, 1, 2027-02-04", d.done, d.open(), d.last)
	}
}

func TestClosedLocationAsksNothing(t *testing.T) {
	t.Parallel()
	s := town()
	s.Locations[0].Closed = date("2026-12-31")
	s.Locations[1].Opened = date("2028-01-01")
	if d := townFormulation(s).demanded; len(d) != 1 || d[0].location != 2 {
		t.Errorf("%+v, want l3 only", d)
	}
}

func TestAnchorsAreEveryNthOccurrenceThatCanBeVisited(t *testing.T) {
	t.Parallel()
	s := town()
	s.Meetings = []Meeting{{
		ID: "morning", Kind: "parents", Start: date("2027-01-05"), Clock: 540, Minutes: 60, Rule: "FREQ=WEEKLY;COUNT=10", Location: "l1",
	}}
	s.Blackouts = []Blackout{{Location: "l1", From: date("2027-01-12"), To: date("2027-01-12")}}
	s.Programme.Requirements[0].Anchor = &Anchor{Kind: "parents", Every: 3, Offset: 1}
	d := townFormulation(s).demanded
	// 5 Jan, (12 Jan blacked out), 19, 26 Jan, 2, 9, 16, 23 Feb, 2, 9 Mar: from the second on every third.
	want := []string{"2027-01-19", "2027-02-09", "2027-03-02"}
	if len(d[0].anchors) != len(want) {
		t.Fatalf("%d anchors, want %d", len(d[0].anchors), len(want))
	}
	for i, o := range d[0].anchors {
		if o.date != date(want[i]) {
			t.Errorf("anchor %d on %s, want %s", i, o.date, want[i])
		}
	}
	if d[0].target != 3 || d[1].target != 0 || d[1].minimum != 0 {
		t.Errorf("targets %d and %d, want 3 and 0", d[0].target, d[1].target)
	}
}

func TestSelectionPicks(t *testing.T) {
	t.Parallel()
	yes := true
	l := &Location{ID: "l", District: "d", Municipality: "m", Organisation: "o", Tags: []string{"a"}, StandAlone: true}
	for name, c := range map[string]struct {
		s    *Selection
		want bool
	}{
		"nil":          {nil, true},
		"empty":        {&Selection{}, true},
		"location":     {&Selection{Locations: []string{"l"}}, true},
		"district":     {&Selection{Districts: []string{"x"}}, false},
		"municipality": {&Selection{Municipalities: []string{"m"}}, true},
		"organisation": {&Selection{Organisations: []string{"x", "o"}}, true},
		"tag":          {&Selection{Tags: []string{"b"}}, false},
		"stand alone":  {&Selection{StandAlone: &yes}, true},
		"subsidised":   {&Selection{Subsidised: &yes}, false},
	} {
		if got := c.s.Picks(l); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func TestRosterLeavesOutHolidaysAbsencesAndContracts(t *testing.T) {
	t.Parallel()
	s := town()
	s.Staff[0].Contracts[0].To = date("2027-06-30")
	s.Absences = []Absence{
		{Staff: "c1", From: date("2027-02-01"), To: date("2027-02-02")},
		{Staff: "c1", From: date("2027-03-01"), To: date("2027-03-01"), Part: span(9, 12)},
	}
	r := townFormulation(s).roster
	for day, want := range map[string]int{
		"2027-01-04": 480, // a Monday
		"2027-01-06": 0,   // Wednesday, not in the pattern
		"2027-02-01": 0,   // absent
		"2027-03-01": 300, // absent until noon
		"2027-04-27": 0,   // King's Day
		"2027-03-26": 480, // Good Friday is no day off
		"2027-07-01": 0,   // the contract has ended
	} {
		if got := r.spans(&s.Staff[0], date(day)).Minutes(); got != want {
			t.Errorf("%s: %d minutes, want %d", day, got, want)
		}
	}
}

func TestMeetingNeedsTheWholeTime(t *testing.T) {
	t.Parallel()
	s := town()
	s.Meetings = []Meeting{{
		ID: "team", Start: date("2027-01-04"), Clock: 480, Minutes: 120, Rule: "FREQ=DAILY;COUNT=5", Roles: []string{"coordinator"},
	}, {
		ID: "short", Start: date("2027-01-04"), Clock: 540, Minutes: 60, Rule: "FREQ=DAILY;COUNT=5", Staff: []string{"c1"},
		Except: []calendar.Date{date("2027-01-05")},
	}}
	f := townFormulation(s)
	if got := f.attended(&s.Staff[0], &s.Meetings[0]); len(got) != 0 {
		t.Errorf("attended %v before work begins", got)
	}
	if got := f.attended(&s.Staff[0], &s.Meetings[1]); len(got) != 3 {
		t.Errorf("attended %v, want Monday, Thursday and Friday", got)
	}
}
