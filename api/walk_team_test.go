package api_test

import (
	"encoding/json"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/service"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// report keeps what a job would have worked out.
func (p *place) report(kind store.ReportKind, content any) (id int64) {
	p.Helper()
	body, err := json.Marshal(content)
	p.must(err)
	p.must(p.Store.Tx(p.Context(), func(t *store.Tx) (err error) {
		id, err = t.AddCapacityReport(&store.CapacityReport{Region: p.region, Kind: kind, BasedOn: 1, Params: json.RawMessage("{}"), Content: body})
		return err
	}))
	return id
}

// teamWalk are the stops of the lead's pages about people, bookings and contacts.
func teamWalk(p *place) map[string]stop {
	lead := func(paths ...string) stop { return stop{p.lead(), paths} }
	scenario := p.whatIf(planner.Scenario{Leave: []planner.LastDay{{ID: "zc-5", On: calendar.NewDate(2027, 6, 1)}}})
	return map[string]stop{
		"/scenarios/{scenario}": lead(path("/scenarios/%d", scenario)),
		"/scenarios/whole/{report}": lead(
			path("/scenarios/whole/%d", p.report(store.ComparisonReport, []service.Compared{
				{Figures: planner.Figures{Heaviest: 81, TravelHours: 220, Faces: 2.1, ConsultDays: 4.2, AcuteDays: -1}, Visits: 284},
				{Scenario: scenario, Name: "Zonder zorgcoördinator 5", Figures: planner.Figures{
					Heaviest: 112, TravelHours: 240, Faces: 2.4, Changed: 21, Unplanned: 12, ShortFTE: 131, ShortMonth: planner.MonthOf(calendar.NewDate(2027, 8, 1)), ConsultDays: 9.5, AcuteDays: 3,
				}, Visits: 272, Misfits: []planner.Misfit{{Role: "zorgcoordinator", Month: planner.MonthOf(calendar.NewDate(2027, 7, 1)), Short: 4800}}},
			})),
		),
		"/forecast/remedies/{report}": lead(
			path("/forecast/remedies/%d", p.report(store.RemediesReport, []planner.Remedy{
				{Kind: planner.MoreHours, Role: "zorgcoordinator", Steps: 13, Enough: true, Proved: true, Cost: 90_000, Before: 60_000},
				{Kind: planner.MoveLocations},
				{Kind: planner.DropSecondVisits, Steps: 12, Enough: true, Cost: 61_000, Before: 60_000},
			})),
			path("/forecast/remedies/%d", p.report(store.RemediesReport, []planner.Remedy{})),
		),
		"/people":               lead("/people"),
		"/people/new":           lead("/people/new"),
		"/people/{staff}":       lead("/people/zc-1", "/people/zc-2?open=terms&contract=0"),
		"/people/{staff}/leave": lead("/people/zc-1/leave?last=2027-06-30"),
		"/contacts":             lead("/contacts"),
		"/slot-rules":           lead("/slot-rules"),
	}
}

// whatIf keeps an empty scenario of the town and returns its id.
func (p *place) whatIf(changes planner.Scenario) int64 {
	p.Helper()
	sc, err := p.As(store.Scope{Role: store.Lead, Actor: "user:1", Region: p.region}).AddScenario(p.Context(), p.region, "Proef", changes)
	p.must(err)
	return sc.ID
}
