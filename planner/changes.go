package planner

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner/schedule"
)

// VisitChangeKind says what became of a published visit or meeting.
type VisitChangeKind string

// The kinds of change.
const (
	VisitMoved      VisitChangeKind = "moved"       // another day or time
	VisitHandedOver VisitChangeKind = "handed_over" // the same time, other people
	VisitCancelled  VisitChangeKind = "cancelled"
	VisitAdded      VisitChangeKind = "added"
)

// Why a published visit or meeting changed, as a code. With the first nine a
// visit could not stay as it was. An absence never says why.
const (
	WhyLeft        = "left"        // the person is not in the role any more
	WhyAway        = "away"        // the person does not work then
	WhyHandedOver  = "handover"    // the location is somebody else's by then
	WhyMeeting     = "meeting"     // a meeting is at that time
	WhyClosed      = "closed"      // the location is not open any more, or not yet
	WhyBlackout    = "blackout"    // nobody can be received then
	WhyOpening     = "opening"     // outside opening hours, the season or the location's own meeting
	WhyConsent     = "consent"     // the consent is of a later day
	WhyGap         = "gap"         // too soon after a visit that was made
	WhyNotDue      = "not_due"     // made already, or not promised any more
	WhyNotMade     = "not_made"    // it did not take place and is due again
	WhyNoPlace     = "no_place"    // nothing fits; unplanned.csv says what is in the way
	WhyRoom        = "room"        // it made room for another visit
	WhyBetter      = "better"      // the plan gains more by it than the move costs
	WhyNew         = "new"         // a visit that is newly due, or a meeting that was not there
	WhyRescheduled = "rescheduled" // the meeting has another day or time
	WhyCalledOff   = "called_off"  // the meeting does not take place any more
	WhyPeople      = "people"      // other people are asked to the meeting
)

// WhyTexts says in words what the codes of a change mean.
func WhyTexts() map[string]Text {
	return map[string]Text{
		WhyLeft:        {"De medewerker heeft deze rol dan niet meer.", "The person does not have this role any more then."},
		WhyAway:        {"De medewerker werkt dan niet.", "The person does not work then."},
		WhyHandedOver:  {"De locatie heeft dan een ander vast gezicht.", "The location has another regular person by then."},
		WhyMeeting:     {"Er is een overleg op dat moment.", "There is a meeting at that time."},
		WhyClosed:      {"De locatie is dan niet open.", "The location is not open then."},
		WhyBlackout:    {"De locatie kan dan geen bezoek ontvangen.", "The location cannot receive visits then."},
		WhyOpening:     {"Het past niet meer bij de openingstijden of het eigen overleg van de locatie.", "It does not fit the location's opening hours or own meeting any more."},
		WhyConsent:     {"De toestemming is van een latere datum.", "The consent is of a later date."},
		WhyGap:         {"Het is te kort na een bezoek dat al is geweest.", "It is too soon after a visit that was made."},
		WhyNotDue:      {"Het is al gedaan, of wordt niet meer beloofd.", "It is done already, or not promised any more."},
		WhyNotMade:     {"Het bezoek is niet doorgegaan.", "The visit did not take place."},
		WhyNoPlace:     {"Er is geen moment meer dat past.", "No moment fits any more."},
		WhyRoom:        {"Het maakt plaats voor een ander bezoek.", "It makes room for another visit."},
		WhyBetter:      {"Het plan wint er meer mee dan het verschuiven kost.", "The plan gains more by it than the move costs."},
		WhyNew:         {"Dit is erbij gekomen.", "This was added."},
		WhyRescheduled: {"Het overleg is verzet.", "The meeting has moved."},
		WhyCalledOff:   {"Het overleg vervalt.", "The meeting does not take place any more."},
		WhyPeople:      {"Er zijn andere mensen bij het overleg.", "Other people come to the meeting."},
	}
}

// VisitChange is one difference between what was published and the plan.
type VisitChange struct {
	// Visit is the visit's id, Now the one it has in the plan where that is
	// another: a meeting is named for its day. Location is empty for a meeting
	// without one.
	Visit, Now, Location, Requirement string
	Kind                              VisitChangeKind
	// Meeting says that it is an occurrence of a meeting.
	Meeting bool
	// Was and Is are when and by whom; the zero Moment where there is none.
	Was, Is Moment
	// Code says why, Detail whom or what it is about: a person, a meeting.
	Code, Detail string
	// Must says that it could not stay as it was.
	Must bool
	// Charge is the price of the move, and Staying what staying would have cost
	// more, as far as it could; in hundredths of a minute-equivalent.
	Charge, Staying int64
}

// Moment is when and by whom a visit takes place.
type Moment struct {
	Start, End time.Time
	Staff      []string
}

func (v *Visit) moment() Moment {
	m := Moment{Start: v.Start, End: v.End}
	for _, c := range v.Crew {
		m.Staff = append(m.Staff, c.Staff)
	}
	return m
}

// For says what a change means for one person: came, went, moved, cancelled,
// others (the visit stays, with somebody else beside), or nothing at all.
func (c *VisitChange) For(staff string) string {
	had, has := slices.Contains(c.Was.Staff, staff), slices.Contains(c.Is.Staff, staff)
	switch {
	case !had && !has, had && has && c.Meeting && c.Kind == VisitHandedOver:
		return ""
	case c.Kind == VisitCancelled:
		return "cancelled"
	case had && has && c.Kind == VisitHandedOver:
		return "others"
	case had && has:
		return "moved"
	case had:
		return "went"
	}
	return "came"
}

// Note says in words how a plan came from the published one.
func (r *Replanned) Note() Text {
	return Text{
		fmt.Sprintf("Opnieuw gepland vanaf %s: %d afspraken zijn verschoven, %d konden niet blijven staan.", r.Today, r.Moved, r.Must),
		fmt.Sprintf("Planned again from %s: %d appointments moved, %d could not stay.", r.Today, r.Moved, r.Must),
	}
}

// ChangesOf returns the changes that concern somebody: what came, went or moved.
func (r *Replanned) ChangesOf(staff string) []VisitChange {
	return slices.DeleteFunc(slices.Clone(r.Changes), func(c VisitChange) bool { return c.For(staff) == "" })
}

// noteChanges compares what was published with the plan.
func (f *formulation) noteChanges(out *Replanned, p *visitProblem, r *schedule.Result) {
	now, told := map[string]*Visit{}, map[string]bool{}
	for i := range out.Visits {
		if v := &out.Visits[i]; v.Status != Cancelled && v.date() >= f.first && !v.Meeting {
			now[v.ID] = v
		}
	}
	dense := map[string]int{}
	for v := range p.visits {
		dense[p.visits[v].id] = v
	}
	var meetings []*Visit
	for i := range f.replan.published.Visits {
		v := &f.replan.published.Visits[i]
		if v.Status == Cancelled || v.date() < f.first {
			continue
		}
		if v.Meeting {
			meetings = append(meetings, v)
			continue
		}
		told[v.ID] = true
		if c, changed := compareVisits(v, now[v.ID]); changed {
			at, known := dense[v.ID]
			f.explainChange(&c, v, p, r, at, known)
			out.Changes = append(out.Changes, c)
		}
	}
	f.noteMeetings(out, p, meetings)
	for i := range f.replan.reopened {
		v := &f.replan.reopened[i]
		c, _ := compareVisits(v, nil)
		c.Code, c.Must = WhyNotMade, true
		out.Changes = append(out.Changes, c)
	}
	for _, v := range now {
		if !told[v.ID] {
			out.Changes = append(out.Changes, added(v))
		}
	}
	slices.SortFunc(out.Changes, func(a, b VisitChange) int {
		return cmp.Or(a.when().Compare(b.when()), cmp.Compare(a.Visit, b.Visit))
	})
	out.count()
}

// when orders changes: by what was, or by what is new.
func (c *VisitChange) when() time.Time {
	if c.Kind == VisitAdded {
		return c.Is.Start
	}
	return c.Was.Start
}

// count counts the changes of visits, without those of meetings.
func (r *Replanned) count() {
	for _, c := range r.Changes {
		if c.Kind == VisitAdded || c.Meeting {
			continue
		}
		if c.Kind != VisitCancelled {
			r.Moved++
		}
		if c.Must {
			r.Must++
		}
	}
}

// compareVisits returns the difference between a published visit and what it is
// now, nil for gone.
func compareVisits(was, is *Visit) (VisitChange, bool) {
	c := VisitChange{Visit: was.ID, Location: was.Location, Requirement: was.Requirement, Meeting: was.Meeting, Was: was.moment()}
	if is == nil {
		c.Kind = VisitCancelled
		return c, true
	}
	c.Is, c.Kind = is.moment(), VisitMoved
	if was.Start.Equal(is.Start) {
		c.Kind = VisitHandedOver
	}
	return c, c.Kind == VisitMoved || !slices.Equal(c.Was.Staff, c.Is.Staff)
}

// explainChange says why a published visit could not stay, or what was gained.
func (f *formulation) explainChange(c *VisitChange, v *Visit, p *visitProblem, r *schedule.Result, dense int, known bool) {
	if !known {
		c.Code, c.Must = WhyNotDue, true
		if l := f.locationIndex(v.Location); l < 0 || !within(v.date(), f.state.Locations[l].Opened, f.state.Locations[l].Closed) {
			c.Code = WhyClosed
		}
		return
	}
	if x := &p.Visits[dense]; x.Published != nil {
		c.Charge = x.Move
	}
	if c.Code, c.Detail = f.whyNot(p, v, dense); c.Code != "" {
		c.Must = true
		return
	}
	c.Code, c.Staying = f.whyChosen(p, r, dense)
	if c.Kind == VisitCancelled {
		c.Code, c.Staying = WhyNoPlace, 0
	}
}

// whyNot says why a published visit cannot stay as it was whatever the others
// do; an empty code means that it could.
func (f *formulation) whyNot(p *visitProblem, v *Visit, dense int) (code, detail string) {
	d := &f.demanded[p.visits[dense].demand]
	_, vt, loc := f.target(d)
	date, at := v.date(), v.clock()
	busy := calendar.Span{
		From: at - calendar.Clock(steps(vt.BufferBefore)),
		To:   at + calendar.Clock(steps(vt.Minutes)+steps(vt.BufferAfter)),
	}
	visit := calendar.Span{From: at, To: at + calendar.Clock(vt.Minutes)}
	for i, c := range v.Crew {
		if code, detail = f.whyNotBy(p, dense, i, c, date, busy); code != "" {
			return code, detail
		}
	}
	switch {
	case !within(date, loc.Opened, loc.Closed):
		return WhyClosed, ""
	case !free(calendar.NewSpans(visit), f.blackouts.against(vt, loc), date).Contains(visit):
		return WhyBlackout, ""
	case d.gated && len(d.consents) > 0 && date < d.consents[0]:
		return WhyConsent, ""
	case !p.inWindow(dense, date, at):
		return WhyOpening, ""
	case d.tooSoon(date):
		return WhyGap, ""
	}
	return "", ""
}

// whyNotBy says why one of the people of a published visit cannot make it.
func (f *formulation) whyNotBy(p *visitProblem, dense, i int, c CrewMember, date calendar.Date, busy calendar.Span) (code, detail string) {
	s := f.staffIndex(c.Staff)
	if s < 0 {
		return WhyLeft, c.Staff
	}
	m := &f.state.Staff[s]
	crew := p.Visits[dense].Crew
	switch {
	case !slices.Contains(m.rolesOn(date), c.Role):
		return WhyLeft, m.ID
	case i >= len(crew) || !slices.ContainsFunc(crew[i], func(o schedule.Option) bool { return o.Staff == s }):
		return WhyHandedOver, m.ID
	case !f.roster.spans(m, date).Contains(busy):
		return WhyAway, m.ID
	}
	for k, x := range p.Fixed {
		if x.Staff == s && p.days[x.Day] == date && x.Start < int32(busy.To) && int32(busy.From) < x.End {
			if meeting := p.fixed[k].meeting; meeting != nil {
				return WhyMeeting, meeting.ID
			}
			return WhyAway, m.ID
		}
	}
	return "", ""
}

// inWindow reports whether a visit may start at a time.
func (p *visitProblem) inWindow(dense int, date calendar.Date, at calendar.Clock) bool {
	return slices.ContainsFunc(p.WindowSets[p.Visits[dense].Windows], func(w schedule.Window) bool {
		return p.days[w.Day] == date && w.From <= int32(at) && int32(at) <= w.To
	})
}

// whyChosen says what moving a visit that could have stayed is good for, and
// what staying would have cost more.
func (f *formulation) whyChosen(p *visitProblem, r *schedule.Result, dense int) (code string, staying int64) {
	stayed := slices.Clone(r.Placements)
	stayed[dense] = p.Visits[dense].Published
	if stayed[dense] == nil {
		return WhyLeft, 0
	}
	score, _ := schedule.Evaluate(p.Problem, stayed)
	if score.Hard > r.Score.Hard {
		return WhyRoom, 0
	}
	return WhyBetter, score.Soft - r.Score.Soft
}
