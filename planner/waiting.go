package planner

import (
	"cmp"
	"slices"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner/capacity"
)

// Wait is how long questions of a district wait for their first visit, simulated.
type Wait struct {
	// District is empty for the whole region.
	District string
	// Acute says that it is about acute questions, else about consults.
	Acute bool
	// Questions is how many a year are expected, and Unserved the share of those
	// that found no time in the period, in percent.
	Questions, Unserved float64
	// Listed is the share of the questions for which nothing could be booked when
	// they were asked, in percent: they wait on the list until a day can be booked.
	Listed float64
	// Mean is the expected time from question to visit in days, around the clock, of
	// those who were served, negative when nobody was; Low and High are the band in
	// which four of five of all lie, negative for longer than the period.
	Mean, Low, High float64
}

// WaitingOptions steer the simulation.
type WaitingOptions struct {
	From   calendar.Date
	Months int
	// Runs is how many times the period is drawn; 0 for 20.
	Runs int
	Seed uint64
	// Rules are the slot rules of the region; without any the DefaultSlotRules
	// hold. Visits are those of the plan: nobody is booked in their time.
	// Who must come along by a rule is left out, and travel to a consult.
	Rules  []SlotRule
	Visits []Visit
}

// acuteNotice is the least time between an acute question and its visit, in
// seconds: somebody has to hear of it and come.
const acuteNotice = 2 * 3600

// waiting is a simulation being made.
type waiting struct {
	*formulation
	WaitingOptions
	simulation capacity.Simulation
	// lanes numbers the people that have windows, by id: 3n is what anybody can
	// book, 3n + 1 what is kept for acute questions until shortly before, 3n + 2
	// what the role keeps for them all day.
	lanes  map[string]int
	groups []Wait
	// visitType is what a consult is booked as, nil where nothing can be booked;
	// before and after are the buffers around it and length what it takes with both,
	// in minutes.
	visitType             *VisitType
	before, after, length int64
	taken                 map[engagedKey]calendar.Spans
	// shares is the part of a year's questions that each day brings.
	shares []float64
}

// Waiting simulates how long consults and acute questions wait: questions come as
// a Poisson process, by season and the places of each location, and take the
// first free time of whoever serves the location – consults of the windows of the
// slot rules, on their steps and no further ahead than they say, acute questions
// any minute of those and of the time that is kept for them. A consult for which
// nothing can be booked waits on a list, and has the first time that can be, in
// order of asking. The result holds each district and the whole region, and is the
// same for the same seed.
func Waiting(s *State, o WaitingOptions) ([]Wait, error) {
	last := (MonthOf(o.From) + Month(o.Months) - 1).Period().To
	f, err := newFormulation(s, Period{o.From, last})
	if err != nil {
		return nil, err
	}
	w := &waiting{formulation: f, WaitingOptions: o, lanes: map[string]int{}}
	w.simulation.Runs, w.simulation.Seed = cmp.Or(o.Runs, 20), o.Seed
	w.prepareRules()
	w.shares = w.dayShares()
	for i := range s.Staff {
		w.addWindows(&s.Staff[i])
	}
	for i := range s.Locations {
		w.addStreams(&s.Locations[i])
	}
	if len(w.simulation.Streams) == 0 {
		return nil, nil
	}
	return w.results(capacity.Simulate(&w.simulation)), nil
}

// window adds a span of a day to a lane, in seconds since the period began; the
// clock's changes are left out, so that a day is a day. A rule, unless it is nil,
// says on which steps it can be booked and how far ahead.
func (w *waiting) window(d calendar.Date, span calendar.Span, lane int, r *SlotRule) {
	x := capacity.Window{From: w.second(d, span.From), To: w.second(d, span.To), Lane: lane}
	if r != nil {
		x.Release = int64(r.AcuteHours) * 3600
		x.Step, x.Grid = int64(r.Increment)*60, w.second(d, 0)-w.before*60
		if r.HorizonDays > 0 {
			x.Opens = max(0, w.second(d-calendar.Date(r.HorizonDays), 0))
		}
	}
	w.simulation.Windows = append(w.simulation.Windows, x)
}

func (w *waiting) second(d calendar.Date, c calendar.Clock) int64 {
	return int64(d-w.period.From)*86400 + int64(c)*60
}

// addStreams adds the questions of a location, for those who serve it.
func (w *waiting) addStreams(l *Location) {
	var consult, reserve, all []int
	for _, id := range w.serving(l.ID) {
		if n, known := w.lanes[id]; known {
			consult, reserve, all = append(consult, n), append(reserve, n+1), append(all, n, n+1, n+2)
		}
	}
	each := func(key string) float64 { return float64(l.Places()) / 100 * w.state.Programme.Assume(key, "", w.From) }
	booked := capacity.Class{Lanes: consult, Borrows: reserve, Notice: max(0, w.notice()-w.before) * 60, Booked: true, Lead: w.before * 60}
	w.stream(l, false, booked, each(ConsultsPer100), w.length)
	w.stream(l, true, capacity.Class{Lanes: all, Notice: acuteNotice, Splits: true}, each(AcutePer100), int64(w.state.Programme.Assume(AcuteMinutes, "", w.From)))
}

// serving lists who serves a location when the period begins, the primary of each
// role before the backups.
func (w *waiting) serving(location string) []string {
	var out []string
	for _, kind := range []AssignmentKind{Primary, Backup} {
		for i := range w.state.Programme.Roles {
			if a := w.inForce(w.state.Programme.Roles[i].ID, location, kind); a != nil && !slices.Contains(out, a.Staff) {
				out = append(out, a.Staff)
			}
		}
	}
	return out
}

func (w *waiting) stream(l *Location, acute bool, class capacity.Class, yearly float64, minutes int64) {
	if yearly <= 0 {
		return
	}
	w.simulation.Classes = append(w.simulation.Classes, class)
	s := capacity.Stream{Class: len(w.simulation.Classes) - 1, Groups: []int{w.group("", acute)}, Length: minutes * 60}
	if l.District != "" {
		s.Groups = append(s.Groups, w.group(l.District, acute))
	}
	for _, g := range s.Groups {
		w.groups[g].Questions += yearly
	}
	open := w.period.Overlap(l.Opened, l.Closed)
	for d := open.From; d <= open.To; d++ {
		if share := w.shares[d-w.period.From]; share > 0 {
			s.Rates = append(s.Rates, capacity.Rate{From: w.second(d, officeOpens), To: w.second(d, officeShuts), Expected: yearly * share})
		}
	}
	w.simulation.Streams = append(w.simulation.Streams, s)
}

// dayShares returns the part of a year's questions that each day of the period
// brings: none at weekends, and by season on working days.
func (w *waiting) dayShares() []float64 {
	out := make([]float64, w.period.Days())
	for _, m := range w.period.months() {
		season := w.state.Programme.Assume(Season(int(m)%12+1), "", m.Period().From) / 100
		share := season / float64(weekdays(yearOf(m)))
		p := m.Period().Overlap(w.period.From, w.period.To)
		for d := p.From; d <= p.To; d++ {
			if wd := d.Weekday(); wd != time.Saturday && wd != time.Sunday {
				out[d-w.period.From] = share
			}
		}
	}
	return out
}

// Questions come in office hours.
const (
	officeOpens calendar.Clock = 8 * 60
	officeShuts calendar.Clock = 18 * 60
)

func (w *waiting) group(district string, acute bool) int {
	i := slices.IndexFunc(w.groups, func(g Wait) bool { return g.District == district && g.Acute == acute })
	if i < 0 {
		w.groups, i = append(w.groups, Wait{District: district, Acute: acute}), len(w.groups)
	}
	return i
}

// results turns the simulation's seconds into days, in order of district, the
// consults first.
func (w *waiting) results(waits []capacity.Waits) []Wait {
	days := func(seconds int64) float64 {
		if seconds == capacity.Unserved {
			return -1
		}
		return float64(seconds) / 86400
	}
	for i := range w.groups {
		g, x := &w.groups[i], &waits[i]
		g.Mean, g.Low, g.High = x.Mean/86400, days(x.Low), days(x.High)
		if x.Asked > 0 {
			g.Unserved = 100 * float64(x.Unserved) / float64(x.Asked)
			g.Listed = 100 * float64(x.Listed) / float64(x.Asked)
		}
		if x.Asked == x.Unserved {
			g.Mean = -1
		}
	}
	slices.SortFunc(w.groups, func(a, b Wait) int {
		return cmp.Or(cmp.Compare(a.District, b.District), map[bool]int{true: 1}[a.Acute]-map[bool]int{true: 1}[b.Acute])
	})
	return w.groups
}
