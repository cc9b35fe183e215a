package planner

import (
	"cmp"
	"slices"

	"github.com/wijkplanner/wijkplanner/calendar"
)

// SupplyLine is the time that one contract gives in one month, in minutes.
type SupplyLine struct {
	Staff, Organisation, Role string
	Budget                    Budget
	Month                     Month
	// Contract is the hours of the contract; Holiday and Absent are what public
	// holidays and absences take of them, NonCase the share that is for nobody in
	// particular, and Net what is left. Contract − Holiday − Absent − NonCase =
	// Net.
	Contract, Holiday, Absent, NonCase, Net int64
}

// Supply returns the time that contracts give in a period, by person, role,
// budget and month. Hours are spread over the weekly pattern: a day that is lost
// takes that day's part of the week, and somebody without a pattern works every
// day alike.
func Supply(s *State, p Period) ([]SupplyLine, error) {
	f, err := newFormulation(s, p)
	if err != nil {
		return nil, err
	}
	var out []SupplyLine
	for i := range s.Staff {
		m := &s.Staff[i]
		for _, c := range m.Contracts {
			for _, month := range p.Overlap(c.From, c.To).months() {
				line := f.contractTime(m, c, month.Period().Overlap(p.From, p.To).Overlap(c.From, c.To))
				line.Month = month
				out = append(out, line)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b SupplyLine) int {
		return cmp.Or(cmp.Compare(a.Month, b.Month), cmp.Compare(a.Staff, b.Staff), cmp.Compare(a.Role, b.Role), cmp.Compare(a.Budget, b.Budget))
	})
	return out, nil
}

// contractTime returns what a contract gives in a period that lies within it and
// within one month.
func (f *formulation) contractTime(m *Staff, c Contract, p Period) SupplyLine {
	out := SupplyLine{Staff: m.ID, Organisation: m.Organisation, Role: c.Role, Budget: c.Budget}
	week := int64(c.HoursWeek) * 60 / 100
	pattern, planned, holiday, absent := m.weekMinutes(), int64(0), int64(0), int64(0)
	hours := f.roster.hours[m.ID]
	for d := p.From; d <= p.To; d++ {
		day := minutesOf(calendar.NewSpans(m.Pattern[d.Weekday()]...))
		planned += day
		worked := minutesOf(hours.On(d))
		if _, off := calendar.PublicHoliday(d, hours.Holidays); off {
			holiday += day
			continue
		}
		absent += day - worked
	}
	if pattern == 0 {
		out.Contract = week * int64(p.Days()) / 7
		out.Net = out.Contract
	} else {
		out.Contract = week * planned / pattern
		out.Holiday = week * holiday / pattern
		out.Absent = week * absent / pattern
		out.Net = out.Contract - out.Holiday - out.Absent
	}
	share := f.state.Programme.Assume(NonCaseShare, m.Organisation, p.From)
	out.NonCase = min(out.Net, int64(float64(out.Contract)*share/100+tiny))
	out.Net -= out.NonCase
	return out
}

// tiny keeps a share of whole minutes, 17.3 % of 1,000, from losing one to the way
// floating-point numbers are kept.
const tiny = 1e-6

func (m *Staff) weekMinutes() int64 {
	var n int64
	for _, day := range m.Pattern {
		n += minutesOf(calendar.NewSpans(day...))
	}
	return n
}

func minutesOf(spans calendar.Spans) int64 {
	var n int64
	for _, s := range spans {
		n += int64(s.Minutes())
	}
	return n
}
