package planner

import (
	"fmt"

	"github.com/wijkplanner/wijkplanner/calendar"
)

// Why somebody or a place cannot take part at a moment, as a code. An absence
// never says why.
const (
	NoContract = "contract"  // no contract on that day
	NotWorking = "pattern"   // the weekly pattern has no work then
	OnHoliday  = "holiday"   // a public holiday of the employer or of an invited organisation
	Absent     = "absent"    // away that day, or part of it
	InMeeting  = "meeting"   // in another meeting
	OnVisit    = "visit"     // on a visit
	OnTheWay   = "travel"    // too little time to travel from or to what is before or after
	PlaceShut  = "closed"    // the location is not there any more, or not yet
	PlaceOut   = "blackout"  // the location cannot be visited
	PartyBusy  = "party"     // a party from outside cannot
	NobodyOf   = "nobody_of" // nobody of a pool can
)

// ObstacleTexts says in words what the codes mean.
func ObstacleTexts() map[string]Text {
	return map[string]Text{
		NoContract: {"heeft die dag geen contract", "has no contract on that day"},
		NotWorking: {"werkt dan niet in het weekrooster", "does not work then in the week"},
		OnHoliday:  {"heeft die dag een feestdag", "has a public holiday"},
		Absent:     {"is afwezig", "is away"},
		InMeeting:  {"heeft een ander overleg", "is in another meeting"},
		OnVisit:    {"is op bezoek", "is on a visit"},
		OnTheWay:   {"heeft te weinig reistijd", "has too little time to travel"},
		PlaceShut:  {"is dan niet open", "is not open then"},
		PlaceOut:   {"kan dan geen bezoek ontvangen", "cannot receive visits then"},
		PartyBusy:  {"kan dan niet", "cannot come then"},
		NobodyOf:   {"niemand van deze rol kan dan", "nobody of this role can come then"},
	}
}

// Obstacle is why one person, location or organisation cannot take part.
type Obstacle struct {
	// Who is a person's, location's or organisation's id, or a party's name.
	Who string
	// Code is one of those above; Detail is the meeting or visit it is about.
	Code, Detail string
}

// agenda knows what everybody does, from a plan and the meetings of a state.
type agenda struct {
	*formulation
	engaged  map[engagedKey][]engagement
	holidays map[string]map[calendar.Date]bool // by organisation
}

type engagedKey struct {
	staff string
	date  calendar.Date
}

// engagement is one thing that somebody does on a day, buffers included; place
// is nil where it is wherever the person is.
type engagement struct {
	busy     calendar.Span
	place    *Point
	code, id string
}

// newAgenda prepares the agenda of a period: the visits of a plan, and the
// meetings of the state but for one that is to be tried.
func newAgenda(s *State, visits []Visit, p Period, without string) (*agenda, error) {
	f, err := newFormulation(s, p)
	if err != nil {
		return nil, err
	}
	a := &agenda{formulation: f, engaged: map[engagedKey][]engagement{}}
	if err := a.setHolidays(p); err != nil {
		return nil, err
	}
	for i := range s.Meetings {
		if m := &s.Meetings[i]; m.ID != without {
			a.addMeeting(m)
		}
	}
	for i := range visits {
		if v := &visits[i]; !v.Meeting && v.Status != Cancelled {
			a.addVisit(v)
		}
	}
	return a, nil
}

// setHolidays looks up the public holidays of each organisation in a period.
func (a *agenda) setHolidays(p Period) error {
	a.holidays = map[string]map[calendar.Date]bool{}
	for _, o := range a.state.Organisations {
		set, err := calendar.ParseHolidaySet(o.PublicHolidays)
		if err != nil {
			return fmt.Errorf("organisation %s: %w", o.ID, err)
		}
		a.holidays[o.ID] = map[calendar.Date]bool{}
		for year := p.From.Year(); year <= p.To.Year(); year++ {
			for _, h := range calendar.PublicHolidays(year, set) {
				a.holidays[o.ID][h.Date] = true
			}
		}
	}
	return nil
}

func (a *agenda) addMeeting(m *Meeting) {
	for i := range a.state.Staff {
		s := &a.state.Staff[i]
		if !m.attends(s) {
			continue
		}
		for _, d := range a.attended(s, m) {
			a.add(s.ID, d, engagement{m.span(), pointOf(m.Point), InMeeting, m.ID})
		}
	}
}

func pointOf(p Point) *Point {
	if p == (Point{}) {
		return nil
	}
	return &p
}

func (a *agenda) addVisit(v *Visit) {
	start := v.Start.In(a.zone)
	from := calendar.Clock(start.Hour()*60 + start.Minute())
	x := engagement{calendar.Span{From: from, To: from + calendar.Clock(v.End.Sub(v.Start).Minutes())}, nil, OnVisit, v.ID}
	vt := a.state.Programme.VisitType(v.VisitType)
	if vt != nil {
		x.busy.From -= calendar.Clock(vt.BufferBefore)
		x.busy.To += calendar.Clock(vt.BufferAfter)
	}
	if l := a.locationIndex(v.Location); l >= 0 && (vt == nil || vt.Mode == OnSite) {
		x.place = &a.state.Locations[l].Point
	}
	for _, c := range v.Crew {
		a.add(c.Staff, calendar.DateOf(v.Start, a.zone), x)
	}
}

func (a *agenda) add(staff string, d calendar.Date, x engagement) {
	key := engagedKey{staff, d}
	a.engaged[key] = append(a.engaged[key], x)
}

// person says why somebody cannot take part at a place and time; an empty code
// means that nothing stands in the way.
func (a *agenda) person(s *Staff, d calendar.Date, span calendar.Span, place *Point) Obstacle {
	if code := a.notWorking(s, d, span); code != "" {
		return Obstacle{s.ID, code, ""}
	}
	for _, x := range a.engaged[engagedKey{s.ID, d}] {
		if x.busy.From < span.To && span.From < x.busy.To {
			return Obstacle{s.ID, x.code, x.id}
		}
	}
	for _, x := range a.engaged[engagedKey{s.ID, d}] {
		if x.place == nil || place == nil {
			continue
		}
		way := calendar.Clock(a.travel.Clock(*x.place, *place, s.Mode))
		if x.busy.To <= span.From && x.busy.To+way > span.From || x.busy.From >= span.To && span.To+way > x.busy.From {
			return Obstacle{s.ID, OnTheWay, x.id}
		}
	}
	return Obstacle{}
}

// notWorking says why somebody does not work at a time, "" if the person does.
func (a *agenda) notWorking(s *Staff, d calendar.Date, span calendar.Span) string {
	if !s.contracted(d) {
		return NoContract
	}
	if a.roster.spans(s, d).Contains(span) {
		return ""
	}
	if !calendar.NewSpans(s.Pattern[d.Weekday()]...).Contains(span) {
		return NotWorking
	}
	if a.holidays[s.Organisation][d] {
		return OnHoliday
	}
	return Absent
}

// location says why a location cannot take part at a time. Opening hours do not
// matter: a location can have an evening for parents.
func (a *agenda) location(l *Location, d calendar.Date, span calendar.Span) Obstacle {
	switch {
	case !within(d, l.Opened, l.Closed):
		return Obstacle{l.ID, PlaceShut, ""}
	case !free(calendar.NewSpans(span), a.blackouts.of(l), d).Contains(span):
		return Obstacle{l.ID, PlaceOut, ""}
	}
	return Obstacle{}
}
