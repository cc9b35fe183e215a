package api_test

import (
	"fmt"

	"github.com/wijkplanner/wijkplanner/planner/service"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// leadWalk are the stops of the team lead's pages, and of those that the frame
// has itself.
func leadWalk(p *place) map[string]stop {
	job, err := p.As(store.Scope{Role: store.Lead, Actor: "user:1", Region: p.region}).StartPropose(p.Context(), p.region, planParams())
	p.must(err)
	lead := func(paths ...string) stop { return stop{p.lead(), paths} }
	return map[string]stop{
		"/":               lead("/"),
		"/board":          lead("/board"),
		"/account":        lead("/account"),
		"/progress/{job}": lead(path("/progress/%d", job.ID)),
	}
}

// leadShots are the pictures of the team lead's pages.
func leadShots() map[string]shot {
	return map[string]shot{
		"overview": {as: (*place).lead, path: "/"},
	}
}

func path(format string, args ...any) string { return fmt.Sprintf(format, args...) }

// planParams are those of a short search.
func planParams() service.PlanParams {
	return service.PlanParams{Year: 2027, Seed: 1, Iterations: townIterations, MaxChanges: -1}
}
