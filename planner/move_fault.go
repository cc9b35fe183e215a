package planner

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner/schedule"
)

// ErrUnknownVisit is the error of a move of a visit that a plan does not have.
var ErrUnknownVisit = errors.New("the plan has no such visit")

// MoveFault is a hard rule that a move would break.
type MoveFault struct {
	// Rule is one of the constants below.
	Rule string
	// Staff is whom it is about, "" for nobody.
	Staff string
	// What is the id of another visit or of a meeting that is in the way, or "".
	What string
	// Amount is by how much: minutes, visits or days.
	Amount int64
	// Text says it in words, with the person's name.
	Text Text
}

// The rules that a move can break.
const (
	MoveMeeting   = "meeting"      // it is an occurrence of a meeting
	MoveCancelled = "cancelled"    // it does not take place
	MovePast      = "past"         // it, or the day asked for, is over
	MoveNotDue    = "not_due"      // nothing promises it any more
	MovePeriod    = "period"       // outside the plan's days
	MoveWeekend   = "weekend"      // a day on which nobody works
	MovePerson    = "person"       // somebody who is unknown
	MoveCrew      = "crew"         // too many or too few people
	MoveServes    = "serves"       // somebody who is not of the location
	MoveTwice     = "twice"        // one person in two places of the crew
	MoveContract  = "contract"     // no contract in the role that day
	MoveNotOpen   = "not_open"     // the location does not exist then
	MoveBlackout  = "blackout"     // nobody can be received
	MoveSeason    = "season"       // outside the requirement's part of the year
	MoveConsent   = "consent"      // before the parents' consent
	MoveHands     = "hands"        // somebody else has the location by then
	MoveAnchor    = "anchor"       // not on the location's own meeting
	MoveClosed    = "closed"       // outside opening hours
	MoveGrid      = "grid"         // no multiple of five minutes
	MoveWork      = "outside_work" // outside the weekly pattern
	MoveHoliday   = "holiday"      // a public holiday of the employer
	MoveAbsence   = "absence"      // the person is away
	MoveConsult   = "consult"      // in a break or consult time
	MoveOverlap   = "overlap"      // at the time of something else
	MoveTravel    = "travel_time"  // too little time to get there, or away
	MoveDayCap    = "day_cap"      // too many visits that day
	MoveWeekCap   = "week_cap"     // too many visits that week
	MoveReserve   = "acute_reserve"
	MoveDuration  = "max_duration"
	MoveGap       = "gap"
	// MoveTaken is time that a booking or another promise has; planner does not
	// know those.
	MoveTaken = "taken"
)

// moveTexts say in words what a move would break; {staff} is a name, {what} what
// is in the way.
var moveTexts = map[string]Text{
	MoveMeeting:   {"Dit is een overleg: verzet het bij de overleggen.", "This is a meeting: move it among the meetings."},
	MoveCancelled: {"Dit bezoek is vervallen.", "This visit does not take place any more."},
	MovePast:      {"Wat voor vandaag is, kan niet meer verschuiven.", "What is before today cannot move any more."},
	MoveNotDue:    {"Dit bezoek is niet meer nodig zoals het gepland staat: maak eerst een nieuw plan.", "This visit is not due any more as it is planned: plan again first."},
	MovePeriod:    {"Deze dag valt buiten het plan.", "This day is outside the plan."},
	MoveWeekend:   {"Op deze dag werkt niemand.", "Nobody works on this day."},
	MovePerson:    {"Er is geen medewerker {staff}.", "There is no member of staff {staff}."},
	MoveCrew:      {"Voor dit bezoek komen er {amount}.", "This visit is made by {amount}."},
	MoveServes:    {"{staff} hoort niet bij deze locatie.", "{staff} does not belong to this location."},
	MoveTwice:     {"{staff} kan niet twee keer meegaan.", "{staff} cannot come twice."},
	MoveContract:  {"{staff} heeft die dag geen contract in deze rol.", "{staff} has no contract in this role that day."},
	MoveNotOpen:   {"De locatie is er dan nog niet, of niet meer.", "The location does not exist yet then, or not any more."},
	MoveBlackout:  {"De locatie kan dan geen bezoek ontvangen.", "The location cannot receive visits then."},
	MoveSeason:    {"Dit bezoek is voor een ander deel van het jaar.", "This visit is for another part of the year."},
	MoveConsent:   {"De toestemming van de ouders is er dan nog niet.", "The parents’ consent is not there yet by then."},
	MoveHands:     {"De locatie heeft op die dag een ander vast gezicht.", "The location has another regular person on that day."},
	MoveAnchor:    {"Dit bezoek hoort bij een eigen overleg van de locatie, en valt daarbuiten.", "This visit belongs to a meeting of the location’s own, and would be outside it."},
	MoveClosed:    {"Het valt buiten de openingstijden van de locatie.", "It is outside the location’s opening hours."},
	MoveGrid:      {"Een bezoek begint op een veelvoud van vijf minuten.", "A visit starts at a multiple of five minutes."},
	MoveWork:      {"{staff} werkt dan niet.", "{staff} does not work then."},
	MoveHoliday:   {"{staff} heeft dan een feestdag.", "{staff} has a public holiday then."},
	MoveAbsence:   {"{staff} is dan afwezig of bezet.", "{staff} is away or busy then."},
	MoveConsult:   {"{staff} houdt die tijd vrij voor een pauze of voor consulten.", "{staff} keeps that time for a break or for consults."},
	MoveOverlap:   {"{staff} heeft dan al {what}.", "{staff} already has {what} then."},
	MoveTravel:    {"{staff} kan niet op tijd van of naar {what}.", "{staff} cannot be in time to or from {what}."},
	MoveDayCap:    {"{staff} heeft die dag dan {amount} bezoek te veel.", "{staff} has {amount} visit too many that day."},
	MoveWeekCap:   {"{staff} heeft die week dan {amount} bezoek te veel.", "{staff} has {amount} visit too many that week."},
	MoveReserve:   {"Bij {staff} blijven die dag {amount} minuten te weinig vrij voor acute vragen.", "{staff} keeps {amount} minutes too few free for acute questions that day."},
	MoveDuration:  {"De dag van {staff} wordt {amount} minuten te lang.", "The day of {staff} gets {amount} minutes too long."},
	MoveGap:       {"Het ligt {amount} dagen te dicht bij een ander bezoek aan deze locatie.", "It is {amount} days too near to another visit to this location."},
	MoveTaken:     {"{staff} heeft dan al iets beloofd: een consult of een afspraak.", "{staff} has promised that time already: a consult or an appointment."},
}

// MoveFaultOfPeople reports whether a rule is about who makes the visit.
func MoveFaultOfPeople(rule string) bool {
	return slices.Contains([]string{MovePerson, MoveCrew, MoveServes, MoveTwice, MoveContract}, rule)
}

// MoveFaultOfTime reports whether a rule is about the time of day: on the same day
// another can do.
func MoveFaultOfTime(rule string) bool {
	return slices.Contains([]string{MoveGrid, MoveClosed, MoveWork, MoveConsult, MoveOverlap, MoveTravel, MoveTaken}, rule)
}

// fault adds a fault, in words.
func (v *visitMover) fault(x MoveFault) {
	what := Text{"iets anders", "something else"}
	if x.What != "" {
		what = v.f.nameOf(x.What)
	} else if x.Rule == MoveTravel {
		what = Text{"huis of de vorige of volgende afspraak", "home or the appointment before or after"}
	}
	v.out.Faults = append(v.out.Faults, x.InWords(v.f.state, what))
}

// InWords returns a fault with its text.
func (x MoveFault) InWords(s *State, what Text) MoveFault {
	name := x.Staff
	for i := range s.Staff {
		if s.Staff[i].ID == x.Staff && s.Staff[i].Name != "" {
			name = s.Staff[i].Name
		}
	}
	fill := func(sentence, what string) string {
		return strings.NewReplacer("{staff}", name, "{what}", what, "{amount}", strconv.FormatInt(x.Amount, 10)).Replace(sentence)
	}
	words := moveTexts[x.Rule]
	x.Text = Text{fill(words.NL, what.NL), fill(words.EN, what.EN)}
	return x
}

// nameOf names a visit by its location and a meeting by its name.
func (f *formulation) nameOf(id string) Text {
	for i := range f.replan.published.Visits {
		v := &f.replan.published.Visits[i]
		if l := f.locationIndex(v.Location); v.ID == id && l >= 0 && !v.Meeting {
			name := f.state.Locations[l].Name
			return Text{"een bezoek aan " + name, "a visit to " + name}
		}
	}
	for i := range f.state.Meetings {
		if m := &f.state.Meetings[i]; m.ID == id && m.Name != "" {
			return Text{m.Name, m.Name}
		}
	}
	return Text{id, id}
}

// name turns a broken rule of the problem into faults of the domain.
func (v *visitMover) name(x *schedule.Fault) {
	out := MoveFault{Amount: x.Amount}
	if x.Staff != schedule.None {
		out.Staff = v.f.state.Staff[x.Staff].ID
	}
	if other := v.other(x); other != schedule.None {
		out.What = v.idOf(other)
	}
	switch x.Kind { //nolint:exhaustive // the others have one name
	case schedule.FaultWindow:
		v.nameWindow()
		return
	case schedule.FaultAway:
		out.Rule = v.whyAway(x.Staff)
	case schedule.FaultOverlap:
		out = v.nameOverlap(x, out)
	case schedule.FaultCrew: // that all belong was seen before
		out.Rule = MoveTwice
	default:
		out.Rule = plainRules[x.Kind]
	}
	if out.Rule == "" { // a rule of the problem that has no name here
		out.Rule = string(x.Kind)
		out.Text = Text{x.Message, x.Message}
		v.out.Faults = append(v.out.Faults, out)
		return
	}
	v.fault(out)
}

// plainRules are the rules that have one name only.
var plainRules = map[schedule.FaultKind]string{
	schedule.FaultGrain: MoveGrid, schedule.FaultTravel: MoveTravel, schedule.FaultDayCap: MoveDayCap, schedule.FaultWeekCap: MoveWeekCap,
	schedule.FaultReserve: MoveReserve, schedule.FaultMaxDuration: MoveDuration, schedule.FaultGap: MoveGap,
}

// other is the visit of a fault that is not the moved one, or None.
func (v *visitMover) other(x *schedule.Fault) int {
	switch {
	case x.Kind == schedule.FaultDayCap || x.Kind == schedule.FaultWeekCap || x.Kind == schedule.FaultReserve || x.Kind == schedule.FaultMaxDuration:
		return schedule.None
	case x.Visit == v.dense:
		return x.Other
	}
	return x.Visit
}

// busy is the time that the moved visit takes of its people.
func (v *visitMover) busy() calendar.Span {
	vt, at := v.visitType(), calendar.Clock(v.is[v.dense].Start)
	return calendar.Span{From: at - calendar.Clock(steps(vt.BufferBefore)), To: at + calendar.Clock(steps(vt.Minutes)+steps(vt.BufferAfter))}
}

// whyAway says why somebody does not work then.
func (v *visitMover) whyAway(staff int) string {
	m := &v.f.state.Staff[staff]
	usual := calendar.Worktime{Week: m.Pattern}
	switch {
	case !usual.On(v.ask.Date).Contains(v.busy()):
		return MoveWork
	case !m.contracted(v.ask.Date):
		return MoveContract
	}
	usual.Holidays = v.f.roster.hours[m.ID].Holidays
	if !usual.On(v.ask.Date).Contains(v.busy()) {
		return MoveHoliday
	}
	return MoveAbsence
}

// nameOverlap says what somebody has at the same time: a visit, a meeting, a
// break or consult time, or an absence in the middle of the day.
func (v *visitMover) nameOverlap(x *schedule.Fault, out MoveFault) MoveFault {
	if out.Rule = MoveOverlap; out.What != "" {
		return out
	}
	m, busy := &v.f.state.Staff[x.Staff], v.busy()
	for k, fixed := range v.p.Fixed {
		if fixed.Staff != x.Staff || fixed.Day != x.Day || fixed.Start >= int32(busy.To) || int32(busy.From) >= fixed.End {
			continue
		}
		if meeting := v.p.fixed[k].meeting; meeting != nil {
			out.What = meeting.ID
		} else if id, stands := v.still[k]; stands {
			out.What = id
		}
	}
	switch {
	case out.What != "":
	case !v.f.roster.spans(m, v.ask.Date).Contains(busy):
		out.Rule = v.whyAway(x.Staff)
	default:
		out.Rule = MoveConsult
	}
	return out
}

// nameWindow says why the location cannot have the visit then.
func (v *visitMover) nameWindow() {
	d, ref := v.demand(), &v.p.visits[v.dense]
	req, vt, loc := v.f.target(d)
	at := v.ask.Clock
	visit := calendar.Span{From: at, To: at + calendar.Clock(vt.Minutes)}
	n := len(v.out.Faults)
	for _, c := range []struct {
		broken bool
		rule   string
	}{
		{!within(v.ask.Date, loc.Opened, loc.Closed), MoveNotOpen},
		{!free(calendar.NewSpans(visit), v.f.blackouts.against(vt, loc), v.ask.Date).Contains(visit), MoveBlackout},
		{!v.f.period.inYear(req.From, req.To).Contains(v.ask.Date), MoveSeason},
		{d.gated && len(d.consents) > 0 && ref.from != calendar.NoDate && v.ask.Date < ref.from, MoveConsent},
		{!d.gated && !within(v.ask.Date, ref.from, ref.to), MoveHands},
		{req.Anchor != nil, MoveAnchor},
		{req.Anchor == nil && !calendar.NewSpans(loc.Opening[v.ask.Date.Weekday()]...).Contains(visit), MoveClosed},
	} {
		if c.broken {
			v.fault(MoveFault{Rule: c.rule})
		}
	}
	if len(v.out.Faults) == n { // a handover has days of its own
		v.fault(MoveFault{Rule: MoveHands})
	}
}
