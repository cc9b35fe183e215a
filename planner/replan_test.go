package planner

import (
	"context"
	"slices"
	"testing"

	"github.com/wijkplanner/wijkplanner/calendar"
)

// told makes the plan of a state what was published.
func told(p *Plan) Published { return Published{Visits: p.Visits, Assignments: p.Assignments} }

func again(t *testing.T, s *State, p Published, today string, change func(*ReplanOptions)) *Replanned {
	t.Helper()
	o := ReplanOptions{
		Options: Options{Year: 2027, Seed: 1, Iterations: 100, Workers: 1}, Today: date(today), MaxMoves: -1,
	}
	if change != nil {
		change(&o)
	}
	r, err := Replan(context.Background(), s, p, o)
	if err != nil {
		t.Fatal(err)
	}
	if r.Schedule.Hard != 0 {
		t.Errorf("%d hard faults", r.Schedule.Hard)
	}
	return r
}

func (r *Replanned) change(visit string) *VisitChange {
	for i := range r.Changes {
		if r.Changes[i].Visit == visit {
			return &r.Changes[i]
		}
	}
	return nil
}

func (v *Visit) on() calendar.Date { return calendar.DateOf(v.Start, v.Start.Location()) }

// nextOf returns the first visit from a day on.
func nextOf(t *testing.T, p *Plan, from string) *Visit {
	t.Helper()
	for i := range p.Visits {
		if v := &p.Visits[i]; !v.Meeting && v.on() >= date(from) {
			return v
		}
	}
	t.Fatal("no visit")
	return nil
}

func TestReplanWithoutChangeChangesNothing(t *testing.T) {
	t.Parallel()
	s := town()
	p := solve(t, s)
	r := again(t, s, told(p), "2027-06-01", nil)
	if len(r.Changes) != 0 || r.Moved != 0 || len(r.Visits) != len(p.Visits) {
		t.Errorf("changes %+v, %d of %d visits", r.Changes, len(r.Visits), len(p.Visits))
	}
	for i := range r.Visits {
		v := &r.Visits[i]
		if past := v.on() < date("2027-06-01"); past != (v.Status == Pinned) && v.on() > date("2027-06-08") {
			t.Errorf("%s on %s is %s", v.ID, v.on(), v.Status)
		}
	}
	for _, c := range r.Coverage {
		if c.Done+c.Planned != 2 || c.State != CoveragePlanned && c.State != CoverageDone {
			t.Errorf("%+v", c)
		}
	}
}

func TestReplanAfterAbsence(t *testing.T) {
	t.Parallel()
	s := town()
	p := solve(t, s)
	v := nextOf(t, p, "2027-06-01")
	who := v.Crew[0].Staff
	s.Absences = []Absence{{Staff: who, From: v.on() - 3, To: v.on() + 30}}
	r := again(t, s, told(p), "2027-06-01", nil)
	c := r.change(v.ID)
	if c == nil || c.Code != WhyAway || c.Detail != who || !c.Must || c.Charge <= 0 {
		t.Fatalf("%+v, want the visit moved because %s is away", c, who)
	}
	if r.Moved > r.Must {
		t.Errorf("%d moved, %d had to: %+v", r.Moved, r.Must, r.Changes)
	}
	if len(r.ChangesOf(who)) == 0 {
		t.Error("the person's own list is empty")
	}
	if got := amount(r.Constraints, MoveConstraint); got < c.Charge {
		t.Errorf("move %d, want the charge %d", got, c.Charge)
	}
}

func TestReplanObeysTheMoveBudget(t *testing.T) {
	t.Parallel()
	s := town()
	p := solve(t, s)
	v := nextOf(t, p, "2027-06-01")
	s.Absences = []Absence{{Staff: v.Crew[0].Staff, From: date("2027-06-01"), To: date("2027-12-31")}}
	r := again(t, s, told(p), "2027-06-01", func(o *ReplanOptions) { o.MaxMoves = 0 })
	if r.Moved != 0 || len(r.Unplanned) == 0 {
		t.Errorf("%d moved and %d unplanned with no moves allowed", r.Moved, len(r.Unplanned))
	}
	cancelledRows := 0
	for i := range r.Visits {
		if r.Visits[i].Status == Cancelled {
			cancelledRows++
		}
	}
	if cancelledRows != len(r.Unplanned) {
		t.Errorf("%d cancelled, %d unplanned", cancelledRows, len(r.Unplanned))
	}
}

func TestReplanFreezesTheNearTerm(t *testing.T) {
	t.Parallel()
	s := town()
	p := solve(t, s)
	v := nextOf(t, p, "2027-06-01")
	today := (v.on() - 2).String()
	// Travel that became dear would move the visit, were it not frozen.
	s.Programme.Weights.SchoolHoliday, s.Programme.Weights.Move = 1_000_000, 1
	s.Programme.Weights.Spacing = 100_000
	r := again(t, s, told(p), today, nil)
	if c := r.change(v.ID); c != nil {
		t.Errorf("a frozen visit moved: %+v", c)
	}
	s.Blackouts = []Blackout{{District: v.District, From: v.on(), To: v.on()}}
	r = again(t, s, told(p), today, nil)
	if c := r.change(v.ID); c == nil || c.Code != WhyBlackout || !c.Must {
		t.Errorf("%+v, want the frozen visit moved by the disruption", c)
	}
}

func TestReplanAfterSomebodyLeaves(t *testing.T) {
	t.Parallel()
	s := town()
	p := solve(t, s)
	a := p.server("l3", "coordinator", Primary)
	leaver := a.Staff
	for i := range s.Staff {
		if s.Staff[i].ID == leaver {
			s.Staff[i].Contracts[0].To = date("2027-07-31")
		}
	}
	r := again(t, s, told(p), "2027-06-01", nil)
	var rows []Assigned
	for _, x := range r.Assignments {
		if x.Location == "l3" && x.Role == "coordinator" && x.Kind == Primary {
			rows = append(rows, x)
		}
	}
	if len(rows) != 2 || rows[0].Staff != leaver || rows[0].To != date("2027-07-31") ||
		rows[1].Staff == leaver || rows[1].From != date("2027-08-01") || !rows[1].Changed {
		t.Errorf("rows %+v, want a handover on 1 August", rows)
	}
	for _, v := range r.visitsAt("l3") {
		if v.on() >= date("2027-08-01") && v.Crew[0].Staff == leaver {
			t.Errorf("%s on %s by who has left", v.ID, v.on())
		}
	}
}

func TestReplanWithNewAndClosedLocation(t *testing.T) {
	t.Parallel()
	s := town()
	p := solve(t, s)
	fresh := s.Locations[0]
	fresh.ID, fresh.Opened = "l4", date("2027-06-15")
	s.Locations = append(s.Locations, fresh)
	s.Locations[2].Closed = date("2027-06-02")
	r := again(t, s, told(p), "2027-06-03", nil)
	if len(r.visitsAt("l4")) == 0 || r.server("l4", "coordinator", Primary).Staff == "" {
		t.Error("the new location has no visits or nobody")
	}
	for _, v := range r.visitsAt("l3") {
		if c := r.change(v.ID); v.on() > date("2027-06-02") && (v.Status != Cancelled || c == nil || !c.Must) {
			t.Errorf("%s on %s is %s, %+v; the location is closed", v.ID, v.on(), v.Status, c)
		}
	}
	for i := range r.Changes {
		if c := &r.Changes[i]; c.Location == "l1" || c.Location == "l2" {
			t.Errorf("%+v: nothing happened there", c)
		}
	}
}

// An opening that is brought forward leaves no day without anybody: who was told
// to have the location has it from then on, also where it then goes to another.
func TestReplanOfAnOpeningBroughtForward(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, opened, ends string
		rows               int
	}{
		{"stays", "2027-03-13", "", 1},
		{"goes to another", "2027-03-13", "2027-09-30", 2},
		{"opens later on", "2027-05-13", "2027-09-30", 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := town()
			s.Locations[0].Opened = date("2027-07-12")
			p := solve(t, s)
			s.Locations[0].Opened = date(c.opened)
			if who := p.server("l1", "coordinator", Primary).Staff; c.ends != "" {
				s.Staff[slices.IndexFunc(s.Staff, func(m Staff) bool { return m.ID == who })].Contracts[0].To = date(c.ends)
			}
			r := again(t, s, told(p), "2027-04-05", nil)
			var rows []Assigned
			for _, a := range r.Assignments {
				if a.Location == "l1" && a.Role == "coordinator" && a.Kind == Primary {
					rows = append(rows, a)
				}
			}
			next := date(c.opened)
			for _, a := range rows {
				if a.From != next {
					t.Errorf("%s begins on %s, want %s", a.Staff, a.From, next)
				}
				next = a.To + 1
			}
			if len(rows) != c.rows || rows[len(rows)-1].To != calendar.NoDate {
				t.Errorf("rows %+v, want %d", rows, c.rows)
			}
		})
	}
}

func TestReplanReopensWhatWasNotMade(t *testing.T) {
	t.Parallel()
	s := town()
	p := solve(t, s)
	r := again(t, s, told(p), "2027-09-01", func(o *ReplanOptions) { o.Reopen = true })
	for _, c := range r.Coverage {
		if c.Done != 0 {
			t.Errorf("%+v: nothing is in the history", c)
		}
	}
	r = again(t, s, told(p), "2027-09-01", nil)
	if len(r.Unconfirmed) == 0 {
		t.Error("visits that nobody confirmed are not named")
	}
}

func TestReplanOfAMovedMeeting(t *testing.T) {
	t.Parallel()
	s := town()
	p := solve(t, s)
	v := nextOf(t, p, "2027-06-01")
	// The team meeting comes at the time of the visit.
	s.Meetings = []Meeting{{ID: "team", Start: v.on(), Clock: v.clock(), Minutes: 60, Staff: []string{v.Crew[0].Staff}, Budget: WithoutIndication}}
	r := again(t, s, told(p), "2027-06-01", nil)
	if c := r.change(v.ID); c == nil || c.Code != WhyMeeting || c.Detail != "team" {
		t.Errorf("%+v, want the visit moved for the meeting", c)
	}
}

func TestEveryWhyHasWords(t *testing.T) {
	t.Parallel()
	for code, text := range WhyTexts() {
		if text.NL == "" || text.EN == "" {
			t.Errorf("%s has no words", code)
		}
	}
}

// The charge for a move grows as the visit nears.
func TestMoveChargeGrows(t *testing.T) {
	t.Parallel()
	f := townFormulation(town())
	f.replan = &replanning{o: ReplanOptions{Today: date("2027-03-01")}}
	last := int64(0)
	for _, c := range []struct {
		on   string
		want int64
	}{{"2027-12-01", 3000}, {"2027-05-31", 6000}, {"2027-04-15", 12065}, {"2027-03-01", 18000}} {
		got := f.moveCharge(date(c.on))
		if got != c.want || got <= last {
			t.Errorf("%s: %d, want %d", c.on, got, c.want)
		}
		last = got
	}
}

// TestLedgerAtAGivenDay: at the first of September each location stands in
// another state, before the year is over.
func TestLedgerAtAGivenDay(t *testing.T) {
	t.Parallel()
	s := town()
	s.Programme.Requirements[0].IdealGapDays = 0
	l4 := s.Locations[0]
	l4.ID = "l4"
	s.Locations = append(s.Locations, l4)
	today := "2027-09-01"
	made := func(l string, on ...string) {
		for _, d := range on {
			s.History = append(s.History, CompletedVisit{Location: l, Role: "coordinator", Requirement: "discussion", Date: date(d)})
		}
	}
	made("l1", "2027-02-01", "2027-07-01")     // both made
	made("l2", "2027-03-01")                   // one made, one to come
	made("l3", "2027-05-20")                   // one made, and no day left that is far enough
	s.Locations[2].Closed = date("2027-09-10") // 113 days after
	s.Locations[3].Opening = calendar.Week{}   // nobody can come, and nobody did
	r := again(t, s, Published{}, today, nil)
	want := map[string]Coverage{
		"l1": {Done: 2, Planned: 0, State: CoverageDone},
		"l2": {Done: 1, Planned: 1, State: CoveragePlanned},
		"l3": {Done: 1, Planned: 0, State: CoverageAtRisk},
		"l4": {Done: 0, Planned: 0, State: CoverageMissed},
	}
	for _, c := range r.Coverage {
		w := want[c.Location]
		if c.Done != w.Done || c.Planned != w.Planned || c.State != w.State {
			t.Errorf("%s: done %d, planned %d, %s; want %d, %d, %s", c.Location, c.Done, c.Planned, c.State, w.Done, w.Planned, w.State)
		}
	}
	for i := range r.Visits {
		if v := &r.Visits[i]; v.on() < date(today) {
			t.Errorf("%s is planned on %s, in the past", v.ID, v.on())
		}
	}
}

// A database gives times in UTC: the days and clocks of a published plan are
// those of the zone all the same.
func TestReplanOfTimesInUTC(t *testing.T) {
	t.Parallel()
	s := town()
	p := solve(t, s)
	in := told(p)
	in.Visits = slices.Clone(in.Visits)
	for i := range in.Visits {
		in.Visits[i].Start, in.Visits[i].End = in.Visits[i].Start.UTC(), in.Visits[i].End.UTC()
	}
	if r := again(t, s, in, "2027-06-01", nil); len(r.Changes) != 0 {
		t.Errorf("%+v", r.Changes)
	}
}

// A visit that was made two days later than planned is one visit, not two.
func TestReplanOfAVisitMadeOnAnotherDay(t *testing.T) {
	t.Parallel()
	s := town()
	p := solve(t, s)
	first := p.visitsAt("l1")[0]
	today := (first.on() + 10).String()
	s.History = []CompletedVisit{{Location: "l1", Role: "coordinator", Requirement: "discussion", Date: first.on() + 2}}
	for _, reopen := range []bool{false, true} {
		r := again(t, s, told(p), today, func(o *ReplanOptions) { o.Reopen = reopen })
		i := slices.IndexFunc(r.Coverage, func(c Coverage) bool { return c.Location == "l1" })
		if c := r.Coverage[i]; c.Done != 1 || c.Planned != 1 || slices.Contains(r.Unconfirmed, first.ID) {
			t.Errorf("reopen %t: %+v, unconfirmed %v; want one made and one planned", reopen, c, r.Unconfirmed)
		}
	}
}

// Before the year begins nothing of it is near: what was published may move.
func TestReplanBeforeTheYear(t *testing.T) {
	t.Parallel()
	s := town()
	p := solve(t, s)
	r := again(t, s, told(p), "2026-10-01", nil)
	if len(r.Changes) != 0 || len(r.Visits) != len(p.Visits) {
		t.Errorf("%+v", r.Changes)
	}
	for i := range r.Visits {
		if v := &r.Visits[i]; v.Status != Planned {
			t.Errorf("%s on %s is %s", v.ID, v.on(), v.Status)
		}
	}
	if _, err := Replan(context.Background(), s, told(p), ReplanOptions{Options: Options{Year: 2027, Iterations: 1}, Today: date("2028-01-01")}); err == nil {
		t.Error("a year that is over is planned again")
	}
}

// The year after is planned from the published one: the last visits of this year
// keep their distance, though nobody has made them yet.
func TestReplanOfTheYearAfter(t *testing.T) {
	t.Parallel()
	s := town()
	p := solve(t, s)
	r := again(t, s, told(p), "2027-10-01", func(o *ReplanOptions) { o.Year = 2028 })
	for _, l := range []string{"l1", "l2", "l3"} {
		this, next := p.visitsAt(l), r.visitsAt(l)
		last, first := this[len(this)-1].on(), next[0].on()
		if first.Year() != 2028 || first-last < 120 || len(next) != 2 {
			t.Errorf("%s: %d visits, the first on %s, %d days after the last of the year before", l, len(next), first, first-last)
		}
		if a := r.server(l, "coordinator", Primary); a.Staff != p.server(l, "coordinator", Primary).Staff || a.Changed {
			t.Errorf("%+v: want the same person", a)
		}
	}
}
