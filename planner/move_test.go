package planner

import (
	"errors"
	"slices"
	"testing"

	"github.com/wijkplanner/wijkplanner/calendar"
)

// visit returns a visit of a plan.
func (p *Plan) visit(id string) *Visit {
	for i := range p.Visits {
		if p.Visits[i].ID == id {
			return &p.Visits[i]
		}
	}
	return nil
}

// ask asks for a visit on another day at the time that it has.
func ask(v *Visit, d calendar.Date) VisitMove {
	return VisitMove{Visit: v.ID, Date: d, Clock: v.clock()}
}

func (e *VisitMoveEffect) rules() (out []string) {
	for _, f := range e.Faults {
		out = append(out, f.Rule)
	}
	return out
}

func move(t *testing.T, s *State, p *Plan, today string, m VisitMove) *VisitMoveEffect {
	t.Helper()
	e, err := MoveVisit(s, p, date(today), m)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// later moves a visit to the first later day on which it can be at its time.
func later(t *testing.T, s *State, p *Plan, v *Visit) *VisitMoveEffect {
	t.Helper()
	for d := v.on() + 7; d < v.on()+60; d++ {
		if e := move(t, s, p, "2027-01-01", ask(v, d)); e.Plan != nil {
			return e
		}
	}
	t.Fatalf("no later day for %s", v.ID)
	return nil
}

// two returns two visits of one person to two locations.
func two(p *Plan) (a, b *Visit) {
	for i := range p.Visits {
		for j := range p.Visits {
			a, b = &p.Visits[i], &p.Visits[j]
			if !a.Meeting && !b.Meeting && a.Crew[0].Staff == b.Crew[0].Staff && a.Location != b.Location {
				return a, b
			}
		}
	}
	return &Visit{}, &Visit{}
}

// A move changes one visit, what it costs is told exactly, and the reasons still
// add up to the score.
func TestMoveVisit(t *testing.T) {
	t.Parallel()
	s := town()
	s.Meetings = []Meeting{{ID: "team", Name: "Team", Start: date("2027-01-05"), Clock: 600, Minutes: 60, Rule: "FREQ=WEEKLY", Roles: []string{"coordinator"}, Point: Point{Lat: 51.83, Lon: 5.84}}}
	p := solve(t, s)
	v := nextOf(t, p, "2027-03-01")
	e := later(t, s, p, v)
	is := e.Plan.visit(v.ID)
	if is.on() == v.on() || is.clock() != v.clock() || is.Status != Pinned || !is.Start.Equal(e.Is.Start) || !v.Start.Equal(e.Was.Start) {
		t.Errorf("%+v", is)
	}
	var visits, amounts int64
	for i := range e.Plan.Visits {
		visits += e.Plan.Visits[i].Reason.Total()
		if x := &e.Plan.Visits[i]; x.ID != v.ID && !x.Start.Equal(p.visit(x.ID).Start) {
			t.Errorf("%s moved too", x.ID)
		}
	}
	for _, a := range e.Amounts {
		amounts += a.Value
	}
	if visits != e.Plan.Schedule.Soft || e.Plan.Schedule.Soft-p.Schedule.Soft != e.Difference.Soft || amounts != e.Difference.Soft {
		t.Errorf("the reasons sum to %d, the score is %d and was %d, the difference is %d and sums to %d", visits, e.Plan.Schedule.Soft, p.Schedule.Soft, e.Difference.Soft, amounts)
	}
	if len(e.Better) == 0 || len(e.Permitted) != 1 || !slices.Contains(e.Permitted[0], v.Crew[0].Staff) || len(e.Permitted[0]) != 2 {
		t.Errorf("%+v and %v, want other moments, and the person and the backup", e.Better, e.Permitted)
	}
	if amount(e.Amounts, MoveConstraint) <= 0 || e.TravelWas <= 0 {
		t.Errorf("%+v, travel %d to %d", e.Amounts, e.TravelWas, e.TravelIs)
	}
}

// Each hard rule refuses a move by its name, with a sentence in both languages.
func TestMoveVisitNamesWhatItBreaks(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		state func(*State)
		now   func(s *State, p *Plan, v *Visit) VisitMove // changes what is known, and asks
		want  string
	}{
		"absence": {now: func(s *State, _ *Plan, v *Visit) VisitMove {
			s.Absences = []Absence{{Staff: v.Crew[0].Staff, From: v.on() + 7, To: v.on() + 7}}
			return ask(v, v.on()+7)
		}, want: MoveAbsence},
		"holiday": {now: func(_ *State, _ *Plan, v *Visit) VisitMove { return ask(v, date("2027-05-06")) }, want: MoveHoliday},
		"weekly pattern": {now: func(_ *State, _ *Plan, v *Visit) VisitMove {
			return VisitMove{Visit: v.ID, Date: v.on() + 7, Clock: 16*60 + 30}
		}, want: MoveWork},
		"opening hours": {
			state: func(s *State) {
				for i := range s.Locations {
					s.Locations[i].Opening = week("12345", span(9, 13))
				}
			},
			now: func(_ *State, _ *Plan, v *Visit) VisitMove {
				return VisitMove{Visit: v.ID, Date: v.on() + 7, Clock: 14 * 60}
			},
			want: MoveClosed,
		},
		"study day": {now: func(s *State, _ *Plan, v *Visit) VisitMove {
			s.Blackouts = []Blackout{{Location: v.Location, From: v.on() + 7, To: v.on() + 7}}
			return ask(v, v.on()+7)
		}, want: MoveBlackout},
		"season": {
			state: func(s *State) { s.Programme.Requirements[0].To = MonthDay{11, 30} },
			now:   func(_ *State, _ *Plan, v *Visit) VisitMove { return ask(v, date("2027-12-09")) },
			want:  MoveSeason,
		},
		"spacing": {now: func(_ *State, p *Plan, v *Visit) VisitMove {
			return ask(v, p.visitsAt(v.Location)[1].on()-7)
		}, want: MoveGap},
		"another visit": {now: func(_ *State, p *Plan, _ *Visit) VisitMove {
			v, x := two(p)
			return ask(v, x.on()).at(x.clock())
		}, want: MoveOverlap},
		"a meeting": {
			state: func(s *State) {
				s.Meetings = []Meeting{{ID: "team", Name: "Teamoverleg", Start: date("2027-09-07"), Clock: 600, Minutes: 60, Roles: []string{"coordinator"}}}
			},
			now:  func(_ *State, _ *Plan, v *Visit) VisitMove { return ask(v, date("2027-09-07")).at(9*60 + 30) },
			want: MoveOverlap,
		},
		"no road":    {now: func(_ *State, _ *Plan, v *Visit) VisitMove { return ask(v, v.on()+7).at(9 * 60) }, want: MoveTravel},
		"five":       {now: func(_ *State, _ *Plan, v *Visit) VisitMove { return ask(v, v.on()+7).at(11*60 + 2) }, want: MoveGrid},
		"a stranger": {now: func(_ *State, _ *Plan, v *Visit) VisitMove { return ask(v, v.on()+7).by("b1") }, want: MoveServes},
		"nobody":     {now: func(_ *State, _ *Plan, v *Visit) VisitMove { return ask(v, v.on()+7).by("zz") }, want: MovePerson},
		"two":        {now: func(_ *State, _ *Plan, v *Visit) VisitMove { return ask(v, v.on()+7).by("c1", "c2") }, want: MoveCrew},
		"weekend":    {now: func(_ *State, _ *Plan, v *Visit) VisitMove { return ask(v, date("2027-06-05")) }, want: MoveWeekend},
		"next year":  {now: func(_ *State, _ *Plan, v *Visit) VisitMove { return ask(v, date("2028-01-04")) }, want: MovePeriod},
		"the past":   {now: func(_ *State, _ *Plan, v *Visit) VisitMove { return ask(v, date("2026-12-01")) }, want: MovePast},
		"full days": {
			state: func(s *State) { s.Staff[0].DayCap, s.Staff[1].DayCap = 1, 1 },
			now: func(_ *State, p *Plan, _ *Visit) VisitMove {
				v, x := two(p)
				return ask(v, x.on()).at(x.clock() + 180)
			}, want: MoveDayCap,
		},
		"gone": {now: func(s *State, _ *Plan, v *Visit) VisitMove {
			s.Programme.Requirements = nil
			return ask(v, v.on()+7)
		}, want: MoveNotDue},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := town()
			if c.state != nil {
				c.state(s)
			}
			p := solve(t, s)
			m := c.now(s, p, nextOf(t, p, "2027-01-01"))
			e := move(t, s, p, "2027-01-01", m)
			if !slices.Contains(e.rules(), c.want) || e.Plan != nil {
				t.Fatalf("%v to %+v, want %s and no plan", e.rules(), m, c.want)
			}
			for _, f := range e.Faults {
				if f.Text.NL == "" || f.Text.EN == "" || f.Text.NL == f.Text.EN {
					t.Errorf("%+v without words", f)
				}
			}
		})
	}
}

func (m VisitMove) at(c calendar.Clock) VisitMove { m.Clock = c; return m }

func (m VisitMove) by(staff ...string) VisitMove { m.Staff = staff; return m }

func TestMoveVisitThatDoesNotExist(t *testing.T) {
	t.Parallel()
	s := town()
	if _, err := MoveVisit(s, solve(t, s), date("2027-01-01"), VisitMove{Visit: "none"}); !errors.Is(err, ErrUnknownVisit) {
		t.Errorf("%v, want ErrUnknownVisit", err)
	}
}

// What cannot stay does not keep the rest from moving: a visit whose person fell
// ill can be moved by hand, and one beside it too.
func TestMoveVisitBesideOnesThatCannotStay(t *testing.T) {
	t.Parallel()
	s := town()
	p := solve(t, s)
	v := nextOf(t, p, "2027-03-01")
	s.Absences = []Absence{{Staff: v.Crew[0].Staff, From: v.on() - 3, To: v.on() + 3}}
	e := move(t, s, p, "2027-01-01", ask(v, v.on()+14))
	if len(e.Faults) > 0 {
		t.Errorf("the visit itself: %+v", e.Faults)
	}
	for i := range p.Visits {
		x := &p.Visits[i]
		if x.ID == v.ID || x.Location == v.Location || x.on() < v.on() {
			continue
		}
		if e := move(t, s, p, "2027-01-01", ask(x, x.on()+7)); len(e.Faults) > 0 && slices.Contains(e.rules(), MoveAbsence) && x.on()+7 > v.on()+3 {
			t.Errorf("%s beside it: %+v", x.ID, e.Faults)
		}
		break
	}
}

// Moved there and back again, a plan is as it was, but for the pin and the charge
// for moving.
func TestMoveAndBackIsTheSame(t *testing.T) {
	t.Parallel()
	s := town()
	s.Meetings = []Meeting{{ID: "team", Start: date("2027-01-05"), Clock: 600, Minutes: 60, Rule: "FREQ=WEEKLY", Roles: []string{"coordinator"}, Point: Point{Lat: 51.83, Lon: 5.84}}}
	p := solve(t, s)
	moves := 0
	for i := range p.Visits {
		v := &p.Visits[i]
		for days := calendar.Date(-21); days <= 21 && !v.Meeting; days += 3 {
			there := move(t, s, p, "2027-01-01", ask(v, v.on()+days))
			if there.Plan == nil {
				continue
			}
			back := move(t, s, there.Plan, "2027-01-01", ask(v, v.on()))
			if back.Plan == nil {
				t.Fatalf("%s by %d days and not back: %+v", v.ID, days, back.Faults)
			}
			moves++
			same(t, p, back.Plan)
			if there.Difference.Soft-amount(there.Amounts, MoveConstraint) != -(back.Difference.Soft - amount(back.Amounts, MoveConstraint)) {
				t.Errorf("%s: %d there and %d back", v.ID, there.Difference.Soft, back.Difference.Soft)
			}
		}
	}
	t.Logf("%d moves and their reverses", moves)
	if moves < 20 {
		t.Errorf("only %d moves were possible", moves)
	}
}

// same compares what two plans ask of people, and what it costs.
func same(t *testing.T, a, b *Plan) {
	t.Helper()
	for i := range a.Visits {
		x, y := &a.Visits[i], &b.Visits[i]
		if x.ID != y.ID || !x.Start.Equal(y.Start) || !x.End.Equal(y.End) || !slices.Equal(x.Crew, y.Crew) {
			t.Errorf("%s %v %v and %s %v %v", x.ID, x.Start, x.Crew, y.ID, y.Start, y.Crew)
		}
		if ax, ay := x.Reason.Total()-amount(x.Reason.Amounts, MoveConstraint), y.Reason.Total()-amount(y.Reason.Amounts, MoveConstraint); ax != ay {
			t.Errorf("%s costs %d and %d", x.ID, ax, ay)
		}
	}
}

// A visit that a lead moved stays there when the plan is made again, however much
// better another day would be; while its person is away it may go.
func TestReplanKeepsWhatWasMovedByHand(t *testing.T) {
	t.Parallel()
	s := town()
	p := solve(t, s)
	v := nextOf(t, p, "2027-05-01")
	e := later(t, s, p, v)
	r := again(t, s, told(e.Plan), "2027-03-01", func(o *ReplanOptions) { o.Iterations = 500 })
	is := r.visit(v.ID)
	if is == nil || !is.Start.Equal(e.Is.Start) || is.Status != Pinned {
		t.Errorf("%+v, want it where it was put, at %v", is, e.Is.Start)
	}
	s.Absences = []Absence{{Staff: e.Is.Staff[0], From: calendar.DateOf(e.Is.Start, e.Is.Start.Location()), To: calendar.DateOf(e.Is.Start, e.Is.Start.Location())}}
	r = again(t, s, told(e.Plan), "2027-03-01", nil)
	if c := r.change(v.ID); c == nil || !c.Must {
		t.Errorf("%+v, want it moved since the person is away", c)
	}
}

// The smallest fix of an unplanned visit that is a move can be done: the visit in
// the way moves, the list says that there is room, and planning again fills it.
func TestMoveMakesRoomForAnUnplannedVisit(t *testing.T) {
	t.Parallel()
	s := town()
	s.Staff = s.Staff[1:2]
	s.Programme.Roles = s.Programme.Roles[:1]
	s.Programme.Roles[0].Backup = false
	s.Programme.Requirements[0].Target = 1
	s.Locations = s.Locations[:2]
	// There is one morning that both can have, and another for the first alone.
	s.Staff[0].Pattern = week("1", span(9, 12))
	s.Locations[0].Opened, s.Locations[0].Closed = date("2027-03-01"), date("2027-03-08")
	s.Locations[1].Opened, s.Locations[1].Closed = date("2027-03-01"), date("2027-03-01")
	p := solve(t, s)
	if len(p.Unplanned) != 0 {
		t.Fatalf("%+v", p.Unplanned)
	}
	// A plan in which the first is in the way of the second.
	first := p.visitsAt("l1")[0]
	first.Start, first.End = first.Start.AddDate(0, 0, -7), first.End.AddDate(0, 0, -7)
	id, gone := first.ID, p.visitsAt("l2")[0].ID
	p.Visits = slices.DeleteFunc(p.Visits, func(v Visit) bool { return v.ID == gone })
	p.Unplanned = []Unplanned{{Location: "l2", Role: "coordinator", Requirement: "discussion", Level: Minimum, Reason: Reason{
		Blocked: []string{"travel:1"}, Change: "overlap c2 on 2027-03-01 without " + id,
	}}}
	if what := p.Unplanned[0].Reason.Mover(); what != id {
		t.Fatalf("%q is to move, want %s", what, id)
	}
	e := move(t, s, p, "2027-01-01", ask(p.visitsAt("l1")[0], date("2027-03-08")))
	if e.Plan == nil {
		t.Fatalf("%+v", e.Faults)
	}
	why := e.Plan.Unplanned[0].Reason
	if !why.Fits() || why.Change != "free c2 on 2027-03-01" || why.Mover() != "" || ChangeText(why.Change).NL == why.Change {
		t.Errorf("%+v, want it to fit on the morning that is free", why)
	}
	r := again(t, s, told(e.Plan), "2027-01-01", nil)
	if len(r.Unplanned) != 0 || !r.visit(id).Start.Equal(e.Is.Start) {
		t.Errorf("%+v, %+v: want both planned, the first where it was put", r.Unplanned, r.visit(id))
	}
}
