package api_test

import (
	"fmt"
	"time"

	"github.com/wijkplanner/wijkplanner/api/web"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/service"
)

// leadWalk are the stops of the team lead's pages.
func leadWalk(p *place) map[string]stop {
	lead := func(paths ...string) stop { return stop{p.lead(), paths} }
	return map[string]stop{
		"/":                       lead("/"),
		"/board":                  lead("/board"),
		"/board/move":             lead("/board/move?role=zorgcoordinator&location=" + p.somewhere() + "&to=zc-2"),
		"/import":                 lead("/import"),
		"/meetings":               lead("/meetings"),
		"/assumptions":            lead("/assumptions"),
		"/links":                  lead("/links"),
		"/forecast":               lead("/forecast"),
		"/scenarios":              lead("/scenarios"),
		"/proposals":              lead("/proposals"),
		"/proposals/{plan}":       lead(path("/proposals/%d", p.draft())),
		"/timeline":               lead("/timeline"),
		"/timeline/{staff}":       lead("/timeline/zc-1"),
		"/timeline/{staff}/visit": lead(p.visitMove(false), p.visitMove(true)),
		"/coverage":               lead("/coverage", "/coverage?state=missed"),
	}
}

// leadShots are the pictures of the team lead's pages.
func leadShots() map[string]shot {
	as := (*place).lead
	district := "/board/move?role=zorgcoordinator&district=WK026805&to=zc-2"
	return map[string]shot{
		"lead-board":       {as: as, path: "/board", ready: mapReady},
		"lead-board-dark":  {as: as, path: "/board", dark: true, ready: mapReady},
		"lead-board-phone": {as: as, path: "/board", phone: true, ready: mapReady},
		"lead-move":        {as: as, path: district},
		"lead-proposals":   {as: as, path: "/proposals"},
		"lead-timeline":    {as: as, path: "/timeline"},
		"lead-coverage":    {as: as, path: "/coverage"},
		"lead-forecast":    {as: as, path: "/forecast"},
		"lead-scenarios":   {as: as, path: "/scenarios"},
	}
}

// visitMove is the page that moves a visit of zc-1: as it comes, and with the effect
// of a day on which it cannot be.
func (p *place) visitMove(asked bool) string {
	p.Helper()
	s, err := p.Snapshot(p.Context(), p.region)
	p.must(err)
	for i := range s.Plan.Visits {
		v := &s.Plan.Visits[i]
		if !v.Meeting && v.Start.After(now) && v.Crew[0].Staff == "zc-1" {
			at := web.VisitPath(p.region, "zc-1", v.ID, 0)
			if asked {
				at += "&date=" + v.Start.AddDate(0, 0, 7-int(v.Start.Weekday())).Format(time.DateOnly) + "&time=10:00"
			}
			return at
		}
	}
	p.Fatal("zc-1 has no visit")
	return ""
}

// mapReady is true as soon as the map is drawn.
const mapReady = "document.querySelector('#map')?.dataset.ready === 'yes'"

// somewhere is a location of the town.
func (p *place) somewhere() string { return p.state().Locations[0].ID }

func (p *place) state() *planner.State {
	p.Helper()
	s, err := p.Snapshot(p.Context(), p.region)
	p.must(err)
	return s.State
}

// draft makes a proposal of another region than is published: some absences came
// in since.
func (p *place) draft() int64 {
	p.Helper()
	plans, err := p.Propose(p.Context(), planner.Options{Year: 2027, Seed: 2, Iterations: townIterations, MaxChanges: -1}, p.region)
	p.must(err)
	return plans[0].ID
}

func path(format string, args ...any) string { return fmt.Sprintf(format, args...) }

// planParams are those of a short search.
func planParams() service.PlanParams {
	return service.PlanParams{Year: 2027, Seed: 1, Iterations: townIterations, MaxChanges: -1}
}
