package planner

import (
	"math"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
)

// spreadOver divides minutes over months by weights, to the minute: each month
// gets what the rounded sum of all up to it has more than that of those before.
func spreadOver(minutes int64, weights []int64) []int64 {
	var all, sum, given int64
	for _, w := range weights {
		all += w
	}
	out := make([]int64, len(weights))
	for i, w := range weights {
		if all == 0 {
			return out
		}
		sum += w
		upTo := int64(math.Round(float64(minutes) * float64(sum) / float64(all)))
		out[i], given = upTo-given, upTo
	}
	return out
}

// promised adds the visits that requirements ask for: over the months of their
// window in which the role has time, more where it has more.
func (f *forecaster) promised(role *Role) {
	for year, y := range f.years {
		for l := range f.state.Locations {
			loc := &f.state.Locations[l]
			if !role.Select.Picks(loc) {
				continue
			}
			for _, i := range y.byLocation[l] {
				f.promise(role, y, &y.demanded[i], year)
			}
		}
	}
}

func (f *forecaster) promise(role *Role, y *formulation, d *demand, year int) {
	req, vt, loc := y.target(d)
	if !req.takesPart(role.ID) {
		return
	}
	months, weights := f.monthsOf(role, y.period.inYear(req.From, req.To).Overlap(loc.Opened, loc.Closed), year)
	if len(months) == 0 {
		return
	}
	each := ceilDiv(int64(vt.Work()*vt.Weight), 100)
	if vt.Mode == OnSite {
		each += f.trip(role, y, d.location)
	}
	least := max(0, d.minimum-d.done)
	for k, minutes := range spreadOver(int64(least)*each, weights) {
		f.promiseIn(role, loc, months[k], minutes, 0)
	}
	for k, minutes := range spreadOver(int64(max(0, d.open()-least))*each, weights) {
		f.promiseIn(role, loc, months[k], 0, minutes)
	}
}

func (f *forecaster) promiseIn(role *Role, l *Location, m Month, minimum, target int64) {
	if m > f.months[len(f.months)-1] {
		return
	}
	row := f.row(role.ID, l.District, m)
	row.Minimum, row.Target = row.Minimum+minimum, row.Target+target
}

// monthsOf returns the months from the forecast's first day on that a window
// touches in a year, with the time that the role has in each; where it has none at
// all, with their days. Months after the forecast take their part of the visits.
func (f *forecaster) monthsOf(role *Role, window Period, year int) (months []Month, weights []int64) {
	window = window.Overlap(f.period.From, calendar.NoDate)
	var some bool
	for _, m := range window.months() {
		if m.Year() != year {
			continue
		}
		net := f.net[roleMonth{role.ID, m}]
		days := int64(m.Period().Overlap(window.From, window.To).Days())
		months, weights = append(months, m), append(weights, net*days)
		some = some || net > 0
	}
	if !some {
		for i, m := range months {
			weights[i] = int64(m.Period().Overlap(window.From, window.To).Days())
		}
	}
	return months, weights
}

// trip returns the travel that one visit to a location counts with: of whoever
// serves it today, else the mean of the role.
func (f *forecaster) trip(role *Role, y *formulation, l int) int64 {
	loc := &f.state.Locations[l]
	share := f.state.Programme.Assume(TripShare, "", y.period.From)
	var sum, n int64
	today := y.inForce(role.ID, loc.ID, Primary)
	for i := range f.state.Staff {
		m := &f.state.Staff[i]
		if !y.hasRole(m, role.ID) || today != nil && today.Staff != m.ID {
			continue
		}
		sum += ceilDiv(int64(share)*2*y.travel.Cost(m.Home, loc.Point, m.Mode), 10_000)
		n++
	}
	if n == 0 {
		return 0
	}
	return sum / n
}

// asked adds what locations are expected to ask: consults and the like, and acute
// questions, as they come – by the working days of a month and the season.
func (f *forecaster) asked(role *Role) {
	for l := range f.state.Locations {
		loc := &f.state.Locations[l]
		if !role.Select.Picks(loc) {
			continue
		}
		for _, m := range f.months {
			p := m.Period().Overlap(f.period.From, f.period.To).Overlap(loc.Opened, loc.Closed)
			share := f.season(m) * float64(weekdays(p)) / float64(weekdays(yearOf(m))) * f.growth(m)
			further := float64(loc.Places()*role.DemandPerPlace) * share
			row := f.row(role.ID, loc.District, m)
			each := f.assume(ConsultMinutes, m)
			row.Further += int64(math.Round(further))
			f.vary(row, further/max(each, 1), each)
			if role.AcuteMinutesDay > 0 {
				questions := float64(loc.Places()) / 100 * f.assume(AcutePer100, m) * share
				row.Acute += int64(math.Round(questions * f.assume(AcuteMinutes, m)))
				f.vary(row, questions, f.assume(AcuteMinutes, m))
			}
		}
	}
}

func (f *forecaster) assume(key string, m Month) float64 {
	return f.state.Programme.Assume(key, "", m.Period().From)
}

// vary adds the variance of so many events of a length: of a Poisson number of
// them it is their expected number times the length squared.
func (f *forecaster) vary(row *ForecastRow, events, minutes float64) {
	f.spread[rowKey{row.Role, row.District, row.Month}] += events * minutes * minutes
}

// growth is by how much more or fewer children there are than when the forecast
// begins.
func (f *forecaster) growth(m Month) float64 {
	return 1 + f.assume(GrowthYear, m)/100*float64(m-f.months[0])/12
}

func yearOf(m Month) Period {
	return Period{Month(m.Year() * 12).Period().From, Month(m.Year()*12 + 11).Period().To}
}

func weekdays(p Period) int {
	n := 0
	for d := p.From; d <= p.To; d++ {
		if wd := d.Weekday(); wd != time.Sunday && wd != time.Saturday {
			n++
		}
	}
	return n
}

// cases adds the work on cases: of those that are open until they are handed
// over, or as long as cases are expected to last, and of those expected to come,
// for the first role of the programme.
func (f *forecaster) cases(role *Role) {
	for i := range f.loads {
		l := &f.loads[i]
		if l.Kind != CaseWork || l.Role != role.ID {
			continue
		}
		f.row(role.ID, l.District, l.Month).Cases += l.Minutes
	}
	if role.ID != f.state.Programme.Roles[0].ID {
		return
	}
	for l := range f.state.Locations {
		loc := &f.state.Locations[l]
		if !role.Select.Picks(loc) {
			continue
		}
		for k, m := range f.months {
			work := f.expectedCases(loc, m, k)
			row := f.row(role.ID, loc.District, m)
			each := f.assume(CaseMinutesWeek, m) * 52 / 12
			row.Cases += int64(math.Round(work * each))
			f.vary(row, work, each)
		}
	}
}

// expectedCases is how many new cases of a location are open in the kth month on
// average: those that came since the forecast began and are not over yet.
func (f *forecaster) expectedCases(loc *Location, m Month, k int) float64 {
	if m.Period().Overlap(loc.Opened, loc.Closed).Days() == 0 {
		return 0
	}
	lasts := f.assume(CaseWeeks, m) * 12 / 52 // in months
	comes := float64(loc.Places()) / 100 * f.assume(CasesPer100, m) / 12 * f.growth(m)
	return comes * min(float64(k)+0.5, lasts)
}

// season is the share of a month in what is asked, against the mean.
func (f *forecaster) season(m Month) float64 {
	return f.assume(Season(int(m)%12+1), m) / 100
}
