package planner

import (
	"fmt"
	"slices"

	"github.com/wijkplanner/wijkplanner/calendar"
)

// The keys of the assumptions that forecasts use besides those of plans.
const (
	// CasesPer100 is how many cases a year come for each 100 places, CaseWeeks how
	// long one lasts and CaseMinutesWeek what it takes a week meanwhile.
	CasesPer100     = "cases_per_100_places"
	CaseWeeks       = "case_weeks"
	CaseMinutesWeek = "case_minutes_week"
	// AcutePer100 is how many acute questions a year come for each 100 places, and
	// AcuteMinutes what one takes.
	AcutePer100  = "acute_per_100_places"
	AcuteMinutes = "acute_minutes"
	// ConsultsPer100 is how many consults a year locations book for each 100 places.
	ConsultsPer100 = "consults_per_100_places"
	// ConsultMinutes is what a consult takes, for how much its number varies.
	ConsultMinutes = "consult_minutes"
	// GrowthYear is by how much the number of children grows in a year.
	GrowthYear = "growth_year"
	// SilentDays is after how long without contact a location is called silent.
	SilentDays = "silent_days"
)

// Season returns the key of a month's share in what is asked, against the mean of
// the year; month 1 is January.
func Season(month int) string { return fmt.Sprintf("season_%02d", month) }

// ForecastAssumptions lists the assumptions that forecasts are made with besides
// those of plans, and the values that hold where a programme says nothing.
func ForecastAssumptions() []Assumption { return slices.Clone(forecastDefaults) }

var forecastDefaults = func() []Assumption {
	out := []Assumption{
		// 404 of about 6,700 children of 0 to 4 in nine months; places stand for
		// children here.
		{Key: CasesPer100, Value: 8, Unit: "cases/year", Source: "gemeente Nijmegen, 25-3-2008", From: calendar.NoDate},
		{Key: ConsultsPer100, Value: 8, Unit: "consults/year", Source: "assumption", From: calendar.NoDate},
		{Key: CaseWeeks, Value: 20, Unit: "weeks", Source: "assumption", From: calendar.NoDate},
		{Key: CaseMinutesWeek, Value: 30, Unit: "minutes", Source: "assumption", From: calendar.NoDate},
		{Key: AcutePer100, Value: 2, Unit: "questions/year", Source: "assumption", From: calendar.NoDate},
		{Key: AcuteMinutes, Value: 90, Unit: "minutes", Source: "assumption", From: calendar.NoDate},
		{Key: ConsultMinutes, Value: 45, Unit: "minutes", Source: "assumption", From: calendar.NoDate},
		{Key: SilentDays, Value: 182, Unit: "days", Source: "assumption", From: calendar.NoDate},
		{Key: GrowthYear, Value: 0, Unit: "percent", Source: "assumption", From: calendar.NoDate},
	}
	for month := 1; month <= 12; month++ {
		out = append(out, Assumption{Key: Season(month), Value: 100, Unit: "percent", Source: "assumption", From: calendar.NoDate})
	}
	return out
}()
