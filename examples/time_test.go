package examples_test

import (
	"cmp"
	"slices"
	"testing"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
)

// stop is time of a person that is taken before any visit: a meeting, or
// consult time, which has no place.
type stop struct {
	name     string
	from, to calendar.Clock
	place    *planner.Point
}

// TestFixedTimeFits checks each person's days: meetings and consult time do not
// overlap, and there is time to travel from home, between them and back.
func TestFixedTimeFits(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, _ example, s *planner.State) {
		t.Helper()
		travel := planner.NewTravel(&s.Programme, calendar.NewDate(2027, 1, 1))
		held := heldOn(t, s)
		for i := range s.Staff {
			p := &s.Staff[i]
			work := worktime(s, p)
			for d := calendar.NewDate(2027, 1, 1); d <= calendar.NewDate(2027, 12, 31); d++ {
				checkDay(t, travel, p, d, work.On(d), stops(s, p, held[d], work.On(d), d))
			}
		}
	})
}

func worktime(s *planner.State, p *planner.Staff) calendar.Worktime {
	set, _ := calendar.ParseHolidaySet(nil)
	w := calendar.Worktime{Week: p.Pattern, Holidays: set}
	for _, a := range s.Absences {
		if a.Staff != p.ID {
			continue
		}
		away := calendar.Absence{First: a.From, Last: a.To}
		if !a.Part.Empty() {
			away.Part = calendar.Spans{a.Part}
		}
		w.Absences = append(w.Absences, away)
	}
	return w
}

// heldOn expands the meetings of the plan year.
func heldOn(t *testing.T, s *planner.State) map[calendar.Date][]*planner.Meeting {
	t.Helper()
	zone, err := time.LoadLocation(s.Programme.Zone)
	if err != nil {
		t.Fatal(err)
	}
	held := map[calendar.Date][]*planner.Meeting{}
	for i := range s.Meetings {
		m := &s.Meetings[i]
		series := calendar.Series{Start: m.Start.At(m.Clock, zone), EXDays: m.Except}
		if m.Rule != "" {
			rule, err := calendar.ParseRecurrence(m.Rule)
			if err != nil {
				t.Fatalf("%s: %v", m.ID, err)
			}
			series.Rule = &rule
		}
		for _, d := range m.Besides {
			series.RDates = append(series.RDates, d.At(m.Clock, zone))
		}
		first, after := calendar.NewDate(2027, 1, 1).At(0, zone), calendar.NewDate(2028, 1, 1).At(0, zone)
		instances := series.Between(first, after, 0)
		if len(instances) < 2 {
			t.Errorf("%s takes place %d times in 2027", m.ID, len(instances))
		}
		for _, at := range instances {
			d := calendar.DateOf(at, zone)
			held[d] = append(held[d], m)
		}
	}
	return held
}

// stops lists what a person has to do on a day, in order. Whoever is not there
// for the whole of a meeting misses it.
func stops(s *planner.State, p *planner.Staff, held []*planner.Meeting, work calendar.Spans, d calendar.Date) []stop {
	var out []stop
	for _, m := range held {
		invited := slices.Contains(m.Staff, p.ID)
		for _, c := range p.Contracts {
			invited = invited || slices.Contains(m.Roles, c.Role)
		}
		span := calendar.Span{From: m.Clock, To: m.Clock + calendar.Clock(m.Minutes)}
		if invited && work.Contains(span) {
			out = append(out, stop{m.ID, span.From, span.To, &m.Point})
		}
	}
	for _, r := range s.Programme.Roles {
		if p.Contracts[0].Role != r.ID {
			continue
		}
		for _, span := range work.Intersect(calendar.Spans(r.Consult[d.Weekday()])) {
			out = append(out, stop{"consult time", span.From, span.To, nil})
		}
	}
	slices.SortFunc(out, func(a, b stop) int { return cmp.Compare(a.from, b.from) })
	return out
}

func checkDay(t *testing.T, travel planner.Travel, p *planner.Staff, d calendar.Date, work calendar.Spans, stops []stop) {
	t.Helper()
	if len(stops) == 0 {
		return
	}
	at, from, free := "home", p.Home, work[0].From
	for _, next := range stops {
		arrive := free
		if next.place != nil {
			arrive += calendar.Clock(travel.Clock(from, *next.place, p.Mode))
			from = *next.place
		}
		if arrive > next.from {
			t.Errorf("%s %s: from %s to %s at %s, there only at %s", p.ID, d, at, next.name, next.from, arrive)
		}
		at, free = next.name, next.to
	}
	if back := free + calendar.Clock(travel.Clock(from, p.Home, p.Mode)); back > work[len(work)-1].To {
		t.Errorf("%s %s: home from %s at %s, after work", p.ID, d, at, back)
	}
}
