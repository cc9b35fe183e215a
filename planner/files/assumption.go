package files

import (
	"slices"

	"github.com/wijkplanner/wijkplanner/planner"
)

// assumptionRange is what the value of an assumption can be.
type assumptionRange struct {
	low, high float64
	whole     bool
}

// assumptionRanges keeps shares below the whole of somebody's time and speeds
// above standing still: with less, the plan would be nonsense that looks well.
var assumptionRanges = map[string]assumptionRange{
	planner.NonCaseShare:     {0, 90, false},
	planner.TripShare:        {0, 100, false},
	planner.CarSpeed:         {1, 200, false},
	planner.CarFixed:         {0, 120, false},
	planner.BicycleSpeed:     {1, 60, false},
	planner.Detour:           {1, 10, false},
	planner.Reach:            {1, 100_000, true},
	planner.FullTimeHours:    {1, 60, false},
	planner.DayCapAssumption: {1, 100, true},
	planner.ShortNoticeDays:  {0, 60, false},
	planner.ReminderDays:     {0, 30, false},
	planner.AcuteHours:       {1, 200, false},
	planner.FrozenDays:       {0, 366, true},
	planner.PublishedDays:    {1, 3660, true},
	planner.CasesPer100:      {0, 1000, false},
	planner.ConsultsPer100:   {0, 1000, false},
	planner.CaseWeeks:        {1, 520, false},
	planner.CaseMinutesWeek:  {0, 2400, false},
	planner.AcutePer100:      {0, 1000, false},
	planner.AcuteMinutes:     {5, 480, false},
	planner.ConsultMinutes:   {5, 480, false},
	planner.GrowthYear:       {-20, 20, false},
}

// seasonRange is that of a month's share in what is asked.
var seasonRange = assumptionRange{0, 500, false}

// of reads the value of an assumption.
func (r assumptionRange) of(v value) float64 {
	if r.whole {
		return float64(v.number(int(r.low), int(r.high)))
	}
	return v.decimal(r.low, r.high)
}

func (p *programmeReader) assumption(n node) {
	f := n.mapping("key! value! unit source organisation from")
	a := planner.Assumption{
		Key:          f.scalar("key").text,
		Unit:         f.scalar("unit").text,
		Source:       f.scalar("source").or("assumption").text,
		Organisation: p.refer(refOrganisation, f.scalar("organisation")),
		From:         f.scalar("from").date(),
	}
	var known []string
	for _, d := range append(planner.AssumptionDefaults(), planner.ForecastAssumptions()...) {
		known = append(known, d.Key)
		if d.Key == a.Key && a.Unit == "" {
			a.Unit = d.Unit
		}
	}
	f.scalar("key").choice(known...)
	switch r, ok := assumptionRanges[a.Key]; {
	case ok:
		a.Value = r.of(f.scalar("value"))
	case slices.Contains(known, a.Key):
		a.Value = seasonRange.of(f.scalar("value"))
	}
	p.programme.Assumptions = append(p.programme.Assumptions, a)
}
