package planner

import (
	"slices"
	"testing"

	"github.com/wijkplanner/wijkplanner/calendar"
)

// Each rule of visits on the whole domain, on a town small enough to see through.

// When not everything fits, every location gets its minimum before any gets more.
func TestMinimumsComeBeforeTargets(t *testing.T) {
	t.Parallel()
	s := town()
	s.Staff = s.Staff[1:2] // one coordinator, who works on three days that suit
	s.Programme.Roles = s.Programme.Roles[:1]
	s.Programme.Roles[0].Backup = false
	s.Staff[0].DayCap = 1
	s.Programme.Requirements[0].MinGapDays = 1
	for i := range s.Locations {
		s.Locations[i].Opened, s.Locations[i].Closed = date("2027-03-01"), date("2027-03-03")
	}
	p := solve(t, s)
	for _, l := range []string{"l1", "l2", "l3"} {
		if n := len(p.visitsAt(l)); n != 1 {
			t.Errorf("%s has %d visits, want its minimum of one", l, n)
		}
	}
	for _, u := range p.Unplanned {
		if u.Level != Target || !slices.Contains(u.Reason.Blocked, "day_cap:3") && len(u.Reason.Blocked) == 0 {
			t.Errorf("%+v, want only targets unplanned, with what is in the way", u)
		}
	}
}

// The next visit keeps its distance from the last one that was made.
func TestSpacingCountsFromTheLastCompletedVisit(t *testing.T) {
	t.Parallel()
	s := town()
	s.History = []CompletedVisit{
		{Location: "l1", Requirement: "discussion", Date: date("2026-06-01")},
		{Location: "l1", Requirement: "discussion", Date: date("2026-12-20")},
	}
	p := solve(t, s)
	if d := p.visitsAt("l1")[0].on() - date("2026-12-20"); d < 120 || d > 240 {
		t.Errorf("the first visit is %d days after the last, want about 182 and at least 120", d)
	}
}

// Study days of a location, a district that cannot be reached, a municipality
// with an event, for whole days and parts of them.
func TestBlackoutsOfPlacesAndAreas(t *testing.T) {
	t.Parallel()
	s := town()
	year := func(b Blackout) Blackout {
		b.From, b.To = date("2027-01-01"), date("2027-12-31")
		return b
	}
	s.Blackouts = []Blackout{
		year(Blackout{Municipality: "0268", Part: calendar.Span{From: 12 * 60, To: 18 * 60}}),
		year(Blackout{District: "N", Part: calendar.Span{From: 9 * 60, To: 10 * 60}}),
		{Location: "l3", From: date("2027-01-01"), To: date("2027-08-31")},
	}
	p := solve(t, s)
	if len(p.visitsAt("l1")) != 2 || len(p.visitsAt("l3")) == 0 {
		t.Fatal("too few visits")
	}
	for i := range p.Visits {
		v := &p.Visits[i]
		from, to := v.clock(), v.clock()+90
		if to > 12*60 || v.District == "N" && from < 10*60 || v.Location == "l3" && v.on() < date("2027-09-01") {
			t.Errorf("%s at %s, when %s cannot be visited", v.ID, v.Start, v.Location)
		}
	}
}

// A joint visit has everybody whom it needs, and one of the pool, at one time.
func TestJointVisitsWithOneOfAPool(t *testing.T) {
	t.Parallel()
	s := town()
	s.Programme.Roles = append(s.Programme.Roles, Role{ID: "specialist", Assign: NotAssigned})
	for _, id := range []string{"p1", "p2"} {
		m := s.Staff[2]
		m.ID, m.Contracts = id, []Contract{{Role: "specialist", HoursWeek: 800, From: calendar.NoDate, To: calendar.NoDate}}
		s.Staff = append(s.Staff, m)
	}
	s.Absences = []Absence{{Staff: "p1", From: date("2027-01-01"), To: date("2027-12-31")}}
	req := &s.Programme.Requirements[0]
	req.With, req.Pool = []string{"counsellor"}, []string{"specialist"}
	p := solve(t, s)
	if len(p.Visits) != 6 {
		t.Errorf("%d visits, want 6", len(p.Visits))
	}
	for i := range p.Visits {
		v := &p.Visits[i]
		if len(v.Crew) != 3 || v.Crew[1].Staff != "b1" || v.Crew[2].Staff != "p2" || v.Crew[2].Role != "specialist" {
			t.Errorf("%s by %+v, want coordinator, counsellor and the specialist who is there", v.ID, v.Crew)
		}
	}
}

// Meetings of a team and of a steering group recur by their rules, over several
// locations and organisations, and nobody is on a visit meanwhile.
func TestGroupAndGovernanceMeetings(t *testing.T) {
	t.Parallel()
	s := town()
	s.Meetings = []Meeting{
		{
			ID: "steering", Kind: "steering", Start: date("2027-01-05"), Clock: 13 * 60, Minutes: 120, Rule: "FREQ=MONTHLY;BYMONTH=1,4,7,10;BYDAY=1TU",
			Staff: []string{"c2"}, Organisations: []string{"ggd", "holder"}, Point: Point{Lat: 51.82, Lon: 5.86}, Budget: WithoutIndication,
		},
		{
			ID: "theme", Kind: "theme", Start: date("2027-01-14"), Clock: 10 * 60, Minutes: 90, Rule: "FREQ=MONTHLY;INTERVAL=2;BYDAY=2TH",
			Except: []calendar.Date{date("2027-07-08")}, Besides: []calendar.Date{date("2027-07-15")},
			Roles: []string{"coordinator"}, Locations: []string{"l1", "l2", "l3"}, Location: "l2", Budget: WithoutIndication,
		},
	}
	p := solve(t, s)
	on := map[string][]string{}
	busy := map[string][][2]int64{}
	for i := range p.Visits {
		v := &p.Visits[i]
		if v.Meeting {
			on[v.Requirement] = append(on[v.Requirement], v.on().String())
		}
		for _, c := range v.Crew {
			for _, b := range busy[c.Staff] {
				if v.Start.Unix() < b[1] && b[0] < v.End.Unix() {
					t.Errorf("%s: %s is elsewhere", v.ID, c.Staff)
				}
			}
			busy[c.Staff] = append(busy[c.Staff], [2]int64{v.Start.Unix(), v.End.Unix()})
		}
	}
	if want := []string{"2027-01-05", "2027-04-06", "2027-07-06", "2027-10-05"}; !slices.Equal(on["steering"], want) {
		t.Errorf("steering on %v, want %v", on["steering"], want)
	}
	if want := []string{"2027-01-14", "2027-03-11", "2027-05-13", "2027-07-15", "2027-09-09", "2027-11-11"}; !slices.Equal(on["theme"], want) {
		t.Errorf("theme on %v, want %v", on["theme"], want)
	}
}

// Buffers keep the person's time free before and after a visit, week caps and
// day caps hold, and consult hours stay free.
func TestBuffersCapsAndConsultTime(t *testing.T) {
	t.Parallel()
	s := town()
	s.Programme.VisitTypes[0].BufferBefore, s.Programme.VisitTypes[0].BufferAfter = 15, 30
	s.Programme.Roles[0].Consult = week("12345", span(12, 14))
	for i := range s.Staff {
		s.Staff[i].WeekCap, s.Staff[i].DayCap = 2, 2
	}
	for i := range s.Locations {
		s.Locations[i].Opened, s.Locations[i].Closed = date("2027-03-01"), date("2027-03-12")
	}
	s.Programme.Requirements[0].MinGapDays, s.Programme.Requirements[0].IdealGapDays = 1, 0
	p := solve(t, s)
	if len(p.Visits) < 4 {
		t.Fatalf("%d visits", len(p.Visits))
	}
	weeks := map[string]int{}
	for i := range p.Visits {
		v := &p.Visits[i]
		who, from, to := v.Crew[0].Staff, v.clock()-15, v.clock()+90+30
		if weeks[who+v.on().Monday().String()]++; weeks[who+v.on().Monday().String()] > 2 {
			t.Errorf("%s is the third visit of %s in a week", v.ID, who)
		}
		if from < 14*60 && to > 12*60 || from < 9*60 || to > 17*60 {
			t.Errorf("%s takes %s to %s, over consult time or out of working time", v.ID, from, to)
		}
		for k := range p.Visits[:i] {
			o := &p.Visits[k]
			if o.Crew[0].Staff == who && o.on() == v.on() && from < o.clock()+90+30 && o.clock()-15 < to {
				t.Errorf("%s and %s touch within their buffers", v.ID, o.ID)
			}
		}
	}
}

// The named backup comes only while the primary is away, and the reason says so.
func TestBackupsStandInWhileThePrimaryIsAway(t *testing.T) {
	t.Parallel()
	s := town()
	s.Locations = s.Locations[2:]
	s.Assignments = []Assignment{{Location: "l3", Role: "coordinator", Staff: "c2", Kind: Primary, Pinned: true, From: calendar.NoDate, To: calendar.NoDate}}
	s.Absences = []Absence{{Staff: "c2", From: date("2027-01-01"), To: date("2027-07-31")}}
	s.Programme.Requirements[0].From, s.Programme.Requirements[0].To = MonthDay{Month: 5, Day: 1}, MonthDay{Month: 12, Day: 1}
	p := solve(t, s)
	for _, v := range p.visitsAt("l3") {
		want, charge := "c2", int64(0)
		if v.on() <= date("2027-07-31") {
			want, charge = "c1", DefaultWeights().Backup
		}
		if v.Crew[0].Staff != want || amount(v.Reason.Amounts, BackupConstraint) != charge {
			t.Errorf("%s on %s by %s at %d, want %s at %d", v.ID, v.on(), v.Crew[0].Staff, amount(v.Reason.Amounts, BackupConstraint), want, charge)
		}
	}
}
