package v1

import (
	"context"
	"time"

	"github.com/wijkplanner/wijkplanner/api/rights"
	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
)

// ForecastMonth is demand against supply of a role in a month, in minutes.
type ForecastMonth struct {
	Month    string `json:"month" example:"2027-01"`
	Role     string `json:"role"`
	District string `json:"district_id,omitempty" doc:"Left out for the whole region."`
	Minimum  int64  `json:"promised_minutes" doc:"Visits that are promised."`
	Target   int64  `json:"second_minutes" doc:"Visits beyond those."`
	Further  int64  `json:"further_minutes" doc:"Consults, observations and the like."`
	Cases    int64  `json:"case_minutes"`
	Acute    int64  `json:"acute_minutes"`
	Demand   int64  `json:"demand_minutes"`
	Low      int64  `json:"demand_low" doc:"Demand is from here to demand_high in four months of five."`
	High     int64  `json:"demand_high"`
	Supply   *int64 `json:"supply_minutes,omitempty" doc:"Left out where it would show one person's."`
	Short    *int64 `json:"short_minutes,omitempty" doc:"What nobody has time for, whoever does what."`
	FTE      *int64 `json:"short_fte" nullable:"true" doc:"The same in hundredths of a full-time month."`
}

func forecastMonthOf(r *planner.ForecastRow) ForecastMonth {
	return ForecastMonth{
		r.Month.String(), r.Role, r.District, r.Minimum, r.Target, r.Further, r.Cases, r.Acute, r.Demand(), r.Low, r.High, &r.Supply, &r.Short, &r.ShortFTE,
	}
}

// Misfit is the first month in which a role does not fit, and why.
type Misfit struct {
	Role      string   `json:"role"`
	Month     string   `json:"month" example:"2027-09"`
	Short     int64    `json:"short_minutes"`
	Districts []string `json:"district_ids" nullable:"false" doc:"Where."`
	People    []string `json:"staff_ids,omitempty" doc:"Who may work there and has no time left."`
	Cause     string   `json:"cause" doc:"What changed since the last month that fitted: contract, absence, holidays or demand."`
}

func misfitOf(m *planner.Misfit) Misfit {
	return Misfit{m.Role, m.Month.String(), m.Short, append([]string{}, m.Districts...), m.People, string(m.Cause)}
}

// Forecast is demand against supply over some months.
type Forecast struct {
	From    string          `json:"from" format:"date"`
	To      string          `json:"to" format:"date"`
	Region  int64           `json:"region_version" doc:"The version of the region it is of."`
	Months  []ForecastMonth `json:"months" nullable:"false"`
	Misfits []Misfit        `json:"misfits" nullable:"false" doc:"The first month of each role that does not fit; none when all do."`
}

// Ahead is how far a question about the future goes.
type Ahead struct {
	From   string `query:"from" format:"date" doc:"The first day; today when left out."`
	Months int    `query:"months" minimum:"1" maximum:"36" default:"18"`
}

func (q *Ahead) first() calendar.Date {
	from, _ := calendar.ParseDate(q.From) // the schema takes dates only
	return from
}

type forecastIn struct {
	InRegion
	Ahead
	Districts bool `query:"districts" doc:"Each district besides the whole region."`
}

type forecastOne struct{ Body Forecast }

func (a *API) getForecast(ctx context.Context, in *forecastIn) (*forecastOne, error) {
	f, at, err := a.of(ctx).Forecast(ctx, in.id(), in.first(), in.Months)
	if err != nil {
		return nil, err
	}
	caller := rights.CallerOf(ctx)
	out := Forecast{From: f.Period.From.String(), To: f.Period.To.String(), Region: at.Region, Months: []ForecastMonth{}, Misfits: []Misfit{}}
	for i := range f.Rows {
		if f.Rows[i].District == "" || in.Districts && !figuresOnly(&caller) {
			out.Months = append(out.Months, forecastMonthOf(&f.Rows[i]))
		}
	}
	for i := range f.Misfits {
		out.Misfits = append(out.Misfits, misfitOf(&f.Misfits[i]))
	}
	if figuresOnly(&caller) {
		if err := a.withoutFew(ctx, in.InRegion, &out); err != nil {
			return nil, err
		}
	}
	return &forecastOne{out}, nil
}

// withoutFew takes out of a forecast what would show a single person's time: the
// supply of roles that fewer than five people have, and who they are.
func (a *API) withoutFew(ctx context.Context, in InRegion, f *Forecast) error {
	state, err := a.of(ctx).State(ctx, in.id())
	if err != nil {
		return err
	}
	many := roleIsCommon(state)
	for i := range f.Months {
		if m := &f.Months[i]; !many[m.Role] {
			m.Supply, m.Short, m.FTE = nil, nil, nil
		}
	}
	kept := []Misfit{}
	for _, m := range f.Misfits {
		if m.People = nil; many[m.Role] {
			kept = append(kept, m)
		}
	}
	f.Misfits = kept
	return nil
}

// WaitingTime is how long questions wait for their first visit, in days around
// the clock.
type WaitingTime struct {
	District string          `json:"district_id,omitempty" doc:"Left out for the whole region."`
	Kind     string          `json:"kind" enum:"consult,acute"`
	Expected *SimulatedWait  `json:"simulated,omitempty" doc:"What is to be expected; left out where nobody is expected to ask."`
	Measured *MeasuredPeriod `json:"measured,omitempty" doc:"What was; left out where nobody asked."`
}

// SimulatedWait is what a simulation expects.
type SimulatedWait struct {
	Questions float64 `json:"questions_year" doc:"Expected a year."`
	Unserved  float64 `json:"unserved_percent" doc:"Those that found no time."`
	Listed    float64 `json:"listed_percent" doc:"Those for which nothing could be booked when they asked: they wait on the list first."`
	Mean      float64 `json:"mean_days" doc:"Of those who were served; negative when nobody was."`
	Low       float64 `json:"low_days" doc:"Four of five wait from here to high_days."`
	High      float64 `json:"high_days" doc:"Negative for longer than the period."`
}

// MeasuredPeriod is how long those waited who asked.
type MeasuredPeriod struct {
	Questions int     `json:"questions"`
	Open      int     `json:"open" doc:"Those who still wait."`
	Mean      float64 `json:"mean_days"`
	Low       float64 `json:"low_days"`
	High      float64 `json:"high_days"`
	Oldest    float64 `json:"oldest_open_days" doc:"How long the oldest open question waits."`
}

// WaitingTimes is the simulated beside the measured.
type WaitingTimes struct {
	Region int64         `json:"region_version"`
	Seed   uint64        `json:"seed"`
	Runs   int           `json:"runs"`
	Items  []WaitingTime `json:"items" nullable:"false"`
}

type waitsIn struct {
	InRegion
	Ahead
	Runs  int       `query:"runs" minimum:"1" maximum:"100" default:"20" doc:"How many times the period is drawn."`
	Seed  uint64    `query:"seed" default:"1" doc:"The same seed gives the same figures."`
	Since time.Time `query:"since" doc:"Measured are the questions asked from then on; a year ago when left out."`
}

type waitsOne struct{ Body WaitingTimes }

func (a *API) getWaitingTimes(ctx context.Context, in *waitsIn) (*waitsOne, error) {
	o := planner.WaitingOptions{From: in.first(), Months: in.Months, Runs: in.Runs, Seed: in.Seed}
	expected, at, err := a.of(ctx).Waits(ctx, in.id(), o)
	if err != nil {
		return nil, err
	}
	caller := rights.CallerOf(ctx)
	if in.Since.IsZero() || figuresOnly(&caller) { // two periods could be taken from each other
		in.Since = a.Now().AddDate(-1, 0, 0)
	}
	measured, err := a.of(ctx).LeadTimes(ctx, in.id(), in.Since, a.Now())
	if err != nil {
		return nil, err
	}
	out := WaitingTimes{Region: at.Region, Seed: in.Seed, Runs: in.Runs, Items: sideBySide(expected, measured)}
	if figuresOnly(&caller) {
		out.Items = wholeRegion(out.Items)
	}
	return &waitsOne{out}, nil
}

func kindOfQuestion(acute bool) string {
	if acute {
		return "acute"
	}
	return "consult"
}

// sideBySide pairs what is expected with what was measured, in the order of both.
func sideBySide(expected []planner.Wait, measured []planner.LeadTime) []WaitingTime {
	out := []WaitingTime{}
	at := func(district string, acute bool) *WaitingTime {
		kind := kindOfQuestion(acute)
		for i := range out {
			if out[i].District == district && out[i].Kind == kind {
				return &out[i]
			}
		}
		out = append(out, WaitingTime{District: district, Kind: kind})
		return &out[len(out)-1]
	}
	for _, w := range expected {
		at(w.District, w.Acute).Expected = &SimulatedWait{w.Questions, w.Unserved, w.Listed, w.Mean, w.Low, w.High}
	}
	for _, l := range measured {
		at(l.District, l.Acute).Measured = &MeasuredPeriod{l.Questions, l.Open, l.Mean, l.Low, l.High, l.Oldest}
	}
	return out
}
