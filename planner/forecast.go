package planner

import "github.com/wijkplanner/wijkplanner/calendar"

// ForecastRow is demand against supply of one role in one month, in minutes; of
// one district, or of the whole region where District is empty.
type ForecastRow struct {
	Role, District string
	Month          Month
	// Minimum and Target are the visits that are promised, the second those
	// beyond the first; Further is consults, observations and the like; Cases the
	// work on cases, known and expected; Acute the acute questions.
	Minimum, Target, Further, Cases, Acute int64
	// Low and High bound the demand in four months of five: what is promised is
	// sure, what is asked for is not (Poisson).
	Low, High int64
	// Supply is the time there is, meetings and non-case time taken off; of a
	// district that of the people who serve it today, as far as they have it for
	// this district.
	Supply int64
	// Short is what nobody has time for: of the region whoever does what, of a
	// district as people serve districts today. ShortFTE is the same in hundredths
	// of a full-time month.
	Short, ShortFTE int64
}

// Demand is what the row's work takes together.
func (r *ForecastRow) Demand() int64 { return r.Minimum + r.Target + r.Further + r.Cases + r.Acute }

// Misfit is the first month in which a role does not fit, and why.
type Misfit struct {
	Role  string
	Month Month
	// Short is what is short in that month, Districts where, and People who may
	// work there: all the time they have is used, and it is not enough.
	Short     int64
	Districts []string
	People    []string
	// Cause is what changed since the last month that fitted.
	Cause MisfitCause
}

// MisfitCause says why a month does not fit while the one before did.
type MisfitCause string

// The causes.
const (
	LessContract MisfitCause = "contract" // contracts ended or shrank
	LessPresent  MisfitCause = "absence"  // people are away
	LessDays     MisfitCause = "holidays" // public holidays and few working days
	MoreWork     MisfitCause = "demand"   // there is more to do
)

// Forecast is demand against supply over some months.
type Forecast struct {
	Period Period
	Rows   []ForecastRow
	// Misfits holds for each role the first month that does not fit; a role whose
	// months all fit has none.
	Misfits []Misfit
}

// forecaster is a forecast being made.
type forecaster struct {
	state  *State
	period Period
	months []Month
	supply []SupplyLine
	loads  []LoadLine
	// net is the time that a role has in a month.
	net map[roleMonth]int64
	// years holds the state prepared for each calendar year of the period.
	years map[int]*formulation
	rows  map[rowKey]*ForecastRow
	// spread sums the variance of each row's demand, in square minutes.
	spread map[rowKey]float64
}

type roleMonth struct {
	role  string
	month Month
}

type rowKey struct {
	role, district string
	month          Month
}

// MakeForecast forecasts some months from a day on. Visits that took place
// already are not asked again in their year.
func MakeForecast(s *State, from calendar.Date, months int) (*Forecast, error) {
	first := MonthOf(from)
	period := Period{from, (first + Month(months) - 1).Period().To}
	if s.Programme.To != calendar.NoDate {
		period.To = min(period.To, s.Programme.To)
	}
	f := &forecaster{
		state: s, period: period, months: period.months(), years: map[int]*formulation{},
		net: map[roleMonth]int64{}, rows: map[rowKey]*ForecastRow{}, spread: map[rowKey]float64{},
	}
	if err := f.prepare(); err != nil {
		return nil, err
	}
	for i := range s.Programme.Roles {
		role := &s.Programme.Roles[i]
		f.promised(role)
		f.asked(role)
		f.cases(role)
	}
	out := &Forecast{Period: period}
	for i := range s.Programme.Roles {
		f.fit(&s.Programme.Roles[i], out)
	}
	return out, nil
}

// prepare looks the years, the supply and the meetings up.
func (f *forecaster) prepare() (err error) {
	for _, m := range f.months {
		if f.years[m.Year()] != nil {
			continue
		}
		p := f.state.Programme.YearPeriod(m.Year())
		if p.Days() == 0 {
			continue
		}
		if f.years[m.Year()], err = newFormulation(f.state, p); err != nil {
			return err
		}
	}
	// To the end of the last year: its visits are spread over all of it.
	last := yearOf(f.months[len(f.months)-1]).To
	if f.supply, err = Supply(f.state, Period{f.period.From, last}); err != nil {
		return err
	}
	for i := range f.supply {
		s := &f.supply[i]
		f.net[roleMonth{s.Role, s.Month}] += s.Net
	}
	f.loads, err = Loads(f.state, nil, f.period)
	return err
}

func (f *forecaster) row(role, district string, m Month) *ForecastRow {
	k := rowKey{role, district, m}
	if f.rows[k] == nil {
		f.rows[k] = &ForecastRow{Role: role, District: district, Month: m}
	}
	return f.rows[k]
}
