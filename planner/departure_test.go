package planner

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
)

func TestWhatSomebodyLeavesBehind(t *testing.T) {
	t.Parallel()
	last, visit := calendar.NewDate(2027, 6, 30), func(id string, month time.Month, status VisitStatus, who ...string) Visit {
		v := Visit{ID: id, Status: status, Start: time.Date(2027, month, 30, 22, 30, 0, 0, time.UTC)}
		for _, w := range who {
			v.Crew = append(v.Crew, CrewMember{Staff: w})
		}
		return v
	}
	zone, err := time.LoadLocation("Europe/Amsterdam")
	if err != nil {
		t.Fatal(err)
	}
	s := &State{
		Assignments: []Assignment{
			{Location: "pinned", Role: "zc", Staff: "anna", Kind: Primary, From: calendar.NoDate, To: calendar.NoDate, Pinned: true},
			{Location: "over", Role: "zc", Staff: "anna", Kind: Primary, From: calendar.NoDate, To: last},
			{Location: "other", Role: "zc", Staff: "bram", Kind: Primary, From: calendar.NoDate, To: calendar.NoDate},
		},
		Meetings: []Meeting{
			{ID: "weekly", Start: 0, Rule: "FREQ=WEEKLY", Staff: []string{"anna", "bram"}},
			{ID: "past", Start: last - 3, Staff: []string{"anna"}},
			{ID: "of-roles", Rule: "FREQ=WEEKLY", Roles: []string{"zc"}},
			{ID: "once", Start: last + 1, Staff: []string{"anna"}},
		},
		Cases: []Case{{Ref: "c1", Staff: "anna", HandedOver: calendar.NoDate}, {Ref: "c2", Staff: "anna", HandedOver: last}, {Ref: "c3", Staff: "bram", HandedOver: calendar.NoDate}},
	}
	plan := &Plan{
		Assignments: []Assigned{
			{Location: "planned", Role: "zc", Staff: "anna", Kind: Backup, To: last + 100}, {Location: "pinned", Role: "zc", Staff: "anna", Kind: Primary, To: last + 100},
		},
		Visits: []Visit{
			visit("late", 9, Planned, "anna"), visit("joint", 8, Pinned, "bram", "anna"), visit("before", 5, Planned, "anna"),
			visit("at midnight", 6, Planned, "anna"), visit("gone", 9, Cancelled, "anna"), visit("other", 9, Planned, "bram"),
		},
	}
	plan.Visits = append(plan.Visits, Visit{ID: "meeting", Meeting: true, Start: plan.Visits[0].Start, Crew: []CrewMember{{Staff: "anna"}}})
	d := Leaving(s, plan, zone, "anna", last)
	var visits []string
	for _, v := range d.Visits {
		visits = append(visits, v.ID)
	}
	got := fmt.Sprint(d.Places, visits, d.Meetings, d.Cases)
	// At half past ten in the evening of 30 June in UTC it is July in Nijmegen.
	if want := "[{pinned zc primary} {planned zc backup}] [at midnight joint late] [weekly once] [c1]"; got != want {
		t.Errorf("left behind:\n%s\nwant\n%s", got, want)
	}
	if d.Empty() || !Leaving(s, nil, zone, "nobody", last).Empty() {
		t.Error("who leaves nothing behind leaves something, or the other way round")
	}
	if alone := Leaving(s, nil, zone, "anna", last); len(alone.Places) != 1 || len(alone.Visits) != 0 {
		t.Errorf("without a plan: %+v", alone)
	}
	released := Released(s.Assignments, "anna", last)
	if released[0].To != last || !released[0].Pinned || released[2].To != calendar.NoDate {
		t.Errorf("released: %+v", released)
	}
	if later := Released([]Assignment{{Staff: "anna", Pinned: true, From: last + 1}}, "anna", last); len(later) != 0 {
		t.Errorf("a pin that would begin later stays: %v", later)
	}
}

func TestContractsFollowEachOther(t *testing.T) {
	t.Parallel()
	day := func(m time.Month) calendar.Date { return calendar.NewDate(2027, m, 1) }
	m := Staff{Contracts: []Contract{
		{Role: "zc", HoursWeek: 3600, From: day(1), To: calendar.NoDate}, {Role: "ab", HoursWeek: 800, From: day(9), To: calendar.NoDate},
	}}
	fresh := Contract{Role: "zc", HoursWeek: 2160, From: day(7), To: calendar.NoDate}
	for name, c := range map[string]struct {
		at   int
		want []Contract
	}{
		"one more":         {-1, []Contract{m.Contracts[0], m.Contracts[1], fresh}},
		"from a day on":    {0, []Contract{{Role: "zc", HoursWeek: 3600, From: day(1), To: day(7) - 1}, m.Contracts[1], fresh}},
		"before it begins": {1, []Contract{m.Contracts[0], fresh}},
		"nowhere":          {7, []Contract{m.Contracts[0], m.Contracts[1], fresh}},
	} {
		if got := m.WithContract(c.at, fresh); !slices.Equal(got.Contracts, c.want) {
			t.Errorf("%s: %+v", name, got.Contracts)
		}
	}
	always := fresh
	always.From = calendar.NoDate
	if got := m.WithContract(0, always); len(got.Contracts) != 2 || got.Contracts[1] != always {
		t.Errorf("a contract without a beginning: %+v", got.Contracts)
	}
	if m.Contracts[0].To != calendar.NoDate {
		t.Error("what was there changed")
	}
	if got := m.EndedOn(day(5)); len(got.Contracts) != 1 || got.Contracts[0].To != day(5) {
		t.Errorf("ended: %+v", got.Contracts)
	}
	p := Programme{Roles: []Role{{ID: "zc", FullTime: 3800}, {ID: "ab"}}}
	if zc, ab := p.FullTimeWeek("zc", "", day(1)), p.FullTimeWeek("ab", "", day(1)); zc != 3800 || ab != 3600 {
		t.Errorf("full time is %d and %d", zc, ab)
	}
}
