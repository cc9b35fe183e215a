package planner

import (
	"cmp"
	"slices"

	"github.com/wijkplanner/wijkplanner/calendar"
)

// Silent is a location with which there was no contact for a while.
type Silent struct {
	Location, District string
	StandAlone         bool
	// Last is the last day of contact, NoDate for none that is known.
	Last calendar.Date
	// Next is the next contact that is planned, NoDate for none.
	Next calendar.Date
	// Staff is who serves it in the first role that is assigned, or empty.
	Staff string
}

// Contacts is when there was contact with locations besides the visits of the
// state's history: bookings, for example.
type Contacts map[string][]calendar.Date

// SilentLocations lists the locations that are open and had no visit, booking or
// meeting in the days before a day: those that stand alone first, then those of
// which nothing is planned, then the longest silent. visits is the plan in force.
func SilentLocations(s *State, visits []Visit, other Contacts, today calendar.Date, days int) ([]Silent, error) {
	f, err := newFormulation(s, Period{today, today})
	if err != nil {
		return nil, err
	}
	last, next := map[string]calendar.Date{}, map[string]calendar.Date{}
	note := func(location string, day calendar.Date) {
		if was, known := last[location]; day <= today && (!known || day > was) {
			last[location] = day
		}
		if was, known := next[location]; day > today && (!known || day < was) {
			next[location] = day
		}
	}
	for i := range s.History {
		note(s.History[i].Location, s.History[i].Date)
	}
	for i := range visits {
		v := &visits[i]
		// A visit of the past counts by the history alone: planned is not done.
		if day := calendar.DateOf(v.Start, f.zone); v.Status != Cancelled && (v.Meeting || day > today) {
			note(v.Location, day)
		}
	}
	for location, all := range other {
		for _, day := range all {
			note(location, day)
		}
	}
	var out []Silent
	for i := range s.Locations {
		l := &s.Locations[i]
		was, known := last[l.ID]
		if !within(today, l.Opened, l.Closed) || known && int(today-was) < days || l.Opened != calendar.NoDate && int(today-l.Opened) < days {
			continue
		}
		x := Silent{Location: l.ID, District: l.District, StandAlone: l.StandAlone, Last: calendar.NoDate, Next: calendar.NoDate}
		if known {
			x.Last = was
		}
		if day, planned := next[l.ID]; planned {
			x.Next = day
		}
		for k := range s.Programme.Roles {
			if a := f.inForce(s.Programme.Roles[k].ID, l.ID, Primary); a != nil {
				x.Staff = a.Staff
				break
			}
		}
		out = append(out, x)
	}
	slices.SortStableFunc(out, func(a, b Silent) int {
		flag := func(yes bool) int {
			if yes {
				return 0
			}
			return 1
		}
		return cmp.Or(flag(a.StandAlone)-flag(b.StandAlone), flag(a.Next == calendar.NoDate)-flag(b.Next == calendar.NoDate),
			cmp.Compare(a.Last, b.Last), cmp.Compare(a.Location, b.Location))
	})
	return out, nil
}
