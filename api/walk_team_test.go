package api_test

import (
	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
)

// teamWalk are the stops of the lead's pages about people, bookings and contacts.
func teamWalk(p *place) map[string]stop {
	lead := func(paths ...string) stop { return stop{p.lead(), paths} }
	scenario := p.whatIf(planner.Scenario{Leave: []planner.LastDay{{ID: "zc-5", On: calendar.NewDate(2027, 6, 1)}}})
	return map[string]stop{
		"/scenarios/{scenario}": lead(path("/scenarios/%d", scenario)),
		"/people":               lead("/people"),
		"/people/new":           lead("/people/new"),
		"/people/{staff}":       lead("/people/zc-1", "/people/zc-2?open=terms&contract=0"),
		"/people/{staff}/leave": lead("/people/zc-1/leave?last=2027-06-30"),
		"/contacts":             lead("/contacts"),
		"/slot-rules":           lead("/slot-rules"),
	}
}
