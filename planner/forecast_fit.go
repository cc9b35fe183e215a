package planner

import (
	"math"
	"slices"

	"github.com/wijkplanner/wijkplanner/planner/capacity"
)

// fit sets demand against supply for one role: of the region whoever does what,
// and of districts as they are served today.
func (f *forecaster) fit(role *Role, out *Forecast) {
	var districts []string
	for i := range f.state.Districts {
		districts = append(districts, f.state.Districts[i].ID)
	}
	if !slices.Contains(districts, "") {
		districts = append(districts, "") // cases without a location
	}
	misfit := false
	for k, m := range f.months {
		x := f.fitMonth(role, districts, m, out)
		if x != nil && !misfit {
			misfit, x.Cause = true, f.cause(role, k)
			out.Misfits = append(out.Misfits, *x)
		}
	}
}

// fitMonth adds the rows of a month, and says who is short, nil when it fits.
func (f *forecaster) fitMonth(role *Role, districts []string, m Month, out *Forecast) *Misfit {
	people, time := f.available(role, m)
	rows, work := make([]*ForecastRow, len(districts)), make([]int64, len(districts))
	for a, d := range districts {
		rows[a] = f.row(role.ID, d, m)
		work[a] = rows[a].Demand()
	}
	free := capacity.Fit(time, work, anywhere(len(people), len(districts)))
	today := capacity.Fit(time, work, f.servedToday(role, people, districts, m))
	total := f.total(role, m, rows)
	total.Short, total.ShortFTE = free.Short, f.monthFTE(role, m, free.Short)
	for _, t := range time {
		total.Supply += t
	}
	out.Rows = append(out.Rows, total)
	for a, r := range rows {
		r.Short, r.Supply = today.Unmet[a], work[a]-today.Unmet[a]
		r.ShortFTE = f.monthFTE(role, m, r.Short)
		f.band(r)
		if r.Demand() > 0 && r.District != "" {
			out.Rows = append(out.Rows, *r)
		}
	}
	if free.Short == 0 {
		return nil
	}
	x := &Misfit{Role: role.ID, Month: m, Short: free.Short}
	for _, a := range today.Tight {
		if districts[a] != "" {
			x.Districts = append(x.Districts, districts[a])
		}
	}
	for _, p := range free.Able {
		x.People = append(x.People, people[p])
	}
	return x
}

// total adds up a role's districts; what is uncertain in each is so on its own.
func (f *forecaster) total(role *Role, m Month, rows []*ForecastRow) ForecastRow {
	out := ForecastRow{Role: role.ID, Month: m}
	var variance float64
	for _, r := range rows {
		out.Minimum, out.Target, out.Further = out.Minimum+r.Minimum, out.Target+r.Target, out.Further+r.Further
		out.Cases, out.Acute = out.Cases+r.Cases, out.Acute+r.Acute
		variance += f.spread[rowKey{r.Role, r.District, r.Month}]
	}
	setBand(&out, variance)
	return out
}

func (f *forecaster) band(r *ForecastRow) { setBand(r, f.spread[rowKey{r.Role, r.District, r.Month}]) }

// fourOfFive is the deviation within which four of five values of a normal
// distribution lie.
const fourOfFive = 1.2816

func setBand(r *ForecastRow, variance float64) {
	half := int64(math.Round(fourOfFive * math.Sqrt(variance)))
	r.Low, r.High = max(r.Minimum+r.Target, r.Demand()-half), r.Demand()+half
}

// available returns who has time in a role in a month, and how much: the net
// hours of their contracts without meetings.
func (f *forecaster) available(role *Role, m Month) (people []string, time []int64) {
	by := map[string]int64{}
	for i := range f.supply {
		if s := &f.supply[i]; s.Role == role.ID && s.Month == m {
			by[s.Staff] += s.Net
		}
	}
	for i := range f.loads {
		if l := &f.loads[i]; l.Kind == MeetingWork && l.Role == role.ID && l.Month == m {
			by[l.Staff] -= l.Minutes
		}
	}
	for i := range f.state.Staff {
		id := f.state.Staff[i].ID
		if minutes, there := by[id]; there {
			people, time = append(people, id), append(time, max(0, minutes))
		}
	}
	return people, time
}

func anywhere(people, areas int) [][]int {
	out := make([][]int, people)
	for p := range out {
		for a := range areas {
			out[p] = append(out[p], a)
		}
	}
	return out
}

// servedToday says in which districts each person serves a location; whoever
// serves none yet may work anywhere, and anybody on what is of no district.
func (f *forecaster) servedToday(role *Role, people, districts []string, m Month) [][]int {
	of := map[string]string{}
	for i := range f.state.Locations {
		of[f.state.Locations[i].ID] = f.state.Locations[i].District
	}
	out := make([][]int, len(people))
	day := max(m.Period().From, f.period.From)
	for _, a := range f.state.Assignments {
		p, at := slices.Index(people, a.Staff), slices.Index(districts, of[a.Location])
		if a.Role == role.ID && a.Kind == Primary && a.On(day) && p >= 0 && at >= 0 && !slices.Contains(out[p], at) {
			out[p] = append(out[p], at)
		}
	}
	none := slices.Index(districts, "")
	for p := range out {
		switch {
		case len(out[p]) == 0:
			out[p] = anywhere(1, len(districts))[0]
		case !slices.Contains(out[p], none):
			out[p] = append(out[p], none)
		}
		slices.Sort(out[p])
	}
	return out
}

// monthFTE returns minutes of a month in hundredths of a full-time person's time
// for work, rounded up.
func (f *forecaster) monthFTE(role *Role, m Month, minutes int64) int64 {
	hours := float64(role.FullTime) / 100
	if role.FullTime == 0 {
		hours = f.assume(FullTimeHours, m)
	}
	full := hours * 60 * float64(m.Period().Overlap(f.period.From, f.period.To).Days()) / 7 * (100 - f.assume(NonCaseShare, m)) / 100
	return int64(math.Ceil(100*float64(minutes)/max(full, 1) - 1e-9))
}

// cause compares a month with the one before: the greatest of what changed for
// the worse. The first month has nothing before it: there is too much to do.
func (f *forecaster) cause(role *Role, k int) MisfitCause {
	if k == 0 {
		return MoreWork
	}
	now, before := f.sums(role, f.months[k]), f.sums(role, f.months[k-1])
	cause, worst := MoreWork, now.demand-before.demand
	for _, c := range []struct {
		cause MisfitCause
		worse int64
	}{{LessContract, before.contract - now.contract}, {LessPresent, now.absent - before.absent}, {LessDays, now.holiday - before.holiday}} {
		if c.worse > worst {
			cause, worst = c.cause, c.worse
		}
	}
	return cause
}

type monthSums struct{ demand, contract, absent, holiday int64 }

// sums are those of a month, its contracts as of a month of 31 days, so that a
// short month is no smaller contract.
func (f *forecaster) sums(role *Role, m Month) (out monthSums) {
	for k, r := range f.rows {
		if k.role == role.ID && k.month == m {
			out.demand += r.Demand()
		}
	}
	days := int64(max(1, weekdays(m.Period())))
	for i := range f.supply {
		if s := &f.supply[i]; s.Role == role.ID && s.Month == m {
			out.contract += s.Contract * 22 / days
			out.absent += s.Absent
			out.holiday += s.Holiday
		}
	}
	return out
}
