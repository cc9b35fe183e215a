package planner

import (
	"fmt"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
)

// Period is the part of the calendar that a plan covers, both days inclusive.
type Period struct{ From, To calendar.Date }

// YearPeriod returns a calendar year, cut to the programme's own dates. It is
// empty when the programme does not run in that year.
func (p *Programme) YearPeriod(year int) Period {
	out := Period{calendar.NewDate(year, time.January, 1), calendar.NewDate(year, time.December, 31)}
	if p.From != calendar.NoDate {
		out.From = max(out.From, p.From)
	}
	if p.To != calendar.NoDate {
		out.To = min(out.To, p.To)
	}
	return out
}

// Days returns the number of days in the period, 0 when it is empty.
func (p Period) Days() int { return max(0, int(p.To-p.From)+1) }

// Contains reports whether a day lies in the period.
func (p Period) Contains(d calendar.Date) bool { return d >= p.From && d <= p.To }

// Overlap returns the part of the period between two days, of which either may
// be NoDate.
func (p Period) Overlap(from, to calendar.Date) Period {
	if from != calendar.NoDate {
		p.From = max(p.From, from)
	}
	if to != calendar.NoDate {
		p.To = min(p.To, to)
	}
	return p
}

// inYear returns the part of the period between two days of the year, where
// the zero MonthDay is the year's edge.
func (p Period) inYear(from, to MonthDay) Period {
	year := p.From.Year()
	if from != (MonthDay{}) {
		p.From = max(p.From, calendar.NewDate(year, time.Month(from.Month), from.Day))
	}
	if to != (MonthDay{}) {
		p.To = min(p.To, calendar.NewDate(year, time.Month(to.Month), to.Day))
	}
	return p
}

// roster answers when staff work: weekly patterns, contracts, holidays and
// absences of one state, looked up once.
type roster struct{ hours map[string]calendar.Worktime }

func newRoster(s *State) (*roster, error) {
	r := &roster{hours: map[string]calendar.Worktime{}}
	sets := map[string]calendar.HolidaySet{}
	for _, o := range s.Organisations {
		set, err := calendar.ParseHolidaySet(o.PublicHolidays)
		if err != nil {
			return nil, fmt.Errorf("organisation %s: %w", o.ID, err)
		}
		sets[o.ID] = set
	}
	for _, m := range s.Staff {
		r.hours[m.ID] = calendar.Worktime{Week: m.Pattern, Holidays: sets[m.Organisation]}
	}
	for _, a := range s.Absences {
		w := r.hours[a.Staff]
		w.Absences = append(w.Absences, calendar.Absence{First: a.From, Last: a.To, Part: calendar.NewSpans(a.Part)})
		r.hours[a.Staff] = w
	}
	return r, nil
}

// spans returns when somebody works on a day: pattern minus holidays minus
// absences, within a contract.
func (r *roster) spans(m *Staff, d calendar.Date) calendar.Spans {
	if !m.contracted(d) {
		return nil
	}
	return r.hours[m.ID].On(d)
}

// contracted reports whether any contract is in force on a day.
func (m *Staff) contracted(d calendar.Date) bool {
	for _, c := range m.Contracts {
		if within(d, c.From, c.To) {
			return true
		}
	}
	return false
}

// workingDays counts the days of a period on which somebody works at all.
func (r *roster) workingDays(m *Staff, p Period) int {
	n := 0
	for d := p.From; d <= p.To; d++ {
		if len(r.spans(m, d)) > 0 {
			n++
		}
	}
	return n
}

// blackouts answers when locations cannot be visited.
type blackouts struct {
	byLocation, byDistrict, byMunicipality map[string][]Blackout
}

func newBlackouts(s *State) *blackouts {
	b := &blackouts{map[string][]Blackout{}, map[string][]Blackout{}, map[string][]Blackout{}}
	for _, x := range s.Blackouts {
		switch {
		case x.Location != "":
			b.byLocation[x.Location] = append(b.byLocation[x.Location], x)
		case x.District != "":
			b.byDistrict[x.District] = append(b.byDistrict[x.District], x)
		default:
			b.byMunicipality[x.Municipality] = append(b.byMunicipality[x.Municipality], x)
		}
	}
	return b
}

// of returns every blackout that touches a location.
func (b *blackouts) of(l *Location) []Blackout {
	out := append([]Blackout(nil), b.byLocation[l.ID]...)
	out = append(out, b.byDistrict[l.District]...)
	return append(out, b.byMunicipality[l.Municipality]...)
}

// against returns the blackouts that stop a visit to a location: what closes an
// area stops nobody who phones.
func (b *blackouts) against(vt *VisitType, l *Location) []Blackout {
	if vt.Mode == OnSite {
		return b.of(l)
	}
	return b.byLocation[l.ID]
}

// open returns when a location welcomes visits on a day.
func open(l *Location, outs []Blackout, d calendar.Date) calendar.Spans {
	if !within(d, l.Opened, l.Closed) {
		return nil
	}
	return free(calendar.NewSpans(l.Opening[d.Weekday()]...), outs, d)
}

// free takes the blackouts of a day out of some spans.
func free(spans calendar.Spans, outs []Blackout, d calendar.Date) calendar.Spans {
	for _, x := range outs {
		if !within(d, x.From, x.To) {
			continue
		}
		if x.Part.Empty() {
			return nil
		}
		spans = spans.Subtract(calendar.NewSpans(x.Part))
	}
	return spans
}
