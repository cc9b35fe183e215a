package planner

import (
	"slices"

	"github.com/wijkplanner/wijkplanner/calendar"
)

// The keys of the assumptions that the planner uses.
const (
	NonCaseShare     = "non_case_share"
	TripShare        = "trip_share"
	CarSpeed         = "car_kmh"
	CarFixed         = "car_fixed_minutes"
	BicycleSpeed     = "bicycle_kmh"
	Detour           = "detour"
	DayCapAssumption = "day_cap"
	Reach            = "reach"
	FullTimeHours    = "full_time_hours"
	// ShortNoticeDays is how soon a visit must be for its change to be mailed
	// to those who read a feed.
	ShortNoticeDays = "short_notice_days"
	// ReminderDays is how long before a visit its location is reminded.
	ReminderDays = "reminder_days"
	// AcuteHours is within how many working hours an acute question has its first
	// visit.
	AcuteHours = "acute_hours"
	// FrozenDays is how long from today published visits are not moved, and
	// PublishedDays how long what was published is more than a draft.
	FrozenDays    = "frozen_days"
	PublishedDays = "published_days"
)

// AssumptionDefaults lists the assumptions that plans are made with, and the
// values that hold where a programme says nothing. None of them is a fact.
func AssumptionDefaults() []Assumption { return slices.Clone(assumptionDefaults) }

var assumptionDefaults = []Assumption{
	{Key: NonCaseShare, Value: 25, Unit: "percent", Source: "assumption", From: calendar.NoDate},
	{Key: TripShare, Value: 50, Unit: "percent", Source: "assumption", From: calendar.NoDate},
	{Key: CarSpeed, Value: 35, Unit: "km/h", Source: "assumption", From: calendar.NoDate},
	{Key: CarFixed, Value: 5, Unit: "minutes", Source: "assumption", From: calendar.NoDate},
	{Key: BicycleSpeed, Value: 15, Unit: "km/h", Source: "assumption", From: calendar.NoDate},
	{Key: Detour, Value: 1.3, Unit: "factor", Source: "assumption", From: calendar.NoDate},
	{Key: Reach, Value: 40, Unit: "people", Source: "assumption", From: calendar.NoDate},
	{Key: FullTimeHours, Value: 36, Unit: "hours", Source: "assumption", From: calendar.NoDate},
	{Key: FrozenDays, Value: 7, Unit: "days", Source: "assumption", From: calendar.NoDate},
	{Key: PublishedDays, Value: 91, Unit: "days", Source: "assumption", From: calendar.NoDate},
	{Key: DayCapAssumption, Value: 3, Unit: "visits", Source: "assumption", From: calendar.NoDate},
	{Key: ShortNoticeDays, Value: 7, Unit: "days", Source: "assumption", From: calendar.NoDate},
	{Key: ReminderDays, Value: 2, Unit: "days", Source: "assumption", From: calendar.NoDate},
	{Key: AcuteHours, Value: 17, Unit: "hours", Source: "assumption", From: calendar.NoDate},
}

// Assume returns the value of an assumption for an employer on a day: the
// employer's own before the general one, the latest before the earlier ones,
// the default last.
func (p *Programme) Assume(key, organisation string, on calendar.Date) float64 {
	best, found := Assumption{}, false
	for _, a := range p.Assumptions {
		if a.Key != key || a.From > on || (a.Organisation != "" && a.Organisation != organisation) {
			continue
		}
		own, bestOwn := a.Organisation != "", best.Organisation != ""
		if !found || (own && !bestOwn) || (own == bestOwn && a.From >= best.From) {
			best, found = a, true
		}
	}
	if found {
		return best.Value
	}
	for _, defaults := range [][]Assumption{assumptionDefaults, forecastDefaults} {
		for i := range defaults {
			if defaults[i].Key == key {
				return defaults[i].Value
			}
		}
	}
	return 0
}

// DefaultWeights returns the weights that hold where a programme names none, in
// hundredths of a minute-equivalent.
func DefaultWeights() Weights {
	return Weights{
		Travel: 100, Balance: 100, OpenDistrict: 6000, Change: 12000, Face: 3000, Pair: 3000, Scattered: 3000, Spacing: 20,
		SchoolHoliday: 1500, NoParents: 1500, Backup: 6000, Smooth: 30, Move: 6000,
	}
}
