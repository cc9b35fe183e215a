package planner

import (
	"cmp"
	"slices"

	"github.com/wijkplanner/wijkplanner/calendar"
)

// WorkDone is time that was spent, as somebody wrote it down.
type WorkDone struct {
	Staff, Role string
	// Budget is empty for that of the person's contract in the role.
	Budget Budget
	Date   calendar.Date
	Kind   WorkKind
	// Location is where or for whom it was, or empty.
	Location string
	// Minutes is how long it took, at least 0.
	Minutes int64
}

// HoursLine is what the staff of one employer do out of one budget in one month,
// in one kind of work, in minutes: the smallest head of an hours statement, so
// that its totals agree to the minute however they are cut.
type HoursLine struct {
	Month Month
	// Organisation is the employer.
	Organisation string
	Budget       Budget
	Kind         WorkKind
	// Planned is what the plan and the contracts hold, Realised what was done.
	Planned, Realised int64
}

// HoursStatement is what employers settle their accounts by.
type HoursStatement struct {
	Period Period
	// Until is the last day of which the realised hours are known.
	Until calendar.Date
	Lines []HoursLine
}

// Realised is what is known of the work that was done besides the history of a
// state and its cases, meetings and reserves.
type Realised struct {
	// Written is time that somebody wrote down: of a kind, month, person and role it
	// comes in the place of what is derived.
	Written []WorkDone
	// Booked is the time of bookings that took place. BookedRoles are the roles that
	// can be booked: of them consult time and reserves are realised by what was
	// booked, of others by being kept.
	Booked      []WorkDone
	BookedRoles []string
}

// StateHours draws up the hours of a period. Planned is what Loads makes of a
// plan. Realised is what RealisedLoads makes of it, up to and including a day.
func StateHours(s *State, visits []Visit, done Realised, p Period, until calendar.Date) (*HoursStatement, error) {
	out := &HoursStatement{Period: p, Until: min(until, p.To)}
	planned, err := Loads(s, visits, p)
	if err != nil {
		return nil, err
	}
	realised, err := RealisedLoads(s, visits, done, Period{p.From, out.Until})
	if err != nil {
		return nil, err
	}
	out.Lines = hoursLines(planned, realised)
	return out, nil
}

func hoursLines(planned, realised []LoadLine) (out []HoursLine) {
	lines := map[HoursLine]*[2]int64{}
	for k, loads := range [][]LoadLine{planned, realised} {
		for i := range loads {
			l := &loads[i]
			head := HoursLine{Month: l.Month, Organisation: l.Organisation, Budget: l.Budget, Kind: l.Kind}
			if lines[head] == nil {
				lines[head] = &[2]int64{}
			}
			lines[head][k] += l.Minutes
		}
	}
	for head, sums := range lines {
		head.Planned, head.Realised = sums[0], sums[1]
		out = append(out, head)
	}
	slices.SortFunc(out, compareHours)
	return out
}

func compareHours(a, b HoursLine) int {
	return cmp.Or(cmp.Compare(a.Month, b.Month), cmp.Compare(a.Organisation, b.Organisation), cmp.Compare(a.Budget, b.Budget),
		cmp.Compare(slices.Index(WorkKinds(), a.Kind), slices.Index(WorkKinds(), b.Kind)))
}

// Totals returns the statement without the kinds of work: one line for each
// month, employer and budget.
func (h *HoursStatement) Totals() []HoursLine {
	var out []HoursLine
	for _, l := range h.Lines {
		l.Kind = ""
		if n := len(out); n > 0 && compareHours(out[n-1], l) == 0 {
			out[n-1].Planned += l.Planned
			out[n-1].Realised += l.Realised
			continue
		}
		out = append(out, l)
	}
	return out
}

// workHead is what hours that are written down are about.
type workHead struct {
	staff, role string
	month       Month
	kind        WorkKind
}

// RealisedLoads returns what was done in a period, as loads: the visits of the
// state's history with what was agreed for their type, and the travel of the plan's
// visit on that day, or else of two single trips from home; the meetings of the
// plan, the cases, what was booked, and the time set apart.
func RealisedLoads(s *State, visits []Visit, done Realised, p Period) ([]LoadLine, error) {
	if p.Days() == 0 {
		return nil, nil
	}
	f, err := newFormulation(s, p)
	if err != nil {
		return nil, err
	}
	derived, err := Loads(s, f.made(visits), p)
	if err != nil {
		return nil, err
	}
	l := &ledger{f, map[LoadLine]*[2]int64{}}
	written := map[workHead]bool{}
	for i := range done.Written {
		if d := &done.Written[i]; l.addDone(d) {
			written[workHead{d.Staff, d.Role, MonthOf(d.Date), d.Kind}] = true
		}
	}
	for i := range done.Booked {
		l.addDone(&done.Booked[i])
	}
	for i := range derived {
		d := &derived[i]
		kept := (d.Kind == ConsultWork || d.Kind == AcuteWork) && slices.Contains(done.BookedRoles, d.Role)
		if !kept && !written[workHead{d.Staff, d.Role, d.Month, d.Kind}] {
			head := *d
			head.Minutes, head.Points = 0, 0
			l.add(head, d.Minutes, d.Points)
		}
	}
	return l.sorted(), nil
}

// addDone adds time that was spent, and reports whether it belongs to the period and
// to somebody who is known.
func (l *ledger) addDone(d *WorkDone) bool {
	m := l.person(d.Staff)
	if m == nil || !l.period.Contains(d.Date) {
		return false
	}
	head := l.head(m, d.Role, d.Date, d.Kind)
	head.Budget, head.District = cmp.Or(d.Budget, head.Budget), l.districtOf(d.Location)
	l.add(head, d.Minutes, 0)
	return true
}

// made returns the visits that took place, and the meetings of a plan: the
// history says of a visit that it was made, of a meeting nobody does.
func (f *formulation) made(visits []Visit) []Visit {
	type key struct {
		location, requirement string
		day                   calendar.Date
	}
	planned := map[key]*Visit{}
	var out []Visit
	for i := range visits {
		v := &visits[i]
		switch {
		case v.Status == Cancelled:
		case v.Meeting:
			out = append(out, *v)
		default:
			planned[key{v.Location, v.Requirement, calendar.DateOf(v.Start, f.zone)}] = v
		}
	}
	for i := range f.state.History {
		h := &f.state.History[i]
		v := f.completed(h)
		if as := planned[key{h.Location, h.Requirement, h.Date}]; as != nil {
			v.Start, v.End = as.Start, as.End
			for _, c := range as.Crew {
				if c.Staff == h.Staff {
					v.Crew[0].TravelMinutes = c.TravelMinutes
				}
			}
		}
		out = append(out, v)
	}
	return out
}

// completed is a visit of the history as agreed for its type, the travel that of
// a visit alone.
func (f *formulation) completed(h *CompletedVisit) Visit {
	vt := f.state.Programme.VisitType(h.VisitType)
	if vt == nil {
		if i := slices.IndexFunc(f.state.Programme.Requirements, func(r Requirement) bool { return r.ID == h.Requirement }); i >= 0 {
			vt = f.state.Programme.VisitType(f.state.Programme.Requirements[i].VisitType)
		}
	}
	out := Visit{Location: h.Location, Requirement: h.Requirement, Crew: []CrewMember{{Role: h.Role, Staff: h.Staff}}}
	out.Start = h.Date.At(9*60, f.zone)
	out.End = out.Start
	if vt == nil {
		return out
	}
	out.VisitType, out.End = vt.ID, h.Date.At(9*60+calendar.Clock(vt.Minutes), f.zone)
	l := slices.IndexFunc(f.state.Locations, func(l Location) bool { return l.ID == h.Location })
	m := slices.IndexFunc(f.state.Staff, func(m Staff) bool { return m.ID == h.Staff })
	if l >= 0 {
		out.District = f.state.Locations[l].District
	}
	if l >= 0 && m >= 0 && vt.Mode == OnSite {
		who := &f.state.Staff[m]
		out.Crew[0].TravelMinutes = int(ceilDiv(2*f.travel.Cost(who.Home, f.state.Locations[l].Point, who.Mode), 100))
	}
	return out
}
