package planner

import (
	"cmp"
	"slices"

	"github.com/wijkplanner/wijkplanner/calendar"
)

// WorkKind is a kind of work that takes somebody's time.
type WorkKind string

// The kinds of work.
const (
	// VisitWork is the time at a location, buffers included; of a phone or online
	// visit the time of the talk.
	VisitWork WorkKind = "visit"
	// PreparationWork is what a visit asks before and after it, elsewhere.
	PreparationWork WorkKind = "preparation"
	TravelWork      WorkKind = "travel"
	MeetingWork     WorkKind = "meeting"
	CaseWork        WorkKind = "case"
	// ConsultWork is time kept for consults, booked or not, and AcuteWork what is
	// kept free for acute questions.
	ConsultWork WorkKind = "consult"
	AcuteWork   WorkKind = "acute"
	// NonCaseWork is the share of a contract that is for nobody in particular.
	NonCaseWork WorkKind = "non_case"
)

// WorkKinds lists the kinds in the order of tables.
func WorkKinds() []WorkKind {
	return []WorkKind{VisitWork, PreparationWork, TravelWork, ConsultWork, AcuteWork, CaseWork, MeetingWork, NonCaseWork}
}

// LoadLine is the work of one kind that one person does in one month, under one
// role and budget, in one district. Every table of loads is a sum of these lines,
// so that all of them agree to the minute.
type LoadLine struct {
	Staff, Organisation, Role string
	Budget                    Budget
	// District is empty for what belongs to none.
	District string
	Month    Month
	Kind     WorkKind
	// Detail is the kind of a case, else empty.
	Detail  string
	Minutes int64
	// Points are the agreed weights of visits and cases.
	Points int64
}

// ledger adds up lines with equal heads.
type ledger struct {
	*formulation
	lines map[LoadLine]*[2]int64
}

// Loads returns the work of a period by the smallest heads there are: what a plan
// holds, the cases, and the time that contracts and roles set apart. Visits and
// meetings come from the plan; those outside of the period do not count.
func Loads(s *State, visits []Visit, p Period) ([]LoadLine, error) {
	f, err := newFormulation(s, p)
	if err != nil {
		return nil, err
	}
	l := &ledger{f, map[LoadLine]*[2]int64{}}
	for i := range visits {
		l.addVisit(&visits[i])
	}
	for i := range s.Staff {
		m := &s.Staff[i]
		l.addSetApart(m)
		l.addCases(m)
	}
	return l.sorted(), nil
}

func (l *ledger) add(head LoadLine, minutes, points int64) {
	if minutes == 0 && points == 0 {
		return
	}
	sum := l.lines[head]
	if sum == nil {
		sum = &[2]int64{}
		l.lines[head] = sum
	}
	sum[0] += minutes
	sum[1] += points
}

func (l *ledger) sorted() []LoadLine {
	out := make([]LoadLine, 0, len(l.lines))
	for head, sum := range l.lines {
		head.Minutes, head.Points = sum[0], sum[1]
		out = append(out, head)
	}
	slices.SortFunc(out, func(a, b LoadLine) int {
		return cmp.Or(cmp.Compare(a.Month, b.Month), cmp.Compare(a.Staff, b.Staff), cmp.Compare(a.Role, b.Role), cmp.Compare(a.Budget, b.Budget),
			cmp.Compare(a.District, b.District), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Detail, b.Detail))
	})
	return out
}

// head returns the head of somebody's work in a role on a day.
func (l *ledger) head(m *Staff, role string, day calendar.Date, kind WorkKind) LoadLine {
	return LoadLine{Staff: m.ID, Organisation: m.Organisation, Role: role, Budget: m.budgetOn(role, day), Month: MonthOf(day), Kind: kind}
}

// budgetOn returns the budget of somebody's work in a role on a day: that of the
// contract in force, else of the first in that role.
func (m *Staff) budgetOn(role string, day calendar.Date) Budget {
	var first Budget
	for _, c := range m.Contracts {
		if c.Role != role {
			continue
		}
		if within(day, c.From, c.To) {
			return c.Budget
		}
		first = cmp.Or(first, c.Budget)
	}
	return first
}

func (l *ledger) addVisit(v *Visit) {
	day := calendar.DateOf(v.Start, l.zone)
	if v.Status == Cancelled || !l.period.Contains(day) {
		return
	}
	vt := l.state.Programme.VisitType(v.VisitType)
	for _, c := range v.Crew {
		m := l.person(c.Staff)
		if m == nil {
			continue
		}
		role := c.Role
		if role == "" && len(m.Contracts) > 0 {
			role = m.Contracts[0].Role
		}
		head := l.head(m, role, day, VisitWork)
		head.District = v.District
		minutes, points := int64(v.End.Sub(v.Start).Minutes()), int64(0)
		switch {
		case v.Meeting:
			head.Kind = MeetingWork
			if i := slices.IndexFunc(l.state.Meetings, func(k Meeting) bool { return k.ID == v.Requirement }); i >= 0 && l.state.Meetings[i].Budget != "" {
				head.Budget = l.state.Meetings[i].Budget
			}
		case vt != nil:
			minutes, points = minutes+int64(vt.BufferBefore+vt.BufferAfter), int64(vt.Points)
		}
		l.add(head, minutes, points)
		if vt != nil && !v.Meeting {
			head.Kind = PreparationWork
			l.add(head, int64(vt.Preparation+vt.FollowUp), 0)
		}
		head.Kind = TravelWork
		l.add(head, int64(c.TravelMinutes), 0)
	}
}

func (l *ledger) person(id string) *Staff {
	i := slices.IndexFunc(l.state.Staff, func(m Staff) bool { return m.ID == id })
	if i < 0 {
		return nil
	}
	return &l.state.Staff[i]
}

// addSetApart adds what contracts and roles keep of somebody's time.
func (l *ledger) addSetApart(m *Staff) {
	for _, c := range m.Contracts {
		role := l.state.Programme.Role(c.Role)
		if role == nil {
			continue
		}
		for _, month := range l.period.Overlap(c.From, c.To).months() {
			p := month.Period().Overlap(l.period.From, l.period.To).Overlap(c.From, c.To)
			head := LoadLine{Staff: m.ID, Organisation: m.Organisation, Role: c.Role, Budget: c.Budget, Month: month, Kind: NonCaseWork}
			l.add(head, l.contractTime(m, c, p).NonCase, 0)
			if c != firstIn(m, c.Role, p.From) {
				continue // reserves are the person's, once for each role
			}
			head.Kind = AcuteWork
			l.add(head, int64(role.AcuteMinutesDay*l.roster.workingDays(m, p)), 0)
			head.Kind = ConsultWork
			for d := p.From; d <= p.To; d++ {
				for _, s := range l.consult(m, role, d) {
					l.add(head, int64(s.Minutes()), 0)
				}
			}
		}
	}
}

// firstIn returns the first contract of somebody in a role that is in force on a
// day.
func firstIn(m *Staff, role string, day calendar.Date) Contract {
	for _, c := range m.Contracts {
		if c.Role == role && within(day, c.From, c.To) {
			return c
		}
	}
	return Contract{}
}

// addCases adds the work of somebody's cases: of each the minutes a week, spread
// by days.
func (l *ledger) addCases(m *Staff) {
	role := ""
	if len(m.Contracts) > 0 {
		role = m.Contracts[0].Role
	}
	for i := range l.state.Cases {
		c := &l.state.Cases[i]
		if c.Staff != m.ID {
			continue
		}
		all := l.period.Overlap(c.Opened, c.HandedOver)
		for k, month := range all.months() {
			p := month.Period().Overlap(all.From, all.To)
			head := l.head(m, role, p.To, CaseWork)
			head.Detail, head.Budget, head.District = c.Kind, cmp.Or(c.Budget, head.Budget), l.districtOf(c.Location)
			points := int64(0)
			if k == 0 {
				points = int64(c.Points)
			}
			l.add(head, c.minutesUntil(p.To)-c.minutesUntil(p.From-1), points)
		}
	}
}

// minutesUntil is what a case takes from the day it was opened up to and including
// a day, in whole minutes. What falls in a month, or any other period, is the
// difference of two of them: so months add up to the year, and two periods to the
// one that holds both, exactly, and each is within a minute of its share.
func (c *Case) minutesUntil(d calendar.Date) int64 {
	if d < c.Opened {
		return 0
	}
	return (2*int64(c.MinutesWeek)*int64(d-c.Opened+1) + 7) / 14
}

func (l *ledger) districtOf(location string) string {
	i := slices.IndexFunc(l.state.Locations, func(x Location) bool { return x.ID == location })
	if i < 0 {
		return ""
	}
	return l.state.Locations[i].District
}
