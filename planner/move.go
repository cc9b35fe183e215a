package planner

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner/schedule"
)

// VisitMove asks for another moment, or other people, for one planned visit of a
// plan.
type VisitMove struct {
	// Visit is the id of the visit.
	Visit string
	// Date and Clock are when it is to begin, in the programme's zone.
	Date  calendar.Date
	Clock calendar.Clock
	// Staff holds who is to make it, by id and in the order of its crew; nil for
	// those who make it now.
	Staff []string
}

// VisitMoveEffect is what it would mean to move one visit, everything else of
// the plan staying where it is.
type VisitMoveEffect struct {
	Visit, Location string
	Was, Is         Moment
	// Faults are the hard rules that the move would break and that hold, or are
	// broken less, without it. A move with faults is not to be carried out.
	Faults []MoveFault
	// Difference is the score of the plan's visits with the move less the score
	// now, and Amounts its soft part by constraint, in table order. Both are 0
	// where the moment asked for is none of the plan.
	Difference Score
	Amounts    []Amount
	// TravelWas and TravelIs are the travel of the plan, in minutes.
	TravelWas, TravelIs int64
	// Permitted lists who may make the visit, by place in its crew.
	Permitted [][]string
	// Better holds other moments for the same visit, the best first; Difference
	// is from where it is now, with the charge for moving it.
	Better []Suggestion
	// Plan is the plan with the visit moved and pinned there, nil with Faults.
	Plan *Plan
}

// mostBetter is how many other moments an effect names.
const mostBetter = 5

// MoveVisit works out what it would mean to move one visit of a plan, as the
// plan's own rules judge it: those of the state as it is now, with all other
// visits where they are, whether or not they still can be. The plan that comes
// of it differs in the one visit, in the travel and the amounts that follow, and
// in what is said of visits that are not planned; the visit is pinned, so that
// planning again keeps it as long as it can be held. today is the first day that
// can change.
//
// It gives ErrUnknownVisit for a visit that the plan does not have.
func MoveVisit(s *State, p *Plan, today calendar.Date, m VisitMove) (*VisitMoveEffect, error) {
	v, err := newVisitMover(s, p, today, m)
	if err != nil {
		return nil, regionError(s, err)
	}
	if v.refuse() {
		return v.out, nil
	}
	v.judge()
	if len(v.out.Faults) == 0 {
		v.out.Plan = v.moved()
	}
	return v.out, nil
}

// visitMover works out one move.
type visitMover struct {
	f    *formulation
	p    *visitProblem
	plan *Plan
	ask  VisitMove
	// told is the visit as it is.
	told *Visit
	// dense is its index in the problem, or None.
	dense int
	// still are the stops that stand for planned visits which the problem does not
	// have, by fixed stop.
	still map[int]string
	// was and is are the placements of all visits before and after.
	was, is []*schedule.Placement
	out     *VisitMoveEffect
}

func newVisitMover(s *State, p *Plan, today calendar.Date, m VisitMove) (*visitMover, error) {
	published := Published{Visits: p.Visits, Assignments: p.Assignments}.in(s.Programme.Zone)
	at := slices.IndexFunc(published.Visits, func(v Visit) bool { return v.ID == m.Visit })
	if at < 0 {
		return nil, fmt.Errorf("%w: %q", ErrUnknownVisit, m.Visit)
	}
	period := Period{p.From, p.To}
	// Everything from the plan's first day on is in the problem, what is over too:
	// the even week and the gaps are those of the whole plan.
	r := newReplanning(s, published, ReplanOptions{Today: period.From, MaxMoves: -1}, period.From)
	r.o.Today, r.unfrozen, r.serving = max(today, period.From), true, servingOf(p.Assignments)
	f, err := newFormulation(r.state(s, period), period)
	if err != nil {
		return nil, err
	}
	f.replan = r
	f.startFrom(period.From)
	told := &published.Visits[at]
	v := &visitMover{f: f, plan: p, ask: m, told: told, dense: schedule.None, still: map[int]string{}}
	v.out = &VisitMoveEffect{Visit: told.ID, Location: told.Location, Was: told.moment()}
	v.formulate()
	return v, nil
}

// servingOf returns who serves each location, in order of time.
func servingOf(rows []Assigned) map[assignedKey][]Assigned {
	out := map[assignedKey][]Assigned{}
	for _, a := range rows {
		out[a.key()] = append(out[a.key()], a)
	}
	for _, of := range out {
		slices.SortStableFunc(of, func(a, b Assigned) int { return cmp.Compare(a.From, b.From) })
	}
	return out
}

// formulate makes the problem in which every visit of the plan is where it is:
// those that something still promises as visits, pinned, the others as stops.
func (v *visitMover) formulate() {
	t := v.f.publishedTeams()
	v.f.demanded = append(v.f.demanded, v.f.handovers(t)...)
	v.p = v.f.formulateVisits(t)
	known := map[string]bool{}
	v.was = make([]*schedule.Placement, len(v.p.Visits))
	for i := range v.p.Visits {
		if x := &v.p.Visits[i]; x.Published != nil {
			id := v.p.visits[i].told.ID
			known[id], v.was[i] = true, x.Published
			x.Pinned = id != v.ask.Visit
			if !x.Pinned {
				v.dense = i
				v.keepCrew(x)
			}
		}
	}
	for i := range v.f.replan.published.Visits {
		if told := &v.f.replan.published.Visits[i]; !told.Meeting && !known[told.ID] && told.Status != Cancelled {
			v.stand(told)
		}
	}
	if len(v.still) > 0 { // further places
		v.p.Travel = nil
		v.f.addTravel(v.p)
	}
}

// keepCrew lets those who make a visit go on making it, though their contract is
// shorter than the plan; on each day it has to be there.
func (v *visitMover) keepCrew(x *schedule.Visit) {
	for i, s := range x.Published.Staff {
		role := v.f.state.Programme.Role(v.told.Crew[i].Role)
		if role != nil && role.Assign == NotAssigned && v.f.state.Staff[s].has(role.ID, v.ask.Date) {
			x.Crew[i] = merge(slices.Clone(x.Crew[i]), []schedule.Option{{Staff: s}})
		}
	}
}

// stand adds the stops of a visit that the problem does not have.
func (v *visitMover) stand(told *Visit) {
	day, vt := slices.Index(v.p.days, told.date()), v.f.state.Programme.VisitType(told.VisitType)
	if day < 0 || vt == nil {
		return
	}
	place := schedule.None
	if l := v.f.locationIndex(told.Location); l >= 0 && vt.Mode == OnSite {
		place = v.f.locationPlace(l)
	}
	start := int32(told.clock())
	for _, c := range told.Crew {
		if s := v.f.staffIndex(c.Staff); s >= 0 {
			v.still[len(v.p.Fixed)] = told.ID
			v.p.addFixed(schedule.Fixed{
				Staff: s, Day: day, Start: start - steps(vt.BufferBefore), End: start + steps(vt.Minutes) + steps(vt.BufferAfter), Place: place,
			}, fixedRef{staff: s, date: told.date()})
		}
	}
}

// refuse names what keeps the visit from being moved at all, or to the day asked
// for, and reports whether there is anything.
func (v *visitMover) refuse() bool {
	switch {
	case v.told.Meeting:
		v.fault(MoveFault{Rule: MoveMeeting})
	case v.told.Status == Cancelled:
		v.fault(MoveFault{Rule: MoveCancelled})
	case v.told.date() < v.f.replan.o.Today:
		v.fault(MoveFault{Rule: MovePast})
	case v.dense == schedule.None:
		v.fault(MoveFault{Rule: MoveNotDue})
	}
	if len(v.out.Faults) > 0 {
		return true
	}
	for _, options := range v.p.Visits[v.dense].Crew {
		var ids []string
		for _, o := range options {
			ids = append(ids, v.f.state.Staff[o.Staff].ID)
		}
		v.out.Permitted = append(v.out.Permitted, ids)
	}
	v.out.Better = v.better()
	v.place()
	return len(v.out.Faults) > 0
}

// place puts the visit where it is asked for.
func (v *visitMover) place() {
	place := &schedule.Placement{Day: slices.Index(v.p.days, v.ask.Date), Start: int32(v.ask.Clock), Staff: v.was[v.dense].Staff}
	if v.ask.Staff != nil {
		place.Staff = nil
		for _, id := range v.ask.Staff {
			s := v.f.staffIndex(id)
			if s < 0 {
				v.fault(MoveFault{Rule: MovePerson, Staff: id})
			}
			place.Staff = append(place.Staff, s)
		}
	}
	v.belong(place.Staff)
	switch {
	case v.ask.Date < v.f.replan.o.Today:
		v.fault(MoveFault{Rule: MovePast})
	case !v.f.period.Contains(v.ask.Date):
		v.fault(MoveFault{Rule: MovePeriod})
	case place.Day < 0:
		v.fault(MoveFault{Rule: MoveWeekend})
	}
	if len(v.out.Faults) == 0 {
		v.is = slices.Clone(v.was)
		v.is[v.dense] = place
		v.out.Is = Moment{Start: v.ask.Date.At(v.ask.Clock, v.f.zone), End: v.ask.Date.At(v.ask.Clock+calendar.Clock(v.visitType().Minutes), v.f.zone)}
		for _, s := range place.Staff {
			v.out.Is.Staff = append(v.out.Is.Staff, v.f.state.Staff[s].ID)
		}
	}
}

// belong refuses people who do not make visits of this kind to the location.
func (v *visitMover) belong(staff []int) {
	crew := v.p.Visits[v.dense].Crew
	if len(staff) != len(crew) {
		v.fault(MoveFault{Rule: MoveCrew, Amount: int64(len(crew))})
		return
	}
	for i, s := range staff {
		if s >= 0 && !slices.ContainsFunc(crew[i], func(o schedule.Option) bool { return o.Staff == s }) {
			v.fault(MoveFault{Rule: MoveServes, Staff: v.f.state.Staff[s].ID})
		}
	}
}

func (v *visitMover) visitType() *VisitType {
	_, vt, _ := v.f.target(v.demand())
	return vt
}

func (v *visitMover) demand() *demand { return &v.f.demanded[v.p.visits[v.dense].demand] }

// judge compares the plan before and after: the score, and the rules.
func (v *visitMover) judge() {
	was, before := v.evaluate(v.was)
	is, after := v.evaluate(v.is)
	v.out.Difference = Score{Medium: is.Score.Medium - was.Score.Medium, Soft: is.Score.Soft - was.Score.Soft}
	v.out.Amounts = v.amounts(&was.Amounts, &is.Amounts)
	v.out.TravelWas, v.out.TravelIs = v.travel(v.was), v.travel(v.is)
	worst := map[schedule.Fault]int64{}
	for i := range before {
		k := faultKey(&before[i])
		worst[k] = max(worst[k], before[i].Amount+1)
	}
	for i := range after {
		x := &after[i]
		if x.Visit == v.dense || x.Other == v.dense || x.Amount+1 > worst[faultKey(x)] {
			v.name(x)
		}
	}
	slices.SortFunc(v.out.Faults, func(a, b MoveFault) int {
		return cmp.Or(cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Staff, b.Staff), cmp.Compare(a.What, b.What))
	})
	v.out.Faults = slices.CompactFunc(v.out.Faults, func(a, b MoveFault) bool {
		return a.Rule == b.Rule && a.Staff == b.Staff && a.What == b.What
	})
	v.out.Difference.Hard = int64(len(v.out.Faults))
}

// faultKey is a fault without its amount and words; those of a whole day or week
// are nobody's visit.
func faultKey(x *schedule.Fault) schedule.Fault {
	k := schedule.Fault{Kind: x.Kind, Visit: x.Visit, Other: x.Other, Staff: x.Staff, Day: x.Day, Requirement: x.Requirement}
	if slices.Contains(wholeDays, x.Kind) {
		k.Visit, k.Other = schedule.None, schedule.None
	}
	return k
}

// wholeDays are the faults of a day or week.
var wholeDays = []schedule.FaultKind{schedule.FaultDayCap, schedule.FaultWeekCap, schedule.FaultLoadCap, schedule.FaultReserve, schedule.FaultMaxDuration}

func (v *visitMover) evaluate(placements []*schedule.Placement) (*schedule.Result, []schedule.Fault) {
	r := &schedule.Result{Placements: placements}
	r.Score, r.Amounts = schedule.Evaluate(v.p.Problem, placements)
	return r, schedule.Verify(v.p.Problem, r)
}

// amounts is the soft difference by constraint. What a window costs beyond the
// school holidays is for want of parents.
func (v *visitMover) amounts(was, is *schedule.Amounts) []Amount {
	_, _, loc := v.f.target(v.demand())
	school := v.schoolCharge(loc, v.is[v.dense]) - v.schoolCharge(loc, v.was[v.dense])
	return []Amount{
		{TravelConstraint, is.Travel - was.Travel},
		{SpacingConstraint, is.Spacing - was.Spacing},
		{SchoolConstraint, school},
		{ParentsConstraint, is.Window - was.Window - school},
		{BackupConstraint, is.Person - was.Person},
		{SmoothConstraint, is.Smooth - was.Smooth},
		{MoveConstraint, is.Move - was.Move},
	}
}

// schoolCharge is what a moment of the visit costs for the school holidays: one
// that is in no window costs nothing.
func (v *visitMover) schoolCharge(loc *Location, place *schedule.Placement) int64 {
	date := v.p.days[place.Day]
	if !v.p.inWindow(v.dense, date, calendar.Clock(place.Start)) {
		return 0
	}
	return v.f.holidayCharge(loc, date)
}

// travel is the minutes of all journeys, those home too.
func (v *visitMover) travel(placements []*schedule.Placement) (minutes int64) {
	for _, l := range v.p.legs(placements) {
		minutes += int64(l.minutes) + int64(l.home)
	}
	return minutes
}

// better lists other moments of the visit.
func (v *visitMover) better() []Suggestion {
	var out []Suggestion
	now := v.was[v.dense]
	for _, a := range v.f.reasons(v.p, v.was).Recommend(v.dense, 4*mostBetter) {
		if a.Placement.Day == now.Day || len(out) == mostBetter {
			continue
		}
		out = append(out, Suggestion{
			v.p.days[a.Placement.Day], calendar.Clock(a.Placement.Start), v.f.state.Staff[a.Placement.Staff[0]].ID, a.Difference,
		})
	}
	return out
}
