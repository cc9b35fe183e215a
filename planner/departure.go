package planner

import (
	"cmp"
	"slices"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
)

// Departure is what is left without somebody who goes: what was to be done by them
// after their last day.
type Departure struct {
	Staff string
	// On is the last day.
	On calendar.Date
	// Places are the locations that they have after it, by location and role.
	Places []LeftPlace
	// Visits are what is planned after it, in the order of time; meetings that go on
	// without them are not among these.
	Visits []*Visit
	// Meetings are the ids of meetings that name them and go on.
	Meetings []string
	// Cases are the references of the cases that are not handed over by then.
	Cases []string
}

// LeftPlace is a location that somebody has in a role.
type LeftPlace struct {
	Location, Role string
	Kind           AssignmentKind
}

// Empty reports whether nothing is left behind.
func (d *Departure) Empty() bool {
	return len(d.Places)+len(d.Visits)+len(d.Meetings)+len(d.Cases) == 0
}

// Leaving returns what somebody leaves behind who goes after a day, by what is
// known and by the published plan; plan may be nil.
func Leaving(s *State, plan *Plan, zone *time.Location, staff string, on calendar.Date) *Departure {
	d := &Departure{Staff: staff, On: on}
	d.places(s, plan)
	if plan != nil {
		for i := range plan.Visits {
			v := &plan.Visits[i]
			named := slices.ContainsFunc(v.Crew, func(c CrewMember) bool { return c.Staff == staff })
			if named && !v.Meeting && v.Status != Cancelled && calendar.DateOf(v.Start, zone) > on {
				d.Visits = append(d.Visits, v)
			}
		}
		slices.SortFunc(d.Visits, func(a, b *Visit) int { return cmp.Or(a.Start.Compare(b.Start), cmp.Compare(a.ID, b.ID)) })
	}
	for i := range s.Meetings {
		m := &s.Meetings[i]
		if slices.Contains(m.Staff, staff) && (m.Rule != "" || m.Start > on) {
			d.Meetings = append(d.Meetings, m.ID)
		}
	}
	for i := range s.Cases {
		if c := &s.Cases[i]; c.Staff == staff && (c.HandedOver == calendar.NoDate || c.HandedOver > on) {
			d.Cases = append(d.Cases, c.Ref)
		}
	}
	return d
}

func (d *Departure) places(s *State, plan *Plan) {
	add := func(location, role, staff string, kind AssignmentKind, to calendar.Date) {
		p := LeftPlace{location, role, kind}
		if staff == d.Staff && (to == calendar.NoDate || to > d.On) && !slices.Contains(d.Places, p) {
			d.Places = append(d.Places, p)
		}
	}
	for i := range s.Assignments {
		a := &s.Assignments[i]
		add(a.Location, a.Role, a.Staff, a.Kind, a.To)
	}
	if plan != nil {
		for i := range plan.Assignments {
			a := &plan.Assignments[i]
			add(a.Location, a.Role, a.Staff, a.Kind, a.To)
		}
	}
	slices.SortFunc(d.Places, func(a, b LeftPlace) int {
		return cmp.Or(cmp.Compare(a.Location, b.Location), cmp.Compare(a.Role, b.Role), cmp.Compare(a.Kind, b.Kind))
	})
}

// EndedOn returns somebody whose contracts end on a day at the latest; those that
// would begin later are gone.
func (m *Staff) EndedOn(last calendar.Date) Staff {
	out := *m
	out.Contracts = endedOn(m.Contracts, "", last)
	return out
}

// WithContract returns somebody with one contract more. It takes the place of the
// one at a place in their list, -1 for none, which ends the day before; one that
// began no earlier goes altogether.
func (m *Staff) WithContract(at int, c Contract) Staff {
	out := *m
	out.Contracts = slices.Clone(m.Contracts)
	if at >= 0 && at < len(out.Contracts) {
		old := &out.Contracts[at]
		if c.From == calendar.NoDate || old.From >= c.From {
			out.Contracts = slices.Delete(out.Contracts, at, at+1)
		} else if old.On(c.From) {
			old.To = c.From - 1
		}
	}
	out.Contracts = append(out.Contracts, c)
	return out
}

// Released returns the assignments as they are when somebody goes after a day: pins
// to them end with it, for no plan could keep them. Who served where without a pin
// stays written down until the next plan says who does.
func Released(all []Assignment, staff string, last calendar.Date) (out []Assignment) {
	for _, a := range all {
		if a.Staff == staff && a.Pinned {
			if a.From != calendar.NoDate && a.From > last {
				continue
			}
			if a.To == calendar.NoDate || a.To > last {
				a.To = last
			}
		}
		out = append(out, a)
	}
	return out
}

// On reports whether the contract is in force on a day.
func (c *Contract) On(d calendar.Date) bool { return within(d, c.From, c.To) }

// FullTimeWeek returns the hours a week of a full-time person in a role on a day,
// in hundredths: what the role says, else the assumption.
func (p *Programme) FullTimeWeek(role, organisation string, d calendar.Date) int {
	if r := p.Role(role); r != nil && r.FullTime > 0 {
		return r.FullTime
	}
	return int(100*p.Assume(FullTimeHours, organisation, d) + 0.5)
}
