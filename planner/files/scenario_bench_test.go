package files

import (
	"fmt"
	"testing"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
)

// BenchmarkScenario answers one scenario whole – assignment, year plan, forecast of
// 18 months and waits of 20 drawn periods – for regions made of real places. The
// search has two and twenty seconds, of which who and when get a half each.
func BenchmarkScenario(b *testing.B) {
	for _, c := range []struct {
		locations, staff int
		seconds          float64
	}{{150, 12, 2}, {1500, 120, 20}} {
		b.Run(fmt.Sprint(c.locations), func(b *testing.B) {
			s := capacityRegion(c.locations, c.staff)
			closing := planner.Scenario{Name: "one closes", Close: []planner.LastDay{{ID: s.Locations[0].ID, On: calendar.NewDate(2027, 6, 30)}}}
			changed, faults := closing.Apply(s)
			if len(faults) > 0 {
				b.Fatal(faults)
			}
			o := planner.WhatIfOptions{From: calendar.NewDate(2027, 1, 1), Months: 18}
			o.Options = planner.Options{Year: 2027, Seed: 1, Seconds: c.seconds, MaxChanges: -1}
			var out []planner.Outcome
			for b.Loop() {
				var err error
				if out, err = planner.WhatIf(b.Context(), changed, nil, o); err != nil {
					b.Fatal(err)
				}
			}
			f := &out[0].Figures
			b.ReportMetric(f.Gap, "gap-%")
			b.ReportMetric(float64(f.UnplannedMinimum), "promised-unplanned")
			b.ReportMetric(f.ConsultDays, "consult-days")
		})
	}
}

// capacityRegion is a generated region in which questions are asked: with consult
// time, a reserve and a visit type that can be booked.
func capacityRegion(locations, staff int) *planner.State {
	s := GenerateRegion(locations, staff, 1)
	p := &s.Programme
	p.Roles[0].AcuteMinutesDay = 30
	p.Roles[0].Consult = calendar.Week{2: {{From: 13 * 60, To: 15 * 60}}, 4: {{From: 9 * 60, To: 11 * 60}}}
	p.VisitTypes = append(p.VisitTypes, planner.VisitType{ID: "consult-bench", Mode: planner.ByPhone, Minutes: 45, Weight: 100, Bookable: true})
	return s
}
